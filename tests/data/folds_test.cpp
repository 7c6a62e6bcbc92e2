// SPDX-License-Identifier: MIT
/// \file
/// Splits and folds by group: no patient in two parts, classes near their shares, the same every time.
#include <doctest/doctest.h>

#include <ctnn/data/class_listing.hpp>
#include <ctnn/data/folds.hpp>
#include <algorithm>
#include <limits>
#include <set>

using namespace ctnn;

namespace {

struct cohort {
    std::vector<std::int32_t> labels;
    std::vector<std::string> patients;
};

/// Patients of one to five scans; every third is ill, in most of the scans.
cohort make_cohort(int patients) {
    cohort c;
    for (int p = 0; p < patients; ++p)
        for (int scan = 0; scan <= p * 7 % 5; ++scan) {
            c.labels.push_back(p % 3 == 0 && scan % 4 != 3 ? 1 : 0);
            c.patients.push_back("patient " + std::to_string(p));
        }
    return c;
}
extent ill(const std::vector<extent>& part, const std::vector<std::int32_t>& labels) {
    extent count = 0;
    for (const extent i : part) count += labels[static_cast<std::size_t>(i)];
    return count;
}
void check_each_once(std::vector<std::vector<extent>> parts, std::size_t count) {
    std::vector<extent> all;
    for (const auto& part : parts) {
        CHECK(std::is_sorted(part.begin(), part.end()));
        all.insert(all.end(), part.begin(), part.end());
    }
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == count);
    for (std::size_t i = 0; i < count; ++i) CHECK(all[i] == static_cast<extent>(i));
}

}  // namespace

TEST_CASE("a split by patient has each scan once, no patient twice, and classes near their shares") {
    const cohort c = make_cohort(90);
    const auto n = static_cast<double>(c.labels.size());
    std::set<std::vector<extent>> tests;
    for (std::uint64_t start = 0; start < 20; ++start) {
        const auto parts = grouped_split(c.labels, c.patients, seed{start}, 0.2, 0.1);
        REQUIRE(parts);
        check_each_once({parts->train, parts->validation, parts->test}, c.labels.size());
        CHECK_FALSE(check_split(*parts, c.patients));
        const double share =
            static_cast<double>(ill(parts->train, c.labels)) / static_cast<double>(parts->train.size());
        for (const auto& [part, wanted] : {std::pair{&parts->validation, 0.2}, std::pair{&parts->test, 0.1}}) {
            const auto size = static_cast<double>(part->size());
            CHECK(size / n == doctest::Approx(wanted).epsilon(0.12));
            CHECK(static_cast<double>(ill(*part, c.labels)) / size == doctest::Approx(share).epsilon(0.25));
        }
        CHECK(grouped_split(c.labels, c.patients, seed{start}, 0.2, 0.1)->test == parts->test);
        tests.insert(parts->test);
    }
    CHECK(tests.size() > 15);
}

TEST_CASE("folds by patient cover everything and leave each patient in one") {
    const cohort c = make_cohort(60);
    const auto folds = grouped_folds(c.labels, c.patients, 5, seed{3});
    REQUIRE(folds);
    REQUIRE(folds->size() == 5);
    check_each_once(*folds, c.labels.size());
    CHECK_FALSE(check_folds(*folds, c.patients));
    for (const auto& fold : *folds)
        CHECK(static_cast<double>(fold.size()) ==
              doctest::Approx(static_cast<double>(c.labels.size()) / 5).epsilon(0.12));
    for (std::size_t out = 0; out < 5; ++out) {
        const split_indices round = leave_out(*folds, out), chosen = leave_out(*folds, out, true);
        check_each_once({round.train, round.test}, c.labels.size());
        CHECK(round.test == (*folds)[out]);
        CHECK(round.validation.empty());
        CHECK(chosen.validation == (*folds)[(out + 1) % 5]);
        check_each_once({chosen.train, chosen.validation, chosen.test}, c.labels.size());
        CHECK_FALSE(check_split(chosen, c.patients));
    }
}

TEST_CASE("the order of the samples does not decide where a patient goes") {
    const cohort c = make_cohort(30);
    cohort turned;
    for (std::size_t i = c.labels.size(); i-- > 0;) {
        turned.labels.push_back(c.labels[i]);
        turned.patients.push_back(c.patients[i]);
    }
    const auto patients_of = [](const cohort& of, const std::vector<extent>& part) {
        std::set<std::string> all;
        for (const extent i : part) all.insert(of.patients[static_cast<std::size_t>(i)]);
        return all;
    };
    const auto one = grouped_split(c.labels, c.patients, seed{1}),
               two = grouped_split(turned.labels, turned.patients, seed{1});
    REQUIRE(one);
    REQUIRE(two);
    CHECK(patients_of(c, one->test) == patients_of(turned, two->test));
}

