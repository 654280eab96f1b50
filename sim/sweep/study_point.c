#include "sim/sweep/study_point.h"

#include "models/base/rng.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/value/scenario_quantity.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { POINT_SETS_MAX = STUDY_AXES_MAX + STUDY_SETS_MAX + STUDY_DRAWS_MAX + 1 };

static uint64_t times(uint64_t a, uint64_t b)
{
    uint64_t product;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

/* All zipped axes together count as one. */
static uint64_t zip_length(const struct study *study)
{
    for (size_t i = 0; i < study->axis_count; i++)
        if (study->axes[i].zipped)
            return study->axes[i].count;
    return 1;
}

static uint64_t seed_count(const struct study *study)
{
    return study->has_seeds ? study->seed_last - study->seed_first + 1 : 1;
}

uint64_t study_runs_per_point(const struct study *study)
{
    return times(seed_count(study), study->repeats);
}

uint64_t study_run_count(const struct study *study)
{
    uint64_t count = times(study_runs_per_point(study), zip_length(study));
    for (size_t i = 0; i < study->axis_count; i++)
        if (!study->axes[i].zipped)
            count = times(count, study->axes[i].count);
    return count;
}

static void draw(const struct study *study, struct study_point *point)
{
    for (size_t i = 0; i < study->draw_count; i++) {
        const struct study_draw *d = &study->draws[i];
        char stream[STUDY_VALUE_MAX], text[SCENARIO_VALUE_MAX];
        struct rng rng;
        (void)snprintf(stream, sizeof stream, "%.200s#%" PRIu64, d->key, point->repeat);
        rng_init(&rng, point->seed, stream);
        uint64_t steps = (d->high - d->low) / d->tick + 1;
        scenario_quantity_format((enum scenario_type)d->type,
                                 d->low + rng_below(&rng, steps) * d->tick, text);
        (void)snprintf(point->drawn[i], sizeof point->drawn[i], "%.255s", text);
    }
}

void study_point(const struct study *study, uint64_t number, struct study_point *point)
{
    assert(number < study_run_count(study));
    *point = (struct study_point){.number = number};
    point->repeat = number % study->repeats;
    number /= study->repeats;
    point->seed = study->seed_first + number % seed_count(study);
    number /= seed_count(study);
    size_t zipped = (size_t)(number % zip_length(study));
    number /= zip_length(study);
    for (size_t i = study->axis_count; i > 0; i--) {
        const struct study_axis *axis = &study->axes[i - 1];
        point->value[i - 1] = axis->zipped ? zipped : (size_t)(number % axis->count);
        if (!axis->zipped)
            number /= axis->count;
    }
    draw(study, point);
}

enum status study_point_config(const struct study *study, const struct study_point *point,
                               struct sim_config *config, struct error *err)
{
    static char texts[POINT_SETS_MAX][2 * STUDY_VALUE_MAX];
    struct scenario_set sets[POINT_SETS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < study->set_count; i++)
        (void)snprintf(texts[count++], sizeof texts[0], "%s", study->sets[i]);
    for (size_t i = 0; i < study->axis_count; i++)
        (void)snprintf(texts[count++], sizeof texts[0], "%s=%s", study->axes[i].key,
                       study->axes[i].values[point->value[i]]);
    for (size_t i = 0; i < study->draw_count; i++)
        (void)snprintf(texts[count++], sizeof texts[0], "%s=%s", study->draws[i].key,
                       point->drawn[i]);
    if (study->has_seeds)
        (void)snprintf(texts[count++], sizeof texts[0], "seed=%" PRIu64, point->seed);
    for (size_t i = 0; i < count; i++)
        sets[i] = (struct scenario_set){texts[i], study->source};
    return scenario_load(study->scenario, sets, count, config, err);
}
