/*
 * base/jail: what a role may still ask of the system, from the moment it has its start block and its descriptors. Two walls, neither of which
 * can be taken down again: the kernel's Landlock says which folders (jail_files), its seccomp filter which calls (jail_calls). The files
 * base/jail*.c are the only ones that know either. proc_harden comes first: both need no_new_privs.
 *
 * A call that is not allowed is not carried out: it ends the process with EX_NOPERM and a line that names the program and the call, and so
 * the whole hub or keyholder (proc_wait). In a thread that blocks SIGSYS, as those of nng do, the system ends the process without that line,
 * and proc_wait logs the signal. What the C library asks by itself and can do without is answered with an error. A folder that is not allowed is
 * an ordinary error: EACCES.
 *
 * A kernel without either is no reason not to serve, but is never passed over: a line of level error says what is missing.
 */
#ifndef BASE_JAIL_H
#define BASE_JAIL_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Groups of calls; their members stand in one table (base/jail_table.c). */
enum jail_group {
    JAIL_THINK = 1 << 0,    /* memory, locks, time, randomness, a line of log, the end; in every role */
    JAIL_TALK = 1 << 1,     /* through sockets that are connected */
    JAIL_SERVE = 1 << 2,    /* take connections on a socket that listens */
    JAIL_KEEP = 1 << 3,     /* read and write files that are open */
    JAIL_OPEN = 1 << 4,     /* open, replace and list files: jail_files says where */
    JAIL_THREADS = 1 << 5,  /* threads, no processes */
    JAIL_DIAL = 1 << 6,     /* sockets of its own, names looked up, libraries loaded for that */
    JAIL_MACHINE = 1 << 8,  /* services of this machine, by their place among the files; of what jail_calls_but_local allows alone */
    JAIL_WATCHED = 1 << 7   /* what a sanitizer or the counting of branches adds, in builds with one: jail_calls adds it itself */
};

enum jail_may {
    JAIL_SYSTEM,   /* read; passed over when it is not there */
    JAIL_READS,    /* read; made when it is not there, for a folder that comes later would not be the one that is allowed */
    JAIL_WRITES,   /* read, make, replace and remove files in it; made likewise */
    JAIL_GROWS     /* the same, and folders are made in it */
};

/* A folder with all that is in it. */
struct jail_path { const char *path; enum jail_may may; };

/*
 * From now on this thread, and those that it starts, reach no file but in these folders; no program can be executed, no tcp connection made (where the kernel has
 * that), no process of others sent a signal. What is open stays open. Borrows. ERR_IO: a folder cannot be made or looked at.
 */
MUST_USE enum err jail_files(const char *program, const struct jail_path *paths, size_t count);
/* The same for a role that dials: it may make tcp connections. */
MUST_USE enum err jail_files_dialling(const char *program, const struct jail_path *paths, size_t count);

/* From now on all threads make only the calls of these groups. program is borrowed for good, for the line. ERR_IO, ERR_NOMEM. */
MUST_USE enum err jail_calls(const char *program, unsigned groups);

/*
 * For a role of which too much is asked for such a list: all calls but those by which a process gets hold of others, of programs, of the kernel or of
 * the services of this machine.
 */
MUST_USE enum err jail_calls_but(const char *program);
/*
 * The same for one that also asks a service of this machine, by a socket among the files: the kernel cannot say which, so where such a service
 * starts programs for its account (a desktop's, a container's) it can have one started.
 */
MUST_USE enum err jail_calls_but_local(const char *program);

/* A build with a sanitizer or with counted branches: it is allowed JAIL_WATCHED too. */
bool jail_is_watched(void);

#endif
