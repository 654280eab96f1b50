/* SHA-256 (FIPS 180-4), to name contents by a number that no other content has. */
#ifndef TOESIM_SIM_SHA256_H
#define TOESIM_SIM_SHA256_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { SHA256_BLOCK_BYTES = 64, SHA256_TEXT_MAX = 65 };

/* A message that is being hashed. The caller owns the struct. */
struct sha256 {
    uint32_t state[8];
    uint64_t bytes; /* of the message so far */
    uint8_t block[SHA256_BLOCK_BYTES];
};

void sha256_init(struct sha256 *hash);

/* Appends `len` bytes to the message. */
void sha256_add(struct sha256 *hash, const void *bytes, size_t len);

/* Ends the message, and writes its hash as 64 lower-case hexadecimal digits. */
void sha256_end(struct sha256 *hash, char text[SHA256_TEXT_MAX]);

#ifdef __cplusplus
}
#endif

#endif
