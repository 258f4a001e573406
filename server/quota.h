/*
 * server/quota: how many pseudonyms each partner, and the region, has had today, counted on disk before one is evaluated. Days are those
 * of UTC. One process, one thread at a time.
 */
#ifndef SERVER_QUOTA_H
#define SERVER_QUOTA_H

#include "base/err.h"
#include "proto/limits.h"

#include <stdint.h>

struct server_quota;

/* The file is made when it is not there. Gives *out. ERR_SYNTAX when it is damaged, ERR_IO, ERR_NOMEM. */
MUST_USE enum err server_quota_open(const char *path, uint32_t per_partner, uint32_t total, struct server_quota **out, struct trouble *t);
void server_quota_close(struct server_quota *q);  /* takes NULL */

/*
 * Count n for this partner on the day of at_s; on disk when it returns OK. most: two partners' officers have let it have up to so many a day, and
 * the total goes up by as much; 0: no exception. ERR_QUOTA: nothing is counted. ERR_IO.
 */
MUST_USE enum err server_quota_take(struct server_quota *q, const uint8_t partner[PROTO_PARTNER_LEN], uint32_t n, uint64_t at_s, uint32_t most);

/* What was counted on that day, and all together (partner NULL). */
uint32_t server_quota_used(const struct server_quota *q, const uint8_t *partner, uint64_t at_s);

#endif
