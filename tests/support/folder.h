#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

/* A folder of its own for the files of a test, beneath TMPDIR. */
struct folder {
    char path[64], file[96]; /* file: "asl.db" in it, which nobody has made */
};

void folder_make(struct folder *f);
/* With all files in it. */
void folder_remove(const struct folder *f);

#endif
