"""The command `afterthought`: a table of contents of everything that it can do."""

import sys

import bench.commands
import dashboard.commands
import deploy.commands
import device.commands
import pipeline.commands
from core import command_line
from core.machine import calm_thread_pools

CHECKS = ("deploy.checks", "device.checks", "pipeline.checks", "dashboard.checks")
"""The modules that `doctor` asks, each for what its room looks at."""

COMMANDS = deploy.commands.with_completion(
    (
        *device.commands.COMMANDS,
        *pipeline.commands.COMMANDS,
        *dashboard.commands.COMMANDS,
        *deploy.commands.commands(CHECKS),
        *bench.commands.COMMANDS,
    )
)


def main() -> int:
    """Run the subcommand on the command line; its exit status."""
    calm_thread_pools()
    return command_line.main(COMMANDS, sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
