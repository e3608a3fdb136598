-- 002: how things arrived: doors, envelopes, the bin, the spool.

-- Everything of a segment of the spool before `offset` is in the store:
-- written by the transaction that put it there.
CREATE TABLE spool_position (
	segment TEXT PRIMARY KEY,
	offset  INTEGER NOT NULL
) WITHOUT ROWID;

-- `door` is '' for files, `upload` the id of the message that this was found
-- in, `envelope` a JSON object: see write.h. `domain` and `org` are filled
-- for what lies in the bin only (owner 2, outcome 5): elsewhere the report
-- has them.
ALTER TABLE intake ADD COLUMN door TEXT NOT NULL DEFAULT '';
ALTER TABLE intake ADD COLUMN trust INTEGER NOT NULL DEFAULT 1;
ALTER TABLE intake ADD COLUMN upload TEXT NOT NULL DEFAULT '';
ALTER TABLE intake ADD COLUMN envelope TEXT NOT NULL DEFAULT '{}';
ALTER TABLE intake ADD COLUMN domain TEXT NOT NULL DEFAULT '';
ALTER TABLE intake ADD COLUMN org TEXT NOT NULL DEFAULT '';
CREATE INDEX intake_upload ON intake (upload) WHERE upload <> '';

-- Whole messages that came by SMTP, until their trust is judged: gzip, then
-- sealed.
CREATE TABLE mail (
	id          INTEGER PRIMARY KEY,
	upload      TEXT NOT NULL UNIQUE,
	owner       INTEGER NOT NULL,
	received_at INTEGER NOT NULL,
	bin         INTEGER NOT NULL, -- 0 it brought a report, 1 unclaimed ones, 2 nothing readable
	bytes       BLOB NOT NULL
);
CREATE INDEX mail_received ON mail (received_at);
