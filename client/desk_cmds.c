/* client/desk_cmds: the commands of casework: rows and options; what they do is in the node (desk_table.c). */
#include "client/cmd_list.h"
#include "client/cmd_policy_show.h"
#include "client/desk_print.h"

#define CHILD {"number", CLIENT_OPT_TEXT, false, {"the child's citizen number", \
    "het burgerservicenummer van het kind"}, "NUMBER", NULL}, \
    {"case", CLIENT_OPT_TEXT, false, {"or the case", "of de casus"}, "CASE", NULL}
#define CASE {"case", CLIENT_OPT_TEXT, true, {"the case", "de casus"}, "CASE", NULL}
#define PURPOSE {"purpose", CLIENT_OPT_TEXT, true, \
    {"the purpose (schakel policy show)", "het doel (schakel policy show)"}, "PURPOSE", NULL}
#define PURPOSE_MAY {"purpose", CLIENT_OPT_TEXT, false, {"only for this purpose", "alleen voor dit doel"}, \
    "PURPOSE", NULL}
#define SECTIONS {"sections", CLIENT_OPT_TEXT, true, \
    {"the sections, with commas", "de onderdelen, met komma's"}, "SECTION,...", NULL}
#define SECTIONS_MAY {"sections", CLIENT_OPT_TEXT, false, {"only these sections", "alleen deze onderdelen"}, \
    "SECTION,...", NULL}
#define TO {"to", CLIENT_OPT_TEXT, true, {"the partner", "de partner"}, "PARTNER", NULL}
#define TO_ALL {"to", CLIENT_OPT_TEXT, true, {"the partners, with commas", "de partners, met komma's"}, \
    "PARTNER,...", NULL}
#define STATEMENT {"statement", CLIENT_OPT_TEXT, true, {"the statement", "de verklaring"}, "ID", NULL}
#define REQUEST {"request", CLIENT_OPT_TEXT, true, {"the request", "het verzoek"}, "ID", NULL}
#define OFFER {"offer", CLIENT_OPT_TEXT, true, {"the offer", "het aanbod"}, "ID", NULL}
#define NOTE {"note", CLIENT_OPT_TEXT, false, {"a note for the other side, at most 600 bytes", \
    "een bericht voor de ander, hoogstens 600 bytes"}, "TEXT", NULL}
#define UNTIL {"until", CLIENT_OPT_TEXT, false, {"the last day, which still counts", \
    "de laatste dag, die nog meetelt"}, "DATE", NULL}
#define WEIGH {"weigh", CLIENT_OPT_TEXT, false, {"the weighing, from schakel weigh", \
    "de afweging, van schakel weigh"}, "ID", NULL}
#define INFORMED {"informed", CLIENT_OPT_TEXT, false, {"the day the family was told what is read and why", \
    "de dag waarop het gezin hoorde wat er gelezen wordt en waarom"}, "DATE", NULL}
#define CONFIRM {"confirm-child", CLIENT_OPT_FLAG, false, \
    {"it is this child, although birth date or name differ", \
    "het is dit kind, al wijken geboortedatum of naam af"}, NULL, NULL}
#define TICK {"tick", CLIENT_OPT_TEXT, false, {"references and consents you checked, with commas", \
    "verwijzingen en toestemmingen die u nakeek, met komma's"}, "ID,...", NULL}
#define PAGES CLIENT_CMD_LIST_PAGE, CLIENT_CMD_LIST_ALL
#define END {NULL, CLIENT_OPT_TEXT, false, {NULL, NULL}, NULL, NULL}

static const struct client_opt child_opts[] = {CHILD, PAGES, END};
static const struct client_opt page_opts[] = {PAGES, END};
static const struct client_opt consent_list_opts[] = {CHILD, CLIENT_CMD_LIST_PAGE,
    {"all", CLIENT_OPT_FLAG, false, {"every row, also what a newer consent took the place of",
        "alle rijen, ook wat een nieuwere toestemming heeft vervangen"}, NULL, NULL}, END};
static const struct client_opt import_opts[] = {
    {"file", CLIENT_OPT_ARG, true, {"a .csv or .json file", "een .csv- of .json-bestand"}, "FILE", NULL},
        END};
static const struct client_opt put_opts[] = {CHILD,
    {"section", CLIENT_OPT_TEXT, true, {"the section", "het onderdeel"}, "SECTION", NULL},
    {"field", CLIENT_OPT_MANY, true, {"a field and its text", "een veld met zijn tekst"}, "NAME=TEXT",
        NULL}, END};
