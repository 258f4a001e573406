#include "client/cmd.h"

#include "base/args.h"
#include "base/clock.h"
#include "client/calls.h"
#include "client/cmds.h"
#include "client/control.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HOME_DEFAULT "/var/lib/schakel"

static const struct client_cmd *const tables[] = {client_base_cmds, client_casework_cmds};

/* How many words of argv are this command's name; 0: another. */
static int words_match(const char *name, int argc, char **argv)
{
    int n = 0;

    while (*name != '\0') {
        size_t len = strcspn(name, " ");

        if (n >= argc || strlen(argv[n]) != len || strncmp(argv[n], name, len) != 0)
            return 0;
        n++;
        name += len;
        name += *name == ' ';
    }
    return n;
}

static const struct client_cmd *find(int argc, char **argv, int *used)
{
    const struct client_cmd *best = NULL;

    *used = 0;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct client_cmd *c = tables[i]; c->name != NULL; c++) {
            int n = words_match(c->name, argc, argv);

            if (n > *used) {
                *used = n;
                best = c;
            }
        }
    return best;
}

/* The command whose name shares the longest start, at least three letters; NULL: none. */
static const char *nearest(const char *word)
{
    const char *best = NULL;
    size_t longest = 2;

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct client_cmd *c = tables[i]; c->name != NULL; c++) {
            size_t n = 0;

            while (word[n] != '\0' && word[n] == c->name[n])
                n++;
            if (n > longest) {
                longest = n;
                best = c->name;
            }
        }
    return best;
}

static bool is_group(const char *first)
{
    size_t len = strlen(first);

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct client_cmd *c = tables[i]; c->name != NULL; c++)
            if (strncmp(c->name, first, len) == 0 && c->name[len] == ' ')
                return true;
    return false;
}

static enum lang lang_of_environment(void)
{
    const char *names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && *value != '\0')
            return strncmp(value, "nl", 2) == 0 ? LANG_NL : LANG_EN;
    }
    return LANG_EN;
}

/* --lang and --json count for errors in the options before them, too. */
static void look_ahead(struct client_run *r, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const char *lang = strncmp(argv[i], "--lang=", 7) == 0 ? argv[i] + 7
            : strcmp(argv[i], "--lang") == 0 && i + 1 < argc  ? argv[i + 1]
                                                              : "";
        if (strcmp(lang, "nl") == 0 || strcmp(lang, "en") == 0)
            r->lang = strcmp(lang, "nl") == 0 ? LANG_NL : LANG_EN;
        if (strcmp(argv[i], "--json") == 0)
            r->json = true;
    }
    r->t->lang = r->lang;
}

/* ---- running ---- */

/* Several calls may be made with the same arguments. */
static void set_text(cJSON *args, const char *key, const char *value)
{
    cJSON_DeleteItemFromObjectCaseSensitive(args, key);
    json_add_text(args, key, value);
}

static void wipe_secrets(const struct client_cmd *cmd, cJSON *args)
{
    char key[64];

    for (const struct client_opt *o = cmd->opts; o != NULL && o->name != NULL; o++) {
        cJSON *item;

        if (o->type != CLIENT_OPT_SECRET && o->type != CLIENT_OPT_NEW_SECRET)
            continue;
        client_opts_key(o->name, key, sizeof key);
        item = cJSON_GetObjectItemCaseSensitive(args, key);
        if (cJSON_IsString(item))
            sodium_memzero(item->valuestring, strlen(item->valuestring));
    }
}

const char *client_run_text(const struct client_run *r, const char *key)
{
    const char *text = NULL;

    return json_text(r->args, key, &text) == OK ? text : NULL;
}

/* A node that is told nothing waits this long by itself. */
static void set_wait(cJSON *args)
{
    uint32_t wait_ms = clock_patience_ms(CLIENT_WAIT_MS);

    if (wait_ms != CLIENT_WAIT_MS && !cJSON_HasObjectItem(args, "wait_ms"))
        json_add_u64(args, "wait_ms", wait_ms);
}

enum err client_run_call_as_nobody(struct client_run *r, const char *command, cJSON **reply)
{
    int fd = -1;
    cJSON *answer = NULL;
    enum err e = client_control_connect(r->home, &fd, r->t);

