// SPDX-License-Identifier: MIT
/// \file
/// Two files of one program, compiled for two instruction sets, hand each other models, data and results. Were an
/// inline function shared between them, the linker would keep one, and the older processor's code would hold the
/// newer's instructions, or the layout of a type would differ.
#include <cmath>
#include <cstdio>

#include "shared.hpp"

namespace {

int failures = 0;
void expect(bool good, const char* what) {
    if (good) return;
    std::printf("not so: %s\n", what);
    ++failures;
}

bool close(const scores& a, const scores& b) {
    for (ctnn::extent i = 0; i < scores::size(); ++i)
        if (!(std::abs(a[i] - b[i]) < 1e-5f)) return false;
    return true;
}

}  // namespace

int main() {
    ctnn::dataset<net::input> data;
    ctnn::random_stream random(ctnn::seed{3}, 0);
    for (int i = 0; i < 8 * net::input::size; ++i) data.inputs.push_back(static_cast<float>(random.next_uniform()));
    data.labels = {0, 1, 2, 3, 4, 0, 1, 2};
    image picture;
    for (ctnn::extent i = 0; i < image::size(); ++i) picture[i] = data.inputs[static_cast<std::size_t>(i)];

    ctnn::model<net> model{ctnn::seed{1}};
    expect(close(baseline.predict(model, picture), native.predict(model, picture)), "both predict the same");

    ctnn::model<net> copy = model.copy();
    expect(bool(baseline.train(model, data)), "the one trains");
    expect(bool(native.train(copy, data)), "the other trains");
    expect(close(native.predict(model, picture), baseline.predict(copy, picture)),
           "each predicts what the other trained");

    std::printf("%s and %s: %s\n", baseline.instructions, native.instructions, failures == 0 ? "passed" : "failed");
    return failures;
}
