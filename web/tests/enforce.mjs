/* One click on a domain's MTA-STS page, as its owner takes the next step: the
 * button there, and the one that confirms it. For tests/e2e/hosting_whole.py,
 * which gives `domain`. */
import { browser, faults, go, ok, open, place } from "./harness.mjs";

const page = await open();
await go(page, `/d/${place.domain}/mta-sts`);
const button = page.locator("button.button-main").first();
await button.waitFor();
ok(await button.isEnabled(), "the next step can be taken");
await button.click();
const dialog = page.getByRole("dialog");
ok(await dialog.getByRole("textbox").count() === 0, "no reason is asked for");
await dialog.locator("button.button-main, button.button-danger").first()
	.click();
await dialog.waitFor({ state: "detached" });
ok(faults.length === 0, faults.join("; "));
await browser.close();
