/* lab.c - plans in a world of a few lines. */
#include "lab.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEMORY = 4 << 20 };

static const char servers[] = "example.com 300 NS ns1.example.net\n"
			      "example.com 300 NS ns2.example.net\n"
			      "example.com 300 SOA ns1.example.net\n"
			      "ns1.example.net 300 A 192.0.2.1\n"
			      "ns2.example.net 300 A 192.0.2.2\n";

void
lab_begin(struct lab *l, const char *world, int64_t now)
{
	struct diag why = { 0 };
	SCOPED_BUF text = BUF(64 << 10);

	memset(l, 0, sizeof(*l));
	l->mem = arena_new(MEMORY);
	l->f = facts_new(MEMORY, now);
	l->wish.domain = S("example.com");
	buf_addz(&text, servers);
	buf_addz(&text, world);
	assert_int_equal(facts_put_world(l->f, buf_str(&text), &why), ERR_NONE);
}

void
lab_end(struct lab *l)
{
	facts_free(l->f);
	arena_free(l->mem);
}

struct dnsplan_wanted
lab_want(const char *name, enum records_type type, const char *value)
{
	return (struct dnsplan_wanted){ .record = { .name = str_of(name),
						    .type = type,
						    .value = str_of(value) } };
}

void
lab_add(struct lab *l, struct dnsplan_wanted w)
{
	struct diag why = { 0 };

	if (dnsplan_wish_add(&l->wish, &w, l->mem, &why) != ERR_NONE)
		fail_msg("%s %s", why.code, why.detail);
}

void
lab_make(struct lab *l)
{
	assert_true(dnsplan_make(l->f, &l->wish, l->mem, &l->plan));
}

void
lab_is(const struct lab *l, size_t i, const char *line)
{
	SCOPED_BUF text = BUF(16 << 10);
	const struct dnsplan_change *c = &l->plan.at[i];

	assert_true(i < l->plan.n);
	buf_addf(&text, "%s %.*s %s", dnsplan_what_name(c->what),
		 STR_ARG(c->name), records_type_name(c->type));
	for (size_t k = 0; k < c->now_n; k++)
		buf_addf(&text, " [%.*s]", STR_ARG(c->now[k]));
	buf_addz(&text, " ->");
	for (size_t k = 0; k < c->after_n; k++)
		buf_addf(&text, " [%.*s]", STR_ARG(c->after[k]));
	assert_string_equal(buf_c(&text), line);
}

bool
lab_found(const struct lab *l, const char *code)
{
	return finding_list_find(&l->plan.found, code) != NULL;
}
