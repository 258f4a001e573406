/*
 * client/desk_table: the commands of casework that the vault serves: which handler, which roles. Handlers:
 * client/do_<noun>.c. Each runs in one transaction, checks everything before it writes, and adds its answer
 * to c->reply.
 */
#ifndef CLIENT_DESK_TABLE_H
#define CLIENT_DESK_TABLE_H

#include "client/node.h"

extern const struct client_command client_desk_commands[];
extern const size_t client_desk_commands_count;

client_handler client_do_record_import, client_do_record_put, client_do_record_get, client_do_record_list,
    client_do_case_open, client_do_case_invite, client_do_case_accept, client_do_case_decline,
    client_do_case_leave, client_do_case_show, client_do_event_add, client_do_event_end, client_do_event_list,
    client_do_consent_record, client_do_consent_withdraw, client_do_consent_list, client_do_consent_show,
    client_do_objection_add, client_do_objection_end, client_do_facts_set, client_do_statement_list,
    client_do_weigh, client_do_request_new, client_do_request_list, client_do_request_show,
    client_do_request_cancel, client_do_approve, client_do_inbox, client_do_preview, client_do_grant, client_do_access_end,
    client_do_refuse, client_do_send, client_do_accept, client_do_not_for_us, client_do_open,
    client_do_policy_show, client_do_done, client_do_informed, client_do_defer, client_do_outbox_list, client_do_outbox_drop;

#endif
