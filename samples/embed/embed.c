/* Runs greeting.asl.json inside this program, which does the work of its Task itself. */

#include <asl.h>
#include <stdio.h>
#include <string.h>

/* Refuses the first try, so that the machine has something to retry. */
static void work(void *user, asl_engine *e, const struct asl_task_call *task)
{
    (void)user;
    printf("%s, try %u: %s\n", task->state, task->attempt + 1, task->parameters);
    if (task->attempt == 0)
        asl_task_fail(e, task->id, "Busy", "come back later");
    else
        asl_task_succeed(e, task->id, "\"Hello, Ada!\"", NULL);
}

int main(int argc, char **argv)
{
    char text[4096];
    FILE *file = argc > 1 ? fopen(argv[1], "r") : stdin;
    size_t len = file ? fread(text, 1, sizeof text, file) : 0;
    asl_definition *d = asl_definition_new("greeting", text, len);
    asl_engine *e = asl_engine_new(&(struct asl_engine_options){.run_task = work});
    const char *why = "";
    asl_execution *x = asl_start(e, d, "{\"name\": \"Ada\"}", NULL, &why);

    fputs(asl_definition_problems(d), stderr);
    /* A virtual clock: where a server would wait until asl_next_due, time jumps there. */
    for (int64_t now_ms = 0; x && now_ms != ASL_NEVER; now_ms = asl_next_due(e)) {
        printf("%5lld ms\n", (long long)now_ms);
        asl_advance(e, now_ms);
    }
    if (x)
        puts(asl_execution_output(x) ? asl_execution_output(x) : asl_execution_cause(x));
    else
        fprintf(stderr, "embed: %s\n", why);
    asl_engine_free(e);
    asl_definition_free(d);
    return x ? 0 : 2;
}