    set_text(r->args, "command", command);
    set_text(r->args, "lang", r->lang == LANG_NL ? "nl" : "en");
    set_wait(r->args);
    if (e == OK)
        e = client_control_send(fd, r->args, r->t);
    if (e == OK)
        e = client_control_receive(fd, &answer, r->t);
    if (e == OK)
        e = client_control_check(answer, r->t);
    if (fd >= 0)
        (void)close(fd);
    if (e == OK) {
        *reply = answer;
        answer = NULL;
    } else {
        cJSON_Delete(r->details);
        r->details = cJSON_DetachItemFromObjectCaseSensitive(answer, "error");
    }
    cJSON_Delete(answer);
    return e;
}

/* Whether somebody must be logged in is for the node to say; only then does it matter that several are. */
enum err client_run_call(struct client_run *r, const char *command, cJSON **reply)
{
    struct trouble several = {.lang = r->lang}, *t = r->t;
    char token[65];
    enum err who = client_session_token(r->home, r->as, token, &several), e;

    if (who != OK && r->as != NULL) {
        *t = several;
        return who;
    }
    if (who == OK)
        set_text(r->args, "token", token);
    sodium_memzero(token, sizeof token);
    e = client_run_call_as_nobody(r, command, reply);
    if (e == ERR_DENIED && who == ERR_USAGE) {
        *t = several;
        return who;
    }
    return e;
}

static enum err run(struct client_run *r)
{
    enum err e;

    if (r->from != NULL && client_opts_takes_rows(r->cmd))
        return client_from_run(r);
    if (r->from != NULL)
        return trouble_at(r->t, ERR_USAGE, "--from", 0, 0, "this command is given once, not for each row of a file",
            "deze opdracht geeft men één keer, niet voor elke rij van een bestand");
    e = client_opts_check(r, r->args, r->t);
    if (e == OK)
        e = client_opts_ask(r);
    if (e == OK)
        e = r->cmd->local != NULL ? r->cmd->local(r) : client_run_call(r, r->cmd->call, &r->reply);
    wipe_secrets(r->cmd, r->args);
    return e;
}

static enum err print_json(const cJSON *obj)
{
    char *text = NULL;
    enum err e = json_print(obj, &text);

    if (e == OK)
        (void)puts(text);
    free(text);
    return e;
}

/* Rows of the node's error go along in ours. */
static void add_details(cJSON *whole, cJSON *details)
{
    static const char *const keys[] = {"mistakes", "lacking"};
    cJSON *error = cJSON_GetObjectItemCaseSensitive(whole, "error");

    for (size_t i = 0; error != NULL && i < sizeof keys / sizeof *keys; i++) {
        cJSON *rows = cJSON_DetachItemFromObjectCaseSensitive(details, keys[i]);

        if (rows != NULL && !cJSON_AddItemToObject(error, keys[i], rows))
            cJSON_Delete(rows);
    }
}

static void print_trouble(const struct client_run *r)
{
    char line[800];
    cJSON *error = NULL;

    if (r->json) {
        error = client_print_error(r->t);
        add_details(error, r->details);
        if (print_json(error) != OK)
            (void)puts("{\"ok\":false,\"error\":{\"class\":\"nomem\",\"text\":\"no memory left: close other programs and try again\"}}");
        cJSON_Delete(error);
        return;
    }
    trouble_line(r->t, line, sizeof line);
    /* Where all that is lacking stands below, the first of it is not said twice. */
    if (cJSON_GetObjectItemCaseSensitive(r->details, "lacking") != NULL)
        (void)fprintf(stderr, "schakel: %s\n", r->lang == LANG_NL ? "dit kan nog niet; dit ontbreekt:" : "not yet; this is lacking:");
    else if (isatty(STDERR_FILENO) == 1)
        client_print_wrapped(stderr, r->lang, line);
    else
        client_print_line(stderr, line);
    client_print_details(stderr, r->lang, r->details);
}

/* What stops disclosures is said with every answer, apart from it; `status` begins with it. */
static void print_warning(const struct client_run *r)
{
    const char *warning = NULL;

    if (r->cmd->print == client_status_print)
        return;
    if (!r->json && json_text(r->reply, "warning", &warning) == OK)
        client_print_line(stderr, warning);
    if (!r->json)
        cJSON_DeleteItemFromObjectCaseSensitive(r->reply, "warning");
}

