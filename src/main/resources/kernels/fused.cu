// Fused kernels of the networks. Compiled by NVRTC, which brings no header: so half and bfloat16 are their bits here.
// Tensors are without gaps, row-major or, where a kernel says so, with channels innermost. Arithmetic is float32; results are rounded once.

struct Half {
    unsigned short bits;
};

struct Bfloat16 {
    unsigned short bits;
};

__device__ __forceinline__ float widen(float x) {
    return x;
}

__device__ __forceinline__ float widen(Half x) {
    float wide;
    asm("cvt.f32.f16 %0, %1;" : "=f"(wide) : "h"(x.bits));
    return wide;
}

__device__ __forceinline__ float widen(Bfloat16 x) {
    return __uint_as_float(static_cast<unsigned>(x.bits) << 16);
}

__device__ __forceinline__ void narrow(float wide, float& x) {
    x = wide;
}

__device__ __forceinline__ void narrow(float wide, Half& x) {
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(x.bits) : "f"(wide));
}

__device__ __forceinline__ void narrow(float wide, Bfloat16& x) {
#if __CUDA_ARCH__ >= 800
    asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(x.bits) : "f"(wide));
#else
    unsigned bits = __float_as_uint(wide);
    x.bits = wide != wide ? 0x7FFF : (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
#endif
}

// What one access reads or writes: 16 bytes, or one element where alignment does not allow that.
template <class T, int N>
struct alignas(sizeof(T) * N) Pack {
    static constexpr int size = N;
    T at[N];
};

template <class T>
using Wide = Pack<T, 16 / sizeof(T)>;

template <class T>
using Single = Pack<T, 1>;

constexpr int threads = 256;
constexpr int lanes = 32;
constexpr int warps = threads / lanes;

__device__ __forceinline__ float2 warp_sum(float2 value) {
#pragma unroll
    for (int distance = lanes / 2; distance > 0; distance /= 2) {
        value.x += __shfl_xor_sync(0xFFFFFFFF, value.x, distance);
        value.y += __shfl_xor_sync(0xFFFFFFFF, value.y, distance);
    }
    return value;
}

// The sum over the block, in its first warp.
__device__ __forceinline__ float2 block_sum(float2 value) {
    __shared__ float2 sums[warps];
    value = warp_sum(value);
    if (threadIdx.x % lanes == 0) {
        sums[threadIdx.x / lanes] = value;
    }
    __syncthreads();
    return warp_sum(threadIdx.x < warps ? sums[threadIdx.x] : make_float2(0, 0));
}

// Sums of a group's chunk, shifted by the group's first element so that the variance does not cancel.
template <class P, class T>
__device__ __forceinline__ float2 shifted_sums(const T* group, int begin, int end, float shift) {
    const P* packs = reinterpret_cast<const P*>(group);
    float2 sum = make_float2(0, 0);
#pragma unroll 4
    for (int i = begin / P::size + threadIdx.x; i < end / P::size; i += threads) {
        P pack = packs[i];
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            float x = widen(pack.at[j]) - shift;
            sum.x += x;
            sum.y += x * x;
        }
    }
    return sum;
}

// Grid (n * groups, chunks): partial[row, chunk] = sum and sum of squares of the chunk's shifted elements.
template <class T>
__device__ void group_norm_sums(const T* x, float2* partial, int length, int chunk, int wide) {
    const T* group = x + static_cast<long long>(blockIdx.x) * length;
    int begin = blockIdx.y * chunk;
    int end = min(length, begin + chunk);
    float shift = widen(group[0]);
    float2 sum = block_sum(
        wide ? shifted_sums<Wide<T>>(group, begin, end, shift) : shifted_sums<Single<T>>(group, begin, end, shift));
    if (threadIdx.x == 0) {
        partial[static_cast<long long>(blockIdx.x) * gridDim.y + blockIdx.y] = sum;
    }
}

