/* The headers of a mail, read in the browser and kept nowhere: the way it took
 * and what servers on the way found out. All of it may be forged but what the
 * reader's own server wrote. src/headers goes by the same rules. */
import type { Finding } from "../api/types";
import { finding } from "../words/words";
import type { Values } from "../words/words";

export interface Header { name: string; value: string }
export interface Hop {
	from: string; by: string; with: string;
	at: number | null;    // seconds
	delay: number | null; // since the hop before; clocks may go back
}
export interface Method { name: string; result: string; detail: string }
export interface Signature { domain: string; selector: string;
			     algorithm: string }
export interface Read {
	from: string | null;       // domains
	froms: number;             // From fields
	returnPath: string | null;
	judge: string | null;      // who wrote the results
	methods: Method[];
	signatures: Signature[];
	hops: Hop[];               // the first server first
	arc: { domain: string; broken: boolean } | null; // the last seal
	whole: boolean;            // a body follows
}

const TEXT_MAX = 256 * 1024, LIST_MAX = 200;

/* Lines that begin with a blank go on with the one before. */
export function headersOf(text: string): [Header[], boolean] {
	const all: Header[] = [];
	const lines = text.slice(0, TEXT_MAX).split(/\r?\n/);

	for (const [i, line] of lines.entries()) {
		const found = /^([!-9;-~]{1,80}):(.*)$/.exec(line);
		if (line.trim() === "" && all.length)
			return [all, lines.slice(i).some((one) =>
				one.trim() !== "")]; // the mail itself
		if (/^[ \t]/.test(line) && all.length)
			all.at(-1)!.value += " " + line.trim();
		else if (found)
			all.push({ name: found[1]!.toLowerCase(),
				   value: found[2]!.trim() });
		if (all.length === 1000)
			break;
	}
	return [all, false];
}

/* Without comments, which may stand within each other. */
function bare(value: string): string {
	let text = "", depth = 0, quoted = false;

	for (let i = 0; i < value.length; i++) {
		const c = value[i]!;
		if (c === "\\" && (quoted || depth)) {
			text += depth ? "" : value.slice(i, i + 2);
			i++;
		} else if (c === '"' && !depth) {
			quoted = !quoted;
			text += c;
		} else if (quoted) {
			text += c;
		} else if (c === "(") {
			depth++;
		} else if (c === ")" && depth) {
			if (--depth === 0)
				text += " ";
		} else if (!depth) {
			text += c;
		}
	}
	return text.replace(/[ \t]+/g, " ").trim();
}

