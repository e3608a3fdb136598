/* The frame around pages before anybody has signed in. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { Mark } from "../parts/icons";
import { Toasts } from "../parts/toast";
import { LanguageMenu, ThemeMenu } from "./choices";

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
