/*
 * Text to instants, by a picture. It becomes a row of runs of characters, or, where more than one
 * way may lead through a text, a regular expression with one group for each part. What they caught
 * becomes components, and these become an instant.
 */

#include "parsers/base/ascii.h"
#include "parsers/base/utf8.h"
#include "parsers/picture/datetime.h"
#include "parsers/picture/datetime_impl.h"
#include "parsers/regex/regex.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- a picture as runs of characters ---- */

enum run_of { RUN_LITERAL, RUN_DIGITS, RUN_LETTERS, RUN_ROMAN };

struct date_run {
    enum run_of of;
    size_t least, most; /* characters of it, without the suffix of an ordinal number */
    const char *literal;
    bool ordinal;
};

/* Case never matters. */
static bool is_of_run(const struct date_run *r, size_t i, char c)
{
    switch (r->of) {
    case RUN_LITERAL: return ascii_lower(r->literal[i]) == ascii_lower(c);
    case RUN_DIGITS: return ascii_is_digit(c);
    case RUN_LETTERS: return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z';
    case RUN_ROMAN: return c && strchr("mdclxvi", ascii_lower(c));
    }
    return false;
}

/* Returns whether what `next` matches can begin with a character of `r`. */
static bool date_parse_may_go_on(const struct date_run *r, const struct date_run *next)
{
    if (next->of == RUN_LITERAL)
        return is_of_run(r, 0, next->literal[0]);
    return (r->of == RUN_DIGITS) == (next->of == RUN_DIGITS);
}

static bool literal_run(const struct date_part *part, struct date_run *r)
{
    *r = (struct date_run){RUN_LITERAL, part->literal_len, part->literal_len, part->literal, false};
    for (size_t i = 0; i < part->literal_len; i++)
        if ((unsigned char)part->literal[i] >= 0x80)
            return false;
    return true;
}

/* `most` > 0: so many digits, or up to `optional` fewer; else any number of them. None is no run.
 */
static bool digits_run(struct date_run *r, double most, double optional)
{
    *r = (struct date_run){.of = RUN_DIGITS, .least = 1, .most = SIZE_MAX};
    if (!(most > 0))
        return true;
    if (most > UINT16_MAX || most != floor(most) || optional >= most)
        return false;
    r->most = (size_t)most;
    r->least = (size_t)(most - optional);
    return true;
}

/* What put_part says as a pattern. False: it takes a pattern, or is refused there. */
static bool run_of_part(const struct date_part *part, enum jsonata_dialect dialect,
                        struct date_run *r)
{
    const struct picture *number = &part->number;
    bool ok;

    if (part->component == 0)
        return literal_run(part, r);
    if (part->component == 'Z' || part->component == 'z')
        return false;
    if (part->component == 'f' && dialect == JSONATA_REFERENCE)
        return digits_run(r, 0, 0);
    *r = (struct date_run){.of = RUN_LETTERS, .least = 1, .most = SIZE_MAX};
    if (!part->whole)
        return part->component < 0x80 && strchr("MxFP", (int)part->component);
    if (number->form == PICTURE_DIGITS) {
        ok = dialect == JSONATA_AWS ? digits_run(r, part->digits, (double)number->optional)
                                    : digits_run(r, part->exact, 0);
        r->ordinal = number->ordinal;
        return ok;
    }
    if (number->form == PICTURE_ROMAN)
        r->of = RUN_ROMAN;
    return number->form == PICTURE_ROMAN || number->form == PICTURE_LETTERS;
}

/*
 * Stays NULL unless there is but one way through a text: each run is of one length, or what follows
 * cannot begin with what it is made of, so that the longest is the only one.
 */
static void make_runs(struct date_picture *p, enum jsonata_dialect dialect)
{
    struct date_run *runs = arena_calloc(&p->arena, p->count + 1, sizeof *runs);

    for (size_t i = 0; i < p->count; i++) {
        const struct date_run *before = i ? &runs[i - 1] : NULL;

        if (!run_of_part(&p->parts[i], dialect, &runs[i]))
            return;
        if (before && before->least < before->most && !before->ordinal &&
            date_parse_may_go_on(before, &runs[i]))
            return;
    }
    p->runs = runs;
}

