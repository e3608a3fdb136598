/* text.c - notices as a mail and as JSON. */
#include "json/json.h"
#include "netaddr/netaddr.h"
#include "notify/private.h"
#include "seal/seal.h"

#include <string.h>

enum {
	BLOCK = 64,      /* bytes of SHA-256 */
	MAIL_LINE = 57,  /* bytes that make 76 letters of base64 */
	WORD_BYTES = 42, /* of one encoded word (RFC 2047 section 2) */
	SUBJECT_MAX = 600,
	ADDRESS_MAX = 320
};

bool
notify_batch_add(struct notify_batch *b, const struct control_notice *n)
{
	struct control_notice *to = &b->at[b->n];

	if (b->n == NOTIFY_TOGETHER)
		return false;
	*to = *n;
	if (!arena_dup(b->mem, n->what, &to->what) ||
	    !arena_dup(b->mem, n->code, &to->code) ||
	    !arena_dup(b->mem, n->severity, &to->severity) ||
	    !arena_dup(b->mem, n->domain, &to->domain) ||
	    !arena_dup(b->mem, n->places, &to->places) ||
	    !arena_dup(b->mem, n->path, &to->path))
		return false;
	b->n++;
	return true;
}

/* ---- words ---- */

struct places {
	struct arena *mem;
	struct finding_found found;
	size_t n;
};

static bool
take_place(void *ctx, struct str key, const struct json *value)
{
	struct places *p = ctx;
	struct str name;

	if (p->n == FINDING_ARGS_MAX || !arena_dup(p->mem, key, &name) ||
	    !arena_dup(p->mem, json_str(value), &p->found.args[p->n].value))
		return false;
	p->found.args[p->n++].name = name.p;
	return true;
}

/* Whole characters, at most so many bytes. */
static struct str
cut(struct str text, size_t most)
{
	if (text.n <= most)
		return text;
	while (most > 0 && ((unsigned char)text.p[most] & 0xc0) == 0x80)
		most--;
	return str_sub(text, 0, most);
}

/* What the catalogue says, its places filled; "title", "meaning", "fix". */
static void
add_words(struct buf *out, const struct control_notice *n,
	  enum finding_lang lang, char which)
{
	const struct json_limits limits = { NOTIFY_PLACES_MAX, 4 };
	const struct finding *f = finding_find(n->code);
	SCOPED_ARENA mem = arena_new(NOTIFY_PLACES_MAX * 4);
	struct places p = { .mem = mem };
	SCOPED_BUF words = BUF(NOTIFY_WORDS_MAX * 8);
	SCOPED_JSON places = NULL;
	bool repaired;

	if (!f) {
		if (which == 't')
			buf_add_escaped(out, n->code);
		return;
	}
	p.found.finding = f;
	if (json_parse(n->places, limits, &places, &repaired, NULL) == ERR_NONE)
		json_each(places, take_place, &p);
	finding_found_fill(&words,
			   which == 't'   ? f->title[lang]
			   : which == 'm' ? f->meaning[lang]
					  : f->fix[lang],
			   &p.found);
	buf_add(out, cut(buf_str(&words), NOTIFY_WORDS_MAX));
}

static void
add_url(struct buf *out, const struct notify_options *o,
	const struct control_notice *n)
{
	struct str base = str_of(o->base_url ? o->base_url : "");

	while (str_ends(base, S("/")))
		base = str_sub(base, 0, base.n - 1);
	if (base.n == 0 && o->hostname)
		buf_addf(out, "https://%s", o->hostname);
	buf_add(out, base);
	buf_add(out, n->path);
}

/* ---- webhook ---- */

static void
put_words(struct json_out *j, const char *key, const struct notify_options *o,
	  const struct control_notice *n)
{
	SCOPED_BUF text = BUF(NOTIFY_WORDS_MAX);

	add_words(&text, n, o->lang, key[0]);
	json_put_known(j, key, buf_str(&text));
}

static void
put_notice(struct json_out *j, const struct notify_options *o,
	   const struct control_notice *n)
{
	const struct json_limits limits = { NOTIFY_PLACES_MAX, 4 };
	SCOPED_BUF url = BUF(NOTIFY_LINE_MAX);
	SCOPED_JSON places = NULL;
	bool repaired;

	json_open_object(j, NULL);
	json_put_str(j, "code", n->code);
	json_put_str(j, "severity", n->severity);
	json_put_known(j, "domain", n->domain);
	json_put_i64(j, "since", n->since);
	put_words(j, "title", o, n);
	put_words(j, "meaning", o, n);
	put_words(j, "fix", o, n);
	(void)!json_parse(n->places, limits, &places, &repaired, NULL);
	json_put_copy(j, "values", places);
	add_url(&url, o, n);
	json_put_str(j, "url", buf_str(&url));
	json_close_object(j);
}

