#include "client/status_head.h"

#include "client/cmd.h"

#include <inttypes.h>
#include <string.h>

enum { FINDING_ROOM = 1024 };

/* When a row of the answer needs somebody. */
enum when { HAS_TEXT, HAS_ALL, IS_FALSE, NOT_ZERO, HAS_LIST };

/* The worst first. A text with %s has what stands under the key: a text, a count, or names. */
static const struct finding {
    const char *key;
    enum when when;
    struct client_words say;
} findings[] = {
    {"warning", HAS_TEXT, {"%s", "%s"}},
    {"overdue", HAS_ALL, {"", ""}},
    {"bad_opening", NOT_ZERO, {"what the hub logged under number %s is not what is here: schakel audit complete, as privacy officer",
        "wat de hub onder nummer %s logde is niet wat hier is: schakel audit complete, als privacy officer"}},
    {"disk_note", HAS_TEXT, {"the disk is %s", "de schijf is %s"}},
    {"hub_reachable", IS_FALSE, {"the hub cannot be reached. What is to go waits here and goes by itself. If it stays so: look at the network of this machine, "
        "then call the hub's operator", "de hub is niet bereikbaar. Wat weg moet wacht hier en gaat vanzelf. Blijft dit zo: kijk naar het netwerk van deze "
        "machine, en bel dan de beheerder van de hub"}},
    {"outbox_trouble", HAS_TEXT, {"what is to go does not: %s. See: schakel outbox list", "wat weg moet gaat niet: %s. Zie: schakel outbox list"}},
    {"clocks_note", HAS_TEXT, {"%s", "%s"}},
    {"erasing_note", HAS_TEXT, {"%s", "%s"}},
    {"pseudonyms_note", HAS_TEXT, {"%s", "%s"}},
    {"keyholder_reachable", IS_FALSE, {"the keyholder did not answer last time: new children wait, all else goes on. If it stays so: call its operator",
        "de sleutelhouder antwoordde de laatste keer niet: nieuwe kinderen wachten, de rest gaat door. Blijft dit zo: bel de beheerder ervan"}},
    {"witness_key_note", HAS_TEXT, {"%s", "%s"}},
    {"mirror_trouble", HAS_TEXT, {"the copy of the log: %s", "de kopie van het logboek: %s"}},
    {"bad_mail", NOT_ZERO, {"mail that could not be believed since the start: %s. Tell the hub's operator; the node's log says from whom",
        "post sinds de start die niet klopte: %s. Meld het de beheerder van de hub; het log van het knooppunt zegt van wie"}},
    {"without_officer", HAS_LIST, {"the privacy officer's key has ended of: %s. Call them: schakel org rotate officer",
        "de sleutel van de privacy officer is verlopen van: %s. Bel hen: schakel org rotate officer"}},
    {"consents_silent", NOT_ZERO, {"consents of which their recorder has said nothing for over a day: %s; after seven days they count no more. See: "
        "schakel consent list, and call who recorded them", "toestemmingen waarvan de vastlegger al meer dan een dag niets liet horen: %s; na zeven dagen "
        "tellen ze niet meer. Zie: schakel consent list, en bel wie ze vastlegde"}},
    {"unconfirmed", NOT_ZERO, {"statements that were not confirmed after a day by who must know them: %s. Who: schakel statement list",
        "verklaringen die na een dag niet zijn bevestigd door wie ze moet kennen: %s. Wie: schakel statement list"}},
    {"shares_silent", NOT_ZERO, {"shares that were fetched over a week ago and never said to be read: %s. Whose: schakel request list",
        "verstrekkingen die meer dan een week geleden zijn opgehaald en nooit als gelezen gemeld: %s. Van wie: schakel request list"}},
    {"pack_missing", HAS_TEXT, {"a policy pack that is to come is not here: schakel policy adopt take", "een beleidspakket dat gaat gelden is niet hier: "
        "schakel policy adopt take"}},
};

static bool is_away(const cJSON *reply)
{
    return cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(reply, "hub_reachable"))
        || cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(reply, "keyholder_reachable"));
}

