/* The span of days that pages look at; reports are counted by UTC day. */
import { useState } from "preact/hooks";
import { RANGES, RANGE_DEFAULT, place, setParams, usePlace } from
	"../model/place";
import { day } from "../words/format";
import { of, t } from "../words/words";
import { Icon } from "../parts/icons";
import { Menu, MenuChoice } from "../parts/menu";
import { useKeys } from "./keys";

type Range = typeof RANGES[number];

function isRange(text: string): text is Range {
	return (RANGES as readonly string[]).includes(text);
}

export function rangeText(params: URLSearchParams): string {
	const from = params.get("from"), to = params.get("to");
	const range = params.get("range") ?? RANGE_DEFAULT;

	if (from || to)
		return t("web.range.between", { from: from ? day(from) : "…",
			to: to ? day(to) : "…" });
	return isRange(range) ? of("web.range.", range) : range;
}

/* The days of the range that is set, both included; null has no bound. */
export function bounds(params: URLSearchParams): [string, string] | null {
	const today = new Date().toISOString().slice(0, 10);
	const from = params.get("from"), to = params.get("to");

	if (from || to)
		return from ? [from, to ?? today] : null;
	const days = /^(\d+)d$/.exec(params.get("range") ?? RANGE_DEFAULT)?.[1];
	return days ? [shifted(today, 1 - Number(days)), today] : null;
}

function shifted(date: string, days: number): string {
	return new Date(Date.parse(date) + days * 86_400_000).toISOString()
		.slice(0, 10);
}

/* The span of the same length before or after this one. */
function move(by: -1 | 1): void {
	const now = bounds(place.get().params);

	if (!now)
		return;
	const length = Math.round((Date.parse(now[1]) - Date.parse(now[0])) /
		86_400_000) + 1;
	setParams({ range: null, from: shifted(now[0], by * length),
		    to: shifted(now[1], by * length) });
}

function Custom({ close }: { close: () => void }) {
	const now = bounds(place.get().params);
	const [from, setFrom] = useState(now?.[0] ?? "");
	const [to, setTo] = useState(now?.[1] ?? "");

	return (
		<form class="menu-form menu-dates" onSubmit={(event) => {
			event.preventDefault();
			close();
			setParams({ range: null, from: from || null,
				    to: to || null });
		}}>
			<label>{t("web.range.from")}
				<input type="date" value={from} max={to || undefined}
					onInput={(event) =>
						setFrom(event.currentTarget.value)} />
			</label>
			<label>{t("web.range.to")}
				<input type="date" value={to} min={from || undefined}
					onInput={(event) =>
						setTo(event.currentTarget.value)} />
			</label>
			<button class="button button-main">
				{t("web.filter.apply")}</button>
		</form>
	);
}

export function RangeMenu() {
	const { params } = usePlace();
	const custom = params.has("from") || params.has("to");
	const now = params.get("range") ?? RANGE_DEFAULT;

	useKeys({ "[": () => move(-1), "]": () => move(1) });
	return (
		<Menu class="range" label={t("web.range.title")} side="end" face={<>
			<Icon name="calendar" size={16} />
			<span class="face-text">{rangeText(params)}</span></>}>
			{(close) => <>
				{RANGES.map((one) => (
					<MenuChoice key={one} chosen={!custom && one === now}
						onChoose={() => {
							close();
							setParams({ range: one, from: null,
								    to: null });
						}}>{of("web.range.", one)}</MenuChoice>))}
				<hr />
				<Custom close={close} />
				<p class="menu-note">{t("web.range.utc")}</p>
			</>}
		</Menu>
	);
}
