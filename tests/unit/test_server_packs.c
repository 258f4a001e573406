/* server/packs: what is taken, what is refused and leaves everything as it was, and which pack counts when. */
#include "tests/support/check.h"

#include "base/file.h"
#include "base/text.h"
#include "server/packs.h"
#include "tests/support/pack_folder.h"
#include "tests/support/packs_world.h"
#include "tests/support/policy.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_named(const struct server_packs *p, const uint8_t digest[POLICY_DIGEST_LEN], uint64_t at_s)
{
    const struct policy_pack *pack = server_packs_named(p, digest, at_s);

    assert_true(pack == NULL || memcmp(pack->digest, digest, POLICY_DIGEST_LEN) == 0);
    return pack != NULL;
}

static bool has_packs(const struct packs_world *w)
{
    return access(home_folder_path(w->home, "packs"), F_OK) == 0;
}

/* Refused: nothing is kept, and the old one goes on. */
static void assert_refused(struct packs_world *w, const char *folder, enum err err, const char *told)
{
    uint8_t digest[POLICY_DIGEST_LEN] = { 1, 2, 3 };
    struct server_packs *p;

    assert_err(packs_world_take(w, folder, digest), err);
    assert_string_equal(w->told, told);
    assert_int_equal(digest[0], 1);
    assert_false(has_packs(w));
    p = packs_world_open(w);
    assert_true(packs_world_is_at(p, NOON + 365 * DAY, w->digest));
    server_packs_close(p);
}

static void test_too_few(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    static const char none[] = "pack.json: adopted by 0 of the 2 partners that this region asks; let the adopters of others sign: "
                               "schakel policy adopt sign\n";
    static const char one[] = "pack.json: adopted by 1 of the 2 partners that this region asks; let the adopters of others sign: "
                              "schakel policy adopt sign\n";

    assert_refused(w, folder, ERR_DENIED, none);
    packs_world_adopt(w, folder, 0);
    assert_refused(w, folder, ERR_DENIED, one);
    /* One partner, however often, is one. */
    packs_world_adopt_shifted(w, folder, 0, NOON - 29 * DAY, 0);
    assert_refused(w, folder, ERR_DENIED, one);
    /* Another day is another adoption. */
    packs_world_adopt_shifted(w, folder, 1, NOON - 28 * DAY, DAY);
    assert_refused(w, folder, ERR_DENIED, one);
}

/* What one partner signed for another pack does not count for this one. */
static void test_another_pack(void **state)
{
    struct packs_world *w = *state;
    char other[128];
    struct server_manifest from = { .name = "" }, to = { .name = "" };
    const char *folder;
    bool added;

    (void)snprintf(other, sizeof other, "%s", packs_world_make(w, "other", "61", (struct date){ 2026, 12, 1 }));
    packs_world_adopt(w, other, 1);
    folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    packs_world_adopt(w, folder, 0);
    assert_err(server_manifest_read(other, &from, NULL), OK);
    assert_err(server_manifest_read(folder, &to, NULL), OK);
    assert_err(server_manifest_add(to.adoption, &to.adoptions, from.adoption[0], &added), OK);
    assert_err(server_manifest_write(folder, &to, NULL), OK);
    server_manifest_fini(&from);
    server_manifest_fini(&to);
    assert_refused(w, folder, ERR_DENIED,
        "pack.json: adopted by 1 of the 2 partners that this region asks; let the adopters of others sign: schakel policy adopt sign\n");
}

/* All mistakes of all tables in one run, and the pack is refused whole. */
static void test_mistakes(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });

    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    pack_folder_make(folder, "events.csv", "child,90", "child,0");
    assert_err(file_write(home_folder_path(w->home, "next/weighing.csv"), "x\n", 2, 0600, NULL), OK);
    {
        uint8_t digest[POLICY_DIGEST_LEN];

        assert_err(packs_world_take(w, folder, digest), ERR_RANGE);
    }
    assert_non_null(strstr(w->told, "events.csv:2:"));
    assert_non_null(strstr(w->told, "weighing.csv:1:"));
    assert_false(has_packs(w));
}

