/*
 * base/proc: programs made of roles. The parent forks and execs its own binary with "--role NAME"; only then may a
 * child open nng or LMDB. A child gets a start block (what it may know) on descriptor 3 and its socketpairs on 4, 5, ...
 * Nothing is passed in argv or environment: of the latter only the language is kept (and in test builds what steers
 * tests), and nothing that is typed can be read there. A child dies with its parent (PR_SET_PDEATHSIG: start roles from the main thread). SIGINT is for the parent;
 * a role ignores it.
 */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* GRACE_MS: how long the parts of a program may take to end. */
enum { PROC_START_FD = 3, PROC_FIRST_FD = 4, PROC_FDS_MAX = 8, PROC_START_MAX = 1 << 20, PROC_GRACE_MS = 15000 };

struct proc {
    const char *role;  /* borrowed, static */
    pid_t pid;
};

/* A connected pair of stream sockets, both close-on-exec. */
MUST_USE enum err proc_pair(int fds[2]);

/*
 * Start /proc/self/exe as role. fds (fd_count of them) become 4, 5, ... in the child and are closed here, also on
 * failure. At most PROC_FDS_MAX; a role's name has under 64 characters.
 * start is borrowed. ERR_LONG, ERR_IO. A child that cannot become the role ends with EX_OSERR: proc_wait tells.
 */
MUST_USE enum err proc_start(const char *role, const uint8_t *start, size_t start_len, const int *fds, size_t fd_count,
    struct proc *out);

/* In a child: the role of "--role NAME" in argv, or NULL when this is the parent. */
const char *proc_role(int argc, char **argv);
/* In a child: give the start block (the caller wipes and frees it); closes descriptor 3. */
MUST_USE enum err proc_start_block(uint8_t **out, size_t *len);

/*
 * In the parent: wait until SIGTERM or SIGINT (then every child gets SIGTERM, and SIGKILL after grace_ms) or until one
 * child ends by itself; then the others are ended likewise. *dead is the role that ended by itself, NULL after a signal; of
 * several the first, when they ended after this call began or their signals were blocked.
 * OK after a signal and clean ends (exit 0 or SIGTERM), ERR_STATE when a child had to be killed or failed while ending,
 * ERR_PEER when a role died: end with EX_SOFTWARE (70) and name it. At most 16 children.
 */
MUST_USE enum err proc_wait(const struct proc *procs, size_t count, uint64_t grace_ms, const char **dead);

/*
 * Framed messages over a stream socket: u32 length, body. Blocking; whole, or ERR_PEER (the other end is gone), or
 * ERR_LONG: then nothing of the body was read, and the connection is of no further use.
 */
MUST_USE enum err proc_send(int fd, const uint8_t *body, size_t len);
/* Gives *body (the caller frees it). */
MUST_USE enum err proc_recv(int fd, size_t max, uint8_t **body, size_t *len);

/* No core dumps, no ptrace by others, no new privileges, umask 077. Call first in every role. */
void proc_harden(void);

#endif
