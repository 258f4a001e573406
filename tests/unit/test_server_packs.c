/* server/packs: what is taken, what is refused and leaves everything as it was, and which pack counts when. */
#include "tests/support/check.h"

#include "base/file.h"
#include "base/text.h"
#include "server/packs.h"
#include "tests/support/home_folder.h"
#include "tests/support/pack_folder.h"
#include "tests/support/policy.h"
#include "tests/support/region_sample.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* 1 December 2026, 12:00 in the Netherlands. */
enum { NOON = 1796122800, HOUR = 3600, DAY = 86400 };

struct world {
    struct home_folder *home;
    struct region_sample region;
    char first[128];
    uint8_t digest[POLICY_DIGEST_LEN];  /* of the region's own */
    char told[4096];
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    void *folder = NULL;
    struct policy_pack *pack;

    if (w == NULL || home_folder_setup(&folder) != 0)
        return -1;
    w->home = folder;
    region_sample_init(&w->region, false);
    (void)snprintf(w->first, sizeof w->first, "%s", pack_folder_in(w->home->path, "first", NULL, NULL, NULL));
    pack = support_policy_pack(w->first);
    memcpy(w->digest, pack->digest, sizeof w->digest);
    memcpy(w->region.r.pack, pack->digest, sizeof w->region.r.pack);
    policy_pack_free(pack);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *folder = w->home;
    int gone = home_folder_teardown(&folder);

    region_sample_fini(&w->region);
    free(w);
    return gone;
}

static void tell(void *arg, const struct trouble *t)
{
    struct world *w = arg;
    size_t used = strlen(w->told);
    char line[1024];

    trouble_line(t, line, sizeof line);
    (void)snprintf(w->told + used, sizeof w->told - used, "%s\n", line);
}

/* A pack of another number of days for R01, counting from a day. */
static const char *make(struct world *w, const char *name, const char *days, struct date from)
{
    char to[64];
    const char *folder;

    (void)snprintf(to, sizeof to, "VZM/LRV/ABS/LUXE,..17,no,no,before,%s", days);
    folder = pack_folder_in(w->home->path, name, "rules.csv", "VZM/LRV/ABS/LUXE,..17,no,no,before,90", to);
    pack_folder_manifest(folder, name, from);
    return folder;
}

/* Partner number by signs, with its root key; shift_s moves the day it signs for. */
static void adopt_shifted(struct world *w, const char *folder, size_t by, uint64_t made_s, uint64_t shift_s)
{
    struct server_manifest m = { .name = "" };
    struct proto_registry_say say;
    char text[PROTO_REGISTRY_NOTE_MAX], note[PROTO_REGISTRY_NOTE_MAX + 1];
    size_t len = 0, note_len = 0;
    bool added = false;

    assert_err(server_manifest_read(folder, &m, NULL), OK);
    server_adoption_say(&m, &w->region.r, made_s, &say);
    say.from_s += shift_s;
    assert_err(proto_registry_say_format(&say, text, sizeof text, &len), OK);
    assert_err(proto_registry_say_sign((const uint8_t *)text, len, w->region.handle[by], w->region.root_secret[by], note,
                   sizeof note - 1, &note_len), OK);
    note[note_len] = '\0';
    assert_err(server_manifest_add(m.adoption, &m.adoptions, note, &added), OK);
    assert_err(server_manifest_write(folder, &m, NULL), OK);
    server_manifest_fini(&m);
}

static void adopt(struct world *w, const char *folder, size_t by)
{
    adopt_shifted(w, folder, by, NOON - 30 * DAY + by, 0);
}

static enum err take(struct world *w, const char *folder, uint8_t digest[POLICY_DIGEST_LEN])
{
    struct server_packs_taking k = { .home = w->home->path, .folder = folder, .region = &w->region.r, .report = tell, .arg = w };

    w->told[0] = '\0';
    return server_packs_take(&k, digest);
}

static struct server_packs *open_packs(struct world *w)
{
    struct server_packs *p = NULL;

    assert_err(server_packs_open(w->home->path, w->first, &w->region.r, &p, NULL), OK);
    return p;
}

static bool is_at(const struct server_packs *p, uint64_t at_s, const uint8_t digest[POLICY_DIGEST_LEN])
{
    return memcmp(server_packs_at(p, at_s)->digest, digest, POLICY_DIGEST_LEN) == 0;
}

static bool is_named(const struct server_packs *p, const uint8_t digest[POLICY_DIGEST_LEN], uint64_t at_s)
{
    const struct policy_pack *pack = server_packs_named(p, digest, at_s);

    assert_true(pack == NULL || memcmp(pack->digest, digest, POLICY_DIGEST_LEN) == 0);
    return pack != NULL;
}

static bool has_packs(const struct world *w)
{
    return access(home_folder_path(w->home, "packs"), F_OK) == 0;
}

