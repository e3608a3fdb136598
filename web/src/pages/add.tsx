/* New domains: names first, then what to publish for each. The second part
 * has an address of its own, so that nothing is lost on a reload. */
import { useState } from "preact/hooks";
import { ApiProblem, write } from "../api/client";
import type { Domain, DomainsAdded } from "../api/types";
import { go, href, hrefWith, usePlace } from "../model/place";
import { shownDomain } from "../words/idn";
import { finding, of, plural, t } from "../words/words";
import { Area, Radios } from "../parts/field";
import { Notice, Page, ProblemView, Section } from "../parts/page";
import { Records } from "../parts/records";
import { Icon } from "../parts/icons";

const PURPOSES = ["people", "systems", "parked"] as const;
type Refused = DomainsAdded["refused"];

/* Names out of whatever was pasted: lists, tables, addresses, URLs. */
export function namesIn(text: string): string[] {
	const names = text.normalize("NFKC").toLowerCase()
		.split(/[\s,;"'<>|]+/)
		.map((one) => one.replace(/^[a-z]+:\/\//, "")
			.replace(/^.*@/, "").replace(/[/:].*$/, "")
			.replace(/^[.]+|[.]+$/g, ""))
		.filter((one) => one.includes("."));

	return [...new Set(names)];
}

function Names({ done }: { done: (added: string[], refused: Refused) => void }) {
	const [text, setText] = useState(usePlace().params.get("names") ?? "");
	const [purpose, setPurpose] =
		useState<NonNullable<Domain["purpose"]>>("people");
	const [problem, setProblem] = useState<ApiProblem | null>(null);
	const [busy, setBusy] = useState(false);
	const [asked, setAsked] = useState(false);
	const names = namesIn(text);

	const add = (event: Event) => {
		event.preventDefault();
		setAsked(true);
		if (names.length === 0)
			return;
		setBusy(true);
		setProblem(null);
		write<DomainsAdded>("POST", "/domains", { domains: names, purpose })
			.then((answer) => done(answer.added,
				answer.refused), (why) => {
				setBusy(false);
				setProblem(why as ApiProblem);
			});
	};
	return (
		<form class="form" onSubmit={add}>
			{problem && <ProblemView problem={problem} />}
			<Area label={t("web.add.names")} value={text} rows={5}
				onValue={setText} spellcheck={false} autofocus
				placeholder={"example.com\nexample.net"}
				hint={names.length ?
					plural("web.add.found.", names.length) + " " +
						names.slice(0, 6).map(shownDomain).join(", ") +
						(names.length > 6 ? " …" : "") :
					t("web.add.names_hint")}
				error={asked && names.length === 0 ?
					t("web.add.names_needed") : null} />
			<Radios label={t("web.add.purpose")} value={purpose}
				onValue={(value) => setPurpose(value as
					typeof purpose)}
				options={PURPOSES.map((one) => ({ value: one,
					title: of("web.purpose.", one),
					text: of("web.purpose.", `${one}_text` as
						const) }))} />
			<div class="buttons">
				<button class="button button-main" disabled={busy}>
					{names.length > 1 ? t("web.add.many",
						{ count: names.length }) :
						t("web.action.add_domain")}</button>
				<a class="button" href={href("/domains")}>
					{t("web.action.cancel")}</a>
			</div>
		</form>
	);
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

function Publish({ domains, refused }: {
	domains: string[]; refused: Refused;
}) {
	const { params } = usePlace();
	const open = params.get("show") ?? domains[0]!;

	return <>
		{refused.length > 0 && <RefusedList refused={refused} />}
		{domains.length > 1 && <div class="segments segments-wrap"
			role="group" aria-label={t("web.nav.domains")}>
			{domains.map((one) => <a key={one} class="segment"
				aria-current={one === open ? "true" : undefined}
				href={hrefWith({ show: one })}>{shownDomain(one)}</a>)}
		</div>}
		<Section title={t("web.add.publish", {
			domain: shownDomain(open) })}
			intro={t("web.add.publish_text")}>
			<Records key={open} domain={open} />
		</Section>
		<div class="buttons next-steps">
			<a class="button button-main"
				href={href("/d/" + encodeURIComponent(open))}>
				{t("web.add.done")}<Icon name="right" size={16} /></a>
			<a class="button" href="/domains/add">
				{t("web.add.another")}</a>
		</div>
	</>;
}

export default function Add() {
	const { params } = usePlace();
	const added = params.getAll("added");
	const [refused, setRefused] = useState<Refused>([]);

	return (
		<Page title={added.length ? plural("web.add.added.", added.length) :
			t("web.action.add_domain")}
			intro={added.length ? undefined : t("web.add.intro")}>
			<ol class="steps" aria-label={t("web.add.steps")}>
				<li aria-current={added.length ? undefined : "step"}>
					{t("web.add.step_name")}</li>
				<li aria-current={added.length ? "step" : undefined}>
					{t("web.add.step_publish")}</li>
				<li>{t("web.add.step_wait")}</li>
			</ol>
			{added.length ? <Publish domains={added}
				refused={refused} /> :
				<Names done={(names, bad) => {
					setRefused(bad);
					if (names.length)
						go("/domains/add?" + names.map((one) =>
							"added=" + encodeURIComponent(one))
							.join("&"));
				}} />}
			{added.length === 0 && refused.length > 0 &&
				<RefusedList refused={refused} />}
		</Page>
	);
}
