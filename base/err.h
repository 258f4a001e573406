/*
 * base/err: the classes of error, their exit codes, and what a person reads.
 * Everything that can fail returns enum err and is MUST_USE; outputs are written only on success.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stddef.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/* Zero is success and only success. */
enum err {
    OK = 0,
    ERR_SHORT,      /* input ends too early */
    ERR_LONG,       /* input goes on after its end, or passes a limit of length */
    ERR_SYNTAX,     /* not in the format */
    ERR_RANGE,      /* in the format, but a value that is not allowed */
    ERR_SIGNATURE,  /* a signature, tag or proof does not verify */
    ERR_KEY,        /* a key is unknown, not certified, or not for this use */
    ERR_NOTFOUND,   /* it is not there */
    ERR_EXISTS,     /* it is there already, and is another */
    ERR_EXPIRED,    /* its time is over, or has not come */
    ERR_REPLAY,     /* an id that was used for something else */
    ERR_DENIED,     /* understood, and the answer is no */
    ERR_QUOTA,      /* a daily or total limit is used up */
    ERR_NOMEM,      /* no memory */
    ERR_IO,         /* the system could not read or write */
    ERR_FULL,       /* the disk or the store is full */
    ERR_BUSY,       /* somebody else holds it; try again */
    ERR_PEER,       /* the other side cannot be reached or went away */
    ERR_VERSION,    /* a version or suite that this program does not know */
    ERR_USAGE,      /* the command was given wrongly */
    ERR_CONFIG,     /* the configuration is wrong */
    ERR_STATE,      /* right message, wrong moment: a step is missing */
    ERR_CLASSES     /* how many; not a class */
};

/* One word for logs and --json, such as "notfound"; "ok" for OK. Static storage. */
const char *err_word(enum err e);

/* The exit code of sysexits.h that belongs to a class; 0 for OK. */
int err_exit(enum err e);

enum lang { LANG_EN = 0, LANG_NL };

/*
 * What a person reads when something went wrong: what, where, and the next step.
 * Filled where it is decided; the zero value (with lang set) is empty. Never holds a secret, a name or
 * a citizen number. line and column count from 1; 0 means not applicable.
 */
struct trouble {
    enum lang lang;
    enum err err;
    uint32_t line, column;
    char where[192];  /* a file, a setting, a partner's handle */
    char text[512];
};

/*
 * Fill t (may be NULL: then only the class is returned) and return e, so that
 *     return trouble_set(t, ERR_RANGE, "days must be 0 to 366", "dagen moet 0 tot 366 zijn");
 * reads as one line. en and nl are printf formats with the same arguments in the same order.
 * The first trouble wins: a filled t is left as it is.
 */
enum err trouble_set(struct trouble *t, enum err e, const char *en, const char *nl, ...)
    PRINTF_LIKE(3, 5) PRINTF_LIKE(4, 5);

/* The same, saying where. line and column may be 0. */
enum err trouble_at(struct trouble *t, enum err e, const char *where, uint32_t line, uint32_t column,
    const char *en, const char *nl, ...) PRINTF_LIKE(6, 8) PRINTF_LIKE(7, 8);

/* "file:line:column: text" (parts that are not there are left out) into out, always terminated. */
void trouble_line(const struct trouble *t, char *out, size_t out_len);

#endif
