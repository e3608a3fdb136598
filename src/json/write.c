/* write.c - JSON straight into a buffer. */
#include "json/json.h"

#include <assert.h>
#include <inttypes.h>

/* Bytes that stand for themselves in a string. */
static bool
is_plain(char c)
{
	return c >= ' ' && c != '"' && c != '\\' && c != 0x7F;
}

static void
add_control(struct buf *out, char c)
{
	switch (c) {
	case '"':
		buf_addz(out, "\\\"");
		break;
	case '\\':
		buf_addz(out, "\\\\");
		break;
	case '\n':
		buf_addz(out, "\\n");
		break;
	case '\r':
		buf_addz(out, "\\r");
		break;
	case '\t':
		buf_addz(out, "\\t");
		break;
	default:
		buf_addf(out, "\\u%04x", (unsigned)(unsigned char)c);
	}
}

static void
add_string(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	while (s.n > 0) {
		size_t n = 0;

		while (n < s.n && is_plain(s.p[n]))
			n++;
		buf_add(out, str_sub(s, 0, n));
		s = str_sub(s, n, SIZE_MAX);
		if (s.n == 0)
			break;
		n = str_utf8_len(s);
		if (n == 0)
			buf_addz(out, "\xEF\xBF\xBD");
		else if (n == 1)
			add_control(out, s.p[0]);
		else
			buf_add(out, str_sub(s, 0, n));
		s = str_sub(s, n ? n : 1, SIZE_MAX);
	}
	buf_addc(out, '"');
}

static void
begin(struct json_out *j, const char *key)
{
	if (!j->first)
		buf_addc(j->to, ',');
	j->first = false;
	if (key) {
		add_string(j->to, str_of(key));
		buf_addc(j->to, ':');
	}
}

static void
open_bracket(struct json_out *j, const char *key, char bracket)
{
	begin(j, key);
	buf_addc(j->to, bracket);
	j->first = true;
	j->depth++;
}

static void
close_bracket(struct json_out *j, char bracket)
{
	assert(j->depth > 0);
	buf_addc(j->to, bracket);
	j->first = false;
	j->depth--;
}

void
json_open_object(struct json_out *j, const char *key)
{
	open_bracket(j, key, '{');
}

void
json_close_object(struct json_out *j)
{
	close_bracket(j, '}');
}

void
json_open_array(struct json_out *j, const char *key)
{
	open_bracket(j, key, '[');
}

void
json_close_array(struct json_out *j)
{
	close_bracket(j, ']');
}

void
json_put_str(struct json_out *j, const char *key, struct str value)
{
	begin(j, key);
	add_string(j->to, value);
}

void
json_put_i64(struct json_out *j, const char *key, int64_t value)
{
	begin(j, key);
	buf_addf(j->to, "%" PRId64, value);
}

void
json_put_u64(struct json_out *j, const char *key, uint64_t value)
{
	begin(j, key);
	buf_addf(j->to, "%" PRIu64, value);
}

void
json_put_bool(struct json_out *j, const char *key, bool value)
{
	begin(j, key);
	buf_addz(j->to, value ? "true" : "false");
}

void
json_put_null(struct json_out *j, const char *key)
{
	begin(j, key);
	buf_addz(j->to, "null");
}

void
json_put_known(struct json_out *j, const char *key, struct str value)
{
	if (value.n > 0)
		json_put_str(j, key, value);
	else
		json_put_null(j, key);
}
