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

struct command_spec {
    const char *name; /* "key create" */
    const char *summary;
    const char *operands; /* for the help; "" none */
    const struct option_spec *options;
    size_t n_options;
    size_t n_operands; /* exactly */
    const char *notes; /* shown after the options; may be NULL */
    enum exit_code (*run)(const struct args *);
};

enum { OPTIONS_MAX = 40, OPERANDS_MAX = 4 };

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

/* One request; false: the server could not be reached (said). */
bool client_ask(struct client *client, const char *method, struct str target, const char *company,
                struct str body, struct answer *ret);

/* Prints the problem in an answer and gives its exit code. */
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

/* ---- commands ---- */

extern const struct command_spec command_serve, command_import, command_export, command_key_create,
    command_key_list, command_key_revoke, command_key_rotate, command_slots, command_book,
    command_check, command_audit, command_backup, command_restore, command_person_find,
    command_person_export, command_person_erase, command_demo, command_generate;

#endif
