/* The DMARC policy of one domain: where it stands, whether it may become
 * stronger, and the numbers that this rests on. */
import { useState } from "preact/hooks";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { DnsRecordType, Journey, JourneyStep, Rung } from "../api/types";
import { href } from "../model/place";
import { NEW_TTL } from "../model/plan";
import { ago, number } from "../words/format";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { Code } from "../parts/copy";
import { Conditions, share } from "../parts/conditions";
import { Confirm, Dialog } from "../parts/dialog";
import { DomainTabs } from "../parts/domain-tabs";
import { Area } from "../parts/field";
import { Icon } from "../parts/icons";
import { Answer, Card, Notice, Page, Section } from "../parts/page";
import { RecordParts } from "../parts/records";
import { Said } from "../parts/said";
import type { RouteProps } from "../routes";
import { toastProblem } from "../parts/toast";
import { isAdmin } from "../state/settings";
import { planOf } from "./dns-act";

const RUNGS: readonly Rung[] = ["no_record", "none", "quarantine_test",
	"quarantine", "reject_test", "reject"];

function Ladder({ data }: { data: Journey }) {
	const at = RUNGS.indexOf(data.at);

	return (
		<ol class="ladder" aria-label={t("web.domain.ladder")}>
			{RUNGS.map((rung, i) => (
				<li key={rung} class={i < at ? "rung-past" : i === at ?
					"rung-now" : ""}
					aria-current={i === at ? "step" : undefined}>
					{of("web.journey.rung_", rung)}
					{i === at && <span class="rung-here">
						{t("web.domain.here")}</span>}
					{rung === data.end && i !== at &&
						<span class="tag">{t("web.journey.end")}</span>}
				</li>))}
		</ol>
	);
}

/* ---- a step ---- */

function Publish({ step, live, onClose }: {
	step: JourneyStep; live: string | null; onClose: () => void;
}) {
	const { record } = step;

	const plan = () => {
		planOf(step.domain, [{ name: record.name,
			type: record.type as DnsRecordType, value: record.value,
			ttl: NEW_TTL, old: live ? [live] : [] }], { clear: true })
			.catch(toastProblem);
	};
	return (
		<Dialog title={t("web.journey.publish")} onClose={onClose}
			actions={<>
				<button class="button" onClick={onClose}>
					{t("web.action.close")}</button>
				{!step.hosted && <button class="button button-main"
					onClick={plan}>{t("web.journey.plan")}</button>}
			</>}>
			<p>{t(step.hosted ? "web.journey.hosted" :
				"web.journey.publish_text")}</p>
			<div class="record-grid">
				<RecordParts record={record} zone={step.domain} />
			</div>
		</Dialog>
	);
}

function Advance({ data, to, open, onClose, onDone }: {
	data: Journey; to: Rung; open: boolean; onClose: () => void;
	onDone: (step: JourneyStep) => void;
}) {
	const [reason, setReason] = useState("");
	const [back, setBack] = useState(true);
	const [accepted, setAccepted] = useState(data.subdomains_accepted);

	return (
		<Confirm title={of("web.journey.do_", to)} onClose={onClose}
			word={t(open ? "web.journey.advance" :
				"web.journey.advance_anyway")}
			onDo={async () => onDone(await write<JourneyStep>("POST",
				`/domains/${encodeURIComponent(data.domain)}/journey`,
				{ to, step_back: back, ...(reason ? { reason } : {}),
				  ...(accepted ? { accept_subdomains: true } : {}) }))}>
			<p><Said text={of("web.journey.what_", to)} /></p>
			{data.advice.affected > 0 && <p>{t("web.journey.affected", {
				count: data.advice.affected,
				days: data.advice.days })}{" "}
				<a href={data.advice.url}>
					{t("web.journey.see")}</a></p>}
			{!open && <Area label={t("web.sts.reason")} rows={2}
				value={reason} onValue={setReason}
				hint={t("web.sts.reason_hint")} />}
			{data.subdomains.length > 0 && <label class="check">
				<input type="checkbox" checked={accepted}
					onChange={(event) =>
						setAccepted(event.currentTarget.checked)} />
				{t("web.journey.accept", { names: data.subdomains
					.slice(0, 5).map((one) => one.name)
					.join(", ") })}</label>}
			<label class="check"><input type="checkbox" checked={back}
				onChange={(event) =>
					setBack(event.currentTarget.checked)} />
				{t("web.journey.step_back")}</label>
		</Confirm>
	);
}

