#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* What the parser holds: a socket to the writer and one to nobody. */
static int link_[2], loose;

enum { REFUSED = 100, OTHERWISE, ALLOWED, NOT_LOCKED };

/* Runs `attempt` in a child under the filter; it returns -1 with errno when
 * it was refused. */
static int
outcome(long (*attempt)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (sandbox_parser(NULL) != ERR_NONE)
			_exit(NOT_LOCKED);
		errno = 0;
		if (attempt() >= 0)
			_exit(ALLOWED);
		_exit(errno == EPERM ? REFUSED : OTHERWISE);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static long
open_to_read(void)
{
	return open("/dev/null", O_RDONLY);
}

static long
old_open(void)
{
	return syscall(SYS_openat, AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static long
create(void)
{
	return open("/tmp/waxseal-sandbox-test", O_WRONLY | O_CREAT, 0600);
}

static long
open_how(void)
{
	uint64_t how[3] = { O_RDONLY, 0, 0 };

	return syscall(SYS_openat2, AT_FDCWD, "/dev/null", how, sizeof how);
}

static long
make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static long
make_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long
make_pair(void)
{
	int pair[2];

	return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

static long
connect_held(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	return connect(loose, (struct sockaddr *)&to, sizeof to);
}

static long
bind_held(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	return bind(loose, (struct sockaddr *)&to, sizeof(sa_family_t));
}

static long
listen_held(void)
{
	return listen(loose, 1);
}

static long
execute(void)
{
	char *const none[] = { NULL };

	return execve("/bin/true", none, none);
}

static long
execute_held(void)
{
	char *const none[] = { NULL };

	return syscall(SYS_execveat, 0, "", none, none, AT_EMPTY_PATH);
}

static long
fork_once(void)
{
	return fork();
}

static long
clone_once(void)
{
	return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long
clone_anew(void)
{
	uint64_t how[8] = { 0 };

	return syscall(SYS_clone3, how, sizeof how);
}

static long
kill_parent(void)
{
	return kill(getppid(), 0);
}

static long
signal_thread(void)
{
	pid_t parent = getppid();

	return syscall(SYS_tgkill, parent, parent, 0);
}

static long
trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long
read_other_memory(void)
{
	return syscall(SYS_process_vm_readv, getpid(), NULL, 0, NULL, 0, 0);
}

static long
executable_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? -1 : 0;
}

static long
memory_made_executable(void)
{
	void *p =
		mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? 0 : mprotect(p, 4096, PROT_READ | PROT_EXEC);
}

static long
rename_file(void)
{
	return rename("/nowhere/a", "/nowhere/b");
}

static long
unlink_file(void)
{
	return unlink("/nowhere/a");
}

static long
stat_file(void)
{
	struct stat info;

	return stat("/", &info);
}

static long
enter_directory(void)
{
	return chdir("/");
}

static long
ring(void)
{
	char params[256] = { 0 };

	return syscall(SYS_io_uring_setup, 1, params);
}

static long
raise_limit(void)
{
	const struct rlimit limit = { 0, 0 };

	return setrlimit(RLIMIT_FSIZE, &limit);
}

static long
new_user(void)
{
	return setuid(0);
}

static long
new_namespace(void)
{
	return unshare(CLONE_NEWUSER);
}

static long
shared_name(void)
{
	return syscall(SYS_memfd_create, "x", 0);
}

static void
nothing_can_be_opened_started_or_reached(void **state)
{
#define REFUSES(name)                                                          \
	{                                                                      \
#name, name                                                    \
	}
	static const struct {
		const char *name;
		long (*attempt)(void);
	} cases[] = {
		REFUSES(open_to_read),
		REFUSES(old_open),
		REFUSES(create),
		REFUSES(open_how),
		REFUSES(make_socket),
		REFUSES(make_unix_socket),
		REFUSES(make_pair),
		REFUSES(connect_held),
		REFUSES(bind_held),
		REFUSES(listen_held),
		REFUSES(execute),
		REFUSES(execute_held),
		REFUSES(fork_once),
		REFUSES(clone_once),
		REFUSES(clone_anew),
		REFUSES(kill_parent),
		REFUSES(signal_thread),
		REFUSES(trace),
		REFUSES(read_other_memory),
		REFUSES(executable_memory),
		REFUSES(rename_file),
		REFUSES(memory_made_executable),
		REFUSES(unlink_file),
		REFUSES(stat_file),
		REFUSES(enter_directory),
		REFUSES(ring),
		REFUSES(raise_limit),
		REFUSES(new_user),
		REFUSES(new_namespace),
		REFUSES(shared_name),
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int got = outcome(cases[i].attempt);

		if (got != REFUSED)
			fail_msg("%s: %d", cases[i].name, got);
	}
}

/* ---- what goes on working ---- */

static long
take_and_read(void)
{
	char byte = 0, octets[8];
	struct iovec piece = { &byte, 1 };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct msghdr header = { .msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control };
	struct stat info;
	int fd;

	if (recvmsg(link_[1], &header, MSG_CMSG_CLOEXEC) != 1 ||
	    !CMSG_FIRSTHDR(&header))
		return -1;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&header)), sizeof fd);
	if (fstat(fd, &info) < 0 || info.st_size != 6 ||
	    lseek(fd, 0, SEEK_SET) != 0 || read(fd, octets, 8) != 6 ||
	    memcmp(octets, "report", 6) != 0 || close(fd) < 0)
		return -1;
	return write(link_[1], octets, 6) == 6 ? 0 : -1;
}

static void
a_descriptor_is_taken_read_and_answered(void **state)
{
	char byte = 'x', answer[8];
	struct iovec piece = { &byte, 1 };
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct msghdr header = { .msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof control };
	struct cmsghdr *c = CMSG_FIRSTHDR(&header);
	int fd = memfd_create("x", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(write(fd, "report", 6), 6);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(c), &fd, sizeof fd);
	assert_int_equal(sendmsg(link_[0], &header, 0), 1);
	assert_int_equal(outcome(take_and_read), ALLOWED);
	assert_int_equal(read(link_[0], answer, sizeof answer), 6);
	assert_memory_equal(answer, "report", 6);
	(void)close(fd);
}

static long
grow(void)
{
	enum { PIECES = 2000 };
	static char *pieces[PIECES];
	void *big = mmap(NULL, 64 << 20, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (big == MAP_FAILED)
		return -1;
	memset(big, 1, 64 << 20);
	if (munmap(big, 64 << 20) < 0)
		return -1;
	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = heap_grow(NULL, i * 37 + 1, 1);
		memset(pieces[i], 1, i * 37 + 1);
	}
	pieces[0] = heap_grow(pieces[0], 80 << 20, 1);
	memset(pieces[0], 1, 80 << 20);
	for (size_t i = 0; i < PIECES; i++)
		heap_free(pieces[i]);
	return 0;
}

static long
ask_the_time(void)
{
	struct timespec now;
	struct tm day;

	if (syscall(SYS_clock_gettime, CLOCK_REALTIME, &now) < 0 ||
	    clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return -1;
	return gmtime_r(&now.tv_sec, &day) ? 0 : -1;
}

static int
by_value(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

/* Large enough that glibc asks how much memory there is. */
static long
sort_and_print(void)
{
	enum { COUNT = 1 << 18 };
	char *many = heap_new((size_t)COUNT * 4), text[64];

	for (size_t i = 0; i < COUNT; i++)
		many[i * 4] = (char)(i * 7);
	qsort(many, COUNT, 4, by_value);
	(void)snprintf(text, sizeof text, "%.17g %s", 0.1, strerror(EPERM));
	heap_free(many);
	return (long)strlen(text) - 1;
}

static void
memory_time_and_sorting_work(void **state)
{
	(void)state;
	assert_int_equal(outcome(grow), ALLOWED);
	assert_int_equal(outcome(ask_the_time), ALLOWED);
	assert_int_equal(outcome(sort_and_print), ALLOWED);
}

static void
a_broken_invariant_still_ends_the_process(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		(void)signal(SIGABRT, SIG_DFL);
		if (sandbox_parser(NULL) != ERR_NONE)
			_exit(NOT_LOCKED);
		abort();
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* ---- roles ---- */

static int
as_a_role(void)
{
	struct rlimit core;

	sandbox_role();
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 ||
	    getrlimit(RLIMIT_CORE, &core) < 0)
		return 1;
	return core.rlim_max <= 1 ? 0 : 2;
}

static int
without_descriptors(void)
{
	int keep[] = { 40, -1, 30, 31 };
	int at;

	for (int fd = 20; fd < 60; fd++)
		if (dup2(STDERR_FILENO, fd) != fd)
			return 1;
	sandbox_close_all_but(keep, COUNT_OF(keep));
	for (at = 0; at < 60; at++) {
		bool open = fcntl(at, F_GETFD) >= 0;
		bool wanted = at <= 2 || at == 30 || at == 31 || at == 40;

		if (wanted && !open)
			return 2;
		if (open && !wanted)
			return 3;
	}
	return 0;
}

static int
as_nobody(void)
{
	const struct passwd *nobody = getpwnam("nobody");
	struct diag why = { 0 };
	gid_t groups[64];
	uid_t uid = nobody->pw_uid;
	gid_t gid = nobody->pw_gid;
	uid_t real, effective, saved;

	if (sandbox_become("no-such-user", &why) != ERR_GONE ||
	    strcmp(why.code, "serve.no_user") != 0)
		return 1;
	if (geteuid() != 0)
		return 2;
	if (sandbox_become("nobody", NULL) != ERR_NONE)
		return 3;
	if (getresuid(&real, &effective, &saved) < 0 || real != uid ||
	    effective != uid || saved != uid || getegid() != gid)
		return 4;
	for (int i = getgroups(64, groups); i-- > 0;)
		if (groups[i] == 0)
			return 5;
	if (setuid(0) == 0)
		return 6;
	/* From here on it is nobody's business any more. */
	return sandbox_become("no-such-user", NULL) == ERR_NONE ? 0 : 7;
}

static int
in_a_child(int (*run)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(run());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_role_gains_nothing_and_leaves_no_core(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(as_a_role), 0);
}

static void
only_the_named_descriptors_stay(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(without_descriptors), 0);
}

static void
root_becomes_another_for_good(void **state)
{
	(void)state;
	if (geteuid() != 0 || !getpwnam("nobody"))
		skip();
	assert_int_equal(in_a_child(as_nobody), 0);
}

static int
open_sockets(void **state)
{
	(void)state;
	loose = socket(AF_UNIX, SOCK_STREAM, 0);
	return loose < 0 ? -1 : socketpair(AF_UNIX, SOCK_SEQPACKET, 0, link_);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_can_be_opened_started_or_reached),
		cmocka_unit_test(a_descriptor_is_taken_read_and_answered),
		cmocka_unit_test(memory_time_and_sorting_work),
		cmocka_unit_test(a_broken_invariant_still_ends_the_process),
		cmocka_unit_test(a_role_gains_nothing_and_leaves_no_core),
		cmocka_unit_test(only_the_named_descriptors_stay),
		cmocka_unit_test(root_becomes_another_for_good),
	};

	return cmocka_run_group_tests(tests, open_sockets, NULL);
}
