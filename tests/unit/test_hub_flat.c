/*
 * The running hub under honest acts, one after the other in their thousands: each is taken, and no role's memory grows with them. So many
 * as SCHAKEL_TEST_ACTS says, in tools/soak a million (some minutes); else a few thousand.
 */
#include "support/check.h"
#include "support/hub_running.h"

#include "base/clock.h"
#include "base/text.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

enum { ACTS = 6000, UNDER_WAY = 64, CALL_MS = 30000, SAMPLES = 10, GROWTH_KIB_MAX = 8192 };

/* And the process that started them, which has no role. */
static const char *const roles[] = { "gate", "core", "signer", "oprf", "parent" };

enum { ROLES = sizeof roles / sizeof *roles };

/* Resident memory of a process in KiB, without files that are mapped. */
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

static void start_one(struct hub_running *f, uint64_t tag)
{
    uint8_t original[2048];
    struct proto_msg m;
    size_t len;

    hub_running_facts(f, original, &m);
    len = hub_world_frame(&f->w, &m, A, f->frame);
    assert_err(wire_call_start(f->client, tag, f->frame, len, CALL_MS), OK);
}

static bool take_one(struct hub_running *f)
{
    struct hub_world_reply r;
    const uint8_t *frame;
    enum err result;
    uint64_t tag;
    void *handle;
    size_t len;

    if (wire_call_done(f->client, &tag, &result, &handle, &frame, &len) != OK)
        return false;
    assert_err(result, OK);
    hub_world_reply_take(frame, len, &r);
    assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), "ACCEPTED");
    hub_world_reply_free(&r);
    wire_free(handle);
    return true;
}

static void wait_one(struct hub_running *f)
{
    struct pollfd p = { .fd = wire_client_fd(f->client), .events = POLLIN };

    while (!take_one(f))
        assert_int_equal(poll(&p, 1, CALL_MS), 1);
}

static void send_many(struct hub_running *f, size_t count)
{
    size_t under_way = 0;

    for (size_t i = 0; i < count; i++, under_way++) {
        for (; under_way == UNDER_WAY; under_way--)
            wait_one(f);
        start_one(f, i);
    }
    while (under_way-- != 0)
        wait_one(f);
}

static size_t acts(void)
{
    const char *text = getenv("SCHAKEL_TEST_ACTS");
    uint64_t n = ACTS;

    if (text != NULL)
        assert_err(text_u64(text, 100000000, &n), OK);
    return (size_t)n < SAMPLES ? SAMPLES : (size_t)n;
}

static void look(const pid_t pid[ROLES], size_t sent, uint64_t since_ms, size_t now[ROLES])
{
    uint64_t took_ms = clock_mono_ms() - since_ms;

    print_message("%7zu acts, %4llu s", sent, (unsigned long long)(took_ms / 1000));
    if (took_ms != 0)
        print_message(", %5llu a second", (unsigned long long)(sent * 1000 / took_ms));
    print_message(":");
    for (size_t i = 0; i < ROLES; i++) {
        now[i] = memory_of(pid[i]);
        print_message(" %s %zu", roles[i], now[i]);
    }
    print_message(" KiB\n");
}

/* The first three tenths fill what is kept for use: jobs, the newest nodes of the tree, caches. */
static void memory_does_not_grow_with_acts(void **state)
{
    struct hub_running *f = *state;
    size_t before[ROLES], now[ROLES], count = acts();
    pid_t pid[ROLES];
    uint64_t began_ms;

    hub_running_publish(f, A);
    for (size_t i = 0; i < ROLES; i++)
        pid[i] = i == ROLES - 1 ? f->pid : hub_running_role(f, roles[i]);
    began_ms = clock_mono_ms();
    look(pid, 0, began_ms, before);
    for (size_t sample = 1; sample <= SAMPLES; sample++) {
        send_many(f, count / SAMPLES);
        look(pid, sample * (count / SAMPLES), began_ms, sample <= 3 ? before : now);
        for (size_t i = 0; i < ROLES && sample > 3; i++)
            assert_in_range(now[i], 0, before[i] + GROWTH_KIB_MAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_does_not_grow_with_acts, hub_running_setup, hub_running_close),
    };

    /* What a sanitizer keeps of freed memory to catch its use would look like growth; for the hub's processes. */
    (void)setenv("ASAN_OPTIONS", "quarantine_size_mb=1:thread_local_quarantine_size_kb=64", 1);
    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
