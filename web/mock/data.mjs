// Made-up figures of 90 days, the same on every run.
let state = 20261122;
export function random() {
	state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
	return state / 2 ** 32;
}

export const DAY = 86_400;
export const now = Math.floor(Date.now() / 1000);
const today = Math.floor(now / DAY) * DAY;
export const dayText = (at) => new Date(at * 1000).toISOString().slice(0, 10);

export const domains = [
	{ domain: "example.com", purpose: "people", policy: "quarantine",
	  policy_testing: false, size: 1400 },
	{ domain: "news.example.net", purpose: "systems", policy: "reject",
	  policy_testing: false, size: 5200 },
	{ domain: "xn--bcher-kva.example", purpose: "parked", policy: "none",
	  policy_testing: null, size: 60 },
	{ domain: "new.example.org", purpose: "people", policy: null,
	  policy_testing: null, size: 0 },
];

export const sources = [
	["google-workspace", "Google Workspace", "service", "ours", 0.46, 0.998,
	 "own", "dkim:google.com"],
	["amazon-ses", "Amazon SES", "service", null, 0.22, 0.61, "own",
	 "dkim:amazonses.com"],
	["mailchimp", "Mailchimp", "service", "ours", 0.15, 0.97, "own",
	 "dkim:mcsv.net"],
	["as64496", "Example Hosting AS", "as", null, 0.05, 0,
	 "unrecognised", "asn:64496"],
	["forward.example.edu", "example.edu", "network", "forwarder", 0.04, 0.4,
	 "forwarded", "ptr:example.edu"],
	["203.0.113.0", "203.0.113.0/24", "network", null, 0.05, 0, "blocked",
	 "network:203.0.113.0/24"],
	["scanner-3f", "scanner.example.com", "network", "ours", 0.01, 0, "own",
	 "ptr:scanner.example.com"],
	["198.51.100.0", "198.51.100.0/24", "network", "not_ours", 0.02, 0,
	 "blocked", "network:198.51.100.0/24"],
].map(([slug, label, kind, triage, share, pass, klass, evidence]) =>
	({ slug, label, kind, triage, share, pass, klass, evidence,
	   triage_domain: null, note: null }));

export const reporters = ["google.com", "Outlook.com", "Yahoo", "GMX",
			  "Enterprise Outlook", "Mail.ru", "comcast.net"];

// One entry a day for each domain.
const byDomain = new Map(domains.map(({ domain, size }) => [domain,
	Array.from({ length: 90 }, (_, i) => {
		const at = today - (89 - i) * DAY;
		const weekend = [0, 6].includes(new Date(at * 1000).getUTCDay());
		const n = Math.round(size * (weekend ? 0.45 : 1) *
			(0.8 + random() * 0.4));
		const burst = size && i > 80 && i < 84 ? 3 : 1;
		const own = Math.round(n * 0.85);
		const failed = Math.round(own * (0.002 + random() * 0.01));
		return { day: dayText(at), own_passed: own - failed,
			 own_failed: failed,
			 forwarded: Math.round(n * 0.04 * random() * 2),
			 unrecognised: Math.round(n * 0.03 * random() * 2),
			 quarantined: Math.round(n * 0.02 * random() * 2),
			 rejected: Math.round(n * 0.05 * random() * burst) };
	})]));

function spanOf(params) {
	const range = params.get("range");
	const from = params.get("from") ?? (range === "all" ? "" :
		dayText(today - (parseInt(range ?? "30", 10) - 1) * DAY));
	return [from, params.get("to") ?? dayText(today)];
}

export function days(params) {
	const wanted = params.getAll("domain");
	const [from, to] = spanOf(params);
	const out = new Map();

	for (const [domain, list] of byDomain) {
		if (wanted.length && !wanted.includes(domain))
			continue;
		for (const one of list) {
			if (one.day < from || one.day > to)
				continue;
			const sum = out.get(one.day) ?? { day: one.day,
				messages: 0, own_passed: 0, own_failed: 0,
				forwarded: 0, unrecognised: 0,
				quarantined: 0, rejected: 0 };
			for (const name of Object.keys(one))
				if (name !== "day") {
					sum[name] += one[name];
					sum.messages += one[name];
				}
			out.set(one.day, sum);
		}
	}
	return [...out.values()].sort((a, b) => a.day < b.day ? -1 : 1);
}

export function measures(params, share = 1, pass = null, klass = null) {
	const sum = (name) => days(params).reduce((n, one) => n + one[name], 0);
	const all = Math.round(sum("messages") * share);
	const part = (name) => klass === null ? Math.round(sum(name) * share) :
		0;
	const none = all === 0;
	const own = klass === null ? part("own_passed") + part("own_failed") :
		klass === "own" ? all : 0;
	const passed = pass === null ? part("own_passed") + part("forwarded") :
		Math.round(all * pass);
	return {
		messages: all, passed, own,
		own_passed: klass === null ? part("own_passed") :
			klass === "own" ? passed : 0,
		forwarded: klass === "forwarded" ? all : part("forwarded"),
		unrecognised: klass === "unrecognised" ? all :
			part("unrecognised"),
		blocked: klass === "blocked" ? all :
			part("quarantined") + part("rejected"),
		spf_aligned: Math.round(passed * 0.7),
		dkim_aligned: Math.round(passed * 0.97),
		rows: Math.ceil(all / 9), reports: Math.ceil(all / 150),
		sources: 27,
		first_seen: none ? null : today - 89 * DAY,
		last_seen: none ? null : today - DAY,
	};
}

export { today };
