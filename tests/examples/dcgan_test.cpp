// SPDX-License-Identifier: MIT
/// \file
/// dcgan: its samples resemble phantoms, none is a copy of one, and they differ from each other.
#include <doctest/doctest.h>

#include "../../examples/dcgan.hpp"
#include "../data/scratch_folder.hpp"

TEST_CASE("the nearest of others is found, and is not the image itself") {
    const auto set = dcgan::phantoms_of(dcgan::nn::seed{1}, 0, 3).inputs;
    std::vector<float> first(set.begin(), set.begin() + dcgan::image::size);
    CHECK(dcgan::nearest(first, set).most == 0);
    const dcgan::distances apart = dcgan::nearest(set, set);
    CHECK(apart.least > 0.1);
    CHECK(apart.most >= apart.median);
    for (float& x : first) x += 0.25F;
    CHECK(dcgan::nearest(first, set).least == doctest::Approx(0.25).epsilon(1e-3));
    // A copy in another exposure is much nearer than any other phantom.
    CHECK(dcgan::nearest(dcgan::exposed_again(dcgan::nn::seed{1}, 0), set).least < 0.7 * apart.least);
}

TEST_CASE("dcgan trains and writes its files") {
    const scratch_folder folder("dcgan");
    const auto found = dcgan::run({.images = 24, .epochs = 1, .out = folder.at("out")});
    REQUIRE(found);
    CHECK(std::isfinite(found->last.generator));
    for (const char* name : {"generator.safetensors", "samples.png"})
        CHECK_MESSAGE(std::filesystem::exists(folder.at(std::string("out/") + name)), name);
}

TEST_SUITE_BEGIN("slow");

TEST_CASE("no sample of dcgan is a copy of what it was trained on") {
    const scratch_folder folder("dcgan_slow");
    const auto found = dcgan::run({.out = folder.at("out")});
    REQUIRE(found);
    // A copy would be as near as another exposure of the same patient.
    CHECK(found->samples.least > 1.5 * found->noise);
    // They are no less like phantoms than 1.5 times what other phantoms are, and not all the same.
    CHECK(found->samples.median < 1.5 * found->held_out.median);
    CHECK(found->apart.least > found->noise);
}

TEST_SUITE_END();
