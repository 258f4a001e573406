/*
 * Sequences of acts of a school and an attendance office against core itself: real store, signer, rounds and handlers; the bytes choose who
 * does what, when time goes by, and when the hub is started again. What must hold whatever they do:
 *  - each act that was logged is one leaf, and there are no others; its receipt proves it; the numbers of a partner have no gap and no twin;
 *  - what was answered once is answered so again, also after a restart;
 *  - nothing is granted without its request, released without its grant, or twice, and nothing goes on a consent that was withdrawn.
 * Keys and times are the same in each run, for clock and chance are answered here, so the same bytes give the same acts. A run takes some
 * milliseconds: the store is made anew each time, in memory where there is /dev/shm.
 */
#include "tests/fuzz/sequence.h"

#include "base/rd.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- what must hold ---- */

/* A number is given once, and names the leaf of the number before it. */
static void hold_number(int partner, uint64_t number, uint64_t index, uint64_t previous)
{
    FUZZ_HOLDS(number != 0 && number < NUMBERS);
    FUZZ_HOLDS(f.leaf_of[partner][number] == 0 || f.leaf_of[partner][number] == index + 1);
    FUZZ_HOLDS((previous == PROTO_NO_LEAF) == (number == 1));
    FUZZ_HOLDS(number == 1 || f.leaf_of[partner][number - 1] == 0 || f.leaf_of[partner][number - 1] == previous + 1);
    f.leaf_of[partner][number] = index + 1;
}

/* The next number of its sender, and one for whom it is mailed to. */
static void hold_next(int from, uint64_t number, bool mailed)
{
    FUZZ_HOLDS(number == ++f.given[from]);
    if (mailed)
        f.given[from == SCHOOL ? OFFICE : SCHOOL]++;
}

/* Was it refused, or was it alright to take it? */
static void hold_decision(const struct act *a)
{
    const struct act *about = a->refers == ACTS ? NULL : &f.act[a->refers];

    if (!accepted(a))
        return;
    if (a->what == REQUEST || a->what == GRANT || a->what == RELEASE)
        FUZZ_HOLDS(has_consent(a->child, now_s));
    if (a->what == GRANT || a->what == CANCEL || a->what == REFUSE)
        FUZZ_HOLDS(accepted(about));
    if (a->what == RELEASE) {
        FUZZ_HOLDS(accepted(about) && about->until_s > now_s && memcmp(a->msg.digest, about->msg.digest, PROTO_HASH_LEN) == 0);
        for (const struct act *b = f.act; b < f.act + f.count; b++)
            FUZZ_HOLDS(b == a || b->what != RELEASE || b->refers != a->refers || !accepted(b));
    }
}

static void hold_answer(struct act *a, const struct proto_reply *r)
{
    struct proto_blob e = hub_world_envelope(a->frame, a->len);

    /* What was answered stays answered; what may be sent again may have another answer then. */
    if (a->answered && (a->logged || !proto_refusal_may_retry((enum proto_refusal)a->result))) {
        FUZZ_HOLDS(r->result == a->result || (!a->logged && r->result == PROTO_STALE));
        FUZZ_HOLDS(r->has_receipt == a->logged);
        FUZZ_HOLDS(!a->logged || (r->receipt.index == a->index && r->receipt.number == a->number));
        return;
    }
    a->answered = true;
    a->result = r->result;
    a->logged = r->has_receipt;
    FUZZ_HOLDS(a->logged || a->result != PROTO_ACCEPTED);
    if (a->logged) {
        a->index = r->receipt.index;
        a->number = r->receipt.number;
        FUZZ_HOLDS(proto_receipt_check(f.w.region, &a->msg, e.data, e.len, &r->receipt, 0, NULL) == OK);
        hold_number(a->from, a->number, a->index, r->receipt.previous);
        hold_next(a->from, a->number, a->result == PROTO_ACCEPTED && a->what != OTHER);
    }
    hold_decision(a);
}

/* ---- rounds ---- */

