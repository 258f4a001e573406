/*
 * tests/support/packs_world: a home, a region of three, and packs that its partners adopt by files.
 */
#ifndef TESTS_SUPPORT_PACKS_WORLD_H
#define TESTS_SUPPORT_PACKS_WORLD_H

#include "home_folder.h"
#include "region_sample.h"

#include "server/packs.h"

/* 1 December 2026, 12:00 in the Netherlands. */
enum { NOON = 1796122800, HOUR = 3600, DAY = 86400 };

struct packs_world {
    struct home_folder *home;
    struct region_sample region;
    char first[128];
    uint8_t digest[POLICY_DIGEST_LEN];  /* of the region's own */
    char told[4096];
};

int packs_world_setup(void **state);
int packs_world_teardown(void **state);
/* A csv_report that keeps what is told in w->told. */
void packs_world_tell(void *arg, const struct trouble *t);
/* A pack of another number of days for R01, counting from a day. */
const char *packs_world_make(struct packs_world *w, const char *name, const char *days, struct date from);
/* Partner number by signs, with its root key; shift_s moves the day it signs for. */
void packs_world_adopt_shifted(struct packs_world *w, const char *folder, size_t by, uint64_t made_s, uint64_t shift_s);
/* 30 days before NOON. */
void packs_world_adopt(struct packs_world *w, const char *folder, size_t by);
enum err packs_world_take(struct packs_world *w, const char *folder, uint8_t digest[POLICY_DIGEST_LEN]);
struct server_packs *packs_world_open(struct packs_world *w);
bool packs_world_is_at(const struct server_packs *p, uint64_t at_s, const uint8_t digest[POLICY_DIGEST_LEN]);

#endif
