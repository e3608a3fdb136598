/* probes.c - what a look saw of each mail server, address by address. */
#include "mtasts/mtasts.h"
#include "mx/mx.h"
#include "watch/private.h"

enum { AT_MOST = 24 /* addresses that a look connects to */ };

static enum control_sight
sight_of(const struct facts_mail *mail, struct str host, int64_t now)
{
	switch (mail ? mtasts_sight_of(mail, host, now) : MTASTS_UNSEEN) {
	case MTASTS_GOOD:
		return CONTROL_GREEN;
	case MTASTS_BAD:
		return CONTROL_RED;
	default:
		return CONTROL_NOT_SEEN;
	}
}

static bool
put_address(struct watch_look *l, const struct mx_host *h,
	    const struct netaddr *address, struct control_probe *out)
{
	const struct facts_mail *mail = facts_probe(l->facts, h->name, address);
	char text[NETADDR_PRINT_MAX];

	out->host = h->name;
	out->sight = sight_of(mail, h->name, facts_now(l->facts));
	if (mail && mail->tls.cert.there)
		out->not_after = mail->tls.cert.not_after;
	netaddr_print(address, text);
	return arena_dup(l->mem, str_of(text), &out->address);
}

/* Of a family that this machine lacks, while another address of the server
 * could be reached: that says nothing about the server. */
static bool
is_no_matter(struct watch_look *l, const struct mx_host *h, size_t i)
{
	const struct facts_mail *m =
		facts_probe(l->facts, h->name, &h->address[i]);
	bool reached = false;

	if (!m || m->stage != FACTS_UNREACHABLE)
		return false;
	for (size_t k = 0; k < h->address_n && !reached; k++) {
		m = facts_probe(l->facts, h->name, &h->address[k]);
		reached = m && m->stage >= FACTS_NO_STARTTLS;
	}
	return reached;
}

/* Without an answer about addresses nothing is known of the server; without
 * addresses nobody reaches it. */
static void
put_homeless(const struct mx_host *h, struct control_probe *out)
{
	bool sure = h->a && h->aaaa && !facts_trouble(h->a->status) &&
		    !facts_trouble(h->aaaa->status);

	out->host = h->name;
	out->sight = sure || h->literal ? CONTROL_RED : CONTROL_NOT_SEEN;
}

static bool
put_host(struct watch_look *l, const struct mx_host *h,
	 struct control_probe *probe, size_t *n, size_t *looked)
{
	if (h->address_n == 0) {
		put_homeless(h, &probe[(*n)++]);
		return true;
	}
	for (size_t i = 0; i < h->address_n && *n < CONTROL_PROBES_MAX; i++) {
		if (++*looked > AT_MOST) {
			probe[(*n)++] =
				(struct control_probe){ .host = h->name,
							.address = S("...") };
			return true;
		}
		if (!is_no_matter(l, h, i) &&
		    !put_address(l, h, &h->address[i], &probe[(*n)++]))
			return false;
	}
	return true;
}

bool
watch_probes_put(struct watch_look *l, struct control_look *out)
{
	struct control_probe *probe =
		arena_array(l->mem, CONTROL_PROBES_MAX, sizeof *probe);
	struct mx_list list;
	size_t n = 0, looked = 0;

	if (!probe)
		return false;
	if (!mx_list(l->facts, l->of.name, &list) || list.kind == MX_UNKNOWN)
		return true;
	for (size_t i = 0; i < list.n && n < CONTROL_PROBES_MAX; i++)
		if (!put_host(l, &list.host[i], probe, &n, &looked))
			return false;
	out->probe = probe;
	out->probes = n;
	out->probes_known = true;
	return true;
}
