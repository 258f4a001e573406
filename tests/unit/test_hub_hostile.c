/*
 * The running hub and whoever means it no good: thousands of frames that are nothing, of others, expired, replayed, unsigned, oversized or
 * half. Each is refused with its reason, honest acts go on between them, and the hub's memory does not grow.
 */
#include "support/check.h"
#include "support/hub_running.h"
#include "support/wire_peer.h"

#include "base/clock.h"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    FRAMES = 20000, WARM = 5000, UNDER_WAY = 128, HONEST_EVERY = 500, LARGE_EVERY = 400, CALL_MS = 20000, LARGE = 1000 * 1000,
    CONNECTIONS = 60, CUT_MS = 2000,
    GROWTH_KIB_MAX = 4096   /* of one process; 15,000 frames of some 600 bytes are 9 MiB */
};

/* One that is refused, and how. Made once, sent many times. */
struct bad {
    const char *name;
    enum proto_refusal expected;
    uint8_t *frame;
    size_t len;
};

enum { BAD_MAX = 16 };

struct attack {
    struct hub_running *f;
    struct bad bad[BAD_MAX];
    size_t count;
    uint8_t original[2048];
    struct proto_msg honest;   /* accepted once: the base of the others */
};

/* ---- making them ---- */

static void add(struct attack *a, const char *name, enum proto_refusal expected, const uint8_t *frame, size_t len)
{
    assert_true(a->count < BAD_MAX);
    a->bad[a->count++] = (struct bad){ name, expected, check_exact(frame, len), len };
}

static size_t frame_of(struct attack *a, const struct proto_msg *m, int signer)
{
    return hub_world_frame(&a->f->w, m, signer, a->f->frame);
}

static void add_msg(struct attack *a, const char *name, enum proto_refusal expected, const struct proto_msg *m, int signer)
{
    add(a, name, expected, a->f->frame, frame_of(a, m, signer));
}

static void set_length(uint8_t *frame, size_t body_len)
{
    for (int i = 0; i < 4; i++)
        frame[8 + i] = (uint8_t)(body_len >> (24 - 8 * i));
}

/* What is wrong with the bytes: the signature is judged before the body (P-025). */
static void make_broken(struct attack *a)
{
    static const uint8_t noise[] = "GET / HTTP/1.1\r\nHost: hub\r\n\r\n";
    uint8_t *f = a->f->frame;
    struct proto_msg m = a->honest;
    size_t len;

    add(a, "something else", PROTO_NOT_A_FRAME, noise, sizeof noise);
    len = frame_of(a, &m, A);
    add(a, "half", PROTO_NOT_A_FRAME, f, len / 2);
    add(a, "with more behind it", PROTO_NOT_A_FRAME, f, len + 1);
    set_length(f, len - PROTO_FRAME_HEAD - 97);
    f[len - 97] = 0;   /* no signatures */
    set_length(f, len - PROTO_FRAME_HEAD - 96);
    add(a, "unsigned", PROTO_MALFORMED, f, len - 96);
    len = frame_of(a, &m, A);
    f[len - 1] ^= 1;
    add(a, "with another signature", PROTO_BAD_SIGNATURE, f, len);
    len = frame_of(a, &m, A);
    f[len - 120] ^= 1;
    add(a, "with a changed body", PROTO_BAD_SIGNATURE, f, len);
    len = frame_of(a, &m, A);
    f[5] = PROTO_REQUEST;
    add(a, "of another kind than signed (P-026)", PROTO_WRONG_KIND, f, len);
    randombytes_buf(f + PROTO_FRAME_HEAD, 600);
    set_length(f, 600);
    add(a, "random", PROTO_MALFORMED, f, PROTO_FRAME_HEAD + 600);
}

/* What is wrong with who says it, or when: P-027, P-084. */
static void make_foreign(struct attack *a)
{
    struct hub_world_partner *p = &a->f->w.partner[A], mine = *p;
    struct proto_msg m = a->honest;

    (void)crypto_sign_keypair(p->node_key, p->node_secret);
    add_msg(a, "by a stranger", PROTO_UNKNOWN_KEY, &m, A);
    *p = mine;
    add_msg(a, "by another partner", PROTO_NOT_YOURS, &m, C);
    m.head.region[5] ^= 1;
    add_msg(a, "of another region", PROTO_WRONG_REGION, &m, A);
    m = a->honest;
    m.head.valid_until_s++;
    add_msg(a, "replayed with another content", PROTO_REPLAYED, &m, A);
    m = a->honest;
    randombytes_buf(m.head.id, sizeof m.head.id);
    m.head.issued_s -= 3600;
    add_msg(a, "an hour old", PROTO_STALE, &m, A);
    m = a->honest;
    randombytes_buf(m.head.id, sizeof m.head.id);
    m.head.issued_s -= 100;
    m.head.valid_until_s = m.head.issued_s + 1;
    add_msg(a, "expired", PROTO_STALE, &m, A);
    m = a->honest;
    randombytes_buf(m.head.id, sizeof m.head.id);
    memcpy(m.head.to, m.head.id, sizeof m.head.to);
    add_msg(a, "to nobody", PROTO_UNKNOWN_PARTNER, &m, A);
}

