/* What others see of a domain now: every record for mail, every finding. */
import { useLook } from "../api/look";
import { useQuery } from "../api/query";
import type { Check, Domain } from "../api/types";
import { href, useAnchor } from "../model/place";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { DesiredRecords, asDesired, useDesired } from "../parts/desired";
import { History } from "../parts/history";
import { Page } from "../parts/page";
import { Looked } from "../parts/looked";
import { KINDS, toolText } from "../parts/tools";
import type { RouteProps } from "../routes";

export default function DomainDns({ at }: RouteProps) {
	const domain = at.domain!;
	const look = useLook<Check>("/check", { domain });
	const one = useQuery<Domain>("/domains/" +
		encodeURIComponent(domain)).data;

	const desired = useDesired(domain, Boolean(one?.registered));

	useAnchor(Boolean(look.data?.done));
	return (
		<Page title={t("web.domain.dns_title",
			{ domain: shownDomain(domain) })}
			intro={t("web.domain.dns_intro")}
			crumb={<a href={href("/d/" + encodeURIComponent(domain))}>
				{shownDomain(domain)}</a>}>
			<nav class="tabs" aria-label={t("web.nav.tools")}>
				{KINDS.filter((kind) => kind !== "ptr").map((kind) =>
					<a class="tab" key={kind} href={`/tools/${kind}?q=` +
						encodeURIComponent(domain)}>
						{toolText(kind)}</a>)}
			</nav>
			<Looked look={look.data ? { ...look, data: {
				...look.data, findings: asDesired(
					look.data.findings, desired.data) } } : look} />
			{one?.registered && <DesiredRecords
				domain={domain} look={desired} />}
			{one?.registered && <History domain={domain} />}
		</Page>
	);
}
