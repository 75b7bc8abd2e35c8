#include "tools/workflow.h"
#include "parsers/utf8.h"
#include "runtime/mock.h"
#include "runtime/names.h"
#include "tools/cmd.h"
#include "tools/input.h"
#include "tools/report_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---- the environment ---- */

static const char *first_set(const char *const *names)
{
    for (; *names; names++) {
        const char *v = getenv(*names);
        if (v && *v)
            return v;
    }
    return NULL;
}

/* ---- names ---- */

/* What isn't UTF-8 in a file's name becomes U+FFFD: it goes into JSON. */
static json *utf8_text(const char *text, size_t len)
{
    struct buf clean = {0};
    json *v;

    for (size_t i = 0; i < len; i++) {
        size_t good = utf8_valid(text + i, len - i);
        buf_add(&clean, text + i, good);
        i += good;
        if (i < len)
            buf_adds(&clean, "\xEF\xBF\xBD");
    }
    v = json_string(buf_str(&clean), clean.len);
    buf_clear(&clean);
    return v;
}

/* "order" of "machines/order.asl.json" */
static json *machine_name(const char *path)
{
    static const char *const endings[] = {".json", ".yaml", ".yml", ".asl"};
    const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    size_t len = strlen(base);

    if (strcmp(path, "-") == 0)
        return json_cstring("stdin");
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strncmp(base + len - n, endings[i], n) == 0)
            len -= n;
    }
    return utf8_text(base, len);
}

static void make_names(struct workflow *w, const char *path)
{
    static const char *const regions[] = {"AWS_DEFAULT_REGION", "AWS_REGION", NULL};
    static const char *const accounts[] = {"AWS_ACCOUNT_ID", NULL};
    json *machine = machine_name(path);

    names_make(&(struct names_given){.machine = json_str(machine),
                                     .name = w->name,
                                     .region = first_set(regions),
                                     .account = first_set(accounts),
                                     .seed = w->seed_value},
               &w->names);
    json_unref(machine);
}

/* ---- loading ---- */

static asl_machine *load_machine(const struct option_set *set, const char *path)
{
    struct buf text = {0};
    struct diag why = {0};
    struct asl_report report = {0};
    asl_machine *m = NULL;

    if (!buf_read_file(&text, path, ASL_MAX_DEFINITION, &why)) {
        cmd_fail(set->command, "%s", why.text);
    } else {
        m = asl_compile(text.data, text.len, document_format(path, text.data, text.len), &report);
        asl_report_sort(&report, 0);
        report_print(stderr, strcmp(path, "-") == 0 ? "<stdin>" : path, text.data, text.len,
                     &report, colour_wanted(stderr));
        if (!m)
            fprintf(stderr, "asl %s: the definition has %zu error%s, nothing was run\n",
                    set->command, report.errors, report.errors == 1 ? "" : "s");
    }
    asl_report_clear(&report);
    diag_clear(&why);
    buf_clear(&text);
    return m;
}

static bool one_of(const struct option_set *set, const char *name, const char *given, const char *a,
                   const char *b)
{
    if (!given || strcmp(given, a) == 0 || strcmp(given, b) == 0)
        return true;
    cmd_usage(set->command, "--%s is %s or %s, not '%s'", name, a, b, given);
    return false;
}

static bool take_seed(struct workflow *w, const struct option_set *set)
{
    int64_t n;

    if (!w->seed)
        return getrandom(&w->seed_value, sizeof w->seed_value, 0) == sizeof w->seed_value;
    if (!options_number(set, "seed", w->seed, 0, INT64_MAX, &n))
        return false;
    w->seed_value = (uint64_t)n;
    return true;
}

static bool read_input(struct workflow *w, const struct option_set *set)
{
    struct input in = {
        .command = set->command, .what = "the input", .given = w->input ? w->input : "{}"};

    if (input_read(&in) && (w->value = input_parse(&in, 0)) && in.format == DOCUMENT_JSON)
        w->written = rt_written(w->value, in.text.data, in.text.len);
    input_clear(&in);
    return w->value;
}

int workflow_load(struct workflow *w, const struct option_set *set, const char *path)
{
    if (!cmd_stdin_once(set->command, (const char *[]){path, w->input, w->context}, 3) ||
        !one_of(set, "clock", w->clock, "real", "virtual") ||
        !one_of(set, "limits", w->limits, "aws", "none") || !take_seed(w, set))
        return EXIT_USAGE;
    if (w->name && (!*w->name || utf8_valid(w->name, strlen(w->name)) < strlen(w->name)))
        return cmd_usage(set->command, "--name takes a name, in UTF-8");
    if (!(w->machine = load_machine(set, path)))
        return EXIT_USAGE;
    if (!read_input(w, set))
        return EXIT_USAGE;
    if (w->context && !(w->extra = input_json(set->command, "--context", w->context, 0)))
        return EXIT_USAGE;
    if (w->extra && !json_is_object(w->extra))
        return cmd_usage(set->command, "--context takes a JSON object");
    make_names(w, path);
    if (!services_read(&w->asked, set, w->lambda_endpoint, json_str(w->names.region), &w->services))
        return EXIT_USAGE;
    return EXIT_GOOD;
}

void workflow_clear(struct workflow *w)
{
    asl_machine_unref(w->machine);
    json_unref(w->value);
    json_unref(w->extra);
    json_unref(w->written);
    rt_names_clear(&w->names);
    services_clear(&w->services);
}

struct rt_config workflow_config(const struct workflow *w)
{
    return (struct rt_config){.names = w->names,
                              .context = w->extra,
                              .written = w->written,
                              .aws_limits = !w->limits || strcmp(w->limits, "aws") == 0,
                              .seed = w->seed_value};
}

void workflow_host_options(struct workflow *w, struct host_options *out)
{
    out->handlers.no_limits = w->limits && strcmp(w->limits, "none") == 0;
    out->virtual_clock = w->clock && strcmp(w->clock, "virtual") == 0;
    services_give(&w->services, &out->handlers);
}

static bool use_mocks(const struct workflow *w, const struct option_set *set, host *h)
{
    static const char *const files[] = {"SFN_MOCK_CONFIG", "LOCALSTACK_SFN_MOCK_CONFIG", NULL};
    const char *hash = strrchr(w->mock, '#'), *path;
    struct diag why = {0};

    if (!hash || !hash[1]) {
        cmd_usage(set->command, "--mock takes FILE#CASE; '%s' names no test case", w->mock);
        return false;
    }
    json *file = json_string(w->mock, (size_t)(hash - w->mock));
    path = json_str_len(file) ? json_str(file) : first_set(files);
    mocks *m = NULL;
    if (!path)
        cmd_usage(set->command, "--mock #CASE needs SFN_MOCK_CONFIG to name the file");
    else if (!(m = mocks_load(path, NULL, hash + 1, &why)))
        cmd_fail(set->command, "%s", why.text);
    else
        host_use_mocks(h, m);
    json_unref(file);
    diag_clear(&why);
    return m;
}

bool workflow_handlers(const struct workflow *w, const struct option_set *set, host *h)
{
    struct diag why = {0};
    double scale;

    if (!options_factor(set, "wait-time-scale", w->wait_scale, "WAIT_TIME_SCALE", &scale))
        return false;
    engine_scale_waits(host_engine(h), scale);
    if (w->handlers && !handlers_load(host_handlers(h), w->handlers, &why)) {
        cmd_fail(set->command, "%s", why.text);
        diag_clear(&why);
        return false;
    }
    return !w->mock || use_mocks(w, set, h);
}
