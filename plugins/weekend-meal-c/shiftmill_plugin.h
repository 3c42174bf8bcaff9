/* The plugin contract of Shiftmill, `shiftmill:plugin@1.0.0`, for C.
 *
 * Include it in the one file of a plugin, and compile that file to a core WebAssembly module without any library.
 * `shiftmill plugin build --module FILE` makes a plugin of the module. Structures have the layout of the records of the
 * contract in the canonical ABI of WebAssembly components. plugin-sdk/wit/v1 documents the fields. A list is an address
 * and a length. Columns that the manifest does not list are empty.
 *
 * A plugin has
 *   - a manifest, which it passes to SHIFTMILL_DESCRIBE,
 *   - SHIFTMILL_CONFIGURE(values, count), which keeps the values of its settings,
 *   - SHIFTMILL_HOOK(days, cards) and others, which propose edits with shiftmill_push and shiftmill_figure.
 *
 * Every call has an instance of its own, so memory is allocated and never freed.
 */
#ifndef SHIFTMILL_PLUGIN_H
#define SHIFTMILL_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

/* Lists and text. */

typedef struct { uint8_t *at; uint32_t length; } shiftmill_u8s;
typedef struct { uint16_t *at; uint32_t length; } shiftmill_u16s;
typedef struct { uint32_t *at; uint32_t length; } shiftmill_u32s;
typedef struct { int32_t *at; uint32_t length; } shiftmill_s32s;
typedef struct { int64_t *at; uint32_t length; } shiftmill_s64s;
typedef struct { const char *at; uint32_t length; } shiftmill_text;

/* For static data: a text, and a list of an array. */
#define SHIFTMILL_TEXT(text) { text, sizeof(text) - 1 }
#define SHIFTMILL_LIST(array) { array, sizeof(array) / sizeof((array)[0]) }

/* The manifest: lifecycle.wit. */

typedef enum {
    SHIFTMILL_WHOLE, SHIFTMILL_LENGTH, SHIFTMILL_CLOCK, SHIFTMILL_INSTANT, SHIFTMILL_WORKDAY, SHIFTMILL_FLAG,
    SHIFTMILL_PAY_CODE, SHIFTMILL_BASE_CODE, SHIFTMILL_PREMIUM_CODE, SHIFTMILL_TIME_CODE, SHIFTMILL_COUNT_CODE,
    SHIFTMILL_EXCEPTION, SHIFTMILL_CHOICE, SHIFTMILL_ANY_TEXT, SHIFTMILL_ROWS
} shiftmill_value_kind;

/* A value that may be absent: 1 and the value, or 0. */
typedef struct { uint8_t present; shiftmill_text value; } shiftmill_maybe_text;
typedef struct { uint8_t present; int64_t value; } shiftmill_maybe_s64;
typedef struct { uint8_t present; int32_t value; } shiftmill_maybe_workday;

typedef struct { shiftmill_text hook; struct { const shiftmill_text *at; uint32_t length; } columns; } shiftmill_reads;

typedef struct {
    shiftmill_text key, meaning;
    uint8_t kind;
    shiftmill_maybe_text standard; /* the default */
    shiftmill_maybe_s64 least, most;
    struct { const shiftmill_text *at; uint32_t length; } choices;
} shiftmill_field;

typedef struct {
    shiftmill_text key, meaning;
    uint8_t kind;
    shiftmill_maybe_text standard; /* the default */
    shiftmill_maybe_s64 least, most;
    struct { const shiftmill_text *at; uint32_t length; } choices;
    struct { const shiftmill_field *at; uint32_t length; } fields;
} shiftmill_setting;

typedef struct { shiftmill_text name; uint8_t kind; } shiftmill_argument;

typedef struct {
    shiftmill_text key, english, chinese;
    struct { const shiftmill_argument *at; uint32_t length; } arguments;
} shiftmill_rule;

typedef struct { shiftmill_text key, meaning; } shiftmill_carried_key;

typedef struct {
    shiftmill_text name, version, description, made_with;
    struct { const shiftmill_reads *at; uint32_t length; } reads;
    struct { const shiftmill_setting *at; uint32_t length; } settings;
    struct { const shiftmill_rule *at; uint32_t length; } rules;
    struct { const shiftmill_carried_key *at; uint32_t length; } carried;
} shiftmill_manifest;

/* The value of a setting. The kind of the setting decides which one it is. */
typedef struct {
    uint8_t which; /* 0 number, 1 text, 2 rows */
    union { int64_t number; shiftmill_text text; shiftmill_s64s rows; };
} shiftmill_value;

/* The context days that the plugin needs, or why the configuration is refused. */
typedef struct {
    uint8_t refused;
    union { struct { uint16_t days_before, days_after; }; shiftmill_text why; };
} shiftmill_configured;

/* The input of a hook: types.wit. */

