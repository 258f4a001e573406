/*
 * base/log: one line per event on standard error: UTC time, level, program, event and key=value pairs, with quotes around
 * a value that has blanks. Keys come from an allow-list (log.c), values are short; never a secret, a name, a citizen number or free text. Event is a constant.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* program is borrowed and static, such as "schakel-hub core". */
void log_init(const char *program, enum log_level max);

/* Pairs of key and value (both char *), ended by NULL. An unknown key prints key=? instead: a bug that a test finds. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
