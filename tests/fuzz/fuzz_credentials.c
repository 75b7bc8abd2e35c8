/*
 * Files of keys and profiles under libFuzzer: each is refused with its place, or has a key that is
 * found again. Whoever is found to give us keys has all that is needed to be asked.
 */
#define _GNU_SOURCE /* memfd_create */

#include "runtime/aws/own_keys.h"
#include "tests/fuzz/as_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_source(const struct key_source *s)
{
    must(s->id != NULL, "a source has an id");
    switch (s->way) {
    case KEY_AT_HAND: must(*s->keys.access_key && *s->keys.secret_key, "a key is not empty"); break;
    case KEY_OF_ROLE:
        must(*s->role != 0, "a role has a name");
        check_source(s->source);
        break;
    case KEY_BY_TOKEN: must(*s->role && *s->token_file, "a token is in a file"); break;
    case KEY_BY_PROCESS: must(*s->command != 0, "a process has a line"); break;
    case KEY_CONTAINER:
    case KEY_METADATA: must(*s->url != 0, "a server is somewhere"); break;
    }
}

static void check_own(const char *path, credentials *c)
{
    own_keys *own = own_keys_new();
    struct key_plan *plan;

    setenv("AWS_SHARED_CREDENTIALS_FILE", c ? "/nonexistent" : path, 1);
    setenv("AWS_CONFIG_FILE", path, 1);
    plan = own_keys_find(own, c, 0);
    if (plan->source)
        check_source(plan->source);
    if (c && plan->simple) {
        const char *key = plan->simple->keys.access_key;
        struct sigv4_keys found;

        must(credentials_find(c, key, strlen(key), &found), "the profile's key is known");
        must(!strcmp(found.access_key, key), "as what it is");
        must(!credentials_find(c, key, strlen(key) - 1, &found) ||
                 strlen(found.access_key) + 1 == strlen(key),
             "no other key is taken for it");
    }
    must(!plan->source || !plan->wrong, "nothing is wrong with what is found");
    own_keys_free(own);
    key_plan_unref(plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct as_file f = as_file(data, size);
    struct diag why = {0};
    credentials *c = credentials_load(f.path, &why);

    unsetenv("AWS_ACCESS_KEY_ID");
    must(c || (why.code && why.text && strstr(why.text, f.path)), "a refusal names the file");
    check_own(f.path, c);
    check_own(f.path, NULL);
    credentials_free(c);
    diag_clear(&why);
    as_file_close(&f);
    return 0;
}
