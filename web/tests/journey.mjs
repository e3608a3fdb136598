/* The DMARC policy page with the numbers of tests/e2e/serve_journey.py
 * (product section 6: 30, 31, 32, 35). */
import { equal, go, ok, open, place, runAll, test } from "./harness.mjs";

const condition = (page, name) => page.locator(".condition", {
	hasText: name });
const rung = (page, name) => page.locator(".segment", {
	hasText: new RegExp(`^${name}$`) });

test("ready for quarantine, with the numbers and a link to the 52",
     async () => {
	const page = await open();
	await go(page, "/d/good.example/policy");
	await page.getByRole("heading", { name: "Ready for quarantine" })
		.waitFor();
	const told = await page.innerText("main");
	for (const one of ["41,208 of 41,260", "99.87", "See the 52"])
		ok(told.includes(one), `${one} in ${told}`);
	ok(await page.locator(".ladder li", { hasText: "Quarantine" })
		.last().innerText().then(text => /Where to end/.test(text)),
	   "people end at quarantine");
	await page.click("text=See the 52");
	await page.waitForSelector(".explore-sentence");
	ok(/\b52\b/.test(await page.innerText(".explore-sentence")),
	   await page.innerText(".explore-sentence"));
	await page.click(".tab[href*='group=source'], a[href*='group=source']");
	await page.waitForSelector("[data-row]");
	const rows = await page.$$eval("[data-row]", all =>
		all.map(one => one.innerText));
	equal(rows.length, 2, "sources");
	for (const count of [38, 14])
		ok(rows.some(one => new RegExp(`\\b${count}\\b`).test(one)),
		   rows.join(" | "));
});

test("a source with SPF alone keeps from reject and is one click away",
     async () => {
	const page = await open();
	await go(page, "/d/spf.example/policy");
	await rung(page, "Quarantine").click();
	equal(await page.locator(".condition .ink-fail").count(), 0,
	      "what keeps from quarantine");
	await rung(page, "Reject").click();
	const signed = condition(page, "signed with DKIM");
	ok(/Not yet/.test(await signed.innerText()), await signed.innerText());
	await signed.locator("a").click();
	await page.waitForSelector(".explore-sentence");
	const { searchParams } = new URL(page.url());
	equal(searchParams.get("source"), place.source, "source");
	ok(/\b400\b/.test(await page.innerText(".explore-sentence")),
	   await page.innerText(".explore-sentence"));
});

test("a parked domain goes to reject at once", async () => {
	const page = await open();
	await go(page, "/d/parked.example/policy");
	await page.getByRole("heading", {
		name: "A domain without mail can reject at once" }).waitFor();
	await page.click(".button-main");
	await page.click(".dialog-foot .button-main");
	const value = page.locator("dialog [data-part=value] code");
	await value.waitFor();
	ok((await value.textContent()).startsWith("v=DMARC1; p=reject; rua="),
	   await value.textContent());
});

test("going on against a condition asks for a reason", async () => {
	const page = await open();
	page.expectErrors = /409/;
	await go(page, "/d/good.example/policy");
	await rung(page, "Reject").click();
	await page.click("text=Go to reject");
	await page.click(".dialog-foot .button-main");
	await page.getByText("A reason is needed").first().waitFor();
	equal(await page.locator("dialog textarea").count(), 1, "still there");
	await page.fill("dialog textarea", "said in the browser");
	await page.click(".dialog-foot .button-main");
	const value = page.locator("dialog [data-part=value] code");
	await value.waitFor();
	equal(await value.textContent(),
	      "v=DMARC1; p=reject; rua=mailto:d@good.example", "record");
});

process.exit(await runAll());