void
notify_write_json(struct buf *out, const struct notify_options *o,
		  const struct notify_batch *b)
{
	struct json_out j = JSON_OUT(out);

	json_open_object(&j, NULL);
	json_put_str(&j, "schema", S("waxseal.notice/1"));
	json_put_i64(&j, "sent_at", b->now);
	json_open_array(&j, "notices");
	for (size_t i = 0; i < b->n; i++)
		if (b->at[i].left_over & NOTIFY_WEBHOOK)
			put_notice(&j, o, &b->at[i]);
	json_close_array(&j);
	json_close_object(&j);
}

static void
add_hex(struct buf *out, const uint8_t *bytes, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		buf_addc(out, hex[bytes[i] >> 4]);
		buf_addc(out, hex[bytes[i] & 15]);
	}
}

void
notify_sign(struct buf *out, struct str secret, int64_t now, struct str body)
{
	uint8_t key[2][BLOCK] = { 0 }, sum[SEAL_HASH_BYTES];
	SCOPED_BUF head = BUF(64);
	struct seal_hash *h;

	if (secret.n > BLOCK)
		seal_hash_of(secret, key[0]);
	else if (secret.n > 0)
		memcpy(key[0], secret.p, secret.n);
	memcpy(key[1], key[0], BLOCK);
	for (size_t i = 0; i < BLOCK; i++) {
		key[0][i] ^= 0x36;
		key[1][i] ^= 0x5c;
	}
	buf_addf(&head, "%lld.", (long long)now);
	h = seal_hash_new();
	seal_hash_add(h, (struct str){ (const char *)key[0], BLOCK });
	seal_hash_add(h, buf_str(&head));
	seal_hash_add(h, body);
	seal_hash_end(h, sum);
	h = seal_hash_new();
	seal_hash_add(h, (struct str){ (const char *)key[1], BLOCK });
	seal_hash_add(h, (struct str){ (const char *)sum, sizeof sum });
	seal_hash_end(h, sum);
	seal_wipe(key, sizeof key);
	buf_addf(out, "t=%lld,v1=", (long long)now);
	add_hex(out, sum, sizeof sum);
}

/* ---- mail ---- */

bool
notify_is_address(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] <= ' ' || text.p[i] == '<' ||
		    text.p[i] == '>' || (unsigned char)text.p[i] >= 127)
			return false;
	return text.n > 2 && text.n < ADDRESS_MAX &&
	       str_index(text, '@') != SIZE_MAX;
}

/* "host:25", "[::1]:25", "smtp://host:25", or without the port. */
static struct str
host_of(struct str server)
{
	struct str host = server;

	if (str_starts(server, S("smtp://")))
		host = str_sub(server, 7, SIZE_MAX);
	else if (str_starts(server, S("smtps://")))
		host = str_sub(server, 8, SIZE_MAX);
	host = str_sub(host, 0, str_index(host, '/'));
	if (host.n > 0 && host.p[0] == '[')
		return str_sub(host, 1, str_index(host, ']') - 1);
	return str_sub(host, 0, str_index(host, ':'));
}

bool
notify_is_local(struct str server)
{
	struct str host = host_of(server);
	struct netaddr_net v4;
	struct netaddr ip, v6;

	if (str_eq_fold(host, S("localhost")))
		return true;
	return netaddr_parse(host, &ip) &&
	       netaddr_parse_net(S("127.0.0.0/8"), &v4) &&
	       netaddr_parse(S("::1"), &v6) &&
	       (netaddr_in(&ip, &v4) || netaddr_cmp(&ip, &v6) == 0);
}

static void
add_base64(struct buf *out, struct str s)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnop"
				    "qrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		uint32_t v = (uint32_t)(unsigned char)s.p[i] << 16;

		if (i + 1 < s.n)
			v |= (uint32_t)(unsigned char)s.p[i + 1] << 8;
		if (i + 2 < s.n)
			v |= (unsigned char)s.p[i + 2];
		buf_addc(out, digit[v >> 18]);
		buf_addc(out, digit[v >> 12 & 63]);
		buf_addc(out, i + 1 < s.n ? digit[v >> 6 & 63] : '=');
		buf_addc(out, i + 2 < s.n ? digit[v & 63] : '=');
	}
}

