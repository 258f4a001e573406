/*
 * client/verify_origins: receipts and a copy of the log under different origins (proto/region_log). What two partners said was kept is in both;
 * what was lost is proven by its receipt alone, and that is told, not called a lie. Offline: the copy's own registry says it.
 */
#ifndef CLIENT_VERIFY_ORIGINS_H
#define CLIENT_VERIFY_ORIGINS_H

#include "client/verify.h"

/* folder/registry, when there is one, folded over region into *live, which the caller gives. ERR_SIGNATURE and the like: t names the file. */
MUST_USE enum err client_verify_origins_read(const struct proto_region *region, const char *folder, struct proto_region *live, struct trouble *t);

/* Of each claim, what can be compared with a copy under the now-th origin: leaf and root, the leaf alone, or nothing. */
void client_verify_origins_sort(const struct proto_region *live, unsigned now, struct client_claims *claims, struct client_problems *p);

#endif
