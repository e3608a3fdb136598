/* reply.c - see reply.h. */
#include "probe/reply.h"

enum { CODE_LEN = 3, LINES_MAX = 256 };

void
reply_init(struct reply *r)
{
	*r = (struct reply){ .text = BUF(REPLY_MAX),
			     .line = BUF(REPLY_LINE_MAX) };
}

void
reply_fini(struct reply *r)
{
	buf_free(&r->text);
	buf_free(&r->line);
}

void
reply_clear(struct reply *r)
{
	r->code = 0;
	r->lines = 0;
	r->whole = r->broken = false;
	buf_clear(&r->text);
	buf_clear(&r->line);
}

static void
no_reply(struct reply *r, struct str line)
{
	r->broken = true;
	buf_clear(&r->text);
	(void)buf_add(&r->text, line);
}

static void
take_line(struct reply *r, struct str line)
{
	uint64_t code = 0;
	bool last = line.n == CODE_LEN ||
		    (line.n > CODE_LEN && line.p[CODE_LEN] == ' ');

	if (line.n < CODE_LEN || !str_u64(str_sub(line, 0, CODE_LEN), &code) ||
	    code < 200 || code > 599 || (!last && line.p[CODE_LEN] != '-') ||
	    (r->code && (int)code != r->code) || r->lines >= LINES_MAX) {
		no_reply(r, line);
		return;
	}
	r->code = (int)code;
	if (r->lines++ > 0)
		(void)buf_addc(&r->text, '\n');
	if (!buf_add(&r->text, str_sub(line, CODE_LEN + 1, SIZE_MAX)) &&
	    r->text.full)
		no_reply(r, S("a reply of more than 32 KiB"));
	else
		r->whole = last;
}

size_t
reply_feed(struct reply *r, struct str bytes)
{
	size_t used = 0;

	while (used < bytes.n && !r->whole && !r->broken) {
		struct str rest = str_sub(bytes, used, SIZE_MAX);
		size_t end = str_index(rest, '\n');
		size_t n = end == SIZE_MAX ? rest.n : end + 1;
		struct str line;

		used += n;
		if (!buf_add(&r->line, str_sub(rest, 0, n))) {
			no_reply(r, S("a line of more than 2048 bytes"));
			break;
		}
		if (end == SIZE_MAX)
			break;
		line = str_sub(buf_str(&r->line), 0, r->line.n - 1);
		if (str_ends(line, S("\r")))
			line.n--;
		take_line(r, line);
		buf_clear(&r->line);
	}
	return used;
}

struct str
reply_first(const struct reply *r)
{
	struct str text = buf_str(&r->text);

	return str_sub(text, 0, str_index(text, '\n'));
}

bool
reply_offers(const struct reply *r, struct str keyword)
{
	struct str rest = buf_str(&r->text), line;

	rest = str_sub(rest, reply_first(r).n + 1, SIZE_MAX);
	while (str_split(&rest, '\n', &line)) {
		struct str word = str_sub(line, 0, str_index(line, ' '));

		/* Some old servers write "SIZE=1000" and "AUTH=LOGIN". */
		word = str_sub(word, 0, str_index(word, '='));
		if (str_eq_fold(str_trim(word), keyword))
			return true;
	}
	return false;
}
