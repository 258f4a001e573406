/* server/packs and what the registry revoked: whose adoption in a file counts still. */
#include "tests/support/check.h"
#include "tests/support/pack_folder.h"
#include "tests/support/packs_world.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* Into a registry: partner about is revoked from a moment on, by the two others. */
static void end_partner(struct packs_world *w, struct proto_registry *log, size_t about, uint64_t from_s)
{
    struct proto_registry_say s = { .act = PROTO_REG_REVOKE, .made_s = NOON - DAY, .before_s = NOON + DAY, .from_s = from_s, .id = { 7, (uint8_t)about } };
    char note[PROTO_REGISTRY_NOTE_MAX], next[PROTO_REGISTRY_NOTE_MAX];
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX];
    enum proto_registry_why why;
    size_t len = 0, leaf_len = 0;

    memcpy(s.region, w->region.r.hash, sizeof s.region);
    memcpy(s.partner, w->region.id[about], sizeof s.partner);
    (void)snprintf(s.reason, sizeof s.reason, "stolen");
    assert_err(proto_registry_say_format(&s, note, sizeof note, &len), OK);
    for (size_t by = 0; by < SAMPLE_PARTNERS; by++) {
        if (by == about)
            continue;
        assert_err(proto_registry_say_sign((const uint8_t *)note, len, w->region.handle[by], w->region.root_secret[by], next, sizeof next, &len), OK);
        memcpy(note, next, len);
    }
    assert_err(proto_registry_leaf(NOON - DAY / 2, (const uint8_t *)note, len, leaf, sizeof leaf, &leaf_len), OK);
    assert_err(proto_registry_append(log, leaf, leaf_len, &why), OK);
    assert_int_equal(why, PROTO_REG_COUNTS);
}

/* One kept by the word of 0 and 1, and then 1 is revoked from from_s on: whether the pack counts still. */
static bool counts_after_revocation(struct packs_world *w, uint64_t from_s)
{
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct proto_region *live = malloc(sizeof *live);
    struct server_packs_taking k = { .home = w->home->path, .folder = folder, .region = &w->region.r, .report = packs_world_tell, .arg = w };
    struct proto_registry *log = NULL;
    struct server_packs *p = packs_world_open(w);
    uint8_t digest[POLICY_DIGEST_LEN];
    bool counts;

    assert_non_null(live);
    *live = w->region.r;
    assert_err(proto_registry_new(live, &log), OK);
    server_packs_follow(p, log);
    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    assert_err(packs_world_take(w, folder, digest), OK);
    assert_err(server_packs_refresh(p), OK);
    assert_true(packs_world_is_at(p, NOON, digest));
    end_partner(w, log, 1, from_s);
    assert_err(server_packs_refresh(p), OK);
    counts = packs_world_is_at(p, NOON, digest);
    assert_true(counts || packs_world_is_at(p, NOON, w->digest));
    /* And whoever takes it now believes no day under a revoked signature. */
    k.registry = log;
    w->told[0] = '\0';
    assert_err(server_packs_take(&k, digest), ERR_DENIED);
    assert_non_null(strstr(w->told, "adopted by 1 of the 2"));
    server_packs_close(p);
    proto_registry_free(log);
    free(live);
    return counts;
}

/* It was adopted before: a partner that leaves does not take the pack away. */
static void test_revoked_later(void **state)
{
    assert_true(counts_after_revocation(*state, NOON - 20 * DAY));
}

static void test_revoked_before(void **state)
{
    assert_false(counts_after_revocation(*state, NOON - 40 * DAY));
}

/* Into a registry: the root key of partner 1 is another one, says 0 with 2. What the old one signed before counts still. */
static void test_root_changed(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct proto_registry_say s = { .act = PROTO_REG_ROOT, .made_s = NOON - DAY, .before_s = NOON + DAY, .from_s = NOON - DAY, .id = { 9 } };
    char note[PROTO_REGISTRY_NOTE_MAX], next[PROTO_REGISTRY_NOTE_MAX];
    struct proto_region *live = malloc(sizeof *live);
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX], digest[POLICY_DIGEST_LEN], unused[64];
    struct proto_registry *log = NULL;
    struct server_packs *p = packs_world_open(w);
    enum proto_registry_why why;
    size_t len = 0;

    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    assert_err(packs_world_take(w, folder, digest), OK);
    assert_non_null(live);
    *live = w->region.r;
    assert_err(proto_registry_new(live, &log), OK);
    memcpy(s.region, w->region.r.hash, sizeof s.region);
    memcpy(s.partner, w->region.id[1], sizeof s.partner);
    region_sample_key(77, s.key, unused);
    assert_err(proto_registry_say_format(&s, note, sizeof note, &len), OK);
    for (size_t by = 0; by < SAMPLE_PARTNERS; by += 2) {
        assert_err(proto_registry_say_sign((const uint8_t *)note, len, w->region.handle[by], w->region.root_secret[by], next, sizeof next, &len), OK);
        memcpy(note, next, len);
    }
    assert_err(proto_registry_leaf(NOON - DAY / 2, (const uint8_t *)note, len, leaf, sizeof leaf, &len), OK);
    assert_err(proto_registry_append(log, leaf, len, &why), OK);
    assert_int_equal(why, PROTO_REG_COUNTS);
    server_packs_follow(p, log);
    assert_err(server_packs_refresh(p), OK);
    assert_true(packs_world_is_at(p, NOON, digest));
    server_packs_close(p);
    proto_registry_free(log);
    free(live);
}

#define WITH(name, test) { name, test, packs_world_setup, packs_world_teardown, NULL }

int main(void)
{
    static const struct CMUnitTest tests[] = { WITH("who signed was revoked later", test_revoked_later),
        WITH("who signed was revoked before", test_revoked_before),
        WITH("the root key of who signed was changed later", test_root_changed) };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("server/packs, revoked", tests, NULL, NULL);
}
