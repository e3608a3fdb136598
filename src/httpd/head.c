/* head.c - request line and fields, RFC 9112 sections 3 to 6. */
#include "httpd/private.h"

#include <string.h>

bool
httpd_is_token(struct str s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		bool digit = c >= '0' && c <= '9';

		if (!letter && !digit && (!c || !strchr(marks, c)))
			return false;
	}
	return s.n > 0;
}

bool
httpd_is_value(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c < 0x20 && c != '\t') || c == 0x7F)
			return false;
	}
	return true;
}

struct str
httpd_trim(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_sub(s, 1, SIZE_MAX);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

bool
httpd_cut_field(struct str line, struct httpd_field *out)
{
	size_t colon = str_index(line, ':');

	if (colon == SIZE_MAX || !httpd_is_token(str_sub(line, 0, colon)))
		return false;
	out->name = str_sub(line, 0, colon);
	out->value = httpd_trim(str_sub(line, colon + 1, SIZE_MAX));
	return httpd_is_value(out->value);
}

static enum httpd_method
method_of(struct str name)
{
	static const struct {
		struct str name;
		enum httpd_method method;
	} methods[] = {
		{ STR("GET"), HTTPD_GET },
		{ STR("HEAD"), HTTPD_HEAD },
		{ STR("POST"), HTTPD_POST },
		{ STR("PUT"), HTTPD_PUT },
		{ STR("PATCH"), HTTPD_PATCH },
		{ STR("DELETE"), HTTPD_DELETE },
		{ STR("OPTIONS"), HTTPD_OPTIONS },
	};

	for (size_t i = 0; i < COUNT_OF(methods); i++)
		if (str_eq(name, methods[i].name))
			return methods[i].method;
	return HTTPD_OTHER;
}

static int
parse_version(struct str s, struct httpd_request *r)
{
	if (s.n != 8 || !str_starts(s, S("HTTP/")) || s.p[6] != '.' ||
	    s.p[5] < '0' || s.p[5] > '9' || s.p[7] < '0' || s.p[7] > '9')
		return 400;
	if (s.p[5] != '1')
		return 505;
	r->minor = s.p[7] == '0' ? 0 : 1;
	return 0;
}

/* Letters, digits, "-._~:[]" and the few more that names of hosts may have;
 * no user name before an "@". */
static bool
is_host(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c >= 0x7F || strchr("@/\\?#\"<>^`{|},;", c))
			return false;
	}
	return true;
}

/* Origin form, absolute form, or "*" (RFC 9112 3.2). */
static bool
parse_target(struct str s, struct httpd_request *r)
{
	struct str rest = s;
	size_t at;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7F || s.p[i] == '#')
			return false;
	if (str_starts_fold(s, S("http://")))
		rest = str_sub(s, 7, SIZE_MAX);
	else if (str_starts_fold(s, S("https://")))
		rest = str_sub(s, 8, SIZE_MAX);
	if (rest.p != s.p) {
		for (at = 0; at < rest.n; at++)
			if (rest.p[at] == '/' || rest.p[at] == '?')
				break;
		r->host = str_sub(rest, 0, at);
		rest = str_sub(rest, at, SIZE_MAX);
		if (r->host.n == 0 || !is_host(r->host))
			return false;
	}
	at = str_index(rest, '?');
	r->path = str_sub(rest, 0, at);
	r->query = at == SIZE_MAX ? (struct str){ 0 }
				  : str_sub(rest, at + 1, SIZE_MAX);
	if (rest.p != s.p && r->path.n == 0)
		r->path = S("/");
	if (str_eq(r->path, S("*")))
		return r->method == HTTPD_OPTIONS;
	return str_starts(r->path, S("/"));
}

