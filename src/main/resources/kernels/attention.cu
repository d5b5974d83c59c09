// Attention without a mask, softmax(q k^T scale) v, for Hopper. Compiled by NVRTC for sm_90a, which brings no header, with these macros:
//   HEAD      elements of a head: 40, 64, 80 or 160
//   KEYS      keys of a block: 64, 80 or 128
//   GROUPS    warpgroups that compute, 64 queries each: 2 or 3
//   STAGES    blocks of keys, and of values, that shared memory holds
//   BFLOAT16  1 for bfloat16, 0 for half
//   EMULATED  1 to compute an eighth of the powers of two without the special function units, for half
// One thread fetches queries, keys and values by the tensor memory accelerator. Each of the warpgroups keeps scores, weights and sums of its
// queries in registers; they take turns at the tensor cores, which work for the others while one makes weights of its scores. Products
// accumulate in float32 and the softmax is float32; its weights are rounded for the product with the values.

#define CAT(a, b) CAT_(a, b)
#define CAT_(a, b) a##b

#if BFLOAT16
#define TYPE "bf16"
#else
#define TYPE "f16"
#endif

using u32 = unsigned;
using u64 = unsigned long long;

struct alignas(64) TensorMap {
    unsigned char opaque[128];
};

constexpr int lanes = 32;
constexpr int group_threads = 128;
constexpr int group_rows = 64;
constexpr int rows = GROUPS * group_rows;
constexpr int threads = (GROUPS + 1) * group_threads;

// Of the multiprocessor's 65536 registers, those of a thread that fetches and of one that computes.
constexpr int few_registers = GROUPS == 3 ? 32 : 40;
constexpr int many_registers = GROUPS == 3 ? 160 : 232;

// Tiles in shared memory are columns of 64 elements, swizzled rows of 128 bytes; the accelerator puts zeros where a head has no element.
constexpr int column = 64;
constexpr int row_bytes = 128;
constexpr int columns = (HEAD + column - 1) / column;
constexpr int query_bytes = columns * rows * row_bytes;
constexpr int tile_bytes = columns * KEYS * row_bytes;
constexpr int alignment = 1024;

constexpr int score_steps = (HEAD + 15) / 16;
constexpr int value_steps = KEYS / 16;
constexpr int score_count = KEYS / 2;
constexpr int sum_count = HEAD / 2;

// A row's weights are relative to the largest score of its first block, times 2^headroom so that half's normal numbers reach further down.
// Where a block's weights exceed the limit, which half's infinity does, they are made again, relative to their largest score.
constexpr float headroom = BFLOAT16 ? 0 : 10;
constexpr float limit = BFLOAT16 ? 1e15f : 3e5f;

// ---- barriers ----

// An address in shared memory, which the compiler would else find out again at each use.
__device__ __forceinline__ u32 shared_address(const void* pointer) {
    u32 address = static_cast<u32>(__cvta_generic_to_shared(pointer));
    asm volatile("" : "+r"(address));
    return address;
}

__device__ __forceinline__ void initialize(u32 barrier, u32 arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals));
}