__device__ __forceinline__ float silu_of(float y) {
    return __fdividef(y, 1 + __expf(-y));
}

template <class P, class T>
__device__ __forceinline__ void normalize(
    const T* group, T* out, const T* weight, const T* bias, int begin, int end, int spatial, float mean, float scale,
    int silu) {
    const P* packs = reinterpret_cast<const P*>(group);
    P* results = reinterpret_cast<P*>(out);
#pragma unroll 2
    for (int i = begin / P::size + threadIdx.x; i < end / P::size; i += threads) {
        P pack = packs[i];
        unsigned channel = static_cast<unsigned>(i * P::size) / static_cast<unsigned>(spatial);
        float factor = widen(weight[channel]) * scale;
        float offset = widen(bias[channel]) - mean * factor;
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            float y = widen(pack.at[j]) * factor + offset;
            narrow(silu ? silu_of(y) : y, pack.at[j]);
        }
        results[i] = pack;
    }
}

// Grid (n * groups, chunks), after group_norm_sums on the same grid.
template <class T>
__device__ void group_norm_apply(
    const T* x, const float2* partial, const T* weight, const T* bias, T* out, int length, int chunk, int spatial,
    int groups, float eps, int silu, int wide) {
    __shared__ float2 statistics;
    const long long start = static_cast<long long>(blockIdx.x) * length;
    const T* group = x + start;
    if (threadIdx.x < lanes) {
        const float2* sums = partial + static_cast<long long>(blockIdx.x) * gridDim.y;
        float2 sum = make_float2(0, 0);
        for (int i = threadIdx.x; i < gridDim.y; i += lanes) {
            sum.x += sums[i].x;
            sum.y += sums[i].y;
        }
        sum = warp_sum(sum);
        if (threadIdx.x == 0) {
            float mean = sum.x / length;
            float variance = fmaxf(0, sum.y / length - mean * mean);
            statistics = make_float2(widen(group[0]) + mean, rsqrtf(variance + eps));
        }
    }
    __syncthreads();
    int begin = blockIdx.y * chunk;
    int end = min(length, begin + chunk);
    int channel = blockIdx.x % groups * (length / spatial);
    if (wide) {
        normalize<Wide<T>>(group, out + start, weight + channel, bias + channel, begin, end, spatial, statistics.x,
            statistics.y, silu);
    } else {
        normalize<Single<T>>(group, out + start, weight + channel, bias + channel, begin, end, spatial, statistics.x,
            statistics.y, silu);
    }
}

// Group norm with channels innermost: x [n, pixels, channels]. A block takes some pixels of a slab, which is the channels of some groups:
// a thread keeps to one pack of channels, and so to its factors, and walks over the pixels.
struct Slab {
    int channels;  // of the tensor
    int width;     // channels of a slab
    int slabs;     // of a sample
    int group;     // channels of a group
    int pixels;
    int chunk;     // pixels of a block
};

// What is normalised: the concatenation of x [n, pixels, parted] and y [n, pixels, channels - parted], which is x alone where parted is
// all channels; plus a row [channels] for each sample, if shift is not null. A pack lies in x or in y.
template <class T>
struct Map {
    const T* x;
    const T* y;
    int parted;
    const T* shift;
    int stride;  // from a sample's row to the next
};

// A channel of a sample, or a pack of them: where its first pixel lies, and how far the next is.
template <class T>
struct Column {
    const T* start;
    int stride;
};

template <class T>
__device__ __forceinline__ Column<T> column_of(const Map<T>& map, const Slab& slab, int sample, int channel) {
    const bool first = channel < map.parted;
    const int stride = first ? map.parted : slab.channels - map.parted;
    const T* start = (first ? map.x : map.y) + static_cast<long long>(sample) * slab.pixels * stride;
    return {start + (first ? channel : channel - map.parted), stride};
}

