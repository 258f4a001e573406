/* proto/reply: answers, receipts as bytes, and mail. PROTOCOL.md P-090 to P-096. */
#include "tests/support/check.h"

#include "proto/reply.h"

enum { ROOM = 8192, ROW = 27 };

static const uint8_t note[] = "not a checkpoint, but bytes in its place";
static const uint8_t some[64] = "bytes of a signed message that nobody takes apart in this test.";

static void fill_rows(struct proto_rows *rows)
{
    memset(rows, 0, sizeof *rows);
    rows->count = 2;
    rows->row[0] = (struct proto_row){.section = "att_detail", .verdict = 4, .reason = 3, .at_holder = 1, .rule = "R06"};
    rows->row[1] = (struct proto_row){.section = "ident", .verdict = 0, .reason = 2};
}

static void fill_receipt(struct proto_receipt *r)
{
    memset(r, 0, sizeof *r);
    r->index = 0x0102030405060708;
    r->time_s = 0x0000111213141516;
    memset(r->seed, 0x21, sizeof r->seed);
    memset(r->from_side, 0x22, sizeof r->from_side);
    memset(r->to_side, 0x23, sizeof r->to_side);
    r->side = 1;
    r->number = 7;
    r->previous = PROTO_NO_LEAF;
    memset(r->side_salt, 0x24, sizeof r->side_salt);
    r->result = PROTO_DENIED;
    fill_rows(&r->rows);
    r->tree_size = 0x0102030405060709;
    r->proof_len = 2;
    memset(r->proof[0], 0x25, 32);
    memset(r->proof[1], 0x26, 32);
    r->checkpoint = (struct proto_blob){note, sizeof note};
}

/* P-094: 8 + 8 + 3 * 32 + 1 + 8 + 8 + 32 + 1, rows, 8 + 1 + hashes, 2 + note. */
enum { RECEIPT_LEN = 162 + 1 + 2 * ROW + 9 + 64 + 2 + sizeof note };

static void fill_reply(struct proto_reply *p)
{
    memset(p, 0, sizeof *p);
    p->result = PROTO_DENIED;
    memset(p->id, 0x31, sizeof p->id);
    p->hub_time_s = 0x0000414243444546;
    p->has_receipt = true;
    fill_receipt(&p->receipt);
    p->payload = (struct proto_blob){some, 9};
}

/* P-090: 1 + 16 + 8 + 1, receipt, 4 + payload, 4 + padding. */
enum { REPLY_LEN = 26 + RECEIPT_LEN + 4 + 9 + 4 };

static size_t encoded(const struct proto_reply *p, size_t pad_to, uint8_t out[ROOM])
{
    size_t len = 0;

    assert_err(proto_reply_encode(p, pad_to, out, ROOM, &len), OK);
    return len;
}

static void same_receipt(const struct proto_receipt *a, const struct proto_receipt *b)
{
    assert_int_equal(a->index, b->index);
    assert_int_equal(a->time_s, b->time_s);
    assert_memory_equal(a->seed, b->seed, 32);
    assert_memory_equal(a->from_side, b->from_side, 32);
    assert_memory_equal(a->to_side, b->to_side, 32);
    assert_int_equal(a->side, b->side);
    assert_int_equal(a->number, b->number);
    assert_int_equal(a->previous, b->previous);
    assert_memory_equal(a->side_salt, b->side_salt, 32);
    assert_int_equal(a->result, b->result);
    assert_memory_equal(&a->rows, &b->rows, sizeof a->rows);
    assert_int_equal(a->tree_size, b->tree_size);
    assert_int_equal(a->proof_len, b->proof_len);
    assert_memory_equal(a->proof, b->proof, sizeof a->proof);
    assert_int_equal(a->checkpoint.len, b->checkpoint.len);
    assert_memory_equal(a->checkpoint.data, b->checkpoint.data, a->checkpoint.len);
}

static enum err refused(const uint8_t *body, size_t len)
{
    uint8_t *block = check_exact(body, len);
    struct proto_reply p, before;
    enum err e;

    memset(&before, 0x5a, sizeof before);
    memcpy(&p, &before, sizeof p);
    e = proto_reply_decode(block, len, &p);
    if (e != OK)
        assert_memory_equal(&p, &before, sizeof p);
    free(block);
    return e;
}

/* ---- replies ---- */

