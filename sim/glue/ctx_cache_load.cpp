#include "sim/glue/ctx_cache_load.h"

#include "sim/glue/ctx_cache_rtl.h"
#include "sim/shape/shape_library.h"

#include "Vctx_cache.h"

#include <cassert>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <sys/stat.h>
#include <vector>

namespace
{
// The dynamic linker maps a file without looking whether it is whole, and a page behind its end raises SIGBUS. The section
// headers are the last part of the file.
bool is_whole(const char *path)
{
    Elf64_Ehdr header = {};
    struct stat about = {};
    FILE *file = fopen(path, "rb");
    bool is_elf = file && fstat(fileno(file), &about) == 0 &&
                  fread(&header, sizeof header, 1, file) == 1 &&
                  memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
    if (file)
        (void)fclose(file);
    uint64_t end = header.e_shoff + uint64_t{header.e_shnum} * header.e_shentsize;
    return is_elf && end <= static_cast<uint64_t>(about.st_size);
}

const ctx_cache_library *open_library(const cache_shape &shape, error *err)
{
    char path[SHAPE_PATH_MAX];
    if (shape_library_find(&shape, path, err) != STATUS_OK)
        return nullptr;
    if (!is_whole(path)) {
        error_set(err, STATUS_ENVIRONMENT, "%s: is damaged; remove the file, and it is built again",
                  path);
        return nullptr;
    }
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const void *entry = handle ? dlsym(handle, "ctx_cache_library_entry") : nullptr;
    if (!entry) {
        const char *why = dlerror();
        error_set(err, STATUS_ENVIRONMENT, "%s: %s; remove the file, and it is built again", path,
                  why ? why : "is no library of a context cache");
        return nullptr;
    }
    const auto *library = static_cast<const ctx_cache_library *>(entry);
    if (cache_shape_equal(&library->shape, &shape))
        return library;
    error_set(err, STATUS_ENVIRONMENT,
              "%s: is a cache of %u sets x %u ways; remove the file, and it is built again", path,
              library->shape.sets, library->shape.ways);
    return nullptr;
}

// The libraries that were loaded stay until the process ends, because their code may be in use.
std::vector<const ctx_cache_library *> loaded;

const ctx_cache_library *find_loaded(const cache_shape &shape)
{
    for (const ctx_cache_library *library : loaded)
        if (cache_shape_equal(&library->shape, &shape))
            return library;
    return nullptr;
}

bool is_own(const cache_shape &shape)
{
    cache_shape own = cache_shape_default();
    return cache_shape_equal(&own, &shape);
}
} // namespace

enum status ctx_cache_rtl_prepare(const cache_shape *shape, error *err)
{
    if (is_own(*shape) || find_loaded(*shape))
        return STATUS_OK;
    const ctx_cache_library *library = open_library(*shape, err);
    if (!library)
        return err->status;
    loaded.push_back(library);
    return STATUS_OK;
}

ctx_cache_face *ctx_cache_load(VerilatedContext *context, const char *name,
                               const cache_shape &shape, const ctx_port_params &params,
                               const ctx_client &client)
{
    if (is_own(shape))
        return new ctx_cache_face_of<Vctx_cache>(context, name, params, client);
    const ctx_cache_library *library = find_loaded(shape);
    assert(library);
    return library->create(context, name, &params, &client);
}
