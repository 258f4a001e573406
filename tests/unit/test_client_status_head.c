/* client/status_head: what `status` begins with: whether all is well, or what needs doing first and how, in both languages. */
#include "tests/support/check.h"

#include "base/json.h"
#include "client/status_head.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 100 };

static const struct row { const char *name; enum lang lang; const char *reply, *expected; } rows[] = {
    {"all is well", LANG_EN, "{\"hub_reachable\":true,\"log_trusted\":true,\"to_decide\":0,\"to_open\":0,\"bad_mail\":0,\"unconfirmed\":0}",
        "All is well, and no request or share waits here.\n"},
    {"what waits for people", LANG_NL, "{\"hub_reachable\":true,\"log_trusted\":true,\"to_decide\":2,\"to_open\":1}",
        "Alles is in orde. Te beslissen: 2, te openen: 1; zie: schakel inbox\n"},
    {"nobody is logged in", LANG_EN, "{\"hub_reachable\":true,\"log_trusted\":true}",
        "The node is well. What waits for people shows after: schakel login\n"},
    {"the hub is away", LANG_EN, "{\"hub_reachable\":false,\"log_trusted\":true,\"to_decide\":2,\"to_open\":1}",
        "Needs attention: the hub cannot be reached. What is to go waits here and goes by itself. If it stays\n"
        "so: look at the network of this machine, then call the hub's operator\n"},
    {"the log is not trusted", LANG_NL, "{\"log_trusted\":false,\"warning\":\"HET LOGBOEK SPREEKT ZICHZELF TEGEN\"}",
        "NIET IN ORDE: HET LOGBOEK SPREEKT ZICHZELF TEGEN\n"},
    {"the log is not trusted, and nothing says why", LANG_EN, "{\"log_trusted\":false}",
        "NOT WELL: the log is not trusted: ask the hub's operator and another partner\n"},
    {"the worst first, and each of what is overdue", LANG_EN,
        "{\"unconfirmed\":3,\"log_trusted\":true,\"disk_note\":\"full: make room\",\"overdue\":[\"KEPT BACK\",\"NOT ANCHORED\"]}",
        "NOT WELL: KEPT BACK\n"
        "  Also: NOT ANCHORED\n"
        "  Also: the disk is full: make room\n"
        "  Also: statements that were not confirmed after a day by who must know them: 3. Who: schakel\n"
        "  statement list\n"},
    {"a warning that stops nothing", LANG_EN, "{\"warning\":\"a key ends within two weeks\",\"log_trusted\":true}",
        "Needs attention: a key ends within two weeks\n"},
    {"nobody waits for a pseudonym", LANG_EN,
        "{\"hub_reachable\":true,\"log_trusted\":true,\"to_decide\":0,\"to_open\":0,\"pseudonyms_waiting\":0,\"pseudonyms_note\":\"0 wait\"}",
        "All is well, and no request or share waits here.\n"},
    {"somebody waits for a pseudonym", LANG_EN, "{\"log_trusted\":true,\"pseudonyms_waiting\":2,\"pseudonyms_note\":\"2 wait\"}", "Needs attention: 2 wait\n"},
    {"whom they wait for is told once", LANG_EN, "{\"log_trusted\":true,\"keyholder_reachable\":false,\"pseudonyms_waiting\":2,\"pseudonyms_note\":\"2 wait\"}",
        "Needs attention: the keyholder did not answer last time: new children wait, all else goes on. If it\n"
        "stays so: call its operator\n"},
    {"names", LANG_EN, "{\"without_officer\":[\"vo\",\"cjg\"],\"log_trusted\":true}",
        "Needs attention: the privacy officer's key has ended of: vo, cjg. Call them: schakel org rotate\nofficer\n"},
    {"a copy of the log that begins is no trouble", LANG_EN, "{\"mirror_note\":\"starting\",\"log_trusted\":true,\"to_decide\":0,\"to_open\":0}",
        "All is well, and no request or share waits here.\n"},
    {"a copy of the log that does not go on is", LANG_EN, "{\"mirror_note\":\"no room\",\"mirror_leaves\":7,\"log_trusted\":true}",
        "Needs attention: the copy of the log: no room\n"},
    {"a pack that is not here", LANG_NL, "{\"pack_next\":\"ab vanaf 2027-01-01, maar het is niet hier: schakel policy adopt take\",\"log_trusted\":true}",
        "Vraagt aandacht: een beleidspakket dat gaat gelden is niet hier: schakel policy adopt take\n"},
    {"what should go stays", LANG_EN, "{\"hub_reachable\":true,\"log_trusted\":true,\"to_decide\":0,\"to_open\":0,\"erasing_note\":\"what is past its term stays\"}",
        "Needs attention: what is past its term stays\n"},
    {"what should go stays, by a clock that differs", LANG_NL, "{\"log_trusted\":true,\"erasing_note\":\"het blijft\",\"clocks_note\":\"de klok\"}",
        "Vraagt aandacht: de klok\n  Ook: het blijft\n"},
    {"a text of the node is no format", LANG_EN, "{\"clocks_note\":\"100%s and %n\",\"log_trusted\":true}", "Needs attention: 100%s and %n\n"},
};

static void test_row(void **state)
{
    const struct row *r = *state;
    cJSON *reply = NULL;
    char *text = NULL;
    size_t len = 0;
    struct client_paper p = {.out = open_memstream(&text, &len), .lang = r->lang, .width = WIDTH};

    assert_non_null(p.out);
    assert_err(json_parse((const uint8_t *)r->reply, strlen(r->reply), &reply, NULL), OK);
    client_status_head(&p, reply);
    assert_int_equal(fclose(p.out), 0);
    assert_string_equal(text, r->expected);
    free(text);
    cJSON_Delete(reply);
}

int main(void)
{
    struct check_list list = {.count = 0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_add(&list, rows[i].name, test_row, &rows[i]);
    return check_run(&list, "client/status_head");
}
