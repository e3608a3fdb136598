/* wire.h - what the front and a desk say to each other over their socket.
 *
 * Frames: kind and length (32 bits each, of this machine), then the payload.
 * Both ends are one program; what is read is checked all the same.
 */
#ifndef WEB_WIRE_H
#define WEB_WIRE_H

#include "api/api.h"
#include "base/base.h"

enum web_kind {
	WEB_ASK = 1, /* to the desk: struct web_ask */
	WEB_CANCEL,  /* to the desk: nobody wants the rest */
	WEB_HEAD,    /* from the desk: struct web_head */
	WEB_PIECE,   /* of the body */
	WEB_END
};

enum {
	WEB_FRAME_HEAD = 8, /* bytes of kind and length */
	WEB_ASK_MAX = API_LARGE_MAX + (256 << 10),
	WEB_HEAD_MAX = 64 << 10,
	WEB_PIECE_MAX = 64 << 10
};

struct web_ask {
	struct api_request request;
	bool gzip;     /* the client takes it */
	bool bodiless; /* HEAD: nobody will read the body */
};

struct web_head {
	struct api_head api;
	bool packed;     /* the body is gzip */
	bool compressed; /* or would be, for another client: Vary */
	bool sized;
	uint64_t length; /* when sized */
};

/* Whole frames, appended. */
void web_wire_ask(struct buf *out, const struct web_ask *ask);
void web_wire_head(struct buf *out, const struct web_head *head);
void web_wire_piece(struct buf *out, struct str piece);
void web_wire_mark(struct buf *out, enum web_kind kind);

/* Kind and length at the start of `bytes`; false when fewer than
 * WEB_FRAME_HEAD are there. */
bool web_wire_frame(struct str bytes, uint32_t *kind, uint32_t *length);
/* From a whole payload; text points into it. */
bool web_wire_read_ask(struct str payload, struct web_ask *out) MUST_CHECK;
bool web_wire_read_head(struct str payload, struct web_head *out) MUST_CHECK;

#endif