/* P-009, P-011, P-090 */
static void test_reply(void **state)
{
    struct proto_reply p, back;
    uint8_t body[ROOM], again[ROOM];
    size_t len;

    (void)state;
    fill_reply(&p);
    len = encoded(&p, 0, body);
    assert_int_equal(len, REPLY_LEN);
    assert_err(proto_reply_decode(body, len, &back), OK);
    assert_int_equal(back.result, p.result);
    assert_memory_equal(back.id, p.id, sizeof p.id);
    assert_int_equal(back.hub_time_s, p.hub_time_s);
    assert_true(back.has_receipt);
    same_receipt(&back.receipt, &p.receipt);
    assert_int_equal(back.payload.len, 9);
    assert_memory_equal(back.payload.data, some, 9);
    assert_int_equal(encoded(&back, 0, again), len);
    assert_memory_equal(again, body, len);
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(refused(body, n), OK);
    body[len] = 0;
    assert_err(refused(body, len + 1), ERR_LONG);
}

static void test_reply_bare(void **state)
{
    struct proto_reply p = {.result = PROTO_STALE}, back;
    uint8_t body[ROOM];

    (void)state;
    assert_int_equal(encoded(&p, 0, body), 34);
    assert_err(proto_reply_decode(body, 34, &back), OK);
    assert_false(back.has_receipt);
    assert_null(back.payload.data);
    for (size_t n = 0; n < 34; n++)
        assert_err(refused(body, n), ERR_SHORT);
}

/* P-091, P-092: both fixed sizes hold, whatever the answer says, and every cut is refused. */
static void test_padding(void **state)
{
    static const size_t sizes[] = {PROTO_REPLY_PLAIN, PROTO_REPLY_DECISION, REPLY_LEN, REPLY_LEN + 1};
    struct proto_reply p, back;
    uint8_t body[ROOM], again[ROOM];

    (void)state;
    fill_reply(&p);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        assert_int_equal(encoded(&p, sizes[i], body), sizes[i]);
        assert_err(proto_reply_decode(body, sizes[i], &back), OK);
        assert_int_equal(encoded(&back, sizes[i], again), sizes[i]);
        assert_memory_equal(again, body, sizes[i]);
        for (size_t n = REPLY_LEN; n < sizes[i]; n++)
            assert_int_not_equal(refused(body, n), OK);
    }
    assert_int_equal(encoded(&p, PROTO_REPLY_PLAIN, body), PROTO_REPLY_PLAIN);
    body[PROTO_REPLY_PLAIN - 1] = 1;
    assert_err(refused(body, PROTO_REPLY_PLAIN), ERR_RANGE);
}

static void test_padding_too_small(void **state)
{
    struct proto_reply p;
    uint8_t body[ROOM];
    size_t len = 777;

    (void)state;
    fill_reply(&p);
    assert_err(proto_reply_encode(&p, REPLY_LEN - 1, body, sizeof body, &len), ERR_LONG);
    assert_err(proto_reply_encode(&p, 1, body, sizeof body, &len), ERR_LONG);
    assert_int_equal(len, 777);
}

/* P-092: a decision about forty sections in a log of 2^40 leaves still fits, so no size gives the number away. */
static void test_decision_fits(void **state)
{
    static uint8_t checkpoint[400];
    struct proto_reply p;
    uint8_t body[ROOM];

    (void)state;
    fill_reply(&p);
    p.payload.len = 0;
    p.receipt.proof_len = 40;
    p.receipt.checkpoint = (struct proto_blob){checkpoint, sizeof checkpoint};
    p.receipt.rows.count = PROTO_SECTIONS_MAX;
    for (uint8_t i = 0; i < PROTO_SECTIONS_MAX; i++) {
        memset(&p.receipt.rows.row[i], 0, sizeof p.receipt.rows.row[i]);
        memset(p.receipt.rows.row[i].section, 'A' + i / 26, PROTO_NAME_WIDTH);
        p.receipt.rows.row[i].section[PROTO_NAME_WIDTH - 1] = (char)('a' + i % 26);
    }
    assert_int_equal(encoded(&p, PROTO_REPLY_DECISION, body), PROTO_REPLY_DECISION);
    p.receipt.rows.count = 0;
    assert_int_equal(encoded(&p, PROTO_REPLY_PLAIN, body), PROTO_REPLY_PLAIN);
}

