// The help pages: docs/help/NAME.LANG.md as data that the dashboard draws.
// Only what those pages use of Markdown; anything else stops the build.
//
// A page is { title, blocks }; a block ["h2", id, inline], ["p", inline],
// ["ul", inline...], ["ol", inline...] or ["pre", text]; inline a list of
// texts, ["code", text] and ["a", address, text].
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const INLINE = /`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)/g;

/* Pages point at each other by file, so that they can be read as files. */
function address(target, where) {
	const page = /^([a-z-]+)\.(?:en|ja|nb)\.md(#.*)?$/.exec(target);

	if (page)
		return `/help/${page[1]}${page[2] ?? ""}`;
	if (!/^(https:\/\/|#)/.test(target))
		throw new Error(`${where}: a link to ${target}`);
	return target;
}

function inline(text, where) {
	const parts = [];
	let at = 0;

	for (const found of text.matchAll(INLINE)) {
		if (found.index > at)
			parts.push(text.slice(at, found.index));
		parts.push(found[1] !== undefined ? ["code", found[1]] :
			["a", address(found[3], where), found[2]]);
		at = found.index + found[0].length;
	}
	if (at < text.length)
		parts.push(text.slice(at));
	for (const part of parts)
		if (typeof part === "string" && /[`<>]|\*\*|\]\(/.test(part))
			throw new Error(`${where}: not understood: ${part}`);
	return parts;
}

function slug(text) {
	return text.toLowerCase().replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "");
}

/* `ids`: of the headings, in order; null: made from the headings. */
function page(text, where, ids) {
	const blocks = [];
	const lines = text.split("\n");
	let title = "", heading = 0;

	for (let i = 0; i < lines.length; i++) {
		const line = lines[i];
		const head = /^(#{1,3}) (.+)$/.exec(line);
		const item = /^(-|\d+\.) (.+)$/.exec(line);
		if (line === "")
			continue;
		if (/^(\s|\||>|#{4})/.test(line))
			throw new Error(`${where}:${i + 1}: not understood`);
		if (head && head[1] === "#") {
			title = head[2];
		} else if (head) {
			const id = ids ? ids[heading++] : slug(head[2]);
			blocks.push([`h${head[1].length}`, id,
				     inline(head[2], where)]);
		} else if (line.startsWith("```")) {
			const end = lines.indexOf("```", i + 1);
			blocks.push(["pre", lines.slice(i + 1, end).join("\n")]);
			i = end;
		} else if (item) {
			const kind = item[1] === "-" ? "ul" : "ol";
			if (blocks.at(-1)[0] !== kind || lines[i - 1] === "")
				blocks.push([kind]);
			blocks.at(-1).push(inline(item[2], where));
		} else {
			blocks.push(["p", inline(line, where)]);
		}
	}
	return { title, blocks };
}

function headings({ blocks }) {
	return blocks.filter(([kind]) => kind[0] === "h").map(([, id]) => id);
}

/* { en: { NAME: page }, ja: ..., nb: ... }. Headings have the same ids in all
 * languages, so that a link survives a change of language. */
export function help(dir, languages) {
	const names = readdirSync(dir).filter((one) => one.endsWith(".en.md"))
		.map((one) => one.slice(0, -".en.md".length));
	const all = Object.fromEntries(languages.map((one) => [one, {}]));

	for (const name of names) {
		const read = (language, ids) => {
			const file = `${name}.${language}.md`;
			return page(readFileSync(join(dir, file), "utf8"), file,
				    ids);
		};
		const ids = headings(read("en", null));
		if (new Set(ids).size !== ids.length)
			throw new Error(`${name}: two headings are the same`);
		for (const language of languages) {
			all[language][name] = read(language, ids);
			if (headings(all[language][name]).join() !== ids.join())
				throw new Error(`${name}.${language}: other ` +
					"headings than in English");
		}
	}
	return all;
}
