/* Why a text is not YAML: what libyaml objects to, in words that say how to mend it. */

#include "parsers/yaml/yaml_impl.h"

#include "parsers/base/utf8.h"

/*
 * libyaml compares each %TAG line with all those before it, so their number squared is its work: it
 * is bounded before libyaml sees the text.
 */
enum { MAX_TAG_LINES = 100 };

/* ---- before libyaml looks ---- */

static bool refuse_control(struct yaml_reader *r, size_t at, unsigned c)
{
    return yaml_refuse(r, at, "YAML_SYNTAX",
                       "the control character U+%04X can't stand in YAML; in double quotes it is "
                       "written \\u%04x",
                       c, c);
}

/*
 * YAML 1.1, and libyaml, end lines at these three as well; 1.2 takes them for text, as JSON does. A
 * text that would mean one thing here and another elsewhere is not read.
 */
static bool refuse_break(struct yaml_reader *r, size_t at, unsigned c)
{
    return yaml_refuse(r, at, "YAML_SYNTAX",
                       "the character U+%04X ends a line in some versions of YAML; in double "
                       "quotes it is written \\u%04x",
                       c, c);
}

/* Lines that look like %TAG within a block of text count as well: libyaml is not asked here. */
static bool check_directives(struct yaml_reader *r)
{
    const char *at = r->text + r->start, *end = r->text + r->len;

    for (int tags = 0; at && end - at >= 4; at = memchr(at, '\n', (size_t)(end - at))) {
        at += *at == '\n';
        if (end - at >= 4 && !memcmp(at, "%TAG", 4) && ++tags > MAX_TAG_LINES)
            return yaml_refuse(r, (size_t)(at - r->text), "YAML_SYNTAX",
                               "more than %d lines begin with %%TAG", MAX_TAG_LINES);
    }
    return true;
}

bool yaml_check_text(struct yaml_reader *r)
{
    size_t good = utf8_valid(r->text, r->len);

    if (good < r->len)
        return yaml_refuse(r, good, "JSON_UTF8", "byte 0x%02x is not valid UTF-8 here",
                           (unsigned char)r->text[good]);
    for (size_t i = r->start; i < r->len; i++) {
        unsigned char c = (unsigned char)r->text[i];
        uint32_t cp;

        if ((c >= 0x20 && c < 0x7F) || c == '\t' || c == '\n' || c == '\r')
            continue;
        if (c < 0x80)
            return refuse_control(r, i, c);
        i += utf8_decode(r->text + i, r->len - i, &cp) - 1;
        if (cp == 0x85 || cp == 0x2028 || cp == 0x2029)
            return refuse_break(r, i - (cp == 0x85 ? 1 : 2), cp);
        if (cp < 0xA0)
            return refuse_control(r, i - 1, cp);
        if (cp == 0xFFFE || cp == 0xFFFF)
            return refuse_control(r, i - 2, cp);
    }
    return check_directives(r);
}

/* ---- behind ---- */

/*
 * libyaml has two marks: where it stopped, and where what it was reading began. Each row says which
 * of them a person has to look at.
 */
enum where { AT_PROBLEM, AT_CONTEXT };

/*
 * libyaml's own messages are stable, and here they are the keys: the first row that fits both its
 * problem and its context is taken, so rows for one problem stand before those that take any. The
 * last row takes all.
 */
