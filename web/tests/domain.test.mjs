/* The pages of one domain: what is wrong with it, down to the record to copy,
 * and its TLS reports. The domains are in the zones of
 * tests/e2e/browser.py. */
import { execFileSync } from "node:child_process";
import { unsaid, violations } from "./axe.mjs";
import { api, equal, go, ok, open, place, settled, test } from
	"./harness.mjs";
import { bring, dmarcReport } from "./make.mjs";

const DOMAIN = "broken.example";
const ZONE = "shop.example"; // a zone of its own
const json = (method, body) => ({ method, body: JSON.stringify(body),
	headers: { "Content-Type": "application/json" } });

/* What the command says about it: records by code. */
function told() {
	let out;
	try {
		out = execFileSync(place.program, ["check", DOMAIN, "--json",
			...place.lab], { encoding: "utf8" });
	} catch (error) {
		out = error.stdout; // exit code 1: something is wrong
	}
	return Object.fromEntries(JSON.parse(out).findings.map(one =>
		[one.code, one.record]));
}

/* It has reports, and is in the account or not, for as long as that lasts. */
async function withReports(domain, registered, run) {
	await bring(dmarcReport({ domain, records: [
		{ ip: "192.0.2.1", count: 3, dkim: "fail", spf: "pass" }] }));
	const add = () => api("/domains", json("POST", { domains: [domain],
		purpose: "people" }));
	if (registered)
		await add();
	try {
		await run();
	} finally {
		if (!registered)
			await add();
		await api(`/domains/${domain}?data=true`,
			  { method: "DELETE" });
	}
}

const task = (page, title) => page.locator(".task", { hasText: title });
const part = (one, name) => one.locator(`[data-part=${name}]`);

async function copied(page, one, name) {
	const at = part(one, name);

	await at.locator("button").click();
	await at.locator("[role=status]", { hasText: "Copied" }).waitFor(
		{ state: "attached" });
	return page.evaluate(() => navigator.clipboard.readText());
}

/* All of it unfolded, on a small dark screen. */
async function unfolded(locale) {
	const page = await open({ locale, bypassCSP: true,
		colorScheme: "dark", viewport: { width: 375, height: 800 } });
	await go(page, "/d/" + DOMAIN);
	await page.waitForSelector(".tasks", { timeout: 60_000 });
	await page.$$eval(".tasks details", all => all.forEach(one => {
		one.open = true;
	}));
	equal(await violations(page), [], locale);
	equal(await unsaid(page), null, locale);
	ok(await page.evaluate(() => document.documentElement.scrollWidth <=
		document.documentElement.clientWidth), locale + ": too wide");
	await page.context().close();
}

test("a broken domain's page unfolds the record: two clicks to copied",
     () => withReports(DOMAIN, false, async () => {
	const page = await open();
	await page.context().grantPermissions(["clipboard-read",
					       "clipboard-write"]);
	await go(page, "/d/" + DOMAIN);
	await page.waitForSelector(".tasks", { timeout: 60_000 });
	const records = told();
	const path = page.url();
	const began = Date.now();
	const rpt = task(page, "asks nobody for TLS reports");
	equal(await rpt.getAttribute("open"), null, "folded");
	await rpt.locator("> summary").click();
	const record = records["tlsrpt.nxdomain"];
	equal(await copied(page, rpt, "value"), record.value, "value");
	ok(Date.now() - began < 60_000, "within a minute");
	equal(page.url(), path, "the same page");
	for (const [name, value] of [["name", record.name],
		["host", "_smtp._tls"], ["type", "TXT"], ["ttl", "3600"]])
		equal(await copied(page, rpt, name), value, name);
	for (const one of [".found-why", ".found-fix"])
		ok((await rpt.locator(one).innerText()).length > 20, one);
	/* The keyboard does the same. */
	const dmarc = task(page, "pct: removed from DMARC");
	await dmarc.locator("> summary").focus();
	await page.keyboard.press("Enter");
	await dmarc.locator(".task-about").waitFor();
	for (let i = 0; i < 20 && !await part(dmarc, "value")
		.locator("button:focus").count(); i++)
		await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await page.waitForFunction(() => document.activeElement.closest(
		".copy").querySelector("[role=status]").textContent);
	equal(await page.evaluate(() => navigator.clipboard.readText()),
	      records["dmarc.obsolete_tags"].value, "by keyboard");
	/* So does the strip: what is broken unfolds below it. */
	await page.click(".strip a[href='#part-mta-sts']");
	await page.locator("#part-mta-sts .found-why").waitFor();
	equal(new URL(page.url()).pathname, "/d/" + DOMAIN, "still here");
	for (const locale of ["en-GB", "ja-JP", "nb-NO"])
		await unfolded(locale);
}));

test("of a domain of the account the record is the one that leads here",
     () => withReports(ZONE, true, async () => {
	const page = await open();
	await go(page, "/d/" + ZONE);
	await page.waitForSelector(".tasks", { timeout: 60_000 });
	const { records } = await api(`/domains/${ZONE}/records`);
	const wanted = records.find(one => one.purpose === "tls_rpt").value;
	const rpt = task(page, "asks nobody for TLS reports");
	await rpt.locator("> summary").click();
	await part(rpt, "value").locator("code", { hasText: wanted })
		.waitFor();
	/* The same rows become a plan by one click. */
	await go(page, `/d/${ZONE}/dns`);
	await page.click("text=Plan these changes");
	await page.waitForURL(/\/dns\/\d+$/);
	await page.locator("main").getByText("_smtp._tls." + ZONE).first()
		.waitFor();
}));

