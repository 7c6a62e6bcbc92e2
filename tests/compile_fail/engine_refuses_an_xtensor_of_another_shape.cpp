// expect: deleted.*shape<28, 28, 3>
// expect: = delete;  // the same shape
// SPDX-License-Identifier: MIT
#define CTNN_WITH_XTENSOR
#include <ctnn/ctnn.hpp>
#include <ctnn/xtensor.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<28, 28, 1>, nn::conv<2>>;
#ifdef CTNN_CORRECT
using image = xt::xtensor_fixed<float, xt::xshape<28, 28, 1>>;
#else
using image = xt::xtensor_fixed<float, xt::xshape<28, 28, 3>>;
#endif
auto run(nn::engine<net>& engine, const image& x) { return engine(nn::as_view(x)); }
