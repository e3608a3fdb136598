/* What people say and choose: whose a source is, kept views, language, theme,
 * keys (product section 6: 13, 22, 23, 29, 43, 44, 48, 50, 51). */
import { domainToASCII } from "node:url";
import { api, equal, go, ok, open, place, settled, test } from
	"./harness.mjs";
import { bring, dmarcReport, until } from "./make.mjs";

const domain = "fjordbakeri.example";
const kpis = page => page.locator(".kpi").allInnerTexts();
const numbers = text => Number(text.replace(/\D/g, ""));

/* Somebody else: what they choose stays with their account. */
let reader = null;
async function openReader(options = {}) {
	const page = await open({ login: false, ...options });

	if (!reader) {
		await api("/users", { method: "POST", body: JSON.stringify({
			name: "leser", password: place.password,
			role: "viewer" }),
			headers: { "Content-Type": "application/json" } });
		const answer = await page.request.post("/api/v1/session", {
			data: { name: "leser", password: place.password } });
		ok(answer.ok(), await answer.text());
		reader = await page.context().cookies();
	}
	await page.context().addCookies(reader);
	return page;
}
async function change(page, what) {
	const { csrf } = await (await page.request.get(
		"/api/v1/session")).json();
	const answer = await page.request.patch("/api/v1/me", { data: what,
		headers: { "X-Waxseal-CSRF": csrf } });
	ok(answer.ok(), await answer.text());
}

test("a thousand stopped forgeries leave the share of our own mail alone",
     async () => {
	const page = await open();
	await go(page, `/?range=30d&domain=${domain}`);
	const before = await api(`/overview?range=30d&domain=${domain}`);
	const [own] = await kpis(page);
	await bring(dmarcReport({ domain, records: [
		{ ip: "192.0.2.66", count: 1000, dkim: "fail", spf: "fail",
		  disposition: "reject" }] }));
	await until(async () => (await api(
		`/overview?range=30d&domain=${domain}`)).totals.blocked ===
		before.totals.blocked + 1000, "the thousand");
	await go(page, `/?range=30d&domain=${domain}`);
	const [still, blocked] = await kpis(page);
	equal(still, own, "our own mail");
	equal(numbers(blocked.match(/[\d,]{2,}/)[0]),
	      before.totals.blocked + 1000, "blocked");
	const { own: all, own_passed: passed } = before.totals;
	ok(own.includes(`${Math.floor(passed / all * 1000) / 10}`.slice(0, 2)),
	   own);
});

test("a key says whose a source is, the figures follow, Undo takes it back",
     async () => {
	const page = await open();
	await go(page, "/sources?tab=new&range=30d");
	await page.evaluate(() => { globalThis.sameVisit = true; });
	const counts = () => page.$$eval(".tab-count", all =>
		all.map(one => Number(one.textContent.replace(/\D/g, ""))));
	const { sources } = await api("/sources?range=30d");
	const wanted = sources.filter(one => one.triage === null &&
		one.unrecognised > 0).sort((a, b) =>
		b.unrecognised - a.unrecognised)[0];
	const [fresh, ours] = await counts();
	await page.click("nav a[href^='/?'] >> nth=0");
	await page.waitForSelector(".kpi");
	const before = await kpis(page);
	await page.goBack();
	await settled(page);
	await page.click(`[data-row="${wanted.slug}"] td >> nth=1`,
		{ position: { x: 2, y: 2 } });
	await page.keyboard.press("o");
	await page.waitForSelector(".toast-undo");
	await page.waitForFunction(was => document.querySelector(".tab-count")
		.textContent.replace(/\D/g, "") !== String(was), fresh);
	equal((await counts()).slice(0, 2), [fresh - 1, ours + 1], "tabs");
	await page.click("nav a[href^='/?'] >> nth=0");
	const told = want => page.waitForFunction(([was, same]) => {
		const now = [...document.querySelectorAll(".kpi")]
			.map(e => e.innerText);
		return now.length > 0 && (now.join() === was.join()) === same;
	}, [before, want], { timeout: 10_000 });
	await told(false);
	await page.keyboard.press("z");
	await told(true);
	ok(await page.evaluate(() => globalThis.sameVisit), "reloaded");
	const after = (await api("/sources?range=30d")).sources
		.find(one => one.slug === wanted.slug);
	equal(after.triage, null, "taken back");
});

