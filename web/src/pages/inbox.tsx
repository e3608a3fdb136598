/* Intake: what arrived by which door and what became of it, who reports and
 * who fell silent, and reports handed in by hand. */
import type { ComponentChildren } from "preact";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { Intake, IntakeItem } from "../api/types";
import { href, hrefWith, usePlace } from "../model/place";
import { ago, number, span } from "../words/format";
import { finding, of, plural, t } from "../words/words";
import { When } from "../parts/bits";
import { Code } from "../parts/copy";
import { Icon } from "../parts/icons";
import { Answer, Card, Empty, Notice, Page, Section } from "../parts/page";
import { Status } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { toast, toastProblem } from "../parts/toast";
import { isAdmin } from "../state/settings";
import { Outcome, Uploads } from "./inbox-upload";
import { Reason, doorText, reportHref } from "./report-parts";

const OUTCOMES = ["imported", "duplicate", "superseded", "rejected",
		  "ignored", "unclaimed"] as const;
const RENEW = 2_000; // ms

function retry(item: IntakeItem): void {
	write("POST", `/intake/${item.id}/retry`).then(() =>
		toast(t("web.inbox.retried")), toastProblem);
}

function test(): void {
	write("POST", "/intake/test").then(() =>
		toast(t("web.inbox.test_sent")), toastProblem);
}

function fileName(item: IntakeItem): string {
	return item.path?.split("/").pop() ?? "";
}

/* Whether the mail is of those it says. Somebody else's server, or another
 * domain's proof, is what a forgery looks like. */
function Sender({ item: { dmarc, verdict, door } }: { item: IntakeItem }) {
	if (verdict === null)
		return <span class="muted">{door === "smtp" ?
			t("web.inbox.not_judged") : "–"}</span>;
	if (dmarc === "pass")
		return <Status tone="ok" word={t("web.trust.verified")} />;
	return dmarc === "fail" && (verdict === "carrier.other_domain" ||
		verdict === "carrier.unsigned") ?
		<Status tone="fail" word={t("web.inbox.forged")} /> :
		<Status tone="none" word={t("web.trust.unverified")} />;
}

/* Why it is so. */
function Verdict({ item }: { item: IntakeItem }) {
	const found = item.verdict ? finding(item.verdict) : null;

	if (!found)
		return null;
	return (
		<section class="intake-verdict">
			<h3>{t("web.inbox.carrier")}</h3>
			<p class="beside"><Sender item={item} />
				<strong>{found.title}</strong></p>
			<p>{found.meaning}</p>
			{found.fix && <p>{found.fix}</p>}
			<p class="small muted"><a href={"/help/findings#" +
				found.code}><code>{found.code}</code></a>
				{([["SPF", item.spf], ["DKIM", item.dkim],
				   ["DMARC", item.dmarc]] as const).map(
					([name, result]) => result &&
					<span key={name}> · {name} {result}</span>)}
			</p>
		</section>
	);
}

function columns(): Column<IntakeItem>[] {
	return [
		{ id: "what", label: t("web.inbox.item"), fixed: true,
		  cell: (item) => <>
			<span class="break">{item.subject || fileName(item) ||
				t("web.inbox.no_subject")}</span>
			{item.from && <span class="sub break">{item.from}
				</span>}</> },
		{ id: "outcome", label: t("web.inbox.outcome"), fixed: true,
		  cell: (item) => <>
			<Outcome item={item} />
			{item.code && <span class="sub"><Reason code={item.code}
				line={item.line} detail={item.detail} /></span>}
		  </> },
		{ id: "kind", label: t("web.reports.kind"), class: "nowrap",
		  cell: (item) =>
			item.kind === "none" ? <span class="muted">–</span> :
			item.report !== null ? <a href={reportHref({
				id: item.report, kind: item.kind })}>
				{of("web.kind.", item.kind)}</a> :
			of("web.kind.", item.kind) },
		{ id: "door", label: t("web.report.door"), class: "nowrap",
		  cell: (item) => doorText(item.door) },
		{ id: "carrier", label: t("web.inbox.carrier"), class: "nowrap",
		  cell: (item) => <Sender item={item} /> },
		{ id: "client", label: t("web.envelope.client"), expert: true,
		  cell: (item) => item.client ? <span class="mono">
			{item.client}</span> : <span class="muted">–</span> },
		{ id: "received", label: t("web.reports.received"),
		  class: "nowrap", cell: (item) =>
			<When at={item.received_at} /> },
	];
}

/* All there is to say about one thing that arrived. */
function More({ item }: { item: IntakeItem }) {
	const found = item.code ? finding(item.code, {
		detail: item.detail ?? "", line: item.line ?? "" }) : null;
	const facts: (readonly [string, ComponentChildren])[] = [
		[t("web.report.file"), item.path],
		[t("web.report.member"), item.member],
		[t("web.envelope.client"), item.client],
		[t("web.tls.information"), item.detail],
	];

	return (
		<div class="intake-more">
			{found && <p>{found.meaning}</p>}
			{found?.fix && <p><strong>{found.fix}</strong></p>}
			<Verdict item={item} />
			<dl class="pairs">{facts.filter(([, value]) => value)
				.map(([label, value]) => <div key={label}>
				<dt>{label}</dt><dd class="mono break">{value}</dd>
			</div>)}</dl>
			<div class="buttons">
				{item.report !== null && item.kind !== "none" &&
					<a class="button button-small" href={reportHref({
						id: item.report, kind: item.kind })}>
						{t("web.inbox.open")}</a>}
				{isAdmin() && item.outcome !== "imported" &&
					<button type="button" class="button button-small"
						onClick={() => retry(item)}>
						<Icon name="undo" size={16} />
						{t("web.inbox.retry")}</button>}
			</div>
		</div>
	);
}

