#include "client/overdue.h"

#include <inttypes.h>
#include <stdio.h>

enum { TEXT_ROOM = 400 };

static void say_opening(cJSON *list, enum lang lang, uint64_t number)
{
    char text[TEXT_ROOM];

    (void)snprintf(text, sizeof text, lang == LANG_NL
            ? "DE HUB HOUDT ACHTER WAT HIJ OVER DEZE ORGANISATIE LOGDE: wat hij van nummer %" PRIu64 " af logde is na een dag niet opengelegd aan de "
              "privacy officer. Vraag de beheerder van de hub waarom; wat ontbreekt: schakel audit complete. Blijft dit zo: meld het de andere partners"
            : "THE HUB KEEPS BACK WHAT IT LOGGED ABOUT THIS ORGANISATION: what it logged from number %" PRIu64 " on was not laid open to the privacy "
              "officer within a day. Ask the hub's operator why; what is missing: schakel audit complete. If it stays so: tell the other partners",
        number);
    json_push_text(list, text);
}

static void say_stops(cJSON *list, enum lang lang, uint64_t count)
{
    char text[TEXT_ROOM];

    (void)snprintf(text, sizeof text, lang == LANG_NL
            ? "WAT GESTOPT MOEST ZIJN GAAT MISSCHIEN DOOR: intrekkingen, eindes en bezwaren die na een dag niet zijn bevestigd door wie moet "
              "stoppen: %" PRIu64 ". Bel hen; om wie het gaat: schakel statement list, en schakel outbox"
            : "WHAT WAS STOPPED MAY GO ON: withdrawals, ends and objections not confirmed after a day by those whom they stop: %" PRIu64
              ". Phone them; who: schakel statement list, and schakel outbox",
        count);
    json_push_text(list, text);
}

static void say_unanchored(cJSON *list, enum lang lang)
{
    json_push_text(list, lang == LANG_NL
            ? "AL EEN DAG NIET VERANKERD: wat in het logboek staat is niet medeondertekend door genoeg partners en een buitenstaander. Vraag de "
              "beheerder van de hub welke getuigen ontbreken (schakel-hub status), en de partners of hun knooppunt draait"
            : "NOT ANCHORED FOR A DAY: what is in the log was not cosigned by enough partners and an outsider. Ask the hub's operator which "
              "witnesses are missing (schakel-hub status), and the partners whether their node runs");
}

void client_overdue_add(cJSON *reply, enum lang lang, const struct client_overdue *o)
{
    cJSON *list = o->opening != 0 || o->stops != 0 || o->unanchored ? json_add_array(reply, "overdue") : NULL;

    if (o->opening != 0)
        say_opening(list, lang, o->opening);
    if (o->stops != 0)
        say_stops(list, lang, o->stops);
    if (o->unanchored)
        say_unanchored(list, lang);
}
