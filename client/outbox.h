/*
 * client/outbox: one act that waits for its receipt, as it is stored (CLIENT_T_OUTBOX, u64 order): the body
 * once, and for each time it was signed what changed. The hub logs the envelope that it took, so a receipt is
 * compared with each of them.
 *
 *     row = u8 version 1 | u8 kind | u64 put at | u64 group | u8 count | count * variant | u32 length, body
 *     variant = u64 issued | u64 seen size | 32 seen root | u64 running | 32 node key | 64 signature
 */
#ifndef CLIENT_OUTBOX_H
#define CLIENT_OUTBOX_H

#include "client/node.h"

enum { CLIENT_VARIANTS_MAX = 8 };

struct client_variant {
    uint64_t issued_s, seen_size, running;
    uint8_t seen_root[PROTO_HASH_LEN], key[PROTO_KEY_LEN], sig[PROTO_SIG_LEN];
};

/* Borrowed body. */
struct client_outbox_row {
    uint8_t kind;
    uint64_t put_s, group;          /* rows of one group may be sent together */
    uint8_t count;
    struct client_variant variant[CLIENT_VARIANTS_MAX];
    struct proto_blob body;         /* as of the first variant */
};

/* Gives *out (free()). ERR_NOMEM. */
MUST_USE enum err client_outbox_encode(const struct client_outbox_row *r, uint8_t **out, size_t *len);
/* Borrows data. ERR_VERSION, ERR_RANGE (more variants than there may be), ERR_SHORT, ERR_LONG. */
MUST_USE enum err client_outbox_decode(const uint8_t *data, size_t len, struct client_outbox_row *out);
/* The envelope of a variant; gives *out (free()). ERR_RANGE: a kind that is not signed; ERR_NOMEM. */
MUST_USE enum err client_outbox_envelope(
    const struct client_outbox_row *r, const struct client_variant *v, uint8_t **out, size_t *len);
/* Sign the body anew by the node key of now with these header fields; fills *v. ERR_RANGE, ERR_NOMEM. */
MUST_USE enum err client_outbox_sign(
    struct client_node *n, const struct client_outbox_row *r, struct client_variant *v);

/* What the hub said last about an act that waits, as a sentence with its next step; NULL: nothing, or it is not waiting. client/do_outbox.c */
const char *client_outbox_refusal(const struct client_node *n, const uint8_t id[PROTO_ID_LEN], enum lang lang);

/* How many ends of access (access end) and statements for the registry wait here for over a day: what they stop goes on. */
MUST_USE enum err client_outbox_late_ends(struct vault_txn *x, uint64_t now_s, uint64_t *count);

/*
 * Does it wait for what nobody can say will come soon: the log is not trusted, or no witness has confirmed it, though there was time to?
 * client/outbox_order.c
 */
bool client_outbox_is_stopped(const struct client_node *n, const uint8_t id[PROTO_ID_LEN]);

/* All that client_outbox_put puts until the next call belongs together: it may be under way at the same time.
 * 0 ends a group. */
void client_outbox_group(struct client_node *n, bool begin);

#endif
