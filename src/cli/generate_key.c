/* generate_key.c - new DKIM keys: the private one goes into a file for its
 * owner alone, or to standard output when that was asked for. */
#include "cli/generate.h"
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { PUBLIC_MAX = 16 << 10 };

/* "s202611": a selector is replaced with its key, so its date says its age. */
static void
name_selector(struct cli_generating *g)
{
	const struct civil day = civil_from(g->c->now);
	SCOPED_BUF name = BUF(64);

	if (generate_get(&g->wish, GENERATE_SELECTOR).n > 0)
		return;
	buf_addf(&name, "s%04d%02d", day.year, day.month);
	generate_set(&g->wish, GENERATE_SELECTOR, buf_str(&name));
}

int
cli_generate_key(struct cli_generating *g)
{
	const char *given = cli_value(g->c, "public-key");
	const bool ed25519 =
		str_eq(generate_get(&g->wish, GENERATE_KEY_TYPE), S("ed25519"));
	SCOPED_BUF text = BUF(PUBLIC_MAX);
	struct dkimkey key;
	struct diag why = { 0 };
	enum err err;

	name_selector(g);
	if (given) {
		err = os_read_file(given, &text, &why);
		if (err != ERR_NONE)
			return cli_fail(g->c, err, &why);
		generate_set(&g->wish, GENERATE_PUBLIC_KEY, buf_str(&text));
		return CLI_FINE;
	}
	if (generate_get(&g->wish, GENERATE_PUBLIC_KEY).n > 0)
		return CLI_FINE; /* of the record it began with */
	err = dkimkey_generate(ed25519 ? DKIMKEY_ED25519 : DKIMKEY_RSA,
			       g->c->mem, &g->pair, &why);
	if (err != ERR_NONE)
		return cli_fail(g->c, err, &why);
	dkimkey_parse(g->pair.record, &key);
	generate_set(&g->wish, GENERATE_PUBLIC_KEY, key.p);
	return CLI_FINE;
}

static bool
write_new(const char *path, struct str bytes, struct diag *why)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool good;

	if (fd < 0) {
		(void)diag_errno(why, "create", path);
		return false;
	}
	good = os_write_all(fd, bytes) && fsync(fd) == 0;
	if (!good)
		(void)diag_errno(why, "write", path);
	good = close(fd) == 0 && good;
	/* Half a key is no key. */
	if (!good)
		(void)unlink(path);
	return good;
}

int
cli_generate_keep_key(struct cli_generating *g)
{
	const char *path = cli_value(g->c, "key-file");
	SCOPED_BUF name = BUF(1024);
	struct diag why = { 0 };
	struct str kept;

	if (!path && cli_given(g->c, "show-key"))
		return CLI_FINE;
	if (!path) {
		buf_add(&name, generate_get(&g->wish, GENERATE_SELECTOR));
		buf_addc(&name, '.');
		buf_add(&name, g->result.domain);
		buf_addz(&name, ".private.pem");
		if (!arena_dup(g->c->mem, buf_str(&name), &kept))
			return CLI_INTERNAL;
		path = kept.p;
	}
	if (!write_new(path, g->pair.private_pem, &why))
		return cli_fail(g->c, ERR_IO, &why);
	g->key_file = path;
	cli_note(g->c, "cli.generate.key_written",
		 CLI_ARGS({ "path", str_of(path) }));
	return CLI_FINE;
}
