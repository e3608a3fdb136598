/* checks.c - looks at domains: the inspector's answers, passed on. */
#include "api/domains.h"
#include "api/handlers.h"
#include "api/onboarding.h"

#include "dnsname/dnsname.h"
#include "inquiry/inquiry.h"

enum {
	PATIENCE = 100, /* ms: the page asks again soon */
	SELECTORS_MAX = 64,
	WHO_MAX = 300,
	NETWORK_BYTES = 8 /* of an IPv6 client: it can have all of a /64 */
};

/* Whom new looks are counted against. */
static void
put_who(struct api_call *c, struct json_out *j)
{
	static const char hex[] = "0123456789abcdef";
	SCOPED_BUF who = BUF(WHO_MAX);
	struct netaddr ip;

	if (c->person.known) {
		buf_addf(&who, "user:%lld:%.*s", (long long)c->person.user,
			 STR_ARG(str_sub(c->person.name, 0, 200)));
	} else if (netaddr_parse(c->request->client, &ip) &&
		   !netaddr_is_v4(&ip)) {
		buf_addz(&who, "net:");
		for (size_t i = 0; i < NETWORK_BYTES; i++) {
			buf_addc(&who, hex[ip.b[i] >> 4]);
			buf_addc(&who, hex[ip.b[i] & 15]);
		}
	} else {
		buf_addf(&who, "ip:%.*s",
			 STR_ARG(str_sub(c->request->client, 0, 60)));
	}
	json_put_str(j, "who", buf_str(&who));
	json_put_bool(j, "public", !c->person.known);
}

static void
begin(struct api_call *c, struct json_out *j, const char *op)
{
	json_open_object(j, NULL);
	json_put_str(j, "op", str_of(op));
	json_put_bool(j, "fresh", api_arg_yes(c, "fresh"));
	json_put_str(j, "lang", str_of(finding_lang_tag(c->person.lang)));
	put_who(c, j);
}

/* The answer of the inspector is the answer of the API. */
static enum err
pass_on(struct api_call *c, struct buf *request, struct diag *why)
{
	int64_t again = 0;
	enum err err;

	if (request->full)
		return diag_set(why, ERR_LIMIT, "inspect.no_domain", 0,
				"> 64 KiB");
	err = inquiry_ask(c->api->o.data, buf_str(request), PATIENCE, c->body,
			  &again, why);
	if (err == ERR_NONE)
		buf_addc(c->body, '\n');
	else
		c->head.retry_after = again > 0 ? again : 1;
	return err;
}

enum err
api_check(struct api_call *c, struct diag *why)
{
	SCOPED_BUF request = BUF(INQUIRY_REQUEST_MAX);
	struct json_out j = JSON_OUT(&request);
	size_t n = 0;

	begin(c, &j, "check");
	json_put_str(&j, "domain", api_arg(c, "domain"));
	json_open_array(&j, "selectors");
	for (size_t i = 0; i < c->arg_count && n < SELECTORS_MAX; i++) {
		struct str value = str_trim(c->arg[i].value);

		if (!str_eq(c->arg[i].name, S("selector")) || value.n == 0)
			continue;
		c->arg[i].used = true;
		json_put_str(&j, NULL, value);
		n++;
	}
	json_close_array(&j);
	json_close_object(&j);
	return pass_on(c, &request, why);
}

/* ---- what would be there, of a registered domain ---- */

/* The one record for the zone of this instance. */
static enum err
wish_authorisation(struct api_call *c, const struct control_records *all,
		   struct dnsplan_wish *wish, struct diag *why)
{
	enum err err = ERR_NONE;

	if (!dnsname_fold(str_of(c->api->o.hostname), c->mem, &wish->domain))
		wish->domain = str_of(c->api->o.hostname);
	for (size_t i = 0; err == ERR_NONE && i < all->count; i++) {
		const struct control_record *r = &all->record[i];
		const struct dnsplan_wanted w = {
			.record = { .name = r->name,
				    .type = RECORDS_TXT,
				    .ttl = CONTROL_RECORD_TTL,
				    .value = r->value },
		};

		if (str_eq(str_of(r->purpose), S("authorisation")))
			err = dnsplan_wish_add(wish, &w, c->mem, why);
	}
	return err;
}

enum err
api_domain_desired(struct api_call *c, struct diag *why)
{
	const bool authorisation = str_eq(api_arg(c, "of"), S("authorisation"));
	SCOPED_BUF request = BUF(INQUIRY_REQUEST_MAX);
	struct json_out j = JSON_OUT(&request);
	struct dnsplan_wish wish = { .clear = api_arg_yes(c, "clear") };
	struct control_records wanted;
	struct control_domain d;
	struct str delegated;
	enum err err = api_delegated_arg(c, &delegated, why);

	if (err == ERR_NONE)
		err = api_domain_wanted(c, &d, &wanted, why);
	if (err != ERR_NONE)
		return err;
	wish.domain = d.name;
	err = authorisation ? wish_authorisation(c, &wanted, &wish, why)
			    : api_wish(c, &d, &wanted, delegated, &wish, why);
	if (err != ERR_NONE)
		return err;
	begin(c, &j, "desired");
	dnsplan_put_wish(&j, &wish);
	json_close_object(&j);
	return pass_on(c, &request, why);
}

enum err
api_lookup(struct api_call *c, struct diag *why)
{
	SCOPED_BUF request = BUF(INQUIRY_REQUEST_MAX);
	struct json_out j = JSON_OUT(&request);

	begin(c, &j, "lookup");
	json_put_str(&j, "kind", c->param[0]);
	json_put_str(&j, "subject", api_arg(c, "q"));
	json_put_str(&j, "extra", api_arg(c, "extra"));
	json_close_object(&j);
	return pass_on(c, &request, why);
}
