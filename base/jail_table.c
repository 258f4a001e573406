#include "base/jail_table.h"

#include "base/jail.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define T JAIL_THINK
#define FILES (JAIL_KEEP | JAIL_OPEN)
#define ANYTHING 0xffffffffu
#define OWN_NAMESPACE (CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWUTS)

/* The kernel's numbers for fcntl, which fcntl.h has for programs that ask for more than C17 and POSIX. */
enum { SETSIG = 10, SETOWN_EX = 15 };

/* The first value of JAIL_OWN and JAIL_SELF is the process's own id: jail.c puts it in. */
const struct jail_test jail_tests[JAIL_RULES] = {
    [JAIL_NO_CODE] = { .arg = 2, .mask = PROT_EXEC, .count = 1, .value = { 0 } },
    [JAIL_THREAD] = { .arg = 0, .mask = CLONE_THREAD | CLONE_VM | CLONE_UNTRACED | CLONE_PTRACE | OWN_NAMESPACE, .count = 1,
        .value = { CLONE_THREAD | CLONE_VM } },
    [JAIL_TRACER] = { .arg = 0, .mask = CLONE_THREAD | CLONE_VM | CLONE_UNTRACED | CLONE_PTRACE | OWN_NAMESPACE, .count = 1,
        .value = { CLONE_VM | CLONE_UNTRACED } },
    [JAIL_OWN] = { .arg = 0, .mask = ANYTHING, .count = 1 },
    [JAIL_SELF] = { .arg = 0, .mask = ANYTHING, .count = 2 },
    [JAIL_SIGNALS] = { .arg = 1, .mask = ANYTHING, .count = 3, .value = { F_SETOWN, SETOWN_EX, SETSIG } },
    [JAIL_NETWORK] = { .arg = 0, .mask = ANYTHING, .count = 3, .value = { AF_INET, AF_INET6, AF_NETLINK } },
    [JAIL_LOCAL] = { .arg = 0, .mask = ANYTHING, .count = 1, .value = { AF_UNIX } },
    [JAIL_STREAM] = { .arg = 1, .mask = ~(uint32_t)(SOCK_CLOEXEC | SOCK_NONBLOCK), .count = 1, .value = { SOCK_STREAM } },
    [JAIL_FLAGS] = { .arg = 1, .mask = ANYTHING, .count = 7, .value = { F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_SETLK, F_GETLK, F_DUPFD_CLOEXEC } },
    [JAIL_LOCKS] = { .arg = 1, .mask = ANYTHING, .count = 1, .value = { F_SETLKW } },
    [JAIL_SHUT] = { .arg = 2, .mask = ANYTHING, .count = 1, .value = { O_RDONLY | O_CLOEXEC } },
    [JAIL_SENT] = { .arg = 3, .mask = MSG_FASTOPEN, .count = 1, .value = { 0 } },
    [JAIL_SENT_MESSAGE] = { .arg = 2, .mask = MSG_FASTOPEN, .count = 1, .value = { 0 } },
    [JAIL_ASKS] = { .arg = 1, .mask = ANYTHING, .count = 5, .value = { FIONREAD, FIONBIO, TCGETS, SIOCGIFINDEX, SIOCGIFNAME } },
    [JAIL_NAME] = { .arg = 0, .mask = ANYTHING, .count = 1, .value = { PR_SET_NAME } },
};

