#ifndef PARSERS_ITEMS_ITEMS_H
#define PARSERS_ITEMS_ITEMS_H

#include "parsers/base/diag.h"
#include "parsers/json/json.h"

#include <stddef.h>
#include <stdint.h>

/*
 * The items of a file, one at a time: what a Distributed Map iterates over. A reader is fed with
 * bytes and gives items; it never does I/O. What it keeps in memory is one item, and what was fed
 * and not used yet, however long the file is.
 *
 *     for (;;)
 *         switch (items_next(r, &item, &why)) {
 *         case ITEMS_ITEM: ... take item.key and item.value; remember item.end ...
 *         case ITEMS_WANTS: items_wanted(r, &from, &len); ... items_feed or items_feed_end ...
 *         case ITEMS_RESTS: ... let others go first ...
 *         case ITEMS_FULL: ... when there is memory, items_allow(r, items_lacks(r)) ...
 *         case ITEMS_END: return true;
 *         case ITEMS_FAILED: return false;
 *         }
 *
 * Going on later, even in another process: keep `end` of the last item that was taken, and what
 * items_state says after that item. A new reader with both gives what comes behind it.
 *
 * The rules of each format, where AWS leaves them open, are decided so:
 *
 * JSON. The file is one JSON text (RFC 8259). The items are the elements of the array, or the
 * members of the object, that `pointer` (RFC 6901) finds; a member comes with its key. All else in
 * the file must be good JSON, too, so the last item may come before the file is found to be bad. An
 * object that has a key of the pointer's way twice is refused; of equal keys among the items each
 * is an item.
 *
 * JSONL. Each line is one JSON value of any kind. Lines end with LF or CRLF; the last one may have
 * no end. A line of blanks only is skipped.
 *
 * CSV, by AWS: fields are texts. A newline ends a record, and a delimiter a field. A field that
 * begins with a quote goes to the next one, and may hold delimiters and newlines. Two quotes are
 * one, in fields that are not enclosed as well. A backslash before a backslash, a quote or the
 * delimiter makes it a character; before anything else it is dropped. Short rows are filled up with
 * empty texts, of long ones the rest is dropped. An empty line is a row of empty texts.
 *
 * CSV, by us: CRLF ends a record, too; a CR elsewhere is a character. Nothing is trimmed. A single
 * quote within a field is a character. What stands behind a closing quote belongs to the field.
 * Escaped quotes need not come in pairs. A backslash does not keep a newline from ending a record,
 * unless it is enclosed. A quote that is open when the file ends is refused. An empty file has no
 * rows, and no headers are missed in it. There are at most ITEMS_MAX_COLUMNS headers.
 *
 * Of all: a byte order mark at the beginning of the file is skipped. Bytes that are no UTF-8 are
 * refused in JSON and JSONL, and become U+FFFD in CSV.
 */
typedef struct items_reader items_reader;

enum items_format {
    ITEMS_JSON,
    ITEMS_JSONL,
    ITEMS_CSV,
    ITEMS_PARQUET, /* items_new doesn't make this one: parsers/parquet does */
};

enum items_result {
    ITEMS_ITEM,
    ITEMS_WANTS,  /* bytes: items_wanted says which */
    ITEMS_END,    /* there are no more items, and the file is good to its end */
    ITEMS_RESTS,  /* much was done and no item came: to be called again when others had a turn */
    ITEMS_FULL,   /* it needs memory: items_lacks says how much, and items_allow gives it */
    ITEMS_FAILED, /* the file is bad */
};

enum { ITEMS_MAX_COLUMNS = 10000, ITEMS_DELIMITERS = 5 };

/* The delimiters of CSV by AWS's names. The first is the one that need not be named. */
extern const struct items_delimiter {
    const char *name;
    char c;
} items_delimiters[ITEMS_DELIMITERS];

struct items_options {
    enum items_format format;
    const char *pointer; /* JSON: where the array or object is; NULL or "": the whole */
    size_t pointer_len;  /* 0: it ends at its NUL */
    char delimiter;      /* CSV: a character of ASCII; 0: ',' */
    const json *headers; /* CSV: an array of texts; NULL: they are in the first row */
    uint64_t size;       /* of the file, unpacked; UINT64_MAX: not known. Parquet needs it */
    uint64_t max_pages;  /* Parquet: bytes of all its pages, unpacked; 0: however many */
    size_t max_item;     /* bytes of the file that one item may take; 0: ITEMS_MAX_ITEM */
    bool asks;           /* Parquet: it takes no memory for pages that it was not allowed */
    size_t max_held;     /* Parquet: bytes of pages that it may ever hold; 0: its own bound */
    /* Of an earlier reader of the same file, with the same options. `position` 0 begins anew. */
    const json *state;
    uint64_t position;
};

/* The largest item that AWS reads: 8 MiB. */
enum { ITEMS_MAX_ITEM = 8 << 20 };

struct item {
    json *key; /* of an object's member; else NULL */
    json *value;
    uint64_t end;  /* with the reader's state: where the next reader goes on. Never 0 */
    uint64_t line; /* that it begins in; 0: not known, as place.line of a failure */
};

/*
 * Returns a reader, which copies what it needs of `o`; NULL with *why filled when the options are
 * wrong: a bad pointer, headers that are no texts or that are there twice, a state that no reader
 * of that format has made.
 */
items_reader *items_new(const struct items_options *o, struct diag *why);
/* Freeing NULL does nothing. */
void items_free(items_reader *r);

/*
 * Fills *out, whose key and value the caller owns, with the next item; or says what is needed for
 * it. After ITEMS_END or ITEMS_FAILED the reader is only good for items_state and items_free.
 *
 * A failure's `at` is the byte in the file. `place.line` is its line, and `place.column` its column
 * where that is known; 0 in a file that has no lines, and in a reader that began in its midst.
 */
enum items_result items_next(items_reader *r, struct item *out, struct diag *why);

/*
 * After ITEMS_WANTS: which bytes have to come, from `from` on. At most `*len` are of use now;
 * UINT64_MAX means all that there are, 0 that the file has to end, by its size. Text is always
 * wanted in order, Parquet's parts are not.
 */
void items_wanted(const items_reader *r, uint64_t *from, uint64_t *len);
/* Feeds bytes that stand at `from`; they may be fewer than wanted, and are copied. */
void items_feed(items_reader *r, const char *bytes, size_t len);
/* Says that the file ends at `from`. */
void items_feed_end(items_reader *r);

/* After ITEMS_FULL: returns how many bytes more it would hold. */
size_t items_lacks(const items_reader *r);
/* Allows it to take so many. What it needs later it asks for again. */
void items_allow(items_reader *r, size_t bytes);

/* Returns how many bytes of the file the reader holds, packed and unpacked, about. */
size_t items_held(const items_reader *r);

/*
 * Returns a look at what a new reader needs besides a position, a JSON value that seldom changes:
 * in what the items stand, which headers they have. NULL as long as the reader doesn't know.
 */
const json *items_state(const items_reader *r);

#endif
