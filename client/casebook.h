/*
 * client/casebook: the cases this partner takes part in: which child, which purposes, who is a member. Rows of CLIENT_T_CASE.
 * What it says of others comes from their signed membership statements only.
 */
#ifndef CLIENT_CASEBOOK_H
#define CLIENT_CASEBOOK_H

#include "client/node.h"

/* A member for each of its purposes: the largest region's organisations about one child, for all there is. */
enum { CLIENT_CASE_MEMBERS_MAX = 512 };

enum client_member_state { CLIENT_MEMBER_INVITED = 1, CLIENT_MEMBER_OPENED, CLIENT_MEMBER_ACCEPTED, CLIENT_MEMBER_DECLINED,
    CLIENT_MEMBER_LEFT, CLIENT_MEMBER_END };

struct client_member {
    uint8_t partner[PROTO_PARTNER_LEN];
    char purpose[PROTO_PURPOSE_WIDTH + 1];
    uint8_t state;       /* enum client_member_state */
    uint8_t by_handle;   /* 1: this member may not know the number */
};

struct client_case {
    uint8_t id[PROTO_ID_LEN];
    struct proto_subject_id child;    /* as this partner knows it: citizen pseudonym, or the handle; type 0: the case is over (client/case_end) */
    struct proto_subject_id handle;   /* type 0: none made yet */
    uint16_t count;
    struct client_member member[CLIENT_CASE_MEMBERS_MAX];
};

/* ERR_NOTFOUND; another of what base/rd says when the row cannot be read. */
MUST_USE enum err client_case_get(struct vault_txn *x, const uint8_t id[PROTO_ID_LEN], struct client_case *out);
/* The whole row anew. ERR_FULL, ERR_NOMEM, ERR_IO. */
MUST_USE enum err client_case_put(struct vault_txn *x, const struct client_case *c);
/* The member of a purpose, or NULL. Borrowed from c. */
struct client_member *client_case_member(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN], const char *purpose);
/* Set a member's state, adding the row. ERR_RANGE: there is no room for it, or no purpose is that long. */
MUST_USE enum err client_case_set(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN], const char *purpose,
    enum client_member_state state, bool by_handle);
/* Opened or accepted: takes part now. */
bool client_case_takes_part(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN], const char *purpose);
/* The subject under which this partner is told about the child: the handle when it may not know the number. Makes the handle. */
struct proto_subject_id client_case_subject_for(struct client_case *c, const uint8_t partner[PROTO_PARTNER_LEN]);
/* The first case of this child (and purpose, when not empty) in which we take part. ERR_NOTFOUND. */
MUST_USE enum err client_case_of_child(struct client_node *n, struct vault_txn *x, const struct proto_subject_id *child,
    const char *purpose, struct client_case *out);
/*
 * Is this subject, as others wrote it, the case's child? The child or the handle; a handle made by another member too, while none was made
 * here. A case that is over is about nobody. Never another citizen number: whoever knows the id of a case must not put another child into it.
 */
bool client_case_is_about(const struct client_case *c, const struct proto_subject_id *who);
/* Every case, in the order of their ids, until each returns false; c is valid during the call. What base/rd says: a row cannot be read. */
typedef bool client_case_each(void *arg, const struct client_case *c);
MUST_USE enum err client_case_walk(struct vault_txn *x, client_case_each *each, void *arg);

#endif
