#ifndef ASL_REPORT_QUOTA_H
#define ASL_REPORT_QUOTA_H

/*
 * The quotas of the States Language and of AWS's service, each of them once (Developer Guide,
 * "Quotas", and the API's model). They are macros of plain numbers so that messages and help can
 * quote them: QUOTA_TEXT(QUOTA_NAME) is "80". Bounds that protect the process are not AWS's, and
 * stand where they are kept.
 */
#define QUOTA_TEXT(quota) QUOTA_TEXT_(quota)
#define QUOTA_TEXT_(number) #number

/* ---- definitions ---- */

#define QUOTA_DEFINITION 1048576     /* bytes, as JSON */
#define QUOTA_NAME 80                /* characters: machines, executions, states, variables, … */
#define QUOTA_LABEL 40               /* characters: the Label of a Map */
#define QUOTA_SECONDS 99999999       /* TimeoutSeconds and its like; MaxAttempts, too */
#define QUOTA_RETRY_DELAY_S 31622400 /* MaxDelaySeconds of a retrier: 366 days */
#define QUOTA_MAP_ITEMS 100000000    /* MaxItems of an ItemReader */
#define QUOTA_CALL_DEPTH 10          /* intrinsic calls within one another */
#define QUOTA_RANGE 1000             /* items that States.ArrayRange makes */
#define QUOTA_ENCODED 10000          /* characters for States.Base64… and States.Hash */

/* ---- executions ---- */

#define QUOTA_DATA 262144                /* bytes of JSON text: input, output, result, a variable */
#define QUOTA_VARIABLES 10485760         /* bytes of all variables of an execution */
#define QUOTA_EVENTS 25000               /* of a Standard execution's history */
#define QUOTA_ERROR 256                  /* characters of an error's name */
#define QUOTA_CAUSE 32768                /* characters */
#define QUOTA_LOCATION 256               /* characters of the place of a JSONata expression */
#define QUOTA_OPEN_DAYS 365              /* that a Standard execution may run */
#define QUOTA_EXPRESS_MS 300000          /* that an Express one may */
#define QUOTA_WAIT_DAYS 24855            /* of one Wait: 2^31 seconds */
#define QUOTA_REDRIVABLE_DAYS 14         /* after the end */
#define QUOTA_MAP_REDRIVES 1000          /* of one Map Run */
#define QUOTA_INLINE_ITERATIONS 40       /* of an inline Map, at a time */
#define QUOTA_DISTRIBUTED_CHILDREN 10000 /* of a distributed Map, at a time */

/* ---- the API ---- */

#define QUOTA_ARN 256                /* characters, where the API's model has no more */
#define QUOTA_LONG_ARN 2000          /* of versions and Map Runs */
#define QUOTA_DESCRIPTION 256        /* characters, of versions and aliases */
#define QUOTA_TAGS 50                /* of one resource */
#define QUOTA_TAG_KEY 128            /* characters */
#define QUOTA_TAG_VALUE 256          /* characters */
#define QUOTA_TASK_TOKEN 2048        /* characters */
#define QUOTA_PAGE 1000              /* items of one page */
#define QUOTA_PAGE_TOKEN 1024        /* characters */
#define QUOTA_LONG_PAGE_TOKEN 3096   /* characters, of ListExecutions */
#define QUOTA_PAGE_TOKEN_MS 86400000 /* that a token for the next page is good for */
#define QUOTA_OPEN_EXECUTIONS 1000000
#define QUOTA_OPEN_MAP_RUNS 1000
#define QUOTA_ACTIVITIES 100000
#define QUOTA_POLLERS 1000  /* workers that wait at one activity */
#define QUOTA_POLL_MS 60000 /* that GetActivityTask waits */
#define QUOTA_VERSIONS 1000 /* of one machine */
#define QUOTA_ALIASES 100   /* of one machine */
#define QUOTA_TEST_STATE_MS 300000

#endif
