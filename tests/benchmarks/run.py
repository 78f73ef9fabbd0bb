"""All benchmarks, one after another: `python -m tests.benchmarks.run`.

Every figure is a ratio taken in one run on this machine; absolute times are noise elsewhere.
"""

from __future__ import annotations

from tests.benchmarks import bench_door, bench_growth, bench_http, bench_trace, bench_verify


def main() -> None:
    """Run each benchmark and print what it found."""
    for title, bench in (
        ("Durable appends", bench_door), ("Appends as the journal grows", bench_growth),
        ("Appends through use cases and HTTP", bench_http), ("Full verification", bench_verify), ("Traces", bench_trace)
    ):  # fmt: skip
        print(f"== {title}")
        bench.main()


if __name__ == "__main__":
    main()
