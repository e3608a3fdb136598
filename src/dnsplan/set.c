/* set.c - values of record sets: order, comparison, what tells them apart. */
#include "dnsname/dnsname.h"
#include "dnsplan/private.h"
#include "netaddr/netaddr.h"
#include "seal/seal.h"

#include <stdio.h>
#include <string.h>

enum { KIND_MAX = 24 };

static const char *const whats[] = { "keep", "add", "replace", "remove" };

const char *
dnsplan_what_name(enum dnsplan_what what)
{
	return whats[what];
}

bool
dnsplan_type_find(struct str name, enum records_type *out)
{
	for (int i = 0; i <= RECORDS_TXT; i++) {
		const enum records_type type = (enum records_type)i;

		if (!str_eq_fold(name, str_of(records_type_name(type))))
			continue;
		*out = type;
		return true;
	}
	return false;
}

/* At most DNSPLAN_VALUES_MAX of them. */
void
dnsplan_sort(struct str *value, size_t n)
{
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && str_cmp(value[k - 1], value[k]) > 0;
		     k--) {
			struct str other = value[k];

			value[k] = value[k - 1];
			value[k - 1] = other;
		}
}

bool
dnsplan_same(const struct str *a, size_t a_n, const struct str *b, size_t b_n)
{
	if (a_n != b_n)
		return false;
	for (size_t i = 0; i < a_n; i++)
		if (!str_eq(a[i], b[i]))
			return false;
	return true;
}

struct str
dnsplan_kind(struct str value)
{
	size_t n = 0;

	if (!str_starts_fold(value, S("v=")))
		return S("");
	while (n < value.n && value.p[n] != ';' && value.p[n] != ' ' &&
	       value.p[n] != '\t')
		n++;
	return n > KIND_MAX ? S("") : str_sub(value, 0, n);
}

bool
dnsplan_copy(const struct str *value, size_t n, struct arena *mem,
	     const struct str **out)
{
	struct str *to = arena_array(mem, n, sizeof(*to));

	if (!to)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!arena_dup(mem, value[i], &to[i]))
			return false;
	*out = to;
	return true;
}

bool
dnsplan_value(enum records_type type, struct str value, struct arena *mem,
	      struct str *out)
{
	char text[NETADDR_PRINT_MAX];
	struct netaddr ip;

	switch (type) {
	case RECORDS_TXT:
		*out = value;
		return value.n > 0 && value.n <= RECORDS_STRING * 16;
	case RECORDS_CNAME:
		return dnsname_fold(value, mem, out) && out->n <= DNSNAME_MAX;
	case RECORDS_A:
	case RECORDS_AAAA:
		return netaddr_parse(value, &ip) &&
		       netaddr_is_v4(&ip) == (type == RECORDS_A) &&
		       arena_dup(mem, str_of(netaddr_print(&ip, text)), out);
	}
	return false;
}

static void
hash_text(struct seal_hash *h, struct str text)
{
	char head[24];

	(void)snprintf(head, sizeof(head), "%zu:", text.n);
	seal_hash_add(h, str_of(head));
	seal_hash_add(h, text);
}

void
dnsplan_hash(const struct dnsplan *p, bool after, char out[DNSPLAN_HASH_SIZE])
{
	static const char hex[] = "0123456789abcdef";
	struct seal_hash *h = seal_hash_new();
	uint8_t sum[SEAL_HASH_BYTES];

	for (size_t i = 0; i < p->n; i++) {
		const struct dnsplan_change *c = &p->at[i];
		const struct str *value = after ? c->after : c->now;
		size_t n = after ? c->after_n : c->now_n;

		hash_text(h, c->name);
		hash_text(h, str_of(records_type_name(c->type)));
		for (size_t k = 0; k < n; k++)
			hash_text(h, value[k]);
		seal_hash_add(h, S("."));
	}
	seal_hash_end(h, sum);
	for (size_t i = 0; i < sizeof(sum); i++) {
		out[2 * i] = hex[sum[i] >> 4];
		out[2 * i + 1] = hex[sum[i] & 15];
	}
	out[2 * sizeof(sum)] = '\0';
}

struct dnsplan_change *
dnsplan_change_of(struct dnsplan *p, struct str name, enum records_type type)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->at[i].type == type && str_eq(p->at[i].name, name))
			return &p->at[i];
	return NULL;
}

void
dnsplan_settle(struct dnsplan_change *c)
{
	if (dnsplan_same(c->now, c->now_n, c->after, c->after_n)) {
		c->what = DNSPLAN_KEEP;
		c->after_ttl = c->now_ttl;
	} else if (c->now_n == 0) {
		c->what = DNSPLAN_ADD;
	} else {
		c->what = c->after_n > 0 ? DNSPLAN_REPLACE : DNSPLAN_REMOVE;
	}
}
