#include "models/trace/capture/capture_ports.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { NICS = 2, LIST_BYTES = 400 };

/* Reads the next word of a list separated by commas. Returns false at its end. */
static bool word_next(const char **list, const char **word, size_t *len)
{
    while (**list == ',')
        (*list)++;
    *word = *list;
    *len = strcspn(*list, ",");
    *list += *len;
    return *len > 0;
}

static bool is_called(const struct capture_ports *ports, uint32_t index, const char *word,
                      size_t len)
{
    char number[16];
    const char *name = ports->of[index].name;
    snprintf(number, sizeof number, "%u", index);
    return (strlen(name) == len && memcmp(name, word, len) == 0) ||
           (strlen(number) == len && memcmp(number, word, len) == 0);
}

static bool find(const struct capture_ports *ports, const char *word, size_t len, uint32_t *index)
{
    for (*index = 0; *index < ports->count; (*index)++)
        if (is_called(ports, *index, word, len))
            return true;
    return false;
}

void capture_ports_add(struct capture_ports *ports, uint32_t index, const char *name,
                       const char *wanted)
{
    assert(index == ports->count && index < INTERFACES_MAX);
    struct capture_port *port = &ports->of[ports->count++];
    *port = (struct capture_port){.nic = PORT_NONE, .left_out = wanted[0] != 0};
    if (name[0])
        snprintf(port->name, sizeof port->name, "%s", name);
    else
        snprintf(port->name, sizeof port->name, "%u", index);
    for (char *c = port->name; *c;
         c++) /* The name is printed on terminals, so control characters are replaced. */
        if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == ',' || *c == '=')
            *c = '_';
    const char *word;
    size_t len;
    while (word_next(&wanted, &word, &len))
        if (is_called(ports, index, word, len))
            port->left_out = false;
}

static const char *names(const struct capture_ports *ports, bool only_peers, char list[LIST_BYTES])
{
    size_t used = 0;
    list[0] = 0;
    for (uint32_t i = 0; i < ports->count && used < LIST_BYTES - INTERFACE_NAME_MAX - 3; i++)
        if (!only_peers || ports->of[i].carries_peers)
            used += (size_t)snprintf(list + used, LIST_BYTES - used, "%s%s", used ? ", " : "",
                                     ports->of[i].name);
    return list;
}

enum status capture_ports_check(const struct capture_ports *ports, const char *path,
                                const char *wanted, struct error *err)
{
    const char *word;
    size_t len;
    uint32_t index;
    char list[LIST_BYTES];
    while (word_next(&wanted, &word, &len))
        if (!find(ports, word, len, &index))
            return error_set(err, STATUS_BAD_INPUT,
                             "%s: no interface '%.*s'; the file has: %s (traffic.interfaces)", path,
                             (int)len, word, names(ports, false, list));
    return STATUS_OK;
}

static enum status assign_one(struct capture_ports *ports, const char *path, const char *word,
                              size_t len, struct error *err)
{
    char list[LIST_BYTES];
    const char *equals = memchr(word, '=', len);
    size_t name_len = equals ? (size_t)(equals - word) : len;
    uint32_t index;
    if (!equals || len - name_len != 5 || memcmp(equals, "=nic", 4) != 0 || equals[4] < '0' ||
        equals[4] >= '0' + NICS)
        return error_set(err, STATUS_BAD_INPUT,
                         "traffic.port_of: '%.*s' is not INTERFACE=nic0 or INTERFACE=nic1",
                         (int)len, word);
    if (!find(ports, word, name_len, &index))
        return error_set(err, STATUS_BAD_INPUT,
                         "%s: no interface '%.*s'; the file has: %s (traffic.port_of)", path,
                         (int)name_len, word, names(ports, false, list));
    ports->of[index].nic = (uint8_t)(equals[4] - '0');
    return STATUS_OK;
}

static void assign_in_order(struct capture_ports *ports)
{
    uint8_t nic = 0;
    for (uint32_t i = 0; i < ports->count && nic < NICS; i++)
        if (ports->of[i].carries_peers)
            ports->of[i].nic = nic++;
}

enum status capture_ports_assign(struct capture_ports *ports, const char *path, const char *port_of,
                                 struct error *err)
{
    char list[LIST_BYTES];
    const char *word;
    size_t len;
    if (port_of[0] == 0)
        assign_in_order(ports);
    while (word_next(&port_of, &word, &len))
        if (assign_one(ports, path, word, len, err) != STATUS_OK)
            return STATUS_BAD_INPUT;
    for (uint32_t i = 0; i < ports->count; i++)
        if (ports->of[i].carries_peers && ports->of[i].nic == PORT_NONE)
            return error_set(err, STATUS_BAD_INPUT,
                             "%s: interface '%s' has no NIC; peers' frames are on: %s "
                             "(--port-of IFACE=nic0, or --interface to leave it out)",
                             path, ports->of[i].name, names(ports, true, list));
    return STATUS_OK;
}
