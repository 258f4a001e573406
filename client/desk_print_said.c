/* client/desk_print: what partners and families said: events, consents, and who confirmed it. */
#include "client/desk_print.h"

#include "client/texts.h"

#include <string.h>

/* "vo to leerplicht, cjg" */
static void from_to(const struct client_paper *p, const cJSON *row, char *out, size_t out_len)
{
    char to[CLIENT_DESK_TEXT];

    client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "to"), to, sizeof to);
    if (to[0] == '\0')
        (void) snprintf(out, out_len, "%s", client_paper_text(row, "setter"));
    else
        client_paper_format(p, out, out_len, "%s to %s", "%s aan %s", client_paper_text(row, "setter"), to);
}

/* Bold left, when and id at the right. */
static void print_head(const struct client_paper *p, const char *left, const cJSON *row)
{
    char when[32], id[9], right[64];

    client_paper_when(p, row, when);
    (void) snprintf(right, sizeof right, "%s%s%s", when, when[0] != '\0' ? "  " : "",
        client_paper_id(row, "statement", id));
    client_paper_head(p, left, right);
}

/* ---- events ---- */

/* It came to the hub too late, or it was never right: whoever said it was not there to be told. */
static void print_refused(const struct client_paper *p)
{
    client_paper_line(p, CLIENT_RED, 2, "The hub refused this later: nobody knows of it. Say it again.",
        "De hub weigerde dit later: niemand weet ervan. Zeg het opnieuw.");
}

void client_desk_print_events(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *events = cJSON_GetObjectItemCaseSensitive(reply, "events"), *row;
    char left[CLIENT_DESK_TEXT], who[CLIENT_DESK_TEXT], child[CLIENT_DESK_TEXT];

    (void) args;
    if (cJSON_GetArraySize(events) == 0)
        client_desk_print_none(p, args, "No events yet. To report one: schakel event add --help",
            "Nog geen gebeurtenissen. Melden: schakel event add --help");
    cJSON_ArrayForEach(row, events) {
        const char *event = client_paper_text(row, "event"), *ended_on = client_paper_text(row, "ended_on");

        from_to(p, row, who, sizeof who);
        (void) snprintf(left, sizeof left, "%s: %s", event, client_paper_word(p, "event", event));
        print_head(p, left, row);
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", client_desk_print_child(p, row, child));
        client_paper_line(p, CLIENT_DIM, 2, "%s, %s%s%s%s", "%s, %s%s%s%s", who, client_paper_text(row, "occurred"),
            client_paper_true(row, "ended") ? client_paper_say(p, ", ended", ", beëindigd") : "",
            ended_on[0] != '\0' ? client_paper_say(p, " on ", " op ") : "", ended_on);
        if (client_paper_true(row, "refused"))
            print_refused(p);
    }
    client_desk_print_more(p, reply);
}

void client_desk_print_event(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const char *event = client_paper_text(args, "event");
    char to[CLIENT_DESK_TEXT], id[9];

    client_paper_list(cJSON_GetObjectItemCaseSensitive(reply, "to"), to, sizeof to);
    (void) client_paper_id(reply, "statement", id);
    client_desk_print_queued(p, reply);
    if (client_paper_true(reply, "queued"))
        client_paper_line(p, CLIENT_PLAIN, 0, "For %s: %s (%s).", "Voor %s: %s (%s).", to, client_paper_word(p, "event", event), event);
    else
        client_paper_line(p, CLIENT_PLAIN, 0, "Reported to %s: %s (%s).", "Gemeld aan %s: %s (%s).", to, client_paper_word(p, "event", event), event);
    client_paper_line(p, CLIENT_PLAIN, 0, "When it no longer holds: schakel event end --statement %s",
        "Als het niet meer geldt: schakel event end --statement %s", id);
}

/* ---- consents ---- */

static const struct {
    const char *state, *en, *nl;
    enum client_style style;
} states[] = {
    {"complete", "counts", "geldt", CLIENT_GREEN},
    {"incomplete", "does not count yet", "geldt nog niet", CLIENT_YELLOW},
    {"withdrawn", "withdrawn", "ingetrokken", CLIENT_RED},
    {"ended", "over its last day", "voorbij de laatste dag", CLIENT_DIM},
};

/* Who is missing: a text, or an array of texts. */
static void missing_text(const cJSON *row, char out[CLIENT_DESK_TEXT])
{
    const cJSON *missing = cJSON_GetObjectItemCaseSensitive(row, "missing");

    if (cJSON_IsArray(missing))
        client_paper_list(missing, out, CLIENT_DESK_TEXT);
    else
        (void) snprintf(out, CLIENT_DESK_TEXT, "%s", client_paper_text(row, "missing"));
}

