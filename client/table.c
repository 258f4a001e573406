/* The commands of the foundation that the vault serves. Casework's are in client/desk_table.c. */
#include "client/archive.h"
#include "client/audit.h"
#include "client/do_mirror.h"
#include "client/do_partner.h"
#include "client/do_registry.h"
#include "client/do_witness.h"
#include "client/policy_adopt.h"
#include "client/distrust.h"
#include "client/register.h"
#include "client/sessions.h"
#include "client/status.h"

#define ADMIN CLIENT_ROLE(PROTO_ROLE_ADMIN)
#define OFFICER (CLIENT_ROLE(PROTO_ROLE_OFFICER) | CLIENT_ROLE(PROTO_ROLE_FG))
#define REGISTER (ADMIN | CLIENT_ROLE(PROTO_ROLE_CASEWORKER) | CLIENT_ROLE(PROTO_ROLE_COORDINATOR))

const struct client_command client_base_commands[] = {
    {"status", client_do_status, 0, false},
    {"login", client_do_login, 0, true},
    {"logout", client_do_logout, CLIENT_ANY_ROLE, false},
    {"passphrase", client_do_passphrase, CLIENT_ANY_ROLE, true},
    /* No session is needed for the first of the staff; the handler sees to it. */
    {"staff.add", client_do_staff_add, 0, true},
    {"staff.list", client_do_staff_list, CLIENT_ANY_ROLE, false},
    {"staff.end", client_do_staff_end, ADMIN, true},
    {"staff.revoke", client_do_staff_revoke, ADMIN, true},
    {"partner.send", client_do_partner_send, ADMIN | CLIENT_ROLE(PROTO_ROLE_OFFICER), true},
    /* What the registry says is no secret. */
    {"mirror.leaves", client_do_mirror_leaves, 0, false},
    {"mirror.told", client_do_mirror_told, 0, false},
    {"registry.leaves", client_do_registry_leaves, 0, false},
    {"partner.list", client_do_partner_list, 0, false},
    {"witness.held", client_do_witness_held, 0, false},
    {"register.derive", client_do_register_derive, REGISTER, true},
    {"register.status", client_do_register_status, REGISTER, false},
    {"log.accept", client_do_log_accept, ADMIN | CLIENT_ROLE(PROTO_ROLE_OFFICER) | CLIENT_ROLE(PROTO_ROLE_FG), true},
    /* It may stop everything, and only on the log's own signature. */
    {"log.compare", client_do_log_compare, ADMIN | CLIENT_ROLE(PROTO_ROLE_OFFICER) | CLIENT_ROLE(PROTO_ROLE_FG), false},
    {"archive.get", client_do_archive_get, OFFICER, false},
    {"audit", client_do_audit, OFFICER, false},
    {"audit.complete", client_do_audit_complete, OFFICER, false},
    {"audit.check", client_do_audit_check, OFFICER, false},
    {"audit.clear", client_do_audit_clear, OFFICER, true},
    {"policy.adopt", client_do_policy_adopt, CLIENT_ROLE(PROTO_ROLE_ADOPTER), true},
    {"policy.adopted", client_do_policy_adopted, 0, false},
    {"policy.advise", client_do_policy_advise, CLIENT_ROLE(PROTO_ROLE_FG), false},
};
const size_t client_base_commands_count = sizeof client_base_commands / sizeof client_base_commands[0];
