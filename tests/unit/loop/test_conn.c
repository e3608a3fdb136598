#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "loop/loop.h"
#include "os/os.h"

#include "peer.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The owner of the loop's end: what it was told and what it does. */
struct owner {
	struct loop *loop;
	struct loop_conn *conn;
	struct buf seen;
	size_t calls, drained, secured;
	int ended; /* -1 not yet */
	/* Bytes to take of what is shown; NULL takes all. */
	size_t (*take)(struct owner *o, struct str bytes);
	void (*when_secured)(struct owner *o);
	struct loop_timer *timer;
};

static size_t
on_read(void *ctx, struct str bytes)
{
	struct owner *o = ctx;
	size_t took;

	o->calls++;
	took = o->take ? o->take(o, bytes) : bytes.n;
	buf_add(&o->seen, str_sub(bytes, 0, took));
	return took;
}

static void
on_drained(void *ctx)
{
	((struct owner *)ctx)->drained++;
}

static void
on_secured(void *ctx)
{
	struct owner *o = ctx;

	o->secured++;
	if (o->when_secured)
		o->when_secured(o);
}

static void
on_ended(void *ctx, enum loop_end how)
{
	struct owner *o = ctx;

	o->ended = (int)how;
	loop_conn_close(o->conn, false); /* allowed, does nothing more */
	loop_stop(o->loop);
}

static const struct loop_handler handler = { on_read, on_drained, on_secured,
					     on_ended };

static struct owner
own(void)
{
	return (struct owner){ .loop = loop_new(),
			       .seen = BUF(64 << 20),
			       .ended = -1 };
}

static void
done(struct owner *o)
{
	loop_timer_free(o->timer);
	loop_free(o->loop);
	buf_free(&o->seen);
}

/* Every case of reading, writing and time runs plain, then through TLS. */
static bool through_tls;

static int
plain(void **state)
{
	(void)state;
	through_tls = false;
	return 0;
}

static int
secure(void **state)
{
	(void)state;
	through_tls = true;
	return 0;
}

static void
connect_peer(struct owner *o, struct peer *p, struct tls_identity *identity)
{
	int fd[2];

	peer_pair(fd);
	p->fd = fd[1];
	p->through_tls = through_tls && identity;
	o->conn = loop_conn_new(o->loop, fd[0], identity, &handler, o);
	peer_start(p);
}

/* ---- reading and writing ---- */

static size_t
take_lines(struct owner *o, struct str bytes)
{
	size_t took = 0, end;

	while ((end = str_index(str_sub(bytes, took, SIZE_MAX), '\n')) !=
	       SIZE_MAX) {
		loop_conn_write(o->conn, str_sub(bytes, took, end + 1));
		took += end + 1;
	}
	return took;
}

static void
sends_lines_in_pieces(struct peer *p)
{
	peer_write(p, S("on"));
	(void)usleep(20000);
	peer_write(p, S("e\ntwo\nthr"));
	p->count += peer_read(p, 8) && peer_is(p, S("one\ntwo\n"));
	peer_write(p, S("ee\n"));
	p->count += peer_read(p, 6) && peer_is(p, S("three\n"));
}

static void
what_is_not_taken_is_shown_again(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = sends_lines_in_pieces };

	(void)state;
	o.take = take_lines;
	connect_peer(&o, &p, through_tls ? peer_identity() : NULL);
	loop_run(o.loop);
	peer_join(&p);
	assert_int_equal(o.ended, LOOP_CLOSED);
	assert_int_equal(p.count, 2);
	assert_string_equal(buf_c(&o.seen), "one\ntwo\nthree\n");
	assert_int_equal(o.drained, 2);
	done(&o);
}

enum { BIG = 5 << 20 };

static void
sends_and_counts_much(struct peer *p)
{
	static char block[64 << 10];

	for (size_t i = 0; i < sizeof block; i++)
		block[i] = (char)(i % 251);
	for (size_t i = 0; i < BIG / sizeof block; i++)
		peer_write(p, (struct str){ block, sizeof block });
	while (p->count < BIG && peer_read(p, sizeof p->got))
		for (size_t i = 0; i < p->got_n; i++, p->count++)
			if (p->got[i] != block[p->count % sizeof block])
				return;
}

static size_t
echo_when_whole(struct owner *o, struct str bytes)
{
	if (o->seen.n + bytes.n == BIG) {
		loop_conn_write(o->conn, buf_str(&o->seen));
		loop_conn_write(o->conn, bytes);
	}
	return bytes.n;
}

static void
megabytes_arrive_unchanged_both_ways(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = sends_and_counts_much };

	(void)state;
	o.take = echo_when_whole;
	connect_peer(&o, &p, through_tls ? peer_identity() : NULL);
	loop_run(o.loop);
	peer_join(&p);
	assert_int_equal(o.seen.n, BIG);
	assert_int_equal(p.count, BIG);
	assert_int_equal(o.drained, 1);
	done(&o);
}

