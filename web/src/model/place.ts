/* Where somebody is: a path and its parameters, in the address bar and nowhere
 * else. Filters and the span of days go along from page to page; a page that
 * cannot use some of them hands them on untouched. */
import { useEffect } from "preact/hooks";
import { FILTER_NAMES } from "./filters";
import { store, useStore } from "../state/store";

export interface Place {
	path: string;
	params: URLSearchParams; // never changed in place
	key: string;             // of the history entry
}
export type Change = Record<string, string | readonly string[] | null>;

const SPAN = ["range", "from", "to"];
export const RANGES = ["7d", "30d", "90d", "365d", "all"] as const;
export const RANGE_DEFAULT = "30d";

/* The parameters that a page takes part in handing on. */
function shared(path: string): readonly string[] {
	if (path === "/" || path.startsWith("/domains"))
		return [...SPAN, "domain"];
	if (path.startsWith("/d/"))
		return SPAN;
	if (path.startsWith("/sources") || path.startsWith("/reports"))
		return [...SPAN, ...FILTER_NAMES];
	return [];
}

function here(): Place {
	return { path: location.pathname,
		 params: new URLSearchParams(location.search),
		 key: (history.state as { key?: string } | null)?.key ??
			"first" };
}

export const place = store<Place>(here());
const carried = new URLSearchParams();
const scrolls = new Map<string, number>();

function carry(at: Place): void {
	for (const name of shared(at.path)) {
		carried.delete(name);
		for (const value of at.params.getAll(name))
			carried.append(name, value);
	}
	const domain = /^\/d\/([^/]+)/.exec(at.path)?.[1];
	if (domain)
		carried.set("domain", decodeURIComponent(domain));
}

function text(path: string, params: URLSearchParams): string {
	// Colons, commas and slashes of addresses stay readable.
	const query = params.toString().replaceAll("%3A", ":")
		.replaceAll("%2F", "/").replaceAll("%2C", ",")
		.replaceAll("%21", "!");
	return path + (query ? "?" + query : "");
}

/* A link to a page with the filters and days that are set now; `change` says
 * otherwise for single ones (null: without it). */
export function href(path: string, change: Change = {}): string {
	const params = new URLSearchParams();

	for (const name of shared(path))
		if (!(name in change))
			for (const value of carried.getAll(name))
				params.append(name, value);
	apply(params, change);
	return text(path, params);
}

function apply(params: URLSearchParams, change: Change): void {
	for (const [name, value] of Object.entries(change)) {
		params.delete(name);
		if (typeof value === "string")
			params.append(name, value);
		else
			value?.forEach((one) => params.append(name, one));
	}
}

/* This page with other parameters; paging starts again. */
export function hrefWith(change: Change): string {
	const { path, params } = place.get();
	const next = new URLSearchParams(params);

	next.delete("cursor");
	apply(next, change);
	return text(path, next);
}

export function setParams(change: Change, replace = false): void {
	go(hrefWith(change), { replace });
}

function newKey(): string {
	return Date.now().toString(36) + Math.random().toString(36).slice(2);
}

export function go(url: string, options: { replace?: boolean } = {}): void {
	const before = place.get();

	scrolls.set(before.key, scrollY);
	const state = { key: options.replace ? before.key : newKey() };
	if (options.replace)
		history.replaceState(state, "", url);
	else
		history.pushState(state, "", url);
	arrive();
	if (place.get().path !== before.path)
		scrollTo(0, 0);
}

function arrive(): void {
	const at = here();

	carry(at);
	place.set(at);
}

/* The page grows while its answers arrive: try until it is tall enough. */
function scrollBack(key: string): void {
	const wanted = scrolls.get(key) ?? 0;
	const until = performance.now() + 1500;

	const attempt = () => {
		if (place.get().key !== key)
			return;
		scrollTo(0, wanted);
		if (Math.abs(scrollY - wanted) > 2 && performance.now() < until)
			requestAnimationFrame(attempt);
	};
	requestAnimationFrame(attempt);
}

function inside(event: MouseEvent): string | null {
	const link = (event.target as Element).closest?.("a[href]");

	if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented ||
	    event.button !== 0 || event.metaKey || event.ctrlKey ||
	    event.shiftKey || event.altKey || link.target || link.download ||
	    link.origin !== location.origin ||
	    link.pathname.startsWith("/api/") || (link.hash &&
	    link.pathname + link.search === location.pathname +
	    location.search))
		return null;
	return link.pathname + link.search + link.hash;
}

export function startRouting(): void {
	history.scrollRestoration = "manual";
	history.replaceState({ key: place.get().key }, "");
	carry(place.get());
	addEventListener("popstate", (event) => {
		// A jump within the page: the browser scrolls.
		if (event.state === null && location.hash) {
			history.replaceState({ key: newKey() }, "");
			arrive();
			return;
		}
		scrolls.set(place.get().key, scrollY);
		arrive();
		scrollBack(place.get().key);
	});
	document.addEventListener("click", (event) => {
		const url = inside(event);
		if (url === null)
			return;
		event.preventDefault();
		go(url);
	});
}

/* Scrolls to what the address names behind "#", once `ready`: content that
 * arrives late has no place to jump to before. */
export function useAnchor(ready: boolean): void {
	const { key } = usePlace();

	useEffect(() => {
		if (ready && location.hash)
			document.getElementById(location.hash.slice(1))
				?.scrollIntoView();
	}, [ready, key]);
}

export function usePlace(): Place {
	return useStore(place);
}

/* ---- what to ask the server ---- */

/* The span and filters of this place as parameters of a question. */
export function asked(at: Place, names: readonly string[] =
		      [...SPAN, ...FILTER_NAMES]): URLSearchParams {
	const params = new URLSearchParams();

	for (const name of names)
		for (const value of at.params.getAll(name))
			params.append(name, value);
	if (names.includes("range") && !params.has("range") &&
	    !params.has("from") && !params.has("to"))
		params.set("range", RANGE_DEFAULT);
	return params;
}

export const SPAN_AND_DOMAIN = [...SPAN, "domain"];
export const SPAN_ONLY = SPAN;
