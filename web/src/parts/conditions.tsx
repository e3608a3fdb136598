/* What a step asks for: each condition with its verdict, what was measured,
 * and what to do about it. */
import type { JourneyGate, StsGate } from "../api/types";
import { number } from "../words/format";
import { of, t } from "../words/words";
import { Said } from "./said";
import { Status } from "./status";
import type { Tone } from "./status";

type Gate = StsGate | JourneyGate;
type Verdict = Gate["verdict"];

const WHOLE = 10_000; // shares are in 1/10000
const TONES: Record<Verdict, Tone> = { met: "ok", not_met: "fail",
	unknown: "none", warn: "quarantined", waived: "none",
	not_asked: "none" };
const OPEN: readonly Verdict[] = ["not_met", "unknown", "warn"];

export function share(value: number): string {
	return number(value / (WHOLE / 100)) + "\u00a0%";
}

function measured(one: Gate): string {
	const word = "share" in one && one.share ? share : number;

	return one.value === null || one.verdict === "not_asked" ? "" :
		t(one.at_most ? "web.sts.at_most" : "web.sts.at_least", {
			value: word(one.value),
			threshold: word(one.threshold) });
}

function Condition({ one }: { one: Gate }) {
	return (
		<li class="condition">
			<Status tone={TONES[one.verdict]}
				word={of("web.journey.gate_", one.verdict)} />
			<div>
				<strong><Said text={one.title ?? one.code} /></strong>{" "}
				<span class="muted">{measured(one)}</span>
				{one.about && <> <code>{one.about}</code></>}
				{OPEN.includes(one.verdict) && one.fix &&
					<p class="muted"><Said text={one.fix} /></p>}
			</div>
			{"hard" in one && one.hard && <span class="tag">
				{t("web.sts.hard")}</span>}
			{"url" in one && one.url && <a
				class="button button-small" href={one.url}>
				{t("web.journey.rows")}</a>}
		</li>
	);
}

export function Conditions({ gates }: { gates: readonly Gate[] }) {
	return gates.length === 0 ? null : <ul class="conditions">
		{gates.map((one) => <Condition key={one.gate} one={one} />)}
	</ul>;
}
