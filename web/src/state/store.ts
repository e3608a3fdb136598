/* A value that components watch. Enough for what all pages share: session,
 * settings, language, place. */
import { useEffect, useState } from "preact/hooks";

export interface Store<T> {
	get(): T;
	set(value: T): void;
	watch(heard: () => void): () => void;
}

export function store<T>(first: T): Store<T> {
	const watchers = new Set<() => void>();
	let value = first;

	return {
		get: () => value,
		set(next) {
			if (Object.is(next, value))
				return;
			value = next;
			for (const heard of [...watchers])
				heard();
		},
		watch(heard) {
			watchers.add(heard);
			return () => watchers.delete(heard);
		},
	};
}

export function useStore<T>(s: Store<T>): T {
	const [, again] = useState({});
	const drawn = s.get();

	useEffect(() => {
		const stop = s.watch(() => again({}));
		// It may have changed between drawing and watching.
		if (!Object.is(drawn, s.get()))
			again({});
		return stop;
	}, [s]);
	return drawn;
}
