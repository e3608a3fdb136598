/* From a name to the first report (product section 6: 3 to 11, 47). */
import { api, equal, go, ok, settled, test } from "../harness.mjs";
import { until } from "../make.mjs";
import { OLD, afresh, at, begun, dig, json, open, planned, provider, sleeps,
	 sql, stepUrl, update, zone } from "./lab.mjs";

const DMARC = "_dmarc." + zone;
const onward = page => page.locator(".wizard-foot .button-main");
const enabled = page => page.waitForSelector(
	".wizard-foot .button-main:not(:disabled)");
const arrive = (page, step) => page.waitForURL("**/" + step);
const text = (page, selector) => page.locator(selector).innerText();
const card = (page, name) => page.locator("article.record",
	{ has: page.getByRole("heading", { name, exact: true }) });

test("each step has an address, a reload on the plan keeps all input, and " +
     "Finish later leaves an entry that any browser goes on from", async () => {
	await afresh();
	const page = await open();
	await go(page, "/domains");
	await page.locator("a[href='/domains/add']").first().click();
	await page.locator("textarea").fill(`mail.${zone}, co.uk`);
	await page.getByText("co.uk is a public suffix").waitFor();
	await page.locator("textarea").fill("blåbær.test mail." + zone);
	await page.getByText("xn--blbr-roah.test").first().waitFor();
	await page.locator("textarea").fill("mail." + zone);
	await page.getByRole("button", { name: `Take ${zone} instead` }).click();
	equal(await page.locator("textarea").inputValue(), zone, "the parent");
	await page.reload();
	equal(await page.locator("textarea").inputValue(), zone, "reloaded");
	await onward(page).click();
	await arrive(page, `${zone}/purpose`);
	await page.getByLabel("Only systems send").check();
	await onward(page).click();
	await arrive(page, `${zone}/scan`);
	await onward(page).click();
	await arrive(page, `${zone}/plan`);
	await page.locator("#record-tls_rpt").waitFor();
	await page.locator("#record-tls_rpt").getByLabel("Delegated CNAME")
		.check();
	await card(page, "_smtp._tls." + zone).getByText("CNAME", { exact: true })
		.first().waitFor();
	await page.reload();
	await page.locator("#record-tls_rpt").waitFor();
	ok(await page.locator("#record-tls_rpt").getByLabel("Delegated CNAME")
		.isChecked(), "the choice");
	ok(await page.locator("#record-sts").getByLabel("Delegated CNAMEs")
		.isChecked(), "MTA-STS is looked after here");
	await page.getByRole("button", { name: "Finish later" }).click();
	await page.waitForURL("**/domains");
	const other = await open({ locale: "nb-NO" });
	await go(other, "/domains");
	await other.getByRole("link", { name: "trinn 4 av 7" }).click();
	await arrive(other, `${zone}/plan`);
	await other.locator("#record-tls_rpt").waitFor();
	ok(await other.locator("#record-tls_rpt").getByLabel("Delegert CNAME")
		.isChecked(), "the choice, elsewhere");
	equal((await api("/domains/" + zone)).purpose, "systems", "purpose");
});

test("the scan of a domain with a DMARC record keeps its policy and the old " +
     "address; the difference adds exactly one", async () => {
	await afresh();
	await begun(zone, "scan");
	const page = await open();
	await at(page, zone, "scan");
	const scan = await text(page, ".scan");
	for (const part of [OLD, "ns1." + zone, "mx." + zone, "v=spf1 mx -all",
			    "1 of 10 look-ups used"])
		ok(scan.includes(part), `${part} in ${scan}`);
	await onward(page).click();
	await arrive(page, `${zone}/plan`);
	const dmarc = card(page, DMARC);
	await dmarc.waitFor();
	const after = await dmarc.locator(".code code").allInnerTexts();
	const value = after.find(one => one.startsWith("v=DMARC1"));
	const { address } = await api(`/domains/${zone}/records`);
	equal(value, `${OLD},mailto:${address}`, "after");
	ok((await dmarc.innerText()).includes(OLD), "now");
});

