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

// Some of a row's elements, wherever it begins.
template <class T>
__device__ __forceinline__ Wide<T> elements_of(const T* row) {
    Wide<T> pack;
    if (reinterpret_cast<unsigned long long>(row) % sizeof(pack) == 0) {
        return *reinterpret_cast<const Wide<T>*>(row);
    }
#pragma unroll
    for (int j = 0; j < Wide<T>::size; j++) {
        pack.at[j] = row[j];
    }
    return pack;
}

template <class T>
__device__ __forceinline__ Wide<T> shift_of(const Map<T>& map, int sample, int channel) {
    return map.shift == nullptr ? Wide<T>{} : elements_of(map.shift + static_cast<long long>(sample) * map.stride + channel);
}

// A thread's walk over pixels of a column of packs, of which several are on their way at a time; as they came, so that they take few
// registers.
template <class T, int ahead>
struct Walk {
    Column<T> column;
    int pixel;
    int end;
    int step;
    uint4 packs[ahead];

    __device__ __forceinline__ Wide<T> pack(int i) const {
        return *reinterpret_cast<const Wide<T>*>(&packs[i]);
    }

    __device__ __forceinline__ void read() {
#pragma unroll
        for (int i = 0; i < ahead; i++) {
            if (pixel + i * step < end) {
                packs[i] = *reinterpret_cast<const uint4*>(
                    column.start + static_cast<long long>(pixel + i * step) * column.stride);
            }
        }
    }

    // Hands all packs on, the first of which have been read: use(pixel, pack).
    template <class Use>
    __device__ __forceinline__ void go(Use use) {
        while (pixel < end) {
#pragma unroll
            for (int i = 0; i < ahead; i++) {
                if (pixel + i * step < end) {
                    use(pixel + i * step, pack(i));
                }
            }
            pixel += ahead * step;
            read();
        }
    }
};

// Blocks of a multiprocessor: with four, registers do not suffice.
constexpr int norm_blocks = 3;

// What a thread has of a slab: a pack of its channels, and every so many of a block's pixels.
template <class T>
struct Part {
    int sample;
    int base;    // the slab's first channel
    int packs;   // of a pixel
    int rows;    // pixels that the block's threads take side by side
    int row;     // of those, the thread's
    int column;  // the first channel of its pack in the slab
    int begin;
    int end;

    __device__ __forceinline__ explicit Part(const Slab& slab) {
        sample = blockIdx.x / slab.slabs;
        base = blockIdx.x % slab.slabs * slab.width;
        packs = slab.width / Wide<T>::size;
        rows = threads / packs;
        row = threadIdx.x / packs;
        column = threadIdx.x % packs * Wide<T>::size;
        begin = blockIdx.y * slab.chunk;
        end = min(slab.pixels, begin + slab.chunk);
    }

    template <int ahead>
    __device__ __forceinline__ Walk<T, ahead> walk(const Map<T>& map, const Slab& slab) const {
        return {column_of(map, slab, sample, base + column), begin + row, row < rows ? end : 0, rows};
    }
};

