#include "models/base/probe.h"

void probe_emit(const struct probe *probe, const struct probe_event *event)
{
    if (!probe_wants(probe, (enum probe_kind)event->kind))
        return;
    for (size_t i = 0; i < probe->count; i++)
        if (probe->listeners[i].kinds >> event->kind & 1)
            probe->listeners[i].on_event(probe->listeners[i].self, event);
}
