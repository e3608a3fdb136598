/* server.c - looks under way and kept, who may begin one, and what is
 * answered. */
#include "inspect/server.h"

#include "inquiry/inquiry.h"
#include "inspect/served.h"

#include <sys/queue.h>

enum {
	MINUTE = 60000,
	WHO_MAX = 20000, /* people that are counted */
	KEY_MAX = 64 << 10,
	DEPTH = 4,
	AGAIN_BUSY = 2 /* seconds */
};

/* Finished ones only have their answers. */
struct look {
	TAILQ_ENTRY(look) all;
	struct inspect_server *server;
	struct buf key;
	struct served *served; /* NULL: finished */
	bool public;
	int64_t finished; /* ticks */
	struct buf answer[FINDING_LANGS];
};
TAILQ_HEAD(looks, look);

struct inspect_server {
	struct inspect_server_options o;
	struct looks looks; /* the last asked for first */
	size_t under_way, public_under_way;
	size_t kept, kept_bytes;
	struct map *spent; /* who: until when, ticks */
};

struct asked {
	const struct json *json;
	struct served_question question;
	enum finding_lang lang;
	bool fresh, public;
	struct str who;
};

/* ---- the table ---- */

static size_t
bytes_of(const struct look *l)
{
	size_t n = l->key.room;

	for (size_t i = 0; i < FINDING_LANGS; i++)
		n += l->answer[i].room;
	return n;
}

static void
drop(struct look *l)
{
	struct inspect_server *s = l->server;

	TAILQ_REMOVE(&s->looks, l, all);
	if (!l->served) {
		s->kept--;
		s->kept_bytes -= bytes_of(l);
	}
	served_free(l->served);
	for (size_t i = 0; i < FINDING_LANGS; i++)
		buf_free(&l->answer[i]);
	buf_free(&l->key);
	heap_free(l);
}

/* The finished one that nobody asked for the longest time. */
static struct look *
oldest(struct inspect_server *s)
{
	struct look *l;

	TAILQ_FOREACH_REVERSE(l, &s->looks, looks, all)
	if (!l->served)
		return l;
	return NULL;
}

static void
make_room(struct inspect_server *s)
{
	while (s->kept > INSPECT_KEPT || s->kept_bytes > INSPECT_KEPT_BYTES)
		drop(oldest(s));
}

static void
drop_stale(struct inspect_server *s)
{
	int64_t limit = s->o.ticks() - INSPECT_KEPT_MS;
	struct look *next;

	for (struct look *l = TAILQ_FIRST(&s->looks); l; l = next) {
		next = TAILQ_NEXT(l, all);
		if (!l->served && l->finished < limit)
			drop(l);
	}
}

static struct look *
find(struct inspect_server *s, struct str key)
{
	struct look *l;

	TAILQ_FOREACH(l, &s->looks, all)
	if (str_eq(buf_str(&l->key), key))
		return l;
	return NULL;
}

/* ---- answers ---- */

static void
put_failure(struct buf *to, enum err err, const char *code, const char *detail,
	    int64_t again)
{
	struct diag why = { 0 };

	inquiry_refuse(to, diag_set(&why, err, code, 0, "%s", detail), &why,
		       again);
}

static void
put_look(struct buf *to, struct served *served, bool over, bool complete,
	 enum finding_lang lang)
{
	buf_addc(to, INQUIRY_FINE);
	served_put(to, served, over, complete, lang);
	if (to->full)
		put_failure(to, ERR_LIMIT, "io.too_large", "answer", 0);
}

/* Only the texts of it are kept: facts take many times their room. */
static void
finish(void *ctx, bool complete)
{
	struct look *l = ctx;
	struct inspect_server *s = l->server;

	for (size_t i = 0; i < FINDING_LANGS; i++) {
		l->answer[i] = (struct buf)BUF(INQUIRY_ANSWER_MAX);
		put_look(&l->answer[i], l->served, true, complete,
			 (enum finding_lang)i);
	}
	served_free(l->served);
	l->served = NULL;
	l->finished = s->o.ticks();
	s->under_way--;
	s->public_under_way -= l->public;
	s->kept++;
	s->kept_bytes += bytes_of(l);
	make_room(s);
}

static bool
judge(void *ctx)
{
	struct look *l = ctx;

	return served_judge(l->served);
}

/* ---- who may begin ---- */

/* Seconds until `who` may begin one more; 0: now, and it counts. */
static int64_t
spend(struct inspect_server *s, const struct asked *a)
{
	int64_t each = MINUTE /
		       (a->public ? INSPECT_PUBLIC_A_MINUTE : INSPECT_A_MINUTE);
	int64_t now = s->o.ticks(), until = now;
	uint64_t known = 0;

	if (map_get(s->spent, a->who, &known) && (int64_t)known > now)
		until = (int64_t)known;
	if (until + each - now > MINUTE)
		return (until + each - now - MINUTE + 999) / 1000;
	map_put(s->spent, a->who, (uint64_t)(until + each));
	return 0;
}

static struct look *
begin(struct inspect_server *s, const struct asked *a, struct str key,
      struct buf *answer)
{
	struct look *l;
	struct served *served;
	int64_t again;

