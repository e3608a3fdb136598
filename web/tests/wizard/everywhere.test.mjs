/* What must hold on every step (product section 6: 46, 49). */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { api, equal, test } from "../harness.mjs";
import { afresh, at, begun, json, open, planned, provider, zone } from
	"./lab.mjs";

const axe = readFileSync(createRequire(import.meta.url)
	.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
export const STEPS = ["purpose", "scan", "plan", "publish", "verify",
	"first-report"];

async function violations(page) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(tags =>
		globalThis.axe.run(document, { runOnly: tags }), TAGS);
	return violations.map(v => `${v.id}: ${v.nodes.slice(0, 3)
		.map(n => n.target.join(" ")).join(", ")}`);
}

/* Every step has something to show. */
export async function everyStep() {
	await afresh();
	await provider();
	await begun(zone, "plan", ["sts"]);
	const id = await planned(zone, { delegated: ["sts"] });
	return async function show(step) {
		if (step === "verify" && (await api("/dns/plans/" + id)).state ===
		    "ready")
			await api(`/dns/plans/${id}/confirm`, json("POST",
				{ by_hand: true }));
		const one = await api("/domains/" + zone);
		await api(`/domains/${zone}/onboarding`, json("PUT", {
			...one.onboarding, step }));
	};
}

test("axe finds nothing on any step in any language, nothing scrolls sideways",
     async () => {
	const show = await everyStep();
	const pages = [];
	for (const locale of ["en-GB", "ja-JP", "nb-NO"])
		pages.push([locale, await open({ locale, bypassCSP: true,
						 reducedMotion: "reduce" })]);
	const found = [];
	for (const step of STEPS) {
		await show(step);
		for (const [locale, page] of pages) {
			await at(page, zone, step);
			for (const colorScheme of locale === "en-GB" ?
				["light", "dark"] : ["light"]) {
				await page.emulateMedia({ colorScheme });
				for (const fault of await violations(page))
					found.push(`${step} ${locale} ${
						colorScheme} ${fault}`);
			}
			const text = await page.innerText("body");
			const raw = text.match(
				/\bweb\.[a-z_]+[.a-z_]*\b|undefined|\[object|NaN\b/);
			if (raw)
				found.push(`${step} ${locale}: ${raw[0]}`);
			for (const width of [375, 320]) {
				await page.setViewportSize({ width, height: 900 });
				await page.waitForFunction(() =>
					document.documentElement.scrollWidth <=
					document.documentElement.clientWidth, null,
					{ timeout: 3000 }).catch(() => found.push(
					`${step} ${locale} too wide at ${width}`));
			}
			await page.setViewportSize({ width: 1280, height: 900 });
		}
	}
	equal(found, [], "faults");
});
