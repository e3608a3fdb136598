/* Signing in. The address stays what it was, so that one comes out where one
 * wanted to go. */
import { useState } from "preact/hooks";
import { ApiProblem, session, write } from "../api/client";
import type { Session } from "../api/types";
import { adopt } from "../state/settings";
import { t } from "../words/words";
import { Field } from "../parts/field";
import { Notice, problemText } from "../parts/page";
import { Gate } from "../shell/gate";

export function Login() {
	const [name, setName] = useState("");
	const [password, setPassword] = useState("");
	const [busy, setBusy] = useState(false);
	const [problem, setProblem] = useState<ApiProblem | null>(null);

	const enter = (event: Event) => {
		event.preventDefault();
		setBusy(true);
		setProblem(null);
		write<Session>("POST", "/session", { name, password }).then(
			(now) => {
				if (now.user)
					adopt(now.user);
				session.set(now);
			}, (why) => {
				setBusy(false);
				setProblem(why as ApiProblem);
			});
	};
	const text = problem && problemText(problem);
	return (
		<Gate title={t("web.login.title")}>
			<form onSubmit={enter}>
				{text && <Notice kind="fail">
					<strong>{text.title}</strong>
					{text.meaning && <p>{text.meaning}</p>}</Notice>}
				<Field label={t("web.login.name")} value={name}
					onValue={setName} autocomplete="username"
					autocapitalize="none" spellcheck={false}
					required autofocus />
				<Field label={t("web.login.password")} type="password"
					value={password} onValue={setPassword}
					autocomplete="current-password" required />
				<button class="button button-main button-wide"
					disabled={busy}>{t("web.login.enter")}</button>
			</form>
			<p class="gate-note">{t("web.login.forgotten")}{" "}
				<code>waxseal user passwd</code></p>
		</Gate>
	);
}