/* "st", "nd", "rd", "th" */
static bool is_ordinal_suffix(const char *text, size_t len)
{
    static const char suffixes[] = "stndrdth";

    for (size_t i = 0; len >= 2 && suffixes[i]; i += 2)
        if (ascii_lower(text[0]) == suffixes[i] && ascii_lower(text[1]) == suffixes[i + 1])
            return true;
    return false;
}

/* The length of the run at the start of `text`; SIZE_MAX: it is not there. */
static size_t run_length(const struct date_run *r, const char *text, size_t len)
{
    size_t n = 0;

    while (n < len && n < r->most && is_of_run(r, n, text[n]))
        n++;
    if (n < r->least)
        return SIZE_MAX;
    if (!r->ordinal)
        return n;
    return is_ordinal_suffix(text + n, len - n) ? n + 2 : SIZE_MAX;
}

/* ---- a picture as a regular expression ---- */

static void date_parse_put_literal(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (strchr(".*+?^${}()|[]\\", text[i]) && text[i])
            buf_addc(out, '\\');
        buf_addc(out, text[i]);
    }
}

/* In 2.0.6 a year, month or day has as many digits as it has room for. */
static void put_count_aws(struct buf *out, const struct date_part *part)
{
    double most = part->digits, optional = (double)part->number.optional;

    if (!(most > 0))
        buf_addc(out, '+');
    else if (optional > 0)
        buf_printf(out, "{%.0f,%.0f}", most - optional, most);
    else
        buf_printf(out, "{%.0f}", most);
}

/* In 2.2 a number has as many digits as the picture when another number follows at once. */
static void put_count_reference(struct buf *out, const struct date_part *part)
{
    if (part->exact > 0)
        buf_printf(out, "{%.0f}", part->exact);
    else
        buf_addc(out, '+');
}

static bool put_number(struct buf *out, const struct date_part *part, enum jsonata_dialect dialect,
                       struct fault *why)
{
    bool upper = part->number.letters == PICTURE_UPPER;

    switch (part->number.form) {
    case PICTURE_DIGITS:
        buf_adds(out, "[0-9]");
        if (dialect == JSONATA_AWS)
            put_count_aws(out, part);
        else
            put_count_reference(out, part);
        buf_adds(out, part->number.ordinal ? "(?:th|st|nd|rd)" : "");
        return true;
    case PICTURE_LETTERS: buf_adds(out, upper ? "[A-Z]+" : "[a-z]+"); return true;
    case PICTURE_ROMAN: buf_adds(out, upper ? "[MDCLXVI]+" : "[mdclxvi]+"); return true;
    case PICTURE_WORDS: picture_words_pattern(out); return true;
    case PICTURE_SEQUENCE: break;
    }
    fault_text(why, "D3130", part->number.token, part->number.token_len);
    return false;
}

/* The one that stands between hours and minutes; 0: none. */
static uint32_t zone_separator(const struct date_part *part)
{
    return part->number.every ? part->number.separators[0].character : 0;
}

static void put_zone(struct buf *out, const struct date_part *part)
{
    uint32_t separator = zone_separator(part);

    buf_adds(out, part->component == 'z' ? "GMT[-+][0-9]+" : "[-+][0-9]+");
    if (!separator)
        return;
    out->len += utf8_encode(separator, buf_reserve(out, 4));
    buf_adds(out, "[0-9]+");
}

static bool put_part(struct buf *out, const struct date_part *part, enum jsonata_dialect dialect,
                     struct fault *why)
{
    char component[4];

    switch (part->component) {
    case 0: date_parse_put_literal(out, part->literal, part->literal_len); return true;
    case 'Z':
    case 'z': put_zone(out, part); return true;
    case 'f':
        if (dialect == JSONATA_AWS)
            break;
        buf_adds(out, "[0-9]+");
        return true;
    default: break;
    }
    if (part->whole)
        return put_number(out, part, dialect, why);
    if (part->component < 0x80 && strchr("MxFP", (int)part->component)) {
        buf_adds(out, "[a-zA-Z]+");
        return true;
    }
    fault_text(why, "D3133", component, utf8_encode(part->component, component));
    return false;
}

