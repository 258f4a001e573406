/* server/adoption: whose word counts. */
#include "tests/support/check.h"

#include "server/adoption.h"
#include "tests/support/region_sample.h"

#include <sodium.h>
#include <stdlib.h>

enum { NOON = 1796122800, DAY = 86400 };

/* Signed by a person: an adopter's word counts, a data protection officer's never. */
static void by_person(const struct region_sample *region, enum proto_role role, const struct proto_registry *log, enum proto_registry_why expected)
{
    uint8_t node_public[32], node_secret[64], staff_public[32], staff_secret[64];
    struct server_manifest m = { .name = "nl-jeugd", .version = "1", .valid_from = { 2026, 12, 1 }, .digest = { 5 } };
    struct proto_cert cert = { .use = PROTO_USE_NODE, .from_s = NOON - DAY, .until_s = NOON + DAY };
    char text[PROTO_REGISTRY_NOTE_MAX], note[PROTO_REGISTRY_NOTE_MAX + 1];
    size_t len = 0;
    struct proto_registry_say say;
    struct server_adoption a;
    bool added;

    region_sample_key(61, node_public, node_secret);
    region_sample_key(62, staff_public, staff_secret);
    server_adoption_say(&m, &region->r, NOON, &say);
    memcpy(cert.region, region->r.hash, sizeof cert.region);
    memcpy(cert.partner, region->id[0], sizeof cert.partner);
    memcpy(cert.key, node_public, sizeof cert.key);
    assert_err(proto_cert_make(&cert, region->root_secret[0], say.node_cert, sizeof say.node_cert, &say.node_cert_len), OK);
    cert.use = PROTO_USE_STAFF;
    cert.role = (uint8_t)role;
    memcpy(cert.key, staff_public, sizeof cert.key);
    assert_err(proto_cert_make(&cert, node_secret, say.staff_cert, sizeof say.staff_cert, &say.staff_cert_len), OK);
    assert_err(proto_registry_say_format(&say, text, sizeof text, &len), OK);
    assert_err(proto_registry_say_sign((const uint8_t *)text, len, region->handle[0], staff_secret, note, sizeof note - 1, &len), OK);
    note[len] = '\0';
    assert_err(server_manifest_add(m.adoption, &m.adoptions, note, &added), OK);
    assert_err(server_adoption_of(&region->r, log, &m, &a), OK);
    assert_int_equal(a.note[0].why, expected);
    assert_int_equal(a.adopters, expected == PROTO_REG_COUNTS ? 1 : 0);
    server_manifest_fini(&m);
}

static void test_people(void **state)
{
    struct region_sample region;

    (void)state;
    region_sample_init(&region, false);
    by_person(&region, PROTO_ROLE_ADOPTER, NULL, PROTO_REG_COUNTS);
    for (enum proto_role role = PROTO_ROLE_CASEWORKER; role < PROTO_ROLE_END; role++)
        if (role != PROTO_ROLE_ADOPTER)
            by_person(&region, role, NULL, PROTO_REG_NOT_ADOPTER);
    region_sample_fini(&region);
}

/* A key that its own organisation ended, from a day after the note on: the day in the note is the signer's word only. */
static void test_revoked_key(void **state)
{
    struct region_sample region;
    struct proto_registry_say s = { .act = PROTO_REG_REVOKE, .made_s = NOON, .before_s = NOON + 9 * DAY, .from_s = NOON + DAY, .id = { 1 } };
    struct proto_region *live = malloc(sizeof *live);
    char text[PROTO_REGISTRY_NOTE_MAX], note[PROTO_REGISTRY_NOTE_MAX];
    uint8_t leaf[PROTO_REGISTRY_LEAF_MAX], unused[64];
    struct proto_registry *log = NULL;
    enum proto_registry_why why;
    size_t len = 0;

    (void)state;
    region_sample_init(&region, false);
    assert_non_null(live);
    *live = region.r;
    assert_err(proto_registry_new(live, &log), OK);
    by_person(&region, PROTO_ROLE_ADOPTER, log, PROTO_REG_COUNTS);
    memcpy(s.region, region.r.hash, sizeof s.region);
    memcpy(s.partner, region.id[0], sizeof s.partner);
    region_sample_key(62, s.key, unused);
    memcpy(s.reason, "stolen", 7);
    assert_err(proto_registry_say_format(&s, text, sizeof text, &len), OK);
    assert_err(proto_registry_say_sign((const uint8_t *)text, len, region.handle[0], region.root_secret[0], note, sizeof note, &len), OK);
    assert_err(proto_registry_leaf(NOON + 2 * DAY, (const uint8_t *)note, len, leaf, sizeof leaf, &len), OK);
    assert_err(proto_registry_append(log, leaf, len, &why), OK);
    assert_int_equal(why, PROTO_REG_COUNTS);
    by_person(&region, PROTO_ROLE_ADOPTER, log, PROTO_REG_NOT_ADOPTER);
    by_person(&region, PROTO_ROLE_ADOPTER, NULL, PROTO_REG_COUNTS);
    proto_registry_free(log);
    free(live);
    region_sample_fini(&region);
}

int main(void)
{
    static struct check_list list;

    if (sodium_init() < 0)
        return 1;
    check_add(&list, "only adopters", test_people, NULL);
    check_add(&list, "not with a revoked key", test_revoked_key, NULL);
    return check_run(&list, "server/adoption");
}
