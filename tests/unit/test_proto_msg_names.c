/* proto/msg: what must be equal in a repeat, and the names and orders of things. PROTOCOL.md P-005, P-007, P-022, P-024, P-083. */
#include "tests/support/check.h"

#include "proto/msg.h"

#include <sodium.h>

enum { ROOM = 4096, HEADER = 282 };

static void make_request(struct proto_msg *m)
{
    memset(m, 0, sizeof *m);
    m->kind = PROTO_REQUEST;
    memset(m->head.id, 0x22, sizeof m->head.id);
    memset(m->head.from, 0x33, sizeof m->head.from);
    m->head.issued_s = 1700000000;
    check_name(m->head.purpose, "att_enforce");
    m->head.role = PROTO_ROLE_COORDINATOR;
    m->sections = (struct proto_sections){.count = 2, .name = {"att_detail", "ident"}};
}

static size_t encoded(const struct proto_msg *m, uint8_t out[ROOM])
{
    size_t len = 0;

    assert_err(proto_msg_encode(m, out, ROOM, &len), OK);
    return len;
}

/* ---- repeats ---- */

static void digest_of(const struct proto_msg *m, enum proto_kind kind, uint8_t out[32])
{
    uint8_t body[ROOM];
    size_t len = encoded(m, body);

    assert_int_equal(proto_msg_repeat_digest(kind, body, len, out), OK);
}

/* P-083: issued, last seen checkpoint and running number may change; the digest is that of the rest, spelled out here. */
static void test_repeat_same(void **state)
{
    struct proto_msg m;
    uint8_t first[32], second[32], spelled[32], body[ROOM];
    size_t len;
    crypto_hash_sha256_state st;

    (void)state;
    make_request(&m);
    digest_of(&m, PROTO_REQUEST, first);
    len = encoded(&m, body);
    crypto_hash_sha256_init(&st);
    crypto_hash_sha256_update(&st, (const uint8_t *)"\2", 1);
    crypto_hash_sha256_update(&st, body, 80);
    crypto_hash_sha256_update(&st, body + 88, 201 - 88);
    crypto_hash_sha256_update(&st, body + 249, len - 249);
    crypto_hash_sha256_final(&st, spelled);
    assert_memory_equal(first, spelled, 32);
    m.head.issued_s++;
    m.head.seen_size++;
    m.head.seen_root[0] ^= 1;
    m.head.running++;
    digest_of(&m, PROTO_REQUEST, second);
    assert_memory_equal(first, second, 32);
}

/* P-083: any other byte changes it. */
static void test_repeat_differs(void **state)
{
    struct proto_msg m;
    uint8_t first[32], other[32], body[ROOM];
    size_t len;

    (void)state;
    make_request(&m);
    len = encoded(&m, body);
    assert_int_equal(proto_msg_repeat_digest(PROTO_REQUEST, body, len, first), OK);
    for (size_t i = 0; i < len; i++) {
        bool skipped = (i >= 80 && i < 88) || (i >= 201 && i < 249);

        body[i] ^= 1;
        assert_int_equal(proto_msg_repeat_digest(PROTO_REQUEST, body, len, other), OK);
        assert_int_equal(memcmp(first, other, 32) == 0, skipped);
        body[i] ^= 1;
    }
    assert_int_equal(proto_msg_repeat_digest(PROTO_OFFER, body, len, other), OK);
    assert_memory_not_equal(first, other, 32);
}

static void test_repeat_refuses(void **state)
{
    struct proto_msg m;
    uint8_t out[32], before[32], body[ROOM];

    (void)state;
    make_request(&m);
    encoded(&m, body);
    memset(out, 0x5a, sizeof out);
    memcpy(before, out, sizeof out);
    for (size_t n = 0; n < HEADER; n++) {
        uint8_t *block = check_exact(body, n);

        assert_int_equal(proto_msg_repeat_digest(PROTO_REQUEST, block, n, out), ERR_SHORT);
        free(block);
    }
    assert_int_equal(proto_msg_repeat_digest(PROTO_REPLY, body, HEADER + 16, out), ERR_RANGE);
    assert_memory_equal(out, before, sizeof out);
}

/* ---- names ---- */

