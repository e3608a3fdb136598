/* The JSON of /api/v1, as src/api gives it and openapi.json describes it.
 *
 * Times are UTC seconds; days are "YYYY-MM-DD" (UTC). Unknown is null, never 0
 * or "". Lists have `next`: a cursor for the same URL, null at the end. Codes
 * (findings, repairs, reasons) are explained by the catalogue, never here.
 * Errors are `Problem` with the HTTP status. Every filter of `Query` is a URL
 * parameter of the same name, repeatable, "!value" excludes.
 */

export interface Problem {
	schema: "waxseal.problem/1";
	code: string; // "query.needs_domain"
	detail: string | null;
}

/* GET /session; POST /session {name, password}; DELETE /session.
 * POST /setup {token, name, password, language, time_zone} signs in, too.
 * Writing requests of a session repeat `csrf` in X-Waxseal-CSRF. */
export interface Session {
	schema: "waxseal.session/1";
	setup_needed: boolean; // nobody exists yet: go to /setup
	user: User | null;
	csrf: string | null;
	public?: boolean; // /check and /lookup need no signing in
	version: string;
}
export interface User {
	id: number;
	name: string;
	role: "admin" | "viewer";
	language: "en" | "ja" | "nb" | null;
	time_zone: string | null;
	settings: Settings; // PATCH /me {language, time_zone, settings}
	last_login: number | null;
}
/* What pages remember, free for them to extend. */
export interface Settings {
	theme?: "light" | "dark" | "system";
	mode?: "simple" | "expert";
	keys?: boolean; // single-key shortcuts
	columns?: Record<string, string[]>; // by table
	[more: string]: unknown;
}
/* GET /users (admin); POST {name, password, role}; PATCH /users/ID {role};
 * DELETE /users/ID; POST /me/password {old, new}. */
export interface Users { schema: "waxseal.users/1"; users: User[] }
/* GET /tokens; POST {name, scopes, days} answers with `secret`; DELETE. */
export interface Token {
	id: number;
	name: string;
	scopes: ("read" | "upload" | "admin")[];
	created_at: number;
	expires_at: number;
	last_used: number | null;
	secret?: string;
}
export interface Tokens { schema: "waxseal.tokens/1"; tokens: Token[] }

export type Class = "own" | "forwarded" | "unrecognised" | "blocked";
export type Triage = "ours" | "forwarder" | "not_ours" | "ignored" | null;

/* store_measure by name; null where it is not known for this question. */
export interface Measures {
	messages: number | null; passed: number | null;
	own: number | null; own_passed: number | null;
	forwarded: number | null; unrecognised: number | null;
	blocked: number | null;
	spf_aligned: number | null; dkim_aligned: number | null;
	rows: number | null; reports: number | null; sources: number | null;
	first_seen: number | null; last_seen: number | null;
}
/* GET /query?group=...&sort=-messages&limit=&cursor=&range=30d&FILTERS. The
 * same object as `waxseal report query --json`. Also format=csv. */
export interface QueryRow extends Measures {
	key: string | null; // null: not known; as a filter "unknown"
	label: string | null;
	confirmed: boolean | null; // groups ip and host: the name leads back
}
export interface QueryAnswer {
	schema: "waxseal.report.query/1";
	query: Record<string, unknown>; // what was asked, as understood
	rows: QueryRow[];
	totals: Measures;
	next: string | null;
	ignored: string[]; // parameters that nobody knows
}

/* GET /days?FILTERS: one entry for each day of the range, also empty ones;
 * for charts. The six add up to messages. */
export interface Day {
	day: string;
	messages: number;
	own_passed: number; own_failed: number;
	forwarded: number; unrecognised: number;
	quarantined: number; rejected: number;
}
export interface Days {
	schema: "waxseal.days/1";
	days: Day[];
	changes: { day: string; domain: string; policy: string }[];
}

