/* client/audit: is the list complete for a period, and what is said to be missing. */
#include "tests/support/openings_played.h"

#include "client/archive.h"
#include "client/audit.h"

#include <sodium.h>

enum { DAY = 86400 };

static const struct client_audit_period always = {.until_s = UINT64_MAX};

static struct client_audit_report judge(struct openings_played *p, const struct client_audit_period *period)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    struct client_audit_report r;

    assert_err(client_audit_period_check(p->h->n, x, period, &r), OK);
    client_vault_abort(x);
    return r;
}

static void number_key(uint64_t number, uint8_t key[8])
{
    memset(key, 0, 8);
    key[7] = (uint8_t)number;
}

/* What the archive has under a number, changed by the test: *a is of it, borrowing *memory. */
static void take_out(struct openings_played *p, uint64_t number, struct client_archived *a, uint8_t **memory)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    uint8_t key[8];

    number_key(number, key);
    assert_err(client_archive_get(x, number, a, memory), OK);
    assert_err(client_vault_delete(x, CLIENT_T_ARCHIVE, key, sizeof key), OK);
    client_fixture_commit(x);
}

static void put_back(struct openings_played *p, const struct client_archived *a)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);

    assert_err(client_archive_put(x, a), OK);
    client_fixture_commit(x);
}

static void expect_gap(struct openings_played *p, uint64_t number, enum client_audit_fault why)
{
    struct client_audit_report r = judge(p, &always);

    assert_int_equal(r.gaps, 1);
    assert_int_equal(r.gap[0].number, number);
    assert_string_equal(client_audit_why(r.gap[0].why, LANG_EN), client_audit_why(why, LANG_EN));
}

static void three_acts(struct openings_played *p)
{
    for (int i = 0; i < 3; i++)
        openings_played_act(p);
}

static void nothing_is_nothing(void **state)
{
    struct client_audit_report r = judge(*state, &always);

    assert_int_equal(r.count, 0);
    assert_int_equal(r.gaps, 0);
    assert_false(r.closed);
}

static void every_number_with_its_proof(void **state)
{
    struct openings_played *p = *state;
    struct client_audit_report r;

    three_acts(p);
    r = judge(p, &always);
    assert_int_equal(r.first, 1);
    assert_int_equal(r.last, 3);
    assert_int_equal(r.count, 3);
    assert_int_equal(r.gaps, 0);
    assert_int_equal(r.below.number, 1);
    assert_int_equal(r.above.number, 3);
    assert_int_equal(r.above.size, p->opening[2].index + 1);
    assert_false(r.above.anchored);
}

static void a_later_number_closes_the_period(void **state)
{
    struct openings_played *p = *state;
    struct client_audit_period period = {.until_s = p->h->f->now_s + DAY};
    struct client_audit_report r;

    three_acts(p);
    assert_false(judge(p, &period).closed);
    p->h->f->now_s += 2 * DAY;
    openings_played_act(p);
    r = judge(p, &period);
    assert_true(r.closed);
    assert_int_equal(r.last, 3);
    assert_int_equal(r.above.number, 4);
    assert_int_equal(r.gaps, 0);
    period = (struct client_audit_period){.from_s = p->h->f->now_s - DAY, .until_s = UINT64_MAX};
    r = judge(p, &period);
    assert_int_equal(r.first, 4);
    assert_int_equal(r.count, 1);
    assert_int_equal(r.below.number, 3);
}

/* As a command, up to a day. *reply as the other side reads it (cJSON_Delete). */
static cJSON *complete(struct openings_played *p, uint64_t until_s)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    struct client_call c = {.node = p->h->n, .reply = cJSON_CreateObject()};
    cJSON *args = cJSON_CreateObject(), *back = NULL;
    char day[11], *text = NULL;

    date_format(clock_date_nl(until_s), day);
    json_add_text(args, "to", day);
    c.args = args;
    assert_err(client_do_audit_complete(&c, x), OK);
    client_vault_abort(x);
    assert_err(json_print(c.reply, &text), OK);
    assert_err(json_parse((const uint8_t *)text, strlen(text), &back, NULL), OK);
    free(text);
    cJSON_Delete(args);
    cJSON_Delete(c.reply);
    return back;
}

static uint64_t number_of(const cJSON *reply, const char *key)
{
    uint64_t n = 99;

    assert_err(json_u64(reply, key, &n), OK);
    return n;
}

/* Up to today: nothing is missing, and that is said apart from what is still to come. */
static void up_to_a_day_that_is_not_over(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a;
    const char *text = "";
    uint8_t *memory = NULL;
    cJSON *reply;

    three_acts(p);
    reply = complete(p, clock_now_s());
    assert_true(cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(reply, "complete")));
    assert_int_equal(number_of(reply, "gaps"), 0);
    assert_int_equal(number_of(reply, "whole_to"), 3);
    assert_err(json_text(reply, "verdict", &text), OK);
    assert_non_null(strstr(text, "nothing is missing"));
    assert_err(json_text(reply, "complete_until", &text), OK);
    assert_int_equal(strlen(text), 16);
    assert_int_equal(number_of(reply, "openings_right") + number_of(reply, "openings_waiting") + number_of(reply, "openings_late"), 3);
    cJSON_Delete(reply);
    take_out(p, 2, &a, &memory);
    free(memory);
    reply = complete(p, clock_now_s());
    assert_int_equal(number_of(reply, "gaps"), 1);
    assert_int_equal(number_of(reply, "whole_to"), 1);
    assert_err(json_text(reply, "verdict", &text), OK);
    assert_non_null(strstr(text, "not complete"));
    cJSON_Delete(reply);
}

