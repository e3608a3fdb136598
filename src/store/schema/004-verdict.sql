-- 004: which messages are still to be judged, and what was found.

-- Messages whose authenticity nobody judged yet. `due`: UTC seconds, not
-- before. Beside `mail`, whose rows are large.
CREATE TABLE unjudged (
	mail  INTEGER PRIMARY KEY,
	due   INTEGER NOT NULL,
	tries INTEGER NOT NULL
);
CREATE INDEX unjudged_due ON unjudged (due, mail);
INSERT INTO unjudged SELECT id, 0, 0 FROM mail;
CREATE TRIGGER mail_comes AFTER INSERT ON mail BEGIN
	INSERT OR REPLACE INTO unjudged VALUES (new.id, 0, 0);
END;
CREATE TRIGGER mail_goes AFTER DELETE ON mail BEGIN
	DELETE FROM unjudged WHERE mail = old.id;
END;

-- JSON object, '' not judged: {"author","dmarc","tls","code","spf":{},
-- "dkim":[]} as carrier.h prints it.
ALTER TABLE intake ADD COLUMN verdict TEXT NOT NULL DEFAULT '';
