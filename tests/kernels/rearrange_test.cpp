// SPDX-License-Identifier: MIT
/// \file
/// The layers that move positions against their naive twins.
#include "ctnn/kernels/reference_pad.hpp"
#include "ctnn/kernels/reference_rearrange.hpp"
#include "ctnn/layers/crop.hpp"
#include "ctnn/layers/pad.hpp"
#include "ctnn/layers/permute.hpp"
#include "ctnn/layers/pixel_shuffle.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::placement;
using test::padded_batch;

namespace rearrange {

/// Runs a layer on small integers, whose sums are exact, and calls the twins with the same operands.
template <class Layer, class T, class Forward, class Backward>
void compare(dims in, placement kind, const Forward& twin_forward, const Backward& twin_backward) {
    const outcome lowered = Layer::lower(in);
    REQUIRE(lowered.why == refusal::none);
    const operation& op = lowered.what;
    CAPTURE(in.channels());
    padded_batch<T> x(op.in, 2, kind), y(op.out, 2, kind), dx(op.in, 2, kind), twin_y(op.out, 2, placement::dense),
        twin_dx(op.in, 2, placement::dense);
    x.fill(1, true);
    for (const extent threads : {1, 3}) {
        Layer::template forward<T>({.op = op, .x = x.read(), .other = {}, .y = y.view(), .threads = threads});
        twin_forward(op, x.read(), twin_y.view());
        CHECK(y.values() == twin_y.values());
        CHECK(y.guards_intact());
        y.fill(2, true);
        Layer::template backward<T>(
            {.op = op, .x = {}, .other = {}, .y = {}, .dy = y.read(), .dx = dx.view(), .threads = threads});
        twin_backward(op, y.read(), twin_dx.view());
        CHECK(dx.values() == twin_dx.values());
        CHECK(dx.guards_intact());
    }
}

kernels::border_rule rule_of(const operation& op, surrounding outside) {
    return {outside, op.alpha, {op.window.before[0], op.window.before[1], op.window.before[2]}};
}

template <class Layer, class T>
void compare_padded(surrounding outside, dims in, placement kind) {
    compare<Layer, T>(
        in, kind,
        [&](const operation& op, auto x, auto y) { kernels::reference::pad_forward(rule_of(op, outside), x, y); },
        [&](const operation& op, auto dy, auto dx) { kernels::reference::pad_backward(rule_of(op, outside), dy, dx); });
}

/// crop is the transposed of a pad of zeros, so that the twins change places.
template <class Layer, class T>
void compare_cropped(dims in, placement kind) {
    const auto zeros = [](const operation& op) { return rule_of(op, surrounding::constant); };
    compare<Layer, T>(
        in, kind, [&](const operation& op, auto x, auto y) { kernels::reference::pad_backward(zeros(op), x, y); },
        [&](const operation& op, auto dy, auto dx) { kernels::reference::pad_forward(zeros(op), dy, dx); });
}

template <extent Factor, class T>
void compare_shuffled(dims wide, placement kind) {
    const auto shuffle = [](const operation&, auto from, auto to) { kernels::reference::shuffle_pixels(from, to); };
    const auto unshuffle = [](const operation&, auto from, auto to) { kernels::reference::unshuffle_pixels(from, to); };
    compare<pixel_shuffle<Factor>, T>(wide, kind, shuffle, unshuffle);
    compare<pixel_unshuffle<Factor>, T>(pixel_shuffle<Factor>::lower(wide).what.out, kind, unshuffle, shuffle);
}

template <class Layer, class T>
void compare_permuted(const kernels::axis_order& order, dims in, placement kind) {
    compare<Layer, T>(
        in, kind, [&](const operation&, auto x, auto y) { kernels::reference::permute_axes(order, x, y); },
        [&](const operation&, auto dy, auto dx) { kernels::reference::permute_axes(order.inverse(), dy, dx); });
}

}  // namespace rearrange

