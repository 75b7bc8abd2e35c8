/*
 * Scripts that complete command lines in bash, zsh and fish, made from the tables of options, so
 * that no option is forgotten. What may follow an option is known by its argument as --help shows
 * it: see option_argument.
 */

#include "tools/completion.h"

#include <stdio.h>
#include <string.h>

/* Prints the alternatives of an argument like "real|virtual", with `between` them. */
static void print_words(const char *argument, const char *between)
{
    for (const char *c = argument; *c; c++) {
        if (*c == '|')
            fputs(between, stdout);
        else
            putchar(*c);
    }
}

/*
 * Prints a help text inside single quotes on one line, with a backslash before what is special to
 * the shell's completion. A single quote ends the quotes, stands escaped, and begins them again.
 */
static void print_help_text(const char *text, const char *special)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'') {
            fputs("'\\''", stdout);
            continue;
        }
        if (strchr(special, *c))
            putchar('\\');
        putchar(*c == '\n' ? ' ' : *c);
    }
}

/* ---- bash ---- */

/* "run:--input | run:-i" */
static void bash_pattern(const struct cmd *c, const struct option_row *r)
{
    printf("    %s:--%s", c->name, r->name);
    if (r->letter)
        printf(" | %s:-%c", c->name, r->letter);
    fputs(") ", stdout);
}

/* The cases of a command's options that take an argument: what may come next. */
static void bash_arguments(const struct cmd *c)
{
    const struct option_row *r;

    for (size_t i = 0; (r = option_row_at(c->options, i, NULL)); i++) {
        enum option_argument kind = option_argument(r);
        if (kind == TAKES_NOTHING)
            continue;
        bash_pattern(c, r);
        switch (kind) {
        case TAKES_NOTHING: break;
        case TAKES_TEXT: fputs("return ;;\n", stdout); break;
        case TAKES_WORDS:
            fputs("_asl_words '", stdout);
            print_words(r->argument, " ");
            fputs("'; return ;;\n", stdout);
            break;
        case TAKES_FILE: fputs("_asl_files; return ;;\n", stdout); break;
        case TAKES_INPUT: fputs("_asl_input; return ;;\n", stdout); break;
        }
    }
}

/* The cases of a command's words that begin with a dash, and, if it takes files, of all others. */
static void bash_options(const struct cmd *c)
{
    const struct option_row *r;

    printf("    %s:-*) _asl_words '", c->name);
    for (size_t i = 0; (r = option_row_at(c->options, i, NULL)); i++)
        printf("--%s ", r->name);
    fputs("--help' ;;\n", stdout);
    if (c->options->files)
        printf("    %s:*) _asl_files ;;\n", c->name);
}

/* bash splits words at '=' and '@' before it calls us, so --input=@FILE arrives in pieces, which
 * the first two `case` put together again. */
static void print_bash(const struct cmd *commands, size_t count)
{
    fputs("# bash completion of asl\n\n"
          "_asl_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n"
          "_asl_files() { mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); }\n"
          "# To readline it is no file's name: quotes and the slash of a folder are made here.\n"
          "_asl_input() {\n"
          "    local path\n"
          "    [[ $cur == @* ]] || return\n"
          "    compopt +o filenames 2>/dev/null\n"
          "    while read -r path; do\n"
          "        [ ! -d \"$path\" ] || { path+=/; compopt -o nospace 2>/dev/null; }\n"
          "        COMPREPLY+=(\"@$(printf %q \"$path\")\")\n"
          "    done < <(compgen -f -- \"${cur#@}\")\n"
          "}\n\n"
          "_asl() {\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    COMPREPLY=()\n"
          "    # =, @ and =@ are words of their own in COMP_WORDS; what is replaced begins with "
          "the @.\n"
          "    case $cur in\n"
          "    =) cur= ;;\n"
          "    =@) cur=@ ;;\n"
          "    esac\n"
          "    case $prev in\n"
          "    @ | =@) cur=@$cur; _asl_input; return ;;\n"
          "    =) prev=${COMP_WORDS[COMP_CWORD - 2]} ;;\n"
          "    esac\n"
          "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
          "        _asl_words '",
          stdout);
    for (size_t i = 0; i < count; i++)
        printf("%s ", commands[i].name);
    fputs("--help --version'\n"
          "        return\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]}:$prev in\n",
          stdout);
    for (size_t i = 0; i < count; i++)
        bash_arguments(&commands[i]);
    fputs("    esac\n"
          "    case ${COMP_WORDS[1]}:$cur in\n",
          stdout);
    for (size_t i = 0; i < count; i++)
        bash_options(&commands[i]);
    fputs("    esac\n"
          "}\n"
          "complete -o filenames -F _asl asl\n",
          stdout);
}

/* ---- zsh ---- */

