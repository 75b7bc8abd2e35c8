/* mem, maths, buf, arena, diag, due_heap, pool, utf8, text, percent, case: what everything stands
 * on. */

#include "tests/support/expect.h"

#include "parsers/base/arena.h"
#include "parsers/base/buf.h"
#include "parsers/base/case.h"
#include "parsers/base/due_heap.h"
#include "parsers/base/maths.h"
#include "parsers/base/mem.h"
#include "parsers/base/nearest.h"
#include "parsers/base/percent.h"
#include "parsers/base/pool.h"
#include "parsers/base/text.h"
#include "parsers/base/utf8.h"

#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- maths ---- */

START_TEST(functions_of_libm_are_found)
{
    ck_assert_double_eq(maths_pow(2, 0.5), 1.4142135623730951);
    ck_assert_double_eq(maths_fmod(-5.5, 2), -1.5);
    ck_assert_double_eq(maths_log10(0.001), -3);
    /* What the multiplication alone loses. */
    ck_assert_double_eq(maths_fma(0.1, 10, -1), 0x1p-54);
}
END_TEST

/* ---- mem ---- */

START_TEST(mem)
{
    static const struct {
        size_t have, want;
    } rows[] = {{0, 1}, {8, 9}, {100, 101}, {100, 1000}, {SIZE_MAX / 2, SIZE_MAX / 2 + 1}};
    char *p = mem_alloc(0);
    int *zeros = mem_calloc(3, sizeof(*zeros));

    p = mem_realloc(p, 10);
    ck_assert_int_eq(zeros[0] | zeros[1] | zeros[2], 0);
    mem_free(p);
    mem_free(zeros);
    mem_free(NULL);
    p = mem_strndup("ab\0c", 4);
    expect_bytes("a copy has its NUL behind it", p, 5, "ab\0c", 5);
    mem_free(p);
    p = mem_strdup("abc");
    expect_text("a copy", p, "abc");
    mem_free(p);
    for (size_t i = 0; i < COUNT(rows); i++) {
        ck_assert_uint_ge(mem_grow(rows[i].have, rows[i].want), rows[i].want);
        ck_assert_uint_ge(mem_grow(rows[i].have, rows[i].want), rows[i].have + rows[i].have / 2);
    }
}
END_TEST

START_TEST(memory_in_use)
{
    const size_t before = mem_in_use();
    char *p = mem_alloc(1000), *q = mem_calloc(10, 100), *copy = mem_strdup("abc");

    ck_assert_uint_ge(mem_in_use(), before + 2000);
    p = mem_realloc(p, 1000000);
    ck_assert_uint_ge(mem_in_use(), before + 1001000);
    p = mem_realloc(p, 10);
    ck_assert_uint_lt(mem_in_use(), before + 10000);
    mem_free(p);
    mem_free(q);
    mem_free(copy);
    mem_free(mem_realloc(NULL, 10));
    ck_assert_uint_eq(mem_in_use(), before);
}
END_TEST

/* More pieces than are kept, of all sizes around those that are, twice: the second time many were
 * kept. None may overlap another, and the count is right. */
START_TEST(memory_kept)
{
    enum { SIZES = 200, EACH = 1500 };
    static unsigned char *pieces[SIZES][EACH];
    const size_t before = mem_in_use();

    mem_keep_freed();
    for (int round = 0; round < 2; round++) {
        size_t bytes = 0;
        for (size_t size = 0; size < SIZES; size++)
            for (size_t i = 0; i < EACH; i++) {
                pieces[size][i] = memset(mem_alloc(size), (int)(size ^ i) & 0xff, size);
                bytes += size;
            }
        ck_assert_uint_ge(mem_in_use(), before + bytes);
        for (size_t size = 0; size < SIZES; size++)
            for (size_t i = 0; i < EACH; i++) {
                for (size_t k = 0; k < size; k++)
                    if (pieces[size][i][k] != ((size ^ i) & 0xff))
                        ck_abort_msg("a piece of %zu bytes was given out twice", size);
                mem_free(pieces[size][i]);
            }
        ck_assert_uint_eq(mem_in_use(), before);
    }
}
END_TEST

