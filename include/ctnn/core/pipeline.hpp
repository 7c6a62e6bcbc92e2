// SPDX-License-Identifier: MIT
/// \file
/// Stages in a row, as a value that a model keeps, with a text form that its file remembers: so what was done to the
/// images that a network was trained on is what is done to those that it is used on.
#pragma once

#include <charconv>
#include <cmath>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "ctnn/core/error.hpp"
#include "ctnn/core/stage.hpp"
#include "ctnn/core/text.hpp"

namespace ctnn {

/// What is done, from the first stage to the last; nothing when empty.
struct pipeline {
    std::vector<stage> steps;

    pipeline() = default;
    pipeline(std::initializer_list<stage> all) : steps(all) {}
    [[nodiscard]] bool empty() const { return steps.empty(); }
    bool operator==(const pipeline&) const = default;
};

/// "window level=40 width=400; median_filter size=3": every number is written, so that the text means the same wherever
/// it is read.
[[nodiscard, gnu::cold]] inline std::string to_text(const pipeline& of) {
    std::string text;
    for (const stage& step : of.steps) {
        const stage_rule& rule = rule_of(step.kind);
        text += (text.empty() ? "" : "; ") + std::string(rule.name);
        for (std::size_t n = 0; n < step.value.size() && rule.parameters[n].name != nullptr; ++n)
            text += ' ' + std::string(rule.parameters[n].name) + '=' + to_text(step.value[n]);
    }
    return text;
}

namespace detail {

/// Takes the text up to one of `ends` away from the front of `rest`.
[[gnu::cold]] inline std::string_view take_until(std::string_view& rest, char ends) {
    const std::size_t end = rest.find(ends);
    const std::string_view taken = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return taken;
}

/// The words between blanks.
[[gnu::cold]] inline std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty())
        if (const std::string_view word = take_until(text, ' '); !word.empty()) words.push_back(word);
    return words;
}

/// Refuses a number that its rule does not allow. `where` begins the message.
[[nodiscard, gnu::cold]] inline error check_stage_number(const std::string& where, const stage_parameter& rule,
                                                         double value) {
    if (value >= rule.least && value <= rule.most && (!rule.whole || value == std::floor(value))) return {};
    return {error_kind::invalid_argument,
            text_of({where, ": ", rule.name, " is ", value, ", expected a ", rule.whole ? "whole number" : "number",
                     " from ", rule.least, " to ", rule.most})};
}

/// One stage from its words.
[[nodiscard, gnu::cold]] inline result<stage> parse_stage(const std::vector<std::string_view>& words,
                                                          const std::string& place) {
    const std::string name(words[0]), where = place + ": " + name;
    stage step;
    std::string all;
    bool known = false;
    for (std::size_t kind = 0; kind < std::size(stage_rules) && !known; ++kind) {
        known = name == stage_rules[kind].name;
        step.kind = static_cast<stage_kind>(kind);
        all += (all.empty() ? "" : ", ") + std::string(stage_rules[kind].name);
    }
    if (!known) return error(error_kind::unsupported, text_of({place, ": '", name, "' is no stage; those are ", all}));
    const stage_rule& rule = rule_of(step.kind);
    std::array<bool, 3> given{};
    for (std::size_t n = 0; n < 3; ++n) step.value[n] = rule.parameters[n].otherwise;
    for (std::size_t w = 1; w < words.size(); ++w) {
        const std::size_t sign = words[w].find('=');
        const std::string key(words[w].substr(0, sign));
        std::size_t n = 0;
        while (n < 3 && (rule.parameters[n].name == nullptr || key != rule.parameters[n].name)) ++n;
        if (n == 3) return error(error_kind::unsupported, text_of({where, " has no number '", key, "'"}));
        if (given[n]) return error(error_kind::invalid_argument, text_of({where, ": ", key, " is given twice"}));
        given[n] = true;
        const std::string_view number = sign == std::string_view::npos ? "" : words[w].substr(sign + 1);
        const auto end = std::from_chars(number.data(), number.data() + number.size(), step.value[n]);
        if (end.ec != std::errc{} || end.ptr != number.data() + number.size())
            return error(error_kind::invalid_argument,
                         text_of({where, ": '", std::string(words[w]), "', expected ", key, "=<number>"}));
    }
    return step;
}

}  // namespace detail

/// Refuses stages whose numbers are outside their rules with invalid_argument.
[[nodiscard, gnu::cold]] inline error check(const pipeline& of) {
    for (std::size_t i = 0; i < of.steps.size(); ++i) {
        const stage_rule& rule = rule_of(of.steps[i].kind);
        const std::string where = detail::text_of({"pipeline: stage ", i + 1, ": ", rule.name});
        for (std::size_t n = 0; n < 3 && rule.parameters[n].name != nullptr; ++n)
            if (error failed = detail::check_stage_number(where, rule.parameters[n], of.steps[i].value[n]))
                return failed;
    }
    return {};
}

/// Reads what to_text() writes. Numbers that are left out are those of the stage's type; blanks do not matter.
/// \returns unsupported for a stage or a number of a stage that is not known, invalid_argument for what is no number,
///          is given twice or is outside its bounds
///
///     auto steps = ctnn::parse_pipeline("clahe clip_limit=0.02; z_score");
[[nodiscard, gnu::cold]] inline result<pipeline> parse_pipeline(std::string_view text) {
    pipeline all;
    if (detail::words_of(text).empty()) return all;
    for (bool more = true; more;) {
        more = text.find(';') != std::string_view::npos;
        const std::vector<std::string_view> words = detail::words_of(detail::take_until(text, ';'));
        const std::string place = detail::text_of({"pipeline: stage ", all.steps.size() + 1});
        if (words.empty()) return error(error_kind::invalid_argument, place + " is empty");
        const result<stage> step = detail::parse_stage(words, place);
        if (!step) return step.error();
        all.steps.push_back(*step);
    }
    if (error failed = check(all)) return failed;
    return all;
}

}  // namespace ctnn
