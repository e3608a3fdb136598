/* hosting_inside.h - what the files about hosting share. */
#ifndef CONTROL_HOSTING_INSIDE_H
#define CONTROL_HOSTING_INSIDE_H

#include "control/inside.h"

#define CONTROL_HOSTED_SELECT                                                  \
	"SELECT h.id, h.owner, h.domain, h.name, h.token, h.challenge,"        \
	" coalesce(d.purpose, 0), h.added_at, h.removed_at, h.proof,"          \
	" h.proven_at, h.checked_at, h.due_at, h.lost_at, h.mode,"             \
	" h.mode_since, h.mode_author, h.mx_more, h.tls_rpt, h.dmarc,"         \
	" h.fault, h.fault_detail, h.fault_at"                                 \
	" FROM hosted h LEFT JOIN domain d ON d.id = h.domain "

/* Runs `st` of that form to its end; texts live during the call. */
enum err control_hosted_rows(struct db_statement *st,
			     enum err (*each)(void *ctx,
					      const struct control_hosted *),
			     void *ctx, struct diag *why) MUST_CHECK;
/* Its first row, kept in `mem`; false in `found` without one. */
enum err control_hosted_one(struct db_statement *st, struct arena *mem,
			    struct control_hosted *out, bool *found,
			    struct diag *why) MUST_CHECK;
/* Each text into `mem`: NULL ends the list. */
enum err control_keep_all(struct arena *mem, struct str *const *texts,
			  struct diag *why) MUST_CHECK;
/* The id of what a living hosting of that name has; ERR_GONE
 * "control.not_hosted". */
enum err control_hosted_id(struct control *c, int64_t owner, struct str name,
			   int64_t *out, struct diag *why) MUST_CHECK;
/* The owner's domain of that name, when it may be hosted. */
enum err control_hosted_may(struct control *c, int64_t owner, struct str name,
			    struct arena *mem, struct control_domain *out,
			    struct diag *why) MUST_CHECK;
/* Inside a transaction: hosts it unless it is hosted; writes texts. */
enum err control_hosted_insert(struct control *c,
			       const struct control_domain *d, int64_t owner,
			       int64_t now, struct diag *why) MUST_CHECK;
enum err control_hosted_write(struct control *c, int64_t id,
			      const struct control_hosted_texts *texts,
			      struct diag *why) MUST_CHECK;
/* Inside a transaction: a domain that is proven and off takes on the mode that
 * a template wished for it. */
enum err control_hosted_goal(struct control *c, int64_t id, int64_t now,
			     struct diag *why) MUST_CHECK;
/* A line of its history. `what` and `author` as control_hosting_event. */
struct control_note {
	int64_t hosted, at;
	const char *what;
	struct str author, detail;
};
enum err control_note(struct control *c, const struct control_note *note,
		      struct diag *why) MUST_CHECK;

#endif
