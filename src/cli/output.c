/* output.c - standard output: buffered bytes and JSON of contracts section 6.
 */
#include "cli/context.h"
#include "os/os.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* A reader that went away ends us as it ends every filter: by the signal. */
static void
stop_quietly(void)
{
	(void)signal(SIGPIPE, SIG_DFL);
	(void)raise(SIGPIPE);
}

void
cli_flush(struct cli *c)
{
	bool full = c->out.full;

	if (c->out.n > 0 && !os_write_all(STDOUT_FILENO, buf_str(&c->out))) {
		if (errno == EPIPE)
			stop_quietly();
		full = true;
	}
	buf_clear(&c->out);
	c->out.full = full; /* stays, so that the end knows */
}

void
cli_flush_some(struct cli *c)
{
	if (c->out.n >= CLI_OUT_FLUSH)
		cli_flush(c);
}

int
cli_finish(struct cli *c, int code)
{
	cli_flush(c);
	if (!c->out.full)
		return code;
	cli_complain(c, "cli.cannot_write", CLI_NO_ARGS);
	return CLI_TEMPORARY;
}

void
cli_json_begin(struct cli *c, const char *schema)
{
	c->json = (struct json_out)JSON_OUT(&c->out);
	if (c->format != CLI_FORMAT_JSON)
		return;
	json_open_object(&c->json, NULL);
	json_put_str(&c->json, "schema", str_of(schema));
}

void
cli_json_end(struct cli *c)
{
	if (c->format != CLI_FORMAT_JSON)
		return;
	json_close_object(&c->json);
	buf_addc(&c->out, '\n');
}

void
cli_json_list(struct cli *c, const char *key)
{
	if (c->format == CLI_FORMAT_JSON)
		json_open_array(&c->json, key);
}

void
cli_json_list_end(struct cli *c)
{
	if (c->format == CLI_FORMAT_JSON)
		json_close_array(&c->json);
}

struct json_out *
cli_json_row(struct cli *c)
{
	if (c->format == CLI_FORMAT_JSONL)
		c->json = (struct json_out)JSON_OUT(&c->out);
	json_open_object(&c->json, NULL);
	return &c->json;
}

void
cli_json_row_end(struct cli *c)
{
	json_close_object(&c->json);
	if (c->format == CLI_FORMAT_JSONL)
		buf_addc(&c->out, '\n');
	cli_flush_some(c);
}

struct json_out *
cli_json_only(struct cli *c, const char *schema)
{
	c->json = (struct json_out)JSON_OUT(&c->out);
	json_open_object(&c->json, NULL);
	json_put_str(&c->json, "schema", str_of(schema));
	return &c->json;
}

void
cli_json_only_end(struct cli *c)
{
	json_close_object(&c->json);
	buf_addc(&c->out, '\n');
}

void
cli_json_i64(struct json_out *j, const char *key, int64_t number, bool known)
{
	if (known)
		json_put_i64(j, key, number);
	else
		json_put_null(j, key);
}

void
cli_json_copy(struct json_out *j, const char *key, const struct json *value)
{
	json_put_copy(j, key, value);
}

void
cli_json_repairs(struct json_out *j, const char *key, struct str repairs)
{
	struct str one;

	json_open_array(j, key);
	while (str_split(&repairs, ',', &one))
		json_put_str(j, NULL, str_sub(one, 0, str_index(one, '=')));
	json_close_array(j);
}

void
cli_json_reason(struct json_out *j, const char *key, const struct diag *why)
{
	SCOPED_BUF text = BUF(1024);

	buf_addz(&text, why->code);
	if (why->line)
		buf_addf(&text, ": line %llu", (unsigned long long)why->line);
	if (why->detail[0])
		buf_addf(&text, ": %s", why->detail);
	json_put_known(j, key, buf_str(&text));
}
