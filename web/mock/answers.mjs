// What the mock says to each request. Answers have the shape of
// src/api/types.ts; writes are accepted and kept until it ends.
import { DAY, dayText, days, domains, measures, now, random, reporters,
	 sources, today } from "./data.mjs";
import { checks } from "./checks.mjs";
import { more } from "./answers-more.mjs";

const setup = process.env.MOCK_SETUP === "1";
const empty = process.env.MOCK_EMPTY === "1";
const user = { id: 1, name: "astrid", role: "admin", language: null,
	       time_zone: null, settings: {}, last_login: now - DAY };
const users = [user, { id: 2, name: "kenji", role: "viewer", language: "ja",
		       time_zone: "Asia/Tokyo", settings: {},
		       last_login: null }];
let signedIn = !setup && process.env.MOCK_LOGIN !== "1";
let needed = setup;
const tokens = [{ id: 1, name: "import at night", scopes: ["upload"],
		  created_at: now - 40 * DAY, expires_at: now + 50 * DAY,
		  last_used: now - 7200 }];
const added = empty ? [] : domains.map((one) => ({ ...one }));
let sample = !empty;

const problem = (status, code, detail = null) =>
	({ status, json: { schema: "waxseal.problem/1", code, detail } });
const session = () => ({ schema: "waxseal.session/1", setup_needed: needed,
	user: signedIn ? user : null, csrf: signedIn ? "mock" : null,
	version: "0.3.0" });

function overview(params) {
	const none = { ...measures(params, 0), reports: 0 };
	const totals = empty ? none : measures(params);

	return { schema: "waxseal.overview/1", any_reports: !empty,
		 sample, totals, previous: empty ? none :
			measures(params, 0.93),
		 domains: added.length,
		 policies: empty ? { none: 0, quarantine: 0, reject: 0,
				     unknown: 0 } :
			{ none: 1, quarantine: 1, reject: 1, unknown: 1 },
		 unverified: { reports: empty ? 0 : 12,
			       messages: empty ? 0 : 431 },
		 last_report: empty ? null : now - 4000,
		 attention: empty ? [] : attention() };
}

function attention() {
	return [
		{ code: "dmarc.none_aligned", severity: "fail", values: {
			source: "scanner.example.com", label:
			"scanner.example.com", domain: "example.com",
			count: 412, messages: 412, failed: 412 },
		  url: "/sources/scanner-3f?domain=example.com" },
		{ code: "dmarc.dkim_ok_unaligned", severity: "warn", values: {
			source: "Amazon SES", label: "Amazon SES",
			domain: "news.example.net", count: 9210,
			messages: 9210 }, url: "/sources/amazon-ses" },
		{ code: "dmarc.spf_ok_unaligned", severity: "info", values: {
			domain: "new.example.org" },
		  url: "/d/new.example.org" },
	];
}

function domainOf(one) {
	const params = new URLSearchParams({ domain: one.domain });
	const sum = measures(params);
	const none = one.size === 0;

	return { domain: one.domain, registered: true, purpose: one.purpose,
		 added_at: today - 80 * DAY, policy: one.policy,
		 policy_testing: one.policy_testing,
		 policy_seen: one.policy ? dayText(today - DAY) : null,
		 messages: none ? null : sum.messages,
		 own: none ? null : sum.own,
		 own_passed: none ? null : sum.own_passed,
		 blocked: none ? null : sum.blocked,
		 unrecognised: none ? null : sum.unrecognised,
		 spark: days(params).map((day) => day.messages),
		 tls_sessions: none ? null : 1840, tls_failed: none ? null : 3,
		 first_report: none ? null : today - 79 * DAY,
		 last_report: none ? null : now - 4000 };
}

function records(domain) {
	const address = "r7k2q9@reports.example.net";

	return { schema: "waxseal.records/1", domain, address,
		 post_url: "https://reports.example.net/tls/k7q2m4x9",
		 records: [
			{ purpose: "dmarc", host: "_dmarc",
			  name: `_dmarc.${domain}`, type: "TXT", ttl: 3600,
			  value: `v=DMARC1; p=none; rua=mailto:${address}` },
			{ purpose: "tls_rpt", host: "_smtp._tls",
			  name: `_smtp._tls.${domain}`, type: "TXT", ttl: 3600,
			  value: `v=TLSRPTv1; rua=mailto:${address}` },
			{ purpose: "authorisation",
			  host: `${domain}._report._dmarc.reports`,
			  name: `${domain}._report._dmarc.reports.example.net`,
			  type: "TXT", ttl: 3600, value: "v=DMARC1" },
		 ] };
}

function sourceOf(one, params) {
	const { share, pass, klass, ...rest } = one;
	return { ...measures(params, share, pass, klass), ...rest };
}

function sourceDetail(one, params) {
	return { schema: "waxseal.source/1", source: sourceOf(one, params),
		 category: one.kind === "service" ? "marketing" : null,
		 help: one.kind === "service" ?
			"https://docs.example.com/dkim" : null,
		 fix: one.pass < 0.98 ? { code: "sender.fix.both",
			severity: "warn", values: { label: one.label,
				domain: "example.com" }, url: null } : null,
		 forwards: one.klass === "forwarded",
		 domains: domains.slice(0, 2).map((domain, i) => ({
			key: domain.domain, label: domain.domain,
			...measures(params, one.share * (i ? 0.3 : 0.7),
				    one.pass, one.klass) })),
		 ips: [1, 2, 3].map((n) => ({ key: `203.0.113.${n * 17}`,
			label: `203.0.113.${n * 17}`,
			...measures(params, one.share / 4, one.pass,
				    one.klass) })),
		 findings: one.pass < 0.98 ? [{ code: "dmarc.none_aligned",
			severity: "fail", values: { count: 38,
				source: one.label, domain: "example.com" },
			url: "/reports/dmarc?result=fail" }] : [] };
}

