/* client/desk_print: requests and offers: what the hub answered, what would leave, what came. */
#include "client/desk_print.h"

#include <string.h>

enum { NEXT_MAX = 200 };

/* ---- how a request or offer stands ---- */

static const struct {
    const char *state, *en, *nl, *holder_en, *holder_nl;
    enum client_style style;
} states[] = {
    {"sent", "on its way", "onderweg", "on its way", "onderweg", CLIENT_YELLOW},
    {"denied", "not allowed now", "mag nu niet", "not allowed now", "mag nu niet", CLIENT_RED},
    {"waiting", "waits for the holder", "wacht op de houder", "you decide", "u beslist", CLIENT_YELLOW},
    {"granted", "granted, on its way", "toegekend, onderweg", "granted, going out", "toegekend, gaat weg",
        CLIENT_GREEN},
    {"arrived", "here, not read yet", "binnen, nog niet gelezen", "there, not read yet",
        "daar, nog niet gelezen", CLIENT_GREEN},
    {"opened", "read by you", "door u gelezen", "read by them", "door hen gelezen", CLIENT_GREEN},
    {"released", "granted", "toegekend", "sent, not read yet", "gestuurd, nog niet gelezen", CLIENT_GREEN},
    {"refused", "refused", "geweigerd", "refused by you", "door u geweigerd", CLIENT_RED},
    {"cancelled", "taken back by you", "door u ingetrokken", "taken back", "ingetrokken", CLIENT_DIM},
    {"withdrawn", "stopped: consent withdrawn", "gestopt: toestemming weg", "stopped: consent withdrawn",
        "gestopt: toestemming weg", CLIENT_RED},
    {"not-for-us", "not for you, destroyed", "niet voor u, vernietigd", "not for them, destroyed",
        "niet voor hen, vernietigd", CLIENT_DIM},
    {"ended", "over", "voorbij", "over", "voorbij", CLIENT_DIM},
    {"prepared", "not sent: a second person must approve",
        "niet verstuurd: een tweede persoon moet goedkeuren", "not sent: a second person must approve",
        "niet verstuurd: een tweede persoon moet goedkeuren", CLIENT_YELLOW},
};

struct viewed {
    bool mine, offer, receiver;
    const char *other, *state;
    enum client_style style;
    char id[9];
};

/* By its holder, who ended the access. */
static bool is_taken_back(const cJSON *row)
{
    return strcmp(client_paper_text(row, "reason"), "taken_back") == 0;
}

static struct viewed view(const struct client_paper *p, const cJSON *row)
{
    struct viewed v = {.state = client_paper_text(row, "state"), .style = CLIENT_PLAIN};

    v.offer = cJSON_GetObjectItemCaseSensitive(row, "offer") != NULL;
    v.mine = cJSON_GetObjectItemCaseSensitive(row, "to") != NULL;
    v.receiver = v.mine != v.offer;
    v.other = client_paper_text(row, v.mine ? "to" : "from");
    (void) client_paper_id(row, v.offer ? "offer" : "request", v.id);
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (strcmp(states[i].state, v.state) == 0) {
            v.state = v.receiver ? client_paper_say(p, states[i].en, states[i].nl)
                                 : client_paper_say(p, states[i].holder_en, states[i].holder_nl);
            v.style = states[i].style;
            break;
        }
    if (strcmp(client_paper_text(row, "state"), "withdrawn") == 0 && is_taken_back(row))
        v.state = client_paper_say(p, "access ended early", "toegang eerder beëindigd");
    if (client_paper_true(row, "approved"))
        v.state = client_paper_say(p, "approved, not sent yet", "goedgekeurd, nog niet verstuurd");
    return v;
}

static void print_title(const struct client_paper *p, const struct viewed *v, const cJSON *row)
{
    char left[160], right[48], when[32];

    if (v->offer && v->mine)
        client_paper_format(p, left, sizeof left, "Sent to %s", "Gestuurd aan %s", v->other);
    else if (v->offer)
        client_paper_format(p, left, sizeof left, "Sent by %s", "Gestuurd door %s", v->other);
    else if (v->mine)
        client_paper_format(p, left, sizeof left, "Request to %s", "Verzoek aan %s", v->other);
    else
        client_paper_format(p, left, sizeof left, "Request from %s", "Verzoek van %s", v->other);
    client_paper_when(p, row, when);
    (void) snprintf(right, sizeof right, "%s%s%s", when, when[0] != '\0' ? "  " : "", v->id);
    client_paper_head(p, left, right);
}

