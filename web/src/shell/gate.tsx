/* The frames around pages before anybody has signed in: a card for forms, and
 * the whole width for what everybody may read. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { session } from "../api/client";
import { useStore } from "../state/store";
import { t } from "../words/words";
import { Mark } from "../parts/icons";
import { Toasts } from "../parts/toast";
import { LanguageMenu, ThemeMenu } from "./choices";

export function OpenFrame({ children }: { children: ComponentChildren }) {
	const isPublic = useStore(session)?.public === true;

	return (
		<div class="gate">
			<header class="gate-head">
				<a class="brand" href={isPublic ? "/tools/check" :
					"/help"}><Mark size={32} />
					<span>Waxseal</span></a>
				<nav class="gate-nav"
					aria-label={t("web.shell.navigation")}>
					{isPublic && <a href="/tools">
						{t("web.nav.tools")}</a>}
					<a href="/help">{t("web.nav.help")}</a></nav>
				<span class="gate-choices">
					<LanguageMenu /><ThemeMenu />
					<a class="button" href="/">
						{t("web.login.enter")}</a>
				</span>
			</header>
			<main class="main main-open" id="main" tabIndex={-1}>
				{children}
			</main>
			<Toasts />
		</div>
	);
}

export function Gate({ title, intro, children }: {
	title: string; intro?: string; children: ComponentChildren;
}) {
	useEffect(() => {
		document.title = title + " · Waxseal";
	}, [title]);
	return (
		<div class="gate">
			<header class="gate-head">
				<span class="brand"><Mark size={32} />
					<span>Waxseal</span></span>
				<span class="gate-choices">
					<LanguageMenu /><ThemeMenu />
				</span>
			</header>
			<main class="gate-main" id="main">
				<div class="gate-card">
					<h1>{title}</h1>
					{intro && <p class="intro">{intro}</p>}
					{children}
				</div>
			</main>
			<Toasts />
		</div>
	);
}
