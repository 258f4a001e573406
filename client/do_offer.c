/* client/do_offer: the receiver: reading what came, and the answer to what was sent without being asked. */
#include "base/log.h"
#include "base/text.h"
#include "client/after.h"
#include "client/child.h"
#include "client/consent_end.h"
#include "client/desk_arg.h"
#include "client/desk_reply.h"
#include "client/desk_table.h"
#include "client/facts.h"
#include "client/hold.h"
#include "client/twice.h"

#include <stdlib.h>
#include <string.h>

/* The receiver's answer: accept keeps the copy until its end, not-for-us destroys it at once. */
static enum err answer(struct client_call *c, struct vault_txn *x, enum proto_answer code)
{
    struct client_desk d;
    struct proto_msg m = {.kind = PROTO_ANSWER, .code = (uint8_t) code};
    uint8_t id[PROTO_ID_LEN];
    bool already = false;
    enum err e = client_desk_arg(c, x, "offer", &d);

    if (e == OK && !d.mine && d.offer)
        e = client_twice_answered(c, x, &d, &m,
            code == PROTO_ANSWER_ACCEPT ? d.accepted : d.state == CLIENT_DESK_NOT_FOR_US, &already);
    if (already)
        return e;
    if (e == OK
        && (d.mine || !d.offer || d.accepted
            || (d.state != CLIENT_DESK_GRANTED && d.state != CLIENT_DESK_ARRIVED
                && d.state != CLIENT_DESK_OPENED)))
        e = trouble_at(&c->trouble, ERR_STATE, "--offer", 0, 0,
            "this is not an offer that waits for your answer; see: schakel inbox",
            "dit is geen aanbod dat op uw antwoord wacht; zie: schakel inbox");
    if (e != OK)
        return e;
    client_desk_head(&d, &m);
    memcpy(m.refers, d.id, sizeof m.refers);
    e = client_outbox_put(c->node, x, &m, c->who, id);
    if (e == OK) {
        client_call_wait(c, id);
        client_reply_id(c->reply, "offer", d.id);
    }
    return e;
}

enum err client_do_accept(struct client_call *c, struct vault_txn *x)
{
    return answer(c, x, PROTO_ANSWER_ACCEPT);
}

enum err client_do_not_for_us(struct client_call *c, struct vault_txn *x)
{
    return answer(c, x, PROTO_ANSWER_NOT_FOR_US);
}

/* The family hears of it before anybody reads. */
static enum err check_informed(struct client_call *c, struct client_desk *d)
{
    enum err e = client_desk_arg_informed(c, d);

    if (e != OK || d->informed_s != 0 || !client_reply_tell_first(c->node, d))
        return e;
    return trouble_at(&c->trouble, ERR_STATE, "--informed", 0, 0,
        "the family must know of it before you read this: tell them what you will read and why, and add "
        "--informed DATE,"
        " the day they were told",
        "het gezin moet het weten voordat u dit leest: vertel wat u gaat lezen en waarom, en voeg --informed "
        "DATUM toe, de dag"
        " waarop het is verteld");
}

static enum err check_readable(struct client_call *c, const struct client_desk *d)
{
    if (d->mine == d->offer || (d->state != CLIENT_DESK_ARRIVED && d->state != CLIENT_DESK_OPENED))
        return trouble_at(&c->trouble, ERR_STATE, "--share", 0, 0,
            "there is nothing to read here, or not yet; how it stands: schakel request show",
            "er is hier niets te lezen, of nog niet; hoe het ermee staat: schakel request show");
    if (d->access_until_s <= clock_now_s())
        return trouble_at(&c->trouble, ERR_EXPIRED, "--share", 0, 0,
            "access ended; ask again if it is still needed",
            "de toegang is voorbij; vraag opnieuw als het nog nodig is");
    return OK;
}

/* By the birth date that came along or stands in our own record. The copy itself goes with the next upkeep.
 */
static enum err check_consent(
    struct client_call *c, struct vault_txn *x, const struct client_desk *d, const char *said_birth_date)
{
    struct policy_facts f;
    char birth_date[11] = "";
    bool ended = false;
    enum err e = client_facts_person(c->node, x, &d->child, clock_now_s(), &f, birth_date);

    if (e == OK)
        e = client_consent_ended(
            c->node, x, d, birth_date[0] != '\0' ? birth_date : said_birth_date, clock_now_s(), &ended);
    if (e != OK || !ended)
        return e;
    return trouble_at(&c->trouble, ERR_EXPIRED, "--share", 0, 0,
        "the consent that it rests on has ended (its day, or a birthday after which others must say yes); "
        "ask the family anew",
        "de toestemming waarop het rust is voorbij (de einddatum, of een verjaardag waarna anderen ja moeten "
        "zeggen); vraag het gezin opnieuw");
}

