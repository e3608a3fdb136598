/* hosted.c - the index as it is asked: `hosted` with `hosted.new` over it. */
#include "hosted/private.h"

#include <string.h>
#include <sys/stat.h>

enum { ATTEMPTS = 5 };

/* What tells one file from the next at its place. */
struct identity {
	uint64_t device, inode, size;
	int64_t seconds, nanoseconds;
};

struct pair {
	struct hosted_image whole, fresh;
	size_t count;
};

struct hosted {
	char whole_path[HOSTED_PATH_ROOM], fresh_path[HOSTED_PATH_ROOM];
	struct identity whole_seen, fresh_seen;
	struct pair at;
	struct diag trouble;
	bool again; /* what went wrong was not the files' fault */
};

static struct identity
look(const char *path)
{
	struct stat s;

	if (stat(path, &s) < 0)
		return (struct identity){ 0 };
	return (struct identity){ .device = s.st_dev,
				  .inode = s.st_ino,
				  .size = (uint64_t)s.st_size,
				  .seconds = s.st_mtim.tv_sec,
				  .nanoseconds = s.st_mtim.tv_nsec };
}

static bool
is_same(const struct identity *a, const struct identity *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       a->size == b->size && a->seconds == b->seconds &&
	       a->nanoseconds == b->nanoseconds;
}

/* ---- opening ---- */

static void
close_pair(struct pair *p)
{
	hosted_image_close(&p->whole);
	hosted_image_close(&p->fresh);
}

static bool
count_one(void *ctx, const struct hosted_domain *d)
{
	struct pair *p = ctx;
	struct hosted_domain old;
	bool stood =
		hosted_image_find(&p->whole, HOSTED_BY_NAME, d->name, &old);

	if (d->flags & HOSTED_GONE)
		p->count -= stood && p->count > 0;
	else
		p->count += !stood;
	return true;
}

static void
count_all(struct pair *p)
{
	p->count = p->whole.head.count;
	(void)hosted_image_each(&p->fresh, count_one, p);
}

/* Whether `fresh` was written over this `whole`, and not over the one before
 * it: that is what a writer leaves that was stopped at the wrong moment. */
static bool
belong_together(const struct pair *p)
{
	return p->fresh.head.base ==
	       (p->whole.bytes.p ? p->whole.head.generation : 0);
}

static enum err
open_pair(const struct hosted *h, struct pair *out, struct diag *why)
{
	enum err err;

	*out = (struct pair){ 0 };
	err = hosted_image_open(h->whole_path, &out->whole, why);
	if (err == ERR_NONE)
		err = hosted_image_open(h->fresh_path, &out->fresh, why);
	if (err != ERR_NONE)
		close_pair(out);
	else if (out->fresh.bytes.p && !belong_together(out))
		hosted_image_close(&out->fresh);
	return err;
}

/* A writer may put files into their places meanwhile. */
static enum err
open_both(struct hosted *h, struct pair *out, struct diag *why)
{
	for (unsigned i = 0;; i++) {
		struct identity whole = look(h->whole_path);
		struct identity fresh = look(h->fresh_path);
		struct identity whole_now, fresh_now;
		enum err err;

		diag_clear(why);
		err = open_pair(h, out, why);
		h->whole_seen = whole_now = look(h->whole_path);
		h->fresh_seen = fresh_now = look(h->fresh_path);
		if (i + 1 < ATTEMPTS && (!is_same(&whole, &whole_now) ||
					 !is_same(&fresh, &fresh_now))) {
			if (err == ERR_NONE)
				close_pair(out);
			continue;
		}
		if (err == ERR_NONE)
			count_all(out);
		h->again = err != ERR_NONE && err != ERR_SYNTAX;
		return err;
	}
}

enum err
hosted_open(const char *dir, struct hosted **out, struct diag *why)
{
	struct hosted *h = heap_new(sizeof *h);
	enum err err;

	if (!hosted_path(dir, "hosted", h->whole_path) ||
	    !hosted_path(dir, "hosted.new", h->fresh_path)) {
		heap_free(h);
		return diag_set(why, ERR_LIMIT, "io.path_too_long", 0, "%s",
				dir);
	}
	err = open_both(h, &h->at, &h->trouble);
	if (err != ERR_NONE) {
		(void)diag_set(why, err, h->trouble.code, 0, "%s",
			       h->trouble.detail);
		heap_free(h);
		return err;
	}
	*out = h;
	return ERR_NONE;
}

