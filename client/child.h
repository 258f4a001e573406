/*
 * client/child: which child a command is about: --number (only where this partner may hold the number) or --case.
 */
#ifndef CLIENT_CHILD_H
#define CLIENT_CHILD_H

#include "client/casebook.h"

struct client_child {
    struct proto_subject_id here;   /* as this partner knows the child */
    bool has_case;
    struct client_case with;        /* when has_case */
};

/*
 * Read --number or --case of a call. With --number the case of this child and purpose is found too (purpose "": any), if there is one.
 * ERR_USAGE: neither; ERR_BUSY: the pseudonym is being asked for (the call is repeated); ERR_NOTFOUND: no such case.
 */
MUST_USE enum err client_child_arg(struct client_call *c, struct vault_txn *x, const char *purpose, struct client_child *out);
/* Neither given is fine: *given says. */
MUST_USE enum err client_child_arg_may(struct client_call *c, struct vault_txn *x, bool *given, struct client_child *out);

/* The subject under which partner is told about the child; makes and stores the case's handle when that is needed. */
MUST_USE enum err client_child_for(struct vault_txn *x, struct client_child *child, const uint8_t partner[PROTO_PARTNER_LEN],
    struct proto_subject_id *out);

/* "case": hex and so on, for replies. */
void client_reply_id(cJSON *obj, const char *key, const uint8_t id[PROTO_ID_LEN]);
void client_reply_date(cJSON *obj, const char *key, uint64_t at_s);  /* "" for 0 */
/*
 * What ends at a moment is stored and sent as that moment, the midnight in the Netherlands behind its last day. People say and read the
 * last day itself: only client_arg_last_day (client/desk_arg.h) and this go between the two.
 */
void client_reply_last_day(cJSON *obj, const char *key, uint64_t end_s);  /* "" for 0 */
void client_reply_sections(cJSON *obj, const char *key, const struct proto_sections *s);
void client_reply_child(cJSON *obj, const char *key, struct client_node *n, struct vault_txn *x, const struct proto_subject_id *who);
/* The partner's handle, "?" when it is not in the region. */
const char *client_handle(const struct client_node *n, const uint8_t id[PROTO_PARTNER_LEN]);
/* A purpose of the pack, or a trouble naming the option. */
MUST_USE enum err client_arg_purpose(struct client_call *c, bool required, const char **out);

/* Was this flag given? */
bool client_arg_flag(const struct client_call *c, const char *name);

#endif
