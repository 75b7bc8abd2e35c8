/* Mutants on the command line. */
#include "tools/test_mutants.h"

#include "tools/cmd.h"
#include "tools/test/mutate.h"
#include "tools/test_told.h"

static bool write_mutant_line(FILE *out, const struct mutation *m, int64_t least)
{
    struct buf text = {0};
    json *report = mutation_report(m, least);

    json_write(&text, report);
    buf_addc(&text, '\n');
    json_unref(report);
    bool good = fwrite(text.data, 1, text.len, out) == text.len;
    buf_clear(&text);
    return good;
}

static int write_report(const struct mutation *m, const struct mutant_wishes *wishes)
{
    FILE *out = fopen(wishes->report, "w");
    bool good = out && write_mutant_line(out, m, wishes->least);

    good &= !out || fclose(out) == 0;
    return good ? EXIT_GOOD : cmd_fail("test", "%s can't be written", wishes->report);
}

static void tell_mutants(const struct mutation *m, const struct mutant_wishes *wishes)
{
    struct buf lines = {0};

    if (wishes->json) {
        write_mutant_line(wishes->reporter->out, m, wishes->least);
        return;
    }
    mutation_write(&lines, m);
    test_tell_behind(wishes->reporter, &lines);
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
    struct mutation m = {.cases = cases, .case_count = count, .hits = hits, .jobs = wishes->jobs};
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
