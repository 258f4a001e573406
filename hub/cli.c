#include "hub/cli.h"

#include "base/args.h"
#include "base/text.h"
#include "hub/cli_print.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#define HOME_DEFAULT "/var/lib/schakel-hub"

enum { KEY_HOME = 1000, KEY_JSON, KEY_LANG, KEY_NAME, KEY_ORIGIN, KEY_REGION, KEY_LISTEN, KEY_PLAIN, KEY_PACK, KEY_ADDRESS, KEY_MIRROR,
    KEY_REGISTRY, KEY_NEW_ORIGIN, KEY_CHECKPOINT, KEY_UNDO, KEY_NEWEST, KEY_LOST, KEY_HELP, OPTIONS_MAX = 24 };

/* bit 0: every command has it. */
static const struct option_row {
    const char *name;
    int key;
    const char *value;
    unsigned bit;
    const char *en, *nl;
} options[] = {
    { "home", KEY_HOME, "DIR", 0, "the hub's folder (else SCHAKEL_HOME, else " HOME_DEFAULT ")",
        "de map van de hub (anders SCHAKEL_HOME, anders " HOME_DEFAULT ")" },
    { "json", KEY_JSON, NULL, 0, "answer as one line of JSON", "antwoord als een regel JSON" },
    { "lang", KEY_LANG, "nl|en", 0, "language of texts", "taal van teksten" },
    { "name", KEY_NAME, "NAME", HUB_OPT_NAME, "short name, part of the log's name", "korte naam, deel van de naam van het logboek" },
    { "origin", KEY_ORIGIN, "TEXT", HUB_OPT_ORIGIN, "the log's name, instead of schakel-NAME.log",
        "de naam van het logboek, in plaats van schakel-NAAM.log" },
    { "region", KEY_REGION, "FILE", HUB_OPT_REGION, "install this region file", "installeer dit regiobestand" },
    { "listen", KEY_LISTEN, "HOST:PORT", HUB_OPT_LISTEN, "where the hub listens", "waar de hub luistert" },
    { "plain", KEY_PLAIN, NULL, HUB_OPT_PLAIN, "tcp without TLS, on this machine only", "tcp zonder TLS, alleen op deze machine" },
    { "pack", KEY_PACK, "DIR", HUB_OPT_PACK, "folder of the policy pack", "map van het beleidspakket" },
    { "output", 'o', "FILE", HUB_OPT_OUTPUT, "the file to write", "het bestand dat wordt geschreven" },
    { "address", KEY_ADDRESS, "HOST:PORT", HUB_OPT_ADDRESS, "where the partner reaches the hub (else the listening address)",
        "waar de partner de hub bereikt (anders het adres waarop hij luistert)" },
    { "mirror", KEY_MIRROR, "DIR", HUB_OPT_MIRROR, "a copy of the log, as export or a partner's mirror makes it",
        "een kopie van het logboek, zoals export of de spiegel van een partner die maakt" },
    { "registry", KEY_REGISTRY, "FILE", HUB_OPT_RESTORE, "a copy of the registry, from schakel partner export or a keyholder's folder",
        "een kopie van het register, van schakel partner export of uit de map van een sleutelhouder" },
    { "lost", KEY_LOST, NULL, HUB_OPT_RESTORE, "nobody has all leaves: write what is lost to --output, for two partners to sign",
        "niemand heeft alle bladen: schrijf naar --output wat weg is, voor twee partners om te tekenen" },
    { "new-origin", KEY_NEW_ORIGIN, "FILE", HUB_OPT_RESTORE, "what two partners signed: the log goes on under its next origin",
        "wat twee partners tekenden: het logboek gaat door onder zijn volgende oorsprong" },
    { "checkpoint", KEY_CHECKPOINT, "FILE", HUB_OPT_RESTORE, "a signed checkpoint of the log, longer than the hub knows of",
        "een ondertekend checkpoint van het logboek, langer dan de hub weet" },
    { "newest", KEY_NEWEST, NULL, HUB_OPT_RESTORE, "the hub was stopped before this backup and never ran since",
        "de hub was voor deze reservekopie gestopt en heeft sindsdien niet gedraaid" },
    { "undo", KEY_UNDO, NULL, HUB_OPT_UNDO, "end the block", "maak de blokkade ongedaan" },
    { "help", KEY_HELP, NULL, 0, "this text", "deze tekst" },
};

/* What stands for a value, in words. */
static const char *value_of(const char *value, enum lang lang)
{
    static const char *const dutch[][2] = { { "FILE", "BESTAND" }, { "DIR", "MAP" }, { "FOLDER", "MAP" }, { "NAME", "NAAM" }, { "TEXT", "TEKST" },
        { "HOST:PORT", "ADRES:POORT" } };

    for (size_t i = 0; lang == LANG_NL && i < sizeof dutch / sizeof *dutch; i++)
        if (strcmp(value, dutch[i][0]) == 0)
            return dutch[i][1];
    return value;
}

/* One command's options and what parsing fills. */
struct parsing {
    const struct hub_cli_row *row;
    struct hub_cli *cli;
    bool is_usage_wrong, is_lang_wrong, is_help;
};

