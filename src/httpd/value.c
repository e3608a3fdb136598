/* value.c - what single fields and queries say. */
#include "httpd/private.h"

bool
httpd_field_next(const struct httpd_request *r, struct str name, size_t *at,
		 struct str *value)
{
	while (*at < r->field_count) {
		const struct httpd_field *f = &r->fields[(*at)++];

		if (str_eq_fold(f->name, name)) {
			*value = f->value;
			return true;
		}
	}
	return false;
}

struct str
httpd_field(const struct httpd_request *r, struct str name)
{
	struct str value = { 0 };
	size_t at = 0;

	(void)httpd_field_next(r, name, &at, &value);
	return value;
}

/* Length up to `mark`, outside quoted strings. */
static size_t
length_to(struct str s, char mark)
{
	bool quoted = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			quoted = !quoted;
		else if (quoted && s.p[i] == '\\')
			i++;
		else if (!quoted && s.p[i] == mark)
			return i;
	}
	return s.n;
}

bool
httpd_list_next(struct str *rest, struct str *piece)
{
	while (rest->n > 0) {
		size_t n = length_to(*rest, ',');

		*piece = httpd_trim(str_sub(*rest, 0, n));
		*rest = str_sub(*rest, n + 1, SIZE_MAX);
		if (piece->n > 0)
			return true;
	}
	return false;
}

bool
httpd_query_next(struct str *rest, struct str *name, struct str *value)
{
	struct str pair;

	while (str_split(rest, '&', &pair)) {
		size_t equals = str_index(pair, '=');

		if (pair.n == 0)
			continue;
		*name = str_sub(pair, 0, equals);
		*value = equals == SIZE_MAX
				 ? (struct str){ 0 }
				 : str_sub(pair, equals + 1, SIZE_MAX);
		return true;
	}
	return false;
}

bool
httpd_decode(struct str s, bool form, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '%') {
			int high = i + 2 < s.n ? str_hex(s.p[i + 1]) : -1;
			int low = high >= 0 ? str_hex(s.p[i + 2]) : -1;

			if (low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (form && c == '+') {
			c = ' ';
		}
		if (c == '\0' || !buf_addc(out, c))
			return false;
	}
	return true;
}

/* The weight behind "q=", in thousandths; 1000 when there is none, 0 when it
 * cannot be read. */
static int
weight_of(struct str parameters)
{
	struct str one, rest = parameters;
	int weight = 0;

	while (str_split(&rest, ';', &one)) {
		one = httpd_trim(one);
		if (!str_starts_fold(one, S("q=")))
			continue;
		one = str_sub(one, 2, SIZE_MAX);
		if (str_starts(one, S("1")))
			return 1000;
		if (!str_starts(one, S("0.")))
			return 0;
		for (size_t i = 2, unit = 100; i < 5 && i < one.n; i++) {
			if (one.p[i] < '0' || one.p[i] > '9')
				return 0;
			weight += (one.p[i] - '0') * (int)unit;
			unit /= 10;
		}
		return weight;
	}
	return 1000;
}

bool
httpd_accepts(struct str header, struct str coding)
{
	struct str item;
	bool any = false;

	while (httpd_list_next(&header, &item)) {
		size_t n = length_to(item, ';');
		struct str name = httpd_trim(str_sub(item, 0, n));
		int weight = weight_of(str_sub(item, n + 1, SIZE_MAX));

		if (str_eq_fold(name, coding))
			return weight > 0;
		if (str_eq(name, S("*")))
			any = weight > 0;
	}
	return any;
}

bool
httpd_cookie(struct str header, struct str name, struct str *out)
{
	struct str pair;

	while (str_split(&header, ';', &pair)) {
		size_t equals = str_index(pair, '=');

		if (equals == SIZE_MAX ||
		    !str_eq(httpd_trim(str_sub(pair, 0, equals)), name))
			continue;
		*out = httpd_trim(str_sub(pair, equals + 1, SIZE_MAX));
		if (out->n >= 2 && out->p[0] == '"' &&
		    out->p[out->n - 1] == '"')
			*out = str_sub(*out, 1, out->n - 2);
		return true;
	}
	return false;
}

static struct str
opaque_tag(struct str etag)
{
	return str_starts(etag, S("W/")) ? str_sub(etag, 2, SIZE_MAX) : etag;
}

bool
httpd_etag_in(struct str header, struct str etag)
{
	struct str one;

	if (etag.n == 0)
		return false;
	while (httpd_list_next(&header, &one))
		if (str_eq(one, S("*")) ||
		    str_eq(opaque_tag(one), opaque_tag(etag)))
			return true;
	return false;
}
