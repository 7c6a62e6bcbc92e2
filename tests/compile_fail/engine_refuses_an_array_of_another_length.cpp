// expect: deleted.*63
// expect: = delete;  // as many numbers as the shape has
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<8, 8, 1>, nn::conv<2>>;
#ifdef CTNN_CORRECT
auto run(nn::engine<net>& engine, const std::array<float, 64>& image) { return engine(image); }
#else
auto run(nn::engine<net>& engine, const std::array<float, 63>& image) { return engine(image); }
#endif
