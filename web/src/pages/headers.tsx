/* The headers of a mail, pasted: who vouched for it, and the way it took.
 * Nothing of it leaves the browser. */
import { useMemo, useState } from "preact/hooks";
import { findingsOf, readHeaders, related } from "../model/headers";
import type { Hop, Read } from "../model/headers";
import { number } from "../words/format";
import { of, t } from "../words/words";
import { Area } from "../parts/field";
import { FindingList } from "../parts/findings";
import { Card, Notice, Page, Section } from "../parts/page";
import { Status } from "../parts/status";
import type { Tone } from "../parts/status";
import { ToolTabs, toolText } from "../parts/tools";

function tone(result: string): Tone {
	return result === "pass" ? "ok" : result === "fail" ||
		result === "permerror" ? "fail" :
		/soft|policy/.test(result) ? "quarantined" : "none";
}

/* A domain beside that of the From line, which people see. */
function Beside({ domain, from }: { domain: string | null;
				    from: string | null }) {
	const same = related(domain, from);

	return <>
		<span class="mono break">{domain ?? "–"}</span>
		{domain && from && <Status tone={same ? "ok" : "quarantined"}
			word={of("web.headers.", same ? "same" : "other")} />}
	</>;
}

function Vouched({ mail }: { mail: Read }) {
	return (
		<Section title={t("web.headers.vouched")}
			{...(mail.judge ? { intro: t("web.headers.judge",
				{ host: mail.judge }) } : {})}>
			{mail.methods.length === 0 ? <p class="muted">
				{t("web.headers.no_results")}</p> :
				<ul class="servers">{mail.methods.map((one, i) => (
					<li class="card" key={i}>
						<h3>{one.name.toUpperCase()}</h3>
						<p><Status tone={tone(one.result)}
							word={one.result} /></p>
						<p class="mono small break">
							{one.detail}</p>
					</li>))}</ul>}
			<Card><dl class="pairs">
				<div><dt>From</dt><dd class="mono">
					{mail.from ?? "–"}</dd></div>
				<div><dt>Return-Path</dt><dd class="beside">
					<Beside domain={mail.returnPath}
						from={mail.from} /></dd></div>
				{mail.signatures.map((one, i) => <div key={i}>
					<dt>DKIM d=</dt><dd class="beside">
						<Beside domain={one.domain}
							from={mail.from} />
						{one.selector && <a href={"/tools/dkim?q=" +
							encodeURIComponent(one.domain) +
							"&extra=" + encodeURIComponent(
								one.selector)}>
							{`s=${one.selector}`}</a>}
						<span class="muted">{one.algorithm}
						</span></dd></div>)}
			</dl></Card>
		</Section>
	);
}

function Way({ hops }: { hops: readonly Hop[] }) {
	return (
		<Section title={t("web.headers.way")}>
			<ol class="history">{hops.map((one, i) => (
				<li key={i}>
					<p class="muted small">{one.delay === null ?
						one.at !== null && new Date(one.at * 1000)
							.toISOString().slice(0, 19) + "Z" :
						t("web.headers.delay", { seconds:
							number(Math.max(one.delay, 0)) })}</p>
					<div><p class="mono small break">
						{one.from && one.from + " → "}{one.by}</p>
						{one.with && <Status word={one.with}
							tone={/S(A?)$/.test(one.with) ?
								"ok" : "none"} />}</div>
				</li>))}</ol>
		</Section>
	);
}

export default function Headers() {
	const [text, setText] = useState("");
	const mail = useMemo(() => readHeaders(text), [text]);

	return (
		<Page title={toolText("headers", "_title")}
			intro={toolText("headers", "_text")}>
			<ToolTabs />
			<Area label={t("web.headers.box")} value={text} rows={8}
				onValue={setText} spellcheck={false}
				hint={t("web.headers.hint")}
				error={text.trim() && !mail ?
					t("web.headers.none") : null} />
			{mail && <>
				<Notice>{t("web.headers.trust")}</Notice>
				<FindingList findings={findingsOf(mail)}
					domain={null} again={null} />
				<Vouched mail={mail} />
				{mail.hops.length > 0 && <Way hops={mail.hops} />}
			</>}
		</Page>
	);
}
