/* Coverage as the options of asl test ask for it: printed, in files, and enough of it or not. */
#include "tools/test_command.h"

#include "tools/replace_file.h"
#include "tools/repository.h"
#include "tools/test/coverage_files.h"
#include "tools/test_told.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool test_coverage_read(struct test *t)
{
    struct diag why = {0};
    bool good = true;

    for (size_t i = 0; good && i < t->coverage_output.count; i++)
        good = coverage_output_read(t->coverage_output.at[i], &t->coverage_files[i], &why);
    if (!good)
        cmd_fail("test", "--coverage-output %s", why.text);
    diag_clear(&why);
    return good;
}

bool test_coverage_files(const struct test *t)
{
    bool good = true;

    if (!t->coverage_output.count)
        return true;
    char *root = repository_root();
    struct coverage_files *files = coverage_files_new(&t->covered, root ? root : "/");
    for (size_t i = 0; good && i < t->coverage_output.count; i++) {
        struct buf text = {0};
        coverage_output_write(&t->coverage_files[i], &t->covered, files, &text);
        good = replace_file(t->coverage_files[i].path, &text);
        if (!good)
            cmd_fail("test", "%s can't be written: %s", t->coverage_files[i].path, strerror(errno));
        buf_clear(&text);
    }
    coverage_files_free(files);
    free(root);
    return good;
}

/* The last line on stdout is for scripts that look for it, unless they read the report there. */
bool test_coverage_tell(const struct test *t)
{
    struct coverage_sums sums = coverage_sum(&t->covered);
    bool enough = coverage_percent(&sums) >= (double)t->least;
    struct buf text = {0};

    /* Who has it in files may do without. */
    if (t->coverage || !t->coverage_output.count)
        coverage_write(&t->covered, &text);
    coverage_write_sums(&sums, &text);
    test_tell_behind(&t->reporter, &text);
    fflush(stdout);
    buf_clear(&text);
    if (!enough)
        fprintf(stderr, "asl test: the coverage is %.1f %%, and --min-coverage asks for %lld\n",
                coverage_percent(&sums), (long long)t->least);
    return enough;
}
