/* Every page there is, for what must hold on all of them. */
import { api } from "./harness.mjs";

const HOSTED = "shop.example"; // its names may lead here

const json = (method, body) => ({ method, body: JSON.stringify(body),
	headers: { "Content-Type": "application/json" } });

/* The pages of a domain of the account. It is there only meanwhile: reports
 * for others are nobody's while there is one. */
async function* hostedPages() {
	await api("/domains", json("POST", { domains: [HOSTED],
					     purpose: "people" }));
	await api(`/domains/${HOSTED}/hosting`, json("POST", {}));
	const { id } = await api(`/domains/${HOSTED}/plans`,
		json("POST", {}));
	try {
		for (const part of ["", "/dns", "/policy", "/mta-sts",
				    "/tls-rpt"])
			yield `/d/${HOSTED}${part}`;
		yield "/dns/" + id;
	} finally {
		await api("/domains/" + HOSTED, { method: "DELETE" });
	}
}

export async function* everyPage() {
	yield* await somePages();
	yield* hostedPages();
}

async function somePages() {
	const { domains } = await api("/domains");
	const domain = domains[0].domain;
	const { sources } = await api(`/sources?domain=${domain}&range=all`);
	const { reports } = await api("/reports?limit=50");
	const dmarc = reports.find(r => r.kind === "dmarc");
	const tls = (await api("/reports?kind=tlsrpt&limit=1")).reports[0];
	return [
		"/", "/domains", "/domains/add", `/d/${domain}`,
		`/d/${domain}/sources`, "/sources",
		`/sources/${encodeURIComponent(sources[0].slug)}?range=90d`,
		"/reports/dmarc?range=90d&group=result",
		"/reports/dmarc?range=90d&group=source",
		"/reports/dmarc?range=90d&group=org",
		`/reports/dmarc?range=90d&group=host&domain=${domain}`,
		"/reports/dmarc?range=90d&group=country",
		"/reports/dmarc?range=90d&view=map",
		`/reports/dmarc?range=90d&view=detail&domain=${domain}`,
		`/reports/dmarc/${dmarc.id}`, "/reports/spoofing",
		"/reports/tls", ...tls ? [`/reports/tls/${tls.id}`] : [],
		"/reports/failure", "/reports/inbox", "/settings",
		"/settings/users", "/settings/tokens", "/settings/dns",
		"/settings/about", "/dns",
		"/tools", "/tools/headers", "/tools/report",
		"/tools/check?q=broken.example",
		"/tools/mta-sts?q=broken.example",
		"/tools/spf?q=broken.example",
		"/tools/dmarc?q=broken.example",
		"/tools/generate/dmarc?q=a.example",
		"/tools/generate/mta-sts?q=a.example",
		"/tools/generate/spf?q=a.example",
		"/tools/generate/dkim?q=a.example",
		"/tools/generate/tls-rpt", "/tools/generate/bimi?q=a.example",
		`/d/${domain}/dns`, `/d/${domain}/tls-rpt?range=90d`, "/help", "/help/mta-sts", "/help/findings",
		"/nowhere-at-all",
	];
}
