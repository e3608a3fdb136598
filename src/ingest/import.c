/* import.c - frames of the parser into the store. */
#include "ingest/import.h"

/* Whether the store is to know of the rows of the report under way. */
static bool
is_written(const struct import *i)
{
	return !i->options->dry_run && !i->nobodys;
}

static bool
is_nobodys(const struct import *i, const struct document *d, struct str domain)
{
	return !d->own && i->options->owner_of &&
	       i->options->owner_of(i->options->owner_ctx, domain) ==
		       STORE_OWNER_UNCLAIMED;
}

static enum err
take_head(struct import *i, const struct document *d, struct str fields,
	  struct diag *why)
{
	struct dmarc_head head;
	enum err err;

	if (i->dmarc_open || !frame_get_head(fields, &head))
		return ERR_SYNTAX;
	i->item.org = import_keep(i->head_mem, head.org_name);
	i->item.report_id = import_keep(i->head_mem, head.report_id);
	i->item.domain = import_keep(i->head_mem, head.domain);
	i->item.begin = head.begin;
	i->item.end = head.end;
	i->item.known = true;
	i->dmarc_open = true;
	i->nobodys = is_nobodys(i, d, head.domain);
	if (!is_written(i))
		return ERR_NONE;
	err = import_begin(i, why);
	if (err == ERR_NONE)
		store_replaces(i->store, d->replaces_report,
			       d->replaces_intake);
	if (err == ERR_NONE)
		err = store_dmarc_head(i->store, &d->origin, &head, why);
	return err;
}

static enum err
take_row(struct import *i, struct str fields, struct diag *why)
{
	struct dmarc_row row;

	arena_reset(i->row_mem);
	if (!i->dmarc_open || !frame_get_row(fields, i->row_mem, &row))
		return ERR_SYNTAX;
	if (!is_written(i))
		return ERR_NONE;
	return store_dmarc_row(i->store, &row, why);
}

/* What strangers have us keep has a bound. What is over it is dropped as if
 * it had never come, but for being counted. */
static bool
fits(struct import *i, const struct document *d, size_t bytes, bool unclaimed)
{
	struct quota *q = i->engine->quota;
	uint64_t *used, most;

	if (!q || d->origin.trust != STORE_UNVERIFIED)
		return true;
	used = unclaimed ? &q->used.unclaimed : &q->used.sidelined;
	most = unclaimed ? q->unclaimed_max : q->sidelined_max;
	bytes += STORE_ENTRY_BYTES;
	i->item.dropped = most > 0 && *used + bytes > most &&
			  d->replaces_intake == 0 && d->replaces_report == 0;
	if (!i->item.dropped)
		*used += bytes;
	return !i->item.dropped;
}

/* A report that is read but nobody's: its bytes wait in the bin. */
static enum err
put_nobodys(struct import *i, const struct document *d,
	    const struct decode_end *end, struct store_item *out,
	    struct diag *why)
{
	const struct store_nobodys what = { i->item.domain, i->item.org };

	out->outcome = STORE_UNCLAIMED;
	if (i->options->dry_run || !fits(i, d, end->raw.n, true))
		return ERR_NONE;
	return store_unclaimed(i->store, &d->origin, &what, end, out, why);
}

static bool
all_nobodys(const struct import *i, const struct document *d,
	    const struct tlsrpt_report *r)
{
	bool nobodys = is_nobodys(i, d, r->domain);

	for (size_t n = 0; n < r->policy_count && nobodys; n++)
		nobodys = is_nobodys(i, d, r->policies[n].domain);
	return nobodys;
}

/* Reads the held frame once more, now that the end of its report is known. */
static enum err
put_tls(struct import *i, const struct document *d,
	const struct decode_end *end, struct store_item *out, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(REPORT_ARENA);
	struct tlsrpt_report r;

	if (!frame_get_tls(buf_str(&i->held), mem, &r))
		return ERR_SYNTAX;
	i->item.org = import_keep(i->head_mem, r.org_name);
	i->item.report_id = import_keep(i->head_mem, r.report_id);
	i->item.domain = import_keep(i->head_mem, r.domain);
	i->item.begin = r.begin;
	i->item.end = r.end;
	i->item.records = r.policy_count;
	i->item.messages = r.sessions;
	i->item.passed = r.successful;
	i->item.known = true;
	if (all_nobodys(i, d, &r))
		return put_nobodys(i, d, end, out, why);
	if (i->options->dry_run)
		return ERR_NONE;
	return store_tls(i->store, &d->origin, &r, end, out, why);
}

static enum err
put_failure(struct import *i, const struct document *d,
	    const struct decode_end *end, struct store_item *out,
	    struct diag *why)
{
	struct failrpt_report r;