/* Found by watching each role at work, and by the paths of its code that are rarely taken; names that a processor does not have are left out. */
const struct jail_call jail_table[] = {
    { SYS_futex, "futex", T, JAIL_ANY },
    { SYS_read, "read", T, JAIL_ANY },
    { SYS_write, "write", T, JAIL_ANY },
    { SYS_writev, "writev", T, JAIL_ANY },
    { SYS_close, "close", T, JAIL_ANY },
    { SYS_getrandom, "getrandom", T, JAIL_ANY },
    { SYS_mmap, "mmap", T, JAIL_NO_CODE },
    { SYS_mprotect, "mprotect", T, JAIL_NO_CODE },
    { SYS_munmap, "munmap", T, JAIL_ANY },
    { SYS_mremap, "mremap", T, JAIL_ANY },
    { SYS_madvise, "madvise", T, JAIL_ANY },
    { SYS_brk, "brk", T, JAIL_ANY },
    { SYS_mlock, "mlock", T, JAIL_ANY },
    { SYS_munlock, "munlock", T, JAIL_ANY },
    { SYS_rt_sigprocmask, "rt_sigprocmask", T, JAIL_ANY },
    { SYS_rt_sigaction, "rt_sigaction", T, JAIL_ANY },
    { SYS_rt_sigreturn, "rt_sigreturn", T, JAIL_ANY },
    { SYS_sigaltstack, "sigaltstack", T, JAIL_ANY },
    { SYS_restart_syscall, "restart_syscall", T, JAIL_ANY },
    { SYS_clock_gettime, "clock_gettime", T, JAIL_ANY },
    { SYS_clock_nanosleep, "clock_nanosleep", T, JAIL_ANY },
    { SYS_nanosleep, "nanosleep", T, JAIL_ANY },
    { SYS_gettimeofday, "gettimeofday", T, JAIL_ANY },
    { SYS_sched_yield, "sched_yield", T, JAIL_ANY },
    { SYS_sched_getaffinity, "sched_getaffinity", T, JAIL_ANY },
    { SYS_sysinfo, "sysinfo", T, JAIL_ANY },
    { SYS_getpid, "getpid", T, JAIL_ANY },
    { SYS_getppid, "getppid", T, JAIL_ANY },
    { SYS_gettid, "gettid", T, JAIL_ANY },
    { SYS_tgkill, "tgkill", T, JAIL_OWN },  /* abort */
    { SYS_exit, "exit", T, JAIL_ANY },
    { SYS_exit_group, "exit_group", T, JAIL_ANY },
    { SYS_ppoll, "ppoll", T, JAIL_ANY },
#ifdef SYS_poll
    { SYS_poll, "poll", T, JAIL_ANY },
#endif
    { SYS_recvfrom, "recvfrom", JAIL_TALK, JAIL_ANY },
    { SYS_recvmsg, "recvmsg", JAIL_TALK, JAIL_ANY },
    { SYS_sendto, "sendto", JAIL_TALK, JAIL_SENT },
    { SYS_sendmsg, "sendmsg", JAIL_TALK, JAIL_SENT_MESSAGE },
    { SYS_shutdown, "shutdown", JAIL_TALK, JAIL_ANY },
    { SYS_accept, "accept", JAIL_SERVE, JAIL_ANY },
    { SYS_accept4, "accept4", JAIL_SERVE, JAIL_ANY },
    { SYS_readv, "readv", JAIL_SERVE | JAIL_DIAL, JAIL_ANY },
    { SYS_fcntl, "fcntl", JAIL_SERVE | FILES | JAIL_DIAL, JAIL_FLAGS },
    { SYS_setsockopt, "setsockopt", JAIL_SERVE | JAIL_DIAL, JAIL_ANY },
    { SYS_getsockopt, "getsockopt", JAIL_SERVE | JAIL_DIAL, JAIL_ANY },
    { SYS_getsockname, "getsockname", JAIL_SERVE | JAIL_DIAL, JAIL_ANY },
    { SYS_getpeername, "getpeername", JAIL_SERVE | JAIL_DIAL, JAIL_ANY },
    { SYS_epoll_ctl, "epoll_ctl", JAIL_SERVE | JAIL_DIAL, JAIL_ANY },
    { SYS_epoll_pwait, "epoll_pwait", JAIL_SERVE | JAIL_DIAL, JAIL_ANY },
#ifdef SYS_epoll_wait
    { SYS_epoll_wait, "epoll_wait", JAIL_SERVE | JAIL_DIAL, JAIL_ANY },
#endif
    { SYS_pread64, "pread64", FILES, JAIL_ANY },
    { SYS_pwrite64, "pwrite64", FILES, JAIL_ANY },
    { SYS_pwritev, "pwritev", FILES, JAIL_ANY },
    { SYS_lseek, "lseek", FILES | JAIL_DIAL | JAIL_WATCHED, JAIL_ANY },
    { SYS_fstat, "fstat", FILES | JAIL_DIAL | JAIL_WATCHED, JAIL_ANY },
    { SYS_newfstatat, "newfstatat", FILES | JAIL_DIAL | JAIL_WATCHED, JAIL_ANY },
    { SYS_fsync, "fsync", FILES, JAIL_ANY },
    { SYS_fdatasync, "fdatasync", FILES, JAIL_ANY },
    { SYS_msync, "msync", FILES, JAIL_ANY },
    { SYS_ftruncate, "ftruncate", FILES, JAIL_ANY },
    { SYS_openat, "openat", JAIL_OPEN | JAIL_DIAL | JAIL_WATCHED, JAIL_ANY },
    { SYS_openat, "openat", JAIL_SERVE, JAIL_SHUT },
    { SYS_getdents64, "getdents64", JAIL_OPEN | JAIL_WATCHED, JAIL_ANY },
    { SYS_statfs, "statfs", JAIL_OPEN, JAIL_ANY },
    { SYS_fchmod, "fchmod", JAIL_OPEN, JAIL_ANY },
    { SYS_faccessat, "faccessat", JAIL_OPEN | JAIL_DIAL, JAIL_ANY },
    { SYS_renameat2, "renameat2", JAIL_OPEN, JAIL_ANY },
    { SYS_renameat, "renameat", JAIL_OPEN, JAIL_ANY },
    { SYS_unlinkat, "unlinkat", JAIL_OPEN, JAIL_ANY },
#ifdef SYS_rename
    { SYS_rename, "rename", JAIL_OPEN, JAIL_ANY },
    { SYS_unlink, "unlink", JAIL_OPEN, JAIL_ANY },
    { SYS_access, "access", JAIL_OPEN | JAIL_DIAL, JAIL_ANY },
    { SYS_stat, "stat", JAIL_OPEN | JAIL_DIAL | JAIL_WATCHED, JAIL_ANY },
    { SYS_open, "open", JAIL_WATCHED, JAIL_ANY },
    { SYS_getdents, "getdents", JAIL_WATCHED, JAIL_ANY },
    { SYS_readlink, "readlink", JAIL_WATCHED, JAIL_ANY },
#endif
    { SYS_readlinkat, "readlinkat", JAIL_DIAL | JAIL_WATCHED, JAIL_ANY },
    { SYS_clone, "clone", JAIL_THREADS | JAIL_DIAL, JAIL_THREAD },
    { SYS_clone3, "clone3", JAIL_THREADS | JAIL_DIAL | JAIL_WATCHED, JAIL_NOT_THERE },
    /* Also for threads of nng that have been made and do not run yet. */
    { SYS_set_robust_list, "set_robust_list", JAIL_SERVE | JAIL_THREADS | JAIL_DIAL | JAIL_WATCHED, JAIL_ANY },
    { SYS_rseq, "rseq", JAIL_SERVE | JAIL_THREADS | JAIL_DIAL | JAIL_WATCHED, JAIL_ANY },
    { SYS_prctl, "prctl", JAIL_SERVE | JAIL_THREADS | JAIL_DIAL, JAIL_NAME },
    { SYS_socket, "socket", JAIL_DIAL, JAIL_NETWORK },
    { SYS_socket, "socket", JAIL_DIAL, JAIL_CLOSED },
    { SYS_socketpair, "socketpair", JAIL_DIAL, JAIL_STREAM },
    { SYS_connect, "connect", JAIL_DIAL, JAIL_ANY },
    { SYS_bind, "bind", JAIL_DIAL, JAIL_ANY },
    { SYS_sendmmsg, "sendmmsg", JAIL_DIAL, JAIL_ANY },
    { SYS_ioctl, "ioctl", JAIL_DIAL, JAIL_ASKS },
    { SYS_ioctl, "ioctl", JAIL_DIAL, JAIL_NOT_THERE },  /* libraries try what else there is */
    { SYS_pipe2, "pipe2", JAIL_DIAL, JAIL_ANY },
    { SYS_eventfd2, "eventfd2", JAIL_DIAL, JAIL_ANY },
    { SYS_epoll_create1, "epoll_create1", JAIL_DIAL, JAIL_ANY },
    { SYS_timerfd_create, "timerfd_create", JAIL_DIAL, JAIL_ANY },
    { SYS_timerfd_settime, "timerfd_settime", JAIL_DIAL, JAIL_ANY },
    { SYS_statx, "statx", JAIL_DIAL, JAIL_ANY },
    { SYS_getdents64, "getdents64", JAIL_DIAL, JAIL_ANY },
    { SYS_getresuid, "getresuid", JAIL_DIAL, JAIL_ANY },
    { SYS_getresgid, "getresgid", JAIL_DIAL, JAIL_ANY },
    { SYS_uname, "uname", JAIL_DIAL, JAIL_ANY },
    { SYS_getuid, "getuid", JAIL_DIAL, JAIL_ANY },
    { SYS_geteuid, "geteuid", JAIL_DIAL, JAIL_ANY },
    { SYS_getgid, "getgid", JAIL_DIAL, JAIL_ANY },
    { SYS_getegid, "getegid", JAIL_DIAL, JAIL_ANY },
    { SYS_mmap, "mmap", JAIL_DIAL, JAIL_ANY },          /* the C library loads what looks names up */
    { SYS_mprotect, "mprotect", JAIL_DIAL, JAIL_ANY },
    /* The leak check at the end stops the other threads as a debugger would, from a process that shares the memory. */
    { SYS_clone, "clone", JAIL_WATCHED, JAIL_TRACER },
    { SYS_ptrace, "ptrace", JAIL_WATCHED, JAIL_ANY },
    { SYS_wait4, "wait4", JAIL_WATCHED, JAIL_ANY },
    { SYS_prctl, "prctl", JAIL_WATCHED, JAIL_ANY },
    { SYS_fcntl, "fcntl", JAIL_WATCHED, JAIL_LOCKS },  /* the file of counts, while it is written */
    { SYS_getrlimit, "getrlimit", JAIL_WATCHED, JAIL_ANY },
    { SYS_prlimit64, "prlimit64", JAIL_WATCHED, JAIL_ANY },
};
const size_t jail_table_count = sizeof jail_table / sizeof *jail_table;

