/* domains_change.c - domains change and go. */
#include "api/domains.h"
#include "api/handlers.h"
#include "api/people.h"

/* ---- changing, removing ---- */

enum err
api_domain_change(struct api_call *c, struct diag *why)
{
	SCOPED_JSON body = NULL;
	enum control_purpose purpose;
	struct control_domain d;
	enum err e = api_json_body(c, &body, why);

	if (e == ERR_NONE)
		e = api_domain_find(c, &d, why);
	if (e != ERR_NONE)
		return e;
	if (!control_purpose_parse(json_str(json_get(body, "purpose")),
				   &purpose))
		return api_bad_value("purpose", why);
	e = control_domain_set(c->api->control, c->person.owner, d.name,
			       purpose, why);
	if (e == ERR_NONE)
		e = api_audit(c, "domain.change", d.name, why);
	return e == ERR_NONE ? api_answer_domain(c, d.name, why) : e;
}

/* The reports of a domain that nobody registered can be removed, too. */
static enum err
remove_data(struct api_call *c, struct diag *why)
{
	struct str name;
	enum err e = api_domain_param(c, &name, why);

	if (e == ERR_NONE)
		e = api_ask_writer(c, "delete_domain", name, why);
	if (e == ERR_NONE)
		e = api_audit(c, "domain.delete_data", name, why);
	return e;
}

/* The data first: when that fails, everything is as it was. */
enum err
api_domain_remove(struct api_call *c, struct diag *why)
{
	bool data = api_arg_yes(c, "data");
	struct diag own = { 0 };
	struct control_domain d;
	enum err e = data ? remove_data(c, why) : ERR_NONE;

	if (e != ERR_NONE)
		return e;
	e = api_domain_find(c, &d, &own);
	if (e == ERR_NONE)
		e = control_domain_remove(c->api->control, c->person.owner,
					  d.name, &own);
	if (e == ERR_NONE)
		e = api_audit(c, "domain.remove", d.name, &own);
	if (e == ERR_GONE && data)
		e = ERR_NONE;
	if (e != ERR_NONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	return api_nothing(c);
}
