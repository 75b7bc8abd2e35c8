/* Whether the file can be written is asked before all else, as its text may take long to come. */
#define _POSIX_C_SOURCE 200809L /* open_memstream */

#include "tools/output_file.h"

#include "tools/replace_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

bool output_file_open(struct output_file *f, const char *path)
{
    struct stat is;
    bool stays = stat(path, &is) == 0 && !S_ISREG(is.st_mode);

    *f = (struct output_file){.path = path};
    if (stays)
        f->out = fopen(path, "w");
    else if (replace_file_check(path))
        f->out = open_memstream(&f->text, &f->len);
    return f->out != NULL;
}

bool output_file_close(struct output_file *f)
{
    bool good = !ferror(f->out);

    good = fclose(f->out) == 0 && good;
    if (good && f->text)
        good = replace_file(f->path, &(struct buf){.data = f->text, .len = f->len});
    free(f->text);
    *f = (struct output_file){0};
    return good;
}
