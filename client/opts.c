/* client/cmd: options, from a row to JSON. */
#include "client/cmd.h"

#include "base/file.h"
#include "base/text.h"
#include "client/ask.h"
#include "client/paper.h"
#include "client/texts.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_FIRST = 512, KEY_JSON = 1024, KEY_LANG, KEY_HOME, KEY_AS, KEY_FD, KEY_FROM, KEY_HELP, COMMON = 7 };

static const struct { const char *name; int key; const char *value; struct client_words help; } common[COMMON] = {
    {"json", KEY_JSON, NULL, {"answer in JSON", "antwoord in JSON"}},
    {"lang", KEY_LANG, "nl|en", {"language of texts", "taal van de teksten"}},
    {"home", KEY_HOME, "DIR", {"the partner's folder", "de map van de partner"}},
    {"as", KEY_AS, "LOGIN", {"whose session to use", "wiens sessie wordt gebruikt"}},
    {"passphrase-fd", KEY_FD, "N", {"read passphrases as lines from descriptor N", "lees wachtzinnen als regels van descriptor N"}},
    {"from", KEY_FROM, "FILE.csv", {"do it for each row; columns are option names", "doe het voor elke rij; kolommen zijn namen van opties"}},
    {"help", KEY_HELP, NULL, {"this text", "deze tekst"}},
};

struct parse { struct client_run *r; bool *help; size_t bare; enum err err; };

void client_opts_key(const char *name, char *out, size_t out_len)
{
    size_t n = strnlen(name, out_len - 1);

    for (size_t i = 0; i < n; i++)
        out[i] = name[i] == '-' ? '_' : name[i];
    out[n] = '\0';
}

static bool is_bare(const struct client_opt *o)
{
    return o->type == CLIENT_OPT_ARG || o->type == CLIENT_OPT_ARGS;
}

static bool is_secret(const struct client_opt *o)
{
    return o->type == CLIENT_OPT_SECRET || o->type == CLIENT_OPT_NEW_SECRET;
}

bool client_opts_is_cell(const struct client_opt *o)
{
    return !is_secret(o) && o->type != CLIENT_OPT_FILE;
}

/* As a person types it: "--valid-until"; a bare argument by its name in --help. */
static void typed(const struct client_opt *o, char out[64])
{
    (void)snprintf(out, 64, "%s%s", is_bare(o) ? "" : "--", is_bare(o) && o->value != NULL ? o->value : o->name);
}

static enum err add_file(struct client_run *r, const char *key, const char *path)
{
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(path, CLIENT_OPT_FILE_MAX, &data, &len, r->t);

    if (e == OK && !text_is_utf8(data, len))
        e = trouble_at(r->t, ERR_SYNTAX, path, 0, 0, "is not text in UTF-8", "is geen tekst in UTF-8");
    if (e == OK)
        json_add_text(r->args, key, (const char *)data);
    free(data);
    return e;
}

static enum err add_many(struct client_run *r, const char *key, const char *value)
{
    cJSON *array = cJSON_GetObjectItemCaseSensitive(r->args, key);

    if (array == NULL)
        array = json_add_array(r->args, key);
    json_push_text(array, value);
    return OK;
}

enum err client_opts_set(struct client_run *r, const struct client_opt *o, const char *value)
{
    char key[64], shown[64];
    uint64_t number;
    bool many = o->type == CLIENT_OPT_MANY || o->type == CLIENT_OPT_ARGS;

    client_opts_key(o->name, key, sizeof key);
    typed(o, shown);
    if (!many && cJSON_GetObjectItemCaseSensitive(r->args, key) != NULL)
        return trouble_at(r->t, ERR_USAGE, shown, 0, 0, "is given twice", "is twee keer gegeven");
    if (value != NULL && !text_is_utf8((const uint8_t *)value, strlen(value)))
        return trouble_at(r->t, ERR_USAGE, shown, 0, 0, "is not text in UTF-8", "is geen tekst in UTF-8");
    if (many)
        return add_many(r, key, value);
    if (o->type == CLIENT_OPT_FILE)
        return add_file(r, key, value);
    if (o->type == CLIENT_OPT_FLAG) {
        json_add_bool(r->args, key, true);
        return OK;
    }
    if (o->type != CLIENT_OPT_NUMBER) {
        json_add_text(r->args, key, value);
        return OK;
    }
    if (text_u64(value, (uint64_t)1 << 53, &number) != OK)
        return trouble_at(r->t, ERR_USAGE, shown, 0, 0, "must be a whole number", "moet een geheel getal zijn");
    json_add_u64(r->args, key, number);
    return OK;
}

