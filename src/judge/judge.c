/* judge.c - asks for messages while there is room, looks at each by itself,
 * and hands back its verdict as soon as it is there. */
#include "judge/private.h"

#include "ingest/ingest.h"
#include "log/log.h"
#include "os/os.h"

enum { LOOKS = 16, DEPTH = 8 };

struct judge {
	struct judge_options o;
	struct loop_timer *next;
	struct judge_look look[LOOKS];
	bool rests; /* there was no more mail, or trouble: `next` will end it */
	/* The question to the writer that is under way. */
	int fd;
	struct loop_watch *watch;
	struct buf answer;
	struct judge_look *handing; /* NULL: it asks for mail */
	bool in_trouble;
};

static void go_on(struct judge *j);

static void
hang_up(struct judge *j)
{
	loop_watch_free(j->watch);
	j->watch = NULL;
	os_fd_cleanup(&j->fd);
	buf_clear(&j->answer);
}

static void
rest(struct judge *j)
{
	j->rests = true;
	loop_timer_set(j->next, JUDGE_EVERY_MS, false);
}

/* Told once until it is over: a server that starts has no writer yet. What
 * was to be handed back still is. */
static void
fail(struct judge *j, enum err err, const struct diag *why)
{
	hang_up(j);
	if (!j->in_trouble && err != ERR_GONE && err != ERR_BUSY)
		log_warn("mail is not judged", why);
	j->in_trouble = true;
	rest(j);
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

/* ---- verdicts back ---- */

static void
on_taken(void *ctx)
{
	struct judge *j = ctx;
	struct diag why = { 0 };
	bool over = false;
	enum err err = ingest_ask_more(j->fd, &j->answer, &over, &why);

	if (err == ERR_NONE && !over)
		return;
	/* What it will never take is not offered again. */
	if (err != ERR_NONE && err != ERR_SYNTAX) {
		fail(j, err, &why);
		return;
	}
	hang_up(j);
	j->in_trouble = false;
	judge_look_free(j->handing);
	go_on(j);
}

static void
hand_back(struct judge *j, struct judge_look *look)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);

	j->handing = look;
	judge_look_put(&request, look, j->o.clock());
	begin(j, buf_str(&request), on_taken);
}

/* ---- looks ---- */

static void
on_looked(void *ctx, bool complete)
{
	struct judge_look *look = ctx;

	judge_look_over(look, complete);
	look->state = JUDGE_LOOK_OVER;
	go_on(look->judge);
}

static struct judge_look *
find(struct judge *j, enum judge_look_state state)
{
	for (size_t i = 0; i < LOOKS; i++)
		if (j->look[i].state == state)
			return &j->look[i];
	return NULL;
}

/* ---- messages ---- */

/* How many were taken. */
static size_t
read_mails(struct judge *j, const struct json *list)
{
	size_t n = json_count(list), taken = 0;

	for (size_t i = 0; i < n; i++) {
		struct judge_look *look = find(j, JUDGE_LOOK_FREE);

		if (!look)
			break;
		if (!judge_look_read(json_at(list, i), j->o.clock(), look)) {
			judge_look_free(look);
			continue;
		}
		look->judge = j;
		look->state = JUDGE_LOOK_RUNS;
		taken++;
		inspect_run(j->o.inspect, look->facts, judge_look_judge,
			    on_looked, look);
	}
	return taken;
}

static void
on_mail(void *ctx)
{
	const struct json_limits limits = { INGEST_ANSWER_MAX, DEPTH };
	SCOPED_JSON json = NULL;
	struct diag why = { 0 };
	struct judge *j = ctx;
	bool over = false, repaired;
	enum err err = ingest_ask_more(j->fd, &j->answer, &over, &why);

	if (err == ERR_NONE && !over)
		return;
	if (err == ERR_NONE)
		err = json_parse(buf_str(&j->answer), limits, &json, &repaired,
				 &why);
	if (err != ERR_NONE) {
		fail(j, err, &why);
		return;
	}
	hang_up(j);
	j->in_trouble = false;
	if (read_mails(j, json_get(json, "mails")) == 0)
		rest(j);
	go_on(j);
}

/* Those in hand are still waiting as the writer sees it. */
static void
ask_for_mail(struct judge *j)
{
	SCOPED_BUF request = BUF(INGEST_REQUEST_MAX);
	struct json_out out = JSON_OUT(&request);
	size_t busy = 0;

	json_open_object(&out, NULL);
	json_put_str(&out, "op", S("judge_next"));
	json_open_array(&out, "busy");
	for (size_t i = 0; i < LOOKS; i++)
		if (j->look[i].state != JUDGE_LOOK_FREE) {
			json_put_i64(&out, NULL, j->look[i].id);
			busy++;
		}
	json_close_array(&out);
	json_put_u64(&out, "most", LOOKS - busy);
	json_close_object(&out);
	j->handing = NULL;
	begin(j, buf_str(&request), on_mail);
}

/* The next thing to say to the writer: one at a time. */
static void
go_on(struct judge *j)
{
	struct judge_look *over = find(j, JUDGE_LOOK_OVER);

	if (j->fd >= 0 || (j->rests && j->in_trouble))
		return;
	if (over)
		hand_back(j, over);
	else if (!j->rests && find(j, JUDGE_LOOK_FREE))
		ask_for_mail(j);
}

static void
wake(void *ctx)
{
	struct judge *j = ctx;

	j->rests = false;
	go_on(j);
}

struct judge *
judge_start(const struct judge_options *options)
{
	struct judge *j = heap_new(sizeof *j);

	j->o = *options;
	j->fd = -1;
	j->answer = (struct buf)BUF(INGEST_ANSWER_MAX);
	j->next = loop_timer_new(j->o.loop, wake, j);
	loop_timer_set(j->next, 0, false);
	return j;
}

void
judge_stop(struct judge *j)
{
	if (!j)
		return;
	hang_up(j);
	for (size_t i = 0; i < LOOKS; i++)
		judge_look_free(&j->look[i]);
	loop_timer_free(j->next);
	buf_free(&j->answer);
	heap_free(j);
}
