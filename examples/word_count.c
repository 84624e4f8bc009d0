// Counts lines, words and characters of its standard input, as wc does.
#include <ctype.h>
#include <stdio.h>

int main(void) {
  long lines = 0, words = 0, characters = 0;
  int in_word = 0;
  for (int c = getchar(); c != EOF; c = getchar()) {
    characters++;
    lines += c == '\n';
    if (isspace(c)) {
      in_word = 0;
    } else if (!in_word) {
      in_word = 1;
      words++;
    }
  }
  printf("%ld lines, %ld words, %ld characters\n", lines, words, characters);
  return 0;
}
