#include "client/distrust.h"

#include "base/log.h"
#include "client/hublink_parts.h"
#include "client/meta.h"
#include "client/openings.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 2 };

/* What its row is kept under. */
_Static_assert(PROTO_PARTNER_LEN == PROTO_ID_LEN, "client/meta");

bool client_distrust_has(const struct client_node *n, const uint8_t partner[PROTO_PARTNER_LEN])
{
    for (size_t i = 0; n->link != NULL && i < n->link->apart_count; i++)
        if (sodium_memcmp(n->link->apart[i]->id, partner, PROTO_PARTNER_LEN) == 0)
            return true;
    return false;
}

bool client_distrust_is_general(const struct client_node *n)
{
    return n->link != NULL && n->link->apart_count >= MANY;
}

static enum err store(struct client_node *n, const struct proto_partner *p, const char *why)
{
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, true, &x);

    if (e == OK)
        e = client_meta_put_of(x, CLIENT_META_DOUBT, p->id, why, strlen(why) + 1);
    return client_vault_end(x, e);
}

/* While mail is applied a transaction is open: it is kept at the next step of the heads. */
void client_distrust_partner(struct client_node *n, const struct proto_partner *p, const char *why)
{
    struct client_hublink *l = n->link;

    log_event(LOG_ERROR, "partner-saw-another-log", "partner", p->handle, "reason", why, NULL);
    if (client_distrust_has(n, p->id) || l->apart_count == LINK_HEADS)
        return;
    l->apart[l->apart_count++] = p;
}

void client_distrust_keep(struct client_node *n)
{
    struct client_hublink *l = n->link;

    while (l->apart_kept < l->apart_count) {
        if (store(n, l->apart[l->apart_kept], "saw-another-log") != OK) {
            log_event(LOG_ERROR, "not-stored", "step", "doubt", NULL);
            return;
        }
        l->apart_kept++;
    }
}

enum err client_distrust_load(struct client_node *n)
{
    struct client_hublink *l = n->link;
    struct vault_txn *x = NULL;
    enum err e = client_vault_begin(n->vault, false, &x);

    for (size_t i = 0; e == OK && i < n->region.partner_count && l->apart_count < LINK_HEADS; i++) {
        const struct proto_partner *p = &n->region.partner[i];
        bool has = false;

        e = client_meta_has_of(x, CLIENT_META_DOUBT, p->id, &has);
        if (e == OK && has)
            l->apart[l->apart_count++] = p;
    }
    l->apart_kept = l->apart_count;
    client_vault_abort(x);
    return e;
}

/* ---- saying it ---- */

static const char *doubts_text(const struct client_node *n, enum lang lang, char *buf, size_t len)
{
    (void)snprintf(buf, len, lang == LANG_NL
            ? "%s zegt een ander logboek van de hub te hebben gezien: de hub of die partner liegt. Aan die partner gaat niets meer; bel hem, "
              "laat hem zijn checkpoint sturen (schakel hub mirror), geef dat aan schakel log compare, en meld wat dat zegt"
            : "%s says it saw another log of the hub: the hub or that partner lies. Nothing goes to that partner any more; call it, "
              "have it send its checkpoint (schakel hub mirror), give that to schakel log compare, and report what it says", n->link->apart[0]->handle);
    return buf;
}