static const struct client_opt get_opts[] = {CHILD,
    {"section", CLIENT_OPT_TEXT, false, {"only this section", "alleen dit onderdeel"}, "SECTION", NULL}, END};
static const struct client_opt case_open_opts[] = {
    {"number", CLIENT_OPT_TEXT, false, {"the child's citizen number",
        "het burgerservicenummer van het kind"}, "NUMBER", NULL},
    {"new-handle", CLIENT_OPT_FLAG, false, {"without a number: under a handle of its own",
        "zonder nummer: onder een eigen kenmerk"}, NULL, NULL},
    {"from-report", CLIENT_OPT_TEXT, false, {"of the child of this report in the inbox; no number is needed",
        "van het kind van deze melding in de inbox; een nummer is niet nodig"}, "ID", NULL},
    PURPOSE, END};
static const struct client_opt case_invite_opts[] = {CASE,
    {"partner", CLIENT_OPT_TEXT, true, {"whom to invite", "wie u uitnodigt"}, "PARTNER", NULL}, PURPOSE,
    {"by-handle", CLIENT_OPT_FLAG, false, {"this partner may not hold the number",
        "deze partner mag het nummer niet hebben"}, NULL, NULL}, END};
static const struct client_opt case_member_opts[] = {CASE, PURPOSE_MAY, END};
static const struct client_opt case_show_opts[] = {
    {"case", CLIENT_OPT_TEXT, false, {"only this case", "alleen deze casus"}, "CASE", NULL}, PAGES, END};
static const struct client_opt event_add_opts[] = {CHILD,
    {"event", CLIENT_OPT_TEXT, true, {"the event (schakel policy show)",
        "de gebeurtenis (schakel policy show)"}, "EVENT", NULL}, TO_ALL, PURPOSE_MAY,
    {"occurred", CLIENT_OPT_TEXT, false, {"the day it happened; today if left out",
        "de dag waarop het gebeurde; anders vandaag"}, "DATE", NULL},
    {"reference", CLIENT_OPT_TEXT, false, {"number of the outside document",
        "nummer van het stuk van buiten"}, "NR", NULL},
    {"reference-kind", CLIENT_OPT_TEXT, false, {"what document it is", "wat voor stuk het is"}, "KIND", NULL},
    {"reference-date", CLIENT_OPT_TEXT, false, {"its date", "de datum ervan"}, "DATE", NULL}, END};
static const struct client_opt statement_opts[] = {STATEMENT, END};
static const struct client_opt consent_opts[] = {CHILD,
    {"holder", CLIENT_OPT_TEXT, true, {"who has the sections", "wie de onderdelen heeft"}, "PARTNER", NULL},
    {"receiver", CLIENT_OPT_TEXT, true, {"who may read them", "wie ze mag lezen"}, "PARTNER", NULL},
        PURPOSE, SECTIONS,
    {"yes", CLIENT_OPT_TEXT, false, {"who said yes: y (the young person), g1, g2 (parents with custody), voogd (guardian), rep (representative)",
        "wie ja zei: y (de jongere), g1, g2 (ouders met gezag), voogd, rep (vertegenwoordiger)"},
        "WHO,...", NULL},
    {"no", CLIENT_OPT_TEXT, false, {"who said no", "wie nee zei"}, "WHO,...", NULL}, UNTIL,
    {"kind", CLIENT_OPT_TEXT, false, {"processing: sharing (if left out), secrecy: breaking professional secrecy, help: taking help",
        "processing: delen (als u niets kiest), secrecy: het beroepsgeheim doorbreken, help: hulp aannemen"}, "KIND", NULL},
    {"evidence", CLIENT_OPT_TEXT, false, {"how it was given, for the holder only",
        "hoe het gegeven is, alleen voor de houder"}, "TEXT", NULL}, END};
