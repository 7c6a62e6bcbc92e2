// SPDX-License-Identifier: MIT
/// \file
/// The summary, letter by letter.
#include <doctest/doctest.h>

#include <ctnn/ctnn.hpp>

using namespace ctnn;

namespace {

using net = network<shape<28, 28, 1>, conv<16, 3, same>, relu, max_pool<>, residual<conv<16, 3, same>, batch_norm<>>,
                    flatten, dropout<0.5>, dense<1000>, relu, dense<10>, softmax>;

TEST_CASE("the summary shows layers, shapes, parameters, multiply-adds, bytes and receptive fields") {
    const std::string expected =
        "layer            output                   parameters    multiply-adds          bytes        sees  algorithm\n"
        "-----------------------------------------------------------------------------------------------------------\n"
        "input            28 x 28 x 1                       0                0          3,136         1x1  -\n"
        "conv             28 x 28 x 16                    160          112,896         50,176         3x3  direct\n"
        "relu             28 x 28 x 16                      0                0         50,176         3x3  -\n"
        "max_pool         14 x 14 x 16                      0                0         12,544         4x4  -\n"
        "conv             14 x 14 x 16                  2,320          451,584         12,544         8x8  winograd4\n"
        "batch_norm       14 x 14 x 16                     32                0         12,544         8x8  -\n"
        "add              14 x 14 x 16                      0                0         12,544         8x8  -\n"
        "flatten          3136                              0                0         12,544       28x28  -\n"
        "dropout          3136                              0                0         12,544       28x28  -\n"
        "dense            1000                      3,137,000        3,136,000          4,000       28x28  direct\n"
        "relu             1000                              0                0          4,000       28x28  -\n"
        "dense            10                           10,010           10,000             40       28x28  direct\n"
        "softmax          10                                0                0             40       28x28  -\n"
        "-----------------------------------------------------------------------------------------------------------\n"
        "parameters 3,149,522, multiply-adds 3,710,480, workspace 107,264 bytes, engine 12,857,344 bytes\n";
    CHECK(summary<net>() == expected);
}

TEST_CASE("a vector sees nothing around it, a volume along three axes") {
    CHECK(summary<network<shape<4>, dense<2>>>().find("8           -  direct\n") != std::string::npos);
    CHECK(summary<network<shape<8, 8, 8, 1>, conv<2>>>().find("3x3x3") != std::string::npos);
    // Of four taps whose positions lie a stride of two apart, an output sees two: two windows of two.
    using doubled = network<shape<20, 1>, max_pool<>, conv_transpose<2, 4, stride<2>, padding<1>>>;
    static_assert(receptive_field_of<doubled>.size[2] == 4 && receptive_field_of<doubled>.step[2] == 1);
}

}  // namespace
