/* The headers of a mail, read in the browser and kept nowhere: the way it took
 * and what servers on the way found out. All of it may be forged but what the
 * reader's own server wrote. */
export interface Header { name: string; value: string }
export interface Hop {
	from: string; by: string; with: string;
	at: number | null;    // seconds
	delay: number | null; // since the hop before
}
export interface Method { name: string; result: string; detail: string }
export interface Signature { domain: string; selector: string;
			     algorithm: string }
export interface Read {
	from: string | null;       // domains
	returnPath: string | null;
	judge: string | null;      // who wrote the results
	methods: Method[];
	signatures: Signature[];
	hops: Hop[];               // the first server first
}

const TEXT_MAX = 256 * 1024, LIST_MAX = 200;

/* Lines that begin with a blank go on with the one before. */
export function headersOf(text: string): Header[] {
	const all: Header[] = [];

	for (const line of text.slice(0, TEXT_MAX).split(/\r?\n/)) {
		const found = /^([!-9;-~]{1,80}):[ \t]*(.*)$/.exec(line);
		if (/^[ \t]/.test(line) && all.length)
			all.at(-1)!.value += " " + line.trim();
		else if (found)
			all.push({ name: found[1]!.toLowerCase(),
				   value: found[2]!.trim() });
		else if (line === "" && all.length)
			break; // the mail itself
	}
	return all.slice(0, 1000);
}

/* Comments in brackets, one level after the other from inside. */
function bare(value: string): string {
	let text = value;

	for (let i = 0; i < 5 && text.includes("("); i++)
		text = text.replace(/\([^()]{0,2000}\)/g, " ");
	return text.replace(/\s+/g, " ").trim();
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
	const time = Date.parse(bare(value.slice(cut + 1)));
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

/* null: there is no header in it. */
export function readHeaders(text: string): Read | null {
	const all = headersOf(text);
	const values = (name: string) => all.filter((one) =>
		one.name === name).map((one) => one.value).slice(0, LIST_MAX);
	const hops = values("received").map(hop).reverse();
	// The topmost was written last, by the server nearest to the reader.
	const [judge, found] = methods(values("authentication-results")[0] ??
		"");

	if (all.length === 0)
		return null;
	hops.forEach((one, i) => {
		const before = hops[i - 1]?.at;
		if (one.at !== null && before !== null && before !== undefined)
			one.delay = Math.max(one.at - before, 0);
	});
	return { from: domainIn(values("from")[0]),
		 returnPath: domainIn(values("return-path")[0]),
		 judge: judge || null, methods: found, hops,
		 signatures: values("dkim-signature").map(tags).map((one) => ({
			domain: one.d?.toLowerCase() ?? "",
			selector: one.s ?? "", algorithm: one.a ?? "" })) };
}

/* One is the other, or stands below it. */
export function related(a: string | null, b: string | null): boolean {
	return Boolean(a && b) && (a === b || a!.endsWith("." + b) ||
		b!.endsWith("." + a));
}
