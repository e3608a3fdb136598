/* recipients.c - who may receive. A line of the index is a token and the
 * domain it stands for. */
#include "intake/recipients.h"

#include "dnsname/dnsname.h"
#include "log/log.h"
#include "os/os.h"

#include <stdio.h>
#include <sys/stat.h>

enum {
	PATH_ROOM = 4096,
	FILE_MAX = 256 << 20,
	TOKENS_MAX = 2 << 20,
	TOKEN_MAX = 64, /* a local part (section 4.5.3.1.1) */
	LOOK_MS = 1000,
	FOLD_ROOM = 4096
};

struct recipients {
	const struct intake_options *options;
	char path[PATH_ROOM];
	int64_t looked;
	struct stat seen;   /* all zero: none yet, or it is not there */
	struct buf text;    /* of the index; domains are cut from it */
	struct map *tokens; /* to where the domain stands in it */
};

/* ---- writing and reading the index ---- */

static bool
is_token(struct str s)
{
	if (s.n == 0 || s.n > TOKEN_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') &&
		    (c < '0' || c > '9') && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

static bool
is_domain(struct str s)
{
	if (s.n == 0 || s.n > DNSNAME_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
			return false;
	}
	return true;
}

static bool
index_path(const char *dir, char out[PATH_ROOM])
{
	int n = snprintf(out, PATH_ROOM, "%s/recipients", dir);

	return n > 0 && n < PATH_ROOM;
}

enum err
intake_recipients_write(const char *dir, const struct intake_recipient *list,
			size_t count, struct diag *why)
{
	SCOPED_BUF text = BUF(FILE_MAX);
	char path[PATH_ROOM];

	for (size_t i = 0; i < count; i++) {
		if (!is_token(list[i].token) || !is_domain(list[i].domain))
			return diag_set(why, ERR_SYNTAX, "intake.recipient", 0,
					"%.*s", STR_ARG(list[i].domain));
		(void)buf_addf(&text, "%.*s %.*s\n", STR_ARG(list[i].token),
			       STR_ARG(list[i].domain));
	}
	if (text.full || count > TOKENS_MAX || !index_path(dir, path))
		return diag_set(why, ERR_LIMIT, "intake.recipient", 0, "%zu",
				count);
	return os_replace_file(path, buf_str(&text), 0600, why);
}

static struct str
lower(struct str s, char to[TOKEN_MAX])
{
	struct str out = { to, s.n < TOKEN_MAX ? s.n : TOKEN_MAX };

	for (size_t i = 0; i < out.n; i++)
		to[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32)
						       : s.p[i];
	return out;
}

/* Where and how long, in one number: the file is far below 2^32 bytes. */
static uint64_t
place_of(const struct recipients *r, struct str domain)
{
	return (uint64_t)(domain.p - r->text.p) << 16 | domain.n;
}

static void
learn(struct recipients *r)
{
	struct str rest = buf_str(&r->text);
	struct str line;

	map_clear(r->tokens);
	while (str_split(&rest, '\n', &line)) {
		char folded[TOKEN_MAX];
		struct str token;

		if (!str_split(&line, ' ', &token) || !is_token(token) ||
		    !is_domain(line) || map_count(r->tokens) == TOKENS_MAX)
			continue;
		map_put(r->tokens, lower(token, folded), place_of(r, line));
	}
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

void
recipients_refresh(struct recipients *r, int64_t ticks)
{
	SCOPED_BUF text = BUF(FILE_MAX);
	struct diag why = { 0 };
	struct stat now = { 0 };
	struct buf old;

	if (ticks != 0 && ticks - r->looked < LOOK_MS)
		return;
	r->looked = ticks;
	if (stat(r->path, &now) < 0)
		now = (struct stat){ 0 };
	if (ticks != 0 && is_same(&now, &r->seen))
		return;
	if (now.st_ino != 0 && os_read_file(r->path, &text, &why) != ERR_NONE) {
		log_warn("recipients.unreadable", &why);
		return;
	}
	r->seen = now;
	old = r->text;
	r->text = text;
	text = old;
	learn(r);
	log_info("recipients.read",
		 log_number("tokens", (int64_t)map_count(r->tokens)));
}

struct recipients *
recipients_new(const struct intake_options *options)
{
	struct recipients *r = heap_new(sizeof(*r));

	r->options = options;
	r->text = (struct buf)BUF(FILE_MAX);
	r->tokens = map_new(TOKENS_MAX);
	if (!index_path(options->dir, r->path))
		r->path[0] = '\0';
	recipients_refresh(r, 0);
	return r;
}

void
recipients_free(struct recipients *r)
{
	buf_free(&r->text);
	map_free(r->tokens);
	heap_free(r);
}

/* ---- judging ---- */

static bool
is_same_host(struct str folded, struct str host, struct arena *mem)
{
	struct str own;

	return dnsname_fold(host, mem, &own) && str_eq(folded, own);
}

static bool
is_served(const struct recipients *r, struct str host)
{
	SCOPED_ARENA mem = arena_new(FOLD_ROOM);
	struct str folded;

	/* An address in brackets is nobody's host name. */
	if (str_starts(host, S("[")) || !dnsname_fold(host, mem, &folded))
		return false;
	if (str_eq(folded, S("localhost")) ||
	    is_same_host(folded, r->options->host, mem))
		return true;
	for (size_t i = 0; i < r->options->host_count; i++) {
		if (is_same_host(folded, r->options->hosts[i], mem))
			return true;
	}
	return false;
}

static bool
find_token(const struct recipients *r, struct str token, struct str *domain)
{
	char folded[TOKEN_MAX];
	uint64_t place;

	if (!is_token(token) ||
	    !map_get(r->tokens, lower(token, folded), &place))
		return false;
	*domain = str_sub(buf_str(&r->text), (size_t)(place >> 16),
			  (size_t)(place & 0xffff));
	return true;
}

static bool
is_one_of(struct str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq_fold(s, str_of(list[i])))
			return true;
	}
	return false;
}

enum smtp_answer
recipients_judge(const struct recipients *r, struct str to, struct str *domain)
{
	static const char *const fixed[] = { "postmaster", "abuse", "reports",
					     "tlsrpt" };
	static const char *const carriers[] = { "reports", "tlsrpt", "dmarc" };
	/* Quoted names may hold an "@"; ours do not. */
	size_t quote = str_starts(to, S("\"")) ? str_find(to, S("\"@")) : 0;
	size_t at = quote != 0 && quote != SIZE_MAX ? quote + 1
						    : str_index(to, '@');
	struct str local = str_sub(to, 0, at);
	struct str detail = { 0 };
	size_t plus;

	*domain = (struct str){ 0 };
	/* RFC 5321 section 4.5.1: the one name without a host. */
	if (at == SIZE_MAX)
		return str_eq_fold(to, S("postmaster")) ? SMTP_OK
							: SMTP_UNKNOWN;
	if (!is_served(r, str_sub(to, at + 1, SIZE_MAX)))
		return SMTP_NO_RELAY;
	if (local.n >= 2 && local.p[0] == '"')
		local = str_sub(local, 1, local.n - 2);
	plus = str_index(local, '+');
	if (plus != SIZE_MAX) {
		detail = str_sub(local, plus + 1, SIZE_MAX);
		local = str_sub(local, 0, plus);
	}
	if (is_one_of(local, carriers, COUNT_OF(carriers)) &&
	    find_token(r, detail, domain))
		return SMTP_OK;
	if (is_one_of(local, fixed, COUNT_OF(fixed)))
		return SMTP_OK;
	return find_token(r, local, domain) ? SMTP_OK : SMTP_UNKNOWN;
}