/* "" when the row needs nobody. */
static const char *value_of(const cJSON *reply, const struct finding *f, char out[FINDING_ROOM])
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(reply, f->key);
    uint64_t n = 0;

    out[0] = '\0';
    if (strcmp(f->key, "pack_missing") == 0)
        return strstr(client_paper_text(reply, "pack_next"), "policy adopt take") != NULL ? "!" : "";
    /* The link is told by itself; here it is about those who wait. */
    if (strcmp(f->key, "pseudonyms_note") == 0 && (json_u64(reply, "pseudonyms_waiting", &n) != OK || n == 0 || is_away(reply)))
        return "";
    /* A copy that is being begun is no trouble. */
    if (strcmp(f->key, "mirror_trouble") == 0)
        return cJSON_HasObjectItem(reply, "mirror_leaves") ? client_paper_text(reply, "mirror_note") : "";
    if (f->when == HAS_TEXT)
        return client_paper_text(reply, f->key);
    if (f->when == IS_FALSE)
        return cJSON_IsFalse(item) ? "!" : "";
    if (f->when == HAS_LIST)
        client_paper_list(item, out, FINDING_ROOM);
    else if (json_u64(reply, f->key, &n) == OK && n != 0)
        (void)snprintf(out, FINDING_ROOM, "%" PRIu64, n);
    return out;
}

/* A text of our own with at most one %s, which is put in by hand: what comes from the node is never a format. */
static void fill(char *out, size_t out_len, const char *say, const char *value)
{
    const char *at = strstr(say, "%s");
    size_t before = at == NULL ? strlen(say) : (size_t)(at - say);

    (void)snprintf(out, out_len, "%.*s%s%s", (int)before, say, at == NULL ? "" : value, at == NULL ? "" : at + 2);
}

static bool is_bad(const cJSON *reply)
{
    return cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(reply, "log_trusted"))
        || cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(reply, "overdue")) != 0;
}

/* The first is the headline. What ends with another exit code than 0 says so in other words. */
static void say(const struct client_paper *p, bool bad, size_t place, const char *text)
{
    if (place != 0)
        client_paper_line(p, CLIENT_YELLOW, 2, "Also: %s", "Ook: %s", text);
    else if (bad)
        client_paper_line(p, CLIENT_RED, 0, "NOT WELL: %s", "NIET IN ORDE: %s", text);
    else
        client_paper_line(p, CLIENT_YELLOW, 0, "Needs attention: %s", "Vraagt aandacht: %s", text);
}

static size_t say_findings(const struct client_paper *p, const cJSON *reply, bool bad)
{
    size_t count = 0;

    for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(reply, findings[i].key), *one;
        char room[FINDING_ROOM], text[FINDING_ROOM];
        const char *value = value_of(reply, &findings[i], room);

        /* Each of these is a sentence of its own. */
        if (findings[i].when == HAS_ALL)
            cJSON_ArrayForEach(one, item)
                say(p, bad, count++, cJSON_IsString(one) ? one->valuestring : "");
        if (findings[i].when == HAS_ALL || value[0] == '\0')
            continue;
        fill(text, sizeof text, client_paper_say(p, findings[i].say.en, findings[i].say.nl), value);
        say(p, bad, count++, text);
    }
    return count;
}

static void print_well(const struct client_paper *p, const cJSON *reply)
{
    uint64_t decide = 0, open = 0;

    if (json_u64(reply, "to_decide", &decide) != OK || json_u64(reply, "to_open", &open) != OK)
        client_paper_line(p, CLIENT_GREEN, 0, "The node is well. What waits for people shows after: schakel login",
            "Met het knooppunt is alles in orde. Wat op mensen wacht, blijkt na: schakel login");
    else if (decide + open == 0)
        client_paper_line(p, CLIENT_GREEN, 0, "All is well, and no request or share waits here.",
            "Alles is in orde, en er wacht hier geen verzoek of verstrekking.");
    else
        client_paper_line(p, CLIENT_GREEN, 0, "All is well. To decide: %" PRIu64 ", to open: %" PRIu64 "; see: schakel inbox",
            "Alles is in orde. Te beslissen: %" PRIu64 ", te openen: %" PRIu64 "; zie: schakel inbox", decide, open);
}

void client_status_head(const struct client_paper *p, const cJSON *reply)
{
    bool bad = is_bad(reply);

    if (say_findings(p, reply, bad) != 0)
        return;
    if (bad)
        say(p, bad, 0, client_paper_say(p, "the log is not trusted: ask the hub's operator and another partner",
                           "het logboek wordt niet vertrouwd: vraag de beheerder van de hub en een andere partner"));
    else
        print_well(p, reply);
}
