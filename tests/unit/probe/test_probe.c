#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "probe/probe.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server that takes connections and never says a word. */
struct world {
	struct loop *loop;
	struct probe *probe;
	struct netaddr here;
	int fd;
	unsigned answers, again;
	enum facts_stage last;
};

static int
make_world(void **state)
{
	static const struct probe_options plain = { .allow_private_all = true,
						    .mail_ms = 30,
						    .tls_ms = 30,
						    .at_an_address = 3 };
	struct world *w = heap_new(sizeof *w);
	struct probe_options options = plain;
	struct sockaddr_in at = { 0 };
	socklen_t size = sizeof at;
	struct diag why = { 0 };

	w->loop = loop_new();
	if (loop_listen_open(S("127.0.0.1:0"), &w->fd, &why) != ERR_NONE ||
	    getsockname(w->fd, (struct sockaddr *)&at, &size) < 0 ||
	    !netaddr_parse(S("127.0.0.1"), &w->here))
		return -1;
	options.https_port = options.smtp_port = ntohs(at.sin_port);
	if (probe_new(w->loop, &options, &w->probe, &why) != ERR_NONE)
		return -1;
	*state = w;
	return 0;
}

static int
end_world(void **state)
{
	struct world *w = *state;

	probe_free(w->probe);
	loop_free(w->loop);
	(void)close(w->fd);
	heap_free(w);
	return 0;
}

static void
mail_told(void *ctx, const struct facts_mail *mail)
{
	struct world *w = ctx;

	w->answers++;
	w->last = mail->stage;
	if (w->again > 0) {
		w->again--;
		probe_mail(w->probe, S("again.example"), &w->here, mail_told,
			   w);
	}
	if (probe_busy(w->probe) == 0)
		loop_stop(w->loop);
}

static void
web_told(void *ctx, const struct facts_web *web)
{
	struct world *w = ctx;

	w->answers++;
	w->last = web->stage;
	assert_int_equal(web->tls.alert, -1);
	if (probe_busy(w->probe) == 0)
		loop_stop(w->loop);
}

static void
nothing_is_told_before_the_loop_runs(void **state)
{
	struct world *w = *state;

	probe_mail(w->probe, S("mx.example"), &w->here, mail_told, w);
	probe_web(w->probe, S("mx.example"), S("/"), &w->here, web_told, w);
	assert_int_equal(w->answers, 0);
	assert_int_equal(probe_busy(w->probe), 2);
	loop_run(w->loop);
	assert_int_equal(w->answers, 2);
	assert_int_equal(probe_busy(w->probe), 0);
}

static void
silence_has_an_end(void **state)
{
	struct world *w = *state;

	probe_mail(w->probe, S("mx.example"), &w->here, mail_told, w);
	loop_run(w->loop);
	assert_int_equal(w->last, FACTS_TOO_SLOW);
	probe_web(w->probe, S("mx.example"), S("/"), &w->here, web_told, w);
	loop_run(w->loop);
	assert_int_equal(w->last, FACTS_TLS_TIMEOUT);
}

static void
who_is_told_may_ask_for_more(void **state)
{
	struct world *w = *state;

	w->again = 5;
	probe_mail(w->probe, S("mx.example"), &w->here, mail_told, w);
	loop_run(w->loop);
	assert_int_equal(w->answers, 6);
	assert_int_equal(probe_busy(w->probe), 0);
}

static void
stop(void *ctx)
{
	loop_stop(((struct world *)ctx)->loop);
}

static void
the_end_comes_without_a_word(void **state)
{
	struct world *w = *state;
	struct loop_timer *t = loop_timer_new(w->loop, stop, w);

	for (int i = 0; i < 10; i++) {
		probe_mail(w->probe, S("mx.example"), &w->here, mail_told, w);
		probe_web(w->probe, S("mx.example"), S("/"), &w->here, web_told,
			  w);
	}
	loop_timer_set(t, 10, false);
	loop_run(w->loop);
	loop_timer_free(t);
	probe_free(w->probe);
	w->probe = NULL;
	loop_defer(w->loop, stop, w);
	loop_run(w->loop);
	assert_int_equal(w->answers, 0);
}

#define IN_WORLD(name)                                                         \
	cmocka_unit_test_setup_teardown(name, make_world, end_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORLD(nothing_is_told_before_the_loop_runs),
		IN_WORLD(silence_has_an_end),
		IN_WORLD(who_is_told_may_ask_for_more),
		IN_WORLD(the_end_comes_without_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