test("the plan shows the host relative and whole, value and TTL; every Copy " +
     "button puts the exact value on the clipboard and says so", async () => {
	await afresh();
	await begun(zone, "plan", ["sts"]);
	const page = await open();
	await at(page, zone, "plan");
	await card(page, DMARC).waitFor();
	const shown = await text(page, ".wizard");
	for (const part of ["_dmarc\n", DMARC, "_smtp._tls\n", "mta-sts\n",
			    "3,600", "Does not affect delivery"])
		ok(shown.includes(part), `${JSON.stringify(part)} in ${shown}`);
	const buttons = page.locator(".wizard .code button");
	const n = await buttons.count();
	ok(n >= 12, `${n} buttons`);
	for (let i = 0; i < n; i++) {
		const one = page.locator(".wizard .code").nth(i);
		const value = await one.locator("code").textContent();
		await one.locator("button").click();
		await one.locator("[role=status]", { hasText: "Copied" })
			.waitFor({ state: "attached" });
		equal(await page.evaluate(() =>
			navigator.clipboard.readText()), value, "copied");
	}
});

test("publishing by RFC 2136 changes the zone, and Verify turns to verified " +
     "without a reload within 10 s", async () => {
	await afresh();
	await provider();
	await begun(zone, "publish");
	await planned(zone);
	const page = await open();
	await at(page, zone, "publish");
	await page.evaluate(() => { globalThis.notReloaded = true; });
	await page.getByRole("button", { name: /^Publish via ns1/ }).click();
	const from = Date.now();
	await page.locator("dialog .button-main").click();
	await arrive(page, `${zone}/verify`);
	await page.locator(".wizard-arrival .status", { hasText: "Verified" })
		.waitFor({ timeout: 10_000 });
	console.log(`# verified after ${Date.now() - from} ms`);
	const { address } = await api(`/domains/${zone}/records`);
	equal(dig("_dmarc", "TXT"), [`${OLD},mailto:${address}`], "zone");
	equal(dig("_dmarc", "TXT", "127.0.0.12"), dig("_dmarc", "TXT"),
	      "secondary");
	ok(await page.evaluate(() => globalThis.notReloaded), "no reload");
});

test("a wrong live value shows which letters differ and \"different value\"; " +
     "one of two name servers updated shows \"1 of 2\"", async () => {
	await afresh();
	await begun(zone, "publish");
	const id = await planned(zone);
	const { plan } = await api("/dns/plans/" + id);
	const right = plan.changes.find(one => one.name === DMARC).after[0];
	const wrong = right.replace("quarantine", "quarantaine");
	update(`del ${DMARC}. TXT`, `add ${DMARC}. 2 TXT "${wrong}"`);
	await until(() => dig("_dmarc", "TXT", "127.0.0.12")[0] === wrong,
		    "the secondary");
	await api(`/dns/plans/${id}/confirm`, json("POST", { by_hand: true }));
	const page = await open();
	await at(page, zone, "verify");
	const seen = card(page, DMARC);
	await seen.getByText("Different value").first().waitFor();
	const found = seen.locator(".difference").first();
	equal(await found.locator("del").allInnerTexts(), ["a"], "too much");
	equal(await found.locator("ins").count(), 0, "missing");
	ok((await found.innerText()).includes("quarantaine"), "whole value");
	sleeps(true);
	try {
		update(`del ${DMARC}. TXT`, `add ${DMARC}. 2 TXT "${right}"`);
		await page.getByRole("button", { name: "Look again" }).click();
		await seen.getByText(/1 of 2/).waitFor();
	} finally {
		sleeps(false);
	}
});

