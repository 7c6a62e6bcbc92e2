# SPDX-License-Identifier: MIT
"""The programs of the comparison: how each is built, started and given its turns (bench/peers/turns.hpp)."""
import os
import pathlib
import shutil
import subprocess

BENCH = pathlib.Path(__file__).resolve().parent
ROOT = BENCH.parent
PEERS = BENCH / "peers"
WARNINGS = ["-Wall", "-Wextra"]


class Missing(Exception):
    """Why a peer takes no part."""


class Toolbox:
    """Compiler, folder of what is built, and the environment of all programs."""
    def __init__(self, folder, compiler, arch):
        self.folder, self.compiler, self.arch = pathlib.Path(folder), compiler, arch
        self.flags = ["-O3", f"-march={arch}", "-DNDEBUG"]
        self.environment = dict(os.environ)
        self.limit_libraries()

    def macros(self):
        text = subprocess.run([self.compiler, f"-march={self.arch}", "-dM", "-E", "-x", "c++", "/dev/null"],
                              capture_output=True, text=True, check=True).stdout
        return {line.split()[1] for line in text.splitlines() if line.startswith("#define")}

    def isa(self):
        names = {"__AVX512F__": "AVX-512", "__AVX2__": "AVX2", "__AVX__": "AVX", "__SSE2__": "SSE2", "__ARM_NEON": "NEON"}
        macros = self.macros()
        return next((name for macro, name in names.items() if macro in macros), "unknown")

    def limit_libraries(self):
        """OpenBLAS 0.3.21 does not know newer processors and takes its SSE3 kernels for them. A comparison with AVX2
        holds the libraries to AVX2 where they can be told."""
        core = {"AVX-512": "SkylakeX", "AVX2": "Haswell"}.get(self.isa())
        if core:
            self.environment.setdefault("OPENBLAS_CORETYPE", core)
        if core == "Haswell":
            self.environment.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
            self.environment.setdefault("ATEN_CPU_CAPABILITY", "avx2")

    def has_header(self, header):
        question = f"#if !__has_include(<{header}>)\n#error\n#endif\n"
        return subprocess.run([self.compiler, "-E", "-x", "c++", "-"], input=question, text=True,
                              capture_output=True).returncode == 0

    def build(self, name, source, options, depends):
        """Compiles one source into a program, unless that is newer than all files of `depends`."""
        program = self.folder / "-".join([name, self.arch, pathlib.Path(self.compiler).name])
        changed = max(path.stat().st_mtime for path in [source, pathlib.Path(__file__), *depends])
        if not program.exists() or program.stat().st_mtime < changed:
            print(f"building {program.name}", flush=True)
            command = [self.compiler, "-std=c++20", *self.flags, *WARNINGS, str(source), *options, "-o", str(program)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise Missing(f"does not compile: {' '.join(command)}\n{done.stderr[:2000]}")
        return program


class Ctnn:
    name = "ctnn"

    def command(self, tools, case):
        options = [f"-I{ROOT / 'include'}", f"-I{BENCH}", f"-DCTNN_NETWORK={case.network}", "-fopenmp"]
        if case.train:
            options.append("-DCTNN_TRAINING")
        depends = [*(ROOT / "include").rglob("*.hpp"), *BENCH.glob("*.hpp"), PEERS / "turns.hpp"]
        name = f"ctnn-{case.network}-{'train' if case.train else 'infer'}"
        return [tools.build(name, BENCH / "compare_ctnn.cpp", options, depends)], {}


class Compiled:
    """A peer that is one source and a library with a header."""
    def __init__(self, name, source, header, package, libraries):
        self.name, self.source, self.header, self.package, self.libraries = name, source, header, package, libraries

    def command(self, tools, case):
        if not tools.has_header(self.header):
            raise Missing(f"<{self.header}> is not installed (Debian: {self.package})")
        program = tools.build(self.source, PEERS / f"{self.source}.cpp", self.libraries, list(PEERS.glob("*.hpp")))
        version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", self.package], capture_output=True, text=True) \
            if shutil.which("dpkg-query") else None
        return [program], {"CTNN_PEER_VERSION": version.stdout if version and version.stdout else "unknown"}


class Python:
    """The python3 that has PyTorch: Debian's own comes first, another may hide it in the PATH."""
    found = None

    @classmethod
    def with_torch(cls):
        if cls.found is None:
            for python in ("/usr/bin/python3", "python3"):
                if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0:
                    cls.found = python
                    break
            else:
                raise Missing("PyTorch is not installed (Debian: python3-torch)")
        return cls.found


class OnnxRuntime:
    name = "ONNX Runtime"

    def command(self, tools, case):
        libraries = sorted((tools.folder / "npm").glob("node_modules/onnxruntime-node/bin/*/linux/x64/libonnxruntime.so.1"))
        if not libraries:
            raise Missing("the npm package onnxruntime-node is not installed")
        models = tools.folder / "models"
        if not (models / f"{case.network}.b{case.batch}.onnx").exists():
            try:
                python = Python.with_torch()
            except Missing as without:
                raise Missing(f"{without}, which writes its models") from None
            subprocess.run([python, "-W", "ignore", PEERS / "networks.py", case.network, str(case.batch), models],
                           check=True, stdout=subprocess.DEVNULL)
        options = [str(libraries[-1]), f"-Wl,-rpath,{libraries[-1].parent}"]
        program = tools.build("onnxruntime", PEERS / "onnxruntime.cpp", options, [libraries[-1], PEERS / "turns.hpp"])
        return [program], {"CTNN_PEER_MODELS": str(models)}


class PyTorch:
    name = "PyTorch"

    def command(self, tools, case):
        return [Python.with_torch(), "-W", "ignore", PEERS / "pytorch.py"], {}


PROGRAMS = [
    Ctnn(),
    Compiled("oneDNN", "onednn", "dnnl.hpp", "libdnnl-dev", ["-ldnnl"]),
    OnnxRuntime(),
    PyTorch(),
    Compiled("XNNPACK", "xnnpack", "xnnpack.h", "libxnnpack-dev", ["-lXNNPACK", "-lpthreadpool"]),
    Compiled("dlib", "dlib", "dlib/dnn.h", "libdlib-dev", ["-ldlib", "-lopenblas", "-lpthread"]),
]


class Player:
    """A program that is running and waits for its turn. Raises Missing where it takes no part in a case."""
    def __init__(self, peer, tools, case):
        command, variables = peer.command(tools, case)
        threads = str(case.threads)
        self.name = peer.name
        environment = {**tools.environment, "OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, **variables}
        cores = sorted(os.sched_getaffinity(0))[-case.threads:]  # the first core also serves the system
        self.process = subprocess.Popen(
            [*map(str, command), case.network, str(case.batch), threads, "train" if case.train else "infer"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
            preexec_fn=lambda: os.sched_setaffinity(0, cores))
        answer = self.process.stdout.readline().rstrip("\n").split("\t")
        if answer[0] != "ready":
            self.stop()
            raise Missing(answer[1] if answer[0] == "declined" else "its program failed")
        self.version, self.variant = answer[1], answer[2]

    def turn(self, seconds):
        """The numbers that the program answers: microseconds, and ctnn's percentages."""
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise Missing("its program ended in the middle")
        return [float(number) for number in answer.split("\t")]

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
