/*
 * The regular expressions of java.util.regex, by PCRE2. Where the two dialects write the same thing
 * differently, the text is put from one into the other: \uXXXX, the POSIX names of \p{...}, and
 * classes inside classes, which in Java are a union.
 *
 * A match may try exponentially many ways. PCRE2 calls us at each item of the expression that it
 * comes to (a "callout"): there the work is counted, and a match that takes too much is given up.
 */

#include "parsers/regex/java_regex.h"

#include "parsers/base/buf.h"
#include "parsers/base/count.h"
#include "parsers/base/mem.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

struct java_regex {
    pcre2_code *code;
    char *text; /* in PCRE2's dialect */
    size_t len;
};

enum {
    MAX_HEAP_KIB = 20000,
    /* What beginning a match costs of an evaluation's budget, in units of work. */
    UNITS_A_MATCH = 10,
};

/* ---- from Java's dialect ---- */

static const struct {
    const char *java, *posix;
} posix_names[] = {
    {"Lower", "lower"}, {"Upper", "upper"}, {"ASCII", "ascii"}, {"Alpha", "alpha"},
    {"Digit", "digit"}, {"Alnum", "alnum"}, {"Punct", "punct"}, {"Graph", "graph"},
    {"Print", "print"}, {"Blank", "blank"}, {"Cntrl", "cntrl"}, {"XDigit", "xdigit"},
    {"Space", "space"},
};

struct dialect {
    const char *text;
    size_t len, i;
    unsigned depth; /* of the classes that are open */
    struct buf out;
};

static bool all_hex(const char *text, size_t len)
{
    return strspn(text, "0123456789abcdefABCDEF") >= len;
}

/* \p{Lower} and the like; false when it is none of them. */
static bool put_posix(struct dialect *d)
{
    const char *p = d->text + d->i;
    size_t left = d->len - d->i;

    if (left < 4 || (p[1] != 'p' && p[1] != 'P') || p[2] != '{')
        return false;
    for (size_t k = 0; k < COUNT(posix_names); k++) {
        size_t n = strlen(posix_names[k].java);
        if (left < n + 4 || memcmp(p + 3, posix_names[k].java, n) != 0 || p[3 + n] != '}')
            continue;
        buf_printf(&d->out, d->depth ? "[:%s%s:]" : "[[:%s%s:]]", p[1] == 'P' ? "^" : "",
                   posix_names[k].posix);
        d->i += n + 4;
        return true;
    }
    return false;
}

/* \p{IsLatin}, \p{IsL}: PCRE2 has the names without "Is". */
static bool put_script(struct dialect *d)
{
    const char *p = d->text + d->i;

    if (d->len - d->i < 6 || (p[1] != 'p' && p[1] != 'P') || memcmp(p + 2, "{Is", 3) != 0)
        return false;
    buf_add(&d->out, p, 3);
    d->i += 5;
    return true;
}

/* A brace outside of a class begins {n}, {n,} or {n,m} and nothing else. */
static bool java_regex_is_quantifier(const char *p, const char *end)
{
    const char *from = ++p;

    while (p < end && *p >= '0' && *p <= '9')
        p++;
    if (p > from && p < end && *p == ',')
        for (p++; p < end && *p >= '0' && *p <= '9';)
            p++;
    return p > from && p < end && *p == '}';
}

/* What has braces behind its letter: \p{..}, \x{..}. */
static bool put_braced(struct dialect *d)
{
    const char *p = d->text + d->i;
    const char *close = memchr(p, '}', d->len - d->i);

    if (d->len - d->i < 4 || !strchr("pPxN", p[1]) || p[2] != '{' || !close)
        return false;
    buf_add(&d->out, p, (size_t)(close - p) + 1);
    d->i += (size_t)(close - p) + 1;
    return true;
}

/* \Q...\E: all of it as it stands. */
static bool put_quoted(struct dialect *d)
{
    const char *p = d->text + d->i;
    size_t left = d->len - d->i;
    size_t n = 2;

    if (left < 2 || p[1] != 'Q')
        return false;
    while (n < left && (n < 4 || memcmp(p + n - 2, "\\E", 2) != 0))
        n++;
    buf_add(&d->out, p, n);
    d->i += n;
    return true;
}

/* At a backslash. */
static void put_escape(struct dialect *d)
{
    const char *p = d->text + d->i;
    size_t left = d->len - d->i;

    if (put_quoted(d) || put_posix(d) || put_script(d) || put_braced(d))
        return;
    if (left >= 6 && p[1] == 'u' && all_hex(p + 2, 4)) {
        buf_printf(&d->out, "\\x{%.4s}", p + 2);
        d->i += 6;
        return;
    }
    buf_add(&d->out, p, left < 2 ? left : 2);
    d->i += left < 2 ? left : 2;
}

/* At a bracket. An inner class loses its brackets; one that excludes cannot be put this way. */
static bool put_bracket(struct dialect *d)
{
    char c = d->text[d->i++];

    if (c == ']' && d->depth > 0)
        d->depth--;
    else if (c == '[')
        d->depth++;
    if (c == '[' ? d->depth > 1 : d->depth > 0)
        return c == ']' || d->i == d->len || d->text[d->i] != '^';
    buf_addc(&d->out, c);
    if (c == '[' && d->i < d->len && d->text[d->i] == '^')
        buf_addc(&d->out, d->text[d->i++]);
    return true;
}

