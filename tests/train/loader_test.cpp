// SPDX-License-Identifier: MIT
/// \file
/// fit() with batches that are loaded ahead: the same weights for any number of loaders, and a clean end.
#include <doctest/doctest.h>

#include <algorithm>
#include <ctnn/data/batch_loader.hpp>
#include <new>

#include "small_data.hpp"

using namespace small_data;

namespace {

/// Stops a run after some batches, at once or with an error.
class stopper final : public nn::training_callback {
public:
    stopper(nn::extent after, bool fails) : left_(after), fails_(fails) {}
    void batch_ends(nn::training_moment& now) override {
        if (--left_ > 0) return;
        if (fails_)
            now.failed = nn::error(nn::error_kind::cannot_write, "enough");
        else
            now.stop_at_once = true;
    }

private:
    nn::extent left_;
    bool fails_;
};

const nn::augmentation changes{.rotation_range = 10,
                               .width_shift_range = 0.1,
                               .horizontal_flip = true,
                               .brightness_range = {0.8, 1.2},
                               .noise_range = 0.05};

TEST_CASE("the same weights come out of augmented data for any number of loaders") {
    const nn::augmented data(lines(70, 0), changes, nn::seed{3});
    const auto trained = [&](nn::extent loaders, nn::extent ahead) {
        nn::model<net> m{nn::seed{1}};
        const auto history =
            nn::fit(m, data, nn::cross_entropy{}, nn::adam{},
                    {.epochs = 3, .batch = 16, .validation = &data, .loaders = loaders, .ahead = ahead});
        REQUIRE(history);
        return hash(m);
    };
    const std::uint64_t expected = trained(0, 2);
    for (const nn::extent loaders : {1, 2, 7}) CHECK(trained(loaders, loaders) == expected);
    const nn::augmented unchanged(lines(70, 0));
    nn::model<net> plain{nn::seed{1}};
    REQUIRE(nn::fit(plain, unchanged, nn::cross_entropy{}, nn::adam{}, {.epochs = 3, .batch = 16}));
    CHECK(hash(plain) != expected);
}

TEST_CASE("a run that ends early ends its loaders, and leaves the weights of the last step") {
    const nn::augmented data(lines(70, 0), changes, nn::seed{3});
    const auto stopped = [&](nn::extent loaders, bool fails) {
        nn::model<net> m{nn::seed{1}};
        stopper callback(3, fails);
        const auto history = nn::fit(m, data, nn::cross_entropy{}, nn::adam{},
                                     {.epochs = 3, .batch = 16, .loaders = loaders, .callbacks = {&callback}});
        CHECK(history.has_value() != fails);
        return hash(m);
    };
    const std::uint64_t expected = stopped(0, false);
    for (const bool fails : {false, true})
        for (const nn::extent loaders : {1, 3}) CHECK(stopped(loaders, fails) == expected);
}

/// Lines whose memory runs out at one sample of one epoch, as that of an augmentation may.
struct scarce_lines : nn::dataset<net::input> {
    nn::extent sample = 0, epoch = 0;
    void write_input(nn::extent which, nn::extent when, float* to) const {
        if (which == sample && when == epoch) throw std::bad_alloc();
        std::copy(input_of(which), input_of(which) + net::input::size, to);
    }
};

TEST_CASE("memory that runs out in a loader is told where the batch is wanted, and the program goes on") {
    scarce_lines data{lines(70, 0)};
    std::vector<std::uint64_t> expected;
    for (const nn::extent loaders : {0, 1, 2, 7})
        for (const nn::extent epoch : {1, 2, 3, 4}) {
            CAPTURE(loaders);
            CAPTURE(epoch);
            data.sample = 69 - epoch;
            data.epoch = epoch;
            nn::model<net> m{nn::seed{1}};
            bool thrown = false;
            try {
                const auto history = nn::fit(m, data, nn::cross_entropy{}, nn::adam{},
                                             {.epochs = 3, .batch = 16, .loaders = loaders, .ahead = 1});
                CHECK(history);
            } catch (const std::bad_alloc&) {
                thrown = true;
            }
            if (loaders == 0)
                expected.push_back(hash(m));
            else
                CHECK(hash(m) == expected[static_cast<std::size_t>(epoch - 1)]);  // of the last step before
            CHECK(thrown == (epoch <= 3));
        }
    // The same loader delivers the next epoch.
    data.epoch = 1;
    data.sample = 3;
    std::vector<nn::extent> order(70);
    nn::shuffle(order, nn::seed{1}, 1);
    nn::batch_loader<scarce_lines> loader(data, 35, 2);
    loader.begin(order.data(), 70, 1);
    const auto take_both = [&] {
        for (int i = 0; i < 2; ++i) (void)loader.next();
    };
    CHECK_THROWS_AS(take_both(), std::bad_alloc);
    loader.begin(order.data(), 70, 2);
    take_both();
}

TEST_CASE("fit refuses numbers of loaders and ranges that make no sense, and leaves the model") {
    nn::model<net> m{nn::seed{1}};
    const std::uint64_t before = hash(m);
    const nn::augmented data(lines(20, 0)), wrong(lines(20, 0), {.shear_range = 90});
    const auto refused = [&](const auto& from, nn::extent loaders, nn::extent ahead) {
        const auto history = nn::fit(m, from, nn::cross_entropy{}, nn::adam{}, {.loaders = loaders, .ahead = ahead});
        REQUIRE_FALSE(history);
        CHECK(history.error().kind() == nn::error_kind::invalid_argument);
        return history.error().message();
    };
    CHECK(refused(data, -1, 2) == "fit: loaders must be 0 to 256 and ahead 1 to 1024");
    CHECK(refused(data, 1, 0) == "fit: loaders must be 0 to 256 and ahead 1 to 1024");
    CHECK(refused(wrong, 0, 2).find("shear_range is 90") != std::string::npos);
    CHECK(hash(m) == before);
}

TEST_CASE("mixed data trains on shares of classes") {
    nn::dataset<net::input> plain = lines(60, 0);
    const nn::augmented valid(lines(40, 1));
    REQUIRE_FALSE(nn::labels_to_values(plain, 3));
    const nn::augmented data(std::move(plain), {}, nn::seed{3}, {.mixup_alpha = 0.2});
    nn::model<net> m{nn::seed{1}};
    const auto history =
        nn::fit(m, data, nn::cross_entropy{}, nn::adam{.rate = 1e-2}, {.epochs = 25, .batch = 16, .loaders = 1});
    REQUIRE(history);
    CHECK(history->epochs.back().loss < history->epochs.front().loss);
    CHECK(nn::evaluate(m, valid, nn::cross_entropy{}, 8).accuracy > 0.7);
}

}  // namespace
