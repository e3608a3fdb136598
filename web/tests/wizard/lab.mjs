/* The world around the steps: a zone that can be changed, a secondary that
 * can be put to sleep, the clock of what is kept. */
import { execFileSync } from "node:child_process";
import { api, open as openPage, place, settled } from "../harness.mjs";
import { until } from "../make.mjs";

export const { zone } = place.dns;
export const OLD = "v=DMARC1; p=quarantine; rua=mailto:old@example.test";
const { server, port, key, secondary } = place.dns;

export const json = (method, body) => ({ method, body: JSON.stringify(body),
	headers: { "Content-Type": "application/json" } });

export function update(...lines) {
	const told = execFileSync("knsupdate", ["-v"], { input: [
		`server ${server} ${port}`, `zone ${zone}.`,
		`key hmac-sha256:waxseal ${key}`, ...lines, "send", ""]
		.join("\n"), encoding: "utf8" });
	if (/error/.test(told))
		throw new Error(told);
}

export function dig(name, type, at = server) {
	return execFileSync("kdig", [`@${at}`, "-p", String(port),
		`${name}.${zone}`, type, "+short", "+norec"],
		{ encoding: "utf8" }).trim().split("\n").filter(Boolean)
		.map(line => line.replaceAll("\"", ""));
}

export function sleeps(asleep) {
	process.kill(secondary, asleep ? "SIGSTOP" : "SIGCONT");
}

/* A statement on what the server keeps. */
export function sql(statement) {
	execFileSync("python3", ["-c", "import sqlite3, sys\n" +
		"with sqlite3.connect(sys.argv[1], timeout=30) as base:\n" +
		"    base.execute(sys.argv[2])",
		place.data + "/control.db", statement]);
}

/* The zone as it was at first. */
export async function afresh() {
	for (const domain of [zone, "taken.test", "late.test"])
		await api("/domains/" + domain, { method: "DELETE" });
	update(`del _dmarc.${zone}.`, `del _smtp._tls.${zone}.`,
	       `del mta-sts.${zone}.`, `del _mta-sts.${zone}.`,
	       `add _dmarc.${zone}. 2 TXT "${OLD}"`);
	await until(() => dig("_dmarc", "TXT", "127.0.0.12")[0] === OLD &&
		dig("_smtp._tls", "TXT", "127.0.0.12").length === 0,
		"the secondary");
}

export async function provider() {
	const { providers } = await api("/dns/providers");

	if (!providers.length)
		await api("/dns/providers", json("POST", { name: "ns1",
			kind: "rfc2136", server: `${server}:${port}`,
			key_name: "waxseal", secret: key }));
}

/* A domain at a step, as somebody left it. */
export async function begun(domain, step, delegated = [], purpose = "people") {
	await api("/domains", json("POST", { domains: [domain], purpose }));
	if (delegated.length)
		await api(`/domains/${domain}/hosting`, json("POST", {}));
	return api(`/domains/${domain}/onboarding`,
		   json("PUT", { step, delegated }));
}

export async function planned(domain, wish = {}) {
	const { id } = await api(`/domains/${domain}/plans`,
				 json("POST", wish));

	await until(async () => (await api("/dns/plans/" + id)).state !==
		"asked", "the plan");
	const one = await api("/domains/" + domain);
	await api(`/domains/${domain}/onboarding`, json("PUT", {
		...one.onboarding, step: "publish", plan: id }));
	return id;
}

export const stepUrl = (domain, step) => `/domains/add/${domain}/${step}`;

export async function at(page, domain, step) {
	await page.goto(stepUrl(domain, step), { waitUntil: "load" });
	await page.waitForSelector("#wizard-step");
	await settled(page);
}

export const open = (options = {}) => openPage({
	permissions: ["clipboard-read", "clipboard-write"], ...options });
