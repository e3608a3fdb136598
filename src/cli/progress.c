/* progress.c - a bar with the time left on a terminal, otherwise a line every
 * ten seconds. */
#include "cli/progress.h"
#include "cli/table.h"
#include "os/os.h"

#include <unistd.h>

enum {
	BAR = 10,
	DRAW_EVERY = 100,  /* ms */
	SAY_EVERY = 10000, /* ms */
	ETA_AFTER = 2000,  /* ms: earlier guesses are wild */
	LINE = 1024
};

void
cli_progress_begin(struct cli_progress *p, const struct cli *c,
		   const char *title)
{
	*p = (struct cli_progress){ .c = c,
				    .title = title,
				    .started = os_ticks() };
	p->told = p->started - (c->tty_err ? DRAW_EVERY : 0);
}

static void
add_eta(const struct cli_progress *p, struct buf *line, int64_t now,
	uint64_t done, uint64_t all)
{
	int64_t spent = now - p->started;

	if (!all || !done || done >= all || spent < ETA_AFTER)
		return;
	uint64_t left = (uint64_t)((double)spent / 1000.0 *
				   (double)(all - done) / (double)done);

	buf_addf(line, "  %02llu:%02llu", (unsigned long long)(left / 60),
		 (unsigned long long)(left % 60));
}

static void
add_bar(struct buf *line, uint64_t done, uint64_t all)
{
	unsigned filled = (unsigned)((double)done * (double)BAR / (double)all);

	buf_addc(line, '[');
	for (unsigned i = 0; i < BAR; i++)
		buf_addc(line, i < filled ? '#' : '-');
	buf_addz(line, "] ");
}

static void
add_line(const struct cli_progress *p, struct buf *line, uint64_t done,
	 uint64_t all, struct str rest)
{
	char a[CLI_NUMBER_MAX], b[CLI_NUMBER_MAX];

	buf_addf(line, "%s ", cli_word(p->c, p->title));
	if (all && p->c->tty_err)
		add_bar(line, done < all ? done : all, all);
	buf_add(line, cli_count(p->c, done, a));
	if (all) {
		buf_addc(line, '/');
		buf_add(line, cli_count(p->c, all, b));
	}
	if (rest.n)
		buf_addz(line, "  ");
	buf_add(line, rest);
}

void
cli_progress_tell(struct cli_progress *p, uint64_t done, uint64_t all,
		  struct str rest)
{
	int64_t now = os_ticks();
	bool tty = p->c->tty_err;
	SCOPED_BUF line = BUF(LINE);
	SCOPED_BUF whole = BUF(2 * LINE);

	if (p->c->quiet || now - p->told < (tty ? DRAW_EVERY : SAY_EVERY))
		return;
	p->told = now;
	add_line(p, &line, done, all, rest);
	add_eta(p, &line, now, done, all);
	if (tty) {
		unsigned width = p->c->width > 1 ? p->c->width - 1 : 79;

		buf_addz(&whole, "\r\x1b[K");
		buf_add(&whole, cli_fit(buf_str(&line), width));
		p->drawn = true;
	} else {
		buf_add(&whole, buf_str(&line));
		buf_addc(&whole, '\n');
	}
	(void)os_write_all(STDERR_FILENO, buf_str(&whole));
}

void
cli_progress_end(struct cli_progress *p)
{
	if (p->drawn)
		(void)os_write_all(STDERR_FILENO, S("\r\x1b[K"));
	p->drawn = false;
}

void
cli_progress_steps(void *ctx, uint64_t done, uint64_t all)
{
	cli_progress_tell(ctx, done, all, (struct str){ 0 });
}
