/* client/outbox_order: what nobody need wait for at a terminal, because no receipt comes while the log is not trusted. */
#include "tests/support/hub_played.h"

#include "client/hublink_parts.h"
#include "client/outbox.h"
#include "tests/support/check.h"

#include <sodium.h>

static int setup(void **state) { return hub_played_setup(state, SOURCE_DIR "/policy/packs/nl-jeugd"); }

struct row { const char *name; enum proto_kind kind; bool forked, stopped; };

static const struct row rows[] = {
    {"a release while the log is not trusted", PROTO_RELEASE, true, true},
    {"a release otherwise", PROTO_RELEASE, false, false},
    {"what takes something back, in any case", PROTO_CANCEL, true, false},
};

static const struct row *current;

static int setup_row(void **state)
{
    current = *state;
    return setup(state);
}

static void is_stopped(void **state)
{
    struct hub_played *h = *state;
    struct vault_txn *x = client_fixture_begin(h->f, VO);
    struct proto_msg m = client_fixture_msg(h->f, current->kind, VO, LEERPLICHT);
    uint8_t id[PROTO_ID_LEN], other[PROTO_ID_LEN] = {7};

    memset(m.head.id, 0, sizeof m.head.id);
    memset(m.head.case_id, 1, sizeof m.head.case_id);
    m.refers[0] = 1;
    if (m.kind == PROTO_RELEASE)
        m.payload = (struct proto_blob){(const uint8_t *)"sealed", 6};
    h->n->link->forked = current->forked;
    assert_err(client_outbox_put(h->n, x, &m, NULL, id), OK);
    client_fixture_commit(x);
    hub_played_turn(h, 50);
    assert_int_equal(client_outbox_is_stopped(h->n, id), current->stopped);
    assert_false(client_outbox_is_stopped(h->n, other));
}

int main(void)
{
    struct CMUnitTest tests[sizeof rows / sizeof *rows];

    if (sodium_init() < 0)
        return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        union { const void *in; void *out; } row = {.in = &rows[i]};

        tests[i] = (struct CMUnitTest){.name = rows[i].name, .test_func = is_stopped, .setup_func = setup_row,
            .teardown_func = hub_played_teardown, .initial_state = row.out};
    }
    return cmocka_run_group_tests_name("client/outbox_order", tests, NULL, NULL);
}
