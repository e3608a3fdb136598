/* own.h - certificates that the role `hosting` keeps for this server itself. */
#ifndef SERVE_OWN_H
#define SERVE_OWN_H

#include "hosted/hosted.h"
#include "serve/private.h"

/* Whether hosting.own_names has it. */
bool serve_is_own(const struct serve_options *o, struct str host);

/* In a role that serves one of them: looks whether there is a newer one. */
struct serve_own {
	struct serve_child *me;
	const char *data;
	char key_path[SERVE_PATH_ROOM];
	struct str name; /* empty: none of ours */
	struct arena *mem;
	struct tls_identity *identity; /* what is to have it */
	struct hosted *index;
	uint64_t mark; /* of what it has */
};
void serve_own_begin(struct serve_own *own, const struct serve *s,
		     struct str name, struct tls_identity *identity);
/* `ctx` is the serve_own: looks, and says that the role lives. */
void serve_own_alive(void *ctx);
void serve_own_end(struct serve_own *own);

#endif
