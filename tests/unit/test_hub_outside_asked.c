/* hub/outside from core's side: what it asks a public witness, when it asks again, and what it says of it. The test is the role with HTTP. */
#include "tests/support/check.h"
#include "tests/support/hub_world.h"

#include "base/wr.h"
#include "hub/collect.h"
#include "hub/outside.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

struct world {
    struct hub_world w;
    struct witness_sample s;
    int fd[2];
    struct server_ipc_in in;
    struct server_ipc_out out;
    char asked[HUB_OUTSIDE_REQUEST_MAX];   /* the last request about the main log */
};

static int setup(void **state)
{
    struct world *f = calloc(1, sizeof *f);
    struct hub_outside_list *list = calloc(1, sizeof *list);
    char text[PROTO_NOTE_NAME_MAX + 32];

    assert_true(f != NULL && list != NULL);
    f->w.witnesses = &f->s;
    hub_world_open(&f->w, SOURCE_DIR "/policy/packs/nl-jeugd", 0);
    hub_world_core_open(&f->w);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->fd), 0);
    assert_int_equal(fcntl(f->fd[1], F_SETFL, O_NONBLOCK), 0);
    (void)snprintf(text, sizeof text, "%s http://127.0.0.1:1", f->s.key[HUB_WORLD_PARTNERS].name);
    assert_err(hub_outside_parse(text, list, NULL), OK);
    f->w.core->now_s = clock_now_s();
    f->w.core->now_ms = 1000000;
    assert_err(hub_outside_open(list, f->fd[0], f->w.core->now_s, &f->w.core->outside), OK);
    assert_err(server_ipc_in_init(&f->in, f->fd[1], SERVER_ROLE_CORE, SERVER_ROLE_WITNESS), OK);
    server_ipc_out_init(&f->out, f->fd[1], SERVER_ROLE_WITNESS, SERVER_ROLE_CORE);
    free(list);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct world *f = *state;

    server_ipc_in_fini(&f->in);
    server_ipc_out_fini(&f->out);
    hub_world_core_close(&f->w);
    hub_world_close(&f->w);
    (void)close(f->fd[0]);
    (void)close(f->fd[1]);
    free(f);
    return 0;
}

static void answer(struct world *f, unsigned status, const char *body)
{
    uint8_t reply[256];
    struct wr w;

    wr_init(&w, reply, sizeof reply);
    wr_u8(&w, 0);
    wr_u16(&w, (uint16_t)status);
    wr_copy(&w, (const uint8_t *)body, strlen(body));
    assert_err(wr_end(&w), OK);
    assert_err(server_ipc_put(&f->out, SERVER_IPC_FROM_WITNESS, 0, reply, w.len), OK);
    assert_err(server_ipc_flush(&f->out), OK);
}

/* Core's turn, so many ms later. Whether it asked about the main log; the registry is nobody's here. */
static bool asks_after(struct world *f, uint64_t ms)
{
    struct server_ipc_msg m;
    enum err e;

    f->w.core->now_ms += ms;
    f->w.core->now_s += ms / 1000;
    for (;;) {
        assert_err(hub_outside_step(f->w.core), OK);
        e = server_ipc_fill(&f->in);
        assert_true(e == OK || e == ERR_BUSY);
        if (server_ipc_take(&f->in, &m) != OK)
            return false;
        assert_int_equal(m.what, SERVER_IPC_TO_WITNESS);
        assert_true(m.len > 1 && m.len < sizeof f->asked);
        memcpy(f->asked, m.body + 1, m.len - 1);
        f->asked[m.len - 1] = '\0';
        if (strstr(f->asked, "/registry\n") == NULL)
            return true;
        answer(f, 500, "");
    }
}

/* Of the main log: the row comes first. */
static const char *state_of(struct world *f, bool *alarm)
{
    static char word[32];
    cJSON *root = cJSON_CreateObject();
    const cJSON *rows = NULL;
    const char *log = "", *said = "";

    hub_outside_status(f->w.core, root);
    assert_err(json_array(root, "outside", &rows), OK);
    assert_int_equal(cJSON_GetArraySize(rows), 2);
    assert_err(json_text(cJSON_GetArrayItem(rows, 0), "log", &log), OK);
    assert_string_equal(log, f->w.core->collect->main.log.name);
    assert_err(json_text(cJSON_GetArrayItem(rows, 0), "state", &said), OK);
    (void)snprintf(word, sizeof word, "%s", said);
    assert_err(json_bool(root, "outside_alarm", alarm), OK);
    cJSON_Delete(root);
    return word;
}

static void expect(struct world *f, const char *word, bool bad)
{
    bool alarm = !bad;

    /* What came is taken. */
    (void)asks_after(f, 0);
    assert_string_equal(state_of(f, &alarm), word);
    assert_int_equal(alarm, bad);
}

/* A line of the witness over what was asked, as it would make it. */
static void cosign(struct world *f)
{
    uint8_t note[PROTO_NOTE_MAX];
    const char *text = strstr(f->asked, "\n\n");
    size_t len, bare;
    char line[512];

    assert_non_null(text);
    len = bare = strlen(text + 2);
    memcpy(note, text + 2, len);
    witness_sample_cosign(&f->s, HUB_WORLD_PARTNERS, f->w.core->now_s, note, &len);
    (void)snprintf(line, sizeof line, "%.*s", (int)(len - bare), (const char *)note + bare);
    answer(f, 200, line);
}