template <class T>
__device__ __forceinline__ float shift_of(const Map<T>& map, int sample, int channel) {
    return map.shift == nullptr ? 0 : widen(map.shift[static_cast<long long>(sample) * map.stride + channel]);
}

// The value that a group's sums are relative to, so that the variance does not cancel: its first one.
template <class T>
__device__ __forceinline__ float origin_of(const Map<T>& map, const Slab& slab, int sample, int channel) {
    const int first = channel / slab.group * slab.group;
    return widen(*column_of(map, slab, sample, first).start) + shift_of(map, sample, first);
}

// Sums of some pixels of a slab: emit(group, sum and sum of squares of its elements) from one thread for each group. Needs shared memory
// for 8 sums a thread.
template <class T, class Emit>
__device__ __forceinline__ void sum_slab(
    const Map<T>& map, const Slab& slab, int sample, int base, int begin, int end, float2* sums, Emit emit) {
    using P = Wide<T>;
    const int packs = slab.width / P::size;
    const int rows = threads / packs;
    const int row = threadIdx.x / packs;
    const int column = threadIdx.x % packs * P::size;
    if (row < rows) {
        float added[P::size];
        float2 sum[P::size];
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            const int channel = base + column + j;
            added[j] = shift_of(map, sample, channel) - origin_of(map, slab, sample, channel);
            sum[j] = make_float2(0, 0);
        }
        const Column<T> source = column_of(map, slab, sample, base + column);
#pragma unroll 4
        for (int pixel = begin + row; pixel < end; pixel += rows) {
            P pack = *reinterpret_cast<const P*>(source.start + static_cast<long long>(pixel) * source.stride);
#pragma unroll
            for (int j = 0; j < P::size; j++) {
                float y = widen(pack.at[j]) + added[j];
                sum[j].x += y;
                sum[j].y += y * y;
            }
        }
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            sums[row * slab.width + column + j] = sum[j];
        }
    }
    __syncthreads();
    for (int group = threadIdx.x / lanes; group < slab.width / slab.group; group += warps) {
        float2 sum = make_float2(0, 0);
        for (int i = threadIdx.x % lanes; i < rows * slab.group; i += lanes) {
            float2 one = sums[i / slab.group * slab.width + group * slab.group + i % slab.group];
            sum.x += one.x;
            sum.y += one.y;
        }
        sum = warp_sum(sum);
        if (threadIdx.x % lanes == 0) {
            emit(group, sum);
        }
    }
}

// Mean and 1 / deviation of a group of a slab, of the sums of its elements relative to its origin.
template <class T>
__device__ __forceinline__ float2 statistics_of(
    float2 sum, const Map<T>& map, const Slab& slab, int sample, int first, float eps) {
    const float count = static_cast<float>(slab.group) * slab.pixels;
    const float mean = sum.x / count;
    const float variance = fmaxf(0, sum.y / count - mean * mean);
    return make_float2(origin_of(map, slab, sample, first) + mean, rsqrtf(variance + eps));
}

// The norm of some pixels of a slab, of its groups' statistics.
template <class T>
__device__ __forceinline__ void normalize_slab(
    const Map<T>& map, const T* weight, const T* bias, T* out, const Slab& slab, int sample, int base, int begin,
    int end, const float2* statistics, int silu) {
    using P = Wide<T>;
    const int packs = slab.width / P::size;
    const int rows = threads / packs;
    const int row = threadIdx.x / packs;
    const int column = threadIdx.x % packs * P::size;
    if (row >= rows) {
        return;
    }
    float factor[P::size];
    float offset[P::size];
#pragma unroll
    for (int j = 0; j < P::size; j++) {
        const int channel = base + column + j;
        float2 group = statistics[(column + j) / slab.group];
        factor[j] = widen(weight[channel]) * group.y;
        offset[j] = widen(bias[channel]) + (shift_of(map, sample, channel) - group.x) * factor[j];
    }
    const Column<T> source = column_of(map, slab, sample, base + column);
    T* target = out + static_cast<long long>(sample) * slab.pixels * slab.channels + base + column;
#pragma unroll 4
    for (int pixel = begin + row; pixel < end; pixel += rows) {
        P pack = *reinterpret_cast<const P*>(source.start + static_cast<long long>(pixel) * source.stride);
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            float y = widen(pack.at[j]) * factor[j] + offset[j];
            narrow(silu ? silu_of(y) : y, pack.at[j]);
        }
        *reinterpret_cast<P*>(target + static_cast<long long>(pixel) * slab.channels) = pack;
    }
}