TEST_CASE("pad equals its naive twin for every surrounding, rank and remainder of channels, in every layout") {
    using rearrange::compare_padded;
    for (const placement kind : test::layouts) {
        for (const extent c : {1, 3, 5, 16, 17, 67}) {
            compare_padded<pad<1>, float>(surrounding::constant, make_dims(3, 4, c), kind);
            compare_padded<pad<2, 1, reflect>, float>(surrounding::reflect, make_dims(3, 4, c), kind);
            compare_padded<pad<3, edge>, double>(surrounding::edge, make_dims(3, 2, c), kind);
            compare_padded<pad<before<2, 0>, after<1, 3>, wrap>, double>(surrounding::wrap, make_dims(2, 3, c), kind);
        }
        compare_padded<pad<before<3>, constant<-1.5>>, float>(surrounding::constant, make_dims(4, 5), kind);
        compare_padded<pad<3, reflect>, float>(surrounding::reflect, make_dims(4, 5), kind);
        compare_padded<pad<1, 0, 2, reflect>, double>(surrounding::reflect, make_dims(2, 1, 4, 3), kind);
        compare_padded<pad<2, wrap>, float>(surrounding::wrap, make_dims(2, 3, 4, 3), kind);
        compare_padded<pad<after<2, 0, 1>, edge>, float>(surrounding::edge, make_dims(1, 3, 2, 3), kind);
    }
    compare_padded<pad<2, reflect>, float>(surrounding::reflect, make_dims(41, 37, 17), placement::dense);
}

TEST_CASE("crop equals its naive twin in every rank and layout") {
    using rearrange::compare_cropped;
    for (const placement kind : test::layouts) {
        for (const extent c : {1, 3, 16, 17}) compare_cropped<crop<1>, float>(make_dims(3, 5, c), kind);
        compare_cropped<crop<before<2>>, double>(make_dims(5, 3), kind);
        compare_cropped<crop<before<1, 0, 2>, after<0, 3, 1>>, float>(make_dims(3, 4, 5, 3), kind);
        compare_cropped<crop<0, 1>, float>(make_dims(3, 5, 4), kind);
    }
}

TEST_CASE("pixel_shuffle and pixel_unshuffle equal their naive twins in every rank and layout") {
    using namespace rearrange;
    for (const placement kind : test::layouts) {
        for (const extent c : {1, 3, 17}) compare_shuffled<2, float>(make_dims(3, 4, 4 * c), kind);
        compare_shuffled<3, double>(make_dims(5, 6), kind);
        compare_shuffled<3, float>(make_dims(2, 1, 18), kind);
        compare_shuffled<2, float>(make_dims(2, 3, 1, 24), kind);
        compare_shuffled<1, double>(make_dims(2, 3, 5), kind);
    }
}

TEST_CASE("permute equals its naive twin for every place of the channels, in every layout") {
    using rearrange::compare_permuted;
    for (const placement kind : test::layouts) {
        compare_permuted<permute<1>, float>({{0, 1, 2, 3}}, make_dims(5), kind);
        for (const extent c : {1, 15, 16, 35}) {
            compare_permuted<permute<2, 1>, float>({{0, 1, 3, 2}}, make_dims(33, c), kind);
            compare_permuted<permute<3, 1, 2>, double>({{0, 3, 1, 2}}, make_dims(4, 17, c), kind);
            compare_permuted<permute<2, 3, 1>, float>({{0, 2, 3, 1}}, make_dims(18, 3, c), kind);
            compare_permuted<permute<2, 1, 3>, float>({{0, 2, 1, 3}}, make_dims(5, 18, c), kind);
        }
        compare_permuted<permute<4, 3, 2, 1>, float>({{3, 2, 1, 0}}, make_dims(17, 3, 4, 5), kind);
        compare_permuted<permute<2, 4, 1, 3>, double>({{1, 3, 0, 2}}, make_dims(2, 3, 4, 5), kind);
        compare_permuted<permute<3, 2, 1, 4>, float>({{2, 1, 0, 3}}, make_dims(2, 3, 4, 5), kind);
    }
}

