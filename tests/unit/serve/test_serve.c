#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "os/os.h"
#include "serve/private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* What the processes of a case tell each other. */
struct board {
	volatile int runs, other_runs, ended_well, saw_title, descriptors;
	volatile int64_t at[16]; /* ticks of each run */
};
static struct board *board;

struct place {
	char dir[64], path[100];
};

static int
set_up(void **state)
{
	struct place *p = heap_new(sizeof *p);

	(void)snprintf(p->dir, sizeof p->dir, "/tmp/waxseal-serve-XXXXXX");
	if (!mkdtemp(p->dir))
		return -1;
	(void)snprintf(p->path, sizeof p->path, "%s/s.sock", p->dir);
	*state = p;
	memset(board, 0, sizeof *board);
	return 0;
}

static int
clean_up(void **state)
{
	struct place *p = *state;
	static const char *const names[] = { "s.sock", "serve.lock" };
	char path[128];

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		(void)snprintf(path, sizeof path, "%s/%s", p->dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(p->dir);
	heap_free(p);
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	return 0;
}

static struct serve *
supervisor(const struct place *p, const struct serve_kind *kinds, size_t n)
{
	const struct serve_options options = { .data = p->dir,
					       .log_level = LOG_ERROR,
					       .hostname = "",
					       .base_url = "" };
	struct serve *s = heap_new(sizeof *s);

	log_start(STDERR_FILENO, LOG_TEXT, LOG_ERROR, "test", os_now);
	serve_init(s, &options);
	assert_int_equal(serve_catch_signals(s, NULL), ERR_NONE);
	for (size_t i = 0; i < n; i++)
		s->child[s->children++] = (struct serve_child){
			.kind = &kinds[i], .wanted = true, .pulse = -1
		};
	return s;
}

static void
end(struct serve *s)
{
	serve_fini(s);
	heap_free(s);
}

/* ---- roles for tests ---- */

static volatile sig_atomic_t asked;

static void
on_term(int signal)
{
	(void)signal;
	asked = 1;
}

/* Until SIGTERM, giving signs of life; `stop`: whom to ask to end first. */
static void
live(struct serve_child *me, pid_t stop)
{
	const struct sigaction action = { .sa_handler = on_term };

	(void)sigaction(SIGTERM, &action, NULL);
	if (stop)
		(void)kill(stop, SIGTERM);
	while (!asked) {
		serve_alive(me);
		(void)usleep(10000);
	}
}

static int
dies_thrice(struct serve *s, struct serve_child *me)
{
	(void)me;
	board->at[board->runs++] = os_ticks();
	if (board->runs <= 3)
		return 1;
	live(me, s->pid);
	board->ended_well++;
	return 0;
}

static int
lives(struct serve *s, struct serve_child *me)
{
	(void)s;
	board->other_runs++;
	live(me, 0);
	board->ended_well++;
	return 0;
}

static int
never_ends(struct serve *s, struct serve_child *me)
{
	(void)me;
	board->runs++;
	(void)signal(SIGTERM, SIG_IGN);
	(void)kill(s->pid, SIGTERM);
	while (pause() < 0)
		;
	return 0;
}

static int
falls_silent(struct serve *s, struct serve_child *me)
{
	(void)s;
	serve_alive(me);
	while (pause() < 0)
		;
	return 0;
}

/* Its own title and only the descriptors that it may have. */
static int
looks_at_itself(struct serve *s, struct serve_child *me)
{
	char name[32] = "";
	int fd = open("/proc/self/comm", O_RDONLY);

	if (fd >= 0 && read(fd, name, sizeof name - 1) > 0)
		board->saw_title = strcmp(name, "looks\n") == 0;
	(void)close(fd);
	for (fd = 3; fd < 1000; fd++)
		board->descriptors += fcntl(fd, F_GETFD) >= 0;
	live(me, s->pid);
	return 0;
}

/* ---- cases ---- */

static void
who_dies_is_begun_again_with_growing_pauses(void **state)
{
	static const struct serve_kind kinds[] = {
		{ .name = "dies", .run = dies_thrice, .lively = true },
		{ .name = "lives", .run = lives, .lively = true }
	};
	struct serve *s = supervisor(*state, kinds, 2);

	serve_watch(s);
	assert_int_equal(board->runs, 4);
	assert_in_range(board->at[1] - board->at[0], 90, 5000);
	assert_in_range(board->at[2] - board->at[1], 190, 5000);
	assert_in_range(board->at[3] - board->at[2], 390, 5000);
	/* The other one never noticed, and both ended as asked. */
	assert_int_equal(board->other_runs, 1);
	assert_int_equal(board->ended_well, 2);
	end(s);
}

static void
who_does_not_end_is_killed(void **state)
{
	static const struct serve_kind kinds[] = {
		{ .name = "stays", .run = never_ends, .lively = true }
	};
	struct serve *s = supervisor(*state, kinds, 1);
	int64_t began = os_ticks();

	s->grace_ms = 200;
	serve_watch(s);
	assert_in_range(os_ticks() - began, 200, 5000);
	assert_int_equal(board->runs, 1);
	end(s);
}

static void
a_role_has_its_title_and_no_descriptors_of_others(void **state)
{
	static const struct serve_kind kinds[] = {
		{ .name = "looks", .run = looks_at_itself, .lively = true }
	};
	struct serve *s = supervisor(*state, kinds, 1);

	serve_watch(s);
	assert_int_equal(board->saw_title, 1);
	assert_int_equal(board->descriptors, 2); /* bell and pulse */
	end(s);
}

/* ---- the service manager ---- */

static int
listen_for_news(const struct place *p)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 5 };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof at.sun_path, "%s", p->path);
	assert_int_equal(bind(fd, (const void *)&at, sizeof at), 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
			 sizeof patience);
	(void)setenv("NOTIFY_SOCKET", p->path, 1);
	return fd;
}