// Grid (n * slabs, chunks): partial[n * groups, chunk] = sum and sum of squares of the chunk's elements.
template <class T>
__device__ void pixel_norm_sums(const Map<T>& map, float2* partial, const Slab& slab) {
    __shared__ float2 sums[8 * threads];
    const int begin = blockIdx.y * slab.chunk;
    const int end = min(slab.pixels, begin + slab.chunk);
    const long long first = static_cast<long long>(blockIdx.x) * (slab.width / slab.group);
    sum_slab(map, slab, blockIdx.x / slab.slabs, blockIdx.x % slab.slabs * slab.width, begin, end, sums,
        [&](int group, float2 sum) { partial[(first + group) * gridDim.y + blockIdx.y] = sum; });
}

// Grid (n * slabs, chunks), after pixel_norm_sums on the same grid.
template <class T>
__device__ void pixel_norm_apply(
    const Map<T>& map, const float2* partial, const T* weight, const T* bias, T* out, const Slab& slab, float eps,
    int silu) {
    __shared__ float2 statistics[8 * threads];
    const int sample = blockIdx.x / slab.slabs;
    const int base = blockIdx.x % slab.slabs * slab.width;
    const int groups = slab.width / slab.group;
    for (int group = threadIdx.x / lanes; group < groups; group += warps) {
        const float2* sums = partial + (static_cast<long long>(blockIdx.x) * groups + group) * gridDim.y;
        float2 sum = make_float2(0, 0);
        for (int i = threadIdx.x % lanes; i < gridDim.y; i += lanes) {
            sum.x += sums[i].x;
            sum.y += sums[i].y;
        }
        sum = warp_sum(sum);
        if (threadIdx.x % lanes == 0) {
            statistics[group] = statistics_of(sum, map, slab, sample, base + group * slab.group, eps);
        }
    }
    __syncthreads();
    const int begin = blockIdx.y * slab.chunk;
    const int end = min(slab.pixels, begin + slab.chunk);
    normalize_slab(map, weight, bias, out, slab, sample, base, begin, end, statistics, silu);
}

