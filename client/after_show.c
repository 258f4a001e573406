/* client/after: the clocks of a row, for people: in request show and in the inbox. */
#include "client/after.h"

#include "base/rd.h"
#include "base/wr.h"
#include "client/child.h"
#include "client/meta.h"
#include "client/pages.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LATER_KEY = CLIENT_META_KEY + 8, LATER_AT_ONCE = 8 };

/* ---- longer waits ---- */

enum err client_after_later_put(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], uint64_t given_s, uint64_t until_s,
    const char *why)
{
    uint8_t key[LATER_KEY], row[8 + 2 + CLIENT_NOTE_MAX];
    struct wr k, w;
    enum err e;

    client_meta_key(CLIENT_META_LATER, id, key);
    wr_init(&k, key + CLIENT_META_KEY, LATER_KEY - CLIENT_META_KEY);
    wr_u64(&k, given_s);
    wr_init(&w, row, sizeof row);
    wr_u64(&w, until_s);
    wr_bytes16(&w, (const uint8_t *) why, strlen(why));
    e = wr_end(&w);
    return e != OK ? e : client_vault_put(x, CLIENT_T_META, key, sizeof key, row, w.len);
}

static bool later_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    cJSON *array = arg, *obj;
    const uint8_t *why;
    char text[CLIENT_NOTE_MAX + 1] = "";
    size_t why_len = 0;
    uint64_t until_s;
    struct rd k, r;

    if (key_len != LATER_KEY)
        return true;
    rd_init(&k, key + CLIENT_META_KEY, LATER_KEY - CLIENT_META_KEY);
    rd_init(&r, value, len);
    until_s = rd_u64(&r);
    why = rd_bytes16(&r, CLIENT_NOTE_MAX, &why_len);
    if (why != NULL)
        memcpy(text, why, why_len);
    if (rd_end(&r) != OK)
        return true;
    obj = json_push_object(array);
    client_reply_date(obj, "given", rd_u64(&k));
    client_reply_last_day(obj, "until", until_s);
    json_add_text(obj, "why", text);
    return true;
}

/* A walk must not change its own table, so the keys come first. */
struct forgetting {
    uint8_t key[LATER_AT_ONCE][LATER_KEY];
    size_t count;
};

static bool forget_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct forgetting *f = arg;

    (void) value;
    (void) len;
    if (key_len == LATER_KEY)
        memcpy(f->key[f->count++], key, LATER_KEY);
    return f->count < LATER_AT_ONCE;
}

enum err client_after_forget(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN])
{
    struct forgetting f = {.count = 0};
    uint8_t key[CLIENT_META_KEY];
    enum err e;

    client_meta_key(CLIENT_META_LATER, id, key);
    do {
        f.count = 0;
        e = client_vault_walk(x, CLIENT_T_META, key, sizeof key, forget_each, &f);
        for (size_t i = 0; e == OK && i < f.count; i++)
            e = client_vault_delete(x, CLIENT_T_META, f.key[i], LATER_KEY);
    } while (e == OK && f.count == LATER_AT_ONCE);
    return e == OK ? client_meta_drop_of(x, CLIENT_META_AFTER, id) : e;
}

/* ---- words ---- */

static const struct words {
    const char *clock, *en, *nl, *other_en, *other_nl;
} words[CLIENT_AFTERS] = {
    [CLIENT_AFTER_WEIGH] = {"weigh", "write down why it was needed, or access closes",
        "leg vast waarom het nodig was, anders stopt de toegang",
        "the other side writes down why it was needed, or access closes",
        "de ander legt vast waarom het nodig was, anders stopt de toegang"},
    [CLIENT_AFTER_SECOND] = {"second", "a second person here looks at it, or access closes",
        "een tweede persoon hier kijkt mee, anders stopt de toegang",
        "a second person at the other side looks at it, or access closes",
        "een tweede persoon bij de ander kijkt mee, anders stopt de toegang"},
    [CLIENT_AFTER_TELL] = {"tell", "tell the young person and the parents what you read and why",
        "vertel de jongere en de ouders wat u las en waarom", "", ""},
};

