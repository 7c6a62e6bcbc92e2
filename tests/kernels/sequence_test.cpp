// SPDX-License-Identifier: MIT
/// \file
/// Recurrent layers and embeddings against their naive twins: units at every remainder, batches at every tile, strides.
#include <doctest/doctest.h>

#include <limits>

#include "ctnn/kernels/reference_recurrent.hpp"
#include "ctnn/layers/embedding.hpp"
#include "ctnn/layers/gru.hpp"
#include "ctnn/layers/lstm.hpp"
#include "ctnn/layers/rnn.hpp"
#include "finite_difference.hpp"

using namespace ctnn;
using test::padded_batch;
using test::placement;

namespace {

template <class T>
bool near(const std::vector<T>& a, const std::vector<T>& b, double tolerance) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])) <= tolerance)) return false;
    return a.size() == b.size();
}

// Every sequence but the first ends, or begins, with some steps of zeros when `short_ones`.
template <class T>
void shorten(padded_batch<T>& x, bool short_ones) {
    const extent channels = x.view().shape.channels(), steps = x.view().shape.positions();
    x.each([&](T& value, extent i) {
        const extent s = i / channels / steps, t = i / channels % steps;
        if (short_ones && (s % 2 == 0 ? t < s : t >= steps - s)) value = 0;
    });
}

template <class Layer, kernels::cell C, class T>
void compare(const dims& in, extent samples, placement kind, const kernels::reference::reading& how) {
    const operation op = Layer::lower(in).what;
    CAPTURE(op.layer);
    CAPTURE(op.out.channels());
    CAPTURE(samples);
    const kernels::recurrent_layout l = Layer::layout_of(op);
    std::vector<T> parameters(static_cast<std::size_t>(op.parameter_count()));
    for (std::size_t i = 0; i < parameters.size(); ++i)
        parameters[i] = test::random_value<T>(3, static_cast<extent>(i), false) /
                        static_cast<T>(std::sqrt(static_cast<double>(l.inputs + l.units)));
    padded_batch<T> x(in, samples, kind), y(op.out, samples, kind), dy(op.out, samples, kind), dx(in, samples, kind),
        y_twin(op.out, samples, placement::dense), dx_twin(in, samples, placement::dense);
    x.fill(1, false);
    shorten(x, how.masked);
    dy.fill(2, false);
    const dims of_state = make_dims(op.memory_size > 0 ? op.memory_size : 1);  // the one that it begins with
    padded_batch<T> start(of_state, samples, kind), d_start(of_state, samples, kind),
        d_start_twin(of_state, samples, placement::dense);
    start.fill(5, false);
    const bool given = op.memory_size > 0;
    const batch_view<const T> from_start = given ? start.read() : batch_view<const T>{};
    const auto numbers = [](extent count) {
        return std::vector<T>(static_cast<std::size_t>(count), std::numeric_limits<T>::quiet_NaN());
    };
    constexpr extent threads = 2;
    std::vector<T> kept = numbers(samples * round_up(op.kept)), scratch = numbers(op.scratch),
                   thread_scratch = numbers(threads * round_up(op.thread_scratch)), packed = numbers(op.packed),
                   found(parameters.size(), T(0.25));
    const auto forward = [&](T* keep, const T* from) {
        return forward_call<T>{.op = op,
                               .x = x.read(),
                               .other = from_start,
                               .y = y.view(),
                               .parameters = from,
                               .kept = keep,
                               .scratch = scratch.data(),
                               .thread_scratch = thread_scratch.data(),
                               .threads = threads};
    };
    Layer::template pack<T>({op, parameters.data(), nullptr, packed.data()});
    Layer::template infer<T>(forward(nullptr, packed.data()));
    const std::vector<T> frozen = y.values();
    Layer::template forward<T>(forward(kept.data(), parameters.data()));
    CHECK(y.values() == frozen);
    Layer::template backward<T>({.op = op,
                                 .x = x.read(),
                                 .other = from_start,
                                 .y = y.read(),
                                 .dy = dy.read(),
                                 .dx = dx.view(),
                                 .d_other = given ? d_start.view() : batch_view<T>{},
                                 .parameters = parameters.data(),
                                 .gradients = found.data(),
                                 .kept = kept.data(),
                                 .scratch = scratch.data(),
                                 .thread_scratch = thread_scratch.data(),
                                 .threads = threads});
    std::vector<double> twin(parameters.size(), 0.25);
    kernels::reference::recurrent_forward(l, how, parameters.data(), x.read(), y_twin.view(), from_start);
    kernels::reference::recurrent_backward(l, how, parameters.data(), x.read(), dy.read(), dx_twin.view(), twin.data(),
                                           from_start, given ? d_start_twin.view() : batch_view<T>{});
    const double tolerance = sizeof(T) == 4 ? 3e-6 : 1e-13;
    CHECK(near(frozen, y_twin.values(), tolerance));
    CHECK(near(dx.values(), dx_twin.values(), tolerance));
    CHECK(near(std::vector<double>(found.begin(), found.end()), twin, 10 * tolerance));
    CHECK(x.guards_intact());
    CHECK(y.guards_intact());
    CHECK(dx.guards_intact());
    if (given) CHECK(near(d_start.values(), d_start_twin.values(), tolerance));
    CHECK(d_start.guards_intact());

    // A sample alone gives the same bits as in a batch.
    if (how.last_step) return;
    const std::size_t one = y_twin.values().size() / static_cast<std::size_t>(samples);
    for (extent s = 0; s < samples; ++s) {
        forward_call<T> call = forward(nullptr, packed.data());
        call.x.data += s * call.x.sample;
        if (given) call.other.data += s * call.other.sample;
        call.x.count = call.y.count = 1;
        Layer::template infer<T>(call);
        const std::vector<T> alone = y.values();
        CHECK(std::equal(alone.begin(), alone.begin() + static_cast<extent>(one),
                         frozen.begin() + s * static_cast<extent>(one)));
    }
}

