#include "client/desk_print.h"

#include "client/texts.h"

#include <string.h>

/* ---- what the printers share ---- */

void client_desk_print_purpose(const struct client_paper *p, const char *name, char out[CLIENT_DESK_TEXT])
{
    const char *words = client_paper_word(p, "purpose", name);

    if (strcmp(words, name) == 0)
        (void) snprintf(out, CLIENT_DESK_TEXT, "%s", name);
    else
        (void) snprintf(out, CLIENT_DESK_TEXT, "%s (%s)", words, name);
}

const char *client_desk_print_child(
    const struct client_paper *p, const cJSON *row, char out[CLIENT_DESK_TEXT])
{
    const char *child = client_paper_text(row, "child");

    if (strncmp(child, "child ", 6) == 0)
        client_paper_format(p, out, CLIENT_DESK_TEXT, "child %s", "kind %s", child + 6);
    else
        (void) snprintf(out, CLIENT_DESK_TEXT, "%s", child);
    return out;
}

void client_desk_print_none(const struct client_paper *p, const cJSON *args, const char *en, const char *nl)
{
    if (cJSON_GetObjectItemCaseSensitive(args, "skip") != NULL)
        client_paper_line(p, CLIENT_PLAIN, 0, "There are no more rows.", "Er zijn niet meer rijen.");
    else
        client_paper_line(p, CLIENT_PLAIN, 0, "%s", "%s", client_paper_say(p, en, nl));
}

void client_desk_print_more(const struct client_paper *p, const cJSON *reply)
{
    uint64_t more = 0, skip = 0;

    if (json_u64(reply, "more", &more) != OK || json_u64(reply, "skip", &skip) != OK)
        return;
    client_paper_line(p, CLIENT_DIM, 0, "And %llu more. The next: add --skip %llu; everything: add --all",
        "En nog %llu. De volgende: voeg --skip %llu toe; alles: voeg --all toe", (unsigned long long) more,
        (unsigned long long) skip);
}

void client_desk_print_duties(const struct client_paper *p, const cJSON *reply)
{
    const cJSON *duty;
    bool first = true;

    cJSON_ArrayForEach(duty, cJSON_GetObjectItemCaseSensitive(reply, "duties")) {
        int at = client_paper_tab(p, 0, 2);

        at = client_paper_tab(p,
            at + client_paper_put(p, CLIENT_YELLOW, first ? client_paper_say(p, "Duties", "Plichten") : ""),
            CLIENT_PAPER_PAIR);
        client_paper_fill(
            p, CLIENT_PLAIN, at, CLIENT_PAPER_PAIR, cJSON_IsString(duty) ? duty->valuestring : "");
        first = false;
    }
}

void client_desk_print_queued(const struct client_paper *p, const cJSON *reply)
{
    const char *clocks = client_paper_text(reply, "clocks_note"), *why = client_paper_text(reply, "note");

    if (!client_paper_true(reply, "queued"))
        return;
    if (clocks[0] != '\0')
        client_paper_fill(p, CLIENT_RED, 0, 0, clocks);
    else
        client_paper_line(p, CLIENT_YELLOW, 0, "Kept, and not sent yet%s%s What waits: schakel outbox list",
            "Bewaard, en nog niet verstuurd%s%s Wat wacht: schakel outbox list", why[0] != '\0' ? ": " : ".", why);
}

/* "geboortedatum", and with its name "geboortedatum (birth_date)" where it may be written. */
static const char *field_label(const struct client_paper *p, const char *name, bool with_name, char out[CLIENT_DESK_TEXT])
{
    const char *words = client_texts_field(name, p->lang);

    if (with_name && strcmp(words, name) != 0)
        (void) snprintf(out, CLIENT_DESK_TEXT, "%s (%s)", words, name);
    else
        (void) snprintf(out, CLIENT_DESK_TEXT, "%s", words);
    return out;
}

