// SPDX-License-Identifier: MIT
/// \file
/// Augmented data sets: what an epoch shows, with masks and mixing, and batches of them, equal for any number of
/// threads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <ctnn/data/augment/augmented.hpp>
#include <ctnn/data/batch_loader.hpp>
#include <ctnn/data/batch_order.hpp>

using namespace ctnn;

namespace {

using small = shape<9, 7, 2>;

/// Noise; with masks, the class of a pixel is a step function of its first channel.
template <class Shape = small>
dataset<Shape> noise(extent samples, bool masks) {
    dataset<Shape> data;
    random_stream random(seed{3}, 0);
    for (extent i = 0; i < samples * Shape::size; ++i) data.inputs.push_back(static_cast<float>(random.next_uniform()));
    constexpr extent channels = dims_of<Shape>.channels();
    if (masks)
        for (std::size_t i = 0; i < data.inputs.size(); i += channels)
            data.labels.push_back(static_cast<std::int32_t>(4 * data.inputs[i]));
    else
        for (extent i = 0; i < samples; ++i) data.labels.push_back(static_cast<std::int32_t>(i % 3));
    return data;
}

constexpr augmentation everything{.rotation_range = 20,
                                  .width_shift_range = 0.2,
                                  .shear_range = 10,
                                  .zoom_range = {0.8, 1.2},
                                  .horizontal_flip = true,
                                  .brightness_range = {0.9, 1.1},
                                  .noise_range = 0.1,
                                  .blur_range = {0, 1},
                                  .gamma_range = {0.8, 1.2},
                                  .bias_field_range = 0.1,
                                  .elastic_alpha = 5};

struct shown {
    std::vector<float> input;
    std::vector<std::int32_t> labels;
    std::vector<float> values;
    bool operator==(const shown&) const = default;
};
template <class Shape>
shown sample_of(const augmented<Shape>& data, extent sample, extent epoch) {
    const auto each = [&](const auto& all) { return all.size() / static_cast<std::size_t>(data.size()); };
    shown s{std::vector<float>(Shape::size), std::vector<std::int32_t>(each(data.labels)),
            std::vector<float>(each(data.values))};
    data.write_sample(sample, epoch, s.input.data(), s.labels.data(), s.values.data());
    return s;
}

TEST_CASE("a sample is a function of seed, epoch and sample, and stays itself where nothing is changed") {
    const augmented<small> same(noise(5, true)), changed(noise(5, true), everything, seed{4}),
        other(noise(5, true), everything, seed{5});
    const shown as_is = sample_of(same, 3, 2), first = sample_of(changed, 3, 2);
    CHECK(std::equal(as_is.input.begin(), as_is.input.end(), same.input_of(3)));
    CHECK(std::equal(as_is.labels.begin(), as_is.labels.end(), same.labels.begin() + 3 * 63));
    CHECK(first == sample_of(changed, 3, 2));
    CHECK(first.input != sample_of(changed, 3, 3).input);
    CHECK(first.input != sample_of(changed, 2, 2).input);
    CHECK(first.input != sample_of(other, 3, 2).input);
    CHECK(first.labels != as_is.labels);
    for (const std::int32_t label : first.labels) CHECK((label >= 0 && label < 4));
}

TEST_CASE("image and mask move together") {
    // Flips move pixels as they are: the mask can be told from the image afterwards.
    const augmented<shape<6, 5, 4, 1>> data(noise<shape<6, 5, 4, 1>>(4, true),
                                            {.horizontal_flip = true, .vertical_flip = true, .depth_flip = true},
                                            seed{1});
    bool flipped = false;
    for (extent i = 0; i < 4; ++i) {
        const shown s = sample_of(data, i, 1);
        for (std::size_t k = 0; k < s.input.size(); ++k)
            CHECK(s.labels[k] == static_cast<std::int32_t>(4 * s.input[k]));
        flipped = flipped || !std::equal(s.input.begin(), s.input.end(), data.input_of(i));
    }
    CHECK(flipped);
}

TEST_CASE("mixup blends a sample with another, values by the same share") {
    dataset<small> plain = noise(6, false);
    CHECK(labels_to_values(plain, 2).kind() == error_kind::invalid_argument);
    CHECK_FALSE(plain.labels.empty());
    REQUIRE_FALSE(labels_to_values(plain, 3));
    CHECK(plain.labels.empty());
    CHECK(std::vector<float>(plain.values.begin() + 3, plain.values.begin() + 6) == std::vector<float>{0, 1, 0});
    const augmented<small> data(plain, {}, seed{2}, {.mixup_alpha = 0.4});
    REQUIRE_FALSE(data.check(1, 3));
    int mixed = 0;
    for (extent i = 0; i < 6; ++i) {
        const shown s = sample_of(data, i, 1);
        const float share = s.values[static_cast<std::size_t>(i % 3)];
        CHECK(static_cast<double>(s.values[0] + s.values[1] + s.values[2]) == doctest::Approx(1));
        if (share > 0.999f) continue;  // the other sample is of the same class, or hardly there
        ++mixed;
        // Of the samples of other classes one explains all pixels by this share.
        const auto explains = [&](extent other) {
            bool all = other % 3 != i % 3;
            for (std::size_t k = 0; k < s.input.size() && all; ++k)
                all =
                    std::fabs(share * data.input_of(i)[k] + (1 - share) * data.input_of(other)[k] - s.input[k]) < 1e-5f;
            return all;
        };
        bool explained = false;
        for (extent other = 0; other < 6; ++other) explained = explained || explains(other);
        CHECK(explained);
    }
    CHECK(mixed > 0);
}

TEST_CASE("cutmix takes a box from another sample, and values by the share of its pixels") {
    dataset<small> plain = noise(6, false);
    REQUIRE_FALSE(labels_to_values(plain, 3));
    const augmented<small> data(plain, {}, seed{2}, {.cutmix_alpha = 1});
    int cut = 0;
    for (extent i = 0; i < 6; ++i) {
        const shown s = sample_of(data, i, 4);
        extent own = 0;
        for (std::size_t k = 0; k < s.input.size(); k += 2) own += s.input[k] == data.input_of(i)[k];
        if (s.values[static_cast<std::size_t>(i % 3)] < 1) {  // otherwise both samples are of one class
            CHECK(static_cast<double>(s.values[static_cast<std::size_t>(i % 3)]) ==
                  doctest::Approx(static_cast<double>(own) / 63));
            ++cut;
        }
    }
    CHECK(cut > 0);
    // Masks are cut with their images.
    const augmented<small> masked(noise(6, true), {}, seed{2}, {.cutmix_alpha = 1});
    REQUIRE_FALSE(masked.check(63, 0));
    for (extent i = 0; i < 6; ++i) {
        const shown s = sample_of(masked, i, 4);
        for (std::size_t k = 0; k < s.labels.size(); ++k)
            CHECK(s.labels[k] == static_cast<std::int32_t>(4 * s.input[2 * k]));
    }
}

TEST_CASE("a box of cutmix holds its share of the pixels, cut off at the border") {
    random_stream random(seed{1}, 1);
    double inside = 0;
    for (int n = 0; n < 500; ++n) {
        double lambda = 0.75;
        const pixel_box box = draw_box({1, 40, 40, 1}, lambda, random);
        CHECK((box.begin[0] == 0 && box.end[0] == 1));
        const extent area = (box.end[1] - box.begin[1]) * (box.end[2] - box.begin[2]);
        CHECK(area <= 20 * 20 + 41);
        CHECK(lambda == doctest::Approx(1 - static_cast<double>(area) / 1600));
        inside += static_cast<double>(area) / 500;
    }
    CHECK(inside > 200);
    double all = 0, none = 1;
    (void)draw_box({4, 4, 4, 1}, none, random);
    CHECK(none == 1);
    (void)draw_box({4, 4, 4, 1}, all, random);
    CHECK(all < 1);
}

TEST_CASE("an augmented data set refuses what it cannot do before anything is trained") {
    const auto text = [](const augmented<small>& data, extent labels) { return data.check(labels, 3).message(); };
    CHECK(text(augmented<small>(noise(2, false)), 1).empty());
    CHECK(text(augmented<small>(noise(2, false), {.shear_range = 100}), 1).find("shear_range is 100") !=
          std::string::npos);
    CHECK(text(augmented<small>(noise(2, false), {}, {}, {.mixup_alpha = 1}), 1).find("labels_to_values()") !=
          std::string::npos);
    CHECK(text(augmented<small>(noise(2, true), {}, {}, {.mixup_alpha = 1}), 63).find("labels cannot be mixed") !=
          std::string::npos);
    CHECK(text(augmented<small>(noise(2, true), {}, {}, {.mixup_alpha = 1, .cutmix_alpha = 1}), 63) ==
          "mixing: mixup and cutmix exclude each other");
    CHECK(text(augmented<small>(noise(2, true), {}, {}, {.mixup_alpha = -1}), 63).find("mixup_alpha is -1") !=
          std::string::npos);
    CHECK(text(augmented<small>(noise(2, false)), 2).find("labels for 2 samples, expected 4") != std::string::npos);
}

/// Everything that a loader hands out over three epochs, the last of them given up after two batches.
std::vector<shown> batches_of(const augmented<small>& data, extent threads, extent ahead, extent batch) {
    std::vector<shown> all;
    std::vector<extent> order(static_cast<std::size_t>(data.size()));
    batch_loader<augmented<small>> loader(data, batch, threads, ahead);
    for (extent epoch = 1; epoch <= 3; ++epoch) {
        shuffle(order, seed{8}, static_cast<std::uint64_t>(epoch));
        const extent from = epoch == 2 ? batch : 0;  // as a run that goes on inside an epoch
        loader.begin(order.data() + from, data.size() - from, epoch);
        for (extent first = from; first < data.size(); first += batch) {
            const auto& b = loader.next();
            const auto n = static_cast<std::size_t>(std::min(batch, data.size() - first));
            all.push_back({{b.inputs(), b.inputs() + n * small::size}, {b.labels(), b.labels() + n * 63}, {}});
            CHECK(b.values() == nullptr);
            if (epoch == 3 && first == batch) return all;
        }
    }
    return all;
}

TEST_CASE("order and pixels of batches are equal for any number of threads") {
    const augmented<small> data(noise(23, true), everything, seed{4}, {.cutmix_alpha = 1});
    const std::vector<shown> expected = batches_of(data, 0, 2, 5);
    REQUIRE(expected.size() == 5 + 4 + 2);
    CHECK(expected.front().input.size() == 5 * small::size);
    CHECK(expected[4].input.size() == 3 * small::size);
    for (const extent threads : {1, 2, 7})
        for (const extent ahead : {1, 3}) {
            CAPTURE(threads);
            CHECK(batches_of(data, threads, ahead, 5) == expected);
        }
    // Batches of one sample, and one batch of all.
    CHECK(batches_of(data, 7, 2, 1) == batches_of(data, 0, 2, 1));
    const augmented<small> few(noise(2, true), everything, seed{4});
    CHECK(batches_of(few, 7, 2, 1).size() == 2 + 1 + 2);
}

TEST_CASE("a loader that nobody asks for anything ends") {
    const augmented<small> data(noise(40, true), everything, seed{4});
    std::vector<extent> order(40);
    shuffle(order, seed{1}, 1);
    for (int n = 0; n < 20; ++n) {
        batch_loader<augmented<small>> idle(data, 4, 3), begun(data, 4, 3);
        begun.begin(order.data(), 40, 1);
        begun.begin(order.data(), 20, 2);
        (void)begun.next();
        begun.begin(order.data(), 40, 3);
    }
}

}  // namespace
