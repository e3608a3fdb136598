/* What somebody chose: kept with their account, and in this browser so that
 * the next page starts that way. */
import { session, write } from "../api/client";
import type { Settings, User } from "../api/types";
import { speak, words } from "../words/words";
import type { Lang } from "../words/words";
import { keep, kept } from "./local";
import { store, useStore } from "./store";

type Theme = "light" | "dark" | "system";
type Mode = "simple" | "expert";

export const theme = store<Theme>(kept().theme ?? "system");
export const mode = store<Mode>(kept().mode ?? "simple");

function showTheme(value: Theme): void {
	if (value === "system")
		delete document.documentElement.dataset.theme;
	else
		document.documentElement.dataset.theme = value;
}

/* Without an account (setup, login) only the browser remembers. */
async function tell(change: Partial<Pick<User, "language" | "time_zone">> &
		    { settings?: Settings }): Promise<void> {
	const now = session.get();

	if (!now?.user)
		return;
	const settings = { ...now.user.settings, ...change.settings };
	session.set({ ...now, user: { ...now.user, ...change, settings } });
	await write("PATCH", "/me", change.settings ?
		{ ...change, settings } : change).catch(() => undefined);
}

export function setTheme(value: Theme): void {
	theme.set(value);
	keep({ theme: value });
	showTheme(value);
	void tell({ settings: { theme: value } });
}

export function setMode(value: Mode): void {
	mode.set(value);
	keep({ mode: value });
	void tell({ settings: { mode: value } });
}

export async function setLanguage(value: Lang): Promise<void> {
	await speak(value);
	keep({ language: value });
	await tell({ language: value });
}

export function setZone(value: string | null): Promise<void> {
	return tell({ time_zone: value });
}

export function setKeys(value: boolean): void {
	void tell({ settings: { keys: value } });
}

export function isAdmin(): boolean {
	return session.get()?.user?.role === "admin";
}

export function keysWanted(): boolean {
	return session.get()?.user?.settings.keys !== false;
}

export function columnsOf(table: string): string[] | undefined {
	return session.get()?.user?.settings.columns?.[table];
}

export function setColumns(table: string, columns: string[] | null): void {
	const all = { ...session.get()?.user?.settings.columns };

	if (columns)
		all[table] = columns;
	else
		delete all[table];
	void tell({ settings: { columns: all } });
}

/* What the account says goes before what this browser remembers. */
export function adopt(user: User): void {
	const { settings } = user;

	if (settings.theme && settings.theme !== theme.get()) {
		theme.set(settings.theme);
		keep({ theme: settings.theme });
		showTheme(settings.theme);
	}
	if (settings.mode && settings.mode !== mode.get()) {
		mode.set(settings.mode);
		keep({ mode: settings.mode });
	}
	if (user.language && user.language !== words.get().language) {
		keep({ language: user.language });
		void speak(user.language);
	}
}

export function useMode(): Mode {
	return useStore(mode);
}
export function useTheme(): Theme {
	return useStore(theme);
}
