// SPDX-License-Identifier: MIT
/// \file
/// The main function of every test executable.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

// clang's runtime of OpenMP keeps memory of its threads until the program has ended, which the leak sanitizer reports.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libomp.so\n"; }
