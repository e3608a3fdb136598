-- 005: which addresses a domain's own SPF record lets send.

CREATE TABLE own_spf (
	owner  INTEGER NOT NULL,
	domain INTEGER NOT NULL, -- name: policy domain
	state  INTEGER NOT NULL, -- enum store_own_state of the last look
	asked  INTEGER NOT NULL, -- when that was
	next   INTEGER NOT NULL, -- when to look again
	failed INTEGER NOT NULL, -- times in a row
	ranges BLOB NOT NULL,    -- struct sender_range, in order
	PRIMARY KEY (owner, domain)
) WITHOUT ROWID;

-- Addresses that sent for the domain and are in its record: found while days
-- are folded, taken away when the record changes.
CREATE TABLE own_address (
	domain   INTEGER NOT NULL, -- name
	endpoint INTEGER NOT NULL,
	PRIMARY KEY (domain, endpoint)
) WITHOUT ROWID;
CREATE INDEX own_address_endpoint ON own_address (endpoint);
