/* What this browser remembers before anybody has signed in. A browser that
 * keeps nothing (private window, full disk) is no error. */
export interface Kept {
	theme?: "light" | "dark" | "system";
	language?: "en" | "ja" | "nb";
	mode?: "simple" | "expert";
}

export function kept(): Kept {
	try {
		return JSON.parse(localStorage.getItem("waxseal") ?? "{}");
	} catch {
		return {};
	}
}

export function keep(change: Kept): void {
	try {
		localStorage.setItem("waxseal",
			JSON.stringify({ ...kept(), ...change }));
	} catch {
		/* Then it is chosen again next time. */
	}
}
