#ifndef RUNTIME_AWS_CBOR_H
#define RUNTIME_AWS_CBOR_H

#include "runtime/aws/aws_impl.h"

/* What stands in the bytes of CBOR (RFC 8949, section 3), for write_cbor.c and read_cbor.c. */

enum cbor_kind {
    CBOR_UNSIGNED,
    CBOR_NEGATIVE, /* -1 - n */
    CBOR_BYTES,
    CBOR_TEXT,
    CBOR_ARRAY,
    CBOR_MAP,
    CBOR_TAG,
    CBOR_SIMPLE /* simple values, and floating-point numbers */
};

enum {
    CBOR_LOW_HALF = 25,
    CBOR_LOW_FLOAT = 26,
    CBOR_LOW_DOUBLE = 27,
    CBOR_LOW_OPEN = 31, /* its length is told by a break at its end */
    CBOR_FALSE = 20,
    CBOR_TRUE = 21,
    CBOR_NULL = 22,
    CBOR_UNDEFINED = 23,
    CBOR_BREAK = 0xff,
    CBOR_TAG_TIME = 1, /* seconds since 1970 */
};

#endif
