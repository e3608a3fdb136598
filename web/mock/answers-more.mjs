// Answers for the pages of reports: query, rows, TLS, failures, intake.
import { DAY, dayText, domains, measures, now, reporters, sources, today } from
	"./data.mjs";

const GROUPS = {
	domain: domains.map((one) => one.domain), reporter: reporters,
	result: ["pass", "fail"], country: ["JP", "NO", "US", "DE", "BR"],
	class: ["own", "forwarded", "unrecognised", "blocked"],
	host: ["mail.example.com", "a1.amazonses.com"],
	ip: ["203.0.113.5", "198.51.100.7", "2001:db8::5"],
	asn: ["64496", "64511"], selector: ["s1", "google"],
	from_domain: domains.map((one) => one.domain),
	to_domain: ["outlook.com", "hotmail.com"],
	policy: ["none", "quarantine", "reject"],
};

function query(params) {
	const group = params.get("group") ?? "result";
	const keys = group === "source" ? sources.map((one) => one.slug) :
		GROUPS[group] ?? ["other"];
	const label = (key) => sources.find((one) => one.slug === key)?.label ??
		key;

	return { schema: "waxseal.report.query/1",
		 query: Object.fromEntries(params),
		 rows: keys.map((key, i) => ({ key, label: label(key),
			confirmed: group === "host" || group === "ip" ?
				i === 0 : null,
			...measures(params, 0.5 ** (i + 1),
				    key === "fail" ? 0 : 0.96 - i / 20) })),
		 totals: measures(params), next: null, ignored: [] };
}

const report = (id) => ({ id, kind: "dmarc", org: reporters[id % 7],
	report_id: `17${id}`, domain: domains[id % 3].domain,
	begin: today - (id % 20) * DAY, end: today - (id % 20 - 1) * DAY - 1,
	received_at: now - (id % 20) * DAY + 3600, records: 4 + id % 9,
	messages: 12 * id, passed: 11 * id, trust: "operator",
	repairs: id % 5 ? [] : [{ code: "dmarc.no_version", count: 1 }],
	raw_kept: true });

export function more(path, params, empty) {
	const part = path.split("/");

	switch (part[1]) {
	case "query":
		return query(params);
	case "reports":
		return part[2] ? { schema: "waxseal.report/1",
			report: report(Number(part[2])), email: null,
			policy: { p: "quarantine", adkim: "r", aspf: "r" },
			door: "smtp", path: null, member: null, envelope: null,
			tls: [] } :
			{ schema: "waxseal.report.list/1", next: null,
			  reports: empty ? [] : Array.from({ length: 40 },
				(_, i) => report(i + 1)) };
	case "intake":
		return { schema: "waxseal.intake/1", next: null,
			 items: empty ? [] : Array.from({ length: 20 },
				(_, i) => ({ id: i + 1,
				received_at: now - i * 4000, door: "smtp",
				path: null, member: null,
				outcome: i === 3 ? "rejected" : "imported",
				kind: "dmarc", report: i === 3 ? null : i + 1,
				code: i === 3 ? "xml.cut" : null, line: null,
				detail: null, from: "noreply@google.com",
				subject: `Report domain: example.com ${i}`,
				client: "192.0.2.7", spf: "pass", dkim: null,
				dmarc: "pass", verdict: "carrier.by_spf" })),
			 counts: { imported: 1284, duplicate: 80,
				   superseded: 1, rejected: 3, ignored: 22 },
			 waiting: { messages: 0, bytes: 0, oldest: null },
			 unclaimed: { reports: 0, dropped: 0 },
			 reporters: reporters.map((reporter, i) => ({ reporter,
				last: now - i * 40_000, usual: DAY,
				silent: i === 6 })),
			 address: "reports@reports.example.net" };
	case "tls": {
		const row = (key, failed, extra) => ({ key,
			sessions: 1000 + failed, successful: 1000, failed,
			reports: 12, first_seen: today - 20 * DAY,
			last_seen: today, ...extra });
		return { schema: "waxseal.tls.query/1", rows: [
			row("certificate-expired", 40, { family: "encryption",
				code: "tls.certificate_expired" }),
			row("success", 0, { family: "success" })],
			 totals: row("", 40, {}) };
	}
	case "failures":
		return { schema: "waxseal.failures/1", failures: [],
			 next: null };
	case "rows":
		return { schema: "waxseal.rows/1", next: null, ignored: [],
			 rows: [{ report: 1, n: 1, day: dayText(today),
			reporter: "google.com", domain: "example.com",
			header_from: "example.com",
			envelope_from: "bounce.example.com", envelope_to: null,
			ip: "203.0.113.5", host: "a.example",
			host_confirmed: false, asn: 64496,
			as_name: "Example Hosting", country: "JP",
			source: "as64496", source_label: "Example Hosting AS",
			spf: [{ domain: "example.com", result: "fail" }],
			dkim: [{ domain: "example.com", selector: "s1",
				 result: "fail" }],
			spf_aligned: false, dkim_aligned: false,
			disposition: "none", override: [], comment: null,
			policy: "none", class: "unrecognised", count: 17 }] };
	default:
		return null;
	}
}
