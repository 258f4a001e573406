/* client/witness: what is known, and how fresh it is; the words for it; and going on after two histories. */
#include "client/witness_parts.h"

#include "client/registry.h"
#include "client/unanchored.h"

#include <stdio.h>
#include <string.h>

enum { SETTLE_MS = 10000 };

bool client_witness_log_is_fresh(const struct client_node *n, const struct witness_log *l)
{
    const struct client_witness *w = n->witness;
    uint64_t now_s = clock_now_s();

    if (l->is_registry && n->registry == NULL)
        return true;
    if (l->is_registry && (l->apart || client_registry_promise_broken(n) != NULL || client_registry_tell_is_behind(n)))
        return false;
    if (w->others != 0)
        return l->other_s + CLIENT_WITNESS_FRESH_S > now_s;
    return !l->is_registry || client_registry_seen_s(n) + CLIENT_WITNESS_FRESH_S > now_s;
}

bool client_witness_is_starting(const struct client_node *n)
{
    return n->witness != NULL && clock_mono_ms() - n->witness->opened_ms < SETTLE_MS;
}

bool client_witness_is_registry_fresh(const struct client_node *n)
{
    return n->witness == NULL || client_witness_log_is_fresh(n, &n->witness->log[WITNESS_REGISTRY]);
}

bool client_witness_is_fresh(const struct client_node *n)
{
    return n->witness == NULL
        || (client_witness_log_is_fresh(n, &n->witness->log[WITNESS_MAIN]) && client_witness_is_registry_fresh(n));
}

void client_witness_status(const struct client_node *n, struct client_witness_status *out)
{
    const struct client_witness *w = n->witness;
    const struct witness_log *l, *r;

    *out = (struct client_witness_status){.fresh = client_witness_is_fresh(n), .registry_fresh = client_witness_is_registry_fresh(n)};
    if (w == NULL)
        return;
    l = &w->log[WITNESS_MAIN];
    r = &w->log[WITNESS_REGISTRY];
    out->cosigns = client_witness_may_sign(n, l);
    out->retired = l->retired;
    out->can_anchor = proto_cosigned_is_possible(&n->region, clock_now_s());
    out->cosigned_size = l->known.seen.size;
    out->anchored_size = l->anchored.size;
    out->anchored_s = l->anchored_s;
    out->other_s = l->other_s;
    out->registry_cosigned_size = r->known.seen.size;
    out->registry_anchored_size = r->anchored.size;
    out->registry_anchored_s = r->anchored_s;
    out->registry_other_s = r->other_s;
    out->alarm = out->can_anchor && client_unanchored_is_late(&n->unanchored, clock_now_s());
}

/* ---- saying it ---- */

static const char *since(uint64_t at_s, enum lang lang, char when[17])
{
    if (at_s == 0)
        return lang == LANG_NL ? "nog nooit" : "never yet";
    clock_format_nl(at_s, when);
    return when;
}

/* The registry: which of the ways in which a hub can hold back a revocation it is. */
static const char *what(const struct client_node *n, const struct witness_log *l, enum lang lang)
{
    if (client_registry_promise_broken(n) != NULL)
        return lang == LANG_NL ? "de hub bevestigde een verklaring van hier voor het register, en toont haar niet"
                               : "the hub acknowledged a statement from here for the registry, and does not show it";
    if (l->apart)
        return lang == LANG_NL ? "de sleutelhouder medeondertekende een ander register dan de hub hier toont"
                               : "the keyholder cosigned another registry than the hub shows here";
    if (client_registry_tell_is_behind(n))
        return lang == LANG_NL ? "de sleutelhouder heeft al langer dan een minuut meer van het register dan de hub hier geeft"
                               : "for over a minute the keyholder has had more of the registry than the hub gives here";
    if (client_registry_is_ahead(n))
        return lang == LANG_NL ? "de hub toont een verklaring van het register met een tijd die nog moet komen: de klok hier loopt achter, of hij liegt"
                               : "the hub shows a statement of the registry under a time that is still to come: the clock here is slow, or it lies";
    if (l->cut)
        return lang == LANG_NL ? "de hub toont minder van het register dan hij ondertekende" : "the hub shows less of the registry than it signed";
    if (l->lacks)
        return lang == LANG_NL ? "de hub geeft niet alles van het register dat anderen al zagen" : "the hub does not give all of the registry that others saw";
    return lang == LANG_NL ? "geen andere getuige bevestigde het register van partners en sleutels de laatste 10 minuten"
                           : "no other witness confirmed the registry of partners and keys in the last 10 minutes";
}

