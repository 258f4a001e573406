/*
 * Mail that a partner's node takes in, of partners who write what they like: every kind of message and statement, about the same child and case or
 * others, referring to what came before or to nothing, with sealed parts that hold any bytes. Signatures are in order, as a hostile
 * partner's are; the hub says yes to everything, as one in league with it would. What must hold whatever comes:
 *  - mail alone makes the node neither grant nor release anything;
 *  - every row it leaves can be read again, and every list can be shown to a person.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/same.h"
#include "tests/support/check.h"
#include "tests/support/client_pair.h"
#include "tests/support/msg_sample.h"
#include "tests/support/say_sample.h"

#include "base/rd.h"
#include "proto/seal.h"
#include "proto/sealing.h"

#include <stdio.h>
#include <unistd.h>

enum { STEPS_MAX = 16, KNOWN = 32, TEXT_MAX = 400, RELEASE_LEN = 304, START_S = 1800000000 };
#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

struct run {
    struct client_fixture *f;
    struct rd r;
    uint8_t id[KNOWN][PROTO_ID_LEN];   /* of what came; the first is of nothing */
    size_t ids;
    struct proto_subject_id child;
    uint8_t body[1 << 17];
};

static uint8_t pick(struct run *u, uint8_t count) { return rd_u8(&u->r) % count; }

static enum client_fixture_who sender(struct run *u)
{
    static const enum client_fixture_who who[] = { LEERPLICHT, LEERPLICHT, CJG, WIJKTEAM };

    return who[pick(u, sizeof who / sizeof *who)];
}

static void refer(struct run *u, uint8_t out[PROTO_ID_LEN]) { memcpy(out, u->id[pick(u, (uint8_t)u->ids)], PROTO_ID_LEN); }

static void remember(struct run *u, const uint8_t id[PROTO_ID_LEN])
{
    if (u->ids < KNOWN)
        memcpy(u->id[u->ids++], id, PROTO_ID_LEN);
}

static struct proto_subject_id subject(struct run *u)
{
    switch (pick(u, 4)) {
    case 0: return client_fixture_child(2);
    case 1: return client_fixture_handle(3);
    default: return u->child;
    }
}

static void purpose(struct run *u, char out[PROTO_PURPOSE_WIDTH + 1])
{
    static const char *const names[] = { "att_followup", "att_followup", "case_support", "return_plan", "no_such_purpose" };
    const char *name = names[pick(u, sizeof names / sizeof *names)];

    memcpy(out, name, strlen(name) + 1);
}

static struct proto_sections sections(struct run *u)
{
    static const char *const lists[] = { "att ident", "att", "att effort ident", "never-asked", "ident status", "" };

    return client_fixture_sections(lists[pick(u, sizeof lists / sizeof *lists)]);
}

/* As much text as a length byte says, and what is left: what a sealed part holds. */
static const char *text(struct run *u)
{
    static const char *const known[] = { "{\"birth_date\":\"2012-01-01\",\"name_prefix\":\"Li\",\"note\":\"x\",\"answered\":3}",
        "{\"by\":\"g1\",\"for\":\"att\"}", "{}", "[", "" };
    static char room[TEXT_MAX + 1];
    uint8_t which = rd_u8(&u->r);
    size_t len = (size_t)rd_u8(&u->r) + 1;

    if (which < 5 * 32)
        return known[which / 32];
    len = len < rd_left(&u->r) ? len : rd_left(&u->r);
    rd_copy(&u->r, (uint8_t *)room, len);
    room[len] = '\0';
    return room;
}

/* ---- what comes: of each kind the fields that it has ---- */

static void read_statement(struct run *u, unsigned has, enum client_fixture_who from, struct proto_statement *s)
{
    static const char *const events[] = { "VZM", "OVERIG", "LRV", "NOSUCH" };

    say_sample_fill(s, has);
    if ((has & SAYS_REFERS) != 0)
        refer(u, s->refers);
    if ((has & SAYS_EVENT) != 0)
        (void)snprintf(s->event, sizeof s->event, "%s", events[pick(u, 4)]);
    if ((has & SAYS_OCCURRED) != 0)
        s->occurred_s = START_S - (uint64_t)DAY_S * pick(u, 200);
    if ((has & SAYS_UNTIL) != 0)
        s->until_s = START_S + (uint64_t)DAY_S * pick(u, 200);
    if ((has & SAYS_HOLDER) != 0)
        memcpy(s->holder, u->f->partner[pick(u, 2) == 0 ? VO : from].id, sizeof s->holder);
    if ((has & SAYS_RECEIVER) != 0)
        memcpy(s->receiver, u->f->partner[pick(u, 2) == 0 ? VO : from].id, sizeof s->receiver);
    if ((has & SAYS_SECTIONS) != 0)
        s->sections = sections(u);
}

