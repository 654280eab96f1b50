#include "sim/scenario/value/scenario_ports.h"

#include <stdio.h>
#include <string.h>

static bool parse_port(const char **at, uint16_t *port)
{
    uint32_t value = 0;
    const char *from = *at;
    for (; **at >= '0' && **at <= '9' && value <= UINT16_MAX; ++*at)
        value = value * 10 + (uint32_t)(**at - '0');
    *port = (uint16_t)value;
    return *at > from && value >= 1 && value <= UINT16_MAX;
}

static bool parse_range(const char **at, struct port_ranges *ports)
{
    uint16_t first, last;
    if (ports->count == PORT_RANGES_MAX || !parse_port(at, &first))
        return false;
    last = first;
    if (**at == '-') {
        ++*at;
        if (!parse_port(at, &last) || last < first)
            return false;
    }
    ports->range[ports->count].first = first;
    ports->range[ports->count++].last = last;
    return strchr(" ,", **at) != NULL; /* the end of the text is in the string too */
}

bool scenario_ports_parse(const char *text, struct port_ranges *ports, char why[SCENARIO_WHY_MAX])
{
    const char *at = text;
    *ports = (struct port_ranges){0};
    if (strcmp(text, "none") == 0)
        return true;
    for (at += strspn(at, " ,"); *at != '\0'; at += strspn(at, " ,")) {
        if (parse_range(&at, ports))
            continue;
        (void)snprintf(why, SCENARIO_WHY_MAX,
                       "'%.60s' is wrong; write up to %d ports or ranges, such as 80 8000-8099",
                       text, PORT_RANGES_MAX);
        return false;
    }
    return true;
}

void scenario_ports_format(const struct port_ranges *ports, char text[SCENARIO_VALUE_MAX])
{
    int used = 0;
    (void)snprintf(text, SCENARIO_VALUE_MAX, "none");
    for (uint32_t i = 0; i < ports->count; i++) {
        size_t space = (size_t)(SCENARIO_VALUE_MAX - used);
        used += snprintf(text + used, space, "%s%u", i ? " " : "", ports->range[i].first);
        space = (size_t)(SCENARIO_VALUE_MAX - used);
        if (ports->range[i].last != ports->range[i].first)
            used += snprintf(text + used, space, "-%u", ports->range[i].last);
    }
}
