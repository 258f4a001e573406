#include "client/lacking.h"

#include "base/text.h"
#include "client/anon.h"
#include "client/child.h"
#include "client/desk_reply.h"
#include "client/lapsed.h"
#include "client/weigh.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { TEXT = 1200, COMMAND = 512, IDS = 200, SHORT = 8 };

static bool is_dutch(const struct client_call *c)
{
    return c->trouble.lang == LANG_NL;
}

/* ---- the command for it ---- */

/* The child in a command: its case where there is one, for the number is not repeated. */
static void child_option(const struct client_call *c, const struct client_desk *d, char out[64])
{
    char hex[2 * PROTO_ID_LEN + 1];

    text_hex(d->case_id, sizeof d->case_id, hex, sizeof hex);
    if (sodium_is_zero(d->case_id, sizeof d->case_id) == 1)
        (void)snprintf(out, 64, "--number %s", is_dutch(c) ? "NUMMER" : "NUMBER");
    else
        (void)snprintf(out, 64, "--case %.*s", SHORT, hex);
}

static void list_sections(const struct proto_sections *s, char *out, size_t cap)
{
    size_t used = 0;

    out[0] = '\0';
    for (uint8_t i = 0; i < s->count && used < cap; i++)
        used += (size_t)snprintf(out + used, cap - used, "%s%s", i != 0 ? "," : "", s->name[i]);
}

/* An event that this partner may report itself; NULL: another must. */
static const char *own_event(const struct client_node *n, uint64_t events)
{
    uint8_t kind = policy_pack_find(n->pack, POLICY_SET_KINDS, n->me->kind);

    for (uint8_t i = 0; kind < POLICY_KINDS_MAX && i < n->pack->set[POLICY_SET_EVENTS].count; i++)
        if ((events >> i & 1) != 0 && !n->pack->event[i].system && (n->pack->event[i].set_by >> kind & 1) != 0)
            return policy_pack_name(n->pack, POLICY_SET_EVENTS, i);
    return NULL;
}

static void tick_command(const struct client_call *c, const struct client_desk *d, const struct client_hold *h, char out[COMMAND])
{
    char ids[IDS] = "", hex[2 * PROTO_ID_LEN + 1], about[2 * PROTO_ID_LEN + 1];
    size_t used = 0;

    for (uint8_t i = 0; i < h->to_tick.count && used + SHORT + 2 < sizeof ids; i++) {
        text_hex(h->to_tick.id[i], PROTO_ID_LEN, hex, sizeof hex);
        used += (size_t)snprintf(ids + used, sizeof ids - used, "%s%.*s", used != 0 ? "," : "", SHORT, hex);
    }
    text_hex(d->id, PROTO_ID_LEN, about, sizeof about);
    if (d->offer)
        (void)snprintf(out, COMMAND, is_dutch(c) ? "nagekeken? voeg toe: --tick %s" : "checked it? add: --tick %s", ids);
    else
        (void)snprintf(out, COMMAND, is_dutch(c) ? "nagekeken? schakel grant --request %.*s --tick %s" : "checked it? schakel grant --request %.*s --tick %s",
            SHORT, about, ids);
}

static void consent_command(const struct client_call *c, const struct client_desk *d, const char *child, const char *sections, char out[COMMAND])
{
    (void)snprintf(out, COMMAND, "schakel consent record %s --holder %s --receiver %s --purpose %s --sections %s --yes %s", child,
        c->node->me->handle, client_handle(c->node, d->other), d->purpose, sections, is_dutch(c) ? "WIE,..." : "WHO,...");
}

/* Of what is sent the sender weighs, and schakel weigh must know that it is for sending. */
static void weigh_command(const struct client_call *c, const struct client_desk *d, const char *child, char out[COMMAND])
{
    char all[IDS], about[2 * PROTO_ID_LEN + 1];

    list_sections(&d->sections, all, sizeof all);
    text_hex(d->id, PROTO_ID_LEN, about, sizeof about);
    if (d->offer)
        (void)snprintf(out, COMMAND, is_dutch(c) ? "schakel weigh %s --to %s --purpose %s --sections %s --send; geef het nummer met --weigh"
                                                 : "schakel weigh %s --to %s --purpose %s --sections %s --send; give its number with --weigh",
            child, client_handle(c->node, d->other), d->purpose, all);
    else
        (void)snprintf(out, COMMAND, is_dutch(c) ? "schakel weigh --request %.*s; geef het nummer met --weigh"
                                                 : "schakel weigh --request %.*s; give its number with --weigh", SHORT, about);
}

