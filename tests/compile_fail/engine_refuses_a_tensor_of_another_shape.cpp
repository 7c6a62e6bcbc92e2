// expect: deleted.*shape<28, 28, 3>
// expect: = delete;  // the same shape
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

using net = nn::network<nn::shape<28, 28, 1>, nn::conv<2>>;
#ifdef CTNN_CORRECT
auto run(nn::engine<net>& engine, const nn::tensor<nn::shape<28, 28, 1>>& image) { return engine(image); }
#else
auto run(nn::engine<net>& engine, const nn::tensor<nn::shape<28, 28, 3>>& image) { return engine(image); }
#endif
