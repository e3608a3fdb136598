/* template.h - settings that many domains share, each yet with its own token,
 * certificate, policy versions and history. Comes in with control.h.
 *
 * A template is copied when it is applied: changing it later changes no domain
 * until it is applied again.
 */
#ifndef CONTROL_TEMPLATE_H
#define CONTROL_TEMPLATE_H

#include "control/control.h"
#include "control/hosting.h"

enum { CONTROL_TEMPLATES_MAX = 100 }; /* of one owner */
/* In `dmarc`: each domain's own report address takes its place. */
#define CONTROL_TEMPLATE_ADDRESS "{address}"

struct control_template {
	struct str name; /* control_is_label, 64 characters */
	enum control_purpose purpose;
	/* STSMODE_OFF, _TLSRPT or _TESTING: what a domain becomes that is off,
	 * at once or when it is proven. Everything beyond has gates. */
	enum stsmode_state mode;
	struct str dmarc;   /* TXT value; "": none is hosted */
	struct str tls_rpt; /* TXT value; "": each domain's own */
	struct str mx_more; /* patterns beside the live MX, one a line */
	bool built_in;      /* "parked": not stored */
};
/* Adds it, or changes the one of that name. ERR_SYNTAX "control.bad_value";
 * ERR_LIMIT "control.too_many". Records are checked by whoever calls. */
enum err control_template_put(struct control *c, int64_t owner,
			      const struct control_template *t, int64_t now,
			      struct diag *why) MUST_CHECK;
/* Those of the owner by name, then the built-in one unless it has another of
 * that name. */
enum err control_templates(struct control *c, int64_t owner,
			   enum err (*each)(void *ctx,
					    const struct control_template *),
			   void *ctx, struct diag *why) MUST_CHECK;
/* ERR_GONE "control.no_template". */
enum err control_template_find(struct control *c, int64_t owner,
			       struct str name, struct arena *mem,
			       struct control_template *out,
			       struct diag *why) MUST_CHECK;
enum err control_template_remove(struct control *c, int64_t owner,
				 struct str name, struct diag *why) MUST_CHECK;
/* Members of an open object: "name", "purpose", "mode", "dmarc", "tls_rpt",
 * "mx", "built_in". */
void control_template_put_json(const struct control_template *t,
			       struct json_out *j);

struct control_templating {
	const struct control_template *template;
	struct control_instance at; /* for report addresses */
	struct str actor;
	int64_t now;
	struct arena *mem; /* texts of what comes back live there */
};
/* Gives a registered domain the template's purpose and texts, hosts it where
 * it is not, and takes the mode on when it is off: all of it or nothing.
 * Errors as control_hosted_add. */
enum err control_template_apply(struct control *c, int64_t owner,
				struct str name,
				const struct control_templating *how,
				struct control_hosted *out,
				struct diag *why) MUST_CHECK;

#endif