static size_t
take_all_of_the_whole(struct owner *o, struct str bytes)
{
	(void)o;
	return bytes.n < 200000 ? 0 : bytes.n;
}

static void
sends_one_long_line(struct peer *p)
{
	static char block[200000];

	peer_write(p, (struct str){ block, sizeof block });
}

static void
a_long_line_is_seen_in_one_piece(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = sends_one_long_line };

	(void)state;
	o.take = take_all_of_the_whole;
	connect_peer(&o, &p, through_tls ? peer_identity() : NULL);
	loop_conn_read_max(o.conn, 200001);
	loop_run(o.loop);
	peer_join(&p);
	assert_int_equal(o.seen.n, 200000);
	done(&o);
}

static void
a_line_over_the_maximum_ends_the_connection(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = sends_one_long_line };

	(void)state;
	o.take = take_all_of_the_whole;
	connect_peer(&o, &p, through_tls ? peer_identity() : NULL);
	loop_conn_read_max(o.conn, 150000);
	loop_run(o.loop);
	assert_int_equal(o.ended, LOOP_FAILED);
	done(&o);
	peer_join(&p);
}

static void
waits_for_bye(struct peer *p)
{
	peer_write(p, S("quit"));
	p->count = peer_read(p, 3) && peer_is(p, S("bye"));
	p->count += !peer_read(p, 1) ? 10 : 0;
}

static size_t
say_bye(struct owner *o, struct str bytes)
{
	loop_conn_write(o->conn, S("bye"));
	loop_conn_close(o->conn, true);
	return bytes.n;
}

static void
stop(void *ctx)
{
	loop_stop(ctx);
}

static void
a_polite_end_lets_the_last_words_out(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = waits_for_bye };
	int64_t began = os_ticks();

	(void)state;
	o.take = say_bye;
	connect_peer(&o, &p, through_tls ? peer_identity() : NULL);
	loop_run(o.loop); /* ends by itself: nothing is left */
	assert_true(os_ticks() - began < 1000);
	peer_join(&p);
	assert_int_equal(p.count, 11);
	assert_int_equal(o.ended, -1);
	done(&o);
}

static void
sends_and_shuts_its_half(struct peer *p)
{
	peer_write(p, S("quit"));
	(void)shutdown(p->fd, SHUT_WR);
	p->count = peer_read(p, 200) ? 0 : p->got_n;
}

static size_t
answer_much(struct owner *o, struct str bytes)
{
	static const char block[200];

	loop_conn_write(o->conn, (struct str){ block, 150 });
	return bytes.n;
}

static void
who_said_all_still_hears_the_answer(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = sends_and_shuts_its_half };

	(void)state;
	o.take = answer_much;
	connect_peer(&o, &p, NULL);
	loop_run(o.loop);
	assert_int_equal(o.ended, LOOP_CLOSED);
	peer_join(&p);
	assert_int_equal(p.count, 150);
	done(&o);
}

/* ---- pausing ---- */

static void
resume(void *ctx)
{
	struct owner *o = ctx;

	o->drained = o->calls; /* how often it was shown before */
	o->take = NULL;
	loop_conn_resume(o->conn);
}

static size_t
pause_with_the_rest(struct owner *o, struct str bytes)
{
	loop_conn_pause(o->conn);
	loop_timer_set(o->timer, 60, false);
	return bytes.n > 1 ? 1 : bytes.n;
}

static void
sends_twice(struct peer *p)
{
	peer_write(p, S("abc"));
	(void)usleep(20000);
	peer_write(p, S("def"));
	(void)usleep(100000);
}

static void
a_paused_connection_shows_nothing_until_resumed(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = sends_twice };

	(void)state;
	o.timer = loop_timer_new(o.loop, resume, &o);
	o.take = pause_with_the_rest;
	connect_peer(&o, &p, through_tls ? peer_identity() : NULL);
	loop_run(o.loop);
	peer_join(&p);
	assert_int_equal(o.drained, 1);
	assert_string_equal(buf_c(&o.seen), "abcdef");
	done(&o);
}

/* ---- time ---- */

static void
says_nothing(struct peer *p)
{
	p->count = !peer_read(p, 1);
}

static void
silence_ends_by_a_timeout(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = says_nothing };
	int64_t began = os_ticks();

	(void)state;
	connect_peer(&o, &p, through_tls ? peer_identity() : NULL);
	loop_conn_timeout(o.conn, 50, 0);
	loop_run(o.loop);
	assert_int_equal(o.ended, LOOP_TIMEOUT);
	assert_in_range(os_ticks() - began, 40, 2000);
	done(&o);
	peer_join(&p);
	assert_int_equal(p.count, 1);
}

static void
reads_nothing(struct peer *p)
{
	peer_write(p, S("go"));
	(void)usleep(300000);
}

static size_t
send_too_much(struct owner *o, struct str bytes)
{
	static const char block[8 << 20];

	loop_conn_write(o->conn, (struct str){ block, sizeof block });
	return bytes.n;
}

