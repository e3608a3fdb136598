/* TLS reports: did mail arrive encrypted? Failures first, each with what it
 * means and what to do; then by sending organisation, by MX, by domain. */
import { useQuery } from "../api/query";
import type { Tls, TlsRow } from "../api/types";
import { SPAN_ONLY, asked, href, hrefWith, usePlace } from "../model/place";
import { day, number, percent } from "../words/format";
import { shownDomain } from "../words/idn";
import { finding, of, plural, t } from "../words/words";
import { Share } from "../parts/bits";
import { FilterBar, withFilter } from "../parts/filters";
import { Icon } from "../parts/icons";
import { Answer, Card, Empty, Page, Section } from "../parts/page";
import { Status } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { ReportList } from "./reports-list";
import { typeText } from "./tls-report";

const TABS = ["result", "reporter", "mx", "domain", "list"] as const;
type Tab = typeof TABS[number];
const FILTERS = ["domain", "reporter"];
const FAMILIES = ["policy", "encryption", "delivery"] as const;

function tabOf(params: URLSearchParams): Tab {
	const group = params.get("group");

	return group === "org" ? "reporter" :
		TABS.find((one) => one === group) ?? "result";
}

function Tabs({ tab }: { tab: Tab }) {
	return (
		<nav class="tabs" aria-label={t("web.explore.views")}>
			{TABS.map((one) => (
				<a key={one} class="tab" aria-current={one === tab ?
					"page" : undefined} href={hrefWith({ sort: null,
					group: one === "reporter" ? "org" : one })}>
					{one === "list" ? t("web.tls.list") :
						of("web.tls.by_", one)}</a>))}
		</nav>
	);
}

/* ---- by result ---- */

function Failure({ row }: { row: TlsRow }) {
	const found = finding(row.code ?? "tls.unknown");

	return (
		<article class="card tls-result" data-result={row.key ?? ""}
			data-failed={row.failed}>
			<header>
				<h3><Status tone="fail" word={found?.title ??
					row.key ?? ""} /></h3>
				<p class="tls-count"><strong>{plural(
					"web.tls.failed_count.", row.failed)}</strong>{" "}
					<span class="muted">{plural(
						"web.tls.reports_count.", row.reports)}
						{row.last_seen !== null && <> · {
							day(row.last_seen)}</>}</span></p>
			</header>
			{found && <p>{found.meaning}</p>}
			{found?.fix && <p class="tls-fix"><Icon name="right" size={16} />
				<span>{found.fix}</span></p>}
			<p class="muted small"><code>{row.key}</code>
				{found?.reference && <> · {found.reference}</>}</p>
		</article>
	);
}

function Families({ rows }: { rows: readonly TlsRow[] }) {
	const failed = rows.filter((row) => row.failed > 0);

	if (failed.length === 0)
		return <Empty icon="check" title={t("web.tls.no_failures")}>
			<p>{t("web.tls.no_failures_text")}</p></Empty>;
	return <>{FAMILIES.map((family) => {
		const mine = failed.filter((row) => row.family === family)
			.sort((a, b) => b.failed - a.failed);
		return mine.length > 0 && (
			<Section key={family} title={of("web.tls.family.", family)}
				intro={of("web.tls.family_text.", family)}>
				<div class="tls-results">{mine.map((row) =>
					<Failure key={row.key} row={row} />)}</div>
			</Section>
		);
	})}</>;
}

/* ---- tables ---- */

function name(tab: Tab | "policy_type", row: TlsRow) {
	if (tab === "policy_type")
		return typeText(row.key);
	if (!row.key)
		return t("web.state.unknown");
	if (tab === "domain" || tab === "reporter")
		return <a class="cell-link" href={withFilter(tab, row.key)}>
			{tab === "domain" ? shownDomain(row.key) : row.key}</a>;
	return <span class="mono">{row.key}</span>;
}

