#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "nameserver/private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- an index ---- */

struct lab {
	char dir[64];
	struct hosted *index;
	struct nameserver_zone *zone;
};

static struct netaddr
addr(const char *text)
{
	struct netaddr a;

	assert_true(netaddr_parse(str_of(text), &a));
	return a;
}

static struct hosted_zone
usual_zone(void)
{
	struct hosted_zone z = {
		.name = S("host.example"),
		.rname = S("dns.host.example"),
		.serial = 42,
		.ttl = 120,
		.ns = { { .name = S("ns1.dns.host.example"), .addresses = 2 },
			{ .name = S("ns.other.test") } },
		.ns_n = 2,
		.address_n = 3,
		.caa = { S("ca.test; accounturi=x"), S("spare.test") },
		.caa_n = 2,
		.reports = S("reports.host.example"),
		.reports_mx = S("mx.host.example"),
		.own = { S("panel.host.example"), S("mx.host.example"),
			 S("a.b.host.example"), S("panel.other.test") },
		.own_n = 4,
	};

	z.ns[0].address[0] = addr("192.0.2.53");
	z.ns[0].address[1] = addr("2001:db8::53");
	z.address[0] = addr("2001:db8::80");
	z.address[1] = addr("192.0.2.80");
	z.address[2] = addr("192.0.2.81");
	return z;
}

static const struct hosted_domain domains[] = {
	{ .name = STR("one.example"),
	  .token = STR("tok1"),
	  .flags = HOSTED_PROVEN,
	  .policy = STR("version: STSv1\r\n"),
	  .sts = STR("v=STSv1; id=1;"),
	  .tls_rpt = STR("v=TLSRPTv1; rua=mailto:t@x.test"),
	  .dmarc = STR("v=DMARC1; p=none") },
	{ .name = STR("deep.two.co.example"),
	  .token = STR("tok2"),
	  .flags = HOSTED_PROVEN,
	  .sts = STR("v=STSv1; id=2;") },
	{ .name = STR("old.test"),
	  .token = STR("tok3"),
	  .flags = HOSTED_RETIRING,
	  .policy = STR("version: STSv1\r\n"),
	  .sts = STR("v=STSv1; id=3;"),
	  .tls_rpt = STR("v=TLSRPTv1; rua=mailto:t@x.test"),
	  .dmarc = STR("v=DMARC1; p=none") },
	{ .name = STR("unproven.test"),
	  .token = STR("tok4"),
	  .sts = STR("v=STSv1; id=4;"),
	  .dmarc = STR("v=DMARC1; p=none") },
	{ .name = STR("proven.and.retiring"),
	  .token = STR("tok5"),
	  .flags = HOSTED_PROVEN | HOSTED_RETIRING,
	  .sts = STR("v=STSv1; id=5;"),
	  .tls_rpt = STR("v=TLSRPTv1; rua=mailto:t@x.test") },
	{ .name = STR("_own.panel.host.example"), .flags = HOSTED_OWN },
};

static void
publish(const struct lab *lab, const struct hosted_zone *zone,
	const struct hosted_domain *list, size_t n, bool whole)
{
	struct hosted_writer *w = NULL;
	struct diag why = { 0 };

	assert_int_equal(hosted_begin(lab->dir, whole, zone, &w, &why),
			 ERR_NONE);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(hosted_add(w, &list[i], &why), ERR_NONE);
	assert_int_equal(hosted_commit(w, &why), ERR_NONE);
}

static int
open_lab(void **state)
{
	struct lab *lab = heap_new(sizeof *lab);
	const struct hosted_zone zone = usual_zone();
	struct diag why = { 0 };

	(void)snprintf(lab->dir, sizeof lab->dir, "/tmp/nameserver.XXXXXX");
	assert_non_null(mkdtemp(lab->dir));
	publish(lab, &zone, domains, COUNT_OF(domains), true);
	assert_int_equal(hosted_open(lab->dir, &lab->index, &why), ERR_NONE);
	lab->zone = nameserver_zone_new(lab->index);
	*state = lab;
	return 0;
}

static int
close_lab(void **state)
{
	struct lab *lab = *state;
	DIR *dir = opendir(lab->dir);
	const struct dirent *one;

	nameserver_zone_free(lab->zone);
	hosted_close(lab->index);
	while (dir && (one = readdir(dir)))
		(void)unlinkat(dirfd(dir), one->d_name, 0);
	(void)closedir(dir);
	(void)rmdir(lab->dir);
	heap_free(lab);
	return 0;
}

/* ---- what stands there, as text ---- */