test("a CNAME beside a TXT at _dmarc yields dmarc.cname_txt and blocks " +
     "publishing until it is resolved or overridden", async () => {
	await afresh();
	await begun(zone, "plan", ["dmarc"]);
	const page = await open();
	page.expectErrors = /409/;
	await at(page, zone, "plan");
	await page.locator(".notice-fail").waitFor();
	ok((await page.content()).includes("dmarc.cname_txt"), "code");
	ok(await onward(page).isDisabled(), "blocked");
	await page.locator("#record-dmarc").getByLabel("Direct TXT").check();
	await page.locator(".notice-fail").waitFor({ state: "detached" });
	await enabled(page);
	await page.locator("#record-dmarc").getByLabel("Delegated CNAME").check();
	await page.getByRole("button", { name: "Replace what is in the way" })
		.click();
	await page.getByText("is removed in the same change").waitFor();
	await enabled(page);
	/* Somebody else's CNAME, and a TXT that is to stand there. */
	await begun("taken.test", "plan");
	await at(page, "taken.test", "plan");
	await page.locator(".notice-fail").waitFor();
	ok((await page.content()).includes("dmarc.cname_txt"), "code");
	ok(await onward(page).isDisabled(), "blocked");
});

test("a missing _report._dmarc yields dmarc.rua_unauthorised with a record " +
     "to publish", async () => {
	await afresh();
	await begun(zone, "plan");
	const page = await open();
	await at(page, zone, "plan");
	await page.locator(".found", { hasText: "dmarc.rua_unauthorised" })
		.or(page.locator(".found", { has: page.locator(
			"a[href='/help/findings#dmarc.rua_unauthorised']") }))
		.first().waitFor();
	const values = await page.locator(".found .found-record .code code")
		.allInnerTexts();
	for (const part of [`${zone}._report._dmarc.reports.test`, "TXT",
			    "v=DMARC1"])
		ok(values.includes(part), `${part} in ${values}`);
});

