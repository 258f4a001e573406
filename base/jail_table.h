/* base/jail_table: the calls of each group, for base/jail.c alone. */
#ifndef BASE_JAIL_TABLE_H
#define BASE_JAIL_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* What an argument must be. The filter sees numbers, and not what they point to. */
enum jail_rule {
    JAIL_ANY,
    JAIL_NO_CODE,      /* memory that cannot be executed */
    JAIL_THREAD,       /* a thread of this process, in no namespace of its own */
    JAIL_TRACER,       /* the leak check's second process, which shares the memory */
    JAIL_OWN,          /* about this process */
    JAIL_SELF,         /* the same, or 0, which stands for it */
    JAIL_FLAGS,        /* of a descriptor: flags, locks and copies, but no signals to others */
    JAIL_LOCKS,        /* waiting for a lock */
    JAIL_NAME,         /* only the name of a thread, which nng gives */
    JAIL_SENT,         /* nothing that dials: a socket that listened can be shut and make a connection with the first data it sends (MSG_FASTOPEN) */
    JAIL_SENT_MESSAGE, /* the same, where the flags are another argument */
    JAIL_ASKS,         /* of a descriptor: what waits there, whether it blocks, what it is; no owner who gets signals, no typing into a terminal */
    JAIL_SIGNALS,      /* of a descriptor: who is sent signals about it, and which: answered EACCES */
    JAIL_NETWORK,      /* a socket to other machines, or that asks which addresses this one has; no service of this machine */
    JAIL_LOCAL,        /* a socket to a service of this machine */
    JAIL_STREAM,       /* two ends that reach each other only: those that carry single messages can be written to by name */
    JAIL_CLOSED,       /* answered EACCES, whatever is asked: libraries try */
    JAIL_SHUT,         /* an open for reading alone, answered EACCES: the C library asks once how memory is given back, and goes on without */
    JAIL_NOT_THERE,    /* answered "no such call": its arguments lie in memory, and the C library has another way */
    JAIL_RULES
};

/* Low 32 bits of argument arg, masked, must be one of value[0..count). */
struct jail_test { uint8_t arg, count; uint32_t mask, value[8]; };

struct jail_call { int call; const char *name; unsigned groups; enum jail_rule rule; };

extern const struct jail_call jail_table[];
extern const size_t jail_table_count;
/* What a role without a list may do within bounds: each call that stands here is only allowed as it stands here. */
extern const struct jail_call jail_bounded[];
extern const size_t jail_bounded_count;
extern const struct jail_call jail_refused[];
extern const size_t jail_refused_count;
extern const struct jail_test jail_tests[JAIL_RULES];

#endif
