/* way.c - from server to server, and what the last of them found out. */
#include "headers/private.h"

/* The word behind " from " and the like in a bare Received field. */
static struct str
clause(struct str way, struct str word)
{
	while (way.n > 0) {
		struct str one;

		if (!str_split(&way, ' ', &one))
			break;
		if (str_eq(one, word) && str_split(&way, ' ', &one))
			return one;
	}
	return S("");
}

/* "[192.0.2.7]" of the peer stands before "by", often in a comment. */
static struct str
peer_of(struct str value)
{
	struct str head = str_sub(value, 0, str_find(value, S(" by ")));
	size_t from = str_index(head, '[');
	struct str address =
		str_sub(head, from == SIZE_MAX ? head.n : from + 1, SIZE_MAX);

	return str_sub(address, 0, str_index(address, ']'));
}

static size_t
last_of(struct str s, char c)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != c)
		i--;
	return i > 0 ? i - 1 : SIZE_MAX;
}

static bool
read_hop(struct str value, struct arena *mem, struct headers_hop *out)
{
	size_t cut = last_of(value, ';');
	struct str way, date;

	if (!headers_bare(str_sub(value, 0, cut), mem, &way) ||
	    !headers_bare(cut == SIZE_MAX ? S("")
					  : str_sub(value, cut + 1, SIZE_MAX),
			  mem, &date))
		return false;
	*out = (struct headers_hop){ .from = clause(way, S("from")),
				     .by = clause(way, S("by")),
				     .with = clause(way, S("with")),
				     .address = peer_of(value) };
	out->timed = civil_parse_rfc5322(date, &out->at);
	return true;
}

bool
headers_read_way(const struct headers_fields *all, struct arena *mem,
		 struct headers_mail *out)
{
	out->hop = arena_array(mem, HEADERS_LIST_MAX, sizeof(*out->hop));
	if (!out->hop)
		return false;
	/* Each server puts its own above the others. */
	for (size_t i = all->n; i > 0; i--) {
		struct headers_hop *hop = &out->hop[out->hop_n];

		if (!headers_is(&all->at[i - 1], S("received")) ||
		    out->hop_n == HEADERS_LIST_MAX)
			continue;
		if (!read_hop(all->at[i - 1].value, mem, hop))
			return false;
		if (out->hop_n > 0 && hop->timed && hop[-1].timed) {
			hop->delayed = true;
			hop->delay = hop->at - hop[-1].at;
		}
		out->hop_n++;
	}
	return true;
}

/* ---- results ---- */

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

static size_t
span(struct str s, struct str also)
{
	size_t n = 0;

	while (n < s.n &&
	       (is_word(s.p[n]) || str_index(also, s.p[n]) != SIZE_MAX))
		n++;
	return n;
}

/* "dkim/1 = pass header.d=example.com"; false: it is none. */
static bool
cut_result(struct str text, struct headers_result *out)
{
	size_t n, at = str_index(text, '=');
	struct str rest;

	text = str_trim(text);
	n = span(text, S(".-"));
	at = str_index(text, '=');
	if (n == 0 || at == SIZE_MAX)
		return false;
	out->method = str_sub(text, 0, n);
	rest = str_trim(str_sub(text, n, at - n));
	if (rest.n > 0 && rest.p[0] != '/')
		return false;
	rest = str_trim(str_sub(text, at + 1, SIZE_MAX));
	n = span(rest, S(""));
	out->result = str_sub(rest, 0, n);
	out->detail = str_trim(str_sub(rest, n, SIZE_MAX));
	return n > 0;
}

static bool
take_results(struct str rest, struct arena *mem, struct headers_mail *out)
{
	struct headers_result *r;
	struct str piece;

	while (out->result_n < HEADERS_LIST_MAX &&
	       str_split(&rest, ';', &piece)) {
		r = &out->result[out->result_n];
		if (!cut_result(piece, r))
			continue;
		if (!headers_lower(r->method, mem, &r->method) ||
		    !headers_lower(r->result, mem, &r->result))
			return false;
		out->result_n++;
	}
	return true;
}

/* The topmost was written last, by the server nearest to the reader; what that
 * server wrote in several fields stands above the next server's. */
bool
headers_read_results(const struct headers_fields *all, struct arena *mem,
		     struct headers_mail *out)
{
	out->result = arena_array(mem, HEADERS_LIST_MAX, sizeof(*out->result));
	if (!out->result)
		return false;
	for (size_t i = 0; i < all->n; i++) {
		struct str rest, judge;

		if (out->judge.n > 0 && headers_is(&all->at[i], S("received")))
			break;
		if (!headers_is(&all->at[i], S("authentication-results")))
			continue;
		if (!headers_bare(all->at[i].value, mem, &rest))
			return false;
		if (!str_split(&rest, ';', &judge))
			continue;
		judge = str_trim(judge);
		judge = str_sub(judge, 0, str_index(judge, ' '));
		if (judge.n == 0)
			continue;
		if (out->judge.n > 0 && !str_eq_fold(judge, out->judge))
			continue;
		out->judge = judge;
		if (!take_results(rest, mem, out))
			return false;
	}
	return true;
}
