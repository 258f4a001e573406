/*
 * client/hublink_parts: what the files of the link share. Nobody else includes this.
 */
#ifndef CLIENT_HUBLINK_PARTS_H
#define CLIENT_HUBLINK_PARTS_H

#include "client/hublink.h"

enum { LINK_CALLS = 96, LINK_FLIGHT = 16, LINK_WINDOW = 64, LINK_HEADS = 16 };
enum { LINK_ACT_MS = 15000, LINK_PROBE_MS = 3000, LINK_QUERY_MS = 10000, LINK_ASK_VALID_S = 600, LINK_REGISTRY_MS = 10000,
    LINK_TROUBLE_MS = 5000 };  /* what is here already is tried again */

struct link_call {
    client_link_done *done;      /* NULL: free */
    void *arg;
    enum proto_kind kind;        /* of what was asked */
    uint32_t use;                /* so that a late answer never meets a new call in its place */
};

/* A checkpoint to be compared with ours: signed by the log (from NULL), or said by a partner. */
struct link_head {
    struct proto_merkle_head head;
    const struct proto_partner *from;
};

struct outbox_item {
    uint64_t order, group, put_s;
    uint8_t id[PROTO_ID_LEN], case_id[PROTO_ID_LEN], refers[PROTO_ID_LEN], to[PROTO_PARTNER_LEN];
    struct proto_subject_id subject;
    struct proto_ids *statements;       /* relied on; NULL: none */
    enum proto_kind kind;
    bool in_flight, gone, sent;
    bool refused;                       /* by the hub's bare word, and not dropped: it holds nothing else back */
    bool opens;                         /* publishes a node key of ours: everything that is signed by it waits for this */
    uint64_t ends_s;                    /* of a certificate that is published: from then on nothing waits for it; else 0 */
    uint8_t result;                     /* enum proto_refusal of the hub's last answer; CLIENT_NO_RESULT: it gave none */
    uint32_t tries;
    uint64_t next_ms;
    char trouble[160];
};

struct client_hublink {
    struct client_node *node;
    struct wire_client *wire;
    struct link_call call[LINK_CALLS];
    uint8_t *frame;              /* PROTO_FRAME_MAX: what is being made */
    uint8_t *body;               /* PROTO_FRAME_MAX */
    bool up, down, probing;      /* neither up nor down: not known yet */
    bool revoked;                /* the hub refuses our own questions as those of a revoked key or partner */
    uint64_t heard_s, probe_at_ms;
    uint64_t registry_wait_ms;   /* until then nothing of the outbox goes: what it says of the log may be of an origin of before; 0: it does not */
    bool hub_named_time;         /* since the start */
    int64_t hub_ahead_s;         /* of this machine's clock, as the last reply says */
    uint64_t hub_said_s;         /* the time in that reply, */
    uint64_t hub_said_ms;        /* and clock_mono_ms() when it came */

    /* outbox.c */
    struct outbox_item *item;    /* in the order of sending */
    size_t item_count, item_cap, in_flight;
    uint64_t *fresh;             /* put since the last step, committed or not */
    size_t fresh_count, fresh_cap;
    uint64_t next_order, group;
    uint64_t republished_ms;     /* when own certificates were last put to be made known again; 0: never (client/republish) */

    /* inbox.c, inbox_fetch.c */
    bool fetching, batch_waits;
    uint8_t *batch;              /* a fetch's payload that waits for certificates */
    size_t batch_len;
    uint64_t fetch_at_ms, batch_at_ms;
    uint64_t fetch_sent_ms;      /* the one under way */
    uint8_t fetch[1024];         /* the one under way: it may become a leaf */
    size_t fetch_len;
    uint64_t fetch_number;       /* of its leaf; 0: none */
    bool doubt;                  /* this batch has bad mail or lacks some; until when that is asked for again, and how soon */
    uint64_t doubt_until_ms, doubt_pause_ms;

    /* heads.c */
    struct proto_merkle_head newest, checked;   /* seen; and shown to extend all before it */
    uint64_t newest_s, check_at_ms, check_wait_ms;
    struct link_head other[LINK_HEADS];
    size_t other_count;
    struct link_head asked;
    bool checking, others_next;
    const struct proto_partner *doubted;  /* the last that said it saw another log; NULL: none since the start */
    bool witness_behind;         /* the witness could not begin under the last of them yet */
    uint8_t origins;             /* changes of the log's origin that were taken into account (client/origin) */
    uint32_t era, asked_era;     /* counts what makes answers under way useless: another origin, a person who goes on; and when asked was asked */
    uint64_t seen_more;          /* leaves that this node had seen when a change named fewer; 0: never */
    bool by_word;                /* and that rests on what two partners signed, not on what the log did: they may be wrong */
    bool forked, for_ever;       /* no disclosures: until the hub proves consistency, or for ever because it failed to */