static void command_for(const struct client_call *c, const struct client_desk *d, const struct client_hold *h, const struct policy_decision *one,
    const struct proto_sections *sections, char out[COMMAND])
{
    char child[64], names[IDS], about[2 * PROTO_ID_LEN + 1];
    const char *event;

    out[0] = '\0';
    child_option(c, d, child);
    list_sections(sections, names, sizeof names);
    text_hex(d->id, PROTO_ID_LEN, about, sizeof about);
    switch (one->verdict) {
    case POLICY_NEED_EVENT:
        event = own_event(c->node, one->need_events);
        if (h->to_tick.count > 0)
            tick_command(c, d, h, out);
        else if (event != NULL)
            (void)snprintf(out, COMMAND, "schakel event add %s --event %s --to %s", child, event, client_handle(c->node, d->other));
        break;
    case POLICY_NEED_CONSENT:
        if (h->to_tick.count > 0)
            tick_command(c, d, h, out);
        else
            consent_command(c, d, child, names, out);
        break;
    case POLICY_NEED_WEIGH:
        if (d->offer || one->weigh == POLICY_WEIGH_HOLDER)
            weigh_command(c, d, child, out);
        break;
    case POLICY_NEED_APPROVAL:
        (void)snprintf(out, COMMAND, "schakel approve --%s %.*s", d->offer ? "offer" : "request", SHORT, about);
        break;
    default: break;
    }
}

/* ---- what it is ---- */

static void describe(const struct client_call *c, const struct client_desk *d, const struct client_hold *h, uint8_t at, struct policy_decision one,
    char *out, size_t cap)
{
    struct client_tongue in = client_reply_tongue(c->node, c->trouble.lang);
    struct client_explained words = {.whose = ""};

    /* Of what is sent without being asked, the sender weighs (POLICY.md). */
    if (d->offer && one.weigh == POLICY_WEIGH_ASKER)
        one.weigh = POLICY_WEIGH_HOLDER;
    client_explain(&in, CLIENT_READS_HOLDER, &one, &words);
    if (one.verdict == POLICY_NEED_CONSENT && h->has_lapsed[at])
        client_lapsed_text(c->node, c->trouble.lang, &h->lapsed, words.text, sizeof words.text);
    if (one.verdict == POLICY_NEED_WEIGH && h->open_questions[at] != 0)
        client_weigh_open_text(c->trouble.lang, h->open_questions[at], out, cap);
    else if (one.reason == POLICY_IDENTIFIABLE)
        (void)snprintf(out, cap, is_dutch(c) ? "%s %s Er staat %s in." : "%s %s It has %s in it.", words.text, words.step,
            client_anon_name((enum client_anon_what)h->gives_away, c->trouble.lang));
    else
        (void)snprintf(out, cap, "%s %s", words.text, words.step);
}

/* The row with this text gets the section, or a new row does. */
static bool add_to_row(cJSON *rows, const char *text, const char *section)
{
    cJSON *row;

    cJSON_ArrayForEach(row, rows) {
        const char *there = "";

        if (json_text(row, "text", &there) == OK && strcmp(there, text) == 0) {
            json_push_text(cJSON_GetObjectItemCaseSensitive(row, "sections"), section);
            return true;
        }
    }
    return false;
}

