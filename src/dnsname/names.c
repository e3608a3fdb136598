/* names.c - names that people give many at a time: a list or a table. */
#include "dnsname/private.h"

#include <string.h>

enum {
	GIVEN_MAX = 200, /* bytes of what is no name that are shown */
	FIRST_ROOM = 64
};

const char *
dnsname_form_name(enum dnsname_form form)
{
	static const char *const names[] = { [DNSNAME_LIST] = "list",
					     [DNSNAME_CSV] = "csv",
					     [DNSNAME_ZONE] = "zone" };

	return (size_t)form < COUNT_OF(names) ? names[form] : "";
}

void
dnsname_names_free(struct dnsname_names *names)
{
	heap_free(names->at);
	names->at = NULL;
	names->n = 0;
}

/* ---- what was found ---- */

static struct dnsname_entry *
another(struct dnsname_reading *r)
{
	struct dnsname_names *out = r->out;

	if (out->n >= r->most) {
		out->left_out++;
		return NULL;
	}
	/* Room grows by doubling: at every power of two. */
	if (out->n == 0 || (out->n >= FIRST_ROOM && !(out->n & (out->n - 1))))
		out->at = heap_grow(out->at,
				    out->n == 0 ? FIRST_ROOM : 2 * out->n,
				    sizeof *out->at);
	out->at[out->n] = (struct dnsname_entry){ 0 };
	return &out->at[out->n++];
}

/* Cut at a character. */
static struct str
shown(struct str given)
{
	struct str cut = str_sub(given, 0, GIVEN_MAX);

	if (cut.n < given.n)
		while (cut.n > 0 && (given.p[cut.n] & 0xC0) == 0x80)
			cut.n--;
	return cut;
}

/* "https://www.example.com/path" and "example.com:443" name a host, too. */
static struct str
without_url(struct str given)
{
	size_t at = str_find(given, S("://")), end;

	if (at != SIZE_MAX)
		given = str_sub(given, at + 3, SIZE_MAX);
	else if (str_index(given, '@') != SIZE_MAX)
		return given;
	end = str_index(given, '/');
	if (at != SIZE_MAX && end != SIZE_MAX)
		given = str_sub(given, 0, end);
	end = str_index(given, ':');
	return str_sub(given, 0, end);
}

void
dnsname_take(struct dnsname_reading *r, struct str given, uint64_t line)
{
	struct dnsname_entry *e;
	struct str name;
	bool is = dnsname_fold(without_url(given), r->mem, &name);
	bool again = is && map_get(r->seen, name, NULL);

	/* A zone begins and ends with its SOA where it was transferred. */
	if (again && r->out->form == DNSNAME_ZONE)
		return;
	e = another(r);
	if (!e)
		return;
	e->given = shown(given);
	e->line = line;
	e->repeated = again;
	if (!is)
		return;
	e->name = name;
	map_put(r->seen, name, line);
}

void
dnsname_take_nameless(struct dnsname_reading *r, struct str given,
		      uint64_t line)
{
	struct dnsname_entry *e = another(r);

	if (!e)
		return;
	e->given = shown(given);
	e->line = line;
	e->nameless = true;
}

/* ---- lines ---- */

struct lines {
	struct str rest;
	uint64_t number;
};

/* The next one with something on it. */
static bool
next_line(struct lines *l, struct str *out)
{
	while (str_split(&l->rest, '\n', out)) {
		l->number++;
		*out = str_trim(*out);
		if (out->n > 0 && out->p[0] != '#')
			return true;
	}
	return false;
}

/* ---- tables ---- */

/* The next cell; in quotes (RFC 4180), which end with their line. */
static bool
next_cell(struct str *rest, char separator, struct str *out)
{
	struct str text = *rest;
	size_t end = SIZE_MAX;

	if (!text.p || text.n == 0)
		return false;
	if (text.p[0] == '"')
		for (size_t i = 1; i < text.n && end == SIZE_MAX; i++) {
			bool twice = text.p[i] == '"' && i + 1 < text.n &&
				     text.p[i + 1] == '"';

			if (twice)
				i++;
			else if (text.p[i] == '"')
				end = i;
		}
	if (end != SIZE_MAX) {
		struct str behind = str_sub(text, end + 1, SIZE_MAX);

		*out = str_trim(str_sub(text, 1, end - 1));
		end = str_index(behind, separator);
		*rest = end == SIZE_MAX ? (struct str){ 0 }
					: str_sub(behind, end + 1, SIZE_MAX);
		return true;
	}
	if (!str_split(rest, separator, out))
		return false;
	*out = str_trim(*out);
	return true;
}

static char
separator_of(struct str line)
{
	static const char kinds[] = ",;\t";
	size_t most = 0;
	char best = ',';

	for (size_t k = 0; k < sizeof kinds - 1; k++) {
		size_t n = 0;

		for (size_t i = 0; i < line.n; i++)
			n += line.p[i] == kinds[k];
		if (n > most) {
			most = n;
			best = kinds[k];
		}
	}
	return best;
}

