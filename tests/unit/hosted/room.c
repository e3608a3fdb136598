#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "room.h"

#include "hosted/private.h"
#include "os/os.h"
#include "seal/seal.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int
room_make(void **state)
{
	struct room *r = heap_new(sizeof *r);

	(void)snprintf(r->dir, sizeof r->dir, "/tmp/waxseal-hosted-XXXXXX");
	*state = r;
	if (!seal_init() || !mkdtemp(r->dir))
		return -1;
	(void)snprintf(r->whole, sizeof r->whole, "%s/hosted", r->dir);
	(void)snprintf(r->fresh, sizeof r->fresh, "%s/hosted.new", r->dir);
	return 0;
}

int
room_remove(void **state)
{
	struct room *r = *state;
	int failed;

	(void)unlink(r->whole);
	(void)unlink(r->fresh);
	failed = rmdir(r->dir); /* nothing else may be left there */
	heap_free(r);
	return failed;
}

struct hosted_zone
room_zone(void)
{
	struct hosted_zone z = {
		.name = S("host.example"),
		.rname = S("hostmaster.host.example"),
		.serial = 2026112201,
		.ttl = 300,
		.ns = { { .name = S("ns1.host.example"), .addresses = 2 },
			{ .name = S("ns.other.example") } },
		.ns_n = 2,
		.address_n = 2,
		.caa = { S("ca.example; accounturi=https://ca.example/1") },
		.caa_n = 1,
		.reports = S("reports.host.example"),
		.reports_mx = S("mx.host.example"),
		.own = { S("panel.host.example"), S("mx.example.net") },
		.own_n = 2,
	};

	for (uint8_t i = 0; i < 2; i++) {
		z.ns[0].address[i].b[15] = i;
		z.address[i].b[0] = i;
	}
	return z;
}

/* ---- domains ---- */

enum { FIELDS = 11, TEXT = 200 };

static struct str
text_of(char to[TEXT], const char *form, unsigned n)
{
	int length;

	/* NOLINTNEXTLINE(clang-diagnostic-format-nonliteral) */
	length = snprintf(to, TEXT, "%s%u", form, n);
	return (struct str){ to, (size_t)length };
}

struct hosted_domain
room_domain(unsigned n)
{
	static char room[FIELDS][TEXT];
	struct hosted_domain d = {
		.flags = n % 2 ? HOSTED_PROVEN : HOSTED_RETIRING,
		.name = text_of(room[0], "xn--d.example.n", n),
		.token = text_of(room[1], "t0ken", n),
		.policy =
			text_of(room[2], "version: STSv1\r\nmode: none\r\n", n),
		.sts = text_of(room[3], "v=STSv1; id=", n),
		.tls_rpt = text_of(room[4], "v=TLSRPTv1; rua=mailto:", n),
		.dmarc = text_of(room[5], "v=DMARC1; p=none; t=", n),
		.chain = text_of(room[6], "____leaf", n),
		.key = text_of(room[7], "sealed", n),
		.http_token = text_of(room[8], "tok_-en", n),
		.http_answer = text_of(room[9], "tok_-en.ANSWER", n),
		.alpn_digest = { room[10], HOSTED_DIGEST },
	};

	(void)snprintf(room[10], TEXT, "%032u", n);
	hosted_put(room[6], 3, 0);
	room[6][2] = (char)(d.chain.n - 3);
	return d;
}

bool
room_same(const struct hosted_domain *a, const struct hosted_domain *b)
{
	return a->flags == b->flags && str_eq(a->name, b->name) &&
	       str_eq(a->token, b->token) && str_eq(a->policy, b->policy) &&
	       str_eq(a->sts, b->sts) && str_eq(a->tls_rpt, b->tls_rpt) &&
	       str_eq(a->dmarc, b->dmarc) && str_eq(a->chain, b->chain) &&
	       str_eq(a->key, b->key) && str_eq(a->http_token, b->http_token) &&
	       str_eq(a->http_answer, b->http_answer) &&
	       str_eq(a->alpn_digest, b->alpn_digest);
}

void
room_write(const struct room *r, bool whole, unsigned from, unsigned to)
{
	const struct hosted_zone zone = room_zone();
	struct hosted_writer *w;
	struct diag why = { 0 };

	assert_int_equal(hosted_begin(r->dir, whole, &zone, &w, &why),
			 ERR_NONE);
	for (unsigned i = from; i < to; i++) {
		const struct hosted_domain d = room_domain(i);

		assert_int_equal(hosted_add(w, &d, &why), ERR_NONE);
	}
	assert_int_equal(hosted_commit(w, &why), ERR_NONE);
}

struct hosted *
room_open(const struct room *r)
{
	struct diag why = { 0 };
	struct hosted *h = NULL;

	assert_int_equal(hosted_open(r->dir, &h, &why), ERR_NONE);
	return h;
}

/* ---- files ---- */

struct buf
room_read(const char *path)
{
	struct buf b = BUF(64 << 20);

	assert_int_equal(os_read_file(path, &b, NULL), ERR_NONE);
	return b;
}

void
room_put(const char *path, struct str bytes)
{
	SCOPED_FD fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0 && os_write_all(fd, bytes));
}