const struct jail_call jail_bounded[] = {
    { SYS_clone, "clone", T, JAIL_THREAD },
    { SYS_clone, "clone", JAIL_WATCHED, JAIL_TRACER },
    { SYS_clone3, "clone3", T, JAIL_NOT_THERE },
    { SYS_tgkill, "tgkill", T, JAIL_OWN },
    { SYS_ioctl, "ioctl", T, JAIL_ASKS },
    { SYS_ioctl, "ioctl", T, JAIL_NOT_THERE },
    { SYS_fcntl, "fcntl", T, JAIL_SIGNALS },
    { SYS_fcntl, "fcntl", T, JAIL_ANY },
    { SYS_prlimit64, "prlimit64", JAIL_WATCHED, JAIL_ANY },
    { SYS_prlimit64, "prlimit64", T, JAIL_SELF },
    { SYS_sched_setaffinity, "sched_setaffinity", T, JAIL_SELF },
    { SYS_sched_setscheduler, "sched_setscheduler", T, JAIL_SELF },
    { SYS_sched_setparam, "sched_setparam", T, JAIL_SELF },
    { SYS_sched_setattr, "sched_setattr", T, JAIL_SELF },
    { SYS_socket, "socket", T, JAIL_NETWORK },
    { SYS_socket, "socket", JAIL_MACHINE, JAIL_LOCAL },
    { SYS_socket, "socket", T, JAIL_CLOSED },
    { SYS_socketpair, "socketpair", T, JAIL_STREAM },
};
const size_t jail_bounded_count = sizeof jail_bounded / sizeof *jail_bounded;

