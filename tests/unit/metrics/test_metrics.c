#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "metrics/metrics.h"

#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 4, ADDS = 20000 };

static void
nothing_is_counted_before_the_start(void **state)
{
	(void)state;
	metrics_add(METRICS_SMTP_ACCEPTED, 3);
	metrics_set(METRICS_STARTED, 3);
	assert_int_equal(metrics_get(METRICS_SMTP_ACCEPTED), 0);
	assert_int_equal(metrics_get(METRICS_STARTED), 0);
}

static void
processes_count_together_and_nothing_is_lost(void **state)
{
	(void)state;
	assert_int_equal(metrics_start(NULL), ERR_NONE);
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid > 0)
			continue;
		for (int n = 0; n < ADDS; n++)
			metrics_add(METRICS_SMTP_ACCEPTED, 1);
		metrics_set(METRICS_LAST_REPORT, 1795356187);
		_exit(0);
	}
	for (int i = 0; i < PROCESSES; i++)
		assert_true(wait(NULL) > 0);
	assert_int_equal(metrics_get(METRICS_SMTP_ACCEPTED), PROCESSES * ADDS);
	assert_int_equal(metrics_get(METRICS_LAST_REPORT), 1795356187);
	assert_int_equal(metrics_get(METRICS_SMTP_REJECTED), 0);
}

/* Cuts the first word off a line. */
static struct str
word(struct str *line)
{
	struct str piece = { 0 };

	(void)str_split(line, ' ', &piece);
	return piece;
}

static size_t
count(struct str text, struct str needle)
{
	size_t n = 0, at;

	while ((at = str_find(text, needle)) != SIZE_MAX) {
		text = str_sub(text, at + needle.n, SIZE_MAX);
		n++;
	}
	return n;
}

static void
every_metric_is_printed_once_with_its_family(void **state)
{
	SCOPED_BUF out = BUF(64 << 10);
	SCOPED_BUF family = BUF(256);
	size_t samples = 0;
	struct str rest, line;

	(void)state;
	assert_int_equal(metrics_start(NULL), ERR_NONE);
	metrics_add(METRICS_REPORTS_DUPLICATE, 41);
	metrics_add(METRICS_REPORTS_DUPLICATE, 1);
	metrics_set(METRICS_SPOOL_BYTES, UINT64_MAX);
	metrics_print(&out);
	assert_false(out.full);
	rest = buf_str(&out);
	while (str_split(&rest, '\n', &line)) {
		struct str first = word(&line);
		struct str name;
		uint64_t value;

		if (str_eq(first, S("#"))) {
			bool help = str_eq(word(&line), S("HELP"));

			name = word(&line);
			assert_true(line.n > 0);
			if (!help)
				continue;
			buf_clear(&family);
			buf_addz(&family, "# HELP ");
			buf_add(&family, name);
			buf_addc(&family, ' ');
			assert_int_equal(count(buf_str(&out), buf_str(&family)),
					 1);
			buf_clear(&family);
			buf_add(&family, name);
			continue;
		}
		samples++;
		name = str_sub(first, 0, str_index(first, '{'));
		assert_true(str_eq(name, buf_str(&family)));
		assert_true(str_u64(line, &value));
	}
	assert_int_equal(samples, METRICS_IDS);
	assert_int_equal(count(buf_str(&out), S("\nwaxseal_reports_total"
						"{result=\"duplicate\"} 42\n")),
			 1);
	assert_int_equal(
		count(buf_str(&out), S("\n# TYPE waxseal_spool_bytes gauge\n"
				       "waxseal_spool_bytes "
				       "18446744073709551615\n")),
		1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_counted_before_the_start),
		cmocka_unit_test(processes_count_together_and_nothing_is_lost),
		cmocka_unit_test(every_metric_is_printed_once_with_its_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
