// SPDX-License-Identifier: MIT
/// \file
/// Softmax against its naive twin, and the layer.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "ctnn/kernels/reference_activation.hpp"
#include "ctnn/layers/softmax.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::placement;
using test::padded_batch;

namespace {

template <class T>
void compare(extent channels, placement kind) {
    const dims shape = make_dims(3, 4, channels);
    padded_batch<T> x(shape, 2, kind), y(shape, 2, kind), dy(shape, 2, kind), dx(shape, 2, kind),
        twin(shape, 2, placement::dense);
    x.fill(1, false);
    x.each([](T& value, extent) { value *= 8; });
    dy.fill(2, false);
    const double tolerance = sizeof(T) == 4 ? 1e-6 : 1e-14;
    const auto same = [&](padded_batch<T>& a) {
        const std::vector<T> left = a.values(), right = twin.values();
        for (std::size_t i = 0; i < left.size(); ++i)
            if (!(std::abs(static_cast<double>(left[i]) - static_cast<double>(right[i])) <= tolerance)) return false;
        return true;
    };
    kernels::softmax_forward(x.read(), y.view(), 2);
    kernels::reference::softmax_forward(x.read(), twin.view());
    CHECK(same(y));
    kernels::softmax_forward(x.read(), x.view(), 1);  // in place
    CHECK(x.values() == y.values());
    kernels::softmax_backward(y.read(), dy.read(), dx.view(), 2);
    kernels::reference::softmax_backward(y.read(), dy.read(), twin.view());
    CHECK(same(dx));
    kernels::softmax_backward(y.read(), dy.read(), dy.view(), 1);
    CHECK(dy.values() == dx.values());
    CHECK(x.guards_intact());
    CHECK(y.guards_intact());
    CHECK(dx.guards_intact());
}

}  // namespace

TEST_CASE("softmax equals its naive twin at every remainder of channels, in every layout, in place and not") {
    for (const placement kind : test::layouts)
        for (const extent c : test::channel_counts) {
            compare<float>(c, kind);
            compare<double>(c, kind);
        }
}

TEST_CASE("softmax stays finite for logits of 10,000 and keeps NaN") {
    for (const extent channels : {3, 40}) {
        padded_batch<float> x(make_dims(channels), 1, placement::dense), y(make_dims(channels), 1, placement::dense);
        x.each([](float& value, extent i) { value = i == 1 ? 1e4F : -1e4F; });
        kernels::softmax_forward(x.read(), y.view(), 1);
        CHECK(y.values()[1] == 1);
        CHECK(y.values()[0] == 0);
        for (const extent where : {extent{0}, channels - 1}) {
            x.each(
                [&](float& value, extent i) { value = i == where ? std::numeric_limits<float>::quiet_NaN() : 1.0F; });
            kernels::softmax_forward(x.read(), y.view(), 1);
            y.each([](float& value, extent) { CHECK(value != value); });
        }
    }
}

TEST_CASE("softmax passes the finite-difference check and refuses a single channel") {
    test::check_gradients<softmax>(make_dims(7), 3, placement::dense, 1, true);
    test::check_gradients<softmax>(make_dims(2, 3, 19), 2, placement::slice);
    static_assert(softmax::lower(make_dims(5, 1)).why == refusal::needs_channels);
}
