/* MTA-STS of one domain: where it stands, what the next step asks for, and the
 * buttons that take it. */
import { useState } from "preact/hooks";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { Sts, StsState, StsStep } from "../api/types";
import { href } from "../model/place";
import { moment, number, span } from "../words/format";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { Conditions } from "../parts/conditions";
import { Confirm } from "../parts/dialog";
import { DomainTabs } from "../parts/domain-tabs";
import { Area } from "../parts/field";
import { Icon } from "../parts/icons";
import { Answer, Card, Notice, Page, Section } from "../parts/page";
import { Said } from "../parts/said";
import { toast } from "../parts/toast";
import type { RouteProps } from "../routes";
import { isAdmin } from "../state/settings";
import { Hosted } from "./domain-sts-host";
import { Certificate, Fetches, MailServers, Policy } from "./domain-sts-parts";

const POLL = 5_000; // ms: what the hosting role does shows by itself
const LADDER = ["off", "tls_rpt", "testing", "enforce_week",
	"enforce_month"] as const;

function stateName(state: StsState): string {
	return of("web.sts.state_", state);
}

function Ladder({ sts }: { sts: Sts }) {
	const at = LADDER.indexOf(sts.state as typeof LADDER[number]);

	return (
		<ol class="ladder" aria-label={t("web.sts.ladder")}>
			{LADDER.map((state, i) => (
				<li key={state} class={i < at ? "rung-past" : i === at ?
					"rung-now" : ""}
					aria-current={i === at ? "step" : undefined}>
					{stateName(state)}
					{i === at && <span class="rung-here">
						{t("web.domain.here")}</span>}
				</li>))}
		</ol>
	);
}

/* ---- a step, and what it asks for ---- */

function TakeStep({ sts, step, onClose }: {
	sts: Sts; step: StsStep; onClose: () => void;
}) {
	const [reason, setReason] = useState("");
	const overrides = step.answer === "with_reason";
	const way = step.to === "none" ? "retire" : step.to === "testing" &&
		sts.state.startsWith("enforce") ? "emergency" : "mode";

	return (
		<Confirm onClose={onClose} word={of("web.sts.do_", step.to)}
			title={of("web.sts.do_", step.to)}
			danger={step.to === "none"}
			onDo={async () => {
				await write("POST", `/domains/${encodeURIComponent(
					sts.domain)}/mta-sts/` + way, way === "mode" ?
					{ to: step.to, reason } : {});
				toast(t("web.sts.done", {
					state: stateName(step.to) }));
			}}>
			<p><Said text={of("web.sts.what_", step.to)} /></p>
			<p class="muted">{t("web.sts.order")}</p>
			{overrides && <>
				<Notice kind="warn">
					<strong>{t("web.sts.not_ready")}</strong>
					<ul>{step.gates.filter((g) => g.verdict !== "met")
						.map((g) => <li key={g.gate}>
							<Said text={g.title ?? g.code} /></li>)}
					</ul></Notice>
				<Area label={t("web.sts.reason")} value={reason} rows={2}
					onValue={setReason}
					hint={t("web.sts.reason_hint")} /></>}
		</Confirm>
	);
}

function Next({ sts }: { sts: Sts }) {
	const [taking, setTaking] = useState<StsStep | null>(null);
	const next = sts.steps.find((one) => one.to === sts.next);
	const back = sts.steps.find((one) => one.to === "testing" &&
		sts.state.startsWith("enforce"));
	const retire = sts.steps.find((one) => one.to === "none" &&
		one.answer !== "refused" && sts.state !== "none");

	return (
		<Section title={next ? of("web.sts.do_", next.to) :
			stateName(sts.state)}
			intro={<Said text={sts.advice.title ?? sts.advice.code} />}
			actions={isAdmin() && <>
				{back && <button class="button"
					onClick={() => setTaking(back)}>
					{t("web.sts.emergency")}</button>}
				{retire && <button class="button button-quiet"
					onClick={() => setTaking(retire)}>
					{t("web.sts.do_none")}</button>}
				{next && <button class="button button-main"
					disabled={next.answer === "refused"}
					onClick={() => setTaking(next)}>
					{of("web.sts.do_", next.to)}
					<Icon name="right" size={16} /></button>}
			</>}>
			{sts.advice.meaning && <p><Said text={sts.advice.meaning} />
			</p>}
			{sts.retired_end !== null && <Notice>
				<strong>{t("web.sts.retiring", {
					when: moment(sts.retired_end) })}</strong>
				<p>{t("web.sts.retiring_text")}</p></Notice>}
			{sts.unverified > 0 && <Notice>
				<p>{t("web.sts.unverified", {
					count: number(sts.unverified) })}</p></Notice>}
			{next && <Conditions gates={next.gates} />}
			{taking && <TakeStep sts={sts} step={taking}
				onClose={() => setTaking(null)} />}
		</Section>
	);
}

export default function DomainSts({ at }: RouteProps) {
	const domain = at.domain!;
	const path = `/domains/${encodeURIComponent(domain)}/mta-sts`;
	const query = useQuery<Sts>(path, undefined, POLL);

	return (
		<Page title={t("web.sts.title", { domain: shownDomain(domain) })}
			intro={t("web.sts.intro")}
			crumb={<a href={href("/d/" + encodeURIComponent(domain))}>
				{shownDomain(domain)}</a>}>
			<DomainTabs domain={domain} />
			<Answer query={query} lines={8}>{(sts) => <>
				<Card class="ladder-card">
					<Ladder sts={sts} />
					{sts.since !== null && <p class="muted small">
						{t("web.sts.since", {
							when: moment(sts.since) })}
						{sts.max_age > 0 && <> · {t("web.sts.max_age",
							{ span: span(sts.max_age) })}</>}</p>}
				</Card>
				<Hosted domain={domain} sts={sts} />
				{sts.hosted && <>
					<Next sts={sts} />
					{sts.proven && <MailServers sts={sts} />}
					{sts.newest && <>
						<Policy sts={sts} />
						<Certificate sts={sts} />
						<Fetches sts={sts} /></>}
				</>}
			</>}</Answer>
		</Page>
	);
}
