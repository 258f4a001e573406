/* client/do_audit: completeness, and what goes with it, as commands of the privacy officer. */
#include "client/audit.h"

#include "base/log.h"
#include "client/archive_end.h"
#include "client/hublink.h"
#include "client/openings.h"
#include "client/terms.h"
#include "client/texts.h"
#include "proto/cosigned.h"

#include <stdlib.h>
#include <string.h>

enum { DAY_S = 86400 };

/* What is not anchored is on its way to be, unless it cannot be or takes too long: that is told, with whom to ask. */
static void add_anchored(cJSON *o, const struct client_node *n, const struct client_audit_bound *b)
{
    uint64_t now_s = clock_now_s();

    json_add_bool(o, "anchored", b->anchored);
    if (b->anchored)
        return;
    if (b->lost)
        json_add_bool(o, "lost", true);
    else if (!proto_cosigned_is_possible(&n->region, now_s))
        json_add_bool(o, "too_few_witnesses", true);
    else if (b->time_s + DAY_S < now_s)
        json_add_bool(o, "late", true);
}

static void add_bound(cJSON *obj, const char *key, const struct client_node *n, const struct client_audit_bound *b)
{
    char when[17];
    cJSON *o;

    if (b->size == 0)
        return;
    o = json_add_object(obj, key);
    json_add_u64(o, "number", b->number);
    json_add_u64(o, "leaves", b->size);
    json_add_hex(o, "root", b->root, sizeof b->root);
    clock_format_nl(b->time_s, when);
    json_add_text(o, "when", when);
    add_anchored(o, n, b);
}

/* Its mail never came, but the log has its leaf and that was laid open: then it can be named, and whose it is. */
static void add_named(cJSON *row, const struct client_node *n, struct vault_txn *x, uint64_t number, enum lang lang)
{
    struct client_opening *o = malloc(sizeof *o);
    const struct proto_partner *from;
    char when[17];

    if (o != NULL && client_openings_get(x, number, o) == OK && o->state == CLIENT_OPENING_BARE) {
        from = proto_region_partner(&n->region, o->what.from);
        json_add_text(row, "act", o->what.kind != PROTO_REFUSE ? client_texts_kind(proto_kind_name((enum proto_kind)o->what.kind), lang)
            : lang == LANG_NL ? "weigering of einde van toegang" : "refusal or end of access");
        json_add_text(row, "from", from != NULL ? from->handle : "?");
        clock_format_nl(o->what.time_s, when);
        json_add_text(row, "when", when);
    }
    free(o);
}

/* What somebody may be keeping back is told as that. */
static void add_gaps(cJSON *reply, const struct client_node *n, struct vault_txn *x, const struct client_audit_report *r, enum lang lang)
{
    cJSON *rows = json_add_array(reply, "missing");
    bool kept_back = false;

    for (size_t i = 0; i < r->gaps && i < CLIENT_AUDIT_GAPS_MAX; i++) {
        cJSON *row = json_push_object(rows);

        json_add_u64(row, "number", r->gap[i].number);
        json_add_text(row, "why", client_audit_why(r->gap[i].why, lang));
        if (r->gap[i].why != CLIENT_AUDIT_KEPT_BACK && r->gap[i].why != CLIENT_AUDIT_MISSING)
            continue;
        kept_back = true;
        add_named(row, n, x, r->gap[i].number, lang);
    }
    if (kept_back)
        json_add_bool(reply, "kept_back", true);
}

/* One sentence: what was found, and the next step. */
static const char *verdict(const struct client_audit_report *r, const struct client_audit_period *p, enum lang lang)
{
    bool nl = lang == LANG_NL;

    if (r->count == 0)
        return nl ? "in deze periode is niets genummerd" : "nothing was numbered in this period";
    if (r->gaps != 0)
        return nl ? "niet volledig: zie wat ontbreekt, en vraag de beheerder van de hub ernaar"
                  : "not complete: see what is missing, and ask the hub's operator about it";
    if (r->spent == r->count)
        return nl ? "elk nummer is er; waar ze over gingen wordt niet meer bewaard, want de termijn is voorbij"
                  : "every number is here; what they were about is not kept any more, for its term is over";
    if (r->spent != 0 && (p->until_s == UINT64_MAX || r->closed))
        return nl ? "volledig: elk nummer is er; van die waarvan de termijn voorbij is alleen nummer en blad, van de andere handtekening en bewijs"
                  : "complete: every number is here; of those whose term is over number and leaf alone, of the others signature and proof";
    if (p->until_s == UINT64_MAX)
        return nl ? "volledig tot en met het laatste nummer: elk nummer is er, met handtekening en bewijs"
                  : "complete up to the last number: every number is here, with signature and proof";
    if (r->closed)
        return nl ? "volledig: elk nummer is er, met handtekening en bewijs" : "complete: every number is here, with signature and proof";
    if (p->until_s > clock_now_s())
        return nl ? "er ontbreekt niets tot het laatste nummer; de laatste dag van de periode is nog niet voorbij"
                  : "nothing is missing up to the last number; the last day of the period is not over yet";
    return nl ? "er ontbreekt niets tot het laatste nummer; dat erna niets meer kwam, staat vast met het eerste nummer erna (schakel audit check maakt er een)"
              : "nothing is missing up to the last number; that nothing came after it is certain with the first number after it (schakel audit check makes one)";
}

