/*
 * client/node: the partner's daemon as its parts see it. The vault process is one thread in one poll loop: control socket, hub link, timers.
 * Commands arrive as JSON calls (client/control); what they send to the hub goes through the outbox: stored and signed first, sent
 * until there is a valid receipt or a final refusal, and only then does durable state change (DESIGN section 4).
 */
#ifndef CLIENT_NODE_H
#define CLIENT_NODE_H

#include "client/vault.h"
#include "base/clock.h"
#include "base/json.h"
#include "policy/pack.h"
#include "proto/msg.h"
#include "proto/region.h"
#include "proto/reply.h"

#include <stdbool.h>
#include <stdint.h>

/* A person's open session in this node. The staff private key is in memory only while it is open. */
struct client_session {
    char name[64];
    uint8_t key[PROTO_KEY_LEN];        /* public */
    enum proto_role role;
    uint64_t until_s;
    struct secret *secret;             /* Ed25519 secret key, 64 bytes */
};

struct client_node {
    const char *home;
    struct proto_region region;
    const struct proto_partner *me;    /* in region */
    const struct policy_pack *pack;
    struct vault *vault;
    bool may_hold_number;              /* conf: citizen_number = yes|no */
    struct client_hublink *link;       /* outbox, calls, waiting fetch, certificates (client/hublink.h) */
    struct client_sessions *sessions;
    struct secret *node_key;           /* Ed25519 */
    struct secret *hpke_key;           /* X25519 */
    uint8_t node_public[PROTO_KEY_LEN], hpke_public[PROTO_KEY_LEN];
};

/* ---- a command being served ---- */
struct client_call {
    struct client_node *node;
    struct client_session *who;        /* NULL only for commands marked open to nobody in particular (status, login) */
    const cJSON *args;                 /* {"command":"event.add", ...}: checked by the strict parser, borrowed */
    cJSON *reply;                      /* the handler adds its answer here */
    struct trouble trouble;            /* with the caller's language */
    /* Set by client_call_wait: the reply goes out when these messages have their receipt, or after wait_ms (then "queued": true is added). */
    uint8_t waiting_count;
    uint8_t waiting[PROTO_ADDRESSEES_MAX * 2][PROTO_ID_LEN];
    /* Called with a read transaction when they are done (or timed out), to fill the reply from stored state; may be NULL. */
    enum err (*finish)(struct client_call *c, struct vault_txn *x);
    uint8_t about[PROTO_ID_LEN];       /* for finish */
};
/* One row of the table of commands that the vault serves. role_mask: bit per enum proto_role; 0: no session needed. */
typedef enum err client_handler(struct client_call *c, struct vault_txn *x);
struct client_command { const char *name; client_handler *run; uint32_t role_mask; bool writes; };

/* Typed arguments with a bilingual trouble naming the option when they are missing or wrong. Text is borrowed from args. */
MUST_USE enum err client_arg_text(struct client_call *c, const char *name, const char **out);
MUST_USE enum err client_arg_text_or(struct client_call *c, const char *name, const char *fallback, const char **out);
MUST_USE enum err client_arg_date(struct client_call *c, const char *name, struct date *out);
MUST_USE enum err client_arg_id(struct client_call *c, const char *name, uint8_t out[PROTO_ID_LEN]);   /* 32 hex, or a unique start of at least 4 is resolved by client_id_resolve */
MUST_USE enum err client_arg_partner(struct client_call *c, const char *name, const struct proto_partner **out);
/* Comma or space separated names. */
MUST_USE enum err client_arg_sections(struct client_call *c, const char *name, struct proto_sections *out);

/* Wait for this message's receipt before the answer goes out. */
void client_call_wait(struct client_call *c, const uint8_t id[PROTO_ID_LEN]);

/* ---- sending ---- */
/*
 * Put an act into the outbox within x: fills region, from, id (random, when zero), issued, pack, seen checkpoint and actor (from who, may be NULL),
 * encodes, signs with the node key. It is sent when x is committed. *id_out (may be NULL) gets the id. valid_until_s 0: 60 days.
 */
MUST_USE enum err client_outbox_put(struct client_node *n, struct vault_txn *x, struct proto_msg *m, const struct client_session *who,
    uint8_t id_out[PROTO_ID_LEN]);

/*
 * Make, sign (with who's staff key) and store a statement, and put one message to each addressee into the outbox (to the hub alone when there
 * are no addressees). s->id, region, setter, made_s are filled. notes: what is sealed to each addressee (plain bytes by index of addressee; NULL: none).
 */
struct client_note { const uint8_t *data; size_t len; };
MUST_USE enum err client_statement_send(struct client_node *n, struct vault_txn *x, struct proto_statement *s, const struct client_session *who,
    const struct client_note *notes, struct client_call *wait_for);

/* Sign a statement that travels inside another message (grant, weighing, approval). Gives *out (free()). */
MUST_USE enum err client_statement_sign(struct client_node *n, struct proto_statement *s, const struct client_session *who, uint8_t **out, size_t *len);

/* ---- what comes back and in: one row per kind (client/kinds.c); run inside one write transaction together with outbox or running number ---- */
struct client_receipt_event { const struct proto_msg *msg; const uint8_t *envelope; size_t envelope_len; const struct proto_reply *reply; };
struct client_mail_event {
    const struct proto_mail *mail;
    const struct proto_msg *msg;           /* verified: signature, certificate at leaf time, receipt */
    const struct proto_partner *from;
    const struct proto_statement *said;    /* of msg->original, verified with its person's certificate; NULL: none */
    enum proto_role said_role;
};
typedef enum err client_on_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e);
typedef enum err client_on_refused(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e);
typedef enum err client_on_mail(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e);
struct client_kind { enum proto_kind kind; client_on_receipt *receipt; client_on_refused *refused; client_on_mail *mail; };
extern const struct client_kind client_kinds[];
extern const size_t client_kinds_count;

/* ---- keys of others ---- */
/* The partner's valid HPKE key: from the vault's certificates; ERR_NOTFOUND: not known yet (hublink asks the hub; try again after its answer). */
MUST_USE enum err client_partner_hpke(struct client_node *n, struct vault_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint8_t out[PROTO_KEY_LEN]);

/* ---- pseudonyms ---- */
/* The subject id of a citizen number; known ones at once, else the hub (and the keyholder) must be asked: ERR_BUSY, and the call is repeated when it is there. */
MUST_USE enum err client_pseudonym(struct client_call *c, struct vault_txn *x, const char *number, struct proto_subject_id *out);

#endif
