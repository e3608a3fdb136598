/* The first hour with an empty server, in this order: setting up, sample data,
 * a domain, its first report (product section 6: 1, 2, 11, 12, 47). */
import { equal, ok, open, place, settled, test } from "./harness.mjs";
import { dmarcReport, until } from "./make.mjs";

const token = place.setup.match(/[\w-]{20,}/)[0];
const DOMAIN = "fersk.example";
/* Whoever set the server up. */
let kept = null;

async function empty(options = {}) {
	const page = await open({ base: place.empty, login: false, ...options });

	if (kept)
		await page.context().addCookies(kept);
	return page;
}
const press = async (page, ...keys) => {
	for (const key of keys)
		await page.keyboard.press(key);
};
/* Tab until the element that is wanted has the focus. */
async function tabTo(page, selector) {
	for (let i = 0; i < 80; i++) {
		await page.keyboard.press("Tab");
		if (await page.evaluate(wanted =>
			document.activeElement?.matches(wanted), selector))
			return;
	}
	throw new Error("the keyboard does not reach " + selector);
}
/* What is told in figures, in words or in red. */
const alarms = page => page.evaluate(() => ({
	zero: document.querySelector("main").innerText.match(/\b0[.,]?0*\s?%/),
	word: document.querySelector("main").innerText.match(/\bfail\w*/i),
	red: [...document.querySelectorAll("main *")].filter(e =>
		e.checkVisibility() && /(tone|ink|notice|share)-(fail|bad)\b/
			.test(e.getAttribute("class") ?? "")).length,
}));

test("a new server leads to its setup, which refuses a wrong token",
     async () => {
	const page = await empty();
	page.expectErrors = /40[013]|422/;
	await page.goto("/reports/dmarc?range=7d");
	await settled(page);
	equal(new URL(page.url()).pathname, "/setup", "path");
	await page.fill("input.mono", "wrong-token-wrong-token");
	await page.fill("[autocomplete=username]", "first");
	await page.fill("[type=password]", place.password);
	await page.click(".button-main");
	await page.waitForSelector("[role=alert]");
	ok((await page.innerText("[role=alert]")).trim().length > 10, "message");
	equal(new URL(page.url()).pathname, "/setup", "still there");
});

test("the keyboard alone sets the server up, once", async () => {
	const page = await empty();
	await page.goto("/setup");
	await settled(page);
	await tabTo(page, "input.mono");
	await page.keyboard.type(token);
	await press(page, "Tab");
	await page.keyboard.type("first");
	await press(page, "Tab");
	await page.keyboard.type(place.password);
	await press(page, "Enter");
	await page.waitForSelector(".shell");
	equal(new URL(page.url()).pathname, "/", "path");
	kept = await page.context().cookies();
	await page.goto("/setup");
	await settled(page);
	equal(new URL(page.url()).pathname, "/", "the second visit");
	// No question of the page may be on its way when the cookie goes.
	await page.goto("about:blank");
	await page.context().clearCookies();
	await page.goto("/setup");
	await page.waitForSelector("[autocomplete=current-password]");
	equal(new URL(page.url()).pathname, "/", "a stranger's visit");
});

test("sample data comes with one click and goes without a trace",
     async () => {
	const page = await empty();
	await page.goto("/");
	await settled(page);
	await page.click(".start button");
	await page.waitForSelector(".kpi", { timeout: 60_000 });
	await page.click(".notice-actions button");
	await page.waitForSelector(".starts", { timeout: 60_000 });
	for (const [path, member] of [["/domains", "domains"],
		["/query?group=source&range=all&trust=any", "rows"],
		["/reports?limit=10", "reports"], ["/failures", "failures"],
		["/tls?range=all&group=result", "rows"],
		["/sources?range=all&trust=any", "sources"]]) {
		const told = await (await page.request.get(
			"/api/v1" + path)).json();
		equal((told[member] ?? []).length, 0, path);
	}
});

