/* Words by which an order is found: of what a dispatcher has at hand when the phone rings.
 *
 *  S1  Of an order: its number, externalRef and external ids, and of its person row the address,
 *      the client's name, phone and e-mail. Nothing else of it can be found.
 *  S2  Words are folded: letters of either case and with or without marks are one (e and é, ß and
 *      ss), dots and apostrophes within a word are nothing, other signs part words.
 *  S3  A word of a question is found at the beginning of a word. USPS abbreviations are found by
 *      what they stand for, and the other way round. A phone number is found by its digits from the
 *      beginning, and by its last seven or four. */
#ifndef CODEC_WORDS_H
#define CODEC_WORDS_H

#include "base/arena.h"
#include "core/record.h"

enum {
    WORD_BYTES_MAX = 24,      /* longer ones are cut, in questions too */
    WORDS_PER_ORDER_MAX = 96, /* more are not found */
    QUESTION_WORDS_MAX = 12,
};

struct words_of { /* what is known of an order */
    int64_t order_number;
    struct str external_ref;
    struct str doc;      /* as inspection_write wrote it: for external ids */
    struct str personal; /* canonical, or empty */
};

/* Sorted bytewise, each once, in the arena. */
struct strs words_read(struct arena *arena, const struct words_of *order);

struct asked_word {
    struct str prefix; /* not empty */
    struct str whole;  /* this word is as good; may be empty */
};

struct question {
    struct asked_word words[QUESTION_WORDS_MAX]; /* all of them must be found */
    size_t n;
};

/* False: there is no word in it, or too many. */
IL_MUST bool question_read(struct arena *arena, struct str text, struct question *ret);

/* Whether each asked word is among `words`. */
bool words_answer(const struct strs *words, const struct question *question);

/* The standard abbreviation of a folded word, or itself (personal.c). */
struct str abbreviation_of(struct str word);

#endif
