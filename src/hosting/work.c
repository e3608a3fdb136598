/* work.c - brings each policy to what its mode asks for, step by step. */
#include "hosting/private.h"
#include "log/log.h"
#include "os/os.h"

enum {
	FIRST_MS = 2000,    /* before the second try */
	MOST_MS = 600000,   /* between tries */
	PATIENT_MS = 60000, /* looks at what only waits */
	AT_ONCE = 1000,     /* jobs of one turn: others have to live, too */
	NOW = 0
};

static void run_job(struct hosting_job *j);

static void
drop(struct hosting_job *j)
{
	*j->here = j->next;
	if (j->next)
		j->next->here = j->here;
	facts_free(j->facts);
	heap_free(j);
}

static struct hosting_job *
find(const struct hosting *h, int64_t id)
{
	for (struct hosting_job *j = h->jobs; j; j = j->next)
		if (j->id == id)
			return j;
	return NULL;
}

static void
retry(struct hosting_job *j)
{
	int64_t ms = FIRST_MS;

	for (unsigned i = 0; i < j->tries && ms < MOST_MS; i++)
		ms *= 2;
	j->tries++;
	j->at = os_ticks() + (ms < MOST_MS ? ms : MOST_MS);
}

/* Remembers why it does not go on; people see it beside the domain. */
static void
hold(struct hosting_job *j, const struct diag *fault)
{
	struct diag why = { 0 };

	log_event(LOG_INFO, "policy_waits", fault,
		  LOG_PAIRS(log_number("hosted", j->id)));
	if (control_hosted_fault(j->h->control, j->id, fault, j->h->o.clock(),
				 &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
	retry(j);
}

static void
clear_fault(struct hosting_job *j)
{
	const struct diag none = { 0 };
	struct diag why = { 0 };

	if (control_hosted_fault(j->h->control, j->id, &none, j->h->o.clock(),
				 &why) != ERR_NONE)
		log_warn("hosting_failed", &why);
}

static void
fail(struct hosting_job *j, const struct diag *why)
{
	log_warn("hosting_failed", why, log_number("hosted", j->id));
	retry(j);
}

/* ---- looking ---- */

static bool
judge_mx(void *ctx)
{
	struct hosting_job *j = ctx;

	return mx_list(j->facts, j->name, &j->mx);
}

static void
mx_done(void *ctx, bool complete)
{
	struct hosting_job *j = ctx;

	/* What DNS did not say is not "none". */
	j->looked_up = complete && j->mx.kind != MX_UNKNOWN;
	if (j->looked_up) {
		run_job(j);
	} else {
		struct diag why = { 0 };

		(void)diag_set(&why, ERR_IO, "hosting.mx_unknown", 0, "%.*s",
			       STR_ARG(j->name));
		hold(j, &why);
	}
}

static bool
begin_look(struct hosting_job *j, struct str name)
{
	j->at = INT64_MAX;
	facts_free(j->facts);
	j->facts = facts_new(HOSTING_FACTS, j->h->o.clock());
	return arena_dup(facts_mem(j->facts), name, &j->name);
}

static void
look_for_mx(struct hosting_job *j, const struct hosting_row *row)
{
	if (begin_look(j, row->is.name))
		inspect_run(j->h->inspect, j->facts, judge_mx, mx_done, j);
	else
		retry(j);
}

static bool
judge_served(void *ctx)
{
	struct hosting_job *j = ctx;

	return hosting_look_judge(&j->look);
}

static void
served_done(void *ctx, bool complete)
{
	struct hosting_job *j = ctx;
	struct hosting *h = j->h;
	struct diag why = { 0 };
	SCOPED_ARENA mem = arena_new(HOSTING_ROW_MEMORY);
	struct hosting_row row;
	enum err err;

	if (!complete || !j->look.served) {
		if (!j->look.why.code[0])
			(void)diag_set(&j->look.why, ERR_IO,
				       "hosting.not_reached", 0, "%s", "");
		hold(j, &j->look.why);
		return;
	}
	os_step("policy.seen");
	/* It may have been superseded while we looked: only what was seen
	 * counts. */
	err = hosting_row_read(h->control, j->id, mem, &row, &why);
	if (err == ERR_NONE && str_eq(row.newest.body, j->look.body))
		err = control_version_set(h->control, row.newest.id,
					  CONTROL_SERVED, h->o.clock(), &why);
	os_step("policy.served");
	if (err != ERR_NONE)
		fail(j, &why);
	else
		run_job(j);
}

static void
look_at_it(struct hosting_job *j, const struct hosting_row *row)
{
	struct arena *mem;

	if (!begin_look(j, row->is.name)) {
		retry(j);
		return;
	}
	mem = facts_mem(j->facts);
	j->look = (struct hosting_look){
		.facts = j->facts,
		.zone = &j->h->index.zone,
		.host = hosting_policy_host(j->name, mem),
	};
	if (!arena_dup(mem, row->newest.body, &j->look.body))
		retry(j);
	else
		inspect_run(j->h->inspect, j->facts, judge_served, served_done,
			    j);
}

/* ---- steps ---- */

static bool
make(struct hosting_job *j, struct hosting_row *row, struct diag *why)
{
	enum err err;

	if (row->is.mode != STSMODE_NONE && !j->looked_up) {
		look_for_mx(j, row);
		return false;
	}
	err = hosting_version_make(j->h->control, row, &j->mx, j->h->o.clock(),
				   why);
	if (err == ERR_SYNTAX)
		hold(j, why);
	else if (err != ERR_NONE)
		fail(j, why);
	os_step("policy.made");
	return err == ERR_NONE;
}

static bool
place(struct hosting_job *j, const struct hosting_row *row, struct diag *why)
{
	struct hosting *h = j->h;
	enum err err;

	if (!hosting_publish(h, false)) {
		retry(j);
		return false;
	}
	os_step("policy.written");
	err = control_version_set(h->control, row->newest.id, CONTROL_PLACED,
				  h->o.clock(), why);
	os_step("policy.placed");
	if (err != ERR_NONE)
		fail(j, why);
	return err == ERR_NONE;
}

static bool
announce(struct hosting_job *j, const struct hosting_row *row, struct diag *why)
{
	struct hosting *h = j->h;
	enum err err =
		control_version_set(h->control, row->newest.id,
				    CONTROL_ANNOUNCED, h->o.clock(), why);

	os_step("policy.announced");
	if (err != ERR_NONE) {
		fail(j, why);
		return false;
	}
	log_info("policy_announced", log_text("domain", row->is.name),
		 log_text("mode", row->newest.mode),
		 log_text("id", row->newest.sts_id));
	clear_fault(j);
	(void)hosting_publish(h, false);
	os_step("policy.told");
	return true;
}

static bool
end(struct hosting_job *j, const struct hosting_row *row, struct diag *why)
{
	struct hosting *h = j->h;
	enum err err =
		control_hosted_over(h->control, j->id, h->o.clock(), why);

	os_step("policy.over");
	if (err != ERR_NONE) {
		fail(j, why);
		return false;
	}
	log_info("policy_over", log_text("domain", row->is.name));
	if (row->cert.hosted == j->id && row->is.removed_at != 0 &&
	    control_cert_remove(h->control, row->cert.name, why) != ERR_NONE)
		log_warn("hosting_failed", why);
	(void)hosting_publish(h, false);
	return true;
}

/* One step; true when the next one may follow at once. */
static bool
do_step(struct hosting_job *j, struct hosting_row *row, enum hosting_step step,
	struct diag *why)
{
	switch (step) {
	case HOSTING_MAKE:
		return make(j, row, why);
	case HOSTING_PLACE:
		return place(j, row, why);
	case HOSTING_LOOK:
		look_at_it(j, row);
		return false;
	case HOSTING_ANNOUNCE:
		return announce(j, row, why);
	case HOSTING_OVER:
		return end(j, row, why);
	case HOSTING_WAIT_CERT:
	case HOSTING_WAIT_OVER:
		j->at = os_ticks() + PATIENT_MS;
		return false;
	case HOSTING_REST:
		break;
	}
	drop(j);
	return false;
}

static enum err
read_all(struct hosting_job *j, struct arena *mem, struct hosting_row *row,
	 int64_t *over, struct diag *why)
{
	struct hosting *h = j->h;
	enum err err = hosting_row_read(h->control, j->id, mem, row, why);

	return err == ERR_NONE ? control_versions_over(h->control, row->is.name,
						       h->o.clock(), over, why)
			       : err;
}

/* Steps until something has to be waited for. */
static void
run_job(struct hosting_job *j)
{
	SCOPED_ARENA mem = arena_new(HOSTING_ROW_MEMORY);
	bool same = false, more = true;

	while (more) {
		struct hosting_row row;
		struct diag why = { 0 };
		int64_t over = 0;

		arena_reset(mem);
		if (read_all(j, mem, &row, &over, &why) != ERR_NONE) {
			fail(j, &why);
			return;
		}
		row.same = same;
		more = do_step(j, &row,
			       hosting_next(&row, over, j->h->o.clock()), &why);
		same = row.same;
	}
}

/* ---- whose turn it is ---- */

static enum err
note_changed(void *ctx, const struct control_hosted *row)
{
	struct hosting *h = ctx;
	/* At the beginning each comes once. */
	struct hosting_job *j = h->seen ? find(h, row->id) : NULL;

	if (j) {
		/* What is under way looks again at its end. */
		if (j->at != INT64_MAX)
			j->at = NOW;
		j->looked_up = false;
		j->tries = 0;
		return ERR_NONE;
	}
	j = heap_new(sizeof(*j));
	*j = (struct hosting_job){
		.h = h, .id = row->id, .next = h->jobs, .here = &h->jobs
	};
	if (j->next)
		j->next->here = &j->next;
	h->jobs = j;
	return ERR_NONE;
}

void
hosting_work_turn(struct hosting *h)
{
	uint64_t stamp = control_hosting_stamp(h->control);
	int64_t now = os_ticks();
	struct diag why = { 0 };
	unsigned n = 0;

	if (stamp != h->seen) {
		if (control_hosted_changed(h->control, h->seen, note_changed, h,
					   &why) == ERR_NONE)
			h->seen = stamp;
		else
			log_warn("hosting_failed", &why);
	}
	for (struct hosting_job *j = h->jobs, *next; j && n < AT_ONCE;
	     j = next) {
		next = j->next;
		if (j->at <= now) {
			run_job(j);
			n++;
		}
	}
}

void
hosting_work_stop(struct hosting *h)
{
	while (h->jobs)
		drop(h->jobs);
}
