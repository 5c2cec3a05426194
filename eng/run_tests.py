#!/usr/bin/env python3
"""Runs the built test projects, shows failures readably, ends with the line `N passed, N failed`.

Each project runs in a process group of its own with a time limit, two at a time, the longest first; EndToEnd begins
last, with little beside it, because it starts the whole system. A project that crashed, timed out or ran no test counts as a failure.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as xml

TRX = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"


LONGEST = ["functions", "inference", "orchestrations", "local.FunctionsHost", "batch-jobs", "bicep", "local.DurableTask.Sqlite", "cli", "local.BatchEmulator"]
"""Projects that take more than a minute, the longest first: begun last, one would be left alone with the machine."""

running = set()


class ProjectResult:
    def __init__(self, name):
        self.name = name
        self.passed = 0
        self.skipped = 0
        self.failures = []  # (test, message)
        self.seconds = 0.0

    @property
    def counts(self):
        return counts_line(self.passed, len(self.failures), self.skipped)


def counts_line(passed, failed, skipped):
    line = f"{passed} passed, {failed} failed"
    return f"{line}, {skipped} skipped" if skipped else line


def find_projects(root, names):
    projects = []
    for project in sorted((root / "tests").glob("*/*.Tests.csproj")):
        folder = project.parent.name
        if not names or any(name.lower() in folder.lower() for name in names):
            projects.append(project)
    return projects


def read_trx(path, result):
    """Adds what one .trx file says to `result`; returns the run-level errors it reports."""
    root = xml.parse(path).getroot()
    for test in root.iter(TRX + "UnitTestResult"):
        if test.find(f"{TRX}InnerResults") is not None:
            continue  # A data-driven test; its rows are results of their own.
        outcome = test.get("outcome", "Failed")
        if outcome == "Passed":
            result.passed += 1
        elif outcome in ("NotExecuted", "Inconclusive"):
            result.skipped += 1
        else:
            result.failures.append((test.get("testName"), failure_text(test)))
    return [text.text or "" for info in root.iter(TRX + "RunInfo") if info.get("outcome") == "Error" for text in info.iter(TRX + "Text")]


def failure_text(test):
    parts = [node.text.strip() for tag in ("Message", "StackTrace") for node in test.iter(TRX + tag) if node.text]
    return "\n".join(parts) or f"outcome: {test.get('outcome')}"


def tail(path, lines):
    with open(path, encoding="utf-8", errors="replace") as log:
        return "".join(log.readlines()[-lines:]).rstrip()


def run_project(project, options, results_root):
    result = ProjectResult(project.parent.name)
    started = time.monotonic()
    folder = results_root / project.parent.name
    folder.mkdir(parents=True)
    assembly = project.parent / "bin" / options.configuration / "net10.0" / f"{project.stem}.dll"
    log_path = folder / "console.log"
    with open(log_path, "wb") as log:
        command = ["dotnet", "test", str(assembly), "--results-directory", str(folder), "--logger", "trx;LogFileName=results.trx"]
        if options.filter:
            command += ["--filter", options.filter]
        # Most of the work of tests is done by processes that live for seconds: measuring what to optimise in them does not pay.
        environment = {"DOTNET_TieredPGO": "0", **os.environ}
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, cwd=options.root, env=environment, start_new_session=True)
        running.add(process)
        try:
            code = process.wait(options.limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            running.discard(process)
            stop_group(process)
    result.seconds = time.monotonic() - started

    problems = []
    for trx in sorted(folder.glob("*.trx")):
        try:
            problems += read_trx(trx, result)
        except xml.ParseError as error:
            problems.append(f"{trx.name} is not complete: {error}")
    ran = result.passed + result.skipped + len(result.failures)
    if code is None:
        result.failures.append(("(the whole project)", f"did not end within {options.limit} s.\n{tail(log_path, 30)}"))
    elif code != 0 and (problems or not result.failures):
        text = "\n".join(problems) or tail(log_path, 30)
        result.failures.append(("(the whole project)", f"the test process failed (exit code {code}).\n{text}"))
    elif ran == 0 and not options.filter:
        result.failures.append(("(the whole project)", f"ran no test.\n{tail(log_path, 10)}"))
    return result


def stop_group(process):
    """Ends what the project may have left in its own process group."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def stop_all(*_):
    """Ctrl+C or SIGTERM: the projects' groups are not the terminal's, so they are told here, given 10 s, and killed."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process in list(running):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + 10
        while running and time.monotonic() < deadline:
            time.sleep(0.1)
    print("Interrupted.", flush=True)
    os._exit(130)


def turn(project):
    name = project.parent.name
    return (name == "EndToEnd", LONGEST.index(name) if name in LONGEST else len(LONGEST), name)


def run_all(projects, options, results_root):
    results = []

    def report(result):
        results.append(result)
        print(f"  tests/{result.name}: {result.counts} ({result.seconds:.0f} s)", flush=True)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = [pool.submit(run_project, project, options, results_root) for project in sorted(projects, key=turn)]
        for future in concurrent.futures.as_completed(futures):
            report(future.result())
    return sorted(results, key=lambda result: result.name)


def main():
    parser = argparse.ArgumentParser(prog="durableml test", description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--configuration", default="Release", help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="projects at a time")
    parser.add_argument("--limit", type=int, default=900, help="seconds one project may take")
    parser.add_argument("--filter", help="only tests that match, as in dotnet test --filter")
    parser.add_argument("names", nargs="*", help="only projects whose folder contains one of these")
    options = parser.parse_args()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop_all)
    results_root = options.root / ".durableml" / "test-results"
    shutil.rmtree(results_root, ignore_errors=True)
    projects = find_projects(options.root, options.names)
    print(f"Running {len(projects)} test projects …", flush=True)
    results = run_all(projects, options, results_root)

    passed = sum(result.passed for result in results)
    skipped = sum(result.skipped for result in results)
    failed = sum(len(result.failures) for result in results)
    for result in results:
        for test, text in result.failures:
            print(f"\nFAILED tests/{result.name}: {test}")
            print("\n".join("    " + line for line in text.splitlines()))
    if failed:
        print(f"\nLogs: {results_root}")
    if passed + failed == 0:
        print("No test ran.")
    print(counts_line(passed, failed, skipped), flush=True)
    return 0 if failed == 0 and passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
