/*
 * log.accept: after the log contradicted itself, and a person has looked into it. log.compare: what another partner's node was shown, by the log's own
 * signature.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/wr.h"
#include "client/distrust.h"
#include "client/hublink_parts.h"
#include "client/meta.h"
#include "client/witness.h"
#include "proto/region_log.h"
#include "proto/tlog.h"

#include <stdlib.h>
#include <string.h>

enum { REASON_MIN = 10, REASON_MAX = 600 };

/* Who, why, and how long the log was then; for ever. */
static enum err keep_reason(struct client_call *c, struct vault_txn *x, const char *reason)
{
    uint8_t key[1 + 8];
    struct wr w;
    cJSON *row = cJSON_CreateObject();
    char *text = NULL;
    enum err e;

    wr_init(&w, key, sizeof key);
    wr_u8(&w, CLIENT_META_ACCEPTED);
    wr_u64(&w, clock_now_s());
    json_add_text(row, "by", c->who->login);
    json_add_text(row, "reason", reason);
    json_add_u64(row, "size", c->node->link->newest.size);
    e = wr_end(&w);
    if (e == OK)
        e = json_print(row, &text);
    if (e == OK)
        e = client_vault_put(x, CLIENT_T_META, key, sizeof key, text, strlen(text) + 1);
    free(text);
    cJSON_Delete(row);
    return e;
}

/* Memory follows at once: when the commit fails the command fails, and the next start says it again. */
enum err client_do_log_accept(struct client_call *c, struct vault_txn *x)
{
    struct client_node *n = c->node;
    const char *reason = NULL;
    enum err e = client_arg_text(c, "reason", &reason);

    if (e == OK && (strlen(reason) < REASON_MIN || strlen(reason) > REASON_MAX))
        return trouble_at(&c->trouble, ERR_RANGE, "--reason", 0, 0, "say in %d to %d characters what was found out",
            "zeg in %d tot %d tekens wat is uitgezocht", REASON_MIN, REASON_MAX);
    if (e == OK && !n->link->forked && n->link->apart_count == 0)
        return trouble_set(&c->trouble, ERR_STATE, "there is nothing to accept: the log has not contradicted itself",
            "er valt niets te aanvaarden: het logboek heeft zichzelf niet tegengesproken");
    if (e == OK)
        e = keep_reason(c, x, reason);
    /* Where only partners said so the log did nothing that a witness must never cosign again. */
    if (e == OK && n->link->forked && !n->link->by_word)
        e = client_witness_retire(n, x);
    if (e == OK)
        e = client_distrust_forget(n, x);
    if (e == OK)
        e = client_heads_accept(n, x);
    if (e == OK)
        log_event(LOG_WARN, "log-accepted", "role", proto_role_name(c->who->role), NULL);
    return e;
}

/* ---- log.compare ---- */

/* A checkpoint of this region's log under the origin of now. */
static enum err open_checkpoint(struct client_call *c, const char *text, struct proto_merkle_head *out)
{
    struct client_node *n = c->node;
    struct proto_note *note = malloc(sizeof *note);
    struct proto_tlog_checkpoint checkpoint;
    struct proto_note_key key;
    unsigned number = 0;
    enum err e = note == NULL ? ERR_NOMEM : proto_region_log_of(&n->region, (const uint8_t *)text, strlen(text), &key, &number);

    if (e == OK)
        e = proto_tlog_checkpoint_open((const uint8_t *)text, strlen(text), &key, note, &checkpoint);
    if (e == OK)
        *out = checkpoint.head;
    free(note);
    if (e == ERR_NOMEM)
        return e;
    if (e != OK)
        return trouble_at(&c->trouble, e, "--checkpoint", 0, 0,
            "is not signed by this region's log: ask the other for the file checkpoint of schakel hub mirror",
            "is niet ondertekend door het logboek van deze regio: vraag de ander om het bestand checkpoint van schakel hub mirror");
    if (number != n->link->origins + 1U)
        return trouble_at(&c->trouble, ERR_STATE, "--checkpoint", 0, 0,
            "is of another origin of the log than the one of now (%s): what it says of that one is compared with schakel verify",
            "is van een andere oorsprong van het logboek dan die van nu (%s): wat het daarover zegt vergelijkt schakel verify", n->region.log_origin);
    return OK;
}

static const char *found_text(enum lang lang, bool contradicts, bool known)
{
    if (contradicts)
        return lang == LANG_NL ? "HET LOGBOEK ONDERTEKENDE TWEE GESCHIEDENISSEN: bewaar dit bestand, het is het bewijs"
                               : "THE LOG SIGNED TWO HISTORIES: keep this file, it is the proof";
    if (known)
        return lang == LANG_NL ? "de ander zag hetzelfde logboek als dit knooppunt" : "the other saw the same log as this node";
    return lang == LANG_NL ? "de hub moet nu bewijzen dat het past bij wat hier is gezien: kijk over een minuut in schakel status"
                           : "the hub must prove now that it fits what was seen here: look at schakel status in a minute";
}

/* What it finds is written at once, whoever asked, in a transaction of its own: so that of the command ends first. */
enum err client_do_log_compare(struct client_call *c, struct vault_txn *x)
{
    struct proto_merkle_head head;
    const char *text = NULL;
    bool known = false;
    enum err e = client_arg_text(c, "checkpoint", &text);

    client_vault_abort(x);
    c->txn = NULL;
    if (e == OK)
        e = open_checkpoint(c, text, &head);
    if (e == OK)
        e = client_heads_brought(c->node, &head, &known);
    if (e == ERR_BUSY)
        return trouble_set(&c->trouble, e, "there is more to compare already: try again in a minute",
            "er is al meer te vergelijken: probeer het over een minuut weer");
    if (e != OK)
        return e;
    json_add_u64(c->reply, "size", head.size);
    json_add_text(c->reply, "result", c->node->link->for_ever ? "contradicts" : known ? "same" : "asked");
    json_add_text(c->reply, "found", found_text(c->trouble.lang, c->node->link->for_ever, known));
    return OK;
}
