#ifndef PARSERS_PICTURE_DIALECT_H
#define PARSERS_PICTURE_DIALECT_H

/*
 * Says whose answers are wanted where the language of Step Functions (JSONata 2.0.6) and the
 * current one differ.
 */
enum jsonata_dialect {
    JSONATA_AWS,
    JSONATA_REFERENCE,
};

#endif
