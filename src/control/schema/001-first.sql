-- 001: the first schema of the control store.
--
-- Seconds are UTC; 0 is never. Every table has an owner. What lets somebody
-- in is kept as SHA-256 only (hash) or as argon2id (password).

CREATE TABLE user (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	owner      INTEGER NOT NULL,
	name       TEXT NOT NULL COLLATE NOCASE UNIQUE,
	role       INTEGER NOT NULL, -- enum control_role
	language   TEXT NOT NULL,
	time_zone  TEXT NOT NULL,
	settings   TEXT NOT NULL,    -- JSON object
	password   TEXT NOT NULL,
	created_at INTEGER NOT NULL,
	last_login INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE session (
	hash       BLOB PRIMARY KEY,
	user       INTEGER NOT NULL,
	created_at INTEGER NOT NULL,
	used_at    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX session_of ON session (user);

-- Failures to come in, by what was tried (0 name, 1 address). Hashed: people
-- type passwords where the name belongs.
CREATE TABLE attempt (
	kind     INTEGER NOT NULL,
	who      BLOB NOT NULL,
	failures INTEGER NOT NULL,
	last_at  INTEGER NOT NULL,
	PRIMARY KEY (kind, who)
) WITHOUT ROWID;
CREATE INDEX attempt_age ON attempt (last_at);

-- At most one row: the token that is good for /setup.
CREATE TABLE setup (
	hash       BLOB NOT NULL,
	created_at INTEGER NOT NULL
);

CREATE TABLE token (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	owner      INTEGER NOT NULL,
	name       TEXT NOT NULL,
	hash       BLOB NOT NULL UNIQUE,
	scopes     INTEGER NOT NULL, -- enum control_scope
	created_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	last_used  INTEGER NOT NULL DEFAULT 0
);

-- The tokens stand in public DNS records. They are looked up by their hashes,
-- so that the time of a look-up tells nothing about them.
CREATE TABLE domain (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	owner      INTEGER NOT NULL,
	name       TEXT NOT NULL UNIQUE,
	purpose    INTEGER NOT NULL, -- enum control_purpose
	mail_token TEXT NOT NULL,
	post_token TEXT NOT NULL,
	mail_hash  BLOB NOT NULL UNIQUE,
	post_hash  BLOB NOT NULL UNIQUE,
	added_at   INTEGER NOT NULL
);

-- One row: counts changes of the table above.
CREATE TABLE stamp (
	domains INTEGER NOT NULL
);
INSERT INTO stamp VALUES (1);

CREATE TABLE view (
	id     INTEGER PRIMARY KEY AUTOINCREMENT,
	owner  INTEGER NOT NULL,
	author INTEGER NOT NULL, -- user.id
	name   TEXT NOT NULL,
	url    TEXT NOT NULL,
	shared INTEGER NOT NULL,
	pinned INTEGER NOT NULL
);
CREATE INDEX view_of ON view (owner, author);

CREATE TABLE setting (
	owner INTEGER NOT NULL,
	name  TEXT NOT NULL,
	value BLOB NOT NULL,
	PRIMARY KEY (owner, name)
) WITHOUT ROWID;

CREATE TABLE answered (
	owner  INTEGER NOT NULL,
	hash   BLOB NOT NULL, -- of the request's key
	at     INTEGER NOT NULL,
	answer BLOB NOT NULL,
	PRIMARY KEY (owner, hash)
) WITHOUT ROWID;
CREATE INDEX answered_age ON answered (at);

CREATE TABLE audit (
	id     INTEGER PRIMARY KEY,
	owner  INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	actor  TEXT NOT NULL,
	action TEXT NOT NULL,
	object TEXT NOT NULL
);