/* The command that does it; "" when that is the other's to do. */
static void next_of(const struct client_desk *d, const struct client_due *due, char *out, size_t out_len)
{
    char hex[2 * PROTO_ID_LEN + 1];

    (void) sodium_bin2hex(hex, sizeof hex, d->id, PROTO_ID_LEN);
    out[0] = '\0';
    if (!due->here)
        return;
    if (due->what == CLIENT_AFTER_SECOND)
        (void) snprintf(out, out_len, "schakel approve --%s %.8s", d->offer ? "offer" : "request", hex);
    else if (due->what == CLIENT_AFTER_WEIGH)
        (void) snprintf(out, out_len, "schakel weigh --request %.8s", hex);
    else
        (void) snprintf(out, out_len, "schakel informed --share %.8s", hex);
}

static const char *text_of(const struct client_due *due, enum lang lang)
{
    const struct words *w = &words[due->what];

    if (due->here)
        return lang == LANG_NL ? w->nl : w->en;
    return lang == LANG_NL ? w->other_nl : w->other_en;
}

/* To the minute where it is hours, else the last day. */
static void add_end(cJSON *obj, const struct client_due *due)
{
    char text[17];

    client_reply_last_day(obj, "due", due->end_s);
    clock_format_nl(due->end_s, text);
    json_add_text(obj, "before", text);
}

/* ---- request show ---- */

static void add_clock(cJSON *array, enum lang lang, const struct client_desk *d, const struct client_due *due)
{
    cJSON *obj = json_push_object(array);
    char next[64];

    next_of(d, due, next, sizeof next);
    json_add_text(obj, "clock", words[due->what].clock);
    add_end(obj, due);
    client_reply_date(obj, "done", due->done_s);
    json_add_bool(obj, "late", client_after_is_late(d, due, clock_now_s()));
    json_add_text(obj, "whose", due->here ? "you" : "other");
    json_add_text(obj, "text", text_of(due, lang));
    json_add_text(obj, "next", due->done_s == 0 ? next : "");
}

enum err client_after_reply(cJSON *obj, struct client_node *n, struct vault_txn *x, enum lang lang, const struct client_desk *d)
{
    struct client_due due[CLIENT_AFTERS];
    struct client_after a;
    uint8_t prefix[CLIENT_META_KEY];
    cJSON *array;
    enum err e = client_after_get(x, d->id, &a);
    size_t count = e == OK ? client_after_dues(n, d, &a, due) : 0;

    if (count == 0)
        return e;
    array = json_add_array(obj, "clocks");
    for (size_t i = 0; i < count; i++)
        add_clock(array, lang, d, &due[i]);
    if (a.why[0] != '\0')
        json_add_text(obj, "told_late", a.why);
    if (a.later_s == 0)
        return OK;
    client_meta_key(CLIENT_META_LATER, d->id, prefix);
    return client_vault_walk(x, CLIENT_T_META, prefix, sizeof prefix, later_each, json_add_array(obj, "later"));
}

/* ---- the inbox ---- */

static void add_item(struct client_call *c, struct vault_txn *x, const struct client_desk *d, const struct client_due *due, cJSON *items)
{
    cJSON *row = json_push_object(items);
    bool late = client_after_is_late(d, due, clock_now_s());
    char next[64];

    next_of(d, due, next, sizeof next);
    client_reply_id(row, "id", d->id);
    json_add_text(row, "kind", words[due->what].clock);
    json_add_text(row, "from", client_handle(c->node, d->other));
    client_reply_child(row, "child", c->node, x, &d->child);
    json_add_text(row, "text", text_of(due, c->trouble.lang));
    json_add_text(row, "next", next);
    json_add_bool(row, "until_done", false);
    client_pages_at(row, d->granted_s);
    client_pages_group(row, CLIENT_PAGES_ANSWER);
    json_add_text(row, "purpose", d->purpose);
    json_add_text(row, "state", client_desk_state_name(d->state));
    client_reply_sections(row, "sections", &d->granted);
    client_reply_date(row, "since", d->granted_s);
    add_end(row, due);
    json_add_bool(row, "late", late);
}

/* What is too late stays, so that it is done all the same and seen as late; the officer was told. */
enum err client_after_items(struct client_call *c, struct vault_txn *x, const struct client_desk *d, cJSON *items)
{
    struct client_due due[CLIENT_AFTERS];
    struct client_after a;
    enum err e = client_after_get(x, d->id, &a);
    size_t count = e == OK ? client_after_dues(c->node, d, &a, due) : 0;

    for (size_t i = 0; i < count; i++) {
        /* Nobody tells the family of what was not read. */
        if (due[i].done_s != 0 || !due[i].here || (due[i].what == CLIENT_AFTER_TELL && d->opened_s == 0))
            continue;
        add_item(c, x, d, &due[i], items);
    }
    return e;
}
