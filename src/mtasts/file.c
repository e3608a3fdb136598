/* file.c - the policy file that came, with what is wrong in it, and put
 * right. */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"
#include "mtasts/walk.h"

static struct str
repair(struct mtasts_walk *w, struct str body)
{
	SCOPED_BUF text = BUF(FACTS_BODY_MAX);
	struct str out = STR("");

	if (!mtasts_repair_policy(body, w->mx, w->mx_n, &text) ||
	    !arena_dup(w->mem, buf_str(&text), &out))
		return (struct str){ "", 0 };
	return out;
}

static void
tell_faults(struct mtasts_walk *w, const struct mtasts_visit *visit,
	    const struct mtasts_faults *faults, struct str repaired)
{
	for (size_t i = 0; i < faults->n; i++) {
		const struct mtasts_fault *fault = &faults->at[i];
		struct mtasts_visit as = *visit;
		struct str detail = fault->text;
		struct finding_found *found;

		as.judged = visit->judged && fault->fatal;
		if (fault->line > 0)
			detail = mtasts_text(w, "%u: %.*s",
					     (unsigned)fault->line,
					     STR_ARG(fault->text));
		found = mtasts_visit_tell(w, &as, fault->code, detail,
					  fault->text);
		if (found && repaired.n > 0)
			found->record =
				(struct finding_record){ w->url, S("FILE"),
							 repaired };
	}
}

void
mtasts_walk_file(struct mtasts_walk *w, const struct mtasts_visit *visit)
{
	struct mtasts_faults faults = { .n = 0 };
	struct mtasts_policy policy;
	struct str body = visit->web->body, repaired = STR("");
	bool good = mtasts_parse_policy(body, w->mem, &policy, &faults);

	if (faults.n > 0)
		repaired = repair(w, body);
	tell_faults(w, visit, &faults, repaired);
	if (!visit->judged)
		return;
	w->out->has_policy = good;
	w->out->policy = policy;
	w->out->body = body;
	w->out->body_hash = mtasts_body_hash(body);
	w->out->repaired = repaired;
}
