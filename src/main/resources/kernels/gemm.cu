// Products of this project's own, for architecture 90 with its own instructions (sm_90a). Compiled by NVRTC, which brings no header; the
// kernel that is wanted is added at the end: KERNEL(Half, float16, 128) makes linear_geglu_128_float16.
//
// y = (x Wv^T + bv) * gelu(x Wg^T + bg), x [rows, depth], W [2 columns, depth] of which Wv is the first half, y [rows, columns], without
// gaps. Sums and activation are float32; results are rounded once.
//
// Two blocks are a cluster that takes one tile of W and two of x. In a block, one thread copies what the products need from tensors to a
// ring of stages, half of the tile of W for both blocks; two groups of 128 threads multiply, 64 rows of x each. A tile of W is as many rows
// of Wv as of Wg, so a thread has the sums of a value and of its gate. A group runs some stages behind the other, so that one multiplies
// while the other is at its activations.

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
constexpr int groups = 2;          // that multiply
constexpr int cluster = 2;         // blocks of a cluster
constexpr int group_rows = 64;     // of x, in a product of a group
constexpr int block_rows = groups * group_rows;
constexpr int slice = 64;          // of the depth, in a stage: rows of 128 bytes, which the copies swizzle
constexpr int slice_bytes = 2 * slice;
constexpr int step = 16;           // of the depth, in one instruction
constexpr int shared_bytes = 227 * 1024;
constexpr int lag = 2;             // stages that the second group starts behind the first
constexpr int bands_together = 8;  // tiles of rows that are worked on side by side

// Sizes of what a block has. `half` is a tile's width in y, and its rows of Wv and of Wg.
template <int half>
struct Plan {
    static constexpr int sums = half;  // float sums of a thread: 64 rows of 2 half columns over 128 threads
    static constexpr int x_bytes = block_rows * slice_bytes;
    static constexpr int half_bytes = half * slice_bytes;
    static constexpr int stage_bytes = x_bytes + 2 * half_bytes;
    static constexpr int chunk = half % 64 == 0 ? 64 : half;       // columns that are put in order at a time
    static constexpr int pitch = 2 * chunk + 16;                   // bytes of their rows: no two of 8 rows share a bank
    static constexpr int order_bytes = 16 * pitch;                 // of a warp
    static constexpr int orders_bytes = groups * group_threads / lanes * order_bytes;
    static constexpr int alignment = 1024;                         // of a swizzled stage
    static constexpr int barrier_bytes = 256;                      // more than two for each stage
    static constexpr int stages = (shared_bytes - alignment - barrier_bytes - orders_bytes) / stage_bytes;
};

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

// The same to each block of the cluster, at the same place.
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

#define REGISTERS_80                                                                                                   \
    "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                                           \
    "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "                                 \
    "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "                                 \
    "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "                                 \
    "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79"
#define REGISTERS_128                                                                                                  \
    REGISTERS_80 ", %80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "                  \
    "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "                     \
    "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"

#define OPERANDS_8(d, i)                                                                                               \
    "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]),        \
        "+f"(d[i + 7])
#define OPERANDS_16(d, i) OPERANDS_8(d, i), OPERANDS_8(d, i + 8)
#define OPERANDS_80(d)                                                                                                 \
    OPERANDS_16(d, 0), OPERANDS_16(d, 16), OPERANDS_16(d, 32), OPERANDS_16(d, 48), OPERANDS_16(d, 64)
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
MULTIPLY(Half, "f16", "160", 80, "%80", "%81", "%82")
MULTIPLY(Half, "f16", "256", 128, "%128", "%129", "%130")
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

// x Phi(x), Phi by formula 7.1.26 of Abramowitz and Stegun: off by 1.5e-7 at most, times x.
__device__ __forceinline__ float gelu(float x) {
    const float a = fabsf(x);
    float t;
    float e;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(t) : "f"(fmaf(a, 0.3275911F * 0.70710678F, 1)));
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(e) : "f"(x * x * -0.72134752F));
    const float tail =
        t * fmaf(t, fmaf(t, fmaf(t, fmaf(t, 0.5307027145F, -0.7265760135F), 0.7107068705F), -0.142248368F), 0.127414796F);
    return fmaf(-a * e, tail, fmaxf(x, 0));
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

