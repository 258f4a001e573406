/*
 * client/desk_arg: what the commands on requests and offers share: which row is meant, a note, a last day,
 * and the head of a message about a row.
 */
#ifndef CLIENT_DESK_ARG_H
#define CLIENT_DESK_ARG_H

#include "client/desk.h"

/* A row by --request, --offer or --share. ERR_NOTFOUND with trouble. */
MUST_USE enum err client_desk_arg(
    struct client_call *c, struct vault_txn *x, const char *option, struct client_desk *d);
/* An open request of another partner, in time, and not being granted at this moment: for whoever is about to
 * decide. ERR_STATE, ERR_EXPIRED. */
MUST_USE enum err client_desk_arg_open(struct client_call *c, struct vault_txn *x, struct client_desk *d);
/* --tick: statements whose reference, or which as a whole, a person of this partner checked. None is fine.
 * ERR_LONG. */
MUST_USE enum err client_desk_arg_ticks(struct client_call *c, struct proto_ids *out);
/* --note into d. ERR_LONG. */
MUST_USE enum err client_desk_arg_note(struct client_call *c, struct client_desk *d);
/* A last day, as the moment behind it. ERR_RANGE. */
MUST_USE enum err client_arg_last_day(struct client_call *c, const char *name, uint64_t *end_s);
/* --until, the last day, as the moment behind it: today or later, and at most limit; limit itself when it is
 * not given. ERR_RANGE. */
MUST_USE enum err client_desk_arg_until(struct client_call *c, uint64_t limit, uint64_t *out);
/* --informed, the day the family was told, into d: today or before. None is fine. ERR_RANGE. */
MUST_USE enum err client_desk_arg_informed(struct client_call *c, struct client_desk *d);
/*
 * Text without names travels under a handle of its own, also between partners that have the number: else the
 * child's pseudonym would stand beside it (DESIGN section 5). ERR_STATE when the child of d is known by its
 * number, or other sections go along.
 */
MUST_USE enum err client_desk_arg_anon(struct client_call *c, const struct client_desk *d);
/* To, case, subject and purpose of a message about a row. */
void client_desk_head(const struct client_desk *d, struct proto_msg *m);

/* What a share needs to be about something: a child, --to, --purpose, --sections. ERR_USAGE names all that are not given. */
MUST_USE enum err client_desk_arg_all(struct client_call *c);

#endif
