/* report_view.c - a report that somebody only looks at: read by a parser that
 * is locked away, shown, kept nowhere. */
#include "api/handlers.h"

#include "ingest/ingest.h"
#include "reportview/reportview.h"

enum err
api_report_view(struct api_call *c, struct diag *why)
{
	struct str bytes = c->request->body;
	struct reportview *view;
	struct decode_sink sink;
	enum err err;

	if (bytes.n == 0)
		return diag_set(why, ERR_SYNTAX, "api.bad_body", 0, "%s",
				"empty");
	view = reportview_new(api_begin(c, "waxseal.report_view/1"),
			      c->person.lang);
	sink = reportview_sink(view);
	err = ingest_view(bytes, c->now, &sink, why);
	reportview_end(view);
	api_end(c);
	return err;
}
