#!/usr/bin/env bash
# What tools/torture says of an ending, and how it counts.
exec python3 tests/tools/torture_judging_test.py
