/* role_nameserver.c - the role that answers for the hosted zone, and the keys
 * of those who may take it. */
#include "nameserver/nameserver.h"
#include "os/os.h"
#include "seal/seal.h"
#include "serve/private.h"

#include <string.h>

enum { KEY_FILE_MAX = 4 << 10 };

struct names {
	struct dnswire_key key[SERVE_DNS_MAX];
	struct nameserver_secondary secondary[SERVE_DNS_MAX];
	size_t key_n, secondary_n;
};

static enum err
too_many(const char *what, struct diag *why)
{
	return diag_set(why, ERR_LIMIT, "nameserver.too_many", 0, "%s", what);
}

/* The secret stays in `out` and in no other memory. */
static enum err
read_key(const char *path, struct dnswire_key *out, struct diag *why)
{
	SCOPED_BUF text = BUF(KEY_FILE_MAX);
	enum err err;

	/* Room at once: a buffer that grows leaves copies behind. */
	if (!buf_reserve(&text, KEY_FILE_MAX))
		return ERR_LIMIT;
	err = os_read_file(path, &text, why);
	if (err == ERR_NONE && !dnswire_key_parse(buf_str(&text), out))
		err = diag_set(why, ERR_SYNTAX, "nameserver.bad_key", 0, "%s",
			       path);
	seal_wipe(text.p, text.room);
	return err;
}

static bool
parse_place(struct str text, struct netaddr_port *out)
{
	size_t colon = text.n;
	uint64_t port;

	*out = (struct netaddr_port){ 0 };
	while (colon > 0 && text.p[colon - 1] != ':')
		colon--;
	if (colon == 0 || !str_u64(str_sub(text, colon, SIZE_MAX), &port) ||
	    port == 0 || port > UINT16_MAX)
		return false;
	out->port = (uint16_t)port;
	return netaddr_parse(str_sub(text, 0, colon - 1), &out->ip);
}

/* "192.0.2.2:53", or with the name of a key behind it. */
static enum err
read_secondary(struct names *names, const char *text, struct diag *why)
{
	struct nameserver_secondary *to = &names->secondary[names->secondary_n];
	struct str rest = str_of(text), place = { 0 };
	struct dnswire_name key;

	(void)str_split(&rest, ' ', &place);
	rest = str_trim(rest);
	to->key = NULL;
	if (!parse_place(place, &to->at) ||
	    (rest.n > 0 && !dnswire_name_of(rest, &key)))
		return diag_set(why, ERR_SYNTAX, "nameserver.bad_secondary", 0,
				"%s", text);
	for (size_t i = 0; rest.n > 0 && i < names->key_n; i++)
		if (str_eq(dnswire_name_str(&names->key[i].name),
			   dnswire_name_str(&key)))
			to->key = &names->key[i];
	if (rest.n > 0 && !to->key)
		return diag_set(why, ERR_SYNTAX, "nameserver.no_key", 0, "%s",
				text);
	names->secondary_n++;
	return ERR_NONE;
}

static enum err
read_names(const struct serve_dns *o, struct names *out, struct diag *why)
{
	enum err err = ERR_NONE;

	out->key_n = out->secondary_n = 0;
	if (o->keys.n > SERVE_DNS_MAX)
		return too_many("hosting.dns_key_files", why);
	if (o->secondaries.n > SERVE_DNS_MAX)
		return too_many("hosting.dns_secondaries", why);
	for (size_t i = 0; i < o->keys.n && err == ERR_NONE; i++)
		err = read_key(o->keys.at[i], &out->key[out->key_n++], why);
	for (size_t i = 0; i < o->secondaries.n && err == ERR_NONE; i++)
		err = read_secondary(out, o->secondaries.at[i], why);
	return err;
}

enum err
serve_check_names(const struct serve_options *o, struct diag *why)
{
	struct names *names;
	enum err err;

	if (o->roles && !(o->roles & 1U << SERVE_NAMESERVER))
		return ERR_NONE;
	names = heap_new(sizeof *names);
	err = read_names(&o->dns, names, why);
	seal_wipe(names, sizeof *names);
	heap_free(names);
	return err;
}

int
serve_nameserver(struct serve *s, struct serve_child *me)
{
	static struct names names;
	int udp[SERVE_SOCKETS_MAX], tcp[SERVE_SOCKETS_MAX];
	struct nameserver_options options = {
		.dir = s->options.data,
		.udp = udp,
		.tcp = tcp,
		.keys = names.key,
		.secondaries = names.secondary,
		.rate = s->options.dns.rate,
		.alive = serve_alive,
		.ctx = me,
	};
	struct diag why = { 0 };

	if (read_names(&s->options.dns, &names, &why) != ERR_NONE) {
		log_error("no_keys", &why);
		return 1;
	}
	options.key_n = names.key_n;
	options.secondary_n = names.secondary_n;
	for (size_t i = 0; i < s->sockets.n; i++) {
		const struct serve_socket *one = &s->sockets.at[i];

		if (one->use == SERVE_FOR_DNS)
			tcp[options.tcp_n++] = one->fd;
		if (one->use == SERVE_FOR_DNS_UDP)
			udp[options.udp_n++] = one->fd;
	}
	return nameserver_run(&options);
}
