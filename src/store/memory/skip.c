/* Skip lists with undo: the memory store's only data structure (store/memory.h). */
#include "store/memory.h"

#include <assert.h>
#include <stdlib.h>

struct skip skip_make(row_order order)
{
    return (struct skip){ .order = order, .dice = 0x9e3779b97f4a7c15u };
}

static struct skip_node *node_make(void *row, size_t levels)
{
    struct skip_node *node = calloc(1, sizeof *node + levels * sizeof(struct skip_node *));

    assert(node);
    node->row = row;
    return node;
}

void skip_drop(struct skip *list)
{
    struct skip_node *node = list->own_head;

    while (node) {
        struct skip_node *next = node->next[0];

        free(node);
        node = next;
    }
    list->own_head = NULL;
}

/* The last node before the probe on each level. */
static void trail_find(const struct skip *list, const void *probe,
                       struct skip_node *trail[SKIP_LEVELS])
{
    struct skip_node *node = list->own_head;

    for (size_t level = SKIP_LEVELS; level-- > 0;) {
        while (node->next[level] && list->order(node->next[level]->row, probe) < 0)
            node = node->next[level];
        trail[level] = node;
    }
}

struct skip_node *skip_seek(const struct skip *list, const void *probe)
{
    struct skip_node *trail[SKIP_LEVELS];

    if (!list->own_head)
        return NULL;
    trail_find(list, probe, trail);
    return trail[0]->next[0];
}

void *skip_find(const struct skip *list, const void *probe)
{
    const struct skip_node *node = skip_seek(list, probe);

    return node && list->order(node->row, probe) == 0 ? node->row : NULL;
}

/* Each level holds a quarter of the one below: xorshift is random enough for that, and the same
 * commands build the same list. */
static size_t levels_draw(struct skip *list)
{
    size_t levels = 1;

    list->dice ^= list->dice << 13;
    list->dice ^= list->dice >> 7;
    list->dice ^= list->dice << 17;
    for (uint64_t bits = list->dice; levels < SKIP_LEVELS && (bits & 3) == 0; bits >>= 2)
        levels++;
    return levels;
}

void skip_put(struct skip *list, void *row)
{
    struct skip_node *trail[SKIP_LEVELS];
    const size_t levels = levels_draw(list);
    struct skip_node *node = node_make(row, levels);

    if (!list->own_head)
        list->own_head = node_make(NULL, SKIP_LEVELS);
    trail_find(list, row, trail);
    assert(levels >= 1 && "every node stands on the ground level");
    for (size_t level = 0; level < levels; level++) {
        node->next[level] = trail[level]->next[level];
        trail[level]->next[level] = node;
    }
}

void skip_take(struct skip *list, const void *row)
{
    struct skip_node *trail[SKIP_LEVELS];

    assert(list->own_head);
    trail_find(list, row, trail);
    struct skip_node *node = trail[0]->next[0];
    assert(node && node->row == row);
    for (size_t level = 0; level < SKIP_LEVELS && trail[level]->next[level] == node; level++)
        trail[level]->next[level] = node->next[level];
    free(node);
}
