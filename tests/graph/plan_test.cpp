// SPDX-License-Identifier: MIT
/// \file
/// Engines and training passes compute what a naive executor does, in networks where values share memory: slices of
/// concatenations, results in place, flattened values, borders; for batches of 1, 3 and 7.
#include "agrees.hpp"

using namespace ctnn;

namespace {

using ctnn::tanh;  // not the C library's
using naive::agrees;

TEST_CASE("branches, slices and additions that share memory") {
    agrees<network<
        shape<7, 9, 3>, conv<4, 3, same>, concat<identity, chain<conv<5, 1>, relu>, max_pool<3, stride<1>, padding<1>>>,
        residual<conv<13, 3, same>, batch_norm<>, relu>, sum<conv<6, 1>, chain<conv<6, 3, same>, tanh>, conv<6, 1>>,
        avg_pool<2, same>, leaky_relu<>, flatten, dense<5>, softmax>>();
}

template <extent Channels, extent... Deeper>
struct level;
template <extent Bottom>
struct level<Bottom> : chain<conv<Bottom, 3, same>, relu> {};
template <extent Channels, extent Next, extent... Deeper>
struct level<Channels, Next, Deeper...>
    : chain<conv<Channels, 3, same>, relu, concat<chain<max_pool<>, level<Next, Deeper...>, upsample<2>>, identity>,
            conv<Channels, 3, same>, relu> {};

TEST_CASE("a U-Net whose levels nest") { agrees<network<shape<16, 8, 1>, level<3, 5, 6, 7>, conv<1, 1>, sigmoid>>(); }

struct dense_layer
    : concat<identity, chain<batch_norm<>, relu, conv<8, 1, no_bias>, batch_norm<>, relu, conv<3, 3, same, no_bias>>> {
};

TEST_CASE("a dense block whose slices nest") {
    agrees<
        network<shape<9, 8, 2>, conv<4, 3, stride<2>, padding<1>, no_bias>, batch_norm<>, relu, repeat<3, dense_layer>,
                avg_pool<>, repeat<2, dense_layer>, batch_norm<>, relu, global_avg_pool, dense<4>, softmax>>();
}

TEST_CASE("one value in several places of a concatenation, which is flattened") {
    agrees<network<shape<4, 5, 2>, concat<identity, relu, identity, concat<tanh, identity>>, flatten, dense<6>,
                   reshape<3, 2>, sigmoid>>();
}

TEST_CASE("a flattened value that others still read") {
    agrees<network<shape<4, 4, 3>, conv<2, 3, same>,
                   sum<chain<flatten, dense<32>, reshape<4, 4, 2>>, chain<relu, identity>>, conv<2, 3, same>>>();
}

TEST_CASE("borders of different widths around one value") {
    agrees<network<
        shape<8, 7, 2>, relu,
        sum<conv<3, 3, same>, conv<3, 5, same>, conv<3, kernel<1, 7>, same>, conv<3, 3, dilation<2>, padding<2>>>,
        concat<conv<2, 3, stride<2>, same>, max_pool<2, same>, avg_pool<3, stride<2>, padding<1>>>>>();
}

TEST_CASE("transposed convolutions beside convolutions, whose borders are those of the other's gradients") {
    agrees<network<shape<4, 3, 5>, concat<conv_transpose<4, 4, stride<2>, padding<1>>, upsample<2>>, batch_norm<>, relu,
                   sum<conv_transpose<3, 3, dilation<2>, padding<2>>, conv<3, 5, same>, separable_conv<3, 3, same>>,
                   max_pool<>, conv_transpose<2, 3, stride<2>>>>();
}

TEST_CASE("gates of values that share memory") {
    agrees<network<shape<6, 5, 3>, concat<scale_by<conv<1, 1>>, identity, scale_by<identity>>, conv<9, 3, same>, relu,
                   residual<scale_by<conv<9, 1>, sigmoid>>, scale_by<flatten, dense<9>>, max_pool<>,
                   scale_by<global_avg_pool, dense<1>, tanh>>>();
}

TEST_CASE("volumes and sequences go through the same plan") {
    agrees<network<shape<5, 4, 6, 2>, conv<3, 3, same>, batch_norm<>, relu, max_pool<2>,
                   concat<identity, conv<2, kernel<1, 2, 3>, same>>, upsample<2>, global_max_pool, dense<2>>>();
    agrees<network<shape<20, 3>, conv<6, 5>, relu, max_pool<>, residual<conv<6, 3, same, groups<3>>, tanh>, dense<4>,
                   leaky_relu<0.2>, flatten, dense<3>>>();
}

TEST_CASE("networks of one layer, and of none") {
    agrees<network<shape<3, 3, 1>>>(false);
    agrees<network<shape<5>, identity>>(false);
    agrees<network<shape<5>, relu>>();
    agrees<network<shape<4>, dropout<0.5>>>(false);
    agrees<network<shape<2, 3>, flatten>>(false);
}

TEST_CASE("a batch norm that cannot be folded runs by itself, one that can is folded") {
    using unfolded = network<shape<6, 6, 3>, batch_norm<>, relu, conv<4>, relu, batch_norm<>>;
    using folded = network<shape<6, 6, 3>, conv<4, no_bias>, batch_norm<>, relu, conv<5>, batch_norm<>>;
    static_assert(detail::inference_plan<unfolded>::rows == 5);
    static_assert(detail::inference_plan<folded>::rows == 3);
    agrees<unfolded>(false);
    agrees<folded>(false);
}

}  // namespace
