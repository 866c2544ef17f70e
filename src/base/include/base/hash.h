/* Hashes, MACs and sealed tokens, all libsodium's; and text forms of bytes. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

enum { HASH_BYTES = 32, SECRET_BYTES = 32 };

struct hash {
    uint8_t at[HASH_BYTES];
};

void hash_start(void); /* once per process, before anything else here; aborts if libsodium fails */
struct hash hash_of(struct str bytes);                              /* SHA-256 */
struct hash hash_join(const struct hash *before, struct str bytes); /* SHA-256(before || bytes) */
struct hash hash_mac(const struct hash *key, struct str bytes);     /* HMAC-SHA-256 */
bool hash_equal(const struct hash *a, const struct hash *b);        /* constant time */
uint64_t hash_short(struct str bytes); /* SipHash-2-4 with a fixed key: for tables and ETags */

struct str hex_print(struct arena *arena, const void *bytes, size_t len);    /* lower case */
struct str base64_print(struct arena *arena, const void *bytes, size_t len); /* url-safe, bare */
/* *ret_len bytes in the arena; false when text is not url-safe base64 without padding. */
IL_MUST bool base64_parse(struct arena *arena, struct str text, uint8_t **ret, size_t *ret_len);

/* Encrypts and authenticates (XSalsa20-Poly1305, random nonce): the token of an offer. */
struct str seal(struct arena *arena, const struct hash *key, struct str plain);
IL_MUST bool unseal(struct arena *arena, const struct hash *key, struct str token, struct str *ret);

#endif