/* GET /rows?FILTERS&limit=&cursor= (asks for one domain): the detailed view. */
export interface Detail {
	report: number; n: number; day: string;
	reporter: string; domain: string;
	header_from: string; envelope_from: string | null;
	envelope_to: string | null;
	ip: string | null; host: string | null;
	host_confirmed: boolean | null; asn: number | null;
	as_name: string | null; country: string | null;
	source: string | null; source_label: string | null;
	spf: AuthResult[]; dkim: AuthResult[];
	spf_aligned: boolean; dkim_aligned: boolean;
	disposition: string; override: string[]; comment: string | null;
	policy: string; class: Class; count: number;
}
export interface AuthResult {
	domain: string; selector?: string; scope?: string;
	result: string; human?: string;
}
export interface Rows {
	schema: "waxseal.rows/1";
	rows: Detail[]; next: string | null; ignored: string[];
}

/* GET /overview?domain=&range=30d */
export interface Overview {
	schema: "waxseal.overview/1";
	any_reports: boolean; // ever, of any kind
	sample: boolean;      // made-up data is loaded
	totals: Measures;
	previous: Measures;   // the span of the same length before
	domains: number;
	policies: { none: number; quarantine: number; reject: number;
		    unknown: number };
	/* Messages that came from outside and nobody verified yet. */
	unverified: { reports: number; messages: number };
	last_report: number | null; // received_at
	attention: Attention[];     // ranked, at most 7
}
/* A finding with the values of its places, and where to go. */
export interface Attention {
	code: string;
	severity: "critical" | "fail" | "warn" | "info";
	values: Record<string, string | number>;
	url: string | null; // page of the dashboard
}

/* GET /domains; POST {domains: string[], purpose}; GET /domains/D;
 * PATCH /domains/D {purpose}; DELETE /domains/D?data=true also its reports. */
export interface Domain {
	domain: string;
	registered: boolean; // else: only seen in reports
	purpose: "people" | "systems" | "parked" | null;
	added_at: number | null;
	policy: "none" | "quarantine" | "reject" | null; // last published
	policy_testing: boolean | null; // t=y
	policy_seen: string | null;     // day
	messages: number | null;        // 30 days, as are the next
	own: number | null; own_passed: number | null;
	blocked: number | null; unrecognised: number | null;
	spark: number[]; // messages a day, oldest first
	tls_sessions: number | null; tls_failed: number | null;
	first_report: number | null; last_report: number | null;
	onboarding: Onboarding | null; // somebody is setting it up
}
/* PUT /domains/D/onboarding {step, delegated, plan}, DELETE: it is done; both
 * answer the domain. `delegated`: what leads into the hosted zone. */
export type Delegate = "dmarc" | "tls_rpt" | "sts";
export interface Onboarding {
	step: "purpose" | "scan" | "plan" | "publish" | "verify" |
		"first-report";
	delegated: Delegate[];
	plan: number | null; // of DNS changes
	at: number;
}
export interface Domains {
	schema: "waxseal.domains/1";
	domains: Domain[];
}
/* POST /domains: `domains` or `text`, with `dry_run` only what would come. */
export interface DomainResult {
	domain: string | null; // A-labels; null: no name
	shown: string | null;  // U-labels
	given: string; line: number;
	result: "added" | "there" | "refused";
	organisational: string | null; // its owner's, when it is below that
	code: string | null; detail: string | null; title: string | null;
}
export interface DomainsAdded {
	schema: "waxseal.domains/1";
	dry_run: boolean;
	form: "list" | "csv" | "zone" | null;
	added: string[];
	refused: { domain: string; code: string; detail: string | null }[];
	results: DomainResult[];
	left_out: number;
	domains?: Domain[]; // not after a dry run
}
/* GET /domains/D/records: what to publish so that reports come here. */
export interface DomainRecord {
	purpose: "dmarc" | "tls_rpt" | "authorisation";
	host: string;     // relative to the zone: "_dmarc"
	name: string;     // "_dmarc.example.com"
	type: "TXT"; value: string; ttl: number;
}
export interface DomainRecords {
	schema: "waxseal.records/1";
	domain: string; address: string; post_url: string;
	records: DomainRecord[];
}

