/* send.c - one mail or one webhook, handed to libcurl. */
#include "notify/private.h"
#include "os/os.h"
#include "seal/seal.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECT_SECONDS = 15,
	WHOLE_SECONDS = 60,
	GOOD_MIN = 200,
	GOOD_MAX = 299
};

struct notify_sending {
	const struct notify_options *o;
	enum notify_channel channel;
	CURL *curl;
	struct curl_slist *list; /* recipients, or headers */
	struct buf text;
	size_t sent;
	bool refused; /* the address is none that may be connected to */
	char words[CURL_ERROR_SIZE];
};

/* The content of a file without its line end. */
static enum err
read_secret(const char *path, struct buf *out, struct diag *why)
{
	if (os_read_file(path, out, NULL) != ERR_NONE)
		return diag_set(why, ERR_IO, "notice.secret", 0, "%s", path);
	while (out->n > 0 &&
	       (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
		out->n--;
	return ERR_NONE;
}

/* However the work with it ends. */
static void
forget(struct buf *secret)
{
	if (secret->p)
		seal_wipe(secret->p, secret->room);
	buf_free(secret);
}
#define SCOPED_SECRET __attribute__((cleanup(forget))) struct buf

static void
set_bounds(struct notify_sending *s, const char *protocols)
{
	const char *ca = s->o->guard.ca_file;

	(void)curl_easy_setopt(s->curl, CURLOPT_PROTOCOLS_STR, protocols);
	(void)curl_easy_setopt(s->curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(s->curl, CURLOPT_NOSIGNAL, 1L);
	/* The next notice may be days away. */
	(void)curl_easy_setopt(s->curl, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_CONNECTTIMEOUT,
			       (long)CONNECT_SECONDS);
	(void)curl_easy_setopt(s->curl, CURLOPT_TIMEOUT, (long)WHOLE_SECONDS);
	(void)curl_easy_setopt(s->curl, CURLOPT_SSLVERSION,
			       (long)CURL_SSLVERSION_TLSv1_2);
	(void)curl_easy_setopt(s->curl, CURLOPT_ERRORBUFFER, s->words);
	if (ca && ca[0])
		(void)curl_easy_setopt(s->curl, CURLOPT_CAINFO, ca);
}

static bool
is_set(const char *text)
{
	return text && text[0];
}

static enum err
add_line(struct notify_sending *s, const char *line, struct diag *why)
{
	struct curl_slist *more = curl_slist_append(s->list, line);

	if (!more)
		return diag_set(why, ERR_LIMIT, "notice.failed", 0, "libcurl");
	s->list = more;
	return ERR_NONE;
}

/* Half a text is none: a webhook could not read it, and people would miss
 * what is behind its end. */
static enum err
too_large(struct diag *why)
{
	return diag_set(why, ERR_LIMIT, "io.too_large", 0, "notice");
}

/* ---- mail ---- */

static size_t
give(char *to, size_t size, size_t n, void *ctx)
{
	struct notify_sending *s = ctx;
	size_t most = size * n, left = s->text.n - s->sent;

	if (most > left)
		most = left;
	if (most > 0)
		memcpy(to, s->text.p + s->sent, most);
	s->sent += most;
	return most;
}

static enum err
set_login(struct notify_sending *s, struct diag *why)
{
	SCOPED_SECRET secret = BUF(NOTIFY_SECRET_MAX);
	bool login = is_set(s->o->smtp_user);
	bool here = notify_is_local(str_of(s->o->smtp_server));
	enum err err;

	/* TLS or not at all: whoever sits on the way could take its offer
	 * away. A password goes through it even within this machine. */
	(void)curl_easy_setopt(
		s->curl, CURLOPT_USE_SSL,
		(long)(here && !login ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	if (!login)
		return ERR_NONE;
	err = read_secret(is_set(s->o->smtp_password_file)
				  ? s->o->smtp_password_file
				  : "",
			  &secret, why);
	if (err != ERR_NONE)
		return err;
	(void)curl_easy_setopt(s->curl, CURLOPT_USERNAME, s->o->smtp_user);
	(void)curl_easy_setopt(s->curl, CURLOPT_PASSWORD, buf_c(&secret));
	return ERR_NONE;
}

static enum err
add_recipients(struct notify_sending *s, struct diag *why)
{
	struct str rest = str_of(s->o->mail_to), one;
	enum err err = ERR_NONE;

	if (!notify_is_address(str_of(s->o->mail_from)))
		return diag_set(why, ERR_SYNTAX, "notice.bad_address", 0, "%s",
				s->o->mail_from);
	while (err == ERR_NONE && str_split(&rest, ',', &one)) {
		SCOPED_BUF line = BUF(NOTIFY_LINE_MAX);

		one = str_trim(one);
		if (!notify_is_address(one))
			return diag_set(why, ERR_SYNTAX, "notice.bad_address",
					0, "%.*s", STR_ARG(one));
		buf_add(&line, one);
		err = add_line(s, buf_c(&line), why);
	}
	return err;
}

static enum err
set_mail(struct notify_sending *s, const struct notify_batch *b,
	 struct diag *why)
{
	SCOPED_BUF url = BUF(NOTIFY_LINE_MAX);
	struct str server = str_of(s->o->smtp_server);
	enum err err = add_recipients(s, why);

	if (err != ERR_NONE)
		return err;
	if (!str_starts(server, S("smtp://")) &&
	    !str_starts(server, S("smtps://")))
		buf_addz(&url, "smtp://");
	buf_addf(&url, "%.*s/%s", STR_ARG(server),
		 is_set(s->o->hostname) ? s->o->hostname : "localhost");
	set_bounds(s, "smtp,smtps");
	(void)curl_easy_setopt(s->curl, CURLOPT_URL, buf_c(&url));
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, s->o->mail_from);
	(void)curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, s->list);
	(void)curl_easy_setopt(s->curl, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(s->curl, CURLOPT_READFUNCTION, give);
	(void)curl_easy_setopt(s->curl, CURLOPT_READDATA, s);
	notify_write_mail(&s->text, s->o, b);
	if (s->text.full)
		return too_large(why);
	return set_login(s, why);
}

/* ---- webhook ---- */

/* The address itself is looked at, when it is connected to: what a name leads
 * to may change between two look-ups. */
static curl_socket_t
open_guarded(void *ctx, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct notify_sending *s = ctx;
	struct netaddr ip;
	bool known = false;

	(void)purpose;
	if (to->family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, &to->addr, sizeof v4);
		memset(&ip, 0, sizeof ip);
		ip.b[10] = ip.b[11] = 0xff;
		memcpy(ip.b + 12, &v4.sin_addr, 4);
		known = true;
	} else if (to->family == AF_INET6) {
		struct sockaddr_in6 v6;

		memcpy(&v6, &to->addr, sizeof v6);
		memcpy(ip.b, &v6.sin6_addr, 16);
		known = true;
	}
	if (!known || !probe_allowed(&s->o->guard, &ip)) {
		s->refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t
ignore(char *bytes, size_t size, size_t n, void *ctx)
{
	(void)bytes;
	(void)ctx;
	return size * n;
}

static enum err
sign(struct notify_sending *s, int64_t now, struct diag *why)
{
	SCOPED_SECRET secret = BUF(NOTIFY_SECRET_MAX);
	SCOPED_BUF line = BUF(NOTIFY_LINE_MAX);
	enum err err;

	if (!is_set(s->o->webhook_secret_file))
		return ERR_NONE;
	err = read_secret(s->o->webhook_secret_file, &secret, why);
	if (err != ERR_NONE)
		return err;
	buf_addz(&line, "Waxseal-Signature: ");
	notify_sign(&line, buf_str(&secret), now, buf_str(&s->text));
	return add_line(s, buf_c(&line), why);
}

static enum err
set_webhook(struct notify_sending *s, const struct notify_batch *b,
	    struct diag *why)
{
	enum err err;

	notify_write_json(&s->text, s->o, b);
	if (s->text.full)
		return too_large(why);
	err = add_line(s, "Content-Type: application/json", why);
	if (err == ERR_NONE)
		err = add_line(s, "Expect:", why);
	if (err == ERR_NONE)
		err = sign(s, b->now, why);
	if (err != ERR_NONE)
		return err;
	set_bounds(s, "https");
	(void)curl_easy_setopt(s->curl, CURLOPT_URL, s->o->webhook);
	(void)curl_easy_setopt(s->curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(s->curl, CURLOPT_USERAGENT, "Waxseal");
	(void)curl_easy_setopt(s->curl, CURLOPT_HTTPHEADER, s->list);
	(void)curl_easy_setopt(s->curl, CURLOPT_POSTFIELDS, buf_c(&s->text));
	(void)curl_easy_setopt(s->curl, CURLOPT_POSTFIELDSIZE, (long)s->text.n);
	(void)curl_easy_setopt(s->curl, CURLOPT_WRITEFUNCTION, ignore);
	(void)curl_easy_setopt(s->curl, CURLOPT_OPENSOCKETFUNCTION,
			       open_guarded);
	(void)curl_easy_setopt(s->curl, CURLOPT_OPENSOCKETDATA, s);
	return ERR_NONE;
}

/* ---- both ---- */

struct notify_sending *
notify_sending_new(const struct notify_options *o, enum notify_channel channel,
		   const struct notify_batch *b, struct diag *why)
{
	struct notify_sending *s = heap_new(sizeof *s);
	enum err err;

	s->o = o;
	s->channel = channel;
	s->text = (struct buf)BUF(NOTIFY_TEXT_MAX);
	s->curl = curl_easy_init();
	if (!s->curl)
		err = diag_set(why, ERR_IO, "notice.failed", 0, "libcurl");
	else
		err = channel == NOTIFY_MAIL ? set_mail(s, b, why)
					     : set_webhook(s, b, why);
	if (err == ERR_NONE)
		return s;
	notify_sending_free(s);
	return NULL;
}

void
notify_sending_free(struct notify_sending *s)
{
	if (!s)
		return;
	curl_easy_cleanup(s->curl);
	curl_slist_free_all(s->list);
	buf_free(&s->text);
	heap_free(s);
}

void *
notify_sending_handle(struct notify_sending *s)
{
	return s->curl;
}

enum err
notify_sending_end(struct notify_sending *s, int code, struct diag *why)
{
	long status = 0;

	if (s->refused && code != CURLE_OK)
		return diag_set(why, ERR_IO, "notice.not_public", 0, "%s", "");
	if (code != CURLE_OK)
		return diag_set(why, ERR_IO, "notice.failed", 0, "%s",
				s->words[0]
					? s->words
					: curl_easy_strerror((CURLcode)code));
	(void)curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	if (s->channel == NOTIFY_WEBHOOK &&
	    (status < GOOD_MIN || status > GOOD_MAX))
		return diag_set(why, ERR_IO, "notice.failed", 0, "HTTP %ld",
				status);
	return ERR_NONE;
}
