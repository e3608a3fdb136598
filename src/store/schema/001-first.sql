-- 001: the first schema of the report store.
--
-- Seconds are UTC, days are days since 1970-01-01. Every table of facts has
-- an owner. Repeated text is a number in `name`; 0 is the empty text.
-- Enumerations are the numbers of dmarc.h, tlsrpt.h, sender.h and store.h.

CREATE TABLE name (
	id   INTEGER PRIMARY KEY,
	text TEXT NOT NULL UNIQUE
);
INSERT INTO name VALUES (0, '');

-- What SPF and DKIM said in a row, as JSON; the same few sets come back in
-- millions of rows. Best raw results are columns because they are filters.
-- json: {"dkim":[{"domain","selector","result","human"}],
--        "spf":[{"domain","scope","result","human"}]}; empty fields left out.
CREATE TABLE auth (
	id        INTEGER PRIMARY KEY,
	json      TEXT NOT NULL UNIQUE,
	dkim      INTEGER NOT NULL, -- enum dmarc_result, best of all
	spf       INTEGER NOT NULL,
	selectors TEXT NOT NULL     -- " s1 s2 ": found by ' '||selector||' '
);

-- An address that sent mail, with everything that may change later.
CREATE TABLE endpoint (
	id       INTEGER PRIMARY KEY,
	owner    INTEGER NOT NULL,
	ip       BLOB NOT NULL,               -- 16 bytes
	evidence INTEGER NOT NULL DEFAULT 0,  -- enum sender_evidence, best seen in reports
	profile  INTEGER NOT NULL DEFAULT 0,  -- name: slug of that evidence
	proof    INTEGER NOT NULL DEFAULT 0,  -- name: the domain that showed it
	source   INTEGER NOT NULL DEFAULT 0,  -- source.id, 0 until enriched
	ptr      INTEGER NOT NULL DEFAULT 0,  -- name
	country  TEXT NOT NULL DEFAULT '',
	asn      INTEGER NOT NULL DEFAULT 0,
	place    INTEGER NOT NULL DEFAULT 0,  -- name: city
	latitude  REAL,                       -- NULL: unknown
	longitude REAL,
	stamp    INTEGER NOT NULL DEFAULT 0,  -- name: geo and profile version, 0 = to enrich
	UNIQUE (owner, ip)
);
CREATE INDEX endpoint_to_enrich ON endpoint (owner) WHERE stamp = 0;

-- The stamp that every address of an owner but the new ones has; and whether
-- days were folded while some had no name yet.
CREATE TABLE enriched (
	owner INTEGER PRIMARY KEY,
	stamp INTEGER NOT NULL, -- name
	early INTEGER NOT NULL
);

-- Where and when an address was seen: which days to fold again when more is
-- learnt about it. Only ever widened, so it may say too much.
CREATE TABLE endpoint_span (
	endpoint  INTEGER NOT NULL,
	domain    INTEGER NOT NULL, -- name: policy domain
	first_day INTEGER NOT NULL,
	last_day  INTEGER NOT NULL,
	PRIMARY KEY (endpoint, domain)
) WITHOUT ROWID;

CREATE TABLE asn (
	asn   INTEGER PRIMARY KEY,
	label TEXT NOT NULL
);

CREATE TABLE source (
	id    INTEGER PRIMARY KEY,
	owner INTEGER NOT NULL,
	slug  TEXT NOT NULL,
	label TEXT NOT NULL,
	kind  INTEGER NOT NULL, -- enum sender_evidence that named it
	UNIQUE (owner, slug)
);

-- The user's judgement; domain 0 = all of the owner's domains.
CREATE TABLE triage (
	owner  INTEGER NOT NULL,
	source INTEGER NOT NULL,
	domain INTEGER NOT NULL,
	triage INTEGER NOT NULL, -- enum sender_triage
	note   TEXT NOT NULL,
	set_at INTEGER NOT NULL,
	PRIMARY KEY (owner, source, domain)
) WITHOUT ROWID;

