// SPDX-License-Identifier: Apache-2.0
#include "kernel/devices.h"

#include <string>

#include "gtest/gtest.h"
#include "kernel/random_source.h"
#include "tests/kernel/guest_system.h"
#include "tests/kernel/pipe_ends.h"

namespace kheap::kernel {
namespace {

TEST(DeviceTest, EachDoesWhatItsNameSays) {
  GuestSystem guest;
  const auto open = [&](const char* name) {
    return guest.Open(std::string("/dev/") + name, kO_RDWR);
  };
  EXPECT_EQ(guest.Write(open("null"), "x"), 1);
  EXPECT_EQ(guest.Read(open("null"), 5), "");
  EXPECT_EQ(guest.Write(open("zero"), "x"), 1);
  EXPECT_EQ(guest.Read(open("zero"), 5), std::string(5, '\0'));
  EXPECT_EQ(guest.Write(open("full"), "x"), -kENOSPC);
  EXPECT_EQ(guest.Read(open("full"), 5), std::string(5, '\0'));
  EXPECT_NE(guest.Read(open("urandom"), 16), guest.Read(open("random"), 16));
  EXPECT_EQ(guest.Write(open("stdout"), "to "), 3);
  EXPECT_EQ(guest.Write(open("stderr"), "error"), 5);
  EXPECT_EQ(guest.console().output(), "to ");
  EXPECT_EQ(guest.console().error(), "error");
  guest.SetInput("in");
  EXPECT_EQ(guest.Read(open("stdin"), 5), "in");
  EXPECT_EQ(guest.Write(open("stdin"), "x"), -kEBADF);
  EXPECT_EQ(guest.Call("lseek", open("null"), 100, 0), 0);
  EXPECT_EQ(guest.Call("lseek", 1, 0, 1), -kESPIPE);
}

TEST(DeviceTest, StatusTellsDevicesAndPipes) {
  GuestSystem guest;
  LinuxStat status;
  EXPECT_EQ(guest.Stat("/dev/null", status), 0);
  EXPECT_EQ(status.st_mode, kS_IFCHR + 0666);
  EXPECT_EQ(status.st_rdev, 0x103u);
  const Address to = guest.Take(128);
  EXPECT_EQ(guest.Call("fstat", 1, to), 0);
  EXPECT_EQ(guest.Get<LinuxStat>(to).st_mode, kS_IFIFO + 0600);
  const Pipe pipe = MakePipe(guest);
  guest.Write(pipe.write, "x");
  EXPECT_EQ(guest.Call("fstat", pipe.read, to), 0);
  EXPECT_EQ(guest.Get<LinuxStat>(to).st_size, 0);
}

TEST(RandomTest, TheGeneratorIsTheOneOfItsAuthors) {
  RandomState state;
  state.words[0] = 1;
  state.words[1] = 2;
  state.words[2] = 3;
  state.words[3] = 4;
  for (const std::uint64_t expected : {11520u, 0u, 1509978240u}) {
    EXPECT_EQ(NextRandom(state), expected);
  }
  EXPECT_EQ(NextRandom(state), 1215971899390074240u);
  SeedRandom(state, 0);
  EXPECT_EQ(state.words[0], 0xE220A8397B1DCDAFu);
  EXPECT_EQ(state.words[1], 0x6E789E6AA1B965F4u);
}

TEST(RandomTest, BytesFollowFromTheSeed) {
  const auto bytes = [](std::uint64_t seed) {
    GuestSystem guest({.seed = seed});
    const Address to = guest.Take(20);
    EXPECT_EQ(guest.Call("getrandom", to, 20, 0), 20);
    EXPECT_EQ(guest.Call("getrandom", to, 20, 8), -kEINVAL);
    return guest.GetBytes(to, 20);
  };
  EXPECT_EQ(bytes(1), bytes(1));
  EXPECT_NE(bytes(1), bytes(2));
}

}  // namespace
}  // namespace kheap::kernel
