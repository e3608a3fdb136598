/* Looking at domains: from the first look to the record, in the browser. The
 * domain broken.example is in the zone of tests/e2e/browser.py. */
import { equal, go, ok, open, settled, test } from "./harness.mjs";

const PASTED = "broken.example: MTA-STS policy is missing: " +
	"STSFetchResult.NONE";

test("a pasted message leads to the record to publish, on one page",
     async () => {
	const page = await open();
	await page.context().grantPermissions(["clipboard-read",
					       "clipboard-write"]);
	await go(page, "/tools");
	await page.click(".guide-card a[href='/tools/check']");
	await page.fill(".ask input", PASTED);
	await page.keyboard.press("Enter");
	await page.waitForSelector(".looked[aria-busy=false]",
				   { timeout: 60_000 });
	ok(new URL(page.url()).searchParams.get("q") === PASTED, page.url());
	ok(/STSFetchResult\.NONE/.test(await page.innerText(".notice")),
	   "the message is explained");
	const ranks = await page.$$eval(".found", all => all.map(one =>
		["critical", "fail", "warn", "info", "ok"].findIndex(s =>
			one.classList.contains("found-" + s))));
	equal(ranks, [...ranks].sort((a, b) => a - b), "gravest first");
	const found = page.locator(".found", {
		hasText: "MTA-STS records where there may be one" });
	for (const part of ["found-why", "found-fix"])
		ok((await found.locator("." + part).innerText()).length > 20,
		   part);
	/* Copying is exact, and is said. */
	const record = page.locator(".found-record").first();
	const value = record.locator(".record-part").nth(2);
	await value.locator("button").click();
	equal(await page.evaluate(() => navigator.clipboard.readText()),
	      await value.locator("code").textContent(), "clipboard");
	equal(await value.locator("[role=status]").textContent(), "Copied",
	      "announced");
	/* Nothing that could not be found out is fine. */
	for (const one of await page.$$eval(".strip li", all => all.map(li =>
		[li.className, li.querySelector(".sign").classList.value])))
		ok(!/unknown/.test(one[0]) || /tone-none/.test(one[1]), one);
	await page.click(".looked .section-actions button");
	await settled(page);
	await page.waitForSelector(".looked[aria-busy=false]");
	await page.click("text=Monitor this domain");
	await page.waitForURL(/domains\/add/);
	equal(await page.inputValue("textarea"), "broken.example", "name");
});

test("what strangers publish is shown, never run", async () => {
	const page = await open();
	await go(page, "/tools/check?q=broken.example");
	await page.waitForSelector(".looked[aria-busy=false]",
				   { timeout: 60_000 });
	for (const one of await page.$$(".found summary"))
		await one.evaluate(e => { e.parentElement.open = true; });
	const evidence = await page.$$eval(".found .headers", all =>
		all.map(one => one.textContent).join("\n"));
	ok(evidence.includes("<script>"), evidence);
	equal(await page.locator(".found script").count(), 0, "scripts");
});

test("every look-up answers, and keeps its domain in the address",
     async () => {
	const page = await open();
	await go(page, "/tools/mta-sts?q=broken.example");
	ok(/STSFetchResult\.NONE/.test(await page.innerText(".sts")), "word");
	await page.click(".tab[href^='/tools/spf']");
	await page.waitForSelector(".spf-tree");
	ok(/2 of 10/.test(await page.innerText(".spf")),
	   await page.innerText(".spf"));
	ok(await page.locator(".spf-tree ul", { hasText: "a.broken" })
		.count() > 0, "what is included stands below");
	await page.click(".tab[href^='/tools/dmarc']");
	await page.waitForSelector(".ways");
	equal(await page.locator(".ways .card").count(), 2, "both schools");
	for (const kind of ["tls-rpt", "dkim", "mx", "dane", "bimi"]) {
		await page.click(`.tab[href^='/tools/${kind}']`);
		await page.waitForSelector(".looked h2", { timeout: 60_000 });
		await settled(page);
		equal(new URL(page.url()).searchParams.get("q"),
		      "broken.example", kind);
	}
	await go(page, "/tools/ptr?q=192.0.2.1");
	ok(await page.locator(".looked").count() === 1, "ptr");
});

test("a public instance looks at domains for everybody", async () => {
	const page = await open({ login: false, locale: "nb-NO" });
	await go(page, "/tools/mta-sts?q=broken.example");
	ok(/STSFetchResult\.NONE/.test(await page.innerText(".sts")), "word");
	equal(await page.locator(".rail").count(), 0, "nothing else is open");
	await page.goto("/domains");
	await page.waitForSelector("input[type=password]");
});

const MAIL = `Return-Path: <bounce@mail.other.example>
Received: from out.other.example (out.other.example [192.0.2.7])
 by mx.broken.example (Postfix) with ESMTPS id 4; Sun, 22 Nov 2026 12:00:07 +0000
Authentication-Results: mx.broken.example; dkim=pass header.d=broken.example;
 spf=fail (not allowed) smtp.mailfrom=mail.other.example
Received: from [10.0.0.1] by out.other.example with ESMTP; Sun, 22 Nov 2026 13:00:00 +0100
DKIM-Signature: v=1; a=rsa-sha256; d=broken.example; s=s1; b=AA==
From: "<b>Who</b>" <who@broken.example>
Subject: hi
`;

test("headers are read in the browser, and go nowhere", async () => {
	const page = await open();
	await go(page, "/tools/headers");
	const asked = [];
	page.on("request", request => asked.push(request.url()));
	await page.fill("textarea", MAIL);
	await page.waitForSelector(".history");
	const cards = await page.$$eval(".servers li", all => all.map(one =>
		[one.querySelector("h3").textContent,
		 one.querySelector(".status").textContent]));
	equal(cards, [["DKIM", "pass"], ["SPF", "fail"]], "results");
	const told = await page.$$eval(".beside .status", all =>
		all.map(one => one.textContent));
	equal(told, ["Another domain than From", "Same as From"], "domains");
	const way = await page.innerText(".history");
	ok(way.includes("10.0.0.1") && way.includes("after 7 s") &&
	   way.indexOf("10.0.0.1") < way.indexOf("after 7 s"), way);
	equal(asked, [], "requests");
});
