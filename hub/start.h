/*
 * hub/start: the start block of a role: a list of byte strings in the order that the role's enum names. Texts carry their
 * zero. A role gets what is listed here and nothing else.
 */
#ifndef HUB_START_H
#define HUB_START_H

#include "base/err.h"
#include "proto/msg.h"

#include <stddef.h>
#include <stdint.h>

enum { HUB_START_MAX = 16 };

enum hub_start_gate { HUB_GATE_ADDRESS, HUB_GATE_CERT, HUB_GATE_KEY, HUB_GATE_CA, HUB_GATE_STARTS };
enum hub_start_core { HUB_CORE_STORE, HUB_CORE_PARTNERS, HUB_CORE_SEEDS, HUB_CORE_STATUS, HUB_CORE_PACK, HUB_CORE_REGION,
    HUB_CORE_THREADS, HUB_CORE_STARTS };
enum hub_start_signer { HUB_SIGNER_STATE, HUB_SIGNER_VKEY, HUB_SIGNER_SECRET, HUB_SIGNER_STARTS };
enum hub_start_oprf { HUB_OPRF_QUOTA_FILE, HUB_OPRF_PARTNERS, HUB_OPRF_REGION, HUB_OPRF_SHARE, HUB_OPRF_PER_PARTNER, HUB_OPRF_TOTAL,
    HUB_OPRF_STARTS };

/* A text with its zero, a number as 8 bytes in room. */
struct proto_blob hub_start_text(const char *text);
struct proto_blob hub_start_number(uint64_t n, uint8_t room[8]);

/* Gives *out: wipe and free it. ERR_NOMEM. */
MUST_USE enum err hub_start_encode(const struct proto_blob *parts, size_t count, uint8_t **out, size_t *len);
/* Borrows data. ERR_SYNTAX unless there are exactly count parts. */
MUST_USE enum err hub_start_decode(const uint8_t *data, size_t len, struct proto_blob *parts, size_t count);

/* A part as text: NULL when it does not end in its one zero. */
const char *hub_start_as_text(const struct proto_blob *part);
/* ERR_SYNTAX. */
MUST_USE enum err hub_start_as_number(const struct proto_blob *part, uint64_t *out);

#endif
