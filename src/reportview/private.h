/* private.h - what the files of this room share. */
#ifndef REPORTVIEW_PRIVATE_H
#define REPORTVIEW_PRIVATE_H

#include "reportview/reportview.h"

void reportview_put_texts(struct json_out *j, const char *key,
			  const struct str *texts, size_t count);
/* dmarc.c: into an open object, an open array. */
void reportview_put_head(struct json_out *j, const struct dmarc_head *head);
void reportview_put_row(struct json_out *j, const struct dmarc_row *row);
/* mail.c: members "tls" and "failure". */
void reportview_put_tls(struct json_out *j, const struct tlsrpt_report *report);
void reportview_put_failure(struct json_out *j,
			    const struct failrpt_report *report);

#endif
