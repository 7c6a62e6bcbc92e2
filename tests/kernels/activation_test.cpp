// SPDX-License-Identifier: MIT
/// \file
/// Activation kernels against single numbers of the standard library, and the activation and dropout layers.
#include <doctest/doctest.h>

#include "activation_problem.hpp"
#include "ctnn/layers/dropout.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::check_nan;
using test::compare;
using test::compare_all;
using test::placement;
using test::padded_batch;

TEST_CASE("activations equal the standard library at every remainder, in every layout, in place and not") {
    compare_all<ctnn::relu>();
    compare_all<leaky_relu<>>();
    compare_all<leaky_relu<0.3>>();
    compare_all<ctnn::sigmoid>();
    compare_all<ctnn::tanh>();
}

TEST_CASE("elementwise kernels reach every pixel of every rank, also where axes have a single position") {
    for (const placement kind : test::layouts)
        for (const extent c : {1, 17})
            for (const dims& shape :
                 {make_dims(c), make_dims(1, c), make_dims(5, c), make_dims(1, 5, c), make_dims(5, 1, c),
                  make_dims(1, 1, c), make_dims(2, 1, 3, c), make_dims(1, 4, 1, c), make_dims(3, 2, 4, c)})
                compare<ctnn::sigmoid, float>(shape, kind);
    compare<ctnn::relu, float>(make_dims(40, 50, 33), placement::dense);  // several pieces
    compare<ctnn::relu, float>(make_dims(40, 50, 33), placement::bordered);
    compare<ctnn::relu, float>(make_dims(20000), placement::dense);
}

TEST_CASE("a NaN passes through every activation") {
    check_nan<ctnn::relu>();
    check_nan<leaky_relu<>>();
    check_nan<ctnn::sigmoid>();
    check_nan<ctnn::tanh>();
}

TEST_CASE("activations pass the finite-difference check") {
    test::check_gradients<ctnn::relu>(make_dims(3, 4, 5), 2, placement::slice);
    test::check_gradients<leaky_relu<0.2>>(make_dims(37), 2, placement::dense, 1, true);
    test::check_gradients<ctnn::sigmoid>(make_dims(4, 5), 2, placement::bordered);
    test::check_gradients<ctnn::tanh>(make_dims(2, 3, 2, 3), 2, placement::bordered, 1, true);
    test::check_gradients<dropout<0.4>>(make_dims(5, 4, 3), 3, placement::slice, 1, true);
}

TEST_CASE(
    "dropout draws the mask that the generator defines, forwards and backwards, in every layout, for any threads") {
    const auto twin = [](extent e, std::uint64_t seed, int row, std::uint64_t step) {
        const kernels::dropout_key key(seed, row, step);
        const auto counter = static_cast<std::uint64_t>(e / 256 * 64 + e % 64);
        return philox(key.seed, key.stream, counter).word[e / 64 % 4] >> 8;
    };
    operation op = dropout<0.3>::lower(make_dims(4, 50, 7)).what;
    op.row = 12;
    std::vector<float> first;
    for (const placement kind : test::layouts)
        for (const extent threads : {1, 2, 5}) {
            padded_batch<float> x(op.in, 9, kind), y(op.in, 9, placement::dense), dx(op.in, 9, kind);
            x.each([](float& value, extent) { value = 2; });
            dropout<0.3>::forward<float>({.op = op,
                                          .x = x.read(),
                                          .other = {},
                                          .y = y.view(),
                                          .threads = threads,
                                          .training = true,
                                          .seed = 77,
                                          .step = 1234567});
            dropout<0.3>::backward<float>({.op = op,
                                           .x = {},
                                           .other = {},
                                           .y = {},
                                           .dy = x.read(),
                                           .dx = dx.view(),
                                           .threads = threads,
                                           .seed = 77,
                                           .step = 1234567});
            CHECK(dx.values() == y.values());
            CHECK(dx.guards_intact());
            if (first.empty()) first = y.values();
            CHECK(y.values() == first);
        }
    extent kept = 0;
    bool as_defined = true;
    for (std::size_t i = 0; i < first.size(); ++i) {
        const bool keep =
            twin(static_cast<extent>(i), 77, 12, 1234567) >= static_cast<std::uint32_t>(0.3 * 16777216 + 0.5);
        as_defined = as_defined && first[i] == (keep ? 2 * static_cast<float>(1 / 0.7) : 0.0F);
        kept += keep;
    }
    CHECK(as_defined);
    CHECK(static_cast<double>(kept) / static_cast<double>(first.size()) == doctest::Approx(0.7).epsilon(0.02));
}

TEST_CASE("dropout draws another mask in every step, layer and sample, and none outside training") {
    const auto mask = [](int row, std::uint64_t seed, std::uint64_t step, bool training) {
        operation op = dropout<0.5>::lower(make_dims(64)).what;
        op.row = row;
        padded_batch<double> x(op.in, 2, placement::dense), y(op.in, 2, placement::dense);
        x.each([](double& value, extent) { value = 1; });
        dropout<0.5>::forward<double>(
            {.op = op, .x = x.read(), .other = {}, .y = y.view(), .training = training, .seed = seed, .step = step});
        return y.values();
    };
    const std::vector<double> all = mask(1, 2, 3, true);
    CHECK(all != mask(2, 2, 3, true));
    CHECK(all != mask(1, 3, 3, true));
    CHECK(all != mask(1, 2, 4, true));
    CHECK(std::vector<double>(all.begin(), all.begin() + 64) != std::vector<double>(all.begin() + 64, all.end()));
    CHECK(mask(1, 2, 3, false) == std::vector<double>(128, 1.0));
}

TEST_CASE("slopes and rates out of range are refused") {
    static_assert(leaky_relu<-0.1>::lower(make_dims(3)).why == refusal::number_out_of_range);
    static_assert(dropout<1.0>::lower(make_dims(3)).why == refusal::number_out_of_range);
    static_assert(dropout<-0.5>::lower(make_dims(3)).why == refusal::number_out_of_range);
    static_assert(dropout<0.0>::lower(make_dims(3)).why == refusal::none);
}