static error_t on_option(int key, char *value, struct argp_state *state)
{
    struct parsing *p = state->input;
    struct hub_cli *c = p->cli;
    const char **text[] = { &c->home, NULL, NULL, &c->name, &c->origin, &c->region, &c->listen, NULL, &c->pack, &c->address, &c->mirror,
        &c->registry, &c->new_origin, &c->checkpoint };

    switch (key) {
    case KEY_JSON: c->json = true; return 0;
    case KEY_LANG:
        p->is_lang_wrong = strcmp(value, "nl") != 0 && strcmp(value, "en") != 0;
        c->lang = strcmp(value, "nl") == 0 ? LANG_NL : LANG_EN;
        return 0;
    case KEY_PLAIN: c->plain = true; return 0;
    case KEY_UNDO: c->undo = true; return 0;
    case KEY_NEWEST: c->newest = true; return 0;
    case KEY_LOST: c->lost = true; return 0;
    case KEY_HELP: p->is_help = true; return 0;
    case 'o': c->output = value; return 0;
    case ARGP_KEY_ARG:
        if (p->row->argument == NULL || c->argument != NULL)
            p->is_usage_wrong = true;
        c->argument = value;
        return 0;
    case ARGP_KEY_END:
        p->is_usage_wrong = p->is_usage_wrong || (p->row->argument != NULL && c->argument == NULL);
        return 0;
    default:
        if (key < KEY_HOME || key > KEY_CHECKPOINT)
            return ARGP_ERR_UNKNOWN;
        *text[key - KEY_HOME] = value;
        return 0;
    }
}

/* What is asked for: the first that no option of this row begins with; else one without its value, the last word. */
static const char *wrong_option(const struct argp_option *table, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        size_t len = strcspn(argv[i], "=");
        bool known = strncmp(argv[i], "--", 2) != 0 && (argv[i][0] != '-' || strncmp(argv[i], "-o", 2) == 0);

        for (const struct argp_option *o = table; !known && o->name != NULL && len > 2; o++)
            known = strncmp(o->name, argv[i] + 2, len - 2) == 0;
        if (!known)
            return argv[i];
    }
    return argv[argc - 1];
}

static enum err parse(struct parsing *p, int argc, char **argv)
{
    struct argp_option table[OPTIONS_MAX] = { { 0 } };
    struct argp argp = { .options = table, .parser = on_option };
    struct trouble *t = p->cli->t;
    size_t n = 0;

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        if (options[i].bit == 0 || (p->row->options & options[i].bit) != 0)
            table[n++] = (struct argp_option){ options[i].name, options[i].key, options[i].value, 0, NULL, 0 };
    if (argp_parse(&argp, argc, argv, ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP, NULL, p) != 0)
        return trouble_at(t, ERR_USAGE, wrong_option(table, argc, argv), 0, 0, "is no option here, or lacks its value: see schakel-hub %s --help",
            "is hier geen optie, of de waarde ontbreekt: zie schakel-hub %s --help", p->row->name);
    if (p->is_lang_wrong)
        return trouble_at(t, ERR_USAGE, "--lang", 0, 0, "must be nl or en", "moet nl of en zijn");
    if (p->is_help || !p->is_usage_wrong)
        return OK;
    if (p->row->argument == NULL)
        return trouble_set(t, ERR_USAGE, "`schakel-hub %s` takes options only: see schakel-hub %s --help",
            "`schakel-hub %s` wil alleen opties: zie schakel-hub %s --help", p->row->name, p->row->name);
    return trouble_set(t, ERR_USAGE, "`schakel-hub %s` takes one %s: see schakel-hub %s --help", "`schakel-hub %s` wil een %s: zie schakel-hub %s --help",
        p->row->name, value_of(p->row->argument, t->lang), p->row->name);
}

/* ---- what people read ---- */

static void print_json(const cJSON *root)
{
    char *text = NULL;

    if (json_print(root, &text) == OK)
        (void)printf("%s\n", text);
    free(text);
}

static int finish(struct hub_cli *c, enum err e)
{
    char line[768];

    if (e == OK) {
        if (c->json)
            print_json(c->reply);
        else
            hub_cli_print(stdout, c->reply, c->lang);
        return EX_OK;
    }
    (void)trouble_set(c->t, e, "it did not work (%s)", "het is niet gelukt (%s)", err_word(e));
    if (c->json) {
        cJSON *root = cJSON_CreateObject(), *error;

        json_add_bool(root, "ok", false);
        error = json_add_object(root, "error");
        json_add_text(error, "class", err_word(e));
        json_add_text(error, "text", c->t->text);
        json_add_text(error, "where", c->t->where);
        json_add_u64(error, "line", c->t->line);
        json_add_u64(error, "column", c->t->column);
        print_json(root);
        cJSON_Delete(root);
    } else {
        trouble_line(c->t, line, sizeof line);
        (void)fprintf(stderr, "schakel-hub: %s\n", line);
    }
    return c->exit_code != 0 ? c->exit_code : err_exit(e);
}

enum { USAGE_TEXT = 26, USAGE_WIDTH = 80 };