static void print_about(const struct client_paper *p, const cJSON *row, const char *purpose)
{
    char text[CLIENT_DESK_TEXT], child[CLIENT_DESK_TEXT];

    client_desk_print_purpose(p, purpose, text);
    client_paper_pair(p, client_paper_say(p, "Child", "Kind"), client_desk_print_child(p, row, child));
    client_paper_pair(p, client_paper_say(p, "Purpose", "Doel"), text);
}

/* Of who asked, or was sent something. */
static void next_of_receiver(const struct client_paper *p, const struct viewed *v, const cJSON *row, const char *state, char text[NEXT_MAX])
{
    if (strcmp(state, "arrived") == 0)
        (void) snprintf(text, NEXT_MAX, "schakel open --share %s", v->id);
    else if (v->offer && strcmp(state, "opened") == 0 && !client_paper_true(row, "accepted"))
        client_paper_format(p, text, NEXT_MAX, "schakel accept --offer %s, or schakel not-for-us --offer %s",
            "schakel accept --offer %s, of schakel not-for-us --offer %s", v->id, v->id);
    else if (strcmp(state, "opened") == 0)
        client_paper_format(p, text, NEXT_MAX, "to read it again: schakel open --share %s", "nog eens lezen: schakel open --share %s", v->id);
    else if (strcmp(state, "denied") == 0)
        client_paper_format(p, text, NEXT_MAX, "take the step that is missing, then ask again",
            "zet de stap die ontbreekt, en vraag dan opnieuw");
    else if (!v->offer && strcmp(state, "refused") == 0)
        client_paper_format(p, text, NEXT_MAX, "talk with %s; is it still needed, ask again, or for less: schakel request new --help",
            "praat met %s; is het nog nodig, vraag opnieuw, of minder: schakel request new --help", v->other);
    else if (strcmp(state, "withdrawn") == 0 && is_taken_back(row))
        client_paper_format(p, text, NEXT_MAX, "the copy here is gone; ask %s what was wrong",
            "de kopie hier is weg; vraag %s wat er niet goed was", v->other);
    else if (strcmp(state, "withdrawn") == 0)
        client_paper_format(p, text, NEXT_MAX, "nothing more comes; talk with the family about what would help",
            "er komt niets meer; praat met het gezin over wat wel kan helpen");
    else if (!v->offer && strcmp(state, "ended") == 0)
        client_paper_format(p, text, NEXT_MAX, "is it still needed, ask again: schakel request new --help",
            "is het nog nodig, vraag opnieuw: schakel request new --help");
}

static void print_next(const struct client_paper *p, const struct viewed *v, const cJSON *row)
{
    const char *state = client_paper_text(row, "state");
    char text[NEXT_MAX] = "";

    if (strcmp(state, "waiting") == 0 && !v->mine)
        (void) snprintf(text, sizeof text, "schakel preview --request %s", v->id);
    else if (strcmp(state, "waiting") == 0)
        client_paper_format(p, text, sizeof text,
            "the answer comes in your inbox; to take it back: schakel request cancel --request %s",
            "het antwoord komt in uw inbox; intrekken: schakel request cancel --request %s", v->id);
    else if (strcmp(state, "prepared") == 0 && client_paper_true(row, "approved"))
        (void) snprintf(text, sizeof text, "schakel send --offer %s", v->id);
    else if (strcmp(state, "prepared") == 0)
        client_paper_format(p, text, sizeof text,
            "a second person: schakel approve --offer %s; then you: schakel send --offer %s",
            "een tweede persoon: schakel approve --offer %s; daarna u: schakel send --offer %s", v->id,
            v->id);
    else if (cJSON_GetObjectItemCaseSensitive(row, "silent_days") != NULL)
        client_paper_format(p, text, sizeof text, "ask %s whether it was read: their program should have said so",
            "vraag %s of het gelezen is: hun programma had het moeten zeggen", v->other);
    else if (v->receiver)
        next_of_receiver(p, v, row, state, text);
    client_paper_pair(p, client_paper_say(p, "Next", "Verder"), text);
}

