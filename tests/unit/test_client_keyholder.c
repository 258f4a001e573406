/* client/keyholder and its commands: a home from nothing, the region it takes, and the program that answers. */
#include "tests/support/check.h"
#include "tests/support/home_folder.h"
#include "tests/support/region_sample.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/cmds.h"
#include "client/keyholder.h"
#include "proto/pseudonym.h"
#include "proto/refusal.h"
#include "proto/reply.h"
#include "proto/sign.h"
#include "proto/wire.h"

#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { CALL_MS = 10000, FRAME_ROOM = 8192 };

#define PASSPHRASE "a passphrase for tests"

struct world {
    struct home_folder folder;
    char home[96], address[32];
    struct region_sample sample;       /* keys of the partners */
    struct proto_keyholder_file f;
    struct proto_region *region;       /* with this keyholder in it */
    struct trouble t;
    cJSON *reply;
    pid_t pid;
    struct wire_client *client;
};

/* ---- commands, as the parser would call them ---- */

static enum err run(struct world *w, enum err (*command)(struct client_run *r), const char *args)
{
    static const struct client_cmd none;
    struct client_run r = {.cmd = &none, .home = w->home, .passphrase_fd = -1, .t = &w->t};
    char *text = strdup(args);
    enum err e;

    assert_non_null(text);
    for (char *p = text; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    w->t = (struct trouble){.lang = LANG_EN};
    assert_err(json_parse((const uint8_t *)text, strlen(text), &r.args, NULL), OK);
    e = command(&r);
    cJSON_Delete(r.args);
    cJSON_Delete(w->reply);
    w->reply = r.reply;
    free(text);
    return e;
}

static enum err init(struct world *w, const char *name, const char *address)
{
    char args[256];

    (void)snprintf(args, sizeof args, "{'name':'%s','listen':'%s','plain':true,'passphrase':'" PASSPHRASE "'}", name, address);
    return run(w, client_cmd_keyholder_init, args);
}

static enum err join(struct world *w, const char *file)
{
    char args[256];

    (void)snprintf(args, sizeof args, "{'region':'%s'}", home_folder_path(&w->folder, file));
    return run(w, client_cmd_keyholder_join, args);
}

/* ---- a region that names this keyholder ---- */

static void write_region(struct world *w, const char *file, size_t signers, const char *name)
{
    union { uint8_t out[2][32]; const uint8_t in[2][32]; } shares;
    struct proto_region *r = calloc(1, sizeof *r);
    char *text = NULL;
    size_t len = 0;

    assert_non_null(r);
    region_sample_fields(r, true);
    (void)snprintf(r->name, sizeof r->name, "%s", name);
    memcpy(shares.out[0], r->pseudonym_hub, 32);
    memcpy(shares.out[1], w->f.share_key, 32);
    assert_err(proto_pseudonym_join(shares.in, 2, r->pseudonym_key), OK);
    memcpy(r->pseudonym_keyholder, w->f.share_key, 32);
    (void)snprintf(r->keyholder_address, sizeof r->keyholder_address, "%s", w->f.address);
    memcpy(r->keyholder_tls, w->f.tls_der, w->f.tls_der_len);
    r->keyholder_tls_len = w->f.tls_der_len;
    assert_err(proto_region_format(r, &text, &len), OK);
    for (size_t i = 0; i < signers; i++) {
        char *more = NULL;

        assert_err(proto_region_sign((uint8_t *)text, len, w->sample.handle[i], w->sample.root_secret[i], &more, &len, NULL), OK);
        free(text);
        text = more;
    }
    assert_err(file_write(home_folder_path(&w->folder, file), text, len, 0600, NULL), OK);
    if (signers == SAMPLE_PARTNERS && w->region->partner_count == 0)
        assert_err(proto_region_parse((uint8_t *)text, len, true, w->region, NULL), OK);
    free(text);
    free(r);
}

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct trouble t = {.lang = LANG_EN};
    void *folder = NULL;

    if (w == NULL || home_folder_setup(&folder) != 0)
        return -1;
    w->folder = *(struct home_folder *)folder;
    free(folder);
    (void)snprintf(w->home, sizeof w->home, "%s", home_folder_path(&w->folder, "home"));
    (void)snprintf(w->address, sizeof w->address, "127.0.0.1:%u", 21000 + randombytes_uniform(20000));
    region_sample_init(&w->sample, true);
    w->region = calloc(1, sizeof *w->region);
    assert_non_null(w->region);
    assert_err(init(w, "sleutelhuis", w->address), OK);
    assert_err(client_keyholder_public(w->home, &w->f, &t), OK);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    struct home_folder *folder = malloc(sizeof *folder);
    void *given = folder;

    if (w->pid != 0) {
        (void)kill(w->pid, SIGKILL);
        (void)waitpid(w->pid, NULL, 0);
    }
    if (w->client != NULL)
        wire_close(w->client);
    *folder = w->folder;
    region_sample_fini(&w->sample);
    cJSON_Delete(w->reply);
    free(w->region);
    free(w);
    return home_folder_teardown(&given);
}

