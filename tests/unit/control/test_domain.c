#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#include "dnsname/dnsname.h"

#include <sys/wait.h>

#define SELF CONTROL_OWNER_SELF

static enum err
add(struct place *p, const char *name, struct control_domain *out,
    struct diag *why)
{
	*out = (struct control_domain){ .name = str_of(name),
					.purpose = CONTROL_SYSTEMS,
					.added_at = NOW };
	*why = (struct diag){ 0 };
	return control_domain_add(p->c, SELF, out, p->mem, why);
}

static void
names_are_kept_as_dns_writes_them(void **state)
{
	static const struct {
		const char *given, *kept;
	} cases[] = {
		{ "example.com", "example.com" },
		{ " Example.ORG. ", "example.org" },
		{ "blåbærgrøt.no", "xn--blbrgrt-fxak7p.no" },
		{ "日本語.jp", "xn--wgv71a119e.jp" },
		{ "ｅｘａｍｐｌｅ．ｎｅｔ", "example.net" },
		{ "mail_out.example.com", "mail_out.example.com" },
	};
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct control_domain d;
		struct diag why;

		must(add(p, cases[i].given, &d, &why), &why);
		assert_true(str_eq(d.name, str_of(cases[i].kept)));
		assert_true(d.id > 0);
		/* And once only, however it is written. */
		expect(add(p, cases[i].kept, &d, &why), &why, ERR_GONE,
		       "control.exists");
	}
}

static void
what_is_no_domain_is_refused(void **state)
{
	static const char *const CASES[] = {
		"",
		"com",
		"-a.com",
		"localhost",
		"192.0.2.1",
		"a.b..com",
		"a-.com",
		"a.com/b",
		"user@a.com",
		"a b.com",
		"*.a.com",
		"\"a\".com",
		"2001:db8::1",
	};
	static const char *const SUFFIXES[] = { "co.uk", "github.io",
						"kawasaki.jp" };
	struct place *p = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct control_domain d;
		struct diag why;
		enum err e = add(p, CASES[i], &d, &why);

		if (e != ERR_SYNTAX)
			fail_msg("%s was taken", CASES[i]);
		assert_string_equal(why.code, "control.bad_domain");
	}
	for (size_t i = 0; i < COUNT_OF(SUFFIXES); i++) {
		struct control_domain d;
		struct diag why;

		expect(add(p, SUFFIXES[i], &d, &why), &why, ERR_SYNTAX,
		       "control.public_suffix");
	}
	assert_int_equal(number(p, "SELECT count(*) FROM domain"), 0);
}

