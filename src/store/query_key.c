/* Names of groups: from the numbers in the tables to what people read and
 * filter by. */
#include "store/query_tally.h"

#include <stdio.h>
#include <string.h>

/* A country is two letters in one number, so that every key is one. */
static struct str
country_of(int64_t number, char out[2])
{
	out[0] = (char)(number >> 8 & 255);
	out[1] = (char)(number & 255);
	return (struct str){ out, number != 0 ? 2 : 0 };
}

int64_t
store_key_number(enum store_field field, struct db_statement *st)
{
	struct str code;

	if (field != STORE_F_COUNTRY)
		return db_i64(st, STORE_C_KEY);
	code = db_text(st, STORE_C_KEY);
	if (code.n != 2)
		return 0;
	return (unsigned char)code.p[0] << 8 | (unsigned char)code.p[1];
}

static const char *
look_up(enum store_field field)
{
	switch (field) {
	case STORE_F_SOURCE:
		return "SELECT slug FROM source WHERE id=?1";
	case STORE_F_IP:
		return "SELECT ip FROM endpoint WHERE id=?1";
	case STORE_F_DOMAIN:
	case STORE_F_HOST:
	case STORE_F_REPORTER:
	case STORE_F_FROM_DOMAIN:
	case STORE_F_ENVELOPE_FROM:
	case STORE_F_TO_DOMAIN:
		return "SELECT text FROM name WHERE id=?1";
	default:
		return NULL;
	}
}

static struct str
print_ip(struct str bytes, char out[NETADDR_PRINT_MAX])
{
	struct netaddr ip;

	if (bytes.n != NETADDR_BYTES)
		return (struct str){ "", 0 };
	memcpy(ip.b, bytes.p, NETADDR_BYTES);
	return str_of(netaddr_print(&ip, out));
}

/* Keys that are in the number itself. */
static struct str
direct(enum store_field field, int64_t number, char out[NETADDR_PRINT_MAX])
{
	switch (field) {
	case STORE_F_DAY:
		return str_of(civil_print_date(number * CIVIL_DAY, out));
	case STORE_F_COUNTRY:
		return country_of(number, out);
	case STORE_F_ASN:
		if (number == 0)
			return (struct str){ "", 0 };
		snprintf(out, NETADDR_PRINT_MAX, "AS%lld", (long long)number);
		return str_of(out);
	default:
		return str_of(store_value_word(field, number));
	}
}

static enum err
find(struct db_statement *st, enum store_field field, struct store_tally *t,
     struct store_group *g, struct diag *why)
{
	char text[NETADDR_PRINT_MAX];
	struct str key = { "", 0 };
	bool row = false;
	enum err e;

	db_reset(st);
	db_bind_i64(st, 1, g->number);
	e = db_step(st, &row, why);
	if (e != ERR_NONE)
		return e;
	if (row)
		key = field == STORE_F_IP ? print_ip(db_blob(st, 0), text)
					  : db_text(st, 0);
	if (arena_dup(store_tally_memory(t), key, &g->key))
		return ERR_NONE;
	return diag_set(why, ERR_LIMIT, "query.too_many_groups", 0, "%d",
			STORE_GROUPS_MAX);
}

enum err
store_keys_resolve(struct store *s, enum store_field field,
		   struct store_tally *t, struct diag *why)
{
	const char *sql = look_up(field);
	SCOPED_STATEMENT st = NULL;
	enum err e = ERR_NONE;
	size_t count;
	struct store_group *groups = store_tally_groups(t, &count);
	bool fits = field != STORE_F_SELECTOR || store_tally_name_texts(t);

	if (sql != NULL)
		e = db_prepare(s->db, str_of(sql), &st, why);
	for (size_t i = 0; i < count && e == ERR_NONE && fits; i++) {
		char text[NETADDR_PRINT_MAX];

		if (sql != NULL)
			e = find(st, field, t, &groups[i], why);
		else if (field != STORE_F_SELECTOR)
			fits = arena_dup(store_tally_memory(t),
					 direct(field, groups[i].number, text),
					 &groups[i].key);
	}
	if (e == ERR_NONE && !fits)
		e = diag_set(why, ERR_LIMIT, "query.too_many_groups", 0, "%d",
			     STORE_GROUPS_MAX);
	return e;
}