static void test_reply_room(void **state)
{
    struct proto_reply p;
    size_t len = 777;

    (void)state;
    fill_reply(&p);
    for (size_t cap = 0; cap < REPLY_LEN; cap++) {
        uint8_t *out = malloc(cap);

        assert_err(proto_reply_encode(&p, 0, out, cap, &len), ERR_LONG);
        free(out);
    }
    assert_int_equal(len, 777);
}

/* P-011 */
static void test_reply_flips(void **state)
{
    struct proto_reply p, back;
    uint8_t body[ROOM], again[ROOM];
    size_t len;

    (void)state;
    fill_reply(&p);
    len = encoded(&p, REPLY_LEN + 6, body);
    for (size_t i = 0; i < len * 8; i++) {
        body[i / 8] ^= (uint8_t)(1 << i % 8);
        if (refused(body, len) == OK) {
            assert_err(proto_reply_decode(body, len, &back), OK);
            assert_int_equal(encoded(&back, len, again), len);
            assert_memory_equal(again, body, len);
        }
        body[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

/* Where things stand in the sample's reply. */
enum { AT_RECEIPT = 26, AT_SIDE = AT_RECEIPT + 112, AT_RESULT = AT_SIDE + 49, AT_ROWS = AT_RESULT + 1, AT_TREE = AT_ROWS + 1 + 2 * ROW,
    AT_PROOF = AT_TREE + 8, AT_NOTE = AT_PROOF + 1 + 64, AT_PAYLOAD = AT_NOTE + 2 + sizeof note };

static const struct patch {
    const char *name;
    size_t at;
    const char *bytes;
    size_t len;
    enum err expected;
} patches[] = {
    {"P-090 result past the end", 0, "\33", 1, ERR_RANGE},
    {"P-090 last result", 0, "\32", 1, OK},
    {"P-010 hub time of 49 bits", 17, "\0\1", 2, ERR_RANGE},
    {"P-090 receipt flag 2", 25, "\2", 1, ERR_RANGE},
    {"P-010 leaf time of 49 bits", AT_RECEIPT + 8, "\0\1", 2, ERR_RANGE},
    {"P-094 side 2", AT_SIDE, "\2", 1, ERR_RANGE},
    {"P-094 side 0", AT_SIDE, "\0", 1, OK},
    {"P-094 logged result past the end", AT_RESULT, "\33", 1, ERR_RANGE},
    {"P-093 41 rows", AT_ROWS, "\51", 1, ERR_RANGE},
    {"P-093 row without a section", AT_ROWS + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, ERR_SYNTAX},
    {"P-093 section with a space", AT_ROWS + 4, " ", 1, ERR_SYNTAX},
    {"P-093 sections descending", AT_ROWS + 1, "z", 1, ERR_RANGE},
    {"P-093 section twice", AT_ROWS + 1 + ROW, "att_detail", 10, ERR_RANGE},
    {"P-093 at holder 2", AT_ROWS + 1 + 18, "\2", 1, ERR_RANGE},
    {"P-093 no rule", AT_ROWS + 1 + 19, "\0\0\0", 3, OK},
    {"P-094 65 hashes", AT_PROOF, "\101", 1, ERR_RANGE},
    {"P-094 no checkpoint", AT_NOTE, "\0\0", 2, ERR_RANGE},
    {"P-094 checkpoint over its maximum", AT_NOTE, "\x20\1", 2, ERR_RANGE},
    {"P-090 payload over a frame", AT_PAYLOAD, "\0\x10\0\0", 4, ERR_RANGE},
    {"P-091 padding that is not there", AT_PAYLOAD + 4 + 9, "\0\0\0\1", 4, ERR_SHORT},
};

static void test_patch(void **state)
{
    const struct patch *t = *state;
    struct proto_reply p;
    uint8_t body[ROOM];
    size_t len;

    fill_reply(&p);
    len = encoded(&p, 0, body);
    assert_true(t->at + t->len <= len);
    memcpy(body + t->at, t->bytes, t->len);
    assert_err(refused(body, len), t->expected);
}

static void test_reply_refuses(void **state)
{
    uint8_t body[ROOM];
    size_t len = 777;

    (void)state;
    for (int i = 0; i < 13; i++) {
        struct proto_reply p;

        fill_reply(&p);
        switch (i) {
        case 0: p.result = PROTO_REFUSAL_END; break;
        case 1: p.hub_time_s = UINT64_MAX; break;
        case 2: p.receipt.side = 2; break;
        case 3: p.receipt.time_s = UINT64_MAX; break;
        case 4: p.receipt.result = 255; break;
        case 5: p.receipt.rows.count = PROTO_SECTIONS_MAX + 1; break;
        case 6: p.receipt.rows.row[0].section[0] = '\0'; break;
        case 7: p.receipt.rows.row[0].at_holder = 2; break;
        case 8: memset(p.receipt.rows.row[1].rule, 'x', sizeof p.receipt.rows.row[1].rule); break;
        case 9: p.receipt.rows.row[1] = p.receipt.rows.row[0]; break;
        case 10: p.receipt.proof_len = PROTO_PROOF_MAX + 1; break;
        case 11: p.receipt.checkpoint.len = 0; break;
        default: p.receipt.checkpoint.len = PROTO_NOTE_MAX + 1; break;
        }
        assert_err(proto_reply_encode(&p, 0, body, sizeof body, &len), ERR_RANGE);
    }
    assert_int_equal(len, 777);
}

/* P-093, P-094: rows and receipts alone are the same bytes as within a reply. */
static void test_alone(void **state)
{
    struct proto_reply p;
    struct proto_receipt r;
    struct proto_rows rows;
    uint8_t body[ROOM], alone[ROOM];
    size_t len = 0;

    (void)state;
    fill_reply(&p);
    encoded(&p, 0, body);
    assert_err(proto_receipt_encode(&p.receipt, alone, sizeof alone, &len), OK);
    assert_int_equal(len, RECEIPT_LEN);
    assert_memory_equal(alone, body + AT_RECEIPT, len);
    assert_err(proto_receipt_decode(alone, len, &r), OK);
    same_receipt(&r, &p.receipt);
    memset(&r, 0x5a, sizeof r);
    for (size_t n = 0; n < len; n++)
        assert_int_not_equal(proto_receipt_decode(alone, n, &r), OK);
    assert_err(proto_receipt_decode(alone, len + 1, &r), ERR_LONG);
    assert_int_equal(r.side, 0x5a);
    assert_err(proto_rows_encode(&p.receipt.rows, alone, sizeof alone, &len), OK);
    assert_memory_equal(alone, body + AT_ROWS, 1 + 2 * ROW);
    assert_err(proto_rows_decode(alone, len, &rows), OK);
    assert_memory_equal(&rows, &p.receipt.rows, sizeof rows);
    memset(&rows, 0x5a, sizeof rows);
    for (size_t n = 0; n < len; n++)
        assert_err(proto_rows_decode(alone, n, &rows), ERR_SHORT);
    assert_err(proto_rows_decode(alone, len + 1, &rows), ERR_LONG);
    assert_int_equal(rows.count, 0x5a);
}

/* ---- mail ---- */

static void fill_mail(struct proto_mail *m, uint64_t number)
{
    memset(m, 0, sizeof *m);
    m->number = number;
    m->kind = PROTO_REQUEST;
    fill_receipt(&m->receipt);
    m->message = (struct proto_blob){some, 33};
    m->attached_count = 2;
    m->attached[0] = (struct proto_blob){some + 1, 5};
    m->attached[1] = (struct proto_blob){some + 2, 6};
}

enum { MAIL_LEN = 9 + RECEIPT_LEN + 4 + 33 + 1 + 4 + 5 + 4 + 6 };

/* P-095, P-096: two items behind a count, read one by one. */
static void test_mail(void **state)
{
    struct proto_mail m, back;
    uint8_t payload[ROOM] = {0, 2};
    size_t len = 0, end, at = 2;

    (void)state;
    fill_mail(&m, 5);
    assert_err(proto_mail_encode(&m, payload + 2, sizeof payload - 2, &len), OK);
    assert_int_equal(len, MAIL_LEN);
    m.number = 6;
    assert_err(proto_mail_encode(&m, payload + 2 + MAIL_LEN, sizeof payload - 2 - MAIL_LEN, &len), OK);
    end = 2 + 2 * MAIL_LEN;
    for (uint64_t n = 5; n <= 6; n++) {
        assert_err(proto_mail_decode(payload, end, &at, &back), OK);
        assert_int_equal(back.number, n);
        assert_int_equal(back.kind, PROTO_REQUEST);
        same_receipt(&back.receipt, &m.receipt);
        assert_int_equal(back.message.len, 33);
        assert_memory_equal(back.message.data, some, 33);
        assert_int_equal(back.attached_count, 2);
        assert_int_equal(back.attached[0].len, 5);
        assert_memory_equal(back.attached[1].data, some + 2, 6);
    }
    assert_int_equal(at, end);
    assert_err(proto_mail_decode(payload, end, &at, &back), ERR_SHORT);
    at = end + 1;
    assert_err(proto_mail_decode(payload, end, &at, &back), ERR_SHORT);
}

static void test_mail_prefixes(void **state)
{
    struct proto_mail m, before;
    uint8_t item[ROOM];
    size_t len = 0;

    (void)state;
    fill_mail(&m, 5);
    assert_err(proto_mail_encode(&m, item, sizeof item, &len), OK);
    memset(&before, 0x5a, sizeof before);
    memcpy(&m, &before, sizeof m);
    for (size_t n = 0; n < len; n++) {
        uint8_t *block = check_exact(item, n);
        size_t at = 0;

        assert_int_not_equal(proto_mail_decode(block, n, &at, &m), OK);
        assert_int_equal(at, 0);
        assert_memory_equal(&m, &before, sizeof m);
        free(block);
    }
}

static const struct mail_row {
    const char *name;
    size_t at;
    const char *bytes;
    size_t len;
} mail_rows[] = {
    {"P-095 mail of no kind", 8, "\0", 1},
    {"P-095 mail that is a reply", 8, "\x80", 1},
    {"P-095 mail without a message", 9 + RECEIPT_LEN, "\0\0\0\0", 4},
    {"P-095 message over a frame", 9 + RECEIPT_LEN, "\0\x10\0\0", 4},
    {"P-095 33 originals", 9 + RECEIPT_LEN + 37, "\41", 1},
    {"P-095 empty original", 9 + RECEIPT_LEN + 38, "\0\0\0\0", 4},
    {"P-095 original over its maximum", 9 + RECEIPT_LEN + 38, "\0\1\0\1", 4},
};

static void test_mail_row(void **state)
{
    const struct mail_row *t = *state;
    struct proto_mail m;
    uint8_t item[ROOM];
    size_t len = 0, at = 0;

    fill_mail(&m, 5);
    assert_err(proto_mail_encode(&m, item, sizeof item, &len), OK);
    memcpy(item + t->at, t->bytes, t->len);
    assert_err(proto_mail_decode(item, len, &at, &m), ERR_RANGE);
}

static void test_mail_refuses(void **state)
{
    uint8_t item[ROOM];
    size_t len = 777;

    (void)state;
    for (int i = 0; i < 5; i++) {
        struct proto_mail m;

        fill_mail(&m, 5);
        switch (i) {
        case 0: m.kind = PROTO_REPLY; break;
        case 1: m.message.len = 0; break;
        case 2: m.attached_count = PROTO_STATEMENTS_MAX + 1; break;
        case 3: m.attached[1].len = 0; break;
        default: m.attached[1].len = PROTO_ORIGINAL_MAX + 1; break;
        }
        assert_err(proto_mail_encode(&m, item, sizeof item, &len), ERR_RANGE);
    }
    assert_int_equal(len, 777);
}

static struct check_list tests;

int main(void)
{
    check_add(&tests, "reply", test_reply, NULL);
    check_add(&tests, "bare reply", test_reply_bare, NULL);
    check_add(&tests, "padding", test_padding, NULL);
    check_add(&tests, "padding too small", test_padding_too_small, NULL);
    check_add(&tests, "the largest decision", test_decision_fits, NULL);
    check_add(&tests, "too little room", test_reply_room, NULL);
    check_add(&tests, "every bit", test_reply_flips, NULL);
    for (size_t i = 0; i < sizeof patches / sizeof *patches; i++)
        check_add(&tests, patches[i].name, test_patch, &patches[i]);
    check_add(&tests, "encoder refuses", test_reply_refuses, NULL);
    check_add(&tests, "rows and receipts alone", test_alone, NULL);
    check_add(&tests, "mail", test_mail, NULL);
    check_add(&tests, "mail cut short", test_mail_prefixes, NULL);
    for (size_t i = 0; i < sizeof mail_rows / sizeof *mail_rows; i++)
        check_add(&tests, mail_rows[i].name, test_mail_row, &mail_rows[i]);
    check_add(&tests, "mail without an encoding", test_mail_refuses, NULL);
    return check_run(&tests, "proto/reply");
}
