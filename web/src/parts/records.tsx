/* The DNS records that make reports come here: exactly what to publish. */
import { useQuery } from "../api/query";
import type { DomainRecord, DomainRecords } from "../api/types";
import { number } from "../words/format";
import { finding, of, t } from "../words/words";
import { Code, Copy } from "./copy";
import { Answer, Notice } from "./page";
import { Said } from "./said";

function Part({ label, text }: { label: string; text: string }) {
	return (
		<div class="record-part">
			<span class="record-label">{label}</span>
			<Code text={text} label={label} />
		</div>
	);
}

/* Any record as a provider's form asks for it: name, type, value. */
export function RecordParts({ record }: {
	record: { name: string; type: string; value: string };
}) {
	return <>{([["name", record.name], ["type", record.type],
		["value", record.value]] as const).map(([part, text]) =>
		<Part key={part} text={text}
			label={of("web.finding.record_", part)} />)}</>;
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
