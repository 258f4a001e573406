/* The running keyholder: the program itself, asked over a socket. */
#include "tests/support/check.h"
#include "tests/support/keyholder_home.h"

#include "base/clock.h"
#include "base/file.h"
#include "proto/pseudonym.h"
#include "proto/refusal.h"
#include "proto/reply.h"
#include "proto/sign.h"
#include "server/probe.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/* START_MS: from nothing to a keyholder that answers, on a machine that has much else to do. */
enum { CALL_MS = 10000, START_MS = 120000, FRAME_ROOM = 8192 };

static void start(struct keyholder_home *w)
{
    char self[PATH_MAX], program[PATH_MAX + 16];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    int words[2];

    assert_true(n > 0);
    self[n] = '\0';
    (void)snprintf(program, sizeof program, "%s/schakel", dirname(self));
    assert_int_equal(pipe(words), 0);
    assert_int_equal(write(words[1], KEYHOLDER_HOME_PASSPHRASE "\n", sizeof KEYHOLDER_HOME_PASSPHRASE), sizeof KEYHOLDER_HOME_PASSPHRASE);
    (void)close(words[1]);
    w->pid = fork();
    assert_true(w->pid >= 0);
    if (w->pid == 0) {
        int out = open(home_folder_path(&w->folder, "log"), O_WRONLY | O_CREAT | O_APPEND, 0600);

        (void)dup2(words[0], 0);
        (void)dup2(out, 1);
        (void)dup2(out, 2);
        (void)execl(program, program, "--home", w->home, "keyholder", "run", "--passphrase-fd", "0", (char *)NULL);
        _exit(EX_OSERR);
    }
    (void)close(words[0]);
    if (w->client == NULL)
        assert_err(wire_dial(w->address, NULL, &w->client, NULL), OK);
}

static void start_joined(struct keyholder_home *w)
{
    keyholder_home_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(keyholder_home_join(w, "region"), OK);
    start(w);
}