test("signed mail from elsewhere is likely forwarded, with its evidence",
     async () => {
	const { sources } = await api(`/sources?range=90d&domain=${domain}`);
	const one = sources.filter(s => s.forwarded > 0 && s.triage === null)
		.sort((a, b) => b.forwarded - a.forwarded)[0];
	const question = `/query?range=90d&domain=${domain}` +
		`&group=class&source=${encodeURIComponent(one.slug)}`;
	const page = await open();
	await go(page, `/reports/dmarc?range=90d&domain=${domain}` +
		`&view=detail&class=forwarded&source=` +
		encodeURIComponent(one.slug));
	const row = await page.innerText("[data-row] >> nth=0");
	ok(row.includes("Likely forwarded"), row);
	await go(page, `/sources/${encodeURIComponent(one.slug)}` +
		"?range=90d");
	equal(await page.innerText(".pairs .raw"), one.evidence, "evidence");
	await page.click(".choice:has-text('Ours')");
	await page.waitForSelector(".choice[aria-pressed=true]");
	const classes = async () => (await api(question)).rows
		.map(each => each.key);
	await until(async () => !(await classes()).includes("forwarded"),
		"the judgement");
	const { reports } = await api(
		`/reports?limit=1&range=90d&domain=${domain}&kind=dmarc`);
	const raw = await page.request.get(`/api/v1/reports/${reports[0].id}/raw`);
	await api("/reports", { method: "POST", body: await raw.body(),
		headers: { "Content-Type": "application/octet-stream" } });
	await api(`/reports/${reports[0].id}/reparse`, { method: "POST" });
	await until(async () => (await api("/intake?limit=1")).items[0]
		.outcome !== null, "the second import");
	await page.reload();
	await page.waitForSelector(".choice[aria-pressed=true]");
	ok((await page.innerText(".choice[aria-pressed=true]"))
		.startsWith("Ours"), "judgement");
	equal((await classes()).includes("forwarded"), false, "class");
	await page.click(".choice[aria-pressed=true]");
	await page.waitForSelector(".choice[aria-pressed=true]",
		{ state: "detached" });
});

test("a view is kept, renamed, shared and removed; a viewer only reads it",
     async () => {
	const page = await open();
	const url = "/reports/dmarc?range=90d&group=org&result=fail";
	const menu = ".views-menu .menu-button";
	await go(page, url);
	await page.click(menu);
	await page.fill(".save-view [type=text]", "Failing by sender");
	await page.check(".save-view label:has-text('Visible') input");
	await page.click(".save-view .button-main");
	await page.waitForSelector(".rail-link:has-text('Failing by sender')");
	await page.click(menu);
	await page.click(".menu-item:has-text('Manage')");
	await page.fill(".view-list input[type=text]", "Who fails");
	await page.press(".view-list input[type=text]", "Tab");
	await page.waitForSelector(".rail-link:has-text('Who fails')");

	const other = await openReader();
	await go(other, "/reports/dmarc");
	await other.click(menu);
	await other.click(".menu-item:has-text('Who fails')");
	await settled(other);
	equal(new URL(other.url()).search, new URL(page.url()).search, "URL");
	await other.click(menu);
	equal(await other.locator(".save-view, .menu-item:has-text('Manage')")
		.count(), 0, "what a viewer may change");
	const { views } = await (await other.request.get("/api/v1/views"))
		.json();
	const { csrf } = await (await other.request.get("/api/v1/session"))
		.json();
	const refused = await other.request.patch(
		`/api/v1/views/${views[0].id}`, { data: { name: "Mine" },
			headers: { "X-Waxseal-CSRF": csrf } });
	equal(refused.status(), 403, "a viewer's change");

	await page.click(".view-list label:has-text('Pinned') input");
	await page.waitForSelector(".rail-link:has-text('Who fails')",
		{ state: "detached" });
	await page.click(".view-list .button-danger");
	await page.click(".dialog-foot .button-danger");
	await page.waitForSelector("dialog[open] .dialog-foot",
		{ state: "detached" });
	equal((await api("/views")).views.length, 0, "left");
});

