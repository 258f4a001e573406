/*
 * proto/msg: every message and every statement, as tables of fields walked by one encoder and one decoder.
 * A message is signed by a node and carried by the hub; a statement is signed by a person and carried inside messages.
 * Layout: PROTOCOL.md. All views borrow the bytes that were decoded; decode after verifying, never before.
 */
#ifndef PROTO_MSG_H
#define PROTO_MSG_H

#include "base/err.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The kind byte of a frame. Numbers are for ever. */
enum proto_kind {
    PROTO_NONE = 0,
    PROTO_STATEMENT = 1,   /* carries one statement to one addressee */
    PROTO_REQUEST = 2,     /* pull */
    PROTO_OFFER = 3,       /* push: carries its grant */
    PROTO_GRANT = 4,
    PROTO_REFUSE = 5,
    PROTO_RELEASE = 6,     /* the ciphertext */
    PROTO_ANSWER = 7,      /* accept or not-for-us, to an offer */
    PROTO_CANCEL = 8,      /* the asker takes a request back */
    PROTO_REPORT = 9,      /* opened, exported, expired */
    PROTO_ACK = 10,        /* the addressee stored a statement; never acknowledged itself */
    PROTO_PUBLISH = 11,    /* a certificate for everybody */
    PROTO_BREAKGLASS = 12, /* refused NOT_YET until its forced review exists */
    PROTO_OPENED_LEAF = 13,/* an officer's node: openings up to a number are ok, or one is bad */
    PROTO_REGISTRY = 14,   /* a signed statement for the registry: partner, revocation, adoption (proto/registry_say) */
    PROTO_FETCH = 32,      /* the next three change nothing in the log */
    PROTO_QUERY = 33,
    PROTO_DERIVE = 34,     /* blinded elements for one share of the pseudonym key */
    PROTO_WITNESS = 35,    /* to a witness: a request to cosign; to the hub: a checkpoint with cosignatures */
    PROTO_REGISTRY_COPY = 36, /* to a keyholder: leaves of the registry and its checkpoint, as a node got them */
    PROTO_REPLY = 128,     /* hub to node; not signed: what must be believed in it carries its own proof */
    PROTO_KIND_END = 129
};

enum proto_statement_kind {
    PROTO_SAY_NONE = 0,
    PROTO_SAY_EVENT = 1,
    PROTO_SAY_EVENT_END = 2,
    PROTO_SAY_CONSENT = 3,
    PROTO_SAY_WITHDRAWAL = 4,
    PROTO_SAY_OBJECTION = 5,
    PROTO_SAY_OBJECTION_END = 6,
    PROTO_SAY_MEMBERSHIP = 7,
    PROTO_SAY_FACTS = 8,
    PROTO_SAY_WEIGHING = 9,
    PROTO_SAY_APPROVAL = 10,
    PROTO_SAY_GRANT = 11,
    PROTO_SAY_STATUS = 12,      /* of a consent, by its recorder's node, at most 7 days old */
    PROTO_SAY_BREAKGLASS = 13,
    PROTO_SAY_END = 14
};

enum proto_subject { PROTO_SUBJECT_NONE = 0, PROTO_SUBJECT_CITIZEN = 1, PROTO_SUBJECT_EDUCATION = 2, PROTO_SUBJECT_HANDLE = 3 };

enum proto_role {
    PROTO_ROLE_NONE = 0, PROTO_ROLE_CASEWORKER, PROTO_ROLE_COORDINATOR, PROTO_ROLE_SECOND, PROTO_ROLE_OFFICER, PROTO_ROLE_FG,
    PROTO_ROLE_ADOPTER, PROTO_ROLE_ANALYST, PROTO_ROLE_ADMIN, PROTO_ROLE_YOUNG, PROTO_ROLE_REPRESENTATIVE,
    PROTO_ROLE_PARENT, PROTO_ROLE_END
};
/* "caseworker" ...; NULL past the end. And back: PROTO_ROLE_NONE if unknown. */
const char *proto_role_name(enum proto_role r);
enum proto_role proto_role_from(const char *name);

enum proto_membership { PROTO_MEMBER_OPEN = 1, PROTO_MEMBER_INVITE, PROTO_MEMBER_ACCEPT, PROTO_MEMBER_DECLINE, PROTO_MEMBER_LEAVE };
enum proto_consent_kind { PROTO_CONSENT_PROCESSING = 1, PROTO_CONSENT_SECRECY, PROTO_CONSENT_HELP };
enum proto_answer { PROTO_ANSWER_ACCEPT = 1, PROTO_ANSWER_NOT_FOR_US };
enum proto_report { PROTO_REPORT_OPENED = 1, PROTO_REPORT_EXPORTED, PROTO_REPORT_EXPIRED };
enum proto_refuse { PROTO_REFUSE_NOT_NEEDED = 1, PROTO_REFUSE_NOT_PROPORTIONATE, PROTO_REFUSE_SUBJECT_DOUBT, PROTO_REFUSE_NOTHING_HELD,
    PROTO_REFUSE_NOT_SAFE, PROTO_REFUSE_POLICY, PROTO_REFUSE_TAKEN_BACK, PROTO_REFUSE_END };
