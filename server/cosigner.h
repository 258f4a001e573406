/*
 * server/cosigner: a witness outside hub and partners, as the keyholder runs it: judges requests to cosign that nodes bring, keeps what it
 * cosigned last on its own disk before the line leaves, and holds its key and nothing else. It cosigns whatever the region's log signed and
 * can prove, whoever brings it: there is nothing secret in a checkpoint. Only a registry with fewer leaves than nodes brought here it does not
 * confirm any more: a hub could keep the difference from others with such lines. Another key waits beside the present one until the registry
 * names it (cosigner_key.c). Its process has one thread.
 */
#ifndef SERVER_COSIGNER_H
#define SERVER_COSIGNER_H

#include "base/err.h"
#include "base/jail.h"
#include "base/secret.h"
#include "proto/region.h"
#include "proto/witness.h"
#include "server/registry.h"

#include <stddef.h>
#include <stdint.h>

enum { SERVER_COSIGNER_MAIN, SERVER_COSIGNER_REGISTRY_LOG, SERVER_COSIGNER_LOGS };

struct server_cosigner {
    struct proto_region *region;      /* owned */
    char *folder;                     /* owned: a file for each log */
    struct proto_note_key key;
    struct secret *secret;
    struct proto_note_key next_key;
    struct secret *next;              /* waits until the registry names it; NULL: none does */
    bool counts;                      /* the region counts the present key */
    uint64_t since_s;                 /* and from when on */
    struct proto_witness_log log[SERVER_COSIGNER_LOGS];
    uint64_t on_disk[SERVER_COSIGNER_LOGS];  /* the size that each file has: what a statement says was seen is in memory only at first */
    struct server_registry *registry; /* what nodes brought of it, folded into region: the log may go on under another origin */
    uint8_t origins;                  /* changes of it that log[0] knows of */
};

/* Borrowed during the call; secret (64 bytes) is copied. */
struct server_cosigner_config {
    const char *region;               /* the file's text */
    size_t region_len;
    const char *folder;               /* is there already */
    const char *registry;             /* the file with the copy that nodes bring (server/registry); it may not be there yet */
    const char *vkey;                 /* of the witness */
    const uint8_t *secret;
    const uint8_t *next_secret;       /* of a key that takes its place as soon as the registry names it; NULL: none */
};

/* ERR_KEY when the region does not name this witness as an outsider, or the secret is another's; ERR_SYNTAX: its file is damaged. */
MUST_USE enum err server_cosigner_open(struct server_cosigner *s, const struct server_cosigner_config *c, struct trouble *t);
void server_cosigner_close(struct server_cosigner *s);

/*
 * Answer the body of a request: u16 status | body. ERR_IO when it could not be stored: nothing was signed, and the caller ends its process;
 * ERR_LONG, ERR_NOMEM.
 */
MUST_USE enum err server_cosigner_judge(struct server_cosigner *s, const uint8_t *body, size_t len, uint64_t now_s, uint8_t *out, size_t cap,
    size_t *out_len);
/* Answer a frame: a reply as a frame in out. */
MUST_USE enum err server_cosigner_answer(struct server_cosigner *s, const uint8_t *frame, size_t frame_len, uint8_t *out, size_t cap, size_t *len);

enum { SERVER_COSIGNER_CALLS = JAIL_THINK | JAIL_TALK | JAIL_KEEP | JAIL_OPEN };
/* What a witness with this folder cosigned last of the region's two logs, the main one under its origin of now (size 0: nothing). ERR_SYNTAX, ERR_IO. */
MUST_USE enum err server_cosigner_held(const char *folder, const struct proto_region *region, struct proto_merkle_head *log,
    struct proto_merkle_head *registry, struct trouble *t);

/* ---- cosigner_key.c, for cosigner.c: the region is folded ---- */
MUST_USE enum err server_cosigner_key_open(struct server_cosigner *s, const struct server_cosigner_config *c, struct trouble *t);
/* Which key counts now, and what it is bound to. Before each judging. */
void server_cosigner_key_settle(struct server_cosigner *s);

/* The role: start block on 3, gate on 4. Returns an exit code. */
int server_cosigner_run(const char *program);

#endif
