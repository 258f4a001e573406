/* server/oprf: several questions at once. */
#include "tests/support/check.h"
#include "tests/support/oprf_world.h"

#include "proto/refusal.h"
#include "proto/reply.h"

#include <pthread.h>
#include <sodium.h>

enum { THREADS = 4, EACH = 2 };

struct asking {  /* what one thread asks; nothing is asserted before all are back */
    pthread_t thread;
    struct server_oprf *oprf;
    uint8_t frame[EACH][OPRF_WORLD_FRAME], answer[EACH][OPRF_WORLD_FRAME];
    size_t len[EACH], answer_len[EACH];
    enum err err[EACH];
};

static void *ask_all(void *arg)
{
    struct asking *a = arg;

    for (size_t i = 0; i < EACH; i++)
        a->err[i] = server_oprf_answer(a->oprf, a->frame[i], a->len[i], a->answer[i], OPRF_WORLD_FRAME, &a->answer_len[i]);
    return NULL;
}

/* Eight questions for three elements each, with room for six: which six is chance, how many is not. */
static void questions_at_once_are_counted_one_by_one(void **state)
{
    struct oprf_world *w = *state;
    struct asking *all = calloc(THREADS, sizeof *all);
    uint8_t expected[32];
    size_t accepted = 0, over = 0;

    assert_non_null(all);
    assert_err(proto_oprf_evaluate(oprf_world_hub_share, w->element[1], expected), OK);
    for (size_t i = 0; i < THREADS * EACH; i++) {
        struct asking *a = &all[i / EACH];

        a->oprf = &w->oprf;
        randombytes_buf(w->msg.head.id, sizeof w->msg.head.id);
        a->len[i % EACH] = oprf_world_frame(w, PROTO_DERIVE, proto_msg_type(PROTO_DERIVE), a->frame[i % EACH]);
    }
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&all[i].thread, NULL, ask_all, &all[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(all[i].thread, NULL), 0);
    for (size_t i = 0; i < THREADS * EACH; i++) {
        const struct asking *a = &all[i / EACH];
        struct proto_reply reply;
        enum proto_kind kind;
        size_t len;
        const uint8_t *body;

        assert_err(a->err[i % EACH], OK);
        assert_err(proto_frame_decode(a->answer[i % EACH], a->answer_len[i % EACH], &kind, &body, &len), OK);
        assert_err(proto_reply_decode(body, len, &reply), OK);
        accepted += reply.result == PROTO_ACCEPTED;
        over += reply.result == PROTO_QUOTA;
        if (reply.result == PROTO_ACCEPTED)
            assert_memory_equal(reply.payload.data + 32, expected, sizeof expected);
    }
    assert_int_equal(accepted, OPRF_WORLD_PER_PARTNER / OPRF_WORLD_COUNT);
    assert_int_equal(over, THREADS * EACH - OPRF_WORLD_PER_PARTNER / OPRF_WORLD_COUNT);
    assert_int_equal(oprf_world_used(w), OPRF_WORLD_PER_PARTNER / OPRF_WORLD_COUNT * OPRF_WORLD_COUNT);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(questions_at_once_are_counted_one_by_one, oprf_world_setup, oprf_world_teardown),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
