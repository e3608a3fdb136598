-- 005: mail servers by address, and how far a DMARC policy has come.
--
-- Seconds are UTC; 0 is never.

CREATE TABLE watch_probe (
	domain    INTEGER NOT NULL,
	host      TEXT NOT NULL,
	address   TEXT NOT NULL, -- '': the server has none
	sight     INTEGER NOT NULL, -- enum control_sight
	not_after INTEGER NOT NULL,
	green     INTEGER NOT NULL, -- looks in a row
	at        INTEGER NOT NULL,
	PRIMARY KEY (domain, host, address)
) WITHOUT ROWID;

-- One row of a domain whose policy somebody has advanced or means to.
CREATE TABLE journey (
	domain       INTEGER PRIMARY KEY, -- domain.id
	subdomains   INTEGER NOT NULL DEFAULT 0, -- accepted
	advanced_at  INTEGER NOT NULL DEFAULT 0,
	advanced_from TEXT NOT NULL DEFAULT '',
	advanced_to  TEXT NOT NULL DEFAULT '',
	author       TEXT NOT NULL DEFAULT '',
	reason       TEXT NOT NULL DEFAULT '',
	step_back    INTEGER NOT NULL DEFAULT 0, -- by itself
	step_limit   INTEGER NOT NULL DEFAULT 0, -- own messages; 0: the usual
	alarm_at     INTEGER NOT NULL DEFAULT 0
);

CREATE TRIGGER journey_end AFTER DELETE ON domain BEGIN
	DELETE FROM watch_probe WHERE domain = old.id;
	DELETE FROM journey WHERE domain = old.id;
END;
