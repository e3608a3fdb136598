/* log.c - who fetched which policy: lines that wait in memory and go into
 * policy.log once a second. A full file makes room for the next one, of which
 * one is kept. A disk that is full or away costs lines, never an answer. */
#include "policyhost/private.h"

#include "log/log.h"
#include "metrics/metrics.h"
#include "os/os.h"
#include "seal/seal.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAITING_MAX = 512 << 10, AGENT_MAX = 200, MODE = 0640 };

struct policyhost_log {
	char path[POLICYHOST_PATH_ROOM], old[POLICYHOST_PATH_ROOM];
	int fd; /* -1: not open */
	uint64_t size, max;
	struct buf waiting;
	uint64_t lines; /* in `waiting` */
	bool told;      /* that it cannot be written */
};

struct policyhost_log *
policyhost_log_new(const char *data, uint64_t max)
{
	struct policyhost_log *log = heap_new(sizeof *log);

	(void)snprintf(log->path, sizeof log->path, "%s/policy.log", data);
	(void)snprintf(log->old, sizeof log->old, "%.4000s/policy.log.1", data);
	log->fd = -1;
	log->max = max;
	log->waiting = (struct buf)BUF(WAITING_MAX);
	return log;
}

void
policyhost_log_free(struct policyhost_log *log)
{
	if (!log)
		return;
	policyhost_log_flush(log);
	os_fd_cleanup(&log->fd);
	buf_free(&log->waiting);
	heap_free(log);
}

/* ---- lines ---- */

uint64_t
policyhost_policy_id(struct str policy)
{
	uint8_t hash[SEAL_HASH_BYTES];
	uint64_t id = 0;

	seal_hash_of(policy, hash);
	for (size_t i = 0; i < sizeof id; i++)
		id = id << 8 | hash[i];
	return id;
}

void
policyhost_line_print(const struct policyhost_fetch *f, struct buf *out)
{
	char client[NETADDR_PRINT_MAX];

	buf_addf(out, "%" PRId64 "\t%.*s\t%s\t%d\t%016" PRIx64 "\t%.*s\t",
		 f->time, STR_ARG(f->domain), netaddr_print(&f->client, client),
		 f->status, f->policy, STR_ARG(f->tls));
	buf_add_escaped(out, str_sub(f->agent, 0, AGENT_MAX));
	buf_addc(out, '\n');
}

void
policyhost_log_add(struct policyhost_log *log, const struct policyhost_fetch *f)
{
	size_t before = log->waiting.n;

	if (!log->waiting.full)
		policyhost_line_print(f, &log->waiting);
	if (log->waiting.full) {
		log->waiting.n = before; /* no half lines */
		metrics_add(METRICS_POLICY_UNLOGGED, 1);
	} else {
		log->lines++;
	}
}

/* ---- the file ---- */

/* Its first line is its name, by which readers know where they were. */
static bool
begin_file(struct policyhost_log *log)
{
	char head[64];
	uint64_t name;
	int n;

	seal_random(&name, sizeof name);
	n = snprintf(head, sizeof head, POLICYHOST_LOG_HEAD "%016" PRIx64 "\n",
		     name);
	log->size = (uint64_t)n;
	return os_write_all(log->fd, (struct str){ head, (size_t)n });
}

static bool
open_file(struct policyhost_log *log)
{
	struct stat info;

	if (log->fd >= 0)
		return true;
	log->fd = open(log->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC,
		       MODE);
	if (log->fd < 0 || fstat(log->fd, &info) < 0)
		return false;
	log->size = (uint64_t)info.st_size;
	return log->size > 0 || begin_file(log);
}

static bool
make_room(struct policyhost_log *log)
{
	if (!open_file(log))
		return false;
	if (log->size + log->waiting.n <= log->max)
		return true;
	if (rename(log->path, log->old) < 0)
		return false;
	os_fd_cleanup(&log->fd);
	return open_file(log);
}

static bool
write_waiting(struct policyhost_log *log)
{
	if (!make_room(log))
		return false;
	if (!os_write_all(log->fd, buf_str(&log->waiting))) {
		/* Half of it may be there: never a line made of two. */
		(void)!ftruncate(log->fd, (off_t)log->size);
		return false;
	}
	log->size += log->waiting.n;
	return true;
}

void
policyhost_log_flush(struct policyhost_log *log)
{
	struct diag why = { 0 };

	if (log->waiting.n > 0 && write_waiting(log)) {
		log->told = false;
	} else if (log->waiting.n > 0) {
		(void)diag_errno(&why, "write", log->path);
		metrics_add(METRICS_POLICY_UNLOGGED, log->lines);
		if (!log->told)
			log_error("policy_log", &why);
		log->told = true;
		os_fd_cleanup(&log->fd);
	}
	buf_clear(&log->waiting);
	log->lines = 0;
}
