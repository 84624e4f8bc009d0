// SPDX-License-Identifier: Apache-2.0
// The same calls to the kernel and to the Linux that the test runs on: the same
// results, errors, files. After each call the file system is sound.
#include <fcntl.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "tests/kernel/guest_side.h"
#include "tests/kernel/linux_side.h"
#include "tests/kernel/random_step.h"

namespace kheap::kernel {
namespace {

const std::vector<std::string>& Paths() {
  static const std::vector<std::string> kPaths = {
      "a",
      "b",
      "d",
      "d/a",
      "d/e",
      "d/e/a",
      "d/e/f",
      "l",
      "d/l",
      "e",
      ".",
      "..",
      "d/.",
      "d/..",
      "a/",
      "d/",
      "l/",
      "a/b",
      "d//a",
      "./a",
      "d/../b",
      "x/y",
      "",
      "l/a",
      "d/e/..",
      "/",
      "a/.",
      "l/..",
      "d/e/l",
      "new/",
      std::string(255, 'n'),
      std::string(256, 'n'),
      std::string(5000, 'p'),
  };
  return kPaths;
}

rc::Gen<Step> AnyStep() {
  return rc::gen::exec([] {
    Step step;
    step.call = *rc::gen::inRange(0, 22);
    // Mostly names that may well be there.
    const std::size_t likely = 10;
    const auto path = [&] {
      const bool odd = *rc::gen::inRange(0, 3) == 0;
      return Paths()[*rc::gen::inRange<std::size_t>(
          0, odd ? Paths().size() : likely)];
    };
    step.path = path();
    step.other_path = path();
    for (const OpenFlag& flag : kOpenFlags) {
      const bool rare = flag.guest > kO_APPEND;
      if (*rc::gen::inRange(0, rare ? 12 : 3) == 0) step.flags.push_back(flag);
    }
    step.file = *rc::gen::inRange(0, 6);
    step.offset = *rc::gen::element<std::int64_t>(0, 1, 5, 4095, 4096, 4097,
                                                  49151, 49152, 60000, -1, -5,
                                                  -5000, INT64_MAX, INT64_MIN);
    step.size = *rc::gen::element(0, 1, 3, 100, 4096, 5000, 20000);
    step.choice = *rc::gen::inRange(0, 8);
    return step;
  });
}

template <typename Side>
Answer Run(Side& side, const Step& step) {
  switch (step.call) {
    case 0:
    case 1:
      return side.Open(step);
    case 2:
      return side.Close(step);
    case 3:
      return side.Read(step, step.choice % 2 == 0);
    case 4:
    case 5:
      return side.Write(step, step.choice % 2 == 0);
    case 6:
      return side.Seek(step);
    case 7:
      return side.TruncateFile(step);
    case 8:
      return side.TruncatePath(step);
    case 9:
      return side.Unlink(step, 0);
    case 10:
      return side.Unlink(step, AT_REMOVEDIR);
    case 11:
    case 12:
      return side.MakeDirectory(step);
    case 13:
      return side.Rename(step);
    case 14:
      return side.Link(step);
    case 15:
      return side.SymbolicLink(step);
    case 16:
      return side.ReadLink(step);
    case 17:
      return side.Status(step, step.choice % 2 == 0);
    case 18:
      return side.FileStatus(step);
    case 19:
      return side.CanAccess(step);
    case 20:
      return step.choice % 2 == 0 ? side.Duplicate(step) : side.SetMode(step);
    default:
      return side.List(step);
  }
}

// What depends on the kind of file system, so that Linux has no one answer:
// positions in directories, the largest file, and where holes are. The root is
// another place here and there.
bool IsPortable(GuestSide& guest, const Step& step) {
  if (step.call <= 1) {
    // Linux changed its mind about O_CREAT with O_DIRECTORY in 6.4.
    std::uint32_t flags = 0;
    for (const OpenFlag& flag : step.flags) flags |= flag.guest;
    if ((flags & kO_CREAT) != 0 && (flags & kO_DIRECTORY) != 0) return false;
  }
  const bool positions = step.call >= 3 && step.call <= 8;
  if (positions && step.offset == INT64_MAX) return false;
  if (step.call == 6) {
    return !guest.IsOpenDirectory(step) && step.choice % 4 < 3;
  }
  // Links stay below the working directory, so that a path leads out of it only
  // where one can see that.
  if (step.call == 15)
    return step.other_path.find('.') == std::string::npos &&
           step.other_path != "/";
  const bool outside = step.path == "/" || step.path == "..";
  return !outside || (step.call != 17 && step.call < 20);
}

RC_GTEST_PROP(LinuxPropertyTest, AnswersAreThoseOfLinux, ()) {
  GuestSide guest;
  LinuxSide linux_side;
  const auto steps =
      *rc::gen::scale(3.0, rc::gen::container<std::vector<Step>>(AnyStep()));
  for (const Step& step : steps) {
    if (!IsPortable(guest, step)) continue;
    const Answer expected = Run(linux_side, step);
    const Answer answer = Run(guest, step);
    if (!(answer == expected)) {
      RC_LOG() << step << "\nours:  " << answer << "\nLinux: " << expected;
      RC_FAIL("another answer");
    }
    guest.ExpectSound();
  }
}

}  // namespace
}  // namespace kheap::kernel