enum proto_ack { PROTO_ACK_STORED = 1, PROTO_ACK_UNKNOWN_SUBJECT };
enum proto_opened { PROTO_OPENED_OK = 1, PROTO_OPENED_BAD };
enum proto_query {
    PROTO_QUERY_CHECKPOINT = 1,   /* payload: the newest checkpoint note */
    PROTO_QUERY_CONSISTENCY,      /* number = old size, number2 = new size (0: newest); payload: checkpoint, u8 n, n*32 */
    PROTO_QUERY_INCLUSION,        /* number = index; payload: leaf, checkpoint, u8 n, n*32 */
    PROTO_QUERY_CERTS,            /* partner: payload: u8 n, n * u16 length and signed cert, all that are valid */
    PROTO_QUERY_CERT,             /* key: payload: one signed cert and those above it, in the same form */
    PROTO_QUERY_RESULT,           /* refers = message id: the stored reply */
    PROTO_QUERY_OPENINGS,         /* number = after this running number; payload: u16 n, openings sealed to the sender's officers */
    PROTO_QUERY_COSIGN,           /* number = size cosigned last, key = SHA-256 of the origin or zero: main log; payload: a request to cosign */
    PROTO_QUERY_COSIGNED,         /* key as before; payload: the newest checkpoint that is anchored */
    PROTO_QUERY_REGISTRY,         /* number = first leaf: u16 length, checkpoint, u16 n, n * (u16 length, leaf): as many as fit */
    PROTO_QUERY_LEAVES,           /* number = first leaf of the main log: u16 length, checkpoint, u16 n (at most 1,024), n * 226 */
    PROTO_QUERY_TAKEN,            /* refers = an own message: u8 1 when its mail is not in its addressee's mailbox any more, else 0 */
    PROTO_QUERY_END
};

struct proto_blob { const uint8_t *data; size_t len; };

struct proto_ids { uint8_t count; uint8_t id[PROTO_STATEMENTS_MAX][PROTO_ID_LEN]; };
struct proto_sections { uint8_t count; char name[PROTO_SECTIONS_MAX][PROTO_NAME_WIDTH + 1]; };  /* strictly ascending: one encoding */
struct proto_partners { uint8_t count; uint8_t id[PROTO_ADDRESSEES_MAX][PROTO_PARTNER_LEN]; };  /* strictly ascending */
/* What only one addressee may read: HPKE to that partner's node key. */
struct proto_sealed { uint8_t count; struct { uint8_t to[PROTO_PARTNER_LEN]; struct proto_blob box; } part[PROTO_ADDRESSEES_MAX]; };

struct proto_subject_id { uint8_t type; uint8_t value[32]; };

/* The first fields of every message body. */
struct proto_header {
    uint8_t region[PROTO_HASH_LEN];
    uint8_t id[PROTO_ID_LEN];
    uint8_t from[PROTO_PARTNER_LEN], to[PROTO_PARTNER_LEN];  /* to is zero for the hub */
    uint64_t issued_s, valid_until_s;
    uint8_t case_id[PROTO_ID_LEN];      /* zero: none */
    struct proto_subject_id subject;
    char purpose[PROTO_PURPOSE_WIDTH + 1];  /* may be empty */
    uint8_t pack[PROTO_HASH_LEN];
    uint64_t seen_size;                 /* last seen checkpoint */
    uint8_t seen_root[PROTO_HASH_LEN];
    uint64_t running;                   /* last running number up to which everything is stored */
    uint8_t actor[PROTO_KEY_LEN];       /* staff key; zero: the node itself */
    uint8_t role;
};

/* A message: the header and those of the fields below that its kind has. The others are zero. */
struct proto_msg {
    enum proto_kind kind;
    struct proto_header head;
    uint8_t refers[PROTO_ID_LEN];       /* the message this one is about */
    uint8_t code;                       /* answer, report, refuse, ack, query */
    struct proto_sections sections;
    struct proto_ids statements;        /* relied on (request, offer), ticked by the holder (grant) */
    uint64_t until_s;                   /* end of access */
    uint8_t digest[PROTO_HASH_LEN];     /* of the release (grant, offer); of the statement (ack) */
    struct proto_blob original;         /* a signed statement or certificate; derive: the node's own */
    struct proto_blob weighing, approval;  /* signed statements; may be empty */
    struct proto_blob sealed;           /* for the addressee only; may be empty */
    struct proto_blob payload;          /* release: enc and ciphertext; derive: count * 32; witness: request or checkpoint */
    uint8_t key[PROTO_KEY_LEN];
    uint8_t partner[PROTO_PARTNER_LEN];
    uint64_t number, number2;
};

