/*
 * client/cmd: commands as rows of a table. A row says the words of the command, what it does, its options, and what is called; from
 * that come parsing, --help, --json, --from FILE.csv and the call to the node. Most commands are a row and nothing more.
 *
 * Every command has: --json, --help, --lang nl|en, --home DIR, --as LOGIN (whose session), --passphrase-fd N; those with a call and an
 * option that a cell can hold have --from FILE.csv. Exit codes are those of sysexits (err_exit). With --json everything, errors too, is JSON on stdout:
 * {"ok":true,...} or {"ok":false,"error":{"class","text","where","line","column"}}.
 */
#ifndef CLIENT_CMD_H
#define CLIENT_CMD_H

#include "base/err.h"
#include "base/json.h"

#include <stdio.h>

#include <stdbool.h>
#include <stdint.h>

struct client_words { const char *en, *nl; };

enum client_opt_type {
    CLIENT_OPT_TEXT,      /* --name VALUE: text */
    CLIENT_OPT_NUMBER,    /* whole number: JSON number */
    CLIENT_OPT_FLAG,      /* --name: true */
    CLIENT_OPT_MANY,      /* --name VALUE, any number of times: array of text */
    CLIENT_OPT_FILE,      /* --name FILE: its content goes along as text (UTF-8, at most CLIENT_OPT_FILE_MAX) */
    CLIENT_OPT_SECRET,    /* no value: asked at the terminal, or a line of --passphrase-fd */
    CLIENT_OPT_NEW_SECRET,/* the same, asked twice at a terminal */
    CLIENT_OPT_ARG,       /* a bare argument */
    CLIENT_OPT_ARGS       /* the rest of the bare arguments: array */
};

enum { CLIENT_OPTS_MAX = 40, CLIENT_OPT_FILE_MAX = 700 * 1024 };

/* name with - for spaces; in JSON and as a column of --from it has _ instead of -. A list ends with name NULL. */
struct client_opt {
    const char *name;
    enum client_opt_type type;
    bool required;
    struct client_words help;
    const char *value;   /* what stands for the value in --help: "DATE"; NULL: "VALUE". For secrets: what to ask, in English. */
    const char *value_nl;/* for secrets: what to ask, in Dutch */
};

/* A command under way. Everything borrowed but reply. */
struct client_run {
    const struct client_cmd *cmd;
    enum lang lang;
    bool json;
    const char *home, *as, *from;
    int passphrase_fd;   /* -1: the terminal */
    cJSON *args;         /* the options, by their JSON names */
    cJSON *reply;        /* filled by local, or the node's answer */
    cJSON *details;      /* of an error of the node: "mistakes", "lacking": rows; NULL: none */
    enum err result;     /* local: the exit class after the reply was printed: a report of what is wrong is an answer, not an error */
    struct trouble *t;
};

struct client_cmd {
    const char *name;                          /* "staff add" */
    struct client_words help;
    const struct client_opt *opts;             /* NULL: none */
    const char *call;                          /* "staff.add": what the node serves; NULL: local only */
    enum err (*local)(struct client_run *r);   /* runs here instead; may use client_run_call */
    void (*print)(const struct client_run *r, const cJSON *reply);  /* for people, on stdout; NULL: client_print_reply */
};

/* Foundation's rows (client/cmd_table.c) and casework's (client/desk_cmds.c); both end with name NULL. */
extern const struct client_cmd client_base_cmds[];
extern const struct client_cmd client_casework_cmds[];

/* The whole program after the roles: finds the row, parses, runs, prints. Returns the exit code. */
int client_cmd_main(int argc, char **argv);

/* Call the node: sends r->args with command (and the session's token), gives *reply. A refusal of the node becomes trouble. */
MUST_USE enum err client_run_call(struct client_run *r, const char *command, cJSON **reply);

/* The same without a session's token. */
MUST_USE enum err client_run_call_as_nobody(struct client_run *r, const char *command, cJSON **reply);

/* The option's text; NULL when it was not given. Borrowed from r->args. */
const char *client_run_text(const struct client_run *r, const char *key);

/* ---- parts of the above, for its own files and the tests ---- */
/* Parse argv (behind the command's words) into r. ERR_USAGE with trouble. *help: --help was given. */
MUST_USE enum err client_opts_parse(struct client_run *r, int argc, char **argv, bool *help);
/* One value of one option into r->args. ERR_USAGE. */
MUST_USE enum err client_opts_set(struct client_run *r, const struct client_opt *o, const char *value);
/* Which required option is missing? */
MUST_USE enum err client_opts_check(const struct client_run *r, const cJSON *args, struct trouble *t);
/* Can a cell of --from hold this option: it is no secret and no file. Has the command one, and is it the node's? */
bool client_opts_is_cell(const struct client_opt *o);
bool client_opts_takes_rows(const struct client_cmd *cmd);
/* Ask for the secrets of the row. */
MUST_USE enum err client_opts_ask(struct client_run *r);
void client_opts_help(const struct client_cmd *cmd, enum lang lang);
/* All commands, or those that begin with the word first. client/usage.c */
void client_usage_print(FILE *out, enum lang lang, const char *first);
/* "valid-until" to "valid_until". */
void client_opts_key(const char *name, char *out, size_t out_len);

/* One act for each row of r->from; prints a report per line; returns the class of the first failure. */
MUST_USE enum err client_from_run(struct client_run *r);

/* For people: one line per value, a table per array, labels from client/texts. */
void client_print_reply(const struct client_run *r, const cJSON *reply);
/* "schakel: ..." in lines as wide as the terminal. */
void client_print_wrapped(FILE *out, enum lang lang, const char *line);
/* "schakel: " and the line as it is, but for what would move a cursor: for an output that is no screen, but may be shown on one later. */
void client_print_line(FILE *out, const char *line);
/* Those rows for people, on out. */
void client_print_details(FILE *out, enum lang lang, const cJSON *details);
/* {"ok":false,"error":{...}} */
cJSON *client_print_error(const struct trouble *t);

#endif