static void test_other_files(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });

    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    pack_folder_make(folder, "rules.csv", "VZM/LRV/ABS/LUXE,..17,no,no,before,90", "VZM/LRV/ABS/LUXE,..17,no,no,before,80");
    assert_refused(w, folder, ERR_STATE,
        "rules.csv: is not the file that pack.json names; put that one back, or make a new pack.json: schakel policy pack --write\n");
}

static void test_draft(void **state)
{
    struct packs_world *w = *state;

    assert_refused(w, w->first, ERR_NOTFOUND,
        "pack.json: is missing: this pack is a draft; make it: schakel policy pack --write\n");
}

static void test_taken(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    uint8_t digest[POLICY_DIGEST_LEN];
    struct server_packs_next next;
    const char *where = NULL;
    struct server_packs *p = packs_world_open(w);

    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    assert_err(packs_world_take(w, folder, digest), OK);
    assert_string_equal(w->told, "");
    assert_true(packs_world_is_at(p, NOON, w->digest));   /* not looked yet */
    assert_err(server_packs_refresh(p), OK);
    /* Midnight in the Netherlands is 23:00 of the day before in UTC, in winter. */
    assert_true(packs_world_is_at(p, NOON - 12 * HOUR - 1, w->digest));
    assert_true(packs_world_is_at(p, NOON - 12 * HOUR, digest));
    assert_true(packs_world_is_at(p, NOON + 365 * DAY, digest));
    assert_true(server_packs_coming(p, NOON - DAY, &next));
    assert_memory_equal(next.digest, digest, sizeof digest);
    assert_int_equal(next.from_s, NOON - 12 * HOUR);
    assert_true(next.is_here);
    assert_false(server_packs_coming(p, NOON, &next));
    /* Both can be explained with for ever, and their words lie beside them. */
    assert_non_null(server_packs_find(p, w->digest, NULL));
    assert_non_null(server_packs_find(p, digest, &where));
    assert_int_equal(server_packs_find(p, digest, NULL)->rule[0].days, 60);
    assert_non_null(strstr(where, "/packs/"));
    server_packs_close(p);
}

/* A day ahead and a week back a message may name the other pack; then only what counts. */
static void test_named(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    uint64_t from_s = NOON - 12 * HOUR;
    uint8_t digest[POLICY_DIGEST_LEN], unknown[POLICY_DIGEST_LEN] = { 9 };
    struct server_packs *p;

    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    assert_err(packs_world_take(w, folder, digest), OK);
    p = packs_world_open(w);
    assert_false(is_named(p, digest, from_s - DAY - 1));
    assert_true(is_named(p, digest, from_s - DAY));
    assert_true(is_named(p, digest, from_s));
    assert_true(is_named(p, w->digest, from_s - 100 * DAY));
    assert_true(is_named(p, w->digest, from_s + 7 * DAY - 1));
    assert_false(is_named(p, w->digest, from_s + 7 * DAY + 1));
    assert_false(is_named(p, unknown, from_s));
    server_packs_close(p);
}