static const struct client_opt objection_opts[] = {CHILD, PURPOSE, TO_ALL, END};
static const struct client_opt facts_opts[] = {CHILD, TO_ALL, END};
static const struct client_opt weigh_opts[] = {
    {"case", CLIENT_OPT_TEXT, false, {"the case", "de casus"}, "CASE", NULL},
    {"number", CLIENT_OPT_TEXT, false, {"or the child's citizen number", "of het burgerservicenummer"},
        "NUMBER", NULL},
    {"request", CLIENT_OPT_TEXT, false, {"or the request that is to be answered",
        "of het verzoek dat beantwoord wordt"}, "ID", NULL},
    PURPOSE_MAY, SECTIONS_MAY,
    {"to", CLIENT_OPT_TEXT, false, {"the partner you will ask: then it is checked that you answer enough",
        "de partner die u gaat vragen: dan wordt nagekeken of u genoeg beantwoordt"}, "PARTNER", NULL},
    {"send", CLIENT_OPT_FLAG, false, {"you will send to this partner, instead of asking it",
        "u gaat deze partner iets sturen, in plaats van vragen"}, NULL, NULL},
    {"answer", CLIENT_OPT_MANY, false,
        {"the number of a question and its answer; without any, the questions are shown",
        "het nummer van een vraag en het antwoord; zonder toont het de vragen"}, "N=TEXT", NULL},
    {"again", CLIENT_OPT_FLAG, false,
        {"take over your last answers about this child, where you give no other",
        "neem uw laatste antwoorden over dit kind over, waar u geen ander geeft"}, NULL, NULL}, END};
static const struct client_opt request_new_opts[] = {CHILD, TO, PURPOSE, SECTIONS, WEIGH, NOTE,
    {"birth-date", CLIENT_OPT_TEXT, false,
        {"the child's, so that the holder can compare; else from your own record",
        "van het kind, zodat de houder kan vergelijken; anders uit uw eigen dossier"}, "DATE", NULL},
    {"name", CLIENT_OPT_TEXT, false, {"the child's name; its first three letters go along, sealed",
        "de naam van het kind; de eerste drie letters gaan mee, verzegeld"}, "NAME", NULL},
    INFORMED, END};
static const struct client_opt request_opts[] = {REQUEST, END};
static const struct client_opt approve_opts[] = {
    {"request", CLIENT_OPT_TEXT, false, {"the request that a colleague will grant",
        "het verzoek dat een collega gaat toekennen"}, "ID", NULL},
    {"offer", CLIENT_OPT_TEXT, false, {"or what a colleague wants to send",
        "of wat een collega wil sturen"}, "ID", NULL}, END};
static const struct client_opt inbox_opts[] = {
    {"all", CLIENT_OPT_FLAG, false, {"everything, also what is done", "alles, ook wat klaar is"}, NULL, NULL},
    CLIENT_CMD_LIST_PAGE, END};
static const struct client_opt grant_opts[] = {REQUEST, SECTIONS_MAY, UNTIL, WEIGH,
    TICK,
    {"approval", CLIENT_OPT_TEXT, false, {"of the second person, from schakel approve",
        "van de tweede persoon, van schakel approve"}, "ID", NULL},
    CONFIRM, END};
static const struct client_opt refuse_opts[] = {REQUEST,
    {"reason", CLIENT_OPT_TEXT, true, {"not_needed (for this purpose), not_proportionate (too much), subject_doubt (perhaps another child), "
        "nothing_held (there is nothing of it), not_safe (it would not be safe)",
        "not_needed (niet nodig voor dit doel), not_proportionate (te veel), subject_doubt (misschien een ander kind), "
        "nothing_held (er is niets over), not_safe (het zou niet veilig zijn)"}, "REASON", NULL}, NOTE, END};
static const struct client_opt access_end_opts[] = {
    {"share", CLIENT_OPT_TEXT, true, {"the request or offer that was given, from schakel request list",
        "het verzoek of aanbod dat gegeven is, uit schakel request list"}, "ID", NULL}, NOTE, END};
static const struct client_opt send_opts[] = {CHILD,
    {"to", CLIENT_OPT_TEXT, false, {"the partner", "de partner"}, "PARTNER", NULL},
    {"purpose", CLIENT_OPT_TEXT, false, {"the purpose (schakel policy show)",
        "het doel (schakel policy show)"}, "PURPOSE", NULL},
    {"sections", CLIENT_OPT_TEXT, false, {"the sections, with commas", "de onderdelen, met komma's"},
        "SECTION,...", NULL},
    WEIGH, NOTE, UNTIL, TICK,
    {"offer", CLIENT_OPT_TEXT, false, {"or what was prepared, and approved by a second person",
        "of wat klaarstond en door een tweede persoon is goedgekeurd"},
        "ID", NULL}, END};
static const struct client_opt offer_opts[] = {OFFER, END};
static const struct client_opt open_opts[] = {
    {"share", CLIENT_OPT_TEXT, true, {"what to open, from schakel inbox", "wat u opent, uit schakel inbox"},
        "ID", NULL}, INFORMED, CONFIRM, END};