/* A line of the same name under a key that the region does not name. */
static void cosign_otherwise(struct world *f)
{
    struct proto_note_key key = f->s.key[HUB_WORLD_PARTNERS];
    uint8_t secret[64], public[32];

    memcpy(secret, f->s.secret[HUB_WORLD_PARTNERS], sizeof secret);
    assert_int_equal(crypto_sign_keypair(public, f->s.secret[HUB_WORLD_PARTNERS]), 0);
    assert_err(proto_note_key_make(key.name, PROTO_NOTE_COSIGNATURE, public, &f->s.key[HUB_WORLD_PARTNERS]), OK);
    cosign(f);
    f->s.key[HUB_WORLD_PARTNERS] = key;
    memcpy(f->s.secret[HUB_WORLD_PARTNERS], secret, sizeof secret);
}

/* Its key was changed there and not in the registry: it would look as if it helped. */
static void a_line_that_nobody_counts_is_said(void **state)
{
    struct world *f = *state;

    assert_true(asks_after(f, 1));
    cosign_otherwise(f);
    expect(f, "not-its-key", true);
    assert_false(asks_after(f, HUB_OUTSIDE_UNKNOWN_MS - 1));
    assert_true(asks_after(f, 1));
    answer(f, 200, "\xe2\x80\x94 nobody.example AAAAAAAA\n");
    expect(f, "not-its-key", true);
    assert_true(asks_after(f, 2 * HUB_OUTSIDE_UNKNOWN_MS));
    cosign(f);
    expect(f, "cosigns", false);
    assert_false(asks_after(f, HUB_OUTSIDE_EVERY_MS));
}

/* The answer comes when another checkpoint is collected for: that has no line of it yet, and is asked about. */
static void what_it_cosigned_too_late_is_not_taken_for_a_line(void **state)
{
    struct world *f = *state;
    struct hub_witness *log;

    assert_true(asks_after(f, 1));
    log = hub_collect_log(f->w.core, HUB_SIGN_LOG);
    cosign(f);
    log->candidate.head.size++;
    expect(f, "asked", false);
    log->candidate.head.size--;
    assert_true(asks_after(f, HUB_OUTSIDE_EVERY_MS));
    cosign(f);
    expect(f, "cosigns", false);
}

static void who_does_not_know_the_log_is_asked_more_and_more_seldom(void **state)
{
    struct world *f = *state;

    assert_true(asks_after(f, 1));
    for (uint64_t wait_ms = HUB_OUTSIDE_UNKNOWN_MS; wait_ms < HUB_OUTSIDE_UNKNOWN_MAX_MS; wait_ms *= 2) {
        assert_int_equal(strncmp(f->asked, "old 0\n", 6), 0);
        answer(f, 404, "");
        expect(f, "unknown", true);
        assert_false(asks_after(f, wait_ms - 1));
        assert_true(asks_after(f, 1));
    }
    for (int i = 0; i < 2; i++) {
        answer(f, 404, "");
        expect(f, "unknown", true);
        assert_false(asks_after(f, HUB_OUTSIDE_UNKNOWN_MAX_MS - 1));
        assert_true(asks_after(f, 1));
    }
}

static void once_it_was_told_it_cosigns_and_the_alarm_ends(void **state)
{
    struct world *f = *state;

    assert_true(asks_after(f, 1));
    answer(f, 404, "");
    expect(f, "unknown", true);
    assert_true(asks_after(f, HUB_OUTSIDE_UNKNOWN_MS));
    cosign(f);
    expect(f, "cosigns", false);
    /* Another operator's mistake, later: it begins with a short wait again. */
    assert_true(asks_after(f, 200000));
    answer(f, 404, "");
    expect(f, "unknown", true);
    assert_true(asks_after(f, HUB_OUTSIDE_UNKNOWN_MS));
}

static void another_key_and_another_history_are_said(void **state)
{
    struct world *f = *state;

    assert_true(asks_after(f, 1));
    answer(f, 403, "");
    expect(f, "other-key", true);
    assert_true(asks_after(f, HUB_OUTSIDE_AFTER_TROUBLE_MS));
    answer(f, 422, "");
    expect(f, "other-history", true);
    assert_true(asks_after(f, HUB_OUTSIDE_AFTER_TROUBLE_MS));
    cosign(f);
    expect(f, "cosigns", false);
    assert_true(asks_after(f, 200000));
    answer(f, 409, "");
    expect(f, "other-history", true);
}

/* It says that it cosigned more than there is. */
static void a_larger_log_is_another_history(void **state)
{
    struct world *f = *state;

    assert_true(asks_after(f, 1));
    answer(f, 409, "1000000\n");
    assert_false(asks_after(f, 0));
    expect(f, "other-history", true);
}

static void silence_is_an_alarm_after_an_hour(void **state)
{
    struct world *f = *state;

    expect(f, "asked", false);
    answer(f, 500, "");
    expect(f, "silent", false);
    f->w.core->now_s += HUB_OUTSIDE_ALARM_S - 1;
    expect(f, "silent", false);
    f->w.core->now_s += 1;
    expect(f, "silent", true);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        T(who_does_not_know_the_log_is_asked_more_and_more_seldom), T(once_it_was_told_it_cosigns_and_the_alarm_ends),
        T(another_key_and_another_history_are_said), T(a_larger_log_is_another_history), T(silence_is_an_alarm_after_an_hour),
        T(a_line_that_nobody_counts_is_said), T(what_it_cosigned_too_late_is_not_taken_for_a_line),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests_name("hub/outside asked", tests, NULL, NULL);
}