/* GET /domains/DOMAIN/health; POST /domains/DOMAIN/check: look again at once,
 * then ask for the health until `checked_at` is a new one. */
export interface HealthFinding {
	part: string;     // "mta-sts"
	code: string;
	severity: "critical" | "fail" | "warn" | "info";
	title: string | null; meaning: string | null; fix: string | null;
	action: string | null; reference: string | null;
	evidence: string | null;
	record: { name: string; type: string; value: string } | null;
	since: number; last_seen: number;
	cleared_at: number | null;
}
export interface DomainHealth {
	schema: "waxseal.health/1";
	domain: string;
	checked_at: number | null; // never yet
	due_at: number;
	checks: { check: string;
		status: "critical" | "fail" | "warn" | "info" | "ok" | "unknown";
	}[];
	findings: HealthFinding[]; // open ones, oldest first
	// The values of each record set, one a line; null: there is none.
	records: { name: string; type: string; value: string | null;
		since: number }[];
}

/* GET /domains/DOMAIN/history?cursor=&limit=: newest first. */
export interface DomainChange {
	at: number;
	kind: "appeared" | "cleared" | "record";
	finding: HealthFinding | null; // of the first two
	record: { name: string; type: string; old: string | null;
		value: string | null;
		first: boolean; // seen for the first time: no change
	} | null;
}
export interface DomainHistory {
	schema: "waxseal.history/1";
	domain: string;
	changes: DomainChange[];
	next: string | null;
}

/* A judgement of the catalogue in the reader's language. */
export interface Said {
	code: string;
	severity: "critical" | "fail" | "warn" | "info" | "ok";
	title: string | null; meaning: string | null; fix: string | null;
	action: string | null; reference: string | null;
	evidence: string | null;
	record: { name: string; type: string; value: string } | null;
}

/* GET /domains/DOMAIN/hosting; POST begins to host it {check?, dmarc?,
 * tls_rpt?}; DELETE ends it: what senders have cached is retired first. Null
 * where nothing is hosted. */
export interface HostingName {
	purpose: "policy" | "sts" | "tls_rpt" | "dmarc" | "proof";
	name: string; type: string; value: string;
}
export interface Hosting {
	schema: "waxseal.hosting/1";
	domain: string;
	zone: string | null; // null: nothing can be hosted here
	hosted: boolean;
	token: string | null;
	added_at: number | null;
	state: StsState | null; since: number | null;
	tls_rpt: string | null; // hosted TXT values; null: the usual, none
	dmarc: string | null;
	proof: {
		proven: boolean;
		by: string; // "txt", "delegation" ...
		proven_at: number | null; checked_at: number | null;
		due_at: number; lost_at: number | null;
		records: HostingName[]; // one way to prove it
	} | null;
	names: HostingName[]; // CNAMEs, the other way
	fault: (Said & { since: number }) | null;
}

/* GET /domains/DOMAIN/mta-sts; POST .../mode {to, reason?}, .../emergency {},
 * .../retire {}, .../mail-servers {host, remove?} answer the same. 409 with
 * the code of the gate that is shut (`detail`: the mail server), or
 * "stsmode.needs_reason". */
export type StsState = "off" | "tls_rpt" | "testing" | "enforce_week" |
	"enforce_month" | "none" | "removed";
