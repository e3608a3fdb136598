/* look.h - a domain that is all right, but for one thing, looked up. */
#ifndef TEST_MTASTS_LOOK_H
#define TEST_MTASTS_LOOK_H

#include "base/base.h"
#include "mtasts/mtasts.h"

enum { LOOK_NOW = 1790000000 };

#define LOOK_POLICY                                                            \
	"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\n"          \
	"max_age: 604800\r\n"

/* What departs from the good world; NULL or 0: nothing. Lines are zone lines
 * of facts.h that stand for those of the good world. */
struct look_case {
	const char *txt, *host, *mx, *rpt, *more;
	const char *body;
	void (*web)(struct facts_web *web);
	void (*web_v6)(struct facts_web *web);
	void (*mail)(struct facts_mail *mail);
	void (*mail_v6)(struct facts_mail *mail);
	/* Expected. */
	const char *code;
	enum mtasts_result result;
	const char *branch; /* NULL: `code` */
};

struct look {
	struct facts *f;
	struct arena *mem;
	struct mtasts_lookup out;
	struct finding_list list;
	int rounds, fetches;
};

void look_at(struct look *look, const struct look_case *c,
	     const struct mtasts_asked *asked);
void look_end(struct look *look);
/* Of the good world. */
void look_good_web(struct facts_web *out);
void look_good_mail(struct facts_mail *out);
const struct finding_found *look_find(const struct look *look,
				      const char *code);
struct str look_place(const struct finding_found *found, const char *name);

#endif
