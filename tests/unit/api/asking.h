/* asking.h - an instance in a directory of its own, and requests to it. */
#ifndef ASKING_H
#define ASKING_H

#include "api/api.h"
#include "control/control.h"
#include "json/json.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NOW = 1764000000, DAY = 86400, PLACE_ROOM = 512 };
#define GOOD "correct horse"

/* What the last request was answered. */
struct answer {
	struct api_head head;
	struct buf body;
	struct json *json; /* NULL: the body is none */
	char cookie[512], id[128], name[300], domain[260];
};

/* Who asks: the headers of a session or of a program. */
struct asker {
	char cookie[128], csrf[CONTROL_SECRET_SIZE];
	char authorization[128];
	const char *idempotency_key, *file_name, *type, *client;
	bool tls;
};

struct place {
	char dir[PLACE_ROOM];
	struct api *api;
	struct control *c;
	struct arena *mem;
	struct answer got;
	struct asker admin, viewer;
};

static inline void
must(enum err e, const struct diag *why)
{
	if (e != ERR_NONE)
		fail_msg("%s: %s", why->code, why->detail);
}

/* The clock of the instance under test. */
int64_t asking_clock(void);
void asking_set_clock(int64_t now);

/* Asks `path` with its query and, unless NULL, a JSON body; the answer is in
 * `p->got`. Gives the status. */
int asking(struct place *p, const struct asker *who, enum api_method method,
	   const char *path, const char *body);
/* A member of the answer, by a path of keys and numbers ("user.name",
 * "users.0.id"). */
const struct json *asking_member(struct place *p, const char *path);
/* Its text, "" when it has none; lives until the next. */
const char *asking_text(struct place *p, const char *path);
int64_t asking_number(struct place *p, const char *path);
/* The code of a problem. */
#define code(p) asking_text((p), "code")

/* Adds a user and signs in. */
void asking_sign_in(struct place *p, struct asker *who, const char *name,
		    enum control_role role);
/* A program with these scopes. */
void asking_token(struct place *p, struct asker *who, unsigned scopes);

/* Of cmocka: `asking_begin` with an admin "anna" and a viewer "vera",
 * `asking_begin_empty` with nobody. */
int asking_begin(void **state);
int asking_begin_empty(void **state);
int asking_end(void **state);

#endif
