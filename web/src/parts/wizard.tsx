/* The frame of the steps of setting a domain up: where one is, the way back
 * and on, and out of it until later. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Domain, Onboarding } from "../api/types";
import { STEPS, keepStep, stepNumber, stepPath, wordOf } from "../model/onboarding";
import type { LaterStep, Step } from "../model/onboarding";
import { go } from "../model/place";
import { shownDomain } from "../words/idn";
import { of, t } from "../words/words";
import { Icon } from "./icons";
import { Page } from "./page";
import { toast, toastProblem } from "./toast";

function Steps({ at, one }: { at: Step; one: Domain | null }) {
	const reached = one?.onboarding ? stepNumber(one.onboarding.step) : 0;

	return (
		<nav aria-label={t("web.add.steps")}>
			<p class="steps-where">{t("web.wizard.where", {
				step: stepNumber(at), of: STEPS.length })}</p>
			<ol class="steps steps-wizard">{STEPS.map((step) => {
				const word = of("web.wizard.step_", wordOf(step));
				const open = one && step !== "name" && step !== at &&
					stepNumber(step) <= reached;
				return (
					<li key={step} class={stepNumber(step) <
						stepNumber(at) ? "step-done" : ""}
						aria-current={step === at ? "step" :
							undefined}>
						{open ? <a href={stepPath(one.domain,
							step)}>{word}</a> :
							<span>{word}</span>}
					</li>);
			})}</ol>
		</nav>
	);
}

function later(domain: string): void {
	toast(t("web.wizard.later_told", { domain: shownDomain(domain) }));
	go("/domains");
}

/* The way on: `next` keeps what was chosen and says where it leads. */
export function Onward({ one, at, word, off, onNext, children }: {
	one: Domain; at: LaterStep; word: string; off?: boolean | undefined;
	onNext: () => Promise<LaterStep | null>;
	children?: ComponentChildren;
}) {
	const [busy, setBusy] = useState(false);
	const before = STEPS[STEPS.indexOf(at) - 1]!;
	const next = () => {
		setBusy(true);
		onNext().then((step) => {
			setBusy(false);
			if (step)
				go(stepPath(one.domain, step));
		}, (why) => {
			setBusy(false);
			toastProblem(why);
		});
	};

	return (
		<div class="wizard-foot">
			<button type="button" class="button button-main"
				disabled={busy || off} onClick={next}>{word}
				<Icon name="right" size={16} /></button>
			{children}
			{before !== "name" && <a class="button"
				href={stepPath(one.domain, before)}>
				{t("web.wizard.back")}</a>}
			<button type="button" class="button button-quiet"
				onClick={() => later(one.domain)}>
				{t("web.wizard.later")}</button>
		</div>
	);
}

/* Keeps the step and gives it to Onward. */
export async function onTo(one: Domain, step: LaterStep,
			   change: Partial<Onboarding> = {}) {
	await keepStep(one, step, change);
	return step;
}

export function Wizard({ at, one, intro, children }: {
	at: Step; one: Domain | null; intro?: ComponentChildren;
	children: ComponentChildren;
}) {
	return (
		<Page title={one ? t("web.wizard.title", { domain:
			shownDomain(one.domain) }) : t("web.action.add_domain")}
			crumb={<a href="/domains">{t("web.nav.domains")}</a>}>
			<Steps at={at} one={one} />
			<section class="wizard" aria-labelledby="wizard-step">
				<h2 id="wizard-step">{of("web.wizard.head_", wordOf(at))}</h2>
				{intro && <p class="intro">{intro}</p>}
				{children}
			</section>
		</Page>
	);
}
