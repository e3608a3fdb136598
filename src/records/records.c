/* records.c - a set of records, and the names of its forms. */
#include "base/base.h"
#include "records/private.h"

static const char *const types[] = { "A", "AAAA", "CNAME", "TXT" };
static const char *const forms[] = { "zone", "nsupdate", "terraform",
				     "octodns" };

const char *
records_type_name(enum records_type type)
{
	return types[type];
}

const char *
records_form_name(enum records_form form)
{
	return forms[form];
}

bool
records_form_find(struct str name, enum records_form *out)
{
	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		if (!str_eq(name, str_of(forms[i])))
			continue;
		*out = (enum records_form)i;
		return true;
	}
	return false;
}

struct str
records_host(const struct records *set, const struct record *r)
{
	const size_t zone = set->zone.n;

	if (str_eq(r->name, set->zone))
		return S("@");
	if (zone == 0 || r->name.n < zone + 2 ||
	    !str_ends(r->name, set->zone) ||
	    r->name.p[r->name.n - zone - 1] != '.')
		return r->name;
	return str_sub(r->name, 0, r->name.n - zone - 1);
}

bool
records_add(struct records *set, const struct record *r)
{
	if (set->n == RECORDS_MAX)
		return false;
	set->at[set->n] = *r;
	if (r->ttl == 0)
		set->at[set->n].ttl = RECORDS_TTL;
	set->n++;
	return true;
}

bool
records_is_beside(const struct record *a, const struct record *b)
{
	return a->type == b->type && str_eq(a->name, b->name);
}

bool
records_is_first(const struct records *set, size_t i, bool any_type)
{
	for (size_t k = 0; k < i; k++)
		if (any_type ? str_eq(set->at[k].name, set->at[i].name)
			     : records_is_beside(&set->at[k], &set->at[i]))
			return false;
	return true;
}

bool
records_print(const struct records *set, enum records_form form,
	      struct buf *out)
{
	bool good = true;

	switch (form) {
	case RECORDS_ZONE:
		records_print_zone(set, out);
		break;
	case RECORDS_NSUPDATE:
		records_print_nsupdate(set, out);
		break;
	case RECORDS_TERRAFORM:
		good = records_print_terraform(set, out);
		break;
	case RECORDS_OCTODNS:
		good = records_print_octodns(set, out);
		break;
	case RECORDS_FORMS:
		return false;
	}
	return good && !out->full;
}
