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
#include "policy/texts.h"
#include "policy/weighing.h"
#include "proto/msg.h"
#include "proto/region.h"
#include "proto/reply.h"

#include <stdbool.h>
#include <stdint.h>

/* A person's open session in this node. The staff private key is in memory only while it is open. */
struct client_session {
    char login[33];
    char name[64];
    uint8_t key[PROTO_KEY_LEN];        /* public */
    enum proto_role role;
    uint64_t until_s;
    uint64_t cert_until_s;             /* of the staff certificate */
    char token[65];
    struct secret *secret;             /* Ed25519 secret key, 64 bytes */
};

struct client_calls;
struct client_packs;
struct client_keylink;
struct client_officer;
struct client_openings;
struct client_pseudonyms;
struct client_witness;
struct client_registry;
struct client_rotate;
struct client_mirror;

/* Of the log, since when a size of it was not anchored (client/unanchored); 0: all was, when it was looked at. */
struct client_unanchored { uint64_t size, since_s, due_ms; bool loaded, looked; };

/* The next questions about what was handed over, and those under way (client/fetched). */
enum { CLIENT_FETCHED_ASKED = 8 };
struct client_fetched_asked { uint8_t id[PROTO_ID_LEN], release[PROTO_ID_LEN]; };
struct client_fetched_state { uint64_t due_ms, pause_ms; size_t asked; struct client_fetched_asked about[CLIENT_FETCHED_ASKED]; uint8_t after[PROTO_ID_LEN]; };

struct client_node {
    const char *home;
    struct proto_region region;
    const struct proto_partner *me;    /* in region */
    const struct policy_pack *pack;
    const struct policy_texts *texts;  /* its words for people; NULL: names stand for themselves */
    struct client_packs *packs;        /* where these two come from (client/packs.h); NULL in tests that have one */
    struct vault *vault;
    bool may_hold_number;              /* conf: citizen_number = yes|no */
    struct client_hublink *link;       /* outbox, calls, waiting fetch, certificates (client/hublink.h) */
    struct client_keylink *keylink;    /* to the keyholder (client/keylink.h); NULL: the region has none */
    struct client_sessions *sessions;
    struct client_certs *certs;        /* of others and our own (client/certs.h) */
    struct client_pseudonyms *pseudonyms;  /* being asked for (client/pseudonym.h) */
    struct client_officer *officer;    /* the privacy officer's keys (client/officer.h); NULL: openings are not looked at */
    struct client_openings *openings;  /* leaves laid open to the officer (client/openings.h) */
    struct client_witness *witness;    /* cosigns, and knows what others cosigned (client/witness.h); NULL in tests without */
    struct client_registry *registry;  /* folded into region (client/registry.h); NULL: the region file alone */
    struct client_rotate *rotate;      /* keys being changed, and old ones (client/rotate.h); NULL: none */
    struct client_mirror *mirror;      /* a question of hub mirror (client/do_mirror.h); NULL: none yet */
    bool keeps_mirror;                 /* conf: this node's own copy of the log (client/mirror) */
    struct client_calls *calls;        /* commands under way (client/calls.h) */
    uint64_t upkeep_s;                 /* when client/upkeep is due again */
    uint64_t began_ms;                 /* when upkeep first ran since the start; 0: it did not */
    bool has_started;                  /* what others said while this node was off is here, or was waited for long enough */
    bool is_starting;                  /* upkeep runs, and that is not so */
    bool unread_said[3];               /* rows that cannot be read, by kind (client/unread): that was logged */
    struct client_unanchored unanchored;
    uint64_t retention_s;              /* and client/retention */
    struct client_fetched_state fetched;
    bool legal_hold;                   /* conf: nothing goes by itself (client/retention) */
    bool erases_alone;                 /* conf: erase_without_hub (client/retention_clock) */
    bool erasing_waits;                /* the hub did not name the same day for too long, */
    bool hub_agreed;                   /* or, when this is not so, never by this clock */
    uint32_t archive_years;            /* conf: the archive stays longer than client/terms says; 0: as it says */
    uint64_t bad_mail;                 /* archived as such since the start */
    uint64_t running;                  /* all running numbers up to this one are archived (client/archive.h) */
    struct secret *node_key;           /* Ed25519 */
    struct secret *hpke_key;           /* X25519 */
    uint8_t node_public[PROTO_KEY_LEN], hpke_public[PROTO_KEY_LEN];
    uint8_t node_cert[PROTO_CERT_MAX]; /* of node_public: goes along to who holds a share of the pseudonym key */
    size_t node_cert_len;
};

