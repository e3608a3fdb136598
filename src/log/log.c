/* log.c - a line for each event, written by one call so that the lines of
 * several processes never mix.
 */
#include "log/log.h"

#include "json/json.h"
#include "os/os.h"

#include <inttypes.h>
#include <unistd.h>

enum {
	LINE_BYTES = 4096, /* what a pipe takes as one, pipe(7) */
	VALUE_BYTES = 512
};

static struct {
	int fd;
	enum log_form form;
	enum log_level least;
	const char *role;
	int64_t (*clock)(void);
} here = { .fd = STDERR_FILENO,
	   .form = LOG_TEXT,
	   .least = LOG_INFO,
	   .role = "waxseal",
	   .clock = os_now };

static const char *const level_names[] = { [LOG_DEBUG] = "debug",
					   [LOG_INFO] = "info",
					   [LOG_WARN] = "warn",
					   [LOG_ERROR] = "error" };

void
log_start(int fd, enum log_form form, enum log_level least, const char *role,
	  int64_t (*clock)(void))
{
	here.fd = fd;
	here.form = form;
	here.least = least;
	here.role = role;
	here.clock = clock;
}

bool
log_level_parse(struct str name, enum log_level *out)
{
	for (size_t i = 0; i < COUNT_OF(level_names); i++) {
		if (!str_eq_fold(name, str_of(level_names[i])))
			continue;
		*out = (enum log_level)i;
		return true;
	}
	return false;
}

/* At most VALUE_BYTES of it, whole characters, nothing that moves a cursor
 * or turns the direction of reading. */
static void
add_clean(struct buf *out, struct str value)
{
	size_t n = VALUE_BYTES;

	if (value.n <= VALUE_BYTES) {
		buf_add_escaped(out, value);
		return;
	}
	while (n > VALUE_BYTES - 4 && (value.p[n] & 0xC0) == 0x80)
		n--;
	buf_add_escaped(out, str_sub(value, 0, n));
	buf_addz(out, "...");
}

static bool
needs_quotes(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ' ' || s.p[i] == '"' || s.p[i] == '=')
			return true;
	return s.n == 0;
}

static void
put_text(struct buf *out, const char *key, struct str value)
{
	buf_addf(out, " %s=", key);
	if (!needs_quotes(value)) {
		buf_add(out, value);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"')
			buf_addc(out, '\\');
		buf_addc(out, value.p[i]);
	}
	buf_addc(out, '"');
}

/* A pair that has no room any more is left out, so that the line stays one
 * that can be read. */
static void
add_pair(struct buf *line, const struct log_pair *pair)
{
	SCOPED_BUF value = BUF(LINE_BYTES);
	SCOPED_BUF piece = BUF(LINE_BYTES);
	struct json_out j = { .to = &piece };

	if (!pair->is_number)
		add_clean(&value, pair->text);
	if (pair->is_number && here.form == LOG_TEXT)
		buf_addf(&piece, " %s=%" PRId64, pair->key, pair->number);
	else if (pair->is_number)
		json_put_i64(&j, pair->key, pair->number);
	else if (here.form == LOG_TEXT)
		put_text(&piece, pair->key, buf_str(&value));
	else
		json_put_str(&j, pair->key, buf_str(&value));
	if (!piece.full && line->n + piece.n + 2 <= LINE_BYTES)
		(void)buf_add(line, buf_str(&piece));
}

static void
add_head(struct buf *line, enum log_level level, const char *event)
{
	struct json_out j = JSON_OUT(line);
	char stamp[CIVIL_STAMP_SIZE];

	(void)civil_print_stamp(here.clock(), stamp);
	if (here.form == LOG_TEXT) {
		buf_addf(line, "%s %s %s %s", stamp, level_names[level],
			 here.role, event);
		return;
	}
	json_open_object(&j, NULL);
	json_put_str(&j, "time", str_of(stamp));
	json_put_str(&j, "level", str_of(level_names[level]));
	json_put_str(&j, "role", str_of(here.role));
	json_put_str(&j, "event", str_of(event));
}

void
log_event(enum log_level level, const char *event, const struct diag *why,
	  const struct log_pair *pairs)
{
	SCOPED_BUF line = BUF(LINE_BYTES);

	if (level < here.least)
		return;
	add_head(&line, level, event);
	for (; pairs && pairs->key; pairs++)
		add_pair(&line, pairs);
	if (why && why->code[0]) {
		const struct log_pair code =
			log_text("code", str_of(why->code));
		const struct log_pair detail =
			log_text("detail", str_of(why->detail));

		add_pair(&line, &code);
		if (why->detail[0])
			add_pair(&line, &detail);
	}
	buf_addz(&line, here.form == LOG_TEXT ? "\n" : "}\n");
	/* There is nobody left to tell when this fails. */
	(void)os_write_all(here.fd, buf_str(&line));
}
