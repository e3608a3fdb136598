/* A small store of made-up rows. */
#include "query_data.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const data_domains[DATA_DOMAINS] = { "a.example", "b.example",
						 "c.example", "d.example" };
const char *const data_reporters[DATA_REPORTERS] = {
	"google.com", "outlook.com", "enterprise outlook", "yahoo", "aol",
	"mail.ru",    "web.de",
};
const char *const data_froms[DATA_FROMS] = { "a.example", "news.a.example",
					     "b.example", "c.example",
					     "shop.d.example" };
const char *const data_envelopes[DATA_ENVELOPES] = { "", "bounce.esp.example",
						     "a.example",
						     "x.mailer.example" };
const char *const data_tos[DATA_TOS] = { "", "customer.example",
					 "tenant.example" };
const char *const data_comments[DATA_COMMENTS] = { "", "arc=pass",
						   "Forwarded by List" };
const char *const data_hosts[DATA_HOSTS] = { "", "mx1.esp.example",
					     "out.forwarder.example" };

const struct data_source data_sources[DATA_SOURCES] = {
	{ "", "" },
	{ "amazon-ses", "Amazon SES" },
	{ "google-workspace", "Google Workspace" },
	{ "as64496", "Example Networks" },
	{ "203.0.113.0-24", "203.0.113.0/24" },
	{ "list-server", "A List Server" },
};

const struct data_auth data_auths[DATA_AUTHS] = {
	{ "{}", "", DMARC_RESULT_ABSENT, DMARC_RESULT_ABSENT },
	{ "{\"dkim\":[{\"domain\":\"a.example\",\"selector\":\"s1\"}]}", " s1 ",
	  DMARC_RESULT_PASS, DMARC_RESULT_FAIL },
	{ "{\"dkim\":[{\"domain\":\"amazonses.example\"}]}", " s1 s2 ",
	  DMARC_RESULT_PASS, DMARC_RESULT_PASS },
	{ "{\"spf\":[{\"domain\":\"esp.example\"}]}", "", DMARC_RESULT_NONE,
	  DMARC_RESULT_SOFTFAIL },
	{ "{\"dkim\":[2]}", " s2 s1  s2 ", DMARC_RESULT_FAIL,
	  DMARC_RESULT_TEMPERROR },
};

/* xorshift64*: the same numbers for the same seed on every machine. */
uint64_t
data_random(struct data *d, uint64_t below)
{
	d->seed ^= d->seed >> 12;
	d->seed ^= d->seed << 25;
	d->seed ^= d->seed >> 27;
	return (d->seed * 0x2545F4914F6CDD1Du >> 33) % below;
}

static void
data_must(enum err e, const struct diag *why)
{
	if (e == ERR_NONE)
		return;
	fprintf(stderr, "%d %s: %s\n", e, why->code, why->detail);
	abort();
}

/* Runs `sql` with numbers and texts in its places, in order. */
struct data_value {
	const char *text; /* NULL: number */
	int64_t number;
	struct str blob; /* p NULL: none */
};
#define N(n) ((struct data_value){ .number = (n) })
#define T(t) ((struct data_value){ .text = (t) })
#define B(b) ((struct data_value){ .blob = (b) })

static void
data_do(struct data *d, const char *sql, const struct data_value *values,
	size_t count)
{
	SCOPED_STATEMENT st = NULL;
	struct diag why = { 0 };

	data_must(db_prepare(d->s->db, str_of(sql), &st, &why), &why);
	for (size_t i = 0; i < count; i++) {
		if (values[i].blob.p != NULL)
			db_bind_blob(st, (int)i + 1, values[i].blob);
		else if (values[i].text != NULL)
			db_bind_text(st, (int)i + 1, str_of(values[i].text));
		else
			db_bind_i64(st, (int)i + 1, values[i].number);
	}
	data_must(db_do(st, &why), &why);
}
#define DO(d, sql, ...)                                                        \
	data_do(d, sql, (const struct data_value[]){ __VA_ARGS__ },            \
		sizeof((const struct data_value[]){ __VA_ARGS__ }) /           \
			sizeof(struct data_value))