/* A statement by a person. Fields beyond the first block by kind; the others are zero. */
struct proto_statement {
    enum proto_statement_kind kind;
    uint8_t region[PROTO_HASH_LEN];
    uint8_t id[PROTO_ID_LEN];
    uint8_t setter[PROTO_PARTNER_LEN];
    uint8_t case_id[PROTO_ID_LEN];
    struct proto_subject_id subject;
    char purpose[PROTO_PURPOSE_WIDTH + 1];
    uint64_t made_s;
    struct proto_partners addressees;
    struct proto_sealed sealed;         /* in the order of addressees; only to addressees */

    uint8_t refers[PROTO_ID_LEN];       /* the statement or message this is about */
    char event[PROTO_NAME_WIDTH + 1];
    uint64_t occurred_s, until_s;       /* consent, status: complete until; 0: not complete. grant: end of access */
    char reference[PROTO_NAME_WIDTH + 1];  /* kind of outside document, empty: none */
    uint64_t reference_s;               /* its date */
    uint8_t reference_digest[PROTO_HASH_LEN];  /* SHA-256 of a 16-byte salt and its number; both are in the sealed parts */
    uint8_t holder[PROTO_PARTNER_LEN], receiver[PROTO_PARTNER_LEN];
    struct proto_sections sections;
    uint8_t code;                       /* membership action, consent kind; status: 1 when withdrawn */
    uint8_t digest[PROTO_HASH_LEN];     /* grant: of the release; weighing: of the answers; approval: of what is approved */
};

/* The signing type of a kind: "application/vnd.schakel.request.v1". NULL for a kind that is not signed or unknown. */
const char *proto_msg_type(enum proto_kind k);
const char *proto_statement_type(enum proto_statement_kind k);
/* Short name for people and logs ("request"); "?" if unknown. */
const char *proto_kind_name(enum proto_kind k);
const char *proto_statement_name(enum proto_statement_kind k);
/* Back from an envelope's type: PROTO_SAY_NONE if it is no such type. A statement's type is "...say-consent.v1": no message and no statement share one. */
enum proto_statement_kind proto_statement_of_type(const char *type);

/* Bytes of the body (not yet signed). ERR_LONG when cap is too small, ERR_RANGE for a value without an encoding or a field set
 * that the kind does not have. */
MUST_USE enum err proto_msg_encode(const struct proto_msg *m, uint8_t *out, size_t cap, size_t *len);
MUST_USE enum err proto_statement_encode(const struct proto_statement *s, uint8_t *out, size_t cap, size_t *len);
/* Decode a body whose signature was verified under the type of kind. *m is untouched on error. ERR_SHORT, ERR_LONG, ERR_SYNTAX, ERR_RANGE. */
MUST_USE enum err proto_msg_decode(enum proto_kind kind, const uint8_t *body, size_t len, struct proto_msg *m);
MUST_USE enum err proto_statement_decode(enum proto_statement_kind kind, const uint8_t *body, size_t len, struct proto_statement *s);

/* SHA-256 over kind and body without issued, last seen checkpoint and running number: what a repeat under the same id must equal.
 * ERR_SHORT, ERR_RANGE (kind). */
MUST_USE enum err proto_msg_repeat_digest(enum proto_kind kind, const uint8_t *body, size_t len, uint8_t out[PROTO_HASH_LEN]);

/* Whether a message counts at now_s (P-080: issued at most 600 s before, 120 s after) and lives at leaf_s (P-082). */
bool proto_msg_is_timely(const struct proto_header *h, uint64_t now_s, uint64_t leaf_s);

/* Whether it names an outside document: its kind, its date and its digest, or it names none (P-075). */
bool proto_statement_has_reference(const struct proto_statement *s);

/* Whether both are the same child under the same name. Nobody is never the same as nobody. */
bool proto_msg_same_subject(const struct proto_subject_id *a, const struct proto_subject_id *b);
/* Whether the header names exactly this case, subject and purpose, none of them counting as a value of its own. */
bool proto_msg_speaks_of(const struct proto_header *h, const uint8_t case_id[PROTO_ID_LEN], const struct proto_subject_id *subject,
    const char *purpose);

/* Sort names or partners into their one encoding, dropping doubles. */
void proto_sections_sort(struct proto_sections *s);
void proto_partners_sort(struct proto_partners *p);
bool proto_sections_has(const struct proto_sections *s, const char *name);

/* ---- frames ---- */

/* magic "SCH1" | u8 suite 1 | u8 kind | u16 0 | u32 length | body. out holds PROTO_FRAME_HEAD + len. */
MUST_USE enum err proto_frame_encode(enum proto_kind kind, const uint8_t *body, size_t len, uint8_t *out, size_t cap, size_t *out_len);
/* Borrow kind and body. ERR_SYNTAX (magic), ERR_VERSION (suite), ERR_RANGE (kind, reserved), ERR_SHORT, ERR_LONG. */
MUST_USE enum err proto_frame_decode(const uint8_t *frame, size_t len, enum proto_kind *kind, const uint8_t **body, size_t *body_len);

#endif
