/* client/desk_print: replies of the node as people read them. The replies are as the node sends them, written
 * by hand. */
#include "tests/support/check.h"

#include "base/json.h"
#include "client/desk_print.h"

#include <stdio.h>

#define WORDS                                                                                                \
    "{\"purpose\":{\"att_followup\":\"help after a "                                                         \
    "report\"},\"section\":{\"att\":\"absence\"},\"event\":{\"VZM\":\"16 hours\"},"                          \
    "\"kind\":{\"vo\":\"secondary school\"},\"question\":{\"1\":\"What for?\"}}"

static const struct row {
    const char *name;
    client_desk_printer *print;
    enum lang lang;
    const char *args, *reply, *expected;
} rows[] = {
    {"an empty inbox", client_desk_print_inbox, LANG_EN, "{}", "{\"items\":[]}",
        "Nothing waits for you.\nWhat is done: schakel inbox --all\n"},
    {"an empty inbox with all, in Dutch", client_desk_print_inbox, LANG_NL, "{\"all\":true}",
        "{\"items\":[]}", "Er wacht niets op u.\n"},
    {"a request in the inbox", client_desk_print_inbox, LANG_EN, "{}",
        "{\"items\":[{\"id\":\"00112233445566778899aabbccddeeff\",\"kind\":\"request\",\"from\":\"la\","
        "\"child\":\"Sam (2012-05-01)\","
        "\"text\":\"t\",\"next\":\"schakel preview --request "
        "00112233\",\"until_done\":false,\"at\":1000000000,"
        "\"purpose\":\"att_followup\",\"sections\":[\"att\",\"ident\"],\"note\":\"soon\"}]}",
        "Request from la                         2001-09-09  00112233\n"
        "  Sam (2012-05-01)\n"
        "  help after a report (att_followup): att, ident\n"
        "  \"soon\"\n"
        "  Next       schakel preview --request 00112233\n"},
    {"a report in the inbox, of a child without a name here, and a page more", client_desk_print_inbox,
        LANG_NL, "{}",
        "{\"items\":[{\"id\":\"00112233445566778899aabbccddeeff\",\"kind\":\"event\",\"from\":\"vo\","
        "\"child\":\"child 3f2a91c0\","
        "\"text\":\"t\",\"next\":\"schakel case "
        "open\",\"until_done\":true,\"at\":1000000000,\"event\":\"VZM\",\"purpose\":\"\","
        "\"purposes\":[\"att_followup\",\"att_enforce\"]}],\"more\":7,\"skip\":1}",
        "Melding van vo                          2001-09-09  00112233\n"
        "  kind 3f2a91c0\n"
        "  VZM: 16 hours\n"
        "  Verder     schakel case open\n"
        "  Doelen     att_followup, att_enforce\n"
        "  Of klaar   schakel done --item 00112233\n"
        "En nog 7. De volgende: voeg --skip 1 toe; alles: voeg --all\n"
        "toe\n"},
    {"a refusal in the inbox, with its reason in words", client_desk_print_inbox, LANG_NL, "{}",
        "{\"items\":[{\"id\":\"00112233445566778899aabbccddeeff\",\"kind\":\"refusal\",\"from\":\"vo\",\"child\":\"Sam\","
        "\"reason\":\"nothing_held\",\"answer\":\"bel ons\",\"text\":\"heeft uw verzoek geweigerd\",\"next\":\"n\",\"until_done\":true}]}",
        "Geweigerd door vo                                   00112233\n"
        "  Sam\n"
        "  Reden      zij hebben hier niets over\n"
        "  Uitleg     bel ons\n"
        "  Verder     n\n"
        "  Of klaar   schakel done --item 00112233\n"},
    {"access that its holder ended: nobody withdrew a consent", client_desk_print_inbox, LANG_EN, "{}",
        "{\"items\":[{\"id\":\"00112233445566778899aabbccddeeff\",\"kind\":\"withdrawal\",\"from\":\"vo\",\"child\":\"Sam\","
        "\"reason\":\"taken_back\",\"answer\":\"wrong child\",\"text\":\"it ended\",\"next\":\"n\",\"until_done\":true}]}",
        "Access ended by vo                                  00112233\n"
        "  Sam\n"
        "  it ended\n"
        "  Reason     its holder took it back\n"
        "  In words   wrong child\n"
        "  Next       n\n"
        "  Or done    schakel done --item 00112233\n"},
    {"refused by the reader", client_desk_print_request, LANG_EN, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"state\":\"refused\",\"from\":\"la\",\"child\":\"Sam\",\"purpose\":\"p\","
        "\"asked\":[\"att\"],\"reason\":\"nothing_held\"}",
        "Request from la                                     00112233\n"
        "  Child      Sam\n"
        "  Purpose    p\n"
        "  Asked      att\n"
        "  State      refused by you\n"
        "  Reason     there is nothing of this here\n"},
    {"handed over, fetched, and not a word since", client_desk_print_request, LANG_NL, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"state\":\"released\",\"from\":\"la\",\"child\":\"Sam\",\"purpose\":\"p\","
        "\"asked\":[\"att\"],\"fetched\":\"2026-01-02\",\"silent_days\":9}",
        "Verzoek van la                                      00112233\n"
        "  Kind       Sam\n"
        "  Doel       p\n"
        "  Gevraagd   att\n"
        "  Stand      gestuurd, nog niet gelezen\n"
        "  Opgehaald  2026-01-02, zegt de hub; al 9 dagen geen\n"
        "             bericht\n"
        "  Verder     vraag la of het gelezen is: hun programma had\n"
        "             het moeten zeggen\n"},
    {"the inbox by what it asks", client_desk_print_inbox, LANG_EN, "{}",
        "{\"items\":[{\"id\":\"00112233445566778899aabbccddeeff\",\"kind\":\"invitation\",\"from\":\"la\","
        "\"group\":\"answer\",\"child\":\"Sam\",\"next\":\"n\"},"
        "{\"id\":\"10112233445566778899aabbccddeeff\",\"kind\":\"offer\",\"from\":\"la\","
        "\"group\":\"answer\",\"child\":\"Sam\",\"next\":\"n\"},"
        "{\"id\":\"20112233445566778899aabbccddeeff\",\"kind\":\"objection\",\"from\":\"vo\","
        "\"group\":\"read\",\"child\":\"Sam\",\"next\":\"n\"}]}",
        "--- To answer ---\n"
        "Invitation from la                                  00112233\n"
        "  Sam\n"
        "  Next       n\n"
        "\n"
        "Sent by la                                          10112233\n"
        "  Sam\n"
        "  Next       n\n"
        "\n"
        "--- New to read ---\n"
        "Objection, told by vo                               20112233\n"
        "  Sam\n"
        "  Next       n\n"},
    {"asked: sections with one answer stand together", client_desk_print_asked, LANG_EN, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"to\":\"vo\",\"child\":\"Sam\",\"result\":\"at the "
        "holder\",\"sections\":["
        "{\"section\":\"att\",\"verdict\":\"PERMIT\",\"text\":\"Yes.\",\"step\":\"wait\",\"whose\":"
        "\"holder\"},"
        "{\"section\":\"need\",\"verdict\":\"DENY\",\"text\":\"No rule.\",\"step\":\"Ask "
        "less.\",\"whose\":\"you\"},"
        "{\"section\":\"ident\",\"verdict\":\"PERMIT\",\"text\":\"Yes.\",\"step\":\"wait\",\"whose\":"
        "\"holder\"}]}",
        "Request to vo                                       00112233\n"
        "  Child      Sam\n"
        "  asked      att, ident\n"
        "  no         need\n"
        "             No rule.\n"
        "             You: Ask less.\n"
        "  vo decides; the answer comes in your inbox.\n"},
    {"asked in vain", client_desk_print_asked, LANG_NL, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"to\":\"vo\",\"child\":\"Sam\",\"result\":\"denied\","
        "\"sections\":["
        "{\"section\":\"att\",\"verdict\":\"NEED_EVENT\",\"text\":\"Nog "
        "niet.\",\"step\":\"Meld.\",\"whose\":\"holder\",\"then\":\"uw afweging\"}]}",
        "Verzoek aan vo                                      00112233\n"
        "  Kind       Sam\n"
        "  nog niet   att\n"
        "             Nog niet.\n"
        "             Meld.\n"
        "             Ook nodig: uw afweging\n"
        "  Aan vo is niets gevraagd.\n"},
    {"asked while the hub is away", client_desk_print_asked, LANG_EN, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"to\":\"vo\",\"child\":\"Sam\",\"result\":\"sent\",\"queued\":"
        "true,\"sections\":[]}",
        "Request to vo                                       00112233\n"
        "  Child      Sam\n"
        "Kept, and not sent yet. What waits: schakel outbox list\n"},
    {"asked while the hub's disk is full", client_desk_print_asked, LANG_NL, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"to\":\"vo\",\"child\":\"Sam\",\"result\":\"sent\",\"queued\":"
        "true,\"note\":\"De schijf is vol.\",\"sections\":[]}",
        "Verzoek aan vo                                      00112233\n"
        "  Kind       Sam\n"
        "Bewaard, en nog niet verstuurd: De schijf is vol. Wat wacht:\n"
        "schakel outbox list\n"},
    {"a preview", client_desk_print_preview, LANG_EN, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"state\":\"waiting\",\"from\":\"la\",\"child\":"
        "\"Sam\","
        "\"purpose\":\"att_followup\",\"at\":1000000000,\"warning\":\"Careful.\",\"sections\":[{\"section\":"
        "\"att\",\"verdict\":\"PERMIT\","
        "\"text\":\"Yes.\",\"step\":\"\",\"whose\":\"nobody\"}],\"would_leave\":{\"att\":{\"hours\":\"17\"}},"
        "\"not_in_record\":[],"
        "\"until\":\"2027-01-01\"}",
        "Request from la                         2001-09-09  00112233\n"
        "  Child      Sam\n"
        "  Purpose    help after a report (att_followup)\n"
        "  Careful.\n"
        "  can leave  att\n"
        "\n"
        "Exactly this would leave; la can read it until the end of\n"
        "2027-01-01:\n"
        "  att  absence\n"
        "    hours  17\n"
        "  Next       schakel grant --request 00112233\n"
        "  Or less    schakel grant --request 00112233 --sections\n"
        "             SECTION,...\n"
        "  Or not     schakel refuse --request 00112233 --reason\n"
        "             REASON\n"},
    {"a preview of nothing", client_desk_print_preview, LANG_NL, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"state\":\"waiting\",\"from\":\"la\",\"child\":"
        "\"Sam\","
        "\"purpose\":\"att_followup\",\"sections\":[],\"would_leave\":{},\"not_in_record\":[\"att\"],"
        "\"until\":\"\"}",
        "Verzoek van la                                      00112233\n"
        "  Kind       Sam\n"
        "  Doel       help after a report (att_followup)\n"
        "  Niet hier  att\n"
        "\n"
        "Er zou nu niets weggaan.\n"
        "  Of niet    schakel refuse --request 00112233 --reason\n"
        "             REDEN\n"},
    {"what came, with its duties", client_desk_print_open, LANG_EN, "{}",
        "{\"share\":\"00112233445566778899aabbccddeeff\",\"from\":\"vo\",\"child\":\"Sam\",\"purpose\":\"att_"
        "followup\","
        "\"until\":\"2027-01-01\",\"duties\":[\"Tell first.\",\"Keep it "
        "here.\"],\"sections\":{\"att\":{\"hours\":\"17\"}}}",
        "Shared by vo                                        00112233\n"
        "  Child      Sam\n"
        "  Purpose    help after a report (att_followup)\n"
        "  Last day   2027-01-01\n"
        "\n"
        "  att  absence\n"
        "    hours  17\n"
        "  Duties     Tell first.\n"
        "             Keep it here.\n"
        "  vo is told that you read this.\n"},
    {"a consent that waits for somebody", client_desk_print_consents, LANG_EN, "{}",
        "{\"consents\":[{\"statement\":\"00112233445566778899aabbccddeeff\",\"child\":\"Sam\",\"holder\":"
        "\"vo\",\"receiver\":\"team\","
        "\"purpose\":\"att_followup\",\"sections\":[\"att\"],\"state\":\"incomplete\",\"until\":\"\",\"at\":"
        "1000000000,"
        "\"missing\":\"the other parent\"}]}",
        "Sam                                     2001-09-09  00112233\n"
        "  team may read from vo: att\n"
        "  help after a report (att_followup)\n"
        "  does not count yet\n"
        "  Missing    the other parent\n"},
    {"a consent that counts names nobody", client_desk_print_consents, LANG_EN, "{}",
        "{\"consents\":[{\"statement\":\"00112233445566778899aabbccddeeff\",\"child\":\"Sam\",\"holder\":"
        "\"vo\",\"receiver\":\"team\","
        "\"purpose\":\"att_followup\",\"sections\":[\"att\"],\"state\":\"complete\",\"until\":\"2027-01-01\","
        "\"missing\":\"\"}]}",
        "Sam                                                 00112233\n"
        "  team may read from vo: att\n"
        "  help after a report (att_followup)\n"
        "  counts until the end of 2027-01-01\n"},
    {"recorded, somebody is missing", client_desk_print_consent, LANG_EN, "{\"yes\":\"y\"}",
        "{\"statement\":\"00112233445566778899aabbccddeeff\",\"complete\":false,\"complete_until\":\"\","
        "\"missing\":[\"a\",\"b\"]}",
        "Recorded, but it does not count yet. There is no yes yet\n"
        "from: a, b. When they said yes: record it again.\n"
        "To withdraw it: schakel consent withdraw --statement\n"
        "00112233\n"},
    {"recorded, somebody said no", client_desk_print_consent, LANG_NL, "{\"yes\":\"y\",\"no\":\"g1\"}",
        "{\"statement\":\"00112233445566778899aabbccddeeff\",\"complete\":false,\"complete_until\":\"\","
        "\"missing\":[\"a\"]}",
        "Vastgelegd. Het geldt niet: iemand zei nee.\n"
        "Intrekken: schakel consent withdraw --statement 00112233\n"},
    {"members by purpose", client_desk_print_cases, LANG_NL, "{}",
        "{\"cases\":[{\"case\":\"00112233445566778899aabbccddeeff\",\"child\":\"Sam\",\"members\":["
        "{\"purpose\":\"att_followup\",\"partner\":\"vo\",\"state\":\"opened\"},{\"purpose\":\"other\","
        "\"partner\":\"cjg\",\"state\":\"invited\"},"
        "{\"purpose\":\"att_followup\",\"partner\":\"la\",\"state\":\"accepted\"}]}]}",
        "Sam                                                 00112233\n"
        "  help after a report (att_followup): vo (opende), la (doet\n"
        "  mee)\n"
        "  other: cjg (uitgenodigd)\n"},
    {"an event that ended", client_desk_print_events, LANG_EN, "{}",
        "{\"events\":[{\"statement\":\"00112233445566778899aabbccddeeff\",\"event\":\"VZM\",\"setter\":"
        "\"vo\",\"child\":\"Sam\","
        "\"occurred\":\"2026-01-02\",\"to\":[\"la\",\"cjg\"],\"ended\":true}]}",
        "VZM: 16 hours                                       00112233\n"
        "  Sam\n"
        "  vo to la, cjg, 2026-01-02, ended\n"},
    {"a statement that nobody confirmed", client_desk_print_statements, LANG_EN, "{}",
        "{\"statements\":[{\"statement\":\"00112233445566778899aabbccddeeff\",\"kind\":\"consent\","
        "\"setter\":\"vo\",\"child\":\"Sam\","
        "\"to\":[\"la\",\"cjg\"],\"acknowledged\":[\"la\"],\"not_confirmed\":[\"cjg\"]}]}",
        "consent                                             00112233\n"
        "  Sam\n"
        "  vo to la, cjg; confirmed by la\n"
        "  Not confirmed after a day: cjg. Phone them: they may not\n"
        "  know it.\n"},
    {"what can be asked", client_desk_print_policy, LANG_EN, "{}",
        "{\"words\":{},\"purpose\":\"att_followup\",\"may\":[{\"kind\":\"vo\",\"events\":[\"VZM\"],"
        "\"consent\":true,\"weigh\":\"asker\","
        "\"second\":false,\"sections\":[\"att\",\"ident\"]},{\"kind\":\"vo\",\"events\":[],\"consent\":false,"
        "\"weigh\":\"\",\"second\":false,"
        "\"sections\":[\"enrol\"]}]}",
        "You can ask for: help after a report (att_followup)\n"
        "  att, ident\n"
        "    of: secondary school (vo)\n"
        "    needed: reported: VZM; consent; you weigh first\n"
        "  enrol\n"
        "    of: secondary school (vo)\n"
        "    needed: nothing more\n"},
    {"how an own request stands", client_desk_print_request, LANG_EN, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"state\":\"arrived\",\"to\":\"vo\",\"child\":"
        "\"Sam\",\"purpose\":\"att_followup\","
        "\"made\":\"2026-01-01\",\"asked\":[\"att\"],\"sections\":[{\"section\":\"att\",\"verdict\":"
        "\"PERMIT\",\"text\":\"Yes.\",\"step\":\"\","
        "\"whose\":\"nobody\"}],\"granted\":[\"att\"],\"until\":\"2027-01-01\",\"accepted\":false,\"opened\":"
        "\"\"}",
        "Request to vo                                       00112233\n"
        "  Child      Sam\n"
        "  Purpose    help after a report (att_followup)\n"
        "  Asked      att\n"
        "  State      here, not read yet\n"
        "  Granted    att; until the end of 2027-01-01\n"
        "  allowed    att\n"
        "  Next       schakel open --share 00112233\n"},
    {"refused, with the reason", client_desk_print_request, LANG_NL, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"state\":\"refused\",\"to\":\"vo\",\"child\":"
        "\"Sam\",\"purpose\":\"p\","
        "\"asked\":[\"att\"],\"sections\":[],\"reason\":\"nothing_held\",\"answer\":\"bel ons\"}",
        "Verzoek aan vo                                      00112233\n"
        "  Kind       Sam\n"
        "  Doel       p\n"
        "  Gevraagd   att\n"
        "  Stand      geweigerd\n"
        "  Reden      zij hebben hier niets over\n"
        "  Uitleg     bel ons\n"
        "  Verder     praat met vo; is het nog nodig, vraag opnieuw,\n"
        "             of minder: schakel request new --help\n"},
    {"what was withdrawn is not allowed any more, whatever the hub said once", client_desk_print_request, LANG_EN, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"state\":\"withdrawn\",\"to\":\"vo\",\"child\":"
        "\"Sam\",\"purpose\":\"p\","
        "\"asked\":[\"att\"],\"sections\":[{\"section\":\"att\",\"verdict\":\"PERMIT\",\"text\":\"Yes.\",\"step\":\"\","
        "\"whose\":\"nobody\"}],\"duties\":[]}",
        "Request to vo                                       00112233\n"
        "  Child      Sam\n"
        "  Purpose    p\n"
        "  Asked      att\n"
        "  State      stopped: consent withdrawn\n"
        "  Next       nothing more comes; talk with the family about\n"
        "             what would help\n"},
    {"a case is opened", client_desk_print_opened, LANG_NL, "{}",
        "{\"case\":\"00112233445566778899aabbccddeeff\",\"child\":\"child 3f2a91c0\",\"purpose\":\"att_followup\"}",
        "Casus geopend                                       00112233\n"
        "  Kind       kind 3f2a91c0\n"
        "  Doel       help after a report (att_followup)\n"
        "  Vragen     schakel request new --case 00112233 --to\n"
        "             PARTNER --purpose att_followup --sections\n"
        "             ONDERDEEL,...\n"
        "  Wat mag    schakel policy show --purpose att_followup\n"
        "  Uitnodigen schakel case invite --case 00112233 --partner\n"
        "             PARTNER --purpose att_followup\n"
        "  Wie het is van dit kind is hier geen dossier: vraag het\n"
        "             onderdeel ident\n"},
    {"beyond the last page", client_desk_print_children, LANG_EN, "{\"skip\":400}", "{\"children\":[]}",
        "There are no more rows.\n"},
    {"who holds custody, in words and as it is written", client_desk_print_record, LANG_EN, "{}",
        "{\"child\":\"Sam\",\"sections\":{\"guard\":{\"custody\":\"g1 g2\",\"phone\":\"1\"}}}",
        "Sam\n"
        "  guard  \n"
        "    custody  parent 1, parent 2 (g1 g2)\n"
        "    phone    1\n"},
    {"who holds custody, of another record, in Dutch", client_desk_print_preview, LANG_NL, "{}",
        "{\"request\":\"00112233445566778899aabbccddeeff\",\"would_leave\":{\"guard\":{\"custody\":\"voogd  x\"}}}",
        "Verzoek van                                         00112233\n"
        "\n"
        "Precies dit zou weggaan; kan het lezen tot en met :\n"
        "  guard  \n"
        "    gezag  voogd, x\n"
        "  Verder     schakel grant --request 00112233\n"
        "  Of minder  schakel grant --request 00112233 --sections\n"
        "             ONDERDEEL,...\n"
        "  Of niet    schakel refuse --request 00112233 --reason\n"
        "             REDEN\n"},
    {"taken in", client_desk_print_import, LANG_NL, "{}",
        "{\"mistakes\":[],\"imported\":900,\"sections\":3600}",
        "Overgenomen: 900 kinderen, 3600 onderdelen.\n"},
    {"a reply without anything it should have", client_desk_print_request, LANG_EN, "{}", "{}",
        "Request from \n"},
    {"a list of something else", client_desk_print_requests, LANG_EN, "{}",
        "{\"requests\":[{\"to\":3,\"granted\":7,\"at\":\"x\"}]}",
        "          to , asked                \n          \n          :\n"},
};

static cJSON *json(const char *text)
{
    uint8_t *exact = check_exact(text, strlen(text));
    cJSON *out = NULL;

    assert_err(json_parse(exact, strlen(text), &out, NULL), OK);
    free(exact);
    return out;
}

static void test_row(void **state)
{
    const struct row *r = *state;
    cJSON *args = json(r->args), *reply = json(r->reply), *words = json(WORDS);
    char *text = NULL;
    size_t len = 0;
    struct client_paper p = {
        .out = open_memstream(&text, &len), .lang = r->lang, .width = 60, .words = words};

    assert_non_null(p.out);
    r->print(&p, args, reply);
    assert_int_equal(fclose(p.out), 0);
    assert_string_equal(text, r->expected);
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
    return check_run(&list, "client/desk_print");
}
