/*
 * A profile's credential_process: a program that prints keys as JSON.
 *
 *     {"Version": 1, "AccessKeyId": "…", "SecretAccessKey": "…", "SessionToken": "…",
 *      "Expiration": "2026-11-30T12:00:00Z"}
 *
 * Its line is split as a shell splits words, but no shell runs it, as in AWS's command line. What
 * it prints is a secret: it is wiped, and never shown. Its stderr goes to the log, and its end into
 * the message when it fails.
 */
#include "runtime/handlers/child.h"
#include "runtime/handlers/roles_impl.h"

#include "parsers/base/mem.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    PROCESS_MS = 60 * 1000,
    GRACE_MS = 1000,
    MAX_KEYS = 64 * 1024, /* bytes of stdout */
    TOLD_BYTES = 512,     /* of stderr, in a message */
};

struct key_process {
    struct child child; /* first */
    handlers *h;
    struct role_keys *keys; /* NULL: nobody waits for the end */
    struct handler_row row; /* what child.h starts */
    struct arena texts;     /* its words */
    uv_pipe_t out, err;
    struct buf output, tail;
    struct child_log log;
    bool out_ended, err_ended;
    enum { PROCESS_BY_ITSELF, PROCESS_TIMED_OUT, PROCESS_TOO_LARGE } end;
    char bytes[4096]; /* of either stream, at a time */
};

static const char log_name[] = "credential_process";

/* ---- its line ---- */

/* Adds the next word of *at. Quotes and backslashes are those of a shell: '…' is literal, in "…" a
 * backslash stands before `"`, `\` and `$` only. Returns false when a quote is not closed. */
static bool command_add_word(struct buf *out, const char **at)
{
    const char *p = *at;

    for (char quote = 0; *p && (quote || !strchr(" \t\r\n", *p)); p++) {
        bool escapes = *p == '\\' && quote != '\'' && p[1] && (!quote || strchr("\"\\$`", p[1]));

        if (escapes)
            buf_addc(out, *++p);
        else if (quote ? *p == quote : *p == '\'' || *p == '"')
            quote = quote ? 0 : *p;
        else
            buf_addc(out, *p);
        if (!p[1] && quote)
            return false;
    }
    *at = p;
    return true;
}

/* Returns the words of a line, NULL at the end; NULL: there are none, or a quote is open. */
static char **command_words(const char *line, struct arena *texts)
{
    char **words = arena_calloc(texts, strlen(line) / 2 + 2, sizeof *words);
    size_t count = 0;

    while (*(line += strspn(line, " \t\r\n"))) {
        struct buf word = {0};
        bool good = command_add_word(&word, &line);

        if (good)
            words[count++] = arena_strndup(texts, buf_str(&word), word.len);
        buf_clear(&word);
        if (!good)
            return NULL;
    }
    return count ? words : NULL;
}

/* ---- the end ---- */

static void key_process_on_closed(struct child *c)
{
    struct key_process *p = (struct key_process *)c;

    p->h->open--;
    role_wipe_buf(&p->output);
    mem_wipe(p->bytes, sizeof p->bytes);
    buf_clear(&p->tail);
    buf_clear(&p->log.line);
    arena_clear(&p->texts);
    mem_free(p);
}

/* The last line of stderr that is not empty, which mostly says what is wrong. */
static void add_last_line(struct buf *out, struct buf *tail)
{
    const char *text = role_trimmed(tail);
    const char *line = strrchr(text, '\n');

    line = line ? line + 1 : text;
    if (*line) {
        buf_adds(out, ": ");
        add_clean(out, line, strlen(line));
    }
}

static int64_t process_ms(const handlers *h)
{
    return h->options.keys_ms ? h->options.keys_ms : PROCESS_MS;
}

/* Says why there are no keys; adds nothing when it printed some. */
static void key_process_explain(struct key_process *p, struct buf *why)
{
    int status = p->child.how.si_status;

    if (p->end == PROCESS_TIMED_OUT)
        buf_printf(why, "it took more than %lld.%02lld seconds",
                   (long long)(process_ms(p->h) / 1000), (long long)(process_ms(p->h) % 1000 / 10));
    else if (p->end == PROCESS_TOO_LARGE)
        buf_printf(why, "it printed more than %d bytes", MAX_KEYS);
    else if (p->child.how.si_code != CLD_EXITED)
        buf_printf(why, "it was ended by signal %d (%s)", status, strsignal(status));
    else if (status)
        buf_printf(why, "it ended with exit status %d", status);
    if (why->len)
        add_last_line(why, &p->tail);
}

static void key_process_finish(struct key_process *p)
{
    struct role_keys *k = p->keys;
    struct buf who = {0}, why = {0};
    json *given = NULL;

    child_log_end(&p->log, p->h, log_name, NULL);
    child_shut(&p->child.exit);
    child_shut(&p->out);
    child_shut(&p->err);
    child_shut(&p->child.timer);
    p->keys = NULL;
    if (!k)
        return;
    k->process = NULL;
    key_process_explain(p, &why);
    if (!why.len && p->output.len)
        given = json_parse(p->output.data, p->output.len, 0, NULL);
    const json *version = given && json_is_object(given) ? json_get(given, "Version") : NULL;
    if (!why.len && !given)
        buf_adds(&why, "what it printed is no JSON");
    else if (!why.len && (!version || !json_is_number(version) || json_double_value(version) != 1))
        buf_adds(&why, "what it printed has no \"Version\": 1");
    buf_printf(&who, "the credential_process of the profile '%s'", k->from.profile);
    role_fetched(k, why.len ? NULL : given, "SessionToken", true, buf_str(&who),
                 why.len ? buf_str(&why) : NULL);
    json_unref(given);
    buf_clear(&who);
    buf_clear(&why);
}

