/* client/audit_print: the privacy officer's list and whether it is whole, as people read them; no line is wider than the paper. */
#include "tests/support/check.h"

#include "base/json.h"
#include "client/audit_print.h"

#include <stdio.h>

#define WORDS "{\"purpose\":{\"att_followup\":\"help after a report\"}}"
#define END_OPEN "\"end\":{\"number\":7,\"leaves\":9,\"anchored\":false}"

enum { WIDTH = 60 };

static const struct row {
    const char *name;
    client_desk_printer *print;
    enum lang lang;
    const char *reply, *expected;
} rows[] = {
    {"an act", client_audit_print_acts, LANG_EN,
        "{\"acts\":[{\"number\":12,\"when\":\"2026-11-22 06:11\",\"at\":1795324289,\"who\":\"la\",\"person\":\"Worker, coordinator\","
        "\"act\":\"asked\",\"to\":\"vo\",\"child\":\"Sam\",\"purpose\":\"att_followup\",\"sections\":[\"att\",\"ident\"],"
        "\"ground\":[\"R02\"],\"result\":\"ACCEPTED\",\"log\":\"right\"}],\"more\":4,\"skip\":1}",
        "la: asked, to vo                        2026-11-22 06:11  12\n"
        "  Sam\n"
        "  help after a report (att_followup)\n"
        "  att, ident; by rule R02\n"
        "  by Worker, coordinator; log: right\n"
        "And 4 more. The next: add --skip 1; everything: add --all\n"
        "As a table: add --csv. Whether it is all: schakel audit\n"
        "complete\n"},
    {"an act that the hub refused, in Dutch", client_audit_print_acts, LANG_NL,
        "{\"acts\":[{\"number\":12,\"when\":\"2026-11-22 06:11\",\"who\":\"la\",\"person\":\"het knooppunt zelf\","
        "\"act\":\"gevraagd\",\"to\":\"vo\",\"child\":\"child 3f2a91c0\",\"purpose\":\"\",\"sections\":[],"
        "\"ground\":[],\"result\":\"FULL\",\"refused\":\"De schijf is vol.\",\"log\":\"klopt\"}]}",
        "la: gevraagd, aan vo                    2026-11-22 06:11  12\n"
        "  kind 3f2a91c0\n"
        "  De schijf is vol.\n"
        "  door het knooppunt zelf; logboek: klopt\n"
        "Als tabel: voeg --csv toe. Of het alles is: schakel audit\n"
        "complete\n"},
    {"a number under which nothing came", client_audit_print_acts, LANG_EN,
        "{\"acts\":[{\"number\":3,\"act\":\"never came\",\"log\":\"not laid open yet\"}]}",
        "never came                                                 3\n"
        "  log: not laid open yet\n"
        "As a table: add --csv. Whether it is all: schakel audit\n"
        "complete\n"},
    {"complete", client_audit_print_whole, LANG_EN,
        "{\"complete\":true,\"verdict\":\"complete\",\"complete_until\":\"2026-11-21\",\"whole_to\":7,\"first\":1,\"last\":7,\"entries\":7,"
        "\"withdrawn\":0,\"openings_right\":7,\"outbox\":0,\"openings_waiting\":0,\"openings_late\":0,\"gaps\":0,\"missing\":[]}",
        "Complete: nothing is missing.\n"
        "  Whole to   2026-11-21, number 7: every number is here,\n"
        "             with signature and proof\n"
        "  Numbers    1 to 7; 0 of them withdrawn before they were\n"
        "             fetched\n"
        "  Compared   7 of 7, with what the hub logged\n"
        "The acts: schakel audit. The proofs as files: schakel\n"
        "archive export\n"},
    {"nothing is missing, and the day is not over", client_audit_print_whole, LANG_NL,
        "{\"complete\":false,\"verdict\":\"de dag is nog niet voorbij\",\"complete_until\":\"2026-11-22 06:11\",\"whole_to\":7,\"first\":1,"
        "\"last\":7,\"entries\":7,\"withdrawn\":0,\"openings_right\":5,\"outbox\":1,\"openings_waiting\":2,\"openings_late\":0,"
        END_OPEN ",\"gaps\":0,\"missing\":[]}",
        "Er ontbreekt tot nu toe niets.\n"
        "  Heel tot   2026-11-22 06:11, nummer 7: elk nummer is er,\n"
        "             met handtekening en bewijs\n"
        "  Dat is     de dag is nog niet voorbij\n"
        "  Nummers    1 tot en met 7; daarvan 0 ingetrokken voor het\n"
        "             ophalen\n"
        "  Vergeleken 5 van 7, met wat de hub logde\n"
        "  Komt nog   2 van de nieuwste: nog niet opengelegd door de\n"
        "             hub; dat duurt hoogstens een dag\n"
        "  Komt nog   1 van hier, nog te versturen: schakel outbox\n"
        "             list\n"
        "  Komt nog   andere partners hebben het einde nog niet\n"
        "             medeondertekend; dat gebeurt binnen minuten\n"
        "De handelingen: schakel audit. De bewijzen als bestanden:\n"
        "schakel archive export\n"},
    {"what is in no log any more is not promised", client_audit_print_whole, LANG_EN,
        "{\"complete\":true,\"complete_until\":\"2026-11-22 06:11\",\"whole_to\":1,\"first\":1,\"last\":1,\"entries\":1,\"withdrawn\":0,"
        "\"openings_right\":1,\"gaps\":0,\"missing\":[],\"end\":{\"number\":1,\"anchored\":false,\"lost\":true}}",
        "Complete: nothing is missing.\n"
        "  Whole to   2026-11-22 06:11, number 1: every number is\n"
        "             here, with signature and proof\n"
        "  Numbers    1 to 1; 0 of them withdrawn before they were\n"
        "             fetched\n"
        "  Compared   1 of 1, with what the hub logged\n"
        "  Alone      the end of it is in no log any more, since that\n"
        "             went on without its newest leaves: nobody will\n"
        "             cosign it. The receipt proves it all the same;\n"
        "             keep it: schakel archive export\n"
        "The acts: schakel audit. The proofs as files: schakel\n"
        "archive export\n"},
    {"what too few can cosign is not promised", client_audit_print_whole, LANG_EN,
        "{\"complete\":true,\"complete_until\":\"2026-11-22 06:11\",\"whole_to\":1,\"first\":1,\"last\":1,\"entries\":1,\"withdrawn\":0,"
        "\"openings_right\":1,\"gaps\":0,\"missing\":[],\"end\":{\"number\":1,\"anchored\":false,\"too_few_witnesses\":true}}",
        "Complete: nothing is missing.\n"
        "  Whole to   2026-11-22 06:11, number 1: every number is\n"
        "             here, with signature and proof\n"
        "  Numbers    1 to 1; 0 of them withdrawn before they were\n"
        "             fetched\n"
        "  Compared   1 of 1, with what the hub logged\n"
        "  Hub alone  the region has too few witnesses for others\n"
        "             ever to cosign it: it needs most of its\n"
        "             partners and an outsider (a keyholder or public\n"
        "             witness)\n"
        "The acts: schakel audit. The proofs as files: schakel\n"
        "archive export\n"},
    {"what a gap can mean, and whom to ask", client_audit_print_whole, LANG_EN,
        "{\"complete\":false,\"verdict\":\"ask\",\"complete_until\":\"2026-11-22 06:11\",\"whole_to\":1,\"first\":1,\"last\":3,\"entries\":3,"
        "\"withdrawn\":0,\"openings_right\":2,\"gaps\":1,\"kept_back\":true,\"missing\":[{\"number\":2,\"why\":\"it never "
        "came\",\"act\":\"refusal or end of access\","
        "\"from\":\"vo\",\"when\":\"2026-11-22 07:00\"}]}",
        "Not complete. Numbers that are missing or do not fit: 1\n"
        "  number 2: it never came\n"
        "    the log has it: refusal or end of access, from vo,\n"
        "    2026-11-22 07:00. Call vo and ask what it was\n"
        "  It can be  mail that was held up on its way, and comes\n"
        "             when this node asks again; or something that\n"
        "             the hub keeps from you: a request, an end of\n"
        "             access, a withdrawal, an objection\n"
        "  First      ask the hub's operator what these numbers are,\n"
        "             and why they did not come\n"
        "  Then       call each partner whose records you hold a part\n"
        "             of (schakel request list), and ask whether it\n"
        "             ended an access, withdrew a consent or objected\n"
        "             since 2026-11-22 06:11. Until you know: leave\n"
        "             unread what was shared\n"
        "  Whole to   2026-11-22 06:11, number 1: every number is\n"
        "             here, with signature and proof\n"
        "  That is    ask\n"
        "  Numbers    1 to 3; 0 of them withdrawn before they were\n"
        "             fetched\n"
        "  Compared   2 of 3, with what the hub logged\n"
        "The acts: schakel audit. The proofs as files: schakel\n"
        "archive export\n"},
    {"a number is missing", client_audit_print_whole, LANG_EN,
        "{\"complete\":false,\"verdict\":\"ask the operator\",\"complete_until\":\"2026-11-22 06:11\",\"whole_to\":1,\"first\":1,"
        "\"last\":3,\"entries\":3,\"withdrawn\":0,\"openings_right\":2,\"outbox\":0,\"openings_waiting\":0,\"openings_late\":1,"
        "\"gaps\":1,\"missing\":[{\"number\":2,\"why\":\"nothing is here\"}]}",
        "Not complete. Numbers that are missing or do not fit: 1\n"
        "  number 2: nothing is here\n"
        "  Whole to   2026-11-22 06:11, number 1: every number is\n"
        "             here, with signature and proof\n"
        "  That is    ask the operator\n"
        "  Numbers    1 to 3; 0 of them withdrawn before they were\n"
        "             fetched\n"
        "  Compared   2 of 3, with what the hub logged\n"
        "  Late       1: logged over a day ago and not laid open; ask\n"
        "             the hub's operator\n"
        "The acts: schakel audit. The proofs as files: schakel\n"
        "archive export\n"},
    {"nothing at all", client_audit_print_whole, LANG_EN, "{\"complete\":true,\"entries\":0,\"gaps\":0,\"missing\":[]}",
        "Nothing was numbered in this period.\n"},
};

static cJSON *json(const char *text)
{
    cJSON *out = NULL;

    assert_err(json_parse((const uint8_t *)text, strlen(text), &out, NULL), OK);
    return out;
}

static void test_row(void **state)
{
    const struct row *r = *state;
    cJSON *args = json("{}"), *reply = json(r->reply), *words = json(WORDS);
    char *text = NULL;
    size_t len = 0;
    struct client_paper p = {.out = open_memstream(&text, &len), .lang = r->lang, .width = WIDTH, .words = words};

    assert_non_null(p.out);
    r->print(&p, args, reply);
    assert_int_equal(fclose(p.out), 0);
    assert_string_equal(text, r->expected);
    for (const char *line = text; *line != '\0'; line += strcspn(line, "\n") + 1)
        assert_true(strcspn(line, "\n") <= WIDTH);
    free(text);
    cJSON_Delete(args);
    cJSON_Delete(reply);
    cJSON_Delete(words);
}

int main(void)
{
    struct check_list list = {.count = 0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    return check_run(&list, "client/audit_print");
}