// A row of a layer norm, by one warp: sum = x + residual, normed = layer_norm(sum). Without a residual, sum is x and is not written. What
// fits in registers is read once, and the parameters are on their way while the row is summed up.
template <class P, int kept, bool added, class T>
__device__ __forceinline__ void normalize_row(
    const T* x, const T* residual, const T* weight, const T* bias, T* sums, T* normed, int length, float eps) {
    const int packs = length / P::size;
    const int lane = threadIdx.x % lanes;
    constexpr int registers = kept > 0 ? kept : 1;
    P values[registers];
    P factors[registers];
    P offsets[registers];
    float2 sum = make_float2(0, 0);
    const float origin = widen(x[0]) + (added ? widen(residual[0]) : 0);
    auto accumulate = [&](const P& pack) {
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            float y = widen(pack.at[j]) - origin;
            sum.x += y;
            sum.y += y * y;
        }
    };
    auto load = [&](int i) {
        P pack = reinterpret_cast<const P*>(x)[i];
        if (added) {
            P other = reinterpret_cast<const P*>(residual)[i];
#pragma unroll
            for (int j = 0; j < P::size; j++) {
                narrow(widen(pack.at[j]) + widen(other.at[j]), pack.at[j]);
            }
            reinterpret_cast<P*>(sums)[i] = pack;
        }
        return pack;
    };
    if (kept > 0) {
#pragma unroll
        for (int k = 0; k < kept; k++) {
            const int i = lane + k * lanes;
            if (i < packs) {
                values[k] = load(i);
                factors[k] = reinterpret_cast<const P*>(weight)[i];
                offsets[k] = reinterpret_cast<const P*>(bias)[i];
            }
        }
#pragma unroll
        for (int k = 0; k < kept; k++) {
            if (lane + k * lanes < packs) {
                accumulate(values[k]);
            }
        }
    } else {
        for (int i = lane; i < packs; i += lanes) {
            accumulate(load(i));
        }
    }
    sum = warp_sum(sum);
    const float mean = sum.x / length;
    const float scale = rsqrtf(fmaxf(0, sum.y / length - mean * mean) + eps);
    const float center = mean + origin;
    auto normalize = [&](int i, P pack, const P& factor, const P& offset) {
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            narrow((widen(pack.at[j]) - center) * scale * widen(factor.at[j]) + widen(offset.at[j]), pack.at[j]);
        }
        reinterpret_cast<P*>(normed)[i] = pack;
    };
    if (kept > 0) {
#pragma unroll
        for (int k = 0; k < kept; k++) {
            if (lane + k * lanes < packs) {
                normalize(lane + k * lanes, values[k], factors[k], offsets[k]);
            }
        }
    } else {
        const P* again = reinterpret_cast<const P*>(added ? sums : x);  // this lane wrote its sums
        for (int i = lane; i < packs; i += lanes) {
            normalize(i, again[i], reinterpret_cast<const P*>(weight)[i], reinterpret_cast<const P*>(bias)[i]);
        }
    }
}

template <bool added, class T>
__device__ __forceinline__ void normalize_row(
    const T* x, const T* residual, const T* weight, const T* bias, T* sums, T* normed, int length, float eps,
    int wide) {
    const int packs = length / Wide<T>::size;
    if (!wide) {
        normalize_row<Single<T>, 0, added>(x, residual, weight, bias, sums, normed, length, eps);
    } else if (packs <= 2 * lanes) {
        normalize_row<Wide<T>, 2, added>(x, residual, weight, bias, sums, normed, length, eps);
    } else if (packs <= 3 * lanes) {
        normalize_row<Wide<T>, 3, added>(x, residual, weight, bias, sums, normed, length, eps);
    } else if (packs <= 5 * lanes) {
        normalize_row<Wide<T>, 5, added>(x, residual, weight, bias, sums, normed, length, eps);
    } else {
        normalize_row<Wide<T>, 0, added>(x, residual, weight, bias, sums, normed, length, eps);
    }
}

// x and residual [rows, length], out [2, rows, length]: the sums, then their layer norms. A warp a row.
template <class T>
__device__ void add_layer_norm(
    const T* x, const T* residual, const T* weight, const T* bias, T* out, int rows, int length, float eps, int wide) {
    const int row = (blockIdx.x * blockDim.x + threadIdx.x) / lanes;
    if (row < rows) {
        const long long start = static_cast<long long>(row) * length;
        T* sums = out + start;
        T* normed = sums + static_cast<long long>(rows) * length;
        normalize_row<true>(x + start, residual + start, weight, bias, sums, normed, length, eps, wide);
    }
}

// x and out [rows, length]. A warp a row.
template <class T>
__device__ void layer_norm(
    const T* x, const T* weight, const T* bias, T* out, int rows, int length, float eps, int wide) {
    const int row = (blockIdx.x * blockDim.x + threadIdx.x) / lanes;
    if (row < rows) {
        const long long start = static_cast<long long>(row) * length;
        const T* none = nullptr;
        T* unwritten = nullptr;
        normalize_row<false>(x + start, none, weight, bias, unwritten, out + start, length, eps, wide);
    }
}

