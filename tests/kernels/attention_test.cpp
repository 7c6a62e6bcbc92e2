// SPDX-License-Identifier: MIT
/// \file
/// Attention against its naive twin: tokens and widths at every remainder, several blocks, every layout, threads.
#include <doctest/doctest.h>

#include <limits>

#include "ctnn/kernels/reference_attention.hpp"
#include "ctnn/layers/attention.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::padded_batch;
using test::placement;

namespace {

// One layer's calls on a batch of queries, keys and values; memory begins as NaN.
template <class T>
struct attention_run {
    operation op;
    padded_batch<T> x, y, dy, dx;
    std::vector<T> memory;

    attention_run(const operation& row, extent samples, placement kind)
        : op(row),
          x(op.in, samples, kind),
          y(op.out, samples, kind),
          dy(op.out, samples, kind),
          dx(op.in, samples, kind) {
        x.fill(1, false);
        dy.fill(2, false);
    }
    T* fresh_memory(extent threads) {
        memory.assign(static_cast<std::size_t>(threads * round_up(op.thread_scratch)),
                      std::numeric_limits<T>::quiet_NaN());
        return memory.data();
    }
    std::vector<T> forward(extent threads) {
        detail::attention_code::forward<T>({.op = op,
                                            .x = x.read(),
                                            .other = {},
                                            .y = y.view(),
                                            .thread_scratch = fresh_memory(threads),
                                            .threads = threads});
        return y.values();
    }
    std::vector<T> backward(extent threads) {
        detail::attention_code::backward<T>({.op = op,
                                             .x = x.read(),
                                             .other = {},
                                             .y = y.read(),
                                             .dy = dy.read(),
                                             .dx = dx.view(),
                                             .thread_scratch = fresh_memory(threads),
                                             .threads = threads});
        return dx.values();
    }
};

template <class T>
kernels::attention_operands<T> head_of(const operation& op, const batch_view<T>& x, extent s, extent head) {
    const extent all = op.out.channels();
    T* at = x.at(s, 0, 0, 0) + head * (all / op.groups);
    return {at, at + all, at + 2 * all, x.step[2], x.step[2]};
}

template <class T>
void compare_attention(extent tokens, extent width, extent heads, bool causal, extent samples, placement kind) {
    CAPTURE(tokens);
    CAPTURE(width);
    CAPTURE(heads);
    CAPTURE(causal);
    layer_options o;
    o.heads = heads;
    o.causal = causal;
    attention_run<T> run(detail::attention_code::lower_as(make_dims(tokens, 3 * heads * width), o).what, samples, kind);
    const operation& op = run.op;
    run.x.each([&](T& value, extent) { value *= T(3); });  // so that some weights are large
    padded_batch<T> y(op.out, samples, placement::dense), dx(op.in, samples, placement::dense);
    const kernels::attention_sizes a = detail::attention_code::sizes_of(op, tokens);
    for (extent s = 0; s < samples; ++s)
        for (extent h = 0; h < heads; ++h) {
            kernels::reference::attention_forward(a, head_of(op, run.x.read(), s, h),
                                                  y.view().at(s, 0, 0, 0) + h * width, y.view().step[2]);
            kernels::reference::attention_backward(a, head_of(op, run.x.read(), s, h),
                                                   run.dy.read().at(s, 0, 0, 0) + h * width, run.dy.view().step[2],
                                                   head_of(op, dx.view(), s, h));
        }
    const auto near = [](const std::vector<T>& found, const std::vector<T>& expected) {
        const double tolerance = sizeof(T) == 4 ? 4e-6 : 1e-14;
        double largest = 0, worst = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
            const double off = std::abs(static_cast<double>(found[i]) - static_cast<double>(expected[i]));
            worst = off <= worst ? worst : off;  // takes a NaN
        }
        CAPTURE(worst);
        CHECK(worst <= tolerance * std::max(largest, 1.0));
    };
    const std::vector<T> output = run.forward(1), gradient = run.backward(1);
    near(output, y.values());
    near(gradient, dx.values());
    CHECK(run.forward(3) == output);
    CHECK(run.backward(3) == gradient);
    CHECK(run.x.guards_intact());
    CHECK(run.y.guards_intact());
    CHECK(run.dx.guards_intact());
}

