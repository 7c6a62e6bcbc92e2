// SPDX-License-Identifier: MIT
/// \file
/// segment evaluate and segment predict: a model file alone decides which network it is.
#pragma once

#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "data.hpp"
#include "pictures.hpp"
#include "scores.hpp"

namespace segment {

/// May left become right? Not where a class is named after its side.
inline bool may_mirror(const std::vector<std::string>& class_names) {
    return nn::flip_warning({.horizontal_flip = true}, class_names).empty();
}

/// Windows are mirrored as samples are in training: left to right where that may be, images upside down as well.
inline nn::sliding_window_options window_options(const options& o, bool volumes,
                                                 const std::vector<std::string>& class_names) {
    return {.overlap = o.overlap, .flip_height = o.flip && !volumes, .flip_width = o.flip && may_mirror(class_names)};
}

/// Finds the structures of one file, measures them where the truth is known, writes mask and overlay into a folder.
template <class Net>
nn::error work_on(nn::engine<Net>& engine, const nn::model<Net>& model, const std::string& image,
                  const std::string& labels, const options& o, const std::string& folder, case_scores& to) {
    using input = typename Net::input;
    constexpr nn::extent classes = Net::output_dims.channels();
    auto c = read_case<input>(image, labels, classes);
    if (!c) return c.error();
    if (auto failed = find(engine, model, window_options(o, Net::input_dims.rank == 4, model.class_names), *c))
        return failed;
    if (o.largest)
        if (auto failed = keep_largest(c->found, classes)) return failed;
    std::vector<nn::structure_score> scores;
    if (c->known()) {
        auto measured = nn::score_segmentation(c->found, c->truth, classes,
                                               {.tolerance = o.tolerance, .threads = nn::available_threads()});
        if (!measured) return measured.error();
        scores = std::move(*measured);
        to.names.push_back(c->name);
        to.scores.push_back(scores);
    }
    if (auto failed = write_mask<Net>(folder + "/masks/" + mask_file<input>(c->name), *c)) return failed;
    const auto picture = draw_case(*c, caption_of(*c, scores));
    if (!picture) return picture.error();
    return nn::write_png(folder + "/overlays/" + c->name + ".png", *picture);
}

inline void make_folders(const std::string& folder) {
    std::error_code ignored;
    std::filesystem::create_directories(folder + "/masks", ignored);
    std::filesystem::create_directories(folder + "/overlays", ignored);
}

/// Judges an engine on pairs, and writes scores.csv, masks and overlays.
template <class Net>
nn::result<case_scores> judge(nn::engine<Net>& engine, const nn::model<Net>& model, const nn::label_pairs& pairs,
                              const options& o, const std::string& folder) {
    make_folders(folder);
    case_scores all;
    for (nn::extent s = 1; s < Net::output_dims.channels(); ++s) {
        const auto named = static_cast<std::size_t>(s) < model.class_names.size();
        all.structures.push_back(named ? model.class_names[static_cast<std::size_t>(s)] : std::to_string(s));
    }
    for (std::size_t i = 0; i < pairs.images.size(); ++i)
        if (auto failed = work_on(engine, model, pairs.images[i], pairs.labels[i], o, folder, all)) return failed;
    if (auto failed = score_table(all).write(folder + "/scores.csv")) return failed;
    return all;
}

template <class Net>
nn::engine<Net> engine_of(const nn::model<Net>& model) {
    return nn::freeze(model, {.threads = nn::available_threads()});
}

/// Judges a model file on one part of a source.
template <class Net>
int evaluate(const options& o) {
    nn::model<Net> model{nn::seed{}};
    if (auto failed = nn::load(model, o.model)) return refuse(failed);
    const auto source = open_source(o);
    if (!source) return refuse(source.error());
    if (source->of_volumes() != (Net::input_dims.rank == 4))
        return refuse({nn::error_kind::invalid_argument, source->description + " has " +
                                                             (source->of_volumes() ? "volumes" : "images") +
                                                             ", which the model does not take"});
    const nn::label_pairs& pairs = o.part == "train"        ? source->train
                                   : o.part == "validation" ? source->validation
                                                            : source->test;
    auto engine = engine_of(model);
    const std::string folder = o.out.empty() ? "." : o.out;
    const auto all = judge(engine, model, pairs, o, folder);
    if (!all) return refuse(all.error());
    std::printf("%s on the %s part of %s: %td cases\n\n", o.model.c_str(), o.part.c_str(), source->description.c_str(),
                pairs.size());
    print_scores(*all);
    std::printf("%s: scores.csv masks/ overlays/\n", folder.c_str());
    return 0;
}

/// Finds structures in files. One that cannot be read is told and left out.
template <class Net>
int predict(const options& o) {
    nn::model<Net> model{nn::seed{}};
    if (auto failed = nn::load(model, o.model)) return refuse(failed);
    auto engine = engine_of(model);
    const std::string folder = o.out.empty() ? "." : o.out;
    make_folders(folder);
    int answer = 0;
    case_scores none;
    for (const std::string& file : o.files) {
        if (auto failed = work_on(engine, model, file, {}, o, folder, none))
            answer = refuse(failed);
        else
            std::printf("%s: masks/%s\n", file.c_str(), mask_file<typename Net::input>(name_of(file)).c_str());
    }
    return answer;
}

}  // namespace segment
