/* The pool behind a socket pair: what it takes, how much it holds at most, and how it ends. */
#include "support/check.h"

#include "hub/verify.h"
#include "server/ipc.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THREADS = 2, LARGE = 1 << 20, HELD = HUB_VERIFY_BYTES_MAX / LARGE, LARGE_FRAMES = HELD + 16, QUIET_MS = 200, SOON_MS = 20000 };

struct fixture {
    int fd[2];
    struct server_ipc_out out;
    struct hub_envelope_context context;  /* nothing here is a frame: it is never looked at */
    struct hub_verify *pool;
    bool seen[LARGE_FRAMES];
    struct hub_job *held;
};

static int start(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->fd), 0);
    assert_int_equal(fcntl(f->fd[0], F_SETFL, O_NONBLOCK), 0);
    server_ipc_out_init(&f->out, f->fd[0], SERVER_ROLE_GATE, SERVER_ROLE_CORE);
    assert_err(hub_verify_start(&f->context, f->fd[1], THREADS, &f->pool), OK);
    *state = f;
    return 0;
}

static size_t give_back(struct fixture *f, size_t max)
{
    size_t n;

    for (n = 0; n < max && f->held != NULL; n++) {
        struct hub_job *j = f->held;

        f->held = j->next;
        hub_verify_give_back(f->pool, j);
    }
    return n;
}

static int stop(void **state)
{
    struct fixture *f = *state;

    /* Also after a failure the threads must come to an end. */
    (void)give_back(f, SIZE_MAX);
    if (f->fd[0] >= 0)
        (void)close(f->fd[0]);
    hub_verify_free(f->pool);
    server_ipc_out_fini(&f->out);
    (void)close(f->fd[1]);
    free(f);
    return 0;
}

static void put(struct fixture *f, uint64_t tag, size_t len)
{
    uint8_t *body;

    assert_err(server_ipc_reserve(&f->out, SERVER_IPC_FRAME, tag, len, &body), OK);
    memset(body, 'x', len);
    server_ipc_written(&f->out, len);
}

static void flush(struct fixture *f)
{
    enum err e = server_ipc_flush(&f->out);

    assert_true(e == OK || e == ERR_BUSY);
}

/* What comes until nothing does for so long; kept in f->held. The frames are no frames, and are judged so. */
static size_t take(struct fixture *f, uint64_t quiet_ms, enum hub_verify_state *state)
{
    struct hub_job *j, *next;
    uint64_t quiet = 0;
    size_t n = 0;

    *state = HUB_VERIFY_GOES_ON;
    for (; quiet < quiet_ms && *state == HUB_VERIFY_GOES_ON; quiet++) {
        flush(f);
        for (j = hub_verify_take(f->pool, 1, 4, state); j != NULL; j = next, n++) {
            next = j->next;
            assert_int_equal(j->refusal, PROTO_NOT_A_FRAME);
            assert_false(f->seen[j->tag]);
            f->seen[j->tag] = true;
            j->next = f->held;
            f->held = j;
            quiet = 0;
        }
    }
    return n;
}

/* At least so many, and what comes besides until nothing comes for a while. */
static size_t take_all(struct fixture *f, size_t least, enum hub_verify_state *state)
{
    size_t n = 0;

    for (int tries = 0; tries < SOON_MS / QUIET_MS && (tries == 0 || n < least); tries++)
        n += take(f, QUIET_MS, state);
    return n;
}

static void end(struct fixture *f)
{
    enum hub_verify_state state = HUB_VERIFY_GOES_ON;

    assert_err(server_ipc_put(&f->out, SERVER_IPC_STOP, 0, NULL, 0), OK);
    flush(f);
    assert_null(hub_verify_take(f->pool, SOON_MS, 1, &state));
    assert_int_equal(state, HUB_VERIFY_STOPPED);
}