static const char *
next_news(int fd, char room[128])
{
	ssize_t n = recv(fd, room, 127, 0);

	room[n > 0 ? n : 0] = '\0';
	return room;
}

static void
the_service_manager_hears_of_beginning_and_end(void **state)
{
	static const struct serve_kind kinds[] = {
		{ .name = "lives", .run = lives, .lively = true }
	};
	struct place *p = *state;
	int fd = listen_for_news(p);
	struct serve *s = supervisor(p, kinds, 1);
	char room[128];

	if (fork() == 0) {
		/* Ready is told only when the role is. */
		bool ready = strcmp(next_news(fd, room), "READY=1") == 0;

		(void)kill(s->pid, SIGTERM);
		_exit(ready && board->other_runs == 1 ? 0 : 1);
	}
	serve_watch(s);
	assert_string_equal(next_news(fd, room), "STOPPING=1");
	end(s);
	(void)close(fd);
}

static void
a_role_that_fell_silent_stops_the_watchdog(void **state)
{
	static const struct serve_kind kinds[] = {
		{ .name = "silent", .run = falls_silent, .lively = true }
	};
	struct place *p = *state;
	int fd = listen_for_news(p), none = 0;
	struct serve *s;
	char room[128];

	(void)setenv("WATCHDOG_USEC", "100000", 1);
	s = supervisor(p, kinds, 1);
	s->silent_ms = 400;
	s->grace_ms = 100;
	if (fork() == 0) {
		(void)usleep(1500000);
		_exit(kill(s->pid, SIGTERM));
	}
	serve_watch(s);
	for (;;) {
		const char *news = next_news(fd, room);

		if (strcmp(news, "WATCHDOG=1") == 0)
			none++;
		if (strcmp(news, "STOPPING=1") == 0 || !news[0])
			break;
	}
	/* Eight signs in 400 ms, thirty in the whole time. */
	assert_in_range(none, 3, 14);
	end(s);
	(void)close(fd);
}

static void
the_watchdog_is_for_the_process_it_names(void **state)
{
	char pid[32];

	(void)state;
	assert_int_equal(serve_notify_every(), 0);
	(void)setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(serve_notify_every(), 15000);
	(void)setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(serve_notify_every(), 0);
	(void)snprintf(pid, sizeof pid, "%d", (int)getpid());
	(void)setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(serve_notify_every(), 15000);
	serve_notify("READY=1"); /* to nobody: no trouble */
}

