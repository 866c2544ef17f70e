/* The company document (contract.md section 2): read, checked, laid over what is stored, written.
 *
 *  O1  A document is good or refused whole, with the JSON pointer of the first fault.
 *  O2  A thing is a row: kind, _id, canonical body. Equal content is an equal body, so "changed" is
 * a comparison of text. Personal data (an inspector's name and email; an order's client, agents,
 *      address and notes) stand apart from the body as `personal`.
 *  O3  A company is read from its rows only: whatever is stored can be read again.
 *  O4  What is written is what was read: import of an export changes nothing. */
#ifndef CODEC_DOCUMENT_H
#define CODEC_DOCUMENT_H

#include "codec/json_in.h"
#include "core/company.h"
#include "core/record.h"

enum {
    ID_CHARS_MAX = 64,
    NAME_CHARS_MAX = 200,
    ADDRESS_CHARS_MAX = 300,
    NOTES_CHARS_MAX = 4000,
    SQUARE_FEET_MAX = 10000000,
    YEAR_BUILT_MIN = 1000,
    YEAR_BUILT_MAX = 2300,
    ABSENCE_DAYS_MAX = 3660,
    DOCUMENT_BYTES_MAX = 2047 * 1024 * 1024,
};

/* Where zone bytes come from: the system's tzdata, or a test's own. */
struct zone_source {
    /* TZif bytes of an IANA zone in the arena. Unknown names, and names that are not in the table
     * of zones, are IL_INVALID: no path of a caller's making is ever opened. *ret_name: the
     * canonical name when `name` is an alias. */
    il_rc (*load)(struct zone_source *, struct arena *arena, struct str name, struct str *ret_name,
                  struct str *ret_tzif, struct il_err *reterr);
};

enum document_kind {
    KIND_COMPANY,
    KIND_ZONE, /* made by the reader: body {"name","tzif"(base64)} with the zone's name as id */
    KIND_BRAND,
    KIND_SERVICE,
    KIND_INSPECTOR,
    KIND_AREA,
    KIND_OPENING,
    KIND_HOLIDAY,
    DOCUMENT_KINDS
};

struct str document_kind_name(enum document_kind kind); /* "company", "zone", "brand", ... */

enum document_target { REFERS_TO_INSPECTOR, REFERS_TO_SERVICE, REFERS_TO_AREA, REFERS_TO_BRAND };

struct document_reference { /* a name that must exist: /list/index/field or
                               /list/index/field/item/leaf */
    enum document_target target;
    struct str id;
    const char *list, *field, *leaf; /* leaf NULL: none */
    uint32_t index;
    int32_t item; /* NOT_FOUND: none */
};

struct document_inspection {
    size_t index;             /* stands at /inspections/index */
    struct inspection record; /* ref, version, claims, price and person are not given */
    bool states_price;
    int64_t price_cents; /* when it does */
    struct str
        personal; /* canonical {"client","agents","address","notes"}; absent parts left out */
};

struct document {
    struct str company_id;
    const struct setting_row *rows; /* person and person_hash not given; sorted by kind, id */
    size_t n_rows;
    struct str first_brand; /* of the array, "" without one: the order of brands means something */
    bool has_kind[DOCUMENT_KINDS];  /* which arrays the document had (zone: with company) */
    const struct absence *absences; /* events, then vacations; ref, version, claim not given */
    size_t n_absences;
    bool has_events, has_vacations;
    const struct document_inspection *inspections; /* sorted by lead inspector, start */
    size_t n_inspections;
    const struct document_reference *references; /* in the order of the document's arrays */
    size_t n_references;
};

/* Everything in the arena. Errors: IL_INVALID with code and field. */
IL_MUST il_rc document_read(struct arena *arena, struct str text, struct zone_source *zones,
                            struct document *ret, struct il_err *reterr);

/* Checks what needs the company: the inspectors, services, areas and brands that inspectors,
 * openings, absences and inspections name exist in `company` (the one after the import), order
 * numbers are not given twice. Errors name the field as document_read does. */
IL_MUST il_rc document_check(const struct document *document, const struct company *company,
                             struct arena *arena, struct il_err *reterr);

/* The rows after an import: present rows replace stored ones (settings of the company row merge by
 * key), absent rows stay unless `prune`; a pruned inspector stays as inactive, so that history
 * keeps its names. `stored` may be empty. Sorted by kind, id; personal and person of rows that did
 * not change are the stored ones. *ret_changes: rows to write or remove. */