static const char *
label_of(enum store_field field)
{
	switch (field) {
	case STORE_F_SOURCE:
		return "SELECT label FROM source WHERE id=?1";
	case STORE_F_ASN:
		return "SELECT label FROM asn WHERE asn=?1";
	case STORE_F_IP:
		return "SELECT n.text FROM endpoint e JOIN name n"
		       " ON n.id=e.ptr WHERE e.id=?1";
	case STORE_F_REPORTER: /* as it was sent */
		return "SELECT n.text FROM report p JOIN name n ON n.id=p.org"
		       " WHERE p.owner=?2 AND p.reporter=?1 LIMIT 1";
	default:
		return NULL;
	}
}

enum err
store_key_label(struct store *s, const struct store_query *q,
		const struct store_group *group, struct buf *out,
		struct diag *why)
{
	const char *sql = label_of(q->group);
	SCOPED_STATEMENT st = NULL;
	size_t before = out->n;
	bool row = false;
	enum err e = ERR_NONE;

	if (sql != NULL)
		e = db_prepare(s->db, str_of(sql), &st, why);
	if (e == ERR_NONE && sql != NULL) {
		db_bind_i64(st, 1, group->number);
		if (q->group == STORE_F_REPORTER)
			db_bind_i64(st, 2, q->owner);
		e = db_step(st, &row, why);
	}
	if (e == ERR_NONE && row)
		buf_add(out, db_text(st, 0));
	if (e == ERR_NONE && out->n == before)
		buf_add(out, group->key);
	return e;
}

/* ---- names that led back ---- */

struct confirming {
	struct store *s;
	const struct store_query *q;
	struct map *out;
	struct diag *why;
};

static struct str
key_of(const int64_t *number)
{
	return (struct str){ (const char *)number, sizeof(*number) };
}

static enum err
confirm_addresses(const struct confirming *c, struct store_group *const *groups,
		  size_t count)
{
	SCOPED_STATEMENT st = NULL;
	enum err e =
		db_prepare(c->s->db, S("SELECT host FROM endpoint WHERE id=?1"),
			   &st, c->why);

	for (size_t i = 0; e == ERR_NONE && i < count; i++) {
		bool row = false;

		db_reset(st);
		db_bind_i64(st, 1, groups[i]->number);
		e = db_step(st, &row, c->why);
		if (e == ERR_NONE && row &&
		    db_i64(st, 0) == STORE_HOST_CONFIRMED)
			map_put(c->out, key_of(&groups[i]->number), 1);
	}
	return e;
}

/* One pass over the addresses, instead of an index that every import would
 * have to keep. */
static enum err
confirm_names(const struct confirming *c, struct store_group *const *groups,
	      size_t count)
{
	struct map *wanted = map_new(STORE_LIMIT_MAX);
	SCOPED_STATEMENT st = NULL;
	bool row = false;
	enum err e = db_prepare(
		c->s->db,
		S("SELECT ptr FROM endpoint WHERE owner=?1 AND host=?2"), &st,
		c->why);

	for (size_t i = 0; i < count; i++)
		map_put(wanted, key_of(&groups[i]->number), 1);
	if (e == ERR_NONE) {
		db_bind_i64(st, 1, c->q->owner);
		db_bind_i64(st, 2, STORE_HOST_CONFIRMED);
	}
	while (e == ERR_NONE && (e = db_step(st, &row, c->why)) == ERR_NONE &&
	       row) {
		int64_t name = db_i64(st, 0);

		if (map_get(wanted, key_of(&name), NULL))
			map_put(c->out, key_of(&name), 1);
	}
	map_free(wanted);
	return e;
}

enum err
store_key_confirmed(struct store *s, const struct store_query *q,
		    struct store_group *const *groups, size_t count,
		    struct map *out, struct diag *why)
{
	const struct confirming c = { s, q, out, why };

	if (count == 0)
		return ERR_NONE;
	if (q->group == STORE_F_IP)
		return confirm_addresses(&c, groups, count);
	return q->group == STORE_F_HOST ? confirm_names(&c, groups, count)
					: ERR_NONE;
}