/* The column of names by its title, better ones first; SIZE_MAX: none. */
static size_t
titled_column(struct str line, char separator)
{
	static const char *const titles[] = {
		"domain",
		"domains",
		"fqdn",
		"domain name",
		"zone",
		"domain_name",
		"domene",
		"domainname",
		"domener",
		"domenenavn",
		"zones",
		"zone name",
		"name",
		"zone_name",
		"navn",
		"\xE3\x83\x89\xE3\x83\xA1\xE3\x82\xA4\xE3\x83\xB3",
		"hostname",
		"\xE3\x83\x89\xE3\x83\xA1\xE3\x82\xA4\xE3\x83\xB3\xE5\x90\x8D",
	};
	size_t best = COUNT_OF(titles), column = SIZE_MAX, at = 0;
	struct str cell;

	for (; next_cell(&line, separator, &cell); at++)
		for (size_t i = 0; i < best; i++)
			if (str_eq_fold(cell, str_of(titles[i]))) {
				best = i;
				column = at;
			}
	return column;
}

static bool
looks_like_name(struct str cell)
{
	SCOPED_ARENA mem = arena_new(DNSNAME_MAX * 8);
	struct str name;

	return str_index(cell, '.') != SIZE_MAX &&
	       dnsname_fold(cell, mem, &name);
}

/* Without titles: several lines of as many cells each, of which only the first
 * is ever a name. Everything else may be a list of names, none of which is to
 * be lost. */
static bool
is_table(struct str text, char separator)
{
	struct lines l = { .rest = text };
	struct str line, cell;
	size_t rows = 0, columns = 0;

	while (next_line(&l, &line)) {
		size_t n = 0;

		for (; next_cell(&line, separator, &cell); n++)
			if (n > 0 && looks_like_name(cell))
				return false;
		if (n < 2 || (rows > 0 && n != columns))
			return false;
		columns = n;
		rows++;
	}
	return rows > 1;
}

static bool
is_empty(struct str line, char separator)
{
	struct str cell;

	while (next_cell(&line, separator, &cell))
		if (cell.n > 0)
			return false;
	return true;
}

static void
read_table(struct dnsname_reading *r, struct lines *l, char separator,
	   size_t column)
{
	struct str line, cell;

	while (next_line(l, &line)) {
		struct str rest = line, found = { 0 };

		for (size_t i = 0;
		     i <= column && next_cell(&rest, separator, &cell); i++)
			found = i == column ? cell : S("");
		/* Told as it is: somebody will look for it. Rows of nothing
		 * but separators are what spreadsheets end with. */
		if (found.n > 0 || !is_empty(line, separator))
			dnsname_take(r, found.n > 0 ? found : line, l->number);
	}
}

/* ---- lists ---- */

/* Octets of what separates names at the start of `s`; 0: nothing does. */
static size_t
gap(struct str s)
{
	static const struct str wide[] = {
		STR("\xE3\x80\x80"), /* ideographic space */
		STR("\xE3\x80\x81"), /* ideographic comma */
		STR("\xEF\xBC\x8C"), /* fullwidth comma */
		STR("\xC2\xA0"),     /* no-break space */
		STR("\xEF\xBB\xBF"), /* byte order mark */
	};

	if (s.n > 0 && s.p[0] && strchr(" \t\r\f\v,;|", s.p[0]))
		return 1;
	for (size_t i = 0; i < COUNT_OF(wide); i++)
		if (str_starts(s, wide[i]))
			return wide[i].n;
	return 0;
}

static void
read_line(struct dnsname_reading *r, struct str line, uint64_t number)
{
	size_t begin = 0;

	for (size_t i = 0; i < line.n;) {
		size_t n = gap(str_sub(line, i, SIZE_MAX));

		if (n == 0) {
			i++;
			continue;
		}
		if (i > begin)
			dnsname_take(r, str_sub(line, begin, i - begin),
				     number);
		i += n;
		begin = i;
		if (i < line.n && line.p[i] == '#')
			return; /* a comment */
	}
	if (line.n > begin)
		dnsname_take(r, str_sub(line, begin, SIZE_MAX), number);
}

void
dnsname_names_read(struct str text, size_t most, struct arena *mem,
		   struct dnsname_names *out)
{
	struct dnsname_reading r = {
		.out = out, .mem = mem, .most = most, .seen = map_new(SIZE_MAX)
	};
	struct lines all, first;
	struct str line = { 0 };
	size_t column;
	char separator;

	*out = (struct dnsname_names){ .form = DNSNAME_LIST };
	if (str_starts(text, S("\xEF\xBB\xBF")))
		text = str_sub(text, 3, SIZE_MAX);
	all = first = (struct lines){ .rest = text };
	(void)next_line(&first, &line);
	separator = separator_of(line);
	column = titled_column(line, separator);
	if (dnsname_is_zone(text)) {
		out->form = DNSNAME_ZONE;
		dnsname_read_zone(&r, text);
	} else if (column != SIZE_MAX) {
		out->form = DNSNAME_CSV;
		read_table(&r, &first, separator, column);
	} else if (is_table(text, separator)) {
		out->form = DNSNAME_CSV;
		read_table(&r, &all, separator, 0);
	} else {
		while (next_line(&all, &line))
			read_line(&r, line, all.number);
	}
	map_free(r.seen);
}
