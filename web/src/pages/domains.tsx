/* All domains: how far each has come, and how its mail fares. */
import { useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { Domain, Domains as Answer_ } from "../api/types";
import { go, href, setParams, usePlace } from "../model/place";
import { number } from "../words/format";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { DomainLink, Figure, Share, Spark, When } from "../parts/bits";
import { Switch } from "../parts/field";
import { Icon } from "../parts/icons";
import { Answer, Empty, Page } from "../parts/page";
import { Policy } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { isAdmin } from "./overview";

const LADDER = ["none", "quarantine", "reject"];
const SILENT = 48 * 3600;

function of30(domain: string, change: Record<string, string>): string {
	return href("/reports/dmarc", { domain, range: "30d", from: null,
		to: null, ...change });
}

function columns(): Column<Domain>[] {
	return [
		{ id: "domain", label: t("web.field.domain"), fixed: true,
		  by: (one) => shownDomain(one.domain), cell: (one) => <>
			<DomainLink domain={one.domain} />
			<span class="sub">{!one.registered ?
				t("web.domains.seen_only") : one.first_report === null ?
				t("web.domains.waiting") : one.purpose ?
				of("web.purpose.", one.purpose) : ""}</span></> },
		{ id: "policy", label: t("web.field.policy"), first: "down",
		  by: (one) => one.policy ? LADDER.indexOf(one.policy) : null,
		  cell: (one) => <Policy value={one.policy}
			testing={one.policy_testing} /> },
		{ id: "own", label: t("web.domains.own"), number: true,
		  first: "up", by: (one) => one.own ?
			(one.own_passed ?? 0) / one.own : null,
		  cell: (one) => <a class="plain-link"
			href={of30(one.domain, { class: "own" })}>
			<Share part={one.own_passed} whole={one.own}
				good={0.97} /></a> },
		{ id: "messages", label: t("web.field.messages"), number: true,
		  by: (one) => one.messages, cell: (one) =>
			<Figure value={one.messages}
				to={of30(one.domain, {})} /> },
		{ id: "spark", label: t("web.domains.spark"), cell: (one) =>
			one.messages ? <Spark values={one.spark.slice(-30)}
				label={t("web.domains.spark_label",
					{ count: one.messages })} /> :
			<span class="muted">–</span> },
		{ id: "unrecognised", label: t("web.class.unrecognised"),
		  number: true, expert: true, by: (one) => one.unrecognised,
		  cell: (one) => <Figure value={one.unrecognised}
			to={of30(one.domain, { class: "unrecognised" })} /> },
		{ id: "blocked", label: t("web.class.blocked"), number: true,
		  by: (one) => one.blocked, cell: (one) =>
			<Figure value={one.blocked}
				to={of30(one.domain, { class: "blocked" })} /> },
		{ id: "tls", label: t("web.domains.tls_failed"), number: true,
		  expert: true, by: (one) => one.tls_failed, cell: (one) =>
			<Figure value={one.tls_failed} to={href("/reports/tls",
				{ domain: one.domain })} /> },
		{ id: "last", label: t("web.domains.last"), first: "down",
		  by: (one) => one.last_report,
		  cell: (one) => <When at={one.last_report} /> },
	];
}

function silent(one: Domain): boolean {
	return one.registered && (one.last_report === null ||
		one.last_report < Date.now() / 1000 - SILENT);
}

function List({ data }: { data: Answer_ }) {
	const { params } = usePlace();
	const [typed, setTyped] = useState(params.get("q") ?? "");
	const wanted = typed.normalize("NFKC").trim().toLowerCase();
	const onlySilent = params.get("silent") === "true";
	const rows = data.domains.filter((one) => (!wanted ||
		one.domain.includes(wanted) ||
		shownDomain(one.domain).includes(wanted)) &&
		(!onlySilent || silent(one)));
	const [current, setCurrent] = useState<string | null>(null);

	return (
		<div class="table-sticky">
			<Table name="domains" caption={t("web.nav.domains")}
				columns={columns()} rows={rows} sort="domain"
				keyOf={(one) => one.domain} current={current}
				onCurrent={setCurrent} open={(one) =>
					go(href("/d/" + encodeURIComponent(one.domain)))}
				tools={<div class="tools-start">
					<label class="find">
						<Icon name="search" size={16} />
						<input type="search" value={typed}
							aria-label={t("web.domain.find")}
							placeholder={t("web.domain.find")}
							onInput={(event) => {
								setTyped(event.currentTarget.value);
								setParams({ q: event.currentTarget
									.value || null }, true);
							}} />
					</label>
					<Switch label={t("web.domains.silent")}
						on={onlySilent} onChange={(on) => setParams({
							silent: on ? "true" : null }, true)} />
				</div>} />
			{rows.length === 0 && <p class="nothing">
				{t("web.domains.no_match")}</p>}
		</div>
	);
}

export default function Domains() {
	const query = useQuery<Answer_>("/domains");
	const add = isAdmin() && <a class="button button-main"
		href="/domains/add"><Icon name="plus" size={16} />
		{t("web.action.add_domain")}</a>;

	return (
		<Page title={t("web.nav.domains")} actions={query.data &&
			query.data.domains.length > 0 && add}
			intro={query.data && query.data.domains.length > 0 ?
				t("web.domains.intro", {
					count: number(query.data.domains.length) }) :
				"\u00a0"}>
			<Answer query={query} lines={6}>{(data) =>
				data.domains.length ? <List data={data} /> :
				<Empty icon="domains" title={t("web.domains.none")}
					actions={add}>
					<p>{t("web.domains.none_text")}</p></Empty>}
			</Answer>
		</Page>
	);
}