/* From midnight of its day, also where that day has 23 or 25 hours; in summer that is 22:00 UTC. */
static void test_midnights(void **state)
{
    struct packs_world *w = *state;
    static const struct {
        const char *name;
        struct date day;
        uint64_t from_s;
    } rows[] = { { "n1", { 2026, 10, 25 }, 1792879200 }, { "n2", { 2026, 10, 26 }, 1792969200 }, { "n3", { 2027, 1, 1 }, 1798758000 },
        { "n4", { 2027, 3, 28 }, 1806188400 }, { "n5", { 2027, 3, 29 }, 1806271200 }, { "n6", { 2028, 2, 29 }, 1835391600 } };
    uint8_t digest[POLICY_DIGEST_LEN], before[POLICY_DIGEST_LEN];

    memcpy(before, w->digest, sizeof before);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char days[8];
        const char *folder;
        struct server_packs *p;

        (void)snprintf(days, sizeof days, "%zu", 40 + i);
        folder = packs_world_make(w, rows[i].name, days, rows[i].day);
        packs_world_adopt_shifted(w, folder, 0, 1780000000 + i, 0);
        packs_world_adopt_shifted(w, folder, 2, 1780000000 + i, 0);
        assert_err(packs_world_take(w, folder, digest), OK);
        p = packs_world_open(w);
        assert_true(packs_world_is_at(p, rows[i].from_s - 1, before));
        assert_true(packs_world_is_at(p, rows[i].from_s, digest));
        server_packs_close(p);
        memcpy(before, digest, sizeof before);
    }
}

/* Adopted by a third later: its pack.json grows, and who runs sees it. Taken twice is taken once. */
static void test_more(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct server_manifest m = { .name = "" };
    uint8_t digest[POLICY_DIGEST_LEN];
    const char *where = NULL;
    struct server_packs *p;

    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    assert_err(packs_world_take(w, folder, digest), OK);
    packs_world_adopt(w, folder, 2);
    p = packs_world_open(w);
    assert_err(packs_world_take(w, folder, digest), OK);
    assert_err(packs_world_take(w, folder, digest), OK);
    assert_err(server_packs_refresh(p), OK);
    assert_non_null(server_packs_find(p, digest, &where));
    assert_err(server_manifest_read(where, &m, NULL), OK);
    assert_int_equal(m.adoptions, 3);
    server_manifest_fini(&m);
    server_packs_close(p);
}

/* Like packs_world_open, with what the log says meanwhile. */
static struct server_packs *open_and_hear(struct packs_world *w, char *said, size_t room)
{
    int kept = dup(STDERR_FILENO), ends[2];
    struct server_packs *p;
    ssize_t n;

    assert_true(kept >= 0 && pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) >= 0);
    p = packs_world_open(w);
    assert_true(dup2(kept, STDERR_FILENO) >= 0 && close(kept) == 0 && close(ends[1]) == 0);
    n = read(ends[0], said, room - 1);
    assert_true(n >= 0 && close(ends[0]) == 0);
    said[n] = '\0';
    return p;
}

/* A kept pack that somebody changed is none; the one before goes on, and that one is missing is told. */
static void test_damaged(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    char hex[2 * POLICY_DIGEST_LEN + 1], name[128], said[2048];
    uint8_t digest[POLICY_DIGEST_LEN];
    struct server_packs *p;

    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    assert_err(packs_world_take(w, folder, digest), OK);
    text_hex(digest, sizeof digest, hex, sizeof hex);
    (void)snprintf(name, sizeof name, "packs/%s/rules.csv", hex);
    home_folder_flip(w->home, name, 400);
    p = open_and_hear(w, said, sizeof said);
    assert_non_null(strstr(said, "a kept pack is passed over"));
    assert_non_null(strstr(said, hex));
    assert_true(packs_world_is_at(p, NOON, w->digest));
    assert_null(server_packs_find(p, digest, NULL));
    server_packs_close(p);
}

/* The region's own pack must be there. */
static void test_first(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct server_packs *p = NULL;
    struct trouble t = { .lang = LANG_EN };

    assert_err(server_packs_open(w->home->path, folder, &w->region.r, &p, &t), ERR_CONFIG);
    assert_string_equal(t.text, "is not the pack that this region adopted");
    assert_null(p);
}

