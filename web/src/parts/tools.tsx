/* What the pages of tools share: the way from one to the next, the box, and
 * what a pasted message of a checker means. */
import { useEffect, useState } from "preact/hooks";
import type { Explained } from "../api/types";
import { setParams, usePlace } from "../model/place";
import { named, t } from "../words/words";
import { Field } from "./field";
import { Icon } from "./icons";
import { Notice } from "./page";

export const KINDS = ["mta-sts", "tls-rpt", "dmarc", "spf", "dkim", "mx",
		      "dane", "bimi", "ptr"] as const;
export type Kind = typeof KINDS[number];

/* Texts of a tool: "web.tool.mta_sts_text". */
export function toolText(kind: string, part = ""): string {
	return named("web.tool.", kind.replaceAll("-", "_") + part);
}

/* Texts of what makes records: "web.maker.mta_sts_text". */
export function makerText(kind: string, part = ""): string {
	return named("web.maker.", kind.replaceAll("-", "_") + part);
}

export function ToolTabs() {
	const { path, params } = usePlace();
	const q = params.get("q");

	return (
		<nav class="tabs" aria-label={t("web.nav.tools")}>
			{["check", ...KINDS, "headers", "report"].map((kind) => (
				<a class="tab" key={kind} href={"/tools/" + kind +
					(q ? "?q=" + encodeURIComponent(q) : "")}
					aria-current={path === "/tools/" + kind ?
						"page" : undefined}>
					{toolText(kind)}</a>))}
		</nav>
	);
}

/* `extra`: the label of a second, optional box. */
export function Ask({ label, hint, extra, again }: {
	label: string; hint?: string; extra?: string | null;
	again: () => void;
}) {
	const { params } = usePlace();
	const q = params.get("q") ?? "", more = params.get("extra") ?? "";
	const [typed, setTyped] = useState(q);
	const [typedMore, setTypedMore] = useState(more);

	useEffect(() => {
		setTyped(q);
		setTypedMore(more);
	}, [q, more]);
	return (
		<form class="ask" onSubmit={(event) => {
			event.preventDefault();
			const next = typed.normalize("NFKC").trim();
			const nextMore = extra ? typedMore.trim() : "";
			if (next === q && nextMore === more)
				again();
			else if (next)
				setParams({ q: next, extra: nextMore || null });
		}}>
			<Field label={label} value={typed} onValue={setTyped}
				{...(hint ? { hint } : {})} required
				autofocus={q === ""} autocapitalize="none"
				autocomplete="off" spellcheck={false}
				placeholder="example.com" />
			{extra && <Field label={extra} value={typedMore}
				onValue={setTypedMore} autocapitalize="none"
				autocomplete="off" spellcheck={false} />}
			<button class="button button-main">
				<Icon name="search" size={16} />
				{t("web.check.go")}</button>
		</form>
	);
}

const ANCHORS: Record<string, string> = {
	NONE: "mta-sts-policy-is-missing-stsfetchresult-none",
	FETCH_ERROR: "mta-sts-policy-is-missing-stsfetchresult-fetch-error",
	VALID: "stsfetchresult-valid", NOT_CHANGED: "stsfetchresult-not-changed",
};

/* The sentence of a checker, when there is one in what was pasted. */
export function Pasted({ q, answer }: { q: string; answer?: Explained }) {
	const word = answer?.result ??
		/STSFetchResult\.([A-Z_]+)/.exec(q)?.[1];

	if (!word || !ANCHORS[word])
		return null;
	return (
		<Notice actions={<a class="button button-small"
			href={"/help/mta-sts#" + ANCHORS[word]}>
			{t("web.check.message_more")}</a>}>
			<strong>{t("web.check.message", { word })}</strong>
			{answer && <p>{answer.explained}</p>}
		</Notice>
	);
}
