// What kernels of products have in common, for architecture 90 with its own instructions (sm_90a). Compiled by NVRTC, which brings no
// header; a kernel's source follows.
//
// One thread of a block copies boxes of tensors to a ring of stages in shared memory; groups of 128 threads multiply, 64 rows each. Two
// blocks are a cluster that shares the copies of one operand.

struct Half {
    unsigned short bits;
};

struct Bfloat16 {
    unsigned short bits;
};

// A CUtensorMap.
struct alignas(64) TensorMap {
    unsigned long long words[16];
};

constexpr int lanes = 32;
constexpr int group_threads = 128;
constexpr int cluster = 2;         // blocks of a cluster
constexpr int group_rows = 64;     // in a product of a group
constexpr int slice = 64;          // of the depth, in a stage: rows of 128 bytes, which the copies swizzle
constexpr int slice_bytes = 2 * slice;
constexpr int step = 16;           // of the depth, in one instruction
constexpr int shared_bytes = 227 * 1024;
constexpr int stage_alignment = 1024;  // of a swizzled stage
constexpr int barrier_bytes = 256;     // more than two for each stage
constexpr int lag = 2;                 // stages that a group starts behind the one before it
constexpr int bands_together = 8;      // tiles of rows that are worked on side by side

__device__ __forceinline__ unsigned shared_address(const void* pointer) {
    return static_cast<unsigned>(__cvta_generic_to_shared(pointer));
}

__device__ __forceinline__ void init_barrier(unsigned barrier, int arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(arrivals) : "memory");
}

__device__ __forceinline__ void wait(unsigned barrier, unsigned phase) {
    asm volatile(
        "{\n"
        ".reg .pred done;\n"
        "again:\n"
        "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
        "@done bra ended;\n"
        "bra again;\n"
        "ended:\n"
        "}" ::"r"(barrier),
        "r"(phase)
        : "memory");
}

__device__ __forceinline__ void expect_bytes(unsigned barrier, int bytes) {
    asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

// At the barrier of a block of the cluster that has this address in this block.
__device__ __forceinline__ void arrive_at(unsigned barrier, int block) {
    asm volatile(
        "{\n"
        ".reg .b32 remote;\n"
        "mapa.shared::cluster.u32 remote, %0, %1;\n"
        "mbarrier.arrive.shared::cluster.b64 _, [remote];\n"
        "}" ::"r"(barrier),
        "r"(block)
        : "memory");
}

__device__ __forceinline__ void wait_for_cluster() {
    asm volatile("barrier.cluster.arrive.release;\nbarrier.cluster.wait.acquire;" ::: "memory");
}

__device__ __forceinline__ int rank_in_cluster() {
    int rank;
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
    return rank;
}

// A box of a tensor to shared memory.
__device__ __forceinline__ void copy_box(const TensorMap& map, unsigned target, unsigned barrier, int column, int row) {
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4}], [%2];" ::
            "r"(target),
        "l"(&map), "r"(barrier), "r"(column), "r"(row)
        : "memory");
}

// Some pixels of some channels of a map [batches, height, width, channels].
__device__ __forceinline__ void copy_pixels(
    const TensorMap& map, unsigned target, unsigned barrier, int channel, int x, int y, int batch) {
    asm volatile(
        "cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%3, %4, %5, %6}], [%2];" ::
            "r"(target),
        "l"(&map), "r"(barrier), "r"(channel), "r"(x), "r"(y), "r"(batch)
        : "memory");
}

// A box of rows to each block of the cluster, at the same place.
__device__ __forceinline__ void copy_box_to_all(
    const TensorMap& map, unsigned target, unsigned barrier, int column, int row) {
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes.multicast::cluster "
        "[%0], [%1, {%3, %4}], [%2], %5;" ::"r"(target),
        "l"(&map), "r"(barrier), "r"(column), "r"(row), "h"(static_cast<unsigned short>((1 << cluster) - 1))
        : "memory");
}

// Describes rows of a stage to the tensor cores: of 128 bytes, swizzled, 8 rows in 1024 bytes.
__device__ __forceinline__ unsigned long long describe(unsigned address) {
    return (address & 0x3FFFFULL) >> 4 | 1ULL << 16 | 64ULL << 32 | 1ULL << 62;
}

#define REGISTERS_40                                                                                                   \
    "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                                           \
    "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "                                 \
    "%32, %33, %34, %35, %36, %37, %38, %39"
#define REGISTERS_64                                                                                                   \
    REGISTERS_40 ", %40, %41, %42, %43, %44, %45, %46, %47, "                                                          \
    "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define REGISTERS_80                                                                                                   \
    REGISTERS_64 ", %64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79"