/* What stands in a field, with its code where it may be written: "parent 1, parent 2 (g1 g2)". */
static const char *field_value(const struct client_paper *p, const cJSON *field, bool with_name, char out[CLIENT_DESK_TEXT])
{
    char words[CLIENT_DESK_TEXT / 2];

    if (!cJSON_IsString(field))
        return "";
    if (strcmp(field->string, "custody") != 0)
        return field->valuestring;
    client_texts_custody(field->valuestring, p->lang, words, sizeof words);
    if (with_name)
        (void) snprintf(out, CLIENT_DESK_TEXT, "%s (%.200s)", words, field->valuestring);
    else
        (void) snprintf(out, CLIENT_DESK_TEXT, "%s", words);
    return out;
}

static void print_fields(const struct client_paper *p, const cJSON *fields, bool with_names)
{
    char label[CLIENT_DESK_TEXT], value[CLIENT_DESK_TEXT];
    const cJSON *field;
    int widest = 0;

    cJSON_ArrayForEach(field, fields)
        if (client_paper_width(field_label(p, field->string, with_names, label)) > widest)
            widest = client_paper_width(label);
    cJSON_ArrayForEach(field, fields) {
        int at = client_paper_tab(p, 0, 4);

        at = client_paper_tab(p, at + client_paper_put(p, CLIENT_DIM, field_label(p, field->string, with_names, label)), 6 + widest);
        client_paper_fill(p, CLIENT_PLAIN, at, 6 + widest, field_value(p, field, with_names, value));
    }
}

void client_desk_print_content(const struct client_paper *p, const cJSON *sections, bool with_names)
{
    const cJSON *section;

    cJSON_ArrayForEach(section, sections) {
        const char *words = client_paper_word(p, "section", section->string);
        int at = client_paper_tab(p, 0, 2);

        at += client_paper_put(p, CLIENT_BOLD, section->string);
        at = client_paper_tab(p, at, at + 2);
        client_paper_fill(p, CLIENT_DIM, at, at, strcmp(words, section->string) == 0 ? "" : words);
        print_fields(p, section, with_names);
    }
}

/* ---- commands whose answer is one sentence ---- */

