/* recipients.h - who may receive: the index file, and what it says of an
 * address. */
#ifndef INTAKE_RECIPIENTS_H
#define INTAKE_RECIPIENTS_H

#include "intake/intake.h"
#include "smtp/smtp.h"

struct recipients;

/* Without the file only the fixed names receive. `options` must live on. */
struct recipients *recipients_new(const struct intake_options *options);
void recipients_free(struct recipients *r);
/* Reads the file again if it changed. Looks at most once a second of `ticks`
 * (milliseconds), at once with 0. A file that cannot be read leaves what is
 * known and is told in the log. */
void recipients_refresh(struct recipients *r, int64_t ticks);
/* SMTP_OK, SMTP_UNKNOWN or SMTP_NO_RELAY. `domain`: whose token it is, "" for
 * the fixed names; lives until the next refresh. */
enum smtp_answer recipients_judge(const struct recipients *r, struct str to,
				  struct str *domain);

#endif