/* Large blocks of sizes around those that are kept, more of them than are kept at once. */
START_TEST(memory_kept_large)
{
    static const size_t sizes[] = {262143, 262144, 300000, 1 << 20, 4 << 20, 5 << 20, 6 << 20};
    enum { EACH = 4 };
    const size_t before = mem_in_use();

    mem_keep_freed();
    for (size_t round = 0; round < 3 * COUNT(sizes); round++) {
        size_t size = sizes[round % COUNT(sizes)], bytes = 0;
        unsigned char *blocks[EACH];
        for (size_t i = 0; i < EACH; i++) {
            /* One grows into a block that may be kept, as a buffer does. */
            blocks[i] = i % 2 ? mem_realloc(NULL, size) : mem_realloc(mem_alloc(100), size);
            memset(blocks[i], (int)(round + i), size);
            bytes += size;
        }
        ck_assert_uint_ge(mem_in_use(), before + bytes);
        for (size_t i = 0; i < EACH; i++) {
            for (size_t k = 0; k < size; k += 64)
                ck_assert_uint_eq(blocks[i][k], (round + i) & 0xff);
            ck_assert_uint_eq(blocks[i][size - 1], (round + i) & 0xff);
            mem_free(blocks[i]);
        }
        ck_assert_uint_eq(mem_in_use(), before);
    }
}
END_TEST

/* ---- buf ---- */

static const struct {
    int64_t n;
    const char *want;
} ints[] = {
    {0, "0"},
    {-1, "-1"},
    {10, "10"},
    {INT64_MAX, "9223372036854775807"},
    {INT64_MIN, "-9223372036854775808"},
};

START_TEST(buf_int)
{
    struct buf b = {0};

    buf_add_int(&b, ints[_i].n);
    expect_text("an integer", buf_str(&b), ints[_i].want);
    buf_clear(&b);
}
END_TEST

START_TEST(buf_growth)
{
    struct buf b = {0};
    char *taken;

    expect_text("an empty one is an empty string", buf_str(&b), "");
    buf_add(&b, NULL, 0);
    buf_adds(&b, "x=");
    buf_printf(&b, "%d,%s", 12, "abc");
    buf_addc(&b, '!');
    expect_text("what was written", buf_str(&b), "x=12,abc!");
    ck_assert_uint_eq(b.len, 9);
    for (int i = 0; i < 10000; i++)
        buf_addc(&b, 'y');
    buf_printf(&b, "%5000s|", "z");
    ck_assert_uint_eq(b.len, 9 + 10000 + 5001);
    ck_assert_str_eq(buf_str(&b) + b.len - 2, "z|");
    buf_reset(&b);
    buf_adds(&b, "again");
    taken = buf_take(&b);
    expect_text("taken", taken, "again");
    ck_assert_ptr_null(b.data);
    mem_free(taken);
    buf_clear(&b);
}
END_TEST

