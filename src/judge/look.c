/* look.c - one message, from what the parser read of it to its verdict. */
#include "judge/private.h"

enum { READ_BYTES = 1 << 20, FACTS_BYTES = 2 << 20 };

static bool
get_text(const struct json *mail, const char *key, struct arena *mem,
	 struct str *out)
{
	const struct json *text = json_get(mail, key);

	return json_type(text) == JSON_STRING &&
	       arena_dup(mem, json_str(text), out);
}

bool
judge_look_read(const struct json *mail, int64_t now, struct judge_look *out)
{
	struct carrier_mail *m = &out->mail;

	*out = (struct judge_look){ .mem = arena_new(READ_BYTES),
				    .facts = facts_new(FACTS_BYTES, now) };
	return json_i64(json_get(mail, "id"), &out->id) &&
	       json_i64(json_get(mail, "tries"), &out->tries) &&
	       json_i64(json_get(mail, "received_at"), &m->received_at) &&
	       get_text(mail, "client", out->mem, &m->client) &&
	       get_text(mail, "helo", out->mem, &m->helo) &&
	       get_text(mail, "mail_from", out->mem, &m->mail_from) &&
	       dkimsig_parse(json_get(mail, "read"), out->mem, &m->read);
}

void
judge_look_free(struct judge_look *look)
{
	facts_free(look->facts);
	arena_free(look->mem);
	*look = (struct judge_look){ 0 };
}

bool
judge_look_judge(void *ctx)
{
	struct judge_look *look = ctx;

	return carrier_judge(look->facts, &look->mail, &look->verdict);
}

void
judge_look_over(struct judge_look *look, bool complete)
{
	/* Unknown is never a pass. */
	if (!complete || facts_full(look->facts))
		look->verdict = (struct carrier_verdict){
			.author = look->mail.read.author,
			.dmarc = CARRIER_TEMPERROR,
			.code = "carrier.dns",
		};
}

int64_t
judge_again(uint64_t tries, int64_t now)
{
	int64_t wait = JUDGE_AGAIN;

	if (tries + 1 >= JUDGE_TRIES)
		return 0;
	for (uint64_t i = 0; i < tries && wait < JUDGE_AGAIN_MOST; i++)
		wait *= 2;
	return now + (wait < JUDGE_AGAIN_MOST ? wait : JUDGE_AGAIN_MOST);
}

void
judge_look_put(struct buf *out, struct judge_look *look, int64_t now)
{
	struct carrier_verdict *v = &look->verdict;
	struct json_out j = JSON_OUT(out);
	int64_t again = 0;

	if (carrier_again(v)) {
		again = judge_again((uint64_t)look->tries, now);
		if (again == 0)
			carrier_give_up(v);
	}
	json_open_object(&j, NULL);
	json_put_str(&j, "op", S("judge_done"));
	json_put_i64(&j, "id", look->id);
	json_put_bool(&j, "dmarc", v->dmarc == CARRIER_PASS);
	json_put_bool(&j, "tls", v->tls == CARRIER_PASS);
	json_put_i64(&j, "again", again);
	carrier_print(&j, "verdict", v);
	json_close_object(&j);
}