function Causes({ data }: { data: Journey }) {
	const { advice } = data;

	if (advice.considered === 0)
		return null;
	return (
		<p>{t("web.journey.numbers", { passing: advice.passing,
			considered: advice.considered,
			share: advice.share === null ? "–" : share(advice.share),
			days: advice.days })}{" "}
			{advice.affected > 0 && <>
				<a href={advice.url}>{t("web.journey.see_count",
					{ count: advice.affected })}</a>{": "}
				{advice.causes.map((one, i) => <span key={one.source}>
					{i > 0 && ", "}{number(one.messages)}{" "}
					<a href={one.url}>{one.label}</a>{" ("}
					{of("web.journey.kind_", one.kind)}{")"}</span>)}
			</>}</p>
	);
}

function Step({ data }: { data: Journey }) {
	const ahead = data.steps.filter((one) => !one.reached);
	const [to, setTo] = useState<Rung | null>(null);
	const [taking, setTaking] = useState<Rung | null>(null);
	const [made, setMade] = useState<JourneyStep | null>(null);
	const shown = data.steps.find((one) => one.to === (to ??
		(data.advice.to !== data.at ? data.advice.to :
			ahead[0]?.to)));

	return (
		<Section title={data.advice.title ?? data.advice.code}
			actions={isAdmin() && shown && <button
				class={data.advice.to === shown.to && shown.open ?
					"button button-main" : "button"}
				onClick={() => setTaking(shown.to)}>
				{of("web.journey.do_", shown.to)}
				<Icon name="right" size={16} /></button>}>
			{data.advice.meaning && <p>
				<Said text={data.advice.meaning} /></p>}
			<Causes data={data} />
			{ahead.length > 1 && <div class="segments segments-wrap"
				role="group" aria-label={t("web.journey.gates")}>
				{ahead.map((one) => <button type="button"
					key={one.to} class="segment"
					aria-pressed={one.to === shown?.to}
					onClick={() => setTo(one.to)}>
					{of("web.journey.rung_", one.to)}</button>)}</div>}
			{shown && <Conditions gates={shown.gates} />}
			{taking && shown && <Advance data={data} to={taking}
				open={shown.open} onClose={() => setTaking(null)}
				onDone={setMade} />}
			{made && <Publish step={made} live={data.record}
				onClose={() => setMade(null)} />}
		</Section>
	);
}

function Advanced({ data }: { data: Journey }) {
	const last = data.advanced;
	const [made, setMade] = useState<JourneyStep | null>(null);
	const [asking, setAsking] = useState(false);

	if (!last)
		return null;
	return <>
		<Notice kind={last.alarm ? "fail" : "info"}
			actions={isAdmin() && <button class="button"
				onClick={() => setAsking(true)}>
				{t("web.journey.back")}</button>}>
			<strong>{last.alarm ? <Said text={last.alarm.title ??
				last.alarm.code} /> : t("web.journey.advanced", {
				rung: of("web.journey.rung_", last.to),
				when: ago(last.at), author: last.author })}</strong>
			{last.reason && <p>{last.reason}</p>}
		</Notice>
		{asking && <Confirm title={t("web.journey.back")}
			word={t("web.journey.back")} onClose={() =>
				setAsking(false)}
			onDo={async () => setMade(await write<JourneyStep>("POST",
				`/domains/${encodeURIComponent(data.domain)}/journey`,
				{ to: last.back }))}>
			<p><Said text={of("web.journey.what_", last.back)} /></p></Confirm>}
		{made && <Publish step={made} live={data.record}
			onClose={() => setMade(null)} />}
	</>;
}

export default function DomainPolicy({ at }: RouteProps) {
	const domain = at.domain!;
	const query = useQuery<Journey>(
		`/domains/${encodeURIComponent(domain)}/journey`);

	return (
		<Page title={t("web.journey.title",
			{ domain: shownDomain(domain) })}
			intro={t("web.journey.intro")}
			crumb={<a href={href("/d/" + encodeURIComponent(domain))}>
				{shownDomain(domain)}</a>}>
			<DomainTabs domain={domain} />
			<Answer query={query} lines={8}>{(data) => <>
				<Card class="ladder-card">
					<Ladder data={data} />
					<p class="muted small">{t("web.journey.end_text", {
						purpose: of("web.purpose.", data.purpose),
						rung: of("web.journey.rung_", data.end) })}</p>
				</Card>
				<Advanced data={data} />
				<Step data={data} />
				{data.record && <Section
					title={t("web.journey.record")}>
					<Code text={data.record}
						label={t("web.journey.record")} />
				</Section>}
			</>}</Answer>
		</Page>
	);
}
