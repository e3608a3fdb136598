/* domain_add.c - `domain add`: domains by name, or as a text that names many.
 */
#include "cli/people.h"
#include "cli/words.h"
#include "dnsname/dnsname.h"
#include "ingest/ingest.h"
#include "os/os.h"

#include <string.h>
#include <unistd.h>

enum {
	NAMES_MAX = 100000,
	AT_ONCE = 1000,      /* in one transaction */
	TEXT_MAX = 16 << 20, /* bytes of --from */
	PIECE = 64 << 10,
	/* Beyond, a running server looks for their reports by itself. */
	CLAIMED_MAX = 20
};

static const struct cli_column columns[] = {
	{ "domain", "cli.col.domain", false, true },
	{ "result", "cli.col.result", false, false },
	{ "line", "cli.col.line", true, false },
	{ "reason", "cli.col.reason", false, true },
};

struct adding {
	struct cli *c;
	struct control *control;
	struct control_adding how;
	struct dnsname_names names;
	struct control_added *at;
	bool many; /* told as a table */
	int code;  /* of the first trouble */
};

/* ---- what was given ---- */

static enum err
read_text(struct cli *c, const char *path, struct buf *out, struct diag *why)
{
	size_t n = PIECE;

	if (strcmp(path, "-") != 0)
		return os_read_file(path, out, why);
	while (n == PIECE) {
		char *to = buf_reserve(out, PIECE);

		if (!to)
			return diag_set(why, ERR_LIMIT, "io.too_large", 0, "%s",
					path);
		n = os_read_all(STDIN_FILENO, to, PIECE);
		if (n == SIZE_MAX)
			return diag_errno(why, "read", path);
		buf_commit(out, n);
	}
	(void)c;
	return ERR_NONE;
}

/* Operands after each other: each is a name as it stands. */
static void
take_operands(struct adding *a)
{
	const struct cli_args *args = &a->c->args;

	a->names.n = args->operand_count;
	a->names.at = heap_new(a->names.n * sizeof *a->names.at);
	for (size_t i = 0; i < a->names.n; i++)
		a->names.at[i] = (struct dnsname_entry){
			.given = str_of(args->operand[i]), .line = i + 1
		};
}

static enum err
take_file(struct adding *a, const char *path, struct diag *why)
{
	SCOPED_BUF text = BUF(TEXT_MAX);
	struct str kept;
	enum err err = read_text(a->c, path, &text, why);

	if (err != ERR_NONE)
		return err;
	if (!arena_dup(a->c->mem, buf_str(&text), &kept))
		return diag_set(why, ERR_LIMIT, "io.too_large", 0, "%s", path);
	dnsname_names_read(kept, NAMES_MAX, a->c->mem, &a->names);
	if (a->names.n == 0)
		return diag_set(why, ERR_SYNTAX, "control.no_names", 0, "%s",
				dnsname_form_name(a->names.form));
	return ERR_NONE;
}

static enum err
take_names(struct adding *a, struct diag *why)
{
	const char *from = cli_value(a->c, "from");
	bool given = a->c->args.operand_count > 0;

	if (from && !given)
		return take_file(a, from, why);
	if (from || !given)
		return diag_set(why, ERR_SYNTAX, "control.no_names", 0, "%s",
				"");
	take_operands(a);
	return ERR_NONE;
}

/* ---- what is done ---- */

/* Has a running server take the domain's reports out of the bin of what nobody
 * had registered. Without one they wait there. */
static enum err
claim(struct cli *c, struct str domain, struct diag *why)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	SCOPED_BUF answer = BUF(INGEST_ANSWER_MAX);
	struct json_out j = JSON_OUT(&request);
	struct diag own = { 0 };
	enum err err;

	json_open_object(&j, NULL);
	json_put_str(&j, "op", S("claim"));
	json_put_str(&j, "domain", domain);
	json_close_object(&j);
	err = ingest_ask(c->data, buf_str(&request), &answer, &own);
	if (err == ERR_NONE || err == ERR_GONE || err == ERR_BUSY)
		return ERR_NONE;
	return diag_set(why, err, own.code, 0, "%s", own.detail);
}

/* By pieces, so that nobody else waits for long. A dry run is one piece: it
 * has to know what came before. */
static enum err
add_all(struct adding *a, struct diag *why)
{
	size_t step = a->how.dry ? a->names.n : AT_ONCE;
	enum err err = ERR_NONE;

	a->at = heap_new(a->names.n * sizeof *a->at);
	for (size_t i = 0; err == ERR_NONE && i < a->names.n; i += step) {
		size_t left = a->names.n - i;
		const struct dnsname_names some = { .at = a->names.at + i,
						    .n = left < step ? left
								     : step };
		const struct control_many many = { .at = a->at + i,
						   .n = some.n,
						   .mem = a->c->mem };

		err = control_names_add(a->control, CONTROL_OWNER_SELF, &a->how,
					&some, &many, why);
	}
	for (size_t i = 0; err == ERR_NONE && !a->how.dry &&
			   a->names.n <= CLAIMED_MAX && i < a->names.n;
	     i++)
		if (a->at[i].outcome == CONTROL_ADDED)
			err = claim(a->c, a->at[i].domain.name, why);
	return err;
}

/* ---- what is told ---- */

