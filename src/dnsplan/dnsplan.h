/* dnsplan.h - what to change in DNS: wanted records against live ones, and
 * afterwards whether the change has arrived.
 *
 * Pure. A plan is made of whole record sets: everything of one type at one
 * name, now and after. It is shown, confirmed, applied by somebody else, and
 * can be turned round to restore exactly what was. Names are folded.
 */
#ifndef DNSPLAN_H
#define DNSPLAN_H

#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "json/json.h"
#include "records/records.h"

enum {
	DNSPLAN_CHANGES_MAX = 32, /* record sets */
	DNSPLAN_VALUES_MAX = 32,  /* records of one set */
	DNSPLAN_SERVERS_MAX = 16, /* addresses of name servers */
	DNSPLAN_HASH_SIZE = 65,   /* hexadecimal SHA-256 and a NUL */
	DNSPLAN_TTL_MAX = 604800
};

/* ---- what somebody wants ---- */

struct dnsplan_wanted {
	struct record record; /* `old` counts as known and replaced */
	/* An existing DMARC or TLS-RPT record stays as it is; the addresses
	 * of this one's rua are added where they are missing. */
	bool merge;
	/* Not this record but none of its name and type: of TXT those of the
	 * kind of `record.value` ("v=DMARC1"), or all when that is empty. */
	bool remove;
};

struct dnsplan_wish {
	struct str domain; /* what it is about; names are at or below it */
	struct dnsplan_wanted at[RECORDS_MAX];
	size_t n;
	/* What stands in the way of a record (TXT beside a CNAME, several
	 * DMARC records) is removed by the same plan. */
	bool clear;
};

/* ---- the plan ---- */

enum dnsplan_what {
	DNSPLAN_KEEP, /* it is there already */
	DNSPLAN_ADD,
	DNSPLAN_REPLACE,
	DNSPLAN_REMOVE
};
const char *dnsplan_what_name(enum dnsplan_what what); /* "keep" */

/* One record set. No values: there is none. */
struct dnsplan_change {
	enum dnsplan_what what;
	struct str name;
	enum records_type type;
	const struct str *now, *after; /* sorted */
	size_t now_n, after_n;
	/* Seconds. Where nothing is now: how long caches keep that. */
	uint32_t now_ttl, after_ttl;
};

struct dnsplan {
	struct arena *mem;
	struct str domain;
	struct str zone; /* empty: it was not found */
	struct dnsplan_change at[DNSPLAN_CHANGES_MAX];
	size_t n;
	/* What live looked like; see dnsplan_is_live. */
	char hash[DNSPLAN_HASH_SIZE];
	/* Conflicts and what else should be known before. */
	struct finding_list found;
	bool blocked; /* a conflict: it must not be applied */
};

/* Makes the plan from what is live at the authoritative name servers (where
 * none may be asked: at the resolver). False: facts are missing. Lives in
 * `mem` and facts_mem. */
bool dnsplan_make(struct facts *f, const struct dnsplan_wish *wish,
		  struct arena *mem, struct dnsplan *out) MUST_CHECK;
/* Whether there is anything to do. */
bool dnsplan_is_needed(const struct dnsplan *p);
/* The plan that takes it back: values and TTL as they were. Its `hash` is
 * what live looks like when `p` has been applied. */
void dnsplan_turn(const struct dnsplan *p, struct arena *mem,
		  struct dnsplan *out);

/* Whether live is still what the plan saw. */
enum dnsplan_live {
	DNSPLAN_AS_SEEN,
	DNSPLAN_CHANGED, /* somebody else was there: make a new plan */
	DNSPLAN_DONE,    /* all of it is there already */
	DNSPLAN_LIVE_UNKNOWN
};
/* False: facts are missing. */
bool dnsplan_is_live(struct facts *f, const struct dnsplan *p,
		     enum dnsplan_live *out) MUST_CHECK;

/* The records to publish, for printing (records.h): those that are added or
 * replace others, with what they replace. False: too many. */
bool dnsplan_records(const struct dnsplan *p, struct arena *mem,
		     struct records *out) MUST_CHECK;

/* The whole change as an nsupdate script that does it all or not at all
 * (RFC 2136 section 2.4): also what is removed. */
void dnsplan_nsupdate(const struct dnsplan *p, struct buf *out);

/* ---- has it arrived? ---- */

enum dnsplan_state {
	DNSPLAN_WAITING,   /* nobody could be asked yet */
	DNSPLAN_MISSING,   /* no name server has it, nor another value */
	DNSPLAN_DIFFERENT, /* another value; `seen` has it */
	DNSPLAN_PARTLY,    /* some name servers have it */
	DNSPLAN_CACHED,    /* all have it; caches may not until `until` */
	DNSPLAN_VERIFIED   /* and so do public resolvers */
};
const char *dnsplan_state_name(enum dnsplan_state state); /* "waiting" */

struct dnsplan_server {
	struct str host;
	struct netaddr address;
	enum dnsplan_state state; /* WAITING: it did not answer */
	const struct str *seen;   /* values it has */
	size_t seen_n;
};

struct dnsplan_seen {
	enum dnsplan_state state;
	unsigned have, servers; /* by host: "1 of 2 name servers" */
	struct dnsplan_server server[DNSPLAN_SERVERS_MAX];
	size_t n;
	/* The public view: also WAITING, MISSING, DIFFERENT, VERIFIED. */
	struct dnsplan_server resolver;
	int64_t until; /* UTC seconds */
};

struct dnsplan_check {
	enum dnsplan_state state;                    /* the least far of all */
	int64_t until;                               /* the latest */
	struct dnsplan_seen at[DNSPLAN_CHANGES_MAX]; /* as the plan's */
	size_t n;
};

/* Looks at every authoritative name server by itself and at the resolver.
 * `applied_at`: when it was published. False: facts are missing. */
bool dnsplan_verify(struct facts *f, const struct dnsplan *p,
		    int64_t applied_at, struct arena *mem,
		    struct dnsplan_check *out) MUST_CHECK;

/* ---- kept and shown ---- */

/* Members domain, zone, needed, blocked, hash, changes, findings of an open
 * object. Values that are not UTF-8 also come as hexadecimal. */
void dnsplan_put(struct json_out *j, const struct dnsplan *p,
		 enum finding_lang lang);
/* Reads that again. False when it is none. */
bool dnsplan_read(const struct json *object, struct arena *mem,
		  struct dnsplan *out) MUST_CHECK;
/* Members state, until, records. */
void dnsplan_put_check(struct json_out *j, const struct dnsplan *p,
		       const struct dnsplan_check *check);
/* Members domain, records (name, type, ttl, value, merge, remove, shared),
 * clear. */
void dnsplan_put_wish(struct json_out *j, const struct dnsplan_wish *wish);
/* The same read; `why`: "publish.bad_record" names what is wrong. Names may
 * be relative to the domain ("_dmarc", "@"). */
enum err dnsplan_read_wish(const struct json *object, struct arena *mem,
			   struct dnsplan_wish *out,
			   struct diag *why) MUST_CHECK;
/* Adds one after the same checks. */
enum err dnsplan_wish_add(struct dnsplan_wish *wish,
			  const struct dnsplan_wanted *wanted,
			  struct arena *mem, struct diag *why) MUST_CHECK;

#endif
