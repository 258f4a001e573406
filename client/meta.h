/*
 * client/meta: the keys of CLIENT_T_META. All that it holds stands in the two lists here, so that no two rows can have one key: rows with a name, of
 * which there is one each, and rows of something with an id, which have a letter in front of it. What is in a row, and what is beside the id in the
 * keys that are longer, says the file that is named. tests/unit/test_client_meta.c holds the lists against each other.
 */
#ifndef CLIENT_META_H
#define CLIENT_META_H

#include "client/vault.h"
#include "proto/limits.h"

#define CLIENT_META_FORMAT "format"                             /* client/vault */
#define CLIENT_META_REGISTRY "registry checkpoint"              /* client/registry */
#define CLIENT_META_CHECKED "checked head"                      /* client/heads */
#define CLIENT_META_FORKED "log forked"                         /* client/heads */
#define CLIENT_META_ORIGINS "log origins"                       /* client/origin */
#define CLIENT_META_UNANCHORED "unanchored since"               /* client/unanchored */
#define CLIENT_META_RESEND "said again after"                   /* client/resend */
#define CLIENT_META_OPENINGS "openings"                         /* client/openings */
#define CLIENT_META_CLEARED "openings cleared"                  /* client/openings, with " " and the number behind it */
#define CLIENT_META_RESTORED "restored"                         /* client/openings */
#define CLIENT_META_REGISTER_DAY "pseudonyms of a register"     /* client/register_day */
#define CLIENT_META_ARCHIVE_END "archive end"                   /* client/archive_end */
#define CLIENT_META_SAME_DAY "same day as the hub"               /* client/retention_clock */
#define CLIENT_META_INDEX "index of what is kept"               /* client/index; and the marks, these with what is marked behind them: */
#define CLIENT_META_INDEX_DUE "due "
#define CLIENT_META_INDEX_ENDS "ends "
#define CLIENT_META_INDEX_FACTS "facts "
#define CLIENT_META_INDEX_OPEN "open "

/* The letter, and what the id is of. Keys of one letter and another length are told apart by that. */
enum client_meta {
    CLIENT_META_ACCEPTED = 'A',     /* u64 moment: a person went on after two histories (client/do_log) */
    CLIENT_META_DOUBT = 'D',        /* partner: it saw another log (client/distrust) */
    CLIENT_META_FETCHED = 'F',      /* request or offer: handed over and not read (client/fetched) */
    CLIENT_META_PROMISE = 'P',      /* statement for the registry: the hub took it (client/registry_promise) */
    CLIENT_META_AFTER = 'a',        /* request or offer: what is still to be done (client/after) */
    CLIENT_META_CARRIED = 'c',      /* message of ours: the statement that it carried (client/keeping) */
    CLIENT_META_DONE = 'd',         /* item of the inbox: put away (client/do_inbox) */
    CLIENT_META_LAST_WORD = 'l',    /* 32 of a hash: what a member said last (client/lastword) */
    CLIENT_META_APPLIED = 'm',      /* message: the number that it was applied under (client/keeping) */
    CLIENT_META_APPROVED = 'p',     /* approval: what was approved (client/approve) */
    CLIENT_META_REPEATED = 'r',     /* statement: said again last (client/upkeep) */
    CLIENT_META_CONFIRMED = 's',    /* statement: a status of it said last (client/upkeep) */
    CLIENT_META_WEIGHED = 'w',      /* 32 of a hash: the last weighing about a child (client/do_weigh) */
    CLIENT_META_WITNESS = 'w',      /* another letter, 32 of a hash: what was cosigned (client/witness) */
    CLIENT_META_LATER = 'x',        /* request or offer, u64 moment: telling the family may wait (client/after) */
};

enum { CLIENT_META_KEY = 1 + PROTO_ID_LEN };
void client_meta_key(enum client_meta what, const uint8_t id[PROTO_ID_LEN], uint8_t key[CLIENT_META_KEY]);

/* By name, within x, as client_vault_get and its like; to drop what is not there is OK. */
MUST_USE enum err client_meta_get(struct vault_txn *x, const char *name, uint8_t **out, size_t *len);
MUST_USE enum err client_meta_put(struct vault_txn *x, const char *name, const void *row, size_t len);
MUST_USE enum err client_meta_has(struct vault_txn *x, const char *name, bool *has);
MUST_USE enum err client_meta_drop(struct vault_txn *x, const char *name);
/* In a transaction of their own. */
MUST_USE enum err client_meta_load(struct vault *v, const char *name, uint8_t **out, size_t *len);
MUST_USE enum err client_meta_store(struct vault *v, const char *name, const void *row, size_t len);

/* By what it is about, within x: the same. */
MUST_USE enum err client_meta_get_of(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN], uint8_t **out, size_t *len);
MUST_USE enum err client_meta_put_of(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN], const void *row, size_t len);
MUST_USE enum err client_meta_has_of(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN], bool *has);
MUST_USE enum err client_meta_drop_of(struct vault_txn *x, enum client_meta what, const uint8_t id[PROTO_ID_LEN]);
/* All rows of a letter, with the whole key: of another length is another sort. */
MUST_USE enum err client_meta_walk_of(struct vault_txn *x, enum client_meta what, client_vault_each *each, void *arg);

#endif
