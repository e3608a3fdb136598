/* inspect_net.c - how commands ask the world, and how they wait for it. */
#include "cli/inspect.h"

#include <string.h>
#include <unistd.h>

enum { HOST_ROOM = 256, NETS_MAX = 32, PORT_MAX = 65535 };

/* --allow-private: blocks of addresses, or "all". */
static bool
read_allowed(struct cli *c, struct probe_options *net)
{
	struct netaddr_net *nets = arena_array(c->mem, NETS_MAX, sizeof(*nets));

	if (!nets)
		return false;
	net->allow = nets;
	for (size_t i = 0; i < c->args.given_count; i++) {
		const struct cli_given *g = &c->args.given[i];

		if (!g->option->name ||
		    strcmp(g->option->name, "allow-private") != 0)
			continue;
		if (strcmp(g->value, "all") == 0) {
			net->allow_private_all = true;
			continue;
		}
		if (net->allow_n == NETS_MAX ||
		    !netaddr_parse_net(str_of(g->value), &nets[net->allow_n])) {
			cli_complain(c, "cli.net.bad_block",
				     CLI_ARGS({ "block", str_of(g->value) }));
			return false;
		}
		net->allow_n++;
	}
	return true;
}

/* --ports DNS,HTTPS,SMTP: for laboratories. */
static bool
read_ports(struct cli *c, struct inspect_options *out)
{
	const char *given = cli_value(c, "ports");
	uint16_t *const ports[] = { &out->dns.port, &out->net.https_port,
				    &out->net.smtp_port };
	struct str rest = str_of(given), piece;
	uint64_t port;

	for (size_t i = 0; given && i < COUNT_OF(ports); i++) {
		if (!str_split(&rest, ',', &piece) || !str_u64(piece, &port) ||
		    port == 0 || port > PORT_MAX) {
			cli_complain(c, "cli.net.bad_ports",
				     CLI_ARGS({ "ports", str_of(given) }));
			return false;
		}
		*ports[i] = (uint16_t)port;
	}
	return true;
}

bool
cli_network(struct cli *c, struct inspect_options *out, int *code)
{
	*out = (struct inspect_options){
		.dns = { .server = cli_value(c, "resolver"),
			 .anchor = cli_value(c, "trust-anchor") },
		.net = { .ca_file = cli_value(c, "ca-file"),
			 .ehlo = cli_hostname(c).p },
	};
	*code = CLI_MISUSE;
	if (!read_allowed(c, &out->net) || !read_ports(c, out))
		return false;
	*code = CLI_FINE;
	return true;
}

int
cli_judge(struct cli *c, struct facts *f, bool (*judge)(void *ctx), void *ctx)
{
	struct inspect_options options;
	struct diag why = { 0 };
	bool complete = false;
	int code;
	enum err err;

	if (!cli_network(c, &options, &code))
		return code;
	err = inspect_wait(&options, f, judge, ctx, &complete, &why);
	if (err != ERR_NONE)
		return cli_fail(c, err, &why);
	if (complete)
		return CLI_FINE;
	cli_complain(c, "cli.net.incomplete", CLI_NO_ARGS);
	return CLI_TEMPORARY;
}

bool
cli_domain(struct cli *c, size_t i, struct str *out)
{
	struct str given = str_of(c->args.operand[i]);

	if (inspect_domain_in(given, c->mem, out))
		return true;
	cli_complain(c, "cli.net.bad_domain", CLI_ARGS({ "domain", given }));
	return false;
}

/* ---- findings for people ---- */

enum cli_style
cli_severity_style(enum finding_severity severity)
{
	switch (severity) {
	case FINDING_CRITICAL:
	case FINDING_FAIL:
		return CLI_BAD;
	case FINDING_WARN:
		return CLI_WARN;
	default:
		return CLI_GOOD;
	}
}

enum { PARAGRAPH_MAX = 64 << 10, NARROW = 40 };

/* Whether a line may end behind byte `n` - 1 although no blank is there:
 * behind a Japanese character, not before its full stop. */
static bool
is_wide_end(struct str text, size_t n)
{
	size_t from = n;

	while (from > 0 && ((unsigned char)text.p[--from] & 0xc0) == 0x80)
		continue;
	text = str_sub(text, from, SIZE_MAX);
	return (unsigned char)text.p[0] >= 0xe3 &&
	       !str_starts(str_sub(text, n - from, SIZE_MAX), S("。")) &&
	       !str_starts(str_sub(text, n - from, SIZE_MAX), S("、"));
}

/* How much of `text` goes on a line of `room` columns. A word that is longer
 * is not cut: it may be for copying. */
