# SPDX-License-Identifier: MIT
"""Measures ctnn and its peers in turns, A B C A B C, and writes the table bench/RESULTS.md. Started by compare.sh.

All programs of a case are started before the first turn and wait while another has its own, so that the pairs that are
compared lie seconds apart: clocks and neighbors change by a fifth between minutes, ratios within a round do not."""
import argparse
import collections
import datetime
import os
import pathlib
import platform
import statistics
import subprocess
import sys

import programs

Case = collections.namedtuple("Case", "network batch threads train")

NETWORKS = ["cnn150", "cnn224", "net32", "unet256", "autoencoder784", "resnet18", "lstm100", "encoder196"]
TRAINED = ["cnn150", "net32", "unet256", "lstm100", "encoder196"]  # the others are trained when they are named
LARGE = {"unet256", "resnet18"}
SEGMENTERS = {"nuclei256": 4, "hippocampus48": 2}  # measured when named, in training, with the batch of examples/segment


def cases_of(arguments):
    for threads in arguments.threads:
        for network in arguments.networks or NETWORKS:
            large = SEGMENTERS.get(network, 4 if network in LARGE else 32)
            if arguments.mode != "train" and network not in SEGMENTERS:
                for batch in arguments.batch or (1, large):
                    yield Case(network, batch, threads, False)
            if arguments.mode != "infer" and (arguments.networks or network in TRAINED):
                yield Case(network, (arguments.batch or [large])[-1], threads, True)


class Measured:
    """The turns of one case: for each program its times by round, and what was learned about it."""
    def __init__(self, case):
        self.case, self.times, self.missing, self.variant, self.extra = case, {}, {}, {}, []
        self.alone = []  # ctnn on one thread, where the case has more

    def ratio_to(self, name):
        return statistics.median(peer / own for peer, own in zip(self.times[name], self.times["ctnn"]))

    def best_peer(self):
        peers = [name for name in self.times if name != "ctnn"]
        return min(peers, key=lambda name: statistics.median(self.times[name])) if peers else None


def measure(case, tools, wanted, rounds, seconds, versions):
    result, players, alone = Measured(case), [], None
    try:
        for peer in wanted:
            try:
                player = programs.Player(peer, tools, case)
            except programs.Missing as why:
                if peer.name == "ctnn":
                    raise
                result.missing[peer.name] = str(why)
                continue
            players.append(player)
            result.times[peer.name], result.variant[peer.name] = [], player.variant
            versions[peer.name] = player.version
        if case.threads > 1:
            alone = programs.Player(programs.PROGRAMS[0], tools, case._replace(threads=1))
        for _ in range(rounds):
            for player in players:
                microseconds, *extra = player.turn(seconds)
                result.times[player.name].append(microseconds / case.batch)
                if extra:
                    result.extra.append(extra)
            if alone:
                result.alone.append(alone.turn(seconds)[0] / case.batch)
    finally:
        for player in players + [alone] * bool(alone):
            player.stop()
    return result


