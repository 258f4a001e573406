#include "support/check.h"

#include "server/ipc.h"
#include "server/start.h"

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

struct pair { int fd[2]; struct server_ipc_in in; };

static int open_pair(void **state)
{
    struct pair *p = calloc(1, sizeof *p);

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p->fd), 0);
    assert_err(server_ipc_in_init(&p->in, p->fd[1], SERVER_ROLE_GATE, SERVER_ROLE_CORE), OK);
    *state = p;
    return 0;
}

static int close_pair(void **state)
{
    struct pair *p = *state;

    server_ipc_in_fini(&p->in);
    (void)close(p->fd[0]);
    (void)close(p->fd[1]);
    free(p);
    return 0;
}

static void write_bytes(struct pair *p, const void *data, size_t len)
{
    uint8_t *exact = check_exact(data, len);

    assert_int_equal(send(p->fd[0], exact, len, 0), (ssize_t)len);
    free(exact);
}

static void what_is_put_is_taken_in_order(void **state)
{
    struct pair *p = *state;
    struct server_ipc_out out;
    struct server_ipc_msg m;
    uint8_t body[300];

    server_ipc_out_init(&out, p->fd[0], SERVER_ROLE_GATE, SERVER_ROLE_CORE);
    for (size_t i = 0; i < 50; i++) {
        memset(body, (int)i, sizeof body);
        assert_err(server_ipc_put(&out, SERVER_IPC_FRAME, 1000 + i, body, 12 + i * 5), OK);
    }
    assert_err(server_ipc_put(&out, SERVER_IPC_STOP, 0, NULL, 0), OK);
    assert_err(server_ipc_flush(&out), OK);
    for (size_t i = 0; i < 50; i++) {
        assert_err(server_ipc_next(&p->in, &m), OK);
        assert_int_equal(m.what, SERVER_IPC_FRAME);
        assert_int_equal(m.tag, 1000 + i);
        assert_int_equal(m.len, 12 + i * 5);
        assert_int_equal(m.body[m.len - 1], i);
    }
    assert_err(server_ipc_next(&p->in, &m), OK);
    assert_int_equal(m.what, SERVER_IPC_STOP);
    assert_err(server_ipc_take(&p->in, &m), ERR_BUSY);
    assert_err(server_ipc_fill(&p->in), ERR_BUSY);
    server_ipc_out_fini(&out);
}