template <class T>
void compare_all(placement kind) {
    compare<lstm<1>, kernels::cell::lstm, T>(make_dims(1, 1), 1, kind, {});
    compare<lstm<3, masked>, kernels::cell::lstm, T>(make_dims(6, 2), 5, kind, {.masked = true});
    compare<lstm<17, backwards, pytorch>, kernels::cell::lstm, T>(make_dims(7, 5), 9, kind, {.backwards = true});
    compare<gru<1>, kernels::cell::gru, T>(make_dims(2, 3), 2, kind, {});
    compare<gru<17, keras, masked, backwards>, kernels::cell::gru, T>(make_dims(9, 3), 6, kind,
                                                                      {.backwards = true, .masked = true});
    compare<gru<33, last_step>, kernels::cell::gru, T>(make_dims(5, 9), 3, kind, {.last_step = true});
    compare<rnn<5>, kernels::cell::rnn, T>(make_dims(4, 131), 11, kind, {});
    compare<rnn<17, masked, pytorch, last_step>, kernels::cell::rnn, T>(make_dims(8, 1), 4, kind,
                                                                        {.masked = true, .last_step = true});
}

// Layers that begin with a state, and that hand on all of theirs.
template <class T>
void compare_states(placement kind) {
    compare<lstm<1, from_memory>, kernels::cell::lstm, T>(make_dims(1, 1), 1, kind, {});
    compare<lstm<17, from_memory, last_state, backwards>, kernels::cell::lstm, T>(
        make_dims(5, 3), 9, kind, {.backwards = true, .last_step = true, .cells = true});
    compare<lstm<5, last_state, masked>, kernels::cell::lstm, T>(make_dims(6, 2), 5, kind,
                                                                 {.masked = true, .last_step = true, .cells = true});
    compare<lstm<3, from_memory, masked>, kernels::cell::lstm, T>(make_dims(4, 2), 5, kind, {.masked = true});
    compare<gru<33, from_memory, keras>, kernels::cell::gru, T>(make_dims(4, 2), 7, kind, {});
    compare<rnn<9, from_memory, last_state>, kernels::cell::rnn, T>(make_dims(3, 4), 3, kind, {.last_step = true});
}

