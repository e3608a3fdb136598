-- 006: how many reports there are of each day, so that pages over all
-- domains need not count them one by one. Kept by the triggers alone.

CREATE TABLE report_count (
	owner   INTEGER NOT NULL,
	day     INTEGER NOT NULL,
	kind    INTEGER NOT NULL,
	state   INTEGER NOT NULL,
	trust   INTEGER NOT NULL,
	reports INTEGER NOT NULL,
	PRIMARY KEY (owner, day, kind, state, trust)
) WITHOUT ROWID;

INSERT INTO report_count
	SELECT owner, day, kind, state, trust, count(*) FROM report
	GROUP BY owner, day, kind, state, trust;

CREATE TRIGGER report_comes AFTER INSERT ON report BEGIN
	INSERT INTO report_count
	VALUES (new.owner, new.day, new.kind, new.state, new.trust, 1)
	ON CONFLICT DO UPDATE SET reports = reports + 1;
END;
CREATE TRIGGER report_goes AFTER DELETE ON report BEGIN
	UPDATE report_count SET reports = reports - 1
	WHERE owner = old.owner AND day = old.day AND kind = old.kind
	AND state = old.state AND trust = old.trust;
END;
CREATE TRIGGER report_changes
AFTER UPDATE OF owner, day, kind, state, trust ON report BEGIN
	UPDATE report_count SET reports = reports - 1
	WHERE owner = old.owner AND day = old.day AND kind = old.kind
	AND state = old.state AND trust = old.trust;
	INSERT INTO report_count
	VALUES (new.owner, new.day, new.kind, new.state, new.trust, 1)
	ON CONFLICT DO UPDATE SET reports = reports + 1;
END;