static bool put_pattern(struct buf *out, const struct date_picture *p, enum jsonata_dialect dialect,
                        struct fault *why)
{
    bool ok = true;

    buf_addc(out, '^');
    for (size_t i = 0; ok && i < p->count && out->len <= DATE_PATTERN_MAX; i++) {
        buf_addc(out, '(');
        ok = put_part(out, &p->parts[i], dialect, why);
        buf_addc(out, ')');
    }
    buf_addc(out, '$');
    return ok;
}

/* ---- what the groups caught ---- */

struct components {
    double of[128]; /* by letter; NaN also where the text made no sense */
    bool known[128], any;
};

/* The name has to be written as in the picture of it: "Jan" when three letters are the most. */
static bool date_parse_same_name(const struct date_part *part, const char *name, const char *text,
                                 size_t len)
{
    size_t most = strlen(name);

    if (part->has_most && part->most != 0 && part->most < (double)most)
        most = part->most > 0 ? (size_t)part->most : 0;
    return most == len && memcmp(name, text, len) == 0;
}

/* Of names that are cut to the same the last is meant. */
static bool date_parse_read_name(const struct date_part *part, const char *text, size_t len,
                                 double *out)
{
    bool days = part->component == 'F';

    if (part->component == 'P') {
        bool am = len == 2 && (memcmp(text, "am", 2) == 0 || memcmp(text, "AM", 2) == 0);
        bool pm = len == 2 && (memcmp(text, "pm", 2) == 0 || memcmp(text, "PM", 2) == 0);

        *out = pm;
        return am || pm;
    }
    for (int i = days ? 7 : 12; i >= 1; i--) {
        *out = i;
        if (date_parse_same_name(part, days ? date_day_name(i) : date_month_name(i), text, len))
            return true;
    }
    return false;
}

/* Minutes of +05:30, -0500, GMT+5; the sign is that of the hours alone. */
static double read_zone(const struct date_part *part, const char *text, size_t len)
{
    uint32_t separator = zone_separator(part);
    char mark[4];
    size_t mark_len = separator ? utf8_encode(separator, mark) : 0, at = 3;

    if (part->component == 'z') {
        text += 3;
        len -= 3;
    }
    if (!separator && len <= 3)
        return picture_leading_int(text, len) * 60;
    if (separator)
        for (at = 0; at + mark_len < len && memcmp(text + at, mark, mark_len) != 0;)
            at++;
    return picture_leading_int(text, at) * 60 +
           picture_leading_int(text + at + (separator ? 1 : 0), len - at - (separator ? 1 : 0));
}

/* 2.2: digits behind the third are dropped. */
static double read_fractional(const char *text, size_t len)
{
    char digits[8] = "0.";

    memcpy(digits + 2, text, len < 3 ? len : 3);
    return strtod(digits, NULL) * 1000;
}

static void take_part(struct components *c, const struct date_part *part,
                      enum jsonata_dialect dialect, const char *text, size_t len)
{
    unsigned at = part->component;
    double value = NAN;
    bool known = true;

    if (at == 'Z' || at == 'z')
        value = read_zone(part, text, len);
    else if (at == 'f' && dialect == JSONATA_REFERENCE)
        value = read_fractional(text, len);
    else if (part->whole)
        picture_parse(&part->number, text, len, &value, NULL);
    else
        known = date_parse_read_name(part, text, len, &value);
    c->of[at] = value;
    c->known[at] = known;
    c->any = true;
}

/* ---- components to an instant ---- */

/* 0 counts as not given, here and only here. */
static bool date_parse_is_given(const struct components *c, char letter)
{
    unsigned at = (unsigned char)letter;

    return c->known[at] && c->of[at] != 0 && !isnan(c->of[at]);
}

