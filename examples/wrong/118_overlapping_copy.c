// A word is moved within its own buffer.
#include <string.h>

int main(void) {
  char text[16] = "abcdefgh";
  memcpy(text + 2, text, 8);
  return text[0];
}
