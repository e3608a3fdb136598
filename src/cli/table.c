/* table.c - aligned tables, tab-separated lines and CSV from the same cells. */
#include "cli/table.h"

#include <stdio.h>
#include <string.h>

enum {
	TEXT_MAX = 256 << 20, /* bytes of a table that is being held */
	GAP = 2,              /* columns between two cells */
	SHRUNK = 8,           /* the least a column is cut to */
	CELLS_FIRST = 256
};

struct cli_cell {
	size_t from, n; /* piece of the table's text */
	size_t width;
	enum cli_style style;
};

/* SGR codes; what they stress is also said in words. */
static const char *const sgr[] = {
	[CLI_PLAINLY] = "",      [CLI_GOOD] = "\x1b[34m",
	[CLI_BAD] = "\x1b[31m",  [CLI_WARN] = "\x1b[33m",
	[CLI_FAINT] = "\x1b[2m", [CLI_HEAD] = "\x1b[1m",
};

void
cli_csv_field(struct buf *out, struct str text, bool number)
{
	bool formula = !number && text.n > 0 &&
		       memchr("=+-@\t\r", text.p[0], 6) != NULL;
	bool quoted = formula;

	for (size_t i = 0; i < text.n && !quoted; i++)
		quoted = memchr("\",\r\n", text.p[i], 4) != NULL;
	if (!quoted) {
		buf_add(out, text);
		return;
	}
	buf_addc(out, '"');
	if (formula)
		buf_addc(out, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_addc(out, '"');
		buf_addc(out, text.p[i]);
	}
	buf_addc(out, '"');
}

static bool
is_held(const struct cli_table *t)
{
	return t->c->format == CLI_FORMAT_TABLE;
}

static void
hold_cell(struct cli_table *t, size_t from, enum cli_style style)
{
	size_t n = t->text.n - from;

	if (t->used == t->room) {
		t->room = t->room ? t->room * 2 : CELLS_FIRST;
		t->cells = heap_grow(t->cells, t->room, sizeof *t->cells);
	}
	t->cells[t->used++] = (struct cli_cell){
		.from = from,
		.n = n,
		.width = cli_width(str_sub(buf_str(&t->text), from, n)),
		.style = style,
	};
}

static void
stream_cell(struct cli_table *t, struct str safe, bool number)
{
	struct cli *c = t->c;
	bool csv = c->format == CLI_FORMAT_CSV;

	if (t->at > 0)
		buf_addc(&c->out, csv ? ',' : '\t');
	if (csv)
		cli_csv_field(&c->out, safe, number);
	else
		buf_add(&c->out, safe);
	if (t->at + 1 == t->count) {
		buf_addz(&c->out, csv ? "\r\n" : "\n");
		cli_flush_some(c);
	}
}

/* Every cell comes through here: what reports say is made safe for the
 * terminal, and stays on its line. */
static void
add_cell(struct cli_table *t, struct str text, bool number,
	 enum cli_style style)
{
	size_t from = is_held(t) ? t->text.n : 0;

	if (!is_held(t))
		buf_clear(&t->text);
	buf_add_escaped(&t->text, text);
	if (is_held(t))
		hold_cell(t, from, style);
	else
		stream_cell(t, buf_str(&t->text), number);
	t->at = (t->at + 1) % t->count;
}

void
cli_table_begin(struct cli_table *t, struct cli *c,
		const struct cli_column *columns, size_t count)
{
	*t = (struct cli_table){ .c = c, .columns = columns, .count = count };
	t->text = (struct buf)BUF(TEXT_MAX);
	for (size_t i = 0; i < count; i++)
		add_cell(t,
			 str_of(is_held(t) ? cli_word(c, columns[i].title)
					   : columns[i].name),
			 false, CLI_HEAD);
}

static void
measure(const struct cli_table *t, size_t *width)
{
	for (size_t i = 0; i < t->used; i++)
		if (t->cells[i].width > width[i % t->count])
			width[i % t->count] = t->cells[i].width;
}

