/* What somebody is asked to put into DNS, behind a link that needs no signing
 * in: these records and nothing else. */
import { useQuery } from "../api/query";
import type { DnsShared } from "../api/types";
import { moment } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { Answer, Notice, Page, Section } from "../parts/page";
import { ChangeCard, Texts } from "../parts/plan";
import type { RouteProps } from "../routes";

function Wanted({ data }: { data: DnsShared }) {
	return <>
		<Notice>
			<strong>{t("web.dns.shared_for",
				{ domain: shownDomain(data.domain) })}</strong>
			<p>{t("web.dns.shared_text")}{" "}
				<a href="/help/dns-panels">
					{t("web.dns.panel_help")}</a></p>
			<p>{t("web.dns.expires",
				{ when: moment(data.expires_at) })}</p>
		</Notice>
		{data.records.length > 0 && <Section
			title={t("web.dns.shared_put")}>
			{data.records.map((one) => <ChangeCard
				key={one.name + one.type + one.value}
				one={{ ...one, now: one.replaces, after: [one.value],
				       what: one.replaces.length ? "replace" :
						"add" }} />)}</Section>}
		{data.removed.length > 0 && <Section
			title={t("web.dns.shared_remove")}>
			<ul class="plan-removed">{data.removed.map((one) =>
				<li class="card" key={one.name + one.type + one.value}>
					<code class="break">{one.name} {one.type}{" "}
						{one.value}</code></li>)}</ul></Section>}
		<Section title={t("web.dns.texts")}>
			<Texts text={data.text} /></Section>
	</>;
}

export default function SharedPlan({ at }: RouteProps) {
	const query = useQuery<DnsShared>("/shared/" +
		encodeURIComponent(at.secret!));

	return (
		<Page title={t("web.dns.shared")}>
			<Answer query={query} lines={6}>{(data) =>
				<Wanted data={data} />}</Answer>
		</Page>
	);
}
