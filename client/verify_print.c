/* client/verify: for people: does it hold, in the first line; then what was found. */
#include "client/cmds.h"
#include "client/paper.h"

#include <inttypes.h>

static uint64_t count_of(const cJSON *obj, const char *key)
{
    uint64_t n = 0;

    return json_u64(obj, key, &n) == OK ? n : 0;
}

/* The first problem by name; the others stand at the end. */
static void print_bad(const struct client_paper *p, const cJSON *reply)
{
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(reply, "problem"), 0);
    const char *file = client_paper_text(first, "file");
    char leaf[40] = "";

    if (cJSON_HasObjectItem(first, "leaf"))
        client_paper_format(p, leaf, sizeof leaf, "leaf %" PRIu64 ": ", "blad %" PRIu64 ": ", count_of(first, "leaf"));
    client_paper_line(p, CLIENT_RED, 0,
        "DOES NOT HOLD. Problems: %" PRIu64 ". The first: %s%s%s%s. Keep these files as they are, they are the evidence. First copy or export them once "
        "more and verify again; does it stay: show it to the hub's operator and to another partner.",
        "KLOPT NIET. Problemen: %" PRIu64 ". Het eerste: %s%s%s%s. Bewaar deze bestanden zoals ze zijn, ze zijn het bewijs. Kopieer of exporteer ze eerst "
        "nog eens en controleer opnieuw; blijft het: laat het de beheerder van de hub en een andere partner zien.",
        count_of(reply, "problems"), file, file[0] != '\0' ? ": " : "", leaf, client_paper_text(first, "text"));
}

static void print_good(const struct client_paper *p, const cJSON *reply)
{
    const cJSON *log = cJSON_GetObjectItemCaseSensitive(reply, "log"), *receipts = cJSON_GetObjectItemCaseSensitive(reply, "receipts");
    uint64_t leaves = count_of(log, "leaves"), compared = count_of(log, "receipts_compared"), hold = count_of(receipts, "hold");

    if (log != NULL && receipts != NULL)
        client_paper_line(p, CLIENT_GREEN, 0,
            "It holds: %" PRIu64 " leaves give the root that the hub signed, and %" PRIu64 " of %" PRIu64 " receipts were found in them.",
            "Het klopt: %" PRIu64 " bladen geven de wortel die de hub ondertekende, en %" PRIu64 " van %" PRIu64 " ontvangstbewijzen staan erin.",
            leaves, compared, hold);
    else if (log != NULL)
        client_paper_line(p, CLIENT_GREEN, 0, "It holds: %" PRIu64 " leaves give the root that the hub signed.",
            "Het klopt: %" PRIu64 " bladen geven de wortel die de hub ondertekende.", leaves);
    else
        client_paper_line(p, CLIENT_GREEN, 0, "It holds: %" PRIu64 " receipts are as the hub signed them. Whether the log has them: add --log DIR.",
            "Het klopt: %" PRIu64 " ontvangstbewijzen zijn zoals de hub ze ondertekende. Of het logboek ze heeft: voeg --log MAP toe.", hold);
}

void client_verify_print(const struct client_run *r, const cJSON *reply)
{
    struct client_paper p;

    client_paper_init(&p, r->lang);
    if (count_of(reply, "problems") != 0)
        print_bad(&p, reply);
    else
        print_good(&p, reply);
    client_print_reply(r, reply);
}