/* Takes columns from the widest that may shrink until the line fits. */
static void
shrink(const struct cli_table *t, size_t *width)
{
	size_t total = GAP * (t->count - 1);

	for (size_t i = 0; i < t->count; i++)
		total += width[i];
	while (t->c->width && total > t->c->width) {
		size_t widest = SIZE_MAX;

		for (size_t i = 0; i < t->count; i++)
			if (t->columns[i].shrinks && width[i] > SHRUNK &&
			    (widest == SIZE_MAX || width[i] > width[widest]))
				widest = i;
		if (widest == SIZE_MAX)
			return;
		width[widest]--;
		total--;
	}
}

static void
pad(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_addc(out, ' ');
}

static void
write_cell(const struct cli_table *t, size_t i, size_t width)
{
	struct buf *out = &t->c->out;
	const struct cli_cell *cell = &t->cells[i];
	bool right = t->columns[i % t->count].right;
	bool last = i % t->count + 1 == t->count;
	bool cut = cell->width > width;
	struct str text = str_sub(buf_str(&t->text), cell->from, cell->n);
	const char *more = t->c->utf8 ? "\xE2\x80\xA6" : "~";
	size_t shown = cell->width;

	if (cut) {
		text = cli_fit(text, width - 1);
		shown = cli_width(text) + 1;
	}
	if (right)
		pad(out, width - shown);
	if (t->c->colour)
		buf_addz(out, sgr[cell->style]);
	buf_add(out, text);
	if (cut)
		buf_addz(out, more);
	if (t->c->colour && sgr[cell->style][0])
		buf_addz(out, "\x1b[0m");
	if (!last)
		pad(out, (right ? 0 : width - shown) + GAP);
}

void
cli_table_end(struct cli_table *t)
{
	size_t *width = heap_new(t->count * sizeof *width);

	if (is_held(t)) {
		measure(t, width);
		shrink(t, width);
		for (size_t i = 0; i < t->used; i++) {
			write_cell(t, i, width[i % t->count]);
			if (i % t->count + 1 == t->count)
				buf_addc(&t->c->out, '\n');
			cli_flush_some(t->c);
		}
	}
	heap_free(width);
	heap_free(t->cells);
	buf_free(&t->text);
	*t = (struct cli_table){ 0 };
}

void
cli_cell(struct cli_table *t, struct str text, enum cli_style style)
{
	if (text.n == 0 && is_held(t))
		add_cell(t, S("-"), false, CLI_FAINT);
	else
		add_cell(t, text, false, style);
}

void
cli_cell_word(struct cli_table *t, const char *name, const char *key,
	      enum cli_style style)
{
	cli_cell(t, str_of(is_held(t) ? cli_word(t->c, key) : name), style);
}

static void
unknown(struct cli_table *t)
{
	add_cell(t, is_held(t) ? S("-") : S(""), true, CLI_FAINT);
}

void
cli_cell_count(struct cli_table *t, uint64_t n, bool known)
{
	char text[CLI_NUMBER_MAX];

	if (!known) {
		unknown(t);
		return;
	}
	if (is_held(t)) {
		add_cell(t, cli_count(t->c, n, text), true, CLI_PLAINLY);
		return;
	}
	(void)snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	add_cell(t, str_of(text), true, CLI_PLAINLY);
}

/* Tenths of a percent, rounded, but never 100.0 while something is missing and
 * never 0.0 while something is there. */
static unsigned
per_mille(uint64_t part, uint64_t whole)
{
	long double share = (long double)part * 1000.0L / (long double)whole;
	unsigned rounded = (unsigned)(share + 0.5L);

	if (part >= whole)
		return 1000;
	if (rounded >= 1000)
		return 999;
	return rounded == 0 && part > 0 ? 1 : rounded;
}

