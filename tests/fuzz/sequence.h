/*
 * tests/fuzz/sequence: the acts of a school and an attendance office, signed and framed, for fuzz_hub_sequence: what was done, and making the
 * next. Included once.
 */
#ifndef FUZZ_SEQUENCE_H
#define FUZZ_SEQUENCE_H

#include "proto/sign.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"
#include "tests/support/hub_world.h"

#include <stdio.h>

enum { SCHOOL, OFFICE = 2, CHILDREN = 2, ACTS = 48, OPS = 40, ROUND = 4, FRAME = 3072, HOUR = 3600, DAY = 24 * HOUR, NUMBERS = 256, PARTNERS = 3 };
enum what { EVENT, EVENT_END, CONSENT, WITHDRAW, REQUEST, GRANT, RELEASE, CANCEL, REFUSE, OTHER };

/* ---- what was done ---- */

struct act {
    enum what what;
    int from, child;
    size_t refers;                  /* the act that it is about; ACTS: none */
    struct proto_msg msg;
    uint8_t original[1024], said[PROTO_ID_LEN], payload[64];
    uint8_t frame[FRAME];
    size_t len;
    uint64_t until_s;               /* of a consent or a grant */
    bool answered, logged;
    uint8_t result;
    uint64_t index, number;
};

static struct {
    struct hub_world w;
    struct act act[ACTS];
    size_t count;
    uint8_t case_id[CHILDREN][PROTO_ID_LEN];
    struct proto_subject_id child[CHILDREN];
    uint64_t leaf_of[PARTNERS][NUMBERS];     /* by number: index + 1 */
    uint64_t stored[PARTNERS], given[PARTNERS];   /* numbers up to which it said that it stored; and that it was given */
} f;

static bool accepted(const struct act *a) { return a->answered && a->result == PROTO_ACCEPTED; }

/* The newest act of this kind; skip of them are passed over. ACTS: none. */
static size_t find(enum what what, uint8_t skip)
{
    size_t found = ACTS;

    for (size_t i = f.count; i-- > 0;)
        if (f.act[i].what == what) {
            found = i;
            if (skip-- == 0)
                return i;
        }
    return found;
}

/* A consent for this child that stands, up to the act before limit. */
static bool has_consent(int child, uint64_t at_s)
{
    for (size_t i = 0; i < f.count; i++) {
        bool stands = f.act[i].what == CONSENT && f.act[i].child == child && accepted(&f.act[i]) && f.act[i].until_s > at_s;

        for (size_t k = 0; stands && k < f.count; k++)
            stands = !(f.act[k].what == WITHDRAW && f.act[k].refers == i && accepted(&f.act[k]));
        if (stands)
            return true;
    }
    return false;
}

/* ---- making an act ---- */

static void sign(struct act *a, struct proto_statement *s)
{
    uint8_t body[1024], sig[64];
    struct proto_signed e = { .body = body, .count = 1 };
    const struct hub_world_partner *p = &f.w.partner[a->from];

    memcpy(s->region, f.w.region->hash, sizeof s->region);
    randombytes_buf(s->id, sizeof s->id);
    memcpy(a->said, s->id, sizeof a->said);
    memcpy(s->setter, p->id, sizeof s->setter);
    memcpy(s->case_id, f.case_id[a->child], sizeof s->case_id);
    s->subject = f.child[a->child];
    memcpy(s->purpose, a->msg.head.purpose, sizeof s->purpose);
    s->made_s = now_s;
    if (s->kind != PROTO_SAY_GRANT && !sodium_is_zero(a->msg.head.to, PROTO_PARTNER_LEN)) {
        s->addressees.count = 1;
        memcpy(s->addressees.id[0], a->msg.head.to, PROTO_PARTNER_LEN);
    }
    FUZZ_HOLDS(proto_statement_encode(s, body, sizeof body, &e.body_len) == OK);
    (void)snprintf(e.type, sizeof e.type, "%s", proto_statement_type(s->kind));
    FUZZ_HOLDS(proto_sign_make(e.type, body, e.body_len, p->staff_secret, sig) == OK);
    e.by[0] = (struct proto_signed_by){ p->staff_key, sig };
    FUZZ_HOLDS(proto_sign_encode(&e, a->original, sizeof a->original, &a->msg.original.len) == OK);
    a->msg.original.data = a->original;
}

static struct act *begin(enum what what, enum proto_kind kind, int from, int child)
{
    struct act *a = &f.act[f.count];
    int to = from == SCHOOL ? OFFICE : SCHOOL;

