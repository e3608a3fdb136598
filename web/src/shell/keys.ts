/* Single-key shortcuts. They rest while somebody types, while a dialog is
 * open, and for good when they are switched off in the settings. */
import { useEffect, useRef } from "preact/hooks";
import { keysWanted } from "../state/settings";

export type Keys = Record<string, (() => void) | undefined>;

const layers: { current: Keys }[] = [];
let prefix = 0; // when "g" was pressed

function typing(target: EventTarget | null): boolean {
	return target instanceof HTMLElement && (target.isContentEditable ||
		target.matches("select, textarea, input:not([type=checkbox])" +
			":not([type=radio])"));
}

/* Enter on a link or a button is theirs. */
function theirs(event: KeyboardEvent): boolean {
	return event.key === "Enter" && event.target instanceof HTMLElement &&
		event.target.matches("a, button, input, summary");
}

function heard(event: KeyboardEvent): void {
	if (event.defaultPrevented || event.isComposing || event.altKey ||
	    event.ctrlKey || event.metaKey || typing(event.target) ||
	    theirs(event) || document.querySelector("dialog[open]") ||
	    !keysWanted())
		return;
	const after = Date.now() - prefix < 1500 ? "g " : "";
	prefix = 0;
	if (event.key === "g" && !after) {
		prefix = Date.now();
		return;
	}
	for (const layer of [...layers].reverse()) {
		const act = layer.current[after + event.key];
		if (!act)
			continue;
		event.preventDefault();
		act();
		return;
	}
}

export function startKeys(): void {
	document.addEventListener("keydown", heard);
}

/* The last page or part that asks for a key gets it. */
export function useKeys(keys: Keys): void {
	const layer = useRef(keys);

	layer.current = keys;
	useEffect(() => {
		layers.push(layer);
		return () => {
			layers.splice(layers.indexOf(layer), 1);
		};
	}, []);
}