TEST_CASE("layers that move positions pass the finite-difference check") {
    test::check_gradients<pad<1, constant<0.5>>>(make_dims(2, 3, 3), 2, placement::slice);
    test::check_gradients<pad<2, reflect>>(make_dims(3, 4, 2), 2, placement::bordered);
    test::check_gradients<pad<2, edge>>(make_dims(3, 3), 2, placement::dense);
    test::check_gradients<pad<1, wrap>>(make_dims(2, 1, 3, 2), 1, placement::dense);
    test::check_gradients<crop<before<1>, after<0, 1>>>(make_dims(3, 4, 3), 2, placement::slice);
    test::check_gradients<pixel_shuffle<2>>(make_dims(2, 3, 8), 2, placement::slice);
    test::check_gradients<pixel_unshuffle<2>>(make_dims(4, 2, 3), 2, placement::bordered);
    test::check_gradients<permute<3, 1, 2>>(make_dims(2, 3, 4), 2, placement::slice);
}

TEST_CASE("layers that move positions answer with shapes and refusals") {
    static_assert(pad<1, 2>::lower(make_dims(4, 5, 6)).what.out == make_dims(6, 9, 6));
    static_assert(pad<before<1>, after<0, 2>, edge>::lower(make_dims(4, 5, 6)).what.out == make_dims(5, 8, 6));
    static_assert(pad<1>::lower(make_dims(4)).why == refusal::needs_positions);
    static_assert(pad<1, 1>::lower(make_dims(4, 4)).why == refusal::axes_differ);
    static_assert(pad<1, before<1>>::lower(make_dims(4, 4)).why == refusal::option_not_taken);
    static_assert(pad<1, edge, constant<1.0>>::lower(make_dims(4, 4)).why == refusal::option_not_taken);
    static_assert(pad<1, linear>::lower(make_dims(4, 4)).why == refusal::option_not_taken);
    static_assert(pad<-1>::lower(make_dims(4, 4)).why == refusal::number_out_of_range);
    static_assert(pad<4, reflect>::lower(make_dims(4, 4)).why == refusal::border_exceeds_input);
    static_assert(pad<5, wrap>::lower(make_dims(4, 4)).why == refusal::border_exceeds_input);
    static_assert(pad<4, wrap>::lower(make_dims(4, 4)).what.out == make_dims(12, 4));
    static_assert(pixel_shuffle<2>::lower(make_dims(4, 5, 12)).what.out == make_dims(8, 10, 3));
    static_assert(pixel_shuffle<2>::lower(make_dims(4, 5, 6)).why == refusal::factor_does_not_divide);
    static_assert(pixel_shuffle<0>::lower(make_dims(4, 5, 6)).why == refusal::number_out_of_range);
    static_assert(pixel_shuffle<2>::lower(make_dims(8)).why == refusal::needs_positions);
    static_assert(pixel_unshuffle<3>::lower(make_dims(9, 6, 2)).what.out == make_dims(3, 2, 18));
    static_assert(pixel_unshuffle<3>::lower(make_dims(9, 5, 2)).why == refusal::factor_does_not_divide);
    static_assert(pixel_unshuffle<0>::lower(make_dims(9, 6, 2)).why == refusal::number_out_of_range);
    static_assert(pixel_unshuffle<3>::lower(make_dims(9)).why == refusal::needs_positions);
    static_assert(permute<3, 1, 2>::lower(make_dims(4, 5, 6)).what.out == make_dims(6, 4, 5));
    static_assert(permute<2, 1>::lower(make_dims(4, 5, 6)).why == refusal::needs_permutation);
    static_assert(permute<2, 2>::lower(make_dims(4, 5)).why == refusal::needs_permutation);
    static_assert(permute<0, 1>::lower(make_dims(4, 5)).why == refusal::needs_permutation);
    static_assert(crop<1, 2>::lower(make_dims(4, 5, 6)).what.out == make_dims(2, 1, 6));
    static_assert(crop<2>::lower(make_dims(4, 5, 6)).why == refusal::border_exceeds_input);
    static_assert(crop<1, edge>::lower(make_dims(4, 5, 6)).why == refusal::option_not_taken);
    static_assert(crop<-1>::lower(make_dims(4, 5, 6)).why == refusal::number_out_of_range);
}