export interface StsGate extends Said {
	gate: string; // "days", "reporters", "covered" ...
	verdict: "met" | "not_met" | "unknown"; // unknown is not met
	hard: boolean; // no reason overrides it
	at_most: boolean;
	value: number | null; threshold: number;
	about: string | null; // the mail server that keeps it shut
}
export interface StsVersion {
	number: number;
	mode: "testing" | "enforce" | "none"; max_age: number; id: string;
	body: string; author: string | null;
	made_at: number; placed_at: number | null; served_at: number | null;
	announced_at: number | null; superseded_at: number | null;
}
export interface StsStep {
	to: StsState;
	answer: "refused" | "with_reason" | "allowed";
	refusal: string | null; // code
	max_age: number;
	gates: StsGate[];
}
export interface StsServer {
	host: string;
	covered: boolean | null; certificate: boolean | null;
	days_left: number | null; // of its certificate
	addresses: number | null;
	green: number | null; // of them: fine twice in a row
}
export interface Sts {
	schema: "waxseal.mta_sts/1";
	domain: string;
	hosted: boolean;
	state: StsState; since: number | null; author: string | null;
	mode: "testing" | "enforce" | "none" | null; max_age: number;
	next: StsState | null; // on the way to enforcing for a month
	retired_end: number | null; // then no sender has a policy any more
	proven: boolean | null; delegated: boolean | null;
	seen_outside: boolean | null; reports_ours: boolean | null;
	sessions: number; failed: number | null; // type sts, seven days
	unverified: number; // sessions too, of reports that nobody signed
	checked_at: number | null;
	advice: Said;
	steps: StsStep[];
	servers: StsServer[];
	adding: { host: string; // to come: "mx" is "now add your MX"
		step: "policy" | "serve" | "id" | "wait" | "mx" | "done" }[];
	newest: StsVersion | null; announced: StsVersion | null;
	certificate: { name: string; there: boolean;
		not_before: number | null; not_after: number | null;
		issued_at: number | null; ca: string | null;
		next_try: number | null; fault: string | null;
		fault_detail: string | null } | null;
	fetches: { day: string; sender: string; fetches: number; last: number;
		id: string | null }[];
}
/* GET /domains/DOMAIN/mta-sts/versions: newest first. */
export interface StsVersions {
	schema: "waxseal.policy_versions/1";
	domain: string;
	versions: StsVersion[];
}

/* GET /domains/DOMAIN/journey; POST {to, reason?, accept_subdomains?,
 * step_back?, step_limit?} -> JourneyStep; 409 "ladder.needs_reason". */
export type Rung = "no_record" | "none" | "quarantine_test" | "quarantine" |
	"reject_test" | "reject";
export interface JourneyGate extends Said {
	gate: string; number: number; // G1 ... G8
	verdict: "met" | "not_met" | "unknown" | "warn" | "waived" |
		"not_asked";
	share: boolean; // value and threshold in 1/10000
	at_most: boolean;
	value: number | null; threshold: number;
	// G1 reporters, G5 own sources without DKIM, G6 new own sources
	value2: number | null; threshold2: number | null;
	about: string | null; // a source; of G7 what is wrong
	url: string | null;   // the rows
}
export interface Journey {
	schema: "waxseal.journey/1";
	domain: string;
	purpose: "people" | "systems" | "parked";
	at: Rung; end: Rung; // where it is best to end
	record: string | null; record_known: boolean;
	advice: Said & {
		to: Rung;
		considered: number; passing: number; affected: number;
		to_fix: number; forwarded: number; // of the affected
		share: number | null; // passing, in 1/10000
		days: number;
		url: string; // the affected messages
		causes: { source: string; label: string;
			kind: "fix" | "forwarded"; messages: number;
			url: string }[];
	};
	steps: { to: Rung; open: boolean; reached: boolean;
		gates: JourneyGate[] }[];
	subdomains_accepted: boolean;
	subdomains: { name: string; messages: number }[];
	advanced: {
		at: number; from: Rung; to: Rung; author: string;
		reason: string | null;
		step_back: boolean; step_limit: number;
		failed: number | null; // own messages since
		back: Rung; // where stepping back leads
		alarm: Said | null;
	} | null;
}
export interface JourneyStep {
	schema: "waxseal.journey_step/1";
	domain: string;
	from: Rung; to: Rung;
	hosted: boolean; // published already
	record: { name: string; type: string; value: string };
}

/* GET /sources?FILTERS; GET /sources/SLUG?FILTERS;
 * PUT /sources/SLUG/triage {triage, domain, note} -> Source. */
