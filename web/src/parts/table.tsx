/* Tables: sorted and paged through the URL, columns chosen and remembered,
 * rows that open, cards where the screen is narrow. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { hrefWith, setParams, usePlace } from "../model/place";
import { columnsOf, setColumns, useMode } from "../state/settings";
import { session } from "../api/client";
import { useStore } from "../state/store";
import { compare, number } from "../words/format";
import { t } from "../words/words";
import { useKeys } from "../shell/keys";
import { Icon } from "./icons";
import { Menu } from "./menu";

export interface Column<R> {
	id: string;
	label: string;
	cell: (row: R) => ComponentChildren;
	number?: boolean;  // right-aligned
	/* Sorted by the server under this name, or here by `by`. */
	sort?: string;
	by?: (row: R) => string | number | null;
	first?: "up" | "down"; // direction of the first click; numbers down
	expert?: boolean;  // shown in Simple only when chosen
	fixed?: boolean;   // cannot be hidden
	off?: boolean;     // shown only when chosen
	class?: string;
}

export interface TableProps<R> {
	name: string;      // for the chosen columns
	caption: string;   // what the table lists, for screen readers
	columns: readonly Column<R>[];
	rows: readonly R[];
	keyOf: (row: R) => string;
	sort?: string;     // when the URL says nothing: "-messages"
	next?: string | null;   // cursor of the page after this one
	expand?: (row: R) => ComponentChildren;
	open?: (row: R) => void;      // Enter on a row
	choose?: {                    // ticks in front of the rows
		chosen: ReadonlySet<string>;
		set: (chosen: ReadonlySet<string>) => void;
	};
	current?: string | null;      // row under the keys j and k
	onCurrent?: (key: string) => void;
	foot?: ComponentChildren;     // a row of sums
	tools?: ComponentChildren;    // beside the column chooser
	rowClass?: (row: R) => string;
	plain?: boolean;              // no choice of columns
}

/* Which columns are on screen. */
function useColumns<R>(name: string, columns: readonly Column<R>[]) {
	const mode = useMode();
	useStore(session);
	const chosen = columnsOf(name);
	const shown = columns.filter((column) => column.fixed || (chosen ?
		chosen.includes(column.id) :
		!column.off && (!column.expert || mode === "expert")));

	return { shown, isChosen: chosen !== undefined };
}

export function ColumnChooser<R>({ name, columns }: {
	name: string; columns: readonly Column<R>[];
}) {
	const { shown, isChosen } = useColumns(name, columns);
	const ids = shown.map((column) => column.id);
	const flip = (id: string) => setColumns(name, ids.includes(id) ?
		ids.filter((one) => one !== id) : [...ids, id]);

	return (
		<Menu label={t("web.table.columns")} side="end" class="columns"
			face={<><Icon name="columns" size={16} />
				<span>{t("web.table.columns")}</span></>}>
			{() => <>
				{columns.filter((column) => !column.fixed)
					.map((column) => (
					<label class="menu-check" key={column.id}>
						<input type="checkbox"
							checked={ids.includes(column.id)}
							onChange={() => flip(column.id)} />
						{column.label}
					</label>))}
				{isChosen && <button class="menu-item" type="button"
					onClick={() => setColumns(name, null)}>
					<span class="menu-tick">
						<Icon name="undo" size={16} /></span>
					{t("web.table.columns_reset")}</button>}
			</>}
		</Menu>
	);
}

/* "-messages" is by messages, most first. */
function parse(sort: string): { by: string; down: boolean } {
	return sort.startsWith("-") ? { by: sort.slice(1), down: true } :
		{ by: sort, down: false };
}

function sorted<R>(rows: readonly R[], columns: readonly Column<R>[],
		   sort: string): readonly R[] {
	const { by, down } = parse(sort);
	const value = columns.find((column) => column.by &&
		column.id === by)?.by;

	if (!value)
		return rows;
	return [...rows].sort((left, right) => {
		const a = value(left), b = value(right);
		// Unknown goes last, whichever way.
		if (a === null || b === null)
			return a === b ? 0 : a === null ? 1 : -1;
		const order = typeof a === "number" && typeof b === "number" ?
			a - b : compare(String(a), String(b));
		return down ? -order : order;
	});
}

function Head<R>({ column, sort }: { column: Column<R>; sort: string }) {
	const name = column.sort ?? (column.by ? column.id : null);
	const { by, down } = parse(sort);

	if (name === null)
		return <th scope="col" class={classOf(column)}>{column.label}</th>;
	const on = by === name;
	const first = column.first ?? (column.number ? "down" : "up");
	const next = on ? (down ? name : "-" + name) :
		(first === "down" ? "-" + name : name);
	return (
		<th scope="col" class={classOf(column)} aria-sort={on ?
			(down ? "descending" : "ascending") : "none"}>
			<button type="button" class="sort" onClick={() =>
				setParams({ sort: next }, true)}>
				<span>{column.label}</span>
				<span class="sort-arrow">{on && <Icon size={14}
					name={down ? "down" : "up"} />}</span>
			</button>
		</th>
	);
}

function classOf<R>(column: Column<R>): string | undefined {
	return [column.number && "num", column.class].filter(Boolean)
		.join(" ") || undefined;
}

const LOCAL_PAGE = 100; // rows of a list that is here as a whole

