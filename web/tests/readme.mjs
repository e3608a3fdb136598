/* The pictures of the README: node's standard input as for shots.mjs. */
import { mkdirSync } from "node:fs";
import { browser, go, open, place } from "./harness.mjs";

mkdirSync(place.shots, { recursive: true });
const pictures = [
	["overview", "/", "light", "en-GB", 1160],
	["sources", "/sources?tab=all&range=90d", "light", "en-GB", 900],
	["explore", "/reports/dmarc?range=30d&group=source", "light", "en-GB",
	 1100],
	["tls", "/reports/tls?range=90d", "light", "en-GB", 900],
	["inbox", "/reports/inbox", "light", "en-GB", 900],
	["sources-ja-dark", "/sources?tab=all&range=90d", "dark", "ja-JP", 800],
];
for (const [name, path, colorScheme, locale, height] of pictures) {
	const page = await open({ colorScheme, locale,
		viewport: { width: 1280, height } });
	await go(page, path);
	await page.waitForTimeout(300);
	await page.screenshot({ path: `${place.shots}/${name}.png` });
	await page.context().close();
}
console.log(`${pictures.length} pictures in ${place.shots}`);
await browser.close();
