#include "client/desk_reply.h"

#include "base/text.h"
#include "client/ahead.h"
#include "client/child.h"
#include "client/fetched.h"
#include "client/packs.h"
#include "client/pages.h"
#include "policy/words.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct client_tongue client_reply_tongue(const struct client_node *n, enum lang lang)
{
    return (struct client_tongue) {.pack = n->pack, .texts = n->texts, .lang = lang};
}

/* A section's answer, as it is shown. */
struct shown {
    const char *verdict, *reason, *rule;
    struct client_explained words;
    bool asks_family;   /* then what a no of theirs would mean goes with it */
};

static void put_section(cJSON *array, const char *section, const struct shown *s)
{
    cJSON *row = json_push_object(array);

    json_add_text(row, "section", section);
    json_add_text(row, "verdict", s->verdict);
    json_add_text(row, "reason", s->reason);
    json_add_text(row, "rule", s->rule);
    json_add_text(row, "text", s->words.text);
    json_add_text(row, "step", s->words.step);
    json_add_text(row, "whose", s->words.whose);
    /* Where a yes is being asked; elsewhere policy explain says it. */
    json_add_text(row, "if_no", s->asks_family ? s->words.if_no : "");
}

void client_reply_decision(cJSON *array, struct client_node *n, enum lang lang, enum client_reader reader,
    const char *section, const struct policy_decision *d)
{
    struct client_tongue in = client_reply_tongue(n, lang);
    struct policy_decision seen = *d;
    struct shown s;
    bool at_holder;

    if (reader == CLIENT_READS_ASKER)
        policy_eval_for_asker(d, &seen);
    client_explain(&in, reader, d, &s.words);
    /* Which of its steps the holder has still to take is the holder's (MODEL section 5). */
    at_holder = reader == CLIENT_READS_ASKER && seen.at_holder && seen.verdict != POLICY_PERMIT;
    s.verdict = at_holder ? "AT_HOLDER" : policy_words_verdict(seen.verdict);
    s.reason = policy_words_reason(seen.reason);
    s.rule = d->rule >= 0 ? n->pack->rule[d->rule].id : "";
    s.asks_family = seen.verdict == POLICY_NEED_CONSENT;
    put_section(array, section, &s);
}

/* The events that the rules would need: from the pack alone, so it says nothing about what is there. */
static uint64_t needed_events(struct client_node *n, const struct client_desk *d, const char *section)
{
    const struct proto_partner *other = proto_region_partner(&n->region, d->other);
    const struct proto_partner *asker = d->mine == d->offer ? other : n->me,
                               *holder = asker == n->me ? other : n->me;
    struct policy_facts f = {.member = true, .hub_view = true, .before_grant = true, .age_years = -1};
    struct policy_decision out;

    if (other == NULL)
        return 0;
    f.asker_kind = policy_pack_find(n->pack, POLICY_SET_KINDS, asker->kind);
    f.holder_kind = policy_pack_find(n->pack, POLICY_SET_KINDS, holder->kind);
    f.purpose = policy_pack_find(n->pack, POLICY_SET_PURPOSES, d->purpose);
    policy_eval_section(n->pack, &f, policy_pack_find(n->pack, POLICY_SET_SECTIONS, section), &out);
    return out.need_events;
}

static struct policy_decision decision_of(
    struct client_node *n, const struct client_desk *d, const struct proto_row *row)
{
    struct policy_decision out = {.verdict = row->verdict < POLICY_VERDICTS ? row->verdict : POLICY_DENY,
        .reason = row->reason < POLICY_REASONS ? row->reason : POLICY_NO_REASON,
        .rule = policy_pack_rule(n->pack, row->rule),
        .at_holder = row->at_holder};

    if (out.rule >= 0)
        out.weigh = n->pack->rule[out.rule].weigh;
    /* Of what was asked these are the holder's, whoever forgot to say so; of what is sent they are one's own. */
    if (!d->offer)
        out.at_holder = out.at_holder || out.verdict == POLICY_NEED_APPROVAL
            || (out.verdict == POLICY_NEED_WEIGH && out.weigh == POLICY_WEIGH_HOLDER);
    if (out.verdict == POLICY_NEED_EVENT)
        out.need_events = needed_events(n, d, row->section);
    return out;
}

