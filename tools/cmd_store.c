/*
 * asl store: looks after the file that asl serve keeps its state in. `check` asks twice: the store
 * for pages, indexes and executions, and the API for its records of machines and activities.
 */

#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "runtime/api/api.h"
#include "runtime/engine/engine.h"
#include "runtime/store/sqlite/store_check.h"
#include "tools/cmd.h"
#include "tools/options.h"
#include "tools/shown.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

struct store_command {
    bool quiet, damaged; /* the file itself is */
    size_t problems;
};

static void print_problem(void *user, const char *where, const char *what)
{
    struct store_command *c = user;

    c->problems++;
    c->damaged |= where && strcmp(where, STORE_FILE) == 0;
    if (where)
        printf("%s: ", where);
    shown_print(stdout, what);
    putchar('\n');
}

static void print_record(void *user, const char *text)
{
    print_problem(user, NULL, text);
}

/* Loads machines and activities as asl serve would, and prints what it would complain of. The
 * engine runs nothing: it is there because an API needs one. */
static bool check_records(struct store_command *c, store *s, struct diag *why)
{
    struct engine_hooks hooks = {0};
    struct api_config config = {.spoiled = print_record, .user = c};
    engine *e = engine_new(s, &hooks);
    api *a = api_new(e, s, &config);
    bool good = a && api_load_records(a, why);

    if (!a)
        diag_set(why, "STORE", 0, "the system gives no random bytes");
    api_free(a);
    engine_free(e);
    return good;
}

/* Returns whether reading failed because the file is damaged. The command has then done its
 * work, which was to find that out: it prints the problem once, and doesn't fail. */
static bool is_damage(struct store_command *c, const struct diag *why)
{
    bool damage = why->code &&
                  (strcmp(why->code, STORE_DAMAGED) == 0 || strcmp(why->code, STORE_CORRUPT) == 0);

    if (damage && !c->damaged)
        print_problem(c, STORE_FILE, why->text);
    return damage;
}

/* Prints what to do. Damaged indexes lose nothing, as all that they have is in the tables as
 * well and they can be made anew from those. */
static void advise(const char *path, const struct store_counts *counts)
{
    if (counts->bad_indexes && !counts->bad_tables)
        cmd_fail("store",
                 "%s: only indexes are damaged, and nothing is lost: end the server, and have "
                 "them made anew: asl store mend %s",
                 path, path);
    else
        cmd_fail("store",
                 "%s: the file is damaged: end the server and bring it back from a copy, or see "
                 "what sqlite3's .recover can save of it",
                 path);
}

static int store_command_check(struct store_command *c, const char *path)
{
    struct store_counts counts = {0};
    struct diag why = {0};
    int status = EXIT_USAGE;
    store *s = store_sqlite_look(path, &why);

    if ((s && store_check(s, print_problem, c, &counts, &why) && check_records(c, s, &why)) ||
        is_damage(c, &why)) {
        if (!c->quiet)
            fprintf(stderr,
                    "asl store: %s: %" PRIu64 " executions, %" PRIu64 " definitions: %zu %s\n",
                    path, counts.executions, counts.definitions, c->problems,
                    c->problems == 1 ? "problem" : "problems");
        if (c->damaged)
            advise(path, &counts);
        status = c->problems ? EXIT_BAD : EXIT_GOOD;
    } else {
        cmd_fail("store", "%s%s%s", s ? path : "", s ? ": " : "", why.text);
    }
    store_free(s);
    diag_clear(&why);
    return status;
}

/* Makes the indexes anew, then checks the whole file: what is wrong in the tables is there
 * still. */
static int mend(struct store_command *c, const char *path)
{
    struct diag why = {0};
    size_t count;
    bool good = store_sqlite_mend(path, &count, &why);

    if (!good)
        cmd_fail("store", "%s", why.text);
    else if (!c->quiet)
        fprintf(stderr, "asl store: %s: %zu indexes are made anew\n", path, count);
    diag_clear(&why);
    return good ? store_command_check(c, path) : EXIT_USAGE;
}

static const struct option_row rows[] = {
    {"quiet", 'q', NULL, "prints no line that counts problems",
     offsetof(struct store_command, quiet)},
};

static const struct option_group own = {rows, sizeof rows / sizeof *rows, NULL};
static const struct option_use uses[] = {{&own, 0}, {NULL, 0}};

const struct option_set cmd_store_options = {
    .command = "store",
    .usage = "asl store check FILE [OPTIONS]\n"
             "       asl store mend FILE [OPTIONS]",
    .about =
        "check says what is wrong with a file in which asl serve keeps its state. It prints\n"
        "a line for each problem and changes nothing; a server may have the file open\n"
        "meanwhile. mend makes damaged indexes anew if all tables are whole, and then checks\n"
        "the file; no server may have it open.\n"
        "Exit status 0: nothing is wrong, or it is mended; 1: something is wrong; 2: it can't\n"
        "be read or mended.",
    .examples = "  asl store check asl.db\n",
    .files = true,
    .uses = uses,
};

int cmd_store(int argc, char **argv)
{
    struct store_command c = {0};
    int status;
    int first = options_parse(&cmd_store_options, argc, argv, &c, &status);

    if (first < 0)
        return status;
    bool mends = first < argc && strcmp(argv[first], "mend") == 0;
    if (first == argc || (!mends && strcmp(argv[first], "check") != 0))
        return cmd_usage("store", first == argc
                                      ? "what is to be done? asl store check FILE"
                                      : "it can check FILE or mend FILE, and nothing else");
    if (argc - first != 2 || !*argv[first + 1])
        return cmd_usage("store", mends ? "mend which file? One at a time, please"
                                        : "check which file? One at a time, please");
    return mends ? mend(&c, argv[first + 1]) : store_command_check(&c, argv[first + 1]);
}
