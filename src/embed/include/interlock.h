/* Interlock inside a program: the HTTP API without a server.
 *
 * A program opens a store, loads a company and asks; paths, queries, bodies and answers are those
 * of the HTTP API (api/openapi.yaml). Link with `pkg-config --cflags --libs interlock`; examples
 * stand in examples/c.
 *
 *  Threads    All functions may be called from several threads at once on one handle, but for
 *             interlock_close, which must be the last call on it. What two threads ask for is
 *             decided one after the other, as over HTTP: of two bookings of one time one is
 *             refused.
 *  Ownership  What a function takes is borrowed until it returns. What it returns is the caller's:
 *             a handle until interlock_close, an answer until interlock_free. Nothing is to be
 *             freed by free().
 *  Texts      are UTF-8 and end with a NUL.
 *  Errors     A refusal is an answer with its status and a problem document. Where there can be no
 *             answer, a function says so in an interlock_error. When memory runs out the process
 *             is aborted, and so it is when a law of the library does not hold: a bug of ours.
 *  Processes  A file belongs to one process at a time. After fork() only the parent may go on with
 *             a handle. SIGXFSZ, if it has its default action, is ignored from the first file on,
 *             so that a limit of file size is an error and not the end of the process. */
#ifndef INTERLOCK_H
#define INTERLOCK_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define INTERLOCK_API __attribute__((visibility("default")))
#else
#define INTERLOCK_API
#endif

/* A store that is open, and the one writer of it. */
struct interlock;

/* Filled in by a function that failed, and untouched otherwise. `text` is a sentence for people. */
struct interlock_error {
    char text[1024];
};

enum interlock_level { INTERLOCK_INFO, INTERLOCK_WARN, INTERLOCK_ERROR };

/* New members come at the end, and all zero means what there was before them. */
struct interlock_options {
    size_t size;         /* sizeof(struct interlock_options) */
    size_t memory_bytes; /* the most that companies' calendars may take; 0: 1 GiB */
    /* What an operator should read: faults of the disk above all. From any thread, also while the
     * caller waits in a function of this file, so it may call none of them. NULL: nothing is said.
     * `line` is borrowed until it returns. */
    void (*log)(void *context, enum interlock_level level, const char *line);
    void *context; /* handed to log */
};

/* The version of the library: "1.2.3". Lives as long as the process. */
INTERLOCK_API const char *interlock_version(void);

/* Opens a database file, which is made when it is not there and removed again when nothing was
 * loaded into it; with NULL a store in memory, gone when it is closed. `options` may be NULL.
 * Returns NULL and fills in *error (which may be NULL) when the file cannot be used: it is held by
 * another process (a server, say), it is no database of Interlock's or one of a later version, its
 * directory is not there, or the options are of a version that is not known. */
INTERLOCK_API struct interlock *interlock_open(const char *file,
                                               const struct interlock_options *options,
                                               struct interlock_error *error);

/* Loads a company document (docs/company-document.md): a company that is not there is made, one
 * that is there is changed to what the document says, and what it does not name stays. All or
 * nothing, and durable when it returns. False fills in *error (which may be NULL): the words name
 * the place in the document. To remove what a document does not name, or to see what would happen,
 * ask for POST /local/import with `prune=true` or `dryRun=true`. */
INTERLOCK_API bool interlock_load(struct interlock *interlock, const char *document,
                                  struct interlock_error *error);

/* What was answered. */
struct interlock_answer {
    int status;       /* as of HTTP: 200, 201, 404, 409 */
    const char *body; /* JSON; "" when the answer has none */
    size_t body_bytes;
};

/* Asks what an administrator of `company` would ask over HTTP, and waits for the answer, which is
 * durable when it comes. `target` is a path with its query, percent-encoded as in an address;
 * `body` is JSON, or NULL for none. No key is needed, and no Idempotency-Key. `company` may be NULL
 * where a path is of none (/healthz, /openapi.json). Never NULL. Status 503 with the code
 * outcome_unknown says that the store had to stop (`GET /readyz` says so too): close it and open it
 * again. */
INTERLOCK_API struct interlock_answer *interlock_ask(struct interlock *interlock,
                                                     const char *company, const char *method,
                                                     const char *target, const char *body);

struct interlock_header {
    const char *name, *value;
};

/* The same with headers, an array that ends with a name of NULL; NULL: none. With
 * `Authorization: Bearer SECRET` the key decides about company, role and brand as it does over
 * HTTP, changes need an Idempotency-Key, and `company` is ignored. */
INTERLOCK_API struct interlock_answer *interlock_send(struct interlock *interlock,
                                                      const char *company, const char *method,
                                                      const char *target, const char *body,
                                                      const struct interlock_header *headers);

/* A header of the answer, such as "ETag" or "Interlock-Seq", letters in either case; NULL when it
 * has none of that name. Lives as long as the answer. */
INTERLOCK_API const char *interlock_header(const struct interlock_answer *answer, const char *name);

/* Frees an answer, also after its store was closed. Accepts NULL. */
INTERLOCK_API void interlock_free(struct interlock_answer *answer);

/* Closes the store: what was answered is on the disk. Accepts NULL. */
INTERLOCK_API void interlock_close(struct interlock *interlock);

#ifdef __cplusplus
}
#endif

#endif
