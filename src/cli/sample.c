/* sample.c - `sample generate`: made-up report mail into a directory. */
#include "cli/progress.h"
#include "os/os.h"
#include "sample/sample.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	DOMAINS = 3,
	DAYS = 90,
	MAILS = 4,
	SEED = 1,
	DOMAINS_MAX = 1000,
	DAYS_MAX = 3660,
	MAILS_MAX = 10000
};

struct sample {
	const struct cli *c;
	const char *directory;
	bool dry;
	uint64_t mails, bytes;
	struct cli_progress bar;
	struct diag *why;
};

/* Not synced: it can be made again, and there may be thousands. */
static enum err
write_file(const char *path, struct str bytes, struct diag *why)
{
	SCOPED_FD fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return diag_errno(why, "create", path);
	if (!os_write_all(fd, bytes))
		return diag_errno(why, "write", path);
	return ERR_NONE;
}

static enum err
take_mail(void *ctx, struct str name, struct str message)
{
	struct sample *s = ctx;
	SCOPED_BUF path = BUF(4096);

	s->mails++;
	s->bytes += message.n;
	cli_progress_tell(&s->bar, s->mails, 0, (struct str){ 0 });
	if (s->dry)
		return ERR_NONE;
	buf_addf(&path, "%s/%.*s", s->directory, STR_ARG(name));
	return write_file(buf_c(&path), message, s->why);
}

static int
tell(struct cli *c, const struct sample *s)
{
	char count[CLI_NUMBER_MAX], bytes[CLI_NUMBER_MAX];

	if (cli_is_json(c)) {
		struct json_out *j =
			cli_json_only(c, "waxseal.sample.generate/1");

		json_put_str(j, "path", str_of(s->directory));
		json_put_u64(j, "mails", s->mails);
		json_put_u64(j, "bytes", s->bytes);
		cli_json_only_end(c);
		return CLI_FINE;
	}
	cli_print(c, "cli.sample.done",
		  CLI_ARGS({ "count", cli_count(c, s->mails, count) },
			   { "bytes", cli_bytes(c, s->bytes, bytes) },
			   { "dir", str_of(s->directory) }));
	cli_flush(c);
	if (s->dry) {
		cli_note(c, "cli.nothing_written", CLI_NO_ARGS);
	} else {
		SCOPED_BUF next = BUF(4096);

		buf_addf(&next, "waxseal report import %s", s->directory);
		cli_next(c, buf_c(&next));
	}
	return CLI_FINE;
}

static bool
within(const struct cli *c, const char *name, uint64_t fallback, uint64_t most,
       unsigned *out)
{
	uint64_t n = cli_number(c, name, fallback);
	char text[CLI_NUMBER_MAX];

	*out = (unsigned)n;
	if (n >= 1 && n <= most)
		return true;
	cli_complain(c, "cli.sample.too_many",
		     CLI_ARGS({ "option", str_of(name) },
			      { "most", cli_count(c, most, text) }));
	return false;
}

bool
cli_sample_size(const struct cli *c, unsigned *domains, unsigned *days)
{
	return within(c, "domains", DOMAINS, DOMAINS_MAX, domains) &&
	       within(c, "days", DAYS, DAYS_MAX, days);
}

int
cli_sample_generate(struct cli *c)
{
	struct diag why = { 0 };
	struct sample s = { .c = c,
			    .directory = cli_value(c, "out"),
			    .dry = cli_given(c, "dry-run"),
			    .why = &why };
	struct sample_options options = {
		.seed = cli_number(c, "seed", SEED),
		.last_day = c->now - CIVIL_DAY, /* today is not over */
		.tls = cli_given(c, "tls"),
		.failures = cli_given(c, "failures"),
	};

	if (!cli_sample_size(c, &options.domains, &options.days) ||
	    !within(c, "mails", MAILS, MAILS_MAX, &options.mails_per_day))
		return CLI_MISUSE;
	if (!s.directory) {
		cli_complain(c, "cli.sample.where", CLI_NO_ARGS);
		return CLI_MISUSE;
	}
	if (!s.dry && mkdir(s.directory, 0755) < 0 && errno != EEXIST)
		return cli_fail(c, diag_errno(&why, "create", s.directory),
				&why);
	cli_progress_begin(&s.bar, c, "cli.sample.writing");
	enum err err = sample_make(&options, take_mail, &s, &why);

	cli_progress_end(&s.bar);
	return err == ERR_NONE ? tell(c, &s) : cli_fail(c, err, &why);
}
