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
	BUSY_MAX = 64,
	AGAIN = 60, /* seconds, then twice that.. */
	DOUBLINGS = 8,
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
	struct store_verdict bad[MAILS]; /* of those that cannot be had */
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
static enum err
read_mail(struct server *s, struct str message, struct json **out)
{
	const struct json_limits limits = { INGEST_ANSWER_MAX, DEPTH };
	SCOPED_ARENA mem = arena_new(1 << 20);
	SCOPED_BUF text = BUF(INGEST_ANSWER_MAX);
	struct dkimsig_mail mail;
	bool repaired;
	enum err err = engine_signatures(s->engine, message, &text);

	*out = NULL;
	if (err != ERR_NONE)
		return err;
	if (json_parse(buf_str(&text), limits, out, &repaired, NULL) !=
	    ERR_NONE)
		return ERR_SYNTAX;
	if (dkimsig_parse(*out, mem, &mail))
		return ERR_NONE;
	json_free(*out);
	*out = NULL;
	return ERR_SYNTAX;
}

/* What stands in the way may be gone later; what cannot be read never will
 * be. */
static int64_t
again_after(enum err trouble, uint64_t tries)
{
	uint64_t doublings = tries < DOUBLINGS ? tries : DOUBLINGS;

	if (trouble == ERR_GONE || trouble == ERR_SYNTAX)
		return 0;
	return os_now() + ((int64_t)AGAIN << doublings);
}

static enum err
hand_out(void *ctx, const struct store_unjudged *m)
{
	struct handing *h = ctx;
	SCOPED_JSON read = NULL;
	enum err err = m->trouble;

	if (h->bytes > ENOUGH)
		return ERR_STOP;
	h->bytes += m->message.n;
	if (err == ERR_NONE) {
		err = read_mail(h->s, m->message, &read);
		/* The parser has no time now, for this one and the others. */
		if (err == ERR_IO)
			return ERR_STOP;
	}
	if (err == ERR_NONE)
		put_mail(h, m, read);
	else
		h->bad[h->bad_n++] = (struct store_verdict){
			.mail = m->id, .again = again_after(err, m->tries)
		};
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

/* Says nothing of a message that comes again. */
static enum err
note_bad(struct server *s, struct store_verdict *v, struct diag *why)
{
	SCOPED_BUF text = BUF(4096);
	struct json_out j = JSON_OUT(&text);
	struct carrier_verdict verdict;

	if (v->again == 0) {
		carrier_unreadable(&verdict);
		carrier_print(&j, NULL, &verdict);
		v->json = buf_str(&text);
	}
	return note(s, v, why);
}

/* The messages that whoever asks has in hand, and how many more it takes. */
static bool
read_asked(const struct json *json, int64_t *busy,
	   struct store_unjudged_asked *out)
{
	const struct json *list = json_get(json, "busy");
	size_t n = json_count(list);
	int64_t most = MAILS;

	if (n > BUSY_MAX)
		return false;
	(void)json_i64(json_get(json, "most"), &most);
	for (size_t i = 0; i < n; i++)
		if (!json_i64(json_at(list, i), &busy[i]))
			return false;
	*out = (struct store_unjudged_asked){
		.now = os_now(),
		.limit = most > 0 && most < MAILS ? (uint64_t)most : MAILS,
		.busy = busy,
		.busy_n = n,
	};
	return true;
}

enum err
work_judge_next(struct server *s, const struct request *r, struct buf *answer,
		struct diag *why)
{
	struct handing h = { .s = s, .j = JSON_OUT(answer) };
	struct store_unjudged_asked asked;
	int64_t busy[BUSY_MAX];
	enum err err;

	if (!read_asked(r->json, busy, &asked))
		return diag_set(why, ERR_SYNTAX, "ingest.bad_request", 0,
				"judge_next");
	json_open_object(&h.j, NULL);
	json_open_array(&h.j, "mails");
	err = store_each_unjudged(s->store, &asked, hand_out, &h, why);
	json_close_array(&h.j);
	json_close_object(&h.j);
	if (err == ERR_STOP)
		err = ERR_NONE;
	for (size_t i = 0; i < h.bad_n && err == ERR_NONE; i++)
		err = note_bad(s, &h.bad[i], why);
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