	if (!frame_get_failure(buf_str(&i->held), &r))
		return ERR_SYNTAX;
	i->item.org = import_keep(i->head_mem, r.org);
	i->item.report_id = import_keep(i->head_mem, r.report_id);
	i->item.domain = import_keep(i->head_mem, r.reported_domain);
	i->item.begin = r.arrival;
	i->item.end = r.arrival;
	i->item.records = 1;
	i->item.messages = r.incidents;
	i->item.known = true;
	if (is_nobodys(i, d, r.reported_domain))
		return put_nobodys(i, d, end, out, why);
	if (i->options->dry_run)
		return ERR_NONE;
	return store_failure(i->store, &d->origin, &r, end, out, why);
}

static enum err
put_dmarc(struct import *i, const struct document *d,
	  const struct decode_end *end, struct store_item *out,
	  struct diag *why)
{
	i->item.records = end->totals.rows;
	i->item.messages = end->totals.messages;
	i->item.passed = end->totals.passed;
	if (!i->dmarc_open)
		return ERR_SYNTAX;
	if (i->nobodys)
		return put_nobodys(i, d, end, out, why);
	if (i->options->dry_run)
		return ERR_NONE;
	return store_dmarc_end(i->store, end, out, why);
}

static enum err
put_refused(struct import *i, const struct document *d,
	    const struct decode_end *end, struct store_item *out,
	    struct diag *why)
{
	bool rejected = end->status == DECODE_REJECTED;

	i->item.known = false;
	out->outcome = rejected ? STORE_REJECTED : STORE_IGNORED;
	if (i->options->dry_run || !fits(i, d, end->raw.n, false))
		return ERR_NONE;
	return store_refused(i->store, &d->origin, end, out, why);
}

static enum err
put_read(struct import *i, const struct document *d,
	 const struct decode_end *end, struct store_item *out, struct diag *why)
{
	switch (end->kind) {
	case DECODE_DMARC:
		return put_dmarc(i, d, end, out, why);
	case DECODE_TLSRPT:
		return put_tls(i, d, end, out, why);
	case DECODE_FAILURE:
		return put_failure(i, d, end, out, why);
	case DECODE_NONE:
		break;
	}
	return ERR_SYNTAX;
}

static enum err
put_end(struct import *i, const struct document *d,
	const struct decode_end *end, struct store_item *out, struct diag *why)
{
	enum err err = import_begin(i, why);

	if (err != ERR_NONE)
		return err;
	if (!i->options->dry_run)
		store_replaces(i->store, d->replaces_report,
			       d->replaces_intake);
	return end->status == DECODE_READ ? put_read(i, d, end, out, why)
					  : put_refused(i, d, end, out, why);
}

static enum err
take_end(struct import *i, const struct document *d, struct str fields,
	 struct diag *why)
{
	struct store_item stored = { .outcome = STORE_IMPORTED };
	struct decode_end end;
	enum err err;

	arena_reset(i->row_mem);
	if (!frame_get_end(fields, i->row_mem, &end))
		return ERR_SYNTAX;
	end.raw = buf_str(&i->raw);
	err = put_end(i, d, &end, &stored, why);
	if (err != ERR_NONE)
		return err;
	return import_add(i, d, &end, &stored, why);
}

static enum err
hold(struct buf *to, struct str fields)
{
	buf_clear(to);
	return buf_add(to, fields) ? ERR_NONE : ERR_SYNTAX;
}

enum err
import_frame(struct import *i, const struct document *d, int type,
	     struct str fields, struct diag *why)
{
	switch (type) {
	case FRAME_HEAD:
		return take_head(i, d, fields, why);
	case FRAME_ROW:
		return take_row(i, fields, why);
	case FRAME_TLS:
	case FRAME_FAILURE:
		return hold(&i->held, fields);
	case FRAME_RAW:
		return buf_add(&i->raw, fields) ? ERR_NONE : ERR_SYNTAX;
	case FRAME_UNDO:
		if (i->dmarc_open && is_written(i))
			store_forget(i->store);
		import_forget(i);
		return ERR_NONE;
	case FRAME_END:
		return take_end(i, d, fields, why);
	default:
		return ERR_SYNTAX;
	}
}

enum err
import_refuse(struct import *i, const struct document *d,
	      const struct diag *reason, struct str bytes, struct diag *why)
{
	struct decode_end end = { .status = DECODE_REJECTED,
				  .why = *reason,
				  .raw = bytes,
				  .media = DECODE_AS_MAIL };
	struct store_item stored = { .outcome = STORE_REJECTED };
	enum err err = put_end(i, d, &end, &stored, why);

	if (err != ERR_NONE)
		return err;
	return import_add(i, d, &end, &stored, why);
}
