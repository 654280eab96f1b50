#include "sim/live/live_apps.h"

#include "host-sw/app/app_mux.h"
#include "host-sw/app/http_server.h"
#include "host-sw/app/inet_server.h"
#include "models/hwif/ctx_enums.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

/* With scale 4 the window can offer all of a 512 KiB ring. */
enum { SERVICE_COUNT = 3, WINDOW_SCALE = 4 };

static const enum inet_service services[SERVICE_COUNT] = {INET_ECHO, INET_DISCARD, INET_CHARGEN};
static const char *const service_names[SERVICE_COUNT] = {"echo", "discard", "chargen"};

struct live_apps {
    struct app_mux *mux;
    struct inet_server *inet[SERVICE_COUNT];
    struct http_server *http; /* null if no files are served */
    struct http_files files;
};

static bool make(struct live_apps *apps, uint32_t conn_max, bool with_http)
{
    static const struct app_accept accept = {
        .offered = CTX_FEATURE_MSS | CTX_FEATURE_TS | CTX_FEATURE_WS | CTX_FEATURE_SACK,
        .rcv_ws = WINDOW_SCALE,
        .nodelay = true,
    };
    apps->mux = app_mux_create(conn_max);
    if (!apps->mux)
        return false;
    for (int i = 0; i < SERVICE_COUNT; i++) {
        apps->inet[i] = inet_server_create(services[i], conn_max, &accept);
        if (!apps->inet[i] ||
            !app_mux_add(apps->mux, (uint16_t)services[i], inet_server_ops(), apps->inet[i]))
            return false;
    }
    if (!with_http)
        return true;
    apps->http = http_server_create(&apps->files, conn_max, &accept);
    return apps->http && app_mux_add(apps->mux, HTTP_PORT, http_server_ops(), apps->http);
}

struct live_apps *live_apps_create(uint32_t conn_max, const char *files, struct error *err)
{
    struct live_apps *apps = calloc(1, sizeof *apps);
    if (apps && files && http_files_load(&apps->files, files, err) != STATUS_OK) {
        live_apps_destroy(apps);
        return NULL;
    }
    if (!apps || !make(apps, conn_max, files != NULL)) {
        error_set(err, STATUS_ENVIRONMENT, "not enough memory for the applications");
        live_apps_destroy(apps);
        return NULL;
    }
    return apps;
}

void live_apps_destroy(struct live_apps *apps)
{
    if (!apps)
        return;
    app_mux_destroy(apps->mux);
    for (int i = 0; i < SERVICE_COUNT; i++)
        inet_server_destroy(apps->inet[i]);
    http_server_destroy(apps->http);
    http_files_free(&apps->files);
    free(apps);
}

void live_apps_attach(struct live_apps *apps, struct host_sw *host)
{
    for (int i = 0; i < SERVICE_COUNT; i++)
        inet_server_attach(apps->inet[i], host);
    if (apps->http)
        http_server_attach(apps->http, host);
}

const struct app_ops *live_apps_ops(void) { return app_mux_ops(); }

void *live_apps_self(struct live_apps *apps) { return apps->mux; }

void live_apps_report(const struct live_apps *apps, FILE *file)
{
    for (int i = 0; i < SERVICE_COUNT; i++) {
        const struct inet_server_stats *stats = inet_server_get_stats(apps->inet[i]);
        (void)fprintf(file,
                      "%-8s %" PRIu64 " connections, %" PRIu64 " ended prematurely, %" PRIu64
                      " bytes received, %" PRIu64 " sent\n",
                      service_names[i], stats->accepted, stats->terminated, stats->bytes_received,
                      stats->bytes_sent);
    }
    if (!apps->http)
        return;
    const struct http_server_stats *stats = http_server_get_stats(apps->http);
    (void)fprintf(file,
                  "%-8s %" PRIu64 " connections, %" PRIu64 " ended prematurely, %" PRIu64
                  " requests, %" PRIu64 " errors, %" PRIu64 " bytes sent\n",
                  "http", stats->accepted, stats->terminated, stats->requests, stats->errors,
                  stats->bytes_sent);
}
