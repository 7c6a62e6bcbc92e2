// SPDX-License-Identifier: MIT
/// \file
/// Each initializer, by its name, begins with the numbers that tests/golden/initializers.py makes of the same random
/// bits and scipy's distributions, in both precisions and wherever the layer stands.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <ctnn/graph/model.hpp>
#include <ctnn/io/npz.hpp>
#include <ctnn/layers/layers.hpp>

namespace initializer_test {
namespace nn = ctnn;

std::vector<double> golden(const std::string& name) {
    static const auto file = [] {
        const std::string here = __FILE__;
        return nn::read_npz(here.substr(0, here.rfind("graph/")) + "golden/initializers.npz");
    }();
    REQUIRE(file);
    const auto found = file->read(name);
    REQUIRE(found);
    return found->as<double>();
}

/// The worst difference of a weight from what it should be, over the largest of them.
template <class T, auto Start>
double difference(const char* name) {
    using net = nn::network<nn::shape<8, 8, 5>, nn::conv<7, 3, Start>>;
    const nn::model<net, T> m{nn::seed{0x123456789ABCDEF}};
    const std::vector<double> expected = golden(name);
    REQUIRE(expected.size() == 315);
    double furthest = 0, largest = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        furthest = std::fmax(furthest, std::fabs(static_cast<double>(m.parameters()[i]) - expected[i]));
        largest = std::fmax(largest, std::fabs(expected[i]));
    }
    return largest == 0 ? furthest : furthest / largest;
}
template <auto Start>
void check(const char* name, double tolerance) {
    CAPTURE(name);
    CHECK(difference<double, Start>(name) < tolerance);
    CHECK(difference<float, Start>(name) < 1.2e-7 + tolerance);
}

TEST_CASE("weights begin with the golden numbers of their initializer") {
    constexpr double uniform = 1e-15, normal = 2e-7;  // the normal quantile has 7 digits
    check<nn::glorot_uniform>("glorot_uniform", uniform);
    check<nn::he_uniform>("he_uniform", uniform);
    check<nn::lecun_uniform>("lecun_uniform", uniform);
    check<nn::glorot_normal>("glorot_normal", normal);
    check<nn::he_normal>("he_normal", normal);
    check<nn::lecun_normal>("lecun_normal", normal);
    check<nn::random_normal<0.03>>("random_normal", normal);
    check<nn::truncated_normal<0.03>>("truncated_normal", normal);
    check<nn::orthogonal<1.5>>("orthogonal", 1e-6);
    check<nn::zeros>("zeros", 1e-30);
}

TEST_CASE("a second weight of the same shape begins otherwise, and the same seed the same") {
    using net = nn::network<nn::shape<6>, nn::dense<6, nn::he_normal>, nn::dense<6, nn::he_normal>>;
    const nn::model<net> one{nn::seed{3}}, again{nn::seed{3}}, other{nn::seed{4}};
    int equal = 0, repeated = 0;
    for (std::size_t i = 0; i < 36; ++i) {
        equal += one.parameters()[i] == one.parameters()[i + 42];
        CHECK(one.parameters()[i] == again.parameters()[i]);
        repeated += one.parameters()[i] == other.parameters()[i];
    }
    CHECK(equal == 0);
    CHECK(repeated == 0);
}

}  // namespace initializer_test
