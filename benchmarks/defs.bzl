"""How this project declares its benchmarks: one program per file, named after it."""

def kheap_benchmark(name, deps = [], data = [], **kwargs):
    """A Google Benchmark program in <name>.cc; tools/bench finds it by its tag."""
    native.cc_binary(
        name = name,
        testonly = True,
        srcs = [name + ".cc"],
        data = data,
        tags = ["benchmark"],
        deps = deps + ["//third_party:benchmark"],
        **kwargs
    )
