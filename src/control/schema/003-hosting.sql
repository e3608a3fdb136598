-- 003: domains whose records and policies are hosted.
--
-- Seconds are UTC; 0 is never. A row of `hosted` outlives its domain, so that
-- what senders have cached is retired in order and no token is given twice.

CREATE TABLE hosted (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	owner        INTEGER NOT NULL,
	domain       INTEGER NOT NULL, -- domain.id; 0: it left the account
	name         TEXT NOT NULL,
	token        TEXT NOT NULL UNIQUE,
	challenge    TEXT NOT NULL,
	added_at     INTEGER NOT NULL,
	removed_at   INTEGER NOT NULL DEFAULT 0,
	over_at      INTEGER NOT NULL DEFAULT 0, -- nothing is served any more
	proof        INTEGER NOT NULL DEFAULT 0, -- enum control_proof
	proven_at    INTEGER NOT NULL DEFAULT 0,
	checked_at   INTEGER NOT NULL DEFAULT 0,
	due_at       INTEGER NOT NULL,
	lost_at      INTEGER NOT NULL DEFAULT 0,
	mode         INTEGER NOT NULL DEFAULT 0, -- enum stsmode_state
	mode_since   INTEGER NOT NULL,
	mode_author  TEXT NOT NULL DEFAULT '',
	mx_more      TEXT NOT NULL DEFAULT '',
	tls_rpt      TEXT NOT NULL DEFAULT '',
	dmarc        TEXT NOT NULL DEFAULT '',
	fault        TEXT NOT NULL DEFAULT '',
	fault_detail TEXT NOT NULL DEFAULT '',
	fault_at     INTEGER NOT NULL DEFAULT 0,
	changed      INTEGER NOT NULL DEFAULT 0, -- stamp.hosted of that time
	order_at     INTEGER NOT NULL DEFAULT 0  -- next try for a certificate
);
CREATE UNIQUE INDEX hosted_living ON hosted (name) WHERE removed_at = 0;
CREATE INDEX hosted_due ON hosted (due_at) WHERE over_at = 0;
CREATE INDEX hosted_of ON hosted (domain);
CREATE INDEX hosted_name ON hosted (name);
CREATE INDEX hosted_new ON hosted (changed);
CREATE INDEX hosted_order ON hosted (order_at)
	WHERE over_at = 0 AND proven_at > 0 AND mode IN (2, 3, 4, 5);

-- Counts changes of what is to be served; each row has the last of its own.
ALTER TABLE stamp ADD COLUMN hosted INTEGER NOT NULL DEFAULT 1;
CREATE TRIGGER hosted_added AFTER INSERT ON hosted BEGIN
	UPDATE stamp SET hosted = hosted + 1;
	UPDATE hosted SET changed = (SELECT hosted FROM stamp)
		WHERE id = new.id;
END;
CREATE TRIGGER hosted_changed AFTER UPDATE OF domain, removed_at, over_at,
	proof, proven_at, lost_at, mode, mode_since, mx_more, tls_rpt, dmarc
	ON hosted BEGIN
	UPDATE stamp SET hosted = hosted + 1;
	UPDATE hosted SET changed = (SELECT hosted FROM stamp)
		WHERE id = new.id;
END;
CREATE TRIGGER hosted_domain_gone AFTER DELETE ON domain BEGIN
	UPDATE hosted SET domain = 0 WHERE domain = old.id;
END;

CREATE TABLE hosted_event (
	id     INTEGER PRIMARY KEY AUTOINCREMENT,
	hosted INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	author TEXT NOT NULL,
	what   TEXT NOT NULL,
	detail TEXT NOT NULL
);
CREATE INDEX hosted_event_of ON hosted_event (hosted, id);