static struct str
one_line(struct str text, size_t room)
{
	struct str fits = cli_fit(text, room);

	if (fits.n == text.n)
		return text;
	for (size_t n = fits.n; n > 0; n--)
		if (text.p[n] == ' ' ||
		    (((unsigned char)text.p[n] & 0xc0) != 0x80 &&
		     is_wide_end(text, n)))
			return str_sub(text, 0, n);
	return str_sub(text, 0, str_index(text, ' '));
}

/* `first` begins the first line, as many blanks the others. */
static void
tell_wrapped(struct cli *c, const char *first, struct str text)
{
	size_t indent = strlen(first);
	size_t room = c->width < NARROW ? SIZE_MAX : c->width - indent;

	for (bool begun = false; !begun || text.n > 0; begun = true) {
		struct str line = one_line(text, room);

		buf_addf(&c->out, "%*s%.*s\n", (int)indent, begun ? "" : first,
			 STR_ARG(line));
		text = str_trim(str_sub(text, line.n, SIZE_MAX));
	}
}

static void
tell_filled(struct cli *c, const char *first, const char *text,
	    const struct finding_found *found)
{
	SCOPED_BUF filled = BUF(PARAGRAPH_MAX);

	if (text[0] == '\0')
		return;
	finding_found_fill(&filled, text, found);
	tell_wrapped(c, first, buf_str(&filled));
}

static void
tell_record(struct cli *c, const struct finding_record *r)
{
	bool txt = str_eq(r->type, S("TXT"));
	struct str rest = r->value, line;

	if (r->value.n == 0)
		return;
	buf_addz(&c->out, "    ");
	buf_add_escaped(&c->out, r->name);
	if (str_eq(r->type, S("FILE"))) {
		buf_addz(&c->out, "\n");
		while (str_split(&rest, '\n', &line)) {
			buf_addz(&c->out, "    | ");
			buf_add_escaped(&c->out, str_trim(line));
			buf_addc(&c->out, '\n');
		}
		return;
	}
	buf_addz(&c->out, r->name.n > 0 ? ".  " : "");
	buf_add_escaped(&c->out, r->type);
	buf_addz(&c->out, txt ? "  \"" : "  ");
	buf_add_escaped(&c->out, r->value);
	buf_addz(&c->out, txt ? "\"\n" : "\n");
}

/* The same fault again, in another line of the same thing. */
static bool
is_repeated(const struct finding_list *found, size_t i)
{
	return i > 0 && found->at[i].finding == found->at[i - 1].finding &&
	       found->at[i].evidence.n > 0 &&
	       str_eq(found->at[i].record.value, found->at[i - 1].record.value);
}

/* Where it stands, when it stands in several places. */
static void
tell_places(struct cli *c, const struct finding_list *found, size_t i)
{
	if (i + 1 == found->n || !is_repeated(found, i + 1))
		return;
	do {
		buf_addz(&c->out, "  > ");
		buf_add_escaped(&c->out, found->at[i].evidence);
		buf_addc(&c->out, '\n');
	} while (++i < found->n && is_repeated(found, i));
}

static void
tell_head(struct cli *c, const struct finding *f)
{
	static const char *const colours[] = { "", "", "\x1b[33m", "\x1b[31m",
					       "\x1b[31m" };
	const char *colour = c->colour ? colours[f->severity] : "";
	const char *faint = c->colour ? "\x1b[2m" : "";
	const char *end = c->colour ? "\x1b[0m" : "";

	buf_addf(&c->out, "\n%s%s%s  %s%s%s\n", colour,
		 finding_severity_name(f->severity), end, faint, f->code, end);
}

void
cli_tell_findings(struct cli *c, const struct finding_list *found,
		  enum finding_severity least)
{
	for (size_t i = 0; i < found->n; i++) {
		const struct finding_found *one = &found->at[i];
		const struct finding *f = one->finding;

		if (f->severity < least || is_repeated(found, i))
			continue;
		tell_head(c, f);
		tell_filled(c, "  ", f->title[c->lang], one);
		tell_places(c, found, i);
		tell_filled(c, "  ", f->meaning[c->lang], one);
		tell_filled(c, "  -> ", f->fix[c->lang], one);
		tell_record(c, &one->record);
		cli_flush_some(c);
	}
}

int
cli_findings_exit(const struct cli *c, const struct finding_list *found)
{
	enum finding_severity worst = finding_list_worst(found);

	if (worst >= FINDING_FAIL)
		return CLI_PROBLEMS;
	if (worst == FINDING_WARN && cli_given(c, "strict"))
		return CLI_WARNINGS;
	return CLI_FINE;
}
