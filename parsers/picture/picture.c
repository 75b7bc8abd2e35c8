/*
 * Pictures of whole numbers. What a picture says is read once into a struct picture; dates have
 * such pictures inside of theirs. Where XPath leaves things open, or the reference differs from it,
 * the reference is followed.
 */

#include "parsers/picture/picture.h"

#include "parsers/base/ascii.h"
#include "parsers/base/count.h"
#include "parsers/base/maths.h"
#include "parsers/base/mem.h"
#include "parsers/base/utf8.h"
#include "parsers/picture/js_number.h"
#include "parsers/picture/picture_impl.h"
#include "parsers/picture/row.h"

#include <math.h>
#include <string.h>

enum {
    HUNDRED = 100,
    THOUSAND = 1000,
    /* Roman numerals are as long as the number has thousands. */
    MAX_ROMAN = 10000000,
    /* Digits that a picture of a date can ask for with its width. */
    MAX_WIDTH = 100000,
};

/* ---- words ---- */

static const struct {
    const char *cardinal, *ordinal;
} units[] = {
    {"Zero", "Zeroth"},         {"One", "First"},           {"Two", "Second"},
    {"Three", "Third"},         {"Four", "Fourth"},         {"Five", "Fifth"},
    {"Six", "Sixth"},           {"Seven", "Seventh"},       {"Eight", "Eighth"},
    {"Nine", "Ninth"},          {"Ten", "Tenth"},           {"Eleven", "Eleventh"},
    {"Twelve", "Twelfth"},      {"Thirteen", "Thirteenth"}, {"Fourteen", "Fourteenth"},
    {"Fifteen", "Fifteenth"},   {"Sixteen", "Sixteenth"},   {"Seventeen", "Seventeenth"},
    {"Eighteen", "Eighteenth"}, {"Nineteen", "Nineteenth"},
};

static const struct {
    const char *cardinal, *ordinal;
} tens[] = {
    {"Twenty", "Twentieth"}, {"Thirty", "Thirtieth"}, {"Forty", "Fortieth"},
    {"Fifty", "Fiftieth"},   {"Sixty", "Sixtieth"},   {"Seventy", "Seventieth"},
    {"Eighty", "Eightieth"}, {"Ninety", "Ninetieth"},
};

static const char *const magnitudes[] = {"Thousand", "Million", "Billion", "Trillion"};

static void put_words(struct buf *out, double n, bool follows, bool ordinal);

/* `follows`: something stands before it, so that it is "one hundred and five". */
static void put_below_hundred(struct buf *out, int n, bool follows, bool ordinal)
{
    buf_adds(out, follows ? " and " : "");
    if (n < (int)COUNT(units)) {
        buf_adds(out, ordinal ? units[n].ordinal : units[n].cardinal);
    } else if (n % 10) {
        buf_adds(out, tens[n / 10 - 2].cardinal);
        buf_addc(out, '-');
        put_below_hundred(out, n % 10, false, ordinal);
    } else {
        buf_adds(out, ordinal ? tens[n / 10 - 2].ordinal : tens[n / 10 - 2].cardinal);
    }
}

/* Only the last word of an ordinal is one: "two hundredth", "two hundred and first". */
static void put_rest(struct buf *out, double rest, bool ordinal)
{
    if (rest > 0)
        put_words(out, rest, true, ordinal);
    else if (ordinal)
        buf_adds(out, "th");
}

/* Above a thousand trillion it says "one thousand trillion", and so on: 26 levels at most. */
static void put_words(struct buf *out, double n, bool follows, bool ordinal)
{
    double factor, count;
    int magnitude;

    if (n < HUNDRED) {
        put_below_hundred(out, (int)n, follows, ordinal);
        return;
    }
    buf_adds(out, follows ? ", " : "");
    if (n < THOUSAND) {
        put_below_hundred(out, (int)n / HUNDRED, false, false);
        buf_adds(out, " Hundred");
        put_rest(out, (int)n % HUNDRED, ordinal);
        return;
    }
    magnitude = (int)floor(maths_log10(n) / 3);
    if (magnitude > (int)COUNT(magnitudes))
        magnitude = COUNT(magnitudes);
    factor = maths_pow(10, magnitude * 3);
    count = floor(n / factor);
    put_words(out, count, false, false);
    buf_addc(out, ' ');
    buf_adds(out, magnitudes[magnitude - 1]);
    put_rest(out, n - count * factor, ordinal);
}

