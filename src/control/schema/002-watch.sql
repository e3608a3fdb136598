-- 002: what the watching of domains saw.
--
-- One row of `watch` belongs to each domain; the triggers see to that.

CREATE TABLE watch (
	domain        INTEGER PRIMARY KEY, -- domain.id
	owner         INTEGER NOT NULL,
	due_at        INTEGER NOT NULL,
	checked_at    INTEGER NOT NULL DEFAULT 0,
	looks         INTEGER NOT NULL DEFAULT 0,
	parts         TEXT NOT NULL DEFAULT '', -- JSON object: part, status
	-- MTA-STS: the present id, the body of the file when it came in, and
	-- the body at the last look (hashes; 0 unknown).
	sts_id        TEXT NOT NULL DEFAULT '',
	sts_id_seen   INTEGER NOT NULL DEFAULT 0,
	sts_id_body   INTEGER NOT NULL DEFAULT 0,
	sts_body      INTEGER NOT NULL DEFAULT 0,
	sts_body_seen INTEGER NOT NULL DEFAULT 0,
	sts_testing   INTEGER NOT NULL DEFAULT 0 -- since
);
CREATE INDEX watch_due ON watch (due_at);

CREATE TABLE watch_finding (
	id           INTEGER PRIMARY KEY AUTOINCREMENT,
	domain       INTEGER NOT NULL,
	look         INTEGER NOT NULL, -- watch.looks that saw it last
	part         TEXT NOT NULL,
	code         TEXT NOT NULL,
	severity     TEXT NOT NULL,
	host         TEXT NOT NULL,
	places       TEXT NOT NULL, -- JSON object
	evidence     TEXT NOT NULL,
	record_name  TEXT NOT NULL,
	record_type  TEXT NOT NULL,
	record_value TEXT NOT NULL,
	first_seen   INTEGER NOT NULL,
	last_seen    INTEGER NOT NULL,
	cleared_at   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX watch_finding_of ON watch_finding (domain, cleared_at, code);

-- Every value a record was seen with, newest last; lines, sorted, '' absent.
CREATE TABLE watch_record (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	domain  INTEGER NOT NULL,
	name    TEXT NOT NULL,
	type    TEXT NOT NULL,
	value   TEXT NOT NULL,
	old     TEXT NOT NULL,
	first   INTEGER NOT NULL, -- 1: there is nothing to compare it with
	seen_at INTEGER NOT NULL
);
CREATE INDEX watch_record_of ON watch_record (domain, name, type, id);

CREATE TRIGGER watch_begin AFTER INSERT ON domain BEGIN
	INSERT INTO watch (domain, owner, due_at)
	VALUES (new.id, new.owner, new.added_at);
END;
CREATE TRIGGER watch_end AFTER DELETE ON domain BEGIN
	DELETE FROM watch WHERE domain = old.id;
	DELETE FROM watch_finding WHERE domain = old.id;
	DELETE FROM watch_record WHERE domain = old.id;
	DELETE FROM notice WHERE owner = old.owner AND domain = old.name;
END;
INSERT INTO watch (domain, owner, due_at)
	SELECT id, owner, added_at FROM domain;

-- What people are told of: one row from when it begins until a day after it
-- is over, so that what comes and goes is told once.
CREATE TABLE notice (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	owner      INTEGER NOT NULL,
	what       TEXT NOT NULL, -- kind, subject and code
	code       TEXT NOT NULL,
	severity   TEXT NOT NULL,
	domain     TEXT NOT NULL,
	places     TEXT NOT NULL, -- JSON object
	path       TEXT NOT NULL, -- of the page to go to
	since      INTEGER NOT NULL,
	tried_at   INTEGER NOT NULL DEFAULT 0,
	tries      INTEGER NOT NULL DEFAULT 0,
	left_over  INTEGER NOT NULL, -- bits: channels that were not told yet
	fault      TEXT NOT NULL DEFAULT '', -- code of the last failure
	over_at    INTEGER NOT NULL DEFAULT 0,
	UNIQUE (owner, what)
);
CREATE INDEX notice_open ON notice (left_over, tried_at);
