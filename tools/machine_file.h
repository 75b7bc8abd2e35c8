#ifndef TOOLS_MACHINE_FILE_H
#define TOOLS_MACHINE_FILE_H

#include "asl/asl.h"
#include "tools/template/placeholders.h"
#include "tools/template/template.h"

#include <stdbool.h>

/*
 * The one definition that a command is to run: FILE, which may be - for standard input, or
 * FILE#MACHINE when the file is a template with several. Placeholders are filled in; of those that
 * stay, the names are told.
 */
struct machine_file {
    const char *command;        /* of asl, for messages */
    const char *argument;       /* as it was given */
    const char *purpose;        /* what a wrong one is not: "drawn"; NULL: "run" */
    struct placeholders *given; /* values for placeholders */
    const char *color;          /* of problems: --color */
    bool quiet;                 /* says nothing but what is wrong */
    /* Is called with the definition once it is compiled. NULL: nobody wants to see it. */
    void (*seen)(void *user, const struct template_taken *taken, const asl_machine *m);
    void *user;
    /* Hears of each file before it is read. NULL: nobody does. */
    void (*reads)(void *reads_user, const char *path);
    void *reads_user;
    /* What is found: */
    asl_machine *machine;
    json *name; /* of the machine: of its file, or in its template */
};

/* Reads and compiles the definition. False after a message. machine_file_clear is needed in any
 * case. */
bool machine_file_load(struct machine_file *f);
void machine_file_clear(struct machine_file *f);

/* The message for a file in HCL, Terraform's language. */
#define HCL_UNREAD                                                                                 \
    "HCL isn't read: have Terraform write the plan as JSON, which is: terraform plan -out=plan "   \
    "&& "                                                                                          \
    "terraform show -json plan > plan.json"

/* Returns the name of a machine by its file's, as "order" for "machines/order.asl.json". Bytes that
 * are no UTF-8 become U+FFFD, as the name goes into JSON. */
json *machine_file_name(const char *path);

#endif
