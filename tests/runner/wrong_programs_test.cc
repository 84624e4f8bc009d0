// SPDX-License-Identifier: Apache-2.0
// Wrong programs, each with the fault that checked mode makes of it.
#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "runner/program.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

struct WrongProgram {
  const char* name;
  FaultCode code;
  Access access;
  std::uint64_t size_bytes;
  const char* text;
};

void PrintTo(const WrongProgram& program, std::ostream* out) {
  *out << program.name;
}

class WrongProgramsTest : public testing::TestWithParam<WrongProgram> {};

TEST_P(WrongProgramsTest, EndsInItsFault) {
  const Program program = Compiled(GetParam().text, {.optimisation = 1});
  const auto process = Started(program);
  const auto end = process->RunMain({"test"});
  ASSERT_TRUE(end.ok()) << end.status();
  ASSERT_TRUE(end->fault.has_value()) << *end->exit_status;
  EXPECT_EQ(end->fault->code, GetParam().code);
  EXPECT_EQ(end->fault->access, GetParam().access);
  EXPECT_EQ(end->fault->size_bytes, GetParam().size_bytes);
}

constexpr WrongProgram kPrograms[] = {
    {"BeyondTheObjectComesBeforeUninitialised", FaultCode::kOutOfBounds,
     Access::kLoad, 4,
     R"(#include <stdlib.h>
        int main(void) { int *block = malloc(6); return block[1]; })"},
    {"UninitialisedWithinTheObject", FaultCode::kUninitialisedRead,
     Access::kLoad, 4,
     R"(#include <stdlib.h>
        int main(void) { int *block = malloc(8); return block[1]; })"},
    {"AMisalignedAtomicStoreToFreshMemory", FaultCode::kMisaligned,
     Access::kUpdate, 4,
     R"(#include <stdatomic.h>
        #include <stdlib.h>
        int main(void) {
          char *block = malloc(16);
          atomic_store((_Atomic int *)(block + 2), 1);
          return 0;
        })"},
    {"AMisalignedAtomicLoadOfAFreedBlock", FaultCode::kUseAfterFree,
     Access::kUpdate, 4,
     R"(#include <stdatomic.h>
        #include <stdlib.h>
        int main(void) {
          char *volatile block = malloc(16);
          free(block);
          return atomic_load((_Atomic int *)(block + 2));
        })"},
    {"ASiginfoThatIsWrittenBeyond", FaultCode::kOutOfBounds, Access::kStore, 4,
     R"(#include <signal.h>
        #include <string.h>
        static void told(int signal, siginfo_t *info, void *context) {
          *(volatile int *)(info + 1) = signal;
        }
        int main(void) {
          struct sigaction action;
          memset(&action, 0, sizeof action);
          action.sa_flags = SA_SIGINFO;
          action.sa_sigaction = told;
          sigaction(SIGUSR1, &action, NULL);
          return raise(SIGUSR1);
        })"},
    {"MoreThanTheStack", FaultCode::kStackOverflow, Access::kPush,
     1099511627776u,
     R"(#include <alloca.h>
        int main(int argc, char **argv) {
          char *volatile bytes = alloca((unsigned long)argc << 40);
          return *bytes;
        })"},
    {"AResultThatNotEveryPathSets", FaultCode::kUninitialisedRead,
     Access::kLoad, 4,
     R"(static int get(int x) { int r; if (x > 0) r = 3; return r; }
        int main(void) {
          volatile int minus = -1;
          return get(minus) > 2;
        })"},
    {"AnUnsetElementPassedOn", FaultCode::kUninitialisedRead, Access::kLoad, 4,
     R"(#include <stdio.h>
        int main(void) {
          int a[3];
          a[0] = 1;
          printf("%d\n", a[1]);
        })"},
    {"AnUnsetElementReturned", FaultCode::kUninitialisedRead, Access::kLoad, 4,
     R"(static int last(int n) { int a[3]; a[0] = n; return a[n]; }
        int main(int argc, char **argv) { return last(argc); })"},
    {"AnUnsetMemberPassedOn", FaultCode::kUninitialisedRead, Access::kLoad, 4,
     R"(#include <stdio.h>
        int main(void) {
          struct { int a; char b; int c; } s;
          s.a = 1;
          printf("%d\n", s.c);
        })"},
    {"AnUnsetNumberInABlockPassedOn", FaultCode::kUninitialisedRead,
     Access::kLoad, 8,
     R"(#include <stdlib.h>
        struct both { long a; long b; };
        static long twice(long n) { return n + n; }
        int main(void) {
          struct both *both = malloc(sizeof *both);
          both->a = 1;
          return (int)twice(both->b);
        })"},
    {"AnUnsetMemberPassedToAssembly", FaultCode::kUninitialisedRead,
     Access::kLoad, 8,
     R"(#include <stdlib.h>
        struct both { long a; long b; };
        int main(void) {
          struct both *both = malloc(sizeof *both);
          both->a = 1;
          __asm__ volatile("" : : "r"(both->b));
          return 0;
        })"},
    {"AnUnsetMemberReturned", FaultCode::kUninitialisedRead, Access::kLoad, 8,
     R"(struct both { long a; long b; };
        static long second(long n) {
          struct both both;
          both.a = n;
          return both.b;
        }
        int main(int argc, char **argv) { return (int)second(argc); })"},
    {"TextTakenForAPointer", FaultCode::kOutOfBounds, Access::kLoad, 4,
     R"(int main(void) { return *(volatile int *)0x4141414141414141; })"},
    {"ADoubleTakenForAPointer", FaultCode::kOutOfBounds, Access::kLoad, 4,
     R"(int main(void) { return *(volatile int *)0x400c000000000000; })"},
    {"AnUnsetPointerPassedOn", FaultCode::kUninitialisedRead, Access::kLoad, 8,
     R"(#include <stdio.h>
        int main(void) {
          struct { char *p; char *q; } s;
          s.q = "";
          puts(s.p);
        })"},
    {"NegativeLengthOfAnArray", FaultCode::kStackOverflow, Access::kPush,
     17179869180u,
     R"(static int last(int n) { int array[n]; array[0] = n; return *array; }
        int main(int argc, char **argv) { return last(-argc); })"},
    {"JumpThroughABufferThatNobodySet", FaultCode::kBadCallTarget,
     Access::kCall, 0,
     R"(#include <setjmp.h>
        int main(void) { jmp_buf buffer; longjmp(buffer, 1); })"},
    {"JumpIntoAFrameThatIsGone", FaultCode::kBadCallTarget, Access::kCall, 0,
     R"(#include <setjmp.h>
        static jmp_buf buffer, copy;
        static void set(void) { setjmp(buffer); }
        int main(void) {
          set();
          *copy = *buffer;
          longjmp(copy, 1);
        })"},
    {"JumpBufferAtNull", FaultCode::kNullDereference, Access::kStore, 8,
     R"(#include <setjmp.h>
        int main(void) {
          jmp_buf *volatile nowhere = 0;
          return setjmp(*nowhere);
        })"},
};

INSTANTIATE_TEST_SUITE_P(All, WrongProgramsTest, testing::ValuesIn(kPrograms),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

}  // namespace
}  // namespace kheap
