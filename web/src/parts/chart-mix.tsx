/* A bar of 100 %: how the classes share some messages. */
import type { Measures } from "../api/types";
import { percent } from "../words/format";
import { of } from "../words/words";

const MIX = ["own_passed", "own_failed", "forwarded", "unrecognised",
	     "blocked"] as const;
type Kind = typeof MIX[number];
export const MIX_TONE: Record<Kind, string> = { own_passed: "ok",
	own_failed: "fail", forwarded: "forwarded", unrecognised: "none",
	blocked: "rejected" };

/* null when the classes are not known for this question. */
export function mixOf(one: Measures): [Kind, number][] | null {
	const { own, own_passed: passed, forwarded, unrecognised, blocked } =
		one;

	if (own === null || passed === null)
		return null;
	return [["own_passed", passed], ["own_failed", own - passed],
		["forwarded", forwarded ?? 0],
		["unrecognised", unrecognised ?? 0], ["blocked", blocked ?? 0]];
}

export function mixWord(kind: Kind): string {
	return kind === "blocked" ? of("web.class.", kind) :
		of("web.part.", kind);
}

/* The class with most messages. */
export function mostOf(one: Measures): Kind {
	const parts = mixOf(one) ?? [];

	return parts.reduce<[Kind, number]>((most, part) =>
		part[1] > most[1] ? part : most, ["unrecognised", 0])[0];
}

const WIDTH = 120;

export function Mix({ of: one }: { of: Measures }) {
	const parts = mixOf(one)?.filter(([, value]) => value > 0);
	const all = parts?.reduce((sum, [, value]) => sum + value, 0);
	let x = 0;

	if (!parts || !all)
		return <span class="muted">–</span>;
	const told = parts.map(([kind, value]) =>
		`${mixWord(kind)} ${percent(value, all)}`).join(", ");
	return (
		<svg class="mix" width={WIDTH} height="12" role="img"
			viewBox={`0 0 ${WIDTH} 12`} aria-label={told}>
			<title>{told}</title>
			{parts.map(([kind, value]) => {
				const width = value / all * WIDTH;
				const from = x;
				x += width;
				return <rect key={kind} x={from} height="12"
					width={Math.max(width - (x < WIDTH ? 1 : 0), 0.5)}
					class={`mix-part fill-${MIX_TONE[kind]}` +
						(kind === "unrecognised" && width > 5 ?
							" mix-hollow" : "")} />;
			})}
		</svg>
	);
}
