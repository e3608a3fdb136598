/* A browser, a signed-in page, and tests that print TAP. */
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const place = JSON.parse(readFileSync(0, "utf8"));

export const browser = await chromium.launch({
	executablePath: place.chromium,
	args: ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"],
});

/* What a page must never do, noted for every page that is opened. */
export const faults = [];

function watch(page, base) {
	const own = new URL(base).origin;
	page.on("request", request => {
		const url = new URL(request.url());
		if (url.origin !== own && url.protocol.startsWith("http"))
			faults.push(`${page.url()} asks ${url.origin}`);
	});
	page.on("console", message => {
		/* "Ask again soon", of looks on a busy machine: pages do. */
		const later = /503/.test(message.text()) &&
			/\/api\/v1\/(check|lookup|domains\/[^/]+\/desired)/
				.test(message.location().url);
		if (message.type() === "error" && !later &&
		    !page.expectErrors?.test(message.text()))
			faults.push(`${page.url()}: console: ${message.text()} ` +
				message.location().url);
	});
	page.on("pageerror", error =>
		faults.push(`${page.url()}: ${error.message}`));
}

/* options: Playwright's context options, and `base`, `login` (default true) */
export async function open(options = {}) {
	const { base = place.full, login = true, ...rest } = options;
	const context = await browser.newContext({
		baseURL: base, locale: "en-GB", timezoneId: "Europe/Oslo",
		viewport: { width: 1280, height: 900 }, ...rest });
	const page = await context.newPage();
	watch(page, base);
	if (login)
		await signIn(context, base);
	return page;
}

/* By the interface, so that only tests of the login page depend on it. */
let cookies = null;
async function signIn(context, base) {
	if (!cookies) {
		const answer = await context.request.post(
			base + "/api/v1/session",
			{ data: { name: place.user, password: place.password } });
		if (!answer.ok())
			throw new Error("sign in: " + await answer.text());
		cookies = await context.cookies();
	}
	await context.addCookies(cookies);
}

/* Until the page has asked everything it asks and drawn it. */
export async function go(page, path) {
	await page.goto(path, { waitUntil: "load" });
	await settled(page);
}

export async function settled(page) {
	await page.waitForFunction(() => document.querySelector("h1") &&
		!document.querySelector("[aria-busy=true], .loading"));
}

export async function api(path, options = {}) {
	for (;;) {
		const answer = await fetch(place.full + "/api/v1" + path, {
			...options,
			headers: { Authorization: "Bearer " + place.token,
				   ...options.headers } });
		/* Whoever asks often meets the limit for one address. */
		if (answer.status !== 429)
			return answer.status === 204 ? null : answer.json();
		await new Promise(later => setTimeout(later, 500));
	}
}

const tests = [];
export function test(name, run) {
	tests.push({ name, run });
}

export function equal(found, expected, what = "value") {
	const a = JSON.stringify(found), b = JSON.stringify(expected);
	if (a !== b)
		throw new Error(`${what}: ${a} instead of ${b}`);
}
export function ok(held, what) {
	if (!held)
		throw new Error(what);
}

export async function runAll() {
	const wanted = tests.filter(t => !place.names.length ||
		place.names.some(n => t.name.includes(n)));
	let n = 0, failed = 0;
	for (const { name, run } of wanted) {
		let fault = null;
		try {
			await run();
		} catch (error) {
			fault = error;
		}
		failed += Boolean(fault);
		console.log(`${fault ? "not " : ""}ok ${++n} - ${name}`);
		if (fault)
			for (const line of String(fault.stack).split("\n")
				.slice(0, 12))
				console.log("#   " + line);
		for (const context of browser.contexts())
			await context.close().catch(() => {});
	}
	console.log(`${faults.length ? "not " : ""}ok ${++n} - no request to ` +
		"another host, no error on any console");
	for (const fault of new Set(faults))
		console.log("#   " + fault);
	console.log(`1..${n}`);
	await browser.close();
	return failed || faults.length ? 1 : 0;
}
