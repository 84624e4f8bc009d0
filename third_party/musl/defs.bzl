"""The rule that makes the guest's C library."""

# The library is the same under every configuration, so it is built under one.
_CONFIGURATION = {
    "//command_line_option:compilation_mode": "opt",
    "//command_line_option:copt": [],
    "//command_line_option:platform_suffix": "",
}

def _configure(_settings, _attr):
    return _CONFIGURATION

_one_configuration = transition(
    implementation = _configure,
    inputs = [],
    outputs = _CONFIGURATION.keys(),
)

def _guest_libc(ctx):
    bitcode = ctx.actions.declare_file("libc.bc")
    headers = ctx.actions.declare_directory("include")
    ctx.actions.run(
        executable = ctx.file.recipe,
        arguments = [ctx.file.source.path, bitcode.path, headers.path],
        inputs = [ctx.file.source, ctx.file.leave_out] + ctx.files.overlay,
        outputs = [bitcode, headers],
        mnemonic = "GuestLibc",
        progress_message = "Compiling the guest's C library (half a minute)",
        use_default_shell_env = True,
    )
    files = depset([bitcode, headers])
    return [DefaultInfo(files = files, runfiles = ctx.runfiles(transitive_files = files))]

guest_libc = rule(
    implementation = _guest_libc,
    attrs = {
        "leave_out": attr.label(allow_single_file = True, mandatory = True),
        "overlay": attr.label_list(allow_files = True),
        "recipe": attr.label(allow_single_file = True, mandatory = True),
        "source": attr.label(allow_single_file = True, mandatory = True),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    cfg = _one_configuration,
    doc = "Compiles musl's `source` to libc.bc and the folder `include`.",
)
