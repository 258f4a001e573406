/*
 * client/certs: which keys speak for whom, and when: certificates of others and our own, verified under the region. Kept in CLIENT_T_CERT and,
 * all of them, in memory: there are a few for each partner and one for each of its staff. What is not known is asked of the hub, which
 * cannot make one up: a root key of the region file stands above each.
 */
#ifndef CLIENT_CERTS_H
#define CLIENT_CERTS_H

#include "client/node.h"

struct client_certs;

/* Read them all. Sets n->certs. */
MUST_USE enum err client_certs_open(struct client_node *n);
/* The registry has narrowed some: judge all anew. */
MUST_USE enum err client_certs_reload(struct client_node *n);
void client_certs_close(struct client_certs *c);  /* takes NULL */

/*
 * Verify, remember and (in x) keep. The node certificate above a staff certificate must be known. OK when it was known. ERR_RANGE: made for
 * longer than may be (proto/limits.h).
 */
MUST_USE enum err client_certs_add(struct client_node *n, struct vault_txn *x, const uint8_t *cert, size_t len);

/* A certificate of this use for this key, valid at this moment, and all above it too. ERR_NOTFOUND. */
MUST_USE enum err client_certs_of_key(const struct client_node *n, const uint8_t key[PROTO_KEY_LEN], enum proto_use use, uint64_t at_s,
    struct proto_cert *out);
/* The partner's, of this use, valid then; the newest, so that a key that was replaced is not used on. ERR_NOTFOUND. */
MUST_USE enum err client_certs_of_partner(const struct client_node *n, const uint8_t partner[PROTO_PARTNER_LEN], enum proto_use use,
    uint64_t at_s, struct proto_cert *out);

/* Was client_partner_hpke's last ERR_NOTFOUND why something could not be done? Then t says whose key is missing. Once. */
void client_certs_say_missing(const struct client_node *n, struct trouble *t);

/*
 * What a person must know about the keys of this partner: one has ended, or does so within two weeks. Into buf; NULL: nothing.
 */
const char *client_certs_text(const struct client_node *n, enum lang lang, char *buf, size_t len);
/* Has our own node key ended? Then the hub takes nothing from here. */
bool client_certs_is_mute(const struct client_node *n);

/*
 * Ask the hub for a key's certificate (or all of a partner's: key NULL). ERR_BUSY: being asked; when the answer is there calls run again
 * and the inbox goes on. ERR_NOTFOUND: the hub answered within the last seconds that there is none. ERR_PEER: the hub does not answer.
 */
MUST_USE enum err client_certs_ask(struct client_node *n, const uint8_t *key, const uint8_t partner[PROTO_PARTNER_LEN]);

/* Now and then ask for those of every partner. */
void client_certs_step(struct client_node *n);

#endif
