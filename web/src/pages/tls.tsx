/* TLS reports: did mail arrive encrypted? Failures first, each with what it
 * means and what to do; then by sending organisation, by MX, by domain. */
import { useQuery } from "../api/query";
import type { Tls } from "../api/types";
import { SPAN_ONLY, asked, href, hrefWith, usePlace } from "../model/place";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { FilterBar, withFilter } from "../parts/filters";
import { Answer, Empty, Page } from "../parts/page";
import { TlsByPolicy, TlsFailures, TlsSum, TlsTable } from "../parts/tls";
import { ReportList } from "./reports-list";

const TABS = ["result", "reporter", "mx", "domain", "list"] as const;
type Tab = typeof TABS[number];
const FILTERS = ["domain", "reporter"];

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

function nameOf(tab: "reporter" | "mx" | "domain") {
	return (key: string) => tab === "mx" ?
		<span class="mono">{key}</span> :
		<a class="cell-link" href={withFilter(tab, key)}>
			{tab === "domain" ? shownDomain(key) : key}</a>;
}

function None() {
	const domain = usePlace().params.get("domain");

	return (
		<Empty icon="lock" title={t("web.tls.none")} actions={<>
			<a class="button button-main" href={href(domain ?
				`/d/${encodeURIComponent(domain)}/tls-rpt` :
				"/domains")}>
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
			if (data.totals.reports === 0)
				return <None />;
			return <>
				<TlsSum totals={data.totals} />
				{tab === "result" ? <>
					<TlsFailures rows={query.stale ? [] : data.rows} />
					<TlsByPolicy params={asked(at,
						[...SPAN_ONLY, ...FILTERS])} /></> :
					tab === "list" ? <ReportList kind="tlsrpt" /> :
					<TlsTable by={tab} rows={data.rows}
						name={nameOf(tab)} />}
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
