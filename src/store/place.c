/* The name and the place of an address, from what its reports say and what a
 * local file knows. */
#include "store/writer.h"

#include "dnsname/dnsname.h"

#include <math.h>
#include <string.h>

enum { SOURCES_MAX = 60000, TEXT_MAX = 256 };

struct chosen {
	struct str slug, label;
	enum sender_evidence kind;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "ec2-192-0-2-1", "139": made from the address. */
static bool
is_numbered(struct str label)
{
	size_t groups = 0, digits = 0;

	for (size_t i = 0; i < label.n; i++) {
		bool is = is_digit(label.p[i]);

		digits += is;
		groups += is && (i == 0 || !is_digit(label.p[i - 1]));
	}
	return groups >= 3 || digits == label.n;
}

/* Whose machine it is. Where everybody's machine stands right below a suffix of
 * its provider (*.compute-1.amazonaws.com), that says more than its number;
 * short suffixes (co.jp) are countries'. */
static struct str
org_of(struct str host)
{
	struct str org = dnsname_org(host), rest = org, label, last;
	size_t dot;

	if (!str_split(&rest, '.', &label) || !is_numbered(label))
		return org;
	dot = str_index(rest, '.');
	last = str_sub(rest, dot == SIZE_MAX ? rest.n : dot + 1, SIZE_MAX);
	if (str_index(last, '.') == SIZE_MAX)
		return org;
	return dnsname_is_suffix(org) || dnsname_is_suffix(rest) ? rest : org;
}

/* A name that leads back to the address. */
static void
choose_host(struct str host, struct chosen *out)
{
	const struct sender_profile *p = sender_by_ptr(host);

	out->kind = SENDER_BY_PTR;
	out->slug = p != NULL ? str_of(p->slug) : org_of(host);
	out->label = p != NULL ? str_of(p->label) : out->slug;
}

static void
choose(const struct store_endpoint *k, const struct store_place *place,
       struct buf *text, struct chosen *out)
{
	const struct sender_profile *p = sender_by_slug(k->profile);
	struct netaddr_net net;
	size_t slug_end;

	out->kind = (enum sender_evidence)k->evidence;
	if (k->evidence < SENDER_BY_AS)
		p = NULL;
	if (p == NULL && k->host.n > 0) {
		choose_host(k->host, out);
		return;
	}
	if (p == NULL && place->asn != 0) {
		p = sender_by_asn(place->asn);
		out->kind = p != NULL ? SENDER_BY_AS : SENDER_BY_AS_NAME;
	}
	if (p != NULL) {
		out->slug = str_of(p->slug);
		out->label = str_of(p->label);
		return;
	}
	if (place->asn != 0) {
		buf_addf(text, "as%u", place->asn);
		slug_end = text->n;
		buf_addf(text, "AS%u", place->asn);
		out->slug = str_sub(buf_str(text), 0, slug_end);
		out->label = place->as_name.n > 0 ? place->as_name
						  : str_sub(buf_str(text),
							    slug_end, SIZE_MAX);
		return;
	}
	net = netaddr_neighbourhood(&k->ip);
	netaddr_print_net(&net, text);
	out->kind = SENDER_BY_NETWORK;
	out->slug = out->label = buf_str(text);
}

static enum err
source_id(struct store *s, int64_t owner, const struct chosen *c, int64_t *id,
	  struct diag *why)
{
	SCOPED_BUF key = BUF(TEXT_MAX * 2);
	struct db_statement *st;
	uint64_t known;
	bool row = false;
	enum err e;