/* Up to when every number is here: the period's last day when a later number closes it, else the moment of the last whole number. */
static void add_until(cJSON *obj, const struct client_audit_report *r, const struct client_audit_period *p)
{
    char text[17] = "";

    if (r->gaps == 0 && r->closed)
        date_format(clock_date_nl(p->until_s - 1), text);
    else if (r->whole_s != 0)
        clock_format_nl(r->whole_s, text);
    json_add_text(obj, "complete_until", text);
    json_add_u64(obj, "whole_to", r->whole);
}

/* What went because its term is over is no gap, and is told apart from one. */
static void add_not_kept(cJSON *obj, const struct client_node *n, const struct client_audit_report *r)
{
    char text[17] = "";

    json_add_u64(obj, "not_kept", r->spent);
    if (r->spent == 0)
        return;
    if (r->spent_s != 0)
        date_format(clock_date_nl(r->spent_s), text);
    json_add_text(obj, "not_kept_until", text);
    json_add_u64(obj, "archive_years", client_archive_end_term_s(n, NULL) / CLIENT_TERMS_YEAR_S);
    json_add_text(obj, "archive_term", client_terms_archive_why(n->me->kind));
}

/* What is not there yet and will come by itself; nothing of it is missing. */
static void add_on_its_way(cJSON *obj, struct client_node *n, const struct client_audit_report *r)
{
    struct client_link_status link = {.outbox = 0};

    if (n->link != NULL)
        client_hublink_status(n, &link);
    json_add_u64(obj, "outbox", link.outbox);
    json_add_u64(obj, "openings_waiting", n->officer != NULL ? r->waiting : 0);
    json_add_u64(obj, "openings_late", n->officer != NULL ? r->late : 0);
}

enum err client_do_audit_complete(struct client_call *c, struct vault_txn *x)
{
    struct client_audit_report *r = calloc(1, sizeof *r);
    struct client_audit_period p;
    enum err e = r == NULL ? ERR_NOMEM : client_audit_period(c, &p);
    /* Without --to the list ends with its last number, and that has its proof. */
    bool open_end = e == OK && p.until_s == UINT64_MAX;

    if (e == OK)
        e = client_audit_period_check(c->node, x, &p, r);
    if (e == OK) {
        json_add_bool(c->reply, "complete", r->gaps == 0 && (r->closed || open_end));
        json_add_text(c->reply, "verdict", verdict(r, &p, c->trouble.lang));
        add_until(c->reply, r, &p);
        json_add_u64(c->reply, "first", r->first);
        json_add_u64(c->reply, "last", r->last);
        json_add_u64(c->reply, "entries", r->count);
        json_add_u64(c->reply, "withdrawn", r->withdrawn);
        json_add_u64(c->reply, "openings_right", r->opened);
        add_not_kept(c->reply, c->node, r);
        add_on_its_way(c->reply, c->node, r);
        add_bound(c->reply, "before", c->node, &r->below);
        add_bound(c->reply, r->closed ? "after" : "end", c->node, &r->above);
        json_add_u64(c->reply, "gaps", r->gaps);
        add_gaps(c->reply, c->node, x, r, c->trouble.lang);
    }
    free(r);
    return e;
}

enum err client_do_audit_check(struct client_call *c, struct vault_txn *x)
{
    struct client_openings_status s;
    enum err e;

    if (c->node->officer == NULL)
        return trouble_set(&c->trouble, ERR_STATE, "this node has no officer key", "dit knooppunt heeft geen sleutel van een privacy officer");
    client_openings_now(c->node);
    e = client_openings_status(c->node, x, &s);
    if (e == OK) {
        json_add_u64(c->reply, "openings_right", s.checked);
        json_add_u64(c->reply, "openings_answered", s.answered);
        json_add_u64(c->reply, "openings_late", s.late);
        if (s.bad != 0)
            json_add_text(c->reply, "bad_opening_why", client_openings_why(s.why, c->trouble.lang));
    }
    return e;
}

enum err client_do_audit_clear(struct client_call *c, struct vault_txn *x)
{
    const char *reason = NULL;
    enum err e = client_arg_text(c, "reason", &reason);

    if (e == OK && (strlen(reason) < 10 || strlen(reason) > 600))
        return trouble_at(&c->trouble, ERR_RANGE, "--reason", 0, 0, "say in 10 to 600 characters what was found out",
            "zeg in 10 tot 600 tekens wat is uitgezocht");
    if (e == OK)
        e = client_openings_clear(c->node, x, reason);
    if (e == ERR_STATE)
        return trouble_set(&c->trouble, e, "nothing is stopped: there is no bad opening. To look now: schakel audit check",
            "niets is gestopt: er is geen slechte opening. Nu nakijken: schakel audit check");
    if (e == OK)
        log_event(LOG_WARN, "bad-opening-cleared", NULL);
    return e;
}