/* Of a release whose bytes are all this one. */
static struct proto_blob release_of(struct run *u, uint8_t byte, uint8_t digest[PROTO_HASH_LEN])
{
    uint8_t *bytes = client_fixture_memory(u->f, RELEASE_LEN);
    struct proto_blob b = { bytes, RELEASE_LEN };

    memset(bytes, byte, RELEASE_LEN);
    proto_sealing_digest(b, digest);
    return b;
}

/* A grant or an offer with the statement that belongs to it, as the program of a partner makes them. */
static void exact_grant(struct run *u, enum client_fixture_who from, struct proto_msg *m)
{
    struct proto_statement s = person_grant(u->f, from, m, m->kind == PROTO_OFFER ? m->head.id : m->refers);

    remember(u, s.id);
    m->original = client_fixture_sign(u->f, &s, WORKER);
}

/* False: it says something that has no encoding. */
static bool statement(struct run *u, enum client_fixture_who from, struct proto_blob *out)
{
    const struct say_sample *sample = &say_samples[pick(u, SAY_SAMPLES)];
    struct proto_subject_id about = subject(u);
    struct proto_statement s = client_fixture_say(u->f, sample->kind, from, &about, VO, NOBODY);
    size_t len = 0;

    if (pick(u, 4) != 0)
        client_fixture_case_id(1, s.case_id);
    purpose(u, s.purpose);
    read_statement(u, sample->has, from, &s);
    if (sample->code != 0)
        s.code = (uint8_t)(1 + pick(u, 8));
    if (pick(u, 2) == 0)
        client_fixture_seal(u->f, &s, VO, text(u));
    remember(u, s.id);
    if (proto_statement_encode(&s, u->body, sizeof u->body, &len) != OK)
        return false;
    *out = client_fixture_sign(u->f, &s, WORKER);
    return true;
}

static void seal(struct run *u, struct proto_msg *m)
{
    struct proto_sealing_part p = { .id = { 0 } };
    const char *plain = text(u);
    uint8_t *box = NULL, *kept;
    size_t len = 0;

    memcpy(p.region, m->head.region, sizeof p.region);
    memcpy(p.from, m->head.from, sizeof p.from);
    memcpy(p.to, m->head.to, sizeof p.to);
    memcpy(p.id, m->head.id, sizeof p.id);
    FUZZ_HOLDS(proto_sealing_part_make(&p, u->f->partner[VO].hpke_public, (struct proto_blob){ (const uint8_t *)plain, strlen(plain) }, &box, &len) == OK);
    kept = client_fixture_memory(u->f, len);
    memcpy(kept, box, len);
    proto_seal_free(box, len);
    m->sealed = (struct proto_blob){ kept, len };
}

static void head(struct run *u, enum client_fixture_who from, struct proto_header *h)
{
    h->subject = subject(u);
    client_fixture_case_id((uint8_t)(1 + pick(u, 2)), h->case_id);
    purpose(u, h->purpose);
    h->role = PROTO_ROLE_CASEWORKER;
    memcpy(h->actor, u->f->partner[from].staff_public[WORKER], sizeof h->actor);
}

static bool fill(struct run *u, const struct msg_sample *sample, enum client_fixture_who from, struct proto_msg *m)
{
    unsigned has = sample->has;

    head(u, from, &m->head);
    if ((has & HAS_REFERS) != 0)
        refer(u, m->refers);
    if ((has & (HAS_SECTIONS | HAS_GRANT)) != 0)
        m->sections = sections(u);
    if ((has & (HAS_IDS | HAS_GRANT)) != 0 && (m->statements.count = pick(u, 2)) != 0)
        memcpy(m->statements.id[0], u->id[u->ids - 1], PROTO_ID_LEN);
    if ((has & HAS_GRANT) != 0)
        m->until_s = START_S + (uint64_t)DAY_S * pick(u, 250);
    if ((has & HAS_GRANT) != 0)
        (void)release_of(u, rd_u8(&u->r), m->digest);
    if (sample->code != 0)
        m->code = (uint8_t)(1 + pick(u, 8));
    if ((has & HAS_GRANT) != 0 && m->sections.count != 0 && pick(u, 2) == 0)
        exact_grant(u, from, m);
    else if ((has & (HAS_ORIGINAL | HAS_GRANT)) != 0 && !statement(u, from, &m->original))
        return false;
    if ((has & HAS_SEALED) != 0 && pick(u, 2) == 0)
        seal(u, m);
    if (sample->payload != 0)
        m->payload = release_of(u, rd_u8(&u->r), m->digest);
    return true;
}