static void make_all(struct attack *a, struct hub_running *f)
{
    struct hub_world_reply r;

    a->f = f;
    hub_running_publish(f, A);
    hub_running_facts(f, a->original, &a->honest);
    r = hub_running_call(f, &a->honest, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    hub_world_reply_free(&r);
    make_broken(a);
    make_foreign(a);
}

static void free_all(struct attack *a)
{
    for (size_t i = 0; i < a->count; i++)
        free(a->bad[i].frame);
}

/* ---- sending them ---- */

static void check_answer(const struct attack *a, uint64_t tag, const uint8_t *frame, size_t len)
{
    struct hub_world_reply r;

    hub_world_reply_take(frame, len, &r);
    if (r.reply.result != a->bad[tag].expected)
        fail_msg("a frame %s was answered %s", a->bad[tag].name, proto_refusal_name((enum proto_refusal)r.reply.result));
    assert_false(r.reply.has_receipt);
    hub_world_reply_free(&r);
}

static bool take_answer(const struct attack *a)
{
    const uint8_t *frame;
    enum err result;
    uint64_t tag;
    void *handle;
    size_t len;

    if (wire_call_done(a->f->client, &tag, &result, &handle, &frame, &len) != OK)
        return false;
    assert_err(result, OK);
    check_answer(a, tag, frame, len);
    wire_free(handle);
    return true;
}

static void wait_answer(const struct attack *a)
{
    struct pollfd p = { .fd = wire_client_fd(a->f->client), .events = POLLIN };

    while (!take_answer(a))
        assert_int_equal(poll(&p, 1, CALL_MS), 1);
}

/* An honest act takes no longer than seconds, and is taken. */
static void be_honest(struct attack *a)
{
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;

    hub_running_facts(a->f, original, &m);
    r = hub_running_call(a->f, &m, A);
    assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), "ACCEPTED");
    hub_world_reply_free(&r);
}

static void send_many(struct attack *a, size_t count)
{
    size_t under_way = 0;

    for (size_t i = 0; i < count; i++) {
        size_t which = i % a->count;

        if (under_way == UNDER_WAY) {
            wait_answer(a);
            under_way--;
        }
        assert_err(wire_call_start(a->f->client, which, a->bad[which].frame, a->bad[which].len, CALL_MS), OK);
        under_way++;
        if (i % HONEST_EVERY != 0)
            continue;
        while (under_way != 0) {
            wait_answer(a);
            under_way--;
        }
        be_honest(a);
    }
    while (under_way-- != 0)
        wait_answer(a);
}

/* Resident memory of a process in KiB. */
static size_t memory_of(pid_t pid)
{
    char path[64], line[256];
    size_t kib = 0;
    FILE *in;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    in = fopen(path, "re");
    assert_non_null(in);
    while (fgets(line, sizeof line, in) != NULL)
        if (sscanf(line, "RssAnon: %zu kB", &kib) == 1)
            break;
    (void)fclose(in);
    assert_true(kib != 0);
    return kib;
}

static void each_is_refused_with_its_reason_and_memory_stays(void **state)
{
    static const char *const roles[] = { "gate", "core", "signer", "oprf" };
    struct attack *a = calloc(1, sizeof *a);
    size_t before[4];

    make_all(a, *state);
    send_many(a, WARM);
    for (size_t i = 0; i < 4; i++)
        before[i] = memory_of(hub_running_role(a->f, roles[i]));
    send_many(a, FRAMES - WARM);
    for (size_t i = 0; i < 4; i++) {
        size_t after = memory_of(hub_running_role(a->f, roles[i]));

        print_message("%s: %zu KiB, then %zu KiB\n", roles[i], before[i], after);
        assert_in_range(after, 0, before[i] + GROWTH_KIB_MAX);
    }
    free_all(a);
    free(a);
}

/* ---- connections that misbehave ---- */

static void is_cut_after(uint16_t port, const uint8_t *data, size_t len)
{
    int fd = wire_peer_connect(port);

    assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
    assert_true(wire_peer_is_cut(fd, CALL_MS));
    (void)close(fd);
}

