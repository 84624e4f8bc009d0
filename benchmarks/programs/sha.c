// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4) of 8 MiB, and of "abc", whose digest is known.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t Rotate(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void Compress(uint32_t h[8], const unsigned char* block) {
  uint32_t w[64], s[8];
  for (int i = 0; i < 16; i++) {
    w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
           (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
  }
  for (int i = 16; i < 64; i++) {
    const uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] +
           (Rotate(a, 7) ^ Rotate(a, 18) ^ a >> 3) +
           (Rotate(b, 17) ^ Rotate(b, 19) ^ b >> 10);
  }
  memcpy(s, h, sizeof s);
  for (int i = 0; i < 64; i++) {
    const uint32_t t1 =
        s[7] + (Rotate(s[4], 6) ^ Rotate(s[4], 11) ^ Rotate(s[4], 25)) +
        ((s[4] & s[5]) ^ (~s[4] & s[6])) + kRound[i] + w[i];
    const uint32_t t2 =
        (Rotate(s[0], 2) ^ Rotate(s[0], 13) ^ Rotate(s[0], 22)) +
        ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    for (int k = 7; k > 0; k--) s[k] = s[k - 1];
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; i++) h[i] += s[i];
}

static void Digest(const unsigned char* data, size_t size, uint32_t h[8]) {
  static const uint32_t kStart[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                     0xa54ff53a, 0x510e527f, 0x9b05688c,
                                     0x1f83d9ab, 0x5be0cd19};
  memcpy(h, kStart, sizeof kStart);
  size_t done = 0;
  for (; size - done >= 64; done += 64) Compress(h, data + done);
  unsigned char last[128] = {0};
  const size_t rest = size - done;
  memcpy(last, data + done, rest);
  last[rest] = 0x80;
  const size_t end = rest < 56 ? 64 : 128;
  for (int i = 0; i < 8; i++) {
    last[end - 1 - i] = (unsigned char)((uint64_t)size * 8 >> 8 * i);
  }
  for (size_t at = 0; at < end; at += 64) Compress(h, last + at);
}

int main(void) {
  uint32_t h[8];
  Digest((const unsigned char*)"abc", 3, h);
  if (h[0] != 0xba7816bf || h[7] != 0xf20015ad) return 1;
  const size_t size = 8u << 20;
  unsigned char* const data = malloc(size);
  if (data == NULL) return 1;
  for (size_t i = 0; i < size; i++) data[i] = (unsigned char)(i * 31 >> 3);
  for (int round = 0; round < 3; round++) {
    Digest(data, size, h);
    memcpy(data, h, sizeof h);
  }
  free(data);
  for (int i = 0; i < 8; i++) printf("%08x", h[i]);
  printf("\n");
  return 0;
}
