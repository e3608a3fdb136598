/* feed.h - a document to events for tests: plain elements only, as text. */
#ifndef TESTS_DMARC_FEED_H
#define TESTS_DMARC_FEED_H

#include "dmarc/dmarc.h"
#include "netaddr/netaddr.h"

#include <stdlib.h>
#include <string.h>

enum { NOW = 1790000000 };

/* What was given out, as text, one line for the head and one for each row. */
struct seen {
	struct buf out;
	unsigned heads, rows;
	unsigned stop_at_row; /* the sink stops here, 0 never */
};

struct parsed {
	struct dmarc *d;
	enum err err;
	struct diag why;
};

static inline enum err
on_head(void *ctx, const struct dmarc_head *h)
{
	struct seen *s = ctx;

	s->heads++;
	buf_addf(&s->out, "%.*s|%.*s|%.*s|%.*s|%lld-%lld|%s/%s/%s|%c%c|%d|%s\n",
		 STR_ARG(h->org_name), STR_ARG(h->email), STR_ARG(h->report_id),
		 STR_ARG(h->domain), (long long)h->begin, (long long)h->end,
		 dmarc_policy_name(h->p), dmarc_policy_name(h->sp),
		 dmarc_policy_name(h->np), h->adkim, h->aspf, h->pct,
		 h->testing == 'y'   ? "y"
		 : h->testing == 'n' ? "n"
				     : "-");
	return ERR_NONE;
}

static inline void
add_auth(struct buf *out, const char *kind, const struct dmarc_auth *list,
	 size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, " %s=%.*s,%.*s%.*s,%s", kind,
			 STR_ARG(list[i].domain), STR_ARG(list[i].selector),
			 STR_ARG(list[i].scope),
			 dmarc_result_name(list[i].result));
}

static inline enum err
on_row(void *ctx, const struct dmarc_row *r)
{
	struct seen *s = ctx;
	char ip[NETADDR_PRINT_MAX];
	struct netaddr a;

	memcpy(a.b, r->ip, sizeof a.b);
	buf_addf(&s->out, "%s %llu %s %s/%s %u %.*s",
		 r->ip_known ? netaddr_print(&a, ip) : "-",
		 (unsigned long long)r->count,
		 dmarc_disposition_name(r->disposition),
		 r->dkim_aligned ? "pass" : "fail",
		 r->spf_aligned ? "pass" : "fail", r->overrides,
		 STR_ARG(r->header_from));
	if (r->envelope_from.n || r->envelope_to.n)
		buf_addf(&s->out, " <%.*s %.*s>", STR_ARG(r->envelope_from),
			 STR_ARG(r->envelope_to));
	if (r->override_comment.n)
		buf_addf(&s->out, " (%.*s)", STR_ARG(r->override_comment));
	add_auth(&s->out, "dkim", r->dkim, r->dkim_count);
	add_auth(&s->out, "spf", r->spf, r->spf_count);
	buf_addc(&s->out, '\n');
	return ++s->rows == s->stop_at_row ? ERR_STOP : ERR_NONE;
}

struct walk {
	struct parsed *p;
	struct str names[64];
	unsigned depth;
	uint64_t line;
};

static inline void
end_one(struct walk *w)
{
	struct parsed *p = w->p;

	w->depth--;
	if (p->err == ERR_NONE)
		p->err = dmarc_end(p->d, w->names[w->depth], &p->why);
}

static inline void
tag(struct walk *w, struct str t)
{
	struct parsed *p = w->p;
	bool empty = str_ends(t, S("/"));

	if (str_starts(t, S("/"))) {
		end_one(w);
		return;
	}
	w->names[w->depth++] = empty ? str_sub(t, 0, t.n - 1) : t;
	if (p->err == ERR_NONE)
		p->err = dmarc_start(p->d, w->names[w->depth - 1], w->line,
				     &p->why);
	if (empty)
		end_one(w);
}

/* Elements still open at the end are closed and counted, as xml.h does. The
 * caller frees p.d and s->out. */
static inline struct parsed
feed(const char *text, const struct dmarc_head *known, struct seen *s)
{
	const struct dmarc_sink sink = { s, on_head, on_row };
	struct parsed p = { .d = dmarc_new(known, NOW, &sink) };
	struct walk w = { .p = &p, .line = 1 };
	struct str rest = str_of(text), piece;
	unsigned open;

	*s = (struct seen){ .out = BUF(1 << 24),
			    .stop_at_row = s->stop_at_row };
	while (rest.n > 0 && p.err == ERR_NONE) {
		if (rest.p[0] == '<') {
			size_t end = str_index(rest, '>');

			tag(&w, str_sub(rest, 1, end - 1));
			rest = str_sub(rest, end + 1, SIZE_MAX);
			continue;
		}
		piece = str_sub(rest, 0, str_index(rest, '<'));
		for (size_t i = 0; i < piece.n; i++)
			w.line += piece.p[i] == '\n';
		p.err = dmarc_text(p.d, piece, &p.why);
		rest = str_sub(rest, piece.n, SIZE_MAX);
	}
	open = w.depth;
	while (w.depth > 0)
		end_one(&w);
	if (p.err == ERR_NONE)
		p.err = dmarc_finish(p.d, open, &p.why);
	return p;
}

/* feed, and once more when the head came late. */
static inline struct parsed
feed_all(const char *text, struct seen *s)
{
	struct parsed first = feed(text, NULL, s);
	struct parsed again;

	if (first.err != ERR_NONE || !dmarc_late_head(first.d))
		return first;
	buf_free(&s->out);
	again = feed(text, dmarc_head_of(first.d), s);
	dmarc_free(first.d);
	return again;
}

static inline int
by_code(const void *a, const void *b)
{
	const struct dmarc_repair *x = a, *y = b;

	return strcmp(x->code, y->code);
}

/* "code*count code*count" without "dmarc.", in order of the alphabet. */
static inline const char *
repairs_text(const struct dmarc *d, struct buf *out)
{
	struct dmarc_repair sorted[DMARC_REPAIRS_MAX];
	size_t n;
	const struct dmarc_repair *list = dmarc_repairs_of(d, &n);

	memcpy(sorted, list, n * sizeof sorted[0]);
	qsort(sorted, n, sizeof sorted[0], by_code);
	buf_clear(out);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%s%s*%u", i ? " " : "",
			 sorted[i].code + strlen("dmarc."),
			 (unsigned)sorted[i].count);
	return buf_c(out);
}

#endif
