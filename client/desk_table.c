#include "client/desk_table.h"

#define CASEWORK (CLIENT_ROLE(PROTO_ROLE_CASEWORKER) | CLIENT_ROLE(PROTO_ROLE_COORDINATOR))
#define SECOND (CASEWORK | CLIENT_ROLE(PROTO_ROLE_SECOND))
#define OFFICER CLIENT_ROLE(PROTO_ROLE_OFFICER)
#define READS_NOTICES (OFFICER | CLIENT_ROLE(PROTO_ROLE_FG))

const struct client_command client_desk_commands[] = {
    {"record.import", client_do_record_import, CASEWORK, true},
    {"record.put", client_do_record_put, CASEWORK, true},
    {"record.get", client_do_record_get, CASEWORK, false},
    {"record.list", client_do_record_list, CASEWORK, false},
    {"case.open", client_do_case_open, CASEWORK, true},
    {"case.invite", client_do_case_invite, CASEWORK, true},
    {"case.accept", client_do_case_accept, CASEWORK, true},
    {"case.decline", client_do_case_decline, CASEWORK, true},
    {"case.leave", client_do_case_leave, CASEWORK, true},
    {"case.show", client_do_case_show, CASEWORK, false},
    {"event.add", client_do_event_add, CASEWORK, true},
    {"event.end", client_do_event_end, CASEWORK, true},
    {"event.list", client_do_event_list, CASEWORK, false},
    {"consent.record", client_do_consent_record, CASEWORK, true},
    {"consent.withdraw", client_do_consent_withdraw, CASEWORK, true},
    {"consent.list", client_do_consent_list, CASEWORK, false},
    {"consent.show", client_do_consent_show, CASEWORK, false},
    {"objection.add", client_do_objection_add, CASEWORK, true},
    {"objection.end", client_do_objection_end, CASEWORK, true},
    {"facts.set", client_do_facts_set, CASEWORK, true},
    {"statement.list", client_do_statement_list, CASEWORK, false},
    {"weigh", client_do_weigh, CASEWORK, true},
    {"request.new", client_do_request_new, CASEWORK, true},
    {"request.list", client_do_request_list, CASEWORK, false},
    {"request.show", client_do_request_show, SECOND, false},
    {"request.cancel", client_do_request_cancel, CASEWORK, true},
    {"approve", client_do_approve, CLIENT_ROLE(PROTO_ROLE_SECOND),
        true}, /* the hub takes no other's approval */
    {"inbox", client_do_inbox, SECOND | READS_NOTICES, false},
    {"preview", client_do_preview, SECOND, false},
    {"grant", client_do_grant, CASEWORK, true},
    {"refuse", client_do_refuse, CASEWORK, true},
    {"access.end", client_do_access_end, CASEWORK, true},
    {"send", client_do_send, CASEWORK, true},
    {"accept", client_do_accept, CASEWORK, true},
    {"not-for-us", client_do_not_for_us, CASEWORK, true},
    {"open", client_do_open, CASEWORK, true},
    {"informed", client_do_informed, CASEWORK, true},
    {"defer", client_do_defer, OFFICER, true},
    {"done", client_do_done, CASEWORK | OFFICER, true},
    {"outbox.list", client_do_outbox_list, CASEWORK, false},
    {"outbox.drop", client_do_outbox_drop, CASEWORK, true},
    {"policy.show", client_do_policy_show, CLIENT_ANY_ROLE, false},
};
const size_t client_desk_commands_count = sizeof client_desk_commands / sizeof client_desk_commands[0];
