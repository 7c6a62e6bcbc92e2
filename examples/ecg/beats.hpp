// SPDX-License-Identifier: MIT
/// \file
/// Heartbeats: those of the MIT-BIH Arrhythmia Database, or ECG-like ones that the program draws itself.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <ctnn/ctnn.hpp>

namespace ecg {
namespace nn = ctnn;

/// A beat is 128 samples of one lead at 180 Hz, about its own mean, in units of its own deviation: how high it is says
/// more about the patient and the electrodes than about the beat.
inline constexpr nn::extent samples = 128, classes = 4;
using beats = nn::dataset<nn::shape<samples, 1>>;
inline const std::vector<std::string> class_names{"normal", "supraventricular", "ventricular", "fusion"};

/// Brings the beat that ends the data set to mean 0 and deviation 1.
inline void standardize_last(beats& all) {
    float* beat = all.inputs.data() + all.inputs.size() - samples;
    double mean = 0, square = 0;
    for (nn::extent t = 0; t < samples; ++t) mean += static_cast<double>(beat[t]) / samples;
    for (nn::extent t = 0; t < samples; ++t) {
        beat[t] -= static_cast<float>(mean);
        square += static_cast<double>(beat[t] * beat[t]) / samples;
    }
    const float factor = static_cast<float>(1 / std::sqrt(square + 1e-6));
    for (nn::extent t = 0; t < samples; ++t) beat[t] *= factor;
}

/// Reads <part>_x (int16, millivolt = (value - 2048) / 400) and <part>_y of mitbih_beats.npz.
inline nn::result<beats> read_beats(const nn::npz& file, const std::string& part) {
    const auto values = file.read(part + "_x"), labels = file.read(part + "_y");
    if (!values) return values.error();
    if (!labels) return labels.error();
    beats all;
    all.labels = labels->as<std::int32_t>();
    all.class_names = class_names;
    const std::vector<float> numbers = values->as<float>();
    if (numbers.size() != all.labels.size() * static_cast<std::size_t>(samples))
        return nn::error(nn::error_kind::shape_mismatch, part + "_x is no list of beats of 128 samples");
    for (std::size_t i = 0; i < all.labels.size(); ++i) {
        for (nn::extent t = 0; t < samples; ++t)
            all.inputs.push_back((numbers[i * static_cast<std::size_t>(samples) + static_cast<std::size_t>(t)] - 2048) /
                                 200);
        standardize_last(all);
    }
    return all;
}

/// So many copies of each beat, as other hearts and electrodes could have given it: a little longer or shorter, earlier
/// or later, higher or lower, over a baseline that wanders, with more noise. Without them networks learn the patients.
inline beats vary(const beats& from, nn::extent copies, nn::seed seed) {
    beats all;
    all.class_names = from.class_names;
    nn::random_stream random(seed, 5);
    const auto within = [&](double spread) { return spread * (2 * random.next_uniform() - 1); };
    for (nn::extent k = 0; k < copies; ++k)
        for (nn::extent i = 0; i < from.size(); ++i) {
            const double shift = within(4), scale = 1 + within(0.25), stretch = 1 + within(0.08);
            const double wander = within(0.3), phase = within(3), noise = 0.1 * random.next_uniform();
            const float* beat = from.input_of(i);
            for (nn::extent t = 0; t < samples; ++t) {
                const double at = std::clamp(50 + (static_cast<double>(t) - 50) * stretch + shift, 0.0, 126.999);
                const nn::extent j = static_cast<nn::extent>(at);
                const double part = at - static_cast<double>(j);
                const double value =
                    (1 - part) * static_cast<double>(beat[j]) + part * static_cast<double>(beat[j + 1]);
                all.inputs.push_back(static_cast<float>(
                    scale * value + wander * std::sin(static_cast<double>(t) / 40 + phase) + within(noise)));
            }
            all.labels.push_back(from.labels[static_cast<std::size_t>(i)]);
            standardize_last(all);
        }
    return all;
}

/// Draws beats as sums of bell curves for the P wave, the QRS complex and the T wave, as McSharry et al., "A dynamical
/// model for generating synthetic electrocardiogram signals", 2003, with noise. A supraventricular beat comes early and
/// has no P wave in its place, a ventricular one is wide and turned over behind, a fusion of both lies in between.
inline beats draw_beats(nn::extent count, nn::seed seed) {
    beats all;
    all.class_names = class_names;
    nn::random_stream random(seed, 71);
    const auto around = [&](double middle, double spread) { return middle + spread * (2 * random.next_uniform() - 1); };
    for (nn::extent i = 0; i < count; ++i) {
        const int kind = static_cast<int>(random.next_uniform() * classes);
        const double ventricular = kind == 2 ? 1 : kind == 3 ? around(0.5, 0.15) : 0, early = kind == 1 ? 1 : 0;
        const double height = around(2.4, 0.5), peak = around(50, 1.5), p = around(0.35, 0.1) * (1 - ventricular);
        struct wave {
            double height, center, width;
        };
        const wave waves[]{{p * (1 - 1.6 * early), peak - around(28, 2) + 8 * early, 4},
                           {-0.3 * (1 - ventricular), peak - 4, 1.5},
                           {height, peak, around(2.2, 0.3) + 4.5 * ventricular},
                           {-0.6 - 0.4 * ventricular, peak + 5 + 9 * ventricular, 2 + 4 * ventricular},
                           {around(0.7, 0.2) * (1 - 1.9 * ventricular), peak + around(40, 3), around(8, 1)},
                           {0.35 * (1 - early), peak + around(72, 6), 4}};
        const double breath = around(0, 0.3), phase = around(0, 3);
        for (nn::extent t = 0; t < samples; ++t) {
            const double at = static_cast<double>(t);
            double value = breath * std::sin(at / 60 + phase) + around(0, 0.25);
            for (const wave& w : waves)
                value += w.height * std::exp(-(at - w.center) * (at - w.center) / (2 * w.width * w.width));
            all.inputs.push_back(static_cast<float>(value));
        }
        all.labels.push_back(kind);
        standardize_last(all);
    }
    return all;
}

}  // namespace ecg