// Grid (n * slabs, chunks): partial[n * groups, chunk] = mean, and sum of the squares of what differs from it, of the chunk's elements. Sums
// are relative to one of them, so that squares do not cancel: a thread's to its first, a group's to that of its first thread.
template <class T>
__device__ void pixel_norm_sums(const Map<T>& map, float2* partial, const Slab& slab) {
    constexpr int size = Wide<T>::size;
    __shared__ float2 sums[size * threads];
    __shared__ float origins[size * threads];
    const Part<T> part(slab);
    Walk<T, 4> walk = part.template walk<4>(map, slab);
    walk.read();
    const bool busy = walk.pixel < walk.end;
    const float count = busy ? (walk.end - walk.pixel - 1) / walk.step + 1 : 0;
    float origin[size];
    float2 sum[size];
    if (busy) {
#pragma unroll
        for (int j = 0; j < size; j++) {
            origin[j] = widen(walk.pack(0).at[j]);
            sum[j] = make_float2(0, 0);
        }
        walk.go([&](int, const Wide<T>& pack) {
#pragma unroll
            for (int j = 0; j < size; j++) {
                float y = widen(pack.at[j]) - origin[j];
                sum[j].x += y;
                sum[j].y += y * y;
            }
        });
        const Wide<T> shift = shift_of(map, part.sample, part.base + part.column);
#pragma unroll
        for (int j = 0; j < size; j++) {
            origin[j] += widen(shift.at[j]);
            if (part.row == 0) {
                origins[part.column + j] = origin[j];
            }
        }
    }
    __syncthreads();
    if (part.row < part.rows) {
        int first = part.column / slab.group * slab.group;
#pragma unroll
        for (int j = 0; j < size; j++) {
            if (part.column + j == first + slab.group) {
                first += slab.group;
            }
            float2 moved = make_float2(0, 0);
            if (busy) {
                const float by = origin[j] - origins[first];
                moved = make_float2(sum[j].x + count * by, sum[j].y + by * (2 * sum[j].x + count * by));
            }
            sums[j * threads + threadIdx.x] = moved;
        }
    }
    __syncthreads();
    for (int i = threadIdx.x; i < slab.width; i += threads) {
        float2* channel = sums + i / part.packs * threads + i % part.packs;
        float2 sum = *channel;
#pragma unroll 4
        for (int row = 1; row < part.rows; row++) {
            sum.x += channel[row * part.packs].x;
            sum.y += channel[row * part.packs].y;
        }
        *channel = sum;
    }
    __syncthreads();
    const float elements = static_cast<float>(slab.group) * (part.end - part.begin);
    const int groups = slab.width / slab.group;
    for (int group = threadIdx.x / lanes; group < groups; group += warps) {
        float2 sum = make_float2(0, 0);
        for (int i = threadIdx.x % lanes; i < slab.group; i += lanes) {
            const int channel = group * slab.group + i;
            float2 one = sums[channel % size * threads + channel / size];
            sum.x += one.x;
            sum.y += one.y;
        }
        sum = warp_sum(sum);
        if (threadIdx.x % lanes == 0) {
            const float mean = sum.x / elements;
            partial[(static_cast<long long>(blockIdx.x) * groups + group) * gridDim.y + blockIdx.y] =
                make_float2(origins[group * slab.group] + mean, sum.y - sum.x * mean);
        }
    }
}

// Mean and 1 / deviation of a group, of its chunks' means and sums of squares; by a warp.
__device__ __forceinline__ float2 statistics_of(const float2* chunks, const Slab& slab, float eps) {
    const float origin = chunks[0].x;
    float2 sum = make_float2(0, 0);
    for (int i = threadIdx.x % lanes; i < gridDim.y; i += lanes) {
        const float elements = static_cast<float>(slab.group) * min(slab.chunk, slab.pixels - i * slab.chunk);
        const float by = chunks[i].x - origin;
        sum.x += elements * by;
        sum.y += chunks[i].y + elements * by * by;
    }
    sum = warp_sum(sum);
    const float elements = static_cast<float>(slab.group) * slab.pixels;
    const float mean = sum.x / elements;
    const float variance = fmaxf(0, sum.y / elements - mean * mean);
    return make_float2(origin + mean, rsqrtf(variance + eps));
}

