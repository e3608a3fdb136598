/* New domains: their names, one or many. Everything after that has an address
 * of its own for each of them. */
import { useEffect, useState } from "preact/hooks";
import { ApiProblem, work, write } from "../api/client";
import type { DomainResult, DomainsAdded } from "../api/types";
import { keepStep, stepPath } from "../model/onboarding";
import { go, setParams, usePlace } from "../model/place";
import { shownDomain } from "../words/idn";
import { finding, plural, t } from "../words/words";
import { Area } from "../parts/field";
import { Icon } from "../parts/icons";
import { Notice, ProblemView } from "../parts/page";
import { Wizard } from "../parts/wizard";

type Refused = DomainsAdded["refused"];

const PAUSE = 250;       // ms after the last key
const STEPS_MAX = 50;    // domains that wait for their steps
const ADDRESS_MAX = 1500; // characters that the address bar keeps

/* What would come of the text, whatever it is: a list, a table, a zone. */
function useNames(text: string): readonly DomainResult[] {
	const [told, setTold] = useState<readonly DomainResult[]>([]);

	useEffect(() => {
		if (!text.includes(".")) {
			setTold([]);
			return undefined;
		}
		const stop = new AbortController();
		const timer = setTimeout(() => {
			work<DomainsAdded>("/domains", { text, dry_run: true },
				stop.signal).then((answer) =>
				setTold(answer.results), () => setTold([]));
		}, PAUSE);
		return () => {
			clearTimeout(timer);
			stop.abort();
		};
	}, [text]);
	return told;
}

function RefusedList({ refused }: { refused: Refused }) {
	return (
		<Notice kind="warn">
			<strong>{plural("web.add.refused.", refused.length)}</strong>
			<ul>{refused.map((one) => (
				<li key={one.domain}><code>{one.domain}</code>: {
					finding(one.code, { detail: one.detail ?? "",
						domain: one.domain })?.title ?? one.code}
				</li>))}</ul>
		</Notice>
	);
}

/* What is to be known of a name before it is added. */
function Advice({ one, swap }: {
	one: DomainResult; swap: (from: string, to: string) => void;
}) {
	const name = one.shown ?? one.given;

	if (one.domain === null)
		return <p>{t("web.wizard.no_name", { name: one.given })}</p>;
	if (one.code === "control.public_suffix")
		return <p>{t("web.wizard.suffix", { name })}</p>;
	if (one.result === "refused")
		return <p>{one.title ?? one.code}</p>;
	if (one.result === "there")
		return <p>{t("web.wizard.known", { name })}{" "}
			<a href={"/d/" + encodeURIComponent(one.domain)}>
				{t("web.add.done")}</a></p>;
	if (one.organisational)
		return <div class="wizard-advice">
			<p>{t("web.wizard.below", { name, parent:
				shownDomain(one.organisational) })}</p>
			<button type="button" class="button button-small"
				onClick={() => swap(one.given,
					one.organisational!)}>
				{t("web.wizard.take_parent", { parent:
					shownDomain(one.organisational) })}
			</button></div>;
	return null;
}

function isOdd(one: DomainResult): boolean {
	return one.result !== "added" || one.organisational !== null;
}

function NameList({ told, swap }: {
	told: readonly DomainResult[]; swap: (from: string, to: string) => void;
}) {
	const odd = told.filter(isOdd);
	const foreign = told.filter((one) => one.domain?.includes("xn--"));

	return <div class="wizard-names" role="status">
		{foreign.length > 0 && <ul class="plain-list">{foreign.map((one) =>
			<li key={one.given}>{shownDomain(one.domain!)}{" "}
				<code class="muted">{one.domain}</code></li>)}</ul>}
		{odd.slice(0, 12).map((one) => <Notice key={one.given}
			kind={one.result === "refused" ? "warn" : "info"}>
			<Advice one={one} swap={swap} /></Notice>)}
	</div>;
}

function File({ onText }: { onText: (text: string) => void }) {
	return (
		<label class="button wizard-file">
			<Icon name="upload" size={16} />{t("web.wizard.file")}
			<input type="file" class="hidden"
				accept=".txt,.csv,.zone,.db,text/*"
				onChange={(event) => {
					const file = event.currentTarget.files?.[0];
					event.currentTarget.value = "";
					void file?.text().then(onText);
				}} />
		</label>
	);
}

async function addAll(text: string) {
	const answer = await write<DomainsAdded>("POST", "/domains",
		{ text, purpose: "people" });

	for (const domain of answer.added.slice(0, STEPS_MAX))
		await keepStep({ domain, onboarding: null }, "purpose");
	return answer;
}

export default function Add() {
	const { params } = usePlace();
	const text = params.get("names") ?? "";
	const [long, setLong] = useState<string | null>(null);
	const [problem, setProblem] = useState<ApiProblem | null>(null);
	const [refused, setRefused] = useState<Refused>([]);
	const [busy, setBusy] = useState(false);
	const [asked, setAsked] = useState(false);
	const typed = long ?? text;
	const told = useNames(typed);
	const fresh = told.filter((one) => one.result === "added");

	// A reload shows what was typed; a list that is too long for that is
	// pasted again.
	const type = (value: string) => {
		const fits = value.length <= ADDRESS_MAX;
		setLong(fits ? null : value);
		setParams({ names: fits && value ? value : null }, true);
	};
	const add = (event: Event) => {
		event.preventDefault();
		setAsked(true);
		if (!typed.includes("."))
			return;
		setBusy(true);
		setProblem(null);
		addAll(typed).then((done) => {
			setBusy(false);
			setRefused(done.refused);
			if (done.added.length > 0)
				go(stepPath(done.added[0]!, "purpose"));
		}, (why) => {
			setBusy(false);
			setProblem(why as ApiProblem);
		});
	};
	return (
		<Wizard at="name" one={null} intro={t("web.add.intro")}>
			<form class="form wizard-form" onSubmit={add}>
				{problem && <ProblemView problem={problem} />}
				{refused.length > 0 && <RefusedList
					refused={refused} />}
				<Area label={t("web.add.names")} value={typed} rows={5}
					onValue={type} spellcheck={false} autofocus
					placeholder={"example.com\nexample.net"}
					hint={fresh.length > 1 ? plural(
						"web.add.found.", fresh.length) + " " +
						fresh.slice(0, 6).map((one) =>
							one.shown).join(", ") +
						(fresh.length > 6 ? " …" : "") :
						t("web.wizard.names_hint")}
					error={asked && !typed.includes(".") ?
						t("web.add.names_needed") : null} />
				<NameList told={told} swap={(from, to) =>
					type(typed.replace(from, to))} />
				<div class="wizard-foot">
					<button class="button button-main"
						disabled={busy}>
						{fresh.length > 1 ? t("web.add.many",
							{ count: fresh.length }) :
							t("web.wizard.add")}
						<Icon name="right" size={16} /></button>
					<File onText={type} />
					<a class="button button-quiet" href="/domains">
						{t("web.action.cancel")}</a>
				</div>
			</form>
		</Wizard>
	);
}
