/* Is anything wrong, and what is to be done? Then the figures, then the days
 * behind them. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { Days, Domains, Overview as Answer_, Sample } from "../api/types";
import { forget, write } from "../api/client";
import { useMode } from "../state/settings";
import { Table } from "../parts/table";
import { domainColumns } from "../parts/domain-columns";
import { isAdmin } from "../state/settings";
import { SPAN_AND_DOMAIN, asked, go, href, usePlace } from "../model/place";
import { ago, number, percent, shortNumber } from "../words/format";
import { of, plural, t } from "../words/words";
import { AttentionList } from "../parts/attention";
import { DayChart } from "../parts/chart";
import type { Part } from "../parts/chart";
import { Icon } from "../parts/icons";
import type { IconName } from "../parts/icons";
import { Nothing } from "../parts/nothing";
import { Answer, Card, Notice, Page, Section } from "../parts/page";
import { toast, toastProblem } from "../parts/toast";
import { Policy, Sign } from "../parts/status";
import { rangeText } from "../shell/range";

export { isAdmin };

/* The rows behind a part of the chart. */
export function rowsOf(part: Part, day: string | null): string {
	const change: Record<string, string | readonly string[] | null> =
		day ? { from: day, to: day, range: null } : {};

	switch (part) {
	case "own_passed":
	case "own_failed":
		return href("/reports/dmarc", { ...change, class: "own",
			result: part === "own_passed" ? "pass" : "fail" });
	case "quarantined":
	case "rejected":
		return href("/reports/dmarc", { ...change, class: "blocked",
			disposition: part === "rejected" ? "reject" :
				"quarantine", result: null });
	default:
		return href("/reports/dmarc", { ...change, class: part,
			result: null });
	}
}

/* ---- figures ---- */

function Kpi({ label, value, sub, to, children }: {
	label: ComponentChildren; value?: string; sub?: ComponentChildren;
	to?: string; children?: ComponentChildren;
}) {
	const face = <>
		<span class="kpi-label">{label}</span>
		{value !== undefined && <span class="kpi-value num">{value}</span>}
		{children}
		{sub && <span class="kpi-sub">{sub}</span>}
	</>;

	return to ? <a class="kpi" href={to}>{face}</a> :
		<div class="kpi">{face}</div>;
}

/* How a share moved, in points of a hundred. */
function Moved({ now, before }: { now: number; before: number | null }) {
	if (before === null)
		return null;
	const points = Math.round((now - before) * 1000) / 10;
	if (points === 0)
		return <>{t("web.overview.same")}</>;
	return <>{t(points > 0 ? "web.overview.up" : "web.overview.down", {
		points: Math.abs(points) })}</>;
}

function OwnKpi({ data }: { data: Answer_ }) {
	const { own, own_passed: passed } = data.totals;
	const before = data.previous;
	const label = <><Sign tone="ok" />{t("web.overview.own")}</>;

	if (!own || passed === null)
		return <Kpi label={label} value={t("web.state.no_data")} />;
	return <Kpi label={label} value={percent(passed, own)}
		to={href("/reports/dmarc", { class: "own", group: "source" })}
		sub={<>{t("web.overview.of", { part: passed, whole: own })}
			<br /><Moved now={passed / own} before={before.own &&
				before.own_passed !== null ?
				before.own_passed / before.own : null} /></>} />;
}

function CountKpi({ label, value, empty, sub, to }: {
	label: ComponentChildren; value: number | null; empty: boolean;
	sub: string; to: string;
}) {
	if (empty || value === null)
		return <Kpi label={label} value={t("web.state.no_data")} />;
	return <Kpi label={label} value={value < 1e6 ? number(value) :
		shortNumber(value)} sub={sub} {...(value ? { to } : {})} />;
}

function PolicyKpi({ data }: { data: Answer_ }) {
	return (
		<Kpi label={<><Icon name="domains" size={16} />
			{t("web.overview.policies")}</>} to={href("/domains")}>
			<span class="kpi-policies">
				{(["reject", "quarantine", "none", "unknown"] as const)
					.filter((one) => data.policies[one] > 0)
					.map((one) => (
					<span key={one} class="kpi-policy">
						<Policy value={one === "unknown" ? null : one} />
						<span class="num">
							{number(data.policies[one])}</span>
					</span>))}
				{data.domains === 0 && <span class="kpi-value">
					{t("web.state.no_data")}</span>}
			</span>
		</Kpi>
	);
}

function Kpis({ data }: { data: Answer_ }) {
	const { totals } = data;
	const empty = !totals.messages;

	return (
		<div class="kpis">
			<OwnKpi data={data} />
			<CountKpi empty={empty} value={totals.blocked}
				label={<><Sign tone="rejected" />
					{t("web.overview.blocked")}</>}
				sub={t("web.overview.blocked_sub")}
				to={href("/reports/spoofing", { class: "blocked" })} />
			<CountKpi empty={empty} value={totals.unrecognised}
				label={<><Sign tone="none" />
					{t("web.overview.unrecognised")}</>}
				sub={t("web.overview.unrecognised_sub")}
				to={href("/reports/dmarc", { class: "unrecognised",
					group: "source" })} />
			<PolicyKpi data={data} />
		</div>
	);
}

/* ---- the first day ---- */

