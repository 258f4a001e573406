/* client/openings over a real socket, with a hub that lies: each lie is caught, said, and disclosures stop. PROTOCOL.md P-175 to P-178. */
#include "tests/support/openings_played.h"

#include "base/wr.h"
#include "client/archive.h"
#include "client/distrust.h"
#include "client/officer.h"
#include "client/openings_parts.h"
#include "client/hublink_parts.h"
#include "proto/merkle.h"

#include <sodium.h>
#include <stdio.h>

enum { DAY = 86400 };

/* As a command of the officer does it. */
static void check_now(struct openings_played *p)
{
    client_openings_now(p->h->n);
}

static void settle(struct openings_played *p)
{
    hub_played_turn(p->h, 700);
}

/* ---- right ---- */

static void right_ones_are_answered_up_to_the_last(void **state)
{
    struct openings_played *p = *state;
    struct client_openings_status s;
    struct hub_played_msg *m;

    openings_played_act(p);
    openings_played_act(p);
    check_now(p);
    openings_played_lay_right(p);
    m = hub_played_wait(p->h, PROTO_OPENED_LEAF);
    assert_int_equal(m->msg.code, PROTO_OPENED_OK);
    assert_int_equal(m->msg.number, 2);
    assert_true(sodium_is_zero(m->msg.head.to, sizeof m->msg.head.to) == 1);
    openings_played_status(p, &s);
    assert_int_equal(s.checked, 2);
    assert_int_equal(s.bad, 0);
    assert_true(client_link_is_trusted(p->h->n));
}

/* Else each answer would need an answer. */
static void an_answer_alone_is_not_answered(void **state)
{
    struct openings_played *p = *state;
    struct hub_played_msg *m;

    openings_played_act(p);
    check_now(p);
    openings_played_lay_right(p);
    m = hub_played_wait(p->h, PROTO_OPENED_LEAF);
    p->h->log.previous = p->opening[0].index;
    hub_played_log(p->h, m, PROTO_ACCEPTED);
    proto_opening_of(&m->msg, m->envelope, m->len, &p->h->receipt, &p->opening[p->count++]);
    hub_played_turn(p->h, 100);
    p->h->n->openings->next_ms = 0;
    openings_played_lay_right(p);
    hub_played_turn(p->h, 1200);
    assert_int_equal(hub_played_open(p->h, PROTO_OPENED_LEAF), 0);
}

/* It comes before the receipt of its act: it waits for it. */
static void one_whose_message_is_not_here_waits(void **state)
{
    struct openings_played *p = *state;
    struct client_openings_status s;
    struct proto_opening ahead;
    struct openings_played_item item = {.what = &ahead};

    openings_played_act(p);
    openings_played_lay_right(p);
    settle(p);
    ahead = p->opening[0];
    ahead.number = 2;
    ahead.previous = p->opening[0].index;
    ahead.index++;
    proto_side_commit(ahead.side_salt, ahead.number, ahead.previous, ahead.from_side);
    item.at = openings_played_place(&ahead);
    p->h->n->openings->next_ms = 0;
    openings_played_lay(p, &item, 1);
    settle(p);
    openings_played_status(p, &s);
    assert_int_equal(s.fetched, 2);
    assert_int_equal(s.checked, 1);
    assert_int_equal(s.bad, 0);
}

/* A key that was changed is kept: what was sealed to the one before opens still. */
static void an_earlier_key_opens_too(void **state)
{
    struct openings_played *p = *state;
    struct client_openings_status s;

    openings_played_key(p, "officer-1");
    openings_played_act(p);
    openings_played_lay_right(p);
    settle(p);
    openings_played_status(p, &s);
    assert_int_equal(s.checked, 1);
}

/* ---- lies ---- */

struct lie { const char *name; void (*tell)(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item); uint8_t caught_as; };

static void garbage(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)o;
    item->flip = 100;
}

static void another_officers(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    static uint8_t key[32], secret[32];

    (void)p;
    (void)o;
    (void)crypto_box_keypair(key, secret);
    item->key = key;
}

static void another_leaf(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)item;
    *o = p->opening[0];
}