def number(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def row(result, names):
    case, own = result.case, result.times["ctnn"]
    cells = [case.network, str(case.batch), str(case.threads), number(statistics.median(own)),
             *(f"{statistics.median(column):.0f} %" for column in zip(*result.extra))]
    for name in names:
        variant = f" ({result.variant[name]})" if result.variant.get(name) else ""
        cells.append(number(statistics.median(result.times[name])) + variant if name in result.times else "-")
    best = result.best_peer()
    if best:
        pairs = sorted(peer / own for peer, own in zip(result.times[best], own))
        quarter = len(pairs) // 4
        cells += [best, f"**{result.ratio_to(best):.2f}**", f"{pairs[quarter]:.2f} - {pairs[-1 - quarter]:.2f}"]
    else:
        cells += ["-", "-", "-"]
    cells.append(f"{statistics.median(a / o for a, o in zip(result.alone, own)):.2f}" if result.alone else "-")
    return "| " + " | ".join(cells) + " |"


def table(results, names):
    head = ["network", "batch", "threads", "ctnn", "of peak", "of bound", *names, "best peer", "ratio", "half of them",
            "speed-up"]
    lines = ["| " + " | ".join(head) + " |",
             "| --- |" + " ---: |" * (5 + len(names)) + " --- |" + " ---: |" * 3]
    return "\n".join(lines + [row(result, names) for result in results]) + "\n"


def processor():
    try:
        names = [line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                 if line.startswith("model name")]
        return names[0]
    except (OSError, IndexError):
        return platform.machine()


def write(path, results, tools, versions, arguments, load):
    compiler = subprocess.run([tools.compiler, "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    peers = [p.name for p in programs.PROGRAMS[1:]]
    text = ["# ctnn beside other libraries", "",
            "Written by `sh bench/compare.sh`; README.md in this folder says what the columns mean. Microseconds for one",
            "sample, the median of all rounds; ratio: how many times as long the best peer takes, the median of the",
            "ratios within the rounds.", ""]
    for title, train in (("Inference", False), ("A training step: forward, loss, backward, Adam", True)):
        chosen = [r for r in results if r.case.train == train]
        names = [n for n in peers if any(n in r.times for r in chosen)]
        if chosen:
            text += [f"## {title}", "", table(chosen, names)]
    text += ["## How it was measured", "",
             f"- {datetime.date.today()}, {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()};"
             f" load {load[0]:.1f} before and {load[1]:.1f} after",
             f"- {tools.isa()}; ctnn and the peers' programs: {compiler}, `{' '.join(tools.flags)}`",
             f"- {arguments.rounds} rounds, {arguments.seconds} s a turn, programs pinned to the last cores",
             "- " + ", ".join(f"{name} {version}" for name, version in versions.items())]
    missing = {(name, why) for r in results for name, why in r.missing.items() if name not in versions}
    text += [f"- {name} is missing: {why.splitlines()[0]}" for name, why in sorted(missing)]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


def main():
    options = argparse.ArgumentParser(prog="compare.sh", description=__doc__.split("\n\n")[0])
    options.add_argument("networks", nargs="*", metavar="network", help=f"all of {', '.join(NETWORKS)} unless given; "
                         f"in training alone {' and '.join(SEGMENTERS)}")
    options.add_argument("--mode", choices=["infer", "train", "both"], default="both")
    options.add_argument("--batch", type=int, action="append", help="1 and 32 (unet256, resnet18: 4) unless given")
    options.add_argument("--threads", type=int, nargs="+", default=[1], help="default: 1")
    options.add_argument("--peers", nargs="+", help="words of names; only these peers")
    options.add_argument("--rounds", type=int, default=9, help="default: %(default)s")
    options.add_argument("--seconds", type=float, default=0.4, help="of one turn; default: %(default)s")
    options.add_argument("--compiler", default=os.environ.get("CXX", "g++"), help="default: %(default)s")
    options.add_argument("--arch", default="native", help="-march; haswell holds the peers to AVX2 too")
    options.add_argument("--output", type=pathlib.Path, default=programs.BENCH / "RESULTS.md")
    options.add_argument("--folder", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    arguments = options.parse_intermixed_args()
    known = [*NETWORKS, *SEGMENTERS]
    if unknown := set(arguments.networks) - set(known):
        options.error(f"unknown: {', '.join(sorted(unknown))}; the networks are {', '.join(known)}")

    tools = programs.Toolbox(arguments.folder, arguments.compiler, arguments.arch)
    wanted = [p for p in programs.PROGRAMS if p.name == "ctnn" or not arguments.peers or
              any(word.lower() in p.name.lower() for word in arguments.peers)]
    results, versions, before, told = [], {}, os.getloadavg()[0], set()
    for case in cases_of(arguments):
        result = measure(case, tools, wanted, arguments.rounds, arguments.seconds, versions)
        results.append(result)
        for name, why in result.missing.items():
            if (name, why) not in told:
                print(f"{name} is skipped: {why}", file=sys.stderr)
            told.add((name, why))
        best = result.best_peer()
        print(f"{'train' if case.train else 'infer'}/{case.network}/batch:{case.batch}/threads:{case.threads}", *(
            f"{name} {number(statistics.median(times))}" for name, times in result.times.items()), sep="  ", end="")
        print(f"  {result.ratio_to(best):.2f} x {best}" if best else "", flush=True)
        write(arguments.output, results, tools, versions, arguments, (before, os.getloadavg()[0]))


if __name__ == "__main__":
    main()
