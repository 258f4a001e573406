/*
 * hub/backup: a copy of a hub's home from which it can be put back, and putting it back. What the salts of leaves are made from is in no
 * backup: it must go after a week, and nodes have what they need of it in their openings (P-178).
 */
#ifndef HUB_BACKUP_H
#define HUB_BACKUP_H

#include "hub/cli.h"
#include "hub/signer.h"

#include <stdint.h>

/* The first line of the file "whole" in a backup, which is written last. */
#define HUB_BACKUP_WHOLE "schakel-hub-backup/v1\n"
/* And in its last line, before the SHA-256 of the store in hex. */
#define HUB_BACKUP_DIGEST "store "
#define HUB_BACKUP_STORE "store/data.mdb"

/* What a store from a backup is made whole with. All is borrowed. */
struct hub_backup_sources {
    const char *home;               /* its region file, and its copy of the registry when that survived */
    const char *mirror;             /* a folder as export makes it; NULL: none */
    const char *registry;           /* a file with a copy of the registry (P-190); NULL: none */
    struct hub_signed last, last_registry;  /* what was signed last, as far as anything here knows */
    bool memory_is_old;             /* and that is no more than the backup knew: the mirror and a copy of the registry must say */
    const char *checkpoint;         /* a file with a checkpoint of the log, for when it is longer than all of these say; NULL: none */
    bool is_lost;                   /* nobody has all that is missing: what there is is to be kept */
    const uint8_t *origin;          /* with is_lost, the statement of two partners that lets the log go on; NULL: nothing is put in */
    size_t origin_len;
};

/* How many leaves of the log and statements of the registry the store has now, and how many were not in the backup. */
struct hub_backup_done {
    uint64_t leaves, leaves_added, statements, statements_added;
    struct proto_merkle_head kept;  /* before the leaf of a new origin */
    struct proto_merkle_head shown; /* the longest that was signed, as far as is known here */
    uint64_t lost;                  /* given up with a new origin */
    unsigned origin;                /* of the log, by the registry */
};

/*
 * Append to the store in folder store what it misses of the log and of the registry, when that gives exactly the roots that were signed;
 * running numbers go on behind any that can have been given in the leaves that were missing, for partners of the registry too. ERR_STATE:
 * something is missing and no source for it was given; ERR_NOTFOUND: not in the mirror; ERR_SIGNATURE, ERR_KEY, ERR_SYNTAX: a source is of
 * another history or log, or damaged; ERR_DENIED, ERR_STATE also for the statement of a new origin. Nothing is written then.
 */
MUST_USE enum err hub_backup_complete(const struct hub_backup_sources *from, const char *store, struct hub_backup_done *done,
    struct trouble *t);

#endif
