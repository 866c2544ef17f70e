/* interlock demo, generate: companies that do not exist. */
#include "cli.h"

#include "demo/demo.h"

static const struct option_spec demo_options[] = {
    { "json", NULL, "accepted: the document is JSON", false },
};

static enum exit_code run_demo(const struct args *args)
{
    struct buf out = { 0 };
    (void)args;
    demo_write(&out, clock_system()->now_s(clock_system()));
    (void)fwrite(out.own_at, 1, out.len, stdout);
    (void)fputc('\n', stdout);
    buf_drop(&out);
    return EXIT_DONE;
}

const struct command_spec command_demo = {
    .name = "demo",
    .group = GROUP_RUNNING,
    .summary = "Writes the document of a demo company, Front Range Inspections, as of today.",
    .operands = "",
    .options = demo_options,
    .n_options = sizeof demo_options / sizeof demo_options[0],
    .notes = "interlock demo | interlock import --db demo.db -",
    .run = run_demo,
};

static const struct option_spec generate_options[] = {
    { "company", "ID", "the company's _id", true },
    { "zone", "ZONE", "its time zone, default America/Denver", false },
    { "inspectors", "N", "how many, default 20", false },
    { "days-back", "N", "days of history, default 0", false },
    { "days-ahead", "N", "days ahead, today is the first, default 30", false },
    { "jobs", "N", "jobs per inspector and day, default 2, at most 8", false },
    { "per-document", "N", "inspections in one document, default 20000", false },
    { "document", "K", "which document: 0 is the company, 1.. carry the inspections", false },
    { "seed", "N", "default 1", false },
    { "count", NULL, "print how many documents and inspections there are, and end", false },
};

static enum exit_code run_generate(const struct args *args)
{
    int64_t inspectors = 20;
    int64_t back = 0;
    int64_t ahead = 30;
    int64_t jobs = 2;
    int64_t per_document = 20000;
    int64_t document = 0;
    int64_t seed = 1;
    if (!args_whole(args, "inspectors", 1, INSPECTORS_MAX, &inspectors) ||
        !args_whole(args, "days-back", 0, 36500, &back) ||
        !args_whole(args, "days-ahead", 0, HORIZON_DAYS_MAX, &ahead) ||
        !args_whole(args, "jobs", 1, DEMO_JOBS_PER_DAY_MAX, &jobs) ||
        !args_whole(args, "per-document", 1, 1000000, &per_document) ||
        !args_whole(args, "document", 0, 1000000, &document) ||
        !args_whole(args, "seed", 0, INT64_MAX, &seed))
        return EXIT_USAGE;
    const char *zone = args_get(args, "zone");
    const struct demo_size size = {
        .company = str_from(args_get(args, "company")),
        .zone = zone == NULL ? STR("America/Denver") : str_from(zone),
        .today = (date_d)(clock_system()->now_s(clock_system()) / DAY_S),
        .inspectors = (int32_t)inspectors,
        .days_back = (int32_t)back,
        .days_ahead = (int32_t)ahead,
        .jobs_per_day = (int32_t)jobs,
        .per_document = (int32_t)per_document,
        .seed = (uint64_t)seed,
    };
    if (args_has(args, "count")) {
        (void)printf("%lld documents, %lld inspections\n", (long long)demo_documents(&size),
                     (long long)demo_inspections(&size));
        return EXIT_DONE;
    }
    if (document >= demo_documents(&size)) {
        complain("--document must be below %lld", (long long)demo_documents(&size));
        return EXIT_USAGE;
    }
    struct buf out = { 0 };
    demo_generate(&out, &size, document);
    (void)fwrite(out.own_at, 1, out.len, stdout);
    (void)fputc('\n', stdout);
    buf_drop(&out);
    return EXIT_DONE;
}

const struct command_spec command_generate = {
    .name = "generate",
    .group = GROUP_RUNNING,
    .summary = "Writes a company of any size, for tests and benches.",
    .operands = "",
    .options = generate_options,
    .n_options = sizeof generate_options / sizeof generate_options[0],
    .notes = "The same arguments on the same day give the same bytes.",
    .run = run_generate,
};
