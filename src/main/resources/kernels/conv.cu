// A convolution of maps with channels innermost, stride 1. It stands behind hopper.cuh; the kernel that is wanted is added at the end:
// KERNEL(Half, float16, 2, 128, 160) makes conv_128_160_float16.
//
// y = conv(x, W) + bias + residual, x [batches, height, width, depth], W [columns, side, side, depth], y and residual
// [batches, height', width', columns], of which height' = height + 2 padding - side + 1. Sums are float32; the result is rounded before the
// residual is added, as it is where a kernel of its own adds it.
//
// The convolution is a product of which a row is a pixel of y and the depth runs over taps and channels. A block's rows are a box of pixels;
// what a tap sees of it is the same box, moved, in x: the copy engine reads it as it stands, and zeros where it is outside. A cluster takes
// one tile of W and two boxes; each block copies half of the tile of W for both.
//
// With four phases, W is [4 columns, side, side, depth] and y twice as high and wide: pixel (2y + a, 2x + b) is what phase 2a + b of W makes of
// the window at (y + a, x + b).

// Sizes of what a block has.
template <int count, int columns>
struct Plan {
    static constexpr int groups = count;
    static constexpr int rows = groups * group_rows;
    static constexpr int sums = columns / 2;  // float sums of a thread: 64 rows over 128 threads
    static constexpr int x_bytes = rows * slice_bytes;
    static constexpr int half_bytes = columns / cluster * slice_bytes;
    static constexpr int stage_bytes = x_bytes + cluster * half_bytes;
    static constexpr int chunk = columns % 64 == 0 ? 64 : 80;  // columns that are put in order at a time
    static constexpr int pitch = 2 * chunk + 16;               // bytes of their rows: no two of 8 rows share a bank
    static constexpr int order_bytes = 16 * pitch;             // of a warp
    static constexpr int orders_bytes = groups * group_threads / lanes * order_bytes;
    static constexpr int stages = (shared_bytes - stage_alignment - barrier_bytes - orders_bytes) / stage_bytes;
};

// Sizes of the tensors, and of the boxes of pixels; y has as many batches as x. Height and width are those of a phase of y.
struct Problem {
    int batches;
    int height;
    int width;
    int phases;  // 1 or 4
    int columns;
    int depth;
    int side;
    int padding;
    int box_width;
    int box_height;
};

struct Pixel {
    int x;
    int y;
    int batch;
};

struct Work {
    int bands;    // pairs of boxes of pixels
    int strips;   // tiles over the columns of all phases
    int slices;   // of the depth, for each tap
    int across;   // boxes side by side
    int down;
    int box_batches;
    int rank;     // of the block in its cluster
};

// A tile's place among the columns.
struct Strip {
    int phase;
    int column;

    __device__ __forceinline__ int right() const {
        return phase & 1;
    }

    __device__ __forceinline__ int down() const {
        return phase >> 1;
    }
};

template <int columns>
__device__ __forceinline__ Strip strip_at(int strip, const Problem& problem) {
    const int of_phase = (problem.columns - 1) / columns + 1;
    return Strip{strip / of_phase, strip % of_phase * columns};
}

// Where a block's box starts.
__device__ __forceinline__ Pixel box_at(int band, const Problem& problem, const Work& work) {
    const int box = band * cluster + work.rank;
    const int row = box / work.across;
    return Pixel{
        box % work.across * problem.box_width, row % work.down * problem.box_height, row / work.down * work.box_batches};
}

