#include "support/captured.h"
#include "support/hub_world.h"

#include "base/file.h"
#include "base/text.h"
#include "hub/home.h"

#include <libgen.h>
#include <limits.h>
#include <netinet/in.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The commands of an operator on a hub that does not run. */

#define PACK SOURCE_DIR "/policy/packs/nl-jeugd"

static int open_world(void **state)
{
    struct hub_world *w = calloc(1, sizeof *w);

    hub_world_open(w, PACK, 0);
    *state = w;
    return 0;
}

static int close_world(void **state)
{
    hub_world_close(*state);
    free(*state);
    return 0;
}

static enum err command(const struct hub_world *w, hub_command *run, struct hub_cli *c, struct trouble *t, cJSON **reply)
{
    enum err e;

    *t = (struct trouble){ 0 };
    c->t = t;
    c->home = w->home;
    c->reply = cJSON_CreateObject();
    e = run(c);
    if (e == OK && reply != NULL)
        *reply = c->reply;
    else
        cJSON_Delete(c->reply);
    return e;
}

static void init_twice_says_what_to_do(void **state)
{
    struct hub_cli c = { 0 };
    struct trouble t;

    assert_err(command(*state, hub_cmd_init, &c, &t, NULL), ERR_EXISTS);
    assert_non_null(strstr(t.text, "--region"));
}

static void secrets_are_for_the_hub_alone(void **state)
{
    static const char *const names[] = { "keys/log", "keys/pseudonym", "keys/tls-ca.key", "keys/tls-server.key", "signer/last" };
    const struct hub_world *w = *state;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[128];
        struct stat st;

        (void)snprintf(path, sizeof path, "%s/%s", w->home, names[i]);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
    }
}

static void the_same_region_may_be_installed_again(void **state)
{
    const struct hub_world *w = *state;
    struct hub_cli c = { .region = w->region_path };
    struct trouble t;
    char fingerprint[40];
    cJSON *reply;

    assert_err(command(w, hub_cmd_init, &c, &t, &reply), OK);
    proto_region_fingerprint(w->region, fingerprint);
    assert_string_equal(cJSON_GetObjectItem(reply, "fingerprint")->valuestring, fingerprint);
    cJSON_Delete(reply);
}

static void a_region_of_another_hub_is_refused(void **state)
{
    const struct hub_world *w = *state;
    struct hub_world other = { 0 };
    struct hub_cli c = { 0 };
    struct trouble t;

    hub_world_open(&other, PACK, 0);
    c.region = other.region_path;
    assert_err(command(w, hub_cmd_init, &c, &t, NULL), ERR_KEY);
    hub_world_close(&other);
}

static void a_region_that_somebody_did_not_sign_is_refused(void **state)
{
    const struct hub_world *w = *state;
    char path[128];
    struct hub_cli c = { .region = path };
    struct trouble t;

    (void)snprintf(path, sizeof path, "%s/half", w->home);
    /* Without the last founder's line. */
    size_t len = w->region_len - 1;
    while (w->region_text[len - 1] != '\n')
        len--;
    assert_err(file_write(path, w->region_text, len, 0600, NULL), OK);
    assert_err(command(w, hub_cmd_init, &c, &t, NULL), ERR_SIGNATURE);
}

static void a_join_request_with_a_flipped_byte_is_refused(void **state)
{
    const struct hub_world *w = *state;
    char request[128], welcome[128];
    struct hub_cli c = { .argument = request, .output = welcome };
    struct trouble t;
    uint8_t *data = NULL;
    struct stat st;
    size_t len;

    (void)snprintf(request, sizeof request, "%s/school.req", w->home);
    (void)snprintf(welcome, sizeof welcome, "%s/never", w->home);
    assert_err(file_read(request, 65536, &data, &len, NULL), OK);
    for (size_t i = 0; i < len; i += 61) {
        data[i] ^= 4;
        assert_err(file_write(request, data, len, 0600, NULL), OK);
        if (command(w, hub_cmd_welcome, &c, &t, NULL) == OK)
            fail_msg("byte %zu", i);
        assert_int_equal(stat(welcome, &st), -1);
        data[i] ^= 4;
    }
    free(data);
}

static void a_welcome_verifies_at_the_partner(void **state)
{
    const struct hub_world *w = *state;
    struct proto_welcome got;
    struct trouble t = { 0 };
    uint8_t *data = NULL;
    char path[128];
    size_t len;

    (void)snprintf(path, sizeof path, "%s/team.welcome", w->home);
    assert_err(file_read(path, 65536, &data, &len, NULL), OK);
    assert_err(proto_welcome_check(w->region, data, len, &got, &t), OK);
    assert_memory_equal(got.partner, w->partner[1].id, PROTO_PARTNER_LEN);
    assert_string_equal(got.address, w->address);
    free(data);
}

