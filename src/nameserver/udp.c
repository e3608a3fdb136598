/* udp.c - datagrams in, datagrams out, many at a time. */
#include "metrics/metrics.h"
#include "nameserver/private.h"
#include "os/os.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum {
	BATCH = 64,
	TURNS = 16, /* batches before others have theirs */
	QUERY_ROOM = 2048,
	CONTROL_ROOM = 64
};

/* One of a batch; reused for its answer. */
struct slot {
	uint8_t query[QUERY_ROOM];
	uint8_t answer[DNSWIRE_UDP_MAX];
	/* The address that was asked is the one that answers. */
	_Alignas(struct cmsghdr) uint8_t control[CONTROL_ROOM];
	struct sockaddr_storage from;
	struct iovec in, out;
};

/* One of the role: nothing else runs while a batch is answered. */
static struct slot slots[BATCH];

struct batch {
	struct nameserver *role;
	struct mmsghdr in[BATCH], out[BATCH];
	size_t n; /* of out */
	int64_t now, ticks;
	uint64_t asked, limited, refused;
};

static void
prepare(struct batch *b)
{
	for (size_t i = 0; i < BATCH; i++) {
		struct slot *s = &slots[i];

		s->in = (struct iovec){ s->query, sizeof s->query };
		b->in[i].msg_hdr = (struct msghdr){
			.msg_name = &s->from,
			.msg_namelen = sizeof s->from,
			.msg_iov = &s->in,
			.msg_iovlen = 1,
			.msg_control = s->control,
			.msg_controllen = sizeof s->control,
		};
	}
}

static struct netaddr
address_of(const struct sockaddr_storage *from, uint16_t *port)
{
	struct netaddr a = { { 0 } };

	if (from->ss_family == AF_INET6) {
		const struct sockaddr_in6 *six = (const void *)from;

		memcpy(a.b, &six->sin6_addr, sizeof a.b);
		*port = ntohs(six->sin6_port);
	} else {
		const struct sockaddr_in *four = (const void *)from;

		a.b[10] = a.b[11] = 0xFF;
		memcpy(a.b + 12, &four->sin_addr, 4);
		*port = ntohs(four->sin_port);
	}
	return a;
}

/* The way back is the routing table's: only link-local addresses need the
 * interface. */
static void
forget_interface(struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);

	if (!c)
		return;
	if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		struct in6_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof info);
		if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
			info.ipi6_ifindex = 0;
		memcpy(CMSG_DATA(c), &info, sizeof info);
	} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;

		memcpy(&info, CMSG_DATA(c), sizeof info);
		info.ipi_ifindex = 0;
		info.ipi_spec_dst = info.ipi_addr;
		memcpy(CMSG_DATA(c), &info, sizeof info);
	}
}

/* Whether the answer may leave; it may be cut. Who signs is known, and who has
 * a cookie is no other's victim. */
static bool
may_leave(struct batch *b, struct dnswire_reply *reply,
	  const struct netaddr *from)
{
	enum dnswire_pass pass;

	if (reply->chain.key || reply->known)
		return true;
	pass = dnswire_limit_ask(b->role->limit, from, reply->account,
				 b->ticks);
	if (pass != DNSWIRE_PASS)
		b->limited++;
	if (pass == DNSWIRE_SLIP)
		dnswire_cut(reply);
	return pass != DNSWIRE_DROP;
}

static void
answer(struct batch *b, size_t i)
{
	struct slot *s = &slots[i];
	struct msghdr *m = &b->in[i].msg_hdr;
	const struct nameserver_options *o = &b->role->options;
	uint16_t port = 0;
	struct netaddr from = address_of(&s->from, &port);
	const struct dnswire_ask ask = {
		.query = { (const char *)s->query, b->in[i].msg_len },
		.now = b->now,
		.keys = o->keys,
		.key_n = o->key_n,
		.from = &from,
		.secret = b->role->secret,
	};
	struct dnswire_reply reply;

	reply.p = s->answer;
	reply.room = sizeof s->answer;
	/* From port 0 nobody asks, and longer than any question is none. */
	if (port == 0 || m->msg_flags & MSG_TRUNC ||
	    dnswire_answer(nameserver_zone_wire(b->role->zone), &ask, &reply) !=
		    DNSWIRE_SEND)
		return;
	b->refused += reply.rcode == DNSWIRE_REFUSED;
	if (!may_leave(b, &reply, &from))
		return;
	forget_interface(m);
	s->out = (struct iovec){ s->answer, reply.n };
	b->out[b->n].msg_hdr = *m;
	b->out[b->n].msg_hdr.msg_iov = &s->out;
	b->out[b->n].msg_hdr.msg_flags = 0;
	b->n++;
}

/* What cannot leave now is lost, as datagrams are. One that the system refuses
 * does not keep back those behind it. */
static void
send_all(int fd, struct batch *b)
{
	for (size_t at = 0; at < b->n;) {
		int sent = sendmmsg(fd, b->out + at, (unsigned)(b->n - at),
				    MSG_DONTWAIT);

		if (sent < 0 && (errno == EAGAIN || errno == ENOBUFS))
			return;
		at += sent > 0 ? (size_t)sent : 1;
	}
}

void
nameserver_udp_ready(void *ctx)
{
	const struct nameserver_udp *udp = ctx;
	struct batch b;
	int got = BATCH;

	b.role = udp->role;
	b.asked = b.limited = b.refused = 0;
	b.now = os_now();
	b.ticks = os_ticks();
	for (int turn = 0; turn < TURNS && got == BATCH; turn++) {
		prepare(&b);
		b.n = 0;
		got = recvmmsg(udp->fd, b.in, BATCH, MSG_DONTWAIT, NULL);
		for (int i = 0; i < got; i++)
			answer(&b, (size_t)i);
		b.asked += got > 0 ? (uint64_t)got : 0;
		send_all(udp->fd, &b);
	}
	metrics_add(METRICS_DNS_UDP, b.asked);
	metrics_add(METRICS_DNS_LIMITED, b.limited);
	metrics_add(METRICS_DNS_REFUSED, b.refused);
}