#define REGISTERS_128                                                                                                  \
    REGISTERS_80 ", %80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "                  \
    "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "                     \
    "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"

#define OPERANDS_8(d, i)                                                                                               \
    "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]),        \
        "+f"(d[i + 7])
#define OPERANDS_16(d, i) OPERANDS_8(d, i), OPERANDS_8(d, i + 8)
#define OPERANDS_40(d) OPERANDS_16(d, 0), OPERANDS_16(d, 16), OPERANDS_8(d, 32)
#define OPERANDS_64(d) OPERANDS_40(d), OPERANDS_8(d, 40), OPERANDS_16(d, 48)
#define OPERANDS_80(d) OPERANDS_64(d), OPERANDS_16(d, 64)
#define OPERANDS_128(d) OPERANDS_80(d), OPERANDS_16(d, 80), OPERANDS_16(d, 96), OPERANDS_16(d, 112)

#define MULTIPLY(T, type, width, sums, a, b, added)                                                                    \
    __device__ __forceinline__ void multiply(                                                                          \
        T, float (&d)[sums], unsigned long long x, unsigned long long w, int add) {                                    \
        asm volatile(                                                                                                  \
            "{\n"                                                                                                      \
            ".reg .pred add;\n"                                                                                        \
            "setp.ne.b32 add, " added ", 0;\n"                                                                         \
            "wgmma.mma_async.sync.aligned.m64n" width "k16.f32." type "." type " {" REGISTERS_##sums "}, " a ", " b    \
            ", add, 1, 1, 0, 0;\n"                                                                                     \
            "}"                                                                                                        \
            : OPERANDS_##sums(d)                                                                                       \
            : "l"(x), "l"(w), "r"(add));                                                                               \
    }

// d [64, 2 sums] = x [64, 16] w [2 sums, 16]^T, both in shared memory, added to d if asked for.
MULTIPLY(Half, "f16", "80", 40, "%40", "%41", "%42")
MULTIPLY(Half, "f16", "128", 64, "%64", "%65", "%66")
MULTIPLY(Half, "f16", "160", 80, "%80", "%81", "%82")
MULTIPLY(Half, "f16", "256", 128, "%128", "%129", "%130")
MULTIPLY(Bfloat16, "bf16", "80", 40, "%40", "%41", "%42")
MULTIPLY(Bfloat16, "bf16", "128", 64, "%64", "%65", "%66")
MULTIPLY(Bfloat16, "bf16", "160", 80, "%80", "%81", "%82")
MULTIPLY(Bfloat16, "bf16", "256", 128, "%128", "%129", "%130")

// Around products: before the first, after the last of a batch, until all but the latest batches have ended.
__device__ __forceinline__ void open_batch() {
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

__device__ __forceinline__ void close_batch() {
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}

template <int running>
__device__ __forceinline__ void await_batches() {
    asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(running) : "memory");
}

__device__ __forceinline__ float2 widen(unsigned pair, Half) {
    float2 wide;
    asm("{\n.reg .b16 low, high;\nmov.b32 {low, high}, %2;\ncvt.f32.f16 %0, low;\ncvt.f32.f16 %1, high;\n}"
        : "=f"(wide.x), "=f"(wide.y)
        : "r"(pair));
    return wide;
}

__device__ __forceinline__ float2 widen(unsigned pair, Bfloat16) {
    return make_float2(__uint_as_float(pair << 16), __uint_as_float(pair & 0xFFFF0000));
}