template <class T>
void compare_sizes(placement kind) {
    compare_attention<T>(1, 1, 1, false, 2, kind);
    compare_attention<T>(2, 3, 2, true, 3, kind);
    compare_attention<T>(5, 17, 3, false, 2, kind);
    compare_attention<T>(17, 8, 1, true, 2, kind);
    compare_attention<T>(31, 5, 2, false, 1, kind);
    compare_attention<T>(64, 16, 1, true, 1, kind);
    compare_attention<T>(67, 33, 2, true, 1, kind);
    compare_attention<T>(131, 9, 1, false, 1, kind);
}

// The queries of one sequence and the keys and values of another, some of which are hidden.
template <class T>
void compare_cross(const kernels::attention_sizes& a, extent hide_each) {
    CAPTURE(a.queries);
    CAPTURE(a.keys);
    CAPTURE(a.width);
    const std::size_t queries = static_cast<std::size_t>(a.queries * a.width);
    const std::size_t memory = static_cast<std::size_t>(2 * a.keys * a.width);
    std::vector<T> q(queries), kv(memory), dy(queries), mask(static_cast<std::size_t>(a.keys), T(1));
    for (std::size_t i = 0; i < queries; ++i) q[i] = 3 * test::random_value<T>(1, static_cast<extent>(i), false);
    for (std::size_t i = 0; i < queries; ++i) dy[i] = test::random_value<T>(2, static_cast<extent>(i), false);
    for (std::size_t i = 0; i < memory; ++i) kv[i] = 3 * test::random_value<T>(3, static_cast<extent>(i), false);
    for (std::size_t i = 0; i < mask.size(); ++i)
        if (static_cast<extent>(i) % hide_each == 0) mask[i] = T(0);
    const auto nan = std::numeric_limits<T>::quiet_NaN();
    std::vector<T> room(static_cast<std::size_t>(a.backward_memory()), nan);
    std::vector<T> y(queries), dq(queries, nan), dkv(memory, nan), y_twin = y, dq_twin = dq, dkv_twin = dkv;
    const kernels::attention_operands<const T> from{q.data(), kv.data(), kv.data() + a.width, a.width, 2 * a.width};
    const kernels::attention_operands<T> to{dq.data(), dkv.data(), dkv.data() + a.width, a.width, 2 * a.width};
    const kernels::attention_operands<T> twin{dq_twin.data(), dkv_twin.data(), dkv_twin.data() + a.width, a.width,
                                              2 * a.width};
    const kernels::attention_gaps<T> gaps{.mask = mask.data()};
    kernels::attention_forward(a, from, gaps, y.data(), a.width, room.data(), 0, a.blocks());
    kernels::reference::attention_forward(a, from, y_twin.data(), a.width, mask.data());
    kernels::attention_backward(a, from, gaps, dy.data(), a.width, to, room.data());
    kernels::reference::attention_backward(a, from, dy.data(), a.width, twin, mask.data());
    const auto near = [](const std::vector<T>& found, const std::vector<T>& expected) {
        const T tolerance = sizeof(T) == 4 ? T(2e-5) : T(1e-13);
        for (std::size_t i = 0; i < found.size(); ++i) CHECK(std::abs(found[i] - expected[i]) <= tolerance);
    };
    near(y, y_twin);
    near(dq, dq_twin);
    near(dkv, dkv_twin);
    if (hide_each > 1) return;
    for (const T value : y) CHECK(value == 0);
    for (const T value : dkv) CHECK(value == 0);
}

// The layer `op` on one sample of `x`.
std::vector<double> attend(const operation& op, const std::vector<double>& x) {
    attention_run<double> run(op, 1, placement::dense);
    run.x.assign(x);
    return run.forward(1);
}

