/* Starts the dashboard: the words first, then who is there. */
import { render } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { ApiProblem, read, session } from "./api/client";
import type { Session } from "./api/types";
import { go, startRouting, usePlace } from "./model/place";
import { ProblemView } from "./parts/page";
import { Route } from "./routes";
import { startKeys } from "./shell/keys";
import { OpenFrame } from "./shell/gate";
import { Shell } from "./shell/shell";
import { adopt } from "./state/settings";
import { kept } from "./state/local";
import { useStore } from "./state/store";
import { langOf, speak, words } from "./words/words";
import { Login } from "./pages/login";
import { Setup } from "./pages/setup";

/* What may be read before anybody has signed in: help, and records behind a
 * link that was given away; a public instance looks at domains for
 * everybody. */
function isOpen(path: string, now: Session): boolean {
	return /^\/help(\/|$)|^\/shared\//.test(path) || (now.public === true &&
		!now.setup_needed && /^\/tools(\/|$)/.test(path));
}

async function who(): Promise<void> {
	const now = await read<Session>("/api/v1/session");

	if (now.user)
		adopt(now.user);
	session.set(now);
}

function App() {
	const now = useStore(session);
	const { path } = usePlace();
	const [problem, setProblem] = useState<ApiProblem | null>(null);
	const ask = () => {
		setProblem(null);
		who().catch((why) => setProblem(why instanceof ApiProblem ? why :
			new ApiProblem(0, "", null)));
	};
	useStore(words);
	useEffect(ask, []);
	// Before anything is painted: no page ever stands under another's address.
	useLayoutEffect(() => {
		if (now?.setup_needed && path !== "/setup" &&
		    !isOpen(path, now))
			go("/setup", { replace: true });
		else if (now && !now.setup_needed && path === "/setup")
			go("/", { replace: true });
	}, [now, path]);

	if (problem)
		return <main class="plain"><ProblemView problem={problem}
			again={ask} /></main>;
	if (!now)
		return <div class="shell-blank" aria-busy="true" />;
	if (!now.user && isOpen(path, now))
		return <OpenFrame><Route /></OpenFrame>;
	if (now.setup_needed)
		return <Setup />;
	if (!now.user)
		return <Login />;
	return <Shell><Route /></Shell>;
}

async function start(): Promise<void> {
	const asked = new URLSearchParams(location.search).get("lang");
	const language = asked ? langOf([asked]) :
		kept().language ?? langOf(navigator.languages);

	startRouting();
	startKeys();
	await speak(language);
	render(<App />, document.getElementById("app")!);
}

void start();
