/* role_policy.c - the role that serves policies of hosted domains. */
#include "control/control.h"
#include "hosting/hosting.h"
#include "os/os.h"
#include "policyhost/policyhost.h"
#include "serve/private.h"

#include <stdio.h>

enum { LOOK_MS = 1000 };

struct role {
	const struct serve *s;
	struct serve_child *me;
	char key_path[SERVE_PATH_ROOM];
	uint8_t key[SEAL_KEY_BYTES];
	bool has_key, told;
	int64_t looked; /* ticks */
	int tls[SERVE_SOCKETS_MAX], plain[SERVE_SOCKETS_MAX];
};

static void
alive(void *ctx)
{
	struct role *r = ctx;

	serve_alive(r->me);
}

/* It comes into being with the first domain that is hosted. */
static const uint8_t *
key(void *ctx)
{
	struct role *r = ctx;
	struct diag why = { 0 };
	int64_t now = os_ticks();

	if (r->has_key)
		return r->key;
	if (r->looked != 0 && now - r->looked < LOOK_MS)
		return NULL;
	r->looked = now;
	r->has_key = control_master_key(r->key_path, false, r->key, &why) ==
		     ERR_NONE;
	if (!r->has_key && !r->told)
		log_error("no_master_key", &why);
	r->told = !r->has_key;
	return r->has_key ? r->key : NULL;
}

static void
find_key(struct role *r)
{
	const struct serve_options *o = &r->s->options;
	const struct hosting_options hosting = {
		.data = o->data, .master_key = o->hosting.master_key
	};
	SCOPED_BUF path = BUF(SERVE_PATH_ROOM - 1);

	if (hosting_key_path(&hosting, &path))
		(void)snprintf(r->key_path, sizeof r->key_path, "%s",
			       buf_c(&path));
}

/* The host of base_url, when its certificate is ours to show, and somebody
 * takes its connections. */
static struct str
dashboard(const struct serve *s)
{
	if (!s->web_identity || !s->child[SERVE_WEB].wanted)
		return (struct str){ 0 };
	return serve_url_host(str_of(s->options.base_url));
}

/* Scheme, host and port. */
static struct str
origin(const struct serve *s)
{
	struct str url = str_of(s->options.base_url);
	size_t scheme = sizeof "https://" - 1;
	size_t end = str_index(str_sub(url, scheme, SIZE_MAX), '/');

	return str_sub(url, 0, end == SIZE_MAX ? end : scheme + end);
}

int
serve_policy(struct serve *s, struct serve_child *me)
{
	struct role role = { .s = s, .me = me };
	struct policyhost_options options = {
		.data = s->options.data,
		.key = key,
		.tls_fds = role.tls,
		.plain_fds = role.plain,
		.dashboard = dashboard(s),
		.dashboard_fd = s->handed[1],
		.dashboard_url = origin(s),
		.clock = os_now,
		.alive = alive,
		.ctx = &role,
	};
	int status;

	find_key(&role);
	for (size_t i = 0; i < s->sockets.n; i++) {
		const struct serve_socket *one = &s->sockets.at[i];

		if (one->use == SERVE_FOR_POLICY)
			role.tls[options.tls_n++] = one->fd;
		if (one->use == SERVE_FOR_CHALLENGE)
			role.plain[options.plain_n++] = one->fd;
	}
	status = policyhost_run(&options);
	seal_wipe(role.key, sizeof role.key);
	return status;
}