    /* distrust.c */
    const struct proto_partner *apart[LINK_HEADS];  /* who said they saw another log */
    size_t apart_count, apart_kept;
};

/* hublink.c: fill the header of m: region, from, issued, pack, seen, running. */
void client_link_header(struct client_node *n, struct proto_header *h);
/* Body of len bytes as kind, signed by the node, into out. */
MUST_USE enum err client_link_sign(struct client_node *n, enum proto_kind kind, const uint8_t *body, size_t len, uint8_t *out, size_t cap,
    size_t *out_len);
/* A frame that came back, taken apart: *reply borrows it. ERR_SYNTAX and what proto_reply_decode says. */
MUST_USE enum err client_link_reply(const uint8_t *frame, size_t len, struct proto_reply *reply);
/* A signed envelope on its way. */
MUST_USE enum err client_link_send(struct client_node *n, enum proto_kind kind, const uint8_t *envelope, size_t len, uint32_t timeout_ms,
    client_link_done *done, void *arg);

/* outbox.c */
MUST_USE enum err client_outbox_load(struct client_node *n);
void client_outbox_step(struct client_node *n);
uint64_t client_outbox_due(const struct client_node *n, uint64_t now_ms, uint64_t max);
/* client/outbox_order: may the i-th go now? */
bool client_outbox_may_go(const struct client_hublink *l, size_t i, uint64_t now_ms);
void client_outbox_wake(struct client_node *n);    /* the hub is back: forget the waits */
size_t client_outbox_sent(const struct client_hublink *l);   /* acts that the hub may have and that are not answered */
void client_outbox_drop(struct client_hublink *l);
/* Its row was deleted: no more of it. Not while it is under way. */
void client_outbox_forget(struct client_hublink *l, const uint8_t id[PROTO_ID_LEN]);

/* inbox.c, inbox_fetch.c */
void client_inbox_step(struct client_node *n);
void client_inbox_process(struct client_node *n);  /* certificates came in */

/* heads.c */
MUST_USE enum err client_heads_load(struct client_node *n);
/* A checkpoint of the hub, from a receipt that was checked. */
void client_heads_saw(struct client_node *n, uint64_t size, const uint8_t root[PROTO_HASH_LEN], uint64_t at_s);
/*
 * One that the log signed and that came on another way than from the hub (log compare): held against what was seen here, at once or, as with any other,
 * by asking the hub for proof. *known: it is what was seen here. ERR_BUSY: no room for it now.
 */
MUST_USE enum err client_heads_brought(struct client_node *n, const struct proto_merkle_head *head, bool *known);
/* One that a partner says it saw: a reason to ask the hub, and no more, for nobody signed it but the partner. */
void client_heads_other(struct client_node *n, const struct proto_partner *from, uint64_t size, const uint8_t root[PROTO_HASH_LEN]);
/*
 * May no act of this kind go out to this partner now? While the log contradicts itself nothing is asked for or given; without a fresh word of another witness
 * nothing is given: a hub could hold back a revocation. All else goes: withdrawals, objections, acknowledgements, reports.
 */
bool client_heads_stops(const struct client_node *n, enum proto_kind k, const uint8_t to[PROTO_PARTNER_LEN]);
/* The reason of a stop by the word of two partners about the old log (P-194): no proof against the hub. */
#define CLIENT_HEADS_BY_WORD "partners-named-another-log"
/* Disclosures stop: for ever when the log signed what does not fit, else until the hub proves that it does. */
void client_heads_stop(struct client_node *n, bool for_ever, const char *why);
/* Within x: what was checked last. */
MUST_USE enum err client_heads_put(struct vault_txn *x, const struct proto_merkle_head *checked);
/* Whatever it signed: within x, go on from its newest checkpoint. */
MUST_USE enum err client_heads_accept(struct client_node *n, struct vault_txn *x);
/*
 * Of the log's leaves those up to kept are left: go on from base, which lies within them and is known; kept, which was named, is proven to extend it
 * like any newer head, and what was signed or said of them before is compared still; so is what only this node's witness saw (size 0: nothing).
 */
void client_heads_begin_again(struct client_hublink *l, const struct proto_merkle_head *base, const struct proto_merkle_head *kept,
    const struct proto_merkle_head *cosigned);
/* origin_base.c: the largest head within what was kept that the log signed here: checked, cosigned, waiting, or in the archive. Without any, what was
 * named. No transaction is open. ERR_IO, ERR_NOMEM. */
MUST_USE enum err client_origin_base(const struct client_node *n, const struct proto_origin *o, const struct proto_merkle_head *cosigned,
    struct proto_merkle_head *base);
/* It has proven it. */
void client_heads_resume(struct client_node *n);
void client_heads_step(struct client_node *n);

#endif
