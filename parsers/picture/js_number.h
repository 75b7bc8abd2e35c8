#ifndef PARSERS_PICTURE_JS_NUMBER_H
#define PARSERS_PICTURE_JS_NUMBER_H

#include "parsers/base/buf.h"
#include "parsers/picture/fault.h"

#include <stdbool.h>
#include <stddef.h>

/* Numbers as JavaScript and JSONata's functions treat them. */

/*
 * Adds `n` as JavaScript's String(n): the fewest digits that read back; an exponent from 1e21 and
 * below 1e-6; "0" for -0; "NaN", "Infinity", "-Infinity".
 */
void js_number_write(struct buf *out, double n);

/*
 * Rounds `n` to 15 significant digits, as $string and & do before they write. JSONata 2.0.6 does
 * that to whole numbers too, versions from 2.1.1 leave those alone.
 */
double js_number_round15(double n, bool whole_too);

/*
 * Reads what $number takes: JSON's numbers, and 0x, 0o, 0b in either case. False for anything else,
 * and when it is too large for a double.
 */
bool js_number_read(const char *text, size_t len, double *out);

/*
 * Rounds as $round: half to even on the decimal digits. `precision` 0 gives whole numbers, -2
 * hundreds.
 */
double js_number_round(double n, double precision);

/*
 * Writes as $formatBase, which rounds both numbers first. False with D3100 when the radix is not in
 * 2..36.
 */
bool js_number_format_base(struct buf *out, double n, double radix, struct fault *why);

/* Adds `n` with so many digits behind the point, ties away from zero, as toFixed does. */
void js_number_write_fixed(struct buf *out, double n, int decimals);

/*
 * Returns the greatest common divisor, `a` when `b` is 0. Separators of digits that stand at its
 * multiples are regular.
 */
size_t common_divisor(size_t a, size_t b);

#endif