static const struct client_opt informed_opts[] = {
    {"share", CLIENT_OPT_TEXT, true, {"what was read, from schakel inbox", "wat is gelezen, uit schakel inbox"}, "ID", NULL},
    {"day", CLIENT_OPT_TEXT, false, {"the day they were told; today if left out", "de dag waarop het is verteld; anders vandaag"}, "DATE", NULL},
    {"reason", CLIENT_OPT_TEXT, false, {"why they hear it later than it was read", "waarom zij het later horen dan het gelezen is"}, "TEXT",
        NULL}, END};
static const struct client_opt defer_opts[] = {
    {"share", CLIENT_OPT_TEXT, true, {"what was read, from schakel inbox", "wat is gelezen, uit schakel inbox"}, "ID", NULL},
    {"until", CLIENT_OPT_TEXT, false, {"the last day, within what the pack gives; that if left out",
        "de laatste dag, binnen wat het pakket geeft; anders die"}, "DATE", NULL},
    {"reason", CLIENT_OPT_TEXT, true, {"why telling now is not safe", "waarom vertellen nu niet veilig is"}, "TEXT", NULL}, END};
static const struct client_opt done_opts[] = {
    {"item", CLIENT_OPT_TEXT, true, {"what to put away, from schakel inbox",
        "wat u opbergt, uit schakel inbox"}, "ID", NULL}, END};
static const struct client_opt drop_opts[] = {
    {"item", CLIENT_OPT_TEXT, true, {"what is not to be sent again, from schakel outbox list",
        "wat niet meer verstuurd wordt, uit schakel outbox list"}, "ID", NULL}, END};
static const struct client_opt policy_opts[] = {PURPOSE_MAY,
    {"pack", CLIENT_OPT_TEXT, false,
        {"of this folder: who may share what, as a page of HTML to print; needs no node",
        "van deze map: wie wat mag delen, als pagina HTML om te printen; zonder knooppunt"}, "DIR", NULL},
    {"out", CLIENT_OPT_TEXT, false, {"write the page here", "schrijf de pagina hierheen"}, "FILE.html",
        NULL}, END};

enum err client_cmd_record_import(struct client_run *r);