typedef struct {
    struct { int32_t pay_period_first, pay_period_last; int64_t as_of; } window;
    struct { shiftmill_u8s layer, unit, paid; shiftmill_u16s multiplier; } pay_codes;
    struct {
        shiftmill_s32s first_offset;
        shiftmill_u32s change_end;
        shiftmill_s64s change_at;
        shiftmill_s32s change_offset;
    } zones;
    struct { shiftmill_u32s zone, day_end, quantity_end, exception_end, premium_end, carried_end; } employees;
    struct {
        shiftmill_s32s workday;
        shiftmill_u8s marks, day_type;
        shiftmill_u32s worked, punch_end, shift_end, scheduled_end, span_end;
    } days;
    struct { shiftmill_s64s at; shiftmill_u8s kind, role; } punches;
    struct { shiftmill_s64s first, last; shiftmill_u32s scheduled; } shifts;
    struct {
        shiftmill_s64s start, end, expected_start, expected_end;
        shiftmill_u32s planned;
        shiftmill_u8s marks;
    } scheduled;
    struct {
        shiftmill_s64s start, end;
        shiftmill_u8s state;
        shiftmill_u16s pay_code;
        shiftmill_s32s overtime_workday;
        shiftmill_u8s day_type;
        shiftmill_u32s shift;
    } spans;
    struct { shiftmill_s32s workday; shiftmill_u16s pay_code; shiftmill_u32s amount; } quantities;
    struct {
        shiftmill_s32s workday;
        shiftmill_u8s code;
        shiftmill_s64s at;
        shiftmill_u32s measure;
        shiftmill_u8s waived;
    } exceptions;
    struct { shiftmill_s64s start, end; shiftmill_s32s workday; shiftmill_u16s pay_code; } premiums;
    struct { shiftmill_u16s key; shiftmill_s64s value; } carried;
} shiftmill_cards;

/* Bits of `days.marks`. */
enum { SHIFTMILL_PAID = 1, SHIFTMILL_IN_FORCE = 2 };

/* The answer of a hook. */

typedef struct {
    shiftmill_u32s employee;
    shiftmill_u8s kind;
    shiftmill_u32s row;
    shiftmill_s32s workday;
    shiftmill_s64s start, end;
    shiftmill_u16s code;
    shiftmill_s64s amount;
    shiftmill_u16s rule;
    shiftmill_u32s argument_end;
    shiftmill_s64s arguments;
} shiftmill_edits;

typedef struct { uint32_t employee; shiftmill_maybe_workday workday; shiftmill_text message; } shiftmill_complaint;

typedef struct {
    shiftmill_edits edits;
    struct { shiftmill_complaint *at; uint32_t length; } complaints;
} shiftmill_answer;

_Static_assert(sizeof(shiftmill_field) == 72, "as the canonical ABI lays it out");
_Static_assert(sizeof(shiftmill_setting) == 80, "as the canonical ABI lays it out");
_Static_assert(sizeof(shiftmill_manifest) == 64, "as the canonical ABI lays it out");
_Static_assert(sizeof(shiftmill_configured) == 12, "as the canonical ABI lays it out");
_Static_assert(sizeof(shiftmill_value) == 16, "as the canonical ABI lays it out");
_Static_assert(sizeof(shiftmill_cards) == 456, "as the canonical ABI lays it out");
_Static_assert(sizeof(shiftmill_answer) == 96, "as the canonical ABI lays it out");

/* Memory. */

extern unsigned char __heap_base;

/* Allocates `size` bytes at a multiple of `align`. Stops the plugin when there is no memory. */
static void *shiftmill_take(size_t size, size_t align)
{
    static uintptr_t top;
    const uintptr_t page = 65536;
    if (top == 0) top = (uintptr_t)&__heap_base;
    const uintptr_t start = (top + align - 1) & ~(uintptr_t)(align - 1);
    const uintptr_t end = start + size;
    if (start < top || end < start) __builtin_trap();
    const uintptr_t has = __builtin_wasm_memory_size(0) * page;
    if (end > has && __builtin_wasm_memory_grow(0, (end - has + page - 1) / page) == (size_t)-1) __builtin_trap();
    top = end;
    return (void *)start;
}

/* The host calls this to allocate memory for its input. */
__attribute__((export_name("cabi_realloc"))) void *shiftmill_realloc(void *old, size_t old_size, size_t align,
                                                                     size_t size)
{
    unsigned char *block = shiftmill_take(size, align);
    for (size_t byte = 0; byte < old_size && byte < size; byte++) block[byte] = ((unsigned char *)old)[byte];
    return block;
}

/* The result of SHIFTMILL_CONFIGURE. */

/* Accepts the configuration, with the context days that the plugin needs. One on each side is always required. */
static inline const shiftmill_configured *shiftmill_accept(uint16_t days_before, uint16_t days_after)
{
    shiftmill_configured *accepted = shiftmill_take(sizeof(shiftmill_configured), sizeof(int32_t));
    accepted->refused = 0;
    accepted->days_before = days_before;
    accepted->days_after = days_after;
    return accepted;
}

