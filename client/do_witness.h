/*
 * client/do_witness: what this node's witness holds to, for whoever writes a statement about a witness key (client/cmd_witness).
 */
#ifndef CLIENT_DO_WITNESS_H
#define CLIENT_DO_WITNESS_H

#include "client/node.h"

/* "witness.held": the heads of log and registry that this node cosigned last. ERR_STATE: the log contradicts itself. */
client_handler client_do_witness_held;

#endif
