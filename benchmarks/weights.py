"""How long and how much memory the analysis of a 4608 × 512 layer takes, as of the largest convolutions of VGG16.

Run with ``OPENBLAS_NUM_THREADS=1 python benchmarks/weights.py``; less than a minute, in one process. The null is built
once in a new folder, by far the most of it; ``--draws`` makes it smaller. Peak memory is the most that the process has,
less what it has with everything imported and nothing read, over the size of the float64 copy of the layer; the layer is
read from a .npy, a .safetensors and an .onnx file in turn. Memory is counted as Linux does.
"""

import argparse
import gc
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from safetensors.numpy import save_file

from eigenlaw.verify.null_calibration import default_draws
from eigenlaw.verify.weight_layers import analyse_weights

ROWS, COLUMNS = 4608, 512


def peak_bytes() -> int:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def bytes_now() -> int:
    """The memory that this process has."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def write(folder: Path, stem: str, numbers: NDArray[np.float32]) -> list[str]:
    """Write a layer to a file of each kind; return their paths."""
    paths = [folder / f"{stem}.{kind}" for kind in ("npy", "safetensors", "onnx")]
    np.save(paths[0], numbers)
    save_file({"layer": numbers}, paths[1])
    graph = onnx.helper.make_graph([], "layer", [], [], [onnx.numpy_helper.from_array(numbers, "layer")])
    onnx.save(onnx.helper.make_model(graph), paths[2])
    return [str(path) for path in paths]


def main() -> None:
    if os.environ.get("OPENBLAS_NUM_THREADS") != "1":
        sys.exit("weights.py: expected one thread; run OPENBLAS_NUM_THREADS=1 python benchmarks/weights.py")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=default_draws(ROWS, COLUMNS), help="Spectra of the null.")
    given = parser.parse_args()
    table = Table("quantity", "measured", "wanted", title=f"A layer of {ROWS} × {COLUMNS}, one process")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = np.random.default_rng(0)
        for path in write(folder, "small", rng.standard_normal((64, 32), dtype=np.float32)):
            analyse_weights(path, draws=19, folder=folder)  # imports what there is to import
        files = write(folder, "layer", rng.standard_normal((ROWS, COLUMNS), dtype=np.float32))
        gc.collect()
        before, seconds = bytes_now(), []
        for path in files:
            start = time.perf_counter()
            analyse_weights(path, draws=given.draws, folder=folder)
            seconds.append(time.perf_counter() - start)
        copies = (peak_bytes() - before) / (8 * ROWS * COLUMNS)
        built, again = seconds[0], max(seconds[1:])
    table.add_row(f"null of {given.draws} spectra and analysis", f"{built:.1f} s", "< 120 s")
    table.add_row("analysis with the null kept", f"{again:.1f} s", "< 10 s")
    table.add_row("peak memory / float64 copy", f"{copies:.2f}", "≤ 4")
    Console().print(table)


if __name__ == "__main__":
    main()
