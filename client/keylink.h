/*
 * client/keylink: the link to the keyholder, which a node asks directly and not through the hub: for pseudonyms, for its cosignature, and to
 * bring it the registry, each beside the others and one at a time. Nothing is asked to find out whether it is up. A region without keyholder
 * has none (n->keylink NULL).
 * Part of the vault process's one thread; nothing here waits.
 */
#ifndef CLIENT_KEYLINK_H
#define CLIENT_KEYLINK_H

#include "client/hublink.h"

struct client_keylink;

/* Dial. tls NULL: plain tcp. Sets n->keylink. */
MUST_USE enum err client_keylink_open(struct client_node *n, const char *address, const struct wire_tls *tls, struct trouble *t);
void client_keylink_close(struct client_keylink *l);  /* takes NULL */

/* Readable when client_keylink_ready has work; -1: there is no keyholder. */
int client_keylink_fd(const struct client_node *n);
void client_keylink_ready(struct client_node *n);
/*
 * A signed envelope on its way (PROTO_DERIVE, PROTO_WITNESS or PROTO_REGISTRY_COPY; ERR_RANGE for another kind); done as for client_link_ask.
 * ERR_BUSY: one of this kind is under way.
 */
MUST_USE enum err client_keylink_send(struct client_node *n, enum proto_kind kind, const uint8_t *envelope, size_t len, uint32_t timeout_ms,
    client_link_done *done, void *arg);
/*
 * The last question for pseudonyms had no answer, and nothing else had one since; the last word was an answer, to whatever was asked. Only those
 * are asked again until there is an answer: had another kind a say in "down", it would stay so long after the keyholder is back. Neither: nothing
 * was asked yet.
 */
bool client_keylink_is_down(const struct client_node *n);
bool client_keylink_is_up(const struct client_node *n);

#endif
