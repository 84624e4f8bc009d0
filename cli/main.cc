// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/console.h"

namespace {

// Output that did not arrive is a failure, whatever came before.
int EndOutput(int exit_status) {
  errno = 0;
  std::cout.flush();
  if (std::cout.good() && std::fclose(stdout) == 0) return exit_status;
  std::cerr << "kheap: cannot write the output" << (errno == 0 ? "" : ": ")
            << (errno == 0 ? "" : std::strerror(errno)) << "\n";
  return exit_status == kheap::cli::kExitSuccess ? kheap::cli::kExitFailure
                                                 : exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  kheap::cli::Console console = {.in = stdin,
                                 .out = std::cout,
                                 .err = std::cerr,
                                 .err_is_terminal = isatty(STDERR_FILENO) != 0};
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0),
                                           argv + argc);
  return EndOutput(kheap::cli::RunKheap(arguments, console));
}