static bool
is_plain(struct str token)
{
	for (size_t i = 0; i < token.n; i++) {
		char c = token.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

static void
a_domain_is_found_by_name_and_by_either_token(void **state)
{
	struct place *p = *state;
	struct control_domain a, b, found;
	struct diag why = { 0 };
	int64_t owner = 0;

	must(add(p, "example.com", &a, &why), &why);
	must(add(p, "example.org", &b, &why), &why);
	/* 5 bits a letter: 60 bits and 128 bits at least. */
	assert_true(a.mail_token.n >= 12 && is_plain(a.mail_token));
	assert_true(a.post_token.n >= 26 && is_plain(a.post_token));
	assert_false(str_eq(a.mail_token, b.mail_token));
	assert_false(str_eq(a.post_token, b.post_token));
	const struct {
		struct control_domain by;
		int64_t id; /* 0: none */
	} cases[] = {
		{ { .name = STR("Example.com") }, a.id },
		{ { .mail_token = b.mail_token }, b.id },
		{ { .post_token = a.post_token }, a.id },
		{ { .name = STR("example.net") }, 0 },
		{ { .mail_token = a.post_token }, 0 },
		{ { .post_token = a.mail_token }, 0 },
		{ { .mail_token = str_sub(a.mail_token, 0, 5) }, 0 },
		{ { .id = a.id }, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum err e;

		why = (struct diag){ 0 };
		e = control_domain_find(p->c, &cases[i].by, p->mem, &owner,
					&found, &why);
		if (cases[i].id == 0) {
			expect(e, &why, ERR_GONE, "control.no_domain");
			continue;
		}
		must(e, &why);
		assert_int_equal(found.id, cases[i].id);
		assert_int_equal(owner, SELF);
		assert_int_equal(found.purpose, CONTROL_SYSTEMS);
		assert_int_equal(found.added_at, NOW);
	}
}

static enum err
collect(void *ctx, const struct control_domain *d)
{
	struct buf *out = ctx;

	buf_addf(out, "%.*s=%s ", STR_ARG(d->name),
		 control_purpose_name(d->purpose));
	return ERR_NONE;
}

static void
changes_are_seen_by_name_owner_and_stamp(void **state)
{
	struct place *p = *state;
	SCOPED_BUF list = BUF(1000);
	struct control_domain d;
	struct diag why = { 0 };
	uint64_t stamp = control_domains_stamp(p->c), later;

	must(add(p, "b.example", &d, &why), &why);
	must(add(p, "a.example", &d, &why), &why);
	later = control_domains_stamp(p->c);
	assert_true(later != stamp);
	must(control_domain_set(p->c, SELF, S("B.example"), CONTROL_PARKED,
				&why),
	     &why);
	assert_true(control_domains_stamp(p->c) == later);
	must(control_domains(p->c, SELF, collect, &list, &why), &why);
	assert_string_equal(buf_c(&list),
			    "a.example=systems b.example=parked ");
	/* Another owner has no say in it. */
	expect(control_domain_set(p->c, 7, S("a.example"), 0, &why), &why,
	       ERR_GONE, "control.no_domain");
	why = (struct diag){ 0 };
	expect(control_domain_remove(p->c, 7, S("a.example"), &why), &why,
	       ERR_GONE, "control.no_domain");
	assert_true(control_domains_stamp(p->c) == later);
	why = (struct diag){ 0 };
	must(control_domain_remove(p->c, SELF, S("A.example."), &why), &why);
	assert_true(control_domains_stamp(p->c) != later);
	expect(control_domain_remove(p->c, SELF, S("a.example"), &why), &why,
	       ERR_GONE, "control.no_domain");
	buf_clear(&list);
	must(control_domains(p->c, SELF, collect, &list, &why), &why);
	assert_string_equal(buf_c(&list), "b.example=parked ");
}

/* Each adds the same names; each name must have one adder. */
static void
two_processes_add_every_name_once(void **state)
{
	enum { CHILDREN = 2, NAMES = 40 };
	struct place *p = *state;
	int added = 0;
	pid_t child[CHILDREN];

	control_close(p->c);
	p->c = NULL;
	for (int i = 0; i < CHILDREN; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (child[i] > 0)
			continue;
		reopen(p);
		for (int n = 0; n < NAMES; n++) {
			char name[32];
			struct control_domain d;
			struct diag why;
			enum err e;

			snprintf(name, sizeof(name), "n%d.example", n);
			e = add(p, name, &d, &why);
			if (e != ERR_NONE && e != ERR_GONE)
				_exit(200);
			added += e == ERR_NONE;
		}
		control_close(p->c);
		_exit(added);
	}
	for (int i = 0; i < CHILDREN; i++) {
		int status;

		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) <= NAMES);
		added += WEXITSTATUS(status);
	}
	assert_int_equal(added, NAMES);
	reopen(p);
	assert_int_equal(number(p, "SELECT count(*) FROM domain"), NAMES);
	assert_int_equal(control_domains_stamp(p->c), NAMES + 1);
}

/* "example.com added", "co.uk refused control.public_suffix" ... */
static void
add_text(struct place *p, const char *text, bool dry, struct buf *out)
{
	static const char *const words[] = { "added", "there", "refused" };
	const struct control_adding how = { .purpose = CONTROL_PARKED,
					    .actor = STR("anna"),
					    .at = NOW,
					    .dry = dry };
	struct control_added at[20] = { 0 };
	struct control_many many = { .at = at, .mem = p->mem };
	SCOPED_NAMES names = { 0 };
	struct diag why = { 0 };

	dnsname_names_read(str_of(text), COUNT_OF(at), p->mem, &names);
	many.n = names.n;
	must(control_names_add(p->c, SELF, &how, &names, &many, &why), &why);
	for (size_t i = 0; i < names.n; i++)
		buf_addf(out, "%.*s %s%s%s|", STR_ARG(at[i].domain.name),
			 words[at[i].outcome], at[i].why.code[0] ? " " : "",
			 at[i].why.code);
}

static void
of_many_each_has_its_own_verdict(void **state)
{
	static const char want[] = "a.example added|b.example added|"
				   "co.uk refused control.public_suffix|"
				   "x y refused control.bad_domain|"
				   "a.example there control.exists|";
	struct place *p = *state;
	SCOPED_BUF got = BUF(2000);
	struct control_domain d;
	struct diag why;

	/* The same is said without doing it. */
	add_text(p, "name\na.example\nb.example\nco.uk\nx y\nA.example", true,
		 &got);
	assert_string_equal(buf_c(&got), want);
	assert_int_equal(number(p, "SELECT count(*) FROM domain"), 0);
	assert_int_equal(number(p, "SELECT count(*) FROM audit"), 0);
	buf_clear(&got);
	add_text(p, "name\na.example\nb.example\nco.uk\nx y\nA.example", false,
		 &got);
	assert_string_equal(buf_c(&got), want);
	assert_int_equal(number(p, "SELECT count(*) FROM domain"
				   " WHERE purpose = 2"),
			 2);
	assert_int_equal(number(p, "SELECT count(*) FROM audit"
				   " WHERE actor = 'anna'"
				   " AND action = 'domain.add'"),
			 2);
	assert_int_equal(number(p, "SELECT count(DISTINCT mail_token)"
				   " FROM domain"),
			 2);
	buf_clear(&got);
	add_text(p, "$TTL 60\n@ SOA a. b. 1\n", false, &got);
	assert_string_equal(buf_c(&got), "@ refused control.nameless_zone|");
	/* What another owner has is not "there". */
	d = (struct control_domain){ .name = STR("c.example"),
				     .added_at = NOW };
	why = (struct diag){ 0 };
	must(control_domain_add(p->c, 7, &d, p->mem, &why), &why);
	buf_clear(&got);
	add_text(p, "c.example", false, &got);
	assert_string_equal(buf_c(&got), "c.example refused control.exists|");
}

static void
nobody_registers_more_than_the_quota(void **state)
{
	const struct control_quota two = { .domains = 2 };
	struct place *p = *state;
	SCOPED_BUF got = BUF(2000);
	struct control_domain d;
	struct diag why;

	control_set_quota(p->c, &two);
	add_text(p, "a.example b.example a.example c.example", true, &got);
	assert_string_equal(buf_c(&got),
			    "a.example added|b.example added|"
			    "a.example there control.exists|"
			    "c.example refused control.quota_domains|");
	must(add(p, "a.example", &d, &why), &why);
	must(add(p, "b.example", &d, &why), &why);
	expect(add(p, "c.example", &d, &why), &why, ERR_LIMIT,
	       "control.quota_domains");
	assert_string_equal(why.detail, "2");
	expect(add(p, "b.example", &d, &why), &why, ERR_GONE, "control.exists");
	/* What left makes room; another owner has room of its own. */
	must(control_domain_remove(p->c, SELF, S("a.example"), &why), &why);
	must(add(p, "c.example", &d, &why), &why);
	why = (struct diag){ 0 };
	d = (struct control_domain){ .name = STR("d.example"),
				     .added_at = NOW };
	must(control_domain_add(p->c, 7, &d, p->mem, &why), &why);
}

static void
purposes_have_names(void **state)
{
	enum control_purpose purpose = CONTROL_PARKED;

	(void)state;
	assert_true(control_purpose_parse(S("people"), &purpose));
	assert_int_equal(purpose, CONTROL_PEOPLE);
	assert_false(control_purpose_parse(S("People"), &purpose));
	assert_false(control_purpose_parse(S(""), &purpose));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(names_are_kept_as_dns_writes_them),
		TEST(what_is_no_domain_is_refused),
		TEST(a_domain_is_found_by_name_and_by_either_token),
		TEST(changes_are_seen_by_name_owner_and_stamp),
		TEST(two_processes_add_every_name_once),
		TEST(of_many_each_has_its_own_verdict),
		TEST(nobody_registers_more_than_the_quota),
		cmocka_unit_test(purposes_have_names),
	};

	dnsname_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
