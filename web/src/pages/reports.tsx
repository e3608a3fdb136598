/* All reports of every kind. */
import type { Report } from "../api/types";
import { hrefWith, usePlace } from "../model/place";
import { of, t } from "../words/words";
import { FilterBar } from "../parts/filters";
import { Page } from "../parts/page";
import { ReportList } from "./reports-list";

const KINDS = ["dmarc", "tlsrpt", "failure"] as const;

export default function AllReports() {
	const wanted = usePlace().params.get("kind");
	const kind: Report["kind"] | null =
		KINDS.find((one) => one === wanted) ?? null;

	return (
		<Page title={t("web.nav.reports")} intro={t("web.reports.intro")}>
			<nav class="tabs" aria-label={t("web.reports.kind")}>
				{[null, ...KINDS].map((one) => (
					<a key={one ?? "all"} class="tab"
						href={hrefWith({ kind: one })}
						aria-current={one === kind ? "page" :
							undefined}>{one === null ?
							t("web.reports.all_kinds") :
							of("web.kind.", one)}</a>))}
			</nav>
			<FilterBar names={["domain", "reporter"]}
				failures={false} />
			<ReportList kind={kind} />
		</Page>
	);
}
