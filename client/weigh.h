/*
 * client/weigh: weighings: the answers of a person, kept as a draft, and signed when they travel with the message they are about
 * (the hub takes no weighing that is about another message).
 */
#ifndef CLIENT_WEIGH_H
#define CLIENT_WEIGH_H

#include "client/desk.h"

/*
 * The draft of option --weigh as a signed statement that refers to refers, about these sections. Gives *out (free()); *len 0 when the option
 * was not given. ERR_NOTFOUND with trouble.
 */
MUST_USE enum err client_weigh_use(struct client_call *c, struct vault_txn *x, const struct client_desk *d, const uint8_t refers[PROTO_ID_LEN],
    const struct proto_sections *sections, uint8_t **out, size_t *len);

/* The approval (option --approval) of exactly this row's release, as made by client_do_approve. Gives *out; *len 0 when not given. */
MUST_USE enum err client_approval_use(struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint8_t **out, size_t *len);

/* Shared by the handlers of casework (client/do_*.c). */
MUST_USE enum err client_note_arg(struct client_call *c, struct client_desk *d);
MUST_USE enum err client_sections_check(struct client_call *c, const struct proto_sections *s);
MUST_USE enum err client_desk_arg(struct client_call *c, struct vault_txn *x, const char *option, struct client_desk *d);
/* To, case, subject and purpose of a message about a row. */
void client_desk_head(const struct client_desk *d, struct proto_msg *m);

#endif
