/* value.c - values of records as providers write them. */
#include "dnsname/dnsname.h"
#include "netaddr/netaddr.h"
#include "publish/http.h"

void
publish_content(enum records_type type, struct str value, struct buf *out)
{
	if (type == RECORDS_TXT) {
		records_print_txt(value, out);
		return;
	}
	buf_add(out, value);
	if (type == RECORDS_CNAME)
		buf_addc(out, '.');
}

/* ---- reading ---- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One character of a quoted string, with its escapes (RFC 1035 section 5.1);
 * how many bytes it takes. */
static size_t
unescape(struct str text, struct buf *out)
{
	if (text.p[0] != '\\' || text.n < 2) {
		buf_addc(out, text.p[0]);
		return 1;
	}
	if (text.n >= 4 && is_digit(text.p[1]) && is_digit(text.p[2]) &&
	    is_digit(text.p[3])) {
		int code = (text.p[1] - '0') * 100 + (text.p[2] - '0') * 10 +
			   text.p[3] - '0';

		buf_addc(out, (char)code);
		return 4;
	}
	buf_addc(out, text.p[1]);
	return 2;
}

static void
unquote(struct str text, struct buf *out)
{
	bool inside = false;

	for (size_t i = 0; i < text.n;) {
		if (text.p[i] == '"') {
			inside = !inside;
			i++;
		} else if (inside) {
			i += unescape(str_sub(text, i, SIZE_MAX), out);
		} else {
			i++; /* between two strings */
		}
	}
}

bool
publish_value(enum records_type type, struct str content, struct arena *mem,
	      struct str *out)
{
	SCOPED_BUF text = BUF(1 << 16);
	char printed[NETADDR_PRINT_MAX];
	struct netaddr ip;

	switch (type) {
	case RECORDS_TXT:
		if (str_starts(content, S("\"")))
			unquote(content, &text);
		else
			buf_add(&text, content);
		return !text.full && arena_dup(mem, buf_str(&text), out);
	case RECORDS_CNAME:
		return dnsname_fold(content, mem, out) &&
		       arena_dup(mem, *out, out);
	default:
		return netaddr_parse(content, &ip) &&
		       arena_dup(mem, str_of(netaddr_print(&ip, printed)), out);
	}
}

bool
publish_values_add(struct publish_values *v, enum records_type type,
		   struct str content, struct str id, struct arena *mem)
{
	size_t i = v->n;

	if (i == COUNT_OF(v->value) ||
	    !publish_value(type, content, mem, &v->value[i]) ||
	    !arena_dup(mem, content, &v->content[i]) ||
	    !arena_dup(mem, id, &v->id[i]))
		return false;
	v->n++;
	return true;
}

bool
publish_has(const struct str *value, size_t n, struct str one)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(value[i], one))
			return true;
	return false;
}

struct str
publish_host(const struct publish_task *t, const struct dnsplan_change *c)
{
	const struct records set = { .zone = t->plan->zone };
	const struct record r = { .name = c->name };

	return records_host(&set, &r);
}

uint32_t
publish_ttl(const struct publish_http *h, uint32_t ttl)
{
	return ttl < h->least_ttl ? h->least_ttl : ttl;
}