static int64_t
data_name(struct data *d, const char *text)
{
	SCOPED_STATEMENT st = NULL;
	struct diag why = { 0 };
	bool row = false;

	DO(d, "INSERT OR IGNORE INTO name (text) VALUES (?1)", T(text));
	data_must(db_prepare(d->s->db, S("SELECT id FROM name WHERE text=?1"),
			     &st, &why),
		  &why);
	db_bind_text(st, 1, str_of(text));
	data_must(db_step(st, &row, &why), &why);
	return db_i64(st, 0);
}

static void
data_make_endpoints(struct data *d)
{
	static const char *const countries[] = { "", "NO", "JP", "US" };

	for (int i = 0; i < DATA_ENDPOINTS; i++) {
		struct data_endpoint *e = &d->endpoints[i];
		char text[64];

		snprintf(text, sizeof(text),
			 i % 3 == 2 ? "2001:db8:%x::%d" : "203.0.11%x.%d",
			 i % 4, i + 1);
		if (!netaddr_parse(str_of(text), &e->ip))
			abort();
		e->source = PICK(d, data_sources);
		e->host = PICK(d, data_hosts);
		snprintf(e->country, sizeof(e->country), "%s",
			 countries[PICK(d, countries)]);
		e->asn = (int64_t)data_random(d, 4) * 64496;
		DO(d,
		   "INSERT INTO endpoint (id,owner,ip,source,ptr,country,asn)"
		   " VALUES (?1,1,?2,?3,?4,?5,?6)",
		   N(i + 1),
		   B(((struct str){ (const char *)e->ip.b, NETADDR_BYTES })),
		   N(e->source), N(data_name(d, data_hosts[e->host])),
		   T(e->country), N(e->asn));
	}
}

static void
data_make_sources(struct data *d)
{
	for (int i = 1; i < (int)COUNT_OF(data_sources); i++)
		DO(d, "INSERT INTO source VALUES (?1,1,?2,?3,0)", N(i),
		   T(data_sources[i].slug), T(data_sources[i].label));
	DO(d, "INSERT INTO asn VALUES (64496,?1)", T("Example Networks"));
	for (int i = 1; i < (int)COUNT_OF(data_sources); i++)
		for (int k = 0; k < 5; k++) {
			if (data_random(d, 3) != 0)
				continue;
			d->triage[i][k] = (int)data_random(d, 4) + 1;
			DO(d, "INSERT INTO triage VALUES (1,?1,?2,?3,'',0)",
			   N(i), N(k == 4 ? 0 : data_name(d, data_domains[k])),
			   N(d->triage[i][k]));
		}
	for (int i = 0; i < (int)COUNT_OF(data_auths); i++)
		DO(d, "INSERT INTO auth VALUES (?1,?2,?3,?4,?5)", N(i + 1),
		   T(data_auths[i].json), N(data_auths[i].dkim),
		   N(data_auths[i].spf), T(data_auths[i].selectors));
}

static void
data_make_row(struct data *d, int report, int n)
{
	struct data_row *r = &d->rows[d->row_count++];

	*r = (struct data_row){
		.report = report,
		.endpoint = (int)data_random(d, DATA_ENDPOINTS + 1) - 1,
		.from = PICK(d, data_froms),
		.envelope_from = PICK(d, data_envelopes),
		.to = PICK(d, data_tos),
		.comment = PICK(d, data_comments),
		.auth = PICK(d, data_auths),
		.count = (int64_t)data_random(d, 9) + 1,
		.verdict = (int64_t)data_random(d, 8),
		.overrides = data_random(d, 3) == 0
				     ? (int64_t)data_random(d, 128)
				     : 0,
		.id = store_row_first(report + 1) + n,
	};
	r->verdict |= (int64_t)data_random(d, 3) << STORE_V_DISPOSITION |
		      (int64_t)data_random(d, 4) << STORE_V_POLICY;
	DO(d, "INSERT INTO row VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
	   N(r->id), N(r->endpoint + 1), N(r->count), N(r->verdict),
	   N(r->overrides), N(data_name(d, data_froms[r->from])),
	   N(data_name(d, data_envelopes[r->envelope_from])),
	   N(data_name(d, data_tos[r->to])), N(r->auth + 1),
	   N(data_name(d, data_comments[r->comment])));
}