/* How many kinds of message have this type. */
static unsigned kinds_of(const char *type)
{
    unsigned n = 0;

    for (unsigned k = 0; k < PROTO_KIND_END + 5; k++) {
        const char *other = proto_msg_type((enum proto_kind)k);

        n += other != NULL && strcmp(other, type) == 0;
    }
    return n;
}

/* P-022, P-024: no two kinds share a type, and no message shares one with a statement. */
static void test_types(void **state)
{
    unsigned count = 0;

    (void)state;
    assert_string_equal(proto_msg_type(PROTO_REQUEST), "application/vnd.schakel.request.v1");
    for (unsigned k = 0; k < PROTO_KIND_END + 5; k++) {
        const char *type = proto_msg_type((enum proto_kind)k);

        if (type == NULL)
            continue;
        count++;
        assert_int_equal(kinds_of(type), 1);
        assert_int_equal(proto_statement_of_type(type), PROTO_SAY_NONE);
        assert_string_not_equal(proto_kind_name((enum proto_kind)k), "?");
    }
    assert_int_equal(count, 19);
    assert_int_equal(kinds_of("application/vnd.schakel.reply.v1"), 0);
    assert_string_equal(proto_kind_name(PROTO_REPLY), "reply");
    assert_string_equal(proto_kind_name((enum proto_kind)99), "?");
}

static void test_roles(void **state)
{
    (void)state;
    for (unsigned r = 1; r < PROTO_ROLE_END; r++)
        assert_int_equal(proto_role_from(proto_role_name((enum proto_role)r)), r);
    assert_string_equal(proto_role_name(PROTO_ROLE_OFFICER), "officer");
    assert_int_equal(proto_role_from("none"), PROTO_ROLE_NONE);
    assert_int_equal(proto_role_from("boss"), PROTO_ROLE_NONE);
    assert_null(proto_role_name(PROTO_ROLE_END));
}

/* P-005 */
static void test_sections_sort(void **state)
{
    struct proto_sections s = {.count = 5, .name = {"plan", "att_detail", "plan", "ident", "att_detail"}};
    struct proto_sections expected = {.count = 3, .name = {"att_detail", "ident", "plan"}};

    (void)state;
    proto_sections_sort(&s);
    assert_memory_equal(&s, &expected, sizeof s);
    assert_true(proto_sections_has(&s, "ident"));
    assert_false(proto_sections_has(&s, "iden"));
    assert_false(proto_sections_has(&s, ""));
}

/* P-007 */
static void test_partners_sort(void **state)
{
    struct proto_partners p = {.count = 4, .id = {{9}, {3}, {9}, {0xff}}};
    struct proto_partners expected = {.count = 3, .id = {{3}, {9}, {0xff}}};

    (void)state;
    proto_partners_sort(&p);
    assert_memory_equal(&p, &expected, sizeof p);
}

/* ---- run ---- */

/* P-024 */
static void test_statement_types(void **state)
{
    (void)state;
    assert_string_equal(proto_statement_type(PROTO_SAY_CONSENT), "application/vnd.schakel.say-consent.v1");
    assert_string_equal(proto_statement_name(PROTO_SAY_CONSENT), "consent");
    for (unsigned k = 1; k < PROTO_SAY_END; k++) {
        const char *type = proto_statement_type((enum proto_statement_kind)k);

        assert_non_null(type);
        assert_int_equal(proto_statement_of_type(type), k);
        assert_int_equal(kinds_of(type), 0);
    }
    assert_null(proto_statement_type(PROTO_SAY_NONE));
    assert_null(proto_statement_type(PROTO_SAY_END));
    assert_string_equal(proto_statement_name(PROTO_SAY_END), "?");
    assert_int_equal(proto_statement_of_type("application/vnd.schakel.grant.v1"), PROTO_SAY_NONE);
}

static struct check_list tests;

int main(void)
{
    if (sodium_init() < 0)
        return 1;
    check_add(&tests, "repeat is the same", test_repeat_same, NULL);
    check_add(&tests, "repeat differs", test_repeat_differs, NULL);
    check_add(&tests, "repeat refuses", test_repeat_refuses, NULL);
    check_add(&tests, "types", test_types, NULL);
    check_add(&tests, "roles", test_roles, NULL);
    check_add(&tests, "sections sorted", test_sections_sort, NULL);
    check_add(&tests, "partners sorted", test_partners_sort, NULL);
    check_add(&tests, "types of statements", test_statement_types, NULL);
    return check_run(&tests, "proto/msg names");
}
