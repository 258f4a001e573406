/*
 * server/start: the start block of a role: a list of byte strings in the order that the role's enum names. Texts carry their
 * zero. A role gets what is listed here and nothing else.
 */
#ifndef SERVER_START_H
#define SERVER_START_H

#include "base/err.h"
#include "proto/msg.h"

#include <stddef.h>
#include <stdint.h>

enum { SERVER_START_MAX = 16 };

enum server_start_gate { SERVER_GATE_ADDRESS, SERVER_GATE_CERT, SERVER_GATE_KEY, SERVER_GATE_CA, SERVER_GATE_SECOND, SERVER_GATE_STARTS };
enum server_start_cosigner { SERVER_COSIGNER_FOLDER, SERVER_COSIGNER_REGION, SERVER_COSIGNER_VKEY, SERVER_COSIGNER_SECRET,
    SERVER_COSIGNER_REGISTRY, SERVER_COSIGNER_NEXT, SERVER_COSIGNER_STARTS };
enum server_start_oprf { SERVER_OPRF_QUOTA_FILE, SERVER_OPRF_BLOCKS, SERVER_OPRF_REGION, SERVER_OPRF_SHARE, SERVER_OPRF_IS_SECOND,
    SERVER_OPRF_PER_PARTNER, SERVER_OPRF_TOTAL, SERVER_OPRF_REGISTRY, SERVER_OPRF_REGISTRY_BEFORE, SERVER_OPRF_STARTS };

/* A text with its zero, a number as 8 bytes in room. */
struct proto_blob server_start_text(const char *text);
struct proto_blob server_start_number(uint64_t n, uint8_t room[8]);

/* Gives *out: wipe and free it. ERR_NOMEM. */
MUST_USE enum err server_start_encode(const struct proto_blob *parts, size_t count, uint8_t **out, size_t *len);
/* Borrows data. ERR_SYNTAX unless there are exactly count parts. */
MUST_USE enum err server_start_decode(const uint8_t *data, size_t len, struct proto_blob *parts, size_t count);

/* A part as text: NULL when it does not end in its one zero. */
const char *server_start_as_text(const struct proto_blob *part);
/* ERR_SYNTAX. */
MUST_USE enum err server_start_as_number(const struct proto_blob *part, uint64_t *out);

#endif
