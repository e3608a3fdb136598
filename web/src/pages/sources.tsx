/* Who sends: an inbox to work through. Every source is ours, a forwarder, not
 * ours, or left alone; what nobody has said yet is new. */
import { useEffect, useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { Overview, Source, Sources as Answer_, Triage } from "../api/types";
import { FILTER_NAMES } from "../model/filters";
import { asked, go, href, hrefWith, usePlace } from "../model/place";
import { TRIAGES, mark } from "../model/triage";
import { number } from "../words/format";
import { named, of, plural, t } from "../words/words";
import { Figure, Share, When } from "../parts/bits";
import { FilterBar } from "../parts/filters";
import { Icon } from "../parts/icons";
import { Menu, MenuChoice } from "../parts/menu";
import { Nothing } from "../parts/nothing";
import { Answer, Empty, Page } from "../parts/page";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { useKeys } from "../shell/keys";
import type { RouteProps } from "../routes";
import { isAdmin } from "../state/settings";

const TABS = ["new", ...TRIAGES, "all"] as const;
type Tab = typeof TABS[number];

function inTab(one: Source, tab: Tab): boolean {
	if (tab === "all")
		return true;
	return tab === "new" ? one.triage === null : one.triage === tab;
}

/* Of what the network alone tells the proof is the source itself. */
export function evidenceText(one: Source): string {
	if (!one.evidence)
		return "";
	const [kind = "", ...proof] = one.evidence.split(":");
	const text = named("sender.evidence.", kind, {
		proof: proof.join(":") || one.label });
	return text.charAt(0).toUpperCase() + text.slice(1);
}

function Marks({ one }: { one: Source }) {
	if (!isAdmin())
		return <span class="muted">{one.triage ?
			of("web.triage.", one.triage) : t("web.triage.new")}</span>;
	return (
		<div class="marks">
			{(["ours", "not_ours"] as const).map((value) => (
				<button type="button" key={value}
					class="button button-small"
					aria-pressed={one.triage === value}
					onClick={() => mark([one], one.triage === value ?
						null : value)}>
					{of("web.triage.", value)}</button>))}
			<Menu plain side="end" class="icon-menu"
				label={t("web.triage.other", { source: one.label })}
				face={<Icon name="more" size={16} />}>
				{(close) => [...TRIAGES, null].map((value) => (
					<MenuChoice key={value ?? "new"}
						chosen={one.triage === value}
						onChoose={() => {
							close();
							mark([one], value);
						}}>{value ? of("web.triage.", value) :
							t("web.triage.new")}</MenuChoice>))}
			</Menu>
		</div>
	);
}

function rows(one: Source, change: Record<string, string>): string {
	return href("/reports/dmarc", { source: one.slug, ...change });
}

function columns(): Column<Source>[] {
	return [
		{ id: "label", label: t("web.field.source"), fixed: true,
		  by: (one) => one.label, cell: (one) => <>
			<a href={href("/sources/" +
				encodeURIComponent(one.slug))}>{one.label}</a>
			<span class="sub">{evidenceText(one)}</span></> },
		{ id: "messages", label: t("web.field.messages"), number: true,
		  by: (one) => one.messages, cell: (one) =>
			<Figure value={one.messages} to={rows(one, {})} /> },
		{ id: "passed", label: t("web.sources.passed"), number: true,
		  first: "up", by: (one) => one.messages ?
			(one.passed ?? 0) / one.messages : null,
		  cell: (one) => <Share part={one.passed}
			whole={one.messages}
			good={one.triage === "ours" ? 0.97 : 0} /> },
		{ id: "spf", label: t("web.field.spf"), number: true,
		  expert: true, first: "up", by: (one) => one.messages ?
			(one.spf_aligned ?? 0) / one.messages : null,
		  cell: (one) => <Share part={one.spf_aligned}
			whole={one.messages} /> },
		{ id: "dkim", label: t("web.field.dkim"), number: true,
		  expert: true, first: "up", by: (one) => one.messages ?
			(one.dkim_aligned ?? 0) / one.messages : null,
		  cell: (one) => <Share part={one.dkim_aligned}
			whole={one.messages} /> },
		{ id: "blocked", label: t("web.class.blocked"), number: true,
		  expert: true, by: (one) => one.blocked, cell: (one) =>
			<Figure value={one.blocked}
				to={rows(one, { class: "blocked" })} /> },
		{ id: "first", label: t("web.sources.first"), off: true,
		  first: "down", by: (one) => one.first_seen,
		  cell: (one) => <When at={one.first_seen} /> },
		{ id: "last", label: t("web.sources.last"), first: "down",
		  by: (one) => one.last_seen,
		  cell: (one) => <When at={one.last_seen} /> },
		{ id: "mark", label: t("web.sources.whose"), fixed: true,
		  class: "marks-cell", cell: (one) => <Marks one={one} /> },
	];
}

function Tabs({ sources, tab }: { sources: readonly Source[]; tab: Tab }) {
	return (
		<nav class="tabs" aria-label={t("web.sources.whose")}>
			{TABS.map((one) => (
				<a key={one} class="tab" href={hrefWith({ tab: one })}
					aria-current={one === tab ? "page" : undefined}>
					{one === "all" ? t("web.sources.all") :
						of("web.triage.", one)}
					<span class="tab-count num">{number(
						sources.filter((s) => inTab(s, one)).length)}
					</span></a>))}
		</nav>
	);
}

function Bulk({ chosen, clear }: {
	chosen: readonly Source[]; clear: () => void;
}) {
	if (chosen.length === 0)
		return null;
	return (
		<div class="bulk" role="group">
			<span>{plural("web.sources.chosen.", chosen.length)}</span>
			{TRIAGES.map((value) => (
				<button type="button" key={value}
					class="button button-small" onClick={() => {
						mark(chosen, value);
						clear();
					}}>{of("web.triage.", value)}</button>))}
		</div>
	);
}

function NoSources() {
	const query = useQuery<Overview>("/overview", { range: "30d" });

	return query.data && <Nothing anyReports={query.data.any_reports} />;
}

function List({ data }: { data: Answer_ }) {
	const at = usePlace();
	const [current, setCurrent] = useState<string | null>(null);
	const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
	const wanted = at.params.get("tab");
	const someNew = data.sources.some((one) => one.triage === null);
	const tab = TABS.find((one) => one === wanted) ??
		(someNew ? "new" : "all");
	const shown = data.sources.filter((one) => inTab(one, tab));
	const picked = data.sources.filter((one) => chosen.has(one.slug));

	useEffect(() => setChosen(new Set()), [tab]);
	// A row that was sorted away leaves the keys on its neighbour.
	const byKey = (triage: Triage) => () => {
		if (!isAdmin())
			return;
		const now = data.sources.filter((one) => one.slug === current);
		if (picked.length === 0 && tab !== "all") {
			const order = [...document.querySelectorAll<HTMLElement>(
				"[data-row]")].map((row) => row.dataset.row!);
			const i = order.indexOf(current ?? "");
			setCurrent(order[i + 1] ?? order[i - 1] ?? null);
		}
		mark(picked.length ? picked : now, triage);
		setChosen(new Set());
	};
	useKeys({ o: byKey("ours"), u: byKey("not_ours") });
	return <>
		<Tabs sources={data.sources} tab={tab} />
		<FilterBar names={FILTER_NAMES.filter((one) =>
			one !== "source")} />
		{data.sources.length === 0 ? <NoSources /> :
			shown.length === 0 ? <Empty icon="check"
				title={tab === "new" ? t("web.sources.none_new") :
					t("web.sources.none_here")}>
				{tab === "new" && <p>{t("web.sources.none_new_text")}
				</p>}</Empty> :
			<Table name="sources" caption={t("web.nav.sources")}
				columns={columns()} rows={shown}
				keyOf={(one) => one.slug} sort="-messages"
				current={current} onCurrent={setCurrent}
				{...(isAdmin() ? { choose: { chosen,
					set: setChosen } } : {})}
				open={(one) => go(href("/sources/" +
					encodeURIComponent(one.slug)))}
				tools={<Bulk chosen={picked}
					clear={() => setChosen(new Set())} />} />}
	</>;
}

export default function Sources({ at }: RouteProps) {
	const here = usePlace();
	const params = asked(here);
	const query = useQuery<Answer_>("/sources", params);

	useEffect(() => {
		if (at.domain)
			go(href("/sources", { domain: at.domain }),
				{ replace: true });
	}, [at.domain]);
	return (
		<Page title={t("web.nav.sources")} intro={t("web.sources.intro")}>
			<Answer query={query} lines={8}>{(data) =>
				<List data={data} />}</Answer>
		</Page>
	);
}
