/* The command line: words in, a request to the API, words out.
 *
 *  Y1  A command is a request like any other: it goes to the running server's private socket, or,
 *      when none runs, to the API in this process. Reads never take the lock.
 *  Y2  People first: tables, and colour only on a terminal; --json gives the API's own answer.
 *  Y3  Exit codes: 0 done, 1 failed, 2 wrong usage, 4 refused by a conflict or rule, 5 not found,
 *      6 findings present. */
#ifndef INTERLOCK_CLI_H
#define INTERLOCK_CLI_H

#include "api/api.h"
#include "codec/json_in.h"

#include <stdio.h>

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_REFUSED = 4,
    EXIT_NOT_FOUND = 5,
    EXIT_FINDINGS = 6,
};

/* ---- arguments (args.c) ---- */

struct option_spec {
    const char *name;  /* without the dashes */
    const char *value; /* what it takes, for the help; NULL: a flag */
    const char *help;
    bool is_required;
};

struct args;
struct request_spec;

/* What people want when they look for a command. */
enum command_group {
    GROUP_COMPANY, /* and the keys to it */
    GROUP_RUNNING,
    GROUP_BOOKING,
    GROUP_CALENDAR,
    GROUP_PEOPLE,
    GROUP_TROUBLE,
    COMMAND_GROUPS
};

/* Options that mean the same on every command that takes them: bits of command_spec.with. */
enum common_options {
    WITH_COMPANY = 1 << 0, /* --db and --company */
    WITH_JSON = 1 << 1,
    WITH_DRY_RUN = 1 << 2,
    WITH_VERSION = 1 << 3,
    WITH_BODY = 1 << 4,
    WITH_PAGES = 1 << 5,
    WITH_REASON = 1 << 6,
    WITH_OVERRIDE = 1 << 7,
    WITH_HOUSE = 1 << 8,   /* the property */
    WITH_CLIENT = 1 << 9,  /* whom it is for, and notes */
    WITH_VISIT = 1 << 10,  /* services or minutes */
    WITH_WINDOW = 1 << 11, /* days that are looked at */
    WITH_TIMES = 1 << 12,  /* of an absence */
    WITH_SEARCH = 1 << 13, /* how starts are chosen */
    ASKS = WITH_COMPANY | WITH_JSON,
    CHANGES = ASKS | WITH_DRY_RUN | WITH_BODY,
};

struct command_spec {
    const char *name; /* "key create" */
    enum command_group group;
    const char *summary;
    const char *operands; /* for the help; "" none */
    const struct option_spec *options;
    size_t n_options;
    unsigned with;     /* common options, after its own */
    size_t n_operands; /* at most */
    size_t n_optional; /* the last ones, which may be left out */
    const char *notes; /* shown after the options; may be NULL */
    enum exit_code (*run)(const struct args *);
    const struct request_spec *request; /* of request_run */
};

/* A command's own options, counted by the compiler. */
#define OPTIONS(...)                                        \
    .options = (const struct option_spec[]){ __VA_ARGS__ }, \
    .n_options = sizeof((const struct option_spec[]){ __VA_ARGS__ }) / sizeof(struct option_spec)

enum { OPTIONS_MAX = 64, OPERANDS_MAX = 4 };

struct args {
    const struct command_spec *command;
    const char *values[OPTIONS_MAX]; /* by option; "" for a flag that was given */
    const char *operands[OPERANDS_MAX];
    size_t n_operands;
};

/* Fills *ret and returns true, or has said on stderr what is wrong. --help is handled here too:
 * *ret_done is then true. */
bool args_parse(const struct command_spec *command, int argc, char **argv, struct args *ret,
                bool *ret_done);
const char *args_get(const struct args *args, const char *name); /* NULL: not given */
bool args_has(const struct args *args, const char *name);
/* The i-th option that a command takes, its own and then the common ones; NULL: no more. */
const struct option_spec *command_option(const struct command_spec *command, size_t i);
bool args_whole(const struct args *args, const char *name, int64_t min, int64_t max,
                int64_t *ret); /* false: said what is wrong; untouched when absent */

