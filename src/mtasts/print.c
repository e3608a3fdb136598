/* print.c - policies in the minimal form that every sender takes, and texts
 * put right. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"

enum { WEEK = 7 * CIVIL_DAY };

const char *
mtasts_mode_name(enum mtasts_mode mode)
{
	static const char *const names[] = { "", "none", "testing", "enforce" };

	return (size_t)mode < COUNT_OF(names) ? names[mode] : "";
}

uint64_t
mtasts_body_hash(struct str body)
{
	return str_hash(body);
}

static void
write_policy(struct buf *text, const struct mtasts_policy *policy)
{
	buf_addf(text, "version: STSv1\r\nmode: %s\r\n",
		 mtasts_mode_name(policy->mode));
	for (size_t i = 0; i < policy->mx_n; i++)
		buf_addf(text, "mx: %.*s\r\n", STR_ARG(policy->mx[i]));
	buf_addf(text, "max_age: %u\r\n", (unsigned)policy->max_age);
}

bool
mtasts_print_policy(struct buf *out, const struct mtasts_policy *policy)
{
	SCOPED_BUF text = BUF(FACTS_BODY_MAX);
	SCOPED_ARENA mem = arena_new(8 * FACTS_BODY_MAX);
	struct mtasts_faults faults = { .n = 0 };
	struct mtasts_policy back;

	write_policy(&text, policy);
	/* What was printed is read back: names are checked in one place. */
	if (text.full ||
	    !mtasts_parse_policy(buf_str(&text), mem, &back, &faults) ||
	    back.mx_n != policy->mx_n)
		return false;
	return buf_add(out, buf_str(&text));
}

/* Without patterns that others cover. */
static bool
thin(struct mtasts_policy *policy, struct arena *mem)
{
	struct str *kept = arena_array(mem, policy->mx_n + 1, sizeof(*kept));
	size_t n = 0;

	if (!kept || policy->mx_n > MTASTS_MX_MAX)
		return false;
	for (size_t i = 0; i < policy->mx_n; i++) {
		bool covered = false;

		for (size_t k = 0; k < policy->mx_n && !covered; k++) {
			bool same = str_eq(policy->mx[k], policy->mx[i]);

			covered = (same && k < i) ||
				  (!same && mtasts_matches(policy->mx[k],
							   policy->mx[i]));
		}
		if (!covered)
			kept[n++] = policy->mx[i];
	}
	policy->mx = kept;
	policy->mx_n = n;
	return true;
}

bool
mtasts_repair_policy(struct str text, const struct str *live, size_t live_n,
		     struct buf *out)
{
	SCOPED_ARENA mem = arena_new(16 * FACTS_BODY_MAX);
	struct mtasts_faults faults = { .n = 0 };
	struct mtasts_policy policy;

	(void)mtasts_parse_policy(text, mem, &policy, &faults);
	if (policy.mode == MTASTS_NO_MODE)
		policy.mode = MTASTS_TESTING;
	if (!policy.has_age)
		policy.max_age =
			policy.mode == MTASTS_ENFORCE ? WEEK : CIVIL_DAY;
	if (policy.mx_n == 0) {
		policy.mx = live;
		policy.mx_n = live_n;
	}
	return thin(&policy, mem) && mtasts_print_policy(out, &policy);
}
