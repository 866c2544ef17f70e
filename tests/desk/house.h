/* What the office keeps, as the oracle sees it: the things of the company's document, API keys, and
 * whose personal data are stored. */
#ifndef DESK_TESTS_HOUSE_H
#define DESK_TESTS_HOUSE_H

#include "model.h"

/* Each ends the program when the entry breaks a law. Before the entry's records are laid, and
 * after. */
void house_judge(const struct model *model, const struct entry *entry);
void house_tell(struct model *model, const struct entry *entry);

/* NULL: there never was such a one. */
const struct model_thing *house_find(const struct model *model, const char *kind, struct str id);
bool house_has(const struct model *model, const char *kind, struct str id); /* id "": true */
size_t house_count(const struct model *model, const char *kind);
const struct model_key *house_key(const struct model *model, struct str id);

/* Retired, or limited to so many jobs a day, or without radon: free time may be refused. */
bool house_is_special(const struct model *model, int inspector);

/* An order, or a hold that is alive at `now`, names the brand. */
bool house_brand_is_named(const struct model *model, struct str brand, utc_s now);

bool house_text_has(struct str text, const char *what);

#endif
