/* desired.h - what is live in DNS against what somebody wants there. Part of
 * inspect, private to it. */
#ifndef INSPECT_DESIRED_H
#define INSPECT_DESIRED_H

#include "dnsplan/dnsplan.h"
#include "inspect/inspect.h"

struct desired;

/* A wish in its canonical form, the same for the same wish: it is what
 * dnsplan_put_wish writes. ERR_SYNTAX "inspect.no_domain",
 * "publish.bad_record". */
enum err desired_read(const struct json *request, struct arena *mem,
		      struct str *domain, struct str *wish,
		      struct diag *why) MUST_CHECK;
/* From that text. NULL: it is none. */
struct desired *desired_new(struct str wish);
void desired_free(struct desired *d); /* NULL is fine */
/* Form of a check: false while facts are missing. */
bool desired_judge(struct desired *d, struct facts *f);
/* Members of an open object: those of dnsplan_put. */
void desired_put(struct json_out *j, const struct desired *d,
		 enum finding_lang lang);

#endif
