/* xml.h - XML as events, strict or forgiving.
 *
 * XML_STRICT is expat: well-formed documents in any encoding expat and we
 * know (UTF-8, UTF-16, ISO-8859-1, US-ASCII, windows-1252 ...). XML_LENIENT is
 * for what reporters really send: bytes that are not UTF-8 (read as
 * windows-1252), raw "<x@y>" and "&" in text, a stray quote in the prolog,
 * unclosed or crossed elements, a tail cut inside a tag. Both refuse DOCTYPE
 * ("xml.doctype") and know no entities but the five of XML and numbers.
 * Events are the same however the input is cut into pieces. Pure.
 */
#ifndef XML_H
#define XML_H

#include "base/base.h"

enum xml_mode { XML_STRICT, XML_LENIENT };

struct xml_limits {
	unsigned depth;
	size_t text; /* bytes of one element's own text; more is cut */
	size_t name; /* bytes of a tag with its attributes */
};

#define XML_LIMITS                                                             \
	((struct xml_limits){                                                  \
		.depth = 32, .text = 16u << 10, .name = 64u << 10 })

/* Names come without prefix ("ns:feedback" is "feedback"). `text` may be
 * called several times for one element's text. Strings live during the call
 * only. Any return but ERR_NONE ends the parse and is returned unchanged. */
struct xml_handler {
	void *ctx;
	enum err (*start)(void *ctx, struct str name, uint64_t line);
	enum err (*text)(void *ctx, struct str text);
	enum err (*end)(void *ctx, struct str name);
};

/* What the lenient mode had to put right. */
struct xml_notes {
	bool bytes_repaired;     /* not UTF-8, or control characters */
	bool markup_repaired;    /* raw < or &, bad prolog, crossed elements */
	bool structure_repaired; /* of which: missing, crossed or stray ends */
	bool closed_at_end;      /* elements still open when the input ended */
	unsigned open_at_end;    /* how many */
	bool text_cut;           /* xml_limits.text */
};

struct xml;

struct xml *xml_new(enum xml_mode mode, const struct xml_limits *limits,
		    const struct xml_handler *handler);
void xml_free(struct xml *x);
/* Errors name the line: "xml.not_well_formed" (strict only), "xml.doctype",
 * "xml.too_deep", "xml.tag_too_long", "xml.too_many_names". */
enum err xml_feed(struct xml *x, struct str piece, struct diag *why) MUST_CHECK;
/* End of input. Strict: elements still open are "xml.cut". Lenient: they get
 * their end events and are counted in the notes. */
enum err xml_finish(struct xml *x, struct diag *why) MUST_CHECK;
uint64_t xml_line(const struct xml *x);
const struct xml_notes *xml_notes(const struct xml *x);

#endif
