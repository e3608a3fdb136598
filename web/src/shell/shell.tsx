/* The frame around every page once somebody has signed in. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { go, href, usePlace } from "../model/place";
import { t } from "../words/words";
import { Icon } from "../parts/icons";
import { Toasts, undoLast } from "../parts/toast";
import { AccountMenu, LanguageMenu, ModeSwitch, ThemeMenu } from "./choices";
import { DomainMenu } from "./domain";
import { Help } from "./help";
import { useKeys } from "./keys";
import { Rail } from "./rail";
import { RangeMenu } from "./range";
import { Search } from "./search";

const to = (path: string) => () => go(href(path));

export function SkipLink() {
	return <a class="skip" href="#main" onClick={(event) => {
		event.preventDefault();
		document.getElementById("main")?.focus();
	}}>{t("web.shell.skip")}</a>;
}

/* A new page is read out from its start; other parameters of the same page
 * leave the focus where it is. */
function useFocusOnArrival(path: string) {
	const main = useRef<HTMLElement>(null);
	const first = useRef(true);

	useEffect(() => {
		if (first.current)
			first.current = false;
		else
			main.current?.focus({ preventScroll: true });
	}, [path]);
	return main;
}

export function Shell({ children }: { children: ComponentChildren }) {
	const at = usePlace();
	const [drawer, setDrawer] = useState(false);
	const main = useFocusOnArrival(at.path);
	const spans = !/^\/(settings|help|tools|domains\/add)/.test(at.path);

	useEffect(() => setDrawer(false), [at]);
	useKeys({
		"g o": to("/"), "g d": to("/domains"), "g s": to("/sources"),
		"g r": to("/reports/dmarc"), "g t": to("/settings"),
		z: () => void undoLast(), Escape: () => setDrawer(false),
	});
	return (
		<div class={"shell" + (drawer ? " shell-drawer" : "")}>
			<SkipLink />
			<div class="rail">
				<Rail><div class="rail-foot only-narrow">
					<ModeSwitch />
					<div class="rail-choices">
						<LanguageMenu side="start" />
						<ThemeMenu side="start" />
					</div>
				</div></Rail>
			</div>
			{drawer && <button class="curtain" tabIndex={-1}
				aria-label={t("web.action.close")}
				onClick={() => setDrawer(false)} />}
			<header class="top">
				<button class="icon-button only-narrow"
					aria-expanded={drawer}
					aria-label={t("web.shell.menu")}
					onClick={() => setDrawer(!drawer)}>
					<Icon name={drawer ? "close" : "menu"} /></button>
				<Search />
				<div class={"top-span" + (spans ? "" : " top-idle")}>
					<DomainMenu />
					{spans && <RangeMenu />}
				</div>
				<div class="top-end">
					<div class="only-wide"><ModeSwitch /></div>
					<div class="only-wide"><LanguageMenu /></div>
					<div class="only-wide"><ThemeMenu /></div>
					<Help />
					<AccountMenu />
				</div>
			</header>
			<main id="main" class="main" tabIndex={-1} ref={main}>
				{children}
			</main>
			<Toasts />
		</div>
	);
}
