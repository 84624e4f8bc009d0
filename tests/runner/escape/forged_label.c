// fault 110 121 in cases 0 to 28
// Jumps to labels that are none, or another function's.
#include "addresses.h"

static void* Other(void) {
  static void* const kLabels[] = {&&label, &&label};
  volatile int zero = 0;
  goto *kLabels[zero];
label:
  return kLabels[zero];
}

int main(int argc, char** argv) {
  const int number = Case(argc, argv);
  static void* const kLabels[] = {&&first, &&second};
  char* volatile target = kLabels[0];
  if (number < kWildCount) {
    target = WildAddress(number);
  } else {
    switch (number - kWildCount) {
      case 0: target = Other(); break;
      case 1: target = kLabels[1]; target += 1; break;
      case 2: target = (char*)main; break;
    }
  }
  goto *target;
first:
  return 0;
second:
  return 0;
}