/* What has no encoding did not come. */
static void step(struct run *u)
{
    static const enum proto_kind kinds[] = { PROTO_STATEMENT, PROTO_REQUEST, PROTO_OFFER, PROTO_GRANT, PROTO_REFUSE, PROTO_RELEASE, PROTO_ANSWER,
        PROTO_CANCEL, PROTO_REPORT };
    const struct msg_sample *sample = msg_sample_of(kinds[pick(u, sizeof kinds / sizeof *kinds)]);
    enum client_fixture_who from = sender(u);
    struct proto_msg m = client_fixture_msg(u->f, sample->kind, from, VO);
    size_t len = 0;

    u->f->may_wait = pick(u, 2) == 0;
    if (!fill(u, sample, from, &m) || proto_msg_encode(&m, u->body, sizeof u->body, &len) != OK)
        return;
    remember(u, m.head.id);
    (void)(client_fixture_mail(u->f, &m) == OK);
}

/* ---- what is left ---- */

static bool read_row(void *arg, const struct client_desk *d)
{
    size_t *count = arg;

    FUZZ_HOLDS(client_desk_state_name(d->state) != NULL && d->sections.count <= PROTO_SECTIONS_MAX);
    (*count)++;
    return true;
}

static void judge(struct run *u)
{
    static const char *const shown[] = { "inbox", "request.list", "event.list", "consent.list", "statement.list", "outbox.list" };
    struct vault_txn *x = client_fixture_begin(u->f, VO);
    size_t rows = 0;

    FUZZ_HOLDS(client_desk_walk(x, read_row, &rows) == OK);
    client_vault_abort(x);
    FUZZ_HOLDS(client_fixture_waiting(u->f, VO, PROTO_GRANT, NULL) == 0 && client_fixture_waiting(u->f, VO, PROTO_RELEASE, NULL) == 0);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        FUZZ_HOLDS(client_fixture_call(u->f, VO, shown[i], "{'all':true}") == OK && client_fixture_reply(u->f)[0] == '{');
}

/* What the node asked of leerplicht, and the hub let pass. */
static void ask(struct run *u)
{
    struct client_desk d = { .mine = true, .state = CLIENT_DESK_WAITING, .id = { 0xaa }, .child = u->child, .child_there = u->child,
        .until_s = START_S + 60 * (uint64_t)DAY_S, .purpose = "att_followup" };

    memcpy(d.other, u->f->partner[LEERPLICHT].id, sizeof d.other);
    client_fixture_case_id(1, d.case_id);
    d.sections = client_fixture_sections("att ident");
    client_fixture_desk_put(u->f, VO, &d);
    remember(u, d.id);
}

static void begin(struct run *u)
{
    u->child = client_fixture_child(1);
    client_fixture_know(u->f, VO, 1);
    client_fixture_person(u->f, VO, &u->child, "2012-01-01", "g1 g2");
    client_fixture_record(u->f, VO, &u->child, "att", "{\"days\":\"3\"}");
    client_fixture_case(u->f, VO, 1, &u->child, "att_followup", LEERPLICHT, NOBODY);
    memset(u->id[0], 0xee, sizeof u->id[0]);
    u->ids = 1;
    ask(u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static struct run u;
    void *state = NULL;

    FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    /* In memory where that can be: on a disk a run does nothing but wait. */
    if (access("/dev/shm", W_OK) == 0)
        (void)setenv("SCHAKEL_TEST_UNDER", "/dev/shm", 0);
    drawn = 0;
    now_s = START_S;
    memset(&u, 0, sizeof u);
    FUZZ_HOLDS(client_fixture_open(&state, PACK) == 0);
    u.f = state;
    begin(&u);
    rd_init(&u.r, data, len);
    for (size_t i = 0; i < STEPS_MAX && rd_left(&u.r) > 4; i++)
        step(&u);
    judge(&u);
    FUZZ_HOLDS(client_fixture_close(&state) == 0);
    return 0;
}