static enum err add_bare(struct parse *p, const char *value)
{
    size_t at = 0;

    for (const struct client_opt *o = p->r->cmd->opts; o != NULL && o->name != NULL; o++) {
        if (!is_bare(o))
            continue;
        if (at == p->bare || o->type == CLIENT_OPT_ARGS) {
            p->bare += o->type == CLIENT_OPT_ARG;
            return client_opts_set(p->r, o, value);
        }
        at++;
    }
    return trouble_at(p->r->t, ERR_USAGE, value, 0, 0, "this command takes no such argument; see --help",
        "deze opdracht kent dit argument niet; zie --help");
}

static enum err set_common(struct parse *p, int key, char *value)
{
    struct client_run *r = p->r;
    uint64_t n = 0;

    switch (key) {
    case KEY_JSON: r->json = true; return OK;
    case KEY_HELP: *p->help = true; return OK;
    case KEY_HOME: r->home = value; return OK;
    case KEY_AS: r->as = value; return OK;
    case KEY_FROM: r->from = value; return OK;
    case KEY_FD:
        if (text_u64(value, 1023, &n) != OK)
            return trouble_at(r->t, ERR_USAGE, "--passphrase-fd", 0, 0, "must be a number", "moet een getal zijn");
        r->passphrase_fd = (int)n;
        return OK;
    case KEY_LANG:
        if (strcmp(value, "nl") != 0 && strcmp(value, "en") != 0)
            return trouble_at(r->t, ERR_USAGE, "--lang", 0, 0, "must be nl or en", "moet nl of en zijn");
        r->lang = r->t->lang = strcmp(value, "nl") == 0 ? LANG_NL : LANG_EN;
        return OK;
    default: return ERR_USAGE;
    }
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
    struct parse *p = state->input;

    /* The next option taken for the value of this one would be read as anything but what is wrong. */
    if (key != ARGP_KEY_ARG && arg != NULL && arg == state->argv[state->next - 1] && strncmp(arg, "--", 2) == 0)
        p->err = trouble_at(p->r->t, ERR_USAGE, state->argv[state->next - 2], 0, 0,
            "the value is missing; one that begins with -- is written %s=VALUE",
            "de waarde ontbreekt; een die met -- begint schrijf je als %s=WAARDE", state->argv[state->next - 2]);
    else if (key == ARGP_KEY_ARG)
        p->err = add_bare(p, arg);
    else if (key >= KEY_JSON && key < KEY_JSON + COMMON)
        p->err = set_common(p, key, arg);
    else if (key >= KEY_FIRST && key < KEY_FIRST + CLIENT_OPTS_MAX)
        p->err = client_opts_set(p->r, &p->r->cmd->opts[key - KEY_FIRST], arg);
    else
        return ARGP_ERR_UNKNOWN;
    return p->err == OK ? 0 : EINVAL;
}

/* argp says that something is wrong with an option, but not with which. NULL: all are known. */
static const char *unknown_option(int argc, char **argv, const struct argp_option *options)
{
    for (int i = 1; i < argc; i++) {
        size_t len = strcspn(argv[i], "="), matches = 0;

        if (strncmp(argv[i], "--", 2) != 0 || len == 2) {
            if (argv[i][0] == '-' && argv[i][1] != '\0')
                return argv[i];
            continue;
        }
        for (const struct argp_option *o = options; o->name != NULL; o++)
            matches += strncmp(o->name, argv[i] + 2, len - 2) == 0;
        if (matches == 0)
            return argv[i];
    }
    return NULL;
}