static void key_process_look(struct key_process *p)
{
    if (!p->child.alive && p->out_ended && p->err_ended)
        key_process_finish(p);
}

static void key_process_on_drained(struct child *c)
{
    struct key_process *p = (struct key_process *)c;

    p->out_ended = p->err_ended = true;
    key_process_look(p);
}

static void key_process_on_exited(struct child *c)
{
    key_process_look((struct key_process *)c);
}

static void key_process_on_timeout(uv_timer_t *timer)
{
    struct key_process *p = timer->data;

    p->end = PROCESS_TIMED_OUT;
    child_end(&p->child, GRACE_MS);
}

void key_process_end(struct key_process *p)
{
    p->keys = NULL;
    child_end(&p->child, GRACE_MS);
}

/* ---- its streams ---- */

static void key_process_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct key_process *p = handle->data;

    (void)suggested;
    *out = uv_buf_init(p->bytes, sizeof p->bytes);
}

static void key_process_on_out(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct key_process *p = stream->data;

    if (len >= 0 && p->output.len + (size_t)len <= MAX_KEYS) {
        buf_add(&p->output, bytes->base, (size_t)len);
        return;
    }
    if (len >= 0) {
        p->end = PROCESS_TOO_LARGE;
        child_signal(&p->child, SIGKILL);
    }
    p->out_ended = true;
    child_shut(stream);
    key_process_look(p);
}

static void key_process_on_err(uv_stream_t *stream, ssize_t len, const uv_buf_t *bytes)
{
    struct key_process *p = stream->data;

    if (len < 0) {
        p->err_ended = true;
        child_shut(stream);
        key_process_look(p);
        return;
    }
    if (p->tail.len > TOLD_BYTES) {
        memmove(p->tail.data, p->tail.data + p->tail.len - TOLD_BYTES, TOLD_BYTES);
        p->tail.len = TOLD_BYTES;
    }
    buf_add(&p->tail, bytes->base, (size_t)len);
    child_log_add(&p->log, p->h, log_name, NULL, bytes->base, (size_t)len);
}

/* ---- its start ---- */

static const struct child_events key_process_events = {
    key_process_on_exited, key_process_on_drained, key_process_on_closed};

/* Takes the ends. */
static void key_process_watch(struct key_process *p, int out, int err)
{
    uv_loop_t *loop = p->h->loop;

    p->h->open++;
    child_watch(&p->child, loop, &key_process_events);
    buf_reserve(&p->output, MAX_KEYS); /* as it grew, it would leave its parts in freed memory */
    uv_pipe_init(loop, &p->out, 0);
    uv_pipe_init(loop, &p->err, 0);
    child_own(&p->child, &p->out);
    child_own(&p->child, &p->err);
    uv_pipe_open(&p->out, out);
    uv_pipe_open(&p->err, err);
    uv_read_start((uv_stream_t *)&p->out, key_process_room, key_process_on_out);
    uv_read_start((uv_stream_t *)&p->err, key_process_room, key_process_on_err);
    child_set_timer(&p->child, key_process_on_timeout, process_ms(p->h));
    child_catch_up(&p->child);
}

/* Its stdin is empty: nobody is there to answer questions. Returns 0 or an errno. */
static int key_process_start(struct key_process *p)
{
    int ends[2][2] = {{-1, -1}, {-1, -1}}, error = child_pipe(ends[0]);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    struct buf variables = {0};

    if (!error)
        error = child_pipe(ends[1]);
    if (!error)
        error = child_spawn(&p->child, &p->row, &variables,
                            (const int[3]){nothing, ends[0][1], ends[1][1]});
    if (error) {
        child_close_ends(&ends[0][0], 4);
    } else {
        close(ends[0][1]);
        close(ends[1][1]);
        key_process_watch(p, ends[0][0], ends[1][0]);
    }
    child_close_ends(&nothing, 1);
    return error;
}

bool key_process_ask(struct role_keys *k, struct diag *why)
{
    struct key_process *p = mem_calloc(1, sizeof *p);
    int error = 0;

    p->h = k->h;
    p->keys = k;
    p->row.cwd = ".";
    p->row.argv = command_words(k->from.command, &p->texts);
    if (p->row.argv)
        error = key_process_start(p);
    if (p->row.argv && !error) {
        k->process = p;
        return true;
    }
    diag_set(why, "NO_KEYS", 0,
             "Unable to load AWS credentials: the credential_process of the profile '%s' %s%s%s%s",
             k->from.profile, p->row.argv ? "can't be started: " : "has a quote that is not closed",
             p->row.argv ? p->row.argv[0] : "", error ? ": " : "", error ? strerror(error) : "");
    arena_clear(&p->texts);
    mem_free(p);
    return false;
}