constexpr extent tokens = 21, channels = 6;
std::vector<double> tokens_of(std::uint64_t stream) {
    std::vector<double> x;
    for (extent i = 0; i < tokens * 3 * channels; ++i) x.push_back(4 * test::random_value<double>(stream, i, false));
    return x;
}
const operation two_heads = scaled_dot_product_attention<heads<2>>::lower(make_dims(tokens, 3 * channels)).what;
const operation causal_heads =
    scaled_dot_product_attention<heads<2>, causal>::lower(make_dims(tokens, 3 * channels)).what;

std::size_t place(extent token, extent width, extent channel) {
    return static_cast<std::size_t>(token * width + channel);
}

}  // namespace

TEST_CASE("attention equals its naive twin at awkward tokens, widths and heads, in every layout and with threads") {
    for (const placement kind : {placement::dense, placement::slice}) {
        compare_sizes<float>(kind);
        compare_sizes<double>(kind);
    }
    compare_attention<float>(196, 64, 3, false, 1, placement::dense);
    compare_attention<float>(300, 70, 1, true, 1, placement::dense);
    compare_attention<float>(67, 16, 2, true, 2, placement::slice);
    static_assert(kernels::attention_sizes{5000, 5000, 64}.rows() == 12 &&
                  kernels::attention_sizes{5000, 5000, 64}.blocks() == 417);
    static_assert(kernels::attention_sizes{5000, 5000, 64}.backward_memory() < 5000 * 300, "linear in the tokens");
}

TEST_CASE("attention to another sequence equals its naive twin, of which some tokens are hidden or all") {
    for (const extent hide_each : {1, 2, 3}) {
        for (const kernels::attention_sizes& a :
             {kernels::attention_sizes{1, 1, 1}, {3, 7, 5}, {7, 3, 8}, {70, 17, 9}, {9, 140, 17}, {21, 21, 6, true}}) {
            compare_cross<float>(a, hide_each);
            compare_cross<double>(a, hide_each);
        }
    }
}

// A half of the weights is dropped, the same half backwards; the others count twice.
TEST_CASE("attention drops weights in training alone, and its gradient follows") {
    layer_options o;
    o.heads = 2;
    o.dropout_rate = 0.5;
    struct dropping : detail::attention_code {
        [[nodiscard]] static constexpr outcome lower(dims in) {
            layer_options options;
            options.heads = 2;
            options.dropout_rate = 0.5;
            return lower_as(in, options);
        }
    };
    test::check_gradients<dropping>(make_dims(7, 12), 2, placement::slice);
    constexpr extent many = 200;
    const operation op = detail::attention_code::lower_as(make_dims(many, 6), o).what;
    padded_batch<double> x(op.in, 1, placement::dense), y(op.out, 1, placement::dense);
    std::vector<double> memory(static_cast<std::size_t>(3 * round_up(op.thread_scratch)));
    // Equal scores, values of 1: the sum of the weights that are left.
    x.each([](double& value, extent i) { value = i % 6 < 4 ? 0 : 1; });
    const auto run = [&](bool training, std::uint64_t step, extent threads) {
        detail::attention_code::forward<double>({.op = op,
                                                 .x = x.read(),
                                                 .other = {},
                                                 .y = y.view(),
                                                 .thread_scratch = memory.data(),
                                                 .threads = threads,
                                                 .training = training,
                                                 .seed = 1,
                                                 .step = step});
        return y.values();
    };
    for (const double sum : run(false, 0, 1)) CHECK(sum == doctest::Approx(1).epsilon(1e-13));
    double mean = 0;
    const std::vector<double> first = run(true, 0, 1);
    for (const double sum : first) {
        mean += sum / (many * 2);
        CHECK(std::abs(sum - 1) < 0.4);  // the deviation is 1 / sqrt(200)
        CHECK(std::abs(sum * many / 2 - std::round(sum * many / 2)) < 1e-9);
    }
    CHECK(std::abs(mean - 1) < 0.02);
    CHECK(run(true, 0, 3) == first);
    CHECK(run(true, 1, 1) != first);
}