/* Words from this column on, where the cursor is; no text here has a word that is wider than the room. */
static void put_wrapped(FILE *to, size_t indent, const char *text)
{
    size_t at = indent;

    while (*text != '\0') {
        size_t len = strcspn(text, " "), wide = text_columns(text, len);

        if (at > indent && at + 1 + wide > USAGE_WIDTH) {
            (void)fprintf(to, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            (void)fputc(' ', to);
            at++;
        }
        (void)fprintf(to, "%.*s", (int)len, text);
        at += wide;
        text += len + (text[len] != '\0');
    }
    (void)fputc('\n', to);
}

static int usage(enum lang lang, bool asked)
{
    FILE *to = asked ? stdout : stderr;

    (void)fprintf(to, lang == LANG_NL ? "Gebruik: schakel-hub OPDRACHT [OPTIES]\n\n" : "Usage: schakel-hub COMMAND [OPTIONS]\n\n");
    for (const struct hub_cli_row *r = hub_cli_rows; r->name != NULL; r++) {
        (void)fprintf(to, "  %-12s%-12s", r->name, r->argument != NULL ? value_of(r->argument, lang) : "");
        put_wrapped(to, USAGE_TEXT, lang == LANG_NL ? r->nl : r->en);
    }
    (void)fprintf(to, "\n%s\n", lang == LANG_NL ? "schakel-hub OPDRACHT --help zegt meer." : "schakel-hub COMMAND --help says more.");
    return asked ? EX_OK : EX_USAGE;
}

/* Of one command. */
static int help(const struct hub_cli_row *row, enum lang lang)
{
    char left[64];

    (void)printf("%s: schakel-hub %s [%s]%s%s\n\n", lang == LANG_NL ? "gebruik" : "usage", row->name, lang == LANG_NL ? "opties" : "options",
        row->argument != NULL ? " " : "", row->argument != NULL ? value_of(row->argument, lang) : "");
    put_wrapped(stdout, 0, lang == LANG_NL ? row->nl : row->en);
    (void)putchar('\n');
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        const struct option_row *o = &options[i];

        if (o->bit != 0 && (row->options & o->bit) == 0)
            continue;
        (void)snprintf(left, sizeof left, "--%s%s%s", o->name, o->value != NULL ? " " : "", o->value != NULL ? value_of(o->value, lang) : "");
        (void)printf("  %-24s", left);
        put_wrapped(stdout, USAGE_TEXT, lang == LANG_NL ? o->nl : o->en);
    }
    return EX_OK;
}

/* --lang, wherever it stands, else the environment: the texts of --help depend on it. */
static enum lang language(int argc, char **argv)
{
    const char *env = getenv("LC_ALL");

    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            return strcmp(argv[i] + 7, "nl") == 0 ? LANG_NL : LANG_EN;
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            return strcmp(argv[i + 1], "nl") == 0 ? LANG_NL : LANG_EN;
    }
    if (env == NULL || env[0] == '\0')
        env = getenv("LC_MESSAGES");
    if (env == NULL || env[0] == '\0')
        env = getenv("LANG");
    return env != NULL && strncmp(env, "nl", 2) == 0 ? LANG_NL : LANG_EN;
}

static int run_row(const struct hub_cli_row *row, struct hub_cli *c, int argc, char **argv)
{
    struct parsing p = { .row = row, .cli = c };
    enum err e;
    int code;

    c->reply = cJSON_CreateObject();
    json_add_bool(c->reply, "ok", true);
    e = parse(&p, argc, argv);
    c->t->lang = c->lang;
    if (c->home == NULL)
        c->home = getenv("SCHAKEL_HOME");
    if (c->home == NULL || c->home[0] == '\0')
        c->home = HOME_DEFAULT;
    if (e == OK && p.is_help) {
        cJSON_Delete(c->reply);
        return help(row, c->lang);
    }
    if (e == OK)
        e = row->run(c);
    code = finish(c, e);
    cJSON_Delete(c->reply);
    return code;
}

int hub_cli_main(int argc, char **argv)
{
    static const char *const valued[] = { "--home", "--lang", NULL };
    struct trouble t = { 0 };
    struct hub_cli c = { .lang = language(argc, argv), .json = args_has(argc, argv, "--json"), .t = &t };
    const char *word;

    args_command_first(argc, argv, valued);
    word = argc > 1 ? argv[1] : "";
    t.lang = c.lang;
    if (strcmp(word, "help") == 0 || (word[0] == '-' && args_has(argc, argv, "--help")))
        return usage(c.lang, true);
    if (word[0] == '-' && args_has(argc, argv, "--version")) {
        (void)printf("schakel-hub %s\n", SCHAKEL_VERSION);
        return EX_OK;
    }
    for (const struct hub_cli_row *row = hub_cli_rows; row->name != NULL; row++)
        if (strcmp(word, row->name) == 0)
            return run_row(row, &c, argc - 1, argv + 1);
    if (word[0] != '-' && word[0] != '\0')
        (void)fprintf(stderr, "schakel-hub: %s: %s\n\n", word,
            c.lang == LANG_NL ? "deze opdracht bestaat niet" : "there is no such command");
    return usage(c.lang, false);
}
