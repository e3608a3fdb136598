/* Puts an exact value on the clipboard and says so. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../words/words";
import { Icon } from "./icons";

async function toClipboard(text: string): Promise<void> {
	if (navigator.clipboard)
		return navigator.clipboard.writeText(text);
	// Plain HTTP away from the own machine has no clipboard API.
	const area = document.createElement("textarea");
	area.value = text;
	area.className = "hidden";
	document.body.append(area);
	area.select();
	document.execCommand("copy");
	area.remove();
}

export function Copy({ text, label }: { text: string; label?: string }) {
	const [done, setDone] = useState(false);

	const copy = () => {
		toClipboard(text).then(() => {
			setDone(true);
			setTimeout(() => setDone(false), 2000);
		}, () => undefined);
	};
	return (
		<span class="copy">
			<button type="button" class="button button-small"
				aria-label={label && t("web.action.copy_of",
					{ what: label })} onClick={copy}>
				<Icon name={done ? "check" : "copy"} size={16} />
				{done ? t("web.action.copied") :
					t("web.action.copy")}
			</button>
			<span role="status" class="hidden">
				{done ? t("web.action.copied") : ""}</span>
		</span>
	);
}

/* A value as it goes into DNS or a terminal. */
export function Code({ text, label, children }: {
	text: string; label?: string;
	children?: ComponentChildren; // the text with marks in it
}) {
	return (
		<div class="code">
			<code>{children || text}</code>
			<Copy text={text} {...(label ? { label } : {})} />
		</div>
	);
}
