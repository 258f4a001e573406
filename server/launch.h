/*
 * server/launch: the parent's side of gate and oprf, as hub and keyholder start them: a start block with just what the role may know,
 * wiped when the role has it. Sockets are taken, also on failure.
 */
#ifndef SERVER_LAUNCH_H
#define SERVER_LAUNCH_H

#include "base/err.h"
#include "base/proc.h"
#include "proto/msg.h"
#include "proto/wire.h"
#include "server/cosigner.h"
#include "server/oprf.h"

#include <stdbool.h>
#include <stddef.h>

/* A role with these parts (server/start). ERR_NOMEM, ERR_IO. */
MUST_USE enum err server_launch(const char *role, const struct proto_blob *parts, size_t count, const int *fds, size_t fd_count,
    struct proc *out);

/* Borrowed. tls NULL: plain tcp. core, cosigner -1: there is none; at most one of the two is there (a hub has a core, a keyholder a cosigner). */
struct server_launch_gate { const char *address; const struct wire_tls *tls; int oprf, core, cosigner; };
MUST_USE enum err server_launch_gate(const struct server_launch_gate *g, struct proc *out);
MUST_USE enum err server_launch_cosigner(const struct server_cosigner_config *c, int gate, struct proc *out);
MUST_USE enum err server_launch_oprf(const struct server_oprf_config *c, int gate, struct proc *out);

#endif