void
cli_cell_share(struct cli_table *t, uint64_t part, uint64_t whole, bool known)
{
	char text[CLI_NUMBER_MAX];
	char point = is_held(t) && t->c->lang == FINDING_NB ? ',' : '.';

	if (!known || whole == 0) {
		unknown(t);
		return;
	}
	unsigned share = per_mille(part, whole);

	(void)snprintf(text, sizeof text, "%u%c%u", share / 10, point,
		       share % 10);
	add_cell(t, str_of(text), true, CLI_PLAINLY);
}

void
cli_cell_day(struct cli_table *t, int64_t seconds, bool known)
{
	char text[CIVIL_DATE_SIZE];
	int64_t age = civil_day(t->c->now) - civil_day(seconds);

	if (!known) {
		unknown(t);
		return;
	}
	if (is_held(t) && (age == 0 || age == 1)) {
		cli_cell(t,
			 str_of(cli_word(t->c, age ? "cli.day.yesterday"
						   : "cli.day.today")),
			 CLI_PLAINLY);
		return;
	}
	add_cell(t, str_of(civil_print_date(seconds, text)), true, CLI_PLAINLY);
}

void
cli_cell_stamp(struct cli_table *t, int64_t seconds, bool known)
{
	char text[CIVIL_STAMP_SIZE];

	if (!known) {
		unknown(t);
		return;
	}
	(void)civil_print_stamp(seconds, text);
	if (is_held(t)) {
		text[10] = ' ';
		text[16] = '\0'; /* minutes are enough for the eye */
	}
	add_cell(t, str_of(text), true, CLI_PLAINLY);
}

static const struct cli_column pair_columns[] = {
	{ "name", "cli.col.name", false, false },
	{ "value", "cli.col.value", false, false },
};

void
cli_pairs_begin(struct cli_table *t, struct cli *c)
{
	*t = (struct cli_table){ .c = c,
				 .columns = pair_columns,
				 .count = COUNT_OF(pair_columns) };
	t->text = (struct buf)BUF(TEXT_MAX);
}

/* Capitals of ASCII and Latin-1; the latter are C3 80 to C3 9E in UTF-8. */
static bool
is_capital(struct str word, size_t i)
{
	unsigned char c = (unsigned char)word.p[i];

	if (c >= 'A' && c <= 'Z')
		return true;
	return i > 0 && word.p[i - 1] == '\xC3' && c >= 0x80 && c <= 0x9E;
}

static bool
is_all_capitals(struct str word)
{
	static const struct str other = STR(" -\xC3");

	for (size_t i = 0; i < word.n; i++)
		if (!is_capital(word, i) &&
		    str_index(other, word.p[i]) == SIZE_MAX)
			return false;
	return !str_eq(word, S("ID")) && !str_eq(word, S("MX"));
}

/* Heads of columns are in capitals; beside a value they read as words. */
static void
add_label(struct cli_table *t, const char *name, const char *key)
{
	struct str word = str_of(is_held(t) ? cli_word(t->c, key) : name);
	bool shouted = is_held(t) && is_all_capitals(word);
	bool after_first = false;
	SCOPED_BUF label = BUF(256);

	for (size_t i = 0; i < word.n; i++) {
		bool lower = shouted && after_first && is_capital(word, i);

		buf_addc(&label, (char)(word.p[i] + (lower ? 0x20 : 0)));
		after_first = after_first || word.p[i] != '\xC3';
	}
	cli_cell(t, buf_str(&label), CLI_FAINT);
}

void
cli_pair(struct cli_table *t, const char *name, const char *key,
	 struct str value)
{
	add_label(t, name, key);
	cli_cell(t, value, CLI_PLAINLY);
}

void
cli_pair_count(struct cli_table *t, const char *name, const char *key,
	       uint64_t n)
{
	add_label(t, name, key);
	cli_cell_count(t, n, true);
}

void
cli_pair_stamp(struct cli_table *t, const char *name, const char *key,
	       int64_t seconds, bool known)
{
	add_label(t, name, key);
	cli_cell_stamp(t, seconds, known);
}
