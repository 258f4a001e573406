/*
 * client/vault_role: the vault process: opens home, keys, store and link, and runs the one poll loop of the node.
 */
#ifndef CLIENT_VAULT_ROLE_H
#define CLIENT_VAULT_ROLE_H

#include "client/control.h"
#include "client/node.h"
#include "client/start.h"

#include <signal.h>

struct client_vault_role {
    struct client_node node;
    struct client_control *control;
};

/* In this order: conf, region, keys, pack, store, certificates, link, control socket. Everything undone on failure. */
MUST_USE enum err client_vault_role_open(const struct client_start *s, struct client_vault_role *v, struct trouble *t);
void client_vault_role_close(struct client_vault_role *v);
/* Until *stop is set by a signal. ERR_IO: the disk refused the store, and this process must end (client_vault_is_broken). */
MUST_USE enum err client_vault_role_loop(struct client_vault_role *v, const volatile sig_atomic_t *stop);

#endif