function Start({ icon, title, text, children }: {
	icon: IconName; title: string; text: string;
	children: ComponentChildren;
}) {
	return (
		<div class="start">
			<span class="empty-icon"><Icon name={icon} size={24} /></span>
			<h2>{title}</h2>
			<p>{text}</p>
			{children}
		</div>
	);
}

/* While the server is at it this asks every second, then the page again. */
function useSample(): Sample | null {
	const [working, setWorking] = useState(false);
	const now = useQuery<Sample>("/sample", {}, working ? 1000 : undefined)
		.data;

	useEffect(() => {
		if (!now || now.working === working)
			return;
		setWorking(now.working);
		if (!now.working)
			forget();
	}, [now, working]);
	return now;
}

function loadSample(): void {
	write("POST", "/sample").then(
		() => toast(t("web.sample.loading")), toastProblem);
}

function Starts() {
	const working = useSample()?.working ?? false;

	return (
		<div class="starts">
			<Start icon="domains" title={t("web.start.domain")}
				text={t("web.start.domain_text")}>
				<a class="button button-main" href="/domains/add">
					{t("web.action.add_domain")}</a></Start>
			<Start icon="sample" title={t("web.start.sample")}
				text={t("web.start.sample_text")}>
				<button class="button" onClick={loadSample}
					disabled={working || !isAdmin()}>
					{t(working ? "web.sample.working" :
						"web.start.sample_load")}</button></Start>
			<Start icon="upload" title={t("web.start.upload")}
				text={t("web.start.upload_text")}>
				<a class="button" href="/reports/inbox">
					{t("web.action.upload")}</a></Start>
		</div>
	);
}

function SampleNotice() {
	const working = useSample()?.working ?? false;

	return (
		<Notice actions={isAdmin() && <button disabled={working}
			class="button button-small" onClick={() => {
				write("DELETE", "/sample").then(() =>
					toast(t("web.sample.removing")), toastProblem);
			}}>{t("web.sample.remove")}</button>}>
			{working ? t("web.sample.working") : t("web.sample.notice")}
		</Notice>
	);
}

/* ---- the page ---- */

function Quick() {
	const questions = [
		["microsoft", href("/reports/dmarc", { group: "result",
			preset: "microsoft" })],
		["failing", href("/reports/dmarc", { group: "source",
			class: "own", result: "fail" })],
		["new", href("/sources", { tab: "new" })],
		["countries", href("/reports/dmarc", { group: "country" })],
		["spoofing", href("/reports/spoofing")],
		["tls", href("/reports/tls")],
	] as const;

	return (
		<Section title={t("web.quick.title")}>
			<ul class="quick">{questions.map(([name, url]) => (
				<li key={name}><a href={url}>
					<span>{of("web.quick.", name)}</span>
					<Icon name="right" size={16} /></a></li>))}
			</ul>
		</Section>
	);
}

/* For those who think in tables. */
function DomainTable() {
	const query = useQuery<Domains>("/domains");

	return (
		<Section title={t("web.nav.domains")}>
			<Answer query={query}>{(data) => <Table name="domains"
				caption={t("web.nav.domains")} sort="-messages"
				columns={domainColumns()} rows={data.domains}
				keyOf={(one) => one.domain} />}</Answer>
		</Section>
	);
}

function Body({ data }: { data: Answer_ }) {
	const at = usePlace();
	const mode = useMode();
	const days = useQuery<Days>(data.any_reports ? "/days" : null,
		asked(at, SPAN_AND_DOMAIN));

	if (!data.any_reports && data.domains === 0)
		return <Starts />;
	return <>
		{data.sample && <SampleNotice />}
		{data.attention.length > 0 && <section class="card attention-card"
			aria-labelledby="attention">
			<h2 id="attention">{t("web.overview.attention")}</h2>
			<AttentionList items={data.attention} />
		</section>}
		{!data.any_reports ? <Nothing anyReports={false} /> : <>
			<Kpis data={data} />
			<Section title={t("web.overview.days")}
				intro={rangeText(at.params)}>
				{data.totals.messages ? <Card>
					<Answer query={days} lines={8}>{(chart) =>
						<DayChart data={chart}
							title={t("web.overview.days")}
							pick={(part, day) => go(rowsOf(part, day))} />
					}</Answer></Card> : <Nothing anyReports />}
			</Section>
			{data.unverified.messages > 0 && <p class="foot-note">
				{t("web.overview.unverified", {
					reports: data.unverified.reports,
					messages: data.unverified.messages })}{" "}
				<a href={href("/reports/dmarc",
					{ trust: "unverified" })}>
					{t("web.action.show_them")}</a></p>}
			{mode === "simple" ? <Quick /> : <DomainTable />}
		</>}
	</>;
}

function intro(data: Answer_ | null): string {
	if (!data)
		return "\u00a0";
	if (!data.any_reports)
		return t("web.overview.intro_none");
	const urgent = data.attention.filter((one) =>
		one.severity !== "info").length;
	return (urgent ? plural("web.overview.intro_some.", urgent) :
		t("web.overview.intro_quiet")) + " " +
		(data.last_report ? t("web.overview.last_report",
			{ when: ago(data.last_report) }) : "");
}

export default function Overview() {
	const at = usePlace();
	const query = useQuery<Answer_>("/overview",
		asked(at, SPAN_AND_DOMAIN), 60_000);

	return (
		<Page title={t("web.nav.overview")} intro={intro(query.data)}>
			<Answer query={query} lines={8}>{(data) =>
				<Body data={data} />}</Answer>
		</Page>
	);
}
