/* publish.h - what the answers about DNS changes share. */
#ifndef API_PUBLISH_H
#define API_PUBLISH_H

#include "api/private.h"
#include "dnsplan/dnsplan.h"

enum { PUBLISH_LIST = 100, PUBLISH_PATH = 4096 };

/* The plan that the path names. */
enum err api_plan_find(struct api_call *c, struct control_plan *out,
		       struct diag *why) MUST_CHECK;
/* The members of a plan; those of the change itself only when `whole`. */
void api_put_plan(struct api_call *c, struct json_out *j,
		  const struct control_plan *p, bool whole);
/* The plan of that number as the whole answer. */
enum err api_answer_plan(struct api_call *c, int64_t id,
			 struct diag *why) MUST_CHECK;
/* Its change; ERR_GONE "control.plan_state" when it is not made yet. */
enum err api_plan_read(struct api_call *c, const struct control_plan *p,
		       struct dnsplan *out, struct diag *why) MUST_CHECK;
/* What changes it may be in now, else ERR_GONE "control.plan_state". */
enum err api_plan_is(const struct control_plan *p, unsigned states,
		     struct diag *why) MUST_CHECK;

/* The provider that the body names, 0 in `id` where it names none: ERR_GONE
 * "control.no_provider". */
enum err api_plan_provider(struct api_call *c, const struct json *body,
			   int64_t *id, struct diag *why) MUST_CHECK;
/* Why it may not be confirmed: ERR_GONE "control.plan_state", ERR_SYNTAX
 * "publish.blocked", "publish.no_provider". */
enum err api_plan_may_confirm(struct api_call *c, const struct control_plan *p,
			      bool by_hand, struct diag *why) MUST_CHECK;
/* Confirms it, from the state it has. */
enum err api_plan_confirm(struct api_call *c, struct control_plan *p,
			  struct diag *why) MUST_CHECK;

#endif
