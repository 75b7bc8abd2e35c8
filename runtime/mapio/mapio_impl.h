#ifndef RUNTIME_MAPIO_IMPL_H
#define RUNTIME_MAPIO_IMPL_H

#include "parsers/base/due_heap.h"
#include "parsers/base/id_map.h"
#include "parsers/items/items.h"
#include "runtime/mapio/mapio.h"

struct unpacker;

struct reading;

/* What readings of Parquet may have in memory together; room.c says how it is shared out. */
struct room {
    size_t most;                     /* bytes; SIZE_MAX: there is no bound */
    size_t taken;                    /* by the holders */
    struct reading *holders;         /* those that have more than a little */
    struct reading *beyond;          /* one of them that may go beyond the bound; NULL: none does */
    struct reading *line, *line_end; /* those that wait for room */
};

struct mapio {
    struct mapio_world world;
    struct room room;
    struct id_map readings; /* by the engine's id */
    struct id_map writings; /* likewise */
    struct id_map calls;    /* by the call's */
    struct due_heap later;  /* askers whose call is made once more at that time */
    struct due_heap
        gathering; /* readings whose part is answered with at that time, however small */
    uint64_t next_call;
};

/* The items that one answer brings, as far as they are collected. */
struct part {
    struct json_build items, keys, ends, states, sources, lines;
    size_t count;
    uint64_t bytes;
    uint64_t line; /* of the first item; each has the next one, unless with_lines */
    bool begun, with_keys, with_states, with_sources, with_lines;
};

/* Adds an item; takes its key and value, and the state behind it alone and where it alone is from:
 * each of these all items of a part have or none (NULL). */
void part_add(struct part *p, struct item *item, uint64_t bytes, json *state, json *source);
/* Makes the part; `state`, `from` and `unit` are looked at, NULL: none. `p` is empty afterwards. */
json *part_done(struct part *p, const json *state, const json *from, const char *unit, bool end);
void part_drop(struct part *p);
bool part_is_full(const struct part *p);

/*
 * One file that is read: an object in S3. Its bytes come in pieces, those of a packed one from its
 * beginning on, those of Parquet as its reader wants them.
 */
struct file {
    json *bucket, *key;        /* NULL: none is open */
    json *etag;                /* as the first answer has it; NULL: none has come */
    bool resumed;              /* the ETag is of an earlier reading, which it goes on from */
    json *outer;               /* what the state has beside the file's; NULL: nothing */
    items_reader *reader;      /* NULL: the file's size must come first */
    const json *reader_state;  /* what the last item was read in: a look */
    bool new_state;            /* the next item is of another state than the one before */
    struct unpacker *unpacker; /* NULL: it is not packed */
    json *piece;               /* bytes that came, a string; NULL: none */
    uint64_t piece_from;       /* where in the file they stand */
    size_t used;               /* how many of them are unpacked */
    uint64_t unpacked;         /* where the next unpacked byte stands */
    uint64_t next;             /* where the next piece begins */
    uint64_t size;             /* of all of it, as an answer told; 0: none has */
    uint64_t end;              /* of the last item */
    uint64_t items;            /* that this reading has taken of it; */
    bool array;                /* the last one is an array */
    bool whole;                /* the last piece has come */
    const char *foreign;       /* why what it begins with can't be read; NULL: it may be good */
};

struct source_kind;

/* Who asks S3 for a Map Run, one call at a time: the first member of what it is for. */
struct asker {
    struct id_node node; /* the engine's id */
    mapio *m;
    char *state, *execution, *own_role, *key;
    uint64_t number;
    int64_t now_ms;
    /* A call that is to be made, or is out: */
    const char *action; /* NULL: there is none */
    json *parameters;
    const char *asked; /* the action of the last call, and */
    json *where;       /* its S3://bucket/key; NULL: there was none */
    bool raw;
    bool probe; /* as in struct task */
    void (*answered)(struct asker *a, struct task_result *result);
    uint64_t call;  /* its id once it is out; 0: it is not */
    unsigned tries; /* how often it was made */
    struct due_node later;
    void (*rested)(struct asker *a); /* what goes on when it has rested */
};