/* Counts that are the filter at once. */
function Tabs({ data, status }: { data: Intake; status: string | null }) {
	const all = OUTCOMES.reduce((sum, one) =>
		sum + (data.counts[one] ?? 0), 0);

	return (
		<nav class="tabs" aria-label={t("web.inbox.filter")}>
			{([null, ...OUTCOMES] as const).map((one) => (
				<a key={one ?? "all"} class="tab"
					href={hrefWith({ status: one })}
					data-count={one ? data.counts[one] ?? 0 : all}
					aria-current={status === one ? "page" :
						undefined}>
					{one ? of("web.inbox.", one) :
						t("web.inbox.all")}
					<span class="tab-count num">{number(one ?
						data.counts[one] ?? 0 : all)}</span></a>))}
		</nav>
	);
}

/* The port of the mail door is 25 unless this is somebody's own machine,
 * where the program runs on safe defaults. */
function command(address: string): string {
	const { hostname } = location;
	const own = /^(localhost|127\.|\[::1\])/.test(hostname);

	return `swaks --server ${hostname}:${own ? 2525 : 25} ` +
		`--to ${address} --attach-type application/gzip ` +
		"--attach @report.xml.gz";
}

function NothingYet({ data }: { data: Intake }) {
	return (
		<Empty icon="inbox" title={t("web.inbox.nothing")}
			actions={<a class="button" href={href("/domains/add")}>
				{t("web.action.add_domain")}</a>}>
			<p>{t("web.inbox.nothing_text")}</p>
			<Code text={command(data.address)}
				label={t("web.inbox.command")} />
		</Empty>
	);
}

function Waiting({ data }: { data: Intake }) {
	const { waiting, unclaimed } = data;

	return <>
		{waiting.messages !== null && waiting.messages > 0 && <Notice>
			{plural("web.inbox.waiting.", waiting.messages)}{" "}
			{waiting.oldest !== null && t("web.inbox.waiting_since",
				{ when: ago(waiting.oldest) })}</Notice>}
		{unclaimed.reports > 0 && <Notice kind="warn" actions={
			<a class="button button-small" href={href("/domains/add")}>
				{t("web.action.add_domain")}</a>}>
			{t("web.inbox.unclaimed_text",
				{ count: unclaimed.reports })}</Notice>}
	</>;
}

type Reporter = Intake["reporters"][number];

function reporterColumns(): Column<Reporter>[] {
	return [
		{ id: "reporter", label: t("web.field.reporter"), fixed: true,
		  by: (one) => one.reporter, cell: (one) => <a class="cell-link"
			href={href("/reports/dmarc", { group: "result",
				reporter: one.reporter })}>{one.reporter}</a> },
		{ id: "last", label: t("web.inbox.last"), first: "down",
		  by: (one) => one.last, cell: (one) => <When at={one.last} /> },
		{ id: "usual", label: t("web.inbox.usual"), number: true,
		  by: (one) => one.usual || null, cell: (one) => one.usual ?
			span(one.usual) : <span class="muted">–</span> },
		{ id: "silent", label: t("web.inbox.state"),
		  by: (one) => one.silent ? 1 : 0, first: "down",
		  cell: (one) => <Status tone={one.silent ? "quarantined" :
			"ok"} word={t(one.silent ? "web.inbox.silent" :
				"web.inbox.on_time")} /> },
	];
}

function Reporters({ data }: { data: Intake }) {
	// The silent ones first, then whoever was heard of last.
	const rows = [...data.reporters].sort((a, b) =>
		Number(b.silent) - Number(a.silent) || b.last - a.last);

	if (rows.length === 0)
		return null;
	return (
		<Section title={t("web.inbox.reporters")}
			intro={t("web.inbox.reporters_intro")}>
			<Table name="intake-reporters" plain rows={rows}
				caption={t("web.inbox.reporters")}
				columns={reporterColumns()}
				keyOf={(one) => one.reporter} />
		</Section>
	);
}

function Body({ data, status }: { data: Intake; status: string | null }) {
	const any = OUTCOMES.some((one) => data.counts[one] > 0);

	if (!any)
		return <><Waiting data={data} /><NothingYet data={data} /></>;
	return <>
		<Waiting data={data} />
		<Tabs data={data} status={status} />
		{data.items.length === 0 ? <Empty icon="check"
			title={t("web.inbox.none_here")} /> :
			<div class="intake-table">
			<Table name="intake" columns={columns()} rows={data.items}
				caption={t("web.nav.inbox")} next={data.next}
				keyOf={(item) => String(item.id)}
				expand={(item) => <More item={item} />} />
			</div>}
		<Reporters data={data} />
	</>;
}

export default function Inbox() {
	const at = usePlace();
	const status = at.params.get("status");
	const query = useQuery<Intake>("/intake", { status, limit: 50,
		cursor: at.params.get("cursor") }, RENEW);

	return (
		<Page title={t("web.nav.inbox")} intro={t("web.inbox.intro")}
			actions={isAdmin() && <button type="button" class="button"
				onClick={test}><Icon name="inbox" size={16} />
				{t("web.inbox.test")}</button>}>
			{query.data && <Card class="address-card">
				<span class="muted">{t("web.inbox.address")}</span>
				<Code text={query.data.address}
					label={t("web.inbox.address")} />
			</Card>}
			{isAdmin() && <Uploads />}
			<Answer query={query} lines={8}>{(data) =>
				<Body data={data} status={status} />}</Answer>
		</Page>
	);
}
