/* job.c - one step of one plan: make it, apply it, or look whether it has
 * arrived. */
#include "log/log.h"
#include "os/os.h"
#include "publish/private.h"
#include "seal/seal.h"

enum {
	MEMORY = 16 << 20,
	FACTS = 8 << 20,
	AGAIN = 30, /* seconds */
	SOON = 1,
	DEATHS = 3 /* of processes that apply */
};

struct publish_job {
	struct publish_job *next, **here;
	struct publish *p;
	struct arena *mem;
	int64_t owner;
	struct control_plan row;
	enum control_plan_state from;
	struct dnsplan_wish wish;
	struct dnsplan plan;
	struct dnsplan_check check;
	enum dnsplan_live live;
	struct facts *f;
	struct publish_child *child;
};

static void
drop(struct publish_job *j)
{
	struct publish *p = j->p;

	*j->here = j->next;
	if (j->next)
		j->next->here = j->here;
	p->busy--;
	publish_child_end(j->child);
	facts_free(j->f);
	arena_free(j->mem);
	heap_free(j);
}

/* ---- the end of a step ---- */

static void
put(struct publish_job *j, const char *action)
{
	SCOPED_BUF object = BUF(1024);
	struct control_deed deed = { .action = action, .at = j->p->o.clock() };
	struct diag why = { 0 };
	enum err err;

	buf_addf(&object, "%.*s #%lld", STR_ARG(j->row.domain),
		 (long long)j->row.id);
	deed.object = buf_str(&object);
	deed.actor = j->row.confirmer.n > 0 ? j->row.confirmer : j->row.author;
	err = control_plan_put(j->p->control, j->owner, &j->row, j->from,
			       action ? &deed : NULL, &why);
	if (err != ERR_NONE)
		log_warn("publish_failed", &why,
			 log_text("domain", j->row.domain));
	else
		log_info("dns_plan", log_text("domain", j->row.domain),
			 log_number("plan", j->row.id),
			 log_text("state", str_of(control_plan_state_name(
						   j->row.state))));
}

static void
end(struct publish_job *j)
{
	struct publish *p = j->p;

	drop(j);
	publish_again(p);
}

/* People hear of a change that did not happen. */
static void
tell(struct publish_job *j, const struct diag *why)
{
	const struct finding *f = finding_find(str_of(why->code));
	SCOPED_BUF what = BUF(512);
	SCOPED_BUF places = BUF(1024);
	SCOPED_BUF path = BUF(512);
	struct json_out out = JSON_OUT(&places);
	struct control_notice n = {
		.owner = j->owner,
		.code = str_of(why->code),
		.severity = f ? str_of(finding_severity_name(f->severity))
			      : S("fail"),
		.domain = j->row.domain,
		.since = j->p->o.clock(),
		.over_at = j->p->o.clock(),
		.left_over = j->p->o.channels,
	};
	struct diag own = { 0 };

	if (j->p->o.channels == 0)
		return;
	json_open_object(&out, NULL);
	json_put_str(&out, "domain", j->row.domain);
	json_put_str(&out, "detail", str_of(why->detail));
	json_close_object(&out);
	buf_addf(&what, "publish %lld", (long long)j->row.id);
	buf_addf(&path, "/d/%.*s/dns", STR_ARG(j->row.domain));
	n.what = buf_str(&what);
	n.places = buf_str(&places);
	n.path = buf_str(&path);
	if (control_notice_put(j->p->control, &n, &own) != ERR_NONE)
		log_warn("publish_failed", &own);
}

static void
fail(struct publish_job *j, const struct diag *why)
{
	bool changed = str_eq(str_of(why->code), S("publish.changed"));

	j->row.state = changed ? CONTROL_PLAN_CHANGED : CONTROL_PLAN_FAILED;
	j->row.fault = str_of(why->code);
	j->row.detail = str_of(why->detail);
	j->row.due_at = 0;
	log_warn("dns_plan_failed", why, log_text("domain", j->row.domain));
	put(j, changed ? "plan.changed" : "plan.fail");
	tell(j, why);
	end(j);
}

