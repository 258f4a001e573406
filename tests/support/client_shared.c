#include "tests/support/client_shared.h"

#include "tests/support/check.h"

#include <stdio.h>
#include <string.h>

void client_shared_hex(const uint8_t id[PROTO_ID_LEN], char out[2 * PROTO_ID_LEN + 1])
{
    for (size_t i = 0; i < PROTO_ID_LEN; i++)
        (void) snprintf(out + 2 * i, 3, "%02x", id[i]);
}

const uint8_t *client_shared(
    struct client_fixture *f, enum client_fixture_who with, const char *purpose, const char *rule, bool offer)
{
    static uint8_t id[PROTO_ID_LEN];
    struct proto_subject_id child = client_fixture_child(1);
    struct client_desk d = {.offer = offer, .state = CLIENT_DESK_OPENED, .child = child, .child_there = child,
        .sections = client_fixture_sections("ident"), .granted = client_fixture_sections("ident"), .granted_s = f->now_s,
        .made_s = f->now_s, .opened_s = f->now_s, .access_until_s = f->now_s + 100 * (uint64_t) DAY_S,
        .rows = {.count = 1, .row[0] = {.section = "ident", .verdict = POLICY_PERMIT}}};

    id[0]++;
    id[1] = 0xaf;
    memcpy(d.id, id, sizeof d.id);
    memset(d.grant_id, 0x50 + id[0], sizeof d.grant_id);
    memset(d.digest, 0x60 + id[0], sizeof d.digest);
    check_name(d.purpose, purpose);
    check_name(d.rows.row[0].rule, rule);
    d.mine = offer;
    memcpy(d.other, f->partner[with].id, sizeof d.other);
    client_fixture_desk_put(f, VO, &d);
    d.mine = !offer;
    memcpy(d.other, f->partner[VO].id, sizeof d.other);
    client_fixture_desk_put(f, with, &d);
    return id;
}

struct client_after client_shared_after(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id)
{
    struct vault_txn *x = client_fixture_begin(f, who);
    struct client_after a;

    assert_err(client_after_get(x, id, &a), OK);
    client_vault_abort(x);
    return a;
}

void client_shared_set(struct client_fixture *f, enum client_fixture_who who, const uint8_t *id, const struct client_after *a)
{
    struct vault_txn *x = client_fixture_begin(f, who);

    assert_err(client_after_put(x, id, a), OK);
    client_fixture_commit(x);
}
