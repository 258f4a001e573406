/*
 * hub/signer: the log's signing key, and nothing else. It signs a checkpoint only when a proof shows that it extends the last one
 * it signed, and has that on its own disk file before the signature leaves: whoever takes over core, or puts back an old store,
 * cannot make it sign two histories. It writes the text that it signs itself.
 */
#ifndef HUB_SIGNER_H
#define HUB_SIGNER_H

#include "base/err.h"
#include "base/jail.h"
#include "proto/merkle.h"
#include "proto/note.h"

#include <stddef.h>
#include <stdint.h>

enum { HUB_SIGNER_NOTE_MAX = 640 };

/* What the signer is told at its start, in this order (server/start). */
enum hub_start_signer { HUB_SIGNER_STATE, HUB_SIGNER_VKEY, HUB_SIGNER_SECRET, HUB_SIGNER_REGISTRY_STATE, HUB_SIGNER_REGISTRY_VKEY,
    HUB_SIGNER_STARTS };

/* The tag of a question to the role: of which log. Each has its own file, and its origin stands in what is signed. */
enum hub_signer_which { HUB_SIGN_LOG, HUB_SIGN_REGISTRY, HUB_SIGN_LOGS };

struct hub_signer;

/* What was signed last. size 0 and no note before the first. */
struct hub_signed {
    struct proto_merkle_head head;
    size_t note_len;
    uint8_t note[HUB_SIGNER_NOTE_MAX];
};

/* Write the file of a log that has signed nothing. ERR_EXISTS: never over one that is there. */
MUST_USE enum err hub_signer_init(const char *path, struct trouble *t);

/* secret is copied; vkey is the log's verifier key as text. ERR_NOTFOUND (no file), ERR_SYNTAX (damaged), ERR_KEY, ERR_IO. */
MUST_USE enum err hub_signer_open(const char *path, const char *vkey, const uint8_t secret[64], struct hub_signer **out,
    struct trouble *t);
void hub_signer_close(struct hub_signer *s);  /* takes NULL, wipes */

const struct hub_signed *hub_signer_last(const struct hub_signer *s);
/*
 * Sign head, which proof shows to extend the last. *note is the signer's own, valid until the next call. ERR_SIGNATURE when it is
 * not shown, ERR_RANGE for a smaller tree, ERR_IO when the file could not be written: the caller ends its process then.
 */
MUST_USE enum err hub_signer_sign(struct hub_signer *s, const struct proto_merkle_head *head, const struct proto_merkle_proof *proof,
    const struct hub_signed **out);

/* Read what was signed last without the key, for commands on a stopped hub. */
MUST_USE enum err hub_signer_read(const char *path, struct hub_signed *out, struct trouble *t);

/* Its memories are open when it begins, and nothing else is ever opened. */
enum { HUB_SIGNER_CALLS = JAIL_THINK | JAIL_TALK | JAIL_KEEP };
/* The role: its start block is on descriptor 3, core on 4. Returns an exit code. */
int hub_signer_run(const char *program);

#endif
