/* First run: the one-time token makes the first administrator. */
import { useState } from "preact/hooks";
import { ApiProblem, session, write } from "../api/client";
import type { Session } from "../api/types";
import { go } from "../model/place";
import { keep } from "../state/local";
import { lang, t } from "../words/words";
import { Field } from "../parts/field";
import { Notice, problemText } from "../parts/page";
import { ZoneChoice, ownZone } from "../parts/zones";
import { Gate } from "../shell/gate";

export const PASSWORD_MIN = 10; // as the server asks

/* The link in the log carries the token. */
function tokenOfLink(): string {
	return new URLSearchParams(location.search).get("token") ??
		new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
}

export function Setup() {
	const [token, setToken] = useState(tokenOfLink);
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [zone, setZone] = useState(ownZone);
	const [busy, setBusy] = useState(false);
	const [short, setShort] = useState(false);
	const [problem, setProblem] = useState<ApiProblem | null>(null);

	const create = (event: Event) => {
		event.preventDefault();
		setShort(password.length < PASSWORD_MIN);
		if (password.length < PASSWORD_MIN)
			return;
		setBusy(true);
		setProblem(null);
		write<Session>("POST", "/setup", { token: token.trim(), name,
			password, language: lang(), time_zone: zone }).then(
			(now) => {
				keep({ language: lang() });
				session.set(now);
				go("/", { replace: true });
			}, (why) => {
				setBusy(false);
				setProblem(why as ApiProblem);
			});
	};
	const text = problem && problemText(problem);
	return (
		<Gate title={t("web.setup.title")} intro={t("web.setup.intro")}>
			<form onSubmit={create} noValidate={false}>
				{text && <Notice kind="fail">
					<strong>{text.title}</strong>
					{text.meaning && <p>{text.meaning}</p>}
					{text.fix && <p>{text.fix}</p>}</Notice>}
				<Field label={t("web.setup.token")} value={token}
					onValue={setToken} required spellcheck={false}
					autocomplete="off" class="mono"
					autofocus={token === ""}
					hint={<>{t("web.setup.token_hint")}{" "}
						<code>waxseal setup-token</code></>} />
				<Field label={t("web.login.name")} value={name}
					onValue={setName} required
					autocomplete="username" autocapitalize="none"
					spellcheck={false} autofocus={token !== ""} />
				<Field label={t("web.login.password")} type="password"
					value={password} onValue={setPassword} required
					autocomplete="new-password"
					hint={t("web.setup.password_hint",
						{ count: PASSWORD_MIN })}
					error={short ? t("web.setup.password_short",
						{ count: PASSWORD_MIN }) : null} />
				<ZoneChoice value={zone} onValue={setZone} />
				<button class="button button-main button-wide"
					disabled={busy}>{t("web.setup.create")}</button>
			</form>
		</Gate>
	);
}