struct rows_merged {
    const struct setting_row *rows;
    size_t n_rows;
    const struct setting_row *changed; /* new or different; person 0 where personal changed */
    size_t n_changed;
    const struct setting_row *removed;
    size_t n_removed;
    size_t created, left; /* for the report: created are among changed */
};
struct setting_rows {
    const struct setting_row *at; /* sorted by kind, id */
    size_t n;
};
IL_MUST il_rc document_merge(struct arena *arena, struct setting_rows stored,
                             const struct document *document, bool prune, struct rows_merged *ret,
                             struct il_err *reterr);

/* ---- openings that keep booked starts where a week changes (core/history.h) ---- */

/* The opening row of one such day, with its starts or with its spans. */
struct setting_row document_history_row(struct arena *arena, struct str inspector, date_d date,
                                        const struct day_hours *hours, bool by_spans);
/* Whether the row is named as one of that inspector's. */
bool document_is_history(struct arena *arena, const struct setting_row *row, struct str inspector);

/* A company from its rows: a block with one holder. Defaults of absent settings are documented in
 * docs/company-document.md. Errors: IL_INVALID naming the row ("inspector alice: ..."). */
IL_MUST il_rc company_read(const struct setting_row *rows, size_t n_rows,
                           const struct company **ret, struct il_err *reterr);

/* ---- writing ---- */

/* A list of texts as a member, also when it is empty. */
void strs_put(struct json *j, const char *name, struct strs value);
/* "company", "brands", ... "holidays" as members of a document that is open, empty arrays too: a
 * document that has the array can be pruned by. The first brand stands first. */
void document_write_rows(struct json *j, struct arena *arena, const struct setting_row *rows,
                         size_t n_rows);
/* One of them, as it stands there. */
void document_write_row(struct json *j, struct arena *arena, const struct setting_row *row);
/* A number made of what the row says, personal data too: equal rows have equal ones. A client's
 * JSON holds it exactly. */
int64_t document_row_version(const struct setting_row *row);
/* One event or vacation; the caller sorts them into their arrays by kind. */
void document_write_absence(struct json *j, struct arena *arena, const struct zone *zone,
                            const struct absence *absence);
/* The fields of section 2 for an inspection, without the brackets: exports and API answers put
 * their own fields beside them. `personal` may be empty (erased). */
void document_write_inspection(struct json *j, struct arena *arena, const struct zone *zone,
                               const struct inspection *inspection, struct str personal);

/* ---- people and places ---- */

/* Reads lat and lng (both or neither), squareFeet and yearBuilt: where a property is, how large and
 * how old; NOT_FOUND where not told. */
void property_read(struct json_obj *o, struct property *ret);

/* Reads client, agents, property.address and notes out of an object that a request or a document
 * sent (o: the inspection or book-job body), and returns them as canonical personal JSON. Reads the
 * property's numbers into *ret_property. */
struct str personal_read(struct json_obj *o, struct property *ret_property,
                         struct str *ret_address);

/* The other way: property, client, agents and notes as fields of an object that is open. */
void personal_put(struct json *j, struct arena *arena, const struct property *property,
                  struct str personal);

/* People that personal data name: an order's client first, then its agents; of an inspector the
 * one. None when the data are erased or spoilt. Texts are the arena's. */
enum { PERSONAL_CONTACTS_MAX = 11 };
struct contact {
    struct str name, email, phone; /* empty: not told */
    bool is_agent;
};
size_t personal_contacts(struct arena *arena, struct str personal,
                         struct contact ret[PERSONAL_CONTACTS_MAX]);

/* Hash of what somebody is known by, as two people would type it: case and blanks of an email, the
 * punctuation of a phone number and its country code, the case and punctuation of a name do not
 * matter. 0: nothing to go by. */
enum contact_by { CONTACT_EMAIL, CONTACT_PHONE, CONTACT_NAME, CONTACT_WAYS };
uint64_t contact_key(enum contact_by by, struct str text);
/* The three of one contact. */
void contact_keys(const struct contact *contact, uint64_t ret[CONTACT_WAYS]);

/* Hash of an address that two people would type differently: case, punctuation, spaces and common
 * abbreviations (Street/St, Avenue/Ave, North/N, Apt/Unit/#...) do not matter. 0 for an empty one.
 */
int64_t address_key(struct str address);

#endif
