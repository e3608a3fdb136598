/* hello.c - what a ClientHello asks for (RFC 8446 section 4.1.2, RFC 6066
 * section 3, RFC 7301 section 3.1). Pure. */
#include "tls/private.h"

#include <string.h>

enum {
	RECORD_HEAD = 5,
	RECORD_MAX = 16 << 10,
	HANDSHAKE = 22,
	MESSAGE_HEAD = 4,
	CLIENT_HELLO = 1,
	RANDOM_AND_VERSION = 34,
	SERVER_NAME = 0,
	HOST_NAME = 0,
	ALPN = 16
};

static size_t
number(const char *p, unsigned bytes)
{
	size_t n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n = n << 8 | (unsigned char)p[i];
	return n;
}

/* Cuts a piece behind its length, which is `bytes` long, off `rest`. */
static bool
cut(struct str *rest, unsigned bytes, struct str *piece)
{
	size_t n;

	if (rest->n < bytes)
		return false;
	n = number(rest->p, bytes);
	if (n > rest->n - bytes)
		return false;
	*piece = str_sub(*rest, bytes, n);
	*rest = str_sub(*rest, bytes + n, SIZE_MAX);
	return true;
}

struct str
tls_hello_name(struct str extension)
{
	struct str list, name;

	if (!cut(&extension, 2, &list) || list.n == 0 || list.p[0] != HOST_NAME)
		return (struct str){ 0 };
	list = str_sub(list, 1, SIZE_MAX);
	if (!cut(&list, 2, &name) || list.n > 0 || extension.n > 0)
		return (struct str){ 0 };
	return name;
}

bool
tls_hello_challenge(struct str protocols)
{
	struct str one;

	return cut(&protocols, 1, &one) && protocols.n == 0 &&
	       str_eq(one, S(TLS_CHALLENGE));
}

static bool
read_extensions(struct str all, struct tls_hello *out)
{
	while (all.n > 0) {
		struct str one, list;
		size_t type;

		if (all.n < 2)
			return false;
		type = number(all.p, 2);
		all = str_sub(all, 2, SIZE_MAX);
		if (!cut(&all, 2, &one))
			return false;
		if (type == SERVER_NAME)
			out->name = tls_hello_name(one);
		else if (type == ALPN && cut(&one, 2, &list))
			out->challenge = tls_hello_challenge(list);
	}
	return true;
}

static bool
read_message(struct str message, struct tls_hello *out)
{
	struct str piece;

	if (message.n < RANDOM_AND_VERSION)
		return false;
	message = str_sub(message, RANDOM_AND_VERSION, SIZE_MAX);
	/* Session, cipher suites, compression. */
	if (!cut(&message, 1, &piece) || !cut(&message, 2, &piece) ||
	    !cut(&message, 1, &piece))
		return false;
	if (message.n == 0)
		return true; /* without extensions */
	return cut(&message, 2, &piece) && read_extensions(piece, out);
}

enum tls_peek
tls_peek(char *bytes, size_t n, struct tls_hello *out)
{
	size_t at = 0, have = 0, want = MESSAGE_HEAD;

	*out = (struct tls_hello){ 0 };
	while (have < want) {
		size_t length;

		if (n > at && bytes[at] != HANDSHAKE)
			return TLS_PEEK_BAD;
		if (n - at < RECORD_HEAD)
			return TLS_PEEK_MORE;
		length = number(bytes + at + 3, 2);
		if (length == 0 || length > RECORD_MAX)
			return TLS_PEEK_BAD;
		at += RECORD_HEAD;
		if (length > n - at)
			length = n - at;
		memmove(bytes + have, bytes + at, length);
		have += length;
		at += length;
		if (have > 0 && bytes[0] != CLIENT_HELLO)
			return TLS_PEEK_BAD;
		if (have >= MESSAGE_HEAD)
			want = MESSAGE_HEAD + number(bytes + 1, 3);
		if (want > TLS_PEEK_MAX)
			return TLS_PEEK_BAD;
		if (have < want && at == n)
			return TLS_PEEK_MORE;
	}
	return read_message((struct str){ bytes + MESSAGE_HEAD,
					  want - MESSAGE_HEAD },
			    out)
		       ? TLS_PEEK_DONE
		       : TLS_PEEK_BAD;
}