test("a new domain tells of its faults when it is asked to", async () => {
	await api("/domains", json("POST", { domains: [DOMAIN],
					     purpose: "people" }));
	try {
		const page = await open();
		await go(page, "/d/" + DOMAIN);
		equal(await page.locator(".strip, .tasks").count(), 0,
		      "before it is asked");
		await page.click("text=How the rest of its DNS stands");
		await page.waitForSelector(".tasks", { timeout: 60_000 });
	} finally {
		await api("/domains/" + DOMAIN, { method: "DELETE" });
	}
});

/* ---- TLS reports ---- */

const numbers = text => Number(text.replace(/\D/g, ""));

test("a domain's TLS reports by day and organisation add up, kinds stay apart",
     async () => {
	const { rows } = await api("/tls?group=domain&range=90d");
	const one = rows.filter(row => row.failed > 0)
		.sort((a, b) => b.sessions - a.sessions)[0];
	const of = `domain=${one.key}&range=90d`;
	const page = await open();
	await go(page, `/d/${one.key}/tls-rpt?range=90d`);
	await page.waitForSelector(".tls-sum h2");
	equal(await page.$eval(".tls-sum h2", e => [e.dataset.sessions,
		e.dataset.failed].map(Number)), [one.sessions, one.failed],
	      "sessions");
	const days = page.locator("table", { hasText: "Day" })
		.locator("tbody tr");
	equal(await days.count(), 7, "days at first");
	await page.click("text=All days");
	await page.waitForSelector("main button[aria-pressed=true]");
	ok(await days.count() > 7, "all days");
	const sums = await page.$$eval("table", all => all.map(table =>
		[table.caption.textContent, [...table.tBodies[0].rows].map(row =>
			row.cells[1].textContent).join(" ")]));
	for (const [caption, group] of [["Day", "day"],
		["Reporter", "reporter"]]) {
		const shown = sums.find(([name]) => name === caption);
		ok(shown, `${caption} in ${JSON.stringify(sums)}`);
		const answer = await api(`/tls?group=${group}&${of}`);
		equal(shown[1].split(" ").map(numbers).reduce((a, b) => a + b,
			0), answer.rows.reduce((a, b) => a + b.sessions, 0),
		      caption);
	}
	const kinds = (await api(`/tls?group=policy_type&${of}`)).rows;
	const shown = sums.find(([name]) => name === "By kind of policy");
	equal(shown[1].split(" ").map(numbers).sort(),
	      kinds.map(row => row.sessions).sort(), "one line for each kind");
	/* Each failure says what it means and what to do. */
	const failures = await page.$$eval(".tls-result", all => all.map(card =>
		[Number(card.dataset.failed), card.querySelectorAll("p").length]));
	const results = (await api(`/tls?group=result&${of}`)).rows
		.filter(row => row.failed > 0);
	equal(failures.map(([n]) => n).sort((a, b) => a - b),
	      results.map(row => row.failed).sort((a, b) => a - b), "failures");
	ok(failures.every(([, lines]) => lines >= 3), "meaning and fix");
});

test("without TLS reports the page says why, and which record asks for them",
     async () => {
	await api("/domains", json("POST", { domains: [DOMAIN],
					     purpose: "people" }));
	try {
		const page = await open();
		await go(page, `/d/${DOMAIN}/tls-rpt`);
		await page.getByText("No record asks for them.").waitFor(
			{ timeout: 60_000 });
		await page.locator(".found [data-part=value], .desired .record")
			.first().waitFor();
		equal(await page.locator(".tab[aria-current]").innerText(),
		      "TLS reports", "tab");
		await settled(page);
		ok(!/\b0\s?%/.test(await page.innerText("main")), "no figure");
	} finally {
		await api("/domains/" + DOMAIN, { method: "DELETE" });
	}
});

/* ---- MTA-STS, as far as the answers of the interface say ---- */

/* What the page gets of the domain's MTA-STS, changed by `change`. */
async function withSts(change, look) {
	await api("/domains", json("POST", { domains: [ZONE],
					     purpose: "people" }));
	try {
		await api(`/domains/${ZONE}/hosting`, json("POST", {}));
		const page = await open();
		await page.route(/\/mta-sts(\?|$)/, async route => {
			if (!route.request().url().includes("/api/"))
				return route.continue();
			const answer = await route.fetch();
			return route.fulfill({ response: answer, json: {
				...await answer.json(), ...change } });
		});
		await go(page, `/d/${ZONE}/mta-sts`);
		await look(page);
	} finally {
		await api("/domains/" + ZONE, { method: "DELETE" });
	}
}

test("enforce stays shut and names the mail server that keeps it so", () => {
	const gate = { code: "stsmode.gate_covered", severity: "fail",
		title: "Every mail server is in the policy", meaning: null,
		fix: "Add it.", action: null, reference: null, evidence: null,
		record: null, gate: "covered", verdict: "not_met", hard: true,
		at_most: true, value: 1, threshold: 0,
		about: "mx2." + ZONE };
	return withSts({ state: "testing", next: "enforce_week", steps: [
		{ to: "enforce_week", answer: "refused", max_age: 604800,
		  refusal: gate.code, gates: [gate] }] }, async page => {
		ok(await page.getByRole("button", { name: "Enforce" }).first()
			.isDisabled(), "the button");
		const told = await page.innerText(".condition");
		for (const one of ["Not yet", "mx2." + ZONE])
			ok(told.includes(one), `${one} in ${told}`);
	});
});

test("a policy that retires says until when it is served", () =>
	withSts({ state: "none", next: null, steps: [],
		  retired_end: Date.UTC(2031, 4, 17, 10) / 1000 },
	async page => {
		ok(/17 May 2031/.test(await page.innerText("main")),
		   await page.innerText("main"));
	}));
