/* What one TLS report says: each policy with its sessions and failures. */
import type { TlsPolicy } from "../api/types";
import { number, percent } from "../words/format";
import { shownDomain } from "../words/idn";
import { finding, plural, t } from "../words/words";
import { Code } from "../parts/copy";
import { Card, Empty } from "../parts/page";
import { Status } from "../parts/status";
import { Table } from "../parts/table";
import type { Column } from "../parts/table";
import { tlsCode, typeText } from "../parts/tls";

type Failure = TlsPolicy["failures"][number];

function text(value: string | null) {
	return value ? <span class="mono">{value}</span> :
		<span class="muted">–</span>;
}

function columns(): Column<Failure>[] {
	return [
		{ id: "result", label: t("web.field.result"), fixed: true,
		  cell: (one) => <>
			<Status tone="fail" word={finding(tlsCode(
				one.result_type))?.title ?? one.result_type} />
			<code class="sub">{one.result_type}</code></> },
		{ id: "mx", label: t("web.tls.mx"), cell: (one) => text(one.mx) },
		{ id: "from", label: t("web.tls.sending_ip"),
		  cell: (one) => text(one.sending_ip) },
		{ id: "to", label: t("web.tls.receiving_ip"),
		  cell: (one) => text(one.receiving_ip) },
		{ id: "reason", label: t("web.tls.reason"),
		  cell: (one) => text(one.reason) },
		{ id: "sessions", label: t("web.tls.sessions"), number: true,
		  fixed: true, cell: (one) => number(one.sessions) },
	];
}

function About({ one }: { one: Failure }) {
	const found = finding(tlsCode(one.result_type));

	return (
		<div class="tls-about">
			{found && <p>{found.meaning}</p>}
			{found?.fix && <p><strong>{found.fix}</strong></p>}
			{one.information && <p class="muted">
				{t("web.tls.information")}:{" "}
				<span class="mono">{one.information}</span></p>}
		</div>
	);
}

function OnePolicy({ policy }: { policy: TlsPolicy }) {
	const all = policy.successful + policy.failed;

	return (
		<Card>
			<h2>{typeText(policy.type)}{" · "}
				{shownDomain(policy.domain)}</h2>
			<p class="intro">{plural("web.tls.sentence.", all,
				{ good: policy.successful,
				  share: percent(policy.successful, all) })}</p>
			{policy.failures.length > 0 && <div class="tls-failures">
				<Table name="report.tls" plain columns={columns()}
					caption={t("web.tls.failed")} rows={policy.failures}
					keyOf={(one) => String(policy.failures.indexOf(one))}
					expand={(one) => <About one={one} />} /></div>}
			{policy.strings.length > 0 && <>
				<h3 class="tls-head">{t("web.tls.policy_strings")}</h3>
				<Code text={policy.strings.join("\n")}
					label={t("web.tls.policy_strings")} /></>}
			{policy.mx.length > 0 && <p class="muted small tls-head">
				{t("web.tls.policy_mx")}: <span class="mono">
					{policy.mx.join(", ")}</span></p>}
		</Card>
	);
}

export function TlsPolicies({ policies }: { policies: readonly TlsPolicy[] }) {
	if (policies.length === 0)
		return <Empty title={t("web.report.rows_none")} />;
	return <>
		{policies.map((policy, i) => <OnePolicy key={i}
			policy={policy} />)}
		{policies.length > 1 && <p class="foot-note">
			{t("web.tls.never_added")}</p>}
	</>;
}
