#ifndef RUNTIME_SERVE_SERVICE_H
#define RUNTIME_SERVE_SERVICE_H

#include "runtime/api/api.h"
#include "runtime/host/host.h"
#include "runtime/serve/service_files.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The whole server: a store, a host with its engine and handlers, the API, and what stands on the
 * port. service_run opens all of it, serves until it is told to stop, and closes it again. When the
 * store fails meanwhile, it waits for the store and begins anew on the same port. What happens is
 * told to the hooks of the options; the service itself writes nothing but the log of executions.
 */
typedef struct service service;

enum service_news_kind {
    SERVICE_STORE_RIGHTS,   /* others than its owner have `rights` on the store's file */
    SERVICE_STORE_DAMAGED,  /* a page of the store's file was found damaged; the rest is served */
    SERVICE_STORE_REFUSED,  /* the store goes on without what it could not take */
    SERVICE_STORE_AWAY,     /* the store can't be written; nothing is done until it can be */
    SERVICE_STORE_BACK,     /* it can be written again */
    SERVICE_EXECUTION_LOST, /* the record of `execution` is damaged and set apart */
    SERVICE_RECORD_SPOILED, /* a record of the API is damaged: `text` says what was done without */
    SERVICE_LOG_FAILED,     /* the log of executions can't be written, or can be again */
    SERVICE_STOPPING,       /* `calls` of handlers may take until the end of `drain_ms` */
    SERVICE_CUT_OFF,        /* calls of handlers that still run are cut off */
};

/* One thing that whoever runs the server may want to know. A look. */
struct service_news {
    enum service_news_kind kind;
    const char *text;      /* what went wrong; NULL: nothing did */
    const char *execution; /* SERVICE_EXECUTION_LOST: its ARN */
    unsigned rights;       /* SERVICE_STORE_RIGHTS: bits of its mode */
    size_t calls;          /* SERVICE_STOPPING */
};

/* Each may be NULL, and is called from the loop. */
struct service_hooks {
    void (*tell)(void *user, const struct service_news *news);
    /* A handler has written `line` to its stderr for `execution` (an ARN, or NULL). */
    void (*handler_line)(void *user, int64_t now_ms, const char *execution, const char *line);
    /* An execution that is no test has failed or timed out. */
    void (*failed)(void *user, int64_t now_ms, const rt_exec *x);
    /* SIGHUP has come. */
    void (*hung_up)(void *user);
    /* Returns the lines that the receiver of the above could not write, for the metrics. */
    uint64_t (*lost_lines)(void *user);
    /*
     * What the store has is loaded, and the port is not open yet. `again`: this process has been
     * ready before. False ends the service; *why stays empty where the hook has said the reason.
     */
    bool (*begin)(void *user, host *h, api *a, bool again, struct diag *why);
    /* The port is open. */
    void (*ready)(void *user, uint16_t port);
    /*
     * After `begin`, whatever it returned: the host is about to be closed, or waits for the store
     * first. What was opened in its loop has to begin closing, and must call neither the host nor
     * the API any more. `ended` is called when all handles are closed.
     */
    void (*end)(void *user);
    void (*ended)(void *user);
};

/* Texts and what is pointed to are looked at as long as the service lives. */
struct service_options {
    const char *store; /* a name that stores_open takes; NULL: state is in memory */
    enum store_durability durability;
    int64_t store_retry_ms; /* between looks whether a store that failed is back; 0: 5,000 */

    struct service_paths files;      /* read by service_new and service_reload */
    struct credentials *credentials; /* the keys of files.credentials; NULL: requests need none */
    const char *log;                 /* for the log of executions; "-": stdout; NULL: none */

    const char *address; /* numeric */
    uint16_t port;       /* 0: a free one */
    bool any_host;       /* requests for whatever host, as struct api_server_options has it */
    bool public_metrics; /* /metrics is for whoever reaches the port */
    bool console;        /* the console is served */
    bool public_console; /* its files, which tell nothing, are for whoever reaches the port */

    struct host_options host; /* its hooks, and those of its handlers, are the service's own */
    struct api_config api;    /* so are these, and what is served */
    double wait_scale;        /* as engine_scale_waits */
    int64_t drain_ms;         /* how long calls of handlers may take to end once it is to stop */

    struct service_hooks hooks;
    void *user; /* of the hooks */
};

/* Reads the files of handlers and routes, which may be pipes. NULL with *why filled. */
service *service_new(const struct service_options *options, struct diag *why);
void service_free(service *s);

enum service_end {
    SERVICE_STOPPED, /* by SIGTERM or SIGINT; answers that were owed have gone out */
    SERVICE_GAVE_UP, /* it was told to stop while it waited for its store */
    SERVICE_REFUSED, /* something could not be opened, or the store is damaged: *why */
};

/*
 * Opens everything, serves until it is told to stop, and closes everything, whatever happened. The
 * first SIGTERM or SIGINT lets calls of handlers and answers end, the next one does not.
 */
enum service_end service_run(service *s, struct diag *why);
/*
 * Reads handlers, routes and credentials again, regular files only, and opens the log anew. The new
 * contents take effect together, or not at all; running calls end as they began. `read` gains the
 * names of the files. False with *why filled: only the log was opened anew. To be called from a
 * hook.
 */
bool service_reload(service *s, struct buf *read, struct diag *why);

#endif