CREATE TABLE report (
	id          INTEGER PRIMARY KEY,
	owner       INTEGER NOT NULL,
	kind        INTEGER NOT NULL, -- enum decode_kind
	state       INTEGER NOT NULL, -- enum store_outcome: imported or superseded
	identity    BLOB NOT NULL,    -- 16 bytes: hash of the key of contracts section 1
	hash        BLOB NOT NULL,    -- SHA-256 of the document
	domain      INTEGER NOT NULL, -- name: policy domain
	org         INTEGER NOT NULL, -- name: as sent
	reporter    INTEGER NOT NULL, -- name: org folded
	report_id   TEXT NOT NULL,
	begin       INTEGER NOT NULL,
	"end"       INTEGER NOT NULL,
	day         INTEGER NOT NULL,
	records     INTEGER NOT NULL,
	messages    INTEGER NOT NULL,
	passed      INTEGER NOT NULL,
	trust       INTEGER NOT NULL,
	complete    INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	repairs     TEXT NOT NULL,    -- "code=count,code"
	head        TEXT NOT NULL,    -- JSON, see below
	rows_kept   INTEGER NOT NULL DEFAULT 1
);
-- head of a DMARC report: {"email","extra_contact","version","generator",
-- "error","rfc9990":bool,"policy":{"domain","p","sp","np","adkim","aspf",
-- "pct":n,"fo","testing","discovery_method"}}; of a TLS report {"contact"};
-- empty fields left out.
CREATE UNIQUE INDEX report_hash ON report (owner, hash);
CREATE INDEX report_identity ON report (owner, identity);
CREATE INDEX report_domain ON report (owner, domain, day, kind, state, trust, reporter);
CREATE INDEX report_day ON report (owner, day, kind, state, trust, reporter, domain);
CREATE INDEX report_reporter ON report (owner, reporter); -- who ever reported: families, names as sent
CREATE INDEX report_received ON report (received_at);

-- The attachment as it was received (gzip of it when it came unpacked).
-- Sealed when it quotes somebody's mail: failure reports.
CREATE TABLE raw (
	report   INTEGER PRIMARY KEY,
	media    INTEGER NOT NULL, -- enum decode_media
	repacked INTEGER NOT NULL,
	sealed   INTEGER NOT NULL,
	bytes    BLOB NOT NULL
);

-- Rows of DMARC reports: id = report * 2^21 + n, so a report's rows lie
-- together and need no index of their own (at most 2 million, dmarc.h).
CREATE TABLE row (
	id            INTEGER PRIMARY KEY,
	endpoint      INTEGER NOT NULL, -- 0: address not readable
	count         INTEGER NOT NULL,
	verdict       INTEGER NOT NULL, -- bit 0 dkim aligned, 1 spf aligned, 2 spf vouched, 3-4 disposition, 5-6 policy
	overrides     INTEGER NOT NULL,
	header_from   INTEGER NOT NULL,
	envelope_from INTEGER NOT NULL,
	envelope_to   INTEGER NOT NULL,
	auth          INTEGER NOT NULL,
	comment       INTEGER NOT NULL  -- name: override comment
);

-- The facts by endpoint: never change, kept for ever.
CREATE TABLE rollup (
	owner     INTEGER NOT NULL,
	domain    INTEGER NOT NULL,
	day       INTEGER NOT NULL,
	endpoint  INTEGER NOT NULL,
	reporter  INTEGER NOT NULL,
	to_domain INTEGER NOT NULL,
	verdict   INTEGER NOT NULL, -- as in row
	overrides INTEGER NOT NULL,
	trust     INTEGER NOT NULL,
	messages  INTEGER NOT NULL,
	rows      INTEGER NOT NULL,
	PRIMARY KEY (owner, domain, day, endpoint, reporter, to_domain, verdict, overrides, trust)
) WITHOUT ROWID;

-- Coarse roll-ups, rebuilt from `rollup` for the days in `stale_day`: names and
-- classes folded in. `cube` has every coarse dimension, `cube_slim` leaves out
-- source, asn, country and to_domain; `cube_day` is for questions that name no
-- domain.
CREATE TABLE stale_day (
	owner  INTEGER NOT NULL,
	domain INTEGER NOT NULL,
	day    INTEGER NOT NULL,
	PRIMARY KEY (owner, domain, day)
) WITHOUT ROWID;

CREATE TABLE cube (
	owner     INTEGER NOT NULL,
	domain    INTEGER NOT NULL,
	day       INTEGER NOT NULL,
	reporter  INTEGER NOT NULL,
	source    INTEGER NOT NULL,
	asn       INTEGER NOT NULL,
	country   TEXT NOT NULL,
	to_domain INTEGER NOT NULL,
	verdict   INTEGER NOT NULL,
	overrides INTEGER NOT NULL,
	class     INTEGER NOT NULL,
	trust     INTEGER NOT NULL,
	messages  INTEGER NOT NULL,
	rows      INTEGER NOT NULL,
	PRIMARY KEY (owner, domain, day, reporter, source, asn, country, to_domain, verdict, overrides, class, trust)
) WITHOUT ROWID;