/*
 * What even a role without a list must not do: programs, other processes, the kernel. Those with JAIL_THINK it may do: they stand here for
 * their names, which the line about a refusal says.
 */
const struct jail_call jail_refused[] = {
    { SYS_execve, "execve", 0, JAIL_ANY },
    { SYS_execveat, "execveat", 0, JAIL_ANY },
    { SYS_ptrace, "ptrace", JAIL_WATCHED, JAIL_ANY },
    { SYS_process_vm_readv, "process_vm_readv", 0, JAIL_ANY },
    { SYS_process_vm_writev, "process_vm_writev", 0, JAIL_ANY },
    { SYS_kcmp, "kcmp", 0, JAIL_ANY },
    { SYS_pidfd_open, "pidfd_open", 0, JAIL_ANY },
    { SYS_pidfd_getfd, "pidfd_getfd", 0, JAIL_ANY },
    { SYS_bpf, "bpf", 0, JAIL_ANY },
    { SYS_perf_event_open, "perf_event_open", 0, JAIL_ANY },
    { SYS_userfaultfd, "userfaultfd", 0, JAIL_ANY },
    { SYS_io_uring_setup, "io_uring_setup", 0, JAIL_ANY },
    { SYS_keyctl, "keyctl", 0, JAIL_ANY },
    { SYS_add_key, "add_key", 0, JAIL_ANY },
    { SYS_request_key, "request_key", 0, JAIL_ANY },
    { SYS_mount, "mount", 0, JAIL_ANY },
    { SYS_umount2, "umount2", 0, JAIL_ANY },
    { SYS_pivot_root, "pivot_root", 0, JAIL_ANY },
    { SYS_chroot, "chroot", 0, JAIL_ANY },
    { SYS_setns, "setns", 0, JAIL_ANY },
    { SYS_unshare, "unshare", 0, JAIL_ANY },
    { SYS_init_module, "init_module", 0, JAIL_ANY },
    { SYS_finit_module, "finit_module", 0, JAIL_ANY },
    { SYS_delete_module, "delete_module", 0, JAIL_ANY },
    { SYS_kexec_load, "kexec_load", 0, JAIL_ANY },
    { SYS_open_by_handle_at, "open_by_handle_at", 0, JAIL_ANY },
    { SYS_kexec_file_load, "kexec_file_load", 0, JAIL_ANY },
    { SYS_fsopen, "fsopen", 0, JAIL_ANY },
    { SYS_fsmount, "fsmount", 0, JAIL_ANY },
    { SYS_move_mount, "move_mount", 0, JAIL_ANY },
    { SYS_open_tree, "open_tree", 0, JAIL_ANY },
    { SYS_mount_setattr, "mount_setattr", 0, JAIL_ANY },
    { SYS_process_madvise, "process_madvise", 0, JAIL_ANY },
    { SYS_pidfd_send_signal, "pidfd_send_signal", 0, JAIL_ANY },
    { SYS_rt_sigqueueinfo, "rt_sigqueueinfo", 0, JAIL_ANY },
    { SYS_rt_tgsigqueueinfo, "rt_tgsigqueueinfo", 0, JAIL_ANY },
    { SYS_tkill, "tkill", 0, JAIL_ANY },
    { SYS_kill, "kill", 0, JAIL_ANY },
    { SYS_process_mrelease, "process_mrelease", 0, JAIL_ANY },
    { SYS_setpriority, "setpriority", 0, JAIL_ANY },
    { SYS_ioprio_set, "ioprio_set", 0, JAIL_ANY },
    { SYS_migrate_pages, "migrate_pages", 0, JAIL_ANY },
    { SYS_move_pages, "move_pages", 0, JAIL_ANY },
    { SYS_shmget, "shmget", 0, JAIL_ANY },
    { SYS_shmat, "shmat", 0, JAIL_ANY },
    { SYS_shmctl, "shmctl", 0, JAIL_ANY },
    { SYS_semget, "semget", 0, JAIL_ANY },
    { SYS_semop, "semop", 0, JAIL_ANY },
    { SYS_semtimedop, "semtimedop", 0, JAIL_ANY },
    { SYS_semctl, "semctl", 0, JAIL_ANY },
    { SYS_msgget, "msgget", 0, JAIL_ANY },
    { SYS_msgsnd, "msgsnd", 0, JAIL_ANY },
    { SYS_msgrcv, "msgrcv", 0, JAIL_ANY },
    { SYS_msgctl, "msgctl", 0, JAIL_ANY },
    { SYS_listen, "listen", JAIL_THINK, JAIL_ANY },
    { SYS_memfd_create, "memfd_create", JAIL_THINK, JAIL_ANY },
    { SYS_mkdirat, "mkdirat", JAIL_THINK, JAIL_ANY },
    { SYS_linkat, "linkat", JAIL_THINK, JAIL_ANY },
    { SYS_symlinkat, "symlinkat", JAIL_THINK, JAIL_ANY },
    { SYS_fallocate, "fallocate", JAIL_THINK, JAIL_ANY },
    { SYS_flock, "flock", JAIL_THINK, JAIL_ANY },
#ifdef SYS_fork
    { SYS_mkdir, "mkdir", JAIL_THINK, JAIL_ANY },
    { SYS_link, "link", JAIL_THINK, JAIL_ANY },
    { SYS_symlink, "symlink", JAIL_THINK, JAIL_ANY },
    { SYS_fork, "fork", 0, JAIL_ANY },
    { SYS_vfork, "vfork", 0, JAIL_ANY },
#endif
};
const size_t jail_refused_count = sizeof jail_refused / sizeof *jail_refused;
