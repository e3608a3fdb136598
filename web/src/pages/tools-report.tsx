/* A report file, shown and kept nowhere: head, rows, what was put right. */
import { useState } from "preact/hooks";
import { ApiProblem, work } from "../api/client";
import type { AuthResult, ReportView, ViewedDocument, ViewedHead,
	      ViewedRow } from "../api/types";
import { day, number, percent, utc } from "../words/format";
import { shownDomain } from "../words/idn";
import { named, of, plural, t } from "../words/words";
import { FindingList } from "../parts/findings";
import { Card, Empty, Loading, Notice, Page, ProblemView } from
	"../parts/page";
import { Disposition, Policy, Status, Verdict } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { ToolTabs, toolText } from "../parts/tools";
import { DropBox, useDrop } from "./inbox-upload";
import { Moment, Pairs, orgName } from "./report-parts";
import type { Pair } from "./report-parts";
import { TlsPolicies } from "./tls-report";

const BYTES_MAX = 8 << 20;

function Results({ list }: { list: readonly AuthResult[] }) {
	return list.length === 0 ? null :
		<ul class="results">{list.map((one, i) => (
			<li key={i} title={one.human ?? undefined}>
				<span class="mono">{one.domain ?
					shownDomain(one.domain) : "–"}{one.selector &&
					" " + one.selector}</span>{" "}
				<strong>{one.result}</strong></li>))}</ul>;
}

function columns(): Column<ViewedRow>[] {
	return [
		{ id: "header_from", label: t("web.field.from_domain"),
		  fixed: true, cell: (row) => row.header_from ?
			shownDomain(row.header_from) : "–" },
		{ id: "count", label: t("web.report.messages"), number: true,
		  fixed: true, by: (row) => row.count,
		  cell: (row) => number(row.count) },
		{ id: "ip", label: t("web.field.ip"), cell: (row) =>
			<span class="mono">{row.ip ?? "–"}</span> },
		{ id: "spf", label: t("web.field.spf"), cell: (row) => <>
			<Verdict pass={row.spf_aligned} />
			<Results list={row.spf} /></> },
		{ id: "dkim", label: t("web.field.dkim"), cell: (row) => <>
			<Verdict pass={row.dkim_aligned} />
			<Results list={row.dkim} /></> },
		{ id: "disposition", label: t("web.field.disposition"),
		  cell: (row) => <>
			<Disposition value={row.disposition} />
			{row.override.length > 0 && <span class="sub">
				{row.override.map((one) =>
					named("web.override.", one)).join(", ")}
			</span>}</> },
	];
}

function Period({ one }: { one: ViewedHead }) {
	const from = day(one.begin), to = day(Math.max(one.end - 1, one.begin));

	return <span title={utc(one.begin) + " – " + utc(one.end)}>
		{from === to ? from : t("web.report.period", { from, to })}</span>;
}

function About({ head, more }: { head: ViewedHead; more: Pair[] }) {
	return (
		<Card>
			<h3>{t("web.report.about")}</h3>
			<Pairs pairs={[
				[t("web.report.reporter"), orgName(head.org)],
				[t("web.report.contact"), head.email &&
				 <span class="mono">{head.email}</span>],
				[t("web.report.domain"), head.domain &&
				 shownDomain(head.domain)],
				[t("web.reports.period"), <Period one={head} />],
				[t("web.report.id"), head.report_id &&
				 <span class="mono break">{head.report_id}</span>],
				...more,
			]} />
		</Card>
	);
}

function Tag({ name, value }: { name: string; value: string | number }) {
	return (name === "p" || name === "sp" || name === "np") &&
		(value === "none" || value === "quarantine" ||
		 value === "reject") ? <Policy value={value} /> :
		<span class="mono">{value}</span>;
}

function Dmarc({ one }: { one: ViewedDocument }) {
	const { head, rows, totals } = one;

	if (!head || !rows || !totals)
		return null;
	return <>
		<p class="intro">{totals.messages ?
			plural("web.explore.sentence.", totals.messages, {
				passed: totals.passed, share: percent(
					totals.passed, totals.messages) }) :
			t("web.report.rows_none")}</p>
		<Table name="view.rows" plain rows={rows} columns={columns()}
			caption={t("web.report.rows")} sort="-count"
			keyOf={(row) => String(rows.indexOf(row))} />
		{one.rows_left ? <p class="foot-note">
			{plural("web.viewer.left.", one.rows_left)}</p> : null}
		<div class="two">
			<About head={head} more={[
				[t("web.viewer.generator"), head.generator],
				[t("web.viewer.error"), head.error]]} />
			<Card>
				<h3>{t("web.report.policy")}</h3>
				<Pairs pairs={Object.entries(head.policy).map(
					([name, value]): Pair => [
						named("web.policy_tag.", name === "t" ?
							"testing" : name),
						value === null ? null :
						<Tag name={name} value={value} />])} />
			</Card>
		</div>
	</>;
}

