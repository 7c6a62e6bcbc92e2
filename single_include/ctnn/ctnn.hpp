// SPDX-License-Identifier: MIT
/// \file
/// ctnn 0.1.0 in one file: compile-time neural networks for C++20.
//
// Made by scripts/amalgamate.py; a change belongs into the headers that it is made of.
//
// MIT License
//
// Copyright (c) 2026 the ctnn authors
//
// Permission is hereby granted, free of charge, to any person obtaining a copy
// of this software and associated documentation files (the "Software"), to deal
// in the Software without restriction, including without limitation the rights
// to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all
// copies or substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
// IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
// FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
// AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
// LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
// SOFTWARE.
#pragma once

// -------------------- ctnn/ctnn.hpp
/// \file
/// Compile-time neural networks: the table of contents. What links a library or costs compile time is switched on:
/// CTNN_WITH_IMAGES, CTNN_WITH_ZLIB, CTNN_WITH_XSIMD, CTNN_WITH_XTENSOR.

// -------------------- ctnn/core/core.hpp
/// \file
/// Shapes, options, refusals, storage, errors, random numbers, threads.

// -------------------- ctnn/core/refusal.hpp
/// \file
/// Every compile-time message about a network, in one place: what a layer needs, and what to do.

namespace ctnn {

/// Why a layer does not fit the shape that reaches it.
enum class refusal {
    none,
    no_shape,
    no_layer,
    needs_positions,
    needs_vector,
    needs_channels,
    window_exceeds_input,
    axes_differ,
    groups_do_not_divide,
    sizes_differ,
    branches_missing,
    branches_differ,
    channels_differ,
    option_not_taken,
    number_out_of_range,
    needs_winograd_window,
    count  ///< how many there are; no refusal itself
};

/// What the compiler prints for a mistake: the layer, the shape that reaches it, and why it is refused.
template <class Layer, class Input, refusal Why>
struct refused {
    static_assert(Why != refusal::no_shape,
                  "ctnn: a network begins with the shape of its input; put it first: network<shape<28, 28, 1>, ...>");
    static_assert(Why != refusal::no_layer,
                  "ctnn: this is no layer; a layer has a function lower(dims) that returns an outcome, "
                  "and a block derives from chain, sum or concat");
    static_assert(Why != refusal::needs_positions,
                  "ctnn: this layer needs positions: a sequence shape<T, C>, an image shape<H, W, C> or a volume "
                  "shape<D, H, W, C>; move it before flatten and dense, or put a reshape before it");
    static_assert(Why != refusal::needs_vector,
                  "ctnn: this layer needs a vector shape<N> or a sequence shape<T, N>; "
                  "put a flatten or a global_avg_pool before it");
    static_assert(Why != refusal::needs_channels,
                  "ctnn: this layer chooses between channels and needs at least two; for one output use sigmoid");
    static_assert(Why != refusal::window_exceeds_input,
                  "ctnn: the window is larger than its padded input; pool less before it, or pad with same");
    static_assert(Why != refusal::axes_differ,
                  "ctnn: an option of this layer has another number of axes than the input; "
                  "give one number for all axes, or one for each");
    static_assert(Why != refusal::groups_do_not_divide,
                  "ctnn: groups must divide both the incoming channels and the filters; change groups or filters");
    static_assert(Why != refusal::sizes_differ,
                  "ctnn: reshape needs a shape with as many elements as the input; correct its extents");
    static_assert(
        Why != refusal::branches_missing,
        "ctnn: sum needs at least two branches, concat at least one; add what is missing, identity for instance");
    static_assert(Why != refusal::branches_differ,
                  "ctnn: the branches of sum must end in equal shapes; "
                  "match their filters and strides, or project one of them with conv<filters, 1>");
    static_assert(Why != refusal::channels_differ,
                  "ctnn: the branches of concat must end in shapes that differ in channels alone; "
                  "match their strides and padding");
    static_assert(Why != refusal::option_not_taken,
                  "ctnn: this layer does not take one of its options, or got one twice; its documentation lists them");
    static_assert(Why != refusal::number_out_of_range,
                  "ctnn: filters, units, kernels, strides, dilations, factors, groups and times are at least 1, "
                  "a pool's padding is at most half its window, a rate lies in [0, 1); correct the number");
    static_assert(Why != refusal::needs_winograd_window,
                  "ctnn: winograd<2> and winograd<4> need a 3x3 window over height and width with stride 1, dilation 1 "
                  "and groups 1; leave the option out, then the layer chooses by itself");
};

}  // namespace ctnn
// The order is that of a reader; refusal.hpp comes first so that a compile error names few files.
// -------------------- ctnn/core/call.hpp
/// \file
/// What a layer's code is called with: views of its operands for a whole batch.

#include <cstdint>

// -------------------- ctnn/core/config.hpp
/// \file
/// Version, attributes and the name of the backend: the only place that defines macros.

#define CTNN_VERSION_MAJOR 0
#define CTNN_VERSION_MINOR 1
#define CTNN_VERSION_PATCH 0

#if !defined(__GNUC__) && !defined(__clang__)
#error "ctnn: needs g++ 12 or clang 14 or newer; other compilers are untested"
#endif

#if defined(__FAST_MATH__) && !defined(CTNN_ALLOW_FAST_MATH)
#error "ctnn: -ffast-math lets the compiler assume that no NaN exists; leave it out, the kernels do not need it"
#endif

// The instruction set decides how wide a vector is. Kernels, layers' code and engines live in an inline namespace of
// this name, so that two files compiled with different -march never share one inline function.
#if defined(CTNN_FORCE_SCALAR_WIDTH)
#define CTNN_ISA_NAME generic
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define CTNN_ISA_NAME avx512
#elif defined(__AVX2__) && defined(__FMA__)
#define CTNN_ISA_NAME avx2
#elif defined(__SSE2__)
#define CTNN_ISA_NAME sse2
#elif defined(__ARM_NEON)
#define CTNN_ISA_NAME neon
#else
#define CTNN_ISA_NAME generic
#endif

#if defined(CTNN_WITH_XSIMD)
#define CTNN_VECTOR_NAME xsimd
#else
#define CTNN_VECTOR_NAME builtin
#endif

#if defined(_OPENMP)
#define CTNN_THREAD_NAME openmp
#else
#define CTNN_THREAD_NAME serial
#endif

#define CTNN_JOIN_(a, b, c) a##_##b##_##c
#define CTNN_JOIN(a, b, c) CTNN_JOIN_(a, b, c)
#define CTNN_BACKEND CTNN_JOIN(CTNN_ISA_NAME, CTNN_VECTOR_NAME, CTNN_THREAD_NAME)

// Promises that iterations of the next loop do not depend on each other, though their pointers may be equal.
#if defined(__clang__)
#define CTNN_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define CTNN_INDEPENDENT _Pragma("GCC ivdep")
#endif

#define CTNN_INLINE inline __attribute__((always_inline))

// A kernel is a function of its own. clang prefers 256-bit vectors on AVX-512 processors and splits wider ones in two,
// which halves the speed of register tiles (65 instead of 137 GFLOP/s), unless the function asks for 512 bits.
#if defined(__clang__) && defined(__AVX512F__)
#define CTNN_KERNEL __attribute__((noinline, min_vector_width(512)))
#else
#define CTNN_KERNEL __attribute__((noinline))
#endif
// -------------------- ctnn/core/operation.hpp
/// \file
/// What a layer becomes: one operation, a plain value that the graph plans, fuses and executes.

// -------------------- ctnn/core/shape.hpp
/// \file
/// Shapes as types, which a user spells, and as values, which the compiler computes with.

#include <cstddef>
#include <type_traits>

namespace ctnn {

/// Every size, stride, offset and count: one signed integer type, so that nothing is converted on the way.
using extent = std::ptrdiff_t;

/// A static shape, spelled in the order of memory: shape<N> is a vector, shape<T, C> a sequence, shape<H, W, C> an
/// image, shape<D, H, W, C> a volume. Channels come last and are contiguous, as in Keras.
template <extent... Extents>
struct shape {
    static_assert(sizeof...(Extents) >= 1 && sizeof...(Extents) <= 4,
                  "ctnn: a shape has 1 to 4 extents: shape<N>, shape<T, C>, shape<H, W, C> or shape<D, H, W, C>");
    static_assert(((Extents > 0) && ...), "ctnn: every extent of a shape is at least 1");
    static constexpr extent rank = sizeof...(Extents);
    static constexpr extent size = (Extents * ... * 1);
};

/// A shape as a value. It always has three spatial axes and channels; those that a lower rank lacks have extent 1, so
/// that one piece of code serves sequences, images and volumes.
struct dims {
    extent axis[4]{1, 1, 1, 1};  ///< depth, height, width, channels
    extent rank = 0;             ///< how many of them were spelled: 1 vector, 2 sequence, 3 image, 4 volume

    constexpr bool operator==(const dims&) const = default;

    [[nodiscard]] constexpr extent depth() const { return axis[0]; }
    [[nodiscard]] constexpr extent height() const { return axis[1]; }
    [[nodiscard]] constexpr extent width() const { return axis[2]; }
    [[nodiscard]] constexpr extent channels() const { return axis[3]; }
    [[nodiscard]] constexpr extent positions() const { return axis[0] * axis[1] * axis[2]; }
    [[nodiscard]] constexpr extent size() const { return positions() * axis[3]; }
    /// How many of the three spatial axes exist: 0 for a vector, 3 for a volume.
    [[nodiscard]] constexpr extent spatial_rank() const { return rank - 1; }
    /// The first spatial axis that exists; axes before it have extent 1.
    [[nodiscard]] constexpr extent first_axis() const { return 4 - rank; }
    [[nodiscard]] constexpr dims with_channels(extent channels) const {
        dims result = *this;
        result.axis[3] = channels;
        return result;
    }
    /// The i-th extent as spelled.
    [[nodiscard]] constexpr extent operator[](extent i) const { return axis[4 - rank + i]; }
};

/// The dims of the given extents: make_dims(28, 28, 1) equals dims_of<shape<28, 28, 1>>.
template <class... Extents>
[[nodiscard]] constexpr dims make_dims(Extents... extents) {
    static_assert(sizeof...(Extents) >= 1 && sizeof...(Extents) <= 4, "ctnn: 1 to 4 extents");
    dims result;
    result.rank = sizeof...(Extents);
    extent i = 4 - result.rank;
    ((result.axis[i++] = static_cast<extent>(extents)), ...);
    return result;
}

template <class Shape>
inline constexpr dims dims_of{};
template <extent... Extents>
inline constexpr dims dims_of<shape<Extents...>> = make_dims(Extents...);

template <class Shape>
concept static_shape = dims_of<Shape>
.rank > 0;

namespace detail {
template <dims D, extent Rank = D.rank>
struct shape_from;
template <dims D>
struct shape_from<D, 1> : std::type_identity<shape<D.axis[3]>> {};
template <dims D>
struct shape_from<D, 2> : std::type_identity<shape<D.axis[2], D.axis[3]>> {};
template <dims D>
struct shape_from<D, 3> : std::type_identity<shape<D.axis[1], D.axis[2], D.axis[3]>> {};
template <dims D>
struct shape_from<D, 4> : std::type_identity<shape<D.axis[0], D.axis[1], D.axis[2], D.axis[3]>> {};
}  // namespace detail

/// The type that spells a value: shape_of<make_dims(28, 28, 1)> is shape<28, 28, 1>.
template <dims D>
using shape_of = typename detail::shape_from<D>::type;

}  // namespace ctnn

namespace ctnn {

/// What the planner must know an operation by. A layer that needs no special treatment is `custom`.
enum class kind : unsigned char {
    none,         ///< a row that fusion removed
    input,        ///< copies the caller's input into the arena
    convolution,  ///< linear, with a window; a dense layer is one with a single position
    batch_norm,   ///< folds into the linear row before it
    activation,   ///< elementwise; fuses into the linear row before it
    softmax,      ///< a head
    dropout,      ///< vanishes in inference
    add,          ///< two inputs; fuses into the later linear row
    place,        ///< copies its input to channels [channel, ...) of the result; mostly free
    reshape,      ///< same elements, another shape; mostly free
    custom        ///< brings its own code and asks for nothing
};

/// Elementwise functions. `alpha` of the operation is the slope of leaky_relu.
enum class activation : unsigned char { none, relu, leaky_relu, sigmoid, tanh };

/// How a convolution is computed. Winograd's needs a quarter of the multiplications, or with 2 outputs a tile and axis
/// 4 / 9, and rounds more: see layers/convolution_algorithm.hpp.
enum class algorithm : unsigned char { direct, winograd_2, winograd_4 };

/// How a tensor of parameters begins.
enum class initializer : unsigned char { zeros, ones, glorot_uniform };

/// One tensor that training changes, or one of running statistics.
struct parameter {
    const char* name = nullptr;     ///< "weight"; null: there is none
    extent axis[5]{1, 1, 1, 1, 1};  ///< its shape, as in memory
    extent rank = 0;
    initializer start = initializer::zeros;
    extent fan_in = 1, fan_out = 1;  ///< for glorot_uniform: limit sqrt(6 / (fan_in + fan_out))

    [[nodiscard]] constexpr extent size() const {
        return name == nullptr ? 0 : axis[0] * axis[1] * axis[2] * axis[3] * axis[4];
    }
};

/// A window that slides over depth, height and width.
struct window {
    extent kernel[3]{1, 1, 1};
    extent stride[3]{1, 1, 1};
    extent dilation[3]{1, 1, 1};
    extent before[3]{};  ///< padding in front of each axis
    extent after[3]{};   ///< and behind it
};

/// One row of a network's table. Everything is known at compile time but the values.
struct operation {
    kind what = kind::none;
    const char* layer = "custom";  ///< name for summaries
    dims in{}, out{};

    parameter parameters[3]{};  ///< learned, in the order of the flat block
    parameter state[2]{};       ///< running statistics, kept beside it

    ctnn::window window{};
    extent groups = 1;
    ctnn::activation activation = ctnn::activation::none;
    double alpha = 0;  ///< slope, rate, momentum: the one number that a layer has
    double epsilon = 0;
    ctnn::algorithm algorithm = ctnn::algorithm::direct;           ///< of a convolution forwards
    ctnn::algorithm gradient_algorithm = ctnn::algorithm::direct;  ///< and of its input's gradient
    bool include_padding = false;  ///< average pooling divides by the whole window

    bool in_place = false;              ///< the output may overwrite the input: a pixel is read before it is written
    bool backward_reads_input = false;  ///< what backward needs besides the gradient of the output
    bool backward_reads_output = false;
    bool backward_in_place = false;  ///< the input's gradient may overwrite the output's
    extent saved = 0;                ///< numbers kept from forward to backward, for the whole batch
    extent scratch = 0;              ///< numbers of temporary memory while it runs, for the whole batch
    extent multiply_adds = 0;        ///< for one sample

    // Written by the builder.
    int input[2]{-1, -1};         ///< values read
    int result = -1;              ///< value written
    extent channel = 0;           ///< place: first channel of the slice
    extent parameter_offset = 0;  ///< in the flat block
    extent state_offset = 0;
    int row = 0;  ///< position in the table before fusion

    // Written by fusion: what this linear row does before it stores.
    int norm = -1;    ///< row of the batch norm folded into the weights
    int addend = -1;  ///< value added before the activation

    [[nodiscard]] constexpr extent parameter_count() const {
        extent count = 0;
        for (const parameter& p : parameters) count += p.size();
        return count;
    }
    [[nodiscard]] constexpr extent state_count() const {
        extent count = 0;
        for (const parameter& p : state) count += p.size();
        return count;
    }
};

/// An operation with nothing but its kind, its name and its shapes.
[[nodiscard]] constexpr operation make_operation(kind what, const char* layer, const dims& in, const dims& out) {
    operation row;
    row.what = what;
    row.layer = layer;
    row.in = in;
    row.out = out;
    return row;
}

/// What a shape rule answers: an operation, or the reason why not.
struct outcome {
    operation what{};
    refusal why = refusal::none;
    constexpr outcome(const operation& accepted) : what(accepted) {}
    constexpr outcome(refusal reason) : why(reason) {}
};

}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {

/// A batch of values of one shape. Channels are contiguous; rows need not be, because a value can be a slice of a
/// concatenation or carry a zero border that a convolution reads.
template <class T>
struct batch_view {
    T* data = nullptr;  ///< sample 0, position 0, channel 0; null: this operand is not wanted
    dims shape{};
    extent count = 0;   ///< samples
    extent sample = 0;  ///< elements from one sample to the next
    extent step[3]{};   ///< elements from one depth, row, pixel to the next

    /// A batch that lies without a gap, as users hand it over.
    [[nodiscard]] static batch_view dense(T* data, const dims& shape, extent count) {
        const extent pixel = shape.channels(), row = shape.width() * pixel;
        return {data, shape, count, shape.size(), {shape.height() * row, row, pixel}};
    }

    [[nodiscard]] T* at(extent s, extent d, extent h, extent w) const {
        return data + s * sample + d * step[0] + h * step[1] + w * step[2];
    }
    operator batch_view<const T>() const { return {data, shape, count, sample, {step[0], step[1], step[2]}}; }
    /// Do the pixels of a row lie without a gap?
    [[nodiscard]] bool rows_contiguous() const { return step[2] == shape.channels(); }
    /// Does the whole sample?
    [[nodiscard]] bool contiguous() const {
        return rows_contiguous() && (shape.height() == 1 || step[1] == shape.width() * step[2]) &&
               (shape.depth() == 1 || step[0] == shape.height() * shape.width() * step[2]);
    }
};

/// One layer forwards: reads x (and other), writes y.
template <class T>
struct forward_call {
    const operation& op;
    batch_view<const T> x;
    batch_view<const T> other;  ///< the second input of add, or the addend of a fused row
    batch_view<T> y;
    const T* parameters = nullptr;  ///< of this operation; in an engine: the packed weights
    T* state = nullptr;             ///< running statistics; a training pass updates them
    T* saved = nullptr;             ///< op.saved numbers that backward will see
    T* scratch = nullptr;           ///< op.scratch numbers
    T* thread_scratch = nullptr;    ///< of a convolution: for each thread so many numbers as it needs
    extent threads = 1;
    bool training = false;
    std::uint64_t seed = 0;  ///< of random layers, with the step's number: same seed and step, same mask
    std::uint64_t step = 0;
};

/// One layer backwards: reads dy and what it asked for, overwrites dx, adds into the gradients of its parameters.
template <class T>
struct backward_call {
    const operation& op;
    batch_view<const T> x, other, y, dy;
    batch_view<T> dx;  ///< dx.data is null when nobody asks for it
    const T* parameters = nullptr;
    T* gradients = nullptr;  ///< of this operation's parameters; added into
    const T* saved = nullptr;
    T* scratch = nullptr;
    T* thread_scratch = nullptr;
    extent threads = 1;
    bool accumulate = false;  ///< add into dx instead; only for operations of kind convolution
    std::uint64_t seed = 0;
    std::uint64_t step = 0;
};

/// A layer's code as the executor sees it.
template <class T>
struct routine {
    using scalar = T;
    void (*forward)(const forward_call<T>&) = nullptr;
    void (*backward)(const backward_call<T>&) = nullptr;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/core/error.hpp
/// \file
/// What can fail says how: an error value, and a result that holds a value or an error. No exception is needed.

#include <new>
#include <string>
#include <utility>

namespace ctnn {

/// The kind of a failure. The text of an error says the rest: which file, at which byte, what was found and expected.
enum class error_kind : std::uint8_t {
    none,
    cannot_open,            ///< the file does not exist, is no regular file, or may not be read or written
    cannot_write,           ///< a write, flush or rename failed; the file that was there before is unchanged
    truncated,              ///< the file ends before what its header promises
    trailing_data,          ///< bytes after the end of what the header promises
    wrong_format,           ///< not the format that the reader reads
    unsupported,            ///< the format, but a variant that is refused by name
    corrupt,                ///< a checksum, marker or field contradicts the rest of the file
    too_large,              ///< beyond the budget that the caller gave
    shape_mismatch,         ///< the file's shapes are not the network's
    architecture_mismatch,  ///< a model file of another network
    not_finite,             ///< NaN or infinity where numbers are needed
    self_test_failed,       ///< the stored input does not give the stored scores
    invalid_argument,       ///< what the caller passed makes no sense
    out_of_memory
};

/// A failure, or none: converts to true when something failed. To ignore one is a decision to be written down.
class [[nodiscard]] error {
public:
    error() = default;
    error(error_kind kind, std::string message) : kind_(kind), message_(std::move(message)) {}
    error(error_kind kind, std::string file, std::string message) : kind_(kind), file_(std::move(file)) {
        message_ = file_.empty() ? std::move(message) : file_ + ": " + message;
    }
    /// With the byte at which the reader stopped, and what it found and expected there.
    error(error_kind kind, std::string file, std::int64_t offset, std::string found, std::string expected)
        : kind_(kind),
          offset_(offset),
          file_(std::move(file)),
          found_(std::move(found)),
          expected_(std::move(expected)) {
        message_ = file_.empty() ? std::string{} : file_ + ": ";
        if (offset_ >= 0) message_ += "at byte " + std::to_string(offset_) + ": ";
        message_ += "found " + found_ + ", expected " + expected_;
    }

    [[nodiscard]] explicit operator bool() const noexcept { return kind_ != error_kind::none; }
    [[nodiscard]] error_kind kind() const noexcept { return kind_; }
    [[nodiscard]] const char* what() const noexcept { return message_.c_str(); }
    [[nodiscard]] const std::string& message() const noexcept { return message_; }
    [[nodiscard]] const std::string& file() const noexcept { return file_; }
    /// The byte at which the reader stopped, or -1.
    [[nodiscard]] std::int64_t offset() const noexcept { return offset_; }
    [[nodiscard]] const std::string& found() const noexcept { return found_; }
    [[nodiscard]] const std::string& expected() const noexcept { return expected_; }

private:
    error_kind kind_ = error_kind::none;
    std::int64_t offset_ = -1;
    std::string message_, file_, found_, expected_;
};

/// A value or the error that prevented it: converts to true when there is a value.
template <class T>
class [[nodiscard]] result {
public:
    result(T value) : has_value_(true) { ::new (static_cast<void*>(&value_)) T(std::move(value)); }
    result(ctnn::error failure) : failure_(std::move(failure)) {}
    result(result&& other) noexcept : has_value_(other.has_value_), failure_(std::move(other.failure_)) {
        if (has_value_) ::new (static_cast<void*>(&value_)) T(std::move(other.value_));
    }
    result(const result&) = delete;
    result& operator=(const result&) = delete;
    result& operator=(result&&) = delete;
    ~result() {
        if (has_value_) value_.~T();
    }

    [[nodiscard]] explicit operator bool() const noexcept { return has_value_; }
    [[nodiscard]] bool has_value() const noexcept { return has_value_; }
    /// \pre has_value()
    [[nodiscard]] T& operator*() & noexcept { return value_; }
    [[nodiscard]] const T& operator*() const& noexcept { return value_; }
    [[nodiscard]] T&& operator*() && noexcept { return std::move(value_); }
    [[nodiscard]] T* operator->() noexcept { return &value_; }
    [[nodiscard]] const T* operator->() const noexcept { return &value_; }
    /// What failed; an error that converts to false when there is a value.
    [[nodiscard]] const ctnn::error& error() const noexcept { return failure_; }

private:
    union {
        T value_;
    };
    bool has_value_ = false;
    ctnn::error failure_;
};

}  // namespace ctnn
// -------------------- ctnn/core/number.hpp
/// \file
/// Real numbers as template arguments.

#include <bit>

namespace ctnn {

/// A real number that can be a template argument: dropout<0.5>. Its bits are what is stored, because clang 14 to 17
/// accept neither floating-point template arguments nor classes with floating-point members.
struct number {
    std::uint64_t bits = 0;
    constexpr number(double value) : bits(std::bit_cast<std::uint64_t>(value)) {}
    [[nodiscard]] constexpr double value() const { return std::bit_cast<double>(bits); }
    constexpr bool operator==(const number&) const = default;
};

}  // namespace ctnn
// -------------------- ctnn/core/options.hpp
/// \file
/// The named options of layers: conv<32, 3, stride<2>, same>. They are values, in any order after the numbers.

#include <concepts>

namespace ctnn {

/// A number for each spatial axis, or one for all of them.
struct axes {
    extent value[3]{1, 1, 1};
    extent count = 0;  ///< 0: not given, 1: one for all, -1: given without a number
    constexpr bool operator==(const axes&) const = default;
};

/// What the options of a layer say, read into one value.
struct layer_options {
    axes kernel{}, stride{}, dilation{}, padding{};
    extent groups = 1;
    bool same = false, bias = true, include_padding = true;
    bool exact = false;
    extent winograd = 0;
    double epsilon = 1e-5, momentum = 0.1;
    unsigned given = 0;  ///< which options were given, a bit each
    bool repeated = false;

    constexpr void mark(unsigned option) {
        repeated = repeated || (given & option) != 0;
        given |= option;
    }
};

/// The bits of layer_options::given; a layer lists those that it takes.
namespace option {
inline constexpr unsigned kernel = 1, stride = 2, dilation = 4, padding = 8, groups = 16, bias = 32, epsilon = 64,
                          momentum = 128, include_padding = 256, algorithm = 512;
}

namespace detail {
template <extent... N>
constexpr axes make_axes() {
    constexpr extent values[]{N..., 1, 1, 1};
    return {{values[0], values[1], values[2]}, sizeof...(N) == 0 ? -1 : static_cast<extent>(sizeof...(N))};
}
}  // namespace detail

template <extent... N>
struct kernel_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::kernel);
        o.kernel = detail::make_axes<N...>();
    }
};
template <extent... N>
struct stride_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::stride);
        o.stride = detail::make_axes<N...>();
    }
};
template <extent... N>
struct dilation_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::dilation);
        o.dilation = detail::make_axes<N...>();
    }
};
template <extent... N>
struct padding_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::padding);
        o.padding = detail::make_axes<N...>();
    }
};
template <bool Same>
struct border_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::padding);
        o.same = Same;
    }
};
template <extent N>
struct groups_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::groups);
        o.groups = N;
    }
};
struct no_bias_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::bias);
        o.bias = false;
    }
};
struct exclude_padding_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::include_padding);
        o.include_padding = false;
    }
};
struct exact_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::algorithm);
        o.exact = true;
    }
};
template <extent Outputs>
struct winograd_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::algorithm);
        o.winograd = Outputs;
    }
};
template <number Value>
struct epsilon_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::epsilon);
        o.epsilon = Value.value();
    }
};
template <number Value>
struct momentum_option {
    static constexpr void read(layer_options& o) {
        o.mark(option::momentum);
        o.momentum = Value.value();
    }
};

/// The window of a convolution or pool, one number for all axes or one for each: conv<32, kernel<1, 3, 3>>.
template <extent... N>
inline constexpr kernel_option<N...> kernel{};
/// Steps of the window, one number for all axes or one for each.
template <extent... N>
inline constexpr stride_option<N...> stride{};
/// Distance between neighboring taps of a kernel, one number for all axes or one for each.
template <extent... N>
inline constexpr dilation_option<N...> dilation{};
/// Zeros put around the input, on both sides alike (PyTorch's padding), one number for all axes or one for each.
template <extent... N>
inline constexpr padding_option<N...> padding{};
/// As many zeros around the input that the output has ceil(input / stride) positions; an odd one goes behind
/// (TensorFlow's "same").
inline constexpr border_option<true> same{};
/// No padding: what every layer does that is not told otherwise.
inline constexpr border_option<false> valid{};
/// Splits channels and filters into so many independent convolutions.
template <extent N>
inline constexpr groups_option<N> groups{};
/// A convolution or dense layer without bias, for instance in front of a batch_norm.
inline constexpr no_bias_option no_bias{};
/// A convolution adds up its products as they are, never by Winograd's algorithm, whose rounding error is some ten
/// times as large: for sums that must be exact, or neighbors whose magnitudes differ by more than a factor of 10,000.
inline constexpr exact_option exact{};
/// A 3x3 convolution by Winograd's algorithm with so many outputs a tile and axis, 2 or 4, whatever the layer would
/// choose by itself.
template <extent Outputs>
inline constexpr winograd_option<Outputs> winograd{};
/// Average pooling divides by the part of the window inside the input (PyTorch's count_include_pad=False).
inline constexpr exclude_padding_option exclude_padding{};
/// What batch_norm adds to a variance.
template <number Value>
inline constexpr epsilon_option<Value> epsilon{};
/// The weight of the newest batch in batch_norm's running statistics (PyTorch's momentum; Keras' is 1 minus it).
template <number Value>
inline constexpr momentum_option<Value> momentum{};

namespace detail {
template <class Option>
constexpr void read_option(layer_options& o, Option value) {
    if constexpr (std::integral<Option>) {
        o.mark(option::kernel);
        o.kernel = axes{{static_cast<extent>(value), 1, 1}, 1};
    } else {
        Option::read(o);
    }
}
}  // namespace detail

/// Reads a layer's options; a plain number is the kernel.
template <auto... Options>
[[nodiscard]] constexpr layer_options read_options() {
    layer_options result;
    (detail::read_option(result, Options), ...);
    return result;
}

}  // namespace ctnn
// -------------------- ctnn/core/random.hpp
/// \file
/// Counter-based random numbers: number i of a stream is a function of (seed, stream, i) alone, so it is the same on
/// every platform, for every number of threads and in any order of asking.
///
/// Philox 4x32-10: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.

namespace ctnn {

/// The seed of everything random in a model or a training run.
struct seed {
    std::uint64_t value = 0;
};

/// Four 32-bit numbers for one counter and key.
struct philox_block {
    std::uint32_t word[4];
};

[[nodiscard]] constexpr philox_block philox(std::uint64_t key, std::uint64_t stream, std::uint64_t counter) {
    std::uint32_t c0 = static_cast<std::uint32_t>(counter), c1 = static_cast<std::uint32_t>(counter >> 32);
    std::uint32_t c2 = static_cast<std::uint32_t>(stream), c3 = static_cast<std::uint32_t>(stream >> 32);
    std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0;
        const std::uint64_t p1 = std::uint64_t{0xCD9E8D57u} * c2;
        c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
        c1 = static_cast<std::uint32_t>(p1);
        c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
        c3 = static_cast<std::uint32_t>(p0);
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return {{c0, c1, c2, c3}};
}

/// A stream of random numbers that can be read in order or at any place.
class random_stream {
public:
    constexpr random_stream(seed s, std::uint64_t stream) : key_(s.value), stream_(stream) {}

    /// The i-th 32-bit number of the stream.
    [[nodiscard]] constexpr std::uint32_t bits(std::uint64_t i) const {
        return philox(key_, stream_, i / 4).word[i % 4];
    }
    /// The i-th number of the stream, uniform in [0, 1) with 24 random bits: equal in float and double.
    [[nodiscard]] constexpr double uniform(std::uint64_t i) const { return (bits(i) >> 8) * (1.0 / 16777216.0); }

    /// The next 32-bit number.
    constexpr std::uint32_t next() { return bits(position_++); }
    /// The next number, uniform in [0, 1).
    constexpr double next_uniform() { return uniform(position_++); }
    /// The next integer, uniform in [0, bound). \pre 0 < bound <= 2^31
    constexpr extent next_below(extent bound) {
        const std::uint64_t n = static_cast<std::uint64_t>(bound);
        for (;;) {  // Lemire's method: the rejected part makes every value exactly equally likely
            const std::uint64_t product = n * next();
            const std::uint64_t low = product & 0xFFFFFFFFu;
            if (low >= n || low >= (std::uint64_t{1} << 32) % n) return static_cast<extent>(product >> 32);
        }
    }

private:
    std::uint64_t key_, stream_, position_ = 0;
};

}  // namespace ctnn
// -------------------- ctnn/core/storage.hpp
/// \file
/// One aligned block of heap memory.

#include <cstring>

namespace ctnn {

/// A cache line, and the width of the widest vector: what every block of the library is aligned to.
inline constexpr std::size_t alignment = 64;

/// Rounds a number of elements up to whole cache lines of float; the same for double, so that no size depends on it.
[[nodiscard]] constexpr extent round_up(extent elements, extent to = 16) { return (elements + to - 1) / to * to; }

/// An owned array of trivial elements, aligned to a cache line, zero when made. Moves, never copies by itself.
template <class T>
class aligned_block {
public:
    aligned_block() = default;
    explicit aligned_block(extent count) : count_(count) {
        if (count == 0) return;
        data_ = static_cast<T*>(::operator new (bytes(), std::align_val_t{alignment}));
        std::memset(static_cast<void*>(data_), 0, bytes());
    }
    aligned_block(aligned_block&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)) {}
    aligned_block& operator=(aligned_block&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(count_, other.count_);
        return *this;
    }
    ~aligned_block() {
        if (data_ != nullptr) ::operator delete (data_, std::align_val_t{alignment});
    }

    [[nodiscard]] aligned_block copy() const {
        aligned_block result(count_);
        if (count_ != 0) std::memcpy(static_cast<void*>(result.data_), data_, bytes());
        return result;
    }
    void fill_zero() noexcept {
        if (count_ != 0) std::memset(static_cast<void*>(data_), 0, bytes());
    }

    [[nodiscard]] T* data() noexcept { return data_; }
    [[nodiscard]] const T* data() const noexcept { return data_; }
    [[nodiscard]] extent size() const noexcept { return count_; }
    [[nodiscard]] T* begin() noexcept { return data_; }
    [[nodiscard]] T* end() noexcept { return data_ + count_; }
    [[nodiscard]] const T* begin() const noexcept { return data_; }
    [[nodiscard]] const T* end() const noexcept { return data_ + count_; }
    [[nodiscard]] T& operator[](extent i) noexcept { return data_[i]; }
    [[nodiscard]] const T& operator[](extent i) const noexcept { return data_[i]; }

private:
    [[nodiscard]] std::size_t bytes() const noexcept { return static_cast<std::size_t>(count_) * sizeof(T); }
    T* data_ = nullptr;
    extent count_ = 0;
};

}  // namespace ctnn
// -------------------- ctnn/core/tensor.hpp
/// \file
/// Numbers with a static shape: owned, or seen in somebody else's memory.

#include <array>

namespace ctnn {

template <static_shape Shape, class T = float>
class tensor;

/// Numbers of a static shape in contiguous memory that somebody else owns. T may be const.
template <static_shape Shape, class T>
class tensor_view {
public:
    using shape = Shape;
    static constexpr dims extents = dims_of<Shape>;
    static constexpr std::size_t length = static_cast<std::size_t>(Shape::size);

    /// \pre `data` points at Shape::size numbers
    constexpr explicit tensor_view(T* data) noexcept : data_(data) {}
    /// An array of exactly the right length; another length does not compile.
    constexpr tensor_view(std::array<std::remove_const_t<T>, static_cast<std::size_t>(Shape::size)>& a) noexcept
        : data_(a.data()) {}
    constexpr tensor_view(const std::array<std::remove_const_t<T>, static_cast<std::size_t>(Shape::size)>& a) noexcept
        requires std::is_const_v<T> : data_(a.data()) {}
    // What does not fit is told in one line instead of a list of all constructors.
    template <class U, std::size_t Length>
    tensor_view(const std::array<U, Length>&) requires(Length != length) = delete;  // as many numbers as the shape has
    template <class U, class Other>
    tensor_view(const tensor<Other, U>&) requires(!std::is_same_v<Other, Shape>) = delete;  // the same shape
    template <class U, class Other>
    tensor_view(tensor_view<Other, U>) requires(!std::is_same_v<Other, Shape>) = delete;  // the same shape
    constexpr operator tensor_view<Shape, const T>() const noexcept requires(!std::is_const_v<T>) {
        return tensor_view<Shape, const T>(data_);
    }

    [[nodiscard]] static constexpr extent size() noexcept { return Shape::size; }
    [[nodiscard]] constexpr T* data() const noexcept { return data_; }
    [[nodiscard]] constexpr T* begin() const noexcept { return data_; }
    [[nodiscard]] constexpr T* end() const noexcept { return data_ + Shape::size; }
    [[nodiscard]] constexpr T& operator[](extent i) const noexcept { return data_[i]; }
    /// The element at an index for each extent of the shape: view(row, column, channel).
    template <class... Indices>
    requires(sizeof...(Indices) == static_cast<std::size_t>(Shape::rank)) [[nodiscard]] constexpr T& operator()(
        Indices... indices) const noexcept {
        extent at = 0, axis = 4 - Shape::rank;
        ((at = at * extents.axis[axis++] + static_cast<extent>(indices)), ...);
        return data_[at];
    }

private:
    T* data_;
};

/// Numbers of a static shape on the heap, aligned to a cache line, zero when made.
template <static_shape Shape, class T>
class tensor {
public:
    using shape = Shape;
    tensor() : block_(Shape::size) {}

    [[nodiscard]] static constexpr extent size() noexcept { return Shape::size; }
    [[nodiscard]] T* data() noexcept { return block_.data(); }
    [[nodiscard]] const T* data() const noexcept { return block_.data(); }
    [[nodiscard]] T* begin() noexcept { return block_.begin(); }
    [[nodiscard]] T* end() noexcept { return block_.end(); }
    [[nodiscard]] const T* begin() const noexcept { return block_.begin(); }
    [[nodiscard]] const T* end() const noexcept { return block_.end(); }
    [[nodiscard]] T& operator[](extent i) noexcept { return block_[i]; }
    [[nodiscard]] const T& operator[](extent i) const noexcept { return block_[i]; }
    template <class... Indices>
    [[nodiscard]] T& operator()(Indices... indices) noexcept {
        return tensor_view<Shape, T>(*this)(indices...);
    }
    template <class... Indices>
    [[nodiscard]] const T& operator()(Indices... indices) const noexcept {
        return tensor_view<Shape, const T>(*this)(indices...);
    }
    operator tensor_view<Shape, T>() noexcept { return tensor_view<Shape, T>(block_.data()); }
    operator tensor_view<Shape, const T>() const noexcept { return tensor_view<Shape, const T>(block_.data()); }

private:
    aligned_block<T> block_;
};

}  // namespace ctnn
// -------------------- ctnn/core/text.hpp
/// \file
/// Numbers and extents as the messages, names and files of the library spell them.

#include <charconv>

namespace ctnn {

/// A number as the shortest text that reads back as the same number, independent of the language set: 0.25, 1e-07, nan.
[[nodiscard]] inline std::string to_text(double value) {
    char text[32];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, value);
    return {text, end.ptr};
}
[[nodiscard]] inline std::string to_text(float value) {
    char text[32];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, value);
    return {text, end.ptr};
}

namespace detail {

/// The first `count` of anything with operator[], with a separator between them: 28, 28, 1.
template <class Extents, class Count>
[[nodiscard]] std::string joined(const Extents& extents, Count count, const char* separator) {
    std::string text;
    for (Count i = 0; i < count; ++i) {
        if (i > 0) text += separator;
        text += std::to_string(extents[i]);
    }
    return text;
}

}  // namespace detail
}  // namespace ctnn
// -------------------- ctnn/core/threads.hpp
/// \file
/// The loop over independent pieces of work. The pieces never depend on the number of threads, so neither do results.

#include <atomic>

#if defined(_OPENMP)
#include <omp.h>
#define CTNN_PARALLEL _Pragma("omp parallel num_threads(static_cast<int>(team))")
#else
#define CTNN_PARALLEL
#endif

namespace ctnn {
inline namespace CTNN_BACKEND {

/// How many threads a training step may use: those that OpenMP offers (OMP_NUM_THREADS), 1 without OpenMP.
[[nodiscard]] inline extent available_threads() noexcept {
#if defined(_OPENMP)
    return omp_get_max_threads();
#else
    return 1;
#endif
}

/// One thread for little work: to wake another costs some microseconds, in which one core moves 64 K numbers.
[[nodiscard]] constexpr extent threads_for(extent numbers, extent threads) { return numbers < 65536 ? 1 : threads; }

namespace execution {

// A counter of our own hands out the pieces: the same as OpenMP's schedule(dynamic, 1), for which clang's runtime
// allocates 200 blocks a loop. Out of line, because clang asks the runtime for the thread's number at the head of the
// function that holds a parallel region, and the first such question starts the runtime even where one thread works.
template <class Body>
[[gnu::noinline]] void share_among(extent count, [[maybe_unused]] extent team, const Body& body) {
    std::atomic<extent> next{0}, workers{0};
    CTNN_PARALLEL {
        const extent worker = workers.fetch_add(1, std::memory_order_relaxed);
        for (extent i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) body(i, worker);
    }
}

}  // namespace execution

/// Calls body(i, worker) for i in [0, count), on at most `threads` threads; in order on this one when threads is 1.
/// `worker`, in [0, threads), tells the threads of one call apart, so that each can have memory of its own.
template <class Body>
inline void parallel_for_with_worker(extent count, extent threads, const Body& body) {
    const extent team = threads < count ? threads : count;
    if (team > 1) return execution::share_among(count, team, body);
    for (extent i = 0; i < count; ++i) body(i, extent{0});
}

/// Calls body(i) for i in [0, count), likewise.
template <class Body>
inline void parallel_for(extent count, extent threads, const Body& body) {
    parallel_for_with_worker(count, threads, [&](extent i, extent) { body(i); });
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/core/window.hpp
/// \file
/// The arithmetic of windows: from a layer's options and the incoming shape to padding and the outgoing shape.

namespace ctnn {

/// A window placed on an input, or why it cannot be.
struct placed_window {
    ctnn::window window{};
    dims out{};  ///< with the input's channels
    refusal why = refusal::none;
};

namespace detail {
/// Spreads an option over the axes that the input has. \returns false when the numbers of axes differ.
constexpr bool spread(const axes& given, extent otherwise, const dims& in, extent (&to)[3]) {
    if (given.count != 0 && given.count != 1 && given.count != in.spatial_rank()) return false;
    for (extent a = in.first_axis(); a < 3; ++a)
        to[a] = given.count == 0 ? otherwise : given.value[given.count == 1 ? 0 : a - in.first_axis()];
    return true;
}
}  // namespace detail

/// Places a window: output = (input + before + after - (kernel - 1) * dilation - 1) / stride + 1, rounded down.
/// With `same` the output is ceil(input / stride) and an odd zero goes behind, as in TensorFlow.
/// https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2
/// \param kernel, stride what holds where the options say nothing; a stride of 0 means: as the kernel
[[nodiscard]] constexpr placed_window place_window(const layer_options& o, dims in, extent kernel, extent stride) {
    placed_window result{.out = in};
    window& w = result.window;
    if (in.rank < 2) return {.why = refusal::needs_positions};
    if (!detail::spread(o.kernel, kernel, in, w.kernel) || !detail::spread(o.stride, stride, in, w.stride) ||
        !detail::spread(o.dilation, 1, in, w.dilation) || !detail::spread(o.padding, 0, in, w.before))
        return {.why = refusal::axes_differ};
    for (extent a = in.first_axis(); a < 3; ++a) {
        if (w.stride[a] == 0 && o.stride.count == 0) w.stride[a] = w.kernel[a];
        if (w.kernel[a] < 1 || w.stride[a] < 1 || w.dilation[a] < 1) return {.why = refusal::number_out_of_range};
        const extent reach = (w.kernel[a] - 1) * w.dilation[a] + 1;
        if (w.before[a] < 0) return {.why = refusal::number_out_of_range};
        w.after[a] = w.before[a];
        if (o.same) {
            const extent needed = ((in.axis[a] - 1) / w.stride[a]) * w.stride[a] + reach - in.axis[a];
            w.before[a] = needed > 0 ? needed / 2 : 0;
            w.after[a] = needed > 0 ? needed - needed / 2 : 0;
        }
        const extent padded = in.axis[a] + w.before[a] + w.after[a];
        if (padded < reach) return {.why = refusal::window_exceeds_input};
        result.out.axis[a] = (padded - reach) / w.stride[a] + 1;
    }
    return result;
}

/// Zeros in front of an axis and behind it.
struct border {
    extent before = 0, after = 0;
};

/// The zeros that the gradient of an output needs around it, so that the gradient of the input is a convolution of it:
/// input i sees outputs (i + before - k * dilation) / stride, for every tap k that divides.
[[nodiscard]] constexpr border gradient_border(const window& w, const dims& in, const dims& out, int axis) {
    const extent reach = (w.kernel[axis] - 1) * w.dilation[axis], stride = w.stride[axis];
    const extent first = reach - w.before[axis];  // how far input 0 looks in front of output 0, in input positions
    const extent last = in.axis[axis] - 1 + w.before[axis];
    border b;
    if (first > 0) b.before = first / stride;  // taps that do not divide reach nothing
    if (last / stride > out.axis[axis] - 1) b.after = last / stride - (out.axis[axis] - 1);
    return b;
}

/// The taps of a window: how many input positions an output sees.
[[nodiscard]] constexpr extent tap_count(const window& w) { return w.kernel[0] * w.kernel[1] * w.kernel[2]; }

}  // namespace ctnn
// -------------------- ctnn/data/data.hpp
/// \file
/// Data sets in memory, and volumes; data sets that are read from image files come with CTNN_WITH_IMAGES.

// -------------------- ctnn/data/batch_order.hpp
/// \file
/// The order in which an epoch visits its samples.

#include <vector>

namespace ctnn {

/// Writes a random permutation of [0, order.size()), a function of the seed and the epoch alone (Fisher and Yates).
inline void shuffle(std::vector<extent>& order, seed start, std::uint64_t epoch) {
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<extent>(i);
    constexpr std::uint64_t of_shuffling = std::uint64_t{1} << 62;  // streams below belong to parameters and dropout
    random_stream random(start, of_shuffling + epoch);
    for (std::size_t i = order.size(); i > 1; --i) {
        const std::size_t j = static_cast<std::size_t>(random.next_below(static_cast<extent>(i)));
        const extent swapped = order[i - 1];
        order[i - 1] = order[j];
        order[j] = swapped;
    }
}

}  // namespace ctnn
// -------------------- ctnn/data/class_listing.hpp
/// \file
/// Folders of files, a folder a class: which files belong to which class, before any of them is opened.

#include <algorithm>
#include <filesystem>
#include <system_error>

// -------------------- ctnn/core/out_of_memory.hpp
/// \file
/// Memory that runs out while a file is read or written comes back as an error.

#include <stdexcept>

namespace ctnn::detail {

/// The error for a failed allocation. It names the file if there is memory for the name; its own text is short enough
/// to need none.
[[nodiscard]] inline error make_out_of_memory([[maybe_unused]] const std::string& file) {
#if defined(__cpp_exceptions)
    try {
        return {error_kind::out_of_memory, file, "out of memory"};
    } catch (const std::bad_alloc&) {
        return {error_kind::out_of_memory, "out of memory"};
    }
#else
    return {error_kind::out_of_memory, "out of memory"};
#endif
}

/// Calls work(), which gives an error or a result, and turns a failed allocation of the standard library into
/// out_of_memory: what was allocated before is freed, and nothing that work() made is kept. Every public function
/// that reads or writes a file goes through here. Without exceptions (-fno-exceptions) the standard library itself
/// ends the program when memory runs out; no function can change that.
template <class Work>
[[nodiscard]] auto catch_out_of_memory([[maybe_unused]] const std::string& file, Work&& work) -> decltype(work()) {
#if defined(__cpp_exceptions)
    try {
        return work();
    } catch (const std::bad_alloc&) {
        return make_out_of_memory(file);
    } catch (const std::length_error&) {  // more than a container can hold at all
        return make_out_of_memory(file);
    }
#else
    return work();
#endif
}

}  // namespace ctnn::detail
// -------------------- ctnn/data/folds.hpp
/// \file
/// Splits and folds that keep what belongs together, such as the scans of a patient, in one part.

#include <numeric>

// -------------------- ctnn/data/split.hpp
/// \file
/// Which samples a network learns from, which choose its settings, and which judge it.

// -------------------- ctnn/data/dataset.hpp
/// \file
/// A data set in memory, of samples whose shape is known when it is compiled.

namespace ctnn {

/// Samples of one shape with what is known of them. A network takes a data set of its own input shape and no other.
///
///     inputs       [sample][...Input], as the network is to see them
///     labels       class indices [sample][label]; one a sample for a classifier, one a position for a segmenter
///     values       numbers [sample][...output]: what to regress to
///     class_names  by class index; may be empty
///
/// A loss reads labels or values, and check of the loss says which it needs.
template <static_shape Input, class T = float>
struct dataset {
    using input = Input;
    using scalar = T;

    std::vector<T> inputs;
    std::vector<std::int32_t> labels;
    std::vector<T> values;
    std::vector<std::string> class_names;

    [[nodiscard]] extent size() const noexcept { return static_cast<extent>(inputs.size()) / Input::size; }
    [[nodiscard]] const T* input_of(extent sample) const noexcept { return inputs.data() + sample * Input::size; }

    /// error{} when the parts fit together: whole samples, and labels and values of the sizes that belong to them.
    [[nodiscard]] error check(extent labels_per_sample, extent values_per_sample) const {
        const extent n = size();
        if (n * Input::size != static_cast<extent>(inputs.size()))
            return {error_kind::shape_mismatch, "data set: " + std::to_string(inputs.size()) +
                                                    " numbers are no whole samples of " + std::to_string(Input::size)};
        if (n == 0) return {error_kind::invalid_argument, "data set: no samples"};
        if (!labels.empty() && static_cast<extent>(labels.size()) != n * labels_per_sample)
            return {error_kind::shape_mismatch, "data set: " + std::to_string(labels.size()) + " labels for " +
                                                    std::to_string(n) + " samples, expected " +
                                                    std::to_string(n * labels_per_sample)};
        if (!values.empty() && static_cast<extent>(values.size()) != n * values_per_sample)
            return {error_kind::shape_mismatch, "data set: " + std::to_string(values.size()) + " values for " +
                                                    std::to_string(n) + " samples, expected " +
                                                    std::to_string(n * values_per_sample)};
        return {};
    }
};

}  // namespace ctnn

namespace ctnn {

/// Data sets of one kind: to fit, to choose by, and to test once.
template <static_shape Input, class T = float>
struct data_splits {
    dataset<Input, T> train, validation, test;
};

/// Indices of samples, each in exactly one of the three, in increasing order.
struct split_indices {
    std::vector<extent> train, validation, test;
};

/// Cuts samples into three parts, each class by the same shares (rounded to nearest), chosen by the seed alone.
///
///     takes    a label of each sample, at least 0; shares of validation and test, each at least 0, together below 1
///     gives    every class with at least three samples is in all parts whose share is not 0
[[nodiscard]] inline split_indices stratified_split(const std::vector<std::int32_t>& labels, seed start,
                                                    double validation = 0.15, double test = 0.15) {
    constexpr std::uint64_t of_splitting = std::uint64_t{3} << 61;  // away from the streams of parameters and shuffling
    std::int32_t classes = 0;
    for (const std::int32_t label : labels) classes = std::max(classes, label + 1);
    std::vector<std::vector<extent>> members(static_cast<std::size_t>(classes));
    for (std::size_t i = 0; i < labels.size(); ++i)
        members[static_cast<std::size_t>(labels[i])].push_back(static_cast<extent>(i));

    split_indices parts;
    for (std::size_t c = 0; c < members.size(); ++c) {
        std::vector<extent>& all = members[c];
        random_stream random(start, of_splitting + c);
        for (std::size_t i = all.size(); i > 1; --i)
            std::swap(all[i - 1], all[static_cast<std::size_t>(random.next_below(static_cast<extent>(i)))]);
        const extent count = static_cast<extent>(all.size());
        const auto part_of = [&](double share) {
            const extent rounded = static_cast<extent>(share * static_cast<double>(count) + 0.5);
            return share > 0 && rounded == 0 && count >= 3 ? extent{1} : rounded;
        };
        const extent of_validation = part_of(validation), of_test = part_of(test);
        for (extent i = 0; i < count; ++i) {
            std::vector<extent>& to = i < of_test                   ? parts.test
                                      : i < of_test + of_validation ? parts.validation
                                                                    : parts.train;
            to.push_back(all[static_cast<std::size_t>(i)]);
        }
    }
    for (std::vector<extent>* part : {&parts.train, &parts.validation, &parts.test})
        std::sort(part->begin(), part->end());
    return parts;
}

}  // namespace ctnn

namespace ctnn {

namespace detail {

/// The samples of one group, and how many of each class it has.
struct sample_group {
    std::string name;
    std::vector<extent> samples;
    std::vector<extent> classes;
};

/// Groups in the byte order of their names, so that the order of the samples does not matter.
[[nodiscard]] inline std::vector<sample_group> group_samples(const std::vector<std::int32_t>& labels,
                                                             const std::vector<std::string>& groups,
                                                             std::size_t classes) {
    std::vector<extent> order(labels.size());
    std::iota(order.begin(), order.end(), extent{0});
    const auto name_of = [&](extent i) -> const std::string& { return groups[static_cast<std::size_t>(i)]; };
    std::stable_sort(order.begin(), order.end(), [&](extent a, extent b) { return name_of(a) < name_of(b); });
    std::vector<sample_group> all;
    for (const extent i : order) {
        if (all.empty() || all.back().name != name_of(i)) all.push_back({name_of(i), {}, std::vector<extent>(classes)});
        all.back().samples.push_back(i);
        ++all.back().classes[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])];
    }
    return all;
}

/// Gives each group to one of the parts, largest group first: to the part that would then be filled least, measured by
/// the group's own classes against the shares. Equally large groups come in an order that the seed chooses.
[[nodiscard]] inline result<std::vector<std::vector<extent>>> deal_groups(const std::vector<std::int32_t>& labels,
                                                                          const std::vector<std::string>& groups,
                                                                          const std::vector<double>& shares,
                                                                          seed start) {
    constexpr std::uint64_t of_dealing = std::uint64_t{7} << 61;  // away from all other streams
    if (labels.size() != groups.size())
        return error(error_kind::shape_mismatch,
                     std::to_string(groups.size()) + " groups for " + std::to_string(labels.size()) + " samples");
    std::int32_t classes = 0;
    for (const std::int32_t label : labels) {
        if (label < 0) return error(error_kind::invalid_argument, "labels are at least 0 where samples are split");
        classes = std::max(classes, label + 1);
    }
    std::vector<sample_group> all = group_samples(labels, groups, static_cast<std::size_t>(classes));
    std::size_t wanted = 0;
    for (const double share : shares) wanted += share > 0;
    if (all.size() < wanted)
        return error(error_kind::invalid_argument, std::to_string(all.size()) + " groups cannot be dealt to " +
                                                       std::to_string(wanted) + " parts; a group is never cut");
    random_stream random(start, of_dealing);
    for (std::size_t i = all.size(); i > 1; --i)
        std::swap(all[i - 1], all[static_cast<std::size_t>(random.next_below(static_cast<extent>(i)))]);
    std::stable_sort(all.begin(), all.end(),
                     [](const sample_group& a, const sample_group& b) { return a.samples.size() > b.samples.size(); });

    std::vector<extent> total(static_cast<std::size_t>(classes));
    for (const sample_group& g : all)
        for (std::size_t c = 0; c < total.size(); ++c) total[c] += g.classes[c];
    std::vector<std::vector<extent>> parts(shares.size()), counts(shares.size(), std::vector<extent>(total.size()));
    std::size_t empty = wanted;
    for (std::size_t n = 0; n < all.size(); ++n) {
        const sample_group& g = all[n];
        const bool only_empty = all.size() - n == empty;  // the last groups go where there is none yet
        std::size_t best = shares.size();
        double least = 0;
        for (std::size_t p = 0; p < shares.size(); ++p) {
            if (!(shares[p] > 0) || (only_empty && !parts[p].empty())) continue;
            double filled = 0;
            for (std::size_t c = 0; c < total.size(); ++c)
                if (g.classes[c] > 0)
                    filled += static_cast<double>(g.classes[c]) * static_cast<double>(counts[p][c] + g.classes[c]) /
                              (static_cast<double>(total[c]) * static_cast<double>(total[c]) * shares[p]);
            if (best == shares.size() || filled < least || (filled == least && parts[p].size() < parts[best].size())) {
                best = p;
                least = filled;
            }
        }
        empty -= parts[best].empty();
        parts[best].insert(parts[best].end(), g.samples.begin(), g.samples.end());
        for (std::size_t c = 0; c < total.size(); ++c) counts[best][c] += g.classes[c];
    }
    for (std::vector<extent>& part : parts) std::sort(part.begin(), part.end());
    return parts;
}

}  // namespace detail

/// Cuts samples into three parts so that no group is in two of them, and classes come near to their shares.
///
///     takes    a label, at least 0, and the name of a group, such as a patient, of each sample; shares of validation
///              and test, each at least 0, together below 1
///     gives    no part whose share is not 0 is empty; a function of the seed, and not of the order of the groups
///     refuses  with shape_mismatch another number of groups than of labels; with invalid_argument fewer groups than
///              parts, and shares that are none
///
///     auto parts = ctnn::grouped_split(listing.labels, listing.groups, ctnn::seed{1});
[[nodiscard]] inline result<split_indices> grouped_split(const std::vector<std::int32_t>& labels,
                                                         const std::vector<std::string>& groups, seed start,
                                                         double validation = 0.15, double test = 0.15) {
    if (!(validation >= 0) || !(test >= 0) || !(validation + test < 1))
        return error(error_kind::invalid_argument, "shares are at least 0, together below 1");
    auto parts = detail::deal_groups(labels, groups, {1 - validation - test, validation, test}, start);
    if (!parts) return parts.error();
    return split_indices{std::move((*parts)[0]), std::move((*parts)[1]), std::move((*parts)[2])};
}

/// Samples in k parts of nearly equal size and nearly equal shares of each class, for k rounds of training that leave
/// out one part each; see leave_out(). Indices increase.
using sample_folds = std::vector<std::vector<extent>>;

/// Folds that keep groups together: no group is in two folds. Refuses what grouped_split() refuses, and fewer than two
/// folds.
[[nodiscard]] inline result<sample_folds> grouped_folds(const std::vector<std::int32_t>& labels,
                                                        const std::vector<std::string>& groups, extent count,
                                                        seed start) {
    if (count < 2) return error(error_kind::invalid_argument, "at least two folds");
    if (count > static_cast<extent>(labels.size()))
        return error(error_kind::invalid_argument,
                     std::to_string(labels.size()) + " samples cannot be dealt to " + std::to_string(count) + " folds");
    return detail::deal_groups(
        labels, groups, std::vector<double>(static_cast<std::size_t>(count), 1 / static_cast<double>(count)), start);
}

/// Folds of samples that stand for themselves: counts of a class differ by at most one between two folds.
[[nodiscard]] inline result<sample_folds> stratified_folds(const std::vector<std::int32_t>& labels, extent count,
                                                           seed start) {
    std::vector<std::string> groups;
    for (std::size_t i = 0; i < labels.size(); ++i) groups.push_back(std::to_string(i));
    return grouped_folds(labels, groups, count, start);
}

/// error{} when no group is in two folds; else invalid_argument with the first such group and its folds, counted from
/// 0: for folds and splits that come from elsewhere, such as a column of a table. Refuses with shape_mismatch indices
/// that are no sample.
[[nodiscard]] inline error check_folds(const sample_folds& folds, const std::vector<std::string>& groups) {
    std::vector<std::pair<std::string, std::size_t>> all;
    for (std::size_t f = 0; f < folds.size(); ++f)
        for (const extent i : folds[f]) {
            if (i < 0 || i >= static_cast<extent>(groups.size()))
                return {error_kind::shape_mismatch, "sample " + std::to_string(i) + " of " +
                                                        std::to_string(groups.size()) + " samples with a group"};
            all.emplace_back(groups[static_cast<std::size_t>(i)], f);
        }
    std::sort(all.begin(), all.end());
    for (std::size_t i = 1; i < all.size(); ++i)
        if (all[i].first == all[i - 1].first && all[i].second != all[i - 1].second)
            return {error_kind::invalid_argument, "the group '" + all[i].first + "' is in the folds " +
                                                      std::to_string(all[i - 1].second) + " and " +
                                                      std::to_string(all[i].second)};
    return {};
}

/// The same for train, validation and test, which count as 0, 1 and 2.
[[nodiscard]] inline error check_split(const split_indices& parts, const std::vector<std::string>& groups) {
    return check_folds({parts.train, parts.validation, parts.test}, groups);
}

/// One round: the fold `out` is the test part, the others are to train on, and the one behind it, where `validate` asks
/// for it, to choose by.
/// \pre out is the place of a fold
[[nodiscard]] inline split_indices leave_out(const sample_folds& folds, std::size_t out, bool validate = false) {
    split_indices parts;
    for (std::size_t f = 0; f < folds.size(); ++f) {
        std::vector<extent>& to = f == out                                    ? parts.test
                                  : validate && f == (out + 1) % folds.size() ? parts.validation
                                                                              : parts.train;
        to.insert(to.end(), folds[f].begin(), folds[f].end());
    }
    std::sort(parts.train.begin(), parts.train.end());
    return parts;
}

}  // namespace ctnn

namespace ctnn {

/// Files with their classes.
struct class_listing {
    std::vector<std::string> class_names;  ///< a class folder each; the index is the label
    std::vector<std::string> files;        ///< paths, class after class, each class in byte order
    std::vector<std::int32_t> labels;      ///< of the files
    std::vector<std::string> groups{};     ///< of the files, such as patients; empty: each file stands for itself
    std::vector<float>
        values{};  ///< [file][class] 1 or 0, where a file may be of several classes; labels are empty then
    [[nodiscard]] extent size() const noexcept { return static_cast<extent>(files.size()); }
};

/// Listings to fit, to choose by and to test.
struct class_listing_splits {
    class_listing train, validation, test;
};

/// Files that a listing takes, known by how their names end, in any case.
struct file_kind {
    const char* name;
    std::array<const char*, 8> endings{};
    bool operator==(const file_kind&) const = default;
};

inline constexpr file_kind image_files{"image (png, jpg, jpeg, bmp, pnm, pgm, ppm)",
                                       {".png", ".jpg", ".jpeg", ".bmp", ".pnm", ".pgm", ".ppm"}};
/// The voxels of a pair, in .img, come with its .hdr.
inline constexpr file_kind volume_files{"volume (nii, nii.gz, hdr)", {".nii", ".nii.gz", ".hdr"}};

/// The name of a file without the ending of its kind; empty when it is of another kind.
[[nodiscard]] inline std::string stem_of(const std::filesystem::path& file, const file_kind& kind) {
    const std::string name = file.filename().string();
    std::string lower = name;
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    for (const char* ending : kind.endings) {
        const std::size_t length = ending == nullptr ? 0 : std::strlen(ending);
        if (length > 0 && name.size() > length && lower.compare(name.size() - length, length, ending) == 0)
            return name.substr(0, name.size() - length);
    }
    return {};
}

namespace detail {

/// What lies in a folder, by byte order of the names, so that it is the same on every file system. Hidden entries,
/// which begin with a dot, are left out.
inline error list_folder(const std::filesystem::path& folder, std::vector<std::filesystem::path>& folders,
                         std::vector<std::filesystem::path>& files, bool follow_links) {
    std::error_code failed;
    std::filesystem::directory_iterator entry(folder, failed);
    while (!failed && entry != std::filesystem::directory_iterator()) {
        const std::filesystem::path path = entry->path();
        std::error_code ignored;  // a link to nowhere is neither a folder nor a file
        const bool linked = entry->is_symlink(ignored), is_folder = entry->is_directory(ignored),
                   is_file = entry->is_regular_file(ignored);
        if (path.filename().string().front() != '.') {
            if (is_folder && (follow_links || !linked)) folders.push_back(path);
            if (is_file) files.push_back(path);
        }
        entry.increment(failed);
    }
    if (failed) return {error_kind::cannot_open, folder.string(), "cannot be listed: " + failed.message()};
    const auto by_bytes = [](const std::filesystem::path& a, const std::filesystem::path& b) {
        return a.string() < b.string();
    };
    std::sort(folders.begin(), folders.end(), by_bytes);
    std::sort(files.begin(), files.end(), by_bytes);
    return {};
}

/// All files of a kind below a class folder. Links to folders are not followed here, so that a loop cannot be entered.
inline error list_files(const std::filesystem::path& folder, const file_kind& kind, std::vector<std::string>& to) {
    std::vector<std::filesystem::path> waiting{folder};
    const std::size_t first = to.size();
    while (!waiting.empty()) {
        const std::filesystem::path next = std::move(waiting.back());
        waiting.pop_back();
        std::vector<std::filesystem::path> files;
        if (error failed = list_folder(next, waiting, files, false)) return failed;
        for (const std::filesystem::path& file : files)
            if (!stem_of(file, kind).empty()) to.push_back(file.string());
    }
    std::sort(to.begin() + static_cast<std::ptrdiff_t>(first), to.end());
    return {};
}

inline std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

inline class_listing chosen(const class_listing& from, const std::vector<extent>& indices) {
    class_listing part{.class_names = from.class_names, .files = {}, .labels = {}};
    const auto classes = static_cast<std::ptrdiff_t>(from.class_names.size());
    for (const extent i : indices) {
        const auto at = static_cast<std::size_t>(i);
        part.files.push_back(from.files[at]);
        if (!from.labels.empty()) part.labels.push_back(from.labels[at]);
        if (!from.groups.empty()) part.groups.push_back(from.groups[at]);
        if (!from.values.empty())
            part.values.insert(part.values.end(), from.values.begin() + i * classes,
                               from.values.begin() + (i + 1) * classes);
    }
    return part;
}

}  // namespace detail

/// Lists a folder whose subfolders are classes, at any depth below them.
///
///     classes   the names of the subfolders in byte order; or `class_names`, of which every subfolder must be one
///     files     those of the kind; other files and all that is hidden is passed over; links to files are followed,
///               links to folders only where a class folder is one
///     refuses   with cannot_open what is no folder or may not be listed; with invalid_argument fewer than two classes,
///               a class folder without such files, and a class folder that is none of class_names
[[nodiscard]] inline result<class_listing> list_class_folder(const std::string& root, const file_kind& kind,
                                                             const std::vector<std::string>& class_names = {}) {
    return detail::catch_out_of_memory(root, [&]() -> result<class_listing> {
        std::vector<std::filesystem::path> folders, others;
        if (error failed = detail::list_folder(root, folders, others, true)) return failed;
        class_listing listing{.class_names = class_names, .files = {}, .labels = {}};
        if (class_names.empty())
            for (const std::filesystem::path& folder : folders)
                listing.class_names.push_back(folder.filename().string());
        if (listing.class_names.size() < 2) {
            return error(error_kind::invalid_argument, root,
                         "found " +
                             (folders.empty() ? std::string("no class folders")
                                              : "the single class folder " + folders[0].filename().string()) +
                             ", expected a folder for each of at least two classes");
        }
        for (const std::filesystem::path& folder : folders) {
            const auto place =
                std::find(listing.class_names.begin(), listing.class_names.end(), folder.filename().string());
            if (place == listing.class_names.end())
                return error(error_kind::invalid_argument, folder.string(),
                             "is no class; the classes are " + detail::joined(class_names));
            const std::size_t before = listing.files.size();
            if (error failed = detail::list_files(folder, kind, listing.files)) return failed;
            if (listing.files.size() == before)
                return error(error_kind::invalid_argument, folder.string(), std::string("holds no ") + kind.name);
            listing.labels.resize(listing.files.size(), static_cast<std::int32_t>(place - listing.class_names.begin()));
        }
        if (listing.files.empty())
            return error(error_kind::invalid_argument, root, "has a folder for none of " + detail::joined(class_names));
        return listing;
    });
}

/// What a split is to keep the shares of: the class of each file, or where it may be of several, the combination.
[[nodiscard]] inline std::vector<std::int32_t> strata(const class_listing& of) {
    if (of.values.empty()) return of.labels;
    const std::size_t classes = of.class_names.size();
    std::vector<std::vector<float>> each, combinations;
    for (std::size_t i = 0; i < of.files.size(); ++i)
        each.emplace_back(of.values.begin() + static_cast<std::ptrdiff_t>(i * classes),
                          of.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * classes));
    combinations = each;
    std::sort(combinations.begin(), combinations.end());
    combinations.erase(std::unique(combinations.begin(), combinations.end()), combinations.end());
    std::vector<std::int32_t> places;
    for (const std::vector<float>& one : each)
        places.push_back(static_cast<std::int32_t>(std::lower_bound(combinations.begin(), combinations.end(), one) -
                                                   combinations.begin()));
    return places;
}

/// The three parts of a listing.
[[nodiscard]] inline class_listing_splits divide(const class_listing& all, const split_indices& parts) {
    return {detail::chosen(all, parts.train), detail::chosen(all, parts.validation), detail::chosen(all, parts.test)};
}

/// Cuts a listing by grouped_split() where it has groups, which says what is refused, else by stratified_split().
[[nodiscard]] inline result<class_listing_splits> split_listing(const class_listing& all, seed start,
                                                                double validation = 0.15, double test = 0.15) {
    if (all.groups.empty()) return divide(all, stratified_split(strata(all), start, validation, test));
    const result<split_indices> parts = grouped_split(strata(all), all.groups, start, validation, test);
    if (!parts) return parts.error();
    return divide(all, *parts);
}

/// Lists a folder that has been split, or splits it.
///
///     DIR/train, DIR/val, DIR/test   the classes are those of train. val may also be valid or validation; without it
///                                    15 % of train, chosen by the seed, take its place
///     DIR/<class>                    no folder train: 70 % to fit, 15 % to choose by and 15 % to test, chosen by the
///                                    seed
///     refuses                        what list_class_folder() refuses; a folder train without a folder test
[[nodiscard]] inline result<class_listing_splits> list_class_splits(const std::string& root, const file_kind& kind,
                                                                    seed start) {
    return detail::catch_out_of_memory(root, [&]() -> result<class_listing_splits> {
        const auto folder_of = [&](std::initializer_list<const char*> names) {
            for (const char* name : names) {
                std::error_code ignored;
                const std::filesystem::path path = std::filesystem::path(root) / name;
                if (std::filesystem::is_directory(path, ignored)) return path.string();
            }
            return std::string();
        };
        const std::string train = folder_of({"train"}), validation = folder_of({"val", "valid", "validation"}),
                          test = folder_of({"test"});
        if (train.empty()) {
            result<class_listing> all = list_class_folder(root, kind);
            if (!all) return all.error();
            return split_listing(*all, start);
        }
        if (test.empty())
            return error(error_kind::invalid_argument, root,
                         "has a folder train but none that is called test; add it, or give the folder of the classes "
                         "themselves");
        result<class_listing> to_fit = list_class_folder(train, kind);
        if (!to_fit) return to_fit.error();
        result<class_listing> to_test = list_class_folder(test, kind, to_fit->class_names);
        if (!to_test) return to_test.error();
        if (validation.empty()) {
            class_listing_splits parts = divide(*to_fit, stratified_split(to_fit->labels, start, 0.15, 0));
            parts.test = std::move(*to_test);
            return parts;
        }
        result<class_listing> to_choose = list_class_folder(validation, kind, to_fit->class_names);
        if (!to_choose) return to_choose.error();
        return class_listing_splits{std::move(*to_fit), std::move(*to_choose), std::move(*to_test)};
    });
}

}  // namespace ctnn
// -------------------- ctnn/data/decathlon.hpp
/// \file
/// Tasks of the Medical Segmentation Decathlon: what dataset.json says of a folder of volumes and label maps.
/// http://medicaldecathlon.com

#include <iterator>

// -------------------- ctnn/data/label_pairs.hpp
/// \file
/// Images with their masks, and volumes with their label maps: which file belongs to which.

namespace ctnn {

/// Files with what is known of their positions: file i of `labels` belongs to file i of `images`.
struct label_pairs {
    std::vector<std::string> images, labels;
    std::vector<std::string> class_names{};  ///< of the positions, by label; may be empty
    [[nodiscard]] extent size() const noexcept { return static_cast<extent>(images.size()); }
};

namespace detail {

using stem_and_file = std::pair<std::string, std::string>;

/// The files of a kind in a folder, with their stems, by stem. Refuses two files of one stem.
[[nodiscard]] inline error list_stems(const std::string& folder, const file_kind& kind,
                                      std::vector<stem_and_file>& to) {
    std::vector<std::filesystem::path> folders, files;
    if (error failed = list_folder(folder, folders, files, true)) return failed;
    for (const std::filesystem::path& file : files)
        if (std::string stem = stem_of(file, kind); !stem.empty()) to.emplace_back(std::move(stem), file.string());
    std::sort(to.begin(), to.end());
    for (std::size_t i = 1; i < to.size(); ++i)
        if (to[i].first == to[i - 1].first)
            return {error_kind::invalid_argument, to[i].second, "has the name of " + to[i - 1].second};
    return {};
}

}  // namespace detail

/// Pairs the files of two folders by their names without ending: images/7.jpg and masks/7.png, images/a.nii.gz and
/// labels/a.nii. Subfolders and hidden files are passed over.
///
///     gives     pairs in byte order of their names
///     refuses   with cannot_open what is no folder; with invalid_argument two files of one name in a folder, folders
///               without a pair, and a file without its other. With `left_out` the last is no failure: the error is
///               appended there
///
///     auto pairs = ctnn::list_label_pairs("train/images", "train/masks", ctnn::image_files);
[[nodiscard]] inline result<label_pairs> list_label_pairs(const std::string& images, const std::string& labels,
                                                          const file_kind& kind,
                                                          std::vector<error>* left_out = nullptr) {
    std::vector<detail::stem_and_file> of_images, of_labels;
    if (error failed = detail::list_stems(images, kind, of_images)) return failed;
    if (error failed = detail::list_stems(labels, kind, of_labels)) return failed;
    label_pairs pairs;
    std::size_t i = 0, k = 0;
    while (i < of_images.size() || k < of_labels.size()) {
        const bool no_label =
            k == of_labels.size() || (i < of_images.size() && of_images[i].first < of_labels[k].first);
        const bool no_image =
            i == of_images.size() || (k < of_labels.size() && of_labels[k].first < of_images[i].first);
        if (!no_label && !no_image) {
            pairs.images.push_back(of_images[i++].second);
            pairs.labels.push_back(of_labels[k++].second);
            continue;
        }
        error alone = no_label ? error(error_kind::invalid_argument, of_images[i].second, "has no file in " + labels)
                               : error(error_kind::invalid_argument, of_labels[k].second, "has no file in " + images);
        if (left_out == nullptr) return alone;
        left_out->push_back(std::move(alone));
        if (no_label) ++i;
        if (no_image) ++k;
    }
    if (pairs.images.empty())
        return error(error_kind::invalid_argument, images,
                     std::string("holds no ") + kind.name + " that has a file in " + labels);
    return pairs;
}

/// Some of the pairs, such as a part of a split.
[[nodiscard]] inline label_pairs chosen_pairs(const label_pairs& from, const std::vector<extent>& indices) {
    label_pairs part{.images = {}, .labels = {}, .class_names = from.class_names};
    for (const extent i : indices) {
        part.images.push_back(from.images[static_cast<std::size_t>(i)]);
        part.labels.push_back(from.labels[static_cast<std::size_t>(i)]);
    }
    return part;
}

}  // namespace ctnn
// -------------------- ctnn/io/file.hpp
/// \file
/// Whole files: read with a budget, written so that a crash leaves the old file or the new one.

// -------------------- ctnn/io/bytes.hpp
/// \file
/// Bytes of a file, read with bounds checks: what every reader of the library is built on.

#include <limits>

namespace ctnn {

/// The content of a file.
using byte_vector = std::vector<unsigned char>;

/// Bytes that somebody else owns.
struct byte_view {
    const unsigned char* data = nullptr;
    extent size = 0;

    byte_view() = default;
    byte_view(const unsigned char* first, extent count) : data(first), size(count) {}
    byte_view(const byte_vector& owner) : data(owner.data()), size(static_cast<extent>(owner.size())) {}

    /// \pre 0 <= i < size
    [[nodiscard]] unsigned char operator[](extent i) const { return data[i]; }
    /// Does the text stand at this place, wholly inside?
    [[nodiscard]] bool has(extent at, const char* text, extent length) const {
        return at >= 0 && length >= 0 && at <= size && length <= size - at &&
               (length == 0 || std::memcmp(data + at, text, static_cast<std::size_t>(length)) == 0);
    }
};

/// a * b. \returns false, and leaves the product alone, when a factor is negative or the product does not fit.
[[nodiscard]] constexpr bool checked_multiply(std::int64_t a, std::int64_t b, std::int64_t& product) {
    if (a < 0 || b < 0) return false;
    if (b != 0 && a > std::numeric_limits<std::int64_t>::max() / b) return false;
    product = a * b;
    return true;
}

/// a + b. \returns false, and leaves the sum alone, when a part is negative or the sum does not fit.
[[nodiscard]] constexpr bool checked_add(std::int64_t a, std::int64_t b, std::int64_t& sum) {
    if (a < 0 || b < 0 || a > std::numeric_limits<std::int64_t>::max() - b) return false;
    sum = a + b;
    return true;
}

/// The product of extents times the size of an element. \returns false when an extent is negative or the product does
/// not fit; each partial product is checked with zeros taken last, so that (0, 2^62, 2^62) is refused as well.
[[nodiscard]] inline bool checked_bytes(const std::vector<extent>& shape, std::int64_t element, std::int64_t& bytes) {
    std::int64_t product = element;
    bool empty = false;
    for (const extent axis : shape) {
        if (axis == 0)
            empty = true;
        else if (!checked_multiply(product, axis, product))
            return false;
    }
    bytes = empty ? 0 : product;
    return true;
}

/// An unsigned integer from bytes that lie in little-endian order, on every machine.
/// \pre at points to sizeof(T) bytes
template <class T>
[[nodiscard]] T load_little(const unsigned char* at) {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;)
        value = static_cast<T>(static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0)) | at[i]);
    return value;
}

/// The same from big-endian order.
template <class T>
[[nodiscard]] T load_big(const unsigned char* at) {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = static_cast<T>(static_cast<T>(value << (sizeof(T) > 1 ? 8 : 0)) | at[i]);
    return value;
}

/// Appends an unsigned integer in little-endian order.
template <class T>
void append_little(byte_vector& to, T value) {
    static_assert(std::is_unsigned_v<T>);
    const std::uint64_t wide = value;
    for (std::size_t i = 0; i < sizeof(T); ++i) to.push_back(static_cast<unsigned char>((wide >> (8 * i)) & 0xffU));
}

/// Appends text without its end.
inline void append_text(byte_vector& to, const std::string& text) {
    for (const char c : text) to.push_back(static_cast<unsigned char>(c));
}

/// A place in bytes that moves forward and never leaves them.
class byte_reader {
public:
    explicit byte_reader(byte_view bytes, extent at = 0)
        : bytes_(bytes), at_(at < 0 || at > bytes.size ? bytes.size : at) {}

    [[nodiscard]] extent position() const noexcept { return at_; }
    [[nodiscard]] extent left() const noexcept { return bytes_.size - at_; }
    [[nodiscard]] const unsigned char* here() const noexcept { return bytes_.data + at_; }

    /// Reads an unsigned integer. \returns false, and stays where it is, when too few bytes are left.
    template <class T>
    [[nodiscard]] bool little(T& value) {
        if (left() < static_cast<extent>(sizeof(T))) return false;
        value = load_little<T>(here());
        at_ += static_cast<extent>(sizeof(T));
        return true;
    }
    template <class T>
    [[nodiscard]] bool big(T& value) {
        if (left() < static_cast<extent>(sizeof(T))) return false;
        value = load_big<T>(here());
        at_ += static_cast<extent>(sizeof(T));
        return true;
    }
    /// Goes forward. \returns false, and stays where it is, when count is negative or too few bytes are left.
    [[nodiscard]] bool skip(std::int64_t count) {
        if (count < 0 || count > left()) return false;
        at_ += static_cast<extent>(count);
        return true;
    }

private:
    byte_view bytes_;
    extent at_ = 0;
};

}  // namespace ctnn
// -------------------- ctnn/io/system_file.hpp
/// \file
/// The only place that calls the operating system's file functions: each is repeated when a signal came between, and
/// what is open is closed. Tested on Linux; the Windows branches are untested.

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#if defined(_WIN32)
#include <io.h>
#include <process.h>
extern "C" __declspec(dllimport) int __stdcall MoveFileExA(const char*, const char*, unsigned long);
#else
#include <unistd.h>
#endif

namespace ctnn::detail {

/// What the operating system said last.
inline std::string system_reason() { return std::strerror(errno); }

inline int open_file(const std::string& path, bool create) {
    for (;;) {
#if defined(_WIN32)
        const int file = create
                             ? ::_open(path.c_str(), _O_WRONLY | _O_CREAT | _O_EXCL | _O_BINARY, _S_IREAD | _S_IWRITE)
                             : ::_open(path.c_str(), _O_RDONLY | _O_BINARY);
#else
        // O_NONBLOCK: to open a pipe that nobody writes must not wait; regular files do not know it.
        const int file = create ? ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)
                                : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
#endif
        if (file >= 0 || errno != EINTR) return file;
    }
}

/// At most 1 GiB is moved in one call: Linux stops at 2 GiB - 4 KiB.
inline constexpr std::int64_t largest_transfer = std::int64_t{1} << 30;

/// Reads once, again when a signal came between. \returns the bytes read, 0 at the end, below 0 on failure
inline std::int64_t read_once(int file, unsigned char* to, std::int64_t count) {
    const std::int64_t part = count < largest_transfer ? count : largest_transfer;
    for (;;) {
#if defined(_WIN32)
        const std::int64_t done = ::_read(file, to, static_cast<unsigned>(part));
#else
        const std::int64_t done = ::read(file, to, static_cast<std::size_t>(part));
#endif
        if (done >= 0 || errno != EINTR) return done;
    }
}

/// The same for writing.
inline std::int64_t write_once(int file, const unsigned char* from, std::int64_t count) {
    const std::int64_t part = count < largest_transfer ? count : largest_transfer;
    for (;;) {
#if defined(_WIN32)
        const std::int64_t done = ::_write(file, from, static_cast<unsigned>(part));
#else
        const std::int64_t done = ::write(file, from, static_cast<std::size_t>(part));
#endif
        if (done >= 0 || errno != EINTR) return done;
    }
}

inline bool flush_to_disk(int file) {
#if defined(_WIN32)
    return ::_commit(file) == 0;
#else
    for (;;) {
        if (::fsync(file) == 0) return true;
        if (errno != EINTR) return false;
    }
#endif
}

/// After EINTR the descriptor is closed on Linux, and closing again could hit another thread's file.
inline bool close_file(int file) {
#if defined(_WIN32)
    return ::_close(file) == 0;
#else
    return ::close(file) == 0 || errno == EINTR;
#endif
}

/// Puts the finished temporary file in the place of the old one, in one step.
inline bool replace_file(const std::string& from, const std::string& to) {
#if defined(_WIN32)
    return ::MoveFileExA(from.c_str(), to.c_str(), 0x1UL | 0x8UL) != 0;  // REPLACE_EXISTING, WRITE_THROUGH
#else
    return std::rename(from.c_str(), to.c_str()) == 0;
#endif
}

/// The folder that a file is in.
inline std::string folder_of(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes a new name in a folder itself survive a power failure. File systems that cannot flush a folder say EINVAL:
/// nothing to do.
inline bool flush_folder([[maybe_unused]] const std::string& folder) {
#if defined(_WIN32)
    return true;
#else
    const int file = open_file(folder, false);
    if (file < 0) return errno == EACCES;  // a folder that may be written but not read
    const bool flushed = flush_to_disk(file) || errno == EINVAL || errno == EROFS || errno == EBADF;
    return close_file(file) && flushed;
#endif
}

/// The file that a write to this path must replace: behind symbolic links, so that the link itself stays.
/// \returns false when there is no memory to find it
inline bool behind_links(const std::string& path, std::string& target) {
    target = path;
#if !defined(_WIN32)
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0 || !S_ISLNK(about.st_mode)) return true;
    struct release {
        void operator()(char* text) const { std::free(text); }
    };
    errno = 0;
    const std::unique_ptr<char, release> real(::realpath(path.c_str(), nullptr));
    if (real == nullptr) return errno != ENOMEM;  // a link to nothing is replaced itself
    target = real.get();
#endif
    return true;
}

inline std::string temporary_name(const std::string& path, int attempt) {
#if defined(_WIN32)
    const long process = ::_getpid();
#else
    const long process = static_cast<long>(::getpid());
#endif
    return path + ".new-" + std::to_string(process) + "-" + std::to_string(attempt);
}

/// An open file that is closed at the latest with this object.
class file_handle {
public:
    explicit file_handle(int file = -1) noexcept : file_(file) {}
    file_handle(const file_handle&) = delete;
    file_handle& operator=(const file_handle&) = delete;
    ~file_handle() { (void)close(); }

    [[nodiscard]] bool is_open() const noexcept { return file_ >= 0; }
    [[nodiscard]] int get() const noexcept { return file_; }
    void open(const std::string& path, bool create) { file_ = open_file(path, create); }
    /// \returns false when the system says so, and the file is closed all the same
    [[nodiscard]] bool close() noexcept { return file_ < 0 || close_file(std::exchange(file_, -1)); }

private:
    int file_;
};

}  // namespace ctnn::detail

namespace ctnn {

/// The most bytes that a reader takes from a file unless told otherwise: 256 MiB.
inline constexpr std::int64_t default_budget = std::int64_t{256} << 20;

namespace detail {

inline result<byte_vector> read_whole_file(const std::string& path, std::int64_t budget) {
    const auto refuse = [&](error_kind kind, const std::string& why) { return error(kind, path, why); };
    file_handle file(open_file(path, false));
    if (!file.is_open()) return refuse(error_kind::cannot_open, "cannot be opened: " + system_reason());
    struct stat about {};
    if (::fstat(file.get(), &about) != 0) return refuse(error_kind::cannot_open, "has no size: " + system_reason());
    if ((about.st_mode & S_IFMT) == S_IFDIR) return refuse(error_kind::cannot_open, "is a folder, not a file");
    if ((about.st_mode & S_IFMT) != S_IFREG)
        return refuse(error_kind::cannot_open, "is no regular file (a pipe or a device)");
    const std::int64_t size = about.st_size;
    if (size < 0 || size > budget) {
        return refuse(error_kind::too_large,
                      "has " + std::to_string(size) + " bytes, the budget is " + std::to_string(budget));
    }
    byte_vector bytes(static_cast<std::size_t>(size));
    std::int64_t done = 0;
    while (done < size) {
        const std::int64_t part = read_once(file.get(), bytes.data() + done, size - done);
        if (part < 0) return refuse(error_kind::cannot_open, "cannot be read: " + system_reason());
        if (part == 0)
            return refuse(error_kind::truncated, "shrank to " + std::to_string(done) + " bytes while being read");
        done += part;
    }
    unsigned char more = 0;
    const std::int64_t behind = read_once(file.get(), &more, 1);
    if (behind < 0) return refuse(error_kind::cannot_open, "cannot be read: " + system_reason());
    if (behind > 0) return refuse(error_kind::trailing_data, "grew while being read");
    if (!file.close()) return refuse(error_kind::cannot_open, "cannot be closed: " + system_reason());
    return bytes;
}

/// A file that is written beside the one it will replace, and is gone if it never does.
class replacement_file {
public:
    replacement_file() = default;
    replacement_file(const replacement_file&) = delete;
    replacement_file& operator=(const replacement_file&) = delete;
    ~replacement_file() {
        (void)file_.close();
        if (exists_) std::remove(temporary_.c_str());
    }

    /// Writes, flushes and closes the new file; the old one is untouched.
    [[nodiscard]] error write(const std::string& path, byte_view bytes) {
        path_ = path;
        if (!behind_links(path, target_)) return make_out_of_memory(path);
        folder_ = folder_of(target_);  // now: behind the renaming nothing may fail for want of memory
        struct stat about {};
        const bool replaces = ::stat(target_.c_str(), &about) == 0;
        if (replaces && (about.st_mode & S_IFMT) != S_IFREG)
            return {error_kind::cannot_write, path, "is a folder, a pipe or a device: not replaced by a file"};
        for (int attempt = 0; attempt < 100 && !exists_; ++attempt) {
            temporary_ = temporary_name(target_, attempt);
            file_.open(temporary_, true);
            exists_ = file_.is_open();
            if (!exists_ && errno != EEXIST) break;
        }
        if (!exists_)
            return {error_kind::cannot_write, path, "cannot create " + temporary_ + " beside it: " + system_reason()};
        for (std::int64_t done = 0; done < bytes.size;) {
            const std::int64_t part = write_once(file_.get(), bytes.data + done, bytes.size - done);
            if (part < 0) return failed("cannot be written: " + system_reason());
            if (part == 0) return failed("cannot be written: the disk takes no more bytes");
            done += part;
        }
#if !defined(_WIN32)
        if (replaces && ::fchmod(file_.get(), about.st_mode & 07777) != 0)
            return failed("cannot keep its permissions: " + system_reason());
#endif
        if (!flush_to_disk(file_.get())) return failed("cannot be flushed: " + system_reason());
        if (!file_.close()) return failed("cannot be closed: " + system_reason());
        return {};
    }

    /// Puts the new file in the place of the old one. \pre write() gave no error
    [[nodiscard]] error replace() {
        if (!replace_file(temporary_, target_)) return failed("cannot be renamed: " + system_reason());
        exists_ = false;
        if (flush_folder(folder_)) return {};
        return {error_kind::cannot_write, path_, "is written, but its folder cannot be flushed: " + system_reason()};
    }

private:
    [[nodiscard]] error failed(const std::string& why) const {
        return {error_kind::cannot_write, path_, why + "; the file that was there is unchanged"};
    }

    std::string path_, target_, folder_, temporary_;
    file_handle file_;
    bool exists_ = false;
};

}  // namespace detail

/// Reads a whole file.
///
/// Refuses with cannot_open what does not exist, may not be read or is no regular file (a folder, a pipe, a device:
/// none is waited for), with too_large more than `budget` bytes (before any memory is taken), with truncated or
/// trailing_data a file that changes its size meanwhile, and with out_of_memory what memory has no room for.
[[nodiscard]] inline result<byte_vector> read_file(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&] { return detail::read_whole_file(path, budget); });
}

/// Writes a whole file, crash-safe: a temporary file in the same folder is written, flushed to the disk, closed and
/// renamed over the old one, then the folder is flushed. After any failure (cannot_write, or out_of_memory) the old
/// file is as it was and the temporary file is gone; an existing file's permissions are kept; a symbolic link stays
/// and its target is replaced. Where only the folder could not be flushed, the message says that the file is written.
[[nodiscard]] inline error write_file(const std::string& path, byte_view bytes) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        detail::replacement_file file;
        if (error failed = file.write(path, bytes)) return failed;
        return file.replace();
    });
}

}  // namespace ctnn
// -------------------- ctnn/io/json.hpp
/// \file
/// JSON, read with a cursor that knows where it stands, and text written as JSON. https://www.rfc-editor.org/rfc/rfc8259

// -------------------- ctnn/io/utf8.hpp
/// \file
/// UTF-8, checked and written. https://www.rfc-editor.org/rfc/rfc3629

namespace ctnn::detail {

/// Appends a code point of at most 0x10FFFF as UTF-8.
inline void append_utf8(std::string& to, std::uint32_t code) {
    const auto put = [&to](std::uint32_t byte) { to += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800)
        put(0xC0 | (code >> 6));
    else if (code < 0x10000)
        put(0xE0 | (code >> 12)), put(0x80 | ((code >> 6) & 0x3F));
    else
        put(0xF0 | (code >> 18)), put(0x80 | ((code >> 12) & 0x3F)), put(0x80 | ((code >> 6) & 0x3F));
    put(0x80 | (code & 0x3F));
}

/// Where the first character begins that is none: overlong, cut, a surrogate or above 0x10FFFF. -1: there is none.
[[nodiscard]] inline extent invalid_utf8(byte_view b) {
    for (extent i = 0; i < b.size;) {
        const extent begin = i;
        const unsigned char first = b[i++];
        if (first < 0x80) continue;
        const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
        if (first < 0xC2 || first > 0xF4 || b.size - i < more) return begin;
        const unsigned char second = b[i];
        if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) || (first == 0xF0 && second < 0x90) ||
            (first == 0xF4 && second > 0x8F))
            return begin;
        for (int k = 0; k < more; ++k)
            if ((b[i++] & 0xC0) != 0x80) return begin;
    }
    return -1;
}

/// Is it UTF-8?
[[nodiscard]] inline bool valid_utf8(byte_view b) { return invalid_utf8(b) < 0; }

}  // namespace ctnn::detail

namespace ctnn::detail {

/// Moves through JSON that is known to be UTF-8, for readers that know which values they want. What can fail returns
/// null or what is expected at position(); nothing is allocated but texts that stand in the file.
class json_cursor {
public:
    explicit json_cursor(byte_view text) : text_(text) {}
    [[nodiscard]] extent position() const { return at_; }

protected:
    /// Reads { key: value, ... } and calls member(key) with the place at each value.
    template <class Member>
    const char* object(const Member& member) {
        if (!take('{')) return "an opening brace";
        if (take('}')) return nullptr;
        do {
            std::string key;
            skip_space();
            if (!string(key)) return "a key in quotes";
            if (!take(':')) return "a colon";
            skip_space();
            if (const char* wrong = member(std::move(key))) return wrong;
        } while (take(','));
        return take('}') ? nullptr : "a comma or a closing brace";
    }

    /// Reads [ value, ... ] and calls item() with the place at each value.
    template <class Item>
    const char* array(const Item& item) {
        if (!take('[')) return "an opening bracket";
        if (take(']')) return nullptr;
        do {
            skip_space();
            if (const char* wrong = item()) return wrong;
        } while (take(','));
        return take(']') ? nullptr : "a comma or a closing bracket";
    }

    /// Goes over a value of any kind that nests at most `depth` deep.
    const char* skip_value(int depth = 64) {
        std::string text;
        skip_space();
        const unsigned char first = at_ < text_.size ? text_[at_] : 0;
        if (first == '"') return string(text) ? nullptr : "a text";
        if ((first == '{' || first == '[') && depth == 0) return "a value that nests less deep";
        if (first == '{') return object([&](const std::string&) { return skip_value(depth - 1); });
        if (first == '[') return array([&] { return skip_value(depth - 1); });
        for (const char* word : {"true", "false", "null"})
            if (text_.has(at_, word, static_cast<extent>(std::strlen(word)))) {
                at_ += static_cast<extent>(std::strlen(word));
                return nullptr;
            }
        return skip_number() ? nullptr : "a value";
    }

    bool skip_number() {
        const auto digits = [&] {
            const extent begin = at_;
            while (at_ < text_.size && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
            return at_ > begin;
        };
        const auto here = [&](char c) { return at_ < text_.size && text_[at_] == static_cast<unsigned char>(c); };
        if (here('-')) ++at_;
        if (here('0'))
            ++at_;
        else if (!digits())
            return false;
        if (here('.')) {
            ++at_;
            if (!digits()) return false;
        }
        if (!here('e') && !here('E')) return true;
        ++at_;
        if (here('+') || here('-')) ++at_;
        return digits();
    }

    bool string(std::string& to) {
        if (!take('"')) return false;
        while (at_ < text_.size) {
            const unsigned char c = text_[at_++];
            if (c == '"') return true;
            if (c < 0x20) return false;
            if (c != '\\')
                to += static_cast<char>(c);
            else if (!escape(to))
                return false;
        }
        return false;
    }

    bool escape(std::string& to) {
        if (at_ >= text_.size) return false;
        const char c = static_cast<char>(text_[at_++]);
        constexpr const char* letters = "\"\\/bfnrt";
        constexpr const char* meanings = "\"\\/\b\f\n\r\t";
        if (const char* found = c != 0 ? std::strchr(letters, c) : nullptr) {
            to += meanings[found - letters];
            return true;
        }
        std::uint32_t code = 0, low = 0;
        if (c != 'u' || !four_digits(code) || (code >= 0xDC00 && code < 0xE000)) return false;
        if (code >= 0xD800 && code < 0xDC00) {
            // The first half of a pair that makes one code point above 0xFFFF.
            if (!text_.has(at_, "\\u", 2)) return false;
            at_ += 2;
            if (!four_digits(low) || low < 0xDC00 || low >= 0xE000) return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        }
        append_utf8(to, code);
        return true;
    }

    bool four_digits(std::uint32_t& code) {
        if (text_.size - at_ < 4) return false;
        code = 0;
        for (int i = 0; i < 4; ++i) {
            const unsigned char c = text_[at_++];
            const bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'F', lower = c >= 'a' && c <= 'f';
            if (!digit && !upper && !lower) return false;
            code = 16 * code + static_cast<std::uint32_t>(digit ? c - '0' : upper ? c - 'A' + 10 : c - 'a' + 10);
        }
        return true;
    }

    void skip_space() {
        while (at_ < text_.size &&
               (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
            ++at_;
    }
    bool take(char c) {
        skip_space();
        if (at_ >= text_.size || text_[at_] != static_cast<unsigned char>(c)) return false;
        ++at_;
        return true;
    }

    byte_view text_;
    extent at_ = 0;
};

/// A text as JSON: quotes, backslashes and control characters escaped, everything else as it is.
inline void append_json(std::string& to, const std::string& text) {
    constexpr const char* digits = "0123456789abcdef";
    to += '"';
    for (const char c : text) {
        const unsigned char code = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (to += '\\') += c;
        else if (code < 0x20)
            ((to += "\\u00") += digits[code >> 4]) += digits[code & 15];
        else
            to += c;
    }
    to += '"';
}

}  // namespace ctnn::detail

namespace ctnn {

/// A task, with paths from where the program runs.
struct decathlon_task {
    std::string name, description, licence;
    std::vector<std::string> modalities;  ///< by channel: "FLAIR", "T1w" ...
    label_pairs training;                 ///< class_names are those of the labels: "background", "Anterior" ...
    std::vector<std::string> test;        ///< images without labels
};

namespace detail {

class decathlon_parser : private json_cursor {
public:
    using json_cursor::json_cursor;
    using json_cursor::position;

    /// Paths stay as they are in the file. \returns null, or what is expected at position().
    [[nodiscard]] const char* parse(decathlon_task& to) {
        constexpr const char* known[] = {"name",   "description", "licence", "license",  "modality",
                                         "labels", "numTraining", "numTest", "training", "test"};
        unsigned seen = 0;
        const char* wrong = object([&](const std::string& key) -> const char* {
            const auto* place = std::find(std::begin(known), std::end(known), key);
            const unsigned bit = place == std::end(known) ? 0U : 1U << (place - std::begin(known));
            if ((seen & bit) != 0) return "each key once";
            seen |= bit;
            if (key == "name") return text(to.name);
            if (key == "description") return text(to.description);
            if (key == "licence" || key == "license") return text(to.licence);
            if (key == "modality") return names(to.modalities);
            if (key == "labels") return names(to.training.class_names);
            if (key == "numTraining") return count(training_count_);
            if (key == "numTest") return count(test_count_);
            if (key == "training") return array([&] { return pair(to.training); });
            if (key == "test")
                return array([&] {
                    to.test.emplace_back();
                    return path(to.test.back());
                });
            return skip_value();
        });
        if (wrong != nullptr) return wrong;
        skip_space();
        if (at_ != text_.size) return "nothing but spaces behind the object";
        if (to.training.images.empty()) return "a list \"training\" of images with labels";
        if (to.training.class_names.size() < 2) return "at least two \"labels\"";
        if (training_count_ >= 0 && training_count_ != to.training.size())
            return "as many pairs in \"training\" as \"numTraining\" says";
        if (test_count_ >= 0 && test_count_ != static_cast<std::int64_t>(to.test.size()))
            return "as many images in \"test\" as \"numTest\" says";
        return nullptr;
    }

private:
    const char* text(std::string& to) { return string(to) ? nullptr : "a text"; }

    const char* count(std::int64_t& to) {
        const extent begin = at_;
        if (!skip_number()) return "a number";
        const char* first = reinterpret_cast<const char*>(text_.data + begin);
        const std::from_chars_result read = std::from_chars(first, first + (at_ - begin), to);
        return read.ec == std::errc{} && read.ptr == first + (at_ - begin) && to >= 0 ? nullptr
                                                                                      : "a whole number from 0";
    }

    /// {"0": "background", "1": "liver"}: each number from 0 once.
    const char* names(std::vector<std::string>& to) {
        std::vector<std::pair<int, std::string>> all;
        const char* wrong = object([&](const std::string& key) -> const char* {
            int number = -1;
            const std::from_chars_result read = std::from_chars(key.data(), key.data() + key.size(), number);
            if (read.ec != std::errc{} || read.ptr != key.data() + key.size() || number < 0)
                return "a key that is a number from 0";
            all.emplace_back(number, std::string());
            return text(all.back().second);
        });
        if (wrong != nullptr) return wrong;
        std::sort(all.begin(), all.end());
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].first != static_cast<int>(i)) return "keys \"0\", \"1\" ... without a gap";
            to.push_back(std::move(all[i].second));
        }
        return nullptr;
    }

    const char* pair(label_pairs& to) {
        std::string image, label;
        const char* wrong = object([&](const std::string& key) -> const char* {
            if (key == "image" && image.empty()) return path(image);
            if (key == "label" && label.empty()) return path(label);
            return "image and label, once each";
        });
        if (wrong != nullptr) return wrong;
        if (image.empty() || label.empty()) return "image and label";
        to.images.push_back(std::move(image));
        to.labels.push_back(std::move(label));
        return nullptr;
    }

    /// A path that stays in the folder of the file.
    const char* path(std::string& to) {
        if (!string(to)) return "a path in quotes";
        const std::filesystem::path whole(to);
        bool inside = !to.empty() && whole.is_relative() && to.find('\0') == std::string::npos;
        for (const std::filesystem::path& part : whole) inside = inside && part != "..";
        return inside ? nullptr : "a path below the folder of the file";
    }

    std::int64_t training_count_ = -1, test_count_ = -1;
};

}  // namespace detail

/// Takes the content of a dataset.json in `folder`; `file` is its name in errors.
[[nodiscard]] inline result<decathlon_task> parse_decathlon(byte_view text, const std::string& folder,
                                                            const std::string& file = {}) {
    if (const extent at = detail::invalid_utf8(text); at >= 0)
        return error(error_kind::corrupt, file, at, "what is no UTF-8", "JSON in UTF-8");
    decathlon_task task;
    detail::decathlon_parser parser(text);
    if (const char* expected = parser.parse(task))
        return error(error_kind::corrupt, file, parser.position(),
                     parser.position() < text.size ? "something else" : "the end", expected);
    std::vector<std::string> seen;
    const auto locate = [&](std::vector<std::string>& paths) {
        for (std::string& path : paths) {
            path = (std::filesystem::path(folder) / path).lexically_normal().string();
            seen.push_back(path);
        }
    };
    locate(task.training.images);
    locate(task.training.labels);
    locate(task.test);
    std::sort(seen.begin(), seen.end());
    const auto twice = std::adjacent_find(seen.begin(), seen.end());
    if (twice != seen.end()) return error(error_kind::corrupt, file, "names " + *twice + " twice");
    return task;
}

/// Reads a dataset.json of at most 16 MiB; no volume is opened.
///
///     takes     the form of the Decathlon: name, description, licence, modality and labels by number, training as a
///               list of image and label, test as a list of images; other keys are passed over
///     refuses   with corrupt what is no JSON, a missing or empty list of training pairs, labels that are not 0, 1 ...,
///               counts that are not numTraining and numTest, a file that is named twice, and paths that are absolute
///               or lead out of the folder
///
///     auto task = ctnn::read_decathlon("Task04_Hippocampus/dataset.json");
[[nodiscard]] inline result<decathlon_task> read_decathlon(const std::string& path) {
    const result<byte_vector> bytes = read_file(path, std::int64_t{16} << 20);
    if (!bytes) return bytes.error();
    return parse_decathlon(*bytes, std::filesystem::path(path).parent_path().string(), path);
}

}  // namespace ctnn
// -------------------- ctnn/data/file_index.hpp
/// \file
/// Tables that say which file is of which class, of which patient, and in which part of a split.

// -------------------- ctnn/io/csv.hpp
/// \file
/// Tables of comma-separated values: labels, boxes, signals. https://www.rfc-editor.org/rfc/rfc4180

#include <string_view>

// -------------------- ctnn/io/csv_fields.hpp
/// \file
/// The grammar of comma-separated values: where a field begins and ends, and where that is on the page.

namespace ctnn::detail {

/// One field of a table, as bytes of the file.
struct csv_field {
    extent begin = 0, end = 0;  ///< of its content, without the quotes around it
    extent next = 0;            ///< behind the separator or line break
    bool quoted = false;
    bool last = false;  ///< of its row
};

/// Finds the end of the field that begins at a place. \returns null, or what was found where something else must stand;
/// then `found.begin` is the place
[[nodiscard]] inline const char* scan_csv_field(byte_view b, extent at, char separator, csv_field& found) {
    const unsigned char between = static_cast<unsigned char>(separator);
    found = {};
    found.quoted = at < b.size && b[at] == '"';
    extent i = found.begin = found.quoted ? at + 1 : at;
    if (found.quoted) {
        for (;; ++i) {
            if (i >= b.size) {
                found.begin = at;
                return "quotes that are not closed";
            }
            if (b[i] != '"') continue;
            if (i + 1 >= b.size || b[i + 1] != '"') break;
            ++i;
        }
        found.end = i++;
    } else {
        while (i < b.size && b[i] != between && b[i] != '\n' && b[i] != '\r' && b[i] != '"') ++i;
        found.end = i;
    }
    found.last = i >= b.size || b[i] != between;
    found.next = i < b.size ? i + 1 : i;
    if (i >= b.size || b[i] == between || b[i] == '\n') return nullptr;
    if (b.has(i, "\r\n", 2)) {
        ++found.next;
        return nullptr;
    }
    found.begin = i;
    return b[i] == '\r'  ? "a carriage return without a line feed"
           : b[i] == '"' ? "a quote inside a field without quotes"
                         : "text behind closing quotes";
}

/// The content as it stands in the file: doubled quotes are still two.
/// \pre the field is one of the bytes
[[nodiscard]] inline std::string_view csv_content(byte_view b, const csv_field& field) {
    if (field.begin == field.end) return {};
    return {reinterpret_cast<const char*>(b.data + field.begin), static_cast<std::size_t>(field.end - field.begin)};
}

/// The content as it is meant.
[[nodiscard]] inline std::string csv_text(byte_view b, const csv_field& field) {
    const std::string_view content = csv_content(b, field);
    std::string text(content);
    if (!field.quoted) return text;
    text.clear();
    for (std::size_t i = 0; i < content.size(); ++i) {
        text += content[i];
        if (content[i] == '"') ++i;
    }
    return text;
}

/// Where the table begins: behind a byte order mark.
[[nodiscard]] inline extent csv_start(byte_view b) { return b.has(0, "\xEF\xBB\xBF", 3) ? 3 : 0; }

/// "line 3, column 7": lines as the file has them, inside quotes too; columns in characters.
[[nodiscard]] inline std::string csv_place(byte_view b, extent at) {
    extent line = 1, column = 1;
    for (extent i = csv_start(b); i < at; ++i) {
        if (b[i] == '\n') {
            ++line;
            column = 1;
        } else if ((b[i] & 0xC0) != 0x80) {
            ++column;
        }
    }
    return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

/// Refuses what is no text at all.
[[nodiscard]] inline error check_csv_text(byte_view b, const std::string& file) {
    if (b.has(0, "\xFF\xFE", 2) || b.has(0, "\xFE\xFF", 2))
        return {error_kind::wrong_format, file, 0, "UTF-16", "UTF-8"};
    for (extent i = 0; i < b.size; ++i)
        if (b[i] == 0)
            return {error_kind::wrong_format, file, i, "a byte of value 0 in " + csv_place(b, i), "a table as text"};
    if (const extent at = invalid_utf8(b); at >= 0)
        return {error_kind::corrupt, file, at, "what is no UTF-8 in " + csv_place(b, at), "a character in UTF-8"};
    return {};
}

/// Fields of a row, and of the whole file.
struct csv_size {
    extent width = 0, fields = 0;
};

/// Does nothing but line breaks follow?
[[nodiscard]] inline bool only_empty_lines(byte_view b, extent at) {
    while (at < b.size && (b[at] == '\n' || b.has(at, "\r\n", 2))) at += b[at] == '\n' ? 1 : 2;
    return at == b.size;
}

/// Goes through the whole file, holds every row against the first, and counts. Takes no memory.
[[nodiscard]] inline error measure_csv(byte_view b, const std::string& file, char separator, extent most_columns,
                                       csv_size& size) {
    extent at = csv_start(b);
    if (at == b.size) return {error_kind::corrupt, file, at, "an empty file", "a row"};
    while (at < b.size) {
        if (size.width > 1 && only_empty_lines(b, at)) break;
        extent fields = 0;
        csv_field field;
        do {
            const extent begin = at;
            if (const char* found = scan_csv_field(b, begin, separator, field)) {
                const bool open = field.begin == begin && field.quoted;
                return {open ? error_kind::truncated : error_kind::corrupt, file, field.begin,
                        std::string(found) + " in " + csv_place(b, field.begin),
                        open ? "a closing quote before the end of the file" : "a separator or the end of the line"};
            }
            at = field.next;
            ++fields;
            if (fields > most_columns)
                return {error_kind::too_large, file, begin,
                        "more than " + std::to_string(most_columns) + " fields in " + csv_place(b, begin),
                        "at most " + std::to_string(most_columns)};
            const bool more = size.width > 0 && fields > size.width, fewer = field.last && fields < size.width;
            if (more || fewer)
                return {error_kind::corrupt, file, begin,
                        (more ? "one field more in " : std::to_string(fields) + " fields up to ") + csv_place(b, begin),
                        std::to_string(size.width) + " fields as in the first line"};
        } while (!field.last);
        size.width = fields;
        size.fields += fields;
    }
    return {};
}

}  // namespace ctnn::detail

namespace ctnn {

/// What a table is held to.
struct csv_options {
    char separator = ',';                  ///< or ';' or a tab: any ASCII character but a quote and a line break
    bool heading = true;                   ///< the first row holds the names of the columns
    extent most_columns = 65536;           ///< more are refused
    std::int64_t budget = default_budget;  ///< bytes of the file and of the index to it, 8 a field
};

/// A table in memory: the bytes of the file, and where each field begins. parse_csv() and read_csv() make one.
///
/// Rows and columns count from 0, the heading is no row. In errors, lines and columns count from 1, as editors show
/// them, columns in characters (code points); they name the place where a field begins.
class csv_file {
public:
    /// Of the heading, in the order of the file; empty where the file was read without one.
    [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
    /// Fields of a row.
    [[nodiscard]] extent width() const noexcept { return width_; }
    [[nodiscard]] extent rows() const noexcept { return static_cast<extent>(begins_.size()) / width_; }
    /// The name of the file in errors.
    [[nodiscard]] const std::string& file() const noexcept { return file_; }

    /// The place of a column. Refuses with invalid_argument a name that the heading does not have; the message lists
    /// those that it has.
    [[nodiscard]] result<extent> column(std::string_view name) const {
        const auto found = std::find(columns_.begin(), columns_.end(), name);
        if (found != columns_.end()) return static_cast<extent>(found - columns_.begin());
        std::string all;
        for (const std::string& one : columns_) (all += all.empty() ? "" : ", ") += one;
        return error(error_kind::invalid_argument, file_,
                     "has no column " + std::string(name) + "; it has " + (all.empty() ? "no heading" : all));
    }

    /// What a field says: without its quotes, doubled quotes single, every other character as it is, spaces too.
    /// \pre inside the table
    [[nodiscard]] std::string text(extent row, extent column) const {
        return detail::csv_text(bytes_, field(row, column));
    }

    /// A field as a number, quoted or not, with spaces and tabs around it or not. Integers are read exactly, floating
    /// types to the nearest, as std::from_chars does; nan and inf are numbers of floating types. Refuses with corrupt
    /// what is no number as a whole ("3 mm", "1,5", "+1", "0x10", ""), or none of the type.
    /// \pre inside the table
    template <class Number>
    [[nodiscard]] result<Number> number(extent row, extent column) const {
        static_assert(std::is_arithmetic_v<Number> && !std::is_same_v<Number, bool> && !std::is_same_v<Number, char>);
        const std::string_view all = detail::csv_content(bytes_, field(row, column));
        const std::size_t first = all.find_first_not_of(" \t");
        if (first != std::string_view::npos) {
            const char* end = all.data() + all.find_last_not_of(" \t") + 1;
            Number value{};
            const std::from_chars_result read = std::from_chars(all.data() + first, end, value);
            if (read.ptr == end && read.ec == std::errc{}) return value;
            if (read.ptr == end && read.ec == std::errc::result_out_of_range)
                return wrong(row, column, "a number in the range of its type");
        }
        return wrong(row, column,
                     std::is_unsigned_v<Number>   ? "a whole number from 0"
                     : std::is_integral_v<Number> ? "a whole number"
                                                  : "a number");
    }

    /// Columns as numbers, [row][column]: boxes of {"x", "y", "width", "height"}. Refusals as column() and number().
    template <class Number>
    [[nodiscard]] result<std::vector<Number>> numbers(const std::vector<std::string>& names) const {
        std::vector<extent> places;
        for (const std::string& name : names) {
            const result<extent> place = column(name);
            if (!place) return place.error();
            places.push_back(*place);
        }
        return numbers_at<Number>(places);
    }
    /// The whole table as numbers, [row][column]: signals.
    template <class Number>
    [[nodiscard]] result<std::vector<Number>> numbers() const {
        std::vector<extent> places;
        for (extent place = 0; place < width_; ++place) places.push_back(place);
        return numbers_at<Number>(places);
    }

    /// The error of a field that is not what it should be, for whoever reads meaning into a table.
    /// \pre inside the table
    [[nodiscard]] error wrong(extent row, extent column, const std::string& expected,
                              error_kind kind = error_kind::corrupt) const {
        std::string found = text(row, column);
        if (found.size() > 40) {
            std::size_t end = 37;
            while ((static_cast<unsigned char>(found[end]) & 0xC0U) == 0x80U) --end;  // not inside a character
            found = found.substr(0, end) + "...";
        }
        for (char& c : found)
            if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';  // one line, and nothing for a terminal
        const extent at = begin_of(row, column);
        return {kind, file_, at, "'" + found + "' in " + detail::csv_place(bytes_, at), expected};
    }

private:
    friend result<csv_file> parse_csv(byte_vector bytes, const std::string& file, const csv_options& options);

    template <class Number>
    [[nodiscard]] result<std::vector<Number>> numbers_at(const std::vector<extent>& places) const {
        std::vector<Number> values;
        values.reserve(static_cast<std::size_t>(rows()) * places.size());
        for (extent row = 0; row < rows(); ++row)
            for (const extent place : places) {
                const result<Number> value = number<Number>(row, place);
                if (!value) return value.error();
                values.push_back(*value);
            }
        return values;
    }
    [[nodiscard]] extent begin_of(extent row, extent column) const {
        return begins_[static_cast<std::size_t>(row * width_ + column)];
    }
    [[nodiscard]] detail::csv_field field(extent row, extent column) const {
        detail::csv_field found;
        (void)detail::scan_csv_field(bytes_, begin_of(row, column), separator_, found);  // parse_csv() has seen it
        return found;
    }

    std::string file_;
    byte_vector bytes_;
    std::vector<std::string> columns_;
    std::vector<extent> begins_;  ///< [row][column]
    extent width_ = 1;
    char separator_ = ',';
};

/// Takes the content of a table; `file` is its name in errors. All of it is checked here: what is read later is there.
///
///     text      UTF-8, with a byte order mark or without; lines end with LF or CRLF, the last one may do without
///     fields    in quotes they hold anything, line breaks and separators too, and "" is one quote; spaces count
///     rows      all of one length; empty lines at the end of a file of several columns are passed over (in a single
///               column they are rows, with an empty field)
///     refuses   with wrong_format bytes of value 0 and UTF-16; with truncated quotes that are not closed; with corrupt
///               what is not UTF-8, a quote inside a field without quotes, anything between a closing quote and the
///               separator, a carriage return alone outside quotes, rows of another length, two columns of one name
///               (nameless ones aside) and a file without a row; with too_large more columns or bytes than the options
///               allow, before memory is taken; with invalid_argument a separator that cannot be one
[[nodiscard]] inline result<csv_file> parse_csv(byte_vector bytes, const std::string& file = {},
                                                const csv_options& options = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<csv_file> {
        const char s = options.separator;
        if (s == '"' || s == '\n' || s == '\r' || s == '\0' || static_cast<unsigned char>(s) > 0x7E)
            return error(error_kind::invalid_argument, file,
                         "a separator is one ASCII character, no quote or line break");
        if (error failed = detail::check_csv_text(bytes, file)) return failed;

        detail::csv_size size;
        if (error failed = detail::measure_csv(bytes, file, s, options.most_columns, size)) return failed;
        std::int64_t needed = 0;
        if (!checked_bytes({size.fields}, sizeof(extent), needed) ||
            !checked_add(needed, static_cast<std::int64_t>(bytes.size()), needed) || needed > options.budget)
            return error(error_kind::too_large, file,
                         "has " + std::to_string(size.fields) + " fields in " + std::to_string(bytes.size()) +
                             " bytes; with 8 bytes a field that is beyond the budget of " +
                             std::to_string(options.budget));
        csv_file table;
        table.file_ = file;
        table.width_ = size.width;
        table.separator_ = s;
        table.begins_.reserve(static_cast<std::size_t>(options.heading ? size.fields - size.width : size.fields));
        std::vector<extent> heading;
        extent at = detail::csv_start(bytes);
        for (extent i = 0; i < size.fields; ++i) {
            detail::csv_field field;
            (void)detail::scan_csv_field(bytes, at, s, field);  // measured above
            if (options.heading && i < size.width) {
                heading.push_back(at);
                table.columns_.push_back(detail::csv_text(bytes, field));
            } else {
                table.begins_.push_back(at);
            }
            at = field.next;
        }
        std::vector<std::pair<std::string_view, extent>> sorted;
        for (std::size_t i = 0; i < heading.size(); ++i) sorted.emplace_back(table.columns_[i], heading[i]);
        std::sort(sorted.begin(), sorted.end());
        for (std::size_t i = 1; i < sorted.size(); ++i)
            if (!sorted[i].first.empty() && sorted[i].first == sorted[i - 1].first)
                return error(error_kind::corrupt, file, sorted[i].second,
                             "a second column '" + std::string(sorted[i].first) + "' in " +
                                 detail::csv_place(bytes, sorted[i].second),
                             "names that are different");
        table.bytes_ = std::move(bytes);
        return table;
    });
}

/// Reads a table; see parse_csv() and read_file().
///
///     const auto table = ctnn::read_csv("boxes.csv");
///     const auto boxes = table->numbers<float>({"x", "y", "width", "height"});
[[nodiscard]] inline result<csv_file> read_csv(const std::string& path, const csv_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<csv_file> {
        result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        return parse_csv(std::move(*bytes), path, options);
    });
}

}  // namespace ctnn

namespace ctnn {

/// The columns of an index, by their names.
struct index_options {
    std::string path = "path";
    std::vector<std::string> labels{
        "label"};                            ///< one: the name of a class; several: 1 or 0 for each, one class a column
    std::string group{};                     ///< such as the patient; empty: none
    std::string part{};                      ///< train, val (valid, validation) or test; empty: none
    std::vector<std::string> class_names{};  ///< with one label column, the classes in order; empty: those found
    csv_options table{};
};

/// What an index says.
struct file_index {
    class_listing listing;  ///< in the order of the table
    split_indices parts;    ///< as the column says; empty without one
};

namespace detail {

/// The names of classes that stand in a column, in the order of their numbers where all are whole numbers, else in byte
/// order.
[[nodiscard]] inline std::vector<std::string> classes_of_column(const csv_file& table, extent column) {
    std::vector<std::string> names;
    bool numbers = true;
    for (extent row = 0; row < table.rows(); ++row) {
        names.push_back(table.text(row, column));
        numbers = numbers && names.back().find_first_not_of("0123456789") == std::string::npos;
    }
    std::sort(names.begin(), names.end(), [numbers](const std::string& a, const std::string& b) {
        return numbers && a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

/// One label column: each field is the name of a class.
[[nodiscard]] inline error read_class_column(const csv_file& table, extent column, class_listing& to) {
    if (to.class_names.empty()) to.class_names = classes_of_column(table, column);
    if (to.class_names.size() < 2)
        return {error_kind::invalid_argument, table.file(), "has fewer than two classes in the column of labels"};
    for (extent row = 0; row < table.rows(); ++row) {
        const std::string name = table.text(row, column);
        const auto place = std::find(to.class_names.begin(), to.class_names.end(), name);
        if (name.empty() || place == to.class_names.end())
            return table.wrong(row, column, name.empty() ? "a class" : "one of " + joined(to.class_names));
        to.labels.push_back(static_cast<std::int32_t>(place - to.class_names.begin()));
    }
    return {};
}

/// Several label columns: each is a class, each field 1 or 0.
[[nodiscard]] inline error read_label_columns(const csv_file& table, const std::vector<extent>& columns,
                                              class_listing& to) {
    for (extent row = 0; row < table.rows(); ++row)
        for (const extent column : columns) {
            const std::string value = table.text(row, column);
            if (value != "0" && value != "1") return table.wrong(row, column, "0 or 1");
            to.values.push_back(value == "1" ? 1.0f : 0.0f);
        }
    return {};
}

/// Paths from the folder of the index; refuses an empty one, and a file that stands in the table twice.
[[nodiscard]] inline error read_path_column(const csv_file& table, extent column, class_listing& to) {
    const std::filesystem::path folder = std::filesystem::path(table.file()).parent_path();
    std::vector<std::pair<std::string, extent>> seen;
    for (extent row = 0; row < table.rows(); ++row) {
        const std::string path = table.text(row, column);
        if (path.empty()) return table.wrong(row, column, "the path of a file");
        to.files.push_back((folder / path).lexically_normal().string());
        seen.emplace_back(to.files.back(), row);
    }
    std::sort(seen.begin(), seen.end());
    for (std::size_t i = 1; i < seen.size(); ++i)
        if (seen[i].first == seen[i - 1].first) return table.wrong(seen[i].second, column, "each file once");
    return {};
}

[[nodiscard]] inline error read_group_column(const csv_file& table, extent column, class_listing& to) {
    for (extent row = 0; row < table.rows(); ++row) {
        to.groups.push_back(table.text(row, column));
        if (to.groups.back().empty()) return table.wrong(row, column, "the name of a group");
    }
    return {};
}

[[nodiscard]] inline error read_part_column(const csv_file& table, extent column, split_indices& to) {
    for (extent row = 0; row < table.rows(); ++row) {
        const std::string part = table.text(row, column);
        const bool validation = part == "val" || part == "valid" || part == "validation";
        if (!validation && part != "train" && part != "test") return table.wrong(row, column, "train, val or test");
        (validation ? to.validation : part == "train" ? to.train : to.test).push_back(row);
    }
    return {};
}

}  // namespace detail

/// Reads an index: a table with a row a file.
///
///     path,label,patient,part
///     scans/a1.nii.gz,healthy,anna,train
///
///     paths     from the folder of the index, or absolute; no file is opened here
///     classes   those of options.class_names, or those found, in byte order, or by number where all are whole numbers;
///               with several label columns the columns are the classes, and listing.values says which a file is of
///     refuses   what read_csv() refuses, and columns that are not there; with corrupt, its line and column, an empty
///               path, class or group, a class that is none of class_names, a label that is neither 0 nor 1, a part
///               that is none, a file that stands in the table twice; with invalid_argument no label column, a table
///               without rows, fewer than two classes, and a group in two parts
[[nodiscard]] inline result<file_index> read_index(const std::string& path, const index_options& options = {}) {
    csv_options rules = options.table;
    rules.heading = true;
    const result<csv_file> table = read_csv(path, rules);
    if (!table) return table.error();
    if (options.labels.empty()) return error(error_kind::invalid_argument, path, "a column of labels is needed");
    if (table->rows() == 0) return error(error_kind::invalid_argument, path, "has no row below its heading");
    const result<extent> paths = table->column(options.path);
    if (!paths) return paths.error();
    std::vector<extent> labels;
    for (const std::string& name : options.labels) {
        const result<extent> label = table->column(name);
        if (!label) return label.error();
        labels.push_back(*label);
    }
    file_index index;
    const bool single = labels.size() == 1;
    index.listing.class_names = single ? options.class_names : options.labels;
    if (error failed = detail::read_path_column(*table, *paths, index.listing)) return failed;
    if (error failed = single ? detail::read_class_column(*table, labels[0], index.listing)
                              : detail::read_label_columns(*table, labels, index.listing))
        return failed;
    if (!options.group.empty()) {
        const result<extent> group = table->column(options.group);
        if (!group) return group.error();
        if (error failed = detail::read_group_column(*table, *group, index.listing)) return failed;
    }
    if (!options.part.empty()) {
        const result<extent> part = table->column(options.part);
        if (!part) return part.error();
        if (error failed = detail::read_part_column(*table, *part, index.parts)) return failed;
        if (!index.listing.groups.empty())
            if (error failed = check_split(index.parts, index.listing.groups))
                return error(failed.kind(), path, failed.message() + " (train, val, test)");
    }
    return index;
}

}  // namespace ctnn
// -------------------- ctnn/data/label_folder.hpp
/// \file
/// Volumes with label maps: a data set with a label at each voxel.

// -------------------- ctnn/data/read_pairs.hpp
/// \file
/// From pairs of files to a data set with a label at each position: what images and volumes share.

namespace ctnn::detail {

/// Positions of a shape: its numbers without the channels.
template <static_shape Input>
inline constexpr extent positions_of = Input::size / dims_of<Input>.channels();

/// Reads each pair by read(place in pairs, its numbers, its labels), which answers with an error or none; `what` is
/// their plural in errors. The budget comes first; with `skipped` what cannot be read leaves the pairs.
template <static_shape Input, class T, class Read>
[[nodiscard]] result<dataset<Input, T>> read_pairs(label_pairs& pairs, const char* what, std::int64_t budget,
                                                   std::vector<error>* skipped, const Read& read) {
    constexpr std::int64_t each =
        Input::size * static_cast<std::int64_t>(sizeof(T)) + positions_of<Input> * std::int64_t{4};
    if (pairs.size() > budget / each)
        return error(error_kind::too_large, std::to_string(pairs.size()) + " " + what + " of " + std::to_string(each) +
                                                " bytes, labels included, are more than the budget of " +
                                                std::to_string(budget));
    dataset<Input, T> data;
    data.class_names = pairs.class_names;
    data.inputs.resize(static_cast<std::size_t>(pairs.size() * Input::size));
    data.labels.resize(static_cast<std::size_t>(pairs.size() * positions_of<Input>));
    std::vector<extent> kept;
    for (std::size_t i = 0; i < pairs.images.size(); ++i) {
        const extent to = static_cast<extent>(kept.size());
        error failed = read(i, data.inputs.data() + to * Input::size, data.labels.data() + to * positions_of<Input>);
        if (!failed)
            kept.push_back(static_cast<extent>(i));
        else if (skipped == nullptr)
            return failed;
        else
            skipped->push_back(std::move(failed));
    }
    if (kept.empty()) return error(error_kind::invalid_argument, std::string("none of the ") + what + " can be read");
    if (kept.size() != pairs.images.size()) pairs = chosen_pairs(pairs, kept);
    data.inputs.resize(kept.size() * static_cast<std::size_t>(Input::size));
    data.labels.resize(kept.size() * static_cast<std::size_t>(positions_of<Input>));
    return data;
}

}  // namespace ctnn::detail
// -------------------- ctnn/data/volume_folder.hpp
/// \file
/// Data sets from folders of NIfTI volumes, a folder a class.

// -------------------- ctnn/data/read_listing.hpp
/// \file
/// From the files of a listing to a data set in memory: what all kinds of files share.

namespace ctnn::detail {

/// Keeps the files of a listing that `keep` marks.
inline void keep_files(class_listing& listing, const std::vector<bool>& keep) {
    std::vector<extent> kept;
    for (std::size_t i = 0; i < keep.size(); ++i)
        if (keep[i]) kept.push_back(static_cast<extent>(i));
    if (kept.size() != keep.size()) listing = chosen(listing, kept);
}

/// Reads each file by read(path, place of its numbers), which answers with an error or none; `what` is their plural in
/// errors. The rules are read_images()'s: the budget first, then file by file; with `skipped` those that cannot be read
/// leave the listing.
template <static_shape Input, class T, class Read>
[[nodiscard]] result<dataset<Input, T>> read_listing(class_listing& listing, const char* what, std::int64_t budget,
                                                     std::vector<error>* skipped, const Read& read) {
    return detail::catch_out_of_memory({}, [&]() -> result<dataset<Input, T>> {
        constexpr std::int64_t each = Input::size * static_cast<std::int64_t>(sizeof(T));
        if (listing.size() > budget / each)
            return error(error_kind::too_large, std::to_string(listing.size()) + " " + what + " of " +
                                                    std::to_string(each) + " bytes are more than the budget of " +
                                                    std::to_string(budget));
        dataset<Input, T> data;
        data.class_names = listing.class_names;
        data.inputs.resize(static_cast<std::size_t>(listing.size() * Input::size));
        std::vector<bool> keep(listing.files.size());
        extent kept = 0;
        for (std::size_t i = 0; i < listing.files.size(); ++i) {
            error failed = read(listing.files[i], data.inputs.data() + kept * Input::size);
            keep[i] = !failed;
            if (!failed)
                ++kept;
            else if (skipped == nullptr || failed.kind() == error_kind::out_of_memory)  // no fault of the file
                return failed;
            else
                skipped->push_back(std::move(failed));
        }
        if (kept == 0) return error(error_kind::invalid_argument, std::string("none of the ") + what + " can be read");
        data.labels.reserve(listing.labels.size());  // now: behind these lines nothing may fail
        data.values.reserve(listing.values.size());
        keep_files(listing, keep);
        data.inputs.resize(static_cast<std::size_t>(kept * Input::size));
        data.labels = listing.labels;
        data.values.assign(listing.values.begin(), listing.values.end());
        return data;
    });
}

}  // namespace ctnn::detail
// -------------------- ctnn/data/volume_input.hpp
/// \file
/// From a volume of any orientation, spacing and size to the numbers that a network reads: the one way for training,
/// evaluation and prediction.

#include <cmath>

// -------------------- ctnn/core/input_scaling.hpp
/// \file
/// From the brightness of pixels to the numbers that a network sees.

namespace ctnn {

/// How the pixels of a data set became the numbers that a network saw: x = pixel * factor + shift, pixel in [0, 1].
struct input_scaling {
    double factor = 1;
    double shift = 0;
    constexpr bool operator==(const input_scaling&) const = default;
};

}  // namespace ctnn
// -------------------- ctnn/core/volume_preparation.hpp
/// \file
/// From the voxels of a file to values from 0 to 1 on a grid of stated spacing.

namespace ctnn {

/// How the volumes of a data set became what a network saw, before input_scaling; saved with the model.
///
///     spacing    of the voxels after the volume has been turned to RAS: to the right, to the front, to the top, in
///                millimeters; all 0: as they are in the file
///     low, high  the values that become 0 and 1, such as -1000 and 400 for a lung in CT; what is outside becomes 0 or
///                1. Equal: the 1st and 99th percentile of each volume, which suits MRI, whose values have no unit
struct volume_preparation {
    std::array<double, 3> spacing{};
    double low = 0, high = 0;

    [[nodiscard]] constexpr bool resamples() const { return !(spacing[0] == 0 && spacing[1] == 0 && spacing[2] == 0); }
    constexpr bool operator==(const volume_preparation&) const = default;
};

}  // namespace ctnn
// -------------------- ctnn/data/volume_crop.hpp
/// \file
/// Volumes cut and filled up to the extents that a network takes, and back onto the grid that they came from.

// -------------------- ctnn/data/volume.hpp
/// \file
/// Volumes in space: values on a grid of voxels and where they lie in the patient, to and from NIfTI.
///
/// The order in memory is ctnn's, shape<D, H, W, C> with channels contiguous. NIfTI's first axis is fastest, so its
/// axes (i, j, k) are (width, height, depth): a file of three axes, or of colors, is a volume without moving a voxel.
/// Axes behind the third (time, ...) become channels, which does move them.

// -------------------- ctnn/io/nifti_labels.hpp
/// \file
/// Label maps: whole numbers, one a voxel, exact or refused with the voxel's place.

#include <optional>

// -------------------- ctnn/io/nifti.hpp
/// \file
/// Reading NIfTI files: .nii, .nii.gz and .hdr/.img pairs, NIfTI-1 and NIfTI-2, both byte orders.
///
/// What nibabel reads, this reads with equal numbers and affine; refused are besides: complex numbers and float128 (by
/// name), a `bitpix` that contradicts the type, a file that is longer than its header says, extents below 1 (with
/// them FreeSurfer's -1 for long vectors), and transforms that are not finite.

// -------------------- ctnn/io/gzip.hpp
/// \file
/// The gzip container: unpacked no further than the caller asks, every checksum compared. Needs CTNN_WITH_ZLIB.
/// https://www.rfc-editor.org/rfc/rfc1952

// -------------------- ctnn/io/inflate.hpp
/// \file
/// Deflate streams whose unpacked size is known, by zlib. https://www.rfc-editor.org/rfc/rfc1951

#if defined(CTNN_WITH_ZLIB)
#include <zlib.h>
#endif

namespace ctnn::detail {

/// Deflate gives at most 1032 bytes for one: a match of 258 bytes takes at least 2 bits.
inline constexpr std::int64_t deflate_ratio = 1032;

/// How unpacking ended.
enum class inflation : unsigned char { whole, damaged, out_of_memory };

#if defined(CTNN_WITH_ZLIB)

/// The window bits by which zlib is told what is around a stream.
inline constexpr int bare_deflate = -15, zlib_deflate = 15, gzip_deflate = 15 + 16;

/// Unpacks a stream that must end with the packed bytes and give exactly the bytes that `to` has.
[[nodiscard]] inline inflation inflate_by_zlib(byte_view packed, byte_vector& to, int window_bits) {
    z_stream stream{};
    if (packed.size > 0x7fffffff || to.size() > 0x7fffffff) return inflation::damaged;
    if (inflateInit2(&stream, window_bits) != Z_OK) return inflation::out_of_memory;
    unsigned char none = 0;
    stream.next_in = const_cast<unsigned char*>(packed.data);
    stream.avail_in = static_cast<unsigned>(packed.size);
    stream.next_out = to.empty() ? &none : to.data();
    stream.avail_out = static_cast<unsigned>(to.size());
    const int status = inflate(&stream, Z_FINISH);
    const bool whole = status == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
    inflateEnd(&stream);
    return whole ? inflation::whole : status == Z_MEM_ERROR ? inflation::out_of_memory : inflation::damaged;
}

#endif

}  // namespace ctnn::detail

namespace ctnn {

/// Does the content begin as a gzip file does?
[[nodiscard]] inline bool is_gzip(byte_view b) { return b.has(0, "\x1f\x8b", 2); }

namespace detail {

#if defined(CTNN_WITH_ZLIB)

/// Unpacks a gzip file part by part. Several members follow each other as one content; zeros behind the last are
/// padding, as gzip itself takes them; anything else is refused.
class gzip_reader {
public:
    gzip_reader(byte_view packed, std::string file) : packed_(packed), file_(std::move(file)) {}
    gzip_reader(const gzip_reader&) = delete;
    gzip_reader& operator=(const gzip_reader&) = delete;
    ~gzip_reader() {
        if (started_) inflateEnd(&stream_);
    }

    /// Appends unpacked bytes until `to` has `until` bytes or the content ends. When it returns with fewer, every
    /// member was whole and its CRC-32 and size were right. Memory grows with what has been unpacked: at most twice
    /// that, or four times the packed size.
    [[nodiscard]] error fill(byte_vector& to, std::int64_t until) {
        if (!started_) {
            if (inflateInit2(&stream_, gzip_deflate) != Z_OK)
                return {error_kind::out_of_memory, file_, "zlib cannot start"};
            started_ = true;
        }
        const std::int64_t first = std::max<std::int64_t>(65536, 4 * std::int64_t{packed_.size});
        while (!ended_ && static_cast<std::int64_t>(to.size()) < until) {
            const std::size_t have = to.size();
            const auto room = static_cast<std::size_t>(
                std::min<std::int64_t>(until, std::max<std::int64_t>(first, 2 * static_cast<std::int64_t>(have))));
            to.resize(room);
            std::size_t done = have;
            const error failed = unpack(to, done);
            to.resize(done);
            if (failed) return failed;
        }
        return {};
    }

private:
    /// Fills `to` from `done` on, as far as the content reaches.
    [[nodiscard]] error unpack(byte_vector& to, std::size_t& done) {
        constexpr std::int64_t most = std::int64_t{1} << 30;  // zlib counts in 32 bits
        while (!ended_ && done < to.size()) {
            const auto room = static_cast<unsigned>(std::min(static_cast<std::int64_t>(to.size() - done), most));
            const auto input = static_cast<unsigned>(std::min(std::int64_t{packed_.size - at_}, most));
            stream_.next_in = const_cast<unsigned char*>(packed_.data + at_);
            stream_.avail_in = input;
            stream_.next_out = to.data() + done;
            stream_.avail_out = room;
            const int status = inflate(&stream_, Z_NO_FLUSH);
            at_ += static_cast<extent>(input - stream_.avail_in);
            done += room - stream_.avail_out;
            if (status == Z_STREAM_END) {
                if (error wrong = next_member()) return wrong;
            } else if (status == Z_MEM_ERROR) {
                return {error_kind::out_of_memory, file_, "zlib has no memory"};
            } else if (status == Z_BUF_ERROR || (status == Z_OK && at_ == packed_.size && stream_.avail_out != 0)) {
                return {error_kind::truncated, file_, at_, "the end of the file", "more compressed data"};
            } else if (status != Z_OK) {
                return {error_kind::corrupt, file_, at_,
                        std::string("damaged compressed data (") + (stream_.msg ? stream_.msg : "no dictionary") + ")",
                        "a whole gzip member"};
            }
        }
        return {};
    }
    /// Behind a member: another one, padding with zeros, or the end.
    [[nodiscard]] error next_member() {
        if (packed_.has(at_, "\x1f\x8b", 2)) {
            if (inflateReset(&stream_) != Z_OK) return {error_kind::corrupt, file_, "zlib cannot begin a member"};
            return {};
        }
        for (extent i = at_; i < packed_.size; ++i)
            if (packed_[i] != 0)
                return {error_kind::trailing_data, file_, i, "other bytes behind the compressed data", "the end"};
        ended_ = true;
        return {};
    }

    byte_view packed_;
    std::string file_;
    z_stream stream_{};
    extent at_ = 0;
    bool started_ = false, ended_ = false;
};

#endif

}  // namespace detail

/// Unpacks a gzip file of any number of members. Refuses with too_large what unpacks to more than `budget` bytes,
/// with truncated, corrupt or trailing_data a damaged one, with unsupported everything without CTNN_WITH_ZLIB.
[[nodiscard]] inline result<byte_vector> gunzip(byte_view packed, const std::string& file, std::int64_t budget) {
#if defined(CTNN_WITH_ZLIB)
    return detail::catch_out_of_memory(file, [&]() -> result<byte_vector> {
        detail::gzip_reader reader(packed, file);
        byte_vector content;
        const std::int64_t stop = budget < std::numeric_limits<std::int64_t>::max() ? budget + 1 : budget;
        if (error failed = reader.fill(content, stop)) return failed;
        if (static_cast<std::int64_t>(content.size()) > budget)
            return error(error_kind::too_large, file, "unpacks to more than " + std::to_string(budget) + " bytes");
        return content;
    });
#else
    (void)packed;
    (void)budget;
    return error(error_kind::unsupported, file, 0, "gzip", "a plain file (define CTNN_WITH_ZLIB and link zlib)");
#endif
}

namespace detail {

#if defined(CTNN_WITH_ZLIB)

inline result<byte_vector> pack_gzip(byte_view content, const std::string& file) {
    struct packer {
        z_stream stream{};
        bool started = false;
        ~packer() {
            if (started) deflateEnd(&stream);
        }
    } packing;
    z_stream& stream = packing.stream;
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_deflate, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return error(error_kind::out_of_memory, file, "zlib cannot start");
    packing.started = true;
    constexpr std::int64_t most = std::int64_t{1} << 30;
    byte_vector packed(static_cast<std::size_t>(content.size / 2 + 4096));
    std::size_t done = 0;
    extent at = 0;
    int status = Z_OK;
    while (status == Z_OK) {
        if (done == packed.size()) packed.resize(2 * packed.size());
        const auto room = static_cast<unsigned>(std::min(static_cast<std::int64_t>(packed.size() - done), most));
        const auto input = static_cast<unsigned>(std::min(std::int64_t{content.size - at}, most));
        stream.next_in = const_cast<unsigned char*>(content.data + at);
        stream.avail_in = input;
        stream.next_out = packed.data() + done;
        stream.avail_out = room;
        status = deflate(&stream, at + static_cast<extent>(input) == content.size ? Z_FINISH : Z_NO_FLUSH);
        at += static_cast<extent>(input - stream.avail_in);
        done += room - stream.avail_out;
    }
    if (status != Z_STREAM_END) return error(error_kind::out_of_memory, file, "zlib cannot pack");
    packed.resize(done);
    return packed;
}

#endif

}  // namespace detail

/// Packs bytes as one gzip member without name or time, so that equal content gives equal files.
[[nodiscard]] inline result<byte_vector> gzip(byte_view content, const std::string& file = {}) {
#if defined(CTNN_WITH_ZLIB)
    return detail::catch_out_of_memory(file, [&] { return detail::pack_gzip(content, file); });
#else
    (void)content;
    return error(error_kind::unsupported, file, "is not packed with gzip without CTNN_WITH_ZLIB");
#endif
}

}  // namespace ctnn
// -------------------- ctnn/io/nifti_checks.hpp
/// \file
/// The checks of a NIfTI header, in a fixed order and before any memory is taken.

// -------------------- ctnn/io/nifti_fields.hpp
/// \file
/// The bytes of NIfTI headers: every field in its place, in both byte orders, to and from numbers.

// -------------------- ctnn/io/nifti_header.hpp
/// \file
/// The header of a NIfTI file: its fields as they are stored, and what they mean by the rules of the standard.
/// https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h, https://nifti.nimh.nih.gov/pub/dist/doc/nifti2.h

// -------------------- ctnn/io/nifti_affine.hpp
/// \file
/// Affine transforms from voxels to millimeters, and the quaternions in which NIfTI stores rotations.

namespace ctnn {

/// Maps voxel indices (i, j, k) to a place in space: row r of `at` is (m_r0, m_r1, m_r2, t_r), and place r is
/// m_r0 i + m_r1 j + m_r2 k + t_r. Space is NIfTI's: x grows to the right, y to the front, z to the top of the
/// patient (RAS), in millimeters unless the header says otherwise.
struct affine_transform {
    std::array<std::array<double, 4>, 3> at{{{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}}};

    bool operator==(const affine_transform&) const = default;

    /// The place of a (possibly fractional) index.
    [[nodiscard]] std::array<double, 3> operator()(const std::array<double, 3>& index) const {
        std::array<double, 3> place{};
        for (std::size_t r = 0; r < 3; ++r)
            place[r] = at[r][0] * index[0] + at[r][1] * index[1] + at[r][2] * index[2] + at[r][3];
        return place;
    }
    /// The distance between neighbors along i, j and k: the lengths of the columns.
    [[nodiscard]] std::array<double, 3> spacing() const {
        std::array<double, 3> length{};
        for (std::size_t c = 0; c < 3; ++c)
            length[c] = std::sqrt(at[0][c] * at[0][c] + at[1][c] * at[1][c] + at[2][c] * at[2][c]);
        return length;
    }
    [[nodiscard]] bool finite() const {
        for (const auto& row : at)
            for (const double value : row)
                if (!std::isfinite(value)) return false;
        return true;
    }
};

/// The transform that applies `second`, then `first`.
[[nodiscard]] inline affine_transform compose(const affine_transform& first, const affine_transform& second) {
    affine_transform both;
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 4; ++c) {
            double sum = c == 3 ? first.at[r][3] : 0.0;
            for (std::size_t n = 0; n < 3; ++n) sum += first.at[r][n] * second.at[n][c];
            both.at[r][c] = sum;
        }
    return both;
}

namespace detail {

using matrix3 = std::array<std::array<double, 3>, 3>;

[[nodiscard]] inline matrix3 linear_part(const affine_transform& a) {
    matrix3 m{};
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 3; ++c) m[r][c] = a.at[r][c];
    return m;
}

/// The matrix of cofactors; its transpose divided by the determinant is the inverse.
[[nodiscard]] inline matrix3 cofactors(const matrix3& m) {
    matrix3 c{};
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j) {
            const std::size_t a = (i + 1) % 3, b = (i + 2) % 3, p = (j + 1) % 3, q = (j + 2) % 3;
            c[i][j] = m[a][p] * m[b][q] - m[a][q] * m[b][p];
        }
    return c;
}

[[nodiscard]] inline double determinant(const matrix3& m) {
    const matrix3 c = cofactors(m);
    return m[0][0] * c[0][0] + m[0][1] * c[0][1] + m[0][2] * c[0][2];
}

/// Is the volume that the columns span, as a part of the box of their lengths, above rounding?
[[nodiscard]] inline bool invertible(const affine_transform& a) {
    if (!a.finite()) return false;
    const std::array<double, 3> length = a.spacing();
    matrix3 m = linear_part(a);
    for (std::size_t c = 0; c < 3; ++c) {
        if (!(length[c] > 0) || !std::isfinite(length[c])) return false;
        for (std::size_t r = 0; r < 3; ++r) m[r][c] /= length[c];
    }
    return std::abs(determinant(m)) > 1e-9;
}

/// The orthogonal matrix that is nearest to m (its polar factor), by Newton's iteration x <- (x + x^-T) / 2, which
/// doubles the number of right digits in each step. \pre m can be inverted; its columns have lengths near 1
[[nodiscard]] inline matrix3 nearest_rotation(matrix3 m) {
    for (int step = 0; step < 100; ++step) {
        const matrix3 c = cofactors(m);
        const double d = m[0][0] * c[0][0] + m[0][1] * c[0][1] + m[0][2] * c[0][2];
        double moved = 0;
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j) {
                const double next = (m[i][j] + c[i][j] / d) / 2;
                moved += std::abs(next - m[i][j]);
                m[i][j] = next;
            }
        if (moved < 1e-15) break;
    }
    return m;
}

/// The columns of the linear part, each of length 1, made orthogonal. \pre invertible(a)
[[nodiscard]] inline matrix3 rotation_of(const affine_transform& a) {
    matrix3 m = linear_part(a);
    const std::array<double, 3> length = a.spacing();
    for (std::size_t c = 0; c < 3; ++c)
        for (std::size_t r = 0; r < 3; ++r) m[r][c] /= length[c];
    return nearest_rotation(m);
}

/// (b, c, d) of the unit quaternion a + bi + cj + dk with a >= 0 that turns as r does. The largest of the four
/// squares is found first, so that no root is taken of a small difference.
/// \pre r is a rotation: orthogonal, determinant 1
[[nodiscard]] inline std::array<double, 3> quaternion_of(const matrix3& r) {
    const double trace = r[0][0] + r[1][1] + r[2][2];
    const double square[4] = {1 + trace, 1 + 2 * r[0][0] - trace, 1 + 2 * r[1][1] - trace, 1 + 2 * r[2][2] - trace};
    std::size_t largest = 0;
    for (std::size_t i = 1; i < 4; ++i)
        if (square[i] > square[largest]) largest = i;
    const double root = std::sqrt(square[largest]) / 2, part = 0.25 / root;
    double q[4] = {};
    q[largest] = root;
    if (largest == 0) {
        q[1] = (r[2][1] - r[1][2]) * part;
        q[2] = (r[0][2] - r[2][0]) * part;
        q[3] = (r[1][0] - r[0][1]) * part;
    } else {
        const std::size_t x = largest - 1, y = (x + 1) % 3, z = (x + 2) % 3;
        q[0] = (r[z][y] - r[y][z]) * part;
        q[y + 1] = (r[y][x] + r[x][y]) * part;
        q[z + 1] = (r[z][x] + r[x][z]) * part;
    }
    const double sign = q[0] < 0 ? -1 : 1;
    return {sign * q[1], sign * q[2], sign * q[3]};
}

/// The rotation of the unit quaternion a + bi + cj + dk, a >= 0. \returns false when b, c, d are longer than 1 by
/// more than `slack`, the rounding of the file's type. In long double, because a = sqrt(1 - b^2 - c^2 - d^2) loses
/// half the digits near a = 0.
[[nodiscard]] inline bool rotation_from_quaternion(double b, double c, double d, double slack,
                                                   std::array<std::array<long double, 3>, 3>& r) {
    const auto x = static_cast<long double>(b), y = static_cast<long double>(c), z = static_cast<long double>(d);
    const long double rest = 1 - (x * x + y * y + z * z);
    if (!(rest >= -static_cast<long double>(slack))) return false;
    const long double w = rest > 0 ? std::sqrt(rest) : 0;
    const long double s = 2 / (w * w + x * x + y * y + z * z);
    r = {{{1 - (y * y + z * z) * s, (x * y - w * z) * s, (x * z + w * y) * s},
          {(x * y + w * z) * s, 1 - (x * x + z * z) * s, (y * z - w * x) * s},
          {(x * z - w * y) * s, (y * z + w * x) * s, 1 - (x * x + y * y) * s}}};
    return true;
}

}  // namespace detail

/// Finds the transform from places back to indices. \returns false, and leaves `inverse` alone, when there is none.
[[nodiscard]] inline bool invert(const affine_transform& a, affine_transform& inverse) {
    if (!detail::invertible(a)) return false;
    const detail::matrix3 m = detail::linear_part(a), c = detail::cofactors(m);
    const double d = detail::determinant(m);
    affine_transform found;
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) found.at[i][j] = c[j][i] / d;
        found.at[i][3] = -(found.at[i][0] * a.at[0][3] + found.at[i][1] * a.at[1][3] + found.at[i][2] * a.at[2][3]);
    }
    if (!found.finite()) return false;
    inverse = found;
    return true;
}

}  // namespace ctnn
// -------------------- ctnn/io/nifti_types.hpp
/// \file
/// The types of voxels, the codes and the units of NIfTI. https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h

// -------------------- ctnn/io/npy.hpp
/// \file
/// NumPy's array files. https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

namespace ctnn {

/// The plain number types of NumPy's files.
enum class element_type : unsigned char { boolean, u1, i1, u2, i2, u4, i4, u8, i8, f4, f8 };

/// Bytes of one element.
[[nodiscard]] constexpr extent element_size(element_type type) {
    constexpr extent sizes[] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
    return sizes[static_cast<int>(type)];
}

/// Its name in NumPy: "u1", "f4".
[[nodiscard]] constexpr const char* element_name(element_type type) {
    constexpr const char* names[] = {"b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"};
    return names[static_cast<int>(type)];
}

/// An array of numbers: its shape, and its elements in C order (last axis contiguous) and this machine's byte order.
struct array {
    std::vector<extent> shape;
    element_type type = element_type::f4;
    byte_vector bytes;

    /// Number of elements; 1 for a scalar, whose shape is empty.
    [[nodiscard]] extent size() const { return static_cast<extent>(bytes.size()) / element_size(type); }

    /// Every element converted by static_cast; booleans are 0 and 1. A number that T cannot hold is the caller's
    /// mistake for integers from integers (it wraps) and gives the nearest bound, or 0 for NaN, for integers from
    /// floats.
    template <class T>
    [[nodiscard]] std::vector<T> as() const;
};

namespace detail {

template <class From, class To>
[[nodiscard]] To convert_element(From value) {
    if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
        if (!(value == value)) return To{0};
        // Bounds as powers of two, which are exact: the largest To itself may round up to one that does not fit.
        const From above = static_cast<From>(std::numeric_limits<To>::max() / 2 + 1) * From{2};
        if (value >= above) return std::numeric_limits<To>::max();
        if (value <= static_cast<From>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    }
    return static_cast<To>(value);
}

template <class From, class To>
void convert_elements(const byte_vector& bytes, std::vector<To>& to) {
    for (std::size_t i = 0; i < to.size(); ++i) {
        From value;
        std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
        to[i] = convert_element<From, To>(value);
    }
}

/// Calls visit(From{}) with the C++ type of an element type.
template <class Visit>
void with_element(element_type type, const Visit& visit) {
    switch (type) {
        case element_type::boolean:
        case element_type::u1:
            return visit(std::uint8_t{});
        case element_type::i1:
            return visit(std::int8_t{});
        case element_type::u2:
            return visit(std::uint16_t{});
        case element_type::i2:
            return visit(std::int16_t{});
        case element_type::u4:
            return visit(std::uint32_t{});
        case element_type::i4:
            return visit(std::int32_t{});
        case element_type::u8:
            return visit(std::uint64_t{});
        case element_type::i8:
            return visit(std::int64_t{});
        case element_type::f4:
            return visit(float{});
        case element_type::f8:
            return visit(double{});
    }
}

}  // namespace detail

template <class T>
std::vector<T> array::as() const {
    std::vector<T> values(static_cast<std::size_t>(size()));
    detail::with_element(type, [&](auto from) { detail::convert_elements<decltype(from)>(bytes, values); });
    return values;
}

/// Makes an array of numbers. \pre the product of the shape is the number of values
template <class T>
[[nodiscard]] array make_array(std::vector<extent> shape, const std::vector<T>& values) {
    array made;
    constexpr std::size_t size = sizeof(T);
    if constexpr (std::is_floating_point_v<T>)
        made.type = size == 4 ? element_type::f4 : element_type::f8;
    else if constexpr (size == 1)
        made.type = std::is_signed_v<T> ? element_type::i1 : element_type::u1;
    else if constexpr (size == 2)
        made.type = std::is_signed_v<T> ? element_type::i2 : element_type::u2;
    else if constexpr (size == 4)
        made.type = std::is_signed_v<T> ? element_type::i4 : element_type::u4;
    else
        made.type = std::is_signed_v<T> ? element_type::i8 : element_type::u8;
    made.shape = std::move(shape);
    made.bytes.resize(values.size() * size);
    if (!values.empty()) std::memcpy(made.bytes.data(), values.data(), made.bytes.size());
    return made;
}

namespace detail {

/// What the text of an .npy header says.
struct npy_header {
    std::string type;
    bool fortran = false;
    std::vector<extent> shape;
};

/// Reads the header's Python dictionary: the keys 'descr', 'fortran_order' and 'shape', each once, nothing else.
class npy_header_parser {
public:
    npy_header_parser(const char* text, extent size) : text_(text), size_(size) {}

    /// \returns null, or what is wrong at position().
    [[nodiscard]] const char* parse(npy_header& header) {
        bool has_type = false, has_order = false, has_shape = false;
        if (!take('{')) return "a dictionary";
        while (!take('}')) {
            std::string key;
            if (!string(key) || !take(':')) return "a key in quotes and a colon";
            if (key == "descr" && !has_type) {
                has_type = true;
                if (!string(header.type)) return "a plain number type in quotes (records are not read)";
            } else if (key == "fortran_order" && !has_order) {
                has_order = true;
                if (!boolean(header.fortran)) return "True or False";
            } else if (key == "shape" && !has_shape) {
                has_shape = true;
                if (!tuple(header.shape)) return "a tuple of sizes";
            } else {
                return "the keys descr, fortran_order and shape, once each";
            }
            if (!take(',') && !(skip_space(), at_ < size_ && text_[at_] == '}'))
                return "a comma or the end of the dictionary";
        }
        skip_space();
        if (at_ != size_) return "nothing behind the dictionary";
        return has_type && has_order && has_shape ? nullptr : "the keys descr, fortran_order and shape";
    }
    [[nodiscard]] extent position() const { return at_; }

private:
    void skip_space() {
        while (at_ < size_ && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
            ++at_;
    }
    bool take(char c) {
        skip_space();
        if (at_ >= size_ || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool string(std::string& value) {
        skip_space();
        if (at_ >= size_ || (text_[at_] != '\'' && text_[at_] != '"')) return false;
        const char quote = text_[at_++];
        const extent begin = at_;
        while (at_ < size_ && text_[at_] != quote && text_[at_] != '\\' && text_[at_] != '\n') ++at_;
        if (at_ >= size_ || text_[at_] != quote) return false;
        value.assign(text_ + begin, static_cast<std::size_t>(at_++ - begin));
        return true;
    }
    bool word(const char* expected) {
        const extent length = static_cast<extent>(std::strlen(expected));
        skip_space();
        if (size_ - at_ < length || std::memcmp(text_ + at_, expected, static_cast<std::size_t>(length)) != 0)
            return false;
        at_ += length;
        return true;
    }
    bool boolean(bool& value) {
        value = word("True");
        return value || word("False");
    }
    bool tuple(std::vector<extent>& shape) {
        if (!take('(')) return false;
        while (!take(')')) {
            skip_space();
            std::int64_t number = 0;
            const extent begin = at_;
            while (at_ < size_ && text_[at_] >= '0' && text_[at_] <= '9') {
                if (!checked_multiply(number, 10, number) || !checked_add(number, text_[at_] - '0', number))
                    return false;
                ++at_;
            }
            if (at_ == begin || shape.size() == 32) return false;  // NumPy itself stops at 32 axes
            if (at_ < size_ && text_[at_] == 'L') ++at_;           // Python 2 wrote 3L
            shape.push_back(static_cast<extent>(number));
            if (!take(',') && !(skip_space(), at_ < size_ && text_[at_] == ')')) return false;
        }
        return true;
    }

    const char* text_;
    extent size_;
    extent at_ = 0;
};

/// "<f4" to its element type; \returns false for what is no plain number. `swapped`: not this machine's byte order.
inline bool plain_type(const std::string& text, element_type& type, bool& swapped) {
    if (text.size() != 3) return false;
    const char order = text[0];
    if (order != '<' && order != '>' && order != '|' && order != '=') return false;
    for (int t = 0; t <= static_cast<int>(element_type::f8); ++t) {
        type = static_cast<element_type>(t);
        if (text.compare(1, 2, element_name(type)) != 0) continue;
        swapped = element_size(type) > 1 && (std::endian::native == std::endian::little ? order == '>' : order == '<');
        return order != '|' || element_size(type) == 1;
    }
    return false;
}

/// Turns column-major elements into row-major ones: walks the result in order and keeps the place of the source.
inline byte_vector from_fortran(const byte_vector& bytes, const std::vector<extent>& shape, extent size) {
    byte_vector turned(bytes.size());
    std::vector<extent> step(shape.size(), size), at(shape.size(), 0);
    for (std::size_t axis = 1; axis < shape.size(); ++axis) step[axis] = step[axis - 1] * shape[axis - 1];
    extent from = 0;
    for (extent to = 0; to < static_cast<extent>(bytes.size()); to += size) {
        std::memcpy(turned.data() + to, bytes.data() + from, static_cast<std::size_t>(size));
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            from += step[axis];
            if (++at[axis] < shape[axis]) break;
            from -= step[axis] * shape[axis];
            at[axis] = 0;
        }
    }
    return turned;
}

}  // namespace detail

/// Reads an array from the content of an .npy file; `file` is its name in errors.
///
/// Format versions 1 to 3, plain numbers (b1, u1 to u8, i1 to i8, f4, f8) in both byte orders, C and Fortran order
/// (turned into C order). Refuses objects, text, complex numbers and records as unsupported, a header above 64 KiB as
/// too_large, and data of any other length than the shape says as truncated or trailing_data, before any memory is
/// taken.
[[nodiscard]] inline result<array> parse_npy(byte_view b, const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<array> {
        if (!b.has(0, "\x93NUMPY", b.size < 6 ? b.size : 6) || b.size == 0)
            return error(b.size == 0 ? error_kind::truncated : error_kind::wrong_format, file, 0,
                         b.size == 0 ? "an empty file" : "another signature", "a NumPy array");
        if (b.size < 10) return error(error_kind::truncated, file, b.size, "the end of the file", "a NumPy header");
        if (b[6] < 1 || b[6] > 3 || b[7] != 0)
            return error(error_kind::unsupported, file, 6,
                         "version " + std::to_string(b[6]) + "." + std::to_string(b[7]), "1.0, 2.0 or 3.0");
        byte_reader reader(b, 8);
        std::uint16_t short_size = 0;
        std::uint32_t size = 0;
        if (b[6] == 1) {
            if (reader.little(short_size)) size = short_size;
        } else if (!reader.little(size)) {
            return error(error_kind::truncated, file, b.size, "the end of the file", "the size of the header");
        }
        if (size > 65536)
            return error(error_kind::too_large, file, 8, "a header of " + std::to_string(size) + " bytes",
                         "at most 65536");
        const extent begin = reader.position();
        if (!reader.skip(size))
            return error(error_kind::truncated, file, b.size, "the end of the file",
                         "a header of " + std::to_string(size) + " bytes");
        detail::npy_header header;
        detail::npy_header_parser parser(reinterpret_cast<const char*>(b.data + begin), static_cast<extent>(size));
        if (const char* expected = parser.parse(header)) {
            return error(error_kind::corrupt, file, begin + parser.position(), "another text", expected);
        }
        array out;
        bool swapped = false;
        if (!detail::plain_type(header.type, out.type, swapped))
            return error(error_kind::unsupported, file, begin, "elements of type " + header.type,
                         "plain numbers: b1, u1 to u8, i1 to i8, f4, f8");
        const extent element = element_size(out.type);
        std::int64_t bytes = 0;
        if (!checked_bytes(header.shape, element, bytes))
            return error(error_kind::corrupt, file, begin, "a shape of more than 2^63 bytes",
                         "data of the file's size");
        if (bytes != reader.left()) {
            return error(bytes > reader.left() ? error_kind::truncated : error_kind::trailing_data, file,
                         reader.position(), std::to_string(reader.left()) + " bytes of data", std::to_string(bytes));
        }
        out.shape = std::move(header.shape);
        out.bytes.assign(reader.here(), reader.here() + bytes);
        if (swapped)
            for (extent at = 0; at < bytes; at += element)
                for (extent i = 0; i < element / 2; ++i)
                    std::swap(out.bytes[static_cast<std::size_t>(at + i)],
                              out.bytes[static_cast<std::size_t>(at + element - 1 - i)]);
        if (header.fortran && out.shape.size() > 1) out.bytes = detail::from_fortran(out.bytes, out.shape, element);
        if (out.type == element_type::boolean)
            for (unsigned char& value : out.bytes) value = value != 0;
        return out;
    });
}

/// Reads an .npy file of at most `budget` bytes; see parse_npy().
[[nodiscard]] inline result<array> read_npy(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<array> {
        const result<byte_vector> bytes = read_file(path, budget);
        if (!bytes) return bytes.error();
        return parse_npy(*bytes, path);
    });
}

/// The content of an .npy file: version 1.0, C order, this machine's byte order, data at a
/// multiple of 64 bytes as NumPy places it. \pre the product of the shape is the number of elements
[[nodiscard]] inline byte_vector format_npy(const array& from) {
    const char order = element_size(from.type) == 1 ? '|' : std::endian::native == std::endian::little ? '<' : '>';
    std::string header =
        std::string("{'descr': '") + order + element_name(from.type) + "', 'fortran_order': False, 'shape': (";
    for (std::size_t i = 0; i < from.shape.size(); ++i)
        header += std::to_string(from.shape[i]) + (i + 1 < from.shape.size() ? ", " : i == 0 ? "," : "");
    header += "), }";
    while ((10 + header.size() + 1) % 64 != 0) header += ' ';
    header += '\n';
    byte_vector out;
    append_text(out, std::string("\x93NUMPY\x01", 7));
    out.push_back(0);
    append_little(out, static_cast<std::uint16_t>(header.size()));
    append_text(out, header);
    out.insert(out.end(), from.bytes.begin(), from.bytes.end());
    return out;
}

/// Writes an .npy file, crash-safe; see format_npy() and write_file().
[[nodiscard]] inline error write_npy(const std::string& path, const array& from) {
    return detail::catch_out_of_memory(path, [&]() -> error { return write_file(path, format_npy(from)); });
}

}  // namespace ctnn

namespace ctnn {

/// The types of voxels that are read and written, with the codes of the field `datatype`.
enum class nifti_type : std::int16_t {
    uint8 = 2,
    int16 = 4,
    int32 = 8,
    float32 = 16,
    float64 = 64,
    rgb24 = 128,
    int8 = 256,
    uint16 = 512,
    uint32 = 768,
    int64 = 1024,
    uint64 = 1280,
    rgba32 = 2304
};

/// What a code of the field `datatype` means.
struct nifti_type_entry {
    std::int64_t code = 0;
    const char* name = "";
    extent bytes = 0;     ///< of a voxel; 0 where voxels have no whole bytes or the type is none
    extent channels = 1;  ///< numbers of a voxel: 3 for RGB24, 4 for RGBA32
    element_type element = element_type::u1;
    bool readable = false;  ///< false: known and refused by its name
};

/// The table of all codes of the standard.
inline constexpr nifti_type_entry nifti_type_table[] = {
    {0, "unknown", 0, 1, element_type::u1, false},        {1, "binary (1 bit a voxel)", 0, 1, element_type::u1, false},
    {2, "uint8", 1, 1, element_type::u1, true},           {4, "int16", 2, 1, element_type::i2, true},
    {8, "int32", 4, 1, element_type::i4, true},           {16, "float32", 4, 1, element_type::f4, true},
    {32, "complex64", 8, 1, element_type::f4, false},     {64, "float64", 8, 1, element_type::f8, true},
    {128, "RGB24", 3, 3, element_type::u1, true},         {255, "all", 0, 1, element_type::u1, false},
    {256, "int8", 1, 1, element_type::i1, true},          {512, "uint16", 2, 1, element_type::u2, true},
    {768, "uint32", 4, 1, element_type::u4, true},        {1024, "int64", 8, 1, element_type::i8, true},
    {1280, "uint64", 8, 1, element_type::u8, true},       {1536, "float128", 16, 1, element_type::f8, false},
    {1792, "complex128", 16, 1, element_type::f8, false}, {2048, "complex256", 32, 1, element_type::f8, false},
    {2304, "RGBA32", 4, 4, element_type::u1, true},
};

/// The entry of a code, or null for a code that the standard does not have.
[[nodiscard]] constexpr const nifti_type_entry* find_nifti_type(std::int64_t code) {
    for (const nifti_type_entry& entry : nifti_type_table)
        if (entry.code == code) return &entry;
    return nullptr;
}

/// The entry of a type.
[[nodiscard]] constexpr const nifti_type_entry& nifti_type_of(nifti_type type) {
    return *find_nifti_type(static_cast<std::int64_t>(type));
}

/// The type that holds numbers of this kind, one a voxel. Booleans become uint8.
[[nodiscard]] constexpr nifti_type nifti_type_of(element_type element) {
    for (const nifti_type_entry& entry : nifti_type_table)
        if (entry.readable && entry.channels == 1 && entry.element == element)
            return static_cast<nifti_type>(entry.code);
    return nifti_type::uint8;
}

/// The unit of length that a code of `xyzt_units` means: "m", "mm", "um", or "" where none is stated.
[[nodiscard]] constexpr const char* nifti_space_unit(std::int64_t xyzt_units) {
    switch (xyzt_units & 7) {
        case 1:
            return "m";
        case 2:
            return "mm";
        case 3:
            return "um";
        default:
            return "";
    }
}

/// The unit of the fourth axis: "s", "ms", "us", "Hz", "ppm", "rad/s", or "" where none is stated.
[[nodiscard]] constexpr const char* nifti_time_unit(std::int64_t xyzt_units) {
    switch (xyzt_units & 0x38) {
        case 8:
            return "s";
        case 16:
            return "ms";
        case 24:
            return "us";
        case 32:
            return "Hz";
        case 40:
            return "ppm";
        case 48:
            return "rad/s";
        default:
            return "";
    }
}

}  // namespace ctnn

namespace ctnn {

/// A text field: as many characters as the file has for it, filled up with zeros.
template <std::size_t Length>
using nifti_text = std::array<char, Length>;

/// The text up to its first zero.
template <std::size_t Length>
[[nodiscard]] std::string to_string(const nifti_text<Length>& text) {
    std::size_t length = 0;
    while (length < Length && text[length] != '\0') ++length;
    return {text.data(), length};
}

/// Sets a text field; what is longer than the field is cut off.
template <std::size_t Length>
void set_text(nifti_text<Length>& field, const std::string& text) {
    field.fill('\0');
    std::memcpy(field.data(), text.data(), text.size() < Length ? text.size() : Length);
}

/// How stored numbers become values: slope * stored + intercept.
struct nifti_scaling {
    double slope = 1, intercept = 0;
    [[nodiscard]] bool identity() const { return slope == 1 && intercept == 0; }
};

/// All fields of NIfTI-1 and NIfTI-2 with the standard's names, as they are stored: what is out of range stays in the
/// field, and the functions below apply the rules, which are nibabel's.
struct nifti_header {
    int version = 1;          ///< 1 or 2
    bool big_endian = false;  ///< the file's byte order
    bool pair = false;        ///< header and voxels are two files, .hdr and .img

    std::array<std::int64_t, 8> dim{3, 1, 1, 1, 1, 1, 1, 1};  ///< number of axes, then extents, first axis fastest
    std::int64_t datatype = static_cast<std::int64_t>(nifti_type::float32);
    std::int64_t bitpix = 32;
    std::array<double, 8> pixdim{1, 1, 1, 1, 1, 1, 1, 1};  ///< qfac, then spacings
    std::int64_t dim_info = 0;
    double intent_p1 = 0, intent_p2 = 0, intent_p3 = 0;
    std::int64_t intent_code = 0;
    nifti_text<16> intent_name{};
    std::int64_t slice_start = 0, slice_end = 0, slice_code = 0;
    double slice_duration = 0, toffset = 0;
    double vox_offset = 0;  ///< the writer computes it anew
    double scl_slope = 1, scl_inter = 0;
    double cal_max = 0, cal_min = 0;
    std::int64_t xyzt_units = 0;
    std::int64_t qform_code = 0, sform_code = 0;
    double quatern_b = 0, quatern_c = 0, quatern_d = 0;
    double qoffset_x = 0, qoffset_y = 0, qoffset_z = 0;
    std::array<double, 4> srow_x{}, srow_y{}, srow_z{};
    nifti_text<80> descrip{};
    nifti_text<24> aux_file{};

    // NIfTI-1 only, left over from the older format.
    nifti_text<10> data_type{};
    nifti_text<18> db_name{};
    std::int64_t extents = 0, session_error = 0, regular = 0, glmax = 0, glmin = 0;
    // NIfTI-2 only.
    nifti_text<15> unused_str{};

    /// Number of axes, 1 to 7.
    [[nodiscard]] extent rank() const { return static_cast<extent>(dim[0]); }
    /// Extents, first axis fastest: (width, height, depth, time, ...).
    [[nodiscard]] std::vector<extent> shape() const { return {dim.begin() + 1, dim.begin() + 1 + rank()}; }
    /// The extent of an axis from 1 on; 1 beyond the rank.
    [[nodiscard]] extent axis(extent i) const {
        return i <= rank() ? static_cast<extent>(dim[static_cast<std::size_t>(i)]) : 1;
    }
    [[nodiscard]] std::int64_t header_bytes() const { return version == 1 ? 348 : 540; }

    /// 1, or -1 for a flipped third axis; other stored values count as 1.
    [[nodiscard]] double qfac() const { return pixdim[0] == -1 ? -1 : 1; }
    /// The spacing of an axis from 1 on: the absolute value, and 1 for what is not finite; 1 also for 0 on the three
    /// axes of space and for axes that the file does not have.
    [[nodiscard]] double spacing(extent i) const {
        if (i > rank()) return 1;
        const double value = pixdim[static_cast<std::size_t>(i)];
        if (!std::isfinite(value) || (i <= 3 && value == 0)) return 1;
        return std::abs(value);
    }
    /// Slope 0 or a slope that is not finite means no scaling.
    [[nodiscard]] nifti_scaling scaling() const {
        if (scl_slope == 0 || !std::isfinite(scl_slope)) return {};
        return {scl_slope, scl_inter};
    }
    /// The code, and 0 for what the standard does not define (0 to 5).
    [[nodiscard]] std::int64_t used_qform_code() const { return qform_code < 0 || qform_code > 5 ? 0 : qform_code; }
    [[nodiscard]] std::int64_t used_sform_code() const { return sform_code < 0 || sform_code > 5 ? 0 : sform_code; }

    /// The transform by the three rows.
    [[nodiscard]] affine_transform sform() const { return {{srow_x, srow_y, srow_z}}; }
    /// The transform by quaternion, spacings and offsets. \returns false for a quaternion longer than 1 (by more than
    /// three times the rounding of the file's type).
    [[nodiscard]] bool qform(affine_transform& to) const {
        const double slack = 3.0 * (version == 1 ? static_cast<double>(std::numeric_limits<float>::epsilon())
                                                 : std::numeric_limits<double>::epsilon());
        std::array<std::array<long double, 3>, 3> rotation{};
        if (!detail::rotation_from_quaternion(quatern_b, quatern_c, quatern_d, slack, rotation)) return false;
        const double offset[3] = {qoffset_x, qoffset_y, qoffset_z};
        // Not spacing(): the standard has three axes of space even in a file of fewer.
        for (std::size_t c = 0; c < 3; ++c) {
            const double stored = pixdim[c + 1];
            const double step = !std::isfinite(stored) || stored == 0 ? 1 : std::abs(stored);
            const double length = c == 2 ? step * qfac() : step;
            for (std::size_t r = 0; r < 3; ++r)
                to.at[r][c] = static_cast<double>(rotation[r][c] * static_cast<long double>(length));
        }
        for (std::size_t r = 0; r < 3; ++r) to.at[r][3] = offset[r];
        return true;
    }
    /// The transform of a file that states none: spacings, first axis to the left, the middle of the volume at 0.
    [[nodiscard]] affine_transform base_transform() const {
        affine_transform a;
        for (std::size_t i = 0; i < 3; ++i) {
            const extent axis_number = static_cast<extent>(i) + 1;
            const double step = i == 0 ? -spacing(axis_number) : spacing(axis_number);
            a.at[i][i] = step;
            a.at[i][3] = -static_cast<double>(axis(axis_number) - 1) / 2 * step;
        }
        return a;
    }
    /// From indices (i, j, k) of the first three axes to millimeters: sform if it has a code, else qform if it has
    /// one, else base_transform(). A quaternion that is none gives base_transform(); the reader refuses such a file.
    [[nodiscard]] affine_transform affine() const {
        if (used_sform_code() != 0) return sform();
        affine_transform a;
        if (used_qform_code() != 0 && qform(a)) return a;
        return base_transform();
    }
    /// What the space of affine() is: the code of sform or qform, or 0.
    [[nodiscard]] std::int64_t space_code() const {
        return used_sform_code() != 0 ? used_sform_code() : used_qform_code();
    }

    /// Sets sform, qform and the spacings to a transform. The qform cannot shear: with shears it is the nearest
    /// rotation and has code 0; so it has, unchanged, for a transform that cannot be inverted.
    void set_affine(const affine_transform& a, std::int64_t code) {
        srow_x = a.at[0];
        srow_y = a.at[1];
        srow_z = a.at[2];
        sform_code = code;
        qform_code = 0;
        if (!detail::invertible(a)) return;
        const std::array<double, 3> length = a.spacing();
        detail::matrix3 r = detail::rotation_of(a);
        double shear = 0;
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t row = 0; row < 3; ++row)
                shear = std::fmax(shear, std::abs(a.at[row][c] / length[c] - r[row][c]));
        pixdim[0] = detail::determinant(r) > 0 ? 1 : -1;
        for (std::size_t row = 0; row < 3; ++row) r[row][2] *= pixdim[0];
        const std::array<double, 3> q = detail::quaternion_of(r);
        quatern_b = q[0];
        quatern_c = q[1];
        quatern_d = q[2];
        qoffset_x = a.at[0][3];
        qoffset_y = a.at[1][3];
        qoffset_z = a.at[2][3];
        for (std::size_t c = 0; c < 3; ++c) pixdim[c + 1] = length[c];
        qform_code = shear < 1e-5 ? code : 0;
    }
};

}  // namespace ctnn

namespace ctnn {
namespace detail {

/// Names every field in the order of the file: fields(stored type, member) for numbers, fields(member) for text. One
/// list for reading and writing. `Header` is nifti_header, const or not.
template <class Header, class Fields>
void visit_nifti1(Header& h, Fields& fields) {
    fields(h.data_type);
    fields(h.db_name);
    fields(std::int32_t{}, h.extents);
    fields(std::int16_t{}, h.session_error);
    fields(std::uint8_t{}, h.regular);
    fields(std::uint8_t{}, h.dim_info);
    for (auto& d : h.dim) fields(std::int16_t{}, d);
    fields(float{}, h.intent_p1);
    fields(float{}, h.intent_p2);
    fields(float{}, h.intent_p3);
    fields(std::int16_t{}, h.intent_code);
    fields(std::int16_t{}, h.datatype);
    fields(std::int16_t{}, h.bitpix);
    fields(std::int16_t{}, h.slice_start);
    for (auto& p : h.pixdim) fields(float{}, p);
    fields(float{}, h.vox_offset);
    fields(float{}, h.scl_slope);
    fields(float{}, h.scl_inter);
    fields(std::int16_t{}, h.slice_end);
    fields(std::uint8_t{}, h.slice_code);
    fields(std::uint8_t{}, h.xyzt_units);
    fields(float{}, h.cal_max);
    fields(float{}, h.cal_min);
    fields(float{}, h.slice_duration);
    fields(float{}, h.toffset);
    fields(std::int32_t{}, h.glmax);
    fields(std::int32_t{}, h.glmin);
    fields(h.descrip);
    fields(h.aux_file);
    fields(std::int16_t{}, h.qform_code);
    fields(std::int16_t{}, h.sform_code);
    for (auto* q : {&h.quatern_b, &h.quatern_c, &h.quatern_d}) fields(float{}, *q);
    for (auto* q : {&h.qoffset_x, &h.qoffset_y, &h.qoffset_z}) fields(float{}, *q);
    for (auto* row : {&h.srow_x, &h.srow_y, &h.srow_z})
        for (auto& value : *row) fields(float{}, value);
    fields(h.intent_name);
}

template <class Header, class Fields>
void visit_nifti2(Header& h, Fields& fields) {
    fields(std::int16_t{}, h.datatype);
    fields(std::int16_t{}, h.bitpix);
    for (auto& d : h.dim) fields(std::int64_t{}, d);
    fields(double{}, h.intent_p1);
    fields(double{}, h.intent_p2);
    fields(double{}, h.intent_p3);
    for (auto& p : h.pixdim) fields(double{}, p);
    fields(std::int64_t{}, h.vox_offset);
    fields(double{}, h.scl_slope);
    fields(double{}, h.scl_inter);
    fields(double{}, h.cal_max);
    fields(double{}, h.cal_min);
    fields(double{}, h.slice_duration);
    fields(double{}, h.toffset);
    fields(std::int64_t{}, h.slice_start);
    fields(std::int64_t{}, h.slice_end);
    fields(h.descrip);
    fields(h.aux_file);
    fields(std::int32_t{}, h.qform_code);
    fields(std::int32_t{}, h.sform_code);
    for (auto* q : {&h.quatern_b, &h.quatern_c, &h.quatern_d}) fields(double{}, *q);
    for (auto* q : {&h.qoffset_x, &h.qoffset_y, &h.qoffset_z}) fields(double{}, *q);
    for (auto* row : {&h.srow_x, &h.srow_y, &h.srow_z})
        for (auto& value : *row) fields(double{}, value);
    fields(std::int32_t{}, h.slice_code);
    fields(std::int32_t{}, h.xyzt_units);
    fields(std::int32_t{}, h.intent_code);
    fields(h.intent_name);
    fields(std::uint8_t{}, h.dim_info);
    fields(h.unused_str);
}

/// The unsigned integer of the same size.
template <class T>
using bits_of =
    std::conditional_t<sizeof(T) == 1, std::uint8_t,
                       std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                          std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;

/// A number of any plain type from bytes in either order. \pre at points to sizeof(T) bytes
template <class T>
[[nodiscard]] T load_number(const unsigned char* at, bool big_endian) {
    const auto bits = big_endian ? load_big<bits_of<T>>(at) : load_little<bits_of<T>>(at);
    return std::bit_cast<T>(bits);
}

/// Takes the fields from bytes. \pre as many bytes as the fields have
class nifti_field_reader {
public:
    nifti_field_reader(const unsigned char* at, bool big_endian) : at_(at), big_endian_(big_endian) {}

    template <class Stored, class Member>
    void operator()(Stored, Member& member) {
        member = static_cast<Member>(load_number<Stored>(at_, big_endian_));
        at_ += sizeof(Stored);
    }
    template <std::size_t Length>
    void operator()(nifti_text<Length>& text) {
        std::memcpy(text.data(), at_, Length);
        at_ += Length;
    }

private:
    const unsigned char* at_;
    bool big_endian_;
};

/// Appends the fields to bytes; remembers the first number that its place cannot hold.
class nifti_field_writer {
public:
    nifti_field_writer(byte_vector& to, bool big_endian) : to_(&to), big_endian_(big_endian) {}

    template <class Stored, class Member>
    void operator()(Stored, const Member& member) {
        if constexpr (std::is_integral_v<Stored>) {
            // A double is compared first: 2^63, the first that no integer holds, is exact. An integer must not become
            // one: the largest would round up to 2^63.
            bool small = true;
            if constexpr (!std::is_integral_v<Member>) small = member >= -0x1p63 && member < 0x1p63;
            const std::int64_t value = small ? static_cast<std::int64_t>(member) : 0;
            if (!small || value < static_cast<std::int64_t>(std::numeric_limits<Stored>::min()) ||
                value > static_cast<std::int64_t>(std::numeric_limits<Stored>::max()))
                fits_ = false;
            append(static_cast<Stored>(value));
        } else {
            const Stored value = static_cast<Stored>(member);
            if (std::isfinite(member) && !std::isfinite(value)) fits_ = false;
            append(value);
        }
    }
    template <std::size_t Length>
    void operator()(const nifti_text<Length>& text) {
        to_->insert(to_->end(), text.begin(), text.end());
    }
    template <class Stored>
    void append(Stored value) {
        const auto bits = std::bit_cast<bits_of<Stored>>(value);
        constexpr std::size_t size = sizeof(Stored);
        for (std::size_t i = 0; i < size; ++i) {
            const std::size_t shift = 8 * (big_endian_ ? size - 1 - i : i);
            to_->push_back(static_cast<unsigned char>((std::uint64_t{bits} >> shift) & 0xffU));
        }
    }
    [[nodiscard]] bool fits() const { return fits_; }

private:
    byte_vector* to_;
    bool big_endian_;
    bool fits_ = true;
};

/// What stands in NIfTI-2's first bytes behind its size: a name, and bytes that a transfer as text would change.
inline constexpr char nifti2_magic[9] = "n+2\0\r\n\x1a\n";
inline constexpr char nifti2_pair_magic[9] = "ni2\0\r\n\x1a\n";

/// Appends a header of 348 or 540 bytes. Refuses with invalid_argument numbers that the version's fields cannot hold.
[[nodiscard]] inline error append_nifti_header(byte_vector& to, const nifti_header& h, const std::string& file) {
    nifti_field_writer fields(to, h.big_endian);
    fields.append(static_cast<std::int32_t>(h.header_bytes()));
    if (h.version == 1) {
        visit_nifti1(h, fields);
        const char* magic = h.pair ? "ni1" : "n+1";
        to.insert(to.end(), magic, magic + 4);
    } else {
        const char* magic = h.pair ? nifti2_pair_magic : nifti2_magic;
        to.insert(to.end(), magic, magic + 8);
        visit_nifti2(h, fields);
    }
    if (!fields.fits())
        return {error_kind::invalid_argument, file,
                "a number of the header does not fit NIfTI-" + std::to_string(h.version) +
                    (h.version == 1 ? " (NIfTI-2 has wider fields)" : "")};
    return {};
}

}  // namespace detail
}  // namespace ctnn

namespace ctnn::detail {

/// A header that was checked, and where its voxels are.
struct checked_nifti {
    nifti_header header;
    const nifti_type_entry* type = nullptr;
    std::int64_t offset = 0;        ///< of the first voxel in the file that holds the voxels
    std::int64_t voxels_bytes = 0;  ///< of all voxels
    std::vector<std::string> warnings;
};

/// A number in a message: 12.5, nan, -inf, 1e+30.
[[nodiscard]] inline std::string number_text(double value) {
    if (value == std::floor(value) && std::abs(value) < 1e15) return std::to_string(static_cast<std::int64_t>(value));
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

/// Finds version and byte order by the first four bytes, which are 348 or 540 in one of the two orders.
[[nodiscard]] inline error find_nifti_version(byte_view b, const std::string& file, nifti_header& h) {
    if (b.size < 4)
        return {error_kind::truncated, file, b.size, "the end of the file", "a NIfTI header of 348 or 540 bytes"};
    const auto little = load_number<std::int32_t>(b.data, false), big = load_number<std::int32_t>(b.data, true);
    h.big_endian = big == 348 || big == 540;
    const std::int32_t size = h.big_endian ? big : little;
    if (size != 348 && size != 540)
        return {error_kind::wrong_format, file, 0, "a header size of " + std::to_string(little),
                "348 (NIfTI-1) or 540 (NIfTI-2)"};
    h.version = size == 348 ? 1 : 2;
    return {};
}

/// The name of the format, or what stands in its place. Sets h.pair. \pre the whole header is there
[[nodiscard]] inline error check_nifti_magic(byte_view b, const std::string& file, bool pair, nifti_header& h) {
    const extent at = h.version == 1 ? 344 : 4, length = h.version == 1 ? 4 : 8;
    const char* single_name = h.version == 1 ? "n+1" : nifti2_magic;
    const char* pair_name = h.version == 1 ? "ni1" : nifti2_pair_magic;
    h.pair = b.has(at, pair_name, length);
    if (h.pair || b.has(at, single_name, length)) {
        if (h.pair == pair) return {};
        return {error_kind::corrupt, file, at, h.pair ? "the mark of a .hdr/.img pair" : "the mark of a single file",
                pair ? "that of a pair, as the file's name says" : "that of a single file"};
    }
    if (h.version == 2 && (b.has(at, single_name, 3) || b.has(at, pair_name, 3)))
        return {error_kind::corrupt, file, at, "NIfTI-2's name with other bytes behind it",
                "0 13 10 26 10 (a transfer as text changes them)"};
    if (h.version == 1 && b.has(at, "\0\0\0\0", 4))
        return {error_kind::unsupported, file, at, "no name of a format (an Analyze 7.5 header?)", "n+1 or ni1"};
    return {error_kind::wrong_format, file, at, "another name of a format",
            h.version == 1 ? "n+1 or ni1" : "n+2 or ni2"};
}

/// Extents and the type: their product in bytes may not exceed the budget.
[[nodiscard]] inline error check_nifti_extents(const std::string& file, std::int64_t budget, checked_nifti& c) {
    const nifti_header& h = c.header;
    const extent dim_at = h.version == 1 ? 40 : 16, dim_size = h.version == 1 ? 2 : 8;
    if (h.dim[0] < 1 || h.dim[0] > 7)
        return {error_kind::corrupt, file, dim_at, std::to_string(h.dim[0]) + " axes", "1 to 7"};
    std::int64_t voxels = 1;
    for (std::size_t i = 1; i <= static_cast<std::size_t>(h.dim[0]); ++i) {
        const extent at = dim_at + static_cast<extent>(i) * dim_size;
        if (h.dim[i] < 1)
            return {error_kind::corrupt, file, at, "an axis of extent " + std::to_string(h.dim[i]), "at least 1"};
        if (!checked_multiply(voxels, h.dim[i], voxels))
            return {error_kind::corrupt, file, at, "2^63 voxels or more", "voxels that a file can hold"};
    }
    const extent type_at = h.version == 1 ? 70 : 12;
    c.type = find_nifti_type(h.datatype);
    if (c.type == nullptr)
        return {error_kind::corrupt, file, type_at, "data type " + std::to_string(h.datatype),
                "a code of the standard"};
    if (!c.type->readable)
        return {error_kind::unsupported, file, type_at, std::string("voxels of type ") + c.type->name,
                "integers, float32, float64, RGB24 or RGBA32"};
    if (h.bitpix != 8 * c.type->bytes)
        return {error_kind::corrupt, file, type_at + 2,
                std::to_string(h.bitpix) + " bits a voxel of type " + c.type->name, std::to_string(8 * c.type->bytes)};
    if (!checked_multiply(voxels, c.type->bytes, c.voxels_bytes))
        return {error_kind::corrupt, file, dim_at, "2^63 bytes or more", "voxels that a file can hold"};
    if (c.voxels_bytes > budget)
        return {error_kind::too_large, file, dim_at, std::to_string(c.voxels_bytes) + " bytes of voxels",
                "a budget of " + std::to_string(budget)};
    return {};
}

/// Where the voxels begin: vox_offset, with 0 (not set) read as the first possible place.
[[nodiscard]] inline error check_nifti_offset(const std::string& file, checked_nifti& c) {
    const nifti_header& h = c.header;
    const extent at = h.version == 1 ? 108 : 168;
    const double offset = h.vox_offset;
    const std::int64_t first = h.pair ? 0 : h.header_bytes() + 4;
    if (!std::isfinite(offset) || offset != std::floor(offset) || offset < 0 || offset >= 0x1p62)
        return {error_kind::corrupt, file, at, "voxels at byte " + number_text(offset), "a byte of the file"};
    c.offset = static_cast<std::int64_t>(offset);
    if (c.offset == 0) c.offset = first;
    if (c.offset < first)
        return {error_kind::corrupt, file, at, "voxels at byte " + std::to_string(c.offset),
                "at least " + std::to_string(first)};
    if (c.offset % 16 != 0) c.warnings.push_back("voxels at byte " + std::to_string(c.offset) + ", no multiple of 16");
    return {};
}

/// Numbers that place and scale the voxels. What nibabel repairs is a warning; what it raises is an error.
[[nodiscard]] inline error check_nifti_numbers(const std::string& file, checked_nifti& c) {
    const nifti_header& h = c.header;
    const bool one = h.version == 1;
    for (std::size_t i = 1; i <= static_cast<std::size_t>(h.dim[0]); ++i)
        if (!std::isfinite(h.pixdim[i]) || (i <= 3 && h.pixdim[i] <= 0))
            c.warnings.push_back("pixdim[" + std::to_string(i) + "] is " + number_text(h.pixdim[i]) + ", read as " +
                                 number_text(h.spacing(static_cast<extent>(i))));
    if (h.pixdim[0] != 1 && h.pixdim[0] != -1)
        c.warnings.push_back("pixdim[0] is " + number_text(h.pixdim[0]) + ", read as 1");
    if (h.used_qform_code() != h.qform_code)
        c.warnings.push_back("qform_code " + std::to_string(h.qform_code) + " is not defined, read as 0");
    if (h.used_sform_code() != h.sform_code)
        c.warnings.push_back("sform_code " + std::to_string(h.sform_code) + " is not defined, read as 0");
    if (h.scl_slope != 0 && std::isfinite(h.scl_slope) && !std::isfinite(h.scl_inter))
        return {error_kind::not_finite, file, one ? 116 : 184,
                "a valid slope with an intercept of " + number_text(h.scl_inter), "a finite intercept"};
    if (h.used_sform_code() != 0) {
        if (!h.sform().finite())
            return {error_kind::not_finite, file, one ? 280 : 400, "a sform that is not finite", "finite rows"};
    } else if (h.used_qform_code() != 0) {
        affine_transform ignored;
        if (!h.qform(ignored))
            return {error_kind::corrupt, file, one ? 256 : 352, "a quaternion longer than 1", "a unit quaternion"};
        if (!ignored.finite())
            return {error_kind::not_finite, file, one ? 268 : 376, "a qform that is not finite", "finite offsets"};
    }
    return {};
}

/// All checks that come before the length of the file is needed. `b` holds at least the header, or the whole file if
/// that is shorter. check_nifti_extensions and check_nifti_numbers follow.
[[nodiscard]] inline error check_nifti_header(byte_view b, const std::string& file, bool pair, std::int64_t budget,
                                              checked_nifti& c) {
    nifti_header& h = c.header;
    if (error wrong = find_nifti_version(b, file, h)) return wrong;
    if (b.size < h.header_bytes())
        return {error_kind::truncated, file, b.size, "the end of the file",
                "a header of " + std::to_string(h.header_bytes()) + " bytes"};
    if (error wrong = check_nifti_magic(b, file, pair, h)) return wrong;
    if (h.version == 1) {
        nifti_field_reader fields(b.data + 4, h.big_endian);
        visit_nifti1(h, fields);
    } else {
        nifti_field_reader fields(b.data + 12, h.big_endian);
        visit_nifti2(h, fields);
    }
    if (error wrong = check_nifti_extents(file, budget, c)) return wrong;
    return check_nifti_offset(file, c);
}

}  // namespace ctnn::detail
// -------------------- ctnn/io/nifti_extension.hpp
/// \file
/// The extensions between a NIfTI header and its voxels: blocks of bytes with a code, kept as they are.

namespace ctnn {

/// A block behind the header. Codes are registered: 2 DICOM, 4 AFNI, 6 comment ...; many hold what identifies a
/// patient, see deidentify().
struct nifti_extension {
    std::int32_t code = 0;
    byte_vector content;  ///< as stored, with the zeros that fill it up

    bool operator==(const nifti_extension&) const = default;
};

namespace detail {

/// Walks the extensions in bytes [begin, end). Four bytes come first; the first of them says whether there are
/// extensions. Each is: its size with these 8 bytes, its code, its content. In a single file, room of less than 16
/// bytes holds none: real files set the flag and have no extension. A .hdr file ends behind them, so there they fill
/// the room, and one is a must. visit(code, content) is called for each that is whole.
template <class Visit>
[[nodiscard]] error walk_nifti_extensions(byte_view b, extent begin, extent end, const nifti_header& h,
                                          const std::string& file, const Visit& visit) {
    if (begin == end) return {};
    if (end - begin < 4) return {error_kind::truncated, file, end, "the end of the file", "4 bytes behind the header"};
    extent at = begin + 4;
    if (b[begin] == 0) {
        if (!h.pair || at == end) return {};
        return {error_kind::trailing_data, file, at, "bytes behind the header", "the end of the file"};
    }
    for (bool more = h.pair || end - at >= 16; more; more = end - at >= (h.pair ? 1 : 16)) {
        if (end - at < 8)
            return {error_kind::truncated, file, end, "the end of the file", "an extension of 8 bytes or more"};
        const std::int64_t size = load_number<std::int32_t>(b.data + at, h.big_endian);
        const std::string found = "an extension of " + std::to_string(size) + " bytes";
        if (size < 8) return {error_kind::corrupt, file, at, found, "at least 8"};
        if (size > end - at)
            return {h.pair ? error_kind::truncated : error_kind::corrupt, file, at, found,
                    "at most the " + std::to_string(end - at) + " that there are"};
        visit(load_number<std::int32_t>(b.data + at + 4, h.big_endian),
              byte_view(b.data + at + 8, static_cast<extent>(size - 8)));
        at += static_cast<extent>(size);
    }
    return {};
}

/// Appends the four bytes of the flag and the extensions, each filled up with zeros to a multiple of 16 bytes.
/// Refuses with invalid_argument one of 2 GiB.
[[nodiscard]] inline error append_nifti_extensions(byte_vector& to, const std::vector<nifti_extension>& extensions,
                                                   bool big_endian, const std::string& file) {
    nifti_field_writer fields(to, big_endian);
    to.insert(to.end(), {static_cast<unsigned char>(extensions.empty() ? 0 : 1), 0, 0, 0});
    for (const nifti_extension& extension : extensions) {
        const std::size_t content = extension.content.size(), size = (content + 8 + 15) / 16 * 16;
        if (size > 0x7fffffff) return {error_kind::invalid_argument, file, "an extension of 2 GiB or more"};
        fields.append(static_cast<std::int32_t>(size));
        fields.append(extension.code);
        to.insert(to.end(), extension.content.begin(), extension.content.end());
        to.resize(to.size() + size - 8 - content);
    }
    return {};
}

}  // namespace detail
}  // namespace ctnn

namespace ctnn {

/// What a NIfTI file holds.
struct nifti_image {
    nifti_header header;
    std::vector<nifti_extension> extensions;
    /// The numbers as stored, unscaled, in this machine's byte order and in the file's order: the file's first axis
    /// is fastest, so the shape is the header's backwards, (..., depth, height, width), followed by 3 or 4 for RGB24
    /// and RGBA32.
    array voxels;
    /// What was repaired while reading; empty for a clean file.
    std::vector<std::string> warnings;

    /// All values scaled: slope * stored + intercept, computed in double as nibabel does, then converted to T. Colors
    /// are not scaled.
    template <class T>
    [[nodiscard]] std::vector<T> values() const;
};

namespace detail {

/// Turns the bytes of every element around.
inline void swap_elements(byte_vector& bytes, extent element) {
    const auto size = static_cast<std::size_t>(element);
    const auto swap_as = [&]<class Bits>(Bits) {
        for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
            const Bits value = load_big<Bits>(bytes.data() + at);
            for (std::size_t i = 0; i < size; ++i)
                bytes[at + i] = static_cast<unsigned char>((std::uint64_t{value} >> (8 * i)) & 0xffU);
        }
    };
    if (element == 2)
        swap_as(std::uint16_t{});
    else if (element == 4)
        swap_as(std::uint32_t{});
    else if (element == 8)
        swap_as(std::uint64_t{});
}

/// The shape of `nifti_image::voxels`.
[[nodiscard]] inline std::vector<extent> voxel_shape(const nifti_header& h, extent channels) {
    const std::vector<extent> forward = h.shape();
    std::vector<extent> shape(forward.rbegin(), forward.rend());
    if (channels > 1) shape.push_back(channels);
    return shape;
}

/// Compares the length of the file that holds the voxels with what the header promises.
[[nodiscard]] inline error check_nifti_length(const std::string& file, std::int64_t size, const checked_nifti& c) {
    const std::int64_t left = size - c.offset, expected = c.voxels_bytes;  // both offsets are below 2^62
    if (left == expected) return {};
    const std::string found = std::to_string(left < 0 ? 0 : left) + " bytes of voxels";
    return {left < expected ? error_kind::truncated : error_kind::trailing_data, file,
            left < expected ? size : c.offset + expected, found, std::to_string(expected)};
}

/// Makes the image, whose checks are done: `bytes` is the file that holds the voxels, which it moves to its front.
[[nodiscard]] inline nifti_image finish_nifti(checked_nifti&& c, std::vector<nifti_extension>&& extensions,
                                              byte_vector&& bytes) {
    nifti_image image;
    image.voxels.type = c.type->element;
    image.voxels.shape = voxel_shape(c.header, c.type->channels);
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(c.offset));
    if (c.header.big_endian != (std::endian::native == std::endian::big))
        swap_elements(bytes, element_size(c.type->element));
    image.voxels.bytes = std::move(bytes);
    image.header = c.header;
    image.extensions = std::move(extensions);
    image.warnings = std::move(c.warnings);
    return image;
}

/// The checks behind the length, then the extensions in bytes [header, end) of the file with the header.
[[nodiscard]] inline error read_nifti_rest(byte_view b, extent end, const std::string& file, checked_nifti& c,
                                           std::vector<nifti_extension>& extensions) {
    const auto begin = static_cast<extent>(c.header.header_bytes());
    const auto check = [&](std::int32_t, byte_view content) {
        if ((content.size + 8) % 16 != 0)
            c.warnings.push_back("an extension of " + std::to_string(content.size + 8) + " bytes, no multiple of 16");
    };
    if (error wrong = walk_nifti_extensions(b, begin, end, c.header, file, check)) return wrong;
    if (error wrong = check_nifti_numbers(file, c)) return wrong;
    const auto keep = [&](std::int32_t code, byte_view content) {
        extensions.push_back({code, {content.data, content.data + content.size}});
    };
    return walk_nifti_extensions(b, begin, end, c.header, file, keep);
}

/// Unpacks a file with voxels. With `with_header`, its header is checked first; without, that has been done. Nothing
/// is unpacked behind the first byte that the header does not promise.
[[nodiscard]] inline error unpack_nifti(byte_vector& bytes, const std::string& file, bool with_header,
                                        std::int64_t budget, checked_nifti& c) {
#if defined(CTNN_WITH_ZLIB)
    const byte_vector packed = std::move(bytes);
    bytes = {};
    gzip_reader reader(packed, file);
    if (with_header) {
        if (error wrong = reader.fill(bytes, 540)) return wrong;
        if (error wrong = check_nifti_header(bytes, file, false, budget, c)) return wrong;
    }
    std::int64_t whole = 0;
    if (!checked_add(c.offset, c.voxels_bytes, whole) || c.offset > budget || whole > (std::int64_t{1} << 62))
        return {error_kind::too_large, file, "voxels at byte " + std::to_string(c.offset) + " are beyond the budget"};
    if (whole / deflate_ratio > static_cast<std::int64_t>(packed.size()))
        return {error_kind::truncated, file, 0, std::to_string(packed.size()) + " packed bytes",
                "enough for " + std::to_string(whole)};
    return reader.fill(bytes, whole + 1);
#else
    (void)bytes;
    (void)with_header;
    (void)budget;
    (void)c;
    return {error_kind::unsupported, file, 0, "gzip", "a plain file (define CTNN_WITH_ZLIB and link zlib to read it)"};
#endif
}

/// The names of a pair by the name of either: .hdr and .img, each perhaps with .gz behind.
[[nodiscard]] inline bool pair_names(const std::string& path, std::string& header, std::string& voxels) {
    for (const char* packed : {"", ".gz"})
        for (const auto& [first, second] : {std::pair{".hdr", ".img"}, std::pair{".HDR", ".IMG"}})
            for (const char* given : {first, second})
                if (path.ends_with(std::string(given) + packed)) {
                    const std::string stem = path.substr(0, path.size() - 4 - std::strlen(packed));
                    header = stem + first + packed;
                    voxels = stem + second + packed;
                    return true;
                }
    return false;
}

}  // namespace detail

/// Reads the content of a .nii or .nii.gz file; `file` is its name in errors.
///
/// Checks, in this order and before memory is taken: the header's length; its size in one of the byte orders; the
/// name of the format; 1 to 7 axes, each at least 1, their product; the type and its bits; vox_offset; the length of
/// the file; the extensions; slope, intercept and transforms. A packed file is unpacked no further than its header
/// says, and then to the end that shows its checksum. Refuses with too_large voxels of more than `budget` bytes.
[[nodiscard]] inline result<nifti_image> parse_nifti(byte_vector bytes, const std::string& file = {},
                                                     std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(file, [&]() -> result<nifti_image> {
        detail::checked_nifti c;
        if (is_gzip(bytes)) {
            if (error wrong = detail::unpack_nifti(bytes, file, true, budget, c)) return wrong;
        } else if (error wrong = detail::check_nifti_header(bytes, file, false, budget, c)) {
            return wrong;
        }
        const auto size = static_cast<std::int64_t>(bytes.size());
        if (error wrong = detail::check_nifti_length(file, size, c)) return wrong;
        std::vector<nifti_extension> extensions;
        if (error wrong = detail::read_nifti_rest(bytes, static_cast<extent>(c.offset), file, c, extensions))
            return wrong;
        return detail::finish_nifti(std::move(c), std::move(extensions), std::move(bytes));
    });
}

/// Reads the contents of a .hdr and an .img file; those whose names end in .gz are packed. See parse_nifti().
[[nodiscard]] inline result<nifti_image> parse_nifti_pair(byte_vector header, byte_vector voxels,
                                                          const std::string& header_file = {},
                                                          const std::string& voxel_file = {},
                                                          std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(header_file, [&]() -> result<nifti_image> {
        detail::checked_nifti c;
        if (header_file.ends_with(".gz")) {
            result<byte_vector> plain = gunzip(header, header_file, budget);
            if (!plain) return plain.error();
            header = *std::move(plain);
        }
        if (error wrong = detail::check_nifti_header(header, header_file, true, budget, c)) return wrong;
        if (voxel_file.ends_with(".gz"))
            if (error wrong = detail::unpack_nifti(voxels, voxel_file, false, budget, c)) return wrong;
        if (error wrong = detail::check_nifti_length(voxel_file, static_cast<std::int64_t>(voxels.size()), c))
            return wrong;
        std::vector<nifti_extension> extensions;
        const auto end = static_cast<extent>(header.size());
        if (error wrong = detail::read_nifti_rest(header, end, header_file, c, extensions)) return wrong;
        return detail::finish_nifti(std::move(c), std::move(extensions), std::move(voxels));
    });
}

/// Reads a NIfTI file of at most `budget` bytes: .nii or .nii.gz, or either file of a pair, whose other is in the same
/// folder and has the same name with .img for .hdr (.hdr.gz and .img.gz likewise). See parse_nifti().
[[nodiscard]] inline result<nifti_image> read_nifti(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<nifti_image> {
        std::string header_file, voxel_file;
        if (!detail::pair_names(path, header_file, voxel_file)) {
            result<byte_vector> bytes = read_file(path, budget);
            if (!bytes) return bytes.error();
            return parse_nifti(*std::move(bytes), path, budget);
        }
        result<byte_vector> header = read_file(header_file, budget);
        if (!header) return header.error();
        result<byte_vector> voxels = read_file(voxel_file, budget);
        if (!voxels) return voxels.error();
        return parse_nifti_pair(*std::move(header), *std::move(voxels), header_file, voxel_file, budget);
    });
}

template <class T>
std::vector<T> nifti_image::values() const {
    const nifti_type_entry* type = find_nifti_type(header.datatype);
    const nifti_scaling scaling = type != nullptr && type->channels == 1 ? header.scaling() : nifti_scaling{};
    if (scaling.identity()) return voxels.as<T>();
    std::vector<T> to(static_cast<std::size_t>(voxels.size()));
    detail::with_element(voxels.type, [&](auto stored) {
        using stored_type = decltype(stored);
        for (std::size_t i = 0; i < to.size(); ++i) {
            std::memcpy(&stored, voxels.bytes.data() + i * sizeof(stored_type), sizeof(stored_type));
            const double product = static_cast<double>(stored) * scaling.slope;
            to[i] = detail::convert_element<double, T>(product + scaling.intercept);
        }
    });
    return to;
}

}  // namespace ctnn

namespace ctnn {

/// What a label map may hold.
struct label_rules {
    std::int64_t classes = 0;                 ///< labels are below this; 0: any that fits 32 bits
    std::optional<std::int32_t> ignore = {};  ///< a value besides, negative or not: voxels that count for nothing
};

namespace detail {

/// "(3, 0, 12)": the indices of a voxel in the file's order, first axis first.
[[nodiscard]] inline std::string voxel_text(const nifti_header& h, std::size_t at) {
    std::string text = "(";
    auto rest = static_cast<extent>(at);
    for (extent i = 1; i <= h.rank(); ++i) {
        text += (i > 1 ? ", " : "") + std::to_string(rest % h.axis(i));
        rest /= h.axis(i);
    }
    return text + ")";
}

}  // namespace detail

/// The labels of an image, scaled if it has a slope; integers of every size stay exact. Refuses with corrupt, naming
/// the voxel and its value, what is no whole number, NaN, negative, not below rules.classes, or beyond 32 bits, unless
/// it is rules.ignore; with unsupported colors, which are no labels.
[[nodiscard]] inline result<std::vector<std::int32_t>> nifti_labels(const nifti_image& image,
                                                                    const label_rules& rules = {},
                                                                    const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<std::vector<std::int32_t>> {
        const nifti_header& h = image.header;
        const nifti_type_entry* type = find_nifti_type(h.datatype);
        if (type == nullptr || type->channels != 1)
            return error(error_kind::unsupported, file, "labels are numbers, not colors");
        const nifti_scaling scaling = h.scaling();
        constexpr std::int64_t most = std::numeric_limits<std::int32_t>::max();
        const std::int64_t above = rules.classes > 0 && rules.classes < most ? rules.classes : most + 1;
        std::vector<std::int32_t> labels(static_cast<std::size_t>(image.voxels.size()));
        error wrong;
        detail::with_element(image.voxels.type, [&](auto stored) {
            using stored_type = decltype(stored);
            for (std::size_t i = 0; i < labels.size(); ++i) {
                std::memcpy(&stored, image.voxels.bytes.data() + i * sizeof(stored_type), sizeof(stored_type));
                // Every integer below 2^53 is exact in double, and what is above is no label; so is the comparison.
                const double product = static_cast<double>(stored) * scaling.slope;
                const double value = scaling.identity() ? static_cast<double>(stored) : product + scaling.intercept;
                const bool ignored = rules.ignore && value == static_cast<double>(*rules.ignore);
                if (!ignored && !(value >= 0 && value < static_cast<double>(above) && value == std::floor(value))) {
                    wrong = error(error_kind::corrupt, file, -1,
                                  "label " + detail::number_text(value) + " at voxel " + detail::voxel_text(h, i),
                                  "a whole number from 0 to " + std::to_string(above - 1));
                    return;
                }
                labels[i] = static_cast<std::int32_t>(value);
            }
        });
        if (wrong) return wrong;
        return labels;
    });
}

}  // namespace ctnn
// -------------------- ctnn/io/nifti_write.hpp
/// \file
/// Writing NIfTI files: the header's fields as they stand, plain or packed, crash-safe.

namespace ctnn {

/// The bytes of a NIfTI file or pair.
struct nifti_content {
    byte_vector header;  ///< of a .hdr file; of a single file all of it
    byte_vector voxels;  ///< of an .img file; of a single file empty
};

/// An image of numbers, one a voxel: `voxels` of shape (..., depth, height, width), placed by a transform that has the
/// code 2 ("aligned"), millimeters. Version 1, or 2 where an axis is longer than 32767.
/// \pre 1 to 7 axes, each at least 1
[[nodiscard]] inline nifti_image make_nifti(array voxels, const affine_transform& affine = {}) {
    nifti_image image;
    nifti_header& h = image.header;
    h.dim[0] = static_cast<std::int64_t>(voxels.shape.size());
    for (std::size_t i = 0; i < voxels.shape.size() && i < 7; ++i) {
        h.dim[i + 1] = voxels.shape[voxels.shape.size() - 1 - i];
        if (h.dim[i + 1] > 32767) h.version = 2;
    }
    const nifti_type type = nifti_type_of(voxels.type);
    h.datatype = static_cast<std::int64_t>(type);
    h.bitpix = 8 * nifti_type_of(type).bytes;
    h.xyzt_units = 2;
    h.set_affine(affine, 2);
    image.voxels = std::move(voxels);
    return image;
}

/// The content of the file, or with `pair` of the two files: every field as it stands in the header, in its version
/// and byte order, except vox_offset, which is the first possible place behind the extensions (0 in a pair).
///
/// Refuses with invalid_argument a header that does not describe the voxels (axes, type, bits), a version other than 1
/// and 2, and numbers that the version's fields cannot hold; and, as the reader does, with not_finite or corrupt an
/// intercept or a transform in use that is none.
[[nodiscard]] inline result<nifti_content> format_nifti(const nifti_image& image, bool pair = false,
                                                        const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<nifti_content> {
        nifti_header h = image.header;
        h.pair = pair;
        const auto refuse = [&](const std::string& why) { return error(error_kind::invalid_argument, file, why); };
        const nifti_type_entry* type = find_nifti_type(h.datatype);
        if (h.version != 1 && h.version != 2) return refuse("NIfTI has the versions 1 and 2");
        if (h.dim[0] < 1 || h.dim[0] > 7) return refuse("a NIfTI file has 1 to 7 axes");
        if (type == nullptr || !type->readable || h.bitpix != 8 * type->bytes)
            return refuse("datatype or bitpix is none that is written");
        std::int64_t bytes = 0;
        if (detail::voxel_shape(h, type->channels) != image.voxels.shape ||
            (image.voxels.type != type->element &&
             !(image.voxels.type == element_type::boolean && type->element == element_type::u1)) ||
            !checked_bytes(image.voxels.shape, element_size(type->element), bytes) || bytes < 1 ||
            bytes != static_cast<std::int64_t>(image.voxels.bytes.size()))
            return refuse("the header does not describe the voxels");
        detail::checked_nifti numbers;
        numbers.header = h;
        if (error wrong = detail::check_nifti_numbers(file, numbers)) return wrong;
        std::int64_t offset = h.header_bytes() + 4;
        for (const nifti_extension& e : image.extensions)
            offset += (static_cast<std::int64_t>(e.content.size()) + 8 + 15) / 16 * 16;
        h.vox_offset = h.pair ? 0 : static_cast<double>(offset);
        if (h.version == 1 && static_cast<double>(static_cast<float>(h.vox_offset)) != h.vox_offset)
            return refuse("extensions of more than 16 MiB need NIfTI-2");

        nifti_content to;
        to.header.reserve(static_cast<std::size_t>(h.pair ? offset : offset + bytes));
        if (error wrong = detail::append_nifti_header(to.header, h, file)) return wrong;
        // A .hdr file without extensions ends with its header.
        if (!h.pair || !image.extensions.empty())
            if (error wrong = detail::append_nifti_extensions(to.header, image.extensions, h.big_endian, file))
                return wrong;
        if (h.big_endian == (std::endian::native == std::endian::big)) {
            byte_vector& into = h.pair ? to.voxels : to.header;
            into.insert(into.end(), image.voxels.bytes.begin(), image.voxels.bytes.end());
        } else {
            to.voxels = image.voxels.bytes;
            detail::swap_elements(to.voxels, element_size(type->element));
            if (!h.pair) {
                to.header.insert(to.header.end(), to.voxels.begin(), to.voxels.end());
                to.voxels = {};
            }
        }
        return to;
    });
}

/// Writes a NIfTI file, crash-safe; see format_nifti() and write_file(). The name decides: .nii, or .hdr or .img for a
/// pair, each packed if it ends in .gz. Of a pair both files are written beside the old ones before either is replaced;
/// each is replaced in one step, the two are not.
[[nodiscard]] inline error write_nifti(const std::string& path, const nifti_image& image) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        std::string header_file = path, voxel_file;
        const bool pair = detail::pair_names(path, header_file, voxel_file);
        const bool packed = path.ends_with(".gz");
        if (!pair && !path.ends_with(".nii") && !path.ends_with(".nii.gz"))
            return {error_kind::invalid_argument, path, "a NIfTI file is named .nii, .hdr or .img, perhaps with .gz"};
        result<nifti_content> content = format_nifti(image, pair, path);
        if (!content) return content.error();
        for (byte_vector* part : {&content->header, &content->voxels}) {
            if (!packed || (part == &content->voxels && !pair)) continue;
            result<byte_vector> small = gzip(*part, path);
            if (!small) return small.error();
            *part = *std::move(small);
        }
        if (!pair) return write_file(path, content->header);
        detail::replacement_file voxels, header;
        if (error failed = voxels.write(voxel_file, content->voxels)) return failed;
        if (error failed = header.write(header_file, content->header)) return failed;
        if (error failed = voxels.replace()) return failed;
        return header.replace();
    });
}

}  // namespace ctnn

namespace ctnn {

/// A grid of voxels in space.
struct volume_grid {
    extent depth = 0, height = 0, width = 0;  ///< extents of NIfTI's axes k, j, i
    affine_transform affine;                  ///< from indices (i, j, k) = (column, row, slice) to millimeters

    /// The extents in the order of `affine`: (width, height, depth).
    [[nodiscard]] std::array<extent, 3> size() const { return {width, height, depth}; }
    /// The extents in the order of memory: (depth, height, width).
    [[nodiscard]] std::array<extent, 3> extents() const { return {depth, height, width}; }
    [[nodiscard]] extent positions() const { return depth * height * width; }
    bool operator==(const volume_grid&) const = default;
};

/// Do two grids of the same extents lie at the same place? No corner is farther from its other than a tenth of a voxel.
[[nodiscard]] inline bool same_place(const volume_grid& a, const volume_grid& b) {
    if (a.extents() != b.extents()) return false;
    const std::array<double, 3> spacing = a.affine.spacing();
    const double slack = 0.1 * std::fmin(spacing[0], std::fmin(spacing[1], spacing[2]));
    const std::array<extent, 3> size = a.size();
    for (int corner = 0; corner < 8; ++corner) {
        std::array<double, 3> index{};
        for (std::size_t n = 0; n < 3; ++n) index[n] = ((corner >> n) & 1) != 0 ? static_cast<double>(size[n] - 1) : 0;
        const std::array<double, 3> p = a.affine(index), q = b.affine(index);
        if (!(std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]) <= slack)) return false;
    }
    return true;
}

/// A volume of T: float for an image, std::int32_t for labels.
template <class T>
struct basic_volume {
    volume_grid grid;
    extent channels = 1;
    std::vector<T> values;  ///< (depth, height, width, channels), channels contiguous

    // What the file says besides; write_volume() writes it back.
    nifti_header header;
    std::vector<nifti_extension> extensions;

    /// \pre inside the volume
    [[nodiscard]] const T& at(extent z, extent y, extent x, extent channel = 0) const {
        return values[static_cast<std::size_t>(((z * grid.height + y) * grid.width + x) * channels + channel)];
    }
    [[nodiscard]] T& at(extent z, extent y, extent x, extent channel = 0) {
        return values[static_cast<std::size_t>(((z * grid.height + y) * grid.width + x) * channels + channel)];
    }
    /// The distance between voxels along width, height and depth, in millimeters (or the header's unit).
    [[nodiscard]] std::array<double, 3> spacing() const { return grid.affine.spacing(); }

    /// The values as a network of this shape reads them, without a copy. Refuses other extents with shape_mismatch;
    /// fit_to() makes them fit.
    template <static_shape Shape>
    [[nodiscard]] result<tensor_view<Shape, const T>> view() const {
        constexpr dims d = dims_of<Shape>;
        if (d.depth() != grid.depth || d.height() != grid.height || d.width() != grid.width || d.channels() != channels)
            return error(error_kind::shape_mismatch,
                         "a volume of " + std::to_string(grid.depth) + " x " + std::to_string(grid.height) + " x " +
                             std::to_string(grid.width) + " x " + std::to_string(channels) + " where a network takes " +
                             std::to_string(d.depth()) + " x " + std::to_string(d.height()) + " x " +
                             std::to_string(d.width()) + " x " + std::to_string(d.channels()));
        return tensor_view<Shape, const T>(values.data());
    }
};

/// Gray values, colors or time points, scaled, as a network reads them.
using volume = basic_volume<float>;
/// Classes of voxels.
using label_volume = basic_volume<std::int32_t>;

namespace detail {

/// Axes of a file in which channels come last, (channel, position), turned to (position, channel); each item is
/// `inner` numbers, the colors of a voxel.
template <class T>
[[nodiscard]] std::vector<T> channels_last(std::vector<T> values, extent channels, extent inner) {
    if (channels == 1) return values;
    std::vector<T> turned(values.size());
    const extent positions = static_cast<extent>(values.size()) / (channels * inner);
    for (extent c = 0; c < channels; ++c)
        for (extent p = 0; p < positions; ++p)
            for (extent n = 0; n < inner; ++n)
                turned[static_cast<std::size_t>((p * channels + c) * inner + n)] =
                    values[static_cast<std::size_t>((c * positions + p) * inner + n)];
    return turned;
}

/// The inverse of channels_last() for one number an item.
template <class T>
[[nodiscard]] std::vector<T> channels_first(const std::vector<T>& values, extent channels) {
    if (channels == 1) return values;
    std::vector<T> turned(values.size());
    const extent positions = static_cast<extent>(values.size()) / channels;
    for (extent p = 0; p < positions; ++p)
        for (extent c = 0; c < channels; ++c)
            turned[static_cast<std::size_t>(c * positions + p)] = values[static_cast<std::size_t>(p * channels + c)];
    return turned;
}

template <class T>
[[nodiscard]] basic_volume<T> volume_from(const nifti_image& image, std::vector<T>&& values) {
    const nifti_header& h = image.header;
    basic_volume<T> to;
    to.grid = {h.axis(3), h.axis(2), h.axis(1), h.affine()};
    const extent inner = find_nifti_type(h.datatype)->channels;
    const extent times = static_cast<extent>(values.size()) / (to.grid.positions() * inner);
    to.channels = times * inner;
    to.values = channels_last(std::move(values), times, inner);
    to.header = h;
    to.extensions = image.extensions;
    return to;
}

}  // namespace detail

/// The image's scaled values as float. Axes 4 to 7 become channels, fastest axis first; colors are the channels of
/// their voxel. Whole numbers above 2^24 are rounded to float.
/// \pre the image comes from a reader or from make_nifti()
[[nodiscard]] inline volume to_volume(const nifti_image& image) {
    return detail::volume_from(image, image.values<float>());
}

/// The image's labels; see nifti_labels(), which says what is refused.
[[nodiscard]] inline result<label_volume> to_label_volume(const nifti_image& image, const label_rules& rules = {},
                                                          const std::string& file = {}) {
    result<std::vector<std::int32_t>> labels = nifti_labels(image, rules, file);
    if (!labels) return labels.error();
    return detail::volume_from(image, *std::move(labels));
}

/// Reads a NIfTI file as a volume; see read_nifti().
[[nodiscard]] inline result<volume> read_volume(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<volume> {
        const result<nifti_image> image = read_nifti(path, budget);
        if (!image) return image.error();
        return to_volume(*image);
    });
}

/// Reads a NIfTI file of labels; see read_nifti() and nifti_labels().
[[nodiscard]] inline result<label_volume> read_labels(const std::string& path, const label_rules& rules = {},
                                                      std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<label_volume> {
        const result<nifti_image> image = read_nifti(path, budget);
        if (!image) return image.error();
        return to_label_volume(*image, rules, path);
    });
}

/// The volume as a NIfTI image: float32, or for labels the smallest of uint8, int16 and int32 that holds them all;
/// unscaled; several channels are the fourth axis, or the axes that the header has if they hold as many. The header's
/// other fields stay. If the volume lies where the header says, the header's transforms stay; else sform and qform are
/// set to the volume's, with the code that the header had, or 2 ("aligned").
/// \pre values.size() is positions * channels
template <class T>
[[nodiscard]] nifti_image to_nifti(const basic_volume<T>& from) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::int32_t>);
    nifti_image image;
    image.extensions = from.extensions;
    nifti_header& h = image.header = from.header;
    const nifti_type_entry* stored = find_nifti_type(h.datatype);
    extent times = stored != nullptr ? stored->channels : 1;
    for (extent i = 4; i <= 7; ++i) times *= h.axis(i);
    if (times != from.channels || (stored != nullptr && stored->channels > 1)) {
        h.dim = {from.channels > 1 ? 4 : 3, 1, 1, 1, from.channels, 1, 1, 1};
    }
    h.dim[0] = h.dim[0] < 3 ? 3 : h.dim[0];
    h.dim[1] = from.grid.width;
    h.dim[2] = from.grid.height;
    h.dim[3] = from.grid.depth;
    for (std::size_t i = 1; i <= 4; ++i)
        if (h.dim[i] > 32767) h.version = 2;
    if (!(h.affine() == from.grid.affine)) h.set_affine(from.grid.affine, h.space_code() == 0 ? 2 : h.space_code());
    h.scl_slope = 1;
    h.scl_inter = 0;

    const std::vector<extent> shape = detail::voxel_shape(h, 1);
    const std::vector<T> values = detail::channels_first(from.values, from.channels);
    if constexpr (std::is_floating_point_v<T>) {
        image.voxels = make_array(shape, values);
    } else {
        T low = 0, high = 0;
        for (const T value : values) {
            low = value < low ? value : low;
            high = value > high ? value : high;
        }
        if (low >= 0 && high <= 255)
            image.voxels = make_array(shape, std::vector<std::uint8_t>(values.begin(), values.end()));
        else if (low >= -32768 && high <= 32767)
            image.voxels = make_array(shape, std::vector<std::int16_t>(values.begin(), values.end()));
        else
            image.voxels = make_array(shape, values);
    }
    const nifti_type type = nifti_type_of(image.voxels.type);
    h.datatype = static_cast<std::int64_t>(type);
    h.bitpix = 8 * nifti_type_of(type).bytes;
    return image;
}

/// Writes a volume as .nii, .nii.gz or a pair; see to_nifti() and write_nifti().
template <class T>
[[nodiscard]] error write_volume(const std::string& path, const basic_volume<T>& from) {
    return detail::catch_out_of_memory(path, [&]() -> error { return write_nifti(path, to_nifti(from)); });
}

}  // namespace ctnn

namespace ctnn {

/// Where a grid lies on another: voxel p of the first, along (depth, height, width), is voxel p + shift of the second.
struct volume_placement {
    std::array<extent, 3> from{}, to{};  ///< extents of both
    std::array<extent, 3> shift{};       ///< positive where the second is filled up, negative where it cuts
};

/// The middle of one grid on the middle of the other; where the difference is odd, the larger half comes behind.
[[nodiscard]] constexpr volume_placement centered_placement(const std::array<extent, 3>& from,
                                                            const std::array<extent, 3>& to) {
    volume_placement p{from, to, {}};
    for (std::size_t n = 0; n < 3; ++n) {
        const extent difference = to[n] - from[n];
        p.shift[n] = difference >= 0 ? difference / 2 : -(-difference / 2);
    }
    return p;
}

namespace detail {

/// Copies the voxels that both grids have; with `back`, from the second to the first. Row by row.
template <class T>
void copy_common(const basic_volume<T>& from, basic_volume<T>& to, const volume_placement& p, bool back) {
    std::array<extent, 3> begin{}, end{};
    for (std::size_t n = 0; n < 3; ++n) {
        begin[n] = std::max<extent>(0, -p.shift[n]);
        end[n] = std::min(p.from[n], p.to[n] - p.shift[n]);
    }
    if (begin[2] >= end[2]) return;
    for (extent z = begin[0]; z < end[0]; ++z)
        for (extent y = begin[1]; y < end[1]; ++y) {
            const extent sz = back ? p.shift[0] : 0, sy = back ? p.shift[1] : 0, sx = back ? p.shift[2] : 0;
            const T* row = &from.at(z + sz, y + sy, begin[2] + sx);
            T* place = &to.at(z + p.shift[0] - sz, y + p.shift[1] - sy, begin[2] + p.shift[2] - sx);
            std::copy(row, row + (end[2] - begin[2]) * from.channels, place);
        }
}

}  // namespace detail

/// The volume on the placement's second grid, `fill` where it has no voxel. The transform follows, so every voxel
/// stays at its place in the patient. Refuses with shape_mismatch a volume of other extents than placement.from, with
/// invalid_argument a second grid without voxels, with too_large one of more than `budget` bytes.
template <class T>
[[nodiscard]] result<basic_volume<T>> place(const basic_volume<T>& from, const volume_placement& placement,
                                            T fill = T{}, std::int64_t budget = default_budget) {
    if (from.grid.extents() != placement.from)
        return error(error_kind::shape_mismatch, "the placement is for a volume of other extents");
    const auto [depth, height, width] = placement.to;
    if (depth < 1 || height < 1 || width < 1)
        return error(error_kind::invalid_argument, "a volume has at least one voxel on each axis");
    std::int64_t bytes = 0;
    if (!checked_bytes({depth, height, width, from.channels}, sizeof(T), bytes) || bytes > budget)
        return error(error_kind::too_large, "the volume is beyond the budget of " + std::to_string(budget) + " bytes");
    basic_volume<T> to;
    to.grid = {depth, height, width, from.grid.affine};
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t n = 0; n < 3; ++n)
            to.grid.affine.at[r][3] -= from.grid.affine.at[r][n] * static_cast<double>(placement.shift[2 - n]);
    to.channels = from.channels;
    to.header = from.header;
    to.extensions = from.extensions;
    to.values.assign(static_cast<std::size_t>(depth * height * width * from.channels), fill);
    detail::copy_common(from, to, placement, false);
    return to;
}

/// Puts a volume of the placement's second grid back onto the first: voxels that were filled up are dropped, and those
/// that were cut keep the value that `onto` has there. Grid, header and extensions are those of `onto`. Refuses with
/// shape_mismatch volumes of other extents or numbers of channels.
template <class T>
[[nodiscard]] result<basic_volume<T>> place_back(const basic_volume<T>& placed, const volume_placement& placement,
                                                 basic_volume<T> onto) {
    if (placed.grid.extents() != placement.to || onto.grid.extents() != placement.from ||
        placed.channels != onto.channels)
        return error(error_kind::shape_mismatch, "the placement is for volumes of other extents or channels");
    detail::copy_common(placed, onto, placement, true);
    return onto;
}

/// An empty volume of a grid, for place_back(): what a network gives for the voxels of `like`.
template <class T, class Other>
[[nodiscard]] basic_volume<T> blank_like(const basic_volume<Other>& like, extent channels = 1, T fill = T{}) {
    basic_volume<T> to;
    to.grid = like.grid;
    to.channels = channels;
    to.header = like.header;
    to.extensions = like.extensions;
    to.values.assign(static_cast<std::size_t>(like.grid.positions() * channels), fill);
    return to;
}

/// The volume cut and filled up around its middle to the extents of a static shape<D, H, W, C>, whose channels must be
/// the volume's (shape_mismatch). centered_placement() of the two extents leads back; see place_back().
template <static_shape Shape, class T>
[[nodiscard]] result<basic_volume<T>> fit_to(const basic_volume<T>& from, T fill = T{}) {
    constexpr dims d = dims_of<Shape>;
    static_assert(d.rank == 4, "ctnn: a volume's shape is shape<D, H, W, C>");
    if (d.channels() != from.channels)
        return error(error_kind::shape_mismatch, "a volume of " + std::to_string(from.channels) +
                                                     " channels where a network takes " + std::to_string(d.channels()));
    const std::array<extent, 3> to{d.depth(), d.height(), d.width()};
    return place(from, centered_placement(from.grid.extents(), to), fill);
}

}  // namespace ctnn
// -------------------- ctnn/data/volume_orientation.hpp
/// \file
/// Orientation of volumes: which way the axes go in the patient, and turning a volume so that they go another way.

namespace ctnn {

/// The directions in which the axes (i, j, k) = (column, row, slice) of a transform grow, out of right, left, anterior,
/// posterior, superior and inferior: "RAS" when columns go to the right, rows to the front and slices to the top.
///
/// Of the six ways to give x, y and z to the axes it is the one with the largest sum of cosines, after shears are taken
/// out. nibabel takes the largest cosine of the first axis, then of the second; that is the same unless an axis lies
/// near the middle between two directions, but there it depends on the order of the axes, so that a volume turned and
/// turned back would not be the same.
/// \returns "" when the transform cannot be inverted
[[nodiscard]] inline std::string orientation(const affine_transform& affine) {
    if (!detail::invertible(affine)) return {};
    const detail::matrix3 r = detail::rotation_of(affine);
    constexpr std::size_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    double most = -1;
    std::size_t best = 0;
    for (std::size_t o = 0; o < 6; ++o) {
        double sum = 0;
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const std::size_t row = orders[o][axis];
            // The product decides ties, such as turns by 45 degrees, by what no order or direction of axes changes.
            sum += std::abs(r[row][axis]) + 1e-6 * r[row][axis] * r[(row + 1) % 3][axis];
        }
        if (sum <= most) continue;
        most = sum;
        best = o;
    }
    std::string code;
    for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::size_t row = orders[best][axis];
        code += (r[row][axis] < 0 ? "LPI" : "RAS")[row];
    }
    return code;
}

template <class T>
[[nodiscard]] std::string orientation(const basic_volume<T>& v) {
    return orientation(v.grid.affine);
}

namespace detail {

/// Which of x, y and z a letter names, and in which direction. \returns false for another letter
[[nodiscard]] inline bool direction_of(char letter, std::size_t& axis, bool& positive) {
    const std::string up = "RAS", down = "LPI";
    positive = up.find(letter) != std::string::npos;
    axis = positive ? up.find(letter) : down.find(letter);
    return axis != std::string::npos;
}

}  // namespace detail

/// The same voxels in another order, so that the axes (column, row, slice) go as the code says: "RAS", "LPS" or any
/// other of the 48. No value changes; the transform follows, so every voxel stays at its place in the patient.
///
/// Refuses with invalid_argument a code that does not name the three directions once each, and a volume whose
/// transform cannot be inverted.
template <class T>
[[nodiscard]] result<basic_volume<T>> reorient(const basic_volume<T>& from, const std::string& code) {
    const std::string now = orientation(from);
    if (now.empty()) return error(error_kind::invalid_argument, "the volume's transform cannot be inverted");
    std::array<std::size_t, 3> source{};     // the new axis n is the old axis source[n] ...
    std::array<bool, 3> flipped{}, named{};  // ... backwards
    for (std::size_t n = 0; n < 3; ++n) {
        std::size_t wanted = 3, have = 3;
        bool wanted_up = false, have_up = false;
        if (code.size() != 3 || !detail::direction_of(code[n], wanted, wanted_up) || std::exchange(named[wanted], true))
            return error(error_kind::invalid_argument,
                         "orientation '" + code + "': one each of R or L, A or P, S or I in any order, such as RAS");
        for (std::size_t axis = 0; axis < 3; ++axis) {
            (void)detail::direction_of(now[axis], have, have_up);
            if (have != wanted) continue;
            source[n] = axis;
            flipped[n] = have_up != wanted_up;
        }
    }

    basic_volume<T> to;
    const std::array<extent, 3> old_size = from.grid.size();
    const std::array<extent, 3> old_step{from.channels, from.channels * from.grid.width,
                                         from.channels * from.grid.width * from.grid.height};
    std::array<extent, 3> size{}, step{};
    extent first = 0;
    affine_transform old_index;  // from new indices to old ones
    old_index.at = {};
    for (std::size_t n = 0; n < 3; ++n) {
        const std::size_t axis = source[n];
        size[n] = old_size[axis];
        step[n] = flipped[n] ? -old_step[axis] : old_step[axis];
        if (flipped[n]) first += (size[n] - 1) * old_step[axis];
        old_index.at[axis][n] = flipped[n] ? -1 : 1;
        old_index.at[axis][3] = flipped[n] ? static_cast<double>(size[n] - 1) : 0;
    }
    to.grid = {size[2], size[1], size[0], compose(from.grid.affine, old_index)};
    to.channels = from.channels;
    to.header = from.header;
    to.extensions = from.extensions;
    to.values.resize(from.values.size());
    std::size_t at = 0;
    for (extent z = 0; z < size[2]; ++z)
        for (extent y = 0; y < size[1]; ++y)
            for (extent x = 0; x < size[0]; ++x) {
                const extent voxel = first + x * step[0] + y * step[1] + z * step[2];
                for (extent c = 0; c < from.channels; ++c)
                    to.values[at++] = from.values[static_cast<std::size_t>(voxel + c)];
            }
    return to;
}

}  // namespace ctnn
// -------------------- ctnn/data/volume_resample.hpp
/// \file
/// Volumes on other grids: linear between voxels for images, the nearest voxel for labels.

namespace ctnn {

namespace detail {

/// Where a coordinate falls on an axis of voxels: between `low` and `low + 1`, `part` of the way.
struct axis_place {
    extent low = 0;
    double part = 0;
    bool inside = false;
};

/// A voxel reaches half a step to both sides; beyond the middle of the outermost one its value goes on. Coordinates
/// closer than 1e-6 to a middle are that middle, so that equal grids copy.
[[nodiscard]] inline axis_place place_on_axis(double at, extent size) {
    const double last = static_cast<double>(size - 1);
    if (!(at >= -0.5 - 1e-6 && at <= last + 0.5 + 1e-6)) return {};
    if (const double middle = std::round(at); std::abs(at - middle) < 1e-6) at = middle;
    at = at < 0 ? 0 : at > last ? last : at;
    const double low = std::floor(at);
    return {static_cast<extent>(low), at - low, true};
}

/// One value between eight voxels; those of weight 0 are not read, so that NaN stays where it is.
template <class T>
[[nodiscard]] T linear_value(const basic_volume<T>& v, const std::array<axis_place, 3>& p, extent channel) {
    double sum = 0;
    for (extent corner = 0; corner < 8; ++corner) {
        const extent dx = corner & 1, dy = (corner >> 1) & 1, dz = corner >> 2;
        const double weight = (dx != 0 ? p[0].part : 1 - p[0].part) * (dy != 0 ? p[1].part : 1 - p[1].part) *
                              (dz != 0 ? p[2].part : 1 - p[2].part);
        if (weight != 0)
            sum += weight * static_cast<double>(v.at(p[2].low + dz, p[1].low + dy, p[0].low + dx, channel));
    }
    return static_cast<T>(sum);
}

}  // namespace detail

/// The volume on another grid: for each of the grid's voxels the value at its place in space, linear for floating
/// types and the nearest voxel for integers (halfway between: the upper); `outside` where the volume has no voxel.
/// Values are not averaged when the grid is coarser.
///
/// Refuses with invalid_argument a transform that cannot be inverted and a grid without voxels, with too_large a
/// result of more than `budget` bytes.
template <class T>
[[nodiscard]] result<basic_volume<T>> resample_to(const basic_volume<T>& from, const volume_grid& grid, T outside = T{},
                                                  std::int64_t budget = default_budget) {
    affine_transform to_index;
    if (!invert(from.grid.affine, to_index) || !detail::invertible(grid.affine))
        return error(error_kind::invalid_argument, "a transform that cannot be inverted has no grid");
    if (grid.depth < 1 || grid.height < 1 || grid.width < 1)
        return error(error_kind::invalid_argument, "a grid has at least one voxel on each axis");
    std::int64_t bytes = 0;
    if (!checked_bytes({grid.depth, grid.height, grid.width, from.channels}, sizeof(T), bytes) || bytes > budget)
        return error(error_kind::too_large, "a grid of " + std::to_string(grid.depth) + " x " +
                                                std::to_string(grid.height) + " x " + std::to_string(grid.width) +
                                                " voxels is beyond the budget of " + std::to_string(budget) + " bytes");
    const affine_transform step = compose(to_index, grid.affine);
    basic_volume<T> to;
    to.grid = grid;
    to.channels = from.channels;
    to.header = from.header;
    to.extensions = from.extensions;
    to.values.assign(static_cast<std::size_t>(grid.positions() * from.channels), outside);
    const std::array<extent, 3> size = from.grid.size();
    std::size_t at = 0;
    for (extent z = 0; z < grid.depth; ++z)
        for (extent y = 0; y < grid.height; ++y)
            for (extent x = 0; x < grid.width; ++x, at += static_cast<std::size_t>(from.channels)) {
                const auto index = step({static_cast<double>(x), static_cast<double>(y), static_cast<double>(z)});
                std::array<detail::axis_place, 3> p;
                for (std::size_t n = 0; n < 3; ++n) p[n] = detail::place_on_axis(index[n], size[n]);
                if (!p[0].inside || !p[1].inside || !p[2].inside) continue;
                for (extent c = 0; c < from.channels; ++c) {
                    T& value = to.values[at + static_cast<std::size_t>(c)];
                    if constexpr (std::is_floating_point_v<T>) {
                        value = detail::linear_value(from, p, c);
                    } else {
                        const auto nearest = [](const detail::axis_place& a) {
                            return a.low + (a.part >= 0.5 - 1e-6 ? 1 : 0);
                        };
                        value = from.at(nearest(p[2]), nearest(p[1]), nearest(p[0]), c);
                    }
                }
            }
    return to;
}

/// The grid with the same axes and another spacing (along width, height and depth) that covers the same box of space:
/// each axis gets the number of voxels that is nearest to its length, at least 1, and the middle of the box stays.
/// Refuses with invalid_argument spacings that are not positive and finite or too fine, and a transform that cannot be
/// inverted.
[[nodiscard]] inline result<volume_grid> with_spacing(const volume_grid& from, const std::array<double, 3>& spacing) {
    if (!detail::invertible(from.affine))
        return error(error_kind::invalid_argument, "the volume's transform cannot be inverted");
    const std::array<double, 3> now = from.affine.spacing();
    const std::array<extent, 3> old_size = from.size();
    std::array<extent, 3> size{};
    volume_grid to;
    for (std::size_t n = 0; n < 3; ++n) {
        const double count = static_cast<double>(old_size[n]) * now[n] / spacing[n];
        if (!(spacing[n] > 0) || !std::isfinite(spacing[n]) || !(count < 1e9))
            return error(error_kind::invalid_argument, "a spacing of " + detail::number_text(spacing[n]) +
                                                           " mm; it is positive, for at most 1e9 voxels");
        size[n] = count < 1 ? 1 : static_cast<extent>(std::round(count));
        for (std::size_t r = 0; r < 3; ++r) to.affine.at[r][n] = from.affine.at[r][n] / now[n] * spacing[n];
    }
    for (std::size_t r = 0; r < 3; ++r) {
        double middle = from.affine.at[r][3];
        for (std::size_t n = 0; n < 3; ++n)
            middle += from.affine.at[r][n] * static_cast<double>(old_size[n] - 1) / 2 -
                      to.affine.at[r][n] * static_cast<double>(size[n] - 1) / 2;
        to.affine.at[r][3] = middle;
    }
    to.width = size[0];
    to.height = size[1];
    to.depth = size[2];
    return to;
}

/// The volume with another spacing (along width, height and depth); see with_spacing() and resample_to().
template <class T>
[[nodiscard]] result<basic_volume<T>> resample_to_spacing(const basic_volume<T>& from,
                                                          const std::array<double, 3>& spacing,
                                                          std::int64_t budget = default_budget) {
    const result<volume_grid> grid = with_spacing(from.grid, spacing);
    if (!grid) return grid.error();
    return resample_to(from, *grid, T{}, budget);
}

}  // namespace ctnn

namespace ctnn {

/// Shapes that a volume can be brought to: shape<D, H, W, C>.
template <class Input>
concept volume_shape = static_shape<Input> && dims_of<Input>
.rank == 4;

namespace detail {

/// The value below which a share of the values lies: that of rank share * (count - 1), rounded down.
/// \pre there are values, all finite
[[nodiscard]] inline float percentile(std::vector<float>& values, double share) {
    const auto rank = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
    std::nth_element(values.begin(), values.begin() + rank, values.end());
    return values[static_cast<std::size_t>(rank)];
}

/// Brings the values of one channel to 0 to 1.
inline void rescale(volume& v, extent channel, const volume_preparation& by) {
    double low = by.low, high = by.high;
    const auto step = static_cast<std::size_t>(v.channels), first = static_cast<std::size_t>(channel);
    if (low == high) {
        std::vector<float> values;
        values.reserve(v.values.size() / step);
        for (std::size_t i = first; i < v.values.size(); i += step) values.push_back(v.values[i]);
        low = static_cast<double>(percentile(values, 0.01));
        high = static_cast<double>(percentile(values, 0.99));
    }
    for (std::size_t i = first; i < v.values.size(); i += step) {
        const double level = high > low ? (static_cast<double>(v.values[i]) - low) / (high - low) : 0;
        v.values[i] = static_cast<float>(std::clamp(level, 0.0, 1.0));
    }
}

}  // namespace detail

/// The volume turned to RAS, resampled, and with values from 0 to 1. Refuses what reorient() and resample_to_spacing()
/// refuse, and NaN and infinity with not_finite.
[[nodiscard]] inline result<volume> prepare(const volume& from, const volume_preparation& by) {
    result<volume> turned = reorient(from, "RAS");
    if (!turned) return turned.error();
    volume v = std::move(*turned);
    if (by.resamples()) {
        result<volume> resampled = resample_to_spacing(v, by.spacing);
        if (!resampled) return resampled.error();
        v = std::move(*resampled);
    }
    for (std::size_t i = 0; i < v.values.size(); ++i)
        if (!std::isfinite(v.values[i])) {
            const auto at = static_cast<extent>(i) / v.channels;
            return error(error_kind::not_finite, "NaN or infinity, turned to RAS at voxel (" +
                                                     std::to_string(at % v.grid.width) + ", " +
                                                     std::to_string(at / v.grid.width % v.grid.height) + ", " +
                                                     std::to_string(at / (v.grid.width * v.grid.height)) + ")");
        }
    for (extent channel = 0; channel < v.channels; ++channel) detail::rescale(v, channel, by);
    return v;
}

/// Writes a prepared volume, cut or filled up with 0 around its middle. Refuses what fit_to() refuses.
template <volume_shape Input, class T>
[[nodiscard]] error write_prepared(const volume& prepared, const input_scaling& scaling, T* to) {
    const result<volume> fitted = fit_to<Input>(prepared);
    if (!fitted) return fitted.error();
    for (const float value : fitted->values)
        *to++ = static_cast<T>(static_cast<double>(value) * scaling.factor + scaling.shift);
    return {};
}

/// Writes a volume as a network of this input sees it.
///
///     takes    a volume of any orientation, spacing and extents with the input's number of channels
///     gives    Input::size numbers, [slice][row][column][channel]: slices go to the top, rows to the front, columns to
///              the right (RAS); x = value * factor + shift, where the preparation made value from 0 to 1
///     converts the spacing by resample_to_spacing(); the extents by cutting or filling up around the middle, with what
///              value 0 becomes; each channel's values by themselves
///     refuses  what prepare() refuses, and another number of channels as shape_mismatch
template <volume_shape Input, class T>
[[nodiscard]] error write_volume_input(const volume& from, const volume_preparation& preparation,
                                       const input_scaling& scaling, T* to) {
    if (from.channels != dims_of<Input>.channels())
        return {error_kind::shape_mismatch, "a volume of " + std::to_string(from.channels) +
                                                " channels where a network takes " +
                                                std::to_string(dims_of<Input>.channels())};
    const result<volume> v = prepare(from, preparation);
    if (!v) return v.error();
    return write_prepared<Input>(*v, scaling, to);
}

}  // namespace ctnn

namespace ctnn {

/// How the volumes of a data set are read.
struct volume_folder_options {
    volume_preparation preparation{};             ///< orientation, spacing, values from 0 to 1
    input_scaling scaling{};                      ///< x = value * factor + shift
    std::int64_t file_budget = default_budget;    ///< bytes of one volume
    std::int64_t budget = std::int64_t{4} << 30;  ///< bytes of the data set in memory
};

/// list_class_folder() of volumes: files that end with .nii, .nii.gz or .hdr.
[[nodiscard]] inline result<class_listing> list_volume_folder(const std::string& root,
                                                              const std::vector<std::string>& class_names = {}) {
    return list_class_folder(root, volume_files, class_names);
}

/// list_class_splits() of volumes.
[[nodiscard]] inline result<class_listing_splits> list_volume_splits(const std::string& root, seed start) {
    return list_class_splits(root, volume_files, start);
}

/// Reads one file as a network of this input sees it; see read_volume() and write_volume_input(). Errors name the file.
template <volume_shape Input, class T>
[[nodiscard]] error read_volume_input(const std::string& file, const volume_folder_options& options, T* to) {
    const result<volume> v = read_volume(file, options.file_budget);
    if (!v) return v.error();
    const error failed = write_volume_input<Input>(*v, options.preparation, options.scaling, to);
    return failed ? error(failed.kind(), file, failed.message()) : error{};
}

/// Reads the volumes of a listing into a data set.
///
///     gives     inputs by write_volume_input(), labels and class names of the listing, in its order
///     refuses   with too_large more than the budget, before anything is read; otherwise what read_volume_input()
///               refuses. With `skipped`, a file that cannot be read is no failure: it leaves the listing, and its
///               error is appended there; only when no volume is left it is invalid_argument
///
///     auto listing = ctnn::list_volume_folder("volumes/train");
///     auto train = ctnn::read_volumes<net::input>(*listing, {.preparation = {.spacing = {1, 1, 1}}});
template <volume_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_volumes(class_listing& listing, const volume_folder_options& options = {},
                                                     std::vector<error>* skipped = nullptr) {
    return detail::read_listing<Input, T>(
        listing, "volumes", options.budget, skipped,
        [&](const std::string& file, T* to) { return read_volume_input<Input>(file, options, to); });
}

/// Reads a folder whose subfolders are classes; see list_volume_folder() and read_volumes().
template <volume_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_volume_folder(const std::string& root,
                                                           const volume_folder_options& options = {},
                                                           std::vector<error>* skipped = nullptr) {
    result<class_listing> listing = list_volume_folder(root);
    if (!listing) return listing.error();
    return read_volumes<Input, T>(*listing, options, skipped);
}

}  // namespace ctnn

namespace ctnn {

namespace detail {

/// A label map on the grid of its prepared image, cut and filled up in the same way.
template <volume_shape Input>
[[nodiscard]] result<label_volume> fitted_labels(const label_volume& labels, const volume_grid& grid,
                                                 std::int32_t outside) {
    result<label_volume> turned = reorient(labels, "RAS");
    if (!turned) return turned.error();
    constexpr dims d = dims_of<Input>;
    const volume_placement placement = centered_placement(grid.extents(), {d.depth(), d.height(), d.width()});
    if (turned->grid == grid) return place(*turned, placement, outside);
    const result<label_volume> resampled = resample_to(*turned, grid, outside);
    if (!resampled) return resampled.error();
    return place(*resampled, placement, outside);
}

}  // namespace detail

/// Reads volumes and label maps of list_label_pairs() or read_decathlon() into a data set.
///
///     gives     inputs by write_volume_input(); labels [sample][slice][row][column], of the nearest voxel where the
///               preparation resamples, and `outside` where the network's grid reaches beyond the volume
///     refuses   with too_large more than the budget, before anything is read; otherwise what read_volume_input() and
///               read_labels() refuse, and with shape_mismatch a label map of other extents, of several channels or at
///               another place than its volume (same_place()). With `skipped`, such a pair is no failure: it leaves the
///               pairs, and its error is appended there
///
///     auto task = ctnn::read_decathlon("Task04_Hippocampus/dataset.json");
///     auto train = ctnn::read_labeled_volumes<net::input>(task->training, {}, {.classes = 3});
template <volume_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_labeled_volumes(label_pairs& pairs,
                                                             const volume_folder_options& options = {},
                                                             const label_rules& rules = {}, std::int32_t outside = 0,
                                                             std::vector<error>* skipped = nullptr) {
    return detail::read_pairs<Input, T>(
        pairs, "volumes", options.budget, skipped, [&](std::size_t i, T* inputs, std::int32_t* to) -> error {
            const result<volume> v = read_volume(pairs.images[i], options.file_budget);
            if (!v) return v.error();
            const result<label_volume> labels = read_labels(pairs.labels[i], rules, options.file_budget);
            if (!labels) return labels.error();
            if (labels->channels != 1 || !same_place(v->grid, labels->grid))
                return {error_kind::shape_mismatch, pairs.labels[i],
                        "has other extents than " + pairs.images[i] + ", several channels, or lies at another place"};
            const auto in = [](const std::string& file, const error& failed) {
                return error(failed.kind(), file, failed.message());
            };
            const result<volume> prepared = prepare(*v, options.preparation);
            if (!prepared) return in(pairs.images[i], prepared.error());
            const result<label_volume> fitted = detail::fitted_labels<Input>(*labels, prepared->grid, outside);
            if (!fitted) return in(pairs.labels[i], fitted.error());
            if (error failed = write_prepared<Input>(*prepared, options.scaling, inputs))
                return in(pairs.images[i], failed);
            for (const std::int32_t label : fitted->values) *to++ = label;
            return {};
        });
}

}  // namespace ctnn
// -------------------- ctnn/data/left_out.hpp
/// \file
/// What did not come into a data set, and why.

namespace ctnn {

/// The errors that readers of data sets append to `skipped` and `left_out`, as text: a line that counts, then a line
/// each; empty when nothing was left out.
///
///     std::vector<ctnn::error> skipped;
///     auto train = ctnn::read_volumes<net::input>(*listing, {}, &skipped);
///     std::fputs(ctnn::left_out_report(skipped).c_str(), stderr);
[[nodiscard]] inline std::string left_out_report(const std::vector<error>& left_out) {
    if (left_out.empty()) return {};
    std::string text = std::to_string(left_out.size());
    text += left_out.size() == 1 ? " file left out:\n" : " files left out:\n";
    for (const error& why : left_out) {
        text += "  ";
        text += why.message();
        text += '\n';
    }
    return text;
}

}  // namespace ctnn
// -------------------- ctnn/data/volume_deidentify.hpp
/// \file
/// Clearing what a NIfTI header says about a patient besides the voxels, and voxels that show a face.
///
/// No promise of anonymity: names of files, what is burnt into voxels and the anatomy itself stay.

namespace ctnn {

/// Clears the texts descrip, aux_file, intent_name, db_name, data_type and unused_str, and all extensions, which may
/// hold anything, whole DICOM headers among it. Texts count to their last byte: what stands behind a zero goes too.
/// \returns what was cleared, a line each ("descrip: 11 characters"), never the content; empty when there was nothing
[[nodiscard]] inline std::vector<std::string> deidentify(nifti_header& h, std::vector<nifti_extension>& extensions) {
    std::vector<std::string> cleared;
    const auto clear = [&](const char* name, auto& text) {
        std::size_t characters = 0;
        for (const char c : text) characters += c != '\0';
        if (characters > 0) cleared.push_back(std::string(name) + ": " + std::to_string(characters) + " characters");
        text.fill('\0');
    };
    clear("descrip", h.descrip);
    clear("aux_file", h.aux_file);
    clear("intent_name", h.intent_name);
    clear("db_name", h.db_name);
    clear("data_type", h.data_type);
    clear("unused_str", h.unused_str);
    for (const nifti_extension& e : extensions)
        cleared.push_back("extension of code " + std::to_string(e.code) + ": " + std::to_string(e.content.size()) +
                          " bytes");
    extensions.clear();
    return cleared;
}

/// The same for an image.
[[nodiscard]] inline std::vector<std::string> deidentify(nifti_image& image) {
    return deidentify(image.header, image.extensions);
}

/// The same for a volume.
template <class T>
[[nodiscard]] std::vector<std::string> deidentify(basic_volume<T>& v) {
    return deidentify(v.header, v.extensions);
}

/// Clears the header and sets every channel of the voxels to `blank` where the mask is not 0; the report ends with
/// their number. Refuses with shape_mismatch, and changes nothing, a mask with other extents, of several channels, or
/// at another place: a corner that lies farther off than a tenth of a voxel.
template <class T>
[[nodiscard]] result<std::vector<std::string>> deidentify(basic_volume<T>& v, const label_volume& mask, T blank = T{}) {
    if (mask.grid.size() != v.grid.size() || mask.channels != 1)
        return error(error_kind::shape_mismatch, "the mask has other extents than the volume, or several channels");
    if (!same_place(v.grid, mask.grid))
        return error(error_kind::shape_mismatch, "the mask lies at another place than the volume");
    std::vector<std::string> cleared = deidentify(v);
    extent blanked = 0;
    for (std::size_t p = 0; p < mask.values.size(); ++p) {
        if (mask.values[p] == 0) continue;
        ++blanked;
        for (extent c = 0; c < v.channels; ++c)
            v.values[p * static_cast<std::size_t>(v.channels) + static_cast<std::size_t>(c)] = blank;
    }
    cleared.push_back("voxels: " + std::to_string(blanked) + " blanked");
    return cleared;
}

}  // namespace ctnn
// -------------------- ctnn/data/volume_slice.hpp
/// \file
/// Slices of volumes as images.

// -------------------- ctnn/io/image_types.hpp
/// \file
/// Images as numbers, and the conversions between them, each by a stated formula.

// -------------------- ctnn/io/image_format.hpp
/// \file
/// Which format a file is, by its first bytes: the four that are read, and those that are refused by name.

namespace ctnn {

/// The image formats that ctnn reads.
enum class image_format : unsigned char { png, jpeg, bmp, pnm };

namespace detail {

struct signature {
    const char* bytes;
    extent size;
    extent at;
    const char* name;
};

/// Formats that are known and refused. Order matters where one begins like another.
inline constexpr signature other_formats[] = {
    {"GIF8", 4, 0, "a GIF file"},
    {"8BPS", 4, 0, "a Photoshop file"},
    {"#?RADIANCE", 10, 0, "a Radiance HDR file"},
    {"#?RGBE", 6, 0, "a Radiance HDR file"},
    {"\x53\x80\xF6\x34", 4, 0, "a Softimage PIC file"},
    {"WEBP", 4, 8, "a WebP file"},
    {"II*\0", 4, 0, "a TIFF file"},
    {"MM\0*", 4, 0, "a TIFF file"},
    {"II+\0", 4, 0, "a BigTIFF file"},
    {"DICM", 4, 128, "a DICOM file (convert it with dcm2niix)"},
    {"n+1\0", 4, 344, "a NIfTI file (a volume, not an image)"},
    {"ni1\0", 4, 344, "a NIfTI header (a volume, not an image)"},
    {"n+2\0", 4, 4, "a NIfTI-2 file (a volume, not an image)"},
    {"\x1f\x8b", 2, 0, "a gzip file (perhaps a .nii.gz volume)"},
    {"PK\x03\x04", 4, 0, "a zip file (perhaps an .npz)"},
    {"\x93NUMPY", 6, 0, "a NumPy array"},
    {"\0\0\0\x0CjP  ", 8, 0, "a JPEG 2000 file"},
    {"\xFF\x4F\xFF\x51", 4, 0, "a JPEG 2000 code stream"},
    {"\xFF\x0A", 2, 0, "a JPEG XL file"},
    {"ftypavif", 8, 4, "an AVIF file"},
    {"ftypheic", 8, 4, "an HEIC file"},
    {"ftyp", 4, 4, "a video or HEIF file"},
    {"%PDF", 4, 0, "a PDF file"},
    {"\x89HDF\r\n", 6, 0, "an HDF5 file"},
    {"\x8AMNG", 4, 0, "an MNG file"},
    {"P7\n", 3, 0, "a PAM file (convert it to binary PNM, P5 or P6)"},
    {"Pf\n", 3, 0, "a PFM file of floating-point numbers"},
    {"PF\n", 3, 0, "a PFM file of floating-point numbers"},
};

/// A TGA file has no signature: an optional footer, otherwise a header whose few fields all make sense.
inline bool looks_like_tga(byte_view b) {
    if (b.size >= 26 && b.has(b.size - 18, "TRUEVISION-XFILE.", 17)) return true;
    if (b.size < 18) return false;
    const int map = b[1], kind = b[2] & ~8, bits = b[16];
    if (map > 1 || (b[2] & ~0xB) != 0 || kind < 1 || kind > 3 || (kind == 1) != (map == 1)) return false;
    return bits == 8 || bits == 15 || bits == 16 || bits == 24 || bits == 32;
}

inline bool looks_like_text(byte_view b) {
    const extent looked_at = b.size < 512 ? b.size : 512;
    for (extent i = 0; i < looked_at; ++i) {
        const unsigned char c = b[i];
        if (c < 32 && c != '\n' && c != '\r' && c != '\t' && c != '\f') return false;
    }
    return true;
}

/// Does a file of fewer bytes than the signature agree with it so far?
inline bool begins_like(byte_view b, const char* text, extent length) {
    return b.has(0, text, b.size < length ? b.size : length);
}

}  // namespace detail

/// Names the format of an image file by its content; the file's name plays no part.
///
/// Refuses with truncated an empty file or a piece of a signature, with unsupported what is known but not read (GIF,
/// TGA, Photoshop, HDR, PIC, WebP, TIFF, DICOM, NIfTI, JPEG 2000 ...; the message names it), with wrong_format all
/// else.
[[nodiscard]] inline result<image_format> identify_image(byte_view bytes, const std::string& file = {}) {
    const auto refuse = [&](error_kind kind, const char* found) {
        return error(kind, file, 0, found, "a PNG, JPEG, BMP or binary PNM image");
    };
    if (bytes.size == 0) return refuse(error_kind::truncated, "an empty file");
    if (bytes.has(0, "\x89PNG\r\n\x1a\n", 8)) return image_format::png;
    if (bytes.has(0, "\xFF\xD8\xFF", 3)) return image_format::jpeg;
    if (bytes.has(0, "BM", 2) && !(bytes.size > 6 && detail::looks_like_text(bytes))) return image_format::bmp;
    if (bytes.size >= 3 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6') &&
        (bytes[2] == ' ' || bytes[2] == '\n' || bytes[2] == '\t' || bytes[2] == '\r' || bytes[2] == '#'))
        return image_format::pnm;
    if (detail::begins_like(bytes, "\x89PNG\r\n\x1a\n", 8) || detail::begins_like(bytes, "\xFF\xD8\xFF", 3) ||
        (bytes.size < 2 && (bytes[0] == 'B' || bytes[0] == 'P')) ||
        (bytes.size == 2 && (bytes.has(0, "P5", 2) || bytes.has(0, "P6", 2))))
        return refuse(error_kind::truncated, "the first bytes of an image alone");
    if (bytes[0] == 0x89 && bytes.has(1, "PNG", 3))
        return refuse(error_kind::corrupt, "a PNG signature that a transfer in text mode has damaged");
    for (const detail::signature& other : detail::other_formats)
        if (bytes.has(other.at, other.bytes, other.size)) return refuse(error_kind::unsupported, other.name);
    if (bytes.size >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '4' &&
        detail::looks_like_text({bytes.data, 3}))
        return refuse(error_kind::unsupported,
                      "a PNM file of text or of single bits (P1 to P4; convert it to P5 or P6)");
    if (detail::looks_like_text(bytes)) return refuse(error_kind::wrong_format, "text");
    if (detail::looks_like_tga(bytes)) return refuse(error_kind::unsupported, "a TGA file");
    return refuse(error_kind::wrong_format, "an unknown format");
}

}  // namespace ctnn

namespace ctnn {

/// An image as a file holds it: pixels (height, width, channels), channels contiguous; gray has 1 channel, color 3
/// (red, green, blue). Values are those of the file, 0 to `maximum`, so 16 bits stay 16 bits; gamma and color
/// profiles are not applied.
struct image {
    extent height = 0, width = 0, channels = 0;
    extent maximum = 255;  ///< the value of full brightness: 255, 65535, or what a PNM file states
    std::vector<std::uint16_t> pixels;

    // What the file was, so that no conversion is silent.
    image_format format = image_format::png;
    extent file_channels = 0;    ///< 1 gray, 2 gray and alpha, 3 color, 4 color and alpha
    bool palette = false;        ///< colors were looked up in a table
    extent orientation = 1;      ///< the EXIF orientation of the file, 1 to 8; 1 is upright
    bool alpha_removed = false;  ///< the file has an alpha channel, which is not part of `pixels`

    /// \pre inside the image
    [[nodiscard]] std::uint16_t at(extent y, extent x, extent channel) const {
        return pixels[static_cast<std::size_t>((y * width + x) * channels + channel)];
    }
};

/// An image as a network reads it: values (height, width, channels), channels contiguous.
struct float_image {
    extent height = 0, width = 0, channels = 0;
    std::vector<float> values;

    /// \pre inside the image
    [[nodiscard]] float at(extent y, extent x, extent channel) const {
        return values[static_cast<std::size_t>((y * width + x) * channels + channel)];
    }
};

/// Values from 0 to 1: pixel / maximum, so 255 and 65535 both become 1.
[[nodiscard]] inline float_image to_float(const image& from) {
    float_image to{from.height, from.width, from.channels, std::vector<float>(from.pixels.size())};
    const float maximum = static_cast<float>(from.maximum);
    for (std::size_t i = 0; i < from.pixels.size(); ++i) to.values[i] = static_cast<float>(from.pixels[i]) / maximum;
    return to;
}

/// Brightness of a color, ITU-R BT.601: Y = 0.299 R + 0.587 G + 0.114 B, rounded to nearest, exact in integers.
[[nodiscard]] constexpr std::uint16_t luma(std::uint16_t red, std::uint16_t green, std::uint16_t blue) {
    // At most 1000 * 65535 + 500 < 2^32.
    return static_cast<std::uint16_t>((299U * red + 587U * green + 114U * blue + 500U) / 1000U);
}

/// Color to gray by luma(). A gray image stays as it is.
inline void make_gray(image& picture) {
    if (picture.channels != 3) return;
    const std::size_t positions = picture.pixels.size() / 3;
    for (std::size_t i = 0; i < positions; ++i)
        picture.pixels[i] = luma(picture.pixels[3 * i], picture.pixels[3 * i + 1], picture.pixels[3 * i + 2]);
    picture.pixels.resize(positions);
    picture.channels = 1;
}

/// Gray to color: the value three times. A color image stays as it is.
inline void make_color(image& picture) {
    if (picture.channels != 1) return;
    const std::size_t positions = picture.pixels.size();
    picture.pixels.resize(3 * positions);
    for (std::size_t i = positions; i-- > 0;) {
        const std::uint16_t value = picture.pixels[i];
        picture.pixels[3 * i] = picture.pixels[3 * i + 1] = picture.pixels[3 * i + 2] = value;
    }
    picture.channels = 3;
}

/// Turns and mirrors the pixels so that the image stands as its EXIF orientation says; a picture of orientation 1 is
/// left alone. The table is that of TIFF 6.0, tag 274: where the file's row 0 and column 0 belong.
inline void make_upright(image& picture) {
    const extent o = picture.orientation;
    if (o < 2 || o > 8) return;
    const bool swapped = o >= 5;
    const extent h = swapped ? picture.width : picture.height, w = swapped ? picture.height : picture.width;
    const extent c = picture.channels;
    std::vector<std::uint16_t> turned(picture.pixels.size());
    for (extent y = 0; y < h; ++y) {
        for (extent x = 0; x < w; ++x) {
            extent row = swapped ? x : y, column = swapped ? y : x;
            if (o == 3 || o == 4 || o == 7 || o == 8) {
                if (swapped)
                    column = picture.width - 1 - column;
                else
                    row = picture.height - 1 - row;
            }
            if (o == 2 || o == 3 || o == 6 || o == 7) {
                if (swapped)
                    row = picture.height - 1 - row;
                else
                    column = picture.width - 1 - column;
            }
            for (extent k = 0; k < c; ++k)
                turned[static_cast<std::size_t>((y * w + x) * c + k)] = picture.at(row, column, k);
        }
    }
    picture.pixels = std::move(turned);
    picture.height = h;
    picture.width = w;
}

}  // namespace ctnn

namespace ctnn {

/// The axis that a slice stands across.
enum class volume_axis : unsigned char {
    depth,   ///< rows are the volume's height, columns its width
    height,  ///< rows are its depth, columns its width
    width    ///< rows are its depth, columns its height
};

/// Number of slices across an axis.
[[nodiscard]] inline extent slice_count(const volume_grid& grid, volume_axis axis) {
    return axis == volume_axis::depth ? grid.depth : axis == volume_axis::height ? grid.height : grid.width;
}

/// One slice, in the order of the volume: row 0 is index 0. A volume in "LPS" gives radiology's picture across depth:
/// the patient's right on the left, the front on top. Spacings are not made equal. Refuses with invalid_argument a
/// slice that the volume does not have.
[[nodiscard]] inline result<float_image> slice(const volume& from, volume_axis axis, extent index) {
    const extent count = slice_count(from.grid, axis);
    if (index < 0 || index >= count)
        return error(error_kind::invalid_argument,
                     "slice " + std::to_string(index) + " of a volume with " + std::to_string(count));
    const bool across_depth = axis == volume_axis::depth, across_height = axis == volume_axis::height;
    float_image to;
    to.height = across_depth ? from.grid.height : from.grid.depth;
    to.width = axis == volume_axis::width ? from.grid.height : from.grid.width;
    to.channels = from.channels;
    to.values.reserve(static_cast<std::size_t>(to.height * to.width * to.channels));
    for (extent row = 0; row < to.height; ++row)
        for (extent column = 0; column < to.width; ++column)
            for (extent c = 0; c < to.channels; ++c)
                to.values.push_back(across_depth    ? from.at(index, row, column, c)
                                    : across_height ? from.at(row, index, column, c)
                                                    : from.at(row, column, index, c));
    return to;
}

/// Values as bytes for a picture: `black` and below is 0, `white` and above 255, between them linear and rounded; NaN
/// is 0. Pixels are (height, width, channels). \pre black < white
[[nodiscard]] inline std::vector<unsigned char> to_bytes(const float_image& from, float black, float white) {
    std::vector<unsigned char> to;
    to.reserve(from.values.size());
    for (const float value : from.values) {
        const float level = (value - black) / (white - black);
        to.push_back(!(level > 0) ? 0 : level >= 1 ? 255 : static_cast<unsigned char>(std::lround(255 * level)));
    }
    return to;
}

}  // namespace ctnn
// -------------------- ctnn/io/checksum.hpp
/// \file
/// Checksums that find damage in files. They are no signature: who can write the file can write its checksum.

namespace ctnn {
namespace detail {

/// Eight tables, so that eight bytes are taken at once: table[k][b] is the remainder of byte b followed by k zero
/// bytes.
constexpr std::array<std::array<std::uint32_t, 256>, 8> make_crc_tables() {
    std::array<std::array<std::uint32_t, 256>, 8> table{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t remainder = b;
        for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1U) != 0 ? 0xEDB88320U : 0U);
        table[0][b] = remainder;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t b = 0; b < 256; ++b) table[k][b] = (table[k - 1][b] >> 8) ^ table[0][table[k - 1][b] & 0xffU];
    return table;
}

inline constexpr std::array<std::array<std::uint32_t, 256>, 8> crc_tables = make_crc_tables();

}  // namespace detail

/// CRC-32 as PNG, zip and gzip use it: polynomial 0xEDB88320 (reflected), start and end inverted. It finds every
/// single flipped bit and every burst of up to 32 bits. `before` continues an earlier call: crc32(b, crc32(a)).
/// https://www.w3.org/TR/png-3/#D-CRCAppendix
[[nodiscard]] inline std::uint32_t crc32(byte_view bytes, std::uint32_t before = 0) {
    const auto& t = detail::crc_tables;
    std::uint32_t crc = ~before;
    const unsigned char* at = bytes.data;
    extent left = bytes.size;
    for (; left >= 8; left -= 8, at += 8) {
        const std::uint32_t low = load_little<std::uint32_t>(at) ^ crc;
        const std::uint32_t high = load_little<std::uint32_t>(at + 4);
        crc = t[7][low & 0xffU] ^ t[6][(low >> 8) & 0xffU] ^ t[5][(low >> 16) & 0xffU] ^ t[4][low >> 24] ^
              t[3][high & 0xffU] ^ t[2][(high >> 8) & 0xffU] ^ t[1][(high >> 16) & 0xffU] ^ t[0][high >> 24];
    }
    for (; left > 0; --left, ++at) crc = (crc >> 8) ^ t[0][(crc ^ *at) & 0xffU];
    return ~crc;
}

/// Adler-32, which ends a zlib stream. https://www.rfc-editor.org/rfc/rfc1950
[[nodiscard]] inline std::uint32_t adler32(byte_view bytes) {
    std::uint32_t a = 1, b = 0;
    for (extent i = 0; i < bytes.size;) {
        // 5552 steps is the most for which b, at most 255 n (n + 1) / 2 + (n + 1) 65520, stays below 2^32.
        const extent end = bytes.size - i > 5552 ? i + 5552 : bytes.size;
        for (; i < end; ++i) {
            a += bytes[i];
            b += a;
        }
        a %= 65521;
        b %= 65521;
    }
    return (b << 16) | a;
}

/// A 64-bit hash of bytes, the same on every machine: words of 8 bytes (little-endian, the last filled up with
/// zeros), each mixed in by `h = (h xor word) * odd; h = h xor (h >> 32)`, the length first. Every step is a
/// bijection of the state, so a change inside one aligned word of 8 bytes is found with certainty, any other with
/// probability 1 - 2^-64. `before` continues an earlier call.
[[nodiscard]] inline std::uint64_t hash64(byte_view bytes, std::uint64_t before = 0) {
    constexpr std::uint64_t odd = 0x9E3779B97F4A7C15U;  // 2^64 divided by the golden ratio
    std::uint64_t h = before ^ 0xCBF29CE484222325U;
    const auto mix = [&h](std::uint64_t word) {
        h = (h ^ word) * odd;
        h ^= h >> 32;
    };
    mix(static_cast<std::uint64_t>(bytes.size));
    extent i = 0;
    for (; bytes.size - i >= 8; i += 8) mix(load_little<std::uint64_t>(bytes.data + i));
    if (i < bytes.size) {
        std::uint64_t last = 0;
        for (extent k = 0; i + k < bytes.size; ++k) last |= static_cast<std::uint64_t>(bytes[i + k]) << (8 * k);
        mix(last);
    }
    mix(0);
    return h;
}

}  // namespace ctnn
// -------------------- ctnn/io/npz.hpp
/// \file
/// NumPy's archives of named arrays, as numpy.savez and savez_compressed write them.

// -------------------- ctnn/io/zip.hpp
/// \file
/// The zip container as NumPy uses it: stored and deflated members, all checks before any memory is taken.
/// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT

namespace ctnn::detail {

/// One member of a zip file, as its central directory says.
struct zip_member {
    std::string name;
    bool deflated = false;
    std::uint32_t checksum = 0;
    extent packed = 0, size = 0;  ///< bytes in the file, and unpacked
    extent header_at = 0, data_at = 0;
};

/// Compares the header in front of a member's data with the directory, and finds the data.
inline error check_local_header(byte_view b, const std::string& file, zip_member& m, extent directory_at) {
    byte_reader reader(b, m.header_at);
    std::uint32_t signature = 0, time = 0, checksum = 0, packed = 0, size = 0;
    std::uint16_t version = 0, flags = 0, method = 0, name = 0, extra = 0;
    const bool read = reader.little(signature) && reader.little(version) && reader.little(flags) &&
                      reader.little(method) && reader.little(time) && reader.little(checksum) &&
                      reader.little(packed) && reader.little(size) && reader.little(name) && reader.little(extra);
    const auto differs = [&](const std::string& found, const char* expected) {
        return error(error_kind::corrupt, file, m.header_at, found + " before member " + m.name, expected);
    };
    if (!read || signature != 0x04034b50) return differs("no header", "the bytes PK 3 4");
    m.data_at = reader.position() + name + extra;
    if (m.data_at > directory_at || m.packed > directory_at - m.data_at)
        return differs("a member that reaches into the directory", "data before it");
    if (static_cast<std::size_t>(name) != m.name.size() || !b.has(reader.position(), m.name.data(), name))
        return differs("another name", "that of the directory");
    if (method != (m.deflated ? 8 : 0)) return differs("another method", "that of the directory");
    if ((flags & 8) != 0) return {};  // sizes and checksum follow the data; the directory has them
    std::uint64_t long_packed = packed, long_size = size;
    if (packed == 0xffffffff && size == 0xffffffff) {
        // 64-bit sizes in an extra field, which NumPy reserves for every member.
        byte_reader field(byte_view(b.data, m.data_at), reader.position() + name);
        std::uint16_t id = 0, length = 0;
        bool found = false;
        while (!found && field.little(id) && field.little(length)) {
            if (id == 1 && length >= 16)
                found = field.little(long_size) && field.little(long_packed);
            else if (!field.skip(length))
                break;
        }
        if (!found) return differs("no 64-bit sizes", "them");
    }
    if (checksum != m.checksum || long_packed != static_cast<std::uint64_t>(m.packed) ||
        long_size != static_cast<std::uint64_t>(m.size))
        return differs("another size or checksum", "those of the directory");
    return {};
}

/// Finds the end record: 22 bytes and a comment of the length that it states.
/// \returns its place, or -1
inline extent find_zip_end(byte_view b) {
    for (extent at = b.size - 22; at >= 0 && at >= b.size - 22 - 65535; --at)
        if (b.has(at, "PK\5\6", 4) && load_little<std::uint16_t>(b.data + at + 20) == b.size - at - 22) return at;
    return -1;
}

/// One entry of the central directory.
inline error read_directory_entry(const std::string& file, byte_reader& reader, zip_member& m) {
    const extent at = reader.position();
    std::uint32_t signature = 0, time = 0, packed = 0, size = 0, outside = 0, offset = 0;
    std::uint16_t made_by = 0, needed = 0, flags = 0, method = 0, name = 0, extra = 0, comment = 0, disk = 0,
                  inside = 0;
    const bool read = reader.little(signature) && reader.little(made_by) && reader.little(needed) &&
                      reader.little(flags) && reader.little(method) && reader.little(time) &&
                      reader.little(m.checksum) && reader.little(packed) && reader.little(size) &&
                      reader.little(name) && reader.little(extra) && reader.little(comment) && reader.little(disk) &&
                      reader.little(inside) && reader.little(outside) && reader.little(offset);
    const unsigned char* text = reader.here();
    if (!read || signature != 0x02014b50 || !reader.skip(std::int64_t{name} + extra + comment))
        return {error_kind::corrupt, file, at, "no whole directory entry", "the bytes PK 1 2 and an entry"};
    m.name.assign(reinterpret_cast<const char*>(text), name);
    if ((flags & 1) != 0) return {error_kind::unsupported, file, at, "an encrypted member " + m.name, "a plain one"};
    if (packed == 0xffffffff || size == 0xffffffff || offset == 0xffffffff)
        return {error_kind::unsupported, file, at, "a member " + m.name + " of 4 GiB or more", "a smaller one"};
    if (method != 0 && method != 8)
        return {error_kind::unsupported, file, at, "compression method " + std::to_string(method),
                "stored (0) or deflate (8)"};
    m.deflated = method == 8;
    m.packed = packed;
    m.size = size;
    m.header_at = offset;
    if (!m.deflated && packed != size)
        return {error_kind::corrupt, file, at, "a stored member of two sizes", "equal ones"};
    if (m.deflated && m.size / deflate_ratio > m.packed)
        return {error_kind::corrupt, file, at, "a size that deflate cannot reach", "a smaller one"};
    return {};
}

/// Reads the directory of a zip file and compares it with the members' own headers. Members may not overlap, share a
/// name or reach outside; the sum of their unpacked sizes may not exceed the budget.
[[nodiscard]] inline result<std::vector<zip_member>> read_zip_directory(byte_view b, const std::string& file,
                                                                        std::int64_t budget) {
    if (!b.has(0, "PK", b.size < 2 ? b.size : 2))
        return error(error_kind::wrong_format, file, 0, "another signature", "a zip file");
    const extent end = find_zip_end(b);
    if (end < 0)
        return error(error_kind::truncated, file, b.size, "no end of a zip directory", "one at the end of the file");
    const std::int64_t count = load_little<std::uint16_t>(b.data + end + 10);
    const std::int64_t size = load_little<std::uint32_t>(b.data + end + 12),
                       begin = load_little<std::uint32_t>(b.data + end + 16);
    if (load_little<std::uint32_t>(b.data + end + 4) != 0 || load_little<std::uint16_t>(b.data + end + 8) != count)
        return error(error_kind::unsupported, file, end + 4, "a part of a split zip file", "a whole one");
    if (count == 0xffff || size == 0xffffffff || begin == 0xffffffff)
        return error(error_kind::unsupported, file, end, "a zip file of 4 GiB or 65535 members", "a smaller one");
    if (begin > end || size != end - begin)
        return error(error_kind::corrupt, file, end + 12, "a directory of " + std::to_string(size) + " bytes",
                     std::to_string(end - begin));
    std::vector<zip_member> members;
    std::int64_t sum = 0;
    byte_reader reader(byte_view(b.data, end), static_cast<extent>(begin));
    for (std::int64_t i = 0; i < count; ++i) {
        zip_member m;
        if (error wrong = read_directory_entry(file, reader, m)) return wrong;
        if (error wrong = check_local_header(b, file, m, static_cast<extent>(begin))) return wrong;
        sum += m.size;
        if (sum > budget)
            return error(error_kind::too_large, file, m.header_at,
                         "members of more than " + std::to_string(budget) + " bytes", "a smaller sum");
        members.push_back(std::move(m));
    }
    if (reader.left() != 0)
        return error(error_kind::corrupt, file, reader.position(), "more than " + std::to_string(count) + " entries",
                     "that many");
    std::vector<const zip_member*> order;
    for (const zip_member& m : members) order.push_back(&m);
    std::sort(order.begin(), order.end(), [](auto* x, auto* y) { return x->header_at < y->header_at; });
    for (std::size_t i = 0; i + 1 < order.size(); ++i)
        if (order[i]->data_at + order[i]->packed > order[i + 1]->header_at)
            return error(error_kind::corrupt, file, order[i + 1]->header_at, "a member inside another",
                         "members behind each other");
    std::sort(order.begin(), order.end(), [](auto* x, auto* y) { return x->name < y->name; });
    for (std::size_t i = 0; i + 1 < order.size(); ++i)
        if (order[i]->name == order[i + 1]->name)
            return error(error_kind::corrupt, file, order[i]->header_at, "two members " + order[i]->name,
                         "different names");
    return members;
}

/// Unpacks a deflate stream without header into exactly `size` bytes.
inline error inflate_exactly(byte_view packed, byte_vector& to, const std::string& file, extent at) {
#if defined(CTNN_WITH_ZLIB)
    switch (inflate_by_zlib(packed, to, bare_deflate)) {
        case inflation::whole:
            return {};
        case inflation::out_of_memory:
            return make_out_of_memory(file);
        case inflation::damaged:
            break;
    }
    return {error_kind::corrupt, file, at, "data that unpacks to another size, or not at all",
            std::to_string(to.size()) + " bytes"};
#else
    (void)packed;
    (void)to;
    return {error_kind::unsupported, file, at, "deflate",
            "stored data (define CTNN_WITH_ZLIB and link zlib to read it)"};
#endif
}

/// The content of a member, its checksum compared.
[[nodiscard]] inline result<byte_vector> read_zip_member(byte_view b, const std::string& file, const zip_member& m) {
    byte_vector content;
    if (m.deflated) {
        content.resize(static_cast<std::size_t>(m.size));
        if (error wrong = inflate_exactly({b.data + m.data_at, m.packed}, content, file, m.data_at)) return wrong;
    } else {
        content.assign(b.data + m.data_at, b.data + m.data_at + m.size);
    }
    if (crc32(content) != m.checksum)
        return error(error_kind::corrupt, file, m.data_at, "member " + m.name + " whose checksum differs",
                     "equal checksums");
    return content;
}

/// A zip file of stored members, all dated 1 January 1980, so that equal content gives equal files.
/// \returns false when it would need 64-bit sizes
inline bool format_zip(const std::vector<std::pair<std::string, byte_vector>>& members, byte_vector& out) {
    byte_vector directory;
    std::int64_t bytes = 0;
    for (const auto& [name, content] : members)
        bytes += static_cast<std::int64_t>(content.size() + 2 * name.size() + 76);
    if (bytes > 0xfffffff0 - 22 || members.size() >= 0xffff) return false;
    for (const auto& member : members) {
        const std::string& name = member.first;
        const byte_vector& content = member.second;
        const auto offset = static_cast<std::uint32_t>(out.size()), size = static_cast<std::uint32_t>(content.size());
        const std::uint32_t checksum = crc32(content);
        const auto common = [&](byte_vector& to) {
            append_little(to, std::uint16_t{20});        // version 2.0 reads it
            append_little(to, std::uint16_t{0x800});     // names are UTF-8
            append_little(to, std::uint16_t{0});         // stored
            append_little(to, std::uint32_t{0x210000});  // 1980-01-01 00:00
            append_little(to, checksum);
            append_little(to, size);
            append_little(to, size);
            append_little(to, static_cast<std::uint16_t>(name.size()));
            append_little(to, std::uint16_t{0});
        };
        append_little(out, std::uint32_t{0x04034b50});
        common(out);
        append_text(out, name);
        out.insert(out.end(), content.begin(), content.end());
        append_little(directory, std::uint32_t{0x02014b50});
        append_little(directory, std::uint16_t{20});
        common(directory);
        for (int i = 0; i < 5; ++i)
            append_little(directory, std::uint16_t{0});  // no comment; disk 0; attributes of 2 and 4 bytes
        append_little(directory, offset);
        append_text(directory, name);
    }
    const auto begin = static_cast<std::uint32_t>(out.size()), size = static_cast<std::uint32_t>(directory.size());
    const auto count = static_cast<std::uint16_t>(members.size());
    out.insert(out.end(), directory.begin(), directory.end());
    append_little(out, std::uint32_t{0x06054b50});
    append_little(out, std::uint32_t{0});
    append_little(out, count);
    append_little(out, count);
    append_little(out, size);
    append_little(out, begin);
    append_little(out, std::uint16_t{0});
    return true;
}

}  // namespace ctnn::detail

namespace ctnn {

/// An .npz file in memory; its arrays are unpacked when they are asked for.
class npz {
public:
    npz(std::string file, byte_vector bytes, std::vector<detail::zip_member> members)
        : file_(std::move(file)), bytes_(std::move(bytes)), members_(std::move(members)) {}

    /// The names of the arrays, without ".npy", in the order of the file.
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const detail::zip_member& m : members_) all.push_back(short_name(m.name));
        return all;
    }
    [[nodiscard]] bool contains(const std::string& name) const { return find(name) != nullptr; }

    /// Unpacks one array. Refuses an unknown name with invalid_argument (the message lists those that exist), deflate
    /// without CTNN_WITH_ZLIB as unsupported, damaged data as corrupt, and what parse_npy() refuses.
    [[nodiscard]] result<array> read(const std::string& name) const {
        return detail::catch_out_of_memory(file_, [&]() -> result<array> {
            const detail::zip_member* member = find(name);
            if (member == nullptr) {
                std::string all;
                for (const std::string& one : names()) all += (all.empty() ? "" : ", ") + one;
                return error(error_kind::invalid_argument, file_,
                             "has no array " + name + "; it has " + (all.empty() ? "none" : all));
            }
            const result<byte_vector> content = detail::read_zip_member(bytes_, file_, *member);
            if (!content) return content.error();
            return parse_npy(*content, file_ + "/" + member->name);
        });
    }

private:
    [[nodiscard]] static std::string short_name(const std::string& name) {
        const bool suffix = name.size() > 4 && name.compare(name.size() - 4, 4, ".npy") == 0;
        return suffix ? name.substr(0, name.size() - 4) : name;
    }
    [[nodiscard]] const detail::zip_member* find(const std::string& name) const {
        for (const detail::zip_member& m : members_)
            if (short_name(m.name) == name) return &m;
        return nullptr;
    }

    std::string file_;
    byte_vector bytes_;
    std::vector<detail::zip_member> members_;
};

/// Takes the content of an .npz file; `file` is its name in errors. Refusals as read_npz().
[[nodiscard]] inline result<npz> parse_npz(byte_vector bytes, const std::string& file = {},
                                           std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(file, [&]() -> result<npz> {
        result<std::vector<detail::zip_member>> members = detail::read_zip_directory(bytes, file, budget);
        if (!members) return members.error();
        return npz(file, std::move(bytes), std::move(*members));
    });
}

/// Reads an .npz file: the directory and every member's header are checked, and the sum of all unpacked sizes is held
/// against the budget, before anything is unpacked. A file cut anywhere is truncated; encrypted, split and 64-bit
/// archives (4 GiB) are unsupported.
///
///     auto data = ctnn::read_npz("pneumoniamnist.npz");
///     auto images = data->read("train_images");
[[nodiscard]] inline result<npz> read_npz(const std::string& path, std::int64_t budget = default_budget) {
    return detail::catch_out_of_memory(path, [&]() -> result<npz> {
        result<byte_vector> bytes = read_file(path, budget);
        if (!bytes) return bytes.error();
        return parse_npz(std::move(*bytes), path, budget);
    });
}

/// Writes an .npz file of stored arrays, crash-safe. Refuses 4 GiB and more with too_large.
[[nodiscard]] inline error write_npz(const std::string& path,
                                     const std::vector<std::pair<std::string, array>>& arrays) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        std::vector<std::pair<std::string, byte_vector>> members;
        for (const auto& [name, one] : arrays) members.emplace_back(name + ".npy", format_npy(one));
        byte_vector bytes;
        if (!detail::format_zip(members, bytes))
            return {error_kind::too_large, path, "an .npz file of 4 GiB or more is not written"};
        return write_file(path, bytes);
    });
}

}  // namespace ctnn
#if defined(CTNN_WITH_IMAGES)
// -------------------- ctnn/data/image_folder.hpp
#ifndef CTNN_INCLUDED_DATA_IMAGE_FOLDER
#define CTNN_INCLUDED_DATA_IMAGE_FOLDER
/// \file
/// Data sets from folders of images. Needs stb_image; to include this file is to ask for it.

// -------------------- ctnn/data/image_input.hpp
#ifndef CTNN_INCLUDED_DATA_IMAGE_INPUT
#define CTNN_INCLUDED_DATA_IMAGE_INPUT
/// \file
/// From a picture of any size to the numbers that a network reads: the one way for training, evaluation and prediction.

// -------------------- ctnn/io/resize.hpp
#ifndef CTNN_INCLUDED_IO_RESIZE
#define CTNN_INCLUDED_IO_RESIZE
/// \file
/// Resizing of images as numbers.

namespace ctnn {
namespace detail {

/// Where an output position reads along one axis: two neighbors and the weight of the second.
struct bilinear_tap {
    extent first = 0, second = 0;
    float weight = 0;
};

/// Half-pixel centers: source = (o + 0.5) * in / out - 0.5, clamped to the first pixel, the neighbor to the last.
inline std::vector<bilinear_tap> bilinear_taps(extent in, extent out) {
    std::vector<bilinear_tap> taps(static_cast<std::size_t>(out));
    const float scale = static_cast<float>(in) / static_cast<float>(out);
    for (extent o = 0; o < out; ++o) {
        float source = (static_cast<float>(o) + 0.5f) * scale - 0.5f;
        if (source < 0) source = 0;
        extent first = static_cast<extent>(source);
        if (first > in - 1) first = in - 1;
        taps[static_cast<std::size_t>(o)] = {first, first < in - 1 ? first + 1 : first,
                                             source - static_cast<float>(first)};
    }
    return taps;
}

}  // namespace detail

/// Bilinear resizing without antialiasing: equals PyTorch's interpolate(mode="bilinear", align_corners=False) up to
/// rounding. Good for enlarging; when shrinking by more than 2 it skips pixels: take resize_area().
/// https://pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html
/// \pre sizes of at least 1
[[nodiscard]] inline float_image resize_bilinear(const float_image& from, extent height, extent width) {
    if (from.height == height && from.width == width) return from;
    const extent c = from.channels;
    float_image to{height, width, c, std::vector<float>(static_cast<std::size_t>(height * width * c))};
    const auto rows = detail::bilinear_taps(from.height, height), columns = detail::bilinear_taps(from.width, width);
    float* out = to.values.data();
    for (const detail::bilinear_tap& row : rows) {
        const float* above = from.values.data() + row.first * from.width * c;
        const float* below = from.values.data() + row.second * from.width * c;
        for (const detail::bilinear_tap& column : columns) {
            const extent left = column.first * c, right = column.second * c;
            for (extent k = 0; k < c; ++k) {
                const float upper = above[left + k] * (1 - column.weight) + above[right + k] * column.weight;
                const float lower = below[left + k] * (1 - column.weight) + below[right + k] * column.weight;
                *out++ = upper * (1 - row.weight) + lower * row.weight;
            }
        }
    }
    return to;
}

namespace detail {

/// Resizes one axis by area: (outer, in, inner) to (outer, out, inner). Output o covers [o * in / out, (o + 1) * in /
/// out); in units of 1 / out of a pixel all bounds are integers, so weights are exact.
inline std::vector<float> area_axis(const std::vector<float>& from, extent outer, extent in, extent out, extent inner) {
    std::vector<float> to(static_cast<std::size_t>(outer * out * inner), 0.0f);
    for (extent a = 0; a < outer; ++a) {
        for (extent o = 0; o < out; ++o) {
            float* sum = to.data() + (a * out + o) * inner;
            const extent begin = o * in, end = begin + in;
            for (extent i = begin / out; i * out < end; ++i) {
                const extent low = i * out > begin ? i * out : begin, high = (i + 1) * out < end ? (i + 1) * out : end;
                const float weight = static_cast<float>(high - low) / static_cast<float>(in);
                const float* pixel = from.data() + (a * in + i) * inner;
                for (extent k = 0; k < inner; ++k) sum[k] += weight * pixel[k];
            }
        }
    }
    return to;
}

}  // namespace detail

/// Resizing by area: each output pixel is the mean of the rectangle of the source that it covers, parts of pixels
/// counted by their part. The choice for shrinking, as no pixel is skipped; keeps the image's mean exactly. With
/// whole factors it equals average pooling. \pre sizes of at least 1
[[nodiscard]] inline float_image resize_area(const float_image& from, extent height, extent width) {
    float_image to{height, width, from.channels, from.values};
    if (from.width != width) to.values = detail::area_axis(to.values, from.height, from.width, width, from.channels);
    if (from.height != height) to.values = detail::area_axis(to.values, 1, from.height, height, width * from.channels);
    return to;
}

/// By area where an axis shrinks, then bilinear where one grows: what a data set of mixed sizes wants.
/// \pre sizes of at least 1
[[nodiscard]] inline float_image resize(const float_image& from, extent height, extent width) {
    const extent h = height < from.height ? height : from.height, w = width < from.width ? width : from.width;
    return resize_bilinear(resize_area(from, h, w), height, width);
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_IO_RESIZE

namespace ctnn {

/// Shapes that a picture can be brought to: shape<H, W, 1> is gray, shape<H, W, 3> color.
template <class Input>
concept image_shape = static_shape<Input> && dims_of<Input>
.rank == 3 && (dims_of<Input>.channels() == 1 || dims_of<Input>.channels() == 3);

namespace detail {

/// \pre the channels are those of Input
template <image_shape Input, class T>
void write_values(const float_image& picture, const input_scaling& scaling, T* to) {
    const float_image fitted = resize(picture, dims_of<Input>.height(), dims_of<Input>.width());
    for (const float value : fitted.values)
        *to++ = static_cast<T>(static_cast<double>(value) * scaling.factor + scaling.shift);
}

}  // namespace detail

/// Writes a picture as a network of this input sees it.
///
///     takes    an image of any size, gray or color, whose values run from 0 to its maximum
///     gives    Input::size numbers, [row][column][channel]: x = pixel / maximum * factor + shift
///     converts color to gray by luma(), gray to color by repeating; the size by resize(): the mean of the area where
///              the image shrinks, bilinear where it grows; the aspect ratio is not kept
template <image_shape Input, class T>
void write_image_input(image picture, const input_scaling& scaling, T* to) {
    if constexpr (dims_of<Input>.channels() == 1)
        make_gray(picture);
    else
        make_color(picture);
    detail::write_values<Input>(to_float(picture), scaling, to);
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_DATA_IMAGE_INPUT
// -------------------- ctnn/data/image_listing.hpp
#ifndef CTNN_INCLUDED_DATA_IMAGE_LISTING
#define CTNN_INCLUDED_DATA_IMAGE_LISTING
/// \file
/// Folders of images, a folder a class.

namespace ctnn {

using image_listing = class_listing;
using image_listing_splits = class_listing_splits;

/// list_class_folder() of images: files that end with png, jpg, jpeg, bmp, pnm, pgm or ppm in any case.
[[nodiscard]] inline result<image_listing> list_image_folder(const std::string& root,
                                                             const std::vector<std::string>& class_names = {}) {
    return list_class_folder(root, image_files, class_names);
}

/// list_class_splits() of images.
[[nodiscard]] inline result<image_listing_splits> list_image_splits(const std::string& root, seed start) {
    return list_class_splits(root, image_files, start);
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_DATA_IMAGE_LISTING
// -------------------- ctnn/io/image.hpp
#ifndef CTNN_INCLUDED_IO_IMAGE
#define CTNN_INCLUDED_IO_IMAGE
/// \file
/// Image files: PNG, JPEG, BMP and binary PNM, checked before they are decoded. Needs stb_image; to include this file
/// is to ask for it.

// -------------------- ctnn/io/bmp.hpp
#ifndef CTNN_INCLUDED_IO_BMP
#define CTNN_INCLUDED_IO_BMP
/// \file
/// BMP files, by code of the library's own: stb_image 2.27 reads unset colors where a palette is short, miscounts
/// that of the 12-byte header and asserts on some headers.
/// https://learn.microsoft.com/en-us/windows/win32/gdi/bitmap-storage

// -------------------- ctnn/io/image_limits.hpp
#ifndef CTNN_INCLUDED_IO_IMAGE_LIMITS
#define CTNN_INCLUDED_IO_IMAGE_LIMITS
/// \file
/// The limits that an image's header is held against before any memory is taken.

namespace ctnn::detail {

/// The limits a caller sets.
struct image_limits {
    std::int64_t budget = 0;
    std::int64_t largest_side = 0;
};

/// Refuses sizes of 0, above the largest side, or whose pixels (4 channels of 16 bits at most) exceed the budget.
[[nodiscard]] inline error check_size(const std::string& file, extent at, std::int64_t height, std::int64_t width,
                                      const image_limits& limits) {
    const std::string found = std::to_string(height) + " x " + std::to_string(width) + " pixels";
    if (height < 1 || width < 1) return {error_kind::corrupt, file, at, found, "at least 1 x 1"};
    if (height > limits.largest_side || width > limits.largest_side)
        return {error_kind::too_large, file, at, found, "sides of at most " + std::to_string(limits.largest_side)};
    std::int64_t bytes = 0;
    if (!checked_multiply(height, width, bytes) || !checked_multiply(bytes, 8, bytes) || bytes > limits.budget)
        return {error_kind::too_large, file, at, found,
                "a budget of " + std::to_string(limits.budget) + " bytes at 8 a pixel"};
    return {};
}

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_IO_IMAGE_LIMITS

namespace ctnn::detail {

/// The fields of a BMP's headers that decide how its pixels are read.
struct bmp_header {
    std::int64_t width = 0, height = 0, pixels_at = 0, palette_at = 0, colors = 0;
    std::int64_t row = 0;  ///< bytes from one row to the next, a multiple of 4
    int bits = 0, color_bytes = 4;
    bool top_down = false;
    std::uint32_t mask[4]{};  ///< red, green, blue, alpha; of 16 and 32 bits
};

/// Reads and checks the headers; nothing is allocated here.
inline error read_bmp_header(byte_view b, const std::string& file, const image_limits& limits, bmp_header& h) {
    const auto refuse = [&](error_kind kind, extent at, const std::string& found, const char* expected) {
        return error(kind, file, at, found, expected);
    };
    if (b.size < 26)
        return refuse(error_kind::truncated, b.size, "the end of the file", "a BMP header of at least 26 bytes");
    const std::int64_t stated = load_little<std::uint32_t>(b.data + 2);
    h.pixels_at = load_little<std::uint32_t>(b.data + 10);
    const std::int64_t header = load_little<std::uint32_t>(b.data + 14);
    if (header != 12 && header != 40 && header != 52 && header != 56 && header != 108 && header != 124)
        return refuse(error_kind::unsupported, 14, "a header of " + std::to_string(header) + " bytes",
                      "12, 40, 52, 56, 108 or 124");
    if (b.size < 14 + header) return refuse(error_kind::truncated, b.size, "the end of the file", "the whole header");
    // Some writers leave the size at 0; one that is stated must be right.
    if (stated != 0 && stated != b.size)
        return refuse(stated > b.size ? error_kind::truncated : error_kind::trailing_data, 2,
                      "a file of " + std::to_string(b.size) + " bytes",
                      ("the stated " + std::to_string(stated)).c_str());
    std::uint32_t compression = 0;
    int planes = 0;
    if (header == 12) {
        h.width = load_little<std::uint16_t>(b.data + 18);
        h.height = load_little<std::uint16_t>(b.data + 20);
        planes = load_little<std::uint16_t>(b.data + 22);
        h.bits = load_little<std::uint16_t>(b.data + 24);
        h.color_bytes = 3;
    } else {
        h.width = std::bit_cast<std::int32_t>(load_little<std::uint32_t>(b.data + 18));
        h.height = std::bit_cast<std::int32_t>(load_little<std::uint32_t>(b.data + 22));
        planes = load_little<std::uint16_t>(b.data + 26);
        h.bits = load_little<std::uint16_t>(b.data + 28);
        compression = load_little<std::uint32_t>(b.data + 30);
        h.colors = load_little<std::uint32_t>(b.data + 46);
        h.top_down = h.height < 0;
        if (h.top_down) h.height = -h.height;
    }
    if (planes != 1)
        return refuse(error_kind::corrupt, header == 12 ? 22 : 26, std::to_string(planes) + " planes", "1");
    if (h.bits != 1 && h.bits != 4 && h.bits != 8 && h.bits != 16 && h.bits != 24 && h.bits != 32)
        return refuse(error_kind::corrupt, header == 12 ? 24 : 28, std::to_string(h.bits) + " bits a pixel",
                      "1, 4, 8, 16, 24 or 32");
    const bool masks = compression == 3 && (h.bits == 16 || h.bits == 32);
    if (compression != 0 && !masks)
        return refuse(error_kind::unsupported, 30, "compression " + std::to_string(compression),
                      "no compression (RLE, JPEG and PNG inside BMP are not read)");
    if (error wrong = check_size(file, 18, h.height, h.width, limits)) return wrong;

    std::int64_t behind = 14 + header;
    if (h.bits == 16) h.mask[0] = 0x7C00, h.mask[1] = 0x3E0, h.mask[2] = 0x1F;
    if (h.bits == 32) h.mask[0] = 0xFF0000, h.mask[1] = 0xFF00, h.mask[2] = 0xFF;
    if (masks) {
        // Behind the 40-byte header, or at the same place inside a longer one, which from 56 bytes on has alpha too.
        if (b.size < 66) return refuse(error_kind::truncated, b.size, "the end of the file", "three color masks");
        for (int i = 0; i < 3; ++i) h.mask[i] = load_little<std::uint32_t>(b.data + 54 + 4 * i);
        if (header >= 56) h.mask[3] = load_little<std::uint32_t>(b.data + 66);
        if (header == 40) behind += 12;
    }
    for (int i = 0; i < 4; ++i) {
        const int width = std::popcount(h.mask[i]);
        if (h.bits < 16 || h.bits == 24 || (i == 3 && width == 0)) continue;
        const bool run = width > 0 && std::countr_zero(h.mask[i]) + width + std::countl_zero(h.mask[i]) == 32;
        if (!run)
            return refuse(error_kind::corrupt, 54 + 4 * i, "a color mask with gaps or without bits",
                          "bits next to each other");
        if (width > 8)
            return refuse(error_kind::unsupported, 54 + 4 * i, std::to_string(width) + " bits a channel", "at most 8");
    }
    if (h.bits <= 8) {
        const std::int64_t all = std::int64_t{1} << h.bits;
        h.palette_at = behind;
        if (h.colors == 0) h.colors = all;
        if (h.colors > all)
            return refuse(error_kind::corrupt, 46, std::to_string(h.colors) + " colors",
                          "no more than the bits can tell apart");
        // The 12-byte header cannot state a shorter palette; where the pixels begin says it.
        if (header == 12 && h.pixels_at > behind && (h.pixels_at - behind) / 3 < h.colors)
            h.colors = (h.pixels_at - behind) / 3;
        behind += h.colors * h.color_bytes;
    }
    if (h.pixels_at < behind)
        return refuse(error_kind::corrupt, 10, "pixels at byte " + std::to_string(h.pixels_at),
                      "pixels behind the headers");
    h.row = (h.width * h.bits + 31) / 32 * 4;
    if (h.pixels_at > b.size || h.row * h.height > b.size - h.pixels_at)
        return refuse(error_kind::truncated, b.size, "the end of the file",
                      (std::to_string(h.row * h.height) + " bytes of pixels").c_str());
    return {};
}

/// The masked bits of a pixel, spread over 0 to 255 and rounded to nearest.
inline std::uint16_t bmp_channel(std::uint32_t pixel, std::uint32_t mask) {
    const std::uint32_t most = mask >> std::countr_zero(mask);
    return static_cast<std::uint16_t>((((pixel & mask) >> std::countr_zero(mask)) * 510 + most) / (2 * most));
}

/// Reads a BMP file: 1, 4 and 8 bits with a palette, 16, 24 and 32 bits, bottom-up or top-down.
///
/// The palette is looked up, so a gray BMP has 3 equal channels, and an index that it lacks is corrupt. The fourth
/// byte of 32 bits is alpha only where a mask says so. Refuses RLE, embedded JPEG or PNG, and more than 8 bits a
/// channel as unsupported, a file size other than the stated one (unless 0) as truncated or trailing_data.
[[nodiscard]] inline result<image> read_bmp(byte_view b, const std::string& file, const image_limits& limits) {
    bmp_header h;
    if (error wrong = read_bmp_header(b, file, limits, h)) return wrong;
    image out;
    out.format = image_format::bmp;
    out.palette = h.bits <= 8;
    out.height = static_cast<extent>(h.height);
    out.width = static_cast<extent>(h.width);
    out.channels = out.file_channels = h.mask[3] != 0 ? 4 : 3;
    out.pixels.resize(static_cast<std::size_t>(out.height * out.width * out.channels));
    std::uint16_t* to = out.pixels.data();
    for (extent y = 0; y < out.height; ++y) {
        const unsigned char* row = b.data + h.pixels_at + (h.top_down ? y : out.height - 1 - y) * h.row;
        for (extent x = 0; x < out.width; ++x, to += out.channels) {
            if (h.bits <= 8) {
                const extent bit = x * h.bits;
                const int value = (row[bit / 8] >> (8 - h.bits - bit % 8)) & ((1 << h.bits) - 1);
                if (value >= h.colors) {
                    return error(error_kind::corrupt, file, static_cast<extent>(row - b.data) + bit / 8,
                                 "color " + std::to_string(value), "one of the palette's " + std::to_string(h.colors));
                }
                const unsigned char* color = b.data + h.palette_at + value * h.color_bytes;
                for (int k = 0; k < 3; ++k) to[k] = color[2 - k];
            } else if (h.bits == 24) {
                for (int k = 0; k < 3; ++k) to[k] = row[3 * x + 2 - k];
            } else {
                const std::uint32_t pixel =
                    h.bits == 16 ? load_little<std::uint16_t>(row + 2 * x) : load_little<std::uint32_t>(row + 4 * x);
                for (extent k = 0; k < out.channels; ++k) to[k] = bmp_channel(pixel, h.mask[k]);
            }
        }
    }
    return out;
}

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_IO_BMP
// -------------------- ctnn/io/jpeg.hpp
#ifndef CTNN_INCLUDED_IO_JPEG
#define CTNN_INCLUDED_IO_JPEG
/// \file
/// The container of a JPEG file, walked marker by marker before anything is decoded.
/// https://www.w3.org/Graphics/JPEG/itu-t81.pdf

// -------------------- ctnn/io/exif.hpp
#ifndef CTNN_INCLUDED_IO_EXIF
#define CTNN_INCLUDED_IO_EXIF
/// \file
/// The one field of EXIF that changes pixels: the orientation.

namespace ctnn::detail {

/// Finds tag 274 in the first directory of an EXIF block (a small TIFF file). \returns 1 to 8; 1 also where the block
/// has no such tag or is damaged, because a camera's broken notes say nothing about the pixels.
/// https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, section 4.6.4
[[nodiscard]] inline extent exif_orientation(byte_view exif) {
    const bool little = exif.has(0, "II*\0", 4);
    if (!little && !exif.has(0, "MM\0*", 4)) return 1;
    byte_reader reader(exif, 4);
    const auto two = [&](std::uint16_t& value) { return little ? reader.little(value) : reader.big(value); };
    const auto four = [&](std::uint32_t& value) { return little ? reader.little(value) : reader.big(value); };
    std::uint32_t directory = 0;
    std::uint16_t entries = 0;
    if (!four(directory) || directory > exif.size) return 1;
    reader = byte_reader(exif, static_cast<extent>(directory));
    if (!two(entries)) return 1;
    for (int i = 0; i < entries; ++i) {
        std::uint16_t tag = 0, type = 0, value = 0;
        std::uint32_t count = 0;
        if (!two(tag) || !two(type) || !four(count) || !two(value) || !reader.skip(2)) return 1;
        if (tag == 274) return type == 3 && count == 1 && value >= 1 && value <= 8 ? value : 1;
    }
    return 1;
}

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_IO_EXIF

namespace ctnn::detail {

/// What the walk over a JPEG's markers collects.
struct jpeg_content {
    image picture;  ///< all but its pixels
    bool has_frame = false, progressive = false;
    int components = 0;
    unsigned char identifier[4]{};
    bool seen[4]{};  ///< this component has had its first scan
    int scans = 0;
    int quantization[4]{};                            ///< the table that each component uses
    bool has_quantization[4]{}, has_huffman[2][4]{};  ///< tables that were defined; of DC and of AC
};

/// The name of a frame type that is not read, or null.
inline const char* refused_frame(int marker) {
    switch (marker) {
        case 0xC3:
        case 0xC7:
        case 0xCB:
        case 0xCF:
            return "a lossless JPEG";
        case 0xC5:
        case 0xC6:
            return "a hierarchical JPEG";
        case 0xC9:
        case 0xCA:
        case 0xCC:
        case 0xCD:
        case 0xCE:
            return "a JPEG with arithmetic coding";
        default:
            return nullptr;
    }
}

/// SOF0, SOF1, SOF2: precision, size, components.
inline error read_jpeg_frame(const std::string& file, extent at, byte_view segment, const image_limits& limits,
                             jpeg_content& jpeg) {
    if (jpeg.has_frame) return {error_kind::corrupt, file, at, "a second frame header", "one"};
    if (segment.size < 6 || segment.size != 6 + 3 * segment[5])
        return {error_kind::corrupt, file, at, "a frame header of " + std::to_string(segment.size) + " bytes",
                "6 and 3 for each component"};
    if (segment[0] != 8)
        return {error_kind::unsupported, file, at, std::to_string(segment[0]) + " bits a sample",
                "8 (other JPEGs are not read)"};
    jpeg.components = segment[5];
    if (jpeg.components == 4)
        return {error_kind::unsupported, file, at, "a CMYK or YCCK JPEG",
                "gray or color (convert it, its inks have no fixed color)"};
    if (jpeg.components != 1 && jpeg.components != 3)
        return {error_kind::unsupported, file, at, std::to_string(jpeg.components) + " components", "1 or 3"};
    const extent height = load_big<std::uint16_t>(segment.data + 1), width = load_big<std::uint16_t>(segment.data + 3);
    if (height == 0)
        return {error_kind::unsupported, file, at, "a height that follows the data (DNL)", "a height in the header"};
    if (error wrong = check_size(file, at, height, width, limits)) return wrong;
    for (int c = 0; c < jpeg.components; ++c) {
        jpeg.identifier[c] = segment[6 + 3 * c];
        jpeg.quantization[c] = segment[8 + 3 * c];
        if (jpeg.quantization[c] > 3)
            return {error_kind::corrupt, file, at, "quantization table " + std::to_string(jpeg.quantization[c]),
                    "0 to 3"};
    }
    jpeg.picture.height = height;
    jpeg.picture.width = width;
    jpeg.picture.channels = jpeg.picture.file_channels = jpeg.components;
    jpeg.picture.format = image_format::jpeg;
    jpeg.has_frame = true;
    return {};
}

/// DQT: tables of 64 numbers of 1 or 2 bytes.
inline error read_jpeg_quantization(const std::string& file, extent at, byte_view segment, jpeg_content& jpeg) {
    for (extent i = 0; i < segment.size;) {
        const int precision = segment[i] >> 4, table = segment[i] & 15;
        const extent size = precision == 0 ? 65 : 129;
        if (precision > 1 || table > 3 || size > segment.size - i)
            return {error_kind::corrupt, file, at, "a broken quantization table", "64 numbers for table 0 to 3"};
        jpeg.has_quantization[table] = true;
        i += size;
    }
    return {};
}

/// DHT: 16 counts of codes and that many symbols. stb_image 2.27 writes behind its table when there are more than 256.
inline error read_jpeg_huffman(const std::string& file, extent at, byte_view segment, jpeg_content& jpeg) {
    const auto broken = [&](const char* expected) {
        return error(error_kind::corrupt, file, at, "a broken Huffman table", expected);
    };
    for (extent i = 0; i < segment.size;) {
        const int kind = segment[i] >> 4, table = segment[i] & 15;
        if (kind > 1 || table > 3 || segment.size - i < 17) return broken("17 bytes for table 0 to 3");
        extent symbols = 0, codes = 0;
        for (extent length = 1; length <= 16; ++length) {
            symbols += segment[i + length];
            codes = 2 * codes + segment[i + length];
            if (codes > (extent{1} << length)) return broken("no more codes than their lengths allow");
        }
        if (symbols > 256 || symbols > segment.size - i - 17) return broken("at most 256 symbols, in the segment");
        jpeg.has_huffman[kind][table] = true;
        i += 17 + symbols;
    }
    return {};
}

/// SOS: which components come now.
inline error read_jpeg_scan(const std::string& file, extent at, byte_view segment, jpeg_content& jpeg) {
    if (!jpeg.has_frame) return {error_kind::corrupt, file, at, "a scan", "a frame header before it"};
    const extent count = segment.size > 0 ? segment[0] : 0;
    if (count < 1 || count > 4 || segment.size != 4 + 2 * count)
        return {error_kind::corrupt, file, at, "a scan header of " + std::to_string(segment.size) + " bytes",
                "4 and 2 for each component"};
    // Each scan of a progressive file costs a pass over all coefficients; real files have about 10.
    if (++jpeg.scans > 200) return {error_kind::too_large, file, at, "more than 200 scans", "fewer"};
    const bool first_pass =
        !jpeg.progressive || (segment[segment.size - 3] == 0 && (segment[segment.size - 1] >> 4) == 0);
    for (extent i = 0; i < count; ++i) {
        int c = 0;
        while (c < jpeg.components && jpeg.identifier[c] != segment[1 + 2 * i]) ++c;
        if (c == jpeg.components)
            return {error_kind::corrupt, file, at, "a scan of an unknown component", "one of the frame's"};
        if (first_pass) jpeg.seen[c] = true;
        const int direct = segment[2 + 2 * i] >> 4, other = segment[2 + 2 * i] & 15;
        const extent last = jpeg.progressive ? segment[segment.size - 2] : 63;
        const bool tables = direct < 4 && other < 4 && (!first_pass || jpeg.has_huffman[0][direct]) &&
                            (last == 0 || jpeg.has_huffman[1][other]);
        if (!tables) return {error_kind::corrupt, file, at, "a scan without its Huffman tables", "them before it"};
    }
    return {};
}

/// Behind the entropy-coded data of a scan: the next 0xFF that is neither a stuffed byte nor a restart marker.
inline extent skip_entropy_data(byte_view bytes, extent at) {
    while (at < bytes.size) {
        const void* found = std::memchr(bytes.data + at, 0xFF, static_cast<std::size_t>(bytes.size - at));
        if (found == nullptr) return bytes.size;
        at = static_cast<extent>(static_cast<const unsigned char*>(found) - bytes.data);
        const int next = at + 1 < bytes.size ? bytes[at + 1] : 0;
        if (at + 1 >= bytes.size) return bytes.size;
        if (next == 0 || (next >= 0xD0 && next <= 0xD7))
            at += 2;
        else if (next == 0xFF)
            at += 1;
        else
            return at;
    }
    return bytes.size;
}

/// EOI: every component must have had its data and its table; nothing but zero bytes may follow.
inline error check_jpeg_end(byte_view bytes, const std::string& file, extent at, const jpeg_content& jpeg) {
    bool whole = jpeg.has_frame;
    for (int c = 0; c < jpeg.components; ++c)
        whole = whole && jpeg.seen[c] && jpeg.has_quantization[jpeg.quantization[c]];
    if (!whole)
        return {error_kind::corrupt, file, at, "an end marker", "data and tables for every component before it"};
    for (extent i = at; i < bytes.size; ++i) {
        if (bytes[i] == 0) continue;
        return {error_kind::trailing_data, file, at, std::to_string(bytes.size - at) + " bytes behind the end marker",
                "the end of the file"};
    }
    return {};
}

/// Checks a JPEG file: start marker, every segment inside the file, a frame of 8 bits with 1 or 3 components, a scan
/// for each of them, and the end marker at the end (zero bytes may follow). So a file cut anywhere is refused.
///
/// Refuses arithmetic coding, lossless, hierarchical, 12 bits and CMYK as unsupported. JPEG has no checksum: a
/// flipped bit inside the entropy-coded data cannot be seen. Color profiles are not applied; EXIF's orientation is
/// reported. \returns the image without its pixels
[[nodiscard]] inline result<image> check_jpeg(byte_view bytes, const std::string& file, const image_limits& limits) {
    jpeg_content jpeg;
    for (extent at = 2;;) {
        const auto ends = [&] {
            return error(error_kind::truncated, file, bytes.size, "the end of the file", "a JPEG end marker");
        };
        if (at >= bytes.size) return ends();
        if (bytes[at] != 0xFF)
            return error(error_kind::corrupt, file, at, "byte " + std::to_string(bytes[at]), "a marker (255)");
        while (at < bytes.size && bytes[at] == 0xFF) ++at;
        if (at >= bytes.size) return ends();
        const int marker = bytes[at++];
        if (marker == 0xD9) {
            if (error wrong = check_jpeg_end(bytes, file, at, jpeg)) return wrong;
            return std::move(jpeg.picture);
        }
        if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8))
            return error(error_kind::corrupt, file, at - 1, "a marker " + std::to_string(marker) + " out of place",
                         "a segment");
        if (at + 2 > bytes.size) return ends();
        const extent length = load_big<std::uint16_t>(bytes.data + at);
        if (length < 2)
            return error(error_kind::corrupt, file, at, "a segment of length " + std::to_string(length), "at least 2");
        if (length > bytes.size - at)
            return error(error_kind::truncated, file, at, "a segment longer than the file",
                         std::to_string(length) + " bytes");
        const byte_view segment(bytes.data + at + 2, length - 2);
        if (const char* refused = refused_frame(marker))
            return error(error_kind::unsupported, file, at - 1, refused, "a baseline or progressive JPEG");
        if (marker >= 0xC0 && marker <= 0xC2) {
            jpeg.progressive = marker == 0xC2;
            if (error wrong = read_jpeg_frame(file, at, segment, limits, jpeg)) return wrong;
        } else if (marker == 0xE1 && segment.has(0, "Exif\0\0", 6)) {
            jpeg.picture.orientation = exif_orientation({segment.data + 6, segment.size - 6});
        } else if (marker == 0xDB) {
            if (error wrong = read_jpeg_quantization(file, at, segment, jpeg)) return wrong;
        } else if (marker == 0xC4) {
            if (error wrong = read_jpeg_huffman(file, at, segment, jpeg)) return wrong;
        } else if (marker == 0xDC) {
            return error(error_kind::unsupported, file, at - 1, "a height that follows the data (DNL)",
                         "a height in the header");
        }
        at += length;
        if (marker == 0xDA) {
            if (error wrong = read_jpeg_scan(file, at - length, segment, jpeg)) return wrong;
            at = skip_entropy_data(bytes, at);
        }
    }
}

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_IO_JPEG
// -------------------- ctnn/io/png.hpp
#ifndef CTNN_INCLUDED_IO_PNG
#define CTNN_INCLUDED_IO_PNG
/// \file
/// PNG files, by code of the library's own but for inflate, which is zlib's or else stb_image's: the container is
/// checked whole before anything is decoded. stb_image ignores every checksum and reads beyond a short palette, and
/// to check first what it then unpacks again would double the time. https://www.w3.org/TR/png-3/

// -------------------- ctnn/io/png_pixels.hpp
#ifndef CTNN_INCLUDED_IO_PNG_PIXELS
#define CTNN_INCLUDED_IO_PNG_PIXELS
/// \file
/// From the unpacked data of a PNG file to pixels: the filters are undone, packed bits spread, colors looked up.
/// https://www.w3.org/TR/png-3/#9Filters

namespace ctnn::detail {

/// One of the parts in which a PNG's pixels are stored: all of them, or those of a pass of Adam7.
struct png_pass {
    extent x = 0, y = 0, step_x = 1, step_y = 1;  ///< the place of its first pixel, the distance between its pixels
    extent width = 0, height = 0;
};

/// Calls visit(pass) for the passes that have pixels, in the order of the file.
template <class Visit>
void visit_png_passes(extent width, extent height, bool interlaced, const Visit& visit) {
    if (!interlaced) return visit(png_pass{0, 0, 1, 1, width, height});
    constexpr extent x[7] = {0, 4, 0, 2, 0, 1, 0}, y[7] = {0, 0, 4, 0, 2, 0, 1};
    constexpr extent step_x[7] = {8, 8, 4, 4, 2, 2, 1}, step_y[7] = {8, 8, 8, 4, 4, 2, 2};
    for (int p = 0; p < 7; ++p) {
        const extent w = (width - x[p] + step_x[p] - 1) / step_x[p], h = (height - y[p] + step_y[p] - 1) / step_y[p];
        if (w > 0 && h > 0) visit(png_pass{x[p], y[p], step_x[p], step_y[p], w, h});
    }
}

/// The neighbor nearest to left + above - above left.
[[nodiscard]] inline int png_paeth(int left, int above, int corner) {
    const int from_left = std::abs(above - corner), from_above = std::abs(left - corner),
              from_corner = std::abs(left + above - 2 * corner);
    const int other = from_above <= from_corner ? above : corner;
    return from_left <= from_above && from_left <= from_corner ? left : other;
}

/// Undoes the filter of a row in place: each byte is stored as its difference from a prediction by the byte of the
/// pixel before it (`Step` bytes back), the one above, and the one above that one's left; outside the image they are
/// 0. `above` has as many bytes as the row, a multiple of Step. What was just written is kept in registers: read back
/// from memory it would cost each byte the wait for its neighbor's store.
/// \returns false for a filter that PNG does not have
template <std::size_t Step>
[[nodiscard]] bool unfilter_png_row(int filter, unsigned char* row, const unsigned char* above, extent size) {
    const auto each = [&](const auto& prediction) {
        int left[Step]{}, corner[Step]{};
        for (; size > 0; size -= extent{Step}, row += Step, above += Step) {
#pragma GCC unroll 8
            for (std::size_t k = 0; k < Step; ++k) {
                left[k] = (row[k] + prediction(left[k], above[k], corner[k])) & 0xff;
                row[k] = static_cast<unsigned char>(left[k]);
                corner[k] = above[k];
            }
        }
        return true;
    };
    switch (filter) {
        case 0:
            return true;
        case 1:
            return each([](int left, int, int) { return left; });
        case 2:
            for (extent i = 0; i < size; ++i) row[i] = static_cast<unsigned char>(row[i] + above[i]);
            return true;
        case 3:
            return each([](int left, int up, int) { return (left + up) >> 1; });
        case 4:
            return each(png_paeth);
        default:
            return false;
    }
}

/// The same for pixels of `step` bytes; 1 where several share a byte.
[[nodiscard]] inline bool unfilter_png_row(int filter, unsigned char* row, const unsigned char* above, extent size,
                                           extent step) {
    switch (step) {
        case 2:
            return unfilter_png_row<2>(filter, row, above, size);
        case 3:
            return unfilter_png_row<3>(filter, row, above, size);
        case 4:
            return unfilter_png_row<4>(filter, row, above, size);
        case 6:
            return unfilter_png_row<6>(filter, row, above, size);
        case 8:
            return unfilter_png_row<8>(filter, row, above, size);
        default:
            return unfilter_png_row<1>(filter, row, above, size);
    }
}

/// How the samples of a row become pixels.
struct png_samples {
    int depth = 8;
    extent channels = 1;  ///< stored: 1 for gray and palette, 2, 3 or 4
    bool indexed = false;
    unsigned char palette[256][4]{};  ///< red, green, blue, alpha; black where the file's is shorter, as in libpng
    bool keyed = false;               ///< one color is transparent, all others are opaque
    std::uint16_t key[3]{};           ///< that color, as stored
};

/// The samples of a row, each as stored: 1, 2, 4, 8 or 16 bits, most significant first.
inline void read_png_samples(const unsigned char* row, int depth, extent count, std::uint16_t* to) {
    if (depth == 8) {
        for (extent i = 0; i < count; ++i) to[i] = row[i];
    } else if (depth == 16) {
        for (extent i = 0; i < count; ++i) to[i] = load_big<std::uint16_t>(row + 2 * i);
    } else {
        for (extent i = 0; i < count; ++i) {
            const extent bit = i * depth;
            to[i] = static_cast<std::uint16_t>((row[bit / 8] >> (8 - depth - bit % 8)) & ((1 << depth) - 1));
        }
    }
}

/// Makes pixel `i` of a row from its samples. \returns the channels written
inline extent write_png_pixel(const png_samples& how, const std::uint16_t* sample, std::uint16_t* to) {
    const extent c = how.channels;
    if (how.indexed) {
        for (int k = 0; k < 4; ++k) to[k] = how.palette[sample[0] & 0xff][k];
        return 4;
    }
    // 1, 2 and 4 bits are spread over 0 to 255: by 255, 85 and 17.
    const int factor = how.depth < 8 ? 255 / ((1 << how.depth) - 1) : 1;
    bool is_key = how.keyed;
    for (extent k = 0; k < c; ++k) {
        to[k] = static_cast<std::uint16_t>(sample[k] * factor);
        is_key = is_key && sample[k] == how.key[k];
    }
    if (!how.keyed) return c;
    to[c] = is_key ? 0 : how.depth == 16 ? 65535 : 255;
    return c + 1;
}

/// Fills the pixels of an image, whose size and channels are set, from the unpacked data, whose length is right.
/// The data is changed. \returns false for a filter that PNG does not have
[[nodiscard]] inline bool read_png_pixels(byte_vector& data, bool interlaced, const png_samples& how, image& to) {
    bool known = true;
    unsigned char* at = data.data();
    const extent step = (how.channels * how.depth + 7) / 8;
    const bool plain = !how.indexed && !how.keyed && how.depth >= 8;
    byte_vector zeros;
    std::vector<std::uint16_t> samples;
    visit_png_passes(to.width, to.height, interlaced, [&](const png_pass& pass) {
        const extent count = pass.width * how.channels, size = (count * how.depth + 7) / 8;
        zeros.assign(static_cast<std::size_t>(size), 0);
        samples.resize(static_cast<std::size_t>(count));
        const unsigned char* above = zeros.data();
        for (extent y = 0; y < pass.height && known; ++y) {
            const int filter = *at++;
            known = unfilter_png_row(filter, at, above, size, step);
            std::uint16_t* row = to.pixels.data() + (pass.y + y * pass.step_y) * to.width * to.channels;
            if (plain && !interlaced) {
                read_png_samples(at, how.depth, count, row);
            } else {
                read_png_samples(at, how.depth, count, samples.data());
                for (extent x = 0; x < pass.width; ++x) {
                    std::uint16_t pixel[4]{};
                    write_png_pixel(how, samples.data() + x * how.channels, pixel);
                    std::uint16_t* place = row + (pass.x + x * pass.step_x) * to.channels;
                    for (extent k = 0; k < to.channels; ++k) place[k] = pixel[k];
                }
            }
            above = at;
            at += size;
        }
    });
    return known;
}

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_IO_PNG_PIXELS
// -------------------- ctnn/io/stb_read.hpp
#ifndef CTNN_INCLUDED_IO_STB_READ
#define CTNN_INCLUDED_IO_STB_READ
/// \file
/// A private copy of stb_image (JPEG and inflate alone), which no other stb in the program can see or disturb.
///
/// A namespace is not enough: stb's include guard would swallow a later #include of the user's, and its macros would
/// leak. So every macro that stb defines or looks at is put aside before and restored after; a user's own stb, before
/// or after, with or without its implementation, stays as if this file were not there. The standard headers come
/// first, because stb would open them inside the namespace. `static` functions: each file that includes this has its
/// own copy.

#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// -------------------- ctnn/io/stb_memory.hpp
#ifndef CTNN_INCLUDED_IO_STB_MEMORY
#define CTNN_INCLUDED_IO_STB_MEMORY
/// \file
/// Memory for stb, which looks at few of the blocks that it asks for, and takes some that fail for a file of another
/// format: a failed allocation must leave it as an exception, and every block that it holds then must be freed.

namespace ctnn::detail {

/// The blocks that stb holds on this thread while the object lives; what is left is freed with it.
class stb_memory {
    struct alignas(std::max_align_t) block {
        block* before;
        block* after;
    };

    /// Tells its neighbors in the list where a block is.
    static void link(block* one) noexcept {
        one->before->after = one;
        if (one->after != nullptr) one->after->before = one;
    }
    static void* fail() {
#if defined(__cpp_exceptions)
        throw std::bad_alloc();
#else
        return nullptr;
#endif
    }

public:
    stb_memory() noexcept : outer_(current_) { current_ = this; }
    stb_memory(const stb_memory&) = delete;
    stb_memory& operator=(const stb_memory&) = delete;
    ~stb_memory() {
        while (first_.after != nullptr) give(first_.after + 1);
        current_ = outer_;
    }

    /// Zeroed memory: stb leaves the rest of a picture unset when a JPEG's scan ends early. Throws std::bad_alloc;
    /// without exceptions it gives null. \pre an object lives on this thread; so below
    static void* take(std::size_t size) {
        block* const made = static_cast<block*>(std::calloc(1, sizeof(block) + size));
        if (made == nullptr) return fail();
        block& first = current_->first_;
        made->before = &first;
        made->after = first.after;
        link(made);
        return made + 1;
    }
    static void give(void* at) noexcept {
        if (at == nullptr) return;
        block* const old = static_cast<block*>(at) - 1;
        old->before->after = old->after;
        if (old->after != nullptr) old->after->before = old->before;
        std::free(old);
    }
    static void* resize(void* at, std::size_t size) {
        if (at == nullptr) return take(size);
        block* const moved = static_cast<block*>(std::realloc(static_cast<block*>(at) - 1, sizeof(block) + size));
        if (moved == nullptr) return fail();
        link(moved);
        return moved + 1;
    }

private:
    inline static thread_local stb_memory* current_ = nullptr;
    stb_memory* outer_;
    block first_{nullptr, nullptr};
};

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_IO_STB_MEMORY

#pragma push_macro("FAST_BITS")
#undef FAST_BITS
#pragma push_macro("STBIDEF")
#undef STBIDEF
#pragma push_macro("STBI_ASSERT")
#undef STBI_ASSERT
#pragma push_macro("STBI_EXTERN")
#undef STBI_EXTERN
#pragma push_macro("STBI_FAILURE_USERMSG")
#undef STBI_FAILURE_USERMSG
#pragma push_macro("STBI_FREE")
#undef STBI_FREE
#pragma push_macro("STBI_HAS_LROTL")
#undef STBI_HAS_LROTL
#pragma push_macro("STBI_INCLUDE_STB_IMAGE_H")
#undef STBI_INCLUDE_STB_IMAGE_H
#pragma push_macro("STBI_MALLOC")
#undef STBI_MALLOC
#pragma push_macro("STBI_MAX_DIMENSIONS")
#undef STBI_MAX_DIMENSIONS
#pragma push_macro("STBI_MINGW_ENABLE_SSE2")
#undef STBI_MINGW_ENABLE_SSE2
#pragma push_macro("STBI_NEON")
#undef STBI_NEON
#pragma push_macro("STBI_NOTUSED")
#undef STBI_NOTUSED
#pragma push_macro("STBI_NO_BMP")
#undef STBI_NO_BMP
#pragma push_macro("STBI_NO_FAILURE_STRINGS")
#undef STBI_NO_FAILURE_STRINGS
#pragma push_macro("STBI_NO_GIF")
#undef STBI_NO_GIF
#pragma push_macro("STBI_NO_HDR")
#undef STBI_NO_HDR
#pragma push_macro("STBI_NO_JPEG")
#undef STBI_NO_JPEG
#pragma push_macro("STBI_NO_LINEAR")
#undef STBI_NO_LINEAR
#pragma push_macro("STBI_NO_PIC")
#undef STBI_NO_PIC
#pragma push_macro("STBI_NO_PNG")
#undef STBI_NO_PNG
#pragma push_macro("STBI_NO_PNM")
#undef STBI_NO_PNM
#pragma push_macro("STBI_NO_PSD")
#undef STBI_NO_PSD
#pragma push_macro("STBI_NO_SIMD")
#undef STBI_NO_SIMD
#pragma push_macro("STBI_NO_STDIO")
#undef STBI_NO_STDIO
#pragma push_macro("STBI_NO_TGA")
#undef STBI_NO_TGA
#pragma push_macro("STBI_NO_THREAD_LOCALS")
#undef STBI_NO_THREAD_LOCALS
#pragma push_macro("STBI_NO_ZLIB")
#undef STBI_NO_ZLIB
#pragma push_macro("STBI_ONLY_BMP")
#undef STBI_ONLY_BMP
#pragma push_macro("STBI_ONLY_GIF")
#undef STBI_ONLY_GIF
#pragma push_macro("STBI_ONLY_HDR")
#undef STBI_ONLY_HDR
#pragma push_macro("STBI_ONLY_JPEG")
#undef STBI_ONLY_JPEG
#pragma push_macro("STBI_ONLY_PIC")
#undef STBI_ONLY_PIC
#pragma push_macro("STBI_ONLY_PNG")
#undef STBI_ONLY_PNG
#pragma push_macro("STBI_ONLY_PNM")
#undef STBI_ONLY_PNM
#pragma push_macro("STBI_ONLY_PSD")
#undef STBI_ONLY_PSD
#pragma push_macro("STBI_ONLY_TGA")
#undef STBI_ONLY_TGA
#pragma push_macro("STBI_ONLY_ZLIB")
#undef STBI_ONLY_ZLIB
#pragma push_macro("STBI_REALLOC")
#undef STBI_REALLOC
#pragma push_macro("STBI_REALLOC_SIZED")
#undef STBI_REALLOC_SIZED
#pragma push_macro("STBI_SIMD_ALIGN")
#undef STBI_SIMD_ALIGN
#pragma push_macro("STBI_SSE2")
#undef STBI_SSE2
#pragma push_macro("STBI_SUPPORT_ZLIB")
#undef STBI_SUPPORT_ZLIB
#pragma push_macro("STBI_THREAD_LOCAL")
#undef STBI_THREAD_LOCAL
#pragma push_macro("STBI_VERSION")
#undef STBI_VERSION
#pragma push_macro("STBI_WINDOWS_UTF8")
#undef STBI_WINDOWS_UTF8
#pragma push_macro("STBI__BYTECAST")
#undef STBI__BYTECAST
#pragma push_macro("STBI__CASE")
#undef STBI__CASE
#pragma push_macro("STBI__COMBO")
#undef STBI__COMBO
#pragma push_macro("STBI__HDR_BUFLEN")
#undef STBI__HDR_BUFLEN
#pragma push_macro("STBI__IDCT_1D")
#undef STBI__IDCT_1D
#pragma push_macro("STBI__MARKER_none")
#undef STBI__MARKER_none
#pragma push_macro("STBI__PNG_TYPE")
#undef STBI__PNG_TYPE
#pragma push_macro("STBI__RESTART")
#undef STBI__RESTART
#pragma push_macro("STBI__X64_TARGET")
#undef STBI__X64_TARGET
#pragma push_macro("STBI__X86_TARGET")
#undef STBI__X86_TARGET
#pragma push_macro("STBI__ZFAST_BITS")
#undef STBI__ZFAST_BITS
#pragma push_macro("STBI__ZFAST_MASK")
#undef STBI__ZFAST_MASK
#pragma push_macro("STBI__ZNSYMS")
#undef STBI__ZNSYMS
#pragma push_macro("STB_IMAGE_IMPLEMENTATION")
#undef STB_IMAGE_IMPLEMENTATION
#pragma push_macro("STB_IMAGE_STATIC")
#undef STB_IMAGE_STATIC
#pragma push_macro("stbi__DNL")
#undef stbi__DNL
#pragma push_macro("stbi__EOI")
#undef stbi__EOI
#pragma push_macro("stbi__SOF")
#undef stbi__SOF
#pragma push_macro("stbi__SOF_progressive")
#undef stbi__SOF_progressive
#pragma push_macro("stbi__SOI")
#undef stbi__SOI
#pragma push_macro("stbi__SOS")
#undef stbi__SOS
#pragma push_macro("stbi__de_iphone_flag")
#undef stbi__de_iphone_flag
#pragma push_macro("stbi__div16")
#undef stbi__div16
#pragma push_macro("stbi__div4")
#undef stbi__div4
#pragma push_macro("stbi__err")
#undef stbi__err
#pragma push_macro("stbi__errpf")
#undef stbi__errpf
#pragma push_macro("stbi__errpuc")
#undef stbi__errpuc
#pragma push_macro("stbi__f2f")
#undef stbi__f2f
#pragma push_macro("stbi__float2fixed")
#undef stbi__float2fixed
#pragma push_macro("stbi__float2int")
#undef stbi__float2int
#pragma push_macro("stbi__fsh")
#undef stbi__fsh
#pragma push_macro("stbi__unpremultiply_on_load")
#undef stbi__unpremultiply_on_load
#pragma push_macro("stbi__vertically_flip_on_load")
#undef stbi__vertically_flip_on_load
#pragma push_macro("stbi_inline")
#undef stbi_inline
#pragma push_macro("stbi_lrot")
#undef stbi_lrot

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_JPEG
#define STBI_SUPPORT_ZLIB
#define STBI_NO_HDR
#define STBI_NO_LINEAR
#define STBI_NO_STDIO
#define STBI_MAX_DIMENSIONS (1 << 15)
// stb asserts on some broken files; data must never end the program, and every such place is refused before or is
// harmless.
#define STBI_ASSERT(condition) ((void)0)
#define STBI_MALLOC(size) ::ctnn::detail::stb_memory::take(size)
#define STBI_REALLOC(block, size) ::ctnn::detail::stb_memory::resize(block, size)
#define STBI_FREE(block) ::ctnn::detail::stb_memory::give(block)

// g++ gives static functions inside stb's extern "C" their plain name, which would meet the user's.
#define stbi_convert_iphone_png_to_rgb ctnn_stbi_convert_iphone_png_to_rgb
#define stbi_convert_iphone_png_to_rgb_thread ctnn_stbi_convert_iphone_png_to_rgb_thread
#define stbi_failure_reason ctnn_stbi_failure_reason
#define stbi_image_free ctnn_stbi_image_free
#define stbi_info_from_callbacks ctnn_stbi_info_from_callbacks
#define stbi_info_from_memory ctnn_stbi_info_from_memory
#define stbi_is_16_bit_from_callbacks ctnn_stbi_is_16_bit_from_callbacks
#define stbi_is_16_bit_from_memory ctnn_stbi_is_16_bit_from_memory
#define stbi_is_hdr_from_callbacks ctnn_stbi_is_hdr_from_callbacks
#define stbi_is_hdr_from_memory ctnn_stbi_is_hdr_from_memory
#define stbi_load_16_from_callbacks ctnn_stbi_load_16_from_callbacks
#define stbi_load_16_from_memory ctnn_stbi_load_16_from_memory
#define stbi_load_from_callbacks ctnn_stbi_load_from_callbacks
#define stbi_load_from_memory ctnn_stbi_load_from_memory
#define stbi_set_flip_vertically_on_load ctnn_stbi_set_flip_vertically_on_load
#define stbi_set_flip_vertically_on_load_thread ctnn_stbi_set_flip_vertically_on_load_thread
#define stbi_set_unpremultiply_on_load ctnn_stbi_set_unpremultiply_on_load
#define stbi_set_unpremultiply_on_load_thread ctnn_stbi_set_unpremultiply_on_load_thread
#define stbi_zlib_decode_buffer ctnn_stbi_zlib_decode_buffer
#define stbi_zlib_decode_malloc ctnn_stbi_zlib_decode_malloc
#define stbi_zlib_decode_malloc_guesssize ctnn_stbi_zlib_decode_malloc_guesssize
#define stbi_zlib_decode_malloc_guesssize_headerflag ctnn_stbi_zlib_decode_malloc_guesssize_headerflag
#define stbi_zlib_decode_noheader_buffer ctnn_stbi_zlib_decode_noheader_buffer
#define stbi_zlib_decode_noheader_malloc ctnn_stbi_zlib_decode_noheader_malloc

#pragma GCC diagnostic push
#if defined(__clang__)
#pragma clang diagnostic ignored "-Weverything"
#else
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wuseless-cast"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wduplicated-branches"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wundef"
#endif

namespace ctnn::detail::stb_read {
#if __has_include(<stb/stb_image.h>)
#include <stb/stb_image.h>
#else
#include <stb_image.h>
#endif
}  // namespace ctnn::detail::stb_read

#pragma GCC diagnostic pop

#undef stbi_convert_iphone_png_to_rgb
#undef stbi_convert_iphone_png_to_rgb_thread
#undef stbi_failure_reason
#undef stbi_image_free
#undef stbi_info_from_callbacks
#undef stbi_info_from_memory
#undef stbi_is_16_bit_from_callbacks
#undef stbi_is_16_bit_from_memory
#undef stbi_is_hdr_from_callbacks
#undef stbi_is_hdr_from_memory
#undef stbi_load_16_from_callbacks
#undef stbi_load_16_from_memory
#undef stbi_load_from_callbacks
#undef stbi_load_from_memory
#undef stbi_set_flip_vertically_on_load
#undef stbi_set_flip_vertically_on_load_thread
#undef stbi_set_unpremultiply_on_load
#undef stbi_set_unpremultiply_on_load_thread
#undef stbi_zlib_decode_buffer
#undef stbi_zlib_decode_malloc
#undef stbi_zlib_decode_malloc_guesssize
#undef stbi_zlib_decode_malloc_guesssize_headerflag
#undef stbi_zlib_decode_noheader_buffer
#undef stbi_zlib_decode_noheader_malloc
#pragma pop_macro("FAST_BITS")
#pragma pop_macro("STBIDEF")
#pragma pop_macro("STBI_ASSERT")
#pragma pop_macro("STBI_EXTERN")
#pragma pop_macro("STBI_FAILURE_USERMSG")
#pragma pop_macro("STBI_FREE")
#pragma pop_macro("STBI_HAS_LROTL")
#pragma pop_macro("STBI_INCLUDE_STB_IMAGE_H")
#pragma pop_macro("STBI_MALLOC")
#pragma pop_macro("STBI_MAX_DIMENSIONS")
#pragma pop_macro("STBI_MINGW_ENABLE_SSE2")
#pragma pop_macro("STBI_NEON")
#pragma pop_macro("STBI_NOTUSED")
#pragma pop_macro("STBI_NO_BMP")
#pragma pop_macro("STBI_NO_FAILURE_STRINGS")
#pragma pop_macro("STBI_NO_GIF")
#pragma pop_macro("STBI_NO_HDR")
#pragma pop_macro("STBI_NO_JPEG")
#pragma pop_macro("STBI_NO_LINEAR")
#pragma pop_macro("STBI_NO_PIC")
#pragma pop_macro("STBI_NO_PNG")
#pragma pop_macro("STBI_NO_PNM")
#pragma pop_macro("STBI_NO_PSD")
#pragma pop_macro("STBI_NO_SIMD")
#pragma pop_macro("STBI_NO_STDIO")
#pragma pop_macro("STBI_NO_TGA")
#pragma pop_macro("STBI_NO_THREAD_LOCALS")
#pragma pop_macro("STBI_NO_ZLIB")
#pragma pop_macro("STBI_ONLY_BMP")
#pragma pop_macro("STBI_ONLY_GIF")
#pragma pop_macro("STBI_ONLY_HDR")
#pragma pop_macro("STBI_ONLY_JPEG")
#pragma pop_macro("STBI_ONLY_PIC")
#pragma pop_macro("STBI_ONLY_PNG")
#pragma pop_macro("STBI_ONLY_PNM")
#pragma pop_macro("STBI_ONLY_PSD")
#pragma pop_macro("STBI_ONLY_TGA")
#pragma pop_macro("STBI_ONLY_ZLIB")
#pragma pop_macro("STBI_REALLOC")
#pragma pop_macro("STBI_REALLOC_SIZED")
#pragma pop_macro("STBI_SIMD_ALIGN")
#pragma pop_macro("STBI_SSE2")
#pragma pop_macro("STBI_SUPPORT_ZLIB")
#pragma pop_macro("STBI_THREAD_LOCAL")
#pragma pop_macro("STBI_VERSION")
#pragma pop_macro("STBI_WINDOWS_UTF8")
#pragma pop_macro("STBI__BYTECAST")
#pragma pop_macro("STBI__CASE")
#pragma pop_macro("STBI__COMBO")
#pragma pop_macro("STBI__HDR_BUFLEN")
#pragma pop_macro("STBI__IDCT_1D")
#pragma pop_macro("STBI__MARKER_none")
#pragma pop_macro("STBI__PNG_TYPE")
#pragma pop_macro("STBI__RESTART")
#pragma pop_macro("STBI__X64_TARGET")
#pragma pop_macro("STBI__X86_TARGET")
#pragma pop_macro("STBI__ZFAST_BITS")
#pragma pop_macro("STBI__ZFAST_MASK")
#pragma pop_macro("STBI__ZNSYMS")
#pragma pop_macro("STB_IMAGE_IMPLEMENTATION")
#pragma pop_macro("STB_IMAGE_STATIC")
#pragma pop_macro("stbi__DNL")
#pragma pop_macro("stbi__EOI")
#pragma pop_macro("stbi__SOF")
#pragma pop_macro("stbi__SOF_progressive")
#pragma pop_macro("stbi__SOI")
#pragma pop_macro("stbi__SOS")
#pragma pop_macro("stbi__de_iphone_flag")
#pragma pop_macro("stbi__div16")
#pragma pop_macro("stbi__div4")
#pragma pop_macro("stbi__err")
#pragma pop_macro("stbi__errpf")
#pragma pop_macro("stbi__errpuc")
#pragma pop_macro("stbi__f2f")
#pragma pop_macro("stbi__float2fixed")
#pragma pop_macro("stbi__float2int")
#pragma pop_macro("stbi__fsh")
#pragma pop_macro("stbi__unpremultiply_on_load")
#pragma pop_macro("stbi__vertically_flip_on_load")
#pragma pop_macro("stbi_inline")
#pragma pop_macro("stbi_lrot")
#endif  // CTNN_INCLUDED_IO_STB_READ

namespace ctnn::detail {

/// One chunk: its type as text, and where its data lies.
struct png_chunk {
    char type[5]{};
    extent at = 0;  ///< of the length field
    extent size = 0;
    const unsigned char* data = nullptr;
    [[nodiscard]] bool is(const char* name) const { return std::memcmp(type, name, 4) == 0; }
};

/// What the walk over the chunks collects.
struct png_content {
    image picture;
    png_samples samples;
    int color = 0;
    bool interlaced = false, has_palette = false, has_transparency = false, has_exif = false;
    extent palette_entries = 0;
    byte_view palette, transparency;
    byte_vector compressed;  ///< the data of all IDAT chunks
    extent first_data = 0;   ///< where the first IDAT lies
};

/// IHDR: 13 bytes, one of the 15 allowed pairs of depth and color type.
inline error read_png_header(const std::string& file, const png_chunk& chunk, const image_limits& limits,
                             png_content& png) {
    if (!chunk.is("IHDR") || chunk.size != 13)
        return {error_kind::corrupt, file, chunk.at, "a first chunk " + std::string(chunk.type), "IHDR of 13 bytes"};
    const std::int64_t width = load_big<std::uint32_t>(chunk.data), height = load_big<std::uint32_t>(chunk.data + 4);
    const int depth = png.samples.depth = chunk.data[8];
    png.color = chunk.data[9];
    const bool small = depth == 1 || depth == 2 || depth == 4;
    const bool full = depth == 8 || depth == 16;
    const bool pair = png.color == 0   ? small || full
                      : png.color == 3 ? small || depth == 8
                                       : (png.color == 2 || png.color == 4 || png.color == 6) && full;
    if (!pair) {
        return {error_kind::corrupt, file, chunk.at + 16,
                "bit depth " + std::to_string(depth) + " with color type " + std::to_string(png.color),
                "a pair that PNG allows"};
    }
    if (chunk.data[10] != 0 || chunk.data[11] != 0 || chunk.data[12] > 1)
        return {error_kind::corrupt, file, chunk.at + 18, "an unknown compression, filter or interlace method",
                "0, 0 and 0 or 1"};
    png.interlaced = chunk.data[12] == 1;
    if (error wrong = check_size(file, chunk.at + 8, height, width, limits)) return wrong;
    image& picture = png.picture;
    picture.format = image_format::png;
    picture.width = static_cast<extent>(width);
    picture.height = static_cast<extent>(height);
    picture.maximum = depth == 16 ? 65535 : 255;
    picture.palette = png.samples.indexed = png.color == 3;
    png.samples.channels = png.color == 2 ? 3 : png.color == 4 ? 2 : png.color == 6 ? 4 : 1;
    return {};
}

/// Everything between IHDR and IEND.
inline error read_png_chunk(const std::string& file, const png_chunk& chunk, const png_chunk& before,
                            png_content& png) {
    const auto misplaced = [&](const char* expected) {
        return error(error_kind::corrupt, file, chunk.at, "a chunk " + std::string(chunk.type), expected);
    };
    const bool data_began = png.first_data != 0;
    if (chunk.is("IDAT")) {
        if (png.color == 3 && !png.has_palette) return misplaced("PLTE before it, as the color type is a palette");
        if (data_began && !before.is("IDAT")) return misplaced("all IDAT chunks next to each other");
        if (!data_began) png.first_data = chunk.at;
        png.compressed.insert(png.compressed.end(), chunk.data, chunk.data + chunk.size);
    } else if (chunk.is("PLTE")) {
        const extent most = png.color == 3 ? extent{1} << png.samples.depth : 256;
        if (png.has_palette || data_began || png.color == 0 || png.color == 4)
            return misplaced("one palette, before IDAT, in a color image");
        if (chunk.size % 3 != 0 || chunk.size == 0 || chunk.size / 3 > most)
            return misplaced("whole colors of 3 bytes, no more than the bit depth allows");
        png.has_palette = true;
        png.palette = {chunk.data, chunk.size};
        png.palette_entries = chunk.size / 3;
    } else if (chunk.is("tRNS")) {
        const bool fits = png.color == 3   ? png.has_palette && chunk.size >= 1 && chunk.size <= png.palette_entries
                          : png.color == 0 ? chunk.size == 2
                                           : png.color == 2 && chunk.size == 6;
        if (png.has_transparency || data_began || !fits)
            return misplaced("one tRNS that fits the color type, before IDAT");
        png.has_transparency = true;
        png.transparency = {chunk.data, chunk.size};
    } else if (chunk.is("eXIf")) {
        if (png.has_exif) return misplaced("one eXIf chunk at most");
        png.has_exif = true;
        png.picture.orientation = exif_orientation({chunk.data, chunk.size});
    } else if (chunk.is("IHDR")) {
        return misplaced("one IHDR alone");
    } else if (chunk.is("acTL")) {
        return {error_kind::unsupported, file, chunk.at, "an animated PNG", "a single image"};
    } else if ((chunk.type[0] & 0x20) == 0) {
        return {error_kind::unsupported, file, chunk.at, "an unknown critical chunk " + std::string(chunk.type),
                "IHDR, PLTE, IDAT, IEND"};
    }
    return {};
}

/// The bytes that the image data must unpack to: a filter byte and the packed pixels for each row of each pass.
inline std::int64_t png_raw_bytes(const png_content& png) {
    const std::int64_t bits = png.samples.channels * png.samples.depth;
    std::int64_t bytes = 0;
    visit_png_passes(png.picture.width, png.picture.height, png.interlaced,
                     [&](const png_pass& pass) { bytes += pass.height * (1 + (pass.width * bits + 7) / 8); });
    return bytes;
}

/// Unpacks a zlib stream by stb's inflate, for programs without zlib, and compares the checksum that stb ignores.
[[nodiscard]] inline inflation inflate_by_stb(byte_view packed, byte_vector& to) {
    const int size = static_cast<int>(to.size());
    const int got = stb_read::ctnn_stbi_zlib_decode_buffer(reinterpret_cast<char*>(to.data()), size,
                                                           reinterpret_cast<const char*>(packed.data),
                                                           static_cast<int>(packed.size));
    const bool whole = got == size && load_big<std::uint32_t>(packed.data + packed.size - 4) == adler32(to);
    return whole ? inflation::whole : inflation::damaged;
}

/// Unpacks the image data into exactly the bytes it must have, so that nothing that unpacks to more takes memory.
inline error unpack_png_data(const std::string& file, const png_content& png, byte_vector& unpacked) {
    const std::int64_t raw = png_raw_bytes(png), packed = static_cast<std::int64_t>(png.compressed.size());
    const auto broken = [&](const char* found) {
        return error(error_kind::corrupt, file, png.first_data, found,
                     "data that unpacks to " + std::to_string(raw) + " bytes");
    };
    if (packed < 6 || raw / deflate_ratio > packed || packed > 0x7fffffff || raw > 0x7fffffff)
        return broken("image data of another size");
    unpacked.resize(static_cast<std::size_t>(raw));
#if defined(CTNN_WITH_ZLIB)
    const inflation ended = inflate_by_zlib(png.compressed, unpacked, zlib_deflate);
#else
    const inflation ended = inflate_by_stb(png.compressed, unpacked);
#endif
    if (ended == inflation::out_of_memory) return make_out_of_memory(file);
    if (ended == inflation::damaged)
        return broken("image data that unpacks to another size or checksum, or not at all, or goes on behind its end");
    return {};
}

/// Sets the colors of a palette and the transparency, once all chunks are known.
inline void set_png_colors(png_content& png) {
    png_samples& how = png.samples;
    image& picture = png.picture;
    const extent alpha = png.has_transparency ? 1 : 0;
    picture.channels = picture.file_channels = (how.indexed ? 3 : how.channels) + alpha;
    if (how.indexed) {
        for (extent i = 0; i < 256; ++i) {
            for (extent k = 0; k < 3; ++k) how.palette[i][k] = 3 * i < png.palette.size ? png.palette[3 * i + k] : 0;
            how.palette[i][3] = i < png.transparency.size ? png.transparency[i] : 255;
        }
    } else if (png.has_transparency) {
        how.keyed = true;
        // The low bits of each number, as many as a sample has.
        for (extent k = 0; k < how.channels; ++k)
            how.key[k] = static_cast<std::uint16_t>(load_big<std::uint16_t>(png.transparency.data + 2 * k) &
                                                    ((1U << how.depth) - 1));
    }
}

/// Reads a PNG file; before a pixel is decoded it checks the signature, every chunk's checksum and place, IHDR first,
/// IEND last, nothing behind it, and that the image data unpacks to exactly the pixels and its own checksum. So a cut
/// file and any single flipped bit are refused.
///
/// Bits below 8 are spread over 0 to 255, 16 bits stay; a palette becomes its colors, black where an index is beyond
/// it; transparency becomes an alpha channel. Refuses animated PNG and unknown critical chunks as unsupported.
[[nodiscard]] inline result<image> read_png(byte_view bytes, const std::string& file, const image_limits& limits) {
    png_content png;
    png_chunk chunk, before;
    byte_reader reader(bytes, 8);
    for (bool first = true;; first = false) {
        before = chunk;
        chunk.at = reader.position();
        std::uint32_t size = 0, checksum = 0;
        if (!reader.big(size)) return error(error_kind::truncated, file, chunk.at, "the end of the file", "a chunk");
        const unsigned char* type = reader.here();
        if (!reader.skip(std::int64_t{4} + size) || !reader.big(checksum))
            return error(error_kind::truncated, file, chunk.at, "a chunk longer than the file",
                         std::to_string(size) + " bytes and a checksum");
        std::memcpy(chunk.type, type, 4);
        // The type stands in messages, so it must be letters there.
        for (int i = 0; i < 4; ++i) {
            const char c = chunk.type[i];
            if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) chunk.type[i] = '?';
        }
        chunk.size = static_cast<extent>(size);
        chunk.data = type + 4;
        if (crc32({type, chunk.size + 4}) != checksum)
            return error(error_kind::corrupt, file, chunk.at,
                         "a chunk " + std::string(chunk.type) + " whose checksum differs", "equal checksums");
        if (first) {
            if (error wrong = read_png_header(file, chunk, limits, png)) return wrong;
        } else if (chunk.is("IEND")) {
            if (size != 0 || reader.left() != 0)
                return error(error_kind::trailing_data, file, reader.position(),
                             std::to_string(reader.left()) + " bytes behind IEND", "the end of the file");
            break;
        } else if (error wrong = read_png_chunk(file, chunk, before, png)) {
            return wrong;
        }
    }
    if (png.first_data == 0) return error(error_kind::corrupt, file, chunk.at, "no image data", "an IDAT chunk");
    byte_vector data;
    if (error wrong = unpack_png_data(file, png, data)) return wrong;
    png.compressed = {};
    set_png_colors(png);
    image& picture = png.picture;
    picture.pixels.resize(static_cast<std::size_t>(picture.height * picture.width * picture.channels));
    if (!read_png_pixels(data, png.interlaced, png.samples, picture))
        return error(error_kind::corrupt, file, png.first_data, "a row with an unknown filter", "0 to 4");
    return std::move(picture);
}

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_IO_PNG
// -------------------- ctnn/io/pnm.hpp
#ifndef CTNN_INCLUDED_IO_PNM
#define CTNN_INCLUDED_IO_PNM
/// \file
/// Binary PNM files (P5 gray, P6 color), by code of the library's own: stb_image 2.27 swaps the bytes of 16-bit values.
/// https://netpbm.sourceforge.net/doc/pgm.html

namespace ctnn::detail {

/// One number of the header: white space and comments (from # to the end of the line), then digits.
/// \returns false where no number of at most 9 digits stands.
inline bool read_pnm_number(byte_view b, extent& at, std::int64_t& number) {
    const auto space = [](unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    const extent begin = at;
    while (at < b.size && (space(b[at]) || b[at] == '#')) {
        if (b[at] == '#')
            while (at < b.size && b[at] != '\n' && b[at] != '\r') ++at;
        else
            ++at;
    }
    if (at == begin) return false;
    const extent first = at;
    number = 0;
    while (at < b.size && b[at] >= '0' && b[at] <= '9' && at - first < 10) number = 10 * number + (b[at++] - '0');
    return at > first && at - first < 10;
}

/// Reads a binary PNM file of exactly one image: values of 8 bits up to a maximum of 255, above it of 16, most
/// significant byte first; `maximum` of the image is the file's. A value above it is corrupt.
///
/// Refuses a file that is shorter (truncated) or longer (trailing_data: also a second image) than its header says.
[[nodiscard]] inline result<image> read_pnm(byte_view b, const std::string& file, const image_limits& limits) {
    std::int64_t width = 0, height = 0, maximum = 0;
    extent at = 2;
    for (std::int64_t* number : {&width, &height, &maximum}) {
        if (read_pnm_number(b, at, *number)) continue;
        return error(at >= b.size ? error_kind::truncated : error_kind::corrupt, file, at, "no number",
                     "width, height and maximum");
    }
    if (error wrong = check_size(file, 2, height, width, limits)) return wrong;
    if (maximum < 1 || maximum > 65535)
        return error(error_kind::corrupt, file, at, "a maximum of " + std::to_string(maximum), "1 to 65535");
    if (at >= b.size) return error(error_kind::truncated, file, at, "the end of the file", "pixels");
    if (!(b[at] == ' ' || (b[at] >= '\t' && b[at] <= '\r')))
        return error(error_kind::corrupt, file, at, "no white space", "one behind the maximum");
    ++at;
    image out;
    out.format = image_format::pnm;
    out.height = static_cast<extent>(height);
    out.width = static_cast<extent>(width);
    out.channels = out.file_channels = b[1] == '5' ? 1 : 3;
    out.maximum = static_cast<extent>(maximum);
    const extent count = out.height * out.width * out.channels, size = maximum > 255 ? 2 : 1;
    if (b.size - at != count * size) {
        return error(b.size - at < count * size ? error_kind::truncated : error_kind::trailing_data, file, at,
                     std::to_string(b.size - at) + " bytes of pixels", std::to_string(count * size));
    }
    out.pixels.resize(static_cast<std::size_t>(count));
    for (extent i = 0; i < count; ++i) {
        const std::uint16_t value = size == 1 ? b[at + i] : load_big<std::uint16_t>(b.data + at + 2 * i);
        if (value > maximum)
            return error(error_kind::corrupt, file, at + i * size, "a value of " + std::to_string(value),
                         "at most " + std::to_string(maximum));
        out.pixels[static_cast<std::size_t>(i)] = value;
    }
    return out;
}

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_IO_PNM

namespace ctnn {

/// What to do with an alpha channel, which no network input has. One that is opaque everywhere is left out in any case.
enum class transparency : unsigned char {
    refuse,      ///< an error, because what lies under a transparent pixel is anybody's guess
    ignore,      ///< take the colors as they are stored
    over_black,  ///< color * alpha, rounded to nearest
    over_white   ///< color * alpha + full brightness * (1 - alpha), rounded to nearest
};

/// How an image is read.
struct image_options {
    extent channels = 0;  ///< 1 gray, 3 color, 0 as the file has it
    transparency alpha = transparency::refuse;
    bool upright = true;                   ///< turn the pixels as EXIF's orientation says
    std::int64_t budget = default_budget;  ///< bytes of the file, and 8 for each pixel of it
    std::int64_t largest_side = 1 << 15;   ///< rows and columns; stb reads no more than this default
};

namespace detail {

/// Reads a JPEG file: checks it, then decodes it.
[[nodiscard]] inline result<image> read_jpeg(byte_view bytes, const std::string& file, const image_limits& limits) {
    result<image> read = check_jpeg(bytes, file, limits);
    if (!read) return read;
    image& out = *read;
    int width = 0, height = 0, channels = 0;
    const stb_memory memory;
    const unsigned char* const pixels =
        stb_read::ctnn_stbi_load_from_memory(bytes.data, static_cast<int>(bytes.size), &width, &height, &channels, 0);
    if (pixels == nullptr) {
        const char* reason = stb_read::ctnn_stbi_failure_reason();
        if (reason != nullptr && std::strcmp(reason, "outofmem") == 0) return make_out_of_memory(file);
        return error(error_kind::corrupt, file,
                     std::string("cannot be decoded: ") + (reason != nullptr ? reason : "no reason given"));
    }
    if (width != out.width || height != out.height || channels != out.channels)
        return error(error_kind::corrupt, file, "decodes to another size than its header states");
    out.pixels.assign(pixels, pixels + out.height * out.width * out.channels);
    return read;
}

/// Takes the last channel away as the option says.
inline error remove_alpha(image& picture, transparency how, const std::string& file) {
    const extent c = picture.channels, colors = c - 1;
    const std::size_t positions = picture.pixels.size() / static_cast<std::size_t>(c);
    const std::uint32_t most = static_cast<std::uint32_t>(picture.maximum);
    bool opaque = true;
    for (std::size_t i = 0; i < positions && opaque; ++i)
        opaque = picture.pixels[(i + 1) * static_cast<std::size_t>(c) - 1] == most;
    if (!opaque && how == transparency::refuse) {
        return {error_kind::unsupported, file,
                "has transparent pixels; image_options::alpha says what they become: ignore, over_black or over_white"};
    }
    const bool blend = !opaque && how != transparency::ignore;
    const std::uint32_t behind = how == transparency::over_white ? most : 0;
    const std::uint16_t* from = picture.pixels.data();
    std::uint16_t* to = picture.pixels.data();
    for (std::size_t i = 0; i < positions; ++i, from += c, to += colors) {
        const std::uint64_t alpha = from[colors];
        for (extent k = 0; k < colors; ++k)
            to[k] = blend ? static_cast<std::uint16_t>((from[k] * alpha + behind * (most - alpha) + most / 2) / most)
                          : from[k];
    }
    picture.pixels.resize(positions * static_cast<std::size_t>(colors));
    picture.channels = colors;
    picture.alpha_removed = true;
    return {};
}

/// decode_image(), which sees to memory that runs out.
inline result<image> decode_any_image(byte_view bytes, const image_options& options, const std::string& file) {
    if (options.channels != 0 && options.channels != 1 && options.channels != 3)
        return error(error_kind::invalid_argument, file, "an image has 1 or 3 channels, or 0: as the file");
    if (bytes.size > options.budget || bytes.size > 0x7fffffff)
        return error(error_kind::too_large, file, 0, std::to_string(bytes.size) + " bytes",
                     "a budget of " + std::to_string(options.budget));
    const image_limits limits{options.budget, options.largest_side < (1 << 15) ? options.largest_side : 1 << 15};
    const result<image_format> format = identify_image(bytes, file);
    if (!format) return format.error();
    result<image> read = *format == image_format::png    ? read_png(bytes, file, limits)
                         : *format == image_format::jpeg ? read_jpeg(bytes, file, limits)
                         : *format == image_format::bmp  ? read_bmp(bytes, file, limits)
                                                         : read_pnm(bytes, file, limits);
    if (!read) return read;
    image picture = std::move(*read);
    if (picture.channels == 2 || picture.channels == 4)
        if (error wrong = remove_alpha(picture, options.alpha, file)) return wrong;
    if (options.channels == 1) make_gray(picture);
    if (options.channels == 3) make_color(picture);
    if (options.upright) make_upright(picture);
    return picture;
}

}  // namespace detail

/// Decodes an image file that is in memory; `file` is its name in errors. Checks and refusals as read_image().
[[nodiscard]] inline result<image> decode_image(byte_view bytes, const image_options& options = {},
                                                const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&] { return detail::decode_any_image(bytes, options, file); });
}

/// Reads an image file.
///
///     gives     pixels (height, width, channels) in the file's own range; to_float() makes them 0 to 1
///     converts  a palette to its colors; 1, 2 and 4 bits to 8; 16 bits stay; color to gray by luma(); turns the
///               pixels as EXIF's orientation says
///     ignores   gamma, color profiles, resolution
///     refuses   what is cut, damaged or longer than it says, before decoding (PNG: any flipped bit; JPEG, BMP and PNM
///               have no checksum); sizes beyond the budget, before any memory is taken (too_large); transparency,
///               unless the options say what it becomes, CMYK, 12-bit, arithmetic and lossless JPEG, animated PNG
///               and every other format by name (unsupported)
///
///     auto scan = ctnn::read_image("scan.png", {.channels = 1});
[[nodiscard]] inline result<image> read_image(const std::string& path, const image_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<image> {
        const result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        return decode_image(*bytes, options, path);
    });
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_IO_IMAGE

namespace ctnn {

/// How the images of a data set are read.
struct image_folder_options {
    input_scaling scaling{};                      ///< x = pixel * factor + shift, pixel in [0, 1]
    transparency alpha = transparency::refuse;    ///< what transparent pixels become
    std::int64_t budget = std::int64_t{4} << 30;  ///< bytes of the data set in memory
};

/// Reads the images of a listing into a data set, resized and gray or color as the network's input says.
///
///     gives     inputs by write_image_input(), labels and class names of the listing, in its order
///     refuses   with too_large more than the budget, before anything is read; otherwise what read_image() refuses,
///               with the name of the file. With `skipped`, a file that cannot be read is no failure: it leaves the
///               listing, and its error is appended there; only when no image is left it is invalid_argument
///
///     auto listing = ctnn::list_image_folder("images/train");
///     auto train = ctnn::read_images<net::input>(*listing, {.scaling = {2, -1}});
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_images(image_listing& listing, const image_folder_options& options = {},
                                                    std::vector<error>* skipped = nullptr) {
    return detail::read_listing<Input, T>(
        listing, "images", options.budget, skipped, [&](const std::string& file, T* to) -> error {
            result<image> picture = read_image(file, {.channels = dims_of<Input>.channels(), .alpha = options.alpha});
            if (!picture) return picture.error();
            write_image_input<Input>(std::move(*picture), options.scaling, to);
            return {};
        });
}

/// Reads a folder whose subfolders are classes; list_image_folder() and read_images() say what is taken and refused.
///
///     auto train = ctnn::read_image_folder<net::input>("images/train");
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_image_folder(const std::string& root,
                                                          const image_folder_options& options = {},
                                                          std::vector<error>* skipped = nullptr) {
    result<image_listing> listing = list_image_folder(root);
    if (!listing) return listing.error();
    return read_images<Input, T>(*listing, options, skipped);
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_DATA_IMAGE_FOLDER
// -------------------- ctnn/data/mask_folder.hpp
#ifndef CTNN_INCLUDED_DATA_MASK_FOLDER
#define CTNN_INCLUDED_DATA_MASK_FOLDER
/// \file
/// Images with masks: a data set with a label at each pixel. Needs stb_image; to include this file is to ask for it.

namespace ctnn {

/// How images and masks are read.
struct mask_folder_options {
    input_scaling scaling{};                      ///< x = pixel * factor + shift, pixel in [0, 1]
    transparency alpha = transparency::refuse;    ///< what transparent pixels of images become
    std::vector<extent> values{0, 255};           ///< the gray value of each class in a mask; others are refused
    std::int64_t budget = std::int64_t{4} << 30;  ///< bytes of the data set in memory
};

namespace detail {

/// Writes the class of each pixel, at another size that of the pixel in the middle of each new one:
/// source = floor((o + 0.5) * in / out).
[[nodiscard]] inline error write_mask(const image& mask, const std::string& file, const std::vector<extent>& values,
                                      extent height, extent width, std::int32_t* to) {
    if (mask.channels != 1)
        return {error_kind::unsupported, file, "is a mask in color; the classes of a mask are values of gray"};
    std::vector<std::int32_t> classes;
    for (std::size_t i = 0; i < mask.pixels.size(); ++i) {
        const auto found = std::find(values.begin(), values.end(), static_cast<extent>(mask.pixels[i]));
        if (found == values.end()) {
            const auto at = static_cast<extent>(i);
            std::string all;
            for (const extent value : values) all += (all.empty() ? "" : ", ") + std::to_string(value);
            return {error_kind::corrupt, file, -1,
                    "the value " + std::to_string(mask.pixels[i]) + " in row " + std::to_string(at / mask.width) +
                        ", column " + std::to_string(at % mask.width),
                    "the value of a class: " + all};
        }
        classes.push_back(static_cast<std::int32_t>(found - values.begin()));
    }
    for (extent y = 0; y < height; ++y)
        for (extent x = 0; x < width; ++x) {
            const extent row = (2 * y + 1) * mask.height / (2 * height),
                         column = (2 * x + 1) * mask.width / (2 * width);
            *to++ = classes[static_cast<std::size_t>(row * mask.width + column)];
        }
    return {};
}

}  // namespace detail

/// Reads images and masks of list_label_pairs() into a data set.
///
///     gives     inputs by write_image_input(); labels [sample][row][column], the class of the pixel of the mask that
///               lies in the middle of the network's pixel
///     refuses   with too_large more than the budget, before anything is read; otherwise what read_image() refuses,
///               with shape_mismatch a mask of another size than its image, with unsupported a mask in color, and with
///               corrupt a value that is none of options.values, with its row and column. With `skipped`, such a pair
///               is no failure: it leaves the pairs, and its error is appended there
///
///     auto pairs = ctnn::list_label_pairs("train/images", "train/masks", ctnn::image_files);
///     auto train = ctnn::read_masked_images<net::input>(*pairs);
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_masked_images(label_pairs& pairs, const mask_folder_options& options = {},
                                                           std::vector<error>* skipped = nullptr) {
    return detail::read_pairs<Input, T>(
        pairs, "images", options.budget, skipped, [&](std::size_t i, T* inputs, std::int32_t* labels) -> error {
            result<image> picture =
                read_image(pairs.images[i], {.channels = dims_of<Input>.channels(), .alpha = options.alpha});
            if (!picture) return picture.error();
            const result<image> mask = read_image(pairs.labels[i]);
            if (!mask) return mask.error();
            if (mask->height != picture->height || mask->width != picture->width)
                return {error_kind::shape_mismatch, pairs.labels[i],
                        "is " + std::to_string(mask->height) + " x " + std::to_string(mask->width) +
                            " pixels, its image " + std::to_string(picture->height) + " x " +
                            std::to_string(picture->width)};
            if (error failed = detail::write_mask(*mask, pairs.labels[i], options.values, dims_of<Input>.height(),
                                                  dims_of<Input>.width(), labels))
                return failed;
            write_image_input<Input>(std::move(*picture), options.scaling, inputs);
            return {};
        });
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_DATA_MASK_FOLDER
// -------------------- ctnn/data/medmnist.hpp
#ifndef CTNN_INCLUDED_DATA_MEDMNIST
#define CTNN_INCLUDED_DATA_MEDMNIST
/// \file
/// Data sets in MedMNIST's form: one .npz file with images and labels of three splits.

// -------------------- ctnn/data/medmnist_md5.hpp
#ifndef CTNN_INCLUDED_DATA_MEDMNIST_MD5
#define CTNN_INCLUDED_DATA_MEDMNIST_MD5
/// \file
/// The checksums that MedMNIST is published with.

namespace ctnn {

/// The MD5 of a file of MedMNIST v2 with images of 28 x 28 or volumes of 28 x 28 x 28, by its name; null for others.
/// https://github.com/MedMNIST/MedMNIST, medmnist/info.py of version 2.1.0 (Zenodo record 6496656)
[[nodiscard]] inline const char* medmnist_md5(const std::string& name) {
    struct entry {
        const char* name;
        const char* md5;
    };
    constexpr entry published[] = {
        {"pathmnist.npz", "a8b06965200029087d5bd730944a56c1"},
        {"chestmnist.npz", "02c8a6516a18b556561a56cbdd36c4a8"},
        {"dermamnist.npz", "0744692d530f8e62ec473284d019b0c7"},
        {"octmnist.npz", "c68d92d5b585d8d81f7112f81e2d0842"},
        {"pneumoniamnist.npz", "28209eda62fecd6e6a2d98b1501bb15f"},
        {"retinamnist.npz", "bd4c0672f1bba3e3a89f0e4e876791e4"},
        {"breastmnist.npz", "750601b1f35ba3300ea97c75c52ff8f6"},
        {"bloodmnist.npz", "7053d0359d879ad8a5505303e11de1dc"},
        {"tissuemnist.npz", "ebe78ee8b05294063de985d821c1c34b"},
        {"organamnist.npz", "866b832ed4eeba67bfb9edee1d5544e6"},
        {"organcmnist.npz", "0afa5834fb105f7705a7d93372119a21"},
        {"organsmnist.npz", "e5c39f1af030238290b9557d9503af9d"},
        {"organmnist3d.npz", "21f0a239e7f502e6eca33c3fc453c0b6"},
        {"nodulemnist3d.npz", "8755a7e9e05a4d9ce80a24c3e7a256f3"},
        {"adrenalmnist3d.npz", "bbd3c5a5576322bc4cdfea780653b1ce"},
        {"fracturemnist3d.npz", "6aa7b0143a6b42da40027a9dda61302f"},
        {"vesselmnist3d.npz", "2ba5b80617d705141f3f85627108fce8"},
        {"synapsemnist3d.npz", "1235b78a3cd6280881dd7850a78eadb6"},
    };
    for (const entry& e : published)
        if (name == e.name) return e.md5;
    return nullptr;
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_DATA_MEDMNIST_MD5
// -------------------- ctnn/io/md5.hpp
#ifndef CTNN_INCLUDED_IO_MD5
#define CTNN_INCLUDED_IO_MD5
/// \file
/// MD5, because data sets are published with it. It finds damage and mix-ups; it is no protection from a forger.
/// https://www.rfc-editor.org/rfc/rfc1321

namespace ctnn {
namespace detail {

/// floor(2^32 |sin(i + 1)|) for i from 0 to 63, as the standard defines it.
inline constexpr std::array<std::uint32_t, 64> md5_sines = {
    0xD76AA478U, 0xE8C7B756U, 0x242070DBU, 0xC1BDCEEEU, 0xF57C0FAFU, 0x4787C62AU, 0xA8304613U, 0xFD469501U,
    0x698098D8U, 0x8B44F7AFU, 0xFFFF5BB1U, 0x895CD7BEU, 0x6B901122U, 0xFD987193U, 0xA679438EU, 0x49B40821U,
    0xF61E2562U, 0xC040B340U, 0x265E5A51U, 0xE9B6C7AAU, 0xD62F105DU, 0x02441453U, 0xD8A1E681U, 0xE7D3FBC8U,
    0x21E1CDE6U, 0xC33707D6U, 0xF4D50D87U, 0x455A14EDU, 0xA9E3E905U, 0xFCEFA3F8U, 0x676F02D9U, 0x8D2A4C8AU,
    0xFFFA3942U, 0x8771F681U, 0x6D9D6122U, 0xFDE5380CU, 0xA4BEEA44U, 0x4BDECFA9U, 0xF6BB4B60U, 0xBEBFBC70U,
    0x289B7EC6U, 0xEAA127FAU, 0xD4EF3085U, 0x04881D05U, 0xD9D4D039U, 0xE6DB99E5U, 0x1FA27CF8U, 0xC4AC5665U,
    0xF4292244U, 0x432AFF97U, 0xAB9423A7U, 0xFC93A039U, 0x655B59C3U, 0x8F0CCC92U, 0xFFEFF47DU, 0x85845DD1U,
    0x6FA87E4FU, 0xFE2CE6E0U, 0xA3014314U, 0x4E0811A1U, 0xF7537E82U, 0xBD3AF235U, 0x2AD7D2BBU, 0xEB86D391U,
};

/// Mixes one block of 64 bytes into the state. \pre block points to 64 bytes
inline void md5_block(std::array<std::uint32_t, 4>& state, const unsigned char* block) {
    constexpr std::array<std::array<int, 4>, 4> turns = {
        {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
    auto [a, b, c, d] = state;
    for (std::size_t i = 0; i < 64; ++i) {
        const std::size_t round = i / 16;
        std::uint32_t mixed = 0;
        std::size_t word = 0;
        switch (round) {
            case 0:
                mixed = (b & c) | (~b & d);
                word = i;
                break;
            case 1:
                mixed = (d & b) | (~d & c);
                word = (5 * i + 1) % 16;
                break;
            case 2:
                mixed = b ^ c ^ d;
                word = (3 * i + 5) % 16;
                break;
            default:
                mixed = c ^ (b | ~d);
                word = 7 * i % 16;
        }
        mixed += a + md5_sines[i] + load_little<std::uint32_t>(block + 4 * word);
        a = d;
        d = c;
        c = b;
        b += std::rotl(mixed, turns[round][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

}  // namespace detail

/// The MD5 of bytes, as 32 hexadecimal digits in lower case.
[[nodiscard]] inline std::string md5(byte_view bytes) {
    std::array<std::uint32_t, 4> state = {0x67452301U, 0xEFCDAB89U, 0x98BADCFEU, 0x10325476U};
    extent at = 0;
    for (; bytes.size - at >= 64; at += 64) detail::md5_block(state, bytes.data + at);

    // The rest, a bit that is set, zeros, and the length in bits: one block or two.
    std::array<unsigned char, 128> last{};
    const extent left = bytes.size - at;
    for (extent i = 0; i < left; ++i) last[static_cast<std::size_t>(i)] = bytes[at + i];
    last[static_cast<std::size_t>(left)] = 0x80;
    const std::size_t end = left < 56 ? 64 : 128;
    const std::uint64_t bits = static_cast<std::uint64_t>(bytes.size) * 8;
    for (std::size_t i = 0; i < 8; ++i) last[end - 8 + i] = static_cast<unsigned char>((bits >> (8 * i)) & 0xffU);
    for (std::size_t block = 0; block < end; block += 64) detail::md5_block(state, last.data() + block);

    std::string text;
    for (const std::uint32_t word : state)
        for (int byte = 0; byte < 4; ++byte)
            for (const int shift : {4, 0}) text += "0123456789abcdef"[(word >> (8 * byte + shift)) & 15U];
    return text;
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_IO_MD5

namespace ctnn {

/// An .npz file whose labels and shapes have been checked; its images are unpacked when a data set is asked for.
///
///     {train,val,test}_images   (N, H, W) gray, or (N, H, W, C) with 1 or 3 channels; volumes (N, D, H, W), whose last
///                               axis is neither 1 nor 3, or (N, D, H, W, C); bytes (0 to 255), 16-bit integers (0 to
///                               65535), or floating-point numbers from 0 to 1
///     {train,val,test}_labels   (N) or (N, 1), integers from 0; or (N, L) of 0 and 1, where a sample may be of several
///                               of L classes
///
/// https://medmnist.com
struct medmnist_file {
    npz archive;
    std::string file;
    extent depth = 0;                            ///< of volumes; 0: images
    extent height = 0, width = 0, channels = 0;  ///< of the images
    extent classes = 0;                          ///< the largest label of all splits, and one; or L
    bool several_labels = false;                 ///< the labels are (N, L)
    std::vector<std::int32_t> train_labels, validation_labels, test_labels;  ///< (N), or (N, L)

    /// Numbers of an image or a volume.
    [[nodiscard]] extent sample_size() const { return (depth > 0 ? depth : 1) * height * width * channels; }
};

/// How a file in MedMNIST's form is opened.
struct medmnist_options {
    std::string md5{};                     ///< 32 hexadecimal digits that the file must have; empty: any
    bool published_md5 = false;            ///< the file must have the sum that medmnist_md5() knows for its name
    std::int64_t budget = default_budget;  ///< bytes of the file, and of what it unpacks to
};

/// Which part of a data set.
enum class split_part : unsigned char { train, validation, test };

namespace detail {

inline error medmnist_labels(const npz& archive, const std::string& file, const std::string& name,
                             std::vector<std::int32_t>& to, extent& columns) {
    const result<array> read = archive.read(name);
    if (!read) return read.error();
    const std::string place = file + "/" + name;
    const std::size_t rank = read->shape.size();
    if (rank < 1 || rank > 2 || (rank == 2 && read->shape[1] < 1))
        return {error_kind::unsupported, place, "labels have the shape (N), (N, 1) or (N, L)"};
    columns = rank == 2 ? read->shape[1] : 1;
    if (read->type == element_type::f4 || read->type == element_type::f8)
        return {error_kind::unsupported, place,
                std::string("found elements of type ") + element_name(read->type) + ", expected integers"};
    const std::vector<std::int64_t> labels = read->as<std::int64_t>();
    const std::int64_t most = columns > 1 ? 1 : 65535;
    to.clear();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i] < 0 || labels[i] > most)
            return {error_kind::corrupt, place,
                    "sample " + std::to_string(i / static_cast<std::size_t>(columns)) + " has the label " +
                        std::to_string(labels[i]) + ", expected 0 to " + std::to_string(most)};
        to.push_back(static_cast<std::int32_t>(labels[i]));
    }
    return {};
}

/// Sample i of an array of images, as values from 0 to 1.
template <image_shape Input, class From, class T>
error medmnist_image(const From* pixels, double maximum, const medmnist_file& from, const input_scaling& scaling,
                     T* to) {
    const extent size = from.height * from.width * from.channels;
    if constexpr (sizeof(From) <= 2) {
        image picture{.height = from.height,
                      .width = from.width,
                      .channels = from.channels,
                      .maximum = static_cast<extent>(maximum),
                      .pixels = std::vector<std::uint16_t>(pixels, pixels + size)};
        write_image_input<Input>(std::move(picture), scaling, to);
    } else {
        float_image picture{from.height, from.width, dims_of<Input>.channels(), {}};
        for (extent i = 0; i < size; i += from.channels) {
            for (extent k = 0; k < from.channels; ++k)
                if (!(pixels[i + k] >= 0 && static_cast<double>(pixels[i + k]) <= maximum))
                    return {error_kind::not_finite, "a pixel is outside 0 to 1"};
            // luma() in floating point; gray is repeated.
            const auto at = [&](extent k) { return static_cast<float>(pixels[i + (from.channels == 3 ? k : 0)]); };
            if (picture.channels == 3)
                for (extent k = 0; k < 3; ++k) picture.values.push_back(at(k));
            else
                picture.values.push_back(from.channels == 1 ? at(0) : 0.299f * at(0) + 0.587f * at(1) + 0.114f * at(2));
        }
        write_values<Input>(picture, scaling, to);
    }
    return {};
}

template <image_shape Input, class From, class T>
error medmnist_images(const array& images, double maximum, const medmnist_file& from, const input_scaling& scaling,
                      dataset<Input, T>& to) {
    const std::vector<From> pixels = images.as<From>();
    const extent size = from.height * from.width * from.channels, n = images.shape[0];
    to.inputs.resize(static_cast<std::size_t>(n * Input::size));
    for (extent i = 0; i < n; ++i) {
        if (error failed = medmnist_image<Input>(pixels.data() + i * size, maximum, from, scaling,
                                                 to.inputs.data() + i * Input::size))
            return {failed.kind(), from.file, "image " + std::to_string(i) + ": " + failed.message()};
    }
    return {};
}

/// Holds the file against the sums that the options name.
inline error check_medmnist_md5(const std::string& path, byte_view bytes, const medmnist_options& options) {
    if (options.md5.empty() && !options.published_md5) return {};
    const std::string found = md5(bytes);
    const auto differs = [&](const std::string& expected) {
        return error(error_kind::corrupt, path, -1, "a file with the MD5 " + found, expected);
    };
    if (!options.md5.empty() && found != options.md5) return differs(options.md5);
    if (!options.published_md5) return {};
    const std::size_t slash = path.find_last_of("/\\");
    const std::string name = path.substr(slash == std::string::npos ? 0 : slash + 1);
    const char* published = medmnist_md5(name);
    if (published == nullptr)
        return {error_kind::invalid_argument, path, "no MD5 is known for a file of this name; give it as md5"};
    return found == published ? error{} : differs(published);
}

/// Labels and class names of one part.
template <static_shape Input, class T>
void set_medmnist_labels(const medmnist_file& from, split_part part, dataset<Input, T>& to) {
    const std::vector<std::int32_t>& labels = part == split_part::train        ? from.train_labels
                                              : part == split_part::validation ? from.validation_labels
                                                                               : from.test_labels;
    if (from.several_labels)
        to.values.assign(labels.begin(), labels.end());
    else
        to.labels = labels;
    for (extent c = 0; c < from.classes; ++c) to.class_names.push_back(std::to_string(c));
}

/// The images of one part.
inline result<array> medmnist_array(const medmnist_file& from, split_part part) {
    return from.archive.read(part == split_part::train        ? "train_images"
                             : part == split_part::validation ? "val_images"
                                                              : "test_images");
}

/// Reads and checks the labels of a split and the shape of its images.
inline error medmnist_split(medmnist_file& to, const std::string& name, std::vector<std::int32_t>& labels) {
    extent columns = 1;
    if (error failed = medmnist_labels(to.archive, to.file, name + "_labels", labels, columns)) return failed;
    const result<array> images = to.archive.read(name + "_images");
    if (!images) return images.error();
    const std::vector<extent>& shape = images->shape;
    const std::string place = to.file + "/" + name + "_images";
    const std::size_t rank = shape.size();
    const bool channels_last = rank >= 4 && (shape.back() == 1 || shape.back() == 3);
    const std::size_t axes = rank - (channels_last ? 2 : 1);  // without samples and channels
    bool empty = rank < 3 || axes < 2 || axes > 3;
    for (std::size_t i = 1; i < rank; ++i) empty = empty || shape[i] < 1;
    if (empty)
        return {error_kind::shape_mismatch, place,
                "images have the shape (N, H, W), volumes (N, D, H, W), with 1 or 3 channels behind or without"};
    const extent count = static_cast<extent>(labels.size()) / columns;
    if (shape[0] != count)
        return {error_kind::shape_mismatch, place,
                "holds " + std::to_string(shape[0]) + " images for " + std::to_string(count) + " labels"};
    const extent depth = axes == 3 ? shape[1] : 0, height = shape[axes - 1], width = shape[axes],
                 channels = channels_last ? shape.back() : 1;
    const bool other =
        to.height != 0 && (to.depth != depth || to.height != height || to.width != width || to.channels != channels);
    if (other) return {error_kind::shape_mismatch, place, "has images of another size than the other splits"};
    if (to.height != 0 && (to.several_labels != (columns > 1) || (columns > 1 && to.classes != columns)))
        return {error_kind::shape_mismatch, place, "has another number of labels a sample than the other splits"};
    if (images->type != element_type::u1 && images->type != element_type::u2 && images->type != element_type::f4 &&
        images->type != element_type::f8)
        return {error_kind::unsupported, place,
                std::string("found elements of type ") + element_name(images->type) + ", expected u1, u2, f4 or f8"};
    to.depth = depth;
    to.height = height;
    to.width = width;
    to.channels = channels;
    to.several_labels = columns > 1;
    if (to.several_labels) to.classes = columns;
    for (const std::int32_t label : labels) to.classes = std::max<extent>(to.classes, label + 1);
    return {};
}

}  // namespace detail

/// Opens a file in MedMNIST's form.
///
///     refuses   what read_npz() refuses; another MD5 than asked for as corrupt, before anything is looked at; a
///               missing array (the message lists those that exist); images and labels of different counts, or splits
///               of different sizes, as shape_mismatch; other types as unsupported; fewer than two classes, splits
///               without samples, and a name without a known MD5 where the published one is asked for, as
///               invalid_argument
///
///     auto file = ctnn::open_medmnist("organmnist3d.npz", {.published_md5 = true});
[[nodiscard]] inline result<medmnist_file> open_medmnist(const std::string& path,
                                                         const medmnist_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<medmnist_file> {
        result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        if (error failed = detail::check_medmnist_md5(path, *bytes, options)) return failed;
        result<npz> archive = parse_npz(std::move(*bytes), path, options.budget);
        if (!archive) return archive.error();
        medmnist_file opened{.archive = std::move(*archive),
                             .file = path,
                             .train_labels = {},
                             .validation_labels = {},
                             .test_labels = {}};
        if (error failed = detail::medmnist_split(opened, "train", opened.train_labels)) return failed;
        if (error failed = detail::medmnist_split(opened, "val", opened.validation_labels)) return failed;
        if (error failed = detail::medmnist_split(opened, "test", opened.test_labels)) return failed;
        if (opened.classes < 2)
            return error(error_kind::invalid_argument, path, "has a single class, expected at least two");
        for (const auto* labels : {&opened.train_labels, &opened.validation_labels, &opened.test_labels})
            if (labels->empty()) return error(error_kind::invalid_argument, path, "has a split without samples");
        return opened;
    });
}

/// The samples of one split, resized and gray or color as the network's input says (write_image_input()). Where a
/// sample may be of several classes, values are 1 or 0 for each and labels are empty.
/// Refuses volumes with shape_mismatch, floating-point pixels outside 0 to 1 with not_finite, and what npz::read()
/// refuses.
///
///     auto file = ctnn::open_medmnist("pneumoniamnist.npz");
///     auto train = ctnn::read_medmnist<net::input>(*file, ctnn::split_part::train, {2, -1});
template <image_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_medmnist(const medmnist_file& from, split_part part,
                                                      const input_scaling& scaling = {}) {
    return detail::catch_out_of_memory(from.file, [&]() -> result<dataset<Input, T>> {
        if (from.depth > 0)
            return error(error_kind::shape_mismatch, from.file, "holds volumes, where the network takes images");
        dataset<Input, T> data;
        detail::set_medmnist_labels(from, part, data);
        const result<array> images = detail::medmnist_array(from, part);
        if (!images) return images.error();
        error failed;
        switch (images->type) {
            case element_type::u1:
                failed = detail::medmnist_images<Input, std::uint8_t>(*images, 255, from, scaling, data);
                break;
            case element_type::u2:
                failed = detail::medmnist_images<Input, std::uint16_t>(*images, 65535, from, scaling, data);
                break;
            default:
                failed = detail::medmnist_images<Input, double>(*images, 1, from, scaling, data);
        }
        if (failed) return failed;
        return data;
    });
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_DATA_MEDMNIST
// -------------------- ctnn/data/medmnist_volumes.hpp
#ifndef CTNN_INCLUDED_DATA_MEDMNIST_VOLUMES
#define CTNN_INCLUDED_DATA_MEDMNIST_VOLUMES
/// \file
/// Volumes in MedMNIST's form.

namespace ctnn {

namespace detail {

template <volume_shape Input, class From, class T>
[[nodiscard]] error medmnist_volumes(const array& images, double maximum, const medmnist_file& from,
                                     const input_scaling& scaling, dataset<Input, T>& to) {
    const std::vector<From> voxels = images.as<From>();
    const extent size = from.sample_size(), n = images.shape[0];
    to.inputs.resize(static_cast<std::size_t>(n * Input::size));
    volume v;
    v.grid = {from.depth, from.height, from.width, {}};
    v.channels = from.channels;
    for (extent i = 0; i < n; ++i) {
        v.values.clear();
        for (extent k = 0; k < size; ++k) {
            const double value = static_cast<double>(voxels[static_cast<std::size_t>(i * size + k)]) / maximum;
            if (!(value >= 0 && value <= 1))
                return {error_kind::not_finite, from.file,
                        "volume " + std::to_string(i) + ": a voxel is outside 0 to 1"};
            v.values.push_back(static_cast<float>(value));
        }
        if (error failed = write_prepared<Input>(v, scaling, to.inputs.data() + i * Input::size))
            return {failed.kind(), from.file, failed.message()};
    }
    return {};
}

}  // namespace detail

/// The volumes of one split, cut or filled up with 0 around their middle: x = voxel * factor + shift, voxel from 0 to
/// 1. The axes are those of the file; MedMNIST does not say how they lie in the patient. Refuses images and other
/// numbers of channels with shape_mismatch, floating-point voxels outside 0 to 1 with not_finite, and what npz::read()
/// refuses.
///
///     auto file = ctnn::open_medmnist("organmnist3d.npz");
///     auto train = ctnn::read_medmnist<net::input>(*file, ctnn::split_part::train, {2, -1});
template <volume_shape Input, class T = float>
[[nodiscard]] result<dataset<Input, T>> read_medmnist(const medmnist_file& from, split_part part,
                                                      const input_scaling& scaling = {}) {
    return detail::catch_out_of_memory(from.file, [&]() -> result<dataset<Input, T>> {
        if (from.depth == 0)
            return error(error_kind::shape_mismatch, from.file, "holds images, where the network takes volumes");
        dataset<Input, T> data;
        detail::set_medmnist_labels(from, part, data);
        const result<array> images = detail::medmnist_array(from, part);
        if (!images) return images.error();
        error failed = images->type == element_type::u1
                           ? detail::medmnist_volumes<Input, std::uint8_t>(*images, 255, from, scaling, data)
                       : images->type == element_type::u2
                           ? detail::medmnist_volumes<Input, std::uint16_t>(*images, 65535, from, scaling, data)
                           : detail::medmnist_volumes<Input, double>(*images, 1, from, scaling, data);
        if (failed) return failed;
        return data;
    });
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_DATA_MEDMNIST_VOLUMES
#endif
// -------------------- ctnn/engine/freeze.hpp
/// \file
/// The deployable form of a model: folded, fused, packed; it computes and does nothing else.

#include <span>

// -------------------- ctnn/engine/fold.hpp
/// \file
/// Packs a model's parameters for an engine; a batch norm behind a convolution becomes part of its weights.

// -------------------- ctnn/engine/program.hpp
/// \file
/// The executor of inference: one loop over rows that are plain numbers. It sees no network.

// -------------------- ctnn/graph/inference_plan.hpp
/// \file
/// The memory of inference, worked out and proved when the network is compiled.

// -------------------- ctnn/graph/arrange.hpp
/// \file
/// Where each storage lies in the arena: best fit, largest first.

// -------------------- ctnn/graph/schedule.hpp
/// \file
/// What is to be placed in memory: tasks in the order of time, and the buffers that they read and write.

namespace ctnn::detail {

/// How a buffer shares memory with its parent.
enum class link : unsigned char {
    root,    ///< it does not
    slice,   ///< some of the parent's channels
    same,    ///< the whole of it, with the same shape
    reshape  ///< the whole of it, with another shape
};

/// A value, a gradient or temporary memory.
struct buffer {
    dims shape{};
    int parent = -1;
    link how = link::root;
    extent channel = 0;     // where a slice begins in its parent
    bool external = false;  // the caller's memory
    extent before[3]{};     // zero border that convolutions read; of a root: the largest of all members
    extent after[3]{};
    int first = -1, last = -1;  // times of the first write and the last read or write; of a root: of all members
    extent place = -1;          // of a root: offset in the arena, in elements a sample
};

/// Where a buffer's elements lie: in which root, at which element of it, with which steps along depth, height, width.
struct location {
    int root = 0;
    extent offset = 0;
    extent step[3]{};
};

/// What happens at one time.
struct task {
    int row = -1;  // of the table; -1: the loss
    bool backward = false;
    int reads[5]{-1, -1, -1, -1, -1};
    int writes[3]{-1, -1, -1};
    int view_of = -1;  // the buffer whose memory writes[0] may share
    link view = link::root;
    extent channel = 0;    // of a slice: where it begins in the concatenation
    bool elided = false;   // sharing left nothing to do
    bool accumulate[2]{};  // backward: the gradient of input 0, 1 exists and is added to
    int border = -1;       // the root whose border is zeroed before this task
};

/// Tasks, buffers and the arena that holds them. Plain arrays: std::array costs clang three constexpr steps an access.
template <int Tasks, int Buffers>
struct schedule {
    task tasks[static_cast<std::size_t>(Tasks)]{};
    buffer buffers[static_cast<std::size_t>(Buffers)]{};
    extent elements = 0;  // of the arena, a sample

    // Said once more: g++ 12 forgets the defaults of an array's later elements (-1 becomes 0) when a constant of
    // this type is not the first one of its translation unit.
    constexpr schedule() {
        for (task& k : tasks) k = task{};
        for (buffer& b : buffers) b = buffer{};
    }

    [[nodiscard]] constexpr int root(int b) const {
        while (buffers[b].parent >= 0) b = buffers[b].parent;
        return b;
    }
    /// Elements of a root with its border, rounded up to a cache line.
    [[nodiscard]] constexpr extent size(int b) const {
        const buffer& u = buffers[b];
        extent n = u.shape.channels();
        for (int a = 0; a < 3; ++a) n *= u.shape.axis[a] + u.before[a] + u.after[a];
        return round_up(n);
    }
    [[nodiscard]] constexpr location where(int b) const {
        location at;
        bool known = false;
        const auto steps = [&](const buffer& u, bool bordered) {
            at.step[2] = u.shape.channels();
            at.step[1] = at.step[2] * (u.shape.width() + (bordered ? u.before[2] + u.after[2] : 0));
            at.step[0] = at.step[1] * (u.shape.height() + (bordered ? u.before[1] + u.after[1] : 0));
            known = true;
        };
        for (int v = b;;) {
            const buffer& u = buffers[v];
            if (u.parent < 0) {
                if (!known) {
                    steps(u, true);
                    for (int a = 0; a < 3; ++a) at.offset += u.before[a] * at.step[a];
                }
                at.root = v;
                return at;
            }
            if (u.how == link::reshape && !known) steps(u, false);
            at.offset += u.channel;
            v = u.parent;
        }
    }
    /// Channels of a storage, or of what was reshaped to become a part of it: slices of a concatenation can be compared
    /// though the whole is flattened afterwards.
    struct channel_range {
        int of = 0;
        extent low = 0, high = 0;
        [[nodiscard]] constexpr bool overlaps(const channel_range& other) const {
            return of != other.of || (low < other.high && other.low < high);
        }
    };
    [[nodiscard]] constexpr channel_range channels_of(int b) const {
        channel_range r{b, 0, buffers[b].shape.channels()};
        for (; buffers[r.of].parent >= 0 && buffers[r.of].how != link::reshape; r.of = buffers[r.of].parent) {
            r.low += buffers[r.of].channel;
            r.high += buffers[r.of].channel;
        }
        return r;
    }
    /// What a task writes: all channels, or those of a concatenation that it fills.
    [[nodiscard]] constexpr channel_range written_by(const task& k, int b) const {
        channel_range r = channels_of(b);
        if (k.view == link::slice && !k.backward) {
            r.low += k.channel;
            r.high = r.low + buffers[k.view_of].shape.channels();
        }
        return r;
    }
    /// Do two members of one storage touch the same channels? Before and after a reshape they do.
    [[nodiscard]] constexpr bool overlap(int a, int b) const { return channels_of(a).overlaps(channels_of(b)); }
    [[nodiscard]] constexpr bool bordered(int b) const {
        const buffer& u = buffers[b];
        return u.before[0] + u.before[1] + u.before[2] + u.after[0] + u.after[1] + u.after[2] > 0;
    }
};

}  // namespace ctnn::detail

namespace ctnn::detail {

// This is the quadratic stage, so it is resumable: clang counts its limit of 2^20 steps per constant, and a call places
// at most so many storages.
inline constexpr int storages_a_stage = 96;

template <class Before>
constexpr void shell_sort(int* ids, int count, const Before& before) {
    for (int gap = count / 2; gap > 0; gap /= 2)
        for (int i = gap; i < count; ++i)
            for (int j = i; j >= gap && before(ids[j], ids[j - gap]); j -= gap) {
                const int swapped = ids[j - gap];
                ids[j - gap] = ids[j];
                ids[j] = swapped;
            }
}

/// Places the largest storages that have no place yet, each into the tightest gap between those alive at the same time.
template <int Tasks, int Buffers>
constexpr void arrange(schedule<Tasks, Buffers>& s) {
    int order[static_cast<std::size_t>(Buffers)]{}, placed[static_cast<std::size_t>(Buffers)]{};
    extent sizes[static_cast<std::size_t>(Buffers)]{};
    int waiting = 0, done = 0;
    for (int b = 0; b < Buffers; ++b) {
        const buffer& u = s.buffers[b];
        if (u.parent >= 0 || u.external || u.last < 0) continue;
        sizes[b] = s.size(b);
        (u.place < 0 ? order[waiting++] : placed[done++]) = b;
    }
    shell_sort(order, waiting, [&](int a, int b) { return sizes[a] > sizes[b]; });
    shell_sort(placed, done, [&](int a, int b) { return s.buffers[a].place < s.buffers[b].place; });
    for (int i = 0; i < waiting && i < storages_a_stage; ++i) {
        buffer& u = s.buffers[order[i]];
        const extent need = sizes[order[i]];
        extent end = 0, best = -1, slack = 0;
        for (int j = 0; j < done; ++j) {  // in the order of their offsets
            const buffer& p = s.buffers[placed[j]];
            if (p.first > u.last || p.last < u.first) continue;
            const extent gap = p.place - end;
            if (gap >= need && (best < 0 || gap - need < slack)) {
                best = end;
                slack = gap - need;
            }
            if (p.place + sizes[placed[j]] > end) end = p.place + sizes[placed[j]];
        }
        u.place = best < 0 ? end : best;
        if (u.place + need > s.elements) s.elements = u.place + need;
        int j = done++;
        for (; j > 0 && s.buffers[placed[j - 1]].place > u.place; --j) placed[j] = placed[j - 1];
        placed[j] = order[i];
    }
}

template <int Tasks, int Buffers>
constexpr int arrange_stages(const schedule<Tasks, Buffers>& s) {
    int count = 0;
    for (const buffer& u : s.buffers) count += u.parent < 0 && !u.external && u.last >= 0;
    return (count + storages_a_stage - 1) / storages_a_stage;
}

/// Owner::shared carried through its stages, each a constant of its own.
template <class Owner, int Stage>
inline constexpr auto arranged = [] {
    if constexpr (Stage == 0) {
        return Owner::shared;
    } else {
        auto s = arranged<Owner, Stage - 1>;
        arrange(s);
        return s;
    }
}();

}  // namespace ctnn::detail
// -------------------- ctnn/graph/fuse.hpp
/// \file
/// Fusion on the table: rows are marked, never rewritten as types, so it works across nesting.

// -------------------- ctnn/graph/table.hpp
/// \file
/// The table of operations that a network is lowered to, and the compile error of one that cannot be.

// -------------------- ctnn/graph/compose.hpp
/// \file
/// Composition: chain, sum, residual, concat, repeat, identity and named. A block is a template that derives from one.

// -------------------- ctnn/graph/builder.hpp
/// \file
/// Collects the rows of a network's table while layers are walked, at compile time or at run time.

namespace ctnn {

/// A value on its way through the network.
struct wire {
    int id = -1;
    dims shape{};
};

/// One step of the path from the network to a layer: the position in its composite, or the name that `named` gave it.
struct path_step {
    int index = 0;
    const char* name = nullptr;
};

/// How deep composites may nest; a U-Net level takes three.
inline constexpr int longest_path = 64;

/// Told of each row with the path to its layer: for names of parameters and summaries, at run time.
class row_visitor {
public:
    virtual void visit(const operation& row, const path_step* path, int depth) = 0;

protected:
    ~row_visitor() = default;
};

/// In place of a routine where only shapes are asked for.
struct no_routine {};

/// Null pointers make a dry run that only counts. `Routine` is what a layer's code is collected as.
template <class Routine>
struct builder {
    operation* operations = nullptr;
    dims* values = nullptr;
    Routine* routines = nullptr;
    row_visitor* visitor = nullptr;

    int operation_count = 0, value_count = 0;
    extent parameter_count = 0, state_count = 0;

    refusal why = refusal::none;
    dims refused_shape{};
    path_step path[longest_path]{};  ///< to the layer at hand; after a refusal, to the layer that refused
    int depth = 0;

    constexpr wire value(const dims& shape) {
        if (values != nullptr) values[value_count] = shape;
        return {value_count++, shape};
    }
    constexpr wire apply(const operation& row, const Routine& code, wire a, wire b = {}) {
        return apply_into(row, code, a, value(row.out), b);
    }
    /// A row that writes (a part of) a value that exists.
    constexpr wire apply_into(operation row, const Routine& code, wire a, wire out, wire b = {}) {
        row.in = a.shape;
        row.input[0] = a.id;
        row.input[1] = b.id;
        row.result = out.id;
        row.row = operation_count;
        row.parameter_offset = parameter_count;
        row.state_offset = state_count;
        parameter_count += row.parameter_count();
        state_count += row.state_count();
        if (operations != nullptr) operations[operation_count] = row;
        if (routines != nullptr) routines[operation_count] = code;
        if (visitor != nullptr) visitor->visit(row, path, depth);
        ++operation_count;
        return out;
    }
    constexpr wire refuse(refusal reason, const dims& shape) {
        why = reason;
        refused_shape = shape;
        return {};
    }
    [[nodiscard]] constexpr bool refused() const { return why != refusal::none; }
    /// Goes down to the child at a position of a composite.
    constexpr void enter(int index, const char* name = nullptr) { path[depth++] = {index, name}; }
    /// And back, unless a layer refused: then the path stays where it is.
    constexpr void leave() {
        if (!refused()) --depth;
    }
};

/// A layer: answers an incoming shape with an operation or a refusal.
template <class Layer>
concept layer = requires(dims in) {
    { Layer::lower(in) } -> std::same_as<outcome>;
};

/// A layer or a composition of layers.
template <class Layer>
concept composable_layer = layer<Layer> || requires {
    typename Layer::children;
};

/// A layer's code for a routine type; void routines are for walks that ask for shapes alone.
template <class Layer, class Routine>
[[nodiscard]] constexpr Routine routine_of() {
    if constexpr (std::same_as<Routine, no_routine>) {
        return {};
    } else if constexpr (requires { &Layer::template forward<typename Routine::scalar>; }) {
        using T = typename Routine::scalar;
        return {&Layer::template forward<T>, &Layer::template backward<T>};
    } else {
        return {};  // its code is chosen by geometry later: convolutions
    }
}

/// Adds a layer's rows to the table and returns its output. The template depth is the depth of nesting in the source.
template <class Layer, class Routine>
constexpr wire emit(builder<Routine>& b, wire in) {
    if constexpr (layer<Layer>) {
        const outcome o = Layer::lower(in.shape);
        return o.why == refusal::none ? b.apply(o.what, routine_of<Layer, Routine>(), in) : b.refuse(o.why, in.shape);
    } else if constexpr (composable_layer<Layer>) {
        return Layer::template emit<Routine>(b, in);
    } else {
        return b.refuse(refusal::no_layer, in.shape);
    }
}

template <class Routine>
using emitter = wire (*)(builder<Routine>&, wire);

}  // namespace ctnn

namespace ctnn {

/// A list of types.
template <class... Layers>
struct types {};

namespace detail {
// A loop over an array of functions, not a fold: clang stops at 256 operands.
template <class Routine, class... Layers>
inline constexpr emitter<Routine> emitters[sizeof...(Layers) + 1]{&ctnn::emit<Layers, Routine>..., nullptr};
}  // namespace detail

/// One layer after the other.
///
///     template <nn::extent C> struct block : nn::chain<nn::conv<C, 3, nn::same>, nn::batch_norm<>, nn::relu> {};
template <class... Layers>
struct chain {
    using children = types<Layers...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        for (int i = 0; i < static_cast<int>(sizeof...(Layers)) && !b.refused(); ++i) {
            b.enter(i);
            in = detail::emitters<Routine, Layers...>[i](b, in);
            b.leave();
        }
        return in;
    }
};

/// The same layers so many times, each time with parameters of their own.
template <extent Times, class... Layers>
struct repeat {
    using children = types<chain<Layers...>>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (Times < 1) return b.refuse(refusal::number_out_of_range, in.shape);
        for (int i = 0; i < static_cast<int>(Times) && !b.refused(); ++i) {
            b.enter(i);
            in = ctnn::emit<chain<Layers...>, Routine>(b, in);
            b.leave();
        }
        return in;
    }
};

/// All branches read the same input; their outputs, of equal shape, are added.
template <class... Branches>
struct sum {
    using children = types<Branches...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (sizeof...(Branches) < 2) return b.refuse(refusal::branches_missing, in.shape);
        wire total{};
        for (int i = 0; i < static_cast<int>(sizeof...(Branches)); ++i) {
            b.enter(i);
            const wire branch = detail::emitters<Routine, Branches...>[i](b, in);
            b.leave();
            if (b.refused()) return {};
            if (i > 0 && !(branch.shape == total.shape)) return b.refuse(refusal::branches_differ, in.shape);
            total = i == 0 ? branch : add(b, total, branch);
        }
        return total;
    }

private:
    template <class Routine>
    static constexpr wire add(builder<Routine>& b, wire total, wire branch) {
        operation row = make_operation(kind::add, "add", total.shape, total.shape);
        row.in_place = row.backward_in_place = true;
        return b.apply(row, Routine{}, total, branch);
    }
};

/// All branches read the same input; their outputs lie side by side along the channels.
template <class... Branches>
struct concat {
    using children = types<Branches...>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        if (sizeof...(Branches) == 0) return b.refuse(refusal::branches_missing, in.shape);
        wire branches[sizeof...(Branches) + 1]{};
        dims all{};
        for (int i = 0; i < static_cast<int>(sizeof...(Branches)); ++i) {
            b.enter(i);
            branches[i] = detail::emitters<Routine, Branches...>[i](b, in);
            b.leave();
            if (b.refused()) return {};
            const dims& shape = branches[i].shape;
            if (i > 0 && !(shape.with_channels(1) == all.with_channels(1)))
                return b.refuse(refusal::channels_differ, in.shape);
            all = i == 0 ? shape : all.with_channels(all.channels() + shape.channels());
        }
        return place(b, branches, static_cast<int>(sizeof...(Branches)), all);
    }

private:
    // Each branch is placed into the same value; most placements cost nothing, because the planner lets the branch
    // write there in the first place.
    template <class Routine>
    static constexpr wire place(builder<Routine>& b, const wire* branches, int count, const dims& all) {
        wire out{};
        extent channel = 0;
        for (int i = 0; i < count; ++i) {
            operation row = make_operation(kind::place, "concat", branches[i].shape, all);
            row.channel = channel;
            out = i == 0 ? b.apply(row, Routine{}, branches[i]) : b.apply_into(row, Routine{}, branches[i], out);
            channel += branches[i].shape.channels();
        }
        return out;
    }
};

/// Passes its input on: the shortcut of a residual block.
struct identity {
    using children = types<>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>&, wire in) {
        return in;
    }
};

/// x + f(x), where f is the chain of layers (He et al., "Deep residual learning", 2015).
template <class... Layers>
struct residual : sum<identity, chain<Layers...>> {};

/// Characters as a template argument.
template <std::size_t N>
struct fixed_text {
    char characters[N]{};
    constexpr fixed_text(const char (&text)[N]) {
        for (std::size_t i = 0; i < N; ++i) characters[i] = text[i];
    }
};

/// Gives a layer the name that its parameters have in a weight file: named<"encoder.0", conv<32>> learns
/// "encoder.0.weight". The name stands in place of the layer's position in the composition around it.
template <fixed_text Name, class Layer>
struct named {
    using children = types<Layer>;
    template <class Routine>
    static constexpr wire emit(builder<Routine>& b, wire in) {
        b.enter(0, Name.characters);
        const wire out = ctnn::emit<Layer, Routine>(b, in);
        b.leave();
        return out;
    }
};

}  // namespace ctnn

namespace ctnn {

/// All rows of a network in the order of execution. Row 0 copies the caller's input (value 0) into the arena (value 1).
template <int Rows, int Values>
struct table {
    operation rows[static_cast<std::size_t>(Rows > 0 ? Rows : 1)]{};
    dims values[static_cast<std::size_t>(Values > 0 ? Values : 1)]{};
    int output = 0;
    extent parameter_count = 0, state_count = 0;
    static constexpr int row_count = Rows;
    static constexpr int value_count = Values;
};

namespace detail {

template <class Layers, class Routine>
constexpr wire emit_network(builder<Routine>& b, const dims& in) {
    const wire outside = b.value(in);
    if (in.rank == 0) return b.refuse(refusal::no_shape, in);
    const wire inside = b.apply(make_operation(kind::input, "input", in, in), Routine{}, outside);
    return emit<Layers, Routine>(b, inside);
}

template <class Layers>
constexpr builder<no_routine> dry_run(const dims& in) {
    builder<no_routine> b;
    emit_network<Layers>(b, in);
    return b;
}

/// What the type parameter list of an error needs to know of a refused network.
struct diagnosis {
    refusal why = refusal::none;
    dims shape{};
    int path[longest_path]{};
    int depth = 0;
    int rows = 0, values = 0;
};

template <class Layers>
constexpr diagnosis diagnose(const dims& in) {
    const builder<no_routine> b = dry_run<Layers>(in);
    diagnosis d{.why = b.why, .shape = b.refused_shape, .rows = b.operation_count, .values = b.value_count};
    if (d.why == refusal::none) return d;
    d.depth = b.depth;
    for (int i = 0; i < b.depth; ++i) d.path[i] = b.path[i].index;
    return d;
}
template <class Layers, dims In>
inline constexpr diagnosis diagnosed = diagnose<Layers>(In);

// The child of a composite at a position, without recursion over the list.
template <int I, class T>
struct boxed {
    using type = T;
};
template <class Indices, class... Layers>
struct boxes;
template <std::size_t... I, class... Layers>
struct boxes<std::index_sequence<I...>, Layers...> : boxed<static_cast<int>(I), Layers>... {};
template <int I, class T>
boxed<I, T> pick(const boxed<I, T>&);
template <int I, class Children>
struct child;
template <int I, class... Layers>
struct child<I, types<Layers...>>
    : decltype(pick < sizeof...(Layers) == 1
                   ? 0
                   : I > (std::declval<boxes<std::make_index_sequence<sizeof...(Layers)>, Layers...>>())) {};

// Follows the path from the outermost composite to the layer that refused. It ends before the error begins, so that the
// compiler's backtrace shows none of it.
template <class Layer, class Network, dims In, int Depth>
struct culprit : culprit<typename child<diagnosed<Network, In>.path[Depth], typename Layer::children>::type, Network,
                         In, Depth + 1> {};
template <class Layer, class Network, dims In, int Depth>
requires(Depth == diagnosed<Network, In>.depth) struct culprit<Layer, Network, In, Depth> {
    using type = Layer;
};

// The shape that was refused, as a type. Named in a step of its own: g++ 12 crashes on shape_of<variable<...>.member>.
template <class Layers, dims In>
struct refused_input {
    static constexpr dims value = diagnosed<Layers, In>.shape;
    using type = shape_of<value>;
};
template <class Layers, dims In>
requires(In.rank == 0) struct refused_input<Layers, In> {
    using type = void;  // there is no shape
};

template <class Layers, dims In, refusal Why>
struct check : refused<typename culprit<Layers, Layers, In, 0>::type, typename refused_input<Layers, In>::type, Why> {};
template <class Layers, dims In>
struct check<Layers, In, refusal::none> {};

template <class Layers, dims In>
constexpr auto lower() {
    constexpr const diagnosis& size = diagnosed<Layers, In>;
    if constexpr (size.why != refusal::none) {
        return table<0, 1>{};  // the error is reported by check; anything more would only add lines to it
    } else {
        table<size.rows, size.values> t;
        builder<no_routine> b{.operations = t.rows, .values = t.values};
        t.output = emit_network<Layers>(b, In).id;
        t.parameter_count = b.parameter_count;
        t.state_count = b.state_count;
        return t;
    }
}

}  // namespace detail
}  // namespace ctnn

namespace ctnn::detail {

// Who reads and writes each value; a row that fusion removed does neither.
template <int Values>
struct uses {
    int readers[static_cast<std::size_t>(Values)]{};
    int reader[static_cast<std::size_t>(Values)]{};    // the last of them
    int producer[static_cast<std::size_t>(Values)]{};  // the first row that writes it
};

template <int Rows, int Values>
constexpr uses<Values> count_uses(const table<Rows, Values>& t) {
    uses<Values> u;
    for (int v = 0; v < Values; ++v) u.producer[v] = -1;
    for (int i = 0; i < Rows; ++i) {
        const operation& row = t.rows[i];
        if (row.what == kind::none) continue;
        for (int v : row.input) {
            if (v < 0) continue;
            ++u.readers[v];
            u.reader[v] = i;
        }
        if (u.producer[row.result] < 0) u.producer[row.result] = i;
    }
    ++u.readers[t.output];
    return u;
}

// Removes a row that passes its input on: its readers read its input.
template <int Rows, int Values>
constexpr void bypass(table<Rows, Values>& t, operation& row) {
    for (operation& other : t.rows)
        for (int& v : other.input)
            if (v == row.result) v = row.input[0];
    if (t.output == row.result) t.output = row.input[0];
    row.what = kind::none;
}

/// For inference. Dropout vanishes. A convolution or dense row swallows what follows while it is the only reader: batch
/// norm, then an addition whose other operand is ready by then, then an activation.
template <int Rows, int Values>
constexpr table<Rows, Values> fuse(table<Rows, Values> t) {
    for (operation& row : t.rows)
        if (row.what == kind::dropout) bypass(t, row);
    uses<Values> u = count_uses(t);
    for (int i = 0; i < Rows; ++i) {
        operation& row = t.rows[i];
        if (row.what != kind::convolution) continue;
        while (u.readers[row.result] == 1 && row.result != t.output && row.activation == activation::none) {
            operation& next = t.rows[u.reader[row.result]];
            const int other = next.input[0] == row.result ? next.input[1] : next.input[0];
            if (next.what == kind::batch_norm && row.norm < 0 && row.addend < 0) {
                row.norm = next.row;
            } else if (next.what == kind::add && other != row.result && row.addend < 0 && u.producer[other] < i) {
                row.addend = other;
                u.reader[other] = i;  // as many readers as before, one of them earlier
            } else if (next.what == kind::activation) {
                row.activation = next.activation;
                row.alpha = next.alpha;
            } else {
                break;
            }
            row.result = next.result;
            next.what = kind::none;
            u.producer[row.result] = i;
        }
    }
    return t;
}

/// For training: a head that the loss takes over is left out.
template <int Rows, int Values>
constexpr table<Rows, Values> without_head(table<Rows, Values> t) {
    for (operation& row : t.rows)
        if (row.result == t.output && row.what != kind::none) {
            bypass(t, row);
            break;
        }
    return t;
}

template <int Rows, int Values>
constexpr int living_rows(const table<Rows, Values>& t) {
    int count = 0;
    for (const operation& row : t.rows) count += row.what != kind::none;
    return count;
}

/// The same table without the rows that were removed; values keep their ids.
template <int Living, int Rows, int Values>
constexpr table<Living, Values> compacted(const table<Rows, Values>& t) {
    table<Living, Values> out;
    out.output = t.output;
    out.parameter_count = t.parameter_count;
    out.state_count = t.state_count;
    for (int v = 0; v < Values; ++v) out.values[v] = t.values[v];
    int next = 0;
    for (const operation& row : t.rows)
        if (row.what != kind::none) out.rows[next++] = row;
    return out;
}

}  // namespace ctnn::detail
// -------------------- ctnn/graph/proofs.hpp
/// \file
/// What is proved of every plan when it is compiled.

namespace ctnn::detail {

/// No two storages that live at the same time overlap.
template <int Tasks, int Buffers>
constexpr bool disjoint(const schedule<Tasks, Buffers>& s) {
    int roots[static_cast<std::size_t>(Buffers)]{};
    extent end[static_cast<std::size_t>(Buffers)]{};
    int count = 0;
    for (int b = 0; b < Buffers; ++b) {
        if (s.buffers[b].place < 0) continue;
        roots[count++] = b;
        end[b] = s.buffers[b].place + s.size(b);
    }
    for (int i = 0; i < count; ++i) {
        const buffer& a = s.buffers[roots[i]];
        for (int j = 0; j < i; ++j) {
            const buffer& b = s.buffers[roots[j]];
            if (a.first <= b.last && b.first <= a.last && a.place < end[roots[j]] && b.place < end[roots[i]])
                return false;
        }
    }
    return true;
}

/// Within one storage nothing is read after another member has overwritten it.
template <int Tasks, int Buffers>
constexpr bool never_stale(const schedule<Tasks, Buffers>& s) {
    constexpr std::size_t count = static_cast<std::size_t>(Buffers);
    int root[count]{}, next[count]{}, head[count]{};
    bool valid[count]{};
    for (int& h : head) h = -1;
    for (int b = 0; b < Buffers; ++b) {
        root[b] = s.root(b);
        next[b] = head[root[b]];
        head[root[b]] = b;
        valid[b] = s.buffers[b].external;
    }
    for (const task& k : s.tasks) {
        for (int v : k.reads)
            if (v >= 0 && !valid[v]) return false;
        for (int v : k.writes) {
            if (v < 0) continue;
            if (!k.elided && (k.view != link::slice || k.backward))
                for (int m = head[root[v]]; m >= 0; m = next[m])
                    if (m != v && valid[m] && s.overlap(m, v)) valid[m] = false;
            valid[v] = true;
        }
    }
    return true;
}

/// A task writes over nothing that it reads, but for the one operand whose memory it takes element by element.
template <int Tasks, int Buffers>
constexpr bool reads_before_writes(const schedule<Tasks, Buffers>& s) {
    for (const task& k : s.tasks) {
        if (k.elided) continue;
        for (int w : k.writes) {
            if (w < 0) continue;
            const int root = s.root(w);
            const auto written = s.written_by(k, w);
            for (int v : k.reads) {
                if (v < 0 || v == w || s.root(v) != root || (k.view == link::same && v == k.view_of)) continue;
                if (s.channels_of(v).overlaps(written)) return false;
            }
        }
    }
    return true;
}

/// A value that is read with another shape lies without gaps.
template <int Tasks, int Buffers>
constexpr bool gapless(const schedule<Tasks, Buffers>& s) {
    for (const buffer& u : s.buffers) {
        if (u.how != link::reshape) continue;
        const location at = s.where(u.parent);
        const dims& d = s.buffers[u.parent].shape;
        if (s.bordered(at.root) || (d.rank > 1 && at.step[2] != d.channels())) return false;
    }
    return true;
}

}  // namespace ctnn::detail
// -------------------- ctnn/graph/share.hpp
/// \file
/// Which buffers share memory: slices of a concatenation, in-place results, reshapes. The result is a forest.

namespace ctnn::detail {

// The state of sharing while it is worked out. Members of a storage form a linked list, which is cheap to walk.
template <int Tasks, int Buffers>
struct sharing {
    schedule<Tasks, Buffers>& s;
    int next[static_cast<std::size_t>(Buffers)]{};
    int last_of[static_cast<std::size_t>(Buffers)]{};
    int root[static_cast<std::size_t>(Buffers)]{};
    // Of a root: has a reshaped member and so must stay without gaps or border.
    bool flat[static_cast<std::size_t>(Buffers)]{};

    constexpr explicit sharing(schedule<Tasks, Buffers>& all) : s(all) {
        for (int b = 0; b < Buffers; ++b) {
            next[b] = -1;
            last_of[b] = root[b] = b;
        }
    }
    constexpr void join(int child, int parent, link how, extent channel) {
        s.buffers[child].parent = parent;
        s.buffers[child].how = how;
        s.buffers[child].channel = channel;
        const int to = root[parent];
        for (int m = child; m >= 0; m = next[m]) root[m] = to;
        next[last_of[to]] = child;
        last_of[to] = last_of[child];
        buffer &c = s.buffers[child], &r = s.buffers[to];
        for (int a = 0; a < 3; ++a) {
            if (c.before[a] > r.before[a]) r.before[a] = c.before[a];
            if (c.after[a] > r.after[a]) r.after[a] = c.after[a];
        }
        flat[to] = flat[to] || flat[child] || how == link::reshape;
    }
    // A whole becomes a slice of the container: forwards a branch of the concatenation, backwards its gradient.
    constexpr void share_slice(task& k) {
        const int child = k.backward ? k.writes[0] : k.view_of, parent = k.backward ? k.view_of : k.writes[0];
        if (root[child] != child || root[parent] == child || s.buffers[child].external || flat[root[child]]) return;
        join(child, parent, link::slice, k.channel);
        k.elided = true;
    }
    constexpr void share_whole(task& k, int time) {
        const int from = k.view_of, to = k.writes[0];
        const int from_root = root[from], to_root = root[to];
        if (s.buffers[from_root].external || from_root == to_root) return;
        // A convolution may write over its addend, but not if it reads the same memory as its input.
        for (int v : k.reads)
            if (v >= 0 && v != from && root[v] == from_root && s.overlap(v, from)) return;
        if (k.view == link::reshape || flat[from_root] || flat[to_root]) {  // must stay without gaps
            if (s.bordered(from_root) || s.bordered(to_root)) return;
            if (from_root != from || (to_root != to && s.buffers[to].shape.rank != 1)) return;
        }
        bool dead = from_root == from;  // the result's memory takes in everything that begins at `from`
        for (int m = from; dead && m >= 0; m = next[m]) dead = s.buffers[m].last <= time;
        if (dead) {
            join(from, to, k.view, 0);
        } else if (k.view == link::same && to_root == to) {  // or the result moves into the memory of `from`
            dead = true;
            for (int m = from_root; dead && m >= 0; m = next[m])
                dead = s.buffers[m].last <= time || !s.overlap(m, from);
            for (int m = to; dead && m >= 0; m = next[m]) dead = s.buffers[m].first >= time;
            if (!dead) return;
            join(to, from, link::same, 0);
        } else {
            return;
        }
        k.elided = k.view == link::reshape;
    }
};

/// Lifetimes of single buffers, then sharing, then lifetimes and borders of storages.
template <int Tasks, int Buffers>
constexpr void share(schedule<Tasks, Buffers>& s) {
    for (buffer& b : s.buffers) b.first = Tasks;
    for (int t = 0; t < Tasks; ++t) {
        for (int v : s.tasks[t].reads)
            if (v >= 0) s.buffers[v].last = t;
        for (int v : s.tasks[t].writes) {
            if (v < 0) continue;
            if (t < s.buffers[v].first) s.buffers[v].first = t;
            if (s.buffers[v].last < t) s.buffers[v].last = t;
        }
    }
    sharing<Tasks, Buffers> state(s);
    // Slices first: they cannot be moved, while in-place results adapt to them.
    for (int t = 0; t < Tasks; ++t)
        if (s.tasks[t].view == link::slice) state.share_slice(s.tasks[t]);
    for (int t = 0; t < Tasks; ++t)
        if (s.tasks[t].view == link::same || s.tasks[t].view == link::reshape) state.share_whole(s.tasks[t], t);
    for (int b = 0; b < Buffers; ++b) {
        if (state.root[b] == b) continue;
        buffer &u = s.buffers[b], &r = s.buffers[state.root[b]];
        if (u.first < r.first) r.first = u.first;
        if (u.last > r.last) r.last = u.last;
    }
    for (int t = 0; t < Tasks; ++t)  // the first writer of a storage zeroes its border
        for (int v : s.tasks[t].writes)
            if (v >= 0 && s.bordered(state.root[v]) && s.buffers[state.root[v]].first == t)
                s.tasks[t].border = state.root[v];
}

}  // namespace ctnn::detail
// -------------------- ctnn/graph/thread_memory.hpp
/// \file
/// Temporary memory that every thread needs for itself.

// -------------------- ctnn/layers/convolution_algorithm.hpp
/// \file
/// Which algorithm computes a convolution: a choice by operations and bytes, made when the network is compiled.

// -------------------- ctnn/kernels/winograd.hpp
/// \file
/// Winograd convolution, channels last: tiles of inputs are transformed, multiplied channel by channel, and summed.

// -------------------- ctnn/kernels/correlation.hpp
/// \file
/// The geometry of a convolution as run-time numbers, and the register tile that is chosen for it at compile time.

// -------------------- ctnn/kernels/simd.hpp
/// \file
/// One vector register as a value: the only header of the library that knows how a processor spells SIMD.

#if defined(CTNN_WITH_XSIMD)
// -------------------- ctnn/kernels/simd_xsimd.hpp
#ifndef CTNN_INCLUDED_KERNELS_SIMD_XSIMD
#define CTNN_INCLUDED_KERNELS_SIMD_XSIMD
/// \file
/// xsimd (8.1 and newer) as a backend of simd.hpp, for programs that define CTNN_WITH_XSIMD.

#include <xsimd/xsimd.hpp>

// -------------------- ctnn/kernels/simd_builtin.hpp
#ifndef CTNN_INCLUDED_KERNELS_SIMD_BUILTIN
#define CTNN_INCLUDED_KERNELS_SIMD_BUILTIN
/// \file
/// The vector extensions of g++ and clang as a backend of simd.hpp, with compiler builtins where an operator is
/// missing.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::detail {

#if defined(CTNN_FORCE_SCALAR_WIDTH)
inline constexpr extent vector_bytes = 16;
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define CTNN_SIMD_AVX512
inline constexpr extent vector_bytes = 64;
#elif defined(__AVX2__) && defined(__FMA__)
#define CTNN_SIMD_AVX2
inline constexpr extent vector_bytes = 32;
#else
inline constexpr extent vector_bytes = 16;
#endif

template <class T, extent Count>
struct pack {
    typedef T type __attribute__((vector_size(static_cast<unsigned long>(Count) * sizeof(T))));
};
template <class T>
struct bits_of;
template <>
struct bits_of<float> {
    using type = int;
};
template <>
struct bits_of<double> {
    using type = long long;
};

/// One vector register of T. immintrin.h would cost every includer 0.3 s; builtins cost nothing.
template <class T>
struct builtin_machine {
    static constexpr extent lanes = vector_bytes / static_cast<extent>(sizeof(T));
    static constexpr bool single = sizeof(T) == 4;
    using bits = typename bits_of<T>::type;
    using type = typename pack<T, lanes>::type;
    using mask = typename pack<bits, lanes>::type;
#if defined(CTNN_SIMD_AVX512)
    static constexpr int current_rounding = 4;  // _MM_FROUND_CUR_DIRECTION
#if defined(__clang__)                          // the builtins' masks differ in sign
    using half_word = unsigned short;
    using octet = unsigned char;
#else
    using half_word = short;
    using octet = unsigned char;
#endif
#endif
    typedef type loose __attribute__((aligned(alignof(T)), may_alias));

    static CTNN_INLINE type load(const T* from) { return *reinterpret_cast<const loose*>(from); }
    static CTNN_INLINE type load_held(const T* from) {
        type v = load(from);
#if defined(__x86_64__) && !defined(__clang__)
        asm("" : "+v"(v));
#endif
        return v;
    }
    static CTNN_INLINE void store(T* to, type v) { *reinterpret_cast<loose*>(to) = v; }
    static CTNN_INLINE type broadcast(T value) { return value - type{}; }

    /// The first `count` lanes; count is in [0, lanes).
    static CTNN_INLINE auto first(extent count) {
#if defined(CTNN_SIMD_AVX512)
        return static_cast<unsigned short>((1U << count) - 1U);
#else
        mask number{};
        for (extent i = 0; i < lanes; ++i) number[i] = static_cast<bits>(i);
        const mask chosen = number < (static_cast<bits>(count) - mask{});
        return chosen;
#endif
    }
    static CTNN_INLINE type load_partial(const T* from, extent count) {
#if defined(CTNN_SIMD_AVX512)
        if constexpr (single) return __builtin_ia32_loadups512_mask(from, type{}, first(count));
        else return __builtin_ia32_loadupd512_mask(from, type{}, static_cast<unsigned char>(first(count)));
#elif defined(CTNN_SIMD_AVX2)
        const auto* source = reinterpret_cast<const loose*>(from);
        if constexpr (single) return __builtin_ia32_maskloadps256(reinterpret_cast<const type*>(source), first(count));
        else return __builtin_ia32_maskloadpd256(reinterpret_cast<const type*>(source), first(count));
#else
        type v{};
        for (extent i = 0; i < lanes - 1; ++i)
            if (i < count) v[i] = from[i];
        return v;
#endif
    }
    static CTNN_INLINE void store_partial(T* to, type v, extent count) {
#if defined(CTNN_SIMD_AVX512)
        if constexpr (single) __builtin_ia32_storeups512_mask(to, v, first(count));
        else __builtin_ia32_storeupd512_mask(to, v, static_cast<unsigned char>(first(count)));
#elif defined(CTNN_SIMD_AVX2)
        auto* target = reinterpret_cast<type*>(to);
        if constexpr (single) __builtin_ia32_maskstoreps256(target, first(count), v);
        else __builtin_ia32_maskstorepd256(target, first(count), v);
#else
        for (extent i = 0; i < lanes - 1; ++i)
            if (i < count) to[i] = v[i];
#endif
    }

    static CTNN_INLINE type fma(type a, type b, type c) {
#if __has_builtin(__builtin_elementwise_fma)
        return __builtin_elementwise_fma(a, b, c);
#elif defined(CTNN_SIMD_AVX512)
        if constexpr (single)
            return __builtin_ia32_vfmaddps512_mask(a, b, c, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_vfmaddpd512_mask(a, b, c, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2)
        if constexpr (single) return __builtin_ia32_vfmaddps256(a, b, c);
        else return __builtin_ia32_vfmaddpd256(a, b, c);
#elif defined(__aarch64__) && !defined(__clang__)
        // The instruction, because g++ contracts nothing where extensions are off.
        if constexpr (single) return __builtin_aarch64_fmav4sf(a, b, c);
        else return __builtin_aarch64_fmav2df(a, b, c);
#else
        return a * b + c;  // SSE2 has none; on ARM clang contracts this expression
#endif
    }
    static CTNN_INLINE type divide(type a, type b) { return a / b; }
    static CTNN_INLINE type sqrt(type a) {
#if __has_builtin(__builtin_elementwise_sqrt)
        return __builtin_elementwise_sqrt(a);
#elif defined(CTNN_SIMD_AVX512) && defined(__clang__)
        if constexpr (single) return __builtin_ia32_sqrtps512(a, current_rounding);
        else return __builtin_ia32_sqrtpd512(a, current_rounding);
#elif defined(CTNN_SIMD_AVX512)
        if constexpr (single) return __builtin_ia32_sqrtps512_mask(a, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_sqrtpd512_mask(a, a, static_cast<char>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2)
        if constexpr (single) return __builtin_ia32_sqrtps256(a);
        else return __builtin_ia32_sqrtpd256(a);
#elif defined(__SSE2__)
        if constexpr (single && vector_bytes == 16) return __builtin_ia32_sqrtps(a);
        else return __builtin_ia32_sqrtpd(a);
#else
        for (extent i = 0; i < lanes; ++i) a[i] = static_cast<T>(__builtin_sqrt(static_cast<double>(a[i])));
        return a;
#endif
    }
    /// a > b ? a : b as the processor has it: b when either is NaN.
    static CTNN_INLINE type greater_of(type a, type b) {
#if defined(CTNN_SIMD_AVX512) && !defined(__clang__)  // g++ compares and blends; clang sees the instruction by itself
        if constexpr (single)
            return __builtin_ia32_maxps512_mask(a, b, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_maxpd512_mask(a, b, a, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2) && !defined(__clang__)
        if constexpr (single) return __builtin_ia32_maxps256(a, b);
        else return __builtin_ia32_maxpd256(a, b);
#else
        return a > b ? a : b;
#endif
    }
    static CTNN_INLINE type less_of(type a, type b) {
#if defined(CTNN_SIMD_AVX512) && !defined(__clang__)
        if constexpr (single)
            return __builtin_ia32_minps512_mask(a, b, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_minpd512_mask(a, b, a, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2) && !defined(__clang__)
        if constexpr (single) return __builtin_ia32_minps256(a, b);
        else return __builtin_ia32_minpd256(a, b);
#else
        return a < b ? a : b;
#endif
    }
    static CTNN_INLINE type select(mask m, type yes, type no) { return m ? yes : no; }
    static CTNN_INLINE mask to_bits(type a) { return reinterpret_cast<mask>(a); }
    static CTNN_INLINE type from_bits(mask a) { return reinterpret_cast<type>(a); }
    static CTNN_INLINE mask less(type a, type b) { return a < b; }
    static CTNN_INLINE mask less_equal(type a, type b) { return a <= b; }
    static CTNN_INLINE mask equal(type a, type b) { return a == b; }
    template <int Places>
    static CTNN_INLINE mask shift_left(mask a) { return a << Places; }
    static CTNN_INLINE bool any(mask m) {
        bits joined = 0;
        for (extent i = 0; i < lanes; ++i) joined |= m[i];
        return joined != 0;
    }

    /// Joins the two halves with `join` until one lane is left: the same tree for every compiler.
    template <extent Count, class Vector, class Join>
    static CTNN_INLINE T reduce(Vector v, Join join) {
        if constexpr (Count == 1) {
            return v[0];
        } else if constexpr (Count == 2) {
            return join(v[0], v[1]);
        } else {
            return [&]<int... I>(std::integer_sequence<int, I...>) {
                constexpr int half = static_cast<int>(Count / 2);
                return reduce<Count / 2>(
                    join(__builtin_shufflevector(v, v, I...), __builtin_shufflevector(v, v, (I + half)...)), join);
            }(std::make_integer_sequence<int, static_cast<int>(Count / 2)>{});
        }
    }
    /// Lanes without the bit Half: a[i] + a[i + Half]; lanes with it: b[i - Half] + b[i].
    template <int Half>
    static CTNN_INLINE type fold(type a, type b) {
        return [&]<int... I>(std::integer_sequence<int, I...>) {
            constexpr int count = static_cast<int>(lanes);
            return __builtin_shufflevector(a, b, ((I & Half) != 0 ? count + I - Half : I)...) +
                   __builtin_shufflevector(a, b, ((I & Half) != 0 ? count + I : I + Half)...);
        }(std::make_integer_sequence<int, static_cast<int>(lanes)>{});
    }
    static CTNN_INLINE T reduce_add(type v) {
        return reduce<lanes>(v, [](auto a, auto b) { return a + b; });
    }
    static CTNN_INLINE T reduce_max(type v) {
        return reduce<lanes>(v, [](auto a, auto b) { return a > b ? a : b; });
    }
};

}  // namespace kernels::detail
}  // namespace CTNN_BACKEND
}  // namespace ctnn
#endif  // CTNN_INCLUDED_KERNELS_SIMD_BUILTIN

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::detail {

/// One batch of xsimd's widest instruction set. Where xsimd has no word for something, or a slow one (8.1: fma on
/// AVX-512, partial loads), or an inexact one (division on NEON), or warns on g++ 12 (shifts, sqrt), the builtin
/// backend is asked: a batch is a register too.
template <class T>
struct xsimd_machine {
    using builtin = builtin_machine<T>;
    using bits = typename builtin::bits;
    using type = xsimd::batch<T>;
    using mask = xsimd::batch_bool<T>;
    using bit_type = xsimd::batch<bits>;
    using native = typename builtin::type;
    static constexpr extent lanes = static_cast<extent>(type::size);
    static_assert(lanes == builtin::lanes,
                  "ctnn: xsimd and ctnn see different instruction sets; leave CTNN_WITH_XSIMD out");

    static CTNN_INLINE native to_native(type v) {
        return reinterpret_cast<native>(static_cast<typename type::register_type>(v));
    }
    static CTNN_INLINE type from_native(native v) { return type(reinterpret_cast<typename type::register_type>(v)); }

    static CTNN_INLINE type load(const T* from) { return type::load_unaligned(from); }
    static CTNN_INLINE type load_held(const T* from) { return from_native(builtin::load_held(from)); }
    static CTNN_INLINE void store(T* to, type v) { v.store_unaligned(to); }
    static CTNN_INLINE type broadcast(T value) { return type(value); }
    static CTNN_INLINE type load_partial(const T* from, extent count) {
        return from_native(builtin::load_partial(from, count));
    }
    static CTNN_INLINE void store_partial(T* to, type v, extent count) {
        builtin::store_partial(to, to_native(v), count);
    }
    static CTNN_INLINE type fma(type a, type b, type c) {
        return from_native(builtin::fma(to_native(a), to_native(b), to_native(c)));
    }
    static CTNN_INLINE type divide(type a, type b) { return from_native(to_native(a) / to_native(b)); }
    static CTNN_INLINE type sqrt(type a) { return from_native(builtin::sqrt(to_native(a))); }
    static CTNN_INLINE type greater_of(type a, type b) {
        return from_native(builtin::greater_of(to_native(a), to_native(b)));
    }
    static CTNN_INLINE type less_of(type a, type b) {
        return from_native(builtin::less_of(to_native(a), to_native(b)));
    }
    static CTNN_INLINE type select(mask m, type yes, type no) { return xsimd::select(m, yes, no); }
    static CTNN_INLINE bit_type to_bits(type a) {
#if XSIMD_VERSION_MAJOR < 10
        return xsimd::bitwise_cast<bit_type>(a);
#else
        return xsimd::bitwise_cast<bits>(a);
#endif
    }
    static CTNN_INLINE type from_bits(bit_type a) {
#if XSIMD_VERSION_MAJOR < 10
        return xsimd::bitwise_cast<type>(a);
#else
        return xsimd::bitwise_cast<T>(a);
#endif
    }
    static CTNN_INLINE mask less(type a, type b) { return a < b; }
    static CTNN_INLINE mask less_equal(type a, type b) { return a <= b; }
    static CTNN_INLINE mask equal(type a, type b) { return a == b; }
    template <int Places>
    static CTNN_INLINE bit_type shift_left(bit_type a) {
        const auto moved = builtin::template shift_left<Places>(builtin::to_bits(to_native(from_bits(a))));
        return to_bits(from_native(builtin::from_bits(moved)));
    }
    static CTNN_INLINE bool any(mask m) { return xsimd::any(m); }
    template <int Half>
    static CTNN_INLINE type fold(type a, type b) {
        return from_native(builtin::template fold<Half>(to_native(a), to_native(b)));
    }
    // Not xsimd's hadd (reduce_add since 9): its order differs from version to version.
    static CTNN_INLINE T reduce_add(type v) { return builtin::reduce_add(to_native(v)); }
    static CTNN_INLINE T reduce_max(type v) { return builtin::reduce_max(to_native(v)); }
};

}  // namespace kernels::detail
}  // namespace CTNN_BACKEND
}  // namespace ctnn
#endif  // CTNN_INCLUDED_KERNELS_SIMD_XSIMD
#else
// -------------------- ctnn/kernels/simd_builtin.hpp
#ifndef CTNN_INCLUDED_KERNELS_SIMD_BUILTIN
#define CTNN_INCLUDED_KERNELS_SIMD_BUILTIN
/// \file
/// The vector extensions of g++ and clang as a backend of simd.hpp, with compiler builtins where an operator is
/// missing.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels::detail {

#if defined(CTNN_FORCE_SCALAR_WIDTH)
inline constexpr extent vector_bytes = 16;
#elif defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
#define CTNN_SIMD_AVX512
inline constexpr extent vector_bytes = 64;
#elif defined(__AVX2__) && defined(__FMA__)
#define CTNN_SIMD_AVX2
inline constexpr extent vector_bytes = 32;
#else
inline constexpr extent vector_bytes = 16;
#endif

template <class T, extent Count>
struct pack {
    typedef T type __attribute__((vector_size(static_cast<unsigned long>(Count) * sizeof(T))));
};
template <class T>
struct bits_of;
template <>
struct bits_of<float> {
    using type = int;
};
template <>
struct bits_of<double> {
    using type = long long;
};

/// One vector register of T. immintrin.h would cost every includer 0.3 s; builtins cost nothing.
template <class T>
struct builtin_machine {
    static constexpr extent lanes = vector_bytes / static_cast<extent>(sizeof(T));
    static constexpr bool single = sizeof(T) == 4;
    using bits = typename bits_of<T>::type;
    using type = typename pack<T, lanes>::type;
    using mask = typename pack<bits, lanes>::type;
#if defined(CTNN_SIMD_AVX512)
    static constexpr int current_rounding = 4;  // _MM_FROUND_CUR_DIRECTION
#if defined(__clang__)                          // the builtins' masks differ in sign
    using half_word = unsigned short;
    using octet = unsigned char;
#else
    using half_word = short;
    using octet = unsigned char;
#endif
#endif
    typedef type loose __attribute__((aligned(alignof(T)), may_alias));

    static CTNN_INLINE type load(const T* from) { return *reinterpret_cast<const loose*>(from); }
    static CTNN_INLINE type load_held(const T* from) {
        type v = load(from);
#if defined(__x86_64__) && !defined(__clang__)
        asm("" : "+v"(v));
#endif
        return v;
    }
    static CTNN_INLINE void store(T* to, type v) { *reinterpret_cast<loose*>(to) = v; }
    static CTNN_INLINE type broadcast(T value) { return value - type{}; }

    /// The first `count` lanes; count is in [0, lanes).
    static CTNN_INLINE auto first(extent count) {
#if defined(CTNN_SIMD_AVX512)
        return static_cast<unsigned short>((1U << count) - 1U);
#else
        mask number{};
        for (extent i = 0; i < lanes; ++i) number[i] = static_cast<bits>(i);
        const mask chosen = number < (static_cast<bits>(count) - mask{});
        return chosen;
#endif
    }
    static CTNN_INLINE type load_partial(const T* from, extent count) {
#if defined(CTNN_SIMD_AVX512)
        if constexpr (single) return __builtin_ia32_loadups512_mask(from, type{}, first(count));
        else return __builtin_ia32_loadupd512_mask(from, type{}, static_cast<unsigned char>(first(count)));
#elif defined(CTNN_SIMD_AVX2)
        const auto* source = reinterpret_cast<const loose*>(from);
        if constexpr (single) return __builtin_ia32_maskloadps256(reinterpret_cast<const type*>(source), first(count));
        else return __builtin_ia32_maskloadpd256(reinterpret_cast<const type*>(source), first(count));
#else
        type v{};
        for (extent i = 0; i < lanes - 1; ++i)
            if (i < count) v[i] = from[i];
        return v;
#endif
    }
    static CTNN_INLINE void store_partial(T* to, type v, extent count) {
#if defined(CTNN_SIMD_AVX512)
        if constexpr (single) __builtin_ia32_storeups512_mask(to, v, first(count));
        else __builtin_ia32_storeupd512_mask(to, v, static_cast<unsigned char>(first(count)));
#elif defined(CTNN_SIMD_AVX2)
        auto* target = reinterpret_cast<type*>(to);
        if constexpr (single) __builtin_ia32_maskstoreps256(target, first(count), v);
        else __builtin_ia32_maskstorepd256(target, first(count), v);
#else
        for (extent i = 0; i < lanes - 1; ++i)
            if (i < count) to[i] = v[i];
#endif
    }

    static CTNN_INLINE type fma(type a, type b, type c) {
#if __has_builtin(__builtin_elementwise_fma)
        return __builtin_elementwise_fma(a, b, c);
#elif defined(CTNN_SIMD_AVX512)
        if constexpr (single)
            return __builtin_ia32_vfmaddps512_mask(a, b, c, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_vfmaddpd512_mask(a, b, c, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2)
        if constexpr (single) return __builtin_ia32_vfmaddps256(a, b, c);
        else return __builtin_ia32_vfmaddpd256(a, b, c);
#elif defined(__aarch64__) && !defined(__clang__)
        // The instruction, because g++ contracts nothing where extensions are off.
        if constexpr (single) return __builtin_aarch64_fmav4sf(a, b, c);
        else return __builtin_aarch64_fmav2df(a, b, c);
#else
        return a * b + c;  // SSE2 has none; on ARM clang contracts this expression
#endif
    }
    static CTNN_INLINE type divide(type a, type b) { return a / b; }
    static CTNN_INLINE type sqrt(type a) {
#if __has_builtin(__builtin_elementwise_sqrt)
        return __builtin_elementwise_sqrt(a);
#elif defined(CTNN_SIMD_AVX512) && defined(__clang__)
        if constexpr (single) return __builtin_ia32_sqrtps512(a, current_rounding);
        else return __builtin_ia32_sqrtpd512(a, current_rounding);
#elif defined(CTNN_SIMD_AVX512)
        if constexpr (single) return __builtin_ia32_sqrtps512_mask(a, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_sqrtpd512_mask(a, a, static_cast<char>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2)
        if constexpr (single) return __builtin_ia32_sqrtps256(a);
        else return __builtin_ia32_sqrtpd256(a);
#elif defined(__SSE2__)
        if constexpr (single && vector_bytes == 16) return __builtin_ia32_sqrtps(a);
        else return __builtin_ia32_sqrtpd(a);
#else
        for (extent i = 0; i < lanes; ++i) a[i] = static_cast<T>(__builtin_sqrt(static_cast<double>(a[i])));
        return a;
#endif
    }
    /// a > b ? a : b as the processor has it: b when either is NaN.
    static CTNN_INLINE type greater_of(type a, type b) {
#if defined(CTNN_SIMD_AVX512) && !defined(__clang__)  // g++ compares and blends; clang sees the instruction by itself
        if constexpr (single)
            return __builtin_ia32_maxps512_mask(a, b, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_maxpd512_mask(a, b, a, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2) && !defined(__clang__)
        if constexpr (single) return __builtin_ia32_maxps256(a, b);
        else return __builtin_ia32_maxpd256(a, b);
#else
        return a > b ? a : b;
#endif
    }
    static CTNN_INLINE type less_of(type a, type b) {
#if defined(CTNN_SIMD_AVX512) && !defined(__clang__)
        if constexpr (single)
            return __builtin_ia32_minps512_mask(a, b, a, static_cast<half_word>(-1), current_rounding);
        else return __builtin_ia32_minpd512_mask(a, b, a, static_cast<octet>(-1), current_rounding);
#elif defined(CTNN_SIMD_AVX2) && !defined(__clang__)
        if constexpr (single) return __builtin_ia32_minps256(a, b);
        else return __builtin_ia32_minpd256(a, b);
#else
        return a < b ? a : b;
#endif
    }
    static CTNN_INLINE type select(mask m, type yes, type no) { return m ? yes : no; }
    static CTNN_INLINE mask to_bits(type a) { return reinterpret_cast<mask>(a); }
    static CTNN_INLINE type from_bits(mask a) { return reinterpret_cast<type>(a); }
    static CTNN_INLINE mask less(type a, type b) { return a < b; }
    static CTNN_INLINE mask less_equal(type a, type b) { return a <= b; }
    static CTNN_INLINE mask equal(type a, type b) { return a == b; }
    template <int Places>
    static CTNN_INLINE mask shift_left(mask a) { return a << Places; }
    static CTNN_INLINE bool any(mask m) {
        bits joined = 0;
        for (extent i = 0; i < lanes; ++i) joined |= m[i];
        return joined != 0;
    }

    /// Joins the two halves with `join` until one lane is left: the same tree for every compiler.
    template <extent Count, class Vector, class Join>
    static CTNN_INLINE T reduce(Vector v, Join join) {
        if constexpr (Count == 1) {
            return v[0];
        } else if constexpr (Count == 2) {
            return join(v[0], v[1]);
        } else {
            return [&]<int... I>(std::integer_sequence<int, I...>) {
                constexpr int half = static_cast<int>(Count / 2);
                return reduce<Count / 2>(
                    join(__builtin_shufflevector(v, v, I...), __builtin_shufflevector(v, v, (I + half)...)), join);
            }(std::make_integer_sequence<int, static_cast<int>(Count / 2)>{});
        }
    }
    /// Lanes without the bit Half: a[i] + a[i + Half]; lanes with it: b[i - Half] + b[i].
    template <int Half>
    static CTNN_INLINE type fold(type a, type b) {
        return [&]<int... I>(std::integer_sequence<int, I...>) {
            constexpr int count = static_cast<int>(lanes);
            return __builtin_shufflevector(a, b, ((I & Half) != 0 ? count + I - Half : I)...) +
                   __builtin_shufflevector(a, b, ((I & Half) != 0 ? count + I : I + Half)...);
        }(std::make_integer_sequence<int, static_cast<int>(lanes)>{});
    }
    static CTNN_INLINE T reduce_add(type v) {
        return reduce<lanes>(v, [](auto a, auto b) { return a + b; });
    }
    static CTNN_INLINE T reduce_max(type v) {
        return reduce<lanes>(v, [](auto a, auto b) { return a > b ? a : b; });
    }
};

}  // namespace kernels::detail
}  // namespace CTNN_BACKEND
}  // namespace ctnn
#endif  // CTNN_INCLUDED_KERNELS_SIMD_BUILTIN
#endif

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {
#if defined(CTNN_WITH_XSIMD)
template <class T>
using machine = xsimd_machine<T>;
#else
template <class T>
using machine = builtin_machine<T>;
#endif
}  // namespace detail

/// How many T one register holds: 64 bytes of them with AVX-512, 32 with AVX2, else 16.
template <class T>
inline constexpr extent lanes = detail::machine<T>::lanes;

/// How many vector registers there are: what a register tile may use.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr extent registers = 32;
#else
inline constexpr extent registers = 16;
#endif

/// The answer of a comparison, lane by lane.
template <class T>
struct mask {
    typename detail::machine<T>::mask data;
    friend CTNN_INLINE bool any(mask where) { return detail::machine<T>::any(where.data); }
};

/// One vector of float or double. A scalar converts to the vector that repeats it.
template <class T>
struct vec {
    using machine = detail::machine<T>;
    typename machine::type data;

    vec() = default;
    CTNN_INLINE vec(T all) : data(machine::broadcast(all)) {}
    CTNN_INLINE explicit vec(typename machine::type lanes_of) : data(lanes_of) {}

    friend CTNN_INLINE vec operator+(vec a, vec b) { return vec{a.data + b.data}; }
    friend CTNN_INLINE vec operator-(vec a, vec b) { return vec{a.data - b.data}; }
    friend CTNN_INLINE vec operator*(vec a, vec b) { return vec{a.data * b.data}; }
    friend CTNN_INLINE vec operator/(vec a, vec b) { return vec{machine::divide(a.data, b.data)}; }
    /// Turns the sign of every lane, of zeros and NaN too (xsimd 8.1 subtracts from 0, which keeps +0).
    friend CTNN_INLINE vec operator-(vec a) {
        return vec{machine::from_bits(machine::to_bits(a.data) ^ machine::to_bits(vec(T(-0.0)).data))};
    }
    CTNN_INLINE vec& operator+=(vec b) { return *this = *this + b; }
    CTNN_INLINE vec& operator-=(vec b) { return *this = *this - b; }
    CTNN_INLINE vec& operator*=(vec b) { return *this = *this * b; }
    friend CTNN_INLINE mask<T> operator<(vec a, vec b) { return {machine::less(a.data, b.data)}; }
    friend CTNN_INLINE mask<T> operator>(vec a, vec b) { return {machine::less(b.data, a.data)}; }
    friend CTNN_INLINE mask<T> operator<=(vec a, vec b) { return {machine::less_equal(a.data, b.data)}; }
    friend CTNN_INLINE mask<T> operator>=(vec a, vec b) { return {machine::less_equal(b.data, a.data)}; }
    friend CTNN_INLINE mask<T> operator==(vec a, vec b) { return {machine::equal(a.data, b.data)}; }

    /// a * b + c, rounded once where the processor can (all but SSE2).
    friend CTNN_INLINE vec fma(vec a, vec b, vec c) { return vec{machine::fma(a.data, b.data, c.data)}; }
    friend CTNN_INLINE vec sqrt(vec a) { return vec{machine::sqrt(a.data)}; }
    /// The larger lanes; NaN where either is NaN, as torch.maximum.
    friend CTNN_INLINE vec max(vec a, vec b) {
        return select(a == a, vec{machine::greater_of(a.data, b.data)}, a);
    }
    /// The smaller lanes; NaN where either is NaN, as torch.minimum.
    friend CTNN_INLINE vec min(vec a, vec b) { return select(a == a, vec{machine::less_of(a.data, b.data)}, a); }
    /// a > b ? a : b in one instruction: b where either is NaN.
    friend CTNN_INLINE vec greater_of(vec a, vec b) { return vec{machine::greater_of(a.data, b.data)}; }
    /// a < b ? a : b in one instruction: b where either is NaN.
    friend CTNN_INLINE vec less_of(vec a, vec b) { return vec{machine::less_of(a.data, b.data)}; }
    friend CTNN_INLINE vec select(mask<T> where, vec yes, vec no) {
        return vec{machine::select(where.data, yes.data, no.data)};
    }
    friend CTNN_INLINE vec abs(vec a) {
        return vec{machine::from_bits(machine::to_bits(a.data) & ~machine::to_bits(vec(T(-0.0)).data))};
    }
    /// |size| with the sign of `sign`.
    friend CTNN_INLINE vec copy_sign(vec size, vec sign) {
        const auto top = machine::to_bits(vec(T(-0.0)).data);
        return vec{machine::from_bits((machine::to_bits(size.data) & ~top) | (machine::to_bits(sign.data) & top))};
    }
    /// The nearest integer, ties to even.
    friend CTNN_INLINE vec round(vec a) {
        // Beyond 2^23 (2^52) every float (double) is an integer: adding that and taking it off again drops the
        // fraction.
        const vec whole = T(sizeof(T) == 4 ? 8388608.0 : 4503599627370496.0);
        const vec size = abs(a);
        return select(size < whole, copy_sign((size + whole) - whole, a), a);
    }
    /// 2^n for integers n that give a normal number: [-126, 127] for float, [-1022, 1023] for double.
    friend CTNN_INLINE vec power_of_two(vec n) {
        // 1.5 * 2^23 + n + 127 holds n + 127 in its lowest bits: shifted to the exponent they are the result.
        constexpr int places = sizeof(T) == 4 ? 23 : 52;
        const vec shifted = n + vec(T(sizeof(T) == 4 ? 12582912.0 + 127 : 6755399441055744.0 + 1023));
        return vec{machine::from_bits(machine::template shift_left<places>(machine::to_bits(shifted.data)))};
    }
    /// The sum of all lanes: halves are added until one lane is left, in this order everywhere.
    friend CTNN_INLINE T reduce_add(vec a) { return machine::reduce_add(a.data); }
    /// The largest lane; unspecified when one is NaN.
    friend CTNN_INLINE T reduce_max(vec a) { return machine::reduce_max(a.data); }

    /// Writes all lanes; needs no alignment.
    friend CTNN_INLINE void store(T* to, vec a) { machine::store(to, a.data); }
    /// Writes the first `count` lanes, count in [0, lanes), and touches nothing else.
    friend CTNN_INLINE void store_partial(T* to, vec a, extent count) { machine::store_partial(to, a.data, count); }
};

/// Reads a whole vector; needs no alignment.
template <class T>
CTNN_INLINE vec<T> load(const T* from) {
    return vec<T>{detail::machine<T>::load(from)};
}
/// The same for a vector that several multiply-adds use: g++ 12 would read it from memory again for each of them, which
/// costs a third of the speed where the loads and not the multiply-adds are the limit.
template <class T>
CTNN_INLINE vec<T> load_held(const T* from) {
    return vec<T>{detail::machine<T>::load_held(from)};
}
/// Reads the first `count` lanes, count in [0, lanes), and nothing else; the others are zero.
template <class T>
CTNN_INLINE vec<T> load_partial(const T* from, extent count) {
    return vec<T>{detail::machine<T>::load_partial(from, count)};
}
template <class T>
CTNN_INLINE vec<T> broadcast(T value) {
    return vec<T>(value);
}

namespace detail {
template <class Function, extent... I>
CTNN_INLINE void call_each(const Function& function, std::integer_sequence<extent, I...>) {
    (function(std::integral_constant<extent, I>{}), ...);
}
}  // namespace detail

/// Calls function(i) for the constants i in [0, Count), without a loop.
template <extent Count, class Function>
CTNN_INLINE void unroll(const Function& function) {
    detail::call_each(function, std::make_integer_sequence<extent, Count>{});
}

/// Lane i of the result is the sum of the lanes of v[i], for as many vectors as there are lanes; v is overwritten.
/// lanes - 1 additions for all of them, where one reduce_add a vector needs log2(lanes) each.
template <class T, extent Half = lanes<T> / 2>
CTNN_INLINE vec<T> reduce_add_each(vec<T>* v) {
    unroll<Half>([&](auto i) {
        v[i] = vec<T>{detail::machine<T>::template fold<static_cast<int>(Half)>(v[i].data, v[i + Half].data)};
    });
    if constexpr (Half > 1) return reduce_add_each<T, Half / 2>(v);
    else return v[0];
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// A correlation over up to three axes (depth, height, width), channels last. Every number is in elements:
/// y[p][f] = bias[f] + sum over taps k and channels c of x[p * in_step + k * tap_step + c] * w[k][c][f].
/// Stride and dilation are part of in_step and tap_step, padding is a zero border in x; x points at the first tap of
/// the first position. Both gradients are this loop as well, with the operands exchanged.
struct correlation {
    extent positions[3]{1, 1, 1};
    extent in_step[3]{};   ///< of x, from one position to the next
    extent out_step[3]{};  ///< of y
    extent add_step[3]{};  ///< of the addend
    extent taps[3]{1, 1, 1};
    extent tap_step[3]{};  ///< of x, from one tap to the next
    extent channels = 1;   ///< of one group
    extent filters = 1;    ///< of one group
    extent groups = 1;
    double slope = 0;      ///< of leaky_relu

    /// Of depth and height: position p and tap k read row row_first + p * row_step + k * row_tap of x; the rows outside
    /// [0, row_count) are zeros of the border, whose products are skipped. row_count 0: nothing is known.
    extent row_first[2]{}, row_step[2]{}, row_tap[2]{}, row_count[2]{};

    [[nodiscard]] constexpr extent rows() const { return positions[0] * positions[1]; }
    [[nodiscard]] constexpr extent tap_count() const { return taps[0] * taps[1] * taps[2]; }
    /// The first (`last` false) tap of an axis whose row of x exists, or the end of the last one, for a position.
    [[nodiscard]] constexpr extent tap_limit(int axis, extent position, bool last) const {
        const auto exists = [&](extent tap) {
            const extent row = row_first[axis] + position * row_step[axis] + tap * row_tap[axis];
            return row_count[axis] == 0 || (row >= 0 && row < row_count[axis]);
        };
        extent begin = 0, end = taps[axis];
        while (begin < end && !exists(begin)) ++begin;
        if (!last) return begin;
        while (end > begin && !exists(end - 1)) --end;
        return end;
    }
    /// Multiply-adds of one row of one sample.
    [[nodiscard]] constexpr extent row_work() const {
        return positions[2] * tap_count() * channels * filters * groups;
    }
};

/// What is code in the kernels; all else is run-time numbers. A tile of `pixels` x `vectors` sums stays in registers.
struct key {
    extent pixels = 1;   ///< positions of a tile
    extent rest = 0;     ///< positions of a row's last tile; 0: the last tile overlaps the one before it
    extent vectors = 1;  ///< vectors of filters of a tile
    extent last = 0;     ///< vectors of the last block of filters; 0: as many as of the others
    bool partial = false;  ///< the very last vector has fewer filters than lanes
    bool depthwise = false;  ///< one channel and one filter a group: depthwise.hpp, whose tiles need no key
    bool dense = false;    ///< one position, no window: dense.hpp, whose tiles need no key
    extent winograd = 0;   ///< outputs of a Winograd tile along an axis, `pixels` being tiles; 0: direct
    ctnn::activation activation = ctnn::activation::none;
    constexpr bool operator==(const key&) const = default;
};

/// How many vectors the filters of a group fill, the last one perhaps in part.
template <class T>
[[nodiscard]] constexpr extent vector_count(extent filters) {
    return (filters + lanes<T> - 1) / lanes<T>;
}

/// The tile for rows of `width` positions and `filters` filters: the one that needs the fewest cycles by this count:
/// one cycle for a multiply-add, but at least 10 for a step (two pipelines with a latency of five), and at least one
/// for each load; a sixteenth for each load on top prefers the squarer of two equal tiles. Overlap is allowed when it
/// wastes less than one position in 24, because every other remainder is one more piece of code to compile;
/// `always_overlap` asks for it everywhere, so that one tile serves rows of several widths, none below `width`.
template <class T>
[[nodiscard]] constexpr key choose_tile(extent width, extent filters, bool always_overlap = false) {
    const extent total = vector_count<T>(filters);
    key best;
    extent least = 0;
    for (extent vectors = 1; vectors <= (total < 4 ? total : 4); ++vectors) {
        extent most = (registers - 1 - vectors) / vectors;
        if (most > 14) most = 14;
        const extent tiles = (width + most - 1) / most;
        const extent pixels = (width + tiles - 1) / tiles;
        const auto cycles = [](extent p, extent v) {
            const extent loads = p + v, sums = p * v;
            const extent step = sums > loads ? sums : loads;
            return (step > 10 ? step : 10) * 16 + loads;
        };
        const extent rest = width % pixels;
        const bool overlap = rest != 0 && (always_overlap || (pixels - rest) * 24 <= width);
        const auto row = [&](extent v) {
            const extent whole = width / pixels * cycles(pixels, v);
            return rest == 0 ? whole : whole + cycles(overlap ? pixels : rest, v);
        };
        const extent last = total % vectors;
        const extent cost = total / vectors * row(vectors) + (last != 0 ? row(last) : 0);
        if (least != 0 && cost >= least) continue;
        least = cost;
        best.pixels = pixels;
        best.rest = overlap ? 0 : rest;
        best.vectors = vectors;
        best.last = last;
    }
    best.partial = filters % lanes<T> != 0;
    return best;
}

/// Packed weights of one group, without bias: blocks of filters, each [tap][channel][filters of the block], zero
/// padded. Filters are rounded up to 16 so that the size does not depend on the instruction set.
[[nodiscard]] constexpr extent packed_group(extent taps, extent channels, extent filters) {
    return taps * channels * round_up(filters);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/kernels/winograd_transform.hpp
/// \file
/// The transforms of Winograd's minimal filtering along one axis: F(2,3) and F(4,3).

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Y = A'[(G g) * (B' d)] gives `Outputs` neighboring outputs y of a correlation with 3 taps g from Outputs + 2 inputs
/// d, with as many products as inputs: the points of interpolation are 0, 1, -1 and infinity, for 4 outputs also 2 and
/// -2. In two dimensions each transform is applied to the columns and then to the rows.
/// Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, https://arxiv.org/abs/1509.09308
template <extent Outputs>
struct winograd_transform;

/// 4 products where a direct correlation needs 6; in two dimensions 16 instead of 36.
template <>
struct winograd_transform<2> {
    /// B' d
    template <class T>
    CTNN_INLINE static void input(const vec<T> (&d)[4], vec<T> (&to)[4]) {
        to[0] = d[0] - d[2];
        to[1] = d[1] + d[2];
        to[2] = d[2] - d[1];
        to[3] = d[1] - d[3];
    }
    /// G g
    template <class T>
    CTNN_INLINE static void weights(const vec<T> (&g)[3], vec<T> (&to)[4]) {
        const vec<T> half = T(0.5), even = (g[0] + g[2]) * half, odd = g[1] * half;
        to[0] = g[0];
        to[1] = even + odd;
        to[2] = even - odd;
        to[3] = g[2];
    }
    /// A' m
    template <class T>
    CTNN_INLINE static void output(const vec<T> (&m)[4], vec<T> (&to)[2]) {
        to[0] = m[0] + m[1] + m[2];
        to[1] = m[1] - m[2] - m[3];
    }
};

/// 6 products where a direct correlation needs 12; in two dimensions 36 instead of 144.
template <>
struct winograd_transform<4> {
    template <class T>
    CTNN_INLINE static void input(const vec<T> (&d)[6], vec<T> (&to)[6]) {
        const vec<T> four = T(4), minus_four = T(-4), minus_five = T(-5);
        const vec<T> even = fma(minus_four, d[2], d[4]), odd = fma(minus_four, d[1], d[3]);
        const vec<T> near = d[4] - d[2], far = d[3] - d[1], twice = far + far;
        to[0] = fma(four, d[0], fma(minus_five, d[2], d[4]));
        to[1] = even + odd;
        to[2] = even - odd;
        to[3] = near + twice;
        to[4] = near - twice;
        to[5] = fma(four, d[1], fma(minus_five, d[3], d[5]));
    }
    template <class T>
    CTNN_INLINE static void weights(const vec<T> (&g)[3], vec<T> (&to)[6]) {
        const vec<T> quarter = T(1.0 / 4), sixth = T(-1.0 / 6), twelfth = T(1.0 / 12), small = T(1.0 / 24);
        const vec<T> even = (g[0] + g[2]) * sixth, odd = g[1] * sixth;
        const vec<T> wide = fma(g[0], small, g[2] * vec<T>(T(1.0 / 6))), skew = g[1] * twelfth;
        to[0] = g[0] * quarter;
        to[1] = even + odd;
        to[2] = even - odd;
        to[3] = wide + skew;
        to[4] = wide - skew;
        to[5] = g[2];
    }
    template <class T>
    CTNN_INLINE static void output(const vec<T> (&m)[6], vec<T> (&to)[4]) {
        const vec<T> near = m[1] + m[2], near_odd = m[1] - m[2], far = m[3] + m[4], far_odd = m[3] - m[4];
        to[0] = m[0] + near + far;
        to[1] = fma(vec<T>(T(2)), far_odd, near_odd);
        to[2] = fma(vec<T>(T(4)), far, near);
        to[3] = fma(vec<T>(T(8)), far_odd, near_odd) + m[5];
    }
};

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// A correlation with 3x3 taps over height and width and any number over depth, stride 1, as run-time numbers.
struct winograd_sizes {
    extent positions[3]{1, 1, 1};  ///< of the output
    extent taps = 1;               ///< of depth
    extent channels = 1, filters = 1;
    extent tiles[2]{1, 1};  ///< along height and width
    extent block = 1;       ///< tiles that are worked on together
    double slope = 0;       ///< of leaky_relu
    /// Output depth d and tap k read depth first_depth + d + k of x; what is outside [0, depths) is zero.
    extent first_depth = 0, depths = 1;
    extent readable[2]{};  ///< rows and columns of x, with its border, from the first tap of the first position on
};

/// Where one tile lies.
template <class T>
struct winograd_tile {
    const T* x = nullptr;    ///< its first input, at depth 0
    extent rows = 0;         ///< how many of its rows of x may be read, at most Outputs + 2
    extent columns = 0;      ///< and columns; the others count as zeros, and only outputs that do not exist see them
    T* y = nullptr;          ///< its first output, at depth 0
    const T* add = nullptr;  ///< what is added to it, at depth 0, or null
    extent out_rows = 0, out_columns = 0;  ///< how many of its outputs exist, at most Outputs
};

/// Elements between the planes of one point of the transform: `size`, plus a cache line, because planes at a distance
/// of a power of two would fall into the same few sets of the cache.
[[nodiscard]] constexpr extent winograd_plane(extent size) { return size + 16; }

/// Elements of a block of transformed inputs of one depth, [point][tile][channels rounded up to 16].
[[nodiscard]] constexpr extent winograd_slice(extent outputs, extent block, extent channels) {
    return (outputs + 2) * (outputs + 2) * winograd_plane(block * round_up(channels));
}

/// The most filters that are summed at a time: four of the widest vectors.
inline constexpr extent winograd_filters = 64;

/// Elements of scratch memory of one thread: a slice for each tap of depth, and products [point][tile][filter].
[[nodiscard]] constexpr extent winograd_scratch(extent outputs, extent block, extent taps, extent channels,
                                                extent filters) {
    const extent width = round_up(filters) < winograd_filters ? round_up(filters) : winograd_filters;
    return taps * winograd_slice(outputs, block, channels) +
           (outputs + 2) * (outputs + 2) * winograd_plane(block * width);
}

namespace detail {

/// B' d B of one tile and one vector of channels; `row` and `column` are the steps of x, `plane` that of the points.
/// Loops over columns and rows: unrolled they are no faster, because 36 vectors do not fit into 32 registers, and cost
/// the compiler six times as much.
template <extent Outputs, class T>
CTNN_INLINE void transform_input(const T* from, extent row, extent column, T* to, extent plane) {
    constexpr extent size = Outputs + 2;
    constexpr unsigned count = static_cast<unsigned>(size);
    vec<T> half[count][count], d[count], points[count];
    for (extent j = 0; j < size; ++j) {
        unroll<size>([&](auto i) { d[i] = load(from + i * row + j * column); });
        winograd_transform<Outputs>::input(d, points);
        unroll<size>([&](auto i) { half[i][j] = points[i]; });
    }
    for (extent i = 0; i < size; ++i, to += size * plane) {
        winograd_transform<Outputs>::input(half[i], points);
        unroll<size>([&](auto j) { store(to + j * plane, points[j]); });
    }
}

}  // namespace detail

/// Transforms the inputs of `count` tiles at one depth of x, `depth` elements from where the tiles begin, to
/// [point][tile][channels rounded up to 16]. A tile that reaches over the end of x, and the last channels where they
/// do not fill a vector, are copied first, so that nothing outside is read.
template <extent Outputs, class T>
CTNN_KERNEL void winograd_input(const winograd_sizes& g, const winograd_tile<T>* tiles, extent count, extent depth,
                                extent row_step, extent column_step, T* to) {
    constexpr extent size = Outputs + 2;
    const extent width = round_up(g.channels), plane = winograd_plane(g.block * width);
    alignas(alignment) T copy[static_cast<unsigned>(size * size * lanes<T>)];
    for (extent t = 0; t < count; ++t) {
        const winograd_tile<T>& tile = tiles[t];
        const bool inside = tile.rows == size && tile.columns == size;
        for (extent c = 0; c < g.channels; c += lanes<T>) {
            const extent rest = g.channels - c;
            const T* from = tile.x + depth + c;
            extent row = row_step, column = column_step;
            if (!inside || rest < lanes<T>) {
                for (extent i = 0; i < size; ++i)
                    for (extent j = 0; j < size; ++j) {
                        const T* at = from + i * row_step + j * column_step;
                        vec<T> value = T(0);
                        if (i < tile.rows && j < tile.columns)
                            value = rest < lanes<T> ? load_partial(at, rest) : load(at);
                        store(copy + (i * size + j) * lanes<T>, value);
                    }
                from = copy;
                row = size * lanes<T>;
                column = lanes<T>;
            }
            detail::transform_input<Outputs>(from, row, column, to + t * width + c, plane);
        }
    }
}

namespace detail {

/// Tiles x Vectors sums over the depths and channels: per channel Vectors loads of weights and Tiles broadcasts.
template <extent Tiles, extent Vectors, class T>
CTNN_INLINE void product_tile(const T* const* slices, extent count, extent offset, extent step, extent channels,
                              const T* weights, T* sums) {
    constexpr extent width = Vectors * lanes<T>;
    vec<T> sum[static_cast<unsigned>(Tiles)][static_cast<unsigned>(Vectors)];
    unroll<Tiles>([&](auto p) { unroll<Vectors>([&](auto v) { sum[p][v] = vec<T>(T(0)); }); });
    for (extent s = 0; s < count; ++s) {
        const T* from = slices[s] + offset;
        for (extent c = 0; c < channels; ++c, ++from, weights += width) {
            vec<T> weight[static_cast<unsigned>(Vectors)];
            unroll<Vectors>([&](auto v) { weight[v] = load_held(weights + v * lanes<T>); });
            unroll<Tiles>([&](auto p) {
                const vec<T> value(from[p * step]);
                unroll<Vectors>([&](auto v) { sum[p][v] = fma(value, weight[v], sum[p][v]); });
            });
        }
    }
    unroll<Tiles>([&](auto p) { unroll<Vectors>([&](auto v) { store(sums + p * width + v * lanes<T>, sum[p][v]); }); });
}

}  // namespace detail

/// The products of one block of filters at every point of the transform: `slices` are the transformed inputs of the
/// depths [first, first + depths) of the taps, w the block's packed weights [point][tap of depth][channel][filter],
/// sums [point][tile][filter]. They are computed `Tiles` at a
/// time; the last ones twice rather than by more code.
template <class T, extent Tiles, extent Vectors>
CTNN_KERNEL void winograd_products(const winograd_sizes& g, extent points, const T* const* slices, extent first,
                                   extent depths, const T* w, T* sums, extent tiles) {
    constexpr extent width = Vectors * lanes<T>;
    const extent step = round_up(g.channels), plane = winograd_plane(g.block * step);
    const extent sum_plane = winograd_plane(g.block * width);
    for (extent point = 0; point < points; ++point) {
        const T* weights = w + (point * g.taps + first) * g.channels * width;
        for (extent t = 0; t < tiles; t += Tiles) {
            const extent begin = t + Tiles <= tiles || tiles < Tiles ? t : tiles - Tiles;
            detail::product_tile<Tiles, Vectors>(slices, depths, point * plane + begin * step, step, g.channels,
                                                 weights, sums + point * sum_plane + begin * width);
        }
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

// Tests can ask for Winograd wherever it applies: 2 or 4 outputs a tile and axis. 0: the rule below decides.
#if !defined(CTNN_FORCE_WINOGRAD)
#define CTNN_FORCE_WINOGRAD 0
#endif

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Outputs of a tile along an axis; 0 for the direct algorithm.
[[nodiscard]] constexpr extent winograd_outputs(algorithm a) {
    return a == algorithm::winograd_4 ? 4 : a == algorithm::winograd_2 ? 2 : 0;
}

/// The most taps along depth of a Winograd convolution.
inline constexpr extent winograd_depth = 7;

/// The most tiles that are worked on together.
inline constexpr extent winograd_tiles = 64;

/// Can Winograd's algorithm compute this convolution and its input's gradient? It needs 3x3 taps over height and width
/// (any number up to 7 over depth), stride 1, dilation 1 and one group.
[[nodiscard]] constexpr bool winograd_applies(const window& w, extent groups) {
    for (int a = 0; a < 3; ++a)
        if (w.stride[a] != 1 || w.dilation[a] != 1) return false;
    return groups == 1 && w.kernel[0] <= winograd_depth && w.kernel[1] == 3 && w.kernel[2] == 3;
}

/// The sizes of a convolution, or of the one that gives its input's gradient, that decide how it is computed.
struct convolution_cost {
    extent positions[3]{1, 1, 1};
    extent depth_taps = 1;
    extent channels = 1, filters = 1;

    [[nodiscard]] constexpr extent tiles(extent outputs) const {
        return ((positions[1] + outputs - 1) / outputs) * ((positions[2] + outputs - 1) / outputs);
    }
    /// Elements of the weights that an algorithm reads.
    [[nodiscard]] constexpr extent weights(extent taps) const { return depth_taps * taps * channels * filters; }
    /// Tiles that are worked on together: as many as keep the transformed inputs and products within 768 KB, which
    /// the second-level caches of most servers hold, but at least 16, so that the weights are read no more than once
    /// for 16 tiles, and at most winograd_tiles. An image's tiles are divided into equal blocks. Those of several small
    /// images are put together: 16 or so, or as many as there may be where the weights alone exceed 256 KB.
    [[nodiscard]] constexpr extent block(extent outputs) const {
        const extent filling = round_up(filters);
        const extent width = filling < kernels::winograd_filters ? filling : kernels::winograd_filters;
        const extent points = (outputs + 2) * (outputs + 2), all = tiles(outputs);
        extent most = 768 * 256 / (points * (depth_taps * round_up(channels) + width));
        most = most < 16 ? 16 : most > winograd_tiles ? winograd_tiles : most;
        if (all > most) {
            const extent blocks = (all + most - 1) / most;
            return (all + blocks - 1) / blocks;
        }
        const extent together = weights(points) > 65536 ? most : 16;
        return all < together ? together / all * all : all;
    }
    /// Cycles of a core with two pipelines of 16 lanes, for one sample: multiply-adds of whole vectors, and the bytes
    /// of weights that do not fit into half a megabyte of cache, at 10 bytes a cycle (30 GB/s at 3 GHz).
    [[nodiscard]] constexpr double direct_cycles() const {
        const extent vectors = round_up(filters) / 16;
        const extent products = positions[0] * positions[1] * positions[2] * depth_taps * 9 * channels * vectors;
        return static_cast<double>(products) / 2 + streaming(weights(9) * 4);
    }
    /// The same by Winograd: the products of all points; and for each tile and vector the transforms, whose loads,
    /// stores and additions take about `input` and `output` cycles.
    [[nodiscard]] constexpr double winograd_cycles(extent outputs) const {
        const extent points = (outputs + 2) * (outputs + 2), vectors = round_up(filters) / 16;
        const extent input = outputs == 4 ? 250 : 70, output = outputs == 4 ? 200 : 60;
        const extent all = positions[0] * tiles(outputs);
        const double products = static_cast<double>(all * points * depth_taps * channels * vectors) / 2;
        const double transforms = static_cast<double>(all * (input * (round_up(channels) / 16) + output * vectors));
        return products + transforms + streaming(weights(points) * 4);
    }
    [[nodiscard]] static constexpr double streaming(extent bytes) {
        return bytes > 524288 ? static_cast<double>(bytes) / 10 : 0;
    }
    /// Winograd is taken where it saves a tenth, because it rounds more.
    [[nodiscard]] constexpr algorithm cheapest() const {
        const double direct = direct_cycles(), two = winograd_cycles(2), four = winograd_cycles(4);
        if (four * 1.1 < direct && four <= two) return algorithm::winograd_4;
        return two * 1.1 < direct ? algorithm::winograd_2 : algorithm::direct;
    }
};

[[nodiscard]] constexpr convolution_cost forward_cost(const operation& op) {
    return {{op.out.axis[0], op.out.axis[1], op.out.axis[2]}, op.window.kernel[0], op.in.channels(), op.out.channels()};
}
/// The gradient of the input is a convolution of the output's gradient: channels and filters change places.
[[nodiscard]] constexpr convolution_cost gradient_cost(const operation& op) {
    return {{op.in.axis[0], op.in.axis[1], op.in.axis[2]}, op.window.kernel[0], op.out.channels(), op.in.channels()};
}

/// Sets both algorithms of an operation. `exact` refuses Winograd, `outputs` (2 or 4) demands it.
constexpr void choose_algorithm(operation& op, bool exact, extent outputs) {
    op.algorithm = op.gradient_algorithm = algorithm::direct;
    if (exact || !winograd_applies(op.window, op.groups)) return;
    if (outputs == 0) outputs = CTNN_FORCE_WINOGRAD;
    if (outputs != 0) {
        op.algorithm = op.gradient_algorithm = outputs == 2 ? algorithm::winograd_2 : algorithm::winograd_4;
    } else {
        op.algorithm = forward_cost(op).cheapest();
        op.gradient_algorithm = gradient_cost(op).cheapest();
    }
}

/// Elements of temporary memory of each thread.
[[nodiscard]] constexpr extent thread_scratch(algorithm a, const convolution_cost& c) {
    const extent outputs = winograd_outputs(a);
    if (outputs == 0) return 0;
    return kernels::winograd_scratch(outputs, c.block(outputs), c.depth_taps, c.channels, c.filters);
}
/// Of an operation in an engine, or with `training` forwards and backwards; 0 unless it is a convolution.
[[nodiscard]] constexpr extent thread_scratch(const operation& op, bool training) {
    if (op.what != kind::convolution) return 0;
    const extent forward = thread_scratch(op.algorithm, forward_cost(op));
    const extent backward = training ? thread_scratch(op.gradient_algorithm, gradient_cost(op)) : 0;
    return forward > backward ? forward : backward;
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn::detail {

/// Elements of temporary memory that a thread needs for any row, in an engine or in training.
template <int Rows, int Values>
constexpr extent largest_thread_scratch(const table<Rows, Values>& t, bool training) {
    extent most = 0;
    for (const operation& row : t.rows) {
        const extent needed = thread_scratch(row, training);
        if (needed > most) most = needed;
    }
    return round_up(most);
}

}  // namespace ctnn::detail
// -------------------- ctnn/layers/convolution_code.hpp
/// \file
/// The code of convolutions and dense layers: from the operation and its views to kernels, with threads.

// -------------------- ctnn/kernels/convolution.hpp
/// \file
/// Direct convolution, channels last, with packed weights: forward, and the gradient with respect to the input.

// -------------------- ctnn/kernels/math.hpp
/// \file
/// Vectorized elementary functions with stated error bounds.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// c[0] + c[1] z + c[2] z^2 + ..., by Horner's rule.
template <class T, unsigned long Count>
CTNN_INLINE vec<T> polynomial(vec<T> z, const double (&c)[Count]) {
    vec<T> sum = static_cast<T>(c[Count - 1]);
    for (unsigned long i = Count - 1; i-- > 0;) sum = fma(sum, z, vec<T>(static_cast<T>(c[i])));
    return sum;
}

/// The integer nearest to a * b, ties to even, for products below 2^22 (2^51): where 1.5 * 2^23 (2^52) has been
/// added, the lowest bit counts ones. Two operations, where round() needs six because it takes any number.
template <class T>
CTNN_INLINE vec<T> nearest(vec<T> a, vec<T> b) {
    const vec<T> whole = T(sizeof(T) == 4 ? 12582912.0 : 6755399441055744.0);
    return fma(a, b, whole) - whole;
}

/// The coefficients interpolate at the Chebyshev nodes of the interval given for each; computed with 60 digits.
template <class T>
struct coefficients;

template <>
struct coefficients<float> {
    /// (e^r - 1 - r) / r^2 for |r| <= ln(2) / 2; error 7e-8, which r^2 makes 8e-9 in e^r.
    static constexpr double exponential[]{0.5, 0.16666576989698775, 0.041666554617204574, 0.008363179052722578,
                                          0.0013926183587713494};
    /// (tanh(x) / x - 1) / z with z = x^2 in [0, 0.625^2]; error 2e-9.
    static constexpr double hyperbolic[]{-0.3333333317214036, 0.1333330355691574,    -0.053959259577204544,
                                         0.02176891865102821, -0.008343945515839153, 0.002292744816178142};
    /// ln(2) in two parts, the first so short that its product with an exponent is exact.
    static constexpr double ln2_high = 0.693359375, ln2_low = -0.00021219444005469057;
    /// Beyond these exp is infinity, or rounds to zero.
    static constexpr double exp_high = 89, exp_low = -104;
};

template <>
struct coefficients<double> {
    /// As for float; error 1.4e-18.
    static constexpr double exponential[]{0.5,
                                          0.1666666666666667,
                                          0.04166666666666667,
                                          0.008333333333326136,
                                          0.0013888888888883748,
                                          0.00019841269874820627,
                                          2.4801587325547743e-05,
                                          2.7557255400206422e-06,
                                          2.75572736431103e-07,
                                          2.5105217004720745e-08,
                                          2.0914686968086876e-09};
    /// As for float; error 1.5e-19.
    static constexpr double hyperbolic[]{-0.3333333333333333,    0.13333333333333322,    -0.0539682539682359,
                                         0.021869488535133222,   -0.008863235499801992,  0.003592127507599252,
                                         -0.0014558283998303246, 0.0005899818158388232,  -0.00023888944636751174,
                                         9.604109157026265e-05,  -3.708106921544234e-05, 1.2209921790162781e-05,
                                         -2.438831631472088e-06};
    static constexpr double ln2_high = 0.6931471803691238, ln2_low = 1.9082149292705877e-10;
    static constexpr double exp_high = 710, exp_low = -746;
};

}  // namespace detail

/// e^x, at most 2 units in the last place off, subnormal results included; 0 at -infinity, infinity at infinity, NaN at
/// NaN.
///
/// x = n ln(2) + r with an integer n and |r| <= ln(2) / 2, so e^x = 2^n e^r. Two factors 2^(n / 2) keep each a normal
/// number: only the last product rounds, overflows or becomes subnormal.
template <class T>
CTNN_INLINE vec<T> exp(vec<T> x) {
    using c = detail::coefficients<T>;
    x = greater_of(vec<T>(static_cast<T>(c::exp_low)), less_of(vec<T>(static_cast<T>(c::exp_high)), x));  // keeps NaN
    const vec<T> n = detail::nearest(x, vec<T>(static_cast<T>(1.4426950408889634)));
    const vec<T> r = fma(n, vec<T>(static_cast<T>(-c::ln2_low)), fma(n, vec<T>(static_cast<T>(-c::ln2_high)), x));
    const vec<T> tail = fma(r * r, detail::polynomial(r, c::exponential), r);
    const vec<T> half = detail::nearest(n, vec<T>(T(0.5)));
    return (vec<T>(T(1)) + tail) * power_of_two(half) * power_of_two(n - half);
}

/// The hyperbolic tangent, at most 4 units in the last place off; exactly +-1 at +-infinity, -0 at -0, NaN at NaN.
///
/// An odd polynomial for |x| < 0.625; beyond it 1 - 2 / (e^(2 |x|) + 1), where nothing cancels any more.
template <class T>
CTNN_INLINE vec<T> tanh(vec<T> x) {
    const vec<T> size = abs(x), z = size * size, one = T(1), two = T(2);
    const vec<T> near = fma(size * z, detail::polynomial(z, detail::coefficients<T>::hyperbolic), size);
    const vec<T> far = one - two / (exp(size + size) + one);
    return copy_sign(select(size < vec<T>(T(0.625)), near, far), x);
}

/// 1 / (1 + e^-x), at most 4 units in the last place off, down to the smallest results; 0 and 1 at -+infinity, NaN at
/// NaN.
///
/// With e = e^-|x| it is 1 / (1 + e), or e / (1 + e) for negative x: e never overflows.
template <class T>
CTNN_INLINE vec<T> sigmoid(vec<T> x) {
    const vec<T> one = T(1), e = exp(-abs(x));
    return select(x < vec<T>(T(0)), e, one) / (one + e);
}

/// The activation A of one vector; alpha is the slope of leaky_relu. NaN stays NaN.
template <activation A, class T>
CTNN_INLINE vec<T> apply(vec<T> x, [[maybe_unused]] vec<T> alpha) {
    if constexpr (A == activation::relu)
        return greater_of(vec<T>(T(0)), x);  // the second operand where one is NaN
    else if constexpr (A == activation::leaky_relu)
        return select(x > vec<T>(T(0)), x, x * alpha);
    else if constexpr (A == activation::sigmoid)
        return sigmoid(x);
    else if constexpr (A == activation::tanh)
        return tanh(x);
    else
        return x;
}

/// The gradient of A's input from its output y and the gradient dy of its output, as PyTorch has it:
/// 0 from the left at the kink, so where y <= 0 for relu, and the slope there for leaky_relu.
template <activation A, class T>
CTNN_INLINE vec<T> apply_gradient(vec<T> y, vec<T> dy, [[maybe_unused]] vec<T> alpha) {
    const vec<T> zero = T(0), one = T(1);
    if constexpr (A == activation::relu)
        return select(y <= zero, zero, dy);
    else if constexpr (A == activation::leaky_relu)
        return select(y > zero, dy, dy * alpha);
    else if constexpr (A == activation::sigmoid)
        return dy * (one - y) * y;
    else if constexpr (A == activation::tanh)
        return dy * fma(-y, y, one);
    else
        return dy;
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Pixels x Vectors outputs: x (rows of taps), w [tap][channel][Vectors * lanes], y [pixel][filter]. Per channel:
/// Vectors loads of weights, Pixels broadcasts, Pixels * Vectors multiply-adds, nothing else. The first `skip` pixels
/// are computed but not written: the tile before has written them. `range` are the taps of depth and height that are
/// not zero: from, to, from, to.
template <key K, extent Pixels, extent Vectors, class T>
CTNN_INLINE void correlation_tile(const correlation& g, const T* x, const T* w, const T* bias, const T* add, T* y,
                                  const extent (&range)[4], extent skip, extent tail) {
    constexpr extent width = Vectors * lanes<T>;
    const extent step = g.in_step[2], out_step = g.out_step[2], add_step = g.add_step[2];
    vec<T> sum[static_cast<unsigned>(Pixels)][static_cast<unsigned>(Vectors)];
    unroll<Vectors>([&](auto v) {
        const vec<T> start = load(bias + v * lanes<T>);
        unroll<Pixels>([&](auto p) { sum[p][v] = start; });
    });
    for (extent kd = range[0]; kd < range[1]; ++kd)
        for (extent kh = range[2]; kh < range[3]; ++kh) {
            const T* weights = w + (kd * g.taps[1] + kh) * g.taps[2] * g.channels * width;
            for (extent kw = 0; kw < g.taps[2]; ++kw) {
                const T* from = x + kd * g.tap_step[0] + kh * g.tap_step[1] + kw * g.tap_step[2];
                for (extent c = 0; c < g.channels; ++c, ++from, weights += width) {
                    vec<T> weight[static_cast<unsigned>(Vectors)];
                    unroll<Vectors>([&](auto v) { weight[v] = load_held(weights + v * lanes<T>); });
                    unroll<Pixels>([&](auto p) {
                        const vec<T> value(from[p * step]);
                        unroll<Vectors>([&](auto v) { sum[p][v] = fma(value, weight[v], sum[p][v]); });
                    });
                }
            }
        }
    // A short activation is applied in registers. A long one would be compiled Pixels * Vectors times: it gets a loop
    // of its own, over what lies in the first-level cache.
    constexpr bool brief = K.activation == activation::none || K.activation == activation::relu ||
                           K.activation == activation::leaky_relu;
    const vec<T> slope(static_cast<T>(g.slope));
    unroll<Pixels>([&](auto p) {
        if (p < skip) return;
        unroll<Vectors>([&](auto v) {
            T* to = y + p * out_step + v * lanes<T>;
            const T* extra = add + p * add_step + v * lanes<T>;
            const bool whole = !K.partial || v + 1 < Vectors || tail == 0;
            vec<T> result = sum[p][v];
            if (add != nullptr) result += whole ? load(extra) : load_partial(extra, tail);
            if constexpr (brief) result = apply<K.activation, T>(result, slope);
            if (whole) store(to, result);
            else store_partial(to, result, tail);
        });
    });
    if constexpr (!brief)
        for (extent p = skip; p < Pixels; ++p)
            for (extent v = 0; v < Vectors; ++v) {
                T* to = y + p * out_step + v * lanes<T>;
                if (!K.partial || v + 1 < Vectors || tail == 0) store(to, apply<K.activation, T>(load(to), slope));
                else store_partial(to, apply<K.activation, T>(load_partial(to, tail), slope), tail);
            }
}

/// All rows [first, last) of one block of filters.
template <key K, extent Vectors, class T>
CTNN_INLINE void correlation_block(const correlation& g, const T* x, const T* w, const T* bias, const T* add, T* y,
                                   extent first, extent last, extent tail) {
    const extent width = g.positions[2];
    for (extent row = first; row < last; ++row) {
        const extent d = row / g.positions[1], h = row % g.positions[1];
        const T* in = x + d * g.in_step[0] + h * g.in_step[1];
        const T* extra = add == nullptr ? nullptr : add + d * g.add_step[0] + h * g.add_step[1];
        T* out = y + d * g.out_step[0] + h * g.out_step[1];
        const extent range[4]{g.tap_limit(0, d, false), g.tap_limit(0, d, true), g.tap_limit(1, h, false),
                              g.tap_limit(1, h, true)};
        const auto at = [&](auto pixels, extent p, extent skip) {
            correlation_tile<K, pixels, Vectors>(g, in + p * g.in_step[2], w, bias,
                                                 extra == nullptr ? nullptr : extra + p * g.add_step[2],
                                                 out + p * g.out_step[2], range, skip, tail);
        };
        if constexpr (K.rest == 0) {
            for (extent p = 0; p < width; p += K.pixels) {
                const extent begin = p + K.pixels <= width ? p : width - K.pixels;
                at(std::integral_constant<extent, K.pixels>{}, begin, p - begin);
            }
        } else {
            extent p = 0;
            for (; p + K.pixels <= width; p += K.pixels) at(std::integral_constant<extent, K.pixels>{}, p, 0);
            at(std::integral_constant<extent, K.rest>{}, p, 0);
        }
    }
}

}  // namespace detail

/// y = activation(bias + correlation of x with w + add), for the rows [first, last) of one sample. x, add, y as
/// `correlation` says; w packed by pack.hpp; bias [groups][filters rounded up to 16]; add may be null or y. The key's
/// tile must be choose_tile's for this width; with rest 0 any width of at least `pixels` will do.
template <class T, key K>
CTNN_KERNEL void correlate(const correlation& given, const T* x, const T* w, const T* bias, const T* add, T* y,
                           extent first, extent last) {
    correlation g = given;
    if (g.tap_step[2] == g.channels) {  // taps of a row lie side by side: one loop over all of their channels
        g.channels *= g.taps[2];
        g.taps[2] = 1;
    }
    constexpr extent width = K.vectors * lanes<T>;
    const extent tail = given.filters % lanes<T>;
    const extent blocks = vector_count<T>(given.filters) / K.vectors;
    const extent block = g.tap_count() * g.channels * width;
    for (extent group = 0; group < g.groups; ++group) {
        for (extent b = 0; b < blocks; ++b) {
            const extent filter = b * width;
            detail::correlation_block<K, K.vectors>(g, x, w + b * block, bias + filter,
                                                    add == nullptr ? nullptr : add + filter, y + filter, first, last,
                                                    filter + width > given.filters ? tail : 0);
        }
        if constexpr (K.last != 0) {
            const extent filter = blocks * width;
            detail::correlation_block<K, K.last>(g, x, w + blocks * block, bias + filter,
                                                 add == nullptr ? nullptr : add + filter, y + filter, first, last,
                                                 tail);
        }
        x += given.channels;
        y += given.filters;
        if (add != nullptr) add += given.filters;
        w += packed_group(given.tap_count(), given.channels, given.filters);
        bias += round_up(given.filters);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/kernels/convolution_gradient.hpp
/// \file
/// Gradient of a convolution or a dense layer with respect to its weights and bias, channels last.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The tile of the weight gradient: neighboring inputs x vectors of filters. `inputs` is the number of inputs that
/// should lie side by side: the channels, times the taps of a row where these touch. `rest` is 1 where `channels`
/// alone do not fill the tile: then a slice of a concatenation, whose taps do not touch, needs a narrower one.
template <class T>
[[nodiscard]] constexpr key choose_gradient_tile(extent inputs, extent channels, extent filters) {
    key chosen = choose_tile<T>(inputs, filters, true);
    // g++ spills where the mask of a partial vector meets 28 sums in 32 registers, and loses two thirds of the speed.
    if (chosen.partial && registers == 32 && chosen.pixels * chosen.vectors > 26) chosen.pixels = 26 / chosen.vectors;
    chosen.rest = channels < chosen.pixels ? 1 : 0;
    return chosen;
}

/// How many independent units the weight gradient falls into: tiles of inputs, for each group and tap.
template <key K>
[[nodiscard]] constexpr extent gradient_units(const correlation& g) {
    const bool merged = g.tap_step[2] == g.channels;
    const extent run = merged ? g.channels * g.taps[2] : g.channels;
    const extent pixels = run < K.pixels ? 1 : K.pixels;
    return g.groups * g.taps[0] * g.taps[1] * (merged ? 1 : g.taps[2]) * ((run + pixels - 1) / pixels);
}

namespace detail {

/// dw[input][filter] += sum over rows and positions of x[position][input] * dy[position][filter], Inputs x Vectors at
/// a time. dw, x and dy point at the tile's first input and filter. The first `skip` inputs belong to the tile
/// before.
template <bool Partial, extent Inputs, extent Vectors, class T>
CTNN_INLINE void gradient_tile(const correlation& g, const T* x, const T* dy, T* dw, extent dw_step,
                               const extent (*rows)[2], extent count, extent skip, extent tail) {
    const extent width = g.positions[2], step = g.in_step[2], out_step = g.out_step[2];
    const bool whole = !Partial || tail == 0;
    vec<T> sum[static_cast<unsigned>(Inputs)][static_cast<unsigned>(Vectors)];
    unroll<Inputs>([&](auto p) { unroll<Vectors>([&](auto v) { sum[p][v] = vec<T>(T(0)); }); });
    for (extent row = 0; row < count; ++row) {
        const T *from = x + rows[row][0], *out = dy + rows[row][1];
        const auto walk = [&](auto read_last) {
            for (extent i = 0; i < width; ++i, from += step, out += out_step) {
                vec<T> d[static_cast<unsigned>(Vectors)];
                unroll<Vectors - 1>([&](auto v) { d[v] = load_held(out + v * lanes<T>); });
                d[Vectors - 1] = read_last(out + (Vectors - 1) * lanes<T>);
                unroll<Inputs>([&](auto p) {
                    const vec<T> value(from[p]);
                    unroll<Vectors>([&](auto v) { sum[p][v] = fma(value, d[v], sum[p][v]); });
                });
            }
        };
        if (whole) walk([](const T* last) { return load_held(last); });
        else if constexpr (Partial) walk([&](const T* last) { return load_partial(last, tail); });
    }
    unroll<Inputs>([&](auto p) {
        if (p < skip) return;
        unroll<Vectors>([&](auto v) {
            T* to = dw + p * dw_step + v * lanes<T>;
            if (v + 1 < Vectors || whole) store(to, load(to) + sum[p][v]);
            else store_partial(to, load_partial(to, tail) + sum[p][v], tail);
        });
    });
}

}  // namespace detail

/// db[filter] += sum over rows and positions of dy[position][filter].
template <class T>
CTNN_KERNEL void bias_gradient(const correlation& g, const T* dy, const extent (*rows)[2], extent count, T* db) {
    constexpr extent chains = 4;  // sums of every fourth position: they hide the latency of an addition
    const extent all = g.groups * g.filters, step = g.out_step[2];
    const extent even = g.positions[2] / chains * chains;
    for (extent f = 0; f < all; f += lanes<T>) {
        const extent tail = all - f < lanes<T> ? all - f : 0;
        const auto read = [&](const T* from) { return tail == 0 ? load(from) : load_partial(from, tail); };
        vec<T> sum[chains];
        unroll<chains>([&](auto k) { sum[k] = vec<T>(T(0)); });
        for (extent r = 0; r < count; ++r) {
            const T* from = dy + rows[r][1] + f;
            for (extent i = 0; i < even; i += chains, from += chains * step)
                unroll<chains>([&](auto k) { sum[k] += read(from + k * step); });
            for (extent i = even; i < g.positions[2]; ++i, from += step) sum[0] += read(from);
        }
        const vec<T> total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
        if (tail == 0) store(db + f, load(db + f) + total);
        else store_partial(db + f, load_partial(db + f, tail) + total, tail);
    }
}

/// dw += gradient, for the units [first_unit, last_unit) of gradient_units(); db (or null) += the sums of dy. x as in
/// `correlate`: first tap of the first position; dy: first position, steps in g.out_step; dw (taps, channels, all
/// filters). Sums run over samples, then blocks of rows, then positions: the order does not depend on how the units
/// are divided. A few rows at a time, so that x and dy stay in the second-level cache while all units pass over them.
template <class T, key K>
CTNN_KERNEL void weight_gradient(const correlation& given, const T* x, extent x_sample, const T* dy, extent dy_sample,
                                 extent samples, T* dw, T* db, extent first_unit, extent last_unit) {
    correlation g = given;
    if (g.tap_step[2] == g.channels) {
        g.channels *= g.taps[2];
        g.taps[2] = 1;
    }
    constexpr extent most_rows = 16, cached = 65536 / static_cast<extent>(sizeof(T));
    const extent all = g.groups * g.filters, tail = g.filters % lanes<T>;
    const extent row_size = g.positions[2] * (all + g.in_step[2]);
    extent block = cached / (row_size > 0 ? row_size : 1);
    block = block < 1 ? 1 : block > most_rows ? most_rows : block;
    const bool narrow = g.channels < K.pixels;
    const extent pixels = narrow ? 1 : K.pixels, tiles = (g.channels + pixels - 1) / pixels;
    const extent blocks = vector_count<T>(g.filters) / K.vectors;
    constexpr extent width = K.vectors * lanes<T>;
    for (extent s = 0; s < samples; ++s)
        for (extent begin = 0; begin < g.rows(); begin += block) {
            const extent count = g.rows() - begin < block ? g.rows() - begin : block;
            extent rows[most_rows][2];
            for (extent r = 0; r < count; ++r) {
                const extent d = (begin + r) / g.positions[1], h = (begin + r) % g.positions[1];
                rows[r][0] = s * x_sample + d * g.in_step[0] + h * g.in_step[1];
                rows[r][1] = s * dy_sample + d * g.out_step[0] + h * g.out_step[1];
            }
            if (db != nullptr) bias_gradient(g, dy, rows, count, db);
            for (extent unit = first_unit; unit < last_unit; ++unit) {
                const extent tile = unit % tiles, tap = unit / tiles % g.tap_count(),
                             group = unit / tiles / g.tap_count();
                extent input = tile * pixels, skip = 0;
                if (input + pixels > g.channels) {
                    skip = input + pixels - g.channels;
                    input -= skip;
                }
                const extent kw = tap % g.taps[2], kh = tap / g.taps[2] % g.taps[1], kd = tap / g.taps[2] / g.taps[1];
                const T* from = x + kd * g.tap_step[0] + kh * g.tap_step[1] + kw * g.tap_step[2] +
                                group * given.channels + input;
                const T* out = dy + group * g.filters;
                T* to = dw + (tap * g.channels + input) * all + group * g.filters;
                const auto pass = [&](auto inputs) {
                    for (extent b = 0; b < blocks; ++b)
                        detail::gradient_tile<K.partial && K.last == 0, inputs, K.vectors>(
                            g, from, out + b * width, to + b * width, all, rows, count, skip,
                            b + 1 == blocks && K.last == 0 ? tail : 0);
                    if constexpr (K.last != 0)
                        detail::gradient_tile<K.partial, inputs, K.last>(
                            g, from, out + blocks * width, to + blocks * width, all, rows, count, skip, tail);
                };
                if (!narrow) pass(std::integral_constant<extent, K.pixels>{});
                else if constexpr (K.rest == 1) pass(std::integral_constant<extent, 1>{});
            }
        }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/kernels/dense.hpp
/// \file
/// Dense layers of vectors: products of a batch with a matrix of weights. The weights' gradient is
/// convolution_gradient.hpp's.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Samples x vectors of outputs of a tile. With 32 registers 4 x 4 sums, 4 weights and a broadcast input take 21:
/// 8 loads, four cycles on two ports, for 16 multiply-adds, eight cycles on two pipelines whose latency of four wants
/// 8 sums. With 16 registers 6 x 2 sums take 15: 8 loads for 12 multiply-adds. The vectors are also the block in which
/// weights are packed, so that a single sample reads the whole matrix as one stream.
inline constexpr extent dense_rows = registers == 32 ? 4 : 6, dense_vectors = registers == 32 ? 4 : 2;

/// A matrix (inputs, outputs) of weights: as parameters have it, or packed in blocks of dense_vectors.
template <class T>
struct dense_weights {
    const T* data = nullptr;
    extent inputs = 0, outputs = 0;
    bool packed = false;

    /// The weights of input 0 for the outputs from `output` on, a multiple of the lanes.
    [[nodiscard]] CTNN_INLINE const T* at(extent output) const {
        constexpr extent block = dense_vectors * lanes<T>;
        return packed ? data + output / block * block * inputs + output % block : data + output;
    }
    /// Elements from one input to the next in the block of `output`.
    [[nodiscard]] CTNN_INLINE extent step(extent output) const {
        constexpr extent block = dense_vectors * lanes<T>;
        if (!packed) return outputs;
        const extent rest = vector_count<T>(outputs) * lanes<T> - output / block * block;
        return rest < block ? rest : block;
    }
    /// For how many inputs a whole vector may be read at `output` without passing the matrix's end.
    [[nodiscard]] CTNN_INLINE extent readable(extent output) const {
        if (packed || output + lanes<T> <= outputs) return inputs;
        const extent spare = inputs * outputs - output - lanes<T>;
        return spare < 0 ? 0 : spare / outputs + 1;
    }
};

namespace detail {

/// What is added to a product: bias (outputs) and add (samples, outputs), each of which may be null; add may be y.
template <class T>
struct dense_addends {
    const T* bias = nullptr;
    const T* add = nullptr;
    extent add_step = 0;

    /// The same for the tile at (row, output).
    [[nodiscard]] CTNN_INLINE dense_addends at(extent row, extent output) const {
        return {bias == nullptr ? nullptr : bias + output, add == nullptr ? nullptr : add + row * add_step + output,
                add_step};
    }
};

/// y (Rows samples, Vectors * lanes outputs) = x (Rows, count) * w (count, Vectors * lanes) + addends. The sums of each
/// output are taken in the order of the inputs, by Chains chains that are added at the end. The first `skip` rows are
/// not written; the last vector has `tail` outputs, all lanes if 0.
/// \param whole inputs whose weights may be read as whole vectors; of the others, which only a single row has, the
///        last vector is read in part
/// \param ahead w of a later tile, of which each input asks the second-level cache for `ahead_step` elements
template <extent Rows, extent Vectors, extent Chains, class T>
CTNN_INLINE void dense_tile(const T* x, extent x_step, const T* w, extent w_step, const dense_addends<T>& addends, T* y,
                            extent y_step, extent count, extent whole, extent skip, extent tail,
                            const T* ahead = nullptr, extent ahead_step = 0) {
    constexpr auto rows = static_cast<unsigned>(Rows), vectors = static_cast<unsigned>(Vectors);
    vec<T> sum[static_cast<unsigned>(Chains)][rows][vectors];
    unroll<Chains>(
        [&](auto k) { unroll<Rows>([&](auto r) { unroll<Vectors>([&](auto v) { sum[k][r][v] = vec<T>(T(0)); }); }); });
    const auto step = [&](auto chain, extent c, const auto& read_last) __attribute__((always_inline)) {
        vec<T> weight[vectors];
        unroll<Vectors - 1>([&](auto v) { weight[v] = load_held(w + c * w_step + v * lanes<T>); });
        weight[vectors - 1] = read_last(w + c * w_step + (Vectors - 1) * lanes<T>);
        unroll<Rows>([&](auto r) {
            const vec<T> value(x[r * x_step + c]);
            unroll<Vectors>([&](auto v) { sum[chain][r][v] = fma(value, weight[v], sum[chain][r][v]); });
        });
    };
    const auto read_whole = [](const T* from) { return load_held(from); };
    const std::integral_constant<extent, 0> first{};
    extent c = 0;
    for (; c + Chains <= whole; c += Chains) {
        if constexpr (Rows > 1) __builtin_prefetch(ahead + c * ahead_step, 0, 2);
        unroll<Chains>([&](auto k) __attribute__((always_inline)) { step(k, c + k, read_whole); });
    }
    if constexpr (Rows == 1) {
        for (; c < whole; ++c) step(first, c, read_whole);
        for (; c < count; ++c) step(first, c, [&](const T* from) { return load_partial(from, tail); });
    }
    unroll<Rows>([&](auto r) {
        if (r < skip) return;
        unroll<Vectors>([&](auto v) {
            const bool all = v + 1 < Vectors || tail == 0;
            const auto plus = [&](vec<T> to, const T* from) {
                return from == nullptr
                           ? to
                           : to + (all ? load(from + v * lanes<T>) : load_partial(from + v * lanes<T>, tail));
            };
            vec<T> total = sum[0][r][v];
            if constexpr (Chains > 1) unroll<Chains - 1>([&](auto k) { total += sum[k + 1][r][v]; });
            total = plus(total, addends.bias);
            total = plus(total, addends.add == nullptr ? nullptr : addends.add + r * addends.add_step);
            T* to = y + r * y_step + v * lanes<T>;
            if (all)
                store(to, total);
            else
                store_partial(to, total, tail);
        });
    });
}

/// A tile of Rows samples with as many vectors as there are outputs left, dense_vectors at most: calls
/// tile(vectors, tail) with the number as a constant.
template <class T, class Tile>
CTNN_INLINE void dense_width(extent outputs, const Tile& tile) {
    constexpr extent wide = dense_vectors * lanes<T>;
    if (outputs >= wide) return tile(std::integral_constant<extent, dense_vectors>{}, extent{0});
    unroll<dense_vectors>([&](auto v) {
        constexpr extent vectors = v + 1;
        if (outputs > (vectors - 1) * lanes<T> && outputs <= vectors * lanes<T>)
            tile(std::integral_constant<extent, vectors>{}, outputs % lanes<T>);
    });
}

/// One sample. Its eight sums or more hide the latency of the multiply-adds; each weight is loaded once for one of
/// them, so reading the matrix is what takes the time.
template <class T>
CTNN_INLINE void dense_sample(const T* x, const dense_weights<T>& w, const dense_addends<T>& addends, T* y,
                              extent first, extent last) {
    for (extent output = first; output < last; output += dense_vectors * lanes<T>)
        dense_width<T>(
            last - output, [&](auto vectors, extent tail) __attribute__((always_inline)) {
                constexpr extent chains = (7 + vectors) / vectors;
                dense_tile<1, vectors, chains>(x, 0, w.at(output), w.step(output), addends.at(0, output), y + output, 0,
                                               w.inputs, w.readable(output + (vectors - 1) * lanes<T>), 0, tail);
            });
}

/// A batch: one block of outputs at a time, and of that 128 inputs, whose weights (32 KB with AVX-512, 8 KB with AVX2)
/// stay in the first-level cache for the tiles of all samples. Weights that are not packed are first copied side by
/// side. The matrix itself is read from memory once, and the next block is asked for meanwhile: from L3 its 32 KB take
/// some 1 us, as long as 12 samples compute.
template <class T>
CTNN_INLINE void dense_batch(const T* x, extent x_step, const dense_weights<T>& w, const dense_addends<T>& addends,
                             T* y, extent y_step, extent samples, extent first, extent last) {
    constexpr extent wide = dense_vectors * lanes<T>, depth = 128;
    alignas(64) T panel[static_cast<unsigned>(depth * wide)];
    const extent tiles = (samples + dense_rows - 1) / dense_rows;
    const extent chunks = (w.inputs + depth - 1) / depth;
    for (extent chunk = 0; chunk < chunks; ++chunk) {
        const extent begin = w.inputs * chunk / chunks, count = w.inputs * (chunk + 1) / chunks - begin;
        // What the inputs before have given already is in y.
        const dense_addends<T> plus = begin == 0 ? addends : dense_addends<T>{nullptr, y, y_step};
        for (extent output = first; output < last; output += wide)
            dense_width<T>(
                last - output, [&](auto vectors, extent tail) __attribute__((always_inline)) {
                    const T* from = w.at(output) + begin * w.step(output);
                    const T* next = from + (w.packed ? w.inputs * w.step(output) : wide);
                    extent step = w.step(output);
                    if (!w.packed) {
                        step = vectors * lanes<T>;
                        for (extent c = 0; c < count; ++c, from += w.outputs)
                            unroll<vectors>([&](auto v) {
                                const bool all = v + 1 < vectors || tail == 0;
                                store(panel + c * step + v * lanes<T>,
                                      all ? load(from + v * lanes<T>) : load_partial(from + v * lanes<T>, tail));
                            });
                        from = panel;
                    }
                    for (extent s = 0; s < samples; s += dense_rows) {
                        const extent row =
                            s + dense_rows <= samples ? s : samples - dense_rows;  // overlaps the tile before
                        dense_tile<dense_rows, vectors, 1>(
                            x + row * x_step + begin, x_step, from, step, plus.at(row, output),
                            y + row * y_step + output, y_step, count, count, s - row, tail,
                            next + s / dense_rows * count * (step / tiles), step / tiles);
                    }
                });
    }
}

}  // namespace detail

/// y (samples, outputs) = x (samples, inputs) * w + bias + add, for the outputs [first, last); `first` is a multiple of
/// dense_vectors * lanes, and `last` too or the end. bias (outputs) and add (samples, outputs) may be null, add may be
/// y. x_step, add_step, y_step: elements from one sample to the next.
/// The order of each sum depends on the number of inputs and on whether the samples make a batch.
template <class T>
CTNN_KERNEL void dense_forward(const T* x, extent x_step, const dense_weights<T>& w, const T* bias, const T* add,
                               extent add_step, T* y, extent y_step, extent samples, extent first, extent last) {
    const detail::dense_addends<T> addends{bias, add, add_step};
    if (samples >= dense_rows) return detail::dense_batch(x, x_step, w, addends, y, y_step, samples, first, last);
    for (extent s = 0; s < samples; ++s)
        detail::dense_sample(x + s * x_step, w, addends.at(s, 0), y + s * y_step, first, last);
}

/// y (outputs) = A(y) for one sample.
template <activation A, class T>
CTNN_KERNEL void dense_finish(T* y, extent outputs, T alpha) {
    const vec<T> slope(alpha);
    extent f = 0;
    for (; f + lanes<T> <= outputs; f += lanes<T>) store(y + f, apply<A, T>(load(y + f), slope));
    if (f < outputs) store_partial(y + f, apply<A, T>(load_partial(y + f, outputs - f), slope), outputs - f);
}

/// dx (samples, inputs) = dy (samples, outputs) * the transpose of weights (inputs, outputs), for the inputs
/// [first, last); with `accumulate` added into dx. Both are read along the outputs, as they lie: tiles of four inputs x
/// lanes / 4 samples are dot products whose vectors become sums at the end, a whole vector of them at once.
template <class T>
CTNN_KERNEL void dense_input_gradient(const T* dy, extent dy_step, const T* weights, extent outputs, T* dx,
                                      extent dx_step, extent samples, extent first, extent last, bool accumulate) {
    constexpr extent wide = 4, high = lanes<T> / 4 < 1 ? 1 : lanes<T> / 4;
    const extent even = outputs / lanes<T> * lanes<T>, tail = outputs - even;
    for (extent input = first; input < last; input += wide)
        for (extent s = 0; s < samples; s += high) {
            // Beyond the last input or sample the tile repeats it; the repetitions are not written.
            const T *w[wide], *d[static_cast<unsigned>(high)];
            for (extent i = 0; i < wide; ++i) w[i] = weights + (input + i < last ? input + i : last - 1) * outputs;
            for (extent i = 0; i < high; ++i) d[i] = dy + (s + i < samples ? s + i : samples - 1) * dy_step;
            vec<T> sum[static_cast<unsigned>(high * wide)];
            unroll<high * wide>([&](auto i) { sum[i] = vec<T>(T(0)); });
            const auto step = [&](const auto& read) __attribute__((always_inline)) {
                vec<T> weight[wide];
                unroll<wide>([&](auto i) { weight[i] = read(w[i]); });
                unroll<high>([&](auto j) {
                    const vec<T> value = read(d[j]);
                    unroll<wide>([&](auto i) { sum[j * wide + i] = fma(value, weight[i], sum[j * wide + i]); });
                });
            };
            for (extent f = 0; f < even; f += lanes<T>) step([&](const T* row) { return load_held(row + f); });
            if (tail != 0) step([&](const T* row) { return load_partial(row + even, tail); });
            T total[static_cast<unsigned>(high * wide)];
            unroll<high * wide / lanes<T>>(
                [&](auto i) { store(total + i * lanes<T>, reduce_add_each(sum + i * lanes<T>)); });
            for (extent j = 0; j < high && s + j < samples; ++j)
                for (extent i = 0; i < wide && input + i < last; ++i) {
                    T& to = dx[(s + j) * dx_step + input + i];
                    to = accumulate ? to + total[j * wide + i] : total[j * wide + i];
                }
        }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/kernels/depthwise.hpp
/// \file
/// Depthwise convolution: each channel has taps of its own, so vectors hold channels of x as well as of y. Forward, and
/// both gradients.

// -------------------- ctnn/kernels/pack.hpp
/// \file
/// Packs weights in the order in which a convolution reads them.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Calls at(filter, count, offset) for each block of filters of a tile with `vectors` vectors: its first filter, its
/// filters with padding, its place in the packed weights of one group with `depth` = taps * channels.
template <class T, class Function>
inline void for_each_block(extent filters, extent vectors, extent depth, const Function& at) {
    const extent total = vector_count<T>(filters) * lanes<T>;
    for (extent filter = 0; filter < total; filter += vectors * lanes<T>) {
        const extent count = total - filter < vectors * lanes<T> ? total - filter : vectors * lanes<T>;
        at(filter, count, filter * depth);
    }
}

/// Weights (taps, channels, groups * filters) of a layer -> packed [group][block][tap][channel][filters of the block].
/// `scale` (groups * filters numbers, or null) multiplies each filter: a batch norm that is folded.
template <class T>
inline void pack_weights(const correlation& g, extent vectors, const T* weights, const T* scale, T* to) {
    const extent depth = g.tap_count() * g.channels, all = g.groups * g.filters;
    for (extent group = 0; group < g.groups; ++group, to += depth * round_up(g.filters))
        for_each_block<T>(g.filters, vectors, depth, [&](extent filter, extent count, extent offset) {
            const extent real = g.filters - filter < count ? g.filters - filter : count;
            const T* from = weights + group * g.filters + filter;
            const T* factor = scale == nullptr ? nullptr : scale + group * g.filters + filter;
            T* packed = to + offset;
            for (extent k = 0; k < depth; ++k, from += all, packed += count) {
                for (extent f = 0; f < real; ++f) packed[f] = factor == nullptr ? from[f] : from[f] * factor[f];
                for (extent f = real; f < count; ++f) packed[f] = T(0);
            }
        });
}

/// Bias (groups * filters numbers, or null for zeros) -> [group][filters rounded up to 16], times scale, plus shift.
template <class T>
inline void pack_bias(const correlation& g, const T* bias, const T* scale, const T* shift, T* to) {
    for (extent group = 0; group < g.groups; ++group, to += round_up(g.filters))
        for (extent f = 0; f < round_up(g.filters); ++f) {
            const extent filter = group * g.filters + f;
            T value = T(0);
            if (f < g.filters && bias != nullptr) value = bias[filter] * (scale == nullptr ? T(1) : scale[filter]);
            if (f < g.filters && shift != nullptr) value += shift[filter];
            to[f] = value;
        }
}

/// Which taps of one axis reach the input positions of one phase, for the gradient with respect to the input.
struct tap_run {
    extent first = 0;  ///< the last tap: they are walked backwards, so that the gradient is read forwards
    extent step = 1;   ///< from one tap to the one before it
    extent count = 0;
};

/// The same weights with channels and filters exchanged, for the taps of one phase, flipped: (taps, channels, all
/// filters) -> packed [group][block of channels][tap of the phase][filter][channels of the block]. g is the layer's
/// own geometry: its taps, channels and filters.
template <class T>
inline void pack_transposed(const correlation& g, const tap_run (&run)[3], extent vectors, const T* weights, T* to) {
    const extent all = g.groups * g.filters;
    const extent depth = run[0].count * run[1].count * run[2].count * g.filters;
    for (extent group = 0; group < g.groups; ++group, to += depth * round_up(g.channels))
        for_each_block<T>(g.channels, vectors, depth, [&](extent channel, extent count, extent offset) {
            T* packed = to + offset;
            for (extent d = 0; d < run[0].count; ++d)
                for (extent h = 0; h < run[1].count; ++h)
                    for (extent w = 0; w < run[2].count; ++w, packed += g.filters * count) {
                        const extent tap = ((run[0].first - d * run[0].step) * g.taps[1] + run[1].first -
                                            h * run[1].step) * g.taps[2] + run[2].first - w * run[2].step;
                        const T* from = weights + (tap * g.channels + channel) * all + group * g.filters;
                        for (extent c = 0; c < count; ++c)
                            for (extent f = 0; f < g.filters; ++f)
                                packed[f * count + c] = channel + c < g.channels ? from[c * all + f] : T(0);
                    }
        });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Packed weights of a depthwise convolution, without bias: [tap][channels rounded up to 16].
[[nodiscard]] constexpr extent packed_depthwise(extent taps, extent channels) { return taps * round_up(channels); }

/// Weights (taps, channels) -> packed, times `scale` (channels numbers, or null).
template <class T>
inline void pack_depthwise(extent taps, extent channels, const T* weights, const T* scale, T* to) {
    for (extent tap = 0; tap < taps; ++tap, weights += channels, to += round_up(channels)) {
        for (extent c = 0; c < channels; ++c) to[c] = scale == nullptr ? weights[c] : weights[c] * scale[c];
        for (extent c = channels; c < round_up(channels); ++c) to[c] = T(0);
    }
}

/// The same for the taps of one phase, flipped, as pack_transposed() has them. taps: of the layer.
template <class T>
inline void pack_depthwise(const extent (&taps)[3], const tap_run (&run)[3], extent channels, const T* weights, T* to) {
    for (extent d = 0; d < run[0].count; ++d)
        for (extent h = 0; h < run[1].count; ++h)
            for (extent w = 0; w < run[2].count; ++w, to += round_up(channels)) {
                const extent tap[3]{run[0].first - d * run[0].step, run[1].first - h * run[1].step,
                                    run[2].first - w * run[2].step};
                pack_depthwise<T>(1, channels, weights + ((tap[0] * taps[1] + tap[1]) * taps[2] + tap[2]) * channels,
                                  nullptr, to);
            }
}

namespace detail {

/// Positions of a tile of one vector. A tap costs 8 multiply-adds, four cycles on two pipelines whose latency of four
/// wants as many sums, and 9 loads, four and a half on two ports.
inline constexpr extent depthwise_pixels = 8;

/// dw[tap][channel] += sum over positions of x[position + tap][channel] * dy[position][channel], for one vector of
/// channels and `count` taps from `first` on; Partial: `tail` channels of it. x and dy point at one sample.
template <bool Partial, class T>
CTNN_INLINE void depthwise_gradient_tile(const correlation& g, const T* x, const T* dy, T* dw, extent first,
                                         extent count, extent tail) {
    // Nine sums, a window of 3 x 3: more than enough for the latency, and few enough for 16 registers.
    constexpr extent together = 9;
    const auto read = [&](const T* from) {
        if constexpr (Partial)
            return load_partial(from, tail);
        else
            return load_held(from);
    };
    extent offset[together];
    vec<T> sum[together];
    for (extent k = 0; k < together; ++k) {  // beyond the last tap it is repeated, and not written
        const extent tap = first + (k < count ? k : count - 1), rows = tap / g.taps[2];
        offset[k] =
            rows / g.taps[1] * g.tap_step[0] + rows % g.taps[1] * g.tap_step[1] + tap % g.taps[2] * g.tap_step[2];
        sum[k] = vec<T>(T(0));
    }
    for (extent row = 0; row < g.rows(); ++row) {
        const extent d = row / g.positions[1], h = row % g.positions[1];
        const T* from = x + d * g.in_step[0] + h * g.in_step[1];
        const T* out = dy + d * g.out_step[0] + h * g.out_step[1];
        for (extent p = 0; p < g.positions[2]; ++p, from += g.in_step[2], out += g.out_step[2]) {
            const vec<T> value = read(out);
            unroll<together>([&](auto k) { sum[k] = fma(read(from + offset[k]), value, sum[k]); });
        }
    }
    for (extent k = 0; k < count; ++k) {
        T* to = dw + (first + k) * g.groups;
        if constexpr (Partial)
            store_partial(to, load_partial(to, tail) + sum[k], tail);
        else
            store(to, load(to) + sum[k]);
    }
}

/// What all tiles of a row share.
template <class T>
struct depthwise_row {
    const correlation& g;
    const T *w, *bias;
    extent range[4];  ///< the taps of depth and height that are not zero: from, to, from, to
};

/// Pixels x Vectors outputs; Partial: of the last vector only `tail` channels. The first `skip` pixels are not written.
template <activation A, bool Partial, extent Pixels, extent Vectors, class T>
CTNN_INLINE void depthwise_tile(const depthwise_row<T>& row, extent channel, const T* x, const T* add, T* y,
                                extent skip, extent tail) {
    const correlation& g = row.g;
    const extent stride = round_up(g.groups), step = g.in_step[2];
    const auto read = [&](const T* from) {
        if constexpr (Partial)
            return load_partial(from, tail);
        else
            return load(from);
    };
    vec<T> sum[static_cast<unsigned>(Pixels)][static_cast<unsigned>(Vectors)];
    unroll<Vectors>([&](auto v) {
        const vec<T> start = load(row.bias + channel + v * lanes<T>);
        unroll<Pixels>([&](auto p) { sum[p][v] = start; });
    });
    for (extent kd = row.range[0]; kd < row.range[1]; ++kd)
        for (extent kh = row.range[2]; kh < row.range[3]; ++kh) {
            const T* weights = row.w + (kd * g.taps[1] + kh) * g.taps[2] * stride + channel;
            const T* from = x + kd * g.tap_step[0] + kh * g.tap_step[1];
            for (extent kw = 0; kw < g.taps[2]; ++kw, weights += stride, from += g.tap_step[2])
                unroll<Vectors>([&](auto v) {
                    const vec<T> weight = load_held(weights + v * lanes<T>);
                    unroll<Pixels>(
                        [&](auto p) { sum[p][v] = fma(read(from + p * step + v * lanes<T>), weight, sum[p][v]); });
                });
        }
    const vec<T> slope(static_cast<T>(g.slope));
    unroll<Pixels>([&](auto p) {
        if (p < skip) return;
        unroll<Vectors>([&](auto v) {
            vec<T> result = sum[p][v];
            if (add != nullptr) result += read(add + p * g.add_step[2] + v * lanes<T>);
            T* to = y + p * g.out_step[2] + v * lanes<T>;
            // Long activations would be compiled eight times: they follow, one vector at a time.
            if constexpr (A == activation::relu || A == activation::leaky_relu) result = apply<A, T>(result, slope);
            if constexpr (Partial)
                store_partial(to, result, tail);
            else
                store(to, result);
        });
    });
}

/// One row: vectors of channels one after the other, tiles of positions within them; the last overlaps the one before.
/// Rows that are narrower than a tile go position by position, four vectors together.
template <activation A, class T>
CTNN_INLINE void depthwise_positions(const depthwise_row<T>& row, const T* x, const T* add, T* y) {
    const correlation& g = row.g;
    const extent width = g.positions[2], even = g.groups / lanes<T> * lanes<T>, tail = g.groups - even;
    const auto at = [&](auto partial, auto pixels, auto vectors, extent c, extent p, extent skip) {
        depthwise_tile<A, partial, pixels, vectors>(row, c, x + p * g.in_step[2] + c,
                                                    add == nullptr ? nullptr : add + p * g.add_step[2] + c,
                                                    y + p * g.out_step[2] + c, skip, tail);
    };
    const std::false_type whole{};
    const std::true_type part{};
    const std::integral_constant<extent, depthwise_pixels> tile{};
    const std::integral_constant<extent, 1> one{};
    const std::integral_constant<extent, 4> four{};
    if (width >= depthwise_pixels) {
        for (extent c = 0; c < g.groups; c += lanes<T>)
            for (extent p = 0; p < width; p += depthwise_pixels) {
                const extent begin = p + depthwise_pixels <= width ? p : width - depthwise_pixels;
                if (c < even)
                    at(whole, tile, one, c, begin, p - begin);
                else
                    at(part, tile, one, c, begin, p - begin);
            }
        return;
    }
    for (extent p = 0; p < width; ++p) {
        extent c = 0;
        for (; c + 4 * lanes<T> <= even; c += 4 * lanes<T>) at(whole, one, four, c, p, 0);
        for (; c < even; c += lanes<T>) at(whole, one, one, c, p, 0);
        if (tail != 0) at(part, one, one, c, p, 0);
    }
}

}  // namespace detail

/// y = A(bias + correlation of each channel of x with its own taps + add), for the rows [first, last) of one sample. x,
/// add, y as `correlation` says, with one channel and one filter for each of g.groups; channels 0: no taps at all. w
/// packed by pack_depthwise(); bias (channels rounded up to 16); add may be null or y.
template <activation A, class T>
CTNN_KERNEL void correlate_depthwise(const correlation& g, const T* x, const T* w, const T* bias, const T* add, T* y,
                                     extent first, extent last) {
    for (extent r = first; r < last; ++r) {
        const extent d = r / g.positions[1], h = r % g.positions[1];
        detail::depthwise_row<T> row{g, w, bias, {}};
        if (g.channels != 0)
            for (int i = 0; i < 4; ++i) row.range[i] = g.tap_limit(i / 2, i < 2 ? d : h, i % 2 == 1);
        T* to = y + d * g.out_step[0] + h * g.out_step[1];
        detail::depthwise_positions<A>(row, x + d * g.in_step[0] + h * g.in_step[1],
                                       add == nullptr ? nullptr : add + d * g.add_step[0] + h * g.add_step[1], to);
        if constexpr (A != activation::none && A != activation::relu && A != activation::leaky_relu)
            for (extent p = 0; p < g.positions[2]; ++p, to += g.out_step[2]) {
                extent c = 0;
                for (; c + lanes<T> <= g.groups; c += lanes<T>) store(to + c, apply<A, T>(load(to + c), vec<T>(T(0))));
                if (c < g.groups)
                    store_partial(to + c, apply<A, T>(load_partial(to + c, g.groups - c), vec<T>(T(0))), g.groups - c);
            }
    }
}

/// dw (taps, channels) += gradient, db (channels, or null) += the sums of dy, for one vector of channels; x as in
/// correlate_depthwise(), dy: first position, steps in g.out_step. The sums of a sample are added to dw one after the
/// other, those of its positions in order.
template <class T>
CTNN_KERNEL void depthwise_weight_gradient(const correlation& g, const T* x, extent x_sample, const T* dy,
                                           extent dy_sample, extent samples, T* dw, T* db, extent vector) {
    constexpr extent together = 9;
    const extent c = vector * lanes<T>, rest = g.groups - c, taps = g.tap_count();
    for (extent s = 0; s < samples; ++s) {
        const T *in = x + s * x_sample + c, *out = dy + s * dy_sample + c;
        for (extent first = 0; first < taps; first += together) {
            const extent count = taps - first < together ? taps - first : together;
            if (rest >= lanes<T>)
                detail::depthwise_gradient_tile<false>(g, in, out, dw + c, first, count, 0);
            else
                detail::depthwise_gradient_tile<true>(g, in, out, dw + c, first, count, rest);
        }
        if (db == nullptr) continue;
        vec<T> sum(T(0));
        for (extent row = 0; row < g.rows(); ++row) {
            const T* from = out + row / g.positions[1] * g.out_step[0] + row % g.positions[1] * g.out_step[1];
            for (extent p = 0; p < g.positions[2]; ++p, from += g.out_step[2])
                sum += rest >= lanes<T> ? load(from) : load_partial(from, rest);
        }
        if (rest >= lanes<T>)
            store(db + c, load(db + c) + sum);
        else
            store_partial(db + c, load_partial(db + c, rest) + sum, rest);
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/layers/winograd_code.hpp
/// \file
/// The code of Winograd convolutions: a batch is divided into blocks of tiles, which threads share.

// -------------------- ctnn/kernels/winograd_output.hpp
/// \file
/// The last step of a Winograd convolution: from products to outputs, with bias, addend and activation.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Steps of a tile's outputs or of what is added to them.
struct tile_steps {
    extent row = 0, column = 0;
};

/// y = A(A' m A + bias + add) of one tile and one vector of filters. `plane` is the step of the points.
template <extent Outputs, activation A, class T>
CTNN_INLINE void transform_output(const T* sums, extent plane, vec<T> bias, vec<T> slope, const T* add,
                                  tile_steps add_step, T* to, tile_steps step) {
    constexpr extent size = Outputs + 2;
    constexpr bool brief = A == activation::none || A == activation::relu || A == activation::leaky_relu;
    vec<T> half[static_cast<unsigned>(Outputs)][static_cast<unsigned>(size)];
    unroll<size>([&](auto j) {
        vec<T> m[static_cast<unsigned>(size)], column[static_cast<unsigned>(Outputs)];
        unroll<size>([&](auto i) { m[i] = load(sums + (i * size + j) * plane); });
        winograd_transform<Outputs>::output(m, column);
        unroll<Outputs>([&](auto i) { half[i][j] = column[i]; });
    });
    unroll<Outputs>([&](auto i) {
        vec<T> row[static_cast<unsigned>(Outputs)];
        winograd_transform<Outputs>::output(half[i], row);
        unroll<Outputs>([&](auto j) {
            vec<T> result = row[j] + bias;
            if (add != nullptr) result += load(add + i * add_step.row + j * add_step.column);
            if constexpr (brief) result = apply<A, T>(result, slope);
            store(to + i * step.row + j * step.column, result);
        });
    });
    // A long activation would be compiled for every output: it gets a loop over what was just written.
    if constexpr (!brief)
        for (extent i = 0; i < Outputs; ++i)
            for (extent j = 0; j < Outputs; ++j) {
                T* at = to + i * step.row + j * step.column;
                store(at, apply<A, T>(load(at), slope));
            }
}

}  // namespace detail

/// Steps of y and of the addend along rows and columns, and how far the depth and filter at work are from the tiles'
/// beginnings.
struct winograd_target {
    extent row = 0, column = 0, offset = 0;
    extent add_row = 0, add_column = 0, add_offset = 0;
};

/// y = A(products transformed back + bias + add) for `count` tiles and `filters` filters of one block, whose products
/// have `width` filters. Where a tile is cut off by the end of y, or the filters do not fill a vector, the outputs go
/// through a copy, so that nothing outside is read or written.
template <extent Outputs, activation A, class T>
CTNN_KERNEL void winograd_output(const winograd_sizes& g, const winograd_tile<T>* tiles, extent count, const T* sums,
                                 extent width, const T* bias, extent filters, const winograd_target& target) {
    const extent plane = winograd_plane(g.block * width);
    const vec<T> slope(static_cast<T>(g.slope));
    alignas(alignment) T copy[static_cast<unsigned>(Outputs * Outputs * lanes<T>)]{};
    constexpr detail::tile_steps copy_step{Outputs * lanes<T>, lanes<T>};
    for (extent t = 0; t < count; ++t) {
        const winograd_tile<T>& tile = tiles[t];
        const bool inside = tile.out_rows == Outputs && tile.out_columns == Outputs;
        for (extent f = 0; f < filters; f += lanes<T>) {
            const extent rest = filters - f < lanes<T> ? filters - f : 0;
            const bool direct = inside && rest == 0;
            T* const out = tile.y + target.offset + f;
            const T* const extra = tile.add == nullptr ? nullptr : tile.add + target.add_offset + f;
            const auto each = [&](const auto& visit) {
                for (extent i = 0; i < tile.out_rows; ++i)
                    for (extent j = 0; j < tile.out_columns; ++j) visit(i, j, copy + (i * Outputs + j) * lanes<T>);
            };
            T* to = out;
            const T* add = extra;
            detail::tile_steps step{target.row, target.column}, add_step{target.add_row, target.add_column};
            if (!direct) {
                to = copy;
                step = copy_step;
                if (extra != nullptr) {
                    add = copy;
                    add_step = copy_step;
                    each([&](extent i, extent j, T* at) {
                        const T* p = extra + i * target.add_row + j * target.add_column;
                        store(at, rest == 0 ? load(p) : load_partial(p, rest));
                    });
                }
            }
            detail::transform_output<Outputs, A>(sums + t * width + f, plane, load(bias + f), slope, add, add_step, to,
                                                 step);
            if (direct) continue;
            each([&](extent i, extent j, const T* at) {
                T* p = out + i * target.row + j * target.column;
                if (rest == 0)
                    store(p, load(at));
                else
                    store_partial(p, load(at), rest);
            });
        }
    }
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/kernels/winograd_pack.hpp
/// \file
/// Transforms weights for a Winograd convolution and packs them in the order in which it reads them.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Elements of the packed weights, without bias; the same for every instruction set, as packed_group().
[[nodiscard]] constexpr extent winograd_packed(extent outputs, extent taps, extent channels, extent filters) {
    return packed_group((outputs + 2) * (outputs + 2) * taps, channels, filters);
}

namespace detail {

/// G g G' of `lanes` filters at once: the 9 taps g are `lanes` numbers each, `plane` is the step of the points.
template <extent Outputs, class T>
CTNN_KERNEL void transform_weights(const T* taps, T* to, extent plane) {
    constexpr extent size = Outputs + 2;
    vec<T> half[static_cast<unsigned>(size)][3], points[static_cast<unsigned>(size)];
    for (extent j = 0; j < 3; ++j) {
        const T* at = taps + j * lanes<T>;
        const vec<T> g[3]{load(at), load(at + 3 * lanes<T>), load(at + 6 * lanes<T>)};
        winograd_transform<Outputs>::weights(g, points);
        for (extent i = 0; i < size; ++i) half[i][j] = points[i];
    }
    for (extent i = 0; i < size; ++i, to += size * plane) {
        winograd_transform<Outputs>::weights(half[i], points);
        for (extent j = 0; j < size; ++j) store(to + j * plane, points[j]);
    }
}

}  // namespace detail

/// Weights (taps, 3, 3, channels, filters) of a layer -> [block of filters][point][tap of depth][channel][filter of the
/// block], for the channels [first, last). `channels` and `filters` are those of the correlation; `scale` (filters
/// numbers, or null) multiplies each filter. With `transposed` it is the correlation that gives the input's gradient:
/// its channels are the layer's filters, its filters the layer's channels, and every axis of taps is walked backwards.
template <class T>
void winograd_weights(extent outputs, extent taps, extent channels, extent filters, extent vectors, const T* weights,
                      const T* scale, bool transposed, extent first, extent last, T* to) {
    const extent points = (outputs + 2) * (outputs + 2);
    const extent tap_step = channels * filters;
    const extent channel_step = transposed ? 1 : filters, filter_step = transposed ? channels : 1;
    for_each_block<T>(filters, vectors, points * taps * channels, [&](extent filter, extent count, extent offset) {
        for (extent tap = 0; tap < taps; ++tap)
            for (extent c = first; c < last; ++c)
                for (extent f = 0; f < count; f += lanes<T>) {
                    alignas(alignment) T g[static_cast<unsigned>(9 * lanes<T>)];
                    for (extent k = 0; k < 9; ++k) {
                        const extent from = tap * 9 + k;
                        const T* at = weights + (transposed ? taps * 9 - 1 - from : from) * tap_step +
                                      c * channel_step + (filter + f) * filter_step;
                        for (extent i = 0; i < lanes<T>; ++i) {
                            const bool exists = filter + f + i < filters;
                            T value = exists ? at[i * filter_step] : T(0);
                            if (scale != nullptr && exists) value *= scale[filter + f + i];
                            g[k * lanes<T> + i] = value;
                        }
                    }
                    T* packed = to + offset + (tap * channels + c) * count + f;
                    if (outputs == 4)
                        detail::transform_weights<4>(g, packed, taps * channels * count);
                    else
                        detail::transform_weights<2>(g, packed, taps * channels * count);
                }
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {

/// The key of a Winograd convolution. The tile of registers is that of rows of as many pixels as there are tiles.
template <class T>
[[nodiscard]] constexpr kernels::key winograd_key(extent outputs, const convolution_cost& c) {
    const extent block = c.block(outputs), tiles = c.tiles(outputs);
    const kernels::key tile = kernels::choose_tile<T>(tiles < block ? tiles : block, c.filters, true);
    return {.pixels = tile.pixels, .vectors = tile.vectors, .last = tile.last, .winograd = outputs};
}

/// One Winograd convolution of a batch. x begins at the first tap of the first position, whatever the depth; add.data
/// may be null, or y.data.
template <class T>
struct winograd_work {
    kernels::winograd_sizes sizes{};
    batch_view<const T> x{}, add{};
    batch_view<T> y{};
    const T* weights = nullptr;  ///< packed by kernels::winograd_weights
    const T* bias = nullptr;     ///< filters rounded up to 16
    extent parts = 1;            ///< how many threads share the filters of a block, each with the whole input of it

    [[nodiscard]] extent tiles() const { return y.count * sizes.tiles[0] * sizes.tiles[1]; }
    [[nodiscard]] extent blocks() const { return (tiles() + sizes.block - 1) / sizes.block; }
    /// Depths in a row that one thread computes, so that a transformed slice of x serves all taps that see it. 16 of
    /// them with 3 taps transform 18 slices.
    [[nodiscard]] extent run() const { return sizes.taps > 1 ? 16 : 1; }
    [[nodiscard]] extent runs() const { return (sizes.positions[0] + run() - 1) / run(); }

    /// Where the tile is that has this number in the batch.
    [[nodiscard]] kernels::winograd_tile<T> tile(extent number, extent outputs) const {
        const extent plane = sizes.tiles[0] * sizes.tiles[1];
        const extent sample = number / plane, in_plane = number % plane;
        const extent row = in_plane / sizes.tiles[1] * outputs, column = in_plane % sizes.tiles[1] * outputs;
        const auto most = [](extent there, extent wanted) { return there < wanted ? there : wanted; };
        return {.x = x.at(sample, 0, row, column),
                .rows = most(sizes.readable[0] - row, outputs + 2),
                .columns = most(sizes.readable[1] - column, outputs + 2),
                .y = y.at(sample, 0, row, column),
                .add = add.data == nullptr ? nullptr : add.at(sample, 0, row, column),
                .out_rows = most(sizes.positions[1] - row, outputs),
                .out_columns = most(sizes.positions[2] - column, outputs)};
    }
};

/// One block of tiles through one run of depths for one part of the filters.
template <class T, kernels::key K>
void winograd_unit(const winograd_work<T>& work, extent unit, T* scratch) {
    constexpr extent outputs = K.winograd, points = (outputs + 2) * (outputs + 2);
    constexpr extent width = K.vectors * kernels::lanes<T>;
    const kernels::winograd_sizes& g = work.sizes;
    const extent part = unit % work.parts, first_depth = unit / work.parts % work.runs() * work.run();
    const extent last_depth = first_depth + work.run() < g.positions[0] ? first_depth + work.run() : g.positions[0];
    const extent first_tile = unit / work.parts / work.runs() * g.block;
    const extent count = work.tiles() - first_tile < g.block ? work.tiles() - first_tile : g.block;
    kernels::winograd_tile<T> tiles[winograd_tiles];
    for (extent t = 0; t < count; ++t) tiles[t] = work.tile(first_tile + t, outputs);

    const extent slice = kernels::winograd_slice(outputs, g.block, g.channels);
    T* const products = scratch + g.taps * slice;
    const extent whole = kernels::vector_count<T>(g.filters) / K.vectors, blocks = whole + (K.last != 0 ? 1 : 0);
    const extent block_weights = points * g.taps * g.channels * width;
    extent next = 0;  // the first depth of x that is not transformed
    for (extent d = first_depth; d < last_depth; ++d) {
        const T* slices[winograd_depth];
        extent first_tap = 0, depths = 0;
        for (extent tap = 0; tap < g.taps; ++tap) {
            const extent depth = g.first_depth + d + tap;
            if (depth < 0 || depth >= g.depths) continue;  // zeros of the border
            T* at = scratch + depth % g.taps * slice;
            if (d == first_depth || depth >= next) {
                kernels::winograd_input<outputs>(g, tiles, count, depth * work.x.step[0], work.x.step[1],
                                                 work.x.step[2], at);
                next = depth + 1;
            }
            if (depths == 0) first_tap = tap;
            slices[depths++] = at;
        }
        kernels::winograd_target target{.row = work.y.step[1],
                                        .column = work.y.step[2],
                                        .add_row = work.add.step[1],
                                        .add_column = work.add.step[2]};
        for (extent b = blocks * part / work.parts; b < blocks * (part + 1) / work.parts; ++b) {
            const T* weights = work.weights + b * block_weights;
            const auto multiply = [&](auto vectors) {
                kernels::winograd_products<T, K.pixels, vectors>(g, points, slices, first_tap, depths, weights,
                                                                 products, count);
            };
            if constexpr (K.last == 0) {
                multiply(std::integral_constant<extent, K.vectors>{});
            } else {
                if (b < whole)
                    multiply(std::integral_constant<extent, K.vectors>{});
                else
                    multiply(std::integral_constant<extent, K.last>{});
            }
            const extent filter = b * width, rest = g.filters - filter;
            target.offset = d * work.y.step[0] + filter;
            target.add_offset = d * work.add.step[0] + filter;
            kernels::winograd_output<outputs, K.activation>(g, tiles, count, products,
                                                            b < whole ? width : K.last * kernels::lanes<T>,
                                                            work.bias + filter, rest < width ? rest : width, target);
        }
    }
}

/// The whole batch. The division into parts may depend on the number of threads, because every sum is the same in each.
template <class T, kernels::key K>
void winograd_convolve(winograd_work<T>& work, extent threads, T* scratch) {
    const kernels::winograd_sizes& g = work.sizes;
    const extent multiply_adds =
        work.tiles() * g.positions[0] * (K.winograd + 2) * (K.winograd + 2) * g.taps * g.channels * g.filters;
    if (multiply_adds < (1 << 20)) threads = 1;  // some 10 us: another thread would not be awake before
    const extent units = work.blocks() * work.runs();
    const extent filter_blocks = (kernels::vector_count<T>(g.filters) + K.vectors - 1) / K.vectors;
    if (threads > 1 && units < 2 * threads) {
        const extent wanted = (2 * threads + units - 1) / units;
        work.parts = wanted < filter_blocks ? wanted : filter_blocks;
    }
    const extent own = kernels::winograd_scratch(K.winograd, g.block, g.taps, g.channels, g.filters);
    parallel_for_with_worker(units * work.parts, threads, [&](extent unit, extent worker) {
        winograd_unit<T, K>(work, unit, scratch + worker * own);
    });
}

/// Transforms and packs weights for `outputs` (2 or 4) outputs a tile; as kernels::winograd_weights.
template <class T>
void pack_winograd(extent outputs, const convolution_cost& c, extent vectors, const T* weights, const T* scale,
                   bool transposed, T* to, extent threads) {
    constexpr extent channels = 16;  // of a piece of work
    parallel_for((c.channels + channels - 1) / channels, c.channels * c.filters < 4096 ? 1 : threads, [&](extent i) {
        const extent first = i * channels, last = first + channels < c.channels ? first + channels : c.channels;
        kernels::winograd_weights(outputs, c.depth_taps, c.channels, c.filters, vectors, weights, scale, transposed,
                                  first, last, to);
    });
}

/// The sizes of a Winograd convolution for one tile size.
[[nodiscard]] constexpr kernels::winograd_sizes winograd_sizes_of(const convolution_cost& c, extent outputs) {
    kernels::winograd_sizes g;
    for (int a = 0; a < 3; ++a) g.positions[a] = c.positions[a];
    g.taps = c.depth_taps;
    g.channels = c.channels;
    g.filters = c.filters;
    for (int a = 0; a < 2; ++a) g.tiles[a] = (c.positions[a + 1] + outputs - 1) / outputs;
    g.block = c.block(outputs);
    return g;
}

/// y = activation(bias + conv(x) + other) with packed weights and bias. x has a border of zeros as wide as the padding;
/// other.data may be null, or y.data.
template <class T, kernels::key K>
void winograd_forward_packed(const forward_call<T>& call, const T* packed) {
    const operation& op = call.op;
    const convolution_cost c = forward_cost(op);
    winograd_work<T> work{.sizes = winograd_sizes_of(c, K.winograd), .x = call.x, .add = call.other, .y = call.y};
    kernels::winograd_sizes& g = work.sizes;
    g.slope = op.alpha;
    g.first_depth = -op.window.before[0];
    g.depths = op.in.depth();
    for (int a = 0; a < 2; ++a) {
        work.x.data -= op.window.before[a + 1] * call.x.step[a + 1];
        g.readable[a] = op.in.axis[a + 1] + op.window.before[a + 1] + op.window.after[a + 1];
    }
    work.weights = packed;
    work.bias = packed + kernels::winograd_packed(K.winograd, g.taps, g.channels, g.filters);
    winograd_convolve<T, K>(work, call.threads, call.thread_scratch);
}

/// dx (+)= gradient of the input: a convolution of dy, which has a border of gradient_border() zeros, with the flipped
/// weights.
template <class T, kernels::key K>
void winograd_input_gradient(const backward_call<T>& call) {
    const operation& op = call.op;
    const convolution_cost c = gradient_cost(op);
    winograd_work<T> work{.sizes = winograd_sizes_of(c, K.winograd), .x = call.dy, .y = call.dx};
    kernels::winograd_sizes& g = work.sizes;
    if (call.accumulate) work.add = call.dx;
    g.first_depth = op.window.before[0] - (g.taps - 1);
    g.depths = op.out.depth();
    for (int a = 0; a < 2; ++a) {
        const extent first = op.window.before[a + 1] - 2;  // the output that input 0 sees with its last tap
        work.x.data += first * call.dy.step[a + 1];
        g.readable[a] = op.out.axis[a + 1] + gradient_border(op.window, op.in, op.out, a + 1).after - first;
    }
    const extent size = kernels::winograd_packed(K.winograd, g.taps, g.channels, g.filters);
    pack_winograd<T>(K.winograd, c, K.vectors, call.parameters, nullptr, true, call.scratch, call.threads);
    std::memset(call.scratch + size, 0, static_cast<std::size_t>(round_up(g.filters)) * sizeof(T));
    work.weights = call.scratch;
    work.bias = call.scratch + size;
    winograd_convolve<T, K>(work, call.threads, call.thread_scratch);
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Is this a dense layer of vectors: one position before and after, one tap?
[[nodiscard]] constexpr bool is_dense(const operation& op) {
    return op.in.positions() == 1 && op.out.positions() == 1 && tap_count(op.window) == 1 && op.groups == 1;
}

/// Does each channel have taps of its own, and one filter?
[[nodiscard]] constexpr bool is_depthwise(const operation& op) {
    return op.groups > 1 && op.in.channels() == op.groups && op.out.channels() == op.groups;
}

/// The sizes of an operation, without steps.
[[nodiscard]] constexpr kernels::correlation convolution_sizes(const operation& op) {
    kernels::correlation g;
    for (int a = 0; a < 3; ++a) {
        g.positions[a] = op.out.axis[a];
        g.taps[a] = op.window.kernel[a];
    }
    g.channels = op.in.channels() / op.groups;
    g.filters = op.out.channels() / op.groups;
    g.groups = op.groups;
    g.slope = op.alpha;
    return g;
}

/// The key of the forward kernel. Two operations with equal keys share one piece of code.
template <class T>
[[nodiscard]] constexpr kernels::key forward_key(const operation& op) {
    if (is_dense(op)) return {.dense = true, .activation = op.activation};
    if (is_depthwise(op)) return {.depthwise = true, .activation = op.activation};
    const extent outputs = winograd_outputs(op.algorithm);
    kernels::key chosen = outputs != 0 ? winograd_key<T>(outputs, forward_cost(op))
                                       : kernels::choose_tile<T>(op.out.width(), op.out.channels() / op.groups);
    chosen.activation = op.activation;
    return chosen;
}

/// The key of the input's gradient; pixels 0 means that nobody wants it, as in a network's first layer.
template <class T>
[[nodiscard]] constexpr kernels::key input_gradient_key(const operation& op, bool wanted = true) {
    if (!wanted) return {.pixels = 0};
    if (is_dense(op)) return {.dense = true};
    if (is_depthwise(op)) return {.depthwise = true};
    const extent outputs = winograd_outputs(op.gradient_algorithm);
    if (outputs != 0) return winograd_key<T>(outputs, gradient_cost(op));
    const extent stride = op.window.stride[2];
    const extent narrowest = op.in.width() < stride ? 1 : op.in.width() / stride;
    return kernels::choose_tile<T>(narrowest, op.in.channels() / op.groups, stride > 1);
}

/// The key of the weights' gradient.
template <class T>
[[nodiscard]] constexpr kernels::key weight_gradient_key(const operation& op) {
    if (is_depthwise(op)) return {.depthwise = true};
    const extent channels = op.in.channels() / op.groups;
    const bool touching = op.groups == 1 && op.window.dilation[2] == 1;
    return kernels::choose_gradient_tile<T>(touching ? channels * op.window.kernel[2] : channels, channels,
                                            op.out.channels() / op.groups);
}

/// Numbers that the packed weights and bias of an engine take: the same for every instruction set.
[[nodiscard]] constexpr extent packed_size(const operation& op) {
    const kernels::correlation g = convolution_sizes(op);
    if (const extent outputs = winograd_outputs(op.algorithm); outputs != 0)
        return kernels::winograd_packed(outputs, g.taps[0], g.channels, g.filters) + round_up(g.filters);
    if (is_depthwise(op)) return kernels::packed_depthwise(g.tap_count() + 1, g.groups);
    return g.groups * (kernels::packed_group(g.tap_count(), g.channels, g.filters) + round_up(g.filters));
}

/// Numbers of scratch memory of forward and backward in training, whatever the batch: weights in the kernels' order.
[[nodiscard]] constexpr extent convolution_scratch(const operation& op) {
    if (is_dense(op)) return 0;
    if (is_depthwise(op)) return packed_size(op);
    const kernels::correlation g = convolution_sizes(op);
    const extent outputs = winograd_outputs(op.gradient_algorithm);
    const extent transposed =
        outputs != 0 ? kernels::winograd_packed(outputs, g.taps[0], g.filters, g.channels) + round_up(g.channels)
                     : g.groups * (kernels::packed_group(g.tap_count(), g.filters, g.channels) + round_up(g.channels));
    return packed_size(op) > transposed ? packed_size(op) : transposed;
}

/// Packs the weights and bias of an operation: from the layout that files and training have to packed_size() numbers
/// at `to`. bias, scale and shift (groups * filters numbers each) may be null; y = (x * w + bias) * scale + shift is
/// folded.
template <class T>
void pack_convolution(const operation& op, const T* weights, const T* bias, const T* scale, const T* shift, T* to,
                      extent threads = 1) {
    kernels::correlation g = convolution_sizes(op);
    if (is_depthwise(op)) {  // the bias then lies in one piece
        kernels::pack_depthwise(g.tap_count(), g.groups, weights, scale, to);
        g.filters = g.groups;
        g.groups = 1;
        kernels::pack_bias(g, bias, scale, shift, to + kernels::packed_depthwise(g.tap_count(), g.filters));
        return;
    }
    const extent vectors = is_dense(op) ? kernels::dense_vectors : forward_key<T>(op).vectors;
    if (const extent outputs = winograd_outputs(op.algorithm); outputs != 0)
        pack_winograd<T>(outputs, forward_cost(op), vectors, weights, scale, false, to, threads);
    else
        kernels::pack_weights(g, vectors, weights, scale, to);
    kernels::pack_bias(g, bias, scale, shift, to + packed_size(op) - g.groups * round_up(g.filters));
}

/// Calls body(sample, first row, last row): blocks of about a million multiply-adds, which take a core some 10 us.
template <class Body>
inline void for_each_block_of_rows(const kernels::correlation& g, extent samples, extent threads, const Body& body) {
    constexpr extent work = 1 << 20;
    const extent row_work = g.row_work() > 0 ? g.row_work() : 1;
    const extent rows = row_work < work ? (work + row_work - 1) / row_work : 1;
    const extent blocks = (g.rows() + rows - 1) / rows;
    parallel_for(samples * blocks, threads, [&](extent i) {
        const extent first = i % blocks * rows;
        body(i / blocks, first, first + rows < g.rows() ? first + rows : g.rows());
    });
}

/// The geometry of the forward pass; `x` is moved to the first tap of the first position.
template <class T>
kernels::correlation convolution_geometry(const operation& op, const batch_view<const T>& x,
                                          const extent (&out_step)[3], const T*& from) {
    kernels::correlation g = convolution_sizes(op);
    from = x.data;
    for (int a = 0; a < 3; ++a) {
        g.in_step[a] = x.step[a] * op.window.stride[a];
        g.tap_step[a] = x.step[a] * op.window.dilation[a];
        g.out_step[a] = out_step[a];
        from -= op.window.before[a] * x.step[a];
        if (a == 2) continue;
        g.row_first[a] = -op.window.before[a];
        g.row_step[a] = op.window.stride[a];
        g.row_tap[a] = op.window.dilation[a];
        g.row_count[a] = op.in.axis[a];
    }
    return g;
}

/// y = activation(bias + x * w + other) of a dense layer of vectors; other.data may be null, or y.data.
template <class T, activation A>
void dense_layer_forward(const forward_call<T>& call, const kernels::dense_weights<T>& weights, const T* bias) {
    const extent samples = call.y.count, outputs = weights.outputs;
    constexpr extent block = kernels::dense_vectors * kernels::lanes<T>;
    const extent blocks = (outputs + block - 1) / block;
    const extent parts = samples * outputs * weights.inputs < (1 << 20) || call.threads < 2 ? 1
                         : call.threads < blocks                                            ? call.threads
                                                                                            : blocks;
    parallel_for(parts, call.threads, [&](extent part) {
        const extent first = blocks * part / parts * block, last = blocks * (part + 1) / parts * block;
        kernels::dense_forward(call.x.data, call.x.sample, weights, bias, call.other.data, call.other.sample,
                               call.y.data, call.y.sample, samples, first, last < outputs ? last : outputs);
    });
    if constexpr (A != activation::none)
        for (extent s = 0; s < samples; ++s)
            kernels::dense_finish<A>(call.y.data + s * call.y.sample, outputs, static_cast<T>(call.op.alpha));
}

/// y = activation(bias + conv(x) + other) with packed weights, as in an engine. x has a border of zeros as wide as the
/// padding; other.data may be null, or y.data.
template <class T, kernels::key K>
void convolution_forward_packed(const forward_call<T>& call, const T* packed) {
    const T* x = nullptr;
    kernels::correlation g = convolution_geometry<T>(call.op, call.x, call.y.step, x);
    for (int a = 0; a < 3; ++a) g.add_step[a] = call.other.step[a];
    const T* bias = packed + (K.depthwise ? kernels::packed_depthwise(g.tap_count(), g.groups)
                                          : g.groups * kernels::packed_group(g.tap_count(), g.channels, g.filters));
    for_each_block_of_rows(g, call.y.count, call.threads, [&](extent s, extent first, extent last) {
        const T* add = call.other.data == nullptr ? nullptr : call.other.data + s * call.other.sample;
        T* y = call.y.data + s * call.y.sample;
        if constexpr (K.depthwise)
            kernels::correlate_depthwise<K.activation>(g, x + s * call.x.sample, packed, bias, add, y, first, last);
        else
            kernels::correlate<T, K>(g, x + s * call.x.sample, packed, bias, add, y, first, last);
    });
}

/// The same in an engine: parameters are packed.
template <class T, kernels::key K>
void convolution_engine_forward(const forward_call<T>& call) {
    const operation& op = call.op;
    const extent inputs = op.in.channels(), outputs = op.out.channels();
    if constexpr (K.dense)
        dense_layer_forward<T, K.activation>(call, {call.parameters, inputs, outputs, true},
                                             call.parameters + kernels::packed_group(1, inputs, outputs));
    else if constexpr (K.winograd != 0)
        winograd_forward_packed<T, K>(call, call.parameters);
    else
        convolution_forward_packed<T, K>(call, call.parameters);
}

/// The same in training: parameters are weight, then bias. A convolution packs them into scratch first, which costs a
/// copy of the weights for a whole batch; a dense layer reads them as they are.
template <class T, kernels::key K>
void convolution_forward(const forward_call<T>& call) {
    const operation& op = call.op;
    const T* bias = op.parameters[1].name == nullptr ? nullptr : call.parameters + op.parameters[0].size();
    if constexpr (K.dense) {
        dense_layer_forward<T, K.activation>(call, {call.parameters, op.in.channels(), op.out.channels(), false}, bias);
    } else {
        pack_convolution<T>(op, call.parameters, bias, nullptr, nullptr, call.scratch, call.threads);
        if constexpr (K.winograd != 0)
            winograd_forward_packed<T, K>(call, call.scratch);
        else
            convolution_forward_packed<T, K>(call, call.scratch);
    }
}

/// dx (+)= gradient of the input: one correlation of dy with the flipped weights for each phase of the stride,
/// because the inputs whose distance from each other is the stride see the same taps. dy has a border of
/// gradient_border() zeros.
template <class T, kernels::key K>
void convolution_input_gradient(const backward_call<T>& call) {
    const operation& op = call.op;
    const ctnn::window& window = op.window;
    const kernels::correlation sizes = convolution_sizes(op);
    const extent count = call.dy.count;
    T* packed = call.scratch;
    T* zeros =
        packed + (K.depthwise ? kernels::packed_depthwise(sizes.tap_count(), sizes.groups)
                              : sizes.groups * kernels::packed_group(sizes.tap_count(), sizes.filters, sizes.channels));
    const extent biases = K.depthwise ? round_up(sizes.groups) : sizes.groups * round_up(sizes.channels);
    std::memset(zeros, 0, static_cast<std::size_t>(biases) * sizeof(T));
    const extent phases = window.stride[0] * window.stride[1] * window.stride[2];
    for (extent phase = 0; phase < phases; ++phase) {
        const extent start[3]{phase / (window.stride[1] * window.stride[2]),
                              phase / window.stride[2] % window.stride[1], phase % window.stride[2]};
        kernels::correlation g;
        kernels::tap_run run[3];
        const T* from = call.dy.data;
        T* to = call.dx.data;
        bool empty = false, reached = true;
        for (int a = 0; a < 3; ++a) {
            const extent stride = window.stride[a], dilation = window.dilation[a], kernel = window.kernel[a];
            if (start[a] >= op.in.axis[a]) {
                empty = true;
                break;
            }
            const extent place = start[a] + window.before[a], apart = stride / std::gcd(stride, dilation);
            extent tap = 0;
            while (tap < kernel && (place - tap * dilation) % stride != 0) ++tap;
            reached = reached && tap < kernel;
            g.positions[a] = (op.in.axis[a] - start[a] + stride - 1) / stride;
            g.out_step[a] = g.add_step[a] = call.dx.step[a] * stride;
            to += start[a] * call.dx.step[a];
            if (tap >= kernel) continue;
            run[a].step = apart;
            run[a].count = g.taps[a] = (kernel - 1 - tap) / apart + 1;
            run[a].first = tap + (run[a].count - 1) * apart;
            g.in_step[a] = call.dy.step[a];
            g.tap_step[a] = apart * dilation / stride * call.dy.step[a];
            const extent output = (place - run[a].first * dilation) / stride;
            from += output * call.dy.step[a];
            if (a == 2) continue;
            g.row_first[a] = output;
            g.row_step[a] = 1;
            g.row_tap[a] = apart * dilation / stride;
            g.row_count[a] = op.out.axis[a];
        }
        if (empty) continue;
        g.channels = sizes.filters;
        g.filters = sizes.channels;
        g.groups = sizes.groups;
        if (!reached) {
            if (call.accumulate) continue;
            g.channels = 0;  // no tap reaches these inputs: a correlation without terms writes the zeros of the bias
        } else if constexpr (K.depthwise) {
            kernels::pack_depthwise(sizes.taps, run, sizes.groups, call.parameters, packed);
        } else {
            kernels::pack_transposed(sizes, run, K.vectors, call.parameters, packed);
        }
        for_each_block_of_rows(g, count, call.threads, [&](extent s, extent first, extent last) {
            T* target = to + s * call.dx.sample;
            const T *dy = from + s * call.dy.sample, *add = call.accumulate ? target : nullptr;
            if constexpr (K.depthwise)
                kernels::correlate_depthwise<activation::none>(g, dy, packed, zeros, add, target, first, last);
            else
                kernels::correlate<T, K>(g, dy, packed, zeros, add, target, first, last);
        });
    }
}

/// dx (+)= gradient of the input of a dense layer of vectors.
template <class T>
void dense_layer_input_gradient(const backward_call<T>& call) {
    const extent inputs = call.op.in.channels(), outputs = call.op.out.channels();
    constexpr extent block = 64;
    parallel_for((inputs + block - 1) / block, call.threads, [&](extent i) {
        const extent first = i * block, last = first + block < inputs ? first + block : inputs;
        kernels::dense_input_gradient(call.dy.data, call.dy.sample, call.parameters, outputs, call.dx.data,
                                      call.dx.sample, call.dy.count, first, last, call.accumulate);
    });
}

/// Adds into the gradients of weight and bias. Threads share the weights' tiles: every sum has one owner and one order.
template <class T, kernels::key K>
void convolution_weight_gradient(const backward_call<T>& call) {
    const operation& op = call.op;
    const T* x = nullptr;
    kernels::correlation g = convolution_geometry<T>(op, call.x, call.dy.step, x);
    extent samples = call.dy.count;
    if (is_dense(op)) {  // the samples are the positions of one row
        g.positions[2] = samples;
        g.in_step[2] = call.x.sample;
        g.out_step[2] = call.dy.sample;
        samples = 1;
    }
    T* bias = op.parameters[1].name == nullptr ? nullptr : call.gradients + op.parameters[0].size();
    if constexpr (K.depthwise) {
        parallel_for(kernels::vector_count<T>(g.groups), call.threads, [&](extent vector) {
            kernels::depthwise_weight_gradient(g, x, call.x.sample, call.dy.data, call.dy.sample, samples,
                                               call.gradients, bias, vector);
        });
    } else {
        const extent units = kernels::gradient_units<K>(g);
        extent parts = call.threads > 1 ? call.threads * 4 : 1;
        if (parts > units) parts = units;
        parallel_for(parts, call.threads, [&](extent part) {
            kernels::weight_gradient<T, K>(g, x, call.x.sample, call.dy.data, call.dy.sample, samples, call.gradients,
                                           part == 0 ? bias : nullptr, units * part / parts,
                                           units * (part + 1) / parts);
        });
    }
}

/// Backwards in training: gradients of weight and bias are added to, dx is overwritten or, with accumulate, added to.
template <class T, kernels::key Input, kernels::key Weights>
void convolution_backward(const backward_call<T>& call) {
    convolution_weight_gradient<T, Weights>(call);
    if constexpr (Input.dense) {
        if (call.dx.data != nullptr) dense_layer_input_gradient<T>(call);
    } else if constexpr (Input.pixels > 0) {
        if (call.dx.data == nullptr) return;
        if constexpr (Input.winograd != 0)
            winograd_input_gradient<T, Input>(call);
        else
            convolution_input_gradient<T, Input>(call);
    }
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn::detail {

/// Elements that a row's parameters take in an engine: the same for every instruction set.
constexpr extent packed_parameters(const operation& row) {
    return row.what == kind::convolution ? packed_size(row) : round_up(row.parameter_count());
}

/// Row i runs at time i.
template <int Rows, int Values>
constexpr schedule<Rows, Values> inference_schedule(const table<Rows, Values>& t) {
    schedule<Rows, Values> s;
    for (int v = 0; v < Values; ++v) s.buffers[v].shape = t.values[v];
    s.buffers[0].external = true;
    for (int i = 0; i < Rows; ++i) {
        const operation& row = t.rows[i];
        task& k = s.tasks[i];
        k.row = i;
        k.reads[0] = row.input[0];
        k.reads[1] = row.addend >= 0 ? row.addend : row.input[1];
        k.writes[0] = row.result;
        k.view_of = row.input[0];
        if (row.what == kind::convolution) {
            buffer& x = s.buffers[row.input[0]];
            for (int a = 0; a < 3; ++a) {
                if (row.window.before[a] > x.before[a]) x.before[a] = row.window.before[a];
                if (row.window.after[a] > x.after[a]) x.after[a] = row.window.after[a];
            }
            if (row.addend >= 0 && row.addend != row.input[0]) {  // written over the addend
                k.view = link::same;
                k.view_of = row.addend;
            }
        } else if (row.what == kind::place) {
            k.view = link::slice;
            k.channel = row.channel;
        } else if (row.what == kind::reshape) {
            k.view = link::reshape;
        } else if (row.in_place) {
            k.view = link::same;
        }
    }
    // The output is read after the last row, when it is handed to the caller.
    return s;
}

/// The plan of a network without training: the fused table and where everything lies.
template <class Net>
struct inference_plan {
    static constexpr auto fused = fuse(Net::table);
    static constexpr auto table = compacted<living_rows(fused)>(fused);
    static constexpr auto shared = [] {
        auto s = inference_schedule(table);
        share(s);
        return s;
    }();
    static constexpr const auto& plan = arranged<inference_plan, arrange_stages(shared)>;
    static_assert(disjoint(plan), "ctnn: internal error, live buffers overlap");
    static_assert(never_stale(plan), "ctnn: internal error, a value is read after it was overwritten");
    static_assert(reads_before_writes(plan), "ctnn: internal error, an operand is overwritten while it is read");
    static_assert(gapless(plan), "ctnn: internal error, a flattened value has gaps");

    static constexpr int rows = table.row_count;
    /// Elements of the arena for one sample.
    static constexpr extent elements = plan.elements;
    /// Elements of packed weights, and of the temporary memory of a call.
    static constexpr extent weights = [] {
        extent total = 0;
        for (const operation& row : table.rows) total += packed_parameters(row) + round_up(row.state_count());
        return total;
    }();
    static constexpr extent scratch = [] {
        extent most = 0;
        for (const operation& row : table.rows)
            if (row.what != kind::convolution && row.scratch > most) most = row.scratch;
        return round_up(most);
    }();
    /// And of the temporary memory of each thread.
    static constexpr extent each_thread = largest_thread_scratch(table, false);
};

}  // namespace ctnn::detail
// -------------------- ctnn/graph/operand.hpp
/// \file
/// Where the operands of a row lie, as plain numbers that the executors read.

namespace ctnn::detail {

/// A buffer in the arena. Offsets are per sample and scale with the batch: sample s of a storage that begins at `place`
/// and takes `size` lies at count * place + s * size, so what is disjoint for one sample is disjoint for any number.
struct operand {
    dims shape{};
    extent place = -1;  // of the storage; -1: there is no such operand, or it is the caller's memory
    extent size = 0;    // of the storage, a sample
    extent offset = 0;  // within it
    extent step[3]{};
    bool external = false;

    [[nodiscard]] constexpr bool exists() const { return place >= 0 || external; }
    template <class T>
    [[nodiscard]] batch_view<T> view(T* arena, extent count) const {
        return {place < 0 ? nullptr : arena + count * place + offset, shape, count, size, {step[0], step[1], step[2]}};
    }
};

template <int Tasks, int Buffers>
constexpr operand operand_of(const schedule<Tasks, Buffers>& s, int b) {
    operand o;
    if (b < 0) return o;
    const location at = s.where(b);
    const buffer& root = s.buffers[at.root];
    o.shape = s.buffers[b].shape;
    o.external = root.external;
    o.place = root.external ? -1 : root.place;
    o.size = root.external ? o.shape.size() : s.size(at.root);
    o.offset = at.offset;
    for (int a = 0; a < 3; ++a) o.step[a] = at.step[a];
    return o;
}

/// A storage whose border is to be zeroed.
struct bordered_storage {
    extent place = -1, size = 0;
    extent axis[3]{}, before[3]{}, after[3]{};
    extent channels = 0;
};

template <int Tasks, int Buffers>
constexpr bordered_storage border_of(const schedule<Tasks, Buffers>& s, int root) {
    bordered_storage b;
    if (root < 0) return b;
    const buffer& u = s.buffers[root];
    b.place = u.place;
    b.size = s.size(root);
    b.channels = u.shape.channels();
    for (int a = 0; a < 3; ++a) {
        b.axis[a] = u.shape.axis[a];
        b.before[a] = u.before[a];
        b.after[a] = u.after[a];
    }
    return b;
}

/// Zeroes the border of sample s; what lies inside stays.
template <class T>
inline void zero_border(const bordered_storage& b, T* arena, extent count, extent s) noexcept {
    const extent height = b.axis[1] + b.before[1] + b.after[1], width = b.axis[2] + b.before[2] + b.after[2];
    const extent row = width * b.channels, plane = height * row;
    const auto zero = [](T* from, extent n) {
        std::memset(static_cast<void*>(from), 0, sizeof(T) * static_cast<std::size_t>(n));
    };
    T* at = arena + count * b.place + s * b.size;
    zero(at, b.before[0] * plane);
    for (extent d = 0; d < b.axis[0]; ++d) {
        T* inside = at + (b.before[0] + d) * plane;
        zero(inside, b.before[1] * row);
        for (extent h = b.before[1]; h < b.before[1] + b.axis[1]; ++h) {
            zero(inside + h * row, b.before[2] * b.channels);
            zero(inside + h * row + (b.before[2] + b.axis[2]) * b.channels, b.after[2] * b.channels);
        }
        zero(inside + (b.before[1] + b.axis[1]) * row, b.after[1] * row);
    }
    zero(at + (b.before[0] + b.axis[0]) * plane, b.after[0] * plane);
}

}  // namespace ctnn::detail
// -------------------- ctnn/layers/structural.hpp
/// \file
/// The code of rows that only move numbers: input, concat, flatten, reshape, and the addition of sum.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

// Calls body(first element of the run in `like`, position of it, length) for runs that are contiguous in every view.
template <class Body>
inline void for_each_run(const dims& shape, bool rows_contiguous, const Body& body) {
    const extent width = rows_contiguous ? 1 : shape.width();
    const extent length = rows_contiguous ? shape.width() * shape.channels() : shape.channels();
    for (extent d = 0; d < shape.depth(); ++d)
        for (extent h = 0; h < shape.height(); ++h)
            for (extent w = 0; w < width; ++w) body(d, h, w, length);
}

template <class T>
inline void add_run(T* to, const T* from, extent length) {
    CTNN_INDEPENDENT  // the two may be the same
        for (extent i = 0; i < length; ++i) to[i] += from[i];
}

/// y = x, or y += x, position by position; views of the same shape.
template <class T>
inline void copy_view(const batch_view<const T>& x, const batch_view<T>& y, bool accumulate, extent threads) {
    if (x.data == y.data && !accumulate) return;
    const bool rows = x.rows_contiguous() && y.rows_contiguous();
    parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
        for_each_run(x.shape, rows, [&](extent d, extent h, extent w, extent length) {
            const T* from = x.at(s, d, h, w);
            T* to = y.at(s, d, h, w);
            if (accumulate)
                add_run(to, from, length);
            else
                std::memcpy(static_cast<void*>(to), from, sizeof(T) * static_cast<std::size_t>(length));
        });
    });
}

/// The same elements in the order of memory, though the shapes differ: y = x, or y += x.
template <class T>
inline void reshape_view(const batch_view<const T>& x, const batch_view<T>& y, bool accumulate, extent threads) {
    if (x.data == y.data && !accumulate && x.contiguous() && y.contiguous()) return;
    parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
        extent d = 0, h = 0, w = 0, c = 0;  // the next element of y
        for_each_run(x.shape, x.rows_contiguous(), [&](extent xd, extent xh, extent xw, extent length) {
            const T* from = x.at(s, xd, xh, xw);
            while (length > 0) {
                const extent rest = y.shape.channels() - c, n = rest < length ? rest : length;
                T* to = y.at(s, d, h, w) + c;
                if (accumulate)
                    add_run(to, from, n);
                else
                    std::memcpy(static_cast<void*>(to), from, sizeof(T) * static_cast<std::size_t>(n));
                from += n;
                length -= n;
                c += n;
                if (c == y.shape.channels()) {
                    c = 0;
                    if (++w == y.shape.width()) {
                        w = 0;
                        if (++h == y.shape.height()) {
                            h = 0;
                            ++d;
                        }
                    }
                }
            }
        });
    });
}

/// y = x + other; y may be either of them.
template <class T>
inline void add_views(const batch_view<const T>& x, const batch_view<const T>& other, const batch_view<T>& y,
                      extent threads) {
    const bool rows = x.rows_contiguous() && y.rows_contiguous() && other.rows_contiguous();
    parallel_for(x.count, threads_for(x.count * x.shape.size(), threads), [&](extent s) {
        for_each_run(x.shape, rows, [&](extent d, extent h, extent w, extent length) {
            const T *a = x.at(s, d, h, w), *b = other.at(s, d, h, w);
            T* to = y.at(s, d, h, w);
            CTNN_INDEPENDENT  // y may be x or other, element for element
                for (extent i = 0; i < length; ++i) to[i] = a[i] + b[i];
        });
    });
}

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
namespace detail {

/// A fused row with the places of its operands and of its weights.
struct inference_row {
    operation op{};
    operand x, other, y;
    bordered_storage border;
    bool skip = false;
    extent weights = 0;  ///< offset among the packed weights
    extent state = 0;    ///< and of running statistics that could not be folded
};

template <int Rows>
struct inference_rows {
    inference_row of[static_cast<std::size_t>(Rows)]{};
    operand output;
};

template <class Plan>
constexpr auto inference_rows_of() {
    inference_rows<Plan::rows> r;
    const auto& s = Plan::plan;
    extent weights = 0;
    for (int i = 0; i < Plan::rows; ++i) {
        inference_row& row = r.of[i];
        row.op = Plan::table.rows[i];
        row.x = operand_of(s, row.op.input[0]);
        row.other = operand_of(s, row.op.addend >= 0 ? row.op.addend : row.op.input[1]);
        row.y = operand_of(s, row.op.result);
        if (row.op.what == kind::place) {  // a part of the concatenation
            row.y.offset += row.op.channel;
            row.y.shape = row.op.in;
        }
        row.border = border_of(s, s.tasks[i].border);
        row.skip = s.tasks[i].elided;
        row.weights = weights;
        weights += packed_parameters(row.op);
        row.state = weights;
        weights += round_up(row.op.state_count());
    }
    r.output = operand_of(s, Plan::table.output);
    return r;
}

}  // namespace detail

inline namespace CTNN_BACKEND {
namespace execution {

/// What an engine runs: rows and code that are constants of the network, weights that are its own.
template <class T>
struct program {
    const ctnn::detail::inference_row* rows = nullptr;
    const routine<T>* routines = nullptr;
    int count = 0;
    const T* weights = nullptr;
    extent threads = 1;

    /// Runs `samples` inputs through the arena with temporary memory, and some more for each of `on` threads.
    void run(const T* inputs, extent samples, T* arena, T* scratch, T* thread_scratch, extent on) const noexcept {
        for (int i = 0; i < count; ++i) {
            const ctnn::detail::inference_row& row = rows[i];
            if (row.border.place >= 0)
                for (extent s = 0; s < samples; ++s) ctnn::detail::zero_border(row.border, arena, samples, s);
            if (row.skip) continue;
            const batch_view<T> x = row.x.view(arena, samples), y = row.y.view(arena, samples);
            switch (row.op.what) {
                case kind::input: {
                    batch_view<const T> from = x;
                    from.data = inputs;
                    copy_view<T>(from, y, false, 1);
                    break;
                }
                case kind::place:
                    copy_view<T>(x, y, false, on);
                    break;
                case kind::reshape:
                    reshape_view<T>(x, y, false, on);
                    break;
                case kind::add:
                    add_views<T>(x, row.other.view(arena, samples), y, on);
                    break;
                default:
                    // The running statistics are read only: training is false.
                    routines[i].forward({.op = row.op,
                                         .x = x,
                                         .other = row.other.view(arena, samples),
                                         .y = y,
                                         .parameters = weights + row.weights,
                                         .state = const_cast<T*>(weights + row.state),
                                         .saved = nullptr,
                                         .scratch = scratch,
                                         .thread_scratch = thread_scratch,
                                         .threads = on});
            }
        }
    }
};

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/graph/model.hpp
/// \file
/// A model: the parameters of a network, in one flat, aligned block.

// -------------------- ctnn/graph/names.hpp
/// \file
/// The names of a network's parameters and its architecture as text: what a weight file is compared with.

// -------------------- ctnn/graph/network.hpp
/// \file
/// A network: one type over static shapes.

namespace ctnn {

/// Does this sequence of layers fit this input? The answer without the error.
template <class Input, class... Layers>
concept composable = static_shape<Input> && detail::diagnosed<chain<Layers...>, dims_of<Input>>
.why == refusal::none;

/// A network is its input shape and its layers; every other size follows. It has no data: a model owns the parameters.
///
///     takes    the shape of one sample; the batch is a run-time number elsewhere
///     gives    input, output (shapes as types) and constants that can be static_asserted
///     refuses  what does not fit, with one message: the layer, the shape that reaches it, and what to do
///
///     using net = ctnn::network<ctnn::shape<28, 28, 1>, ctnn::conv<16>, ctnn::relu, ctnn::flatten, ctnn::dense<2>,
///                               ctnn::softmax>;
template <class Input, class... Layers>
struct network
    : detail::check<chain<Layers...>, dims_of<Input>, detail::diagnosed<chain<Layers...>, dims_of<Input>>.why> {
    using layers = chain<Layers...>;
    using input = Input;
    static constexpr dims input_dims = dims_of<Input>;

    /// The rows of the network as its layers emit them, before fusion.
    static constexpr auto table = detail::lower<layers, input_dims>();
    static constexpr dims output_dims = table.values[table.output];
    using output = shape_of<output_dims.rank == 0 ? make_dims(1) : output_dims>;

    /// Numbers that training changes.
    static constexpr extent parameter_count = table.parameter_count;
    /// Numbers that are kept but not learned: running statistics.
    static constexpr extent state_count = table.state_count;
    /// Multiply-adds of one sample through convolutions and dense layers.
    static constexpr extent multiply_adds = [] {
        extent total = 0;
        for (const operation& row : table.rows) total += row.multiply_adds;
        return total;
    }();

    /// Bytes of activations and temporary memory that inference of a batch needs, for elements of 4 bytes.
    [[nodiscard]] static constexpr extent workspace_bytes(extent batch, extent threads = 1) {
        using plan = detail::inference_plan<network>;
        return (batch * plan::elements + plan::scratch + threads * plan::each_thread) * 4;
    }
    /// Bytes of the block of an engine of float for one sample and one thread at a time: packed weights, activations,
    /// scores.
    static constexpr extent engine_bytes = [] {
        using plan = detail::inference_plan<network>;
        return (plan::weights + plan::elements + round_up(output_dims.size()) + plan::scratch + plan::each_thread) * 4;
    }();
};

}  // namespace ctnn

namespace ctnn {

/// One tensor of a model: where it stands in the flat block, and what it is called in a weight file.
struct named_tensor {
    std::string name;  ///< "0.weight", "encoder.0.bias": positions in the composition, or the names given
    std::vector<extent> shape;
    extent offset = 0;  ///< in the parameters, or in the state
    extent size = 0;
    bool learned = true;  ///< false: running statistics, which stand in the state
    initializer start = initializer::zeros;
    extent fan_in = 1, fan_out = 1;
};

namespace detail {

class name_collector final : public row_visitor {
public:
    std::vector<named_tensor> tensors;

    void visit(const operation& row, const path_step* path, int depth) override {
        extent offset = row.parameter_offset;
        for (const parameter& p : row.parameters) add(p, path, depth, offset, true);
        offset = row.state_offset;
        for (const parameter& p : row.state) add(p, path, depth, offset, false);
    }

private:
    void add(const parameter& p, const path_step* path, int depth, extent& offset, bool learned) {
        if (p.name == nullptr) return;
        named_tensor t;
        t.name = path_text(path, depth) + p.name;
        for (extent a = 0; a < p.rank; ++a) t.shape.push_back(p.axis[a]);
        t.offset = offset;
        t.size = p.size();
        t.learned = learned;
        t.start = p.start;
        t.fan_in = p.fan_in;
        t.fan_out = p.fan_out;
        offset += t.size;
        tensors.push_back(std::move(t));
    }
    // A name stands in place of the position that leads to it: chain<conv<8>, named<"head", dense<2>>> has 0.weight and
    // head.weight.
    static std::string path_text(const path_step* path, int depth) {
        std::string text;
        for (int i = 0; i < depth; ++i) {
            const bool replaced = i + 1 < depth && path[i + 1].name != nullptr;
            if (replaced) continue;
            if (path[i].name != nullptr)
                text += path[i].name;
            else
                text += std::to_string(path[i].index);
            text += '.';
        }
        return text;
    }
};

class architecture_writer final : public row_visitor {
public:
    std::string text;

    void visit(const operation& row, const path_step*, int) override {
        text += row.layer;
        text += ' ';
        text += joined(row.in, row.in.rank, "x") + " -> " + joined(row.out, row.out.rank, "x");
        if (row.what == kind::place) text += " at " + std::to_string(row.channel);
        const window& w = row.window;
        const window none{};
        axes_text(" kernel", w.kernel, none.kernel);
        axes_text(" stride", w.stride, none.stride);
        axes_text(" dilation", w.dilation, none.dilation);
        axes_text(" before", w.before, none.before);
        axes_text(" after", w.after, none.after);
        if (row.groups != 1) text += " groups " + std::to_string(row.groups);
        if (row.alpha != 0) text += " number " + to_text(row.alpha);
        if (row.epsilon != 0) text += " epsilon " + to_text(row.epsilon);
        if (row.include_padding) text += " include padding";
        for (const parameter& p : row.parameters)
            if (p.name != nullptr) (text += ' ') += p.name;
        text += " from " + std::to_string(row.input[0]);
        if (row.input[1] >= 0) (text += ' ') += std::to_string(row.input[1]);
        text += '\n';
    }

private:
    void axes_text(const char* what, const extent (&values)[3], const extent (&usual)[3]) {
        if (values[0] == usual[0] && values[1] == usual[1] && values[2] == usual[2]) return;
        text += what;
        for (const extent v : values) (text += ' ') += std::to_string(v);
    }
};

template <class Net>
void walk(row_visitor& visitor) {
    builder<no_routine> b;
    b.visitor = &visitor;
    emit_network<typename Net::layers>(b, Net::input_dims);
}

}  // namespace detail

/// The tensors of a network in the order of the flat block.
template <class Net>
[[nodiscard]] std::vector<named_tensor> tensors_of() {
    detail::name_collector collector;
    detail::walk<Net>(collector);
    return std::move(collector.tensors);
}

/// A line for each row of a network: equal text, equal computation. Its hash is the fingerprint in a model file.
template <class Net>
[[nodiscard]] std::string architecture_of() {
    detail::architecture_writer writer;
    detail::walk<Net>(writer);
    return std::move(writer.text);
}

}  // namespace ctnn

namespace ctnn {

/// The numbers that training changes, one block for a whole network. A gradient, and each slot of an optimizer's
/// state, has the same layout.
template <class Net, class T = float>
class parameter_block {
public:
    using network = Net;
    using scalar = T;
    static constexpr extent count = Net::parameter_count;

    parameter_block() : block_(count) {}

    [[nodiscard]] T* data() noexcept { return block_.data(); }
    [[nodiscard]] const T* data() const noexcept { return block_.data(); }
    [[nodiscard]] std::span<T> values() noexcept { return {block_.data(), static_cast<std::size_t>(count)}; }
    [[nodiscard]] std::span<const T> values() const noexcept {
        return {block_.data(), static_cast<std::size_t>(count)};
    }
    void fill_zero() noexcept { block_.fill_zero(); }

private:
    aligned_block<T> block_;
};

/// The gradient of a loss with respect to every parameter of a network.
template <class Net, class T = float>
using gradient = parameter_block<Net, T>;

/// A network with parameters: what is trained, saved, loaded and frozen into an engine.
///
/// It lives on the heap but for a small handle, moves, and is copied by copy() alone.
///
///     ctnn::model<net> model{ctnn::seed{42}};
template <class Net, class T = float>
class model {
public:
    using network = Net;
    using scalar = T;

    /// Initialized as each layer says (glorot_uniform weights, zero biases), the same numbers on every platform.
    /// Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
    explicit model(seed start) : state_(Net::state_count) { initialize(start); }

    /// The learned parameters, in the order of tensors_of<Net>().
    [[nodiscard]] std::span<T> parameters() noexcept { return parameters_.values(); }
    [[nodiscard]] std::span<const T> parameters() const noexcept { return parameters_.values(); }
    /// Running statistics: kept, not learned.
    [[nodiscard]] std::span<T> state() noexcept { return {state_.data(), static_cast<std::size_t>(state_.size())}; }
    [[nodiscard]] std::span<const T> state() const noexcept {
        return {state_.data(), static_cast<std::size_t>(state_.size())};
    }

    /// Begins again.
    void initialize(seed start) {
        std::uint64_t stream = 0;
        for (const named_tensor& t : tensors_of<Net>()) {
            T* to = (t.learned ? parameters_.data() : state_.data()) + t.offset;
            const random_stream random(start, stream++);
            const double limit = std::sqrt(6.0 / static_cast<double>(t.fan_in + t.fan_out));
            for (extent i = 0; i < t.size; ++i) {
                const double uniform =
                    t.start == initializer::glorot_uniform ? random.uniform(static_cast<std::uint64_t>(i)) : 0;
                to[i] = t.start == initializer::glorot_uniform ? static_cast<T>((2 * uniform - 1) * limit)
                        : t.start == initializer::ones         ? T{1}
                                                               : T{0};
            }
        }
    }

    [[nodiscard]] model copy() const {
        model result{nothing{}};
        result.assign(*this);
        return result;
    }
    /// Takes over another model's numbers and what it knows of its data; allocates nothing but text.
    void assign(const model& other) {
        copy_numbers(other);
        class_names = other.class_names;
        scaling = other.scaling;
        preparation = other.preparation;
    }
    /// Takes over another model's parameters and statistics; allocates nothing.
    void copy_numbers(const model& other) noexcept {
        for (extent i = 0; i < Net::parameter_count; ++i) parameters_.data()[i] = other.parameters_.data()[i];
        for (extent i = 0; i < Net::state_count; ++i) state_[i] = other.state_[i];
    }

    std::vector<std::string> class_names;  ///< of the outputs; saved with the model
    input_scaling scaling{};               ///< what was done to the pixels; saved with the model
    volume_preparation preparation{};      ///< what was done to volumes before that; saved with the model

private:
    struct nothing {};
    explicit model(nothing) : state_(Net::state_count) {}

    parameter_block<Net, T> parameters_;
    aligned_block<T> state_;
};

}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

/// y = (x w + b - mean) weight / sqrt(variance + epsilon) + bias is a convolution with scaled weights and another bias:
/// scale = weight / sqrt(variance + epsilon), shift = bias - mean scale.
template <class T>
void fold_norm(const operation& norm, const T* parameters, const T* state, T* scale, T* shift) {
    const extent channels = norm.in.channels();
    const T *weight = parameters + norm.parameter_offset, *bias = weight + channels;
    const T *mean = state + norm.state_offset, *variance = mean + channels;
    for (extent c = 0; c < channels; ++c) {
        const double factor =
            static_cast<double>(weight[c]) / std::sqrt(static_cast<double>(variance[c]) + norm.epsilon);
        scale[c] = static_cast<T>(factor);
        shift[c] = static_cast<T>(static_cast<double>(bias[c]) - static_cast<double>(mean[c]) * factor);
    }
}

template <class T, class Table>
void pack_row(const detail::inference_row& row, const Table& unfused, const T* parameters, const T* state, T* block) {
    const operation& op = row.op;
    T* to = block + row.weights;
    const T* from = parameters + op.parameter_offset;
    if (op.what == kind::convolution) {
        const T* bias = op.parameters[1].name != nullptr ? from + op.parameters[0].size() : nullptr;
        aligned_block<T> factors(op.norm >= 0 ? 2 * op.out.channels() : 0);
        T *scale = nullptr, *shift = nullptr;
        if (op.norm >= 0) {
            scale = factors.data();
            shift = scale + op.out.channels();
            fold_norm(unfused.rows[op.norm], parameters, state, scale, shift);
        }
        pack_convolution<T>(op, from, bias, scale, shift, to);
        return;
    }
    for (extent i = 0; i < op.parameter_count(); ++i) to[i] = from[i];
    for (extent i = 0; i < op.state_count(); ++i) block[row.state + i] = state[op.state_offset + i];
}

template <class Plan, class Net, class T>
void pack_model(const detail::inference_row* rows, const model<Net, T>& m, T* block) {
    for (int i = 0; i < Plan::rows; ++i)
        pack_row<T>(rows[i], Net::table, m.parameters().data(), m.state().data(), block);
}

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/graph/routines.hpp
/// \file
/// The code of every row of a table: brought by its layer, or chosen by geometry.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace execution {

template <class T, int Rows>
struct routine_table {
    routine<T> of[static_cast<std::size_t>(Rows)]{};
};

/// What the layers bring, in the order of the unfused table.
template <class Net, class T>
constexpr auto collect_routines() {
    routine_table<T, Net::table.row_count> result;
    builder<routine<T>> b;
    b.routines = result.of;
    ctnn::detail::emit_network<typename Net::layers>(b, Net::input_dims);
    return result;
}
template <class Net, class T>
inline constexpr auto brought = collect_routines<Net, T>();

/// The code of row I of Plan::table. Convolutions of equal geometry share one instantiation, whatever their network.
template <class Plan, class Net, class T, bool Training, int I>
constexpr routine<T> routine_of_row() {
    constexpr const operation& row = Plan::table.rows[I];
    if constexpr (row.what == kind::convolution) {
        constexpr kernels::key forward = forward_key<T>(row);
        if constexpr (Training) {
            constexpr kernels::key input = input_gradient_key<T>(row, Plan::wants_input_gradient(I));
            constexpr kernels::key weights = weight_gradient_key<T>(row);
            return {&convolution_forward<T, forward>, &convolution_backward<T, input, weights>};
        } else {
            return {&convolution_engine_forward<T, forward>, nullptr};
        }
    } else {
        return brought<Net, T>.of[row.row];
    }
}

template <class Plan, class Net, class T, bool Training>
inline constexpr auto routines = []<int... I>(std::integer_sequence<int, I...>) {
    return routine_table<T, Plan::rows>{{routine_of_row<Plan, Net, T, Training, I>()...}};
}
(std::make_integer_sequence<int, Plan::rows>{});

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

/// How an engine is set up.
struct engine_options {
    extent max_batch = 1;  ///< samples that run together; more of them run in slices
    extent threads = 1;    ///< for one call; results do not depend on it
};

inline namespace CTNN_BACKEND {

/// A frozen network: a handle on one aligned block of memory with packed weights and activations. It moves, and is made
/// by freeze() or freeze_into(). A call allocates nothing and, on one thread, takes no lock and makes no system call.
///
///     auto engine = ctnn::freeze(model);
///     auto scores = engine(image);
template <class Net, class T = float>
class engine {
    using plan = detail::inference_plan<Net>;
    static constexpr auto rows = detail::inference_rows_of<plan>();
    static constexpr auto& routines = execution::routines<plan, Net, T, false>;
    static constexpr extent arena_elements = plan::elements,
                            output_elements = round_up(dims_of<typename Net::output>.size());

public:
    using network = Net;
    using scalar = T;
    using input = typename Net::input;
    using output = typename Net::output;

    /// The memory of one call, for calls from several threads on one engine.
    class workspace {
    public:
        /// A call uses as many threads as the engine has, but no more than this.
        explicit workspace(extent max_batch = 1, extent threads = 1)
            : max_batch_(max_batch < 1 ? 1 : max_batch),
              threads_(threads < 1 ? 1 : threads),
              block_(max_batch_ * arena_elements + plan::scratch + threads_ * plan::each_thread) {}

    private:
        friend engine;
        extent max_batch_, threads_;
        aligned_block<T> block_;
    };

    /// Bytes of the block that an engine lives in.
    [[nodiscard]] static constexpr extent bytes(extent max_batch = 1, extent threads = 1) {
        return (plan::weights + max_batch * (arena_elements + output_elements) + plan::scratch +
                threads * plan::each_thread) *
               static_cast<extent>(sizeof(T));
    }

    /// Scores of one sample: a view into the engine, valid until the next call.
    tensor_view<output, const T> operator()(tensor_view<input, const T> sample) noexcept {
        return (*this)(sample.data());
    }
    /// \pre `sample` points at input::size numbers
    tensor_view<output, const T> operator()(const T* sample) noexcept {
        run(sample, 1, outputs(), arena(), arena() + max_batch_ * arena_elements, program_.threads);
        return tensor_view<output, const T>(outputs());
    }
    /// Many samples, one after the other in memory; scores likewise. More than max_batch run in slices.
    void operator()(const T* samples, T* scores, extent count) noexcept {
        slices(samples, scores, count, max_batch_, arena(), program_.threads);
    }
    /// Many threads may call this at once, each with a workspace of its own.
    void operator()(const T* samples, T* scores, workspace& memory, extent count = 1) const noexcept {
        slices(samples, scores, count, memory.max_batch_, memory.block_.data(),
               memory.threads_ < program_.threads ? memory.threads_ : program_.threads);
    }
    [[nodiscard]] extent max_batch() const noexcept { return max_batch_; }

private:
    template <class N, class S>
    friend engine<N, S> freeze(const model<N, S>&, const engine_options&);
    template <class N, class S>
    friend result<engine<N, S>> freeze_into(std::span<std::byte>, const model<N, S>&, const engine_options&);

    engine(T* block, const model<Net, T>& m, const engine_options& options) noexcept
        : block_(block), max_batch_(options.max_batch < 1 ? 1 : options.max_batch) {
        execution::pack_model<plan, Net>(rows.of, m, block);
        program_ = {rows.of, routines.of, plan::rows, block, options.threads < 1 ? 1 : options.threads};
    }

    void run(const T* samples, extent count, T* scores, T* arena, T* scratch, extent threads) const noexcept {
        program_.run(samples, count, arena, scratch, scratch + plan::scratch, threads);
        execution::reshape_view<T>(rows.output.view(arena, count), batch_view<T>::dense(scores, dims_of<output>, count),
                                   false, 1);
    }
    void slices(const T* samples, T* scores, extent count, extent batch, T* arena, extent threads) const noexcept {
        for (extent from = 0; from < count; from += batch) {
            const extent n = count - from < batch ? count - from : batch;
            run(samples + from * input::size, n, scores + from * dims_of<output>.size(), arena,
                arena + batch * arena_elements, threads);
        }
    }
    [[nodiscard]] T* arena() const noexcept { return block_ + plan::weights; }
    [[nodiscard]] T* outputs() const noexcept {
        return arena() + max_batch_ * arena_elements + plan::scratch + program_.threads * plan::each_thread;
    }

    aligned_block<T> owned_;
    T* block_;
    extent max_batch_;
    execution::program<T> program_;
};

/// Makes an engine of a model: batch norm folded, dropout gone, weights packed. The model is not needed afterwards.
template <class Net, class T>
[[nodiscard]] engine<Net, T> freeze(const model<Net, T>& m, const engine_options& options = {}) {
    const extent batch = options.max_batch < 1 ? 1 : options.max_batch;
    const extent threads = options.threads < 1 ? 1 : options.threads;
    aligned_block<T> block(engine<Net, T>::bytes(batch, threads) / static_cast<extent>(sizeof(T)));
    engine<Net, T> result(block.data(), m, options);
    result.owned_ = std::move(block);
    return result;
}

/// Makes an engine in memory that the caller owns and keeps alive: static storage, or a block of his own.
/// \returns error_kind::invalid_argument unless the buffer has engine<Net, T>::bytes(max_batch, threads) bytes and
///          begins on a 64-byte boundary
template <class Net, class T>
[[nodiscard]] result<engine<Net, T>> freeze_into(std::span<std::byte> buffer, const model<Net, T>& m,
                                                 const engine_options& options = {}) {
    const extent needed =
        engine<Net, T>::bytes(options.max_batch < 1 ? 1 : options.max_batch, options.threads < 1 ? 1 : options.threads);
    if (static_cast<extent>(buffer.size()) < needed)
        return error{error_kind::invalid_argument, "freeze_into: the buffer has " + std::to_string(buffer.size()) +
                                                       " bytes, the engine needs " + std::to_string(needed)};
    if (reinterpret_cast<std::uintptr_t>(buffer.data()) % alignment != 0)
        return error{error_kind::invalid_argument,
                     "freeze_into: the buffer must begin on a 64-byte boundary; declare it alignas(64)"};
    return engine<Net, T>(static_cast<T*>(static_cast<void*>(buffer.data())), m, options);
}

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/graph/graph.hpp
/// \file
/// Composition, networks, their plans, models.

// -------------------- ctnn/graph/summary.hpp
/// \file
/// A network as a table to read.

namespace ctnn {

/// How far an output sees along each axis, in positions of the network's input, and how far apart two neighbors look.
struct receptive_field {
    extent size[3]{1, 1, 1};
    double step[3]{1, 1, 1};
};

namespace detail {

/// The receptive field of every value of a network, at most the whole input.
template <class Net>
constexpr auto receptive_fields() {
    constexpr int values = Net::table.value_count;
    struct fields {
        receptive_field of[static_cast<std::size_t>(values)]{};
    } f;
    for (const operation& row : Net::table.rows) {
        receptive_field r = f.of[row.input[0]];
        for (int a = 0; a < 3; ++a) {
            const extent whole = Net::input_dims.axis[a];
            if (row.out.positions() == 1 && row.in.positions() > 1) {
                r.size[a] = whole;  // flatten, global pools, and windows as large as their input
                continue;
            }
            if (row.input[1] >= 0 && f.of[row.input[1]].size[a] > r.size[a]) r.size[a] = f.of[row.input[1]].size[a];
            const double seen = static_cast<double>((row.window.kernel[a] - 1) * row.window.dilation[a]) * r.step[a];
            r.size[a] += static_cast<extent>(seen);
            if (r.size[a] > whole) r.size[a] = whole;
            r.step[a] *= static_cast<double>(row.in.axis[a] > row.out.axis[a] ? row.window.stride[a] : 1);
            if (row.out.axis[a] > row.in.axis[a])
                r.step[a] *= static_cast<double>(row.in.axis[a]) / static_cast<double>(row.out.axis[a]);
        }
        receptive_field& to = f.of[row.result];
        for (int a = 0; a < 3; ++a)
            if (row.what != kind::place || r.size[a] >= to.size[a]) {
                to.size[a] = r.size[a];
                to.step[a] = r.step[a];
            }
    }
    return f;
}

/// 1234567 as 1,234,567.
inline std::string grouped(extent n) {
    const std::string digits = std::to_string(n);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}

/// How a convolution or dense layer is computed forwards.
inline const char* algorithm_text(const operation& row) {
    if (row.what != kind::convolution) return "-";
    return row.algorithm == algorithm::winograd_4   ? "winograd4"
           : row.algorithm == algorithm::winograd_2 ? "winograd2"
                                                    : "direct";
}

}  // namespace detail

/// A table like Keras' summary: layer, output shape, parameters, multiply-adds, bytes of the output as float, receptive
/// field in positions of the input, algorithm of a convolution forwards; then the totals.
template <class Net>
[[nodiscard]] std::string summary() {
    static constexpr auto fields = detail::receptive_fields<Net>();
    char line[160];
    std::string text;
    const std::string rule(107, '-');
    std::snprintf(line, sizeof line, "%-16s %-20s %14s %16s %14s %11s  %s\n", "layer", "output", "parameters",
                  "multiply-adds", "bytes", "sees", "algorithm");
    text += line + rule + '\n';
    for (const operation& row : Net::table.rows) {
        const receptive_field& field = fields.of[row.result];
        std::string sees;
        for (extent a = Net::input_dims.first_axis(); a < 3; ++a) {
            if (!sees.empty()) sees += 'x';
            sees += std::to_string(field.size[a]);
        }
        std::snprintf(line, sizeof line, "%-16s %-20s %14s %16s %14s %11s  %s\n", row.layer,
                      detail::joined(row.out, row.out.rank, " x ").c_str(),
                      detail::grouped(row.parameter_count()).c_str(), detail::grouped(row.multiply_adds).c_str(),
                      detail::grouped(row.out.size() * 4).c_str(), sees.empty() ? "-" : sees.c_str(),
                      detail::algorithm_text(row));
        text += line;
    }
    text += rule + '\n';
    std::snprintf(line, sizeof line, "parameters %s, multiply-adds %s, workspace %s bytes, engine %s bytes\n",
                  detail::grouped(Net::parameter_count).c_str(), detail::grouped(Net::multiply_adds).c_str(),
                  detail::grouped(Net::workspace_bytes(1)).c_str(), detail::grouped(Net::engine_bytes).c_str());
    return text + line;
}

/// The receptive field of a network's output, at most the whole input:
/// static_assert(receptive_field_of<net>.size[1] >= 40).
template <class Net>
inline constexpr receptive_field receptive_field_of = detail::receptive_fields<Net>().of[Net::table.output];

}  // namespace ctnn
// -------------------- ctnn/io/io.hpp
/// \file
/// Model files, arrays, tables, NIfTI; images and pictures with CTNN_WITH_IMAGES, compressed files with CTNN_WITH_ZLIB.

// -------------------- ctnn/io/model_file.hpp
/// \file
/// Saves and loads models: safetensors that any tool reads, with what is needed to refuse a wrong one.

// -------------------- ctnn/io/safetensors.hpp
/// \file
/// safetensors files: named tensors behind a JSON header, read by every other tool, with a checksum of the library's
/// own. https://github.com/huggingface/safetensors#format

// -------------------- ctnn/io/safetensors_header.hpp
/// \file
/// The JSON header of a safetensors file: its text, read without recursion and written in one canonical form.
/// https://github.com/huggingface/safetensors#format

namespace ctnn {

/// The number types of safetensors.
enum class tensor_type : unsigned char {
    boolean,
    u8,
    i8,
    f8_e5m2,
    f8_e4m3,
    i16,
    u16,
    f16,
    bf16,
    i32,
    u32,
    f32,
    f64,
    i64,
    u64
};

/// Its name in the file: "F32".
[[nodiscard]] constexpr const char* tensor_type_name(tensor_type type) {
    constexpr const char* names[] = {"BOOL", "U8",  "I8",  "F8_E5M2", "F8_E4M3", "I16", "U16", "F16",
                                     "BF16", "I32", "U32", "F32",     "F64",     "I64", "U64"};
    return names[static_cast<int>(type)];
}

/// Bytes of one element.
[[nodiscard]] constexpr extent tensor_type_size(tensor_type type) {
    return type <= tensor_type::f8_e4m3 ? 1 : type <= tensor_type::bf16 ? 2 : type <= tensor_type::f32 ? 4 : 8;
}

/// One tensor as the header describes it; begin and end are bytes from the start of the data.
struct tensor_entry {
    std::string name;
    tensor_type type = tensor_type::f32;
    std::vector<extent> shape;
    std::int64_t begin = 0, end = 0;
};

/// Free text of the header, in the order of the file.
using tensor_metadata = std::vector<std::pair<std::string, std::string>>;

namespace detail {

/// Reads the header. Its grammar has a fixed depth (an object of objects of texts and lists of numbers), so one
/// function a level suffices and no nesting in a file can exhaust the stack.
class safetensors_parser : private json_cursor {
public:
    using json_cursor::json_cursor;
    using json_cursor::position;

    /// \returns null, or what is expected at position().
    [[nodiscard]] const char* parse(std::vector<tensor_entry>& entries, tensor_metadata& metadata) {
        if (text_.size == 0 || text_[0] != '{') return "an opening brace";
        bool has_metadata = false;
        const char* wrong = object([&](std::string key) -> const char* {
            if (key != "__metadata__") {
                entries.emplace_back();
                entries.back().name = std::move(key);
                return entry(entries.back());
            }
            if (std::exchange(has_metadata, true)) return "__metadata__ once";
            return object([&](std::string name) -> const char* {
                std::string value;
                if (!string(value)) return "a text";
                metadata.emplace_back(std::move(name), std::move(value));
                return nullptr;
            });
        });
        if (wrong != nullptr) return wrong;
        skip_space();
        return at_ == text_.size ? nullptr : "nothing but spaces behind the object";
    }

private:
    const char* entry(tensor_entry& to) {
        bool has_type = false, has_shape = false, has_offsets = false;
        const char* wrong = object([&](const std::string& key) -> const char* {
            if (key == "dtype" && !std::exchange(has_type, true)) return type(to.type);
            if (key == "shape" && !std::exchange(has_shape, true)) {
                std::vector<std::int64_t> numbers;
                // No tensor has more axes; a header of a megabyte could list half a million.
                if (!list(numbers, 64)) return "a list of at most 64 sizes";
                to.shape.assign(numbers.begin(), numbers.end());
                return nullptr;
            }
            if (key == "data_offsets" && !std::exchange(has_offsets, true)) {
                std::vector<std::int64_t> numbers;
                if (!list(numbers, 2) || numbers.size() != 2) return "a list of two offsets";
                to.begin = numbers[0];
                to.end = numbers[1];
                return nullptr;
            }
            return "dtype, shape and data_offsets, once each";
        });
        if (wrong != nullptr) return wrong;
        return has_type && has_shape && has_offsets ? nullptr : "dtype, shape and data_offsets";
    }

    const char* type(tensor_type& to) {
        std::string name;
        if (!string(name)) return "a type in quotes";
        for (int t = 0; t <= static_cast<int>(tensor_type::u64); ++t) {
            to = static_cast<tensor_type>(t);
            if (name == tensor_type_name(to)) return nullptr;
        }
        return "a type that safetensors knows (F32, F64, I64 ...)";
    }

    bool list(std::vector<std::int64_t>& numbers, std::size_t most) {
        if (!take('[')) return false;
        if (take(']')) return true;
        do {
            std::int64_t value = 0;
            skip_space();
            const extent begin = at_;
            while (at_ < text_.size && text_[at_] >= '0' && text_[at_] <= '9') {
                if (!checked_multiply(value, 10, value) || !checked_add(value, text_[at_] - '0', value)) return false;
                ++at_;
            }
            if (at_ == begin || (text_[begin] == '0' && at_ - begin > 1) || numbers.size() == most) return false;
            numbers.push_back(value);
        } while (take(','));
        return take(']');
    }
};

/// The header in canonical form: metadata first, then the tensors in the order given, no white space, filled up with
/// spaces to a multiple of 8 bytes so that the data, behind 8 bytes of length, is aligned.
inline std::string format_safetensors_header(const std::vector<tensor_entry>& entries,
                                             const tensor_metadata& metadata) {
    std::string text = "{";
    if (!metadata.empty()) {
        text += "\"__metadata__\":{";
        for (const auto& [key, value] : metadata) {
            if (&key != &metadata.front().first) text += ',';
            append_json(text, key);
            text += ':';
            append_json(text, value);
        }
        text += '}';
    }
    for (const tensor_entry& one : entries) {
        if (text.size() > 1) text += ',';
        append_json(text, one.name);
        text += std::string(":{\"dtype\":\"") + tensor_type_name(one.type) + "\",\"shape\":[";
        for (std::size_t i = 0; i < one.shape.size(); ++i) {
            if (i > 0) text += ',';
            text += std::to_string(one.shape[i]);
        }
        text += "],\"data_offsets\":[" + std::to_string(one.begin) + "," + std::to_string(one.end) + "]}";
    }
    text += '}';
    while (text.size() % 8 != 0) text += ' ';
    return text;
}

}  // namespace detail
}  // namespace ctnn

namespace ctnn {

/// The two keys of the metadata that belong to the checksum. There are two so that damage to one cannot pass for a file
/// without a checksum.
inline constexpr const char* safetensors_format_key = "ctnn.format";
inline constexpr const char* safetensors_checksum_key = "ctnn.checksum";

/// A header of more bytes is refused; the format itself allows 100 MB.
inline constexpr std::int64_t safetensors_header_limit = std::int64_t{1} << 20;

/// What a safetensors file holds; the data stays where it is.
struct safetensors_file {
    std::vector<tensor_entry> entries;  ///< in the order of their data
    tensor_metadata metadata;           ///< as in the file, the checksum's keys too
    std::int64_t data_begin = 0;        ///< byte of the file at which the data begins
    bool has_checksum = false;          ///< written by ctnn, and its checksum is right

    [[nodiscard]] const tensor_entry* find(const std::string& name) const {
        for (const tensor_entry& one : entries)
            if (one.name == name) return &one;
        return nullptr;
    }
    /// \returns null where there is no such key
    [[nodiscard]] const std::string* find_metadata(const std::string& key) const {
        for (const auto& one : metadata)
            if (one.first == key) return &one.second;
        return nullptr;
    }
    /// A tensor's bytes, little-endian, in the file that was parsed. \pre `file` is that file, `entry` one of entries
    [[nodiscard]] byte_view bytes(byte_view file, const tensor_entry& entry) const {
        return {file.data + data_begin + entry.begin, static_cast<extent>(entry.end - entry.begin)};
    }
};

/// A tensor to be written: its bytes are little-endian, first axis outermost, and somebody else's.
struct tensor_source {
    std::string name;
    tensor_type type = tensor_type::f32;
    std::vector<extent> shape;
    byte_view bytes;
};

namespace detail {

/// 16 hexadecimal digits, lower case.
inline std::string hexadecimal(std::uint64_t value) {
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[(value >> shift) & 15U];
    return text;
}

/// The header with the checksum's value set to 16 zeros, hashed; a hash of the data continues it.
inline std::uint64_t hash_safetensors_header(const std::vector<tensor_entry>& entries, tensor_metadata metadata) {
    for (auto& one : metadata)
        if (one.first == safetensors_checksum_key) one.second.assign(16, '0');
    const std::string text = format_safetensors_header(entries, metadata);
    return hash64({reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size())});
}

/// The first text that occurs twice, or null; sorted, because a header of 1 MiB can hold 100,000 keys.
inline const std::string* find_duplicate(std::vector<const std::string*> texts) {
    std::sort(texts.begin(), texts.end(), [](auto* x, auto* y) { return *x < *y; });
    for (std::size_t i = 0; i + 1 < texts.size(); ++i)
        if (*texts[i] == *texts[i + 1]) return texts[i];
    return nullptr;
}

inline const std::string* find_duplicate_key(const tensor_metadata& metadata) {
    std::vector<const std::string*> keys;
    for (const auto& one : metadata) keys.push_back(&one.first);
    return find_duplicate(std::move(keys));
}

/// Each tensor's bytes are its shape's, names differ, and the data has neither hole nor overlap nor rest.
inline error check_entries(std::vector<tensor_entry>& entries, std::int64_t data, const std::string& file) {
    const auto refuse = [&](const tensor_entry& one, const std::string& found, const std::string& expected) {
        return error(error_kind::corrupt, file, -1, found + " of tensor " + one.name, expected);
    };
    for (const tensor_entry& one : entries) {
        std::int64_t bytes = 0;
        if (!checked_bytes(one.shape, tensor_type_size(one.type), bytes))
            return refuse(one, "a shape beyond 2^63 bytes", "one of the file's size");
        if (one.end < one.begin || one.end > data)
            return refuse(one, "data from " + std::to_string(one.begin) + " to " + std::to_string(one.end),
                          "a range inside " + std::to_string(data) + " bytes");
        if (one.end - one.begin != bytes)
            return refuse(one, std::to_string(one.end - one.begin) + " bytes",
                          std::to_string(bytes) + " as its shape and type say");
    }
    std::vector<const std::string*> names;
    for (const tensor_entry& one : entries) names.push_back(&one.name);
    if (const std::string* twice = find_duplicate(std::move(names)))
        return {error_kind::corrupt, file, -1, "two tensors " + *twice, "each name once"};
    // Stable, and empty tensors first: a file that ctnn wrote keeps its order.
    std::stable_sort(entries.begin(), entries.end(), [](const tensor_entry& x, const tensor_entry& y) {
        return x.begin != y.begin ? x.begin < y.begin : x.end < y.end;
    });
    std::int64_t end = 0;
    for (const tensor_entry& one : entries) {
        if (one.begin != end)
            return refuse(one, "data at " + std::to_string(one.begin),
                          std::to_string(end) + ", without a hole or an overlap");
        end = one.end;
    }
    if (end != data)
        return {end < data ? error_kind::trailing_data : error_kind::truncated, file, -1,
                std::to_string(data) + " bytes of data", std::to_string(end)};
    return {};
}

}  // namespace detail

/// Reads the header of a safetensors file that is in memory, and checks all of it; `file` is its name in errors.
///
/// Refuses a header above 1 MiB, JSON of another form, invalid UTF-8, duplicate names, unknown types and keys, a
/// shape whose bytes are not its range, holes, overlaps and data behind the last tensor. Nothing is allocated from a
/// number in the file. A file that carries ctnn's keys must be written exactly as ctnn writes (so even a changed
/// space is found) and its checksum must be right, so any flipped bit is refused; a file of another tool is read,
/// with has_checksum false.
[[nodiscard]] inline result<safetensors_file> parse_safetensors(byte_view b, const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<safetensors_file> {
        byte_reader reader(b);
        std::uint64_t stated = 0;
        if (!reader.little(stated))
            return error(error_kind::truncated, file, b.size, "the end of the file", "8 bytes of length");
        if (stated > static_cast<std::uint64_t>(safetensors_header_limit))
            return error(error_kind::too_large, file, 0, "a header of " + std::to_string(stated) + " bytes",
                         "at most " + std::to_string(safetensors_header_limit));
        const std::int64_t size = static_cast<std::int64_t>(stated);
        if (!reader.skip(size))
            return error(error_kind::truncated, file, b.size, "the end of the file",
                         "a header of " + std::to_string(size) + " bytes");
        const byte_view text(b.data + 8, static_cast<extent>(size));
        if (!detail::valid_utf8(text))
            return error(error_kind::corrupt, file, 8, "a header that is not UTF-8", "UTF-8");
        safetensors_file out;
        detail::safetensors_parser parser(text);
        if (const char* expected = parser.parse(out.entries, out.metadata))
            return error(error_kind::corrupt, file, 8 + parser.position(), "another text", expected);
        if (const std::string* twice = detail::find_duplicate_key(out.metadata))
            return error(error_kind::corrupt, file, 8, "two metadata keys " + *twice, "each key once");
        if (error wrong = detail::check_entries(out.entries, reader.left(), file)) return wrong;
        out.data_begin = reader.position();

        const std::string* format = out.find_metadata(safetensors_format_key);
        const std::string* checksum = out.find_metadata(safetensors_checksum_key);
        if (format == nullptr && checksum == nullptr) return out;
        const auto damaged = [&](const char* found, const char* expected) {
            return error(error_kind::corrupt, file, 8, found, expected);
        };
        if (format == nullptr || checksum == nullptr)
            return damaged("one of ctnn.format and ctnn.checksum", "both or none");
        if (format != &out.metadata[0].second || checksum != &out.metadata[1].second)
            return damaged("ctnn.format or ctnn.checksum behind another key", "the two before all others");
        if (*format != "1")
            return error(error_kind::unsupported, file, 8, "ctnn.format " + *format,
                         "1; the file is of a newer version of ctnn");
        const std::string canonical = detail::format_safetensors_header(out.entries, out.metadata);
        if (static_cast<extent>(canonical.size()) != text.size || !text.has(0, canonical.data(), text.size))
            return damaged("a header that ctnn would write otherwise", "the form that ctnn writes");
        const std::uint64_t header = detail::hash_safetensors_header(out.entries, out.metadata);
        if (*checksum != detail::hexadecimal(hash64({reader.here(), reader.left()}, header)))
            return damaged("another checksum", checksum->c_str());
        out.has_checksum = true;
        return out;
    });
}

/// The content of a safetensors file: tensors in the order given, ctnn.format and ctnn.checksum added to the metadata.
///
/// Refuses with invalid_argument duplicate or invalid names and keys, bytes that are not the shape's, and a header
/// above 1 MiB, so that whatever it gives parse_safetensors() takes.
[[nodiscard]] inline result<byte_vector> format_safetensors(const std::vector<tensor_source>& tensors,
                                                            tensor_metadata metadata = {}) {
    return detail::catch_out_of_memory({}, [&]() -> result<byte_vector> {
        const auto refuse = [](const std::string& why) { return error(error_kind::invalid_argument, why); };
        std::erase_if(metadata, [](const auto& one) {
            return one.first == safetensors_format_key || one.first == safetensors_checksum_key;
        });
        metadata.insert(metadata.begin(),
                        {{safetensors_format_key, "1"}, {safetensors_checksum_key, std::string(16, '0')}});
        std::vector<tensor_entry> entries;
        std::int64_t end = 0;
        for (const tensor_source& one : tensors) {
            if (one.name == "__metadata__") return refuse("no tensor can be called __metadata__");
            entries.push_back({one.name, one.type, one.shape, end, end + one.bytes.size});
            end += one.bytes.size;
        }
        if (error wrong = detail::check_entries(entries, end, {})) return refuse(wrong.message());
        if (const std::string* twice = detail::find_duplicate_key(metadata))
            return refuse("two metadata keys " + *twice);
        std::uint64_t hash = detail::hash_safetensors_header(entries, metadata);
        byte_vector out;
        std::string text = detail::format_safetensors_header(entries, metadata);
        const byte_view view(reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size()));
        if (view.size > safetensors_header_limit) return refuse("names and metadata of more than 1 MiB");
        if (!detail::valid_utf8(view)) return refuse("a name or a text of the metadata is not UTF-8");
        const std::size_t data_begin = 8 + text.size();
        out.resize(data_begin + static_cast<std::size_t>(end));
        std::size_t at = data_begin;
        for (const tensor_source& one : tensors) {
            if (one.bytes.size > 0)
                std::memcpy(out.data() + at, one.bytes.data, static_cast<std::size_t>(one.bytes.size));
            at += static_cast<std::size_t>(one.bytes.size);
        }
        metadata[1].second = detail::hexadecimal(hash64({out.data() + data_begin, static_cast<extent>(end)}, hash));
        text = detail::format_safetensors_header(entries, metadata);
        for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<unsigned char>((text.size() >> (8 * i)) & 0xffU);
        std::memcpy(out.data() + 8, text.data(), text.size());
        return out;
    });
}

/// Writes a safetensors file, crash-safe; see format_safetensors() and write_file().
[[nodiscard]] inline error write_safetensors(const std::string& path, const std::vector<tensor_source>& tensors,
                                             tensor_metadata metadata = {}) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        const result<byte_vector> bytes = format_safetensors(tensors, std::move(metadata));
        if (!bytes) return {bytes.error().kind(), path, bytes.error().message()};
        return write_file(path, *bytes);
    });
}

}  // namespace ctnn
// -------------------- ctnn/io/self_test.hpp
/// \file
/// One input and its scores, stored with a model: what shows on any machine that a file and the code agree.

namespace ctnn {

/// The input as pixels of 0 to 255, repeated when the network's input is larger; the scores of an engine, the first
/// 4096 of them, for x = pixel / 255 * factor + shift.
struct self_test {
    static constexpr extent most_pixels = 65521, most_scores = 4096;
    std::vector<unsigned char> pixels;
    std::vector<float> scores;
};

namespace detail {

inline void append_hexadecimal(std::string& text, std::uint32_t value, int digits) {
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += "0123456789abcdef"[(value >> shift) & 15U];
}

/// Reads whole groups of `digits` hexadecimal digits. \returns false for another text
template <class Take>
bool read_hexadecimal(const std::string& text, int digits, const Take& take) {
    if (text.size() % static_cast<std::size_t>(digits) != 0) return false;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (digit < 0) return false;
        value = value << 4 | static_cast<std::uint32_t>(digit);
        if ((i + 1) % static_cast<std::size_t>(digits) == 0) {
            take(value);
            value = 0;
        }
    }
    return true;
}

/// The first scores that a model gives for the pixels of a self-test.
template <class Net, class T>
std::vector<float> scores_of(const model<Net, T>& m, const std::vector<unsigned char>& pixels) {
    aligned_block<T> input(Net::input::size);
    for (extent i = 0; i < input.size(); ++i) {
        const double pixel = pixels[static_cast<std::size_t>(i) % pixels.size()] / 255.0;
        input[i] = static_cast<T>(pixel * m.scaling.factor + m.scaling.shift);
    }
    auto run = freeze(m);
    const auto output = run(static_cast<const T*>(input.data()));
    std::vector<float> scores;
    for (extent i = 0; i < output.size() && i < self_test::most_scores; ++i)
        scores.push_back(static_cast<float>(output[i]));
    return scores;
}

}  // namespace detail

/// A self-test of a model: noise, because every pixel of it matters.
template <class Net, class T>
[[nodiscard]] self_test make_self_test(const model<Net, T>& m) {
    self_test test;
    const extent count = Net::input::size < self_test::most_pixels ? Net::input::size : self_test::most_pixels;
    random_stream random(seed{0x73656C66}, 0);
    for (extent i = 0; i < count; ++i) test.pixels.push_back(static_cast<unsigned char>(random.next() >> 24));
    test.scores = detail::scores_of(m, test.pixels);
    return test;
}

/// The pixels, two hexadecimal digits each.
[[nodiscard]] inline std::string pixels_text(const self_test& test) {
    std::string text;
    for (const unsigned char pixel : test.pixels) detail::append_hexadecimal(text, pixel, 2);
    return text;
}
/// The scores, the eight hexadecimal digits of each float.
[[nodiscard]] inline std::string scores_text(const self_test& test) {
    std::string text;
    for (const float score : test.scores) detail::append_hexadecimal(text, std::bit_cast<std::uint32_t>(score), 8);
    return text;
}

/// Do the stored scores come out again? They may differ by 1e-4 of their size or of 1, which leaves room for another
/// order of summation on another processor and for nothing else.
template <class Net, class T>
[[nodiscard]] error check_self_test(const model<Net, T>& m, const std::string& pixels, const std::string& scores,
                                    const std::string& file) {
    self_test stored;
    const bool readable =
        detail::read_hexadecimal(pixels, 2,
                                 [&](std::uint32_t v) { stored.pixels.push_back(static_cast<unsigned char>(v)); }) &&
        detail::read_hexadecimal(scores, 8, [&](std::uint32_t v) { stored.scores.push_back(std::bit_cast<float>(v)); });
    if (!readable || stored.pixels.empty() || stored.scores.empty())
        return {error_kind::corrupt, file, "the stored self-test is no list of pixels and scores"};
    const std::vector<float> found = detail::scores_of(m, stored.pixels);
    if (found.size() != stored.scores.size())
        return {error_kind::self_test_failed, file,
                "the stored self-test has " + std::to_string(stored.scores.size()) + " scores, the network gives " +
                    std::to_string(found.size())};
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double expected = static_cast<double>(stored.scores[i]),
                     difference = std::fabs(static_cast<double>(found[i]) - expected);
        if (std::isnan(expected) && std::isnan(found[i])) continue;  // a model of broken weights that was asked for
        if (static_cast<double>(found[i]) == expected) continue;      // infinity, too
        if (!(difference <= 1e-4 * (1 + std::fabs(expected))))
            return {error_kind::self_test_failed, file, -1,
                    "score " + std::to_string(i) + " of the self-test is " + std::to_string(found[i]),
                    std::to_string(stored.scores[i])};
    }
    return {};
}

}  // namespace ctnn

namespace ctnn {

/// What a model file says of itself, without its network.
struct model_file_info {
    std::string fingerprint;   ///< 32 hexadecimal digits; equal for equal architectures
    std::string architecture;  ///< a line a row
    std::vector<std::string> class_names;
    input_scaling scaling;
    volume_preparation preparation{};
};

/// How a model file is read.
struct load_options {
    bool allow_not_finite = false;                ///< NaN and infinity among the weights are refused otherwise
    std::int64_t budget = std::int64_t{8} << 30;  ///< bytes; a larger file is refused before it is read
};

/// 128 bits that differ for different architectures.
template <class Net>
[[nodiscard]] std::string fingerprint_of() {
    const std::string text = architecture_of<Net>();
    const byte_view bytes(reinterpret_cast<const unsigned char*>(text.data()), static_cast<extent>(text.size()));
    return detail::hexadecimal(hash64(bytes)) + detail::hexadecimal(hash64(bytes, 1));
}

namespace detail {

inline std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t from = 0; from < text.size();) {
        std::size_t to = text.find('\n', from);
        if (to == std::string::npos) to = text.size();
        lines.push_back(text.substr(from, to - from));
        from = to + 1;
    }
    return lines;
}

inline std::string join_lines(const std::vector<std::string>& lines) {
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) text += '\n';
        for (const char c : lines[i]) text += c == '\n' ? ' ' : c;
    }
    return text;
}

inline std::string shape_text(const std::vector<extent>& shape) {
    return '(' + joined(shape, shape.size(), ", ") + ')';
}

/// "layer 3: file 'dense 128 -> 2', network 'dense 128 -> 3'", or nothing when the texts are equal.
inline std::string first_difference(const std::string& of_file, const std::string& of_network) {
    const std::vector<std::string> a = split_lines(of_file), b = split_lines(of_network);
    for (std::size_t i = 0; i < a.size() || i < b.size(); ++i) {
        const std::string in_file = i < a.size() ? a[i] : "nothing", in_network = i < b.size() ? b[i] : "nothing";
        if (in_file != in_network)
            return "layer " + std::to_string(i) + ": file '" + in_file + "', network '" + in_network + '\'';
    }
    return {};
}

inline double number_of(const std::string* text, double otherwise) {
    if (text == nullptr) return otherwise;
    double value = otherwise;
    const auto end = std::from_chars(text->data(), text->data() + text->size(), value);
    return end.ec == std::errc{} ? value : otherwise;
}

inline model_file_info info_of(const safetensors_file& file) {
    const auto text = [&](const char* key) {
        const std::string* found = file.find_metadata(key);
        return found == nullptr ? std::string{} : *found;
    };
    return {
        text("ctnn.fingerprint"),
        text("ctnn.architecture"),
        split_lines(text("ctnn.class_names")),
        {number_of(file.find_metadata("ctnn.input_factor"), 1), number_of(file.find_metadata("ctnn.input_shift"), 0)},
        {{number_of(file.find_metadata("ctnn.volume_spacing.x"), 0),
          number_of(file.find_metadata("ctnn.volume_spacing.y"), 0),
          number_of(file.find_metadata("ctnn.volume_spacing.z"), 0)},
         number_of(file.find_metadata("ctnn.volume_low"), 0),
         number_of(file.find_metadata("ctnn.volume_high"), 0)}};
}

/// Every difference between the tensors of a file and those of a network, a line each.
inline std::string tensor_differences(const safetensors_file& file, const std::vector<named_tensor>& expected,
                                      tensor_type type) {
    std::string text;
    const auto differs = [&](const std::string& name, const std::string& found, const std::string& wanted) {
        text += "\n  " + name + ": file " + found + ", network " + wanted;
    };
    for (const named_tensor& t : expected) {
        const tensor_entry* entry = file.find(t.name);
        if (entry == nullptr)
            differs(t.name, "none", shape_text(t.shape));
        else if (entry->shape != t.shape)
            differs(t.name, shape_text(entry->shape), shape_text(t.shape));
        else if (entry->type != type)
            differs(t.name, std::string(tensor_type_name(entry->type)), std::string(tensor_type_name(type)));
    }
    for (const tensor_entry& entry : file.entries) {
        bool known = false;
        for (const named_tensor& t : expected) known = known || t.name == entry.name;
        if (!known) differs(entry.name, shape_text(entry.shape), "none");
    }
    return text;
}

template <class T>
inline constexpr tensor_type type_of_scalar = sizeof(T) == 4 ? tensor_type::f32 : tensor_type::f64;

}  // namespace detail

/// Writes a model: its tensors under the names of tensors_of<Net>(), and in the metadata the architecture with its
/// fingerprint, class names, input scaling, preparation of volumes, a self-test and a checksum. Crash-safe: a failure
/// leaves the old file.
/// \returns error_kind::cannot_open or cannot_write, or invalid_argument for names that are no UTF-8
template <class Net, class T>
[[nodiscard]] error save(const model<Net, T>& m, const std::string& path) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        const self_test test = make_self_test(m);
        std::vector<tensor_source> tensors;
        for (const named_tensor& t : tensors_of<Net>()) {
            const T* data = (t.learned ? m.parameters().data() : m.state().data()) + t.offset;
            tensors.push_back(
                {t.name,
                 detail::type_of_scalar<T>,
                 t.shape,
                 {reinterpret_cast<const unsigned char*>(data), t.size * static_cast<extent>(sizeof(T))}});
        }
        tensor_metadata metadata{{"ctnn.fingerprint", fingerprint_of<Net>()},
                                 {"ctnn.architecture", architecture_of<Net>()},
                                 {"ctnn.class_names", detail::join_lines(m.class_names)},
                                 {"ctnn.input_factor", to_text(m.scaling.factor)},
                                 {"ctnn.input_shift", to_text(m.scaling.shift)}};
        if (!(m.preparation == volume_preparation{})) {
            metadata.emplace_back("ctnn.volume_spacing.x", to_text(m.preparation.spacing[0]));
            metadata.emplace_back("ctnn.volume_spacing.y", to_text(m.preparation.spacing[1]));
            metadata.emplace_back("ctnn.volume_spacing.z", to_text(m.preparation.spacing[2]));
            metadata.emplace_back("ctnn.volume_low", to_text(m.preparation.low));
            metadata.emplace_back("ctnn.volume_high", to_text(m.preparation.high));
        }
        metadata.emplace_back("ctnn.self_test.pixels", pixels_text(test));
        metadata.emplace_back("ctnn.self_test.scores", scores_text(test));
        return write_safetensors(path, tensors, metadata);
    });
}

/// What a model file says of itself: for a program that picks one of several networks.
[[nodiscard]] inline result<model_file_info> read_model_info(const std::string& path,
                                                             const load_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<model_file_info> {
        const result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        const result<safetensors_file> file = parse_safetensors(*bytes, path);
        if (!file) return file.error();
        return detail::info_of(*file);
    });
}

namespace detail {

/// load() from the content of a file, whose name is `path` in errors.
template <class Net, class T>
[[nodiscard]] error load_content(model<Net, T>& m, byte_view bytes, const std::string& path,
                                 const load_options& options) {
    const result<safetensors_file> file = parse_safetensors(bytes, path);
    if (!file) return file.error();
    const model_file_info info = info_of(*file);
    const std::vector<named_tensor> expected = tensors_of<Net>();
    const std::string differences = tensor_differences(*file, expected, type_of_scalar<T>);
    if (file->has_checksum && info.fingerprint != fingerprint_of<Net>())
        return {
            error_kind::architecture_mismatch, path,
            "a model of another network; " + first_difference(info.architecture, architecture_of<Net>()) + differences};
    if (!differences.empty())
        return {error_kind::shape_mismatch, path, "its tensors are not the network's:" + differences};

    model<Net, T> fresh{seed{}};
    for (const named_tensor& t : expected) {
        const byte_view from = file->bytes(bytes, *file->find(t.name));
        T* to = (t.learned ? fresh.parameters().data() : fresh.state().data()) + t.offset;
        std::memcpy(static_cast<void*>(to), from.data, static_cast<std::size_t>(from.size));
        for (extent i = 0; i < t.size && !options.allow_not_finite; ++i)
            if (!std::isfinite(to[i]))
                return {error_kind::not_finite, path, from.data - bytes.data + i * static_cast<extent>(sizeof(T)),
                        "NaN or infinity in " + t.name, "finite weights"};
    }
    fresh.class_names = info.class_names;
    fresh.scaling = info.scaling;
    fresh.preparation = info.preparation;
    if (file->has_checksum) {
        const std::string *pixels = file->find_metadata("ctnn.self_test.pixels"),
                          *scores = file->find_metadata("ctnn.self_test.scores");
        if (pixels == nullptr || scores == nullptr)
            return {error_kind::corrupt, path, "a model file without its self-test"};
        if (error failed = check_self_test(fresh, *pixels, *scores, path)) return failed;
    }
    m = std::move(fresh);
    return {};
}

}  // namespace detail

/// Reads a model. Everything is compared before anything changes; a failure leaves the model as it was.
///
/// A file of another tool is taken when its tensors have exactly the network's names, shapes and type.
/// \returns what read_file and parse_safetensors refuse; architecture_mismatch with the first layer that differs;
///          shape_mismatch with every tensor that does; not_finite with the first place; self_test_failed
template <class Net, class T>
[[nodiscard]] error load(model<Net, T>& m, const std::string& path, const load_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        const result<byte_vector> bytes = read_file(path, options.budget);
        if (!bytes) return bytes.error();
        return detail::load_content(m, *bytes, path, options);
    });
}

}  // namespace ctnn
#if defined(CTNN_WITH_IMAGES)
// -------------------- ctnn/io/picture.hpp
#ifndef CTNN_INCLUDED_IO_PICTURE
#define CTNN_INCLUDED_IO_PICTURE
/// \file
/// Writing PNG files. Needs stb_image_write; to include this file is to ask for it.

// -------------------- ctnn/io/stb_write.hpp
#ifndef CTNN_INCLUDED_IO_STB_WRITE
#define CTNN_INCLUDED_IO_STB_WRITE
/// \file
/// A private copy of stb_image_write, kept apart from a user's own as stb_read.hpp explains.

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#pragma push_macro("INCLUDE_STB_IMAGE_WRITE_H")
#undef INCLUDE_STB_IMAGE_WRITE_H
#pragma push_macro("STBIWDEF")
#undef STBIWDEF
#pragma push_macro("STBIW_ASSERT")
#undef STBIW_ASSERT
#pragma push_macro("STBIW_CRC32")
#undef STBIW_CRC32
#pragma push_macro("STBIW_EXTERN")
#undef STBIW_EXTERN
#pragma push_macro("STBIW_FREE")
#undef STBIW_FREE
#pragma push_macro("STBIW_MALLOC")
#undef STBIW_MALLOC
#pragma push_macro("STBIW_MEMMOVE")
#undef STBIW_MEMMOVE
#pragma push_macro("STBIW_REALLOC")
#undef STBIW_REALLOC
#pragma push_macro("STBIW_REALLOC_SIZED")
#undef STBIW_REALLOC_SIZED
#pragma push_macro("STBIW_UCHAR")
#undef STBIW_UCHAR
#pragma push_macro("STBIW_WINDOWS_UTF8")
#undef STBIW_WINDOWS_UTF8
#pragma push_macro("STBIW_ZLIB_COMPRESS")
#undef STBIW_ZLIB_COMPRESS
#pragma push_macro("STBI_WRITE_NO_STDIO")
#undef STBI_WRITE_NO_STDIO
#pragma push_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#undef STB_IMAGE_WRITE_IMPLEMENTATION
#pragma push_macro("STB_IMAGE_WRITE_STATIC")
#undef STB_IMAGE_WRITE_STATIC
#pragma push_macro("stbiw__ZHASH")
#undef stbiw__ZHASH
#pragma push_macro("stbiw__max")
#undef stbiw__max
#pragma push_macro("stbiw__sbcount")
#undef stbiw__sbcount
#pragma push_macro("stbiw__sbfree")
#undef stbiw__sbfree
#pragma push_macro("stbiw__sbgrow")
#undef stbiw__sbgrow
#pragma push_macro("stbiw__sbm")
#undef stbiw__sbm
#pragma push_macro("stbiw__sbmaybegrow")
#undef stbiw__sbmaybegrow
#pragma push_macro("stbiw__sbn")
#undef stbiw__sbn
#pragma push_macro("stbiw__sbneedgrow")
#undef stbiw__sbneedgrow
#pragma push_macro("stbiw__sbpush")
#undef stbiw__sbpush
#pragma push_macro("stbiw__sbraw")
#undef stbiw__sbraw
#pragma push_macro("stbiw__wp32")
#undef stbiw__wp32
#pragma push_macro("stbiw__wpng4")
#undef stbiw__wpng4
#pragma push_macro("stbiw__wptag")
#undef stbiw__wptag
#pragma push_macro("stbiw__zlib_add")
#undef stbiw__zlib_add
#pragma push_macro("stbiw__zlib_flush")
#undef stbiw__zlib_flush
#pragma push_macro("stbiw__zlib_huff")
#undef stbiw__zlib_huff
#pragma push_macro("stbiw__zlib_huff1")
#undef stbiw__zlib_huff1
#pragma push_macro("stbiw__zlib_huff2")
#undef stbiw__zlib_huff2
#pragma push_macro("stbiw__zlib_huff3")
#undef stbiw__zlib_huff3
#pragma push_macro("stbiw__zlib_huff4")
#undef stbiw__zlib_huff4
#pragma push_macro("stbiw__zlib_huffa")
#undef stbiw__zlib_huffa
#pragma push_macro("stbiw__zlib_huffb")
#undef stbiw__zlib_huffb

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(condition) ((void)0)
#define STBIW_MALLOC(size) ::ctnn::detail::stb_memory::take(size)
#define STBIW_REALLOC(block, size) ::ctnn::detail::stb_memory::resize(block, size)
#define STBIW_FREE(block) ::ctnn::detail::stb_memory::give(block)

#pragma GCC diagnostic push
#if defined(__clang__)
#pragma clang diagnostic ignored "-Weverything"
#else
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wuseless-cast"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wduplicated-branches"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wimplicit-fallthrough"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wundef"
#endif

namespace ctnn::detail::stb_write {
#if __has_include(<stb/stb_image_write.h>)
#include <stb/stb_image_write.h>
#else
#include <stb_image_write.h>
#endif
}  // namespace ctnn::detail::stb_write

#pragma GCC diagnostic pop

#pragma pop_macro("INCLUDE_STB_IMAGE_WRITE_H")
#pragma pop_macro("STBIWDEF")
#pragma pop_macro("STBIW_ASSERT")
#pragma pop_macro("STBIW_CRC32")
#pragma pop_macro("STBIW_EXTERN")
#pragma pop_macro("STBIW_FREE")
#pragma pop_macro("STBIW_MALLOC")
#pragma pop_macro("STBIW_MEMMOVE")
#pragma pop_macro("STBIW_REALLOC")
#pragma pop_macro("STBIW_REALLOC_SIZED")
#pragma pop_macro("STBIW_UCHAR")
#pragma pop_macro("STBIW_WINDOWS_UTF8")
#pragma pop_macro("STBIW_ZLIB_COMPRESS")
#pragma pop_macro("STBI_WRITE_NO_STDIO")
#pragma pop_macro("STB_IMAGE_WRITE_IMPLEMENTATION")
#pragma pop_macro("STB_IMAGE_WRITE_STATIC")
#pragma pop_macro("stbiw__ZHASH")
#pragma pop_macro("stbiw__max")
#pragma pop_macro("stbiw__sbcount")
#pragma pop_macro("stbiw__sbfree")
#pragma pop_macro("stbiw__sbgrow")
#pragma pop_macro("stbiw__sbm")
#pragma pop_macro("stbiw__sbmaybegrow")
#pragma pop_macro("stbiw__sbn")
#pragma pop_macro("stbiw__sbneedgrow")
#pragma pop_macro("stbiw__sbpush")
#pragma pop_macro("stbiw__sbraw")
#pragma pop_macro("stbiw__wp32")
#pragma pop_macro("stbiw__wpng4")
#pragma pop_macro("stbiw__wptag")
#pragma pop_macro("stbiw__zlib_add")
#pragma pop_macro("stbiw__zlib_flush")
#pragma pop_macro("stbiw__zlib_huff")
#pragma pop_macro("stbiw__zlib_huff1")
#pragma pop_macro("stbiw__zlib_huff2")
#pragma pop_macro("stbiw__zlib_huff3")
#pragma pop_macro("stbiw__zlib_huff4")
#pragma pop_macro("stbiw__zlib_huffa")
#pragma pop_macro("stbiw__zlib_huffb")
#endif  // CTNN_INCLUDED_IO_STB_WRITE

namespace ctnn {

/// The content of a PNG file of 8 bits: `pixels` are (height, width, channels) without gaps, 1 channel gray, 3 color.
/// Refuses other numbers of channels and sides outside 1 to 32768 with invalid_argument; out_of_memory.
[[nodiscard]] inline result<byte_vector> format_png(const unsigned char* pixels, extent height, extent width,
                                                    extent channels) {
    if ((channels != 1 && channels != 3) || height < 1 || width < 1 || height > (1 << 15) || width > (1 << 15) ||
        height * width * channels > 0x7fffffff)
        return error(error_kind::invalid_argument,
                     "a PNG of 1 or 3 channels with sides from 1 to 32768 is written, no other");
    return detail::catch_out_of_memory({}, [&]() -> result<byte_vector> {
        const detail::stb_memory memory;
        int size = 0;
        const unsigned char* const bytes = detail::stb_write::stbi_write_png_to_mem(
            pixels, static_cast<int>(width * channels), static_cast<int>(width), static_cast<int>(height),
            static_cast<int>(channels), &size);
        if (bytes == nullptr) return error(error_kind::out_of_memory, "stb_image_write could not pack a PNG");
        return byte_vector(bytes, bytes + size);
    });
}

/// Writes a PNG file, crash-safe; see format_png() and write_file().
[[nodiscard]] inline error write_png(const std::string& path, const unsigned char* pixels, extent height, extent width,
                                     extent channels) {
    return detail::catch_out_of_memory(path, [&]() -> error {
        const result<byte_vector> bytes = format_png(pixels, height, width, channels);
        if (!bytes) return {bytes.error().kind(), path, bytes.error().message()};
        return write_file(path, *bytes);
    });
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_IO_PICTURE
#endif
// -------------------- ctnn/layers/layers.hpp
/// \file
/// Every layer.

// -------------------- ctnn/layers/activation.hpp
/// \file
/// The elementwise activations: relu, leaky_relu, sigmoid, tanh.

// -------------------- ctnn/kernels/activation.hpp
/// \file
/// Elementwise activations, forward and backward.

// -------------------- ctnn/kernels/elementwise.hpp
/// \file
/// Calls a vectorized body for contiguous stretches of views that may be slices or carry a border.

// -------------------- ctnn/kernels/pixel_runs.hpp
/// \file
/// Walks the pixels of several views of one shape together, in the longest runs in which all of them are evenly spaced.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Pixels at equal distance: pixel i begins at data + i * step, its channels are contiguous.
template <class T>
struct pixels {
    T* data;
    extent step;
};

namespace detail {

/// How far a view stays evenly spaced.
enum class spaced : int { row, sample, batch };

/// The distance of neighboring pixels in memory order: the step of the innermost axis that has more than one position.
template <class T>
extent pixel_step(const batch_view<T>& v, spaced level) {
    if (level != spaced::row)
        for (int a = 2; a >= 0; --a)
            if (v.shape.axis[a] > 1) return v.step[a];
    return level == spaced::batch ? v.sample : v.step[2];
}

template <class T>
spaced spacing(const batch_view<T>& v) {
    const extent step = pixel_step(v, spaced::sample);
    extent distance = step;
    for (int a = 2; a >= 0; --a) {
        if (v.shape.axis[a] > 1 && v.step[a] != distance) return spaced::row;
        distance *= v.shape.axis[a];
    }
    return v.count == 1 || v.shape.positions() == 1 || v.sample == distance ? spaced::batch : spaced::sample;
}

/// Pixels [first, ...) of a run of a view.
template <class T>
pixels<T> run_of(const batch_view<T>& v, spaced level, extent run, extent first) {
    const extent step = pixel_step(v, level);
    const extent d = v.shape.depth(), h = v.shape.height();
    T* begin = level == spaced::batch    ? v.data
               : level == spaced::sample ? v.data + run * v.sample
                                         : v.at(run / (d * h), run / h % d, run % h, 0);
    return {begin + first * step, step};
}

}  // namespace detail

/// Calls body(first, count, pixels...) for runs that cover the pixels [first, last) of the batch, counted in memory
/// order (sample, depth, row, column), with one `pixels` for each view. All views have the same shape and count.
template <class Body, class Lead, class... Views>
void walk_pixels(extent first, extent last, const Body& body, const Lead& lead, const Views&... views) {
    detail::spaced level = detail::spacing(lead);
    ((level = detail::spacing(views) < level ? detail::spacing(views) : level), ...);
    const extent length = level == detail::spaced::batch    ? lead.count * lead.shape.positions()
                          : level == detail::spaced::sample ? lead.shape.positions()
                                                            : lead.shape.width();
    while (first < last) {
        const extent run = first / length, begin = first % length;
        const extent count = length - begin < last - first ? length - begin : last - first;
        body(first, count, detail::run_of(lead, level, run, begin), detail::run_of(views, level, run, begin)...);
        first += count;
    }
}

/// The same for all pixels, in parallel over pieces of about 16,384 elements (64 KB of float).
template <class Body, class Lead, class... Views>
void for_each_pixels(extent threads, const Body& body, const Lead& lead, const Views&... views) {
    constexpr extent piece_elements = 16384;
    const extent channels = lead.shape.channels(), total = lead.count * lead.shape.positions();
    const extent piece = channels < piece_elements ? piece_elements / channels : 1;
    const extent count = (total + piece - 1) / piece;
    parallel_for(count, threads, [&](extent i) {
        walk_pixels(i * piece, (i + 1) * piece < total ? (i + 1) * piece : total, body, lead, views...);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Calls body(first, count, data...) for contiguous stretches that cover all elements: whole runs of pixels where no
/// view has a gap, single pixels elsewhere. `first` is the number of the first element in the batch, in memory order of
/// the shape without gaps, so it does not depend on layouts or threads.
template <class Body, class Lead, class... Views>
void for_each_stretch(extent threads, const Body& body, const Lead& lead, const Views&... views) {
    const extent channels = lead.shape.channels();
    for_each_pixels(
        threads,
        [&](extent first, extent count, auto... p) {
            if (((p.step == channels) && ...)) {
                body(first * channels, count * channels, p.data...);
            } else {
                for (extent i = 0; i < count; ++i) body((first + i) * channels, channels, (p.data + i * p.step)...);
            }
        },
        lead, views...);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// x, y: (count). y = A(x); y may be x.
template <activation A, class T>
CTNN_KERNEL void activate(const T* x, T* y, extent count, T alpha) {
    const vec<T> slope = alpha;
    extent i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) store(y + i, apply<A, T>(load(x + i), slope));
    if (i < count) store_partial(y + i, apply<A, T>(load_partial(x + i, count - i), slope), count - i);
}

/// y, dy, dx: (count). dx = dy A'(x), from y = A(x); dx may be dy.
template <activation A, class T>
CTNN_KERNEL void activation_gradient(const T* y, const T* dy, T* dx, extent count, T alpha) {
    const vec<T> slope = alpha;
    extent i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) store(dx + i, apply_gradient<A, T>(load(y + i), load(dy + i), slope));
    if (i < count) {
        const extent rest = count - i;
        store_partial(dx + i, apply_gradient<A, T>(load_partial(y + i, rest), load_partial(dy + i, rest), slope), rest);
    }
}

/// y = A(x) for a whole batch of any layout; y may be x.
template <activation A, class T>
void activate(const batch_view<const T>& x, const batch_view<T>& y, T alpha, extent threads) {
    for_each_stretch(
        threads, [&](extent, extent count, const T* from, T* to) { activate<A, T>(from, to, count, alpha); }, x, y);
}

/// dx = dy A'(x) for a whole batch of any layout; dx may be dy.
template <activation A, class T>
void activation_gradient(const batch_view<const T>& y, const batch_view<const T>& dy, const batch_view<T>& dx, T alpha,
                         extent threads) {
    for_each_stretch(
        threads,
        [&](extent, extent count, const T* output, const T* from, T* to) {
            activation_gradient<A, T>(output, from, to, count, alpha);
        },
        y, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

namespace detail {

/// What all activations share: the same shape out as in, in place, and a gradient from the output alone.
template <activation Function>
struct elementwise {
    [[nodiscard]] static constexpr outcome lower_as(const char* layer, dims in, double alpha = 0) {
        operation row{.what = kind::activation, .layer = layer, .in = in, .out = in};
        row.activation = Function;
        row.alpha = alpha;
        row.in_place = row.backward_in_place = row.backward_reads_output = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::activate<Function, T>(call.x, call.y, static_cast<T>(call.op.alpha), call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::activation_gradient<Function, T>(call.y, call.dy, call.dx, static_cast<T>(call.op.alpha),
                                                      call.threads);
    }
};

}  // namespace detail

/// max(x, 0). Takes any shape; NaN stays NaN; the gradient at 0 is 0.
struct relu : detail::elementwise<activation::relu> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("relu", in); }
};

/// x where it is positive, Slope x elsewhere (PyTorch's default slope). Takes any shape; refuses a negative or infinite
/// slope, because the sign of the output must tell that of the input.
///
/// https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html
template <number Slope = 0.01>
struct leaky_relu : detail::elementwise<activation::leaky_relu> {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Slope.value() >= 0 && Slope.value() < 1e30)) return refusal::number_out_of_range;
        return lower_as("leaky_relu", in, Slope.value());
    }
};

/// 1 / (1 + e^-x). Takes any shape; at most 4 units in the last place off.
struct sigmoid : detail::elementwise<activation::sigmoid> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("sigmoid", in); }
};

/// The hyperbolic tangent. Takes any shape; at most 4 units in the last place off.
struct tanh : detail::elementwise<activation::tanh> {
    [[nodiscard]] static constexpr outcome lower(dims in) { return lower_as("tanh", in); }
};

}  // namespace ctnn
// -------------------- ctnn/layers/avg_pool.hpp
/// \file
/// Average pooling.

// -------------------- ctnn/kernels/pool_gradient.hpp
/// \file
/// Maximum and average pooling backwards.

// -------------------- ctnn/kernels/channel_vectors.hpp
/// \file
/// The loop over the channels of a pixel, a vector at a time, the last one masked.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Calls body(c, read, write) for each vector of channels, c being its first: read(p) and write(p, v) touch only the
/// channels that exist; the lanes that a partial read lacks are zero.
template <class T, class Body>
CTNN_INLINE void for_each_channel_vector(extent channels, const Body& body) {
    extent c = 0;
    for (; c + lanes<T> <= channels; c += lanes<T>)
        body(
            c, [](const T* p) { return load(p); }, [](T* p, vec<T> v) { store(p, v); });
    if (const extent rest = channels - c; rest > 0)
        body(
            c, [rest](const T* p) { return load_partial(p, rest); },
            [rest](T* p, vec<T> v) { store_partial(p, v, rest); });
}

/// Calls body(count, c, read, write) for groups of four vectors of channels, count being the constant 4, then for
/// single ones as above, count being 1. Four sums at once hide the latency of an addition, and 256 bytes of each pixel
/// are few enough jumps for the prefetcher.
template <class T, class Body>
CTNN_INLINE void for_each_channel_group(extent channels, const Body& body) {
    const extent whole = channels / (4 * lanes<T>)*(4 * lanes<T>);
    for (extent c = 0; c < whole; c += 4 * lanes<T>)
        body(
            std::integral_constant<unsigned long, 4>{}, c, [](const T* p) { return load(p); },
            [](T* p, vec<T> v) { store(p, v); });
    for_each_channel_vector<T>(channels - whole, [&](extent c, auto read, auto write) {
        body(std::integral_constant<unsigned long, 1>{}, whole + c, read, write);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/kernels/pool.hpp
/// \file
/// Maximum and average pooling forwards, for windows of any size, stride and padding, vectorized over channels.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

enum class pool { maximum, average };

/// Input positions [first, last) that a window covers along one axis; padding is clipped off. Never empty, because
/// padding is at most half a window.
struct clipped {
    extent first, last;
    [[nodiscard]] CTNN_INLINE extent size() const { return last - first; }
};

/// Where window number `position` along an axis lies in an input of `size` positions.
[[nodiscard]] CTNN_INLINE clipped clip(const window& w, int axis, extent position, extent size) {
    const extent begin = position * w.stride[axis] - w.before[axis], end = begin + w.kernel[axis];
    return {begin < 0 ? 0 : begin, end > size ? size : end};
}

/// What an average divides by: all taps of the window, or those inside the input.
[[nodiscard]] CTNN_INLINE extent divisor(const window& w, bool include_padding, extent inside) {
    return include_padding ? w.kernel[0] * w.kernel[1] * w.kernel[2] : inside;
}

namespace detail {

/// The input of a row of windows: d and h fixed.
template <class T>
struct pool_row {
    const T* x;  ///< first covered row, column 0
    extent step[3];
    extent depth, height;  ///< covered rows
};

/// Vectors of the channels from `channel` on, reduced over a window: Count whole vectors, or one partial one of `rest`
/// lanes.
template <pool P, bool Partial, extent Count, class T>
CTNN_INLINE void reduce_window(const T* x, const extent (&step)[3], extent depth, extent height, extent width,
                               extent rest, vec<T>* result) {
    // Sums of at most 64 taps are added with compensation (Kahan), so that the error of a global average does not grow
    // with the number of positions.
    constexpr extent chunk = P == pool::average ? 64 : extent{1} << 40;
    const bool compensate = P == pool::average && depth * height * width > chunk;
    vec<T> lost[static_cast<unsigned long>(Count)];  // what the last addition rounded away
    bool begun = false;
    for (extent d = 0; d < depth; ++d)
        for (extent h = 0; h < height; ++h)
            for (extent start = 0; start < width; start += chunk) {
                const T* tap = x + d * step[0] + h * step[1] + start * step[2];
                const extent taps = width - start < chunk ? width - start : chunk;
                vec<T> part[static_cast<unsigned long>(Count)];
                kernels::unroll<Count>([&](auto v) {
                    if constexpr (Partial)
                        part[v] = load_partial(tap, rest);
                    else
                        part[v] = load(tap + v * lanes<T>);
                });
                for (extent w = 1; w < taps; ++w) {
                    tap += step[2];
                    kernels::unroll<Count>([&](auto v) {
                        vec<T> next;
                        if constexpr (Partial)
                            next = load_partial(tap, rest);
                        else
                            next = load(tap + v * lanes<T>);
                        if constexpr (P == pool::maximum)
                            part[v] = max(part[v], next);
                        else
                            part[v] += next;
                    });
                }
                kernels::unroll<Count>([&](auto v) {
                    if (!begun) {
                        result[v] = part[v];
                        lost[v] = T(0);
                    } else if constexpr (P == pool::maximum) {
                        result[v] = max(result[v], part[v]);
                    } else if (compensate) {
                        const vec<T> addend = part[v] - lost[v], total = result[v] + addend;
                        lost[v] = (total - result[v]) - addend;
                        result[v] = total;
                    } else {
                        result[v] += part[v];
                    }
                });
                begun = true;
            }
}

/// Channels [c, c + Count vectors) of one output pixel.
template <pool P, bool Partial, extent Count, class T>
CTNN_INLINE void pool_block(const pool_row<T>& row, const T* x, T* y, extent width, extent rest, vec<T> share) {
    vec<T> result[static_cast<unsigned long>(Count)];
    if (row.depth == 1 && row.height == 2 && width == 2) {  // the common window, without loops
        kernels::unroll<Count>([&](auto v) {
            const extent c = v * lanes<T>;
            const auto at = [&](extent offset) {
                if constexpr (Partial)
                    return load_partial(x + offset, rest);
                else
                    return load(x + offset + c);
            };
            const vec<T> a = at(0), b = at(row.step[2]), e = at(row.step[1]), f = at(row.step[1] + row.step[2]);
            if constexpr (P == pool::maximum)
                result[v] = max(max(a, b), max(e, f));
            else
                result[v] = (a + b) + (e + f);
        });
    } else {
        reduce_window<P, Partial, Count>(x, row.step, row.depth, row.height, width, rest, result);
    }
    kernels::unroll<Count>([&](auto v) {
        if constexpr (P == pool::average) result[v] = result[v] / share;
        if constexpr (Partial)
            store_partial(y, result[v], rest);
        else
            store(y + v * lanes<T>, result[v]);
    });
}

/// One row of output pixels. x: rows of (input width, channels); y: (output width, channels).
template <pool P, class T>
CTNN_KERNEL void pool_output_row(const operation& op, const pool_row<T>& row, T* y, extent y_step) {
    const extent channels = op.in.channels();
    for (extent o = 0; o < op.out.width(); ++o) {
        const clipped w = clip(op.window, 2, o, op.in.width());
        const T* x = row.x + w.first * row.step[2];
        const extent inside = row.depth * row.height * w.size();
        const vec<T> share = static_cast<T>(divisor(op.window, op.include_padding, inside));
        extent c = 0;
        for (; c + 4 * lanes<T> <= channels; c += 4 * lanes<T>)
            pool_block<P, false, 4>(row, x + c, y + c, w.size(), 0, share);
        for (; c + lanes<T> <= channels; c += lanes<T>) pool_block<P, false, 1>(row, x + c, y + c, w.size(), 0, share);
        if (c < channels) pool_block<P, true, 1>(row, x + c, y + c, w.size(), channels - c, share);
        y += y_step;
    }
}

}  // namespace detail

/// x: (batch, depth, height, width, channels), y: the same with the output's positions. Padding never wins a maximum;
/// NaN does. Parallel over output rows; each output is computed by one thread in one order.
template <pool P, class T>
void pool_forward(const operation& op, const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    // A global pool answers with a vector: the only output position, whatever y's rank.
    const extent depth = op.out.depth(), height = op.out.height();
    const extent row_work =
        op.out.width() * op.in.channels() * op.window.kernel[0] * op.window.kernel[1] * op.window.kernel[2];
    const extent rows = x.count * depth * height, piece = row_work < 16384 ? 16384 / row_work : 1;
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r) {
            const extent s = r / (depth * height), od = r / height % depth, oh = r % height;
            const clipped d = clip(op.window, 0, od, op.in.depth()), h = clip(op.window, 1, oh, op.in.height());
            const detail::pool_row<T> row{
                x.at(s, d.first, h.first, 0), {x.step[0], x.step[1], x.step[2]}, d.size(), h.size()};
            detail::pool_output_row<P>(op, row, y.at(s, od, oh, 0), y.step[2]);
        }
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Pixels [first, last) of a row become zero.
template <class T>
CTNN_INLINE void zero_pixels(T* row, extent step, extent channels, extent first, extent last) {
    const bool gaps = step != channels;
    const extent runs = gaps ? last - first : extent{last > first},
                 length = gaps ? channels : (last - first) * channels;
    for (extent i = 0; i < runs; ++i)
        std::memset(row + (first + i) * step, 0, static_cast<std::size_t>(length) * sizeof(T));
}

/// For comparisons a NaN counts as infinity: it wins, and costs one instruction instead of a case of its own.
template <class T>
CTNN_INLINE vec<T> comparable(vec<T> v) {
    return select(v == v, v, vec<T>(std::numeric_limits<T>::infinity()));
}

/// One vector of channels of a window of 2 x 2: two semifinals and a final, the earlier tap wins a tie.
template <bool Overlap, class T, class Read, class Write>
CTNN_INLINE void spread_four(const pool_row<T>& row, const T* x, const T* dy, T* dx, const extent (&dx_step)[3],
                             const Read& read, const Write& write) {
    const vec<T> zero = T(0), gradient = read(dy);
    const vec<T> a = comparable(read(x)), b = comparable(read(x + row.step[2]));
    const vec<T> c = comparable(read(x + row.step[1])), d = comparable(read(x + row.step[1] + row.step[2]));
    const auto lower = greater_of(d, c) > greater_of(b, a), upper_right = b > a, lower_right = d > c;
    const vec<T> above = select(lower, zero, gradient), below = select(lower, gradient, zero);
    const auto put = [&](T* to, vec<T> portion) {
        if constexpr (Overlap)
            write(to, read(to) + portion);
        else
            write(to, portion);
    };
    put(dx, select(upper_right, zero, above));
    put(dx + dx_step[2], select(upper_right, above, zero));
    put(dx + dx_step[1], select(lower_right, zero, below));
    put(dx + dx_step[1] + dx_step[2], select(lower_right, below, zero));
}

/// One vector of channels of any window: hands dy to the taps. Overlap: adds to what other windows left there.
template <pool P, bool Overlap, class T, class Read, class Write>
CTNN_INLINE void spread_window(const pool_row<T>& row, const T* x, const T* dy, T* dx, const extent (&dx_step)[3],
                               extent width, vec<T> share, const Read& read, const Write& write) {
    const vec<T> zero = T(0);
    const auto tap = [&](extent d, extent h, extent w) {
        return comparable(read(x + d * row.step[0] + h * row.step[1] + w * row.step[2]));
    };
    vec<T> gradient = read(dy), best = zero;
    if constexpr (P == pool::maximum) {
        best = tap(0, 0, 0);
        for (extent d = 0; d < row.depth; ++d)
            for (extent h = 0; h < row.height; ++h)
                for (extent w = 0; w < width; ++w) best = greater_of(best, tap(d, h, w));
    } else {
        gradient = gradient / share;
    }
    for (extent d = 0; d < row.depth; ++d)
        for (extent h = 0; h < row.height; ++h)
            for (extent w = 0; w < width; ++w) {
                vec<T> portion = gradient;
                if constexpr (P ==
                              pool::maximum) {  // the first that equals the maximum takes all, then nothing is left
                    const auto wins = tap(d, h, w) == best;
                    portion = select(wins, gradient, zero);
                    gradient = select(wins, zero, gradient);
                }
                T* to = dx + d * dx_step[0] + h * dx_step[1] + w * dx_step[2];
                if constexpr (Overlap) portion += read(to);
                write(to, portion);
            }
}

/// One row of windows: d and h fixed. dy: (output width, channels); x and dx: rows of (input width, channels).
template <pool P, bool Overlap, class T>
CTNN_KERNEL void spread_output_row(const operation& op, const pool_row<T>& row, const T* dy, extent dy_step, T* dx,
                                   const extent (&dx_step)[3]) {
    const extent channels = op.in.channels();
    for (extent o = 0; o < op.out.width(); ++o) {
        const clipped w = clip(op.window, 2, o, op.in.width());
        const T* from = P == pool::maximum ? row.x + w.first * row.step[2] : nullptr;
        T* to = dx + w.first * dx_step[2];
        const extent inside = row.depth * row.height * w.size();
        const vec<T> share = static_cast<T>(divisor(op.window, op.include_padding, inside));
        const bool four = P == pool::maximum && row.depth == 1 && row.height == 2 && w.size() == 2;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            if (four)
                spread_four<Overlap>(row, from + c, dy + c, to + c, dx_step, read, write);
            else
                spread_window<P, Overlap>(row, from + c, dy + c, to + c, dx_step, w.size(), share, read, write);
        });
        dy += dy_step;
    }
}

/// Input rows [first, last) along an axis that belong to output row `position` when windows do not overlap.
[[nodiscard]] inline clipped territory(const operation& op, int axis, extent position) {
    const extent stride = op.window.stride[axis], before = op.window.before[axis];
    return {position == 0 ? 0 : position * stride - before,
            position == op.out.axis[axis] - 1 ? op.in.axis[axis] : (position + 1) * stride - before};
}

/// Zeroes what no window covers in the territory of one output row.
template <class T>
void zero_uncovered(const operation& op, const batch_view<T>& dx, extent s, extent od, extent oh) {
    const clipped d = clip(op.window, 0, od, op.in.depth()), h = clip(op.window, 1, oh, op.in.height());
    const clipped all_d = territory(op, 0, od), all_h = territory(op, 1, oh);
    const extent width = op.in.width(), channels = op.in.channels();
    for (extent i = all_d.first; i < all_d.last; ++i)
        for (extent j = all_h.first; j < all_h.last; ++j) {
            T* row = dx.at(s, i, j, 0);
            extent from = 0;  // pixels before it are done
            if (i >= d.first && i < d.last && j >= h.first && j < h.last)
                for (extent o = 0; o < op.out.width(); ++o) {
                    const clipped w = clip(op.window, 2, o, width);
                    zero_pixels(row, dx.step[2], channels, from, w.first);
                    from = w.last;
                }
            zero_pixels(row, dx.step[2], channels, from, width);
        }
}

}  // namespace detail

/// dx from dy, and for the maximum from x: its first occurrence in the window takes the gradient, a NaN counts as
/// infinity. Windows that do not overlap: parallel over output rows, every input written once. Otherwise parallel over
/// samples, and windows add in the order of memory.
template <pool P, class T>
void pool_backward(const operation& op, const batch_view<const T>& x, const batch_view<const T>& dy,
                   const batch_view<T>& dx, extent threads) {
    const extent depth = op.out.depth(), height = op.out.height();
    bool overlap = false;
    for (int a = 0; a < 3; ++a) overlap = overlap || (op.out.axis[a] > 1 && op.window.kernel[a] > op.window.stride[a]);
    const auto one_row = [&]<bool Overlap>(std::bool_constant<Overlap>, extent s, extent od, extent oh) {
        const clipped d = clip(op.window, 0, od, op.in.depth()), h = clip(op.window, 1, oh, op.in.height());
        const T* from = P == pool::maximum ? x.at(s, d.first, h.first, 0) : nullptr;
        const detail::pool_row<T> row{from, {x.step[0], x.step[1], x.step[2]}, d.size(), h.size()};
        detail::spread_output_row<P, Overlap>(op, row, dy.at(s, od, oh, 0), dy.step[2], dx.at(s, d.first, h.first, 0),
                                              dx.step);
    };
    if (overlap) {
        parallel_for(dx.count, threads, [&](extent s) {
            for (extent d = 0; d < op.in.depth(); ++d)
                for (extent h = 0; h < op.in.height(); ++h)
                    detail::zero_pixels(dx.at(s, d, h, 0), dx.step[2], op.in.channels(), 0, op.in.width());
            for (extent od = 0; od < depth; ++od)
                for (extent oh = 0; oh < height; ++oh) one_row(std::true_type{}, s, od, oh);
        });
        return;
    }
    const extent row_work = op.in.size() / (depth * height) + 1;
    const extent rows = dx.count * depth * height, piece = row_work < 16384 ? 16384 / row_work : 1;
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r) {
            const extent s = r / (depth * height), od = r / height % depth, oh = r % height;
            detail::zero_uncovered(op, dx, s, od, oh);
            one_row(std::false_type{}, s, od, oh);
        }
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/layers/pool_window.hpp
/// \file
/// The shape rule that max_pool and avg_pool share.

namespace ctnn {

namespace detail {

/// Places a pool's window: 2 wide where nothing is said, stride as the window, and padding of at most half of it, so
/// that no window lies in the padding alone.
template <auto... Options>
[[nodiscard]] constexpr outcome lower_pool(dims in, const char* layer, unsigned also_taken) {
    constexpr layer_options o = read_options<Options...>();
    const unsigned taken = option::kernel | option::stride | option::padding | also_taken;
    if (o.repeated || (o.given & ~taken) != 0) return refusal::option_not_taken;
    const placed_window placed = place_window(o, in, 2, 0);
    if (placed.why != refusal::none) return placed.why;
    if (!o.same)
        for (int a = 0; a < 3; ++a)
            if (2 * placed.window.before[a] > placed.window.kernel[a]) return refusal::number_out_of_range;
    operation row{.layer = layer, .in = in, .out = placed.out};
    row.what = kind::custom;
    row.window = placed.window;
    // With `same` there is no choice: TensorFlow leaves padding out of averages.
    row.include_padding = o.include_padding && !o.same;
    return row;
}

/// Places one window over the whole input; the answer is a vector of the channels.
[[nodiscard]] constexpr outcome lower_global_pool(dims in, const char* layer) {
    if (in.rank < 2) return refusal::needs_positions;
    operation row{.layer = layer, .in = in, .out = make_dims(in.channels())};
    row.what = kind::custom;
    for (int a = 0; a < 3; ++a) row.window.kernel[a] = row.window.stride[a] = in.axis[a];
    return row;
}

}  // namespace detail

}  // namespace ctnn

namespace ctnn {

/// The average of each window, channel by channel.
///
///     takes    a sequence, an image or a volume
///     gives    (input + padding - window) / stride + 1 positions an axis, rounded down: an incomplete window is
///              dropped
///     options  window (2), stride (as the window), padding (at most half the window) or same, exclude_padding
///     refuses  a vector; a window larger than the padded input
///
/// Zeros of the padding count, unless exclude_padding is given (PyTorch's count_include_pad=False) or the padding is
/// same (TensorFlow's rule): then the divisor is the part of the window inside the input.
///
///     using smooth = ctnn::network<ctnn::shape<28, 28, 8>, ctnn::avg_pool<3, ctnn::stride<1>, ctnn::padding<1>>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html
template <auto... Options>
struct avg_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return detail::lower_pool<Options...>(in, "avg_pool", option::include_padding);
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::pool_forward<kernels::pool::average>(call.op, call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::pool_backward<kernels::pool::average>(call.op, call.x, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/batch_norm.hpp
/// \file
/// Batch normalization.

// -------------------- ctnn/kernels/batch_norm_gradient.hpp
/// \file
/// Batch normalization backwards, through the statistics of the batch.

// -------------------- ctnn/kernels/batch_norm.hpp
/// \file
/// Batch normalization forwards: statistics of a batch, running statistics, and the normalization itself.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// Sums over a batch are made of at most so many partial sums, added in one order whatever the number of threads.
inline constexpr extent batch_norm_pieces = 16;
/// Pixels whose sum is made in registers before it is added to the partial sum in memory.
inline constexpr extent batch_norm_block = 64;
/// Pixels at the beginning of a piece whose average all its values are measured from.
inline constexpr extent batch_norm_sampled = 16;

/// The pixels of partial sum number i begin at i * size.
[[nodiscard]] constexpr extent piece_size(extent pixels) {
    const extent even = (pixels + batch_norm_pieces - 1) / batch_norm_pieces;
    return even < batch_norm_block ? batch_norm_block : even;
}
[[nodiscard]] constexpr extent piece_count(extent pixels) {
    return (pixels + piece_size(pixels) - 1) / piece_size(pixels);
}
/// How many pixels are in it.
[[nodiscard]] constexpr extent piece_pixels(extent pixels, extent i) {
    const extent size = piece_size(pixels);
    return pixels - i * size < size ? pixels - i * size : size;
}

/// x: `count` pixels of `channels`. mean = their average.
template <class T>
CTNN_KERNEL void average_of_pixels(pixels<const T> x, extent count, extent channels, T* mean) {
    for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
        vec<T> sum = T(0);
        for (extent i = 0; i < count; ++i) sum += read(x.data + i * x.step + c);
        write(mean + c, sum / vec<T>(static_cast<T>(count)));
    });
}

/// Calls body(first, count) for blocks of pixels that stay in the first-level cache, whatever their channels.
template <class Body>
CTNN_INLINE void for_each_block(extent count, extent channels, const Body& body) {
    const extent block = channels < 128 ? batch_norm_block : batch_norm_block / 4;
    for (extent first = 0; first < count; first += block) body(first, count - first < block ? count - first : block);
}

/// x: `count` pixels of `channels`. Adds the sums of d = x - shift and of d^2.
template <class T>
CTNN_KERNEL void add_moments(pixels<const T> x, extent count, extent channels, const T* shift, T* sum, T* squares) {
    for_each_block(count, channels, [&](extent first, extent size) {
        for_each_channel_group<T>(channels, [&](auto group, extent c, auto read, auto write) {
            constexpr extent vectors = static_cast<extent>(group());
            vec<T> origin[group()], s[group()], q[group()];
            kernels::unroll<vectors>([&](auto v) {
                origin[v] = read(shift + c + v * lanes<T>);
                s[v] = q[v] = T(0);
            });
            const T* from = x.data + first * x.step + c;
            for (extent i = 0; i < size; ++i, from += x.step)
                kernels::unroll<vectors>([&](auto v) {
                    const vec<T> d = read(from + v * lanes<T>) - origin[v];
                    s[v] += d;
                    q[v] = fma(d, d, q[v]);
                });
            kernels::unroll<vectors>([&](auto v) {
                T *to_sum = sum + c + v * lanes<T>, *to_squares = squares + c + v * lanes<T>;
                write(to_sum, read(to_sum) + s[v]);
                write(to_squares, read(to_squares) + q[v]);
            });
        });
    });
}

/// How many pixels an elementwise loop takes for one vector of channels before it turns to the next vector: few
/// channels keep their factors in registers, many are read in the order of memory.
template <class T>
[[nodiscard]] constexpr extent pixels_at_once(extent channels) {
    return channels <= 4 * lanes<T> ? batch_norm_block : 1;
}

/// x, y: `count` pixels of `channels`. y = (x - mean) scale + bias; y may be x.
template <class T>
CTNN_KERNEL void normalize_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels, const T* mean,
                                  const T* scale, const T* bias) {
    const extent block = pixels_at_once<T>(channels);
    for (extent first = 0; first < count; first += block) {
        const extent size = count - first < block ? count - first : block;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> m = read(mean + c), a = read(scale + c), b = read(bias + c);
            const T* from = x.data + first * x.step + c;
            T* to = y.data + first * y.step + c;
            for (extent i = 0; i < size; ++i, from += x.step, to += y.step) write(to, fma(read(from) - m, a, b));
        });
    }
}

}  // namespace detail

/// Numbers of scratch memory that statistics and gradients of `channels` need.
[[nodiscard]] constexpr extent batch_norm_scratch(extent channels) {
    return (3 * detail::batch_norm_pieces + 3) * channels;
}

/// Means and variances of every channel over samples and positions; x: (batch, ..., channels).
///
/// Each piece of the batch sums d = x - shift and d^2, where shift is the average of its first pixels: the cancellation
/// in sum d^2 - (sum d)^2 / n then loses at most a factor of (pixels of the piece) / (pixels averaged), even where the
/// mean is a million times the deviation. The pieces are joined in double.
/// \param state       running mean and variance (2, channels), moved towards the batch's as PyTorch does, with the
///                    unbiased variance
/// \param saved       mean and 1 / sqrt(variance + epsilon) (2, channels)
/// \param scratch     batch_norm_scratch(channels) numbers
template <class T>
void batch_norm_statistics(const batch_view<const T>& x, double epsilon, double momentum, T* state, T* saved,
                           T* scratch, extent threads) {
    const extent channels = x.shape.channels(), total = x.count * x.shape.positions();
    const extent size = detail::piece_size(total), pieces = detail::piece_count(total);
    parallel_for(pieces, threads, [&](extent i) {
        T *shift = scratch + 3 * i * channels, *sum = shift + channels, *squares = sum + channels;
        for (extent c = 0; c < 2 * channels; ++c) sum[c] = 0;
        const extent first = i * size, last = first + detail::piece_pixels(total, i);
        bool begun = false;
        walk_pixels(
            first, last,
            [&](extent, extent count, pixels<const T> p) {
                if (!begun) {
                    const extent sampled = count < detail::batch_norm_sampled ? count : detail::batch_norm_sampled;
                    detail::average_of_pixels(p, sampled, channels, shift);
                }
                begun = true;
                detail::add_moments(p, count, channels, shift, sum, squares);
            },
            x);
    });
    const double n = static_cast<double>(total);
    double in_piece[detail::batch_norm_pieces], share[detail::batch_norm_pieces];
    for (extent i = 0; i < pieces; ++i) {
        in_piece[i] = static_cast<double>(detail::piece_pixels(total, i));
        share[i] = 1 / in_piece[i];
    }
    for (extent c = 0; c < channels; ++c) {
        const auto part = [&](extent i, extent which) {
            return static_cast<double>(scratch[(3 * i + which) * channels + c]);
        };
        double mean = 0, squares = 0;
        for (extent i = 0; i < pieces; ++i) mean += part(i, 0) * in_piece[i] + part(i, 1);
        mean /= n;
        for (extent i = 0; i < pieces; ++i) {
            const double sum = part(i, 1), away = part(i, 0) + sum * share[i] - mean;
            squares += part(i, 2) - sum * sum * share[i] + in_piece[i] * away * away;
        }
        const double variance = squares > 0 || squares != squares ? squares / n : 0;  // NaN stays NaN
        saved[c] = static_cast<T>(mean);
        saved[channels + c] = static_cast<T>(1 / std::sqrt(variance + epsilon));
        const double unbiased = total > 1 ? variance * n / (n - 1) : variance;
        state[c] = static_cast<T>((1 - momentum) * static_cast<double>(state[c]) + momentum * mean);
        state[channels + c] =
            static_cast<T>((1 - momentum) * static_cast<double>(state[channels + c]) + momentum * unbiased);
    }
}

/// y = (x - mean) / sqrt(variance + epsilon) weight + bias for a whole batch of any layout; y may be x.
/// \param inverse   1 / sqrt(variance + epsilon) of every channel, or null: then `variance` holds variances
/// \param scratch   `channels` numbers
template <class T>
void batch_norm_normalize(const batch_view<const T>& x, const batch_view<T>& y, const T* weight, const T* bias,
                          const T* mean, const T* variance, const T* inverse, double epsilon, T* scratch,
                          extent threads) {
    const extent channels = x.shape.channels();
    for (extent c = 0; c < channels; ++c)
        scratch[c] = inverse != nullptr ? weight[c] * inverse[c]
                                        : static_cast<T>(static_cast<double>(weight[c]) /
                                                         std::sqrt(static_cast<double>(variance[c]) + epsilon));
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            detail::normalize_pixels<T>(from, to, count, channels, mean, scratch, bias);
        },
        x, y);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// x, dy: `count` pixels of `channels`. Adds the sums of dy and of dy (x - mean).
template <class T>
CTNN_KERNEL void add_gradient_sums(pixels<const T> x, pixels<const T> dy, extent count, extent channels, const T* mean,
                                   T* sum, T* products) {
    for_each_block(count, channels, [&](extent first, extent size) {
        for_each_channel_group<T>(channels, [&](auto group, extent c, auto read, auto write) {
            constexpr extent vectors = static_cast<extent>(group());
            vec<T> origin[group()], s[group()], q[group()];
            kernels::unroll<vectors>([&](auto v) {
                origin[v] = read(mean + c + v * lanes<T>);
                s[v] = q[v] = T(0);
            });
            const T *input = x.data + first * x.step + c, *gradient = dy.data + first * dy.step + c;
            for (extent i = 0; i < size; ++i, input += x.step, gradient += dy.step)
                kernels::unroll<vectors>([&](auto v) {
                    const vec<T> g = read(gradient + v * lanes<T>);
                    s[v] += g;
                    q[v] = fma(read(input + v * lanes<T>) - origin[v], g, q[v]);
                });
            kernels::unroll<vectors>([&](auto v) {
                T *to_sum = sum + c + v * lanes<T>, *to_products = products + c + v * lanes<T>;
                write(to_sum, read(to_sum) + s[v]);
                write(to_products, read(to_products) + q[v]);
            });
        });
    });
}

/// x, dy, dx: `count` pixels of `channels`. dx = scale dy - (x - mean) slope - offset; dx may be dy.
template <class T>
CTNN_KERNEL void batch_norm_gradient_pixels(pixels<const T> x, pixels<const T> dy, pixels<T> dx, extent count,
                                            extent channels, const T* mean, const T* scale, const T* slope,
                                            const T* offset) {
    const extent block = pixels_at_once<T>(channels);
    for (extent first = 0; first < count; first += block) {
        const extent size = count - first < block ? count - first : block;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> m = read(mean + c), a = read(scale + c), b = read(slope + c), o = read(offset + c);
            const T *input = x.data + first * x.step + c, *gradient = dy.data + first * dy.step + c;
            T* to = dx.data + first * dx.step + c;
            for (extent i = 0; i < size; ++i, input += x.step, gradient += dy.step, to += dx.step)
                write(to, fma(read(gradient), a, -fma(read(input) - m, b, o)));
        });
    }
}

}  // namespace detail

/// Gradients of a batch norm in training: with n values a channel and u = (x - mean) inverse,
/// dx = weight inverse (dy - sum(dy) / n - u sum(dy u) / n), d_weight = sum(dy u), d_bias = sum(dy).
/// \param saved      mean and inverse deviation (2, channels) of the forward pass
/// \param gradients  of weight and bias (2, channels); added into
/// \param scratch    batch_norm_scratch(channels) numbers
/// dx may be dy, and may be absent (null).
template <class T>
void batch_norm_backward(const batch_view<const T>& x, const batch_view<const T>& dy, const batch_view<T>& dx,
                         const T* weight, const T* saved, T* gradients, T* scratch, extent threads) {
    const extent channels = x.shape.channels(), total = x.count * x.shape.positions();
    const extent size = detail::piece_size(total), pieces = detail::piece_count(total);
    const T *mean = saved, *inverse = saved + channels;
    parallel_for(pieces, threads, [&](extent i) {
        T *sum = scratch + 2 * i * channels, *products = sum + channels;
        for (extent c = 0; c < 2 * channels; ++c) sum[c] = 0;
        walk_pixels(
            i * size, i * size + detail::piece_pixels(total, i),
            [&](extent, extent count, pixels<const T> input, pixels<const T> gradient) {
                detail::add_gradient_sums<T>(input, gradient, count, channels, mean, sum, products);
            },
            x, dy);
    });
    T *scale = scratch + 2 * detail::batch_norm_pieces * channels, *slope = scale + channels,
      *offset = slope + channels;
    const double n = static_cast<double>(total);
    for (extent c = 0; c < channels; ++c) {
        double sum = 0, products = 0;
        for (extent i = 0; i < pieces; ++i) {
            sum += static_cast<double>(scratch[2 * i * channels + c]);
            products += static_cast<double>(scratch[(2 * i + 1) * channels + c]);
        }
        const double inverse_c = static_cast<double>(inverse[c]), scale_c = static_cast<double>(weight[c]) * inverse_c;
        gradients[c] += static_cast<T>(products * inverse_c);
        gradients[channels + c] += static_cast<T>(sum);
        scale[c] = static_cast<T>(scale_c);
        slope[c] = static_cast<T>(scale_c * inverse_c * inverse_c * products / n);
        offset[c] = static_cast<T>(scale_c * sum / n);
    }
    if (dx.data == nullptr) return;
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> input, pixels<const T> from, pixels<T> to) {
            detail::batch_norm_gradient_pixels<T>(input, from, to, count, channels, mean, scale, slope, offset);
        },
        x, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

/// Normalizes every channel: y = (x - mean) / sqrt(variance + epsilon) weight + bias.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     learns   weight (channels), begins at 1; bias (channels), begins at 0
///     keeps    running_mean, running_var (channels)
///     options  epsilon (1e-5), momentum (0.1, the weight of the newest batch: Keras' is 1 minus it)
///     refuses  an epsilon that is not positive, a momentum outside [0, 1]
///
/// Training uses the mean and the biased variance of the batch over samples and positions, and moves the running ones
/// towards the mean and the unbiased variance. An engine uses the running ones, folded into the convolution before it
/// where there is one.
///
///     using block = ctnn::chain<ctnn::conv<32, 3, ctnn::same, ctnn::no_bias>, ctnn::batch_norm<>, ctnn::relu>;
///
/// Ioffe and Szegedy, 2015; https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm2d.html
template <auto... Options>
struct batch_norm {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~(option::epsilon | option::momentum)) != 0) return refusal::option_not_taken;
        if (!(o.epsilon > 0) || !(o.momentum >= 0 && o.momentum <= 1)) return refusal::number_out_of_range;
        const extent channels = in.channels();
        const auto tensor = [&](const char* name, initializer start) {
            return parameter{.name = name, .axis = {channels, 1, 1, 1, 1}, .rank = 1, .start = start};
        };
        operation row{.what = kind::batch_norm, .layer = "batch_norm", .in = in, .out = in};
        row.parameters[0] = tensor("weight", initializer::ones);
        row.parameters[1] = tensor("bias", initializer::zeros);
        row.state[0] = tensor("running_mean", initializer::zeros);
        row.state[1] = tensor("running_var", initializer::ones);
        row.alpha = o.momentum;
        row.epsilon = o.epsilon;
        row.in_place = row.backward_in_place = row.backward_reads_input = true;
        row.saved = 2 * channels;
        row.scratch = kernels::batch_norm_scratch(channels);
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const extent channels = call.op.in.channels();
        const T *weight = call.parameters, *bias = weight + channels;
        const T *mean = call.state, *variance = mean + channels, *inverse = nullptr;
        if (call.training) {
            kernels::batch_norm_statistics(call.x, call.op.epsilon, call.op.alpha, call.state, call.saved, call.scratch,
                                           call.threads);
            mean = call.saved;
            inverse = mean + channels;
        }
        kernels::batch_norm_normalize(call.x, call.y, weight, bias, mean, variance, inverse, call.op.epsilon,
                                      call.scratch, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        kernels::batch_norm_backward(call.x, call.dy, call.dx, call.parameters, call.saved, call.gradients,
                                     call.scratch, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/conv.hpp
/// \file
/// The convolution.

namespace ctnn {

/// Convolution with so many filters (as everywhere in deep learning a correlation: the kernel is not flipped).
///
///     takes    a sequence, an image or a volume; its rank follows the input
///     gives    (input + padding - (kernel - 1) * dilation - 1) / stride + 1 positions an axis, `Filters` channels
///     learns   weight (kernel..., channels / groups, Filters), filters contiguous: Keras' order; bias (Filters)
///     options  kernel (3), stride (1), dilation (1), padding or same (valid), groups (1), no_bias;
///              exact or winograd<2 or 4>: the algorithm, which the layer chooses by itself unless told
///     refuses  a vector; a kernel larger than the padded input; groups that do not divide channels and filters
///
///     using edge = ctnn::network<ctnn::shape<28, 28, 1>, ctnn::conv<8, 5, ctnn::stride<2>, ctnn::same>, ctnn::relu>;
///
/// https://keras.io/api/layers/convolution_layers/convolution2d/
template <extent Filters, auto... Options>
struct conv {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        constexpr unsigned taken =
            option::kernel | option::stride | option::dilation | option::padding | option::groups | option::bias |
                                   option::algorithm;
        if (o.repeated || (o.given & ~taken) != 0) return refusal::option_not_taken;
        if (Filters < 1 || o.groups < 1) return refusal::number_out_of_range;
        if (o.winograd != 0 && o.winograd != 2 && o.winograd != 4) return refusal::needs_winograd_window;
        const placed_window placed = place_window(o, in, 3, 1);
        if (placed.why != refusal::none) return placed.why;
        if (in.channels() % o.groups != 0 || Filters % o.groups != 0) return refusal::groups_do_not_divide;

        operation row{.what = kind::convolution, .layer = "conv", .in = in, .out = placed.out.with_channels(Filters)};
        row.window = placed.window;
        row.groups = o.groups;
        row.backward_reads_input = true;
        const extent taps = tap_count(row.window), channels = in.channels() / o.groups;
        row.multiply_adds = row.out.positions() * taps * channels * Filters;
        parameter& weight = row.parameters[0];
        weight = {.name = "weight",
                  .rank = in.rank + 1,
                  .start = initializer::glorot_uniform,
                  .fan_in = taps * channels,
                  .fan_out = taps * Filters};
        extent next = 0;
        for (extent a = in.first_axis(); a < 3; ++a) weight.axis[next++] = row.window.kernel[a];
        weight.axis[next++] = channels;
        weight.axis[next] = Filters;
        if (o.bias) row.parameters[1] = {.name = "bias", .axis = {Filters, 1, 1, 1, 1}, .rank = 1};
        if (o.winograd != 0 && !winograd_applies(row.window, row.groups)) return refusal::needs_winograd_window;
        choose_algorithm(row, o.exact, o.winograd);
        row.scratch = convolution_scratch(row);
        return row;
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/dense.hpp
/// \file
/// The fully connected layer.

namespace ctnn {

/// Fully connected layer: y = x W + b, for a vector or for each step of a sequence.
///
///     takes    shape<N> or shape<T, N>
///     gives    shape<Units> or shape<T, Units>
///     learns   weight (N, Units), units contiguous: Keras' order; bias (Units)
///     options  no_bias
///     refuses  an image or a volume
///
///     using head = ctnn::network<ctnn::shape<512>, ctnn::dense<128>, ctnn::relu, ctnn::dense<10>>;
///
/// https://keras.io/api/layers/core_layers/dense/
template <extent Units, auto... Options>
struct dense {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr layer_options o = read_options<Options...>();
        if (o.repeated || (o.given & ~option::bias) != 0) return refusal::option_not_taken;
        if (Units < 1) return refusal::number_out_of_range;
        if (in.rank > 2) return refusal::needs_vector;

        operation row{.what = kind::convolution, .layer = "dense", .in = in, .out = in.with_channels(Units)};
        row.backward_reads_input = true;
        row.multiply_adds = in.size() * Units;
        row.parameters[0] = {.name = "weight",
                             .axis = {in.channels(), Units, 1, 1, 1},
                             .rank = 2,
                             .start = initializer::glorot_uniform,
                             .fan_in = in.channels(),
                             .fan_out = Units};
        if (o.bias) row.parameters[1] = {.name = "bias", .axis = {Units, 1, 1, 1, 1}, .rank = 1};
        row.scratch = convolution_scratch(row);
        return row;
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/dropout.hpp
/// \file
/// Dropout.

// -------------------- ctnn/kernels/dropout.hpp
/// \file
/// Dropout with a mask that is a function of seed, layer, step and element: backward draws it again, nothing is kept.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// Names the mask of one layer in one step.
struct dropout_key {
    std::uint64_t seed, stream;
    dropout_key(std::uint64_t seed_value, int layer, std::uint64_t step)
        // The highest byte keeps the streams of masks apart from every other use of the seed.
        : seed(seed_value),
          stream((std::uint64_t{0xD0} << 56) | (static_cast<std::uint64_t>(layer) << 40) | (step & 0xFFFFFFFFFFu)) {}
};

namespace detail {

inline constexpr extent dropout_blocks = 64;
inline constexpr extent dropout_chunk = 4 * dropout_blocks;

/// Philox 4x32-10 (core/random.hpp) for the counters first, first + 1, ...: word[w][i] is word w of block first + i.
/// The same sequence for all blocks side by side, so that the compiler keeps the blocks in the lanes of registers.
CTNN_KERNEL inline void philox_blocks(std::uint64_t key, std::uint64_t stream, std::uint64_t first,
                                      std::uint32_t (&word)[4][dropout_blocks]) {
    std::uint32_t(&c0)[dropout_blocks] = word[0], (&c1)[dropout_blocks] = word[1];
    std::uint32_t(&c2)[dropout_blocks] = word[2], (&c3)[dropout_blocks] = word[3];
    for (extent i = 0; i < dropout_blocks; ++i) {
        const std::uint64_t counter = first + static_cast<std::uint64_t>(i);
        c0[i] = static_cast<std::uint32_t>(counter);
        c1[i] = static_cast<std::uint32_t>(counter >> 32);
        c2[i] = static_cast<std::uint32_t>(stream);
        c3[i] = static_cast<std::uint32_t>(stream >> 32);
    }
    std::uint32_t k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        for (extent i = 0; i < dropout_blocks; ++i) {
            const std::uint64_t p0 = std::uint64_t{0xD2511F53u} * c0[i], p1 = std::uint64_t{0xCD9E8D57u} * c2[i];
            c0[i] = static_cast<std::uint32_t>(p1 >> 32) ^ c1[i] ^ k0;
            c1[i] = static_cast<std::uint32_t>(p1);
            c2[i] = static_cast<std::uint32_t>(p0 >> 32) ^ c3[i] ^ k1;
            c3[i] = static_cast<std::uint32_t>(p0);
        }
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
}

}  // namespace detail

/// x, y: `count` runs of `length` elements, the first of them number `first` of the batch. y = x scale where 24 random
/// bits of the element reach `threshold`, x * 0 elsewhere, so that NaN passes; y may be x.
template <class T>
CTNN_KERNEL void drop(pixels<const T> x, pixels<T> y, extent first, extent count, extent length, const dropout_key& key,
                      std::uint32_t threshold, T scale) {
    std::uint32_t word[4][detail::dropout_blocks];
    T factor[detail::dropout_chunk];
    extent chunk = -1;
    for (extent run = 0; run < count; ++run) {
        const T* from = x.data + run * x.step;
        T* to = y.data + run * y.step;
        for (extent done = 0; done < length;) {
            const extent element = first + run * length + done, skip = element % detail::dropout_chunk;
            // Element e takes word e / 64 % 4 of block e / 256 * 64 + e % 64: then words that lie side by side in
            // registers belong to elements that lie side by side in memory.
            if (element / detail::dropout_chunk != chunk) {
                chunk = element / detail::dropout_chunk;
                detail::philox_blocks(key.seed, key.stream, static_cast<std::uint64_t>(chunk * detail::dropout_blocks),
                                      word);
                for (extent w = 0; w < 4; ++w)
                    for (extent i = 0; i < detail::dropout_blocks; ++i)
                        factor[w * detail::dropout_blocks + i] = (word[w][i] >> 8) >= threshold ? scale : T(0);
            }
            const extent here =
                detail::dropout_chunk - skip < length - done ? detail::dropout_chunk - skip : length - done;
            extent i = 0;
            for (; i + lanes<T> <= here; i += lanes<T>)
                store(to + done + i, load(from + done + i) * load(static_cast<const T*>(factor) + skip + i));
            for (; i < here; ++i) to[done + i] = from[done + i] * factor[skip + i];
            done += here;
        }
    }
}

/// Inverted dropout of a whole batch of any layout: keeps an element with probability 1 - rate and divides it by that.
/// Forward and backward alike; y may be x.
template <class T>
void dropout_apply(const batch_view<const T>& x, const batch_view<T>& y, double rate, const dropout_key& key,
                   extent threads) {
    const T scale = rate < 1 ? static_cast<T>(1 / (1 - rate)) : T(0);
    const auto threshold = static_cast<std::uint32_t>(rate * 16777216.0 + 0.5);
    const extent channels = x.shape.channels();
    for_each_pixels(
        threads,
        [&](extent first, extent count, pixels<const T> from, pixels<T> to) {
            const bool gaps = from.step != channels || to.step != channels;
            drop(from, to, first * channels, gaps ? count : 1, gaps ? channels : count * channels, key, threshold,
                 scale);
        },
        x, y);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

/// In training sets elements to zero with probability Rate and divides the others by 1 - Rate; an engine has no
/// dropout.
///
///     takes    any shape
///     gives    the same shape
///     refuses  a rate outside [0, 1)
///
/// The mask is a function of the seed, the layer's row, the step and the element: the same for any number of threads,
/// and drawn again by backward instead of being kept.
///
///     using head = ctnn::network<ctnn::shape<512>, ctnn::dense<64>, ctnn::relu, ctnn::dropout<0.5>, ctnn::dense<3>>;
///
/// Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014.
template <number Rate>
struct dropout {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (!(Rate.value() >= 0 && Rate.value() < 1)) return refusal::number_out_of_range;
        operation row{.what = kind::dropout, .layer = "dropout", .in = in, .out = in};
        row.alpha = Rate.value();
        row.in_place = row.backward_in_place = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        const double rate = call.training ? call.op.alpha : 0;
        kernels::dropout_apply(call.x, call.y, rate, {call.seed, call.op.row, call.step}, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::dropout_apply(call.dy, call.dx, call.op.alpha, {call.seed, call.op.row, call.step}, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/elementwise.hpp
/// \file
/// What a layer of one's own derives from when each output depends on one input alone.

namespace ctnn {

/// A layer y = value(x), number by number, from a function and its slope.
///
///     takes    any shape
///     gives    the same shape
///     needs    Layer::name, Layer::value(x) and Layer::slope(x), the derivative at x, for float and double
///
///     struct softsign : ctnn::elementwise<softsign> {
///         static constexpr const char* name = "softsign";
///         template <class T> static T value(T x) { return x / (1 + std::abs(x)); }
///         template <class T> static T slope(T x) { return 1 / ((1 + std::abs(x)) * (1 + std::abs(x))); }
///     };
template <class Layer>
struct elementwise {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        operation row = make_operation(kind::custom, Layer::name, in, in);
        row.in_place = row.backward_in_place = row.backward_reads_input = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::for_each_stretch(
            call.threads,
            [](extent, extent count, const T* x, T* y) {
                CTNN_INDEPENDENT  // y may be x, element for element
                    for (extent i = 0; i < count; ++i) y[i] = Layer::value(x[i]);
            },
            call.x, call.y);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data == nullptr) return;
        kernels::for_each_stretch(
            call.threads,
            [](extent, extent count, const T* x, const T* dy, T* dx) {
                CTNN_INDEPENDENT
                for (extent i = 0; i < count; ++i) dx[i] = dy[i] * Layer::slope(x[i]);
            },
            call.x, call.dy, call.dx);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/flatten.hpp
/// \file
/// Flatten.

namespace ctnn {

/// Makes a vector of any shape, in the order of memory (Keras' channels last); mostly free, because memory is shared.
///
///     takes    any shape
///     gives    shape<number of elements>
///
///     using head = ctnn::network<ctnn::shape<7, 7, 64>, ctnn::flatten, ctnn::dense<10>>;
///
/// https://keras.io/api/layers/reshaping_layers/flatten/
struct flatten {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        return operation{.what = kind::reshape, .layer = "flatten", .in = in, .out = make_dims(in.size())};
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        execution::reshape_view(call.x, call.y, false, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) execution::reshape_view(call.dy, call.dx, false, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/global_pool.hpp
/// \file
/// Pooling over all positions.

namespace ctnn {

/// The average of every channel over all positions, by sums of sums, so that its error does not grow with the image.
///
///     takes    a sequence, an image or a volume
///     gives    shape<channels>
///     refuses  a vector
///
///     using head = ctnn::network<ctnn::shape<7, 7, 64>, ctnn::global_avg_pool, ctnn::dense<10>>;
struct global_avg_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) { return detail::lower_global_pool(in, "global_avg_pool"); }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::pool_forward<kernels::pool::average>(call.op, call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::pool_backward<kernels::pool::average>(call.op, call.x, call.dy, call.dx, call.threads);
    }
};

/// The maximum of every channel over all positions; its first occurrence takes the gradient, as in PyTorch's
/// AdaptiveMaxPool2d.
///
///     takes    a sequence, an image or a volume
///     gives    shape<channels>
///     refuses  a vector
///
///     using head = ctnn::network<ctnn::shape<7, 7, 64>, ctnn::global_max_pool, ctnn::dense<10>>;
struct global_max_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        outcome o = detail::lower_global_pool(in, "global_max_pool");
        o.what.backward_reads_input = true;
        return o;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::pool_forward<kernels::pool::maximum>(call.op, call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::pool_backward<kernels::pool::maximum>(call.op, call.x, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/max_pool.hpp
/// \file
/// Maximum pooling.

namespace ctnn {

/// The largest value of each window, channel by channel.
///
///     takes    a sequence, an image or a volume
///     gives    (input + padding - window) / stride + 1 positions an axis, rounded down: an incomplete window is
///              dropped
///     options  window (2), stride (as the window), padding (at most half the window) or same; padding never wins
///     refuses  a vector; a window larger than the padded input
///
/// Backward gives the gradient to the first maximum of a window, in the order of memory. A NaN counts as a maximum.
///
///     using halved = ctnn::network<ctnn::shape<28, 28, 8>, ctnn::max_pool<>, ctnn::max_pool<3, ctnn::stride<2>>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html
template <auto... Options>
struct max_pool {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        outcome o = detail::lower_pool<Options...>(in, "max_pool", 0);
        o.what.backward_reads_input = true;
        return o;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::pool_forward<kernels::pool::maximum>(call.op, call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr)
            kernels::pool_backward<kernels::pool::maximum>(call.op, call.x, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/reshape.hpp
/// \file
/// Reshape.

namespace ctnn {

/// The same elements in the order of memory, in another shape; mostly free, because memory is shared.
///
///     takes    any shape
///     gives    shape<Extents...>
///     refuses  a shape with another number of elements
///
///     using image = ctnn::network<ctnn::shape<16>, ctnn::dense<49>, ctnn::reshape<7, 7, 1>, ctnn::upsample<2>>;
///
/// https://keras.io/api/layers/reshaping_layers/reshape/
template <extent... Extents>
struct reshape {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr dims out = dims_of<shape<Extents...>>;
        if (out.size() != in.size()) return refusal::sizes_differ;
        return operation{.what = kind::reshape, .layer = "reshape", .in = in, .out = out};
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        execution::reshape_view(call.x, call.y, false, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) execution::reshape_view(call.dy, call.dx, false, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/softmax.hpp
/// \file
/// Softmax over channels.

// -------------------- ctnn/kernels/softmax.hpp
/// \file
/// Softmax over the channels of every pixel, forward and backward.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// The largest of at least as many channels as a vector has lanes. Where one is NaN any other may be the answer: the
/// sum of the exponentials is NaN all the same.
template <class T>
CTNN_INLINE T largest_of(const T* x, extent channels) {
    vec<T> largest = load(x + channels - lanes<T>);  // overlaps the last whole vector
    for (extent c = 0; c + lanes<T> <= channels; c += lanes<T>) largest = greater_of(largest, load(x + c));
    return reduce_max(largest);
}

/// Pixels of fewer channels than a vector has lanes, in one register each.
template <class T>
CTNN_INLINE void softmax_small_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels) {
    T ones[static_cast<unsigned long>(lanes<T>)];
    for (T& one : ones) one = 1;
    const vec<T> one = T(1), zero = T(0), lowest = -std::numeric_limits<T>::infinity();
    const auto exists = load_partial(static_cast<const T*>(ones), channels) == one;
    for (extent i = 0; i < count; ++i) {
        const vec<T> logits = load_partial(x.data + i * x.step, channels);
        const vec<T> largest = reduce_max(select(exists, logits, lowest));
        const vec<T> e = select(exists, exp(logits - largest), zero);
        store_partial(y.data + i * y.step, e / vec<T>(reduce_add(e)), channels);
    }
}

}  // namespace detail

/// x, y: `count` pixels of `channels`. y = e^(x - max x) / sum of these, so no finite logit overflows; y may be x.
template <class T>
CTNN_KERNEL void softmax_pixels(pixels<const T> x, pixels<T> y, extent count, extent channels) {
    if (channels < lanes<T>) return detail::softmax_small_pixels(x, y, count, channels);
    for (extent i = 0; i < count; ++i) {
        const T* from = x.data + i * x.step;
        T* to = y.data + i * y.step;
        const T largest = detail::largest_of(from, channels);
        vec<T> total = T(0);
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            write(to + c, exp(read(from + c) - vec<T>(largest)));
            total += read(to + c);  // read again: lanes without a channel are zero then
        });
        const vec<T> sum = reduce_add(total);
        for_each_channel_vector<T>(channels,
                                   [&](extent c, auto read, auto write) { write(to + c, read(to + c) / sum); });
    }
}

/// y, dy, dx: `count` pixels of `channels`. dx = y (dy - sum of y dy); dx may be dy.
template <class T>
CTNN_KERNEL void softmax_gradient_pixels(pixels<const T> y, pixels<const T> dy, pixels<T> dx, extent count,
                                         extent channels) {
    for (extent i = 0; i < count; ++i) {
        const T *output = y.data + i * y.step, *from = dy.data + i * dy.step;
        T* to = dx.data + i * dx.step;
        vec<T> total = T(0);
        for_each_channel_vector<T>(
            channels, [&](extent c, auto read, auto) { total = fma(read(output + c), read(from + c), total); });
        const vec<T> sum = reduce_add(total);
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            write(to + c, read(output + c) * (read(from + c) - sum));
        });
    }
}

/// Softmax of a whole batch of any layout; y may be x.
template <class T>
void softmax_forward(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> from, pixels<T> to) {
            softmax_pixels(from, to, count, x.shape.channels());
        },
        x, y);
}

/// Its gradient, from the output; dx may be dy.
template <class T>
void softmax_backward(const batch_view<const T>& y, const batch_view<const T>& dy, const batch_view<T>& dx,
                      extent threads) {
    for_each_pixels(
        threads,
        [&](extent, extent count, pixels<const T> output, pixels<const T> from, pixels<T> to) {
            softmax_gradient_pixels(output, from, to, count, y.shape.channels());
        },
        y, dy, dx);
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

/// Turns the channels of every position into probabilities that add up to 1: e^x / sum of e^x, finite for any finite x.
///
///     takes    a vector, a sequence, an image or a volume
///     gives    the same shape
///     refuses  a single channel, whose probability would always be 1
///
///     using head = ctnn::network<ctnn::shape<512>, ctnn::dense<3>, ctnn::softmax>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html
struct softmax {
    [[nodiscard]] static constexpr outcome lower(dims in) {
        if (in.channels() < 2) return refusal::needs_channels;
        operation row{.what = kind::softmax, .layer = "softmax", .in = in, .out = in};
        // In place though a pixel's channels depend on each other: the kernels read a pixel before they overwrite it.
        row.in_place = row.backward_in_place = row.backward_reads_output = true;
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::softmax_forward(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::softmax_backward(call.y, call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/layers/upsample.hpp
/// \file
/// Nearest-neighbor upsampling.

// -------------------- ctnn/kernels/upsample.hpp
/// \file
/// Nearest-neighbor upsampling by whole factors, forward and backward.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

namespace detail {

/// x: (width, channels), y: (width * factor, channels). Every pixel `factor` times.
template <class T>
CTNN_KERNEL void repeat_pixels(const T* x, extent x_step, T* y, extent y_step, extent width, extent factor,
                               extent channels) {
    for (extent w = 0; w < width; ++w, x += x_step) {
        T* to = y + w * factor * y_step;
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            const vec<T> v = read(x + c);
            for (extent f = 0; f < factor; ++f) write(to + f * y_step + c, v);
        });
    }
}

/// One input row: dy points at the first of its depth x height output rows of (width * factor, channels); dx: (width,
/// channels).
template <class T>
CTNN_KERNEL void sum_pixels(const T* dy, const extent (&dy_step)[3], const extent (&factor)[4], T* dx, extent dx_step,
                            extent width, extent channels) {
    for (extent w = 0; w < width; ++w, dx += dx_step)
        for_each_channel_vector<T>(channels, [&](extent c, auto read, auto write) {
            vec<T> sum = T(0);
            const T* plane = dy + w * factor[2] * dy_step[2] + c;
            for (extent i = 0; i < factor[0]; ++i, plane += dy_step[0]) {
                const T* row = plane;
                for (extent j = 0; j < factor[1]; ++j, row += dy_step[1]) {
                    const T* from = row;
                    for (extent k = 0; k < factor[2]; ++k, from += dy_step[2]) sum += read(from);
                }
            }
            write(dx + c, sum);
        });
}

/// How often each axis is repeated.
[[nodiscard]] inline dims factors(const dims& small, const dims& large) {
    dims result = small;
    for (int a = 0; a < 4; ++a) result.axis[a] = large.axis[a] / small.axis[a];
    return result;
}

/// Rows of `width` pixels that are worth a piece of parallel work.
[[nodiscard]] inline extent rows_of_piece(extent row_elements) {
    return row_elements < 16384 ? 16384 / row_elements : 1;
}

}  // namespace detail

/// x: (batch, depth, height, width, channels), y: positions times factor. Parallel over output rows.
template <class T>
void upsample_forward(const batch_view<const T>& x, const batch_view<T>& y, extent threads) {
    const auto factor = detail::factors(x.shape, y.shape);
    const extent depth = y.shape.depth(), height = y.shape.height(), rows = y.count * depth * height;
    const extent piece = detail::rows_of_piece(y.shape.width() * y.shape.channels());
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r) {
            const extent s = r / (depth * height), d = r / height % depth, h = r % height;
            detail::repeat_pixels(x.at(s, d / factor.axis[0], h / factor.axis[1], 0), x.step[2], y.at(s, d, h, 0),
                                  y.step[2], x.shape.width(), factor.axis[2], x.shape.channels());
        }
    });
}

/// dx = the sum of dy over the copies of each pixel, in the order of memory. Parallel over input rows.
template <class T>
void upsample_backward(const batch_view<const T>& dy, const batch_view<T>& dx, extent threads) {
    const auto factor = detail::factors(dx.shape, dy.shape);
    const extent depth = dx.shape.depth(), height = dx.shape.height(), rows = dx.count * depth * height;
    const extent piece = detail::rows_of_piece(dy.shape.width() * dy.shape.channels());
    parallel_for((rows + piece - 1) / piece, threads, [&](extent i) {
        for (extent r = i * piece; r < rows && r < (i + 1) * piece; ++r) {
            const extent s = r / (depth * height), d = r / height % depth, h = r % height;
            detail::sum_pixels(dy.at(s, d * factor.axis[0], h * factor.axis[1], 0), dy.step, factor.axis,
                               dx.at(s, d, h, 0), dx.step[2], dx.shape.width(), dx.shape.channels());
        }
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

/// Repeats every pixel along each spatial axis: upsample<2> doubles all axes, upsample<1, 2> those of an image one by
/// one.
///
///     takes    a sequence, an image or a volume
///     gives    positions times factor, the same channels
///     refuses  a vector; another number of factors than 1 or the input's axes; a factor below 1
///
///     using wider = ctnn::network<ctnn::shape<32, 32, 64>, ctnn::upsample<2>, ctnn::conv<32, 3, ctnn::same>>;
///
/// https://pytorch.org/docs/stable/generated/torch.nn.Upsample.html (mode nearest)
template <extent... Factors>
struct upsample {
    static_assert(sizeof...(Factors) >= 1, "ctnn: upsample needs a factor, such as upsample<2>");

    [[nodiscard]] static constexpr outcome lower(dims in) {
        constexpr extent factors[]{Factors...}, count = sizeof...(Factors);
        if (in.rank < 2) return refusal::needs_positions;
        if (count != 1 && count != in.spatial_rank()) return refusal::axes_differ;
        operation row{.what = kind::custom, .layer = "upsample", .in = in, .out = in};
        for (extent a = in.first_axis(); a < 3; ++a) {
            const extent factor = factors[count == 1 ? 0 : a - in.first_axis()];
            if (factor < 1) return refusal::number_out_of_range;
            row.out.axis[a] *= factor;
        }
        return row;
    }
    template <class T>
    static void forward(const forward_call<T>& call) {
        kernels::upsample_forward(call.x, call.y, call.threads);
    }
    template <class T>
    static void backward(const backward_call<T>& call) {
        if (call.dx.data != nullptr) kernels::upsample_backward(call.dy, call.dx, call.threads);
    }
};

}  // namespace ctnn
// -------------------- ctnn/models/models.hpp
/// \file
/// Networks that are known by name.

// -------------------- ctnn/models/resnet18.hpp
/// \file
/// ResNet-18 for ImageNet: He et al., "Deep residual learning for image recognition", 2015.

namespace ctnn::models {

/// Convolution without bias, then batch norm, whose shift stands for it; the padding keeps the image's size.
template <extent Channels, extent Kernel = 3, extent Stride = 1>
struct conv_norm : chain<conv<Channels, Kernel, stride<Stride>, padding<Kernel / 2>, no_bias>, batch_norm<>> {};

/// Two convolutions beside a shortcut.
template <extent Channels>
struct basic_block : chain<residual<conv_norm<Channels>, relu, conv_norm<Channels>>, relu> {};

/// The same with half the height and width; its shortcut is a 1 x 1 convolution.
template <extent Channels>
struct down_block
    : chain<sum<conv_norm<Channels, 1, 2>, chain<conv_norm<Channels, 3, 2>, relu, conv_norm<Channels>>>, relu> {};

// clang-format off
/// Input -> shape<Classes>, softmax. resnet18<> has the 11,689,512 parameters of PyTorch's torchvision.models.resnet18.
/// A template, so that only who names it waits for it.
template <extent Classes = 1000, class Input = shape<224, 224, 3>>
using resnet18 = network<Input,
    conv_norm<64, 7, 2>, relu, max_pool<3, stride<2>, padding<1>>,
    basic_block<64>, basic_block<64>, down_block<128>, basic_block<128>,
    down_block<256>, basic_block<256>, down_block<512>, basic_block<512>,
    global_avg_pool, dense<Classes>, softmax>;
// clang-format on

}  // namespace ctnn::models
// -------------------- ctnn/report/report.hpp
/// \file
/// Reports as text; as pictures with CTNN_WITH_IMAGES.

// -------------------- ctnn/report/classification_report.hpp
/// \file
/// The scores of a classifier as a table of text.

// -------------------- ctnn/train/metric/accuracy.hpp
/// \file
/// The share of samples that were predicted right.

// -------------------- ctnn/train/metric/average.hpp
/// \file
/// How the scores of several classes become one.

// -------------------- ctnn/train/metric/confusion_matrix.hpp
/// \file
/// How often each class was taken for each.

// -------------------- ctnn/train/metric/predicted_class.hpp
/// \file
/// From scores to the class that they choose.

namespace ctnn {

/// The class that a row of scores chooses: the first of the largest; with a single score (a sigmoid head) class 1 when
/// it is above the threshold, else class 0. Scores that are NaN choose no class by themselves.
///
/// \pre columns >= 1
template <class T>
[[nodiscard]] constexpr extent predicted_class(const T* scores, extent columns, double threshold = 0.5) {
    if (columns == 1) return static_cast<double>(scores[0]) > threshold ? 1 : 0;
    return std::max_element(scores, scores + columns) - scores;
}

/// How many classes a network with this many outputs tells apart: two when it has a single one.
[[nodiscard]] constexpr extent class_count(extent columns) { return columns == 1 ? 2 : columns; }

}  // namespace ctnn

namespace ctnn {

/// Counts of (true class, predicted class), from which accuracy, precision, recall, specificity and f1_score follow.
///
/// A pair with a class outside [0, classes), as an ignored label is, enters no count but `skipped`.
/// Row and column as in scikit-learn's confusion_matrix: row the truth, column the prediction.
///
///     ctnn::confusion_matrix matrix(3);
///     matrix.add(scores, 3, labels, samples);
///     const double score = ctnn::accuracy(matrix);
class confusion_matrix {
public:
    /// \pre classes >= 0
    explicit confusion_matrix(extent classes)
        : classes_(classes), counts_(static_cast<std::size_t>(classes * classes)) {}

    void add(extent true_class, extent predicted, std::int64_t times = 1) {
        if (in_range(true_class) && in_range(predicted))
            counts_[at(true_class, predicted)] += times;
        else
            skipped_ += times;
    }

    /// scores: [count][columns], labels: [count]. Adds the class that each row chooses, as predicted_class.
    template <class T>
    void add(const T* scores, extent columns, const std::int32_t* labels, extent count, double threshold = 0.5) {
        for (extent i = 0; i < count; ++i) add(labels[i], predicted_class(scores + i * columns, columns, threshold));
    }

    [[nodiscard]] extent classes() const { return classes_; }
    /// \pre both classes are in [0, classes())
    [[nodiscard]] std::int64_t operator()(extent true_class, extent predicted) const {
        return counts_[at(true_class, predicted)];
    }

    /// All pairs that were counted.
    [[nodiscard]] std::int64_t total() const {
        std::int64_t sum = 0;
        for (const std::int64_t count : counts_) sum += count;
        return sum;
    }
    /// Those of them that were predicted right.
    [[nodiscard]] std::int64_t correct() const {
        std::int64_t sum = 0;
        for (extent c = 0; c < classes_; ++c) sum += (*this)(c, c);
        return sum;
    }
    /// Pairs left out because a class of theirs is outside the matrix.
    [[nodiscard]] std::int64_t skipped() const { return skipped_; }
    /// How many samples belong to the class: scikit-learn's support.
    [[nodiscard]] std::int64_t support(extent true_class) const {
        std::int64_t sum = 0;
        for (extent p = 0; p < classes_; ++p) sum += (*this)(true_class, p);
        return sum;
    }
    /// How many samples were taken for the class.
    [[nodiscard]] std::int64_t predictions(extent predicted) const {
        std::int64_t sum = 0;
        for (extent t = 0; t < classes_; ++t) sum += (*this)(t, predicted);
        return sum;
    }

private:
    [[nodiscard]] bool in_range(extent c) const { return c >= 0 && c < classes_; }
    [[nodiscard]] std::size_t at(extent t, extent p) const { return static_cast<std::size_t>(t * classes_ + p); }

    extent classes_ = 0;
    std::int64_t skipped_ = 0;
    std::vector<std::int64_t> counts_;
};

}  // namespace ctnn

namespace ctnn {

/// How the scores of several classes become one, in scikit-learn's words. All classes of the matrix take part, those
/// without samples too, as with labels=range(classes).
enum class average : unsigned char {
    macro,     ///< the mean over the classes
    weighted,  ///< the mean weighted by the classes' samples
    micro      ///< the score of the counts added over the classes
};

/// Numerator over denominator, and 0 where nothing was counted: scikit-learn's zero_division=0.
[[nodiscard]] constexpr double ratio(std::int64_t numerator, std::int64_t denominator) {
    return denominator == 0 ? 0.0 : static_cast<double>(numerator) / static_cast<double>(denominator);
}

namespace detail {

/// What a score of one class against all others is made of.
struct fraction {
    std::int64_t numerator = 0, denominator = 0;
    [[nodiscard]] constexpr double value() const { return ratio(numerator, denominator); }
};

/// The average of the fractions that `of(matrix, class)` gives.
template <class Fraction>
[[nodiscard]] double averaged(const confusion_matrix& matrix, average how, const Fraction& of) {
    double sum = 0;
    fraction all;
    for (extent c = 0; c < matrix.classes(); ++c) {
        const fraction of_class = of(matrix, c);
        all.numerator += of_class.numerator;
        all.denominator += of_class.denominator;
        sum += of_class.value() * (how == average::weighted ? static_cast<double>(matrix.support(c)) : 1.0);
    }
    if (how == average::micro) return all.value();
    const std::int64_t weights = how == average::weighted ? matrix.total() : matrix.classes();
    return weights == 0 ? 0.0 : sum / static_cast<double>(weights);
}

}  // namespace detail
}  // namespace ctnn

namespace ctnn {

/// The share of samples that were predicted right; 0 without samples.
[[nodiscard]] inline double accuracy(const confusion_matrix& matrix) { return ratio(matrix.correct(), matrix.total()); }

}  // namespace ctnn
// -------------------- ctnn/train/metric/f1_score.hpp
/// \file
/// The harmonic mean of precision and recall.

namespace ctnn {

namespace detail {
[[nodiscard]] inline fraction f1_score_fraction(const confusion_matrix& matrix, extent c) {
    return {2 * matrix(c, c), matrix.predictions(c) + matrix.support(c)};
}
}  // namespace detail

/// 2 * precision * recall / (precision + recall) of class c; 0 when it is neither predicted nor has samples.
/// Computed from the counts with one rounding, as scikit-learn does since 1.3; before, 0.625 came out above itself.
///
/// \pre c is in [0, matrix.classes())
[[nodiscard]] inline double f1_score(const confusion_matrix& matrix, extent c) {
    return detail::f1_score_fraction(matrix, c).value();
}

/// The same for all classes together.
[[nodiscard]] inline double f1_score(const confusion_matrix& matrix, average how) {
    return detail::averaged(matrix, how, detail::f1_score_fraction);
}

}  // namespace ctnn
// -------------------- ctnn/train/metric/precision.hpp
/// \file
/// How far a prediction of a class can be trusted.

namespace ctnn {

namespace detail {
[[nodiscard]] inline fraction precision_fraction(const confusion_matrix& matrix, extent c) {
    return {matrix(c, c), matrix.predictions(c)};
}
}  // namespace detail

/// The share of the predictions of class c that are right; 0 when it is never predicted.
///
/// \pre c is in [0, matrix.classes())
[[nodiscard]] inline double precision(const confusion_matrix& matrix, extent c) {
    return detail::precision_fraction(matrix, c).value();
}

/// The same for all classes together.
[[nodiscard]] inline double precision(const confusion_matrix& matrix, average how) {
    return detail::averaged(matrix, how, detail::precision_fraction);
}

}  // namespace ctnn
// -------------------- ctnn/train/metric/recall.hpp
/// \file
/// How much of a class is found.

namespace ctnn {

namespace detail {
[[nodiscard]] inline fraction recall_fraction(const confusion_matrix& matrix, extent c) {
    return {matrix(c, c), matrix.support(c)};
}
}  // namespace detail

/// The share of the samples of class c that are found (sensitivity); 0 when it has none.
///
/// \pre c is in [0, matrix.classes())
[[nodiscard]] inline double recall(const confusion_matrix& matrix, extent c) {
    return detail::recall_fraction(matrix, c).value();
}

/// The same for all classes together.
[[nodiscard]] inline double recall(const confusion_matrix& matrix, average how) {
    return detail::averaged(matrix, how, detail::recall_fraction);
}

}  // namespace ctnn

namespace ctnn {

namespace detail {

/// How many characters a UTF-8 text has: its bytes without those that continue a character.
[[nodiscard]] inline std::size_t character_count(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// The text with spaces in front, `width` characters at least.
[[nodiscard]] inline std::string right_aligned(const std::string& text, std::size_t width) {
    const std::size_t length = character_count(text);
    return length < width ? std::string(width - length, ' ') + text : text;
}

/// The number with this many digits behind the point, whatever the locale.
[[nodiscard]] inline std::string fixed(double value, int digits) {
    char text[64];
    const std::to_chars_result end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, digits);
    return std::string(text, end.ptr);
}

}  // namespace detail

/// Precision, recall, F1 score and number of samples of each class, then the accuracy and the averages: character for
/// character what scikit-learn's classification_report prints with labels=range(classes) and zero_division=0, where
/// the accuracy has its row also when a class does not occur.
///
///     takes      names, one a class; a class beyond them is called by its index. digits, 0 to 30 behind the point
///
/// https://scikit-learn.org/stable/modules/generated/sklearn.metrics.classification_report.html
[[nodiscard]] inline std::string classification_report(const confusion_matrix& matrix,
                                                       std::span<const std::string> names = {}, int digits = 2) {
    constexpr std::size_t column = 9;
    digits = std::clamp(digits, 0, 30);
    const auto name_of = [&](extent c) {
        return c < std::ssize(names) ? names[static_cast<std::size_t>(c)] : std::to_string(c);
    };
    std::size_t width = std::max(std::string("weighted avg").size(), static_cast<std::size_t>(digits));
    for (extent c = 0; c < matrix.classes(); ++c) width = std::max(width, detail::character_count(name_of(c)));

    std::string text;
    const auto row = [&](const std::string& heading, const std::string& a, const std::string& b, const std::string& c,
                         const std::string& d) {
        text += detail::right_aligned(heading, width) + ' ';
        for (const std::string* cell : {&a, &b, &c, &d}) text += ' ' + detail::right_aligned(*cell, column);
        text += '\n';
    };
    const auto scores = [&](const std::string& heading, auto which, std::int64_t support) {
        row(heading, detail::fixed(precision(matrix, which), digits), detail::fixed(recall(matrix, which), digits),
            detail::fixed(f1_score(matrix, which), digits), std::to_string(support));
    };
    row("", "precision", "recall", "f1-score", "support");
    text += '\n';
    for (extent c = 0; c < matrix.classes(); ++c) scores(name_of(c), c, matrix.support(c));
    text += '\n';
    row("accuracy", "", "", detail::fixed(accuracy(matrix), digits), std::to_string(matrix.total()));
    scores("macro avg", average::macro, matrix.total());
    scores("weighted avg", average::weighted, matrix.total());
    return text;
}

}  // namespace ctnn
// -------------------- ctnn/report/csv.hpp
/// \file
/// Tables as comma-separated values. https://www.rfc-editor.org/rfc/rfc4180

namespace ctnn {

/// A table that grows row by row.
///
///     ctnn::csv_table table{{"epoch", "loss"}};
///     table.add({"1", ctnn::to_text(0.25)});
///     auto failed = table.write("history.csv");
class csv_table {
public:
    explicit csv_table(const std::vector<std::string>& columns) { add(columns); }

    /// Adds a row. A field with a comma, a quote or a line break is put in quotes, its own quotes doubled.
    void add(const std::vector<std::string>& fields) {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            if (i > 0) text_ += ',';
            if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
                text_ += fields[i];
                continue;
            }
            text_ += '"';
            for (const char c : fields[i]) {
                if (c == '"') text_ += '"';
                text_ += c;
            }
            text_ += '"';
        }
        text_ += "\r\n";
    }

    /// All rows, each ended by a carriage return and a line feed, as RFC 4180 has it.
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

    /// Writes the table, crash-safe; see write_file().
    [[nodiscard]] error write(const std::string& path) const {
        return write_file(path,
                          {reinterpret_cast<const unsigned char*>(text_.data()), static_cast<extent>(text_.size())});
    }

private:
    std::string text_;
};

}  // namespace ctnn
#if defined(CTNN_WITH_IMAGES)
// -------------------- ctnn/report/confusion.hpp
#ifndef CTNN_INCLUDED_REPORT_CONFUSION
#define CTNN_INCLUDED_REPORT_CONFUSION
/// \file
/// A confusion matrix as a picture.

// -------------------- ctnn/report/canvas.hpp
#ifndef CTNN_INCLUDED_REPORT_CANVAS
#define CTNN_INCLUDED_REPORT_CANVAS
/// \file
/// A picture in memory to draw on: rectangles, lines, text and images.

// -------------------- ctnn/report/font.hpp
#ifndef CTNN_INCLUDED_REPORT_FONT
#define CTNN_INCLUDED_REPORT_FONT
/// \file
/// A small bitmap font for pictures: ASCII 32 to 126, letters 5 wide and 7 high, and 2 rows below the base line.

namespace ctnn::detail {

inline constexpr extent glyph_width = 5, glyph_height = 9, glyph_advance = 6;

/// Nine rows of five bits each, the upper left pixel in bit 44.
inline constexpr std::uint64_t glyphs[95] = {
    0x000000000000, 0x042108401000, 0x0a5280000000, 0x0a57d5f52800, 0x047d1c5f1000,  // space ! " # $
    0x18c888898c00, 0x0c9511593400, 0x042200000000, 0x022210820800, 0x082084222000,  // % & ' ( )
    0x00255d520000, 0x00213e420000, 0x000000061100, 0x00003e000000, 0x000000063000,  // * + , - .
    0x010888884000, 0x0e8ceb98b800, 0x046108423800, 0x0e8844447c00, 0x1f110418b800,  // / 0 1 2 3
    0x0232a5f10800, 0x1f878218b800, 0x06443d18b800, 0x1f0888842000, 0x0e8c5d18b800,  // 4 5 6 7 8
    0x0e8c5e113000, 0x006300c60000, 0x006300c22000, 0x022220820800, 0x0007c1f00000,  // 9 : ; < =
    0x082082222000, 0x0e8844401000, 0x0e885b5ab800, 0x0e8c7f18c400, 0x1e8c7d18f800,  // > ? @ A B
    0x0e8c2108b800, 0x1c9463197000, 0x1f843d087c00, 0x1f843d084000, 0x0e8c2f18bc00,  // C D E F G
    0x118c7f18c400, 0x0e2108423800, 0x071084293000, 0x119531494400, 0x108421087c00,  // H I J K L
    0x11dd6b18c400, 0x118e6b38c400, 0x0e8c6318b800, 0x1e8c7d084000, 0x0e8c63593400,  // M N O P Q
    0x1e8c7d494400, 0x0f841c10f800, 0x1f2108421000, 0x118c6318b800, 0x118c63151000,  // R S T U V
    0x118c6b5aa800, 0x118a88a8c400, 0x118c54421000, 0x1f0888887c00, 0x0e4210843800,  // W X Y Z [
    0x108208208400, 0x0e1084213800, 0x045440000000, 0x0000000003e0, 0x082080000000,  // backslash ] ^ _ `
    0x000382f8bc00, 0x1085b318f800, 0x0003a308b800, 0x010b6718bc00, 0x0003a3f83800,  // a b c d e
    0x064a38842000, 0x0003e318bc2e, 0x1085b318c400, 0x040308423800, 0x020184210a4c,  // f g h i j
    0x1084a98a4800, 0x0c2108423800, 0x0006ab5ad400, 0x0005b318c400, 0x0003a318b800,  // k l m n o
    0x0007a318fa10, 0x0003e318bc21, 0x0005b3084000, 0x0003e0e0f800, 0x084710849800,  // p q r s t
    0x00046319b400, 0x000463151000, 0x0004635aa800, 0x000454454400, 0x00046318bc2e,  // u v w x y
    0x0007c4447c00, 0x022110420800, 0x042108421000, 0x082104422000, 0x00022a200000,  // z { | } ~
};

/// The glyph of a character; a question mark for what the font lacks.
[[nodiscard]] constexpr std::uint64_t glyph_of(char c) { return glyphs[c >= 32 && c <= 126 ? c - 32 : '?' - 32]; }

/// Is this pixel set? \pre 0 <= x < 5, 0 <= y < 9
[[nodiscard]] constexpr bool glyph_pixel(std::uint64_t glyph, extent x, extent y) {
    return ((glyph >> (44 - 5 * y - x)) & 1U) != 0;
}

}  // namespace ctnn::detail
#endif  // CTNN_INCLUDED_REPORT_FONT

namespace ctnn {

/// A color of 8 bits a channel.
struct color {
    unsigned char red = 0, green = 0, blue = 0;
    constexpr bool operator==(const color&) const = default;
};

/// The colors that the library's pictures share; the lines of a chart take series[0], series[1] ... and differ for
/// color-blind eyes as well.
namespace palette {
inline constexpr color white{255, 255, 255}, black{0, 0, 0}, ink{38, 43, 51}, gray{120, 126, 135}, grid{228, 231, 235},
    wrong{204, 41, 41}, right{36, 138, 84}, deep{22, 82, 140};
inline constexpr color series[] = {{31, 105, 180}, {222, 110, 20}, {36, 138, 84},
                                   {170, 60, 140}, {110, 90, 60},  {0, 150, 170}};
}  // namespace palette

/// A color on the way from one to another: 0 is the first, 1 the second.
[[nodiscard]] inline color mix(color from, color to, double part) {
    const double p = part < 0 || !(part == part) ? 0 : part > 1 ? 1 : part;
    const auto channel = [p](unsigned char a, unsigned char b) {
        return static_cast<unsigned char>(a + (b - a) * p + 0.5);
    };
    return {channel(from.red, to.red), channel(from.green, to.green), channel(from.blue, to.blue)};
}

/// A picture of 8-bit color, (height, width, 3). Coordinates are x to the right and y down from the upper left corner;
/// what lies outside is not drawn.
class canvas {
public:
    /// \pre sizes of at least 1
    canvas(extent height, extent width, color background = palette::white)
        : height_(height), width_(width), pixels_(static_cast<std::size_t>(height * width * 3)) {
        fill(0, 0, width, height, background);
    }

    [[nodiscard]] extent height() const noexcept { return height_; }
    [[nodiscard]] extent width() const noexcept { return width_; }
    [[nodiscard]] const unsigned char* pixels() const noexcept { return pixels_.data(); }

    /// \pre inside the picture
    [[nodiscard]] color at(extent x, extent y) const {
        const unsigned char* p = pixels_.data() + (y * width_ + x) * 3;
        return {p[0], p[1], p[2]};
    }

    /// Sets a pixel, or mixes the color in by its cover from 0 to 1.
    void set(extent x, extent y, color c, double cover = 1) {
        if (x < 0 || y < 0 || x >= width_ || y >= height_ || cover <= 0) return;
        unsigned char* p = pixels_.data() + (y * width_ + x) * 3;
        const color drawn = cover >= 1 ? c : mix(at(x, y), c, cover);
        p[0] = drawn.red;
        p[1] = drawn.green;
        p[2] = drawn.blue;
    }

    /// A filled rectangle.
    void fill(extent x, extent y, extent width, extent height, color c) {
        const extent right = x + width < width_ ? x + width : width_,
                     bottom = y + height < height_ ? y + height : height_;
        for (extent row = y > 0 ? y : 0; row < bottom; ++row)
            for (extent column = x > 0 ? x : 0; column < right; ++column) set(column, row, c);
    }

    /// The border of a rectangle, inside it.
    void frame(extent x, extent y, extent width, extent height, color c, extent thickness = 1) {
        fill(x, y, width, thickness, c);
        fill(x, y + height - thickness, width, thickness, c);
        fill(x, y, thickness, height, c);
        fill(x + width - thickness, y, thickness, height, c);
    }

    /// A smooth line with round ends. A pixel is covered by how far its center lies inside; not finite: nothing is
    /// drawn.
    void line(double x0, double y0, double x1, double y1, color c, double thickness = 1) {
        if (!std::isfinite(x0) || !std::isfinite(y0) || !std::isfinite(x1) || !std::isfinite(y1)) return;
        const double half = thickness / 2, dx = x1 - x0, dy = y1 - y0, length = dx * dx + dy * dy;
        const auto inside = [](double v, extent most) {
            return static_cast<extent>(v < 0 ? 0 : v > static_cast<double>(most) ? static_cast<double>(most) : v);
        };
        const extent top = inside(std::fmin(y0, y1) - half - 1, height_),
                     bottom = inside(std::fmax(y0, y1) + half + 2, height_);
        const extent left = inside(std::fmin(x0, x1) - half - 1, width_),
                     right = inside(std::fmax(x0, x1) + half + 2, width_);
        for (extent y = top; y < bottom; ++y) {
            for (extent x = left; x < right; ++x) {
                const double px = static_cast<double>(x) - x0, py = static_cast<double>(y) - y0;
                const double along = length > 0 ? std::fmin(1.0, std::fmax(0.0, (px * dx + py * dy) / length)) : 0;
                const double distance = std::hypot(px - along * dx, py - along * dy);
                set(x, y, c, half + 0.5 - distance);
            }
        }
    }

    /// Text whose upper left corner is (x, y); each font pixel is a square of `size`. A letter is 7 size high and
    /// takes 6 size.
    void text(extent x, extent y, const std::string& words, color c, extent size = 2) {
        draw_text(words, [&](extent along, extent down) { fill(x + along * size, y + down * size, size, size, c); });
    }
    /// Text that runs upward; (x, y) is the lower left corner, the letters' tops point to the left.
    void text_upward(extent x, extent y, const std::string& words, color c, extent size = 2) {
        draw_text(words,
                  [&](extent along, extent down) { fill(x + down * size, y - (along + 1) * size, size, size, c); });
    }

    /// An image with `zoom` pixels for each of its own, gray or color, values 0 to 1 (clamped; NaN is black).
    void draw(extent x, extent y, const float_image& picture, extent zoom = 1) {
        for (extent row = 0; row < picture.height; ++row) {
            for (extent column = 0; column < picture.width; ++column) {
                const auto channel = [&](extent k) {
                    const float value = picture.at(row, column, picture.channels == 3 ? k : 0);
                    return static_cast<unsigned char>(value > 0 ? (value < 1 ? value * 255 + 0.5f : 255.0f) : 0.0f);
                };
                fill(x + column * zoom, y + row * zoom, zoom, zoom, {channel(0), channel(1), channel(2)});
            }
        }
    }

private:
    template <class Square>
    static void draw_text(const std::string& words, const Square& square) {
        extent pen = 0;
        for (const char c : words) {
            if ((static_cast<unsigned char>(c) & 0xC0) == 0x80)
                continue;  // a later byte of a UTF-8 character: one '?' each
            const std::uint64_t glyph = detail::glyph_of(c);
            for (extent y = 0; y < detail::glyph_height; ++y)
                for (extent x = 0; x < detail::glyph_width; ++x)
                    if (detail::glyph_pixel(glyph, x, y)) square(pen + x, y);
            pen += detail::glyph_advance;
        }
    }

    extent height_, width_;
    std::vector<unsigned char> pixels_;
};

/// How many letters a text draws: UTF-8 characters.
[[nodiscard]] inline extent letter_count(const std::string& words) {
    extent letters = 0;
    for (const char c : words)
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++letters;
    return letters;
}

/// The width of a text in pixels, without the gap behind its last letter.
[[nodiscard]] inline extent text_width(const std::string& words, extent size = 2) {
    const extent letters = letter_count(words);
    return letters == 0 ? 0 : (letters * detail::glyph_advance - 1) * size;
}

/// The text, or its beginning and two dots where it has more letters than fit.
[[nodiscard]] inline std::string shorten(const std::string& words, extent letters) {
    if (letter_count(words) <= letters) return words;
    std::string out;
    extent taken = 0;
    for (const char c : words) {
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++taken > letters - 2) break;
        out += c;
    }
    return letters > 2 ? out + ".." : std::string(static_cast<std::size_t>(letters > 0 ? letters : 0), '.');
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_REPORT_CANVAS

namespace ctnn {
namespace detail {

/// A share in whole percent that never claims none or all where it is not.
inline std::string percent_text(extent part, extent whole) {
    if (whole <= 0) return "";
    const extent percent = (200 * part + whole) / (2 * whole);
    if (percent == 0 && part > 0) return "<1%";
    if (percent == 100 && part < whole) return ">99%";
    return std::to_string(percent) + "%";
}

}  // namespace detail

/// Draws a confusion matrix: a row for each true class, a column for each predicted one; a field shows its count and
/// its share of the row, the darker the larger. Right answers are blue, mistakes red.
///
/// \param counts (classes, classes) row by row, the true class first
/// \pre counts.size() == classes.size() * classes.size(), at least one class
[[nodiscard]] inline canvas draw_confusion(const std::vector<std::string>& classes, const std::vector<extent>& counts) {
    const extent n = static_cast<extent>(classes.size());
    const auto count = [&](extent row, extent column) { return counts[static_cast<std::size_t>(row * n + column)]; };
    const auto name = [&](extent i) { return shorten(classes[static_cast<std::size_t>(i)], 22); };
    extent longest = 0, digits = 1;
    for (extent i = 0; i < n; ++i) longest = text_width(name(i)) > longest ? text_width(name(i)) : longest;
    for (const extent one : counts)
        digits = letter_count(std::to_string(one)) > digits ? letter_count(std::to_string(one)) : digits;
    // Fields shrink with the number of classes, but hold the largest count.
    const extent wide = digits * 12 + 24,
                 wanted = n <= 3   ? 132
                          : n <= 6 ? 104
                                   : 80,
                 cell = wide > wanted ? wide : wanted;
    const bool upward = longest > cell - 8;
    const extent left = 50 + longest + 16, top = 46 + (upward ? longest : 14) + 16;
    const extent title = text_width("predicted class", 2), width = left + (n * cell > title ? n * cell : title) + 24;
    canvas to(top + n * cell + 24, width);

    to.text(left + n * cell / 2 - title / 2 > left ? left + n * cell / 2 - title / 2 : left, 16, "predicted class",
            palette::gray);
    to.text_upward(16, top + n * cell / 2 + text_width("true class") / 2, "true class", palette::gray);
    for (extent i = 0; i < n; ++i) {
        const std::string text = name(i);
        const extent middle = i * cell + cell / 2;
        to.text(left - 14 - text_width(text), top + middle - 7, text, palette::ink);
        if (upward)
            to.text_upward(left + middle - 7, top - 12, text, palette::ink);
        else
            to.text(left + middle - text_width(text) / 2, top - 26, text, palette::ink);
    }
    for (extent row = 0; row < n; ++row) {
        extent sum = 0;
        for (extent column = 0; column < n; ++column) sum += count(row, column);
        for (extent column = 0; column < n; ++column) {
            const double share = sum > 0 ? static_cast<double>(count(row, column)) / static_cast<double>(sum) : 0;
            const extent x = left + column * cell, y = top + row * cell;
            // The square root lets rare mistakes show.
            const color full = row == column ? palette::deep : palette::wrong;
            const double depth = row == column ? share : std::sqrt(share);
            to.fill(x, y, cell - 2, cell - 2, mix({246, 247, 249}, full, 0.95 * depth));
            const color ink = depth > 0.5 ? palette::white : palette::ink;
            const std::string text = std::to_string(count(row, column));
            const std::string percent = detail::percent_text(count(row, column), sum);
            const extent size = n <= 3 && digits <= 4 ? 3 : 2;
            to.text(x + cell / 2 - 1 - text_width(text, size) / 2, y + cell / 2 - 7 * size - 1, text, ink, size);
            if (sum > 0)
                to.text(x + cell / 2 - 1 - text_width(percent) / 2, y + cell / 2 + 9, percent,
                        mix(ink, to.at(x, y), 0.25));
        }
    }
    to.frame(left - 2, top - 2, n * cell + 2, n * cell + 2, palette::gray);
    return to;
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_REPORT_CONFUSION
// -------------------- ctnn/report/curves.hpp
#ifndef CTNN_INCLUDED_REPORT_CURVES
#define CTNN_INCLUDED_REPORT_CURVES
/// \file
/// Charts of what training did: lines over epochs.

namespace ctnn {

/// One line: a value for each epoch. What is not finite leaves a gap.
struct curve {
    std::string name;
    std::vector<double> values;
};

/// Lines in one frame, with a title above and "epoch" below.
struct chart {
    std::string title;
    std::vector<curve> curves;
};

namespace detail {

/// Where the lines of a scale lie: low, low + step ... up to high.
struct ticks {
    double low = 0, high = 1, step = 0.2;
};

/// Steps of 1, 2 or 5 times a power of ten, about `wanted` of them, that hold both ends.
inline ticks place_ticks(double low, double high, int wanted) {
    if (!(high - low > 1e-12 * std::fmax(std::fabs(low), std::fabs(high)))) {
        const double margin = std::fabs(low) > 0 ? std::fabs(low) * 0.1 : 0.5;
        low -= margin;
        high += margin;
    }
    const double rough = (high - low) / wanted, power = std::pow(10.0, std::floor(std::log10(rough)));
    const double part = rough / power, step = (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10) * power;
    return {std::floor(low / step + 1e-9) * step, std::ceil(high / step - 1e-9) * step, step};
}

/// A tick's number with as many decimals as the step has.
inline std::string tick_text(double value, double step) {
    if (std::fabs(value) < step * 1e-6) return "0";
    char text[32];
    const bool plain = step >= 1e-4 && std::fabs(value) < 1e6;
    const int decimals = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
    const std::to_chars_result end =
        plain ? std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, decimals)
              : std::to_chars(text, text + sizeof text, value, std::chars_format::scientific, 1);
    return {text, end.ptr};
}

/// Draws one chart into the rectangle.
inline void draw_chart(canvas& to, const chart& what, extent left, extent top, extent width, extent height) {
    double low = 0, high = 0;
    std::size_t epochs = 0;
    bool any = false;
    for (const curve& one : what.curves) {
        if (one.values.size() > epochs) epochs = one.values.size();
        for (const double v : one.values) {
            if (!std::isfinite(v)) continue;
            low = any ? std::fmin(low, v) : v;
            high = any ? std::fmax(high, v) : v;
            any = true;
        }
    }
    if (!any) high = 1;
    if (epochs < 2) {
        // Points alone would lie on the frame.
        const double margin = 0.25 * (high - low);
        low -= margin;
        high += margin;
    }
    const ticks y = place_ticks(low, high, 6);
    extent labels = 0;
    const extent lines = static_cast<extent>(std::lround((y.high - y.low) / y.step));
    for (extent i = 0; i <= lines; ++i) {
        const extent letters = text_width(tick_text(y.low + static_cast<double>(i) * y.step, y.step));
        if (letters > labels) labels = letters;
    }
    // The frame of the plot: room for the title and the legend above, numbers to the left and below.
    const extent x0 = left + labels + 28, y0 = top + 74, w = left + width - 24 - x0, h = top + height - 62 - y0;
    to.text(x0, top + 14, shorten(what.title, w / 18), palette::ink, 3);

    const auto place_y = [&](double v) {
        return static_cast<double>(y0 + h) - (v - y.low) / (y.high - y.low) * static_cast<double>(h);
    };
    for (extent i = 0; i <= lines; ++i) {
        const double v = y.low + static_cast<double>(i) * y.step;
        const extent at = static_cast<extent>(std::lround(place_y(v)));
        const std::string text = tick_text(v, y.step);
        to.fill(x0, at, w, 1, palette::grid);
        to.text(x0 - 10 - text_width(text), at - 7, text, palette::gray);
    }
    // One epoch stands in the middle; more go from edge to edge.
    const auto place_x = [&](std::size_t i) {
        if (epochs < 2) return static_cast<double>(x0) + static_cast<double>(w) / 2;
        return static_cast<double>(x0) + 12 +
               static_cast<double>(i) / static_cast<double>(epochs - 1) * static_cast<double>(w - 24);
    };
    const double wanted = std::ceil(place_ticks(1, static_cast<double>(epochs < 2 ? 2 : epochs), 8).step);
    const std::size_t step = static_cast<std::size_t>(wanted);
    for (std::size_t epoch = 1; epoch <= epochs; ++epoch) {
        if (epoch != 1 && epoch % step != 0) continue;
        if (epoch == 1 && step > 1 && step < 4 && epochs > 8) continue;
        const extent at = static_cast<extent>(std::lround(place_x(epoch - 1)));
        const std::string text = std::to_string(epoch);
        to.fill(at, y0 + h, 1, 6, palette::gray);
        to.text(at - text_width(text) / 2, y0 + h + 12, text, palette::gray);
    }
    to.text(x0 + w / 2 - text_width("epoch") / 2, y0 + h + 36, "epoch", palette::gray);
    to.frame(x0, y0, w, h + 1, palette::gray);

    extent pen = x0;
    for (std::size_t i = 0; i < what.curves.size(); ++i) {
        const curve& one = what.curves[i];
        const color c = palette::series[i % (sizeof palette::series / sizeof *palette::series)];
        const auto point = [&](std::size_t k) { return place_y(one.values[k]); };
        for (std::size_t k = 0; k < one.values.size(); ++k) {
            if (!std::isfinite(one.values[k])) continue;
            if (k > 0 && std::isfinite(one.values[k - 1]))
                to.line(place_x(k - 1), point(k - 1), place_x(k), point(k), c, 2.5);
            if (epochs <= 30) to.line(place_x(k), point(k), place_x(k), point(k), c, 6.5);
        }
        to.line(static_cast<double>(pen) + 2, static_cast<double>(top) + 55, static_cast<double>(pen) + 20,
                static_cast<double>(top) + 55, c, 4);
        to.text(pen + 30, top + 48, one.name, palette::ink);
        pen += 30 + text_width(one.name) + 30;
    }
}

}  // namespace detail

/// Draws charts side by side, each 640 x 440 pixels.
///
///     auto picture = ctnn::draw_charts({{"loss", {{"training", a}, {"validation", b}}}});
[[nodiscard]] inline canvas draw_charts(const std::vector<chart>& charts) {
    constexpr extent width = 640, height = 440;
    const extent count = charts.empty() ? 1 : static_cast<extent>(charts.size());
    canvas to(height, count * width);
    for (std::size_t i = 0; i < charts.size(); ++i)
        detail::draw_chart(to, charts[i], static_cast<extent>(i) * width, 0, width, height);
    return to;
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_REPORT_CURVES
// -------------------- ctnn/report/grid.hpp
#ifndef CTNN_INCLUDED_REPORT_GRID
#define CTNN_INCLUDED_REPORT_GRID
/// \file
/// A grid of images with what they are and what the network said.

namespace ctnn {

/// One image of a grid.
struct grid_tile {
    float_image picture;      ///< gray or color, values 0 to 1
    std::string truth;        ///< name of the true class
    std::string predicted;    ///< name of the class with the highest score
    double probability = -1;  ///< of the predicted class; negative: not shown
    bool mistake = false;     ///< framed red
};

/// Draws images in rows of `columns`, each enlarged by a whole number to about 150 pixels (or reduced by area), with
/// two lines below: the true class, then the predicted one and its probability. Mistakes are framed and written red.
/// \pre at least one column
[[nodiscard]] inline canvas draw_grid(const std::vector<grid_tile>& tiles, extent columns) {
    constexpr extent side = 160, gap = 18, caption = 50, tile = side + gap, heading = 26, border = 5;
    const extent count = static_cast<extent>(tiles.size());
    if (columns > count && count > 0) columns = count;
    const extent rows = count == 0 ? 1 : (count + columns - 1) / columns;
    canvas to(heading + gap + rows * (side + caption + gap), gap + columns * tile);
    extent pen = gap;
    const auto explain = [&](const char* words, color c) {
        to.text(pen, 14, words, c);
        pen += text_width(words) + 36;
    };
    explain("true class", palette::ink);
    explain("predicted", palette::right);
    explain("mistake", palette::wrong);
    for (extent i = 0; i < count; ++i) {
        const grid_tile& one = tiles[static_cast<std::size_t>(i)];
        const extent x = gap + i % columns * tile, y = heading + gap + i / columns * (side + caption + gap);
        const float_image* shown = &one.picture;
        float_image reduced;
        const extent larger = shown->height > shown->width ? shown->height : shown->width;
        if (larger > side - 2 * border) {
            const auto part = [&](extent length) {
                return length * (side - 2 * border) / larger > 0 ? length * (side - 2 * border) / larger : 1;
            };
            reduced = resize_area(one.picture, part(shown->height), part(shown->width));
            shown = &reduced;
        }
        const extent shown_side = shown->height > shown->width ? shown->height : shown->width;
        const extent zoom = shown_side > 0 ? (side - 2 * border) / shown_side : 1;
        const extent w = shown->width * zoom, h = shown->height * zoom;
        to.fill(x, y, side, side, {246, 247, 249});
        to.frame(x, y, side, side, one.mistake ? palette::wrong : palette::grid, one.mistake ? border : 1);
        to.draw(x + (side - w) / 2, y + (side - h) / 2, *shown, zoom);
        std::string percent;
        if (one.probability >= 0) {
            percent += ' ';
            percent += std::to_string(static_cast<int>(one.probability * 100 + 0.5));
            percent += '%';
        }
        const extent letters = (side + 2) / 12, for_name = letters - letter_count(percent);
        to.text(x, y + side + 8, shorten(one.truth, letters), palette::ink);
        to.text(x, y + side + 30, shorten(one.predicted, for_name) + percent,
                one.mistake ? palette::wrong : palette::right);
    }
    return to;
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_REPORT_GRID
#endif
// -------------------- ctnn/train/train.hpp
/// \file
/// Losses, optimizers, metrics, training.

// -------------------- ctnn/train/evaluate.hpp
/// \file
/// A model on a whole data set: its mean loss, its probabilities, and what they are worth.

// -------------------- ctnn/train/metric/roc_auc.hpp
/// \file
/// The area under the ROC curve.

namespace ctnn {

/// The area under the ROC curve of one class against the others: the probability that a sample of the class scores
/// higher than one of another class, ties counting one half (Mann and Whitney's U over its maximum).
///
///     takes      scores [count][columns], of which column `column` is read; labels [count], negative ones ignored
///     gives      0 to 1; NaN when a score is NaN, or when the class or the others have no sample: no pair to rank
///     costs      a sort of count numbers
///
/// The counting is exact, so that neither the order of the samples nor ties change the result. As scikit-learn's
/// roc_auc_score: https://scikit-learn.org/stable/modules/generated/sklearn.metrics.roc_auc_score.html
template <class T>
[[nodiscard]] inline double roc_auc_of_class(const T* scores, extent columns, extent column, const std::int32_t* labels,
                                             extent count, std::int32_t positive) {
    constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
    struct ranked {
        T score;
        bool positive;
    };
    std::vector<ranked> samples;
    samples.reserve(static_cast<std::size_t>(count));
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0) continue;
        const T score = scores[i * columns + column];
        if (std::isnan(score)) return undefined;
        samples.push_back({score, labels[i] == positive});
    }
    std::sort(samples.begin(), samples.end(), [](const ranked& a, const ranked& b) { return a.score < b.score; });

    // Twice the number of pairs in the right order, one tie being one: an integer below 2^63 for two billion samples.
    std::int64_t positives = 0, negatives = 0, pairs = 0;
    for (std::size_t i = 0; i < samples.size();) {
        std::int64_t tied_positives = 0, tied_negatives = 0;
        const T score = samples[i].score;
        for (; i < samples.size() && samples[i].score == score; ++i)
            ++(samples[i].positive ? tied_positives : tied_negatives);
        pairs += tied_positives * (2 * negatives + tied_negatives);
        positives += tied_positives;
        negatives += tied_negatives;
    }
    if (positives == 0 || negatives == 0) return undefined;
    return static_cast<double>(pairs) / (2.0 * static_cast<double>(positives) * static_cast<double>(negatives));
}

/// The area under the ROC curve of a classifier with `columns` outputs, as MedMNIST reports it: one or two outputs are
/// a binary problem (the last column is class 1's score), more are the mean of each class against the others.
///
///     takes      scores [count][columns], labels [count], negative ones ignored
///     gives      0 to 1; a class without samples does not enter the mean; NaN when a score is NaN or nothing is ranked
template <class T>
[[nodiscard]] inline double roc_auc(const T* scores, extent columns, const std::int32_t* labels, extent count) {
    if (columns <= 2) return roc_auc_of_class(scores, columns, columns - 1, labels, count, 1);
    for (extent i = 0; i < count * columns; ++i) {
        if (std::isnan(scores[i])) return std::numeric_limits<double>::quiet_NaN();
    }
    double sum = 0;
    extent ranked_classes = 0;
    for (extent c = 0; c < columns; ++c) {
        const double area = roc_auc_of_class(scores, columns, c, labels, count, static_cast<std::int32_t>(c));
        if (std::isnan(area)) continue;
        sum += area;
        ++ranked_classes;
    }
    return ranked_classes == 0 ? std::numeric_limits<double>::quiet_NaN() : sum / static_cast<double>(ranked_classes);
}

}  // namespace ctnn
// -------------------- ctnn/train/pass.hpp
/// \file
/// Forward, loss and backward for a batch: what a hand-written training loop is made of.

// -------------------- ctnn/train/head.hpp
/// \file
/// The contract between a loss and the end of a network, checked when they meet.

// -------------------- ctnn/train/loss/loss.hpp
/// \file
/// The protocol of a loss: what it wants the network to end with, how it is checked, normalized and differentiated.

// -------------------- ctnn/train/loss/target.hpp
/// \file
/// What the outputs of a batch are compared with.

namespace ctnn {

/// The truth for a batch, contiguous and in the order of the samples; the loss says which of the two it reads.
///
///     labels   class indices: one a position for cross entropy, one an output (0 or 1) for binary cross entropy.
///              A negative label takes its position out of the loss, as PyTorch's ignore_index does
///     values   numbers in the shape of the output [sample][position][channel]: what to regress to, or probabilities
///
/// The pointers are borrowed.
template <class T>
struct target {
    const std::int32_t* labels = nullptr;
    const T* values = nullptr;
};

/// The target without its first `samples` samples, for a batch that is worked on in slices.
template <class Loss, class T>
[[nodiscard]] constexpr target<T> from_sample(target<T> whole, extent samples, dims out) {
    if (whole.labels != nullptr) whole.labels += samples * Loss::labels_per_sample(out);
    if (whole.values != nullptr) whole.values += samples * out.size();
    return whole;
}

}  // namespace ctnn

namespace ctnn {

/// What a loss wants the network to end with. Except for `any`, a loss sees the values before the head (the logits).
enum class loss_head : unsigned char {
    any,             ///< whatever the network ends with; a head is differentiated like any layer
    softmax,         ///< the network ends with softmax, and the loss reads that head's input
    sigmoid,         ///< the network ends with sigmoid, and the loss reads that head's input
    softmax_logits,  ///< the network ends without a head; softmax makes probabilities of its output
    sigmoid_logits   ///< the network ends without a head; sigmoid makes probabilities of its output
};

/// Is the input of the network's last layer, not its output, what the loss reads?
[[nodiscard]] constexpr bool skips_head(loss_head head) {
    return head == loss_head::softmax || head == loss_head::sigmoid;
}

namespace detail {
template <class Loss, class T>
concept loss_function_for = requires(const Loss& loss, const T* output, target<T> expected, T* gradient, extent samples,
                                     dims out, double normalizer) {
    { loss.check(expected, samples, out) } -> std::same_as<error>;
    { loss.normalizer(expected, samples, out) } -> std::same_as<double>;
    { loss.value(output, expected, gradient, samples, out, normalizer) } -> std::same_as<double>;
};
}  // namespace detail

/// What can be minimized. All arrays are contiguous, [sample][position][channel]; `out` is the shape of one sample.
///
///     Loss::head                  the loss_head
///     Loss::labels_per_sample     how many labels of the target belong to one sample (0: it reads no labels)
///     check                       error{} when the target and the loss's own members make sense for `out`, else
///                                 error_kind::invalid_argument or not_finite with the first bad sample's index; to be
///                                 called once for a data set, before training
///     normalizer                  what the sum of a batch's losses is divided by to give the mean; the normalizers of
///                                 slices add up to the batch's. 0: every position of the batch is ignored
///     value                       the sum of the losses. Where gradient is not null it writes every element of
///                                 d(sum / normalizer) / d(output); a normalizer of 0 gives zeros. The gradient may be
///                                 the output's own memory
///
/// value adds up one sample after the other, in double: calls for single samples, added in order, have the same bits as
/// one call for the batch, so that slices and threads change nothing.
template <class Loss>
concept loss_function = detail::loss_function_for<Loss, float> && detail::loss_function_for<Loss, double> &&
    requires(dims out) {
    { Loss::head } -> std::convertible_to<loss_head>;
    { Loss::labels_per_sample(out) } -> std::same_as<extent>;
};

/// The mean from a sum and its normalizer; 0 for a batch in which everything is ignored (where PyTorch gives NaN).
[[nodiscard]] constexpr double mean_of(double sum, double normalizer) {
    return normalizer > 0 ? sum / normalizer : 0.0;
}

/// The mean loss of a whole batch, with its gradient where the pointer is not null.
template <loss_function Loss, class T>
[[nodiscard]] inline double mean_loss(const Loss& loss, const T* output, target<T> expected, T* gradient,
                                      extent samples, dims out) {
    const double normalizer = loss.normalizer(expected, samples, out);
    return mean_of(loss.value(output, expected, gradient, samples, out, normalizer), normalizer);
}

}  // namespace ctnn

namespace ctnn {

/// What a network ends with.
enum class network_head : unsigned char { none, softmax, sigmoid };

namespace detail {

template <class Net>
constexpr network_head head_of() {
    for (const operation& row : Net::table.rows) {
        if (row.result != Net::table.output) continue;
        if (row.what == kind::softmax) return network_head::softmax;
        if (row.what == kind::activation && row.activation == activation::sigmoid) return network_head::sigmoid;
    }
    return network_head::none;
}

}  // namespace detail

/// What the compiler prints when a loss and a network do not belong together.
template <network_head Ends, loss_head Wants>
struct loss_refused {
    static_assert(Wants != loss_head::softmax || Ends == network_head::softmax,
                  "ctnn: cross_entropy needs a network that ends with softmax; "
                  "add softmax, or use cross_entropy_with_logits");
    static_assert(Wants != loss_head::sigmoid || Ends == network_head::sigmoid,
                  "ctnn: binary_cross_entropy needs a network that ends with sigmoid; "
                  "add sigmoid, or use binary_cross_entropy_with_logits");
    static_assert(Wants != loss_head::softmax_logits || Ends == network_head::none,
                  "ctnn: cross_entropy_with_logits needs a network that ends without softmax or sigmoid; "
                  "remove the head, or use cross_entropy after a softmax");
    static_assert(Wants != loss_head::sigmoid_logits || Ends == network_head::none,
                  "ctnn: binary_cross_entropy_with_logits needs a network that ends without softmax or sigmoid; "
                  "remove the head, or use binary_cross_entropy after a sigmoid");
};

namespace detail {
template <class Net, loss_head Wants>
struct check_head : loss_refused<head_of<Net>(), Wants> {};
}  // namespace detail

}  // namespace ctnn
// -------------------- ctnn/train/tape.hpp
/// \file
/// The executor of training: one loop forwards and one backwards over rows that are plain numbers. It sees no network.

// -------------------- ctnn/graph/training_plan.hpp
/// \file
/// The memory of a training step: forwards, the loss, and backwards over one schedule.

namespace ctnn::detail {

/// Does the operation's own code add into a gradient that exists? For others the executor does, through a partial.
constexpr bool accumulates_itself(const operation& row) {
    return row.what == kind::convolution || row.what == kind::add || row.what == kind::place ||
           row.what == kind::reshape;
}

/// How many gradients are added up through temporary memory: those of values with several readers.
template <bool InputGradient, int Rows, int Values>
constexpr int count_partials(const table<Rows, Values>& t) {
    int count = 0;
    bool written[static_cast<std::size_t>(Values)]{};
    written[t.output] = true;
    for (int i = Rows - 1; i > 0; --i)
        for (int v : t.rows[i].input) {
            if (v < (InputGradient ? 1 : 2)) continue;
            count += written[v] && !accumulates_itself(t.rows[i]);
            written[v] = true;
        }
    return count;
}

/// Does a concatenation hold the same value twice, once in front of this row's place? Its places are neighbors.
template <int Rows, int Values>
constexpr bool placed_before(const table<Rows, Values>& t, int i) {
    for (int j = i - 1; j > 0 && t.rows[j].what == kind::place && t.rows[j].result == t.rows[i].result; --j)
        if (t.rows[j].input[0] == t.rows[i].input[0]) return true;
    return false;
}

/// Row i runs forwards at time i, the loss at time Rows, row i backwards at time 2 Rows - i. Buffers: values, then
/// their gradients, then partials. A value lives until its last backward reader; a gradient is a buffer like any other.
template <bool InputGradient, int Partials, int Rows, int Values>
constexpr schedule<2 * Rows + 1, 2 * Values + Partials> training_schedule(const table<Rows, Values>& t) {
    schedule<2 * Rows + 1, 2 * Values + Partials> s;
    for (int v = 0; v < Values; ++v) s.buffers[v].shape = s.buffers[Values + v].shape = t.values[v];
    s.buffers[0].external = true;
    const auto widen = [&](int b, int axis, extent before, extent after) {
        buffer& u = s.buffers[b];
        if (before > u.before[axis]) u.before[axis] = before;
        if (after > u.after[axis]) u.after[axis] = after;
    };
    for (int i = 0; i < Rows; ++i) {
        const operation& row = t.rows[i];
        task& k = s.tasks[i];
        k.row = i;
        k.reads[0] = row.input[0];
        k.reads[1] = row.input[1];
        k.writes[0] = row.result;
        k.view_of = row.input[0];
        if (row.what == kind::convolution) {
            for (int a = 0; a < 3; ++a) widen(row.input[0], a, row.window.before[a], row.window.after[a]);
        } else if (row.what == kind::place) {
            k.view = link::slice;
            k.channel = row.channel;
        } else if (row.what == kind::reshape) {
            k.view = link::reshape;
        } else if (row.in_place) {
            k.view = link::same;
        }
    }
    s.tasks[Rows].reads[0] = t.output;
    s.tasks[Rows].writes[0] = Values + t.output;
    bool written[static_cast<std::size_t>(Values)]{};
    written[t.output] = true;
    int partial = 2 * Values;
    for (int i = Rows - 1; i > 0; --i) {  // row 0 is the copy of the input: nothing to do backwards
        const operation& row = t.rows[i];
        task& k = s.tasks[2 * Rows - i];
        k.row = i;
        k.backward = true;
        const int dy = Values + row.result;
        k.reads[0] = dy;
        if (row.backward_reads_input) k.reads[1] = row.input[0];
        if (row.backward_reads_output) k.reads[2] = row.result;
        for (int j = 0; j < 2; ++j) {
            const int v = row.input[j];
            if (v < (InputGradient ? 1 : 2)) continue;
            k.writes[j] = Values + v;
            k.accumulate[j] = written[v];
            // The second term of x + x is added to the first, which nobody wrote before.
            if (written[v] && (j == 0 || v != row.input[0])) k.reads[3 + j] = Values + v;
            if (written[v] && !accumulates_itself(row)) {
                s.buffers[partial].shape = row.in;
                k.writes[2] = partial++;
            }
            written[v] = true;
        }
        if (k.writes[0] < 0) continue;
        if (row.what == kind::convolution)
            for (int a = 0; a < 3; ++a) {
                const border b = gradient_border(row.window, row.in, row.out, a);
                widen(dy, a, b.before, b.after);
            }
        if (k.accumulate[0]) continue;
        k.view_of = dy;
        if (row.what == kind::place) {
            if (placed_before(t, i)) continue;  // other slices of this concatenation will be added to the gradient
            k.view = link::slice;
            k.channel = row.channel;
        } else if (row.what == kind::reshape) {
            k.view = link::reshape;
        } else if (row.backward_in_place && row.in == row.out) {
            k.view = link::same;
        }
    }
    return s;
}

/// Numbers that rows keep from forward to backward, and the largest temporary memory of a row.
struct side_memory {
    extent saved = 0, scratch = 0;
};
template <int Rows, int Values>
constexpr side_memory side_memory_of(const table<Rows, Values>& t) {
    side_memory m;
    for (const operation& row : t.rows) {
        m.saved += round_up(row.saved);
        if (row.scratch > m.scratch) m.scratch = row.scratch;
    }
    return m;
}

/// The plan of a training step. With `WithoutHead` the last row is left to the loss, which takes logits.
template <class Net, bool WithoutHead, bool InputGradient>
struct training_plan {
    static constexpr auto whole = [] {
        if constexpr (WithoutHead)
            return without_head(Net::table);
        else
            return Net::table;
    }();
    static constexpr auto table = compacted<living_rows(whole)>(whole);
    static constexpr int partials = count_partials<InputGradient>(table);
    static constexpr auto shared = [] {
        auto s = training_schedule<InputGradient, partials>(table);
        share(s);
        return s;
    }();
    static constexpr const auto& plan = arranged<training_plan, arrange_stages(shared)>;
    static_assert(disjoint(plan), "ctnn: internal error, live buffers overlap");
    static_assert(never_stale(plan), "ctnn: internal error, a value is read after it was overwritten");
    static_assert(reads_before_writes(plan), "ctnn: internal error, an operand is overwritten while it is read");
    static_assert(gapless(plan), "ctnn: internal error, a flattened value has gaps");

    static constexpr int rows = table.row_count;
    static constexpr int values = table.value_count;
    static constexpr extent elements = plan.elements;
    /// Does anybody ask for the gradient of a row's input? Not in a first layer.
    static constexpr bool wants_input_gradient(int row) { return plan.tasks[2 * rows - row].writes[0] >= 0; }
    static constexpr side_memory side = side_memory_of(table);
    /// Elements of temporary memory of each thread.
    static constexpr extent each_thread = largest_thread_scratch(table, true);
};

}  // namespace ctnn::detail

namespace ctnn {
namespace detail {

/// A row of the table with the places of everything that it touches, forwards and backwards.
struct training_row {
    operation op{};
    operand x, other, y, dy, dx, d_other, partial;
    bordered_storage border_forward, border_backward;
    bool skip_forward = false, skip_backward = false;
    bool accumulate[2]{};
    extent saved = 0;
};

template <int Rows>
struct training_rows {
    training_row of[static_cast<std::size_t>(Rows)]{};
    operand output, output_gradient, input_gradient;
    bordered_storage border_loss;
};

template <class Plan>
constexpr auto training_rows_of() {
    constexpr int count = Plan::rows, values = Plan::values;
    training_rows<count> r;
    const auto& s = Plan::plan;
    extent saved = 0;
    for (int i = 0; i < count; ++i) {
        training_row& row = r.of[i];
        const task &forward = s.tasks[i], &backward = s.tasks[2 * count - i];
        row.op = Plan::table.rows[i];
        row.x = operand_of(s, row.op.input[0]);
        row.other = operand_of(s, row.op.input[1]);
        row.y = operand_of(s, row.op.result);
        if (i > 0) row.dy = operand_of(s, values + row.op.result);
        row.dx = operand_of(s, backward.writes[0]);
        row.d_other = operand_of(s, backward.writes[1]);
        row.partial = operand_of(s, backward.writes[2]);
        if (row.op.what == kind::place) {  // a part of the concatenation
            row.y.offset += row.op.channel;
            row.dy.offset += row.op.channel;
            row.y.shape = row.dy.shape = row.op.in;
        }
        row.border_forward = border_of(s, forward.border);
        row.border_backward = border_of(s, backward.border);
        row.skip_forward = forward.elided;
        const bool nothing = backward.writes[0] < 0 && backward.writes[1] < 0 && row.op.parameter_count() == 0;
        row.skip_backward = i == 0 || backward.elided || nothing;
        row.accumulate[0] = backward.accumulate[0];
        row.accumulate[1] = backward.accumulate[1];
        row.saved = saved;
        saved += round_up(row.op.saved);
    }
    r.output = operand_of(s, Plan::table.output);
    r.output_gradient = operand_of(s, values + Plan::table.output);
    r.input_gradient = operand_of(s, s.buffers[values + 1].last < 0 ? -1 : values + 1);
    r.border_loss = border_of(s, s.tasks[count].border);
    return r;
}

}  // namespace detail

inline namespace CTNN_BACKEND {
namespace execution {

/// What a training step works with.
template <class T>
struct tape {
    const ctnn::detail::training_row* rows = nullptr;
    const routine<T>* routines = nullptr;
    int count = 0;
    T* arena = nullptr;
    T* saved = nullptr;
    T* scratch = nullptr;
    T* thread_scratch = nullptr;
    extent samples = 0;
    extent threads = 1;
    std::uint64_t seed = 0, step = 0;

    void zero(const ctnn::detail::bordered_storage& b) const {
        if (b.place < 0) return;
        parallel_for(samples, threads_for(samples * b.size / 8, threads),
                     [&](extent s) { ctnn::detail::zero_border(b, arena, samples, s); });
    }

    void forward(const T* inputs, const T* parameters, T* state, bool training) const {
        for (int i = 0; i < count; ++i) {
            const ctnn::detail::training_row& row = rows[i];
            zero(row.border_forward);
            if (row.skip_forward) continue;
            const batch_view<T> x = row.x.view(arena, samples), y = row.y.view(arena, samples);
            switch (row.op.what) {
                case kind::input: {
                    batch_view<const T> from = x;
                    from.data = inputs;
                    copy_view<T>(from, y, false, threads);
                    break;
                }
                case kind::place:
                    copy_view<T>(x, y, false, threads);
                    break;
                case kind::reshape:
                    reshape_view<T>(x, y, false, threads);
                    break;
                case kind::add:
                    add_views<T>(x, row.other.view(arena, samples), y, threads);
                    break;
                default:
                    routines[i].forward({.op = row.op,
                                         .x = x,
                                         .other = {},
                                         .y = y,
                                         .parameters = parameters + row.op.parameter_offset,
                                         .state = state + row.op.state_offset,
                                         .saved = saved + row.saved,
                                         .scratch = scratch,
                                         .thread_scratch = thread_scratch,
                                         .threads = threads,
                                         .training = training,
                                         .seed = seed,
                                         .step = step});
            }
        }
    }

    /// Adds into `gradients`. The gradient of the output is in the arena already.
    void backward(const T* parameters, T* gradients) const {
        for (int i = count - 1; i > 0; --i) {
            const ctnn::detail::training_row& row = rows[i];
            zero(row.border_backward);
            if (row.skip_backward) continue;
            const batch_view<T> dy = row.dy.view(arena, samples), dx = row.dx.view(arena, samples);
            switch (row.op.what) {
                case kind::place:
                    copy_view<T>(dy, dx, row.accumulate[0], threads);
                    break;
                case kind::reshape:
                    reshape_view<T>(dy, dx, row.accumulate[0], threads);
                    break;
                case kind::add:
                    if (row.dx.exists()) copy_view<T>(dy, dx, row.accumulate[0], threads);
                    if (row.d_other.exists())
                        copy_view<T>(dy, row.d_other.view(arena, samples), row.accumulate[1], threads);
                    break;
                default: {
                    const bool through_partial = row.partial.exists();
                    const batch_view<T> partial = row.partial.view(arena, samples);
                    routines[i].backward({.op = row.op,
                                          .x = row.x.view(arena, samples),
                                          .other = {},
                                          .y = row.y.view(arena, samples),
                                          .dy = dy,
                                          .dx = through_partial ? partial : dx,
                                          .parameters = parameters + row.op.parameter_offset,
                                          .gradients = gradients + row.op.parameter_offset,
                                          .saved = saved + row.saved,
                                          .scratch = scratch,
                                         .thread_scratch = thread_scratch,
                                          .threads = threads,
                                          .accumulate = row.accumulate[0] && !through_partial,
                                          .seed = seed,
                                          .step = step});
                    if (through_partial) copy_view<T>(partial, dx, true, threads);
                }
            }
        }
    }
};

}  // namespace execution
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

/// How a training pass is set up.
struct pass_options {
    extent max_batch = 32;  ///< more samples than that at once are refused by assertion
    extent threads = 0;     ///< 0: as many as OpenMP offers; results do not depend on it
    seed random{};          ///< of dropout
};

inline namespace CTNN_BACKEND {

/// The memory and the code of training steps for one network and one loss. Everything is allocated when it is made.
///
/// The outputs that it shows are what the loss reads: logits when the loss takes over the network's head.
///
///     ctnn::training_pass<net, ctnn::cross_entropy> pass{{.max_batch = 32}};
///     pass.forward(model, images, 32);
///     double loss = pass.loss(ctnn::cross_entropy{}, {.labels = labels});
///     pass.backward(model, gradient);
template <class Net, loss_function Loss, class T = float, bool InputGradient = false>
class training_pass : detail::check_head<Net, Loss::head> {
    static constexpr bool without_head = skips_head(Loss::head);
    using plan = detail::training_plan<Net, without_head, InputGradient>;
    static constexpr auto rows = detail::training_rows_of<plan>();
    static constexpr auto& routines = execution::routines<plan, Net, T, true>;

public:
    using network = Net;
    using scalar = T;
    static constexpr dims output_dims = plan::table.values[plan::table.output];
    /// Bytes of memory for a batch on so many threads, besides the model and its gradient.
    [[nodiscard]] static constexpr extent bytes(extent batch, extent threads = 1) {
        return (batch * (plan::elements + 2 * output_dims.size()) + plan::side.saved + plan::side.scratch +
                threads * plan::each_thread) *
               static_cast<extent>(sizeof(T));
    }

    explicit training_pass(const pass_options& options)
        : max_batch_(options.max_batch < 1 ? 1 : options.max_batch),
          arena_(max_batch_ * plan::elements),
          outputs_(max_batch_ * output_dims.size()),
          output_gradient_(max_batch_ * output_dims.size()),
          saved_(plan::side.saved),
          scratch_(plan::side.scratch) {
        const extent threads = options.threads > 0 ? options.threads : available_threads();
        thread_scratch_ = aligned_block<T>(threads * plan::each_thread);
        tape_ = {rows.of,
                 routines.of,
                 plan::rows,
                 arena_.data(),
                 saved_.data(),
                 scratch_.data(),
                 thread_scratch_.data(),
                 0,
                 threads,
                 options.random.value,
                 0};
    }

    [[nodiscard]] extent max_batch() const noexcept { return max_batch_; }
    [[nodiscard]] extent samples() const noexcept { return tape_.samples; }
    /// The number of the step decides dropout's masks: equal seed and step, equal masks.
    void set_step(std::uint64_t step) noexcept { tape_.step = step; }

    /// Runs the network on `samples` inputs that lie one after the other; running statistics of the model are updated.
    /// \returns the outputs [sample][position][channel], valid until the next call
    /// \pre 1 <= samples <= max_batch()
    std::span<const T> forward(model<Net, T>& m, const T* inputs, extent samples) noexcept {
        return run(m, inputs, samples, true);
    }
    /// As forward, but as in inference: no dropout, running statistics read and not changed.
    std::span<const T> evaluate(const model<Net, T>& m, const T* inputs, extent samples) noexcept {
        return run(const_cast<model<Net, T>&>(m), inputs, samples, false);
    }

    /// The outputs of the last forward.
    [[nodiscard]] std::span<const T> outputs() const noexcept { return {outputs_.data(), size()}; }
    /// What backward begins with; loss() writes it, and so may the caller.
    [[nodiscard]] std::span<T> output_gradient() noexcept { return {output_gradient_.data(), size()}; }

    /// The mean loss of the last forward, with its gradient ready for backward.
    [[nodiscard]] double loss(const Loss& function, const target<T>& expected) noexcept {
        return mean_loss(function, outputs_.data(), expected, output_gradient_.data(), tape_.samples, output_dims);
    }

    /// Adds the gradient of the loss with respect to every parameter into `to`.
    void backward(const model<Net, T>& m, gradient<Net, T>& to) noexcept {
        tape_.zero(rows.border_loss);
        execution::reshape_view<T>(staged(output_gradient_.data()),
                                   rows.output_gradient.view(arena_.data(), tape_.samples), false, tape_.threads);
        tape_.backward(m.parameters().data(), to.data());
    }

    /// The gradient with respect to input `sample` after backward, in the order of the input. Needs InputGradient.
    void input_gradient(extent sample, T* to) const noexcept {
        static_assert(InputGradient, "ctnn: ask for the input's gradient: training_pass<Net, Loss, T, true>");
        batch_view<T> from = rows.input_gradient.view(const_cast<T*>(arena_.data()), tape_.samples);
        from.data += sample * from.sample;
        from.count = 1;
        execution::copy_view<T>(from, batch_view<T>::dense(to, Net::input_dims, 1), false, 1);
    }

private:
    [[nodiscard]] std::size_t size() const noexcept {
        return static_cast<std::size_t>(tape_.samples * output_dims.size());
    }
    [[nodiscard]] batch_view<T> staged(T* data) const noexcept {
        return batch_view<T>::dense(data, output_dims, tape_.samples);
    }
    std::span<const T> run(model<Net, T>& m, const T* inputs, extent samples, bool training) noexcept {
        tape_.samples = samples < max_batch_ ? samples : max_batch_;
        tape_.forward(inputs, m.parameters().data(), m.state().data(), training);
        execution::reshape_view<T>(rows.output.view(arena_.data(), tape_.samples), staged(outputs_.data()), false,
                                   tape_.threads);
        return outputs();
    }

    extent max_batch_;
    aligned_block<T> arena_, outputs_, output_gradient_, saved_, scratch_, thread_scratch_;
    execution::tape<T> tape_;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

/// What evaluate() found.
template <class T>
struct evaluation {
    double loss = 0;               ///< mean, as the loss defines it
    double accuracy = -1;          ///< share of right labels; -1 without labels
    double auc = -1;               ///< as roc_auc; -1 unless there is one label a sample
    std::vector<T> probabilities;  ///< [sample][position][channel]: outputs after the head that the loss stands for
};

namespace detail {

/// The network's outputs from what a loss reads. Stable softmax and sigmoid, computed in double.
template <loss_head Head, class T>
void to_probabilities(const T* outputs, T* to, extent positions, extent channels) {
    constexpr bool softmax = Head == loss_head::softmax || Head == loss_head::softmax_logits;
    constexpr bool sigmoid = Head == loss_head::sigmoid || Head == loss_head::sigmoid_logits;
    for (extent p = 0; p < positions; ++p, outputs += channels, to += channels) {
        double largest = static_cast<double>(outputs[0]), total = 0;
        if constexpr (softmax) {
            for (extent c = 1; c < channels; ++c) largest = std::max(largest, static_cast<double>(outputs[c]));
            for (extent c = 0; c < channels; ++c) total += std::exp(static_cast<double>(outputs[c]) - largest);
        }
        for (extent c = 0; c < channels; ++c) {
            const double z = static_cast<double>(outputs[c]);
            to[c] = softmax   ? static_cast<T>(std::exp(z - largest) / total)
                    : sigmoid ? static_cast<T>(1 / (1 + std::exp(-z)))
                              : outputs[c];
        }
    }
}

/// Runs a pass over a data set in slices of its batch. Allocates nothing when `found` has its size already.
template <class Pass, class Model, class Data, class Loss>
void evaluate_into(Pass& pass, const Model& m, const Data& data, const Loss& loss,
                   evaluation<typename Pass::scalar>& found) {
    using T = typename Pass::scalar;
    constexpr dims out = Pass::output_dims;
    const extent n = data.size();
    found.probabilities.resize(static_cast<std::size_t>(n * out.size()));
    const target<T> all{data.labels.empty() ? nullptr : data.labels.data(),
                        data.values.empty() ? nullptr : data.values.data()};
    double sum = 0, normalizer = 0;
    for (extent from = 0; from < n; from += pass.max_batch()) {
        const extent samples = n - from < pass.max_batch() ? n - from : pass.max_batch();
        const auto outputs = pass.evaluate(m, data.input_of(from), samples);
        const target<T> expected = from_sample<Loss>(all, from, out);
        sum += loss.value(outputs.data(), expected, static_cast<T*>(nullptr), samples, out, 1.0);
        normalizer += loss.normalizer(expected, samples, out);
        to_probabilities<Loss::head>(outputs.data(), found.probabilities.data() + from * out.size(),
                                     samples * out.positions(), out.channels());
    }
    found.loss = mean_of(sum, normalizer);
    if (data.labels.empty() || Loss::labels_per_sample(out) != out.positions()) return;
    const extent positions = n * out.positions(), channels = out.channels();
    extent right = 0, counted = 0;
    for (extent p = 0; p < positions; ++p) {
        const std::int32_t label = data.labels[static_cast<std::size_t>(p)];
        if (label < 0) continue;
        ++counted;
        right += predicted_class(found.probabilities.data() + p * channels, channels) == label;
    }
    found.accuracy = counted == 0 ? 0 : static_cast<double>(right) / static_cast<double>(counted);
    if (out.positions() == 1) found.auc = roc_auc(found.probabilities.data(), channels, data.labels.data(), n);
}

}  // namespace detail

/// Evaluates a model: running statistics instead of a batch's, no dropout.
/// \pre the data set fits the loss (loss.check)
template <class Net, class T, class Data, loss_function Loss>
[[nodiscard]] evaluation<T> evaluate(const model<Net, T>& m, const Data& data, const Loss& loss, extent batch = 32) {
    static_assert(std::is_same_v<typename Data::input, typename Net::input>,
                  "ctnn: evaluate needs a data set of the network's input shape; "
                  "load or resize the data to net::input");
    training_pass<Net, Loss, T> pass{{.max_batch = batch}};
    evaluation<T> found;
    detail::evaluate_into(pass, m, data, loss, found);
    return found;
}

}  // namespace ctnn
// -------------------- ctnn/train/fit.hpp
/// \file
/// Training in one call.

#include <chrono>

// -------------------- ctnn/train/history.hpp
/// \file
/// What training tells: a record for each epoch, and calls on the way.

namespace ctnn {

/// What one epoch did. Losses are means over samples; accuracies are shares of labels, -1 where there are no labels.
struct epoch_record {
    extent epoch = 0;  ///< 1 is the first
    double loss = 0;   ///< of the training batches, as they were met
    double accuracy = -1;
    double validation_loss = -1;  ///< -1 without validation data
    double validation_accuracy = -1;
    double validation_auc = -1;  ///< area under the ROC curve; several classes: the mean of one against the rest
    double rate = 0;             ///< the optimizer's rate in this epoch
    double seconds = 0;
};

/// A whole run.
struct training_history {
    std::vector<epoch_record> epochs;
    extent best_epoch = 0;  ///< the epoch whose weights the model has now
    bool stopped_early = false;
};

/// What a callback may see and change in the middle of training.
struct training_moment {
    extent epoch = 1, epochs = 1;   ///< from 1
    extent batch = 0, batches = 0;  ///< from 1; 0 before the first
    extent samples = 0;             ///< seen in this epoch
    double loss = 0;                ///< running mean of this epoch
    double rate = 0;                ///< may be changed at the beginning of an epoch: a schedule
    bool stop = false;              ///< may be set: training ends after this epoch
};

/// Derive from it to be called around epochs and batches; nothing is printed by the library itself.
class training_callback {
public:
    virtual void epoch_begins(training_moment&) {}
    virtual void batch_ends(training_moment&) {}
    virtual void epoch_ends(training_moment&, const epoch_record&) {}

protected:
    ~training_callback() = default;
};

}  // namespace ctnn
// -------------------- ctnn/train/metric/running_mean.hpp
/// \file
/// The mean of values that come one after the other.

namespace ctnn {

/// The weighted mean of the values so far, as a training loop reports its loss; 0 before the first.
///
///     ctnn::running_mean loss;
///     loss.add(batch_loss, samples_of_batch);
class running_mean {
public:
    void add(double value, double weight = 1) {
        sum_ += value * weight;
        weight_ += weight;
    }
    /// Adds a sum of values together with the sum of their weights, as a loss gives with its normalizer.
    void add_sum(double sum, double weight) {
        sum_ += sum;
        weight_ += weight;
    }
    [[nodiscard]] double value() const { return weight_ > 0 ? sum_ / weight_ : 0.0; }

private:
    double sum_ = 0, weight_ = 0;
};

}  // namespace ctnn
// -------------------- ctnn/train/update.hpp
/// \file
/// One step of an optimizer over a whole model.

// -------------------- ctnn/train/optimizer/optimizer.hpp
/// \file
/// The protocol of an optimizer: one pass over a flat range of parameters.

namespace ctnn {

namespace detail {
template <class Optimizer, class T>
concept optimizer_for = requires(const Optimizer& optimizer, T* parameters, const T* gradients, T* state, extent count,
                                 std::uint64_t time, extent stride) {
    optimizer.step(parameters, gradients, state, count, time);
    optimizer.step(parameters, gradients, state, count, time, stride);
};

/// Refuses a setting that is not finite, or outside [low, high) where high is not 0.
[[nodiscard]] inline error check_setting(const char* optimizer, const char* name, double value, double high = 0) {
    if (std::isfinite(value) && value >= 0 && (high == 0 || value < high)) return {};
    return {error_kind::invalid_argument, std::string(optimizer) + ": " + name + " is " + to_text(value) +
                                              (high == 0 ? ", expected a finite number of at least 0"
                                                         : ", expected a number from 0 to below " + to_text(high))};
}
}  // namespace detail

/// What can make a step.
///
///     rate       the learning rate; a schedule writes it between steps
///     check      error{} when the settings make sense, else error_kind::invalid_argument
///     slots      how many numbers of state a parameter has; they begin as zeros
///     step       updates `count` parameters and their state from the gradients; time is 1 at the first step.
///                Slot k of parameter i is state[k * stride + i]; a stride of 0 (the default) stands for count.
///
/// Parameter i depends on gradient i and the state of i alone, so a range that is cut in any way gives the same bits as
/// the whole, and a part that is to have other settings (biases without weight decay) is stepped by another optimizer.
template <class Optimizer>
concept optimizer = std::copyable<Optimizer> && requires(const Optimizer& o, Optimizer& changeable) {
    { o.slots() } -> std::same_as<extent>;
    { o.check() } -> std::same_as<error>;
    changeable.rate = 1e-3;
} && detail::optimizer_for<Optimizer, float> && detail::optimizer_for<Optimizer, double>;

}  // namespace ctnn

namespace ctnn {
inline namespace CTNN_BACKEND {

/// What an optimizer remembers of a model between steps: its slots, each a block like the parameters, and the time.
template <optimizer Optimizer, class Net, class T = float>
class optimizer_state {
public:
    explicit optimizer_state(const Optimizer& o) : slots_(o.slots() * stride) {}

    /// Changes the parameters of a model by one step along a gradient.
    void step(const Optimizer& o, model<Net, T>& m, const gradient<Net, T>& g, extent threads = 1) noexcept {
        ++time_;
        // Pieces of 256 KB of float: enough to be worth a thread, and the same for any number of threads.
        constexpr extent piece = 65536, count = Net::parameter_count;
        parallel_for((count + piece - 1) / piece, threads, [&](extent i) {
            const extent from = i * piece, length = count - from < piece ? count - from : piece;
            T* slots = slots_.size() == 0 ? nullptr : slots_.data() + from;
            o.step(m.parameters().data() + from, g.data() + from, slots, length, time_, stride);
        });
    }
    [[nodiscard]] std::uint64_t time() const noexcept { return time_; }

private:
    static constexpr extent stride = round_up(Net::parameter_count);
    aligned_block<T> slots_;
    std::uint64_t time_ = 0;
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

/// What is watched to know the best epoch.
enum class monitor : unsigned char { loss, accuracy, auc };

/// How fit() trains. Where nothing is said: one epoch, batches of 32, shuffled.
template <class Data>
struct fit_options {
    extent epochs = 1;
    extent batch = 32;
    bool shuffled = true;
    seed random{};                     ///< of the order of samples and of dropout
    const Data* validation = nullptr;  ///< evaluated after each epoch
    extent patience = 0;               ///< epochs without improvement until it stops; 0: never
    bool restore_best = false;         ///< end with the weights of the best epoch; implied by patience
    monitor watched = monitor::loss;   ///< of the validation data, or the training loss without them
    extent threads = 0;                ///< 0: as many as OpenMP offers; results do not depend on it
    std::vector<training_callback*> callbacks{};
};

namespace detail {

/// A batch gathered from all over a data set, in memory of its own.
template <class Data>
class batch_memory {
public:
    using T = typename Data::scalar;
    batch_memory(const Data& data, extent batch)
        : data_(data),
          inputs_(batch * Data::input::size),
          labels_each_(static_cast<extent>(data.labels.size()) / data.size()),
          values_each_(static_cast<extent>(data.values.size()) / data.size()),
          labels_(batch * labels_each_),
          values_(batch * values_each_) {}

    /// Copies the samples order[0 .. samples). A data set with a member write_input(sample, epoch, to) draws its inputs
    /// itself: that is where augmentation goes.
    void gather(const extent* order, extent samples, extent epoch) {
        for (extent i = 0; i < samples; ++i) {
            T* to = inputs_.data() + i * Data::input::size;
            if constexpr (requires { data_.write_input(order[i], epoch, to); })
                data_.write_input(order[i], epoch, to);
            else
                std::memcpy(static_cast<void*>(to), data_.input_of(order[i]),
                            sizeof(T) * static_cast<std::size_t>(Data::input::size));
            for (extent k = 0; k < labels_each_; ++k)
                labels_[i * labels_each_ + k] = data_.labels[static_cast<std::size_t>(order[i] * labels_each_ + k)];
            for (extent k = 0; k < values_each_; ++k)
                values_[i * values_each_ + k] = data_.values[static_cast<std::size_t>(order[i] * values_each_ + k)];
        }
    }
    [[nodiscard]] const T* inputs() const { return inputs_.data(); }
    [[nodiscard]] target<T> expected() const {
        return {labels_each_ > 0 ? labels_.data() : nullptr, values_each_ > 0 ? values_.data() : nullptr};
    }

private:
    const Data& data_;
    aligned_block<T> inputs_;
    extent labels_each_, values_each_;
    aligned_block<std::int32_t> labels_;
    aligned_block<T> values_;
};

/// Share of right labels among the outputs that a loss reads; logits and probabilities have the same largest channel.
template <class Loss, class T>
void count_right(const T* outputs, const std::int32_t* labels, extent samples, const dims& out, running_mean& share) {
    constexpr bool logits = Loss::head != loss_head::any;
    if (labels == nullptr || Loss::labels_per_sample(out) != out.positions()) return;
    for (extent p = 0; p < samples * out.positions(); ++p)
        if (labels[p] >= 0)
            share.add(
                predicted_class(outputs + p * out.channels(), out.channels(), logits ? 0.0 : 0.5) == labels[p] ? 1 : 0);
}

template <class Loss, class Data>
[[nodiscard]] error check_data(const Loss& loss, const Data& data, const dims& out) {
    if (error failed = data.check(Loss::labels_per_sample(out), out.size())) return failed;
    using T = typename Data::scalar;
    const target<T> all{data.labels.empty() ? nullptr : data.labels.data(),
                        data.values.empty() ? nullptr : data.values.data()};
    return loss.check(all, data.size(), out);
}

/// Is this epoch better than the best so far? The first always is.
class best_so_far {
public:
    explicit best_so_far(monitor watched, bool validated) : watched_(watched), validated_(validated) {}
    bool improved(const epoch_record& e) {
        const double value = watched_ == monitor::accuracy ? (validated_ ? e.validation_accuracy : e.accuracy)
                             : watched_ == monitor::auc    ? e.validation_auc
                                                           : -(validated_ ? e.validation_loss : e.loss);
        if (any_ && !(value > best_)) return false;
        any_ = true;
        best_ = value;
        return true;
    }

private:
    monitor watched_;
    bool validated_, any_ = false;
    double best_ = 0;
};

}  // namespace detail

/// Trains a model.
///
/// The same numbers come out for any number of threads, and from a hand-written loop over training_pass and
/// optimizer_state that visits the samples in the order of shuffle(). Nothing is printed; callbacks are told.
/// \returns the history, or error_kind::invalid_argument, shape_mismatch or not_finite when data, loss or settings make
///          no sense; the model is unchanged then
template <class Net, class T, class Data, loss_function Loss, optimizer Optimizer>
[[nodiscard]] result<training_history> fit(model<Net, T>& m, const Data& data, const Loss& loss, Optimizer descent,
                                           const std::type_identity_t<fit_options<Data>>& options = {}) {
    static_assert(std::is_same_v<typename Data::input, typename Net::input>,
                  "ctnn: fit needs a data set of the network's input shape; load or resize the data to net::input");
    using pass_type = training_pass<Net, Loss, T>;
    constexpr dims out = pass_type::output_dims;
    if (options.epochs < 1 || options.batch < 1)
        return error{error_kind::invalid_argument, "fit: epochs and batch must be at least 1"};
    if (error failed = descent.check()) return failed;
    if (error failed = detail::check_data(loss, data, out)) return failed;
    if (options.validation != nullptr)
        if (error failed = detail::check_data(loss, *options.validation, out)) return failed;

    const extent batch = options.batch < data.size() ? options.batch : data.size();
    pass_type pass{{.max_batch = batch, .threads = options.threads, .random = options.random}};
    const extent threads = options.threads > 0 ? options.threads : available_threads();
    gradient<Net, T> slope;
    optimizer_state<Optimizer, Net, T> state(descent);
    detail::batch_memory<Data> memory(data, batch);
    std::vector<extent> order(static_cast<std::size_t>(data.size()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<extent>(i);
    evaluation<T> validated;
    const bool keeps_best = options.restore_best || options.patience > 0;
    std::optional<model<Net, T>> best;
    if (keeps_best) best.emplace(m.copy());
    detail::best_so_far so_far(options.watched, options.validation != nullptr);

    training_history history;
    history.epochs.reserve(static_cast<std::size_t>(options.epochs));
    training_moment moment{
        .epochs = options.epochs, .batches = (data.size() + batch - 1) / batch, .rate = descent.rate};
    for (extent epoch = 1; epoch <= options.epochs && !moment.stop; ++epoch) {
        const auto start = std::chrono::steady_clock::now();
        moment.epoch = epoch;
        moment.batch = moment.samples = 0;
        for (training_callback* c : options.callbacks) c->epoch_begins(moment);
        descent.rate = moment.rate;
        if (options.shuffled) shuffle(order, options.random, static_cast<std::uint64_t>(epoch));
        running_mean mean_loss_so_far, right;
        for (extent from = 0; from < data.size(); from += batch) {
            const extent samples = data.size() - from < batch ? data.size() - from : batch;
            memory.gather(order.data() + from, samples, epoch);
            pass.set_step(state.time());
            const auto outputs = pass.forward(m, memory.inputs(), samples);
            const target<T> expected = memory.expected();
            const double value = pass.loss(loss, expected);
            detail::count_right<Loss>(outputs.data(), expected.labels, samples, out, right);
            slope.fill_zero();
            pass.backward(m, slope);
            state.step(descent, m, slope, threads);
            mean_loss_so_far.add(value, loss.normalizer(expected, samples, out));
            ++moment.batch;
            moment.samples += samples;
            moment.loss = mean_loss_so_far.value();
            for (training_callback* c : options.callbacks) c->batch_ends(moment);
        }
        epoch_record record{.epoch = epoch, .loss = mean_loss_so_far.value(), .rate = descent.rate};
        if (!data.labels.empty()) record.accuracy = right.value();
        if (options.validation != nullptr) {
            detail::evaluate_into(pass, m, *options.validation, loss, validated);
            record.validation_loss = validated.loss;
            record.validation_accuracy = validated.accuracy;
            record.validation_auc = validated.auc;
        }
        if (so_far.improved(record)) {
            history.best_epoch = epoch;
            if (keeps_best) best->copy_numbers(m);
        } else if (options.patience > 0 && epoch - history.best_epoch >= options.patience) {
            moment.stop = history.stopped_early = true;
        }
        record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        history.epochs.push_back(record);
        for (training_callback* c : options.callbacks) c->epoch_ends(moment, history.epochs.back());
    }
    if (keeps_best)
        m.copy_numbers(*best);
    else
        history.best_epoch = static_cast<extent>(history.epochs.size());
    return history;
}

}  // namespace ctnn
// -------------------- ctnn/train/loss/balanced_class_weights.hpp
/// \file
/// Class weights that make rare classes count as much as common ones.

namespace ctnn {

/// One weight a class, samples / (classes * samples of the class), so that every class has the same share of the loss.
///
///     takes      labels [count]; those outside [0, classes) are not counted
///     gives      a weight a class; 0 for a class without samples
///
/// As scikit-learn's class_weight="balanced".
///
///     const auto weights = ctnn::balanced_class_weights(labels, samples, 4);
///     const ctnn::cross_entropy loss{.class_weights = weights};
[[nodiscard]] inline std::vector<double> balanced_class_weights(const std::int32_t* labels, extent count,
                                                                extent classes) {
    std::vector<double> weights(static_cast<std::size_t>(classes));
    double samples = 0;
    for (extent i = 0; i < count; ++i) {
        if (labels[i] < 0 || labels[i] >= classes) continue;
        weights[static_cast<std::size_t>(labels[i])] += 1;
        samples += 1;
    }
    for (double& weight : weights) {
        if (weight > 0) weight = samples / (static_cast<double>(classes) * weight);
    }
    return weights;
}

}  // namespace ctnn
// -------------------- ctnn/train/loss/binary_cross_entropy.hpp
/// \file
/// The log loss of yes-or-no outputs, for a network that ends with sigmoid.

// -------------------- ctnn/train/loss/check.hpp
/// \file
/// What the losses check in their targets and weights before training, with the words they say it in.

namespace ctnn::detail {

/// "sample 3", or "sample 3, element 17" when a sample has more than one.
[[nodiscard]] inline std::string place_of(extent index, extent per_sample) {
    std::string text = "sample " + std::to_string(index / per_sample);
    if (per_sample > 1) text += ", element " + std::to_string(index % per_sample);
    return text;
}

/// Refuses labels of `classes` and above; negative ones are ignored positions.
[[nodiscard]] inline error check_labels(const char* loss, const std::int32_t* labels, extent samples, extent per_sample,
                                        extent classes) {
    for (extent i = 0; i < samples * per_sample; ++i) {
        if (labels[i] < classes) continue;
        return {error_kind::invalid_argument, std::string(loss) + ": " + place_of(i, per_sample) + ": label " +
                                                  std::to_string(labels[i]) + ", expected 0 to " +
                                                  std::to_string(classes - 1) + ", or a negative one to ignore it"};
    }
    return {};
}

/// Refuses values that are not finite, or outside [low, high].
template <class T>
[[nodiscard]] inline error check_values(const char* loss, const T* values, extent samples, extent per_sample,
                                        double low = -std::numeric_limits<double>::infinity(),
                                        double high = std::numeric_limits<double>::infinity()) {
    for (extent i = 0; i < samples * per_sample; ++i) {
        const double value = static_cast<double>(values[i]);
        if (!std::isfinite(value)) {
            return {error_kind::not_finite, std::string(loss) + ": " + place_of(i, per_sample) + ": value " +
                                                to_text(value) + ", expected a finite number"};
        }
        if (value >= low && value <= high) continue;
        return {error_kind::invalid_argument,
                std::string(loss) + ": " + place_of(i, per_sample) + ": value " + to_text(value) + ", expected " +
                    (std::isfinite(high) ? to_text(low) + " to " + to_text(high) : "at least " + to_text(low))};
    }
    return {};
}

/// Refuses a weight that is negative or not finite.
[[nodiscard]] inline error check_weight(const char* loss, const std::string& name, double weight) {
    if (std::isfinite(weight) && weight >= 0) return {};
    return {error_kind::invalid_argument,
            std::string(loss) + ": " + name + " is " + to_text(weight) + ", expected a finite number of at least 0"};
}

/// Refuses a target with both or none of labels and values.
[[nodiscard]] inline error check_one_given(const char* loss, bool has_labels, bool has_values) {
    if (has_labels != has_values) return {};
    return {error_kind::invalid_argument,
            std::string(loss) + (has_labels ? ": the target has labels and values, expected one of them"
                                            : ": the target has neither labels nor values")};
}

}  // namespace ctnn::detail

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Binary cross entropy: the mean over all output elements of
/// positive_weight * y * softplus(-z) + negative_weight * (1 - y) * softplus(z), z the logit and y the truth.
///
///     head       sigmoid; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     labels, one an output element: 0, 1, or negative to ignore it; or values in [0, 1]
///     refuses    other labels and values, weights that are negative or not finite
///     mean       over the elements that are not ignored, each counted once whatever its weight
///
/// As PyTorch's BCEWithLogitsLoss, whose pos_weight is positive_weight; the two weights together are what a class
/// weight {negative, positive} is elsewhere:
/// https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html
///
///     const ctnn::binary_cross_entropy loss{.positive_weight = 3};
///     const auto history = ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 10});
struct binary_cross_entropy {
    static constexpr loss_head head = loss_head::sigmoid;

    double negative_weight = 1;
    double positive_weight = 1;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.size(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "binary_cross_entropy";
        if (error failed = detail::check_weight(name, "negative_weight", negative_weight)) return failed;
        if (error failed = detail::check_weight(name, "positive_weight", positive_weight)) return failed;
        if (error failed = detail::check_one_given(name, expected.labels != nullptr, expected.values != nullptr))
            return failed;
        if (expected.labels != nullptr) return detail::check_labels(name, expected.labels, samples, out.size(), 2);
        return detail::check_values(name, expected.values, samples, out.size(), 0, 1);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        const extent count = samples * out.size();
        if (expected.labels == nullptr) return static_cast<double>(count);
        return static_cast<double>(std::count_if(expected.labels, expected.labels + count, counts));
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        const extent size = out.size();
        double sum = 0;
        for (extent s = 0; s < samples; ++s) {
            double sample_sum = 0;
            for (extent i = s * size; i < (s + 1) * size; ++i) {
                if (expected.labels != nullptr && !counts(expected.labels[i])) {
                    if (gradient != nullptr) gradient[i] = T{0};
                    continue;
                }
                const double truth = expected.labels != nullptr ? static_cast<double>(expected.labels[i])
                                                                : static_cast<double>(expected.values[i]);
                const double positive = positive_weight * truth;
                const double negative = negative_weight * (1.0 - truth);
                // softplus(z) = max(z, 0) + log(1 + exp(-|z|)): the exponential is at most 1 and never overflows.
                const T z = output[i];
                const T small = std::exp(-std::abs(z));
                const double tail = static_cast<double>(std::log1p(small));
                const double logit = static_cast<double>(z);
                sample_sum += positive * (std::max(-logit, 0.0) + tail) + negative * (std::max(logit, 0.0) + tail);
                if (gradient == nullptr) continue;
                // The probability of the likelier side, then of the other, without 1 - p, which would cancel.
                const double likely = 1.0 / (1.0 + static_cast<double>(small));
                const double unlikely = static_cast<double>(small) * likely;
                const double yes = logit >= 0 ? likely : unlikely;
                const double no = logit >= 0 ? unlikely : likely;
                gradient[i] = static_cast<T>((negative * yes - positive * no) * scale);
            }
            sum += sample_sum;
        }
        return sum;
    }

private:
    /// A label outside {0, 1} is no part of the loss.
    static constexpr bool counts(std::int32_t label) { return label == 0 || label == 1; }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/train/loss/binary_cross_entropy_with_logits.hpp
/// \file
/// The log loss of yes-or-no outputs, for a network that ends without a head.

namespace ctnn {
inline namespace CTNN_BACKEND {

/// binary_cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
struct binary_cross_entropy_with_logits {
    static constexpr loss_head head = loss_head::sigmoid_logits;

    double negative_weight = 1;
    double positive_weight = 1;

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) {
        return binary_cross_entropy::labels_per_sample(out);
    }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return with_head().check(expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return with_head().normalizer(expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        return with_head().value(output, expected, gradient, samples, out, normalizer);
    }

private:
    [[nodiscard]] constexpr binary_cross_entropy with_head() const { return {negative_weight, positive_weight}; }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/train/loss/cross_entropy.hpp
/// \file
/// The log loss of a choice between classes, for a network that ends with softmax.

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Cross entropy: the mean over all positions of -weight[label] * log softmax(z)[label], z the logits of the position.
///
///     head       softmax; the loss reads the logits before it, so it stays finite where a probability rounds to 0
///     target     labels, one class index a position, negative to ignore it; or values, one probability a channel
///     refuses    fewer than two channels, labels outside the channels, values that are negative or not finite,
///                class_weights that are not one a channel, negative or not finite
///     mean       with labels the sum is divided by the sum of the weights of the labels, with values by the positions
///
/// class_weights is one weight a channel, borrowed; none: all weigh 1.
/// As PyTorch's CrossEntropyLoss: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::cross_entropy{}, ctnn::adam{}, {.epochs = 10});
struct cross_entropy {
    static constexpr loss_head head = loss_head::softmax;

    std::span<const double> class_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return out.positions(); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        constexpr const char* name = "cross_entropy";
        if (out.channels() < 2) {
            return {
                error_kind::invalid_argument,
                "cross_entropy: one channel leaves no choice; give one channel a class, or use binary_cross_entropy"};
        }
        if (!class_weights.empty() && std::ssize(class_weights) != out.channels()) {
            return {error_kind::invalid_argument, "cross_entropy: " + std::to_string(class_weights.size()) +
                                                      " class weights, expected " + std::to_string(out.channels())};
        }
        for (std::size_t c = 0; c < class_weights.size(); ++c) {
            if (error failed = detail::check_weight(name, "class weight " + std::to_string(c), class_weights[c]))
                return failed;
        }
        if (error failed = detail::check_one_given(name, expected.labels != nullptr, expected.values != nullptr))
            return failed;
        if (expected.labels != nullptr) {
            return detail::check_labels(name, expected.labels, samples, out.positions(), out.channels());
        }
        return detail::check_values(name, expected.values, samples, out.size(), 0);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        const extent positions = samples * out.positions();
        if (expected.labels == nullptr) return static_cast<double>(positions);
        double sum = 0;
        for (extent i = 0; i < positions; ++i) {
            if (counts(expected.labels[i], out.channels())) sum += weight(expected.labels[i]);
        }
        return sum;
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(1.0, normalizer);
        const extent positions = out.positions(), channels = out.channels();
        double sum = 0;
        for (extent s = 0; s < samples; ++s) {
            double sample_sum = 0;
            for (extent i = s * positions; i < (s + 1) * positions; ++i) {
                const T* z = output + i * channels;
                T* dz = gradient == nullptr ? nullptr : gradient + i * channels;
                if (expected.labels == nullptr) {
                    sample_sum += of_probabilities(z, expected.values + i * channels, dz, channels, scale);
                } else if (counts(expected.labels[i], channels)) {
                    sample_sum += of_label(z, expected.labels[i], dz, channels, scale);
                } else if (dz != nullptr) {
                    std::fill_n(dz, channels, T{0});
                }
            }
            sum += sample_sum;
        }
        return sum;
    }

private:
    /// A label outside the channels is no part of the loss, and nothing is read for it.
    static constexpr bool counts(std::int32_t label, extent channels) { return label >= 0 && label < channels; }

    [[nodiscard]] double weight(extent c) const {
        return c < std::ssize(class_weights) ? class_weights[static_cast<std::size_t>(c)] : 1.0;
    }

    /// One position. log softmax(z)[c] = (z[c] - max) - log(sum of exp(z - max)): every exponential is at most 1, the
    /// largest is 1, so that neither the sum nor its logarithm leaves the range of T.
    template <class T>
    double of_label(const T* z, extent label, T* dz, extent channels, double scale) const {
        const T largest = *std::max_element(z, z + channels);
        const double distance = static_cast<double>(largest) - static_cast<double>(z[label]);
        const double weight_of_label = weight(label);
        const double total = exponentials(z, dz, channels, largest);
        if (dz != nullptr) {
            const double factor = weight_of_label * scale;
            const double probability = static_cast<double>(dz[label]) / total;
            for (extent c = 0; c < channels; ++c) dz[c] = static_cast<T>(static_cast<double>(dz[c]) * (factor / total));
            dz[label] = static_cast<T>((probability - 1.0) * factor);
        }
        return weight_of_label * (distance + std::log(total));
    }

    /// One position whose truth is a probability a channel; they need not add up to 1.
    template <class T>
    double of_probabilities(const T* z, const T* truth, T* dz, extent channels, double scale) const {
        const T largest = *std::max_element(z, z + channels);
        double mass = 0, distance = 0;
        for (extent c = 0; c < channels; ++c) {
            const double share = weight(c) * static_cast<double>(truth[c]);
            mass += share;
            distance += share * (static_cast<double>(largest) - static_cast<double>(z[c]));
        }
        const double total = exponentials(z, dz, channels, largest);
        if (dz != nullptr) {
            for (extent c = 0; c < channels; ++c) {
                const double share = weight(c) * static_cast<double>(truth[c]);
                dz[c] = static_cast<T>((static_cast<double>(dz[c]) * (mass / total) - share) * scale);
            }
        }
        return distance + mass * std::log(total);
    }

    /// Writes exp(z - largest) to dz unless that is null, and returns the sum.
    template <class T>
    static double exponentials(const T* z, T* dz, extent channels, T largest) {
        double total = 0;
        for (extent c = 0; c < channels; ++c) {
            const T exponential = std::exp(z[c] - largest);
            total += static_cast<double>(exponential);
            if (dz != nullptr) dz[c] = exponential;
        }
        return total;
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/train/loss/cross_entropy_with_logits.hpp
/// \file
/// The log loss of a choice between classes, for a network that ends without a head.

namespace ctnn {
inline namespace CTNN_BACKEND {

/// cross_entropy for a network whose output is the logits; the same numbers, targets and refusals.
struct cross_entropy_with_logits {
    static constexpr loss_head head = loss_head::softmax_logits;

    std::span<const double> class_weights{};

    [[nodiscard]] static constexpr extent labels_per_sample(dims out) { return cross_entropy::labels_per_sample(out); }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        return cross_entropy{class_weights}.check(expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T> expected, extent samples, dims out) const {
        return cross_entropy{class_weights}.normalizer(expected, samples, out);
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        return cross_entropy{class_weights}.value(output, expected, gradient, samples, out, normalizer);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/train/loss/mean_squared_error.hpp
/// \file
/// The mean of the squared differences, for regression and reconstruction.

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Mean squared error: the mean over all output elements of (output - value)^2.
///
///     head       any
///     target     values in the shape of the output; labels are not read
///     refuses    a target without values, values that are not finite
///
/// As PyTorch's MSELoss: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
///
///     const auto history = ctnn::fit(model, train, ctnn::mean_squared_error{}, ctnn::adam{}, {.epochs = 10});
struct mean_squared_error {
    static constexpr loss_head head = loss_head::any;

    [[nodiscard]] static constexpr extent labels_per_sample(dims) { return 0; }

    template <class T>
    [[nodiscard]] error check(target<T> expected, extent samples, dims out) const {
        if (expected.values == nullptr) {
            return {error_kind::invalid_argument, "mean_squared_error: the target has no values; labels are not read"};
        }
        return detail::check_values("mean_squared_error", expected.values, samples, out.size());
    }

    template <class T>
    [[nodiscard]] double normalizer(target<T>, extent samples, dims out) const {
        return static_cast<double>(samples * out.size());
    }

    template <class T>
    [[nodiscard]] double value(const T* output, target<T> expected, T* gradient, extent samples, dims out,
                               double normalizer) const {
        const double scale = mean_of(2.0, normalizer);
        const extent size = out.size();
        double sum = 0;
        for (extent s = 0; s < samples; ++s) {
            double sample_sum = 0;
            for (extent i = s * size; i < (s + 1) * size; ++i) {
                const double difference = static_cast<double>(output[i]) - static_cast<double>(expected.values[i]);
                sample_sum += difference * difference;
                if (gradient != nullptr) gradient[i] = static_cast<T>(difference * scale);
            }
            sum += sample_sum;
        }
        return sum;
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/train/metric/specificity.hpp
/// \file
/// How much of what is not a class is left alone.

namespace ctnn {

namespace detail {
[[nodiscard]] inline fraction specificity_fraction(const confusion_matrix& matrix, extent c) {
    return {matrix.total() - matrix.support(c) - matrix.predictions(c) + matrix(c, c),
            matrix.total() - matrix.support(c)};
}
}  // namespace detail

/// The share of the samples of other classes that are not taken for class c; 0 when there are none.
///
/// \pre c is in [0, matrix.classes())
[[nodiscard]] inline double specificity(const confusion_matrix& matrix, extent c) {
    return detail::specificity_fraction(matrix, c).value();
}

/// The same for all classes together.
[[nodiscard]] inline double specificity(const confusion_matrix& matrix, average how) {
    return detail::averaged(matrix, how, detail::specificity_fraction);
}

}  // namespace ctnn
// -------------------- ctnn/train/optimizer/adam.hpp
/// \file
/// Adam: steps scaled by running moments of the gradient.

// -------------------- ctnn/kernels/descend.hpp
/// \file
/// The optimizers' passes over a range of parameters: every array is read and written once.

namespace ctnn {
inline namespace CTNN_BACKEND {
namespace kernels {

/// The factors of one step of gradient descent, the same for all parameters.
template <class T>
struct descent_factors {
    T rate;                    ///< p -= rate * direction
    T decay;                   ///< gradient += decay * p
    T keep, take;              ///< buffer = keep * buffer + take * gradient
    T of_gradient, of_buffer;  ///< direction = of_gradient * gradient + of_buffer * buffer
};

/// The factors of one step of Adam, the same for all parameters.
template <class T>
struct moment_factors {
    T rate;                 ///< p -= rate * mean / denominator
    T decay;                ///< gradient += decay * p
    T shrink;               ///< p *= shrink before the step
    T beta1, rest1;         ///< mean = beta1 * mean + rest1 * gradient
    T beta2, rest2;         ///< square = beta2 * square + rest2 * gradient^2
    T root_scale, epsilon;  ///< denominator = sqrt(square) * root_scale + epsilon
};

namespace detail {

template <bool Whole, class T>
CTNN_INLINE vec<T> read_vector(const T* from, extent count) {
    if constexpr (Whole)
        return load(from);
    else
        return load_partial(from, count);
}

template <bool Whole, class T>
CTNN_INLINE void write_vector(T* to, vec<T> value, extent count) {
    if constexpr (Whole)
        store(to, value);
    else
        store_partial(to, value, count);
}

/// Calls part<true>(i, lanes) for whole vectors, then part<false>(i, rest): the remainder runs through the same
/// operations, so that a number's result does not depend on where a range was cut.
template <class T, class Part>
CTNN_INLINE void each_vector(extent count, const Part& part) {
    extent i = 0;
    for (; i + lanes<T> <= count; i += lanes<T>) part.template operator()<true>(i, lanes<T>);
    if (i < count) part.template operator()<false>(i, count - i);
}

}  // namespace detail

/// parameters, gradients: [count]. Gradient descent without momentum; keep and what follows it are not read.
template <class T>
CTNN_KERNEL void descend(T* __restrict parameters, const T* __restrict gradients, extent count,
                         descent_factors<T> with) {
    detail::each_vector<T>(count, [=]<bool Whole>(extent i, extent n) {
        const vec<T> p = detail::read_vector<Whole>(parameters + i, n);
        const vec<T> gradient = fma(vec<T>(with.decay), p, detail::read_vector<Whole>(gradients + i, n));
        detail::write_vector<Whole>(parameters + i, fma(vec<T>(-with.rate), gradient, p), n);
    });
}

/// parameters, gradients, buffers: [count]. Gradient descent with momentum. `of_gradient` and `of_buffer` choose
/// between the buffer (0, 1) and Nesterov's look ahead (1, momentum) without a branch.
template <class T>
CTNN_KERNEL void descend(T* __restrict parameters, const T* __restrict gradients, T* __restrict buffers, extent count,
                         descent_factors<T> with) {
    detail::each_vector<T>(count, [=]<bool Whole>(extent i, extent n) {
        const vec<T> p = detail::read_vector<Whole>(parameters + i, n);
        const vec<T> gradient = fma(vec<T>(with.decay), p, detail::read_vector<Whole>(gradients + i, n));
        const vec<T> buffer =
            fma(vec<T>(with.keep), detail::read_vector<Whole>(buffers + i, n), vec<T>(with.take) * gradient);
        const vec<T> direction = fma(vec<T>(with.of_gradient), gradient, vec<T>(with.of_buffer) * buffer);
        detail::write_vector<Whole>(buffers + i, buffer, n);
        detail::write_vector<Whole>(parameters + i, fma(vec<T>(-with.rate), direction, p), n);
    });
}

/// parameters, gradients, means, squares: [count]. Adam and its relatives. The square root and the division are the
/// cost: about as long as the arrays take from the L2 cache, and hidden behind memory beyond it.
template <class T>
CTNN_KERNEL void descend(T* __restrict parameters, const T* __restrict gradients, T* __restrict means,
                         T* __restrict squares, extent count, moment_factors<T> with) {
    detail::each_vector<T>(count, [=]<bool Whole>(extent i, extent n) {
        const vec<T> p = detail::read_vector<Whole>(parameters + i, n);
        const vec<T> gradient = fma(vec<T>(with.decay), p, detail::read_vector<Whole>(gradients + i, n));
        const vec<T> mean =
            fma(vec<T>(with.beta1), detail::read_vector<Whole>(means + i, n), vec<T>(with.rest1) * gradient);
        const vec<T> square = fma(vec<T>(with.beta2), detail::read_vector<Whole>(squares + i, n),
                                  vec<T>(with.rest2) * (gradient * gradient));
        const vec<T> denominator = fma(sqrt(square), vec<T>(with.root_scale), vec<T>(with.epsilon));
        detail::write_vector<Whole>(means + i, mean, n);
        detail::write_vector<Whole>(squares + i, square, n);
        detail::write_vector<Whole>(parameters + i,
                                    fma(vec<T>(with.shrink), p, (vec<T>(-with.rate) * mean) / denominator), n);
    });
}

}  // namespace kernels
}  // namespace CTNN_BACKEND
}  // namespace ctnn

namespace ctnn {

namespace detail {
/// Refuses what Adam and AdamW both refuse.
template <class Adam>
[[nodiscard]] inline error check_adam(const char* name, const Adam& adam) {
    if (error failed = check_setting(name, "rate", adam.rate)) return failed;
    if (error failed = check_setting(name, "beta1", adam.beta1, 1)) return failed;
    if (error failed = check_setting(name, "beta2", adam.beta2, 1)) return failed;
    if (error failed = check_setting(name, "epsilon", adam.epsilon)) return failed;
    return check_setting(name, "weight_decay", adam.weight_decay);
}
}  // namespace detail

inline namespace CTNN_BACKEND {

/// Adam: with g = gradient + weight_decay * p, m = beta1 * m + (1 - beta1) * g and v = beta2 * v + (1 - beta2) * g^2,
/// p -= rate * m' / (sqrt(v') + epsilon), where m' = m / (1 - beta1^time) and v' = v / (1 - beta2^time).
///
///     slots      2: m, v
///     refuses    a rate, epsilon or weight_decay below 0, betas outside [0, 1)
///
/// Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, with PyTorch's place of epsilon and its
/// weight decay, which is part of the gradient: https://pytorch.org/docs/stable/generated/torch.optim.Adam.html
///
///     ctnn::adam descent{.rate = 1e-3};
struct adam {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 0;

    [[nodiscard]] constexpr extent slots() const { return 2; }

    [[nodiscard]] error check() const { return detail::check_adam("adam", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        kernels::descend(parameters, gradients, state, state + (stride == 0 ? count : stride), count, factors<T>(time));
    }

    /// What one step multiplies with. The corrections come from double: in float, 1 - 0.999 keeps five digits.
    template <class T>
    [[nodiscard]] kernels::moment_factors<T> factors(std::uint64_t time) const {
        const double steps = static_cast<double>(time);
        return {.rate = static_cast<T>(rate / (1.0 - std::pow(beta1, steps))),
                .decay = static_cast<T>(weight_decay),
                .shrink = T{1},
                .beta1 = static_cast<T>(beta1),
                .rest1 = static_cast<T>(1.0 - beta1),
                .beta2 = static_cast<T>(beta2),
                .rest2 = static_cast<T>(1.0 - beta2),
                .root_scale = static_cast<T>(1.0 / std::sqrt(1.0 - std::pow(beta2, steps))),
                .epsilon = static_cast<T>(epsilon)};
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/train/optimizer/adamw.hpp
/// \file
/// Adam with weight decay that does not pass through its moments.

namespace ctnn {
inline namespace CTNN_BACKEND {

/// AdamW: p *= 1 - rate * weight_decay, then a step of Adam without weight decay.
///
///     slots      2: the two moments
///     refuses    what adam refuses
///
/// Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019, as PyTorch's AdamW:
/// https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
///
///     ctnn::adamw descent{.rate = 1e-3, .weight_decay = 0.05};
struct adamw {
    double rate = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 1e-2;

    [[nodiscard]] constexpr extent slots() const { return 2; }

    [[nodiscard]] error check() const { return detail::check_adam("adamw", *this); }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent stride = 0) const {
        const adam moments{.rate = rate, .beta1 = beta1, .beta2 = beta2, .epsilon = epsilon};
        kernels::moment_factors<T> factors = moments.factors<T>(time);
        factors.shrink = static_cast<T>(1.0 - rate * weight_decay);
        kernels::descend(parameters, gradients, state, state + (stride == 0 ? count : stride), count, factors);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/train/optimizer/sgd.hpp
/// \file
/// Stochastic gradient descent, with momentum.

namespace ctnn {
inline namespace CTNN_BACKEND {

/// Stochastic gradient descent: with g = gradient + weight_decay * p and b = momentum * b + (1 - dampening) * g (b = g
/// at the first step), p -= rate * b, or p -= rate * (g + momentum * b) with Nesterov's momentum.
///
///     slots      1: b; none without momentum
///     refuses    nesterov without momentum or with dampening
///
/// As PyTorch's SGD: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
///
///     ctnn::sgd descent{.rate = 0.1, .momentum = 0.9, .nesterov = true};
struct sgd {
    double rate = 1e-2;
    double momentum = 0;
    bool nesterov = false;
    double weight_decay = 0;
    double dampening = 0;

    [[nodiscard]] constexpr extent slots() const { return momentum == 0 ? 0 : 1; }

    [[nodiscard]] error check() const {
        if (error failed = detail::check_setting("sgd", "rate", rate)) return failed;
        if (error failed = detail::check_setting("sgd", "momentum", momentum)) return failed;
        if (error failed = detail::check_setting("sgd", "weight_decay", weight_decay)) return failed;
        if (error failed = detail::check_setting("sgd", "dampening", dampening)) return failed;
        if (nesterov && (momentum == 0 || dampening != 0)) {
            return {error_kind::invalid_argument, "sgd: nesterov needs a momentum and no dampening"};
        }
        return {};
    }

    /// \pre time >= 1; parameters, gradients and state do not overlap
    template <class T>
    void step(T* parameters, const T* gradients, T* state, extent count, std::uint64_t time, extent = 0) const {
        // The first step fills the buffer, whatever momentum and dampening say; it is zero before.
        const bool first = time <= 1;
        const kernels::descent_factors<T> factors{.rate = static_cast<T>(rate),
                                                  .decay = static_cast<T>(weight_decay),
                                                  .keep = static_cast<T>(first ? 0.0 : momentum),
                                                  .take = static_cast<T>(first ? 1.0 : 1.0 - dampening),
                                                  .of_gradient = static_cast<T>(nesterov ? 1.0 : 0.0),
                                                  .of_buffer = static_cast<T>(nesterov ? momentum : 1.0)};
        if (slots() == 0)
            kernels::descend(parameters, gradients, count, factors);
        else
            kernels::descend(parameters, gradients, state, count, factors);
    }
};

}  // namespace CTNN_BACKEND
}  // namespace ctnn
// -------------------- ctnn/train/progress_bar.hpp
/// \file
/// How far training is, written while it runs.

// -------------------- ctnn/core/terminal.hpp
/// \file
/// What is known of the terminal that a text goes to. Tested on Linux; the Windows branch is untested.

#if defined(_WIN32)
#include <io.h>
#else
#include <unistd.h>
#endif

namespace ctnn {

/// Does somebody watch this stream? A line can be drawn over on a terminal, not in a file or a pipe.
[[nodiscard]] inline bool is_terminal(std::FILE* stream) {
#if defined(_WIN32)
    return ::_isatty(::_fileno(stream)) != 0;
#else
    return ::isatty(::fileno(stream)) == 1;
#endif
}

}  // namespace ctnn

namespace ctnn {

/// A callback that shows a bar with samples a second, time left and the running loss, and a line for each finished
/// epoch.
///
/// On a terminal the bar is drawn over itself, ten times a second at most. Elsewhere (a file, a pipe) it is plain
/// lines: one an epoch, and in a long epoch one every ten seconds.
///
///     ctnn::progress_bar bar;
///     ctnn::fit(model, train, loss, ctnn::adam{}, {.epochs = 10, .callbacks = {&bar}});
class progress_bar final : public training_callback {
public:
    explicit progress_bar(std::FILE* to = stdout) : progress_bar(to, is_terminal(to)) {}
    /// \param drawn_over a bar, or plain lines
    progress_bar(std::FILE* to, bool drawn_over) : to_(to), drawn_over_(drawn_over) {}

    void epoch_begins(training_moment& now) override {
        epoch_start_ = last_shown_ = clock::now();
        if (now.epoch == 1) start_ = epoch_start_;
        show(now);
    }
    void batch_ends(training_moment& now) override {
        const double wait = drawn_over_ ? 0.1 : 10;
        if (seconds_since(last_shown_) < wait || now.batch == now.batches) return;
        last_shown_ = clock::now();
        show(now);
    }
    void epoch_ends(training_moment& now, const epoch_record& done) override {
        std::string line = heading(now) + number("  loss ", done.loss);
        if (done.accuracy >= 0) line += number("  accuracy ", done.accuracy);
        if (done.validation_loss >= 0) line += number("  |  validation loss ", done.validation_loss);
        if (done.validation_accuracy >= 0) line += number("  accuracy ", done.validation_accuracy);
        if (done.validation_auc >= 0) line += number("  AUC ", done.validation_auc);
        line += number("  |  ", done.seconds, 1) + " s";
        write(line);
        std::fputc('\n', to_);
        std::fflush(to_);
        last_length_ = 0;
    }

private:
    using clock = std::chrono::steady_clock;

    static double seconds_since(clock::time_point then) {
        return std::chrono::duration<double>(clock::now() - then).count();
    }
    static std::string number(const char* before, double value, int digits = 4) {
        char text[64];
        std::snprintf(text, sizeof text, "%s%.*f", before, digits, value);
        return text;
    }
    static std::string duration(double seconds) {
        const long whole = static_cast<long>(seconds + 0.5);
        char text[64];
        if (whole < 60)
            std::snprintf(text, sizeof text, "%ld s", whole);
        else
            std::snprintf(text, sizeof text, "%ld:%02ld min", whole / 60, whole % 60);
        return text;
    }
    /// "epoch  3/12", as wide for the first epoch as for the last.
    static std::string heading(const training_moment& now) {
        const std::string last = std::to_string(now.epochs), current = std::to_string(now.epoch);
        return "epoch " + std::string(last.size() > current.size() ? last.size() - current.size() : 0, ' ') + current +
               "/" + last;
    }

    void show(const training_moment& now) {
        if (now.batch == 0 && !drawn_over_) return;
        const double share = static_cast<double>(now.batch) / static_cast<double>(now.batches);
        const double seconds = seconds_since(epoch_start_);
        std::string line = heading(now);
        if (drawn_over_) {
            constexpr std::size_t width = 24;
            const std::size_t full = static_cast<std::size_t>(share * static_cast<double>(width));
            line += " [" + std::string(full, '=') + (full < width ? ">" : "") +
                    std::string(full < width ? width - full - 1 : 0, ' ') + "]";
        }
        line += " batch " + std::to_string(now.batch) + "/" + std::to_string(now.batches);
        if (now.batch > 0 && seconds > 0) {
            const double epochs_done = static_cast<double>(now.epoch - 1) + share;
            const double left = seconds_since(start_) / epochs_done * (static_cast<double>(now.epochs) - epochs_done);
            line += number("  loss ", now.loss) + number("  ", static_cast<double>(now.samples) / seconds, 0) +
                    " samples/s  " + duration(left) + " left";
        }
        write(line);
        if (!drawn_over_) std::fputc('\n', to_);
        std::fflush(to_);
    }
    /// A line over the one that stands there: what the new one does not reach is blanked.
    void write(const std::string& line) {
        const std::size_t blanks = drawn_over_ && last_length_ > line.size() ? last_length_ - line.size() : 0;
        std::fprintf(to_, "%s%s%s", drawn_over_ ? "\r" : "", line.c_str(), std::string(blanks, ' ').c_str());
        last_length_ = line.size();
    }

    std::FILE* to_;
    bool drawn_over_;
    clock::time_point start_{}, epoch_start_{}, last_shown_{};
    std::size_t last_length_ = 0;
};

}  // namespace ctnn

#if defined(CTNN_WITH_XTENSOR)
// -------------------- ctnn/xtensor.hpp
#ifndef CTNN_INCLUDED_XTENSOR
#define CTNN_INCLUDED_XTENSOR
/// \file
/// The bridge to xtensor: images, batches, outputs, parameters and data sets as xt:: views, and xt:: expressions as
/// images, batches and data sets. Nothing is copied where the layout allows it.
///
/// as_xtensor shows memory of ctnn's to xtensor, as_view and as_batch show memory of xtensor's to ctnn: both copy
/// nothing and own nothing. to_tensor and to_dataset copy, and so take any expression.

#include <xtensor/xadapt.hpp>
#include <xtensor/xfixed.hpp>
#include <xtensor/xtensor.hpp>

namespace ctnn {

/// What as_xtensor gives: a row-major view of a number of axes that is known when it is compiled.
template <class T, std::size_t Rank>
using xtensor_view =
    xt::xtensor_adaptor<xt::xbuffer_adaptor<T*, xt::no_ownership, std::allocator<std::remove_const_t<T>>>, Rank,
                        xt::layout_type::row_major>;

namespace detail {

// The pointer is handed over by value: of a named one, the adaptor of xtensor 0.24 would keep a reference.
template <class T, std::size_t Rank>
xtensor_view<T, Rank> view_memory(T* data, const std::array<std::size_t, Rank>& extents) {
    std::size_t size = 1;
    for (const std::size_t e : extents) size *= e;
    return {xt::xbuffer_adaptor<T*, xt::no_ownership, std::allocator<std::remove_const_t<T>>>(std::move(data), size),
            extents};
}

template <class Shape, std::size_t Leading>
std::array<std::size_t, Leading + static_cast<std::size_t>(Shape::rank)> extents_of(extent samples) {
    std::array<std::size_t, Leading + static_cast<std::size_t>(Shape::rank)> extents{};
    for (std::size_t i = 0; i < Leading; ++i) extents[i] = static_cast<std::size_t>(samples);
    for (extent i = 0; i < Shape::rank; ++i)
        extents[Leading + static_cast<std::size_t>(i)] = static_cast<std::size_t>(dims_of<Shape>[i]);
    return extents;
}

template <class Extents>
std::string extents_text(const Extents& extents) {
    return '(' + joined(extents, extents.size(), ", ") + ')';
}

/// Does an expression have these extents?
template <class Expression, class Extents>
[[nodiscard]] error check_extents(const Expression& e, const Extents& expected) {
    bool equal = e.dimension() == expected.size();
    for (std::size_t i = 0; equal && i < expected.size(); ++i) equal = e.shape(i) == expected[i];
    if (equal) return {};
    return {error_kind::shape_mismatch,
            "xtensor: shape " + extents_text(e.shape()) + ", expected " + extents_text(expected)};
}

/// Is its memory row-major without gaps? Axes of extent 1 have no step.
template <class Expression>
[[nodiscard]] error check_contiguous(const Expression& e) {
    std::ptrdiff_t step = 1;
    for (std::size_t i = e.dimension(); i-- > 0;) {
        if (e.shape(i) != 1 && static_cast<std::ptrdiff_t>(e.strides()[i]) != step)
            return {error_kind::invalid_argument,
                    "xtensor: the layout is not row-major without gaps; copy it with to_tensor or xt::eval"};
        step *= static_cast<std::ptrdiff_t>(e.shape(i));
    }
    return {};
}

template <class Expression>
[[nodiscard]] auto* data_of(Expression& e) {
    return e.data() + e.data_offset();
}

}  // namespace detail

/// A tensor, or the scores of an engine, as an xtensor view with the axes of the shape.
template <class Shape, class T>
[[nodiscard]] auto as_xtensor(tensor_view<Shape, T> view) {
    return detail::view_memory(view.data(), detail::extents_of<Shape, 0>(0));
}
template <class Shape, class T>
[[nodiscard]] auto as_xtensor(tensor<Shape, T>& t) {
    return as_xtensor(tensor_view<Shape, T>(t));
}
template <class Shape, class T>
[[nodiscard]] auto as_xtensor(const tensor<Shape, T>& t) {
    return as_xtensor(tensor_view<Shape, const T>(t));
}
/// Samples that lie one after the other, as a view (samples, ...Shape).
/// \pre `data` points at samples * Shape::size numbers
template <static_shape Shape, class T>
[[nodiscard]] auto as_xtensor(T* data, extent samples) {
    return detail::view_memory(data, detail::extents_of<Shape, 1>(samples));
}
/// The inputs of a data set as a view (samples, ...Input).
template <class Input, class T>
[[nodiscard]] auto as_xtensor(dataset<Input, T>& data) {
    return as_xtensor<Input>(data.inputs.data(), data.size());
}
template <class Input, class T>
[[nodiscard]] auto as_xtensor(const dataset<Input, T>& data) {
    return as_xtensor<Input>(data.inputs.data(), data.size());
}
/// The labels of a data set as a view of one axis.
template <class Input, class T>
[[nodiscard]] auto labels_as_xtensor(const dataset<Input, T>& data) {
    return detail::view_memory(data.labels.data(), std::array<std::size_t, 1>{data.labels.size()});
}
/// The values of a volume as a view (depth, height, width, channels).
template <class T>
[[nodiscard]] auto as_xtensor(basic_volume<T>& v) {
    std::array<std::size_t, 4> extents{};
    for (std::size_t i = 0; i < 3; ++i) extents[i] = static_cast<std::size_t>(v.grid.extents()[i]);
    extents[3] = static_cast<std::size_t>(v.channels);
    return detail::view_memory(v.values.data(), extents);
}
/// All parameters of a model, or their gradient, as a view of one axis.
template <class Net, class T>
[[nodiscard]] auto as_xtensor(model<Net, T>& m) {
    return detail::view_memory(m.parameters().data(), std::array<std::size_t, 1>{m.parameters().size()});
}

/// A parameter or running statistic of a model by its name, as a view of `Rank` axes in the model's memory.
///
///     auto weight = ctnn::parameter_as_xtensor<4>(model, "0.weight");  // height, width, channels, filters
///
/// \returns error_kind::invalid_argument when there is no such name, shape_mismatch when it has another number of axes
template <std::size_t Rank, class Net, class T>
[[nodiscard]] result<xtensor_view<T, Rank>> parameter_as_xtensor(model<Net, T>& m, const std::string& name) {
    for (const named_tensor& t : tensors_of<Net>()) {
        if (t.name != name) continue;
        if (t.shape.size() != Rank)
            return error{error_kind::shape_mismatch, "xtensor: " + name + " has the shape " +
                                                         detail::extents_text(t.shape) + ", not " +
                                                         std::to_string(Rank) + " axes"};
        std::array<std::size_t, Rank> extents{};
        for (std::size_t i = 0; i < Rank; ++i) extents[i] = static_cast<std::size_t>(t.shape[i]);
        return detail::view_memory((t.learned ? m.parameters().data() : m.state().data()) + t.offset, extents);
    }
    return error{error_kind::invalid_argument, "xtensor: the network has no tensor '" + name + '\''};
}

/// An xtensor_fixed as a view of the shape that it has: engine(as_view(image)) compiles for the network's input alone.
template <class T, std::size_t... Extents, bool Sharable, class Tag>
[[nodiscard]] auto as_view(
    xt::xfixed_container<T, xt::fixed_shape<Extents...>, xt::layout_type::row_major, Sharable, Tag>& fixed) {
    return tensor_view<shape<static_cast<extent>(Extents)...>, T>(fixed.data());
}
template <class T, std::size_t... Extents, bool Sharable, class Tag>
[[nodiscard]] auto as_view(
    const xt::xfixed_container<T, xt::fixed_shape<Extents...>, xt::layout_type::row_major, Sharable, Tag>& fixed) {
    return tensor_view<shape<static_cast<extent>(Extents)...>, const T>(fixed.data());
}

/// An xtensor, or a view of one, as a view of a static shape.
/// \returns error_kind::shape_mismatch for another shape, invalid_argument for a layout that is not row-major without
///          gaps
template <static_shape Shape, class Expression>
requires(xt::has_data_interface<std::remove_const_t<Expression>>::value) [[nodiscard]] auto as_view(Expression& e) {
    using T = std::remove_pointer_t<decltype(detail::data_of(e))>;
    using answer = result<tensor_view<Shape, T>>;
    if (error failed = detail::check_extents(e, detail::extents_of<Shape, 0>(0))) return answer(std::move(failed));
    if (error failed = detail::check_contiguous(e)) return answer(std::move(failed));
    return answer(tensor_view<Shape, T>(detail::data_of(e)));
}

/// An xtensor (samples, ...Shape), or a view of one, as the samples that an engine, a training pass or fit reads.
/// \returns as as_view
template <static_shape Shape, class Expression>
requires(xt::has_data_interface<std::remove_const_t<Expression>>::value) [[nodiscard]] auto as_batch(Expression& e) {
    using T = std::remove_pointer_t<decltype(detail::data_of(e))>;
    using answer = result<std::span<T>>;
    const extent samples = e.dimension() == 0 ? 0 : static_cast<extent>(e.shape(0));
    if (error failed = detail::check_extents(e, detail::extents_of<Shape, 1>(samples)))
        return answer(std::move(failed));
    if (error failed = detail::check_contiguous(e)) return answer(std::move(failed));
    return answer(std::span<T>(detail::data_of(e), static_cast<std::size_t>(samples * Shape::size)));
}

/// The values of any expression of a shape: a strided view, a column-major tensor, a sum that nobody has computed yet.
/// \returns error_kind::shape_mismatch for another shape
template <static_shape Shape, class T = float, class Expression>
[[nodiscard]] result<tensor<Shape, T>> to_tensor(const xt::xexpression<Expression>& expression) {
    const Expression& e = expression.derived_cast();
    if (error failed = detail::check_extents(e, detail::extents_of<Shape, 0>(0))) return failed;
    tensor<Shape, T> t;
    T* to = t.data();
    for (auto at = e.template begin<xt::layout_type::row_major>(), end = e.template end<xt::layout_type::row_major>();
         at != end; ++at)
        *to++ = static_cast<T>(*at);
    return t;
}

/// A data set with the values of an expression (samples, ...Input), and labels (any shape) where they are given.
/// \returns error_kind::shape_mismatch for another shape
template <static_shape Input, class T = float, class Inputs>
[[nodiscard]] result<dataset<Input, T>> to_dataset(const xt::xexpression<Inputs>& inputs) {
    const Inputs& e = inputs.derived_cast();
    const extent samples = e.dimension() == 0 ? 0 : static_cast<extent>(e.shape(0));
    if (error failed = detail::check_extents(e, detail::extents_of<Input, 1>(samples))) return failed;
    dataset<Input, T> data;
    data.inputs.reserve(e.size());
    for (auto at = e.template begin<xt::layout_type::row_major>(), end = e.template end<xt::layout_type::row_major>();
         at != end; ++at)
        data.inputs.push_back(static_cast<T>(*at));
    return data;
}
template <static_shape Input, class T = float, class Inputs, class Labels>
[[nodiscard]] result<dataset<Input, T>> to_dataset(const xt::xexpression<Inputs>& inputs,
                                                   const xt::xexpression<Labels>& labels) {
    result<dataset<Input, T>> data = to_dataset<Input, T>(inputs);
    if (!data) return data;
    const Labels& e = labels.derived_cast();
    data->labels.reserve(e.size());
    for (auto at = e.template begin<xt::layout_type::row_major>(), end = e.template end<xt::layout_type::row_major>();
         at != end; ++at)
        data->labels.push_back(static_cast<std::int32_t>(*at));
    return data;
}

}  // namespace ctnn
#endif  // CTNN_INCLUDED_XTENSOR
#endif
