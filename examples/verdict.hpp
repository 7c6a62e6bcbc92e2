// SPDX-License-Identifier: MIT
/// \file
/// What a network's scores are worth: printed, drawn and written as tables.
#pragma once

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>
#include <ctnn/report/picture.hpp>

#include "data.hpp"

namespace classify {

/// Prints an error as one line for the program's user, and answers with the exit code.
inline int refuse(const nn::error& why) {
    std::fprintf(stderr, "classify: %s\n", why.what());
    return 2;
}

/// The probabilities of a set of images: [image][class].
struct verdict {
    std::vector<float> scores;
    nn::extent classes = 0;
    [[nodiscard]] const float* of(nn::extent image) const { return scores.data() + image * classes; }
    [[nodiscard]] nn::extent predicted(nn::extent image) const { return nn::predicted_class(of(image), classes); }
};

/// Prints the report, the confusion matrix and the area under the ROC curve. Returns the matrix.
inline nn::confusion_matrix print_verdict(const verdict& v, const std::vector<std::int32_t>& labels,
                                          const std::vector<std::string>& names) {
    nn::confusion_matrix matrix(v.classes);
    matrix.add(v.scores.data(), v.classes, labels.data(), static_cast<nn::extent>(labels.size()));
    std::printf("%s\n", nn::classification_report(matrix, names, 4).c_str());
    std::size_t width = 9;
    for (const std::string& name : names) width = std::max(width, name.size());
    std::printf("%*s", static_cast<int>(width + 2), "true \\ predicted");
    for (const std::string& name : names) std::printf("  %*s", static_cast<int>(width), name.c_str());
    for (nn::extent t = 0; t < v.classes; ++t) {
        std::printf("\n%*s", static_cast<int>(std::max<std::size_t>(width + 2, 16)),
                    names[static_cast<std::size_t>(t)].c_str());
        for (nn::extent p = 0; p < v.classes; ++p)
            std::printf("  %*lld", static_cast<int>(width), static_cast<long long>(matrix(t, p)));
    }
    std::printf("\n\naccuracy %.4f   AUC %.4f\n", nn::accuracy(matrix),
                nn::roc_auc(v.scores.data(), v.classes, labels.data(), static_cast<nn::extent>(labels.size())));
    return matrix;
}

/// A table with a row an image: name, true class where it is known, predicted class, and every probability.
inline nn::csv_table probability_table(const std::vector<std::string>& names, const std::vector<std::string>& truth,
                                       const std::vector<std::string>& predicted, const verdict& v,
                                       const std::vector<std::string>& classes) {
    std::vector<std::string> heading{"file"};
    if (!truth.empty()) heading.push_back("true");
    heading.push_back("predicted");
    for (const std::string& name : classes) heading.push_back("p(" + name + ")");
    nn::csv_table table(heading);
    for (std::size_t i = 0; i < names.size(); ++i) {
        std::vector<std::string> row{names[i]};
        if (!truth.empty()) row.push_back(truth[i]);
        row.push_back(predicted[i]);
        for (nn::extent c = 0; c < v.classes; ++c) row.push_back(nn::to_text(v.of(static_cast<nn::extent>(i))[c]));
        table.add(row);
    }
    return table;
}

/// Which images the grid shows: at most 8 mistakes, then others from all over the set, 24 in all.
inline std::vector<nn::extent> images_to_show(const verdict& v, const std::vector<std::int32_t>& labels) {
    const nn::extent count = static_cast<nn::extent>(labels.size());
    std::vector<nn::extent> shown;
    for (nn::extent i = 0; i < count && shown.size() < 8; ++i)
        if (v.predicted(i) != labels[static_cast<std::size_t>(i)]) shown.push_back(i);
    const nn::extent rest = 24 - static_cast<nn::extent>(shown.size());
    for (nn::extent k = 0; k < rest; ++k) {
        nn::extent i = k * count / rest;
        while (i < count && (v.predicted(i) != labels[static_cast<std::size_t>(i)] ||
                             std::find(shown.begin(), shown.end(), i) != shown.end()))
            ++i;
        if (i < count) shown.push_back(i);
    }
    return shown;
}

/// The image, or the middle slice of the volume, as it was before its scaling: values from 0 to 1.
template <class Input>
nn::float_image picture_of(const float* input, const nn::input_scaling& scaling) {
    constexpr nn::dims in = nn::dims_of<Input>;
    constexpr nn::extent size = in.height() * in.width() * in.channels();
    if constexpr (in.rank == 4) input += in.depth() / 2 * size;
    nn::float_image picture{in.height(), in.width(), in.channels(), std::vector<float>(input, input + size)};
    for (float& value : picture.values)
        value = static_cast<float>((static_cast<double>(value) - scaling.shift) / scaling.factor);
    return picture;
}

/// An image of a set with what it is and what the network said.
template <class Input>
nn::grid_tile tile_of(const verdict& v, const nn::dataset<Input>& data, const nn::input_scaling& scaling,
                      nn::extent image) {
    const nn::extent truth = data.labels[static_cast<std::size_t>(image)], said = v.predicted(image);
    return {.picture = picture_of<Input>(data.input_of(image), scaling),
            .truth = data.class_names[static_cast<std::size_t>(truth)],
            .predicted = data.class_names[static_cast<std::size_t>(said)],
            .probability = static_cast<double>(v.of(image)[said]),
            .mistake = said != truth};
}

/// Writes confusion.png, predictions.png and predictions.csv into a folder.
template <class Input>
nn::error write_verdict(const std::string& folder, const verdict& v, const named_samples<Input>& images,
                        const nn::confusion_matrix& matrix, const nn::input_scaling& scaling) {
    const nn::dataset<Input>& data = images.samples;
    std::vector<nn::extent> counts;
    for (nn::extent t = 0; t < v.classes; ++t)
        for (nn::extent p = 0; p < v.classes; ++p) counts.push_back(static_cast<nn::extent>(matrix(t, p)));
    if (auto failed = nn::write_png(folder + "/confusion.png", nn::draw_confusion(data.class_names, counts)))
        return failed;

    const auto name_of = [&](nn::extent c) { return data.class_names[static_cast<std::size_t>(c)]; };
    std::vector<nn::grid_tile> tiles;
    for (const nn::extent i : images_to_show(v, data.labels)) tiles.push_back(tile_of(v, data, scaling, i));
    if (auto failed = nn::write_png(folder + "/predictions.png", nn::draw_grid(tiles, 8))) return failed;

    std::vector<std::string> truth, predicted;
    for (nn::extent i = 0; i < data.size(); ++i) {
        truth.push_back(name_of(data.labels[static_cast<std::size_t>(i)]));
        predicted.push_back(name_of(v.predicted(i)));
    }
    return probability_table(images.names, truth, predicted, v, data.class_names).write(folder + "/predictions.csv");
}

/// Writes history.csv and curves.png into a folder.
inline nn::error write_history(const std::string& folder, const nn::training_history& history) {
    nn::csv_table table(
        {"epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "validation_auc", "rate", "seconds"});
    nn::curve loss{"training", {}}, validation_loss{"validation", {}}, accuracy{"training", {}},
        validation_accuracy{"validation", {}};
    for (const nn::epoch_record& e : history.epochs) {
        table.add({std::to_string(e.epoch), nn::to_text(e.loss), nn::to_text(e.accuracy),
                   nn::to_text(e.validation_loss), nn::to_text(e.validation_accuracy), nn::to_text(e.validation_auc),
                   nn::to_text(e.rate), nn::to_text(e.seconds)});
        loss.values.push_back(e.loss);
        validation_loss.values.push_back(e.validation_loss);
        accuracy.values.push_back(e.accuracy);
        validation_accuracy.values.push_back(e.validation_accuracy);
    }
    if (auto failed = table.write(folder + "/history.csv")) return failed;
    return nn::write_png(folder + "/curves.png", nn::draw_charts({{"loss", {loss, validation_loss}},
                                                                  {"accuracy", {accuracy, validation_accuracy}}}));
}

}  // namespace classify