function Tls({ one }: { one: NonNullable<ViewedDocument["tls"]> }) {
	return <>
		<TlsPolicies policies={one.policies} />
		<About head={one} more={[
			[t("web.report.sessions"), <span class="num">
				{number(one.sessions)}</span>],
			[t("web.reports.passed"), <span class="num">
				{number(one.successful)}</span>]]} />
	</>;
}

const FAILURE: readonly [name: string, label: WordKey][] = [
	["auth_failure", "web.failures.what"],
	["feedback_type", "web.failures.type"],
	["domain", "web.field.domain"], ["source_ip", "web.field.ip"],
	["header_from", "web.failures.from"],
	["rcpt_to", "web.failures.rcpt_to"],
	["mail_from", "web.field.envelope_from"],
	["subject", "web.viewer.subject"],
	["message_id", "web.failures.message_id"],
	["delivery_result", "web.failures.delivery"],
	["auth_results", "web.failures.auth_results"],
];

function Failure({ one }: { one: NonNullable<ViewedDocument["failure"]> }) {
	return (
		<div class="two">
			<Card>
				<h3>{t("web.failures.what")}</h3>
				<Pairs pairs={[
					...FAILURE.map(([name, label]): Pair => [
						t(label), one[name] === null ? null :
						<span class="mono break">
							{one[name]}</span>]),
					[t("web.failures.arrival"), one.arrival !== null &&
					 <Moment at={Number(one.arrival)} />],
				]} />
			</Card>
			{one.headers && <Card>
				<h3>{t("web.failures.headers")}</h3>
				<pre class="headers" tabIndex={0}>{one.headers}</pre>
			</Card>}
		</div>
	);
}

function OneDocument({ one }: { one: ViewedDocument }) {
	const tone = { read: "ok", rejected: "fail", ignored: "none" } as const;

	return (
		<section class="section viewed">
			<header class="section-head"><div>
				<h2>{of("web.kind.", one.kind)}</h2>
				<p class="beside"><Status tone={tone[one.status]}
					word={of("web.viewer.", one.status)} />
					{one.member && <span class="mono small break">
						{one.member}</span>}</p>
				{one.mail && <p class="muted small break">
					{one.mail.from} · {one.mail.subject}</p>}
			</div></header>
			{one.head && <Dmarc one={one} />}
			{one.tls && <Tls one={one.tls} />}
			{one.failure && <Failure one={one.failure} />}
			<FindingList findings={one.findings} domain={null}
				again={null} />
		</section>
	);
}

interface Viewed { name: string; view: ReportView | null;
		   problem: ApiProblem | null }

async function look(file: File): Promise<Viewed> {
	const { name } = file;

	if (file.size > BYTES_MAX)
		return { name, view: null, problem: new ApiProblem(413,
			"http.too_large", "8 MiB") };
	try {
		return { name, problem: null,
			 view: await work<ReportView>("/report/view", file) };
	} catch (why) {
		if (!(why instanceof ApiProblem))
			throw why;
		return { name, view: null, problem: why };
	}
}

export default function ReportTool() {
	const [list, setList] = useState<readonly Viewed[]>([]);
	const [busy, setBusy] = useState(false);
	const add = async (files: readonly File[]) => {
		const shown: Viewed[] = [];
		setBusy(true);
		for (const file of files)
			shown.push(await look(file));
		setList(shown);
		setBusy(false);
	};
	const over = useDrop(add);

	return (
		<Page title={toolText("report", "_title")}
			intro={toolText("report", "_text")}>
			<ToolTabs />
			<section class={"drop" + (over ? " drop-over" : "")}
				aria-labelledby="drop-title">
				<DropBox title={t("web.viewer.drop")} add={add}
					text={t("web.viewer.drop_text")} />
			</section>
			<div aria-busy={busy}>
				{busy ? <Loading lines={6} /> :
				 list.map(({ name, view, problem }) => (
				<div key={name}>
					<Notice>{t("web.viewer.name", { name })}</Notice>
					{problem && <ProblemView problem={problem} />}
					{view?.documents.map((one, i) =>
						<OneDocument key={i} one={one} />)}
					{view && view.documents.length === 0 && <Empty
						title={t("web.viewer.nothing")} />}
					{view && view.documents_left > 0 && <p
						class="foot-note">{plural(
						"web.viewer.documents_left.",
						view.documents_left)}</p>}
				</div>))}
			</div>
		</Page>
	);
}
