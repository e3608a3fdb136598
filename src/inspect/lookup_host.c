/* lookup_host.c - look-ups of machines: mail servers of a domain, names of an
 * address. */
#include "inspect/inspect.h"
#include "inspect/private.h"

static bool
judge_mx(struct inspect_lookup *l)
{
	struct facts *f = l->facts;
	bool listed = mx_list(f, l->subject.domain, &l->mx);
	bool judged = mx_check(f, &l->subject, &l->found);
	bool probed = mx_tls_check(f, &l->subject, &l->found);

	return mx_rdns_check(f, &l->subject, &l->found) && listed && judged &&
	       probed;
}

static void
put_mx(struct inspect_lookup *l, struct json_out *j)
{
	char text[NETADDR_PRINT_MAX];

	json_open_array(j, "servers");
	for (size_t i = 0; i < l->mx.n; i++) {
		const struct mx_host *h = &l->mx.host[i];

		json_open_object(j, NULL);
		json_put_str(j, "host", h->name);
		json_put_i64(j, "preference", h->preference);
		json_open_array(j, "addresses");
		for (size_t k = 0; k < h->address_n; k++)
			json_put_str(
				j, NULL,
				str_of(netaddr_print(&h->address[k], text)));
		json_close_array(j);
		json_close_object(j);
	}
	json_close_array(j);
}

/* No answer is unknown, not "no name". */
static void
tell_trouble(struct inspect_lookup *l, const struct facts_dns *d)
{
	const char *code = facts_trouble(d->status);

	if (code)
		finding_add(&l->found, code, d->why, "domain",
			    &l->subject.domain, "host", &d->name, "detail",
			    &d->why, NULL);
}

/* Anybody can give an address any name: only the owner of the name can say
 * that it is so. */
static void
tell_unconfirmed(struct inspect_lookup *l, struct str name)
{
	char text[NETADDR_PRINT_MAX];
	struct str address = str_of(netaddr_print(&l->address, text));

	finding_add(&l->found, "ptr.unconfirmed", name, "host", &name, "detail",
		    &address, NULL);
}

/* Whether `name` leads back to the address; `known` false: not yet. */
static bool
leads_back(struct inspect_lookup *l, struct str name, bool *known)
{
	bool v4 = netaddr_is_v4(&l->address);
	const struct facts_dns *d =
		facts_ask(l->facts, name, v4 ? FACTS_A : FACTS_AAAA);

	*known = d != NULL;
	if (d)
		tell_trouble(l, d);
	for (size_t i = 0; d && i < d->n; i++)
		if (netaddr_cmp(&d->rr[i].address, &l->address) == 0)
			return true;
	if (d && !facts_trouble(d->status))
		tell_unconfirmed(l, name);
	return false;
}

enum { NAMES_MAX = 50 };

static bool
judge_ptr(struct inspect_lookup *l)
{
	const struct facts_dns *d;
	struct str reverse;
	bool all = true, known;

	if (!mx_reverse_name(&l->address, l->mem, &reverse))
		return false;
	d = facts_ask(l->facts, reverse, FACTS_PTR);
	l->names_n = 0;
	l->names = arena_array(l->mem, NAMES_MAX, sizeof(*l->names));
	if (!d || !l->names)
		return false;
	tell_trouble(l, d);
	for (size_t i = 0; i < d->n && i < NAMES_MAX; i++) {
		struct inspect_name *n = &l->names[l->names_n++];

		n->name = d->rr[i].data;
		n->confirmed = leads_back(l, n->name, &known);
		all = all && known;
	}
	return all;
}

static void
put_ptr(struct inspect_lookup *l, struct json_out *j)
{
	json_open_array(j, "names");
	for (size_t i = 0; i < l->names_n; i++) {
		json_open_object(j, NULL);
		json_put_str(j, "name", l->names[i].name);
		json_put_bool(j, "confirmed", l->names[i].confirmed);
		json_close_object(j);
	}
	json_close_array(j);
}

const struct inspect_kind inspect_mx = {
	.name = "mx",
	.judge = judge_mx,
	.put = put_mx,
};

const struct inspect_kind inspect_ptr = {
	.name = "ptr",
	.address = true,
	.judge = judge_ptr,
	.put = put_ptr,
};
