/* client/cmd: --from FILE.csv: one act for each row. Several rows are under way at once, each on a connection of its own; the reports come
 * in the order of the file. With --json each report is one line of JSON, and the last line is the sum. */
#include "client/cmd.h"

#include "base/csv.h"
#include "base/file.h"
#include "client/control.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LANES = 8, FILE_BYTES_MAX = 16 << 20 };

struct from {
    struct client_run *r;
    struct csv *csv;
    const struct client_opt *opt[CSV_COLUMNS_MAX];   /* of each column */
    char token[65];
    int fd[LANES];
    struct trouble trouble[LANES];                   /* of the row of this lane */
    size_t done, failed;
    enum err first;
};

static const struct client_opt *option_of(const struct client_cmd *cmd, const char *column)
{
    char key[64];

    for (const struct client_opt *o = cmd->opts; o != NULL && o->name != NULL; o++) {
        client_opts_key(o->name, key, sizeof key);
        if ((strcmp(key, column) == 0 || strcmp(o->name, column) == 0) && client_opts_is_cell(o))
            return o;
    }
    return NULL;
}

static void first_mistake(void *arg, const struct trouble *t)
{
    struct trouble *first = arg;

    if (first->err == OK)
        *first = *t;
}

static enum err read_table(struct from *f)
{
    struct client_run *r = f->r;
    uint8_t *data = NULL;
    size_t len = 0;
    enum err e = file_read(r->from, FILE_BYTES_MAX, &data, &len, r->t);

    if (e == OK)
        e = csv_read(r->from, r->lang, data, len, first_mistake, r->t, &f->csv);
    if (e != OK && r->t->err == OK)
        e = trouble_at(r->t, e, r->from, 0, 0, "is not a table: a first row with names of options, then as many cells in each row",
            "is geen tabel: een eerste rij met namen van opties, daarna in elke rij evenveel cellen");
    for (size_t i = 0; e == OK && i < csv_columns(f->csv); i++) {
        f->opt[i] = option_of(r->cmd, csv_header(f->csv, i));
        if (f->opt[i] == NULL)
            e = trouble_at(r->t, ERR_USAGE, r->from, 1, (uint32_t)i + 1, "'%s' is not an option that a row can have; see --help",
                "'%s' is geen optie voor een rij; zie --help", csv_header(f->csv, i));
    }
    free(data);
    return e;
}

/* The options of the command line count for every row; a cell replaces one. An empty cell says nothing. */
static enum err row_args(struct from *f, size_t row, cJSON **out, struct trouble *t)
{
    struct client_run line = *f->r;
    char key[64];
    enum err e;

    line.args = cJSON_Duplicate(f->r->args, true);
    line.t = t;
    if (line.args == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < csv_columns(f->csv); i++) {
        const char *cell = csv_cell(f->csv, row, i);

        if (*cell == '\0')
            continue;
        client_opts_key(f->opt[i]->name, key, sizeof key);
        cJSON_DeleteItemFromObjectCaseSensitive(line.args, key);
        e = client_opts_set(&line, f->opt[i], cell);
        if (e != OK)
            goto out;
    }
    e = client_opts_check(&line, line.args, t);
    if (e == OK) {
        json_add_text(line.args, "command", f->r->cmd->call);
        json_add_text(line.args, "lang", f->r->lang == LANG_NL ? "nl" : "en");
        if (f->token[0] != '\0')
            json_add_text(line.args, "token", f->token);
        *out = line.args;
        line.args = NULL;
    }
out:
    cJSON_Delete(line.args);
    return e;
}

static void report(struct from *f, size_t row, cJSON *reply, const struct trouble *t)
{
    char text[800], *json = NULL;
    uint32_t line = csv_line(f->csv, row);

    if (f->r->json) {
        cJSON *obj = t->err != OK ? client_print_error(t) : reply;

        json_add_u64(obj, "line", line);
        if (json_print(obj, &json) == OK)
            (void)puts(json);
        free(json);
        if (obj != reply)
            cJSON_Delete(obj);
    } else if (t->err != OK) {
        trouble_line(t, text, sizeof text);
        (void)printf("%s:%u: %s\n", f->r->from, line, text);
    } else {
        (void)printf("%s:%u: %s\n", f->r->from, line, f->r->lang == LANG_NL ? "gedaan" : "done");
    }
    if (t->err == OK)
        f->done++;
    else if (f->failed++ == 0)
        f->first = t->err;
}

/* What goes wrong stands in t. */
static void send_row(struct from *f, size_t row, int fd, struct trouble *t)
{
    cJSON *args = NULL;
    enum err e = row_args(f, row, &args, t);

    if (e == OK)
        e = client_control_send(fd, args, t);
    cJSON_Delete(args);
    if (e != OK)
        (void)trouble_set(t, e, "this row was not sent", "deze rij is niet verstuurd");
}

static void receive_row(int fd, cJSON **reply, struct trouble *t)
{
    enum err e = client_control_receive(fd, reply, t);

    if (e == OK)
        e = client_control_check(*reply, t);
    if (e != OK)
        (void)trouble_set(t, e, "no answer", "geen antwoord");
}

/* Up to LANES rows together: send all, then take the answers in order. */
static void run_rows(struct from *f, size_t from, size_t to)
{
    for (size_t row = from; row < to; row++) {
        f->trouble[row - from] = (struct trouble){.lang = f->r->lang};
        send_row(f, row, f->fd[row - from], &f->trouble[row - from]);
    }
    for (size_t row = from; row < to; row++) {
        struct trouble *t = &f->trouble[row - from];
        cJSON *reply = NULL;

        if (t->err == OK)
            receive_row(f->fd[row - from], &reply, t);
        report(f, row, reply, t);
        cJSON_Delete(reply);
    }
}

static void sum_up(const struct from *f)
{
    if (f->r->json)
        (void)printf("{\"ok\":%s,\"done\":%zu,\"failed\":%zu}\n", f->failed == 0 ? "true" : "false", f->done, f->failed);
    else
        (void)printf("%s: %zu %s, %zu %s\n", f->r->from, f->done, f->r->lang == LANG_NL ? "gedaan" : "done", f->failed,
            f->r->lang == LANG_NL ? "mislukt" : "failed");
}

enum err client_from_run(struct client_run *r)
{
    struct from f = {.r = r};
    size_t lanes = 0, rows;
    enum err e = read_table(&f);

    if (e == OK) {
        e = client_session_token(r->home, r->as, f.token, r->t);
        if (e == ERR_NOTFOUND && r->as == NULL) {
            r->t->err = OK;
            f.token[0] = '\0';
            e = OK;
        }
    }
    if (e == OK)
        e = client_opts_ask(r);
    rows = e == OK ? csv_rows(f.csv) : 0;
    while (e == OK && lanes < LANES && lanes < rows) {
        e = client_control_connect(r->home, &f.fd[lanes], r->t);
        lanes += e == OK;
    }
    for (size_t at = 0; e == OK && at < rows; at += LANES)
        run_rows(&f, at, at + LANES < rows ? at + LANES : rows);
    if (e == OK) {
        sum_up(&f);
        e = f.first;
    }
    for (size_t i = 0; i < lanes; i++)
        (void)close(f.fd[i]);
    csv_drop(f.csv);
    sodium_memzero(f.token, sizeof f.token);
    return e;
}