static void a_message_arrives_byte_by_byte(void **state)
{
    static const uint8_t bytes[] = { 0, 0, 0, 9 + 12, SERVER_IPC_FRAME, 0, 0, 0, 0, 0, 0, 0, 7,
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l' };
    struct pair *p = *state;
    struct server_ipc_msg m;

    for (size_t i = 0; i < sizeof bytes; i++) {
        assert_err(server_ipc_take(&p->in, &m), ERR_BUSY);
        write_bytes(p, bytes + i, 1);
        assert_err(server_ipc_fill(&p->in), OK);
    }
    assert_err(server_ipc_take(&p->in, &m), OK);
    assert_int_equal(m.tag, 7);
    assert_memory_equal(m.body, "abcdefghijkl", 12);
}

static void the_largest_frame_passes_among_others(void **state)
{
    struct pair *p = *state;
    struct server_ipc_out out;
    struct server_ipc_msg m;
    uint8_t *large = calloc(1, SERVER_IPC_BODY_MAX);
    size_t seen = 0;

    server_ipc_out_init(&out, p->fd[0], SERVER_ROLE_GATE, SERVER_ROLE_CORE);
    for (uint64_t i = 0; i < 5; i++) {
        large[SERVER_IPC_BODY_MAX - 1] = (uint8_t)i;
        assert_err(server_ipc_put(&out, SERVER_IPC_FRAME, i, large, SERVER_IPC_BODY_MAX), OK);
        assert_err(server_ipc_put(&out, SERVER_IPC_FRAME, i, large, 20), OK);
    }
    while (seen < 10) {
        (void)!server_ipc_flush(&out);
        (void)!server_ipc_fill(&p->in);
        while (server_ipc_take(&p->in, &m) == OK) {
            assert_int_equal(m.tag, seen / 2);
            if (seen % 2 == 0) {
                assert_int_equal(m.len, SERVER_IPC_BODY_MAX);
                assert_int_equal(m.body[m.len - 1], seen / 2);
            }
            seen++;
        }
    }
    assert_int_equal(server_ipc_pending(&out), 0);
    assert_err(server_ipc_put(&out, SERVER_IPC_FRAME, 0, large, SERVER_IPC_BODY_MAX + 1), ERR_LONG);
    server_ipc_out_fini(&out);
    free(large);
}

static void the_end_of_the_other_is_seen(void **state)
{
    struct pair *p = *state;
    struct server_ipc_msg m;

    write_bytes(p, "\0\0\0", 3);
    (void)shutdown(p->fd[0], SHUT_WR);
    assert_err(server_ipc_next(&p->in, &m), ERR_PEER);
}

/* What must end the reader, each by its head. */
struct bad { const char *name; uint8_t bytes[SERVER_IPC_HEAD]; enum err expected; };
static const struct bad bads[] = {
    { "length below the head", { 0, 0, 0, 8, SERVER_IPC_FRAME }, ERR_LONG },
    { "length beyond a frame", { 0, 0x10, 0, 10, SERVER_IPC_FRAME }, ERR_LONG },
    { "all ones", { 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 }, ERR_LONG },
    { "no such message", { 0, 0, 0, 9, SERVER_IPC_END }, ERR_DENIED },
    { "nothing", { 0, 0, 0, 9, SERVER_IPC_NONE }, ERR_DENIED },
    { "an answer from the gate", { 0, 0, 0, 60, SERVER_IPC_ANSWER }, ERR_DENIED },
    { "a checkpoint from the gate", { 0, 0, 0, 60, SERVER_IPC_SIGN }, ERR_DENIED },
    { "a stop with a body", { 0, 0, 0, 10, SERVER_IPC_STOP }, ERR_RANGE },
    { "a frame shorter than its head", { 0, 0, 0, 9 + 11, SERVER_IPC_FRAME }, ERR_RANGE },
};

static void a_bad_head_is_refused(void **state)
{
    const struct bad *b = *state;
    void *pair = NULL;
    struct pair *p;
    struct server_ipc_msg m = { .tag = 77 };

    (void)open_pair(&pair);
    p = pair;
    write_bytes(p, b->bytes, sizeof b->bytes);
    assert_err(server_ipc_next(&p->in, &m), b->expected);
    assert_int_equal(m.tag, 77);
    (void)close_pair(&pair);
}

static void role_names_go_both_ways(void **state)
{
    (void)state;
    for (unsigned r = 1; r < SERVER_ROLES; r++)
        assert_int_equal(server_role_from(server_role_name((enum server_role)r)), r);
    assert_int_equal(server_role_from("none"), SERVER_ROLE_NONE);
    assert_int_equal(server_role_from("Core"), SERVER_ROLE_NONE);
}

/* ---- start blocks ---- */

static void a_start_block_comes_back(void **state)
{
    uint8_t room[8], *data = NULL, *exact;
    const struct proto_blob parts[3] = { server_start_text("store"), server_start_number(UINT64_MAX, room), { NULL, 0 } };
    struct proto_blob got[3];
    uint64_t n = 0;
    size_t len;

    (void)state;
    assert_err(server_start_encode(parts, 3, &data, &len), OK);
    exact = check_exact(data, len);
    assert_err(server_start_decode(exact, len, got, 3), OK);
    assert_string_equal(server_start_as_text(&got[0]), "store");
    assert_err(server_start_as_number(&got[1], &n), OK);
    assert_true(n == UINT64_MAX);
    assert_int_equal(got[2].len, 0);
    assert_null(server_start_as_text(&got[2]));
    assert_null(server_start_as_text(&got[1]));
    assert_err(server_start_as_number(&got[0], &n), ERR_SYNTAX);
    assert_err(server_start_decode(exact, len, got, 2), ERR_SYNTAX);
    assert_err(server_start_decode(exact, len, got, 4), ERR_SYNTAX);
    for (size_t i = 0; i < len; i++) {
        uint8_t *shorter = check_exact(data, i);

        assert_err(server_start_decode(shorter, i, got, 3), ERR_SYNTAX);
        free(shorter);
    }
    free(exact);
    free(data);
}

int main(void)
{
    static struct check_list rows;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_put_is_taken_in_order, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(a_message_arrives_byte_by_byte, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(the_largest_frame_passes_among_others, open_pair, close_pair),
        cmocka_unit_test_setup_teardown(the_end_of_the_other_is_seen, open_pair, close_pair),
        cmocka_unit_test(role_names_go_both_ways), cmocka_unit_test(a_start_block_comes_back),
    };

    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
        check_add(&rows, bads[i].name, a_bad_head_is_refused, &bads[i]);
    return cmocka_run_group_tests(tests, NULL, NULL) + check_run(&rows, "bad heads");
}