/* Its ciphertext is what was granted and logged, and yet opens nowhere: only who sealed it can have made it so. */
static enum err does_not_open(struct client_call *c, const struct client_desk *d)
{
    char id[2 * PROTO_ID_LEN + 1];

    text_hex(d->id, PROTO_ID_LEN, id, sizeof id);
    log_event(LOG_WARN, "share-does-not-open", "message", id, "from", client_handle(c->node, d->other), NULL);
    return trouble_at(&c->trouble, ERR_SIGNATURE, "--share", 0, 0,
        "what %s gave cannot be opened: it was not sealed for this request and this organisation. Nothing of it is shown. Phone them to give it "
        "again, and tell your privacy officer: the archive has the proof of what they gave",
        "wat %s gaf is niet te openen: het is niet verzegeld voor dit verzoek en deze organisatie. Er wordt niets van getoond. Bel hen om het opnieuw "
        "te geven, en vertel het de privacy officer: in het archief staat het bewijs van wat zij gaven",
        client_handle(c->node, d->other));
}

/* What the holder sealed says whom it means. Nothing of another child is shown, and the holder does not hear
 * that it was read. */
static enum err unseal(struct client_call *c, struct vault_txn *x, const struct client_desk *d, cJSON **out)
{
    struct client_identity said = {.birth_date = ""};
    cJSON *content = NULL;
    enum err e = client_hold_unseal(c->node, x, d, &said, &content);

    if (e == ERR_SIGNATURE)
        return does_not_open(c, d);
    if (e == OK)
        e = check_consent(c, x, d, said.birth_date);
    if (e == OK && d->state == CLIENT_DESK_ARRIVED && client_hold_differs(c->node, x, &d->child, &said)
        && !client_arg_flag(c, "confirm_child"))
        e = trouble_at(&c->trouble, ERR_STATE, "--share", 0, 0,
            "birth date or name that came along differ from your record: phone the holder before you read "
            "it. If it is this child, add"
            " --confirm-child; if not, leave it unread: it is destroyed when access ends",
            "geboortedatum of naam die meekwam is anders dan in uw dossier: bel de houder voordat u het "
            "leest. Is het dit kind, voeg"
            " --confirm-child toe; zo niet, laat het ongelezen: het wordt vernietigd als de toegang eindigt");
    if (e == OK)
        *out = content;
    else
        cJSON_Delete(content);
    return e;
}

/* The first time the holder is told. */
static enum err tell_holder(struct client_call *c, struct vault_txn *x, struct client_desk *d)
{
    struct proto_msg m = {.kind = PROTO_REPORT, .code = PROTO_REPORT_OPENED};

    client_desk_head(d, &m);
    memcpy(m.refers, d->grant_id, sizeof m.refers);
    m.sections = d->granted;
    d->state = CLIENT_DESK_OPENED;
    d->opened_s = clock_now_s();
    return client_outbox_put(c->node, x, &m, c->who, NULL);
}

/* The report goes out with the first opening, and the content is shown whether or not the hub can be reached.
 */
enum err client_do_open(struct client_call *c, struct vault_txn *x)
{
    struct client_desk d;
    cJSON *content = NULL;
    enum err e = client_desk_arg(c, x, "share", &d);

    if (e == OK)
        e = check_readable(c, &d);
    if (e == OK)
        e = check_informed(c, &d);
    if (e == OK)
        e = unseal(c, x, &d, &content);
    if (e == OK && d.state == CLIENT_DESK_ARRIVED)
        e = tell_holder(c, x, &d);
    if (e == OK)
        e = client_desk_put(x, &d);
    if (e != OK) {
        cJSON_Delete(content);
        return e;
    }
    client_reply_id(c->reply, "share", d.id);
    json_add_text(c->reply, "from", client_handle(c->node, d.other));
    client_reply_child(c->reply, "child", c->node, x, &d.child);
    json_add_text(c->reply, "purpose", d.purpose);
    client_reply_last_day(c->reply, "until", d.access_until_s);
    client_reply_date(c->reply, "informed", d.informed_s);
    client_reply_duties(c->reply, c->node, c->trouble.lang, &d);
    cJSON_AddItemToObject(c->reply, "sections", content);
    return client_after_reply(c->reply, c->node, x, c->trouble.lang, &d);
}
