#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "log/log.h"

#include "json/json.h"
#include <string.h>
#include <unistd.h>

static int64_t
fixed_clock(void)
{
	return 1795356187; /* 2026-11-22T14:03:07Z */
}

static int lines[2];

static int
open_pipe(void **state)
{
	(void)state;
	return pipe(lines);
}

static int
close_pipe(void **state)
{
	(void)state;
	log_start(STDERR_FILENO, LOG_TEXT, LOG_INFO, "waxseal", fixed_clock);
	return close(lines[0]) + close(lines[1]);
}

static void
begin(enum log_form form, enum log_level least)
{
	log_start(lines[1], form, least, "smtp", fixed_clock);
}

static struct str
written(char room[8192])
{
	ssize_t n = read(lines[0], room, 8192);

	assert_true(n > 0);
	return (struct str){ room, (size_t)n };
}

#define assert_str(got, want)                                                  \
	do {                                                                   \
		struct str g = (got);                                          \
		struct str w = (want);                                         \
                                                                               \
		assert_int_equal(g.n, w.n);                                    \
		assert_memory_equal(g.p, w.p, w.n);                            \
	} while (0)

static void
an_event_is_one_line_of_text(void **state)
{
	char room[8192];

	(void)state;
	begin(LOG_TEXT, LOG_INFO);
	log_info("accepted", log_text("peer", S("192.0.2.1")),
		 log_number("size", -7));
	assert_str(written(room), S("2026-11-22T14:03:07Z info smtp accepted "
				    "peer=192.0.2.1 size=-7\n"));
	log_info("idle");
	assert_str(written(room), S("2026-11-22T14:03:07Z info smtp idle\n"));
}

static void
values_cannot_forge_a_line_or_a_pair(void **state)
{
	static const struct {
		struct str value, shown;
	} cases[] = {
		{ STR("a\nb"), STR("a\\nb") },
		{ STR("a level=x"), STR("\"a level=x\"") },
		{ STR("say \"hi\""), STR("\"say \\\"hi\\\"\"") },
		{ STR("a=b"), STR("\"a=b\"") },
		{ STR(""), STR("\"\"") },
		{ STR("\x1b[31m"), STR("\\u{1b}[31m") },
		{ STR("\xff"), STR("\\xff") },
		{ STR("\xe2\x80\xae"), STR("\\u{202e}") },
		{ STR("gr\xc3\xbc\xc3\x9f"), STR("gr\xc3\xbc\xc3\x9f") },
	};
	char room[8192];

	(void)state;
	begin(LOG_TEXT, LOG_INFO);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		SCOPED_BUF want = BUF(256);

		buf_addz(&want, "2026-11-22T14:03:07Z info smtp e k=");
		buf_add(&want, cases[i].shown);
		buf_addc(&want, '\n');
		log_info("e", log_text("k", cases[i].value));
		assert_str(written(room), buf_str(&want));
	}
}

static void
json_lines_can_be_read_back(void **state)
{
	const struct json_limits limits = { 8192, 4 };
	struct diag why = { 0 };
	char room[8192];
	SCOPED_JSON tree = NULL;
	int64_t size;
	bool repaired;

	(void)state;
	begin(LOG_JSON, LOG_INFO);
	(void)diag_set(&why, ERR_IO, "spool.full", 0, "/x: %s", "no \"space\"");
	log_warn("deferred", &why, log_text("helo", S("a\"b\\c\n\xff")),
		 log_number("size", INT64_MIN));

	struct str line = written(room);

	assert_true(str_ends(line, S("}\n")));
	assert_int_equal(str_index(line, '\n'), line.n - 1);
	assert_int_equal(json_parse(line, limits, &tree, &repaired, NULL),
			 ERR_NONE);
	assert_false(repaired);
	assert_str(json_str(json_get(tree, "time")), S("2026-11-22T14:03:07Z"));
	assert_str(json_str(json_get(tree, "level")), S("warn"));
	assert_str(json_str(json_get(tree, "role")), S("smtp"));
	assert_str(json_str(json_get(tree, "event")), S("deferred"));
	assert_str(json_str(json_get(tree, "helo")), S("a\"b\\c\\n\\xff"));
	assert_str(json_str(json_get(tree, "code")), S("spool.full"));
	assert_str(json_str(json_get(tree, "detail")), S("/x: no \"space\""));
	assert_true(json_i64(json_get(tree, "size"), &size));
	assert_true(size == INT64_MIN);
}

static void
what_is_too_long_is_cut_and_the_line_stays_whole(void **state)
{
	const struct json_limits limits = { 8192, 4 };
	char room[8192], junk[3001];
	struct str value = { junk, sizeof junk };
	SCOPED_JSON tree = NULL;
	bool repaired;

	(void)state;
	/* Two bytes each, so that the cut would fall into one. */
	junk[0] = 'x';
	for (size_t i = 1; i < sizeof junk; i += 2)
		memcpy(junk + i, "\xc3\xbc", 2);
	begin(LOG_JSON, LOG_INFO);
	log_info("e", log_text("k", value));

	struct str line = written(room);

	assert_true(line.n < 700);
	assert_true(str_ends(line, S("\xc3\xbc...\"}\n")));
	memset(junk, 1, sizeof junk);
	log_info("e", log_text("a", value), log_text("b", value),
		 log_text("c", value), log_text("d", S("end")));
	line = written(room);
	assert_true(line.n <= 4096);
	assert_int_equal(json_parse(line, limits, &tree, &repaired, NULL),
			 ERR_NONE);
	assert_str(json_str(json_get(tree, "d")), S("end"));
}

static void
lesser_levels_are_not_written(void **state)
{
	enum log_level level;
	char room[8192];

	(void)state;
	begin(LOG_TEXT, LOG_WARN);
	log_info("quiet");
	log_event(LOG_DEBUG, "quiet", NULL, NULL);
	log_error("loud", NULL);
	assert_str(written(room), S("2026-11-22T14:03:07Z error smtp loud\n"));
	assert_true(log_level_parse(S("Debug"), &level));
	assert_int_equal(level, LOG_DEBUG);
	assert_true(log_level_parse(S("error"), &level));
	assert_int_equal(level, LOG_ERROR);
	assert_false(log_level_parse(S("verbose"), &level));
}

int
main(void)
{
#define ON_A_PIPE(test)                                                        \
	cmocka_unit_test_setup_teardown(test, open_pipe, close_pipe)
	const struct CMUnitTest tests[] = {
		ON_A_PIPE(an_event_is_one_line_of_text),
		ON_A_PIPE(values_cannot_forge_a_line_or_a_pair),
		ON_A_PIPE(json_lines_can_be_read_back),
		ON_A_PIPE(what_is_too_long_is_cut_and_the_line_stays_whole),
		ON_A_PIPE(lesser_levels_are_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
