/* Language, theme, Simple or Expert, and the account: the right end of the
 * top bar, and the foot of the drawer on a phone. */
import { session, write } from "../api/client";
import type { Session } from "../api/types";
import { go } from "../model/place";
import { mode, setLanguage, setMode, setTheme, useMode, useTheme } from
	"../state/settings";
import { useStore } from "../state/store";
import { LANGS, of, t, words } from "../words/words";
import type { Lang } from "../words/words";
import { Icon } from "../parts/icons";
import { Menu, MenuChoice } from "../parts/menu";
import { toastProblem } from "../parts/toast";

/* Each language by its own name. */
export const LANG_NAMES: Record<Lang, string> = { en: "English",
	ja: "日本語", nb: "Norsk bokmål" };

export function LanguageMenu({ side = "end" }: { side?: "start" | "end" }) {
	const now = useStore(words).language;

	return (
		<Menu plain side={side} class="icon-menu"
			label={t("web.shell.language")}
			face={<Icon name="language" />}>
			{(close) => LANGS.map((one) => (
				<MenuChoice key={one} chosen={one === now}
					onChoose={() => {
						close();
						setLanguage(one).catch(toastProblem);
					}}><span lang={one}>{LANG_NAMES[one]}</span>
				</MenuChoice>))}
		</Menu>
	);
}

const THEMES = ["light", "dark", "system"] as const;

export function ThemeMenu({ side = "end" }: { side?: "start" | "end" }) {
	const now = useTheme();

	return (
		<Menu plain side={side} class="icon-menu"
			label={t("web.shell.theme")}
			face={<Icon name={now === "dark" ? "moon" : now === "light" ?
				"sun" : "half"} />}>
			{(close) => THEMES.map((one) => (
				<MenuChoice key={one} chosen={one === now}
					onChoose={() => {
						close();
						setTheme(one);
					}}>{of("web.theme.", one)}</MenuChoice>))}
		</Menu>
	);
}

export function ModeSwitch() {
	const now = useMode();

	return (
		<div class="segments" role="group" aria-label={t("web.shell.mode")}>
			{(["simple", "expert"] as const).map((one) => (
				<button type="button" key={one} class="segment"
					aria-pressed={now === one}
					title={of("web.mode.", `${one}_hint` as const)}
					onClick={() => mode.get() !== one && setMode(one)}>
					{of("web.mode.", one)}</button>))}
		</div>
	);
}

export async function signOut(): Promise<void> {
	await write("DELETE", "/session").catch(toastProblem);
	const now = session.get() as Session;
	session.set({ ...now, user: null, csrf: null });
	go("/");
}

export function AccountMenu() {
	const user = useStore(session)?.user;

	if (!user)
		return null;
	return (
		<Menu plain side="end" class="icon-menu"
			label={t("web.shell.account", { name: user.name })}
			face={<Icon name="user" />}>
			{() => <>
				<p class="menu-head"><strong>{user.name}</strong>
					<span class="muted">{of("web.role.", user.role)}
					</span></p>
				<a class="menu-item" href="/settings">
					{t("web.nav.settings")}</a>
				<button type="button" class="menu-item"
					onClick={() => void signOut()}>
					{t("web.shell.sign_out")}</button>
			</>}
		</Menu>
	);
}
