/* What proves a domain, what does not, and what an authority would meet:
 * over worlds that are written down. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"
#include "hosting/order.h"
#include "hosting/tell.h"

#include <stdio.h>
#include <string.h>

#define TOKEN "tokentokentokentoken"
#define CHALLENGE "challengechallengechallengechalle"

enum { SERVERS = 2 };

/* What one name server says, to every question. */
struct says {
	const char *name; /* below example.com; "": nothing is there */
	const char *value;
	uint16_t type;
	bool silent, lame;
};

static const struct says nothing = { "", "", 0, false, false };
static const struct says silent = { "", "", 0, true, false };

static void
must_put(bool put)
{
	assert_true(put);
}

static void
answer_plainly(struct facts *f, const struct facts_question *q)
{
	static const struct facts_rr ns[SERVERS] = { { .data = STR("ns0.x") },
						     { .data = STR("ns1.x") } };
	struct facts_rr a = { .data = STR("") };
	struct facts_dns answer = { .name = q->name,
				    .type = q->type,
				    .status = FACTS_NODATA };

	if (q->type == FACTS_NS && str_eq(q->name, NAME)) {
		answer.status = FACTS_FOUND;
		answer.rr = ns;
		answer.n = SERVERS;
	}
	if (q->type == FACTS_A) {
		assert_true(netaddr_parse(q->name.p[2] == '0' ? S("192.0.2.10")
							      : S("192.0.2.11"),
					  &a.address));
		answer.status = FACTS_FOUND;
		answer.rr = &a;
		answer.n = 1;
	}
	must_put(facts_put_dns(f, &answer));
}

static void
answer_directly(struct facts *f, const struct facts_question *q,
		const struct says *server)
{
	const struct says *s = &server[q->address.b[15] - 10];
	struct facts_rr rr = { .data = str_of(s->value) };
	struct facts_dns answer = { .name = q->name,
				    .type = q->type,
				    .status = s->silent ? FACTS_TIMEOUT
							: FACTS_NXDOMAIN,
				    .direct = true,
				    .authoritative = !s->silent && !s->lame,
				    .server = q->address };

	if (s->name[0] && q->type == s->type &&
	    str_starts(q->name, str_of(s->name)) &&
	    q->name.n == strlen(s->name) + NAME.n + 1) {
		answer.status = FACTS_FOUND;
		answer.rr = &rr;
		answer.n = 1;
	}
	must_put(facts_put_dns(f, &answer));
}

static struct hosting_proof
look(const struct says server[SERVERS])
{
	struct hosting_proof p = { .name = NAME,
				   .token = S(TOKEN),
				   .challenge = S(CHALLENGE),
				   .zone = S("host.example") };
	bool complete = false;

	p.facts = facts_new(1 << 20, NOW);
	for (unsigned i = 0; i < 20 && !complete; i++) {
		struct facts_question q;

		complete = hosting_proof_judge(&p);
		for (size_t k = 0; facts_open(p.facts, k, &q); k++)
			if (q.direct)
				answer_directly(p.facts, &q, server);
			else
				answer_plainly(p.facts, &q);
		facts_settle(p.facts);
	}
	assert_true(complete);
	facts_free(p.facts);
	return p;
}

