/* DNS changes from the page into a real zone, on the name servers of
 * tests/e2e/publish_serve.py (product section 6: 34, 36). */
import { api, equal, go, ok, open, place, runAll, test } from "./harness.mjs";

const publish = async page => {
	await page.getByRole("button", { name: "Publish" }).first().click();
	const said = await page.innerText("dialog .dialog-body");
	await page.click(".dialog-foot .button-main");
	return said;
};
const noted = async () => JSON.stringify(await api("/dns/plans"));

test("a plan that live has left behind stops and says so", async () => {
	const page = await open();
	await go(page, "/dns/" + place.overtaken);
	await publish(page);
	await page.locator("main").getByText(/changed since/i).first()
		.waitFor();
	equal((await api("/dns/plans/" + place.overtaken)).state, "changed",
	      "state");
});

test("a step is planned, published, verified and taken back", async () => {
	const page = await open();
	await go(page, `/d/${place.zone}/policy`);
	const live = await page.locator(".section .code code").last()
		.textContent();
	await page.locator(".segment", { hasText: /^Quarantine$/ }).click();
	await page.click("text=Go to quarantine");
	await page.fill("dialog textarea", "a laboratory");
	await page.click(".dialog-foot .button-main");
	await page.click("text=Plan this change");
	await page.waitForURL(/\/dns\/\d+$/);
	await page.waitForSelector(".plan-replace");
	const diff = await page.innerText(".plan-replace");
	ok(diff.includes(live) && diff.includes("p=quarantine"), diff);
	await page.evaluate(() => { globalThis.sameVisit = true; });
	const said = await publish(page);
	ok(/Undo|take.* back|taken back/i.test(said), said);
	await page.locator(".plan-facts").getByText("Verified").waitFor(
		{ timeout: 60_000 });
	ok(await page.evaluate(() => globalThis.sameVisit), "no reload");
	const done = page.url();
	await page.getByRole("button", { name: "Undo" }).click();
	await page.waitForURL(url => url.href !== done);
	await page.waitForSelector(".plan-replace");
	await publish(page);
	await page.locator(".plan-facts").getByText("Verified").waitFor(
		{ timeout: 60_000 });
	ok((await noted()).includes('"undoes"'), await noted());
});

process.exit(await runAll());
