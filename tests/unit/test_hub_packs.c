/*
 * Which pack the hub decides with: the one that a message names, if it was adopted and counted in the last week or counts tomorrow. On a core
 * in this process, with a pack that takes a rule away.
 */
#include "tests/support/hub_acts.h"

#include "server/packs.h"
#include "tests/support/pack_folder.h"

#include <sodium.h>
#include <stdio.h>

/* A pack without the rule for thinking along without a name, adopted by all and kept at the hub; it counts so many days from today. */
static void take(struct hub_acts *f, const char *name, int days, uint8_t digest[POLICY_DIGEST_LEN])
{
    struct proto_region *region = calloc(1, sizeof *region);
    const char *folder = pack_folder_in(f->w.home, name, "rules.csv", "R57,ANY,anon_consult,ANY,anon,A,ANON,,,,no,no,none,14\n", "");
    struct server_packs_taking k = { .home = f->w.home, .folder = folder, .region = region };

    assert_non_null(region);
    assert_err(proto_region_parse((const uint8_t *)f->w.region_text, f->w.region_len, true, region, NULL), OK);
    pack_folder_manifest(folder, name, date_add_days(clock_date_nl(clock_now_s()), days));
    for (size_t i = 0; i < f->w.partners; i++)
        pack_folder_adopt(folder, region, f->w.partner[i].org.handle, f->w.partner[i].root_secret, clock_now_s());
    assert_err(server_packs_take(&k, digest), OK);
    assert_err(server_packs_refresh(f->w.core->packs), OK);
    free(region);
}

/* A asks C to think along, naming a pack. m stays what was asked. */
static enum proto_refusal ask_as(struct hub_acts *f, const uint8_t pack[POLICY_DIGEST_LEN], struct proto_msg *m)
{
    struct hub_world_reply r;
    enum proto_refusal result;

    hub_world_msg(&f->w, PROTO_REQUEST, A, C, m);
    memcpy(m->head.pack, pack, sizeof m->head.pack);
    (void)snprintf(m->head.purpose, sizeof m->head.purpose, "anon_consult");
    m->head.subject.type = PROTO_SUBJECT_HANDLE;
    randombytes_buf(m->head.subject.value, sizeof m->head.subject.value);
    memcpy(m->head.actor, f->w.partner[A].staff_key, sizeof m->head.actor);
    m->head.role = PROTO_ROLE_CASEWORKER;
    m->sections.count = 1;
    (void)snprintf(m->sections.name[0], sizeof m->sections.name[0], "anon");
    r = hub_acts_send(f, m, A);
    result = (enum proto_refusal)r.reply.result;
    hub_world_reply_free(&r);
    return result;
}

static enum proto_refusal ask(struct hub_acts *f, const uint8_t pack[POLICY_DIGEST_LEN])
{
    struct proto_msg m;

    return ask_as(f, pack, &m);
}

static const uint8_t payload[] = "sealed for A";

/* C's answer of a kind to what was asked, by one of its people. */
static void answer(struct hub_acts *f, enum proto_kind kind, const struct proto_msg *asked, struct proto_msg *m)
{
    hub_world_msg(&f->w, kind, C, A, m);
    m->head.subject = asked->head.subject;
    memcpy(m->head.purpose, asked->head.purpose, sizeof m->head.purpose);
    memcpy(m->head.actor, f->w.partner[C].staff_key, sizeof m->head.actor);
    m->head.role = PROTO_ROLE_CASEWORKER;
    (void)crypto_hash_sha256(m->digest, payload, sizeof payload);
}

/* C grants it, naming a pack. */
static enum proto_refusal grant(struct hub_acts *f, const struct proto_msg *asked, const uint8_t pack[POLICY_DIGEST_LEN], struct proto_msg *m)
{
    static uint8_t original[2048];
    struct hub_world_reply r;
    enum proto_refusal result;

    answer(f, PROTO_GRANT, asked, m);
    memcpy(m->head.pack, pack, sizeof m->head.pack);
    memcpy(m->refers, asked->head.id, sizeof m->refers);
    m->sections = asked->sections;
    m->until_s = clock_midnight_nl(date_add_days(clock_date_nl(clock_now_s()), 10));
    m->original = (struct proto_blob){ original, hub_world_granted(&f->w, C, A, m, original, sizeof original) };
    r = hub_acts_send(f, m, C);
    result = (enum proto_refusal)r.reply.result;
    hub_world_reply_free(&r);
    return result;
}

static enum proto_refusal release(struct hub_acts *f, const struct proto_msg *asked, const struct proto_msg *granted)
{
    struct hub_world_reply r;
    enum proto_refusal result;
    struct proto_msg m;

    answer(f, PROTO_RELEASE, asked, &m);
    memcpy(m.head.pack, granted->head.pack, sizeof m.head.pack);
    memcpy(m.refers, granted->head.id, sizeof m.refers);
    m.payload = (struct proto_blob){ payload, sizeof payload };
    r = hub_acts_send(f, &m, C);
    result = (enum proto_refusal)r.reply.result;
    hub_world_reply_free(&r);
    return result;
}

#define assert_refusal(got, expected) assert_string_equal(proto_refusal_name(got), proto_refusal_name(expected))

