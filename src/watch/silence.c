/* silence.c - reports that came and come no more. */
#include "watch/private.h"

enum { SILENT_DAYS = 3, PLACES_MAX = 100 };

#define WHAT "reports silent"

enum err
watch_tell_silence(struct control *c, const struct watch_arrivals *a,
		   unsigned channels, struct diag *why)
{
	int64_t days = (a->now - a->last) / CIVIL_DAY;
	SCOPED_BUF places = BUF(PLACES_MAX);
	struct control_notice n = {
		.owner = a->owner,
		.what = STR(WHAT),
		.code = STR("change.reports_silent"),
		.severity = STR("fail"),
		.path = STR("/reports/inbox"),
		.since = a->now,
		.left_over = channels,
	};

	/* Nobody misses what never came. */
	if (a->last == 0)
		return ERR_NONE;
	if (days < SILENT_DAYS)
		return control_notice_over(c, a->owner, S(WHAT), a->now, why);
	buf_addf(&places, "{\"days\":\"%lld\"}", (long long)days);
	n.places = buf_str(&places);
	return control_notice_put(c, &n, why);
}
