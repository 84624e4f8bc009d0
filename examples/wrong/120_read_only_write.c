// A string literal is not the program's to change.
int main(void) {
  char *name = "kheap";
  name[0] = 'K';
  return 0;
}
