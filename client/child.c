#include "client/child.h"

#include "base/text.h"
#include "client/record.h"

#include <sodium.h>
#include <string.h>

static enum err by_case(struct client_call *c, struct vault_txn *x, struct client_child *out)
{
    uint8_t id[PROTO_ID_LEN];
    enum err e = client_arg_id(c, "case", id);

    if (e == OK)
        e = client_case_get(x, id, &out->with);
    if (e == OK && out->with.child.type == PROTO_SUBJECT_NONE)
        e = ERR_NOTFOUND;
    if (e == ERR_NOTFOUND)
        return trouble_at(&c->trouble, e, "--case", 0, 0, "there is no such case here; see: schakel case show",
            "deze casus is hier niet bekend; zie: schakel case show");
    if (e == OK) {
        out->here = out->with.child;
        out->has_case = true;
    }
    return e;
}

static enum err by_number(struct client_call *c, struct vault_txn *x, const char *number, const char *purpose, struct client_child *out)
{
    enum err e;

    if (!c->node->may_hold_number)
        return trouble_at(&c->trouble, ERR_DENIED, "--number", 0, 0,
            "this partner may not hold the citizen number; use --case with the case you were invited to",
            "deze partner mag het burgerservicenummer niet hebben; gebruik --case met de casus waarvoor u bent uitgenodigd");
    if (!text_is_bsn(number))
        return trouble_at(&c->trouble, ERR_RANGE, "--number", 0, 0,
            "this is not a citizen number: nine digits that pass the eleven-test are needed",
            "dit is geen burgerservicenummer: negen cijfers die voldoen aan de elfproef zijn nodig");
    e = client_pseudonym(c, x, number, &out->here);
    if (e != OK)
        return e;
    e = client_case_of_child(c->node, x, &out->here, purpose, &out->with);
    out->has_case = e == OK;
    return e == ERR_NOTFOUND ? OK : e;
}

static enum err read_child(struct client_call *c, struct vault_txn *x, const char *purpose, bool *given, struct client_child *out)
{
    struct client_child child = {0};
    const char *number = NULL, *id = NULL;
    enum err e;

    *given = true;
    if (json_text(c->args, "case", &id) == OK && id[0] != '\0')
        e = by_case(c, x, &child);
    else if (json_text(c->args, "number", &number) == OK && number[0] != '\0')
        e = by_number(c, x, number, purpose, &child);
    else {
        *given = false;
        return OK;
    }
    if (e == OK)
        *out = child;
    return e;
}

enum err client_child_arg(struct client_call *c, struct vault_txn *x, const char *purpose, struct client_child *out)
{
    bool given;
    enum err e = read_child(c, x, purpose, &given, out);

    if (e == OK && !given)
        return trouble_set(&c->trouble, ERR_USAGE, "which child? give --number NUMBER or --case CASE (schakel case show)",
            "welk kind? geef --number NUMMER of --case CASUS (schakel case show)");
    return e;
}

enum err client_child_arg_may(struct client_call *c, struct vault_txn *x, bool *given, struct client_child *out)
{
    return read_child(c, x, "", given, out);
}

enum err client_child_for(struct vault_txn *x, struct client_child *child, const uint8_t partner[PROTO_PARTNER_LEN],
    struct proto_subject_id *out)
{
    uint8_t before = child->with.handle.type;

    if (!child->has_case) {
        *out = child->here;
        return OK;
    }
    *out = client_case_subject_for(&child->with, partner);
    return child->with.handle.type == before ? OK : client_case_put(x, &child->with);
}

void client_reply_id(cJSON *obj, const char *key, const uint8_t id[PROTO_ID_LEN])
{
    json_add_hex(obj, key, id, PROTO_ID_LEN);
}

void client_reply_date(cJSON *obj, const char *key, uint64_t at_s)
{
    char text[11] = "";

    if (at_s != 0)
        date_format(clock_date_nl(at_s), text);
    json_add_text(obj, key, text);
}

void client_reply_last_day(cJSON *obj, const char *key, uint64_t end_s)
{
    client_reply_date(obj, key, end_s != 0 ? end_s - 1 : 0);
}

void client_reply_sections(cJSON *obj, const char *key, const struct proto_sections *s)
{
    cJSON *array = json_add_array(obj, key);

    for (uint8_t i = 0; i < s->count; i++)
        json_push_text(array, s->name[i]);
}

void client_reply_child(cJSON *obj, const char *key, struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who)
{
    char label[128];

    client_record_label(n, x, who, label, sizeof label);
    json_add_text(obj, key, who->type == PROTO_SUBJECT_NONE ? "" : label);
}

const char *client_handle(const struct client_node *n, const uint8_t id[PROTO_PARTNER_LEN])
{
    const struct proto_partner *p = proto_region_partner(&n->region, id);

    return p != NULL ? p->handle : "?";
}

enum err client_arg_purpose(struct client_call *c, bool required, const char **out)
{
    const char *purpose = "";

    if (json_text(c->args, "purpose", &purpose) != OK)
        purpose = "";
    if (purpose[0] == '\0' && required)
        return trouble_at(&c->trouble, ERR_USAGE, "--purpose", 0, 0, "for which purpose? see: schakel policy show",
            "voor welk doel? zie: schakel policy show");
    if (purpose[0] != '\0' && policy_pack_find(c->node->pack, POLICY_SET_PURPOSES, purpose) == POLICY_UNKNOWN)
        return trouble_at(&c->trouble, ERR_RANGE, "--purpose", 0, 0, "%s is not a purpose of the pack; see: schakel policy show",
            "%s is geen doel van het pakket; zie: schakel policy show", purpose);
    *out = purpose;
    return OK;
}

bool client_arg_flag(const struct client_call *c, const char *name)
{
    bool given = false;

    return json_bool(c->args, name, &given) == OK && given;
}
