/* The search box: suggestions by kind while one types; full-width input and
 * names in any script are welcome. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { Suggest, Suggestion } from "../api/types";
import { go, href } from "../model/place";
import { country } from "../words/format";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { Icon } from "../parts/icons";
import type { IconName } from "../parts/icons";
import { useKeys } from "./keys";

const ICONS: Record<Suggestion["kind"], IconName> = {
	domain: "domains", source: "sources", reporter: "inbox",
	country: "domains", ip: "sources", page: "reports",
};

function target(one: Suggestion): string {
	switch (one.kind) {
	case "domain":
		return href("/d/" + encodeURIComponent(one.value));
	case "source":
		return href("/sources/" + encodeURIComponent(one.value));
	case "page":
		return one.value;
	default:
		return href("/reports/dmarc",
			{ [one.filter.name]: one.filter.value });
	}
}

function label(one: Suggestion): string {
	if (one.kind === "country")
		return country(one.value);
	return one.kind === "domain" ? shownDomain(one.value) : one.label;
}

function useLate(text: string, ms: number): string {
	const [late, setLate] = useState(text);

	useEffect(() => {
		const timer = setTimeout(() => setLate(text), ms);
		return () => clearTimeout(timer);
	}, [text, ms]);
	return late;
}

export function Search() {
	const [typed, setTyped] = useState("");
	const [open, setOpen] = useState(false);
	const [at, setAt] = useState(-1);
	const input = useRef<HTMLInputElement>(null);
	const id = useId();
	const asked = useLate(typed.normalize("NFKC").trim(), 120);
	const answer = useQuery<Suggest>(asked ? "/suggest" : null,
		{ q: asked });
	const found = asked && typed.trim() && answer.data ?
		answer.data.suggestions : [];

	const focus = () => input.current?.focus();
	useKeys({ "/": focus });
	useEffect(() => {
		const palette = (event: KeyboardEvent) => {
			if (event.key !== "k" || !(event.ctrlKey || event.metaKey))
				return;
			event.preventDefault();
			focus();
		};
		document.addEventListener("keydown", palette);
		return () => document.removeEventListener("keydown", palette);
	}, []);

	const leave = () => {
		setOpen(false);
		setTyped("");
		setAt(-1);
		input.current?.blur();
	};
	const pick = (one: Suggestion) => {
		leave();
		go(target(one));
	};
	const key = (event: KeyboardEvent) => {
		if (event.isComposing)
			return;
		if (event.key === "ArrowDown" || event.key === "ArrowUp") {
			const by = event.key === "ArrowDown" ? 1 : -1;
			event.preventDefault();
			setOpen(true);
			if (found.length)
				setAt((at + by + found.length) % found.length);
		} else if (event.key === "Escape") {
			leave();
		} else if (event.key === "Enter") {
			event.preventDefault();
			const one = found[at] ?? found[0];
			if (one)
				pick(one);
			else if (asked) {
				leave();
				go(href("/reports/dmarc", { text: asked }));
			}
		}
	};
	return (
		<div class="search" role="search" onFocusOut={(event) => {
			if (!event.currentTarget.contains(
				event.relatedTarget as Node))
				setOpen(false);
		}}>
			<Icon name="search" size={18} />
			<input ref={input} type="text" role="combobox"
				value={typed} spellcheck={false} autocomplete="off"
				aria-label={t("web.search.label")}
				aria-expanded={open && found.length > 0}
				aria-controls={id} aria-autocomplete="list"
				aria-activedescendant={at >= 0 ?
					`${id}-${at}` : undefined}
				placeholder={t("web.search.placeholder")}
				onFocus={() => setOpen(true)} onKeyDown={key}
				onInput={(event) => {
					setTyped(event.currentTarget.value);
					setOpen(true);
					setAt(-1);
				}} />
			<kbd aria-hidden="true">/</kbd>
			<ul class="search-list" id={id} role="listbox"
				aria-label={t("web.search.label")}
				hidden={!open || found.length === 0}>
				{found.map((one, i) => (
					<li key={one.kind + one.value} role="option"
						id={`${id}-${i}`} aria-selected={i === at}
						onMouseDown={(event) => {
							event.preventDefault();
							pick(one);
						}}>
						<Icon name={ICONS[one.kind]} size={16} />
						<span class="search-label">{label(one)}</span>
						<span class="muted">
							{of("web.search.", one.kind)}</span>
					</li>))}
			</ul>
			{open && asked && answer.data && !answer.stale &&
				found.length === 0 && typed.trim() &&
				<p class="search-list search-none" role="status">
					{t("web.search.none")}</p>}
		</div>
	);
}
