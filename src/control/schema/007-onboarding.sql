-- 007: domains that somebody is still setting up.
--
-- Seconds are UTC; 0 is never.

CREATE TABLE onboarding (
	domain    INTEGER PRIMARY KEY, -- domain.id
	step      TEXT NOT NULL,
	delegated TEXT NOT NULL,       -- words with a blank between
	plan      INTEGER NOT NULL,    -- dns_plan.id; 0: none yet
	at        INTEGER NOT NULL
);

CREATE TRIGGER onboarding_end AFTER DELETE ON domain BEGIN
	DELETE FROM onboarding WHERE domain = old.id;
END;
