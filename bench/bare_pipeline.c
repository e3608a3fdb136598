/* bare_pipeline.c - what the libraries alone would need.
 *
 * Reads mail files, finds the attachment with GMime, unpacks it with zlib or
 * libzip, walks it with expat, puts reports and rows into SQLite: one thread,
 * no repairs, no classes, no roll-ups, no raw bytes, no duplicates, no limits.
 * It is a measure, not a program: it trusts its input and stops at the first
 * surprise.
 *
 *   bare_pipeline DATABASE DIRECTORY
 */
#include <dirent.h>
#include <expat.h>
#include <gmime/gmime.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>
#include <zlib.h>

enum { TEXT_MAX = 512, XML_MAX = 256 << 20, BATCH = 100, PIECE = 64 << 10 };

static const char schema[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	"PRAGMA cache_size=-65536;"
	"CREATE TABLE report (id INTEGER PRIMARY KEY, org TEXT, rid TEXT,"
	" domain TEXT, begin INTEGER, finish INTEGER);"
	"CREATE UNIQUE INDEX report_key ON report (domain, org, rid);"
	"CREATE TABLE row (report INTEGER, ip TEXT, count INTEGER, disp TEXT,"
	" dkim TEXT, spf TEXT, hfrom TEXT, efrom TEXT, eto TEXT, ddom TEXT,"
	" dsel TEXT, dres TEXT, sdom TEXT, scope TEXT, sres TEXT);"
	"CREATE INDEX row_report ON row (report);";

static const char *const report_fields[] = { "org_name", "report_id", "domain",
					     "begin", "end" };
static const char *const row_fields[] = {
	"source_ip",   "count",         "disposition", "dkim", "spf",
	"header_from", "envelope_from", "envelope_to", "ddom", "dsel",
	"dres",        "sdom",          "scope",       "sres"
};
enum { REPORT_FIELDS = 5, ROW_FIELDS = 14 };

struct pipeline {
	sqlite3 *db;
	sqlite3_stmt *report, *row;
	XML_Parser xml;
	char report_text[REPORT_FIELDS][TEXT_MAX];
	char row_text[ROW_FIELDS][TEXT_MAX];
	char text[TEXT_MAX];
	size_t text_n;
	char inside; /* 'p'olicy, 'd'kim or 's'pf result, 0 */
	long long id, rows, reports;
};

static void
must(int ok, const char *what)
{
	if (!ok) {
		(void)fprintf(stderr, "bare_pipeline: %s\n", what);
		exit(1);
	}
}

static void XMLCALL
on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct pipeline *p = ctx;

	(void)attributes;
	p->text_n = 0;
	if (strcmp(name, "record") == 0)
		memset(p->row_text, 0, sizeof p->row_text);
	else if (strcmp(name, "auth_results") == 0)
		p->inside = 'a';
	else if (p->inside && strcmp(name, "dkim") == 0)
		p->inside = 'd';
	else if (p->inside && strcmp(name, "spf") == 0)
		p->inside = 's';
}

static void XMLCALL
on_text(void *ctx, const XML_Char *text, int n)
{
	struct pipeline *p = ctx;
	size_t room = TEXT_MAX - 1 - p->text_n;
	size_t take = (size_t)n < room ? (size_t)n : room;

	memcpy(p->text + p->text_n, text, take);
	p->text_n += take;
}

static void
put_row(struct pipeline *p)
{
	sqlite3_bind_int64(p->row, 1, p->id);
	for (int i = 0; i < ROW_FIELDS; i++)
		sqlite3_bind_text(p->row, i + 2, p->row_text[i], -1, NULL);
	must(sqlite3_step(p->row) == SQLITE_DONE, "row");
	sqlite3_reset(p->row);
	p->rows++;
}

static void
keep(char fields[][TEXT_MAX], const char *const *names, int count,
     const char *name, const char *text)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0) {
			(void)snprintf(fields[i], TEXT_MAX, "%s", text);
			return;
		}
}

static void
keep_auth(struct pipeline *p, const char *name)
{
	int base = p->inside == 'd' ? 8 : 11;

	if (strcmp(name, "domain") == 0)
		base += 0;
	else if (strcmp(name, "selector") == 0 || strcmp(name, "scope") == 0)
		base += 1;
	else if (strcmp(name, "result") == 0)
		base += 2;
	else
		return;
	(void)snprintf(p->row_text[base], TEXT_MAX, "%s", p->text);
}

static void XMLCALL
on_end(void *ctx, const XML_Char *name)
{
	struct pipeline *p = ctx;

	p->text[p->text_n] = '\0';
	p->text_n = 0;
	if (strcmp(name, "record") == 0)
		put_row(p);
	else if (strcmp(name, "auth_results") == 0)
		p->inside = 0;
	else if (p->inside == 'd' || p->inside == 's')
		keep_auth(p, name);
	else {
		keep(p->report_text, report_fields, REPORT_FIELDS, name,
		     p->text);
		keep(p->row_text, row_fields, ROW_FIELDS, name, p->text);
	}
	if (p->inside &&
	    (strcmp(name, "dkim") == 0 || strcmp(name, "spf") == 0))
		p->inside = 'a';
}

