/* What axe-core finds on a page: it needs a page that lets scripts in. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url)
	.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export async function violations(page) {
	await page.evaluate(axe);
	const { violations } = await page.evaluate(tags =>
		globalThis.axe.run(document, { runOnly: tags }), TAGS);
	return violations.map(v => `${v.id}: ${v.nodes.slice(0, 3)
		.map(n => n.target.join(" ")).join(", ")}`);
}

/* Names of sentences, and values that are none, where people read. */
export async function unsaid(page) {
	return (await page.innerText("body")).match(
		/\bweb\.[a-z_]+[.a-z_]*\b|undefined|\[object|NaN\b/)?.[0] ?? null;
}
