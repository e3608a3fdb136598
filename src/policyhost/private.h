/* private.h - what the files of the policy host share. */
#ifndef POLICYHOST_PRIVATE_H
#define POLICYHOST_PRIVATE_H

#include "hosted/hosted.h"
#include "httpd/httpd.h"
#include "loop/loop.h"
#include "policyhost/policyhost.h"
#include "tls/tls.h"

#include <sys/queue.h>

enum {
	POLICYHOST_NAME_ROOM = 254, /* a name and its NUL */
	POLICYHOST_PATH_ROOM = 4096
};

/* ---- reply.c: what is answered to whom; pure but for `index` ---- */

struct policyhost_reply {
	int status;
	const char *type; /* NULL: no body */
	struct str body;
	bool stored;   /* a policy: no cache may keep it */
	bool allow;    /* 405: says which methods there are */
	bool asked;    /* for the policy's path, under its host: to be logged */
	bool answered; /* a challenge */
	struct str at, path, query; /* `at` not empty: go there */
};

/* `host` in lower case into `room`, without a port; false: no name. */
bool policyhost_host(struct str host, char room[POLICYHOST_NAME_ROOM],
		     struct str *out);
/* "mta-sts.NAME" to NAME. */
bool policyhost_domain(struct str host, struct str *out);
/* Of the domain that the handshake chose under `name`; NULL: it is no more. */
struct policyhost_reply policyhost_reply(const struct httpd_request *r,
					 struct str name,
					 const struct hosted_domain *d);
/* On port 80: `d` is the one of the host that policyhost_challenged names. */
struct policyhost_reply
policyhost_challenge_reply(const struct httpd_request *r,
			   const struct hosted_domain *d);
/* Whose challenge is asked for. */
bool policyhost_challenged(const struct httpd_request *r,
			   char room[POLICYHOST_NAME_ROOM], struct str *host);
/* Who asks for the dashboard's name without TLS is led to `url`. */
struct policyhost_reply policyhost_redirect(const struct httpd_request *r,
					    struct str name, struct str url);
/* The whole answer. `head`: without its body. The connection closes. */
void policyhost_print(const struct policyhost_reply *reply, bool head,
		      int64_t now, struct buf *out);

/* ---- cache.c: certificates ready to serve, those used last ---- */

struct policyhost_cache;
struct policyhost_cache *policyhost_cache_new(unsigned most);
void policyhost_cache_free(struct policyhost_cache *cache);
/* That of `d`, whose key `key` opens; NULL when it cannot be used. `epoch` is
 * another one whenever the index may have changed. */
struct tls_pair *policyhost_cache_get(struct policyhost_cache *cache,
				      const uint8_t *key,
				      const struct hosted_domain *d,
				      uint64_t epoch);
size_t policyhost_cache_count(const struct policyhost_cache *cache);

/* ---- crowd.c: connections by address ---- */

struct policyhost_crowd;
struct policyhost_crowd *policyhost_crowd_new(unsigned most);
void policyhost_crowd_free(struct policyhost_crowd *crowd);
/* False: too many. `place` is for _leave. */
bool policyhost_crowd_enter(struct policyhost_crowd *crowd,
			    const struct netaddr *who, uint16_t *place);
void policyhost_crowd_leave(struct policyhost_crowd *crowd, uint16_t place);

/* ---- log.c ---- */

struct policyhost_log;
struct policyhost_log *policyhost_log_new(const char *data, uint64_t max);
void policyhost_log_free(struct policyhost_log *log); /* writes what waits */
/* Into memory; lost when too much waits already. */
void policyhost_log_add(struct policyhost_log *log,
			const struct policyhost_fetch *f);
void policyhost_log_flush(struct policyhost_log *log);
#define POLICYHOST_LOG_HEAD "#waxseal-policy-log "
void policyhost_line_print(const struct policyhost_fetch *f, struct buf *out);
/* Texts are pieces of `line`, which comes without its LF. */
bool policyhost_line_parse(struct str line, struct policyhost_fetch *out);

/* ---- policyhost.c, conn.c ---- */

struct policyhost_conn;
TAILQ_HEAD(policyhost_conns, policyhost_conn);

struct policyhost_door {
	struct policyhost *host;
	struct loop_listener *listener;
	bool secure;
};

struct policyhost {
	struct policyhost_options o; /* with the defaults filled in */
	struct loop *loop;
	struct hosted *index; /* NULL: it cannot be read */
	uint64_t epoch;
	struct tls_hosts *tls;
	struct tls_pair *challenge; /* of the last handshake that had one */
	struct policyhost_cache *cache;
	struct policyhost_crowd *crowd;
	struct policyhost_log *log;
	struct policyhost_conns conns; /* the oldest first */
	unsigned count;
	struct policyhost_door *doors;
	size_t door_count;
	struct loop_timer *tick;
	unsigned ticks;
	int64_t stop_at; /* ticks, 0: not stopping */
	char peeked[TLS_PEEK_MAX];
};

/* Whose host that is: a domain's policy host, or a name of ours. Asks a fresh
 * index when this one does not know it: what has just been written may be
 * asked for at once. */
bool policyhost_find(struct policyhost *h, struct str host,
		     struct hosted_domain *out);
void policyhost_refresh(struct policyhost *h);

void policyhost_conn_new(struct policyhost_door *door, int fd,
			 const struct netaddr_port *peer);
void policyhost_conn_end(struct policyhost_conn *c, bool polite);
/* Ends those that are older than they may be. */
void policyhost_conn_look(struct policyhost *h, int64_t ticks);
/* For tls_hosts_new: `ctx` is the struct policyhost, `who` a connection. */
struct tls_pair *policyhost_choose(void *ctx, void *who,
				   const struct tls_hello *hello);

#endif