/* These acts in one round; each is judged as of now. Every leaf of the round is that of an act of it, not logged before. */
static void play_round(struct act *const *acts, size_t count)
{
    struct proto_blob in[ROUND];
    struct hub_world_reply out[ROUND];
    uint64_t before = hub_ledger_size(f.w.core->ledger), fresh = 0;

    for (size_t i = 0; i < count; i++)
        in[i] = (struct proto_blob){ acts[i]->frame, acts[i]->len };
    hub_world_round(&f.w, in, out, count);
    for (size_t i = 0; i < count; i++) {
        bool was = acts[i]->logged;

        hold_answer(acts[i], &out[i].reply);
        FUZZ_HOLDS(was || !acts[i]->logged || (acts[i]->index >= before && acts[i]->index == before + fresh));
        fresh += !was && acts[i]->logged;
        hub_world_reply_free(&out[i]);
    }
    FUZZ_HOLDS(hub_ledger_size(f.w.core->ledger) == before + fresh);
}

static const struct act *act_of(const struct proto_mail *m)
{
    for (const struct act *a = f.act; a < f.act + f.count; a++)
        if (m->message.len == a->len - PROTO_FRAME_HEAD && memcmp(m->message.data, a->frame + PROTO_FRAME_HEAD, m->message.len) == 0)
            return a;
    return NULL;
}

/* What goes out goes on a consent that stands now; a fetch that stopped mail is a leaf of its own. */
static void fetch(int who, bool stores)
{
    struct proto_msg m;
    uint8_t *frame = malloc(HUB_WORLD_FRAME_MAX);
    struct proto_blob in;
    struct hub_world_reply r;
    uint64_t before = hub_ledger_size(f.w.core->ledger);
    size_t at = 2;

    FUZZ_HOLDS(frame != NULL);
    hub_world_msg(&f.w, PROTO_FETCH, who, -1, &m);
    m.head.running = f.stored[who];
    in = (struct proto_blob){ frame, hub_world_frame(&f.w, &m, who, frame) };
    hub_world_round(&f.w, &in, &r, 1);
    FUZZ_HOLDS(r.frame != NULL && hub_ledger_size(f.w.core->ledger) == before + r.reply.has_receipt);
    if (r.reply.has_receipt) {
        hold_number(who, r.reply.receipt.number, r.reply.receipt.index, r.reply.receipt.previous);
        hold_next(who, r.reply.receipt.number, false);
    }
    for (struct proto_mail mail; at < r.reply.payload.len && proto_mail_decode(r.reply.payload.data, r.reply.payload.len, &at, &mail) == OK;) {
        const struct act *a = act_of(&mail);

        FUZZ_HOLDS(a != NULL && accepted(a) && mail.receipt.index == a->index && a->from != who);
        FUZZ_HOLDS((a->what != GRANT && a->what != RELEASE) || has_consent(a->child, now_s));
        hold_number(who, mail.number, mail.receipt.index, mail.receipt.previous);
        if (stores)
            f.stored[who] = mail.number;
    }
    hub_world_reply_free(&r);
    free(frame);
}

static void restart(void)
{
    uint64_t before = hub_ledger_size(f.w.core->ledger);

    hub_world_core_close(&f.w);
    hub_world_core_open(&f.w);
    FUZZ_HOLDS(hub_ledger_size(f.w.core->ledger) == before);
}

/* The staff's key for the next seven days. */
static void publish(int partner)
{
    static struct act a;
    uint8_t cert[1024];
    struct proto_blob in;
    struct hub_world_reply r;
    uint8_t *frame = malloc(HUB_WORLD_FRAME_MAX);

    FUZZ_HOLDS(frame != NULL);
    hub_world_msg(&f.w, PROTO_PUBLISH, partner, -1, &a.msg);
    a.msg.original = (struct proto_blob){ cert, hub_world_staff_cert(&f.w, partner, PROTO_ROLE_CASEWORKER, cert, sizeof cert) };
    in = (struct proto_blob){ frame, hub_world_frame(&f.w, &a.msg, partner, frame) };
    hub_world_round(&f.w, &in, &r, 1);
    FUZZ_HOLDS(r.reply.result == PROTO_ACCEPTED);
    hold_number(partner, r.reply.receipt.number, r.reply.receipt.index, r.reply.receipt.previous);
    hold_next(partner, r.reply.receipt.number, false);
    hub_world_reply_free(&r);
    free(frame);
}

/* ---- from bytes to acts ---- */

