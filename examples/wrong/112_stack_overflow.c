// A recursion without an end.
static int depth(int n) {
  volatile int here[64];
  here[n % 64] = n;
  return depth(n + 1) + here[n % 64];
}

int main(void) { return depth(0); }
