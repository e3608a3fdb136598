/* Explore and the pages of reports (product section 6: 14-21, 24-28). */
import { api, equal, go, ok, open, settled, test } from "./harness.mjs";

const RANGE = "range=90d";
const EXPLORE = `/reports/dmarc?${RANGE}`;

async function largest() {
	const { rows } = await api(`/query?${RANGE}&group=domain`);
	return rows[0].key;
}
const sentence = async page => Number(await page.getAttribute(
	".explore-sentence", "data-messages"));
const param = (page, name) => new URL(page.url()).searchParams.getAll(name);
/* Names that useId made differ from page to page. */
const tableOf = page => page.$eval(".table", table => table.outerHTML);
const numbers = text => Number(text.replace(/\D/g, ""));

test("the seven views have the same total, that of the question", async () => {
	const domain = await largest();
	const { totals } = await api(
		`/query?${RANGE}&group=result&domain=${domain}`);
	const page = await open();
	for (const view of ["group=result", "group=source", "group=org",
			    "group=host", "group=country", "view=map",
			    "view=detail"]) {
		await go(page, `${EXPLORE}&domain=${domain}&${view}`);
		equal(await sentence(page), totals.messages, view);
		/* Without country data the map says so, and offers networks. */
		ok(await page.locator("[data-row]").count() > 0 ||
		   view === "view=map" &&
		   await page.locator("main a[href*='group=asn']").count() > 0,
		   view);
	}
});

test("a host name that does not lead back is marked", async () => {
	const domain = await largest(), page = await open();
	await page.route(/api\/v1\/query/, async route => {
		const answer = await route.fetch();
		const told = await answer.json();
		const one = told.rows[0] ?? told.totals;
		await route.fulfill({ response: answer, json: { ...told, rows: [
			{ ...one, key: "a.example", confirmed: true },
			{ ...one, key: "b.example", confirmed: false },
			{ ...one, key: null, confirmed: null }] } });
	});
	await go(page, `${EXPLORE}&domain=${domain}&group=host`);
	const rows = page.locator("[data-row]");
	equal(await rows.count(), 3, "rows");
	equal(await page.locator("[data-row] .explore-name .sub").count(), 1);
	ok((await rows.nth(1).textContent()).includes("not confirmed"));
});

test("the rows of a view add up to its total", async () => {
	const page = await open();
	for (const view of ["result", "org"]) {
		await go(page, `${EXPLORE}&group=${view}`);
		const cells = await page.$$eval(
			"[data-row] > td:nth-child(2)", all =>
				all.map(cell => cell.textContent));
		equal(cells.reduce((sum, text) => sum + numbers(text), 0),
		      await sentence(page), view);
	}
});

test("five filters in the URL give the same table in a new session",
     async () => {
	const domain = await largest();
	const path = `${EXPLORE}&group=source&domain=${domain}` +
		"&result=fail&class=blocked&class=unrecognised&spf=fail";
	const one = await open(), two = await open();
	await go(one, path);
	await go(two, one.url());
	equal(await tableOf(two), await tableOf(one), "table");
	await one.click(".chip-close >> nth=0");
	await settled(one);
	const without = one.url();
	await one.goBack();
	await settled(one);
	equal(one.url(), two.url(), "back");
	equal(await tableOf(one), await tableOf(two), "table after back");
	await one.goForward();
	await settled(one);
	equal(one.url(), without, "forward");
});

test("filters and days stay from Reports to Sources and back", async () => {
	const domain = await largest();
	const page = await open();
	await go(page, `${EXPLORE}&domain=${domain}&result=fail`);
	for (const path of ["/sources", "/reports/dmarc"]) {
		await page.click(`nav a[href^="${path}?"] >> nth=0`);
		await settled(page);
		equal([param(page, "domain"), param(page, "range"),
		       param(page, "result")], [[domain], ["90d"], ["fail"]],
		      path);
	}
});