// Copies what the block needs for all its tiles, in the order in which it is multiplied. For one thread.
template <int groups, int columns>
__device__ __forceinline__ void copy_tiles(
    const TensorMap& x, const TensorMap& weight, const Problem& problem, const Shared& shared, const Work& work) {
    using P = Plan<groups, columns>;
    Place place;
    for (int i = blockIdx.x / cluster; i < work.bands * work.strips; i += gridDim.x / cluster) {
        const Cell cell = cell_at(i, work.bands, work.strips);
        const Strip strip = strip_at<columns>(cell.strip, problem);
        Pixel box = box_at(cell.band, problem, work);
        box.x += strip.right() - problem.padding;
        box.y += strip.down() - problem.padding;
        const int row = strip.phase * problem.columns + strip.column + work.rank * (columns / cluster);
        int weight_column = 0;
        for (int down = 0; down < problem.side; down++) {
            for (int right = 0; right < problem.side; right++) {
                for (int k = 0; k < problem.depth; k += slice) {
                    const unsigned target = shared.ring + place.stage * P::stage_bytes;
                    const unsigned barrier = shared.full + 8 * place.stage;
                    wait(shared.empty + 8 * place.stage, place.phase ^ 1);
                    expect_bytes(barrier, P::stage_bytes);
                    copy_pixels(x, target, barrier, k, box.x + right, box.y + down, box.batch);
                    copy_box_to_all(
                        weight, target + P::x_bytes + work.rank * P::half_bytes, barrier, weight_column + k, row);
                    place.advance(P::stages);
                }
                weight_column += problem.depth;
            }
        }
    }
}

