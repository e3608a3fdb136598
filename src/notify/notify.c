/* notify.c - takes the notices that are due and hands them out. */
#include "log/log.h"
#include "notify/private.h"

#include <curl/curl.h>

enum { STEP_MS = 50, BATCH_MEMORY = 1 << 20, CHANNELS = 2 };

static const enum notify_channel channels[CHANNELS] = { NOTIFY_MAIL,
							NOTIFY_WEBHOOK };

struct notify {
	struct loop *loop;
	struct notify_options o;
	struct control *control;
	struct loop_timer *poll, *step;
	CURLM *multi;
	struct notify_batch batch;
	struct notify_sending *sending[CHANNELS];
	unsigned told;   /* channels that have the batch */
	struct diag why; /* of the last failure */
};

static bool
is_set(const char *text)
{
	return text && text[0];
}

unsigned
notify_channels(const struct notify_options *o)
{
	unsigned some = 0;

	if (is_set(o->mail_to) && is_set(o->mail_from) &&
	    is_set(o->smtp_server))
		some |= NOTIFY_MAIL;
	if (is_set(o->webhook))
		some |= NOTIFY_WEBHOOK;
	return some;
}

const char *
notify_channel_name(enum notify_channel channel)
{
	return channel == NOTIFY_MAIL ? "mail" : "webhook";
}

/* ---- the end of a batch ---- */

static void
log_failure(const struct diag *why, enum notify_channel channel)
{
	log_warn("notify_failed", why,
		 log_text("channel", str_of(notify_channel_name(channel))));
}

static void
settle(struct notify *n)
{
	struct diag why = { 0 };
	/* A channel that was taken out of the configuration waits for
	 * nothing. */
	unsigned told = n->told | ~notify_channels(&n->o);

	for (size_t i = 0; i < n->batch.n; i++)
		if (control_notice_tried(n->control, n->batch.at[i].id,
					 n->o.clock(), told & 0xff,
					 str_of(n->why.code), &why) != ERR_NONE)
			log_warn("notify_failed", &why);
	if (n->told)
		log_info("notified",
			 log_number("notices", (int64_t)n->batch.n));
	arena_reset(n->batch.mem);
	n->batch.n = 0;
	loop_timer_set(n->step, -1, false);
}

static void
end_one(struct notify *n, size_t i, int code)
{
	struct diag why = { 0 };

	if (notify_sending_end(n->sending[i], code, &why) == ERR_NONE) {
		n->told |= channels[i];
	} else {
		log_failure(&why, channels[i]);
		n->why = why;
	}
	(void)curl_multi_remove_handle(n->multi,
				       notify_sending_handle(n->sending[i]));
	notify_sending_free(n->sending[i]);
	n->sending[i] = NULL;
}

static bool
is_busy(const struct notify *n)
{
	for (size_t i = 0; i < CHANNELS; i++)
		if (n->sending[i])
			return true;
	return false;
}

static void
step(void *ctx)
{
	struct notify *n = ctx;
	const CURLMsg *m;
	int left;

	(void)curl_multi_perform(n->multi, &left);
	while ((m = curl_multi_info_read(n->multi, &left)))
		for (size_t i = 0; i < CHANNELS; i++)
			if (n->sending[i] && m->msg == CURLMSG_DONE &&
			    m->easy_handle ==
				    notify_sending_handle(n->sending[i])) {
				end_one(n, i, (int)m->data.result);
				break;
			}
	if (!is_busy(n))
		settle(n);
}

/* ---- the beginning of one ---- */

static bool
is_wanted(const struct notify_batch *b, enum notify_channel channel)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->at[i].left_over & channel)
			return true;
	return false;
}

static void
begin_one(struct notify *n, size_t i)
{
	struct diag why = { 0 };

	n->sending[i] = notify_sending_new(&n->o, channels[i], &n->batch, &why);
	if (!n->sending[i]) {
		log_failure(&why, channels[i]);
		n->why = why;
		return;
	}
	(void)curl_multi_add_handle(n->multi,
				    notify_sending_handle(n->sending[i]));
}

static enum err
take(void *ctx, const struct control_notice *one)
{
	struct notify *n = ctx;

	/* What does not fit has its turn next time. */
	return notify_batch_add(&n->batch, one) ? ERR_NONE : ERR_STOP;
}

static void
poll(void *ctx)
{
	struct notify *n = ctx;
	struct diag why = { 0 };
	unsigned some = notify_channels(&n->o);
	enum err err;

	if (n->batch.n > 0)
		return;
	n->batch.now = n->o.clock();
	err = control_notices_due(n->control, n->batch.now, NOTIFY_TOGETHER,
				  take, n, &why);
	if (err != ERR_NONE && err != ERR_STOP)
		log_warn("notify_failed", &why);
	if (n->batch.n == 0)
		return;
	n->told = 0;
	n->why = (struct diag){ 0 };
	for (size_t i = 0; i < CHANNELS; i++)
		if (some & channels[i] && is_wanted(&n->batch, channels[i]))
			begin_one(n, i);
	loop_timer_set(n->step, STEP_MS, true);
}

/* ---- the whole ---- */

enum err
notify_start(struct loop *l, const struct notify_options *options,
	     struct notify **out, struct diag *why)
{
	struct notify *n = heap_new(sizeof *n);
	enum err err;

	n->loop = l;
	n->o = *options;
	n->batch.mem = arena_new(BATCH_MEMORY);
	n->multi = curl_multi_init();
	err = control_open(n->o.dir, &n->control, why);
	if (err != ERR_NONE) {
		notify_stop(n);
		return err;
	}
	n->poll = loop_timer_new(l, poll, n);
	n->step = loop_timer_new(l, step, n);
	loop_timer_set(n->poll, n->o.poll_ms ? n->o.poll_ms : NOTIFY_POLL_MS,
		       true);
	*out = n;
	return ERR_NONE;
}

void
notify_stop(struct notify *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < CHANNELS; i++)
		if (n->sending[i]) {
			(void)curl_multi_remove_handle(
				n->multi, notify_sending_handle(n->sending[i]));
			notify_sending_free(n->sending[i]);
		}
	(void)curl_multi_cleanup(n->multi);
	loop_timer_free(n->poll);
	loop_timer_free(n->step);
	control_close(n->control);
	arena_free(n->batch.mem);
	heap_free(n);
}

size_t
notify_test(const struct notify_options *options, struct notify_result *out)
{
	SCOPED_ARENA mem = arena_new(BATCH_MEMORY);
	struct notify_batch batch = { .mem = mem, .now = options->clock() };
	const struct control_notice notice = {
		.code = STR("notice.test"),
		.severity = STR("info"),
		.places = STR("{}"),
		.path = STR("/settings"),
		.since = batch.now,
		.left_over = NOTIFY_MAIL | NOTIFY_WEBHOOK,
	};
	size_t n = 0;

	(void)notify_batch_add(&batch, &notice);
	for (size_t i = 0; i < CHANNELS; i++) {
		struct notify_result *r = &out[n];
		struct notify_sending *s;

		if (!(notify_channels(options) & channels[i]))
			continue;
		*r = (struct notify_result){ .channel = channels[i],
					     .err = ERR_IO };
		s = notify_sending_new(options, channels[i], &batch, &r->why);
		if (s)
			r->err = notify_sending_end(
				s,
				(int)curl_easy_perform(
					notify_sending_handle(s)),
				&r->why);
		notify_sending_free(s);
		n++;
	}
	return n;
}
