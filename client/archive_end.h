/*
 * client/archive_end: the end of what the archive keeps. An act goes when the term of its kind of organisation and purpose is over
 * (client/terms), and not while it may still have to prove something: what it carried or is about is kept here, an objection about the same
 * child or case is, or its opening was not compared yet. The row's place stays: number, leaf, time and the leaf's hash, which say nothing about
 * anybody; with them the numbers stay without gap, and `audit complete` tells what is over from what is missing.
 */
#ifndef CLIENT_ARCHIVE_END_H
#define CLIENT_ARCHIVE_END_H

#include "client/archive.h"

enum { CLIENT_ARCHIVE_END_AT_ONCE = 256 };

/*
 * Look at the next rows, from the first that is whole up to the first that is too young. *more: not there yet. What it costs in a day is the
 * rows over five years old that another term keeps, never the archive. Rows that do not hold any more stay: they are a fault to be seen.
 */
MUST_USE enum err client_archive_end_run(struct client_node *n, struct vault_txn *x, uint64_t now_s, bool *more);

/* The lowest number that is not spent, as the last pass left it; 1 at first. And its leaf's time; 0: not known. */
MUST_USE enum err client_archive_end_floor(struct vault_txn *x, uint64_t *number, uint64_t *time_s);

/* What could not be believed has no moment of its own: it lies before the next number that has. *at_s 0: that is not here. */
MUST_USE enum err client_archive_end_moment(struct vault_txn *x, uint64_t number, uint64_t *at_s);

/* How long an act for this purpose stays here (NULL: the longest), by the settings too. */
uint64_t client_archive_end_term_s(const struct client_node *n, const char *purpose);

#endif
