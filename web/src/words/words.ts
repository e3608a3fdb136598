/* Texts: every one is in the catalogue of the program (src/finding), of which
 * the build makes one file per language. English stands in for a text that
 * another language lacks. */
import { store } from "../state/store";

export type Lang = "en" | "ja" | "nb";
export const LANGS: readonly Lang[] = ["en", "ja", "nb"];
export type Severity = "critical" | "fail" | "warn" | "info" | "ok";
export type Values = Record<string, string | number>;
/* Keys that end in .one and .other are given by what is before that. */
export type PluralKey =
	WordKey extends infer K ? K extends `${infer P}.other` ? P : never :
	never;

interface Words {
	language: Lang;
	sentences: Record<string, string>;
	findings: Record<string, [Severity, string, string, string, string]>;
}
export interface Finding {
	code: string; severity: Severity;
	title: string; meaning: string; fix: string; reference: string;
}

const none: Words = { language: "en", sentences: {}, findings: {} };
export const words = store<Words>(none);

export function lang(): Lang {
	return words.get().language;
}

/* The first language of the reader that we speak. */
export function langOf(tags: readonly string[]): Lang {
	for (const tag of tags) {
		const base = tag.toLowerCase().split("-")[0];
		if (base === "ja" || base === "en")
			return base;
		if (base === "nb" || base === "no" || base === "nn")
			return "nb";
	}
	return "en";
}

export async function speak(language: Lang): Promise<void> {
	const root = document.documentElement;
	const url = root.dataset["words" + language[0]!.toUpperCase() +
		language.slice(1)];
	const told = await fetch(url ?? "");

	if (!told.ok)
		throw new Error("no words");
	root.lang = language;
	words.set(await told.json() as Words);
}

export function fill(text: string, values?: Values): string {
	return text.replace(/\{([a-z][a-z0-9_]*)\}/g, (place, name: string) => {
		const value = values?.[name];
		if (value === undefined)
			return place;
		return typeof value === "number" ?
			new Intl.NumberFormat(locale()).format(value) : value;
	});
}

/* How Intl is asked: English of a country that writes 22 Nov 2026. */
export function locale(): string {
	return { en: "en-GB", ja: "ja-JP", nb: "nb-NO" }[lang()];
}

export function t(key: WordKey, values?: Values): string {
	return fill(words.get().sentences[key] ?? key, values);
}

/* A key of a family: of("web.class.", row.class). */
export function of<P extends string, K extends string>(
	family: P, name: K & (`${P}${K}` extends WordKey ? K : never),
	values?: Values): string {
	return t((family + name) as WordKey, values);
}

/* A key whose name comes from outside; the name itself when there is none. */
export function named(family: string, name: string, values?: Values): string {
	const text = words.get().sentences[family + name];

	return text === undefined ? name : fill(text, values);
}

/* plural("web.count.messages.", 3): {count} is filled by itself. */
export function plural(family: `${PluralKey}.`, count: number,
		       values?: Values): string {
	const form = new Intl.PluralRules(locale()).select(count);
	const sentences = words.get().sentences;

	return fill(sentences[family + form] ?? sentences[family + "other"] ??
		family, { count, ...values });
}

export function finding(code: string, values?: Values): Finding | null {
	const found = words.get().findings[code];

	if (!found)
		return null;
	const [severity, title, meaning, fix, reference] = found;
	return { code, severity, title: fill(title, values),
		 meaning: fill(meaning, values), fix: fill(fix, values),
		 reference };
}

/* A sentence for a code that may be a finding or a plain sentence. */
export function sentence(code: string, values?: Values): string {
	return finding(code, values)?.title ??
		fill(words.get().sentences[code] ?? code, values);
}
