/* libsodium behind our names. */
#include "base/hash.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(crypto_hash_sha256_BYTES == HASH_BYTES, "SHA-256 is 32 bytes");
_Static_assert(crypto_auth_hmacsha256_KEYBYTES == HASH_BYTES, "a MAC key is a hash in size");
_Static_assert(crypto_secretbox_KEYBYTES == HASH_BYTES, "a sealing key is a hash in size");

void hash_start(void)
{
    if (sodium_init() < 0)
        abort();
}

struct hash hash_of(struct str bytes)
{
    struct hash h;
    crypto_hash_sha256(h.at, (const unsigned char *)bytes.at, bytes.len);
    return h;
}

struct hash hash_join(const struct hash *before, struct str bytes)
{
    struct hash h;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, before->at, sizeof before->at);
    crypto_hash_sha256_update(&state, (const unsigned char *)bytes.at, bytes.len);
    crypto_hash_sha256_final(&state, h.at);
    return h;
}

struct hash hash_mac(const struct hash *key, struct str bytes)
{
    struct hash h;
    crypto_auth_hmacsha256(h.at, (const unsigned char *)bytes.at, bytes.len, key->at);
    return h;
}

bool hash_equal(const struct hash *a, const struct hash *b)
{
    return sodium_memcmp(a->at, b->at, HASH_BYTES) == 0;
}

uint64_t hash_short(struct str bytes)
{
    static const unsigned char key[crypto_shorthash_KEYBYTES] = "interlock table";
    uint64_t h;
    _Static_assert(sizeof h == crypto_shorthash_BYTES, "SipHash gives 64 bits");
    crypto_shorthash((unsigned char *)&h, (const unsigned char *)bytes.at, bytes.len, key);
    return h;
}

struct str hex_print(struct arena *arena, const void *bytes, size_t len)
{
    char *at = arena_array(arena, char, 2 * len + 1);
    sodium_bin2hex(at, 2 * len + 1, bytes, len);
    return (struct str){ at, 2 * len };
}

struct str base64_print(struct arena *arena, const void *bytes, size_t len)
{
    const int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    const size_t room = sodium_base64_encoded_len(len, variant);
    char *at = arena_array(arena, char, room);
    sodium_bin2base64(at, room, bytes, len, variant);
    return (struct str){ at, strlen(at) };
}

bool base64_parse(struct arena *arena, struct str text, uint8_t **ret, size_t *ret_len)
{
    uint8_t *at = arena_array(arena, uint8_t, text.len + 1);
    size_t len;
    const char *end;
    if (sodium_base642bin(at, text.len + 1, text.at, text.len, NULL, &len, &end,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        end != text.at + text.len)
        return false;
    *ret = at;
    *ret_len = len;
    return true;
}

enum { SEAL_EXTRA_BYTES = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES };

struct str seal(struct arena *arena, const struct hash *key, struct str plain)
{
    unsigned char *box = arena_array(arena, unsigned char, plain.len + SEAL_EXTRA_BYTES);
    randombytes_buf(box, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)plain.at,
                          plain.len, box, key->at);
    return base64_print(arena, box, plain.len + SEAL_EXTRA_BYTES);
}

bool unseal(struct arena *arena, const struct hash *key, struct str token, struct str *ret)
{
    uint8_t *box;
    size_t len;
    if (!base64_parse(arena, token, &box, &len) || len < SEAL_EXTRA_BYTES)
        return false;
    unsigned char *plain = arena_array(arena, unsigned char, len);
    if (crypto_secretbox_open_easy(plain, box + crypto_secretbox_NONCEBYTES,
                                   len - crypto_secretbox_NONCEBYTES, box, key->at) != 0)
        return false;
    *ret = (struct str){ (const char *)plain, len - SEAL_EXTRA_BYTES };
    return true;
}
