/*
 * server/probe: does somebody take connections at an address? For the commands that say how a program is doing; nothing is said over the
 * connection, and nothing is proven by it. Waits a second at most.
 */
#ifndef SERVER_PROBE_H
#define SERVER_PROBE_H

#include <stdbool.h>

bool server_probe(const char *address);

#endif
