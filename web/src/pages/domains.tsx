/* All domains: how far each has come, and how its mail fares. */
import { useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { Domain, Domains as Answer_ } from "../api/types";
import { go, href, setParams, usePlace } from "../model/place";
import { domainColumns } from "../parts/domain-columns";
import { number } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { Switch } from "../parts/field";
import { Icon } from "../parts/icons";
import { Answer, Empty, Page } from "../parts/page";
import { Table } from "../parts/table";
import { isAdmin } from "../state/settings";

const SILENT = 48 * 3600; // seconds

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
				columns={domainColumns()} rows={rows} sort="domain"
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