/* With the value under key between; without a key it is what was given. */
static const struct sentence {
    const char *command, *key, *en, *en_next, *nl, *nl_next;
} sentences[] = {
    {"record put", "section", "Written: ", ".", "Geschreven: ", "."},
    {"case invite", "partner", "Invited: ", "; their answer shows in schakel case show.",
        "Uitgenodigd: ", "; het antwoord staat in schakel case show."},
    {"case accept", "case", "You take part in case ", ".", "U doet mee in casus ", "."},
    {"case decline", "case", "You declined case ", ".", "U doet niet mee in casus ", "."},
    {"case leave", "case", "You left case ", ".", "U heeft casus ", " verlaten."},
    {"event end", "statement", "Ended, as statement ", "; everybody who had it is told.",
        "Beëindigd, als verklaring ", "; ieder die het had, hoort het."},
    {"consent withdraw", "statement", "Withdrawn, as statement ",
        "; nothing more leaves on it, and everybody who had it is told.", "Ingetrokken, als verklaring ",
        "; er gaat niets meer weg op grond hiervan, en ieder die het had, hoort het."},
    {"objection add", "statement", "Recorded, as statement ", ". When it is settled: schakel objection end --statement with this number",
        "Vastgelegd, als verklaring ", ". Is het afgehandeld: schakel objection end --statement met dit nummer"},
    {"objection end", "statement", "Ended, as statement ", ".", "Beëindigd, als verklaring ", "."},
    {"facts set", "statement", "Told, sealed, as statement ", ".", "Doorgegeven, verzegeld, als verklaring ",
        "."},
    {"request cancel", "request", "Taken back: request ", ".", "Ingetrokken: verzoek ", "."},
    {"refuse", "request", "Refused: request ", "; the asker hears your reason.", "Geweigerd: verzoek ",
        "; de vrager hoort uw reden."},
    {"access end", NULL, "Access ended: ", "; the copy at the other side is destroyed as soon as its node hears of it, which its report says.",
        "Toegang beëindigd: ", "; de kopie bij de ander wordt vernietigd zodra dat knooppunt het hoort; een bericht zegt wanneer."},
    {"accept", "offer", "Accepted: ", ". To read it: schakel open --share with the same number.",
        "Aangenomen: ", ". Lezen: schakel open --share met hetzelfde nummer."},
    {"not-for-us", "offer", "Sent back: ", "; the copy here is destroyed.",
        "Teruggegeven: ", "; de kopie hier is vernietigd."},
    {"staff revoke", "login", "The key counts no more here, and nowhere once the registry has it: ", ". A new one for the same person: schakel staff add",
        "De sleutel telt hier niet meer, en nergens zodra het register het heeft: ", ". Een nieuwe voor dezelfde persoon: schakel staff add"},
    {"staff end", "certificate_until", "Logs in no more; the key here is gone, and its certificate ends by itself at ", ".",
        "Meldt zich niet meer aan; de sleutel hier is weg, en het certificaat loopt vanzelf af om ", "."},
    {"partner send", "partner", "It counts once the registry has it", ", and every node says so within minutes: schakel partner list",
        "Het telt zodra het register het heeft", ", en elk knooppunt zegt dat binnen enkele minuten: schakel partner list"},
    {"done", "item", "Put away: ", ".", "Opgeborgen: ", "."},
    {"informed", "informed", "Written down: the family was told on ", ".", "Opgeschreven: het gezin hoorde het op ", "."},
    {"defer", "until", "Telling the family may wait until the end of ", "; who reads it sees that in the inbox.",
        "Vertellen mag wachten tot en met ", "; wie het las, ziet dat in het postvak."},
};

enum { DAY_LEN = sizeof "2026-11-22" - 1 };

/* Of an act that was done before. */
static const struct {
    const char *command, *en, *nl;
} again[] = {
    {"event end", "This was ended already", "Dit is al beëindigd"},
    {"consent withdraw", "This was withdrawn already", "Dit is al ingetrokken"},
    {"objection end", "This was ended already", "Dit is al beëindigd"},
    {"request cancel", "This was taken back already", "Dit is al ingetrokken"},
    {"refuse", "This was refused already", "Dit is al geweigerd"},
    {"access end", "This access was ended already", "Deze toegang is al beëindigd"},
    {"accept", "This was accepted already", "Dit is al aangenomen"},
    {"not-for-us", "This was sent back already", "Dit is al teruggegeven"},
    {"staff revoke", "This key counts for nothing any more", "Deze sleutel telt al niet meer"},
    {"staff end", "This person left already", "Deze persoon is al vertrokken"},
};

/* "This was withdrawn already, on 2026-11-22. Nothing was sent again." */
static bool print_again(const struct client_paper *p, const char *command, const cJSON *reply)
{
    const char *on = client_paper_text(reply, "already_on");

    for (size_t i = 0; client_paper_true(reply, "already") && i < sizeof again / sizeof *again; i++)
        if (strcmp(again[i].command, command) == 0) {
            client_paper_line(p, CLIENT_PLAIN, 0, "%s%s%s. %s", "%s%s%s. %s",
                client_paper_say(p, again[i].en, again[i].nl),
                on[0] != '\0' ? client_paper_say(p, strlen(on) > DAY_LEN ? ", since " : ", on ", strlen(on) > DAY_LEN ? ", sinds " : ", op ") : "", on,
                client_paper_true(reply, "queued")
                    ? client_paper_say(p, "It is on its way: schakel outbox list",
                        "Het is onderweg: schakel outbox list")
                    : client_paper_say(p, "Nothing was sent again.", "Er is niets opnieuw verstuurd."));
            if (client_paper_text(reply, "next")[0] != '\0')
                client_paper_line(p, CLIENT_PLAIN, 0, "%s", "%s", client_paper_text(reply, "next"));
            return true;
        }
    return false;
}

