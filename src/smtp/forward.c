/* forward.c - XCLIENT and XFORWARD: whom a trusted server speaks for. */
#include "smtp/private.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* RFC 3461 section 4: "+2B" is "+". False for what is no such text, is too
 * long or hides a control character. */
static bool
xtext(struct str in, char *to, size_t room, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < in.n; i++) {
		int c = (unsigned char)in.p[i];

		if (c == '+') {
			int high = i + 2 < in.n ? hex(in.p[i + 1]) : -1;
			int low = i + 2 < in.n ? hex(in.p[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = high * 16 + low;
			i += 2;
		}
		if (c < ' ' || c == 0x7f || *n == room)
			return false;
		to[(*n)++] = (char)c;
	}
	return true;
}

bool
smtp_client_parse(struct str attributes, struct smtp_client *out)
{
	static const char *const known[] = { "NAME",  "ADDR",     "PORT",
					     "PROTO", "HELO",     "IDENT",
					     "LOGIN", "DESTADDR", "DESTPORT",
					     "SOURCE" };
	struct str key;
	struct str value;

	while (smtp_parameter(&attributes, &key, &value)) {
		char text[SMTP_HELO_MAX];
		bool found = false;
		struct str plain = { text, 0 };

		for (size_t i = 0; i < COUNT_OF(known); i++)
			found |= str_eq_fold(key, str_of(known[i]));
		if (!found || !xtext(value, text, sizeof(text), &plain.n))
			return false;
		/* Attributes without a value leave what is known. */
		if (plain.n == 0 || str_eq_fold(plain, S("[UNAVAILABLE]")) ||
		    str_eq_fold(plain, S("[TEMPUNAVAIL]")))
			continue;
		if (str_eq_fold(key, S("ADDR"))) {
			if (!netaddr_parse(plain, &out->addr))
				return false;
			out->has_addr = true;
		} else if (str_eq_fold(key, S("HELO"))) {
			for (size_t i = 0; i < plain.n; i++)
				out->helo[i] = text[i];
			out->helo_n = plain.n;
		}
	}
	return true;
}
