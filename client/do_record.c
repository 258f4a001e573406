/* client/do_record: the commands on the own case records. Nothing here leaves the node. */
#include "client/child.h"
#include "client/desk_table.h"
#include "client/pages.h"
#include "client/record.h"

#include <stdlib.h>
#include <string.h>

/* So many new children of one table are asked for together; the queue has room for others' too. */
enum { ASKED_TOGETHER = 2 * PROTO_BATCH_MAX };

/* Every child's pseudonym is known, or ERR_BUSY: then as many as go together are asked for. */
static enum err ask_children(struct client_call *c, struct vault_txn *x, const struct client_import *im)
{
    size_t asked = 0;
    enum err e = OK;

    for (size_t i = 0; e == OK && i < im->count && asked < ASKED_TOGETHER; i++) {
        struct proto_subject_id who;

        e = client_pseudonym(c, x, im->row[i].number, &who);
        if (e == ERR_BUSY) {
            asked++;
            e = OK;
        }
    }
    return e == OK && asked != 0 ? ERR_BUSY : e;
}

/* Nothing is stored before every pseudonym is known: the call waits and starts again until then. */
static enum err store_rows(
    struct client_call *c, struct vault_txn *x, const struct client_import *im, uint64_t *sections)
{
    struct proto_subject_id who;
    const cJSON *section;
    enum err e = ask_children(c, x, im);

    for (size_t i = 0; e == OK && i < im->count; i++) {
        e = client_pseudonym(c, x, im->row[i].number, &who);
        cJSON_ArrayForEach(section, im->row[i].sections) {
            if (e == OK)
                e = client_record_put(c->node, x, &who, section->string, section, &c->trouble);
            (*sections)++;
        }
    }
    return e;
}

enum err client_do_record_import(struct client_call *c, struct vault_txn *x)
{
    struct client_import im = {0};
    const char *name = NULL, *content = NULL;
    uint64_t sections = 0;
    enum err e = client_arg_text(c, "name", &name);

    if (e == OK)
        e = client_arg_text(c, "content", &content);
    if (e != OK)
        return e;
    if (!c->node->may_hold_number)
        return trouble_set(&c->trouble, ERR_DENIED,
            "this partner may not hold citizen numbers; use schakel record put --case",
            "deze partner mag geen burgerservicenummers hebben; gebruik schakel record put --case");
    e = client_import_read(c->node->pack, c->trouble.lang, name, (const uint8_t *) content, strlen(content),
        json_add_array(c->reply, "mistakes"), &im, &c->trouble);
    if (e == OK)
        e = store_rows(c, x, &im, &sections);
    if (e == OK) {
        json_add_u64(c->reply, "imported", im.count);
        json_add_u64(c->reply, "sections", sections);
    }
    client_import_fini(&im);
    return e;
}

/* "name=text" into content. */
static enum err field_arg(struct client_call *c, const cJSON *item, cJSON *content)
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "", *is = strchr(text, '=');
    char name[CLIENT_FIELD_NAME_MAX + 1];

    if (is == NULL || is == text || (size_t) (is - text) >= sizeof name)
        return trouble_at(
            &c->trouble, ERR_SYNTAX, "--field", 0, 0, "write it as NAME=TEXT", "schrijf het als NAAM=TEKST");
    memcpy(name, text, (size_t) (is - text));
    name[is - text] = '\0';
    if (cJSON_GetObjectItemCaseSensitive(content, name) != NULL)
        return trouble_at(
            &c->trouble, ERR_SYNTAX, "--field", 0, 0, "%s is given twice", "%s staat er twee keer", name);
    json_add_text(content, name, is + 1);
    return cJSON_GetObjectItemCaseSensitive(content, name) != NULL ? OK : ERR_NOMEM;
}

enum err client_do_record_put(struct client_call *c, struct vault_txn *x)
{
    struct client_child child;
    const char *section = NULL;
    const cJSON *fields = NULL, *field;
    cJSON *content = cJSON_CreateObject();
    enum err e = client_child_arg(c, x, "", &child);

    if (e == OK)
        e = client_arg_text(c, "section", &section);
    if (e == OK && json_array(c->args, "field", &fields) != OK)
        e = trouble_at(&c->trouble, ERR_USAGE, "--field", 0, 0, "give at least one --field NAME=TEXT",
            "geef minstens een --field NAAM=TEKST");
    cJSON_ArrayForEach(field, fields)
        if (e == OK)
            e = field_arg(c, field, content);
    if (e == OK)
        e = client_record_put(c->node, x, &child.here, section, content, &c->trouble);
    if (e == OK)
        json_add_text(c->reply, "section", section);
    cJSON_Delete(content);
    return e;
}

static enum err add_section(struct client_call *c, struct vault_txn *x, const struct client_child *child,
    const char *section, cJSON *into)
{
    cJSON *content = NULL;
    enum err e = client_record_get(c->node, x, &child->here, section, &content);

    if (e == OK && !cJSON_AddItemToObject(into, section, content)) {
        cJSON_Delete(content);
        e = ERR_NOMEM;
    }
    return e;
}

enum err client_do_record_get(struct client_call *c, struct vault_txn *x)
{
    struct client_child child;
    struct proto_sections all = {0};
    const char *section = NULL;
    cJSON *into;
    enum err e = client_child_arg(c, x, "", &child);

    if (e == OK)
        e = client_record_sections(c->node, x, &child.here, &all);
    if (e != OK)
        return e;
    client_reply_child(c->reply, "child", c->node, x, &child.here);
    into = json_add_object(c->reply, "sections");
    if (json_text(c->args, "section", &section) == OK
        && policy_pack_find(c->node->pack, POLICY_SET_SECTIONS, section) == POLICY_UNKNOWN)
        return trouble_at(&c->trouble, ERR_RANGE, "--section", 0, 0,
            "%s is not a section of the pack; see: schakel policy show",
            "%s is geen onderdeel van het pakket; zie: schakel policy show", section);
    if (section != NULL) {
        e = add_section(c, x, &child, section, into);
    } else {
        for (uint8_t i = 0; e == OK && i < all.count; i++)
            e = add_section(c, x, &child, all.name[i], into);
    }
    if (e == ERR_NOTFOUND || (e == OK && all.count == 0))
        return trouble_set(&c->trouble, ERR_NOTFOUND,
            "there is no record of this child here about that; what there is: schakel record list",
            "er is hier geen dossier van dit kind hierover; wat er is: schakel record list");
    return e;
}

struct listing {
    struct client_call *c;
    struct vault_txn *x;
    cJSON *children;
};

static bool list_each(void *arg, const struct proto_subject_id *who)
{
    struct listing *l = arg;
    struct proto_sections all = {0};
    cJSON *row;

    if (client_record_sections(l->c->node, l->x, who, &all) != OK || all.count == 0)
        return true;
    row = json_push_object(l->children);
    client_reply_child(row, "child", l->c->node, l->x, who);
    client_reply_sections(row, "sections", &all);
    return true;
}

enum err client_do_record_list(struct client_call *c, struct vault_txn *x)
{
    struct listing l = {.c = c, .x = x, .children = json_add_array(c->reply, "children")};
    enum err e = client_record_children(c->node, x, list_each, &l);

    return e == OK ? client_pages_by_text(c, l.children, "child") : e;
}
