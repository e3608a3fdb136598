/* The DNS records that make reports come here: exactly what to publish. */
import type { ComponentChildren } from "preact";
import { useQuery } from "../api/query";
import type { DomainRecord, DomainRecords } from "../api/types";
import { NEW_TTL, hostIn } from "../model/plan";
import { number } from "../words/format";
import { shownDomain } from "../words/idn";
import { finding, of, t } from "../words/words";
import { Code, Copy } from "./copy";
import { Answer, Notice } from "./page";
import { Said } from "./said";

export function Part({ label, text, name, children }: {
	label: string; text: string; name?: string;
	children?: ComponentChildren; // the text with marks in it
}) {
	return (
		<div class="record-part" data-part={name}>
			<span class="record-label">{label}</span>
			<Code text={text} label={label}>{children}</Code>
		</div>
	);
}

/* Any record as a provider's form asks for it. `zone`: what the short name
 * leaves out. A file is none. */
export function RecordParts({ record, zone, ttl = NEW_TTL }: {
	record: { name: string; type: string; value: string };
	zone?: string | null; ttl?: number;
}) {
	const { name, type, value } = record;
	const host = zone ? hostIn(name, zone) : null;

	return <>
		<Part name="name" text={name} label={host === null ?
			t("web.finding.record_name") : t("web.record.name")} />
		{host !== null && <Part name="host" text={host}
			label={t("web.record.within",
				{ zone: shownDomain(zone!) })} />}
		<Part name="type" text={type}
			label={t("web.finding.record_type")} />
		<Part name="value" text={value}
			label={t("web.finding.record_value")} />
		{type !== "FILE" && <Part name="ttl" text={String(ttl)}
			label={t("web.record.ttl")} />}
	</>;
}

function Record({ one }: { one: DomainRecord }) {
	return (
		<article class="card record">
			<header>
				<h3>{of("web.record.", one.purpose)}</h3>
				<span class="tag">{t("web.record.harmless")}</span>
			</header>
			<p class="muted">{of("web.record.", `${one.purpose}_text` as
				const)}</p>
			<div class="record-grid">
				<Part label={t("web.record.name")} text={one.name} />
				<Part label={t("web.record.host")} text={one.host} />
				<Part label={t("web.record.value")} text={one.value} />
			</div>
			<p class="record-foot muted small">
				{t("web.record.type_ttl", { type: one.type,
					ttl: number(one.ttl) })}
				<span class="record-zone"><Copy label={one.name}
					text={`${one.name}. ${one.ttl} IN ${one.type} ` +
						`"${one.value}"`} />
					<span>{t("web.record.zone_line")}</span></span>
			</p>
		</article>
	);
}

/* The name of this server is none that others can find. */
function SingleLabel({ host }: { host: string }) {
	const found = finding("generate.single_label", { detail: host });

	return found && <Notice kind="warn"><strong>{found.title}</strong>
		<p>{found.meaning}</p><p><Said text={found.fix} /></p></Notice>;
}

export function Records({ domain }: { domain: string }) {
	const query = useQuery<DomainRecords>(
		`/domains/${encodeURIComponent(domain)}/records`);

	return (
		<Answer query={query} lines={6}>{(data) => <>
			<Notice>
				<strong>{t("web.record.keep")}</strong>
				<p>{t("web.record.keep_text")}</p>
				<Code text={"mailto:" + data.address}
					label={t("web.record.address")} />
			</Notice>
			{!/@.*\./.test(data.address) && <SingleLabel
				host={data.address.replace(/^.*@/, "")} />}
			{data.records.map((one) =>
				<Record key={one.name} one={one} />)}
			<details class="more">
				<summary>{t("web.record.https")}</summary>
				<p>{t("web.record.https_text")}</p>
				<Code text={`v=TLSRPTv1; rua=${data.post_url}`}
					label={t("web.record.https")} />
			</details>
		</>}</Answer>
	);
}
