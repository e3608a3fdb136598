/* TLS reports of one domain: are they asked for, and what do they tell? In
 * words for people who never heard of a session. */
import { useState } from "preact/hooks";
import { useLook } from "../api/look";
import { useQuery } from "../api/query";
import type { Domain, LookupMx, LookupTlsRpt, RecordChange, Tls, TlsRow }
	from "../api/types";
import { SPAN_ONLY, asked, href, hrefWith, usePlace } from "../model/place";
import { day } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { Change, asDesired, useDesired } from "../parts/desired";
import { DomainTabs } from "../parts/domain-tabs";
import { FindingList } from "../parts/findings";
import { Answer, Empty, Loading, Page, ProblemView, Section } from
	"../parts/page";
import { Status } from "../parts/status";
import { TlsByPolicy, TlsFailures, TlsSum, TlsTable } from "../parts/tls";
import type { RouteProps } from "../routes";
import { rangeText } from "../shell/range";

const HOSTS_MAX = 5; // of whose own records something is said
const DAYS_FEW = 7;  // that are shown before somebody wants all

/* ---- the record that asks for reports ---- */

type Asking = "unknown" | "missing" | "elsewhere" | "here";

/* What is known of the record by now. */
function useAsking(domain: string, registered: boolean) {
	const look = useLook<LookupTlsRpt>("/lookup/tls-rpt", { q: domain });
	const desired = useDesired(domain, registered);
	const change = desired.data?.changes?.find(({ name }) =>
		name === "_smtp._tls." + domain) ?? null;
	const there = look.data?.complete ? look.data.records.length > 0 :
		null;
	const asking: Asking = there === null ? "unknown" :
		!there ? "missing" : !change ? "unknown" :
		change.what === "keep" ? "here" : "elsewhere";

	return { look, desired, change, there, asking };
}

function State({ there, asking }: { there: boolean; asking: Asking }) {
	if (!there)
		return <Status tone="quarantined" word={t("web.tls.rpt_none")} />;
	if (asking === "elsewhere")
		return <Status tone="quarantined"
			word={t("web.tls.rpt_elsewhere")} />;
	return <Status tone="ok" word={t(asking === "here" ?
		"web.tls.rpt_here" : "web.tls.rpt_there")} />;
}

/* The change that no finding speaks of. */
function Missing({ change, told }: {
	change: RecordChange | null; told: readonly { name: string }[];
}) {
	return change && change.what !== "keep" &&
		!told.some(({ name }) => name === change.name) ?
		<div class="desired"><Change one={change} /></div> : null;
}

function RecordState({ domain, known }: {
	domain: string; known: ReturnType<typeof useAsking>;
}) {
	const { look, desired, change, there, asking } = known;
	const { data, problem } = look;
	const findings = asDesired(data?.findings ?? [], desired.data);

	return (
		<Section title={t("web.tls.rpt")} intro={t("web.tls.rpt_text")}
			actions={data?.done && <button
				class="button button-small" onClick={() => {
					look.again();
					desired.again();
				}}>{t("web.check.again")}</button>}>
			{problem ? <ProblemView problem={problem}
				again={look.again} /> :
			 !data?.done ? <Loading lines={2} /> : <>
				{there !== null && <p class="tls-state">
					<State there={there} asking={asking} /></p>}
				{data.records?.map((one) => <p key={one}>
					<code class="break">{one}</code></p>)}
				<FindingList findings={findings} domain={domain}
					zone={desired.data?.zone ?? null}
					again={look.again} />
				<Missing change={change} told={findings.flatMap(
					({ record }) => record ? [record] : [])} />
			</>}
		</Section>
	);
}

/* ---- DANE is the mail server's ---- */

function Host({ host }: { host: string }) {
	const { data } = useLook<LookupTlsRpt>("/lookup/tls-rpt", { q: host });

	return (
		<li><a href={"/tools/tls-rpt?q=" + encodeURIComponent(host)}>
			<code>{"_smtp._tls." + host}</code></a>{" "}
			{!data?.done || !data.complete ? <span class="muted">
				{t("web.check.waiting")}</span> :
				<Status tone={data.records.length ? "ok" : "none"}
					word={t(data.records.length ?
						"web.tls.rpt_there" :
						"web.tls.rpt_none")} />}
		</li>
	);
}