/* `context` NULL: any. `began`: what it is that began at the context's mark, if that helps. */
static const struct objection {
    const char *problem, *context, *sentence, *began;
    enum where where;
} objections[] = {
    {"did not find expected key", NULL,
     "expected a key in the same column as the others, or the end (is all text with ': ', ' #' or "
     "quotes in it quoted?)",
     "a mapping", AT_PROBLEM},
    {"did not find expected '-' indicator", NULL,
     "expected '-' in the same column as the others, or the end", "a sequence", AT_PROBLEM},
    {"did not find expected ',' or ']'", NULL, "expected ',' or ']'", "a sequence", AT_PROBLEM},
    {"did not find expected ',' or '}'", NULL, "expected ',' or '}'", "a mapping", AT_PROBLEM},
    {"did not find expected node content", NULL, "expected a value", NULL, AT_PROBLEM},
    {"did not find expected <document start>", NULL,
     "the value of the whole text has ended before this: check the indentation, and quote a text "
     "that has quotes or brackets in it",
     NULL, AT_PROBLEM},
    {"mapping values are not allowed in this context", NULL,
     "a ':' can't stand here: quote a text that has ': ' in it, and begin the keys of a mapping in "
     "one column",
     NULL, AT_PROBLEM},
    {"mapping keys are not allowed in this context", NULL, "a '? ' can't stand here", NULL,
     AT_PROBLEM},
    {"block sequence entries are not allowed in this context", NULL,
     "a '- ' can't stand here: a sequence begins on a line of its own", NULL, AT_PROBLEM},
    {"could not find expected ':'", NULL,
     "expected ': ' behind this key, on the same line (a longer key takes '? ' before it)", NULL,
     AT_CONTEXT},
    {"found unexpected end of stream", NULL, "the text ends within quotes", "the quoted text",
     AT_PROBLEM},
    {"found unexpected document indicator", NULL,
     "'---' or '...' at the start of a line ends the text within quotes", "the quoted text",
     AT_PROBLEM},
    {"found unknown escape character", NULL,
     "there is no such escape in double quotes; a backslash itself is written \\\\, or use single "
     "quotes",
     NULL, AT_PROBLEM},
    {"did not find expected hexdecimal number", NULL,
     "the escape takes hexadecimal digits: two behind \\x, four behind \\u, eight behind \\U", NULL,
     AT_PROBLEM},
    {"found invalid Unicode character escape code", NULL,
     "this escape is no character; YAML has no pairs like JSON's \\ud83d\\ude00: write the "
     "character itself, or \\U0001f600",
     NULL, AT_PROBLEM},
    {"did not find expected comment or line break", NULL,
     "the text of a block begins on the line below '|' or '>'", NULL, AT_PROBLEM},
    {"found a tab character where an indentation space is expected", NULL,
     "a tab can't indent in YAML: use blanks", NULL, AT_PROBLEM},
    {"found a tab character that violates indentation", NULL,
     "a tab can't indent in YAML: use blanks", NULL, AT_PROBLEM},
    {"found an indentation indicator equal to 0", NULL,
     "the digit behind '|' or '>' is from 1 to 9: by how many blanks its text is indented", NULL,
     AT_PROBLEM},
    {"found unexpected ':'", NULL, "a ':' can't stand here: quote the text that it is in", NULL,
     AT_PROBLEM},
    {"did not find expected alphabetic or numeric character", "while scanning an alias",
     "'*' begins an alias, as in *name: quote a text that begins with it", NULL, AT_CONTEXT},
    {"did not find expected alphabetic or numeric character", "while scanning an anchor",
     "'&' begins an anchor, as in &name: quote a text that begins with it", NULL, AT_CONTEXT},
    {"found undefined tag handle", NULL,
     "'!' begins a tag, and this one is not known: quote a text that begins with it", NULL,
     AT_PROBLEM},
    {"found duplicate %YAML directive", NULL, "a second %YAML", NULL, AT_PROBLEM},
    {"found duplicate %TAG directive", NULL, "a second %TAG for the same name", NULL, AT_PROBLEM},
    {"found incompatible YAML document", NULL, "the version in %YAML is not 1.1 or 1.2", NULL,
     AT_PROBLEM},
    {"input is too long", NULL, "the text is too long", NULL, AT_PROBLEM},
    /* What else can be wrong in some place. */
    {NULL, "while scanning a directive", "a line that begins with '%' is %YAML 1.2 or a %TAG", NULL,
     AT_CONTEXT},
    {NULL, "while scanning a %YAML directive", "a line that begins with %YAML is %YAML 1.2", NULL,
     AT_CONTEXT},
    {NULL, "while parsing a %TAG directive", "%TAG takes a name and a prefix", NULL, AT_CONTEXT},
    {NULL, "while scanning a %TAG directive", "%TAG takes a name and a prefix", NULL, AT_CONTEXT},
    {NULL, "while scanning a tag directive", "%TAG takes a name and a prefix", NULL, AT_CONTEXT},
    {NULL, "while parsing a tag directive", "%TAG takes a name and a prefix", NULL, AT_CONTEXT},
    {NULL, "while scanning a tag",
     "'!' begins a tag, but this is none: quote a text that begins "
     "with it",
     NULL, AT_CONTEXT},
    {NULL, "while parsing a tag",
     "'!' begins a tag, but this is none: quote a text that begins "
     "with it",
     NULL, AT_CONTEXT},
    {NULL, "while scanning a block scalar",
     "behind '|' or '>' there may be '+' or '-', a digit "
     "from 1 to 9, and a comment; the text begins on the next line",
     NULL, AT_PROBLEM},
    {NULL, NULL, "this is not YAML", NULL, AT_PROBLEM},
};

static bool yaml_explain_is(const char *have, const char *want)
{
    return !want || (have && !strcmp(have, want));
}

static const struct objection *yaml_explain_find(const yaml_parser_t *parser)
{
    const struct objection *o = objections;

    while (!yaml_explain_is(parser->problem, o->problem) ||
           !yaml_explain_is(parser->context, o->context))
        o++;
    return o;
}

/* "found character that cannot start any token" */
static void explain_start(struct yaml_reader *r, size_t at)
{
    uint32_t cp = 0;

    utf8_decode(r->text + at, r->len - at, &cp);
    if (cp == '\t')
        yaml_refuse(r, at, "YAML_SYNTAX", "a tab can't indent in YAML: use blanks");
    else
        yaml_refuse(r, at, "YAML_SYNTAX", "a text can't begin with '%c' in YAML: quote it",
                    (char)cp);
}

void yaml_explain(struct yaml_reader *r, const yaml_parser_t *parser)
{
    size_t at = yaml_offset(r, parser->problem_mark);
    const struct objection *o;
    struct place began;

    if (parser->error == YAML_MEMORY_ERROR) {
        yaml_refuse(r, r->start, "JSON_TOO_LARGE", "there is no memory to read the text");
        return;
    }
    if (parser->problem &&
        !strcmp(parser->problem, "found character that cannot start any token")) {
        explain_start(r, at);
        return;
    }
    o = yaml_explain_find(parser);
    began = place_of(r->text, r->len, yaml_offset(r, parser->context_mark));
    if (o->where == AT_CONTEXT)
        at = yaml_offset(r, parser->context_mark);
    if (o->began)
        yaml_refuse(r, at, "YAML_SYNTAX", "%s; %s began at line %u, column %u", o->sentence,
                    o->began, (unsigned)began.line, (unsigned)began.column);
    else
        yaml_refuse(r, at, "YAML_SYNTAX", "%s", o->sentence);
}
