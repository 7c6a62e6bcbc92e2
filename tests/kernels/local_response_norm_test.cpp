// SPDX-License-Identifier: MIT
/// \file
/// Local response normalization against its naive twin, and the layer.
#include "ctnn/layers/local_response_norm.hpp"
#include "ctnn/kernels/reference_local_response_norm.hpp"
#include "norm_run.hpp"

using namespace ctnn;
using test::padded_batch;
using test::placement;

namespace {

template <class T, class Layer>
void compare(dims in, extent samples, placement kind) {
    CAPTURE(in.channels());
    test::norm_run<T, Layer> run(in);
    const operation& op = run.op;
    const kernels::response_rule rule{op.groups, op.alpha, op.beta, op.epsilon};
    padded_batch<T> x(in, samples, kind), y(in, samples, kind), dy(in, samples, kind), dx(in, samples, kind);
    padded_batch<T> twin(in, samples, placement::dense);
    x.fill(1, false).each([](T& value, extent) { value *= 3; });
    dy.fill(2, false);
    const double tolerance = sizeof(T) == 4 ? 2e-6 : 1e-14;
    run.forward(x.read(), y.view(), 1);
    kernels::reference::local_response_forward(x.read(), twin.view(), rule);
    CHECK(test::distance(y.values(), twin.values()) < tolerance);
    run.backward(x.read(), dy.read(), dx.view(), 1);
    kernels::reference::local_response_backward(x.read(), dy.read(), twin.view(), rule);
    CHECK(test::distance(dx.values(), twin.values()) < tolerance);

    const std::vector<T> gradient = dx.values(), output = y.values();
    y.assign(x.values());
    run.forward(y.read(), y.view(), 3);
    CHECK(y.values() == output);
    dx.assign(dy.values());
    run.backward(x.read(), dx.read(), dx.view(), 3);
    CHECK(dx.values() == gradient);
    CHECK(y.guards_intact());
    CHECK(dx.guards_intact());
}

}  // namespace

TEST_CASE_TEMPLATE("local response norm equals its naive twin at every remainder of channels in every layout", T,
                   float, double) {
    for (const placement kind : test::layouts)
        for (const extent c : {1, 3, 5, 15, 16, 17, 33, 67}) {
            compare<T, local_response_norm<5, alpha<0.5>>>(make_dims(3, 5, c), 2, kind);
            compare<T, local_response_norm<4, alpha<2.0>, beta<0.6>, additive<0.5>>>(make_dims(3, 3, c), 2, kind);
        }
}

TEST_CASE("local response norm equals its naive twin in every rank, for windows of one and of more than all channels") {
    compare<float, local_response_norm<1, alpha<0.5>, beta<0.5>>>(make_dims(23), 70, placement::dense);
    compare<float, local_response_norm<40, alpha<3.0>, beta<1.0>>>(make_dims(65, 7), 3, placement::slice);
    compare<float, local_response_norm<3>>(make_dims(3, 7, 9, 17), 2, placement::bordered);
    compare<float, local_response_norm<5, alpha<1.0>>>(make_dims(31, 37, 33), 2, placement::dense);
}

TEST_CASE("local response norm shows a NaN to the neighbors of its channel alone") {
    test::with_nan<local_response_norm<3>>(make_dims(2, 9), 9 + 4, [](const std::vector<float>& y) {
        for (std::size_t i = 0; i < y.size(); ++i) CHECK((y[i] != y[i]) == (i >= 9 + 3 && i <= 9 + 5));
    });
}

TEST_CASE("local response norm passes the finite-difference check") {
    test::check_gradients<local_response_norm<5, alpha<0.7>>>(make_dims(2, 2, 7), 2, placement::bordered, 1, true);
    test::check_gradients<local_response_norm<2, alpha<0.7>, beta<1.3>>>(make_dims(3, 5), 2, placement::slice);
}

TEST_CASE("local response norm reads its options and refuses others") {
    constexpr operation usual = local_response_norm<5>::lower(make_dims(4)).what;
    static_assert(usual.alpha == 1e-4 && usual.beta == 0.75 && usual.epsilon == 1);
    static_assert(local_response_norm<0>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(local_response_norm<5, additive<0.0>>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(local_response_norm<5, alpha<-1.0>>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(local_response_norm<5, epsilon<1e-3>>::lower(make_dims(4)).why == refusal::option_not_taken);
}