static void a_missing_number_is_named(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a;
    uint8_t *memory = NULL;

    three_acts(p);
    take_out(p, 2, &a, &memory);
    free(memory);
    expect_gap(p, 2, CLIENT_AUDIT_MISSING);
}

/* Just before the number that closes the period: in it, for nobody knows its date. */
static void a_number_before_the_end_counts_as_in_it(void **state)
{
    struct openings_played *p = *state;
    struct client_audit_period period = {.until_s = p->h->f->now_s + DAY};
    struct client_audit_report r;
    struct client_archived a;
    uint8_t *memory = NULL;

    three_acts(p);
    p->h->f->now_s += 2 * DAY;
    openings_played_act(p);
    take_out(p, 3, &a, &memory);
    free(memory);
    r = judge(p, &period);
    assert_int_equal(r.last, 3);
    assert_int_equal(r.gaps, 1);
    assert_int_equal(r.gap[0].number, 3);
}

static void what_the_hub_kept_back_is_named(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a, never = {.number = 2, .direction = CLIENT_RECEIVED, .kind = PROTO_NONE, .index = PROTO_NO_LEAF};
    uint8_t *memory = NULL;

    three_acts(p);
    take_out(p, 2, &a, &memory);
    free(memory);
    put_back(p, &never);
    expect_gap(p, 2, CLIENT_AUDIT_KEPT_BACK);
}

/* What was laid open says what it is and whose, though its mail never came: an end of access, say. */
static void what_the_hub_kept_back_is_told_by_its_opening(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a, never = {.number = 2, .direction = CLIENT_RECEIVED, .kind = PROTO_NONE, .index = PROTO_NO_LEAF};
    struct client_opening *o = calloc(1, sizeof *o);
    struct vault_txn *x;
    uint8_t *memory = NULL;
    const cJSON *row;
    const char *text = "";
    bool kept_back = false;
    cJSON *reply;

    assert_non_null(o);
    three_acts(p);
    take_out(p, 2, &a, &memory);
    free(memory);
    put_back(p, &never);
    *o = (struct client_opening){.number = 2, .state = CLIENT_OPENING_BARE, .opened = true, .what = {.number = 2, .kind = PROTO_REFUSE, .time_s = p->h->f->now_s,
        .digest_count = 1}};
    memcpy(o->what.from, p->h->n->region.partner[CJG].id, sizeof o->what.from);
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_openings_put(x, o), OK);
    client_fixture_commit(x);
    reply = complete(p, p->h->f->now_s);
    row = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(reply, "missing"), 0);
    assert_err(json_text(row, "act", &text), OK);
    assert_string_equal(text, "refusal or end of access");
    assert_err(json_text(row, "from", &text), OK);
    assert_string_equal(text, p->h->n->region.partner[CJG].handle);
    assert_err(json_bool(reply, "kept_back", &kept_back), OK);
    assert_true(kept_back);
    cJSON_Delete(reply);
    free(o);
}

static void what_could_not_be_believed_is_named(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a;
    uint8_t *memory = NULL;

    three_acts(p);
    take_out(p, 2, &a, &memory);
    a.bad = true;
    a.index = PROTO_NO_LEAF;
    put_back(p, &a);
    free(memory);
    expect_gap(p, 2, CLIENT_AUDIT_NOT_BELIEVED);
}

static void a_changed_original_is_named(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a;
    uint8_t *memory = NULL, *changed;

    three_acts(p);
    take_out(p, 2, &a, &memory);
    changed = check_exact(a.envelope.data, a.envelope.len);
    changed[a.envelope.len / 2] ^= 1;
    a.envelope.data = changed;
    put_back(p, &a);
    free(changed);
    free(memory);
    expect_gap(p, 2, CLIENT_AUDIT_NO_PROOF);
}

/* One act in another's place: signed and proven, but under another number. */
static void an_entry_in_anothers_place_is_named(void **state)
{
    struct openings_played *p = *state;
    struct client_archived a, b;
    uint8_t *memory = NULL, *other = NULL;

    three_acts(p);
    take_out(p, 2, &a, &memory);
    take_out(p, 3, &b, &other);
    b.number = 2;
    put_back(p, &b);
    b.number = 3;
    put_back(p, &b);
    free(memory);
    free(other);
    expect_gap(p, 2, CLIENT_AUDIT_NO_PROOF);
}

/* The hub gave number 3 to a leaf that names another one before it: something lay between. */
static void a_broken_chain_is_named(void **state)
{
    struct openings_played *p = *state;

    openings_played_act(p);
    openings_played_act(p);
    openings_played_log(p, p->opening[0].index);
    expect_gap(p, 3, CLIENT_AUDIT_CHAIN);
}

static void what_was_laid_open_counts(void **state)
{
    struct openings_played *p = *state;

    three_acts(p);
    assert_int_equal(judge(p, &always).opened, 0);
    openings_played_lay_right(p);
    hub_played_turn(p->h, 700);
    assert_int_equal(judge(p, &always).opened, 3);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, openings_played_setup, openings_played_close)
    static const struct CMUnitTest tests[] = {
        T(nothing_is_nothing), T(every_number_with_its_proof), T(a_later_number_closes_the_period), T(up_to_a_day_that_is_not_over), T(a_missing_number_is_named),
        T(a_number_before_the_end_counts_as_in_it), T(what_the_hub_kept_back_is_named), T(what_the_hub_kept_back_is_told_by_its_opening),
        T(what_could_not_be_believed_is_named),
        T(a_changed_original_is_named), T(an_entry_in_anothers_place_is_named), T(a_broken_chain_is_named), T(what_was_laid_open_counts),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
