/* Pictures of every page, to be looked at. */
import { mkdirSync } from "node:fs";
import { browser, go, open, place } from "./harness.mjs";
import { everyPage } from "./pages.mjs";

mkdirSync(place.shots, { recursive: true });
const isWanted = path => !place.names.length ||
	place.names.some(n => path.includes(n));
let pictures = 0;
const kinds = [
	["light", "en-GB", 1280], ["dark", "en-GB", 1280],
	["light", "ja-JP", 1280], ["light", "nb-NO", 1280],
	["light", "en-GB", 375], ["dark", "ja-JP", 375],
];
for (const [colorScheme, locale, width] of kinds) {
	const page = await open({ colorScheme, locale,
		viewport: { width, height: width < 600 ? 800 : 900 } });
	for await (const path of everyPage()) {
		if (!isWanted(path))
			continue;
		await go(page, path);
		const name = path.replace(/[^a-z0-9]+/gi, "-")
			.replace(/^-|-$/g, "") || "overview";
		await page.screenshot({ fullPage: true, path:
			`${place.shots}/${name}.${colorScheme}.` +
			`${locale.slice(0, 2)}.${width}.png` });
		pictures++;
	}
	await page.context().close();
}
console.log(`${pictures} pictures in ${place.shots}`);
await browser.close();
