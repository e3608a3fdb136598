/* owners.c - whose a domain is: the registered ones, read when they change. */
#include "ingest/server.h"

#include "dnsname/dnsname.h"
#include "log/log.h"

#include <stdio.h>
#include <unistd.h>

enum { DOMAINS_MAX = 1 << 20 };

struct ingest_owners {
	struct control *control;
	struct map *domains;
	uint64_t stamp;
};

static enum err
add_domain(void *ctx, const struct control_domain *d)
{
	struct map *domains = ctx;

	map_put(domains, d->name, 1);
	return ERR_NONE;
}

/* What was known stays when it cannot be read: no domains would mean that all
 * are ours. */
static enum err
read_domains(struct ingest_owners *o, struct diag *why)
{
	uint64_t stamp = control_domains_stamp(o->control);
	struct map *domains = map_new(DOMAINS_MAX);
	enum err err = control_domains(o->control, CONTROL_OWNER_SELF,
				       add_domain, domains, why);

	if (err != ERR_NONE) {
		map_free(domains);
		return err;
	}
	map_free(o->domains);
	o->domains = domains;
	o->stamp = stamp;
	return ERR_NONE;
}

enum err
ingest_owners_open(const char *dir, struct ingest_owners **out,
		   struct diag *why)
{
	char path[PATH_ROOM];
	struct ingest_owners *o;
	enum err err;

	*out = NULL;
	(void)snprintf(path, sizeof path, "%s/control.db", dir);
	if (access(path, F_OK) != 0)
		return ERR_NONE;
	o = heap_new(sizeof *o);
	err = control_open(dir, &o->control, why);
	if (err == ERR_NONE)
		err = read_domains(o, why);
	if (err == ERR_NONE)
		*out = o;
	else
		ingest_owners_close(o);
	return err;
}

void
ingest_owners_close(struct ingest_owners *o)
{
	if (!o)
		return;
	map_free(o->domains);
	control_close(o->control);
	heap_free(o);
}

struct control *
owners_control(const struct ingest_owners *o)
{
	return o->control;
}

uint64_t
owners_stamp(const struct ingest_owners *o)
{
	return o->stamp;
}

bool
owners_any(const struct ingest_owners *o)
{
	return map_count(o->domains) > 0;
}

bool
owners_have(const struct ingest_owners *o, struct str domain)
{
	return map_get(o->domains, domain, NULL);
}

void
owners_refresh(struct ingest_owners *o)
{
	struct diag why = { 0 };

	if (control_domains_stamp(o->control) != o->stamp &&
	    read_domains(o, &why) != ERR_NONE)
		log_warn("domains unreadable", &why);
}

/* While no domain is registered, unknown ones make themselves (contracts
 * section 3); afterwards a name belongs to whom it, or one above it, is
 * registered for. */
int64_t
ingest_owner_of(void *owners, struct str domain)
{
	const struct ingest_owners *o = owners;
	SCOPED_ARENA mem = arena_new(16 << 10);
	struct str name;

	if (!o || map_count(o->domains) == 0)
		return STORE_OWNER_SELF;
	if (!dnsname_fold(domain, mem, &name))
		name = domain;
	while (name.n > 0) {
		size_t dot = str_index(name, '.');

		if (map_get(o->domains, name, NULL))
			return STORE_OWNER_SELF;
		name = dot == SIZE_MAX ? S("")
				       : str_sub(name, dot + 1, SIZE_MAX);
	}
	return STORE_OWNER_UNCLAIMED;
}
