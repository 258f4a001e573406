#include "support/check.h"
#include "support/hub_world.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "proto/pseudonym.h"
#include "proto/tlog.h"
#include "proto/wire.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

enum { A, B, C, CALL_MS = 15000 };

static pid_t child_with_role(pid_t parent, const char *role);

struct fixture {
    struct hub_world w;
    pid_t pid;
    struct wire_client *client;
    uint8_t *frame;
};

/* A port that nobody has at this moment. */
static unsigned free_port(void)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    (void)close(fd);
    return ntohs(a.sin_port);
}

/* The program lies beside this one. */
static void start(struct fixture *f)
{
    char self[PATH_MAX], program[PATH_MAX + 16], log[128];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);

    assert_true(n > 0);
    self[n] = '\0';
    (void)snprintf(program, sizeof program, "%s/schakel-hub", dirname(self));
    (void)snprintf(log, sizeof log, "%s/log", f->w.home);
    f->pid = fork();
    assert_true(f->pid >= 0);
    if (f->pid == 0) {
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);

        (void)dup2(out, 1);
        (void)dup2(out, 2);
        (void)execl(program, program, "run", "--home", f->w.home, (char *)NULL);
        _exit(EX_OSERR);
    }
}

static void show_log(const struct fixture *f)
{
    char path[128];
    uint8_t *data = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/log", f->w.home);
    if (file_read(path, 1 << 20, &data, &len, NULL) == OK)
        print_error("%s\n", (char *)data);
    free(data);
}

static int stop(struct fixture *f)
{
    int status = -1;

    if (f->pid == 0)
        return -1;
    (void)kill(f->pid, SIGTERM);
    assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
    f->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int open_hub(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct trouble t = { 0 };

    f->frame = malloc(HUB_WORLD_FRAME_MAX);
    hub_world_open(&f->w, PACK, free_port());
    start(f);
    assert_err(wire_dial(f->w.address, NULL, &f->client, &t), OK);
    *state = f;
    return 0;
}

static int close_hub(void **state)
{
    struct fixture *f = *state;

    (void)stop(f);
    wire_close(f->client);
    hub_world_close(&f->w);
    free(f->frame);
    free(f);
    return 0;
}

static struct hub_world_reply call_frame(struct fixture *f, const uint8_t *frame, size_t len)
{
    struct hub_world_reply r;
    const uint8_t *reply;
    size_t reply_len;
    void *handle;
    enum err e = wire_call(f->client, frame, len, CALL_MS, &handle, &reply, &reply_len);

    if (e != OK)
        show_log(f);
    assert_err(e, OK);
    hub_world_reply_take(reply, reply_len, &r);
    wire_free(handle);
    return r;
}

static struct hub_world_reply call(struct fixture *f, const struct proto_msg *m, int from)
{
    return call_frame(f, f->frame, hub_world_frame(&f->w, m, from, f->frame));
}

static void publish(struct fixture *f, int partner)
{
    uint8_t cert[1024];
    struct proto_msg m;
    struct hub_world_reply r;

    hub_world_msg(&f->w, PROTO_PUBLISH, partner, -1, &m);
    m.original = (struct proto_blob){ cert, hub_world_staff_cert(&f->w, partner, PROTO_ROLE_CASEWORKER, cert, sizeof cert) };
    r = call(f, &m, partner);
    assert_string_equal(proto_refusal_name((enum proto_refusal)r.reply.result), "ACCEPTED");
    hub_world_reply_free(&r);
}

static void facts(struct fixture *f, uint8_t original[2048], struct proto_msg *m)
{
    hub_world_msg(&f->w, PROTO_STATEMENT, A, B, m);
    randombytes_buf(m->head.case_id, sizeof m->head.case_id);
    m->head.subject.type = PROTO_SUBJECT_HANDLE;
    memcpy(m->head.subject.value, m->head.case_id, PROTO_ID_LEN);
    m->original = (struct proto_blob){ original, hub_world_facts(&f->w, A, B, m->head.case_id, original, 2048) };
}

static void a_statement_travels_with_receipts_on_both_sides(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048], *sent = malloc(HUB_WORLD_FRAME_MAX);
    struct proto_mail mail;
    struct proto_msg m, q;
    struct hub_world_reply r;
    struct proto_blob e;
    size_t at = 2;

    publish(f, A);
    facts(f, original, &m);
    e = hub_world_envelope(sent, hub_world_frame(&f->w, &m, A, sent));
    r = call(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_err(proto_receipt_check(f->w.region, &m, e.data, e.len, &r.reply.receipt, 0, NULL), OK);
    hub_world_reply_free(&r);
    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &q);
    r = call(f, &q, B);
    assert_err(proto_mail_decode(r.reply.payload.data, r.reply.payload.len, &at, &mail), OK);
    assert_int_equal(mail.message.len, e.len);
    assert_memory_equal(mail.message.data, e.data, e.len);
    assert_err(proto_receipt_check(f->w.region, &m, mail.message.data, mail.message.len, &mail.receipt, 1, NULL), OK);
    hub_world_reply_free(&r);
    free(sent);
}