static void connections_that_lie_are_cut_and_others_served(void **state)
{
    static const uint8_t too_long[8] = { 0, 0, 0, 0, 0, 0x20, 0, 1 }, endless[8] = { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
        too_short[8] = { 0, 0, 0, 0, 0, 0, 0, 3 };
    struct attack *a = calloc(1, sizeof *a);
    size_t before, after;
    uint16_t port;
    int held[CONNECTIONS];

    make_all(a, *state);
    port = (uint16_t)strtoul(strrchr(a->f->w.address, ':') + 1, NULL, 10);
    is_cut_after(port, too_long, sizeof too_long);
    is_cut_after(port, endless, sizeof endless);
    is_cut_after(port, too_short, sizeof too_short);
    be_honest(a);
    before = memory_of(hub_running_role(a->f, "gate"));
    /* Announced, but never sent: no memory is taken for it, and nobody else is kept waiting. */
    for (size_t i = 0; i < CONNECTIONS; i++) {
        held[i] = wire_peer_connect(port);
        wire_peer_announce(held[i], PROTO_FRAME_MAX);
    }
    for (size_t i = 0; i < 20; i++)
        be_honest(a);
    after = memory_of(hub_running_role(a->f, "gate"));
    print_message("gate: %zu KiB, then %zu KiB with %d messages of 1 MiB announced\n", before, after, CONNECTIONS);
    assert_in_range(after, 0, before + CONNECTIONS * 256);
    for (size_t i = 0; i < CONNECTIONS; i++)
        (void)close(held[i]);
    be_honest(a);
    free_all(a);
    free(a);
}

/* The largest there are, one after the other: each is looked at, and its memory given back. */
static void large_garbage_leaves_nothing_behind(void **state)
{
    struct attack *a = calloc(1, sizeof *a);
    uint8_t *f;
    size_t before = 0, after;

    make_all(a, *state);
    f = a->f->frame;
    memcpy(f, a->bad[1].frame, PROTO_FRAME_HEAD);
    randombytes_buf(f + PROTO_FRAME_HEAD, LARGE);
    set_length(f, LARGE);
    for (size_t i = 0; i < 80; i++) {
        struct hub_world_reply r = hub_running_call_frame(a->f, f, PROTO_FRAME_HEAD + LARGE);

        assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), "MALFORMED");
        hub_world_reply_free(&r);
        if (i == 20)
            before = memory_of(hub_running_role(a->f, "core"));
    }
    be_honest(a);
    after = memory_of(hub_running_role(a->f, "core"));
    print_message("core: %zu KiB, then %zu KiB\n", before, after);
    assert_in_range(after, 0, before + GROWTH_KIB_MAX);
    free_all(a);
    free(a);
}

/* Answers to what was sent of the large frame, by kind. */
struct counted { size_t troubles, malformed; };

static bool count_answer(const struct attack *a, int wait_ms, struct counted *n)
{
    struct pollfd p = { .fd = wire_client_fd(a->f->client), .events = POLLIN };
    struct hub_world_reply r;
    const uint8_t *frame;
    enum err result;
    uint64_t tag;
    void *handle;
    size_t len;

    while (wire_call_done(a->f->client, &tag, &result, &handle, &frame, &len) != OK)
        if (poll(&p, 1, wait_ms) == 0)
            return false;
    assert_err(result, OK);
    hub_world_reply_take(frame, len, &r);
    n->troubles += r.reply.result == PROTO_TROUBLE;
    n->malformed += r.reply.result == PROTO_MALFORMED;
    hub_world_reply_free(&r);
    wire_free(handle);
    return true;
}

/* What core does not take waits at the gate only up to a maximum: then the answer is at once that it may be tried again. */
static void a_core_that_stands_still_is_not_waited_for(void **state)
{
    enum { SENT = 64, HELD_MIN = 20, HELD_MAX = 48 };
    struct attack *a = calloc(1, sizeof *a);
    struct counted n = { 0, 0 };
    pid_t core;
    uint8_t *f;

    make_all(a, *state);
    f = a->f->frame;
    memcpy(f, a->bad[1].frame, PROTO_FRAME_HEAD);
    randombytes_buf(f + PROTO_FRAME_HEAD, LARGE);
    set_length(f, LARGE);
    core = hub_running_role(a->f, "core");
    assert_int_equal(kill(core, SIGSTOP), 0);
    for (size_t i = 0; i < SENT; i++)
        assert_err(wire_call_start(a->f->client, i, f, PROTO_FRAME_HEAD + LARGE, CALL_MS), OK);
    while (count_answer(a, n.troubles < SENT - HELD_MAX ? CALL_MS : CUT_MS, &n))
        continue;
    assert_int_equal(n.malformed, 0);
    assert_in_range(n.troubles, SENT - HELD_MAX, SENT - HELD_MIN);
    assert_int_equal(kill(core, SIGCONT), 0);
    while (n.troubles + n.malformed < SENT)
        assert_true(count_answer(a, CALL_MS, &n));
    be_honest(a);
    free_all(a);
    free(a);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, hub_running_setup, hub_running_close)
    const struct CMUnitTest tests[] = {
        T(each_is_refused_with_its_reason_and_memory_stays), T(connections_that_lie_are_cut_and_others_served),
        T(large_garbage_leaves_nothing_behind), T(a_core_that_stands_still_is_not_waited_for),
    };

    /* What a sanitizer keeps of freed memory to catch its use would look like growth; for the hub's processes. */
    (void)setenv("ASAN_OPTIONS", "quarantine_size_mb=1:thread_local_quarantine_size_kb=64", 1);
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
