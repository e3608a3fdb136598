/* useLook: a question about the world outside (DNS, web, mail servers). The
 * server answers at once with what it knows so far and is asked again until it
 * is done. */
import { useEffect, useState } from "preact/hooks";
import { useStore } from "../state/store";
import { words } from "../words/words";
import { ApiProblem, apiUrl, read } from "./client";

export interface Look<T> {
	data: T | null;
	problem: ApiProblem | null;
	again(): void; // looks anew, whatever is remembered
}

const PAUSE = 400;   // ms between two questions
const LATER = 2_000; // ms, when nobody could answer
const LATER_CODES = new Set(["inspect.no_answer", "inspect.not_running",
			     "inspect.busy"]);
const TRIES = 20;

interface State<T> { url: string | null; data: T | null;
		     problem: ApiProblem | null }

/* `path` null asks nothing. */
export function useLook<T extends { done: boolean }>(path: string | null,
	params: Record<string, string | null>): Look<T> {
	const url = path === null ? null : apiUrl(path, params);
	const { language } = useStore(words);
	const [turn, setTurn] = useState(0);
	const [state, setState] = useState<State<T>>({ url: null, data: null,
						       problem: null });

	useEffect(() => {
		if (url === null)
			return undefined;
		const stop = new AbortController();
		let timer: ReturnType<typeof setTimeout>;
		let tries = 0;
		const ask = (fresh: boolean) => {
			read<T>(fresh ? url + (url.includes("?") ? "&" : "?") +
				"fresh=true" : url, stop.signal)
				.then((data) => {
					setState({ url, data, problem: null });
					if (!data.done)
						timer = setTimeout(ask, PAUSE, false);
				}, (problem) => {
					if (!(problem instanceof ApiProblem))
						return;
					if (LATER_CODES.has(problem.code) &&
					    ++tries < TRIES)
						timer = setTimeout(ask, LATER, fresh);
					if (tries !== 1 || problem.code !==
					    "inspect.no_answer")
						setState({ url, problem, data: null });
				});
		};
		ask(turn > 0);
		return () => {
			stop.abort();
			clearTimeout(timer);
		};
	}, [url, turn, language]);

	return { data: state.url === url ? state.data : null,
		 problem: state.url === url ? state.problem : null,
		 again: () => {
			setState({ url: null, data: null, problem: null });
			setTurn((n) => n + 1);
		 } };
}
