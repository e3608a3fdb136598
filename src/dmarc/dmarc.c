/* dmarc.c - events in, head and rows out, at the right moment. */
#include "dmarc/private.h"

#include <string.h>

struct dmarc *
dmarc_new(const struct dmarc_head *known, int64_t now,
	  const struct dmarc_sink *sink)
{
	struct dmarc *d = heap_new(sizeof *d);

	d->known = known;
	d->now = now;
	d->sink = *sink;
	d->head.mem = arena_new(HEAD_BYTES);
	d->head.head.pct = -1;
	d->row.mem = arena_new(ROW_BYTES);
	d->line = 1;
	return d;
}

void
dmarc_free(struct dmarc *d)
{
	if (!d)
		return;
	arena_free(d->head.mem);
	arena_free(d->row.mem);
	heap_free(d);
}

static enum err
give_head(struct dmarc *d, const struct dmarc_head *head)
{
	if (d->head_given)
		return ERR_NONE;
	d->head_given = true;
	return d->sink.head(d->sink.ctx, head);
}

/* Gives the record out that ended last. It waits until something follows it:
 * only the end of the document tells whether it was cut. */
static enum err
release(struct dmarc *d)
{
	const struct dmarc_row *row = &d->row.row;

	if (!d->held)
		return ERR_NONE;
	d->held = false;
	row_settle(d);
	if (d->late)
		return ERR_NONE;
	d->totals.rows++;
	d->totals.messages += row->count;
	if (row->dkim_aligned || row->spf_aligned)
		d->totals.passed += row->count;
	return d->sink.row(d->sink.ctx, row);
}

static void
end_record(struct dmarc *d)
{
	if (!d->in_record)
		return;
	d->in_record = false;
	d->held = true;
	d->record_end = d->ends;
}

/* The head goes out with the first record, when it is there by then. */
static enum err
head_before_rows(struct dmarc *d, struct diag *why)
{
	enum err err;

	if (!head_ready(d)) {
		repairs_note(d, R_HEAD_AFTER_ROWS);
		d->late = !d->known;
		return ERR_NONE;
	}
	err = head_settle(d, why);
	if (err == ERR_NONE && !d->known)
		err = give_head(d, &d->head.head);
	return err;
}

static enum err
begin_record(struct dmarc *d, struct diag *why)
{
	enum err err = ERR_NONE;

	if (d->in_record) {
		repairs_note(d, R_RECORD_UNCLOSED);
		end_record(d);
		err = release(d);
	}
	if (err == ERR_NONE && d->records == 0)
		err = head_before_rows(d, why);
	if (err != ERR_NONE)
		return err;
	if (++d->records > DMARC_ROWS_MAX)
		return repairs_refuse(why, ERR_LIMIT, "dmarc.too_many_rows",
				      d->line);
	d->in_record = true;
	repairs_save(d);
	row_begin(d);
	return ERR_NONE;
}

static void
begin_feedback(struct dmarc *d)
{
	if (d->seen_feedback) {
		repairs_note(d, R_REPEATED);
		d->open[d->depth - 1] = N_SKIP;
		return;
	}
	d->seen_feedback = true;
}

static enum err
begin_node(struct dmarc *d, enum node node, struct diag *why)
{
	switch (node) {
	case N_FEEDBACK:
		begin_feedback(d);
		break;
	case N_METADATA:
		if (!d->head.metadata_line)
			d->head.metadata_line = d->line;
		break;
	case N_POLICY:
		if (!d->head.policy_line)
			d->head.policy_line = d->line;
		break;
	case N_RECORD:
		return begin_record(d, why);
	case N_EVALUATED:
		d->row.evaluated = true;
		break;
	case N_REASON:
		row_end_reason(d, S(""));
		row_begin_reason(d);
		break;
	case N_AUTH:
		d->row.auth_results = true;
		break;
	case N_DKIM:
	case N_SPF:
		row_end_auth(d);
		row_begin_auth(d, node == N_SPF);
		break;
	default:
		break;
	}
	return ERR_NONE;
}

/* A character that the bound cut in two goes as a whole. */
static struct str
value_of(struct dmarc *d)
{
	struct str value = { d->text, d->text_size };

	if (d->text_cut) {
		repairs_note(d, R_TEXT_CUT);
		while (value.n > 0 && !str_is_utf8(value))
			value.n--;
	}
	return str_trim(value);
}

static void
take_value(struct dmarc *d, enum node field)
{
	struct str value = value_of(d);

	if (field < F_OF_ROW)
		head_field(d, field, value);
	else if (d->in_record)
		row_field(d, field, value);
	d->gather = false;
}

static void
gather_text(struct dmarc *d)
{
	d->gather = true;
	d->text_cut = false;
	d->text_size = 0;
}

static unsigned
skip_closed(const struct dmarc *d, unsigned i)
{
	while (i > 0 && d->open[i - 1] == CLOSED)
		i--;
	return i;
}

/* Where the innermost open element stands. A value that opens another element
 * was not closed: it is taken now, and the new one belongs to its parent,
 * which is never a value itself. */
