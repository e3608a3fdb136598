/* hosting_key.c - the master key: a file beside the data directory, so that
 * no copy of that opens the private keys in it. */
#include "control/hosting_inside.h"
#include "os/os.h"

#include <string.h>

static enum err
make_key(const char *path, uint8_t key[SEAL_KEY_BYTES], struct diag *why)
{
	enum err e;

	seal_key_make(key);
	e = os_replace_file(path,
			    (struct str){ (const char *)key, SEAL_KEY_BYTES },
			    0600, why);
	if (e != ERR_NONE)
		seal_wipe(key, SEAL_KEY_BYTES);
	return e;
}

enum err
control_master_key(const char *path, bool make, uint8_t key[SEAL_KEY_BYTES],
		   struct diag *why)
{
	SCOPED_BUF bytes = BUF(SEAL_KEY_BYTES + 1);
	struct diag own = { 0 };
	enum err e = os_read_file(path, &bytes, &own);

	if (e == ERR_GONE && make)
		return make_key(path, key, why);
	if (e == ERR_LIMIT || (e == ERR_NONE && bytes.n != SEAL_KEY_BYTES))
		return diag_set(why, ERR_SYNTAX, "hosting.bad_master_key", 0,
				"%s", path);
	if (e != ERR_NONE)
		return diag_set(why, e, own.code, 0, "%s", own.detail);
	memcpy(key, bytes.p, SEAL_KEY_BYTES);
	seal_wipe(bytes.p, bytes.n);
	return ERR_NONE;
}
