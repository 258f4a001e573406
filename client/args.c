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

/* As many handles as fit; a large region's others are left out with "...". */
static void handles(const struct client_node *n, char *out, size_t out_len)
{
    size_t used = 0;

    out[0] = '\0';
    for (size_t i = 0; i < n->region.partner_count; i++) {
        const char *handle = n->region.partner[i].handle;

        if (&n->region.partner[i] == n->me || !proto_partner_exists_at(&n->region.partner[i], clock_now_s()))
            continue;
        if (used + strlen(handle) + 8 > out_len) {
            (void)snprintf(out + used, out_len - used, ", ...");
            return;
        }
        used += (size_t)snprintf(out + used, out_len - used, "%s%s", used != 0 ? ", " : "", handle);
    }
}

enum err client_arg_handle(struct client_call *c, const char *name, const char *handle, const struct proto_partner **out)
{
    const struct proto_partner *p = proto_region_handle(&c->node->region, handle);
    char where[OPTION_MAX], all[256];

    if (p == NULL) {
        option(name, where);
        handles(c->node, all, sizeof all);
        return trouble_at(&c->trouble, ERR_NOTFOUND, where, 0, 0, "%s is not a partner of this region; there are: %s",
            "%s is geen partner van deze regio; er zijn: %s", handle, all);
    }
    if (!proto_partner_exists_at(p, clock_now_s())) {
        option(name, where);
        return trouble_at(&c->trouble, ERR_DENIED, where, 0, 0, "%s takes no part in this region now; see: schakel partner list",
            "%s doet nu niet mee in deze regio; zie: schakel partner list", handle);
    }
    *out = p;
    return OK;
}

enum err client_arg_partner(struct client_call *c, const char *name, const struct proto_partner **out)
{
    const char *text = NULL;
    enum err e = client_arg_text(c, name, &text);

    return e == OK ? client_arg_handle(c, name, text, out) : e;
}

static enum err no_section(struct client_call *c, const char *name, const char *word, size_t len)
{
    char where[OPTION_MAX];

    option(name, where);
    return trouble_at(&c->trouble, ERR_RANGE, where, 0, 0, "%.*s is not a section of the pack; see: schakel policy show",
        "%.*s is geen onderdeel van het pakket; zie: schakel policy show", (int)(len < 64 ? len : 64), word);
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
            return no_section(c, name, text, len);
        memcpy(word, text, len);
        word[len] = '\0';
        if (policy_pack_find(c->node->pack, POLICY_SET_SECTIONS, word) == POLICY_UNKNOWN)
            return no_section(c, name, text, len);
        if (s.count == PROTO_SECTIONS_MAX)
            return wrong(c, name, ERR_LONG, "has too many sections", "heeft te veel onderdelen");
        memcpy(s.name[s.count++], word, len + 1);
        text += len;
    }
    if (e == OK && s.count == 0)
        e = wrong(c, name, ERR_USAGE, "name at least one section; see: schakel policy show", "noem minstens een onderdeel; zie: schakel policy show");
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
        return trouble_at(&c->trouble, ERR_USAGE, text, 0, 0, "is not a number as the lists show it: digits and a to f, at least the first 4 of them",
            "is geen nummer zoals de lijsten het tonen: cijfers en a tot f, minstens de eerste 4");
    e = resolve(c, text, &r);
    if (e != OK)
        return e;
    if (r.found == 0)
        return trouble_at(&c->trouble, ERR_NOTFOUND, text, 0, 0, "nothing here has a number that begins so; the numbers stand in the lists, such as schakel inbox",
            "niets hier heeft een nummer dat zo begint; de nummers staan in de lijsten, zoals schakel inbox");
    if (r.found > 1)
        return trouble_at(&c->trouble, ERR_USAGE, text, 0, 0, "several numbers begin so: give more of its digits",
            "meer nummers beginnen zo: geef er meer cijfers van");
    memcpy(out, r.id, PROTO_ID_LEN);
    return OK;
}

enum err client_arg_id(struct client_call *c, const char *name, uint8_t out[PROTO_ID_LEN])
{
    const char *text = NULL;
    enum err e = client_arg_text(c, name, &text);

    return e == OK ? client_id_resolve(c, text, out) : e;
}
