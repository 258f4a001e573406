#include "client/desk_arg.h"

#include "client/twice.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum err client_desk_arg(
    struct client_call *c, struct vault_txn *x, const char *option, struct client_desk *d)
{
    uint8_t id[PROTO_ID_LEN];
    char shown[32];
    enum err e = client_arg_id(c, option, id);

    (void) snprintf(shown, sizeof shown, "--%s", option);
    if (e == OK)
        e = client_desk_get(x, id, d);
    if (e == ERR_NOTFOUND)
        return trouble_at(&c->trouble, e, shown, 0, 0,
            "there is no such request or offer here; see: schakel request list",
            "er is hier geen verzoek of aanbod met dit nummer; zie: schakel request list");
    return e;
}

enum err client_desk_arg_open(struct client_call *c, struct vault_txn *x, struct client_desk *d)
{
    bool refused = false;
    enum err e = client_desk_arg(c, x, "request", d);

    if (e == OK)
        e = client_twice_waits(x, PROTO_REFUSE, 0, d->id, &refused);
    if (e != OK)
        return e;
    if (refused)
        return trouble_at(&c->trouble, ERR_STATE, "--request", 0, 0,
            "this request was refused here, and that is on its way to the asker; see: schakel outbox list",
            "dit verzoek is hier geweigerd, en dat is onderweg naar de vrager; zie: schakel outbox list");
    if (d->mine || d->offer)
        return trouble_at(&c->trouble, ERR_STATE, "--request", 0, 0,
            "this is not a request to you; see: schakel inbox",
            "dit is geen verzoek aan u; zie: schakel inbox");
    if (d->state != CLIENT_DESK_WAITING)
        return trouble_at(&c->trouble, ERR_STATE, "--request", 0, 0,
            "this request waits for no answer any more; how it stands: schakel request show",
            "dit verzoek wacht niet meer op een antwoord; hoe het ermee staat: schakel request show");
    if (d->until_s <= clock_now_s())
        return trouble_at(&c->trouble, ERR_EXPIRED, "--request", 0, 0,
            "this request is over its last day; ask the partner to send it again",
            "de laatste dag van dit verzoek is voorbij; vraag de partner het opnieuw te sturen");
    /* What was sealed for a grant that is under way must not be sealed anew: its digest is signed already. */
    if (!sodium_is_zero(d->grant_id, sizeof d->grant_id))
        return trouble_at(&c->trouble, ERR_STATE, "--request", 0, 0,
            "this request was granted a moment ago and the hub has not answered yet; how it stands: schakel "
            "request show",
            "dit verzoek is zojuist toegekend en de hub heeft nog niet geantwoord; hoe het ermee staat: "
            "schakel request show");
    return OK;
}

enum err client_desk_arg_note(struct client_call *c, struct client_desk *d)
{
    const char *note = NULL;

    if (json_text(c->args, "note", &note) != OK)
        return OK;
    if (strlen(note) > CLIENT_NOTE_MAX)
        return trouble_at(&c->trouble, ERR_LONG, "--note", 0, 0,
            "make it shorter: at most %d bytes, and this note has %zu",
            "maak het korter: hoogstens %d bytes, en dit bericht heeft er %zu", CLIENT_NOTE_MAX,
            strlen(note));
    memcpy(d->note, note, strlen(note) + 1);
    return OK;
}

enum err client_arg_last_day(struct client_call *c, const char *name, uint64_t *end_s)
{
    struct date day;
    enum err e = client_arg_date(c, name, &day);

    if (e == OK)
        *end_s = clock_midnight_nl(date_add_days(day, 1));
    return e;
}

enum err client_desk_arg_until(struct client_call *c, uint64_t limit, uint64_t *out)
{
    const char *text = NULL;
    uint64_t at = limit;
    enum err e = json_text(c->args, "until", &text) == OK ? client_arg_last_day(c, "until", &at) : OK;

