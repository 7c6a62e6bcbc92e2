// SPDX-License-Identifier: MIT
/// \file
/// Weight files of other libraries, loaded into networks whose answers are known.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "temporary_folder.hpp"

namespace foreign_weights {
namespace nn = ctnn;

inline const std::string here = __FILE__;
inline const std::string golden = here.substr(0, here.rfind("io/")) + "golden/foreign/";
inline const std::string shared = CTNN_SHARED_DATA "/";

template <class Net>
double largest_difference(const nn::model<Net>& model, const std::vector<float>& x, const std::vector<float>& y) {
    auto engine = nn::freeze(model);
    double largest = 0;
    constexpr auto inputs = static_cast<std::size_t>(Net::input::size);
    constexpr auto outputs = static_cast<std::size_t>(Net::output::size);
    for (std::size_t s = 0; s < y.size() / outputs; ++s) {
        const auto scores = engine(x.data() + s * inputs);
        for (std::size_t i = 0; i < outputs; ++i)
            largest = std::max(largest, std::abs(static_cast<double>(scores[static_cast<nn::extent>(i)]) -
                                                 static_cast<double>(y[s * outputs + i])));
    }
    return largest;
}

/// Does the model answer as <name>_case.npz says?
template <class Net>
void check_answers(const nn::model<Net>& model, const std::string& name) {
    const auto data = nn::read_npz(golden + name + "_case.npz");
    REQUIRE(data);
    const auto x = data->read("x"), y = data->read("y");
    REQUIRE((x && y));
    REQUIRE(y->size() == 2 * Net::output::size);
    CHECK(largest_difference(model, x->as<float>(), y->as<float>()) < 1e-5);
}

template <class Net>
void check_file(const std::string& name, const std::string& file, nn::layout of,
                std::span<const nn::name_pair> names = {}) {
    nn::model<Net> model{nn::seed{1}};
    const nn::error failed = nn::load(model, golden + file, of, names);
    INFO(failed.message());
    REQUIRE_FALSE(failed);
    check_answers(model, name);
}

using tensors = std::vector<std::pair<std::string, nn::array>>;

/// An array that counts from `first`.
inline nn::array counting(std::vector<nn::extent> shape, float first) {
    nn::extent size = 1;
    for (const nn::extent axis : shape) size *= axis;
    std::vector<float> values;
    for (nn::extent i = 0; i < size; ++i) values.push_back(first + static_cast<float>(i));
    return nn::make_array<float>(std::move(shape), values);
}

/// Loads an npz file of these tensors into a model, which must not change unless it is loaded.
template <class Net>
nn::error load_tensors(nn::model<Net>& model, const tensors& of, nn::layout whose = nn::layout::pytorch,
                       std::span<const nn::name_pair> names = {}, const nn::load_options& options = {}) {
    const temporary_folder folder;
    const std::string path = folder / "weights.npz";
    REQUIRE_FALSE(nn::write_npz(path, of));
    const nn::model<Net> before = model.copy();
    nn::error failed = nn::load(model, path, whose, names, options);
    CHECK((!failed ||
           std::memcmp(before.parameters().data(), model.parameters().data(), model.parameters().size_bytes()) == 0));
    return failed;
}

inline bool says(const nn::error& failed, const std::string& text) {
    return failed.message().find(text) != std::string::npos;
}

}  // namespace foreign_weights
