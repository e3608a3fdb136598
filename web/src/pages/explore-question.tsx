/* What Explore is asked, read from the URL: the view, its grouping, and the
 * parameters that its tables, chart and exports share. */
import type { Query } from "../api/query";
import type { QueryAnswer } from "../api/types";
import { filter } from "../model/filters";
import type { FilterName } from "../model/filters";
import { asked, hrefWith, place } from "../model/place";
import type { Change, Place } from "../model/place";
import type { Part } from "../parts/chart";
import { valueText } from "../model/filters";
import { country, day } from "../words/format";
import { of, t } from "../words/words";

export const TABS = ["result", "source", "reporter", "host", "country", "map",
		     "detail"] as const;
export const MORE = ["domain", "from_domain", "to_domain", "ip", "asn",
		     "selector", "policy", "disposition", "class",
		     "day"] as const;
export type View = typeof TABS[number] | typeof MORE[number];

/* Read row by row by the server, so for one domain at a time. */
const BY_ROW = ["host", "ip", "from_domain", "selector", "detail"];
const BY_ROW_FILTERS = ["spf_result", "dkim_result", "ip", "host",
			"from_domain", "envelope_from", "selector", "text"];

function isView(text: string): text is View {
	return ([...TABS, ...MORE] as readonly string[]).includes(text);
}

export function viewOf(params: URLSearchParams): View {
	const view = params.get("view");
	const group = params.get("group") ?? "result";

	if (view === "map" || view === "detail")
		return view;
	if (group === "org")
		return "reporter";
	return isView(group) && group !== "map" && group !== "detail" ?
		group : "result";
}

/* The way to another view of the same mail. */
export function viewHref(view: View): string {
	const at = { sort: null, cursor: null };

	if (view === "map" || view === "detail")
		return hrefWith({ ...at, view, group: null });
	return hrefWith({ ...at, view: null,
		group: view === "reporter" ? "org" : view });
}

export function viewName(view: View): string {
	switch (view) {
	case "result":
	case "source":
	case "reporter":
	case "host":
	case "country":
	case "map":
	case "detail":
	case "day":
		return of("web.group.", view);
	default:
		return of("web.field.", view);
	}
}

/* What the server groups by; the map is countries. */
export function groupOf(view: View): string {
	return view === "map" ? "country" : view === "detail" ? "result" : view;
}

export function needsDomain(view: View, params: URLSearchParams): boolean {
	const domains = params.getAll("domain")
		.filter((one) => !one.startsWith("!"));

	return domains.length !== 1 && (BY_ROW.includes(view) ||
		BY_ROW_FILTERS.some((name) => params.has(name)));
}

/* Days, filters and the preset: the mail that is looked at. */
export function mailOf(at: Place): URLSearchParams {
	const params = asked(at);
	const preset = at.params.get("preset");

	if (preset)
		params.set("preset", preset);
	return params;
}

export function sortOf(view: View): string {
	return view === "day" ? "-key" : "-messages";
}

const PAGE = "50"; // rows

/* The same with grouping, order and page. */
export function tableOf(at: Place, view: View): URLSearchParams {
	const params = mailOf(at);
	const cursor = at.params.get("cursor");

	if (view !== "detail") {
		params.set("group", groupOf(view));
		params.set("sort", at.params.get("sort") ?? sortOf(view));
	}
	params.set("limit", view === "map" ? "300" : PAGE);
	if (cursor)
		params.set("cursor", cursor);
	return params;
}

/* ---- narrowing by what is on screen ---- */

/* One value more of a filter; null is what nobody knows. */
export function narrow(name: FilterName, value: string | null): Change {
	const now = place.get().params.getAll(name);
	const wanted = value ?? "unknown";
	// Of few values only one at a time makes sense: pass or fail.
	const single = filter(name)?.values !== undefined;

	return { [name]: single || now.includes(wanted) ? [wanted] :
		[...now, wanted] };
}

/* A part of the chart, of one day or of all. */
export function narrowPart(part: Part, on: string | null): Change {
	const span: Change = on ? { from: on, to: on, range: null } : {};

	switch (part) {
	case "own_passed":
	case "own_failed":
		return { ...span, class: "own",
			 result: part === "own_passed" ? "pass" : "fail" };
	case "quarantined":
	case "rejected":
		return { ...span, class: "blocked",
			 disposition: part === "rejected" ? "reject" :
				"quarantine" };
	default:
		return { ...span, class: part };
	}
}

/* What a row's name leads to: the same view with only that. */
export function narrowRow(view: View, key: string | null): Change {
	if (view === "day")
		return key ? { from: key, to: key, range: null, group: null } :
			{};
	if (view === "map")
		return narrow("country", key);
	return view === "detail" ? {} : narrow(view, key);
}

export function keyText(view: View, key: string | null,
			label: string | null): string {
	if (key === null || key === "")
		return view === "host" ? t("web.host.unasked") :
			t("web.state.unknown");
	switch (view) {
	case "day":
		return day(key);
	case "map":
	case "country":
		return country(key);
	case "asn":
		return label && label !== key ? `${label} (AS${key})` :
			"AS" + key;
	case "policy":
		return key === "none" || key === "quarantine" ||
			key === "reject" ? of("web.policy.", key) : key;
	case "disposition":
		return key === "none" || key === "quarantine" ||
			key === "reject" ? of("web.disposition.", key) : key;
	case "detail":
		return key;
	case "source":
		return label ?? key;
	default:
		return valueText(view, key);
	}
}

export type Groups = Query<QueryAnswer>;
