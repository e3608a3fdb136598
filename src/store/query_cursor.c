/* Where a page ended, as text that means nothing to anybody else. */
#include "store/query_tally.h"

#include <string.h>

enum { KEY_MAX = 4096, HEAD = 16 /* bytes before the key */ };

static const struct str digits = STR("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789-_");

/* RFC 4648 section 5, without padding. */
static void
print_base64(struct str bytes, struct buf *out)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < bytes.n; i++) {
		bits = bits << 8 | (unsigned char)bytes.p[i];
		have += 8;
		while (have >= 6) {
			have -= 6;
			buf_addc(out, digits.p[bits >> have & 63]);
		}
	}
	if (have > 0)
		buf_addc(out, digits.p[bits << (6 - have) & 63]);
}

static bool
parse_base64(struct str text, struct buf *out)
{
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < text.n; i++) {
		size_t value = str_index(digits, text.p[i]);

		if (value == SIZE_MAX)
			return false;
		bits = bits << 6 | (uint32_t)value;
		have += 6;
		if (have >= 8) {
			have -= 8;
			buf_addc(out, (char)(bits >> have & 255));
		}
	}
	/* One spelling for each value: the bits left over are zero. */
	return !out->full && have < 6 && (bits & ((1u << have) - 1)) == 0;
}

static void
add_number(struct buf *out, uint64_t n)
{
	buf_addf(out, "%016llx", (unsigned long long)n);
}

uint64_t
store_cursor_question(const struct store_query *q)
{
	SCOPED_BUF all = BUF(1 << 20);

	add_number(&all, (uint64_t)q->owner);
	add_number(&all, (uint64_t)q->first_day);
	add_number(&all, (uint64_t)q->last_day);
	buf_addf(&all, "%d %d %d %d %d", q->grouped, q->group, q->sort,
		 q->sort_by_key, q->ascending);
	for (size_t i = 0; i < q->filter_count; i++) {
		buf_addf(&all, " %d %d %zu:", q->filter[i].field,
			 q->filter[i].not_it, q->filter[i].value.n);
		buf_add(&all, q->filter[i].value);
	}
	return str_hash(buf_str(&all));
}

static void
put_number(char *to, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		to[i] = (char)(n >> (56 - 8 * i) & 255);
}

static uint64_t
get_number(const char *from)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | (unsigned char)from[i];
	return n;
}

/* Seal against slips, not against malice: a cursor shows nothing that the
 * question would not have shown. */
static uint64_t
check_of(uint64_t question, struct str bytes)
{
	return str_hash(bytes) ^ question;
}

bool
store_cursor_print(uint64_t question, const struct store_cursor *c,
		   struct buf *out)
{
	SCOPED_BUF bytes = BUF(HEAD + KEY_MAX);
	char head[HEAD] = { 0 };

	put_number(head + 8, (uint64_t)c->value);
	buf_add(&bytes, (struct str){ head, HEAD });
	buf_add(&bytes, c->key);
	if (bytes.full)
		return false;
	put_number(head,
		   check_of(question, str_sub(buf_str(&bytes), 8, bytes.n)));
	memcpy(bytes.p, head, 8);
	print_base64(buf_str(&bytes), out);
	return !out->full;
}

enum err
store_cursor_parse(struct str text, uint64_t question, struct arena *mem,
		   struct store_cursor *out, struct diag *why)
{
	SCOPED_BUF bytes = BUF(HEAD + KEY_MAX);

	if (!parse_base64(text, &bytes) || bytes.n < HEAD ||
	    get_number(bytes.p) !=
		    check_of(question, str_sub(buf_str(&bytes), 8, bytes.n)) ||
	    !arena_dup(mem, str_sub(buf_str(&bytes), HEAD, bytes.n), &out->key))
		return diag_set(why, ERR_SYNTAX, "query.bad_cursor", 0, "%.*s",
				(int)(text.n < 60 ? text.n : 60), text.p);
	out->value = (int64_t)get_number(bytes.p + 8);
	return ERR_NONE;
}