static void
data_make_reports(struct data *d)
{
	for (int i = 0; i < DATA_REPORTS; i++) {
		struct data_report *p = &d->reports[i];
		int kind =
			data_random(d, 20) == 0 ? DECODE_TLSRPT : DECODE_DMARC;
		int state = data_random(d, 12) == 0 ? STORE_SUPERSEDED
						    : STORE_IMPORTED;
		char id[32];
		struct str hash = { id, 0 };
		int rows = (int)data_random(d, 8);

		p->domain = PICK(d, data_domains);
		p->reporter = PICK(d, data_reporters);
		p->day = DATA_FIRST + (int64_t)data_random(d, DATA_DAYS);
		p->trust = (int)data_random(d, 3);
		p->counts = kind == DECODE_DMARC && state == STORE_IMPORTED;
		snprintf(id, sizeof(id), "report-%d", i);
		hash.n = strlen(id);
		DO(d,
		   "INSERT INTO report VALUES (?1,1,?2,?3,?4,?4,?5,?6,?6,?7,"
		   "?8,?9,?10,0,0,0,?11,1,0,'','{}',1)",
		   N(i + 1), N(kind), N(state), B(hash),
		   N(data_name(d, data_domains[p->domain])),
		   N(data_name(d, data_reporters[p->reporter])), T(id),
		   N(p->day * 86400), N(p->day * 86400 + 86399), N(p->day),
		   N(p->trust));
		for (int k = 0; k < rows && kind == DECODE_DMARC; k++)
			data_make_row(d, i, k);
	}
}

/* Roll-ups by SQL, coarse ones as the store makes them. */
static void
data_fold(struct data *d)
{
	static const char sql[] =
		"INSERT INTO rollup SELECT p.owner,p.domain,p.day,r.endpoint,"
		"p.reporter,r.envelope_to,r.verdict,r.overrides,p.trust,"
		"sum(r.count),count(*) FROM report p JOIN row r"
		" ON r.id>>21=p.id WHERE p.kind=1 AND p.state=0"
		" GROUP BY 1,2,3,4,5,6,7,8,9;"
		"INSERT INTO stale_day SELECT DISTINCT owner,domain,day"
		" FROM rollup";
	struct diag why = { 0 };

	data_must(db_run(d->s->db, sql, &why), &why);
	data_must(db_commit(d->s->db, &why), &why);
	data_must(store_fold(d->s, 1, NULL, NULL, &why), &why);
}

struct data *
data_new(uint64_t seed)
{
	struct data *d = heap_new(sizeof(*d));
	struct diag why = { 0 };

	d->seed = seed;
	snprintf(d->dir, sizeof(d->dir), "query-XXXXXX");
	if (mkdtemp(d->dir) == NULL)
		abort();
	data_must(store_open(d->dir, STORE_CREATE, 0, &d->s, &why), &why);
	data_must(db_begin(d->s->db, &why), &why);
	data_make_sources(d);
	data_make_endpoints(d);
	data_make_reports(d);
	data_fold(d);
	return d;
}

void
data_free(struct data *d)
{
	static const char *const files[] = { "reports.db", "reports.db-wal",
					     "reports.db-shm", "seal.key",
					     "store.lock" };

	store_close(d->s);
	for (size_t i = 0; i < COUNT_OF(files); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/%s", d->dir, files[i]);
		remove(path);
	}
	remove(d->dir);
	heap_free(d);
}