export interface Source extends Measures {
	slug: string; label: string;
	kind: "service" | "as" | "network";
	triage: Triage; triage_domain: string | null; note: string | null;
	evidence: string | null; // "dkim:amazonses.com"
}
export interface Sources {
	schema: "waxseal.sources/1";
	sources: Source[];
}
export interface SourceDetail {
	schema: "waxseal.source/1";
	source: Source;
	category: string | null; // of its profile
	help: string | null;     // its own page on DKIM and SPF
	fix: Attention | null;   // how to make it aligned there
	forwards: boolean;
	domains: QueryRow[];
	ips: QueryRow[];         // empty without one domain in the filters
	findings: Attention[];   // why its mail fails, in words
}

/* GET /reports?kind=dmarc|tlsrpt|failure&domain=&reporter=&range=;
 * DELETE /reports/ID; POST /reports/reparse. */
export interface Report {
	id: number; kind: "dmarc" | "tlsrpt" | "failure";
	org: string | null; report_id: string | null;
	domain: string | null;
	begin: number; end: number; received_at: number;
	records: number; messages: number; passed: number;
	trust: "verified" | "operator" | "unverified";
	repairs: { code: string; count: number }[];
	raw_kept: boolean;
}
export interface Reports {
	schema: "waxseal.report.list/1";
	reports: Report[]; next: string | null;
}
/* GET /reports/ID; its rows are /rows?report=ID; raw: /reports/ID/raw. */
export interface ReportDetail {
	schema: "waxseal.report/1";
	report: Report;
	email: string | null;
	policy: Record<string, unknown> | null; // as published
	door: string | null; path: string | null; member: string | null;
	envelope: Record<string, unknown> | null;
	tls: TlsPolicy[]; // of a TLS report
}
export interface TlsPolicy {
	type: "sts" | "tlsa" | "no-policy-found" | "unknown";
	domain: string; strings: string[]; mx: string[];
	successful: number; failed: number;
	failures: {
		result_type: string; sending_ip: string | null;
		receiving_ip: string | null; mx: string | null;
		reason: string | null; information: string | null;
		sessions: number;
	}[];
}

/* GET /tls?group=result|reporter|domain|mx|day|policy_type&FILTERS. `group`
 * "result" rows have a `family` and the code that explains them. */
export interface TlsRow {
	key: string | null; sessions: number; successful: number; failed: number;
	reports: number;
	first_seen: number | null; last_seen: number | null;
	family?: "policy" | "encryption" | "delivery" | "success";
	code?: string; // "tls.certificate_expired"
}
export interface Tls {
	schema: "waxseal.tls.query/1";
	rows: TlsRow[]; totals: TlsRow;
}

/* GET /failures?domain=&range=; GET /failures/ID: a list of that one. Personal
 * parts redacted unless an admin asks with reveal=true (audited). */
export interface Failure {
	id: number; org: string | null; feedback_type: string | null;
	auth_failure: string | null; domain: string | null;
	source_ip: string | null; delivery_result: string | null;
	auth_results: string | null; arrival: number | null;
	received_at: number; incidents: number;
	mail_from: string | null; rcpt_to: string | null;
	header_from: string | null; subject: string | null;
	message_id: string | null; headers: string | null;
	redacted: boolean;
}
export interface Failures {
	schema: "waxseal.failures/1"; failures: Failure[]; next: string | null;
}

/* GET /intake?status=imported|duplicate|superseded|rejected|ignored&cursor=;
 * POST /intake/ID/retry; POST /intake/test sends a made-up report through. */
