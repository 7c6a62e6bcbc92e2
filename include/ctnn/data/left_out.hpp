// SPDX-License-Identifier: MIT
/// \file
/// What did not come into a data set, and why.
#pragma once

#include <string>
#include <vector>

#include "ctnn/core/error.hpp"

namespace ctnn {

/// The errors that readers of data sets append to `skipped` and `left_out`, as text: a line that counts, then a line
/// each; empty when nothing was left out.
///
///     std::vector<ctnn::error> skipped;
///     auto train = ctnn::read_volumes<net::input>(*listing, {}, &skipped);
///     std::fputs(ctnn::left_out_report(skipped).c_str(), stderr);
[[nodiscard]] inline std::string left_out_report(const std::vector<error>& left_out) {
    if (left_out.empty()) return {};
    std::string text = std::to_string(left_out.size());
    text += left_out.size() == 1 ? " file left out:\n" : " files left out:\n";
    for (const error& why : left_out) {
        text += "  ";
        text += why.message();
        text += '\n';
    }
    return text;
}

}  // namespace ctnn
