/* Reports for tests, made here: what a receiver would send. */
import { api } from "./harness.mjs";

const DAY = 86_400;
let made = 0;

/* record: ip, count, dkim, spf ("pass" or "fail"), disposition */
export function dmarcReport({ domain, records, daysAgo = 2 }) {
	const begin = (Math.floor(Date.now() / 1000 / DAY) - daysAgo) * DAY;
	const id = `waxseal-browser-${process.pid}-${++made}`;

	return `<?xml version="1.0" encoding="UTF-8"?>
<feedback><report_metadata><org_name>Testpost</org_name>
<email>dmarc@testpost.example</email><report_id>${id}</report_id>
<date_range><begin>${begin}</begin><end>${begin + DAY - 1}</end></date_range>
</report_metadata><policy_published><domain>${domain}</domain>
<adkim>r</adkim><aspf>r</aspf><p>reject</p><sp>reject</sp><pct>100</pct>
</policy_published>${records.map(one => `<record><row>
<source_ip>${one.ip}</source_ip><count>${one.count}</count>
<policy_evaluated><disposition>${one.disposition ?? "none"}</disposition>
<dkim>${one.dkim}</dkim><spf>${one.spf}</spf></policy_evaluated></row>
<identifiers><header_from>${domain}</header_from></identifiers>
<auth_results>${one.dkim === "pass" ? `<dkim><domain>${domain}</domain>
<selector>mail</selector><result>pass</result></dkim>` : ""}
<spf><domain>${one.spf === "pass" ? domain : "elsewhere.example"}</domain>
<result>${one.spf}</result></spf></auth_results></record>`).join("")}
</feedback>`;
}

/* Hands a report in and waits until it is counted. */
export async function bring(report) {
	const id = report.match(/<report_id>([^<]+)/)[1];

	await api("/reports", { method: "POST", body: report,
		headers: { "Content-Type": "application/xml" } });
	await until(async () => (await api("/reports?limit=20&kind=dmarc"))
		.reports.some(one => one.report_id === id), "the report");
}

export async function until(held, what, seconds = 15) {
	for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
		if (await held())
			return;
		await new Promise(later => setTimeout(later, 200));
	}
	throw new Error(`${what}: not within ${seconds} s`);
}