__device__ __forceinline__ unsigned add_pairs(unsigned a, unsigned b, Half) {
    unsigned sum;
    asm("add.rn.f16x2 %0, %1, %2;" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
}

__device__ __forceinline__ unsigned add_pairs(unsigned a, unsigned b, Bfloat16) {
    unsigned sum;
    asm("add.rn.bf16x2 %0, %1, %2;" : "=r"(sum) : "r"(a), "r"(b));
    return sum;
}

// Where a pixel of a box is in y, in pixels; below zero if it is outside.
__device__ __forceinline__ int pixel_index(int pixel, const Pixel& box, const Strip& strip, const Problem& problem) {
    const int row = pixel / problem.box_width;
    const int x = box.x + pixel % problem.box_width;
    const int y = box.y + row % problem.box_height;
    const int batch = box.batch + row / problem.box_height;
    const bool inside = x < problem.width && y < problem.height && batch < problem.batches;
    const int apart = problem.phases == 1 ? 1 : 2;
    const int row_of_y = (batch * problem.height + y) * apart + strip.down();
    return inside ? (row_of_y * problem.width + x) * apart + strip.right() : -1;
}

// Adds to and stores the 16 rows of a warp, of which the first is a pixel of a box.
template <class T, int groups, int columns>
__device__ __forceinline__ void store(
    const float (&d)[columns / 2], const unsigned (&bias)[columns / 8], unsigned char* order, const T* residual, T* y,
    const Problem& problem, const Pixel& box, const Strip& strip, int pixel) {
    using P = Plan<groups, columns>;
    const int lane = threadIdx.x % lanes;
    const int index = pixel_index(pixel + lane % 16, box, strip, problem);
#pragma unroll
    for (int chunk = 0; chunk < columns / P::chunk; chunk++) {
        order_chunk<P>(shared_address(order), chunk, [&](int block, int i) {
            const float2 b = widen(bias[block], T());
            return narrow(d[i] + b.x, d[i + 1] + b.y, T());
        });
        constexpr int accesses = P::chunk / 8;
#pragma unroll
        for (int first = 0; first < 16 * accesses; first += lanes) {
            const int i = first + lane;
            const int r = i / accesses;
            const int c = i % accesses;
            const int to = strip.column + chunk * P::chunk + c * 8;
            const int at = __shfl_sync(0xFFFFFFFF, index, r);
            if (at >= 0 && to < problem.columns) {
                const long long offset = static_cast<long long>(at) * problem.columns + to;
                uint4 result = *reinterpret_cast<const uint4*>(order + r * P::pitch + c * 16);
                if (residual) {
                    const uint4 added = *reinterpret_cast<const uint4*>(residual + offset);
                    result.x = add_pairs(result.x, added.x, T());
                    result.y = add_pairs(result.y, added.y, T());
                    result.z = add_pairs(result.z, added.z, T());
                    result.w = add_pairs(result.w, added.w, T());
                }
                *reinterpret_cast<uint4*>(y + offset) = result;
            }
        }
        __syncwarp();
    }
}

// Multiplies all tiles of the block, 64 rows of each. For a group.
template <class T, int groups, int columns>
__device__ __forceinline__ void multiply_tiles(
    const T* bias, const T* residual, T* y, const Problem& problem, const Shared& shared, unsigned char* order,
    const Work& work) {
    using P = Plan<groups, columns>;
    const int pair = threadIdx.x % 4 * 2;
    const int slices = problem.side * problem.side * work.slices;
    const bool staggered = work.bands * work.strips > gridDim.x / cluster;
    Place place;
    bool first = true;
    for (int i = blockIdx.x / cluster; i < work.bands * work.strips; i += gridDim.x / cluster) {
        const Cell cell = cell_at(i, work.bands, work.strips);
        const Strip strip = strip_at<columns>(cell.strip, problem);
        unsigned offsets[columns / 8];  // on their way while the products are summed up
#pragma unroll
        for (int j = 0; j < columns / 8; j++) {
            const int column = strip.column + 8 * j + pair;
            offsets[j] = bias && column < problem.columns ? *reinterpret_cast<const unsigned*>(bias + column) : 0;
        }
        float d[P::sums];
        multiply_slices<T, P>(d, slices, first && staggered, place, shared);
        first = false;
        store<T, groups, columns>(d, offsets, order, residual, y, problem, box_at(cell.band, problem, work), strip,
            threadIdx.x / lanes * 16);
    }
}

template <class T, int groups, int columns>
__device__ __forceinline__ void conv(
    const TensorMap& x, const TensorMap& weight, const T* bias, const T* residual, T* y, const Problem& problem) {
    using P = Plan<groups, columns>;
    extern __shared__ unsigned char memory[];
    const Shared shared = open_shared<P>(memory);
    follow(x, weight);

    const int box_batches = P::rows / (problem.box_width * problem.box_height);
    const int across = (problem.width - 1) / problem.box_width + 1;
    const int down = (problem.height - 1) / problem.box_height + 1;
    const int boxes = across * down * ((problem.batches - 1) / box_batches + 1);
    const Work work{(boxes - 1) / cluster + 1, problem.phases * ((problem.columns - 1) / columns + 1),
        (problem.depth - 1) / slice + 1, across, down, box_batches, rank_in_cluster()};
    // Registers go from the group that copies to those that multiply.
    if (threadIdx.x / group_threads == groups) {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(groups == 2 ? 56 : 40));
        if (threadIdx.x == groups * group_threads) {
            copy_tiles<groups, columns>(x, weight, problem, shared, work);
        }
    } else {
        asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(groups == 2 ? 224 : 152));
        unsigned char* order = memory + (shared.orders - shared_address(memory)) + threadIdx.x / lanes * P::order_bytes;
        multiply_tiles<T, groups, columns>(bias, residual, y, problem, shared, order, work);
    }
    __syncwarp();
    wait_for_cluster();  // neither block ends while the other copies to it or arrives at its barriers
}

// bias and residual may be null.
#define KERNEL(T, suffix, groups, rows, columns)                                                                       \
    extern "C" __global__ void __cluster_dims__(cluster, 1, 1) __launch_bounds__((groups + 1) * group_threads, 1)      \
        conv_##rows##_##columns##_##suffix(const __grid_constant__ TensorMap x, const __grid_constant__ TensorMap weight, \
            const T* bias, const T* residual, T* y, int batches, int height, int width, int phases, int columns_of_y,  \
            int depth, int side, int padding, int box_width, int box_height) {                                         \
        conv<T, groups, columns>(x, weight, bias, residual, y,                                                         \
            Problem{batches, height, width, phases, columns_of_y, depth, side, padding, box_width, box_height});       \
    }
