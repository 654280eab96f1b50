/*
 * A libFuzzer harness for the scenario reader. No input may crash the reader, and a scenario
 * that it accepts must come back unchanged through effective.yaml. The first byte chooses
 * whether the input is a file or a --set assignment.
 */
#include "sim/scenario/scenario.h"
#include "sim/scenario/scenario_write.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sim_config first, second;
static struct error err;

static void check_round_trip(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    if (!file || !scenario_write(&first, file) || fclose(file) != 0)
        abort();
    if (scenario_parse(text, len, first.source, NULL, 0, &second, &err) != STATUS_OK ||
        memcmp(&first, &second, sizeof first) != 0)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char base[] = "traffic: {capture: x.pcap}\n";
    enum status status;
    if (size == 0)
        return 0;
    char *text = malloc(size);
    if (!text)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    if (data[0] % 4 == 0) {
        struct scenario_set set = {text, "--set"};
        status = scenario_parse(base, sizeof base - 1, "s.yaml", &set, 1, &first, &err);
    } else {
        status = scenario_parse(text, size - 1, "s.yaml", NULL, 0, &first, &err);
    }
    if (status == STATUS_OK)
        check_round_trip();
    else if (status != STATUS_BAD_INPUT || err.text[0] == '\0')
        abort();
    free(text);
    return 0;
}
