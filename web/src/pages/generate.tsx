/* A record from a form, and the form from a record. */
import { useEffect, useState } from "preact/hooks";
import { ApiProblem, session, work } from "../api/client";
import { mailServers, published, useMade } from "../api/made";
import { useQuery } from "../api/query";
import type { DomainRecords, Domains, Finding, Generated } from
	"../api/types";
import { defaults, FIELDS, formOf, holdsPrivateKey, keyCommands, MAKERS,
	 missing, wishOf } from "../model/generate";
import type { FieldSpec, Form, Maker } from "../model/generate";
import { setParams, usePlace } from "../model/place";
import { useStore } from "../state/store";
import { named, t } from "../words/words";
import { Code } from "../parts/copy";
import { Area, Choice, Field, Radios, Switch } from "../parts/field";
import { FindingList } from "../parts/findings";
import { MadeView } from "../parts/made";
import { Notice, Page, ProblemView, problemText } from "../parts/page";
import { makerText } from "../parts/tools";
import type { RouteProps } from "../routes";
import NotFound from "./not-found";

type Set = (name: string, value: string) => void;
const say = (key: string) => named("web.generate.", key);

/* rua of DMARC and of TLS-RPT are not the same. */
function keyOf(kind: Maker, name: string): string {
	const own = `${kind.replace("-", "_")}_${name}`;

	return say(own) === own ? name : own;
}

function Checks({ spec, value, onValue }: {
	spec: FieldSpec; value: string; onValue: (value: string) => void;
}) {
	const on = value.split("\n").filter(Boolean);

	return (
		<fieldset class="radios">
			<legend>{say(spec.name)}</legend>
			{spec.options?.map((one) => (
				<label class="radio" key={one}>
					<input type="checkbox" checked={on.includes(one)}
						onChange={() => onValue((on.includes(one) ?
							on.filter((it) => it !== one) :
							[...on, one]).join("\n"))} />
					<span>{say(`${spec.name}_${one}`)}</span>
				</label>))}
		</fieldset>
	);
}

function Input({ spec, kind, form, set }: {
	spec: FieldSpec; kind: Maker; form: Form; set: Set;
}) {
	const { name, shape, options = [], example = "" } = spec;
	const value = form[name] ?? "";
	const key = keyOf(kind, name);
	const base = { label: say(key), hint: say(key + "_hint"), value,
		       onValue: (text: string) => set(name, text) };

	if (shape === "switch")
		return <div class="gen-switch">
			<Switch label={base.label} on={value === "yes"}
				onChange={(on) => set(name, on ? "yes" : "")} />
			<p class="field-hint">{base.hint}</p></div>;
	if (shape === "radios")
		return <Radios {...base} options={options.map((one) => ({
			value: one, title: say(`${key}_${one}`),
			text: say(`${key}_${one}_text`) }))} />;
	if (shape === "checks")
		return <Checks spec={spec} {...base} />;
	if (shape === "choice")
		return <Choice {...base} options={[["", say(key + "_default")],
			...options.concat(value && !options.includes(value) ?
				[value] : []).map((one) => [one,
				/^\d+$/.test(one) && !options.includes(one) ? one :
					say(`${key}_${one}`)] as const)]} />;
	if (shape === "list")
		return <Area {...base} rows={3} placeholder={example}
			spellcheck={false} autocapitalize="none"
			error={holdsPrivateKey(value) ?
				t("web.generate.private_key") : null} />;
	return <Field {...base} placeholder={example} spellcheck={false}
		autocomplete="off" autocapitalize="none" />;
}

/* A pair is made where it is used; only its public half comes here. */
function KeyPair({ form }: { form: Form }) {
	return (
		<Notice>
			<strong>{t("web.generate.pair")}</strong>
			<p>{t("web.generate.pair_text")}</p>
			{keyCommands(form).map((command, i) => <Code key={i}
				text={command} label={t("web.generate.pair")} />)}
		</Notice>
	);
}

/* ---- from what there is ---- */

function Begin({ kind, form, taken }: {
	kind: Maker; form: Form; taken: (read: Generated) => void;
}) {
	const [text, setText] = useState("");
	const [said, setSaid] = useState("");
	const [error, setError] = useState<string | null>(null);
	const refuse = (why: unknown) => {
		setSaid("");
		if (why instanceof ApiProblem) {
			const { title, fix } = problemText(why);
			setError([title, fix].filter(Boolean).join(". "));
		}
	};
	const take = async (records: readonly string[]) => {
		setError(null);
		if (records.length === 0) {
			setSaid(t("web.generate.nothing_there"));
			return;
		}
		if (records.some(holdsPrivateKey)) {
			setError(t("web.generate.private_key"));
			return;
		}
		const { domain = "", selector = "", zone = "", ttl = "" } = form;
		taken(await work<Generated>("/generate/" + kind, {
			wish: { domain, selector, zone, ttl },
			record: records }));
		setSaid(t("web.generate.taken"));
	};
	const lines = () => (kind === "spf" ? text.split("\n") : [text])
		.map((one) => one.trim()).filter(Boolean);

	return (
		<details class="more">
			<summary>{t("web.generate.begin")}</summary>
			<div>
				<Area label={t("web.generate.record")} rows={3}
					value={text} onValue={setText}
					hint={say(kind === "spf" ? "record_spf" :
						kind === "mta-sts" ? "record_sts" :
						"record_hint")}
					error={error} spellcheck={false} />
				<div class="gen-buttons">
					<button type="button" class="button"
						onClick={() => {
							take(lines()).catch(refuse);
						}}>{t("web.generate.take")}</button>
					{form.domain && <button type="button"
						class="button" onClick={() => {
							setSaid(t("web.state.loading"));
							published(kind, form.domain!,
								form.selector ?? "")
								.then(take).catch(refuse);
						}}>{t("web.generate.live")}</button>}
				</div>
				<p role="status" class="muted small">{said}</p>
			</div>
		</details>
	);
}

