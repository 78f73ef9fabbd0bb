"""All benchmarks, one after another: `python -m tests.benchmarks.run`.

Every figure is a ratio taken in one run on this machine; absolute times are noise elsewhere.
"""

from __future__ import annotations

from tests.benchmarks import bench_door, bench_trace, bench_verify


def main() -> None:
    """Run each benchmark and print what it found."""
    for title, bench in (
        ("Durable appends", bench_door), ("Full verification", bench_verify), ("Traces", bench_trace)
    ):  # fmt: skip
        print(f"== {title}")
        bench.main()


if __name__ == "__main__":
    main()
