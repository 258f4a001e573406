/*
 * proto/region: the region file (a C2SP signed note over readable lines, signed by every founder's root key), the public files it is
 * made from, certificates, and the registry folded from them: who exists, which keys are valid when.
 * The founders stand in the file; later partners and revocations come from the registry (proto/registry), which folds them into the struct.
 *
 *   schakel-region/v1
 *   name demo
 *   log <C2SP verifier key of the hub's log>
 *   tls <base64 of the DER of the hub's certificate authority>
 *   pseudonym-key <hex, joint public key>
 *   pseudonym-hub <hex, the hub's share>
 *   pseudonym-keyholder <hex>            (this and the next two are absent until there is one)
 *   keyholder <host:port>
 *   keyholder-tls <base64 of the DER of the keyholder's certificate authority>
 *   witness outsider|partner <vkey>      (any number)
 *   adoption <how many adopters>
 *   pack <hex, digest of the pack in force>
 *   partner <hex 16 id> <handle> <kind> <hex root key> <name up to the end of the line>
 */
#ifndef PROTO_REGION_H
#define PROTO_REGION_H

#include "base/err.h"
#include "proto/limits.h"
#include "proto/merkle.h"
#include "proto/msg.h"
#include "proto/pseudonym.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROTO_PARTNERS_MAX = 256, PROTO_WITNESSES_MAX = 48, PROTO_NAME_TEXT_MAX = 96, PROTO_VKEY_MAX = 256, PROTO_REGION_FILE_MAX = 1 << 18,
    PROTO_TLS_DER_MAX = 2048, PROTO_ADDRESS_MAX = 128, PROTO_FORMER_MAX = 8, PROTO_ORIGINS_MAX = 9,
    PROTO_WITNESS_FORMER_MAX = 16 };

/* No more leaves are given up at once: every partner's numbers skip as many, and each node has a row for each number (P-193). */
enum { PROTO_ORIGIN_LOST_MAX = 1 << 20 };

struct proto_partner {
    uint8_t id[PROTO_PARTNER_LEN];
    char handle[33];
    char kind[PROTO_NAME_WIDTH + 1];
    uint8_t root_key[PROTO_KEY_LEN];
    char name[PROTO_NAME_TEXT_MAX + 1];
    /* From the registry. A founder exists from 0 on, and until_s 0 is without end. Root keys of before count up to their moment. */
    uint64_t from_s, until_s;
    bool revoked;
    uint8_t former_count;
    struct { uint8_t key[PROTO_KEY_LEN]; uint64_t until_s; } former[PROTO_FORMER_MAX];
};

#define PROTO_NEVER_S UINT64_MAX

/* A key that does not count from from_s on, whatever certificate it has. */
struct proto_revoked { uint8_t partner[PROTO_PARTNER_LEN]; uint8_t key[PROTO_KEY_LEN]; uint64_t from_s; };

/* A change of the log's origin (proto/region_log): the last that was cosigned of the old log, what was kept of its leaves, and when it was said. */
struct proto_origin { struct proto_merkle_head seen, kept; uint64_t at_s; };

/*
 * A place among the witnesses (proto/region_witness). What is behind vkey comes from the registry: since when that key counts (0: always), those
 * of before and up to when, oldest first, and what the witness must hold to since its key was changed: heads of the log, under the origin of
 * that number, and of the registry.
 */
struct proto_region_witness {
    bool outsider;
    char vkey[PROTO_VKEY_MAX];
    uint64_t from_s;
    uint8_t former_count, log_number;
    struct { uint8_t key[PROTO_KEY_LEN]; uint64_t until_s; } former[PROTO_WITNESS_FORMER_MAX];
    struct proto_merkle_head seen, registry;
};