function domainIn(value: string | undefined): string | null {
	return /@([^\s<>@,;"]+)/.exec(value?.replace(/^.*</, "<") ?? "")?.[1]
		?.replace(/\.$/, "").toLowerCase() ?? null;
}

function tags(value: string): Record<string, string> {
	const all: Record<string, string> = {};

	for (const part of value.split(";")) {
		const at = part.indexOf("=");
		if (at > 0)
			all[part.slice(0, at).trim()] =
				part.slice(at + 1).replace(/\s+/g, "");
	}
	return all;
}

function hop(value: string): Hop {
	const cut = value.lastIndexOf(";");
	const time = cut < 0 ? NaN : Date.parse(bare(value.slice(cut + 1)));
	const way = bare(cut < 0 ? value : value.slice(0, cut));
	const part = (word: string) => new RegExp(`(?:^|\\s)${word} (\\S+)`)
		.exec(way)?.[1] ?? "";

	return { from: part("from"), by: part("by"), with: part("with"),
		 at: Number.isNaN(time) ? null : time / 1000, delay: null };
}

function methods(value: string): [string | null, Method[]] {
	const [judge, ...rest] = bare(value).split(";");

	return [judge?.trim().split(" ")[0] ?? null, rest.flatMap((one) => {
		const found = /^\s*([\w.-]+)(?:\/\d+)?\s*=\s*(\w+)\s*(.*)$/
			.exec(one);
		return found ? [{ name: found[1]!.toLowerCase(),
				  result: found[2]!.toLowerCase(),
				  detail: found[3]!.trim() }] : [];
	}).slice(0, LIST_MAX)];
}

/* The topmost was written last, by the server nearest to the reader; what that
 * server wrote in several fields stands above the next server's. */
function results(all: readonly Header[]): [string | null, Method[]] {
	let judge: string | null = null;
	const list: Method[] = [];

	for (const one of all) {
		if (judge && one.name === "received")
			break;
		if (one.name !== "authentication-results")
			continue;
		const [who, found] = methods(one.value);
		if (!who || judge && who.toLowerCase() !== judge.toLowerCase())
			continue;
		judge = who;
		list.push(...found);
	}
	return [judge, list.slice(0, LIST_MAX)];
}

/* The seal with the highest i= was set last. */
function lastSeal(values: readonly string[]): Read["arc"] {
	const seals = values.map(tags).sort((a, b) =>
		Number(b.i ?? 0) - Number(a.i ?? 0));

	return seals[0] ? { domain: seals[0].d ?? "",
		broken: seals[0].cv?.toLowerCase() === "fail" } : null;
}

/* null: there is no header in it. */
export function readHeaders(text: string): Read | null {
	const [all, whole] = headersOf(text);
	const values = (name: string) => all.filter((one) =>
		one.name === name).map((one) => one.value).slice(0, LIST_MAX);
	const hops = values("received").map(hop).reverse();
	const [judge, found] = results(all);

	if (all.length === 0)
		return null;
	hops.forEach((one, i) => {
		const before = hops[i - 1]?.at;
		if (one.at !== null && before !== null && before !== undefined)
			one.delay = one.at - before;
	});
	return { from: domainIn(values("from")[0]),
		 froms: values("from").length,
		 returnPath: domainIn(values("return-path")[0]),
		 judge, methods: found, hops, whole,
		 arc: lastSeal(values("arc-seal")),
		 signatures: values("dkim-signature").map(tags).map((one) => ({
			domain: one.d?.toLowerCase() ?? "",
			selector: one.s ?? "", algorithm: one.a ?? "" })) };
}

/* One is the other, or stands below it. */
export function related(a: string | null, b: string | null): boolean {
	return Boolean(a && b) && (a === b || a!.endsWith("." + b) ||
		b!.endsWith("." + a));
}

/* ---- what it says, as findings ---- */

const SLOW = 300, CLOCKS = 60; // seconds
const PLAIN = /^(?:UTF8)?E?SMTPA?$/i;

function said(code: string, values: Values = {},
	      evidence: string | null = null): Finding[] {
	const found = finding("headers." + code, values);

	return found ? [{ ...found, fix: found.fix || null, action: null,
			  reference: found.reference || null, evidence,
			  record: null }] : [];
}

function saidOfMethod(mail: Read, name: string, none: boolean): Finding[] {
	const all = mail.methods.filter((one) => one.name === name);
	const best = all.find((one) => one.result === "pass") ?? all[0];
	const word = best?.result === "pass" ? "_pass" :
		best?.result === "none" ? "_none" : "_fail";

	if (!best || best.result === "none" && !none)
		return [];
	return said(best.result.endsWith("error") ? "method_error" :
		name + word, { domain: mail.from ?? "–", method: name,
			       result: best.result }, best.detail || null);
}

function saidOfNames(mail: Read): Finding[] {
	const { from, returnPath, signatures, arc } = mail;
	const domain = from ?? "–";

	return [
		...mail.froms !== 1 || !from ? said("no_author") : [],
		...signatures.length === 0 ? said("unsigned", { domain }) :
			from && !signatures.some((one) =>
				related(one.domain, from)) ?
				said("signed_elsewhere", { domain,
					other: signatures[0]!.domain }) : [],
		...from && returnPath && !related(from, returnPath) ?
			said("returns_elsewhere",
			     { domain, other: returnPath }) : [],
		...arc ? said(arc.broken ? "arc_broken" : "arc",
			      { domain: arc.domain }) : [],
	];
}

function saidOfWay(hops: readonly Hop[]): Finding[] {
	const timed = hops.filter((one) => one.delay !== null)
		.sort((a, b) => b.delay! - a.delay!);
	const slow = timed[0], early = timed.at(-1);

	return [
		...hops.filter((one) => one.from && one.by &&
			PLAIN.test(one.with)).flatMap((one) =>
			said("plain_hop", { host: one.from, other: one.by })),
		...slow && slow.delay! >= SLOW ? said("slow_hop",
			{ host: slow.by, seconds: slow.delay! }) : [],
		...early && early.delay! < -CLOCKS ? said("clock_wrong",
			{ host: early.by, seconds: -early.delay! }) : [],
	];
}

export function findingsOf(mail: Read): Finding[] {
	return [
		...mail.methods.length === 0 ? said("no_results") : [],
		...saidOfMethod(mail, "dmarc", true),
		...saidOfMethod(mail, "spf", true),
		...saidOfMethod(mail, "dkim", false),
		...saidOfNames(mail), ...saidOfWay(mail.hops),
		...mail.whole ? [] : said("only_headers"),
	];
}
