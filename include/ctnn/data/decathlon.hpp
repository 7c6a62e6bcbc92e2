// SPDX-License-Identifier: MIT
/// \file
/// Tasks of the Medical Segmentation Decathlon: what dataset.json says of a folder of volumes and label maps.
/// http://medicaldecathlon.com
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/data/label_pairs.hpp"
#include "ctnn/io/file.hpp"
#include "ctnn/io/json.hpp"
#include "ctnn/io/path.hpp"

namespace ctnn {

/// A task, with paths from where the program runs.
struct decathlon_task {
    std::string name, description, licence;
    std::vector<std::string> modalities;  ///< by channel: "FLAIR", "T1w" ...
    label_pairs training;                 ///< class_names are those of the labels: "background", "Anterior" ...
    std::vector<std::string> test;        ///< images without labels
};

namespace detail {

class decathlon_parser : private json_cursor {
public:
    using json_cursor::json_cursor;
    using json_cursor::position;

    /// Paths stay as they are in the file. \returns null, or what is expected at position().
    [[nodiscard]] const char* parse(decathlon_task& to) {
        constexpr const char* known[] = {"name",   "description", "licence", "license",  "modality",
                                         "labels", "numTraining", "numTest", "training", "test"};
        unsigned seen = 0;
        const char* wrong = object([&](const std::string& key) -> const char* {
            const auto* place = std::find(std::begin(known), std::end(known), key);
            const unsigned bit = place == std::end(known) ? 0U : 1U << (place - std::begin(known));
            if ((seen & bit) != 0) return "each key once";
            seen |= bit;
            if (key == "name") return text(to.name);
            if (key == "description") return text(to.description);
            if (key == "licence" || key == "license") return text(to.licence);
            if (key == "modality") return names(to.modalities);
            if (key == "labels") return names(to.training.class_names);
            if (key == "numTraining") return count(training_count_);
            if (key == "numTest") return count(test_count_);
            if (key == "training") return array([&] { return pair(to.training); });
            if (key == "test")
                return array([&] {
                    to.test.emplace_back();
                    return path(to.test.back());
                });
            return skip_value();
        });
        if (wrong != nullptr) return wrong;
        skip_space();
        if (at_ != text_.size) return "nothing but spaces behind the object";
        if (to.training.images.empty()) return "a list \"training\" of images with labels";
        if (to.training.class_names.size() < 2) return "at least two \"labels\"";
        if (training_count_ >= 0 && training_count_ != to.training.size())
            return "as many pairs in \"training\" as \"numTraining\" says";
        if (test_count_ >= 0 && test_count_ != static_cast<std::int64_t>(to.test.size()))
            return "as many images in \"test\" as \"numTest\" says";
        return nullptr;
    }

private:
    const char* text(std::string& to) { return string(to) ? nullptr : "a text"; }

    const char* count(std::int64_t& to) {
        const extent begin = at_;
        if (!skip_number()) return "a number";
        const char* first = reinterpret_cast<const char*>(text_.data + begin);
        const std::from_chars_result read = std::from_chars(first, first + (at_ - begin), to);
        return read.ec == std::errc{} && read.ptr == first + (at_ - begin) && to >= 0 ? nullptr
                                                                                      : "a whole number from 0";
    }

    /// {"0": "background", "1": "liver"}: each number from 0 once.
    const char* names(std::vector<std::string>& to) {
        std::vector<std::pair<int, std::string>> all;
        const char* wrong = object([&](const std::string& key) -> const char* {
            int number = -1;
            const std::from_chars_result read = std::from_chars(key.data(), key.data() + key.size(), number);
            if (read.ec != std::errc{} || read.ptr != key.data() + key.size() || number < 0)
                return "a key that is a number from 0";
            all.emplace_back(number, std::string());
            return text(all.back().second);
        });
        if (wrong != nullptr) return wrong;
        std::sort(all.begin(), all.end());
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (all[i].first != static_cast<int>(i)) return "keys \"0\", \"1\" ... without a gap";
            to.push_back(std::move(all[i].second));
        }
        return nullptr;
    }

    const char* pair(label_pairs& to) {
        std::string image, label;
        const char* wrong = object([&](const std::string& key) -> const char* {
            if (key == "image" && image.empty()) return path(image);
            if (key == "label" && label.empty()) return path(label);
            return "image and label, once each";
        });
        if (wrong != nullptr) return wrong;
        if (image.empty() || label.empty()) return "image and label";
        to.images.push_back(std::move(image));
        to.labels.push_back(std::move(label));
        return nullptr;
    }

    /// A path that stays in the folder of the file.
    const char* path(std::string& to) {
        if (!string(to)) return "a path in quotes";
        bool inside = !to.empty() && !is_absolute(to) && to.find('\0') == std::string::npos;
        for (const std::string& part : parts_of(to)) inside = inside && part != "..";
        return inside ? nullptr : "a path below the folder of the file";
    }

    std::int64_t training_count_ = -1, test_count_ = -1;
};

}  // namespace detail

/// Takes the content of a dataset.json in `folder`; `file` is its name in errors.
[[nodiscard]] inline result<decathlon_task> parse_decathlon(byte_view text, const std::string& folder,
                                                            const std::string& file = {}) {
    return detail::catch_out_of_memory(file, [&]() -> result<decathlon_task> {
        if (const extent at = detail::invalid_utf8(text); at >= 0)
            return error(error_kind::corrupt, file, at, "what is no UTF-8", "JSON in UTF-8");
        decathlon_task task;
        detail::decathlon_parser parser(text);
        if (const char* expected = parser.parse(task))
            return error(error_kind::corrupt, file, parser.position(),
                         parser.position() < text.size ? "something else" : "the end", expected);
        std::vector<std::string> seen;
        const auto locate = [&](std::vector<std::string>& paths) {
            for (std::string& path : paths) {
                path = detail::normal_path(detail::path_in(folder, path));
                seen.push_back(path);
            }
        };
        locate(task.training.images);
        locate(task.training.labels);
        locate(task.test);
        std::sort(seen.begin(), seen.end());
        const auto twice = std::adjacent_find(seen.begin(), seen.end());
        if (twice != seen.end()) return error(error_kind::corrupt, file, "names " + *twice + " twice");
        return task;
    });
}

/// Reads a dataset.json of at most 16 MiB; no volume is opened.
///
///     takes     the form of the Decathlon: name, description, licence, modality and labels by number, training as a
///               list of image and label, test as a list of images; other keys are passed over
///     refuses   with corrupt what is no JSON, a missing or empty list of training pairs, labels that are not 0, 1 ...,
///               counts that are not numTraining and numTest, a file that is named twice, and paths that are absolute
///               or lead out of the folder
///
///     auto task = ctnn::read_decathlon("Task04_Hippocampus/dataset.json");
[[nodiscard]] inline result<decathlon_task> read_decathlon(const std::string& path) {
    return detail::catch_out_of_memory(path, [&]() -> result<decathlon_task> {
        const result<byte_vector> bytes = read_file(path, std::int64_t{16} << 20);
        if (!bytes) return bytes.error();
        return parse_decathlon(*bytes, detail::folder_of(path), path);
    });
}

}  // namespace ctnn