/* The other leaf, under this one's number and place, which it then commits to. */
static void another_leaf_under_its_number(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    const struct proto_opening was = *o;

    (void)item;
    *o = p->opening[0];
    o->index = was.index;
    o->number = was.number;
    o->previous = was.previous;
    proto_side_commit(o->side_salt, o->number, o->previous, o->from_side);
}

static void wrong_previous(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->previous--;
    proto_side_commit(o->side_salt, o->number, o->previous, o->from_side);
}

static void no_previous(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->previous = PROTO_NO_LEAF;
    proto_side_commit(o->side_salt, o->number, o->previous, o->from_side);
}

static void wrong_salt(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->side_salt[3] ^= 1;
}

static void another_child(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->subject.type = PROTO_SUBJECT_CITIZEN;
    o->subject.value[0] ^= 1;
}

static void another_person(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->actor[0] ^= 1;
}

static void another_purpose(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    check_name(o->purpose, "other");
}

static void another_outcome(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->result = PROTO_DENIED;
}

static void another_time(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->time_s += 3600;
}

static void another_original(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->digest[0][0] ^= 1;
}

static void another_seed(struct openings_played *p, struct proto_opening *o, struct openings_played_item *item)
{
    (void)p;
    (void)item;
    o->seed[0] ^= 1;
}

static const struct lie lies[] = {
    {"garbage", garbage, CLIENT_OPENING_SEALED},
    {"sealed to another officer", another_officers, CLIENT_OPENING_SEALED},
    {"another leaf", another_leaf, CLIENT_OPENING_SEALED},
    {"another leaf under its number", another_leaf_under_its_number, CLIENT_OPENING_LEAF},
    {"a wrong previous leaf", wrong_previous, CLIENT_OPENING_PREVIOUS},
    {"no previous leaf", no_previous, CLIENT_OPENING_PREVIOUS},
    {"a salt that opens nothing", wrong_salt, CLIENT_OPENING_SIDE},
    {"another child", another_child, CLIENT_OPENING_LEAF},
    {"another person", another_person, CLIENT_OPENING_LEAF},
    {"another purpose", another_purpose, CLIENT_OPENING_LEAF},
    {"another outcome", another_outcome, CLIENT_OPENING_LEAF},
    {"another time", another_time, CLIENT_OPENING_LEAF},
    {"another original", another_original, CLIENT_OPENING_LEAF},
    {"another seed", another_seed, CLIENT_OPENING_LEAF},
};

static void a_lie(const struct lie *lie, struct openings_played *p)
{
    struct proto_opening o;
    struct openings_played_item items[2] = {{.what = &p->opening[0]}, {.what = &o}};
    struct client_openings_status s;
    struct trouble t = {.lang = LANG_EN};
    struct hub_played_msg *m;
    struct vault_txn *x;
    char text[512];

    openings_played_act(p);
    openings_played_act(p);
    o = p->opening[1];
    items[0].at = openings_played_place(&p->opening[0]);
    items[1].at = openings_played_place(&p->opening[1]);
    lie->tell(p, &o, &items[1]);
    openings_played_lay(p, items, 2);
    m = hub_played_wait(p->h, PROTO_OPENED_LEAF);
    assert_int_equal(m->msg.code, PROTO_OPENED_BAD);
    assert_int_equal(m->msg.number, 2);
    openings_played_status(p, &s);
    assert_int_equal(s.checked, 1);
    assert_int_equal(s.bad, 2);
    assert_string_equal(client_openings_why(s.why, LANG_EN), client_openings_why(lie->caught_as, LANG_EN));
    assert_false(client_link_is_trusted(p->h->n));
    /* Said with every answer, and no request, grant or offer begins. */
    assert_non_null(strstr(client_distrust_text(p->h->n, LANG_EN, text, sizeof text), "BAD_OPENING"));
    assert_err(client_distrust_check(p->h->n, "grant", &t), ERR_STATE);
    assert_err(client_distrust_check(p->h->n, "consent.withdraw", &t), OK);
    /* Kept over a restart. */
    client_openings_close(p->h->n->openings);
    assert_err(client_openings_open(p->h->n, NULL), OK);
    assert_true(client_openings_stopped(p->h->n));
    x = client_fixture_begin(p->h->f, VO);
    assert_err(client_openings_clear(p->h->n, x, "the operator restored a wrong disk"), OK);
    assert_err(client_openings_clear(p->h->n, x, "again"), ERR_STATE);
    client_fixture_commit(x);
    assert_true(client_link_is_trusted(p->h->n));
}