test("\"Send to my DNS admin\" opens in a clean profile without signing in, " +
     "shows only those records, and answers 410 after its days", async () => {
	await afresh();
	await begun(zone, "publish");
	await planned(zone);
	const page = await open();
	await at(page, zone, "publish");
	await page.locator(".wizard-way", { has: page.getByRole("heading",
		{ name: "Send to my DNS admin" }) }).getByRole("button").click();
	const url = await page.locator("dialog .code code").innerText();
	const clean = await open({ login: false });
	await go(clean, url);
	const names = await clean.locator("article.record h3").allInnerTexts();
	equal(names.sort(), [DMARC, "_smtp._tls." + zone].sort(), "records");
	equal(await clean.locator("nav a[href='/domains']").count(), 0,
	      "nothing else");
	sql("UPDATE dns_share SET expires_at = 1");
	clean.expectErrors = /410/;
	const answer = clean.waitForResponse(/\/api\/v1\/shared\//);
	await clean.reload();
	equal((await answer).status(), 410, "status");
	await clean.locator(".notice-fail").waitFor();
});

test("after an hour the likely causes are told", async () => {
	await afresh();
	await begun("late.test", "publish");
	const id = await planned("late.test");
	await api(`/dns/plans/${id}/confirm`, json("POST", { by_hand: true }));
	await until(async () => (await api("/dns/plans/" + id)).check,
		    "a look");
	sql(`UPDATE dns_plan SET applied_at = applied_at - 3700 WHERE id = ${
		id}`);
	const page = await open();
	await at(page, "late.test", "verify");
	await page.getByText("it is probably not propagation").waitFor();
});

test("from a proven domain to published CNAMEs it takes at most five clicks",
     async () => {
	await afresh();
	await provider();
	await begun(zone, "plan", ["sts"]);
	sql("UPDATE hosted SET proof = 1, proven_at = 1, checked_at = 1, " +
	    "lost_at = 0 WHERE removed_at = 0");
	const page = await open();
	await at(page, zone, "plan");
	let clicks = 0;
	const click = async one => {
		await one.click();
		clicks++;
	};
	await click(page.getByRole("button", { name: "Delegate all" }));
	await click(page.getByRole("button",
		{ name: "Replace what is in the way" }));
	await page.getByText("is removed in the same change").waitFor();
	await click(onward(page));
	await arrive(page, `${zone}/publish`);
	await click(page.getByRole("button", { name: /^Publish via ns1/ }));
	await click(page.locator("dialog .button-main"));
	await arrive(page, `${zone}/verify`);
	await until(() => dig("_dmarc", "CNAME").length === 1, "the CNAME");
	const { names, dmarc } = await api(`/domains/${zone}/hosting`);
	for (const { name, value } of names)
		equal(dig(name.slice(0, -zone.length - 1), "CNAME"),
		      [value + "."], name);
	ok(dmarc.startsWith(OLD + ",mailto:"), `hosted: ${dmarc}`);
	ok(clicks <= 5, `${clicks} clicks`);
});

/* ---- by keyboard ---- */

async function tabTo(page, selector) {
	for (let i = 0; i < 120; i++) {
		await page.keyboard.press("Tab");
		const fault = await page.evaluate(() => {
			const e = document.activeElement;
			const box = e.getBoundingClientRect();
			const style = getComputedStyle(e.matches(
				"input[type=file]") ? e.parentElement : e);
			const top = document.querySelector(".top")
				?.getBoundingClientRect().bottom ?? 0;
			/* A new page is read out from its start. */
			if (e.matches("body, main"))
				return null;
			if (parseFloat(style.outlineWidth) < 2 ||
			    style.outlineStyle === "none")
				return "no ring: ";
			return !e.closest(".top, .rail, .skip, dialog, .hidden") &&
				(box.top < top - 1 ||
				 box.bottom > innerHeight + 1) ?
				"out of sight: " : null;
		});
		if (fault)
			throw new Error(fault + await page.evaluate(() =>
				document.activeElement.outerHTML.slice(0, 120)));
		if (await page.evaluate(wanted =>
			document.activeElement?.matches(wanted), selector))
			return;
	}
	throw new Error("the keyboard does not reach " + selector);
}
const NEXT = ".wizard-foot .button-main";

test("the keyboard alone adds, publishes and verifies; the focus is always " +
     "visible and comes back after dialogs", async () => {
	await afresh();
	await provider();
	const page = await open();
	const press = key => page.keyboard.press(key);
	await go(page, "/domains");
	await press("Tab");
	ok(await page.evaluate(() => document.activeElement.matches(".skip")),
	   "skip link first");
	await press("Enter");
	await tabTo(page, "a[href='/domains/add']");
	await press("Enter");
	await page.waitForSelector("textarea");
	await tabTo(page, "textarea");
	await page.keyboard.type(zone);
	await tabTo(page, NEXT);
	await press("Enter");
	await arrive(page, `${zone}/purpose`);
	await page.waitForSelector("[type=radio]");
	await tabTo(page, "[type=radio]");
	await press("ArrowDown");
	await press("ArrowUp");
	for (const step of ["scan", "plan", "publish"]) {
		await page.waitForSelector(NEXT + ":not(:disabled)");
		await tabTo(page, NEXT);
		await press("Enter");
		await arrive(page, `${zone}/${step}`);
	}
	await page.waitForSelector(".wizard-way .button-main");
	await tabTo(page, ".wizard-way .button-main");
	await press("Enter");
	await page.waitForSelector("dialog");
	await press("Escape");
	await page.waitForSelector("dialog", { state: "detached" });
	ok(await page.evaluate(() => document.activeElement.matches(
		".wizard-way .button-main")), "back at the opener");
	await press("Enter");
	await tabTo(page, "dialog .button-main");
	await press("Enter");
	await arrive(page, `${zone}/verify`);
	await page.locator(".wizard-arrival .status", { hasText: "Verified" })
		.waitFor({ timeout: 15_000 });
	await tabTo(page, NEXT);
	await press("Enter");
	await arrive(page, `${zone}/first-report`);
	await tabTo(page, ".todo button");
	await press("Enter");
	await page.getByText("The test report arrived and was read").waitFor();
	await tabTo(page, NEXT);
	await press("Enter");
	await page.waitForURL("**/d/" + zone);
	equal((await api("/domains/" + zone)).onboarding, null, "it is set up");
	await settled(page);
});
