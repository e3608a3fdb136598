/* imap.c - one connection to a mail server, kept by libcurl between calls. */
#include "imap/imap.h"

#include "imap/command.h"
#include "os/os.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

enum {
	SECRET_MAX = 16 << 10, /* OAuth tokens reach some KiB */
	URL_MAX_BYTES = 4096,
	ANSWER_MAX = 4 << 20, /* of a search: 10,000 UIDs of 20 digits */
	CONNECT_SECONDS = 20,
	/* Slower than this for so long counts as a dead connection. */
	SLOW_BYTES = 64,
	SLOW_SECONDS = 60,
	COMMAND_SECONDS = 300
};

struct imap {
	const struct imap_account *account;
	CURL *curl;
	char words[CURL_ERROR_SIZE];
};

static void
set_security(CURL *curl, const struct imap_account *account)
{
	bool plain = account->security == IMAP_PLAIN;

	(void)curl_easy_setopt(
		curl, CURLOPT_USE_SSL,
		(long)(plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	(void)curl_easy_setopt(curl, CURLOPT_SSLVERSION,
			       (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (account->ca_file)
		(void)curl_easy_setopt(curl, CURLOPT_CAINFO, account->ca_file);
}

/* Nothing of the environment, no other protocol, no unbounded waiting. */
static void
set_bounds(CURL *curl)
{
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imap,imaps");
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
			       (long)CONNECT_SECONDS);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
			       (long)SLOW_SECONDS);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)COMMAND_SECONDS);
}

static enum err
set_secret(struct imap *i, struct diag *why)
{
	const struct imap_account *account = i->account;
	bool token = account->token_file != NULL;
	const char *path = token ? account->token_file : account->password_file;
	SCOPED_BUF secret = BUF(SECRET_MAX);
	struct str text;

	if (!path || os_read_file(path, &secret, NULL) != ERR_NONE)
		return diag_set(why, ERR_IO, "imap.secret", 0, "%s",
				path ? path : "");
	text = str_trim(buf_str(&secret));
	secret.n = (size_t)(text.p - secret.p) + text.n;
	(void)curl_easy_setopt(i->curl, CURLOPT_USERNAME, account->user);
	(void)curl_easy_setopt(
		i->curl, token ? CURLOPT_XOAUTH2_BEARER : CURLOPT_PASSWORD,
		buf_c(&secret) + (text.p - secret.p));
	if (secret.p)
		memset(secret.p, 0, secret.n);
	return ERR_NONE;
}

enum err
imap_open(const struct imap_account *account, struct imap **out,
	  struct diag *why)
{
	struct imap *i = heap_new(sizeof *i);
	enum err err;

	i->account = account;
	i->curl = curl_easy_init();
	if (!i->curl) {
		heap_free(i);
		return diag_set(why, ERR_IO, "imap.failed", 0, "libcurl");
	}
	set_bounds(i->curl);
	set_security(i->curl, account);
	(void)curl_easy_setopt(i->curl, CURLOPT_ERRORBUFFER, i->words);
	err = set_secret(i, why);
	if (err != ERR_NONE) {
		imap_close(i);
		return err;
	}
	*out = i;
	return ERR_NONE;
}

void
imap_close(struct imap *i)
{
	if (!i)
		return;
	curl_easy_cleanup(i->curl);
	heap_free(i);
}

/* ---- one exchange ---- */

struct sink {
	bool (*bytes)(void *ctx, struct str piece);
	void *ctx;
	bool stopped;
};

static size_t
take_bytes(char *bytes, size_t size, size_t n, void *ctx)
{
	struct sink *sink = ctx;

	sink->stopped =
		!sink->bytes(sink->ctx, (struct str){ bytes, size * n });
	return sink->stopped ? 0 : size * n;
}

static bool
ignore_bytes(void *ctx, struct str piece)
{
	(void)ctx;
	(void)piece;
	return true;
}

static enum err
failed(const struct imap *i, CURLcode code, struct diag *why)
{
	const char *words = i->words[0] ? i->words : curl_easy_strerror(code);

	switch (code) {
	case CURLE_LOGIN_DENIED:
		return diag_set(why, ERR_IO, "imap.login", 0, "%s: %s",
				i->account->host, words);
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_USE_SSL_FAILED:
		return diag_set(why, ERR_IO, "imap.tls", 0, "%s: %s",
				i->account->host, words);
	case CURLE_QUOTE_ERROR:
	case CURLE_REMOTE_FILE_NOT_FOUND:
		return diag_set(why, ERR_GONE, "imap.refused", 0, "%s: %s",
				i->account->host, words);
	default:
		return diag_set(why, ERR_IO, "imap.failed", 0, "%s: %s",
				i->account->host, words);
	}
}