/* A flag that was given a value; NULL: none was. */
static const char *valued_flag(int argc, char **argv, const struct argp_option *options)
{
    for (int i = 1; i < argc; i++) {
        size_t len = strcspn(argv[i], "=");

        if (strncmp(argv[i], "--", 2) != 0 || argv[i][len] == '\0')
            continue;
        for (const struct argp_option *o = options; o->name != NULL; o++)
            if (o->arg == NULL && strncmp(o->name, argv[i] + 2, len - 2) == 0)
                return argv[i];
    }
    return NULL;
}

static enum err tell_usage(struct trouble *t, int argc, char **argv, const struct argp_option *options)
{
    const char *at = unknown_option(argc, argv, options);

    if (at != NULL)
        return trouble_at(t, ERR_USAGE, at, 0, 0, "this command does not know this option; see --help",
            "deze opdracht kent deze optie niet; zie --help");
    at = valued_flag(argc, argv, options);
    if (at != NULL)
        return trouble_at(t, ERR_USAGE, at, 0, 0, "this option has no value; see --help", "deze optie heeft geen waarde; zie --help");
    return trouble_at(t, ERR_USAGE, argv[argc - 1], 0, 0, "the value is missing; see --help", "de waarde ontbreekt; zie --help");
}

enum err client_opts_parse(struct client_run *r, int argc, char **argv, bool *help)
{
    struct argp_option options[CLIENT_OPTS_MAX + COMMON + 1];
    struct argp argp = {.options = options, .parser = parse_one};
    struct parse p = {.r = r, .help = help};
    size_t n = 0;

    memset(options, 0, sizeof options);
    for (size_t i = 0; r->cmd->opts != NULL && r->cmd->opts[i].name != NULL; i++) {
        const struct client_opt *o = &r->cmd->opts[i];

        if (i == CLIENT_OPTS_MAX)
            abort();
        if (!is_bare(o) && !is_secret(o))
            options[n++] = (struct argp_option){.name = o->name, .key = KEY_FIRST + (int)i, .arg = o->type == CLIENT_OPT_FLAG ? NULL : "VALUE"};
    }
    for (size_t i = 0; i < COMMON; i++)
        options[n++] = (struct argp_option){.name = common[i].name, .key = common[i].key, .arg = common[i].value};
    if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, &p) == 0)
        return OK;
    if (p.err != OK)
        return p.err;
    return tell_usage(r->t, argc, argv, options);
}

/* A command that needs something and takes both is about one child. */
static bool lacks_child(const struct client_run *r, const cJSON *args)
{
    bool number = false, by_case = false;

    for (const struct client_opt *o = r->cmd->opts; o != NULL && o->name != NULL; o++) {
        number = number || (strcmp(o->name, "number") == 0 && !o->required);
        by_case = by_case || (strcmp(o->name, "case") == 0 && !o->required);
    }
    return number && by_case && cJSON_GetObjectItemCaseSensitive(args, "number") == NULL
        && cJSON_GetObjectItemCaseSensitive(args, "case") == NULL;
}

/* The first that is missing with what it is, the others by name: they are given in one go. */
enum err client_opts_check(const struct client_run *r, const cJSON *args, struct trouble *t)
{
    const struct client_opt *first = NULL;
    bool nl = t != NULL && t->lang == LANG_NL;
    char key[64], shown[64], where[64] = "", rest[240] = "";

    for (const struct client_opt *o = r->cmd->opts; o != NULL && o->name != NULL; o++) {
        size_t at = strlen(rest);

        client_opts_key(o->name, key, sizeof key);
        if (!o->required || is_secret(o) || cJSON_GetObjectItemCaseSensitive(args, key) != NULL)
            continue;
        typed(o, shown);
        if (first == NULL)
            (void)snprintf(where, sizeof where, "%s", shown);
        else
            (void)snprintf(rest + at, sizeof rest - at, ", %s", shown);
        first = first == NULL ? o : first;
    }
    if (first == NULL)
        return OK;
    if (lacks_child(r, args))
        (void)snprintf(rest + strlen(rest), sizeof rest - strlen(rest), nl ? ", --case of --number" : ", --case or --number");
    return trouble_at(t, ERR_USAGE, where, 0, 0, "is needed: %s%s%s", "is nodig: %s%s%s", nl ? first->help.nl : first->help.en,
        rest[0] == '\0' ? "" : nl ? ". Ook nodig: " : ". Needed too: ", rest[0] == '\0' ? "" : rest + 2);
}

