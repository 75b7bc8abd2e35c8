#ifndef PARSERS_ITEMS_JSON_SKIM_H
#define PARSERS_ITEMS_JSON_SKIM_H

#include "parsers/base/buf.h"
#include "parsers/json/json.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Goes over JSON text that comes in pieces, cut anywhere: checks its grammar to the byte and says
 * where keys and values begin and end, but makes no values. It keeps nothing of the text, so a text
 * of any length takes the same memory.
 *
 * Numbers are checked by their grammar only: what is too large for a double passes.
 */
struct json_skim {
    uint8_t state;     /* what may come next: json_skim.c */
    bool key;          /* the string is a key */
    bool told;         /* of the key or value that comes next */
    bool deep;         /* what is bad is that the text is nested too deep */
    uint8_t left;      /* of a \u or a character, how many bytes are still to come */
    uint8_t low, high; /* between which the next byte of a character must be */
    const char *word;  /* what is left of true, false or null */
    size_t depth;      /* how many arrays and objects are open */
    size_t watch;      /* events are told of what stands directly in one of the first so many */
    uint64_t lines;    /* ends of lines that were passed */
    uint8_t objects[JSON_MAX_DEPTH / 8 + 1]; /* a bit each: it is an object that is open */
};

enum json_skim_event {
    SKIM_MORE,      /* all bytes are used */
    SKIM_KEY,       /* the next byte begins a key */
    SKIM_KEY_END,   /* the last byte ended it */
    SKIM_VALUE,     /* the next byte begins a value */
    SKIM_VALUE_END, /* it ended with the last byte */
    SKIM_BAD,       /* the next byte can't stand here: the text is no JSON */
};

/* Begins a text. Events are told of the outermost value. */
void json_skim_init(struct json_skim *s);
/*
 * Begins amidst a text, behind an element or member: `open` has a '[' or '{' for each array and
 * object that is open. Returns false when it is no such text. Events are told of all of these.
 */
bool json_skim_resume(struct json_skim *s, const char *open);

/* Uses bytes up to the next event, and returns how many. SKIM_BAD stays. */
size_t json_skim_next(struct json_skim *s, const char *text, size_t len,
                      enum json_skim_event *event);

/* Returns whether the text was one whole value. Whoever asks at the end gives a blank before. */
bool json_skim_is_done(const struct json_skim *s);
/* Returns whether container number `i`, of those that are open, is an object; 0 is the outermost.
 */
bool json_skim_in_object(const struct json_skim *s, size_t i);

/*
 * Adds why the text is bad: the bytes at `text` can't stand where they are, or, when there are
 * none, the text can't end here. `whole` is what the text is called: "file".
 */
void json_skim_explain(const struct json_skim *s, const char *text, size_t len, const char *whole,
                       struct buf *out);

#endif
