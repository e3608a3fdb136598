/* filter.c - the system calls that are left to the parser.
 *
 * A list of what is allowed: whatever the kernel learns later is refused. It
 * holds what glibc's memory, time and stdio need in its versions 2.36 to 2.41,
 * and what the sanitizers' run time needs beside that.
 */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* On descriptors it holds; memory; time; its own end. */
static const int always[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(pread64),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(recvmsg),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(close),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sysinfo),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* These, when an argument's bits under `mask` are `value`. */
static const struct {
	int call;
	unsigned argument;
	uint64_t mask, value;
} masked[] = {
	/* Memory is never made executable. */
	{ SCMP_SYS(mmap), 2, PROT_EXEC, 0 },
	{ SCMP_SYS(mprotect), 2, PROT_EXEC, 0 },
	/* fstat() of some versions of glibc. */
	{ SCMP_SYS(newfstatat), 3, AT_EMPTY_PATH, AT_EMPTY_PATH },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_GETFD },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_SETFD },
	{ SCMP_SYS(fcntl), 1, UINT32_MAX, F_GETFL },
	/* Limits are read, not set. */
	{ SCMP_SYS(prlimit64), 2, UINT64_MAX, 0 },
};

/* A call that this processor does not have is no fault. */
static int
unless_unknown(int failed)
{
	return failed == -EDOM || failed == -EINVAL ? 0 : failed;
}

static int
allow_when(scmp_filter_ctx filter, int call, unsigned argument, uint64_t mask,
	   uint64_t value)
{
	const struct scmp_arg_cmp when = { .arg = argument,
					   .op = SCMP_CMP_MASKED_EQ,
					   .datum_a = mask,
					   .datum_b = value };

	return unless_unknown(
		seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &when));
}

static int
allow_by_argument(scmp_filter_ctx filter)
{
	int failed = 0;

	for (size_t i = 0; i < COUNT_OF(masked) && !failed; i++)
		failed = allow_when(filter, masked[i].call, masked[i].argument,
				    masked[i].mask, masked[i].value);
	/* abort() signals its own process. */
	if (!failed)
		failed = allow_when(filter, SCMP_SYS(tgkill), 0, UINT32_MAX,
				    (uint64_t)getpid());
	return failed;
}

static int
fill(scmp_filter_ctx filter)
{
	int failed = 0;

	/* A tree instead of a chain: reads are frequent. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < COUNT_OF(always) && !failed; i++)
		failed = unless_unknown(
			seccomp_rule_add(filter, SCMP_ACT_ALLOW, always[i], 0));
	return failed ? failed : allow_by_argument(filter);
}

enum err
sandbox_parser(struct diag *why)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int failed = filter ? fill(filter) : -ENOMEM;

	if (!failed)
		failed = seccomp_load(filter);
	seccomp_release(filter);
	if (failed)
		return diag_set(why, ERR_IO, "sandbox.refused", 0, "%s",
				strerror(-failed));
	return ERR_NONE;
}
