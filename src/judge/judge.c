/* judge.c - the round: ask for messages, look at them all at once, hand back
 * one verdict after the other, ask again. */
#include "judge/private.h"

#include "ingest/ingest.h"
#include "log/log.h"
#include "os/os.h"

enum { LOOKS = 16, DEPTH = 8 };

struct judge {
	struct judge_options o;
	struct loop_timer *next;
	struct judge_look look[LOOKS];
	size_t looks, running, handed; /* back so far */
	/* A question to the writer that is under way. */
	int fd;
	struct loop_watch *watch;
	struct buf answer;
	bool in_trouble;
};

static void ask_for_mail(void *ctx);

static void
hang_up(struct judge *j)
{
	loop_watch_free(j->watch);
	j->watch = NULL;
	os_fd_cleanup(&j->fd);
	buf_clear(&j->answer);
}

static void
drop_looks(struct judge *j)
{
	for (size_t i = 0; i < j->looks; i++)
		judge_look_free(&j->look[i]);
	j->looks = j->handed = 0;
}

/* All of the round is over; what was not handed back comes again. */
static void
rest(struct judge *j, int64_t ms)
{
	drop_looks(j);
	loop_timer_set(j->next, ms, false);
}

/* Told once until it is over: a server that starts has no writer yet. */
static void
fail(struct judge *j, enum err err, const struct diag *why)
{
	hang_up(j);
	if (!j->in_trouble && err != ERR_GONE && err != ERR_BUSY)
		log_warn("mail is not judged", why);
	j->in_trouble = true;
	rest(j, JUDGE_EVERY_MS);
}

static void
begin(struct judge *j, struct str request, void (*ready)(void *ctx))
{
	struct diag why = { 0 };
	enum err err = ingest_ask_begin(j->o.data, request, &j->fd, &why);

	if (err == ERR_NONE)
		j->watch = loop_watch_new(j->o.loop, j->fd, ready, j);
	else
		fail(j, err, &why);
}

/* True once the answer is whole. */
static bool
take_answer(struct judge *j)
{
	struct diag why = { 0 };
	bool over = false;
	enum err err = ingest_ask_more(j->fd, &j->answer, &over, &why);

	if (err != ERR_NONE)
		fail(j, err, &why);
	return err == ERR_NONE && over;
}

/* ---- verdicts back ---- */

static void hand_back(struct judge *j);

static void
on_taken(void *ctx)
{
	struct judge *j = ctx;

	if (!take_answer(j))
		return;
	hang_up(j);
	j->in_trouble = false;
	hand_back(j);
}

static void
hand_back(struct judge *j)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);

	if (j->handed == j->looks) {
		/* There may be more. */
		rest(j, 0);
		return;
	}
	judge_look_put(&request, &j->look[j->handed++], j->o.clock());
	begin(j, buf_str(&request), on_taken);
}

/* ---- looks ---- */

static void
on_looked(void *ctx, bool complete)
{
	struct judge_look *look = ctx;
	struct judge *j = look->judge;

	judge_look_over(look, complete);
	if (--j->running == 0)
		hand_back(j);
}

static void
look_at_all(struct judge *j)
{
	j->running = j->looks;
	for (size_t i = 0; i < j->looks; i++) {
		j->look[i].judge = j;
		inspect_run(j->o.inspect, j->look[i].facts, judge_look_judge,
			    on_looked, &j->look[i]);
	}
	if (j->looks == 0)
		rest(j, JUDGE_EVERY_MS);
}

/* ---- messages ---- */

static void
read_mails(struct judge *j, const struct json *list)
{
	size_t n = json_count(list);

	for (size_t i = 0; i < n && j->looks < LOOKS; i++) {
		struct judge_look *look = &j->look[j->looks];

		if (judge_look_read(json_at(list, i), j->o.clock(), look))
			j->looks++;
		else
			judge_look_free(look);
	}
}

static void
on_mail(void *ctx)
{
	const struct json_limits limits = { INGEST_ANSWER_MAX, DEPTH };
	SCOPED_JSON json = NULL;
	struct diag why = { 0 };
	struct judge *j = ctx;
	bool repaired;
	enum err err;

	if (!take_answer(j))
		return;
	err = json_parse(buf_str(&j->answer), limits, &json, &repaired, &why);
	if (err != ERR_NONE) {
		fail(j, err, &why);
		return;
	}
	hang_up(j);
	j->in_trouble = false;
	read_mails(j, json_get(json, "mails"));
	look_at_all(j);
}

static void
ask_for_mail(void *ctx)
{
	begin(ctx, S("{\"op\":\"judge_next\"}"), on_mail);
}

struct judge *
judge_start(const struct judge_options *options)
{
	struct judge *j = heap_new(sizeof *j);

	j->o = *options;
	j->fd = -1;
	j->answer = (struct buf)BUF(INGEST_ANSWER_MAX);
	j->next = loop_timer_new(j->o.loop, ask_for_mail, j);
	loop_timer_set(j->next, 0, false);
	return j;
}

void
judge_stop(struct judge *j)
{
	if (!j)
		return;
	hang_up(j);
	drop_looks(j);
	loop_timer_free(j->next);
	buf_free(&j->answer);
	heap_free(j);
}
