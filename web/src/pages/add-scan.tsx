/* What is there already: each part as soon as it is known. */
import type { ComponentChildren } from "preact";
import { useLook } from "../api/look";
import type { Look } from "../api/look";
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { Check, Domain, Hosting, LookupDmarc, LookupMtaSts, LookupMx,
	      LookupSpf, LookupTlsRpt } from "../api/types";
import { dnsHost, nameServers } from "../model/host";
import { delegatedOf, stepNumber } from "../model/onboarding";
import { plural, t } from "../words/words";
import { FindingList, isGrave, partName } from "../parts/findings";
import { ProblemView } from "../parts/page";
import { Said } from "../parts/said";
import { SeverityStatus, Status } from "../parts/status";
import { Onward, onTo } from "../parts/wizard";

/* The parts that matter for what is to be published. */
const PARTS = ["ns", "mx", "spf", "dkim", "dmarc", "mta-sts", "tls-rpt"];

function useLookup<T extends { done: boolean }>(kind: string,
						domain: string): T | null {
	return useLook<T>("/lookup/" + kind, { q: domain }).data;
}

function Lines({ lines }: { lines: readonly string[] }) {
	return <>{lines.map((line) => <code class="break" key={line}>{line}
	</code>)}</>;
}

function Nothing() {
	return <span class="muted">{t("web.wizard.nothing")}</span>;
}

function Hosts({ check }: { check: Check | null }) {
	const hosts = nameServers(check);
	const by = dnsHost(hosts);

	return <>{by && <span>{t("web.wizard.dns_by", { name: by.name })}
	</span>}<Lines lines={hosts} /></>;
}

function Mx({ domain, check }: { domain: string; check: Check | null }) {
	const mx = useLookup<LookupMx>("mx", domain);
	const suite = check?.findings.find(({ code }) =>
		code === "mx.microsoft365" || code === "mx.google_workspace");

	return <>{suite && <span><Said text={suite.title ?? suite.code} />
	</span>}{mx?.done && (mx.servers?.length ? <Lines
		lines={mx.servers.map((one) => one.host)} /> : <Nothing />)}</>;
}

function Spf({ domain }: { domain: string }) {
	const spf = useLookup<LookupSpf>("spf", domain);
	const record = spf?.tree?.[0]?.record;

	return spf?.done ? record ? <><Lines lines={[record]} />
		<span class="muted">{t("web.wizard.lookups", {
			count: spf.lookups, most: spf.lookups_max })}</span></> :
		<Nothing /> : null;
}

function Dkim({ check }: { check: Check | null }) {
	const told = check?.findings.filter((one) => one.check === "dkim") ?? [];

	return <>{told.slice(0, 4).map((one, i) => <span key={i}>
		<Said text={one.title ?? one.code} /></span>)}</>;
}

function Dmarc({ domain }: { domain: string }) {
	const dmarc = useLookup<LookupDmarc>("dmarc", domain);
	const own = dmarc?.records?.filter((one) => one.domain ===
		dmarc.domain) ?? [];

	return dmarc?.done ? own.length ? <><Lines
		lines={own.map((one) => one.record)} />
		<span class="muted">{t("web.wizard.kept")}</span></> :
		<Nothing /> : null;
}

function Sts({ domain }: { domain: string }) {
	const sts = useLookup<LookupMtaSts>("mta-sts", domain);

	return sts?.done ? sts.policy ? <code>mode: {sts.policy.mode}</code> :
		sts.id ? <code>id={sts.id}</code> : <Nothing /> : null;
}

function TlsRpt({ domain }: { domain: string }) {
	const rpt = useLookup<LookupTlsRpt>("tls-rpt", domain);

	return rpt?.done ? rpt.records?.length ? <Lines lines={rpt.records} /> :
		<Nothing /> : null;
}

function Part({ part, check, children }: {
	part: string; check: Check | null; children: ComponentChildren;
}) {
	const status = check?.checks.find((one) => one.check === part)?.status ??
		"waiting";

	return (
		<li class="scan-part">
			<strong>{partName(part)}</strong>
			<span>{status === "waiting" ? <span class="muted">
				{t("web.check.waiting")}</span> :
				status === "unknown" ? <Status tone="none"
					word={t("web.check.unknown")} /> :
				<SeverityStatus value={status} />}</span>
			<span class="scan-facts">{children}</span>
		</li>
	);
}

function Parts({ domain, check }: { domain: string; check: Check | null }) {
	const facts: Record<string, ComponentChildren> = {
		ns: <Hosts check={check} />,
		mx: <Mx domain={domain} check={check} />,
		spf: <Spf domain={domain} />,
		dkim: <Dkim check={check} />,
		dmarc: <Dmarc domain={domain} />,
		"mta-sts": <Sts domain={domain} />,
		"tls-rpt": <TlsRpt domain={domain} />,
	};

	return <ul class="scan" aria-busy={!check?.done}>{PARTS.map((part) =>
		<Part key={part} part={part} check={check}>{facts[part]}</Part>)}
	</ul>;
}

/* Policies that are looked after here from the start, where there is mail. */
async function begin(one: Domain, zone: boolean) {
	const fresh = !one.onboarding || stepNumber(one.onboarding.step) < 4;
	const delegated = fresh && zone && one.purpose !== "parked" ?
		["sts" as const] : delegatedOf(one);

	if (delegated.length > 0)
		await write("POST", `/domains/${encodeURIComponent(
			one.domain)}/hosting`, {});
	return onTo(one, "plan", { delegated: [...delegated] });
}

export function Scan({ one }: { one: Domain }) {
	const look: Look<Check> = useLook<Check>("/check",
		{ domain: one.domain });
	const hosting = useQuery<Hosting>(`/domains/${encodeURIComponent(
		one.domain)}/hosting`).data;
	const check = look.data;
	const grave = (check?.findings ?? []).filter((found) =>
		PARTS.includes(found.check ?? "") && isGrave(found));

	return <>
		{look.problem && <ProblemView problem={look.problem}
			again={look.again} />}
		<Parts domain={one.domain} check={check} />
		{check?.done && grave.length > 0 && <details class="more">
			<summary>{plural("web.wizard.found.", grave.length)}
			</summary>
			<div><FindingList findings={grave} domain={one.domain}
				again={null} /></div></details>}
		<Onward one={one} at="scan" word={t("web.wizard.next_plan")}
			onNext={() => begin(one, hosting?.zone != null)}>
			{check?.done && <button type="button" class="button"
				onClick={look.again}>{t("web.check.again")}
			</button>}</Onward>
	</>;
}
