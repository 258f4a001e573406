/*
 * server/packs: the policy packs that a home keeps, by digest, and which of them counts when. A pack is taken only when it is whole, its
 * files are those of its pack.json, and as many partners adopted it as the region file says; what was taken stays for ever, so that a
 * decision of years ago can be explained with the pack that it names. The pack of the region file counts from the beginning.
 *
 *   HOME/packs/<digest>/{the tables, texts.csv, ..., pack.json}
 *
 * A pack counts from midnight in the Netherlands of the day its adopters signed for, until the next one counts. One thread.
 */
#ifndef SERVER_PACKS_H
#define SERVER_PACKS_H

#include "server/adoption.h"

/* Whose pack a message may name: one that counted in the last week or counts tomorrow, as clocks and deliveries differ. */
enum { SERVER_PACKS_MAX = 64, SERVER_PACKS_PATH_MAX = 512, SERVER_PACKS_BACK_S = 7 * 86400, SERVER_PACKS_AHEAD_S = 86400 };

/* One taking. Everything borrowed. */
struct server_packs_taking {
    const char *home, *folder;
    const struct proto_region *region;       /* as it was parsed */
    const struct proto_registry *registry;   /* what the log adopted and revoked; NULL: only what pack.json says */
    size_t logged;                           /* where that is not at hand: how many adopted it by the log, as somebody trusted says; else 0 */
    enum lang lang;
    csv_report *report;                      /* every mistake of the folder, in one run */
    void *arg;
};

/*
 * Check a folder and keep it; kept already, only its adoptions are added. Nothing is changed unless all is right: the home then goes on with
 * what it has. ERR_NOTFOUND (no pack.json), ERR_STATE (other files), ERR_DENIED (too few adopted it), mistakes in tables, ERR_IO...
 */
MUST_USE enum err server_packs_take(const struct server_packs_taking *taking, uint8_t digest[POLICY_DIGEST_LEN]);

/* HOME/packs/DIGEST, whether it is there or not. ERR_LONG. */
MUST_USE enum err server_packs_path(const char *home, const uint8_t digest[POLICY_DIGEST_LEN], char out[SERVER_PACKS_PATH_MAX]);

struct server_packs;

/*
 * home and first (the folder with the pack of the region file, checked to be that: ERR_CONFIG) are copied; region as above, copied too.
 * A kept folder that is damaged is passed over, and the log says which. ERR_NOMEM, ERR_IO.
 */
MUST_USE enum err server_packs_open(const char *home, const char *first, const struct proto_region *region, struct server_packs **out,
    struct trouble *t);
void server_packs_close(struct server_packs *p);  /* takes NULL */
/*
 * Use this registry's adoptions too, and what it revoked against those of files; borrowed; NULL: none. What files adopted is judged anew at the
 * next refresh, and whenever the registry has grown.
 */
void server_packs_follow(struct server_packs *p, const struct proto_registry *registry);
/* Read HOME/packs again if something was taken since, or the registry that is followed has grown. What was given before stays valid. ERR_NOMEM. */
MUST_USE enum err server_packs_refresh(struct server_packs *p);

/* The pack that counts at a moment: of those adopted the newest that is here. Valid until close. */
const struct policy_pack *server_packs_at(const struct server_packs *p, uint64_t at_s);
/* The pack of this digest, if it may be decided with at this moment; NULL otherwise. Valid until close. */
const struct policy_pack *server_packs_named(const struct server_packs *p, const uint8_t digest[POLICY_DIGEST_LEN], uint64_t at_s);
/* Any pack that is kept, for explaining; NULL otherwise. *folder (may be NULL) is where its words lie. */
const struct policy_pack *server_packs_find(const struct server_packs *p, const uint8_t digest[POLICY_DIGEST_LEN], const char **folder);

/* What counts or will count, as far as is known: an adopted pack that is not here is a step to take. */
struct server_packs_next { uint8_t digest[POLICY_DIGEST_LEN]; uint64_t from_s; bool is_here; };
/* The one that counts from at_s or is the newest to come within a year. False when that is the one in use. */
bool server_packs_coming(const struct server_packs *p, uint64_t at_s, struct server_packs_next *out);

#endif