test("Failures only leaves no row that passed", async () => {
	const domain = await largest();
	const page = await open();
	await go(page, `${EXPLORE}&group=result`);
	equal(await page.locator("[data-row]").count(), 2, "results");
	await page.locator("label.switch").click();
	await settled(page);
	equal(param(page, "result"), ["fail"], "result");
	equal(await page.$$eval("[data-row]", all =>
		all.map(row => row.dataset.row)), ["fail"], "rows");
	await go(page, `${EXPLORE}&failures=true&view=detail&domain=${domain}`);
	equal(param(page, "result"), ["fail"], "of failures=true");
	ok(await page.locator("[data-row]").count() > 0, "no rows");
	equal(await page.locator("[data-row] .tone-ok").count(), 0, "passed");
});

test("Failures only works inside one report", async () => {
	const { reports } = await api("/reports?kind=dmarc&limit=200&range=90d");
	const mixed = reports.find(r => r.passed > 0 && r.passed < r.messages);
	const page = await open();
	await go(page, `/reports/dmarc/${mixed.id}`);
	const all = await page.locator("[data-row]").count();
	equal(all, mixed.records, "rows");
	await page.locator("label.switch").click();
	await settled(page);
	const left = await page.locator("[data-row]").count();
	ok(left > 0 && left < all, `${left} of ${all}`);
});

test("a segment, a name, a figure and the legend narrow the view", async () => {
	const page = await open();
	await go(page, `${EXPLORE}&group=source`);
	await page.locator(".bar-ok").first().click();
	await settled(page);
	equal([param(page, "class"), param(page, "result")],
	      [["own"], ["pass"]], "segment");
	ok(param(page, "from")[0] && param(page, "from")[0] ===
		param(page, "to")[0], "one day");
	ok(await page.locator(".chip").count() >= 2, "chips");
	await go(page, `${EXPLORE}&group=source`);
	const key = await page.getAttribute("[data-row]", "data-row");
	await page.click("[data-row] .cell-link >> nth=0");
	await settled(page);
	equal(param(page, "source"), [key], "name");
	await page.click(".chip-close");
	await settled(page);
	equal(param(page, "source"), [], "removed");
	await page.click(".legend button >> nth=3");
	await settled(page);
	equal(param(page, "class"), ["unrecognised"], "legend");
});

test("the three empty states differ, and their buttons help", async () => {
	const page = await open();
	await go(page, "/reports/dmarc?from=2001-01-01&to=2001-01-31");
	const range = await page.innerText(".empty h2");
	await page.click(".empty .button-main");
	await settled(page);
	equal(param(page, "range"), ["all"], "widened");
	ok(await sentence(page) > 0, "nothing after widening");
	await go(page, `${EXPLORE}&source=nobody-at-all&class=own`);
	const filters = await page.innerText(".empty h2");
	await page.click(".empty .button-main");
	await settled(page);
	equal([param(page, "source"), param(page, "class")], [[], []],
	      "cleared");
	ok(await sentence(page) > 0, "nothing after clearing");
	await page.route(/api\/v1\/(query|days|reports)/, async route => {
		const answer = await route.fetch();
		const told = await answer.json();
		const none = Object.fromEntries(Object.keys(told.totals ?? {})
			.map(name => [name, 0]));
		await route.fulfill({ response: answer, json: { ...told,
			rows: [], days: [], reports: [], totals: none } });
	});
	await go(page, EXPLORE);
	const never = await page.innerText(".empty h2");
	ok((await page.getAttribute(".empty .button-main", "href"))
		.startsWith("/domains/add"), "button");
	equal(new Set([range, filters, never]).size, 3, "different");
});

test("what needs one domain asks for it", async () => {
	const page = await open();
	for (const view of ["group=host", "view=detail", "group=ip",
			    "group=selector", "group=from_domain"]) {
		await go(page, `${EXPLORE}&${view}`);
		equal(await page.locator("[role=alert]").count(), 0, view);
		await page.click(".choose-domain li a >> nth=0");
		await settled(page);
		equal(param(page, "domain").length, 1, view);
		ok(await sentence(page) > 0, view);
	}
});

