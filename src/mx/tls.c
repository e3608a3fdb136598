/* tls.c - how each mail server encrypts, at every address it has: STARTTLS,
 * version, certificate. */
#include "base/base.h"
#include "facts/facts.h"
#include "finding/finding.h"
#include "mx/mx.h"
#include "mx/private.h"
#include "netaddr/netaddr.h"

enum {
	LOOKS_MAX = 24,
	VERDICTS_MAX = 6,
	NAMES_SHOWN = 8,
	TEXT_MAX = 1024,
	SOON_DAYS = 14,
	TLS_1_2 = 0x0303
};

/* One server at one address, and what there is to say. */
struct look {
	const struct mx_host *host;
	const struct netaddr *address;
	const struct facts_mail *mail;
	const char *code[VERDICTS_MAX];
	struct str evidence[VERDICTS_MAX];
	size_t n;
};

struct looks {
	struct facts *f;
	struct look at[LOOKS_MAX];
	size_t n;
	bool answers_v4, answers_v6; /* port 25 is open from here */
};

static void
say(struct look *l, const char *code, struct str evidence)
{
	if (l->n == VERDICTS_MAX)
		return;
	l->code[l->n] = code;
	l->evidence[l->n++] = evidence;
}

static bool
answered(const struct facts_mail *m)
{
	return m->stage >= FACTS_NO_STARTTLS;
}

static struct str
keep(struct looks *all, const struct buf *text)
{
	struct str kept;

	return arena_dup(facts_mem(all->f), buf_str(text), &kept) ? kept
								  : S("");
}

static struct str
names_of(struct looks *all, const struct facts_cert *cert)
{
	SCOPED_BUF text = BUF(TEXT_MAX);

	for (size_t i = 0; i < cert->names_n && i < NAMES_SHOWN; i++)
		buf_addf(&text, "%s%.*s", i > 0 ? ", " : "",
			 STR_ARG(cert->names[i]));
	if (cert->names_n > NAMES_SHOWN)
		buf_addz(&text, ", ...");
	if (cert->names_n == 0 && cert->common_name.n > 0)
		buf_addf(&text, "CN=%.*s", STR_ARG(cert->common_name));
	return keep(all, &text);
}

static struct str
stamp_of(struct looks *all, int64_t seconds)
{
	char stamp[CIVIL_STAMP_SIZE];
	struct str kept;

	return arena_dup(facts_mem(all->f),
			 str_of(civil_print_stamp(seconds, stamp)), &kept)
		       ? kept
		       : S("");
}

static void
judge_dates(struct looks *all, struct look *l, const struct facts_cert *cert)
{
	int64_t now = facts_now(all->f);
	int64_t soon = (int64_t)SOON_DAYS * CIVIL_DAY;

	if (cert->not_after < now)
		say(l, "mx.tls_expired", stamp_of(all, cert->not_after));
	else if (cert->not_before > now)
		say(l, "mx.tls_not_yet", stamp_of(all, cert->not_before));
	else if (cert->not_after - now < soon)
		say(l, "mx.tls_expires_soon", stamp_of(all, cert->not_after));
}

static void
judge_chain(struct look *l, const struct facts_cert *cert)
{
	switch (cert->chain) {
	case FACTS_CHAIN_SELF_SIGNED:
		say(l, "mx.tls_self_signed", cert->issuer);
		break;
	case FACTS_CHAIN_UNTRUSTED_ROOT:
		say(l, "mx.tls_untrusted", cert->issuer);
		break;
	case FACTS_CHAIN_INCOMPLETE:
		say(l, "mx.tls_incomplete", cert->issuer);
		break;
	case FACTS_CHAIN_REVOKED:
		say(l, "mx.tls_revoked", cert->issuer);
		break;
	case FACTS_CHAIN_BROKEN:
		say(l, "mx.tls_broken_chain", cert->issuer);
		break;
	case FACTS_CHAIN_UNKNOWN:
	case FACTS_CHAIN_TRUSTED:
		break;
	}
}

/* STARTTLS went through. What was not looked at is neither good nor bad. */
static void
judge_tls(struct looks *all, struct look *l)
{
	const struct facts_tls *tls = &l->mail->tls;
	const struct facts_cert *cert = &tls->cert;

	if (tls->version != 0 && tls->version < TLS_1_2)
		say(l, "mx.tls_old", tls->cipher);
	if (!cert->there)
		return;
	judge_chain(l, cert);
	if (facts_cert_covers(cert, l->host->name) != FACTS_COVERS)
		say(l, "mx.tls_name", names_of(all, cert));
	judge_dates(all, l, cert);
	if (cert->weak)
		say(l, "mx.tls_weak", cert->key_type);
	if (l->n == 0 && cert->chain == FACTS_CHAIN_TRUSTED &&
	    tls->version >= TLS_1_2)
		say(l, "mx.tls_ok", tls->cipher);
}

