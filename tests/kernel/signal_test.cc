// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "kernel/linux_process_abi.h"
#include "kernel/signals.h"
#include "tests/kernel/guest_system.h"

namespace kheap::kernel {
namespace {

constexpr int kSIGUSR1 = 10;
constexpr int kSIGUSR2 = 12;
constexpr int kSIGTERM = 15;
constexpr std::uint64_t kHandler = 77;
constexpr std::uint64_t kOther = 78;

constexpr std::uint64_t Mask(int signal) {
  return std::uint64_t{1} << (signal - 1);
}

class SignalTest : public testing::Test {
 protected:
  Result SetAction(int signal, std::uint64_t handler, std::uint64_t flags = 0,
                   std::uint64_t mask = 0) {
    LinuxSigaction action;
    action.handler = handler;
    action.flags = flags;
    action.mask = mask;
    return guest_.Call("rt_sigaction", signal, guest_.Struct(action), 0, 8);
  }
  LinuxSigaction GetAction(int signal) {
    const Address to = guest_.Take(24);
    EXPECT_EQ(guest_.Call("rt_sigaction", signal, 0, to, 8), 0);
    return guest_.Get<LinuxSigaction>(to);
  }
  void SetMask(std::uint64_t how, std::uint64_t mask) {
    Uint64 value;
    value = mask;
    EXPECT_EQ(guest_.Call("rt_sigprocmask", how, guest_.Struct(value), 0, 8),
              0);
  }
  std::uint64_t GetMask() {
    const Address to = guest_.Take(8);
    EXPECT_EQ(guest_.Call("rt_sigprocmask", 0, 0, to, 8), 0);
    return guest_.Get<Uint64>(to);
  }
  std::uint64_t Pending() {
    const Address to = guest_.Take(8);
    EXPECT_EQ(guest_.Call("rt_sigpending", to, 8), 0);
    return guest_.Get<Uint64>(to);
  }
  void Send(int signal) { EXPECT_EQ(guest_.Call("tkill", 100, signal), 0); }
  std::optional<ProcessEnd> End() { return guest_.kernel().end(); }
  std::optional<SignalDelivery> Take() { return guest_.kernel().TakeSignal(); }

