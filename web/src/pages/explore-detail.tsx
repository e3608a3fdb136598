/* The detailed view: every row of the reports, with all that it says. Most
 * cells narrow the view to what they say. */
import type { ComponentChildren } from "preact";
import { useQuery } from "../api/query";
import type { AuthResult, Detail, Rows } from "../api/types";
import type { FilterName } from "../model/filters";
import { href, hrefWith, usePlace } from "../model/place";
import { country, day, number } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { Unconfirmed } from "../parts/bits";
import { Answer } from "../parts/page";
import { ClassStatus, Disposition, Policy, Verdict } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { narrow, tableOf } from "./explore-question";

/* A cell that narrows to its value, or a dash for what is not known. */
function Cell({ name, value, children, here }: {
	name: FilterName; value: string | null; children?: ComponentChildren;
	here: boolean;
}) {
	if (value === null || value === "")
		return <span class="muted">–</span>;
	const face = children ?? value;
	return here ? <a class="cell-link" href={hrefWith(narrow(name, value))}>
		{face}</a> : <span>{face}</span>;
}

function Results({ list, kind, here }: {
	list: readonly AuthResult[]; kind: "spf" | "dkim"; here: boolean;
}) {
	if (list.length === 0)
		return <span class="muted">–</span>;
	return (
		<ul class="results">{list.map((one, i) => (
			<li key={i} title={one.human}>
				<span class="mono">{one.domain ?
					shownDomain(one.domain) : "–"}</span>
				{one.selector && <> <Cell name="selector" here={here}
					value={one.selector}>
					<span class="mono">{one.selector}</span></Cell></>}
				{" "}<Cell here={here} value={one.result}
					name={kind === "spf" ? "spf_result" :
						"dkim_result"}>
					<strong>{one.result}</strong></Cell>
			</li>))}</ul>
	);
}

type Value = (row: Detail) => string | null;

/* `here`: whether the page can be narrowed; a single report's cannot. */
export function detailColumns(here: boolean): Column<Detail>[] {
	const link = (id: string, label: string, name: FilterName,
		      value: Value, face?: (row: Detail) => ComponentChildren,
		      more: Partial<Column<Detail>> = {}): Column<Detail> =>
		({ id, label, ...more, cell: (row) => <Cell name={name}
			value={value(row)} here={here}>
			{face?.(row)}</Cell> });
	const verdict = (id: "spf" | "dkim", label: string): Column<Detail> =>
		({ id, label, cell: (row) => <Cell name={id} here={here}
			value={row[`${id}_aligned`] ? "pass" : "fail"}>
			<Verdict pass={row[`${id}_aligned`]} /></Cell> });

	return [
		{ id: "day", label: t("web.chart.day"), fixed: true,
		  class: "nowrap", cell: (row) => here ? <a class="cell-link"
			href={hrefWith({ from: row.day, to: row.day,
				range: null })}>{day(row.day)}</a> :
			day(row.day) },
		link("reporter", t("web.field.reporter"), "reporter",
		     (row) => row.reporter),
		link("header_from", t("web.field.from_domain"), "from_domain",
		     (row) => row.header_from,
		     (row) => shownDomain(row.header_from)),
		link("envelope_from", t("web.field.envelope_from"),
		     "envelope_from", (row) => row.envelope_from),
		link("envelope_to", t("web.explore.envelope_to"), "to_domain",
		     (row) => row.envelope_to),
		link("ip", t("web.field.ip"), "ip", (row) => row.ip,
		     (row) => <span class="mono">{row.ip}</span>),
		link("host", t("web.field.host"), "host", (row) => row.host,
		     (row) => <>{row.host}{row.host_confirmed === false &&
			<Unconfirmed />}</>),
		link("asn", t("web.field.asn"), "asn", (row) =>
			row.asn === null ? null : String(row.asn), (row) =>
			<span title={row.as_name ?? undefined}>AS{row.asn}
				{row.as_name && <span class="sub">
					{row.as_name}</span>}</span>),
		link("country", t("web.field.country"), "country",
		     (row) => row.country, (row) => country(row.country)),
		link("source", t("web.field.source"), "source",
		     (row) => row.source,
		     (row) => row.source_label ?? row.source),
		{ id: "spf_checks", label: t("web.explore.spf_checks"),
		  cell: (row) => <Results list={row.spf} kind="spf"
			here={here} /> },
		verdict("spf", t("web.field.spf")),
		{ id: "dkim_checks", label: t("web.explore.dkim_checks"),
		  cell: (row) => <Results list={row.dkim} kind="dkim"
			here={here} /> },
		verdict("dkim", t("web.field.dkim")),
		link("disposition", t("web.field.disposition"), "disposition",
		     (row) => row.disposition === "pass" ? "none" :
			row.disposition, (row) => <Disposition
			value={row.disposition === "pass" ? "none" :
				row.disposition} />),
		{ id: "override", label: t("web.field.override"),
		  cell: (row) => row.override.length === 0 ?
			<span class="muted">–</span> :
			row.override.map((one, i) => <span key={one}>
				{i > 0 && ", "}<Cell name="override" value={one}
					here={here} /></span>) },
		link("policy", t("web.field.policy"), "policy",
		     (row) => row.policy, (row) => row.policy === "none" ||
			row.policy === "quarantine" || row.policy === "reject" ?
			<Policy value={row.policy} /> : row.policy),
		link("class", t("web.field.class"), "class",
		     (row) => row.class, (row) =>
			<ClassStatus value={row.class} />),
		{ id: "comment", label: t("web.explore.comment"), off: true,
		  cell: (row) => row.comment ?? <span class="muted">–</span> },
		{ id: "count", label: t("web.field.messages"), number: true,
		  fixed: true, cell: (row) => number(row.count) },
	];
}

function reportColumn(): Column<Detail> {
	return { id: "report", label: t("web.explore.report"),
		 cell: (row) => <a class="num"
			href={href("/reports/dmarc/" + row.report)}>
			{row.report}</a> };
}

export function rowKey(row: Detail): string {
	return row.report + "/" + row.n;
}


export function DetailView() {
	const at = usePlace();
	const query = useQuery<Rows>("/rows", tableOf(at, "detail"));

	return (
		<Answer query={query} lines={10}>{(data) => (
			<div class="detail-view">
			<Table name="explore.detail" rows={data.rows}
				caption={t("web.explore.detail_table")}
				columns={[...detailColumns(true), reportColumn()]}
				keyOf={rowKey} next={data.next} />
			</div>)}</Answer>
	);
}
