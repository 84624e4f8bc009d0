// SPDX-License-Identifier: Apache-2.0
#include "runner/code_generator_symbols.h"

#include <csetjmp>
#include <cstring>

namespace kheap {

namespace {

extern "C" {
__int128 __divti3(__int128, __int128);
__int128 __modti3(__int128, __int128);
unsigned __int128 __udivti3(unsigned __int128, unsigned __int128);
unsigned __int128 __umodti3(unsigned __int128, unsigned __int128);
float __floattisf(__int128);
double __floattidf(__int128);
float __floatuntisf(unsigned __int128);
double __floatuntidf(unsigned __int128);
__int128 __fixsfti(float);
__int128 __fixdfti(double);
unsigned __int128 __fixunssfti(float);
unsigned __int128 __fixunsdfti(double);
double floor(double);
double ceil(double);
double trunc(double);
float floorf(float);
float ceilf(float);
float truncf(float);
double round(double);
double rint(double);
double nearbyint(double);
double fmin(double, double);
double fmax(double, double);
float roundf(float);
float rintf(float);
float nearbyintf(float);
float fminf(float, float);
float fmaxf(float, float);
double fma(double, double, double);
float fmaf(float, float, float);
double fmod(double, double);
float fmodf(float, float);
int _setjmp(std::jmp_buf);
}

template <typename Function>
HostSymbol Plain(const char* name, Function* function) {
  return {name, reinterpret_cast<const void*>(function)};
}

}  // namespace

std::vector<HostSymbol> CodeGeneratorSymbols() {
  return {
      Plain("kheap_host_setjmp", &_setjmp),
      Plain("memcpy", static_cast<void* (*)(void*, const void*, std::size_t)>(
                          &std::memcpy)),
      Plain("memmove", static_cast<void* (*)(void*, const void*, std::size_t)>(
                           &std::memmove)),
      Plain("memset",
            static_cast<void* (*)(void*, int, std::size_t)>(&std::memset)),
      Plain("__divti3", &__divti3),
      Plain("__modti3", &__modti3),
      Plain("__udivti3", &__udivti3),
      Plain("__umodti3", &__umodti3),
      Plain("__floattisf", &__floattisf),
      Plain("__floattidf", &__floattidf),
      Plain("__floatuntisf", &__floatuntisf),
      Plain("__floatuntidf", &__floatuntidf),
      Plain("__fixsfti", &__fixsfti),
      Plain("__fixdfti", &__fixdfti),
      Plain("__fixunssfti", &__fixunssfti),
      Plain("__fixunsdfti", &__fixunsdfti),
      Plain("floor", static_cast<double (*)(double)>(&floor)),
      Plain("ceil", static_cast<double (*)(double)>(&ceil)),
      Plain("trunc", static_cast<double (*)(double)>(&trunc)),
      Plain("floorf", &floorf),
      Plain("ceilf", &ceilf),
      Plain("truncf", &truncf),
      Plain("round", static_cast<double (*)(double)>(&round)),
      Plain("roundf", &roundf),
      Plain("rint", static_cast<double (*)(double)>(&rint)),
      Plain("rintf", &rintf),
      Plain("nearbyint", static_cast<double (*)(double)>(&nearbyint)),
      Plain("nearbyintf", &nearbyintf),
      Plain("fmin", static_cast<double (*)(double, double)>(&fmin)),
      Plain("fminf", &fminf),
      Plain("fmax", static_cast<double (*)(double, double)>(&fmax)),
      Plain("fmaxf", &fmaxf),
      Plain("fma", static_cast<double (*)(double, double, double)>(&fma)),
      Plain("fmaf", &fmaf),
      Plain("fmod", static_cast<double (*)(double, double)>(&fmod)),
      Plain("fmodf", &fmodf),
  };
}

}  // namespace kheap