static void a_waiting_fetch_hears_of_mail_at_once(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct proto_msg m, q;
    struct hub_world_reply r;
    const uint8_t *reply;
    uint64_t tag, began;
    enum err result;
    size_t len;
    void *handle;

    publish(f, A);
    hub_world_msg(&f->w, PROTO_FETCH, B, -1, &q);
    q.number = 20;
    began = clock_mono_ms();
    assert_err(wire_call_start(f->client, 7, f->frame, hub_world_frame(&f->w, &q, B, f->frame), 25000), OK);
    (void)poll(NULL, 0, 300);
    facts(f, original, &m);
    r = call(f, &m, A);
    hub_world_reply_free(&r);
    while (wire_call_done(f->client, &tag, &result, &handle, &reply, &len) == ERR_BUSY)
        (void)poll(NULL, 0, 5);
    assert_int_equal(tag, 7);
    assert_err(result, OK);
    assert_true(clock_mono_ms() - began < 10000);
    hub_world_reply_take(reply, len, &r);
    assert_int_equal(r.reply.payload.data[1], 1);
    hub_world_reply_free(&r);
    wire_free(handle);
}

static void what_is_no_frame_is_told_so(void **state)
{
    struct fixture *f = *state;
    static const uint8_t noise[40] = "GET / HTTP/1.1";
    struct hub_world_reply r = call_frame(f, noise, sizeof noise);

    assert_int_equal(r.reply.result, PROTO_NOT_A_FRAME);
    hub_world_reply_free(&r);
}

static void the_share_answers_with_a_proof_until_the_quota_ends(void **state)
{
    struct fixture *f = *state;
    uint8_t input[PROTO_PSEUDONYM_INPUT_LEN], blind[64][32], element[64][32], evaluated[64][32], out[64][32], again[32], first[32];
    struct proto_pseudonym_answer answer;
    struct hub_world_reply r;
    struct proto_msg m;
    size_t accepted = 0;

    assert_err(proto_pseudonym_input(f->w.region->hash, PROTO_PSEUDONYM_CITIZEN, "999900067", input), OK);
    for (size_t i = 0; i < 64; i++)
        assert_err(proto_pseudonym_blind(input, blind[i], element[i]), OK);
    for (size_t batch = 0; batch < 33; batch++) {
        hub_world_msg(&f->w, PROTO_DERIVE, A, -1, &m);
        m.payload = (struct proto_blob){ element[0], sizeof element };
        r = call(f, &m, A);
        if (r.reply.result == PROTO_QUOTA) {
            hub_world_reply_free(&r);
            break;
        }
        assert_int_equal(r.reply.result, PROTO_ACCEPTED);
        assert_int_equal(r.reply.payload.len, 65 * 32 + 32);
        answer.share_key = f->w.region->pseudonym_hub;
        memcpy(evaluated, r.reply.payload.data, sizeof evaluated);
        answer.evaluated = (struct proto_oprf_elements){ (const uint8_t (*)[32])evaluated, 64 };
        answer.proof = r.reply.payload.data + 64 * 32;
        assert_err(proto_pseudonym_combine(f->w.region->pseudonym_key,
            (struct proto_oprf_elements){ (const uint8_t (*)[32])element, 64 }, &answer, 1, out), OK);
        assert_err(proto_pseudonym_finish(input, blind[0], out[0], first), OK);
        assert_err(proto_pseudonym_finish(input, blind[63], out[63], again), OK);
        assert_memory_equal(first, again, 32);
        hub_world_reply_free(&r);
        accepted++;
    }
    /* 2,000 a day: 31 batches of 64. */
    assert_int_equal(accepted, 31);
    hub_world_msg(&f->w, PROTO_DERIVE, B, -1, &m);
    m.payload = (struct proto_blob){ element[0], 32 };
    r = call(f, &m, B);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    hub_world_reply_free(&r);
}

