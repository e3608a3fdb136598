/* Stacked columns, one a day: where mail came from and what became of it.
 * Colour, pattern and order say the same thing three times; the table below
 * says it in figures. Days are UTC days. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Day, Days } from "../api/types";
import { day, number, shortDay, shortNumber } from "../words/format";
import { of, t } from "../words/words";
import type { Tone } from "./status";
import { Sign } from "./status";

export const PARTS = ["own_passed", "own_failed", "forwarded",
		      "unrecognised", "quarantined", "rejected"] as const;
export type Part = typeof PARTS[number];
export const PART_TONE: Record<Part, Tone> = { own_passed: "ok",
	own_failed: "fail", forwarded: "forwarded", unrecognised: "none",
	quarantined: "quarantined", rejected: "rejected" };

const HEIGHT = 232, LEFT = 44, BOTTOM = 24, TOP = 12;
const INSIDE = HEIGHT - TOP - BOTTOM;

/* A round number that is at least `most`, and how many lines divide it. */
function scale(most: number): { top: number; step: number } {
	const raw = Math.max(most, 4) / 4;
	const unit = 10 ** Math.floor(Math.log10(raw));
	const step = [1, 2, 2.5, 5, 10].map((n) => n * unit)
		.find((n) => n >= raw && Number.isInteger(n)) ?? 10 * unit;

	return { top: Math.ceil(Math.max(most, 1) / step) * step, step };
}

function useWidth() {
	const box = useRef<HTMLDivElement>(null);
	const [width, setWidth] = useState(800);

	useEffect(() => {
		const watch = new ResizeObserver((entries) =>
			setWidth(Math.max(Math.floor(
				entries[0]!.contentRect.width), 240)));
		watch.observe(box.current!);
		return () => watch.disconnect();
	}, []);
	return [box, width] as const;
}

/* Fills that do not need colour to be told apart. */
function Patterns({ id }: { id: string }) {
	return (
		<defs>
			<pattern id={id + "fail"} width="6" height="6"
				patternUnits="userSpaceOnUse"
				patternTransform="rotate(45)">
				<rect class="fill-fail" width="6" height="6" />
				<rect class="fill-hatch" width="2" height="6" />
			</pattern>
			<pattern id={id + "forwarded"} width="5" height="5"
				patternUnits="userSpaceOnUse"
				patternTransform="rotate(-45)">
				<rect class="fill-forwarded" width="5" height="5" />
				<rect class="fill-hatch" width="1.2" height="5" />
			</pattern>
			<pattern id={id + "quarantined"} width="5" height="5"
				patternUnits="userSpaceOnUse">
				<rect class="fill-quarantined" width="5" height="5" />
				<circle class="fill-hatch" cx="2.5" cy="2.5" r="1" />
			</pattern>
		</defs>
	);
}

function fillOf(part: Part, id: string): string | undefined {
	const tone = PART_TONE[part];

	return tone === "fail" || tone === "forwarded" ||
		tone === "quarantined" ? `url(#${id}${tone})` : undefined;
}

function Column({ one, x, width, top, id, pick }: {
	one: Day; x: number; width: number; top: number; id: string;
	pick?: (part: Part) => void;
}) {
	let base = TOP + INSIDE;

	return <g>{PARTS.map((part) => {
		const value = one[part];
		if (!value)
			return null;
		// One message is still to be seen.
		const height = Math.max(value / top * INSIDE, 1);
		base -= height;
		const hollow = part === "unrecognised" && height > 3 &&
			width > 4;
		const inset = hollow ? 0.75 : 0;
		return <rect key={part} x={x + inset} y={base + inset}
			width={Math.max(width - 2 * inset, 1)}
			height={Math.max(height - 2 * inset - (height > 3 ?
				0.6 : 0), 0.8)}
			fill={fillOf(part, id)}
			class={`bar bar-${PART_TONE[part]}` +
				(hollow ? " bar-hollow" : "") +
				(pick ? " bar-link" : "")}
			onClick={pick && (() => pick(part))} />;
	})}</g>;
}

function Legend({ days, pick }: {
	days: readonly Day[]; pick?: (part: Part) => void;
}) {
	return (
		<ul class="legend">
			{PARTS.map((part) => {
				const sum = days.reduce((n, one) => n + one[part], 0);
				const face = <>
					<Sign tone={PART_TONE[part]} />
					<span>{of("web.part.", part)}</span>
					<span class="num muted">{number(sum)}</span>
				</>;
				return <li key={part}>{pick ?
					<button type="button" class="legend-item"
						onClick={() => pick(part)}>{face}</button> :
					<span class="legend-item">{face}</span>}</li>;
			})}
		</ul>
	);
}

function Tip({ one, left, flip }: { one: Day; left: number; flip: boolean }) {
	return (
		<div class={"tip" + (flip ? " tip-flip" : "")}
			style={{ left: left + "px" }}>
			<strong>{day(one.day)}</strong>
			<table><tbody>
				{PARTS.filter((part) => one[part] > 0).map((part) => (
					<tr key={part}>
						<th scope="row"><Sign tone={PART_TONE[part]} />
							{of("web.part.", part)}</th>
						<td class="num">{number(one[part])}</td>
					</tr>))}
				{one.messages === 0 && <tr><td class="muted">
					{t("web.chart.none")}</td></tr>}
			</tbody></table>
		</div>
	);
}