static void
print(const struct dnswire_node *node, struct buf *out)
{
	char text[NETADDR_PRINT_MAX];

	for (size_t i = 0; i < node->n; i++) {
		const struct dnswire_record *r = &node->at[i];
		struct netaddr a = { { [10] = 0xFF, [11] = 0xFF } };

		buf_addz(out, i ? "; " : "");
		switch (r->type) {
		case DNSWIRE_A:
			memcpy(a.b + 12, r->data.p, 4);
			buf_addz(out, netaddr_print(&a, text));
			break;
		case DNSWIRE_AAAA:
			memcpy(a.b, r->data.p, NETADDR_BYTES);
			buf_addz(out, netaddr_print(&a, text));
			break;
		case DNSWIRE_NS:
		case DNSWIRE_MX:
			buf_addz(out, r->type == DNSWIRE_NS ? "NS" : "MX");
			for (size_t k = 0; r->data.p[k] != 0;
			     k += 1U + (unsigned char)r->data.p[k])
				buf_addf(out, "%s%.*s", k ? "." : " ",
					 r->data.p[k], r->data.p + k + 1);
			break;
		default:
			buf_addf(out, "%s%.*s",
				 r->type == DNSWIRE_CAA ? "CAA " : "",
				 STR_ARG(r->data));
		}
	}
}

/* "-": there is no such name. */
static const char *
look(const struct lab *lab, const char *name, struct buf *out)
{
	const struct dnswire_zone *wire = nameserver_zone_wire(lab->zone);
	struct dnswire_node node = { .n = 0 };
	struct str rest = str_of(name), labels[32];
	size_t n = 0;

	while (str_split(&rest, '.', &labels[n]))
		n++;
	buf_clear(out);
	if (!wire->find(wire->ctx, labels, n, &node))
		buf_addz(out, "-");
	else
		print(&node, out);
	return buf_c(out);
}

#define POLICY                                                                 \
	"192.0.2.80; 192.0.2.81; 2001:db8::80; CAA ca.test; accounturi=x; "    \
	"CAA spare.test"

static void
each_name_holds_what_its_domain_may_have(void **state)
{
	static const struct {
		const char *name, *holds;
	} table[] = {
		{ "", "NS ns1.dns.host.example; NS ns.other.test" },
		{ "ns1.dns", "192.0.2.53; 2001:db8::53" },
		{ "dns", "" },
		{ "ns", "-" },
		{ "p", "" },
		{ "s", "" },
		{ "r", "" },
		{ "d", "" },
		{ "x", "-" },
		{ "tok1", "-" },
		/* Proven. */
		{ "tok1.p", POLICY },
		{ "tok1.s", "v=STSv1; id=1;" },
		{ "tok1.r", "v=TLSRPTv1; rua=mailto:t@x.test" },
		{ "tok1.d", "v=DMARC1; p=none" },
		{ "tok1.x", "-" },
		{ "x.tok1.s", "-" },
		/* Has no such records. */
		{ "tok2.p", POLICY },
		{ "tok2.s", "v=STSv1; id=2;" },
		{ "tok2.r", "-" },
		{ "tok2.d", "-" },
		/* Retiring: the policy and its id, nothing else. */
		{ "tok3.p", POLICY },
		{ "tok3.s", "v=STSv1; id=3;" },
		{ "tok3.r", "-" },
		{ "tok3.d", "-" },
		{ "tok5.s", "v=STSv1; id=5;" },
		{ "tok5.r", "-" },
		/* Not proven: nothing at all. */
		{ "tok4.p", "-" },
		{ "tok4.s", "-" },
		{ "tok4.d", "-" },
		{ "nobody.p", "-" },
		/* Where reports go. */
		{ "reports", "MX mx.host.example; 192.0.2.80; 192.0.2.81; "
			     "2001:db8::80" },
		/* Names of ours that certificates are kept for. */
		{ "mx", POLICY },
		{ "panel", POLICY },
		{ "a.b", POLICY },
		{ "b", "" },
		{ "_own.panel", "-" },
		{ "_dmarc.reports", "" },
		{ "_report._dmarc.reports", "" },
		{ "one.example._report._dmarc.reports", "v=DMARC1" },
		{ "deep.two.co.example._report._dmarc.reports", "v=DMARC1" },
		{ "old.test._report._dmarc.reports", "-" },
		{ "unproven.test._report._dmarc.reports", "-" },
		{ "proven.and.retiring._report._dmarc.reports", "-" },
		{ "_own.panel.host.example._report._dmarc.reports", "-" },
		/* Above names that there are: resolvers may come by here. */
		{ "example._report._dmarc.reports", "" },
		{ "co.example._report._dmarc.reports", "" },
		{ "two.co.example._report._dmarc.reports", "" },
		{ "test._report._dmarc.reports", "-" },
		{ "x.one.example._report._dmarc.reports", "-" },
		{ "two.example._report._dmarc.reports", "-" },
		{ "x_report._dmarc.reports", "-" },
	};
	const struct lab *lab = *state;
	SCOPED_BUF text = BUF(4096);

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (strcmp(look(lab, table[i].name, &text), table[i].holds) !=
		    0)
			fail_msg("%s: \"%s\", not \"%s\"", table[i].name,
				 buf_c(&text), table[i].holds);
}

