/* policy_index.c - writes an index of hosted policies, for tests.
 *
 *   policy_index DIR KEYFILE [new] <LINES
 *
 * A line is "NAME TOKEN FLAGS [FIELD=VALUE]...": FLAGS of the letters p
 * (proven), r (retiring), g (gone), o (own), or "-"; TOKEN may be "-"; VALUE
 * is @FILE or a text without blanks. Fields: policy, chain (as hosted.h has
 * it), key (PKCS #8 in DER, is sealed here), http_token, http_answer,
 * alpn_digest. KEYFILE has the 32 bytes of the master key.
 */
#include "hosted/hosted.h"
#include "os/os.h"
#include "seal/seal.h"

#include <stdio.h>
#include <string.h>

enum { LINE = 4096, MEMORY = 4 << 20, FILE_MAX = 1 << 20 };

struct run {
	struct hosted_writer *w;
	uint8_t key[SEAL_KEY_BYTES];
	struct diag why;
};

static bool
read_value(struct arena *mem, struct str value, struct str *out,
	   struct diag *why)
{
	SCOPED_BUF file = BUF(FILE_MAX);

	if (!arena_dup(mem, value, out))
		return false;
	if (!str_starts(value, S("@")))
		return true;
	return os_read_file(out->p + 1, &file, why) == ERR_NONE &&
	       arena_dup(mem, buf_str(&file), out);
}

static bool
set(struct run *r, struct arena *mem, struct str field, struct hosted_domain *d)
{
	const struct {
		struct str name;
		struct str *to;
	} fields[] = {
		{ STR("policy"), &d->policy },
		{ STR("chain"), &d->chain },
		{ STR("key"), &d->key },
		{ STR("http_token"), &d->http_token },
		{ STR("http_answer"), &d->http_answer },
		{ STR("alpn_digest"), &d->alpn_digest },
	};
	struct str name = { 0 };

	(void)str_split(&field, '=', &name);
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		if (str_eq(fields[i].name, name))
			return read_value(mem, field, fields[i].to, &r->why);
	(void)diag_set(&r->why, ERR_SYNTAX, "field", 0, "%.*s", STR_ARG(name));
	return false;
}

static unsigned
flags_of(struct str letters)
{
	static const struct str known = STR("prgo");
	unsigned flags = 0;

	for (size_t i = 0; i < letters.n; i++) {
		size_t at = str_index(known, letters.p[i]);

		if (at != SIZE_MAX)
			flags |= 1U << at;
	}
	return flags;
}

static bool
take(struct run *r, struct str line)
{
	SCOPED_ARENA mem = arena_new(MEMORY);
	SCOPED_BUF sealed = BUF(HOSTED_KEY_MAX);
	struct hosted_domain d = { 0 };
	struct str field = { 0 };

	(void)str_split(&line, ' ', &d.name);
	(void)str_split(&line, ' ', &d.token);
	if (str_eq(d.token, S("-")))
		d.token.n = 0;
	(void)str_split(&line, ' ', &field);
	d.flags = flags_of(field);
	while (str_split(&line, ' ', &field))
		if (!set(r, mem, field, &d))
			return false;
	if (d.key.n > 0) {
		if (!seal_close(r->key, d.key, &sealed))
			return false;
		d.key = buf_str(&sealed);
	}
	return hosted_add(r->w, &d, &r->why) == ERR_NONE;
}

static bool
read_key(const char *path, uint8_t key[SEAL_KEY_BYTES])
{
	SCOPED_BUF file = BUF(SEAL_KEY_BYTES);

	if (os_read_file(path, &file, NULL) != ERR_NONE ||
	    file.n != SEAL_KEY_BYTES)
		return false;
	memcpy(key, file.p, SEAL_KEY_BYTES);
	return true;
}

int
main(int argc, char **argv)
{
	const struct hosted_zone zone = { .ttl = 300 };
	struct run r = { .w = NULL };
	char line[LINE];
	bool ok = argc >= 3 && seal_init() && read_key(argv[2], r.key) &&
		  hosted_begin(argv[1], argc < 4, &zone, &r.w, &r.why) ==
			  ERR_NONE;

	while (ok && fgets(line, sizeof line, stdin)) {
		struct str text = str_trim(str_of(line));

		ok = text.n == 0 || take(&r, text);
	}
	if (ok)
		ok = hosted_commit(r.w, &r.why) == ERR_NONE;
	else
		hosted_abandon(r.w);
	if (!ok)
		(void)fprintf(stderr, "policy_index: %s %s\n", r.why.code,
			      r.why.detail);
	return ok ? 0 : 1;
}
