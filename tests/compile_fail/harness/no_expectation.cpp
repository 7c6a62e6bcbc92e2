// SPDX-License-Identifier: MIT
// A case without an expectation is a mistake in the tests.
ctnn::shape<0> instance;