static bool outlasts(const struct proto_row *row)
{
    return row->verdict == POLICY_DENY && row->reason == PROTO_REASON_OUTLASTS;
}

static void put_outlasting(cJSON *array, const struct client_tongue *in, const struct proto_row *row)
{
    struct shown s = {.verdict = policy_words_verdict(POLICY_DENY), .reason = "OUTLASTS", .rule = row->rule};

    client_explain_outlasts(in, &s.words);
    put_section(array, row->section, &s);
}

/* In the section that was put last. */
static void put_ahead(cJSON *array, const struct client_node *n, enum lang lang, const struct client_desk *d, const struct proto_row *row)
{
    char text[200];

    client_ahead_text(n, d, row, lang, text, sizeof text);
    if (text[0] != '\0')
        json_add_text(cJSON_GetArrayItem(array, cJSON_GetArraySize(array) - 1), "then", text);
}

/* With the pack that it was decided with, however long ago that is: a rule of another pack may mean something else. */
void client_reply_rows(cJSON *obj, struct client_node *n, enum lang lang, const struct client_desk *d)
{
    const struct policy_pack *now = n->pack;
    cJSON *array = json_add_array(obj, "sections");
    struct client_tongue in;

    n->pack = client_packs_of(n, d->pack);
    in = client_reply_tongue(n, lang);
    for (uint8_t i = 0; i < d->rows.count; i++) {
        const struct proto_row *row = &d->rows.row[i];
        struct policy_decision one = decision_of(n, d, row);

        if (outlasts(row))
            put_outlasting(array, &in, row);
        else
            client_reply_decision(array, n, lang, CLIENT_READS_ASKER, row->section, &one);
        if (!d->offer)
            put_ahead(array, n, lang, d, row);
    }
    n->pack = now;
}

void client_reply_lacking(cJSON *obj, struct client_node *n, enum lang lang, const struct client_desk *d)
{
    const struct policy_pack *now = n->pack;
    cJSON *array = NULL;
    struct client_tongue in;

    n->pack = client_packs_of(n, d->pack);
    in = client_reply_tongue(n, lang);
    for (uint8_t i = 0; i < d->rows.count; i++) {
        const struct proto_row *row = &d->rows.row[i];
        struct policy_decision one = decision_of(n, d, row);
        struct client_explained words;
        char text[sizeof words.text + sizeof words.step];
        cJSON *item;

        if (row->verdict == POLICY_PERMIT)
            continue;
        if (outlasts(row))
            client_explain_outlasts(&in, &words);
        else
            client_explain(&in, CLIENT_READS_HOLDER, &one, &words);
        (void) snprintf(text, sizeof text, "%s %s", words.text, words.step);
        if (array == NULL)
            array = json_add_array(obj, "lacking");
        item = json_push_object(array);
        json_push_text(json_add_array(item, "sections"), row->section);
        json_add_text(item, "text", text);
    }
    n->pack = now;
}

/* Those that ask something of the reader; who weighs and approves did so before. */
enum {
    TO_DO = POLICY_DUTY_INFORM_BEFORE | POLICY_DUTY_INFORM_AFTER | POLICY_DUTY_INFORM_DEFER | POLICY_DUTY_LOCK
        | POLICY_DUTY_NO_ONWARD | POLICY_DUTY_FEEDBACK | POLICY_DUTY_VIEW_ONLY | POLICY_DUTY_OFFICER
};

static uint32_t duties_of(const struct client_node *n, const struct client_desk *d)
{
    const struct policy_pack *pack = client_packs_of(n, d->pack);
    uint32_t duties = 0;

    for (uint8_t i = 0; i < d->rows.count; i++) {
        const struct proto_row *row = &d->rows.row[i];
        uint8_t section = policy_pack_find(pack, POLICY_SET_SECTIONS, row->section);
        int rule = policy_pack_rule(pack, row->rule);

        if (row->verdict != POLICY_PERMIT || rule < 0 || section == POLICY_UNKNOWN
            || (d->granted.count > 0 && !proto_sections_has(&d->granted, row->section)))
            continue;
        duties |= pack->rule[rule].duties | pack->section[section].duties;
    }
    return duties & TO_DO;
}

bool client_reply_tell_first(const struct client_node *n, const struct client_desk *d)
{
    return (duties_of(n, d) & POLICY_DUTY_INFORM_BEFORE) != 0;
}