test("another language keeps the address, the filters and the place",
     async () => {
	const page = await openReader({ viewport: { width: 1280, height: 420 } });
	await go(page, "/reports/dmarc?range=90d&group=source&class=blocked" +
		"&class=unrecognised");
	await page.evaluate(() => scrollTo(0, 260));
	const before = [page.url(), await page.evaluate(() => scrollY)];
	const chips = await page.locator(".chip").count();
	ok(before[1] > 100 && chips > 0, "nothing to keep");
	for (const lang of ["nb", "ja", "en"]) {
		/* The browser's driver would scroll to what it clicks. */
		await page.dispatchEvent(".top-end .menu-button >> nth=0",
			"click");
		await page.dispatchEvent(`.menu-item:has(span[lang=${lang}])`,
			"click");
		await page.waitForFunction(wanted =>
			document.documentElement.lang === wanted, lang);
		await settled(page);
		equal(page.url(), before[0], "address in " + lang);
		const at = await page.evaluate(() => scrollY);
		ok(Math.abs(at - before[1]) < 80, `${lang}: at ${at}`);
		equal(await page.locator(".chip").count(), chips, "chips");
	}
	await change(page, { language: null });
});

test("numbers, days and names are those of the language", async () => {
	const { totals } = await api(`/query?range=90d&group=result`);
	for (const [locale, group, share, day] of [
		["nb-NO", "\u00a0", /^\d{1,3}(,\d+)?\u00a0%$/,
		 /^\d\d\.\d\d\.\d{4}$/],
		["ja-JP", ",", /^\d{1,3}(\.\d+)?%$/, /^\d{4}\/\d\d\/\d\d$/]]) {
		const page = await open({ locale });
		await go(page, "/reports/dmarc?range=90d&group=source");
		const text = String(totals.messages).replace(
			/\B(?=(\d{3})+$)/g, group);
		ok((await page.innerText(".explore-sentence")).includes(text),
		   `${locale}: ${text}`);
		ok(share.test(await page.textContent(".share .num >> nth=0")),
		   await page.textContent(".share .num >> nth=0"));
		const { sources } = await api("/sources?range=90d");
		await go(page, `/sources/${encodeURIComponent(
			sources[0].slug)}?range=90d`);
		const days = await page.locator(".pairs dd").allInnerTexts();
		ok(days.some(one => day.test(one)), days.join(" | "));
	}
});

test("Norwegian puts æ, ø and å last", async () => {
	const names = ["zoo.example", "åre.example", "ære.example",
		       "øst.example", "aas.example", "bær.example"];
	const page = await open({ locale: "nb-NO" });
	await page.route(/api\/v1\/domains(\?|$)/, async route => {
		const answer = await route.fetch();
		const told = await answer.json();
		await route.fulfill({ response: answer, json: { ...told,
			domains: names.map(name => ({ ...told.domains[0],
				domain: domainToASCII(name) })) } });
	});
	await go(page, "/domains");
	equal(await page.$$eval("[data-row] th a", all =>
		all.map(a => a.textContent)),
	      /* "aa" is an old way to write "å". */
	      ["bær.example", "zoo.example", "ære.example", "øst.example",
	       "åre.example", "aas.example"], "order");
});

test("a theme stays, and is there before the first paint", async () => {
	const page = await openReader({ colorScheme: "light" });
	await change(page, { language: null });
	await go(page, "/settings");
	await page.click(".top-end .menu-button >> nth=1");
	await page.click(".menu-item:has-text('Dark')");
	const paper = () => page.evaluate(() =>
		getComputedStyle(document.body).backgroundColor);
	equal(await paper(), "rgb(18, 23, 30)", "dark");
	/* Without its script the page shows what was there before it. */
	await page.route(/\/assets\/main/, route => route.abort());
	page.expectErrors = /./;
	await page.reload({ waitUntil: "domcontentloaded" });
	equal(await paper(), "rgb(18, 23, 30)", "at once");
	await page.unroute(/\/assets\/main/);
	await page.reload();
	await settled(page);
	equal(await page.getAttribute("html", "data-theme"), "dark", "kept");
	await page.click(".top-end .menu-button >> nth=1");
	await page.click(".menu-item:has-text('System')");
	equal(await paper(), "rgb(251, 250, 247)", "as the system");
	await page.emulateMedia({ colorScheme: "dark" });
	equal(await paper(), "rgb(18, 23, 30)", "with the system");
	await change(page, { settings: {} });
});