function Servers({ domain, set }: { domain: string; set: Set }) {
	const [said, setSaid] = useState("");

	return (
		<div class="gen-live">
			<button type="button" class="button button-small"
				onClick={() => {
					setSaid(t("web.state.loading"));
					mailServers(domain).then((hosts) => {
						setSaid(hosts.length ? "" :
							t("web.generate.no_servers"));
						if (hosts.length)
							set("mx", hosts.join("\n"));
					}, () => setSaid(t("web.check.incomplete")));
				}}>{t("web.generate.ask_mx")}</button>
			<span role="status" class="muted small">{said}</span>
		</div>
	);
}

/* ---- the page ---- */

function Fields({ kind, form, set }: { kind: Maker; form: Form; set: Set }) {
	const list = FIELDS[kind].filter((spec) => !spec.when ||
		spec.when(form));
	const inputs = (more: boolean) => list.filter((spec) =>
		Boolean(spec.more) === more).map((spec) => (
		<div key={spec.name}>
			<Input {...{ spec, kind, form, set }} />
			{spec.name === "mx" && form.domain && <Servers set={set}
				domain={form.domain} />}
		</div>));

	return <>
		<Field label={t("web.generate.domain")} value={form.domain ?? ""}
			onValue={(text) => set("domain", text)}
			hint={t("web.generate.domain_hint")} required
			placeholder="example.com" autocapitalize="none"
			autocomplete="off" spellcheck={false} />
		{kind === "dkim" && <KeyPair form={form} />}
		{inputs(false)}
		<details class="more">
			<summary>{t("web.generate.more")}</summary>
			<div>{inputs(true)}</div>
		</details>
	</>;
}

export function MakerTabs({ q }: { q: string }) {
	const { path } = usePlace();

	return (
		<nav class="tabs" aria-label={t("web.generate.title")}>
			{MAKERS.map((kind) => {
				const to = "/tools/generate/" + kind;
				return <a class="tab" key={kind} href={to +
					(q ? "?q=" + encodeURIComponent(q) : "")}
					aria-current={path === to ? "page" :
						undefined}>{makerText(kind)}</a>;
			})}
		</nav>
	);
}

/* Where reports of a registered domain go, once that is known. */
function useOwnAddress(kind: Maker, domain: string): string | null {
	const reports = kind === "dmarc" || kind === "tls-rpt";
	const user = useStore(session)?.user;
	const list = useQuery<Domains>(user && reports && domain ?
		"/domains" : null).data?.domains;
	const known = list?.some((one) => one.registered &&
		one.domain === domain.toLowerCase().replace(/\.$/, ""));

	return useQuery<DomainRecords>(known ? "/domains/" +
		encodeURIComponent(domain) + "/records" : null).data?.address ??
		null;
}

function Generator({ kind }: { kind: Maker }) {
	const q = usePlace().params.get("q") ?? "";
	const [form, setForm] = useState(() => defaults(kind, q));
	const own = useOwnAddress(kind, (form.domain ?? "").trim());
	const [current, setCurrent] = useState<readonly string[]>([]);
	const [given, setGiven] = useState<readonly Finding[]>([]);
	const domain = (form.domain ?? "").normalize("NFKC").trim();
	const lacks = missing(kind, form);
	const { data, problem, stale } = useMade(kind, domain && !lacks &&
		!holdsPrivateKey(form.public_key) ?
		wishOf(kind, { ...form, domain }, current) : null);

	// What somebody typed, or emptied, is theirs.
	useEffect(() => {
		if (own)
			setForm((now) => now.rua === undefined ?
				{ ...now, rua: own } : now);
	}, [own]);
	useEffect(() => {
		if (data?.domain && data.domain !== q)
			setParams({ q: data.domain }, true);
	}, [data?.domain]);
	return (
		<Page title={makerText(kind, "_title")}
			intro={makerText(kind, "_text")}
			crumb={<a href="/tools">{t("web.nav.tools")}</a>}>
			<MakerTabs q={domain} />
			<div class="gen">
				<form class="gen-form" onSubmit={(event) =>
					event.preventDefault()}>
					<Begin kind={kind} form={form}
						taken={(read) => {
							setForm({ ...formOf(kind, read.wish),
								  domain: form.domain ?? "" });
							setCurrent(read.wish.current as
								string[]);
							setGiven(read.given);
						}} />
					<Fields kind={kind} form={form} set={(name, value) =>
						setForm((now) => ({ ...now,
								    [name]: value }))} />
				</form>
				<section class="gen-made" aria-busy={stale}
					aria-label={t("web.generate.result")}>
					<h2>{t("web.generate.result")}</h2>
					{given.length > 0 && <>
						<h3>{t("web.generate.given")}</h3>
						<FindingList findings={given}
							domain={null} again={null} />
						{data?.made && <h3>
							{t("web.generate.converted")}</h3>}
					</>}
					{problem ? <ProblemView problem={problem} /> :
					 data ? <MadeView made={data} /> :
						<p class="muted">
							{domain && lacks ?
								t("web.generate.lacks", { field:
									say(keyOf(kind, lacks)) }) :
								t("web.generate.waiting")}</p>}
				</section>
			</div>
		</Page>
	);
}

export default function GeneratePage({ at }: RouteProps) {
	const kind = MAKERS.find((one) => one === at.kind);

	return kind ? <Generator key={kind} kind={kind} /> : <NotFound />;
}
