/* Nothing to show, told apart: no report has ever come, none in these days,
 * none behind these filters. Each with the way out of it. */
import { FILTER_NAMES } from "../model/filters";
import { href, hrefWith } from "../model/place";
import { t } from "../words/words";
import { Empty } from "./page";
import { whyEmpty } from "./filters";

export function Nothing({ anyReports }: { anyReports: boolean }) {
	switch (whyEmpty(anyReports)) {
	case "never":
		return (
			<Empty icon="inbox" title={t("web.empty.never")} actions={<>
				<a class="button button-main" href={href("/domains/add")}>
					{t("web.action.add_domain")}</a>
				<a class="button" href={href("/reports/inbox")}>
					{t("web.action.upload")}</a>
			</>}><p>{t("web.empty.never_text")}</p></Empty>
		);
	case "range":
		return (
			<Empty icon="calendar" title={t("web.empty.range")} actions={
				<a class="button button-main" href={hrefWith({
					range: "all", from: null, to: null })}>
					{t("web.empty.widen")}</a>}>
				<p>{t("web.empty.range_text")}</p></Empty>
		);
	case "filters":
		return (
			<Empty icon="filter" title={t("web.empty.filters")}
				actions={<a class="button button-main"
					href={hrefWith(Object.fromEntries(FILTER_NAMES
						.map((name) => [name, null])))}>
					{t("web.filter.clear")}</a>}>
				<p>{t("web.empty.filters_text")}</p></Empty>
		);
	}
}