static void tell_lie(void **state)
{
    const struct lie *lie = *state;
    void *p = NULL;

    assert_int_equal(openings_played_setup(&p), 0);
    a_lie(lie, p);
    assert_int_equal(openings_played_close(&p), 0);
}

/* ---- kept back ---- */

static void one_that_is_kept_back_shows_after_a_day(void **state)
{
    struct openings_played *p = *state;
    struct client_openings_status s;

    openings_played_act(p);
    openings_played_lay(p, NULL, 0);
    settle(p);
    openings_played_status(p, &s);
    assert_int_equal(s.late, 0);
    check_shift_clock(DAY + 60);
    openings_played_status(p, &s);
    assert_int_equal(s.late, 1);
    assert_int_equal(s.kept_back, 1);
    assert_int_equal(s.bad, 0);
    check_shift_clock(0);
}

/* A hub that cannot be asked keeps nothing back; nor one that says no for a moment. Garbage is as good as nothing. */
static void only_what_was_asked_for_is_kept_back(void **state)
{
    struct openings_played *p = *state;
    struct client_openings_status s;
    uint8_t garbage[] = {0, 1, 0xff};

    openings_played_act(p);
    check_shift_clock(DAY + 60);
    openings_played_status(p, &s);
    assert_int_equal(s.late, 1);
    assert_int_equal(s.kept_back, 0);
    hub_played_refuse(p->h, openings_played_question(p, PROTO_QUERY_OPENINGS), PROTO_TROUBLE);
    hub_played_turn(p->h, 50);
    openings_played_status(p, &s);
    assert_int_equal(s.kept_back, 0);
    p->h->n->openings->refused_ms -= 600000;
    p->h->n->openings->next_ms = 0;
    hub_played_refuse(p->h, openings_played_question(p, PROTO_QUERY_OPENINGS), PROTO_TROUBLE);
    hub_played_turn(p->h, 50);
    openings_played_status(p, &s);
    assert_int_equal(s.kept_back, 1);
    p->h->n->openings->gives_nothing = false;
    p->h->n->openings->next_ms = 0;
    hub_played_payload(p->h, openings_played_question(p, PROTO_QUERY_OPENINGS), (struct proto_blob){garbage, sizeof garbage});
    hub_played_turn(p->h, 50);
    openings_played_status(p, &s);
    assert_int_equal(s.kept_back, 1);
    p->h->n->openings->next_ms = 0;
    openings_played_lay_right(p);
    openings_played_status(p, &s);
    assert_int_equal(s.kept_back, 0);
    check_shift_clock(0);
}

/* Number 2 without number 1: nothing is taken, and 1 stays what is asked for. */
static void a_gap_is_not_stepped_over(void **state)
{
    struct openings_played *p = *state;
    struct openings_played_item item = {.what = NULL};
    struct client_openings_status s;

    openings_played_act(p);
    openings_played_act(p);
    item.what = &p->opening[1];
    item.at = openings_played_place(&p->opening[1]);
    openings_played_lay(p, &item, 1);
    settle(p);
    openings_played_status(p, &s);
    assert_int_equal(s.fetched, 0);
    assert_int_equal(hub_played_open(p->h, PROTO_OPENED_LEAF), 0);
    p->h->n->openings->next_ms = 0;
    assert_int_equal(openings_played_question(p, PROTO_QUERY_OPENINGS)->msg.number, 0);
    check_shift_clock(DAY + 60);
    openings_played_status(p, &s);
    assert_int_equal(s.late, 2);
    check_shift_clock(0);
}

/* ---- mail that never came: the log is asked ---- */

/* The archive forgets what number 1 is of. */
static void lose(struct openings_played *p, uint64_t number)
{
    struct vault_txn *x = client_fixture_begin(p->h->f, VO);
    struct client_archived a = {.number = number, .direction = CLIENT_RECEIVED, .kind = PROTO_NONE, .index = PROTO_NO_LEAF};
    uint8_t key[8] = {0};

    key[7] = (uint8_t)number;
    assert_err(client_vault_delete(x, CLIENT_T_ARCHIVE, key, sizeof key), OK);
    assert_err(client_archive_put(x, &a), OK);
    client_fixture_commit(x);
}

