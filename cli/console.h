// SPDX-License-Identifier: Apache-2.0
#ifndef KHEAP_CLI_CONSOLE_H_
#define KHEAP_CLI_CONSOLE_H_

// Where a command reads and writes, and how it ends.

#include <cstdio>
#include <ostream>

namespace kheap::cli {

struct Console {
  std::FILE* in;
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal;  // whether somebody watches
  // The errno of output that did not arrive though `out` never saw it: a
  // program that runs writes by itself.
  int output_error = 0;
};

// Exit statuses. A memory fault ends a command with the fault's own code, 110
// and up.
enum ExitStatus : int {
  kExitSuccess = 0,
  kExitFailure = 1,  // what was asked for was tried, and failed
  kExitUsage = 2,    // wrong arguments or input
};

}  // namespace kheap::cli

#endif  // KHEAP_CLI_CONSOLE_H_
