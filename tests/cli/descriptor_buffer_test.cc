// SPDX-License-Identifier: Apache-2.0
#include "cli/descriptor_buffer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ostream>
#include <string>

#include "gtest/gtest.h"

namespace kheap::cli {
namespace {

TEST(DescriptorBufferTest, EveryByteArrivesInOrder) {
  std::FILE* const file = std::tmpfile();
  ASSERT_NE(file, nullptr);
  std::string sent;
  DescriptorBuffer buffer(fileno(file));
  std::ostream out(&buffer);
  for (int i = 0; i < 20000; ++i) {
    out << i << "\n";
    sent += std::to_string(i) + "\n";
  }
  const std::string large(100'000, '\xff');
  out << large << std::flush;
  sent += large;
  EXPECT_TRUE(out.good());
  EXPECT_EQ(buffer.error(), 0);
  std::rewind(file);
  std::string arrived(sent.size() + 1, '\0');
  arrived.resize(std::fread(arrived.data(), 1, arrived.size(), file));
  std::fclose(file);
  EXPECT_EQ(arrived, sent);
}

TEST(DescriptorBufferTest, TheFirstErrorIsRemembered) {
  const int full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  DescriptorBuffer buffer(full);
  std::ostream out(&buffer);
  out << "x";
  EXPECT_EQ(buffer.error(), 0);
  out.flush();
  EXPECT_EQ(buffer.error(), ENOSPC);
  EXPECT_TRUE(out.bad());
  close(full);
  out.clear();
  out << std::string(100'000, 'x') << std::flush;
  EXPECT_TRUE(out.bad());
  EXPECT_EQ(buffer.error(), ENOSPC);
}

}  // namespace
}  // namespace kheap::cli
