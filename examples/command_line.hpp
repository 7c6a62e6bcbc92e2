// SPDX-License-Identifier: MIT
/// \file
/// What the command lines of classify and segment have in common: train, evaluate and predict with files and options.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "read_number.hpp"

namespace examples {

/// Options that both programs know; one that was not given is 0 or empty.
struct common_options {
    std::string command, data, out, model, part = "test";
    std::vector<std::string> files, classes;
    nn::extent epochs = 0, batch = 0;
    double rate = 0, spacing = 0, low = 0, high = 0;
    std::uint64_t seed = 1;
    bool help = false;
};

/// Reads an option with its value; `failed` says what is wrong with the value. \returns false where there is none of
/// that name
inline bool read_common_option(const std::string& word, const std::string& value, common_options& to,
                               nn::error& failed) {
    std::string* const text = word == "--data"    ? &to.data
                              : word == "--out"   ? &to.out
                              : word == "--model" ? &to.model
                              : word == "--part"  ? &to.part
                                                  : nullptr;
    if (text != nullptr)
        *text = value;
    else if (word == "--epochs")
        failed = read_number(word, value, nn::extent{1}, nn::extent{100000}, to.epochs);
    else if (word == "--batch")
        failed = read_number(word, value, nn::extent{1}, nn::extent{65536}, to.batch);
    else if (word == "--rate")
        failed = read_number(word, value, 1e-9, 10.0, to.rate);
    else if (word == "--seed")
        failed = read_number(word, value, std::uint64_t{0}, ~std::uint64_t{0}, to.seed);
    else if (word == "--spacing")
        failed = read_number(word, value, 0.01, 100.0, to.spacing);
    else if (word == "--window")
        failed = read_window(value, to.low, to.high);
    else
        return false;
    return true;
}

/// Refuses commands that lack what they need, or have what they do not take; without a word where all is well.
inline std::string wrong_with(const common_options& o) {
    const bool train = o.command == "train", evaluate = o.command == "evaluate", predict = o.command == "predict";
    if (o.command.empty()) return "no command";
    if (!train && !evaluate && !predict) return "unknown command '" + o.command + "'";
    if (train && o.out.empty()) return "train needs --out DIR";
    if (!train && o.model.empty()) return o.command + " needs --model FILE";
    if (predict && o.files.empty()) return "predict needs at least one image or volume";
    if (!predict && !o.files.empty()) return o.command + " takes no '" + o.files[0] + "'";
    if (o.part != "train" && o.part != "validation" && o.part != "test")
        return "--part is '" + o.part + "', expected train, validation or test";
    return {};
}

/// Reads a whole command line. Options are common_options, own_option(word, value, to, failed), which answers as
/// read_common_option() does, and own_flag(word, to), which answers whether there is such an option without a value.
/// \returns error_kind::invalid_argument, which says in one sentence what is wrong and where help is
template <class Options, class OwnOption, class OwnFlag>
nn::result<Options> read_command_line(const std::string& program, const std::vector<std::string>& words,
                                      OwnOption&& own_option, OwnFlag&& own_flag) {
    Options o;
    const auto refuse = [&](const std::string& why) {
        return nn::error(nn::error_kind::invalid_argument, why + "; see " + program + " --help");
    };
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--help" || word == "-h" || word == "help") {
            o.help = true;
            return o;
        }
        if (word.size() < 2 || word[0] != '-') {
            if (o.command.empty())
                o.command = word;
            else
                o.files.push_back(word);
        } else if (!own_flag(word, o)) {
            nn::error failed;
            const bool last = i + 1 == words.size();
            const std::string value = last ? std::string() : words[++i];
            if (!read_common_option(word, value, o, failed) && !own_option(word, value, o, failed))
                return refuse("unknown option " + word);
            if (last) return refuse(word + " needs a value");
            if (failed) return refuse(failed.message());
        }
    }
    const std::string wrong = wrong_with(o);
    if (!wrong.empty()) return refuse(wrong);
    return o;
}

}  // namespace examples