struct proto_region {
    char name[33];
    char log_vkey[PROTO_VKEY_MAX];           /* this and log_origin: of now, when the registry has changed the origin */
    uint8_t log_key[PROTO_KEY_LEN];          /* from log_vkey */
    char log_origin[PROTO_VKEY_MAX];
    uint8_t tls_der[PROTO_TLS_DER_MAX]; size_t tls_der_len;
    uint8_t pseudonym_key[32], pseudonym_hub[32], pseudonym_keyholder[32];
    bool has_keyholder;                      /* the next two are of it */
    char keyholder_address[PROTO_ADDRESS_MAX];
    uint8_t keyholder_tls[PROTO_TLS_DER_MAX]; size_t keyholder_tls_len;
    uint8_t witness_count;
    struct proto_region_witness witness[PROTO_WITNESSES_MAX];
    uint32_t witness_changes;                /* how often the registry changed one of their keys, or added one */
    uint8_t adoption;
    uint8_t pack[PROTO_HASH_LEN];
    uint16_t partner_count;
    struct proto_partner partner[PROTO_PARTNERS_MAX];  /* the founders ascending by id, behind them who was admitted, in that order */
    uint16_t founder_count;                  /* as read from a file; 0 in one that is being made */
    const struct proto_revoked *revoked;     /* the registry's; NULL: none */
    size_t revoked_count;
    uint8_t origin_count;                    /* how often the log's origin was changed; from the registry, too */
    struct proto_origin origin[PROTO_ORIGINS_MAX - 1];
    uint16_t signed_count;                   /* how many founders' signatures verified */
    uint8_t hash[PROTO_HASH_LEN];            /* SHA-256 of the text above the signatures */
};

/* SHA-256("schakel partner v1" | root key), first 16 bytes. */
void proto_partner_id(const uint8_t root_key[PROTO_KEY_LEN], uint8_t out[PROTO_PARTNER_LEN]);

/* Parse and verify. complete: every founder must have signed (ERR_SIGNATURE otherwise, naming who is missing). t says line. */
MUST_USE enum err proto_region_parse(const uint8_t *text, size_t len, bool complete, struct proto_region *out, struct trouble *t);
/* The text without signatures, from the fields. Gives *out (free()). */
MUST_USE enum err proto_region_format(const struct proto_region *r, char **out, size_t *len);
/* Add (or replace) the signature of a founder to region text. Gives *out. */
MUST_USE enum err proto_region_sign(const uint8_t *text, size_t len, const char *handle, const uint8_t secret_key[64],
    char **out, size_t *out_len, struct trouble *t);
/* 8 groups of 4 hex digits that people compare aloud, from the hash. out holds 40. */
void proto_region_fingerprint(const struct proto_region *r, char out[40]);

/* NULL when there is none. Borrowed from r. */
const struct proto_partner *proto_region_partner(const struct proto_region *r, const uint8_t id[PROTO_PARTNER_LEN]);
const struct proto_partner *proto_region_handle(const struct proto_region *r, const char *handle);
/* Whose root key this is or was. */
const struct proto_partner *proto_region_root(const struct proto_region *r, const uint8_t root_key[PROTO_KEY_LEN]);
/* Whether it takes part at that moment: admitted, not over, not revoked. */
bool proto_partner_exists_at(const struct proto_partner *p, uint64_t at_s);
uint64_t proto_partner_until(const struct proto_partner *p);  /* PROTO_NEVER_S: without end */
/* From when on this key of the partner is revoked, by itself or with its organisation; PROTO_NEVER_S: it is not. */
uint64_t proto_region_revoked_from(const struct proto_region *r, const struct proto_partner *p, const uint8_t key[PROTO_KEY_LEN]);

/* ---- public files: what a founder and a hub hand to `region make` (self-signed notes) ---- */
/* witness: the verifier key of this organisation's node as a witness; empty: it is none. */
struct proto_org_file { char handle[33], kind[PROTO_NAME_WIDTH + 1], name[PROTO_NAME_TEXT_MAX + 1], witness[PROTO_VKEY_MAX]; uint8_t root_key[PROTO_KEY_LEN]; };
struct proto_hub_file { char log_vkey[PROTO_VKEY_MAX]; uint8_t tls_der[PROTO_TLS_DER_MAX]; size_t tls_der_len; uint8_t pseudonym_hub[32];
    uint8_t possession[PROTO_PSEUDONYM_POSSESSION_LEN]; };
/* key signs the file, and checkpoints as a witness from outside. possession: that the share was not chosen as "the joint key I want minus yours". */
struct proto_keyholder_file { char name[33]; uint8_t key[PROTO_KEY_LEN]; char address[PROTO_ADDRESS_MAX]; uint8_t tls_der[PROTO_TLS_DER_MAX];
    size_t tls_der_len; uint8_t share_key[32]; uint8_t possession[PROTO_PSEUDONYM_POSSESSION_LEN]; };