/* What the log says counts as what a file says; and adopted in the log, but not here, is a step to take. */
static void test_log(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct proto_region *live = malloc(sizeof *live);
    struct server_manifest m = { .name = "" };
    struct proto_registry *log = NULL;
    struct server_packs_taking k = { .home = w->home->path, .folder = folder, .region = &w->region.r, .report = packs_world_tell, .arg = w };
    struct server_packs_next next;
    uint8_t digest[POLICY_DIGEST_LEN];
    struct server_packs *p = packs_world_open(w);

    assert_non_null(live);
    *live = w->region.r;
    packs_world_adopt(w, folder, 0);
    packs_world_adopt(w, folder, 1);
    assert_err(server_manifest_read(folder, &m, NULL), OK);
    assert_err(proto_registry_new(live, &log), OK);
    assert_err(server_adoption_fold(log, m.adoption, m.adoptions, NULL), OK);
    server_manifest_fini(&m);
    pack_folder_manifest(folder, "next", (struct date){ 2026, 12, 1 });   /* the notes are gone */
    server_packs_follow(p, log);
    assert_true(packs_world_is_at(p, NOON, w->digest));
    assert_true(server_packs_coming(p, NOON, &next));
    assert_false(next.is_here);
    assert_true(is_named(p, w->digest, NOON + 30 * DAY));   /* as nothing newer is here */
    w->told[0] = '\0';
    assert_err(server_packs_take(&k, digest), ERR_DENIED);
    k.registry = log;
    assert_err(server_packs_take(&k, digest), OK);
    assert_err(server_packs_refresh(p), OK);
    assert_true(packs_world_is_at(p, NOON, digest));
    server_packs_follow(p, NULL);
    assert_true(packs_world_is_at(p, NOON, w->digest));
    server_packs_close(p);
    proto_registry_free(log);
    free(live);
}

/* Who signed, when, and what does not count and why. */
static void test_who(void **state)
{
    struct packs_world *w = *state;
    const char *folder = packs_world_make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct server_adoption a;
    struct server_manifest m = { .name = "" };
    bool added;

    packs_world_adopt(w, folder, 1);
    packs_world_adopt(w, folder, 0);
    packs_world_adopt_shifted(w, folder, 0, NOON - 20 * DAY, 0);
    packs_world_adopt_shifted(w, folder, 2, NOON - 20 * DAY, DAY);
    assert_err(server_manifest_read(folder, &m, NULL), OK);
    assert_err(server_manifest_add(m.adoption, &m.adoptions, "rubbish", &added), OK);
    m.adoption[0][60] ^= 1;   /* within the text: its signature no longer holds */
    assert_err(server_adoption_of(&w->region.r, NULL, &m, &a), OK);
    assert_int_equal(a.notes, 5);
    assert_int_equal(a.needed, 2);
    assert_int_equal(a.adopters, 1);
    assert_true(a.note[0].why != PROTO_REG_COUNTS);
    assert_string_equal(a.note[1].handle, w->region.handle[0]);
    assert_int_equal(a.note[1].why, PROTO_REG_COUNTS);
    assert_true(a.note[1].is_of_this);
    assert_int_equal(a.note[2].why, PROTO_REG_ALREADY);
    assert_int_equal(a.note[3].why, PROTO_REG_COUNTS);
    assert_false(a.note[3].is_of_this);
    assert_int_equal(a.note[4].why, PROTO_REG_MALFORMED);
    assert_string_equal(a.note[4].handle, "");
    server_manifest_fini(&m);
}

#define WITH(name, test) { name, test, packs_world_setup, packs_world_teardown, NULL }

int main(void)
{
    static const struct CMUnitTest tests[] = { WITH("too few adopted it", test_too_few), WITH("adopted was another", test_another_pack),
        WITH("mistakes: all told, none taken", test_mistakes), WITH("other files than pack.json names", test_other_files),
        WITH("a draft", test_draft), WITH("taken, and from which moment it counts", test_taken),
        WITH("which pack a message may name", test_named), WITH("midnights, across the changes of the clock", test_midnights),
        WITH("more adopters later", test_more), WITH("a kept pack that was changed", test_damaged),
        WITH("the region's own", test_first), WITH("adopted in the log", test_log), WITH("who signed, and what counts", test_who) };

    if (sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("server/packs", tests, NULL, NULL);
}
