// SPDX-License-Identifier: MIT
/// \file
/// The product of a value and a gate against its naive twin, for every kind of gate.
#include <doctest/doctest.h>

#include <ctnn/kernels/reference_scale.hpp>
#include <ctnn/kernels/scale.hpp>

#include "padded_batch.hpp"

using namespace ctnn;
using test::placement;
using test::padded_batch;

namespace scale_test {

/// Small integers, whose sums are exact in every order.
template <class T>
void compare(const dims& shape, const dims& gate_shape, placement kind, bool accumulate, extent threads) {
    padded_batch<T> x(shape, 3, kind), gate(gate_shape, 3, kind), y(shape, 3, kind), twin(shape, 3, placement::dense);
    padded_batch<T> dy(shape, 3, kind), d_gate(gate_shape, 3, kind), d_twin(gate_shape, 3, placement::dense);
    x.fill(1, true);
    gate.fill(2, true);
    dy.fill(3, true);
    y.fill(4, true);
    d_gate.fill(5, true);
    kernels::reference::scale_forward<T>(x.read(), gate.read(), twin.view());
    std::vector<T> expected = twin.values();
    const std::vector<T> before = y.values();
    for (std::size_t i = 0; accumulate && i < expected.size(); ++i) expected[i] += before[i];
    kernels::scale_forward<T>(x.read(), gate.read(), y.view(), accumulate, threads);
    CHECK(y.values() == expected);

    d_twin.each([](T& value, extent) { value = 0; });
    if (accumulate) d_twin.assign(d_gate.values());
    kernels::reference::scale_gate_gradient<T>(x.read(), dy.read(), d_twin.view());
    kernels::scale_gate_gradient<T>(x.read(), dy.read(), d_gate.view(), accumulate, threads);
    CHECK(d_gate.values() == d_twin.values());

    kernels::scale_forward<T>(x.read(), gate.read(), x.view(), false, 1);  // over the input
    CHECK(x.values() == twin.values());
    for (const bool intact : {x.guards_intact(), gate.guards_intact(), y.guards_intact(), d_gate.guards_intact()})
        CHECK(intact);
}

}  // namespace scale_test

TEST_CASE("a value times a gate equals its naive twin at every remainder of channels, in every layout") {
    for (const placement kind : test::layouts)
        for (const bool accumulate : {false, true})
            for (const extent c : test::channel_counts) {
                CAPTURE(c);
                CAPTURE(accumulate);
                const dims shape = make_dims(2, 3, 5, c);
                for (const dims& gate : {shape, make_dims(c), make_dims(2, 3, 5, 1), make_dims(1)}) {
                    scale_test::compare<float>(shape, gate, kind, accumulate, 1);
                    scale_test::compare<double>(shape, gate, kind, accumulate, 1);
                }
            }
}

TEST_CASE("a value times a gate has the same bits with three threads") {
    const dims shape = make_dims(40, 50, 19);
    for (const dims& gate : {shape, make_dims(19), make_dims(40, 50, 1), make_dims(1)})
        scale_test::compare<float>(shape, gate, placement::dense, false, 3);
}