/* False at what Java refuses, or what cannot be put into PCRE2's dialect. */
static bool java_regex_translate(struct dialect *d)
{
    while (d->i < d->len) {
        char c = d->text[d->i];
        if (c == '\\') {
            put_escape(d);
        } else if (c == '[' || c == ']') {
            if (!put_bracket(d))
                return false;
        } else if (c == '{' && d->depth == 0 &&
                   !java_regex_is_quantifier(d->text + d->i, d->text + d->len)) {
            return false;
        } else {
            if (c == ':' && d->depth > 0) /* [:alpha:] is no name in Java */
                buf_addc(&d->out, '\\');
            buf_addc(&d->out, c);
            d->i++;
        }
    }
    return true;
}

/* ---- compiling and matching ---- */

static pcre2_code *java_regex_compile(const struct buf *text, bool caseless, struct diag *why)
{
    uint32_t options =
        PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_code *code;
    PCRE2_SIZE at;
    int error;

    if (context) {
        pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
        pcre2_set_parens_nest_limit(context, 100);
    }
    code = pcre2_compile((PCRE2_SPTR)(text->data ? text->data : ""), text->len,
                         options | (caseless ? PCRE2_CASELESS : 0), &error, &at, context);
    pcre2_compile_context_free(context);
    if (!code) {
        PCRE2_UCHAR message[200];
        pcre2_get_error_message(error, message, sizeof message);
        diag_set(why, "REGEX_INVALID", 0, "The regular expression is not valid: %s",
                 (const char *)message);
    }
    return code;
}

java_regex *java_regex_new(const char *text, size_t len, bool caseless, struct diag *why)
{
    struct dialect d = {.text = text, .len = len};
    java_regex *re = NULL;
    pcre2_code *code = NULL;

    if (java_regex_translate(&d))
        code = java_regex_compile(&d.out, caseless, why);
    else
        diag_set(why, "REGEX_INVALID", d.i, "The regular expression is not valid here: %.*s",
                 (int)(len - d.i), text + d.i);
    if (code) {
        re = mem_alloc(sizeof *re);
        *re = (struct java_regex){code, mem_strndup(buf_str(&d.out), d.out.len), d.out.len};
    }
    buf_clear(&d.out);
    return re;
}

void java_regex_free(java_regex *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    mem_free(re->text);
    mem_free(re);
}

/* What a callout knows of its match. */
struct attempt {
    const java_regex *re;
    struct work *work;
    size_t at; /* in the text, at the last callout */
};

/* True when a reference to what a group has matched stands there: \1, \k<name>. */
static bool is_back_reference(const java_regex *re, size_t at)
{
    const char *p = re->text + at;

    return at + 1 < re->len && p[0] == '\\' && (p[1] == 'k' || (p[1] >= '1' && p[1] <= '9'));
}

static size_t longest_group(const pcre2_callout_block *block)
{
    size_t longest = 0;

    for (uint32_t i = 1; i < block->capture_top; i++) {
        const size_t *ends = block->offset_vector + 2 * (size_t)i;
        if (ends[1] != PCRE2_UNSET && ends[1] > ends[0] && ends[1] - ends[0] > longest)
            longest = ends[1] - ends[0];
    }
    return longest;
}

/*
 * Before each item: what the one before it went through is between the two places in the text,
 * forwards, or backwards to try another way. A reference that fails leaves the place as it is.
 */
static int java_regex_count(pcre2_callout_block *block, void *user)
{
    struct attempt *a = user;
    size_t at = block->current_position;
    size_t bytes = at > a->at ? at - a->at : a->at - at;

    a->at = at;
    if (is_back_reference(a->re, block->pattern_position))
        bytes += longest_group(block);
    return work_spend_bytes(a->work, bytes) ? 0 : PCRE2_ERROR_CALLOUT;
}

/* A tick of `work` may let others match with the same expression: all that changes is local. */
int java_regex_match(const java_regex *re, const char *text, size_t len, struct work *work)
{
    struct attempt a = {re, work, 0};
    pcre2_match_context *context;
    pcre2_match_data *data;
    int rc = PCRE2_ERROR_NOMEMORY;

    /* Whether the text is UTF-8 is looked at first. */
    if (!work_spend(work, UNITS_A_MATCH + len / WORK_BYTES_A_UNIT))
        return -1;
    context = pcre2_match_context_create(NULL);
    data = pcre2_match_data_create(1, NULL);
    if (context && data) {
        pcre2_set_match_limit(context, UINT32_MAX);
        pcre2_set_depth_limit(context, UINT32_MAX);
        pcre2_set_heap_limit(context, MAX_HEAP_KIB);
        pcre2_set_callout(context, java_regex_count, &a);
        rc = pcre2_match(re->code, (PCRE2_SPTR)text, len, 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED,
                         data, context);
    }
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
    if (rc == PCRE2_ERROR_NOMATCH)
        return 0;
    return rc >= 0 ? 1 : -1;
}
