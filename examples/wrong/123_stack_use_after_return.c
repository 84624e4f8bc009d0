// The array is gone when its function returns.
#include <stdio.h>

static char *number_text(int number) {
  char text[16];
  snprintf(text, sizeof text, "%d", number);
  char *volatile result = text;
  return result;
}

int main(void) {
  const char *text = number_text(42);
  return text[0];
}
