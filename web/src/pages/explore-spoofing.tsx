/* Possible spoofing: mail in our name from servers that nobody recognised,
 * and mail that receivers stopped; newest first. */
import { useQuery } from "../api/query";
import type { QueryAnswer, QueryRow } from "../api/types";
import { SPAN_AND_DOMAIN, asked, href, hrefWith, usePlace } from
	"../model/place";
import type { Place } from "../model/place";
import { day, number } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { FilterBar } from "../parts/filters";
import { Icon } from "../parts/icons";
import { Answer, Empty, Loading, Page, Section } from "../parts/page";
import { Sign } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { keyText } from "./explore-question";
import { ExploreNothing } from "./explore-empty";

const BOTH = ["unrecognised", "blocked"] as const;
const FILTERS = ["domain", "source", "country", "asn", "reporter",
		 "disposition", "policy"];
const DOMAINS_SHOWN = 6, WEEK = 7 * 86_400;

/* The filter can keep one of the two classes; never others. */
function classes(at: Place): readonly string[] {
	const wanted = at.params.getAll("class");
	const kept = BOTH.filter((one) => wanted.includes(one));

	return kept.length ? kept : BOTH;
}

function question(at: Place, more: Record<string, string>): URLSearchParams {
	const params = asked(at, ["range", "from", "to", ...FILTERS]);

	for (const one of classes(at))
		params.append("class", one);
	for (const [name, value] of Object.entries(more))
		params.set(name, value);
	return params;
}

function explore(change: Record<string, string | readonly string[]>): string {
	return href("/reports/dmarc", { class: BOTH, group: "ip", ...change });
}

function isNew(row: QueryRow): boolean {
	return row.first_seen !== null &&
		Date.now() / 1000 - row.first_seen < WEEK;
}

function columns(): Column<QueryRow>[] {
	const count = (id: "unrecognised" | "blocked", label: string):
		Column<QueryRow> => ({ id, label, sort: id, number: true,
		cell: (row) => row[id] ? <a class="num" href={explore({
			source: row.key ?? "unknown", class: id,
			group: "country" })}>{number(row[id])}</a> :
			<span class="num muted">{number(row[id])}</span> });

	return [
		{ id: "key", label: t("web.field.source"), sort: "key",
		  fixed: true, cell: (row) => <>
			<a href={row.key ? href("/sources/" +
				encodeURIComponent(row.key)) : explore({
				source: "unknown" })}>
				{keyText("source", row.key, row.label)}</a>
			{isNew(row) && <span class="tag">
				{t("web.spoof.new")}</span>}</> },
		{ id: "last", label: t("web.spoof.last"), sort: "last_seen",
		  first: "down", class: "nowrap",
		  cell: (row) => day(row.last_seen) },
		{ id: "first", label: t("web.sources.first"),
		  sort: "first_seen", first: "down", class: "nowrap",
		  cell: (row) => day(row.first_seen) },
		count("unrecognised", t("web.spoof.delivered")),
		count("blocked", t("web.spoof.stopped")),
		{ id: "messages", label: t("web.field.messages"),
		  sort: "messages", number: true,
		  cell: (row) => number(row.messages) },
	];
}

/* Two figures that are also the switch between them. */
function Figures({ data }: { data: QueryAnswer }) {
	const at = usePlace();
	const now = classes(at);
	const one = (name: typeof BOTH[number], label: string, sub: string) => {
		const on = now.length === 1 && now[0] === name;
		return (
			<a class={"kpi" + (on ? " kpi-on" : "")}
				aria-current={on ? "true" : undefined}
				href={hrefWith({ class: on ? null : name })}>
				<span class="kpi-label"><Sign tone={name === "blocked" ?
					"rejected" : "none"} />{label}</span>
				<span class="kpi-value num">
					{number(data.totals[name])}</span>
				<span class="kpi-sub">{sub}</span>
			</a>
		);
	};

	return (
		<div class="spoof-figures">
			{one("unrecognised", t("web.spoof.delivered"),
				t("web.spoof.delivered_sub"))}
			{one("blocked", t("web.spoof.stopped"),
				t("web.spoof.stopped_sub"))}
		</div>
	);
}

