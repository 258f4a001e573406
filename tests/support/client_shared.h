/*
 * tests/support/client_shared: something that vo shared, as it lies on both sides, and what was done about it since (client/after).
 */
#ifndef TESTS_SUPPORT_CLIENT_SHARED_H
#define TESTS_SUPPORT_CLIENT_SHARED_H

#include "client/after.h"
#include "tests/support/client_fixture.h"

/* Section ident, shared by vo with this partner under a rule and read, now: asked for, or sent. Its id, until the next call. */
const uint8_t *client_shared(
    struct client_fixture *f, enum client_fixture_who with, const char *purpose, const char *rule, bool offer);
struct client_after client_shared_after(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id);
void client_shared_set(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id, const struct client_after *a);
void client_shared_hex(const uint8_t id[PROTO_ID_LEN], char out[2 * PROTO_ID_LEN + 1]);

#endif