static void
wait_for(struct publish_job *j, int64_t seconds, const char *code,
	 struct str detail)
{
	j->row.due_at = j->p->o.clock() + seconds;
	j->row.fault = str_of(code);
	j->row.detail = detail;
	put(j, NULL);
	end(j);
}

/* What is not known now may be in half a minute. */
static void
wait(struct publish_job *j, const char *code, struct str detail)
{
	wait_for(j, AGAIN, code, detail);
}

/* ---- making ---- */

static bool
judge_plan(void *ctx)
{
	struct publish_job *j = ctx;

	return dnsplan_make(j->f, &j->wish, j->mem, &j->plan);
}

static void
plan_made(void *ctx, bool complete)
{
	struct publish_job *j = ctx;

	if (!complete) {
		wait(j, "publish.unknown", j->row.domain);
		return;
	}
	j->row.plan = publish_plan_text(&j->plan, j->mem);
	j->row.state = CONTROL_PLAN_READY;
	j->row.due_at = 0;
	j->row.fault = j->row.detail = S("");
	os_step("plan.made");
	put(j, NULL);
	os_step("plan.ready");
	end(j);
}

/* ---- applying ---- */

static void
note_applied(struct publish_job *j)
{
	j->row.state = CONTROL_PLAN_APPLIED;
	j->row.applied_at = j->p->o.clock();
	j->row.due_at = j->row.applied_at;
	j->row.looks = 0;
	put(j, "plan.apply");
	os_step("plan.recorded");
	end(j);
}

static void
applied(void *ctx, enum err err, const struct diag *why)
{
	struct publish_job *j = ctx;

	os_step("plan.applied");
	/* Of one that died without a word DNS shows what it had done. */
	if (err == ERR_NONE)
		note_applied(j);
	else if (err == ERR_STOP && j->row.looks++ < DEATHS)
		wait_for(j, SOON, why->code, str_of(why->detail));
	else
		fail(j, why);
}

static void
apply(struct publish_job *j)
{
	SCOPED_BUF secret = BUF(CONTROL_PROVIDER_SECRET_MAX);
	SCOPED_BUF path = BUF(4096);
	struct publish_which which = { .owner = j->owner,
				       .id = j->row.provider,
				       .mem = j->mem };
	struct provider provider;
	struct diag why = { 0 };
	enum err err;

	os_step("plan.applying");
	(void)control_key_path(j->p->o.dir, j->p->o.key_file, &path);
	which.key_file = buf_c(&path);
	err = publish_provider_open(j->p->control, &which, &secret, &provider,
				    &why);
	if (err == ERR_NONE)
		j->child = publish_child_begin(j->p->loop, &provider, &j->plan,
					       applied, j);
	if (secret.p)
		seal_wipe(secret.p, secret.room);
	if (err != ERR_NONE)
		fail(j, &why);
	else if (!j->child)
		wait(j, "publish.unreachable", S("fork"));
}

static bool
judge_live(void *ctx)
{
	struct publish_job *j = ctx;

	return dnsplan_is_live(j->f, &j->plan, &j->live);
}

static void
live_known(void *ctx, bool complete)
{
	struct publish_job *j = ctx;
	struct diag why = { 0 };

	if (!complete || j->live == DNSPLAN_LIVE_UNKNOWN) {
		wait(j, "publish.unknown", j->row.domain);
	} else if (j->live == DNSPLAN_CHANGED) {
		(void)diag_set(&why, ERR_SYNTAX, "publish.changed", 0, "%.*s",
			       STR_ARG(j->row.domain));
		fail(j, &why);
	} else if (j->live == DNSPLAN_DONE) {
		note_applied(j);
	} else {
		apply(j);
	}
}

/* ---- verifying ---- */

static bool
judge_arrival(void *ctx)
{
	struct publish_job *j = ctx;

	return dnsplan_verify(j->f, &j->plan, j->row.applied_at, j->mem,
			      &j->check);
}