export interface IntakeItem {
	id: number; received_at: number;
	door: "smtp" | "post" | "upload" | "mailbox" | "watched" | "file";
	path: string | null; member: string | null;
	outcome: "imported" | "duplicate" | "superseded" | "rejected"
		| "ignored" | "unclaimed";
	kind: "dmarc" | "tlsrpt" | "failure" | "none";
	report: number | null;
	code: string | null; line: number | null; detail: string | null;
	from: string | null; subject: string | null;
	client: string | null;
	/* Of the mail it came with: results, and the finding that says why.
	 * null: it came otherwise, or nobody has judged it yet. */
	spf: string | null; dkim: string | null;
	dmarc: "pass" | "fail" | "none" | "temperror" | null;
	verdict: string | null;
}
export interface Intake {
	schema: "waxseal.intake/1";
	items: IntakeItem[]; next: string | null;
	counts: Record<IntakeItem["outcome"], number>;
	/* messages, bytes: null while nobody could be asked. */
	waiting: { messages: number | null; bytes: number | null;
		   oldest: number | null };
	unclaimed: { reports: number; dropped: number | null };
	reporters: { reporter: string; last: number; usual: number;
		     silent: boolean }[]; // usual: seconds between reports
	address: string; // where reports are mailed to
}
/* POST /reports: the report as body (any packing), X-File-Name; answers 201
 * when it is safe. Its fate: /intake?upload=ID. Idempotency-Key is honoured. */
export interface Upload { schema: "waxseal.upload/1"; id: string }

/* GET /domains/DOMAIN/desired?of=&delegated=&clear=, asked until `done` as /check: live DNS
 * against what brings reports here. `of` authorisation: the record in the zone
 * of this instance. From `zone` on only when it is `done` and `complete`. */
export interface RecordChange {
	what: "keep" | "add" | "replace" | "remove";
	name: string; host: string; type: DnsRecordType;
	now: string[]; now_ttl: number;
	after: string[]; ttl: number;
}
export interface Desired {
	schema: "waxseal.desired/1";
	done: boolean; complete: boolean;
	domain: string; checked_at: number;
	zone?: string | null; needed?: boolean; blocked?: boolean;
	changes?: RecordChange[]; findings?: Finding[];
}

/* POST /report/view: a report as body (any packing); nothing of it is kept. */
export interface ViewedRow {
	ip: string | null; count: number; disposition: string;
	dkim_aligned: boolean; spf_aligned: boolean;
	override: string[]; comment: string | null;
	header_from: string | null; envelope_from: string | null;
	envelope_to: string | null;
	dkim: AuthResult[]; spf: AuthResult[];
}
export interface ViewedHead {
	org: string | null; email: string | null; report_id: string | null;
	domain: string | null; begin: number; end: number;
}
export interface ViewedDocument {
	kind: "dmarc" | "tlsrpt" | "failure" | "none";
	status: "read" | "rejected" | "ignored";
	member: string | null; complete: boolean;
	mail: { from: string | null; subject: string | null;
		id: string | null; date: number | null } | null;
	findings: Finding[];
	head?: ViewedHead & { extra_contact: string | null;
		generator: string | null; error: string | null;
		rfc9990: boolean;
		policy: Record<string, string | number | null> };
	rows?: ViewedRow[]; rows_left?: number;
	totals?: { rows: number; messages: number; passed: number };
	tls?: ViewedHead & { sessions: number; successful: number;
			     policies: TlsPolicy[] };
	failure?: Record<string, string | number | null>;
}
export interface ReportView {
	schema: "waxseal.report_view/1";
	documents: ViewedDocument[]; documents_left: number;
}

/* GET /suggest?q=: at most five of each kind, best first. `filter` is what to
 * add to a URL. */
export interface Suggestion {
	kind: "domain" | "source" | "reporter" | "country" | "ip" | "page";
	value: string; label: string;
	filter: { name: string; value: string };
}
export interface Suggest {
	schema: "waxseal.suggest/1"; suggestions: Suggestion[];
}

/* GET /views; POST {name, url, shared, pinned}; PATCH /views/ID; DELETE. */
export interface View {
	id: number; name: string; url: string;
	shared: boolean; pinned: boolean; mine: boolean;
}
export interface Views { schema: "waxseal.views/1"; views: View[] }

/* POST /sample loads made-up reports (three domains, 90 days); DELETE takes
 * every trace of them away. Both answer 202 and go on; GET tells. */
export interface Sample {
	schema: "waxseal.sample/1";
	loaded: boolean; working: boolean; domains: string[];
}