    memset(a, 0, sizeof *a);
    a->what = what;
    a->from = from;
    a->child = child;
    a->refers = ACTS;
    hub_world_msg(&f.w, kind, from, to, &a->msg);
    memcpy(a->msg.head.case_id, f.case_id[child], PROTO_ID_LEN);
    a->msg.head.subject = f.child[child];
    (void)snprintf(a->msg.head.purpose, sizeof a->msg.head.purpose, "return_plan");
    a->msg.head.valid_until_s = now_s + 30 * DAY;
    memcpy(a->msg.head.actor, f.w.partner[from].staff_key, PROTO_KEY_LEN);
    a->msg.head.role = PROTO_ROLE_CASEWORKER;
    return a;
}

static void seal_up(struct act *a)
{
    uint8_t *frame = malloc(HUB_WORLD_FRAME_MAX);

    FUZZ_HOLDS(frame != NULL);
    a->len = hub_world_frame(&f.w, &a->msg, a->from, frame);
    FUZZ_HOLDS(a->len <= sizeof a->frame);
    memcpy(a->frame, frame, a->len);
    free(frame);
    f.count++;
}

static void one_section(struct proto_sections *s)
{
    s->count = 1;
    memcpy(s->name[0], "plan", 5);
}

static void say_event(int child)
{
    struct act *a = begin(EVENT, PROTO_STATEMENT, SCHOOL, child);
    struct proto_statement s = { .kind = PROTO_SAY_EVENT, .occurred_s = now_s };

    memcpy(s.event, "VZM", 4);
    sign(a, &s);
    seal_up(a);
}

static void say_about(enum what what, enum proto_statement_kind kind, size_t about, int from)
{
    struct act *a;
    struct proto_statement s = { .kind = kind };

    if (about == ACTS)
        return;
    a = begin(what, PROTO_STATEMENT, from, f.act[about].child);
    a->refers = about;
    memcpy(s.refers, f.act[about].said, PROTO_ID_LEN);
    sign(a, &s);
    seal_up(a);
}

static void say_consent(int child, uint8_t days)
{
    struct act *a = begin(CONSENT, PROTO_STATEMENT, SCHOOL, child);
    struct proto_statement s = { .kind = PROTO_SAY_CONSENT, .code = PROTO_CONSENT_PROCESSING, .until_s = now_s + (1 + days) * (uint64_t)DAY };

    memcpy(s.holder, f.w.partner[SCHOOL].id, sizeof s.holder);
    memcpy(s.receiver, f.w.partner[OFFICE].id, sizeof s.receiver);
    one_section(&s.sections);
    a->until_s = s.until_s;
    sign(a, &s);
    seal_up(a);
}

static void ask(int child)
{
    struct act *a = begin(REQUEST, PROTO_REQUEST, OFFICE, child);

    one_section(&a->msg.sections);
    seal_up(a);
}

static void grant(size_t request, uint8_t days, uint8_t content)
{
    struct act *a;
    struct proto_statement s = { .kind = PROTO_SAY_GRANT };

    if (request == ACTS)
        return;
    a = begin(GRANT, PROTO_GRANT, SCHOOL, f.act[request].child);
    a->refers = request;
    memcpy(a->msg.refers, f.act[request].msg.head.id, PROTO_ID_LEN);
    one_section(&a->msg.sections);
    a->msg.until_s = a->until_s = now_s + (1 + days) * (uint64_t)HOUR;
    memset(a->payload, content, sizeof a->payload);
    (void)crypto_hash_sha256(a->msg.digest, a->payload, sizeof a->payload);
    memcpy(s.refers, a->msg.refers, sizeof s.refers);
    memcpy(s.receiver, f.w.partner[OFFICE].id, sizeof s.receiver);
    s.sections = a->msg.sections;
    s.until_s = a->until_s;
    memcpy(s.digest, a->msg.digest, sizeof s.digest);
    sign(a, &s);
    seal_up(a);
}

/* wrong: other bytes than were granted. */
static void release(size_t granted, bool wrong)
{
    struct act *a;

    if (granted == ACTS)
        return;
    a = begin(RELEASE, PROTO_RELEASE, SCHOOL, f.act[granted].child);
    a->refers = granted;
    memcpy(a->msg.refers, f.act[granted].msg.head.id, PROTO_ID_LEN);
    memcpy(a->payload, f.act[granted].payload, sizeof a->payload);
    a->payload[0] ^= wrong;
    (void)crypto_hash_sha256(a->msg.digest, a->payload, sizeof a->payload);
    a->msg.payload = (struct proto_blob){ a->payload, sizeof a->payload };
    seal_up(a);
}

static void answer_request(enum what what, enum proto_kind kind, size_t request, int from)
{
    struct act *a;

    if (request == ACTS)
        return;
    a = begin(what, kind, from, f.act[request].child);
    a->refers = request;
    memcpy(a->msg.refers, f.act[request].msg.head.id, PROTO_ID_LEN);
    a->msg.code = what == REFUSE ? 1 : 0;
    seal_up(a);
}

#endif
