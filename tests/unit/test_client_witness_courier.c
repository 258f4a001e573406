/* client/witness_courier: a keyholder, which the test plays, says that it cosigned another log than the hub shows here. */
#include "tests/support/keyholder_played.h"
#include "tests/support/witness_world.h"

#include "base/wr.h"
#include "client/keylink.h"
#include "client/pseudonym.h"
#include "client/sessions.h"
#include "client/status.h"

static struct { struct keyholder_played played; uint16_t says; size_t asked; } keyholder;

/* A status and nothing after it: 409 without a size, or 422. */
static bool answer(void *arg, const struct keyholder_question *q, struct proto_reply *r)
{
    static uint8_t payload[2];
    struct wr w;

    (void)arg;
    assert_int_equal(q->kind, PROTO_WITNESS);
    keyholder.asked++;
    wr_init(&w, payload, sizeof payload);
    wr_u16(&w, keyholder.says);
    assert_err(wr_end(&w), OK);
    r->payload = (struct proto_blob){payload, w.len};
    return true;
}

static void turn_keyholder(struct world *w)
{
    keyholder_played_turn(&keyholder.played, w->n);
}

static int setup_keyholder(void **state)
{
    struct world *w;

    if (setup(state) != 0)
        return -1;
    w = *state;
    memset(&keyholder, 0, sizeof keyholder);
    keyholder_played_open(&keyholder.played, w->n, answer, NULL);
    w->also = turn_keyholder;
    return client_pseudonyms_open(w->n) == OK && client_sessions_open(w->n) == OK ? 0 : -1;
}

static int teardown_keyholder(void **state)
{
    struct client_node *n = ((struct world *)*state)->n;

    keyholder_played_close(n);
    client_pseudonyms_close(n->pseudonyms);
    n->pseudonyms = NULL;
    client_sessions_close(n->sessions);
    n->sessions = NULL;
    return teardown(state);
}

/* What `status` puts before all else; NULL: nothing. */
static const char *warning(const struct world *w, enum lang lang)
{
    static char text[1024];
    struct client_call c = {.node = w->n, .trouble = {.lang = lang}, .reply = cJSON_CreateObject()};
    struct vault_txn *x = client_fixture_begin(w->h->f, VO);
    const char *said = NULL;
    enum err e;

    assert_err(client_do_status(&c, x), OK);
    client_vault_abort(x);
    e = json_text(c.reply, "warning", &said);
    if (e == OK)
        (void)snprintf(text, sizeof text, "%s", said);
    cJSON_Delete(c.reply);
    return e == OK ? text : NULL;
}

/* What the hub offers is cosigned here; offered again it goes to the keyholder, whose answer is read. */
static void brought_to(struct world *w, uint16_t says)
{
    keyholder.says = says;
    (void)offer(w, w->now_s, 0);
    hub_played_payload(w->h, await(w, PROTO_WITNESS, 0), (struct proto_blob){NULL, 0});
    assert_null(warning(w, LANG_EN));
    for (uint64_t until = clock_mono_ms() + WAIT_MS; !client_keylink_is_up(w->n) && clock_mono_ms() < until; turn(w, 10))
        if (find(w, PROTO_QUERY, PROTO_QUERY_COSIGN) != NULL)
            (void)offer(w, w->now_s, 0);
    assert_int_equal(keyholder.asked, 1);
}

static void expect_warned(struct world *w)
{
    assert_non_null(warning(w, LANG_EN));
    assert_non_null(strstr(warning(w, LANG_EN), "THE KEYHOLDER COSIGNED ANOTHER LOG THAN THE HUB SHOWS HERE"));
    assert_non_null(strstr(warning(w, LANG_NL), "DE SLEUTELHOUDER MEDEONDERTEKENDE EEN ANDER LOGBOEK"));
    /* Its word alone stops nothing. */
    assert_true(client_link_is_trusted(w->n));
    assert_true(client_witness_is_fresh(w->n));
}

static void that_the_keyholder_cosigned_another_log_is_a_warning(void **state)
{
    brought_to(*state, PROTO_WITNESS_OTHER_SIZE);
    expect_warned(*state);
}

static void that_it_finds_the_proof_wrong_is_too(void **state)
{
    brought_to(*state, PROTO_WITNESS_NOT_PROVEN);
    expect_warned(*state);
}

static void that_it_does_not_answer_so_is_none(void **state)
{
    brought_to(*state, PROTO_WITNESS_NONE);
    assert_null(warning(*state, LANG_EN));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup_keyholder, teardown_keyholder)
    const struct CMUnitTest tests[] = {
        T(that_the_keyholder_cosigned_another_log_is_a_warning), T(that_it_finds_the_proof_wrong_is_too), T(that_it_does_not_answer_so_is_none),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
