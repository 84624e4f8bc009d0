"""What tools/torture says of an ending, and how it counts."""

import pathlib
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, "tools")

from torture_suites import dg, judging, processes, tally  # noqa: E402, where it is found is known only by then
from torture_suites.processes import Ending  # noqa: E402


class DifferenceTest(unittest.TestCase):
    def test_the_same_status_and_output_are_no_difference(self):
        self.assertEqual(judging.difference(Ending(3, b"a", b"warning"), Ending(3, b"a")), "")

    def test_a_difference_is_told_with_the_first_line_of_the_errors(self):
        found = Ending(113, b"", b"\nfault 113: use after free\n  at a.c:1\n")
        self.assertEqual(judging.difference(found, Ending(0, b"")),
                         "exit status 113, natively 0: fault 113: use after free")

    def test_other_output_and_no_end_are_differences(self):
        self.assertEqual(judging.difference(Ending(0, b"a"), Ending(0, b"b")), "other output than natively")
        self.assertEqual(judging.difference(Ending(None, b""), Ending(0, b"")), "takes too long")


class ProcessesTest(unittest.TestCase):
    def test_an_ending_has_status_and_both_outputs(self):
        self.assertEqual(processes.run(["sh", "-c", "echo out; echo err >&2; exit 7"], 10), Ending(7, b"out\n", b"err\n"))

    def test_processor_time_is_limited(self):
        self.assertIsNone(processes.run(["sh", "-c", "while :; do :; done"], 1).status)

    def test_another_signal_is_no_lack_of_time(self):
        self.assertEqual(processes.run(["sh", "-c", "kill -SEGV $$"], 10).status, -11)


class ReferenceTest(unittest.TestCase):
    def test_what_is_cached_is_what_was_found(self):
        with tempfile.TemporaryDirectory() as folder:
            entry = pathlib.Path(folder) / "new" / "entry"
            for found in (judging.Reference(("-std=gnu89",), Ending(3, b"a\n\tb")), "fails natively"):
                judging.write_reference(entry, found)
                self.assertEqual(judging.read_reference(entry), found)

    def test_the_key_depends_on_sources_and_flags(self):
        with tempfile.NamedTemporaryFile("w") as file:
            plain = judging.Program("a", [file.name])
            before = plain._digest()
            self.assertNotEqual(before, judging.Program("a", [file.name], ["-DX"])._digest())
            self.assertNotEqual(before, judging.AnyStatusProgram("a", [file.name])._digest())
            file.write("int x;")
            file.flush()
            self.assertNotEqual(before, plain._digest())


class TallyTest(unittest.TestCase):
    def setUp(self):
        exceptions = tally.Exceptions(
            "# a comment\n\ngcc checked a.c\n  It reads what\n  nobody set.\ngcc both b.c\n  Reasons.\n")
        self.tally = tally.Tally("gcc", ("fast", "checked"), exceptions)

    def test_a_failure_that_is_listed_is_an_exception(self):
        self.assertEqual(self.tally.add("a.c", "checked", "fault 117"), "")
        self.assertEqual(self.tally.add("a.c", "fast", ""), "")
        self.assertEqual(self.tally.rows(), [tally.Row("gcc", "fast", 1, 0, 0), tally.Row("gcc", "checked", 0, 0, 1)])

    def test_a_failure_in_another_mode_or_suite_is_none(self):
        self.assertEqual(self.tally.add("a.c", "fast", "other output"), "other output")
        other = tally.Tally("dg", ("checked",), tally.Exceptions("gcc checked a.c\n  Reasons."))
        self.assertEqual(other.add("a.c", "checked", "fault"), "fault")

    def test_an_exception_that_passes_is_a_failure(self):
        self.assertIn("listed exception", self.tally.add("b.c", "fast", ""))
        self.assertEqual(self.tally.rows()[0].failed, 1)

    def test_a_reason_may_have_several_lines(self):
        exceptions = tally.Exceptions("gcc both a.c\n  It reads what\n  nobody set.\n")
        self.assertEqual(exceptions.reason("gcc", "fast", "a.c"), "It reads what nobody set.")
        self.assertEqual(exceptions.reason("gcc", "fast", "b.c"), "")

    def test_an_exception_needs_a_reason(self):
        for line in ("gcc checked a.c", "gcc always a.c\n  Reasons.", "  Reasons."):
            with self.assertRaises(ValueError):
                tally.Exceptions(line)

    def test_the_rate_counts_exceptions_and_failures_end_it(self):
        rates = {"gcc": 0.99}
        self.assertTrue(tally.good_enough([tally.Row("gcc", "fast", 99, 0, 1)], rates))
        self.assertFalse(tally.good_enough([tally.Row("gcc", "fast", 98, 0, 2)], rates))
        self.assertFalse(tally.good_enough([tally.Row("gcc", "fast", 999, 1, 0)], rates))
        self.assertTrue(tally.good_enough([tally.Row("stb", "fast", 1, 0, 1)], rates))

    def test_wrong_programs_are_no_part_of_the_rate(self):
        counts = tally.Tally("gcc", ("fast", "checked"), tally.Exceptions("gcc checked a.c wrong\n  Reasons.\n"))
        self.assertEqual(counts.add("a.c", "checked", "fault 117"), "")
        self.assertIn("listed exception", counts.add("a.c", "checked", ""))
        self.assertEqual(counts.add("a.c", "fast", "fault 117"), "fault 117")
        self.assertEqual(counts.rows(), [tally.Row("gcc", "fast", 0, 1, 0), tally.Row("gcc", "checked", 0, 1, 0, 1)])
        self.assertTrue(tally.good_enough([tally.Row("gcc", "checked", 99, 0, 1, 50)], {"gcc": 0.99}))
        self.assertFalse(tally.good_enough([tally.Row("gcc", "checked", 98, 0, 2, 50)], {"gcc": 0.99}))
        with self.assertRaisesRegex(ValueError, "line 1"):
            tally.Exceptions("gcc checked a.c right\n  Reasons.\n")

    def test_the_table_has_a_line_for_each_row(self):
        lines = tally.table([tally.Row("gcc", "fast", 99, 0, 1)])
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[1].split(), ["gcc", "fast", "100", "0", "99", "99.00%", "0", "1"])


class DirectivesTest(unittest.TestCase):
    def test_what_a_test_of_gcc_says_of_itself(self):
        wrong = dg.Directives('/* { dg-do run } */\n/* { dg-options "-O2 -DN=3 -Wall -std=c99" } */\n'
                              '/* { dg-shouldfail "asan" } */\n')
        self.assertTrue(wrong.runs and wrong.should_fail)
        self.assertFalse(wrong.complains)
        self.assertEqual(wrong.flags, ["-DN=3", "-std=c99"])
        self.assertTrue(dg.Directives('{ dg-do run }\n{ dg-output "index 10" }').complains)
        compiled = dg.Directives("/* { dg-do compile } */")
        self.assertFalse(compiled.runs or compiled.should_fail)


if __name__ == "__main__":
    unittest.main()
