/* decode.h - from received bytes to reports.
 *
 * One document in (a message, an attachment, a bare report), events out. It
 * knows containers, not files: no I/O, so the process that runs it may be
 * locked away.
 */
#ifndef DECODE_H
#define DECODE_H

#include "base/base.h"
#include "dmarc/dmarc.h"
#include "failrpt/failrpt.h"
#include "seal/seal.h"
#include "tlsrpt/tlsrpt.h"

enum decode_kind { DECODE_NONE, DECODE_DMARC, DECODE_TLSRPT, DECODE_FAILURE };

enum decode_status {
	DECODE_READ,     /* a report, all events given */
	DECODE_REJECTED, /* looks like a report but cannot be read */
	DECODE_IGNORED   /* no report inside */
};

enum decode_media {
	DECODE_AS_XML,
	DECODE_AS_JSON,
	DECODE_AS_GZIP,
	DECODE_AS_ZIP,
	DECODE_AS_ZLIB,
	DECODE_AS_MAIL
};

enum { DECODE_REPAIRS_MAX = 96 };

/* How one report ended. Strings live during the call. */
struct decode_end {
	enum decode_status status;
	enum decode_kind kind;
	struct str member; /* "part/1/x.xml"; empty: the document */
	struct diag why;   /* for rejected and ignored */
	bool complete;     /* false: recovered from a cut document */
	size_t repair_count;
	struct dmarc_repair repairs[DECODE_REPAIRS_MAX];
	size_t longest_line;           /* of the mail, 0 when it was none */
	uint8_t hash[SEAL_HASH_BYTES]; /* of the unpacked document */
	struct dmarc_totals totals;    /* DMARC only */
	/* The attachment as received; gzip of it when it came unpacked
	 * (`repacked`). Empty for DECODE_IGNORED. */
	struct str raw;
	enum decode_media media;
	bool repacked;
	struct str carrier_from, carrier_subject, carrier_id; /* of the mail */
	int64_t carrier_date;                                 /* 0 unknown */
};

/* For each report: `head` and then `row`s, or `tls`, or `failure`, and always
 * `end`. `undo` says that what came since the last `end` is void: the same
 * report begins again (a second, forgiving pass) or is refused. A return
 * other than ERR_NONE stops everything. */
struct decode_sink {
	void *ctx;
	enum err (*head)(void *ctx, const struct dmarc_head *head);
	enum err (*row)(void *ctx, const struct dmarc_row *row);
	enum err (*tls)(void *ctx, const struct tlsrpt_report *report);
	enum err (*failure)(void *ctx, const struct failrpt_report *report);
	enum err (*undo)(void *ctx);
	enum err (*end)(void *ctx, const struct decode_end *end);
};

/* Call once per process before the first decode. */
void decode_init(void);
/* `bytes` is a whole message or file. `now` in UTC seconds. Everything wrong
 * with the bytes is told by `end`, of which there is at least one; ERR_STOP
 * comes back when the sink returned an error, and nothing else. */
enum err decode_document(struct str bytes, int64_t now,
			 const struct decode_sink *sink) MUST_CHECK;

/* A large bare report (XML, or gzip of it) that need not be in memory: `read`
 * gives the next piece (at most `n` bytes, 0 at the end), `rewind` goes back
 * to the start. Used when decode_is_bare says so of the first bytes. */
struct decode_source {
	void *ctx;
	size_t (*read)(void *ctx, char *to, size_t n);
	bool (*rewind)(void *ctx);
};
bool decode_is_bare_xml(struct str first_bytes);
enum err decode_stream(const struct decode_source *source, int64_t now,
		       const struct decode_sink *sink) MUST_CHECK;

const char *decode_kind_name(enum decode_kind kind);
const char *decode_status_name(enum decode_status status);

#endif
