/*
 * What a node hears from its hub and its keyholder, who say what they like: to each of its questions and acts the right answer, the right one with
 * bytes changed, any payload, any bytes, or nothing; in any order, with time between. The log never signed but one history, so whatever is said:
 *  - a head that the node goes on from is one of that history, and what it archived is proven;
 *  - it knows no key that its partner did not certify, and no other pseudonym of a child than the joint key gives;
 *  - the registry, which nobody signed anything in, stays empty.
 */
#include "tests/fuzz/hub_said.h"

enum { STEPS = 24 };
enum { RIGHT, CHANGED, PAYLOAD, REFUSED, BYTES, NOTHING, HOWS };

/* ---- what is said ---- */

/* Some bytes become others: of what is signed or proven, nothing may be taken for what it is not. */
static void change(struct rd *r, uint8_t *bytes, size_t len)
{
    for (uint8_t n = rd_u8(r) % 4; n != 0 && len != 0; n--) {
        size_t at = rd_u16(r) % len;

        bytes[at] ^= rd_u8(r);
    }
}

static void say(struct rd *r)
{
    static uint8_t body[PROTO_FRAME_MAX], frame[PROTO_FRAME_MAX];
    size_t i = wire.calls == 0 ? 0 : rd_u8(r) % wire.calls, body_len = 0, len = 0;
    uint8_t how = rd_u8(r) % HOWS;
    const struct said *s = &wire.call[i];
    struct proto_reply reply = { .hub_time_s = now_s };

    if (wire.calls == 0)
        return;
    memcpy(reply.id, s->msg.head.id, sizeof reply.id);
    if (how == RIGHT || how == CHANGED)
        right(s, &reply);
    if (how == REFUSED)
        reply.result = rd_u8(r) % PROTO_REFUSAL_END;
    if (how == PAYLOAD || how == BYTES) {
        size_t n = rd_u16(r) % 1024;

        n = n < rd_left(r) ? n : rd_left(r);
        reply.payload = (struct proto_blob){ rd_view(r, n), n };
    }
    if (how == CHANGED && reply.payload.len != 0)
        change(r, w.payload, reply.payload.len);
    FUZZ_HOLDS(proto_reply_encode(&reply, 0, body, sizeof body - PROTO_FRAME_HEAD, &body_len) == OK);
    if (how == CHANGED && reply.payload.len == 0)
        change(r, body, body_len);
    FUZZ_HOLDS(proto_frame_encode(PROTO_REPLY, body, body_len, frame, sizeof frame, &len) == OK);
    if (how == BYTES)
        said_answer(i, OK, reply.payload.data, reply.payload.len);
    else
        said_answer(i, how == NOTHING ? ERR_PEER : OK, frame, len);
    client_hublink_ready(w.n);
    client_keylink_ready(w.n);
    FUZZ_HOLDS(!wire.is_there);
}

static void act(void)
{
    struct proto_msg m = client_fixture_msg(w.f, PROTO_CANCEL, VO, LEERPLICHT);
    struct vault_txn *x = client_fixture_begin(w.f, VO);

    m.refers[0] = 1;
    FUZZ_HOLDS(client_outbox_put(w.n, x, &m, NULL, NULL) == OK);
    client_fixture_commit(x);
}

static void ask(uint8_t what)
{
    struct client_call c = { .node = w.n, .trouble = { .lang = LANG_EN } };
    struct proto_subject_id got;
    struct vault_txn *x = NULL;
    uint8_t key[32] = { what };
    char number[10];

    if (what % 2 == 0) {
        (void)(client_certs_ask(w.n, key, w.f->partner[CJG].id) == OK);
        return;
    }
    client_fixture_number(CHILD, number);
    FUZZ_HOLDS(client_vault_begin(w.n->vault, false, &x) == OK);
    (void)(client_pseudonym(&c, x, number, &got) == OK);
    client_vault_abort(x);
}

static void one(struct rd *r)
{
    uint8_t op = rd_u8(r);

    switch (op % 8) {
    case 4: now_s += rd_u8(r); break;
    case 5: now_s += (uint64_t)rd_u8(r) * 60; break;
    case 6: act(); break;
    case 7: ask(rd_u8(r)); break;
    case 3: w.mails++; break;
    default: say(r);
    }
    step();
}

/* ---- what must hold ---- */

static void is_of_the_log(const struct proto_merkle_head *head)
{
    struct proto_merkle_head is;

    if (head->size == 0)
        return;
    FUZZ_HOLDS(head->size <= w.log.size);
    is = witness_sample_head(&w.log, head->size);
    FUZZ_HOLDS(memcmp(is.root, head->root, sizeof is.root) == 0);
}

static void check_archive(struct vault_txn *x)
{
    static struct client_entry entry;
    struct client_archived a;

    for (uint64_t number = 1; number <= w.number; number++) {
        uint8_t *memory = NULL;

        if (client_archive_get(x, number, &a, &memory) == OK && !a.bad)
            FUZZ_HOLDS(client_entry_check(&w.n->region, &a, &entry) == OK && entry.receipt.number == number);
        free(memory);
    }
}

static void judge(void)
{
    const struct client_hublink *l = w.n->link;
    struct vault_txn *x = client_fixture_begin(w.f, VO);
    struct proto_subject_id got;
    uint64_t count = 0, certs = 0;
    char number[10];

    is_of_the_log(&l->newest);
    is_of_the_log(&l->checked);
    is_of_the_log(&w.n->witness->log[WITNESS_MAIN].known.seen);
    is_of_the_log(&w.n->witness->log[WITNESS_MAIN].anchored);
    check_archive(x);
    client_fixture_number(CHILD, number);
    if (client_pseudonym_find(w.n, x, number, &got) == OK)
        FUZZ_HOLDS(got.type == w.pseudonym.type && memcmp(got.value, w.pseudonym.value, sizeof got.value) == 0);
    for (size_t i = 0; i < vault.count; i++)
        certs += vault.row[i].table == CLIENT_T_CERT;
    FUZZ_HOLDS(client_vault_count(x, CLIENT_T_CERT, &count) == OK && count == certs);
    FUZZ_HOLDS(proto_registry_size(client_registry_fold(w.n)) == 0);
    FUZZ_HOLDS(w.n->openings->checked <= w.number);
    client_vault_abort(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct rd r;

    prepare();
    drawn = 0;
    now_s = START_S;
    start();
    rd_init(&r, data, len);
    step();
    for (size_t i = 0; i < STEPS && rd_left(&r) != 0; i++)
        one(&r);
    judge();
    stop();
    return 0;
}
