/* server/adoption: whose word counts. */
#include "tests/support/check.h"

#include "server/adoption.h"
#include "tests/support/region_sample.h"

#include <sodium.h>

enum { NOON = 1796122800, DAY = 86400 };

/* Signed by a person: an adopter's word counts, a data protection officer's never. */
static void by_person(const struct region_sample *region, enum proto_role role, enum proto_registry_why expected)
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
    assert_err(server_adoption_of(&region->r, &m, &a), OK);
    assert_int_equal(a.note[0].why, expected);
    assert_int_equal(a.adopters, expected == PROTO_REG_COUNTS ? 1 : 0);
    server_manifest_fini(&m);
}

static void test_people(void **state)
{
    struct region_sample region;

    (void)state;
    region_sample_init(&region, false);
    by_person(&region, PROTO_ROLE_ADOPTER, PROTO_REG_COUNTS);
    for (enum proto_role role = PROTO_ROLE_CASEWORKER; role < PROTO_ROLE_END; role++)
        if (role != PROTO_ROLE_ADOPTER)
            by_person(&region, role, PROTO_REG_NOT_ADOPTER);
    region_sample_fini(&region);
}

int main(void)
{
    static struct check_list list;

    if (sodium_init() < 0)
        return 1;
    check_add(&list, "only adopters", test_people, NULL);
    return check_run(&list, "server/adoption");
}
