// SPDX-License-Identifier: MIT
/// \file
/// Tables that say which file is of which class, of which patient, and in which part of a split.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ctnn/core/out_of_memory.hpp"
#include "ctnn/data/class_listing.hpp"
#include "ctnn/io/csv.hpp"
#include "ctnn/io/path.hpp"

namespace ctnn {

/// The columns of an index, by their names.
struct index_options {
    std::string path = "path";
    std::vector<std::string> labels{
        "label"};                            ///< one: the name of a class; several: 1 or 0 for each, one class a column
    std::string group{};                     ///< such as the patient; empty: none
    std::string part{};                      ///< train, val (valid, validation) or test; empty: none
    std::vector<std::string> class_names{};  ///< with one label column, the classes in order; empty: those found
    csv_options table{};
};

/// What an index says.
struct file_index {
    class_listing listing;  ///< in the order of the table
    split_indices parts;    ///< as the column says; empty without one
};

namespace detail {

/// The names of classes that stand in a column, in the order of their numbers where all are whole numbers, else in byte
/// order.
[[nodiscard]] inline std::vector<std::string> classes_of_column(const csv_file& table, extent column) {
    std::vector<std::string> names;
    bool numbers = true;
    for (extent row = 0; row < table.rows(); ++row) {
        names.push_back(table.text(row, column));
        numbers = numbers && names.back().find_first_not_of("0123456789") == std::string::npos;
    }
    std::sort(names.begin(), names.end(), [numbers](const std::string& a, const std::string& b) {
        return numbers && a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

/// One label column: each field is the name of a class.
[[nodiscard]] inline error read_class_column(const csv_file& table, extent column, class_listing& to) {
    if (to.class_names.empty()) to.class_names = classes_of_column(table, column);
    if (to.class_names.size() < 2)
        return {error_kind::invalid_argument, table.file(), "has fewer than two classes in the column of labels"};
    for (extent row = 0; row < table.rows(); ++row) {
        const std::string name = table.text(row, column);
        const auto place = std::find(to.class_names.begin(), to.class_names.end(), name);
        if (name.empty() || place == to.class_names.end())
            return table.wrong(row, column, name.empty() ? "a class" : "one of " + joined(to.class_names));
        to.labels.push_back(static_cast<std::int32_t>(place - to.class_names.begin()));
    }
    return {};
}

/// Several label columns: each is a class, each field 1 or 0.
[[nodiscard]] inline error read_label_columns(const csv_file& table, const std::vector<extent>& columns,
                                              class_listing& to) {
    for (extent row = 0; row < table.rows(); ++row)
        for (const extent column : columns) {
            const std::string value = table.text(row, column);
            if (value != "0" && value != "1") return table.wrong(row, column, "0 or 1");
            to.values.push_back(value == "1" ? 1.0f : 0.0f);
        }
    return {};
}

/// Paths from the folder of the index; refuses an empty one, and a file that stands in the table twice.
[[nodiscard]] inline error read_path_column(const csv_file& table, extent column, class_listing& to) {
    const std::string folder = folder_of(table.file());
    std::vector<std::pair<std::string, extent>> seen;
    for (extent row = 0; row < table.rows(); ++row) {
        const std::string path = table.text(row, column);
        if (path.empty()) return table.wrong(row, column, "the path of a file");
        to.files.push_back(normal_path(path_in(folder, path)));
        seen.emplace_back(to.files.back(), row);
    }
    std::sort(seen.begin(), seen.end());
    for (std::size_t i = 1; i < seen.size(); ++i)
        if (seen[i].first == seen[i - 1].first) return table.wrong(seen[i].second, column, "each file once");
    return {};
}

[[nodiscard]] inline error read_group_column(const csv_file& table, extent column, class_listing& to) {
    for (extent row = 0; row < table.rows(); ++row) {
        to.groups.push_back(table.text(row, column));
        if (to.groups.back().empty()) return table.wrong(row, column, "the name of a group");
    }
    return {};
}

[[nodiscard]] inline error read_part_column(const csv_file& table, extent column, split_indices& to) {
    for (extent row = 0; row < table.rows(); ++row) {
        const std::string part = table.text(row, column);
        const bool validation = part == "val" || part == "valid" || part == "validation";
        if (!validation && part != "train" && part != "test") return table.wrong(row, column, "train, val or test");
        (validation ? to.validation : part == "train" ? to.train : to.test).push_back(row);
    }
    return {};
}

}  // namespace detail

/// Reads an index: a table with a row a file.
///
///     path,label,patient,part
///     scans/a1.nii.gz,healthy,anna,train
///
///     paths     from the folder of the index, or absolute; no file is opened here
///     classes   those of options.class_names, or those found, in byte order, or by number where all are whole numbers;
///               with several label columns the columns are the classes, and listing.values says which a file is of
///     refuses   what read_csv() refuses, and columns that are not there; with corrupt, its line and column, an empty
///               path, class or group, a class that is none of class_names, a label that is neither 0 nor 1, a part
///               that is none, a file that stands in the table twice; with invalid_argument no label column, a table
///               without rows, fewer than two classes, and a group in two parts
[[nodiscard]] inline result<file_index> read_index(const std::string& path, const index_options& options = {}) {
    return detail::catch_out_of_memory(path, [&]() -> result<file_index> {
        csv_options rules = options.table;
        rules.heading = true;
        const result<csv_file> table = read_csv(path, rules);
        if (!table) return table.error();
        if (options.labels.empty()) return error(error_kind::invalid_argument, path, "a column of labels is needed");
        if (table->rows() == 0) return error(error_kind::invalid_argument, path, "has no row below its heading");
        const result<extent> paths = table->column(options.path);
        if (!paths) return paths.error();
        std::vector<extent> labels;
        for (const std::string& name : options.labels) {
            const result<extent> label = table->column(name);
            if (!label) return label.error();
            labels.push_back(*label);
        }
        file_index index;
        const bool single = labels.size() == 1;
        index.listing.class_names = single ? options.class_names : options.labels;
        if (error failed = detail::read_path_column(*table, *paths, index.listing)) return failed;
        if (error failed = single ? detail::read_class_column(*table, labels[0], index.listing)
                                  : detail::read_label_columns(*table, labels, index.listing))
            return failed;
        if (!options.group.empty()) {
            const result<extent> group = table->column(options.group);
            if (!group) return group.error();
            if (error failed = detail::read_group_column(*table, *group, index.listing)) return failed;
        }
        if (!options.part.empty()) {
            const result<extent> part = table->column(options.part);
            if (!part) return part.error();
            if (error failed = detail::read_part_column(*table, *part, index.parts)) return failed;
            if (!index.listing.groups.empty())
                if (error failed = check_split(index.parts, index.listing.groups))
                    return error(failed.kind(), path, failed.message() + " (train, val, test)");
        }
        return index;
    });
}

}  // namespace ctnn