TEST_CASE("folds of single samples differ by at most one in each class") {
    std::vector<std::int32_t> labels;
    for (int i = 0; i < 103; ++i) labels.push_back(i % 10 == 0 ? 2 : i % 3 == 0 ? 1 : 0);
    const auto folds = stratified_folds(labels, 4, seed{9});
    REQUIRE(folds);
    check_each_once(*folds, labels.size());
    for (std::int32_t label = 0; label < 3; ++label) {
        std::vector<extent> counts;
        for (const auto& fold : *folds) {
            counts.push_back(0);
            for (const extent i : fold) counts.back() += labels[static_cast<std::size_t>(i)] == label;
        }
        CHECK(*std::max_element(counts.begin(), counts.end()) - *std::min_element(counts.begin(), counts.end()) <= 1);
    }
    CHECK(*stratified_folds(labels, 4, seed{9}) == *folds);
    CHECK(*stratified_folds(labels, 4, seed{10}) != *folds);
}

TEST_CASE("as many patients as parts: one each") {
    const std::vector<std::int32_t> labels{0, 0, 0, 1, 1, 0};
    const std::vector<std::string> patients{"a", "a", "a", "a", "b", "c"};
    const auto parts = grouped_split(labels, patients, seed{1});
    REQUIRE(parts);
    CHECK_FALSE(parts->train.empty());
    CHECK_FALSE(parts->validation.empty());
    CHECK_FALSE(parts->test.empty());
    CHECK(grouped_split(labels, patients, seed{1}, 0.5, 0)->test.empty());
    CHECK(grouped_folds(labels, patients, 3, seed{1}));
}

TEST_CASE("what cannot be split is refused") {
    const std::vector<std::int32_t> labels{0, 1, 0, 1};
    const std::vector<std::string> two{"a", "a", "b", "b"};
    CHECK(grouped_split(labels, two, seed{1}).error().message() ==
          "2 groups cannot be dealt to 3 parts; a group is never cut");
    CHECK(grouped_folds(labels, two, 3, seed{1}).error().kind() == error_kind::invalid_argument);
    CHECK(grouped_folds(labels, two, 1, seed{1}).error().kind() == error_kind::invalid_argument);
    CHECK(stratified_folds(labels, 5, seed{1}).error().kind() == error_kind::invalid_argument);
    CHECK(grouped_split(labels, {"a"}, seed{1}).error().kind() == error_kind::shape_mismatch);
    CHECK(grouped_split({0, -1}, {"a", "b"}, seed{1}, 0.5, 0).error().kind() == error_kind::invalid_argument);
    for (const double wrong : {-0.1, 1.0, std::numeric_limits<double>::quiet_NaN()})
        CHECK(grouped_split(labels, two, seed{1}, wrong, 0).error().kind() == error_kind::invalid_argument);
}

TEST_CASE("folds from elsewhere with a patient in two of them are refused with his name") {
    const std::vector<std::string> patients{"anna", "bert", "anna", "carl"};
    CHECK_FALSE(check_folds({{0, 2}, {1}, {3}}, patients));
    CHECK(check_folds({{0, 1}, {2}, {3}}, patients).message() == "the group 'anna' is in the folds 0 and 1");
    CHECK(check_split({{1}, {0}, {2, 3}}, patients).message() == "the group 'anna' is in the folds 1 and 2");
    CHECK(check_folds({{0, 4}}, patients).kind() == error_kind::shape_mismatch);
    CHECK(check_folds({{-1}}, patients).kind() == error_kind::shape_mismatch);
}

TEST_CASE("a listing with groups is split by them") {
    class_listing all{.class_names = {"a", "b"}, .files = {}, .labels = {}, .groups = {}};
    for (int i = 0; i < 60; ++i) {
        all.files.push_back(std::to_string(i));
        all.labels.push_back(i % 2);
        all.groups.push_back(std::to_string(i / 4));
    }
    const auto parts = split_listing(all, seed{1});
    REQUIRE(parts);
    CHECK(parts->train.size() + parts->validation.size() + parts->test.size() == 60);
    std::set<std::string> seen;
    for (const class_listing* part : {&parts->train, &parts->validation, &parts->test}) {
        CHECK(part->groups.size() == part->files.size());
        CHECK(part->size() >= 8);
        for (const std::string& group : std::set<std::string>(part->groups.begin(), part->groups.end()))
            CHECK(seen.insert(group).second);
    }
}
