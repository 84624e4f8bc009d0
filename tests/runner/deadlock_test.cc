// SPDX-License-Identifier: Apache-2.0
// A program that waits for another thread, of which there is none, is told so
// and ended: it never hangs.
#include <csignal>
#include <string>

#include "gtest/gtest.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

class DeadlockTest : public testing::TestWithParam<bool> {
 protected:
  static void ExpectDeadlock(const std::string& text) {
    const Program program = Compiled(text, {.checked = GetParam()});
    const auto process = Started(program);
    const auto result = process->RunMain({"waits"});
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(process->machine().kernel().end(),
              (ProcessEnd{ProcessEnd::Kind::kSignalled, SIGABRT}));
    EXPECT_EQ(process->error(),
              "deadlock: waits for another thread, and there is only one\n");
  }
};
INSTANTIATE_TEST_SUITE_P(Modes, DeadlockTest, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& info) {
                           return info.param ? "Checked" : "Fast";
                         });

TEST_P(DeadlockTest, AMutexThatIsLockedTwice) {
  ExpectDeadlock(R"(
    #include <threads.h>
    int main(void) {
      mtx_t mutex;
      mtx_init(&mutex, mtx_plain);
      mtx_lock(&mutex);
      return mtx_lock(&mutex);
    })");
}

// The lock lies in the FILE, where any store reaches it.
TEST_P(DeadlockTest, AFileThatWasOverwritten) {
  ExpectDeadlock(R"(
    #include <stdio.h>
    #include <string.h>
    int main(void) {
      FILE *file = fopen("/tmp/file", "w");
      memset(file, 'A', 224);
      return fputs("text", file);
    })");
}

}  // namespace
}  // namespace kheap