static void what_comes_is_judged_once_and_the_stop_comes_last(void **arg)
{
    struct fixture *f = *arg;
    enum hub_verify_state state = HUB_VERIFY_GOES_ON;
    size_t n = 0;

    for (uint64_t i = 0; i < 50; i++)
        put(f, i, PROTO_FRAME_HEAD + i);
    assert_err(server_ipc_put(&f->out, SERVER_IPC_STOP, 0, NULL, 0), OK);
    while (state == HUB_VERIFY_GOES_ON)
        n += take(f, SOON_MS, &state);
    assert_int_equal(n, 50);
    assert_int_equal(state, HUB_VERIFY_STOPPED);
    assert_int_equal(give_back(f, SIZE_MAX), 50);
}

static void nothing_more_is_read_while_so_much_is_unanswered(void **arg)
{
    struct fixture *f = *arg;
    enum hub_verify_state state;
    size_t n;

    for (uint64_t i = 0; i < LARGE_FRAMES; i++)
        put(f, i, LARGE);
    assert_int_equal(take_all(f, HELD, &state), HELD);
    assert_int_equal(state, HUB_VERIFY_GOES_ON);
    assert_int_not_equal(server_ipc_pending(&f->out), 0);
    assert_int_equal(give_back(f, 1), 1);
    assert_int_equal(take_all(f, 1, &state), 1);
    assert_int_equal(give_back(f, SIZE_MAX), HELD);
    for (n = HELD + 1; n < LARGE_FRAMES; give_back(f, SIZE_MAX)) {
        size_t more = take_all(f, 1, &state);

        assert_int_not_equal(more, 0);
        n += more;
    }
    assert_int_equal(n, LARGE_FRAMES);
    end(f);
}

/* Small ones of which as many were answered before count no more. */
static void what_is_given_back_counts_no_more(void **arg)
{
    struct fixture *f = *arg;
    enum hub_verify_state state;

    for (size_t round = 0; round < 2 * HELD; round++) {
        put(f, 0, LARGE);
        while (take(f, 1, &state) == 0)
            continue;
        assert_int_equal(give_back(f, SIZE_MAX), 1);
        f->seen[0] = false;
    }
    end(f);
}

static void a_gate_that_is_gone_is_lost(void **arg)
{
    struct fixture *f = *arg;
    enum hub_verify_state state = HUB_VERIFY_GOES_ON;

    put(f, 1, 100);
    flush(f);
    (void)close(f->fd[0]);
    f->fd[0] = -1;
    while (state == HUB_VERIFY_GOES_ON) {
        struct hub_job *j = hub_verify_take(f->pool, SOON_MS, 1, &state);

        if (j != NULL)
            hub_verify_give_back(f->pool, j);
    }
    assert_int_equal(state, HUB_VERIFY_LOST);
}

/* Freed all the same: the sanitizer sees what is not. */
static void what_was_judged_and_never_taken(void **arg)
{
    struct fixture *f = *arg;
    enum hub_verify_state state = HUB_VERIFY_GOES_ON;
    struct hub_job *j;

    for (uint64_t i = 0; i < 9; i++)
        put(f, i, PROTO_FRAME_HEAD + i);
    assert_err(server_ipc_put(&f->out, SERVER_IPC_STOP, 0, NULL, 0), OK);
    flush(f);
    j = hub_verify_take(f->pool, SOON_MS, 1, &state);
    assert_non_null(j);
    hub_verify_give_back(f->pool, j);
}

static void more_threads_than_there_may_be(void **arg)
{
    struct hub_envelope_context context = { .region = NULL };
    struct hub_verify *pool = NULL;

    (void)arg;
    assert_err(hub_verify_start(&context, -1, HUB_VERIFY_THREADS_MAX + 1, &pool), ERR_RANGE);
    assert_null(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_comes_is_judged_once_and_the_stop_comes_last, start, stop),
        cmocka_unit_test_setup_teardown(nothing_more_is_read_while_so_much_is_unanswered, start, stop),
        cmocka_unit_test_setup_teardown(what_is_given_back_counts_no_more, start, stop),
        cmocka_unit_test_setup_teardown(a_gate_that_is_gone_is_lost, start, stop),
        cmocka_unit_test_setup_teardown(what_was_judged_and_never_taken, start, stop),
        cmocka_unit_test(more_threads_than_there_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
