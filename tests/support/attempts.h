/*
 * tests/support/attempts: what foreign code in a role would try: to open files, to reach others, to start something, to have code of its own.
 * Each is one system call, made without the C library. tests/liar/taken.c makes them inside a real gate.
 */
#ifndef TESTS_SUPPORT_ATTEMPTS_H
#define TESTS_SUPPORT_ATTEMPTS_H

#include <stddef.h>
#include <sys/types.h>

/* A file that the user may read, write and remove, and a process of the same user that lets itself be traced. */
struct attempts_on { const char *file; pid_t other; };

/* A negative number: refused (errno says how). call is the name that the line about it says. */
struct attempt { const char *name, *call; long (*run)(const struct attempts_on *on); };

extern const struct attempt attempts[];
extern const size_t attempts_count;

#endif
