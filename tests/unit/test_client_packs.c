/* client/packs: which pack counts in a node that runs, with its own words, across the midnight of its day. */
#include "tests/support/check.h"

#include "base/text.h"
#include "client/packs.h"
#include "server/packs.h"
#include "tests/support/home_folder.h"
#include "tests/support/pack_folder.h"
#include "tests/support/policy.h"
#include "tests/support/region_sample.h"

#include <stdio.h>
#include <unistd.h>

struct world {
    struct home_folder *home;
    struct region_sample region;
    struct client_node node;
    char first[128];
    struct date day;        /* from which the next pack counts: some days from now */
    uint64_t from_s;
    uint8_t next[POLICY_DIGEST_LEN];
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
    (void) snprintf(w->first, sizeof w->first, "%s", pack_folder_in(w->home->path, "first", NULL, NULL, NULL));
    pack = support_policy_pack(w->first);
    memcpy(w->region.r.pack, pack->digest, sizeof w->region.r.pack);
    policy_pack_free(pack);
    w->day = date_add_days(clock_date_nl(clock_now_s()), 10);
    w->from_s = clock_midnight_nl(w->day);
    w->node.home = w->home->path;
    w->node.region = w->region.r;
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    void *folder = w->home;

    client_packs_close(w->node.packs);
    region_sample_fini(&w->region);
    free(w);
    return home_folder_teardown(&folder);
}

/* A pack that gives R01 for 60 days and calls the verdict PERMIT otherwise, adopted by two, taken. */
static void take(struct world *w)
{
    const char *folder = pack_folder_in(w->home->path, "next", "rules.csv", "VZM/LRV/ABS/LUXE,..17,no,no,before,90",
        "VZM/LRV/ABS/LUXE,..17,no,no,before,60");
    struct server_packs_taking k = {.home = w->home->path, .folder = folder, .region = &w->region.r};

    pack_folder_manifest(folder, "2", w->day);
    pack_folder_adopt(folder, &w->region.r, w->region.handle[0], w->region.root_secret[0], clock_now_s());
    pack_folder_adopt(folder, &w->region.r, w->region.handle[1], w->region.root_secret[1], clock_now_s());
    assert_err(server_packs_take(&k, w->next), OK);
}

static void open_packs(struct world *w)
{
    struct trouble t = {.lang = LANG_EN};

    if (client_packs_open(&w->node, w->first, LANG_EN, &t) != OK)
        fail_msg("%s", t.text);
}

static bool is_first(const struct world *w)
{
    return memcmp(w->node.pack->digest, w->region.r.pack, POLICY_DIGEST_LEN) == 0;
}

static char *status(const struct world *w, uint64_t now_s)
{
    cJSON *obj = cJSON_CreateObject();
    char *text = NULL;

    client_packs_status(&w->node, now_s, LANG_EN, obj);
    assert_err(json_print(obj, &text), OK);
    cJSON_Delete(obj);
    return text;
}

static void test_midnight(void **state)
{
    struct world *w = *state;
    char hex[2 * POLICY_DIGEST_LEN + 1], *text;

    open_packs(w);
    assert_true(is_first(w));
    take(w);
    client_packs_look(&w->node, w->from_s - 1);
    assert_true(is_first(w));
    assert_int_equal(w->node.pack->rule[0].days, 90);
    text_hex(w->next, sizeof w->next, hex, sizeof hex);
    text = status(w, w->from_s - 1);
    assert_non_null(strstr(text, hex));
    assert_null(strstr(text, "not here"));
    free(text);
    client_packs_look(&w->node, w->from_s);
    assert_memory_equal(w->node.pack->digest, w->next, sizeof w->next);
    assert_int_equal(w->node.pack->rule[0].days, 60);
    assert_non_null(w->node.texts);
    assert_non_null(w->node.pack->weighing);
    assert_string_equal(policy_texts_get(w->node.texts, LANG_NL, "verdict", "PERMIT"), "Dit mag");
    text = status(w, w->from_s);
    assert_null(strstr(text, "pack_next"));
    free(text);
    /* What was decided before goes by another pack now; what nothing decided yet does not. */
    assert_true(client_packs_differs(&w->node, w->region.r.pack));
    assert_false(client_packs_differs(&w->node, w->next));
    /* And it is explained with the pack that decided it. */
    assert_memory_equal(client_packs_of(&w->node, w->region.r.pack)->digest, w->region.r.pack, POLICY_DIGEST_LEN);
    assert_ptr_equal(client_packs_of(&w->node, (const uint8_t[PROTO_HASH_LEN]) {9}), w->node.pack);
    assert_false(client_packs_differs(&w->node, (const uint8_t[PROTO_HASH_LEN]) {0}));
}

/* Its words must be there too: without them the old pack goes on, whole. */
static void test_without_words(void **state)
{
    struct world *w = *state;
    char path[SERVER_PACKS_PATH_MAX + 32];

    open_packs(w);
    take(w);
    assert_err(server_packs_path(w->home->path, w->next, path), OK);
    (void) snprintf(path + strlen(path), 32, "/texts.csv");
    assert_int_equal(unlink(path), 0);
    client_packs_look(&w->node, w->from_s);
    assert_true(is_first(w));
    assert_string_equal(policy_texts_get(w->node.texts, LANG_NL, "verdict", "PERMIT"), "Dit mag");
}

/* A start after its day begins with it. */
static void test_start(void **state)
{
    struct world *w = *state;

    w->day = date_add_days(clock_date_nl(clock_now_s()), -3);
    take(w);
    open_packs(w);
    assert_memory_equal(w->node.pack->digest, w->next, sizeof w->next);
}

static void test_not_the_regions(void **state)
{
    struct world *w = *state;
    struct trouble t = {.lang = LANG_EN};

    w->node.region.pack[3] ^= 1;
    assert_err(client_packs_open(&w->node, w->first, LANG_EN, &t), ERR_CONFIG);
    assert_string_equal(t.text, "is not the pack that this region adopted; see: schakel region show");
    t = (struct trouble) {.lang = LANG_EN};
    assert_err(client_packs_open(&w->node, w->home->path, LANG_EN, &t), ERR_NOTFOUND);
    assert_string_equal(t.text, "is not a policy pack; say where it is in schakel.conf: pack = FOLDER");
    assert_null(w->node.packs);
}

#define WITH(name, test) {name, test, setup, teardown, NULL}

int main(void)
{
    static const struct CMUnitTest tests[] = {WITH("across midnight", test_midnight), WITH("without its words", test_without_words),
        WITH("a start after its day", test_start), WITH("not the region's", test_not_the_regions)};

    return cmocka_run_group_tests_name("client/packs", tests, NULL, NULL);
}
