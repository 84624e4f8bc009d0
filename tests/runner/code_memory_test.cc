// SPDX-License-Identifier: Apache-2.0
#include "runner/code_memory.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "gtest/gtest.h"

namespace kheap {
namespace {

constexpr std::uintptr_t kBytes = 10000;

class CodeMemoryTest : public testing::Test {
 protected:
  CodeMemoryTest() {
    memory_.reserveAllocationSpace(kBytes, llvm::Align(16), kBytes,
                                   llvm::Align(64), kBytes, llvm::Align(4096));
  }

  std::uint8_t* Code(std::uintptr_t size, unsigned alignment) {
    return memory_.allocateCodeSection(size, alignment, 0, ".text");
  }
  std::uint8_t* Data(std::uintptr_t size, unsigned alignment, bool constant) {
    return memory_.allocateDataSection(size, alignment, 0, ".data", constant);
  }

  CodeMemory memory_;
};

TEST_F(CodeMemoryTest, KeepsAllSectionsTogether) {
  std::uint8_t* const code = Code(6000, 16);
  std::uint8_t* const more_code = Code(4000, 16);
  std::uint8_t* const constants = Data(kBytes, 64, true);
  std::uint8_t* const variables = Data(kBytes, 4096, false);
  ASSERT_NE(code, nullptr);
  ASSERT_NE(more_code, nullptr);
  ASSERT_NE(constants, nullptr);
  ASSERT_NE(variables, nullptr);
  EXPECT_GE(more_code, code + 6000);
  EXPECT_GE(constants, more_code + 4000);
  EXPECT_GE(variables, constants + kBytes);
  EXPECT_LT(variables + kBytes - code, 100000);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(constants) % 64, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(variables) % 4096, 0u);
  for (std::uint8_t* const section : {code, constants, variables}) {
    std::memset(section, 1, 4000);
  }
  std::string error;
  EXPECT_FALSE(memory_.finalizeMemory(&error)) << error;
  variables[0] = 2;
  EXPECT_EQ(code[3999] + constants[3999] + variables[0], 4);
}

TEST_F(CodeMemoryTest, RefusesMoreThanWasReserved) {
  EXPECT_EQ(Code(std::uintptr_t{1} << 40, 16), nullptr);
  EXPECT_EQ(Data(UINTPTR_MAX, 16, true), nullptr);
  EXPECT_NE(Data(kBytes, 16, true), nullptr);
  EXPECT_EQ(Data(kBytes, 16, true), nullptr);
}

TEST_F(CodeMemoryTest, ClosesCodeAndConstantsToStores) {
  std::uint8_t* const code = Code(100, 16);
  std::uint8_t* const constants = Data(100, 16, true);
  ASSERT_FALSE(memory_.finalizeMemory(nullptr));
  EXPECT_DEATH(*static_cast<volatile std::uint8_t*>(code) = 1, "");
  EXPECT_DEATH(*static_cast<volatile std::uint8_t*>(constants) = 1, "");
}

TEST(EmptyCodeMemoryTest, GivesNothing) {
  CodeMemory memory;
  EXPECT_EQ(memory.allocateCodeSection(1, 1, 0, ".text"), nullptr);
  EXPECT_FALSE(memory.finalizeMemory(nullptr));
}

}  // namespace
}  // namespace kheap
