// SPDX-License-Identifier: MIT
/// \file
/// Group and instance normalization against their naive twin, and the layers.
#include "ctnn/layers/instance_norm.hpp"
#include "norm_run.hpp"

using namespace ctnn;
using kernels::reference::norm_over;
using kernels::reference::norm_rule;
using test::placement;

namespace {

norm_rule grouped(extent groups) { return {.over = norm_over::groups, .groups = groups}; }

}  // namespace

TEST_CASE_TEMPLATE("instance norm equals its naive twin at every remainder of channels in every layout", T, float,
                   double) {
    for (const placement kind : test::layouts)
        for (const extent c : {1, 3, 4, 5, 15, 16, 17, 33, 67})
            test::compare_norm<T, instance_norm<affine>>(make_dims(3, 5, c), 2, kind, grouped(c));
}

TEST_CASE_TEMPLATE("group norm equals its naive twin in every rank, placement and number of groups", T, float, double) {
    for (const placement kind : test::layouts) {
        test::compare_norm<T, group_norm<1>>(make_dims(7, 17), 3, kind, grouped(1));
        test::compare_norm<T, group_norm<3>>(make_dims(6, 7, 9), 2, kind, grouped(3));
        test::compare_norm<T, group_norm<4>>(make_dims(3, 2, 5, 20), 2, kind, grouped(4));
        test::compare_norm<T, group_norm<2>>(make_dims(34), 3, kind, grouped(2));
    }
}

TEST_CASE("group norm equals its naive twin for several pieces of a sample and several waves of samples") {
    for (const placement kind : test::layouts) {
        test::compare_norm<float, group_norm<2>>(make_dims(9, 15, 4), 19, kind, grouped(2));
        test::compare_norm<float, instance_norm<affine>>(make_dims(37, 41, 2), 3, kind, grouped(2));
    }
    // Enough work that several threads do it.
    test::compare_norm<float, group_norm<3>>(make_dims(31, 37, 33), 3, placement::bordered, grouped(3));
}

TEST_CASE("group and instance norm learn no more than they are told to") {
    test::compare_norm<float, group_norm<2, no_bias>>(make_dims(5, 18), 3, placement::slice, grouped(2));
    test::compare_norm<float, group_norm<2, no_affine>>(make_dims(5, 18), 3, placement::slice, grouped(2));
    test::compare_norm<float, instance_norm<>>(make_dims(5, 18), 3, placement::slice, grouped(18));
    static_assert(group_norm<2>::lower(make_dims(4, 6)).what.parameter_count() == 12);
    static_assert(group_norm<2, no_affine>::lower(make_dims(4, 6)).what.parameter_count() == 0);
    static_assert(instance_norm<>::lower(make_dims(4, 6)).what.parameter_count() == 0);
    static_assert(instance_norm<no_affine>::lower(make_dims(4, 6)).what.parameter_count() == 0);
    static_assert(instance_norm<affine>::lower(make_dims(4, 6)).what.parameter_count() == 12);
    static_assert(instance_norm<affine, no_bias>::lower(make_dims(4, 6)).what.parameter_count() == 6);
}

TEST_CASE("group and instance norm are right for values of 10,000 that hardly spread, and for constant ones") {
    test::check_far_from_zero<group_norm<2>>(make_dims(5, 4), grouped(2));
    test::check_far_from_zero<group_norm<1>>(make_dims(64, 64, 3), grouped(1));
    test::check_far_from_zero<instance_norm<affine>>(make_dims(64, 64, 3), grouped(3));
    test::check_constant<group_norm<3>>(make_dims(5, 4, 6));
    test::check_constant<instance_norm<>>(make_dims(70, 3));
}

TEST_CASE("group norm keeps a NaN in its group and sample") {
    test::with_nan<group_norm<3>>(make_dims(3, 6), 18 + 8, [](const std::vector<float>& y) {
        for (std::size_t i = 0; i < y.size(); ++i) CHECK((y[i] != y[i]) == (i / 18 == 1 && i % 6 / 2 == 1));
    });
}

TEST_CASE("group and instance norm pass the finite-difference check") {
    test::check_gradients<group_norm<2>>(make_dims(3, 2, 6), 2, placement::bordered, 1, true);
    test::check_gradients<group_norm<3, epsilon<0.01>>>(make_dims(9), 3, placement::dense);
    test::check_gradients<instance_norm<affine>>(make_dims(5, 3), 2, placement::slice, 1, true);
    test::check_gradients<instance_norm<>>(make_dims(2, 3, 2, 2), 2, placement::dense);
}

TEST_CASE("group and instance norm read their options and refuse others") {
    static_assert(group_norm<2, epsilon<1e-3>>::lower(make_dims(4)).what.epsilon == 1e-3);
    static_assert(group_norm<2>::lower(make_dims(3, 5)).why == refusal::groups_do_not_divide);
    static_assert(group_norm<0>::lower(make_dims(3, 5)).why == refusal::number_out_of_range);
    static_assert(group_norm<5>::lower(make_dims(5)).why == refusal::needs_positions);
    static_assert(group_norm<2, momentum<0.1>>::lower(make_dims(4)).why == refusal::option_not_taken);
    static_assert(group_norm<2, epsilon<0.0>>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(instance_norm<>::lower(make_dims(5)).why == refusal::needs_positions);
    static_assert(instance_norm<>::lower(make_dims(1, 1, 5)).why == refusal::needs_positions);
    static_assert(instance_norm<no_bias>::lower(make_dims(2, 5)).why == refusal::option_not_taken);
    static_assert(instance_norm<epsilon<-1.0>>::lower(make_dims(2, 5)).why == refusal::number_out_of_range);
}
