/* generate.c - from a wish to records: what all kinds have in common. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "generate/private.h"

#include <stdarg.h>
#include <stdio.h>

enum { TTL_MAX = 604800, TEXT_MAX = 64 << 10 };

static const struct {
	const char *name;
	void (*make)(struct maker *m);
	bool (*parse)(struct generate_wish *w, struct str text,
		      struct finding_list *found);
} kinds[GENERATE_KINDS] = {
	[GENERATE_DMARC] = { "dmarc", generate_make_dmarc,
			     generate_parse_dmarc },
	[GENERATE_SPF] = { "spf", generate_make_spf, generate_parse_spf },
	[GENERATE_DKIM] = { "dkim", generate_make_dkim, generate_parse_dkim },
	[GENERATE_MTA_STS] = { "mta-sts", generate_make_mtasts,
			       generate_parse_mtasts },
	[GENERATE_TLS_RPT] = { "tls-rpt", generate_make_tlsrpt,
			       generate_parse_tlsrpt },
	[GENERATE_BIMI] = { "bimi", generate_make_bimi, generate_parse_bimi },
};

const char *
generate_kind_name(enum generate_kind kind)
{
	return kinds[kind].name;
}

bool
generate_kind_find(struct str name, enum generate_kind *out)
{
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!str_eq(name, str_of(kinds[i].name)))
			continue;
		*out = (enum generate_kind)i;
		return true;
	}
	return false;
}

bool
generate_parse(struct generate_wish *w, struct str text,
	       struct finding_list *found)
{
	text = str_trim(text);
	if (text.n == 0 || text.n > GENERATE_VALUE_MAX)
		return false;
	return kinds[w->kind].parse(w, text, found);
}

struct str
generate_text(struct arena *mem, const char *fmt, ...)
{
	char *p;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0 || n > TEXT_MAX)
		return S("");
	p = arena_alloc(mem, (size_t)n + 1);
	if (!p)
		return S("");
	va_start(args, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, args);
	va_end(args);
	return (struct str){ p, (size_t)n };
}

void
generate_tell(struct maker *m, const char *code, struct str detail)
{
	(void)finding_add(&m->out->found, code, detail, "detail", &detail,
			  "domain", &m->out->domain, "host",
			  &m->out->places[1].value, NULL);
}

void
generate_refuse(struct maker *m, const char *code, struct str detail)
{
	generate_tell(m, code, detail);
	m->out->made = false;
}

struct record *
generate_record(struct maker *m, const char *prefix, enum records_type type,
		struct str value)
{
	const struct generate_values *current = &m->w->v[GENERATE_CURRENT];
	struct records *set = &m->out->records;
	struct record r = { .type = type, .value = value };
	uint64_t ttl = RECORDS_TTL;
	struct str name;

	(void)str_u64(generate_get(m->w, GENERATE_TTL), &ttl);
	r.ttl = (uint32_t)ttl;
	if (type == RECORDS_TXT) {
		r.old = current->at;
		r.old_n = current->n;
	}
	name = generate_text(m->mem, "%s%s%.*s", prefix,
			     prefix[0] == '\0' ? "" : ".",
			     STR_ARG(m->out->domain));
	if (!dnsname_fold(name, m->mem, &r.name) || r.name.n > DNSNAME_MAX) {
		generate_refuse(m, "generate.bad_name", name);
		return NULL;
	}
	if (!records_add(set, &r)) {
		generate_refuse(m, "generate.too_much", name);
		return NULL;
	}
	return &set->at[set->n - 1];
}

void
generate_step(struct maker *m, const char *key)
{
	if (m->out->steps < GENERATE_STEPS_MAX)
		m->out->step[m->out->steps++] = key;
}

void
generate_file(struct maker *m, const struct generate_file *file)
{
	if (m->out->files < GENERATE_FILES_MAX)
		m->out->file[m->out->files++] = *file;
}

void
generate_fill_step(const struct generate_result *r, size_t i,
		   enum finding_lang lang, struct buf *out)
{
	finding_fill(out, finding_say(lang, r->step[i]), r->places,
		     COUNT_OF(r->places));
}

/* ---- fields that every kind has ---- */