  GuestSystem guest_;
};

TEST_F(SignalTest, ByDefaultEverySignalDoesWhatLinuxSays) {
  for (int signal = 1; signal <= kSignalCount; ++signal) {
    GuestSystem guest;
    EXPECT_EQ(guest.Call("kill", 100, signal), 0);
    const bool ignored = (signal >= 17 && signal <= 23) || signal == 28;
    if (ignored) {
      EXPECT_EQ(guest.kernel().end(), std::nullopt) << signal;
    } else {
      EXPECT_EQ(guest.kernel().end(),
                (ProcessEnd{ProcessEnd::Kind::kSignalled, signal}));
    }
  }
}

TEST_F(SignalTest, AHandlerIsHandedOutWithItsSignalBlocked) {
  SetAction(kSIGUSR1, kHandler, kSA_SIGINFO, Mask(kSIGTERM));
  Send(kSIGUSR1);
  EXPECT_EQ(End(), std::nullopt);
  const auto delivery = Take();
  EXPECT_EQ(delivery, (SignalDelivery{.signal = kSIGUSR1,
                                      .handler = kHandler,
                                      .wants_info = true,
                                      .code = kSI_TKILL}));
  EXPECT_EQ(GetMask(), Mask(kSIGUSR1) + Mask(kSIGTERM));
  EXPECT_EQ(Take(), std::nullopt);
  Send(kSIGUSR1);
  EXPECT_EQ(Take(), std::nullopt);
  guest_.kernel().ReturnFromSignal(*delivery);
  EXPECT_EQ(GetMask(), 0u);
  EXPECT_TRUE(Take().has_value());
}

TEST_F(SignalTest, NodeferAndResethandAreHonoured) {
  SetAction(kSIGUSR1, kHandler, kSA_NODEFER + kSA_RESETHAND);
  Send(kSIGUSR1);
  EXPECT_TRUE(Take().has_value());
  EXPECT_EQ(GetMask(), 0u);
  EXPECT_EQ(GetAction(kSIGUSR1).handler, kSIG_DFL);
  Send(kSIGUSR1);
  EXPECT_EQ(End(), (ProcessEnd{ProcessEnd::Kind::kSignalled, kSIGUSR1}));
}

TEST_F(SignalTest, ABlockedSignalWaits) {
  SetAction(kSIGUSR1, kHandler);
  SetMask(kSIG_BLOCK, Mask(kSIGUSR1) + Mask(kSIGTERM));
  Send(kSIGUSR1);
  Send(kSIGTERM);
  EXPECT_EQ(Take(), std::nullopt);
  EXPECT_EQ(End(), std::nullopt);
  EXPECT_EQ(Pending(), Mask(kSIGUSR1) + Mask(kSIGTERM));
  SetMask(kSIG_UNBLOCK, Mask(kSIGUSR1));
  EXPECT_EQ(Take()->signal, kSIGUSR1);
  SetMask(kSIG_SETMASK, 0);
  EXPECT_EQ(End(), (ProcessEnd{ProcessEnd::Kind::kSignalled, kSIGTERM}));
}

TEST_F(SignalTest, TheLowestNumberComesFirst) {
  SetAction(kSIGUSR1, kHandler);
  SetAction(kSIGUSR2, kOther);
  SetMask(kSIG_SETMASK, Mask(kSIGUSR1) + Mask(kSIGUSR2));
  Send(kSIGUSR2);
  Send(kSIGUSR1);
  SetMask(kSIG_SETMASK, 0);
  EXPECT_EQ(Take()->handler, kHandler);
  EXPECT_EQ(Take()->handler, kOther);
}

TEST_F(SignalTest, AnIgnoredSignalIsGoneAlsoWhenItWaited) {
  SetAction(kSIGTERM, kSIG_IGN);
  Send(kSIGTERM);
  EXPECT_EQ(End(), std::nullopt);
  SetAction(kSIGTERM, kSIG_DFL);
  SetMask(kSIG_BLOCK, Mask(kSIGTERM));
  Send(kSIGTERM);
  EXPECT_EQ(Pending(), Mask(kSIGTERM));
  SetAction(kSIGTERM, kSIG_IGN);
  EXPECT_EQ(Pending(), 0u);
}

TEST_F(SignalTest, KillAndStopCannotBeCaughtOrBlocked) {
  for (const int signal : {kSIGKILL, kSIGSTOP}) {
    EXPECT_EQ(SetAction(signal, kHandler), -kEINVAL);
    EXPECT_EQ(GetAction(signal).handler, kSIG_DFL);
  }
  SetMask(kSIG_SETMASK, ~std::uint64_t{0});
  EXPECT_EQ(GetMask(), ~(Mask(kSIGKILL) + Mask(kSIGSTOP)));
  Send(kSIGKILL);
  EXPECT_EQ(End(), (ProcessEnd{ProcessEnd::Kind::kSignalled, kSIGKILL}));
}

TEST_F(SignalTest, AnActionIsReadBackAsItWasSet) {
  SetAction(kSIGUSR1, kHandler, 0x10000004, ~std::uint64_t{0});
  const LinuxSigaction action = GetAction(kSIGUSR1);
  EXPECT_EQ(action.handler, kHandler);
  EXPECT_EQ(action.flags, 0x10000004u);
  EXPECT_EQ(action.mask, ~(Mask(kSIGKILL) + Mask(kSIGSTOP)));
}

TEST_F(SignalTest, OnlyThisProcessIsThere) {
  EXPECT_EQ(guest_.Call("kill", 101, kSIGTERM), -kESRCH);
  EXPECT_EQ(guest_.Call("kill", -1, kSIGTERM), -kESRCH);
  EXPECT_EQ(guest_.Call("tkill", 1, kSIGTERM), -kESRCH);
  EXPECT_EQ(guest_.Call("tkill", 0, kSIGTERM), -kEINVAL);
  EXPECT_EQ(guest_.Call("tgkill", 100, 5, kSIGTERM), -kESRCH);
  EXPECT_EQ(guest_.Call("tgkill", -1, 100, kSIGTERM), -kEINVAL);
  for (const int pid : {0, 100, -100}) {
    EXPECT_EQ(guest_.Call("kill", pid, 0), 0);
    EXPECT_EQ(guest_.Call("kill", pid, 65), -kEINVAL);
    EXPECT_EQ(guest_.Call("kill", pid, -1), -kEINVAL);
  }
  EXPECT_EQ(guest_.Call("tgkill", 100, 100, kSIGTERM), 0);
  EXPECT_TRUE(End().has_value());
}

TEST_F(SignalTest, BadNumbersAndSizesAreEinval) {
  const Address to = guest_.Take(24);
  for (const int signal : {0, -1, 65}) {
    EXPECT_EQ(guest_.Call("rt_sigaction", signal, 0, to, 8), -kEINVAL);
  }
  EXPECT_EQ(guest_.Call("rt_sigaction", kSIGUSR1, 0, to, 16), -kEINVAL);
  EXPECT_EQ(guest_.Call("rt_sigprocmask", 3, to, 0, 8), -kEINVAL);
  EXPECT_EQ(guest_.Call("rt_sigprocmask", 0, 0, to, 4), -kEINVAL);
  EXPECT_EQ(guest_.Call("rt_sigpending", to, 9), -kEINVAL);
}

// As raise does it: block, send, unblock.
TEST_F(SignalTest, SuspendingLetsOneSignalThroughAndBlocksAgain) {
  SetAction(kSIGUSR1, kHandler);
  SetMask(kSIG_SETMASK, Mask(kSIGUSR1) + Mask(kSIGUSR2));
  Send(kSIGUSR1);
  Uint64 mask;
  mask = Mask(kSIGUSR2);
  EXPECT_EQ(guest_.Call("rt_sigsuspend", guest_.Struct(mask), 8), -kEINTR);
  const auto delivery = Take();
  ASSERT_TRUE(delivery.has_value());
  EXPECT_EQ(delivery->mask_before, Mask(kSIGUSR1) + Mask(kSIGUSR2));
  guest_.kernel().ReturnFromSignal(*delivery);
  EXPECT_EQ(GetMask(), Mask(kSIGUSR1) + Mask(kSIGUSR2));
  EXPECT_EQ(guest_.Call("rt_sigsuspend", guest_.Struct(mask), 8), -kEDEADLK);
  EXPECT_EQ(GetMask(), Mask(kSIGUSR1) + Mask(kSIGUSR2));
}

TEST_F(SignalTest, TheHostMaySendSignalsToo) {
  guest_.kernel().Raise(0);
  guest_.kernel().Raise(65);
  EXPECT_EQ(End(), std::nullopt);
  guest_.kernel().Raise(11);
  EXPECT_EQ(End(), (ProcessEnd{ProcessEnd::Kind::kSignalled, 11}));
}

TEST_F(SignalTest, AWaitedForSignalIsAccepted) {
  SetMask(kSIG_SETMASK, Mask(kSIGUSR1) + Mask(kSIGUSR2));
  Send(kSIGUSR2);
  Uint64 mask;
  mask = Mask(kSIGUSR1) + Mask(kSIGUSR2);
  const Address at = guest_.Struct(mask);
  const Address info = guest_.Take(128);
  EXPECT_EQ(guest_.Call("rt_sigtimedwait", at, info, 0, 8), kSIGUSR2);
  EXPECT_EQ(guest_.Get<LinuxSiginfo>(info).si_signo, kSIGUSR2);
  EXPECT_EQ(guest_.Get<LinuxSiginfo>(info).pid, 100);
  EXPECT_EQ(Pending(), 0u);
  EXPECT_EQ(guest_.Call("rt_sigtimedwait", at, 0, 0, 8), -kEDEADLK);
  LinuxTimespec second;
  second.tv_sec = 1;
  second.tv_nsec = 0;
  EXPECT_EQ(guest_.Call("rt_sigtimedwait", at, 0, guest_.Struct(second), 8),
            -kEAGAIN);
  EXPECT_EQ(guest_.Call("times", 0), 100);
}

TEST_F(SignalTest, AHandlerIsToldWhoSentItsSignalAndHow) {
  SetAction(kSIGUSR1, kHandler, kSA_SIGINFO, 0);
  SetAction(kSIGUSR2, kHandler, 0, 0);
  const Address info = guest_.Take(Kernel::kSiginfoBytes);
  for (const auto& [call, code] :
       {std::pair("kill", kSI_USER), std::pair("tkill", kSI_TKILL),
        std::pair("kill", kSI_USER)}) {
    guest_.Call(call, 100, kSIGUSR1);
    const auto delivery = Take();
    ASSERT_TRUE(delivery.has_value());
    EXPECT_TRUE(delivery->wants_info);
    guest_.kernel().WriteSiginfo(info, *delivery);
    const auto told = guest_.Get<LinuxSiginfo>(info);
    EXPECT_EQ(told.si_signo, kSIGUSR1);
    EXPECT_EQ(told.si_code, code);
    EXPECT_EQ(told.pid, 100);
    guest_.kernel().ReturnFromSignal(*delivery);
  }
  guest_.Call("tgkill", 100, 100, kSIGUSR2);
  const auto plain = Take();
  ASSERT_TRUE(plain.has_value());
  EXPECT_FALSE(plain->wants_info);
  EXPECT_EQ(plain->code, kSI_TKILL);
}

TEST_F(SignalTest, TheSignalStackIsRemembered) {
  const Address to = guest_.Take(24);
  EXPECT_EQ(guest_.Call("sigaltstack", 0, to), 0);
  EXPECT_EQ(guest_.Get<LinuxStack>(to).ss_flags, kSS_DISABLE);
  LinuxStack stack{};
  stack.ss_sp = 4096;
  stack.ss_size = 2048;
  EXPECT_EQ(guest_.Call("sigaltstack", guest_.Struct(stack), 0), 0);
  EXPECT_EQ(guest_.Call("sigaltstack", 0, to), 0);
  EXPECT_EQ(guest_.Get<LinuxStack>(to).ss_size, 2048u);
  stack.ss_size = 2047;
  EXPECT_EQ(guest_.Call("sigaltstack", guest_.Struct(stack), 0), -kENOMEM);
  stack.ss_flags = 7;
  EXPECT_EQ(guest_.Call("sigaltstack", guest_.Struct(stack), 0), -kEINVAL);
}

}  // namespace
}  // namespace kheap::kernel