/* ---- a command being served ---- */
struct client_call {
    struct client_node *node;
    struct client_session *who;        /* NULL only for commands marked open to nobody in particular (status, login) */
    const cJSON *args;                 /* {"command":"event.add", ...}: checked by the strict parser, borrowed */
    cJSON *reply;                      /* the handler adds its answer here */
    struct trouble trouble;            /* with the caller's language */
    struct vault_txn *txn;             /* of the handler that runs now; who only reads may end it, and sets this to NULL */
    /*
     * Set by client_call_wait: the reply goes out when these messages have their receipt or a final refusal, or after wait_ms (then
     * "queued": true is added). result of each: enum proto_refusal, CLIENT_NO_RESULT before there is one.
     */
    uint8_t waiting_count;
    uint8_t waiting[PROTO_ADDRESSEES_MAX * 2][PROTO_ID_LEN];
    uint8_t result[PROTO_ADDRESSEES_MAX * 2];
    /*
     * Called with a read transaction when they are done (or timed out), to fill the reply from stored state; NULL: a refused message
     * becomes the call's error (client_call_check). Also called, at once, when nothing is waited for.
     */
    enum err (*finish)(struct client_call *c, struct vault_txn *x);
    uint8_t about[PROTO_ID_LEN];       /* for finish */
};
enum { CLIENT_NO_RESULT = 255 };
/* Of the messages waited for: the first refusal as trouble and its class; OK when none was refused (yet). */
MUST_USE enum err client_call_check(struct client_call *c);
/*
 * A handler that returns ERR_BUSY after client_pseudonym or client_partner_hpke asked the hub for something is undone and run again
 * when the answer is there; it must not have kept anything outside x.
 */
typedef enum err client_handler(struct client_call *c, struct vault_txn *x);
/* One row of the table of commands that the vault serves. role_mask: bit per enum proto_role; 0: no session needed. */
struct client_command { const char *name; client_handler *run; uint32_t role_mask; bool writes; };
/* The tables: foundation's (client/table.c) and casework's (client/desk_table.c). */
extern const struct client_command client_base_commands[];
extern const size_t client_base_commands_count;
extern const struct client_command client_desk_commands[];
extern const size_t client_desk_commands_count;
#define CLIENT_ROLE(r) (UINT32_C(1) << (r))
#define CLIENT_ANY_ROLE ((UINT32_C(1) << PROTO_ROLE_END) - 2)

/*
 * Typed arguments with a bilingual trouble naming the option when they are missing (ERR_USAGE) or wrong (ERR_SYNTAX, ERR_RANGE, ERR_NOTFOUND: no
 * such partner). Text and partners are borrowed: from args, and from the region.
 */
MUST_USE enum err client_arg_text(struct client_call *c, const char *name, const char **out);
MUST_USE enum err client_arg_text_or(struct client_call *c, const char *name, const char *fallback, const char **out);
MUST_USE enum err client_arg_date(struct client_call *c, const char *name, struct date *out);
MUST_USE enum err client_arg_id(struct client_call *c, const char *name, uint8_t out[PROTO_ID_LEN]);   /* as client_id_resolve */
/* 32 hex digits, or the unique start (at least 4) of an id this node knows: statement, request, case, draft. */
MUST_USE enum err client_id_resolve(struct client_call *c, const char *text, uint8_t out[PROTO_ID_LEN]);
/* A handle that stands in an option, alone or in a list. The trouble names the partners there are. */
MUST_USE enum err client_arg_handle(struct client_call *c, const char *name, const char *handle, const struct proto_partner **out);
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
    uint8_t said_by[PROTO_KEY_LEN];        /* the person's staff key */
    bool may_wait;                         /* what it is about may still come: ERR_BUSY asks for it again, see client/mail */
    uint8_t *ack_code;                     /* of a statement: PROTO_ACK_STORED unless the handler sets another; it is sent after it */
};
typedef enum err client_on_receipt(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e);
typedef enum err client_on_refused(struct client_node *n, struct vault_txn *x, const struct client_receipt_event *e);
typedef enum err client_on_mail(struct client_node *n, struct vault_txn *x, const struct client_mail_event *e);
/*
 * NULL: nothing to do. An error of receipt or refused is logged and the message stays in the outbox; an error of mail archives it as
 * bad mail. Statements are kept and acknowledged, and acknowledgements noted, before these run (client/statement.h).
 */
struct client_kind { enum proto_kind kind; client_on_receipt *receipt; client_on_refused *refused; client_on_mail *mail; };
extern const struct client_kind client_kinds[];
extern const size_t client_kinds_count;

/* ---- keys of others ---- */
/*
 * The partner's valid HPKE key. ERR_BUSY: not known here, and the hub is being asked: return it from the handler, the call is repeated.
 * ERR_NOTFOUND: the hub has none: this partner has not joined yet.
 */
MUST_USE enum err client_partner_hpke(struct client_node *n, struct vault_txn *x, const uint8_t partner[PROTO_PARTNER_LEN], uint8_t out[PROTO_KEY_LEN]);

/* ---- pseudonyms ---- */
/*
 * The subject id of a citizen number; known ones at once, else the hub (and the keyholder) must be asked: ERR_BUSY, and the call is
 * repeated when it is there. Calls under way at the same time are asked for together (up to 64 under one proof). ERR_RANGE: no number;
 * ERR_QUOTA, ERR_PEER with trouble.
 */
MUST_USE enum err client_pseudonym(struct client_call *c, struct vault_txn *x, const char *number, struct proto_subject_id *out);

#endif