static void welcome_needs_to_know_where_to(void **state)
{
    struct hub_cli c = { .argument = "nothing" };
    struct trouble t;

    assert_err(command(*state, hub_cmd_welcome, &c, &t, NULL), ERR_USAGE);
}

static void partners_are_listed_with_how_they_stand(void **state)
{
    const struct hub_world *w = *state;
    struct hub_cli c = { 0 }, block = { .argument = "team" };
    struct trouble t;
    const cJSON *row;
    cJSON *reply;
    size_t rows = 0;

    assert_err(command(w, hub_cmd_block, &block, &t, NULL), OK);
    assert_err(command(w, hub_cmd_partners, &c, &t, &reply), OK);
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(reply, "partners")) {
        bool is_team = strcmp(cJSON_GetObjectItem(row, "handle")->valuestring, "team") == 0;

        assert_true(cJSON_IsTrue(cJSON_GetObjectItem(row, "joined")));
        assert_int_equal(cJSON_IsTrue(cJSON_GetObjectItem(row, "blocked")), is_team);
        rows++;
    }
    assert_int_equal(rows, HUB_WORLD_PARTNERS);
    cJSON_Delete(reply);
    block.undo = true;
    assert_err(command(w, hub_cmd_block, &block, &t, NULL), OK);
    assert_err(command(w, hub_cmd_partners, &c, &t, &reply), OK);
    cJSON_ArrayForEach(row, cJSON_GetObjectItem(reply, "partners"))
        assert_false(cJSON_IsTrue(cJSON_GetObjectItem(row, "blocked")));
    cJSON_Delete(reply);
}

static void a_partner_that_is_not_there_cannot_be_blocked(void **state)
{
    struct hub_cli c = { .argument = "nobody" };
    struct trouble t;

    assert_err(command(*state, hub_cmd_block, &c, &t, NULL), ERR_NOTFOUND);
    assert_string_equal(t.where, "nobody");
}

static void status_of_a_stopped_hub_fails_and_says_how_to_start(void **state)
{
    struct hub_cli c = { 0 };
    struct trouble t;

    assert_err(command(*state, hub_cmd_status, &c, &t, NULL), ERR_PEER);
    assert_non_null(strstr(t.text, "schakel-hub run"));
}

static void export_of_a_hub_that_never_ran_says_so(void **state)
{
    struct hub_cli c = { .argument = "/tmp/hub-world-never" };
    struct trouble t;

    assert_err(command(*state, hub_cmd_export, &c, &t, NULL), ERR_STATE);
}

static void run_with_another_pack_is_refused_before_anything_starts(void **state)
{
    const struct hub_world *w = *state;
    char pack[128], path[160], from[300], conf[160], text[300];
    struct hub_cli c = { 0 };
    struct trouble t;
    static const char *const tables[] = { "kinds", "purposes", "grounds", "sections", "events", "rules", "parameters", "weighing" };

    (void)snprintf(pack, sizeof pack, "%s/pack", w->home);
    assert_err(file_mkdirs(pack, NULL), OK);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        uint8_t *data = NULL;
        size_t len;

        (void)snprintf(from, sizeof from, "%s/%s.csv", PACK, tables[i]);
        (void)snprintf(path, sizeof path, "%s/%s.csv", pack, tables[i]);
        assert_err(file_read(from, 1 << 20, &data, &len, NULL), OK);
        if (i == 0)
            data[len++] = '\n';
        assert_err(file_write(path, data, len, 0600, NULL), OK);
        free(data);
    }
    (void)snprintf(conf, sizeof conf, "%s/schakel.conf", w->home);
    (void)snprintf(text, sizeof text, "listen = 127.0.0.1:7610\nplain = yes\n");
    assert_err(file_write(conf, text, strlen(text), 0600, NULL), OK);
    assert_err(command(w, hub_cmd_run, &c, &t, NULL), ERR_CONFIG);
    assert_string_equal(t.where, pack);
}

static void a_setting_that_is_not_known_is_named_with_its_line(void **state)
{
    const struct hub_world *w = *state;
    char conf[160];
    static const char text[] = "listen = 127.0.0.1:7610\nlissen = 1\n";
    struct hub_cli c = { 0 };
    struct trouble t;

    (void)snprintf(conf, sizeof conf, "%s/schakel.conf", w->home);
    assert_err(file_write(conf, text, strlen(text), 0600, NULL), OK);
    assert_true(command(w, hub_cmd_run, &c, &t, NULL) != OK);
    assert_int_equal(t.line, 2);
}

