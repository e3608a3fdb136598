/* A list of reports, newest first, each leading to its page. */
import { useQuery } from "../api/query";
import type { Report, Reports } from "../api/types";
import { SPAN_ONLY, asked, go, usePlace } from "../model/place";
import { number } from "../words/format";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { Share, When } from "../parts/bits";
import { Nothing } from "../parts/nothing";
import { Answer } from "../parts/page";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { orgName, periodText, reportHref } from "./report-parts";

type Kind = Report["kind"];

function columns(kind: Kind | null): Column<Report>[] {
	const all: (Column<Report> | null)[] = [
		{ id: "org", label: t("web.report.reporter"), fixed: true,
		  cell: (one) => <a href={reportHref(one)}>
			{orgName(one.org)}</a> },
		kind ? null : { id: "kind", label: t("web.reports.kind"),
			cell: (one) => of("web.kind.", one.kind) },
		{ id: "domain", label: t("web.report.domain"),
		  cell: (one) => one.domain ? shownDomain(one.domain) :
			<span class="muted">–</span> },
		{ id: "period", label: t("web.reports.period"), class: "nowrap",
		  cell: periodText },
		{ id: "records", label: t("web.explore.rows"), number: true,
		  expert: true, cell: (one) => number(one.records) },
		{ id: "messages", label: kind === "tlsrpt" ?
			t("web.report.sessions") : t("web.report.messages"),
		  number: true, cell: (one) => number(one.messages) },
		{ id: "passed", label: t("web.reports.passed"), number: true,
		  cell: (one) => one.kind === "failure" ?
			<span class="muted">–</span> : <Share part={one.passed}
			whole={one.messages} /> },
		{ id: "repairs", label: t("web.report.repairs"), number: true,
		  expert: true, cell: (one) => one.repairs.length ?
			number(one.repairs.length) :
			<span class="muted">–</span> },
		{ id: "trust", label: t("web.report.trust"), expert: true,
		  cell: (one) => of("web.trust.", one.trust) },
		{ id: "received", label: t("web.reports.received"),
		  cell: (one) => <When at={one.received_at} /> },
	];

	return all.filter((one) => one !== null);
}

export function ReportList({ kind }: { kind: Kind | null }) {
	const at = usePlace();
	const params = asked(at, [...SPAN_ONLY, "domain", "reporter"]);
	params.set("limit", "50");
	if (kind)
		params.set("kind", kind);
	const cursor = at.params.get("cursor");
	if (cursor)
		params.set("cursor", cursor);
	const query = useQuery<Reports>("/reports", params);

	return (
		<Answer query={query} lines={8}>{(data) =>
			data.reports.length === 0 ? <Nothing anyReports /> :
			<Table name={"reports." + (kind ?? "all")}
				caption={t("web.nav.reports")}
				columns={columns(kind)} rows={data.reports}
				keyOf={(one) => String(one.id)} next={data.next}
				open={(one) => go(reportHref(one))} />}</Answer>
	);
}