/* What isn't a regular file is refused at once, though nobody writes to the pipe. */
START_TEST(buf_regular)
{
    char folder[] = "/tmp/check_ground.XXXXXX", path[64];
    struct buf b = {0};
    struct diag why = {0};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    ck_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/pipe", folder);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert(!buf_read_regular(&b, path, 6, &why));
    expect_diag("a pipe", &why, "FILE_KIND", 0, "pipe is a pipe, and only a file can be read here");
    unlink(path);
    ck_assert(!buf_read_regular(&b, folder, 6, &why));
    expect_diag("a folder", &why, "FILE_KIND", 0, "is a folder");
    ck_assert(!buf_read_regular(&b, "/dev/zero", 6, &why));
    expect_diag("a device", &why, "FILE_KIND", 0, "/dev/zero is a device");
    ck_assert(!buf_read_regular(&b, "-", 6, &why));
    expect_diag("standard input", &why, "FILE_KIND", 0, "standard input can't be read again");
    ck_assert(!buf_read_regular(&b, path, 6, &why));
    expect_diag("no such file", &why, "FILE_READ", 0, "No such file");
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert(!buf_read_regular(&b, path, 6, &why));
    expect_diag("a socket", &why, "FILE_READ", 0, "it is no file");
    ck_assert(!buf_read_file(&b, path, 6, &why));
    expect_diag("a socket", &why, "FILE_READ", 0, "it is no file");
    ck_assert(!buf_read_file(&b, "/dev/zero", 6, &why));
    expect_diag("one without end", &why, "FILE_TOO_LARGE", 0, "/dev/zero is larger than 6 bytes");
    ck_assert_uint_eq(b.len, 0);
    close(fd);
    unlink(path);
    ck_assert((fd = open(path, O_CREAT | O_WRONLY, 0600)) >= 0);
    ck_assert_int_eq(write(fd, "text", 4), 4);
    close(fd);
    ck_assert(buf_read_regular(&b, path, 6, &why));
    expect_bytes("a file", b.data, b.len, "text", 4);
    unlink(path);
    rmdir(folder);
    diag_clear(&why);
    buf_clear(&b);
}
END_TEST

START_TEST(buf_file)
{
    char path[] = "/tmp/check_ground.XXXXXX";
    int fd = mkstemp(path);
    struct buf b = {0};
    struct diag why = {0};

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "hel\0lo", 6), 6);
    close(fd);
    buf_adds(&b, ">");
    ck_assert(buf_read_file(&b, path, 6, &why));
    expect_bytes("the file is added", b.data, b.len, ">hel\0lo", 7);
    ck_assert(!buf_read_file(&b, path, 5, &why));
    expect_diag("a file over the limit", &why, "FILE_TOO_LARGE", 0, "larger than 5 bytes");
    expect_bytes("a failure leaves what was there", b.data, b.len, ">hel\0lo", 7);
    unlink(path);
    ck_assert(!buf_read_file(&b, path, 6, &why));
    expect_diag("no such file", &why, "FILE_READ", 0, "No such file");
    ck_assert(!buf_read_file(&b, "/", 6, &why));
    expect_diag("a folder", &why, "FILE_READ", 0, "Is a directory");
    ck_assert(!buf_read_file(&b, path, 6, NULL));
    diag_clear(&why);
    buf_clear(&b);
}
END_TEST

/* ---- arena ---- */

struct release_log {
    int order[3], count;
};

struct release {
    struct release_log *log;
    int number;
};

static void note_release(void *p)
{
    const struct release *r = p;

    r->log->order[r->log->count++] = r->number;
}

START_TEST(arena)
{
    struct arena a = {0};
    struct release_log log = {.count = 0};
    size_t total = 0;

    for (size_t size = 0; size < 200000; size = size * 3 + 1) {
        char *p = arena_alloc(&a, size);

        ck_assert_uint_eq((uintptr_t)p % alignof(max_align_t), 0);
        size_t zeros = 0;
        while (zeros < size && !p[zeros])
            zeros++;
        ck_assert_msg(zeros == size, "memory is zeroed");
        memset(p, 'x', size);
        total += size;
    }
    ck_assert_uint_ge(a.used, total);
    expect_text("a copy", arena_strndup(&a, "abcd", 3), "abc");
    ck_assert_ptr_nonnull(arena_calloc(&a, 3, 7));
    for (int i = 0; i < 3; i++) {
        struct release *r = arena_alloc(&a, sizeof(*r));

        *r = (struct release){&log, i};
        arena_defer(&a, note_release, r);
    }
    arena_clear(&a);
    ck_assert_int_eq(log.count, 3);
    ck_assert_msg(log.order[0] == 2 && log.order[2] == 0, "the latest is released first");
    ck_assert_ptr_null(a.head);
    arena_clear(&a);
}
END_TEST

/* ---- diag ---- */

