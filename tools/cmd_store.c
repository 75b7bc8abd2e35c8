/*
 * asl store: looks after the file that asl serve keeps its state in, and copies state from one
 * store to another. `check` asks twice: the store for pages, indexes and executions, and the API
 * for its records of machines and activities.
 */

#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "runtime/api/api.h"
#include "runtime/engine/engine.h"
#include "runtime/store/sqlite/store_check.h"
#include "runtime/stores/stores.h"
#include "runtime/stores/stores_copy.h"
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

/* ---- copying ---- */

static void print_left_out(void *user, uint64_t execution, const char *arn, const char *why)
{
    struct store_command *c = user;

    c->problems++;
    printf("execution %" PRIu64 "%s%s%s is left out: ", execution, *arn ? " (" : "", arn,
           *arn ? ")" : "");
    shown_print(stdout, why);
    putchar('\n');
}

/* Opens what is to be copied, which no server may have meanwhile. That it is there is looked at
 * first: opening makes a store where there is none. */
static store *open_source(const char *name, struct diag *why)
{
    store *s = stores_look(name, why);
    bool there = s != NULL;

    store_free(s);
    return there ? stores_open(name, STORE_FULL, why) : NULL;
}

static store *open_target(const char *name, struct diag *why)
{
    const struct store_kind *kind = stores_kind_of(name);
    store *s = NULL;

    if (kind && !kind->kept)
        diag_set(why, "STORE_OPEN", 0, "%s: nothing of it outlives a process", name);
    else
        s = stores_open(name, STORE_FULL, why);
    if (!s || stores_is_empty(s, why))
        return s;
    if (!why->code)
        diag_set(why, "STORE_OPEN", 0,
                 "there is state in it already: name a file that isn't there yet, or a database or "
                 "schema (?options=-csearch_path%%3DNAME) without any");
    store_free(s);
    return NULL;
}

static void print_copied(const char *from, const char *to, const struct stores_copied *n)
{
    fprintf(stderr,
            "asl store: %s: %" PRIu64 " executions, %" PRIu64 " events, %" PRIu64
            " records are copied to %s",
            from, n->executions, n->events, n->records, to);
    if (n->left_out)
        fprintf(stderr, "; %" PRIu64 " executions are left out", n->left_out);
    fputc('\n', stderr);
}

static int store_command_copy(struct store_command *c, const char *from_name, const char *to_name)
{
    struct stores_copied copied;
    struct diag why = {0};
    struct buf from_text = {0}, to_text = {0};
    store *from = open_source(from_name, &why);
    bool good = from != NULL;
    store *to = good ? open_target(to_name, &why) : NULL;

    stores_add_shown(&from_text, from_name);
    stores_add_shown(&to_text, to_name);
    if (good && !to)
        cmd_fail("store", "copy to %s: %s", buf_str(&to_text), why.text);
    else if (!good)
        cmd_fail("store", "copy from %s: %s", buf_str(&from_text), why.text);
    good = to && stores_copy(from, to, print_left_out, c, &copied, &why);
    if (to && !good)
        cmd_fail("store", "nothing is copied: %s", why.text);
    if (good && !c->quiet)
        print_copied(buf_str(&from_text), buf_str(&to_text), &copied);
    store_free(from);
    store_free(to);
    buf_clear(&from_text);
    buf_clear(&to_text);
    diag_clear(&why);
    return !good ? EXIT_USAGE : c->problems ? EXIT_BAD : EXIT_GOOD;
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
             "       asl store mend FILE [OPTIONS]\n"
             "       asl store copy FROM TO [OPTIONS]",
    .about =
        "check says what is wrong with a file in which asl serve keeps its state. It prints\n"
        "a line for each problem and changes nothing; a server may have the file open\n"
        "meanwhile. mend makes damaged indexes anew if all tables are whole, and then checks\n"
        "the file; no server may have it open.\n"
        "copy copies all state from a file or database, as --store names it, to one that has\n"
        "none; no server may have either open. All is copied, or nothing.\n"
        "Exit status 0: nothing is wrong, or it is mended or copied; 1: something is wrong, or\n"
        "is damaged and left out; 2: it can't be read, mended or copied.",
    .examples = "  asl store check asl.db\n"
                "  asl store copy asl.db postgresql://asl@db.example.com/asl\n",
    .files = true,
    .uses = uses,
};

/* ---- what there is to do ---- */

static int run_check(struct store_command *c, char **names)
{
    return store_command_check(c, names[0]);
}

static int run_mend(struct store_command *c, char **names)
{
    return mend(c, names[0]);
}

static int run_copy(struct store_command *c, char **names)
{
    return store_command_copy(c, names[0], names[1]);
}

static const struct action {
    const char *name, *usage;
    int names;
    int (*run)(struct store_command *c, char **names);
} actions[] = {
    {"check", "check which file? One at a time, please", 1, run_check},
    {"mend", "mend which file? One at a time, please", 1, run_mend},
    {"copy", "copy from where to where? asl store copy FROM TO", 2, run_copy},
};

static const struct action *find_action(const char *name)
{
    for (size_t i = 0; i < COUNT(actions); i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

int cmd_store(int argc, char **argv)
{
    struct store_command c = {0};
    int status;
    int first = options_parse(&cmd_store_options, argc, argv, &c, &status);

    if (first < 0)
        return status;
    const struct action *a = first < argc ? find_action(argv[first]) : NULL;
    if (!a)
        return cmd_usage("store",
                         first == argc
                             ? "what is to be done? asl store check FILE"
                             : "it can check FILE, mend FILE, or copy FROM TO, and nothing else");
    for (int i = 1; i <= a->names; i++)
        if (argc - first != a->names + 1 || !*argv[first + i])
            return cmd_usage("store", "%s", a->usage);
    return a->run(&c, argv + first + 1);
}
