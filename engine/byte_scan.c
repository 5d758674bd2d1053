/* Rows of bytes that may be the nearest of a query, and how near these rows are themselves.
 *
 * A byte stands for a number on the scale of its dimension, so that the inner product of a row with
 * a query of float32 is that of its bytes with the query times the scale. The query is rounded to
 * 16 bits, and by how much that may be wrong is told. The loop over the rows is as fast as they
 * come from memory: it is written so that a compiler turns it into instructions over many bytes at
 * once, and where it can, it does so twice, for processors with AVX2 and for all.
 *
 * hatch_build.py compiles this file, byte_scan.py calls it.
 */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__)
#define WIDE_WHERE_POSSIBLE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE_WHERE_POSSIBLE
#endif

enum { BLOCK = 256, LANES = 64, FLOATS = 32, LINE = 64, AHEAD = 8192, LARGEST_BYTE = 127 };

/* A row, its product with a query by its bytes, and how near it is itself. */
typedef struct {
    int64_t row;
    int32_t product;
    float similarity;
} candidate;

/* Ask for bytes that will be read soon, for memory answers late; nothing is wrong beyond the end. */
static inline void ask_for(const void *start, int64_t num_bytes)
{
    for (int64_t at = 0; at < num_bytes; at += LINE)
        __builtin_prefetch((const char *)start + at);
}

/* Products of up to BLOCK rows with a query. */
WIDE_WHERE_POSSIBLE
static void multiply(const int8_t *rows, int64_t num_rows, int64_t width, const int16_t *query,
                     int32_t *products)
{
    for (int64_t number = 0; number < num_rows; number++) {
        const int8_t *row = rows + number * width;
        int32_t sum = 0;
        ask_for(row + AHEAD, width);
        for (int64_t at = 0; at < width / LANES * LANES; at++)
            sum += row[at] * query[at];
        products[number] = sum;
    }
}

/* Put a row in the place of the one with the smallest product of a heap, which stands first. */
static void replace_smallest(candidate *heap, int64_t size, candidate other)
{
    int64_t at = 0;
    for (int64_t child = 1; child < size; child = 2 * at + 1) {
        if (child + 1 < size && heap[child + 1].product < heap[child].product)
            child++;
        if (other.product <= heap[child].product)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = other;
}

/* The rows from `start` to `end` with the largest products, the smallest of which stands first. */
static void find_largest(const int8_t *bytes, int64_t width, const int16_t *query, int64_t start,
                         int64_t end, const uint8_t *allowed, int64_t wide, candidate *found)
{
    int32_t block[BLOCK];
    for (int64_t number = 0; number < wide; number++)
        found[number] = (candidate){.row = start, .product = INT32_MIN};
    for (int64_t first = start; first < end; first += BLOCK) {
        int64_t num_rows = end - first < BLOCK ? end - first : BLOCK;
        multiply(bytes + first * width, num_rows, width, query, block);
        for (int64_t number = 0; number < num_rows; number++)
            if (block[number] > found[0].product && (!allowed || allowed[first - start + number]))
                replace_smallest(found, wide,
                                 (candidate){.row = first + number, .product = block[number]});
    }
}

/* Round a query times the scale to whole steps, none so large that a product leaves 32 bits: the
 * size of a step. `lost` is by how much a product of it is off at most. */
static double in_steps(const float *query, const float *scale, int64_t dim, int64_t width,
                       int16_t *steps, double *lost)
{
    double most = 0, off = 0, step;
    double limit = fmin(INT16_MAX, floor((double)INT32_MAX / ((double)LARGEST_BYTE * width)));
    for (int64_t at = 0; at < dim; at++)
        most = fmax(most, fabs((double)query[at] * scale[at]));
    step = most > 0 ? most / limit : 1;
    for (int64_t at = 0; at < width; at++) {
        double asked = at < dim ? (double)query[at] * scale[at] : 0;
        steps[at] = (int16_t)lrint(asked / step);
        off += fabs(asked - steps[at] * step);
    }
    *lost = LARGEST_BYTE * off;
    return step;
}

/* In a fixed order, whatever the processor: by lane, then lane after lane, then what is left. */
WIDE_WHERE_POSSIBLE
static float product_of(const float *one, const float *other, int64_t dim)
{
    float sums[FLOATS] = {0}, sum = 0;
    int64_t at = 0;
    for (; at + FLOATS <= dim; at += FLOATS)
        for (int64_t lane = 0; lane < FLOATS; lane++)
            sums[lane] += one[at + lane] * other[at + lane];
    for (int64_t lane = 0; lane < FLOATS; lane++)
        sum += sums[lane];
    for (; at < dim; at++)
        sum += one[at] * other[at];
    return sum;
}

/* Similarities of the rows with a query; what is no number comes last. */
static void look_at(const float *vectors, int64_t dim, const float *query, int64_t wide,
                    candidate *found)
{
    for (int64_t number = 0; number < wide; number++) {
        if (number + 1 < wide)
            ask_for(vectors + found[number + 1].row * dim, dim * (int64_t)sizeof(float));
        found[number].similarity =
            fmaxf(product_of(query, vectors + found[number].row * dim, dim), -INFINITY);
    }
}

/* The more similar first; of equals the first row. */
static int in_order(const void *one, const void *other)
{
    const candidate *left = one, *right = other;
    if (left->similarity != right->similarity)
        return left->similarity > right->similarity ? -1 : 1;
    return (left->row > right->row) - (left->row < right->row);
}

/* For each query the `wide` rows between its start and its end that come nearest by their bytes, in
 * the order of their own similarities, and a product that no other of these rows exceeds by its
 * bytes. `allowed` says of each row whether it may answer, and is null where all may. */
void byte_scan(const int8_t *bytes, int64_t width, const float *vectors, const float *scale,
               int64_t dim, const float *queries, int64_t num_queries, const int64_t *starts,
               const int64_t *ends, const uint8_t *const *allowed, int64_t wide, candidate *found,
               double *highest)
{
    int16_t steps[width];
    for (int64_t number = 0; number < num_queries; number++, queries += dim, found += wide) {
        double lost, step = in_steps(queries, scale, dim, width, steps, &lost);
        find_largest(bytes, width, steps, starts[number], ends[number], allowed[number], wide,
                     found);
        highest[number] = found[0].product * step + lost;
        look_at(vectors, dim, queries, wide, found);
        qsort(found, wide, sizeof *found, in_order);
    }
}
