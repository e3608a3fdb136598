/* One source: what it is and how we know, how its mail fares for each domain,
 * and what to do there. */
import { useState } from "preact/hooks";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { QueryRow, Source, SourceDetail, Triage } from "../api/types";
import { asked, href, usePlace } from "../model/place";
import { TRIAGES, mark } from "../model/triage";
import { day, number, percent } from "../words/format";
import { shownDomain } from "../words/idn";
import { finding, named, of, sentence, t } from "../words/words";
import { AttentionList } from "../parts/attention";
import { Share } from "../parts/bits";
import { Dialog } from "../parts/dialog";
import { Area } from "../parts/field";
import { FilterBar } from "../parts/filters";
import { Icon } from "../parts/icons";
import { Answer, Card, Page, Section } from "../parts/page";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { toastProblem } from "../parts/toast";
import { useKeys } from "../shell/keys";
import type { RouteProps } from "../routes";
import { isAdmin } from "../state/settings";
import { evidenceText } from "./sources";

function Whose({ one }: { one: Source }) {
	const set = (value: Triage) => () => isAdmin() &&
		mark([one], one.triage === value ? null : value);

	useKeys({ o: set("ours"), u: set("not_ours") });
	return (
		<Card class="whose">
			<h2>{t("web.source.whose", { source: one.label })}</h2>
			<div class="whose-choices" role="group"
				aria-label={t("web.sources.whose")}>
				{TRIAGES.map((value) => (
					<button type="button" key={value} class="choice"
						aria-pressed={one.triage === value}
						disabled={!isAdmin()} onClick={set(value)}>
						<strong>{one.triage === value &&
							<Icon name="check" size={16} />}
							{of("web.triage.", value)}</strong>
						<span>{of("web.triage.", `${value}_text` as
							const)}</span>
					</button>))}
			</div>
		</Card>
	);
}

function Note({ one }: { one: Source }) {
	const [text, setText] = useState<string | null>(null);

	const save = () => {
		write("PUT", `/sources/${encodeURIComponent(one.slug)}/triage`,
			{ triage: one.triage, domain: one.triage_domain,
			  note: text || null })
			.then(() => setText(null), toastProblem);
	};
	return <>
		<p class="note">{one.note ? one.note :
			<span class="muted">{t("web.source.no_note")}</span>}
			{isAdmin() && <button class="button button-small button-quiet"
				onClick={() => setText(one.note ?? "")}>
				{t("web.source.edit_note")}</button>}</p>
		{text !== null && <Dialog title={t("web.source.note")}
			onClose={() => setText(null)} actions={
				<button class="button button-main" onClick={save}>
					{t("web.action.save")}</button>}>
			<Area label={t("web.source.note")} value={text}
				onValue={setText} autofocus /></Dialog>}
	</>;
}

function Known({ data }: { data: SourceDetail }) {
	const { source } = data;

	return (
		<Card>
			<h2>{t("web.source.known")}</h2>
			<dl class="pairs">
				<div><dt>{t("web.source.kind")}</dt>
					<dd>{of("web.source_kind.", source.kind)}
						{data.category && <> · {named(
							"sender.category.", data.category)}</>}
					</dd></div>
				{source.evidence && <div>
					<dt>{t("web.source.evidence")}</dt>
					<dd>{evidenceText(source)}
						<code class="raw">{source.evidence}</code></dd>
				</div>}
				<div><dt>{t("web.sources.first")}</dt>
					<dd>{day(source.first_seen)}</dd></div>
				<div><dt>{t("web.sources.last")}</dt>
					<dd>{day(source.last_seen)}</dd></div>
				{data.forwards && <div><dt>{t("web.class.forwarded")}</dt>
					<dd>{t("web.source.forwards")}</dd></div>}
				<div><dt>{t("web.source.note")}</dt>
					<dd><Note one={source} /></dd></div>
			</dl>
		</Card>
	);
}

