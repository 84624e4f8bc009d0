// SPDX-License-Identifier: Apache-2.0
#include "heap/memory_fault.h"

#include "absl/strings/str_cat.h"

namespace kheap {

namespace {

bool HasSize(Access access) {
  return access != Access::kFree && access != Access::kResize &&
         access != Access::kCall;
}

}  // namespace

std::string_view ToString(FaultCode code) {
  switch (code) {
    case FaultCode::kNullDereference:
      return "null dereference";
    case FaultCode::kOutOfBounds:
      return "out of bounds";
    case FaultCode::kStackOverflow:
      return "stack overflow";
    case FaultCode::kUseAfterFree:
      return "use after free";
    case FaultCode::kDoubleFree:
      return "double free";
    case FaultCode::kInvalidFree:
      return "invalid free";
    case FaultCode::kHeapCorruption:
      return "heap corruption";
    case FaultCode::kUninitialisedRead:
      return "uninitialised read";
    case FaultCode::kOverlappingCopy:
      return "overlapping copy";
    case FaultCode::kMisaligned:
      return "misaligned access";
    case FaultCode::kReadOnlyWrite:
      return "write to read-only data";
    case FaultCode::kBadCallTarget:
      return "bad call target";
    case FaultCode::kIntegerTrap:
      return "integer trap";
    case FaultCode::kStackUseAfterReturn:
      return "stack use after scope";
  }
  return "unknown fault";
}

std::string_view ToString(Access access) {
  switch (access) {
    case Access::kLoad:
      return "load";
    case Access::kStore:
      return "store";
    case Access::kUpdate:
      return "update";
    case Access::kPush:
      return "push";
    case Access::kFree:
      return "free";
    case Access::kResize:
      return "realloc";
    case Access::kCall:
      return "call";
  }
  return "unknown access";
}

std::string ToString(const MemoryFault& fault) {
  std::string text = absl::StrCat("fault ", static_cast<int>(fault.code), ": ",
                                  std::string(ToString(fault.code)), ": ",
                                  std::string(ToString(fault.access)));
  if (HasSize(fault.access)) {
    absl::StrAppend(&text, " of ", fault.size_bytes,
                    fault.size_bytes == 1 ? " byte" : " bytes");
  }
  absl::StrAppend(&text, " at ", ToString(fault.address));
  return text;
}

std::ostream& operator<<(std::ostream& out, FaultCode code) {
  return out << ToString(code);
}

std::ostream& operator<<(std::ostream& out, const MemoryFault& fault) {
  return out << ToString(fault);
}

void RaiseFault(FaultCode code, Access access, Address address,
                std::uint64_t size_bytes) {
  throw MemoryFault{code, access, address, size_bytes};
}

}  // namespace kheap
