/* The decisions, one per command. Private to core.
 *
 * Each returns true when the draft became an entry, and false when *verdict is a refusal or (with
 * CODE_NONE) there was nothing to change. */
#ifndef CORE_DECIDE_H
#define CORE_DECIDE_H

#include "ask.h"

IL_MUST bool decide_hold(struct draft *d, struct verdict *verdict);
IL_MUST bool decide_change_hold(struct draft *d, const struct facts *facts,
                                struct verdict *verdict);
IL_MUST bool decide_release(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_book(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_reschedule(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_reassign(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_moves(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_amend(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_status(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_conflict(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_change_absence(struct draft *d, const struct facts *facts,
                                   struct verdict *verdict);
IL_MUST bool decide_add_absence(struct draft *d, const struct facts *facts,
                                struct verdict *verdict);
IL_MUST bool decide_remove_absence(struct draft *d, const struct facts *facts,
                                   struct verdict *verdict);
IL_MUST bool decide_configure(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_key(struct draft *d, const struct facts *facts, struct verdict *verdict);
IL_MUST bool decide_admit(struct draft *d, struct verdict *verdict);

static inline struct ask ask_for(struct draft *d, struct verdict *verdict)
{
    return (struct ask){ .draft = d,
                         .image = d->image,
                         .command = d->command,
                         .arena = d->arena,
                         .now = d->now,
                         .verdict = verdict };
}

struct expected { /* which version a change is for, as struct command has it */
    int64_t version;
    const int64_t *versions_too;
    size_t n_versions_too;
};

/* Whether the version that stands is one of those. */
static inline bool expected_judge(const struct draft *d, struct expected expected, int64_t version,
                                  struct verdict *verdict)
{
    if (expected.version == NOT_FOUND)
        return refuse(verdict, CODE_version_required, "", STR(""));
    bool stands = expected.version == VERSION_ANY || expected.version == version;
    for (size_t i = 0; i < expected.n_versions_too; i++)
        stands = stands || expected.versions_too[i] == version;
    return stands || refuse(verdict, CODE_stale, "",
                            str_print(d->arena, "It is at version %lld now.", (long long)version));
}

static inline bool version_judge(const struct draft *d, int64_t version, struct verdict *verdict)
{
    const struct command *c = d->command;
    return expected_judge(d, (struct expected){ c->version, c->versions_too, c->n_versions_too },
                          version, verdict);
}

#endif