struct reading {
    struct asker asker;
    json *plan;
    bool asked;
    bool gathers; /* a part may have items of several files, and waits for them a little */
    int64_t gather_until_ms;
    struct due_node gathered;
    bool anew;          /* what is read may be another object than before */
    bool redriven;      /* what it goes on in is of an earlier attempt, and not looked at yet */
    bool differs;       /* it failed as that is another object now */
    uint64_t most_read; /* bytes of one file, unpacked; UINT64_MAX: any number */
    struct part part;
    struct asl_error error;   /* what it has failed with behind the part; no name: it has not */
    json *source;             /* the state of what the part's items are read from */
    json *from;               /* its URI; NULL: nothing was read yet */
    const char *unit;         /* what ends of items count in its files; NULL: it has opened none */
    enum items_format format; /* of its files */
    json *headers;            /* of CSV files; NULL: in their first row */
    bool told_delimiter;      /* people were told that another one may be meant */
    struct file file;
    const struct source_kind *kind;
    void *of_kind;
    size_t of_kind_bytes; /* that it holds, about: of a page, of a manifest */
    size_t taken;         /* of the room, in bytes; 0: it is no holder */
    int64_t taken_ms;     /* since when it is one */
    struct reading *next_holder, *next_in_line;
    bool is_in_line;
};

enum source_step { SOURCE_GOES_ON, SOURCE_WAITS, SOURCE_ENDS, SOURCE_FAILED };

/* Where the items or the files of a reading come from. */
struct source_kind {
    /* Begins at `position` in the state `r->source`, or at the beginning (NULL). False after the
     * reading failed. */
    bool (*begin)(struct reading *r, uint64_t position);
    /* Goes on: opens the next file, adds items to the part, or asks S3 for something. */
    enum source_step (*next)(struct reading *r);
    void (*free)(struct reading *r);
};

extern const struct source_kind source_object, source_list, source_manifest;

/* ---- call.c ---- */

/* Sets who asks, from the task in whose name it does; `key` and the others are copied. */
void asker_begin(struct asker *a, mapio *m, uint64_t id, const struct task *as);
/* Cancels its call, and clears it. */
void asker_end(struct asker *a);
/* Says what S3 is to be asked; `parameters` is taken. `answered` is called with what came, which it
 * looks at; the asker may be gone afterwards. */
void asker_set_call(struct asker *a, const char *action, json *parameters, bool raw,
                    void (*answered)(struct asker *a, struct task_result *result));
/* Tells who would take such a call; of MAPIO_NOBODY fills *failed. */
enum mapio_taker asker_taker(const struct asker *a, const char *action, const json *parameters,
                             struct task_result *failed);
/* Makes the call that is set, unless it is out or waits to be made once more. It may be answered
 * from within, and the asker be gone with it. */
