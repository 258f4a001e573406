/*
 * The small files that a hub keeps beside its store, damaged by a disk or put there by somebody else: the signer's memory, the days' keys, the
 * counts of the share. The first byte says which. What is refused is told and leaves the file alone; nothing damaged gives more than was left.
 */
#include "tests/fuzz/fuzz.h"

#include "base/file.h"
#include "hub/seeds.h"
#include "hub/signer.h"
#include "proto/note.h"
#include "server/quota.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIGNER, SEEDS, QUOTA, WHICH, PER_PARTNER = 20, TOTAL = 30, FILE_MAX = 1 << 20 };
#define NOW UINT64_C(1800000000)

static char path[64];

static void clean_up(void) { (void)unlink(path); }

static bool is_unchanged(const uint8_t *data, size_t len)
{
    uint8_t *now = NULL;
    size_t now_len = 0;
    bool yes = file_read(path, FILE_MAX, &now, &now_len, NULL) == OK && now_len == len && (len == 0 || memcmp(now, data, len) == 0);

    free(now);
    return yes;
}

/* Without a sync, which would be all the time that a run takes. */
static void put(const uint8_t *data, size_t len)
{
    FILE *f = fopen(path, "we");

    FUZZ_HOLDS(f != NULL && fwrite(data, 1, len, f) == len && fclose(f) == 0);
}

static enum err signer(struct trouble *t)
{
    static struct hub_signed last;
    enum err e = hub_signer_read(path, &last, t);

    if (e == OK)
        FUZZ_HOLDS(last.note_len <= sizeof last.note && (last.head.size != 0) == (last.note_len != 0));
    return e;
}

static enum err seeds(struct trouble *t)
{
    static const uint8_t id[PROTO_ID_LEN] = { 1 };
    struct hub_seeds *s = NULL;
    struct hub_seed one, again;
    enum err e = hub_seeds_open(path, &s, t);

    if (e == OK && hub_seeds_get(s, NOW, 3, id, &one) == OK)
        FUZZ_HOLDS(hub_seeds_get(s, NOW, 3, id, &again) == OK && memcmp(&one, &again, sizeof one) == 0);
    hub_seeds_close(s);
    return e;
}

/* Nobody gets more than the quota, whatever the file says. */
static enum err quota(struct trouble *t)
{
    static const uint8_t partner[PROTO_PARTNER_LEN] = { 9 };
    struct server_quota *q = NULL;
    uint32_t used, got = 0;
    enum err e = server_quota_open(path, PER_PARTNER, TOTAL, &q, t);

    if (e != OK)
        return e;
    used = server_quota_used(q, partner, NOW);
    while (server_quota_take(q, partner, 1, NOW, 0) == OK)
        FUZZ_HOLDS(++got <= PER_PARTNER);
    FUZZ_HOLDS(got == 0 || got + used <= PER_PARTNER);
    server_quota_close(q);
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static enum err (*const read[WHICH])(struct trouble *) = { signer, seeds, quota };
    struct trouble t = { .lang = LANG_EN };
    enum err e;

    if (path[0] == '\0') {
        FUZZ_HOLDS(sodium_init() >= 0);
        (void)snprintf(path, sizeof path, "/tmp/fuzz-hub-files-%d", (int)getpid());
        (void)atexit(clean_up);
    }
    if (len == 0)
        return 0;
    put(data + 1, len - 1);
    e = read[data[0] % WHICH](&t);
    if (e != OK)
        FUZZ_HOLDS((e == ERR_NOMEM || t.text[0] != '\0') && is_unchanged(data + 1, len - 1));
    return 0;
}