test("one click shows what Microsoft's mailboxes see, and how", async () => {
	const page = await open();
	await go(page, EXPLORE);
	const all = await sentence(page);
	await page.click(".preset");
	await settled(page);
	equal(param(page, "preset"), ["microsoft"], "preset");
	const told = await api(`/query?${RANGE}&group=result&preset=microsoft`);
	equal(await page.getAttribute("[data-preset]", "data-preset"),
	      told.query.preset_by, "how");
	equal(await sentence(page), told.totals.messages, "messages");
	ok(told.totals.messages < all, "not narrowed");
});

test("sorting is said, page two keeps the filters", async () => {
	const page = await open();
	await go(page, `${EXPLORE}&group=source&class=unrecognised` +
		"&class=blocked");
	const sorted = () => page.$$eval("th[aria-sort]", all => all
		.filter(th => th.ariaSort !== "none")
		.map(th => [th.textContent, th.ariaSort]));
	equal(await sorted(), [["Messages", "descending"]], "at first");
	await page.click("th button:has-text('Messages')");
	await settled(page);
	equal(await sorted(), [["Messages", "ascending"]], "turned");
	const next = page.locator(".pager a", { hasText: "Next" });
	if (await next.count() === 0)
		return;
	const first = await tableOf(page);
	await next.click();
	await settled(page);
	equal(param(page, "class"), ["unrecognised", "blocked"], "filters");
	ok(await tableOf(page) !== first, "the same page");
	equal(await sorted(), [["Messages", "ascending"]], "on page two");
});

test("chosen columns are still chosen after a reload", async () => {
	const page = await open();
	await go(page, `${EXPLORE}&group=country`);
	const heads = () => page.locator(".table th[scope=col]").allInnerTexts();
	await page.click(".columns .menu-button");
	const usual = page.locator("button:has-text('Usual columns')");
	if (await usual.count())
		await usual.click();
	const before = await heads();
	await page.click(".menu-check:has-text('First seen')");
	await settled(page);
	await page.reload();
	await settled(page);
	equal((await heads()).length, before.length + 1, "columns");
	await page.click(".columns .menu-button");
	await usual.click();
	await settled(page);
	equal(await heads(), before, "usual columns");
});

test("the chart has a name, a summary and the same numbers as a table",
     async () => {
	const page = await open();
	await go(page, EXPLORE);
	ok(await page.getAttribute("figure.chart", "aria-label"), "name");
	const summary = await page.getAttribute(".chart-canvas", "aria-label");
	const { days } = await api(`/days?${RANGE}`);
	const passed = days.reduce((sum, day) => sum + day.own_passed, 0);
	ok(summary.includes(passed.toLocaleString("en-GB")), summary);
	ok((await page.innerText(".chart-note")).includes("UTC"), "UTC");
	await page.click("button:has-text('Show as table')");
	const sums = await page.$$eval("figure .table tbody tr", all =>
		all.map(row => row.lastElementChild.textContent));
	equal(sums.map(numbers), days.map(day => day.messages), "days");
});

test("the time zone moves no day", async () => {
	const seen = [];
	for (const timezoneId of ["Asia/Tokyo", "Europe/Oslo"]) {
		const page = await open({ timezoneId });
		await go(page, EXPLORE);
		await page.click("button:has-text('Show as table')");
		seen.push(await page.innerText("figure .table"));
	}
	equal(seen[0], seen[1], "days");
});

test("the map stands beside its table, or says why it cannot", async () => {
	const page = await open();
	const { rows } = await api(`/query?${RANGE}&group=country`);
	const known = rows.filter(row => row.key !== null);
	await go(page, `${EXPLORE}&view=map`);
	if (known.length === 0) {
		ok(await page.isVisible(".empty a.button"), "explanation");
		return;
	}
	await page.waitForSelector(".map .dot");
	equal(await page.locator("[data-row]").count(), rows.length, "rows");
	ok((await page.innerText(".map-card")).includes("not the sender"),
	   "note");
	await page.locator(".map .dot").last().click({ force: true });
	await settled(page);
	equal(param(page, "country").length, 1, "dot");
});

