/* records.c - the records of a domain as they stand, in a form in which two
 * looks can be compared. */
#include "watch/private.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
	const char *below; /* what stands before the domain */
	enum facts_type type;
	const char *name; /* of the type */
	const char *only; /* values that begin so, in any case; NULL: all */
} kinds[WATCH_RECORDS] = {
	[WATCH_NS] = { "", FACTS_NS, "NS", NULL },
	[WATCH_MX] = { "", FACTS_MX, "MX", NULL },
	[WATCH_SPF] = { "", FACTS_TXT, "TXT", "v=spf1" },
	[WATCH_DMARC] = { "_dmarc.", FACTS_TXT, "TXT", NULL },
	[WATCH_MTA_STS] = { "_mta-sts.", FACTS_TXT, "TXT", NULL },
	[WATCH_TLS_RPT] = { "_smtp._tls.", FACTS_TXT, "TXT", NULL },
	[WATCH_BIMI] = { "default._bimi.", FACTS_TXT, "TXT", NULL },
};

static void
name_of(const struct watch_look *l, size_t i, char out[WATCH_NAME_ROOM])
{
	if (i < WATCH_RECORDS)
		(void)snprintf(out, WATCH_NAME_ROOM, "%s%.*s", kinds[i].below,
			       STR_ARG(l->of.name));
	else
		(void)snprintf(out, WATCH_NAME_ROOM, "%.*s._domainkey.%.*s",
			       STR_ARG(l->selectors[i - WATCH_RECORDS]),
			       STR_ARG(l->of.name));
}

static const struct facts_dns *
answer_of(const struct watch_look *l, size_t i, char name[WATCH_NAME_ROOM])
{
	name_of(l, i, name);
	return facts_ask(l->facts, str_of(name),
			 i < WATCH_RECORDS ? kinds[i].type : FACTS_TXT);
}

bool
watch_records_ask(struct watch_look *l)
{
	char name[WATCH_NAME_ROOM];
	bool known = true;

	for (size_t i = 0; i < WATCH_RECORDS + l->subject.selectors_n; i++)
		known = answer_of(l, i, name) && known;
	return known;
}

/* ---- values ---- */

static int
compare(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* One value on one line. */
static bool
line_of(struct watch_look *l, const struct facts_dns *d,
	const struct facts_rr *rr, struct str *out)
{
	SCOPED_BUF text = BUF(WATCH_VALUE_MAX);

	if (d->type == FACTS_MX)
		buf_addf(&text, "%u ", (unsigned)rr->preference);
	if (d->type != FACTS_TXT && rr->data.n == 0)
		buf_addc(&text, '.');
	buf_add_escaped(&text, rr->data);
	return arena_dup(l->mem, buf_str(&text), out);
}

static bool
is_wanted(size_t i, const struct facts_rr *rr)
{
	const char *only = i < WATCH_RECORDS ? kinds[i].only : NULL;

	return !only || str_starts_fold(rr->data, str_of(only));
}

/* The values of a set, sorted: servers change their order. */
static bool
value_of(struct watch_look *l, size_t i, const struct facts_dns *d,
	 struct str *out)
{
	SCOPED_BUF all = BUF(WATCH_VALUE_MAX);
	struct str *line = arena_array(l->mem, d->n + 1, sizeof *line);
	size_t n = 0;

	if (!line)
		return false;
	for (size_t k = 0; k < d->n; k++)
		if (is_wanted(i, &d->rr[k]) &&
		    !line_of(l, d, &d->rr[k], &line[n++]))
			return false;
	if (n > 0)
		qsort(line, n, sizeof *line, compare);
	for (size_t k = 0; k < n; k++) {
		if (k > 0)
			buf_addc(&all, '\n');
		buf_add(&all, line[k]);
	}
	return arena_dup(l->mem, buf_str(&all), out);
}

/* The file of the policy, line by line; only a sender that comes as far as it
 * knows it. */
static bool
put_file(struct watch_look *l, struct control_value *v, size_t *n)
{
	SCOPED_BUF text = BUF(WATCH_VALUE_MAX);
	SCOPED_BUF name = BUF(WATCH_NAME_ROOM);
	struct str rest = l->policy.body, line;

	if (!l->policy_known || l->policy.result != MTASTS_VALID)
		return true;
	while (str_split(&rest, '\n', &line)) {
		if (str_ends(line, S("\r")))
			line = str_sub(line, 0, line.n - 1);
		buf_add_escaped(&text, line);
		if (rest.n > 0)
			buf_addc(&text, '\n');
	}
	buf_addf(&name, "https://mta-sts.%.*s/.well-known/mta-sts.txt",
		 STR_ARG(l->of.name));
	v->type = S("FILE");
	++*n;
	return arena_dup(l->mem, buf_str(&name), &v->name) &&
	       arena_dup(l->mem, buf_str(&text), &v->value);
}

static bool
is_known(const struct facts_dns *d)
{
	return d && (d->status == FACTS_FOUND || d->status == FACTS_NODATA ||
		     d->status == FACTS_NXDOMAIN);
}

bool
watch_records_put(struct watch_look *l, struct control_look *out)
{
	size_t most = WATCH_RECORDS + l->subject.selectors_n;
	struct control_value *v = arena_array(l->mem, most + 1, sizeof *v);
	char name[WATCH_NAME_ROOM];
	size_t n = 0;

	if (!v)
		return false;
	for (size_t i = 0; i < most; i++) {
		const struct facts_dns *d = answer_of(l, i, name);

		if (!is_known(d))
			continue;
		v[n].type = str_of(i < WATCH_RECORDS ? kinds[i].name : "TXT");
		if (!arena_dup(l->mem, str_of(name), &v[n].name) ||
		    !value_of(l, i, d, &v[n].value))
			return false;
		n++;
	}
	if (!put_file(l, &v[n], &n))
		return false;
	out->value = v;
	out->values = n;
	return true;
}
