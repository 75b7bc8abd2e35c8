/*
 * Texts that are no definitions. HCL, the language of Terraform's own files, isn't read, but must
 * be known: much of it is a plain scalar of YAML, and one with "${" in it might become anything.
 */

#include "parsers/base/ascii.h"
#include "tools/template/template.h"

#include <string.h>
#include <strings.h>

static bool foreign_is_word(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

/* Returns what is behind blanks and comments: # and // go up to the end of the line, the others
 * from slash and star to star and slash. */
static const char *skip_comments(const char *p, const char *end)
{
    while (p < end) {
        bool line = *p == '#' || (end - p > 1 && p[0] == '/' && p[1] == '/');
        bool block = end - p > 1 && p[0] == '/' && p[1] == '*';
        if (!ascii_is_json_blank(*p) && !line && !block)
            break;
        if (block) {
            for (p += 2; p < end && !(p[-1] == '*' && *p == '/'); p++)
                continue;
            p += p < end;
        } else if (line) {
            while (p < end && *p != '\n')
                p++;
        } else {
            p++;
        }
    }
    return p;
}

static const char *skip_line_blanks(const char *p, const char *end)
{
    while (p < end && ascii_is_line_blank(*p))
        p++;
    return p;
}

/* "label" or a word; NULL: neither. */
static const char *skip_label(const char *p, const char *end)
{
    const char *start = p;

    if (p < end && *p == '"') {
        for (p++; p < end && *p != '"' && *p != '\n'; p++)
            continue;
        return p < end && *p == '"' ? p + 1 : NULL;
    }
    while (p < end && foreign_is_word(*p))
        p++;
    return p > start ? p : NULL;
}

/* Returns whether the text begins as each file in HCL does, with `type "label" … {` or `name =
 * value`. YAML has a colon there, and JSON a brace at once. */
static bool begins_so(const char *p, const char *end)
{
    if (p < end && *p == '"')
        return false;
    for (size_t i = 0; i < 8; i++) {
        const char *next = skip_line_blanks(p, end);
        if (i && next < end && *next == '{')
            return true;
        if (i == 1 && next < end && *next == '=' && (next + 1 == end || next[1] != '='))
            return true;
        if (!(p = skip_label(next, end)))
            return false;
    }
    return false;
}

static bool path_has_ending(const char *name)
{
    static const char *const endings[] = {".tf", ".tfvars", ".tofu", ".hcl"};
    size_t len = strlen(name);

    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t n = strlen(endings[i]);
        if (len > n && strcasecmp(name + len - n, endings[i]) == 0)
            return true;
    }
    return false;
}

bool template_is_hcl(const char *name, const char *text, size_t len)
{
    const char *end = text + len, *start = len ? skip_comments(text, end) : end;

    return path_has_ending(name) || (start < end && begins_so(start, end));
}

/* A key of YAML has a colon behind it, and then a blank or the end of the line. */
bool template_may_be_mapping(const char *name, const char *text, size_t len)
{
    const char *end = text + len, *p = text;

    if (document_format(name, text, len) == DOCUMENT_JSON)
        return true;
    while (p < end && ascii_is_json_blank(*p))
        p++;
    if (p == end)
        return true;
    for (; (p = memchr(p, ':', (size_t)(end - p))) != NULL; p++)
        if (p + 1 == end || ascii_is_json_blank(p[1]))
            return true;
    return false;
}
