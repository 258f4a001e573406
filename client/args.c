/* client/node: typed arguments of a command, each with what is wrong and the name of the option. */
#include "client/node.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_MAX = 64, PREFIX_MIN = 4 };

/* "valid_until" as a person typed it: "--valid-until". */
static void option(const char *name, char out[OPTION_MAX])
{
    (void)snprintf(out, OPTION_MAX, "--%s", name);
    for (char *p = out; *p != '\0'; p++)
        if (*p == '_')
            *p = '-';
}

static enum err wrong(struct client_call *c, const char *name, enum err e, const char *en, const char *nl)
{
    char where[OPTION_MAX];

    option(name, where);
    return trouble_at(&c->trouble, e, where, 0, 0, "%s", "%s", c->trouble.lang == LANG_NL ? nl : en);
}

enum err client_arg_text(struct client_call *c, const char *name, const char **out)
{
    const char *text = NULL;

    switch (json_text(c->args, name, &text)) {
    case OK: *out = text; return OK;
    case ERR_NOTFOUND: return wrong(c, name, ERR_USAGE, "is needed", "is nodig");
    default: return wrong(c, name, ERR_USAGE, "must be text", "moet tekst zijn");
    }
}

enum err client_arg_text_or(struct client_call *c, const char *name, const char *fallback, const char **out)
{
    if (cJSON_GetObjectItemCaseSensitive(c->args, name) != NULL)
        return client_arg_text(c, name, out);
    *out = fallback;
    return OK;
}

enum err client_arg_date(struct client_call *c, const char *name, struct date *out)
{
    const char *text = NULL;
    enum err e = client_arg_text(c, name, &text);

    if (e == OK && date_parse(text, out) != OK)
        e = wrong(c, name, ERR_RANGE, "must be a date: YYYY-MM-DD", "moet een datum zijn: JJJJ-MM-DD");
    return e;
}

enum err client_arg_partner(struct client_call *c, const char *name, const struct proto_partner **out)
{
    const char *text = NULL;
    const struct proto_partner *p;
    enum err e = client_arg_text(c, name, &text);

    if (e != OK)
        return e;
    p = proto_region_handle(&c->node->region, text);
    if (p == NULL)
        return wrong(c, name, ERR_NOTFOUND, "is not a partner of this region; see: schakel region show",
            "is geen partner van deze regio; zie: schakel region show");
    *out = p;
    return OK;
}

enum err client_arg_sections(struct client_call *c, const char *name, struct proto_sections *out)
{
    struct proto_sections s = {0};
    const char *text = NULL;
    enum err e = client_arg_text(c, name, &text);

    while (e == OK && *(text += strspn(text, ", \t")) != '\0') {
        size_t len = strcspn(text, ", \t");
        char word[PROTO_NAME_WIDTH + 1];

        if (len > PROTO_NAME_WIDTH)
            return wrong(c, name, ERR_RANGE, "names a section that is not in the pack", "noemt een onderdeel dat niet in het pakket staat");
        memcpy(word, text, len);
        word[len] = '\0';
        if (policy_pack_find(c->node->pack, POLICY_SET_SECTIONS, word) == POLICY_UNKNOWN)
            return wrong(c, name, ERR_RANGE, "names a section that is not in the pack", "noemt een onderdeel dat niet in het pakket staat");
        if (s.count == PROTO_SECTIONS_MAX)
            return wrong(c, name, ERR_LONG, "has too many sections", "heeft te veel onderdelen");
        memcpy(s.name[s.count++], word, len + 1);
        text += len;
    }
    if (e == OK && s.count == 0)
        e = wrong(c, name, ERR_USAGE, "needs at least one section", "heeft ten minste een onderdeel nodig");
    if (e == OK) {
        proto_sections_sort(&s);
        *out = s;
    }
    return e;
}

/* ---- ids: whole, or their start ---- */

struct resolve { const char *prefix; size_t len, found; uint8_t id[PROTO_ID_LEN]; };

static bool resolve_each(void *arg, const uint8_t *key, size_t key_len, const uint8_t *value, size_t len)
{
    struct resolve *r = arg;
    char hex[2 * PROTO_ID_LEN + 1];

    (void)value;
    (void)len;
    if (key_len != PROTO_ID_LEN)
        return true;
    text_hex(key, key_len, hex, sizeof hex);
    if (strncmp(hex, r->prefix, r->len) == 0 && (r->found == 0 || memcmp(r->id, key, PROTO_ID_LEN) != 0)) {
        memcpy(r->id, key, PROTO_ID_LEN);
        r->found++;
    }
    return r->found < 2;
}

/* Whole bytes of the start narrow the walk; what is left is compared as text. */
static enum err resolve(struct client_call *c, const char *prefix, struct resolve *r)
{
    static const enum client_table tables[] = {CLIENT_T_CASE, CLIENT_T_STATEMENT, CLIENT_T_REQUEST, CLIENT_T_SHARE, CLIENT_T_DRAFT};
    char even[2 * PROTO_ID_LEN + 1] = "";
    uint8_t bytes[PROTO_ID_LEN];
    size_t whole = strlen(prefix) / 2;
    enum err e;

    memcpy(even, prefix, 2 * whole);
    *r = (struct resolve){.prefix = prefix, .len = strlen(prefix)};
    e = text_unhex(even, bytes, whole);
    for (size_t i = 0; e == OK && i < sizeof tables / sizeof *tables; i++)
        e = client_vault_walk(c->txn, tables[i], bytes, whole, resolve_each, r);
    return e;
}

enum err client_id_resolve(struct client_call *c, const char *text, uint8_t out[PROTO_ID_LEN])
{
    struct resolve r;
    size_t len = strlen(text);
    enum err e;

    if (len == 2 * PROTO_ID_LEN && text_unhex(text, out, PROTO_ID_LEN) == OK)
        return OK;
    if (len < PREFIX_MIN || len >= 2 * PROTO_ID_LEN || strspn(text, "0123456789abcdef") != len || c->txn == NULL)
        return trouble_at(&c->trouble, ERR_USAGE, text, 0, 0, "is not an id: 32 hex digits, or its first 4 or more",
            "is geen nummer: 32 hexcijfers, of de eerste 4 of meer");
    e = resolve(c, text, &r);
    if (e != OK)
        return e;
    if (r.found == 0)
        return trouble_at(&c->trouble, ERR_NOTFOUND, text, 0, 0, "nothing here has an id that starts so",
            "niets hier heeft een nummer dat zo begint");
    if (r.found > 1)
        return trouble_at(&c->trouble, ERR_USAGE, text, 0, 0, "several ids start so: give more of it",
            "meer nummers beginnen zo: geef er meer van");
    memcpy(out, r.id, PROTO_ID_LEN);
    return OK;
}

enum err client_arg_id(struct client_call *c, const char *name, uint8_t out[PROTO_ID_LEN])
{
    const char *text = NULL;
    enum err e = client_arg_text(c, name, &text);

    return e == OK ? client_id_resolve(c, text, out) : e;
}
