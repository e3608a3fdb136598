/* useMade: the record that a form stands for, asked for a moment after the
 * last key; and what is published now, to begin with. */
import { useEffect, useState } from "preact/hooks";
import type { Maker, Wish } from "../model/generate";
import { useStore } from "../state/store";
import { words } from "../words/words";
import { ApiProblem, apiUrl, read, work } from "./client";
import type { Generated, LookupBase, LookupDmarc, LookupMtaSts, LookupMx,
	      LookupSpf, LookupTxt } from "./types";

const PAUSE = 250, POLL = 400; // ms
const POLLS_MAX = 60;

export interface Made {
	data: Generated | null;
	problem: ApiProblem | null;
	stale: boolean;
}

/* `wish` null asks nothing. */
export function useMade(kind: Maker, wish: Wish | null): Made {
	const { language } = useStore(words);
	const asked = wish && JSON.stringify(wish);
	const [state, setState] = useState<Omit<Made, "stale"> &
		{ asked: string | null }>({ asked: null, data: null,
					    problem: null });

	useEffect(() => {
		if (asked === null) {
			setState({ asked, data: null, problem: null });
			return undefined;
		}
		const stop = new AbortController();
		const timer = setTimeout(() => {
			work<Generated>("/generate/" + kind,
				{ wish: JSON.parse(asked) as Wish }, stop.signal)
				.then((data) => setState({ asked, data,
							   problem: null }),
				(problem) => {
					if (problem instanceof ApiProblem)
						setState({ asked, problem,
							   data: null });
				});
		}, PAUSE);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}, [kind, asked, language]);
	return { ...state, stale: state.asked !== asked };
}

/* ---- what DNS has now ---- */

export async function lookUp<T extends LookupBase>(kind: string, q: string,
						   extra = ""): Promise<T> {
	const url = apiUrl("/lookup/" + kind, { q, extra: extra || null });

	for (let i = 0; i < POLLS_MAX; i++) {
		const answer = await read<T>(url);
		if (answer.done)
			return answer;
		await new Promise((later) => setTimeout(later, POLL));
	}
	throw new ApiProblem(0, "inspect.no_answer", null);
}

/* Records, or for MTA-STS the policy file; [] when there is none. */
export async function published(kind: Maker, domain: string,
				selector: string): Promise<string[]> {
	if (kind === "dmarc") {
		const found = await lookUp<LookupDmarc>(kind, domain);
		return found.records.filter((one) => one.domain ===
			found.domain).map((one) => one.record);
	}
	if (kind === "spf") {
		const found = await lookUp<LookupSpf>(kind, domain);
		const record = found.tree[0]?.record;
		return record ? [record] : [];
	}
	if (kind === "mta-sts") {
		const { body } = await lookUp<LookupMtaSts>(kind, domain);
		return body ? [body] : [];
	}
	const found = await lookUp<LookupBase & Partial<LookupTxt>>(kind,
		domain, kind === "dkim" ? selector : "");
	return found.records ?? [];
}

export async function mailServers(domain: string): Promise<string[]> {
	return (await lookUp<LookupMx>("mx", domain)).servers.map((one) =>
		one.host);
}