template <class P, class T>
__device__ __forceinline__ void sum_packs(
    const T* x, const T* residual, const T* bias, T* out, unsigned count, int channels) {
    unsigned i = blockIdx.x * threads + threadIdx.x;
    if (i >= count / P::size) {
        return;
    }
    P pack = reinterpret_cast<const P*>(x)[i];
    P offset = reinterpret_cast<const P*>(bias)[i % (channels / P::size)];
    if (residual == nullptr) {
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            narrow(widen(pack.at[j]) + widen(offset.at[j]), pack.at[j]);
        }
    } else {
        P other = reinterpret_cast<const P*>(residual)[i];
#pragma unroll
        for (int j = 0; j < P::size; j++) {
            narrow(widen(pack.at[j]) + widen(other.at[j]) + widen(offset.at[j]), pack.at[j]);
        }
    }
    reinterpret_cast<P*>(out)[i] = pack;
}

// x, out and residual, if it is not null, [pixels, channels] of count elements, bias [channels]; one pack a thread.
template <class T>
__device__ void add_bias(
    const T* x, const T* residual, const T* bias, T* out, unsigned count, int channels, int wide) {
    if (wide) {
        sum_packs<Wide<T>>(x, residual, bias, out, count, channels);
    } else {
        sum_packs<Single<T>>(x, residual, bias, out, count, channels);
    }
}

template <class P, class T>
__device__ __forceinline__ void place_packs(
    const T* phases, const T* bias, T* out, unsigned count, int channels, int height, int width) {
    unsigned i = blockIdx.x * threads + threadIdx.x;
    if (i >= count / P::size) {
        return;
    }
    const unsigned row_packs = channels / P::size;
    const unsigned pixel = i / row_packs;
    const unsigned pack_of_pixel = i - pixel * row_packs;
    const unsigned line = pixel / (2 * width);
    const unsigned x = pixel - line * 2 * width;
    const unsigned sample = line / (2 * height);
    const unsigned y = line - sample * 2 * height;
    const unsigned a = y % 2;
    const unsigned b = x % 2;
    const long long source =
        (static_cast<long long>(sample) * (height + 1) + y / 2 + a) * (width + 1) + x / 2 + b;
    P pack = reinterpret_cast<const P*>(phases)[source * 4 * row_packs + (2 * a + b) * row_packs + pack_of_pixel];
    P offset = reinterpret_cast<const P*>(bias)[pack_of_pixel];
#pragma unroll
    for (int j = 0; j < P::size; j++) {
        narrow(widen(pack.at[j]) + widen(offset.at[j]), pack.at[j]);
    }
    reinterpret_cast<P*>(out)[i] = pack;
}

// phases [n, height + 1, width + 1, 4 channels], bias [channels], out [n, 2 height, 2 width, channels] of count elements: pixel
// (2y + a, 2x + b) is phase 2a + b at (y + a, x + b), plus bias. One pack a thread.
template <class T>
__device__ void interleave(
    const T* phases, const T* bias, T* out, unsigned count, int channels, int height, int width, int wide) {
    if (wide) {
        place_packs<Wide<T>>(phases, bias, out, count, channels, height, width);
    } else {
        place_packs<Single<T>>(phases, bias, out, count, channels, height, width);
    }
}

template <class P, class T>
__device__ __forceinline__ void gate(const T* x, T* out, unsigned count, int half) {
    unsigned i = blockIdx.x * threads + threadIdx.x;
    if (i >= count / P::size) {
        return;
    }
    unsigned row_packs = half / P::size;
    unsigned row = i / row_packs;
    const P* packs = reinterpret_cast<const P*>(x) + static_cast<long long>(row) * 2 * row_packs + (i - row * row_packs);
    P value = packs[0];
    P gate = packs[row_packs];
#pragma unroll
    for (int j = 0; j < P::size; j++) {
        float b = widen(gate.at[j]);
        float gelu = 0.5F * b * (1 + erff(b * 0.70710678F));
        narrow(widen(value.at[j]) * gelu, value.at[j]);
    }
    reinterpret_cast<P*>(out)[i] = value;
}

