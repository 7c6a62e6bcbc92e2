// SPDX-License-Identifier: MIT
/// \file
/// Writes a safetensors file and an .npz with known numbers, for read_safetensors.py to check.
#include <cstdio>
#include <ctnn/io/npz.hpp>
#include <ctnn/io/safetensors.hpp>
#include <vector>

int main(int count, char** words) {
    if (count != 3) return 2;
    std::vector<float> weight;
    for (int i = 0; i < 24; ++i) weight.push_back(static_cast<float>(i) * 0.5f);
    const std::vector<double> bias{1.25, -2.5};
    const ctnn::array w = ctnn::make_array<float>({2, 3, 4}, weight), b = ctnn::make_array<double>({2}, bias);
    const ctnn::error model = ctnn::write_safetensors(words[1],
                                                      {{"conv.weight", ctnn::tensor_type::f32, w.shape, w.bytes},
                                                       {"conv.bias", ctnn::tensor_type::f64, b.shape, b.bytes}},
                                                      {{"classes", "normal\npneumonia \"viral\""}});
    const ctnn::error archive = ctnn::write_npz(words[2], {{"weight", w}, {"bias", b}});
    for (const ctnn::error* failed : {&model, &archive})
        if (*failed) std::puts(failed->what());
    return model || archive ? 1 : 0;
}
