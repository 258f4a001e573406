/*
 * client/pseudonym_say: what people are told while children wait for a pseudonym: whose answer is missing, why, how many wait and what to do.
 * Both fill t, in its language, and return the class that it has. Part of the vault process's one thread.
 */
#ifndef CLIENT_PSEUDONYM_SAY_H
#define CLIENT_PSEUDONYM_SAY_H

#include "client/derive.h"

/* This holder cannot be reached. ERR_PEER. */
MUST_USE enum err client_pseudonym_say_away(enum client_holder who, uint64_t waiting, struct trouble *t);
/* It answered, and nothing could be done with that. The class of no, or ERR_PEER or ERR_STATE where the clocks differ. */
MUST_USE enum err client_pseudonym_say_refused(struct client_node *n, const struct client_derive_end *no, uint64_t waiting, struct trouble *t);

#endif
