/* Hosting a domain here: whose it is, and the names that lead here. */
import { write } from "../api/client";
import { useQuery } from "../api/query";
import type { DnsRecordType, HostingName, Hosting, Sts } from
	"../api/types";
import { NEW_TTL } from "../model/plan";
import { named, of, t } from "../words/words";
import { When } from "../parts/bits";
import { Answer, Card, Notice, Section } from "../parts/page";
import { RecordParts } from "../parts/records";
import { Said } from "../parts/said";
import { Status } from "../parts/status";
import { toastProblem } from "../parts/toast";
import { isAdmin } from "../state/settings";
import { planOf } from "./dns-act";

const POLL = 5_000; // ms

function hostingPath(domain: string): string {
	return `/domains/${encodeURIComponent(domain)}/hosting`;
}

function Name({ one, domain }: { one: HostingName; domain: string }) {
	return (
		<article class="card record">
			<h3>{of("web.sts.name_", one.purpose)}</h3>
			<div class="record-grid">
				<RecordParts record={one} zone={domain} />
			</div>
		</article>
	);
}

function Proof({ hosting }: { hosting: Hosting }) {
	const proof = hosting.proof!;
	const check = () => {
		write("POST", hostingPath(hosting.domain), { check: true })
			.catch(toastProblem);
	};

	if (proof.proven)
		return (
			<p><Status tone="ok" word={t("web.sts.proven")} />{" "}
				<span class="muted">{named("web.sts.proven_by_",
					proof.by)} <When at={proof.checked_at} /></span></p>
		);
	return (
		<Section title={t("web.sts.prove")}
			intro={t(hosting.zone === null ?
				"web.sts.prove_txt" : "web.sts.prove_text")}
			actions={isAdmin() && <button class="button"
				onClick={check}>{t("web.sts.check_now")}</button>}>
			{proof.records.map((one) => <Name key={one.name}
				one={one} domain={hosting.domain} />)}
			<p class="muted small">{proof.checked_at === null ?
				t("web.sts.never_checked") : <>
					{t("web.sts.checked")} <When
						at={proof.checked_at} /></>}</p>
		</Section>
	);
}

/* Nothing can be hosted here yet. */
function NoZone() {
	return <Notice kind="warn">
		<strong>{t("web.sts.no_zone")}</strong>
		<p><Said text={t("web.sts.no_zone_text")} /></p></Notice>;
}

function Names({ hosting, delegated }: {
	hosting: Hosting; delegated: boolean;
}) {
	const list = hosting.names.map((one) => <Name key={one.name}
		one={one} domain={hosting.domain} />);

	const publish = () => {
		planOf(hosting.domain, hosting.names.map((one) => ({
			name: one.name, type: one.type as DnsRecordType,
			value: one.value, ttl: NEW_TTL }))).catch(toastProblem);
	};

	if (hosting.zone === null)
		return <NoZone />;
	return delegated ?
		<details class="more">
			<summary>{t("web.sts.names_show")}</summary>{list}
		</details> :
		<Section title={t("web.sts.names")}
			intro={t("web.sts.names_text")}
			actions={isAdmin() && hosting.names.length > 0 &&
				<button class="button button-main"
					onClick={publish}>
					{t("web.dns.names_publish")}</button>}>
			{list}</Section>;
}

export function Hosted({ domain, sts }: { domain: string; sts: Sts }) {
	const query = useQuery<Hosting>(hostingPath(domain), undefined, POLL);
	const begin = () => {
		write("POST", hostingPath(domain), {}).catch(toastProblem);
	};

	return (
		<Answer query={query} lines={3}>{(hosting) =>
			!hosting.hosted || hosting.proof === null ?
			hosting.zone === null ? <NoZone /> : <Card>
				<h2>{t("web.sts.host")}</h2>
				<p>{t("web.sts.host_text")}</p>
				{isAdmin() && <button class="button button-main"
					onClick={begin}>{t("web.sts.host_do")}</button>}
			</Card> : <>
				{hosting.fault && <Notice kind="warn">
					<strong><Said text={hosting.fault.title ??
						hosting.fault.code} /></strong>
					{hosting.fault.fix && <p>
						<Said text={hosting.fault.fix} /></p>}
				</Notice>}
				<Proof hosting={hosting} />
				<Names hosting={hosting}
					delegated={sts.delegated === true} />
			</>}</Answer>
	);
}
