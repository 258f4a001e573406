#include "client/calls.h"

#include "base/log.h"
#include "client/certs.h"
#include "client/clocks.h"
#include "client/cmd.h"
#include "client/distrust.h"
#include "client/hublink.h"
#include "client/outbox.h"
#include "client/sessions.h"
#include "client/texts.h"
#include "client/witness.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct call {
    struct client_call c;
    const struct client_command *row;
    cJSON *args;
    uint64_t conn, until_ms;
    bool used, parked;          /* parked: not run to its end; otherwise waiting for receipts */
    bool due;                   /* run again, or look at it again */
};

struct client_calls {
    struct client_control *control;
    struct call call[CLIENT_CONTROL_CONNS];   /* a connection has one at most */
};

const struct client_command *client_calls_find(const char *name)
{
    for (size_t i = 0; i < client_base_commands_count; i++)
        if (strcmp(client_base_commands[i].name, name) == 0)
            return &client_base_commands[i];
    for (size_t i = 0; i < client_desk_commands_count; i++)
        if (strcmp(client_desk_commands[i].name, name) == 0)
            return &client_desk_commands[i];
    return NULL;
}

enum err client_calls_open(struct client_node *n, struct client_control *control)
{
    n->calls = calloc(1, sizeof *n->calls);
    if (n->calls == NULL)
        return ERR_NOMEM;
    n->calls->control = control;
    return OK;
}

/* Passphrases and what people wrote are in there. */
static void wipe_texts(cJSON *item)
{
    for (; item != NULL; item = item->next) {
        if (cJSON_IsString(item))
            sodium_memzero(item->valuestring, strlen(item->valuestring));
        wipe_texts(item->child);
    }
}

static void drop(struct call *k)
{
    wipe_texts(k->args);
    cJSON_Delete(k->args);
    cJSON_Delete(k->c.reply);
    *k = (struct call){.used = false};
}

void client_calls_close(struct client_calls *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++)
        if (c->call[i].used)
            drop(&c->call[i]);
    free(c);
}

/* ---- answering ---- */

static void send_json(struct client_calls *cs, uint64_t conn, const cJSON *obj)
{
    char *text = NULL;

    if (json_print(obj, &text) == OK)
        client_control_answer(cs->control, conn, text);
    else
        client_control_answer(cs->control, conn, "{\"ok\":false,\"error\":{\"class\":\"nomem\",\"text\":\"this node has no memory left for its "
            "answer: ask for less (--limit), or start it again\"}}");
    free(text);
}

/* What a handler told in rows: every mistake, everything that is lacking. */
static void add_details(cJSON *whole, cJSON *reply)
{
    static const char *const keys[] = {"mistakes", "lacking"};
    cJSON *error = cJSON_GetObjectItemCaseSensitive(whole, "error");

    for (size_t i = 0; error != NULL && i < sizeof keys / sizeof *keys; i++) {
        cJSON *rows = cJSON_DetachItemFromObjectCaseSensitive(reply, keys[i]);

        if (cJSON_GetArraySize(rows) == 0 || !cJSON_AddItemToObject(error, keys[i], rows))
            cJSON_Delete(rows);
    }
}

static void answer_error(struct client_calls *cs, uint64_t conn, struct trouble *t, enum err e, cJSON *reply)
{
    cJSON *error;

    (void)trouble_set(t, e, "the node could not do this (%s); see its log", "het knooppunt kon dit niet (%s); zie zijn logboek", err_word(e));
    error = client_print_error(t);
    add_details(error, reply);
    send_json(cs, conn, error);
    cJSON_Delete(error);
}

static void answer(struct client_node *n, struct call *k, enum err e)
{
    char buf[512];
    const char *warning = client_distrust_text(n, k->c.trouble.lang, buf, sizeof buf);

    if (e == OK && warning != NULL && cJSON_GetObjectItemCaseSensitive(k->c.reply, "warning") == NULL)
        json_add_text(k->c.reply, "warning", warning);
    if (e == OK) {
        send_json(n->calls, k->conn, k->c.reply);
    } else {
        client_calls_explain(n, &k->c.trouble, e);
        answer_error(n->calls, k->conn, &k->c.trouble, e, k->c.reply);
    }
    drop(k);
}

/* ---- waiting for receipts ---- */

void client_call_wait(struct client_call *c, const uint8_t id[PROTO_ID_LEN])
{
    if (c->waiting_count == sizeof c->waiting / sizeof c->waiting[0])
        return;
    c->result[c->waiting_count] = CLIENT_NO_RESULT;
    memcpy(c->waiting[c->waiting_count++], id, PROTO_ID_LEN);
}

enum err client_call_check(struct client_call *c)
{
    for (size_t i = 0; i < c->waiting_count; i++) {
        enum proto_refusal r = (enum proto_refusal)c->result[i];

        if (c->result[i] != CLIENT_NO_RESULT && r != PROTO_ACCEPTED)
            return trouble_at(&c->trouble, proto_refusal_err(r), proto_refusal_name(r), 0, 0, "%s", "%s",
                proto_refusal_text(r, c->trouble.lang));
    }
    return OK;
}

