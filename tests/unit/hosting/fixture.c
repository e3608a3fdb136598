/* See fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
must(enum err e, const struct diag *why)
{
	if (e != ERR_NONE)
		fail_msg("%s: %s", why->code, why->detail);
}

void
forget(struct place *p)
{
	struct diag why = { 0 };

	if (p->c)
		hosting_index_close(&p->x);
	control_close(p->c);
	must(control_open(p->dir, &p->c, &why), &why);
	p->x = (struct hosting_index){
		.dir = p->dir,
		.control = p->c,
		.instance = { .hostname = S("reports.example.net") },
		.zone = { .name = STR("host.example"),
			  .rname = STR("hostmaster.host.example"),
			  .ttl = 300,
			  .ns_n = 1,
			  .ns = { { .name = STR("ns1.host.example") } },
			  .address_n = 1 },
	};
	assert_true(netaddr_parse(S("192.0.2.1"), &p->x.zone.address[0]));
	assert_true(netaddr_parse(S("192.0.2.1"), &p->x.zone.ns[0].address[0]));
	p->x.zone.ns[0].addresses = 1;
	hosting_index_open(&p->x);
}

void
prove(struct place *p, int64_t id)
{
	const struct control_proof_seen seen = { .id = id,
						 .proof = CONTROL_BY_TXT,
						 .at = NOW,
						 .due_at = NOW + DAY };
	struct diag why = { 0 };

	must(control_hosted_seen(p->c, &seen, &why), &why);
}

int64_t
host(struct place *p, const char *name)
{
	struct control_domain d = { .name = str_of(name), .added_at = p->now };
	struct control_hosted h = { .name = str_of(name), .added_at = p->now };
	struct diag why = { 0 };

	must(control_domain_add(p->c, ME, &d, p->mem, &why), &why);
	must(control_hosted_add(p->c, ME, &h, p->mem, &why), &why);
	return h.id;
}

int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	const char *tmp = getenv("TMPDIR");

	snprintf(p->dir, sizeof(p->dir), "%s/waxseal-hosting-XXXXXX",
		 tmp ? tmp : "/tmp");
	assert_non_null(mkdtemp(p->dir));
	p->mem = arena_new(4 << 20);
	p->now = NOW;
	forget(p);
	p->id = host(p, "example.com");
	*state = p;
	return 0;
}

int
teardown(void **state)
{
	static const char *const files[] = { "control.db", "control.db-wal",
					     "control.db-shm", "hosted",
					     "hosted.new" };
	struct place *p = *state;

	hosting_index_close(&p->x);
	control_close(p->c);
	arena_free(p->mem);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char path[ROOM + 32];

		snprintf(path, sizeof(path), "%s/%s", p->dir, files[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

void
publish(struct place *p)
{
	struct diag why = { 0 };

	must(hosting_index_write(&p->x, p->now, false, &why), &why);
}

bool
served(struct place *p, const char *name, struct hosted_domain *out)
{
	struct hosted *h = NULL;
	struct diag why = { 0 };
	bool found;

	must(hosted_open(p->dir, &h, &why), &why);
	*out = (struct hosted_domain){ 0 };
	found = hosted_by_name(h, str_of(name), out);
	if (found && (!arena_dup(p->mem, out->policy, &out->policy) ||
		      !arena_dup(p->mem, out->sts, &out->sts) ||
		      !arena_dup(p->mem, out->tls_rpt, &out->tls_rpt) ||
		      !arena_dup(p->mem, out->dmarc, &out->dmarc) ||
		      !arena_dup(p->mem, out->token, &out->token) ||
		      !arena_dup(p->mem, out->http_token, &out->http_token) ||
		      !arena_dup(p->mem, out->chain, &out->chain)))
		fail_msg("no memory");
	hosted_close(h);
	return found;
}

void
mode(struct place *p, enum stsmode_state to)
{
	const struct control_mode_change change = { to, STR("anna"), p->now,
						    NULL };
	struct diag why = { 0 };

	must(control_hosted_mode(p->c, ME, NAME, &change, &why), &why);
}

void
give_cert(struct place *p)
{
	const struct control_cert cert = { .hosted = p->id,
					   .name = S("mta-sts.example.com"),
					   .chain = STR("\0\0\1c"),
					   .key = STR("sealed"),
					   .not_after = NOW + 90 * DAY,
					   .next_try = NOW + 60 * DAY };
	struct diag why = { 0 };

	must(control_cert_put(p->c, &cert, &why), &why);
}

enum hosting_step
next(struct place *p, struct hosting_row *row)
{
	struct diag why = { 0 };
	int64_t over = 0;

	must(hosting_row_read(p->c, p->id, p->mem, row, &why), &why);
	must(control_versions_over(p->c, NAME, p->now, &over, &why), &why);
	return hosting_next(row, over, p->now);
}

enum hosting_step
step(struct place *p)
{
	static const struct mx_host mx[] = { { .name = STR(
						       "mx.example.com") } };
	const struct mx_list live = { .kind = MX_LISTED, .host = mx, .n = 1 };
	struct hosting_row row;
	struct diag why = { 0 };
	enum hosting_step s = next(p, &row);

	switch (s) {
	case HOSTING_MAKE:
		must(hosting_version_make(p->c, &row, &live, p->now, &why),
		     &why);
		break;
	case HOSTING_PLACE:
		publish(p);
		must(control_version_set(p->c, row.newest.id, CONTROL_PLACED,
					 p->now, &why),
		     &why);
		break;
	case HOSTING_LOOK:
		must(control_version_set(p->c, row.newest.id, CONTROL_SERVED,
					 p->now, &why),
		     &why);
		break;
	case HOSTING_ANNOUNCE:
		must(control_version_set(p->c, row.newest.id, CONTROL_ANNOUNCED,
					 p->now, &why),
		     &why);
		publish(p);
		break;
	case HOSTING_OVER:
		must(control_hosted_over(p->c, p->id, p->now, &why), &why);
		publish(p);
		break;
	case HOSTING_REST:
	case HOSTING_WAIT_CERT:
	case HOSTING_WAIT_OVER:
		break;
	}
	return s;
}
