/* Pictures of each step, to be looked at. */
import { mkdirSync } from "node:fs";
import { browser, go, open, place } from "../harness.mjs";
import { STEPS, everyStep } from "./everywhere.test.mjs";
import { at, zone } from "./lab.mjs";

mkdirSync(place.shots, { recursive: true });
const kinds = [
	["light", "en-GB", 1280], ["dark", "en-GB", 1280],
	["light", "ja-JP", 1280], ["dark", "nb-NO", 1280],
	["light", "en-GB", 375], ["dark", "ja-JP", 375], ["light", "nb-NO", 375],
];
const show = await everyStep();
const pages = [];
for (const [colorScheme, locale, width] of kinds)
	pages.push([`${colorScheme}.${locale.slice(0, 2)}.${width}`,
		await open({ colorScheme, locale,
			viewport: { width, height: width < 600 ? 800 : 900 } })]);
for (const step of ["name", ...STEPS]) {
	if (step !== "name")
		await show(step);
	for (const [kind, page] of pages) {
		if (step === "name")
			await go(page, "/domains/add?names=mail." + zone +
				"%0Abl%C3%A5b%C3%A6r.test");
		else
			await at(page, zone, step);
		if (step === "name")
			await page.locator(".wizard-names .notice").waitFor();
		await page.screenshot({ fullPage: true,
			path: `${place.shots}/${step}.${kind}.png` });
	}
}
await browser.close();
