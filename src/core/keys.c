/* Ordering of 64-bit keys: shell sort for the few that are shown, selection before it. */
#include "keys.h"

enum { SELECT_FEW = 16 };

void keys_sort(uint64_t *keys, size_t n)
{
    for (size_t gap = n / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
        for (size_t i = gap; i < n; i++) {
            const uint64_t moving = keys[i];
            size_t k = i;
            for (; k >= gap && keys[k - gap] > moving; k -= gap)
                keys[k] = keys[k - gap];
            keys[k] = moving;
        }
    }
}

/* Hoare's selection; the pivot is the median of three, so sorted input is no worst case. */
void keys_select(uint64_t *keys, size_t n, size_t wanted)
{
    size_t low = 0;
    size_t high = n;
    while (high - low > SELECT_FEW) {
        const uint64_t a = keys[low];
        const uint64_t b = keys[(low + high) / 2];
        const uint64_t c = keys[high - 1];
        const uint64_t pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        size_t i = low;
        size_t k = high - 1;
        for (;;) {
            while (keys[i] < pivot)
                i++;
            while (keys[k] > pivot)
                k--;
            if (i >= k)
                break;
            const uint64_t swapped = keys[i];
            keys[i++] = keys[k];
            keys[k--] = swapped;
        }
        if (k + 1 >= wanted && k + 1 < high)
            high = k + 1;
        else if (k + 1 < wanted)
            low = k + 1;
        else
            break;
        if (low >= wanted)
            break;
    }
    if (high - low <= SELECT_FEW)
        keys_sort(keys + low, high - low);
}

size_t keys_take_smallest(uint64_t *keys, size_t n, size_t limit)
{
    if (n > limit) {
        keys_select(keys, n, limit);
        n = limit;
    }
    keys_sort(keys, n);
    return n;
}
