/* A domain on its way in: seven steps, each with an address of its own. Where
 * somebody is stands with the server, so it goes on in any browser. */
import { write } from "../api/client";
import type { Delegate, Domain, Onboarding } from "../api/types";

export const STEPS = ["name", "purpose", "scan", "plan", "publish", "verify",
	"first-report"] as const;
export type Step = typeof STEPS[number];
export type LaterStep = Exclude<Step, "name">;

export function stepOf(text: string | undefined): LaterStep | null {
	return text !== "name" && (STEPS as readonly string[])
		.includes(text ?? "") ? text as LaterStep : null;
}

export function stepPath(domain: string, step: LaterStep): string {
	return `/domains/add/${encodeURIComponent(domain)}/${step}`;
}

/* Counted from one. */
export function stepNumber(step: Step): number {
	return STEPS.indexOf(step) + 1;
}

export function delegatedOf(one: Domain): readonly Delegate[] {
	return one.onboarding?.delegated ?? [];
}

/* Going back to look at an earlier step forgets nothing. */
export function keepStep(one: Pick<Domain, "domain" | "onboarding">,
			 step: LaterStep, change: Partial<Onboarding> = {}) {
	const now = one.onboarding;

	return write<Domain>("PUT", "/domains/" +
		encodeURIComponent(one.domain) + "/onboarding", {
		step, delegated: change.delegated ?? now?.delegated ?? [],
		plan: change.plan ?? now?.plan ?? null });
}

export function endSetup(domain: string) {
	return write<Domain>("DELETE", "/domains/" +
		encodeURIComponent(domain) + "/onboarding");
}

/* Which choice a record set belongs to. */
export function delegateOf(name: string): Delegate | null {
	return name.startsWith("_dmarc.") ? "dmarc" :
		name.startsWith("_smtp._tls.") ? "tls_rpt" :
		/^_?mta-sts\./.test(name) ? "sts" : null;
}

/* The step in keys of texts. */
export function wordOf<S extends Step>(step: S) {
	return step.replace("-", "_") as S extends "first-report" ?
		"first_report" : Exclude<S, "first-report">;
}
