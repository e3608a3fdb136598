#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "xml/xml.h"

#include <string.h>

/* Events as text: "(name" "text" ")name", and a line number on demand. */
struct trace {
	struct buf out;
	bool lines;
	unsigned starts, stop_at;
};

static enum err
on_start(void *ctx, struct str name, uint64_t line)
{
	struct trace *t = ctx;

	buf_addc(&t->out, '(');
	buf_add(&t->out, name);
	if (t->lines)
		buf_addf(&t->out, ":%u", (unsigned)line);
	buf_addc(&t->out, ' ');
	return ++t->starts == t->stop_at ? ERR_STOP : ERR_NONE;
}

static enum err
on_text(void *ctx, struct str text)
{
	struct trace *t = ctx;

	buf_add(&t->out, text);
	return ERR_NONE;
}

static enum err
on_end(void *ctx, struct str name)
{
	struct trace *t = ctx;

	buf_addc(&t->out, ')');
	buf_add(&t->out, name);
	buf_addc(&t->out, ' ');
	return ERR_NONE;
}

struct outcome {
	enum err err;
	struct diag why;
	struct xml_notes notes;
	uint64_t line;
};

/* Feeds `text` in pieces of `step` bytes; `cut` is one more boundary. */
static struct outcome
run_limited(enum xml_mode mode, const struct xml_limits *limits,
	    struct str text, size_t step, size_t cut, struct trace *t)
{
	const struct xml_handler handler = { t, on_start, on_text, on_end };
	struct xml *x = xml_new(mode, limits, &handler);
	struct outcome o = { 0 };
	struct str first = str_sub(text, 0, cut);
	struct str rest = str_sub(text, cut, SIZE_MAX);

	t->out = (struct buf)BUF(1 << 22);
	t->starts = 0;
	o.err = xml_feed(x, first, &o.why);
	for (; rest.n > 0 && o.err == ERR_NONE;
	     rest = str_sub(rest, step, SIZE_MAX))
		o.err = xml_feed(x, str_sub(rest, 0, step), &o.why);
	if (o.err == ERR_NONE)
		o.err = xml_finish(x, &o.why);
	o.notes = *xml_notes(x);
	o.line = xml_line(x);
	xml_free(x);
	return o;
}

static struct outcome
run(enum xml_mode mode, struct str text, struct trace *t)
{
	return run_limited(mode, &XML_LIMITS, text, SIZE_MAX, 0, t);
}

static void
expect(enum xml_mode mode, struct str text, const char *events)
{
	struct trace t = { 0 };
	struct outcome o = run(mode, text, &t);

	assert_string_equal(o.why.code, "");
	assert_int_equal(o.err, ERR_NONE);
	assert_string_equal(buf_c(&t.out), events);
	buf_free(&t.out);
}

static void
expect_failure(enum xml_mode mode, struct str text, const char *code,
	       uint64_t line)
{
	struct trace t = { 0 };
	struct outcome o = run(mode, text, &t);

	assert_string_equal(o.why.code, code);
	assert_int_equal(o.why.line, line);
	buf_free(&t.out);
}