static void
any_record_of_the_owner_proves_the_domain(void **state)
{
	static const struct says cases[] = {
		{ "mta-sts", TOKEN ".p.host.example", FACTS_CNAME, 0, 0 },
		{ "_mta-sts", TOKEN ".s.host.example", FACTS_CNAME, 0, 0 },
		{ "_smtp._tls", TOKEN ".r.host.example", FACTS_CNAME, 0, 0 },
		{ "_dmarc", TOKEN ".d.host.example", FACTS_CNAME, 0, 0 },
		{ "_waxseal-proof", "waxseal-proof=" CHALLENGE, FACTS_TXT, 0,
		  0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct says both[SERVERS] = { cases[i], cases[i] };
		struct hosting_proof p = look(both);

		assert_true(p.known);
		assert_int_equal(p.proof, cases[i].type == FACTS_TXT
						  ? CONTROL_BY_TXT
						  : CONTROL_BY_DELEGATION);
	}
}

static void
what_is_nearly_right_proves_nothing(void **state)
{
	static const struct says cases[] = {
		/* Another domain's token, another label, another zone. */
		{ "mta-sts", "other.p.host.example", FACTS_CNAME, 0, 0 },
		{ "mta-sts", TOKEN ".s.host.example", FACTS_CNAME, 0, 0 },
		{ "mta-sts", TOKEN ".p.host.example.evil", FACTS_CNAME, 0, 0 },
		{ "mta-sts", "p.host.example", FACTS_CNAME, 0, 0 },
		{ "mta-sts", "x" TOKEN ".p.host.example", FACTS_CNAME, 0, 0 },
		{ "mta-sts", TOKEN "x.p.host.example", FACTS_CNAME, 0, 0 },
		{ "mta-sts", "x." TOKEN ".p.host.example", FACTS_CNAME, 0, 0 },
		/* Through somebody else's name, which may lead to it. */
		{ "mta-sts", "mta-sts.customer.example", FACTS_CNAME, 0, 0 },
		{ "_dmarc", "_dmarc.customer.example", FACTS_CNAME, 0, 0 },
		/* A zone that only looks like ours. */
		{ "mta-sts", TOKEN ".p.xn--hst-sna.example", FACTS_CNAME, 0,
		  0 },
		/* The right value at the wrong name or of the wrong type. */
		{ "www", TOKEN ".p.host.example", FACTS_CNAME, 0, 0 },
		{ "_waxseal-proof", CHALLENGE, FACTS_TXT, 0, 0 },
		{ "_waxseal-proof", "waxseal-proof=", FACTS_TXT, 0, 0 },
		{ "_waxseal-proof", "waxseal-proof=" TOKEN, FACTS_TXT, 0, 0 },
		{ "_dmarc", "waxseal-proof=" CHALLENGE, FACTS_TXT, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct says both[SERVERS] = { cases[i], cases[i] };
		struct hosting_proof p = look(both);

		assert_true(p.known);
		assert_int_equal(p.proof, CONTROL_UNPROVEN);
	}
}

static void
servers_that_differ_or_are_silent_say_nothing(void **state)
{
	static const struct says right = { "mta-sts", TOKEN ".p.host.example",
					   FACTS_CNAME, false, false };
	struct says lame = right;
	struct hosting_proof p;

	(void)state;
	lame.lame = true;
	p = look((const struct says[SERVERS]){ right, nothing });
	assert_false(p.known);
	assert_int_equal(p.proof, CONTROL_UNPROVEN);
	p = look((const struct says[SERVERS]){ silent, silent });
	assert_false(p.known);
	p = look((const struct says[SERVERS]){ lame, lame });
	assert_false(p.known);
	/* One is down, the other is sure. */
	p = look((const struct says[SERVERS]){ right, silent });
	assert_true(p.known);
	assert_int_equal(p.proof, CONTROL_BY_DELEGATION);
	p = look((const struct says[SERVERS]){ nothing, silent });
	assert_true(p.known);
	assert_int_equal(p.proof, CONTROL_UNPROVEN);
}

/* ---- before an order ---- */

static const char *
flight_of(struct str host, struct str token, const char *world)
{
	static char code[DIAG_CODE_MAX];
	struct hosted_zone zone = { .name = STR("host.example"),
				    .address_n = 1 };
	struct hosting_preflight p = { .facts = facts_new(1 << 20, NOW),
				       .zone = &zone,
				       .host = host,
				       .token = token };
	struct diag why = { 0 };

	assert_true(netaddr_parse(S("192.0.2.1"), &zone.address[0]));
	must(facts_put_world(p.facts, str_of(world), &why), &why);
	assert_true(hosting_preflight_judge(&p));
	assert_int_equal(p.good, p.why.code[0] == '\0');
	snprintf(code, sizeof(code), "%s", p.why.code);
	facts_free(p.facts);
	return code;
}

static const char *
flight(const char *world)
{
	return flight_of(S("mta-sts.example.com"), S(TOKEN), world);
}

#define CNAME "mta-sts.example.com CNAME " TOKEN ".p.host.example\n"
#define OURS TOKEN ".p.host.example A 192.0.2.1\n"

static void
an_order_waits_until_an_authority_would_find_us(void **state)
{
	static const struct {
		const char *world, *code;
	} cases[] = {
		{ CNAME OURS, "" },
		{ CNAME OURS TOKEN ".p.host.example AAAA 2001:db8::1\n",
		  "hosting.foreign_address" },
		{ "mta-sts.example.com A 192.0.2.1\n", "hosting.no_cname" },
		{ "mta-sts.example.com CNAME other.p.host.example\n"
		  "other.p.host.example A 192.0.2.1\n",
		  "hosting.no_cname" },
		{ CNAME TOKEN ".p.host.example A 198.51.100.1\n",
		  "hosting.foreign_address" },
		{ CNAME TOKEN ".p.host.example TXT \"x\"\n",
		  "hosting.no_address" },
		{ "mta-sts.example.com SERVFAIL A\n", "hosting.name_trouble" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(flight(cases[i].world), cases[i].code);
}

static void
a_name_of_ours_has_to_lead_here_in_whatever_way(void **state)
{
	static const struct {
		const char *world, *code;
	} cases[] = {
		{ "panel.example A 192.0.2.1\n", "" },
		{ "panel.example CNAME x.example\nx.example A 192.0.2.1\n",
		  "" },
		{ "panel.example A 198.51.100.1\n", "hosting.foreign_address" },
		{ "panel.example A 192.0.2.1\n"
		  "panel.example AAAA 2001:db8::1\n",
		  "hosting.foreign_address" },
		{ "panel.example NXDOMAIN\n", "hosting.no_address" },
		{ "panel.example A 192.0.2.1\n"
		  "panel.example CAA 000569737375653b\n",
		  "caa.forbids" },
		{ "panel.example A 192.0.2.1\n"
		  "example CAA 000569737375653b\n",
		  "caa.forbids" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_string_equal(
			flight_of(S("panel.example"), S(""), cases[i].world),
			cases[i].code);
}

static void
trouble_with_a_certificate_is_told_before_it_ends(void **state)
{
	(void)state;
	assert_false(hosting_is_grave(2, 0, NOW));
	assert_true(hosting_is_grave(3, 0, NOW));
	assert_false(hosting_is_grave(9, NOW + 22 * DAY, NOW));
	assert_true(hosting_is_grave(1, NOW + 20 * DAY, NOW));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_record_of_the_owner_proves_the_domain),
		cmocka_unit_test(what_is_nearly_right_proves_nothing),
		cmocka_unit_test(servers_that_differ_or_are_silent_say_nothing),
		cmocka_unit_test(
			an_order_waits_until_an_authority_would_find_us),
		cmocka_unit_test(
			a_name_of_ours_has_to_lead_here_in_whatever_way),
		cmocka_unit_test(
			trouble_with_a_certificate_is_told_before_it_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