function Figures({ one }: { one: Source }) {
	const share = (part: number | null) => percent(part, one.messages);

	return (
		<dl class="facts">
			<div><dt>{t("web.field.messages")}</dt>
				<dd class="num"><a href={href("/reports/dmarc",
					{ source: one.slug })}>
					{number(one.messages)}</a></dd></div>
			<div><dt>{t("web.sources.passed")}</dt>
				<dd class="num">{share(one.passed)}</dd></div>
			<div><dt>{t("web.field.spf")}</dt>
				<dd class="num">{share(one.spf_aligned)}</dd></div>
			<div><dt>{t("web.field.dkim")}</dt>
				<dd class="num">{share(one.dkim_aligned)}</dd></div>
			<div><dt>{t("web.class.blocked")}</dt>
				<dd class="num">{number(one.blocked)}</dd></div>
		</dl>
	);
}

function Fix({ data }: { data: SourceDetail }) {
	const { fix } = data;

	if (!fix && !data.help)
		return null;
	const found = fix && finding(fix.code, fix.values);
	return (
		<Card class="fix">
			<h2>{t("web.source.fix")}</h2>
			{fix && <p>{found ? found.fix || found.meaning :
				sentence(fix.code, fix.values)}</p>}
			<ol class="fix-steps">
				<li>{t("web.source.step_sign", {
					source: data.source.label })}</li>
				<li>{t("web.source.step_publish")}</li>
				<li>{t("web.source.step_wait")}</li>
			</ol>
			{data.help && <p><a href={data.help} target="_blank"
				rel="noreferrer noopener">
				{t("web.source.help", { source: data.source.label })}
				<Icon name="external" size={14} /></a></p>}
		</Card>
	);
}

function rowColumns(slug: string, filter: "domain" | "ip"):
	Column<QueryRow>[] {
	const to = (row: QueryRow) => href("/reports/dmarc",
		{ source: slug, [filter]: row.key ?? "unknown" });

	return [
		{ id: "key", label: filter === "domain" ?
			t("web.field.domain") : t("web.field.ip"), fixed: true,
		  cell: (row) => row.key === null ? t("web.state.unknown") :
			<a class={filter === "ip" ? "mono" : ""} href={to(row)}>
				{filter === "domain" ? shownDomain(row.key) :
					row.key}</a> },
		{ id: "messages", label: t("web.field.messages"), number: true,
		  cell: (row) => number(row.messages) },
		{ id: "passed", label: t("web.sources.passed"), number: true,
		  cell: (row) => <Share part={row.passed}
			whole={row.messages} /> },
		{ id: "spf", label: t("web.field.spf"), number: true,
		  cell: (row) => <Share part={row.spf_aligned}
			whole={row.messages} /> },
		{ id: "dkim", label: t("web.field.dkim"), number: true,
		  cell: (row) => <Share part={row.dkim_aligned}
			whole={row.messages} /> },
	];
}

function Body({ data }: { data: SourceDetail }) {
	const { source } = data;

	return <>
		<FilterBar names={["domain", "reporter", "country"]}
			failures={false} />
		<Figures one={source} />
		<Whose one={source} />
		{data.findings.length > 0 && <section class="card attention-card"
			aria-labelledby="why">
			<h2 id="why">{t("web.source.why")}</h2>
			<AttentionList items={data.findings} /></section>}
		<div class="two">
			<Known data={data} />
			<Fix data={data} />
		</div>
		<Section title={t("web.source.by_domain")}>
			<Table plain name="source_domains" rows={data.domains}
				caption={t("web.source.by_domain")}
				keyOf={(row) => row.key ?? ""}
				columns={rowColumns(source.slug, "domain")} />
		</Section>
		<Section title={t("web.source.by_ip")}>
			{data.ips.length ? <Table plain name="source_ips" rows={data.ips}
				caption={t("web.source.by_ip")}
				keyOf={(row) => row.key ?? ""}
				columns={rowColumns(source.slug, "ip")} /> :
				<p class="muted">{t("web.source.choose_domain")}</p>}
		</Section>
	</>;
}

export default function SourcePage({ at }: RouteProps) {
	const here = usePlace();
	const params = asked(here);
	params.delete("source");
	const query = useQuery<SourceDetail>("/sources/" +
		encodeURIComponent(at.slug!), params);

	return (
		<Page title={query.data?.source.label ?? at.slug!} actions={
			<a class="button" href={href("/reports/dmarc",
				{ source: at.slug! })}>
				<Icon name="search" size={16} />
				{t("web.nav.explore")}</a>}
			crumb={<a href={href("/sources")}>
				{t("web.source.back")}</a>}>
			<Answer query={query} lines={8}>{(data) =>
				<Body data={data} />}</Answer>
		</Page>
	);
}
