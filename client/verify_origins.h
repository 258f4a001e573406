/*
 * client/verify_origins: receipts and a copy of the log under different origins (proto/region_log). What two partners said was kept is in both;
 * what was lost is proven by its receipt alone, and that is told, not called a lie. Offline: the copy's own registry says it.
 */
#ifndef CLIENT_VERIFY_ORIGINS_H
#define CLIENT_VERIFY_ORIGINS_H

#include "client/verify.h"
#include "proto/registry.h"

/*
 * Beside a copy of the log there may be one of the registry: partners who were admitted later, and who is out. It proves itself. Gives *out
 * (proto_registry_free), with region folded as long as that lives; NULL and OK when there is none. ERR_SIGNATURE and the like: t names the file.
 */
MUST_USE enum err client_verify_origins_fold(struct proto_region *region, const char *folder, struct proto_registry **out, struct trouble *t);
/* The same once, over region into *live, which the caller gives: what it says of origins stays when the registry is gone. */
MUST_USE enum err client_verify_origins_read(const struct proto_region *region, const char *folder, struct proto_region *live, struct trouble *t);

/* Of each claim, what can be compared with a copy under the now-th origin: leaf and root, the leaf alone, or nothing. */
void client_verify_origins_sort(const struct proto_region *live, unsigned now, struct client_claims *claims, struct client_problems *p);

#endif