function columns(tab: Tab | "policy_type", label: string): Column<TlsRow>[] {
	const all: Column<TlsRow>[] = [
		{ id: "key", label, fixed: true, by: (row) => row.key,
		  cell: (row) => name(tab, row) },
		{ id: "sessions", label: t("web.tls.sessions"), number: true,
		  by: (row) => row.sessions,
		  cell: (row) => number(row.sessions) },
		{ id: "successful", label: t("web.tls.successful"),
		  number: true, by: (row) => row.successful,
		  cell: (row) => number(row.successful) },
		{ id: "failed", label: t("web.tls.failed"), number: true,
		  by: (row) => row.failed, cell: (row) => row.failed ?
			<strong class="ink-fail">{number(row.failed)}</strong> :
			<span class="muted">{number(0)}</span> },
		{ id: "share", label: t("web.tls.share"), number: true,
		  first: "up", by: (row) => row.sessions ?
			row.successful / row.sessions : null,
		  cell: (row) => <Share part={row.successful}
			whole={row.sessions} good={0.99} /> },
		{ id: "reports", label: t("web.tls.list"), number: true,
		  by: (row) => row.reports, cell: (row) =>
			number(row.reports) },
		{ id: "last", label: t("web.spoof.last"), class: "nowrap",
		  first: "down", by: (row) => row.last_seen,
		  cell: (row) => day(row.last_seen) },
	];

	// Which sessions succeeded at an MX is in no report.
	return tab === "mx" ? all.filter((one) => ["key", "failed", "reports",
		"last"].includes(one.id)) : all;
}

function Rows({ tab, rows }: { tab: Tab; rows: readonly TlsRow[] }) {
	const label = tab === "reporter" ? t("web.field.reporter") :
		tab === "mx" ? t("web.tls.mx") : t("web.field.domain");

	return <Table name={"tls." + tab} caption={label} rows={rows}
		columns={columns(tab, label)} plain
		keyOf={(row) => row.key ?? "\0"} sort={tab === "mx" ? "-failed" :
			"-sessions"} />;
}

function ByPolicy() {
	const at = usePlace();
	const params = asked(at, [...SPAN_ONLY, ...FILTERS]);
	params.set("group", "policy_type");
	const query = useQuery<Tls>("/tls", params);
	const label = t("web.tls.by_policy");

	if (!query.data || query.data.rows.length === 0)
		return null;
	return (
		<Section title={label} intro={t("web.tls.never_added")}>
			<Table name="tls-policy" caption={label} plain
				columns={columns("policy_type", label)}
				rows={query.data.rows} sort="-sessions"
				keyOf={(row) => row.key ?? "\0"} />
		</Section>
	);
}

function None() {
	const domain = usePlace().params.get("domain");

	return (
		<Empty icon="lock" title={t("web.tls.none")} actions={<>
			<a class="button button-main" href={href(domain ?
				"/d/" + encodeURIComponent(domain) : "/domains")}>
				{t("web.tls.records")}</a>
			<a class="button" href={hrefWith({ range: "all",
				from: null, to: null })}>{t("web.empty.widen")}</a>
		</>}><p>{t("web.tls.none_text")}</p></Empty>
	);
}

function Body({ tab }: { tab: Tab }) {
	const at = usePlace();
	const params = asked(at, [...SPAN_ONLY, ...FILTERS]);
	params.set("group", tab === "list" ? "result" : tab);
	const query = useQuery<Tls>("/tls", params);

	return (
		<Answer query={query} lines={7}>{(data) => {
			const { sessions, successful, failed } = data.totals;
			if (data.totals.reports === 0)
				return <None />;
			return <>
				<Card class="tls-sum"><h2 class="explore-sentence"
					data-sessions={sessions} data-failed={failed}>
					{plural("web.tls.sentence.", sessions, {
						good: successful,
						share: percent(successful, sessions) })}
				</h2></Card>
				{tab === "result" ? <>
					<Families rows={query.stale ? [] : data.rows} />
					<ByPolicy /></> :
					tab === "list" ? <ReportList kind="tlsrpt" /> :
					<Rows tab={tab} rows={data.rows} />}
			</>;
		}}</Answer>
	);
}

export default function TlsPage() {
	const at = usePlace();
	const tab = tabOf(at.params);

	return (
		<Page title={t("web.nav.tls")} intro={t("web.tls.intro")}>
			<Tabs tab={tab} />
			<FilterBar names={FILTERS} failures={false} />
			<Body tab={tab} />
		</Page>
	);
}