    if (e == OK && (at > limit || at <= clock_now_s())) {
        char last[11];
        date_format(clock_date_nl(limit - 1), last);
        return trouble_at(&c->trouble, ERR_RANGE, "--until", 0, 0,
            "the last day of access is today or later, and at the latest %s",
            "de laatste dag van de toegang is vandaag of later, en uiterlijk %s", last);
    }
    if (e == OK)
        *out = at;
    return e;
}

enum err client_desk_arg_ticks(struct client_call *c, struct proto_ids *out)
{
    const char *text = NULL;
    char *list, *save = NULL;
    enum err e = OK;

    if (json_text(c->args, "tick", &text) != OK)
        return OK;
    if ((list = strdup(text)) == NULL)
        return ERR_NOMEM;
    for (char *p = strtok_r(list, ", ", &save); e == OK && p != NULL; p = strtok_r(NULL, ", ", &save)) {
        if (out->count == PROTO_STATEMENTS_MAX)
            e = trouble_at(
                &c->trouble, ERR_LONG, "--tick", 0, 0, "at most %d", "hoogstens %d", PROTO_STATEMENTS_MAX);
        else
            e = client_id_resolve(c, p, out->id[out->count++]);
    }
    free(list);
    return e;
}

enum err client_desk_arg_informed(struct client_call *c, struct client_desk *d)
{
    const char *given = NULL;
    struct date day;
    enum err e;

    if (json_text(c->args, "informed", &given) != OK)
        return OK;
    e = client_arg_date(c, "informed", &day);
    if (e == OK && date_compare(day, clock_date_nl(clock_now_s())) > 0)
        e = trouble_at(&c->trouble, ERR_RANGE, "--informed", 0, 0,
            "this day is still to come; tell the family first",
            "deze dag moet nog komen; vertel het eerst aan het gezin");
    if (e == OK)
        d->informed_s = clock_midnight_nl(day);
    return e;
}

enum err client_desk_arg_anon(struct client_call *c, const struct client_desk *d)
{
    const char *anon = policy_pack_name(c->node->pack, POLICY_SET_SECTIONS, c->node->pack->anon_section);

    if (anon == NULL || !proto_sections_has(&d->sections, anon)
        || (d->sections.count == 1 && d->child.type == PROTO_SUBJECT_HANDLE))
        return OK;
    return trouble_at(&c->trouble, ERR_STATE, anon, 0, 0,
        "text without names goes alone and in a case without a number: schakel case open --new-handle, then "
        "give its --case",
        "tekst zonder namen gaat alleen, in een casus zonder nummer: schakel case open --new-handle, en geef "
        "daarvan --case");
}

void client_desk_head(const struct client_desk *d, struct proto_msg *m)
{
    memcpy(m->head.to, d->other, sizeof m->head.to);
    memcpy(m->head.case_id, d->case_id, sizeof m->head.case_id);
    m->head.subject = d->child_there;
    memcpy(m->head.purpose, d->purpose, sizeof m->head.purpose);
}

enum err client_desk_arg_all(struct client_call *c)
{
    static const struct { const char *key, *en, *nl; } needed[] = {
        {"to", "--to PARTNER", "--to PARTNER"},
        {"purpose", "--purpose PURPOSE", "--purpose DOEL"},
        {"sections", "--sections SECTION,...", "--sections ONDERDEEL,..."},
    };
    bool nl = c->trouble.lang == LANG_NL;
    const char *text = NULL;
    char all[200] = "";

    if (json_text(c->args, "case", &text) != OK && json_text(c->args, "number", &text) != OK)
        (void) snprintf(all, sizeof all, nl ? "--case CASUS (of --number NUMMER)" : "--case CASE (or --number NUMBER)");
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (json_text(c->args, needed[i].key, &text) != OK) {
            size_t at = strlen(all);
            (void) snprintf(all + at, sizeof all - at, "%s%s", at != 0 ? ", " : "", nl ? needed[i].nl : needed[i].en);
        }
    return all[0] == '\0' ? OK
                          : trouble_set(&c->trouble, ERR_USAGE,
                              "this is needed, too: %s; purposes and sections: schakel policy show",
                              "dit is ook nodig: %s; doelen en onderdelen: schakel policy show", all);
}
