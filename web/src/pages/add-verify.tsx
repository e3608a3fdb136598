/* Has it arrived? Each name server by itself, then what everybody sees; looks
 * again by itself. */
import { useQuery } from "../api/query";
import type { DnsPlan, Domain, Hosting } from "../api/types";
import { stepPath } from "../model/onboarding";
import { moment } from "../words/format";
import { of, t } from "../words/words";
import { When } from "../parts/bits";
import { Answer, Card, Loading, Notice } from "../parts/page";
import { Arrival, Seen } from "../parts/plan";
import { Said } from "../parts/said";
import { Status } from "../parts/status";
import { Onward, onTo } from "../parts/wizard";
import { VerifyAgain } from "./dns-act";

const POLL = 1_500;       // ms
const LONG = 3_600;       // seconds until waiting is no explanation any more

const CAUSES = ["zone", "host", "panel", "save"] as const;

/* It is not the caches, after an hour. */
function Causes() {
	return <Notice kind="warn"><strong>{t("web.wizard.causes")}</strong>
		<ul class="wizard-causes">{CAUSES.map((one) => <li key={one}>
			<Said text={of("web.wizard.cause_", one)} /></li>)}</ul>
	</Notice>;
}

function isLate(plan: DnsPlan): boolean {
	return plan.applied_at !== null && plan.check != null &&
		Date.now() / 1000 - plan.applied_at > LONG &&
		plan.check.records.some((one) => one.have < one.servers);
}

function Head({ plan }: { plan: DnsPlan }) {
	const check = plan.check;

	return (
		<Card class="wizard-arrival">
			<p role="status">{check ? <Arrival value={check.state} /> :
				<Arrival value="waiting" />}
				{check?.state === "cached" && check.until !== null &&
					<span class="muted"> {t("web.dns.until",
						{ when: moment(check.until) })}</span>}</p>
			{plan.applied_at !== null && <p class="muted small">
				{t("web.wizard.since")} <When at={plan.applied_at} />
			</p>}
			<div class="buttons"><VerifyAgain one={plan} />
				<a class="button" href={"/dns/" + plan.id}>
					{t("web.wizard.to_change")}</a></div>
		</Card>
	);
}

function Records({ plan }: { plan: DnsPlan }) {
	return <>{plan.check?.records.map((one) => (
		<article class="card record wizard-seen" key={one.name + one.type}>
			<header>
				<h3 class="break">{one.name}</h3>
				<span class="tag">{one.type}</span>
				<Arrival value={one.state} />
			</header>
			<Seen one={one} />
		</article>))}</>;
}

/* The names that lead here prove whose domain it is. */
function Proof({ domain }: { domain: string }) {
	const hosting = useQuery<Hosting>("/domains/" +
		encodeURIComponent(domain) + "/hosting", undefined, 5_000).data;

	return hosting?.proof ? <p class="form-row">{hosting.proof.proven ?
		<Status tone="ok" word={t("web.sts.proven")} /> :
		<Status tone="none" word={t("web.wizard.unproven")} />}</p> : null;
}

function Arriving({ one, plan }: { one: Domain; plan: DnsPlan }) {
	if (plan.state === "asked" || plan.state === "ready")
		return <Notice actions={<a class="button button-main"
			href={stepPath(one.domain, "publish")}>
			{t("web.wizard.step_publish")}</a>}>
			{t("web.wizard.not_published")}</Notice>;
	if (plan.state === "failed" || plan.state === "changed")
		return <Notice kind="fail" actions={<a class="button"
			href={stepPath(one.domain, plan.state === "failed" ?
				"publish" : "plan")}>{t("web.action.try_again")}</a>}>
			<strong>{t(plan.state === "failed" ? "web.dns.failed" :
				"web.dns.changed")}</strong>
			<p class="pre-line"><Said text={plan.words ?? ""} /></p>
		</Notice>;
	return <>
		{plan.state === "confirmed" ? <Notice><strong>
			{t("web.dns.publishing")}</strong></Notice> :
			<Head plan={plan} />}
		{(one.onboarding?.delegated.length ?? 0) > 0 &&
			<Proof domain={one.domain} />}
		{isLate(plan) && <Causes />}
		{plan.check ? <Records plan={plan} /> : <Loading lines={3} />}
	</>;
}

export function Verify({ one }: { one: Domain }) {
	const id = one.onboarding?.plan ?? null;
	const query = useQuery<DnsPlan>(id === null ? null :
		"/dns/plans/" + id, undefined, POLL);

	return <>
		{id === null ? <Notice actions={<a class="button button-main"
			href={stepPath(one.domain, "plan")}>
			{t("web.wizard.to_plan")}</a>}>
			{t("web.wizard.no_plan")}</Notice> :
			<Answer query={query} lines={6}>{(plan) =>
				<Arriving one={one} plan={plan} />}</Answer>}
		<Onward one={one} at="verify" word={t("web.wizard.next_first")}
			onNext={() => onTo(one, "first-report")} />
	</>;
}
