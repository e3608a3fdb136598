/* history.c - the look of today beside what is remembered of former ones. */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"

enum { TESTING_LONG = 30 * CIVIL_DAY };

static struct str
stamp(struct mtasts_walk *w, int64_t when)
{
	char text[CIVIL_STAMP_SIZE];

	return mtasts_text(w, "%s", civil_print_stamp(when, text));
}

/* RFC 8461 section 8.1: the file first, then a new id. */
static void
judge_order(struct mtasts_walk *w, const struct mtasts_history *history)
{
	struct mtasts_lookup *out = w->out;
	struct mtasts_say say = { .detail = out->id };
	bool same_id = str_eq(history->former_id, out->id);
	bool same_body = history->former_body == out->body_hash;

	if (history->former_id.n > 0 && history->former_body) {
		if (same_id && !same_body) {
			say.code = "mtasts.id_stale";
			mtasts_offer_txt(w, mtasts_tell(w, &say), S(""));
			return;
		}
		if (!same_id && same_body) {
			say.code = "mtasts.id_changed_same_body";
			say.detail = mtasts_text(w, "%.*s -> %.*s",
						 STR_ARG(history->former_id),
						 STR_ARG(out->id));
			mtasts_tell(w, &say);
		}
	}
	if (history->id_seen > 0 && history->body_seen > history->id_seen) {
		say.code = "mtasts.file_older_than_txt";
		say.detail = mtasts_text(w, "%.*s < %.*s",
					 STR_ARG(stamp(w, history->id_seen)),
					 STR_ARG(stamp(w, history->body_seen)));
		mtasts_offer_txt(w, mtasts_tell(w, &say), S(""));
	}
}

static void
judge_testing(struct mtasts_walk *w, const struct mtasts_history *history)
{
	int64_t days = (facts_now(w->f) - history->testing_since) / CIVIL_DAY;

	if (w->out->policy.mode != MTASTS_TESTING ||
	    history->testing_since <= 0 || !history->testing_clean ||
	    facts_now(w->f) - history->testing_since <= TESTING_LONG)
		return;
	mtasts_tell(w, &(struct mtasts_say){
			       .code = "mtasts.testing_too_long",
			       .host = w->host,
			       .detail = stamp(w, history->testing_since),
			       .count = (size_t)days });
}

static void
judge_vantage(struct mtasts_walk *w, const struct mtasts_history *history)
{
	bool other_id = history->other_id.n > 0 &&
			!str_eq(history->other_id, w->out->id);
	bool other_body =
		history->other_body && history->other_body != w->out->body_hash;

	if (!other_id && !other_body)
		return;
	mtasts_tell(w, &(struct mtasts_say){
			       .code = "mtasts.vantage_differs",
			       .host = other_id ? w->label : w->host,
			       .detail = mtasts_text(
				       w, "%.*s / %.*s", STR_ARG(w->out->id),
				       STR_ARG(history->other_id)) });
}

void
mtasts_walk_history(struct mtasts_walk *w)
{
	const struct mtasts_history *history = w->asked->history;

	if (!history || w->out->id.n == 0 || !w->out->has_policy)
		return;
	judge_order(w, history);
	judge_testing(w, history);
	judge_vantage(w, history);
}
