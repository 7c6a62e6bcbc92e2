// SPDX-License-Identifier: MIT
/// \file
/// What a layer becomes: one operation, a plain value that the graph plans, fuses and executes.
#pragma once

#include "ctnn/core/initializer.hpp"
#include "ctnn/core/refusal.hpp"
#include "ctnn/core/shape.hpp"

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
    multiply,     ///< two inputs; brings its own code, which adds into gradients of both that exist
    place,        ///< copies its input to channels [channel, ...) of the result; mostly free
    reshape,      ///< same elements, another shape; mostly free
    max_pool,     ///< maxima of windows; one of 2x2 windows fuses into the convolution before it
    embedding,    ///< rows of a table; folds into the layers behind it if these take one, see operation::class_size
    mask,         ///< which steps are present, 1 or 0; has no gradient
    custom        ///< brings its own code and asks for nothing
};

/// Elementwise functions of x. Some have numbers, `alpha` and `beta` of the operation.
enum class activation : unsigned char {
    none,
    relu,
    leaky_relu,  ///< alpha: the slope
    sigmoid,
    tanh,
    elu,  ///< x, or alpha (e^(beta x) - 1) where x is negative
    selu,
    gelu,
    gelu_tanh,
    silu,
    mish,
    softplus,  ///< log(1 + e^(alpha x)) / alpha, or x where alpha x is more than beta
    softsign,
    hard_sigmoid,
    hard_swish,
    hard_tanh  ///< alpha and beta: the bounds
};

/// Does the gradient need the function's input? That of the others follows from the output.
[[nodiscard]] constexpr bool gradient_reads_input(activation a) {
    return a == activation::gelu || a == activation::gelu_tanh || a == activation::silu || a == activation::mish ||
           a == activation::softplus || a == activation::softsign || a == activation::hard_swish;
}

/// The numbers of an elementwise function.
struct activation_numbers {
    double alpha = 0, beta = 0;
};

/// Is it monotone, so that the maximum of activations is the activation of the maximum?
[[nodiscard]] constexpr bool never_falls(activation a) {
    return a == activation::none || a == activation::relu || a == activation::leaky_relu || a == activation::sigmoid ||
           a == activation::tanh || a == activation::hard_tanh;
}

/// How a convolution is computed. Winograd's needs a quarter of the multiplications, or with 2 outputs a tile and axis
/// 4 / 9, and rounds more: see layers/convolution_algorithm.hpp.
enum class algorithm : unsigned char { direct, winograd_2, winograd_4 };

/// One tensor that training changes, or one of running statistics.
struct parameter {
    const char* name = nullptr;     ///< "weight"; null: there is none
    extent axis[5]{1, 1, 1, 1, 1};  ///< its shape, as in memory
    extent rank = 0;
    initializer start = initializer::zeros;
    extent fan_in = 1, fan_out = 1;  ///< numbers that an output reads, and that an input reaches
    double start_value = 0;          ///< deviation or gain, for initializers that have one

    /// Takes over what the layer's options say.
    constexpr void begin_as(const layer_options& o) {
        start = o.start;
        start_value = o.start_value;
    }

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
    bool transposed = false;  ///< the window and weights are those of a convolution from `out` to `in`: conv_transpose
    ctnn::activation activation = ctnn::activation::none;
    double alpha = 0;  ///< slope, rate, momentum: the one number that a layer has
    double beta = 0;   ///< the second one, of an activation or a norm that has two
    double epsilon = 0;
    ctnn::algorithm algorithm = ctnn::algorithm::direct;           ///< of a convolution forwards
    ctnn::algorithm gradient_algorithm = ctnn::algorithm::direct;  ///< and of its input's gradient
    ctnn::algorithm weight_algorithm = ctnn::algorithm::direct;    ///< and of its weights' gradient
    bool include_padding = false;                                  ///< average pooling divides by the whole window
    bool adaptive = false;                                         ///< a pool's windows follow from in and out alone

    bool in_place = false;              ///< the output may overwrite the input: a pixel is read before it is written
    bool backward_reads_input = false;  ///< what backward needs besides the gradient of the output
    bool backward_reads_output = false;
    bool backward_in_place = false;  ///< the input's gradient may overwrite the output's
    extent saved = 0;                ///< numbers kept from forward to backward, for the whole batch
    extent scratch = 0;              ///< numbers of temporary memory while it runs, for the whole batch
    extent thread_scratch = 0;       ///< the same for each thread; convolutions work out theirs by themselves
    extent kept = 0;                 ///< numbers kept from forward to backward, for each sample
    extent packed = 0;   ///< numbers that a layer's pack() writes for its infer(), which needs no scratch; 0: none
    extent carried = 0;  ///< numbers that a stream carries from step to step; 0: there is nothing to carry
    bool positionwise = false;  ///< code of its own that treats every position by itself
    bool doubles = false;       ///< repeats every pixel twice along height and width, and along depth or not
    bool windowed = false;      ///< code of its own that looks at windows, which an axis of extent 1 leaves alone
    bool reads_mask = false;    ///< leaves out absent steps of its input, or of its second one if that is a sequence
    extent memory_size = 0;     ///< numbers of with_memory's memory, a vector, that is its second input; 0: none is
    extent class_size = 0;      ///< numbers for each class if an embedding in front is folded into it; 0: never
    extent multiply_adds = 0;   ///< for one sample

    // Written by the builder.
    int input[2]{-1, -1};         ///< values read
    int mask = -1;                ///< value that says which steps are present, of a row that reads_mask
    int result = -1;              ///< value written
    extent channel = 0;           ///< place: first channel of the slice; input: where it begins in a sample
    extent parameter_offset = 0;  ///< in the flat block
    extent state_offset = 0;
    int row = 0;            ///< position in the table before fusion
    bool shared = false;    ///< other rows have the same parameters and running statistics
    bool repeated = false;  ///< and one of them is an earlier row

    // Written by fusion: what this linear row does before it stores.
    int norm = -1;         ///< row of the batch norm folded into the weights
    int addend = -1;       ///< value added before the activation
    int front = -1;        ///< row of the embedding folded into this one, which reads the indices then
    extent classes = 0;    ///< of that embedding
    extent coarse = 0;     ///< channels that it reads from input[1], whose pixels it takes twice along each axis
    extent coarse_at = 0;  ///< the first of them among the channels of `in`; the others are those of input[0]
    bool halved = false;   ///< stores the maxima of 2x2 neighbors along height and width; `out` is what it computes

    [[nodiscard]] constexpr activation_numbers numbers() const { return {alpha, beta}; }
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
