/* Nothing to show in Explore, told apart: no report ever, none in these days,
 * none behind these filters; and views that first want one domain. */
import { useQuery } from "../api/query";
import type { QueryAnswer, Reports } from "../api/types";
import { FILTER_NAMES } from "../model/filters";
import { SPAN_ONLY, asked, href, hrefWith, usePlace } from "../model/place";
import { number } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { filtersSet } from "../parts/filters";
import { Icon } from "../parts/icons";
import { Answer, Empty, Loading } from "../parts/page";

function Never() {
	return (
		<Empty icon="inbox" title={t("web.empty.never")} actions={<>
			<a class="button button-main" href={href("/domains/add")}>
				{t("web.action.add_domain")}</a>
			<a class="button" href={href("/reports/inbox")}>
				{t("web.action.upload")}</a>
		</>}><p>{t("web.empty.never_text")}</p></Empty>
	);
}

function NotInRange() {
	return (
		<Empty icon="calendar" title={t("web.empty.range")} actions={
			<a class="button button-main" href={hrefWith({
				range: "all", from: null, to: null })}>
				{t("web.empty.widen")}</a>}>
			<p>{t("web.empty.range_text")}</p></Empty>
	);
}

function Filtered() {
	const none = Object.fromEntries([...FILTER_NAMES, "preset"]
		.map((name) => [name, null]));

	return (
		<Empty icon="filter" title={t("web.empty.filters")} actions={
			<a class="button button-main" href={hrefWith(none)}>
				{t("web.filter.clear")}</a>}>
			<p>{t("web.empty.filters_text")}</p></Empty>
	);
}

/* What came from outside counts only for whoever asks. */
function Unverified() {
	return (
		<Empty icon="lock" title={t("web.explore.unverified")} actions={
			<a class="button button-main"
				href={hrefWith({ trust: "any" })}>
				{t("web.explore.unverified_show")}</a>}>
			<p>{t("web.explore.unverified_text")}</p></Empty>
	);
}

export function ExploreNothing() {
	const at = usePlace();
	const narrowed = filtersSet() || at.params.has("preset");
	const days = asked(at, SPAN_ONLY);
	days.set("group", "result");
	days.set("trust", "any");
	const reports = useQuery<Reports>("/reports",
		{ kind: "dmarc", limit: 1, range: "all" });
	const all = useQuery<QueryAnswer>("/query", days);

	if (!reports.data || (!all.data && !all.problem))
		return <Loading lines={4} />;
	if (reports.data.reports.length === 0)
		return <Never />;
	if (!all.data?.totals.messages)
		return <NotInRange />;
	return narrowed ? <Filtered /> : <Unverified />;
}

export function ChooseDomain() {
	const at = usePlace();
	const params = asked(at, SPAN_ONLY);
	params.set("group", "domain");
	params.set("sort", "-messages");
	const query = useQuery<QueryAnswer>("/query", params);

	return (
		<section class="card choose-domain">
			<h2>{t("web.explore.needs_domain")}</h2>
			<p class="intro">{t("web.explore.needs_domain_text")}</p>
			<Answer query={query} lines={4}>{(data) =>
				data.rows.length === 0 ? <ExploreNothing /> :
				<ul>{data.rows.map((row) => row.key && (
					<li key={row.key}>
						<a href={hrefWith({ domain: row.key })}>
							<span>{shownDomain(row.key)}</span>
							<span class="muted num">
								{number(row.messages)}</span>
							<Icon name="right" size={16} />
						</a></li>))}</ul>}</Answer>
		</section>
	);
}
