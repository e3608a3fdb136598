/* guess.c - the mistakes people make, and what they meant. */
#include "base/base.h"
#include "spf/private.h"

#include <string.h>

/* Words in front of an address, longest first. */
static const struct str words[] = {
	STR("ipv4"),    STR("ipv6"),   STR("ip4"), STR("ip6"), STR("ip"),
	STR("include"), STR("exists"), STR("ptr"), STR("mx"),  STR("a"),
};

static bool
keep_guess(struct spf_term *t, struct arena *mem, enum spf_fault fault,
	   const struct buf *text)
{
	/* An unknown modifier ("ip4=...") is no fault, but not meant. */
	if (t->fault)
		t->fault = fault;
	return arena_dup(mem, buf_str(text), &t->better);
}

static struct str
without_qualifier(struct str s)
{
	bool any = s.n > 0 && memchr("+-?~", s.p[0], 4);

	return str_sub(s, any ? 1 : 0, SIZE_MAX);
}

/* The address in "ip4=192.0.2.1", "ipv4:192.0.2.1", "a:192.0.2.1",
 * "ip4192.0.2.1" or "192.0.2.1". */
static bool
address_in(struct str s, struct str *address, bool *as_name)
{
	*as_name = false;
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		struct str rest;

		if (!str_starts_fold(s, words[i]))
			continue;
		rest = str_sub(s, words[i].n, SIZE_MAX);
		if (rest.n > 0 && memchr(":=", rest.p[0], 2))
			rest = str_sub(rest, 1, SIZE_MAX);
		if (!spf_is_address(rest))
			continue;
		*as_name = i > 4;
		*address = rest;
		return true;
	}
	*address = s;
	return spf_is_address(s);
}

static bool
guess_address(struct spf_term *t, struct str body, struct arena *mem,
	      bool *done)
{
	SCOPED_BUF text = BUF(256);
	struct netaddr_net net;
	struct str address;
	bool as_name, v6;

	*done = address_in(body, &address, &as_name);
	v6 = *done && str_index(address, ':') != SIZE_MAX;
	if (!*done || spf_read_net(address, v6, &net) != SPF_FINE)
		return true;
	if (body.p > t->text.p && t->text.p[0] != '+')
		buf_addc(&text, t->text.p[0]);
	buf_addz(&text, v6 ? "ip6:" : "ip4:");
	buf_add(&text, address);
	if (text.full)
		return true;
	return keep_guess(t, mem,
			  as_name                        ? SPF_ADDRESS_AS_NAME
			  : t->fault == SPF_WRONG_FAMILY ? SPF_WRONG_FAMILY
							 : SPF_WRONG_WORD,
			  &text);
}

/* "include=example.net", "redirect:example.net", "all=". */
static bool
guess_sign(struct spf_term *t, struct str body, struct arena *mem)
{
	SCOPED_BUF text = BUF(512);
	size_t n = 0;
	bool modifier;

	while (n < body.n && body.p[n] != ':' && body.p[n] != '=')
		n++;
	if (n + 1 >= body.n)
		return true;
	modifier = str_eq_fold(str_sub(body, 0, n), S("redirect")) ||
		   str_eq_fold(str_sub(body, 0, n), S("exp"));
	for (int k = SPF_INCLUDE; !modifier && k <= SPF_EXISTS; k++)
		if (str_eq_fold(str_sub(body, 0, n),
				str_of(spf_kind_name((enum spf_kind)k))))
			break;
		else if (k == SPF_EXISTS)
			return true;
	if ((body.p[n] == '=') == modifier)
		return true;
	if (!modifier)
		buf_add(&text,
			str_sub(t->text, 0, (size_t)(body.p - t->text.p)));
	buf_add(&text, str_sub(body, 0, n));
	buf_addc(&text, modifier ? '=' : ':');
	buf_add(&text, str_sub(body, n + 1, SIZE_MAX));
	if (text.full ||
	    spf_domain_fault(str_sub(body, n + 1, SIZE_MAX)) != SPF_FINE)
		return true;
	return keep_guess(t, mem, SPF_WRONG_WORD, &text);
}

bool
spf_guess(struct spf_term *t, struct arena *mem)
{
	struct str body = without_qualifier(t->text);
	bool done;

	if (t->fault == SPF_BAD_CHAR || t->fault == SPF_TWICE ||
	    (!t->fault && t->kind != SPF_UNKNOWN))
		return true;
	if (!guess_address(t, body, mem, &done))
		return false;
	return done || guess_sign(t, body, mem);
}
