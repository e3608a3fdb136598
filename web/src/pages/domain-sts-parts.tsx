/* What stands behind a hosted policy: mail servers, the file and its versions,
 * the certificate, and who fetched it. */
import { useState } from "preact/hooks";
import { ApiProblem, write } from "../api/client";
import { useQuery } from "../api/query";
import type { Sts, StsServer, StsVersions } from "../api/types";
import { day, moment, number, span } from "../words/format";
import { finding, of, t } from "../words/words";
import { When } from "../parts/bits";
import { Code } from "../parts/copy";
import { Field } from "../parts/field";
import { Answer, ProblemView, Section } from "../parts/page";
import { Said } from "../parts/said";
import { Status } from "../parts/status";
import { isAdmin } from "../state/settings";

function Yes({ value }: { value: boolean | null }) {
	return value === null ?
		<Status tone="none" word={t("web.sts.gate_unknown")} /> :
		<Status tone={value ? "ok" : "fail"}
			word={t(value ? "web.sts.yes" : "web.sts.no")} />;
}

/* ---- mail servers ---- */

function Add({ domain }: { domain: string }) {
	const [host, setHost] = useState("");
	const [problem, setProblem] = useState<ApiProblem | null>(null);

	const add = (event: Event) => {
		event.preventDefault();
		setProblem(null);
		write("POST", `/domains/${encodeURIComponent(domain)}` +
			"/mta-sts/mail-servers", { host: host.trim() }).then(
			() => setHost(""),
			(why) => setProblem(why as ApiProblem));
	};
	return (
		<form class="form form-row" onSubmit={add}>
			{problem && <ProblemView problem={problem} />}
			<Field label={t("web.sts.add_mx")} value={host} required
				onValue={setHost} placeholder="mx2.example.com"
				spellcheck={false} autocapitalize="none"
				hint={t("web.sts.add_mx_text")} />
			<button class="button">{t("web.sts.add_mx_do")}</button>
		</form>
	);
}

function Server({ one }: {
	one: StsServer;
}) {
	return (
		<tr>
			<th scope="row"><code>{one.host}</code></th>
			<td><Yes value={one.covered} /></td>
			<td><Yes value={one.certificate} /></td>
			<td class="num">{one.days_left === null ? "–" :
				t("web.sts.days", { count: one.days_left })}</td>
			<td class="num">{one.green === null ||
				one.addresses === null ? "–" :
				t("web.sts.part", { part: one.green,
					whole: one.addresses })}</td>
		</tr>
	);
}

export function MailServers({ sts }: { sts: Sts }) {
	return (
		<Section title={t("web.sts.servers")}
			intro={t("web.sts.servers_text")}>
			{sts.servers.length === 0 ?
				<p class="muted">{t("web.sts.no_servers")}</p> :
				<div class="table-scroll" tabIndex={0} role="region"
					aria-label={t("web.sts.servers")}>
					<table class="table">
						<thead><tr>
							<th scope="col">{t("web.sts.server")}</th>
							<th scope="col">{t("web.sts.covered")}</th>
							<th scope="col">
								{t("web.sts.certificate_ok")}</th>
							<th scope="col" class="num">
								{t("web.sts.days_left")}</th>
							<th scope="col" class="num">
								{t("web.sts.green")}</th>
						</tr></thead>
						<tbody>{sts.servers.map((one) =>
							<Server key={one.host} one={one} />)}</tbody>
					</table>
				</div>}
			{sts.adding.length > 0 && <ul class="todo">
				{sts.adding.map((one) => <li key={one.host}>
					<strong><code>{one.host}</code></strong>
					<span>{of("web.sts.adding_", one.step)}</span>
				</li>)}</ul>}
			{isAdmin() && sts.proven && <Add domain={sts.domain} />}
		</Section>
	);
}

/* ---- the file ---- */

function Versions({ domain }: { domain: string }) {
	const query = useQuery<StsVersions>(
		`/domains/${encodeURIComponent(domain)}/mta-sts/versions`);

	return (
		<Answer query={query} lines={3}>{(data) => (
			<ol class="history">{data.versions.map((one) => (
				<li key={one.number}>
					<p class="muted small"><When at={one.made_at} /></p>
					<div>
						<p><strong>{t("web.sts.version",
							{ number: one.number })}</strong>{" "}
							<code>{one.mode}</code>{" "}
							{one.author && <span class="muted">
								{one.author}</span>}</p>
						<pre class="headers" tabIndex={0}>{one.body}
						</pre>
					</div>
				</li>))}</ol>)}</Answer>
	);
}

export function Policy({ sts }: { sts: Sts }) {
	const [open, setOpen] = useState(false);
	const now = sts.newest;

	if (!now)
		return null;
	return (
		<Section title={t("web.sts.policy")}
			intro={now.announced_at !== null ?
				t("web.sts.announced", { id: now.id }) :
				now.served_at !== null ? t("web.sts.served") :
				t("web.sts.placing")}>
			<pre class="headers" tabIndex={0}>{now.body}</pre>
			<Code text={`https://mta-sts.${sts.domain}` +
				"/.well-known/mta-sts.txt"}
				label={t("web.sts.policy")} />
			<details class="more" open={open} onToggle={(event) =>
				setOpen(event.currentTarget.open)}>
				<summary>{t("web.sts.versions")}</summary>
				{open && <Versions domain={sts.domain} />}
			</details>
		</Section>
	);
}

/* ---- the certificate ---- */

export function Certificate({ sts }: { sts: Sts }) {
	const cert = sts.certificate;
	const fault = cert?.fault ? finding(cert.fault,
		{ detail: cert.fault_detail ?? "" }) : null;

	return (
		<Section title={t("web.sts.certificate")}
			intro={cert?.there ? t("web.sts.certificate_until", {
				when: moment(cert.not_after) }) :
				t("web.sts.certificate_none")}>
			{cert?.ca && <p class="muted small">{cert.ca}</p>}
			{fault && <p><Status tone="fail" word={fault.title} />{" "}
				<Said text={fault.fix} /></p>}
			{cert?.next_try != null && !cert.there && <p class="muted">
				{t("web.sts.next_try", {
					when: moment(cert.next_try) })}</p>}
		</Section>
	);
}

/* ---- who fetched it ---- */

export function Fetches({ sts }: { sts: Sts }) {
	return (
		<Section title={t("web.sts.fetches")}
			intro={t("web.sts.fetches_text")}>
			{sts.fetches.length === 0 ?
				<p class="muted">{t("web.sts.no_fetches")}</p> :
				<div class="table-scroll" tabIndex={0} role="region"
					aria-label={t("web.sts.fetches")}>
					<table class="table">
						<thead><tr>
							<th scope="col">{t("web.sts.day")}</th>
							<th scope="col">{t("web.sts.sender")}</th>
							<th scope="col" class="num">
								{t("web.sts.count")}</th>
						</tr></thead>
						<tbody>{sts.fetches.map((one) =>
							<tr key={one.day + one.sender}>
								<td>{day(one.day)}</td>
								<td>{one.sender}</td>
								<td class="num">
									{number(one.fetches)}</td>
							</tr>)}</tbody>
					</table>
				</div>}
			<p class="muted small">{t("web.sts.ages", {
				span: span(sts.max_age) })}</p>
		</Section>
	);
}