/* "--clock[help]:real|virtual:(real virtual)", each quoted. */
static void zsh_spec(const char *dashes, const char *name, const struct option_row *r)
{
    enum option_argument kind = option_argument(r);

    printf(" \\\n        '%s%s%s[", dashes, name,
           kind == TAKES_NOTHING ? ""
           : dashes[1]           ? "="
                                 : "+");
    print_help_text(r->help, "[]:\\");
    putchar(']');
    if (kind != TAKES_NOTHING) {
        putchar(':');
        print_help_text(r->argument, ":\\");
        putchar(':');
    }
    switch (kind) {
    case TAKES_NOTHING:
    case TAKES_TEXT: break;
    case TAKES_WORDS:
        putchar('(');
        print_words(r->argument, " ");
        putchar(')');
        break;
    case TAKES_FILE: fputs("_files", stdout); break;
    case TAKES_INPUT: fputs("_asl_input", stdout); break;
    }
    putchar('\'');
}

/* One call of _arguments, with a specification for each option and each letter. */
static void zsh_command(const struct cmd *c)
{
    const struct option_row *r;

    printf("    %s)\n        _arguments -s", c->name);
    for (size_t i = 0; (r = option_row_at(c->options, i, NULL)); i++) {
        zsh_spec("--", r->name, r);
        if (r->letter)
            zsh_spec("-", (char[]){r->letter, '\0'}, r);
    }
    printf(" \\\n        '(- *)--help[this text]'%s ;;\n",
           c->options->files ? " '*:file:_files'" : "");
}

/* After the subcommand is known, `words` is shifted so that _arguments sees its options as if it
 * were a program of its own. */
static void print_zsh(const struct cmd *commands, size_t count)
{
    fputs("#compdef asl\n\n"
          "_asl_input() { compset -P @ && _files }\n\n"
          "_asl() {\n"
          "    local -a commands\n"
          "    commands=(",
          stdout);
    for (size_t i = 0; i < count; i++) {
        printf("\n        '%s:", commands[i].name);
        print_help_text(commands[i].summary, ":\\");
        putchar('\'');
    }
    fputs(")\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe command commands\n"
          "        compadd -- --help --version\n"
          "        return\n"
          "    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "    case $command in\n",
          stdout);
    for (size_t i = 0; i < count; i++)
        zsh_command(&commands[i]);
    fputs("    esac\n"
          "}\n\n"
          "_asl \"$@\"\n",
          stdout);
}

/* ---- fish ---- */

/* -x: an argument that is no file's name; -r -F: one that is. */
static void fish_option(const struct cmd *c, const struct option_row *r)
{
    printf("complete -c asl -n '__fish_seen_subcommand_from %s' -l %s", c->name, r->name);
    if (r->letter)
        printf(" -s %c", r->letter);
    switch (option_argument(r)) {
    case TAKES_NOTHING: break;
    case TAKES_TEXT: fputs(" -x", stdout); break;
    case TAKES_WORDS:
        fputs(" -x -a '", stdout);
        print_words(r->argument, " ");
        putchar('\'');
        break;
    case TAKES_FILE: fputs(" -r -F", stdout); break;
    case TAKES_INPUT: fputs(" -x -a '(_asl_input)'", stdout); break;
    }
    fputs(" -d '", stdout);
    print_help_text(r->help, "\\");
    fputs("'\n", stdout);
}

static void print_fish(const struct cmd *commands, size_t count)
{
    fputs("# fish completion of asl\n\n"
          "function _asl_input\n"
          "    set -l word (commandline -ct)\n"
          "    string match -q -- '@*' $word; or return\n"
          "    for path in (__fish_complete_path (string sub -s 2 -- $word))\n"
          "        echo @$path\n"
          "    end\n"
          "end\n\n"
          "complete -c asl -f\n"
          "complete -c asl -n __fish_use_subcommand -l help -d 'what asl does'\n"
          "complete -c asl -n __fish_use_subcommand -l version -d 'which version this is'\n",
          stdout);
    for (size_t i = 0; i < count; i++) {
        const struct cmd *c = &commands[i];
        const struct option_row *r;

        printf("\ncomplete -c asl -n __fish_use_subcommand -a %s -d '", c->name);
        print_help_text(c->summary, "\\");
        fputs("'\n", stdout);
        if (c->options->files)
            printf("complete -c asl -n '__fish_seen_subcommand_from %s' -F\n", c->name);
        for (size_t j = 0; (r = option_row_at(c->options, j, NULL)); j++)
            fish_option(c, r);
        printf("complete -c asl -n '__fish_seen_subcommand_from %s' -l help -d 'this text'\n",
               c->name);
    }
}

bool completion_print(const char *shell, const struct cmd *commands, size_t count)
{
    static const struct {
        const char *shell;
        void (*print)(const struct cmd *commands, size_t count);
    } scripts[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        if (strcmp(shell, scripts[i].shell) == 0) {
            scripts[i].print(commands, count);
            return true;
        }
    }
    return false;
}
