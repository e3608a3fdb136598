-- 006: settings that many domains share.

CREATE TABLE template (
	id         INTEGER PRIMARY KEY AUTOINCREMENT,
	owner      INTEGER NOT NULL,
	name       TEXT NOT NULL COLLATE NOCASE,
	purpose    INTEGER NOT NULL, -- enum control_purpose
	mode       INTEGER NOT NULL, -- enum stsmode_state
	dmarc      TEXT NOT NULL,
	tls_rpt    TEXT NOT NULL,
	mx_more    TEXT NOT NULL,
	changed_at INTEGER NOT NULL, -- UTC seconds
	UNIQUE (owner, name)
);

-- The mode that it takes by itself once the domain is proven; 0: none. And
-- the template that was applied last.
ALTER TABLE hosted ADD COLUMN goal INTEGER NOT NULL DEFAULT 0;
ALTER TABLE hosted ADD COLUMN template TEXT NOT NULL DEFAULT '';