struct Tile {
    int row;
    int column;
};

struct Problem {
    int rows;
    int columns;
    int depth;
};

// Where the cluster's tile starts that is the index-th in an order in which neighbours share rows or columns.
template <int half>
__device__ __forceinline__ Tile tile_at(int index, int bands, int strips) {
    const int together = bands_together * strips;
    const int first = index / together * bands_together;
    const int size = min(bands_together, bands - first);
    const int within = index % together;
    return Tile{(first + within % size) * cluster * block_rows, within / size * half};
}

__device__ __forceinline__ void order_pairs(unsigned address, const unsigned (&pairs)[4]) {
    asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(address), "r"(pairs[0]),
        "r"(pairs[1]), "r"(pairs[2]), "r"(pairs[3])
        : "memory");
}

// Activates and stores the 16 rows of a warp.
template <class T, int half>
__device__ __forceinline__ void store(
    const float (&d)[half], const unsigned (&value_bias)[half / 8], const unsigned (&gate_bias)[half / 8],
    unsigned char* order, T* y, const Problem& problem, int row, int column) {
    using P = Plan<half>;
    const int lane = threadIdx.x % lanes;
    const unsigned target = shared_address(order) + (lane % 16) * P::pitch + lane / 16 * 16;
#pragma unroll
    for (int chunk = 0; chunk < half / P::chunk; chunk++) {
#pragma unroll
        for (int j = 0; j < P::chunk / 8; j += 2) {
            unsigned pairs[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const int block = chunk * P::chunk / 8 + j + i / 2;
                const float2 bv = widen(value_bias[block], T());
                const float2 bg = widen(gate_bias[block], T());
                const int at = 4 * block + i % 2 * 2;
                const int gate = half / 2 + at;
                pairs[i] = narrow((d[at] + bv.x) * gelu(d[gate] + bg.x), (d[at + 1] + bv.y) * gelu(d[gate + 1] + bg.y), T());
            }
            order_pairs(target + j * 16, pairs);
        }
        __syncwarp();
        constexpr int accesses = P::chunk / 8;
#pragma unroll
        for (int i = lane; i < 16 * accesses; i += lanes) {
            const int r = i / accesses;
            const int c = i % accesses;
            const int to = column + chunk * P::chunk + c * 8;
            if (row + r < problem.rows && to < problem.columns) {
                *reinterpret_cast<uint4*>(y + static_cast<long long>(row + r) * problem.columns + to) =
                    *reinterpret_cast<const uint4*>(order + r * P::pitch + c * 16);
            }
        }
        __syncwarp();
    }
}

// A block's part of shared memory, by addresses there.
struct Shared {
    unsigned ring;
    unsigned full;   // a barrier for each stage: what is copied to it is there
    unsigned empty;  // and one: the groups of both blocks have multiplied it
};

struct Work {
    int bands;   // tiles over the rows
    int strips;  // tiles over the columns
    int slices;  // of the depth
    int rank;    // of the block in its cluster
};

// Copies what the block needs for all its tiles, in the order in which it is multiplied. For one thread.
template <int half>
__device__ __forceinline__ void copy_tiles(
    const TensorMap& x, const TensorMap& weight, const Problem& problem, const Shared& shared, const Work& work) {
    using P = Plan<half>;
    Place place;
    for (int i = blockIdx.x / cluster; i < work.bands * work.strips; i += gridDim.x / cluster) {
        const Tile tile = tile_at<half>(i, work.bands, work.strips);
        for (int k = 0; k < work.slices; k++) {
            const unsigned target = shared.ring + place.stage * P::stage_bytes;
            const unsigned barrier = shared.full + 8 * place.stage;
            wait(shared.empty + 8 * place.stage, place.phase ^ 1);
            expect_bytes(barrier, P::stage_bytes);
            copy_box(x, target, barrier, k * slice, tile.row + work.rank * block_rows);
            // The first block copies the values' weights, the second the gates'.
            copy_box_to_all(weight, target + P::x_bytes + work.rank * P::half_bytes, barrier, k * slice,
                tile.column + work.rank * problem.columns);
            place.advance(P::stages);
        }
    }
}