/* As encoded words (RFC 2047), cut between characters. */
static void
add_subject(struct buf *out, struct str text)
{
	for (size_t at = 0; at < text.n;) {
		size_t n = text.n - at;

		if (n > WORD_BYTES) {
			n = WORD_BYTES;
			while (n > 1 &&
			       ((unsigned char)text.p[at + n] & 0xc0) == 0x80)
				n--;
		}
		buf_addz(out, at > 0 ? "\r\n =?UTF-8?B?" : "=?UTF-8?B?");
		add_base64(out, str_sub(text, at, n));
		buf_addz(out, "?=");
		at += n;
	}
}

static void
write_subject(struct buf *out, const struct notify_options *o,
	      const struct notify_batch *b)
{
	const struct control_notice *first = NULL;
	SCOPED_BUF text = BUF(2 * NOTIFY_WORDS_MAX);
	SCOPED_BUF number = BUF(32);
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++)
		if (b->at[i].left_over & NOTIFY_MAIL && n++ == 0)
			first = &b->at[i];
	buf_addz(&text, "[Waxseal] ");
	if (first && first->domain.n > 0)
		buf_addf(&text, "%.*s: ", STR_ARG(first->domain));
	if (first)
		add_words(&text, first, o->lang, 't');
	if (n > 1) {
		buf_addf(&number, "%zu", n - 1);
		buf_addc(&text, ' ');
		finding_fill(&text, finding_say(o->lang, "notice.and_more"),
			     &(struct finding_arg){ "count", buf_str(&number) },
			     1);
	}
	buf_addz(out, "Subject: ");
	add_subject(out, cut(buf_str(&text), SUBJECT_MAX));
	buf_addz(out, "\r\n");
}

static void
write_date(struct buf *out, int64_t now)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c = civil_from(now);

	buf_addf(out, "Date: %.3s, %d %.3s %d %02d:%02d:%02d +0000\r\n",
		 days + (size_t)(civil_day(now) % 7) * 3, (int)c.day,
		 months + (size_t)(c.month - 1) * 3, (int)c.year, (int)c.hour,
		 (int)c.minute, (int)c.second);
}

static void
write_head(struct buf *out, const struct notify_options *o,
	   const struct notify_batch *b)
{
	uint8_t some[16];

	seal_random(some, sizeof some);
	buf_addf(out, "From: Waxseal <%s>\r\nTo: %s\r\n", o->mail_from,
		 o->mail_to);
	write_subject(out, o, b);
	write_date(out, b->now);
	buf_addz(out, "Message-ID: <");
	add_hex(out, some, sizeof some);
	buf_addf(out, "@%s>\r\n", o->hostname ? o->hostname : "waxseal");
	buf_addz(out, "Auto-Submitted: auto-generated\r\n"
		      "MIME-Version: 1.0\r\n"
		      "Content-Type: text/plain; charset=utf-8\r\n"
		      "Content-Transfer-Encoding: base64\r\n\r\n");
}

static void
write_notice(struct buf *out, const struct notify_options *o,
	     const struct control_notice *n)
{
	char stamp[CIVIL_STAMP_SIZE];

	if (n->domain.n > 0)
		buf_addf(out, "%.*s: ", STR_ARG(n->domain));
	add_words(out, n, o->lang, 't');
	buf_addz(out, "\r\n\r\n");
	add_words(out, n, o->lang, 'm');
	buf_addz(out, "\r\n");
	add_words(out, n, o->lang, 'f');
	buf_addz(out, "\r\n\r\n");
	add_url(out, o, n);
	buf_addf(out, "\r\n%s\r\n\r\n-- --\r\n\r\n",
		 civil_print_stamp(n->since, stamp));
}

void
notify_write_mail(struct buf *out, const struct notify_options *o,
		  const struct notify_batch *b)
{
	SCOPED_BUF body = BUF(NOTIFY_TEXT_MAX / 2);
	struct str rest;

	write_head(out, o, b);
	for (size_t i = 0; i < b->n; i++)
		if (b->at[i].left_over & NOTIFY_MAIL)
			write_notice(&body, o, &b->at[i]);
	buf_addz(&body, finding_say(o->lang, "notice.why"));
	buf_addz(&body, "\r\n");
	out->full |= body.full;
	rest = buf_str(&body);
	for (size_t at = 0; at < rest.n; at += MAIL_LINE) {
		size_t n = rest.n - at < MAIL_LINE ? rest.n - at : MAIL_LINE;

		add_base64(out, str_sub(rest, at, n));
		buf_addz(out, "\r\n");
	}
}