static bool
is_choice(const char *choices, struct str word)
{
	struct str rest = str_of(choices), one;

	while (str_split(&rest, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

static bool
fits(const struct generate_field_info *info, struct str value)
{
	uint64_t number;

	if (info->choices && !is_choice(info->choices, value))
		return false;
	if (info->shape == GENERATE_YES)
		return str_eq(value, S("yes")) || str_eq(value, S("no"));
	return info->shape != GENERATE_NUMBER || str_u64(value, &number);
}

static void
check_fields(struct maker *m)
{
	for (int i = 0; i < GENERATE_FIELDS; i++) {
		const struct generate_field_info *info =
			generate_field_info((enum generate_field)i);
		const struct generate_values *v = &m->w->v[i];

		if ((info->kinds & 1u << m->w->kind) == 0)
			continue;
		for (size_t k = 0; k < v->n; k++)
			if (!fits(info, v->at[k]))
				generate_refuse(
					m, "generate.bad_value",
					generate_text(m->mem, "%s: %.*s",
						      info->name,
						      STR_ARG(v->at[k])));
	}
	if (m->w->full)
		generate_refuse(m, "generate.too_much", S(""));
}

static void
check_ttl(struct maker *m)
{
	const struct str given = generate_get(m->w, GENERATE_TTL);
	uint64_t ttl;

	/* RFC 2181 section 8 allows far more; nobody wants to wait longer. */
	if (given.n > 0 && str_u64(given, &ttl) && (ttl < 60 || ttl > TTL_MAX))
		generate_refuse(m, "generate.bad_ttl", given);
}

static bool
take_names(struct maker *m)
{
	const struct str domain = generate_get(m->w, GENERATE_DOMAIN);
	const struct str zone = generate_get(m->w, GENERATE_ZONE);
	struct generate_result *out = m->out;

	if (!dnsname_fold(domain, m->mem, &out->domain) ||
	    str_index(out->domain, '.') == SIZE_MAX) {
		generate_refuse(m, "generate.no_domain", domain);
		return false;
	}
	out->records.zone = dnsname_org(out->domain);
	if (zone.n > 0 && (!dnsname_fold(zone, m->mem, &out->records.zone) ||
			   !dnsname_within(out->domain, out->records.zone))) {
		generate_refuse(m, "generate.bad_zone", zone);
		return false;
	}
	return true;
}

static void
set_places(struct maker *m)
{
	struct generate_result *out = m->out;
	const struct str host =
		generate_text(m->mem, "mta-sts.%.*s", STR_ARG(out->domain));

	out->places[0] = (struct finding_arg){ "domain", out->domain };
	out->places[1] = (struct finding_arg){ "host", host };
	out->places[2] = (struct finding_arg){
		"url",
		generate_text(m->mem, "https://%.*s/.well-known/mta-sts.txt",
			      STR_ARG(host))
	};
}

/* "box@mailhost" works on the machine that wrote it, and nowhere else. */
static void
check_hosts(struct maker *m)
{
	static const enum generate_field uris[] = { GENERATE_RUA,
						    GENERATE_RUF };

	for (size_t i = 0; i < COUNT_OF(uris); i++) {
		const struct generate_values *v = &m->w->v[uris[i]];

		for (size_t k = 0; k < v->n; k++) {
			struct str host = generate_uri_host(
				m->mem, generate_uri(m->mem, v->at[k]));

			if (host.n > 0 && str_index(host, '.') == SIZE_MAX)
				generate_tell(m, "generate.single_label", host);
		}
	}
}

void
generate_make(const struct generate_wish *w, int64_t now, struct arena *mem,
	      struct generate_result *out)
{
	struct maker m = { .w = w, .out = out, .mem = mem, .now = now };

	*out = (struct generate_result){ .mem = mem, .made = true };
	finding_list_init(&out->found, mem);
	if (take_names(&m)) {
		set_places(&m);
		check_fields(&m);
		check_ttl(&m);
	}
	if (out->made)
		kinds[w->kind].make(&m);
	if (out->made)
		check_hosts(&m);
	/* Nothing half-made leaves. */
	if (out->found.full)
		out->made = false;
	if (!out->made) {
		out->records.n = 0;
		out->files = out->steps = 0;
	}
}
