/* parser.c - the process that reads what strangers wrote.
 *
 * It holds two sockets and the descriptor of one file, nothing else: no
 * database, no network, no way to more rights.
 */
#include "ingest/private.h"

#include "dkimsig/dkimsig.h"
#include "os/os.h"
#include "sandbox/sandbox.h"
#include "seal/seal.h"

#include <iconv.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	FIRST_BYTES = 4096,
	STREAM_FROM = 1 << 20, /* bare reports larger than this are streamed */
	RAW_PIECE = 256 << 10,
	CARRIER_MAX = 128 << 20,
	SIGNATURES_ROOM = 16 << 20,
	ANSWER_ROOM = FRAME_MAX + (1 << 20)
};

struct parser {
	struct frame_out out;
	int64_t now;
	uint64_t message; /* in a mailbox: which; 0 outside */
	const char *die_on;
};

static enum err
send_head(void *ctx, const struct dmarc_head *head)
{
	struct parser *p = ctx;

	frame_put_head(&p->out, head);
	return frame_end(&p->out);
}

static enum err
send_row(void *ctx, const struct dmarc_row *row)
{
	struct parser *p = ctx;

	frame_put_row(&p->out, row);
	return frame_end(&p->out);
}

static enum err
send_tls(void *ctx, const struct tlsrpt_report *report)
{
	struct parser *p = ctx;

	frame_put_tls(&p->out, report);
	return frame_end(&p->out);
}

static enum err
send_failure(void *ctx, const struct failrpt_report *report)
{
	struct parser *p = ctx;

	frame_put_failure(&p->out, report);
	return frame_end(&p->out);
}

static enum err
send_undo(void *ctx)
{
	struct parser *p = ctx;

	frame_begin(&p->out, FRAME_UNDO);
	return frame_end(&p->out);
}

static enum err
send_raw(struct parser *p, struct str raw)
{
	enum err err = ERR_NONE;

	while (raw.n > 0 && err == ERR_NONE) {
		frame_begin(&p->out, FRAME_RAW);
		(void)buf_add(&p->out.bytes, str_sub(raw, 0, RAW_PIECE));
		err = frame_end(&p->out);
		raw = str_sub(raw, RAW_PIECE, SIZE_MAX);
	}
	return err;
}

static enum err
send_end(void *ctx, const struct decode_end *end)
{
	struct parser *p = ctx;
	struct decode_end labelled = *end;
	SCOPED_BUF member = BUF(1024);
	enum err err = send_raw(p, end->raw);

	if (err != ERR_NONE)
		return err;
	if (p->message > 0) {
		(void)buf_addf(&member, "message/%llu%s",
			       (unsigned long long)p->message,
			       end->member.n ? "/" : "");
		(void)buf_add(&member, end->member);
		labelled.member = buf_str(&member);
	}
	frame_put_end(&p->out, &labelled);
	return frame_end(&p->out);
}

static struct decode_sink
sink_of(struct parser *p)
{
	return (struct decode_sink){ .ctx = p,
				     .head = send_head,
				     .row = send_row,
				     .tls = send_tls,
				     .failure = send_failure,
				     .undo = send_undo,
				     .end = send_end };
}

static size_t
source_read(void *ctx, char *to, size_t n)
{
	int *fd = ctx;
	size_t got = os_read_all(*fd, to, n);

	return got == SIZE_MAX ? 0 : got;
}

static bool
source_rewind(void *ctx)
{
	int *fd = ctx;

	return lseek(*fd, 0, SEEK_SET) == 0;
}

static enum err
send_refusal(struct parser *p, const char *code, const char *detail)
{
	struct decode_end end = { .status = DECODE_REJECTED };

	(void)diag_set(&end.why, ERR_LIMIT, code, 0, "%s", detail);
	return send_end(p, &end);
}

static enum err
parse_mbox(struct parser *p, int fd)
{
	const struct decode_sink sink = sink_of(p);
	struct mbox box = { .fd = fd, .bytes = BUF(MESSAGE_MAX + (1 << 20)) };
	struct str message;
	enum err err = ERR_NONE;
	bool too_large;

	p->message = 0;
	while (err == ERR_NONE && mbox_next(&box, &message, &too_large)) {
		p->message++;
		err = too_large ? send_refusal(p, "decode.too_large", ">64 MiB")
				: decode_document(message, p->now, &sink);
	}
	if (err == ERR_NONE && box.failed)
		err = send_refusal(p, "io.read", "mbox");
	p->message = 0;
	buf_free(&box.bytes);
	return err;
}