/* GET /check?domain=&selector=&fresh=: `domain` may be anything pasted that
 * has one in it. Answers at once with what is known so far: ask the same every
 * 400 ms until `done`. 503 "inspect.not_running" and "inspect.no_answer": ask
 * again, after Retry-After; "inspect.busy" (503) and "inspect.too_many" (429):
 * the same, and say so. `fresh` only in the first of these requests, and not
 * when it comes back: a look of the last 10 seconds is fresh. */
export type Severity = "ok" | "info" | "warn" | "fail" | "critical";
export interface Finding {
	check?: string; // of a Check: which of its parts, "mta-sts"
	code: string; severity: Severity;
	title: string | null; meaning: string | null; fix: string | null;
	action: "publish" | "copy" | "probe" | "explain" | null;
	reference: string | null; // "RFC 8461 section 3.1"
	evidence: string | null;  // what was seen, from strangers
	record: { name: string; type: string; value: string } | null;
}
export interface Check {
	schema: "waxseal.check/1";
	done: boolean;
	domain: string; checked_at: number;
	/* "ns", "mx", "mx-tls", "rdns", "spf", "dkim", "dmarc", "mta-sts",
	 * "tls-rpt", "dane", "bimi", "caa". unknown: could not be found. */
	checks: { check: string; status: Severity | "unknown" | "waiting" }[];
	findings: Finding[];
}
export type StsResult = "NONE" | "VALID" | "FETCH_ERROR" | "NOT_CHANGED";
/* Instead of both: a message of a checker that names no domain. */
export interface Explained {
	schema: string; done: true;
	result: StsResult; explained: string;
}
export const isExplained = (answer: { schema: string }):
	answer is Explained => "explained" in answer;

/* GET /lookup/KIND?q=&extra=&fresh=, asked until `done` as /check. `extra` is
 * the known id (mta-sts) or the selector (dkim). The members of a kind are
 * there when it is `done` and `complete`; not complete: no answer in time. */
export interface LookupBase {
	done: boolean; complete: boolean;
	domain: string; // ptr: `address`
	checked_at: number; findings: Finding[];
}
export interface LookupTxt {
	records: string[]; ttl: number; secure: boolean;
}
export interface LookupMtaSts extends LookupBase {
	schema: "waxseal.lookup.mta_sts/1";
	result: StsResult;
	branch: string | null; // code of the first rule broken
	id: string | null;
	policy: { mode: string | null; max_age: number | null;
		  mx: string[] } | null;
	body: string | null; repaired: string | null;
}
export interface LookupTlsRpt extends LookupBase, LookupTxt {
	schema: "waxseal.lookup.tls_rpt/1";
}
export interface LookupBimi extends LookupBase, LookupTxt {
	schema: "waxseal.lookup.bimi/1";
}
export interface LookupDane extends LookupBase {
	schema: "waxseal.lookup.dane/1";
}
export interface LookupDkim extends LookupBase, Partial<LookupTxt> {
	schema: "waxseal.lookup.dkim/1";
	selector: string | null; // records, ttl, secure only with one
}
export interface SpfNode {
	term: string | null; domain: string | null; record: string | null;
	state: string; // "fine", else what is wrong with it
	lookups: number; voids: number; terms: SpfNode[];
}
export interface LookupSpf extends LookupBase {
	schema: "waxseal.lookup.spf/1";
	lookups: number; lookups_max: number; voids: number;
	unknown_parts: boolean;
	tree: SpfNode[]; // none or one
}
export interface DmarcWay {
	policy: "none" | "quarantine" | "reject" | "absent" | "unknown";
	found_at: string | null; inherited: boolean;
	organisational_domain: string | null;
}
export interface LookupDmarc extends LookupBase {
	schema: "waxseal.lookup.dmarc/1";
	records: { domain: string; record: string }[];
	rfc9989: DmarcWay; rfc7489: DmarcWay;
}
export interface LookupMx extends LookupBase {
	schema: "waxseal.lookup.mx/1";
	servers: { host: string; preference: number; addresses: string[] }[];
}
export interface LookupPtr extends Omit<LookupBase, "domain"> {
	schema: "waxseal.lookup.ptr/1";
	address: string;
	names: { name: string; confirmed: boolean }[];
}
export type Lookup = LookupMtaSts | LookupTlsRpt | LookupBimi | LookupDane
	| LookupDkim | LookupSpf | LookupDmarc | LookupMx | LookupPtr;