static int stop(struct keyholder_home *w, int number)
{
    int status = -1;

    assert_int_equal(kill(w->pid, number), 0);
    assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
    w->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct answer { uint8_t frame[FRAME_ROOM]; struct proto_reply reply; };

static void call(struct keyholder_home *w, const uint8_t *frame, size_t len, struct answer *a)
{
    const uint8_t *got = NULL, *body = NULL;
    enum proto_kind kind;
    size_t got_len = 0, body_len = 0;
    void *handle = NULL;
    uint64_t until = clock_mono_ms() + START_MS;
    enum err e;

    /* The link may find only now that the program behind it was another, or the program has not begun yet. */
    while ((e = wire_call(w->client, frame, len, CALL_MS, &handle, &got, &got_len)) == ERR_PEER && clock_mono_ms() < until)
        continue;
    assert_err(e, OK);
    assert_true(got_len <= sizeof a->frame);
    memcpy(a->frame, got, got_len);
    wire_free(handle);
    assert_err(proto_frame_decode(a->frame, got_len, &kind, &body, &body_len), OK);
    assert_err(proto_reply_decode(body, body_len, &a->reply), OK);
}

/* A question of the first partner's node for one element. */
static size_t question(const struct keyholder_home *w, enum proto_kind kind, uint8_t element[32], uint8_t *frame)
{
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[32], cert[PROTO_CERT_MAX], body[2048], envelope[4096], sig[64], node[32], secret[64];
    struct proto_cert c = {.use = PROTO_USE_NODE, .from_s = clock_now_s() - 60, .until_s = clock_now_s() + 3600};
    struct proto_msg m = {.kind = kind, .code = kind == PROTO_QUERY ? PROTO_QUERY_CHECKPOINT : 0};
    struct proto_signed s = {.body = body, .count = 1};
    size_t len = 0;

    (void)crypto_sign_keypair(node, secret);
    memcpy(c.region, w->region->hash, 32);
    memcpy(c.partner, w->sample.id[0], sizeof c.partner);
    memcpy(c.key, node, 32);
    assert_err(proto_cert_make(&c, w->sample.root_secret[0], cert, sizeof cert, &len), OK);
    assert_err(proto_pseudonym_input(w->region->hash, PROTO_PSEUDONYM_CITIZEN, "999900067", input), OK);
    assert_err(proto_pseudonym_blind(input, blind, element), OK);
    memcpy(m.head.region, w->region->hash, 32);
    randombytes_buf(m.head.id, sizeof m.head.id);
    memcpy(m.head.from, w->sample.id[0], sizeof m.head.from);
    m.head.issued_s = clock_now_s();
    m.head.valid_until_s = m.head.issued_s + 600;
    if (kind == PROTO_DERIVE) {
        m.payload = (struct proto_blob){element, 32};
        m.original = (struct proto_blob){cert, len};
    }
    assert_err(proto_msg_encode(&m, body, sizeof body, &s.body_len), OK);
    (void)snprintf(s.type, sizeof s.type, "%s", proto_msg_type(kind));
    assert_err(proto_sign_make(s.type, body, s.body_len, secret, sig), OK);
    s.by[0] = (struct proto_signed_by){node, sig};
    assert_err(proto_sign_encode(&s, envelope, sizeof envelope, &len), OK);
    assert_err(proto_frame_encode(kind, envelope, len, frame, FRAME_ROOM, &len), OK);
    return len;
}

static void it_answers_under_its_own_share(void **state)
{
    struct keyholder_home *w = *state;
    uint8_t frame[FRAME_ROOM];
    union { uint8_t out[1][32]; const uint8_t in[1][32]; } element, evaluated;
    struct answer a;

    start_joined(w);
    call(w, frame, question(w, PROTO_DERIVE, element.out[0], frame), &a);
    assert_string_equal(proto_refusal_name((enum proto_refusal)a.reply.result), "ACCEPTED");
    assert_int_equal(a.reply.payload.len, 32 + 64);
    memcpy(evaluated.out, a.reply.payload.data, 32);
    assert_err(proto_oprf_check(w->f.share_key, (struct proto_oprf_elements){element.in, 1}, (struct proto_oprf_elements){evaluated.in, 1},
        a.reply.payload.data + 32), OK);
    assert_int_equal(stop(w, SIGTERM), EX_OK);
}

static void it_answers_nothing_else(void **state)
{
    static const uint8_t noise[40] = "GET / HTTP/1.1";
    struct keyholder_home *w = *state;
    uint8_t frame[FRAME_ROOM], element[32];
    struct answer a;

    start_joined(w);
    call(w, frame, question(w, PROTO_QUERY, element, frame), &a);
    assert_string_equal(proto_refusal_name((enum proto_refusal)a.reply.result), "WRONG_KIND");
    call(w, noise, sizeof noise, &a);
    assert_string_equal(proto_refusal_name((enum proto_refusal)a.reply.result), "NOT_A_FRAME");
    assert_int_equal(stop(w, SIGTERM), EX_OK);
}

static void the_count_outlives_the_program(void **state)
{
    struct keyholder_home *w = *state;
    uint8_t frame[FRAME_ROOM], element[32];
    char *text = NULL;
    struct answer a;

    start_joined(w);
    call(w, frame, question(w, PROTO_DERIVE, element, frame), &a);
    assert_int_not_equal(stop(w, SIGKILL), EX_OK);
    /* Its roles die with it, a moment later. */
    for (int i = 0; i < 1200 && server_probe(w->address); i++)
        (void)poll(NULL, 0, 50);
    start(w);
    call(w, frame, question(w, PROTO_DERIVE, element, frame), &a);
    assert_int_equal(a.reply.result, PROTO_ACCEPTED);
    assert_err(keyholder_home_run(w, client_cmd_keyholder_status, "{}"), OK);
    assert_err(json_print(w->reply, &text), OK);
    assert_non_null(strstr(text, "\"pseudonyms_today\":2,"));
    free(text);
    assert_int_equal(stop(w, SIGTERM), EX_OK);
    assert_err(keyholder_home_run(w, client_cmd_keyholder_status, "{}"), ERR_PEER);
}

static void without_a_region_it_does_not_start(void **state)
{
    struct keyholder_home *w = *state;
    int status = 0;

    start(w);
    assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
    w->pid = 0;
    assert_int_equal(WEXITSTATUS(status), err_exit(ERR_STATE));
}

static void with_the_share_of_another_it_does_not_start(void **state)
{
    struct keyholder_home *w = *state;
    char other[96];
    uint8_t *data = NULL;
    size_t len = 0;
    int status = 0;

    keyholder_home_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(keyholder_home_join(w, "region"), OK);
    (void)snprintf(other, sizeof other, "%s", w->home);
    (void)snprintf(w->home, sizeof w->home, "%s", home_folder_path(&w->folder, "bent"));
    assert_err(keyholder_home_init(w, "bent", w->address), OK);
    for (size_t i = 0; i < 2; i++) {
        assert_err(file_read(home_folder_path(&w->folder, i == 0 ? "bent/keys/share" : "bent/keys/keyholder"), 65536, &data, &len, NULL), OK);
        assert_err(file_write(home_folder_path(&w->folder, i == 0 ? "home/keys/share" : "home/keys/keyholder"), data, len, 0600, NULL), OK);
        free(data);
    }
    (void)snprintf(w->home, sizeof w->home, "%s", other);
    start(w);
    assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
    w->pid = 0;
    assert_int_equal(WEXITSTATUS(status), err_exit(ERR_KEY));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, keyholder_home_setup, keyholder_home_teardown)
    const struct CMUnitTest tests[] = {
        T(it_answers_under_its_own_share), T(it_answers_nothing_else), T(the_count_outlives_the_program),
        T(without_a_region_it_does_not_start), T(with_the_share_of_another_it_does_not_start),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
