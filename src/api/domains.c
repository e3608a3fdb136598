/* domains.c - the list of domains, one of them, and its records. */
#include "api/domains.h"
#include "api/handlers.h"

#include "dnsname/dnsname.h"

#include <stdlib.h>

static void
put_day(struct json_out *j, const char *key, int64_t second, bool known)
{
	if (known)
		api_put_day(j, key, civil_day(second));
	else
		json_put_null(j, key);
}

void
api_put_domain(struct json_out *j, const struct domain_facts *d)
{
	const char *purpose = control_purpose_name(d->purpose);
	bool testing = d->testing_known;

	json_put_str(j, "domain", d->name);
	json_put_bool(j, "registered", d->registered);
	json_put_known(j, "purpose", str_of(d->registered ? purpose : ""));
	api_put_i64(j, "added_at", d->added_at, d->registered);
	json_put_known(j, "policy", d->policy);
	if (testing)
		json_put_bool(j, "policy_testing", d->testing);
	else
		json_put_null(j, "policy_testing");
	put_day(j, "policy_seen", d->policy_seen, d->policy.n > 0);
	api_put_i64(j, "messages", d->messages, d->counted);
	api_put_i64(j, "own", d->own, d->counted);
	api_put_i64(j, "own_passed", d->own_passed, d->counted);
	api_put_i64(j, "blocked", d->blocked, d->counted);
	api_put_i64(j, "unrecognised", d->unrecognised, d->counted);
	json_open_array(j, "spark");
	for (size_t i = 0; d->counted && i < DOMAINS_DAYS; i++)
		json_put_i64(j, NULL, d->spark[i]);
	json_close_array(j);
	api_put_i64(j, "tls_sessions", d->tls_sessions, d->tls);
	api_put_i64(j, "tls_failed", d->tls_failed, d->tls);
	api_put_i64(j, "first_report", d->first_report, d->first_report != 0);
	api_put_i64(j, "last_report", d->last_report, d->last_report != 0);
	api_put_onboarding(j, &d->onboarding);
}

/* The registered first, then by name. */
static int
by_name(const void *a, const void *b)
{
	const struct domain_facts *x = a, *y = b;

	if (x->registered != y->registered)
		return x->registered ? -1 : 1;
	return str_cmp(x->name, y->name);
}

enum err
api_put_domains(struct api_call *c, struct json_out *j, struct diag *why)
{
	struct domain_list all;
	enum err e = api_domains_read(c, S(""), &all, why);

	if (e != ERR_NONE)
		return e;
	if (all.count > 0)
		qsort(all.at, all.count, sizeof(*all.at), by_name);
	json_open_array(j, "domains");
	for (size_t i = 0; i < all.count; i++) {
		json_open_object(j, NULL);
		api_put_domain(j, &all.at[i]);
		json_close_object(j);
	}
	json_close_array(j);
	api_domains_free(&all);
	return ERR_NONE;
}

enum err
api_domains(struct api_call *c, struct diag *why)
{
	enum err e = api_put_domains(c, api_begin(c, "waxseal.domains/1"), why);

	api_end(c);
	return e;
}

static enum err
no_domain(struct str name, struct diag *why)
{
	return diag_set(why, ERR_GONE, "control.no_domain", 0, "%.*s",
			STR_ARG(str_sub(name, 0, 100)));
}

enum err
api_domain_param(struct api_call *c, struct str *out, struct diag *why)
{
	if (dnsname_fold(c->param[0], c->mem, out))
		return ERR_NONE;
	return no_domain(c->param[0], why);
}

enum err
api_answer_domain(struct api_call *c, struct str name, struct diag *why)
{
	struct domain_list one;
	enum err e = api_domains_read(c, name, &one, why);

	if (e != ERR_NONE)
		return e;
	if (one.count == 1) {
		api_put_domain(api_begin(c, "waxseal.domain/1"), &one.at[0]);
		api_end(c);
	} else {
		e = no_domain(name, why);
	}
	api_domains_free(&one);
	return e;
}

enum err
api_domain(struct api_call *c, struct diag *why)
{
	struct str name;
	enum err e = api_domain_param(c, &name, why);

	return e == ERR_NONE ? api_answer_domain(c, name, why) : e;
}

/* ---- what to publish ---- */

/* The registered domain of the path; somebody else's is not there. */
enum err
api_domain_find(struct api_call *c, struct control_domain *out,
		struct diag *why)
{
	struct control_domain by = { 0 };
	struct diag none = { 0 };
	int64_t owner = 0;
	enum err e = api_domain_param(c, &by.name, why);

	if (e != ERR_NONE)
		return e;
	e = control_domain_find(c->api->control, &by, c->mem, &owner, out,
				&none);
	if (e == ERR_GONE || (e == ERR_NONE && owner != c->person.owner))
		return no_domain(by.name, why);
	return e == ERR_NONE
		       ? ERR_NONE
		       : diag_set(why, e, none.code, 0, "%s", none.detail);
}

static void
put_records(struct api_call *c, const struct control_domain *d,
	    const struct control_records *r)
{
	struct json_out *j = api_begin(c, "waxseal.records/1");

	json_put_str(j, "domain", d->name);
	json_put_str(j, "address", r->address);
	json_put_str(j, "post_url", r->post_url);
	control_records_put(r, j);
	api_end(c);
}

enum err
api_domain_wanted(struct api_call *c, struct control_domain *d,
		  struct control_records *out, struct diag *why)
{
	struct control_instance at = {
		.hostname = str_of(c->api->o.hostname),
		.base_url = str_of(c->api->o.base_url),
	};
	struct domain_list one;
	enum err e = api_domain_find(c, d, why);

	if (e == ERR_NONE)
		e = api_domains_read(c, d->name, &one, why);
	if (e != ERR_NONE)
		return e;
	if (one.count == 1)
		at.policy = one.at[0].policy;
	api_domains_free(&one);
	return control_records(d, &at, c->mem, out, why);
}

enum err
api_domain_records(struct api_call *c, struct diag *why)
{
	struct control_records records;
	struct control_domain d;
	enum err e = api_domain_wanted(c, &d, &records, why);

	if (e == ERR_NONE)
		put_records(c, &d, &records);
	return e;
}
