/* exchange.c - a signed message to a name server and its answer, over TCP: a
 * connection each. */
#include "netaddr/netaddr.h"
#include "os/os.h"
#include "publish/private.h"
#include "seal/seal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PACKET_MAX = 65535,
	FUDGE = 300, /* seconds, RFC 8945 section 10 */
	PORT_MAX = 65535,
	KEY_ROOM = 1100,
	MAC_AT = 3, /* fields of a TSIG record */
	ERROR_AT = 5,
	BADSIG = 16,
	BADKEY = 17,
	BADTIME = 18,
	BADTRUNC = 22
};

/* ---- bytes ---- */

struct line {
	int fd;
	int64_t ends; /* ticks */
};

static bool
wait_for(const struct line *l, short what)
{
	struct pollfd p = { .fd = l->fd, .events = what };
	int64_t left;
	int n;

	do {
		left = l->ends - os_ticks();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (n < 0 && errno == EINTR);
	if (n == 0)
		errno = ETIMEDOUT;
	return n > 0;
}

static bool
send_all(const struct line *l, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t sent = send(l->fd, p, n, MSG_NOSIGNAL);

		if (sent > 0) {
			p += sent;
			n -= (size_t)sent;
		} else if (errno != EAGAIN && errno != EINTR) {
			return false;
		} else if (!wait_for(l, POLLOUT)) {
			return false;
		}
	}
	return true;
}

static bool
take_all(const struct line *l, uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t got = recv(l->fd, p, n, 0);

		if (got == 0)
			errno = ECONNRESET;
		if (got > 0) {
			p += got;
			n -= (size_t)got;
		} else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
			return false;
		} else if (!wait_for(l, POLLIN)) {
			return false;
		}
	}
	return true;
}

static bool
read_server(struct str text, struct sockaddr_in6 *out)
{
	struct netaddr ip;
	uint64_t port;
	size_t colon = text.n;

	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || !netaddr_parse(str_sub(text, 0, colon - 1), &ip) ||
	    !str_u64(str_sub(text, colon, SIZE_MAX), &port) || port == 0 ||
	    port > PORT_MAX)
		return false;
	*out = (struct sockaddr_in6){ .sin6_family = AF_INET6,
				      .sin6_port = htons((uint16_t)port) };
	memcpy(&out->sin6_addr, ip.b, sizeof(ip.b));
	return true;
}

/* IPv4 goes through mapped addresses where there is IPv6, and by itself where
 * there is none. */
static bool
dial(const struct sockaddr_in6 *to, struct line *l)
{
	bool v4 = IN6_IS_ADDR_V4MAPPED(&to->sin6_addr);
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = to->sin6_port };
	union {
		const struct sockaddr_in *four;
		const struct sockaddr_in6 *six;
		const struct sockaddr *any;
	} at = { .six = to };
	socklen_t n = sizeof(*to);
	int cause = 0;
	socklen_t cause_n = sizeof(cause);

	if (v4) {
		memcpy(&four.sin_addr, to->sin6_addr.s6_addr + 12, 4);
		at.four = &four;
		n = sizeof(four);
	}
	l->fd = socket(v4 ? AF_INET : AF_INET6,
		       SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (l->fd < 0)
		return false;
	if (connect(l->fd, at.any, n) == 0)
		return true;
	if (errno != EINPROGRESS || !wait_for(l, POLLOUT) ||
	    getsockopt(l->fd, SOL_SOCKET, SO_ERROR, &cause, &cause_n) < 0)
		return false;
	errno = cause;
	return cause == 0;
}

/* ---- one message ---- */

static enum err
unreachable(const struct publish_task *t, const char *how, struct diag *why)
{
	return diag_set(why, ERR_IO, "publish.unreachable", 0, "%.*s: %s",
			STR_ARG(t->provider->field[PROVIDER_SERVER]), how);
}

static enum err
there_and_back(struct publish_task *t, struct str question, uint8_t *answer,
	       size_t *answer_n, struct diag *why)
{
	SCOPED_FD fd = -1;
	struct line l = { -1, os_ticks() + publish_left(t) };
	uint8_t head[2] = { (uint8_t)(question.n >> 8), (uint8_t)question.n };
	struct sockaddr_in6 to;
	bool good;

	if (!read_server(t->provider->field[PROVIDER_SERVER], &to))
		return diag_set(why, ERR_SYNTAX, "publish.bad_provider", 0,
				"server");
	good = dial(&to, &l);
	fd = l.fd;
	good = good && send_all(&l, head, sizeof(head)) &&
	       send_all(&l, (const uint8_t *)question.p, question.n) &&
	       take_all(&l, head, sizeof(head));
	*answer_n = (size_t)head[0] << 8 | head[1];
	if (!good || !take_all(&l, answer, *answer_n))
		return unreachable(t, strerror(errno), why);
	return ERR_NONE;
}

/* ---- TSIG ---- */

struct key {
	char name[KEY_ROOM], algorithm[KEY_ROOM];
	char data[KEY_ROOM];
};

static bool
copy(char out[KEY_ROOM], struct str text, const char *end)
{
	size_t end_n = strlen(end);

	if (text.n + end_n >= KEY_ROOM)
		return false;
	memcpy(out, text.p, text.n);
	memcpy(out + text.n, end, end_n + 1);
	return true;
}

