/* The domain that pages are about: one, or all of them. */
import { useState } from "preact/hooks";
import { useQuery } from "../api/query";
import type { Domains } from "../api/types";
import { go, href, setParams, usePlace } from "../model/place";
import { compare } from "../words/format";
import { shownDomain } from "../words/idn";
import { t } from "../words/words";
import { Icon } from "../parts/icons";
import { Menu, MenuChoice } from "../parts/menu";

const SEARCH_FROM = 8; // domains before a search box is worth its place

/* The domain of this page, by its path or its parameters. */
export function useDomain(): string | null {
	const at = usePlace();
	const inPath = /^\/d\/([^/]+)/.exec(at.path)?.[1];

	if (inPath)
		return decodeURIComponent(inPath);
	const all = at.params.getAll("domain");
	return all.length === 1 && !all[0]!.startsWith("!") ? all[0]! : null;
}

function choose(path: string, domain: string | null): void {
	if (path.startsWith("/d/") || path.startsWith("/domains"))
		go(domain ? href("/d/" + encodeURIComponent(domain)) :
			href("/domains", { domain: null }));
	else if (/^\/(settings|help|tools)/.test(path))
		go(href("/", { domain }));
	else
		setParams({ domain });
}

function List({ now, pick }: {
	now: string | null; pick: (domain: string | null) => void;
}) {
	const answer = useQuery<Domains>("/domains");
	const [typed, setTyped] = useState("");
	const all = answer.data?.domains ?? [];
	const wanted = typed.normalize("NFKC").toLowerCase();
	const shown = all.map((one) => one.domain)
		.filter((name) => name.includes(wanted) ||
			shownDomain(name).includes(wanted))
		.sort((a, b) => compare(shownDomain(a), shownDomain(b)));

	return <>
		{all.length > SEARCH_FROM && <div class="menu-form">
			<input type="search" value={typed} autofocus
				aria-label={t("web.domain.find")}
				placeholder={t("web.domain.find")}
				onInput={(event) =>
					setTyped(event.currentTarget.value)} />
		</div>}
		<div class="menu-scroll">
			<MenuChoice chosen={now === null}
				onChoose={() => pick(null)}>
				{t("web.domain.all")}</MenuChoice>
			{shown.slice(0, 200).map((name) => (
				<MenuChoice key={name} chosen={name === now}
					onChoose={() => pick(name)}>
					{shownDomain(name)}</MenuChoice>))}
		</div>
	</>;
}

export function DomainMenu() {
	const at = usePlace();
	const now = useDomain();
	const many = at.params.getAll("domain").length;

	return (
		<Menu class="domain-menu" label={t("web.domain.switch")} face={<>
			<Icon name="domains" size={16} />
			<span class="face-text">{now ? shownDomain(now) :
				many > 1 ? t("web.domain.several", { count: many }) :
					t("web.domain.all")}</span></>}>
			{(close) => <List now={now} pick={(domain) => {
				close();
				choose(at.path, domain);
			}} />}
		</Menu>
	);
}
