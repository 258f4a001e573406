/*
 * hub/store_statement: the statements that are kept: what the hub reads of each, its signed original, and to
 * whom it was really sent. A statement is found by its child only through a partner that said it or was sent
 * it, so what others know costs nobody else a step: neither an answer nor the time it takes tells of it. Used
 * by the core process only, from its writer thread. Nothing returned points into the map.
 */
#ifndef HUB_STORE_STATEMENT_H
#define HUB_STORE_STATEMENT_H

#include "hub/tables.h"
#include "proto/msg.h"

/* One addressee that the statement was sent to. */
struct hub_delivery {
    uint8_t to[PROTO_PARTNER_LEN];
    bool acked;     /* it said that it has it */
    bool told_end;  /* it was sent the statement that ends this one */
};

struct hub_statement {
    enum proto_statement_kind kind;
    uint8_t id[PROTO_ID_LEN];
    uint8_t digest[PROTO_HASH_LEN];   /* SHA-256 of the original */
    uint8_t setter[PROTO_PARTNER_LEN];
    enum proto_role role;             /* of the person who signed */
    uint8_t case_id[PROTO_ID_LEN];
    struct proto_subject_id subject;
    char purpose[PROTO_PURPOSE_WIDTH + 1];
    uint64_t made_s, kept_s;          /* signed; leaf time of the first arrival */
    struct proto_partners addressees;
    uint8_t refers[PROTO_ID_LEN];
    char event[PROTO_NAME_WIDTH + 1];
    uint64_t occurred_s, until_s;
    bool has_reference;
    uint8_t holder[PROTO_PARTNER_LEN], receiver[PROTO_PARTNER_LEN];
    struct proto_sections sections;
    uint8_t code;
    uint64_t place;                   /* of its original */
    uint64_t ended_s;                 /* withdrawn or ended: when that was signed; 0 not */
    uint64_t status_s, status_until_s;  /* of a consent: its recorder's last word and how far it goes */
    uint8_t delivered_count;
    struct hub_delivery delivered[PROTO_ADDRESSEES_MAX];
};

/* The row of a statement that arrives; nobody was sent it yet. Borrows nothing. */
void hub_statement_from(const struct proto_statement *what, const struct proto_blob *original,
    enum proto_role role, uint64_t now_s, struct hub_statement *out);

/* Did this partner say it, or was it sent it? */
bool hub_statement_is_known_to(const struct hub_statement *s, const uint8_t partner[PROTO_PARTNER_LEN]);
/* NULL when it was not sent there. Points into s. */
struct hub_delivery *hub_statement_delivery(struct hub_statement *s,
    const uint8_t partner[PROTO_PARTNER_LEN]);

/*
 * Keep a new one with its original, and that it is sent to this partner (NULL: to nobody yet): all with one row.
 * Fills s's place and delivery. ERR_EXISTS, ERR_IO, ERR_FULL.
 */
MUST_USE enum err hub_store_statement_add(const struct hub_tables *t, struct kv_txn *x,
    struct hub_statement *s, const struct proto_blob *original, const uint8_t *to);
/*
 * It is sent to one more partner: adds it to s and to the index and stores the row. ERR_RANGE past
 * PROTO_ADDRESSEES_MAX.
 */
MUST_USE enum err hub_store_statement_deliver(const struct hub_tables *t, struct kv_txn *x,
    struct hub_statement *s, const uint8_t partner[PROTO_PARTNER_LEN]);
/*
 * This message carried it there: what an acknowledgement refers to. For when the message's own row (hub/store_act) goes.
 * ERR_EXISTS.
 */
MUST_USE enum err hub_store_statement_carry(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t message[PROTO_ID_LEN], const struct hub_statement *s, const uint8_t to[PROTO_PARTNER_LEN]);
/*
 * The statement that this message, whose own row is gone, carried to that partner. ERR_NOTFOUND, also when it went to
 * somebody else.
 */
MUST_USE enum err hub_store_statement_carried(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t message[PROTO_ID_LEN], const uint8_t to[PROTO_PARTNER_LEN], struct hub_statement *out);
/* Store a changed row. */
MUST_USE enum err hub_store_statement_save(const struct hub_tables *t, struct kv_txn *x,
    const struct hub_statement *s);

/* Remove row, original and what leads to it; what carried it (above) is left for hub_store_statement_carried_drop. ERR_NOTFOUND. */
MUST_USE enum err hub_store_statement_drop(const struct hub_tables *t, struct kv_txn *x, const struct hub_statement *s);
/* *dropped: what this message carried was gone, and so is its row now. ERR_NOTFOUND when there is no such row. */
MUST_USE enum err hub_store_statement_carried_drop(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t message[PROTO_ID_LEN], bool *dropped);

/* ERR_NOTFOUND; ERR_IO when the row cannot be read. */
MUST_USE enum err hub_store_statement_get(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t id[PROTO_ID_LEN], struct hub_statement *out);
/* Gives *out (free()). ERR_NOTFOUND. */
MUST_USE enum err hub_store_statement_original(const struct hub_tables *t, struct kv_txn *x,
    const uint8_t id[PROTO_ID_LEN], uint8_t **out, size_t *len);

/* Whose statements to walk. */
struct hub_child {
    uint8_t case_id[PROTO_ID_LEN];      /* zero: none */
    struct proto_subject_id subject;
};

/* Is it about this child? The same subject, or the same case where the two subjects cannot be compared. */
bool hub_statement_is_about(const struct hub_statement *s, const struct hub_child *child);

/* What to do with each; s is valid during the call only. An error ends the walk and is returned. */
typedef enum err hub_statement_each(void *arg, const struct hub_statement *s);

/* Each statement about the child that is known to both partners, once. */
MUST_USE enum err hub_store_statement_walk(const struct hub_tables *t, struct kv_txn *x,
    const struct hub_child *child, const uint8_t one[PROTO_PARTNER_LEN],
    const uint8_t other[PROTO_PARTNER_LEN], hub_statement_each *each, void *arg);

#endif
