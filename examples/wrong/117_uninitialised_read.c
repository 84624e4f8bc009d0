// No branch gives the variable a value.
#include <stdio.h>

int main(int argc, char **argv) {
  int sign;
  if (argc > 1) sign = 1;
  if (argc > 2) sign = -1;
  if (sign < 0) puts(argv[0]);
  return 0;
}
