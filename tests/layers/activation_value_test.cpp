// SPDX-License-Identifier: MIT
/// \file
/// Values and slopes of every activation at every kink and far away, against tests/golden/activations.py.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "ctnn/io/npy.hpp"
#include "ctnn/layers/layers.hpp"

namespace nn = ctnn;

namespace {

using nn::extent;

struct golden_table {
    std::vector<double> numbers;
    std::size_t columns = 0, next = 1;  // row 0 holds the inputs

    golden_table() {
        const std::string here = __FILE__;
        const auto file = nn::read_npy(here.substr(0, here.rfind("layers/")) + "golden/activations.npy");
        INFO(file.error().message());
        REQUIRE(file.has_value());
        numbers = file->as<double>();
        columns = static_cast<std::size_t>(file->shape[1]);
    }
    [[nodiscard]] double at(std::size_t row, std::size_t column) const { return numbers[row * columns + column]; }

    template <class Layer, class T>
    void compare_scalar(double tolerance) {
        const auto count = static_cast<extent>(columns);
        const nn::dims shape = nn::make_dims(count);
        const nn::operation op = Layer::lower(shape).what;
        std::vector<T> x, y(columns), dy(columns, 1), dx(columns);
        for (std::size_t i = 0; i < columns; ++i) x.push_back(static_cast<T>(at(0, i)));
        const auto view = [&](std::vector<T>& of) { return nn::batch_view<T>::dense(of.data(), shape, 1); };
        Layer::template forward<T>({.op = op, .x = view(x), .other = {}, .y = view(y)});
        Layer::template backward<T>(
            {.op = op, .x = view(x), .other = {}, .y = view(y), .dy = view(dy), .dx = view(dx)});
        const auto near = [&](T found, double expected) {
            return std::abs(static_cast<double>(found) - expected) <= tolerance * std::max(1.0, std::abs(expected));
        };
        for (std::size_t i = 0; i < columns; ++i) {
            CAPTURE(at(0, i));
            CHECK_MESSAGE(near(y[i], at(next, i)), std::string(op.layer), ": ", y[i], ", expected ", at(next, i));
            CHECK_MESSAGE(near(dx[i], at(next + 1, i)), "slope of ", std::string(op.layer), ": ", dx[i], ", expected ",
                          at(next + 1, i));
        }
    }
    template <class Layer>
    void compare() {
        compare_scalar<Layer, float>(3e-7);
        compare_scalar<Layer, double>(1e-14);
        next += 2;
    }
};

}  // namespace

TEST_CASE("values and slopes of activations are PyTorch's, at kinks and far away") {
    golden_table table;
    table.compare<nn::elu<>>();
    table.compare<nn::elu<0.3>>();
    table.compare<nn::selu>();
    table.compare<nn::celu<>>();
    table.compare<nn::celu<0.5>>();
    table.compare<nn::gelu>();
    table.compare<nn::gelu_tanh>();
    table.compare<nn::silu>();
    table.compare<nn::mish>();
    table.compare<nn::softplus<>>();
    table.compare<nn::softplus<2.0, 3.0>>();
    table.compare<nn::softsign>();
    table.compare<nn::hard_sigmoid>();
    table.compare<nn::hard_swish>();
    table.compare<nn::hard_tanh<>>();
    table.compare<nn::hard_tanh<-0.5, 2.0>>();
    table.compare<nn::relu6>();
    CHECK(table.next * table.columns == table.numbers.size());
}