static void it_stops_cleanly_and_goes_on_where_it_was(void **state)
{
    struct fixture *f = *state;
    uint8_t original[2048];
    struct hub_world_reply r;
    struct proto_msg m;
    uint64_t index;
    int code;

    publish(f, A);
    facts(f, original, &m);
    r = call(f, &m, A);
    index = r.reply.receipt.index;
    hub_world_reply_free(&r);
    code = stop(f);
    if (code != EX_OK)
        show_log(f);
    assert_int_equal(code, EX_OK);
    start(f);
    m.head.issued_s = clock_now_s();
    r = call(f, &m, A);
    assert_int_equal(r.reply.result, PROTO_ACCEPTED);
    assert_int_equal(r.reply.receipt.index, index);
    hub_world_reply_free(&r);
}

/* ---- the log for outsiders ---- */

static uint8_t *read_part(const char *folder, const char *name, size_t expected)
{
    char path[256];
    uint8_t *data = NULL;
    size_t len = 0;

    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_err(file_read(path, 1 << 20, &data, &len, NULL), OK);
    if (expected != 0)
        assert_int_equal(len, expected);
    return data;
}

static void a_running_hubs_log_is_exported_and_rebuilds_its_root(void **state)
{
    struct fixture *f = *state;
    struct proto_tlog_checkpoint c;
    struct proto_merkle_tree tree;
    struct proto_note_key key;
    struct proto_note note;
    struct hub_cli cli = { .home = f->w.home };
    struct trouble t = { 0 };
    uint8_t original[2048], *checkpoint, *entries, *hashes, root[32];
    char folder[96], name[64];
    struct proto_msg m;
    uint64_t leaves;

    publish(f, A);
    for (int i = 0; i < 300; i++) {
        struct hub_world_reply r;

        facts(f, original, &m);
        r = call(f, &m, A);
        hub_world_reply_free(&r);
    }
    (void)snprintf(folder, sizeof folder, "%s/copy", f->w.home);
    cli.argument = folder;
    cli.t = &t;
    cli.reply = cJSON_CreateObject();
    assert_err(hub_cmd_export(&cli), OK);
    assert_err(text_u64(cJSON_GetObjectItem(cli.reply, "leaves")->valuestring, UINT32_MAX, &leaves), OK);
    cJSON_Delete(cli.reply);
    cli.reply = NULL;
    assert_int_equal(leaves, 301);
    assert_err(hub_cmd_export(&cli), ERR_EXISTS);

    checkpoint = read_part(folder, "checkpoint", 0);
    assert_err(proto_note_key_decode(f->w.region->log_vkey, &key), OK);
    assert_err(proto_tlog_checkpoint_open(checkpoint, strlen((char *)checkpoint), &key, &note, &c), OK);
    assert_int_equal(c.head.size, leaves);
    proto_merkle_init(&tree);
    for (int tile = 0; tile < 2; tile++) {
        size_t width = tile == 0 ? 256 : (size_t)leaves - 256;

        (void)snprintf(name, sizeof name, tile == 0 ? "tile/entries/000" : "tile/entries/001.p/%zu", width);
        entries = read_part(folder, name, width * 228);
        (void)snprintf(name, sizeof name, tile == 0 ? "tile/0/000" : "tile/0/001.p/%zu", width);
        hashes = read_part(folder, name, width * 32);
        for (size_t i = 0; i < width; i++) {
            uint8_t hash[32];
            size_t count;

            assert_int_equal(entries[i * 228] << 8 | entries[i * 228 + 1], PROTO_LEAF_LEN);
            proto_merkle_leaf(entries + i * 228 + 2, PROTO_LEAF_LEN, hash);
            assert_memory_equal(hash, hashes + i * 32, 32);
            assert_err(proto_merkle_append(&tree, hash, NULL, &count), OK);
        }
        free(entries);
        free(hashes);
    }
    proto_merkle_root(&tree, root);
    assert_memory_equal(root, c.head.root, 32);
    hashes = read_part(folder, "tile/1/000.p/1", 32);
    free(hashes);
    free(checkpoint);
}

/* ---- a crash ---- */