/* ---- names ---- */

/* A name under the domain that no mail of our own ever uses. */
function isInvented(domain: string, row: QueryRow): boolean {
	return row.key !== null && row.key.endsWith("." + domain) &&
		row.own === 0 && !row.forwarded;
}

function Names({ domain }: { domain: string }) {
	const params = asked(usePlace(), ["range", "from", "to"]);
	params.set("domain", domain);
	params.set("group", "from_domain");
	params.set("sort", "-last_seen");
	params.set("limit", "200");
	const query = useQuery<QueryAnswer>("/query", params);
	const used = query.data?.rows.filter((row) => row.key !== null &&
		(row.unrecognised ?? 0) + (row.blocked ?? 0) > 0) ?? [];

	if (used.length === 0)
		return null;
	return <>{used.map((row) => (
		<li key={row.key} data-invented={isInvented(domain, row)}>
			<a href={explore({ domain, from_domain: row.key! })}>
				{shownDomain(row.key!)}</a>
			{isInvented(domain, row) && <span class="tag tag-warn">
				<Icon name="warn" size={14} />
				{t("web.spoof.invented")}</span>}
			<span class="muted small nowrap">{day(row.last_seen)}</span>
			<span class="num">{number((row.unrecognised ?? 0) +
				(row.blocked ?? 0))}</span>
		</li>))}</>;
}

function AllNames() {
	const at = usePlace();
	const chosen = at.params.getAll("domain")
		.filter((one) => !one.startsWith("!"));
	const params = asked(at, SPAN_AND_DOMAIN);
	params.set("group", "domain");
	params.set("limit", String(DOMAINS_SHOWN));
	for (const one of BOTH)
		params.append("class", one);
	const query = useQuery<QueryAnswer>(chosen.length ? null : "/query",
		params);
	const domains = chosen.length ? chosen.slice(0, DOMAINS_SHOWN) :
		(query.data?.rows ?? []).flatMap((row) => row.key ?? []);

	return (
		<Section title={t("web.spoof.names")}
			intro={t("web.spoof.names_intro")}>
			<ul class="source-list name-list">{domains.map((domain) =>
				<Names key={domain} domain={domain} />)}</ul>
		</Section>
	);
}

/* Good news only where there was mail to look at. */
function Nobody({ narrowed }: { narrowed: boolean }) {
	const params = asked(usePlace(), ["range", "from", "to"]);
	params.set("group", "result");
	const query = useQuery<QueryAnswer>(narrowed ? null : "/query", params);

	if (!narrowed && !query.data)
		return <Loading lines={4} />;
	return query.data?.totals.messages ?
		<Empty icon="check" title={t("web.spoof.none")}>
			<p>{t("web.spoof.none_text")}</p></Empty> :
		<ExploreNothing />;
}

function Body() {
	const at = usePlace();
	const cursor = at.params.get("cursor");
	const query = useQuery<QueryAnswer>("/query", question(at, {
		group: "source", limit: "50",
		sort: at.params.get("sort") ?? "-last_seen",
		...(cursor ? { cursor } : {}) }));
	const narrowed = FILTERS.some((name) => at.params.has(name));

	return (
		<Answer query={query} lines={8}>{(data) =>
			!data.totals.messages ? <Nobody narrowed={narrowed} /> : <>
				<Figures data={data} />
				<Section title={t("web.spoof.servers")}
					intro={t("web.spoof.newest")}>
					<Table name="spoofing" columns={columns()}
						caption={t("web.nav.spoofing")}
						rows={data.rows} sort="-last_seen"
						keyOf={(row) => row.key ?? "\0"}
						next={data.next} />
				</Section>
				<AllNames />
			</>}</Answer>
	);
}

export default function Spoofing() {
	return (
		<Page title={t("web.nav.spoofing")} intro={t("web.spoof.intro")}
			actions={<a class="button" href={href("/reports/dmarc",
				{ class: BOTH, group: "source" })}>
				<Icon name="search" size={16} />
				{t("web.nav.explore")}</a>}>
			<FilterBar names={FILTERS} failures={false} />
			<Body />
		</Page>
	);
}
