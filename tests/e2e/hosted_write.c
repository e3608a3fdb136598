/* hosted_write.c - writes an index of hosted domains, as `hosting` does.
 *
 * usage: hosted_write DIR [over] <LINES
 *
 * Each line has a word and fields, a TAB between them:
 *   zone NAME RNAME SERIAL TTL    ns NAME [ADDRESS [ADDRESS]]
 *   address ADDRESS               caa VALUE
 *   reports DOMAIN MX             many NUMBER
 *   domain NAME TOKEN FLAGS STS TLS-RPT DMARC
 * FLAGS are letters: p proven, r retiring, g gone. `many` are proven domains
 * d0.example ... with tokens t0 ... */
#include "hosted/hosted.h"
#include "seal/seal.h"

#include <stdio.h>
#include <string.h>

enum { FIELDS = 7, LINE_ROOM = 16 << 10, MEMORY = 1 << 20 };

struct input {
	struct arena *mem;
	struct hosted_zone zone;
	struct hosted_domain domain[64];
	size_t domain_n;
	uint64_t many;
};

static void
take_zone(struct input *in, const struct str f[FIELDS])
{
	uint64_t serial = 0, ttl = 0;

	(void)str_u64(f[3], &serial);
	(void)str_u64(f[4], &ttl);
	in->zone.name = f[1];
	in->zone.rname = f[2];
	in->zone.serial = (uint32_t)serial;
	in->zone.ttl = (uint32_t)ttl;
}

static void
take_server(struct input *in, const struct str f[FIELDS])
{
	struct hosted_server *ns = &in->zone.ns[in->zone.ns_n++];

	ns->name = f[1];
	for (size_t i = 2; i < 4; i++)
		if (netaddr_parse(f[i], &ns->address[ns->addresses]))
			ns->addresses++;
}

static void
take_domain(struct input *in, const struct str f[FIELDS])
{
	struct hosted_domain *d = &in->domain[in->domain_n++];

	*d = (struct hosted_domain){ .name = f[1],
				     .token = f[2],
				     .sts = f[4],
				     .tls_rpt = f[5],
				     .dmarc = f[6] };
	for (size_t i = 0; i < f[3].n; i++)
		d->flags |= f[3].p[i] == 'p'   ? HOSTED_PROVEN
			    : f[3].p[i] == 'r' ? HOSTED_RETIRING
			    : f[3].p[i] == 'g' ? HOSTED_GONE
					       : 0U;
}

static void
take_line(struct input *in, struct str line)
{
	struct str f[FIELDS] = { { 0 } };

	for (size_t i = 0; i < FIELDS; i++)
		if (!str_split(&line, '\t', &f[i]))
			break;
	if (str_eq(f[0], S("zone")))
		take_zone(in, f);
	else if (str_eq(f[0], S("ns")) && in->zone.ns_n < HOSTED_NS_MAX)
		take_server(in, f);
	else if (str_eq(f[0], S("address")) &&
		 netaddr_parse(f[1], &in->zone.address[in->zone.address_n]))
		in->zone.address_n++;
	else if (str_eq(f[0], S("caa")) && in->zone.caa_n < HOSTED_CAA_MAX)
		in->zone.caa[in->zone.caa_n++] = f[1];
	else if (str_eq(f[0], S("reports")))
		in->zone.reports = f[1], in->zone.reports_mx = f[2];
	else if (str_eq(f[0], S("many")))
		(void)str_u64(f[1], &in->many);
	else if (str_eq(f[0], S("domain")) &&
		 in->domain_n < COUNT_OF(in->domain))
		take_domain(in, f);
}

static enum err
add_many(struct hosted_writer *w, uint64_t many, struct diag *why)
{
	enum err err = ERR_NONE;

	for (uint64_t i = 0; i < many && err == ERR_NONE; i++) {
		char name[64], token[32], id[64];

		(void)snprintf(name, sizeof name, "d%u.example", (unsigned)i);
		(void)snprintf(token, sizeof token, "t%u", (unsigned)i);
		(void)snprintf(id, sizeof id, "v=STSv1; id=%u;", (unsigned)i);

		const struct hosted_domain d = {
			.name = str_of(name),
			.token = str_of(token),
			.flags = HOSTED_PROVEN,
			.sts = str_of(id),
			.tls_rpt = S("v=TLSRPTv1; rua=mailto:t@example.net"),
			.dmarc = S("v=DMARC1; p=none"),
		};

		err = hosted_add(w, &d, why);
	}
	return err;
}

static enum err
publish(const char *dir, bool whole, const struct input *in, struct diag *why)
{
	struct hosted_writer *w = NULL;
	enum err err = hosted_begin(dir, whole, &in->zone, &w, why);

	for (size_t i = 0; i < in->domain_n && err == ERR_NONE; i++)
		err = hosted_add(w, &in->domain[i], why);
	if (err == ERR_NONE)
		err = add_many(w, in->many, why);
	return err == ERR_NONE ? hosted_commit(w, why) : err;
}

int
main(int argc, char **argv)
{
	struct input in = { .mem = arena_new(MEMORY) };
	char line[LINE_ROOM];
	struct diag why = { 0 };

	if (argc < 2 || !seal_init())
		return 2;
	while (fgets(line, sizeof line, stdin)) {
		struct str own;

		line[strcspn(line, "\n")] = '\0';
		if (!arena_dup(in.mem, str_of(line), &own))
			return 2;
		take_line(&in, own);
	}
	if (publish(argv[1], argc < 3, &in, &why) != ERR_NONE) {
		(void)fprintf(stderr, "%s %s\n", why.code, why.detail);
		return 1;
	}
	arena_free(in.mem);
	return 0;
}