/* `uid` 0: the folder itself; `command` NULL: fetch that message. */
static enum err
ask(struct imap *i, uint64_t uid, struct str command, struct sink *sink,
    struct diag *why)
{
	const struct imap_account *a = i->account;
	SCOPED_BUF url = BUF(URL_MAX_BYTES);
	SCOPED_BUF custom = BUF(URL_MAX_BYTES);
	CURLcode code;

	(void)buf_addf(&url, "%s://%s",
		       a->security == IMAP_TLS ? "imaps" : "imap", a->host);
	if (a->port)
		(void)buf_addf(&url, ":%u", (unsigned)a->port);
	(void)buf_addc(&url, '/');
	buf_add_url(&url, str_of(a->folder));
	if (uid > 0)
		(void)buf_addf(&url, ";UID=%llu", (unsigned long long)uid);
	buf_add_url(&custom, command);
	if (url.full || custom.full)
		return diag_set(why, ERR_LIMIT, "imap.failed", 0, "%s",
				a->host);
	i->words[0] = '\0';
	(void)curl_easy_setopt(i->curl, CURLOPT_URL, buf_c(&url));
	(void)curl_easy_setopt(i->curl, CURLOPT_CUSTOMREQUEST,
			       command.n ? buf_c(&custom) : NULL);
	(void)curl_easy_setopt(i->curl, CURLOPT_WRITEFUNCTION, take_bytes);
	(void)curl_easy_setopt(i->curl, CURLOPT_WRITEDATA, sink);
	code = curl_easy_perform(i->curl);
	if (sink->stopped)
		return ERR_STOP;
	return code == CURLE_OK ? ERR_NONE : failed(i, code, why);
}

static enum err
command(struct imap *i, const struct buf *words, struct diag *why)
{
	struct sink nowhere = { .bytes = ignore_bytes };

	return ask(i, 0, buf_str(words), &nowhere, why);
}

/* ---- calls ---- */

static bool
gather(void *ctx, struct str piece)
{
	return buf_add(ctx, piece);
}

enum err
imap_list(struct imap *i, bool unseen, uint64_t *uids, size_t *count,
	  struct diag *why)
{
	SCOPED_BUF answer = BUF(ANSWER_MAX);
	struct sink sink = { .bytes = gather, .ctx = &answer };
	struct str search = unseen ? S("UID SEARCH UNSEEN UNDELETED")
				   : S("UID SEARCH UNDELETED");
	enum err err = ask(i, 0, search, &sink, why);

	*count = 0;
	if (err == ERR_STOP)
		return diag_set(why, ERR_LIMIT, "imap.failed", 0, "%s",
				i->account->host);
	if (err == ERR_NONE)
		*count = command_uids(buf_str(&answer), uids, IMAP_LIST_MAX);
	return err;
}

enum err
imap_fetch(struct imap *i, uint64_t uid,
	   bool (*bytes)(void *ctx, struct str piece), void *ctx,
	   struct diag *why)
{
	struct sink sink = { .bytes = bytes, .ctx = ctx };

	return ask(i, uid, S(""), &sink, why);
}

static enum err
flag_deleted(struct imap *i, uint64_t uid, struct diag *why)
{
	SCOPED_BUF words = BUF(URL_MAX_BYTES);

	(void)buf_addf(&words, "UID STORE %llu +FLAGS.SILENT (\\Deleted)",
		       (unsigned long long)uid);
	return command(i, &words, why);
}

/* Only this message (RFC 4315). Without that extension it stays, marked as
 * deleted, until somebody empties the folder: never other people's. */
static void
expunge(struct imap *i, uint64_t uid)
{
	SCOPED_BUF words = BUF(URL_MAX_BYTES);
	struct diag unimportant = { 0 };
	enum err err;

	(void)buf_addf(&words, "UID EXPUNGE %llu", (unsigned long long)uid);
	err = command(i, &words, &unimportant);
	(void)err;
}

enum err
imap_delete(struct imap *i, uint64_t uid, struct diag *why)
{
	enum err err = flag_deleted(i, uid, why);

	if (err == ERR_NONE)
		expunge(i, uid);
	return err;
}

static enum err
send_to_folder(struct imap *i, const char *verb, uint64_t uid,
	       const char *folder, struct diag *why)
{
	SCOPED_BUF words = BUF(URL_MAX_BYTES);

	(void)buf_addf(&words, "UID %s %llu ", verb, (unsigned long long)uid);
	command_quote(&words, str_of(folder));
	return command(i, &words, why);
}

/* MOVE is RFC 6851; older servers copy and delete. */
enum err
imap_move(struct imap *i, uint64_t uid, const char *folder, struct diag *why)
{
	struct diag no_move = { 0 };
	enum err err = send_to_folder(i, "MOVE", uid, folder, &no_move);

	if (err == ERR_NONE)
		return err;
	err = send_to_folder(i, "COPY", uid, folder, why);
	return err == ERR_NONE ? imap_delete(i, uid, why) : err;
}
