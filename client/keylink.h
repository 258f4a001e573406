/*
 * client/keylink: the link to the keyholder, which a node asks directly and not through the hub. One question is under way at a time. It says
 * of itself only whether the last one was answered; nothing is asked to find out. A region without keyholder has none (n->keylink NULL).
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
/* A signed envelope on its way; done as for client_link_ask. ERR_BUSY: one is under way. */
MUST_USE enum err client_keylink_send(struct client_node *n, enum proto_kind kind, const uint8_t *envelope, size_t len, uint32_t timeout_ms,
    client_link_done *done, void *arg);
/* The same for the registry, beside a question: it says nothing of whether the keyholder is up. */
MUST_USE enum err client_keylink_tell(struct client_node *n, enum proto_kind kind, const uint8_t *envelope, size_t len, uint32_t timeout_ms,
    client_link_done *done, void *arg);
/* The last question had no answer; it had one. Neither: nothing was asked yet. */
bool client_keylink_is_down(const struct client_node *n);
bool client_keylink_is_up(const struct client_node *n);

#endif
