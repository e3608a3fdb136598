/* Help without a server's help, and every finding in every language (product
 * section 6: 42). */
import { equal, go, ok, open, test } from "./harness.mjs";

const ENGLISH = /\b(the|and|your|which|with|this|that|are|from)\b/;

test("help is there before anybody signs in, in the browser's language",
     async () => {
	const page = await open({ login: false, locale: "nb-NO" });
	await go(page, "/help");
	equal(await page.innerText("h1"), "Hjelp", "heading");
	await page.click("a[href='/help/mta-sts']");
	await page.waitForSelector(".prose");
	await page.click(".contents a[href='#what-the-checker-means']");
	await page.waitForFunction(() => {
		const { top } = document.getElementById(
			"what-the-checker-means").getBoundingClientRect();
		return top >= 0 && top < 200;
	});
	ok(/STSFetchResult\.NONE/.test(await page.innerText(".prose")),
	   "the literal sentence of checkers");
	await page.click(".prose a[href='/help/tls-rpt']");
	await page.waitForFunction(() => /TLS-RPT/.test(
		document.querySelector("h1").textContent));
	await page.goBack();
	await page.waitForURL(/mta-sts/);
});

for (const [locale, lang] of [["en-GB", "en"], ["ja-JP", "ja"],
			      ["nb-NO", "nb"]])
	test(`every finding has title, meaning and fix in ${lang}`, async () => {
		const page = await open({ login: false, locale });
		await go(page, "/help/findings");
		const codes = await page.evaluate(async () => {
			const { wordsEn } = document.documentElement.dataset;
			return Object.entries((await (await fetch(wordsEn))
				.json()).findings).map(([code, f]) =>
				[code, f[2] !== "", f[3] !== ""]);
		});
		ok(codes.length > 600, `${codes.length} findings`);
		await page.click(".switch");
		await page.waitForFunction(n => document.querySelectorAll(
			".finding-row[open] .finding-text").length === n,
			codes.length);
		const told = new Map(await page.$$eval(".finding-row", rows =>
			rows.map(one => [one.id,
				one.querySelector(".finding-title").textContent,
				[...one.querySelectorAll(".finding-text p" +
					":not(.small)")].map(p => p.textContent)])
				.map(([id, ...rest]) => [id, rest])));
		const faults = [];
		for (const [code, meaning, fix] of codes) {
			const [title, texts] = told.get(code) ?? ["", []];
			const all = title + " " + texts.join(" ");
			if (!title || texts.length !== meaning + fix ||
			    texts.includes(""))
				faults.push(`${code}: something is missing`);
			if (/\{[a-z_]+\}|undefined/.test(all) ||
			    title === code)
				faults.push(`${code}: raw: ${all}`);
			if (lang === "ja" && texts.concat(title).some(text =>
				!/[\u3040-\u30ff\u4e00-\u9fff]/.test(text)))
				faults.push(`${code}: no Japanese: ${all}`);
			if (lang === "nb" && ENGLISH.test(all.replace(
				/`[^`]*`|«[^»]*»|"[^"]*"/g, "")))
				faults.push(`${code}: English: ${all}`);
		}
		equal(faults, [], "faults");
	});

test("a finding has an address, and can be searched", async () => {
	const page = await open();
	await go(page, "/help/findings#mtasts.txt_multiple");
	const row = page.locator("[id='mtasts.txt_multiple']");
	ok(await row.locator(".finding-text").isVisible(), "it is open");
	await page.fill("input[type=search]", "obsolete_tags");
	await page.waitForFunction(() => {
		const rows = document.querySelectorAll(".finding-row");
		return rows.length > 0 && rows.length < 10;
	});
	await page.locator("[id='dmarc.obsolete_tags']").waitFor();
});