/* What was given lies under its own word, as it does in every answer: a request that was granted, or an offer. */
static const char *value_of(const struct sentence *s, const cJSON *reply)
{
    const char *offer = client_paper_text(reply, "offer");

    if (s->key != NULL)
        return client_paper_text(reply, s->key);
    return offer[0] != '\0' ? offer : client_paper_text(reply, "request");
}

static bool is_id(const char *text)
{
    return strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32;
}

static bool print_sentence(const struct client_paper *p, const char *command, const cJSON *reply)
{
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        const struct sentence *s = &sentences[i];
        const char *value = value_of(s, reply);
        char child[CLIENT_DESK_TEXT];

        if (strcmp(s->command, command) != 0)
            continue;
        client_desk_print_queued(p, reply);
        if (client_desk_print_child(p, reply, child)[0] != '\0')
            client_paper_line(p, CLIENT_BOLD, 0, "%s", "%s", child);
        client_paper_line(p, CLIENT_PLAIN, 0, "%s%.*s%s", "%s%.*s%s", client_paper_say(p, s->en, s->nl),
            is_id(value) ? 8 : 64, value, client_paper_say(p, s->en_next, s->nl_next));
        return true;
    }
    return false;
}

/* ---- by the command's name ---- */

static const struct {
    const char *command;
    client_desk_printer *print;
} printers[] = {
    {"inbox", client_desk_print_inbox},
    {"outbox list", client_desk_print_outbox},
    {"outbox drop", client_desk_print_dropped},
    {"request new", client_desk_print_asked},
    {"send", client_desk_print_asked},
    {"request show", client_desk_print_request},
    {"request list", client_desk_print_requests},
    {"weigh", client_desk_print_weigh},
    {"preview", client_desk_print_preview},
    {"grant", client_desk_print_grant},
    {"approve", client_desk_print_approve},
    {"open", client_desk_print_open},
    {"case open", client_desk_print_opened},
    {"case show", client_desk_print_cases},
    {"event list", client_desk_print_events},
    {"event add", client_desk_print_event},
    {"consent list", client_desk_print_consents},
    {"consent show", client_desk_print_consents},
    {"consent record", client_desk_print_consent},
    {"statement list", client_desk_print_statements},
    {"record import", client_desk_print_import},
    {"record list", client_desk_print_children},
    {"record get", client_desk_print_record},
    {"policy show", client_desk_print_policy},
};

/* The answer is there already; without the words it is printed with the names of the pack. */
cJSON *client_desk_print_words(const struct client_run *r)
{
    struct trouble t = {.lang = r->lang};
    struct client_run ask = {
        .cmd = r->cmd, .lang = r->lang, .home = r->home, .as = r->as, .passphrase_fd = -1, .t = &t};
    cJSON *reply = NULL;

    ask.args = cJSON_CreateObject();
    if (client_run_call(&ask, "policy.show", &reply) != OK)
        reply = NULL;
    cJSON_Delete(ask.args);
    return reply;
}

void client_desk_print(const struct client_run *r, const cJSON *reply)
{
    struct client_paper p;
    cJSON *words = NULL;

    client_paper_init(&p, r->lang);
    if (print_again(&p, r->cmd->name, reply) || print_sentence(&p, r->cmd->name, reply))
        return;
    for (size_t i = 0; i < sizeof printers / sizeof *printers; i++) {
        if (strcmp(printers[i].command, r->cmd->name) != 0)
            continue;
        words = client_desk_print_words(r);
        p.words = cJSON_GetObjectItemCaseSensitive(words, "words");
        printers[i].print(&p, r->args, reply);
        cJSON_Delete(words);
        return;
    }
    client_print_reply(r, reply);
}