START_TEST(diag)
{
    struct diag why = {0};

    diag_set(NULL, "X", 1, "nobody asks");
    diag_prefix(NULL, "nobody asks");
    diag_clear(NULL);
    diag_set(&why, "FIRST", 3, "%s %d", "one", 1);
    expect_diag("filled", &why, "FIRST", 3, "one 1");
    diag_set(&why, "SECOND", 4, "was: %s", why.text);
    expect_diag("filled anew from its own text", &why, "SECOND", 4, "was: one 1");
    diag_prefix(&why, "%s: ", "input");
    expect_text("prefixed", why.text, "input: was: one 1");
    diag_clear(&why);
    ck_assert_ptr_null(why.text);
}
END_TEST

static const struct {
    const char *name, *text;
    size_t at;
    uint32_t line, column;
} places[] = {
    {"the first character", "ab", 0, 1, 1},
    {"the end of the text", "ab", 2, 1, 3},
    {"behind the end is the end", "ab", 9, 1, 3},
    {"the next line", "a\nbc", 3, 2, 2},
    {"a line break ends its line", "a\nb", 1, 1, 2},
    {"CR is a character of the line", "a\r\nb", 3, 2, 1},
    {"columns count characters", "\xC3\xA4\xF0\x9F\x98\x80x", 6, 1, 3},
    {"a byte order mark has no column", "\xEF\xBB\xBFx", 3, 1, 1},
};

START_TEST(place)
{
    struct place p = place_of(places[_i].text, strlen(places[_i].text), places[_i].at);

    ck_assert_msg(p.line == places[_i].line && p.column == places[_i].column, "%s: got %u:%u",
                  places[_i].name, p.line, p.column);
}
END_TEST

/* ---- utf8 ---- */

static const struct {
    const char *name, *text;
    size_t good;
} utf8s[] = {
    {"nothing", "", 0},
    {"ASCII", "abcdefghijklmnop", 16},
    {"two bytes, least and most", "\xC2\x80\xDF\xBF", 4},
    {"three bytes, least and most", "\xE0\xA0\x80\xEF\xBF\xBF", 6},
    {"four bytes, least and most", "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF", 8},
    {"around the surrogates", "\xED\x9F\xBF\xEE\x80\x80", 6},
    {"a continuation alone", "ab\x80", 2},
    {"overlong, two bytes", "a\xC0\x80", 1},
    {"overlong, two bytes, C1", "a\xC1\xBF", 1},
    {"overlong, three bytes", "a\xE0\x9F\xBF", 1},
    {"overlong, four bytes", "a\xF0\x8F\xBF\xBF", 1},
    {"a high surrogate", "a\xED\xA0\x80", 1},
    {"a low surrogate", "a\xED\xBF\xBF", 1},
    {"above U+10FFFF", "a\xF4\x90\x80\x80", 1},
    {"F5", "a\xF5\x80\x80\x80", 1},
    {"FF behind eight of ASCII", "abcdefgh\xFF", 8},
    {"cut after one of two", "a\xC3", 1},
    {"cut after two of three", "a\xE2\x82", 1},
    {"cut after three of four", "a\xF0\x9F\x98", 1},
    {"third byte is none", "\xE2\x82x", 0},
    {"fourth byte is none", "\xF0\x9F\x98x", 0},
};

START_TEST(utf8_validity)
{
    size_t good = utf8_valid(utf8s[_i].text, strlen(utf8s[_i].text));

    ck_assert_msg(good == utf8s[_i].good, "%s: %zu good, want %zu", utf8s[_i].name, good,
                  utf8s[_i].good);
}
END_TEST