template <class T>
void compare_embedding(extent width, placement kind) {
    const dims in = make_dims(12), out = make_dims(12, width);
    padded_batch<T> x(in, 3, placement::dense), y(out, 3, kind), dy(out, 3, kind), y_twin(out, 3, placement::dense);
    x.each([](T& value, extent i) {
        value = i == 5 ? std::numeric_limits<T>::quiet_NaN() : static_cast<T>(i % 9) - T(1.5);
    });
    dy.fill(2, false);
    std::vector<T> table(static_cast<std::size_t>(5 * width)), found(table.size(), T(0.5)), twin = found;
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = test::random_value<T>(4, static_cast<extent>(i), false);
    kernels::embedding_forward<T>(x.read(), y.view(), table.data(), 5, 3, 2);
    kernels::reference::embedding_forward<T>(x.read(), y_twin.view(), table.data(), 5, 3);
    kernels::embedding_backward<T>(x.read(), dy.read(), found.data(), 5, 3, 2);
    kernels::reference::embedding_backward<T>(x.read(), dy.read(), twin.data(), 5, 3);
    CHECK(y.values() == y_twin.values());
    CHECK(found == twin);
    CHECK(y.guards_intact());
}

}  // namespace

TEST_CASE("recurrent layers equal their naive twins at awkward units, steps and batches, in every layout") {
    for (const placement kind : {placement::dense, placement::slice}) {
        compare_all<float>(kind);
        compare_all<double>(kind);
        compare_states<float>(kind);
        compare_states<double>(kind);
    }
    compare<lstm<64, last_step>, kernels::cell::lstm, float>(make_dims(100, 64), 1, placement::dense,
                                                             {.last_step = true});
    compare<lstm<150>, kernels::cell::lstm, float>(make_dims(6, 130), 17, placement::dense, {});
    compare<gru<200>, kernels::cell::gru, float>(make_dims(3, 20), 7, placement::dense, {});
}

TEST_CASE("embedding equals its naive twin at every remainder of its width") {
    for (const extent width : {1, 3, 8, 17, 70}) {
        compare_embedding<float>(width, placement::dense);
        compare_embedding<double>(width, placement::slice);
    }
}

TEST_CASE("recurrent layers pass the finite-difference check, and refuse") {
    test::check_gradients<rnn<3>>(make_dims(4, 2), 2, placement::slice);
    test::check_gradients<rnn<5, pytorch, backwards, last_step>>(make_dims(3, 1), 2, placement::dense);
    test::check_gradients<lstm<3>>(make_dims(4, 2), 3, placement::dense);
    test::check_gradients<lstm<5, keras, backwards, last_step>>(make_dims(3, 1), 2, placement::slice);
    test::check_gradients<gru<3>>(make_dims(4, 2), 3, placement::dense);
    test::check_gradients<gru<5, keras, backwards, last_step>>(make_dims(3, 1), 2, placement::slice);
    static_assert(lstm<4>::lower(make_dims(4)).why == refusal::needs_sequence);
    static_assert(gru<4>::lower(make_dims(4, 4, 1)).why == refusal::needs_sequence);
    static_assert(rnn<0>::lower(make_dims(4, 4)).why == refusal::number_out_of_range);
    static_assert(lstm<4, same>::lower(make_dims(4, 4)).why == refusal::option_not_taken);
    static_assert(lstm<4, keras, pytorch>::lower(make_dims(4, 4)).why == refusal::option_not_taken);
    static_assert(lstm<4, last_step, last_state>::lower(make_dims(4, 4)).why == refusal::option_not_taken);
    static_assert(embedding<4, 4>::lower(make_dims(4, 4)).why == refusal::needs_indices);
    static_assert(embedding<4, 0>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(embedding<4, 4, padding_index<4>>::lower(make_dims(4)).why == refusal::number_out_of_range);
    static_assert(embedding<4, 4, masked>::lower(make_dims(4)).why == refusal::option_not_taken);
    static_assert(lstm<64>::lower(make_dims(100, 64)).what.parameter_count() == 33'024);
    static_assert(lstm<64, pytorch>::lower(make_dims(100, 64)).what.parameter_count() == 33'280);
    static_assert(gru<64>::lower(make_dims(100, 64)).what.parameter_count() == 24'960);
}