static bool all_have_results(const struct client_call *c)
{
    for (size_t i = 0; i < c->waiting_count; i++)
        if (c->result[i] == CLIENT_NO_RESULT)
            return false;
    return true;
}

/* No receipt comes while its person waits: that is said at once. */
static bool waits_in_vain(const struct client_node *n, const struct client_call *c)
{
    size_t stopped = 0, open = 0;

    for (size_t i = 0; i < c->waiting_count; i++) {
        open += c->result[i] == CLIENT_NO_RESULT;
        stopped += c->result[i] == CLIENT_NO_RESULT && client_outbox_is_stopped(n, c->waiting[i]);
    }
    return open != 0 && stopped == open;
}

static void finish(struct client_node *n, struct call *k)
{
    struct trouble t = {.lang = k->c.trouble.lang};
    struct vault_txn *x = NULL;
    char why[640];
    enum err e = OK;

    if (!all_have_results(&k->c)) {
        json_add_bool(k->c.reply, "queued", true);
        if (client_clocks_check(n, &t) != OK)
            json_add_text(k->c.reply, "clocks_note", t.text);
        else
            json_add_text(k->c.reply, "note", client_calls_why_queued(n, &k->c, why, sizeof why));
    }
    k->c.who = client_sessions_of_args(n, k->args);
    if (k->c.finish == NULL) {
        e = client_call_check(&k->c);
    } else {
        e = client_vault_begin(n->vault, false, &x);
        k->c.txn = x;
        if (e == OK)
            e = k->c.finish(&k->c, x);
        k->c.txn = NULL;
        client_vault_abort(x);
    }
    answer(n, k, e);
}

void client_calls_result(struct client_node *n, const uint8_t id[PROTO_ID_LEN], enum proto_refusal result)
{
    if (n->calls == NULL)
        return;
    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++) {
        struct call *k = &n->calls->call[i];

        for (size_t j = 0; k->used && j < k->c.waiting_count; j++)
            if (memcmp(k->c.waiting[j], id, PROTO_ID_LEN) == 0) {
                k->c.result[j] = (uint8_t)result;
                k->due = true;
            }
    }
}

bool client_calls_waits(const struct client_node *n, const uint8_t id[PROTO_ID_LEN])
{
    for (size_t i = 0; n->calls != NULL && i < CLIENT_CONTROL_CONNS; i++) {
        const struct call *k = &n->calls->call[i];

        for (size_t j = 0; k->used && j < k->c.waiting_count; j++)
            if (memcmp(k->c.waiting[j], id, PROTO_ID_LEN) == 0)
                return true;
    }
    return false;
}

void client_calls_again(struct client_node *n)
{
    for (size_t i = 0; n->calls != NULL && i < CLIENT_CONTROL_CONNS; i++)
        if (n->calls->call[i].used && n->calls->call[i].parked)
            n->calls->call[i].due = true;
}

/* ---- running ---- */

/* The roles in a mask, in the words of staff list: "privacy officer, data protection officer". */
static void role_names(uint32_t mask, enum lang lang, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (int role = 0; role < PROTO_ROLE_END; role++) {
        int n;

        if ((mask & CLIENT_ROLE(role)) == 0)
            continue;
        n = snprintf(out + used, cap - used, "%s%s", used == 0 ? "" : ", ",
            client_texts_role(proto_role_name((enum proto_role)role), lang));
        if (n < 0 || (size_t)n >= cap - used)
            return;
        used += (size_t)n;
    }
}

static enum err check_person(struct client_node *n, struct call *k)
{
    struct client_session *who = client_sessions_of_args(n, k->args);
    const char *token = NULL;
    char may[256];

    if (who == NULL && k->row->role_mask != 0 && json_text(k->args, "token", &token) == OK)
        return trouble_set(&k->c.trouble, ERR_DENIED,
            "your session is over, or the node was started again since: open a new one with schakel login --as LOGIN",
            "uw sessie is voorbij, of het knooppunt is sindsdien opnieuw gestart: open een nieuwe met schakel login --as AANMELDNAAM");
    if (who == NULL && k->row->role_mask != 0)
        return trouble_set(&k->c.trouble, ERR_DENIED, "who are you? Open a session first: schakel login --as LOGIN",
            "wie bent u? Open eerst een sessie: schakel login --as AANMELDNAAM");
    if (who != NULL && k->row->role_mask != 0 && (k->row->role_mask & CLIENT_ROLE(who->role)) == 0) {
        role_names(k->row->role_mask, k->c.trouble.lang, may, sizeof may);
        return trouble_at(&k->c.trouble, ERR_DENIED, who->login, 0, 0, "the role %s may not do this; ask a colleague with one of these: %s",
            "de rol %s mag dit niet; vraag een collega met een van deze: %s", client_texts_role(proto_role_name(who->role), k->c.trouble.lang), may);
    }
    k->c.who = who;
    return OK;
}

