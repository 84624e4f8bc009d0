// fault 110 111 in cases 0 to 207
#include "addresses.h"

struct Small {
  char bytes[3];
};
struct Medium {
  long words[3];
};
struct Large {
  char bytes[200];
};
struct Huge {
  char bytes[70000];
};

static struct Small small;
static struct Medium medium;
static struct Large large;
static struct Huge huge;

int main(int argc, char** argv) {
  const int number = Case(argc, argv);
  char* const p = WildAddress(number);
  switch (number / kWildCount) {
    case 0: small = *(struct Small*)p; break;
    case 1: *(struct Small*)p = small; break;
    case 2: medium = *(struct Medium*)p; break;
    case 3: *(struct Medium*)p = medium; break;
    case 4: large = *(struct Large*)p; break;
    case 5: *(struct Large*)p = large; break;
    case 6: huge = *(struct Huge*)p; break;
    case 7: *(struct Huge*)p = huge; break;
  }
  return 0;
}
