#include "client/weigh.h"

#include "base/text.h"
#include "client/child.h"
#include "client/desk_arg.h"
#include "client/desk_table.h"
#include "policy/duty.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CHILD_HEX = 2 * (1 + 32) + 1, SALT_LEN = 16 };

/* "3=because" with a question of the model's list. */
static enum err answer_check(struct client_call *c, const cJSON *item, char number[4])
{
    const char *text = cJSON_IsString(item) ? item->valuestring : "", *is = strchr(text, '=');
    uint64_t n = 0;

    if (is == NULL || is == text || is - text > 2)
        return trouble_at(&c->trouble, ERR_SYNTAX, "--answer", 0, 0, "write it as NUMBER=TEXT", "schrijf het als NUMMER=TEKST");
    memcpy(number, text, (size_t) (is - text));
    number[is - text] = '\0';
    if (text_u64(number, POLICY_QUESTIONS, &n) != OK || n == 0)
        return trouble_at(&c->trouble, ERR_SYNTAX, "--answer", 0, 0, "the questions have the numbers 1 to %d; see: schakel policy show",
            "de vragen hebben de nummers 1 tot en met %d; zie: schakel policy show",
            POLICY_QUESTIONS);
    if (strlen(is + 1) == 0 || strlen(is + 1) > CLIENT_NOTE_MAX)
        return trouble_at(&c->trouble, ERR_LONG, "--answer", 0, 0, "an answer has 1 to %d bytes; this one has more or none", "een antwoord heeft 1 tot %d bytes; dit heeft er meer of geen", CLIENT_NOTE_MAX);
    return OK;
}

static enum err add_answers(struct client_call *c, cJSON *all)
{
    const cJSON *answers = NULL, *item;
    char number[4];
    enum err e = OK;

    if (json_array(c->args, "answer", &answers) != OK || cJSON_GetArraySize(answers) == 0)
        return trouble_at(&c->trouble, ERR_USAGE, "--answer", 0, 0, "give at least one --answer NUMBER=TEXT", "geef minstens een --answer NUMMER=TEKST");
    cJSON_ArrayForEach(item, answers) {
        if (e == OK)
            e = answer_check(c, item, number);
        if (e == OK && cJSON_GetObjectItemCaseSensitive(all, number) != NULL)
            e = trouble_at(&c->trouble, ERR_SYNTAX, "--answer", 0, 0, "question %s is answered twice", "vraag %s is twee keer beantwoord", number);
        if (e == OK)
            json_add_text(all, number, strchr(item->valuestring, '=') + 1);
    }
    return e;
}

static void child_hex(const struct proto_subject_id *child, char out[CHILD_HEX])
{
    text_hex(&child->type, 1, out, 3);
    text_hex(child->value, sizeof child->value, out + 2, CHILD_HEX - 2);
}

/* Whom it is about: the child of a request to us, or of --number or --case. */
static enum err weighed_child(struct client_call *c, struct vault_txn *x, struct proto_subject_id *out)
{
    struct client_child child;
    struct client_desk d;
    const char *request = NULL;
    enum err e;

    if (json_text(c->args, "request", &request) == OK && request[0] != '\0') {
        e = client_desk_arg(c, x, "request", &d);
        if (e == OK)
            *out = d.child;
        return e;
    }
    e = client_child_arg(c, x, "", &child);
    if (e == OK)
        *out = child.here;
    return e;
}

static enum err add_scope(struct client_call *c, struct vault_txn *x, cJSON *draft)
{
    struct proto_sections sections = {0};
    struct proto_subject_id child = {0};
    const char *purpose = "", *given = NULL;
    char hex[CHILD_HEX];
    cJSON *list;
    enum err e = weighed_child(c, x, &child);

    if (e == OK)
        e = client_arg_purpose(c, false, &purpose);
    if (e == OK && json_text(c->args, "sections", &given) == OK)
        e = client_arg_sections(c, "sections", &sections);
    if (e != OK)
        return e;
    child_hex(&child, hex);
    json_add_text(draft, "child", hex);
    json_add_text(draft, "purpose", purpose);
    list = json_add_array(draft, "sections");
    for (uint8_t i = 0; i < sections.count; i++)
        json_push_text(list, sections.name[i]);
    return OK;
}

