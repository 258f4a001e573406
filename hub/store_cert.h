/*
 * hub/store_cert: every certificate that was published, by key, for whoever checks a signature later; kept for ever, as the log is.
 * Verified before they come here. Writer thread only.
 */
#ifndef HUB_STORE_CERT_H
#define HUB_STORE_CERT_H

#include "base/kv.h"
#include "proto/region.h"

#include <stdint.h>

struct hub_store_cert;

MUST_USE enum err hub_store_cert_open(struct kv *kv, struct hub_store_cert **out);
void hub_store_cert_close(struct hub_store_cert *s);  /* takes NULL */

/* cert is what signed_cert says. The same key may be certified again (renewal, or from another day): the last one counts. */
MUST_USE enum err hub_store_cert_put(struct hub_store_cert *s, struct kv_txn *x, const struct proto_cert *cert,
    const uint8_t *signed_cert, size_t len);
/* Borrows until x writes or ends. ERR_NOTFOUND. */
MUST_USE enum err hub_store_cert_get(struct hub_store_cert *s, struct kv_txn *x, const uint8_t key[PROTO_KEY_LEN],
    const uint8_t **signed_cert, size_t *len);

/* Called for each; not OK ends the walk and is returned. partner NULL: of everybody. only those that end at or after until_s. */
typedef enum err hub_store_cert_each(void *arg, const uint8_t *signed_cert, size_t len);
MUST_USE enum err hub_store_cert_walk(struct hub_store_cert *s, struct kv_txn *x, const uint8_t *partner, uint64_t until_s,
    hub_store_cert_each *each, void *arg);

#endif
