/* tell.c - what the supervisor says to the person who started it. */
#include "control/control.h"
#include "os/os.h"
#include "serve/private.h"

#include <string.h>
#include <unistd.h>

enum { LINE_ROOM = 4096 };

static void
say(const struct serve *s, const char *key, const struct finding_arg *args,
    size_t count)
{
	SCOPED_BUF line = BUF(LINE_ROOM);

	finding_fill(&line, finding_say(s->options.lang, key), args, count);
	buf_addc(&line, '\n');
	(void)os_write_all(STDERR_FILENO, buf_str(&line));
}

/* Where a browser on this machine finds the pages. */
static bool
add_web(const struct serve *s, struct buf *out)
{
	if (s->options.base_url[0]) {
		buf_addz(out, s->options.base_url);
		while (out->n > 0 && out->p[out->n - 1] == '/')
			out->n--;
		return true;
	}
	for (size_t i = 0; i < s->sockets.n; i++) {
		const struct serve_socket *one = &s->sockets.at[i];
		SCOPED_BUF name = BUF(SERVE_ADDRESS_ROOM);

		if (one->use != SERVE_FOR_WEB || one->address[0] == '/')
			continue;
		serve_socket_name(one, &name);
		buf_addz(out, s->web_identity ? "https://" : "http://");
		/* ":8080" is every address of this host. */
		if (buf_c(&name)[0] == ':')
			buf_addz(out, s->host);
		buf_add(out, buf_str(&name));
		return true;
	}
	return false;
}

static void
add_places(const struct serve *s, enum serve_use use, const char *word,
	   struct buf *out)
{
	for (size_t i = 0; i < s->sockets.n; i++) {
		if (s->sockets.at[i].use != use)
			continue;
		buf_addf(out, "%s%s ", out->n ? ", " : "", word);
		serve_socket_name(&s->sockets.at[i], out);
	}
}

void
serve_tell_ready(struct serve *s)
{
	SCOPED_BUF places = BUF(LINE_ROOM);
	SCOPED_BUF web = BUF(LINE_ROOM);

	if (add_web(s, &web)) {
		buf_addz(&places, "web ");
		buf_add(&places, buf_str(&web));
	}
	add_places(s, SERVE_FOR_SMTP, "SMTP", &places);
	add_places(s, SERVE_FOR_LMTP, "LMTP", &places);
	add_places(s, SERVE_FOR_DNS, "DNS", &places);
	add_places(s, SERVE_FOR_METRICS, "metrics", &places);
	for (size_t i = 0; web.n == 0 && places.n == 0 && i < s->children; i++)
		if (s->child[i].wanted)
			buf_addz(&places, s->child[i].kind->name);
	say(s, "serve.ready",
	    (const struct finding_arg[]){ { "places", buf_str(&places) } }, 1);
	log_info("ready");
}

/* The token is told to the person at the terminal or in the journal, nobody
 * else; it is worth something for a day, and once. */
void
serve_tell_setup(struct serve *s)
{
	SCOPED_BUF link = BUF(LINE_ROOM);
	SCOPED_CONTROL control = NULL;
	char token[CONTROL_SECRET_SIZE];
	struct diag why = { 0 };
	bool is_new = false;

	if (control_open(s->options.data, &control, &why) != ERR_NONE ||
	    control_is_new(control, &is_new, &why) != ERR_NONE || !is_new ||
	    !add_web(s, &link))
		return;
	if (control_setup_token(control, os_now(), token, &why) != ERR_NONE) {
		log_error("setup_token", &why);
		return;
	}
	buf_addf(&link, "/setup?token=%s", token);
	say(s, "serve.setup",
	    (const struct finding_arg[]){ { "link", buf_str(&link) } }, 1);
}