const gets = {
	"/session": () => session(),
	"/users": () => ({ schema: "waxseal.users/1", users }),
	"/tokens": () => ({ schema: "waxseal.tokens/1", tokens }),
	"/overview": overview,
	"/days": (params) => ({ schema: "waxseal.days/1",
		days: empty ? [] : days(params),
		changes: [{ day: dayText(today - 12 * DAY),
			    domain: "example.com", policy: "quarantine" }] }),
	"/domains": () => ({ schema: "waxseal.domains/1",
			     domains: added.map(domainOf) }),
	"/sources": (params) => ({ schema: "waxseal.sources/1",
		sources: empty ? [] : sources.map((one) =>
			sourceOf(one, params)) }),
	"/views": () => ({ schema: "waxseal.views/1", views: [
		{ id: 1, name: "Own mail failing", pinned: true, shared: true,
		  mine: true, url: "/reports/dmarc?class=own&result=fail" }] }),
	"/sample": () => ({ schema: "waxseal.sample/1", loaded: sample,
		working: false, domains: ["example.com"] }),
	"/suggest": (params) => ({ schema: "waxseal.suggest/1", suggestions: [
		...domains.map((one) => ({ kind: "domain", value: one.domain,
			label: one.domain,
			filter: { name: "domain", value: one.domain } })),
		...sources.map((one) => ({ kind: "source", value: one.slug,
			label: one.label,
			filter: { name: "source", value: one.slug } })),
		...reporters.map((one) => ({ kind: "reporter", value: one,
			label: one, filter: { name: "reporter", value: one } })),
	].filter((one) => one.label.toLowerCase().includes(
		params.get("q").toLowerCase())).slice(0, 9) }),
};

function get(path, params) {
	const parts = path.split("/").map(decodeURIComponent);

	if (gets[path])
		return { json: gets[path](params) };
	if (parts[1] === "domains") {
		const one = added.find((d) => d.domain === parts[2]);
		if (!one)
			return problem(404, "api.not_found");
		return { json: parts[3] === "records" ? records(parts[2]) :
			domainOf(one) };
	}
	if (parts[1] === "sources") {
		const one = sources.find((s) => s.slug === parts[2]);
		return one ? { json: sourceDetail(one, params) } :
			problem(404, "api.not_found");
	}
	const other = more(path, params, empty);
	return other ? { json: other } : problem(404, "api.not_found");
}

function write(method, path, body) {
	const parts = path.split("/").map(decodeURIComponent);

	switch (`${method} /${parts[1]}`) {
	case "POST /setup":
		if (body.token !== "mock")
			return problem(403, "api.bad_token");
		needed = false;
		signedIn = true;
		Object.assign(user, { name: body.name });
		return { json: session() };
	case "POST /session":
		if (body.password !== "mock")
			return problem(401, "api.bad_password");
		signedIn = true;
		return { json: session() };
	case "DELETE /session":
		signedIn = false;
		return { status: 204 };
	case "PATCH /me":
		Object.assign(user, body);
		return { json: user };
	case "POST /domains":
		for (const domain of body.domains)
			added.push({ domain, purpose: body.purpose,
				     policy: null, policy_testing: null,
				     size: 0 });
		return { json: { ...gets["/domains"](),
			added: body.domains, refused: [] } };
	case "DELETE /domains":
		added.splice(added.findIndex((d) => d.domain === parts[2]), 1);
		return { status: 204 };
	case "PATCH /domains":
		Object.assign(added.find((d) => d.domain === parts[2]), body);
		return { json: domainOf(added.find((d) =>
			d.domain === parts[2])) };
	case "PUT /sources": {
		const one = sources.find((s) => s.slug === parts[2]);
		Object.assign(one, { triage: body.triage });
		return { json: sourceOf(one, new URLSearchParams()) };
	}
	case "POST /tokens":
		tokens.push({ id: tokens.length + 1, name: body.name,
			scopes: body.scopes, created_at: now,
			expires_at: now + body.days * DAY, last_used: null });
		return { json: { ...tokens.at(-1), secret: "wx_" +
			Math.floor(random() * 1e15).toString(36) } };
	case "DELETE /tokens":
		tokens.splice(tokens.findIndex((one) =>
			one.id === Number(parts[2])), 1);
		return { status: 204 };
	case "POST /users":
		users.push({ id: users.length + 1, name: body.name,
			role: body.role, language: null, time_zone: null,
			settings: {}, last_login: null });
		return { json: users.at(-1) };
	case "POST /sample":
	case "DELETE /sample":
		sample = method === "POST";
		return { status: 202, json: gets["/sample"]() };
	default:
		return { status: 204 };
	}
}

export function answer(method, path, params, body) {
	if (path !== "/session" && path !== "/setup" && !signedIn)
		return problem(401, "api.no_session");
	return method === "GET" ? checks(path, params) ??
		get(path, params) : write(method, path, body);
}
