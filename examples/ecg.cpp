// SPDX-License-Identifier: MIT
/// \file
/// Heartbeats told apart by a convolutional network, a recurrent one and a transformer, side by side.
///
///     ecg OUT [EPOCHS [DATA [SEED]]]    OUT gets look_recurrent.png and look_transformer.png: what is looked at
///
/// DATA is mitbih_beats.npz, heartbeats of the MIT-BIH Arrhythmia Database as 128 samples each; without it the program
/// draws beats. The networks are in ecg/networks.hpp, the beats in ecg/beats.hpp.
#include "comparison.hpp"
#include "ecg/compare.hpp"
#include "ecg/picture.hpp"
#include "side_by_side.hpp"

namespace ecg {

nn::error run(const beats& data, const beats& validation, const comparison& s) {
    const auto one = train<convolutional>("convolutional", data, validation, s);
    if (!one) return one.error();
    const auto two = train<recurrent>("recurrent", data, validation, s);
    if (!two) return two.error();
    const auto three = train<transformer>("transformer", data, validation, s);
    if (!three) return three.error();
    const auto report = [](const char* name, const nn::confusion_matrix& matrix) {
        return std::string(name) + "\n" + nn::classification_report(matrix, class_names);
    };
    std::printf("\n%s", examples::side_by_side({report("convolutional", one->matrix), report("recurrent", two->matrix),
                                                report("transformer", three->matrix)})
                            .c_str());

    auto second = nn::freeze(two->model);
    if (nn::error failed = write_attention(s.out + "/look_recurrent.png", second, validation)) return failed;
    auto third = nn::freeze(three->model);
    if (nn::error failed = write_attention(s.out + "/look_transformer.png", third, validation)) return failed;

    std::puts("");
    const auto reader = train<monitor>("monitor", data, validation, s);
    if (!reader) return reader.error();
    stream_record(reader->model, validation, 8);
    return {};
}

nn::error run(const comparison& s) {
    if (s.data.empty()) return run(draw_beats(2000, nn::seed{1}), draw_beats(600, nn::seed{2}), s);
    const auto file = nn::read_npz(s.data);
    if (!file) return file.error();
    const auto train = read_beats(*file, "train"), validation = read_beats(*file, "val");
    if (!train) return train.error();
    if (!validation) return validation.error();
    return run(vary(*train, 3, nn::seed{3}), *validation, s);
}

}  // namespace ecg

int main(int count, char** words) {
    return examples::run_comparison("ecg", "heartbeats", 6, count, words,
                                    [](const examples::comparison& s) { return ecg::run(s); });
}
