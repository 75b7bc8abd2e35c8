/* Files of keys under libFuzzer: each is refused with its place, or has a key that is found again.
 */
#define _GNU_SOURCE /* memfd_create */

#include "runtime/aws/credentials.h"
#include "tests/fuzz/as_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct as_file f = as_file(data, size);
    struct diag why = {0};
    struct sigv4_keys keys = {0}, own = {0};
    credentials *c = credentials_load(f.path, &why), *file = NULL;

    unsetenv("AWS_ACCESS_KEY_ID");
    setenv("AWS_SHARED_CREDENTIALS_FILE", f.path, 1);
    if (!c) {
        must(why.code && why.text && strstr(why.text, f.path), "a refusal names the file");
    } else if (credentials_own(c, &file, &own)) {
        must(*own.access_key && *own.secret_key, "a key is not empty");
        must(credentials_find(c, own.access_key, strlen(own.access_key), &keys),
             "the profile's key is known");
        must(!strcmp(keys.access_key, own.access_key), "as what it is");
        must(!credentials_find(c, own.access_key, strlen(own.access_key) - 1, &keys) ||
                 strlen(keys.access_key) + 1 == strlen(own.access_key),
             "no other key is taken for it");
    }
    credentials_free(file);
    credentials_free(c);
    diag_clear(&why);
    as_file_close(&f);
    return 0;
}