CREATE TABLE cube_slim (
	owner     INTEGER NOT NULL,
	domain    INTEGER NOT NULL,
	day       INTEGER NOT NULL,
	reporter  INTEGER NOT NULL,
	verdict   INTEGER NOT NULL,
	overrides INTEGER NOT NULL,
	class     INTEGER NOT NULL,
	trust     INTEGER NOT NULL,
	messages  INTEGER NOT NULL,
	rows      INTEGER NOT NULL,
	PRIMARY KEY (owner, domain, day, reporter, verdict, overrides, class, trust)
) WITHOUT ROWID;

-- Packed: see segment.h. All cells of `cube` once more, day by day.
CREATE TABLE cube_day (
	owner INTEGER NOT NULL,
	day   INTEGER NOT NULL,
	part  INTEGER NOT NULL, -- of the domains
	cells BLOB NOT NULL,
	PRIMARY KEY (owner, day, part)
);

-- TLS reports. `counts` = 0 where the same sessions are told a second time.
CREATE TABLE tls_policy (
	report     INTEGER NOT NULL,
	n          INTEGER NOT NULL,
	type       INTEGER NOT NULL, -- enum tlsrpt_type
	domain     INTEGER NOT NULL,
	json       TEXT NOT NULL,    -- {"type_text","strings":[],"mx":[]}
	successful INTEGER NOT NULL,
	failed     INTEGER NOT NULL,
	counts     INTEGER NOT NULL,
	PRIMARY KEY (report, n)
) WITHOUT ROWID;
CREATE TABLE tls_failure (
	report       INTEGER NOT NULL,
	n            INTEGER NOT NULL, -- of the policy
	m            INTEGER NOT NULL,
	result_type  INTEGER NOT NULL, -- name
	sending_ip   INTEGER NOT NULL, -- name
	receiving_ip INTEGER NOT NULL, -- name
	mx           INTEGER NOT NULL, -- name
	json         TEXT NOT NULL,    -- {"helo","reason","information"}
	sessions     INTEGER NOT NULL,
	PRIMARY KEY (report, n, m)
) WITHOUT ROWID;
CREATE TABLE tls_rollup (
	owner       INTEGER NOT NULL,
	domain      INTEGER NOT NULL,
	day         INTEGER NOT NULL,
	reporter    INTEGER NOT NULL,
	type        INTEGER NOT NULL,
	counts      INTEGER NOT NULL,
	result_type INTEGER NOT NULL, -- name; 0: the summary's sessions
	mx          INTEGER NOT NULL, -- name
	trust       INTEGER NOT NULL,
	successful  INTEGER NOT NULL,
	failed      INTEGER NOT NULL,
	reports     INTEGER NOT NULL,
	PRIMARY KEY (owner, domain, day, reporter, type, counts, result_type, mx, trust)
) WITHOUT ROWID;

-- Failure reports: what is personal is in `sealed`, a box of {"mail_from",
-- "rcpt_to","header_from","subject","message_id","auth_results","headers"}.
-- json: {"feedback_type","auth_failure","source_ip","delivery_result",
-- "identity_alignment","dkim_domain","dkim_selector","spf_dns","user_agent",
-- "reporting_mta","text_only":bool}.
CREATE TABLE failure (
	report    INTEGER PRIMARY KEY,
	json      TEXT NOT NULL,
	arrival   INTEGER NOT NULL,
	incidents INTEGER NOT NULL,
	sealed    BLOB NOT NULL
);

-- Everything that ever arrived, with what became of it.
CREATE TABLE intake (
	id          INTEGER PRIMARY KEY,
	owner       INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	path        TEXT NOT NULL,
	member      TEXT NOT NULL,
	outcome     INTEGER NOT NULL, -- enum store_outcome
	kind        INTEGER NOT NULL,
	report      INTEGER NOT NULL, -- 0: none
	code        TEXT NOT NULL,
	line        INTEGER NOT NULL,
	detail      TEXT NOT NULL,
	carrier     TEXT NOT NULL     -- {"from","subject","id","date":n,"longest_line":n}
);
CREATE INDEX intake_outcome ON intake (owner, outcome, id);
CREATE INDEX intake_report ON intake (report);
-- Of the rejected, for a later try. Nobody knows what is in it: sealed.
CREATE TABLE intake_raw (
	intake   INTEGER PRIMARY KEY,
	media    INTEGER NOT NULL,
	repacked INTEGER NOT NULL,
	sealed   INTEGER NOT NULL,
	bytes    BLOB NOT NULL
);
