/* zone.c - what the configuration says of the hosted zone. */
#include "dnsname/dnsname.h"
#include "hosting/private.h"

enum { TTL = 300 /* seconds: a policy's id must be seen soon */ };

bool
hosting_key_path(const struct hosting_options *o, struct buf *out)
{
	struct str data = str_of(o->data);

	if (o->master_key[0])
		return buf_addz(out, o->master_key);
	while (data.n > 1 && data.p[data.n - 1] == '/')
		data.n--;
	return buf_addf(out, "%.*s.master-key", STR_ARG(data));
}

static enum err
fold(const char *name, struct arena *mem, const char *code, struct str *out,
     struct diag *why)
{
	if (dnsname_fold(str_of(name), mem, out) &&
	    str_index(*out, '.') != SIZE_MAX)
		return ERR_NONE;
	return diag_set(why, ERR_SYNTAX, code, 0, "%s", name);
}

/* "NAME=ADDRESS=ADDRESS" */
static enum err
take_server(const char *text, struct arena *mem, struct hosted_server *out,
	    struct diag *why)
{
	struct str rest = str_of(text), piece;

	if (!str_split(&rest, '=', &piece) ||
	    !dnsname_fold(piece, mem, &out->name))
		return diag_set(why, ERR_SYNTAX, "hosting.bad_nameserver", 0,
				"%s", text);
	while (str_split(&rest, '=', &piece))
		if (out->addresses == COUNT_OF(out->address) ||
		    !netaddr_parse(piece, &out->address[out->addresses++]))
			return diag_set(why, ERR_SYNTAX,
					"hosting.bad_nameserver", 0, "%s",
					text);
	return ERR_NONE;
}

static enum err
take_servers(const struct hosting_options *o, struct arena *mem,
	     struct hosted_zone *out, struct diag *why)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < o->nameservers.n; i++)
		err = i < HOSTED_NS_MAX
			      ? take_server(o->nameservers.at[i], mem,
					    &out->ns[out->ns_n++], why)
			      : diag_set(why, ERR_LIMIT,
					 "hosting.bad_nameserver", 0, "%s",
					 o->nameservers.at[i]);
	if (err == ERR_NONE && out->ns_n == 0)
		err = diag_set(why, ERR_SYNTAX, "hosting.bad_nameserver", 0,
			       "%s", "");
	return err;
}

static enum err
take_addresses(const struct hosting_options *o, struct hosted_zone *out,
	       struct diag *why)
{
	for (size_t i = 0; i < o->addresses.n; i++)
		if (i == HOSTED_ADDRESSES_MAX ||
		    !netaddr_parse(str_of(o->addresses.at[i]),
				   &out->address[out->address_n++]))
			return diag_set(why, ERR_SYNTAX, "hosting.bad_address",
					0, "%s", o->addresses.at[i]);
	return out->address_n > 0
		       ? ERR_NONE
		       : diag_set(why, ERR_SYNTAX, "hosting.bad_address", 0,
				  "%s", "");
}

/* A policy host's label would make it another's. */
static enum err
take_own(const struct hosting_options *o, struct arena *mem,
	 struct hosted_zone *out, struct diag *why)
{
	static const char code[] = "hosting.bad_own_name";
	enum err err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < o->own.n; i++) {
		struct str *name = &out->own[out->own_n];

		if (i == HOSTED_OWN_MAX)
			return diag_set(why, ERR_LIMIT, code, 0, "%s",
					o->own.at[i]);
		err = fold(o->own.at[i], mem, code, name, why);
		if (err == ERR_NONE && str_starts(*name, S("mta-sts.")))
			err = diag_set(why, ERR_SYNTAX, code, 0, "%s",
				       o->own.at[i]);
		out->own_n += err == ERR_NONE;
	}
	return err;
}

enum err
hosting_zone(const struct hosting_options *o, struct arena *mem,
	     struct hosted_zone *out, struct diag *why)
{
	SCOPED_BUF rname = BUF(DNSNAME_MAX + 16);
	struct str host;
	enum err err;

	*out = (struct hosted_zone){ .ttl = TTL };
	err = fold(o->zone, mem, "hosting.bad_zone", &out->name, why);
	if (err == ERR_NONE)
		err = take_servers(o, mem, out, why);
	if (err == ERR_NONE)
		err = take_addresses(o, out, why);
	if (err == ERR_NONE)
		err = take_own(o, mem, out, why);
	if (err != ERR_NONE)
		return err;
	buf_addf(&rname, "hostmaster.%.*s", STR_ARG(out->name));
	if (!arena_dup(mem, buf_str(&rname), &out->rname))
		return diag_set(why, ERR_LIMIT, "hosting.bad_zone", 0, "%s",
				o->zone);
	/* Reports are taken in by this very host: its name needs records when
	 * it is in the zone. */
	if (dnsname_fold(str_of(o->hostname), mem, &host) &&
	    dnsname_within(host, out->name) && !str_eq(host, out->name))
		out->reports = out->reports_mx = host;
	return ERR_NONE;
}
