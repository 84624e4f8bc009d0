// SPDX-License-Identifier: Apache-2.0
#include "clib/tokens.h"

#include <cstdint>

#include "clib/guest_string.h"
#include "clib/library_page.h"
#include "clib/string_search.h"

namespace kheap::clib {

namespace {

struct Token {
  Address begin;
  Address end;  // at the delimiter or the string's zero byte
  Address next;
};

bool IsAtEnd(const GlobalHeap& heap, Address address) {
  return *HostBytes(heap, address) == std::byte{0};
}

// The token that begins at `begin`, possibly empty.
Token CutAt(const GlobalHeap& heap, Address begin, Address delimiters) {
  const Address end = begin + Strcspn(heap, begin, delimiters);
  return {begin, end, IsAtEnd(heap, end) ? end : end + 1};
}

// The first token that is not empty; an empty one at the string's end if there
// is none.
Token FindToken(const GlobalHeap& heap, Address string, Address delimiters) {
  return CutAt(heap, string + Strspn(heap, string, delimiters), delimiters);
}

void RequireStorable(const GlobalHeap& heap, Address address,
                     std::uint64_t size_bytes) {
  const auto fault = heap.FindFault(address, size_bytes, Access::kStore);
  if (fault.has_value()) throw *fault;
}

// Ends the token with a zero byte, unless the string ends there anyway.
void Terminate(GlobalHeap& heap, const Token& token) {
  if (token.next != token.end) heap.Store<std::uint8_t>(token.end, 0);
}

Address AddressOrNull(const Token& token) {
  return token.begin == token.end ? kNullAddress : token.begin;
}

}  // namespace

Address Strtok(GlobalHeap& heap, Address string, Address delimiters) {
  if (string.is_null()) string = Address(LibraryPageOf(heap).token_position);
  const Token token = FindToken(heap, string, delimiters);
  Terminate(heap, token);
  LibraryPageOf(heap).token_position = token.next.offset();
  return AddressOrNull(token);
}

Address StrtokR(GlobalHeap& heap, Address string, Address delimiters,
                Address position) {
  if (string.is_null()) string = heap.Load<Address>(position);
  const Token token = FindToken(heap, string, delimiters);
  RequireStorable(heap, position, sizeof(Address));
  Terminate(heap, token);
  heap.Store<Address>(position, token.next);
  return AddressOrNull(token);
}

Address Strsep(GlobalHeap& heap, Address string_pointer, Address delimiters) {
  const Address string = heap.Load<Address>(string_pointer);
  if (string.is_null()) return kNullAddress;
  const Token token = CutAt(heap, string, delimiters);
  RequireStorable(heap, string_pointer, sizeof(Address));
  Terminate(heap, token);
  heap.Store<Address>(string_pointer,
                      token.next == token.end ? kNullAddress : token.next);
  return string;
}

}  // namespace kheap::clib
