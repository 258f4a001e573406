/*
 * client/hublink: the link to the hub. Parts: calls (hublink.c), the outbox (outbox.c), the waiting fetch (inbox_fetch.c) and what it brings
 * (inbox.c), checkpoints (heads.c).
 * All within the vault process's one thread; nothing here waits. Durable state changes only on a reply with a valid receipt; whatever else
 * the hub says is a hint that decides when to try again.
 */
#ifndef CLIENT_HUBLINK_H
#define CLIENT_HUBLINK_H

#include "client/home.h"
#include "client/node.h"
#include "proto/merkle.h"
#include "proto/wire.h"

struct client_hublink;

/* Load what waits and dial. tls NULL: plain tcp. n outlives the link. */
MUST_USE enum err client_hublink_open(struct client_node *n, const char *address, const struct wire_tls *tls, struct trouble *t);
void client_hublink_close(struct client_hublink *l);  /* takes NULL */

/* Readable when client_hublink_ready has work. */
int client_hublink_fd(const struct client_hublink *l);
/* Take answers. */
void client_hublink_ready(struct client_node *n);
/* Send what is due. Call with no transaction open, after anything may have been put into the outbox. */
void client_hublink_step(struct client_node *n);
/* Milliseconds until something is due, at most max. */
uint64_t client_hublink_due(const struct client_node *n, uint64_t max);

/* ---- calls: messages that change nothing in the log ---- */

/* reply is NULL when result is not OK; it borrows memory that is gone afterwards. No transaction is open. */
typedef void client_link_done(struct client_node *n, void *arg, enum err result, const struct proto_reply *reply);
/*
 * Fill the header, sign, send. arg is kept until done was called, which is once, and never from within. ERR_BUSY: too many under way;
 * ERR_PEER: the hub does not answer at the moment.
 */
MUST_USE enum err client_link_ask(struct client_node *n, struct proto_msg *m, uint32_t timeout_ms, client_link_done *done, void *arg);

/* Has the hub answered the last call? */
bool client_link_is_up(const struct client_node *n);
/* Did a call go without an answer, and none was answered since? Neither up nor down: not known yet. */
bool client_link_is_down(const struct client_node *n);
/*
 * Is what waited at the hub here? It answers a fetch at once when it has mail; so when one has been waiting for ten seconds, which is more than a
 * slow hub takes. An honest hub's word and no proof; true at one moment, and not for ever.
 */
bool client_inbox_has_heard(const struct client_node *n);
/* No checkpoint of the hub contradicted another. While false no offer, grant or release goes out. */
bool client_link_is_trusted(const struct client_node *n);

/* ---- for status ---- */
struct client_link_status {
    bool up, trusted;
    bool contradicted;               /* not trusted, for ever: two heads that the log signed do not fit */
    const struct proto_partner *doubted;  /* the last partner that said it saw another log; NULL: none */
    bool revoked;                    /* the hub answers this node as one whose key, or whose partner, was revoked */
    uint64_t heard_s;                /* when the hub last answered; 0: never */
    size_t outbox;                   /* acts waiting */
    uint64_t oldest_s;               /* when the oldest was put; 0: none */
    char trouble[160];               /* why the first waits, in English; empty: nothing known */
    uint64_t checkpoint_size, checkpoint_s;
    uint8_t checkpoint_root[PROTO_HASH_LEN];
    uint64_t running;
    uint64_t bad_mail;
};
void client_hublink_status(struct client_node *n, struct client_link_status *out);

#endif
