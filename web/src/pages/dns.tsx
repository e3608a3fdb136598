/* Changes of DNS: what waits, what is under way, what was done. */
import { useQuery } from "../api/query";
import type { DnsPlanRow, DnsPlans } from "../api/types";
import { go, href, usePlace } from "../model/place";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { DomainLink, When } from "../parts/bits";
import { Answer, Empty, Page } from "../parts/page";
import { PlanState } from "../parts/plan";
import { Pager, Table } from "../parts/table";
import type { Column } from "../parts/table";
import { isAdmin } from "../state/settings";

const POLL = 5_000; // ms

function columns(): Column<DnsPlanRow>[] {
	return [
		{ id: "plan", label: t("web.dns.plan"), fixed: true,
		  cell: (one) => <a href={href("/dns/" + one.id)}
			aria-label={t("web.dns.title", { id: String(one.id),
				domain: shownDomain(one.domain) })}>
			#{one.id}</a> },
		{ id: "state", label: t("web.dns.state"), fixed: true,
		  cell: (one) => <PlanState value={one.state} /> },
		{ id: "domain", label: t("web.dns.domain"),
		  cell: (one) => <DomainLink domain={one.domain} /> },
		{ id: "author", label: t("web.dns.author"),
		  cell: (one) => one.author },
		{ id: "made", label: t("web.dns.made"),
		  cell: (one) => <When at={one.made_at} /> },
	];
}

export default function Dns() {
	const { params } = usePlace();
	const query = useQuery<DnsPlans>("/dns/plans", {
		domain: params.get("domain"), cursor: params.get("cursor") },
		POLL);

	return (
		<Page title={t("web.nav.dns")} intro={t("web.dns.intro")}
			actions={isAdmin() && <a class="button"
				href="/settings/dns">{t("web.dns.providers")}</a>}>
			<Answer query={query} lines={5}>{(data) =>
				data.plans.length === 0 ? <Empty icon="upload"
					title={t("web.dns.none")}
					actions={<a class="button button-main"
						href={href("/domains")}>
						{t("web.nav.domains")}</a>}>
					<p>{t("web.dns.none_text")}</p></Empty> : <>
					<Table plain name="dns" caption={t("web.nav.dns")}
						rows={data.plans} columns={columns()}
						keyOf={(one) => String(one.id)}
						open={(one) => go(href("/dns/" + one.id))} />
					<Pager count={data.plans.length} next={
						data.next === null ? null :
							String(data.next)} />
				</>}</Answer>
		</Page>
	);
}
