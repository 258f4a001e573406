/*
 * proto/note: C2SP signed notes: a text and the signatures of any number of keys over it, each a line.
 *
 *     text, ending in a newline
 *                                        <- the last empty line ends the text
 *     (em dash) name base64(4-byte key id | signature)
 *
 * Two of the assigned signature types: plain Ed25519 over the text (the log, founders, public files) and
 * cosignature/v1, Ed25519 over a time and the text (witnesses). A line of a name and id that nobody asks for
 * is skipped, whatever its type and length, but it must have the form of a line. No state; any thread.
 * Sources: c2sp.org/signed-note, c2sp.org/tlog-cosignature.
 */
#ifndef PROTO_NOTE_H
#define PROTO_NOTE_H

#include "base/err.h"
#include "base/rd.h"
#include "base/wr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTO_NOTE_LEN_MAX ((size_t)1 << 18)  /* the whole note; the longest is a region file */
#define PROTO_NOTE_LINE_MAX 8192            /* one signature line; room for a post-quantum one we skip */
#define PROTO_NOTE_SIGS_MAX 288             /* lines: 256 partners, 16 witnesses, the log, some we skip */
#define PROTO_NOTE_NAME_MAX 128             /* bytes of a key's name */
#define PROTO_NOTE_KEY_LEN 32
#define PROTO_NOTE_VKEY_ROOM (PROTO_NOTE_NAME_MAX + 1 + 8 + 1 + 44 + 1)  /* a verifier key as text, terminated */

/* Signature types, as the specification numbers them. */
enum proto_note_type {
    PROTO_NOTE_ED25519 = 0x01,
    PROTO_NOTE_COSIGNATURE = 0x04
};

/* A verifier key. id follows from the rest. */
struct proto_note_key {
    char name[PROTO_NOTE_NAME_MAX + 1];
    uint8_t type;  /* enum proto_note_type */
    uint8_t id[4];
    uint8_t key[PROTO_NOTE_KEY_LEN];
};

/* time_s is that of a cosignature; 0 and not signed for plain Ed25519. */
struct proto_note_sig {
    uint64_t time_s;
    uint8_t sig[64];
};

/* A signature line taken apart; borrowed and not verified. sig is base64, the key id included. */
struct proto_note_line {
    const char *name;
    size_t name_len;
    uint8_t id[4];
    const char *sig;
    size_t sig_len;
};

/* A note taken apart; borrows the input. Some 12 KiB. */
struct proto_note {
    const uint8_t *text;
    size_t text_len;
    size_t count;
    struct proto_note_line line[PROTO_NOTE_SIGS_MAX];
};

/* Not empty, valid UTF-8, no space of any kind, no control character, no plus; not too long. */
bool proto_note_is_name(const uint8_t *name, size_t len);

/* ERR_SYNTAX for the name, ERR_VERSION for a type we do not have. */
MUST_USE enum err proto_note_key_make(const char *name, uint8_t type, const uint8_t key[PROTO_NOTE_KEY_LEN],
    struct proto_note_key *out);

/*
 * The text form, "name+id in hex+base64(type | key)". Decoding: ERR_SYNTAX, ERR_VERSION (another type, or a
 * longer key than ours), ERR_KEY when the id does not belong to the key.
 */
void proto_note_key_encode(const struct proto_note_key *key, char out[PROTO_NOTE_VKEY_ROOM]);
MUST_USE enum err proto_note_key_decode(const char *vkey, struct proto_note_key *out);

/*
 * Sign text under key; for a cosignature sig->time_s is the time signed, else it is set to 0.
 * ERR_KEY when the secret key (64 bytes, libsodium's) is not key's, ERR_SYNTAX when text cannot be a note's,
 * ERR_LONG, ERR_RANGE (time beyond 2^63 - 1), ERR_NOMEM.
 */
MUST_USE enum err proto_note_sign(const struct proto_note_key *key, const uint8_t secret_key[64],
    const uint8_t *text, size_t text_len, struct proto_note_sig *sig);

/* One signature, apart from any line. ERR_SIGNATURE, ERR_LONG, ERR_RANGE, ERR_NOMEM. */
MUST_USE enum err proto_note_verify(const struct proto_note_key *key, const uint8_t *text, size_t text_len,
    const struct proto_note_sig *sig);

/* Writing a note: the text and its empty line once, then a line per signature. What is wrong sticks in w. */
void proto_note_write_text(struct wr *w, const uint8_t *text, size_t text_len);
void proto_note_write_line(struct wr *w, const struct proto_note_key *key, const struct proto_note_sig *sig);

/*
 * Take a note apart; nothing is verified. ERR_SYNTAX, ERR_LONG (note, line, number of lines), ERR_SHORT (no
 * final newline).
 */
MUST_USE enum err proto_note_parse(const uint8_t *data, size_t len, struct proto_note *out);

/*
 * Is the text signed by key?  Every line of that name and id must verify; of several cosignatures *sig (may
 * be NULL) gets the newest. ERR_NOTFOUND when there is no such line, ERR_SIGNATURE when one does not verify,
 * ERR_NOMEM.
 */
MUST_USE enum err proto_note_check(const struct proto_note *n, const struct proto_note_key *key,
    struct proto_note_sig *sig);

/*
 * The next line up to its newline, borrowed; for formats made of lines. ERR_SHORT sticks when there is no
 * newline.
 */
const uint8_t *proto_note_read_line(struct rd *r, size_t *len);

#endif
