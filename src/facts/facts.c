/* facts.c - questions, which of them are open, and their answers. */
#include "base/base.h"
#include "dnsname/dnsname.h"
#include "facts/facts.h"
#include "facts/private.h"

#include <string.h>

enum { KEY_MAX = 1024, FIRST_ROOM = 64 };

struct facts *
facts_new(size_t max, int64_t now)
{
	struct facts *f = heap_new(sizeof(*f));

	f->mem = arena_new(max);
	f->index = map_new(QUESTIONS_MAX);
	f->now = now;
	return f;
}

void
facts_free(struct facts *f)
{
	if (!f)
		return;
	arena_free(f->mem);
	map_free(f->index);
	heap_free(f->entry);
	heap_free(f->open);
	heap_free(f);
}

int64_t
facts_now(const struct facts *f)
{
	return f->now;
}

struct arena *
facts_mem(struct facts *f)
{
	return f->mem;
}

bool
facts_full(const struct facts *f)
{
	return f->full;
}

bool
facts_copy(struct facts *f, struct str *s)
{
	if (arena_dup(f->mem, *s, s))
		return true;
	f->full = true;
	return false;
}

static bool
key_of(const struct facts_question *q, struct buf *out)
{
	const char head[4] = { (char)q->kind, (char)(q->type >> 8),
			       (char)(q->type & 0xff), (char)q->direct };

	buf_add(out, (struct str){ head, sizeof(head) });
	if (q->kind != FACTS_DNS || q->direct)
		buf_add(out, (struct str){ (const char *)q->address.b,
					   NETADDR_BYTES });
	buf_add(out, q->name);
	buf_addc(out, '\0');
	buf_add(out, q->path);
	return !out->full;
}

static struct facts_entry *
new_entry(struct facts *f, const struct facts_question *question,
	  struct str key)
{
	struct facts_entry *e;
	struct facts_question q = *question;

	if (f->n == QUESTIONS_MAX || !facts_copy(f, &q.name) ||
	    !facts_copy(f, &q.path)) {
		f->full = true;
		return NULL;
	}
	if (f->n == f->room) {
		f->room = f->room ? 2 * f->room : FIRST_ROOM;
		f->entry = heap_grow(f->entry, f->room, sizeof(*f->entry));
	}
	map_put(f->index, key, f->n);
	e = &f->entry[f->n++];
	*e = (struct facts_entry){ .question = q };
	return e;
}

struct facts_entry *
facts_entry_of(struct facts *f, const struct facts_question *question)
{
	SCOPED_BUF key = BUF(KEY_MAX);
	uint64_t at;

	if (!key_of(question, &key))
		return NULL;
	if (map_get(f->index, buf_str(&key), &at))
		return &f->entry[at];
	return new_entry(f, question, buf_str(&key));
}

static bool
answered(const struct facts_entry *e)
{
	return e->dns || e->web || e->mail;
}

static void
note_open(struct facts *f, size_t place)
{
	if (f->entry[place].noted)
		return;
	f->entry[place].noted = true;
	if (f->open_n == f->open_room) {
		f->open_room = f->open_room ? 2 * f->open_room : FIRST_ROOM;
		f->open = heap_grow(f->open, f->open_room, sizeof(*f->open));
	}
	f->open[f->open_n++] = place;
}

/* The entry with its answer; NULL, and the question noted, without one. */
static const struct facts_entry *
look(struct facts *f, const struct facts_question *question)
{
	struct facts_entry *e = facts_entry_of(f, question);

	if (!e)
		return NULL;
	if (!answered(e) && f->world && question->kind == FACTS_DNS) {
		if (!facts_answer_from_world(f, question))
			return NULL;
		e = facts_entry_of(f, question);
	}
	if (answered(e))
		return e;
	note_open(f, (size_t)(e - f->entry));
	return NULL;
}

/* A name that no server can be asked for does not exist. */
static const struct facts_dns *
no_such_name(struct facts *f, struct str name, enum facts_type type)
{
	struct facts_dns *none = arena_alloc(f->mem, sizeof(*none));

	if (!none || !facts_copy(f, &name)) {
		f->full = true;
		return NULL;
	}
	*none = (struct facts_dns){ .name = name,
				    .type = (uint16_t)type,
				    .status = FACTS_NXDOMAIN };
	return none;
}

/* SPF makes names of what senders say (RFC 7208 section 7), and a DNS name may
 * hold any octet. What prints is asked for as it is; but for the backslash,
 * which means something else where names are written as text. */
static bool
fold_octets(struct str name, struct arena *mem, struct str *out)
{
	char *copy = arena_alloc(mem, name.n);
	size_t label = 0;

	if (!copy || name.n > DNSNAME_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c < ' ' || c > '~' || c == '\\' || (c == '.' && label == 0))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > DNSNAME_LABEL_MAX)
			return false;
		copy[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	*out = (struct str){ copy, name.n };
	return label > 0;
}

static const struct facts_dns *
ask(struct facts *f, struct str name, struct facts_question question)
{
	SCOPED_ARENA mem = arena_new(4096);
	const struct facts_entry *e;

	if (name.n > 0 && str_ends(name, S(".")))
		name.n--;
	if (name.n > 0 && !dnsname_fold(name, mem, &question.name) &&
	    !fold_octets(name, mem, &question.name))
		return no_such_name(f, name, question.type);
	e = look(f, &question);
	return e ? e->dns : NULL;
}

const struct facts_dns *
facts_ask(struct facts *f, struct str name, enum facts_type type)
{
	return ask(f, name,
		   (struct facts_question){ .kind = FACTS_DNS,
					    .type = (uint16_t)type });
}

const struct facts_dns *
facts_ask_at(struct facts *f, struct str name, enum facts_type type,
	     const struct netaddr *server)
{
	return ask(f, name,
		   (struct facts_question){ .kind = FACTS_DNS,
					    .type = (uint16_t)type,
					    .direct = true,
					    .address = *server });
}

const struct facts_web *
facts_fetch(struct facts *f, struct str host, struct str path,
	    const struct netaddr *address)
{
	const struct facts_entry *e =
		look(f, &(struct facts_question){ .kind = FACTS_WEB,
						  .name = host,
						  .path = path,
						  .address = *address });

	return e ? e->web : NULL;
}

bool
facts_fetch_first(struct facts *f, struct str host, struct str path,
		  const struct facts_web **answer, bool *sure)
{
	const struct facts_dns *all[] = { facts_ask(f, host, FACTS_A),
					  facts_ask(f, host, FACTS_AAAA) };

	*answer = NULL;
	*sure = true;
	if (!all[0] || !all[1])
		return false;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (all[i]->status == FACTS_FOUND && all[i]->n > 0) {
			*answer = facts_fetch(f, host, path,
					      &all[i]->rr[0].address);
			return *answer != NULL;
		}
		if (all[i]->status != FACTS_NODATA &&
		    all[i]->status != FACTS_NXDOMAIN)
			*sure = false;
	}
	return true;
}

const struct facts_mail *
facts_probe(struct facts *f, struct str host, const struct netaddr *address)
{
	const struct facts_entry *e =
		look(f, &(struct facts_question){ .kind = FACTS_MAIL,
						  .name = host,
						  .address = *address });

	return e ? e->mail : NULL;
}

bool
facts_open(const struct facts *f, size_t i, struct facts_question *out)
{
	if (i >= f->open_n)
		return false;
	*out = f->entry[f->open[i]].question;
	return true;
}

void
facts_settle(struct facts *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->open_n; i++)
		if (!answered(&f->entry[f->open[i]]))
			f->open[kept++] = f->open[i];
	f->open_n = kept;
}
