// SPDX-License-Identifier: Apache-2.0
// Which mounts there can be, as text and of the host's folders.
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "kernel/host_folders.h"
#include "tests/kernel/guest_system.h"
#include "tests/kernel/host_folder_for_test.h"

namespace kheap::kernel {
namespace {

TEST(HostMountTest, TextIsHostThenGuestThenRights) {
  const auto parse = [](const char* text) {
    return ParseHostMount(text).value();
  };
  EXPECT_EQ(parse("data"), (HostMount{"data", "/data", false}));
  EXPECT_EQ(parse("/srv/x"), (HostMount{"/srv/x", "/srv/x", false}));
  EXPECT_EQ(parse("./a//b/"), (HostMount{"./a//b/", "/a/b", false}));
  EXPECT_EQ(parse("data:rw"), (HostMount{"data", "/data", true}));
  EXPECT_EQ(parse(".:/work"), (HostMount{".", "/work", false}));
  EXPECT_EQ(parse("../x:/y:rw"), (HostMount{"../x", "/y", true}));
  EXPECT_EQ(parse("."), (HostMount{".", "/work", false}));
  EXPECT_EQ(parse("./:rw"), (HostMount{"./", "/work", true}));
  for (const char* const text :
       {"", ":", ":x", "x:", "/", "a:b:c", "../x", "..", "x:/", "x:/a/../b",
        "x:y", "x:./y", "x::rw", ":rw", ".:/", ".:."}) {
    EXPECT_EQ(ParseHostMount(text).status().code(),
              absl::StatusCode::kInvalidArgument)
        << text;
  }
}

TEST(HostMountTest, MountsThatCannotBeAreRefused) {
  const HostFolderForTest host;
  host.Write("file", "");
  const auto code = [&](std::vector<HostMount> mounts) {
    const auto heap =
        GlobalHeap::Create({.layout = {.kernel_bytes = 1 << 20}}).value();
    CapturedConsole console;
    return Kernel::Create(*heap, console, {.mounts = std::move(mounts)})
        .status()
        .code();
  };
  EXPECT_EQ(code({{host.path(), "/a"}}), absl::StatusCode::kOk);
  EXPECT_EQ(code({{host.path(), "/a"}, {host.path(), "/b/c"}}),
            absl::StatusCode::kOk);
  EXPECT_EQ(code({{host.path(), "/"}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{host.path(), "/dev"}}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{host.path(), "/dev/null"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{host.path(), "/a"}, {host.path(), "/a"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{host.path(), "/a"}, {host.path(), "/a/b"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{host.path(), "/a/b"}, {host.path(), "/a"}}),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(code({{host.At("none"), "/a"}}), absl::StatusCode::kNotFound);
  EXPECT_EQ(code({{host.At("file"), "/a"}}),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kheap::kernel
