/* Numbers, days and times as the reader's language writes them. Days of
 * reports are UTC days and never shifted; moments are shown in the reader's
 * time zone. null is unknown: an en dash. */
import { session } from "../api/client";
import { fill, lang, locale, plural, t } from "./words";

export const UNKNOWN = "–";

const kept = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat |
	Intl.RelativeTimeFormat | Intl.DisplayNames | Intl.Collator>();

function once<T>(key: string, make: (locale: string) => T): T {
	const name = locale() + " " + key;
	let made = kept.get(name) as T | undefined;

	if (!made) {
		made = make(locale());
		kept.set(name, made as never);
	}
	return made;
}

export function number(value: number | null | undefined): string {
	if (value === null || value === undefined)
		return UNKNOWN;
	return once("n", (l) => new Intl.NumberFormat(l)).format(value);
}

/* 12.3K where there is no room for all digits. */
export function shortNumber(value: number): string {
	return once("c", (l) => new Intl.NumberFormat(l, {
		notation: "compact", maximumFractionDigits: 1,
	})).format(value);
}

/* A share, never rounded up to all or down to nothing: 99.96 % is not
 * 100 %. Unknown when there is nothing to take a share of. */
export function percent(part: number | null | undefined,
			whole: number | null | undefined): string {
	if (part === null || part === undefined || !whole)
		return UNKNOWN;
	const share = part / whole;
	const digits = share > 0.99 && share < 1 ? 2 : 1;
	const step = 10 ** -(digits + 2);
	let told = Math.floor(share / step + 1e-9) * step;
	if (part > 0 && part < whole)
		told = Math.min(Math.max(told, step), 1 - step);
	return once("p" + digits, (l) => new Intl.NumberFormat(l, {
		style: "percent", maximumFractionDigits: digits,
	})).format(told);
}

export function bytes(value: number): string {
	const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
	let i = 0;

	while (value >= 1000 && i < units.length - 1) {
		value /= 1000;
		i++;
	}
	return once("b" + i, (l) => new Intl.NumberFormat(l, {
		style: "unit", unit: units[i], unitDisplay: "short",
		maximumFractionDigits: i ? 1 : 0,
	})).format(value);
}

/* ---- days (UTC) and moments ---- */

const DAY = 86_400;

export function zone(): string {
	return session.get()?.user?.time_zone ??
		Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
}

function dateStyle(key: string, options: Intl.DateTimeFormatOptions):
	Intl.DateTimeFormat {
	return once(key + (options.timeZone ?? ""), (l) => {
		try {
			return new Intl.DateTimeFormat(l, options);
		} catch {
			return new Intl.DateTimeFormat(l, { ...options,
				timeZone: "UTC" });
		}
	});
}

/* 2026/11/22 · 22.11.2026 · 22 Nov 2026 */
function dayOptions(timeZone: string): Intl.DateTimeFormatOptions {
	return { timeZone, year: "numeric", day: lang() === "en" ? "numeric" :
			"2-digit",
		 month: lang() === "en" ? "short" : "2-digit" };
}

export function day(value: string | number | null | undefined): string {
	if (value === null || value === undefined)
		return UNKNOWN;
	const at = typeof value === "number" ? value * 1000 :
		Date.parse(value + "T00:00:00Z");
	if (Number.isNaN(at))
		return String(value);
	return dateStyle("d", dayOptions("UTC")).format(at);
}

/* Without the year, for axes. */
export function shortDay(value: string): string {
	const options: Intl.DateTimeFormatOptions = { timeZone: "UTC",
		day: "numeric", month: lang() === "en" ? "short" : "numeric" };

	return dateStyle("sd", options).format(
		Date.parse(value + "T00:00:00Z"));
}

export function moment(value: number | null | undefined): string {
	if (value === null || value === undefined)
		return UNKNOWN;
	return dateStyle("m", { ...dayOptions(zone()), hour: "2-digit",
		minute: "2-digit", hourCycle: "h23" }).format(value * 1000);
}

/* For tooltips: the exact second, UTC. */
export function utc(value: number): string {
	return new Date(value * 1000).toISOString().replace("T", " ")
		.replace(".000Z", " UTC");
}

export function ago(value: number | null | undefined): string {
	if (value === null || value === undefined)
		return UNKNOWN;
	const seconds = value - Date.now() / 1000;
	const style = once("r", (l) => new Intl.RelativeTimeFormat(l,
		{ numeric: "auto" }));
	const size = Math.abs(seconds);

	if (size < 60)
		return t("web.state.just_now");
	if (size < 3600)
		return style.format(Math.round(seconds / 60), "minute");
	if (size < DAY)
		return style.format(Math.round(seconds / 3600), "hour");
	if (size < 45 * DAY)
		return style.format(Math.round(seconds / DAY), "day");
	return style.format(Math.round(seconds / (30 * DAY)), "month");
}

export function span(seconds: number): string {
	if (seconds < 2 * 3600)
		return plural("web.count.minutes.", Math.round(seconds / 60));
	if (seconds < 2 * DAY)
		return plural("web.count.hours.", Math.round(seconds / 3600));
	return plural("web.count.days.", Math.round(seconds / DAY));
}

/* ---- names ---- */

export function country(code: string | null | undefined): string {
	if (!code)
		return UNKNOWN;
	try {
		return once("country", (l) => new Intl.DisplayNames(l, {
			type: "region", fallback: "code" })).of(code) ?? code;
	} catch {
		return code;
	}
}

export function compare(a: string, b: string): number {
	return once("sort", (l) => new Intl.Collator(l, { numeric: true }))
		.compare(a, b);
}

/* Takes apart what a sentence says around elements: "Made by {name}." */
export function around(text: string, place: string): [string, string] {
	const [before = "", after = ""] = text.split(`{${place}}`);
	return [fill(before), fill(after)];
}
