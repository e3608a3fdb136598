/* What a form stands for: records to copy, the same in other forms, files,
 * and what to do in which order. */
import { useState } from "preact/hooks";
import { lookUp } from "../api/made";
import type { Generated, LookupMtaSts, LookupTlsRpt } from "../api/types";
import { number } from "../words/format";
import { of, t } from "../words/words";
import { Code, Copy } from "./copy";
import { Choice } from "./field";
import { FindingList } from "./findings";
import { Icon } from "./icons";
import { Card } from "./page";
import { Said } from "./said";

const FORMS = ["zone", "nsupdate", "terraform", "octodns"] as const;

function Records({ made }: { made: Generated }) {
	return <>{made.records.map((one) => (
		<article class="card made-record" key={one.name + one.type +
			one.value}>
			<div class="record-grid">
				{([["name", one.name], ["host", one.host],
				   ["value", one.value]] as const).map(
					([part, text]) => (
					<div class="record-part" key={part}>
						<span class="record-label">
							{t(`web.record.${part}`)}
						</span>
						<Code text={text}
							label={t(`web.record.${part}`)} />
					</div>))}
			</div>
			<p class="muted small">{t("web.record.type_ttl",
				{ type: one.type, ttl: number(one.ttl) })}</p>
		</article>))}</>;
}

function Text({ text, label }: { text: string; label: string }) {
	return <>
		<pre class="headers" tabIndex={0} aria-label={label}>{text}</pre>
		<Copy text={text} label={label} />
	</>;
}

function OtherForms({ made }: { made: Generated }) {
	const known = FORMS.filter((form) => made.text[form] !== null);
	const [form, setForm] = useState<typeof FORMS[number]>("zone");
	const text = made.text[form];

	return (
		<details class="more">
			<summary>{t("web.generate.forms")}</summary>
			<div class="gen-text">
				<Choice label={t("web.generate.form")} value={form}
					onValue={(name) =>
						setForm(name as typeof form)}
					options={known.map((one) => [one,
						of("web.generate.form_", one)])} />
				{text !== null && <Text text={text}
					label={of("web.generate.form_", form)} />}
			</div>
		</details>
	);
}

function save(name: string, body: string): void {
	const link = document.createElement("a");

	link.href = URL.createObjectURL(new Blob([body],
		{ type: "text/plain" }));
	link.download = name;
	link.click();
	URL.revokeObjectURL(link.href);
}

function Files({ made }: { made: Generated }) {
	const [policy, ...servers] = made.files;
	const [name, setName] = useState("nginx.conf");
	const chosen = servers.find((one) => one.name === name);

	if (!policy)
		return null;
	return <>
		<Card class="gen-text">
			<h3>{t("web.generate.file")}</h3>
			<p class="muted break">{t("web.generate.file_text",
				{ url: policy.url ?? "" })}</p>
			<pre class="headers" tabIndex={0}
				aria-label={policy.name}>{policy.body}</pre>
			<div class="gen-buttons">
				<Copy text={policy.body} label={policy.name} />
				<button type="button" class="button button-small"
					onClick={() => save(policy.name,
						policy.body)}>
					<Icon name="download" size={16} />
					{t("web.generate.download")}</button>
			</div>
		</Card>
		<details class="more">
			<summary>{t("web.generate.servers")}</summary>
			<div class="gen-text">
				<Choice label={t("web.generate.server")}
					value={name} onValue={setName}
					options={servers.map((one) => [one.name,
						one.name.replace(".conf", "")])} />
				{chosen && <Text text={chosen.body}
					label={chosen.name} />}
			</div>
		</details>
	</>;
}

/* ---- what to do in which order ---- */

/* The steps that the world shows to be done. */
async function inPlace(domain: string): Promise<string[]> {
	const [sts, rpt] = await Promise.all([
		lookUp<LookupMtaSts>("mta-sts", domain),
		lookUp<LookupTlsRpt>("tls-rpt", domain)]);
	const done: Record<string, boolean> = {
		sts_host: sts.body !== null, sts_file: sts.body !== null,
		sts_certificate: sts.body !== null, sts_txt: sts.id !== null,
		sts_rpt: rpt.records?.length === 1,
		look_sts: sts.result === "VALID",
	};
	return Object.keys(done).filter((step) => done[step])
		.map((step) => "generate.step." + step);
}

function Steps({ made }: { made: Generated }) {
	const [ticked, setTicked] = useState<readonly string[]>([]);
	const [said, setSaid] = useState("");
	const hosted = made.steps.some((one) =>
		one.step === "generate.step.sts_txt");
	const tick = (step: string, on: boolean) => setTicked(on ?
		[...ticked, step] : ticked.filter((one) => one !== step));

	return (
		<section>
			<h2>{t("web.generate.steps")}</h2>
			<ol class="gen-steps">{made.steps.map(({ step, text }, i) => (
				<li key={step}><label>
					<input type="checkbox"
						checked={ticked.includes(step)}
						onChange={(event) => tick(step,
							event.currentTarget.checked)} />
					<span>{i + 1}. <Said text={text} /></span>
				</label></li>))}</ol>
			{hosted && made.domain && <button type="button"
				class="button button-small" onClick={() => {
					setSaid(t("web.state.loading"));
					inPlace(made.domain!).then((done) => {
						setTicked(done);
						setSaid(t("web.generate.in_place", {
							count: done.length,
							of: made.steps.length }));
					}, () => setSaid(
						t("web.check.incomplete")));
				}}>{t("web.generate.tick")}</button>}
			<p role="status" class="muted small">{said}</p>
		</section>
	);
}

export function MadeView({ made }: { made: Generated }) {
	return <>
		{made.made && <>
			{made.wish.current && (made.wish.current as string[])
				.length > 0 && <p class="muted">
				{t("web.generate.replaces")}{" "}
				<code class="break">{(made.wish.current as
					string[]).join(" ")}</code></p>}
			<Records made={made} />
			<Files made={made} />
			<OtherForms made={made} />
			<Steps made={made} />
		</>}
		<FindingList findings={made.findings} again={null}
			domain={null} />
	</>;
}