static void the_regions_own(void **state)
{
    struct hub_acts *f = *state;
    uint8_t unknown[POLICY_DIGEST_LEN] = { 1 };

    assert_refusal(ask(f, f->w.region->pack), PROTO_ACCEPTED);
    assert_refusal(ask(f, unknown), PROTO_OTHER_PACK);
}

/* The holder's or asker's pack is a day ahead of the hub's: it is decided with that, and the old one goes on for who has it. */
static void of_tomorrow(void **state)
{
    struct hub_acts *f = *state;
    uint8_t next[POLICY_DIGEST_LEN];

    take(f, "tomorrow", 1, next);
    assert_refusal(ask(f, next), PROTO_DENIED);
    assert_refusal(ask(f, f->w.region->pack), PROTO_ACCEPTED);
}

static void of_next_month(void **state)
{
    struct hub_acts *f = *state;
    uint8_t next[POLICY_DIGEST_LEN];

    take(f, "later", 30, next);
    assert_refusal(ask(f, next), PROTO_OTHER_PACK);
    assert_refusal(ask(f, f->w.region->pack), PROTO_ACCEPTED);
}

/* It counts since three days: a node that has not taken it yet goes by the old one. */
static void since_three_days(void **state)
{
    struct hub_acts *f = *state;
    uint8_t next[POLICY_DIGEST_LEN];

    take(f, "recent", -3, next);
    assert_refusal(ask(f, next), PROTO_DENIED);
    assert_refusal(ask(f, f->w.region->pack), PROTO_ACCEPTED);
}

/* Since longer than a week nobody may reach back to the looser one. */
static void since_nine_days(void **state)
{
    struct hub_acts *f = *state;
    uint8_t next[POLICY_DIGEST_LEN];

    take(f, "settled", -9, next);
    assert_refusal(ask(f, next), PROTO_DENIED);
    assert_refusal(ask(f, f->w.region->pack), PROTO_OTHER_PACK);
}

/* ---- a pack that is adopted in between: the holder's decides ---- */

static uint16_t mail_of(struct hub_acts *f, int who)
{
    struct hub_world_reply r = hub_acts_fetch(f, who, 0);
    uint16_t count = hub_acts_mail_count(&r);

    hub_world_reply_free(&r);
    return count;
}

/* Asked under the old one. The holder may go by either, for a week; what it goes by is what the hub decides with. */
static void between_request_and_grant(void **state)
{
    struct hub_acts *f = *state;
    uint8_t next[POLICY_DIGEST_LEN];
    struct proto_msg first, second, m;

    hub_acts_publish(f, C, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    assert_refusal(ask_as(f, f->w.region->pack, &first), PROTO_ACCEPTED);
    assert_refusal(ask_as(f, f->w.region->pack, &second), PROTO_ACCEPTED);
    take(f, "today", 0, next);
    assert_refusal(grant(f, &first, next, &m), PROTO_DENIED);
    assert_refusal(grant(f, &second, f->w.region->pack, &m), PROTO_ACCEPTED);
    assert_memory_equal(m.head.pack, f->w.region->pack, sizeof m.head.pack);
}

/* Granted and released under the old one, which counted in the last week: it is still handed over, and so is the grant. */
static void between_grant_and_fetch(void **state)
{
    struct hub_acts *f = *state;
    uint8_t next[POLICY_DIGEST_LEN];
    struct proto_msg asked, granted;
    uint16_t before;

    hub_acts_publish(f, C, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    before = mail_of(f, A);
    assert_refusal(ask_as(f, f->w.region->pack, &asked), PROTO_ACCEPTED);
    assert_refusal(grant(f, &asked, f->w.region->pack, &granted), PROTO_ACCEPTED);
    take(f, "today", 0, next);
    assert_refusal(release(f, &asked, &granted), PROTO_ACCEPTED);
    assert_int_equal(mail_of(f, A), before + 2);
}

/* It lay there until nobody can name the old one any more: what counts now does not permit it, and it goes nowhere. */
static void long_after_the_grant(void **state)
{
    struct hub_acts *f = *state;
    uint8_t next[POLICY_DIGEST_LEN];
    struct proto_msg asked, granted;
    uint16_t before;

    hub_acts_publish(f, C, PROTO_ROLE_CASEWORKER, PROTO_ACCEPTED);
    before = mail_of(f, A);
    assert_refusal(ask_as(f, f->w.region->pack, &asked), PROTO_ACCEPTED);
    assert_refusal(grant(f, &asked, f->w.region->pack, &granted), PROTO_ACCEPTED);
    assert_refusal(release(f, &asked, &granted), PROTO_ACCEPTED);
    take(f, "settled", -9, next);
    assert_int_equal(mail_of(f, A), before);
}

#define WITH(test) cmocka_unit_test_setup_teardown(test, hub_acts_setup, hub_acts_close)

int main(void)
{
    static const struct CMUnitTest tests[] = { WITH(the_regions_own), WITH(of_tomorrow), WITH(of_next_month), WITH(since_three_days),
        WITH(since_nine_days), WITH(between_request_and_grant), WITH(between_grant_and_fetch), WITH(long_after_the_grant) };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("hub, packs", tests, NULL, NULL);
}
