/* ops.c - what the writer is asked for and does at once. */
#include "ingest/server.h"

#include "os/os.h"

#include <string.h>

static struct str
text_of(const struct request *r, const char *key)
{
	return json_str(json_get(r->json, key));
}

static enum err
lacks(const char *key, struct diag *why)
{
	return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0, "%s", key);
}

static void
put_deleted(struct buf *answer, uint64_t n)
{
	(void)buf_addf(answer, "{\"deleted\":%llu}", (unsigned long long)n);
}

static enum err
do_triage(struct server *s, const struct request *r, struct buf *answer,
	  struct diag *why)
{
	struct store_triage t = { .source = text_of(r, "source"),
				  .domain = text_of(r, "domain"),
				  .note = text_of(r, "note"),
				  .set_at = os_now() };
	enum err err;

	(void)answer;
	if (t.source.n == 0)
		return lacks("source", why);
	if (!sender_triage_parse(text_of(r, "triage"), &t.triage))
		return lacks("triage", why);
	err = store_triage_set(s->store, STORE_OWNER_SELF, &t, why);
	return err == ERR_NONE ? serve_settle(s, why) : err;
}

static enum err
do_delete_report(struct server *s, const struct request *r, struct buf *answer,
		 struct diag *why)
{
	int64_t id = 0;
	enum err err;

	if (!json_i64(json_get(r->json, "id"), &id))
		return lacks("id", why);
	err = store_delete_report(s->store, STORE_OWNER_SELF, id, why);
	put_deleted(answer, 1);
	return err == ERR_NONE ? serve_settle(s, why) : err;
}

static enum err
do_delete_domain(struct server *s, const struct request *r, struct buf *answer,
		 struct diag *why)
{
	struct str domain = text_of(r, "domain");
	uint64_t deleted = 0;
	enum err err;

	if (domain.n == 0)
		return lacks("domain", why);
	err = store_delete_domain(s->store, STORE_OWNER_SELF, domain, &deleted,
				  why);
	put_deleted(answer, deleted);
	return err == ERR_NONE ? serve_settle(s, why) : err;
}

static enum err
do_settle(struct server *s, const struct request *r, struct buf *answer,
	  struct diag *why)
{
	(void)r;
	(void)answer;
	return serve_settle(s, why);
}

static enum err
do_status(struct server *s, const struct request *r, struct buf *answer,
	  struct diag *why)
{
	struct spool_backlog waits = s->waits;
	struct json_out j = JSON_OUT(answer);

	(void)r;
	(void)why;
	if (s->reader)
		spool_backlog(s->reader, &waits);
	json_open_object(&j, NULL);
	json_put_u64(&j, "messages", waits.messages);
	json_put_u64(&j, "bytes", waits.bytes);
	json_put_i64(&j, "oldest", waits.oldest);
	json_put_known(&j, "working", str_of(s->working));
	json_put_bool(&j, "trouble", s->in_trouble);
	json_put_bool(&j, "settled", !s->dirty);
	json_put_u64(&j, "unclaimed_bytes", s->quota.used.unclaimed);
	json_put_u64(&j, "sidelined_bytes", s->quota.used.sidelined);
	json_close_object(&j);
	return ERR_NONE;
}

static const struct op ops[] = {
	{ "triage", false, do_triage },
	{ "delete_report", false, do_delete_report },
	{ "delete_domain", true, do_delete_domain },
	{ "hosts", false, work_hosts },
	{ "own_spf", false, work_own_spf },
	{ "settle", false, do_settle },
	{ "status", false, do_status },
	{ "reparse", true, work_reparse },
	{ "claim", true, work_claim },
	{ "test", false, work_test },
	{ "sample_load", true, work_sample_load },
	{ "sample_remove", true, work_sample_remove },
	{ "import", true, work_import },
	{ "judge_next", false, work_judge_next },
	{ "judge_done", false, work_judge_done },
};

const struct op *
op_find(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		if (str_eq(name, str_of(ops[i].name)))
			return &ops[i];
	return NULL;
}