const char *client_distrust_text(const struct client_node *n, enum lang lang, char *buf, size_t len)
{
    const struct client_hublink *l = n->link;

    if (l == NULL)
        return NULL;
    if (client_openings_stopped(n))
        return lang == LANG_NL
            ? "BAD_OPENING: WAT DE HUB OVER DEZE ORGANISATIE LOGDE KLOPT NIET MET WAT HIER IS. Er wordt niets gevraagd of verstrekt; intrekken en audit "
              "gaan door. Laat de privacy officer het uitzoeken (schakel audit, schakel audit complete); daarna: schakel audit clear --reason TEKST"
            : "BAD_OPENING: WHAT THE HUB LOGGED ABOUT THIS ORGANISATION IS NOT WHAT IS HERE. Nothing is asked for or given; withdrawal and audit go on. "
              "Let the privacy officer look into it (schakel audit, schakel audit complete); then: schakel audit clear --reason TEXT";
    if (l->by_word)
        return lang == LANG_NL
            ? "TWEE PARTNERS NOEMDEN EEN ANDERE WORTEL VAN HET OUDE LOGBOEK DAN DE HUB HIER TOONDE. Zij vergisten zich, of de hub vertelde twee verhalen. Er "
              "wordt niets gevraagd of verstrekt; intrekken en audit gaan door. Vergelijk met hen. Is het uitgezocht: schakel log accept --reason TEKST"
            : "TWO PARTNERS NAMED ANOTHER ROOT OF THE OLD LOG THAN THE HUB SHOWED HERE. They are wrong, or the hub told two stories. Nothing is asked for "
              "or given; withdrawal and audit go on. Compare with them. When it has been looked into: schakel log accept --reason TEXT";
    if (l->for_ever)
        return lang == LANG_NL
            ? "HET LOGBOEK VAN DE HUB SPREEKT ZICHZELF TEGEN. Er wordt niets gevraagd of verstrekt; intrekken, audit en intrekken van sleutels gaan "
              "door. Bel de andere partners, vergelijk met hen (schakel log compare), en bewaar de map van dit knooppunt: zij is het bewijs. Is het "
              "uitgezocht: schakel log accept --reason TEKST"
            : "THE HUB'S LOG CONTRADICTS ITSELF. Nothing is asked for or given; withdrawal, audit and revocation go on. Call the other partners, "
              "compare with them (schakel log compare), and keep this node's folder: it is the evidence. When it has been looked into: schakel log "
              "accept --reason TEXT";
    if (client_distrust_is_general(n))
        return lang == LANG_NL
            ? "VERSCHILLENDE PARTNERS ZAGEN EEN ANDER LOGBOEK VAN DE HUB. Er wordt niets gevraagd of verstrekt; intrekken en audit gaan door. Is het "
              "uitgezocht: schakel log accept --reason TEKST"
            : "SEVERAL PARTNERS SAW ANOTHER LOG OF THE HUB. Nothing is asked for or given; withdrawal and audit go on. When it has been looked "
              "into: schakel log accept --reason TEXT";
    if (l->forked)
        return lang == LANG_NL
            ? "DE HUB TOONT NIET MEER WAT HIJ ONDERTEKENDE. Er wordt niets gevraagd of verstrekt tot hij dat weer doet; intrekken en audit gaan door"
            : "THE HUB NO LONGER SHOWS WHAT IT SIGNED. Nothing is asked for or given until it does again; withdrawal and audit go on";
    return l->apart_count != 0 ? doubts_text(n, lang, buf, len) : NULL;
}

enum err client_distrust_check(const struct client_node *n, const char *command, struct trouble *t)
{
    static const char *const stopped[] = {"request.new", "grant", "send"};
    char buf[512];
    bool is_stopped = false;

    for (size_t i = 0; i < sizeof stopped / sizeof stopped[0]; i++)
        is_stopped = is_stopped || strcmp(stopped[i], command) == 0;
    if (!is_stopped || n->link == NULL || (!n->link->forked && !client_distrust_is_general(n) && !client_openings_stopped(n)))
        return OK;
    return trouble_set(t, ERR_STATE, "%s", "%s", client_distrust_text(n, t->lang, buf, sizeof buf));
}

enum err client_distrust_forget(struct client_node *n, struct vault_txn *x)
{
    enum err e = OK;

    for (size_t i = 0; e == OK && i < n->link->apart_count; i++)
        e = client_meta_drop_of(x, CLIENT_META_DOUBT, n->link->apart[i]->id);
    return e;
}