-- What a version says never changes. Its times are set in their order.
CREATE TABLE policy_version (
	id            INTEGER PRIMARY KEY AUTOINCREMENT,
	hosted        INTEGER NOT NULL,
	name          TEXT NOT NULL, -- of the domain
	number        INTEGER NOT NULL,
	mode          TEXT NOT NULL,
	max_age       INTEGER NOT NULL,
	mx            TEXT NOT NULL,
	body          TEXT NOT NULL,
	sts_id        TEXT NOT NULL,
	author        TEXT NOT NULL,
	made_at       INTEGER NOT NULL,
	placed_at     INTEGER NOT NULL DEFAULT 0,
	served_at     INTEGER NOT NULL DEFAULT 0,
	announced_at  INTEGER NOT NULL DEFAULT 0,
	superseded_at INTEGER NOT NULL DEFAULT 0,
	UNIQUE (hosted, number),
	UNIQUE (name, sts_id)
);
CREATE TRIGGER policy_version_fixed BEFORE UPDATE OF hosted, name, number,
	mode, max_age, mx, body, sts_id, author, made_at ON policy_version BEGIN
	SELECT RAISE(ABORT, 'a policy version does not change');
END;

CREATE TRIGGER policy_version_made AFTER INSERT ON policy_version BEGIN
	UPDATE stamp SET hosted = hosted + 1;
	UPDATE hosted SET changed = (SELECT hosted FROM stamp)
		WHERE id = new.hosted;
END;
CREATE TRIGGER policy_version_announced AFTER UPDATE OF announced_at
	ON policy_version BEGIN
	UPDATE stamp SET hosted = hosted + 1;
	UPDATE hosted SET changed = (SELECT hosted FROM stamp)
		WHERE id = new.hosted;
END;

CREATE TABLE policy_fetch (
	hosted   INTEGER NOT NULL,
	day      INTEGER NOT NULL,
	sender   TEXT NOT NULL,
	n        INTEGER NOT NULL,
	first_at INTEGER NOT NULL,
	last_at  INTEGER NOT NULL,
	sts_id   TEXT NOT NULL,
	PRIMARY KEY (hosted, day, sender)
) WITHOUT ROWID;

-- One certificate of each name; keys are sealed with the master key.
CREATE TABLE cert (
	name         TEXT PRIMARY KEY,
	hosted       INTEGER NOT NULL, -- 0: of the installation itself
	chain        BLOB NOT NULL,
	key          BLOB NOT NULL,
	not_before   INTEGER NOT NULL,
	not_after    INTEGER NOT NULL,
	issued_at    INTEGER NOT NULL,
	ca           TEXT NOT NULL,
	next_try     INTEGER NOT NULL,
	tries        INTEGER NOT NULL DEFAULT 0,
	fault        TEXT NOT NULL DEFAULT '',
	fault_detail TEXT NOT NULL DEFAULT '',
	fault_at     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX cert_of ON cert (hosted);
CREATE TRIGGER cert_added AFTER INSERT ON cert BEGIN
	UPDATE stamp SET hosted = hosted + 1;
	UPDATE hosted SET changed = (SELECT hosted FROM stamp),
		order_at = new.next_try WHERE id = new.hosted;
END;
CREATE TRIGGER cert_changed AFTER UPDATE OF hosted, chain, key ON cert BEGIN
	UPDATE stamp SET hosted = hosted + 1;
	UPDATE hosted SET changed = (SELECT hosted FROM stamp)
		WHERE id = new.hosted;
END;
CREATE TRIGGER cert_due AFTER UPDATE OF next_try ON cert BEGIN
	UPDATE hosted SET order_at = new.next_try WHERE id = new.hosted;
END;
CREATE TRIGGER cert_gone AFTER DELETE ON cert BEGIN
	UPDATE stamp SET hosted = hosted + 1;
	UPDATE hosted SET changed = (SELECT hosted FROM stamp), order_at = 0
		WHERE id = old.hosted;
END;

-- Accounts at authorities, by the URL of the directory; '' has the key that
-- serves all of them.
CREATE TABLE acme_account (
	ca      TEXT PRIMARY KEY,
	key     BLOB NOT NULL, -- sealed
	kid     TEXT NOT NULL,
	made_at INTEGER NOT NULL
);

CREATE TABLE hosting_state (
	name  TEXT PRIMARY KEY,
	value BLOB NOT NULL
) WITHOUT ROWID;
