/* site.h - a running web role on a free port, and a client of it. */
#ifndef TEST_SITE_H
#define TEST_SITE_H

#include "web/web.h"

#include <sys/types.h>

struct site {
	char dir[64]; /* of its data */
	uint16_t port, metrics_port;
	pid_t pid;
	int bell; /* what the writer would hear */
};

/* `options` says what differs from the defaults; listeners, spool and api are
 * filled in. */
void site_start(struct site *site, const struct web_options *options);
/* SIGTERM; returns its exit status. Removes the directory. */
int site_stop(struct site *site);

/* A connection, blocking, that gives up after 20 s of silence. */
int site_connect(uint16_t port);
void site_send(int fd, struct str bytes);
void site_sendz(int fd, const char *text);

struct site_answer {
	int status; /* 0: the connection ended first */
	char head[8192];
	struct buf body; /* chunks joined, still gzip */
	bool whole;
};
/* Reads one answer, not a byte more. */
void site_answer(int fd, struct site_answer *out);
/* Value of a header, "" when there is none; in one static buffer. */
const char *site_header(const struct site_answer *a, const char *name);
void site_forget(struct site_answer *a);
/* One request of its own connection, "GET /x HTTP/1.1\r\nHost: h\r\n" and
 * `fields`. Returns the status. */
int site_get(uint16_t port, const char *path, const char *fields,
	     struct site_answer *out);

#endif
