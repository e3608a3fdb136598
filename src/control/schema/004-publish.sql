-- 004: changes of DNS.
--
-- Seconds are UTC; 0 is never.

CREATE TABLE dns_provider (
	id       INTEGER PRIMARY KEY AUTOINCREMENT,
	owner    INTEGER NOT NULL,
	name     TEXT NOT NULL COLLATE NOCASE,
	kind     TEXT NOT NULL,
	settings TEXT NOT NULL, -- JSON object
	secret   BLOB NOT NULL, -- sealed with the master key
	added_at INTEGER NOT NULL,
	used_at  INTEGER NOT NULL DEFAULT 0,
	UNIQUE (owner, name)
);

CREATE TABLE dns_plan (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	owner        INTEGER NOT NULL,
	domain       TEXT NOT NULL,
	state        INTEGER NOT NULL, -- enum control_plan_state
	wish         TEXT NOT NULL,    -- JSON objects
	plan         TEXT NOT NULL,
	told         TEXT NOT NULL,    -- what verification saw
	provider     INTEGER NOT NULL, -- dns_provider.id; 0: by hand
	undoes       INTEGER NOT NULL,
	undone       INTEGER NOT NULL DEFAULT 0,
	author       TEXT NOT NULL,
	confirmer    TEXT NOT NULL,
	made_at      INTEGER NOT NULL,
	confirmed_at INTEGER NOT NULL,
	applied_at   INTEGER NOT NULL,
	verified_at  INTEGER NOT NULL,
	due_at       INTEGER NOT NULL, -- 0: nothing to do
	looks        INTEGER NOT NULL,
	fault        TEXT NOT NULL,
	detail       TEXT NOT NULL
);
CREATE INDEX dns_plan_due ON dns_plan (due_at) WHERE due_at > 0;
CREATE INDEX dns_plan_of ON dns_plan (owner, domain, id);

-- Who has the link sees the records of that plan; kept as its hash, also
-- after its time, so that it can be told from one that never was.
CREATE TABLE dns_share (
	hash       BLOB PRIMARY KEY,
	owner      INTEGER NOT NULL,
	plan       INTEGER NOT NULL,
	made_at    INTEGER NOT NULL,
	expires_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX dns_share_age ON dns_share (expires_at);
