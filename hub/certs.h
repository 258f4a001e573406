/*
 * hub/certs: the signing keys that may be believed, in memory: read by every verifying thread, written seldom. Holds NODE and STAFF keys
 * only; whoever puts one has verified its certificate. Safe for any thread.
 */
#ifndef HUB_CERTS_H
#define HUB_CERTS_H

#include "base/err.h"
#include "proto/region.h"

#include <stddef.h>
#include <stdint.h>

struct hub_certs;

/* What is known of a key. The times are those of its own certificate and, for staff, of the node's that signed it: both must hold. */
struct hub_cert {
    uint8_t partner[PROTO_PARTNER_LEN];
    uint8_t use, role;
    uint64_t from_s, until_s;
};

MUST_USE enum err hub_certs_new(struct hub_certs **out);
void hub_certs_free(struct hub_certs *c);  /* takes NULL */

/*
 * Add or renew. node is the key that signed a STAFF certificate, known before it (ERR_KEY); NULL for NODE. Other uses are passed over.
 * ERR_EXISTS when the key belongs to another partner or to another use, ERR_NOMEM.
 */
MUST_USE enum err hub_certs_put(struct hub_certs *c, const struct proto_cert *cert, const uint8_t *node);
/* ERR_KEY when it is not known. */
MUST_USE enum err hub_certs_find(struct hub_certs *c, const uint8_t key[PROTO_KEY_LEN], struct hub_cert *out);
/* A NODE key's certificate as proto_cert_check wants it for what it signed. ERR_KEY. */
MUST_USE enum err hub_certs_node(struct hub_certs *c, const uint8_t key[PROTO_KEY_LEN], struct proto_cert *out);
size_t hub_certs_count(struct hub_certs *c);
/*
 * Narrow all to what the registry leaves of them (P-188). rotated: the partner whose root key is another one now, so that all its node
 * keys here stand under the one before; zero: nobody's is.
 */
void hub_certs_narrow(struct hub_certs *c, const struct proto_region *region, const uint8_t rotated[PROTO_PARTNER_LEN]);
/* Drop what ended before at_s. */
void hub_certs_drop_ended(struct hub_certs *c, uint64_t at_s);

#endif
