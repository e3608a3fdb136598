/* What becomes of each record: now, after, why, and whether it stands in the
 * domain's own DNS or leads into the zone that is hosted here. */
import { useState } from "preact/hooks";
import { useLook } from "../api/look";
import type { Look } from "../api/look";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { Delegate, Desired, DnsPlan, Domain, Hosting } from
	"../api/types";
import { delegateOf, delegatedOf, keepStep } from "../model/onboarding";
import { freshOf } from "../model/plan";
import { setParams, usePlace } from "../model/place";
import { of, t } from "../words/words";
import { Radios } from "../parts/field";
import { FindingList } from "../parts/findings";
import { Card, Loading, Notice, ProblemView } from "../parts/page";
import { ChangeCard } from "../parts/plan";
import { Status } from "../parts/status";
import { toastProblem } from "../parts/toast";
import { Onward, onTo } from "../parts/wizard";

const GROUPS: readonly Delegate[] = ["dmarc", "tls_rpt", "sts"];
type Change = NonNullable<Desired["changes"]>[number];

function hostingPath(domain: string): string {
	return `/domains/${encodeURIComponent(domain)}/hosting`;
}

function look(domain: string): string {
	return `/domains/${encodeURIComponent(domain)}/desired`;
}

/* ---- one record ---- */

/* A policy that is new and refuses mail is the only thing here that can be
 * felt. */
function Risk({ changes }: { changes: readonly Change[] }) {
	const strict = changes.some((one) => freshOf(one).some((value) =>
		/\bp=(quarantine|reject)\b/.test(value) &&
		!one.now.some((old) => /^v=DMARC1/.test(old))));

	return strict ? <Status tone="rejected" word={t("web.wizard.strict")} /> :
		<Status tone="ok" word={t("web.record.harmless")} />;
}

function Choice({ group, on, onChange }: {
	group: Delegate; on: boolean; onChange: (on: boolean) => void;
}) {
	const names = group === "sts" ? ["sts", "none"] as const :
		["delegate", "direct"] as const;

	return <Radios label={t("web.wizard.choice")} value={on ? names[0] :
		names[1]} onValue={(value) => onChange(value === names[0])}
		options={[...names].reverse().map((name) => ({ value: name,
			title: of("web.wizard.way_", name),
			text: of("web.wizard.way_", `${name}_text` as const) }))} />;
}

function Group({ group, changes, zone, on, onChange }: {
	group: Delegate; changes: readonly Change[]; zone: boolean;
	on: boolean; onChange: (on: boolean) => void;
}) {
	return (
		<section class="card wizard-record" id={"record-" + group}>
			<header>
				<h3>{of("web.wizard.record_", group)}</h3>
				{changes.length > 0 && <Risk changes={changes} />}
			</header>
			<p class="muted">{of("web.wizard.why_", group)}</p>
			{zone && <Choice group={group} on={on}
				onChange={onChange} />}
			{changes.map((one) => <ChangeCard one={one} seen={undefined}
				key={one.name + one.type} />)}
		</section>
	);
}

/* ---- all of them ---- */

/* What --clear of the command line takes out of the way. */
const CLEARED = ["publish.cname_beside", "publish.under_cname",
	"dmarc.cname_txt"];

function Blocked({ findings, domain, clear }: {
	findings: NonNullable<Desired["findings"]>; domain: string;
	clear: boolean;
}) {
	const clears = !clear && findings.some(({ code }) =>
		CLEARED.includes(code));

	return <>
		<Notice kind="fail" actions={clears && <button type="button"
			class="button" onClick={() =>
				setParams({ clear: "true" }, true)}>
			{t("web.wizard.clear")}</button>}>
			<strong>{t("web.dns.blocked")}</strong>
			<p>{t(clears ? "web.wizard.clear_text" :
				"web.dns.blocked_text")}</p></Notice>
		<FindingList findings={findings} domain={domain} again={null} />
	</>;
}

function All({ data, one, chosen, zone, change }: {
	data: Desired; one: Domain; chosen: readonly Delegate[];
	zone: boolean;
	change: (group: Delegate, on: boolean) => void;
}) {
	const clear = usePlace().params.get("clear") === "true";
	const findings = data.findings ?? [];
	const groups = GROUPS.filter((group) => group !== "sts" ||
		(zone && one.purpose !== "parked"));

	return <>
		{data.blocked ? <Blocked findings={findings} clear={clear}
			domain={one.domain} /> : <>
			{clear && <Notice kind="warn" actions={<button
				type="button" class="button" onClick={() =>
					setParams({ clear: null }, true)}>
				{t("web.wizard.unclear")}</button>}>
				{t("web.wizard.clearing")}</Notice>}
			{findings.length > 0 && <FindingList findings={findings}
				domain={one.domain} again={null} />}
			{data.needed === false && <Notice><strong>
				{t("web.dns.not_needed")}</strong></Notice>}</>}
		{groups.map((group) => <Group key={group} group={group}
			zone={zone} on={chosen.includes(group)}
			onChange={(on) => change(group, on)}
			changes={(data.changes ?? []).filter((one) =>
				delegateOf(one.name) === group)} />)}
	</>;
}