/* Words are made in title case, in ASCII, and changed behind. */
static void put_cased(struct buf *out, size_t start, enum picture_case letters)
{
    for (size_t i = start; i < out->len; i++) {
        char c = out->data[i];

        if (letters == PICTURE_LOWER)
            out->data[i] = ascii_lower(c);
        else if (letters == PICTURE_UPPER)
            out->data[i] = ascii_upper(c);
    }
}

/* Case counts for nothing. `|0x20` makes ASCII capitals small, and makes a letter of nothing else.
 */
static bool picture_same_word(const char *text, size_t len, const char *word)
{
    if (strlen(word) != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if ((text[i] | 0x20) != (word[i] | 0x20))
            return false;
    return true;
}

/* The ordinals of hundred and above are the cardinals and "th". */
static bool same_ordinal(const char *text, size_t len, const char *cardinal)
{
    return len > 2 && (text[len - 2] | 0x20) == 't' && (text[len - 1] | 0x20) == 'h' &&
           picture_same_word(text, len - 2, cardinal);
}

/* NaN for what is no word of a number. */
static double word_value(const char *text, size_t len)
{
    double power = THOUSAND;

    for (size_t i = 0; i < COUNT(units); i++)
        if (picture_same_word(text, len, units[i].cardinal) ||
            picture_same_word(text, len, units[i].ordinal))
            return (double)i;
    for (size_t i = 0; i < COUNT(tens); i++)
        if (picture_same_word(text, len, tens[i].cardinal) ||
            picture_same_word(text, len, tens[i].ordinal))
            return (double)(i + 2) * 10;
    if (picture_same_word(text, len, "Hundred") || same_ordinal(text, len, "Hundred"))
        return HUNDRED;
    for (size_t i = 0; i < COUNT(magnitudes); i++, power *= THOUSAND)
        if (picture_same_word(text, len, magnitudes[i]) || same_ordinal(text, len, magnitudes[i]))
            return power;
    return NAN;
}

/* How long the separator of words is that `text` starts with: ", ", " and ", a blank, a hyphen. */
static size_t word_separator(const char *text, size_t len)
{
    if (len >= 2 && *text == ',' && ascii_is_java_blank(text[1]))
        return 2;
    if (len >= 5 && ascii_is_java_blank(*text) && picture_same_word(text + 1, 3, "and") &&
        ascii_is_java_blank(text[4]))
        return 5;
    return len && (ascii_is_java_blank(*text) || *text == '-' || *text == '\\') ? 1 : 0;
}

/*
 * Words below a hundred are added to the sum at hand, others multiply it; once it has thousands,
 * the next word begins another sum.
 */
static double parse_words(const char *text, size_t len)
{
    double total = 0, sum = 0;
    size_t start = 0, i = 0;

    while (i <= len) {
        size_t skip = word_separator(text + i, len - i);
        double value;

        if (!skip && i < len) {
            i++;
            continue;
        }
        value = word_value(text + start, i - start);
        if (!(value < HUNDRED)) {
            sum *= value;
        } else if (sum >= THOUSAND) {
            total += sum;
            sum = value;
        } else {
            sum += value;
        }
        if (i == len)
            break;
        i += skip;
        start = i;
    }
    return total + sum;
}

/* The pattern takes any row of the words; what they come to is up to parse_words. */
void picture_words_pattern(struct buf *out)
{
    buf_adds(out, "(?:");
    for (size_t i = 0; i < COUNT(units); i++)
        buf_printf(out, "%s|", units[i].cardinal);
    for (size_t i = 0; i < COUNT(units); i++)
        buf_printf(out, "%s|", units[i].ordinal);
    for (size_t i = 0; i < COUNT(tens); i++)
        buf_printf(out, "%s|%s|", tens[i].cardinal, tens[i].ordinal);
    buf_adds(out, "Hundred|Hundredth|");
    for (size_t i = 0; i < COUNT(magnitudes); i++)
        buf_printf(out, "%s|%sth|", magnitudes[i], magnitudes[i]);
    buf_adds(out, "and|[\\-, ])+");
}

/* ---- Roman numerals, letters ---- */

static const struct {
    int value;
    const char *text;
} romans[] = {
    {1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"},
    {40, "XL"},  {10, "X"},   {9, "IX"},  {5, "V"},    {4, "IV"},  {1, "I"},
};

/* From the largest value down, each as often as it fits. */
static void put_roman(struct buf *out, int n)
{
    for (size_t i = 0; i < COUNT(romans); i++)
        for (; n >= romans[i].value; n -= romans[i].value)
            buf_adds(out, romans[i].text);
}

static double roman_value(char c)
{
    for (size_t i = 0; i < COUNT(romans); i++)
        if (romans[i].text[0] == c && !romans[i].text[1])
            return romans[i].value;
    return NAN;
}

/* From the right: what is less than the largest so far is taken off. */
static double parse_roman(const char *text, size_t len, bool upper)
{
    double n = 0, most = 1;

    while (len-- > 0) {
        char c = text[len];
        double value = roman_value(!upper && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);

        if (value < most) {
            n -= value;
        } else {
            most = value;
            n += value;
        }
    }
    return n;
}

/* As columns of a sheet are counted: a, b, ... z, aa, ab. */
static void put_letters(struct buf *out, double n, char first)
{
    char text[256], *at = text + sizeof text;

    while (n > 0) {
        *--at = (char)(first + (int)maths_fmod(n - 1, 26));
        n = floor((n - 1) / 26);
    }
    buf_add(out, at, (size_t)(text + sizeof text - at));
}

/* The reference counts in UTF-16 code units, so a character beyond U+FFFF is two digits. */
static double parse_letters(const char *text, size_t len, char first)
{
    struct row r = {0};
    double n = 0, power = 0;

    row_read(&r, text, len);
    for (size_t i = r.count; i-- > 0;) {
        uint32_t c = r.list[i];

        /* The lower half of a character beyond U+FFFF; then the upper. */
        if (c >= 0x10000) {
            n += (0xDC00 + (double)(c & 0x3FF) - first + 1) * maths_pow(26, power++);
            c = 0xD800 + ((c - 0x10000) >> 10);
        }
        n += ((double)c - first + 1) * maths_pow(26, power++);
    }
    row_clear(&r);
    return n;
}

/* ---- digits ---- */

/* The zeros of the families of digits that pictures know. */
static const uint16_t zeros[] = {
    0x30,   0x660,  0x6F0,  0x7C0,  0x966,  0x9E6,  0xA66,  0xAE6,  0xB66,  0xBE6,
    0xC66,  0xCE6,  0xD66,  0xDE6,  0xE50,  0xED0,  0xF20,  0x1040, 0x1090, 0x17E0,
    0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
};

/* The zero of the family that `cp` is of; 0: it is no digit. */
static uint32_t zero_of(uint32_t cp)
{
    if (cp < 0x80)
        return cp >= '0' && cp <= '9' ? '0' : 0;
    for (size_t i = 0; i < COUNT(zeros); i++)
        if (cp >= zeros[i] && cp <= zeros[i] + 9u)
            return zeros[i];
    return 0;
}

/*
 * Puts `c` in front of the last `position` characters. When there are not so many, only as many
 * stay as the position is away from the left: the reference does it so.
 */
static void insert_from_right(struct row_gap *g, size_t position, uint32_t c)
{
    const size_t count = g->row->count, beyond = position > count ? position - count : 0;

    if (!beyond) {
        row_insert(g, count - position, c);
        return;
    }
    if (beyond < count)
        row_drop(g, count - beyond);
    row_insert(g, 0, c);
}

/* After how many digits the separators stand: all the same, and none left out. Else 0. */
static size_t picture_find_interval(const struct picture *p)
{
    size_t interval = 0;

    for (size_t i = 0; i < p->separator_count; i++) {
        if (p->separators[i].character != p->separators[0].character)
            return 0;
        interval =
            i ? common_divisor(interval, p->separators[i].position) : p->separators[i].position;
    }
    /* They are in order, from the right. */
    for (size_t i = 1; i <= p->separator_count; i++)
        if (p->separators[i - 1].position != i * interval)
            return 0;
    return interval;
}

static void add_separator(struct picture *p, size_t position, uint32_t character)
{
    MEM_GROW(p->separators, p->separator_count, p->separator_cap);
    p->separators[p->separator_count++] = (struct picture_separator){position, character};
}

/* Digits of a family, '#', and separators, which all else is. */
static bool picture_read_digits(struct picture *p, const char *text, size_t len, struct fault *why)
{
    size_t mandatory = 0;

    for (size_t end = len, at; end > 0; end = at) {
        uint32_t c = 0, zero;

        at = end - 1;
        while (at > 0 && ((unsigned char)text[at] & 0xC0) == 0x80)
            at--;
        utf8_decode(text + at, end - at, &c);
        zero = zero_of(c);
        if (zero && p->zero && zero != p->zero) {
            fault_set(why, "D3131");
            return false;
        }
        if (zero) {
            p->zero = zero;
            mandatory++;
        } else if (c == '#') {
            p->optional++;
        } else {
            add_separator(p, mandatory + p->optional, c);
        }
    }
    p->mandatory = (double)mandatory;
    p->form = mandatory ? PICTURE_DIGITS : PICTURE_SEQUENCE;
    p->every = picture_find_interval(p);
    return true;
}

static const struct {
    const char *text;
    enum picture_form form;
    enum picture_case letters;
} forms[] = {
    {"A", PICTURE_LETTERS, PICTURE_UPPER}, {"a", PICTURE_LETTERS, PICTURE_LOWER},
    {"I", PICTURE_ROMAN, PICTURE_UPPER},   {"i", PICTURE_ROMAN, PICTURE_LOWER},
    {"W", PICTURE_WORDS, PICTURE_UPPER},   {"w", PICTURE_WORDS, PICTURE_LOWER},
    {"Ww", PICTURE_WORDS, PICTURE_TITLE},
};

bool picture_read(struct picture *p, const char *text, size_t len, struct fault *why)
{
    size_t end = len;

    *p = (struct picture){.token = text, .token_len = len};
    while (end > 0 && text[end - 1] != ';')
        end--;
    if (end > 0) {
        p->ordinal = end < len && text[end] == 'o';
        p->token_len = end - 1;
    }
    for (size_t i = 0; i < COUNT(forms); i++) {
        if (strlen(forms[i].text) != p->token_len || memcmp(forms[i].text, text, p->token_len) != 0)
            continue;
        p->form = forms[i].form;
        p->letters = forms[i].letters;
        return true;
    }
    if (picture_read_digits(p, text, p->token_len, why))
        return true;
    picture_clear(p);
    return false;
}

void picture_clear(struct picture *p)
{
    mem_free(p->separators);
    *p = (struct picture){0};
}

static void put_separators(const struct picture *p, struct row *r)
{
    struct row_gap gap;

    if (p->every) {
        row_space(r, p->every, p->separators[0].character);
        return;
    }
    row_open(&gap, r, p->separator_count);
    for (size_t i = p->separator_count; i-- > 0;)
        insert_from_right(&gap, p->separators[i].position, p->separators[i].character);
    row_close(&gap);
}

static const char *ordinal_suffix(const struct row *r)
{
    if (r->count > 1 && r->list[r->count - 2] == '1')
        return "th";
    switch (r->list[r->count - 1]) {
    case '1': return "st";
    case '2': return "nd";
    case '3': return "rd";
    default: return "th";
    }
}

/* Most numbers of dates have few digits. */
static void put_small(double n, double width, struct buf *out)
{
    char text[16], *at = text + sizeof text;
    int left = (int)n;

    for (; left || at == text + sizeof text; left /= 10)
        *--at = (char)('0' + left % 10);
    while ((double)(text + sizeof text - at) < width)
        *--at = '0';
    buf_add(out, at, (size_t)(text + sizeof text - at));
}

static void put_padded(const struct picture *p, double n, struct buf *out)
{
    size_t start = out->len, written;
    double width = p->mandatory > MAX_WIDTH ? MAX_WIDTH : p->mandatory;

    if (n < 1e9 && n == floor(n) && width <= 16) {
        put_small(n, width, out);
        return;
    }
    js_number_write(out, n);
    written = out->len - start;
    if (!((double)written < width))
        return;
    out->len = start;
    for (size_t i = written; (double)i < width; i++)
        buf_addc(out, '0');
    js_number_write(out, n);
}

static void picture_put_digits(const struct picture *p, double n, struct buf *out)
{
    struct buf text = {0};
    struct row r = {0};

    if (p->zero == '0' && !p->separator_count && !p->ordinal) {
        put_padded(p, n, out);
        return;
    }
    put_padded(p, n, &text);
    row_read(&r, text.data, text.len);
    for (size_t i = 0; i < r.count; i++)
        r.list[i] += p->zero - '0';
    put_separators(p, &r);
    row_write(&r, out);
    if (p->ordinal)
        buf_adds(out, ordinal_suffix(&r));
    row_clear(&r);
    buf_clear(&text);
}

static bool refuse_sequence(const struct picture *p, struct fault *why)
{
    fault_text(why, "D3130", p->token, p->token_len);
    return false;
}

bool picture_write(const struct picture *p, double n, struct buf *out, struct fault *why)
{
    size_t start = out->len;
    double size = fabs(n);

    if (p->form == PICTURE_SEQUENCE || (p->form == PICTURE_ROMAN && size > MAX_ROMAN))
        return refuse_sequence(p, why);
    if (n < 0) {
        buf_addc(out, '-');
        start++;
    }
    switch (p->form) {
    case PICTURE_DIGITS: picture_put_digits(p, size, out); return true;
    case PICTURE_LETTERS:
        if (isfinite(n))
            put_letters(out, size, p->letters == PICTURE_UPPER ? 'A' : 'a');
        return true;
    case PICTURE_ROMAN:
        put_roman(out, isnan(n) ? 0 : (int)size);
        put_cased(out, start, p->letters);
        return true;
    case PICTURE_WORDS:
        if (isfinite(n))
            put_words(out, size, false, p->ordinal);
        else
            js_number_write(out, size);
        put_cased(out, start, p->letters);
        return true;
    case PICTURE_SEQUENCE: break;
    }
    return false;
}

/* A double holds all numbers of so many digits. */
enum { EXACT_DIGITS = 15 };

/* The number of the digits that `text` starts with; they may be hexadecimal behind 0x. */
static double leading_digits(const char *text, size_t len)
{
    bool hex = len > 1 && text[0] == '0' && (text[1] | 0x20) == 'x';
    const char *digits = hex ? "0123456789abcdefABCDEF" : "0123456789";
    size_t end = hex ? 2 : 0;
    double n = NAN;

    while (end < len && text[end] && strchr(digits, text[end]))
        end++;
    if (hex || end == 0 || end > EXACT_DIGITS) {
        js_number_read(text, end, &n);
        return n;
    }
    n = 0;
    for (size_t i = 0; i < end; i++)
        n = n * 10 + (text[i] - '0');
    return n;
}

double picture_leading_int(const char *text, size_t len)
{
    size_t i = 0;
    bool negative;

    while (i < len && ascii_is_java_blank(text[i]))
        i++;
    negative = i < len && text[i] == '-';
    if (i < len && (negative || text[i] == '+'))
        i++;
    return negative ? -leading_digits(text + i, len - i) : leading_digits(text + i, len - i);
}

/* Separators that stand in regular places are commas to the reference, whatever the picture says.
 */
static bool is_separator(const struct picture *p, uint32_t cp)
{
    if (p->every)
        return cp == ',';
    for (size_t i = 0; i < p->separator_count; i++)
        if (p->separators[i].character == cp)
            return true;
    return false;
}

static double parse_digits(const struct picture *p, const char *text, size_t len)
{
    struct buf digits = {0};
    struct row r = {0};
    double n;

    if (p->zero == '0' && !p->separator_count && !p->ordinal)
        return picture_leading_int(text, len);
    row_read(&r, text, len);
    if (p->ordinal)
        r.count -= r.count < 2 ? r.count : 2;
    for (size_t i = 0; i < r.count; i++)
        if (!is_separator(p, r.list[i]))
            digits.len += utf8_encode(r.list[i] - p->zero + '0', buf_reserve(&digits, 4));
    n = picture_leading_int(buf_str(&digits), digits.len);
    row_clear(&r);
    buf_clear(&digits);
    return n;
}

bool picture_parse(const struct picture *p, const char *text, size_t len, double *out,
                   struct fault *why)
{
    switch (p->form) {
    case PICTURE_DIGITS: *out = parse_digits(p, text, len); return true;
    case PICTURE_LETTERS:
        *out = parse_letters(text, len, p->letters == PICTURE_UPPER ? 'A' : 'a');
        return true;
    case PICTURE_ROMAN: *out = parse_roman(text, len, p->letters == PICTURE_UPPER); return true;
    case PICTURE_WORDS: *out = parse_words(text, len); return true;
    case PICTURE_SEQUENCE: break;
    }
    return refuse_sequence(p, why);
}

/* ---- the functions ---- */

static bool read_kept(void *p, const char *text, size_t len, struct fault *why)
{
    return picture_read(p, text, len, why);
}

static void clear_kept(void *p)
{
    picture_clear(p);
}

static const struct picture_sort integers = {sizeof(struct picture), read_kept, clear_kept};

bool picture_format_integer(struct buf *out, double n, const char *picture, size_t len,
                            struct pictures *kept, struct fault *why)
{
    const struct picture *p = pictures_get(kept, &integers, picture, len, why);

    return p && picture_write(p, floor(n), out, why);
}

bool picture_parse_integer(const char *text, size_t text_len, const char *picture, size_t len,
                           struct pictures *kept, double *out, struct fault *why)
{
    const struct picture *p = pictures_get(kept, &integers, picture, len, why);

    return p && picture_parse(p, text, text_len, out, why);
}
