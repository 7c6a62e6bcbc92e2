// SPDX-License-Identifier: MIT
/// \file
/// Fills a whole network with numbers by formula and compares what its engine gives with what PyTorch said.
///
/// The results come from tests/golden/models.py, which describes the formula.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include <ctnn/engine/freeze.hpp>
#include <ctnn/graph/all_exact.hpp>
#include <ctnn/io/npy.hpp>

#include "../golden/formula.hpp"

namespace golden {
namespace nn = ctnn;

/// factor * number + shift, by what the tensor is.
struct line {
    stream which;
    double factor, shift;
};
inline line line_of(const nn::named_tensor& t) {
    const std::string_view name = std::string_view(t.name).substr(t.name.rfind('.') + 1);
    if (name == "running_mean") return {stream::statistics, 1.0 / 8, 0};
    if (name == "running_var") return {stream::statistics, 1.0 / 2, 1};
    if (name == "bias") return {stream::parameters, 1.0 / 8, 0};
    if (t.shape.size() == 1) return {stream::parameters, 1.0 / 4, 3.0 / 4};  // a batch norm's scale
    nn::extent taps = 1, fan = t.size / t.shape.back();
    for (std::size_t axis = 0; axis + 2 < t.shape.size(); ++axis) taps *= t.shape[axis];
    if (t.shape.back() == 1 && taps > 1) fan = taps;  // depthwise
    return {stream::parameters, std::sqrt(6.0 / static_cast<double>(fan)), 0};
}

template <class Net>
void fill(nn::model<Net>& m) {
    for (const nn::named_tensor& t : nn::tensors_of<Net>()) {
        const line l = line_of(t);
        float* const to = (t.learned ? m.parameters().data() : m.state().data()) + t.offset;
        for (nn::extent i = 0; i < t.size; ++i)
            to[i] = static_cast<float>(number(l.which, t.offset + i) * l.factor + l.shift);
    }
}

/// The mean of each channel over all positions, then every 97th number.
inline std::vector<double> condensed(const std::vector<float>& output, nn::extent channels) {
    std::vector<double> result(static_cast<std::size_t>(channels));
    const double positions = static_cast<double>(output.size()) / static_cast<double>(channels);
    for (std::size_t i = 0; i < output.size(); ++i)
        result[i % result.size()] += static_cast<double>(output[i]) / positions;
    for (std::size_t i = 0; i < output.size(); i += 97) result.push_back(static_cast<double>(output[i]));
    return result;
}

inline std::vector<double> read(const std::string& name) {
    const std::string here = __FILE__;
    const auto file = nn::read_npy(here.substr(0, here.rfind("models/")) + "golden/models/" + name + ".npy");
    INFO(file.error().message());
    REQUIRE(file.has_value());
    return file->as<double>();
}

/// The largest difference from PyTorch's results over the largest of them.
template <class Net>
double difference(const std::string& name) {
    nn::model<Net> m{nn::seed{}};
    fill(m);
    std::vector<float> x(static_cast<std::size_t>(Net::input::size));
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = static_cast<float>(number(stream::first_input, static_cast<nn::extent>(i)));
    std::vector<float> y(static_cast<std::size_t>(Net::output::size));
    auto engine = nn::freeze(m);
    engine(x.data(), y.data(), 1);
    const std::vector<double> found = condensed(y, Net::output_dims.channels()), expected = read(name);
    REQUIRE(found.size() == expected.size());
    double furthest = 0, largest = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double distance = std::abs(found[i] - expected[i]);
        furthest = distance <= furthest ? furthest : distance;  // NaN stays
        largest = std::max(largest, std::abs(expected[i]));
    }
    return furthest / largest;
}

/// Does Winograd compute any of its convolutions?
template <class Net>
constexpr bool takes_winograd = [] {
    for (const nn::operation& row : Net::table.rows)
        if (row.algorithm != nn::algorithm::direct) return true;
    return false;
}();

/// Without Winograd within 1e-5 of the largest output, with it within 1e-4.
template <class Net>
void check(const char* name) {
    using exact = nn::network<typename Net::input, nn::all_exact<typename Net::layers>>;
    static_assert(!takes_winograd<exact> && exact::parameter_count == Net::parameter_count);
    if constexpr (takes_winograd<Net>) CHECK(difference<exact>(name) < 1e-5);
    CHECK(difference<Net>(name) < (takes_winograd<Net> ? 1e-4 : 1e-5));
}

}  // namespace golden
