#ifndef PARSERS_PICTURE_DIALECT_H
#define PARSERS_PICTURE_DIALECT_H

/* Where the language of Step Functions (JSONata 2.0.6) and the current one give other answers. */
enum jsonata_dialect {
    JSONATA_AWS,
    JSONATA_REFERENCE,
};

#endif