/* The hub gets the digest of all this, and could try short answers. */
static void add_salt(cJSON *draft)
{
    uint8_t salt[SALT_LEN];
    char hex[2 * SALT_LEN + 1];

    randombytes_buf(salt, sizeof salt);
    text_hex(salt, sizeof salt, hex, sizeof hex);
    json_add_text(draft, "salt", hex);
}

enum err client_do_weigh(struct client_call *c, struct vault_txn *x)
{
    uint8_t id[PROTO_ID_LEN];
    cJSON *draft = cJSON_CreateObject();
    char *text = NULL;
    enum err e = draft == NULL ? ERR_NOMEM : add_scope(c, x, draft);

    if (e == OK) {
        add_salt(draft);
        e = add_answers(c, json_add_object(draft, "answers"));
    }
    if (e == OK)
        e = json_print(draft, &text);
    randombytes_buf(id, sizeof id);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_DRAFT, id, sizeof id, text, strlen(text));
    if (e == OK)
        client_reply_id(c->reply, "weighing", id);
    if (text != NULL)
        sodium_memzero(text, strlen(text));
    free(text);
    cJSON_Delete(draft);
    return e;
}

/* Nobody weighs once for everything: the same child, and no more than was weighed. */
static enum err check_scope(struct client_call *c, const uint8_t *data, size_t len, const struct client_desk *d)
{
    const char *child = "", *purpose = "";
    const cJSON *sections = NULL, *name;
    cJSON *draft = NULL;
    char hex[CHILD_HEX];
    bool fits;
    enum err e = json_parse(data, len, &draft, NULL);

    child_hex(&d->child, hex);
    fits = e == OK && json_text(draft, "child", &child) == OK && json_text(draft, "purpose", &purpose) == OK
        && json_array(draft, "sections", &sections) == OK && strcmp(child, hex) == 0 && (purpose[0] == '\0' || strcmp(purpose, d->purpose) == 0);
    for (uint8_t i = 0; fits && cJSON_GetArraySize(sections) > 0 && i < d->sections.count; i++) {
        bool there = false;
        cJSON_ArrayForEach(name, sections)
            there = there || (cJSON_IsString(name) && strcmp(name->valuestring, d->sections.name[i]) == 0);
        fits = there;
    }
    cJSON_Delete(draft);
    return fits ? OK : trouble_at(&c->trouble, ERR_DENIED, "--weigh", 0, 0, "this weighing is about another child or purpose, or about fewer sections; weigh again (schakel weigh)",
        "deze afweging gaat over een ander kind of doel, of over minder onderdelen; weeg opnieuw (schakel weigh)");
}

enum err client_weigh_use(struct client_call *c, struct vault_txn *x, const struct client_desk *d, uint8_t **out, size_t *len)
{
    struct proto_statement s = {.kind = PROTO_SAY_WEIGHING, .subject = d->child_there, .sections = d->sections};
    const char *given = NULL;
    uint8_t id[PROTO_ID_LEN], *draft = NULL;
    size_t draft_len = 0;
    enum err e;

    *len = 0;
    if (json_text(c->args, "weigh", &given) != OK)
        return OK;
    e = client_arg_id(c, "weigh", id);
    if (e == OK)
        e = client_vault_get(x, CLIENT_T_DRAFT, id, sizeof id, &draft, &draft_len);
    if (e == ERR_NOTFOUND)
        return trouble_at(&c->trouble, e, "--weigh", 0, 0, "there is no such weighing; make one with schakel weigh",
            "er is geen afweging met dit nummer; maak er een met schakel weigh");
    if (e == OK)
        e = check_scope(c, draft, draft_len, d);
    if (e == OK) {
        crypto_hash_sha256(s.digest, draft, draft_len);
        memcpy(s.case_id, d->case_id, sizeof s.case_id);
        memcpy(s.purpose, d->purpose, sizeof s.purpose);
        memcpy(s.refers, d->id, sizeof s.refers);
        e = client_statement_sign(c->node, &s, c->who, out, len);
    }
    if (draft != NULL)
        sodium_memzero(draft, draft_len);
    free(draft);
    return e;
}
