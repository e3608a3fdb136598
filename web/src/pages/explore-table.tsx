/* Messages by one grouping: each name and figure narrows to what is behind
 * it. The bar shows how the classes share each row. */
import type { QueryAnswer, QueryRow } from "../api/types";
import type { Change } from "../model/place";
import { href, hrefWith } from "../model/place";
import { number, percent } from "../words/format";
import { of, t } from "../words/words";
import { Share, Unconfirmed, When } from "../parts/bits";
import { Icon } from "../parts/icons";
import { Mix } from "../parts/chart-mix";
import { ClassStatus, Disposition, Policy, Verdict } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { keyText, narrowRow, sortOf, viewName } from "./explore-question";
import type { View } from "./explore-question";

function Face({ view, row }: { view: View; row: QueryRow }) {
	const { key } = row;

	switch (view) {
	case "result":
		return <Verdict pass={key === "pass"} />;
	case "class":
		return key === "own" || key === "forwarded" ||
			key === "unrecognised" || key === "blocked" ?
			<ClassStatus value={key} /> : <>{key}</>;
	case "policy":
		return key === "none" || key === "quarantine" ||
			key === "reject" ? <Policy value={key} /> :
			<Policy value={null} />;
	case "disposition":
		return <Disposition value={key ?? t("web.state.unknown")} />;
	default:
		return <>{keyText(view, key, row.label)}</>;
	}
}

function Name({ view, row }: { view: View; row: QueryRow }) {
	const face = <Face view={view} row={row} />;

	return (
		<span class="explore-name">
			<a class="cell-link" href={hrefWith(narrowRow(view,
				row.key))}>{face}</a>
			{row.confirmed === false && <Unconfirmed />}
			{view === "source" && row.key && <a class="side-link"
				href={href("/sources/" +
					encodeURIComponent(row.key))}
				aria-label={t("web.explore.source_page") + ": " +
					keyText(view, row.key, row.label)}
				title={t("web.explore.source_page")}>
				<Icon name="right" size={16} /></a>}
		</span>
	);
}

/* A figure that narrows to its messages; nothing and unknown lead nowhere. */
function Count({ value, to }: { value: number | null; to: Change }) {
	return value ? <a class="num" href={hrefWith(to)}>{number(value)}</a> :
		<span class="num muted">{number(value)}</span>;
}

function count(view: View, id: "messages" | "passed" | "own" | "own_passed" |
	       "forwarded" | "unrecognised" | "blocked", label: string,
	       change: Change, more: Partial<Column<QueryRow>> = {}):
	Column<QueryRow> {
	return { id, label, sort: id, number: true, ...more, cell: (row) =>
		<Count value={row[id]} to={{ ...narrowRow(view, row.key),
			...change }} /> };
}

function plain(id: "reports" | "sources" | "rows", label: string):
	Column<QueryRow> {
	return { id, label, sort: id, number: true, expert: true,
		 cell: (row) => number(row[id]) };
}

function share(id: "spf_aligned" | "dkim_aligned", label: string):
	Column<QueryRow> {
	return { id, label, sort: id, number: true, expert: true,
		 cell: (row) => <Share part={row[id]} whole={row.messages} /> };
}

function columns(view: View): Column<QueryRow>[] {
	const all: Column<QueryRow>[] = [
		{ id: "key", label: viewName(view), sort: "key", fixed: true,
		  class: "key-cell", cell: (row) =>
			<Name view={view} row={row} /> },
		count(view, "messages", t("web.field.messages"), {},
		      { fixed: true }),
		{ id: "mix", label: t("web.explore.mix"), class: "mix-cell",
		  cell: (row) => <Mix of={row} /> },
		{ id: "share", label: t("web.sources.passed"), number: true,
		  cell: (row) => <Share part={row.passed}
			whole={row.messages} /> },
		count(view, "passed", t("web.explore.passed"),
		      { result: "pass" }, { off: true }),
		share("spf_aligned", t("web.field.spf")),
		share("dkim_aligned", t("web.field.dkim")),
		count(view, "own", t("web.class.own"), { class: "own" }),
		count(view, "own_passed", t("web.part.own_passed"),
		      { class: "own", result: "pass" }, { off: true }),
		count(view, "forwarded", t("web.class.forwarded"),
		      { class: "forwarded" }, { expert: true }),
		count(view, "unrecognised", t("web.class.unrecognised"),
		      { class: "unrecognised" }),
		count(view, "blocked", t("web.class.blocked"),
		      { class: "blocked" }),
		plain("sources", t("web.nav.sources")),
		plain("reports", t("web.nav.reports")),
		plain("rows", t("web.explore.rows")),
		{ id: "first_seen", label: t("web.sources.first"), off: true,
		  sort: "first_seen", first: "down",
		  cell: (row) => <When at={row.first_seen} /> },
		{ id: "last_seen", label: t("web.sources.last"), expert: true,
		  sort: "last_seen", first: "down",
		  cell: (row) => <When at={row.last_seen} /> },
	];

	// Saying twice what the row is, is saying it once too often.
	return all.filter((one) => view === "result" ?
		one.id !== "share" && one.id !== "passed" :
		view === "class" ? one.id !== "mix" : true);
}

/* What the columns add up to, whatever page of them is on screen. */
function Sums({ data }: { data: QueryAnswer }) {
	const { totals } = data;
	const parts = [["web.field.messages", totals.messages],
		       ["web.class.own", totals.own],
		       ["web.class.forwarded", totals.forwarded],
		       ["web.class.unrecognised", totals.unrecognised],
		       ["web.class.blocked", totals.blocked]] as const;

	return (
		<dl class="sums" aria-label={t("web.explore.all")}>
			{parts.map(([name, value]) => (
				<div key={name}><dt>{t(name)}</dt>
					<dd class="num">{number(value)}
						{name !== "web.field.messages" && value ?
							<span class="muted">{" "}{percent(value,
								totals.messages)}</span> : null}
					</dd></div>))}
		</dl>
	);
}

export function GroupTable({ view, data }: {
	view: View; data: QueryAnswer;
}) {
	return (
		<Table name={"explore." + view} columns={columns(view)}
			caption={t("web.explore.table", { what: viewName(view) })}
			rows={data.rows} keyOf={(row) => row.key ?? "\0"}
			sort={sortOf(view)} next={data.next}
			tools={<Sums data={data} />} />
	);
}

export function countryColumns(): Column<QueryRow>[] {
	return columns("map").filter((one) => ["key", "messages",
		"mix"].includes(one.id)).map((one) =>
		one.id === "key" ? { ...one, label: of("web.group.",
			"country") } : one);
}
