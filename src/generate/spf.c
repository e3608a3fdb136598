/* spf.c - one SPF record out of senders and of all that is published. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "generate/private.h"
#include "netaddr/netaddr.h"
#include "spf/spf.h"

#include <string.h>

struct terms {
	struct maker *m;
	struct str *at;
	size_t n, room;
};

static void
add(struct terms *t, const char *prefix, struct str value)
{
	if (t->n < t->room)
		t->at[t->n++] = generate_text(t->m->mem, "%s%.*s", prefix,
					      STR_ARG(value));
}

static void
add_include(struct terms *t, struct str given)
{
	struct str name;

	if (str_starts_fold(given, S("include:")))
		given = str_sub(given, 8, SIZE_MAX);
	/* Macros ("%{i}._spf.example.net") are no names, but fine. */
	if (str_index(given, '%') != SIZE_MAX)
		add(t, "include:", given);
	else if (dnsname_fold(given, t->m->mem, &name) &&
		 str_index(name, '.') != SIZE_MAX)
		add(t, "include:", name);
	else
		generate_refuse(t->m, "generate.bad_name", given);
}

static void
add_block(struct terms *t, struct str given)
{
	struct netaddr_net net;
	SCOPED_BUF text = BUF(64);

	if (str_starts_fold(given, S("ip4:")) ||
	    str_starts_fold(given, S("ip6:")))
		given = str_sub(given, 4, SIZE_MAX);
	if (!netaddr_parse_net(given, &net)) {
		generate_refuse(t->m, "generate.bad_address", given);
		return;
	}
	netaddr_print_net(&net, &text);
	/* A block of one address is written without its length. */
	if (net.bits == 128)
		add(t, netaddr_is_v4(&net.first) ? "ip4:" : "ip6:",
		    str_sub(buf_str(&text), 0, str_index(buf_str(&text), '/')));
	else
		add(t, netaddr_is_v4(&net.first) ? "ip4:" : "ip6:",
		    buf_str(&text));
}

static void
gather(struct terms *t)
{
	const struct generate_wish *w = t->m->w;
	const struct str all = generate_get(w, GENERATE_ALL);

	if (generate_yes(w, GENERATE_SEND_MX))
		add(t, "mx", S(""));
	if (generate_yes(w, GENERATE_SEND_A))
		add(t, "a", S(""));
	for (size_t i = 0; i < w->v[GENERATE_IP].n; i++)
		add_block(t, w->v[GENERATE_IP].at[i]);
	for (size_t i = 0; i < w->v[GENERATE_INCLUDE].n; i++)
		add_include(t, w->v[GENERATE_INCLUDE].at[i]);
	for (size_t i = 0; i < w->v[GENERATE_TERM].n; i++)
		add(t, "", w->v[GENERATE_TERM].at[i]);
	if (all.n > 0)
		add(t, str_eq(all, S("fail")) ? "-all" : "~all", S(""));
}

static unsigned
own_lookups(struct maker *m, struct str text)
{
	struct spf_record rec;
	unsigned n = 0;

	if (spf_parse(text, m->mem, &rec, NULL) != ERR_NONE)
		return 0;
	for (size_t i = 0; i < rec.n; i++)
		switch (rec.terms[i].kind) {
		case SPF_INCLUDE:
		case SPF_A:
		case SPF_MX:
		case SPF_EXISTS:
		case SPF_REDIRECT:
			n++;
			break;
		default:
			break;
		}
	return n;
}

static void
tell_lookups(struct maker *m, struct str text)
{
	const unsigned n = own_lookups(m, text);
	const struct str count = generate_text(m->mem, "%u", n);

	if (n >= SPF_LOOKUPS_NEAR)
		generate_tell(m, "generate.spf_near_limit", count);
}

void
generate_make_spf(struct maker *m)
{
	const struct generate_values *current = &m->w->v[GENERATE_CURRENT];
	struct terms t = { .m = m };
	SCOPED_BUF text = BUF(SPF_RECORD_MAX);
	struct diag why = { 0 };
	struct record *r;
	struct str value;

	t.room = m->w->v[GENERATE_IP].n + m->w->v[GENERATE_INCLUDE].n +
		 m->w->v[GENERATE_TERM].n + 3;
	t.at = arena_array(m->mem, t.room, sizeof(*t.at));
	if (!t.at) {
		generate_refuse(m, "generate.too_much", S("SPF"));
		return;
	}
	gather(&t);
	if (!m->out->made)
		return;
	if (spf_merge(NULL, 0, t.at, t.n, &text, &why) != ERR_NONE) {
		generate_refuse(
			m, "generate.spf_refused",
			generate_text(m->mem, "%s: %s", why.code, why.detail));
		return;
	}
	if (!arena_dup(m->mem, buf_str(&text), &value))
		return;
	r = generate_record(m, "", RECORDS_TXT, value);
	if (!r)
		return;
	r->shared = true;
	tell_lookups(m, value);
	generate_tell(m, "generate.spf_one", S(""));
	if (current->n > 1)
		generate_tell(m, "generate.spf_merged",
			      generate_text(m->mem, "%zu", current->n));
	generate_step(m, "generate.step.one_spf");
	generate_step(m, "generate.step.look_spf");
}

/* ---- the other way ---- */

static void
take_term(struct generate_wish *w, const struct spf_term *t)
{
	const bool plain = t->qualifier == SPF_PASS && !t->fault;
	const struct str text =
		t->text.n > 0 && t->text.p[0] == '+' && t->better.n == 0
			? str_sub(t->text, 1, SIZE_MAX)
			: t->text;

	if (t->kind == SPF_ALL && t->qualifier == SPF_FAIL) {
		/* Of several records the softer one counts. */
		if (generate_get(w, GENERATE_ALL).n == 0)
			generate_set(w, GENERATE_ALL, S("fail"));
	} else if (t->kind == SPF_ALL && (t->qualifier == SPF_SOFTFAIL ||
					  t->qualifier == SPF_NEUTRAL)) {
		generate_set(w, GENERATE_ALL, S("softfail"));
	} else if (plain && t->kind == SPF_INCLUDE) {
		generate_add(w, GENERATE_INCLUDE, t->domain);
	} else if (plain && (t->kind == SPF_IP4 || t->kind == SPF_IP6)) {
		generate_add(w, GENERATE_IP, str_sub(text, 4, SIZE_MAX));
	} else if (plain && t->kind == SPF_MX && text.n == 2) {
		generate_set(w, GENERATE_SEND_MX, S("yes"));
	} else if (plain && t->kind == SPF_A && text.n == 1) {
		generate_set(w, GENERATE_SEND_A, S("yes"));
	} else {
		generate_add(w, GENERATE_TERM, text);
	}
}

bool
generate_parse_spf(struct generate_wish *w, struct str text,
		   struct finding_list *found)
{
	struct spf_record rec;
	struct diag why = { 0 };
	bool ended = false;

	if (!spf_is_record(text))
		return false;
	if (spf_parse(text, w->mem, &rec, &why) == ERR_LIMIT)
		return false;
	for (size_t i = 0; i < rec.n; i++) {
		const struct spf_term *t = &rec.terms[i];

		/* What stands behind "all" was never looked at. */
		if (ended && t->kind != SPF_EXP)
			continue;
		if (t->fault)
			(void)finding_add(found, "generate.spf_term", text,
					  "detail", &t->text, NULL);
		take_term(w, t);
		ended = ended || t->kind == SPF_ALL;
	}
	return true;
}
