// SPDX-License-Identifier: MIT
/// \file
/// An engine and a training pass against the naive executor.
#pragma once

#include <doctest/doctest.h>

#include "naive.hpp"

namespace naive {

/// Do engines with slices of one, three and seven samples, and passes of as many, compute what evaluate() does?
template <class Net>
void agrees(bool also_training = true) {
    using namespace ctnn;
    const model<Net> m = unlike_any_other<Net>(5);
    constexpr extent in = Net::input::size, out = Net::output::size;
    const std::vector<float> inputs = noise<float>(7 * in, 6);
    std::vector<double> expected;
    for (extent s = 0; s < 7; ++s)
        for (const double x : evaluate(m, inputs.data() + s * in)) expected.push_back(x);
    const auto equal = [&](const float* found, extent count) {
        for (extent i = 0; i < count * out; ++i) {
            CAPTURE(i);
            REQUIRE(static_cast<double>(found[i]) ==
                    doctest::Approx(expected[static_cast<std::size_t>(i)]).epsilon(1e-4));
        }
    };
    for (const extent batch : {1, 3, 7}) {  // 7 samples in slices: seven, three, one
        CAPTURE(batch);
        auto run = freeze(m, {.max_batch = batch});
        std::vector<float> scores(static_cast<std::size_t>(7 * out));
        run(inputs.data(), scores.data(), 7);
        equal(scores.data(), 7);
        equal(run(inputs.data()).data(), 1);
    }
    if (!also_training) return;
    training_pass<Net, mean_squared_error> pass{{.max_batch = 7}};
    for (const extent count : {7, 1, 3}) {
        CAPTURE(count);
        equal(pass.evaluate(m, inputs.data(), count).data(), count);
    }
}

}  // namespace naive
