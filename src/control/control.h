/* control.h - the control store: people, sessions, tokens, domains, views.
 *
 * Small, relational, exact; one file `control.db` beside the report store.
 * Nothing above this room knows that SQLite is inside. Any number of
 * processes may have it open. Text given out lives during the callback or, in
 * `mem`, as long as that. Every call but those about sessions and users is
 * scoped by an owner. Times are UTC seconds and handed in.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "base/base.h"

enum { CONTROL_OWNER_SELF = 1 /* the only owner until there are tenants */ };

struct control;

/* Opens, makes (mode 0600) and migrates. Errors as db.h has them. */
enum err control_open(const char *dir, struct control **out,
		      struct diag *why) MUST_CHECK;
void control_close(struct control *c);
void control_cleanup(struct control **c);
#define SCOPED_CONTROL                                                         \
	__attribute__((cleanup(control_cleanup))) struct control *

/* How much one owner may have; 0: no bound. Holds for this handle from then
 * on; nothing that is there already is taken away. */
struct control_quota {
	int64_t domains; /* registered */
	int64_t hosted;  /* with records and policy here */
};
void control_set_quota(struct control *c, const struct control_quota *quota);

#include "control/people.h"

/* ---- domains ---- */

enum control_purpose {
	CONTROL_PEOPLE,  /* has mailboxes */
	CONTROL_SYSTEMS, /* only systems send */
	CONTROL_PARKED   /* no mail at all */
};
const char *control_purpose_name(enum control_purpose purpose);
bool control_purpose_parse(struct str name, enum control_purpose *out);

struct control_domain {
	int64_t id;
	struct str name; /* A-labels, lower case */
	/* Unguessable, of [a-z0-9]: the local part or +detail of the domain's
	 * report address, and the path for posted TLS reports. */
	struct str mail_token, post_token;
	enum control_purpose purpose;
	int64_t added_at;
};
/* Adds `d->name` with its purpose and added_at; id and tokens are made here,
 * and the texts of `d` then live in `mem`. ERR_GONE "control.exists" when it
 * is there already, ERR_SYNTAX "control.bad_domain" for what is no domain,
 * "control.public_suffix", ERR_LIMIT "control.quota_domains". */
enum err control_domain_add(struct control *c, int64_t owner,
			    struct control_domain *d, struct arena *mem,
			    struct diag *why) MUST_CHECK;
/* The same for many at once, each with what came of it: one that is refused
 * keeps no other from being added. The audit log has each. */
enum control_outcome { CONTROL_ADDED, CONTROL_THERE, CONTROL_REFUSED };
struct control_added {
	struct control_domain domain; /* its name is given */
	enum control_outcome outcome;
	struct diag why; /* of what was not added */
};
struct control_adding {
	enum control_purpose purpose;
	struct str actor; /* of control_deed's form */
	int64_t at;
	bool dry; /* only says what would come of it */
};
struct control_many {
	struct control_added *at;
	size_t n;
	struct arena *mem; /* their texts live there */
};
enum err control_domains_add(struct control *c, int64_t owner,
			     const struct control_adding *how,
			     const struct control_many *many,
			     struct diag *why) MUST_CHECK;
struct dnsname_names;
/* The same for what dnsname_names_read found; `many` has as many places. */
enum err control_names_add(struct control *c, int64_t owner,
			   const struct control_adding *how,
			   const struct dnsname_names *names,
			   const struct control_many *many,
			   struct diag *why) MUST_CHECK;
struct dnsname_entry;
struct json_out;
/* The members of one of them into an open object: "domain", "shown", "given",
 * "line", "result" ("added", "there", "refused"), "organisational" when that
 * is another domain, "code", "detail"; null where there is none. */
void control_added_put(const struct control_added *a,
		       const struct dnsname_entry *entry, struct arena *mem,
		       struct json_out *j);
enum err control_domain_set(struct control *c, int64_t owner, struct str name,
			    enum control_purpose purpose,
			    struct diag *why) MUST_CHECK;
/* ERR_GONE "control.no_domain". Its reports are not touched. */
enum err control_domain_remove(struct control *c, int64_t owner,
			       struct str name, struct diag *why) MUST_CHECK;
/* By name. */
enum err control_domains(struct control *c, int64_t owner,
			 enum err (*each)(void *ctx,
					  const struct control_domain *),
			 void *ctx, struct diag *why) MUST_CHECK;
/* ERR_GONE "control.no_domain". By exactly one of name, mail_token and
 * post_token; of any owner, told in `owner`. Takes the same time for every
 * token that is not there. */
enum err control_domain_find(struct control *c, const struct control_domain *by,
			     struct arena *mem, int64_t *owner,
			     struct control_domain *out,
			     struct diag *why) MUST_CHECK;
/* Changes whenever a domain is added or removed, also by others: a cache
 * asks this before each use. */
uint64_t control_domains_stamp(struct control *c);

#include "control/records.h"
#include "control/probes.h"
#include "control/journey.h"
#include "control/watch.h"
#include "control/notice.h"
#include "control/hosting.h"
#include "control/publish.h"
#include "control/template.h"
#include "control/onboarding.h"

/* ---- saved views ---- */

struct control_view {
	int64_t id;
	struct str name, url; /* path and query, "/reports/dmarc?..." */
	int64_t author;       /* user id */
	bool shared, pinned;
};
/* The user's own and the shared ones, pinned first, then by name. */
enum err control_views(struct control *c, int64_t owner, int64_t user,
		       enum err (*each)(void *ctx, const struct control_view *),
		       void *ctx, struct diag *why) MUST_CHECK;
/* `id` 0 adds and gets one; else changes the author's own. ERR_GONE
 * "control.no_view", also for somebody else's. */
enum err control_view_put(struct control *c, int64_t owner,
			  struct control_view *view,
			  struct diag *why) MUST_CHECK;
enum err control_view_remove(struct control *c, int64_t owner, int64_t user,
			     int64_t id, struct diag *why) MUST_CHECK;

/* ---- settings of the instance, and what was done ---- */

/* Small values by name ("sample.domains"); "" when there is none. */
enum err control_setting_get(struct control *c, int64_t owner, const char *name,
			     struct buf *out, struct diag *why) MUST_CHECK;
enum err control_setting_put(struct control *c, int64_t owner, const char *name,
			     struct str value, struct diag *why) MUST_CHECK;

/* Remembers what a request with this key was answered; false in `fresh` and
 * the earlier answer in `answer` when it was seen within a day. */
struct control_once {
	struct str key;
	int64_t now;
};
enum err control_idempotent(struct control *c, int64_t owner,
			    const struct control_once *once, struct buf *answer,
			    bool *fresh, struct diag *why) MUST_CHECK;

/* The audit log: `actor` a user's name or "token:NAME", `action` a fixed word
 * ("domain.add"), `object` what it was done to. */
struct control_deed {
	struct str actor;
	const char *action;
	struct str object;
	int64_t at;
};
enum err control_audit(struct control *c, int64_t owner,
		       const struct control_deed *deed,
		       struct diag *why) MUST_CHECK;
/* The latest `most`, newest first. */
enum err control_deeds(struct control *c, int64_t owner, unsigned most,
		       enum err (*each)(void *ctx, const struct control_deed *),
		       void *ctx, struct diag *why) MUST_CHECK;

#endif
