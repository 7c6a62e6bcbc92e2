// SPDX-License-Identifier: MIT
/// \file
/// The arithmetic of windows: sizes as PyTorch states them, same padding as TensorFlow places it, borders of gradients.
#include <doctest/doctest.h>
#include <ctnn/core/window.hpp>

#include <initializer_list>

using namespace ctnn;

namespace {

template <auto... Options>
constexpr placed_window place(dims in, extent kernel = 3, extent stride = 1) {
    return place_window(read_options<Options...>(), in, kernel, stride);
}

TEST_CASE("sizes follow PyTorch's formula") {
    CHECK(place<>(make_dims(150, 150, 3)).out == make_dims(148, 148, 3));
    CHECK((place<7, stride<2>, padding<3>>(make_dims(224, 224, 3)).out == make_dims(112, 112, 3)));
    CHECK((place<3, dilation<2>>(make_dims(32, 8)).out == make_dims(28, 8)));
    CHECK((place<kernel<1, 3, 5>, stride<1, 2, 3>>(make_dims(9, 9, 9, 2)).out == make_dims(9, 4, 2, 2)));
    CHECK((place<kernel<3, 5>, padding<0, 2>>(make_dims(10, 12, 1)).out == make_dims(8, 12, 1)));
}

TEST_CASE("a pool's stride is its window unless another is given, and an incomplete window is dropped") {
    CHECK(place<>(make_dims(7, 7, 4), 2, 0).out == make_dims(3, 3, 4));
    CHECK((place<3, stride<1>>(make_dims(7, 7, 4), 2, 0).out == make_dims(5, 5, 4)));
    CHECK(place<>(make_dims(7, 7, 4), 2, 0).window.stride[2] == 2);
}

TEST_CASE("same gives ceil(input / stride) positions and puts an odd zero behind") {
    for (const extent size : {5, 6, 7, 8, 9, 10}) {
        const placed_window p = place<2, same>(make_dims(size, 1));
        CHECK(p.out.width() == size);
        CHECK(p.window.before[2] == 0);
        CHECK(p.window.after[2] == 1);
        const placed_window q = place<3, same, stride<2>>(make_dims(size, 1));
        CHECK(q.out.width() == (size + 1) / 2);
        CHECK(q.window.before[2] == (size % 2 == 0 ? 0 : 1));
        CHECK(q.window.after[2] == 1);
        const placed_window r = place<5, same, dilation<2>>(make_dims(size, 1));
        CHECK(r.out.width() == size);
        CHECK(r.window.before[2] == 4);
        CHECK(r.window.after[2] == 4);
    }
    CHECK((place<1, same, stride<3>>(make_dims(10, 1)).window.after[2] == 0));
}

TEST_CASE("axes that the input lacks have no window") {
    const placed_window p = place<5, stride<2>, padding<1>>(make_dims(20, 3));
    for (int a = 0; a < 2; ++a) {
        CHECK(p.window.kernel[a] == 1);
        CHECK(p.window.stride[a] == 1);
        CHECK(p.window.before[a] == 0);
        CHECK(p.out.axis[a] == 1);
    }
    CHECK(tap_count(p.window) == 5);
}

TEST_CASE("what does not fit is refused") {
    CHECK(place<>(make_dims(10)).why == refusal::needs_positions);
    CHECK((place<5>(make_dims(4, 4, 1)).why == refusal::window_exceeds_input));
    CHECK((place<5, padding<1>>(make_dims(4, 4, 1)).why == refusal::none));
    CHECK((place<3, dilation<2>>(make_dims(4, 1)).why == refusal::window_exceeds_input));
    CHECK((place<kernel<3, 3>>(make_dims(9, 9, 9, 1)).why == refusal::axes_differ));
    CHECK((place<3, stride<1, 1, 1, 1>>(make_dims(9, 9, 9, 1)).why == refusal::axes_differ));
    CHECK((place<3, stride<>>(make_dims(9, 1)).why == refusal::axes_differ));
    CHECK((place<0>(make_dims(9, 1)).why == refusal::number_out_of_range));
    CHECK((place<3, stride<0>>(make_dims(9, 1)).why == refusal::number_out_of_range));
    CHECK((place<3, padding<-1>>(make_dims(9, 1)).why == refusal::number_out_of_range));
}

// Which outputs an input reaches, by trying all taps.
bool reaches(const window& w, extent input, extent output) {
    for (extent k = 0; k < w.kernel[2]; ++k)
        if (output * w.stride[2] - w.before[2] + k * w.dilation[2] == input) return true;
    return false;
}

TEST_CASE("the border of a gradient holds every output that an input would reach, and no more than a stride needs") {
    for (extent size = 3; size < 14; ++size)
        for (extent k = 1; k <= 5; ++k)
            for (extent s = 1; s <= 4; ++s)
                for (extent d = 1; d <= 3; ++d)
                    for (extent pad = 0; pad <= 2; ++pad) {
                        layer_options o;
                        o.kernel = {{k, 1, 1}, 1};
                        o.stride = {{s, 1, 1}, 1};
                        o.dilation = {{d, 1, 1}, 1};
                        o.padding = {{pad, 1, 1}, 1};
                        const placed_window p = place_window(o, make_dims(size, 1), 3, 1);
                        if (p.why != refusal::none) continue;
                        const border b = gradient_border(p.window, make_dims(size, 1), p.out, 2);
                        extent first = 0, last = p.out.width() - 1;
                        for (extent i = 0; i < size; ++i)
                            for (extent out = -40; out < 40; ++out)
                                if (reaches(p.window, i, out)) {
                                    if (out < first) first = out;
                                    if (out > last) last = out;
                                }
                        CHECK(b.before >= -first);
                        CHECK(b.after >= last - (p.out.width() - 1));
                        CHECK(b.before <= (k - 1) * d);
                    }
}

}  // namespace