static int
parse_request_line(struct str line, struct httpd_request *r)
{
	size_t first = str_index(line, ' ');
	size_t last = line.n;

	if (first == SIZE_MAX)
		return 400;
	while (line.p[last - 1] != ' ')
		last--;
	if (last <= first + 1)
		return 400;
	r->method_name = str_sub(line, 0, first);
	r->method = method_of(r->method_name);
	if (!httpd_is_token(r->method_name))
		return 400;
	int status = parse_version(str_sub(line, last, SIZE_MAX), r);
	if (status)
		return status;
	if (!parse_target(str_sub(line, first + 1, last - 1 - (first + 1)), r))
		return 400;
	return 0;
}

/* What the fields say together, before it is judged. */
struct seen {
	unsigned hosts, lengths, codings;
	struct str host, length, coding;
	bool close, keep;
	bool odd_expectation;
};

static void
see_connection(struct str value, struct seen *seen)
{
	struct str option;

	while (httpd_list_next(&value, &option)) {
		if (str_eq_fold(option, S("close")))
			seen->close = true;
		else if (str_eq_fold(option, S("keep-alive")))
			seen->keep = true;
	}
}

static void
see_field(const struct httpd_field *f, struct httpd_request *r,
	  struct seen *seen)
{
	if (str_eq_fold(f->name, S("host"))) {
		seen->hosts++;
		seen->host = f->value;
	} else if (str_eq_fold(f->name, S("content-length"))) {
		seen->lengths++;
		seen->length = f->value;
	} else if (str_eq_fold(f->name, S("transfer-encoding"))) {
		seen->codings++;
		seen->coding = f->value;
	} else if (str_eq_fold(f->name, S("connection"))) {
		see_connection(f->value, seen);
	} else if (str_eq_fold(f->name, S("expect"))) {
		r->expects = str_eq_fold(f->value, S("100-continue"));
		seen->odd_expectation |= !r->expects;
	}
}

/* RFC 9112 6.3, with everything refused that two readers could take for two
 * different lengths. */
static int
judge_body(struct httpd_request *r, const struct seen *seen)
{
	if (seen->codings > 0) {
		if (seen->codings > 1 || seen->lengths > 0 || r->minor == 0)
			return 400;
		if (!str_eq_fold(seen->coding, S("chunked")))
			return 501;
		r->body = HTTPD_CHUNKED;
	} else if (seen->lengths > 0) {
		if (seen->lengths > 1 || !str_u64(seen->length, &r->length))
			return 400;
		r->body = HTTPD_LENGTH;
	}
	return 0;
}

static int
judge(struct httpd_request *r, const struct seen *seen)
{
	if (seen->hosts > 1 || (seen->hosts == 0 && r->minor > 0) ||
	    !is_host(seen->host))
		return 400;
	if (r->host.n == 0)
		r->host = seen->host;
	int status = judge_body(r, seen);
	if (status)
		return status;
	r->keep_alive = !seen->close && (r->minor > 0 || seen->keep);
	if (r->minor == 0 || r->body == HTTPD_NO_BODY)
		r->expects = false;
	else if (seen->odd_expectation)
		return 417;
	return 0;
}

static struct str
cut_line(struct str *rest)
{
	size_t end = str_index(*rest, '\n');
	struct str line = str_sub(*rest, 0, end - 1);

	*rest = str_sub(*rest, end + 1, SIZE_MAX);
	return line;
}

int
httpd_parse_head(struct httpd *h)
{
	struct httpd_request *r = &h->request;
	struct str rest = buf_str(&h->head);
	struct seen seen = { 0 };
	int status = parse_request_line(cut_line(&rest), r);

	if (status)
		return status;
	r->fields = h->fields;
	for (struct str line = cut_line(&rest); line.n > 0;
	     line = cut_line(&rest)) {
		struct httpd_field *f = &h->fields[r->field_count];

		if (r->field_count == HTTPD_FIELDS_MAX)
			return 431;
		if (!httpd_cut_field(line, f))
			return 400;
		see_field(f, r, &seen);
		r->field_count++;
	}
	return judge(r, &seen);
}