// Grid (n * slabs, chunks), after pixel_norm_sums on the same grid.
template <class T>
__device__ void pixel_norm_apply(
    const Map<T>& map, const float2* partial, const T* weight, const T* bias, T* out, const Slab& slab, float eps,
    int silu) {
    constexpr int size = Wide<T>::size;
    __shared__ float2 statistics[size * threads];
    const Part<T> part(slab);
    Walk<T, 2> walk = part.template walk<2>(map, slab);
    walk.read();
    const int first = part.base + part.column;
    const Wide<T> factors = elements_of(weight + first);
    const Wide<T> offsets = elements_of(bias + first);
    const Wide<T> shifts = shift_of(map, part.sample, first);
    const int groups = slab.width / slab.group;
    for (int group = threadIdx.x / lanes; group < groups; group += warps) {
        float2 found = statistics_of(
            partial + (static_cast<long long>(blockIdx.x) * groups + group) * gridDim.y, slab, eps);
        if (threadIdx.x % lanes == 0) {
            statistics[group] = found;
        }
    }
    __syncthreads();
    if (part.row >= part.rows) {
        return;
    }
    float factor[size];
    float offset[size];
    int group = part.column / slab.group;
#pragma unroll
    for (int j = 0; j < size; j++) {
        if (part.column + j == (group + 1) * slab.group) {
            group++;
        }
        factor[j] = widen(factors.at[j]) * statistics[group].y;
        offset[j] = widen(offsets.at[j]) + (widen(shifts.at[j]) - statistics[group].x) * factor[j];
    }
    T* target = out + static_cast<long long>(part.sample) * slab.pixels * slab.channels + first;
    walk.go([&](int pixel, Wide<T> pack) {
#pragma unroll
        for (int j = 0; j < size; j++) {
            float y = widen(pack.at[j]) * factor[j] + offset[j];
            narrow(silu ? silu_of(y) : y, pack.at[j]);
        }
        *reinterpret_cast<Wide<T>*>(target + static_cast<long long>(pixel) * slab.channels) = pack;
    });
}

// A row of a layer norm, by one warp: sum = x + residual, normed = layer_norm(sum). Without a residual, sum is x and is not written; where
// normed is null, only the sum is. What fits in registers is read once, and the parameters are on their way while the row is summed up.
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
    if (added && normed == nullptr) {
        return;
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

// residual [rows, length], x [given, length] or the vector pad, which is added to the rows outside of [before, before + given). out
// [rows + normed, length]: the sums, then the layer norms of those from the first on. A warp a row.
template <class T>
__device__ void add_layer_norm(
    const T* x, const T* residual, const T* pad, const T* weight, const T* bias, T* out, int rows, int before,
    int given, int first, int normed, int length, float eps, int wide) {
    const int row = (blockIdx.x * blockDim.x + threadIdx.x) / lanes;
    if (row < rows) {
        const long long start = static_cast<long long>(row) * length;
        const int own = row - before;
        const T* added = own >= 0 && own < given ? x + static_cast<long long>(own) * length : pad;
        const int place = row - first;
        T* norm = place >= 0 && place < normed ? out + static_cast<long long>(rows + place) * length : nullptr;
        normalize_row<true>(added, residual + start, weight, bias, out + start, norm, length, eps, wide);
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
    extern "C" __global__ void __launch_bounds__(threads, norm_blocks) pixel_norm_sums_##suffix(                       \
        const T* x, const T* y, int parted, const T* shift, int stride, float2* partial, int channels, int width,      \
        int slabs, int group, int pixels, int chunk) {                                                                 \
        begin();                                                                                                       \
        pixel_norm_sums(Map<T>{x, y, parted, shift, stride}, partial,                                                  \
            Slab{channels, width, slabs, group, pixels, chunk});                                                       \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads, norm_blocks) pixel_norm_apply_##suffix(                      \
        const T* x, const T* y, int parted, const T* shift, int stride, const float2* partial, const T* weight,        \
        const T* bias, T* out, int channels, int width, int slabs, int group, int pixels, int chunk, float eps,        \
        int silu) {                                                                                                    \
        begin();                                                                                                       \
        pixel_norm_apply(Map<T>{x, y, parted, shift, stride}, partial, weight, bias, out,                              \
            Slab{channels, width, slabs, group, pixels, chunk}, eps, silu);                                            \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) add_layer_norm_##suffix(                                     \
        const T* x, const T* residual, const T* pad, const T* weight, const T* bias, T* out, int rows, int before,     \
        int given, int first, int normed, int length, float eps, int wide) {                                           \
        begin();                                                                                                       \
        add_layer_norm(                                                                                                \
            x, residual, pad, weight, bias, out, rows, before, given, first, normed, length, eps, wide);               \
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
