/*
 * tests/support/wire_ask: questions over proto/wire, for the tests of it.
 */
#ifndef SUPPORT_WIRE_ASK_H
#define SUPPORT_WIRE_ASK_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

struct wire_client;

enum { WIRE_ASK_WAIT_MS = 30000 };

/* Ask: kind, then four bytes of number. */
void wire_ask_start(struct wire_client *c, uint64_t tag, char kind, uint32_t number, uint32_t timeout_ms);

/* The next call to end, and how; its answer, of at most cap bytes, in out unless cap is 0. Fails when none ends in time. */
enum err wire_ask_next(struct wire_client *c, uint64_t *tag, uint8_t *out, size_t cap, size_t *len);

/* A whole echo: proves that the server still serves. */
void wire_ask_serves(struct wire_client *c);

/* Let the server answer all calls it holds; how many there were. */
uint32_t wire_ask_flush(struct wire_client *c);

#endif
