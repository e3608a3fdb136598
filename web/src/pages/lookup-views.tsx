/* What each kind of look-up learned, before its findings. All of it was said
 * by strangers. */
import type { DmarcWay, Lookup, LookupDmarc, LookupMtaSts, LookupMx, LookupPtr,
	      LookupSpf, LookupTxt, SpfNode } from "../api/types";
import { number } from "../words/format";
import { finding, of, plural, t } from "../words/words";
import { Code, Copy } from "../parts/copy";
import { Icon } from "../parts/icons";
import { Card } from "../parts/page";
import { Policy, Status } from "../parts/status";

const STS_TONE = { VALID: "ok", NOT_CHANGED: "ok", NONE: "none",
		   FETCH_ERROR: "fail" } as const;

/* Serves the repaired policy as the file that it has to be. */
function download(text: string): void {
	const link = document.createElement("a");

	link.href = URL.createObjectURL(new Blob([text],
		{ type: "text/plain" }));
	link.download = "mta-sts.txt";
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function Lines({ text }: { text: string }) {
	const lines = text.replace(/\r?\n$/, "").split("\n");

	return (
		<ol class="lines" tabIndex={0}>{lines.map((line, i) =>
			<li key={i}><code>{line.replace(/\r$/, "")}</code></li>)}
		</ol>
	);
}

function MtaSts({ answer }: { answer: LookupMtaSts }) {
	const branch = answer.branch ? finding(answer.branch) : null;

	return <>
		<Card class="sts">
			<p class="sts-result"><Status tone={STS_TONE[answer.result]}
				word={"STSFetchResult." + answer.result} /></p>
			<p>{of("web.sts.", answer.result.toLowerCase() as
				Lowercase<LookupMtaSts["result"]>)}</p>
			{branch && <p>{t("web.sts.branch")}{" "}
				<a href={"/help/findings#" + branch.code}>
					<code>{branch.code}</code></a></p>}
			<dl class="pairs">
				{answer.id && <div><dt>id</dt>
					<dd class="mono">{answer.id}</dd></div>}
				{answer.policy?.mode && <div><dt>mode</dt>
					<dd class="mono">{answer.policy.mode}</dd></div>}
				{answer.policy && answer.policy.max_age !== null &&
					<div><dt>max_age</dt><dd class="mono">
						{answer.policy.max_age}</dd></div>}
				{answer.policy?.mx.map((one) => <div key={one}>
					<dt>mx</dt><dd class="mono">{one}</dd></div>)}
			</dl>
		</Card>
		{answer.body && <section class="learned">
			<h3>{t("web.sts.body")}</h3><Lines text={answer.body} />
		</section>}
		{answer.repaired && <section class="learned">
			<header class="learned-head">
				<h3>{t("web.sts.repaired")}</h3>
				<Copy text={answer.repaired}
					label={t("web.sts.repaired")} />
				<button class="button button-small" onClick={() =>
					download(answer.repaired!)}>
					<Icon name="download" size={16} />
					{t("web.sts.download")}</button>
			</header>
			<Lines text={answer.repaired} />
		</section>}
	</>;
}

function Node({ node }: { node: SpfNode }) {
	return (
		<li>
			<div class="spf-node">
				<code>{node.term ?? node.domain ?? "–"}</code>
				{node.state !== "fine" && <Status tone="fail"
					word={node.state} />}
				{node.lookups > 0 && <span class="muted small">
					{plural("web.spf.lookups.", node.lookups)}
				</span>}
				{node.voids > 0 && <span class="muted small">
					{plural("web.spf.voids.", node.voids)}</span>}
			</div>
			{node.record && <code class="spf-record muted">
				{node.record}</code>}
			{node.terms.length > 0 && <ul>{node.terms.map((one, i) =>
				<Node key={i} node={one} />)}</ul>}
		</li>
	);
}

function Spf({ answer }: { answer: LookupSpf }) {
	const over = answer.lookups > answer.lookups_max;

	return (
		<Card class="spf">
			<p class="sts-result"><Status tone={over ? "fail" :
				answer.unknown_parts || !answer.tree.length ?
				"none" : "ok"}
				word={t("web.spf.used", { lookups: answer.lookups,
					most: answer.lookups_max })} /></p>
			{answer.unknown_parts && <p>{t("web.spf.unknown")}</p>}
			<ul class="spf-tree">{answer.tree.map((one, i) =>
				<Node key={i} node={one} />)}</ul>
		</Card>
	);
}

function Way({ title, text, way }: {
	title: string; text: string; way: DmarcWay;
}) {
	const known = way.policy !== "absent" && way.policy !== "unknown";

	return (
		<Card>
			<h3>{title}</h3>
			<p class="muted small">{text}</p>
			<p class="way-policy">{known ? <Policy value={way.policy as
				"none" | "quarantine" | "reject"} /> :
				<Status tone="none" word={of("web.dmarc.",
					way.policy as "absent" | "unknown")} />}</p>
			<dl class="pairs">
				{way.found_at && <div><dt>{t("web.dmarc.found_at")}</dt>
					<dd class="mono">_dmarc.{way.found_at}</dd></div>}
				{way.organisational_domain && <div>
					<dt>{t("web.dmarc.organisation")}</dt>
					<dd class="mono">{way.organisational_domain}</dd>
				</div>}
			</dl>
		</Card>
	);
}

function Dmarc({ answer }: { answer: LookupDmarc }) {
	return <>
		<div class="ways">
			<Way title="RFC 9989" text={t("web.dmarc.walk")}
				way={answer.rfc9989} />
			<Way title="RFC 7489" text={t("web.dmarc.psl")}
				way={answer.rfc7489} />
		</div>
		{answer.records.map((one) => <section class="learned"
			key={one.domain}>
			<h3 class="mono">_dmarc.{one.domain}</h3>
			<Code text={one.record} label={"_dmarc." + one.domain} />
		</section>)}
	</>;
}

function Txt({ name, answer }: { name: string; answer: LookupTxt }) {
	return (
		<section class="learned">
			<h3 class="mono">{name}</h3>
			{answer.records.map((one, i) =>
				<Code key={i} text={one} label={name} />)}
			{answer.records.length > 0 && <p class="muted small">
				{t("web.record.type_ttl", { type: "TXT",
					ttl: number(answer.ttl) })}
				{answer.secure && " · DNSSEC"}</p>}
			{answer.records.length === 0 && <p class="muted">
				{t("web.tool.no_record")}</p>}
		</section>
	);
}

function Mx({ answer }: { answer: LookupMx }) {
	return (
		<ul class="servers">{answer.servers.map((one) => (
			<li class="card" key={one.host + one.preference}>
				<h3 class="mono">{one.host}</h3>
				<p class="muted small">{t("web.mx.preference",
					{ preference: one.preference })}</p>
				<ul class="mono small">{one.addresses.map((ip) =>
					<li key={ip}><a href={"/tools/ptr?q=" +
						encodeURIComponent(ip)}>{ip}</a></li>)}
				</ul>
			</li>))}</ul>
	);
}

function Ptr({ answer }: { answer: LookupPtr }) {
	if (answer.names.length === 0)
		return <p class="muted learned">{t("web.ptr.none")}</p>;
	return (
		<ul class="servers">{answer.names.map((one) => (
			<li class="card" key={one.name}>
				<h3 class="mono">{one.name}</h3>
				<p><Status tone={one.confirmed ? "ok" : "quarantined"}
					word={of("web.ptr.", one.confirmed ?
						"confirmed" : "unconfirmed")} /></p>
			</li>))}</ul>
	);
}

export function Learned({ answer }: { answer: Lookup }) {
	switch (answer.schema) {
	case "waxseal.lookup.mta_sts/1":
		return <MtaSts answer={answer} />;
	case "waxseal.lookup.spf/1":
		return <Spf answer={answer} />;
	case "waxseal.lookup.dmarc/1":
		return <Dmarc answer={answer} />;
	case "waxseal.lookup.tls_rpt/1":
		return <Txt name={"_smtp._tls." + answer.domain}
			answer={answer} />;
	case "waxseal.lookup.bimi/1":
		return <Txt name={"default._bimi." + answer.domain}
			answer={answer} />;
	case "waxseal.lookup.dkim/1":
		return answer.records ? <Txt name={`${answer.selector}.` +
			`_domainkey.${answer.domain}`}
			answer={answer as LookupTxt} /> : null;
	case "waxseal.lookup.mx/1":
		return <Mx answer={answer} />;
	case "waxseal.lookup.ptr/1":
		return <Ptr answer={answer} />;
	default:
		return null;
	}
}
