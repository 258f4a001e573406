#include "client/register.h"

#include "base/csv.h"
#include "base/text.h"
#include "client/pseudonym.h"
#include "client/waiting.h"

#include <string.h>

/* What a table says of one child. */
struct row { const char *number; enum client_waiting_why why; };

static bool is_one_of(const char *cell, const char *a, const char *b)
{
    return strcmp(cell, a) == 0 || strcmp(cell, b) == 0;
}

static enum err read_row(const struct csv *t, size_t i, const char *name, struct row *out, struct trouble *trouble)
{
    int number = csv_column(t, "number"), open = csv_column(t, "open_case");
    const char *cell = open >= 0 ? csv_cell(t, i, (size_t)open) : "";

    out->number = csv_cell(t, i, (size_t)number);
    if (!text_is_bsn(out->number))
        return trouble_at(trouble, ERR_RANGE, name, csv_line(t, i), (uint32_t)number + 1,
            "this is not a citizen number: nine digits that pass the eleven-test are needed (nothing was taken in)",
            "dit is geen burgerservicenummer: negen cijfers die voldoen aan de elfproef zijn nodig (er is niets overgenomen)");
    if (is_one_of(cell, "yes", "ja"))
        out->why = CLIENT_WAITING_OPEN;
    else if (is_one_of(cell, "no", "nee") || cell[0] == '\0')
        out->why = CLIENT_WAITING_REGISTER;
    else
        return trouble_at(trouble, ERR_SYNTAX, name, csv_line(t, i), (uint32_t)open + 1, "this must be yes or no (nothing was taken in)",
            "dit moet ja of nee zijn (er is niets overgenomen)");
    return OK;
}

/* All lines are read before one is kept. */
static enum err check(const struct csv *t, const char *name, struct trouble *trouble)
{
    struct row row;
    enum err e = OK;

    if (csv_column(t, "number") < 0)
        return trouble_at(trouble, ERR_SYNTAX, name, 1, 0, "there is no column \"number\"", "de kolom \"number\" ontbreekt");
    for (size_t i = 0; i < csv_columns(t); i++)
        if (!is_one_of(csv_header(t, i), "number", "open_case"))
            return trouble_at(trouble, ERR_SYNTAX, name, 1, (uint32_t)i + 1,
                "this column is neither \"number\" nor \"open_case\": nothing else of a register is needed here",
                "deze kolom is geen \"number\" en geen \"open_case\": meer van een register is hier niet nodig");
    for (size_t i = 0; e == OK && i < csv_rows(t); i++)
        e = read_row(t, i, name, &row, trouble);
    return e;
}

struct counts { uint64_t known, added; };

static enum err put(struct client_call *c, struct vault_txn *x, const struct csv *t, struct counts *counts)
{
    struct proto_subject_id id;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < csv_rows(t); i++) {
        bool added = false;
        struct row row;

        e = read_row(t, i, "", &row, &c->trouble);
        if (e == OK)
            e = client_pseudonym_find(c->node, x, row.number, &id);
        if (e == OK) {
            counts->known++;
            continue;
        }
        if (e == ERR_NOTFOUND)
            e = client_waiting_put(c->node, x, row.number, row.why, &added);
        counts->added += added;
    }
    return e;
}

enum err client_do_register_derive(struct client_call *c, struct vault_txn *x)
{
    struct csv *t = NULL;
    struct counts counts = {0};
    const char *name = NULL, *content = NULL;
    uint64_t waiting = 0;
    enum err e = client_arg_text(c, "name", &name);

    if (e == OK)
        e = client_arg_text(c, "content", &content);
    if (e == OK && !c->node->may_hold_number)
        e = trouble_set(&c->trouble, ERR_DENIED, "this partner may not hold citizen numbers", "deze partner mag geen burgerservicenummers hebben");
    if (e != OK)
        return e;
    e = csv_read(name, c->trouble.lang, (const uint8_t *)content, strlen(content), NULL, NULL, &t);
    if (e != OK)
        return trouble_at(&c->trouble, e, name, 0, 0, "this is not a table that can be read (nothing was taken in)",
            "dit is geen leesbare tabel (er is niets overgenomen)");
    e = check(t, name, &c->trouble);
    if (e == OK)
        e = put(c, x, t, &counts);
    if (e == OK)
        e = client_pseudonyms_waiting(c->node, x, &waiting);
    if (e == OK) {
        json_add_u64(c->reply, "children", csv_rows(t));
        json_add_u64(c->reply, "known", counts.known);
        json_add_u64(c->reply, "added", counts.added);
        json_add_u64(c->reply, "waiting", waiting);
        client_pseudonyms_wake(c->node);
    }
    csv_drop(t);
    return e;
}

enum err client_do_register_status(struct client_call *c, struct vault_txn *x)
{
    struct trouble t = {.lang = c->trouble.lang};
    uint64_t waiting = 0;
    enum err e = client_pseudonyms_waiting(c->node, x, &waiting);

    if (e != OK)
        return e;
    json_add_u64(c->reply, "waiting", waiting);
    if (waiting != 0 && client_pseudonyms_why(c->node, waiting, &t) != OK) {
        json_add_text(c->reply, "class", err_word(t.err));
        json_add_text(c->reply, "note", t.text);
    }
    return OK;
}