// Multiplies all tiles of the block, 64 rows of each. For a group.
template <class T, int half>
__device__ __forceinline__ void multiply_tiles(
    const T* bias, T* y, const Problem& problem, const Shared& shared, unsigned char* order, const Work& work) {
    using P = Plan<half>;
    const int group = threadIdx.x / group_threads;
    const int thread = threadIdx.x % group_threads;
    const int pair = threadIdx.x % 4 * 2;
    Place place;
    bool first = true;
    for (int i = blockIdx.x / cluster; i < work.bands * work.strips; i += gridDim.x / cluster) {
        const Tile tile = tile_at<half>(i, work.bands, work.strips);
        unsigned value_bias[half / 8];  // on their way while the products are summed up
        unsigned gate_bias[half / 8];
#pragma unroll
        for (int j = 0; j < half / 8; j++) {
            const int column = tile.column + 8 * j + pair;
            const bool inside = column < problem.columns;
            value_bias[j] = inside ? *reinterpret_cast<const unsigned*>(bias + column) : 0;
            gate_bias[j] = inside ? *reinterpret_cast<const unsigned*>(bias + problem.columns + column) : 0;
        }
        if (first && group == 1) {
            asm volatile("bar.sync 1, 256;" ::: "memory");
        }
        float d[P::sums];
        unsigned multiplied = 0;  // the empty barrier of the stage before
        for (int k = 0; k < work.slices; k++) {
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
            if (first && group == 0 && k == min(lag, work.slices) - 1) {
                asm volatile("bar.arrive 1, 256;" ::: "memory");
            }
            multiplied = shared.empty + 8 * place.stage;
            place.advance(P::stages);
        }
        await_batches<0>();
        if (thread < cluster) {
            arrive_at(multiplied, thread);
        }
        first = false;
        store<T, half>(d, value_bias, gate_bias, order, y, problem,
            tile.row + work.rank * block_rows + threadIdx.x / lanes * 16, tile.column);
    }
}

template <class T, int half>
__device__ __forceinline__ void linear_geglu(
    const TensorMap& x, const TensorMap& weight, const T* bias, T* y, const Problem& problem) {
    using P = Plan<half>;
    extern __shared__ unsigned char memory[];
    const unsigned start = shared_address(memory);
    const unsigned ring = (start + P::alignment - 1) / P::alignment * P::alignment;
    const unsigned orders = ring + P::stages * P::stage_bytes;
    const unsigned full = orders + P::orders_bytes;
    const Shared shared{ring, full, full + 8 * P::stages};
    if (threadIdx.x == 0) {
        for (int i = 0; i < P::stages; i++) {
            init_barrier(shared.full + 8 * i, 1);
            init_barrier(shared.empty + 8 * i, groups * cluster);
        }
        asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
    }
    wait_for_cluster();
    // Waits for the kernel before this one in the stream, and lets the next one be set up meanwhile.
    asm volatile("griddepcontrol.launch_dependents;");
    asm volatile("griddepcontrol.wait;" ::: "memory");

    const Work work{(problem.rows - 1) / (cluster * block_rows) + 1, (problem.columns - 1) / half + 1,
        (problem.depth - 1) / slice + 1, rank_in_cluster()};
    // Registers go from the group that copies to those that multiply.
    if (threadIdx.x / group_threads == groups) {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 40;");
        if (threadIdx.x == groups * group_threads) {
            copy_tiles<half>(x, weight, problem, shared, work);
        }
    } else {
        asm volatile("setmaxnreg.inc.sync.aligned.u32 232;");
        unsigned char* order = memory + (orders - start) + threadIdx.x / lanes * P::order_bytes;
        multiply_tiles<T, half>(bias, y, problem, shared, order, work);
    }
    __syncwarp();
    wait_for_cluster();  // neither block ends while the other copies to it or arrives at its barriers
}

#define KERNEL(T, suffix, half)                                                                                        \
    extern "C" __global__ void __cluster_dims__(cluster, 1, 1) __launch_bounds__((groups + 1) * group_threads, 1)      \
        linear_geglu_##half##_##suffix(const __grid_constant__ TensorMap x, const __grid_constant__ TensorMap weight,  \
            const T* bias, T* y, int rows, int columns, int depth) {                                                   \
        linear_geglu<T, half>(x, weight, bias, y, Problem{rows, columns, depth});                                      \
    }