/* Refused: nothing is kept, and the old one goes on. */
static void assert_refused(struct world *w, const char *folder, enum err err, const char *told)
{
    uint8_t digest[POLICY_DIGEST_LEN] = { 1, 2, 3 };
    struct server_packs *p;

    assert_err(take(w, folder, digest), err);
    assert_string_equal(w->told, told);
    assert_int_equal(digest[0], 1);
    assert_false(has_packs(w));
    p = open_packs(w);
    assert_int_equal(server_packs_count(p), 1);
    assert_true(is_at(p, NOON + 365 * DAY, w->digest));
    server_packs_close(p);
}

static void test_too_few(void **state)
{
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    static const char none[] = "pack.json: adopted by 0 of the 2 partners that this region asks; let the adopters of others sign: "
                               "schakel policy adopt sign\n";
    static const char one[] = "pack.json: adopted by 1 of the 2 partners that this region asks; let the adopters of others sign: "
                              "schakel policy adopt sign\n";

    assert_refused(w, folder, ERR_DENIED, none);
    adopt(w, folder, 0);
    assert_refused(w, folder, ERR_DENIED, one);
    /* One partner, however often, is one. */
    adopt_shifted(w, folder, 0, NOON - 29 * DAY, 0);
    assert_refused(w, folder, ERR_DENIED, one);
    /* Another day is another adoption. */
    adopt_shifted(w, folder, 1, NOON - 28 * DAY, DAY);
    assert_refused(w, folder, ERR_DENIED, one);
}

/* What one partner signed for another pack does not count for this one. */
static void test_another_pack(void **state)
{
    struct world *w = *state;
    char other[128];
    struct server_manifest from = { .name = "" }, to = { .name = "" };
    const char *folder;
    bool added;

    (void)snprintf(other, sizeof other, "%s", make(w, "other", "61", (struct date){ 2026, 12, 1 }));
    adopt(w, other, 1);
    folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    adopt(w, folder, 0);
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
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });

    adopt(w, folder, 0);
    adopt(w, folder, 1);
    pack_folder_make(folder, "events.csv", "child,90", "child,0");
    assert_err(file_write(home_folder_path(w->home, "next/weighing.csv"), "x\n", 2, 0600, NULL), OK);
    {
        uint8_t digest[POLICY_DIGEST_LEN];

        assert_err(take(w, folder, digest), ERR_RANGE);
    }
    assert_non_null(strstr(w->told, "events.csv:2:"));
    assert_non_null(strstr(w->told, "weighing.csv:1:"));
    assert_false(has_packs(w));
}

static void test_other_files(void **state)
{
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });

    adopt(w, folder, 0);
    adopt(w, folder, 1);
    pack_folder_make(folder, "rules.csv", "VZM/LRV/ABS/LUXE,..17,no,no,before,90", "VZM/LRV/ABS/LUXE,..17,no,no,before,80");
    assert_refused(w, folder, ERR_STATE,
        "rules.csv: is not the file that pack.json names; put that one back, or make a new pack.json: schakel policy pack --write\n");
}

static void test_draft(void **state)
{
    struct world *w = *state;

    assert_refused(w, w->first, ERR_NOTFOUND,
        "pack.json: is missing: this pack is a draft; make it: schakel policy pack --write\n");
}

static void test_taken(void **state)
{
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    uint8_t digest[POLICY_DIGEST_LEN];
    struct server_packs_next next;
    const char *where = NULL;
    struct server_packs *p = open_packs(w);

    adopt(w, folder, 0);
    adopt(w, folder, 1);
    assert_err(take(w, folder, digest), OK);
    assert_string_equal(w->told, "");
    assert_true(is_at(p, NOON, w->digest));   /* not looked yet */
    assert_err(server_packs_refresh(p), OK);
    assert_int_equal(server_packs_count(p), 2);
    /* Midnight in the Netherlands is 23:00 of the day before in UTC, in winter. */
    assert_true(is_at(p, NOON - 12 * HOUR - 1, w->digest));
    assert_true(is_at(p, NOON - 12 * HOUR, digest));
    assert_true(is_at(p, NOON + 365 * DAY, digest));
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
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    uint64_t from_s = NOON - 12 * HOUR;
    uint8_t digest[POLICY_DIGEST_LEN], unknown[POLICY_DIGEST_LEN] = { 9 };
    struct server_packs *p;

    adopt(w, folder, 0);
    adopt(w, folder, 1);
    assert_err(take(w, folder, digest), OK);
    p = open_packs(w);
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
    struct world *w = *state;
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
        folder = make(w, rows[i].name, days, rows[i].day);
        adopt_shifted(w, folder, 0, 1780000000 + i, 0);
        adopt_shifted(w, folder, 2, 1780000000 + i, 0);
        assert_err(take(w, folder, digest), OK);
        p = open_packs(w);
        assert_true(is_at(p, rows[i].from_s - 1, before));
        assert_true(is_at(p, rows[i].from_s, digest));
        server_packs_close(p);
        memcpy(before, digest, sizeof before);
    }
}

