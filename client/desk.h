/*
 * client/desk: what is asked and offered, on both sides: one row per request or offer (CLIENT_T_REQUEST), and
 * the shares that came in or wait to go out (CLIENT_T_SHARE). The acts themselves are in do_request (asker),
 * do_hold and do_offer (holder), desk_mail (what comes in) and desk_sent (what the hub answers).
 */
#ifndef CLIENT_DESK_H
#define CLIENT_DESK_H

#include "client/node.h"

enum client_desk_state {
    CLIENT_DESK_NONE = 0,
    CLIENT_DESK_SENT,        /* asker: no answer of the hub yet */
    CLIENT_DESK_DENIED,      /* asker: the hub said no or not yet to every section */
    CLIENT_DESK_WAITING,     /* asker: at the holder. holder: to be decided */
    CLIENT_DESK_GRANTED,     /* granted; the content is not there yet */
    CLIENT_DESK_ARRIVED,     /* receiver: the content is here, not opened */
    CLIENT_DESK_OPENED,      /* receiver: read. holder: the receiver said so */
    CLIENT_DESK_RELEASED,    /* holder: the content went out */
    CLIENT_DESK_REFUSED,
    CLIENT_DESK_CANCELLED,
    CLIENT_DESK_WITHDRAWN,   /* consent withdrawn or objection before it was fetched */
    CLIENT_DESK_NOT_FOR_US,
    CLIENT_DESK_ENDED,       /* access is over, the copy is gone */
    CLIENT_DESK_PREPARED,    /* own offer: not sent, a second person must approve it first */
    CLIENT_DESK_STATE_END
};
/* "waiting", for people and programs. */
const char *client_desk_state_name(enum client_desk_state s);
/* "not_needed": of an enum proto_refuse; "" for none. */
const char *client_desk_reason_name(uint8_t reason);

enum { CLIENT_NOTE_MAX = 600, CLIENT_PREFIX_LEN = 12 };

struct client_desk {
    uint8_t id[PROTO_ID_LEN];               /* of the request or offer */
    uint8_t other[PROTO_PARTNER_LEN];
    bool mine;                              /* this partner sent it */
    bool offer;                             /* push */
    bool accepted;                          /* receiver of an offer said yes */
    uint8_t state, reason;                  /* enum client_desk_state; enum proto_refuse */
    uint8_t case_id[PROTO_ID_LEN];
    struct proto_subject_id child;          /* as this partner knows it */
    struct proto_subject_id child_there;    /* as it stands in the message */
    char purpose[PROTO_PURPOSE_WIDTH + 1];
    struct proto_sections sections;         /* asked or offered */
    struct proto_rows rows;                 /* the hub's answer */
    struct proto_ids statements;            /* relied on */
    uint64_t made_s, until_s;               /* of the request */
    uint8_t grant_id[PROTO_ID_LEN];
    uint8_t grant_statement[PROTO_ID_LEN];
    struct proto_sections granted;
    uint64_t access_until_s;
    uint8_t digest[PROTO_HASH_LEN];         /* of the release */
    uint8_t pack[PROTO_HASH_LEN];           /* of the grant: the release is bound to it */
    uint64_t opened_s;
    char birth_date[11],
        name_prefix[CLIENT_PREFIX_LEN + 1]; /* holder: sealed in the request; empty: not given */
    char note[CLIENT_NOTE_MAX + 1];         /* the sender's */
    char answer[CLIENT_NOTE_MAX + 1];       /* the holder's, with its refusal */
    bool weighed;                           /* a weighing of the asker travelled along */
    uint8_t weighing[PROTO_ID_LEN];         /* own draft that goes along (client/weigh); zero: none */
    uint8_t approval[PROTO_ID_LEN];         /* own draft of the second person's last approval; zero: none */
    uint64_t granted_s;                     /* when the grant was logged; 0: not yet */
    uint64_t informed_s; /* receiver: the day the family was told, before it was read; 0: not said */
    uint32_t answered; /* the questions that it answers, as sealed in the request; bit 0 is question 1 */
};

/* ERR_NOTFOUND; another of what base/rd says when the row cannot be read. */
MUST_USE enum err client_desk_get(
    struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct client_desk *out);
/* The whole row anew, and its place among what is open (client/index). ERR_FULL, ERR_NOMEM, ERR_IO. */
MUST_USE enum err client_desk_put(struct vault_txn *x, const struct client_desk *d);
/* Call for each row until it returns false; d is valid during the call, and nothing may be put. A row that cannot be read ends the walk. */
typedef bool client_desk_each(void *arg, const struct client_desk *d);
MUST_USE enum err client_desk_walk(struct vault_txn *x, client_desk_each *each, void *arg);
/* The row with this partner whose grant this is. ERR_NOTFOUND. */
MUST_USE enum err client_desk_by_grant(struct vault_txn *x, const uint8_t partner[PROTO_PARTNER_LEN],
    const uint8_t grant_id[PROTO_ID_LEN], struct client_desk *out);
/* This partner has the content, or will get it; else it is the one who gives. */
bool client_desk_is_receiver(const struct client_desk *d);

/* The ciphertext that waits to go out or to be opened, by request or offer id: one each. put copies; get gives *out (free()), ERR_NOTFOUND. */
MUST_USE enum err client_share_put(
    struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], const uint8_t *payload, size_t len);
MUST_USE enum err client_share_get(
    struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], uint8_t **out, size_t *len);
MUST_USE enum err client_share_destroy(
    struct vault_txn *x, const uint8_t id[PROTO_ID_LEN]); /* OK when it is gone already */

#endif