static enum err run_in_txn(struct client_node *n, struct call *k)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, k->row->writes, &x);

    if (e != OK)
        return e;
    e = client_calls_check_room(n, k->row, &k->c.trouble);
    if (e != OK) {
        client_vault_abort(x);
        return e;
    }
    k->c.txn = x;
    e = k->row->run(&k->c, x);
    x = k->c.txn;
    k->c.txn = NULL;
    if (e == OK && k->row->writes)
        return client_vault_commit(x);
    client_vault_abort(x);
    return e;
}

static void fresh_reply(struct call *k)
{
    enum lang lang = k->c.trouble.lang;

    cJSON_Delete(k->c.reply);
    k->c.reply = cJSON_CreateObject();
    json_add_bool(k->c.reply, "ok", true);
    k->c.trouble = (struct trouble){.lang = lang};
    k->c.waiting_count = 0;
    k->c.finish = NULL;
}

static void run(struct client_node *n, struct call *k)
{
    enum err e;

    k->due = k->parked = false;
    fresh_reply(k);
    e = check_person(n, k);
    if (e == OK)
        e = client_distrust_check(n, k->row->name, &k->c.trouble);
    if (e == OK)
        e = run_in_txn(n, k);
    /* Without a reason of its own, busy means that a question to the hub is under way. */
    if (e == ERR_BUSY && k->c.trouble.err == OK && clock_mono_ms() < k->until_ms) {
        k->parked = true;
        return;
    }
    if (e == ERR_BUSY)
        e = trouble_set(&k->c.trouble, ERR_PEER, "the hub was asked for what this needs and has not answered yet; try again later",
            "de hub is gevraagd om wat hiervoor nodig is en heeft nog niet geantwoord; probeer het later weer");
    if (e == ERR_PEER)
        e = trouble_set(&k->c.trouble, ERR_PEER, "the hub cannot be reached, and this needs its answer; see: schakel status",
            "de hub is niet bereikbaar, en dit kan niet zonder zijn antwoord; zie: schakel status");
    if (e != OK)
        answer(n, k, e);
    else if (k->c.waiting_count == 0)
        finish(n, k);
}

/* ---- coming in ---- */

static enum err read_call(struct client_node *n, struct call *k, const uint8_t *data, size_t len)
{
    const char *name = NULL, *lang = NULL;
    uint64_t wait_ms = CLIENT_WAIT_MS;
    enum err e = json_parse(data, len, &k->args, &k->c.trouble);

    if (e != OK)
        return e;
    if (json_text(k->args, "lang", &lang) == OK && strcmp(lang, "nl") == 0)
        k->c.trouble.lang = LANG_NL;
    if (json_text(k->args, "command", &name) != OK || (k->row = client_calls_find(name)) == NULL)
        return trouble_set(&k->c.trouble, ERR_USAGE, "the node does not know this command: use a node and commands of one version",
            "het knooppunt kent deze opdracht niet: gebruik knooppunt en opdrachten van een versie");
    if (json_u64(k->args, "wait_ms", &wait_ms) == OK && wait_ms > CLIENT_WAIT_MAX_MS)
        wait_ms = CLIENT_WAIT_MAX_MS;
    k->until_ms = clock_mono_ms() + wait_ms;
    k->c.node = n;
    k->c.args = k->args;
    return OK;
}

static void serve_one(struct client_node *n, uint64_t conn, uint8_t *data, size_t len)
{
    struct call *k = NULL;
    enum err e;

    for (size_t i = 0; i < CLIENT_CONTROL_CONNS && k == NULL; i++)
        if (!n->calls->call[i].used)
            k = &n->calls->call[i];
    if (k == NULL) {
        client_control_answer(n->calls->control, conn, "{\"ok\":false,\"error\":{\"class\":\"busy\",\"text\":\"too many commands: try again\"}}");
        return;
    }
    *k = (struct call){.used = true, .conn = conn};
    e = read_call(n, k, data, len);
    if (e == OK)
        run(n, k);
    else
        answer(n, k, e);
}

void client_calls_serve(struct client_node *n)
{
    uint64_t conn = 0;
    uint8_t *data = NULL;
    size_t len = 0;

    while (client_control_next(n->calls->control, &conn, &data, &len) == OK) {
        serve_one(n, conn, data, len);
        sodium_memzero(data, len);
        free(data);
    }
}

void client_calls_step(struct client_node *n)
{
    uint64_t now = clock_mono_ms();

    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++) {
        struct call *k = &n->calls->call[i];
        bool late = k->used && now >= k->until_ms;

        if (!k->used)
            continue;
        if (k->parked && (k->due || late))
            run(n, k);
        else if (!k->parked && (late || client_link_is_down(n) || client_certs_is_mute(n) || !client_clocks_agree(n) || waits_in_vain(n, &k->c)
                || (k->due && all_have_results(&k->c))))
            finish(n, k);
    }
}

uint64_t client_calls_due(const struct client_node *n, uint64_t max)
{
    uint64_t now = clock_mono_ms();

    for (size_t i = 0; i < CLIENT_CONTROL_CONNS; i++) {
        const struct call *k = &n->calls->call[i];
        uint64_t wait = k->until_ms > now ? k->until_ms - now : 0;

        if (k->used && k->due)
            return 0;
        if (k->used && wait < max)
            max = wait;
    }
    return max;
}
