/* What is in DNS against what has to be there so that reports come here, with
 * the record to copy wherever they differ. */
import type { ComponentChildren } from "preact";
import { useLook } from "../api/look";
import type { Look } from "../api/look";
import type { Desired, DomainRecords, Finding, RecordChange } from
	"../api/types";
import { useQuery } from "../api/query";
import { number } from "../words/format";
import { of, t } from "../words/words";
import { Copy } from "./copy";
import { FindingList } from "./findings";
import { Loading, Notice, ProblemView, Section } from "./page";
import { Part, Records } from "./records";
import { Status } from "./status";
import type { Tone } from "./status";

const TONES: Record<RecordChange["what"], Tone> = { keep: "ok", add: "fail",
	replace: "quarantined", remove: "quarantined" };

function purpose(name: string): string {
	return name.includes("._report._dmarc.") ?
		t("web.record.authorisation") :
		name.startsWith("_smtp._tls.") ? t("web.record.tls_rpt") :
		t("web.record.dmarc");
}

/* One value each; what stays as it is need not be copied. */
export function Change({ one }: { one: RecordChange }) {
	const fresh = one.after.filter((value) => !one.now.includes(value));
	const gone = one.now.filter((value) => !one.after.includes(value));

	return (
		<article class={"card record desired-" + one.what}>
			<header>
				<h3>{purpose(one.name)}</h3>
				<Status tone={TONES[one.what]}
					word={of("web.desired.", one.what)} />
			</header>
			{one.what === "keep" ? <p class="mono small break">
				{one.name} {one.type} {one.now.join(" ")}</p> : <>
				{gone.map((value) => <div class="record-part"
					key={value}>
					<span class="record-label">
						{t("web.desired.now")}</span>
					<span class="mono small break">{value}</span>
				</div>)}
				{fresh.map((value) => <div key={value}>
					<p class="found-label">{t(gone.length ?
						"web.desired.instead" :
						"web.desired.publish")}</p>
					<div class="record-grid">
						<Part label={t("web.record.name")}
							text={one.name} />
						<Part label={t("web.record.host")}
							text={one.host} />
						<Part label={t("web.record.value")}
							text={value} />
					</div>
					<p class="record-foot muted small">
						{t("web.record.type_ttl", { type: one.type,
							ttl: number(one.ttl) })}
						<span class="record-zone"><Copy
							label={one.name} text={`${one.name}. ` +
								`${one.ttl} IN ${one.type} "${value}"`} />
							<span>{t("web.record.zone_line")}
							</span></span></p>
				</div>)}
			</>}
		</article>
	);
}

/* `whole`: of this domain all records stand in for a comparison that could
 * not be made. */
function Differences({ look, whole }: {
	look: Look<Desired>; whole?: string;
}) {
	const { data, problem } = look;

	if (problem)
		return <ProblemView problem={problem} again={look.again} />;
	if (!data?.done)
		return <div aria-busy="true"><Loading lines={4} /></div>;
	if (!data.complete)
		return <Notice kind="warn"><strong>
			{t("web.check.incomplete")}</strong></Notice>;
	const changes = data.changes ?? [];
	return <>
		{changes.map((one) => <Change key={one.name + one.type}
			one={one} />)}
		<FindingList findings={data.findings ?? []} domain={data.domain}
			again={look.again} />
		{changes.length === 0 && whole && <Records domain={whole} />}
	</>;
}

function Authorisation({ domain }: { domain: string }) {
	return <Differences look={useLook<Desired>("/domains/" +
		encodeURIComponent(domain) + "/desired",
		{ of: "authorisation" })} />;
}

export function useDesired(domain: string, registered: boolean):
	Look<Desired> {
	return useLook<Desired>(registered ? "/domains/" +
		encodeURIComponent(domain) + "/desired" : null, {});
}

/* A finding about a record that is to bring reports here: its record is the
 * one that does, not one for just anybody. */
export function asDesired(findings: readonly Finding[],
			  desired: Desired | null): Finding[] {
	return findings.map((one) => {
		const change = desired?.changes?.find(({ name, type, what }) =>
			one.record && name === one.record.name &&
			type === one.record.type && what !== "keep");
		const fresh = change?.after.filter((value) =>
			!change.now.includes(value)) ?? [];
		return one.record && fresh.length === 1 ? { ...one,
			record: { ...one.record, value: fresh[0]! } } : one;
	});
}

export function DesiredRecords({ domain, look, actions }: {
	domain: string; look: Look<Desired>; actions?: ComponentChildren;
}) {
	const records = useQuery<DomainRecords>("/domains/" +
		encodeURIComponent(domain) + "/records").data?.records;

	return (
		<Section title={t("web.desired.title")}
			intro={t("web.desired.intro")} actions={<>
				<button class="button" onClick={look.again}>
					{t("web.check.again")}</button>
				{actions}</>}>
			<div class="desired">
				<Differences look={look} whole={domain} />
				{records?.some((one) => one.purpose ===
					"authorisation") &&
					<Authorisation domain={domain} />}
			</div>
		</Section>
	);
}