static void
arrival_known(void *ctx, bool complete)
{
	struct publish_job *j = ctx;

	if (!complete) {
		wait(j, "publish.unknown", j->row.domain);
		return;
	}
	publish_note_check(&j->row, &j->plan, &j->check, j->p->o.clock(),
			   j->mem);
	os_step("plan.looked");
	put(j, j->row.state == CONTROL_PLAN_VERIFIED ? "plan.verify" : NULL);
	os_step("plan.verified");
	end(j);
}

/* ---- the beginning ---- */

static void
begin_made(struct publish_job *j)
{
	struct diag why = { 0 };

	if (publish_plan_of(&j->row, j->mem, &j->plan, &why) != ERR_NONE) {
		fail(j, &why);
		return;
	}
	if (j->plan.blocked && j->from == CONTROL_PLAN_CONFIRMED) {
		(void)diag_set(&why, ERR_SYNTAX, "publish.blocked", 0, "%.*s",
			       STR_ARG(j->row.domain));
		fail(j, &why);
		return;
	}
	if (j->from == CONTROL_PLAN_CONFIRMED && j->row.provider == 0) {
		note_applied(j); /* published by hand */
		return;
	}
	j->f = facts_new(FACTS, j->p->o.clock());
	if (j->from == CONTROL_PLAN_CONFIRMED) {
		inspect_run(j->p->inspect, j->f, judge_live, live_known, j);
		return;
	}
	/* What the resolver remembers is not what the world sees. */
	inspect_forget(j->p->inspect);
	inspect_run(j->p->inspect, j->f, judge_arrival, arrival_known, j);
}

static void
begin_asked(struct publish_job *j)
{
	const struct json_limits limits = { CONTROL_PLAN_MAX, 16 };
	SCOPED_JSON root = NULL;
	struct diag why = { 0 };
	bool repaired;

	if (json_parse(j->row.wish, limits, &root, &repaired, &why) !=
		    ERR_NONE ||
	    dnsplan_read_wish(root, j->mem, &j->wish, &why) != ERR_NONE) {
		fail(j, &why);
		return;
	}
	j->f = facts_new(FACTS, j->p->o.clock());
	inspect_run(j->p->inspect, j->f, judge_plan, plan_made, j);
}

static bool
copy(struct publish_job *j, const struct control_plan *row)
{
	struct control_plan *to = &j->row;

	*to = *row;
	return arena_dup(j->mem, row->domain, &to->domain) &&
	       arena_dup(j->mem, row->wish, &to->wish) &&
	       arena_dup(j->mem, row->plan, &to->plan) &&
	       arena_dup(j->mem, row->check, &to->check) &&
	       arena_dup(j->mem, row->author, &to->author) &&
	       arena_dup(j->mem, row->confirmer, &to->confirmer) &&
	       arena_dup(j->mem, row->fault, &to->fault) &&
	       arena_dup(j->mem, row->detail, &to->detail);
}

static void
begin(void *ctx)
{
	struct publish_job *j = ctx;

	if (j->from == CONTROL_PLAN_ASKED)
		begin_asked(j);
	else if (j->from == CONTROL_PLAN_CONFIRMED ||
		 j->from == CONTROL_PLAN_APPLIED)
		begin_made(j);
	else
		end(j);
}

/* The work begins when the statement that gave the row out is over. */
void
publish_job_begin(struct publish *p, int64_t owner,
		  const struct control_plan *row)
{
	struct publish_job *j = heap_new(sizeof(*j));

	j->p = p;
	j->owner = owner;
	j->mem = arena_new(MEMORY);
	j->from = row->state;
	j->next = p->jobs;
	j->here = &p->jobs;
	if (j->next)
		j->next->here = &j->next;
	p->jobs = j;
	p->busy++;
	if (copy(j, row))
		loop_defer(p->loop, begin, j);
	else
		drop(j);
}

void
publish_jobs_end(struct publish *p)
{
	while (p->jobs) {
		loop_forget(p->loop, p->jobs);
		drop(p->jobs);
	}
}