/* Check tells its parent of each assertion: one for every code point would take seconds. */
START_TEST(utf8_every_code_point)
{
    for (uint32_t cp = 0; cp < 0x110000; cp++) {
        char bytes[4];
        uint32_t back = UINT32_MAX;
        size_t n = utf8_encode(cp, bytes);
        bool surrogate = cp >= 0xD800 && cp < 0xE000;

        bool decoded = utf8_decode(bytes, n, &back) == n && back == cp;
        bool cut = utf8_decode(bytes, n - 1, &back) == 0;
        bool valid = utf8_valid(bytes, n) == (surrogate ? 0 : n);
        bool one = utf8_count(bytes, n) == 1;

        if (!decoded || !cut || !valid || !one)
            ck_abort_msg("U+%04X: decoded %d, cut %d, valid %d, one character %d", cp, decoded, cut,
                         valid, one);
    }
}
END_TEST

static const struct {
    const char *text, *mended; /* by utf8_mend */
    size_t most, cut;
    const char *strictly; /* by utf8_add_mended; NULL: as `mended` */
} cuts[] = {
    {"abc", "abc", 2, 2, NULL},
    {"abc", "abc", 3, 3, NULL},
    {"a\xC3\xA9z", "a\xC3\xA9z", 2, 1, NULL},
    {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80", 3, 0, NULL},
    {"a\xC3", "a\xEF\xBF\xBD", 2, 2, NULL},
    {"\xA9z\xC3\xA9", "\xEF\xBF\xBDz\xC3\xA9", 1, 1, NULL},
    {"\xED\xA0\x80!", "\xED\xA0\x80!", 4, 4, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD!"},
};

START_TEST(utf8_cut_and_mended)
{
    struct buf text = {0}, strictly = {0};
    size_t len = strlen(cuts[_i].text);

    ck_assert_uint_eq(utf8_cut(cuts[_i].text, len, cuts[_i].most), cuts[_i].cut);
    buf_add(&text, cuts[_i].text, len);
    utf8_mend(&text);
    expect_text("mended", buf_str(&text), cuts[_i].mended);
    buf_clear(&text);
    utf8_add_mended(&strictly, cuts[_i].text, len);
    expect_text("mended strictly", buf_str(&strictly),
                cuts[_i].strictly ? cuts[_i].strictly : cuts[_i].mended);
    buf_clear(&strictly);
}
END_TEST

static const struct {
    const char *name, *text, *part;
    bool begins, ends, in_any_case;
} parts[] = {
    {"both", "ab.ab", "ab", true, true, true},
    {"the beginning", ".sync:2", ".sync", true, false, false},
    {"the end", "invoke.sync", ".sync", false, true, true},
    {"the end in capitals", "a.JSON", ".json", false, false, true},
    {"the whole text", "ab", "ab", true, true, true},
    {"more than there is", "b", "ab", false, false, false},
    {"nothing is at both ends", "ab", "", true, true, true},
    {"of an empty text", "", "a", false, false, false},
};

START_TEST(text_parts)
{
    const char *text = parts[_i].text, *part = parts[_i].part;
    size_t len = strlen(text);

    ck_assert_msg(text_begins_with(text, part) == parts[_i].begins &&
                      text_n_begins_with(text, len, part) == parts[_i].begins,
                  "%s: begins", parts[_i].name);
    ck_assert_msg(text_ends_with(text, part) == parts[_i].ends &&
                      text_n_ends_with(text, len, part) == parts[_i].ends,
                  "%s: ends", parts[_i].name);
    ck_assert_msg(text_ends_with_any_case(text, part) == parts[_i].in_any_case,
                  "%s: ends in any case", parts[_i].name);
}
END_TEST

static const struct {
    const char *name, *text, *trimmed;
} trims[] = {
    {"no blanks", "a", "a"},
    {"each of the four", " \t\r\n a b \n\r\t ", "a b"},
    {"nothing but blanks", " \n ", ""},
    {"nothing", "", ""},
    {"a form feed is none of JSON's", "\f a\v", "\f a\v"},
};

START_TEST(text_trim)
{
    const char *text = trims[_i].text;
    size_t len = strlen(text);

    text_trim_json_blanks(&text, &len);
    expect_bytes(trims[_i].name, text, len, trims[_i].trimmed, strlen(trims[_i].trimmed));
}
END_TEST

/* Which of the 256 bytes each kind of blank takes. */
START_TEST(blanks)
{
    for (int c = 0; c < 256; c++) {
        bool four = c && strchr(ASCII_JSON_BLANKS, c), line = c == ' ' || c == '\t';
        bool java = four || c == '\f' || c == '\v';

        ck_assert_msg(ascii_is_json_blank(c) == four && ascii_is_line_blank(c) == line &&
                          ascii_is_java_blank(c) == java,
                      "byte %d", c);
    }
}
END_TEST

static const struct {
    const char *name, *a, *b;
    int want;
} orders[] = {
    {"equal", "abc", "abc", 0},
    {"empty first", "", "a", -1},
    {"a prefix first", "ab", "abc", -1},
    {"by byte in ASCII", "abd", "abc", 1},
    {"two bytes behind one", "\xC3\xA4", "z", 1},
    {"within a character's second byte", "x\xC3\xA4", "x\xC3\xA5", -1},
    {"U+FFFD behind U+1F600", "\xEF\xBF\xBD", "\xF0\x9F\x98\x80", 1},
    {"U+E000 behind U+10FFFF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF", 1},
    {"U+D7FF before U+10000", "\xED\x9F\xBF", "\xF0\x90\x80\x80", -1},
    {"above U+FFFF by code point", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x81", -1},
    {"a lone high before its pair", "\xED\xA0\xBD", "\xF0\x9F\x98\x80", -1},
    {"a pair apart is like its character", "\xED\xA0\xBD\xED\xB8\x80", "\xF0\x9F\x98\x80", 0},
    {"a lone low behind a pair", "\xED\xB0\x80", "\xF0\x9F\x98\x80", 1},
};

START_TEST(utf16_order)
{
    const char *a = orders[_i].a, *b = orders[_i].b;
    int there = utf8_compare_utf16(a, strlen(a), b, strlen(b));
    int back = utf8_compare_utf16(b, strlen(b), a, strlen(a));

    ck_assert_msg(there == orders[_i].want && back == -orders[_i].want, "%s: got %d and %d back",
                  orders[_i].name, there, back);
}
END_TEST

static const struct {
    const char *name, *want, *best;
} nears[] = {
    {"a letter left out", "StringEqual", "StringEquals"},
    {"another case", "stringequals", "StringEquals"},
    {"letters turned", "Nxet", "Next"},
    {"the right word", "Next", "Next"},
    {"another word", "Frobnicate", NULL},
    {"the first letter left out", "tringEquals", "StringEquals"},
    {"a word that begins and goes on otherwise", "Fest", NULL},
    {"nothing", "", NULL},
};

START_TEST(nearest_name)
{
    struct nearest n = {.want = nears[_i].want, .len = strlen(nears[_i].want)};

    nearest_offer(&n, "Next");
    nearest_offer(&n, "StringEquals");
    nearest_offer(&n, "StringEqualsPath");
    expect_text(nears[_i].name, n.best, nears[_i].best);
}
END_TEST

/* ---- percent ---- */

static const struct {
    const char *name, *plain, *encoded, *with_slashes;
} percents[] = {
    {"nothing", "", "", ""},
    {"unreserved characters stay", "aZ09-._~", "aZ09-._~", "aZ09-._~"},
    {"the rest of ASCII is encoded", " !%+\x7f", "%20%21%25%2B%7F", "%20%21%25%2B%7F"},
    {"each byte of a character", "\xC3\xA4", "%C3%A4", "%C3%A4"},
    {"slashes may stay", "a/b", "a%2Fb", "a/b"},
};

START_TEST(percent)
{
    const char *name = percents[_i].name, *plain = percents[_i].plain;
    struct buf encoded = {0}, slashes = {0}, back = {0};

    percent_encode(&encoded, plain, strlen(plain), false);
    expect_text(name, buf_str(&encoded), percents[_i].encoded);
    percent_encode(&slashes, plain, strlen(plain), true);
    expect_text(name, buf_str(&slashes), percents[_i].with_slashes);
    ck_assert_msg(percent_decode(&back, encoded.data, encoded.len), "%s: there and back", name);
    expect_bytes(name, buf_str(&back), back.len, plain, strlen(plain));
    buf_clear(&encoded);
    buf_clear(&slashes);
    buf_clear(&back);
}
END_TEST

static const struct {
    const char *name, *text;
    int byte;
} escapes[] = {
    {"two digits", "%2f", 0x2F},
    {"capitals", "%FFx", 0xFF},
    {"NUL", "%00", 0},
    {"one digit is cut off", "%2", -1},
    {"a letter that is none", "%2g", -1},
    {"no percent sign", "a2f", -1},
    {"nothing", "", -1},
};

START_TEST(percent_escape)
{
    const char *text = escapes[_i].text;
    struct buf out = {0};

    ck_assert_msg(percent_byte(text, strlen(text)) == escapes[_i].byte, "%s", escapes[_i].name);
    ck_assert_msg(percent_decode(&out, text, strlen(text)) ==
                      (escapes[_i].byte >= 0 || text[0] != '%'),
                  "%s: decoded", escapes[_i].name);
    buf_clear(&out);
}
END_TEST

/* ---- due_heap ---- */

enum { WAITING = 500 };

struct alarm {
    struct due_node due;
    struct due_key key;
};

static bool is_later(const struct due_key *a, const struct due_key *b)
{
    if (a->due_ms != b->due_ms)
        return a->due_ms > b->due_ms;
    return a->order != b->order ? a->order > b->order : a->index > b->index;
}

/* The first of the heap is the first of all that are in it. */
static void expect_first(const struct due_heap *h, const struct alarm *all)
{
    const struct alarm *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < WAITING; i++) {
        if (!all[i].due.place)
            continue;
        count++;
        if (!first || is_later(&first->key, &all[i].key))
            first = &all[i];
    }
    ck_assert_uint_eq(h->count, count);
    ck_assert_ptr_eq(due_heap_first(h), first ? &first->due : NULL);
    ck_assert_int_eq(due_heap_next_ms(h), first ? first->key.due_ms : INT64_MAX);
}

/* Keys are few, so that many are due together; what is set, moved and taken out is any of them. */
START_TEST(due_heap)
{
    static struct alarm all[WAITING];
    struct due_heap h = {0};
    uint32_t chance = 1;

    expect_first(&h, all);
    for (int i = 0; i < 10000; i++) {
        chance = chance * 1664525 + 1013904223;
        struct alarm *a = &all[(chance >> 8) % WAITING];
        a->key = (struct due_key){(int64_t)(chance >> 20) % 40 - 20, chance % 3, (uint32_t)i};
        if (i % 3 == 2)
            due_heap_remove(&h, &a->due);
        else
            due_heap_set(&h, &a->due, a->key);
        expect_first(&h, all);
    }
    for (struct due_node *n; (n = due_heap_first(&h));) {
        due_heap_remove(&h, n);
        expect_first(&h, all);
    }
    due_heap_set(&h, &all[7].due, all[7].key);
    due_heap_empty(&h);
    expect_first(&h, all);
    due_heap_clear(&h);
}
END_TEST

/* ---- pool ---- */

/* More than a pool keeps: each piece is its user's alone, and comes as zeros however it was left.
 */
START_TEST(pool)
{
    enum { PIECES = POOL_SPARE + 100, BYTES = 24 };
    static const unsigned char zeros[BYTES];
    static unsigned char *all[PIECES];
    struct pool p = {.size = BYTES};

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < PIECES; i++) {
            all[i] = pool_take(&p);
            ck_assert_mem_eq(all[i], zeros, BYTES);
            memset(all[i], i % 255 + 1, BYTES);
        }
        for (int i = 0; i < PIECES; i++) {
            ck_assert_int_eq(all[i][0], i % 255 + 1);
            ck_assert_int_eq(all[i][BYTES - 1], i % 255 + 1);
        }
        for (int i = 0; i < PIECES; i++)
            pool_give(&p, all[i]);
        ck_assert_uint_le(p.count, POOL_SPARE);
    }
    pool_give(&p, NULL);
    size_t before = mem_in_use(), spare = p.count;
    pool_clear(&p);
    ck_assert_uint_eq(p.count, 0);
    ck_assert(spare == 0 || mem_in_use() < before);
}
END_TEST

