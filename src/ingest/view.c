/* view.c - a report looked at and not kept: a parser of its own reads it. */
#include "ingest/private.h"

#include "os/os.h"

#include <sys/resource.h>

enum {
	CPU_SECONDS = 10, /* of the parser */
	VIEW_ARENA = 64 << 20
};

struct view {
	struct peer peer;
	const struct decode_sink *sink;
	struct arena *mem;
};

/* What a stranger uploads must not keep a processor busy for long. */
static void
bound(const struct peer *p)
{
	const struct rlimit cpu = { CPU_SECONDS, CPU_SECONDS };

	(void)prlimit(p->pid, RLIMIT_CPU, &cpu, NULL);
}

static enum err
on_end(struct view *v, struct str fields)
{
	struct decode_end end;

	if (!frame_get_end(fields, v->mem, &end))
		return ERR_SYNTAX;
	return v->sink->end(v->sink->ctx, &end);
}

static enum err
on_report(struct view *v, int type, struct str fields)
{
	const struct decode_sink *sink = v->sink;
	struct failrpt_report failure;
	struct tlsrpt_report tls;
	struct dmarc_head head;
	struct dmarc_row row;

	switch (type) {
	case FRAME_HEAD:
		return frame_get_head(fields, &head)
			       ? sink->head(sink->ctx, &head)
			       : ERR_SYNTAX;
	case FRAME_ROW:
		return frame_get_row(fields, v->mem, &row)
			       ? sink->row(sink->ctx, &row)
			       : ERR_SYNTAX;
	case FRAME_TLS:
		return frame_get_tls(fields, v->mem, &tls)
			       ? sink->tls(sink->ctx, &tls)
			       : ERR_SYNTAX;
	case FRAME_FAILURE:
		return frame_get_failure(fields, &failure)
			       ? sink->failure(sink->ctx, &failure)
			       : ERR_SYNTAX;
	case FRAME_UNDO:
		return sink->undo(sink->ctx);
	case FRAME_RAW:
		return ERR_NONE; /* whoever looks has the bytes */
	case FRAME_END:
		return on_end(v, fields);
	default:
		return ERR_SYNTAX;
	}
}

/* ERR_SYNTAX: the parser is gone, or it said what no parser says. */
static enum err
take_frames(struct view *v)
{
	for (;;) {
		struct str fields;
		int type = frame_next(&v->peer.answers, &fields);
		enum err err;

		if (type == FRAME_DONE)
			return ERR_NONE;
		err = type == 0 ? ERR_SYNTAX : on_report(v, type, fields);
		arena_reset(v->mem);
		if (err != ERR_NONE)
			return err;
	}
}

enum err
ingest_view(struct str bytes, int64_t now, const struct decode_sink *sink,
	    struct diag *why)
{
	struct view v = { .sink = sink };
	SCOPED_FD fd = as_descriptor(bytes);
	enum err err;

	if (fd < 0)
		return diag_errno(why, "read", "report");
	err = peer_start(&v.peer, NULL, why);
	if (err != ERR_NONE)
		return err;
	bound(&v.peer);
	v.mem = arena_new(VIEW_ARENA);
	err = peer_ask(&v.peer, fd, PEER_REPORTS, now) ? take_frames(&v)
						       : ERR_SYNTAX;
	peer_stop(&v.peer);
	arena_free(v.mem);
	return err == ERR_SYNTAX ? diag_set(why, ERR_SYNTAX,
					    "ingest.parser_died", 0, "report")
				 : err;
}