/* ---- what to publish ---- */

export interface MadeRecord {
	name: string; host: string; // host: within the zone
	type: "A" | "AAAA" | "CNAME" | "TXT"; ttl: number; value: string;
	shared: boolean;
}
export interface Generated {
	schema: string;
	domain: string | null;
	wish: Record<string, string | number | boolean | string[] | null>;
	made: boolean; // false: `findings` says why, and there is nothing
	zone: string | null;
	records: MadeRecord[];
	files: { name: string; url: string | null; type: string;
		 body: string }[];
	text: Record<"zone" | "nsupdate" | "terraform" | "octodns",
		     string | null>;
	steps: { step: string; text: string }[];
	given: Finding[]; // about what was pasted
	findings: Finding[];
}

/* ---- changes of DNS ---- */

export type DnsRecordType = "A" | "AAAA" | "CNAME" | "TXT";
export type DnsPlanState =
	"asked" | "ready" | "confirmed" | "applied" | "verified" | "changed" |
	"failed";
export type DnsArrival =
	"waiting" | "missing" | "different" | "partly" | "cached" | "verified";

/* What somebody wants: POST /domains/{domain}/plans. */
export interface DnsWanted {
	name: string; type: DnsRecordType; ttl?: number; value?: string;
	merge?: boolean; remove?: boolean; shared?: boolean; old?: string[];
}
export interface DnsProvider {
	id: number; name: string; kind: string;
	settings: Record<string, string>;
	added_at: number; used_at: number | null;
}
export interface DnsProviders {
	schema: "waxseal.dns.providers/1"; providers: DnsProvider[];
	kinds: { kind: string; fields: { name: string; needed: boolean }[] }[];
}
export interface DnsChange {
	what: "keep" | "add" | "replace" | "remove";
	name: string; host: string; type: DnsRecordType;
	now: string[]; now_ttl: number; after: string[]; ttl: number;
}
/* By form: zone, nsupdate, terraform, octodns. */
export type DnsTexts = Record<string, string>;
export interface DnsServerSeen {
	host?: string; address?: string; state: DnsArrival; seen: string[];
}
export interface DnsRecordSeen {
	name: string; type: DnsRecordType; state: DnsArrival;
	have: number; servers: number; until: number | null;
	wanted: string[]; at: DnsServerSeen[]; resolver: DnsServerSeen;
}
export interface DnsPlanRow {
	id: number; domain: string; state: DnsPlanState;
	provider: number | null; undoes: number | null; undone: number | null;
	author: string; confirmer: string | null;
	made_at: number; confirmed_at: number | null;
	applied_at: number | null; verified_at: number | null;
	due_at: number | null;
	fault: string | null; detail: string | null; words: string | null;
}
export interface DnsPlans {
	schema: "waxseal.dns.plans/1"; plans: DnsPlanRow[]; next: number | null;
}
export interface DnsPlan extends DnsPlanRow {
	schema: "waxseal.dns.plan/1";
	plan: null | {
		domain: string; zone: string | null; needed: boolean;
		blocked: boolean; hash: string; changes: DnsChange[];
		findings: Finding[]; text: DnsTexts;
	};
	check?: null | {
		state: DnsArrival; until: number | null;
		records: DnsRecordSeen[];
	};
}
export interface DnsShare {
	schema: "waxseal.dns.share/1"; plan: number; url: string;
	secret: string; expires_at: number;
}
/* GET /shared/{secret}: without signing in. */
export interface DnsShared {
	schema: "waxseal.dns.shared/1"; domain: string; zone: string | null;
	expires_at: number;
	records: {
		name: string; host: string; type: DnsRecordType; ttl: number;
		value: string; replaces: string[];
	}[];
	removed: { name: string; type: DnsRecordType; value: string }[];
	text: DnsTexts;
}