static enum node
parent_node(struct dmarc *d)
{
	unsigned i = skip_closed(d, d->depth);

	if (i > 0 && d->open[i - 1] >= N_PARENTS) {
		take_value(d, (enum node)d->open[i - 1]);
		d->open[i - 1] = CLOSED;
		i = skip_closed(d, i);
	}
	return i > 0 ? (enum node)d->open[i - 1] : N_OUTSIDE;
}

enum err
dmarc_start(struct dmarc *d, struct str name, uint64_t line, struct diag *why)
{
	enum node node;
	enum oddity odd;
	enum err err;

	d->line = line;
	err = d->known ? give_head(d, d->known) : ERR_NONE;
	if (err == ERR_NONE)
		err = release(d);
	if (err != ERR_NONE)
		return err;
	if (d->depth >= OPEN_MAX) {
		d->depth++;
		return ERR_NONE;
	}
	node = names_enter(parent_node(d), name, &odd);
	if (odd != NOT_ODD)
		repairs_note(d, odd == OLD_NAME ? R_IDENTITIES : R_MISPLACED);
	d->open[d->depth++] = (uint8_t)node;
	d->gather = false;
	if (node >= N_PARENTS || node == N_REASON)
		gather_text(d);
	return node >= N_PARENTS ? ERR_NONE : begin_node(d, node, why);
}

enum err
dmarc_text(struct dmarc *d, struct str text, struct diag *why)
{
	size_t room = sizeof d->text - d->text_size;

	(void)why;
	if (!d->gather)
		return ERR_NONE;
	while (d->text_size == 0 && text.n > 0 &&
	       (text.p[0] == ' ' || text.p[0] == '\n' || text.p[0] == '\t' ||
		text.p[0] == '\r'))
		text = str_sub(text, 1, SIZE_MAX);
	if (d->text_cut || text.n == 0)
		return ERR_NONE;
	if (text.n > room) {
		d->text_cut = true;
		text.n = room;
	}
	memcpy(d->text + d->text_size, text.p, text.n);
	d->text_size += text.n;
	return ERR_NONE;
}

enum err
dmarc_end(struct dmarc *d, struct str name, struct diag *why)
{
	enum node node;

	(void)name;
	(void)why;
	d->ends++;
	if (d->depth == 0 || --d->depth >= OPEN_MAX)
		return ERR_NONE;
	node = (enum node)d->open[d->depth];
	if (d->open[d->depth] == CLOSED)
		return ERR_NONE;
	if (node >= N_PARENTS)
		take_value(d, node);
	else if (node == N_RECORD)
		end_record(d);
	else if (node == N_REASON)
		row_end_reason(d, d->gather ? value_of(d) : S(""));
	else if (node == N_DKIM || node == N_SPF)
		row_end_auth(d);
	else if (node == N_METADATA)
		d->head.metadata_closed = true;
	else if (node == N_POLICY)
		d->head.policy_closed = true;
	else if (node == N_FEEDBACK)
		d->feedback_end = d->ends;
	d->gather = false;
	return ERR_NONE;
}

static void
judge_version(struct dmarc *d)
{
	struct str version = d->head.head.version;

	if (version.n == 0)
		repairs_note(d, R_NO_VERSION);
	else if (!str_eq(version, S("1.0")) && !str_eq(version, S("1")))
		repairs_note(d, R_ODD_VERSION);
}

/* A report that was cut must have rows and, without its end, an id of its
 * own: otherwise it could stand in the way of the whole one. One cut in the
 * middle shows by pieces of rows in the head. */
static enum err
judge_cut(const struct dmarc *d, unsigned open, struct diag *why)
{
	bool no_end = d->feedback_end + open > d->ends;
	bool hole = d->repair_at[R_MISPLACED] != 0;
	bool rows = d->records > 1 || d->held;
	bool own_id =
		d->head.head.report_id.n > 0 && d->repair_at[R_ID_MADE] == 0;

	if ((rows || (!no_end && !hole)) && (own_id || !no_end))
		return ERR_NONE;
	return repairs_refuse(why, ERR_SYNTAX, "dmarc.cut", d->line);
}

enum err
dmarc_finish(struct dmarc *d, unsigned open, struct diag *why)
{
	enum err err;

	if (!d->seen_feedback)
		return repairs_refuse(why, ERR_SYNTAX, "dmarc.not_a_report",
				      d->line);
	if (d->held && d->record_end + open > d->ends) {
		d->held = false;
		repairs_restore(d);
		repairs_note(d, R_RECORD_CUT);
	}
	err = judge_cut(d, open, why);
	if (err == ERR_NONE && d->known)
		err = give_head(d, d->known);
	if (err == ERR_NONE)
		err = release(d);
	if (err == ERR_NONE)
		err = head_settle(d, why);
	if (err != ERR_NONE)
		return err;
	judge_version(d);
	if (d->late || d->known)
		return ERR_NONE;
	return give_head(d, &d->head.head);
}

bool
dmarc_late_head(const struct dmarc *d)
{
	return d->late;
}

const struct dmarc_head *
dmarc_head_of(const struct dmarc *d)
{
	return &d->head.head;
}

const struct dmarc_totals *
dmarc_totals_of(const struct dmarc *d)
{
	return &d->totals;
}
