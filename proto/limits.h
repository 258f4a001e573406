/*
 * proto/limits: every maximum on the wire, with its reason. Sizes in bytes, times in seconds.
 */
#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

enum {
    PROTO_ID_LEN = 16,          /* random: 2^64 acts before a collision is likely */
    PROTO_HASH_LEN = 32,        /* SHA-256 */
    PROTO_KEY_LEN = 32,         /* Ed25519, X25519, ristretto255 */
    PROTO_SIG_LEN = 64,
    PROTO_PARTNER_LEN = 16,     /* start of SHA-256 over the first root key */

    PROTO_FRAME_HEAD = 12,
    PROTO_FRAME_MAX = 1 << 20,  /* one nng message; NNG_OPT_RECVMAXSZ everywhere */
    PROTO_SIGNERS_MAX = 4,      /* four eyes need two */

    PROTO_PURPOSE_WIDTH = 24,   /* longest name of the Dutch pack: 19 */
    PROTO_NAME_WIDTH = 16,      /* sections, events, kinds */
    PROTO_RULE_WIDTH = 8,
    PROTO_SECTIONS_MAX = 40,    /* the pack has 35 */
    PROTO_STATEMENTS_MAX = 32,  /* that one request relies on */
    PROTO_ADDRESSEES_MAX = 16,
    PROTO_SEALED_MAX = 4096,    /* one sealed part: a note of 600 characters and its padding */
    PROTO_ORIGINAL_MAX = 65536, /* one signed statement with a sealed part for each addressee */
    PROTO_RELEASE_MAX = 900 * 1024,
    PROTO_BATCH_MAX = 64,       /* pseudonym elements under one proof */
    PROTO_PROOF_MAX = 64,       /* hashes: a tree of 2^63 leaves */
    PROTO_NOTE_MAX = 8192,      /* a checkpoint and its cosignatures */
    PROTO_CERT_MAX = 1024,
    /* The longest life of a certificate (P-156). A partner makes its own: a limit that nobody else asks for is none. */
    PROTO_CERT_DAYS_MAX = 100,
    PROTO_CERT_STAFF_DAYS_MAX = 8,
    PROTO_CERT_TLS_DAYS_MAX = 3700,

    PROTO_REPLY_PLAIN = 2048,   /* every answer to a statement has this size */
    PROTO_REPLY_DECISION = 4096,/* every answer to a request or offer has this size */

    PROTO_ISSUED_BACK_S = 600,
    PROTO_ISSUED_AHEAD_S = 120,
    PROTO_WAIT_MAX_S = 25,      /* a waiting fetch */
    PROTO_ID_KEEP_S = 90 * 86400
};

#endif