/* ---- case ---- */

static const struct {
    const char *name, *text, *upper, *lower;
} cases[] = {
    {"ASCII", "Hello, World", "HELLO, WORLD", "hello, world"},
    {"sharp s",
     "stra\xC3\x9F"
     "e",
     "STRASSE",
     "stra\xC3\x9F"
     "e"},
    {"a ligature", "\xEF\xAC\x83", "FFI", "\xEF\xAC\x83"},
    {"I with a dot", "\xC4\xB0", "\xC4\xB0", "i\xCC\x87"},
    {"a final sigma", "\xCE\x91\xCE\xA3", "\xCE\x91\xCE\xA3", "\xCE\xB1\xCF\x82"},
    {"a sigma between", "\xCE\x91\xCE\xA3.\xCE\x91", "\xCE\x91\xCE\xA3.\xCE\x91",
     "\xCE\xB1\xCF\x83.\xCE\xB1"},
    {"a sigma alone", "\xCE\xA3", "\xCE\xA3", "\xCF\x83"},
    {"beyond U+FFFF", "\xF0\x90\x90\xA8", "\xF0\x90\x90\x80", "\xF0\x90\x90\xA8"},
    {"a lone surrogate stays",
     "\xED\xA0\x80"
     "a",
     "\xED\xA0\x80"
     "A",
     "\xED\xA0\x80"
     "a"},
};

