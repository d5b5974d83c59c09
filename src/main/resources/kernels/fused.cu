// Fused kernels of the networks. Compiled by NVRTC, which brings no header: so half and bfloat16 are their bits here.
// Tensors are row-major and without gaps. Arithmetic is float32; results are rounded once.

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
            narrow(silu ? __fdividef(y, 1 + __expf(-y)) : y, pack.at[j]);
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

#define KERNELS(T, suffix)                                                                                             \
    extern "C" __global__ void __launch_bounds__(threads) group_norm_sums_##suffix(                                    \
        const T* x, float2* partial, int length, int chunk, int wide) {                                                \
        group_norm_sums(x, partial, length, chunk, wide);                                                              \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) group_norm_apply_##suffix(                                   \
        const T* x, const float2* partial, const T* weight, const T* bias, T* out, int length, int chunk, int spatial, \
        int groups, float eps, int silu, int wide) {                                                                   \
        group_norm_apply(x, partial, weight, bias, out, length, chunk, spatial, groups, eps, silu, wide);              \
    }                                                                                                                  \
    extern "C" __global__ void __launch_bounds__(threads) geglu_##suffix(                                              \
        const T* x, T* out, unsigned count, int half, int wide) {                                                      \
        geglu(x, out, count, half, wide);                                                                              \
    }

KERNELS(float, float32)
KERNELS(Half, float16)
KERNELS(Bfloat16, bfloat16)