/* A command names the sections of its row: it is written when all of them are known. */
static void add_commands(const struct client_call *c, const struct client_desk *d, const struct client_hold *h, cJSON *rows,
    const struct policy_decision *of[PROTO_SECTIONS_MAX * (1 + CLIENT_HOLD_LATER)])
{
    size_t i = 0;
    cJSON *row;

    cJSON_ArrayForEach(row, rows) {
        struct proto_sections names = {0};
        const cJSON *name;
        char command[COMMAND];

        cJSON_ArrayForEach(name, cJSON_GetObjectItemCaseSensitive(row, "sections"))
            if (names.count < PROTO_SECTIONS_MAX)
                (void)snprintf(names.name[names.count++], sizeof names.name[0], "%s", name->valuestring);
        command_for(c, d, h, of[i++], &names, command);
        json_add_text(row, "command", command);
    }
}

static cJSON *add_row(cJSON *rows, const char *text, const char *section)
{
    cJSON *row = json_push_object(rows);

    json_push_text(json_add_array(row, "sections"), section);
    json_add_text(row, "text", text);
    return row;
}

/* At most so many bytes: whole sentences, where one fits, and no character cut in two. */
static void cut(char *text, size_t max)
{
    size_t len = strlen(text);

    if (len <= max)
        return;
    for (size_t at = max; at > max / 3; at--)
        if (text[at] == ' ' && text[at - 1] == '.') {
            text[at] = '\0';
            return;
        }
    while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
        max--;
    text[max] = '\0';
}

static enum err first_of(struct client_call *c, const cJSON *rows, enum err e)
{
    const cJSON *first = cJSON_GetArrayItem(rows, 0);
    const char *text = "", *command = "", *section = "";
    int more = cJSON_GetArraySize(rows) - 1;
    char start[TEXT], count[80] = "";

    if (json_text(first, "text", &text) != OK || json_text(first, "command", &command) != OK)
        return ERR_NOMEM;
    section = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(first, "sections"), 0)->valuestring;
    (void)snprintf(start, sizeof start, "%s", text);
    cut(start, 240);
    if (more > 0)
        (void)snprintf(count, sizeof count, is_dutch(c) ? " (en nog %d dat ontbreekt)" : " (and %d more that is lacking)", more);
    return trouble_at(&c->trouble, e, section, 0, 0, "%s%s%.200s%s", "%s%s%.200s%s", start, command[0] != '\0' ? " " : "", command, count);
}

static void add_record(struct client_call *c, const struct client_desk *d, const struct proto_sections *missing, cJSON *rows)
{
    bool nl = is_dutch(c);
    char child[64], command[COMMAND];

    child_option(c, d, child);
    for (uint8_t i = 0; i < missing->count; i++) {
        cJSON *row = add_row(rows, nl ? "uw dossier heeft hier niets over; schrijf het, of stuur minder" : "your record has none of this; write it, or send less",
            missing->name[i]);

        (void)snprintf(command, sizeof command, "schakel record put %s --section %s --field %s", child, missing->name[i], nl ? "NAAM=TEKST" : "NAME=TEXT");
        json_add_text(row, "command", command);
    }
}

enum err client_lacking_check(
    struct client_call *c, const struct client_desk *d, const struct client_hold *h, const struct proto_sections *missing)
{
    const struct policy_decision *of[PROTO_SECTIONS_MAX * (1 + CLIENT_HOLD_LATER)];
    cJSON *rows = json_add_array(c->reply, "lacking");
    char text[TEXT];
    size_t count = 0;

    for (uint8_t i = 0; i < d->sections.count; i++)
        for (uint8_t k = 0; h->decision[i].verdict != POLICY_PERMIT && k <= h->laters[i]; k++) {
            const struct policy_decision *one = k == 0 ? &h->decision[i] : &h->later[i][k - 1];

            describe(c, d, h, i, *one, text, sizeof text);
            if (!add_to_row(rows, text, d->sections.name[i])) {
                (void)add_row(rows, text, d->sections.name[i]);
                of[count++] = one;
            }
        }
    add_commands(c, d, h, rows, of);
    if (missing != NULL)
        add_record(c, d, missing, rows);
    if (cJSON_GetArraySize(rows) != 0)
        return first_of(c, rows, count != 0 ? ERR_DENIED : ERR_NOTFOUND);
    cJSON_DeleteItemFromObjectCaseSensitive(c->reply, "lacking");
    return OK;
}
