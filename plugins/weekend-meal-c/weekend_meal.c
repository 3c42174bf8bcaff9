/* Weekend meal: an allowance for Saturdays and Sundays with enough work.
 * - Takes:  the work of one workday.
 * - Gives:  one occurrence of a quantity on that workday.
 * - Keeps:  all time.
 * - Edges:  exactly the required work is enough. The weekday is that of the workday, so a night shift of Friday does not count.
 * - Source: company agreement; its figures are settings.
 * - Shown:  timecards/weekend-meal.md
 */
#include "shiftmill_plugin.h"

static const shiftmill_text columns[] = {
    SHIFTMILL_TEXT("day.workday"), SHIFTMILL_TEXT("day.marks"), SHIFTMILL_TEXT("day.worked"),
};

static const shiftmill_reads reads[] = { { SHIFTMILL_TEXT("days"), SHIFTMILL_LIST(columns) } };

static const shiftmill_setting settings[] = {
    {
        .key = SHIFTMILL_TEXT("least"),
        .meaning = SHIFTMILL_TEXT("The workday must have at least this much work."),
        .kind = SHIFTMILL_LENGTH,
        .standard = { 1, SHIFTMILL_TEXT("4h") },
        .most = { 1, 24 * 3600 },
    },
    {
        .key = SHIFTMILL_TEXT("code"),
        .meaning = SHIFTMILL_TEXT("The pay code of the allowance, paid once a workday."),
        .kind = SHIFTMILL_COUNT_CODE,
        .standard = { 1, SHIFTMILL_TEXT("weekend_meal") },
    },
};

static const shiftmill_argument figures[] = { { SHIFTMILL_TEXT("worked"), SHIFTMILL_LENGTH } };

enum { AT_WEEKEND };
static const shiftmill_rule rules[] = {
    [AT_WEEKEND] = {
        .key = SHIFTMILL_TEXT("at-weekend"),
        .english = SHIFTMILL_TEXT("worked {worked} at the weekend"),
        .chinese = SHIFTMILL_TEXT("周末工作{worked}"),
        .arguments = SHIFTMILL_LIST(figures),
    },
};

static const shiftmill_manifest manifest = {
    .name = SHIFTMILL_TEXT("weekend-meal"),
    .version = SHIFTMILL_TEXT("0.1.0"),
    .description = SHIFTMILL_TEXT("A meal allowance for work at the weekend"),
    .made_with = SHIFTMILL_TEXT("shiftmill_plugin.h"),
    .reads = SHIFTMILL_LIST(reads),
    .settings = SHIFTMILL_LIST(settings),
    .rules = SHIFTMILL_LIST(rules),
};

SHIFTMILL_DESCRIBE(manifest)

static struct { uint32_t least; uint16_t code; } config;

SHIFTMILL_CONFIGURE(values, count)
{
    const shiftmill_text two_settings = SHIFTMILL_TEXT("there are two settings, `least` and `code`");
    if (count != 2) return shiftmill_refuse(two_settings);
    config.least = (uint32_t)values[0].number;
    config.code = (uint16_t)values[1].number;
    return shiftmill_accept(0, 0);
}

/* 1970-01-01, the workday 0, was a Thursday. */
static int is_weekend(int32_t workday)
{
    const int32_t from_monday = ((workday + 3) % 7 + 7) % 7;
    return from_monday >= 5;
}

SHIFTMILL_HOOK(days, cards)
{
    const uint32_t most = cards->days.workday.length;
    shiftmill_answer *answer = shiftmill_new_answer(most, most);
    uint32_t day = 0;
    for (uint32_t employee = 0; employee < cards->employees.day_end.length; employee++) {
        for (; day < cards->employees.day_end.at[employee]; day++) {
            const int32_t workday = cards->days.workday.at[day];
            const uint32_t worked = cards->days.worked.at[day];
            const int is_in_force = cards->days.marks.at[day] & SHIFTMILL_IN_FORCE;
            if (!is_in_force || !is_weekend(workday) || worked < config.least) continue;
            shiftmill_push(answer, (shiftmill_edit){
                .employee = employee, .kind = SHIFTMILL_QUANTITY, .rule = AT_WEEKEND,
                .workday = workday, .code = config.code, .amount = 1,
            });
            shiftmill_figure(answer, worked);
        }
    }
    return answer;
}