export function Table<R>(props: TableProps<R>) {
	const { name, caption, columns, rows, keyOf, expand, choose } = props;
	const at = usePlace();
	const sort = at.params.get("sort") ?? props.sort ?? "";
	const { shown } = useColumns(name, columns);
	const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
	const [limit, setLimit] = useState(LOCAL_PAGE);
	const all = sorted(rows, columns, sort);
	const seen = props.next === undefined ? all.slice(0, limit) : all;

	const flip = (key: string) => {
		const next = new Set(opened);
		if (!next.delete(key))
			next.add(key);
		setOpened(next);
	};
	useRowKeys(seen.map(keyOf), props, flip);
	return (
		<div class="table-box">
			{(!props.plain || props.tools) && <div class="table-tools">
				{props.tools}
				{!props.plain && <ColumnChooser name={name}
					columns={columns} />}
			</div>}
			<div class="table-scroll" tabIndex={0} role="region"
				aria-label={caption}>
			<table class="table">
				<caption class="hidden">{caption}</caption>
				<thead><tr>
					{choose && <th scope="col" class="tick-cell">
						<span class="hidden">
							{t("web.table.choose")}</span></th>}
					{shown.map((column) => <Head key={column.id}
						column={column} sort={sort} />)}
					{expand && <th scope="col" class="more-cell">
						<span class="hidden">
							{t("web.table.details")}</span></th>}
				</tr></thead>
				<tbody>
					{seen.map((row) => <Row key={keyOf(row)}
						row={row} id={keyOf(row)}
						columns={shown} props={props}
						open={opened.has(keyOf(row))}
						flip={flip} />)}
				</tbody>
				{props.foot && <tfoot>{props.foot}</tfoot>}
			</table>
			</div>
			{props.next === undefined ? all.length > limit &&
				<p class="pager"><button class="button"
					onClick={() => setLimit(limit + 500)}>
					{t("web.table.show_more", {
						count: all.length - limit })}
				</button></p> :
				<Pager next={props.next} count={rows.length} />}
		</div>
	);
}

function Row<R>({ row, id, columns, props, open, flip }: {
	row: R; id: string; columns: readonly Column<R>[];
	props: TableProps<R>; open: boolean; flip: (id: string) => void;
}) {
	const { choose, expand } = props;
	const span = columns.length + (choose ? 1 : 0) + (expand ? 1 : 0);
	const tick = () => {
		const next = new Set(choose!.chosen);
		if (!next.delete(id))
			next.add(id);
		choose!.set(next);
	};

	return (<>
		<tr class={[props.rowClass?.(row), props.current === id &&
			"current"].filter(Boolean).join(" ") || undefined}
			data-row={id} aria-selected={choose ?
				choose.chosen.has(id) : undefined}
			onClick={() => props.onCurrent?.(id)}>
			{choose && <td class="tick-cell"><label class="tick">
				<input type="checkbox" checked={choose.chosen.has(id)}
					onChange={tick} />
				<span class="hidden">{t("web.table.choose")}</span>
			</label></td>}
			{columns.map((column, i) => i === 0 ?
				<th scope="row" key={column.id}
					class={classOf(column)}
					data-label={column.label}>
					{column.cell(row)}</th> :
				<td key={column.id} class={classOf(column)}
					data-label={column.label}>
					{column.cell(row)}</td>)}
			{expand && <td class="more-cell">
				<button type="button" class="icon-button"
					aria-expanded={open}
					aria-label={t("web.table.details")}
					onClick={() => flip(id)}>
					<Icon name={open ? "up" : "down"} size={16} />
				</button></td>}
		</tr>
		{open && expand && <tr class="detail-row">
			<td colSpan={span}>{expand(row)}</td></tr>}
	</>);
}

/* j and k walk, x ticks, Enter opens. */
function useRowKeys<R>(keys: readonly string[], props: TableProps<R>,
		       flip: (key: string) => void): void {
	const { current, onCurrent, choose } = props;
	const step = (by: number) => () => {
		if (!onCurrent || keys.length === 0)
			return;
		const at = current ? keys.indexOf(current) : -1;
		const next = keys[Math.min(Math.max(at + by, 0),
			keys.length - 1)]!;
		onCurrent(next);
		document.querySelector(`[data-row="${CSS.escape(next)}"]`)
			?.scrollIntoView({ block: "nearest" });
	};

	useKeys(onCurrent ? {
		j: step(1), k: step(-1),
		x: () => {
			if (!choose || !current)
				return;
			const next = new Set(choose.chosen);
			if (!next.delete(current))
				next.add(current);
			choose.set(next);
		},
		Enter: () => {
			const row = props.rows.find((one) =>
				props.keyOf(one) === current);
			if (row && props.open)
				props.open(row);
			else if (current && props.expand)
				flip(current);
		},
	} : {});
}

/* ---- pages of a long list ---- */

interface Before { cursor: string | null; shown: number }
const before = new Map<string, Before>();

export function Pager({ next, count }: { next: string | null; count: number }) {
	const at = usePlace();
	const cursor = at.params.get("cursor");
	const known = cursor ? before.get(cursor) : undefined;
	const start = cursor ? known?.shown : 0;

	useEffect(() => {
		if (next)
			before.set(next, { cursor,
				shown: (start ?? 0) + count });
	}, [next, cursor, count, start]);
	if (!cursor && !next)
		return null;
	return (
		<nav class="pager" aria-label={t("web.table.pages")}>
			{cursor && <a class="button" href={hrefWith(
				{ cursor: known?.cursor ?? null })}>
				<Icon name="left" size={16} />
				{known ? t("web.table.previous") :
					t("web.table.first")}</a>}
			{start !== undefined && <span class="muted num">
				{number(start + 1)}–{number(start + count)}</span>}
			{next && <a class="button" href={hrefWith({ cursor: next })}>
				{t("web.table.next")}
				<Icon name="right" size={16} /></a>}
		</nav>
	);
}