static void
a_reader_that_stopped_ends_by_a_timeout(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = reads_nothing };

	(void)state;
	o.take = send_too_much;
	connect_peer(&o, &p, through_tls ? peer_identity() : NULL);
	loop_conn_timeout(o.conn, 0, 80);
	loop_run(o.loop);
	assert_int_equal(o.ended, LOOP_TIMEOUT);
	assert_true(o.drained == 0);
	done(&o);
	peer_join(&p);
}

/* ---- STARTTLS ---- */

static size_t
begin_tls(struct owner *o, struct str bytes)
{
	if (!str_starts(bytes, S("STARTTLS\r\n")))
		return bytes.n;
	loop_conn_write(o->conn, S("220 go\r\n"));
	loop_conn_start_tls(o->conn, peer_identity());
	return 10;
}

static void
injects_before_tls(struct peer *p)
{
	peer_write(p, S("STARTTLS\r\nMAIL FROM:<injected>\r\n"));
	p->count += peer_read(p, 8) && peer_is(p, S("220 go\r\n"));
	p->count += peer_secure(p);
	peer_write(p, S("EHLO inside\r\n"));
	(void)usleep(20000);
}

static void
what_came_before_tls_is_thrown_away(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = injects_before_tls };

	(void)state;
	o.take = begin_tls;
	connect_peer(&o, &p, NULL);
	loop_run(o.loop);
	peer_join(&p);
	assert_int_equal(p.count, 2);
	assert_int_equal(o.secured, 1);
	assert_string_equal(buf_c(&o.seen), "STARTTLS\r\nEHLO inside\r\n");
	done(&o);
}

static void
speaks_no_tls(struct peer *p)
{
	peer_write(p, S("STARTTLS\r\n"));
	(void)peer_read(p, 8);
	peer_write(p, S("MAIL FROM:<plain>\r\n"));
	(void)peer_read(p, 100);
}

static void
plain_bytes_instead_of_tls_fail(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = speaks_no_tls };

	(void)state;
	o.take = begin_tls;
	connect_peer(&o, &p, NULL);
	loop_run(o.loop);
	assert_int_equal(o.ended, LOOP_FAILED);
	assert_int_equal(o.secured, 0);
	assert_string_equal(buf_c(&o.seen), "STARTTLS\r\n");
	done(&o);
	peer_join(&p);
}

static void
greet(struct owner *o)
{
	SCOPED_BUF told = BUF(100);

	tls_describe(loop_conn_tls(o->conn), &told);
	loop_conn_write(o->conn, buf_str(&told));
}

static void
hears_its_cipher(struct peer *p)
{
	p->count = peer_read(p, 7) && peer_is(p, S("TLSv1.3"));
	(void)peer_read(p, 23);
}

static void
the_owner_may_speak_first_through_tls(void **state)
{
	struct owner o = own();
	struct peer p = { .talk = hears_its_cipher };

	(void)state;
	o.when_secured = greet;
	connect_peer(&o, &p, peer_identity());
	assert_null(loop_conn_tls(o.conn));
	loop_run(o.loop);
	peer_join(&p);
	assert_int_equal(p.count, 1);
	assert_int_equal(o.ended, LOOP_CLOSED);
	done(&o);
}

static void
an_impolite_close_drops_what_was_written(void **state)
{
	struct owner o = own();
	int fd[2];

	(void)state;
	peer_pair(fd);
	o.conn = loop_conn_new(o.loop, fd[0], NULL, &handler, &o);
	loop_conn_write(o.conn, S("x"));
	loop_conn_close(o.conn, false);
	loop_defer(o.loop, stop, o.loop);
	loop_run(o.loop);
	assert_int_equal(o.ended, -1);
	assert_int_equal(read(fd[1], &fd, 1), 0);
	(void)close(fd[1]);
	done(&o);
}

static int
forget(void **state)
{
	(void)state;
	peer_forget_identity();
	return 0;
}

#define BOTH(name)                                                             \
	{ #name, name, plain, NULL, NULL },                                    \
	{                                                                      \
#name " through TLS", name, secure, NULL, NULL                 \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH(what_is_not_taken_is_shown_again),
		BOTH(megabytes_arrive_unchanged_both_ways),
		BOTH(a_long_line_is_seen_in_one_piece),
		BOTH(a_line_over_the_maximum_ends_the_connection),
		BOTH(a_polite_end_lets_the_last_words_out),
		cmocka_unit_test(who_said_all_still_hears_the_answer),
		BOTH(a_paused_connection_shows_nothing_until_resumed),
		BOTH(silence_ends_by_a_timeout),
		BOTH(a_reader_that_stopped_ends_by_a_timeout),
		cmocka_unit_test(what_came_before_tls_is_thrown_away),
		cmocka_unit_test(plain_bytes_instead_of_tls_fail),
		cmocka_unit_test_setup(the_owner_may_speak_first_through_tls,
				       secure),
		cmocka_unit_test(an_impolite_close_drops_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, forget);
}
