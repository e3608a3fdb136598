// Looks at domains, made up: done at the third time of asking.
const asked = new Map();
const NONE = { record: null, evidence: null, action: null,
	       reference: "RFC 8461 section 3.1" };
const PARTS = { ns: "ok", mx: "ok", "mx-tls": "unknown", rdns: "ok",
		spf: "warn", dkim: "ok", dmarc: "critical", "mta-sts": "fail",
		"tls-rpt": "info", dane: "info", bimi: "info", caa: "ok" };
const FINDINGS = [
	{ ...NONE, check: "mta-sts", code: "mtasts.txt_nxdomain",
	  severity: "fail", action: "publish",
	  title: "No MTA-STS record at _mta-sts.example.com",
	  meaning: "STSFetchResult.NONE: the name does not exist, so senders " +
		"never ask for a policy file. Your mail arrives with " +
		"opportunistic TLS only.",
	  fix: "Serve the policy file first. Then publish the TXT record " +
		"`_mta-sts.example.com` shown here.",
	  evidence: "_mta-sts.example.com TXT: NXDOMAIN <b>not bold</b>",
	  record: { name: "_mta-sts.example.com", type: "TXT",
		    value: "v=STSv1; id=20261122T120000;" } },
	{ ...NONE, check: "dmarc", code: "dmarc.multiple",
	  severity: "critical", title: "Two DMARC records",
	  meaning: "Receivers ignore DMARC while both records exist.",
	  fix: "Delete one of them.", action: "probe" },
	{ ...NONE, check: "spf", code: "spf.lookups_near_limit",
	  severity: "warn", title: "SPF needs 9 of 10 look-ups",
	  meaning: "One more include breaks it.", fix: "Remove unused includes." },
	{ ...NONE, check: "bimi", code: "bimi.none", severity: "info",
	  title: "No BIMI record", meaning: "No logo is shown.", fix: "" },
];

function node(term, record, lookups, terms = [], state = "fine") {
	return { term, domain: null, record, state, lookups, voids: 0, terms };
}

const WAYS = {
	records: [{ domain: "example.com",
		    record: "v=DMARC1; p=reject; rua=mailto:d@example.com" }],
	rfc9989: { policy: "reject", found_at: "example.com",
		   inherited: false, organisational_domain: "example.com" },
	rfc7489: { policy: "absent", found_at: null, inherited: false,
		   organisational_domain: "example.com" },
};
const BODY = "version: STSv1\r\nmode： testing\r\nmx: mail.example.com\r\n";
const TXT = { records: ["v=TLSRPTv1; rua=mailto:tls@example.com"], ttl: 3600,
	      secure: true };
const KINDS = {
	"mta-sts": { result: "FETCH_ERROR", branch: "mtasts.pol_fullwidth",
		     id: "20261122", policy: { mode: "testing",
			max_age: 86400, mx: ["mail.example.com"] },
		     body: BODY, repaired: BODY.replace("：", ":") +
			"max_age: 86400\r\n" },
	"tls-rpt": TXT, bimi: TXT, dane: {},
	dkim: { ...TXT, selector: "s1" }, dmarc: WAYS,
	spf: { lookups: 7, lookups_max: 10, voids: 0, unknown_parts: false,
	       tree: [node(null, "v=spf1 include:_spf.example.net mx -all", 7, [
			node("include:_spf.example.net",
			     "v=spf1 ip4:192.0.2.0/24 ~all", 3, [
				node("ip4:192.0.2.0/24", null, 0)]),
			node("mx", null, 1), node("-all", null, 0)])] },
	mx: { servers: [{ host: "mail.example.com", preference: 10,
			  addresses: ["192.0.2.25", "2001:db8::25"] }] },
	ptr: { names: [{ name: "mail.example.com", confirmed: true }] },
};

export function checks(path, params) {
	const key = path + params.get("domain") + params.get("q");
	const times = (asked.get(key) ?? 0) + 1;
	const done = times > 2;
	const now = Math.floor(Date.now() / 1000);
	const domain = params.get("domain") ?? params.get("q");
	const kind = /^\/lookup\/(.+)$/.exec(path)?.[1];

	asked.set(key, done ? 0 : times);
	if (path === "/check")
		return { json: { schema: "waxseal.check/1", done, domain,
			checked_at: now, checks: Object.entries(PARTS).map(
				([check, status], i) => ({ check, status: done ||
					i < times * 3 ? status : "waiting" })),
			findings: done ? FINDINGS : FINDINGS.slice(2) } };
	if (/^\/domains\/[^/]+\/history$/.test(path))
		return { json: { schema: "waxseal.history/1", next: null,
			domain: path.split("/")[2], changes: [
				{ at: now - 7200, kind: "record", finding: null,
				  record: { name: "_dmarc.example.com",
					    type: "TXT", first: false,
					    old: "v=DMARC1; p=none",
					    value: "v=DMARC1; p=reject" } },
				{ at: now - 90_000, kind: "appeared",
				  finding: FINDINGS[0], record: null }] } };
	if (!kind || !KINDS[kind])
		return null;
	return { json: { schema: `waxseal.lookup.${kind.replace("-", "_")}/1`,
		done, complete: done, checked_at: now,
		[kind === "ptr" ? "address" : "domain"]: domain,
		findings: done ? FINDINGS.slice(0, 1) : [],
		...done ? KINDS[kind] : {} } };
}
