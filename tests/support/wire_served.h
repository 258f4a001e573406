/*
 * tests/support/wire_served.h: the server of wire_peer, plain, started for each test of the program that includes this, and a client of ours that
 * dials it.
 */
#ifndef SUPPORT_WIRE_SERVED_H
#define SUPPORT_WIRE_SERVED_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "proto/wire.h"
#include "tests/support/wire_peer.h"

static uint16_t port;
static char address[32];
static pid_t server;

static inline int start_server(void **state)
{
    (void)state;
    port = wire_peer_port();
    wire_peer_address(port, address);
    server = wire_peer_start(port, NULL);
    return 0;
}

static inline int stop_server(void **state)
{
    (void)state;
    wire_peer_stop(server);
    return 0;
}

static inline struct wire_client *dial(void)
{
    struct wire_client *c = NULL;

    assert_int_equal(wire_dial(address, NULL, &c, NULL), OK);
    return c;
}

#endif
