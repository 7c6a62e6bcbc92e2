// SPDX-License-Identifier: MIT
/// \file
/// Upsampling and interpolation against their naive twins, and the layers upsample, resize, flatten, reshape.
#include <doctest/doctest.h>

#include "ctnn/kernels/reference_resample.hpp"
#include "ctnn/kernels/reference_upsample.hpp"
#include "ctnn/layers/flatten.hpp"
#include "ctnn/layers/reshape.hpp"
#include "ctnn/layers/resize.hpp"
#include "ctnn/layers/upsample.hpp"
#include "finite_difference.hpp"
#include "nearness.hpp"

using namespace ctnn;
using test::placement;
using test::padded_batch;

namespace {

template <class Layer, class T>
void compare(dims in, placement kind) {
    const operation op = Layer::lower(in).what;
    padded_batch<T> x(op.in, 2, kind), y(op.out, 2, kind), dx(op.in, 2, kind), twin_y(op.out, 2, placement::dense),
        twin_dx(op.in, 2, placement::dense);
    x.fill(1, true);
    for (const extent threads : {1, 3}) {
        Layer::template forward<T>({.op = op, .x = x.read(), .other = {}, .y = y.view(), .threads = threads});
        kernels::reference::upsample_forward(x.read(), twin_y.view());
        CHECK(y.values() == twin_y.values());
        CHECK(y.guards_intact());
        y.fill(2, true);
        Layer::template backward<T>(
            {.op = op, .x = {}, .other = {}, .y = {}, .dy = y.read(), .dx = dx.view(), .threads = threads});
        kernels::reference::upsample_backward(y.read(), twin_dx.view());
        CHECK(dx.values() == twin_dx.values());
        CHECK(dx.guards_intact());
    }
}

template <class Layer, class T>
void compare_resampled(sampling rule, dims in, placement kind) {
    const outcome lowered = Layer::lower(in);
    REQUIRE(lowered.why == refusal::none);
    const operation& op = lowered.what;
    CAPTURE(in.channels());
    padded_batch<T> x(op.in, 2, kind), y(op.out, 2, kind), dx(op.in, 2, kind), twin_y(op.out, 2, placement::dense),
        twin_dx(op.in, 2, placement::dense);
    const double tolerance = rule == sampling::nearest ? 0 : sizeof(T) == 4 ? 1e-6 : 2e-15;
    std::vector<T> scratch(static_cast<std::size_t>(op.scratch));
    x.fill(1, true);
    for (const extent threads : {1, 3}) {
        const forward_call<T> call{
            .op = op, .x = x.read(), .other = {}, .y = y.view(), .scratch = scratch.data(), .threads = threads};
        Layer::template forward<T>(call);
        kernels::reference::resample_forward(rule, x.read(), twin_y.view());
        CHECK(relative_error(y.values(), twin_y.values()) <= tolerance);
        CHECK(y.guards_intact());
        y.fill(2, true);
        Layer::template backward<T>({.op = op,
                                     .x = {},
                                     .other = {},
                                     .y = {},
                                     .dy = y.read(),
                                     .dx = dx.view(),
                                     .scratch = scratch.data(),
                                     .threads = threads});
        kernels::reference::resample_backward(rule, y.read(), twin_dx.view());
        CHECK(relative_error(dx.values(), twin_dx.values()) <= tolerance);
        CHECK(dx.guards_intact());
    }
}

template <class Layer>
void check_copy(dims in) {
    const operation op = Layer::lower(in).what;
    for (const placement from : test::layouts)
        for (const placement to : test::layouts) {
            padded_batch<float> x(op.in, 2, from), y(op.out, 2, to), dx(op.in, 2, from);
            x.fill(1, false);
            Layer::template forward<float>({.op = op, .x = x.read(), .other = {}, .y = y.view()});
            CHECK(y.values() == x.values());
            Layer::template backward<float>({.op = op, .x = {}, .other = {}, .y = {}, .dy = y.read(), .dx = dx.view()});
            CHECK(dx.values() == x.values());
            CHECK(y.guards_intact());
            CHECK(dx.guards_intact());
        }
}

}  // namespace

TEST_CASE("upsampling equals its naive twin for every rank and remainder of channels, in every layout") {
    for (const placement kind : test::layouts) {
        for (const extent c : test::channel_counts) {
            compare<upsample<2>, float>(make_dims(3, 2, c), kind);
            compare<upsample<2>, double>(make_dims(3, 2, c), kind);
        }
        compare<upsample<3>, float>(make_dims(5, 4), kind);
        compare<upsample<2, 3>, float>(make_dims(5, 4, 3), kind);
        compare<upsample<1, 2, 3>, float>(make_dims(2, 3, 4, 5), kind);
        compare<upsample<1>, float>(make_dims(5, 4, 3), kind);
    }
}