static void consent_state(const struct client_paper *p, const cJSON *row)
{
    const char *state = client_paper_text(row, "state"), *until = client_paper_text(row, "until"),
               *withdrawn = client_paper_text(row, "withdrawn_on"), *text = state;
    enum client_style style = CLIENT_PLAIN;
    int at = client_paper_tab(p, 0, 2);

    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].state, state) == 0) {
            text = client_paper_say(p, states[i].en, states[i].nl);
            style = states[i].style;
        }
    at += client_paper_put(p, style, text);
    if (strcmp(state, "complete") == 0 && until[0] != '\0')
        at += client_paper_put(p, CLIENT_PLAIN, client_paper_say(p, " until the end of ", " tot en met "))
            + client_paper_put(p, CLIENT_PLAIN, until);
    else if (withdrawn[0] != '\0')
        at += client_paper_put(p, CLIENT_PLAIN, client_paper_say(p, " on ", " op "))
            + client_paper_put(p, CLIENT_PLAIN, withdrawn);
    (void) at;
    (void) fputc('\n', p->out);
}

void client_desk_print_consents(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *consents = cJSON_GetObjectItemCaseSensitive(reply, "consents"), *row;
    char purpose[CLIENT_DESK_TEXT], sections[CLIENT_DESK_TEXT], missing[CLIENT_DESK_TEXT],
        child[CLIENT_DESK_TEXT];
    uint64_t older = 0;

    (void) args;
    if (cJSON_GetArraySize(consents) == 0)
        client_desk_print_none(p, args, "No consents yet. To record one: schakel consent record --help",
            "Nog geen toestemmingen. Vastleggen: schakel consent record --help");
    cJSON_ArrayForEach(row, consents) {
        client_desk_print_purpose(p, client_paper_text(row, "purpose"), purpose);
        client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "sections"), sections, sizeof sections);
        missing_text(row, missing);
        print_head(p, client_desk_print_child(p, row, child), row);
        client_paper_line(p, CLIENT_PLAIN, 2, "%s may read from %s: %s", "%s mag lezen van %s: %s",
            client_paper_text(row, "receiver"), client_paper_text(row, "holder"), sections);
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", purpose);
        consent_state(p, row);
        if (missing[0] != '\0' && strcmp(client_paper_text(row, "state"), "incomplete") == 0)
            client_paper_pair(p, client_paper_say(p, "Missing", "Ontbreekt"), missing);
    }
    client_desk_print_more(p, reply);
    if (json_u64(reply, "older", &older) == OK)
        client_paper_line(p, CLIENT_DIM, 0, "And %llu older, replaced by these: add --all",
            "En nog %llu oudere, door deze vervangen: voeg --all toe", (unsigned long long) older);
}

void client_desk_print_consent(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    bool refused = client_paper_text(args, "no")[0] != '\0';
    char missing[CLIENT_DESK_TEXT], id[9];

    (void) client_paper_id(reply, "statement", id);
    missing_text(reply, missing);
    client_desk_print_queued(p, reply);
    if (client_paper_true(reply, "complete"))
        client_paper_line(p, CLIENT_PLAIN, 0,
            "Recorded. Everybody whose yes is needed said yes; it counts until the end of %s.",
            "Vastgelegd. Iedereen van wie een ja nodig is, zei ja; het geldt tot en met %s.",
            client_paper_text(reply, "complete_until"));
    else if (!refused)
        client_paper_line(p, CLIENT_YELLOW, 0,
            "Recorded, but it does not count yet. There is no yes yet from: %s. When they said yes: record it "
            "again.",
            "Vastgelegd, maar het geldt nog niet. Er is nog geen ja van: %s. Zeiden zij ja: leg het "
            "opnieuw vast.",
            missing);
    else
        client_paper_line(p, CLIENT_YELLOW, 0, "Recorded. It does not count: somebody said no.",
            "Vastgelegd. Het geldt niet: iemand zei nee.");
    client_paper_line(p, CLIENT_PLAIN, 0, "To withdraw it: schakel consent withdraw --statement %s",
        "Intrekken: schakel consent withdraw --statement %s", id);
}

/* ---- statements ---- */

void client_desk_print_statements(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *statements = cJSON_GetObjectItemCaseSensitive(reply, "statements"), *row;
    char who[CLIENT_DESK_TEXT], acked[CLIENT_DESK_TEXT], late[CLIENT_DESK_TEXT], child[CLIENT_DESK_TEXT];

    (void) args;
    if (cJSON_GetArraySize(statements) == 0)
        client_desk_print_none(p, args, "No statements yet.", "Nog geen verklaringen.");
    cJSON_ArrayForEach(row, statements) {
        from_to(p, row, who, sizeof who);
        client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "acknowledged"), acked, sizeof acked);
        client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "not_confirmed"), late, sizeof late);
        print_head(p, client_texts_kind(client_paper_text(row, "kind"), p->lang), row);
        client_paper_line(p, CLIENT_PLAIN, 2, "%s", "%s", client_desk_print_child(p, row, child));
        client_paper_line(p, CLIENT_DIM, 2, "%s%s%s", "%s%s%s", who,
            acked[0] != '\0' ? client_paper_say(p, "; confirmed by ", "; bevestigd door ") : "", acked);
        if (client_paper_true(row, "refused"))
            print_refused(p);
        else if (late[0] != '\0')
            client_paper_line(p, CLIENT_RED, 2,
                "Not confirmed after a day: %s. Phone them: they may not know it.",
                "Na een dag niet bevestigd: %s. Bel: misschien weten zij het niet.", late);
    }
    client_desk_print_more(p, reply);
}
