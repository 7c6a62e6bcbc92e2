// SPDX-License-Identifier: MIT
/// \file
/// classify evaluate and classify predict: a model file alone decides which network it is.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <ctnn/ctnn.hpp>

#include "train.hpp"

namespace classify {

inline std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += ' ' + name;
    return text;
}

/// Reads one file as a network of this input sees it.
template <nn::volume_shape Input>
nn::error read_sample(const std::string& file, const nn::volume_folder_options& options, float* to) {
    return nn::read_volume_input<Input>(file, options, to);
}
template <nn::image_shape Input>
nn::error read_sample(const std::string& file, const nn::volume_folder_options& options, float* to) {
    auto image = nn::read_image(file, {.channels = nn::dims_of<Input>.channels()});
    if (!image) return image.error();
    return nn::write_image_input<Input>(std::move(*image), options.scaling, to, options.preprocessing);
}

/// Judges a model file on one part of a source.
template <class Net>
int evaluate(const options& o) {
    nn::model<Net> model{nn::seed{}};
    if (auto failed = nn::load(model, o.model)) return refuse(failed);
    auto source = open_source(o);
    if (!source) return refuse(source.error());
    // Phantoms and .npz files have no names of their own to disagree with.
    if (source->listing && source->class_names != model.class_names)
        return refuse({nn::error_kind::invalid_argument, "the classes of " + source->description + " are" +
                                                             listed(source->class_names) + "; the model's are" +
                                                             listed(model.class_names)});
    if (source->wanted.classes != Net::output::size)
        return refuse(
            {nn::error_kind::invalid_argument, source->description + " has " + std::to_string(source->wanted.classes) +
                                                   " classes, the model " + std::to_string(Net::output::size)});
    source->class_names = model.class_names;
    source->preparation = model.preparation;
    source->preprocessing = model.preprocessing;
    const nn::split_part part = o.part == "train"        ? nn::split_part::train
                                : o.part == "validation" ? nn::split_part::validation
                                                         : nn::split_part::test;
    auto images = read_part<typename Net::input>(*source, part, model.scaling);
    if (!images) return refuse(images.error());

    auto engine = nn::freeze(model, {.max_batch = 16, .threads = nn::available_threads()});
    const verdict v = judge<Net>(engine, images->samples);
    std::printf("%s on the %s part of %s: %td samples\n\n", o.model.c_str(), o.part.c_str(),
                source->description.c_str(), images->samples.size());
    const nn::confusion_matrix matrix = print_verdict(v, images->samples.labels, model.class_names);
    if (o.out.empty()) return 0;
    std::error_code ignored;
    std::filesystem::create_directories(o.out, ignored);
    if (auto failed = write_verdict(o.out, v, *images, matrix, model.scaling)) return refuse(failed);
    std::printf("%s: confusion.png predictions.png predictions.csv\n", o.out.c_str());
    return 0;
}

/// The class that is told to the user. With two classes the threshold is the second's; with more, it is what the
/// largest probability needs.
inline std::string decide(const float* scores, const std::vector<std::string>& classes, double threshold) {
    if (classes.size() == 2)
        return classes[static_cast<double>(scores[1]) >= (threshold < 0 ? 0.5 : threshold) ? 1 : 0];
    const nn::extent best = nn::predicted_class(scores, static_cast<nn::extent>(classes.size()));
    return static_cast<double>(scores[best]) >= threshold ? classes[static_cast<std::size_t>(best)] : "uncertain";
}

/// Tells the class of each file, and writes all probabilities. A file that cannot be read is told and left out.
template <class Net>
int predict(const options& o) {
    using input = typename Net::input;
    nn::model<Net> model{nn::seed{}};
    if (auto failed = nn::load(model, o.model)) return refuse(failed);
    auto engine = nn::freeze(model);
    std::vector<std::string> classes = model.class_names;
    while (static_cast<nn::extent>(classes.size()) < Net::output::size)
        classes.push_back(std::to_string(classes.size()));

    int answer = 0;
    verdict v{.scores = {}, .classes = Net::output::size};
    std::vector<std::string> read, predicted;
    nn::tensor<input> pixels;
    const nn::volume_folder_options as_trained{
        .preparation = model.preparation, .scaling = model.scaling, .preprocessing = model.preprocessing};
    for (const std::string& file : o.files) {
        if (auto failed = read_sample<input>(file, as_trained, pixels.data())) {
            answer = refuse(failed);
            continue;
        }
        const auto scores = engine(pixels);
        v.scores.insert(v.scores.end(), scores.begin(), scores.end());
        read.push_back(file);
        predicted.push_back(decide(scores.data(), classes, o.threshold));
        std::printf("%s: %s (", file.c_str(), predicted.back().c_str());
        for (nn::extent c = 0; c < Net::output::size; ++c)
            std::printf("%s%s %.4f", c == 0 ? "" : ", ", classes[static_cast<std::size_t>(c)].c_str(),
                        static_cast<double>(scores[c]));
        std::printf(")\n");
    }
    if (read.empty()) return answer;
    const std::string folder = o.out.empty() ? "." : o.out;
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    if (auto failed = probability_table(read, {}, predicted, v, classes).write(folder + "/predictions.csv"))
        return refuse(failed);
    return answer;
}

}  // namespace classify