static void
both_modes_agree_on_well_formed_documents(void **state)
{
	static const struct {
		struct str text;
		const char *events;
	} cases[] = {
		{ STR("<a><b>x</b></a>"), "(a (b x)b )a " },
		{ STR("<?xml version=\"1.0\"?>\n<a/>\n"), "(a )a " },
		{ STR("\xEF\xBB\xBF<a>\xC3\xB8</a>"), "(a \xC3\xB8)a " },
		{ STR("<n:a xmlns:n='u>v'><n:b c=\"/\"/></n:a>"),
		  "(a (b )b )a " },
		{ STR("<a>&lt;&amp;&#65;&#x42;&quot;&apos;&gt;</a>"),
		  "(a <&AB\"'>)a " },
		{ STR("<a><!-- <b> - --></a\n>"), "(a )a " },
		{ STR("<a><![CDATA[<b>&amp;]]]]></a>"), "(a <b>&amp;]])a " },
		{ STR("<a>1\r\n2\r3</a>"), "(a 1\n2\n3)a " },
		{ STR("<a><?pi x?>y</a>"), "(a y)a " },
		{ STR("\xFF\xFE<\0a\0>\0\xF8\0<\0/\0a\0>\0"),
		  "(a \xC3\xB8)a " },
		{ STR("\xFE\xFF\0<\0a\0>\xD8\x3D\xDC\xE7\0<\0/\0a\0>"),
		  "(a \xF0\x9F\x93\xA7)a " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		expect(XML_STRICT, cases[i].text, cases[i].events);
		expect(XML_LENIENT, cases[i].text, cases[i].events);
	}
}

static void
strict_reads_the_character_sets_expat_does_not_know(void **state)
{
	(void)state;
	expect(XML_STRICT,
	       S("<?xml version='1.0' "
		 "encoding='windows-1252'?><a>\x80\xE9</a>"),
	       "(a \xE2\x82\xAC\xC3\xA9)a ");
	expect(XML_STRICT,
	       S("<?xml version='1.0' encoding='ISO-8859-15'?><a>\xA4</a>"),
	       "(a \xE2\x82\xAC)a ");
	expect(XML_STRICT,
	       S("<?xml version='1.0' encoding='windows-1251'?><a>\xC0</a>"),
	       "(a \xD0\x90)a ");
	expect_failure(XML_STRICT,
		       S("<?xml version='1.0' encoding='x-none'?>\n<a/>"),
		       "xml.not_well_formed", 1);
}

static void
lenient_takes_for_text_what_is_no_markup(void **state)
{
	static const struct {
		struct str text;
		const char *events;
	} cases[] = {
		{ STR("<a><x@y.z></a>"), "(a <x@y.z>)a " },
		{ STR("<a>b<c</a>"), "(a b<c)a " },
		{ STR("<a>1 < 2 & 3 > 2</a>"), "(a 1 < 2 & 3 > 2)a " },
		{ STR("<a>&nbsp;&#0;&#xD800;&toolongforareference;</a>"),
		  "(a &nbsp;&#0;&#xD800;&toolongforareference;)a " },
		{ STR("<a>AT&T</a>"), "(a AT&T)a " },
		{ STR("<a>&&amp;</a>"), "(a &&)a " },
		{ STR("<a><http://x.y></a>"), "(a <http://x.y>)a " },
		{ STR("<a><<b>x</b></a>"), "(a <(b x)b )a " },
		{ STR("<a><b<b>x</b></a>"), "(a <b(b x)b )a " },
		{ STR("<a><!x></a>"), "(a <!x>)a " },
		{ STR("<a><5></a>"), "(a <5>)a " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct trace t = { 0 };
		struct outcome o = run(XML_LENIENT, cases[i].text, &t);

		assert_string_equal(buf_c(&t.out), cases[i].events);
		assert_true(o.notes.markup_repaired);
		assert_false(o.notes.structure_repaired);
		buf_free(&t.out);
	}
}

static void
lenient_survives_a_broken_prolog_and_broken_attributes(void **state)
{
	(void)state;
	expect(XML_LENIENT, S("<?xml version=\"1.0\"\" ?><a>x</a>"), "(a x)a ");
	expect(XML_LENIENT, S("<?xml version=\"1.0\"?\"><a>x</a>"), "(a x)a ");
	expect(XML_LENIENT, S("\n \n<?xml version=\"1.0\"?><a>x</a>"),
	       "(a x)a ");
	expect(XML_LENIENT, S("<a b=\"c><d>x</d></a>"), "(a (d x)d )a ");
	expect(XML_LENIENT, S("<a b=\"c/><d>x</d>"), "(a )a (d x)d ");
	expect(XML_LENIENT, S("<a o'b=c>x</a>"), "(a x)a ");
}

static void
lenient_closes_what_the_end_tags_leave_open(void **state)
{
	static const struct {
		struct str text;
		const char *events;
		unsigned open;
		bool structure;
	} cases[] = {
		{ STR("<a><b>x</a>"), "(a (b x)b )a ", 0, true },
		{ STR("<a></b>x</a>"), "(a x)a ", 0, true },
		{ STR("<a><b><c>x</b></c></a>"), "(a (b (c x)c )b )a ", 0,
		  true },
		{ STR("<n:a>x</a>"), "(a x)a ", 0, false },
		{ STR("<a>x</a"), "(a x)a ", 0, false },
		{ STR("<a>x</a <b>"), "(a x)a (b )b ", 1, false },
		{ STR("<a><b>x"), "(a (b x)b )a ", 2, false },
		{ STR("<a><b>x</b><b"), "(a (b x)b )a ", 1, false },
		{ STR("<a>x</b"), "(a x)a ", 1, true },
		{ STR("<s><a>x</a>"), "(s (a x)a )s ", 1, false },
		{ STR("<a>&am"), "(a &am)a ", 1, false },
		{ STR("<a>x</a>\n\0\0"), "(a x)a ", 0, false },
		{ STR("<a><!-- x"), "(a )a ", 1, false },
		{ STR("<a><![CDATA[x"), "(a x)a ", 1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct trace t = { 0 };
		struct outcome o = run(XML_LENIENT, cases[i].text, &t);

		assert_int_equal(o.err, ERR_NONE);
		assert_string_equal(buf_c(&t.out), cases[i].events);
		assert_int_equal(o.notes.open_at_end, cases[i].open);
		assert_int_equal(o.notes.closed_at_end, cases[i].open > 0);
		assert_int_equal(o.notes.structure_repaired,
				 cases[i].structure);
		buf_free(&t.out);
	}
}

static void
text_outside_of_all_elements_is_noted_and_left_out(void **state)
{
	static const struct {
		struct str text;
		bool noted;
	} cases[] = {
		{ STR("\xEF\xBB\xBF \n<a>x</a>\r\n"), false },
		{ STR("report: <a>x</a>"), true },
		{ STR("<a>x</a> -- end"), true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct trace t = { 0 };
		struct outcome o = run(XML_LENIENT, cases[i].text, &t);

		assert_string_equal(buf_c(&t.out), "(a x)a ");
		assert_int_equal(o.notes.markup_repaired, cases[i].noted);
		buf_free(&t.out);
	}
}

static void
bytes_that_are_no_utf8_are_windows_1252(void **state)
{
	struct trace t = { 0 };
	struct outcome o;

	(void)state;
	o = run(XML_LENIENT,
		S("<a>\x91 caf\xE9 \xC3\xB8\xF0\x9F \x81\0\x07</a>"), &t);
	assert_string_equal(buf_c(&t.out),
			    "(a \xE2\x80\x98 caf\xC3\xA9 \xC3\xB8"
			    "\xC3\xB0\xC5\xB8 \xEF\xBF\xBD  )a ");
	assert_true(o.notes.bytes_repaired);
	buf_free(&t.out);
	o = run(XML_LENIENT, S("<a>\xC3\xB8</a>"), &t);
	assert_false(o.notes.bytes_repaired);
	buf_free(&t.out);
}

static void
strict_refuses_and_names_the_line(void **state)
{
	static const struct {
		struct str text;
		const char *code;
		unsigned line;
	} cases[] = {
		{ STR("<a>\n<b>\n</a>"), "xml.not_well_formed", 3 },
		{ STR("<a>\n\n<x@y></a>"), "xml.not_well_formed", 3 },
		{ STR("<a>\nAT&T</a>"), "xml.not_well_formed", 2 },
		{ STR("<a>\n\xE9</a>"), "xml.not_well_formed", 2 },
		{ STR("<a>\n<b>x</b>\n"), "xml.cut", 3 },
		{ STR("<a>\n<b"), "xml.cut", 2 },
		{ STR(""), "xml.cut", 1 },
		{ STR("\nhello"), "xml.not_well_formed", 2 },
		{ STR("<?xml version='1.0'?>\n<!DOCTYPE a>\n<a/>"),
		  "xml.doctype", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_failure(XML_STRICT, cases[i].text, cases[i].code,
			       cases[i].line);
}

static void
no_mode_takes_a_doctype_or_an_entity(void **state)
{
	static const struct str bomb =
		STR("<?xml version='1.0'?>\n<!DOCTYPE a [<!ENTITY b 'bb'>"
		    "<!ENTITY c '&b;&b;'>]>\n<a>&c;</a>");

	(void)state;
	expect_failure(XML_STRICT, bomb, "xml.doctype", 2);
	expect_failure(XML_LENIENT, bomb, "xml.doctype", 2);
	expect_failure(XML_LENIENT, S("<a>\n<!doctype html></a>"),
		       "xml.doctype", 2);
}

static struct str
repeat(struct buf *to, const char *unit, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		buf_addz(to, unit);
	return buf_str(to);
}

static void
depth_is_bounded(void **state)
{
	(void)state;
	for (int mode = XML_STRICT; mode <= XML_LENIENT; mode++) {
		SCOPED_BUF at = BUF(4096), over = BUF(4096);

		(void)repeat(&at, "<a>", 32);
		expect_failure((enum xml_mode)mode, repeat(&at, "</a>", 32), "",
			       0);
		expect_failure((enum xml_mode)mode, repeat(&over, "<a>\n", 33),
			       "xml.too_deep", 33);
	}
}

static void
a_tag_without_end_is_refused_before_it_fills_memory(void **state)
{
	(void)state;
	for (int mode = XML_STRICT; mode <= XML_LENIENT; mode++) {
		SCOPED_BUF text = BUF(1 << 20);

		(void)repeat(&text, "<a>\n<b c='", 1);
		expect_failure((enum xml_mode)mode,
			       repeat(&text, "0123456789", 20000),
			       "xml.tag_too_long", 2);
	}
}

static void
expat_cannot_be_filled_with_new_names(void **state)
{
	SCOPED_BUF text = BUF(32 << 20);
	struct trace t = { 0 };
	struct outcome o;

	(void)state;
	buf_addz(&text, "<a>");
	for (unsigned i = 0; i < 200000; i++)
		buf_addf(&text, "<n%u/>", i);
	o = run(XML_STRICT, buf_str(&text), &t);
	assert_int_equal(o.err, ERR_LIMIT);
	assert_string_equal(o.why.code, "xml.too_many_names");
	buf_free(&t.out);
}

static void
long_text_is_cut_at_a_character(void **state)
{
	const struct xml_limits limits = { .depth = 4, .text = 4, .name = 99 };

	(void)state;
	for (int mode = XML_STRICT; mode <= XML_LENIENT; mode++) {
		struct trace t = { 0 };
		struct str text = S("<a>12\xE6\x97\xA5"
				    "3<b>4567</b>89</a>");
		struct outcome o = run_limited((enum xml_mode)mode, &limits,
					       text, SIZE_MAX, 0, &t);

		assert_true(o.notes.text_cut);
		assert_string_equal(buf_c(&t.out), "(a 12(b 4567)b )a ");
		buf_free(&t.out);
	}
}

static void
a_handler_that_stops_is_the_last_to_be_called(void **state)
{
	(void)state;
	for (int mode = XML_STRICT; mode <= XML_LENIENT; mode++) {
		struct trace t = { .stop_at = 2 };
		struct outcome o =
			run((enum xml_mode)mode, S("<a><b/><c>x</c></a>"), &t);

		assert_int_equal(o.err, ERR_STOP);
		assert_string_equal(buf_c(&t.out), "(a (b ");
		buf_free(&t.out);
	}
}

static void
start_events_carry_the_line_of_their_tag(void **state)
{
	static const struct str text =
		STR("<?xml version='1.0'?>\n<a\n x='1\n2'>\n<b>\n\n</b><c/>"
		    "<!--\n\n--><d/>\n</a>");

	(void)state;
	for (int mode = XML_STRICT; mode <= XML_LENIENT; mode++)
		for (size_t step = 1; step < 40; step++) {
			struct trace t = { .lines = true };
			struct outcome o =
				run_limited((enum xml_mode)mode, &XML_LIMITS,
					    text, step, 0, &t);

			assert_non_null(strstr(buf_c(&t.out), "(a:2 "));
			assert_non_null(strstr(buf_c(&t.out), "(b:5 "));
			assert_non_null(strstr(buf_c(&t.out), "(c:7 "));
			assert_non_null(strstr(buf_c(&t.out), "(d:9 "));
			assert_int_equal(o.line, 10);
			buf_free(&t.out);
		}
}

static const struct str hard_cases[] = {
	STR("\xEF\xBB\xBF<?xml version=\"1.0\"?>\r\n<!-- a -- b --><n:a x='>'>"
	    "\xE6\x97\xA5\xF0\x9F\x93\xA7&amp;&#x41;\r\r\n<![CDATA[ ]]] ]]>"
	    "<b/><b /></n:a >"),
	STR("<?xml version=\"1.0\"\"?><s x=\"y><a><x@y> & &bad; &#65; caf\xE9 "
	    "\xE6\x97 \xF0\x9F\x93<b><c></b></d><!x <![CDATA[ ]]a]]></a "),
	STR("<a><b>\n<c>&am"),
	STR("\xFF\xFE<\0a\0>\0=\xD8\xE7\xDC=\xD8x\0<\0/\0a\0>\0"),
	STR("<a><![CDATA[x]]]]><b></b"),
	STR("not xml at all & <a b"),
	STR("<a>\n<b>\n</c></a>"),
};

static void
input_cut_at_any_byte_gives_the_same_events(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(hard_cases) * 2; i++) {
		enum xml_mode mode = i % 2 ? XML_LENIENT : XML_STRICT;
		struct str text = hard_cases[i / 2];
		struct trace whole = { .lines = true };
		struct outcome want = run(mode, text, &whole);

		for (size_t cut = 0; cut <= text.n * 2; cut++) {
			struct trace t = { .lines = true };
			size_t step = cut <= text.n ? SIZE_MAX : cut - text.n;
			struct outcome got =
				run_limited(mode, &XML_LIMITS, text, step,
					    cut <= text.n ? cut : 0, &t);

			assert_int_equal(got.err, want.err);
			assert_string_equal(got.why.code, want.why.code);
			assert_int_equal(got.why.line, want.why.line);
			assert_memory_equal(&got.notes, &want.notes,
					    sizeof got.notes);
			if (want.err == ERR_NONE)
				assert_string_equal(buf_c(&t.out),
						    buf_c(&whole.out));
			buf_free(&t.out);
		}
		buf_free(&whole.out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_modes_agree_on_well_formed_documents),
		cmocka_unit_test(
			strict_reads_the_character_sets_expat_does_not_know),
		cmocka_unit_test(lenient_takes_for_text_what_is_no_markup),
		cmocka_unit_test(
			lenient_survives_a_broken_prolog_and_broken_attributes),
		cmocka_unit_test(lenient_closes_what_the_end_tags_leave_open),
		cmocka_unit_test(
			text_outside_of_all_elements_is_noted_and_left_out),
		cmocka_unit_test(bytes_that_are_no_utf8_are_windows_1252),
		cmocka_unit_test(strict_refuses_and_names_the_line),
		cmocka_unit_test(no_mode_takes_a_doctype_or_an_entity),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(
			a_tag_without_end_is_refused_before_it_fills_memory),
		cmocka_unit_test(expat_cannot_be_filled_with_new_names),
		cmocka_unit_test(long_text_is_cut_at_a_character),
		cmocka_unit_test(a_handler_that_stops_is_the_last_to_be_called),
		cmocka_unit_test(start_events_carry_the_line_of_their_tag),
		cmocka_unit_test(input_cut_at_any_byte_gives_the_same_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