/* What the hosted record says is what the domain's own one would have said. */
async function hostTexts(one: Domain, hosting: Hosting,
			 direct: Desired | null): Promise<void> {
	const texts: Record<string, string> = {};

	for (const group of ["dmarc", "tls_rpt"] as const) {
		const change = direct?.changes?.find(({ name, type }) =>
			delegateOf(name) === group && type === "TXT");
		const value = change?.after.find((text) =>
			/^v=(DMARC1|TLSRPTv1)\b/.test(text));
		if (delegatedOf(one).includes(group) && value &&
		    hosting[group] === null)
			texts[group] = value;
	}
	if (Object.keys(texts).length > 0)
		await write("POST", hostingPath(one.domain), texts);
}

async function planned(one: Domain, clear: boolean) {
	const { id } = await write<DnsPlan>("POST", "/domains/" +
		encodeURIComponent(one.domain) + "/plans",
		{ delegated: delegatedOf(one), clear });

	return onTo(one, "publish", { plan: id });
}

function Quick({ one, now, choose }: {
	one: Domain; now: readonly Delegate[];
	choose: (groups: readonly Delegate[]) => void;
}) {
	const all = GROUPS.filter((group) => group !== "sts" ||
		one.purpose !== "parked");
	const every = all.every((group) => now.includes(group));

	return (
		<Card class="wizard-quick">
			<div>
				<strong>{t("web.wizard.quick")}</strong>
				<p class="muted small">{t("web.wizard.quick_text")}</p>
			</div>
			<button type="button" class="button" onClick={() =>
				choose(every ? [] : all)}>
				{t(every ? "web.wizard.all_direct" :
					"web.wizard.all_delegated")}</button>
		</Card>
	);
}

export function Plan({ one }: { one: Domain }) {
	const clear = usePlace().params.get("clear") === "true";
	const kept = delegatedOf(one);
	/* What was clicked stands at once; the server has it a moment later. */
	const [clicked, setClicked] =
		useState<readonly Delegate[] | null>(null);
	const chosen = clicked ?? kept;
	const hosting = useQuery<Hosting>(hostingPath(one.domain)).data;
	const ready = chosen.length === 0 || hosting?.hosted === true;
	const wish: Look<Desired> = useLook<Desired>(ready ? look(one.domain) :
		null, { delegated: chosen.join(" ") || null,
			clear: clear ? "true" : null });
	const direct = useLook<Desired>(chosen.length > 0 ? look(one.domain) :
		null, {});
	const zone = hosting?.zone != null;
	const { data, problem } = wish;

	const keep = async (groups: readonly Delegate[]) => {
		if (groups.length > 0 && !hosting?.hosted)
			await write("POST", hostingPath(one.domain), {});
		if (clear)
			setParams({ clear: null }, true);
		await keepStep(one, "plan", { delegated: [...groups] });
	};
	const choose = (groups: readonly Delegate[]) => {
		setClicked(groups);
		keep(groups).catch((problem) => {
			setClicked(null);
			toastProblem(problem);
		});
	};
	const change = (group: Delegate, on: boolean) =>
		choose(GROUPS.filter((other) => other === group ? on :
			chosen.includes(other)));
	const next = async () => {
		if (data?.needed === false)
			return onTo(one, "first-report");
		if (hosting)
			await hostTexts(one, hosting, direct.data);
		return planned(one, clear);
	};
	const known = data?.done && data.complete;
	const waits = chosen.length > 0 && !direct.data?.done;
	return <>
		{zone && <Quick one={one} now={chosen} choose={choose} />}
		{problem ? <ProblemView problem={problem} again={wish.again} /> :
		 !data?.done ? <div aria-busy="true"><p class="form-row">
			{t("web.dns.looking")}</p><Loading lines={6} /></div> :
		 !data.complete ? <Notice kind="warn" actions={<button
			type="button" class="button" onClick={wish.again}>
			{t("web.check.again")}</button>}>
			<strong>{t("web.check.incomplete")}</strong></Notice> :
		 <All data={data} one={one} chosen={chosen} zone={zone}
			change={change} />}
		<Onward one={one} at="plan" word={t("web.wizard.next_publish")}
			off={!known || data.blocked === true || waits ||
				chosen.join() !== kept.join()}
			onNext={next} />
	</>;
}