test("exports hold the rows of the screen", async () => {
	const page = await open();
	await go(page, `${EXPLORE}&group=org&result=fail`);
	await page.click(".export-menu .menu-button");
	const [csv, , json] = await page.$$eval(".menu-panel a", all =>
		all.map(a => a.getAttribute("href")));
	const keys = await page.$$eval("[data-row]", all =>
		all.map(row => row.dataset.row));
	const text = await (await page.request.get(csv)).text();
	equal(text.trim().split("\r\n").length - 1, keys.length, "CSV rows");
	const told = await (await page.request.get(json)).json();
	equal(told.rows.map(row => row.key), keys, "JSON rows");
	ok(told.schema && told.query.result, "schema and query");
});

test("TLS totals are those of the reports, by result and by sender",
     async () => {
	const { totals, rows } = await api(`/tls?${RANGE}&group=result`);
	const page = await open();
	await go(page, `/reports/tls?${RANGE}`);
	const sum = name => page.getAttribute(".explore-sentence", name);
	equal([Number(await sum("data-sessions")),
	       Number(await sum("data-failed"))],
	      [totals.sessions, totals.failed], "totals");
	equal(await page.$$eval("[data-result]", all => all.map(one =>
		[one.dataset.result, Number(one.dataset.failed)]).sort()),
	      rows.filter(row => row.failed).map(row =>
		[row.key, row.failed]).sort(), "results");
	await go(page, `/reports/tls?${RANGE}&group=org`);
	const sessions = await page.$$eval("[data-row] > td:nth-child(2)", all =>
		all.map(cell => cell.textContent));
	equal(sessions.reduce((n, text) => n + numbers(text), 0),
	      totals.sessions, "by sender");
});

const TLS = JSON.stringify({
	"organization-name": "Test Sender",
	"date-range": { "start-datetime": "2026-01-05T00:00:00Z",
			"end-datetime": "2026-01-05T23:59:59Z" },
	"contact-info": "tls@sender.example",
	"report-id": "waxseal-browser-test",
	policies: [{ policy: { "policy-type": "sts",
			       "policy-domain": "fjordbakeri.example" },
		     summary: { "total-successful-session-count": 5,
				"total-failure-session-count": 1 },
		     "failure-details": [{
			"result-type": "certificate-expired",
			"receiving-mx-hostname": "mx1.fjordbakeri.example",
			"failed-session-count": 1 }] }],
});
const file = (name, text) =>
	({ name, mimeType: "application/octet-stream",
	   buffer: Buffer.from(text) });

async function upload(page, ...files) {
	await page.setInputFiles("input[type=file]", files);
	await page.waitForFunction(count => document.querySelectorAll(
		".upload-list [data-state=done]").length === count,
		files.length, { timeout: 20_000 });
	return page.locator(".upload-list li").allInnerTexts();
}

test("an upload is read, known the second time, and kept to the byte",
     async () => {
	const page = await open();
	await go(page, "/reports/inbox");
	await upload(page, file("tls.json", TLS));
	await go(page, "/reports/inbox");
	const [again] = await upload(page, file("tls.json", TLS));
	ok(again.includes("Known already"), again);
	await page.click(".upload-list a");
	await settled(page);
	ok(page.url().includes("/reports/tls/"), page.url());
	const told = await page.innerText("main");
	for (const part of ["certificate-expired", "mx1.fjordbakeri.example",
			    "Test Sender"])
		ok(told.includes(part), part);
	const raw = await page.getAttribute("a[download]", "href");
	equal(await (await page.request.get(raw)).text(), TLS, "raw");
});

test("what cannot be read stands on the intake page with its reason",
     async () => {
	const page = await open();
	await go(page, "/reports/inbox");
	const [told] = await upload(page, file("broken.xml",
		"<?xml version=\"1.0\"?><feedback><report_metadata><org_name>x"));
	ok(told.includes("Could not be read"), told);
	await go(page, "/reports/inbox?status=rejected");
	const row = page.locator("[data-row]").first();
	ok((await row.innerText()).includes("broken.xml"), "file name");
	ok(await row.locator(".reason .raw").count() === 1, "code");
});