void client_reply_duties(cJSON *obj, struct client_node *n, enum lang lang, const struct client_desk *d)
{
    bool holds = d->state == CLIENT_DESK_WAITING || d->state == CLIENT_DESK_GRANTED
        || d->state == CLIENT_DESK_ARRIVED || d->state == CLIENT_DESK_OPENED;
    uint32_t duties = holds ? duties_of(n, d) : 0;
    cJSON *array = json_add_array(obj, "duties");

    /* Done: when it was told stands under "informed". */
    if (d->informed_s != 0)
        duties &= ~(uint32_t) POLICY_DUTY_INFORM_BEFORE;

    for (unsigned i = 0; i < POLICY_DUTY_BITS; i++)
        if (duties & (1U << i))
            json_push_text(array,
                n->texts == NULL ? policy_words_duty(i)
                                 : policy_texts_get(n->texts, lang, "duty", policy_words_duty(i)));
}

/* The holder's pack decides; both sides are told that theirs is another. An old request names the pack of its
 * day. */
static void add_other_pack(cJSON *obj, enum lang lang, const struct client_desk *d)
{
    char hex[2 * PROTO_HASH_LEN + 1], text[256];

    text_hex(d->pack, sizeof d->pack, hex, sizeof hex);
    (void) snprintf(text, sizeof text,
        lang == LANG_NL ? "Dit gaat onder beleidspakket %.16s, niet onder het pakket dat hier nu geldt. Het "
                          "pakket van wie de informatie heeft beslist."
                        : "This goes by policy pack %.16s, not by the pack that counts here now. The pack of "
                          "the one who has the information decides.",
        hex);
    json_add_text(obj, "pack", hex);
    json_add_text(obj, "other_pack", text);
}

/* To the holder: the hub's word that it was fetched, and how long nothing was heard of it when that is a week or more. */
static void add_fetched(cJSON *obj, struct vault_txn *x, const struct client_desk *d)
{
    uint64_t at_s = 0, now_s = clock_now_s();

    if (client_desk_is_receiver(d) || client_fetched_at(x, d, &at_s) != OK || at_s == 0)
        return;
    client_reply_date(obj, "fetched", at_s);
    if (at_s + CLIENT_FETCHED_SILENT_S <= now_s)
        json_add_u64(obj, "silent_days", (now_s - at_s) / 86400);
}

void client_reply_desk(
    cJSON *obj, struct client_node *n, struct vault_txn *x, enum lang lang, const struct client_desk *d)
{
    client_reply_id(obj, d->offer ? "offer" : "request", d->id);
    json_add_text(obj, "state", client_desk_state_name(d->state));
    json_add_text(obj, d->mine ? "to" : "from", client_handle(n, d->other));
    client_reply_child(obj, "child", n, x, &d->child);
    json_add_text(obj, "purpose", d->purpose);
    client_reply_date(obj, "made", d->made_s);
    client_reply_sections(obj, "asked", &d->sections);
    client_pages_at(obj, d->made_s);
    if (d->mine)
        client_reply_rows(obj, n, lang, d);
    else
        client_reply_sections(obj, "sections", &d->sections);
    /* While it waits, that is only what a second person approved. */
    if (d->granted.count > 0 && d->state != CLIENT_DESK_WAITING && d->state != CLIENT_DESK_PREPARED) {
        client_reply_sections(obj, "granted", &d->granted);
        client_reply_last_day(obj, "until", d->access_until_s);
    }
    if (d->note[0] != '\0')
        json_add_text(obj, "note", d->note);
    if (client_packs_differs(n, d->pack))
        add_other_pack(obj, lang, d);
    if (d->state == CLIENT_DESK_REFUSED || d->state == CLIENT_DESK_WITHDRAWN)
        json_add_text(obj, "reason", client_desk_reason_name(d->reason));
    if (d->answer[0] != '\0')
        json_add_text(obj, "answer", d->answer);
    json_add_bool(obj, "accepted", d->accepted);
    if (d->state == CLIENT_DESK_PREPARED)
        json_add_bool(obj, "approved", !sodium_is_zero(d->approval, sizeof d->approval));
    client_reply_date(obj, "informed", d->informed_s);
    client_reply_date(obj, "opened", d->opened_s);
    add_fetched(obj, x, d);
}
