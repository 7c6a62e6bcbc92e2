// SPDX-License-Identifier: MIT
/// \file
/// What including ctnn costs a file that uses nothing of it.
#include <ctnn/ctnn.hpp>

int main() { return 0; }
