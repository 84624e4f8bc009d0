// SPDX-License-Identifier: Apache-2.0
// Correct programs, each a corner of C that went wrong once, in both modes: a
// program prints what it has to.
#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "runner/program.h"
#include "tests/runner/programs.h"

namespace kheap {
namespace {

struct CorrectProgram {
  const char* name;
  const char* output;
  const char* text;
};

void PrintTo(const CorrectProgram& program, std::ostream* out) {
  *out << program.name;
}

class CorrectProgramsTest : public testing::TestWithParam<CorrectProgram> {};

TEST_P(CorrectProgramsTest, PrintsWhatItDoesNatively) {
  for (const bool checked : {false, true}) {
    const Program program =
        Compiled(GetParam().text, {.checked = checked, .optimisation = 1});
    const auto process = Started(program);
    const auto end = process->RunMain({"test"});
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_FALSE(end->fault.has_value()) << process->Explain(*end->fault);
    EXPECT_EQ(end->exit_status, 0);
    EXPECT_EQ(process->machine().captured_console().output(),
              GetParam().output);
  }
}

constexpr CorrectProgram kPrograms[] = {
    {"ConstructorsRunByPriority", "123|654", R"(
      #include <stdio.h>
      __attribute__((constructor(102))) void b(void) { printf("2"); }
      __attribute__((constructor(101))) void a(void) { printf("1"); }
      __attribute__((constructor)) void c(void) { printf("3"); }
      __attribute__((destructor(101))) void z(void) { printf("4"); }
      __attribute__((destructor(102))) void y(void) { printf("5"); }
      __attribute__((destructor)) void x(void) { printf("6"); }
      int main(void) { printf("|"); return 0; })"},
    {"DestructorsRunAfterAtexit", "mad", R"(
      #include <stdio.h>
      #include <stdlib.h>
      __attribute__((destructor)) static void last(void) { printf("d"); }
      static void before(void) { printf("a"); }
      int main(void) { atexit(before); printf("m"); exit(0); })"},
    {"PackedBitFieldsAreOneInteger", "-7 536870912 5 12345 -3 4", R"(
      #include <stdio.h>
      #pragma pack(1)
      struct packed {
        volatile int first;
        signed a : 9;
        volatile unsigned b : 30;
        unsigned c : 15, d : 21;
        signed e : 14, f : 18, g : 31;
        unsigned h : 22;
      };
      struct packed all = {1, -7, 536870912u, 5, 12345, -3, 0, 0, 0};
      int main(void) {
        all.h = all.first + 3;
        printf("%d %u %u %u %d %u", all.a, all.b, all.c, all.d, all.e, all.h);
        return 0;
      })"},
    {"ALargeArrayAtKnownPlacesCompilesSoon", "3", R"(
      #include <stdio.h>
      int main(void) {
        int array[1000000];
        array[0] = 1;
        array[999999] = 2;
        printf("%d", array[0] + array[999999]);
        return 0;
      })"},
    {"AnUnsetResultIsZeroAndNotAnother", "0 0", R"(
      #include <stdio.h>
      int unset(int x) { if (x > 0) return 3; }
      int main(void) {
        volatile int minus = -1;
        int result = unset(minus);
        printf("%d", result);
        printf(result > 2 ? " big" : " %d", result);
        return 0;
      })"},
    {"SigsetjmpKeepsTheSignalMask", "caught caught 1 0 done", R"(
      #include <setjmp.h>
      #include <signal.h>
      #include <stdio.h>
      static sigjmp_buf buffer;
      static void on_signal(int signal) { siglongjmp(buffer, signal); }
      static int is_blocked(int signal) {
        sigset_t set;
        sigprocmask(SIG_BLOCK, NULL, &set);
        return sigismember(&set, signal);
      }
      int main(void) {
        volatile int times = 0;
        signal(SIGUSR1, on_signal);
        if (sigsetjmp(buffer, 1) != 0) printf("caught ");
        if (times++ < 2) raise(SIGUSR1);
        if (sigsetjmp(buffer, 0) == 0) raise(SIGUSR1);
        printf("%d ", is_blocked(SIGUSR1));
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        printf("%d done", is_blocked(SIGUSR1));
        return 0;
      })"},
    {"AHandlerGetsInformation", "10 -6 1; 12 0 1; 10 1; ", R"(
      #include <setjmp.h>
      #include <signal.h>
      #include <stdio.h>
      #include <string.h>
      #include <unistd.h>
      static jmp_buf buffer;
      static void told(int signal, siginfo_t *info, void *context) {
        siginfo_t copy = *info;
        printf("%d %d %d; ", copy.si_signo, copy.si_code,
               copy.si_pid == getpid() && signal == copy.si_signo);
      }
      static void leaves(int signal, siginfo_t *info, void *context) {
        longjmp(buffer, info->si_signo);
      }
      int main(void) {
        struct sigaction action;
        memset(&action, 0, sizeof action);
        action.sa_flags = SA_SIGINFO | SA_NODEFER;
        action.sa_sigaction = told;
        sigaction(SIGUSR1, &action, NULL);
        sigaction(SIGUSR2, &action, NULL);
        raise(SIGUSR1);
        kill(getpid(), SIGUSR2);
        action.sa_sigaction = leaves;
        sigaction(SIGUSR1, &action, NULL);
        volatile int times = 0;
        int number = setjmp(buffer);
        if (times++ == 0) raise(SIGUSR1);
        printf("%d %d; ", number, times == 2);
        return 0;
      })"},
    {"BuiltinSetjmpIsAJump", "1 7", R"(
      #include <stdio.h>
      static void *buffer[5];
      __attribute__((noinline)) static void jump(void) {
        __builtin_longjmp(buffer, 1);
      }
      int main(void) {
        volatile int n = 0;
        int jumped = __builtin_setjmp(buffer);
        if (!jumped) { n = 7; jump(); }
        printf("%d %d", jumped, n);
        return 0;
      })"},
    {"ACopyOfAJumpBufferIsAsGood", "5", R"(
      #include <setjmp.h>
      #include <stdio.h>
      #include <string.h>
      jmp_buf first, copy;
      int main(void) {
        int value = setjmp(first);
        if (value == 0) {
          memcpy(copy, first, sizeof copy);
          memset(first, 0, sizeof first);
          longjmp(copy, 5);
        }
        printf("%d", value);
        return 0;
      })"},
    {"AJumpBufferIsUsedAgainAndAgain", "1000 999", R"(
      #include <setjmp.h>
      #include <stdio.h>
      static jmp_buf buffer;
      int main(void) {
        volatile int jumps = 0, turns = 0;
        for (volatile int i = 0; i < 1000; i++) {
          if (setjmp(buffer) == 0) {
            turns++;
            if (i != 500) longjmp(buffer, 1);
          } else {
            jumps++;
          }
        }
        printf("%d %d", turns, jumps);
        return 0;
      })"},
    {"AnOuterJumpOutlivesAnInnerOne", "inner outer", R"(
      #include <setjmp.h>
      #include <stdio.h>
      static jmp_buf outer, inner;
      static void nested(void) {
        if (setjmp(inner) == 0) longjmp(inner, 1);
        printf("inner ");
        longjmp(outer, 1);
      }
      int main(void) {
        if (setjmp(outer) == 0) nested();
        printf("outer");
        return 0;
      })"},
    {"AVariableOfALoopComesBackEachTurn", "0 1 2 ", R"(
      #include <stdio.h>
      static void set(int *to, int value) { *to = value; }
      int main(void) {
        for (int i = 0; i < 3; i++) {
          int local;
          set(&local, i);
          printf("%d ", local);
        }
        return 0;
      })"},
    {"StructsArePassedWithUnsetMembers", "1 2 3 4 5 6 7", R"(
        #include <stdio.h>
        struct ints { int a, b; };
        struct mixed { int a; char b; int c; };
        struct longs { long a, b; };
        struct pointers { char *a, *b; };
        struct floats { float a, b; };
        struct one { int a; };
        struct array { short a[8]; };
        static int ints(struct ints s) { return s.a; }
        static int mixed(struct mixed s) { return s.a; }
        static long longs(struct longs s) { return s.a; }
        static char *pointers(struct pointers s) { return s.a; }
        static float floats(struct floats s) { return s.a; }
        static struct one one(struct one s) { return s; }
        static struct array array(struct array s) { return s; }
        int main(void) {
          struct ints i;
          struct mixed m;
          struct longs l;
          struct pointers p;
          struct floats f;
          struct one o, o2;
          struct array a, a2;
          i.a = 1, m.a = 2, l.a = 3, p.a = "4", f.a = 5, o.a = 6, a.a[3] = 7;
          o2 = one(o);
          a2 = array(a);
          printf("%d %d %ld %s %g %d %d", ints(i), mixed(m), longs(l),
                 pointers(p), floats(f), o2.a, a2.a[3]);
        })"},
    {"StructsArePassedFromWhereverTheyLie", "1 2 3 4 5 6 7 8 9 10 11 12", R"(
        #include <stdbool.h>
        #include <stdio.h>
        #include <stdlib.h>
        typedef struct { const char *key; int value; } pair;
        typedef const pair fixed;
        struct card { char suit; int rank; };
        struct flag { bool set; int n; };
        struct wide { long n; char c; };
        struct tagged { int tag; union { int i; double d; } u; };
        union either { char c; int i; long l; };
        struct one { int n; };
        struct both { struct one o; struct card card; pair p; };
        static int of_pair(pair p) { return p.value; }
        static int of_card(struct card c) { return c.rank; }
        static int of_flag(struct flag f) { return f.n; }
        static long of_wide(struct wide w) { return w.n; }
        static int of_tagged(struct tagged t) { return t.u.i; }
        static int of_either(union either e) { return e.c; }
        static int nothing_of(struct one o) { return 11; }
        static struct card top(struct card *deck, int i) { return deck[i]; }
        static fixed copy_of(const pair *pairs, int i) { return pairs[i]; }
        static struct card deck[2];
        static int compare(const void *a, const void *b) {
          return of_pair(*(const pair *)a) - of_pair(*(const pair *)b);
        }
        int main(int argc, char **argv) {
          pair pairs[2];
          struct card hand[2], first;
          struct flag flags[2];
          struct wide wides[2];
          struct tagged tags[2];
          union either *either = malloc(sizeof *either);
          struct both *both = malloc(sizeof *both);
          pairs[argc].key = "", pairs[argc].value = 1;
          pairs[0].key = "", pairs[0].value = 9;
          hand[argc].suit = 0, hand[argc].rank = 2;
          flags[argc].set = true, flags[argc].n = 3;
          wides[argc].n = 4;
          tags[argc].u.i = 5;
          either->c = 6;
          both->card.rank = 7;
          both->p.value = 8;
          first.rank = 10;
          deck[argc] = first;
          qsort(pairs, 2, sizeof *pairs, compare);
          printf("%d %d %d %ld %d %d %d %d %d %d %d %d", of_pair(pairs[0]),
                 of_card(hand[argc]), of_flag(flags[argc]),
                 of_wide(wides[argc]), of_tagged(tags[argc]),
                 of_either(*either), of_card(both->card), of_pair(both->p),
                 copy_of(pairs, argc).value, of_card(top(deck, argc)),
                 nothing_of(both->o), 12);
        })"},
    {"ItWasCompiledWhenItsClockStarts", "Jan  1 2000 00:00:00", R"(
        #include <stdio.h>
        int main(void) { printf("%s %s", __DATE__, __TIME__); })"},
    {"FailedAllocationsSetErrno", "12 12 12 22 22 12 0 7", R"(
        #include <errno.h>
        #include <stdio.h>
        #include <stdlib.h>
        static volatile unsigned long much = 1ul << 60;
        static int of(void *block) {
          int error = block ? -1 : errno;
          errno = 0;
          return error;
        }
        int main(void) {
          void *kept = malloc(3), *other = &other;
          printf("%d %d %d ", of(malloc(much)), of(calloc(much, much)),
                 of(realloc(kept, much)));
          printf("%d ", of(aligned_alloc(3, 3)));
          printf("%d %d %d ", posix_memalign(&other, 3, 3),
                 posix_memalign(&other, 16, much), errno);
          errno = 7;
          free(kept);
          free(malloc(10));
          printf("%d", errno);
        })"},
    {"AGotoIntoAScopeFindsItsVariable", "3 3", R"(
      #include <stdio.h>
      static void set(int *to) { *to = 3; }
      int main(void) {
        int turn = 0;
        goto inside;
        for (; turn < 1; turn++) {
          int local;
        inside:
          set(&local);
          printf(turn ? " %d" : "%d", local);
        }
        printf(" %d", 3);
        return 0;
      })"},
    {"APointerOutlivesItsScopeUnused", "4", R"(
      #include <stdio.h>
      int main(void) {
        int *kept;
        { int local = 4; kept = &local; printf("%d", *kept); }
        return kept == 0;
      })"},
    {"AskingForGroupsAndPriorities", "0 0 -1 0", R"(
      #include <stdio.h>
      #include <sys/resource.h>
      #include <unistd.h>
      int main(void) {
        gid_t group;
        printf("%d %d", getgroups(0, &group), getgroups(1, &group));
        printf(" %d %d", getgroups(-1, NULL), getpriority(PRIO_PROCESS, 0));
        return 0;
      })"},
};

INSTANTIATE_TEST_SUITE_P(All, CorrectProgramsTest, testing::ValuesIn(kPrograms),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

}  // namespace
}  // namespace kheap
