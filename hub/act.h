/*
 * hub/act: one message in a round, and what its handler decides. The seam between core (which verifies, logs, numbers, mails and
 * answers, the same for every kind) and the handlers on_<act>.c (which know what a kind means and keep its rows).
 */
#ifndef HUB_ACT_H
#define HUB_ACT_H

#include "base/kv.h"
#include "policy/pack.h"
#include "server/packs.h"
#include "proto/msg.h"
#include "proto/refusal.h"
#include "proto/region.h"
#include "proto/reply.h"

#include <stdbool.h>
#include <stdint.h>

/* A statement found inside a message: signature, signer's certificate chain and role verified by the pool before the round. */
struct hub_said {
    struct proto_blob original;        /* the signed envelope; len 0: there was none */
    struct proto_statement what;       /* decoded */
    uint8_t signer[PROTO_KEY_LEN];
    uint8_t signer_partner[PROTO_PARTNER_LEN];
    enum proto_role role;
};

/* Borrowed for the round. Everything in it was verified: envelope signature by from's node, times, region, id not seen before. */
struct hub_act {
    struct proto_msg msg;
    const uint8_t *envelope;
    size_t envelope_len;
    const struct proto_partner *from;
    const struct proto_partner *to;    /* NULL: for the hub alone */
    struct hub_said said, weighing, approval;  /* of msg.original, .weighing, .approval */
    uint64_t now_s;                    /* the leaf's time */
};

/* One more mail that an act causes: a withdrawal makes a stopped grant known, and the like. The mail carries the act's own envelope. */

struct hub_outcome {
    enum proto_refusal result;   /* PROTO_ACCEPTED, or why not */
    bool logged;                 /* a refusal that gets a leaf too (NOT_YET, DENIED); accepted acts always get one */
    bool mailed;                 /* put into to's mailbox, with the attached originals */
    struct proto_rows rows;      /* of a decision */
    struct proto_ids attached;   /* statements whose originals go along */
    bool decision;               /* the answer has the size of a decision */
    bool carries;                /* a statement to its addressee: core keeps its id with the leaf's row, where ACK finds it */
    uint8_t carried[PROTO_ID_LEN];
    uint8_t why;                 /* of a refused statement for the registry: enum proto_registry_why */
};

struct hub_store_act;

/* What handlers share: the compiled pack, the region, their tables. Owned by core; one writer thread. */
struct hub_state {
    struct kv *kv;
    const struct policy_pack *pack;
    const struct proto_region *region;
    struct hub_tables *tables;   /* handlers' own (hub/tables.h) */
    struct hub_store_act *acts;  /* core's rows of leaves, for reading */
    struct hub_registry *registry;
    const struct server_packs *packs;  /* that are kept; NULL in tests that have one */
};

/*
 * The pack with which the holder decides, if it may be decided with now; else the one that counts here. So where hub and holder have different
 * packs the holder's decides.
 */
const struct policy_pack *hub_decide_pack(const struct hub_state *s, const uint8_t digest[PROTO_HASH_LEN], uint64_t now_s);

/*
 * Decide and keep rows, all in x. On PROTO_ACCEPTED core adds leaf, numbers, mail and the stored reply to the same transaction; on a
 * refusal everything the handler wrote must not exist: so refuse first, write last. Returns an error only for the hub's own trouble.
 */
typedef enum err hub_handler(struct hub_state *s, struct kv_txn *x, const struct hub_act *a, struct hub_outcome *o);

hub_handler hub_on_statement, hub_on_request, hub_on_offer, hub_on_grant, hub_on_refuse, hub_on_release, hub_on_answer, hub_on_cancel,
    hub_on_report, hub_on_ack, hub_on_registry, hub_on_not_yet;

/* Open the handlers' tables; before any transaction. Gives *out. */
MUST_USE enum err hub_tables_open(struct kv *kv, struct hub_tables **out);

/*
 * At fetch: may this mail still go? A release or grant whose request no longer permits (withdrawn, expired, objection) is taken from the
 * mailbox instead, with a leaf of its own in the same round.
 */
MUST_USE enum err hub_mail_still_permitted(struct hub_state *s, struct kv_txn *x, const struct hub_act *fetch, enum proto_kind kind,
    const uint8_t message_id[PROTO_ID_LEN], bool *permitted);

/* Gives the original of a statement that is kept (free()). ERR_NOTFOUND. */
MUST_USE enum err hub_statement_original(struct hub_state *s, struct kv_txn *x, const uint8_t id[PROTO_ID_LEN], uint8_t **out, size_t *len);

#endif
