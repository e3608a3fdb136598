/* place.c - the data directory: its lock, its owner, its stores, its keys. */
#include "hosting/hosting.h"
#include "control/control.h"
#include "os/os.h"
#include "sandbox/sandbox.h"
#include "serve/own.h"
#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATIENCE = 60000 /* ms, for a command that is writing */ };

void
serve_path(const struct serve *s, const char *name, char out[SERVE_PATH_ROOM])
{
	(void)snprintf(out, SERVE_PATH_ROOM, "%s/%s", s->options.data, name);
}

/* The directory and those above it. */
static enum err
make_directory(const char *path, struct diag *why)
{
	char part[SERVE_PATH_ROOM];
	size_t n = strlen(path);

	if (n >= sizeof part)
		return diag_set(why, ERR_LIMIT, "io.path_too_long", 0, "%s",
				path);
	for (size_t i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		(void)snprintf(part, sizeof part, "%.*s", (int)i, path);
		if (mkdir(part, 0750) < 0 && errno != EEXIST)
			return diag_errno(why, "create", part);
	}
	return ERR_NONE;
}

/* Held as long as the server runs; gone with it, however it ends. */
static enum err
lock(struct serve *s, struct diag *why)
{
	char path[SERVE_PATH_ROOM];
	SCOPED_FD fd = -1;

	serve_path(s, "serve.lock", path);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return diag_errno(why, "create", path);
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return diag_set(why, ERR_BUSY, "serve.running", 0, "%s",
				s->options.data);
	s->lock = os_fd_take(&fd);
	return ERR_NONE;
}

/* By its name: the data directory may be a place of other things, too. */
static bool
is_of_data(struct str name)
{
	static const struct str ours[] = {
		STR("reports.db"),   STR("control.db"), STR("seal.key"),
		STR("serve.lock"),   STR("store.lock"), STR("recipients"),
		STR("spool"),        STR("tls"),        STR("control.sock"),
		STR("inspect.sock"), STR("hosted"),     STR("policy.log")
	};

	for (size_t i = 0; i < COUNT_OF(ours); i++)
		if (str_starts(name, ours[i]))
			return true;
	return false;
}

/* In a directory that is ours alone, that itself with it. */
static bool
is_of_own_directory(struct str name)
{
	return !str_eq(name, S(".."));
}

/* What root made in the directory, by commands for example, becomes the
 * user's. */
static void
give(const char *directory, const struct passwd *user,
     bool (*is_ours)(struct str name))
{
	DIR *dir = opendir(directory);
	const struct dirent *one;

	if (!dir)
		return;
	while ((one = readdir(dir)))
		if (is_ours(str_of(one->d_name)))
			(void)!fchownat(dirfd(dir), one->d_name, user->pw_uid,
					user->pw_gid, AT_SYMLINK_NOFOLLOW);
	(void)closedir(dir);
}

enum err
serve_make_master_key(const struct serve *s, struct diag *why)
{
	const struct hosting_options o = {
		.data = s->options.data,
		.master_key = s->options.hosting.master_key,
	};
	SCOPED_BUF path = BUF(SERVE_PATH_ROOM);
	uint8_t key[SEAL_KEY_BYTES];
	const struct passwd *user;
	enum err err;

	if (!s->options.hosting.zone[0])
		return ERR_NONE;
	if (!seal_init() || !hosting_key_path(&o, &path))
		return diag_set(why, ERR_IO, "hosting.bad_master_key", 0, "%s",
				o.master_key);
	err = control_master_key(buf_c(&path), true, key, why);
	if (err != ERR_NONE)
		return err;
	seal_wipe(key, sizeof(key));
	user = geteuid() == 0 ? getpwnam(s->options.user) : NULL;
	if (user && chown(buf_c(&path), user->pw_uid, user->pw_gid) < 0)
		return diag_errno(why, "open", buf_c(&path));
	return ERR_NONE;
}

enum err
serve_give_up_root(const struct serve *s, struct diag *why)
{
	const struct passwd *user;
	char path[SERVE_PATH_ROOM];

	if (geteuid() != 0)
		return ERR_NONE;
	user = getpwnam(s->options.user);
	if (!user && !s->options.user_named) {
		log_event(LOG_WARN, "stays_root", NULL,
			  LOG_PAIRS(log_text("no_user",
					     str_of(s->options.user))));
		return ERR_NONE;
	}
	if (user) {
		if (chown(s->options.data, user->pw_uid, user->pw_gid) < 0)
			return diag_errno(why, "open", s->options.data);
		give(s->options.data, user, is_of_data);
		serve_path(s, "spool", path);
		give(path, user, is_of_own_directory);
		serve_path(s, "tls", path);
		give(path, user, is_of_own_directory);
	}
	return sandbox_become(s->options.user, why);
}

enum err
serve_take_place(struct serve *s, struct diag *why)
{
	enum err err = make_directory(s->options.data, why);

	return err == ERR_NONE ? lock(s, why) : err;
}

enum err
serve_make_stores(struct serve *s, struct diag *why)
{
	struct store *store = NULL;
	struct control *control = NULL;
	char path[SERVE_PATH_ROOM];
	enum err err;

	serve_path(s, "spool", path);
	err = make_directory(path, why);
	if (err == ERR_NONE)
		err = store_open(s->options.data, STORE_CREATE, PATIENCE,
				 &store, why);
	if (err == ERR_NONE)
		err = control_open(s->options.data, &control, why);
	/* Nothing of a database may be open when the roles are begun. */
	control_close(control);
	store_close(store);
	return err;
}

/* ---- certificates ---- */

static enum err
load_door(const struct serve_door *door, struct tls_identity **out,
	  struct diag *why)
{
	*out = NULL;
	if (!door->certificate[0])
		return ERR_NONE;
	return tls_load(door->certificate,
			door->key[0] ? door->key : door->certificate, out, why);
}

enum err
serve_load_tls(struct serve *s, const struct serve_options *o, struct diag *why)
{
	struct tls_identity *web = NULL, *smtp = NULL;
	enum err err = load_door(&o->web, &web, why);

	if (err == ERR_NONE)
		err = load_door(&o->smtp, &smtp, why);
	if (err != ERR_NONE) {
		tls_free(web);
		return err;
	}
	tls_free(s->web_identity);
	tls_free(s->smtp_identity);
	s->web_identity = web;
	s->smtp_identity = smtp;
	return ERR_NONE;
}

enum err
serve_make_identity(struct serve *s, struct diag *why)
{
	struct str web = serve_url_host(str_of(s->options.base_url));
	char path[SERVE_PATH_ROOM];
	enum err err = ERR_NONE;

	if (!s->web_identity && serve_is_own(&s->options, web))
		err = tls_self_fresh(web, os_now(), &s->web_identity, why);
	if (err != ERR_NONE || s->smtp_identity)
		return err;
	serve_path(s, "tls", path);
	return tls_self_made(path, str_of(s->host), os_now(), &s->smtp_identity,
			     why);
}
