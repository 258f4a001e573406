/*
 * proto/registry_say: one statement of the registry: a C2SP signed note whose text people can read (P-180). Carried as a file from the
 * officer who proposes it to the one who signs it too, then by a node's message to the hub. Form only: whether it counts is judged by
 * proto/registry. No state; any thread.
 *
 *   schakel-registry/v1
 *   region <hex of 32>
 *   id <hex of 16>
 *   made <seconds>
 *   before <seconds>                     it must be in the registry by then
 *   act admit|revoke|root|pack|quota|origin|witness     and then those of these lines that the act has (P-182)
 *   partner <hex of 16>                  zero in a statement about an outsider's witness key
 *   handle, kind, name, version
 *   key <hex of 32>                      of a witness: the one that is replaced; zero: it has none
 *   witness <verifier key>               of an admitted partner's node, when it cosigns; the key of a witness from now on
 *   digest <hex of 32>
 *   elements <number>
 *   origin <number>                      the log goes on under this origin, as leaves are lost:
 *   seen <number>                        of so many leaves was the last checkpoint that was cosigned; digest is its root
 *   kept <number>                        so many are kept, and root is theirs; seen is at most 2^20 more
 *   statements <number>                  of a witness: it holds to what was seen of the log, digest being the root, and to so many of the registry
 *   root <hex of 32>
 *   from <seconds>
 *   until <seconds>
 *   reason <word>
 *   node <base64>                        when not a root key signs: the certificate of the node key ...
 *   staff <base64>                       ... and that of the person under it
 */
#ifndef PROTO_REGISTRY_SAY_H
#define PROTO_REGISTRY_SAY_H

#include "proto/note.h"
#include "proto/region.h"

enum proto_registry_act {
    PROTO_REG_NONE = 0,
    PROTO_REG_ADMIT,   /* an organisation becomes a partner from..until: two partners */
    PROTO_REG_REVOKE,  /* an organisation (key zero) or a key of it: its own word, or two other partners */
    PROTO_REG_ROOT,    /* its root key is another one from now on: two other partners */
    PROTO_REG_PACK,    /* one partner adopts a pack: its root key or an adopter */
    PROTO_REG_QUOTA,   /* more pseudonyms a day from..until: two other partners */
    PROTO_REG_ORIGIN,  /* leaves of the log are lost, and it goes on under its next origin: two partners */
    PROTO_REG_WITNESS, /* a witness's key is another one: its partner with the old key or another partner; an outsider with two partners */
    PROTO_REG_ACT_END
};

enum { PROTO_REGISTRY_NOTE_MAX = 6144, PROTO_REGISTRY_WORD_MAX = 32, PROTO_REGISTRY_ELEMENTS_MAX = 1000000 };

/* Fields that an act does not have are zero. Some 2.5 KiB. */
struct proto_registry_say {
    enum proto_registry_act act;
    uint8_t region[PROTO_HASH_LEN];
    uint8_t id[PROTO_ID_LEN];
    uint64_t made_s, before_s;
    uint8_t partner[PROTO_PARTNER_LEN];
    char handle[33], kind[PROTO_NAME_WIDTH + 1];
    char name[PROTO_NAME_TEXT_MAX + 1];              /* of the organisation or pack */
    char version[PROTO_REGISTRY_WORD_MAX + 1];
    uint8_t key[PROTO_KEY_LEN];
    char witness[PROTO_VKEY_MAX];                    /* empty: none */
    uint8_t digest[PROTO_HASH_LEN];
    uint64_t elements, from_s, until_s;
    uint64_t origin, seen, kept, statements;
    uint8_t root[PROTO_HASH_LEN];
    char reason[PROTO_REGISTRY_WORD_MAX + 1];
    uint8_t node_cert[PROTO_CERT_MAX], staff_cert[PROTO_CERT_MAX];
    size_t node_cert_len, staff_cert_len;
};

/* "admit"; "?" past the end. */
const char *proto_registry_say_act(enum proto_registry_act a);

/* The text without signatures. ERR_RANGE for what has no form; ERR_LONG. */
MUST_USE enum err proto_registry_say_format(const struct proto_registry_say *s, char *out, size_t cap, size_t *len);
/* A note or its bare text, read; no signature is verified. t says line. */
MUST_USE enum err proto_registry_say_parse(const uint8_t *note, size_t len, struct proto_registry_say *out, struct trouble *t);
/*
 * Add a signature under this handle to a note or bare text; the others are kept as they stand. ERR_EXISTS when this key has signed,
 * ERR_LONG, ERR_SYNTAX, ERR_KEY.
 */
MUST_USE enum err proto_registry_say_sign(const uint8_t *note, size_t note_len, const char *handle, const uint8_t secret_key[64],
    char *out, size_t cap, size_t *len);
/* The same by the witness key of this name, as a cosignature at time_s: that of a witness whose key is replaced (P-200). */
MUST_USE enum err proto_registry_say_cosign(const uint8_t *note, size_t note_len, const struct proto_note_key *key, const uint8_t secret_key[64],
    uint64_t time_s, char *out, size_t cap, size_t *len);

#endif