__device__ __forceinline__ unsigned narrow(float low, float high, Half) {
    unsigned pair;
    asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

__device__ __forceinline__ unsigned narrow(float low, float high, Bfloat16) {
    unsigned pair;
    asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

// A place in the ring of stages, and the phase of its barriers: who copies and who multiplies go round alike.
struct Place {
    int stage = 0;
    unsigned phase = 0;

    __device__ __forceinline__ void advance(int stages) {
        if (++stage == stages) {
            stage = 0;
            phase ^= 1;
        }
    }
};

// Tiles are numbered so that those of near numbers share rows or columns.
struct Cell {
    int band;
    int strip;
};

__device__ __forceinline__ Cell cell_at(int index, int bands, int strips) {
    const int together = bands_together * strips;
    const int first = index / together * bands_together;
    const int size = min(bands_together, bands - first);
    const int within = index % together;
    return Cell{first + within % size, within / size};
}

// Puts the sums of two 8x8 blocks of a warp's 16 rows where their order is that of the rows.
__device__ __forceinline__ void order_pairs(unsigned address, const unsigned (&pairs)[4]) {
    asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(address), "r"(pairs[0]),
        "r"(pairs[1]), "r"(pairs[2]), "r"(pairs[3])
        : "memory");
}

// A block's part of shared memory, by addresses there.
struct Shared {
    unsigned ring;
    unsigned orders;  // where groups put results in order
    unsigned full;    // a barrier for each stage: what is copied to it is there
    unsigned empty;   // and one: the groups of both blocks have multiplied it
};

// Puts some columns of a warp's 16 rows in order, chunk by chunk: pair(block, i) is what becomes of the
// sums i and i + 1, neighbours in a row that are in a block of 8 columns. P has chunk and pitch.
template <class P, class Pair>
__device__ __forceinline__ void order_chunk(unsigned order, int chunk, Pair pair) {
    const int lane = threadIdx.x % lanes;
    const unsigned target = order + (lane % 16) * P::pitch + lane / 16 * 16;
#pragma unroll
    for (int j = 0; j < P::chunk / 8; j += 2) {
        unsigned pairs[4];
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const int block = chunk * P::chunk / 8 + j + i / 2;
            pairs[i] = pair(block, 4 * block + i % 2 * 2);
        }
        order_pairs(target + j * 16, pairs);
    }
    __syncwarp();
}

// Divides shared memory and makes its barriers. P has the sizes: groups, stages, stage_bytes, orders_bytes.
template <class P>
__device__ __forceinline__ Shared open_shared(const unsigned char* memory) {
    const unsigned start = shared_address(memory);
    const unsigned ring = (start + stage_alignment - 1) / stage_alignment * stage_alignment;
    const unsigned orders = ring + P::stages * P::stage_bytes;
    const unsigned full = orders + P::orders_bytes;
    const Shared shared{ring, orders, full, full + 8 * P::stages};
    if (threadIdx.x == 0) {
        for (int i = 0; i < P::stages; i++) {
            init_barrier(shared.full + 8 * i, 1);
            init_barrier(shared.empty + 8 * i, P::groups * cluster);
        }
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }
    wait_for_cluster();
    return shared;
}

// Sums up the products of all slices of a tile: d = x w^T. Groups take turns to start on the first of several tiles: then one multiplies
// while another is at its results. P has the sizes: groups, sums, stages, stage_bytes, x_bytes.
template <class T, class P>
__device__ __forceinline__ void multiply_slices(
    float (&d)[P::sums], int slices, bool by_turns, Place& place, const Shared& shared) {
    const int group = threadIdx.x / group_threads;
    const int thread = threadIdx.x % group_threads;
    const int next_begins_after = by_turns && group < P::groups - 1 ? min(lag, slices) : -1;
    if (by_turns && group > 0) {
        asm volatile("bar.sync %0, 256;" ::"r"(group) : "memory");
    }
    unsigned multiplied = 0;  // the empty barrier of the stage before
    for (int k = 0; k < slices; k++) {
        wait(shared.full + 8 * place.stage, place.phase);
        const unsigned stage = shared.ring + place.stage * P::stage_bytes;
        const unsigned long long a = describe(stage + group * group_rows * slice_bytes);
        const unsigned long long b = describe(stage + P::x_bytes);
        open_batch();
#pragma unroll
        for (int part = 0; part < slice / step; part++) {
            multiply(T(), d, a + part * 2, b + part * 2, k > 0 || part > 0);  // 2 times 16 bytes further
        }
        close_batch();
        await_batches<1>();
        if (k > 0 && thread < cluster) {
            arrive_at(multiplied, thread);
        }
        if (k + 1 == next_begins_after) {
            asm volatile("bar.arrive %0, 256;" ::"r"(group + 1) : "memory");
        }
        multiplied = shared.empty + 8 * place.stage;
        place.advance(P::stages);
    }
    await_batches<0>();
    if (thread < cluster) {
        arrive_at(multiplied, thread);
    }
}

// Waits for the kernel before this one in the stream, and lets the next one be set up meanwhile.
__device__ __forceinline__ void follow(const TensorMap& x, const TensorMap& weight) {
    if (threadIdx.x == 0) {
        asm volatile("prefetch.tensormap [%0];" ::"l"(&x) : "memory");
        asm volatile("prefetch.tensormap [%0];" ::"l"(&weight) : "memory");
    }
    asm volatile("griddepcontrol.launch_dependents;");
    asm volatile("griddepcontrol.wait;" ::: "memory");
}
