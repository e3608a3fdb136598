/* private.h - what the files of the supervisor share. */
#ifndef SERVE_PRIVATE_H
#define SERVE_PRIVATE_H

#include "serve/serve.h"
#include "tls/tls.h"

#include <signal.h>
#include <sys/types.h>

enum {
	SERVE_SOCKETS_MAX = 64,
	SERVE_PATH_ROOM = 4096,
	SERVE_ADDRESS_ROOM = 128,
	SERVE_HOST_ROOM = 256
};

struct serve;
struct serve_child;

enum serve_use {
	SERVE_FOR_WEB,
	SERVE_FOR_SMTP,
	SERVE_FOR_LMTP,
	SERVE_FOR_METRICS,
	SERVE_FOR_POLICY,
	SERVE_FOR_CHALLENGE,
	SERVE_FOR_DNS, /* connections */
	SERVE_FOR_DNS_UDP
};

struct serve_socket {
	enum serve_use use;
	int fd;
	char address[SERVE_ADDRESS_ROOM]; /* as it was asked for */
};

struct serve_sockets {
	struct serve_socket at[SERVE_SOCKETS_MAX];
	size_t n;
};

/* What a role is: a function that runs in its process. */
struct serve_kind {
	const char *name;
	int (*run)(struct serve *s, struct serve_child *me);
	/* Tells that it lives, by serve_alive; others count as living. */
	bool lively;
	unsigned uses;     /* sockets it needs: bits by enum serve_use */
	bool reads;        /* the bell; others ring it */
	bool hands, takes; /* connections to another role */
};

struct serve_child {
	const struct serve_kind *kind;
	bool wanted;
	pid_t pid; /* 0: not running */
	int pulse; /* the supervisor reads, the role writes; -1 none */
	bool ready;
	int64_t started, heard; /* ticks */
	int64_t start_at;       /* ticks; while it does not run */
	int64_t kill_at;        /* ticks, 0 not asked to end */
	int64_t backoff;        /* ms */
};

struct serve {
	struct serve_options options;
	char host[SERVE_HOST_ROOM];
	struct serve_sockets sockets;
	struct tls_identity *web_identity, *smtp_identity; /* NULL: none */
	struct serve_child child[SERVE_ROLES];
	size_t children;
	int lock;
	int bell[2];     /* read by the writer, written to by the doors */
	int handed[2];   /* connections for the dashboard that the policy host
			  * took: read by `web`, written to by `policy` */
	int signals;     /* signalfd */
	sigset_t before; /* the mask, to be put back */
	pid_t pid;       /* of the supervisor */
	bool stopping, reloading, told_ready;
	int64_t grace_ms;  /* between SIGTERM and SIGKILL */
	int64_t silent_ms; /* after which a role is taken for stuck */
	int64_t notified;
	uint64_t recipients;     /* stamp of what stands in the index */
	int64_t looked;          /* ticks: when the store was looked at */
	int64_t control_changed; /* what was seen then */
};

/* ---- sockets.c ---- */

/* Opens what `o` asks for, keeping those of `old` that are the same. On
 * failure nothing changed. */
enum err serve_sockets_open(const struct serve_options *o,
			    const struct serve_sockets *old,
			    struct serve_sockets *out,
			    struct diag *why) MUST_CHECK;
/* Closes those that are not in `kept` (NULL: all) and removes their files. */
void serve_sockets_close(const struct serve_sockets *sockets,
			 const struct serve_sockets *kept);
/* "127.0.0.1:8080" as it really is, also for port 0. */
void serve_socket_name(const struct serve_socket *socket, struct buf *out);

/* ---- place.c ---- */

/* The directory, with its lock. */
enum err serve_take_place(struct serve *s, struct diag *why) MUST_CHECK;
/* The key beside the directory, where something is hosted: made at the first
 * start, the user's. */
enum err serve_make_master_key(const struct serve *s,
			       struct diag *why) MUST_CHECK;
/* The directory becomes the user's, and so does this process. */
enum err serve_give_up_root(const struct serve *s, struct diag *why) MUST_CHECK;
enum err serve_make_stores(struct serve *s, struct diag *why) MUST_CHECK;
/* Certificates that the options name: before rights are given up, as keys may
 * be root's. On failure nothing changed. */
enum err serve_load_tls(struct serve *s, const struct serve_options *o,
			struct diag *why) MUST_CHECK;
/* Those of our own making: for mail, when none was named, and for a dashboard
 * whose certificate is yet to come. After that, as they are the user's. */
enum err serve_make_identity(struct serve *s, struct diag *why) MUST_CHECK;

/* ---- tell.c ---- */

/* The link for the first user, when there is none. */
void serve_tell_setup(struct serve *s);
/* "waxseal is ready: ..." on standard error. */
void serve_tell_ready(struct serve *s);

/* Writes the index of recipients when domains changed. */
void serve_push_recipients(struct serve *s);

/* ---- child.c ---- */

void serve_child_start(struct serve *s, struct serve_child *c);
/* It has ended: when to start it again. */
void serve_child_ended(struct serve *s, struct serve_child *c, int status);
void serve_child_stop(const struct serve *s, struct serve_child *c,
		      int64_t now);
/* What it said since. */
void serve_child_hear(struct serve_child *c, int64_t now);
/* For roles: `ctx` is the serve_child. */
void serve_alive(void *ctx);

/* ---- serve.c ---- */

/* As it is before anything was done. */
void serve_init(struct serve *s, const struct serve_options *options);
void serve_fini(struct serve *s);
/* Signals come as something to read: nothing runs between two lines. */
enum err serve_catch_signals(struct serve *s, struct diag *why) MUST_CHECK;
/* Which roles have something to do. */
void serve_choose_roles(struct serve *s);

/* ---- loop.c ---- */

/* Until asked to stop, and everybody has. */
void serve_watch(struct serve *s);

/* ---- role_*.c ---- */

/* Each runs in a process of its own, until SIGTERM; its exit status. */
int serve_intake(struct serve *s, struct serve_child *me);
int serve_writer(struct serve *s, struct serve_child *me);
int serve_web(struct serve *s, struct serve_child *me);
int serve_worker(struct serve *s, struct serve_child *me);
int serve_inspector(struct serve *s, struct serve_child *me);
int serve_policy(struct serve *s, struct serve_child *me);
int serve_hosting(struct serve *s, struct serve_child *me);
int serve_nameserver(struct serve *s, struct serve_child *me);
/* Whether the keys and secondaries of the name server can be read. */
enum err serve_check_names(const struct serve_options *o,
			   struct diag *why) MUST_CHECK;

/* ---- the rest ---- */

/* Tells the service manager; nothing without one. */
void serve_notify(const char *state);
/* Half of what the service manager waits for a sign, ms; 0: it does not. */
int64_t serve_notify_every(void);
void serve_title(const char *title);
void serve_path(const struct serve *s, const char *name,
		char out[SERVE_PATH_ROOM]);

#endif
