/* Results: a fault is a value with words.
 *
 * Three kinds of bad news, three mechanisms (CONTRIBUTING.md): a bug is an assert, a fault is an
 * il_rc with a sentence in il_err, a refusal ("taken") is an answer and comes back with IL_OK. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define IL_MUST                       __attribute__((warn_unused_result))
#define IL_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

enum { IL_ERR_TEXT_BYTES = 512, IL_ERR_FIELD_BYTES = 200 };

/* Five values because callers do five things. */
typedef enum il_rc {
    IL_OK = 0,  /* an answer was given, refusals included */
    IL_INVALID, /* the input breaks the contract; a retry cannot help */
    IL_BUSY,    /* another writer holds the store; may retry */
    IL_IO,      /* disk, socket or database failed; give up, log once */
    IL_LIMIT,   /* a stated upper bound was reached, memory included */
} il_rc;

/* Written once, by whoever saw the fault first. `field` is a JSON pointer or "" and `code` a
 * stable word of the contract ("type", "out_of_range", ...) or "": with IL_INVALID, and
 * where a caller of the desk is to be told which refusal of its own it met. */
struct il_err {
    char text[IL_ERR_TEXT_BYTES];
    char field[IL_ERR_FIELD_BYTES];
    const char *code; /* static string or NULL */
};

/* Writes the words and returns rc, so that a fault is one line: return il_fail(...). */
IL_MUST il_rc il_fail(struct il_err *reterr, il_rc rc, const char *format, ...) IL_PRINTF(3, 4);

/* Like il_fail with IL_INVALID, naming the contract's code and the field at fault. */
IL_MUST il_rc il_invalid(struct il_err *reterr, const char *code, const char *field,
                         const char *format, ...) IL_PRINTF(4, 5);

/* The one macro that hides a return. Safe because memory lives in arenas and transactions end
 * with their scope, so no early return leaks. */
#define TRY(call)                 \
    do {                          \
        const il_rc rc_ = (call); \
        if (rc_ != IL_OK)         \
            return rc_;           \
    } while (0)

#endif
