"""How this project declares its tests: one target per file, named after it."""

def kheap_test(name, deps = [], data = [], size = "small", **kwargs):
    """A GoogleTest program in <name>.cc, with RapidCheck at hand for properties."""
    native.cc_test(
        name = name,
        size = size,
        srcs = [name + ".cc"],
        data = data,
        deps = deps + [
            "//tests/support:faults",
            "//third_party:rapidcheck",
        ],
        **kwargs
    )
