/* output.c - standard output: buffered bytes and JSON of contracts section 6.
 */
#include "cli/context.h"
#include "os/os.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

enum { COPY_DEPTH = 16 };

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

struct copy {
	struct json_out *to;
	unsigned depth;
};

static void copy_value(struct copy *copy, const char *key,
		       const struct json *value);

static bool
copy_member(void *ctx, struct str key, const struct json *value)
{
	SCOPED_BUF name = BUF(4096);

	buf_add(&name, key);
	copy_value(ctx, buf_c(&name), value);
	return true;
}

static void
copy_array(struct copy *copy, const struct json *value)
{
	for (size_t i = 0; i < json_count(value); i++)
		copy_value(copy, NULL, json_at(value, i));
}

static void
copy_number(struct json_out *j, const char *key, const struct json *value)
{
	int64_t n;

	cli_json_i64(j, key, json_i64(value, &n) ? n : 0, json_i64(value, &n));
}

static void
copy_nested(struct copy *copy, const char *key, const struct json *value)
{
	if (copy->depth == COPY_DEPTH) {
		json_put_null(copy->to, key);
		return;
	}
	copy->depth++;
	if (json_type(value) == JSON_ARRAY) {
		json_open_array(copy->to, key);
		copy_array(copy, value);
		json_close_array(copy->to);
	} else {
		json_open_object(copy->to, key);
		json_each(value, copy_member, copy);
		json_close_object(copy->to);
	}
	copy->depth--;
}

static void
copy_value(struct copy *copy, const char *key, const struct json *value)
{
	bool yes = false;

	switch (json_type(value)) {
	case JSON_STRING:
		json_put_str(copy->to, key, json_str(value));
		break;
	case JSON_NUMBER:
		copy_number(copy->to, key, value);
		break;
	case JSON_BOOL:
		(void)json_bool(value, &yes);
		json_put_bool(copy->to, key, yes);
		break;
	case JSON_ARRAY:
	case JSON_OBJECT:
		copy_nested(copy, key, value);
		break;
	case JSON_ABSENT:
	case JSON_NULL:
		json_put_null(copy->to, key);
		break;
	}
}

void
cli_json_copy(struct json_out *j, const char *key, const struct json *value)
{
	struct copy copy = { .to = j };

	copy_value(&copy, key, value);
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