static void print_granted(const struct client_paper *p, const cJSON *row)
{
    const char *until = client_paper_text(row, "until");
    char sections[CLIENT_DESK_TEXT], text[CLIENT_DESK_TEXT + 64];

    client_paper_list(cJSON_GetObjectItemCaseSensitive(row, "granted"), sections, sizeof sections);
    if (sections[0] == '\0')
        return;
    client_paper_format(
        p, text, sizeof text, "%s; until the end of %s", "%s; tot en met %s", sections, until);
    client_paper_pair(p, client_paper_say(p, "Granted", "Toegekend"), text);
}

void client_desk_print_reason(const struct client_paper *p, const char *label, const char *reason, bool mine)
{
    static const struct {
        const char *name, *en, *nl, *holder_en, *holder_nl;
    } reasons[] = {
        {"not_needed", "not needed for this purpose", "niet nodig voor dit doel", NULL, NULL},
        {"not_proportionate", "too much for this purpose", "te veel voor dit doel", NULL, NULL},
        {"subject_doubt", "it may be about another child: phone them", "het gaat misschien om een ander kind: bel na",
            "it may be about another child", "het gaat misschien om een ander kind"},
        {"nothing_held", "they have nothing of this", "zij hebben hier niets over", "there is nothing of this here",
            "hier is niets over"},
        {"not_safe", "it would not be safe", "het zou niet veilig zijn", NULL, NULL},
        {"policy", "the policy does not allow it any more", "het beleid laat het niet meer toe", NULL, NULL},
        {"taken_back", "its holder took it back", "de houder heeft het teruggenomen", "taken back by you", "door u teruggenomen"},
    };
    const char *text = reason;

    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(reasons[i].name, reason) == 0)
            text = mine || reasons[i].holder_en == NULL ? client_paper_say(p, reasons[i].en, reasons[i].nl)
                                                        : client_paper_say(p, reasons[i].holder_en, reasons[i].holder_nl);
    client_paper_pair(p, label, text);
}

/* Handed over, and not read as far as anybody said. */
static void print_fetched(const struct client_paper *p, const cJSON *row)
{
    const char *fetched = client_paper_text(row, "fetched");
    char text[NEXT_MAX], digits[24];
    uint64_t days;

    if (fetched[0] == '\0')
        return;
    if (json_u64(row, "silent_days", &days) != OK) {
        client_paper_format(p, text, sizeof text, "%s, says the hub", "%s, zegt de hub", fetched);
    } else {
        (void) snprintf(digits, sizeof digits, "%llu", (unsigned long long) days);
        client_paper_format(p, text, sizeof text, "%s, says the hub; not a word for %s days", "%s, zegt de hub; al %s dagen geen bericht", fetched,
            digits);
    }
    client_paper_pair(p, client_paper_say(p, "Fetched", "Opgehaald"), text);
}

/* Then what the hub allowed once says nothing about what holds now. */
static bool is_over(const cJSON *row)
{
    static const char *const over[] = {"refused", "cancelled", "withdrawn", "not-for-us", "ended"};
    const char *state = client_paper_text(row, "state");

    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        if (strcmp(over[i], state) == 0)
            return true;
    return false;
}