/* ---- reaching the API (client.c) ---- */

struct client;

/* What a command does with its file when no server runs. To write takes the file's lock; a file
 * that is not there is made, and an empty one filled, by FILE_CREATE alone, which puts things back
 * as they were when nothing is committed: neither a mistyped name nor a refused import leaves
 * anything behind. FILE_TRY, of a dry run, has memory in its place. */
enum file_use { FILE_READ, FILE_WRITE, FILE_CREATE, FILE_TRY };

/* NULL: said what is wrong. */
struct client *client_open(const char *db, enum file_use use);
void client_close(struct client *client);

struct answer {
    int status;
    struct buf body; /* own */
};

struct request {
    const char *method;
    struct str target;
    const char *company;
    const char *if_match; /* NULL: none */
    const char *hold;     /* whose own time counts as free; NULL: none */
    struct str body;
};

/* One request; false: the server could not be reached (said). */
bool client_send(struct client *client, const struct request *request, struct answer *ret);
bool client_ask(struct client *client, const char *method, struct str target, const char *company,
                struct str body, struct answer *ret);

/* Prints the problem in an answer, what is in the way and what is free instead, and gives its exit
 * code. */
enum exit_code answer_problem(const struct answer *answer);
/* --json: the body as it is. */
void answer_print(const struct answer *answer);

struct str percent_encode(struct arena *arena, struct str text);
bool file_read(const char *path, size_t limit, struct buf *ret); /* "-" is stdin; false: said */
void complain(const char *format, ...) IL_PRINTF(1, 2);          /* "interlock: ..." on stderr */
bool open_store(const char *db, enum file_use use, struct store **ret); /* false: said */
/* FILE.sock, FILE being what links lead to, in a form that fits a socket address; "" when there is
 * no such directory or it cannot be opened. */
struct str socket_path(struct arena *arena, const char *file, int *ret_dir);

/* ---- words on the terminal (term.c) ---- */

const char *term_bold(void); /* "" when stdout is no terminal */
const char *term_plain(void);

/* ---- long work (progress.c) ----
 *
 * A line on stderr, on a terminal only, written twice a second from half a second on, and gone when
 * the work is done. */

struct progress;

struct progress *progress_start(const char *doing); /* NULL: nobody looks */
/* From any thread: how far of how much; both in pages or pieces, shown as a percentage. */
void progress_at(struct progress *progress, int64_t done, int64_t of);
void progress_end(struct progress *progress); /* accepts NULL */

/* ---- the commands (commands.c) and what is written about them ---- */

const struct command_spec *command_at(size_t i); /* NULL: no more */
/* What the words name, and how many of them; NULL when they name no command. */
const struct command_spec *command_find(int n_words, char **words, int *ret_taken);
const char *group_title(enum command_group group);

void help_command(struct buf *out, const struct command_spec *command);   /* help.c */
void help_overview(struct buf *out);                                      /* help.c */
bool help_family(struct buf *out, const char *word);                      /* false: none */
void manual_command(struct buf *out, const struct command_spec *command); /* manual.c */
void manual_overview(struct buf *out);                                    /* manual.c */
void manual_markdown(struct buf *out);                                    /* manual.c */

extern const char interlock_version[];

/* Families of commands, each a table. */
struct command_table {
    const struct command_spec *at;
    size_t n;
};

extern const struct command_table commands_of_orders, commands_of_calendars, commands_of_absences,
    commands_of_trouble, commands_of_keys, commands_of_settings, commands_of_help;
extern const struct command_spec command_serve, command_import, command_export, command_key_create,
    command_check, command_audit, command_backup, command_restore, command_person_find,
    command_person_export, command_person_erase, command_demo, command_generate;

#endif
