// SPDX-License-Identifier: MIT
/// \file
/// Layer and RMS normalization over channels against their naive twin, and the layers.
#include "ctnn/layers/layer_norm.hpp"
#include "ctnn/layers/rms_norm.hpp"
#include "norm_run.hpp"

using namespace ctnn;
using kernels::reference::norm_over;
using kernels::reference::norm_rule;
using test::placement;

namespace {

constexpr norm_rule rms{.over = norm_over::channels, .centered = false, .epsilon = 0x1p-23};

}  // namespace

TEST_CASE_TEMPLATE("layer and RMS norm equal their naive twin at every remainder of channels in every layout", T,
                   float, double) {
    for (const placement kind : test::layouts)
        for (const extent c : test::channel_counts) {
            test::compare_norm<T, layer_norm<>>(make_dims(3, 5, c), 2, kind, {});
            test::compare_norm<T, rms_norm<>>(make_dims(3, 5, c), 2, kind, rms);
        }
}

TEST_CASE("layer and RMS norm equal their naive twin in every rank, for one and many pieces of a batch") {
    for (const placement kind : test::layouts) {
        test::compare_norm<float, layer_norm<>>(make_dims(23), 70, kind, {});
        test::compare_norm<float, layer_norm<>>(make_dims(65, 7), 3, kind, {});
        test::compare_norm<float, layer_norm<>>(make_dims(3, 7, 9, 17), 3, kind, {});
        test::compare_norm<float, rms_norm<>>(make_dims(37, 41, 16), 2, kind, rms);
    }
    // Enough work that several threads do it.
    test::compare_norm<float, layer_norm<>>(make_dims(31, 37, 33), 3, placement::dense, {});
}

TEST_CASE("layer and RMS norm learn no more than they are told to") {
    test::compare_norm<float, layer_norm<no_bias>>(make_dims(5, 19), 3, placement::slice, {});
    test::compare_norm<float, layer_norm<no_affine>>(make_dims(5, 19), 3, placement::slice, {});
    test::compare_norm<float, rms_norm<no_affine>>(make_dims(5, 19), 3, placement::slice, rms);
    static_assert(layer_norm<>::lower(make_dims(4, 6)).what.parameter_count() == 12);
    static_assert(layer_norm<no_bias>::lower(make_dims(4, 6)).what.parameter_count() == 6);
    static_assert(layer_norm<no_affine>::lower(make_dims(4, 6)).what.parameter_count() == 0);
    static_assert(rms_norm<>::lower(make_dims(4, 6)).what.parameter_count() == 6);
    static_assert(rms_norm<no_affine>::lower(make_dims(4, 6)).what.parameter_count() == 0);
}

TEST_CASE("layer norm is right for values of 10,000 that hardly spread, and for constant ones") {
    test::check_far_from_zero<layer_norm<>>(make_dims(5, 2), {});
    test::check_far_from_zero<layer_norm<>>(make_dims(3, 37), {});
    test::check_far_from_zero<layer_norm<>>(make_dims(3000), {});
    test::check_constant<layer_norm<>>(make_dims(3, 3));
    test::check_constant<layer_norm<>>(make_dims(3, 300));
    test::check_constant<layer_norm<>>(make_dims(2, 1));  // one channel is always constant
}

TEST_CASE("layer and RMS norm keep a NaN in its position") {
    const auto check = [](const std::vector<float>& y) {
        for (std::size_t i = 0; i < y.size(); ++i) CHECK((y[i] != y[i]) == (i / 19 == 4));
    };
    test::with_nan<layer_norm<>>(make_dims(3, 19), 4 * 19 + 18, check);
    test::with_nan<rms_norm<>>(make_dims(3, 19), 4 * 19, check);
}

TEST_CASE("layer and RMS norm pass the finite-difference check") {
    test::check_gradients<layer_norm<>>(make_dims(3, 2, 5), 2, placement::bordered, 1, true);
    test::check_gradients<layer_norm<epsilon<0.01>, no_bias>>(make_dims(4, 18), 2, placement::slice);
    test::check_gradients<rms_norm<>>(make_dims(7), 3, placement::dense, 1, true);
    test::check_gradients<rms_norm<epsilon<0.01>, no_affine>>(make_dims(3, 17), 2, placement::dense);
}

TEST_CASE("layer and RMS norm read their options and refuse others") {
    static_assert(layer_norm<>::lower(make_dims(4)).what.epsilon == 1e-5);
    static_assert(layer_norm<epsilon<1e-3>>::lower(make_dims(4)).what.epsilon == 1e-3);
    static_assert(layer_norm<groups<2>>::lower(make_dims(4)).why == refusal::option_not_taken);
    static_assert(layer_norm<no_bias, no_affine>::lower(make_dims(4)).why == refusal::option_not_taken);
    static_assert(layer_norm<epsilon<0.0>>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(rms_norm<no_bias>::lower(make_dims(4)).why == refusal::option_not_taken);
    static_assert(rms_norm<epsilon<-1.0>>::lower(make_dims(4)).why == refusal::number_out_of_range);
}