void client_desk_print_request(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    struct viewed v = view(p, reply);
    const char *opened = client_paper_text(reply, "opened");
    char asked[CLIENT_DESK_TEXT], state[NEXT_MAX];

    (void) args;
    client_paper_list(cJSON_GetObjectItemCaseSensitive(reply, "asked"), asked, sizeof asked);
    (void) snprintf(state, sizeof state, "%s%s%s%s", v.state, opened[0] != '\0' ? ", " : "", opened,
        !client_paper_true(reply, "accepted") ? "" : client_paper_say(p, ", accepted", ", aangenomen"));
    print_title(p, &v, reply);
    print_about(p, reply, client_paper_text(reply, "purpose"));
    client_paper_pair(p,
        v.offer ? client_paper_say(p, "Sent", "Gestuurd") : client_paper_say(p, "Asked", "Gevraagd"), asked);
    client_paper_pair(p, client_paper_say(p, "Note", "Bericht"), client_paper_text(reply, "note"));
    client_paper_pair(p, client_paper_say(p, "State", "Stand"), state);
    print_fetched(p, reply);
    client_desk_print_reason(p, client_paper_say(p, "Reason", "Reden"), client_paper_text(reply, "reason"), v.mine);
    client_paper_pair(p, client_paper_say(p, "In words", "Uitleg"), client_paper_text(reply, "answer"));
    print_granted(p, reply);
    client_paper_pair(p, client_paper_say(p, "Pack", "Pakket"), client_paper_text(reply, "other_pack"));
    client_paper_pair(p, client_paper_say(p, "Told", "Verteld"), client_paper_text(reply, "informed"));
    if (v.mine && !v.offer && !is_over(reply))
        client_desk_print_answers(p, cJSON_GetObjectItemCaseSensitive(reply, "sections"),
            client_paper_say(p, "allowed", "mag"), "");
    client_desk_print_duties(p, reply);
    client_desk_print_clocks(p, args, reply);
    print_next(p, &v, reply);
}

/* Three lines a row: when, which, with whom, how it stands; the child; purpose and sections. */
static void print_row(const struct client_paper *p, const cJSON *row)
{
    struct viewed v = view(p, row);
    const cJSON *granted = cJSON_GetObjectItemCaseSensitive(row, "granted");
    char left[160], when[32], sections[CLIENT_DESK_TEXT], child[CLIENT_DESK_TEXT];
    int at;

    client_paper_when(p, row, when);
    client_paper_list(granted != NULL ? granted : cJSON_GetObjectItemCaseSensitive(row, "asked"), sections,
        sizeof sections);
    if (v.mine)
        client_paper_format(p, left, sizeof left, v.offer ? "to %s, sent" : "to %s, asked",
            v.offer ? "aan %s, gestuurd" : "aan %s, gevraagd", v.other);
    else
        client_paper_format(p, left, sizeof left, v.offer ? "from %s, sent" : "from %s, asks",
            v.offer ? "van %s, stuurt" : "van %s, vraagt", v.other);
    at = client_paper_tab(p, client_paper_put(p, CLIENT_BOLD, v.id), 10);
    at = client_paper_tab(p, at + client_paper_put(p, CLIENT_BOLD, left), 36);
    at += client_paper_put(p, v.style, v.state);
    if (when[0] != '\0')
        (void) client_paper_tab(p, at, p->width - client_paper_width(when));
    (void) client_paper_put(p, CLIENT_DIM, when);
    (void) fputc('\n', p->out);
    client_paper_line(p, CLIENT_PLAIN, 10, "%s", "%s", client_desk_print_child(p, row, child));
    client_paper_line(p, CLIENT_DIM, 10, "%s: %s", "%s: %s", client_paper_text(row, "purpose"), sections);
}

void client_desk_print_requests(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const cJSON *rows = cJSON_GetObjectItemCaseSensitive(reply, "requests"), *row;

    (void) args;
    if (cJSON_GetArraySize(rows) == 0)
        client_desk_print_none(p, args, "No requests or offers yet. To ask: schakel request new --help",
            "Nog geen verzoeken of aanbiedingen. Vragen: schakel request new --help");
    cJSON_ArrayForEach(row, rows)
        print_row(p, row);
    client_desk_print_more(p, reply);
}

/* ---- after asking and sending ---- */

