/* One plan of DNS changes: what becomes of each record, the button that does
 * it, and whether it has arrived. */
import { useQuery } from "../api/query";
import type { DnsPlan, DnsRecordSeen } from "../api/types";
import { href } from "../model/place";
import { moment } from "../words/format";
import { shownDomain } from "../words/idn";
import { plural, t } from "../words/words";
import { DomainLink, When } from "../parts/bits";
import { FindingList } from "../parts/findings";
import { Answer, Card, Loading, Notice, Page, Section } from "../parts/page";
import { Arrival, ChangeCard, PlanState, Texts } from "../parts/plan";
import { Said } from "../parts/said";
import type { RouteProps } from "../routes";
import { isAdmin } from "../state/settings";
import { PlanAgain, Publish, Share, Undo, VerifyAgain } from "./dns-act";

const POLL = 3_000; // ms: what becomes of it shows by itself

function Facts({ one }: { one: DnsPlan }) {
	const rows = [
		[t("web.dns.state"), <PlanState value={one.state} />],
		[t("web.dns.domain"), <DomainLink domain={one.domain} />],
		[t("web.dns.made"), <>{one.author}, <When at={one.made_at} />
		</>],
		...one.confirmed_at === null ? [] : [[t("web.dns.confirmed"),
			<>{one.confirmer}, <When at={one.confirmed_at} /></>]],
		...one.applied_at === null ? [] : [[t("web.dns.applied"),
			<When at={one.applied_at} />]],
		...one.undoes === null ? [] : [[t("web.dns.undoes"),
			<a href={href("/dns/" + one.undoes)}>#{one.undoes}</a>]],
		...one.undone === null ? [] : [[t("web.dns.undone"),
			<a href={href("/dns/" + one.undone)}>#{one.undone}</a>]],
	] as const;

	return (
		<Card><dl class="pairs plan-facts">{rows.map(([name, value], i) =>
			<div key={i}><dt>{name}</dt><dd>{value}</dd></div>)}
		</dl></Card>
	);
}

function Told({ one }: { one: DnsPlan }) {
	if (one.state === "changed")
		return <Notice kind="warn" actions={<PlanAgain one={one} main />}>
			<strong>{t("web.dns.changed")}</strong>
			<p>{t("web.dns.changed_text")}</p>
			{one.detail && <p><code class="break">{one.detail}</code></p>}
		</Notice>;
	if (one.words)
		return <Notice kind={one.state === "failed" ? "fail" : "warn"}
			actions={one.state === "failed" &&
				<PlanAgain one={one} />}>
			{one.state === "failed" && <strong>
				{t("web.dns.failed")}</strong>}
			<p class="pre-line"><Said text={one.words} /></p></Notice>;
	return null;
}

/* ---- what may be done now ---- */

function Doing({ one }: { one: DnsPlan }) {
	const plan = one.plan!;

	if (one.state === "confirmed")
		return <Notice><strong>{t("web.dns.publishing")}</strong></Notice>;
	if (one.state === "applied" || one.state === "verified")
		return (
			<Section title={t("web.dns.arrived")}
				intro={t("web.dns.arrived_text")} actions={<>
					<VerifyAgain one={one} /><Undo one={one} /></>}>
				<p>{one.check ? <Arrival value={one.check.state} /> :
					<Arrival value="waiting" />}
					{one.check && one.check.until !== null &&
						one.check.state === "cached" &&
						<span class="muted"> {t("web.dns.until",
							{ when: moment(one.check.until) })}
						</span>}</p>
			</Section>
		);
	if (one.state !== "ready" && one.state !== "failed")
		return null;
	if (plan.blocked)
		return <Notice kind="fail" actions={<>
			<PlanAgain one={one} />
			<PlanAgain one={one} clear /></>}>
			<strong>{t("web.dns.blocked")}</strong>
			<p>{t("web.dns.blocked_text")}</p></Notice>;
	if (!plan.needed)
		return <Notice actions={<PlanAgain one={one} />}>
			<strong>{t("web.dns.not_needed")}</strong></Notice>;
	return isAdmin() ? <Publish one={one} /> :
		<Notice>{t("web.dns.viewer")}</Notice>;
}

function seenOf(one: DnsPlan, name: string, type: string):
	DnsRecordSeen | undefined {
	return one.check?.records.find((seen) => seen.name === name &&
		seen.type === type);
}

function Whole({ one }: { one: DnsPlan }) {
	const plan = one.plan;

	if (!plan)
		return <><Facts one={one} /><Told one={one} />
			{one.state === "asked" && <div aria-busy="true">
				<p class="form-row">{t("web.dns.looking")}</p>
				<Loading lines={4} /></div>}</>;
	const todo = plan.changes.filter(({ what }) => what !== "keep");
	const kept = plan.changes.filter(({ what }) => what === "keep");
	const card = (change: typeof todo[number]) => <ChangeCard
		key={change.name + change.type} one={change}
		seen={seenOf(one, change.name, change.type)} />;

	return <>
		<Facts one={one} />
		<div class="form-row"><Told one={one} /></div>
		{plan.findings.length > 0 && <Section
			title={t("web.dns.findings")}><FindingList
				findings={plan.findings} domain={plan.domain}
				zone={plan.zone} again={null} /></Section>}
		<Doing one={one} />
		<Section title={plural("web.dns.changes.", todo.length)}
			intro={plan.zone ? t("web.dns.zone",
				{ zone: shownDomain(plan.zone) }) : null}
			actions={plan.needed && !plan.blocked &&
				one.state !== "verified" &&
				<Share one={one} />}>
			{todo.map(card)}
			{kept.length > 0 && <details class="more">
				<summary>{t("web.dns.kept")}</summary>
				<div>{kept.map(card)}</div></details>}
		</Section>
		{todo.length > 0 && <Section title={t("web.dns.texts")}
			intro={t("web.dns.texts_text")}>
			<Texts text={plan.text} /></Section>}
	</>;
}

export default function DnsPlanPage({ at }: RouteProps) {
	const query = useQuery<DnsPlan>("/dns/plans/" +
		encodeURIComponent(at.id!), undefined, POLL);
	const domain = query.data && shownDomain(query.data.domain);

	return (
		<Page title={domain ? t("web.dns.title", { id: at.id!, domain }) :
			`${t("web.nav.dns")} #${at.id!}`}
			crumb={<a href={href("/dns")}>{t("web.nav.dns")}</a>}>
			<Answer query={query} lines={6}>{(one) =>
				<Whole one={one} />}</Answer>
		</Page>
	);
}
