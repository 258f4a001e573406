/*
 * tests/blind/relay: passes on what a node and a hub say to each other on this machine, and writes it down: one file for each
 * connection and direction, so that nothing is cut in two. Ends with its process. Used by blind-scan only.
 * After SIGUSR1 answers are lost on the way, after SIGUSR2 questions, after SIGHUP nothing more: such a connection is of no further use.
 */
#ifndef BLIND_RELAY_H
#define BLIND_RELAY_H

#include "base/err.h"

#include <stdint.h>

/* Listen on a loopback port and pass everything on to another; folder exists. Returns on errors only. ERR_BUSY, ERR_IO. */
MUST_USE enum err relay_run(uint16_t port, uint16_t target, const char *folder, struct trouble *t);

/* ---- blind/canary ---- */

struct planted;

/* Every text of p in every form, one after the other. Gives *out. ERR_NOMEM. */
MUST_USE enum err canary_make(const struct planted *p, uint8_t **out, size_t *len);
/*
 * Send them to the server on this loopback port (plain tcp) as one frame of a kind (its number decides which process gets it) that means
 * nothing, and wait for the answer. ERR_PEER, ERR_LONG.
 */
MUST_USE enum err canary_send(const struct planted *p, uint16_t port, uint8_t kind, struct trouble *t);

#endif
