/* sockets.c - the listening sockets; they outlive roles and reloads, so that
 * nobody who connects meanwhile is refused. */
#include "loop/loop.h"
#include "serve/private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct serve_socket *
find(const struct serve_sockets *in, enum serve_use use, const char *address)
{
	for (size_t i = 0; in && i < in->n; i++)
		if (in->at[i].use == use &&
		    strcmp(in->at[i].address, address) == 0)
			return &in->at[i];
	return NULL;
}

/* Opened sockets of `out` that are none of `old`'s are closed again. */
static enum err
open_one(struct serve_sockets *out, const struct serve_sockets *old,
	 enum serve_use use, const char *address, struct diag *why)
{
	const struct serve_socket *same = find(old, use, address);
	struct serve_socket *to = &out->at[out->n];
	enum err err;

	if (find(out, use, address))
		return ERR_NONE; /* named twice */
	if (out->n == SERVE_SOCKETS_MAX ||
	    strlen(address) >= SERVE_ADDRESS_ROOM)
		return diag_set(why, ERR_LIMIT, "serve.listen", 0, "%s",
				address);
	if (same) {
		*to = *same;
		out->n++;
		return ERR_NONE;
	}
	to->use = use;
	(void)snprintf(to->address, sizeof to->address, "%s", address);
	err = use == SERVE_FOR_DNS_UDP
		      ? loop_datagram_open(str_of(address), &to->fd, why)
		      : loop_listen_open(str_of(address), &to->fd, why);
	if (err != ERR_NONE)
		return err;
	out->n++;
	/* Who may reach the directory may connect; mail servers run as
	 * somebody else. */
	if (address[0] == '/' && chmod(address, 0666) < 0)
		return diag_errno(why, "open", address);
	return ERR_NONE;
}

static enum err
open_all(const struct serve_options *o, const struct serve_sockets *old,
	 struct serve_sockets *out, struct diag *why)
{
	const struct {
		enum serve_role role;
		enum serve_use use;
		struct serve_list places;
	} doors[] = {
		{ SERVE_WEB, SERVE_FOR_WEB, o->web.listen },
		{ SERVE_INTAKE, SERVE_FOR_SMTP, o->smtp.listen },
		{ SERVE_INTAKE, SERVE_FOR_LMTP, o->lmtp },
		{ SERVE_WEB,
		  SERVE_FOR_METRICS,
		  { &o->metrics, o->metrics[0] ? 1 : 0 } },
		{ SERVE_NAMESERVER, SERVE_FOR_DNS, o->dns.listen },
		{ SERVE_NAMESERVER, SERVE_FOR_DNS_UDP, o->dns.listen },
		{ SERVE_POLICY, SERVE_FOR_POLICY, o->hosting.policy_listen },
		{ SERVE_POLICY, SERVE_FOR_CHALLENGE,
		  o->hosting.challenge_listen },
	};
	enum err err = ERR_NONE;

	for (size_t i = 0; i < COUNT_OF(doors); i++) {
		if (o->roles && !(o->roles & 1U << doors[i].role))
			continue;
		for (size_t k = 0; k < doors[i].places.n && err == ERR_NONE;
		     k++)
			err = open_one(out, old, doors[i].use,
				       doors[i].places.at[k], why);
	}
	return err;
}

enum err
serve_sockets_open(const struct serve_options *o,
		   const struct serve_sockets *old, struct serve_sockets *out,
		   struct diag *why)
{
	enum err err;

	*out = (struct serve_sockets){ .n = 0 };
	err = open_all(o, old, out, why);
	if (err != ERR_NONE)
		serve_sockets_close(out, old);
	return err;
}

void
serve_sockets_close(const struct serve_sockets *sockets,
		    const struct serve_sockets *kept)
{
	for (size_t i = 0; i < sockets->n; i++) {
		const struct serve_socket *one = &sockets->at[i];

		if (find(kept, one->use, one->address))
			continue;
		(void)close(one->fd);
		if (one->address[0] == '/')
			(void)unlink(one->address);
	}
}

void
serve_socket_name(const struct serve_socket *socket, struct buf *out)
{
	struct sockaddr_storage at = { 0 };
	const struct sockaddr_in *four = (const void *)&at;
	const struct sockaddr_in6 *six = (const void *)&at;
	socklen_t size = sizeof at;
	char text[INET6_ADDRSTRLEN] = "";

	if (socket->address[0] == '/' ||
	    getsockname(socket->fd, (void *)&at, &size) < 0) {
		buf_addz(out, socket->address);
	} else if (at.ss_family == AF_INET6) {
		bool all = IN6_IS_ADDR_UNSPECIFIED(&six->sin6_addr);

		(void)inet_ntop(AF_INET6, &six->sin6_addr, text, sizeof text);
		buf_addf(out, all ? "%.0s:%u" : "[%s]:%u", text,
			 ntohs(six->sin6_port));
	} else {
		bool all = four->sin_addr.s_addr == INADDR_ANY;

		(void)inet_ntop(AF_INET, &four->sin_addr, text, sizeof text);
		buf_addf(out, all ? "%.0s:%u" : "%s:%u", text,
			 ntohs(four->sin_port));
	}
}
