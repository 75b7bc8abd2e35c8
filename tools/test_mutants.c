/* Mutants on the command line. */
#include "tools/test_mutants.h"

#include "tools/cmd.h"
#include "tools/replace_file.h"
#include "tools/test/mutate.h"
#include "tools/test_told.h"

#include <errno.h>
#include <string.h>

static void write_mutant_line(struct buf *out, const struct mutation *m, int64_t least)
{
    json *report = mutation_report(m, least);

    json_write(out, report);
    buf_addc(out, '\n');
    json_unref(report);
}

static int write_report(const struct mutation *m, const struct mutant_wishes *wishes)
{
    struct buf text = {0};

    write_mutant_line(&text, m, wishes->least);
    bool good = replace_file(wishes->report, &text);
    int status = good
                     ? EXIT_GOOD
                     : cmd_fail("test", "%s can't be written: %s", wishes->report, strerror(errno));
    buf_clear(&text);
    return status;
}

static void tell_mutants(const struct mutation *m, const struct mutant_wishes *wishes)
{
    struct buf lines = {0};

    if (wishes->json) {
        write_mutant_line(&lines, m, wishes->least);
        fwrite(lines.data, 1, lines.len, wishes->reporter->out);
    } else {
        mutation_write(&lines, m);
        test_tell_behind(wishes->reporter, &lines);
    }
    buf_clear(&lines);
}

static int judge_mutant(const struct mutation *m, int64_t least)
{
    double percent = mutation_percent(m);

    if (percent >= (double)least)
        return EXIT_GOOD;
    fprintf(stderr, "asl test: the mutation score is %.1f %%, and --min-score asks for %lld\n",
            percent, (long long)least);
    return EXIT_BAD;
}

int test_mutants(const struct test_case *const *cases, size_t count, const json *const *hits,
                 const struct mutant_wishes *wishes)
{
    struct mutation m = {.cases = cases,
                         .case_count = count,
                         .hits = hits,
                         .jobs = wishes->jobs,
                         .buckets = wishes->buckets,
                         .bucket_count = wishes->bucket_count};
    struct diag why = {0};
    int status;

    if (mutation_run(&m, &why)) {
        tell_mutants(&m, wishes);
        status = judge_mutant(&m, wishes->least);
        if (wishes->report && write_report(&m, wishes) != EXIT_GOOD)
            status = EXIT_USAGE;
    } else {
        status = cmd_fail("test", "%s", why.text);
    }
    mutation_clear(&m);
    diag_clear(&why);
    return status;
}
