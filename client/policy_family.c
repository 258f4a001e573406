#include "client/policy_family.h"

#include "client/policy_answer.h"

#include <string.h>

enum { DECIDES_TOO = 12, DECIDES_ALONE = 16 };

enum client_family client_policy_family_of(const char *word)
{
    if (word == NULL)
        return CLIENT_FAMILY_NONE;
    return strcmp(word, "young") == 0 ? CLIENT_FAMILY_YOUNG : strcmp(word, "parent") == 0 ? CLIENT_FAMILY_PARENT : CLIENT_FAMILY_NONE;
}

const char *client_policy_family_name(enum client_family reader)
{
    return reader == CLIENT_FAMILY_YOUNG ? "young" : reader == CLIENT_FAMILY_PARENT ? "parent" : "";
}

static const char *word(const struct client_tongue *in, enum client_family reader, const char *name)
{
    return policy_texts_get(in->texts, in->lang, client_policy_family_name(reader), name);
}

const char *client_policy_family_rights(const struct client_tongue *in, enum client_family reader)
{
    return word(in, reader, "rights");
}

/* ---- what may be said at all ---- */

/* Of an unknown age the careful one: old enough to decide alone. */
static bool may_hear(const struct client_policy_question *q, uint8_t section, enum client_family reader)
{
    const struct policy_facts *f = &q->asked.facts;

    if (f->incapable)
        return true;
    if (reader == CLIENT_FAMILY_YOUNG)
        return f->age_years < 0 || f->age_years >= DECIDES_TOO;
    if (f->age_years < 0 || f->age_years >= DECIDES_ALONE)
        return false;
    return f->age_years < DECIDES_TOO || q->pack->section[section].class < POLICY_S4;
}

/* By the pack alone: that nothing is said must not depend on what happened. */
static bool waits_for_safety(const struct client_policy_question *q, uint8_t section)
{
    const struct policy_facts *f = &q->asked.facts;

    for (size_t i = 0; i < q->pack->rules; i++) {
        const struct policy_rule *r = &q->pack->rule[i];

        if (r->mode != POLICY_MODE_N && r->inform == POLICY_INFORM_DEFER && (r->requesters >> f->asker_kind & 1) != 0
            && (r->purposes >> f->purpose & 1) != 0 && (r->holders >> f->holder_kind & 1) != 0 && (r->sections >> section & 1) != 0)
            return true;
    }
    return false;
}

/* ---- what is said ---- */

static const char *denied(enum policy_reason reason, enum client_family reader)
{
    if (reason == POLICY_NEVER)
        return "never";
    /* It may be the young person's. */
    return reason == POLICY_RESTRICTED && reader == CLIENT_FAMILY_YOUNG ? "objection" : "no";
}

static const char *answer_of(const struct policy_decision *d, enum client_family reader)
{
    static const char *const names[POLICY_VERDICTS] = { [POLICY_NEED_EVENT] = "event", [POLICY_NEED_CONSENT] = "consent",
        [POLICY_NEED_WEIGH] = "steps", [POLICY_NEED_APPROVAL] = "steps", [POLICY_PERMIT] = "permit" };

    return d->verdict == POLICY_DENY ? denied(d->reason, reader) : names[d->verdict];
}

static const char *decides_of(const struct policy_facts *f)
{
    if (f->incapable)
        return "decides_rep";
    if (f->age_years < 0)
        return "decides_age";
    return f->age_years < DECIDES_TOO ? "decides_parents" : f->age_years < DECIDES_ALONE ? "decides_both" : "decides_young";
}

/* Data about no person: nobody is asked. */
static bool is_of_person(const struct client_policy_question *q, uint8_t section)
{
    return q->pack->section[section].class != POLICY_S0;
}

void client_policy_family_make(
    const struct client_policy_question *q, uint8_t section, enum client_family reader, struct client_policy_said *out)
{
    struct client_policy_answer a;
    const struct policy_rule *rule;

    *out = (struct client_policy_said){ .section = section, .answer = "withheld" };
    if (!may_hear(q, section, reader))
        return;
    out->answer = "later";
    if (waits_for_safety(q, section))
        return;
    client_policy_answer_make(q, section, CLIENT_READS_ASKER, &a);
    out->answer = answer_of(&a.seen, reader);
    out->events = a.seen.need_events;
    out->last_day = a.last_day;
    if (a.seen.verdict < POLICY_NEED_CONSENT || a.seen.rule < 0 || !is_of_person(q, section))
        return;
    rule = &q->pack->rule[a.seen.rule];
    if (rule->mode == POLICY_MODE_C)
        out->decides = decides_of(&q->asked.facts);
    out->no = rule->mode == POLICY_MODE_C ? "no_consent" : q->pack->ground[rule->ground].survives ? "no_stays" : "no_stops";
}

/* ---- JSON and paper ---- */

static const char *event_words(const struct client_tongue *in, uint8_t event)
{
    return policy_texts_get(in->texts, in->lang, "event", policy_pack_name(in->pack, POLICY_SET_EVENTS, event));
}

void client_policy_family_json(
    const struct client_tongue *in, enum client_family reader, const struct client_policy_said *said, cJSON *row)
{
    cJSON *events;
    char day[11] = "";

    json_add_text(row, "section", policy_pack_name(in->pack, POLICY_SET_SECTIONS, said->section));
    json_add_text(row, "answer", said->answer);
    json_add_text(row, "text", word(in, reader, said->answer));
    events = json_add_array(row, "events");
    for (uint8_t i = 0; i < in->pack->set[POLICY_SET_EVENTS].count; i++)
        if ((said->events >> i & 1) != 0)
            json_push_text(events, event_words(in, i));
    if (said->last_day.year != 0)
        date_format(said->last_day, day);
    json_add_text(row, "last_day", day);
    json_add_text(row, "decides", said->decides == NULL ? "" : word(in, reader, said->decides));
    json_add_text(row, "no", said->no == NULL ? "" : word(in, reader, said->no));
}

void client_policy_family_print(
    const struct client_tongue *in, enum client_family reader, const struct client_policy_said *said, FILE *out)
{
    char day[11];

    (void)fprintf(out, "  %s\n", word(in, reader, said->answer));
    for (uint8_t i = 0; i < in->pack->set[POLICY_SET_EVENTS].count; i++)
        if ((said->events >> i & 1) != 0)
            (void)fprintf(out, "    - %s\n", event_words(in, i));
    if (said->last_day.year != 0) {
        date_format(said->last_day, day);
        (void)fprintf(out, "  %s %s.\n", word(in, reader, "until"), day);
    }
    if (said->decides != NULL)
        (void)fprintf(out, "  %s\n", word(in, reader, said->decides));
    if (said->no != NULL)
        (void)fprintf(out, "  %s\n", word(in, reader, said->no));
}