	buf_addf(&key, "%lld ", (long long)owner);
	buf_add(&key, c->slug);
	if (map_get(s->writer->placing.sources, buf_str(&key), &known)) {
		*id = (int64_t)known;
		return ERR_NONE;
	}
	e = store_kept(s, SQL_SOURCE_ADD, &st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, owner);
	db_bind_i64(st, 2, c->kind);
	db_bind_text(st, 3, c->slug);
	db_bind_text(st, 4, c->label);
	e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	*id = db_i64(st, 0);
	db_reset(st);
	map_put(s->writer->placing.sources, buf_str(&key), (uint64_t)*id);
	return ERR_NONE;
}

static enum err
name_asn(struct store *s, const struct store_place *place, struct diag *why)
{
	char text[16];
	struct str key;
	struct db_statement *st;
	SCOPED_BUF b = BUF(sizeof(text));
	enum err e;

	if (place->asn == 0 || place->as_name.n == 0)
		return ERR_NONE;
	buf_addf(&b, "#%u", place->asn);
	key = buf_str(&b);
	if (map_get(s->writer->placing.sources, key, NULL))
		return ERR_NONE;
	e = store_kept(s, SQL_ASN_ADD, &st, why);
	if (e != ERR_NONE)
		return e;
	db_bind_i64(st, 1, place->asn);
	db_bind_text(st, 2, place->as_name);
	e = db_do(st, why);
	map_put(s->writer->placing.sources, key, 1);
	return e;
}

static void
bind_degree(struct db_statement *st, int at, double degree)
{
	if (isnan(degree))
		db_bind_null(st, at);
	else
		db_bind_double(st, at, degree);
}

void
store_bind_placed(struct db_statement *st, int first,
		  const struct store_placed *p)
{
	const int64_t values[4] = { p->source, p->asn, p->place, p->stamp };

	store_bind(st, first, values, 4);
	db_bind_text(st, first + 4, str_of(p->country));
	bind_degree(st, first + 5, p->latitude);
	bind_degree(st, first + 6, p->longitude);
}

/* ---- the calls ---- */

void
store_place_with(struct store *s, struct str stamp,
		 void (*look)(void *ctx, const struct store_endpoint *e,
			      struct store_place *place),
		 void *ctx)
{
	struct store_placing *p = &s->writer->placing;

	p->look = look;
	p->ctx = ctx;
	p->stamp = 0;
	/* Another file may have other labels. */
	map_clear(p->sources);
	buf_clear(&p->stamp_text);
	/* Never empty: number 0 says "not yet". */
	buf_addz(&p->stamp_text, "stamp ");
	buf_add(&p->stamp_text, str_sub(stamp, 0, TEXT_MAX / 2));
}

void
store_placing_init(struct store_placing *p)
{
	p->stamp_text = (struct buf)BUF(TEXT_MAX);
	p->sources = map_new(SOURCES_MAX);
}

void
store_placing_fini(struct store_placing *p)
{
	buf_free(&p->stamp_text);
	map_free(p->sources);
}

/* What was numbered in a batch that was taken back is not there. */
void
store_placing_forget(struct store_placing *p)
{
	map_clear(p->sources);
	p->stamp = 0;
}

enum err
store_placing_stamp(struct store *s, int64_t *stamp, struct diag *why)
{
	struct store_placing *p = &s->writer->placing;
	enum err e = ERR_NONE;

	if (p->stamp == 0)
		e = store_name(s, buf_str(&p->stamp_text), &p->stamp, why);
	*stamp = p->stamp;
	return e;
}

/* The network of an address is the same for many: one look instead of making
 * its texts each time. Empty when something better names the address. */
static struct str
network_key(int64_t owner, const struct store_endpoint *k,
	    const struct store_place *place, int64_t key[2])
{
	if (place->asn == 0 || k->evidence >= SENDER_BY_AS || k->host.n > 0)
		return S("");
	key[0] = owner;
	key[1] = place->asn;
	return (struct str){ (const char *)key, 2 * sizeof(key[0]) };
}

static enum err
find_source(struct store *s, int64_t owner, const struct store_endpoint *k,
	    const struct store_place *place, int64_t *source, struct diag *why)
{
	struct map *sources = s->writer->placing.sources;
	SCOPED_BUF text = BUF(TEXT_MAX);
	int64_t numbers[2];
	struct str key = network_key(owner, k, place, numbers);
	struct chosen c;
	uint64_t known;
	enum err e;

	if (key.n > 0 && map_get(sources, key, &known)) {
		*source = (int64_t)known;
		return ERR_NONE;
	}
	choose(k, place, &text, &c);
	e = source_id(s, owner, &c, source, why);
	if (e == ERR_NONE)
		e = name_asn(s, place, why);
	if (e == ERR_NONE && key.n > 0)
		map_put(sources, key, (uint64_t)*source);
	return e;
}

enum err
store_place(struct store *s, int64_t owner, const struct store_endpoint *k,
	    struct store_placed *out, struct diag *why)
{
	struct store_placing *p = &s->writer->placing;
	struct store_place place = { .latitude = NAN, .longitude = NAN };
	enum err e = store_placing_stamp(s, &out->stamp, why);

	if (e != ERR_NONE)
		return e;
	p->look(p->ctx, k, &place);
	place.country[2] = '\0';
	e = find_source(s, owner, k, &place, &out->source, why);
	if (e == ERR_NONE)
		e = store_name(s, str_sub(place.place, 0, TEXT_MAX),
			       &out->place, why);
	out->asn = place.asn;
	memcpy(out->country, place.country, sizeof(out->country));
	out->latitude = place.latitude;
	out->longitude = place.longitude;
	return e;
}