TEST_CASE("the weights of attention sum to 1, for equal values and for one of them") {
    std::vector<double> x = tokens_of(11);
    for (const operation* op : {&two_heads, &causal_heads}) {
        for (extent t = 0; t < tokens; ++t)
            for (extent c = 0; c < channels; ++c) x[place(t, 3 * channels, 2 * channels + c)] = 1;
        for (const double y : attend(*op, x)) CHECK(y == doctest::Approx(1).epsilon(1e-14));
        std::vector<double> sum(static_cast<std::size_t>(tokens * channels));
        for (extent one = 0; one < tokens; ++one) {  // the values of one token are 1: its weights
            for (extent t = 0; t < tokens; ++t)
                for (extent c = 0; c < channels; ++c) x[place(t, 3 * channels, 2 * channels + c)] = t == one;
            const std::vector<double> weights = attend(*op, x);
            for (std::size_t i = 0; i < sum.size(); ++i) {
                CHECK(weights[i] >= 0);
                sum[i] += weights[i];
            }
            if (op == &causal_heads)
                for (extent i = 0; i < one * channels; ++i) CHECK(weights[static_cast<std::size_t>(i)] == 0);
        }
        for (const double y : sum) CHECK(y == doctest::Approx(1).epsilon(1e-14));
    }
}

TEST_CASE("permuted tokens have permuted outputs, and a causal output does not see the tokens behind it") {
    const std::vector<double> x = tokens_of(12), y = attend(two_heads, x), before = attend(causal_heads, x);
    std::vector<double> permuted = x, changed = x;
    for (extent t = 0; t < tokens; ++t)
        for (extent c = 0; c < 3 * channels; ++c) {
            permuted[place(t * 8 % tokens, 3 * channels, c)] = x[place(t, 3 * channels, c)];
            if (t > 9) changed[place(t, 3 * channels, c)] = -5;
        }
    const std::vector<double> found = attend(two_heads, permuted), after = attend(causal_heads, changed);
    for (extent t = 0; t < tokens; ++t)
        for (extent c = 0; c < channels; ++c) {
            CHECK(std::abs(found[place(t * 8 % tokens, channels, c)] - y[place(t, channels, c)]) < 1e-14);
            CHECK((after[place(t, channels, c)] == before[place(t, channels, c)]) == (t <= 9));
        }
}

TEST_CASE("attention stays finite for scores of a million, and gives NaN for NaN") {
    std::vector<double> x = tokens_of(13);
    for (double& value : x) value *= 1e3;
    for (const double y : attend(two_heads, x)) CHECK(std::abs(y) <= 4e3);
    attention_run<double> run(two_heads, 1, placement::dense);
    run.x.assign(x);
    for (const double d : run.backward(1)) CHECK(std::isfinite(d));
    x[0] = std::numeric_limits<double>::quiet_NaN();  // the query of the first token, first head
    const std::vector<double> y = attend(two_heads, x);
    for (extent i = 0; i < tokens * channels; ++i)
        CHECK(std::isnan(y[static_cast<std::size_t>(i)]) == (i < channels / 2));
}

TEST_CASE("attention passes the finite-difference check, and refuses") {
    test::check_gradients<scaled_dot_product_attention<>>(make_dims(5, 9), 2, placement::slice);
    test::check_gradients<scaled_dot_product_attention<heads<2>, causal>>(make_dims(7, 12), 2, placement::dense);
    using attention = scaled_dot_product_attention<heads<2>>;
    static_assert(attention::lower(make_dims(6)).why == refusal::needs_sequence);
    static_assert(attention::lower(make_dims(4, 4, 6)).why == refusal::needs_sequence);
    static_assert(attention::lower(make_dims(4, 8)).why == refusal::heads_do_not_divide);
    static_assert(attention::lower(make_dims(4, 15)).why == refusal::heads_do_not_divide);
    static_assert(scaled_dot_product_attention<heads<0>>::lower(make_dims(4, 6)).why == refusal::number_out_of_range);
    static_assert(scaled_dot_product_attention<same>::lower(make_dims(4, 6)).why == refusal::option_not_taken);
    static_assert(scaled_dot_product_attention<causal, causal>::lower(make_dims(4, 6)).why ==
                  refusal::option_not_taken);
    static_assert(scaled_dot_product_attention<no_bias>::lower(make_dims(4, 6)).why == refusal::option_not_taken);
}
