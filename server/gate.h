/*
 * server/gate: the network: frames in, frames out. It holds the TLS key and no other, and no store. It looks at the outer twelve bytes of
 * a frame: questions for a share of the pseudonym key go to oprf, everything else to core; a keyholder has no core, and there the answer
 * is WRONG_KIND. What is under way is bounded; beyond that the answer is TROUBLE ("try again").
 */
#ifndef SERVER_GATE_H
#define SERVER_GATE_H

#include "base/jail.h"

/* Once it listens, this is all: no file, nobody dialled, nothing started. */
enum { SERVER_GATE_CALLS = JAIL_THINK | JAIL_TALK | JAIL_SERVE };
enum { SERVER_GATE_QUEUE_MAX = 4096 };

/* The role: start block on 3, oprf on 4, core (if there is one) on 5. program is for the log. Ends the process; never returns. */
int server_gate_run(const char *program);

#endif