void client_desk_print_asked(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    bool offer = cJSON_GetObjectItemCaseSensitive(reply, "offer") != NULL,
         queued = client_paper_true(reply, "queued");
    const char *to = client_paper_text(reply, "to"), *result = client_paper_text(reply, "result");
    char id[9], left[160], child[CLIENT_DESK_TEXT];

    (void) args;
    (void) client_paper_id(reply, offer ? "offer" : "request", id);
    if (strcmp(result, "prepared") == 0)
        client_paper_format(p, left, sizeof left, "Prepared for %s", "Klaargezet voor %s", to);
    else if (offer)
        client_paper_format(p, left, sizeof left, "Sent to %s", "Gestuurd aan %s", to);
    else
        client_paper_format(p, left, sizeof left, "Request to %s", "Verzoek aan %s", to);
    client_paper_head(p, left, id);
    client_paper_pair(p, client_paper_say(p, "Child", "Kind"), client_desk_print_child(p, reply, child));
    if (strcmp(result, "prepared") != 0)
        client_desk_print_answers(p, cJSON_GetObjectItemCaseSensitive(reply, "sections"),
            offer ? client_paper_say(p, "sent", "gestuurd") : client_paper_say(p, "asked", "gevraagd"), "");
    client_paper_pair(p, client_paper_say(p, "Last day", "Tot en met"), client_paper_text(reply, "until"));
    client_desk_print_queued(p, reply);
    if (strcmp(result, "prepared") == 0)
        client_paper_line(p, CLIENT_PLAIN, 2,
            "Not sent yet: four eyes. A second person here: schakel approve --offer %s. Then: schakel send "
            "--offer %s",
            "Nog niet verstuurd: vier ogen. Een tweede persoon hier: schakel approve --offer %s. Daarna: "
            "schakel send --offer %s",
            id, id);
    else if (strcmp(result, "denied") == 0)
        client_paper_line(p, CLIENT_PLAIN, 2,
            offer ? "Nothing was sent to %s." : "%s was not asked anything.",
            offer ? "Er is niets gestuurd aan %s." : "Aan %s is niets gevraagd.", to);
    else if (offer && !queued)
        client_paper_line(p, CLIENT_PLAIN, 2, "Whether it is read: schakel request show --request %s",
            "Of het gelezen is: schakel request show --request %s", id);
    else if (!queued)
        client_paper_line(p, CLIENT_PLAIN, 2, "%s decides; the answer comes in your inbox.",
            "%s beslist; het antwoord komt in uw inbox.", to);
    if (client_paper_text(reply, "same_waits")[0] != '\0' && strcmp(result, "denied") != 0)
        client_paper_line(p, CLIENT_YELLOW, 2, "You asked this before, and it still waits: %s. To take that one back: schakel request cancel --request %s",
            "Dit vroeg u al, en het wacht nog: %s. Dat verzoek intrekken: schakel request cancel --request %s",
            client_paper_id(reply, "same_waits", id), id);
}

/* ---- what would leave, and what came ---- */

static void print_choices(const struct client_paper *p, const char *id, bool something)
{
    char text[NEXT_MAX];

    (void) snprintf(text, sizeof text, "schakel grant --request %s", id);
    client_paper_pair(p, client_paper_say(p, "Next", "Verder"), something ? text : "");
    (void) snprintf(text, sizeof text, "schakel grant --request %s --sections %s", id,
        client_paper_say(p, "SECTION,...", "ONDERDEEL,..."));
    client_paper_pair(p, client_paper_say(p, "Or less", "Of minder"), something ? text : "");
    (void) snprintf(text, sizeof text, "schakel refuse --request %s --reason %s", id,
        client_paper_say(p, "REASON", "REDEN"));
    client_paper_pair(p, client_paper_say(p, "Or not", "Of niet"), text);
}

void client_desk_print_preview(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    struct viewed v = view(p, reply);
    const cJSON *leaves = cJSON_GetObjectItemCaseSensitive(reply, "would_leave");
    bool something = leaves != NULL && leaves->child != NULL;
    char missing[CLIENT_DESK_TEXT];

    (void) args;
    client_paper_list(cJSON_GetObjectItemCaseSensitive(reply, "not_in_record"), missing, sizeof missing);
    print_title(p, &v, reply);
    print_about(p, reply, client_paper_text(reply, "purpose"));
    client_paper_pair(p, client_paper_say(p, "Note", "Bericht"), client_paper_text(reply, "note"));
    if (client_paper_text(reply, "warning")[0] != '\0')
        client_paper_line(p, CLIENT_RED, 2, "%s", "%s", client_paper_text(reply, "warning"));
    client_desk_print_answers(p, cJSON_GetObjectItemCaseSensitive(reply, "sections"),
        client_paper_say(p, "can leave", "mag mee"), client_paper_say(p, "You: ", "U: "));
    client_paper_pair(p, client_paper_say(p, "Not held", "Niet hier"), missing);
    client_paper_pair(
        p, client_paper_say(p, "Has in it", "Er staat in"), client_paper_text(reply, "gives_away"));
    (void) fputc('\n', p->out);
    if (something) {
        client_paper_line(p, CLIENT_BOLD, 0, "Exactly this would leave; %s can read it until the end of %s:",
            "Precies dit zou weggaan; %s kan het lezen tot en met %s:", v.other,
            client_paper_text(reply, "until"));
        client_desk_print_content(p, leaves, false);
    } else {
        client_paper_line(p, CLIENT_BOLD, 0, "Nothing would leave now.", "Er zou nu niets weggaan.");
    }
    print_choices(p, v.id, something);
}