/* Adopted by a third later: its pack.json grows, and who runs sees it. Taken twice is taken once. */
static void test_more(void **state)
{
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct server_manifest m = { .name = "" };
    uint8_t digest[POLICY_DIGEST_LEN];
    const char *where = NULL;
    struct server_packs *p;

    adopt(w, folder, 0);
    adopt(w, folder, 1);
    assert_err(take(w, folder, digest), OK);
    adopt(w, folder, 2);
    p = open_packs(w);
    assert_err(take(w, folder, digest), OK);
    assert_err(take(w, folder, digest), OK);
    assert_err(server_packs_refresh(p), OK);
    assert_int_equal(server_packs_count(p), 2);
    (void)server_packs_find(p, digest, &where);
    assert_err(server_manifest_read(where, &m, NULL), OK);
    assert_int_equal(m.adoptions, 3);
    server_manifest_fini(&m);
    server_packs_close(p);
}

/* A kept pack that somebody changed is none; the one before goes on, and that one is missing is told. */
static void test_damaged(void **state)
{
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    char hex[2 * POLICY_DIGEST_LEN + 1], name[128];
    uint8_t digest[POLICY_DIGEST_LEN];
    struct server_packs *p;

    adopt(w, folder, 0);
    adopt(w, folder, 1);
    assert_err(take(w, folder, digest), OK);
    text_hex(digest, sizeof digest, hex, sizeof hex);
    (void)snprintf(name, sizeof name, "packs/%s/rules.csv", hex);
    home_folder_flip(w->home, name, 400);
    p = open_packs(w);
    assert_int_equal(server_packs_count(p), 1);
    assert_true(is_at(p, NOON, w->digest));
    assert_null(server_packs_find(p, digest, NULL));
    server_packs_close(p);
}

/* The region's own pack must be there. */
static void test_first(void **state)
{
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct server_packs *p = NULL;
    struct trouble t = { .lang = LANG_EN };

    assert_err(server_packs_open(w->home->path, folder, &w->region.r, &p, &t), ERR_CONFIG);
    assert_string_equal(t.text, "is not the pack that this region adopted");
    assert_null(p);
}

/* What the log says counts as what a file says; and adopted in the log, but not here, is a step to take. */
static void test_log(void **state)
{
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct proto_region *live = malloc(sizeof *live);
    struct server_manifest m = { .name = "" };
    struct proto_registry *log = NULL;
    struct server_packs_taking k = { .home = w->home->path, .folder = folder, .region = &w->region.r, .report = tell, .arg = w };
    struct server_packs_next next;
    uint8_t digest[POLICY_DIGEST_LEN];
    struct server_packs *p = open_packs(w);

    assert_non_null(live);
    *live = w->region.r;
    adopt(w, folder, 0);
    adopt(w, folder, 1);
    assert_err(server_manifest_read(folder, &m, NULL), OK);
    assert_err(proto_registry_new(live, &log), OK);
    assert_err(server_adoption_fold(log, m.adoption, m.adoptions, NULL), OK);
    server_manifest_fini(&m);
    pack_folder_manifest(folder, "next", (struct date){ 2026, 12, 1 });   /* the notes are gone */
    server_packs_follow(p, log);
    assert_true(is_at(p, NOON, w->digest));
    assert_true(server_packs_coming(p, NOON, &next));
    assert_false(next.is_here);
    assert_true(is_named(p, w->digest, NOON + 30 * DAY));   /* as nothing newer is here */
    w->told[0] = '\0';
    assert_err(server_packs_take(&k, digest), ERR_DENIED);
    k.registry = log;
    assert_err(server_packs_take(&k, digest), OK);
    assert_err(server_packs_refresh(p), OK);
    assert_true(is_at(p, NOON, digest));
    server_packs_follow(p, NULL);
    assert_true(is_at(p, NOON, w->digest));
    server_packs_close(p);
    proto_registry_free(log);
    free(live);
}

/* Who signed, when, and what does not count and why. */
static void test_who(void **state)
{
    struct world *w = *state;
    const char *folder = make(w, "next", "60", (struct date){ 2026, 12, 1 });
    struct server_adoption a;
    struct server_manifest m = { .name = "" };
    bool added;

    adopt(w, folder, 1);
    adopt(w, folder, 0);
    adopt_shifted(w, folder, 0, NOON - 20 * DAY, 0);
    adopt_shifted(w, folder, 2, NOON - 20 * DAY, DAY);
    assert_err(server_manifest_read(folder, &m, NULL), OK);
    assert_err(server_manifest_add(m.adoption, &m.adoptions, "rubbish", &added), OK);
    m.adoption[0][60] ^= 1;   /* within the text: its signature no longer holds */
    assert_err(server_adoption_of(&w->region.r, &m, &a), OK);
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

#define WITH(name, test) { name, test, setup, teardown, NULL }

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