static bool
host_answers(const struct looks *all, const struct look *l)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i].host == l->host && answered(all->at[i].mail))
			return true;
	return false;
}

/* Nothing came back. Whether that is the server's fault shows only where
 * others answer: port 25 is closed on the way out of many networks. */
static void
judge_silence(const struct looks *all, struct look *l)
{
	bool v4 = netaddr_is_v4(l->address);
	bool tried = l->mail->stage == FACTS_CONN_REFUSED ||
		     l->mail->stage == FACTS_CONN_TIMEOUT;

	if (tried && host_answers(all, l))
		say(l, v4 ? "mx.ipv4_dead" : "mx.ipv6_dead", l->mail->why);
	else if (tried && (v4 ? all->answers_v4 : all->answers_v6))
		say(l, "mx.no_answer", l->mail->why);
	else
		say(l, "mx.unprobed", l->mail->why);
}

static void
judge(struct looks *all, struct look *l)
{
	switch (l->mail->stage) {
	case FACTS_NOT_ALLOWED:
	case FACTS_UNREACHABLE:
	case FACTS_CONN_REFUSED:
	case FACTS_CONN_TIMEOUT:
		judge_silence(all, l);
		break;
	case FACTS_NO_STARTTLS:
		say(l, "mx.tls_none", l->mail->why);
		break;
	case FACTS_TLS_FAILED:
	case FACTS_TLS_TIMEOUT:
		say(l, "mx.tls_failed", l->mail->why);
		break;
	case FACTS_PROTOCOL:
	case FACTS_TOO_SLOW:
		say(l, "mx.protocol",
		    l->mail->why.n > 0 ? l->mail->why : l->mail->banner);
		break;
	case FACTS_DONE:
		judge_tls(all, l);
		break;
	}
}

/* `code` of this server once, with all the addresses it was seen at. */
static void
tell_once(struct looks *all, size_t first, size_t verdict,
	  struct finding_list *out)
{
	const struct look *l = &all->at[first];
	SCOPED_BUF places = BUF(TEXT_MAX);
	struct str shown, code = str_of(l->code[verdict]);

	for (size_t i = 0; i < all->n; i++) {
		const struct look *other = &all->at[i];

		for (size_t k = 0; k < other->n; k++) {
			if (other->host != l->host ||
			    !str_eq(str_of(other->code[k]), code))
				continue;
			if (i < first)
				return;
			shown = mx_print_address(other->address,
						 facts_mem(all->f));
			buf_addf(&places, "%s%.*s", places.n > 0 ? ", " : "",
				 STR_ARG(shown));
		}
	}
	shown = buf_str(&places);
	finding_add(out, l->code[verdict], l->evidence[verdict], "host",
		    &l->host->name, "detail", &shown, NULL);
}

/* False while facts are missing. */
static bool
look_everywhere(struct looks *all, const struct mx_list *list)
{
	bool known = true;

	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->host[i].address_n; k++) {
			struct look *l = &all->at[all->n];

			if (all->n == LOOKS_MAX)
				return known;
			l->host = &list->host[i];
			l->address = &l->host->address[k];
			l->mail =
				facts_probe(all->f, l->host->name, l->address);
			known = known && l->mail;
			all->n++;
		}
	return known;
}

static void
note_families(struct looks *all)
{
	for (size_t i = 0; i < all->n; i++) {
		if (!answered(all->at[i].mail))
			continue;
		if (netaddr_is_v4(all->at[i].address))
			all->answers_v4 = true;
		else
			all->answers_v6 = true;
	}
}

bool
mx_tls_check(struct facts *f, const struct facts_subject *s,
	     struct finding_list *out)
{
	struct looks all = { .f = f };
	struct mx_list list;

	if (!mx_list(f, s->domain, &list) || !look_everywhere(&all, &list))
		return false;
	note_families(&all);
	for (size_t i = 0; i < all.n; i++)
		judge(&all, &all.at[i]);
	for (size_t i = 0; i < all.n; i++)
		for (size_t k = 0; k < all.at[i].n; k++)
			tell_once(&all, i, k, out);
	return true;
}