function Hosts({ domain }: { domain: string }) {
	const { data } = useLook<LookupMx>("/lookup/mx", { q: domain });

	return (
		<Section title={t("web.tls.hosts")}
			intro={t("web.tls.hosts_text")}>
			{data?.complete && <ul class="tls-hosts">
				{data.servers.slice(0, HOSTS_MAX).map(({ host }) =>
					<Host key={host} host={host} />)}</ul>}
		</Section>
	);
}

function DaneHosts({ domain, params }: {
	domain: string; params: URLSearchParams;
}) {
	const kinds = new URLSearchParams(params);
	kinds.set("group", "policy_type");
	const { data } = useQuery<Tls>("/tls", kinds);

	return data?.rows.some(({ key }) => key === "tlsa") ?
		<Hosts domain={domain} /> : null;
}

/* ---- what the reports tell ---- */

function newest(rows: readonly TlsRow[]): TlsRow[] {
	return [...rows].sort((a, b) => (b.key ?? "") < (a.key ?? "") ? -1 : 1)
		.slice(0, DAYS_FEW);
}

function By({ by, domain, params }: {
	by: "day" | "reporter"; domain: string; params: URLSearchParams;
}) {
	const at = new URLSearchParams(params);
	at.set("group", by);
	const query = useQuery<Tls>("/tls", at);
	const [all, setAll] = useState(false);
	const many = by === "day" &&
		(query.data?.rows.length ?? 0) > DAYS_FEW;
	const name = by === "day" ? (key: string) => day(key) :
		(key: string) => <a class="cell-link" href={href("/reports/tls",
			{ domain, reporter: key })}>{key}</a>;

	return (
		<Section title={t(by === "day" ? "web.tls.by_day" :
			"web.tls.by_reporter")} actions={many && <button
				class="button button-small" aria-pressed={all}
				onClick={() => setAll(!all)}>
				{t("web.tls.all_days")}</button>}>
			<Answer query={query} lines={4}>{(data) =>
				<TlsTable by={by} name={name} rows={many && !all ?
					newest(data.rows) : data.rows} />}
			</Answer>
		</Section>
	);
}

function None({ asking }: { asking: Asking }) {
	return (
		<Empty icon="lock" title={t("web.tls.none")} actions={
			<a class="button" href={hrefWith({ range: "all",
				from: null, to: null })}>{t("web.empty.widen")}</a>}>
			<p>{t(asking === "missing" ? "web.tls.none_missing" :
				asking === "elsewhere" ? "web.tls.none_elsewhere" :
				"web.tls.none_wait")}</p>
			<p>{t("web.tls.none_senders")}</p>
		</Empty>
	);
}

function Told({ domain, asking }: { domain: string; asking: Asking }) {
	const at = usePlace();
	const params = asked(at, SPAN_ONLY);
	params.set("domain", domain);
	const results = new URLSearchParams(params);
	results.set("group", "result");
	const query = useQuery<Tls>("/tls", results);

	return (
		<Answer query={query} lines={6}>{(data) =>
			data.totals.reports === 0 ? <None asking={asking} /> : <>
				<TlsSum totals={data.totals} />
				<p class="muted small">{rangeText(at.params)} · {
					t("web.tls.session")}</p>
				<TlsFailures rows={data.rows} />
				<TlsByPolicy params={params} />
				<By by="day" domain={domain} params={params} />
				<By by="reporter" domain={domain} params={params} />
				<DaneHosts domain={domain} params={params} />
			</>}</Answer>
	);
}

export default function DomainTls({ at }: RouteProps) {
	const domain = at.domain!;
	const one = useQuery<Domain>("/domains/" +
		encodeURIComponent(domain)).data;
	const known = useAsking(domain, Boolean(one?.registered));

	return (
		<Page title={t("web.tls.of_domain",
			{ domain: shownDomain(domain) })}
			intro={t("web.tls.intro")}
			crumb={<a href={href("/d/" + encodeURIComponent(domain))}>
				{shownDomain(domain)}</a>}
			actions={<a class="button" href={href("/reports/tls",
				{ domain, group: "list" })}>{t("web.tls.list")}</a>}>
			{one?.registered && <DomainTabs domain={domain} />}
			<Told domain={domain} asking={known.asking} />
			<RecordState domain={domain} known={known} />
		</Page>
	);
}