const struct client_cmd client_casework_cmds[] = {
    {"record import", {"take in case records; all rows or none", "neem dossiers over; alle rijen of geen"},
        import_opts, NULL, client_cmd_record_import, client_desk_print},
    {"record put", {"write one section of a child", "schrijf een onderdeel van een kind"}, put_opts,
        "record.put", NULL, client_desk_print},
    {"record get", {"read the own record of a child", "lees het eigen dossier van een kind"}, get_opts,
        "record.get", NULL, client_desk_print},
    {"record list", {"the children there is a record of", "de kinderen met een dossier"}, page_opts,
        "record.list", client_cmd_list, client_desk_print},
    {"case open", {"open a case of a child for a purpose", "open een casus van een kind voor een doel"},
        case_open_opts, "case.open", NULL, client_desk_print},
    {"case invite", {"invite a partner into a case", "nodig een partner uit voor een casus"},
        case_invite_opts, "case.invite", NULL, client_desk_print},
    {"case accept", {"accept an invitation", "neem een uitnodiging aan"}, case_member_opts, "case.accept",
        NULL, client_desk_print},
    {"case decline", {"decline an invitation", "sla een uitnodiging af"}, case_member_opts, "case.decline",
        NULL, client_desk_print},
    {"case leave", {"leave a case", "verlaat een casus"}, case_member_opts, "case.leave", NULL,
        client_desk_print},
    {"case show", {"cases and who takes part", "casussen en wie meedoet"}, case_show_opts, "case.show",
        client_cmd_list, client_desk_print},
    {"event add", {"report an event to partners", "meld een gebeurtenis aan partners"}, event_add_opts,
        "event.add", NULL, client_desk_print},
    {"event end", {"say that an event no longer holds", "meld dat een gebeurtenis niet meer geldt"},
        statement_opts, "event.end", NULL, client_desk_print},
    {"event list", {"events, own and received", "gebeurtenissen, eigen en ontvangen"}, child_opts,
        "event.list", client_cmd_list, client_desk_print},
    {"consent record", {"record what the family said", "leg vast wat het gezin zei"}, consent_opts,
        "consent.record", NULL, client_desk_print},
    {"consent withdraw", {"record that a consent is withdrawn",
        "leg vast dat een toestemming is ingetrokken"}, statement_opts, "consent.withdraw", NULL,
        client_desk_print},
    {"consent list", {"consents and whether they are complete", "toestemmingen en of ze compleet zijn"},
        consent_list_opts, "consent.list", client_cmd_list, client_desk_print},
    {"consent show", {"one consent", "een toestemming"}, statement_opts, "consent.show", NULL,
        client_desk_print},
    {"objection add", {"record the family's objection", "leg bezwaar van het gezin vast"}, objection_opts,
        "objection.add", NULL, client_desk_print},
    {"objection end", {"the objection is settled", "het bezwaar is afgehandeld"}, statement_opts,
        "objection.end", NULL, client_desk_print},
    {"facts set", {"tell partners birth date and custody, sealed",
        "geef partners geboortedatum en gezag door, verzegeld"}, facts_opts, "facts.set", NULL,
        client_desk_print},
    {"statement list", {"statements and who confirmed them", "verklaringen en wie ze bevestigde"},
        child_opts, "statement.list", client_cmd_list, client_desk_print},
    {"weigh", {"see the questions, and write down the reasons for sharing",
        "zie de vragen, en leg de redenen om te delen vast"}, weigh_opts, "weigh", NULL, client_desk_print},
    {"request new", {"ask a partner for sections", "vraag een partner om onderdelen"}, request_new_opts,
        "request.new", NULL, client_desk_print},
    {"request list", {"requests and offers, both ways", "verzoeken en aanbiedingen, over en weer"},
        page_opts, "request.list", client_cmd_list, client_desk_print},
    {"request show", {"one request with its answers", "een verzoek met de antwoorden"}, request_opts,
        "request.show", NULL, client_desk_print},
    {"request cancel", {"take a request back", "trek een verzoek in"}, request_opts, "request.cancel", NULL,
        client_desk_print},
    {"approve", {"agree as the second person of the holder", "ga akkoord als tweede persoon van de houder"},
        approve_opts, "approve", NULL, client_desk_print},
    {"inbox", {"what waits for you", "wat op u wacht"}, inbox_opts, "inbox", client_cmd_list, client_desk_print},
    {"preview", {"see exactly what would leave", "zie precies wat er weg zou gaan"}, request_opts,
        "preview", NULL, client_desk_print},
    {"grant", {"share all or fewer of the asked sections",
        "deel alle of minder van de gevraagde onderdelen"}, grant_opts, "grant", NULL, client_desk_print},
    {"refuse", {"refuse a request, with a reason", "weiger een verzoek, met een reden"}, refuse_opts,
        "refuse", NULL, client_desk_print},
    {"access end", {"end early what you granted or sent: nobody reads it any more",
        "beëindig eerder wat u toekende of stuurde: niemand leest het meer"}, access_end_opts, "access.end", NULL, client_desk_print},
    {"send", {"send sections to a partner: a referral, report or handover",
        "stuur onderdelen naar een partner: verwijzing, melding of overdracht"},
        send_opts, "send", NULL, client_desk_print},
    {"accept", {"accept what was sent", "neem aan wat is gestuurd"}, offer_opts, "accept", NULL,
        client_desk_print},
    {"not-for-us", {"say that it is not for you; the copy is destroyed",
        "zeg dat het niet voor u is; de kopie wordt vernietigd"}, offer_opts, "not-for-us", NULL,
        client_desk_print},
    {"open", {"read what came in; the holder is told", "lees wat binnenkwam; de houder hoort het"},
        open_opts, "open", NULL, client_desk_print},
    {"informed", {"the family was told what was read and why", "het gezin hoorde wat er gelezen is en waarom"},
        informed_opts, "informed", NULL, client_desk_print},
    {"defer", {"the privacy officer: telling the family may wait longer", "de privacy officer: vertellen mag langer wachten"},
        defer_opts, "defer", NULL, client_desk_print},
    {"done", {"put away what you have seen in the inbox", "berg op wat u in de inbox heeft gezien"},
        done_opts, "done", NULL, client_desk_print},
    {"outbox list", {"what still has to go out, and why it waits", "wat nog weg moet, en waarom het wacht"},
        page_opts, "outbox.list", client_cmd_list,
        client_desk_print},
    {"outbox drop", {"do not send again what the hub refused", "verstuur niet meer wat de hub weigerde"},
        drop_opts, "outbox.drop", NULL,
        client_desk_print},
    {"policy show", {"what can be asked for a purpose; or a whole pack as a page to print",
        "wat u voor een doel kunt vragen; of een heel pakket als pagina om te printen"},
        policy_opts, NULL, client_cmd_policy_show_run, client_desk_print},
    {NULL, {NULL, NULL}, NULL, NULL, NULL, NULL},
};