test("the keyboard alone adds a domain, and always sees where it is",
     async () => {
	const page = await empty();
	await page.context().grantPermissions(
		["clipboard-read", "clipboard-write"]);
	await page.goto("/domains");
	await settled(page);
	await press(page, "Tab");
	ok(await page.evaluate(() =>
		document.activeElement.matches(".skip")), "skip link first");
	await press(page, "Enter");
	equal(await page.evaluate(() => document.activeElement.id), "main",
	      "skipped to");
	await tabTo(page, "a[href='/domains/add']");
	await press(page, "Enter");
	await page.waitForSelector("textarea");
	await tabTo(page, "textarea");
	await page.keyboard.type(DOMAIN);
	await tabTo(page, ".wizard-foot .button-main");
	await press(page, "Enter");
	await page.waitForURL(`**/${DOMAIN}/purpose`);
	await tabTo(page, "[type=radio]");
	await press(page, "ArrowDown", "ArrowUp");
	await tabTo(page, ".wizard-foot .button-main");
	await press(page, "Enter");
	await page.waitForURL(`**/${DOMAIN}/scan`);
	await page.goto(`/d/${DOMAIN}`);
	await page.waitForSelector(".record");
	await settled(page);
	const lost = [];
	let copied = false;
	for (let i = 0; i < 60; i++) {
		await press(page, "Tab");
		const fault = await page.evaluate(() => {
			const e = document.activeElement;
			const box = e.getBoundingClientRect();
			const style = getComputedStyle(e);
			const top = document.querySelector(".top")
				.getBoundingClientRect().bottom;
			const name = e.outerHTML.slice(0, 80);
			if (e === document.body)
				return null;
			if (parseFloat(style.outlineWidth) < 2 ||
			    style.outlineStyle === "none")
				return "no ring: " + name;
			if (!e.closest(".top, .rail, .skip") &&
			    (box.top < top - 1 || box.bottom > innerHeight + 1))
				return "out of sight: " + name;
			return null;
		});
		if (fault)
			lost.push(fault);
		if (!copied && await page.evaluate(() => document.activeElement
			.matches(".record-grid .code button"))) {
			copied = true;
			await press(page, "Enter");
			await page.waitForFunction(() => [...document
				.querySelectorAll("[role=status]")].some(e =>
				e.textContent === "Copied"));
			const text = await page.evaluate(() =>
				document.activeElement.closest(".code")
					.querySelector("code").textContent);
			equal(await page.evaluate(() =>
				navigator.clipboard.readText()), text, "copy");
		}
	}
	equal(lost, [], "focus");
	ok(copied, "no value was copied");
});

test("a domain without data waits, and nothing looks like a failure",
     async () => {
	const page = await empty();
	for (const path of ["/", "/domains", "/d/" + DOMAIN,
			    `/domains/add/${DOMAIN}/first-report`, "/sources",
			    "/reports/dmarc", "/reports/tls",
			    "/reports/spoofing"]) {
		await page.goto(path);
		await settled(page);
		const told = await alarms(page);
		/* The name of a page is no judgement. */
		equal([told.zero, told.red], [null, 0], path);
		if (["/", "/domains", "/d/" + DOMAIN].includes(path))
			equal(told.word, null, path);
	}
	await page.goto(`/domains/add/${DOMAIN}/first-report`);
	await settled(page);
	await page.locator(".wizard-foot .button-main").click();
	await page.waitForURL("**/d/" + DOMAIN);
	await page.goto("/domains");
	await settled(page);
	ok((await page.innerText("[data-row]")).includes(
		"Waiting for the first report"), "waiting");
});

test("a report of no message changes no share", async () => {
	const page = await empty();
	const session = await (await page.request.get("/api/v1/session")).json();
	const answer = await page.request.post("/api/v1/reports", {
		headers: { "X-Waxseal-CSRF": session.csrf,
			   "Content-Type": "application/xml" },
		data: Buffer.from(dmarcReport({ domain: DOMAIN, records: [
			{ ip: "192.0.2.25", count: 0, dkim: "fail",
			  spf: "fail" }] })) });
	ok(answer.ok(), await answer.text());
	await until(async () => (await (await page.request.get(
		"/api/v1/overview")).json()).any_reports, "the report");
	for (const path of ["/", "/domains", "/d/" + DOMAIN]) {
		await page.goto(path);
		await settled(page);
		const told = await alarms(page);
		equal([told.zero, told.red], [null, 0], path);
	}
});
