/* The help pages in the reader's language: data that build.mjs made of
 * docs/help, fetched when the first of them is opened. */
import { useEffect, useState } from "preact/hooks";
import { useStore } from "../state/store";
import { words } from "../words/words";
import type { Lang } from "../words/words";

export type Inline = readonly (string | readonly ["code", string] |
	readonly ["a", address: string, text: string])[];
export type Block = readonly ["h2" | "h3", id: string, Inline] |
	readonly ["p", Inline] | readonly ["pre", string] |
	readonly ["ul" | "ol", ...Inline[]];
export interface Guide { title: string; blocks: readonly Block[] }
type Guides = Record<string, Guide>;

const loaded = new Map<Lang, Guides>();

async function load(language: Lang): Promise<Guides> {
	const name = "help" + language[0]!.toUpperCase() + language.slice(1);
	const told = await fetch(document.documentElement.dataset[name] ?? "");

	if (!told.ok)
		throw new Error("no help");
	const guides = await told.json() as Guides;
	loaded.set(language, guides);
	return guides;
}

/* null while they are on their way; "none" when they cannot be had. */
export function useGuides(): Guides | null | "none" {
	const language = useStore(words).language;
	const [, again] = useState({});
	const [failed, setFailed] = useState(false);
	const known = loaded.get(language);

	useEffect(() => {
		if (!known)
			load(language).then(() => again({}),
				() => setFailed(true));
	}, [language, known]);
	return known ?? (failed ? "none" : null);
}

/* The plain text of a heading or a sentence. */
export function plain(text: Inline): string {
	return text.map((one) => typeof one === "string" ? one :
		one[0] === "a" ? one[2] : one[1]).join("");
}
