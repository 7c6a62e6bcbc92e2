// SPDX-License-Identifier: MIT
/// \file
/// Pipelines as text: what is written is read back, and what cannot be meant is refused by name.
#include <doctest/doctest.h>

#include <cmath>
#include <ctnn/core/pipeline.hpp>

using namespace ctnn;

namespace {

TEST_CASE("a pipeline is written with every number and read back as it was") {
    const pipeline steps{stages::clip_percentiles{.low = 0.5, .high = 99.5},
                         stages::min_max{},
                         stages::resize_area{.height = 64, .width = 48},
                         stages::clahe{.clip_limit = 0.02},
                         stages::gaussian_filter{.sigma = 0.1},
                         stages::window{.level = -600, .width = 1500}};
    const std::string text = to_text(steps);
    CHECK(text ==
          "clip_percentiles low=0.5 high=99.5; min_max; resize_area height=64 width=48 depth=0; "
          "clahe tiles=8 clip_limit=0.02 bins=256; gaussian_filter sigma=0.1; window level=-600 width=1500");
    const auto read = parse_pipeline(text);
    REQUIRE(read);
    CHECK(*read == steps);
    CHECK(to_text(pipeline{}).empty());
    CHECK(parse_pipeline("")->empty());
    CHECK(parse_pipeline("   ")->empty());
}

TEST_CASE("what a text leaves out is what the type of the stage says") {
    const pipeline all{stages::resize_nearest{},
                       stages::resize_linear{},
                       stages::resize_area{},
                       stages::min_max{},
                       stages::z_score{},
                       stages::clip_percentiles{},
                       stages::window{},
                       stages::mean_filter{},
                       stages::median_filter{},
                       stages::gaussian_filter{},
                       stages::equalize_histogram{},
                       stages::clahe{},
                       stages::gamma{},
                       stages::optical_density{},
                       stages::erode{},
                       stages::dilate{},
                       stages::open{},
                       stages::close{},
                       stages::fill_holes{},
                       stages::keep_largest{}};
    REQUIRE(all.steps.size() == std::size(stage_rules));
    std::string names;
    for (std::size_t i = 0; i < all.steps.size(); ++i) {
        CHECK(all.steps[i].kind == static_cast<stage_kind>(i));
        names += (i > 0 ? " ;  " : "") + std::string(stage_rules[i].name);
    }
    const auto read = parse_pipeline(names);
    REQUIRE_MESSAGE(read, read.error().message());
    CHECK(*read == all);
    CHECK_FALSE(check(all));
}

TEST_CASE("a text that cannot be meant is refused with the stage and what was expected") {
    const auto refused = [](const char* text, error_kind kind, const std::string& message) {
        const auto read = parse_pipeline(text);
        REQUIRE_FALSE(read);
        CHECK(read.error().kind() == kind);
        CHECK_MESSAGE(read.error().message().find(message) == 0, read.error().message());
    };
    constexpr error_kind invalid = error_kind::invalid_argument, unknown = error_kind::unsupported;
    refused("min_max; sharpen", unknown, "pipeline: stage 2: 'sharpen' is no stage; those are resize_nearest, ");
    refused("gaussian_filter width=2", unknown, "pipeline: stage 1: gaussian_filter has no number 'width'");
    refused("min_max low=0", unknown, "pipeline: stage 1: min_max has no number 'low'");
    refused("gaussian_filter sigma=2 sigma=3", invalid, "pipeline: stage 1: gaussian_filter: sigma is given twice");
    refused("gaussian_filter sigma", invalid, "pipeline: stage 1: gaussian_filter: 'sigma', expected sigma=<number>");
    refused("gaussian_filter sigma=2px", invalid, "pipeline: stage 1: gaussian_filter: 'sigma=2px'");
    refused("gaussian_filter sigma=-1", invalid,
            "pipeline: stage 1: gaussian_filter: sigma is -1, expected a number from 0 to 100");
    refused("gaussian_filter sigma=nan", invalid, "pipeline: stage 1: gaussian_filter: sigma is nan");
    refused("median_filter size=3.5", invalid,
            "pipeline: stage 1: median_filter: size is 3.5, expected a whole number from 1 to 99");
    refused("min_max;", invalid, "pipeline: stage 2 is empty");
    refused(";", invalid, "pipeline: stage 1 is empty");
    CHECK(check(pipeline{stages::window{.width = 0}}).kind() == invalid);
}

}  // namespace
