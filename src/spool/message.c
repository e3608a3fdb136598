/* message.c - one message on its way in: held, or in a file of its own. */
#include "spool/private.h"

#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { DIRECT = SPOOL_HELD_MAX / 2 /* larger pieces are not copied first */ };

struct spool_message *
spool_begin(struct spool_writer *w, const struct spool_envelope *envelope)
{
	struct spool_message *m = heap_new(sizeof *m);

	*m = (struct spool_message){ .w = w,
				     .envelope = BUF(SPOOL_ENVELOPE_MAX),
				     .octets = BUF(SPOOL_HELD_MAX),
				     .fd = -1 };
	m->record.received_at = envelope->received_at;
	spool_envelope_write(&m->envelope, envelope);
	if (m->envelope.full)
		m->err = diag_set(&m->why, ERR_LIMIT, "spool.too_large", 0,
				  "%d KiB", SPOOL_ENVELOPE_MAX >> 10);
	return m;
}

static struct spool_name
name_of_file(const struct spool_message *m)
{
	struct spool_name name = { .number = m->record.file_number,
				   .file = m->record.file };

	for (size_t i = 0; m->w->door[i]; i++)
		name.door[i] = m->w->door[i];
	return name;
}

static enum err
begin_file(struct spool_message *m)
{
	char text[SPOOL_NAME_ROOM];
	struct spool_name name;

	m->record.file_number = m->w->number;
	m->record.file = ++m->w->files;
	name = name_of_file(m);
	m->fd = openat(m->w->dir, spool_name_print(&name, text),
		       O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (m->fd < 0)
		return m->err = spool_write_failed(&m->why, text);
	m->w->dir_changed = true;
	return ERR_NONE;
}

static enum err
write_piece(struct spool_message *m, struct str bytes)
{
	m->record.file_check = spool_check(m->record.file_check, bytes);
	if (!os_write_all(m->fd, bytes))
		m->err = spool_write_failed(&m->why, "message");
	return m->err;
}

static enum err
add_to_file(struct spool_message *m, struct str bytes)
{
	if (m->fd < 0 && begin_file(m) != ERR_NONE)
		return m->err;
	if (write_piece(m, buf_str(&m->octets)) != ERR_NONE)
		return m->err;
	buf_clear(&m->octets);
	if (bytes.n >= DIRECT)
		return write_piece(m, bytes);
	(void)buf_add(&m->octets, bytes);
	return ERR_NONE;
}

enum err
spool_add(struct spool_message *m, struct str bytes, struct diag *why)
{
	if (m->err == ERR_NONE && bytes.n > SPOOL_MESSAGE_MAX - m->record.size)
		m->err = diag_set(&m->why, ERR_LIMIT, "spool.too_large", 0,
				  "%d MiB", SPOOL_MESSAGE_MAX >> 20);
	if (m->err == ERR_NONE) {
		m->record.size += bytes.n;
		m->w->since += bytes.n;
		if (bytes.n <= SPOOL_HELD_MAX - m->octets.n)
			(void)buf_add(&m->octets, bytes);
		else
			(void)add_to_file(m, bytes);
	}
	if (m->err != ERR_NONE)
		(void)diag_set(why, m->err, m->why.code, 0, "%s",
			       m->why.detail);
	return m->err;
}

void
spool_message_free(struct spool_message *m, bool keep)
{
	struct spool_name name = name_of_file(m);
	char text[SPOOL_NAME_ROOM];

	if (m->fd >= 0) {
		(void)close(m->fd);
		if (!keep)
			(void)unlinkat(m->w->dir, spool_name_print(&name, text),
				       0);
	}
	buf_free(&m->envelope);
	buf_free(&m->octets);
	heap_free(m);
}

void
spool_drop(struct spool_message *m)
{
	if (m)
		spool_message_free(m, false);
}

void
spool_message_settle(struct spool_message *m)
{
	if (m->err == ERR_NONE && m->fd >= 0 && fsync(m->fd) < 0)
		m->err = spool_write_failed(&m->why, "message");
}

void
spool_finish(struct spool_message *m,
	     void (*durable)(void *ctx, enum err err, const struct diag *why),
	     void *ctx)
{
	struct spool_record *r = &m->record;

	m->durable = durable;
	m->ctx = ctx;
	if (m->err == ERR_NONE && m->fd >= 0)
		(void)add_to_file(m, S(""));
	r->envelope = (uint32_t)m->envelope.n;
	r->body_check = spool_check(0, buf_str(&m->envelope));
	if (m->fd < 0)
		r->body_check = spool_check(r->body_check, buf_str(&m->octets));
	*m->w->last = m;
	m->w->last = &m->next;
}