static void make(uint8_t op, uint8_t arg)
{
    int child = arg & 1;
    uint8_t skip = arg >> 1 & 3;

    switch (op) {
    case 0: say_event(child); break;
    case 1: say_about(EVENT_END, PROTO_SAY_EVENT_END, find(EVENT, skip), SCHOOL); break;
    case 2: say_consent(child, arg >> 3); break;
    case 3: say_about(WITHDRAW, PROTO_SAY_WITHDRAWAL, find(CONSENT, skip), arg & 8 ? OFFICE : SCHOOL); break;
    case 4: ask(child); break;
    case 5: grant(find(REQUEST, skip), arg >> 3, arg); break;
    case 6: release(find(GRANT, skip), (arg & 0x38) == 0x38); break;
    case 7: answer_request(CANCEL, PROTO_CANCEL, find(REQUEST, skip), OFFICE); break;
    default: answer_request(REFUSE, PROTO_REFUSE, find(REQUEST, skip), SCHOOL); break;
    }
}

static void pass_time(uint8_t arg)
{
    static const uint32_t steps[] = { 1, 60, HOUR, 6 * HOUR, DAY, 3 * DAY, 8 * DAY, 15 * DAY };

    now_s += steps[arg & 7];
    if (steps[arg & 7] < DAY)
        return;
    publish(SCHOOL);
    publish(OFFICE);
}

/* An op is two bytes. The round goes when it is full, or before anything that is not an act. */
static void play(const uint8_t *data, size_t len)
{
    struct act *acts[ROUND];
    size_t count = 0, ops = 0;
    struct rd r;

    rd_init(&r, data, len);
    while (rd_left(&r) >= 2 && ops++ < OPS && now_s < 1772442000 + 60 * (uint64_t)DAY) {
        uint8_t op = rd_u8(&r) % 16, arg = rd_u8(&r);
        size_t had = f.count;

        if (op <= 8 && f.count < ACTS)
            make(op, arg);
        if (f.count > had)
            acts[count++] = &f.act[had];
        else if (op == 9 && f.count > 0)
            acts[count++] = &f.act[arg % f.count];
        if (count == ROUND || (count != 0 && (op > 9 || arg & 0x80))) {
            play_round(acts, count);
            count = 0;
        }
        if (op == 10 || op == 11)
            fetch(op == 10 ? SCHOOL : OFFICE, arg & 1);
        else if (op == 12 || op == 13)
            pass_time(arg);
        else if (op == 14)
            restart();
    }
    if (count != 0)
        play_round(acts, count);
}

/* Everything is answered as before, also after a restart, and is there to be fetched or was stopped with a leaf. */
static void end(void)
{
    restart();
    for (size_t i = 0; i < f.count; i++) {
        struct act *one = &f.act[i];

        if (one->answered)
            play_round(&one, 1);
    }
    fetch(SCHOOL, true);
    fetch(OFFICE, true);
}

/* ---- the hub ---- */

/* Who asks opens the case, for the hub alone. */
static void open_case(int child)
{
    struct act *a = begin(OTHER, PROTO_STATEMENT, OFFICE, child);
    struct proto_statement s = { .kind = PROTO_SAY_MEMBERSHIP, .code = PROTO_MEMBER_OPEN };

    memset(a->msg.head.to, 0, sizeof a->msg.head.to);
    sign(a, &s);
    seal_up(a);
    play_round(&a, 1);
    FUZZ_HOLDS(accepted(a));
}

static void start_region(void)
{
    if (f.w.region != NULL)
        return;
    f.w.under = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NULL;
    f.w.officer_days = 90;
    hub_world_open(&f.w, SOURCE_DIR "/policy/packs/nl-jeugd", 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    now_s = 1772442000;    /* 2 March 2026, 10:00 in the Netherlands */
    drawn = 0;
    if (f.w.region == NULL)
        FUZZ_HOLDS(randombytes_set_implementation(&counted) == 0 && sodium_init() >= 0);
    start_region();
    drawn = 1 << 20;
    f.count = 0;
    memset(f.leaf_of, 0, sizeof f.leaf_of);
    memset(f.stored, 0, sizeof f.stored);
    memset(f.given, 0, sizeof f.given);
    hub_world_forget(&f.w);
    hub_world_core_open(&f.w);
    publish(SCHOOL);
    publish(OFFICE);
    for (int i = 0; i < CHILDREN; i++) {
        memset(f.case_id[i], 0xc0 + i, PROTO_ID_LEN);
        f.child[i].type = PROTO_SUBJECT_CITIZEN;
        memset(f.child[i].value, 0x10 + i, sizeof f.child[i].value);
        open_case(i);
    }
    play(data, len);
    end();
    hub_world_core_close(&f.w);
    return 0;
}
