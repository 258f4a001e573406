/* client/keyholder and its commands: a home from nothing, and the regions that it takes. */
#include "tests/support/check.h"
#include "tests/support/keyholder_home.h"
#include "tests/support/registry_sample.h"

#include "base/file.h"
#include "base/wr.h"
#include "proto/pseudonym.h"

#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

/* ---- init ---- */

static void a_new_keyholder_proves_its_share(void **state)
{
    struct keyholder_home *w = *state;

    assert_string_equal(w->f.name, "sleutelhuis");
    assert_string_equal(w->f.address, w->address);
    assert_err(proto_pseudonym_possession_check(w->f.share_key, w->f.possession), OK);
}

static void its_keys_are_for_its_own_eyes(void **state)
{
    static const char *const names[] = {"home/keys/share", "home/keys/keyholder", "home/keys/tls", "home/keys/tls-ca", "home/keys/sign",
        "home/schakel.conf"};
    const struct keyholder_home *w = *state;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct stat st;

        assert_int_equal(stat(home_folder_path(&w->folder, names[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void a_second_init_changes_nothing(void **state)
{
    struct keyholder_home *w = *state;
    struct proto_keyholder_file again;

    assert_err(keyholder_home_init(w, "anders", w->address), ERR_EXISTS);
    assert_err(client_keyholder_public(w->home, &again, NULL), OK);
    assert_memory_equal(&again, &w->f, sizeof again);
}

/* Nothing is left of an init that was refused: the next can be right. */
static void a_refused_init_leaves_nothing(void **state)
{
    static const struct { const char *name, *address; } wrong[] = {{"Sleutelhuis", "127.0.0.1:7611"}, {"s", "127.0.0.1:7611"},
        {"sleutelhuis", "7611"}, {"sleutelhuis", "Example.org:7611"}, {"sleutelhuis", "example.org:0"}};
    struct keyholder_home *w = *state;
    struct stat st;

    (void)snprintf(w->home, sizeof w->home, "%s", home_folder_path(&w->folder, "other"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_err(keyholder_home_init(w, wrong[i].name, wrong[i].address), ERR_USAGE);
        assert_int_not_equal(stat(w->home, &st), 0);
    }
    assert_err(keyholder_home_init(w, "sleutelhuis", "example.org:7611"), OK);
}

/* ---- settings ---- */

static void settings_have_defaults(void **state)
{
    struct keyholder_home *w = *state;
    struct client_keyholder_conf conf;

    assert_err(client_keyholder_conf(w->home, &conf, NULL), OK);
    assert_string_equal(conf.listen, w->address);
    assert_true(conf.plain);
    assert_int_equal(conf.pseudonyms_per_partner, 2000);
    assert_int_equal(conf.pseudonyms_total, 20000);
}

static void an_unknown_setting_is_an_error(void **state)
{
    struct keyholder_home *w = *state;
    struct client_keyholder_conf conf = {.pseudonyms_total = 7};
    static const char text[] = "listen = 127.0.0.1:1\npseudonyms = 3\n";

    assert_err(file_write(home_folder_path(&w->folder, "home/schakel.conf"), text, sizeof text - 1, 0600, NULL), OK);
    assert_err(client_keyholder_conf(w->home, &conf, &w->t), ERR_CONFIG);
    assert_int_equal(w->t.line, 2);
    assert_int_equal(conf.pseudonyms_total, 7);
}

/* ---- join ---- */

static void it_takes_the_region_that_names_it(void **state)
{
    struct keyholder_home *w = *state;
    struct proto_region *r = calloc(1, sizeof *r);
    char *text = NULL, fingerprint[40];
    const char *told = "";
    size_t len = 0;

    keyholder_home_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(client_keyholder_region(w->home, &text, &len, r, NULL), ERR_STATE);
    assert_err(keyholder_home_join(w, "region"), OK);
    proto_region_fingerprint(w->region, fingerprint);
    assert_err(json_text(w->reply, "fingerprint", &told), OK);
    assert_string_equal(told, fingerprint);
    assert_err(keyholder_home_join(w, "region"), OK);
    assert_err(client_keyholder_region(w->home, &text, &len, r, NULL), OK);
    assert_memory_equal(r->hash, w->region->hash, sizeof r->hash);
    free(text);
    free(r);
}

static void a_region_that_somebody_has_not_signed(void **state)
{
    struct keyholder_home *w = *state;

    keyholder_home_region(w, "region", SAMPLE_PARTNERS - 1, "demo");
    assert_err(keyholder_home_join(w, "region"), ERR_SIGNATURE);
}

static void a_region_with_another_keyholder(void **state)
{
    struct keyholder_home *w = *state;

    assert_err(file_write(home_folder_path(&w->folder, "region"), w->sample.file, w->sample.file_len, 0600, NULL), OK);
    assert_err(keyholder_home_join(w, "region"), ERR_KEY);
}

/* P-163. */
static void a_region_with_its_share_and_another_authority(void **state)
{
    struct keyholder_home *w = *state;

    w->f.tls_der[20] ^= 1;
    keyholder_home_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(keyholder_home_join(w, "region"), ERR_KEY);
}

static void a_region_without_keyholder(void **state)
{
    struct keyholder_home *w = *state;
    struct region_sample s;

    region_sample_init(&s, false);
    assert_err(file_write(home_folder_path(&w->folder, "region"), s.file, s.file_len, 0600, NULL), OK);
    assert_err(keyholder_home_join(w, "region"), ERR_KEY);
    region_sample_fini(&s);
}

static void a_second_region(void **state)
{
    struct keyholder_home *w = *state;

    keyholder_home_region(w, "region", SAMPLE_PARTNERS, "demo");
    keyholder_home_region(w, "another", SAMPLE_PARTNERS, "another");
    assert_err(keyholder_home_join(w, "region"), OK);
    assert_err(keyholder_home_join(w, "another"), ERR_EXISTS);
}

static void only_partners_can_be_blocked(void **state)
{
    struct keyholder_home *w = *state;

    assert_err(keyholder_home_run(w, client_cmd_keyholder_block, "{'partner':'team-noord'}"), ERR_STATE);
    keyholder_home_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(keyholder_home_join(w, "region"), OK);
    assert_err(keyholder_home_run(w, client_cmd_keyholder_block, "{'partner':'team-zuid'}"), ERR_NOTFOUND);
    assert_err(keyholder_home_run(w, client_cmd_keyholder_block, "{'partner':'team-noord'}"), OK);
}

/* A node brought the registry: in it an organisation that is not in the region file. */
static void bring_newcomer(struct keyholder_home *w)
{
    struct registry_sample *s = malloc(sizeof *s);
    struct registry_note *checkpoint = malloc(sizeof *checkpoint);
    struct proto_registry_say say;
    struct registry_note n;
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX], copy[16384];
    size_t len = 0;
    struct wr out;

    assert_non_null(s);
    assert_non_null(checkpoint);
    registry_sample_init(s);
    proto_registry_free(s->r);
    s->region.r = *w->region;
    assert_err(proto_registry_new(&s->region.r, &s->r), OK);
    say = registry_say(s, PROTO_REG_ADMIT, 0);
    n = registry_signed(s, &say, "01");
    assert_int_equal(registry_put(s->r, &n, REGISTRY_NOW), PROTO_REG_COUNTS);
    assert_err(proto_registry_leaf(REGISTRY_NOW, n.data, n.len, leaf, sizeof leaf, &len), OK);
    *checkpoint = registry_checkpoint(s, s->r);
    wr_init(&out, copy, sizeof copy);
    wr_bytes16(&out, checkpoint->data, checkpoint->len);
    wr_u16(&out, 1);
    wr_bytes16(&out, leaf, len);
    assert_err(wr_end(&out), OK);
    assert_err(file_write(home_folder_path(&w->folder, "home/registry"), copy, out.len, 0600, NULL), OK);
    registry_sample_fini(s);
    free(checkpoint);
    free(s);
}

static void who_came_later_can_be_blocked(void **state)
{
    struct keyholder_home *w = *state;
    struct stat st;

    keyholder_home_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(keyholder_home_join(w, "region"), OK);
    assert_err(keyholder_home_run(w, client_cmd_keyholder_block, "{'partner':'buurthuis-west'}"), ERR_NOTFOUND);
    bring_newcomer(w);
    assert_err(keyholder_home_run(w, client_cmd_keyholder_block, "{'partner':'buurthuis-west'}"), OK);
    assert_int_equal(stat(home_folder_path(&w->folder, "home/blocked/buurthuis-west.blocked"), &st), 0);
    assert_err(keyholder_home_run(w, client_cmd_keyholder_block, "{'partner':'buurthuis-west','undo':true}"), OK);
    assert_int_not_equal(stat(home_folder_path(&w->folder, "home/blocked/buurthuis-west.blocked"), &st), 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, keyholder_home_setup, keyholder_home_teardown)
    const struct CMUnitTest tests[] = {
        T(a_new_keyholder_proves_its_share), T(its_keys_are_for_its_own_eyes), T(a_second_init_changes_nothing),
        T(a_refused_init_leaves_nothing), T(settings_have_defaults), T(an_unknown_setting_is_an_error),
        T(it_takes_the_region_that_names_it), T(a_region_that_somebody_has_not_signed), T(a_region_with_another_keyholder),
        T(a_region_with_its_share_and_another_authority), T(a_region_without_keyholder), T(a_second_region),
        T(only_partners_can_be_blocked), T(who_came_later_can_be_blocked),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