/* WCAG 2.2, relative luminance. */
function contrast(a, b) {
	const light = hex => [1, 3, 5].map(i =>
		parseInt(hex.slice(i, i + 2), 16) / 255)
		.map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
	const [dark, bright] = [light(a), light(b)].sort((x, y) => x - y);
	return (bright + 0.05) / (dark + 0.05);
}

test("every fill of a chart stands out from what is behind it", async () => {
	for (const colorScheme of ["light", "dark"]) {
		const page = await open({ colorScheme });
		await go(page, "/reports/dmarc?range=90d");
		const token = await page.evaluate(() => {
			const style = getComputedStyle(document.documentElement);
			return Object.fromEntries(["surface", "ok", "fail",
				"quarantined", "rejected", "forwarded", "none"]
				.map(name => [name, style.getPropertyValue(
					"--" + name).trim()]));
		});
		for (const [name, fill] of Object.entries(token))
			if (name !== "surface")
				ok(contrast(fill, token.surface) >= 3,
				   `${colorScheme} ${name} ${fill}: ` +
				   contrast(fill, token.surface).toFixed(2));
	}
});

test("forced colours keep icons and borders", async () => {
	const page = await open({ forcedColors: "active" });
	for (const path of ["/", "/domains", "/reports/dmarc?group=source"]) {
		await go(page, path);
		const faults = await page.evaluate(() => {
			const paper = getComputedStyle(document.body)
				.backgroundColor;
			return [...document.querySelectorAll(
				"main .icon, main .sign")]
				.filter(e => e.checkVisibility())
				.map(e => getComputedStyle(e))
				.filter(s => s.color === paper).length +
				[...document.querySelectorAll("main .card," +
					"main .kpi, main .button")]
				.filter(e => e.checkVisibility())
				.map(e => getComputedStyle(e))
				.filter(s => parseFloat(s.borderTopWidth) < 1 &&
					parseFloat(s.borderBottomWidth) < 1)
				.length;
		});
		equal(faults, 0, path);
	}
});

test("without colours every status has its sign and its word", async () => {
	const page = await open();
	let seen = 0;
	for (const path of ["/", "/domains", `/d/${domain}`,
			    "/reports/dmarc?range=90d&group=result",
			    `/reports/dmarc?range=90d&view=detail&domain=${domain}`,
			    "/reports/inbox"]) {
		await go(page, path);
		const all = await page.$$eval(".status, .policy", nodes =>
			nodes.filter(e => e.checkVisibility()).map(e =>
				[e.textContent.trim(), e.querySelector("svg")
					?.getBoundingClientRect().width ?? 0]));
		seen += all.length;
		equal(all.filter(([text, width]) => !text || width < 10), [],
		      path);
	}
	ok(seen > 30, `only ${seen} seen`);
	/* A fill of the chart has a neighbour of the same grey, not its name. */
	await go(page, "/reports/dmarc?range=90d");
	const legend = await page.locator(".legend button").allInnerTexts();
	equal(new Set(legend).size, legend.length, "names");
	ok(legend.every(name => name.trim()), "unnamed");
});

test("? lists the keys, gives the focus back, and switches them off",
     async () => {
	const page = await openReader();
	await go(page, "/domains");
	const opener = "[aria-label='Help'], .top-end .icon-button >> nth=0";
	await page.locator(opener).first().focus();
	await page.keyboard.press("Enter");
	await page.waitForSelector("dialog[open] .key-list");
	ok(await page.locator(".key-list div").count() > 10, "keys");
	await page.keyboard.press("Escape");
	await page.waitForSelector("dialog", { state: "detached" });
	equal(await page.evaluate(() =>
		document.activeElement.classList.contains("icon-button")), true,
	      "focus");
	await page.keyboard.press("?");
	await page.waitForSelector("dialog[open]");
	await page.click("dialog .switch");
	await page.keyboard.press("Escape");
	await page.keyboard.press("?");
	await page.keyboard.press("g");
	await page.keyboard.press("s");
	equal([await page.locator("dialog").count(),
	       new URL(page.url()).pathname], [0, "/domains"], "switched off");
	await change(page, { settings: {} });
});
