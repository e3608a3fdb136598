/* Explore: all mail that reports speak of, by result, source, organisation,
 * host, country, on the map, and row by row. The URL says what is shown. */
import { useEffect, useRef } from "preact/hooks";
import { useQuery } from "../api/query";
import type { Days, QueryAnswer } from "../api/types";
import { go, hrefWith, setParams, usePlace } from "../model/place";
import { percent } from "../words/format";
import { of, plural, t } from "../words/words";
import { DayChart } from "../parts/chart";
import { FilterBar } from "../parts/filters";
import { Icon } from "../parts/icons";
import { Menu, MenuChoice } from "../parts/menu";
import { Answer, Card, Loading, Notice, Page, ProblemView } from
	"../parts/page";
import { rangeText } from "../shell/range";
import { ChooseDomain, ExploreNothing } from "./explore-empty";
import { DetailView } from "./explore-detail";
import { MapView } from "./explore-map";
import { MORE, TABS, mailOf, narrowPart, needsDomain, tableOf, viewHref,
	 viewName, viewOf } from "./explore-question";
import type { View } from "./explore-question";
import { GroupTable } from "./explore-table";
import { ExportMenu, ViewsMenu } from "./explore-views";

function Tabs({ view }: { view: View }) {
	const more = (MORE as readonly string[]).includes(view);
	const box = useRef<HTMLElement>(null);

	// On a phone the tabs scroll: the one that is open is in sight.
	useEffect(() => {
		const now = box.current?.querySelector<HTMLElement>(
			"[aria-current]");
		if (box.current && now)
			box.current.scrollLeft = now.offsetLeft -
				box.current.offsetLeft - 16;
	}, [view]);

	return (
		<div class="explore-tabs">
			<nav class="tabs" ref={box} aria-label={t("web.explore.views")}>
				{TABS.map((one) => (
					<a key={one} class="tab" href={viewHref(one)}
						aria-current={one === view ? "page" :
							undefined}>{viewName(one)}</a>))}
			</nav>
			<Menu class={"tab-more" + (more ? " tab-more-on" : "")}
				side="end" label={t("web.explore.views")}
				face={<span>{more ? viewName(view) :
					t("web.action.more")}</span>}>
				{(close) => MORE.map((one) => (
					<MenuChoice key={one} chosen={one === view}
						onChoose={() => {
							close();
							go(viewHref(one));
						}}>{viewName(one)}</MenuChoice>))}
			</Menu>
		</div>
	);
}

/* One click: what Microsoft's mailboxes get. Says how that was found out. */
function Preset({ data }: { data: QueryAnswer | null }) {
	const { params } = usePlace();
	const by = data?.query.preset_by;

	if (params.get("preset") !== "microsoft")
		return <a class="preset" href={hrefWith({ preset: "microsoft" })}>
			<Icon name="search" size={16} />
			{t("web.quick.microsoft")}</a>;
	return (
		<Notice actions={<a class="button button-small"
			href={hrefWith({ preset: null })}>
			{t("web.explore.preset_off")}</a>}>
			<strong>{t("web.quick.microsoft")}</strong>
			{(by === "to_domain" || by === "reporter_family") &&
				<p data-preset={by}>{of("web.explore.by_", by)}</p>}
		</Notice>
	);
}

/* The answer in a sentence, before any picture of it. */
function Sentence({ data }: { data: QueryAnswer }) {
	const { messages, passed, own, own_passed: ours } = data.totals;

	if (messages === null)
		return null;
	return (
		<h2 class="explore-sentence" data-messages={messages}
			data-passed={passed ?? ""}>
			{passed !== null && plural("web.explore.sentence.",
				messages, { passed, share: percent(passed, messages) })}
			{own !== null && own > 0 && ours !== null &&
				own !== messages && <span class="explore-own">
				{plural("web.explore.own_sentence.", own,
					{ passed: ours, share: percent(ours, own) })}
			</span>}
		</h2>
	);
}

function Chart() {
	const at = usePlace();
	const days = useQuery<Days>("/days", mailOf(at));

	return (
		<Answer query={days} lines={7}>{(data) =>
			<DayChart data={data} title={t("web.explore.chart") + ", " +
				rangeText(at.params)} pick={(part, on) =>
				go(hrefWith(narrowPart(part, on)))} />}</Answer>
	);
}

function Found({ view, answer, rows }: {
	view: View; answer: QueryAnswer; rows: boolean;
}) {
	return <>
		<Card class="explore-card">
			<Sentence data={answer} />
			<Chart />
		</Card>
		{!rows ? null : view === "map" ? <MapView data={answer} /> :
			view === "detail" ? <DetailView /> :
			<GroupTable view={view} data={answer} />}
	</>;
}

function Body({ view }: { view: View }) {
	const at = usePlace();
	const query = useQuery<QueryAnswer>("/query", tableOf(at, view));
	const { data, problem } = query;
	// The last answer was to another grouping: its rows mean nothing here.
	const same = !query.stale ||
		data?.query.group === tableOf(at, view).get("group");

	return <>
		<FilterBar ignored={data?.ignored ?? []} />
		<Preset data={query.stale ? null : data} />
		{problem ? <ProblemView problem={problem}
			again={query.again} /> : !data ? <Loading lines={9} /> :
			<div class={query.stale ? "stale" : ""}
				aria-busy={query.stale}>
				{data.totals.messages ? <Found view={view}
					answer={data} rows={same} /> :
					<ExploreNothing />}
			</div>}
	</>;
}

export default function Explore() {
	const at = usePlace();
	const view = viewOf(at.params);
	const ask = needsDomain(view, at.params);
	const failures = at.params.get("failures");

	// The command line's name of the same filter.
	useEffect(() => {
		if (failures !== null)
			setParams({ failures: null, ...(failures === "false" ? {} :
				{ result: "fail" }) }, true);
	}, [failures]);
	return (
		<Page title={t("web.nav.explore")} intro={t("web.explore.intro")}
			actions={<>
				<ViewsMenu />
				{!ask && <ExportMenu view={view} />}
			</>}>
			<Tabs view={view} />
			{ask ? <>
				<FilterBar />
				<ChooseDomain />
			</> : <Body view={view} />}
		</Page>
	);
}