/* Its word alone stops nothing of the log: whoever else cosigned it is there, and two heads that do not fit stop it. */
static const char *apart_text(enum lang lang)
{
    return lang == LANG_NL
        ? "DE SLEUTELHOUDER MEDEONDERTEKENDE EEN ANDER LOGBOEK DAN DE HUB HIER TOONT: een van beide liegt. Bel de andere partners en de sleutelhouder, "
          "vergelijk lengte en wortel van het logboek in schakel status, en meld het"
        : "THE KEYHOLDER COSIGNED ANOTHER LOG THAN THE HUB SHOWS HERE: one of the two lies. Call the other partners and the keyholder, compare "
          "size and root of the log in schakel status, and report it";
}

/* A node that has just started has not asked yet, and without the hub nothing goes anyway: neither is worth a word. */
const char *client_witness_text(const struct client_node *n, enum lang lang, char *buf, size_t len)
{
    const struct client_witness *w = n->witness;
    const struct witness_log *l;
    char when[17];

    if (w == NULL || !client_link_is_up(n))
        return NULL;
    if (client_witness_is_fresh(n))
        return w->log[WITNESS_MAIN].apart ? apart_text(lang) : NULL;
    l = &w->log[client_witness_is_registry_fresh(n) ? WITNESS_MAIN : WITNESS_REGISTRY];
    if (clock_mono_ms() - w->opened_ms < SETTLE_MS && !l->cut && !l->lacks && !l->apart && !client_registry_tell_is_behind(n))
        (void)snprintf(buf, len, "%s", lang == LANG_NL
                ? "het knooppunt vraagt nog aan andere getuigen of logboek en register compleet zijn; wat verstrekt wordt wacht daarop"
                : "the node is still asking other witnesses whether log and registry are whole; what is given waits for that");
    else if (!l->is_registry)
        (void)snprintf(buf, len, lang == LANG_NL
                ? "geen andere getuige bevestigde het logboek de laatste 10 minuten (laatst: %s). Wat verstrekt wordt wacht; lezen, intrekken en audit "
                  "gaan door. Blijft dit zo: bel de beheerder van de hub en een andere partner"
                : "no other witness confirmed the log in the last 10 minutes (last: %s). What is given waits; reading, withdrawal and audit go on. "
                  "If it stays so: call the hub's operator and another partner", since(l->other_s, lang, when));
    else
        (void)snprintf(buf, len, lang == LANG_NL
                ? "%s (laatst bevestigd: %s): een intrekking kan zijn achtergehouden. Wat verstrekt wordt wacht; lezen, intrekken en audit gaan door. "
                  "Blijft dit zo: bel een andere partner, vergelijk hoeveel verklaringen schakel partner list daar en hier telt, en meld het bij de "
                  "beheerder van de hub"
                : "%s (last confirmed: %s): a revocation may be kept back. What is given waits; reading, withdrawal, revocation and audit go on. If it "
                  "stays so: call another partner, compare how many statements schakel partner list counts there and here, and report it to the hub's operator",
            what(n, l, lang), since(l->other_s, lang, when));
    return buf;
}

/* ---- going on ---- */

void client_witness_registry_contradicts(struct client_node *n)
{
    if (n->witness != NULL)
        n->witness->log[WITNESS_REGISTRY].contradicts = true;
}

static enum err retire(struct witness_log *l, struct vault_txn *x)
{
    struct witness_log fresh = *l;
    enum err e;

    fresh.retired = true;
    fresh.known.seen = (struct proto_merkle_head){.size = 0};
    fresh.anchored = fresh.known.seen;
    fresh.anchored_s = fresh.self_s = 0;
    fresh.cut = fresh.contradicts = false;
    memset(fresh.recent, 0, sizeof fresh.recent);
    e = client_witness_put(x, &fresh);
    if (e == OK)
        *l = fresh;
    return e;
}

/* Where it is not known which log contradicted itself (receipts did), it is the main one. */
enum err client_witness_retire(struct client_node *n, struct vault_txn *x)
{
    struct client_witness *w = n->witness;
    enum err e = OK;

    if (w == NULL)
        return OK;
    if (w->log[WITNESS_MAIN].contradicts || !w->log[WITNESS_REGISTRY].contradicts)
        e = retire(&w->log[WITNESS_MAIN], x);
    if (e == OK && w->log[WITNESS_REGISTRY].contradicts)
        e = retire(&w->log[WITNESS_REGISTRY], x);
    return e;
}
