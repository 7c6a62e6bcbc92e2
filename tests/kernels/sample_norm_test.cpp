// SPDX-License-Identifier: MIT
/// \file
/// Layer normalization over all elements of a sample against its naive twin, and the layer.
#include "ctnn/layers/layer_norm.hpp"
#include "norm_run.hpp"

using namespace ctnn;
using kernels::reference::norm_over;
using kernels::reference::norm_rule;
using test::placement;

namespace {

constexpr norm_rule over_a_sample{.over = norm_over::all};

}  // namespace

TEST_CASE_TEMPLATE("layer norm over all equals its naive twin at every remainder of channels in every layout", T,
                   float, double) {
    for (const placement kind : test::layouts)
        for (const extent c : {1, 3, 15, 16, 17, 67})
            test::compare_norm<T, layer_norm<over_all>>(make_dims(3, 5, c), 2, kind, over_a_sample);
}

TEST_CASE("layer norm over all equals its naive twin in every rank, for one and many pieces and waves") {
    for (const placement kind : test::layouts) {
        test::compare_norm<float, layer_norm<over_all>>(make_dims(23), 20, kind, over_a_sample);
        test::compare_norm<float, layer_norm<over_all, no_bias>>(make_dims(165, 3), 5, kind, over_a_sample);
        test::compare_norm<float, layer_norm<over_all, no_affine>>(make_dims(3, 2, 9, 4), 3, kind, over_a_sample);
    }
    // Enough work that several threads do it.
    test::compare_norm<float, layer_norm<over_all>>(make_dims(31, 37, 33), 3, placement::bordered, over_a_sample);
}

TEST_CASE("layer norm over all is right for values of 10,000 that hardly spread, and for constant ones") {
    test::check_far_from_zero<layer_norm<over_all>>(make_dims(64, 64, 3), over_a_sample);
    test::check_constant<layer_norm<over_all>>(make_dims(5, 4, 3));
}

TEST_CASE("layer norm over all keeps a NaN in its sample") {
    test::with_nan<layer_norm<over_all>>(make_dims(3, 6), 18 + 8, [](const std::vector<float>& y) {
        for (std::size_t i = 0; i < y.size(); ++i) CHECK((y[i] != y[i]) == (i / 18 == 1));
    });
}

TEST_CASE("layer norm over all passes the finite-difference check") {
    test::check_gradients<layer_norm<over_all>>(make_dims(3, 2, 5), 2, placement::bordered, 1, true);
    test::check_gradients<layer_norm<over_all, no_bias, epsilon<0.01>>>(make_dims(4, 3), 2, placement::slice);
}

TEST_CASE("layer norm over all learns a number for each element, in the shape of a sample") {
    constexpr operation row = layer_norm<over_all>::lower(make_dims(4, 5, 6)).what;
    static_assert(row.parameter_count() == 240 && row.parameters[1].rank == 3 && row.parameters[1].axis[1] == 5);
    static_assert(layer_norm<over_all, over_all>::lower(make_dims(4)).why == refusal::option_not_taken);
}