	if (s->under_way >= INSPECT_UNDER_WAY ||
	    (a->public && s->public_under_way >= INSPECT_PUBLIC_UNDER_WAY)) {
		put_failure(answer, ERR_BUSY, "inspect.busy", " ", AGAIN_BUSY);
		return NULL;
	}
	again = spend(s, a);
	if (again > 0) {
		put_failure(answer, ERR_BUSY, "inspect.too_many", " ", again);
		return NULL;
	}
	served = served_new(&a->question, s->o.clock());
	if (!served) {
		put_failure(answer, ERR_LIMIT, "io.too_large", "request", 0);
		return NULL;
	}
	l = heap_new(sizeof(*l));
	*l = (struct look){ .server = s,
			    .key = BUF(KEY_MAX),
			    .served = served,
			    .public = a->public };
	(void)buf_add(&l->key, key);
	TAILQ_INSERT_HEAD(&s->looks, l, all);
	s->under_way++;
	s->public_under_way += l->public;
	/* Not for strangers: everybody's answers would be lost with theirs. */
	if (a->fresh && !a->public && s->o.forget)
		s->o.forget(s->o.ctx);
	s->o.run(s->o.ctx, served_facts(served), judge, finish, l);
	return l;
}

/* ---- requests ---- */

static void
answer_look(struct inspect_server *s, const struct asked *a, struct buf *answer)
{
	SCOPED_BUF key = BUF(KEY_MAX);
	struct look *l;

	served_key(&a->question, &key);
	if (key.full) {
		put_failure(answer, ERR_LIMIT, "io.too_large", "request", 0);
		return;
	}
	l = find(s, buf_str(&key));
	if (l && !l->served && a->fresh &&
	    s->o.ticks() - l->finished > INSPECT_FRESH_MS) {
		struct look *newer = begin(s, a, buf_str(&key), answer);

		if (newer)
			drop(l);
		l = newer;
	} else if (l) {
		TAILQ_REMOVE(&s->looks, l, all);
		TAILQ_INSERT_HEAD(&s->looks, l, all);
	} else {
		l = begin(s, a, buf_str(&key), answer);
	}
	if (l && l->served)
		put_look(answer, l->served, false, false, a->lang);
	else if (l)
		(void)buf_add(answer, buf_str(&l->answer[a->lang]));
}

/* A network that is not public is nobody's business who is a stranger, and
 * its names may tell how it is built. */
static bool
is_private(const struct served_question *q)
{
	static const struct probe_options anybody = { .allow_n = 0 };
	struct netaddr address;

	return q->kind && q->kind->address &&
	       netaddr_parse(q->subject, &address) &&
	       !probe_allowed(&anybody, &address);
}

static enum err
read_request(struct str request, struct arena *mem, struct json **json,
	     struct asked *a, struct diag *why)
{
	const struct json_limits limits = { INQUIRY_REQUEST_MAX, DEPTH };
	bool repaired;
	enum err err;

	if (json_parse(request, limits, json, &repaired, NULL) != ERR_NONE)
		return diag_set(why, ERR_SYNTAX, "inspect.bad_request", 0,
				"JSON");
	*a = (struct asked){ .json = *json, .lang = FINDING_EN };
	a->who = json_str(json_get(*json, "who"));
	(void)json_bool(json_get(*json, "fresh"), &a->fresh);
	(void)json_bool(json_get(*json, "public"), &a->public);
	(void)finding_lang_parse(json_str(json_get(*json, "lang")), &a->lang);
	err = served_read(*json, mem, &a->question, why);
	if (err == ERR_NONE && a->public && is_private(&a->question))
		return diag_set(why, ERR_SYNTAX, "inspect.not_public", 0,
				"%.*s", STR_ARG(a->question.subject));
	return err;
}

void
inspect_server_answer(struct inspect_server *s, struct str request,
		      struct buf *answer)
{
	SCOPED_ARENA mem = arena_new(KEY_MAX);
	SCOPED_JSON json = NULL;
	struct diag why = { 0 };
	struct asked a = { 0 };
	enum err err = read_request(request, mem, &json, &a, &why);

	drop_stale(s);
	if (err != ERR_NONE) {
		inquiry_refuse(answer, err, &why, 0);
	} else if (a.question.explained) {
		buf_addc(answer, INQUIRY_FINE);
		served_put_explained(answer, &a.question, a.lang);
	} else {
		answer_look(s, &a, answer);
	}
}

/* ---- the server itself ---- */

struct inspect_server *
inspect_server_new(const struct inspect_server_options *options)
{
	struct inspect_server *s = heap_new(sizeof(*s));

	s->o = *options;
	TAILQ_INIT(&s->looks);
	s->spent = map_new(WHO_MAX);
	return s;
}

void
inspect_server_free(struct inspect_server *s)
{
	if (!s)
		return;
	while (!TAILQ_EMPTY(&s->looks))
		drop(TAILQ_FIRST(&s->looks));
	map_free(s->spent);
	heap_free(s);
}

size_t
inspect_server_busy(const struct inspect_server *s)
{
	return s->under_way;
}
