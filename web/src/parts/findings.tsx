/* What a look found, gravest first: verdict, why, what to do with the record
 * to publish, and behind a toggle what was seen. */
import type { Check, Finding } from "../api/types";
import { named, of, plural, t } from "../words/words";
import { Icon } from "./icons";
import { RecordParts } from "./records";
import { Said } from "./said";
import { SeverityStatus, Sign } from "./status";
import type { Tone } from "./status";

const ORDER = ["critical", "fail", "warn", "info", "ok"] as const;

/* Something to be done. */
export function isGrave({ severity }: Finding): boolean {
	return severity !== "info" && severity !== "ok";
}

export function partName(check: string): string {
	return named("web.part.", check.replaceAll("-", "_"));
}

export function gravestFirst(list: readonly Finding[]): Finding[] {
	return [...list].sort((a, b) => ORDER.indexOf(a.severity) -
		ORDER.indexOf(b.severity));
}

function Publish({ record, zone }: {
	record: NonNullable<Finding["record"]>; zone: string | null;
}) {
	return (
		<div class="record-grid found-record">
			<p class="found-label">{t("web.finding.publish")}</p>
			<RecordParts record={record} zone={zone} />
		</div>
	);
}

function Details({ one }: { one: Finding }) {
	return (
		<details class="more">
			<summary>{t("web.finding.details")}</summary>
			<div class="found-details">
				{one.evidence && <>
					<p class="muted small">
						{t("web.finding.evidence")}</p>
					<pre class="headers" tabIndex={0}>
						{one.evidence}</pre></>}
				<p class="small"><a href={"/help/findings#" + one.code}>
					<code>{one.code}</code></a>
					{one.reference && <span class="muted">{" · "}
						{one.reference}</span>}</p>
			</div>
		</details>
	);
}

/* The form that makes what a finding wants published. */
const MAKERS: Record<string, string> = { dmarc: "dmarc", spf: "spf",
	dkim: "dkim", mtasts: "mta-sts", tlsrpt: "tls-rpt", bimi: "bimi" };

function Action({ one, domain, again }: {
	one: Finding; domain: string | null; again: (() => void) | null;
}) {
	if (one.action === "probe" && again)
		return <button class="button button-small" onClick={again}>
			{t("web.check.again")}</button>;
	if (one.action === "copy" && domain && one.code.startsWith("mtasts."))
		return <a class="button button-small" href={"/tools/mta-sts?q=" +
			encodeURIComponent(domain)}>{t("web.finding.repaired")}</a>;
	const maker = MAKERS[one.code.split(".")[0]!];
	if (one.action === "publish" && domain && maker && !one.record)
		return <a class="button button-small"
			href={`/tools/generate/${maker}?q=` +
				encodeURIComponent(domain)}>
			{t("web.generate.title")}</a>;
	return null;
}

interface About {
	domain: string | null; // that was looked at
	zone?: string | null;  // where its records are, when that is known
	again: (() => void) | null;
}

/* What it means, what to do, and the record that does it. */
function Advice({ one, domain, zone, again }: About & { one: Finding }) {
	return <>
		{one.meaning && <p class="found-why">
			<Said text={one.meaning} /></p>}
		{one.fix && <p class="found-fix">
			<strong>{t("web.finding.fix")}</strong>{" "}
			<Said text={one.fix} /></p>}
		{one.record && <Publish record={one.record}
			zone={zone ?? domain} />}
		<Action one={one} domain={domain} again={again} />
		<Details one={one} />
	</>;
}

function FindingCard({ one, id, ...about }: About & {
	one: Finding; id: string | undefined;
}) {
	return (
		<li class={"card found found-" + one.severity} id={id}
			tabIndex={id ? -1 : undefined}>
			<p class="found-head"><SeverityStatus value={one.severity} />
				{one.check && <span class="tag">
					{partName(one.check)}</span>}</p>
			<h3><Said text={one.title ?? one.code} /></h3>
			<Advice one={one} {...about} />
		</li>
	);
}

/* Links lead to the first finding of a part. */
function partIds(): (one: Finding) => string | undefined {
	const seen = new Set<string>();

	return ({ check }) => {
		if (!check || seen.has(check))
			return undefined;
		seen.add(check);
		return "part-" + check;
	};
}

export function FindingList({ findings, ...about }: About & {
	findings: readonly Finding[];
}) {
	const list = gravestFirst(findings);
	const idOf = partIds();
	const cards = (some: Finding[]) => <ol class="found-list">{
		some.map((one, i) => <FindingCard key={one.code + i} one={one}
			id={idOf(one)} {...about} />)}</ol>;
	const grave = list.filter(isGrave);
	const calm = list.filter((one) => !isGrave(one));
	const above = cards(grave);

	return <>
		{grave.length > 0 && above}
		{calm.length > 0 && <details class="topic calm"
			open={grave.length === 0}>
			<summary><h3>{plural("web.finding.calm.", calm.length)}
			</h3></summary>
			{cards(calm)}</details>}
	</>;
}

/* One line for each thing to do; all about it unfolds in its place. */
export function TaskList({ tasks, ...about }: About & {
	tasks: readonly Finding[];
}) {
	const idOf = partIds();

	return (
		<ol class="tasks">{tasks.map((one, i) => (
			<li key={one.code + i}>
				<details class={"task task-" + one.severity}
					id={idOf(one)}>
					<summary>
						<SeverityStatus value={one.severity} />
						<h3><Said text={one.title ?? one.code} />
						</h3>
						<span class="task-more"><span>{t(one.record ?
							"web.finding.show_record" :
							"web.finding.show_fix")}</span>
							<Icon name="down" size={16} /></span>
					</summary>
					<div class="task-about">
						<Advice one={one} {...about} /></div>
				</details>
			</li>))}</ol>
	);
}

/* ---- one word for each thing that was looked at ---- */

const TONES: Record<Check["checks"][number]["status"], Tone> = {
	critical: "fail", fail: "fail", warn: "quarantined", info: "none",
	ok: "ok", unknown: "none", waiting: "none",
};

export function Strip({ checks, to }: {
	checks: Check["checks"]; to: (check: string) => string;
}) {
	return (
		<ul class="strip">{checks.map(({ check, status }) => (
			<li key={check} class={"strip-" + status}>
				<a href={to(check)} onClick={() => unfold(check)}>
					<Sign tone={TONES[status]} />
					<span class="strip-name">{partName(check)}</span>
					<span class="strip-word">{status === "unknown" ||
						status === "waiting" ?
						of("web.check.", status) :
						of("web.severity.", status)}</span>
				</a>
			</li>))}</ul>
	);
}

/* What a link leads to may be folded, or in a list that is. */
function unfold(check: string): void {
	const inside = document.getElementById("part-" + check)
		?.closest("details");

	if (inside)
		inside.open = true;
}