static void answer_leaf(struct openings_played *p, const uint8_t leaf[PROTO_LEAF_LEN])
{
    struct hub_played_msg *m = openings_played_question(p, PROTO_QUERY_INCLUSION);
    uint8_t *payload = client_fixture_memory(p->h->f, 16384);
    struct proto_receipt *r = &p->h->receipt;
    struct wr w;

    assert_int_equal(m->msg.number, r->index);
    wr_init(&w, payload, 16384);
    wr_copy(&w, leaf, PROTO_LEAF_LEN);
    wr_bytes16(&w, r->checkpoint.data, r->checkpoint.len);
    wr_u8(&w, r->proof_len);
    wr_copy(&w, r->proof[0], (size_t)r->proof_len * 32);
    assert_err(wr_end(&w), OK);
    hub_played_payload(p->h, m, (struct proto_blob){payload, w.len});
    hub_played_turn(p->h, 100);
}

static void without_its_message_the_log_is_asked(void **state)
{
    struct openings_played *p = *state;
    uint8_t leaf[PROTO_LEAF_LEN];
    struct client_openings_status s;

    openings_played_act(p);
    lose(p, 1);
    openings_played_lay_right(p);
    assert_err(proto_opening_leaf(&p->opening[0], leaf), OK);
    answer_leaf(p, leaf);
    openings_played_status(p, &s);
    for (uint64_t until = clock_mono_ms() + HUB_PLAYED_MS; s.checked == 0 && clock_mono_ms() < until;) {
        hub_played_turn(p->h, 10);
        openings_played_status(p, &s);
    }
    assert_int_equal(s.checked, 1);
    assert_int_equal(s.bad, 0);
}

static void without_its_message_a_lie_is_caught_by_the_log(void **state)
{
    struct openings_played *p = *state;
    uint8_t leaf[PROTO_LEAF_LEN];
    struct proto_opening o;
    struct openings_played_item item = {.what = &o};
    struct hub_played_msg *m;

    openings_played_act(p);
    lose(p, 1);
    o = p->opening[0];
    o.role = PROTO_ROLE_PARENT;
    item.at = openings_played_place(&o);
    openings_played_lay(p, &item, 1);
    assert_err(proto_opening_leaf(&p->opening[0], leaf), OK);
    answer_leaf(p, leaf);
    m = hub_played_wait(p->h, PROTO_OPENED_LEAF);
    assert_int_equal(m->msg.code, PROTO_OPENED_BAD);
}

/* Proven under a head that is not the one which was seen at that size: a history for this question only. */
static void a_proof_from_another_history_stops_disclosures(void **state)
{
    struct openings_played *p = *state;
    uint8_t leaf[PROTO_LEAF_LEN];

    openings_played_act(p);
    lose(p, 1);
    openings_played_lay_right(p);
    assert_err(proto_opening_leaf(&p->opening[0], leaf), OK);
    assert_true(client_link_is_trusted(p->h->n));
    p->h->n->link->newest.root[0] ^= 1;
    answer_leaf(p, leaf);
    assert_false(client_link_is_trusted(p->h->n));
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, openings_played_setup, openings_played_close)
    static const struct CMUnitTest tests[] = {
        T(right_ones_are_answered_up_to_the_last), T(an_answer_alone_is_not_answered), T(one_whose_message_is_not_here_waits),
        T(an_earlier_key_opens_too),
        T(one_that_is_kept_back_shows_after_a_day), T(only_what_was_asked_for_is_kept_back),
        T(a_gap_is_not_stepped_over), T(without_its_message_the_log_is_asked),
        T(without_its_message_a_lie_is_caught_by_the_log), T(a_proof_from_another_history_stops_disclosures),
    };
    static struct check_list list;
    int failed;

    if (sodium_init() < 0)
        return 1;
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
        check_add(&list, lies[i].name, tell_lie, &lies[i]);
    failed = check_run(&list, "client_openings lies");
    return cmocka_run_group_tests(tests, NULL, NULL) + failed;
}