/* Refuses the configuration, with a message for its author about a mistake that no bound of a setting can express. */
static inline const shiftmill_configured *shiftmill_refuse(shiftmill_text why)
{
    shiftmill_configured *refused = shiftmill_take(sizeof(shiftmill_configured), sizeof(int32_t));
    refused->refused = 1;
    refused->why = why;
    return refused;
}

/* Edits. */

/* The kinds, by number. */
enum {
    SHIFTMILL_RETIME = 1, SHIFTMILL_DISCARD, SHIFTMILL_EXPECT, SHIFTMILL_ADD, SHIFTMILL_RECODE, SHIFTMILL_RESIZE,
    SHIFTMILL_SPLIT, SHIFTMILL_PREMIUM, SHIFTMILL_QUANTITY, SHIFTMILL_MARK, SHIFTMILL_CARRY
};

/* A proposed change. Omit the fields that its kind does not read. */
typedef struct {
    uint32_t employee, row;
    uint8_t kind;
    uint16_t code, rule;
    int32_t workday;
    int64_t start, end, amount;
} shiftmill_edit;

/* An answer without edits, with memory for this number of edits and of figures of their reasons. */
static inline shiftmill_answer *shiftmill_new_answer(uint32_t edits, uint32_t figures)
{
    shiftmill_answer *answer = shiftmill_take(sizeof(shiftmill_answer), sizeof(int64_t));
    shiftmill_edits *columns = &answer->edits;
#define SHIFTMILL_COLUMN(column, count) \
    columns->column.at = shiftmill_take((size_t)(count) * sizeof(*columns->column.at), sizeof(*columns->column.at)); \
    columns->column.length = 0
    SHIFTMILL_COLUMN(employee, edits);
    SHIFTMILL_COLUMN(kind, edits);
    SHIFTMILL_COLUMN(row, edits);
    SHIFTMILL_COLUMN(workday, edits);
    SHIFTMILL_COLUMN(start, edits);
    SHIFTMILL_COLUMN(end, edits);
    SHIFTMILL_COLUMN(code, edits);
    SHIFTMILL_COLUMN(amount, edits);
    SHIFTMILL_COLUMN(rule, edits);
    SHIFTMILL_COLUMN(argument_end, edits);
    SHIFTMILL_COLUMN(arguments, figures);
#undef SHIFTMILL_COLUMN
    answer->complaints.at = shiftmill_take(0, sizeof(int32_t));
    answer->complaints.length = 0;
    return answer;
}

/* Proposes an edit. The answer must have memory for it. */
static inline void shiftmill_push(shiftmill_answer *answer, shiftmill_edit edit)
{
    shiftmill_edits *columns = &answer->edits;
    columns->employee.at[columns->employee.length++] = edit.employee;
    columns->kind.at[columns->kind.length++] = edit.kind;
    columns->row.at[columns->row.length++] = edit.row;
    columns->workday.at[columns->workday.length++] = edit.workday;
    columns->start.at[columns->start.length++] = edit.start;
    columns->end.at[columns->end.length++] = edit.end;
    columns->code.at[columns->code.length++] = edit.code;
    columns->amount.at[columns->amount.length++] = edit.amount;
    columns->rule.at[columns->rule.length++] = edit.rule;
    columns->argument_end.at[columns->argument_end.length++] = columns->arguments.length;
}

/* Adds a figure to the reason of the last edit, in the order of the arguments of its rule. */
static inline void shiftmill_figure(shiftmill_answer *answer, int64_t figure)
{
    shiftmill_edits *columns = &answer->edits;
    columns->arguments.at[columns->arguments.length++] = figure;
    columns->argument_end.at[columns->argument_end.length - 1] = columns->arguments.length;
}

/* Exports. */

#define SHIFTMILL_EXPORT(interface, function) \
    __attribute__((export_name("shiftmill:plugin/" #interface "@1.0.0#" #function)))

/* Exports the manifest of the plugin. */
#define SHIFTMILL_DESCRIBE(manifest) \
    SHIFTMILL_EXPORT(lifecycle, describe) const shiftmill_manifest *shiftmill_describe(void) { return &(manifest); }

/* Begins the function that receives the values of the settings, in the order of the manifest. It returns
 * shiftmill_accept(days_before, days_after) or shiftmill_refuse(why). */
#define SHIFTMILL_CONFIGURE(values, count) \
    SHIFTMILL_EXPORT(lifecycle, configure) \
    const shiftmill_configured *shiftmill_configure(const shiftmill_value *values, uint32_t count)

/* Begins the function of a hook. It receives a group of employees and returns an answer. */
#define SHIFTMILL_HOOK(hook, cards) \
    SHIFTMILL_EXPORT(hook, adjust) const shiftmill_answer *shiftmill_##hook(const shiftmill_cards *cards)

#endif
