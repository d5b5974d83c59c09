// A product with a gated activation. It stands behind hopper.cuh; the kernel that is wanted is added at the end:
// KERNEL(Half, float16, 128) makes linear_geglu_128_float16.
//
// y = (x Wv^T + bv) * gelu(x Wg^T + bg), x [rows, depth], W [2 columns, depth] of which Wv is the first half, y [rows, columns], without
// gaps. Sums and activation are float32; results are rounded once.
//
// A cluster takes one tile of W and two of x; each block copies half of the tile of W for both. A tile of W is as many rows of Wv as of Wg,
// so a thread has the sums of a value and of its gate. One of two groups runs some stages behind the other, so that one multiplies while
// the other is at its activations.

constexpr int groups = 2;  // that multiply
constexpr int block_rows = groups * group_rows;

// Sizes of what a block has. `half` is a tile's width in y, and its rows of Wv and of Wg.
template <int half>
struct Plan {
    static constexpr int groups = ::groups;
    static constexpr int sums = half;  // float sums of a thread: 64 rows of 2 half columns over 128 threads
    static constexpr int x_bytes = block_rows * slice_bytes;
    static constexpr int half_bytes = half * slice_bytes;
    static constexpr int stage_bytes = x_bytes + 2 * half_bytes;
    static constexpr int chunk = half % 64 == 0 ? 64 : half;       // columns that are put in order at a time
    static constexpr int pitch = 2 * chunk + 16;                   // bytes of their rows: no two of 8 rows share a bank
    static constexpr int order_bytes = 16 * pitch;                 // of a warp
    static constexpr int orders_bytes = groups * group_threads / lanes * order_bytes;
    static constexpr int stages = (shared_bytes - stage_alignment - barrier_bytes - orders_bytes) / stage_bytes;
};

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

struct Tile {
    int row;
    int column;
};

struct Problem {
    int rows;
    int columns;
    int depth;
};

// Where the cluster's tile starts that is the index-th.
template <int half>
__device__ __forceinline__ Tile tile_at(int index, int bands, int strips) {
    const Cell cell = cell_at(index, bands, strips);
    return Tile{cell.band * cluster * block_rows, cell.strip * half};
}

// Activates and stores the 16 rows of a warp.
template <class T, int half>
__device__ __forceinline__ void store(
    const float (&d)[half], const unsigned (&value_bias)[half / 8], const unsigned (&gate_bias)[half / 8],
    unsigned char* order, T* y, const Problem& problem, int row, int column) {
    using P = Plan<half>;
    const int lane = threadIdx.x % lanes;
#pragma unroll
    for (int chunk = 0; chunk < half / P::chunk; chunk++) {
        order_chunk<P>(shared_address(order), chunk, [&](int block, int i) {
            const float2 bv = widen(value_bias[block], T());
            const float2 bg = widen(gate_bias[block], T());
            const int gate = half / 2 + i;
            return narrow((d[i] + bv.x) * gelu(d[gate] + bg.x), (d[i + 1] + bv.y) * gelu(d[gate + 1] + bg.y), T());
        });
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
    const int pair = threadIdx.x % 4 * 2;
    const bool staggered = work.bands * work.strips > gridDim.x / cluster;
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
        float d[P::sums];
        multiply_slices<T, P>(d, work.slices, first && staggered, place, shared);
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
    const Shared shared = open_shared<P>(memory);
    follow(x, weight);

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
        unsigned char* order = memory + (shared.orders - shared_address(memory)) + threadIdx.x / lanes * P::order_bytes;
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
