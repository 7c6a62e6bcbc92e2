// SPDX-License-Identifier: MIT
/// \file
/// Volumes told apart by their slices: a recurrent network over the slices, attention of two levels, and convolutions
/// of three dimensions, side by side.
///
///     slices OUT [EPOCHS [DATA [SEED]]]    OUT gets look_recurrent.png and look_hierarchical.png: slices, weights
///
/// DATA is a file of MedMNIST's volumes with two classes (nodulemnist3d.npz, adrenalmnist3d.npz, vesselmnist3d.npz ...)
/// or eleven (organmnist3d.npz); without it the program draws volumes. The networks are in slices/networks.hpp, the
/// volumes in slices/volumes.hpp.
#include "best_epoch.hpp"
#include "comparison.hpp"
#include "side_by_side.hpp"
#include "slices/networks.hpp"
#include "slices/picture.hpp"

namespace slices {

using examples::comparison;

template <class Net>
struct competitor {
    nn::model<Net> model;
    std::string report;
};

/// Trains a network, and says how it does on the test part.
template <class Net>
nn::result<competitor<Net>> compete(const char* name, const parts& data, const comparison& s) {
    auto best = examples::train_to_best<Net>(data.train, data.validation,
                                             {.epochs = s.epochs, .batch = 32, .random = s.random});
    if (!best) return best.error();
    const auto scores = nn::evaluate(best->model, data.test, nn::cross_entropy{});
    const nn::confusion_matrix matrix = examples::judge(best->model, data.test);
    std::printf("%-13s %6td parameters: accuracy %.4f, area under the curve %.4f\n", name, Net::parameter_count,
                nn::accuracy(matrix),
                nn::roc_auc(scores.probabilities.data(), Net::output::size, data.test.labels.data(), data.test.size()));
    std::fflush(stdout);
    return competitor<Net>{std::move(best->model),
                           std::string(name) + "\n" + nn::classification_report(matrix, data.test.class_names)};
}

template <nn::extent Classes>
nn::error run(const parts& data, const comparison& s) {
    std::printf("%td volumes to train on, %td to choose the epoch, %td to judge\n", data.train.size(),
                data.validation.size(), data.test.size());
    const auto one = compete<recurrent<Classes>>("recurrent", data, s);
    if (!one) return one.error();
    const auto two = compete<hierarchical<Classes>>("hierarchical", data, s);
    if (!two) return two.error();
    const auto three = compete<solid<Classes>>("solid", data, s);
    if (!three) return three.error();
    std::printf("\n%s", examples::side_by_side({one->report, two->report, three->report}).c_str());

    auto first = nn::freeze(one->model);
    if (nn::error failed = write_attention(s.out + "/look_recurrent.png", first, data.test)) return failed;
    auto second = nn::freeze(two->model);
    return write_attention(s.out + "/look_hierarchical.png", second, data.test);
}

nn::error run(const comparison& s) {
    if (s.data.empty())
        return run<2>({draw_volumes(1200, nn::seed{1}), draw_volumes(300, nn::seed{2}), draw_volumes(600, nn::seed{3})},
                      s);
    const auto file = nn::open_medmnist(s.data);
    if (!file) return file.error();
    const auto data = read_volumes(*file);
    if (!data) return data.error();
    if (file->classes == 2) return run<2>(*data, s);
    if (file->classes == 11) return run<11>(*data, s);
    return {nn::error_kind::shape_mismatch, s.data,
            "has " + std::to_string(file->classes) + " classes, where the networks have 2 or 11"};
}

}  // namespace slices

int main(int count, char** words) {
    return examples::run_comparison("slices", "volumes", 12, count, words,
                                    [](const examples::comparison& s) { return slices::run(s); });
}
