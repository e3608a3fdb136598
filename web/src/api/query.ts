/* useQuery: the answer to a GET, kept up to date with its URL. An answer to a
 * question that is no longer on screen is aborted; the last answer stays while
 * the next one is on its way, marked as `stale`. */
import { useEffect, useRef, useState } from "preact/hooks";
import { useStore } from "../state/store";
import { ApiProblem, apiUrl, read, remembered, written } from "./client";
import type { Params } from "./client";

export interface Query<T> {
	data: T | null;
	problem: ApiProblem | null;
	stale: boolean; // data is of an earlier question or being renewed
	again(): void;
}

interface State<T> { url: string | null; data: T | null;
		     problem: ApiProblem | null }

/* `path` null asks nothing. `every` ms asks again while the page is seen. */
export function useQuery<T>(path: string | null, params?: Params,
			    every?: number): Query<T> {
	const url = path === null ? null : apiUrl(path, params);
	const [state, setState] = useState<State<T>>(() => first<T>(url));
	const [turn, setTurn] = useState(0);
	const change = useStore(written);
	const shown = useRef(state);
	shown.current = state;

	useEffect(() => {
		if (url === null)
			return undefined;
		const known = remembered<T>(url);
		if (known && shown.current.url !== url)
			setState({ url, data: known.value, problem: null });
		if (known?.fresh && turn === 0)
			return undefined;
		const stop = new AbortController();
		read<T>(url, stop.signal).then(
			(data) => setState({ url, data, problem: null }),
			(problem) => {
				if (problem instanceof ApiProblem)
					setState({ url, problem, data: null });
			});
		return () => stop.abort();
	}, [url, turn, change]);

	useEffect(() => {
		if (!every || url === null)
			return undefined;
		const timer = setInterval(() => {
			if (document.visibilityState === "visible")
				setTurn((n) => n + 1);
		}, every);
		return () => clearInterval(timer);
	}, [every, url]);

	return { data: state.data, problem: state.url === url ?
			state.problem : null,
		 stale: state.url !== url,
		 again: () => setTurn((n) => n + 1) };
}

function first<T>(url: string | null): State<T> {
	const known = url === null ? null : remembered<T>(url);
	return { url: known ? url : null, data: known?.value ?? null,
		 problem: null };
}
