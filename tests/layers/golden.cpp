// SPDX-License-Identifier: MIT
/// \file
/// The comparison with golden data: what does not depend on the network.
#include "golden.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <span>

#include "ctnn/io/npy.hpp"

namespace golden {

namespace {

std::vector<double> read(const std::string& name) {
    const std::string here = __FILE__;
    const auto file = ctnn::read_npy(here.substr(0, here.rfind("layers/")) + "golden/layers/" + name + ".npy");
    INFO(file.error().message());
    REQUIRE(file.has_value());
    return file->as<double>();
}

// A part of the golden file, taken in order.
class parts {
public:
    explicit parts(std::vector<double> all) : all_(std::move(all)) {}
    std::vector<double> next(std::size_t count) {
        REQUIRE(next_ + count <= all_.size());
        next_ += count;
        return {all_.begin() + static_cast<extent>(next_ - count), all_.begin() + static_cast<extent>(next_)};
    }
    [[nodiscard]] bool finished() const { return next_ == all_.size(); }

private:
    std::vector<double> all_;
    std::size_t next_ = 0;
};

double largest_of(const std::vector<double>& values) {
    double largest = 0;
    for (const double value : values) largest = std::max(largest, std::abs(value));
    return largest;
}

// One check a tensor, with the worst element in its message. Errors are compared with the largest value of all results
// of a kind, because a sum whose terms cancel keeps the rounding of its terms.
struct comparison {
    std::string prefix;
    double tolerance;

    void operator()(const std::string& what, std::span<const double> found, std::span<const double> expected,
                    double largest) const {
        REQUIRE(found.size() == expected.size());
        const double allowed = tolerance * std::max(largest, 0.05);
        double worst = -1;
        std::size_t at = 0, wrong = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            const double error =
                std::isfinite(found[i]) ? std::abs(found[i] - expected[i]) : static_cast<double>(INFINITY);
            wrong += error > allowed;
            if (error > worst) {
                worst = error;
                at = i;
            }
        }
        CHECK_MESSAGE(wrong == 0, prefix, what, ": ", wrong, " of ", found.size(),
                      " elements differ; the worst is element ", at, ": found ", found[at], ", expected ", expected[at],
                      ", largest ", largest);
    }
    void operator()(const std::string& what, const std::vector<double>& found,
                    const std::vector<double>& expected) const {
        (*this)(what, found, expected, largest_of(expected));
    }
    /// Tensor by tensor, those that are learned or those that are not.
    void operator()(const std::string& what, const std::vector<double>& found, const std::vector<double>& expected,
                    const std::vector<ctnn::named_tensor>& tensors, bool learned) const {
        for (const ctnn::named_tensor& t : tensors) {
            if (t.learned != learned) continue;
            const auto part = [&](const std::vector<double>& all) {
                return std::span(all).subspan(static_cast<std::size_t>(t.offset), static_cast<std::size_t>(t.size));
            };
            (*this)(what + t.name, part(found), part(expected), largest_of(expected));
        }
    }
};

}  // namespace

void compare(const std::string& name, const char* scalar, const findings& found,
             const std::vector<ctnn::named_tensor>& tensors, double tolerance) {
    parts golden(read(name));
    const comparison expect_close{name + " (" + scalar + "): ", tolerance};
    const std::vector<double> output = golden.next(found.output.size());
    expect_close("output", found.output, output);
    expect_close("gradient of the input", found.input_gradient, golden.next(found.input_gradient.size()));
    expect_close("gradient of ", found.gradients, golden.next(found.gradients.size()), tensors, true);
    std::vector<double> evaluated = output;
    if (!found.state.empty()) {
        expect_close("", found.state, golden.next(found.state.size()), tensors, false);
        evaluated = golden.next(found.evaluated.size());
    }
    expect_close("evaluation", found.evaluated, evaluated);
    expect_close("engine", found.frozen, evaluated);
    CHECK(golden.finished());
    CHECK_MESSAGE(found.repeatable, expect_close.prefix, "other bits with three threads");
}

}  // namespace golden
