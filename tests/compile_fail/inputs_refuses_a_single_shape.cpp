// expect: ctnn: inputs lists the shapes of two inputs or more; spell the shape of a single one alone
// SPDX-License-Identifier: MIT
#include <ctnn/ctnn.hpp>
namespace nn = ctnn;

#ifdef CTNN_CORRECT
nn::network<nn::shape<5>, nn::dense<4>> instance;
#else
nn::network<nn::inputs<nn::shape<5>>, nn::each_input<nn::dense<4>>> instance;
#endif
