// SPDX-License-Identifier: MIT
/// \file
/// Numbers and names of a command line.
#pragma once

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace examples {
namespace nn = ctnn;

/// A number that is the whole text and lies in [low, high].
template <class Number>
nn::error read_number(std::string_view name, std::string_view text, Number low, Number high, Number& to) {
    Number value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem == std::errc{} && end == text.data() + text.size() && value >= low && value <= high) {
        to = value;
        return {};
    }
    const auto short_text = [](double bound) {
        std::string s = std::to_string(bound);
        return s.substr(0, s.find_last_not_of(".0") + 1);
    };
    const auto shown = [&](Number bound) {
        if constexpr (std::is_integral_v<Number>)
            return std::to_string(bound);
        else
            return bound == 0 ? std::string("0") : bound == 1 ? std::string("1") : short_text(bound);
    };
    return {nn::error_kind::invalid_argument, std::string(name) + " is '" + std::string(text) +
                                                  "', expected a number from " + shown(low) + " to " + shown(high)};
}

/// "-1000,400"
inline nn::error read_window(std::string_view text, double& low, double& high) {
    const std::size_t comma = text.find(',');
    if (comma == std::string_view::npos) return {nn::error_kind::invalid_argument, "--window is LOW,HIGH"};
    constexpr double most = 1e9;
    if (auto failed = read_number("--window LOW", text.substr(0, comma), -most, most, low)) return failed;
    if (auto failed = read_number("--window HIGH", text.substr(comma + 1), -most, most, high)) return failed;
    if (low >= high) return {nn::error_kind::invalid_argument, "--window: LOW is below HIGH"};
    return {};
}

/// "background,liver,tumor": adds two names at least, or says `few`.
inline nn::error read_names(std::string_view text, const char* few, std::vector<std::string>& to) {
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t end = std::min(text.find(',', from), text.size());
        if (end == from) return {nn::error_kind::invalid_argument, "--classes has an empty name"};
        to.emplace_back(text.substr(from, end - from));
        from = end + 1;
    }
    if (to.size() < 2) return {nn::error_kind::invalid_argument, few};
    return {};
}

}  // namespace examples
