/*
 * proto/leaf: the log's leaf.  It is public and says nothing: an id and six commitments, each of which can be
 * opened alone.
 *
 *     leaf = u8 version (1) | u8 0 | 16 id | 6 * 32 commitment | 16 zero
 *     commitment i = HMAC-SHA-256(salt i, 16-byte tag i | fields, each u16 length and bytes)
 *     salt i       = HMAC-SHA-256(seed, "schakel leaf salt" | u8 i)
 *     tag i        = "schakel " and the group's name, zeros up to 16 bytes
 *
 * One 32-byte seed a leaf, random; whoever has it can open all six. A salt opens its group and says nothing about another. Fields are
 * opaque here; their meaning is the caller's (proto/opening, which also says how a leaf is laid open to others).
 * No state; any thread. Source: our own; HMAC is RFC 2104.
 */
#ifndef PROTO_LEAF_H
#define PROTO_LEAF_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

enum proto_leaf_group_no {
    PROTO_LEAF_ROUTING,
    PROTO_LEAF_SUBJECT,
    PROTO_LEAF_ACTOR,
    PROTO_LEAF_PURPOSE,
    PROTO_LEAF_OUTCOME,
    PROTO_LEAF_EVIDENCE,
    PROTO_LEAF_GROUPS  /* how many */
};

#define PROTO_LEAF_SIZE 226
#define PROTO_LEAF_ID_LEN 16
#define PROTO_LEAF_HASH_LEN 32
#define PROTO_LEAF_SEED_LEN 32
#define PROTO_LEAF_FIELDS_MAX 64    /* a group: the 40 sections of an outcome, or 32 statements, and what goes with them */
#define PROTO_LEAF_FIELD_MAX 4096   /* bytes in one field */

/* Borrowed bytes. data may be NULL when len is 0. */
struct proto_leaf_field {
    const uint8_t *data;
    size_t len;
};

struct proto_leaf_group {
    const struct proto_leaf_field *fields;
    size_t count;
};

/*
 * All six commitments and the id, as the bytes that go into the tree. ERR_RANGE for too many fields in a group or a field too long; out is
 * untouched then.
 */
MUST_USE enum err proto_leaf_make(const uint8_t id[PROTO_LEAF_ID_LEN], const uint8_t seed[PROTO_LEAF_SEED_LEN],
    const struct proto_leaf_group groups[PROTO_LEAF_GROUPS], uint8_t out[PROTO_LEAF_SIZE]);

/*
 * Has it the form of a leaf? What is in no commitment is fixed, so that a log says nothing besides. ERR_SHORT, ERR_LONG, ERR_VERSION, ERR_RANGE
 * (a reserved byte is set).
 */
MUST_USE enum err proto_leaf_check(const uint8_t *data, size_t len);

#endif