/* ---- init ---- */

static void a_new_keyholder_proves_its_share(void **state)
{
    struct world *w = *state;

    assert_string_equal(w->f.name, "sleutelhuis");
    assert_string_equal(w->f.address, w->address);
    assert_err(proto_pseudonym_possession_check(w->f.share_key, w->f.possession), OK);
}

static void its_keys_are_for_its_own_eyes(void **state)
{
    static const char *const names[] = {"home/keys/share", "home/keys/keyholder", "home/keys/tls", "home/keys/tls-ca", "home/keys/sign",
        "home/schakel.conf"};
    const struct world *w = *state;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct stat st;

        assert_int_equal(stat(home_folder_path(&w->folder, names[i]), &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void a_second_init_changes_nothing(void **state)
{
    struct world *w = *state;
    struct proto_keyholder_file again;

    assert_err(init(w, "anders", w->address), ERR_EXISTS);
    assert_err(client_keyholder_public(w->home, &again, NULL), OK);
    assert_memory_equal(&again, &w->f, sizeof again);
}

/* Nothing is left of an init that was refused: the next can be right. */
static void a_refused_init_leaves_nothing(void **state)
{
    static const struct { const char *name, *address; } wrong[] = {{"Sleutelhuis", "127.0.0.1:7611"}, {"s", "127.0.0.1:7611"},
        {"sleutelhuis", "7611"}, {"sleutelhuis", "Example.org:7611"}, {"sleutelhuis", "example.org:0"}};
    struct world *w = *state;
    struct stat st;

    (void)snprintf(w->home, sizeof w->home, "%s", home_folder_path(&w->folder, "other"));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_err(init(w, wrong[i].name, wrong[i].address), ERR_USAGE);
        assert_int_not_equal(stat(w->home, &st), 0);
    }
    assert_err(init(w, "sleutelhuis", "example.org:7611"), OK);
}

/* ---- settings ---- */

static void settings_have_defaults(void **state)
{
    struct world *w = *state;
    struct client_keyholder_conf conf;

    assert_err(client_keyholder_conf(w->home, &conf, NULL), OK);
    assert_string_equal(conf.listen, w->address);
    assert_true(conf.plain);
    assert_int_equal(conf.pseudonyms_per_partner, 2000);
    assert_int_equal(conf.pseudonyms_total, 20000);
}

static void an_unknown_setting_is_an_error(void **state)
{
    struct world *w = *state;
    struct client_keyholder_conf conf = {.pseudonyms_total = 7};
    static const char text[] = "listen = 127.0.0.1:1\npseudonyms = 3\n";

    assert_err(file_write(home_folder_path(&w->folder, "home/schakel.conf"), text, sizeof text - 1, 0600, NULL), OK);
    assert_err(client_keyholder_conf(w->home, &conf, &w->t), ERR_CONFIG);
    assert_int_equal(w->t.line, 2);
    assert_int_equal(conf.pseudonyms_total, 7);
}

/* ---- join ---- */

static void it_takes_the_region_that_names_it(void **state)
{
    struct world *w = *state;
    struct proto_region *r = calloc(1, sizeof *r);
    char *text = NULL, fingerprint[40];
    const char *told = "";
    size_t len = 0;

    write_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(client_keyholder_region(w->home, &text, &len, r, NULL), ERR_STATE);
    assert_err(join(w, "region"), OK);
    proto_region_fingerprint(w->region, fingerprint);
    assert_err(json_text(w->reply, "fingerprint", &told), OK);
    assert_string_equal(told, fingerprint);
    assert_err(join(w, "region"), OK);
    assert_err(client_keyholder_region(w->home, &text, &len, r, NULL), OK);
    assert_memory_equal(r->hash, w->region->hash, sizeof r->hash);
    free(text);
    free(r);
}

static void a_region_that_somebody_has_not_signed(void **state)
{
    struct world *w = *state;

    write_region(w, "region", SAMPLE_PARTNERS - 1, "demo");
    assert_err(join(w, "region"), ERR_SIGNATURE);
}

static void a_region_with_another_keyholder(void **state)
{
    struct world *w = *state;

    assert_err(file_write(home_folder_path(&w->folder, "region"), w->sample.file, w->sample.file_len, 0600, NULL), OK);
    assert_err(join(w, "region"), ERR_KEY);
}

static void a_region_with_its_share_and_another_authority(void **state)
{
    struct world *w = *state;

    w->f.tls_der[20] ^= 1;
    write_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(join(w, "region"), ERR_KEY);
}

static void a_region_without_keyholder(void **state)
{
    struct world *w = *state;
    struct region_sample s;

    region_sample_init(&s, false);
    assert_err(file_write(home_folder_path(&w->folder, "region"), s.file, s.file_len, 0600, NULL), OK);
    assert_err(join(w, "region"), ERR_KEY);
    region_sample_fini(&s);
}

static void a_second_region(void **state)
{
    struct world *w = *state;

    write_region(w, "region", SAMPLE_PARTNERS, "demo");
    write_region(w, "another", SAMPLE_PARTNERS, "another");
    assert_err(join(w, "region"), OK);
    assert_err(join(w, "another"), ERR_EXISTS);
}

static void only_partners_can_be_blocked(void **state)
{
    struct world *w = *state;

    assert_err(run(w, client_cmd_keyholder_block, "{'partner':'team-noord'}"), ERR_STATE);
    write_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(join(w, "region"), OK);
    assert_err(run(w, client_cmd_keyholder_block, "{'partner':'team-zuid'}"), ERR_NOTFOUND);
    assert_err(run(w, client_cmd_keyholder_block, "{'partner':'team-noord'}"), OK);
}

/* ---- the running program ---- */

static void start(struct world *w)
{
    char self[PATH_MAX], program[PATH_MAX + 16];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    int words[2];

    assert_true(n > 0);
    self[n] = '\0';
    (void)snprintf(program, sizeof program, "%s/schakel", dirname(self));
    assert_int_equal(pipe(words), 0);
    assert_int_equal(write(words[1], PASSPHRASE "\n", sizeof PASSPHRASE), sizeof PASSPHRASE);
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

static void start_joined(struct world *w)
{
    write_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(join(w, "region"), OK);
    start(w);
}

static int stop(struct world *w, int number)
{
    int status = -1;

    assert_int_equal(kill(w->pid, number), 0);
    assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
    w->pid = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct answer { uint8_t frame[FRAME_ROOM]; struct proto_reply reply; };

static void call(struct world *w, const uint8_t *frame, size_t len, struct answer *a)
{
    const uint8_t *got = NULL, *body = NULL;
    enum proto_kind kind;
    size_t got_len = 0, body_len = 0;
    void *handle = NULL;

    assert_err(wire_call(w->client, frame, len, CALL_MS, &handle, &got, &got_len), OK);
    assert_true(got_len <= sizeof a->frame);
    memcpy(a->frame, got, got_len);
    wire_free(handle);
    assert_err(proto_frame_decode(a->frame, got_len, &kind, &body, &body_len), OK);
    assert_err(proto_reply_decode(body, body_len, &a->reply), OK);
}

/* A question of the first partner's node for one element. */
static size_t question(const struct world *w, enum proto_kind kind, uint8_t element[32], uint8_t *frame)
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
    struct world *w = *state;
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
    struct world *w = *state;
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
    struct world *w = *state;
    uint8_t frame[FRAME_ROOM], element[32];
    char *text = NULL;
    struct answer a;

    start_joined(w);
    call(w, frame, question(w, PROTO_DERIVE, element, frame), &a);
    assert_int_not_equal(stop(w, SIGKILL), EX_OK);
    (void)poll(NULL, 0, 200);
    start(w);
    call(w, frame, question(w, PROTO_DERIVE, element, frame), &a);
    assert_int_equal(a.reply.result, PROTO_ACCEPTED);
    assert_err(run(w, client_cmd_keyholder_status, "{}"), OK);
    assert_err(json_print(w->reply, &text), OK);
    assert_non_null(strstr(text, "\"pseudonyms_today\":2,"));
    free(text);
    assert_int_equal(stop(w, SIGTERM), EX_OK);
    assert_err(run(w, client_cmd_keyholder_status, "{}"), ERR_PEER);
}

static void without_a_region_it_does_not_start(void **state)
{
    struct world *w = *state;
    int status = 0;

    start(w);
    assert_int_equal(waitpid(w->pid, &status, 0), w->pid);
    w->pid = 0;
    assert_int_equal(WEXITSTATUS(status), err_exit(ERR_STATE));
}

static void with_the_share_of_another_it_does_not_start(void **state)
{
    struct world *w = *state;
    char other[96];
    uint8_t *data = NULL;
    size_t len = 0;
    int status = 0;

    write_region(w, "region", SAMPLE_PARTNERS, "demo");
    assert_err(join(w, "region"), OK);
    (void)snprintf(other, sizeof other, "%s", w->home);
    (void)snprintf(w->home, sizeof w->home, "%s", home_folder_path(&w->folder, "bent"));
    assert_err(init(w, "bent", w->address), OK);
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
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_new_keyholder_proves_its_share), T(its_keys_are_for_its_own_eyes), T(a_second_init_changes_nothing),
        T(a_refused_init_leaves_nothing), T(settings_have_defaults), T(an_unknown_setting_is_an_error),
        T(it_takes_the_region_that_names_it), T(a_region_that_somebody_has_not_signed), T(a_region_with_another_keyholder),
        T(a_region_with_its_share_and_another_authority), T(a_region_without_keyholder), T(a_second_region), T(only_partners_can_be_blocked),
        T(it_answers_under_its_own_share), T(it_answers_nothing_else), T(the_count_outlives_the_program),
        T(without_a_region_it_does_not_start), T(with_the_share_of_another_it_does_not_start),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
