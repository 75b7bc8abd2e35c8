#ifndef PARSERS_JSONATA_JSONATA_WRITE_H
#define PARSERS_JSONATA_JSONATA_WRITE_H

#include "parsers/jsonata/jsonata_value.h"

/*
 * Adds JSON text as JSON.stringify writes it. `round`: numbers are rounded to 15 digits, as $string
 * does; errors show their values without. `e` may be NULL for a scalar.
 */
bool jv_write(struct evaluation *e, struct buf *out, struct jv v, bool round, unsigned indent);
/* Adds what $string makes of `v`; undefined gives "". False after an error. */
bool jv_add_string(struct evaluation *e, struct buf *out, struct jv v);

#endif
