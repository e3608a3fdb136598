/* Settings: one's own, and for administrators the people and programs that
 * may come in. Each part has its own address. */
import type { ComponentType } from "preact";
import { useState } from "preact/hooks";
import { ApiProblem, session, write } from "../api/client";
import type { Session } from "../api/types";
import { LANG_NAMES } from "../shell/choices";
import { keysWanted, setKeys, setLanguage, setMode, setTheme, setZone, useMode,
	 useTheme } from "../state/settings";
import { useStore } from "../state/store";
import { LANGS, of, t, words } from "../words/words";
import type { Lang } from "../words/words";
import { Choice, Field, Switch } from "../parts/field";
import { Notice, Page, Section, problemText } from "../parts/page";
import { toast, toastProblem } from "../parts/toast";
import { ZoneChoice, ownZone } from "../parts/zones";
import type { RouteProps } from "../routes";
import NotFound from "./not-found";
import { isAdmin } from "../state/settings";
import { PASSWORD_MIN } from "./setup";
import { Providers } from "./dns-providers";
import { About } from "./settings-about";
import { Tokens } from "./settings-tokens";
import { Users } from "./settings-users";

function Password() {
	const [old, setOld] = useState("");
	const [next, setNext] = useState("");
	const [problem, setProblem] = useState<ApiProblem | null>(null);
	const text = problem && problemText(problem);

	const change = (event: Event) => {
		event.preventDefault();
		/* All sessions end with the old password; the answer is a new one,
		 * whose csrf the next write needs. */
		write<Session>("POST", "/me/password", { old, new: next }).then(
			(now) => {
				session.set(now);
				setOld("");
				setNext("");
				setProblem(null);
				toast(t("web.settings.password_changed"));
			}, (why) => setProblem(why as ApiProblem));
	};
	return (
		<Section title={t("web.settings.password")}>
			<form class="form" onSubmit={change}>
				{text && <Notice kind="fail"><strong>{text.title}
				</strong>{text.meaning && <p>{text.meaning}</p>}
				</Notice>}
				<Field label={t("web.settings.password_old")}
					type="password" value={old} onValue={setOld}
					autocomplete="current-password" required />
				<Field label={t("web.settings.password_new")}
					type="password" value={next} onValue={setNext}
					autocomplete="new-password" required
					hint={t("web.setup.password_hint",
						{ count: PASSWORD_MIN })} />
				<button class="button">
					{t("web.settings.password_change")}</button>
			</form>
		</Section>
	);
}

function Profile() {
	const user = useStore(session)!.user!;
	const language = useStore(words).language;
	const mode = useMode();
	const theme = useTheme();

	return <>
		<div class="form">
			<Choice label={t("web.shell.language")} value={language}
				options={LANGS.map((one) => [one, LANG_NAMES[one]] as
					const)}
				onValue={(value) => setLanguage(value as Lang)
					.catch(toastProblem)} />
			<ZoneChoice value={user.time_zone ?? ownZone()}
				onValue={(value) => void setZone(value)} />
			<Choice label={t("web.shell.theme")} value={theme}
				options={(["light", "dark", "system"] as const).map(
					(one) => [one, of("web.theme.", one)] as const)}
				onValue={(value) => setTheme(value as typeof theme)} />
			<Choice label={t("web.shell.mode")} value={mode}
				options={(["simple", "expert"] as const).map(
					(one) => [one, of("web.mode.", one)] as const)}
				hint={of("web.mode.", `${mode}_hint` as const)}
				onValue={(value) => setMode(value as typeof mode)} />
			<Switch label={t("web.help.keys_on")} on={keysWanted()}
				onChange={setKeys} />
		</div>
		<Password />
	</>;
}

const PARTS: readonly { name: "profile" | "users" | "tokens" | "dns" |
		       "about";
		       admin?: boolean; view: ComponentType }[] = [
	{ name: "profile", view: Profile },
	{ name: "users", view: Users, admin: true },
	{ name: "tokens", view: Tokens, admin: true },
	{ name: "dns", view: Providers, admin: true },
	{ name: "about", view: About },
];

export default function Settings({ at }: RouteProps) {
	useStore(session);
	const name = at.part ?? "profile";
	const parts = PARTS.filter((one) => !one.admin || isAdmin());
	const part = parts.find((one) => one.name === name);

	if (!part)
		return <NotFound />;
	return (
		<Page title={t("web.nav.settings")}>
			<nav class="tabs" aria-label={t("web.nav.settings")}>
				{parts.map((one) => (
					<a key={one.name} class="tab"
						href={one.name === "profile" ? "/settings" :
							"/settings/" + one.name}
						aria-current={one === part ? "page" :
							undefined}>
						{of("web.settings.", one.name)}</a>))}
			</nav>
			<part.view />
		</Page>
	);
}