void client_desk_print_grant(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    char sections[CLIENT_DESK_TEXT];

    client_paper_list(cJSON_GetObjectItemCaseSensitive(reply, "sections"), sections, sizeof sections);
    client_desk_print_queued(p, reply);
    client_paper_line(p, CLIENT_PLAIN, 0, "Granted: %s. They can read it until the end of %s.",
        "Toegekend: %s. Zij kunnen het lezen tot en met %s.", sections, client_paper_text(reply, "until"));
    client_paper_line(p, CLIENT_PLAIN, 0, "Whether it is read: schakel request show --request %s",
        "Of het gelezen is: schakel request show --request %s", client_paper_text(args, "request"));
    client_desk_print_clocks(p, args, reply);
}

void client_desk_print_approve(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    bool offer = cJSON_GetObjectItemCaseSensitive(reply, "offer") != NULL;
    char left[160], id[9], approval[9], child[CLIENT_DESK_TEXT];

    if (cJSON_GetObjectItemCaseSensitive(reply, "looked") != NULL) {
        client_desk_print_looked(p, args, reply);
        return;
    }
    (void) client_paper_id(reply, offer ? "offer" : "request", id);
    if (client_paper_true(reply, "already"))
        client_paper_line(p, CLIENT_PLAIN, 0, "You approved exactly this already; the number stays the same.",
            "U heeft precies dit al goedgekeurd; het nummer blijft hetzelfde.");
    client_paper_format(p, left, sizeof left, offer ? "Approved, for %s" : "Approved, as asked by %s",
        offer ? "Goedgekeurd, voor %s" : "Goedgekeurd, gevraagd door %s",
        client_paper_text(reply, offer ? "to" : "from"));
    client_paper_head(p, left, id);
    client_paper_pair(p, client_paper_say(p, "Child", "Kind"), client_desk_print_child(p, reply, child));
    client_paper_pair(p, client_paper_say(p, "Last day", "Tot en met"), client_paper_text(reply, "until"));
    client_paper_line(p, CLIENT_BOLD, 0, "Exactly this may leave:", "Precies dit mag weg:");
    client_desk_print_content(p, cJSON_GetObjectItemCaseSensitive(reply, "would_leave"), false);
    (void) client_paper_id(reply, "approval", approval);
    if (offer)
        client_paper_line(p, CLIENT_PLAIN, 0, "Your colleague sends it: schakel send --offer %s",
            "Uw collega verstuurt het: schakel send --offer %s", id);
    else
        client_paper_line(p, CLIENT_PLAIN, 0,
            "Your colleague grants it: schakel grant --request %s --approval %s",
            "Uw collega kent het toe: schakel grant --request %s --approval %s", id, approval);
}

void client_desk_print_open(const struct client_paper *p, const cJSON *args, const cJSON *reply)
{
    const char *from = client_paper_text(reply, "from");
    char left[160], id[9];

    (void) args;
    client_paper_format(p, left, sizeof left, "Shared by %s", "Gedeeld door %s", from);
    client_paper_head(p, left, client_paper_id(reply, "share", id));
    print_about(p, reply, client_paper_text(reply, "purpose"));
    client_paper_pair(p, client_paper_say(p, "Last day", "Tot en met"), client_paper_text(reply, "until"));
    (void) fputc('\n', p->out);
    client_desk_print_content(p, cJSON_GetObjectItemCaseSensitive(reply, "sections"), false);
    client_desk_print_duties(p, reply);
    client_desk_print_clocks(p, args, reply);
    client_paper_line(p, CLIENT_PLAIN, 2, "%s is told that you read this.", "%s hoort dat u dit las.", from);
}