/* Everything that was answered before the kill is there after it, under the same leaf. */
static void what_was_answered_survives_a_kill(void **state)
{
    struct fixture *f = *state;
    enum { ACTS = 60 };
    static struct proto_msg m[ACTS];
    static uint8_t original[ACTS][2048];
    uint64_t index[ACTS];
    struct hub_world_reply r;
    int status;

    publish(f, A);
    for (size_t i = 0; i < ACTS; i++) {
        facts(f, original[i], &m[i]);
        r = call(f, &m[i], A);
        assert_int_equal(r.reply.result, PROTO_ACCEPTED);
        index[i] = r.reply.receipt.index;
        hub_world_reply_free(&r);
        if (i % 20 == 19) {
            assert_int_equal(kill(child_with_role(f->pid, "core"), SIGKILL), 0);
            assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
            start(f);
        }
    }
    for (size_t i = 0; i < ACTS; i++) {
        r = call(f, &m[i], A);
        assert_int_equal(r.reply.result, PROTO_ACCEPTED);
        assert_int_equal(r.reply.receipt.index, index[i]);
        hub_world_reply_free(&r);
    }
}

/* The process whose parent is pid and that runs as this role. */
static pid_t child_with_role(pid_t parent, const char *role)
{
    DIR *proc = opendir("/proc");
    const struct dirent *d;
    pid_t found = 0;

    while (found == 0 && (d = readdir(proc)) != NULL) {
        char path[300], line[256] = "";
        FILE *in;
        int ppid = 0;

        if (d->d_name[0] < '0' || d->d_name[0] > '9')
            continue;
        (void)snprintf(path, sizeof path, "/proc/%s/stat", d->d_name);
        in = fopen(path, "r");
        if (in == NULL || fscanf(in, "%*d (%*[^)]) %*c %d", &ppid) != 1)
            ppid = 0;
        if (in != NULL)
            (void)fclose(in);
        (void)snprintf(path, sizeof path, "/proc/%s/cmdline", d->d_name);
        in = ppid == parent ? fopen(path, "r") : NULL;
        if (in != NULL) {
            size_t n = fread(line, 1, sizeof line - 1, in);

            for (size_t i = 0; i < n; i++)
                if (strcmp(line + i, role) == 0)
                    found = (pid_t)atoi(d->d_name);
            (void)fclose(in);
        }
    }
    (void)closedir(proc);
    return found;
}

static void a_role_that_dies_ends_the_hub_by_name(struct fixture *f, const char *role)
{
    char expected[64], path[128];
    uint8_t *log = NULL;
    int status = 0;
    size_t len;
    pid_t pid;

    publish(f, A);
    pid = child_with_role(f->pid, role);
    assert_true(pid > 0);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(f->pid, &status, 0), f->pid);
    f->pid = 0;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EX_SOFTWARE);
    (void)snprintf(expected, sizeof expected, "schakel-hub: %s: this part", role);
    (void)snprintf(path, sizeof path, "%s/log", f->w.home);
    assert_err(file_read(path, 1 << 20, &log, &len, NULL), OK);
    assert_non_null(strstr((char *)log, expected));
    free(log);
}

static void a_dead_core_ends_the_hub(void **state) { a_role_that_dies_ends_the_hub_by_name(*state, "core"); }
static void a_dead_gate_ends_the_hub(void **state) { a_role_that_dies_ends_the_hub_by_name(*state, "gate"); }
static void a_dead_signer_ends_the_hub(void **state) { a_role_that_dies_ends_the_hub_by_name(*state, "signer"); }
static void a_dead_oprf_ends_the_hub(void **state) { a_role_that_dies_ends_the_hub_by_name(*state, "oprf"); }

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_hub, close_hub)
    const struct CMUnitTest tests[] = {
        T(a_statement_travels_with_receipts_on_both_sides), T(a_waiting_fetch_hears_of_mail_at_once), T(what_is_no_frame_is_told_so),
        T(the_share_answers_with_a_proof_until_the_quota_ends), T(it_stops_cleanly_and_goes_on_where_it_was),
        T(a_running_hubs_log_is_exported_and_rebuilds_its_root), T(what_was_answered_survives_a_kill),
        T(a_dead_core_ends_the_hub), T(a_dead_gate_ends_the_hub), T(a_dead_signer_ends_the_hub), T(a_dead_oprf_ends_the_hub),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