static bool
has_changed(const struct hosted *h)
{
	struct identity whole = look(h->whole_path);
	struct identity fresh = look(h->fresh_path);

	return h->again || !is_same(&whole, &h->whole_seen) ||
	       !is_same(&fresh, &h->fresh_seen);
}

bool
hosted_refresh(struct hosted *h)
{
	struct pair now;

	if (!has_changed(h))
		return false;
	if (open_both(h, &now, &h->trouble) != ERR_NONE)
		return false;
	/* No writer takes it away: somebody else did. */
	if (h->at.whole.bytes.p && !now.whole.bytes.p) {
		(void)diag_set(&h->trouble, ERR_GONE, "hosted.damaged", 0, "%s",
			       h->whole_path);
		close_pair(&now);
		return false;
	}
	close_pair(&h->at);
	h->at = now;
	return true;
}

const struct diag *
hosted_trouble(const struct hosted *h)
{
	return h->trouble.code[0] ? &h->trouble : NULL;
}

void
hosted_close(struct hosted *h)
{
	if (!h)
		return;
	close_pair(&h->at);
	heap_free(h);
}

/* ---- asking ---- */

const struct hosted_zone *
hosted_zone_of(const struct hosted *h)
{
	return h->at.fresh.bytes.p ? &h->at.fresh.zone : &h->at.whole.zone;
}

bool
hosted_by_name(const struct hosted *h, struct str name,
	       struct hosted_domain *out)
{
	if (hosted_image_find(&h->at.fresh, HOSTED_BY_NAME, name, out))
		return !(out->flags & HOSTED_GONE);
	return hosted_image_find(&h->at.whole, HOSTED_BY_NAME, name, out);
}

bool
hosted_by_token(const struct hosted *h, struct str token,
		struct hosted_domain *out)
{
	struct hosted_domain over;

	if (hosted_image_find(&h->at.fresh, HOSTED_BY_TOKEN, token, out))
		return !(out->flags & HOSTED_GONE);
	return hosted_image_find(&h->at.whole, HOSTED_BY_TOKEN, token, out) &&
	       !hosted_image_find(&h->at.fresh, HOSTED_BY_NAME, out->name,
				  &over);
}

bool
hosted_own(const struct hosted *h, struct str host, struct hosted_domain *out)
{
	SCOPED_BUF name = BUF(HOSTED_NAME_MAX);

	if (!buf_addz(&name, HOSTED_OWN_LABEL) || !buf_add(&name, host) ||
	    !hosted_by_name(h, buf_str(&name), out) ||
	    !(out->flags & HOSTED_OWN))
		return false;
	out->name = str_sub(out->name, strlen(HOSTED_OWN_LABEL), SIZE_MAX);
	return true;
}

struct walk {
	const struct hosted *h;
	bool (*each)(void *ctx, const struct hosted_domain *d);
	void *ctx;
	bool over; /* walks what `hosted.new` says */
};

static bool
visit(void *ctx, const struct hosted_domain *d)
{
	const struct walk *w = ctx;
	struct hosted_domain fresh;
	bool hidden =
		w->over ? d->flags & HOSTED_GONE
			: hosted_image_find(&w->h->at.fresh, HOSTED_BY_NAME,
					    d->name, &fresh);

	return hidden || w->each(w->ctx, d);
}

void
hosted_each(const struct hosted *h,
	    bool (*each)(void *ctx, const struct hosted_domain *d), void *ctx)
{
	struct walk w = { .h = h, .each = each, .ctx = ctx };

	if (!hosted_image_each(&h->at.whole, visit, &w))
		return;
	w.over = true;
	(void)hosted_image_each(&h->at.fresh, visit, &w);
}

size_t
hosted_count(const struct hosted *h)
{
	return h->at.count;
}
