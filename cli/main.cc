// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/console.h"
#include "cli/descriptor_buffer.h"

namespace {

// A standard stream that is closed stays as good as closed: what is done with
// it fails with EBADF. But its number is taken, so that no file that is opened
// later gets what was meant for the stream.
void HoldClosedStreams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(stream, F_GETFD) >= 0) continue;
    // The lowest number that is free, so this one.
    open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

// Output that did not arrive is a failure, whatever came before.
int EndOutput(int exit_status, int error) {
  if (close(STDOUT_FILENO) != 0 && error == 0) error = errno;
  if (error == 0) return exit_status;
  std::cerr << "kheap: cannot write the output: " << std::strerror(error)
            << "\n";
  return exit_status == kheap::cli::kExitSuccess ? kheap::cli::kExitFailure
                                                 : exit_status;
}

}  // namespace

int main(int argc, char** argv) {
  HoldClosedStreams();
  kheap::cli::DescriptorBuffer output(STDOUT_FILENO);
  std::ostream out(&output);
  kheap::cli::Console console = {.in = stdin,
                                 .out = out,
                                 .err = std::cerr,
                                 .err_is_terminal = isatty(STDERR_FILENO) != 0};
  const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0),
                                           argv + argc);
  const int status = kheap::cli::RunKheap(arguments, console);
  out.flush();
  return EndOutput(status,
                   output.error() != 0 ? output.error() : console.output_error);
}