/* True when some of the components are given, and none but those in `may`. */
static bool date_parse_only(const struct components *c, const char *all, const char *may)
{
    bool some = false;

    for (; *all; all++) {
        if (!date_parse_is_given(c, *all))
            continue;
        if (!strchr(may, *all))
            return false;
        some = true;
    }
    return some;
}

/*
 * From the largest component to the smallest: what is missing in front of those given is that of
 * now, what is missing behind them the least; none may be missing between. D3136.
 */
static bool date_parse_fill(struct components *c, const char *letters, double now,
                            struct fault *why)
{
    bool begun = false, ended = false;

    for (; *letters; letters++) {
        unsigned at = (unsigned char)*letters;

        if (c->known[at]) {
            begun = true;
            if (!ended)
                continue;
            fault_set(why, "D3136");
            return false;
        }
        ended = begun;
        c->of[at] = begun ? strchr("MDd", *letters) != NULL : date_component(now, at);
        c->known[at] = true;
    }
    return true;
}

/* Year, month and day of the day of the year that is given; the year stays, whatever the day. */
static void find_day_of_year(struct components *c)
{
    double ms = date_utc(c->of['Y'], 0, 1, 0) + (c->of['d'] - 1) * MS_A_DAY;

    c->of['M'] = date_component(ms, 'M') - 1;
    c->of['D'] = date_component(ms, 'D');
}

static double hour_of(const struct components *c, bool halves)
{
    if (!halves)
        return c->of['H'];
    return (c->of['h'] == 12 ? 0 : c->of['h']) + (c->of['P'] == 1 ? 12 : 0);
}

static double zone_of(const struct components *c)
{
    if (date_parse_is_given(c, 'Z'))
        return c->of['Z'];
    return date_parse_is_given(c, 'z') ? c->of['z'] : 0;
}

/* By weeks no day can be found: the reference cannot either. */
static bool find_instant(struct components *c, double now, double *out, struct fault *why)
{
    static const char dates[] = "YXMxWwdD", times[] = "PHhmsf";
    bool by_month = date_parse_only(c, dates, "YMD");
    bool by_day = !by_month && date_parse_only(c, dates, "Yd");
    bool by_week = date_parse_only(c, dates, "Xxw") || date_parse_only(c, dates, "XW");
    bool halves = !date_parse_only(c, times, "Hmsf") && date_parse_only(c, times, "Phmsf");

    if (by_week) {
        fault_set(why, "D3136");
        return false;
    }
    if (!date_parse_fill(
            c, by_day ? (halves ? "YDPhmsf" : "YDHmsf") : (halves ? "YMDPhmsf" : "YMDHmsf"), now,
            why))
        return false;
    c->of['M'] = c->of['M'] > 0 ? c->of['M'] - 1 : 0;
    if (by_day)
        find_day_of_year(c);
    *out = date_utc(c->of['Y'], c->of['M'], c->of['D'],
                    trunc(hour_of(c, halves)) * 3600000 + trunc(c->of['m']) * 60000 +
                        trunc(c->of['s']) * 1000 + trunc(c->of['f'])) -
           zone_of(c) * 60000;
    return true;
}

/* ---- both together ---- */

bool date_search_ended(enum js_regex_answer answer, struct fault *why)
{
    if (answer == JS_REGEX_TOO_LARGE)
        fault_set(why, "U1002");
    return answer != JS_REGEX_TOO_LARGE && answer != JS_REGEX_TOO_MUCH;
}

/* Of a pattern that is compiled. */
enum { COMPILED_UNITS_A_BYTE = 4 };

/* Which picture, and of the pictures that are kept. */
struct date_source {
    struct pictures *kept;
    const char *picture;
    size_t len;
    enum jsonata_dialect dialect;
};

static struct date_picture *picture_of(const struct date_source *from, struct fault *why)
{
    return date_picture_get(from->kept, from->picture, from->len, from->dialect, why);
}

/* Makes the picture's pattern, which has *len bytes. D3130, D3133, U1003: also where it counts
 * further than a pattern can. */