TEST_CASE("linear upsampling equals its naive twin for every rank and remainder of channels, in every layout") {
    using smooth = upsample<2, linear>;
    for (const placement kind : test::layouts) {
        for (const extent c : test::channel_counts) {
            compare_resampled<smooth, float>(sampling::linear, make_dims(3, 2, c), kind);
            compare_resampled<upsample<3, 2, linear, align_corners>, double>(sampling::aligned, make_dims(2, 3, c),
                                                                             kind);
        }
        compare_resampled<upsample<3, linear>, float>(sampling::linear, make_dims(5, 4), kind);
        compare_resampled<smooth, double>(sampling::linear, make_dims(1, 4, 3), kind);
        compare_resampled<upsample<2, linear, align_corners>, float>(sampling::aligned, make_dims(1, 4, 3), kind);
        compare_resampled<upsample<1, 2, 3, linear>, float>(sampling::linear, make_dims(2, 3, 4, 5), kind);
        compare_resampled<upsample<linear, 2, align_corners>, double>(sampling::aligned, make_dims(3, 2, 4, 5), kind);
    }
    compare_resampled<smooth, float>(sampling::linear, make_dims(37, 41, 17), placement::dense);
}

TEST_CASE("resizing equals its naive twin from any extent to any other, in every layout") {
    for (const placement kind : test::layouts)
        for (extent w = 1; w <= 7; ++w) {
            compare_resampled<resize<5>, float>(sampling::nearest, make_dims(w, 3, 17), kind);
            compare_resampled<resize<5, linear>, float>(sampling::linear, make_dims(w, 9, 3), kind);
            compare_resampled<resize<4, 1, linear, align_corners>, double>(sampling::aligned, make_dims(w, 3, 5), kind);
            compare_resampled<resize<3>, double>(sampling::nearest, make_dims(w, 2), kind);
            compare_resampled<resize<2, 3, 4, linear>, float>(sampling::linear, make_dims(3, w, 2, 5), kind);
        }
    compare_resampled<resize<64, 5, linear>, double>(sampling::linear, make_dims(3, 70, 9), placement::dense);
}

TEST_CASE("flatten and reshape copy elements in the order of memory, between any layouts") {
    check_copy<flatten>(make_dims(3, 4, 5));
    check_copy<flatten>(make_dims(2, 3, 4, 5));
    check_copy<reshape<6, 10>>(make_dims(3, 4, 5));
    check_copy<reshape<5, 2, 3, 2>>(make_dims(60));
}

TEST_CASE("upsampling passes the finite-difference check; shapes and refusals are as documented") {
    test::check_gradients<upsample<2>>(make_dims(3, 2, 3), 2, placement::bordered);
    test::check_gradients<upsample<1, 3>>(make_dims(2, 2, 5), 2, placement::dense);
    test::check_gradients<upsample<2, linear>>(make_dims(3, 2, 3), 2, placement::slice);
    test::check_gradients<upsample<3, linear, align_corners>>(make_dims(2, 2, 2, 1), 2, placement::bordered);
    test::check_gradients<resize<4, linear>>(make_dims(3, 7, 3), 2, placement::slice);
    test::check_gradients<resize<3, 5>>(make_dims(4, 2, 2), 2, placement::dense);
    test::check_gradients<flatten>(make_dims(2, 2, 5), 2, placement::dense);
    static_assert(upsample<2, 3>::lower(make_dims(4, 5, 6)).what.out == make_dims(8, 15, 6));
    static_assert(upsample<2, 3>::lower(make_dims(4, 5)).why == refusal::axes_differ);
    static_assert(upsample<2>::lower(make_dims(4)).why == refusal::needs_positions);
    static_assert(upsample<0>::lower(make_dims(4, 4)).why == refusal::number_out_of_range);
    static_assert(upsample<2, 3, linear>::lower(make_dims(4, 5, 6)).what.out == make_dims(8, 15, 6));
    static_assert(upsample<2, nearest>::lower(make_dims(4, 6)).what.alpha == 0);
    static_assert(upsample<2, align_corners>::lower(make_dims(4, 6)).why == refusal::option_not_taken);
    static_assert(upsample<2, linear, nearest>::lower(make_dims(4, 6)).why == refusal::option_not_taken);
    static_assert(upsample<2, same>::lower(make_dims(4, 6)).why == refusal::option_not_taken);
    static_assert(upsample<2, 2, 2, 2>::lower(make_dims(4, 4, 4, 6)).why == refusal::axes_differ);
    static_assert(resize<7, 3, linear>::lower(make_dims(4, 5, 6)).what.out == make_dims(7, 3, 6));
    static_assert(resize<7, linear, same>::lower(make_dims(4, 5, 6)).why == refusal::option_not_taken);
    static_assert(resize<7, align_corners>::lower(make_dims(4, 5, 6)).why == refusal::option_not_taken);
    static_assert(resize<0, linear>::lower(make_dims(4, 5, 6)).why == refusal::number_out_of_range);
    static_assert(resize<7>::lower(make_dims(4)).why == refusal::needs_positions);
    static_assert(flatten::lower(make_dims(4, 5, 6)).what.out == make_dims(120));
    static_assert(reshape<4, 4>::lower(make_dims(15)).why == refusal::sizes_differ);
}