static void
begin_report(struct pipeline *p)
{
	XML_ParserReset(p->xml, NULL);
	XML_SetUserData(p->xml, p);
	XML_SetElementHandler(p->xml, on_start, on_end);
	XML_SetCharacterDataHandler(p->xml, on_text);
	memset(p->report_text, 0, sizeof p->report_text);
	p->inside = 0;
	p->id++;
}

static void
end_report(struct pipeline *p)
{
	must(XML_Parse(p->xml, "", 0, 1) == XML_STATUS_OK, "xml");
	sqlite3_bind_int64(p->report, 1, p->id);
	for (int i = 0; i < REPORT_FIELDS; i++)
		sqlite3_bind_text(p->report, i + 2, p->report_text[i], -1,
				  NULL);
	must(sqlite3_step(p->report) == SQLITE_DONE, "report");
	sqlite3_reset(p->report);
	if (++p->reports % BATCH == 0)
		sqlite3_exec(p->db, "COMMIT; BEGIN", NULL, NULL, NULL);
}

static void
walk_gzip(struct pipeline *p, const unsigned char *bytes, size_t n)
{
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)bytes,
		       .avail_in = (unsigned)n };
	unsigned char out[PIECE];
	int state = Z_OK;

	must(inflateInit2(&z, 31) == Z_OK, "zlib");
	while (state == Z_OK) {
		z.next_out = out;
		z.avail_out = sizeof out;
		state = inflate(&z, Z_NO_FLUSH);
		must(XML_Parse(p->xml, (char *)out,
			       (int)(sizeof out - z.avail_out),
			       0) == XML_STATUS_OK,
		     "xml");
	}
	must(state == Z_STREAM_END, "gzip");
	inflateEnd(&z);
}

static void
walk_zip(struct pipeline *p, const unsigned char *bytes, size_t n)
{
	zip_source_t *source = zip_source_buffer_create(bytes, n, 0, NULL);
	zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, NULL);
	zip_file_t *file = zip ? zip_fopen_index(zip, 0, 0) : NULL;
	char out[PIECE];
	zip_int64_t got;

	must(file != NULL, "zip");
	while ((got = zip_fread(file, out, sizeof out)) > 0)
		must(XML_Parse(p->xml, out, (int)got, 0) == XML_STATUS_OK,
		     "xml");
	zip_fclose(file);
	zip_discard(zip);
}

static void
walk_part(GMimeObject *parent, GMimeObject *part, gpointer ctx)
{
	struct pipeline *p = ctx;
	GMimeStream *memory;
	GByteArray *bytes;

	(void)parent;
	if (!GMIME_IS_PART(part))
		return;
	memory = g_mime_stream_mem_new();
	g_mime_data_wrapper_write_to_stream(
		g_mime_part_get_content(GMIME_PART(part)), memory);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(memory));
	if (bytes->len > 4 && (memcmp(bytes->data, "\x1f\x8b", 2) == 0 ||
			       memcmp(bytes->data, "PK", 2) == 0)) {
		begin_report(p);
		if (bytes->data[0] == 'P')
			walk_zip(p, bytes->data, bytes->len);
		else
			walk_gzip(p, bytes->data, bytes->len);
		end_report(p);
	}
	g_object_unref(memory);
}

static void
walk_file(struct pipeline *p, const char *path)
{
	FILE *in = fopen(path, "rb");
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *message;

	must(in != NULL, path);
	stream = g_mime_stream_file_new(in);
	parser = g_mime_parser_new_with_stream(stream);
	message = g_mime_parser_construct_message(parser, NULL);
	must(message != NULL, path);
	if (GMIME_IS_MULTIPART(message->mime_part))
		g_mime_multipart_foreach(GMIME_MULTIPART(message->mime_part),
					 walk_part, p);
	else
		walk_part(NULL, message->mime_part, p);
	g_object_unref(message);
	g_object_unref(parser);
	g_object_unref(stream);
}

int
main(int argc, char **argv)
{
	static struct pipeline p;
	struct dirent **entries;
	int count;

	must(argc == 3, "usage: bare_pipeline DATABASE DIRECTORY");
	g_mime_init();
	p.xml = XML_ParserCreate(NULL);
	must(sqlite3_open(argv[1], &p.db) == SQLITE_OK, argv[1]);
	must(sqlite3_exec(p.db, schema, NULL, NULL, NULL) == SQLITE_OK,
	     "schema");
	sqlite3_prepare_v2(p.db, "INSERT INTO report VALUES (?,?,?,?,?,?)", -1,
			   &p.report, NULL);
	sqlite3_prepare_v2(p.db,
			   "INSERT INTO row VALUES "
			   "(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
			   -1, &p.row, NULL);
	sqlite3_exec(p.db, "BEGIN", NULL, NULL, NULL);
	count = scandir(argv[2], &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		char path[4096];

		if (entries[i]->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof path, "%s/%s", argv[2],
			       entries[i]->d_name);
		walk_file(&p, path);
	}
	sqlite3_exec(p.db, "COMMIT", NULL, NULL, NULL);
	sqlite3_finalize(p.report);
	sqlite3_finalize(p.row);
	sqlite3_close(p.db);
	(void)printf("%lld reports, %lld rows\n", p.reports, p.rows);
	return 0;
}