function AsTable({ days, title }: { days: readonly Day[]; title: string }) {
	return (
		<div class="table-scroll" tabIndex={0} role="region"
			aria-label={title}>
			<table class="table">
				<caption class="hidden">{title}</caption>
				<thead><tr>
					<th scope="col">{t("web.chart.day")}</th>
					{PARTS.map((part) => <th scope="col" class="num"
						key={part}>{of("web.part.", part)}</th>)}
					<th scope="col" class="num">
						{t("web.chart.sum")}</th>
				</tr></thead>
				<tbody>{days.map((one) => (
					<tr key={one.day}>
						<th scope="row">{day(one.day)}</th>
						{PARTS.map((part) => <td class="num"
							key={part}
							data-label={of("web.part.", part)}>
							{number(one[part])}</td>)}
						<td class="num"
							data-label={t("web.chart.sum")}>
							{number(one.messages)}</td>
					</tr>))}</tbody>
			</table>
		</div>
	);
}

export function DayChart({ data, title, pick }: {
	data: Days; title: string;
	/* A part of a day was chosen; day null: of all of them. */
	pick?: (part: Part, day: string | null) => void;
}) {
	const [box, width] = useWidth();
	const [at, setAt] = useState<number | null>(null);
	const [asTable, setAsTable] = useState(false);
	const id = useId();
	const { days } = data;
	const { top, step } = scale(Math.max(...days.map((d) => d.messages), 0));
	const pitch = (width - LEFT) / Math.max(days.length, 1);
	const gap = pitch > 5 ? 2 : 0.5;
	const every = Math.max(1, Math.ceil(days.length /
		Math.max(Math.floor((width - LEFT) / 84), 1)));
	const x = (i: number) => LEFT + i * pitch;
	const seen = at === null ? null : days[at] ?? null;

	const walk = (event: KeyboardEvent) => {
		const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
		if (event.key === "Escape")
			setAt(null);
		if (!by)
			return;
		event.preventDefault();
		setAt(Math.min(Math.max((at ?? (by > 0 ? -1 : days.length)) + by,
			0), days.length - 1));
	};
	const sum = (part: Part) =>
		number(days.reduce((n, one) => n + one[part], 0));
	const summary = t("web.chart.summary", { days: days.length,
		own_passed: sum("own_passed"), own_failed: sum("own_failed"),
		forwarded: sum("forwarded"),
		unrecognised: sum("unrecognised"),
		quarantined: sum("quarantined"), rejected: sum("rejected") });
	return (
		<figure class="chart" aria-label={title}>
			<div class="chart-head">
				<Legend days={days} {...(pick ? { pick: (part: Part) =>
					pick(part, null) } : {})} />
				<button type="button" class="button button-small button-quiet"
					aria-pressed={asTable}
					onClick={() => setAsTable(!asTable)}>
					{asTable ? t("web.chart.as_chart") :
						t("web.chart.as_table")}</button>
			</div>
			<div ref={box} class="chart-box">
			{asTable ? <AsTable days={days} title={title} /> :
				<div class="chart-canvas" tabIndex={0} role="group"
					aria-label={summary} onKeyDown={walk}
					onBlur={() => setAt(null)}
					onMouseLeave={() => setAt(null)}>
				<svg width={width} height={HEIGHT} aria-hidden="true"
					focusable="false"
					onMouseMove={(event) => {
						const from = event.currentTarget
							.getBoundingClientRect().left;
						const i = Math.floor((event.clientX - from -
							LEFT) / pitch);
						setAt(i >= 0 && i < days.length ? i : null);
					}}>
					<Patterns id={id} />
					{Array.from({ length: Math.round(top / step) + 1 },
						(_, i) => {
						const y = TOP + INSIDE - i * step / top * INSIDE;
						return <g key={i}>
							<line class={i ? "grid" : "grid grid-base"}
								x1={LEFT} x2={width} y1={y} y2={y} />
							<text class="axis" x={LEFT - 8} y={y + 4}
								text-anchor="end">
								{shortNumber(i * step)}</text>
						</g>;
					})}
					{at !== null && <rect class="chart-at" x={x(at)}
						y={TOP} width={pitch} height={INSIDE} />}
					{days.map((one, i) => <Column key={one.day}
						one={one} x={x(i) + gap / 2}
						width={Math.max(pitch - gap, 0.8)} top={top}
						id={id} {...(pick ? { pick: (part: Part) =>
							pick(part, one.day) } : {})} />)}
					{data.changes.map((change) => {
						const i = days.findIndex((one) =>
							one.day === change.day);
						return i < 0 ? null : <g
							key={change.day + change.domain}
							class="chart-flag">
							<line x1={x(i)} x2={x(i)} y1={TOP}
								y2={TOP + INSIDE} />
							<path d={`M${x(i)} ${TOP}h9l-2.500 3.500
								2.500 3.500h-9z`} />
							<title>{t("web.chart.change",
								{ ...change })}</title>
						</g>;
					})}
					{days.map((one, i) => i % every === 0 &&
						(x(i) + pitch / 2 < width - 20) &&
						<text key={one.day} class="axis"
							x={x(i) + pitch / 2} y={HEIGHT - 6}
							text-anchor={i === 0 ? "start" : "middle"}>
							{shortDay(one.day)}</text>)}
				</svg>
				{seen && <Tip one={seen} left={x(at!) + pitch / 2}
					flip={x(at!) > width / 2} />}
				<span class="hidden" role="status">{seen &&
					day(seen.day) + ": " + PARTS.filter((part) =>
						seen[part] > 0).map((part) =>
						of("web.part.", part) + " " +
						number(seen[part])).join(", ")}</span>
				</div>}
			</div>
			<figcaption class="chart-note">{t("web.chart.utc")}
			</figcaption>
		</figure>
	);
}
