/* Every change of a watched domain: findings that came and went, records that
 * were another before. */
import { useQuery } from "../api/query";
import type { DomainChange, DomainHistory } from "../api/types";
import { of, t } from "../words/words";
import { When } from "./bits";
import { Answer, Section } from "./page";
import { Said } from "./said";
import { Status } from "./status";

function Value({ word, value }: { word: string; value: string | null }) {
	return (
		<p class="history-value"><span class="muted">{word}</span>
			{value === null ? <span class="muted">
				{t("web.history.absent")}</span> :
				<code>{value}</code>}</p>
	);
}

function Row({ one }: { one: DomainChange }) {
	return (
		<li>
			<p class="muted small"><When at={one.at} /></p>
			<div>
				{one.finding && <>
					<Status tone={one.kind === "cleared" ? "ok" :
						"quarantined"}
						word={of("web.history.", one.kind === "cleared" ?
							"cleared" : "appeared")} />
					<p><Said text={one.finding.title ??
						one.finding.code} /></p></>}
				{one.record && <>
					<p><strong>{t(one.record.first ?
						"web.history.first" : "web.history.changed")}
						</strong>{" "}
						<code>{one.record.name} {one.record.type}</code>
					</p>
					{!one.record.first && <Value value={one.record.old}
						word={t("web.history.before")} />}
					<Value value={one.record.value}
						word={t("web.history.now")} /></>}
			</div>
		</li>
	);
}

export function History({ domain }: { domain: string }) {
	const query = useQuery<DomainHistory>(
		`/domains/${encodeURIComponent(domain)}/history`);

	return (
		<Section title={t("web.history.title")}>
			<Answer query={query} lines={3}>{(data) =>
				data.changes.length === 0 ?
				<p class="muted">{t("web.history.none")}</p> :
				<ol class="history">{data.changes.map((one, i) =>
					<Row key={i} one={one} />)}</ol>}</Answer>
		</Section>
	);
}
