/* What others see of a domain now: every record for mail, every finding. */
import { useLook } from "../api/look";
import { useQuery } from "../api/query";
import type { Check, Domain } from "../api/types";
import { href, useAnchor } from "../model/place";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { DomainTabs } from "../parts/domain-tabs";
import { DesiredRecords, asDesired, useDesired } from "../parts/desired";
import { History } from "../parts/history";
import { Page } from "../parts/page";
import { Looked } from "../parts/looked";
import { toastProblem } from "../parts/toast";
import { KINDS, toolText } from "../parts/tools";
import type { RouteProps } from "../routes";
import { isAdmin } from "../state/settings";
import { planOf } from "./dns-act";

export default function DomainDns({ at }: RouteProps) {
	const domain = at.domain!;
	const look = useLook<Check>("/check", { domain });
	const one = useQuery<Domain>("/domains/" +
		encodeURIComponent(domain)).data;

	const desired = useDesired(domain, Boolean(one?.registered));

	const plan = () => {
		planOf(domain, []).catch(toastProblem);
	};

	useAnchor(Boolean(look.data?.done));
	return (
		<Page title={t("web.domain.dns_title",
			{ domain: shownDomain(domain) })}
			intro={t("web.domain.dns_intro")}
			crumb={<a href={href("/d/" + encodeURIComponent(domain))}>
				{shownDomain(domain)}</a>}>
			{one?.registered && <DomainTabs domain={domain} />}
			<nav class="segments segments-wrap other-looks"
				aria-label={t("web.nav.tools")}>
				{KINDS.filter((kind) => kind !== "ptr").map((kind) =>
					<a class="segment" key={kind}
						href={`/tools/${kind}?q=` +
							encodeURIComponent(domain)}>
						{toolText(kind)}</a>)}
			</nav>
			<Looked look={look.data ? { ...look, data: {
				...look.data, findings: asDesired(
					look.data.findings, desired.data) } } : look} />
			{one?.registered && <DesiredRecords
				domain={domain} look={desired}
				actions={isAdmin() && desired.data?.needed &&
					<button class="button button-main"
						onClick={plan}>
						{t("web.desired.plan")}</button>} />}
			{one?.registered && <History domain={domain} />}
		</Page>
	);
}
