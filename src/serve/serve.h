/* serve.h - the supervisor of a running server.
 *
 * Opens what needs rights (listening sockets, keys), gives the rights up,
 * makes the stores, and then runs the roles as processes of their own: each
 * is started again when it dies, and asked to end when the server shall. It
 * reads nothing that strangers sent.
 */
#ifndef SERVE_H
#define SERVE_H

#include "base/base.h"
#include "finding/finding.h"
#include "log/log.h"
#include "mailbox/mailbox.h"
#include "netaddr/netaddr.h"
#include "notify/notify.h"

enum serve_role {
	SERVE_INTAKE,     /* SMTP, LMTP */
	SERVE_WRITER,     /* of the report store */
	SERVE_WEB,        /* pages, API, metrics */
	SERVE_WORKER,     /* mailboxes, watched directories */
	SERVE_INSPECTOR,  /* looks at domains */
	SERVE_POLICY,     /* policies of hosted domains */
	SERVE_NAMESERVER, /* the hosted zone */
	SERVE_HOSTING,    /* proofs, certificates, the index */
	SERVE_ROLES
};
const char *serve_role_name(enum serve_role role);
bool serve_role_parse(struct str name, enum serve_role *out);

struct serve_list {
	const char *const *at;
	size_t n;
};

struct serve_nets {
	const struct netaddr_net *at;
	size_t n;
};

/* A door that others connect to. Empty files: no certificate of ours. */
struct serve_door {
	struct serve_list listen; /* as loop_listen_open takes them */
	struct serve_nets trusted;
	bool proxy; /* every connection begins with a PROXY header */
	const char *certificate, *key;
};

/* How domains are looked at. Empty texts and 0: as everywhere. */
struct serve_inspect {
	const char *resolver;     /* "ADDR:PORT" */
	const char *trust_anchor; /* file, or "none" */
	const char *ca_file;
	struct serve_nets allow_private;
	uint16_t dns_port, https_port, smtp_port;
	bool public; /* without signing in */
};

/* Domains whose policies are served here. */
struct serve_hosting {
	struct serve_list policy_listen;    /* HTTPS */
	struct serve_list challenge_listen; /* HTTP, for authorities */
	const char *master_key; /* file; "": DATA.master-key beside DATA */
	/* As hosting_options has them. "": nothing is hosted. */
	const char *zone;
	struct serve_list nameservers, addresses, cas, caa, own_names;
	const char *ca_file, *contact, *profile, *eab_kid, *eab_hmac_file;
	bool terms_agreed;
};

enum { SERVE_DNS_MAX = 16 /* keys, secondaries */ };

/* The name server of the hosted zone. */
struct serve_dns {
	struct serve_list listen; /* UDP and TCP */
	struct serve_list keys;   /* files */
	/* "192.0.2.2:53", or "192.0.2.2:53 NAME-OF-KEY" */
	struct serve_list secondaries;
	uint32_t rate; /* answers a second to one network, 0: no limit */
};

/* As the configuration says. */
struct serve_options {
	const char *data;     /* directory */
	const char *hostname; /* "": as the system says */
	const char *base_url; /* "": from the request */
	const char *user;     /* become, when this is root */
	bool user_named;      /* and it must exist */
	unsigned roles;       /* bits by enum serve_role; 0: all */
	struct serve_door web, smtp;
	struct serve_list lmtp; /* further places of smtp */
	struct serve_inspect inspect;
	struct serve_dns dns;
	struct serve_hosting hosting;
	struct notify_options notify; /* only what is configured */
	const char *metrics;          /* where to listen, "": nowhere */
	uint64_t message_max;         /* bytes */
	struct serve_list watched;
	const struct mailbox_account *accounts;
	size_t account_count;
	uint64_t reserve, limit;       /* as spool_options has them */
	uint64_t unclaimed, sidelined; /* bytes, 0: no limit */
	/* As control_quota has them. */
	int64_t quota_domains, quota_hosted;
	int64_t keep_raw, keep_rows;       /* seconds, 0: for ever */
	int64_t keep_failures;             /* seconds, 0: for ever */
	const char *geo_country, *geo_asn; /* files; may be missing */
	enum log_form log_form;
	enum log_level log_level;
	enum finding_lang lang; /* of what is said on standard error */
	/* All of the above, freed with it; may be NULL. */
	struct arena *mem;
	/* The configuration once more, after SIGHUP, with memory of its own.
	 * NULL: there is none. */
	enum err (*reload)(void *ctx, struct serve_options *out,
			   struct diag *why);
	void *ctx;
};

/* The host of an https URL; empty for another one. */
struct str serve_url_host(struct str url);

/* Before anything keeps pointers into argv: processes get titles ("waxseal:
 * writer") in its place. Copies the environment away. */
void serve_title_room(int argc, char **argv);

/* Takes options->mem over. Serves until SIGTERM or SIGINT; ERR_NONE when it
 * ended as asked. ERR_BUSY "serve.running": another server has the directory.
 * "serve.listen", "serve.no_user", "tls.bad_file", and what the stores say. */
enum err serve_run(const struct serve_options *options,
		   struct diag *why) MUST_CHECK;

#endif
