/* Looking at domains: from the first look to the record, in the browser. The
 * domain broken.example is in the zone of tests/e2e/browser.py. */
import { execFileSync } from "node:child_process";
import { api, equal, go, ok, open, place, settled, test } from
	"./harness.mjs";

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

/* The codes on a page, and those of a command. */
async function shownCodes(page) {
	const all = await page.$$eval(".found a[href^='/help/findings#']",
		list => list.map(one => one.hash.slice(1)));
	return [...new Set(all)].sort();
}

function toldCodes(words, input = "") {
	let out;
	try {
		out = execFileSync(place.program, [...words, "--json",
			...place.lab], { input, encoding: "utf8",
					 stdio: ["pipe", "pipe", "ignore"] });
	} catch (why) {
		out = why.stdout; // problems were found
	}
	return [...new Set(JSON.parse(out).findings.map(one => one.code))]
		.sort();
}

const LETTERS = [MAIL, MAIL + "\nbody\n",
	"From: a@x.example\nFrom: b@x.example\n\nx",
	"Authentication-Results: me; dmarc=fail; spf=softfail; dkim=none\n" +
		"From: a@x.example\n\nx",
	"Authentication-Results: me (a (b) c); dmarc=none; spf=temperror;\n" +
		" dkim=permerror; dkim=pass\nDKIM-Signature: d=y.example\n" +
		"Return-Path: <b@z.example>\nFrom: a@x.example\n",
	"ARC-Seal: i=1; cv=none; d=a.example\n" +
		"ARC-Seal: i=2; cv=fail; d=b.example\n" +
		"Received: from c by d with ESMTP; Sun, 22 Nov 2026 11:59:00 " +
		"+0000\nReceived: from b by c with LMTP; Sun, 22 Nov 2026 " +
		"12:06:40 +0000\nReceived: from a by b with SMTP; Sun, 22 Nov " +
		"2026 12:00:00 +0000\nFrom: a@x.example\n"];

test("the page and the command say the same of a mail's headers",
     async () => {
	const page = await open();
	await go(page, "/tools/headers");
	for (const letter of LETTERS) {
		await page.fill("textarea", letter);
		await page.waitForSelector(".found");
		/* What the command verifies of a whole mail is its own. */
		const told = toldCodes(["lookup", "headers"], letter).filter(
			code => !/^carrier|verified|refuted|contra|s\.dns$/
				.test(code));
		equal(await shownCodes(page), told, letter);
	}
});

test("the page and the command find the same in a domain", async () => {
	const page = await open();
	await go(page, "/tools/check?q=broken.example");
	await page.waitForSelector(".looked[aria-busy=false]",
				   { timeout: 60_000 });
	const shown = await shownCodes(page);
	ok(shown.length > 5, shown);
	equal(shown, toldCodes(["check", "broken.example"]), "codes");
});

const REPORT = `<feedback><report_metadata><org_name>Org &lt;b&gt;</org_name>
<email>a@org.example</email><report_id>7</report_id><date_range>
<begin>1763900000</begin><end>1763986399</end></date_range></report_metadata>
<policy_published><domain>a.example</domain><p>reject</p></policy_published>
<record><row><source_ip>192.0.2.7</source_ip><count>1234</count>
<policy_evaluated><disposition>reject</disposition><dkim>fail</dkim>
<spf>fail</spf></policy_evaluated></row><identifiers><header_from>a.example
</header_from></identifiers><auth_results><spf><domain>b.example</domain>
<result>pass</result></spf></auth_results></record></feedback>`;

for (const locale of ["en-GB", "ja-JP", "nb-NO"])
	test("a report file is shown and not kept, " + locale, async () => {
		const page = await open({ locale, login: locale !== "ja-JP" });
		await go(page, "/tools/report");
		await page.setInputFiles("input[type=file]", [
			{ name: "r.xml", mimeType: "text/xml",
			  buffer: Buffer.from(REPORT) },
			{ name: "broken.xml", mimeType: "text/xml",
			  buffer: Buffer.from("<feedback><report") }]);
		await page.waitForSelector(".viewed");
		await settled(page);
		const text = await page.innerText(".page");
		for (const part of ["192.0.2.7", "a.example", "Org <b>",
				    "b.example", "broken.xml"])
			ok(text.includes(part), part + " in " + text);
		equal(await page.locator(".viewed").count(), 2, "documents");
		ok(await page.locator(".viewed .found").count() > 0, "why");
	});

test("what differs in DNS is told, with the record to copy", async () => {
	const page = await open();
	await page.context().grantPermissions(["clipboard-read",
					       "clipboard-write"]);
	const added = await api("/domains", { method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ domains: ["shop.example"],
				       purpose: "people" }) });
	ok(added.domains, JSON.stringify(added));
	try {
		const { address } = await api("/domains/shop.example/records");
		await go(page, "/d/shop.example/dns");
		await page.waitForSelector(".desired-add", { timeout: 60_000 });
		const dmarc = page.locator(".desired-replace").first();
		const told = await dmarc.innerText();
		ok(told.includes("Differs") && told.includes(
			"rua=mailto:d@shop.example") && told.includes(
			`mailto:${address}`), told);
		await dmarc.locator(".record-part", { hasText: address })
			.locator("button").click();
		const copied = await page.evaluate(() =>
			navigator.clipboard.readText());
		ok(copied.startsWith("v=DMARC1; p=none;") && copied.endsWith(
			`mailto:d@shop.example,mailto:${address}`), copied);
		const tls = page.locator(".desired-add", { hasText:
			"_smtp._tls.shop.example" });
		ok((await tls.innerText()).includes("Missing"), "TLS reports");
		/* A finding wants the same record as the comparison. */
		await page.waitForSelector(".looked[aria-busy=false]",
					   { timeout: 60_000 });
		for (const code of ["tlsrpt", "dmarc.rua_unauthorised"])
			await page.waitForSelector(".found .found-record ~ " +
				`.more a[href*='#${code}']`,
				{ state: "attached", timeout: 60_000 });
		const asked = page.locator(".looked .found", { has: page.locator(
			"a[href*='#tlsrpt']") }).first();
		ok((await asked.innerText()).includes("mailto:" + address),
		   await asked.innerText());
		const allow = page.locator(".found", { has: page.locator(
			"a[href$='#dmarc.rua_unauthorised']") }).first();
		const wanted = await allow.innerText();
		ok(wanted.includes("shop.example._report._dmarc.reports.test") &&
		   wanted.includes("v=DMARC1"), wanted);
		/* The form for such a record begins with the same address. */
		for (const kind of ["dmarc", "tls-rpt"]) {
			await go(page, `/tools/generate/${kind}?q=shop.example`);
			await page.waitForFunction(wanted => [...document
				.querySelectorAll("textarea")].some(one =>
				one.value === wanted), address);
			await page.waitForFunction(wanted => document
				.querySelector(".gen-made").innerText
				.includes("mailto:" + wanted), address);
		}
	} finally {
		await api("/domains/shop.example", { method: "DELETE" })
			.catch(() => {});
	}
});
