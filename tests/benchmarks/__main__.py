"""Run the benchmarks: all of them, or those named.

    python -m tests.benchmarks [NAME ...]

Exits with 1 when a bound is missed, when a benchmark that was named cannot run
here, and when there is no benchmark of that name. One that cannot run and was
not named is only reported.
"""

import pkgutil
import sys
from importlib import import_module

import tests.benchmarks
from tests.benchmarks.harness import Unavailable


def main(asked: list[str]) -> int:
    every = [module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__)]
    unknown = [name for name in asked if name not in every or not _has_run(name)]
    if unknown:
        known = ", ".join(filter(_has_run, every))
        print(f"No benchmark {', '.join(unknown)}: there are {known}.", file=sys.stderr)
        return 1
    failures: list[str] = []
    for name in asked or filter(_has_run, every):
        print(f"== {name}", flush=True)
        failures += _run(name, must_run=bool(asked))
    print(f"\nFAILED: {'; '.join(failures)}" if failures else "\nEvery bound that was run is kept.")
    return 1 if failures else 0


def _has_run(name: str) -> bool:
    """Tell a benchmark from what stands beside it, such as the harness."""
    return name != "__main__" and hasattr(import_module(f"tests.benchmarks.{name}"), "run")


def _run(name: str, *, must_run: bool) -> list[str]:
    """Print the benchmark's ratios; return what makes the run a failure."""
    try:
        ratios = import_module(f"tests.benchmarks.{name}").run()
    except Unavailable as reason:
        print(f"not run: {name}: {reason}", flush=True)
        return [f"{name} did not run"] if must_run else []
    for ratio in ratios:
        print(ratio, flush=True)
    return [f"{name}: {ratio.name}" for ratio in ratios if not ratio.kept]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
