/* What became of mail, never told by colour alone: icon, word and pattern
 * (product tokens). */
import type { Class } from "../api/types";
import { of } from "../words/words";
import type { Severity } from "../words/words";

/* The six fills of charts; also what a single status looks like. */
export type Tone = "ok" | "fail" | "quarantined" | "rejected" | "forwarded" |
	"none";

const SHAPES: Record<Tone, preact.JSX.Element> = {
	ok: <path class="sign-line" d="m3.500 8.500 3 3 6-7" />,
	fail: <path d="M8 2.500 14.500 13.500h-13z" />,
	quarantined: <>
		<circle class="sign-line" cx="8" cy="8" r="5.500" />
		<path d="M8 2.500a5.500 5.500 0 0 0 0 11z" />
	</>,
	rejected: <path d="M3 3h10v10H3z" />,
	forwarded: <path class="sign-line"
		d="M3 12.500V8.500a2 2 0 0 1 2-2h8M9.500 3 13 6.500 9.500 10" />,
	none: <circle class="sign-line" cx="8" cy="8" r="5.250" />,
};

export function Sign({ tone }: { tone: Tone }) {
	return (
		<svg class={"sign tone-" + tone} viewBox="0 0 16 16" width="16"
			height="16" aria-hidden="true" focusable="false">
			{SHAPES[tone]}
		</svg>
	);
}

export function Status({ tone, word }: { tone: Tone; word?: string }) {
	return (
		<span class={"status ink-" + tone}>
			<Sign tone={tone} />
			<span>{word ?? of("web.status.", tone)}</span>
		</span>
	);
}

/* Pass or fail of one check. */
export function Verdict({ pass }: { pass: boolean }) {
	return <Status tone={pass ? "ok" : "fail"}
		word={of("web.verdict.", pass ? "pass" : "fail")} />;
}

const CLASS_TONE: Record<Class, Tone> = { own: "ok", forwarded: "forwarded",
	unrecognised: "none", blocked: "rejected" };

export function ClassStatus({ value }: { value: Class }) {
	return <Status tone={CLASS_TONE[value]}
		word={of("web.class.", value)} />;
}

/* What a receiver did with the mail. */
export function Disposition({ value }: { value: string }) {
	const tone: Tone = value === "reject" ? "rejected" :
		value === "quarantine" ? "quarantined" : "none";

	return value === "reject" || value === "quarantine" ||
		value === "none" ?
		<Status tone={tone} word={of("web.disposition.", value)} /> :
		<span>{value}</span>;
}

/* A rung of none, quarantine, reject: stronger is darker and fuller. */
export function Policy({ value, testing }: {
	value: "none" | "quarantine" | "reject" | null;
	testing?: boolean | null;
}) {
	const name = value ?? "unknown";

	return (
		<span class={"policy policy-" + name}>
			<svg viewBox="0 0 16 16" width="16" height="16"
				aria-hidden="true" focusable="false">
				<circle class="policy-ring" cx="8" cy="8" r="5.500" />
				{value === "quarantine" &&
					<path class="policy-fill"
						d="M8 2.500a5.500 5.500 0 0 0 0 11z" />}
				{value === "reject" &&
					<circle class="policy-fill" cx="8" cy="8"
						r="5.500" />}
			</svg>
			<span>{of("web.policy.", name)}
				{testing && <span class="muted"> t=y</span>}</span>
		</span>
	);
}

const SEVERITY_TONE: Record<Severity, Tone> = { critical: "fail", fail: "fail",
	warn: "quarantined", info: "none", ok: "ok" };

export function SeverityStatus({ value }: { value: Severity }) {
	return <Status tone={SEVERITY_TONE[value]}
		word={of("web.severity.", value)} />;
}
