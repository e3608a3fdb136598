#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "policyhost/private.h"

#include "os/os.h"
#include "seal/seal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	char dir[64], now[96], old[96];
};

static int
make_place(void **state)
{
	struct place *p = heap_new(sizeof *p);

	(void)snprintf(p->dir, sizeof p->dir, "/tmp/waxseal-policy-XXXXXX");
	*state = p;
	if (!seal_init() || !mkdtemp(p->dir))
		return -1;
	(void)snprintf(p->now, sizeof p->now, "%s/policy.log", p->dir);
	(void)snprintf(p->old, sizeof p->old, "%s/policy.log.1", p->dir);
	return 0;
}

static int
remove_place(void **state)
{
	struct place *p = *state;
	int failed;

	(void)unlink(p->now);
	(void)unlink(p->old);
	failed = rmdir(p->dir);
	heap_free(p);
	return failed;
}

static struct policyhost_fetch
fetch(int64_t time)
{
	struct policyhost_fetch f = { .time = time,
				      .domain = S("a.example"),
				      .status = 200,
				      .policy = 0xfedcba9876543210,
				      .tls = S("TLSv1.3"),
				      .agent = S("sender/1\t\x1b[31m") };

	assert_true(netaddr_parse(S("2001:db8::1"), &f.client));
	return f;
}

static void
add(struct policyhost_log *log, int64_t from, int64_t to)
{
	for (int64_t i = from; i < to; i++) {
		const struct policyhost_fetch f = fetch(i);

		policyhost_log_add(log, &f);
	}
	policyhost_log_flush(log);
}

struct seen {
	int64_t next, stop_at;
	size_t n;
};

static bool
look(void *ctx, const struct policyhost_fetch *f)
{
	struct seen *s = ctx;

	if (f->time != s->next)
		fail_msg("%d, not %d", (int)f->time, (int)s->next);
	s->next = f->time + 1;
	s->n++;
	return f->time != s->stop_at;
}

static size_t
read_on(const struct place *p, struct policyhost_place *place, size_t max,
	struct seen *s)
{
	struct diag why = { 0 };

	s->n = 0;
	assert_int_equal(policyhost_log_read(p->dir, place, max, look, s, &why),
			 ERR_NONE);
	return s->n;
}

static void
a_line_comes_back_and_is_harmless(void **state)
{
	SCOPED_BUF line = BUF(1024);
	struct policyhost_fetch f = fetch(-7), g;

	(void)state;
	policyhost_line_print(&f, &line);
	assert_true(policyhost_line_parse(
		str_sub(buf_str(&line), 0, line.n - 1), &g));
	assert_int_equal(g.time, -7);
	assert_true(str_eq(g.domain, f.domain));
	assert_int_equal(netaddr_cmp(&g.client, &f.client), 0);
	assert_int_equal(g.status, 200);
	assert_true(g.policy == f.policy);
	assert_true(str_eq(g.tls, f.tls));
	assert_true(str_eq(g.agent, S("sender/1\\t\\u{1b}[31m")));
	f.agent = S("");
	buf_clear(&line);
	policyhost_line_print(&f, &line);
	assert_true(policyhost_line_parse(
		str_sub(buf_str(&line), 0, line.n - 1), &g));
	assert_int_equal(g.agent.n, 0);
}

static void
other_lines_are_none(void **state)
{
	static const char *const lines[] = {
		"",
		"x",
		"1\ta\t192.0.2.1\t200\t0123456789abcdef",
		"1\ta\t192.0.2.1\t200\t0123456789abcdeX\tTLS\tx",
		"1\ta\t192.0.2.1\t200\t0123456789abcde\tTLS\tx",
		"1\ta\t192.0.2.1\t99\t0123456789abcdef\tTLS\tx",
		"1\ta\tnobody\t200\t0123456789abcdef\tTLS\tx",
		"one\ta\t192.0.2.1\t200\t0123456789abcdef\tTLS\tx",
		"1\ta\t192.0.2.1\t200\t0123456789abcdef\tTLS\tx\tmore",
	};
	struct policyhost_fetch f;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_false(policyhost_line_parse(str_of(lines[i]), &f));
}