MUST_USE enum err proto_org_file_format(const struct proto_org_file *f, const uint8_t secret_key[64], char **out, size_t *len);
MUST_USE enum err proto_org_file_parse(const uint8_t *text, size_t len, struct proto_org_file *out, struct trouble *t);
/* Signed with the log's key. Both check the proof of possession: ERR_SIGNATURE. */
MUST_USE enum err proto_hub_file_format(const struct proto_hub_file *f, const uint8_t log_secret_key[64], char **out, size_t *len);
MUST_USE enum err proto_hub_file_parse(const uint8_t *text, size_t len, struct proto_hub_file *out, struct trouble *t);
/* Signed with the keyholder's own key; the proof of possession as above. */
MUST_USE enum err proto_keyholder_file_format(const struct proto_keyholder_file *f, const uint8_t secret_key[64], char **out, size_t *len);
MUST_USE enum err proto_keyholder_file_parse(const uint8_t *text, size_t len, struct proto_keyholder_file *out, struct trouble *t);

/* ---- certificates: signed envelopes of type application/vnd.schakel.cert.v1 ---- */
enum proto_use { PROTO_USE_NODE = 1, PROTO_USE_HPKE, PROTO_USE_OFFICER, PROTO_USE_TLS, PROTO_USE_STAFF, PROTO_USE_END };

/* NODE, HPKE, OFFICER and TLS are signed by the root key, STAFF by the node key. TLS: key is SHA-256 of the public key info. */
struct proto_cert {
    uint8_t region[PROTO_HASH_LEN];
    uint8_t partner[PROTO_PARTNER_LEN];
    uint8_t use, role;                 /* role for STAFF only */
    uint8_t key[PROTO_KEY_LEN];
    uint64_t from_s, until_s;
};
MUST_USE enum err proto_cert_make(const struct proto_cert *c, const uint8_t signer_secret[64], uint8_t *out, size_t cap, size_t *len);
/*
 * Verify one signed cert under the region: region hash, partner, signer (root key, or for STAFF the key of a NODE cert that the
 * caller gives: node may be NULL when use is not STAFF). Times are not judged here, but those of *out are what the registry leaves of
 * them: from and until of the partner, of a former root key, a revocation (P-188). ERR_DENIED when it leaves nothing, ERR_SIGNATURE,
 * ERR_KEY, ERR_SYNTAX...
 */
MUST_USE enum err proto_cert_check(const struct proto_region *r, const uint8_t *signed_cert, size_t len, const struct proto_cert *node,
    struct proto_cert *out);
/* The signed cert's claims without verification, to find out which node cert is needed. */
MUST_USE enum err proto_cert_peek(const uint8_t *signed_cert, size_t len, struct proto_cert *out, uint8_t signer[PROTO_KEY_LEN]);
/* What the registry leaves of a certificate that was verified before it changed. ERR_DENIED: nothing; ERR_KEY: no such partner. */
MUST_USE enum err proto_cert_narrow(const struct proto_region *r, struct proto_cert *c);
bool proto_cert_valid_at(const struct proto_cert *c, uint64_t at_s);

/* ---- join.req and welcome: files carried by people ---- */
/* join.req = signed envelope (root key) of: region, partner, certs (node, hpke, officers, tls), PKCS#10 request for the TLS certificate. */
struct proto_join {
    uint8_t partner[PROTO_PARTNER_LEN];
    uint8_t cert_count;
    struct proto_blob cert[8];
    struct proto_blob csr;             /* DER */
};
MUST_USE enum err proto_join_make(const struct proto_region *r, const struct proto_join *j, const uint8_t root_secret[64], uint8_t *out,
    size_t cap, size_t *len);
MUST_USE enum err proto_join_check(const struct proto_region *r, const uint8_t *data, size_t len, struct proto_join *out, struct trouble *t);
/* welcome = signed envelope (log key) of: region, partner, hub address (host:port), client certificate (DER). */
struct proto_welcome { uint8_t partner[PROTO_PARTNER_LEN]; char address[128]; struct proto_blob client_cert; };
MUST_USE enum err proto_welcome_make(const struct proto_region *r, const struct proto_welcome *w, const uint8_t log_secret[64], uint8_t *out,
    size_t cap, size_t *len);
MUST_USE enum err proto_welcome_check(const struct proto_region *r, const uint8_t *data, size_t len, struct proto_welcome *out,
    struct trouble *t);

#endif
