#ifndef RUNTIME_MAPIO_OUTFILE_H
#define RUNTIME_MAPIO_OUTFILE_H

/* The result files of a Map Run: which ones there are, and how far the open ones are. */

#include "parsers/json/json.h"
#include "runtime/core/exec.h"

/* The files of one kind of results, of which one may be open. */
struct outfile {
    uint32_t next; /* number of the file that is opened next */
    json *closed;  /* an array of {"Key", "Size"} */
    json *key;     /* of the open one; NULL: none is */
    json *upload;  /* its UploadId; NULL: it is to be written as a whole */
    json *parts;   /* an array of the ETags of its parts */
    uint64_t size; /* bytes of them */
};

struct outfiles {
    uint32_t attempt; /* of the Map Run, whose failures they tell */
    bool again;       /* what they were set from is of another one */
    struct outfile of[RT_RESULT_KINDS];
};

/* "SUCCEEDED", "FAILED", "PENDING". */
const char *outfile_kind_name(enum rt_result_kind kind);

/* Sets the files from the state of a writer (a look); NULL: there are none. In another attempt the
 * files of what did not succeed begin anew, under numbers that were not used yet. */
void outfiles_read(struct outfiles *f, const json *state, uint32_t attempt);
/* Makes that state. */
json *outfiles_state(const struct outfiles *f);
/* Makes the manifest. */
json *outfiles_manifest(const struct outfiles *f, const json *bucket, const json *map_run);
void outfiles_clear(struct outfiles *f);

/* Opens a file under `key`, which is taken. */
void outfile_open(struct outfile *f, json *key);
/* Adds a part of that many bytes to the open one. */
void outfile_add_part(struct outfile *f, const json *etag, uint64_t bytes);
/* Gives up the open one, which is lost. */
void outfile_give_up(struct outfile *f);
/* Closes the open one. */
void outfile_close(struct outfile *f);

#endif
