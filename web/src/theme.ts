/* Runs before the first paint: the theme that was chosen last, so that no
 * page flashes in the other one. A classic script of its own because the
 * Content-Security-Policy allows none inside the page. */
const root = document.documentElement;
const kept = ((): { theme?: string; language?: string } => {
	try {
		return JSON.parse(localStorage.getItem("waxseal") ?? "{}");
	} catch {
		return {};
	}
})();

if (kept.theme === "light" || kept.theme === "dark")
	root.dataset.theme = kept.theme;
if (kept.language === "ja" || kept.language === "nb")
	root.lang = kept.language;
root.classList.add("scripted");
