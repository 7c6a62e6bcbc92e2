// SPDX-License-Identifier: MIT
/// \file
/// denoise: noise of the stated size goes in, and less comes out.
#include <doctest/doctest.h>

#include "../../examples/denoise.hpp"
#include "../data/scratch_folder.hpp"

TEST_CASE("images to denoise are drawn by number and have the stated noise") {
    const denoise::noisy_images set(denoise::nn::seed{1}, 5, 8), same(denoise::nn::seed{1}, 6, 2);
    CHECK(std::equal(same.values.begin(), same.values.end(), set.values.begin() + denoise::input::size));
    CHECK(denoise::measure("noisy", set.inputs, set).decibels == doctest::Approx(20).epsilon(0.01));
    std::vector<float> constant(static_cast<std::size_t>(denoise::input::size), 0.5f), filtered(constant.size());
    constant[70] = 1;
    denoise::median_filter(constant.data(), 1, filtered.data());
    CHECK(std::all_of(filtered.begin(), filtered.end(), [](float value) { return value == 0.5f; }));
}

TEST_CASE("denoise trains and writes its files") {
    const scratch_folder folder("denoise");
    const auto found = denoise::run({.images = 64, .epochs = 1, .out = folder.at("out")});
    REQUIRE(found);
    CHECK(found->size() == 3);
    for (const char* name : {"model.safetensors", "quality.csv", "denoised.png"})
        CHECK_MESSAGE(std::filesystem::exists(folder.at(std::string("out/") + name)), name);
}

TEST_SUITE_BEGIN("slow");

TEST_CASE("denoising gains 3 dB over the noise, and more than a median filter") {
    const scratch_folder folder("denoise_slow");
    const auto found = denoise::run({.out = folder.at("out")});
    REQUIRE(found);
    CHECK((*found)[2].decibels >= (*found)[0].decibels + 3);
    CHECK((*found)[2].decibels > (*found)[1].decibels);
    CHECK((*found)[2].similarity > (*found)[1].similarity);
}

TEST_SUITE_END();
