/* The filter bar: what the URL narrows by, each part removable, and more to
 * add. The state is the URL; nothing else is kept. */
import { useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { QueryAnswer } from "../api/types";
import { FILTERS, FILTER_NAMES, valueText } from "../model/filters";
import type { Filter, FilterName } from "../model/filters";
import { go, hrefWith, place, setParams, usePlace } from "../model/place";
import { number } from "../words/format";
import { of, t } from "../words/words";
import { useKeys } from "../shell/keys";
import { Icon } from "./icons";
import { Menu } from "./menu";
import { Switch } from "./field";
import { Notice } from "./page";

/* The URL of this page with one value more, or without it. */
export function withFilter(name: FilterName, value: string): string {
	const now = place.get().params.getAll(name);

	return now.includes(value) ? hrefWith({}) :
		hrefWith({ [name]: [...now, value] });
}

export function withoutFilter(name: string, value: string): string {
	return hrefWith({ [name]: place.get().params.getAll(name)
		.filter((one) => one !== value) });
}

export function Chips({ names }: { names: readonly string[] }) {
	const { params } = usePlace();
	const chips = names.flatMap((name) => params.getAll(name)
		.map((value) => ({ name: name as FilterName, value })));

	if (chips.length === 0)
		return null;
	return (
		<ul class="chips" aria-label={t("web.filter.set")}>
			{chips.map(({ name, value }) => (
				<li key={name + value} class="chip">
					<span><span class="chip-name">
						{of("web.field.", name)}</span>{" "}
						{value.startsWith("!") ?
							t("web.filter.not", { value:
								valueText(name, value.slice(1)) }) :
							valueText(name, value)}</span>
					<a class="chip-close"
						href={withoutFilter(name, value)}
						aria-label={t("web.filter.remove", {
							what: of("web.field.", name),
							value })}>
						<Icon name="close" size={14} /></a>
				</li>))}
			{chips.length > 1 && <li><a class="chip-clear"
				href={hrefWith(Object.fromEntries(names.map(
					(name) => [name, null])))}>
				{t("web.filter.clear")}</a></li>}
		</ul>
	);
}

/* The values that occur, most messages first. */
function Suggestions({ of: one, typed, onPick }: {
	of: Filter; typed: string; onPick: (value: string) => void;
}) {
	const answer = useQuery<QueryAnswer>("/query", {
		group: one.suggest!, sort: "-messages", limit: 50,
		range: place.get().params.get("range") ?? "90d" });
	const wanted = typed.normalize("NFKC").toLowerCase();
	const rows = answer.data?.rows.filter((row) =>
		(row.key + " " + row.label).toLowerCase().includes(wanted))
		.slice(0, 8);

	return <>{rows?.map((row) => (
		<button type="button" class="menu-item" key={row.key}
			onClick={() => onPick(row.key ?? "unknown")}>
			<span class="menu-grow">{row.key === null ?
				t("web.state.unknown") : one.name === "country" ?
				valueText(one.name, row.key) : row.label}</span>
			<span class="muted num">{number(row.messages)}</span>
		</button>))}</>;
}

function Values({ of: one, onPick, onBack }: {
	of: Filter; onPick: (value: string) => void; onBack: () => void;
}) {
	const [typed, setTyped] = useState("");

	return (
		<form class="menu-form" onSubmit={(event) => {
			event.preventDefault();
			const value = typed.normalize("NFKC").trim();
			if (value)
				onPick(value);
		}}>
			<button type="button" class="menu-item menu-back"
				onClick={onBack}>
				<Icon name="left" size={16} />
				{of("web.field.", one.name)}</button>
			{one.values ? one.values.map((value) => (
				<button type="button" class="menu-item" key={value}
					onClick={() => onPick(value)}>
					{valueText(one.name, value)}</button>)) : <>
				<input type="text" value={typed} autofocus
					aria-label={of("web.field.", one.name)}
					placeholder={one.example ?? ""}
					onInput={(event) =>
						setTyped(event.currentTarget.value)} />
				{one.suggest && <Suggestions of={one}
					typed={typed} onPick={onPick} />}
				<button class="button button-main">
					{t("web.filter.apply")}</button>
			</>}
		</form>
	);
}

function AddFilter({ names }: { names: readonly string[] }) {
	const [at, setAt] = useState<Filter | null>(null);

	return (
		<Menu label={t("web.filter.add")} class="add-filter" face={<>
			<Icon name="plus" size={16} />
			<span>{t("web.filter.add")}</span></>} plain>
			{(close) => at ? <Values of={at}
				onBack={() => setAt(null)}
				onPick={(value) => {
					close();
					setAt(null);
					go(withFilter(at.name, value));
				}} /> :
				FILTERS.filter((one) => names.includes(one.name))
					.map((one) => (
					<button type="button" class="menu-item"
						key={one.name} onClick={() => setAt(one)}>
						<span class="menu-grow">
							{of("web.field.", one.name)}</span>
						<Icon name="right" size={16} />
					</button>))}
		</Menu>
	);
}

/* `names`: the filters that this page understands. `ignored`: what the server
 * said it did not know. */
export function FilterBar({ names = FILTER_NAMES, failures = true,
			    ignored = [] }: {
	names?: readonly string[]; failures?: boolean;
	ignored?: readonly string[];
}) {
	const { params } = usePlace();
	const failing = params.getAll("result").includes("fail");

	useKeys({ f: () => document.querySelector<HTMLElement>(
		".add-filter .menu-button")?.click() });
	return (<>
		<div class="filter-bar" role="group"
			aria-label={t("web.filter.title")}>
			{failures && <Switch on={failing}
				label={t("web.filter.failures_only")}
				onChange={(on) => setParams({
					result: on ? "fail" : null })} />}
			<Chips names={failures ? names.filter((name) =>
				name !== "result" || !failing) : names} />
			<AddFilter names={names} />
		</div>
		{ignored.length > 0 && <Notice kind="warn">
			{t("web.filter.ignored", { names: ignored.join(", ") })}
		</Notice>}
	</>);
}

/* Whether anything narrows the view besides the days. */
export function filtersSet(names: readonly string[] = FILTER_NAMES): boolean {
	return names.some((name) => place.get().params.has(name));
}

/* The three ways of seeing nothing: no report ever, none in these days, none
 * behind these filters. */
export function whyEmpty(anyReports: boolean): "never" | "range" | "filters" {
	if (!anyReports)
		return "never";
	return filtersSet() ? "filters" : "range";
}
