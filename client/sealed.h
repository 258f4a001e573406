/*
 * client/sealed: what travels sealed to one node: the child check and note of a request, who said what of a consent, subject facts.
 * Small JSON objects; HPKE by proto/sealing. What cannot be opened or read is as if it were not there, with a line in the log.
 */
#ifndef CLIENT_SEALED_H
#define CLIENT_SEALED_H

#include "client/desk.h"

/* Holder: fill birth_date, name_prefix and note of d from the request's sealed part (empty when there is none). */
void client_sealed_request_read(struct client_node *n, const struct proto_msg *m, struct client_desk *d);
/* Asker: seal what is in d to its other partner. Gives *out (free()); *len 0 when there is nothing to say. */
MUST_USE enum err client_sealed_request_make(struct client_node *n, struct vault_txn *x, const struct client_desk *d,
    const uint8_t message_id[PROTO_ID_LEN], uint8_t **out, size_t *len);

/* The part of a statement that is sealed to this node, as JSON. Gives *out (cJSON_Delete). ERR_NOTFOUND: there is none for us. */
MUST_USE enum err client_sealed_statement_read(struct client_node *n, const struct proto_statement *s, cJSON **out);

#endif
