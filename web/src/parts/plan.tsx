/* Changes of DNS as they are shown: one card for each record set, how far it
 * has come, and all of it as text. */
import type { DnsArrival, DnsChange, DnsPlanState, DnsRecordSeen,
	      DnsServerSeen, DnsTexts } from "../api/types";
import { freshOf, goneOf } from "../model/plan";
import { moment, number } from "../words/format";
import { named, of, t } from "../words/words";
import { Copy } from "./copy";
import { Added, Difference } from "./difference";
import { Part } from "./records";
import { Status } from "./status";
import type { Tone } from "./status";

const STATES: Record<DnsPlanState, Tone> = { asked: "none",
	ready: "quarantined", confirmed: "forwarded", applied: "forwarded",
	verified: "ok", changed: "quarantined", failed: "fail" };
const ARRIVALS: Record<DnsArrival, Tone> = { waiting: "none",
	missing: "quarantined", different: "quarantined", partly: "forwarded",
	cached: "forwarded", verified: "ok" };
const WHATS: Record<DnsChange["what"], Tone> = { keep: "ok",
	add: "forwarded", replace: "quarantined", remove: "rejected" };

export function PlanState({ value }: { value: DnsPlanState }) {
	return <Status tone={STATES[value]} word={of("web.dns.state_", value)} />;
}

export function Arrival({ value }: { value: DnsArrival }) {
	return <Status tone={ARRIVALS[value]}
		word={of("web.dns.arrival_", value)} />;
}

/* ---- one record set ---- */

function Values({ label, values }: {
	label: string; values: readonly string[];
}) {
	return values.length === 0 ? null :
		<div class="record-part">
			<span class="record-label">{label}</span>
			<div class="plan-values">{values.map((value) =>
				<code class="break" key={value}>{value}</code>)}
			</div>
		</div>;
}

type Shown = Omit<DnsChange, "now_ttl" | "host"> & { host?: string };

/* What is typed has a button to copy it; what is there has none. */
export function ChangeCard({ one, seen }: {
	one: Shown; seen?: DnsRecordSeen | undefined;
}) {
	const fresh = freshOf(one);
	const gone = goneOf(one);
	const stays = one.now.filter((value) => one.after.includes(value));

	return (
		<article class={"card record plan-" + one.what}>
			<header>
				<h3 class="break">{one.name}</h3>
				<span class="tag">{one.type}</span>
			</header>
			<p class="plan-what"><Status tone={WHATS[one.what]}
				word={of("web.dns.what_", one.what)} />
				<span class="muted">{t("web.dns.ttl",
					{ ttl: number(one.ttl) })}</span></p>
			<div class="record-grid">
				{one.what === "keep" ? <Values values={stays}
					label={t("web.desired.now")} /> : <>
					<Part label={t("web.record.name")} text={one.name} />
					{one.host && <Part label={t("web.record.host")}
						text={one.host} />}
					{gone.length > 0 ? <Values values={gone}
						label={t("web.desired.now")} /> :
						stays.length === 0 && <div
							class="record-part">
							<span class="record-label">
								{t("web.desired.now")}</span>
							<span class="muted">
								{t("web.dns.nothing")}</span></div>}
					{fresh.map((value) => <Part key={value}
						label={t("web.dns.after")} text={value}>
						{gone.length === 1 && fresh.length === 1 &&
							<Added found={gone[0]!}
								wanted={value} />}</Part>)}
					{one.after.length === 0 && <div
						class="record-part">
						<span class="record-label">
							{t("web.dns.after")}</span>
						<span class="muted">{t("web.dns.nothing")}
						</span></div>}
					<Values label={t("web.dns.stays")} values={stays} />
				</>}
			</div>
			{seen && <Seen one={seen} />}
		</article>
	);
}

/* ---- has it arrived? ---- */

function odd(some: readonly string[], others: readonly string[]): string[] {
	return some.filter((value) => !others.includes(value));
}

function Server({ one, name, wanted }: {
	one: DnsServerSeen; name: string; wanted: readonly string[];
}) {
	return (
		<li>
			<Arrival value={one.state} />
			<span class="break">{name}{one.address &&
				<span class="muted mono"> {one.address}</span>}</span>
			{one.state === "different" && odd(one.seen, wanted).map(
				(value, i) => <Difference key={value}
					found={value} wanted={odd(wanted, one.seen)[i]
						?? wanted[0] ?? ""} />)}
		</li>
	);
}

export function Seen({ one }: { one: DnsRecordSeen }) {
	return (
		<div class="plan-seen">
			<p><strong>{t("web.dns.servers_have", { have: one.have,
				servers: one.servers })}</strong>
				{one.state === "cached" && one.until !== null && <>{" "}
					<span class="muted">{t("web.dns.until",
						{ when: moment(one.until) })}</span></>}</p>
			<ul>
				{one.at.map((server, i) => <Server key={i} one={server}
					wanted={one.wanted}
					name={server.host ?? t("web.dns.server")} />)}
				<Server one={one.resolver} wanted={one.wanted}
					name={t("web.dns.resolver")} />
			</ul>
		</div>
	);
}

/* ---- all of it, for whoever types it or feeds it to a program ---- */

export function Texts({ text }: { text: DnsTexts }) {
	return <>{Object.entries(text).filter(([, all]) => all).map(
		([form, all]) => {
			const name = named("web.dns.form_", form);
			return (
				<details class="more" key={form}>
					<summary>{name}</summary>
					<div>
						<Copy text={all} label={name} />
						<pre class="headers plan-text" tabIndex={0}
							aria-label={name}>{all}</pre>
					</div>
				</details>);
		})}</>;
}