static enum err print_answer(const struct client_run *r)
{
    if (r->reply == NULL)
        return OK;
    print_warning(r);
    if (r->json && cJSON_GetObjectItemCaseSensitive(r->reply, "ok") == NULL)
        json_add_bool(r->reply, "ok", true);
    if (r->json)
        return print_json(r->reply);
    if (r->cmd->print != NULL)
        r->cmd->print(r, r->reply);
    else
        client_print_reply(r, r->reply);
    return OK;
}

static int finish(struct client_run *r, enum err e)
{
    bool trusted = true;

    /* A report that all is not well is an answer; the exit code says it too. */
    if (e == OK && r->result == OK && r->reply != NULL && json_bool(r->reply, "log_trusted", &trusted) == OK && !trusted)
        r->result = ERR_SIGNATURE;
    else if (e == OK && r->result == OK && cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(r->reply, "overdue")) != 0)
        r->result = ERR_PEER;
    if (e == OK)
        e = print_answer(r);
    if (e == OK && fflush(stdout) != 0)
        e = ERR_IO;
    /* A report per line was printed already where t is empty but the class is not. */
    if (e != OK && (r->from == NULL || r->t->err != OK)) {
        (void)trouble_set(r->t, e, "the command failed (%s)", "de opdracht is mislukt (%s)", err_word(e));
        print_trouble(r);
    }
    cJSON_Delete(r->args);
    cJSON_Delete(r->reply);
    cJSON_Delete(r->details);
    return err_exit(e == OK ? r->result : e);
}

/* Only options: what is asked for may stand behind --home or --lang. Returns the exit code. */
static int without_command(const struct client_run *r, int argc, char **argv)
{
    bool asked = argc >= 2 && (argv[1][0] != '-' || args_has(argc, argv, "--help"));

    if (!asked && args_has(argc, argv, "--version"))
        return printf("schakel %s\n", SCHAKEL_VERSION) < 0 ? err_exit(ERR_IO) : 0;
    client_usage_print(asked ? stdout : stderr, r->lang, NULL);
    return asked ? 0 : err_exit(ERR_USAGE);
}

/* "schakel case", and what of it there is. */
static int group_usage(const struct client_run *r, int argc, char **argv)
{
    bool asked = argc >= 3 && strcmp(argv[2], "--help") == 0;

    if (!asked && argc >= 3 && argv[2][0] != '-')
        (void)fprintf(stderr, "schakel: %s %s: %s\n", argv[1], argv[2],
            r->lang == LANG_NL ? "deze opdracht bestaat niet" : "there is no such command");
    client_usage_print(asked ? stdout : stderr, r->lang, argv[1]);
    return asked ? 0 : err_exit(ERR_USAGE);
}

static enum err no_such_command(const struct client_run *r, const char *name)
{
    const char *near = nearest(name);

    if (near == NULL)
        return trouble_at(r->t, ERR_USAGE, name, 0, 0, "there is no such command; see: schakel --help", "deze opdracht bestaat niet; zie: schakel --help");
    return trouble_at(r->t, ERR_USAGE, name, 0, 0, "there is no such command. Did you mean schakel %s? All of them: schakel --help",
        "deze opdracht bestaat niet. Bedoelt u schakel %s? Alle opdrachten: schakel --help", near);
}

int client_cmd_main(int argc, char **argv)
{
    static const char *const valued[] = {"--home", "--as", "--lang", "--passphrase-fd", NULL};
    struct trouble t = {.lang = LANG_EN};
    struct client_run r = {.lang = lang_of_environment(), .passphrase_fd = -1, .t = &t};
    bool help = false;
    int used = 0;
    const char *home = getenv("SCHAKEL_HOME");
    enum err e;

    r.home = home != NULL && *home != '\0' ? home : HOME_DEFAULT;
    args_command_first(argc, argv, valued);
    look_ahead(&r, argc, argv);
    if (argc < 2 || strcmp(argv[1], "help") == 0 || argv[1][0] == '-')
        return without_command(&r, argc, argv);
    r.cmd = find(argc - 1, argv + 1, &used);
    if (r.cmd == NULL)
        return is_group(argv[1]) && !r.json ? group_usage(&r, argc, argv) : finish(&r, no_such_command(&r, argv[1]));
    r.args = cJSON_CreateObject();
    e = client_opts_parse(&r, argc - used, argv + used, &help);
    if (e == OK && help) {
        client_opts_help(r.cmd, r.lang);
        cJSON_Delete(r.args);
        return 0;
    }
    return finish(&r, e == OK ? run(&r) : e);
}
