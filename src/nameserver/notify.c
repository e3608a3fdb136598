/* notify.c - telling secondaries that there is a new zone, until they say that
 * they have heard (RFC 1996 section 3.6). */
#include "log/log.h"
#include "nameserver/private.h"
#include "os/os.h"
#include "seal/seal.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TRIES = 6, /* each waits twice as long as the one before */
	REPLY_ROOM = 1024
};

struct told {
	struct nameserver *role;
	const struct nameserver_secondary *to;
	struct loop_watch *watch; /* NULL: no socket */
	struct loop_timer *again;
	int fd;
	uint16_t id;
	unsigned tries; /* made */
	bool heard;
	int64_t sent; /* ticks, of the last first try; 0: never */
};

struct nameserver_notify {
	size_t n;
	struct told at[];
};

static struct log_pair
peer(const struct told *t, char text[NETADDR_PRINT_MAX])
{
	return log_text("secondary",
			str_of(netaddr_print(&t->to->at.ip, text)));
}

/* ---- sockets: one for each, so that only it can answer ---- */

static bool
connect_to(int fd, const struct netaddr_port *at)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6,
				    .sin6_port = htons(at->port) };
	struct sockaddr_in four = { .sin_family = AF_INET,
				    .sin_port = htons(at->port) };

	if (netaddr_is_v4(&at->ip)) {
		memcpy(&four.sin_addr, at->ip.b + 12, 4);
		return connect(fd, (const void *)&four, sizeof four) == 0;
	}
	memcpy(&six.sin6_addr, at->ip.b, sizeof six.sin6_addr);
	return connect(fd, (const void *)&six, sizeof six) == 0;
}

static void
on_reply(void *ctx)
{
	struct told *t = ctx;
	char bytes[REPLY_ROOM], text[NETADDR_PRINT_MAX];
	ssize_t n = recv(t->fd, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n < 0 || t->heard || t->tries == 0 ||
	    !dnswire_notify_taken((struct str){ bytes, (size_t)n }, t->id))
		return;
	t->heard = true;
	loop_timer_set(t->again, -1, false);
	log_info("notify.heard", peer(t, text),
		 log_number("serial", t->role->serial));
}

/* A network that is not there yet is tried again with the next message. */
static void
open_socket(struct told *t)
{
	int family = netaddr_is_v4(&t->to->at.ip) ? AF_INET : AF_INET6;

	if (t->watch)
		return;
	t->fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (t->fd < 0 || !connect_to(t->fd, &t->to->at)) {
		os_fd_cleanup(&t->fd);
		return;
	}
	t->watch = loop_watch_new(t->role->loop, t->fd, on_reply, t);
}

/* ---- messages ---- */

static void
send_one(void *ctx)
{
	struct told *t = ctx;
	const struct dnswire_zone *zone = nameserver_zone_wire(t->role->zone);
	uint8_t message[DNSWIRE_NOTIFY_MAX];
	char text[NETADDR_PRINT_MAX];
	size_t n;

	if (t->tries == TRIES) {
		log_event(LOG_WARN, "notify.silent", NULL,
			  LOG_PAIRS(peer(t, text),
				    log_number("serial", t->role->serial)));
		return;
	}
	if (t->tries == 0) {
		seal_random(&t->id, sizeof t->id);
		t->sent = os_ticks();
	}
	open_socket(t);
	n = dnswire_notify(zone, t->id, t->to->key, os_now(), message);
	if (t->watch)
		(void)!send(t->fd, message, n, MSG_DONTWAIT);
	loop_timer_set(t->again, t->role->options.notify_ms << t->tries, false);
	t->tries++;
}

/* Changes that follow each other at once are told as one. */
static void
tell(struct told *t)
{
	int64_t every = t->role->options.notify_ms;
	int64_t apart = os_ticks() - t->sent;

	t->heard = false;
	t->tries = 0;
	loop_timer_set(t->again,
		       t->sent == 0 || apart >= every ? 0 : every - apart,
		       false);
}

void
nameserver_notify_all(struct nameserver_notify *n)
{
	for (size_t i = 0; i < n->n; i++)
		tell(&n->at[i]);
}

struct nameserver_notify *
nameserver_notify_new(struct nameserver *role)
{
	const struct nameserver_options *o = &role->options;
	struct nameserver_notify *n =
		heap_new(sizeof *n + o->secondary_n * sizeof n->at[0]);

	n->n = o->secondary_n;
	for (size_t i = 0; i < n->n; i++) {
		struct told *t = &n->at[i];

		t->role = role;
		t->to = &o->secondaries[i];
		t->fd = -1;
		t->again = loop_timer_new(role->loop, send_one, t);
	}
	return n;
}

void
nameserver_notify_free(struct nameserver_notify *n)
{
	for (size_t i = 0; n && i < n->n; i++) {
		loop_timer_free(n->at[i].again);
		if (n->at[i].watch)
			loop_watch_free(n->at[i].watch);
		os_fd_cleanup(&n->at[i].fd);
	}
	heap_free(n);
}