static void
a_dot_within_a_label_is_no_end_of_it(void **state)
{
	static const struct str labels[] = { STR("ns1.dns") };
	const struct lab *lab = *state;
	const struct dnswire_zone *wire = nameserver_zone_wire(lab->zone);
	struct dnswire_node node;

	assert_false(wire->find(wire->ctx, labels, 1, &node));
}

static void
the_soa_is_the_index_own(void **state)
{
	const struct lab *lab = *state;
	const struct dnswire_zone *wire = nameserver_zone_wire(lab->zone);
	struct dnswire_name name;

	assert_int_equal(wire->serial, 42);
	assert_int_equal(wire->ttl, 120);
	assert_in_range(wire->minimum, 1, 300);
	assert_true(dnswire_name_of(S("ns1.dns.host.example"), &name));
	assert_memory_equal(wire->mname.b, name.b, name.n);
	assert_true(dnswire_name_of(S("dns.host.example"), &name));
	assert_memory_equal(wire->rname.b, name.b, name.n);
}

static bool
add_name(void *to, const struct str *labels, size_t n,
	 const struct dnswire_node *node)
{
	struct buf *out = to;

	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%.*s", i ? "." : "", STR_ARG(labels[i]));
	buf_addf(out, "/%zu ", node->n);
	return true;
}

static void
a_transfer_has_every_name_with_records_once(void **state)
{
	static const char *const names[] = {
		"ns1.dns/2 ",
		"reports/4 ",
		"mx/5 ",
		"panel/5 ",
		"a.b/5 ",
		"tok1.p/5 ",
		"tok1.s/1 ",
		"tok1.r/1 ",
		"tok1.d/1 ",
		"one.example._report._dmarc.reports/1 ",
		"tok2.p/5 ",
		"tok2.s/1 ",
		"deep.two.co.example._report._dmarc.reports/1 ",
		"tok3.p/5 ",
		"tok3.s/1 ",
		"tok5.p/5 ",
		"tok5.s/1 ",
	};
	const struct lab *lab = *state;
	const struct dnswire_zone *wire = nameserver_zone_wire(lab->zone);
	SCOPED_BUF text = BUF(4096);
	size_t total = 0;

	assert_true(wire->each(wire->ctx, add_name, &text));
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (str_find(buf_str(&text), str_of(names[i])) == SIZE_MAX)
			fail_msg("%s is not in %s", names[i], buf_c(&text));
		total += strlen(names[i]);
	}
	assert_int_equal(text.n, total);
}

static void
what_changes_in_the_index_changes_here(void **state)
{
	struct lab *lab = *state;
	struct hosted_zone zone = usual_zone();
	struct hosted_domain d = domains[0];
	SCOPED_BUF text = BUF(4096);

	assert_string_equal(look(lab, "test._report._dmarc.reports", &text),
			    "-");
	zone.serial = 43;
	d.name = S("three.test");
	d.token = S("tok6");
	publish(lab, &zone, &d, 1, false);
	assert_true(hosted_refresh(lab->index));
	nameserver_zone_load(lab->zone);
	assert_int_equal(nameserver_zone_wire(lab->zone)->serial, 43);
	assert_string_equal(look(lab, "tok6.s", &text), "v=STSv1; id=1;");
	assert_string_equal(look(lab, "test._report._dmarc.reports", &text),
			    "");
	d.flags = HOSTED_GONE;
	zone.serial = 44;
	publish(lab, &zone, &d, 1, false);
	assert_true(hosted_refresh(lab->index));
	nameserver_zone_load(lab->zone);
	assert_string_equal(look(lab, "tok6.s", &text), "-");
	assert_string_equal(look(lab, "test._report._dmarc.reports", &text),
			    "-");
}

static void
without_a_hosted_zone_there_is_none(void **state)
{
	struct lab *lab = *state;
	const struct hosted_zone none = { .serial = 1 };

	publish(lab, &none, NULL, 0, true);
	assert_true(hosted_refresh(lab->index));
	nameserver_zone_load(lab->zone);
	assert_int_equal(nameserver_zone_wire(lab->zone)->apex.n, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			each_name_holds_what_its_domain_may_have, open_lab,
			close_lab),
		cmocka_unit_test_setup_teardown(
			a_dot_within_a_label_is_no_end_of_it, open_lab,
			close_lab),
		cmocka_unit_test_setup_teardown(the_soa_is_the_index_own,
						open_lab, close_lab),
		cmocka_unit_test_setup_teardown(
			a_transfer_has_every_name_with_records_once, open_lab,
			close_lab),
		cmocka_unit_test_setup_teardown(
			what_changes_in_the_index_changes_here, open_lab,
			close_lab),
		cmocka_unit_test_setup_teardown(
			without_a_hosted_zone_there_is_none, open_lab,
			close_lab),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