/* ---- the place ---- */

static void
a_second_server_on_the_directory_is_told_so(void **state)
{
	struct serve *one = supervisor(*state, NULL, 0);
	struct serve *two = supervisor(*state, NULL, 0);
	struct diag why = { 0 };

	assert_int_equal(serve_take_place(one, &why), ERR_NONE);
	assert_int_equal(serve_take_place(two, &why), ERR_BUSY);
	assert_string_equal(why.code, "serve.running");
	end(one);
	diag_clear(&why);
	assert_int_equal(serve_take_place(two, &why), ERR_NONE);
	end(two);
}

static void
a_reload_keeps_the_sockets_that_stay(void **state)
{
	const struct place *p = *state;
	const char *const first[] = { "127.0.0.1:0", p->path };
	const char *const second[] = { p->path, "[::1]:0" };
	const char *const bad[] = { p->path, "nowhere" };
	struct serve_options o = { .web = { .listen = { first, 2 } },
				   .metrics = "" };
	struct serve_sockets one, two, three;
	struct diag why = { 0 };
	struct stat st;
	SCOPED_BUF name = BUF(200);

	assert_int_equal(serve_sockets_open(&o, NULL, &one, NULL), ERR_NONE);
	assert_int_equal(one.n, 2);
	serve_socket_name(&one.at[0], &name);
	assert_true(str_starts(buf_str(&name), S("127.0.0.1:")));
	assert_false(str_ends(buf_str(&name), S(":0")));
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0666);

	o.web.listen = (struct serve_list){ bad, 2 };
	assert_int_equal(serve_sockets_open(&o, &one, &three, &why),
			 ERR_SYNTAX);
	assert_string_equal(why.code, "serve.listen");
	assert_int_equal(stat(p->path, &st), 0); /* nothing changed */

	o.web.listen = (struct serve_list){ second, 2 };
	assert_int_equal(serve_sockets_open(&o, &one, &two, NULL), ERR_NONE);
	assert_int_equal(two.at[0].fd, one.at[1].fd);
	serve_sockets_close(&one, &two);
	assert_int_equal(fcntl(one.at[0].fd, F_GETFD), -1);
	assert_true(fcntl(two.at[0].fd, F_GETFD) >= 0);
	serve_sockets_close(&two, NULL);
	assert_int_equal(stat(p->path, &st), -1);
}

static void
a_subset_of_roles_opens_only_its_sockets(void **state)
{
	static const char *const any[] = { "127.0.0.1:0" };
	struct serve_options o = { .web = { .listen = { any, 1 } },
				   .smtp = { .listen = { any, 1 } },
				   .metrics = "127.0.0.1:0" };
	struct serve_sockets sockets;

	(void)state;
	o.roles = 1U << SERVE_INTAKE;
	assert_int_equal(serve_sockets_open(&o, NULL, &sockets, NULL),
			 ERR_NONE);
	assert_int_equal(sockets.n, 1);
	assert_int_equal(sockets.at[0].use, SERVE_FOR_SMTP);
	serve_sockets_close(&sockets, NULL);
	o.roles = 1U << SERVE_WRITER;
	assert_int_equal(serve_sockets_open(&o, NULL, &sockets, NULL),
			 ERR_NONE);
	assert_int_equal(sockets.n, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, clean_up)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(who_dies_is_begun_again_with_growing_pauses),
		CASE(who_does_not_end_is_killed),
		CASE(a_role_has_its_title_and_no_descriptors_of_others),
		CASE(the_service_manager_hears_of_beginning_and_end),
		CASE(a_role_that_fell_silent_stops_the_watchdog),
		CASE(the_watchdog_is_for_the_process_it_names),
		CASE(a_second_server_on_the_directory_is_told_so),
		CASE(a_reload_keeps_the_sockets_that_stay),
		CASE(a_subset_of_roles_opens_only_its_sockets),
	};

	board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