enum err client_opts_ask(struct client_run *r)
{
    char key[64], *words = NULL;
    enum err e = OK;

    for (const struct client_opt *o = r->cmd->opts; e == OK && o != NULL && o->name != NULL; o++) {
        if (!is_secret(o))
            continue;
        client_opts_key(o->name, key, sizeof key);
        e = client_ask(r->passphrase_fd, r->lang == LANG_NL ? o->value_nl : o->value, o->type == CLIENT_OPT_NEW_SECRET, &words, r->t);
        if (e == OK)
            json_add_text(r->args, key, words);
        client_ask_drop(words);
        words = NULL;
    }
    return e;
}

/* ---- help ---- */

enum { HELP_COLUMN = 28 };

static void help_line(const struct client_paper *p, const char *dashes, const char *name, const char *value, const char *text)
{
    char left[96];
    int at = client_paper_tab(p, 0, 2);

    (void)snprintf(left, sizeof left, "%s%s%s%s", dashes, name, value != NULL ? " " : "", value != NULL ? client_texts_value(value, p->lang) : "");
    at = client_paper_tab(p, at + client_paper_put(p, CLIENT_BOLD, left), HELP_COLUMN);
    client_paper_fill(p, CLIENT_PLAIN, at, HELP_COLUMN, text);
}

/* As it is typed: "--name VALUE", and bare arguments by the name of their value. */
static void help_option(const struct client_paper *p, const struct client_opt *o)
{
    char line[320];

    if (is_secret(o))
        return;
    (void)snprintf(line, sizeof line, "%s%s", client_paper_say(p, o->help.en, o->help.nl),
        o->required ? client_paper_say(p, " (needed)", " (nodig)") : "");
    if (is_bare(o))
        help_line(p, "", client_texts_value(o->value != NULL ? o->value : o->name, p->lang), NULL, line);
    else
        help_line(p, "--", o->name, o->type == CLIENT_OPT_FLAG ? NULL : o->value != NULL ? o->value : "VALUE", line);
}

bool client_opts_takes_rows(const struct client_cmd *cmd)
{
    bool any = false;

    for (const struct client_opt *o = cmd->opts; o != NULL && o->name != NULL; o++)
        any = any || client_opts_is_cell(o);
    return any && cmd->call != NULL && cmd->local == NULL;
}

void client_opts_help(const struct client_cmd *cmd, enum lang lang)
{
    char usage[320];
    struct client_paper p;
    size_t used;

    client_paper_init(&p, lang);
    used = (size_t)snprintf(usage, sizeof usage, "%s: schakel %s [%s]", client_paper_say(&p, "usage", "gebruik"), cmd->name,
        client_paper_say(&p, "options", "opties"));
    for (const struct client_opt *o = cmd->opts; o != NULL && o->name != NULL && used < sizeof usage; o++)
        if (is_bare(o))
            used += (size_t)snprintf(usage + used, sizeof usage - used, " %s%s", client_texts_value(o->value != NULL ? o->value : o->name, lang),
                o->type == CLIENT_OPT_ARGS ? "..." : "");
    client_paper_line(&p, CLIENT_PLAIN, 0, "%s", "%s", usage);
    client_paper_line(&p, CLIENT_PLAIN, 0, "%s\n", "%s\n", client_paper_say(&p, cmd->help.en, cmd->help.nl));
    for (const struct client_opt *o = cmd->opts; o != NULL && o->name != NULL; o++)
        help_option(&p, o);
    if (cmd->opts != NULL && cmd->opts->name != NULL)
        client_paper_line(&p, CLIENT_DIM, 0, "\nWith every command:", "\nBij elke opdracht:");
    for (size_t i = 0; i < COMMON; i++)
        if (common[i].key != KEY_FROM || client_opts_takes_rows(cmd))
            help_line(&p, "--", common[i].name, common[i].value, client_paper_say(&p, common[i].help.en, common[i].help.nl));
}
