// SPDX-License-Identifier: MIT
/// \file
/// Numbers of a command line.
#pragma once

#include <charconv>
#include <string>
#include <string_view>
#include <type_traits>

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

}  // namespace examples