void asker_send(struct asker *a);
/* Returns whether a call has failed because the object is not the one that its IfMatch names. */
bool is_condition_failed(const struct task_result *result);
/* Tells people of a call that has failed: what was asked of what, and S3's name of the error. */
void asker_tell_failure(const struct asker *a, const struct task_result *result);
/* Tells people a line about its state. */
void asker_tell(const struct asker *a, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Lets others go first: `rested` is called when so many milliseconds are over. */
void asker_rest(struct asker *a, int64_t rest_ms, void (*rested)(struct asker *a));

/* ---- room.c ---- */

/* Returns whether the reading may hold so many bytes now. Else it stands in line, and goes on by
 * itself when there is room. */
bool room_take(struct reading *r, size_t bytes);
/* Gives back what it doesn't hold any more. */
void room_recount(struct reading *r);
/* One that is asked for nothing waits for none, and lets others have what it has had for long. */
void room_yield(struct reading *r);
/* Leaves the line, and gives all back. */
void room_leave(struct reading *r);

/* ---- reading.c ---- */

/* Answers those who have waited for items of the next file for long enough. */
void readings_gathered(mapio *m, int64_t now_ms);

/* Returns the reading that is the asker. */
struct reading *reading_of(struct asker *a);
/* Goes on until something is awaited, or a part is answered with. */
void reading_go_on(struct reading *r);
/* Says in which state and of what the items behind this are read; both are taken. `from` is a URI,
 * as S3://bucket/key. Ends the part, unless its items may be of several files. */
void reading_enter(struct reading *r, json *state, json *from);
/* Adds an item, whose key and value are taken; and a state of its own (NULL: it has none). */
void reading_add(struct reading *r, struct item *item, uint64_t bytes, json *state);
/* Ends the reading, which may be gone afterwards, with States.ItemReaderFailed and that cause. */
void reading_fail(struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Ends it as the object of that name is another one now. What a redrive was to go on in has to be
 * the very one that it began with, which the cause says. */
void reading_fail_changed(struct reading *r, const char *what);
/* Ends the reading with the error of a call that failed: a missing handler keeps its name, and
 * S3's words are the cause, as on AWS. */
void reading_fail_with(struct reading *r, const struct task_result *result);
/* Returns a member that is a text, of a value that may be anything; NULL: there is none. */
const json *text_member(const json *v, const char *name);
/* Returns a member of the reader's parameters that is a text and not empty; NULL: there is none. */
const json *reading_parameter(const struct reading *r, const char *name);
/* Returns a member of its ReaderConfig; NULL: there is none. */
const json *reading_setting(const struct reading *r, const char *name);
bool reading_is_set(const struct reading *r, const char *name, const char *value);

/* ---- file.c ---- */

/*
 * Opens an object of a bucket (looked at): from `position` in the state `state`, as an item had
 * it, or from its beginning (NULL). `outer` is what the state of its items has besides: an object,
 * taken; NULL: nothing. False after the reading failed.
 */
bool file_open(struct reading *r, const json *bucket, const json *key, const json *state,
               uint64_t position, json *outer);
/* Reads of the open file into the part. SOURCE_ENDS: it has ended, and is closed. */
enum source_step file_read(struct reading *r);
bool file_is_open(const struct file *f);
/* Returns how many bytes the file holds, about. */
size_t file_held(const struct file *f);
void file_close(struct file *f);
/* Lets go of all that is in memory of it; it is read on from behind its last item. */
void file_put_away(struct file *f);

/* Ends the reading: the open file is not the one any more that was read before. */
void file_refuse_changed(struct reading *r);

/* ---- extent.c ---- */

/* In place of where a range begins: it is the last one. */
#define FILE_FROM_END UINT64_MAX

/* Where the bytes of an answer stand in the file. */
struct extent {
    uint64_t from, last;
    uint64_t size; /* of the whole object; 0: it is not told */
};

/* Reads the ContentRange of an answer with `len` bytes, and notes the file's size. False after the
 * reading failed: they aren't what it says, or what was asked for. */
bool extent_of_range(struct reading *r, const json *range, size_t len, struct extent *out);
/* The same of an answer without one, which is the whole object. */
bool extent_of_whole(struct reading *r, size_t len);
/* Whether the file may end where the next piece would begin; false after the reading failed. */
bool file_may_end(struct reading *r);

/* ---- unpack.c ---- */

/* Makes what unpacks a file of that name; NULL: it is not packed. False: there is no memory. */
bool unpacker_for(const char *key, size_t len, struct unpacker **out);
/*
 * Unpacks some of `bytes`, from *used on, into `out`, which holds `room`. Returns how many bytes
 * came, 0 when more input is needed; SIZE_MAX with *why set when it is damaged.
 */
size_t unpack(struct unpacker *u, const char *bytes, size_t len, size_t *used, char *out,
              size_t room, const char **why);
/* Returns whether the file may end here. */
bool unpacker_is_done(const struct unpacker *u);
/* Returns how many bytes it holds: zstd keeps up to 128 MiB of what came before. */
size_t unpacker_held(const struct unpacker *u);
void unpacker_free(struct unpacker *u);

/* ---- writing.c ---- */

/* Ends a writing. Does nothing when there is none of that id. */
void writing_cancel(mapio *m, uint64_t id);
/* Returns how many bytes a writing holds, about; 0 when there is none of that id. */
size_t writing_held(const mapio *m, uint64_t id);
void writings_free(mapio *m);

#endif