static enum err
parse_whole(struct parser *p, int fd, off_t size)
{
	const struct decode_sink sink = sink_of(p);
	SCOPED_BUF bytes = BUF(MESSAGE_MAX + 1);
	size_t room = size >= 0 && size < MESSAGE_MAX ? (size_t)size + 1
						      : MESSAGE_MAX + 1;
	char *to = buf_reserve(&bytes, room);
	size_t n = to ? os_read_all(fd, to, room) : SIZE_MAX;

	if (n == SIZE_MAX)
		return send_refusal(p, "io.read", "file");
	buf_commit(&bytes, n);
	return decode_document(buf_str(&bytes), p->now, &sink);
}

/* Converters are files that the C library loads when a text first needs them,
 * which the sandbox forbids. Open ones stay loaded. */
static void
load_character_sets(void)
{
	static const char *const names[] = {
		"ISO-8859-1",   "ISO-8859-2",   "ISO-8859-15", "WINDOWS-1250",
		"WINDOWS-1251", "WINDOWS-1252", "KOI8-R",      "ISO-2022-JP",
		"SHIFT_JIS",    "EUC-JP",       "GB18030",     "BIG5",
		"EUC-KR",       "UTF-16",       "UTF-8",       "CP932",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		(void)iconv_open("UTF-8", names[i]);
}

/* For the tests of what happens then. */
static void
die_of(const struct parser *p, int fd)
{
	SCOPED_BUF bytes = BUF(MESSAGE_MAX);

	if (p->die_on && read_whole(fd, &bytes) &&
	    str_find(buf_str(&bytes), str_of(p->die_on)) != SIZE_MAX)
		_exit(9);
	(void)lseek(fd, 0, SEEK_SET);
}

static enum err
parse_file(struct parser *p, int fd)
{
	const struct decode_sink sink = sink_of(p);
	const struct decode_source source = { &fd, source_read, source_rewind };
	char first[FIRST_BYTES];
	struct stat info;
	size_t n = os_read_all(fd, first, sizeof first);

	if (n == SIZE_MAX || fstat(fd, &info) < 0 || !source_rewind(&fd))
		return send_refusal(p, "io.read", "file");
	if (mbox_sniff((struct str){ first, n }))
		return parse_mbox(p, fd);
	if (info.st_size > STREAM_FROM &&
	    decode_is_bare_xml((struct str){ first, n }))
		return decode_stream(&source, p->now, &sink);
	return parse_whole(p, fd, info.st_size);
}

static enum err
send_signatures(struct parser *p, struct str message)
{
	SCOPED_ARENA mem = arena_new(SIGNATURES_ROOM);
	struct json_out j = JSON_OUT(&p->out.bytes);
	struct dkimsig_mail mail;

	if (!dkimsig_read(message, mem, &mail))
		return ERR_LIMIT;
	frame_begin(&p->out, FRAME_SIGNATURES);
	dkimsig_print(&j, NULL, &mail);
	return frame_end(&p->out);
}

static enum err
read_signatures(struct parser *p, int fd)
{
	SCOPED_BUF bytes = BUF(CARRIER_MAX);

	if (!read_whole(fd, &bytes))
		return ERR_LIMIT;
	return send_signatures(p, buf_str(&bytes));
}

/* Looks up what it needs of the library now: not from within the sandbox. */
static void
load_hashes(void)
{
	uint8_t hash[SEAL_HASH_BYTES];

	seal_hash_of(S(""), hash);
}

static void
work(struct parser *p, char task, int fd)
{
	if (p->die_on)
		die_of(p, fd);
	if (task == PEER_SIGNATURES)
		(void)read_signatures(p, fd);
	else
		(void)parse_file(p, fd);
}

int
parser_run(int requests, int answers, const char *die_on)
{
	struct parser p = { .out = { .fd = answers, .bytes = BUF(ANSWER_ROOM) },
			    .die_on = die_on };
	char message[32];

	decode_init();
	load_character_sets();
	load_hashes();
	if (sandbox_parser(NULL) != ERR_NONE)
		return 1;
	for (;;) {
		SCOPED_FD fd = -1;
		ssize_t n = os_take_fd(requests, &fd, message, sizeof message);

		if (n <= 1 ||
		    !str_i64((struct str){ message + 1, (size_t)n - 1 },
			     &p.now))
			break;
		if (fd >= 0)
			work(&p, message[0], fd);
		frame_begin(&p.out, FRAME_DONE);
		if (frame_end(&p.out) != ERR_NONE ||
		    frame_flush(&p.out) != ERR_NONE)
			break;
	}
	buf_free(&p.out.bytes);
	return 0;
}
