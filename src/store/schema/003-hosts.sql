-- 003: names of addresses, looked up in DNS after import.

-- `ptr` is what the address says of itself; only when `host` is 3, the name
-- led back to the address and names its source.
ALTER TABLE endpoint ADD COLUMN host INTEGER NOT NULL DEFAULT 0;        -- enum store_host_state
ALTER TABLE endpoint ADD COLUMN host_at INTEGER NOT NULL DEFAULT 0;     -- when it was learnt
ALTER TABLE endpoint ADD COLUMN host_next INTEGER NOT NULL DEFAULT 0;   -- when to ask again
ALTER TABLE endpoint ADD COLUMN host_failed INTEGER NOT NULL DEFAULT 0; -- times in a row
CREATE INDEX endpoint_host ON endpoint (owner, host_next);

-- What addresses without a name are grouped and found by.
INSERT OR IGNORE INTO name (text) VALUES ('none');
