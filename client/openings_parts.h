/*
 * client/openings_parts: what the files of client/openings share. Nobody else includes this.
 */
#ifndef CLIENT_OPENINGS_PARTS_H
#define CLIENT_OPENINGS_PARTS_H

#include "client/openings.h"

struct client_openings {
    /* Kept. Running numbers: up to which openings are here, were found right, and were answered. */
    uint64_t fetched, checked, answered, answered_s;
    uint64_t bad;                /* the first that is not right; 0: none */
    uint8_t bad_state;
    bool owes;                   /* something other than an answer was found right since the last answer */
    /* Not kept. */
    bool asking, proving, forced;
    bool behind;                 /* what came lies behind every checkpoint that was seen: ask again soon */
    bool gives_nothing;          /* the hub answered, with nothing that is new and next */
    uint64_t next_ms, prove_ms, settle_ms, empty_ms, refused_ms;
    uint64_t proving_number, forced_ms, said;
};

MUST_USE enum err client_openings_save(struct vault_txn *x, const struct client_openings *o);
/* Judge what can be, answer what is due (client/openings_settle). */
void client_openings_settle(struct client_node *n);
/*
 * The next opening, what, is not that of the next number. That is right once after the store was restored from a backup (what was answered
 * since is the hub's knowledge only), as far as what proves: it opened, and no partner has more numbers than the log had leaves then. And
 * where the archive has holes, which completeness names, or leaves that are over eight days old and cannot be laid open any more.
 * ERR_NOTFOUND: neither; an opening is kept back. ERR_BUSY: its leaf lies behind every checkpoint that was seen, which will come.
 */
MUST_USE enum err client_openings_jump(const struct client_node *n, struct vault_txn *x, const struct client_opening *what);

#endif
