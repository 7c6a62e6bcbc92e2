// SPDX-License-Identifier: MIT
/// \file
/// The activations beyond relu, leaky_relu, sigmoid and tanh against single numbers of the standard library.
#include <doctest/doctest.h>

#include <limits>

#include "activation_problem.hpp"
#include "ctnn/layers/exponential_unit.hpp"
#include "ctnn/layers/gelu.hpp"
#include "ctnn/layers/hard_activation.hpp"
#include "ctnn/layers/mish.hpp"
#include "ctnn/layers/silu.hpp"
#include "ctnn/layers/softplus.hpp"
#include "ctnn/layers/softsign.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::placement;

namespace {

template <class Layer>
void compare_some() {
    test::compare<Layer, float>(make_dims(3, 5, 17), placement::slice);
    test::compare<Layer, float>(make_dims(131), placement::dense);
    test::compare<Layer, double>(make_dims(2, 3, 2, 3), placement::bordered);
}

/// NaN stays, and infinities give the limits.
template <class Layer>
void check_ends(double below, double above) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    test::check_nan<Layer>();
    CHECK(test::value_at<Layer>(-infinity) == below);
    CHECK(test::value_at<Layer>(infinity) == above);
    CHECK(test::value_at<Layer>(static_cast<float>(-infinity)) == static_cast<float>(below));
    CHECK(test::value_at<Layer>(static_cast<float>(infinity)) == static_cast<float>(above));
}

template <class Layer>
bool refuses() {
    return Layer::lower(make_dims(3)).why == refusal::number_out_of_range;
}

}  // namespace

TEST_CASE("every further activation equals the standard library, in every layout, in place and not") {
    test::compare_all<ctnn::gelu>();
    compare_some<elu<>>();
    compare_some<elu<0.3>>();
    compare_some<selu>();
    compare_some<celu<0.5>>();
    compare_some<gelu_tanh>();
    compare_some<silu>();
    compare_some<mish>();
    compare_some<softplus<>>();
    compare_some<softplus<2.0, 3.0>>();
    compare_some<softsign>();
    compare_some<hard_sigmoid>();
    compare_some<hard_swish>();
    compare_some<hard_tanh<>>();
    compare_some<hard_tanh<-2.0, 0.5>>();
    compare_some<relu6>();
}

TEST_CASE("a NaN passes through every further activation, and an infinity gives its limit") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    check_ends<elu<0.25>>(-0.25, infinity);
    check_ends<selu>(-1.7580993408473766, infinity);
    check_ends<celu<0.5>>(-0.5, infinity);
    check_ends<ctnn::gelu>(0, infinity);
    check_ends<gelu_tanh>(0, infinity);
    check_ends<silu>(0, infinity);
    check_ends<mish>(0, infinity);
    check_ends<softplus<>>(0, infinity);
    check_ends<softplus<1.0, 1e20>>(0, infinity);
    check_ends<softsign>(-1, 1);
    check_ends<hard_sigmoid>(0, 1);
    check_ends<hard_swish>(0, infinity);
    check_ends<hard_tanh<-0.5, 2.0>>(-0.5, 2);
    check_ends<relu6>(0, 6);
}

TEST_CASE("every further activation passes the finite-difference check") {
    test::check_gradients<elu<0.7>>(make_dims(3, 4, 5), 2, placement::slice);
    test::check_gradients<selu>(make_dims(37), 2, placement::dense, 1, true);
    test::check_gradients<celu<0.4>>(make_dims(4, 5), 2, placement::bordered);
    test::check_gradients<ctnn::gelu>(make_dims(2, 3, 2, 3), 2, placement::bordered, 1, true);
    test::check_gradients<gelu_tanh>(make_dims(19), 3, placement::slice);
    test::check_gradients<silu>(make_dims(5, 7), 2, placement::dense, 1, true);
    test::check_gradients<mish>(make_dims(3, 4, 5), 2, placement::bordered);
    test::check_gradients<softplus<3.0, 1.0>>(make_dims(23), 2, placement::dense);
    test::check_gradients<softsign>(make_dims(23), 2, placement::slice, 1, true);
    test::check_gradients<hard_sigmoid>(make_dims(23), 2, placement::dense);
    test::check_gradients<hard_swish>(make_dims(23), 2, placement::dense, 1, true);
    test::check_gradients<hard_tanh<-0.4, 0.5>>(make_dims(23), 2, placement::dense);
    test::check_gradients<relu6>(make_dims(23), 2, placement::dense);
}

TEST_CASE("alphas, betas and bounds out of range are refused") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(refuses<elu<-0.5>>());
    CHECK(refuses<elu<infinity>>());
    CHECK(refuses<celu<0.0>>());
    CHECK(refuses<celu<-1.0>>());
    CHECK(refuses<softplus<0.0>>());
    CHECK(refuses<softplus<-1.0>>());
    CHECK(refuses<softplus<1.0, infinity>>());
    CHECK(refuses<hard_tanh<1.0, 1.0>>());
    CHECK(refuses<hard_tanh<2.0, 1.0>>());
    CHECK_FALSE(refuses<elu<0.0>>());
    CHECK_FALSE(refuses<hard_tanh<0.0, 6.0>>());
}