__device__ __forceinline__ void expect(u32 barrier, u32 bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ __forceinline__ void arrive(u32 barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

__device__ __forceinline__ void await(u32 barrier, u32 parity) {
    asm volatile(
        "{\n"
        ".reg .pred done;\n"
        "again:\n"
        "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
        "@!done bra again;\n"
        "}" ::"r"(barrier),
        "r"(parity)
        : "memory");
}

// Groups, counted from 1, take turns; the last one has to pass the first turn.
__device__ __forceinline__ void take_turn(int group) {
    asm volatile("bar.sync %0, %1;" ::"r"(group), "n"(2 * group_threads) : "memory");
}

__device__ __forceinline__ void pass_turn(int group) {
    asm volatile("bar.arrive %0, %1;" ::"r"(group == GROUPS ? 1 : group + 1), "n"(2 * group_threads) : "memory");
}

// ---- products ----

// Describes a tile to the tensor cores: of keys, where the sum runs along a row, or of values, where it runs over rows.
__device__ __forceinline__ u64 describe(u32 address, u32 column_bytes) {
    constexpr u64 swizzle_128 = 1;
    constexpr u64 eight_rows = 8 * row_bytes / 16;
    return (address & 0x3FFFF) >> 4 | static_cast<u64>(column_bytes / 16) << 16 | eight_rows << 32 | swizzle_128 << 62;
}

#define D8(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]), "+f"(d[i + 7])
#define D4(i) "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])

// d [64, N] = a [64, 16] b [16, N] + (accumulate ? d : 0); REGISTERS are those of d, the arguments' numbers follow.
#define MULTIPLY(N, REGISTERS, A0, A1, A2, A3, B, ACCUMULATE, TRANSPOSED, ...)                                                          \
    template <int transposed>                                                                                                           \
    __device__ __forceinline__ void multiply(float (&d)[N / 2], u32 a0, u32 a1, u32 a2, u32 a3, u64 b, int accumulate) {                \
        asm volatile(                                                                                                                   \
            "{\n"                                                                                                                       \
            ".reg .pred accumulate;\n"                                                                                                  \
            "setp.ne.b32 accumulate, " ACCUMULATE ", 0;\n"                                                                              \
            "wgmma.mma_async.sync.aligned.m64n" #N "k16.f32." TYPE "." TYPE " {" REGISTERS "}, {" A0 ", " A1 ", " A2 ", " A3 "}, " B    \
            ", accumulate, 1, 1, " TRANSPOSED ";\n"                                                                                     \
            "}"                                                                                                                         \
            : __VA_ARGS__                                                                                                               \
            : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "l"(b), "r"(accumulate), "n"(transposed));                                            \
    }

#define R0 "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15"
#define R16 ", %16, %17, %18, %19"
#define R20 ", %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define R32 ", %32, %33, %34, %35, %36, %37, %38, %39"
#define R40 ", %40, %41, %42, %43, %44, %45, %46, %47"
#define R48 ", %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define R64 ", %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79"

#define MULTIPLY_40 MULTIPLY(40, R0 R16, "%20", "%21", "%22", "%23", "%24", "%25", "%26", D8(0), D8(8), D4(16))
#define MULTIPLY_64 MULTIPLY(64, R0 R16 R20, "%32", "%33", "%34", "%35", "%36", "%37", "%38", D8(0), D8(8), D8(16), D8(24))
#define MULTIPLY_80 \
    MULTIPLY(80, R0 R16 R20 R32, "%40", "%41", "%42", "%43", "%44", "%45", "%46", D8(0), D8(8), D8(16), D8(24), D8(32))
#define MULTIPLY_128                                                                                                                    \
    MULTIPLY(128, R0 R16 R20 R32 R40 R48, "%64", "%65", "%66", "%67", "%68", "%69", "%70", D8(0), D8(8), D8(16), D8(24), D8(32), D8(40), \
             D8(48), D8(56))
#define MULTIPLY_160                                                                                                                    \
    MULTIPLY(160, R0 R16 R20 R32 R40 R48 R64, "%80", "%81", "%82", "%83", "%84", "%85", "%86", D8(0), D8(8), D8(16), D8(24), D8(32),     \
             D8(40), D8(48), D8(56), D8(64), D8(72))

CAT(MULTIPLY_, HEAD)
#if KEYS != HEAD
CAT(MULTIPLY_, KEYS)
#endif

__device__ __forceinline__ void begin_products() {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

__device__ __forceinline__ void end_products() {
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

// Waits until at most some of the last committed products are unfinished, and tells the compiler that d has changed.
template <int pending, int N>
__device__ __forceinline__ void await_products(float (&d)[N]) {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(pending) : "memory");
#pragma unroll
    for (int i = 0; i < N; i++) {
        asm volatile("" : "+f"(d[i])::"memory");
    }
}

// The scores of a block: q k^T.
__device__ __forceinline__ void multiply_keys(float (&scores)[score_count], const u32 (&q)[score_steps][4], u32 tile) {
    begin_products();
    u64 keys = describe(tile, 16);
#pragma unroll
    for (int step = 0; step < score_steps; step++) {
        u64 b = keys + (step / 4 * KEYS * row_bytes + step % 4 * 32) / 16;
        multiply<0>(scores, q[step][0], q[step][1], q[step][2], q[step][3], b, step > 0);
    }
    end_products();
}

// Adds a block's values, times their weights.
__device__ __forceinline__ void multiply_values(float (&sums)[sum_count], const u32 (&weights)[value_steps][4], u32 tile) {
    begin_products();
    u64 values = describe(tile, KEYS * row_bytes);
#pragma unroll
    for (int step = 0; step < value_steps; step++) {
        u64 b = values + step * 16 * row_bytes / 16;
        multiply<1>(sums, weights[step][0], weights[step][1], weights[step][2], weights[step][3], b, 1);
    }
    end_products();
}

// ---- powers of two ----

__device__ __forceinline__ float power_of_two(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

__device__ __forceinline__ u32 round_pair(float low, float high) {
    u32 pair;
    asm("cvt.rn." TYPE "x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

__device__ __forceinline__ u32 add_pairs(u32 a, u32 b) {
    u32 sum;
    asm("add.rn." TYPE "x2 %0, %1, %2;" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
}

// The sum of both numbers of a pair.
__device__ __forceinline__ float total(u32 pair) {
#if BFLOAT16
    return __uint_as_float(pair << 16) + __uint_as_float(pair & 0xFFFF0000);
#else
    float low, high;
    asm("{\n"
        ".reg .b16 low, high;\n"
        "mov.b32 {low, high}, %2;\n"
        "cvt.f32.f16 %0, low;\n"
        "cvt.f32.f16 %1, high;\n"
        "}"
        : "=f"(low), "=f"(high)
        : "r"(pair));
    return low + high;
#endif
}

// Half's exponents from -15 on, as the 31 values of their field.
constexpr float lowest_exponent = 15;
constexpr float exponents = 31;

__device__ __forceinline__ float clamped_exponent(float score, float scale, float shift) {
    float clamped;
    asm("fma.rn.sat.f32 %0, %1, %2, %3;" : "=f"(clamped) : "f"(score), "f"(scale), "f"(shift));
    constexpr float rounder = 12288; // a unit in its last place is 2^-10, as in the mantissa of a half
    return fmaf(clamped, exponents, rounder);
}

__device__ __forceinline__ u32 fma_pairs(u32 a, u32 b, u32 c) {
    u32 d;
    asm("fma.rn.f16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
    return d;
}

// A pair of powers of two by FMA units. Exponents, clamped and rounded to the bits of a mantissa, are 2^n (1 + f) when read as half, where
// n + f is the exponent; a polynomial in 1 + f is 2^f to 8e-5.
__device__ __forceinline__ u32 emulated_powers(float low_exponent, float high_exponent) {
    u32 bits = __byte_perm(__float_as_uint(low_exponent), __float_as_uint(high_exponent), 0x5410);
    u32 fraction = (bits & 0x03FF03FF) | 0x3C003C00;
    u32 power = fma_pairs(0x2CFE2CFE, fraction, 0xA019A019); // 0.0780, -0.0080
    power = fma_pairs(power, fraction, 0x37A537A5); // 0.4778
    power = fma_pairs(power, fraction, 0x373C373C); // 0.4521
    u32 product;
    asm("mul.rn.f16x2 %0, %1, %2;" : "=r"(product) : "r"(power), "r"(bits & 0x7C007C00));
    return product;
}

// ---- softmax ----

// A row of scores: what its weights are relative to, times scale; the sum of its weights in this thread; what makes a score an exponent, and
// an exponent between 0 and 1 of those that half has.
struct Row {
    float largest = __int_as_float(0xFF800000);
    float sum = 0;
    float shift;
    float clamped_shift;
};

// Hides the scores of keys that are not there: a thread has two neighbours of every eight columns, of two rows.
__device__ __forceinline__ void mask(float (&scores)[score_count], int keys) {
    if (keys < KEYS) {
        int first = threadIdx.x % 4 * 2;
#pragma unroll
        for (int i = 0; i < score_count; i++) {
            if (i / 4 * 8 + first + i % 2 >= keys) {
                scores[i] = __int_as_float(0xFF800000);
            }
        }
    }
}

// Makes weights relative to the largest scores so far, and scales what was summed with earlier ones.
__device__ __forceinline__ void rebase(const float (&scores)[score_count], float (&sums)[sum_count], Row (&state)[2], float scale) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float largest = scores[2 * r];
#pragma unroll
        for (int i = 0; i < score_count; i++) {
            if (i / 2 % 2 == r) {
                largest = fmaxf(largest, scores[i]);
            }
        }
        largest = fmaxf(largest, __shfl_xor_sync(0xFFFFFFFF, largest, 1));
        largest = fmaxf(largest, __shfl_xor_sync(0xFFFFFFFF, largest, 2));
        largest = fmaxf(state[r].largest, largest * scale);
        float factor = power_of_two(state[r].largest - largest);
        state[r].largest = largest;
        state[r].sum *= factor;
        state[r].shift = headroom - largest;
        state[r].clamped_shift = (state[r].shift + lowest_exponent) / exponents;
#pragma unroll
        for (int i = 0; i < sum_count; i += 4) {
            sums[i + 2 * r] *= factor;
            sums[i + 2 * r + 1] *= factor;
        }
    }
}

// Weights of scores, laid out as the left operand of 16 keys' products, and their sums in this thread.
__device__ __forceinline__ void weigh(
    const float (&scores)[score_count], u32 (&weights)[value_steps][4], float (&totals)[2], const Row (&state)[2], float scale) {
    constexpr int summed = 4; // steps whose weights are added before they are widened: eight are within half's range
    totals[0] = 0;
    totals[1] = 0;
#pragma unroll
    for (int step = 0; step < value_steps; step++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            float low = scores[step * 8 + i * 2];
            float high = scores[step * 8 + i * 2 + 1];
            const Row& row = state[i % 2];
            if (EMULATED && !BFLOAT16 && step % 2 == 0 && i == 3) {
                weights[step][i] = emulated_powers(
                    clamped_exponent(low, scale / exponents, row.clamped_shift), clamped_exponent(high, scale / exponents, row.clamped_shift));
            } else {
                weights[step][i] = round_pair(power_of_two(fmaf(low, scale, row.shift)), power_of_two(fmaf(high, scale, row.shift)));
            }
        }
        if (step % summed == summed - 1 || step == value_steps - 1) {
#pragma unroll
            for (int r = 0; r < 2; r++) {
                u32 sum = add_pairs(weights[step][r], weights[step][r + 2]);
#pragma unroll
                for (int other = step / summed * summed; other < step; other++) {
                    sum = add_pairs(sum, add_pairs(weights[other][r], weights[other][r + 2]));
                }
                totals[r] += total(sum);
            }
        }
    }
}

// Weights of a block's scores, and their sums added to the rows'.
__device__ __forceinline__ void make_weights(
    const float (&scores)[score_count], u32 (&weights)[value_steps][4], float (&sums)[sum_count], Row (&state)[2], float scale) {
    float totals[2];
    weigh(scores, weights, totals, state, scale);
    if (__builtin_expect(__any_sync(0xFFFFFFFF, fmaxf(totals[0], totals[1]) > limit), 0)) {
        rebase(scores, sums, state, scale);
        weigh(scores, weights, totals, state, scale);
    }
    state[0].sum += totals[0];
    state[1].sum += totals[1];
}

// ---- the kernel ----

struct Barriers {
    u64 query_full;
    u64 query_empty;
    u64 key_full[STAGES];
    u64 key_empty[STAGES];
    u64 value_full[STAGES];
    u64 value_empty[STAGES];
};

// Addresses in shared memory.
struct Shared {
    u32 query_tile;
    u32 key_tiles;
    u32 value_tiles;
    u32 query_full;
    u32 query_empty;
    u32 key_full;
    u32 key_empty;
    u32 value_full;
    u32 value_empty;
};

// Position in the ring of blocks.
struct Slot {
    int stage = 0;
    u32 parity = 0;

    __device__ __forceinline__ void advance() {
        if (++stage == STAGES) {
            stage = 0;
            parity ^= 1;
        }
    }
};

struct Sizes {
    int heads;
    int queries;
    int keys;
    int tiles_per_head;
    int tiles;
    int blocks;
};

struct Place {
    int head;
    int batch;
    int row;
};

__device__ __forceinline__ Place place(int tile, const Sizes& sizes) {
    int head = tile / sizes.tiles_per_head;
    return {head % sizes.heads, head / sizes.heads, tile % sizes.tiles_per_head * rows};
}

__device__ __forceinline__ void fetch(u32 target, int tile_rows, const TensorMap& map, const Place& at, int row, u32 barrier) {
#pragma unroll
    for (int c = 0; c < columns; c++) {
        asm volatile(
            "cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3, %4, %5}], [%6];" ::"r"(
                target + c * tile_rows * row_bytes),
            "l"(&map),
            "r"(c * column),
            "r"(at.head),
            "r"(row),
            "r"(at.batch),
            "r"(barrier)
            : "memory");
    }
}

// Fetches all that a block's tiles take. The last keys of each come first, because they may be fewer than a block.
__device__ __forceinline__ void fetch_tiles(
    const Shared& shared, const Sizes& sizes, const TensorMap& query_map, const TensorMap& key_map, const TensorMap& value_map) {
    u32 query_parity = 1;
    Slot slot;
    for (int tile = blockIdx.x; tile < sizes.tiles; tile += gridDim.x) {
        Place at = place(tile, sizes);
        await(shared.query_empty, query_parity);
        query_parity ^= 1;
        expect(shared.query_full, query_bytes);
        fetch(shared.query_tile, rows, query_map, at, at.row, shared.query_full);
        for (int i = 0; i < sizes.blocks; i++) {
            int first = (i == 0 ? sizes.blocks - 1 : i - 1) * KEYS;
            int offset = slot.stage * tile_bytes;
            u32 barrier = 8 * slot.stage;
            await(shared.key_empty + barrier, slot.parity ^ 1);
            expect(shared.key_full + barrier, tile_bytes);
            fetch(shared.key_tiles + offset, KEYS, key_map, at, first, shared.key_full + barrier);
            await(shared.value_empty + barrier, slot.parity ^ 1);
            expect(shared.value_full + barrier, tile_bytes);
            fetch(shared.value_tiles + offset, KEYS, value_map, at, first, shared.value_full + barrier);
            slot.advance();
        }
    }
}

// A warp's 16 queries as the left operand of products with keys.
__device__ __forceinline__ void load_queries(u32 (&q)[score_steps][4], u32 query_tile, int tile_row) {
#pragma unroll
    for (int step = 0; step < score_steps; step++) {
#pragma unroll
        for (int i = 0; i < 4; i++) {
            int row = tile_row + i % 2 * 8;
            int chunk = step * 2 + i / 2;
            u32 address = query_tile + chunk / 8 * rows * row_bytes + row * row_bytes + (chunk % 8 ^ row % 8) * 16 + threadIdx.x % 4 * 4;
            asm volatile("ld.shared.u32 %0, [%1];" : "=r"(q[step][i]) : "r"(address));
        }
    }
}

// Writes a warp's rows.
__device__ __forceinline__ void store(
    unsigned short* out, const float (&sums)[sum_count], const Row (&state)[2], const Place& at, int tile_row, const Sizes& sizes) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
        float sum = state[r].sum;
        sum += __shfl_xor_sync(0xFFFFFFFF, sum, 1);
        sum += __shfl_xor_sync(0xFFFFFFFF, sum, 2);
        float factor = 1 / sum;
        int query = at.row + tile_row + r * 8;
        if (query < sizes.queries) {
            long long start = ((static_cast<long long>(at.batch) * sizes.queries + query) * sizes.heads + at.head) * HEAD;
            u32* target = reinterpret_cast<u32*>(out + start) + threadIdx.x % 4;
#pragma unroll
            for (int i = 0; i < sum_count; i += 4) {
                target[i] = round_pair(sums[i + 2 * r] * factor, sums[i + 2 * r + 1] * factor);
            }
        }
    }
}

// Computes a warpgroup's rows of all of a block's tiles. Each block of keys is one turn at the tensor cores: its scores, and the sums with the
// values of the block before, which may be the last one of the tile before.
__device__ __forceinline__ void attend(const Shared& shared, const Sizes& sizes, unsigned short* out, float scale) {
    int group = threadIdx.x / group_threads;
    int lane = threadIdx.x % lanes;
    int tile_row = (threadIdx.x - group_threads) / lanes * 16 + lane / 4;
    u32 query_parity = 0;
    Slot slot;
    u32 q[score_steps][4];
    Row state[2];
    float scores[score_count];
    u32 weights[value_steps][4];
    float sums[sum_count];

    auto release = [&](u32 barrier) {
        if (lane == 0) {
            arrive(barrier);
        }
    };
    auto take_queries = [&]() {
        await(shared.query_full, query_parity);
        query_parity ^= 1;
        load_queries(q, shared.query_tile, tile_row);
        __syncwarp();
        release(shared.query_empty);
    };
    auto begin_scores = [&]() {
        await(shared.key_full + 8 * slot.stage, slot.parity);
        multiply_keys(scores, q, shared.key_tiles + slot.stage * tile_bytes);
    };
    auto begin_sums = [&](const Slot& at) {
        await(shared.value_full + 8 * at.stage, at.parity);
        multiply_values(sums, weights, shared.value_tiles + at.stage * tile_bytes);
    };
    auto take_next_block = [&]() {
        Slot last = slot;
        slot.advance();
        take_turn(group);
        begin_scores();
        begin_sums(last);
        pass_turn(group);
        await_products<1>(scores);
        release(shared.key_empty + 8 * slot.stage);
        await_products<0>(sums);
        release(shared.value_empty + 8 * last.stage);
    };
    auto begin_tile = [&]() {
        state[0] = Row();
        state[1] = Row();
#pragma unroll
        for (int i = 0; i < sum_count; i++) {
            sums[i] = 0;
        }
        mask(scores, sizes.keys - (sizes.blocks - 1) * KEYS);
        rebase(scores, sums, state, scale);
        make_weights(scores, weights, sums, state, scale);
    };

    if (group == GROUPS) {
        pass_turn(group);
    }
    take_queries();
    begin_scores();
    await_products<0>(scores);
    release(shared.key_empty + 8 * slot.stage);
    begin_tile();
    int tile = blockIdx.x;
    while (true) {
        for (int block = 1; block < sizes.blocks; block++) {
            take_next_block();
            make_weights(scores, weights, sums, state, scale);
        }
        const int next = tile + gridDim.x;
        if (next >= sizes.tiles) {
            break;
        }
        take_queries();
        take_next_block();
        store(out, sums, state, place(tile, sizes), tile_row, sizes);
        begin_tile();
        tile = next;
    }
    begin_sums(slot);
    await_products<0>(sums);
    store(out, sums, state, place(tile, sizes), tile_row, sizes);
}

// Grid: as many blocks as run at once, but no more than tiles; block i takes every gridDim.x-th tile of queries from the i-th on. out is
// [batches, queries, heads, HEAD]; the maps are of [batches, sequence, heads, HEAD] with any strides; scale has the factor log2(e).
extern "C" __global__ void __launch_bounds__(threads, 1) attention(
    const __grid_constant__ TensorMap query_map, const __grid_constant__ TensorMap key_map, const __grid_constant__ TensorMap value_map,
    unsigned short* out, int batches, int heads, int queries, int keys, float scale) {
    extern __shared__ unsigned char dynamic[];
    __shared__ Barriers barriers;
    Shared shared;
    shared.query_tile = (shared_address(dynamic) + alignment - 1) / alignment * alignment;
    shared.key_tiles = shared.query_tile + query_bytes;
    shared.value_tiles = shared.key_tiles + STAGES * tile_bytes;
    shared.query_full = shared_address(&barriers.query_full);
    shared.query_empty = shared_address(&barriers.query_empty);
    shared.key_full = shared_address(barriers.key_full);
    shared.key_empty = shared_address(barriers.key_empty);
    shared.value_full = shared_address(barriers.value_full);
    shared.value_empty = shared_address(barriers.value_empty);
    if (threadIdx.x == 0) {
        constexpr int warps = rows / 16;
        initialize(shared.query_full, 1);
        initialize(shared.query_empty, warps);
        for (int stage = 0; stage < STAGES; stage++) {
            initialize(shared.key_full + 8 * stage, 1);
            initialize(shared.key_empty + 8 * stage, warps);
            initialize(shared.value_full + 8 * stage, 1);
            initialize(shared.value_empty + 8 * stage, warps);
        }
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }
    __syncthreads();
    asm volatile("griddepcontrol.wait;" ::: "memory");

    Sizes sizes;
    sizes.heads = heads;
    sizes.queries = queries;
    sizes.keys = keys;
    sizes.tiles_per_head = (queries + rows - 1) / rows;
    sizes.tiles = sizes.tiles_per_head * heads * batches;
    sizes.blocks = (keys + KEYS - 1) / KEYS;
    if (threadIdx.x < group_threads) {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(few_registers));
        if (threadIdx.x == 0) {
            fetch_tiles(shared, sizes, query_map, key_map, value_map);
        }
    } else {
        asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(many_registers));
        attend(shared, sizes, out, scale);
    }
}