static void a_damaged_key_file_is_named(void **state)
{
    const struct hub_world *w = *state;
    uint8_t secret[64];
    struct trouble t = { 0 };
    char path[160];

    (void)snprintf(path, sizeof path, "%s/keys/log", w->home);
    assert_err(file_write(path, "00ff\n", 5, 0600, NULL), OK);
    memset(secret, 7, sizeof secret);
    assert_err(hub_home_secret_get(w->home, "log", secret, sizeof secret, &t), ERR_SYNTAX);
    assert_int_equal(secret[0], 7);
    assert_string_equal(t.where, "keys/log");
}

/* What a command prints, from its words. Gives *text (free()). Returns the exit code. */
static int answered(const struct hub_world *w, int argc, char **argv, uint8_t **text, size_t *len)
{
    char path[HUB_PATH_MAX];
    int kept = dup(STDOUT_FILENO), code;

    assert_true(kept >= 0);
    (void)snprintf(path, sizeof path, "%s/printed", w->home);
    (void)fflush(stdout);
    assert_non_null(freopen(path, "w", stdout));
    code = hub_cli_main(argc, argv);
    (void)fflush(stdout);
    assert_true(dup2(kept, STDOUT_FILENO) >= 0);
    (void)close(kept);
    assert_err(file_read(path, 16384, text, len, NULL), OK);
    return code;
}

/* Of each command: in Dutch to the last word, and no wider than a terminal. */
static void help_is_in_the_language_that_was_asked(void **state)
{
    for (const struct hub_cli_row *r = hub_cli_rows; r->name != NULL; r++) {
        char program[] = "schakel-hub", name[32], help[] = "--help", lang[] = "--lang=nl", *argv[] = { program, name, help, lang, NULL };
        uint8_t *text = NULL;
        size_t len = 0, wide = 0;

        (void)snprintf(name, sizeof name, "%s", r->name);
        assert_int_equal(answered(*state, 4, argv, &text, &len), 0);
        assert_memory_equal(text, "gebruik: schakel-hub ", 21);
        for (size_t i = 0; i < len; i++) {
            wide = text[i] == '\n' ? 0 : wide + ((text[i] & 0xc0) != 0x80);
            assert_true(wide <= 80);
        }
        assert_non_null(strstr((const char *)text, "--help  "));
        free(text);
    }
}

/* Also where the option after it was to say that the answer is for a program. */
static void an_option_that_is_none_is_named(void **state)
{
    char program[] = "schakel-hub", name[] = "status", option[] = "--nothing", json[] = "--json", *argv[] = { program, name, option, json, NULL };
    uint8_t *text = NULL;
    size_t len = 0;

    assert_int_equal(answered(*state, 4, argv, &text, &len), err_exit(ERR_USAGE));
    assert_non_null(strstr((const char *)text, "\"where\":\"--nothing\""));
    free(text);
}

/* Characters of a terminal of 80 columns, in both languages; every command is there. */
static void the_list_of_commands_fits_a_terminal(void **state)
{
    static const char *const langs[] = { "--lang=en", "--lang=nl" };

    (void)state;
    for (size_t l = 0; l < 2; l++) {
        char program[] = "schakel-hub", help[] = "--help", lang[10], *argv[] = { program, help, lang, NULL }, *text;
        struct captured c = captured_begin(stdout);
        size_t wide = 0;
        int code;

        memcpy(lang, langs[l], sizeof lang);
        code = hub_cli_main(3, argv);
        text = captured_end(&c);
        assert_int_equal(code, 0);
        for (const char *p = text; *p != '\0'; p++) {
            wide = *p == '\n' ? 0 : wide + (((unsigned char)*p & 0xc0) != 0x80);
            assert_true(wide <= 80);
        }
        for (const struct hub_cli_row *r = hub_cli_rows; r->name != NULL; r++) {
            char row[64];

            (void)snprintf(row, sizeof row, "\n  %-12s", r->name);
            assert_non_null(strstr(text, row));
        }
        free(text);
    }
}

/* What the program prints, whole; it lies beside this one. */
static void printed(const struct hub_world *w, const char *what, char *out, size_t room)
{
    char self[PATH_MAX], line[PATH_MAX + 200];
    ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
    size_t used;
    FILE *f;

    assert_true(len > 0);
    self[len] = '\0';
    (void)snprintf(line, sizeof line, "%s/schakel-hub %s --home %s", dirname(self), what, w->home);
    f = popen(line, "r");
    assert_non_null(f);
    used = fread(out, 1, room - 1, f);
    out[used] = '\0';
    (void)pclose(f);
}

