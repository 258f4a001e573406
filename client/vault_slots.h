/*
 * client/vault_slots: the keys of values that must be erasable alone. LMDB keeps old bytes in freed pages, so erasing a row there erases
 * nothing for certain; here each such value's key lies in a slot of a small file of its own, wrapped under the vault key, and a slot that
 * is no longer needed is overwritten in place and synced. (What a disk keeps of overwritten blocks is beyond a program's reach.)
 *
 *     file "slots" = slots of 72 bytes: 24 nonce | 48 wrapped key (XChaCha20-Poly1305; associated data: "schakel slot" | u32 slot)
 *
 * A key is synced before the transaction that needs it commits; a slot is overwritten after the transaction that left it. A crash in
 * between leaves a slot without a user: found at start by marking, and overwritten then. Used by client/vault only.
 */
#ifndef CLIENT_VAULT_SLOTS_H
#define CLIENT_VAULT_SLOTS_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client_slots;

/* folder is the store's; key (32 bytes) is borrowed during the call. ERR_IO, ERR_NOMEM. */
MUST_USE enum err client_slots_open(const char *folder, const uint8_t key[32], struct client_slots **out, struct trouble *t);
void client_slots_close(struct client_slots *s);  /* takes NULL */

/* At start: this slot is in use. Then, once: overwrite all others. */
void client_slots_mark(struct client_slots *s, uint32_t slot);
MUST_USE enum err client_slots_ready(struct client_slots *s);

/* A new key in a free slot; not durable before client_slots_sync. */
MUST_USE enum err client_slots_take(struct client_slots *s, uint8_t key[32], uint32_t *slot);
/* ERR_SIGNATURE: overwritten or changed. */
MUST_USE enum err client_slots_get(struct client_slots *s, uint32_t slot, uint8_t key[32]);
/* Overwrite it when the transaction has committed. ERR_NOMEM. */
MUST_USE enum err client_slots_drop(struct client_slots *s, uint32_t slot);

/* Before a commit. */
MUST_USE enum err client_slots_sync(struct client_slots *s);
/* After it: committed says which slots are now free, the dropped or the taken. */
void client_slots_settle(struct client_slots *s, bool committed);

#endif
