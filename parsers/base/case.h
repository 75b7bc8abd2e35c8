#ifndef PARSERS_BASE_CASE_H
#define PARSERS_BASE_CASE_H

#include "parsers/base/buf.h"
#include "parsers/base/work.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JavaScript's toUpperCase and toLowerCase: Unicode's full mappings, in no particular language.
 * False when `work` (or NULL) says stop, with a part of it in `out`.
 */
bool case_upper(struct buf *out, const char *text, size_t len, struct work *work);
bool case_lower(struct buf *out, const char *text, size_t len, struct work *work);

/*
 * Returns whether the upper case of `cp` is more than one character, as "SS" is that of the sharp
 * s.
 */
bool case_has_long_upper(uint32_t cp);

#endif
