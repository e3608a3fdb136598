/* Saying whose a source is, and taking it back. */
import { write } from "../api/client";
import type { Source, Triage } from "../api/types";
import { toast, toastProblem } from "../parts/toast";
import { of, t } from "../words/words";

export const TRIAGES = ["ours", "forwarder", "not_ours", "ignored"] as const;

function put(source: Source, triage: Triage): Promise<unknown> {
	return write("PUT", `/sources/${encodeURIComponent(source.slug)}/triage`,
		{ triage, domain: source.triage_domain, note: source.note });
}

async function putAll(sources: readonly Source[],
		      triage: (one: Source) => Triage): Promise<void> {
	for (const one of sources)
		await put(one, triage(one));
}

export function mark(sources: readonly Source[], triage: Triage): void {
	if (sources.length === 0)
		return;
	const word = triage ? of("web.triage.", triage) : t("web.triage.new");
	const told = sources.length === 1 ?
		t("web.triage.told", { source: sources[0]!.label, word }) :
		t("web.triage.told_many", { count: sources.length, word });

	putAll(sources, () => triage).then(() => toast(told, { undo: () => {
		putAll(sources, (one) => one.triage).then(() =>
			toast(t("web.triage.undone")), toastProblem);
	} }), toastProblem);
}