static void
a_reader_goes_on_where_it_was(void **state)
{
	const struct place *p = *state;
	struct policyhost_log *log = policyhost_log_new(p->dir, 1 << 20);
	struct policyhost_place place = { 0 };
	struct seen s = { .stop_at = -1 };

	assert_int_equal(read_on(p, &place, 100, &s), 0);
	add(log, 0, 10);
	assert_int_equal(read_on(p, &place, 4, &s), 4);
	assert_int_equal(read_on(p, &place, 100, &s), 6);
	assert_int_equal(read_on(p, &place, 100, &s), 0);
	policyhost_log_free(log);
	log = policyhost_log_new(p->dir, 1 << 20); /* another process */
	add(log, 10, 12);
	s.stop_at = 10;
	assert_int_equal(read_on(p, &place, 100, &s), 1);
	assert_int_equal(read_on(p, &place, 100, &s), 1);
	policyhost_log_free(log);
}

static uint64_t
size_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static void
a_full_file_makes_room_and_nothing_is_missed(void **state)
{
	enum { MAX = 4096, ROUNDS = 60 };
	const struct place *p = *state;
	struct policyhost_log *log = policyhost_log_new(p->dir, MAX);
	struct policyhost_place place = { 0 };
	struct seen s = { .stop_at = -1 };

	for (int64_t i = 0; i < ROUNDS; i++) {
		add(log, i * 5, i * 5 + 5);
		assert_true(size_of(p->now) <= MAX);
		assert_true(size_of(p->old) <= MAX);
		if (i % 3 == 0)
			(void)read_on(p, &place, 1000, &s);
	}
	(void)read_on(p, &place, 1000, &s);
	assert_true(s.next == ROUNDS * 5);
	assert_true(size_of(p->old) > 0);
	policyhost_log_free(log);
}

static void
who_was_away_begins_with_what_is_kept(void **state)
{
	const struct place *p = *state;
	struct policyhost_log *log = policyhost_log_new(p->dir, 4096);
	struct policyhost_place place = { 0 };
	struct seen s = { .stop_at = -1 };
	SCOPED_BUF file = BUF(1 << 20);
	struct str rest, line;

	add(log, 0, 5);
	(void)read_on(p, &place, 1000, &s);
	for (int64_t i = 1; i < 60; i++)
		add(log, i * 5, i * 5 + 5);
	/* From the first that is kept on, and then each one. */
	assert_int_equal(os_read_file(p->old, &file, NULL), ERR_NONE);
	rest = buf_str(&file);
	for (unsigned i = 0; i < 2; i++)
		assert_true(str_split(&rest, '\n', &line));
	assert_true(str_split(&line, '\t', &rest));
	assert_true(str_i64(rest, &s.next));
	assert_true(s.next > 5);
	assert_true(read_on(p, &place, 1000, &s) > 5);
	assert_true(s.next == 300);
	policyhost_log_free(log);
}

static void
what_does_not_fit_is_lost_and_nothing_else(void **state)
{
	enum { MANY = 20000 };
	const struct place *p = *state;
	struct policyhost_log *log = policyhost_log_new(p->dir, 16 << 20);
	struct policyhost_place place = { 0 };
	struct seen s = { .stop_at = -1 };
	size_t n;

	add(log, 0, MANY);
	n = read_on(p, &place, MANY, &s);
	assert_true(n > 1000 && n < MANY);
	s.next = MANY;
	add(log, MANY, MANY + 5);
	assert_int_equal(read_on(p, &place, MANY, &s), 5);
	policyhost_log_free(log);
}

static void
a_directory_that_is_gone_costs_lines_only(void **state)
{
	struct policyhost_log *log = policyhost_log_new("/nowhere/at/all", 1);

	(void)state;
	add(log, 0, 5);
	add(log, 5, 9);
	policyhost_log_free(log);
}

static void
versions_of_a_policy_are_told_apart(void **state)
{
	(void)state;
	/* SHA-256 of "abc": FIPS 180-2, appendix B.1. */
	assert_true(policyhost_policy_id(S("abc")) == 0xba7816bf8f01cfea);
}

#define IN_PLACE(test)                                                         \
	cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_comes_back_and_is_harmless),
		cmocka_unit_test(other_lines_are_none),
		IN_PLACE(a_reader_goes_on_where_it_was),
		IN_PLACE(a_full_file_makes_room_and_nothing_is_missed),
		IN_PLACE(who_was_away_begins_with_what_is_kept),
		IN_PLACE(what_does_not_fit_is_lost_and_nothing_else),
		IN_PLACE(a_directory_that_is_gone_costs_lines_only),
		cmocka_unit_test(versions_of_a_policy_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