static bool
read_key(const struct provider *p, struct key *out)
{
	struct str name = p->field[PROVIDER_KEY_NAME];
	struct str algorithm = p->field[PROVIDER_ALGORITHM];

	if (algorithm.n == 0)
		algorithm = S("hmac-sha256");
	return copy(out->name, name, str_ends(name, S(".")) ? "" : ".") &&
	       copy(out->algorithm, algorithm, ".") &&
	       copy(out->data, p->secret, "");
}

static bool
sign(const struct provider *p, ldns_pkt *pkt)
{
	struct key key;
	bool good = read_key(p, &key) &&
		    ldns_pkt_tsig_sign(pkt, key.name, key.data, FUDGE,
				       key.algorithm, NULL) == LDNS_STATUS_OK;

	seal_wipe(&key, sizeof(key));
	return good;
}

static bool
is_ours(const struct provider *p, ldns_pkt *answer, struct str wire,
	const ldns_pkt *question)
{
	const ldns_rr *tsig = ldns_pkt_tsig(question);
	struct key key;
	bool good = tsig && ldns_pkt_tsig(answer) && read_key(p, &key) &&
		    ldns_pkt_tsig_verify(answer, (const uint8_t *)wire.p,
					 wire.n, key.name, key.data,
					 ldns_rr_rdf(tsig, MAC_AT));

	seal_wipe(&key, sizeof(key));
	return good;
}

/* ---- what a refusal says ---- */

static const char *
tsig_words(const ldns_pkt *answer)
{
	const ldns_rr *tsig = ldns_pkt_tsig(answer);
	const ldns_rdf *error = tsig ? ldns_rr_rdf(tsig, ERROR_AT) : NULL;

	switch (error ? ldns_rdf2native_int16(error) : 0) {
	case BADSIG:
		return " BADSIG (another key of this name)";
	case BADKEY:
		return " BADKEY (no such key)";
	case BADTIME:
		return " BADTIME (the clocks differ)";
	case BADTRUNC:
		return " BADTRUNC";
	default:
		return "";
	}
}

static enum err
judge(struct publish_task *t, const ldns_pkt *answer, bool ours,
      struct diag *why)
{
	struct str zone = t->plan->zone;
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(answer);
	const ldns_lookup_table *known =
		ldns_lookup_by_id(ldns_rcodes, (int)rcode);
	const char *name = known ? known->name : "RCODE";

	switch (rcode) {
	case LDNS_RCODE_NOERROR:
	case LDNS_RCODE_NXDOMAIN:
		if (ours)
			return ERR_NONE;
		return unreachable(t, "the answer is not signed with the key",
				   why);
	case LDNS_RCODE_YXDOMAIN:
	case LDNS_RCODE_YXRRSET:
	case LDNS_RCODE_NXRRSET:
		return diag_set(why, ERR_SYNTAX, "publish.changed", 0,
				"%.*s (%s)", STR_ARG(zone), name);
	case LDNS_RCODE_SERVFAIL:
		return unreachable(t, name, why);
	default:
		return diag_set(why, ERR_SYNTAX, "publish.refused", 0,
				"%s%s, %.*s", name, tsig_words(answer),
				STR_ARG(zone));
	}
}

static enum err
ask(struct publish_task *t, struct str wire, const ldns_pkt *question,
    ldns_pkt **answer, struct diag *why)
{
	uint8_t *bytes = arena_alloc(t->mem, PACKET_MAX);
	size_t n = 0;
	enum err err;

	if (!bytes)
		return unreachable(t, "no memory", why);
	err = there_and_back(t, wire, bytes, &n, why);
	if (err != ERR_NONE)
		return err;
	if (ldns_wire2pkt(answer, bytes, n) != LDNS_STATUS_OK)
		return unreachable(t, "no DNS answer", why);
	if (ldns_pkt_id(*answer) != ldns_pkt_id(question) ||
	    !ldns_pkt_qr(*answer))
		return unreachable(t, "an answer to another question", why);
	return judge(t, *answer,
		     is_ours(t->provider, *answer,
			     (struct str){ (const char *)bytes, n }, question),
		     why);
}

enum err
publish_exchange(struct publish_task *t, ldns_pkt *question, ldns_pkt **answer,
		 struct diag *why)
{
	uint8_t *wire = NULL;
	uint16_t id;
	size_t n = 0;
	enum err err;

	*answer = NULL;
	seal_random(&id, sizeof(id));
	ldns_pkt_set_id(question, id);
	ldns_pkt_set_rd(question, false);
	if (!sign(t->provider, question))
		return diag_set(why, ERR_SYNTAX, "publish.bad_provider", 0,
				"secret");
	if (ldns_pkt2wire(&wire, question, &n) != LDNS_STATUS_OK ||
	    n > PACKET_MAX)
		err = diag_set(why, ERR_LIMIT, "publish.too_large", 0, "%s",
			       "");
	else
		err = ask(t, (struct str){ (const char *)wire, n }, question,
			  answer, why);
	LDNS_FREE(wire);
	return err;
}