static bool make_pattern(struct date_picture *p, enum jsonata_dialect dialect, size_t *len,
                         struct fault *why)
{
    struct buf pattern = {0};
    const bool ok = put_pattern(&pattern, p, dialect, why);

    *len = pattern.len;
    if (ok && pattern.len <= DATE_PATTERN_MAX)
        p->pattern = js_regex_compile(pattern.data, pattern.len, true, false, NULL);
    if (ok && !p->pattern)
        fault_set(why, "U1003");
    buf_clear(&pattern);
    return p->pattern != NULL;
}

/* False: the text is not of the picture. */
static bool match_runs(const struct date_picture *p, enum jsonata_dialect dialect, const char *text,
                       size_t len, struct components *c)
{
    for (size_t i = 0; i < p->count; i++) {
        const size_t n = run_length(&p->runs[i], text, len);

        if (n == SIZE_MAX)
            return false;
        if (p->parts[i].component)
            take_part(c, &p->parts[i], dialect, text, n);
        text += n;
        len -= n;
    }
    return len == 0;
}

/* The picture, with its pattern again if it has got no other one meanwhile. */
static struct date_picture *date_parse_give_back(const struct date_source *from, js_regex *pattern,
                                                 struct fault *why)
{
    struct date_picture *p = picture_of(from, why);

    if (p && !p->pattern)
        p->pattern = pattern;
    else
        js_regex_free(pattern);
    return p;
}

/*
 * While it searches others may run, and put other pictures in the place of this one: so its pattern
 * is taken out of it, and the picture is looked up again. False: a bound stopped the search.
 */
static bool match_pattern(struct date_picture *p, const struct date_source *from, const char *text,
                          size_t len, struct work *work, bool *found, struct components *c,
                          struct fault *why)
{
    js_regex *pattern = p->pattern;
    struct js_search s = {0};
    enum js_regex_answer answer;
    bool ended;

    *found = false;
    if (!pattern || js_regex_groups(pattern) != p->count)
        return true;
    p->pattern = NULL;
    js_search_init(&s, pattern, text, len);
    s.work = work;
    answer = js_search_next(&s);
    p = date_parse_give_back(from, pattern, why);
    ended = p && date_search_ended(answer, why);
    *found = ended && answer == JS_REGEX_FOUND;
    for (size_t i = 0; *found && i < p->count; i++) {
        struct js_span span = s.span[i + 1];

        if (p->parts[i].component)
            take_part(c, &p->parts[i], from->dialect, s.text + span.start, span.end - span.start);
    }
    js_search_clear(&s);
    return ended;
}

static bool parse_picture(const char *text, size_t len, double now, const struct date_source *from,
                          struct work *work, bool *found, double *out, struct fault *why)
{
    struct date_picture *p = picture_of(from, why);
    struct components c;
    size_t compiled = 0;
    bool match;

    if (!p)
        return false;
    if (!p->runs && !p->pattern)
        make_runs(p, from->dialect);
    if (!p->runs && !p->pattern && !make_pattern(p, from->dialect, &compiled, why))
        return false;
    memset(c.known, 0, sizeof c.known);
    c.any = false;
    if (p->runs)
        match = match_runs(p, from->dialect, text, len, &c);
    else if (!match_pattern(p, from, text, len, work, &match, &c, why))
        return false;
    /* Only now: meanwhile others may run, and the picture be given up. */
    if (!work_spend(work, compiled * COMPILED_UNITS_A_BYTE))
        return false;
    match = match && c.any;
    if (match && !find_instant(&c, now, out, why))
        return false;
    *found = match;
    return true;
}

bool datetime_to_millis(const char *text, size_t len, const char *picture, size_t picture_len,
                        int64_t now_ms, enum jsonata_dialect dialect, struct pictures *kept,
                        struct work *work, bool *found, double *out, struct fault *why)
{
    const struct date_source from = {kept, picture, picture_len, dialect};

    if (picture)
        return parse_picture(text, len, (double)now_ms, &from, work, found, out, why);
    if (!date_read_iso(text, len, dialect, work, out, why))
        return false;
    *found = true;
    return true;
}
