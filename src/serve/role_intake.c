/* role_intake.c - the role that takes mail in, and the index of who may get
 * some. */
#include "control/control.h"
#include "intake/intake.h"
#include "os/os.h"
#include "serve/own.h"

#include <string.h>
#include <sys/stat.h>

enum {
	INDEX_EVERY = 1000, /* ms */
	INDEX_MEMORY = 64 << 20,
	INDEX_FIRST = 64
};

int
serve_intake(struct serve *s, struct serve_child *me)
{
	const struct serve_options *o = &s->options;
	struct intake_listener listeners[SERVE_SOCKETS_MAX];
	char spool[SERVE_PATH_ROOM];
	struct serve_own own = { .me = me };
	int status;
	struct intake_options options = {
		.dir = o->data,
		.host = str_of(s->host),
		.listeners = listeners,
		.identity = s->smtp_identity,
		.trusted = o->smtp.trusted.at,
		.trusted_count = o->smtp.trusted.n,
		.spool = { .dir = spool,
			   .name = "smtp",
			   .reserve = o->reserve,
			   .limit = o->limit },
		.bell = s->bell[1],
		.size_max = o->message_max,
		.alive = serve_own_alive,
		.ctx = &own,
	};

	serve_path(s, "spool", spool);
	for (size_t i = 0; i < s->sockets.n; i++) {
		const struct serve_socket *one = &s->sockets.at[i];

		if (one->use != SERVE_FOR_SMTP && one->use != SERVE_FOR_LMTP)
			continue;
		listeners[options.listener_count++] = (struct intake_listener){
			.fd = one->fd,
			.lmtp = one->use == SERVE_FOR_LMTP,
			.proxy = one->use == SERVE_FOR_SMTP && o->smtp.proxy,
		};
	}
	if (!o->smtp.certificate[0])
		serve_own_begin(&own, s, str_of(s->host), s->smtp_identity);
	status = intake_run(&options);
	serve_own_end(&own);
	return status;
}

struct list {
	struct arena *mem;
	struct intake_recipient *at;
	size_t n, room;
};

static enum err
add(void *ctx, const struct control_domain *d)
{
	struct list *list = ctx;
	struct intake_recipient *to;

	if (list->n == list->room) {
		list->room = list->room ? list->room * 2 : INDEX_FIRST;
		list->at = heap_grow(list->at, list->room, sizeof *list->at);
	}
	to = &list->at[list->n];
	if (!arena_dup(list->mem, d->mail_token, &to->token) ||
	    !arena_dup(list->mem, d->name, &to->domain))
		return ERR_LIMIT;
	list->n++;
	return ERR_NONE;
}

/* Of the file and its log: cheaper than asking the store. */
static int64_t
changed_at(const struct serve *s)
{
	static const char *const names[] = { "control.db", "control.db-wal" };
	int64_t sum = 0;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		char path[SERVE_PATH_ROOM];
		struct stat st;

		serve_path(s, names[i], path);
		if (stat(path, &st) == 0)
			sum += st.st_mtim.tv_sec * 1000000000 +
			       st.st_mtim.tv_nsec + st.st_size;
	}
	return sum;
}

/* Opened for this alone: nothing of a database may be open when a role is
 * begun. */
static enum err
push(struct serve *s, struct diag *why)
{
	SCOPED_ARENA mem = arena_new(INDEX_MEMORY);
	struct list list = { .mem = mem };
	SCOPED_CONTROL control = NULL;
	enum err err = control_open(s->options.data, &control, why);
	uint64_t stamp;

	if (err != ERR_NONE)
		return err;
	stamp = control_domains_stamp(control);
	if (stamp == s->recipients)
		return ERR_NONE;
	err = control_domains(control, CONTROL_OWNER_SELF, add, &list, why);
	if (err == ERR_NONE)
		err = intake_recipients_write(s->options.data, list.at, list.n,
					      why);
	if (err == ERR_NONE)
		s->recipients = stamp;
	heap_free(list.at);
	return err;
}

void
serve_push_recipients(struct serve *s)
{
	int64_t now = os_ticks(), changed;
	struct diag why = { 0 };

	if (s->looked != 0 && now - s->looked < INDEX_EVERY)
		return;
	s->looked = now;
	changed = changed_at(s);
	if (changed == s->control_changed)
		return;
	if (push(s, &why) == ERR_NONE)
		s->control_changed = changed;
	else
		log_error("recipients", &why);
}
