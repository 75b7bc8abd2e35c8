#ifndef PARSERS_ITEMS_ITEMS_IMPL_H
#define PARSERS_ITEMS_ITEMS_IMPL_H

/* What a reader of one format is: only the files that make readers include it. */

#include "parsers/items/items.h"

#include "parsers/base/buf.h"

#include <stdbool.h>

/* What a format does for each function of items.h. */
struct items_kind {
    enum items_result (*next)(items_reader *r, struct item *out, struct diag *why);
    void (*wanted)(const items_reader *r, uint64_t *from, uint64_t *len);
    void (*feed)(items_reader *r, const char *bytes, size_t len);
    void (*feed_end)(items_reader *r);
    size_t (*held)(const items_reader *r);
    /* NULL: it never lacks memory. */
    size_t (*lacks)(const items_reader *r);
    void (*allow)(items_reader *r, size_t bytes);
    /* Frees the reader, but for `state`. */
    void (*release)(items_reader *r);
};

/* Each format's reader begins with this. */
struct items_reader {
    const struct items_kind *kind;
    json *state; /* NULL: none yet */
};

/*
 * The text that was fed and is not used yet, for readers of text. Bytes before `at` are done with,
 * and go when more are fed.
 */
struct items_input {
    struct buf text;
    size_t at;
    uint64_t base; /* where in the file text.data[0] stands */
    uint64_t size; /* of the file; UINT64_MAX: not known */
    bool ended;
    uint64_t line; /* that `at` is in; 0: not known, as the reader began in the midst */
};

/* A reader of text: what all three have. */
struct items_text {
    items_reader head;
    struct items_input in;
    size_t max_item;
};

/* Begins at the position that `o` says. */
void items_text_init(struct items_text *t, const struct items_kind *kind,
                     const struct items_options *o);
void items_text_clear(struct items_text *t);
void items_text_wanted(const items_reader *r, uint64_t *from, uint64_t *len);
void items_text_feed(items_reader *r, const char *bytes, size_t len);
void items_text_feed_end(items_reader *r);
size_t items_text_held(const items_reader *r);

/*
 * Steps over the byte order mark at the beginning of a file. Returns false when more bytes have to
 * come before it is known whether there is one.
 */
bool items_skip_mark(struct items_input *in);

/* Return the bytes that are not used yet, and how many. */
static inline const char *items_input_text(const struct items_input *in)
{
    return in->text.data + in->at;
}

static inline size_t items_input_len(const struct items_input *in)
{
    return in->text.len - in->at;
}

/* Returns where in the file the next unused byte stands. */
static inline uint64_t items_input_place(const struct items_input *in)
{
    return in->base + in->at;
}

/* Fills *why and returns ITEMS_FAILED. `at` is in the file, `line` may be 0. */
enum items_result items_fail(struct diag *why, const char *code, uint64_t at, uint64_t line,
                             const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Fails as an item is larger than it may be that begins at byte `at`. */
enum items_result items_fail_too_large(const struct items_text *t, struct diag *why, uint64_t at,
                                       uint64_t line);

/* Each makes a reader of its format, as items_new does. */
items_reader *items_new_json(const struct items_options *o, struct diag *why);
items_reader *items_new_jsonl(const struct items_options *o, struct diag *why);
items_reader *items_new_csv(const struct items_options *o, struct diag *why);

#endif