static void
note_trouble(struct adding *a, const struct control_added *one)
{
	enum err err = one->outcome == CONTROL_THERE ? ERR_GONE
		       : str_find(str_of(one->why.code), S("quota")) != SIZE_MAX
			       ? ERR_LIMIT
			       : ERR_SYNTAX;
	int code;

	/* Who hands a whole list in again wants it to be there. */
	if (one->outcome == CONTROL_ADDED ||
	    (a->many && one->outcome == CONTROL_THERE))
		return;
	code = a->many || cli_is_json(a->c) ? cli_exit_of(err, &one->why)
					    : cli_fail(a->c, err, &one->why);
	if (a->code == CLI_FINE)
		a->code = code;
}

static void
tell_row(struct cli_table *t, const struct control_added *one,
	 const struct dnsname_entry *entry)
{
	static const char *const words[] = { "added", "there", "refused" };
	static const char *const keys[] = { "cli.domain.is_added",
					    "cli.domain.is_there",
					    "cli.domain.is_refused" };
	static const enum cli_style styles[] = { CLI_GOOD, CLI_FAINT, CLI_BAD };
	struct cli *c = t->c;
	SCOPED_BUF reason = BUF(4096);

	if (one->outcome == CONTROL_REFUSED)
		finding_explain(&reason, c->lang, &one->why);
	cli_cell(t,
		 one->outcome == CONTROL_REFUSED
			 ? entry->given
			 : dnsname_show(one->domain.name, c->mem),
		 CLI_PLAINLY);
	cli_cell_word(t, words[one->outcome], keys[one->outcome],
		      styles[one->outcome]);
	cli_cell_count(t, entry->line, true);
	cli_cell(t, buf_str(&reason), CLI_PLAINLY);
}

static void
tell_table(struct adding *a)
{
	struct cli_table t;
	size_t sum[CONTROL_REFUSED + 1] = { 0 };
	char text[3][CLI_NUMBER_MAX];

	cli_table_begin(&t, a->c, columns, COUNT_OF(columns));
	for (size_t i = 0; i < a->names.n; i++) {
		tell_row(&t, &a->at[i], &a->names.at[i]);
		note_trouble(a, &a->at[i]);
		sum[a->at[i].outcome]++;
	}
	cli_table_end(&t);
	cli_flush(a->c);
	cli_note(a->c, a->how.dry ? "cli.domain.would_add" : "cli.domain.sum",
		 CLI_ARGS({ "added",
			    cli_count(a->c, sum[CONTROL_ADDED], text[0]) },
			  { "there",
			    cli_count(a->c, sum[CONTROL_THERE], text[1]) },
			  { "refused",
			    cli_count(a->c, sum[CONTROL_REFUSED], text[2]) }));
}

/* The added ones with their records, then what came of each. */
static enum err
tell_json(struct adding *a, struct diag *why)
{
	struct cli *c = a->c;
	enum err err = ERR_NONE;

	cli_json_begin(c, "waxseal.domain.add/1");
	cli_json_list(c, "domains");
	for (size_t i = 0; err == ERR_NONE && !a->how.dry && i < a->names.n;
	     i++)
		if (a->at[i].outcome == CONTROL_ADDED)
			err = cli_domain_tell(c, &a->at[i].domain, why);
	cli_json_list_end(c);
	cli_json_list(c, "results");
	for (size_t i = 0; i < a->names.n; i++) {
		control_added_put(&a->at[i], &a->names.at[i], c->mem,
				  cli_json_row(c));
		cli_json_row_end(c);
		note_trouble(a, &a->at[i]);
	}
	cli_json_list_end(c);
	json_put_bool(&c->json, "dry_run", a->how.dry);
	json_put_i64(&c->json, "left_out", (int64_t)a->names.left_out);
	cli_json_end(c);
	return err;
}

/* Few names: each with the records that lead its reports here. */
static enum err
tell_each(struct adding *a, struct diag *why)
{
	enum err err = ERR_NONE;

	for (size_t i = 0; err == ERR_NONE && i < a->names.n; i++) {
		if (a->at[i].outcome == CONTROL_ADDED)
			err = cli_domain_tell(a->c, &a->at[i].domain, why);
		cli_flush(a->c);
		note_trouble(a, &a->at[i]);
	}
	return err;
}

static enum err
tell(struct adding *a, struct diag *why)
{
	char text[CLI_NUMBER_MAX];
	enum err err = ERR_NONE;

	if (cli_is_json(a->c))
		err = tell_json(a, why);
	else if (a->many)
		tell_table(a);
	else
		err = tell_each(a, why);
	if (a->names.left_out > 0) {
		cli_complain(
			a->c, "cli.domain.left_out",
			CLI_ARGS({ "count",
				   cli_count(a->c, a->names.left_out, text) }));
		a->code = a->code == CLI_FINE ? CLI_PROBLEMS : a->code;
	}
	return err;
}

/* Goes on after one that cannot be added; the first trouble is how it ends. */
int
cli_domain_add(struct cli *c)
{
	const char *purpose = cli_value(c, "purpose");
	struct adding a = { .c = c, .code = CLI_FINE };
	struct diag why = { 0 };
	SCOPED_CONTROL control = cli_control(c, &a.code);
	enum err err;

	if (!control)
		return a.code;
	a.control = control;
	a.how = (struct control_adding){ .actor = S("cli:"),
					 .at = c->now,
					 .dry = cli_given(c, "dry-run") };
	a.many = a.how.dry || cli_given(c, "from");
	if (purpose)
		(void)!control_purpose_parse(str_of(purpose), &a.how.purpose);
	err = take_names(&a, &why);
	if (err == ERR_NONE)
		err = add_all(&a, &why);
	if (err == ERR_NONE)
		err = tell(&a, &why);
	if (err != ERR_NONE)
		a.code = cli_fail(c, err, &why);
	dnsname_names_free(&a.names);
	heap_free(a.at);
	return a.code;
}