START_TEST(letter_case)
{
    struct buf upper = {0}, lower = {0};

    case_upper(&upper, cases[_i].text, strlen(cases[_i].text), NULL);
    case_lower(&lower, cases[_i].text, strlen(cases[_i].text), NULL);
    expect_text(cases[_i].name, buf_str(&upper), cases[_i].upper);
    expect_text(cases[_i].name, buf_str(&lower), cases[_i].lower);
    buf_clear(&upper);
    buf_clear(&lower);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("ground");
    TCase *t = tcase_create("ground");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, mem);
    tcase_add_test(t, memory_in_use);
    tcase_add_test(t, memory_kept);
    tcase_add_test(t, memory_kept_large);
    tcase_add_test(t, functions_of_libm_are_found);
    tcase_add_loop_test(t, buf_int, 0, COUNT(ints));
    tcase_add_test(t, buf_growth);
    tcase_add_test(t, buf_file);
    tcase_add_test(t, buf_regular);
    tcase_add_test(t, arena);
    tcase_add_test(t, diag);
    tcase_add_test(t, due_heap);
    tcase_add_test(t, pool);
    tcase_add_loop_test(t, place, 0, COUNT(places));
    tcase_add_loop_test(t, nearest_name, 0, COUNT(nears));
    tcase_add_loop_test(t, utf8_validity, 0, COUNT(utf8s));
    tcase_add_test(t, utf8_every_code_point);
    tcase_add_loop_test(t, percent, 0, COUNT(percents));
    tcase_add_loop_test(t, percent_escape, 0, COUNT(escapes));
    tcase_add_loop_test(t, utf8_cut_and_mended, 0, COUNT(cuts));
    tcase_add_loop_test(t, text_parts, 0, COUNT(parts));
    tcase_add_loop_test(t, text_trim, 0, COUNT(trims));
    tcase_add_test(t, blanks);
    tcase_add_loop_test(t, utf16_order, 0, COUNT(orders));
    tcase_add_loop_test(t, letter_case, 0, COUNT(cases));
    suite_add_tcase(s, t);
    return run_suite(s);
}
