/* sandbox.c - see sandbox.h. */
#include "jail/sandbox.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/mem.h"
#include "jail/frame.h"

enum { FILTER_MAX = 512, CPU_GRACE_S = 5, FILES_MAX = 32 };

struct sandbox {
	struct sock_fprog program;
	struct sock_filter filter[FILTER_MAX];
};

/* Everything that unpacking takes: bytes, memory, time. Nothing names a file, a process or a peer. */
static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek),
	SCMP_SYS(close), SCMP_SYS(ftruncate), SCMP_SYS(memfd_create), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk),
	SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(getrandom), SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall)};
#if JAIL_RELAXED
static const int relaxed[] = {SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield),
	SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep)};
#endif

static int add_rules(scmp_filter_ctx c)
{
	int r = 0;
	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		r |= seccomp_rule_add(c, SCMP_ACT_ALLOW, allowed[i], 0);
#if JAIL_RELAXED
	for (size_t i = 0; i < sizeof relaxed / sizeof *relaxed; i++)
		r |= seccomp_rule_add(c, SCMP_ACT_ALLOW, relaxed[i], 0);
#else
	/* Memory, but never executable, nor of a file. */
	r |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
		SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
	r |= seccomp_rule_add(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
#endif
	return r;
}

/* The filter's program, by way of a memory file: libseccomp exports to descriptors only. */
static bool export_program(struct sandbox *s, scmp_filter_ctx c)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);
	if (fd < 0)
		return false;
	ssize_t n = seccomp_export_bpf(c, fd) == 0 && lseek(fd, 0, SEEK_SET) == 0 ? read(fd, s->filter, sizeof s->filter) : -1;
	close(fd);
	if (n <= 0 || (size_t)n == sizeof s->filter || (size_t)n % sizeof *s->filter)
		return false;
	s->program = (struct sock_fprog){(unsigned short)((size_t)n / sizeof *s->filter), s->filter};
	return true;
}

struct sandbox *sandbox_new(void)
{
	struct sandbox *s = mem_zalloc(1, sizeof *s);
	scmp_filter_ctx c = seccomp_init(JAIL_RELAXED ? SCMP_ACT_ERRNO(1) : SCMP_ACT_KILL_PROCESS);
	bool ok = s && c && add_rules(c) == 0 && export_program(s, c);
	if (c)
		seccomp_release(c);
	if (ok)
		return s;
	mem_free(s);
	return NULL;
}

/* Who started us may have set less: only root may raise it. */
static bool limit(__rlimit_resource_t what, uint64_t soft, uint64_t hard)
{
	struct rlimit now;
	if (getrlimit(what, &now) < 0)
		return false;
	hard = hard < now.rlim_max ? hard : now.rlim_max;
	return setrlimit(what, &(struct rlimit){soft < hard ? soft : hard, hard}) == 0;
}

bool sandbox_enter(const struct sandbox *s, uint64_t cpu_s, uint64_t memory_bytes)
{
	bool ok = limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_NOFILE, FILES_MAX, FILES_MAX) && limit(RLIMIT_NPROC, 0, 0) &&
	          limit(RLIMIT_FSIZE, LIM_MEMFD, LIM_MEMFD) && limit(RLIMIT_CPU, cpu_s, cpu_s + CPU_GRACE_S) &&
	          (JAIL_RELAXED || limit(RLIMIT_AS, memory_bytes, memory_bytes));
	return ok && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &s->program) == 0;
}
