/* judge.c - messages out to whoever judges them, and the verdicts back.
 *
 * The parser reads each message once more for its author and signatures; only
 * what it found leaves this process.
 */
#include "ingest/server.h"

#include "carrier/carrier.h"
#include "dkimsig/dkimsig.h"
#include "os/os.h"

enum {
	MAILS = 12,
	ENOUGH = 16 << 20, /* bytes of messages in one answer */
	TEXT_MAX = 1024,   /* of a value of the envelope */
	ENVELOPE_MAX = 1 << 20,
	DEPTH = 8,
	VERDICT_MAX = 32 << 10
};

struct handing {
	struct server *s;
	struct json_out j;
	uint64_t bytes;
	int64_t bad[MAILS]; /* that the parser could not read */
	size_t bad_n;
};

static void
put_text(struct json_out *j, const struct json *envelope, const char *key)
{
	struct str text = json_str(json_get(envelope, key));

	/* Cut short, a name would be another one. */
	json_put_str(j, key, text.n > TEXT_MAX ? S("") : text);
}

static void
put_mail(struct handing *h, const struct store_unjudged *m,
	 const struct json *read)
{
	const struct json_limits limits = { ENVELOPE_MAX, DEPTH };
	SCOPED_JSON envelope = NULL;
	struct json_out *j = &h->j;
	bool repaired;

	if (json_parse(m->envelope, limits, &envelope, &repaired, NULL) !=
	    ERR_NONE)
		envelope = NULL;
	json_open_object(j, NULL);
	json_put_i64(j, "id", m->id);
	json_put_u64(j, "tries", m->tries);
	json_put_i64(j, "received_at", m->received_at);
	put_text(j, envelope, "client");
	put_text(j, envelope, "helo");
	put_text(j, envelope, "mail_from");
	json_put_copy(j, "read", read);
	json_close_object(j);
}

/* What the parser says of a message; NULL when it says nothing sound. */
static struct json *
read_mail(struct server *s, struct str message)
{
	const struct json_limits limits = { INGEST_ANSWER_MAX, DEPTH };
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF text = BUF(INGEST_ANSWER_MAX);
	struct json *root = NULL;
	struct dkimsig_mail mail;
	bool repaired;

	if (!message.p ||
	    engine_signatures(s->engine, message, &text) != ERR_NONE ||
	    json_parse(buf_str(&text), limits, &root, &repaired, NULL) !=
		    ERR_NONE)
		return NULL;
	if (!dkimsig_parse(root, mem, &mail)) {
		json_free(root);
		return NULL;
	}
	return root;
}

static enum err
hand_out(void *ctx, const struct store_unjudged *m)
{
	struct handing *h = ctx;
	SCOPED_JSON read = NULL;

	if (h->bytes > ENOUGH)
		return ERR_STOP;
	h->bytes += m->message.n;
	read = read_mail(h->s, m->message);
	if (read)
		put_mail(h, m, read);
	else
		h->bad[h->bad_n++] = m->id;
	return ERR_NONE;
}

static enum err
note(struct server *s, const struct store_verdict *v, struct diag *why)
{
	uint64_t raised = 0;
	enum err err = store_begin(s->store, why);

	if (err != ERR_NONE)
		return err;
	err = store_judged(s->store, v, &raised, why);
	if (err != ERR_NONE) {
		store_rollback(s->store);
		return err;
	}
	err = store_commit(s->store, why);
	s->dirty |= raised > 0;
	/* What is trusted is in no bin of strangers. */
	if (err == ERR_NONE && (v->dmarc || v->tls))
		serve_count_bins(s);
	return err;
}

/* Asking again would not make it readable. */
static enum err
note_unreadable(struct server *s, int64_t mail, struct diag *why)
{
	SCOPED_BUF text = BUF(4096);
	struct json_out j = JSON_OUT(&text);
	struct store_verdict v = { .mail = mail };
	struct carrier_verdict verdict;

	carrier_unreadable(&verdict);
	carrier_print(&j, NULL, &verdict);
	v.json = buf_str(&text);
	return note(s, &v, why);
}

enum err
work_judge_next(struct server *s, const struct request *r, struct buf *answer,
		struct diag *why)
{
	struct handing h = { .s = s, .j = JSON_OUT(answer) };
	enum err err;

	(void)r;
	json_open_object(&h.j, NULL);
	json_open_array(&h.j, "mails");
	err = store_each_unjudged(s->store, os_now(), MAILS, hand_out, &h, why);
	json_close_array(&h.j);
	json_close_object(&h.j);
	if (err == ERR_STOP)
		err = ERR_NONE;
	for (size_t i = 0; i < h.bad_n && err == ERR_NONE; i++)
		err = note_unreadable(s, h.bad[i], why);
	return err;
}

enum err
work_judge_done(struct server *s, const struct request *r, struct buf *answer,
		struct diag *why)
{
	const struct json *verdict = json_get(r->json, "verdict");
	SCOPED_BUF text = BUF(VERDICT_MAX);
	struct json_out j = JSON_OUT(&text);
	struct store_verdict v = { 0 };

	(void)answer;
	if (!json_i64(json_get(r->json, "id"), &v.mail) ||
	    !json_bool(json_get(r->json, "dmarc"), &v.dmarc) ||
	    !json_bool(json_get(r->json, "tls"), &v.tls) ||
	    !json_i64(json_get(r->json, "again"), &v.again) ||
	    json_type(verdict) != JSON_OBJECT)
		return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0,
				"judge_done");
	v.author = json_str(json_get(verdict, "author"));
	json_put_copy(&j, NULL, verdict);
	v.json = text.full ? S("{}") : buf_str(&text);
	return note(s, &v, why);
}
