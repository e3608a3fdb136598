/* Failure reports: single messages that failed, as few receivers tell. */
import { useQuery } from "../api/query";
import type { Failure, Failures as Answer_ } from "../api/types";
import { SPAN_ONLY, asked, go, href, usePlace } from "../model/place";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { FilterBar } from "../parts/filters";
import { When } from "../parts/bits";
import { Answer, Empty, Page } from "../parts/page";
import { Disposition } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { Moment, orgName } from "./report-parts";

const FILTERS = ["domain", "reporter"];

export function DeliveryResult({ value }: { value: string | null }) {
	if (!value)
		return <span class="muted">–</span>;
	return <Disposition value={value} />;
}

function to(one: Failure): string {
	return href("/reports/failure/" + one.id);
}

function text(value: string | null) {
	return value ? <span class="break">{value}</span> :
		<span class="muted">–</span>;
}

function columns(): Column<Failure>[] {
	return [
		{ id: "subject", label: t("web.failures.subject"), fixed: true,
		  class: "nowrap", cell: (one) => <a href={to(one)}>{one.subject ||
			t("web.inbox.no_subject")}</a> },
		{ id: "arrival", label: t("web.failures.arrival"),
		  class: "nowrap", cell: (one) => one.arrival === null ?
			<span class="muted">–</span> :
			<Moment at={one.arrival} /> },
		{ id: "domain", label: t("web.field.domain"), cell: (one) =>
			one.domain ? shownDomain(one.domain) : text(null) },
		{ id: "from", label: t("web.failures.from"), class: "wide-cell",
		  cell: (one) => text(one.header_from) },
		{ id: "ip", label: t("web.field.ip"), cell: (one) =>
			<span class="mono">{one.source_ip ?? "–"}</span> },
		{ id: "what", label: t("web.failures.what"), expert: true,
		  cell: (one) => text(one.auth_failure) },
		{ id: "delivery", label: t("web.failures.delivery"),
		  cell: (one) => <DeliveryResult
			value={one.delivery_result} /> },
		{ id: "org", label: t("web.field.reporter"), expert: true,
		  cell: (one) => orgName(one.org) },
		{ id: "received", label: t("web.reports.received"),
		  expert: true, cell: (one) => <When at={one.received_at} /> },
	];
}

export default function FailureReports() {
	const at = usePlace();
	const params = asked(at, [...SPAN_ONLY, ...FILTERS]);
	const cursor = at.params.get("cursor");
	params.set("limit", "50");
	if (cursor)
		params.set("cursor", cursor);
	const query = useQuery<Answer_>("/failures", params);

	return (
		<Page title={t("web.nav.failures")}
			intro={t("web.failures.intro")}>
			<FilterBar names={FILTERS} failures={false} />
			<Answer query={query} lines={7}>{(data) =>
				data.failures.length === 0 ? <Empty icon="reports"
					title={t("web.failures.few")}>
					<p>{t("web.failures.few_text")}</p></Empty> : <>
					<Table name="failures" columns={columns()}
						caption={t("web.nav.failures")}
						rows={data.failures} next={data.next}
						keyOf={(one) => String(one.id)}
						open={(one) => go(to(one))} />
					<p class="foot-note">{t("web.failures.redacted")}{" "}
						{t("web.failures.few_note")}</p>
				</>}</Answer>
		</Page>
	);
}