/* Core writes the status; taken over, it must not write to its operator's terminal. */
static void a_status_moves_no_cursor(void **state)
{
    const struct hub_world *w = *state;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof at;
    char path[128], text[200], out[4096];
    int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    /* A hub is asked whether it takes connections. */
    assert_true(door >= 0 && bind(door, (const struct sockaddr *)&at, sizeof at) == 0 && listen(door, 4) == 0
        && getsockname(door, (struct sockaddr *)&at, &len) == 0);
    (void)snprintf(path, sizeof path, "%s/schakel.conf", w->home);
    (void)snprintf(text, sizeof text, "listen = 127.0.0.1:%u\n", (unsigned)ntohs(at.sin_port));
    assert_err(file_write(path, (const uint8_t *)text, strlen(text), 0600, NULL), OK);
    (void)snprintf(path, sizeof path, "%s/run/status.json", w->home);
    (void)snprintf(text, sizeof text,
        "{\"state\":\"running\",\"pid\":%d,\"time\":1700000000,\"pack\":\"<\\u001b]0;x\\u0007\\u009b2J\\u007f\\u202e\\u00e9>\"}", (int)getpid());
    assert_err(file_write(path, (const uint8_t *)text, strlen(text), 0600, NULL), OK);
    printed(w, "status", out, sizeof out);
    assert_int_equal(close(door), 0);
    assert_non_null(strstr(out, "< ]0;x  2J  \xc3\xa9>"));
    for (const char *p = out; *p != '\0'; p++)
        assert_true(*p == '\n' || ((unsigned char)*p >= ' ' && *p != 0x7f));
}

static void write_status(const struct hub_world *w, const char *text)
{
    char path[128];

    (void)snprintf(path, sizeof path, "%s/run/status.json", w->home);
    assert_err(file_write(path, (const uint8_t *)text, strlen(text), 0600, NULL), OK);
}

/* What a hub that ended wrote last must not read as if it were of now. */
static void witnesses_are_told_of_with_whether_the_hub_runs(void **state)
{
    char text[300];
    const struct hub_world *w = *state;

    for (int runs = 0; runs < 2; runs++) {
        struct hub_cli c = { .json = true };
        struct trouble t;
        cJSON *reply = NULL, *row;

        (void)snprintf(text, sizeof text, "{\"state\":\"%s\",\"pid\":%d,\"time\":1700000000,\"outside\":[{\"witness\":\"w\",\"log\":\"l\","
            "\"state\":\"cosigns\",\"since\":1700000000,\"leaves\":7}]}", runs ? "running" : "stopped", (int)getpid());
        write_status(w, text);
        assert_err(command(w, hub_cmd_witnesses, &c, &t, &reply), OK);
        assert_int_equal(cJSON_IsTrue(cJSON_GetObjectItem(reply, "running")), runs);
        row = cJSON_GetArrayItem(cJSON_GetObjectItem(reply, "outside"), 0);
        assert_string_equal(cJSON_GetObjectItem(row, "state")->valuestring, "cosigns");
        cJSON_Delete(reply);
    }
}

static void a_damaged_status_is_named(void **state)
{
    hub_command *const reads[] = { hub_cmd_status, hub_cmd_witnesses };

    write_status(*state, "{\"state\":");
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        struct hub_cli c = { 0 };
        struct trouble t;

        assert_err(command(*state, reads[i], &c, &t, NULL), ERR_SYNTAX);
        assert_non_null(strstr(t.where, "run/status.json"));
    }
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, open_world, close_world)
    const struct CMUnitTest tests[] = {
        T(init_twice_says_what_to_do), T(the_list_of_commands_fits_a_terminal),
        T(help_is_in_the_language_that_was_asked), T(an_option_that_is_none_is_named), T(secrets_are_for_the_hub_alone), T(the_same_region_may_be_installed_again),
        T(a_region_of_another_hub_is_refused), T(a_region_that_somebody_did_not_sign_is_refused),
        T(a_join_request_with_a_flipped_byte_is_refused), T(a_welcome_verifies_at_the_partner), T(welcome_needs_to_know_where_to),
        T(partners_are_listed_with_how_they_stand), T(a_partner_that_is_not_there_cannot_be_blocked),
        T(status_of_a_stopped_hub_fails_and_says_how_to_start), T(a_status_moves_no_cursor),
        T(witnesses_are_told_of_with_whether_the_hub_runs), T(a_damaged_status_is_named), T(export_of_a_hub_that_never_ran_says_so),
        T(run_with_another_pack_is_refused_before_anything_starts), T(a_setting_that_is_not_known_is_named_with_its_line),
        T(a_damaged_key_file_is_named),
    };

    return sodium_init() < 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
