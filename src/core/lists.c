/* Sorted lists of records that images share, and sets of refs. */
#include "lists.h"

#include "base/block.h"

static void list_drop(void *content)
{
    for (const void **at = content; *at != NULL; at++)
        block_free(*at);
}

const void **list_new(size_t n)
{
    return block_new((n + 1) * sizeof(void *), list_drop);
}

/* Stable, so that the last change of a record stays the last; what comes is nearly sorted. */
static void changes_sort(struct list_change *changes, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct list_change moving = changes[i];
        size_t k = i;
        for (; k > 0 && changes[k - 1].ref > moving.ref; k--)
            changes[k] = changes[k - 1];
        changes[k] = moving;
    }
}

static void put(const void **list, size_t *n, const void *block)
{
    if (block != NULL)
        list[(*n)++] = block;
}

const void **list_after(const struct list *old, struct list_change *changes, size_t n_changes,
                        size_t *ret_n)
{
    const void **list = list_new(old->n + n_changes);
    size_t n = 0;
    size_t next = 0;
    changes_sort(changes, n_changes);
    for (size_t i = 0; i < n_changes; i++) {
        const ref_t ref = changes[i].ref;
        if (i + 1 < n_changes && changes[i + 1].ref == ref) {
            block_free(changes[i].block);
            continue;
        }
        while (next < old->n && old->ref_of(old->at[next]) < ref)
            put(list, &n, block_keep(old->at[next++]));
        if (next < old->n && old->ref_of(old->at[next]) == ref)
            next++;
        put(list, &n, changes[i].block);
    }
    while (next < old->n)
        put(list, &n, block_keep(old->at[next++]));
    *ret_n = n;
    return list;
}

const void *list_find(const struct list *list, ref_t ref)
{
    size_t low = 0;
    size_t high = list->n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const ref_t found = list->ref_of(list->at[middle]);
        if (found == ref)
            return list->at[middle];
        if (found < ref)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool refs_have(const ref_t *sorted, size_t n, ref_t ref)
{
    size_t low = 0;
    size_t high = n;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (sorted[middle] == ref)
            return true;
        if (sorted[middle] < ref)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
