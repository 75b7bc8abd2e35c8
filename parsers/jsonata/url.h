#ifndef PARSERS_JSONATA_URL_H
#define PARSERS_JSONATA_URL_H

#include "parsers/base/buf.h"
#include "parsers/base/work.h"
#include "parsers/picture/fault.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * JavaScript's encodeURI, encodeURIComponent and their opposites. D3140, with the text as value and
 * JSONata's name of the function, for lone surrogates and for escapes that are not UTF-8; false
 * without a code when `work` (or NULL) says stop. Then `out` may have a part of it.
 */
bool js_url_encode(struct buf *out, const char *text, size_t len, struct work *work,
                   struct fault *why);
bool js_url_encode_component(struct buf *out, const char *text, size_t len, struct work *work,
                             struct fault *why);
/* Leaves escapes of ; / ? : @ & = + $ , # as they are. */
bool js_url_decode(struct buf *out, const char *text, size_t len, struct work *work,
                   struct fault *why);
bool js_url_decode_component(struct buf *out, const char *text, size_t len, struct work *work,
                             struct fault *why);

#endif
