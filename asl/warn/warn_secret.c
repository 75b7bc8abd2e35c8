/* Keys, tokens and passwords, by their forms and by the names they stand under. */

#include "asl/warn/warn_impl.h"

#include "parsers/base/count.h"
#include "parsers/base/text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- by form ---- */

static bool warn_secret_is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

static size_t word_length(const char *text)
{
    size_t n = 0;

    while (warn_secret_is_word(text[n]))
        n++;
    return n;
}

/* The least that any form has, and that a secret by its name has: most texts have less. */
enum { SHORTEST_FORM = 20, SHORTEST = 8 };

/* Heads that the makers of keys chose for being found; and how long the whole is at least. */
static const struct {
    const char *head;
    size_t least, most;
    const char *what;
} forms[] = {
    {"AKIA", 20, 20, "an access key of AWS"}, {"ASIA", 20, 20, "an access key of AWS"},
    {"ghp_", 40, 255, "a token of GitHub"},   {"gho_", 40, 255, "a token of GitHub"},
    {"ghs_", 40, 255, "a token of GitHub"},   {"github_pat_", 60, 255, "a token of GitHub"},
    {"glpat-", 26, 255, "a token of GitLab"}, {"xoxb-", 30, 255, "a token of Slack"},
    {"xoxp-", 30, 255, "a token of Slack"},   {"sk_live_", 24, 255, "a key of Stripe"},
    {"rk_live_", 24, 255, "a key of Stripe"}, {"AIza", 39, 39, "an API key of Google"},
    {"npm_", 40, 40, "a token of npm"},
};

/* In documentation keys have EXAMPLE in them. */
static bool is_example(const char *word, size_t len)
{
    for (size_t i = 0; i + 7 <= len; i++)
        if (strncasecmp(word + i, "example", 7) == 0)
            return true;
    return false;
}

/* Looks at the words that are long enough. A character that ends a word rules out all that begin
 * up to it, so where the last of SHORTEST_FORM characters is one, none of them is read. */
static const char *known_form(const char *text, size_t len)
{
    if (len < SHORTEST_FORM)
        return NULL;
    if (strstr(text, "-----BEGIN ") && strstr(text, "PRIVATE KEY-----"))
        return "a private key";
    for (size_t i = 0, n; i + SHORTEST_FORM <= len; i += n) {
        for (n = SHORTEST_FORM; n > 0 && warn_secret_is_word(text[i + n - 1]);)
            n--;
        if (n)
            continue;
        n = word_length(text + i);
        for (size_t k = 0; k < COUNT(forms); k++)
            if (n >= forms[k].least && n <= forms[k].most &&
                strncmp(text + i, forms[k].head, strlen(forms[k].head)) == 0 &&
                !is_example(text + i, n))
                return forms[k].what;
    }
    return NULL;
}

/* ---- by name ---- */

enum { LONGEST_NAME = 64 };

/* "clientSecret", "client_secret" and "CLIENT-SECRET" are one name. Returns its length; 0: it is
 * longer than any that is looked for. */
static size_t warn_secret_plain_name(const char *name, char plain[LONGEST_NAME])
{
    size_t n = 0;

    for (; *name; name++) {
        if (!isalnum((unsigned char)*name))
            continue;
        if (n == LONGEST_NAME)
            return 0;
        plain[n++] = (char)tolower((unsigned char)*name);
    }
    return n;
}

/* A value as it stands: neither a placeholder nor a path, nor what tells where the secret is. What
 * the first characters tell comes first, and searches last, as most texts are none. */
static bool is_literal(const char *text)
{
    size_t letters = 0, digits = 0;

    if (*text == '$' || *text == '<' || *text == '{' || strncmp(text, "arn:", 4) == 0)
        return false;
    for (const char *p = text; *p; p++) {
        if (*p == '/' || isspace((unsigned char)*p))
            return false;
        letters += isalpha((unsigned char)*p) != 0;
        digits += isdigit((unsigned char)*p) != 0;
    }
    return letters && digits && letters + digits >= SHORTEST && !strstr(text, "${") &&
           !strstr(text, "{{") && !is_example(text, strlen(text));
}

/* "Bearer 5f2b…", "Basic dXNlcjpw…" */
static bool is_credential(const char *text)
{
    static const char *const schemes[] = {"Bearer ", "Basic ", "Token "};

    if (!strchr(text, ' '))
        return is_literal(text);
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
            return is_literal(text + strlen(schemes[i]));
    return false;
}

static const char *warn_secret_by_name(const char *name, const char *text)
{
    static const char *const names[] = {"password",     "passwd", "secretkey",   "secretaccesskey",
                                        "clientsecret", "apikey", "accesstoken", "privatekey"};

    char plain[LONGEST_NAME];

    /* Most texts are neither, and need no look at their names. */
    if (!is_credential(text))
        return NULL;
    bool literal = !strchr(text, ' ');
    size_t len = warn_secret_plain_name(name, plain);
    if (text_n_ends_with(plain, len, "authorization"))
        return "a credential";
    for (size_t i = 0; literal && i < COUNT(names); i++)
        if (text_n_ends_with(plain, len, names[i]))
            return "a secret";
    return NULL;
}

/* ---- all texts ---- */

/* {"Name": "DB_PASSWORD", "Value": …} names its value. */
static const char *warn_secret_name_of(const struct asl_at *at)
{
    const json *name;

    while (at && !at->key)
        at = at->up;
    if (!at)
        return "";
    name = at->up && json_str_is(at->key, "Value") ? json_get(at->up->value, "Name") : NULL;
    return json_str(name && json_is_string(name) ? name : at->key);
}

/* As deep as the definition. The text itself is not told. */
static void warn_secret_look(struct warner *w, const struct asl_at *at)
{
    struct asl_at kid;
    const char *what = NULL;

    if (json_is_string(at->value) && json_str_len(at->value) >= SHORTEST) {
        what = known_form(json_str(at->value), json_str_len(at->value));
        if (!what)
            what = warn_secret_by_name(warn_secret_name_of(at), json_str(at->value));
        if (what)
            warn_at(w, at, ASL_VALUE, "This looks like %s", what);
    }
    for (size_t i = 0; i < json_count(at->value); i++) {
        asl_at_index(at, i, &kid);
        warn_secret_look(w, &kid);
    }
}

void warn_secret(struct warner *w)
{
    warn_secret_look(w, w->top);
}
