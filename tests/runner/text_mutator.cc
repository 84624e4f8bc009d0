// SPDX-License-Identifier: Apache-2.0
#include "tests/runner/text_mutator.h"

#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/runner/random.h"

namespace kheap {

namespace {

const std::vector<std::string>& Types() {
  static const auto& words =
      *new std::vector<std::string>{"i32",
                                    "i64",
                                    "i8",
                                    "i1",
                                    "i7",
                                    "i128",
                                    "i1024",
                                    "float",
                                    "double",
                                    "half",
                                    "bfloat",
                                    "fp128",
                                    "x86_fp80",
                                    "ptr",
                                    "ptr addrspace(1)",
                                    "<4 x i32>",
                                    "<vscale x 4 x i32>",
                                    "<2 x ptr>",
                                    "[4 x i32]",
                                    "{ i32, i64 }",
                                    "[1000 x i64]",
                                    "target(\"spirv.Image\")",
                                    "void"};
  return words;
}

const std::vector<std::string>& Operations() {
  static const auto& words =
      *new std::vector<std::string>{"add ",
                                    "sub ",
                                    "mul ",
                                    "udiv ",
                                    "sdiv ",
                                    "srem ",
                                    "shl ",
                                    "lshr ",
                                    "ashr ",
                                    "and ",
                                    "or ",
                                    "xor ",
                                    "add nuw nsw ",
                                    "fadd fast ",
                                    "fdiv ",
                                    "zext ",
                                    "sext ",
                                    "trunc ",
                                    "bitcast ",
                                    "inttoptr ",
                                    "ptrtoint ",
                                    "freeze ",
                                    "load ",
                                    "load volatile ",
                                    "load atomic ",
                                    "call ",
                                    "musttail call ",
                                    "invoke ",
                                    "getelementptr ",
                                    "getelementptr inbounds ",
                                    "icmp eq ",
                                    "icmp ult ",
                                    "fcmp ord ",
                                    "select ",
                                    "alloca "};
  return words;
}

const std::vector<std::string>& Names() {
  static const auto& words = *new std::vector<std::string>{"%0",
                                                           "%1",
                                                           "%2",
                                                           "%3",
                                                           "%4",
                                                           "%5",
                                                           "%6",
                                                           "%7",
                                                           "%8",
                                                           "%9",
                                                           "@table",
                                                           "@text",
                                                           "@total",
                                                           "@apply",
                                                           "@run",
                                                           "@kheap.functions",
                                                           "@host.malloc",
                                                           "@llvm.trap",
                                                           "@memcpy",
                                                           "0",
                                                           "1",
                                                           "-1",
                                                           "4294967296",
                                                           "undef",
                                                           "poison",
                                                           "null",
                                                           "zeroinitializer"};
  return words;
}

// Replaces one of the words in a line by another one.
void ReplaceWord(std::string& line, const std::vector<std::string>& words,
                 Random& random) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    const std::string& word = random.Of(words);
    const std::size_t at = line.find(word);
    if (at == std::string::npos) continue;
    line.replace(at, word.size(), random.Of(words));
    return;
  }
}

}  // namespace

std::string MutateAssembly(const std::string& assembly, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> lines = absl::StrSplit(assembly, '\n');
  for (std::uint64_t changes = 1 + random.Below(4); changes > 0; --changes) {
    const std::size_t at = random.Below(lines.size());
    switch (random.Below(6)) {
      case 0:
        lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      case 1:
        std::swap(lines[at], lines[random.Below(lines.size())]);
        break;
      case 2:
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at),
                     random.Of(lines));
        break;
      case 3:
        ReplaceWord(lines[at], Types(), random);
        break;
      case 4:
        ReplaceWord(lines[at], Operations(), random);
        break;
      default:
        ReplaceWord(lines[at], Names(), random);
    }
    if (lines.empty()) return "";
  }
  return absl::StrJoin(lines, "\n");
}

std::string MutateBytes(const std::string& bytes, std::uint64_t seed) {
  Random random(seed);
  std::string mutant = bytes;
  for (std::uint64_t changes = 1 + random.Below(8); changes > 0; --changes) {
    const std::size_t at = random.Below(mutant.size());
    switch (random.Below(3)) {
      case 0:
        mutant[at] = static_cast<char>(random.Below(256));
        break;
      case 1:
        mutant[at] = static_cast<char>(mutant[at] + 1);
        break;
      default:
        mutant.erase(at, random.Below(4));
    }
    if (mutant.empty()) return mutant;
  }
  return mutant;
}

}  // namespace kheap
