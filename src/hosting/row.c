/* row.c - everything that is stored of one hosted domain. */
#include "hosting/private.h"

enum err
hosting_row_read(struct control *c, int64_t id, struct arena *mem,
		 struct hosting_row *out, struct diag *why)
{
	enum err err;
	bool found = false;

	*out = (struct hosting_row){ 0 };
	err = control_hosted_get(c, id, mem, &out->is, why);
	if (err == ERR_NONE)
		err = control_versions_now(c, id, mem, &out->newest,
					   &out->announced, why);
	if (err == ERR_NONE)
		err = control_cert_find(c,
					hosting_policy_host(out->is.name, mem),
					mem, &out->cert, &found, why);
	out->has_cert = found && out->cert.chain.n > 0;
	return err;
}
