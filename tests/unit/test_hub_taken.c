/* A taken-over part: a real hub whose gate, oprf or core runs foreign code (tests/liar/taken.c). It finds nothing, and no call of its own goes unseen. */
#include "liar/taken.h"
#include "support/attempts.h"
#include "support/check.h"
#include "support/hub_running.h"

#include "base/file.h"
#include "base/jail.h"

#include <poll.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>

enum { TRIES = 40 };

static int setup(void **state)
{
    struct hub_running *f;

    if (hub_running_setup(state) != 0)
        return -1;
    f = *state;
    /* The honest program made its store; from here on the other one, on the same home. */
    hub_running_publish(f, A);
    assert_int_equal(hub_running_stop(f), EX_OK);
    f->program = "taken-hub";
    hub_running_start(f);
    return 0;
}

static char *log_of(const struct hub_running *f)
{
    char path[128];
    uint8_t *text = NULL;
    size_t len;

    (void)snprintf(path, sizeof path, "%s/log", f->w.home);
    assert_err(file_read(path, 1 << 20, &text, &len, NULL), OK);
    return (char *)text;
}

/* The frame, once the hub listens; the gate's answer to what is no frame. */
static size_t order(const struct hub_running *f, const char *how, const char *file, char out[256])
{
    return (size_t)snprintf(out, 256, TAKEN " %s %s/%s", how, f->w.home, file);
}

/* kind: whose frame carries the order; PROTO_NONE: it is the frame, and the gate obeys. */
static void finds_nothing(struct hub_running *f, enum proto_kind kind, const char *file)
{
    char text[256], expected[96], path[128];
    uint8_t frame[512], *still = NULL;
    size_t len = order(f, "quiet", file, text);
    struct hub_world_reply r;
    char *log;

    memcpy(frame, text, len);
    if (kind != PROTO_NONE)
        assert_err(proto_frame_encode(kind, (const uint8_t *)text, len, frame, sizeof frame, &len), OK);
    r = hub_running_call_frame(f, frame, len);
    assert_true(r.reply.result != PROTO_ACCEPTED);
    hub_world_reply_free(&r);
    log = log_of(f);
    for (size_t i = 0; i < attempts_count; i++) {
        (void)snprintf(expected, sizeof expected, "taken: %s: refused\n", attempts[i].name);
        if (strstr(log, expected) == NULL && !(jail_is_watched() && strcmp(attempts[i].name, "be dumpable") == 0))
            fail_msg("%s was not refused:\n%s", attempts[i].name, log);
    }
    assert_null(strstr(log, "this system has no"));
    free(log);
    (void)snprintf(path, sizeof path, "%s/%s", f->w.home, file);
    assert_err(file_read(path, 1 << 24, &still, &len, NULL), OK);
    assert_true(len != 0);
    free(still);
    /* What it was made for it still does. */
    hub_running_publish(f, A);
    assert_int_equal(hub_running_stop(f), EX_OK);
}

static void the_log_key_is_out_of_its_reach(void **state) { finds_nothing(*state, PROTO_NONE, "keys/log"); }
static void the_share_is_out_of_its_reach(void **state) { finds_nothing(*state, PROTO_NONE, "keys/pseudonym"); }
static void the_store_is_out_of_its_reach(void **state) { finds_nothing(*state, PROTO_NONE, "store/data.mdb"); }
static void oprf_does_not_reach_the_log_key(void **state) { finds_nothing(*state, PROTO_DERIVE, "keys/log"); }
static void oprf_does_not_reach_the_store(void **state) { finds_nothing(*state, PROTO_DERIVE, "store/data.mdb"); }
static void core_does_not_reach_the_log_key(void **state) { finds_nothing(*state, PROTO_REQUEST, "keys/log"); }
static void core_does_not_reach_the_signers_memory(void **state) { finds_nothing(*state, PROTO_REQUEST, "signer/last"); }

/* Without that care the first call ends gate and hub, and the log says which part and which call. */
static void one_call_that_is_not_its_own_ends_the_hub(void **state)
{
    struct hub_running *f = *state;
    char frame[256], *log;
    const uint8_t *reply;
    size_t len;
    void *handle;
    int status = 0;
    pid_t ended = 0;

    hub_running_publish(f, A);
    /* Given until it is carried out: the gate may not have had it when its time was over. */
    for (int i = 0; i < TRIES && ended == 0; i++) {
        if (wire_call(f->client, (const uint8_t *)frame, order(f, "loud", "keys/log", frame), 3000, &handle, &reply, &len) == OK)
            wire_free(handle);
        ended = waitpid(f->pid, &status, WNOHANG);
    }
    assert_int_equal(ended, f->pid);
    f->pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EX_SOFTWARE);
    log = log_of(f);
    assert_non_null(strstr(log, "error schakel-hub gate: asked the system for what it may not, and ends (base/jail)"));
    assert_non_null(strstr(log, "name=execve"));
    assert_non_null(strstr(log, "schakel-hub: gate: this part"));
    free(log);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, hub_running_close)
    const struct CMUnitTest tests[] = {
        T(the_log_key_is_out_of_its_reach), T(the_share_is_out_of_its_reach), T(the_store_is_out_of_its_reach),
        T(oprf_does_not_reach_the_log_key), T(oprf_does_not_reach_the_store),
        T(core_does_not_reach_the_log_key), T(core_does_not_reach_the_signers_memory),
        T(one_call_that_is_not_its_own_ends_the_hub),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