// x [rows, 2 half], out [rows, half] of count elements; one pack a thread.
template <class T>
__device__ void geglu(const T* x, T* out, unsigned count, int half, int wide) {
    if (wide) {
        gate<Wide<T>>(x, out, count, half);
    } else {
        gate<Single<T>>(x, out, count, half);
    }
}

// Waits for the kernel before this one in the stream, which may still be running where the launch allows that; and lets the next one be
// set up meanwhile, which waits in its turn.
__device__ __forceinline__ void begin() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;");
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

#define KERNELS(T, suffix)                                                                                             \
    extern "C" __global__ void __launch_bounds__(threads) group_norm_sums_##suffix(                                    \
        const T* x, float2* partial, int length, int chunk, int wide) {                                                \
        begin();                                                                                                       \
        group_norm_sums(x, partial, length, chunk, wide);                                                              \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) group_norm_apply_##suffix(                                   \
        const T* x, const float2* partial, const T* weight, const T* bias, T* out, int length, int chunk, int spatial, \
        int groups, float eps, int silu, int wide) {                                                                   \
        begin();                                                                                                       \
        group_norm_apply(x, partial, weight, bias, out, length, chunk, spatial, groups, eps, silu, wide);              \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) pixel_norm_sums_##suffix(                                    \
        const T* x, const T* y, int parted, const T* shift, int stride, float2* partial, int channels, int width,      \
        int slabs, int group, int pixels, int chunk) {                                                                 \
        begin();                                                                                                       \
        pixel_norm_sums(Map<T>{x, y, parted, shift, stride}, partial,                                                  \
            Slab{channels, width, slabs, group, pixels, chunk});                                                       \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) pixel_norm_apply_##suffix(                                   \
        const T* x, const T* y, int parted, const T* shift, int stride, const float2* partial, const T* weight,        \
        const T* bias, T* out, int channels, int width, int slabs, int group, int pixels, int chunk, float eps,        \
        int silu) {                                                                                                    \
        begin();                                                                                                       \
        pixel_norm_apply(Map<T>{x, y, parted, shift, stride}, partial, weight, bias, out,                              \
            Slab{channels, width, slabs, group, pixels, chunk}, eps, silu);                                            \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) add_layer_norm_##suffix(                                     \
        const T* x, const T* residual, const T* weight, const T* bias, T* out, int rows, int length, float eps,        \
        int wide) {                                                                                                    \
        begin();                                                                                                       \
        add_layer_norm(x, residual, weight, bias, out, rows, length, eps, wide);                                       \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) add_bias_##suffix(                                           \
        const T* x, const T* residual, const T* bias, T* out, unsigned count, int channels, int wide) {                \
        begin();                                                                                                       \
        add_bias(x, residual, bias, out, count, channels, wide);                                                       \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) layer_norm_##suffix(                                         \
        const T* x, const T* weight, const T* bias, T* out, int rows, int length, float eps, int wide) {               \
        begin();                                                                                                       \
        layer_norm(x, weight, bias, out, rows, length, eps, wide);                                                     \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) interleave_##suffix(                                         \
        const T* phases, const T* bias, T* out, unsigned count, int channels, int height, int width, int wide) {       \
        begin();                                                                                                       \
        interleave(phases, bias, out, count, channels, height, width, wide);                                           \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) geglu_##suffix(                                              \
        const T* x, T* out, unsigned count, int half, int wide) {                                                      \
        begin();                                                                                                       \
        geglu(x, out, count, half, wide);                                                                              \
    }

KERNELS(float, float32)
KERNELS(Half, float16)
KERNELS(Bfloat16, bfloat16)
