/*
 * client/keyholder: the home of a keyholder: the organisation that holds the second share of the pseudonym key, another than the hub's. It
 * is no partner and has no vault; its share, its TLS key and its signing key lie under one passphrase.
 *
 *   schakel.conf  keyholder.pub  region  tls.crt      keys/{keyholder,share,sign,witness,tls,tls-ca}      blocked/HANDLE.blocked  quota
 *   public/registry (what nodes brought of it; of before: registry)      witness/ (what it cosigned last)
 *   keys/witness.next, witness.say: of a key that waits (client/keyholder_witness)
 */
#ifndef CLIENT_KEYHOLDER_H
#define CLIENT_KEYHOLDER_H

#include "client/home.h"
#include "proto/region.h"
#include "server/registry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* schakel.conf; every default is in client_keyholder_conf. */
struct client_keyholder_conf {
    char listen[128];       /* host:port */
    bool plain;             /* tcp without TLS, on loopback only */
    uint64_t pseudonyms_per_partner, pseudonyms_total;  /* a day */
};

/* ERR_NOTFOUND, and the step to take, when there is no keyholder here. ERR_CONFIG. */
MUST_USE enum err client_keyholder_conf(const char *home, struct client_keyholder_conf *out, struct trouble *t);
/* The public file. */
MUST_USE enum err client_keyholder_public(const char *home, struct proto_keyholder_file *out, struct trouble *t);
/* The region that is served, complete: gives *text (free()), fills *out. ERR_STATE when none was joined yet. */
MUST_USE enum err client_keyholder_region(const char *home, char **text, size_t *len, struct proto_region *out, struct trouble *t);
/*
 * The same with what nodes brought of the registry folded into it: who came later, who was revoked. Gives *registry (server_registry_free,
 * before out goes).
 */
MUST_USE enum err client_keyholder_partners(const char *home, struct proto_region *out, struct server_registry **registry, struct trouble *t);
/* Does the region name this keyholder: share and authority? ERR_KEY, with path (for people). */
MUST_USE enum err client_keyholder_is_named(const struct proto_keyholder_file *f, const struct proto_region *r, const char *path,
    struct trouble *t);

#endif
