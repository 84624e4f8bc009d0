// SPDX-License-Identifier: Apache-2.0
#include "runner/signature.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kheap {

namespace {

std::string TextOf(char letter) {
  switch (letter) {
    case 'v':
      return "void";
    case 'p':
      return "void *";
    case 'q':
      return "__int128";
    case 'l':
      return "long";
    case 'i':
      return "int";
    case 's':
      return "short";
    case 'c':
      return "char";
    case 'b':
      return "_Bool";
    case 'f':
      return "float";
    case 'd':
      return "double";
    case '.':
      return "...";
    default:
      return "another type";
  }
}

}  // namespace

std::string TypeNameOf(std::string_view letters) {
  if (letters.size() == 1) return TextOf(letters[0]);
  if (letters[0] == '[') return TypeNameOf(letters.substr(1)) + " array";
  return absl::StrCat("struct of ",
                      std::string(letters.substr(1, letters.size() - 2)),
                      " bytes");
}

std::string PrototypeOf(std::string_view signature) {
  std::vector<std::string> types;
  for (std::size_t i = 0; i < signature.size(); ++i) {
    const std::size_t end = signature.find('}', i);
    if (signature[i] != '{' || end == std::string_view::npos) {
      types.push_back(TypeNameOf(signature.substr(i, 1)));
      continue;
    }
    types.push_back(TypeNameOf(signature.substr(i, end + 1 - i)));
    i = end;
  }
  if (types.empty()) return "";
  const std::string result = types.front();
  types.erase(types.begin());
  if (types.empty()) types.push_back("void");
  return absl::StrCat(result, " (", absl::StrJoin(types, ", "), ")");
}

}  // namespace kheap
